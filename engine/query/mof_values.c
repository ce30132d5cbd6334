/* SPDX-License-Identifier: MIT */
/* mof_values.c: literals of MOF as values of a CIM type. */
#include "../data/value.h"

#include "../data/datetime.h"
#include "mof.h"

#include <string.h>

static const char *called(const wql__mof_literal *literal) {
    switch (literal->kind) {
    case WQL__MOF_LITERAL_NULL: return "NULL";
    case WQL__MOF_LITERAL_TRUE:
    case WQL__MOF_LITERAL_FALSE: return "a boolean";
    case WQL__MOF_LITERAL_INTEGER: return "an integer";
    case WQL__MOF_LITERAL_REAL: return "a real number";
    case WQL__MOF_LITERAL_TEXT: return "a string";
    case WQL__MOF_LITERAL_CHAR: return "a character";
    case WQL__MOF_LITERAL_ALIAS: return "an alias";
    default: return "an instance";
    }
}

static bool mismatch(wql__mof_compiler *compiler, uint32_t file, const wql__mof_literal *literal, uint32_t type,
                     const char *what) {
    if (literal->kind == WQL__MOF_LITERAL_TEXT && type == WQL_DATETIME)
        wql__mof_error(compiler->set, file, literal->place, WQL_E_TYPE_MISMATCH,
                       "%s is a datetime, which this is not: yyyymmddHHMMSS.mmmmmmsUUU, or ddddddddHHMMSS.mmmmmm:000", what);
    else
        wql__mof_error(compiler->set, file, literal->place, WQL_E_TYPE_MISMATCH, "%s is %s, not %s", what, wql__type_name(type),
                       called(literal));
    return false;
}

/* The value as it was written; false: it has none that could be converted. */
static bool plain_value(const wql__mof_literal *literal, uint32_t type, wql_value *out) {
    *out = wql_null();
    switch (literal->kind) {
    case WQL__MOF_LITERAL_NULL: return true;
    case WQL__MOF_LITERAL_TRUE:
    case WQL__MOF_LITERAL_FALSE: *out = wql_bool(literal->kind == WQL__MOF_LITERAL_TRUE); return true;
    case WQL__MOF_LITERAL_INTEGER:
        *out = literal->negative ? wql_i64((int64_t)(0 - literal->magnitude)) : wql_u64(literal->magnitude);
        return true;
    case WQL__MOF_LITERAL_REAL: *out = wql_f64(literal->real); return true;
    case WQL__MOF_LITERAL_CHAR:
        *out = wql_u64(literal->magnitude);
        out->type = WQL_CHAR16;
        return type == WQL_CHAR16;
    case WQL__MOF_LITERAL_TEXT:
        if (type != WQL_DATETIME) {
            *out = wql_text(literal->text);
            return true;
        }
        out->type = WQL_DATETIME;
        return wql__datetime_parse(literal->text, &out->time);
    default: return false;
    }
}

bool wql__mof_read_literal(wql__mof_compiler *compiler, uint32_t file, const wql__mof_literal *literal, uint32_t type,
                           const char *what, wql_value *out) {
    wql_value plain;
    wql_status status;
    if (!plain_value(literal, type, &plain)) return mismatch(compiler, file, literal, type, what);
    status = wql__value_convert(&plain, type, plain.type == WQL_DATETIME && plain.time.interval, out);
    if (status >= 0) return true;
    if (status != WQL_E_VALUE_OUT_OF_RANGE) return mismatch(compiler, file, literal, type, what);
    wql__mof_error(compiler->set, file, literal->place, status, "%s is %s, which cannot hold this value", what,
                   wql__type_name(type));
    return false;
}

/* The items of an array. */
static bool read_list(wql__mof_compiler *compiler, uint32_t file, const wql__mof_value *value, uint32_t type, const char *what,
                      wql__arena *arena, wql_value *out) {
    wql_value *items = wql__arena_alloc(arena, wql__array_size(value->count, sizeof *items));
    uint32_t count = 0;
    bool good = true;
    if (!items) {
        wql__mof_no_memory(compiler->set);
        return false;
    }
    for (const wql__mof_literal *at = value->first; at; at = at->next, count++)
        if (!wql__mof_read_literal(compiler, file, at, type, what, &items[count])) good = false;
    *out = wql_array(type, items, count);
    return good;
}

bool wql__mof_read_value(wql__mof_compiler *compiler, uint32_t file, const wql__mof_value *value, uint32_t type, const char *what,
                         wql__arena *arena, wql_value *out) {
    bool is_array = (type & WQL_ARRAY) != 0;
    *out = wql_null();
    if (!value->is_list && value->first && value->first->kind == WQL__MOF_LITERAL_NULL) return true;
    if (is_array != value->is_list) {
        wql__mof_error(compiler->set, file, value->place, WQL_E_TYPE_MISMATCH,
                       is_array ? "%s is an array, whose values stand in braces" : "%s is no array", what);
        return false;
    }
    if (is_array) return read_list(compiler, file, value, type & ~(uint32_t)WQL_ARRAY, what, arena, out);
    return value->first && wql__mof_read_literal(compiler, file, value->first, type, what, out);
}

uint32_t wql__mof_type_of_value(const wql__mof_value *value) {
    uint32_t array = value->is_list ? WQL_ARRAY : 0;
    const wql__mof_literal *first = value->first;
    while (first && first->kind == WQL__MOF_LITERAL_NULL) first = first->next;
    if (!value->is_given) return WQL_BOOLEAN;
    switch (first ? first->kind : WQL__MOF_LITERAL_TEXT) {
    case WQL__MOF_LITERAL_TRUE:
    case WQL__MOF_LITERAL_FALSE: return WQL_BOOLEAN | array;
    case WQL__MOF_LITERAL_REAL: return WQL_REAL64 | array;
    case WQL__MOF_LITERAL_CHAR: return WQL_CHAR16 | array;
    case WQL__MOF_LITERAL_INTEGER:
        for (const wql__mof_literal *at = first; at; at = at->next)
            if (at->kind == WQL__MOF_LITERAL_INTEGER && at->magnitude > (at->negative ? (uint64_t)INT32_MAX + 1 : INT32_MAX))
                return (at->negative || at->magnitude <= INT64_MAX ? WQL_SINT64 : WQL_UINT64) | array;
        return WQL_SINT32 | array;
    default: return WQL_STRING | array;
    }
}
