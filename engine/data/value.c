/* SPDX-License-Identifier: MIT */
/* value.c: CIM types, fitting values to them, and values as text. */
#include "value.h"

#include "../base/utf8.h"

#include "datetime.h"
#include <wql/batch.h>

#include <inttypes.h>
#include <string.h>

/* -- types ------------------------------------------------------------------------------------------------------- */

typedef struct type_info {
    const char *name, *array;
    uint8_t type, size;
    bool integer;
    int64_t least;
    uint64_t most;
} type_info;

static const type_info types[] = {
    {"sint8", "sint8[]", WQL_SINT8, 1, true, INT8_MIN, INT8_MAX},
    {"uint8", "uint8[]", WQL_UINT8, 1, true, 0, UINT8_MAX},
    {"sint16", "sint16[]", WQL_SINT16, 2, true, INT16_MIN, INT16_MAX},
    {"uint16", "uint16[]", WQL_UINT16, 2, true, 0, UINT16_MAX},
    {"sint32", "sint32[]", WQL_SINT32, 4, true, INT32_MIN, INT32_MAX},
    {"uint32", "uint32[]", WQL_UINT32, 4, true, 0, UINT32_MAX},
    {"sint64", "sint64[]", WQL_SINT64, 8, true, INT64_MIN, INT64_MAX},
    {"uint64", "uint64[]", WQL_UINT64, 8, true, 0, UINT64_MAX},
    {"real32", "real32[]", WQL_REAL32, 4, false, 0, 0},
    {"real64", "real64[]", WQL_REAL64, 8, false, 0, 0},
    {"boolean", "boolean[]", WQL_BOOLEAN, 0, false, 0, 0},
    {"string", "string[]", WQL_STRING, 0, false, 0, 0},
    {"datetime", "datetime[]", WQL_DATETIME, 8, false, 0, 0},
    {"reference", "reference[]", WQL_REFERENCE, 0, false, 0, 0},
    {"char16", "char16[]", WQL_CHAR16, 2, false, 0, UINT16_MAX},
    {"object", "object[]", WQL_OBJECT, 0, false, 0, 0},
};

/* [CIM type] 1 + its place in the table above; 0: none. */
static const uint8_t places[] = {
    [WQL_SINT8] = 1,     [WQL_UINT8] = 2,      [WQL_SINT16] = 3,  [WQL_UINT16] = 4,  [WQL_SINT32] = 5,   [WQL_UINT32] = 6,
    [WQL_SINT64] = 7,    [WQL_UINT64] = 8,     [WQL_REAL32] = 9,  [WQL_REAL64] = 10, [WQL_BOOLEAN] = 11, [WQL_STRING] = 12,
    [WQL_DATETIME] = 13, [WQL_REFERENCE] = 14, [WQL_CHAR16] = 15, [WQL_OBJECT] = 16,
};

static const type_info *find_type(uint32_t type) {
    uint8_t place = type < sizeof places ? places[type] : 0;
    return place ? &types[place - 1] : NULL;
}

bool wql__type_is_known(uint32_t type) { return find_type(type & ~(uint32_t)WQL_ARRAY) != NULL; }

bool wql__type_is_integer(uint32_t type) {
    const type_info *info = find_type(type);
    return info && info->integer;
}

bool wql__type_is_signed(uint32_t type) {
    const type_info *info = find_type(type);
    return info && info->integer && info->least < 0;
}

bool wql__type_is_real(uint32_t type) { return type == WQL_REAL32 || type == WQL_REAL64; }
bool wql__type_is_text(uint32_t type) { return type == WQL_STRING || type == WQL_REFERENCE; }

const char *wql__type_name(uint32_t type) {
    const type_info *info = find_type(type & ~(uint32_t)WQL_ARRAY);
    if (type == WQL_NULL) return "NULL";
    if (!info) return "unknown type";
    return type & WQL_ARRAY ? info->array : info->name;
}

uint32_t wql__type_size(uint32_t type) {
    const type_info *info = find_type(type);
    return info ? info->size : 0;
}

bool wql__type_range(uint32_t type, int64_t *least, uint64_t *most) {
    const type_info *info = find_type(type);
    if (!info || !info->most) return false;
    *least = info->least;
    *most = info->most;
    return true;
}

/* -- fitting ----------------------------------------------------------------------------------------------------- */

static wql_status fit_integer(const wql_value *value, const type_info *to, wql_value *out) {
    if (wql__type_is_signed(value->type) && value->i64 < 0) {
        if (value->i64 < to->least) return WQL_E_VALUE_OUT_OF_RANGE;
        out->i64 = value->i64; /* below 0: the type is signed */
        return WQL_OK;
    }
    if (value->u64 > to->most) return WQL_E_VALUE_OUT_OF_RANGE; /* i64 and u64 have the same bits here */
    out->u64 = value->u64;
    return WQL_OK;
}

static wql_status fit_real(const wql_value *value, uint32_t type, wql_value *out) {
    double real;
    if (wql__type_is_real(value->type))
        real = value->f64;
    else if (wql__type_is_signed(value->type))
        real = (double)value->i64;
    else
        real = (double)value->u64;
    if (type == WQL_REAL32) {
        const double beyond = 340282356779733661637539395458142568448.0; /* 2^128 - 2^103: from here on rounds to infinity */
        if (real - real == 0 && (real >= beyond || real <= -beyond)) return WQL_E_VALUE_OUT_OF_RANGE;
        real = (double)(float)real;
    }
    out->f64 = real;
    return WQL_OK;
}

/* Items are borrowed, and so must have the type already. */
static wql_status fit_array(const wql_value *value, uint32_t type, wql_value *out) {
    if (value->type != type) return WQL_E_TYPE_MISMATCH;
    if (value->count && !value->items) return WQL_E_TYPE_MISMATCH;
    for (uint32_t i = 0; i < value->count; i++) {
        const wql_value *from = &value->items[i];
        wql_value item;
        uint32_t item_type = type & ~(uint32_t)WQL_ARRAY;
        wql_status status;
        if (from->type == WQL_NULL) continue;
        if (from->type != item_type) return WQL_E_TYPE_MISMATCH;
        status = wql__value_convert(from, item_type, item_type == WQL_DATETIME && from->time.interval, &item);
        if (status < 0) return status;
    }
    *out = *value;
    return WQL_OK;
}

static bool is_whole_number(uint32_t type) { return wql__type_is_integer(type) || type == WQL_CHAR16; }

wql_status wql__value_convert(const wql_value *value, uint32_t type, bool interval, wql_value *out) {
    const type_info *to = find_type(type & ~(uint32_t)WQL_ARRAY);
    wql_value made = wql_null();
    wql_status status = WQL_OK;
    if (!to) return WQL_E_TYPE_MISMATCH;
    if (value->type == WQL_NULL) {
        *out = made;
        return WQL_OK;
    }
    if (type & WQL_ARRAY) return fit_array(value, type, out);
    made.type = type;
    if (is_whole_number(type)) {
        if (!is_whole_number(value->type)) return WQL_E_TYPE_MISMATCH;
        status = fit_integer(value, to, &made);
    } else if (wql__type_is_real(type)) {
        if (!wql__type_is_integer(value->type) && !wql__type_is_real(value->type)) return WQL_E_TYPE_MISMATCH;
        status = fit_real(value, type, &made);
    } else if (wql__type_is_text(type)) {
        if (!wql__type_is_text(value->type)) return WQL_E_TYPE_MISMATCH;
        made.str = value->str;
    } else if (value->type != type) {
        return WQL_E_TYPE_MISMATCH;
    } else if (type == WQL_DATETIME) {
        char text[26];
        made.time = value->time;
        made.time.zero = 0;
        if ((made.time.interval != 0) != interval) return WQL_E_TYPE_MISMATCH;
        if (!wql__datetime_print(&made.time, text)) return WQL_E_VALUE_OUT_OF_RANGE;
    } else {
        made = *value;
    }
    if (status >= 0) *out = made;
    return status;
}

/* -- text -------------------------------------------------------------------------------------------------------- */

static void print_time(wql__out *out, const wql_datetime *time) {
    char text[26];
    size_t len = wql__datetime_print(time, text);
    if (len)
        wql__out_text(out, text, len);
    else
        wql__out_format(out, "%" PRId64 " us out of range", time->us);
}

static void print_object(wql__out *out, const wql_value *value) {
    const wql_class_def *def = value->object ? wql_class_describe(wql_batch_class(value->object)) : NULL;
    wql__out_z(out, "<");
    wql__out_z(out, def ? def->name : "?");
    wql__out_z(out, ">");
}

static void print_single(wql__out *out, const wql_value *value) {
    char real[32];
    switch (value->type) {
    case WQL_NULL: wql__out_z(out, "NULL"); break;
    case WQL_BOOLEAN: wql__out_z(out, value->b ? "TRUE" : "FALSE"); break;
    case WQL_REAL32:
    case WQL_REAL64: wql__out_text(out, real, wql__real_print(value->f64, value->type == WQL_REAL32, real)); break;
    case WQL_STRING:
    case WQL_REFERENCE: wql__out_text(out, value->str.ptr, value->str.len); break;
    case WQL_DATETIME: print_time(out, &value->time); break;
    case WQL_OBJECT: print_object(out, value); break;
    default:
        if (wql__type_is_signed(value->type))
            wql__out_format(out, "%" PRId64, value->i64);
        else if (is_whole_number(value->type))
            wql__out_format(out, "%" PRIu64, value->u64);
        else
            wql__out_z(out, "{...}"); /* an array within an array, which no type has */
        break;
    }
}

void wql__value_print(wql__out *out, const wql_value *value) {
    if (!(value->type & WQL_ARRAY)) {
        print_single(out, value);
        return;
    }
    if (value->count && !value->items) {
        wql__out_z(out, "{...}");
        return;
    }
    wql__out_z(out, "{");
    for (uint32_t i = 0; i < value->count; i++) {
        if (i) wql__out_z(out, ", ");
        print_single(out, &value->items[i]);
    }
    wql__out_z(out, "}");
}

/* -- copying ----------------------------------------------------------------------------------------------------- */

static wql_status copy_items(wql__arena *arena, const wql_value *in, wql_value *out) {
    wql_value *items = wql__arena_alloc(arena, wql__array_size(in->count, sizeof *items));
    if (!items) return WQL_E_OUT_OF_MEMORY;
    if (in->count && !in->items) return WQL_E_INVALID_PARAMETER;
    for (uint32_t i = 0; i < in->count; i++) {
        wql_status status = WQL_E_INVALID_CIM_TYPE;
        if (!(in->items[i].type & WQL_ARRAY)) status = wql__value_copy(arena, &in->items[i], &items[i]);
        if (status < 0) return status;
    }
    out->items = items;
    return WQL_OK;
}

wql_status wql__value_copy(wql__arena *arena, const wql_value *in, wql_value *out) {
    *out = *in;
    if (in->type == WQL_NULL) return WQL_OK;
    if (!wql__type_is_known(in->type) || (in->type & ~(uint32_t)WQL_ARRAY) == WQL_OBJECT) return WQL_E_INVALID_CIM_TYPE;
    if (in->type & WQL_ARRAY) return copy_items(arena, in, out);
    if (!wql__type_is_text(in->type)) return WQL_OK;
    if (in->str.len && (!in->str.ptr || wql__utf8_check(in->str.ptr, in->str.len) != in->str.len)) return WQL_E_INVALID_PARAMETER;
    out->str.ptr = wql__arena_text(arena, in->str.ptr, in->str.len);
    return out->str.ptr ? WQL_OK : WQL_E_OUT_OF_MEMORY;
}
