/* SPDX-License-Identifier: MIT */
/* csv.c: rows as comma-separated values. NULL is an empty field, an empty text is "". Arrays and objects are fields of JSON.
 * Bytes go out as they are, except on a terminal, where control characters become '?'. */
#include "csv.h"

#include "shown.h"
#include "text.h"

#include <string.h>

static bool needs_quotes(const char *bytes, size_t len) {
    if (len == 0) return true;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r') return true;
    }
    return false;
}

static void put_bytes(cli_out *out, const char *bytes, size_t len) {
    if (out->is_tty)
        cli_put_tame(out, (wql_str){bytes, len});
    else
        cli_out_put(out, bytes, len);
}

static void put_field(cli_out *out, wql_str text) {
    const char *bytes = text.ptr;
    size_t len = text.len;
    if (!needs_quotes(bytes, len)) {
        put_bytes(out, bytes, len);
        return;
    }
    cli_out_char(out, '"');
    while (len > 0) {
        const char *quote = memchr(bytes, '"', len);
        size_t piece = quote ? (size_t)(quote - bytes) + 1 : len;
        put_bytes(out, bytes, piece);
        if (quote) cli_out_char(out, '"');
        bytes += piece;
        len -= piece;
    }
    cli_out_char(out, '"');
}

void cli_csv_header(cli_out *out, const cli_columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        if (i > 0) cli_out_char(out, ',');
        put_field(out, wql_s(columns->names[i]));
    }
    cli_out_char(out, '\n');
}

void cli_csv_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row) {
    for (uint32_t i = 0; i < columns->count; i++) {
        wql_str text;
        cli_cell cell;
        cli_kind kind = cli_columns_cell(columns, batch, i, row, &cell, &text);
        if (i > 0) cli_out_char(out, ',');
        switch (kind) {
        case CLI_NULL_CELL: break;
        case CLI_SCALAR_CELL: cli_put_scalar(out, &cell); break;
        case CLI_TEXT_CELL: put_field(out, text); break;
        case CLI_NESTED_CELL: cli_put_through(out, &cell, put_field); break;
        }
    }
    cli_out_char(out, '\n');
}
