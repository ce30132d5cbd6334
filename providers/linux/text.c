/* SPDX-License-Identifier: MIT */
/* text.c: taking the kernel's texts apart. No locale, no sscanf, no number that wraps. */
#include "linux.h"

#include <stdarg.h>
#include <stdio.h>

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool wql__linux_cut(wql_str *rest, char separator, wql_str *piece) {
    const char *at;
    if (!rest->len) return false;
    at = memchr(rest->ptr, separator, rest->len);
    piece->ptr = rest->ptr;
    piece->len = at ? (size_t)(at - rest->ptr) : rest->len;
    rest->ptr += piece->len + (at ? 1 : 0);
    rest->len -= piece->len + (at ? 1 : 0);
    return true;
}

bool wql__linux_word(wql_str *rest, wql_str *word) {
    while (rest->len && is_blank(*rest->ptr)) {
        rest->ptr++;
        rest->len--;
    }
    word->ptr = rest->ptr;
    word->len = 0;
    while (word->len < rest->len && !is_blank(word->ptr[word->len])) word->len++;
    rest->ptr += word->len;
    rest->len -= word->len;
    return word->len > 0;
}

wql_str wql__linux_trim(wql_str text) {
    while (text.len && is_blank(*text.ptr)) {
        text.ptr++;
        text.len--;
    }
    while (text.len && (is_blank(text.ptr[text.len - 1]) || !text.ptr[text.len - 1])) text.len--;
    return text;
}

bool wql__linux_decimal(wql_str text, uint64_t *out) {
    uint64_t number = 0;
    if (!text.len) return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.ptr[i] - (unsigned)'0';
        if (digit > 9 || number > (UINT64_MAX - digit) / 10) return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

bool wql__linux_signed(wql_str text, int64_t *out) {
    bool minus = text.len && *text.ptr == '-';
    uint64_t number;
    if (minus) {
        text.ptr++;
        text.len--;
    }
    if (!wql__linux_decimal(text, &number) || number > (uint64_t)INT64_MAX) return false;
    *out = minus ? -(int64_t)number : (int64_t)number;
    return true;
}

bool wql__linux_hex(wql_str text, uint64_t *out) {
    uint64_t number = 0;
    if (!text.len) return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;
        if (digit > 15 || number >> 60) return false;
        number = number << 4 | digit;
    }
    *out = number;
    return true;
}

bool wql__linux_is(wql_str text, const char *z) { return text.len == strlen(z) && memcmp(text.ptr, z, text.len) == 0; }

bool wql__linux_starts(wql_str text, const char *z) {
    size_t len = strlen(z);
    return text.len >= len && memcmp(text.ptr, z, len) == 0;
}

bool wql__linux_field(wql_str file, const char *name, char separator, wql_str *value) {
    wql_str line;
    size_t len = strlen(name);
    while (wql__linux_cut(&file, '\n', &line)) {
        wql_str rest;
        if (!wql__linux_starts(line, name)) continue;
        rest = (wql_str){line.ptr + len, line.len - len};
        while (rest.len && is_blank(*rest.ptr)) {
            rest.ptr++;
            rest.len--;
        }
        if (separator == ' ' ? rest.len == line.len - len : !rest.len || *rest.ptr != separator) continue;
        if (separator != ' ') {
            rest.ptr++;
            rest.len--;
        }
        *value = wql__linux_trim(rest);
        return true;
    }
    return false;
}

bool wql__linux_field_number(wql_str file, const char *name, char separator, uint64_t *value) {
    wql_str text, word;
    return wql__linux_field(file, name, separator, &text) && wql__linux_word(&text, &word) && wql__linux_decimal(word, value);
}

bool wql__linux_has_word(wql_str list, const char *word) {
    wql_str piece;
    while (wql__linux_word(&list, &piece))
        if (wql__linux_is(piece, word)) return true;
    return false;
}

wql_str wql__linux_text(wql__linux_arena *arena, const char *format, ...) {
    wql_str out = {"", 0};
    char *text;
    int len;
    va_list args;
    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = len > 0 ? wql__linux_take(arena, (size_t)len + 1) : NULL;
    if (!text) return out;
    va_start(args, format);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (wql_str){text, (size_t)len};
}

size_t wql__linux_digits(uint64_t number, char out[24]) {
    char reversed[24];
    size_t len = 0;
    do {
        reversed[len++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    for (size_t i = 0; i < len; i++) out[i] = reversed[len - 1 - i];
    out[len] = 0;
    return len;
}
