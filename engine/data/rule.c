/* SPDX-License-Identifier: MIT */
/* rule.c: what a comparison means: making a test, and its outcome for a value. Conversion of literals is in operand.c. */
#include "rule.h"

#include "../base/fold.h"
#include "../base/stop.h"
#include "rule_part.h"
#include "schema.h"
#include "value.h"
#include <wql/provider.h>

#include <string.h>

/* -- making ------------------------------------------------------------------------------------------------------ */

static bool is_null_op(uint8_t op) { return op == WQL_IS_NULL || op == WQL_NOT_NULL; }
static bool is_order(uint8_t op) { return op >= WQL_LT && op <= WQL_GE; }

/* What operator and literal say without the property: NULL, or why they cannot stand together. */
static const char *check_literal(uint8_t op, const wql__literal *literal) {
    bool truth = literal->kind == WQL__LIT_TRUE || literal->kind == WQL__LIT_FALSE;
    if (is_null_op(op)) return NULL;
    if (literal->kind == WQL__LIT_PARAMETER) return "a parameter has no value here";
    if (literal->kind == WQL__LIT_NULL) return "NULL goes with =, <>, IS and IS NOT only";
    if (is_order(op) && truth) return "TRUE and FALSE have no order";
    if (op == WQL_LIKE && literal->kind != WQL__LIT_STRING) return "LIKE needs a text in quotes";
    if (op == WQL__ISA && literal->kind != WQL__LIT_STRING) return "ISA needs the name of a class";
    return NULL;
}

static bool fold_text(wql__arena *arena, wql__test *test) {
    char *folded = wql__arena_alloc(arena, WQL__FOLD_SIZE(test->text.len));
    if (!folded) return false;
    test->folded.ptr = folded;
    test->folded.len = wql__fold_text(test->text.ptr, test->text.len, folded);
    test->plain = wql__fold_is_plain(test->folded);
    return true;
}

static bool compile(wql__arena *arena, wql__test *test) {
    wql_str text;
    test->pattern = wql__like_compile(arena, test->text);
    if (!test->pattern) return false;
    if (wql__like_shape(test->pattern, &text) <= WQL__LIKE_CONTAINS) test->plain = wql__fold_is_plain(text);
    return true;
}

static bool never_matches(const wql__test *test) {
    wql_str text;
    return wql__like_shape(test->pattern, &text) == WQL__LIKE_NEVER;
}

/* A text and a pattern. */
static bool make_like(wql__arena *arena, wql__test *test) {
    test->by = WQL__BY_LIKE;
    test->text = test->literal.text;
    if (!compile(arena, test)) return false;
    if (never_matches(test)) test->by = WQL__BY_CONSTANT; /* FALSE */
    return true;
}

/* Whether values of the type are matched with patterns. */
static bool takes_patterns(const wql__test *test, uint32_t type) {
    return type == WQL_STRING || (type == WQL_REFERENCE && test->patterns);
}

/* The type is known. Sets *why, or returns false: no memory. */
static bool make_typed(wql__arena *arena, wql__test *test, uint32_t flags, const char **why) {
    char number[32];
    *why = wql__operator_refused(test->type, test->op);
    if (*why) return true;
    if (test->op == WQL_LIKE && takes_patterns(test, test->type)) {
        if (wql__like_is_wild(test->literal.text)) return make_like(arena, test);
        test->op = WQL_EQ;
    }
    *why = wql__operand_set(test, test->type, (flags & WQL_INTERVAL) != 0, number);
    if (*why || test->by != WQL__BY_TEXT) return true;
    if (test->literal.kind != WQL__LIT_STRING) { /* the text may be in `number` */
        test->text.ptr = wql__arena_text(arena, test->text.ptr, test->text.len);
        if (!test->text.ptr) return false;
    }
    return fold_text(arena, test);
}

/* The type shows with the value; what takes memory is made now. */
static bool make_any(wql__arena *arena, wql__test *test) {
    test->by = WQL__BY_ANY;
    test->text = test->literal.text;
    return test->op != WQL_LIKE || compile(arena, test);
}

static bool make_class(wql__arena *arena, wql__test *test) {
    test->by = WQL__BY_CLASS;
    test->text = test->literal.text;
    return fold_text(arena, test);
}

wql_status wql__test_make(wql__arena *arena, uint32_t type, uint32_t flags, uint8_t op, bool negated, const wql__literal *literal,
                          const wql__zone *zone, wql__test *out, const char **why) {
    bool made;
    *why = NULL;
    memset(out, 0, sizeof *out);
    if (literal->kind == WQL__LIT_NULL && op == WQL_EQ) op = WQL_IS_NULL;
    if (literal->kind == WQL__LIT_NULL && op == WQL_NE) op = WQL_NOT_NULL;
    out->op = op;
    out->type = type;
    out->patterns = (flags & WQL__PATTERNS) != 0;
    out->literal = *literal;
    if (zone) out->zone = *zone;
    *why = check_literal(op, literal);
    if (*why) return WQL_E_INVALID_QUERY;
    if (is_null_op(op)) {
        out->by = WQL__BY_NULL;
        made = true;
    } else if (op == WQL__ISA && (type == WQL_NULL || type == WQL_OBJECT)) {
        made = make_class(arena, out);
    } else if (type == WQL_NULL) {
        made = make_any(arena, out);
    } else {
        made = make_typed(arena, out, flags, why);
    }
    if (!made) return WQL_E_OUT_OF_MEMORY;
    if (*why) return WQL_E_INVALID_QUERY;
    if (negated) wql__test_negate(out);
    return WQL_OK;
}

wql_status wql__test_defer(uint32_t type, uint32_t flags, uint8_t op, bool negated, const wql__literal *parameter,
                           const wql__zone *zone, wql__test *out, const char **why) {
    memset(out, 0, sizeof *out);
    out->op = op;
    out->by = WQL__BY_PARAMETER;
    out->type = type;
    out->interval = (flags & WQL_INTERVAL) != 0;
    out->patterns = (flags & WQL__PATTERNS) != 0;
    out->literal = *parameter;
    if (zone) out->zone = *zone;
    *why = type == WQL_NULL ? NULL : wql__operator_refused(type, op);
    if (*why) return WQL_E_INVALID_QUERY;
    if (negated) wql__test_negate(out);
    return WQL_OK;
}

wql_status wql__test_resolve(wql__arena *arena, const wql__test *deferred, const wql__literal *literal, wql__test *out,
                             const char **why) {
    wql__test plain = *deferred; /* as it was before NOTs, of which an even number is none */
    uint32_t flags = (plain.interval ? (uint32_t)WQL_INTERVAL : 0) | (plain.patterns ? (uint32_t)WQL__PATTERNS : 0);
    if (plain.inverted) wql__test_negate(&plain);
    if (literal->kind != WQL__LIT_NULL)
        return wql__test_make(arena, plain.type, flags, plain.op, deferred->inverted, literal, &plain.zone, out, why);
    *out = *deferred;
    out->by = WQL__BY_UNKNOWN;
    *why = NULL;
    return WQL_OK;
}

static uint8_t turned(uint8_t op) {
    switch (op) {
    case WQL_EQ: return WQL_NE;
    case WQL_NE: return WQL_EQ;
    case WQL_LT: return WQL_GE;
    case WQL_LE: return WQL_GT;
    case WQL_GT: return WQL_LE;
    case WQL_GE: return WQL_LT;
    case WQL_IS_NULL: return WQL_NOT_NULL;
    case WQL_NOT_NULL: return WQL_IS_NULL;
    default: return op;
    }
}

void wql__test_negate(wql__test *test) {
    bool unordered = test->by == WQL__BY_REAL || test->by == WQL__BY_ANY; /* NaN is neither less nor not less */
    if (test->by == WQL__BY_PARAMETER || test->by == WQL__BY_UNKNOWN)
        unordered = test->type == WQL_NULL || wql__type_is_real(test->type);
    test->inverted = !test->inverted;
    if (test->by == WQL__BY_CONSTANT) test->constant = !test->constant;
    if (test->op == WQL_LIKE || test->op == WQL__ISA || (unordered && is_order(test->op))) {
        if (test->by != WQL__BY_CONSTANT) test->negated = !test->negated;
    } else {
        test->op = turned(test->op);
    }
}

static bool from_number(const wql_value *value, uint32_t type, wql__test *out) {
    wql_value fitted;
    if (wql__type_is_real(type)) {
        if (wql__type_is_real(value->type)) out->as.f64 = value->f64; /* not narrowed: a real32 is compared as the double it is */
        else if (wql__value_convert(value, WQL_REAL64, false, &fitted) == WQL_OK) out->as.f64 = fitted.f64;
        else return false;
        out->by = WQL__BY_REAL;
        return out->as.f64 == out->as.f64;
    }
    if (wql__value_convert(value, type, false, &fitted) != WQL_OK) return false;
    out->by = wql__type_is_signed(type) ? WQL__BY_SIGNED : WQL__BY_UNSIGNED;
    if (out->by == WQL__BY_SIGNED) out->as.i64 = fitted.i64;
    else out->as.u64 = fitted.u64;
    return true;
}

bool wql__test_from_value(wql__arena *arena, uint32_t type, uint8_t op, const wql_value *value, wql__test *out) {
    memset(out, 0, sizeof *out);
    out->op = op;
    out->type = type;
    out->by = WQL__BY_NULL;
    if (is_null_op(op)) return wql__type_is_known(type);
    if (!value || value->type == WQL_NULL || op < WQL_EQ || op > WQL_LIKE) return false;
    if (!wql__type_is_known(type) || wql__operator_refused(type, op)) return false;
    if (op == WQL_LIKE) {
        if (type != WQL_STRING || value->type != WQL_STRING) return false;
        out->literal.kind = WQL__LIT_STRING;
        out->literal.text = value->str;
        return make_like(arena, out);
    }
    switch (type) {
    case WQL_STRING:
    case WQL_REFERENCE:
        if (!wql__type_is_text(value->type)) return false;
        out->by = WQL__BY_TEXT;
        out->text = value->str;
        return fold_text(arena, out);
    case WQL_BOOLEAN:
        out->by = WQL__BY_BOOLEAN;
        out->as.b = value->b;
        return value->type == WQL_BOOLEAN;
    case WQL_DATETIME:
        if (value->type != WQL_DATETIME || value->time.wild) return false;
        out->by = WQL__BY_TIME;
        out->as.time = value->time;
        out->interval = value->time.interval != 0;
        return true;
    default: return from_number(value, type, out);
    }
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

enum { LESS = -1, EQUAL = 0, GREATER = 1, APART = 2 }; /* APART: NaN is unequal to everything, and has no order */

static int decide(uint8_t op, int order) {
    switch (op) {
    case WQL_EQ: return order == EQUAL;
    case WQL_NE: return order != EQUAL;
    case WQL_LT: return order == LESS;
    case WQL_LE: return order == LESS || order == EQUAL;
    case WQL_GT: return order == GREATER;
    case WQL_GE: return order == GREATER || order == EQUAL;
    default: return WQL__UNKNOWN;
    }
}

static int compare_signed(int64_t a, int64_t b) { return (a > b) - (a < b); }
static int compare_unsigned(uint64_t a, uint64_t b) { return (a > b) - (a < b); }

static int compare_real(double a, double b) {
    if (a != a || b != b) return APART;
    return (a > b) - (a < b);
}

/* Exactly, though not every integer is a double. */
static int compare_real_unsigned(double a, uint64_t b) {
    uint64_t whole;
    if (a != a) return APART;
    if (a < 0) return LESS;
    if (a >= 0x1p64) return GREATER;
    whole = (uint64_t)a;
    if (whole != b) return compare_unsigned(whole, b);
    return a > (double)whole ? GREATER : EQUAL; /* a fraction is left only where whole is a double */
}

static int compare_real_signed(double a, int64_t b) {
    int order;
    if (b >= 0) return compare_real_unsigned(a, (uint64_t)b);
    if (a >= 0) return GREATER;
    order = compare_real_unsigned(-a, (uint64_t)0 - (uint64_t)b);
    return order == APART ? APART : -order;
}

/* A number of any type with the test's. WQL__UNKNOWN: the value is none. */
static int test_number(const wql__test *test, const wql_value *value) {
    int order;
    if (wql__type_is_real(value->type)) {
        if (test->by == WQL__BY_REAL) order = compare_real(value->f64, test->as.f64);
        else if (test->by == WQL__BY_SIGNED) order = compare_real_signed(value->f64, test->as.i64);
        else order = compare_real_unsigned(value->f64, test->as.u64);
    } else if (wql__type_is_signed(value->type)) {
        if (test->by == WQL__BY_SIGNED) order = compare_signed(value->i64, test->as.i64);
        else if (test->by == WQL__BY_REAL) order = -compare_real_signed(test->as.f64, value->i64); /* never NaN */
        else order = value->i64 < 0 ? LESS : compare_unsigned((uint64_t)value->i64, test->as.u64);
    } else if (wql__type_is_integer(value->type) || value->type == WQL_CHAR16) {
        if (test->by == WQL__BY_UNSIGNED) order = compare_unsigned(value->u64, test->as.u64);
        else if (test->by == WQL__BY_REAL) order = -compare_real_unsigned(test->as.f64, value->u64);
        else order = test->as.i64 < 0 ? GREATER : compare_unsigned(value->u64, (uint64_t)test->as.i64);
    } else {
        return WQL__UNKNOWN;
    }
    return decide(test->op, order);
}

static int test_text(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop) {
    if (!wql__type_is_text(value->type) || (value->str.len >= WQL__STOP_LONG && wql__stopped(stop))) return WQL__UNKNOWN;
    if (test->op == WQL_EQ) return wql__fold_equal_until(value->str, test->folded, stop);
    if (test->op == WQL_NE) return !wql__fold_equal_until(value->str, test->folded, stop);
    return decide(test->op, wql__fold_compare_until(value->str, test->folded, stop));
}

/* A value with asterisks equals only what is written the same way, which no literal is, and has no order. That a value is an
 * interval stands in its property's definition; a value that says so by itself must fit. */
static int test_time(const wql__test *test, const wql_value *value) {
    const wql_datetime *time = &value->time;
    if (value->type != WQL_DATETIME || (time->interval && !test->interval)) return WQL__UNKNOWN;
    if (time->wild) return test->op == WQL_EQ ? WQL__FALSE : test->op == WQL_NE ? WQL__TRUE : WQL__UNKNOWN;
    return decide(test->op, compare_signed(time->us, test->as.time.us));
}

static int test_char(const wql__test *test, const wql_value *value) {
    if (value->type != WQL_CHAR16) return WQL__UNKNOWN;
    return decide(test->op, compare_unsigned(wql__fold((uint32_t)value->u64 & 0xffff), test->as.u64));
}

static int test_boolean(const wql__test *test, const wql_value *value) {
    if (value->type != WQL_BOOLEAN) return WQL__UNKNOWN;
    return decide(test->op, value->b == test->as.b ? EQUAL : GREATER);
}

static int test_class(const wql__test *test, const wql_value *value) {
    if (value->type != WQL_OBJECT || !value->object) return WQL__UNKNOWN;
    return wql__class_isa(wql_batch_class(value->object), test->text);
}

static int test_like(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop) {
    if (!takes_patterns(test, value->type)) return WQL__UNKNOWN;
    return wql__like_match(test->pattern, value->str, stop);
}

/* The outcome before negation, of a value that is not NULL. */
static int test_known(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop) {
    if (value->type & WQL_ARRAY) return WQL__UNKNOWN;
    switch (test->by) {
    case WQL__BY_CONSTANT: return test->constant;
    case WQL__BY_SIGNED:
    case WQL__BY_UNSIGNED:
    case WQL__BY_REAL: return test_number(test, value);
    case WQL__BY_BOOLEAN: return test_boolean(test, value);
    case WQL__BY_TEXT: return test_text(test, value, stop);
    case WQL__BY_LIKE: return test_like(test, value, stop);
    case WQL__BY_TIME: return test_time(test, value);
    case WQL__BY_CHAR: return test_char(test, value);
    case WQL__BY_CLASS: return test_class(test, value);
    default: return WQL__UNKNOWN;
    }
}

/* The literal is converted to the type of this value, on the stack; folding happens while comparing. */
static int test_any(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop) {
    wql__test typed = *test;
    char number[32];
    if (test->op == WQL_LIKE && takes_patterns(test, value->type)) return test_like(test, value, stop);
    if (!wql__type_is_known(value->type) || wql__operator_refused(value->type, test->op)) return WQL__UNKNOWN;
    typed.type = value->type;
    if (wql__operand_set(&typed, value->type, value->type == WQL_DATETIME && value->time.interval, number)) return WQL__UNKNOWN;
    typed.folded = typed.text;
    return test_known(&typed, value, stop);
}

int wql__test_value(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop) {
    int outcome;
    if (value->type == WQL_NULL) return wql__test_null(test);
    if (test->by == WQL__BY_NULL) return test->op == WQL_NOT_NULL;
    outcome = test->by == WQL__BY_ANY ? test_any(test, value, stop) : test_known(test, value, stop);
    return outcome == WQL__UNKNOWN ? outcome : (outcome != WQL__FALSE) != test->negated;
}

/* -- NULL -------------------------------------------------------------------------------------------------------- */

/* The policy is Kleene's: a comparison with NULL is unknown, and so is its negation. How WMI itself decides these two questions is
 * not documented (wql-language 3.4); should it be measured, this is the place. */
enum {
    NULL_NE_MATCHES = 0,    /* 1: `p <> 5` is true where p is NULL */
    NOT_UNKNOWN_IS_TRUE = 0 /* 1: `NOT p = 5` is true where p is NULL, though `p = 5` is unknown */
};

int wql__test_null(const wql__test *test) {
    int outcome;
    if (test->op == WQL_IS_NULL) return WQL__TRUE;
    if (test->op == WQL_NOT_NULL) return WQL__FALSE;
    /* As written, before NOT turned it round: */
    outcome = NULL_NE_MATCHES && test->op == (test->inverted ? WQL_EQ : WQL_NE) ? WQL__TRUE : WQL__UNKNOWN;
    if (!test->inverted) return outcome;
    if (outcome == WQL__TRUE) return WQL__FALSE;
    return NOT_UNKNOWN_IS_TRUE ? WQL__TRUE : WQL__UNKNOWN;
}
