/* SPDX-License-Identifier: MIT */
/* params.c: --param. */
#include "params.h"

#include "errors.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 100000 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Whether the language would take these bytes for a name. */
static bool is_name(wql_str text) {
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
        if (!letter && (i == 0 || !is_digit(c))) return false;
    }
    return text.len > 0;
}

/* The number of a `?`, or 0. */
static uint32_t read_number(wql_str text) {
    uint32_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_digit(text.ptr[i])) return 0;
        n = n * 10 + (uint32_t)(text.ptr[i] - '0');
        if (n > NUMBER_MAX) return 0;
    }
    return n;
}

static bool is_well_formed(const char *text) {
    size_t len = strlen(text), used;
    for (size_t at = 0; at < len; at += used) {
        if (cli_utf8_next(text + at, len - at, &used) == CLI_ILL_FORMED) return false;
    }
    return true;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static bool same_name(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) a++, b++;
    return *a == *b;
}

static bool grow(cli_params *p) {
    size_t count = (size_t)p->count + 1;
    wql_param *values = realloc(p->values, count * sizeof *values);
    char **names;
    uint32_t *numbers;
    if (values) p->values = values;
    names = realloc(p->names, count * sizeof *names);
    if (names) p->names = names;
    numbers = realloc(p->numbers, count * sizeof *numbers);
    if (numbers) p->numbers = numbers;
    return values && names && numbers;
}

static int refuse(const char *word) {
    if (*word == '@')
        cli_say("--param takes the name of a parameter without its @: not '%s'", word);
    else
        cli_say("--param takes NAME=VALUE, or the number of a ? and its value, such as 1=VALUE; not '%s'", word);
    return CLI_USAGE;
}

static bool taken(const cli_params *p, const char *name, uint32_t number) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (number ? p->numbers[i] == number : !p->numbers[i] && same_name(p->names[i], name)) return true;
    }
    return false;
}

int cli_params_add(cli_params *p, const char *word) {
    wql_str name = {word, strcspn(word, "=")};
    uint32_t number = read_number(name);
    char *copy;
    if (!is_well_formed(word)) {
        cli_say("--param: '%s' is not well-formed UTF-8", word);
        return CLI_USAGE;
    }
    if (number == 0 && !is_name(name)) return refuse(word);
    copy = strndup(name.ptr, name.len);
    if (copy == NULL || !grow(p)) {
        free(copy);
        cli_say("out of memory");
        return CLI_FAILED;
    }
    if (taken(p, copy, number)) {
        cli_say("--param: %s is given twice", copy);
        free(copy);
        return CLI_USAGE;
    }
    p->names[p->count] = copy;
    p->numbers[p->count] = number;
    p->values[p->count].name = number ? NULL : copy;
    p->values[p->count].value = word[name.len] == '=' ? wql_text(wql_s(word + name.len + 1)) : wql_null();
    p->count++;
    return CLI_OK;
}

static void exchange(cli_params *p, uint32_t a, uint32_t b) {
    wql_param value = p->values[a];
    char *name = p->names[a];
    uint32_t number = p->numbers[a];
    p->values[a] = p->values[b];
    p->names[a] = p->names[b];
    p->numbers[a] = p->numbers[b];
    p->values[b] = value;
    p->names[b] = name;
    p->numbers[b] = number;
}

int cli_params_settle(cli_params *p) {
    uint32_t numbered = 0;
    for (uint32_t i = 0; i < p->count; i++) numbered += p->numbers[i] != 0;
    for (uint32_t n = 1; n <= numbered; n++) {
        uint32_t at = 0;
        while (at < p->count && p->numbers[at] != n) at++;
        if (at == p->count) {
            cli_say("--param: there is no value for ? number %lu, but one for a later one", (unsigned long)n);
            return CLI_USAGE;
        }
        exchange(p, at, n - 1);
    }
    return CLI_OK;
}

static bool is_name_byte(char c) { return is_name((wql_str){&c, 1}) || is_digit(c); }

/* The next parameter of a query outside of quotes: its `?`, or its name with the @. Empty: there is none. */
static wql_str next_named(wql_str *text) {
    char quote = 0;
    for (; text->len > 0; text->ptr++, text->len--) {
        char c = *text->ptr;
        if (quote && c == '\\' && text->len > 1) {
            text->ptr++;
            text->len--;
        } else if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '?' || c == '@') {
            wql_str named = {text->ptr, 1};
            while (c == '@' && named.len < text->len && is_name_byte(named.ptr[named.len])) named.len++;
            text->ptr += named.len;
            text->len -= named.len;
            return named;
        }
    }
    return (wql_str){text->ptr, 0};
}

static bool has_name(const cli_params *p, uint32_t i, wql_str named) {
    if (p->numbers[i] || strlen(p->names[i]) != named.len - 1) return false;
    for (size_t k = 1; k < named.len; k++) {
        if (lower(p->names[i][k - 1]) != lower(named.ptr[k])) return false;
    }
    return true;
}

uint32_t cli_params_named(const cli_params *p, wql_str query, wql_param *out) {
    uint32_t marks = 0, count = 0;
    wql_str text = query;
    for (wql_str named = next_named(&text); named.len > 0; named = next_named(&text)) marks += *named.ptr == '?';
    for (uint32_t i = 0; i < p->count; i++) {
        bool used = p->numbers[i] && p->numbers[i] <= marks;
        text = query;
        for (wql_str named = next_named(&text); named.len > 0 && !used; named = next_named(&text)) {
            used = *named.ptr == '@' && has_name(p, i, named);
        }
        if (used) out[count++] = p->values[i];
    }
    return count;
}

void cli_params_free(cli_params *p) {
    for (uint32_t i = 0; i < p->count; i++) free(p->names[i]);
    free(p->values);
    free(p->names);
    free(p->numbers);
    memset(p, 0, sizeof *p);
}
