/* SPDX-License-Identifier: MIT */
/* cell.c: a value as it is written in a case file: NULL, TRUE, 12, 1.5, nan, inf, "text", the 25 characters of a datetime,
 * {1,2,NULL} and Class{property=value}. */
#include "golden.h"

#include <errno.h>
#include <stdlib.h>

static wql_str bare_word(reader *from) {
    wql_str word = {from->at, 0};
    while (from->at < from->end && !strchr(" ,|{}=\"", *from->at)) from->at++;
    word.len = (size_t)(from->at - word.ptr);
    return word;
}

static bool is(wql_str word, const char *text) { return word.len == strlen(text) && !memcmp(word.ptr, text, word.len); }

/* -- scalars ----------------------------------------------------------------------------------------------------- */

static bool is_signed(uint32_t type) {
    return type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64;
}

static uint32_t bits_of(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_UINT8: return 8;
    case WQL_SINT16:
    case WQL_UINT16:
    case WQL_CHAR16: return 16;
    case WQL_SINT32:
    case WQL_UINT32: return 32;
    default: return 64;
    }
}

/* A number that does not fit its property stays wide: the library has to notice. */
static wql_value read_integer(reader *from, wql_str word, uint32_t type) {
    char text[32], *end;
    uint32_t bits = bits_of(type);
    wql_value v;
    if (!word.len || word.len >= sizeof text) complain(from, "a number expected");
    memcpy(text, word.ptr, word.len);
    text[word.len] = '\0';
    errno = 0;
    v = text[0] == '-' ? wql_i64(strtoll(text, &end, 10)) : wql_u64(strtoull(text, &end, 10));
    if (*end || errno) complain(from, "'%s' is no number of 64 bits", text);
    if (text[0] == '-') {
        if (is_signed(type) && v.i64 >= -(int64_t)((UINT64_C(1) << (bits - 1)) - 1) - 1) v.type = type;
    } else if (v.u64 <= (is_signed(type) ? (UINT64_C(1) << (bits - 1)) - 1 : UINT64_MAX >> (64 - bits))) {
        v.type = type; /* i64 and u64 have the same bits here */
    }
    return v;
}

static wql_value read_real(reader *from, wql_str word, uint32_t type) {
    char text[400], *end;
    wql_value v;
    if (!word.len || word.len >= sizeof text) complain(from, "a number expected");
    memcpy(text, word.ptr, word.len);
    text[word.len] = '\0';
    v = wql_f64(strtod(text, &end)); /* this program never sets a locale */
    if (*end) complain(from, "'%s' is no number", text);
    if (type == WQL_REAL32) v.f64 = (double)(float)v.f64;
    v.type = type;
    return v;
}

static wql_value read_time(reader *from, wql_str word) {
    wql_datetime time;
    if (wql_datetime_parse(word, &time) != WQL_OK) complain(from, "'%.*s' is no datetime", WQL_FMT(word));
    return wql_time(time);
}

static wql_value read_scalar(reader *from, uint32_t type) {
    wql_str word;
    wql_value v;
    if (from->at < from->end && *from->at == '"') {
        size_t len;
        const char *text = read_quoted(from, &len);
        v = wql_text((wql_str){text, len});
        if (type == WQL_STRING || type == WQL_REFERENCE) v.type = type;
        return v;
    }
    word = bare_word(from);
    if (is(word, "NULL")) return wql_null();
    if (is(word, "TRUE") || is(word, "FALSE")) return wql_bool(word.len == 4);
    switch (type) {
    case WQL_REAL32:
    case WQL_REAL64: return read_real(from, word, type);
    case WQL_DATETIME: return read_time(from, word);
    case WQL_STRING:
    case WQL_REFERENCE: complain(from, "a text stands in double quotes");
    case WQL_BOOLEAN: complain(from, "TRUE, FALSE or NULL expected");
    case WQL_OBJECT: complain(from, "NULL or Class{property=value} expected");
    default: return read_integer(from, word, type);
    }
}

/* -- arrays and objects ------------------------------------------------------------------------------------------ */

static bool next_is(reader *from, char c) {
    skip_blanks(from);
    if (from->at == from->end || *from->at != c) return false;
    from->at++;
    return true;
}

static void need(reader *from, char c) {
    if (!next_is(from, c)) complain(from, "'%c' expected", c);
}

enum { ITEMS_MAX = 64 };

static cell read_one(reader *from, uint32_t type, uint32_t depth);

static const wql_property_def *find_property(const data_class *c, wql_str name) {
    for (uint32_t i = 0; i < c->all_count; i++)
        if (is(name, c->all[i].name)) return &c->all[i];
    return NULL;
}

static cell read_typed(reader *from, const wql_property_def *property, uint32_t depth) {
    cell out = {.scalar = wql_null()};
    uint32_t type = property->type & ~(uint32_t)WQL_ARRAY;
    if (!(property->type & WQL_ARRAY)) return read_one(from, type, depth);
    if (!next_is(from, '{')) {
        wql_str word = bare_word(from);
        if (!is(word, "NULL")) complain(from, "an array in braces expected");
        return out;
    }
    out.is_array = true;
    out.scalar.type = property->type;
    out.items = pool_get(&from->file->memory, ITEMS_MAX * sizeof *out.items);
    if (next_is(from, '}')) return out;
    do {
        if (out.count == ITEMS_MAX) complain(from, "too many items");
        skip_blanks(from);
        out.items[out.count++] = read_one(from, type, depth + 1);
    } while (next_is(from, ','));
    need(from, '}');
    return out;
}

static cell read_object(reader *from, wql_str name, uint32_t depth) {
    cell out = {.scalar = wql_null(), .is_object = true};
    const data_class *c = case_file_class(from->file, name.ptr, name.len);
    if (!c) complain(from, "there is no class %.*s", WQL_FMT(name));
    if (depth > 16) complain(from, "objects in objects in objects");
    out.scalar.type = WQL_OBJECT;
    out.class_name = c->name;
    out.items = pool_get(&from->file->memory, (c->all_count + 1) * sizeof *out.items);
    out.names = pool_get(&from->file->memory, (c->all_count + 1) * sizeof *out.names);
    need(from, '{');
    if (next_is(from, '}')) return out;
    do {
        const wql_property_def *property;
        skip_blanks(from);
        name = bare_word(from);
        property = find_property(c, name);
        if (!property) complain(from, "%s has no property %.*s", c->name, WQL_FMT(name));
        if (out.count == c->all_count) complain(from, "too many properties");
        need(from, '=');
        skip_blanks(from);
        out.names[out.count] = property->name;
        out.items[out.count++] = read_typed(from, property, depth + 1);
    } while (next_is(from, ','));
    need(from, '}');
    return out;
}

static cell read_one(reader *from, uint32_t type, uint32_t depth) {
    cell out = {.scalar = wql_null()};
    const char *start = from->at;
    if (type == WQL_OBJECT) {
        wql_str name = bare_word(from);
        if (!is(name, "NULL")) return read_object(from, name, depth);
        from->at = start;
    }
    out.scalar = read_scalar(from, type);
    return out;
}

cell read_cell(reader *from, const wql_property_def *property) { return read_typed(from, property, 0); }
