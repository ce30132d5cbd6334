/* SPDX-License-Identifier: MIT */
/* value.h: CIM types and single values. */
#ifndef WQL_DATA_VALUE_H
#define WQL_DATA_VALUE_H

#include "../base/error.h"
#include "../base/mem.h"

/* What a type code means. `type` may have WQL_ARRAY set, which most ask without. */
bool wql__type_is_known(uint32_t type);
bool wql__type_is_integer(uint32_t type); /* sint8..uint64, not char16 */
bool wql__type_is_signed(uint32_t type);
bool wql__type_is_real(uint32_t type);
bool wql__type_is_text(uint32_t type); /* string, reference */
const char *wql__type_name(uint32_t type); /* "uint32", "string[]" ... */
/* Bytes of one WQL_FIXED element; 0 for types that have another layout. */
uint32_t wql__type_size(uint32_t type);
/* What an integer type, or char16, can hold. False: it is another type. */
bool wql__type_range(uint32_t type, int64_t *least, uint64_t *most);

/* Whether the value fits the CIM type as wql_row_set says; `out` then has exactly that type (texts still unchecked).
 * WQL_OK; WQL_E_VALUE_OUT_OF_RANGE: right kind, does not fit; WQL_E_TYPE_MISMATCH: another kind. */
wql_status wql__value_convert(const wql_value *value, uint32_t type, bool interval, wql_value *out);

/* A deep copy in an arena: no object, no array within an array, texts well-formed.
 * WQL_OK; WQL_E_INVALID_CIM_TYPE; WQL_E_INVALID_PARAMETER: a text is ill-formed; WQL_E_OUT_OF_MEMORY. */
wql_status wql__value_copy(wql__arena *arena, const wql_value *in, wql_value *out);

/* Appends a value as text for a person; see wql_value_format. */
void wql__value_print(wql__out *out, const wql_value *value);
/* Shortest text that reads back to the same number, in at most 31 bytes and a NUL; without the locale. NaN, Infinity, -Infinity. */
size_t wql__real_print(double value, bool single, char buf[32]);

/* A number as written, exactly. */
typedef struct wql__number {
    double real;        /* the nearest double; beyond the range an infinity, or zero */
    bool negative;      /* it has a minus */
    bool whole;         /* it has no fraction: 1.50e1 has none */
    bool fits;          /* whole, and its magnitude is below 2^64 */
    uint64_t magnitude; /* if it fits */
} wql__number;
/* All of a text: optional sign, digits with an optional fraction (digits on one side of the dot are enough), optional exponent.
 * No blanks, no locale. False: not of this form. */
bool wql__number_parse(wql_str text, wql__number *out);

#endif
