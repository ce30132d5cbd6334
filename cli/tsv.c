/* SPDX-License-Identifier: MIT */
/* tsv.c: rows as fields between tabs. NULL is \N; a tab, newline, carriage return or backslash in a text is \t \n \r \\, any
 * other character that steers a terminal \xHH or \uHHHH: a line is a row, a tab parts two fields, and nothing is lost. */
#include "tsv.h"

#include "shown.h"
#include "text.h"

void cli_tsv_header(cli_out *out, const cli_columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        if (i > 0) cli_out_char(out, '\t');
        cli_put_escaped(out, wql_s(columns->names[i]));
    }
    cli_out_char(out, '\n');
}

void cli_tsv_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row) {
    for (uint32_t i = 0; i < columns->count; i++) {
        wql_str text;
        cli_cell cell;
        cli_kind kind = cli_columns_cell(columns, batch, i, row, &cell, &text);
        if (i > 0) cli_out_char(out, '\t');
        switch (kind) {
        case CLI_NULL_CELL: cli_out_z(out, "\\N"); break;
        case CLI_SCALAR_CELL: cli_put_scalar(out, &cell); break;
        case CLI_TEXT_CELL: cli_put_escaped(out, text); break;
        case CLI_NESTED_CELL: cli_put_through(out, &cell, cli_put_escaped); break;
        }
    }
    cli_out_char(out, '\n');
}
