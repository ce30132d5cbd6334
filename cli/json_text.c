/* SPDX-License-Identifier: MIT */
/* json_text.c: values as JSON (RFC 8259). */
#include "text.h"

#include "utf8.h"

#include <math.h>

enum { DEPTH_MAX = 64 };

static void put_hex4(cli_out *out, uint32_t unit) {
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    cli_out_put(out, text, sizeof text);
}

static void put_escape(cli_out *out, uint32_t c) {
    char pair[2] = {'\\', (char)c};
    switch (c) {
    case '"':
    case '\\': break;
    case '\n': pair[1] = 'n'; break;
    case '\r': pair[1] = 'r'; break;
    case '\t': pair[1] = 't'; break;
    case '\b': pair[1] = 'b'; break;
    case '\f': pair[1] = 'f'; break;
    default: put_hex4(out, c); return;
    }
    cli_out_put(out, pair, sizeof pair);
}

void cli_json_string(cli_out *out, wql_str text) {
    size_t done = 0, at = 0; /* what lies between them goes out as it is */
    cli_out_char(out, '"');
    while (at < text.len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        size_t used = 1;
        uint32_t c = byte;
        if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
            at++;
            continue;
        }
        if (byte >= 0x80) c = cli_utf8_next(text.ptr + at, text.len - at, &used);
        if (byte >= 0x80 && c != CLI_ILL_FORMED && !cli_steers_terminal(c)) {
            at += used;
            continue;
        }
        cli_out_put(out, text.ptr + done, at - done);
        if (c == CLI_ILL_FORMED) cli_out_z(out, "\xef\xbf\xbd");
        else put_escape(out, c);
        at += used;
        done = at;
    }
    if (at > done) cli_out_put(out, text.ptr + done, at - done);
    cli_out_char(out, '"');
}

static void json_cell(cli_out *out, const cli_cell *cell, int depth);

static void json_object(cli_out *out, const wql_batch *batch, uint32_t row, int depth) {
    uint32_t width = wql_batch_width(batch);
    cli_out_char(out, '{');
    for (uint32_t i = 0; i < width; i++) {
        const wql_column *col = wql_batch_column(batch, i);
        cli_cell cell = {col, row, cli_is_interval(batch, col)};
        if (i > 0) cli_out_char(out, ',');
        cli_json_string(out, wql_s(col->name));
        cli_out_char(out, ':');
        json_cell(out, &cell, depth + 1);
    }
    cli_out_char(out, '}');
}

static void json_array(cli_out *out, const cli_cell *cell, int depth) {
    uint32_t first, count = wql_column_items(cell->col, cell->row, &first);
    cli_out_char(out, '[');
    for (uint32_t i = 0; i < count; i++) {
        cli_cell item = {cell->col->child, first + i, cell->interval};
        if (i > 0) cli_out_char(out, ',');
        json_cell(out, &item, depth + 1);
    }
    cli_out_char(out, ']');
}

static void json_cell(cli_out *out, const cli_cell *cell, int depth) {
    wql_value value;
    if (depth > DEPTH_MAX) {
        cli_out_fault(out, "an embedded object is nested more than 64 deep");
        return;
    }
    if (wql_column_is_null(cell->col, cell->row)) {
        cli_out_z(out, "null");
        return;
    }
    if (cell->col->type & WQL_ARRAY) {
        json_array(out, cell, depth);
        return;
    }
    value = wql_column_value(cell->col, cell->row);
    switch (value.type) {
    case WQL_BOOLEAN: cli_out_z(out, value.b ? "true" : "false"); break;
    case WQL_STRING:
    case WQL_REFERENCE: cli_json_string(out, value.str); break;
    case WQL_OBJECT: json_object(out, value.object, value.count, depth); break;
    case WQL_DATETIME:
        cli_out_char(out, '"');
        cli_put_scalar(out, cell);
        cli_out_char(out, '"');
        break;
    case WQL_REAL32:
    case WQL_REAL64:
        if (isfinite(value.f64)) {
            cli_put_scalar(out, cell);
        } else {
            cli_out_z(out, "null");
            out->odd = true;
        }
        break;
    default: cli_put_scalar(out, cell); break;
    }
}

void cli_json_cell(cli_out *out, const cli_cell *cell) { json_cell(out, cell, 0); }

void cli_put_through(cli_out *out, const cli_cell *cell, void (*put)(cli_out *out, wql_str text)) {
    bool nested = (cell->col->type & WQL_ARRAY) || cell->col->type == WQL_OBJECT;
    cli_out made;
    cli_out_open(&made, -1, -1);
    if (nested) cli_json_cell(&made, cell);
    else cli_put_scalar(&made, cell);
    put(out, (wql_str){made.buf, made.len});
    if (made.error && out->error == 0) out->error = made.error;
    if (made.odd) out->odd = true;
    if (made.fault) cli_out_fault(out, made.fault);
    cli_out_free(&made);
}

void cli_json_row(cli_out *out, const wql_batch *batch, uint32_t row) { json_object(out, batch, row, 0); }
