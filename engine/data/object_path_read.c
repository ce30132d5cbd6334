/* SPDX-License-Identifier: MIT */
/* object_path_read.c: the text of an object path into its parts, or the first character at fault. One pass, no recursion. */
#include "object_path.h"

#include "../base/fold.h"
#include "../base/map.h"
#include "../base/utf8.h"
#include "value.h"

#include <stdio.h>
#include <string.h>

typedef struct reader {
    wql_str text;   /* the whole, for places */
    size_t at, end; /* what is left of the path */
    const wql__path_limits *limits;
    wql__arena *arena;
    wql__object_path *path;
    uint32_t room; /* for keys */
    wql_error *err;
} reader;

/* -- faults ------------------------------------------------------------------------------------------------------ */

static wql_status refuse_memory(reader *r) { return wql__fail_memory(r->arena->mem, r->err); }

static wql_status refuse_limit(reader *r, size_t at, size_t length, const char *name, uint32_t limit) {
    return wql__fail_at(r->err, WQL_E_QUOTA_VIOLATION, r->text, at, length, "the limit %s (%u) was reached", name, limit);
}

/* Bytes of the character at `at`. */
static size_t character(const reader *r, size_t at) {
    const char *next = r->text.ptr + at;
    wql__utf8_next(&next, r->text.ptr + r->end);
    return (size_t)(next - r->text.ptr) - at;
}

/* What was found here is not what could have come. */
static wql_status refuse(reader *r, const char *expected) {
    size_t length = r->at < r->end ? character(r, r->at) : 0;
    const char *found = r->text.ptr + r->at;
    if (length == 0)
        return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, r->at, r->at < r->text.len,
                            "the object path ends where %s must come", expected);
    if (*found == '\0')
        return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, r->at, 1,
                            "a NUL in an object path, which cannot have one");
    if (length == 1 && (*found == ' ' || *found == '\t' || *found == '\r' || *found == '\n'))
        return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, r->at, 1,
                            "a blank in an object path, where %s must come; blanks can stand in texts in quotes only", expected);
    return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, r->at, length, "'%.*s' in an object path, where %s must come",
                        (int)length, found, expected);
}

/* -- characters -------------------------------------------------------------------------------------------------- */

static bool is_separator(char c) { return c == '\\' || c == '/'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_name(char c, bool first) {
    unsigned char lower = (unsigned char)c | 0x20u;
    return (lower >= 'a' && lower <= 'z') || c == '_' || (unsigned char)c >= 0x80 || (!first && is_digit(c));
}

/* The next byte; 0 at the end. A NUL in the text is a character that fits nowhere, as it does then. */
static char peek(const reader *r, size_t ahead) { return r->end - r->at > ahead ? r->text.ptr[r->at + ahead] : '\0'; }

static wql_str since(const reader *r, size_t from) { return (wql_str){r->text.ptr + from, r->at - from}; }

static wql_status read_name(reader *r, const char *expected, wql_str *name) {
    size_t from = r->at;
    if (!is_name(peek(r, 0), true)) return refuse(r, expected);
    while (is_name(peek(r, 0), false)) r->at++;
    *name = since(r, from);
    if (name->len <= r->limits->identifier_chars) return WQL_OK;
    if (wql__utf16_length(name->ptr, name->len) <= r->limits->identifier_chars) return WQL_OK;
    return refuse_limit(r, from, name->len, "identifier_chars_max", r->limits->identifier_chars);
}

/* -- values ------------------------------------------------------------------------------------------------------ */

/* \\, \" and \' stand for their second character; a backslash before another one for itself. */
static wql_status unescape(reader *r, wql_str raw, wql_str *text) {
    char *to;
    *text = raw;
    if (!raw.len || !memchr(raw.ptr, '\\', raw.len)) return WQL_OK;
    to = wql__arena_alloc(r->arena, raw.len);
    if (!to) return refuse_memory(r);
    text->ptr = to;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == '\\' && (raw.ptr[i + 1] == '\\' || raw.ptr[i + 1] == '"' || raw.ptr[i + 1] == '\'')) i++;
        *to++ = raw.ptr[i];
    }
    text->len = (size_t)(to - text->ptr);
    return WQL_OK;
}

static wql_status read_text(reader *r, wql__literal *value) {
    size_t open = r->at++;
    char quote = r->text.ptr[open];
    while (r->at < r->end && r->text.ptr[r->at] != quote) {
        if (r->text.ptr[r->at] == '\0') return refuse(r, "a character");
        r->at += r->text.ptr[r->at] == '\\' && r->end - r->at > 1 && r->text.ptr[r->at + 1] != '\0' ? 2 : 1;
    }
    if (r->at >= r->end)
        return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, open, 1,
                            "the text that begins here is not closed: its %c is missing", quote);
    value->kind = WQL__LIT_STRING;
    r->at++;
    return unescape(r, (wql_str){r->text.ptr + open + 1, r->at - open - 2}, &value->text);
}

static unsigned hex_digit(char c) {
    if (is_digit(c)) return (unsigned)(c - '0');
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* All digits of one base. False: the number has more than 64 bits. */
static bool read_digits(reader *r, unsigned base, uint64_t *number) {
    bool fits = true;
    for (unsigned digit; (digit = hex_digit(peek(r, 0))) < base; r->at++) {
        fits = fits && *number <= (UINT64_MAX - digit) / base;
        *number = *number * base + digit;
    }
    return fits;
}

/* The decimal spelling, as it stands there or made: a text key that is given a number means these digits. */
static wql_status spell_integer(reader *r, size_t from, wql__literal *value) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%s%llu", value->negative ? "-" : "", (unsigned long long)value->magnitude);
    value->text = since(r, from);
    if (value->text.len == (size_t)len && !memcmp(value->text.ptr, digits, (size_t)len)) return WQL_OK;
    value->text = (wql_str){wql__arena_text(r->arena, digits, (size_t)len), (size_t)len};
    return value->text.ptr ? WQL_OK : refuse_memory(r);
}

static wql_status read_integer(reader *r, wql__literal *value) {
    size_t from = r->at;
    bool negative = peek(r, 0) == '-', fits;
    if (negative || peek(r, 0) == '+') r->at++;
    if (r->at == from && peek(r, 0) == '0' && (peek(r, 1) | 0x20) == 'x') {
        r->at += 2;
        if (hex_digit(peek(r, 0)) > 15) return refuse(r, "a hexadecimal digit");
        fits = read_digits(r, 16, &value->magnitude);
    } else {
        if (!is_digit(peek(r, 0))) return refuse(r, "a digit");
        fits = read_digits(r, 10, &value->magnitude);
    }
    value->kind = WQL__LIT_INT;
    value->negative = negative && value->magnitude;
    if (fits && (!negative || value->magnitude <= (uint64_t)1 << 63)) return spell_integer(r, from, value);
    return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, from, r->at - from,
                        "the integer is out of range: -9223372036854775808 to 18446744073709551615 can be written");
}

static const char value_expected[] = "a value (a text in quotes, an integer, TRUE or FALSE)";

static wql_status read_word(reader *r, wql__literal *value) {
    size_t from = r->at;
    wql_str word;
    while (is_name(peek(r, 0), false)) r->at++;
    word = since(r, from);
    value->kind = wql__fold_equal(word, wql_s("TRUE")) ? WQL__LIT_TRUE : WQL__LIT_FALSE;
    if (value->kind == WQL__LIT_TRUE || wql__fold_equal(word, wql_s("FALSE"))) return WQL_OK;
    r->at = from;
    return refuse(r, value_expected);
}

static wql_status read_value(reader *r, wql__literal *value) {
    size_t from = r->at;
    char c = peek(r, 0);
    wql_status status;
    memset(value, 0, sizeof *value);
    if (c == '"' || c == '\'')
        status = read_text(r, value);
    else if (is_digit(c) || c == '+' || c == '-')
        status = read_integer(r, value);
    else if (is_name(c, true))
        status = read_word(r, value);
    else
        return refuse(r, value_expected);
    value->offset = (uint32_t)from;
    value->length = (uint32_t)(r->at - from);
    return status;
}

/* -- keys -------------------------------------------------------------------------------------------------------- */

static wql__path_key *add_key(reader *r) {
    wql__object_path *path = r->path;
    if (path->key_count == r->room) {
        uint32_t room = r->room ? 2 * r->room : 4;
        wql__path_key *keys = wql__arena_alloc(r->arena, wql__array_size(room, sizeof *keys));
        if (!keys) return NULL;
        if (path->key_count) memcpy(keys, path->keys, path->key_count * sizeof *keys);
        path->keys = keys;
        r->room = room;
    }
    return memset(&path->keys[path->key_count++], 0, sizeof *path->keys);
}

static wql_status read_key(reader *r) {
    size_t from = r->at;
    wql__path_key *key;
    wql_str name;
    wql_status status = read_name(r, "the name of a key", &name);
    if (status != WQL_OK) return status;
    if (r->path->key_count == r->limits->path_keys)
        return refuse_limit(r, from, name.len, "path_keys_max", r->limits->path_keys);
    if (peek(r, 0) != '=') return refuse(r, "'='");
    r->at++;
    key = add_key(r);
    if (!key) return refuse_memory(r);
    key->name = name;
    key->offset = (uint32_t)from;
    key->length = (uint32_t)name.len;
    return read_value(r, &key->value);
}

static wql_status refuse_twice(reader *r) {
    wql__map names;
    if (!wql__map_init(&names, r->arena, r->path->key_count)) return refuse_memory(r);
    for (uint32_t i = 0; i < r->path->key_count; i++) {
        const wql__path_key *key = &r->path->keys[i];
        if (wql__map_add(&names, key->name, i) == i) continue;
        return wql__fail_at(r->err, WQL_E_INVALID_OBJECT_PATH, r->text, key->offset, key->length,
                            "the key %.*s is given twice in the object path", WQL_FMT(key->name));
    }
    return WQL_OK;
}

/* Merges two sorted neighbours of `from` into `to`. */
static void merge(const wql__path_key *from, uint32_t first, uint32_t middle, uint32_t last, wql__path_key *to) {
    for (uint32_t i = first, j = middle, k = first; k < last; k++)
        to[k] = j == last || (i < middle && wql__fold_compare(from[i].name, from[j].name) <= 0) ? from[i++] : from[j++];
}

static wql_status sort_keys(reader *r) {
    uint32_t count = r->path->key_count;
    wql__path_key *from = r->path->keys, *to = wql__arena_alloc(r->arena, wql__array_size(count, sizeof *to));
    if (!to) return refuse_memory(r);
    for (uint32_t width = 1; width < count; width *= 2) {
        wql__path_key *other = to;
        for (uint32_t first = 0; first < count; first += 2 * width) {
            uint32_t middle = count - first > width ? first + width : count;
            merge(from, first, middle, count - middle > width ? middle + width : count, to);
        }
        to = from;
        from = other;
    }
    r->path->keys = from;
    return WQL_OK;
}

static wql_status read_keys(reader *r) {
    wql_status status;
    r->path->kind = WQL__PATH_KEYS;
    do {
        r->at++; /* the dot or the comma */
        status = read_key(r);
        if (status != WQL_OK) return status;
    } while (peek(r, 0) == ',');
    if (r->at < r->end) return refuse(r, "',' or the end of the path");
    if (r->path->key_count == 1) return WQL_OK;
    status = refuse_twice(r);
    return status == WQL_OK ? sort_keys(r) : status;
}

static wql_status read_implied(reader *r) {
    wql__path_key *key;
    wql_status status;
    r->at++; /* = */
    if (peek(r, 0) == '@') {
        r->path->kind = WQL__PATH_SINGLETON;
        r->at++;
        return r->at < r->end ? refuse(r, "the end of the path") : WQL_OK;
    }
    r->path->kind = WQL__PATH_IMPLIED;
    key = add_key(r);
    if (!key) return refuse_memory(r);
    status = read_value(r, &key->value);
    if (status != WQL_OK) return status;
    key->offset = key->value.offset;
    key->length = key->value.length;
    return r->at < r->end ? refuse(r, "the end of the path") : WQL_OK;
}

/* -- what stands in front ---------------------------------------------------------------------------------------- */

static wql_status read_server(reader *r) {
    size_t from;
    r->at += 2;
    from = r->at;
    while (is_name(peek(r, 0), false) || peek(r, 0) == '.' || peek(r, 0) == '-') r->at++;
    r->path->server = since(r, from);
    if (!r->path->server.len) return refuse(r, "the name of a server");
    if (!is_separator(peek(r, 0))) return refuse(r, "a backslash or a slash");
    r->at++;
    return WQL_OK;
}

/* A namespace ends with a colon; one name without it is the class. */
static wql_status read_class(reader *r) {
    bool in_namespace = r->path->server.len > 0;
    size_t from = r->at;
    wql_str name;
    wql_status status = read_name(r, in_namespace ? "the name of a namespace" : "the name of a class or a namespace", &name);
    while (status == WQL_OK && is_separator(peek(r, 0))) {
        in_namespace = true;
        r->at++;
        status = read_name(r, "the name of a namespace", &name);
    }
    if (status == WQL_OK && (in_namespace || peek(r, 0) == ':')) {
        if (peek(r, 0) != ':') return refuse(r, "a separator, or ':' and the name of a class,");
        r->path->ns = since(r, from);
        r->path->ns_offset = (uint32_t)from;
        from = ++r->at;
        status = read_name(r, "the name of a class", &name);
    }
    r->path->class_name = name;
    r->path->class_offset = (uint32_t)from;
    return status;
}

static wql_status read_path(reader *r) {
    wql_status status = WQL_OK;
    if (is_separator(peek(r, 0)) && is_separator(peek(r, 1))) status = read_server(r);
    if (status == WQL_OK) status = read_class(r);
    if (status != WQL_OK || r->at == r->end) return status;
    if (peek(r, 0) == '.') return read_keys(r);
    if (peek(r, 0) == '=') return read_implied(r);
    return refuse(r, "'.' and a key, '=' and a value, or the end of the path");
}

/* The first fault in text order; no more of the text is looked at than the limit lets through. */
static wql_status check_text(reader *r) {
    uint32_t most = r->limits->path_chars < WQL__PATH_CHARS_CEILING ? r->limits->path_chars : WQL__PATH_CHARS_CEILING;
    const char *path = r->text.ptr + r->at;
    size_t length = r->end - r->at, reach = (size_t)most * 3 + 4; /* a unit takes up to three bytes, a pair four */
    size_t look = length < reach ? length : reach, good = look ? wql__utf8_check(path, look) : 0;
    if (good > most && wql__utf16_length(path, good) > most) return refuse_limit(r, r->at, length, "path_chars_max", most);
    if (good == look) return WQL_OK;
    return wql__fail_at(r->err, WQL_E_INVALID_PARAMETER, r->text, r->at + good, 1, "the object path is not well-formed UTF-8");
}

wql_status wql__object_path_precheck(wql_str text, const wql__path_limits *limits, wql_error *err) {
    reader r = {text, 0, text.len, limits, NULL, NULL, 0, err};
    if (!text.len) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the object path is empty");
    return check_text(&r);
}

wql_status wql__object_path_parse(wql_str text, size_t from, size_t length, const wql__path_limits *limits, wql__arena *arena,
                                  wql__object_path **out, wql_error *err) {
    reader r = {text, from, from + length, limits, arena, NULL, 0, err};
    wql_status status = check_text(&r);
    *out = NULL;
    if (status < 0) return status;
    r.path = wql__arena_zero(arena, sizeof *r.path);
    if (!r.path) return refuse_memory(&r);
    r.path->offset = (uint32_t)from;
    r.path->length = (uint32_t)length;
    status = read_path(&r);
    if (status == WQL_OK) *out = r.path;
    return status;
}
