/* SPDX-License-Identifier: MIT */
/* csv.c: rows as comma-separated values. NULL is an empty field, an empty text is "". Arrays and objects are fields of JSON.
 * Bytes go out as they are, except on a terminal, where control characters become '?'. */
#include "csv.h"

#include "text.h"
#include "utf8.h"

#include <string.h>

static bool needs_quotes(const char *bytes, size_t len) {
    if (len == 0) return true;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == ',' || bytes[i] == '"' || bytes[i] == '\n' || bytes[i] == '\r') return true;
    }
    return false;
}

static void put_tame(cli_out *out, const char *bytes, size_t len) {
    size_t used;
    for (size_t at = 0; at < len; at += used) {
        uint32_t c = cli_utf8_next(bytes + at, len - at, &used);
        bool shown = c == '\n' || c == '\t' || (c != CLI_ILL_FORMED && !cli_steers_terminal(c));
        cli_out_put(out, shown ? bytes + at : "?", shown ? used : 1);
    }
}

static void put_bytes(cli_out *out, const char *bytes, size_t len) {
    if (out->is_tty) put_tame(out, bytes, len);
    else cli_out_put(out, bytes, len);
}

static void put_field(cli_out *out, const char *bytes, size_t len) {
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

static void put_json(cli_out *out, const cli_cell *cell) {
    cli_out json;
    cli_out_open(&json, -1, -1);
    cli_json_cell(&json, cell);
    put_field(out, json.buf ? json.buf : "", json.len);
    if (json.error) out->error = json.error;
    if (json.odd) out->odd = true;
    if (json.fault) cli_out_fault(out, json.fault);
    cli_out_free(&json);
}

void cli_csv_header(cli_out *out, const cli_columns *columns) {
    for (uint32_t i = 0; i < columns->count; i++) {
        if (i > 0) cli_out_char(out, ',');
        put_field(out, columns->names[i], strlen(columns->names[i]));
    }
    cli_out_char(out, '\n');
}

void cli_csv_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row) {
    for (uint32_t i = 0; i < columns->count; i++) {
        const wql_column *col = columns->at[i] == WQL_NO_COLUMN ? NULL : wql_batch_column(batch, columns->at[i]);
        cli_cell cell = {col, row, col && cli_is_interval(batch, col)};
        if (i > 0) cli_out_char(out, ',');
        if (col == NULL || wql_column_is_null(col, row)) continue;
        if ((col->type & WQL_ARRAY) || col->type == WQL_OBJECT) {
            put_json(out, &cell);
        } else if (col->type == WQL_STRING || col->type == WQL_REFERENCE) {
            wql_str text = wql_column_str(col, row);
            put_field(out, text.ptr, text.len);
        } else {
            cli_put_scalar(out, &cell);
        }
    }
    cli_out_char(out, '\n');
}
