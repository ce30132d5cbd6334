/* SPDX-License-Identifier: MIT */
/* print.c: rows on standard output, in one of the formats. */
#include "print.h"

#include "csv.h"
#include "errors.h"
#include "list.h"
#include "markdown.h"
#include "mof_row.h"
#include "text.h"
#include "tsv.h"

#include <string.h>

static const struct {
    const char *name;
    cli_format format;
} formats[] = {{"table", CLI_TABLE},   {"list", CLI_LIST},         {"csv", CLI_CSV}, {"tsv", CLI_TSV},  {"json", CLI_JSON},
               {"ndjson", CLI_NDJSON}, {"markdown", CLI_MARKDOWN}, {"mof", CLI_MOF}, {"none", CLI_NONE}};

cli_format cli_format_named(const char *name) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(name, formats[i].name) == 0) return formats[i].format;
    }
    return CLI_FORMAT_AUTO;
}

const char *cli_format_name(cli_format format) {
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (format == formats[i].format) return formats[i].name;
    }
    return "?";
}

void cli_print_open(cli_print *p, cli_format format, cli_out *out, wql_session *session, wql_str query, bool quiet) {
    memset(p, 0, sizeof *p);
    p->format = format;
    p->out = out;
    cli_columns_open(&p->columns, session, query, quiet);
    cli_table_open(&p->table, out, &p->columns);
}

void cli_print_free(cli_print *p) {
    cli_table_free(&p->table);
    cli_columns_free(&p->columns);
}

static bool json_batch(cli_print *p, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    for (uint32_t r = 0; r < rows; r++) {
        if (p->format == CLI_JSON) cli_out_z(p->out, p->begun ? ",\n" : "[\n");
        p->begun = true;
        cli_json_row(p->out, batch, r);
        if (p->format == CLI_NDJSON) cli_out_char(p->out, '\n');
        if (!cli_out_row(p->out)) return false;
    }
    return true;
}

/* Rows under each other, with an empty line between them. */
static bool list_batch(cli_print *p, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    for (uint32_t r = 0; r < rows; r++) {
        if (p->format == CLI_MOF)
            cli_mof_row(p->out, batch, r, !p->begun);
        else
            cli_list_row(p->out, batch, r, !p->begun);
        p->begun = true;
        if (!cli_out_row(p->out)) return false;
    }
    return true;
}

/* The formats that have a header and then a row a line. */
typedef struct lined {
    void (*header)(cli_out *out, const cli_columns *columns);
    void (*row)(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row);
} lined;

static lined lined_format(cli_format format) {
    if (format == CLI_CSV) return (lined){cli_csv_header, cli_csv_row};
    if (format == CLI_TSV) return (lined){cli_tsv_header, cli_tsv_row};
    if (format == CLI_MARKDOWN) return (lined){cli_markdown_header, cli_markdown_row};
    return (lined){NULL, NULL};
}

static bool lined_batch(cli_print *p, const wql_batch *batch) {
    lined as = lined_format(p->format);
    uint32_t rows = wql_batch_rows(batch);
    if (!p->begun) as.header(p->out, &p->columns);
    p->begun = true;
    for (uint32_t r = 0; r < rows; r++) {
        as.row(p->out, &p->columns, batch, r);
        if (!cli_out_row(p->out)) return false;
    }
    return true;
}

static bool settle_columns(cli_print *p, const wql_batch *batch) {
    if (cli_columns_batch(&p->columns, batch)) return true;
    if (p->out->error == 0) cli_out_fault(p->out, "out of memory");
    return false;
}

static void mention_odd(cli_print *p) {
    if (!p->out->odd || p->odd_said) return;
    p->odd_said = true;
    if (!p->columns.quiet) cli_say("NaN and infinite numbers are printed as null: JSON has none");
}

static bool print_rows(cli_print *p, const wql_batch *batch) {
    switch (p->format) {
    case CLI_JSON:
    case CLI_NDJSON:
        if (!json_batch(p, batch)) return false;
        break;
    case CLI_CSV:
    case CLI_TSV:
    case CLI_MARKDOWN:
        if (!settle_columns(p, batch) || !lined_batch(p, batch)) return false;
        break;
    case CLI_LIST:
    case CLI_MOF:
        if (!list_batch(p, batch)) return false;
        break;
    case CLI_TABLE: return settle_columns(p, batch) && cli_table_batch(&p->table, batch);
    default: return true;
    }
    return cli_out_flush(p->out); /* whoever reads along has the rows when they are there */
}

bool cli_print_batch(cli_print *p, const wql_batch *batch) {
    bool good = print_rows(p, batch);
    mention_odd(p);
    return good;
}

bool cli_print_holds(const cli_print *p) { return p->format == CLI_TABLE && cli_table_holds(&p->table); }

bool cli_print_idle(cli_print *p) { return cli_table_show(&p->table) && cli_out_flush(p->out); }

bool cli_print_end(cli_print *p, bool complete) {
    lined as = lined_format(p->format);
    if (complete && (as.header || p->format == CLI_TABLE)) cli_columns_empty(&p->columns);
    switch (p->format) {
    case CLI_JSON:
        if (complete)
            cli_out_z(p->out, p->begun ? "\n]\n" : "[]\n");
        else if (p->begun)
            cli_out_char(p->out, '\n');
        break;
    case CLI_CSV:
    case CLI_TSV:
    case CLI_MARKDOWN:
        if (complete && !p->begun && p->columns.known) as.header(p->out, &p->columns);
        break;
    case CLI_TABLE:
        if (!cli_table_end(&p->table, complete)) return false;
        break;
    default: break;
    }
    return cli_out_flush(p->out);
}
