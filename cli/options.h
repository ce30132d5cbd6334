/* SPDX-License-Identifier: MIT */
/* options.h: the tool's arguments. */
#ifndef WQL_CLI_OPTIONS_H
#define WQL_CLI_OPTIONS_H

#include "params.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum cli_mode { CLI_RUN = 0, CLI_CHECK, CLI_EXPLAIN, CLI_SHELL, CLI_HELP, CLI_VERSION } cli_mode;

typedef enum cli_format {
    CLI_FORMAT_AUTO = 0,
    CLI_TABLE,
    CLI_LIST,
    CLI_CSV,
    CLI_TSV,
    CLI_JSON,
    CLI_NDJSON,
    CLI_MARKDOWN,
    CLI_MOF,
    CLI_NONE
} cli_format;

typedef struct cli_options {
    cli_mode mode;
    cli_format format;
    const char *query;          /* run and explain: the query */
    const char *file;           /* check: the file; NULL = standard input */
    const char *name_space;
    const char **sqlite;        /* as spelled: FILE or FILE=NAMESPACE */
    uint32_t sqlite_count;
    const char **providers;     /* as spelled: PATH, PATH=NAMESPACE, either with :OPTIONS behind it */
    uint32_t provider_count;
    const char **mof;           /* files, one set */
    uint32_t mof_count;
    uint32_t timeout_ms;        /* 0 = none */
    bool has_limit;
    uint64_t limit;
    uint32_t dialect;           /* WQL_RELAXED, WQL_EXTENDED; 0 = the base language */
    bool get;                   /* the query is the path of an object */
    bool count, stats, quiet, progress;
    cli_params params;
} cli_options;

/* The dialect of the language that is asked for: bits of wql_session_options. */
uint32_t cli_dialect(const cli_options *o);

/* Reads the arguments. Says on standard error what is wrong with them.
 * Returns CLI_OK, CLI_USAGE, or CLI_FAILED (no memory). cli_options_free in any case. */
int cli_options_read(cli_options *o, int argc, char **argv);
void cli_options_free(cli_options *o);

#endif
