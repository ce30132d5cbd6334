/* SPDX-License-Identifier: MIT */
/* table.h: rows in aligned columns, for people.
 *
 * The first rows are held back (1,000 of them, or 1 MiB, or until the next ones are slow to come); they decide how wide the
 * columns are, once and for all. A text that is wider pushes what follows in its row aside; nothing is cut. */
#ifndef WQL_CLI_TABLE_H
#define WQL_CLI_TABLE_H

#include "columns.h"

typedef struct cli_table_cell {
    size_t len;
    uint32_t width;
    bool to_the_right;
} cli_table_cell;

typedef struct cli_table {
    cli_out *out;
    const cli_columns *columns;
    cli_out text;          /* the cells of the rows held back, one behind the other */
    cli_table_cell *cells;
    size_t cell_count, cell_cap;
    uint32_t rows;         /* held back */
    uint32_t *width;       /* of the columns; NULL = not settled yet */
} cli_table;

void cli_table_open(cli_table *t, cli_out *out, const cli_columns *columns);
void cli_table_free(cli_table *t);
/* All of them return cli_out_good(out). */
bool cli_table_batch(cli_table *t, const wql_batch *batch);
bool cli_table_show(cli_table *t); /* prints what is held back */
bool cli_table_end(cli_table *t, bool complete);
bool cli_table_holds(const cli_table *t);

#endif
