/* SPDX-License-Identifier: MIT */
/* literal.c: the constants of a query: strings unescaped by where they stand, integers and reals with their exact values. */
#include "parser.h"

#include "../engine/base/utf8.h"
#include "../engine/data/value.h"

#include <wql/engine.h>

#include <string.h>

static void literal_at(wql__token token, uint8_t kind, wql__literal *out) {
    memset(out, 0, sizeof *out);
    out->kind = kind;
    out->offset = token.offset;
    out->length = token.length;
}

static void refuse_escape(wql__parser *parser, wql__token token, const char *backslash, const char *end) {
    const char *next = backslash + 1;
    wql__shown shown;
    wql__utf8_next(&next, end);
    shown = wql__show(parser, (uint32_t)(backslash - parser->text.ptr), (uint32_t)(next - backslash));
    wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                "%s in a text means nothing: only \\\\, \\\" and \\' do, so write \\\\ for a backslash", shown.text);
}

/* Behind LIKE a backslash in front of any other character stands for itself; elsewhere that is an error (wql-language 1.4). */
static bool unescape(wql__parser *parser, wql__token token, bool pattern, wql_str *text) {
    const char *at = text->ptr, *end = at + text->len, *slash = memchr(at, '\\', text->len);
    char *copy, *to;
    if (slash == NULL) return true;
    copy = to = wql__arena_alloc(parser->arena, text->len);
    if (copy == NULL) {
        wql__refuse_memory(parser);
        return false;
    }
    for (; slash != NULL; slash = memchr(at, '\\', (size_t)(end - at))) {
        /* A character follows: the lexer would not have ended the string here otherwise. */
        bool escape = slash[1] == '\\' || slash[1] == '"' || slash[1] == '\'';
        if (!escape && !pattern) {
            refuse_escape(parser, token, slash, end);
            return false;
        }
        memcpy(to, at, (size_t)(slash - at));
        to += slash - at;
        if (!escape) *to++ = '\\';
        *to++ = slash[1];
        at = slash + 2;
    }
    memcpy(to, at, (size_t)(end - at));
    text->ptr = copy;
    text->len = (size_t)(to + (end - at) - copy);
    return true;
}

bool wql__literal_string(wql__parser *parser, wql__token token, bool pattern, wql__literal *out) {
    literal_at(token, WQL__LIT_STRING, out);
    out->text = wql__token_text(parser, token);
    out->text.ptr++; /* the quotes */
    out->text.len -= 2;
    if (!unescape(parser, token, pattern, &out->text)) return false;
    if (pattern && out->text.len > parser->limits->pattern_chars &&
        wql__utf16_length(out->text.ptr, out->text.len) > parser->limits->pattern_chars) {
        wql__refuse_limit(parser, token.offset, token.length, "pattern_chars_max", parser->limits->pattern_chars);
        return false;
    }
    return true;
}

/* 0x1F, with its sign: an integer whose spelling is the decimal one, which is what a text is compared with. */
static bool hexadecimal(wql__parser *parser, wql__token token, wql__literal *out) {
    wql_str text = wql__token_text(parser, token);
    bool negative = text.ptr[0] == '-', fits = true;
    char digits[24];
    wql__out spelling = {digits, sizeof digits, 0};
    literal_at(token, WQL__LIT_INT, out);
    for (size_t i = negative || text.ptr[0] == '+' ? 3 : 2; i < text.len; i++) {
        unsigned c = (unsigned char)text.ptr[i], digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        fits = fits && out->magnitude >> 60 == 0;
        out->magnitude = out->magnitude << 4 | digit;
    }
    out->negative = negative && out->magnitude != 0;
    if (!fits || (negative && out->magnitude > (uint64_t)1 << 63)) {
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the integer is out of range: -0x8000000000000000 to 0xFFFFFFFFFFFFFFFF can be written");
        return false;
    }
    wql__out_format(&spelling, "%s%llu", out->negative ? "-" : "", (unsigned long long)out->magnitude);
    out->text.len = wql__out_end(&spelling);
    out->text.ptr = wql__arena_text(parser->arena, digits, out->text.len);
    if (out->text.ptr == NULL) wql__refuse_memory(parser);
    return out->text.ptr != NULL;
}

bool wql__literal_number(wql__parser *parser, wql__token token, wql__literal *out) {
    wql_str text = wql__token_text(parser, token), digits = text;
    bool negative = text.ptr[0] == '-', fits;
    wql__number number = {0};
    wql__shown shown;
    if (token.kind == WQL__TOKEN_HEX) return hexadecimal(parser, token, out);
    literal_at(token, token.kind == WQL__TOKEN_INT ? WQL__LIT_INT : WQL__LIT_REAL, out);
    if (negative || text.ptr[0] == '+') {
        digits.ptr++;
        digits.len--;
    }
    out->text = negative ? text : digits;
    fits = wql__number_parse(text, &number);
    if (token.kind == WQL__TOKEN_INT) {
        fits = fits && number.fits && (!negative || number.magnitude <= (uint64_t)1 << 63);
        out->magnitude = number.magnitude;
        out->negative = negative && number.magnitude != 0;
    } else {
        fits = fits && number.real - number.real == 0; /* finite */
        out->real = number.real;
    }
    if (fits) return true;
    if (token.kind == WQL__TOKEN_INT && (parser->dialect & WQL_RELAXED) && number.real - number.real == 0) {
        out->kind = WQL__LIT_REAL;
        out->real = number.real;
        out->magnitude = 0;
        out->negative = false;
        return true;
    }
    shown = wql__show(parser, token.offset, token.length);
    if (token.kind == WQL__TOKEN_INT)
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the integer %s is out of range: -9223372036854775808 to 18446744073709551615 can be written", shown.text);
    else
        wql__refuse(parser, WQL_E_INVALID_QUERY, token.offset, token.length,
                    "the number %s is out of range: the largest that can be written is about 1.797e308", shown.text);
    return false;
}

void wql__literal_keyword(wql__token token, wql__literal *out) {
    uint8_t kind = token.kind == WQL__TOKEN_NULL ? WQL__LIT_NULL : token.kind == WQL__TOKEN_TRUE ? WQL__LIT_TRUE : WQL__LIT_FALSE;
    literal_at(token, kind, out);
}

bool wql__literal_parameter(wql__parser *parser, wql__token token, wql__literal *out) {
    wql_str name = wql__token_text(parser, token);
    literal_at(token, WQL__LIT_PARAMETER, out);
    out->text.ptr = name.ptr + 1;
    out->text.len = name.len - 1;
    if (out->text.len > parser->limits->identifier_chars &&
        wql__utf16_length(out->text.ptr, out->text.len) > parser->limits->identifier_chars) {
        wql__refuse_limit(parser, token.offset, token.length, "identifier_chars_max", parser->limits->identifier_chars);
        return false;
    }
    parser->tree->parameter_count++;
    if (out->text.len == 0) out->magnitude = ++parser->tree->unnamed_count;
    return true;
}

void wql__literal_name(const wql__name *name, wql__literal *out) {
    wql__token token = {WQL__TOKEN_NAME, name->offset, name->length};
    literal_at(token, WQL__LIT_STRING, out);
    out->text = name->text;
}
