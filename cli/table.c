/* SPDX-License-Identifier: MIT */
/* table.c: rows in aligned columns, for people. */
#include "table.h"

#include "shown.h"
#include "text.h"
#include "utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HOLD_ROWS = 1000, HOLD_BYTES = 1 << 20, WIDTH_MAX = 80, GAP = 2 };

void cli_table_open(cli_table *t, cli_out *out, const cli_columns *columns) {
    memset(t, 0, sizeof *t);
    t->out = out;
    t->columns = columns;
    cli_out_open(&t->text, -1, -1);
}

void cli_table_free(cli_table *t) {
    cli_out_free(&t->text);
    free(t->cells);
    free(t->width);
    t->cells = NULL;
    t->width = NULL;
}

bool cli_table_holds(const cli_table *t) { return t->rows > 0; }

/* Appends a cell to t->text. */
static cli_table_cell make_cell(cli_table *t, const wql_batch *batch, uint32_t index, uint32_t row) {
    cli_table_cell made = {0, 0, t->columns->to_the_right[index]};
    size_t before = t->text.len;
    wql_str text;
    cli_cell cell;
    switch (cli_columns_cell(t->columns, batch, index, row, &cell, &text)) {
    case CLI_NULL_CELL: cli_out_z(&t->text, "NULL"); break;
    case CLI_SCALAR_CELL: cli_put_scalar(&t->text, &cell); break;
    case CLI_NESTED_CELL: cli_json_cell(&t->text, &cell); break;
    case CLI_TEXT_CELL:
        made.width = cli_put_shown(&t->text, text);
        made.len = t->text.len - before;
        return made;
    }
    made.len = t->text.len - before;
    for (size_t at = before, used; at < t->text.len; at += used) {
        uint32_t c = cli_utf8_next(t->text.buf + at, t->text.len - at, &used);
        made.width += cli_char_width(c);
    }
    return made;
}

/* A failure of the held text is one of the output. */
static bool good(cli_table *t) {
    if (t->text.error && t->out->error == 0) t->out->error = t->text.error;
    if (t->text.odd) t->out->odd = true;
    if (t->text.fault) cli_out_fault(t->out, t->text.fault);
    return cli_out_good(t->out);
}

static void put_padded(cli_table *t, const char *text, cli_table_cell cell, uint32_t index) {
    uint32_t width = t->width[index];
    uint32_t pad = cell.width < width ? width - cell.width : 0;
    bool last = index + 1 == t->columns->count;
    if (cell.to_the_right) cli_out_fill(t->out, ' ', pad);
    cli_out_put(t->out, text, cell.len);
    if (last) {
        cli_out_char(t->out, '\n');
        return;
    }
    cli_out_fill(t->out, ' ', (cell.to_the_right ? 0 : pad) + GAP);
}

static void widen(cli_table *t, uint32_t index, uint32_t width) {
    if (width > WIDTH_MAX) width = WIDTH_MAX;
    if (t->width[index] < width) t->width[index] = width;
}

/* Column names, and the line under them. */
static void header(cli_table *t) {
    uint32_t count = t->columns->count;
    for (uint32_t i = 0; i < count; i++) {
        size_t start = t->text.len; /* names pass through the same mill as texts */
        cli_table_cell cell = {0, 0, t->columns->to_the_right[i]};
        cell.width = cli_put_shown(&t->text, wql_s(t->columns->names[i]));
        cell.len = t->text.len - start;
        if (!good(t)) return;
        put_padded(t, t->text.buf + start, cell, i);
        t->text.len = start;
    }
    for (uint32_t i = 0; i < count; i++) {
        cli_out_fill(t->out, '-', t->width[i]);
        if (i + 1 < count) cli_out_fill(t->out, ' ', GAP);
    }
    cli_out_char(t->out, '\n');
}

/* Settles the widths and prints the header. */
static bool settle(cli_table *t) {
    uint32_t count = t->columns->count;
    t->width = calloc(count ? count : 1, sizeof *t->width);
    if (t->width == NULL) {
        t->out->error = ENOMEM;
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_t start = t->text.len;
        widen(t, i, cli_put_shown(&t->text, wql_s(t->columns->names[i])));
        t->text.len = start;
    }
    for (size_t k = 0; k < t->cell_count; k++) widen(t, (uint32_t)(k % count), t->cells[k].width);
    if (count > 0) header(t);
    return good(t);
}

bool cli_table_show(cli_table *t) {
    size_t at = 0;
    uint32_t count = t->columns->count;
    if (t->width == NULL && !settle(t)) return false;
    for (size_t k = 0; k < t->cell_count; k++) {
        uint32_t index = (uint32_t)(k % count);
        put_padded(t, t->text.buf + at, t->cells[k], index);
        at += t->cells[k].len;
        if (index + 1 == count && !cli_out_row(t->out)) return false;
    }
    t->text.len = 0;
    t->cell_count = 0;
    t->rows = 0;
    return cli_out_good(t->out);
}

static bool add_row(cli_table *t, const wql_batch *batch, uint32_t row) {
    uint32_t count = t->columns->count;
    if (t->cell_cap - t->cell_count < count) {
        size_t cap = t->cell_cap * 2 + count;
        cli_table_cell *grown = realloc(t->cells, cap * sizeof *grown);
        if (grown == NULL) {
            t->out->error = ENOMEM;
            return false;
        }
        t->cells = grown;
        t->cell_cap = cap;
    }
    for (uint32_t i = 0; i < count; i++) t->cells[t->cell_count++] = make_cell(t, batch, i, row);
    t->rows++;
    return good(t);
}

bool cli_table_batch(cli_table *t, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    for (uint32_t r = 0; r < rows; r++) {
        if (!add_row(t, batch, r)) return false;
        /* Once the widths are settled nothing is gained by holding rows beyond their batch. */
        if ((t->rows >= HOLD_ROWS || t->text.len >= HOLD_BYTES) && !cli_table_show(t)) return false;
    }
    if (t->width == NULL) return cli_out_good(t->out);
    return cli_table_show(t) && cli_out_flush(t->out);
}

bool cli_table_end(cli_table *t, bool complete) {
    if (t->rows == 0 && (t->width != NULL || !complete || !t->columns->known)) return cli_out_good(t->out);
    return cli_table_show(t);
}
