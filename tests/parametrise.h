/* SPDX-License-Identifier: MIT */
/* parametrise.h: the constants of a query become parameters, by turns unnamed and named: what it brings must stay the same. Reads
 * text, not a tree, so that it shares nothing with what is tested. */
#ifndef WQL_TESTS_PARAMETRISE_H
#define WQL_TESTS_PARAMETRISE_H

#include <wql/wql.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { PARAMETERS_MAX = 600 };

typedef struct parametrised {
    char *text;  /* the query, with parameters */
    char *texts; /* what the values point to */
    wql_param params[PARAMETERS_MAX];
    char names[PARAMETERS_MAX][12];
    uint32_t count;
    size_t text_len, texts_len;
} parametrised;

static inline void parametrised_free(parametrised *p) {
    free(p->text);
    free(p->texts);
}

static inline bool parametrise_is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static inline bool parametrise_reads(const char *at, size_t len, const char *word) {
    if (len != strlen(word)) return false;
    for (size_t i = 0; i < len; i++)
        if ((at[i] & ~0x20) != word[i]) return false;
    return true;
}

/* The value of a string token of `len` bytes. False: it has an escape whose meaning depends on the place. */
static inline bool parametrise_string(parametrised *p, const char *at, size_t len, wql_value *out) {
    char *to = p->texts + p->texts_len;
    size_t n = 0;
    for (size_t i = 1; i + 1 < len; i++) {
        if (at[i] == '\\' && !strchr("\\'\"", at[i + 1])) return false;
        if (at[i] == '\\') i++;
        to[n++] = at[i];
    }
    p->texts_len += n;
    *out = wql_text((wql_str){to, n});
    return true;
}

/* The value of a number. False: it is spelled as no value is (a text is compared with the spelling), or out of range. */
static inline bool parametrise_number(const char *at, size_t len, wql_value *out) {
    char spelled[64], quoted[64], *end;
    size_t digits = at[0] == '-' || at[0] == '+';
    if (len >= sizeof spelled) return false;
    memcpy(spelled, at, len);
    spelled[len] = 0;
    errno = 0;
    if (strspn(spelled + digits, "0123456789") == len - digits) {
        *out = spelled[0] == '-' ? wql_i64(strtoll(spelled, &end, 10)) : wql_u64(strtoull(spelled, &end, 10));
        return errno == 0 && len > digits;
    }
    *out = wql_f64(strtod(spelled, &end));
    return *end == 0 && wql_quote(out, quoted, sizeof quoted) < sizeof quoted && !strcmp(quoted, spelled);
}

static inline void parametrise_put(parametrised *p, const char *at, size_t len, const wql_value *value) {
    if (value && p->count < PARAMETERS_MAX) {
        bool named = p->count % 2;
        (void)snprintf(p->names[p->count], sizeof p->names[0], "p%u", p->count);
        p->params[p->count] = (wql_param){named ? p->names[p->count] : NULL, *value};
        p->text_len += (size_t)sprintf(p->text + p->text_len, "%s%s", named ? "@" : "?", named ? p->names[p->count] : "");
        p->count++;
        return;
    }
    memcpy(p->text + p->text_len, at, len);
    p->text_len += len;
    p->text[p->text_len] = 0;
}

/* The length of the token at `at`, which is before `end`; whether it is a constant, and its value. */
static inline size_t parametrise_token(parametrised *p, const char *at, const char *end, wql_value *value, bool *constant) {
    size_t len = 1;
    *constant = false;
    if (*at == '\'' || *at == '"') {
        while (at + len < end && at[len] != *at) len += at[len] == '\\' ? 2 : 1;
        if (at + len >= end) return (size_t)(end - at); /* it never ends */
        len++;
        *constant = parametrise_string(p, at, len, value);
    } else if ((*at >= '0' && *at <= '9') || *at == '.' || *at == '-' || *at == '+') {
        while (at + len < end && (parametrise_is_word(at[len]) || at[len] == '.' ||
                                  ((at[len] == '-' || at[len] == '+') && (at[len - 1] | 0x20) == 'e')))
            len++;
        *constant = parametrise_number(at, len, value);
    } else if (parametrise_is_word(*at)) {
        while (at + len < end && parametrise_is_word(at[len])) len++;
        *constant = parametrise_reads(at, len, "TRUE") || parametrise_reads(at, len, "FALSE");
        *value = wql_bool(len == 4);
    }
    return len;
}

/* Takes a query that is right. Free it. */
static inline void parametrise(parametrised *p, wql_str query) {
    const char *at = query.ptr, *end = query.ptr + query.len;
    bool where = false;
    p->count = 0;
    p->text_len = p->texts_len = 0;
    p->text = malloc(query.len * 8 + 64);
    p->texts = malloc(query.len + 1);
    if (!p->text || !p->texts) abort();
    p->text[0] = 0;
    while (at < end) {
        wql_value value;
        bool constant;
        size_t len = parametrise_token(p, at, end, &value, &constant);
        parametrise_put(p, at, len, constant && where ? &value : NULL);
        where |= parametrise_reads(at, len, "WHERE");
        at += len;
    }
}

#endif
