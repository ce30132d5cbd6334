/* SPDX-License-Identifier: MIT */
/* columns.h: the columns of csv, tsv, table and markdown: those of the queried class, whatever class a batch is of. */
#ifndef WQL_CLI_COLUMNS_H
#define WQL_CLI_COLUMNS_H

#include "output.h"
#include "text.h"

#include <wql/batch.h>

typedef struct cli_columns {
    wql_str query;
    wql_session *session;
    bool quiet;
    bool known;             /* the rest is filled */
    bool star;              /* SELECT *: batches of derived classes may bring more columns */
    uint32_t count;
    char **names;
    bool *to_the_right;     /* numbers */
    uint32_t *at;           /* where each column stands in the current batch, or WQL_NO_COLUMN */
    const wql_class *shape; /* the class that `at` was made for */
    uint32_t seen_count;
    wql_class **seen;       /* classes whose further columns were mentioned */
} cli_columns;

void cli_columns_open(cli_columns *c, wql_session *session, wql_str query, bool quiet);
void cli_columns_free(cli_columns *c);

/* Before a batch is printed: the columns are settled by the first one. False: no memory (said). */
bool cli_columns_batch(cli_columns *c, const wql_batch *batch);
/* At the end of a result without rows: `known` stays false if the columns cannot be told. */
void cli_columns_empty(cli_columns *c);

/* How a cell is to be shown. */
typedef enum cli_kind {
    CLI_NULL_CELL,   /* NULL, or a column that this row's class does not have */
    CLI_TEXT_CELL,   /* *text */
    CLI_SCALAR_CELL, /* a number, boolean or datetime: cli_put_scalar */
    CLI_NESTED_CELL  /* an array or object: cli_json_cell */
} cli_kind;

/* The cell of column `index` in a row of the batch that cli_columns_batch was last called with. */
cli_kind cli_columns_cell(const cli_columns *c, const wql_batch *batch, uint32_t index, uint32_t row, cli_cell *cell,
                          wql_str *text);

#endif
