/* SPDX-License-Identifier: MIT */
/* markdown.c: rows as a table of Markdown. What Markdown would take for its own gets a backslash; a newline is <br>; other
 * control characters, and blanks at the ends of a text, which a cell would lose, are numbers (&#9;). NULL is *NULL*, an empty
 * text an empty cell. */
#include "markdown.h"

#include "text.h"
#include "utf8.h"

#include <string.h>

static void put_number(cli_out *out, uint32_t c) {
    cli_out_z(out, "&#");
    cli_out_u64(out, c);
    cli_out_char(out, ';');
}

static void put_text(cli_out *out, wql_str text) {
    size_t used;
    for (size_t at = 0; at < text.len; at += used) {
        uint32_t c = cli_utf8_next(text.ptr + at, text.len - at, &used);
        bool edge = at == 0 || at + used == text.len;
        if (c == CLI_ILL_FORMED) {
            cli_out_z(out, "\xef\xbf\xbd");
        } else if (c == '\n') {
            cli_out_z(out, "<br>");
        } else if (cli_steers_terminal(c) || (c == ' ' && edge)) {
            put_number(out, c);
        } else {
            if (c < 0x80 && strchr("\\`*_[]<>&|~$", (int)c)) cli_out_char(out, '\\');
            cli_out_put(out, text.ptr + at, used);
        }
    }
}

void cli_markdown_header(cli_out *out, const cli_columns *columns) {
    cli_out_char(out, '|');
    for (uint32_t i = 0; i < columns->count; i++) {
        cli_out_char(out, ' ');
        put_text(out, wql_s(columns->names[i]));
        cli_out_z(out, " |");
    }
    cli_out_z(out, "\n|");
    for (uint32_t i = 0; i < columns->count; i++) cli_out_z(out, columns->to_the_right[i] ? " ---: |" : " --- |");
    cli_out_char(out, '\n');
}

void cli_markdown_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row) {
    cli_out_char(out, '|');
    for (uint32_t i = 0; i < columns->count; i++) {
        wql_str text;
        cli_cell cell;
        cli_kind kind = cli_columns_cell(columns, batch, i, row, &cell, &text);
        cli_out_char(out, ' ');
        switch (kind) {
        case CLI_NULL_CELL: cli_out_z(out, "*NULL*"); break;
        case CLI_TEXT_CELL: put_text(out, text); break;
        case CLI_SCALAR_CELL: /* a datetime may have asterisks */
        case CLI_NESTED_CELL: cli_put_through(out, &cell, put_text); break;
        }
        cli_out_z(out, " |");
    }
    cli_out_char(out, '\n');
}
