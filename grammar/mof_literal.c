/* SPDX-License-Identifier: MIT */
/* mof_literal.c: literals of MOF: strings put together, escapes, characters, numbers to four bases. */
#include "../engine/base/utf8.h"
#include "../engine/data/value.h"
#include "mof_parser.h"

#include <string.h>

/* -- escapes ----------------------------------------------------------------------------------------------------- */

static int digit_of(unsigned char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* \x and one to four digits: a UTF-16 unit. *at is behind the x. */
static uint32_t read_unit(const char **at, const char *end) {
    uint32_t unit = 0;
    int digits = 0;
    for (; digits < 4 && *at < end && digit_of((unsigned char)**at) >= 0; digits++, ++*at)
        unit = unit * 16 + (uint32_t)digit_of((unsigned char)**at);
    return digits ? unit : UINT32_MAX;
}

/* The character of an escape; *at is behind the backslash. UINT32_MAX: there is none. */
static uint32_t read_escape(const char **at, const char *end) {
    char c = *(*at)++;
    switch (c) {
    case 'b': return '\b';
    case 't': return '\t';
    case 'n': return '\n';
    case 'f': return '\f';
    case 'r': return '\r';
    case '"':
    case '\'':
    case '\\': return (unsigned char)c;
    case 'x':
    case 'X': return read_unit(at, end);
    default: return UINT32_MAX;
    }
}

static void refuse_escape(wql__mof_parser *parser, const char *from, const char *to) {
    uint32_t offset = (uint32_t)(from - parser->text.ptr), length = (uint32_t)(to - from);
    wql__mof_place place = {offset, length};
    wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY,
                   "there is no such escape in a string; there are \\b \\t \\n \\f \\r \\\" \\' \\\\ and \\x with 1 to 4 digits");
}

/* A pair of \x escapes beyond the basic plane. */
static uint32_t join_pair(uint32_t high, const char **at, const char *end) {
    const char *next = *at;
    uint32_t low;
    if (high < 0xd800 || high >= 0xdc00 || end - next < 3 || next[0] != '\\' || (next[1] | 0x20) != 'x') return high;
    next += 2;
    low = read_unit(&next, end);
    if (low < 0xdc00 || low >= 0xe000) return high;
    *at = next;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Writes [at, end), which stands between quotes, without its escapes; it gets no longer. Returns the bytes. */
static size_t unescape(wql__mof_parser *parser, const char *at, const char *end, char *out) {
    char *to = out;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at)), *from;
        size_t plain = (size_t)((slash ? slash : end) - at);
        uint32_t c;
        memcpy(to, at, plain);
        to += plain;
        at += plain;
        if (!slash) break;
        from = at++;
        c = at < end ? join_pair(read_escape(&at, end), &at, end) : UINT32_MAX;
        if (c >= 0xd800 && c < 0xe000) {
            wql__mof_place place = {(uint32_t)(from - parser->text.ptr), (uint32_t)(at - from)};
            wql__mof_error(parser->set, parser->file, place, WQL_E_INVALID_QUERY, "half of a UTF-16 pair is no character");
        } else if (c == UINT32_MAX) {
            at = from + 1;
            if (at < end) (void)wql__utf8_next(&at, end);
            refuse_escape(parser, from, at);
        } else {
            to += wql__utf8_put(c, to);
        }
    }
    return (size_t)(to - out);
}

/* -- strings ----------------------------------------------------------------------------------------------------- */

static bool reserve(wql__mof_set *set, size_t size) {
    size_t more = set->pieces_size ? set->pieces_size : 4096;
    char *bigger;
    if (size <= set->pieces_size) return true;
    while (more < size) more *= 2;
    bigger = wql__realloc(set->arena->mem, set->pieces, set->pieces_size, more);
    if (!bigger) {
        wql__mof_no_memory(set);
        return false;
    }
    set->pieces = bigger;
    set->pieces_size = more;
    return true;
}

/* Strings are put together in a buffer of the set's; the last token that was lexed is the one behind them. */
void wql__mof_read_strings(wql__mof_parser *parser, wql__mof_token *token) {
    wql__mof_set *set = parser->set;
    wql__mof_lexer *lexer = &parser->lexer;
    size_t length = 0;
    bool too_long = false;
    uint32_t kind = WQL__MOF_STRING;
    const unsigned char *end = lexer->at;
    while (kind == WQL__MOF_STRING && set->failed == WQL_OK) {
        const char *from = (const char *)lexer->token + 1, *to = (const char *)lexer->at - 1;
        end = lexer->at;
        if ((size_t)(to - from) > set->limits.string_bytes - length) too_long = true;
        if (!too_long && reserve(set, length + (size_t)(to - from) + 1))
            length += unescape(parser, from, to, set->pieces + length);
        kind = wql__mof_lex(lexer);
    }
    lexer->at = lexer->token; /* what is no string is lexed again */
    token->length = (uint32_t)(end - lexer->start) - token->offset;
    if (too_long)
        wql__mof_limit(set, parser->file, (wql__mof_place){token->offset, 1}, "string_bytes_max", set->limits.string_bytes);
    token->text = wql__mof_shelve(set, set->pieces ? set->pieces : "", too_long ? 0 : length);
    token->text_length = token->text && !too_long ? (uint32_t)length : 0;
}

/* -- literals ---------------------------------------------------------------------------------------------------- */

static wql__mof_literal *make(wql__mof_parser *parser, wql__mof_token token, uint8_t kind) {
    wql__mof_literal *made = wql__mof_alloc(parser->set, sizeof *made);
    if (!made) return NULL;
    made->kind = kind;
    made->place = wql__mof_place_of(token);
    return made;
}

wql__mof_literal *wql__mof_text_literal(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *made = make(parser, token, WQL__MOF_LITERAL_TEXT);
    if (!made) return NULL;
    if (token.kind == WQL__MOF_STRING || token.kind == WQL__MOF_BAD_STRING)
        made->text = (wql_str){token.text, token.text_length};
    else
        made->text = (wql_str){token.symbol->text, token.symbol->length};
    return made;
}

wql__mof_literal *wql__mof_word_literal(wql__mof_parser *parser, wql__mof_token token, uint8_t kind) {
    return make(parser, token, kind);
}

wql__mof_literal *wql__mof_alias_literal(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *made = make(parser, token, WQL__MOF_LITERAL_ALIAS);
    if (made) made->alias = token.symbol;
    return made;
}

/* One UTF-16 unit between single quotes. */
wql__mof_literal *wql__mof_char_literal(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *made = make(parser, token, WQL__MOF_LITERAL_CHAR);
    const char *at = parser->text.ptr + token.offset + 1, *end = at + token.length - 2;
    uint32_t unit = UINT32_MAX;
    if (!made || token.length < 2 || end[0] != '\'') return made; /* not closed: that was said */
    if (at < end && *at == '\\') {
        at++;
        unit = at < end ? read_escape(&at, end) : UINT32_MAX;
    } else if (at < end) {
        unit = wql__utf8_next(&at, end);
    }
    if (at != end || unit > 0xffff)
        wql__mof_error(parser->set, parser->file, made->place, WQL_E_INVALID_QUERY,
                       "between single quotes stands one character of UTF-16, or one escape");
    else
        made->magnitude = unit;
    return made;
}

/* Digits of a base; false: more than 64 bits. */
static bool read_digits(const char *at, const char *end, unsigned base, uint64_t *out) {
    uint64_t value = 0;
    for (; at < end; at++) {
        unsigned digit = (unsigned)digit_of((unsigned char)*at);
        if (value > (UINT64_MAX - digit) / base) return false;
        value = value * base + digit;
    }
    *out = value;
    return true;
}

wql__mof_literal *wql__mof_integer_literal(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *made = make(parser, token, WQL__MOF_LITERAL_INTEGER);
    const char *at = parser->text.ptr + token.offset, *end = at + token.length;
    unsigned base = 10;
    if (!made || token.kind != WQL__MOF_INTEGER) return made; /* no number: that was said */
    if (*at == '+' || *at == '-') made->negative = *at++ == '-';
    if (end - at > 1 && (end[-1] == 'b' || end[-1] == 'B') && at[1] != 'x' && at[1] != 'X') {
        base = 2;
        end--;
    } else if (end - at > 1 && *at == '0') {
        base = at[1] == 'x' || at[1] == 'X' ? 16 : 8;
        at += base == 16 ? 2 : 1;
    }
    if (!read_digits(at, end, base, &made->magnitude) || (made->negative && made->magnitude > (uint64_t)1 << 63))
        wql__mof_error(parser->set, parser->file, made->place, WQL_E_VALUE_OUT_OF_RANGE, "this number does not fit 64 bits");
    return made;
}

wql__mof_literal *wql__mof_real_literal(wql__mof_parser *parser, wql__mof_token token) {
    wql__mof_literal *made = make(parser, token, WQL__MOF_LITERAL_REAL);
    wql__number number;
    if (!made) return NULL;
    if (wql__number_parse((wql_str){parser->text.ptr + token.offset, token.length}, &number)) made->real = number.real;
    return made;
}

/* -- values ------------------------------------------------------------------------------------------------------ */

wql__mof_value wql__mof_no_value(void) {
    wql__mof_value value;
    memset(&value, 0, sizeof value);
    return value;
}

wql__mof_value wql__mof_one_value(wql__mof_literal *literal) {
    wql__mof_value value = wql__mof_no_value();
    value.is_given = true;
    value.first = value.last = literal;
    value.count = literal != NULL;
    if (literal) value.place = literal->place;
    return value;
}

void wql__mof_append_literal(wql__mof_value *value, wql__mof_literal *literal) {
    if (!literal) return; /* no memory, which ends the parse */
    if (value->last)
        value->last->next = literal;
    else
        value->first = literal;
    value->last = literal;
    value->count++;
    value->place.length = literal->place.offset + literal->place.length - value->place.offset;
}

wql__mof_value wql__mof_close_list(wql__mof_value value, wql__mof_token open, wql__mof_token close) {
    value.is_given = value.is_list = true;
    value.place = wql__mof_span(open, close);
    return value;
}
