/* SPDX-License-Identifier: MIT */
/* statement.c: lines collected until a `;` ends a statement. */
#include "statement.h"

#include <stdlib.h>

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

wql_str cli_trim(wql_str text) {
    while (text.len > 0 && is_blank(*text.ptr)) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) text.len--;
    return text;
}

bool cli_statement_add(cli_statement *s, wql_str line) {
    size_t needed = s->len + line.len + 2;
    if (needed > s->cap) {
        size_t cap = needed * 2;
        char *grown = realloc(s->text, cap);
        if (grown == NULL) return false;
        s->text = grown;
        s->cap = cap;
    }
    if (line.len) memcpy(s->text + s->len, line.ptr, line.len);
    s->len += line.len;
    s->text[s->len++] = '\n';
    s->text[s->len] = '\0';
    return true;
}

/* Goes over the text as the language does: in quotes a backslash takes the next character with it. Stops at a `;` outside of
 * quotes, or at the end. Returns where. */
static size_t scan(wql_str text, char *quote) {
    *quote = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (*quote) {
            if (c == '\\')
                i++;
            else if (c == *quote)
                *quote = 0;
        } else if (c == '\'' || c == '"') {
            *quote = c;
        } else if (c == ';') {
            return i;
        }
    }
    return text.len;
}

char *cli_statement_take(cli_statement *s, bool *memory) {
    *memory = true;
    while (s->len > 0) {
        wql_str all = {s->text, s->len};
        char quote, *taken = NULL;
        size_t end = scan(all, &quote);
        wql_str one = cli_trim((wql_str){s->text, end});
        if (end == s->len) return NULL;
        if (one.len > 0) {
            taken = strndup(one.ptr, one.len);
            *memory = taken != NULL;
        }
        memmove(s->text, s->text + end + 1, s->len - end); /* with the NUL */
        s->len -= end + 1;
        if (one.len > 0) return taken;
    }
    return NULL;
}

bool cli_statement_empty(const cli_statement *s) { return cli_trim((wql_str){s->text, s->len}).len == 0; }

char cli_statement_quote(wql_str text) {
    for (;;) {
        char quote;
        size_t end = scan(text, &quote);
        if (end == text.len) return quote;
        text.ptr += end + 1;
        text.len -= end + 1;
    }
}

void cli_statement_clear(cli_statement *s) { s->len = 0; }

void cli_statement_free(cli_statement *s) {
    free(s->text);
    *s = (cli_statement){NULL, 0, 0};
}
