/* SPDX-License-Identifier: MIT */
/* list.c: rows as lists of their properties. Texts stand in quotes as in JSON, so that "NULL" is a text and NULL is none, and
 * that nothing in them steers a terminal; arrays and objects are JSON. */
#include "list.h"

#include "shown.h"
#include "text.h"
#include "utf8.h"

static uint32_t width_of(const char *name) {
    wql_str text = wql_s(name);
    uint32_t width = 0;
    for (size_t at = 0, used; at < text.len; at += used) {
        width += cli_char_width(cli_utf8_next(text.ptr + at, text.len - at, &used));
    }
    return width;
}

static void put_value(cli_out *out, const cli_cell *cell) {
    uint32_t type = cell->col->type;
    if (wql_column_is_null(cell->col, cell->row))
        cli_out_z(out, "NULL");
    else if ((type & WQL_ARRAY) || type == WQL_OBJECT || type == WQL_STRING || type == WQL_REFERENCE)
        cli_json_cell(out, cell);
    else
        cli_put_scalar(out, cell);
}

void cli_list_row(cli_out *out, const wql_batch *batch, uint32_t row, bool first) {
    const wql_class_def *def = wql_class_describe(wql_batch_class(batch));
    uint32_t width = wql_batch_width(batch), widest = 0;
    for (uint32_t i = 0; i < width; i++) {
        uint32_t name = width_of(wql_batch_column(batch, i)->name);
        if (name > widest) widest = name;
    }
    if (!first) cli_out_char(out, '\n');
    if (def) cli_put_shown(out, wql_s(def->name));
    cli_out_char(out, '\n');
    for (uint32_t i = 0; i < width; i++) {
        const wql_column *col = wql_batch_column(batch, i);
        cli_cell cell = {col, row, cli_is_interval(batch, col)};
        cli_out_z(out, "  ");
        cli_put_shown(out, wql_s(col->name));
        cli_out_fill(out, ' ', widest - width_of(col->name));
        cli_out_z(out, " = ");
        put_value(out, &cell);
        cli_out_char(out, '\n');
    }
}
