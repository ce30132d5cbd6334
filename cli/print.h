/* SPDX-License-Identifier: MIT */
/* print.h: rows on standard output, in one of the formats. Nothing holds more than a batch; a table its first thousand rows. */
#ifndef WQL_CLI_PRINT_H
#define WQL_CLI_PRINT_H

#include "columns.h"
#include "options.h"
#include "table.h"

typedef struct cli_print {
    cli_format format;
    cli_out *out;
    cli_columns columns;
    cli_table table;
    bool begun;       /* the header, or the bracket of an array, is out */
    bool odd_said;    /* that a number was no JSON number */
} cli_print;

/* A format by its name, CLI_FORMAT_AUTO if there is none of that name; and its name. CLI_FORMAT_NAMES: all, for a message. */
#define CLI_FORMAT_NAMES "table, list, csv, tsv, json, ndjson, markdown, mof or none"
cli_format cli_format_named(const char *name);
const char *cli_format_name(cli_format format);

void cli_print_open(cli_print *p, cli_format format, cli_out *out, wql_session *session, wql_str query, bool quiet);
void cli_print_free(cli_print *p);

/* Prints the rows of a batch. False: stop, the output is not to be written any more, or memory is short (said). */
bool cli_print_batch(cli_print *p, const wql_batch *batch);

/* Whether rows are being held back, and printing them because the next ones are slow to come. */
bool cli_print_holds(const cli_print *p);
bool cli_print_idle(cli_print *p);

/* The end of the rows. complete: the query has ended well; else what has come is printed, and an array of json stays open.
 * False as above. */
bool cli_print_end(cli_print *p, bool complete);

#endif
