/* SPDX-License-Identifier: MIT */
/* shown.c: texts without bytes that a terminal would obey. */
#include "shown.h"

#include "utf8.h"

static void put_escape(cli_out *to, uint32_t c) {
    static const char hex[] = "0123456789abcdef";
    cli_out_char(to, '\\');
    switch (c) {
    case '\n': cli_out_char(to, 'n'); return;
    case '\r': cli_out_char(to, 'r'); return;
    case '\t': cli_out_char(to, 't'); return;
    default: break;
    }
    cli_out_char(to, c < 0x80 ? 'x' : 'u');
    for (int shift = c < 0x80 ? 4 : 12; shift >= 0; shift -= 4) cli_out_char(to, hex[c >> shift & 15]);
}

static uint32_t put(cli_out *to, wql_str text, bool twice) {
    size_t used, before;
    uint32_t width = 0;
    for (size_t at = 0; at < text.len; at += used) {
        uint32_t c = cli_utf8_next(text.ptr + at, text.len - at, &used);
        if (c == CLI_ILL_FORMED) {
            cli_out_z(to, "\xef\xbf\xbd");
            width++;
        } else if (cli_steers_terminal(c)) {
            before = to->len;
            put_escape(to, c);
            width += (uint32_t)(to->len - before);
        } else {
            if (twice && c == '\\') cli_out_char(to, '\\');
            cli_out_put(to, text.ptr + at, used);
            width += cli_char_width(c);
        }
    }
    return width;
}

uint32_t cli_put_shown(cli_out *to, wql_str text) { return put(to, text, false); }

void cli_put_escaped(cli_out *to, wql_str text) { put(to, text, true); }

void cli_put_tame(cli_out *to, wql_str text) {
    size_t used;
    for (size_t at = 0; at < text.len; at += used) {
        uint32_t c = cli_utf8_next(text.ptr + at, text.len - at, &used);
        bool shown = c == '\n' || c == '\t' || (c != CLI_ILL_FORMED && !cli_steers_terminal(c));
        cli_out_put(to, shown ? text.ptr + at : "?", shown ? used : 1);
    }
}
