/* SPDX-License-Identifier: MIT */
/* same_value.cc: see same_value.h. */
#include "same_value.h"

#include "variants.h"

#include <cstring>

namespace wbem {

static bool is_signed_whole(uint32_t type) {
    return type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64;
}

static bool is_whole(uint32_t type) {
    return is_signed_whole(type) || type == WQL_UINT8 || type == WQL_UINT16 || type == WQL_UINT32 || type == WQL_UINT64 ||
           type == WQL_CHAR16;
}

static bool is_real(uint32_t type) { return type == WQL_REAL32 || type == WQL_REAL64; }

static bool is_text(uint32_t type) { return type == WQL_STRING || type == WQL_REFERENCE; }

static bool same_text(wql_str left, wql_str right) {
    return left.len == right.len && (left.len == 0 || memcmp(left.ptr, right.ptr, left.len) == 0);
}

/* What has no other VARIANT than its text: so a 64-bit number is the same whether it came as a number or as its digits. */
static bool same_spelling(wql_str text, const wql_value &value) {
    char digits[32];
    size_t length = 0;
    if (value.type == WQL_DATETIME) length = wql_datetime_format(&value.time, digits);
    if (value.type == WQL_SINT64 || value.type == WQL_UINT64) length = wql_value_format(&value, digits, sizeof digits);
    return length > 0 && same_text(text, wql_str{digits, length});
}

static bool same_datetime(const wql_datetime &left, const wql_datetime &right) {
    return left.us == right.us && left.offset_min == right.offset_min && left.wild == right.wild &&
           left.interval == right.interval;
}

/* Of a VARIANT a uint32 comes as its 32 bits with a sign. */
static bool same_whole(const wql_value &given, const wql_value &value) {
    bool below = is_signed_whole(given.type) && given.i64 < 0, value_below = is_signed_whole(value.type) && value.i64 < 0;
    if (value.type == WQL_UINT32 && below) return given.i64 >= INT32_MIN && static_cast<uint32_t>(given.u64) == value.u64;
    return below == value_below && given.u64 == value.u64;
}

static bool same_single(const wql_value &given, const wql_value &value) {
    if (given.type == WQL_NULL || value.type == WQL_NULL) return given.type == value.type;
    if (is_text(given.type) && !is_text(value.type)) return same_spelling(given.str, value);
    if (is_text(given.type)) return same_text(given.str, value.str);
    if (is_whole(given.type) && is_whole(value.type)) return same_whole(given, value);
    if (is_real(given.type) && is_real(value.type)) return given.f64 <= value.f64 && given.f64 >= value.f64;
    if (given.type != value.type) return false;
    if (given.type == WQL_BOOLEAN) return given.b == value.b;
    return given.type == WQL_DATETIME && same_datetime(given.time, value.time);
}

bool says(const VARIANT &variant, const wql_value &value) {
    OwnedValue given;
    if (value_of(variant, &given) < 0) return false;
    if ((given.value.type & WQL_ARRAY) != (value.type & WQL_ARRAY)) return false;
    if (!(value.type & WQL_ARRAY)) return same_single(given.value, value);
    if (given.value.count != value.count) return false;
    for (uint32_t i = 0; i < value.count; i++)
        if (!same_single(given.value.items[i], value.items[i])) return false;
    return true;
}

static bool item_says(const wql_column *column, uint32_t row, bool interval, const wql_value &value) noexcept {
    wql_value cell = wql_column_value(column, row);
    if (cell.type == WQL_DATETIME) cell.time.interval = interval;
    return same_single(cell, value);
}

bool cell_says(const wql_column *column, uint32_t row, bool interval, const wql_value &value) noexcept {
    uint32_t first = 0, count;
    if (wql_column_is_null(column, row)) return value.type == WQL_NULL;
    if ((column->type & WQL_ARRAY) != (value.type & WQL_ARRAY)) return false;
    if (!(column->type & WQL_ARRAY)) return item_says(column, row, interval, value);
    count = wql_column_items(column, row, &first);
    if (count != value.count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!item_says(column->child, first + i, interval, value.items[i])) return false;
    return true;
}

} // namespace wbem
