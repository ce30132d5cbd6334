/* SPDX-License-Identifier: MIT */
/* columns.h: the columns of csv and table: those of the queried class, whatever class a batch is of. */
#ifndef WQL_CLI_COLUMNS_H
#define WQL_CLI_COLUMNS_H

#include "output.h"

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

#endif
