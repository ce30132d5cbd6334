/* SPDX-License-Identifier: MIT */
/* select.c: what a SELECT names. */
#include "select.h"

#include <stdlib.h>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

/* Takes the next token off the text: a name, or one other character; empty at the end. */
static wql_str take(wql_str *text) {
    wql_str token;
    while (text->len > 0 && is_space(*text->ptr)) {
        text->ptr++;
        text->len--;
    }
    token.ptr = text->ptr;
    token.len = 0;
    while (token.len < text->len && is_name(token.ptr[token.len])) token.len++;
    if (token.len == 0 && text->len > 0) token.len = 1;
    text->ptr += token.len;
    text->len -= token.len;
    return token;
}

static bool is_word(wql_str token, const char *word) {
    for (size_t i = 0; i < token.len; i++) {
        char c = token.ptr[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (word[i] == '\0' || c != word[i]) return false;
    }
    return word[token.len] == '\0';
}

static bool same(wql_str token, char c) { return token.len == 1 && *token.ptr == c; }

static bool name_token(wql_str token) { return token.len > 0 && is_name(*token.ptr); }

static bool add(cli_select *s, wql_str name) {
    wql_str *grown = realloc(s->names, ((size_t)s->count + 1) * sizeof *grown);
    if (grown == NULL) return false;
    s->names = grown;
    s->names[s->count++] = name;
    return true;
}

/* The list and the FROM behind it. */
static bool read_list(cli_select *s, wql_str *text) {
    wql_str token = take(text);
    if (same(token, '*')) {
        s->star = true;
        return is_word(take(text), "FROM");
    }
    for (;;) {
        if (!name_token(token) || !add(s, token)) return false;
        token = take(text);
        if (is_word(token, "FROM")) return true;
        if (!same(token, ',')) return false;
        token = take(text);
    }
}

bool cli_select_read(cli_select *s, wql_str query) {
    *s = (cli_select){.star = false};
    if (is_word(take(&query), "SELECT") && read_list(s, &query)) {
        s->from = take(&query);
        if (name_token(s->from)) return true;
    }
    free(s->names);
    s->names = NULL;
    return false;
}
