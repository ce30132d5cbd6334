/* SPDX-License-Identifier: MIT */
/* rule_pair.c: what a comparison of two values means (wql-language 3.3, property-to-property). The right one becomes a test, and
 * the left one is asked; so both are compared by the rules for literals. */
#include "../base/fold.h"
#include "rule.h"
#include "value.h"

#include <wql/provider.h>

#include <string.h>

static bool is_number(const wql_value *value) {
    return wql__type_is_integer(value->type) || wql__type_is_real(value->type) || value->type == WQL_BOOLEAN ||
           value->type == WQL_CHAR16;
}

static bool is_nan(const wql_value *value) { return wql__type_is_real(value->type) && value->f64 != value->f64; }

/* TRUE is 1. */
static wql_value as_number(const wql_value *value) { return value->type == WQL_BOOLEAN ? wql_u64(value->b) : *value; }

/* The text of a number; into `buf` if it is not one already. */
static wql_str as_text(const wql_value *value, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    if (wql__type_is_text(value->type)) return value->str;
    if (value->type == WQL_CHAR16)
        wql__out_format(&out, "%u", (unsigned)value->u64);
    else
        wql__value_print(&out, value);
    return (wql_str){buf, wql__out_end(&out)};
}

static int compare_numbers(uint8_t op, const wql_value *left, const wql_value *right) {
    wql_value a = as_number(left), b = as_number(right);
    wql__test test = {.op = op, .type = a.type};
    if (is_nan(left) || is_nan(right)) return op == WQL_NE;
    if (wql__type_is_real(b.type)) {
        test.by = WQL__BY_REAL;
        test.as.f64 = b.f64;
    } else if (wql__type_is_signed(b.type)) {
        test.by = WQL__BY_SIGNED;
        test.as.i64 = b.i64;
    } else {
        test.by = WQL__BY_UNSIGNED;
        test.as.u64 = b.u64;
    }
    return wql__test_value(&test, &a, NULL);
}

static int compare_texts(uint8_t op, const wql_value *left, const wql_value *right, const _Atomic uint32_t *stop) {
    char left_text[64], right_text[64];
    wql_value a = wql_text(as_text(left, left_text, sizeof left_text));
    wql__test test = {.op = op, .by = WQL__BY_TEXT, .type = WQL_STRING};
    test.text = test.folded = as_text(right, right_text, sizeof right_text); /* folded while it is compared */
    return wql__test_value(&test, &a, stop);
}

/* Values with asterisks are equal only character by character, and have no order. */
static int compare_times(uint8_t op, const wql_value *left, const wql_value *right) {
    wql__test test = {.op = op, .by = WQL__BY_TIME, .type = WQL_DATETIME};
    char a[26], b[26];
    if (left->time.interval != right->time.interval) return WQL__UNKNOWN;
    if (left->time.wild || right->time.wild) {
        bool same = wql__datetime_print(&left->time, a) == wql__datetime_print(&right->time, b) && strcmp(a, b) == 0;
        return op == WQL_EQ ? same : op == WQL_NE ? !same : WQL__UNKNOWN;
    }
    test.as.time = right->time;
    test.interval = right->time.interval != 0;
    return wql__test_value(&test, left, NULL);
}

static int compare(uint8_t op, const wql_value *left, const wql_value *right, const _Atomic uint32_t *stop) {
    bool equality = op == WQL_EQ || op == WQL_NE, texts = wql__type_is_text(left->type) || wql__type_is_text(right->type);
    if (!equality && (left->type == WQL_BOOLEAN || right->type == WQL_BOOLEAN)) return WQL__UNKNOWN; /* they have no order */
    if (!equality && (left->type == WQL_REFERENCE || right->type == WQL_REFERENCE)) return WQL__UNKNOWN;
    if (left->type == WQL_DATETIME && right->type == WQL_DATETIME) return compare_times(op, left, right);
    if (is_number(left) && is_number(right)) return compare_numbers(op, left, right);
    if (texts && (is_number(left) || is_number(right) || wql__type_is_text(left->type) == wql__type_is_text(right->type)))
        return compare_texts(op, left, right, stop);
    return WQL__UNKNOWN; /* objects, arrays, times with anything else */
}

int wql__test_pair(uint8_t op, bool negated, const wql_value *left, const wql_value *right, const _Atomic uint32_t *stop) {
    int outcome;
    if (left->type == WQL_NULL || right->type == WQL_NULL) {
        wql__test test = {.op = op, .inverted = negated};
        return wql__test_null(&test);
    }
    outcome = compare(op, left, right, stop);
    return outcome == WQL__UNKNOWN ? outcome : (outcome != WQL__FALSE) != negated;
}
