/* SPDX-License-Identifier: MIT */
/* test_rule.c: what comparisons mean: tables after the language reference, and exact arithmetic as oracle for numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/batch.h"
#include "../../engine/data/rule.h"
#include "../../engine/data/value.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { F = WQL__FALSE, T = WQL__TRUE, U = WQL__UNKNOWN, INVALID = 3 };

static uint64_t seed = 2024;
static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

static wql__mem *mem;
static wql__arena arena;

static int open_arena(void **state) {
    (void)state;
    mem = wql__mem_open(NULL, NULL, 0);
    wql__arena_init(&arena, mem);
    return mem ? 0 : -1;
}
static int close_arena(void **state) {
    (void)state;
    wql__arena_free(&arena);
    wql__mem_release(mem);
    return 0;
}

/* -- making literals and values
 * ------------------------------------------------------------------------------------------------------ */

static wql__literal str(const char *text) {
    wql__literal l = {.kind = WQL__LIT_STRING, .text = wql_s(text)};
    return l;
}
static wql__literal num(int64_t n) {
    wql__literal l = {.kind = WQL__LIT_INT, .negative = n < 0, .magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n};
    return l;
}
static wql__literal big(uint64_t n) {
    wql__literal l = {.kind = WQL__LIT_INT, .magnitude = n};
    return l;
}
static wql__literal real(const char *text) {
    wql__literal l = {.kind = WQL__LIT_REAL, .real = strtod(text, NULL), .text = wql_s(text)};
    return l;
}
static wql__literal word(int kind) {
    wql__literal l = {.kind = (uint8_t)kind};
    return l;
}
#define TRUE_ word(WQL__LIT_TRUE)
#define FALSE_ word(WQL__LIT_FALSE)
#define NULL_ word(WQL__LIT_NULL)

static wql_value typed(wql_value value, uint32_t type) {
    value.type = type;
    return value;
}
static wql_value i8(int64_t n) { return typed(wql_i64(n), WQL_SINT8); }
static wql_value u8(uint64_t n) { return typed(wql_u64(n), WQL_UINT8); }
static wql_value i32(int64_t n) { return typed(wql_i64(n), WQL_SINT32); }
static wql_value u32(uint64_t n) { return typed(wql_u64(n), WQL_UINT32); }
static wql_value r32(double d) { return typed(wql_f64(d), WQL_REAL32); }
static wql_value c16(uint64_t n) { return typed(wql_u64(n), WQL_CHAR16); }
static wql_value s(const char *text) { return wql_text(wql_s(text)); }
static wql_value ref(const char *text) { return typed(s(text), WQL_REFERENCE); }
static wql_value dt(const char *text) {
    wql_datetime t = {0, 0, 0, 0, 0};
    assert_true(wql__datetime_parse(wql_s(text), &t));
    return wql_time(t);
}

/* The outcome of `value op literal` for a property of that type, or INVALID. Checks on the way that the negation is the opposite,
 * in every way of getting there, and that the reason reads as promised. */
static int ask(uint32_t type, uint32_t flags, uint8_t op, wql__literal literal, wql_value value) {
    wql__test test, other;
    const char *why = NULL;
    int outcome, opposite;
    wql_status status = wql__test_make(&arena, type, flags, op, false, &literal, NULL, &test, &why);
    if (status == WQL_E_INVALID_QUERY) {
        assert_non_null(why);
        assert_true(strlen(why) > 5 && why[strlen(why) - 1] != '.');
        assert_int_equal(wql__test_make(&arena, type, flags, op, true, &literal, NULL, &other, &why), WQL_E_INVALID_QUERY);
        return INVALID;
    }
    assert_int_equal(status, WQL_OK);
    outcome = wql__test_value(&test, &value, NULL);
    assert_int_equal(wql__test_make(&arena, type, flags, op, true, &literal, NULL, &other, &why), WQL_OK);
    opposite = wql__test_value(&other, &value, NULL);
    assert_int_equal(opposite, outcome == U ? U : !outcome);
    wql__test_negate(&other);
    assert_int_equal(wql__test_value(&other, &value, NULL), outcome);
    wql__test_negate(&test);
    assert_int_equal(wql__test_value(&test, &value, NULL), opposite);
    return outcome;
}

/* The same where the type is only seen with the value: what is invalid there is unknown here. */
static int ask_any(uint8_t op, wql__literal literal, wql_value value) { return ask(WQL_NULL, 0, op, literal, value); }

typedef struct row {
    uint32_t type;
    uint8_t op;
    wql__literal literal;
    wql_value value;
    int outcome;
} row;

static void check_rows(const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        int outcome = ask(r->type, 0, r->op, r->literal, r->value), any;
        if (outcome != r->outcome) fail_msg("row %zu: %d, not %d", i, outcome, r->outcome);
        if (r->value.type != r->type) continue; /* a value of the property's own type: the late form must agree */
        any = ask_any(r->op, r->literal, r->value);
        if (any != (r->outcome == INVALID ? U : r->outcome) && any != INVALID) fail_msg("row %zu: without the type %d", i, any);
        if (any == INVALID && r->outcome != INVALID) fail_msg("row %zu: refused without the type", i);
    }
    wql__arena_reset(&arena);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* -- tables
 * ---------------------------------------------------------------------------------------------------------------------------- */

static void strings(void **state) {
    const row rows[] = {
        {WQL_STRING, WQL_EQ, str("ALPHA"), s("Alpha"), T},
        {WQL_STRING, WQL_NE, str("ALPHA"), s("Alpha"), F},
        {WQL_STRING, WQL_GE, str("alpha"), s("beta"), T},
        {WQL_STRING, WQL_GE, str("alpha"), s(""), F},
        {WQL_STRING, WQL_EQ, str("Alpha "), s("Alpha"), F},
        {WQL_STRING, WQL_GT, str("b:"), s("C:"), T},
        {WQL_STRING, WQL_LT, str("d:"), s("C:"), T},
        {WQL_STRING, WQL_GE, num(10000), s("9600"), T}, /* text, not number */
        {WQL_STRING, WQL_EQ, num(0), s("0"), T},
        {WQL_STRING, WQL_EQ, num(4), s("4"), T},
        {WQL_STRING, WQL_EQ, num(4), s("04"), F},
        {WQL_STRING, WQL_EQ, num(-12), s("-12"), T},
        {WQL_STRING, WQL_EQ, big(UINT64_MAX), s("18446744073709551615"), T},
        {WQL_STRING, WQL_EQ, real("1.50"), s("1.50"), T}, /* as it is spelled */
        {WQL_STRING, WQL_EQ, real("1.50"), s("1.5"), F},
        {WQL_STRING, WQL_EQ, real("+1.5"), s("1.5"), T},
        {WQL_STRING, WQL_EQ, real("-.5E3"), s("-.5e3"), T},
        {WQL_STRING, WQL_EQ, TRUE_, s("True"), T},
        {WQL_STRING, WQL_NE, FALSE_, s("True"), T},
        {WQL_STRING, WQL_LT, TRUE_, s("True"), INVALID},
        {WQL_STRING, WQL_EQ, str(""), s(""), T},
        {WQL_STRING, WQL_EQ, str("\xe2\x84\xaa"), s("K"), T},
        {WQL_STRING, WQL_GT, str("Z"), s("_"), F}, /* folded z is behind _ */
        {WQL_STRING, WQL_EQ, str("x"), wql_null(), U},
        {WQL_STRING, WQL_NE, str("x"), wql_null(), U},
        {WQL_STRING, WQL__ISA, str("Z"), s("Z"), INVALID},
    };
    (void)state;
    CHECK(rows);
}

static void integers(void **state) {
    const row rows[] = {
        {WQL_UINT16, WQL_EQ, str("3"), typed(wql_u64(3), WQL_UINT16), T},
        {WQL_SINT32, WQL_NE, str("0"), i32(-3), T},
        {WQL_SINT32, WQL_NE, str("0"), i32(0), F},
        {WQL_SINT32, WQL_EQ, str("abc"), i32(0), INVALID},
        {WQL_SINT32, WQL_EQ, str(""), i32(0), INVALID},
        {WQL_SINT32, WQL_EQ, str(" "), i32(0), INVALID},
        {WQL_SINT32, WQL_EQ, str("  +7\t"), i32(7), T},
        {WQL_SINT32, WQL_EQ, str("1 2"), i32(12), INVALID},
        {WQL_SINT32, WQL_EQ, str("0x1F"), i32(31), T},
        {WQL_SINT32, WQL_EQ, str("-0X1f"), i32(-31), T},
        {WQL_SINT32, WQL_EQ, str("0x"), i32(0), INVALID},
        {WQL_SINT32, WQL_EQ, str("0x1g"), i32(1), INVALID},
        {WQL_SINT32, WQL_EQ, str("007"), i32(7), T},
        {WQL_SINT32, WQL_EQ, str("7.0"), i32(7), T},
        {WQL_SINT32, WQL_EQ, str("0.7e1"), i32(7), T},
        {WQL_SINT32, WQL_EQ, str("7.5"), i32(7), INVALID},
        {WQL_UINT16, WQL_EQ, real("1000.4"), typed(wql_u64(1000), WQL_UINT16), INVALID},
        {WQL_UINT16, WQL_EQ, real("5.0"), typed(wql_u64(5), WQL_UINT16), T},
        {WQL_UINT16, WQL_EQ, real("1e-400"), typed(wql_u64(0), WQL_UINT16), INVALID}, /* though no double tells it from 0 */
        {WQL_UINT8, WQL_EQ, num(300), u8(44), F},
        {WQL_UINT8, WQL_NE, num(300), u8(44), T},
        {WQL_UINT8, WQL_LT, num(300), u8(255), T},
        {WQL_UINT8, WQL_LE, num(300), u8(255), T},
        {WQL_UINT8, WQL_GT, num(300), u8(255), F},
        {WQL_UINT8, WQL_GE, num(300), u8(255), F},
        {WQL_UINT8, WQL_LT, num(300), wql_null(), U},
        {WQL_UINT8, WQL_GT, num(-1), u8(0), T},
        {WQL_UINT8, WQL_LT, num(-1), u8(0), F},
        {WQL_UINT8, WQL_LE, num(255), u8(255), T},
        {WQL_UINT8, WQL_LT, real("1e400"), u8(0), T},
        {WQL_UINT8, WQL_GT, real("-1e400"), u8(0), T},
        {WQL_UINT8, WQL_LT, str("99999999999999999999999"), u8(0), T},
        {WQL_UINT8, WQL_LT, str("0x10000000000000000"), u8(0), T},
        {WQL_SINT8, WQL_EQ, num(-128), i8(-128), T},
        {WQL_SINT8, WQL_GT, num(-129), i8(-128), T},
        {WQL_UINT32, WQL_EQ, num(-1), u32(4294967295), F},
        {WQL_UINT64, WQL_GT, str("9"), wql_u64(10), T}, /* a number, not text */
        {WQL_UINT64, WQL_GT, str("9"), wql_u64(UINT64_MAX), T},
        {WQL_UINT64, WQL_GT, str("9"), wql_u64(9), F},
        {WQL_UINT64, WQL_EQ, big(UINT64_MAX), wql_u64(UINT64_MAX), T},
        {WQL_UINT64, WQL_GT, num(-1), wql_u64(0), T},
        {WQL_UINT64, WQL_EQ, real("18446744073709551615.0"), wql_u64(UINT64_MAX), T}, /* exact, not through a double */
        {WQL_SINT64, WQL_EQ, num(INT64_MIN), wql_i64(INT64_MIN), T},
        {WQL_SINT64, WQL_LT, big((uint64_t)1 << 63), wql_i64(INT64_MAX), T},
        {WQL_SINT64, WQL_EQ, real("9007199254740993.0"), wql_i64(9007199254740993), T},
        {WQL_SINT64, WQL_EQ, str("-0"), wql_i64(0), T},
        {WQL_SINT32, WQL_EQ, TRUE_, i32(1), INVALID},
        {WQL_SINT32, WQL_NE, FALSE_, i32(1), INVALID},
        {WQL_SINT32, WQL_LT, TRUE_, i32(1), INVALID},
        {WQL_SINT32, WQL_LT, num(5), wql_null(), U},
        {WQL_SINT32, WQL_EQ, num(5), s("5"), U}, /* not a value of that type */
        {WQL_SINT32, WQL_EQ, num(5), wql_bool(true), U},
    };
    (void)state;
    CHECK(rows);
}

static void reals(void **state) {
    const double nan = (double)NAN, inf = HUGE_VAL;
    const row rows[] = {
        {WQL_REAL64, WQL_EQ, num(0), wql_f64(0.0), T},
        {WQL_REAL64, WQL_EQ, num(0), wql_f64(-0.0), T},
        {WQL_REAL64, WQL_EQ, real("0.1"), wql_f64(0.1), T},
        {WQL_REAL32, WQL_EQ, real("0.1"), r32((double)0.1f), F}, /* widened, not narrowed */
        {WQL_REAL32, WQL_EQ, real("0.5"), r32(0.5), T},
        {WQL_REAL64, WQL_EQ, str(" 1.5 "), wql_f64(1.5), T},
        {WQL_REAL64, WQL_EQ, str("1,5"), wql_f64(1.5), INVALID},
        {WQL_REAL64, WQL_EQ, str("0x10"), wql_f64(16), T},
        {WQL_REAL64, WQL_EQ, str("0x10000000000000000"), wql_f64(0x1p64), T},
        {WQL_REAL64, WQL_EQ, str("nan"), wql_f64(nan), INVALID},
        {WQL_REAL64, WQL_EQ, TRUE_, wql_f64(1), INVALID},
        {WQL_REAL64, WQL_EQ, num(1), wql_f64(nan), F},
        {WQL_REAL64, WQL_NE, num(1), wql_f64(nan), T},
        {WQL_REAL64, WQL_LT, num(1), wql_f64(nan), F},
        {WQL_REAL64, WQL_LE, num(1), wql_f64(nan), F},
        {WQL_REAL64, WQL_GT, num(1), wql_f64(nan), F},
        {WQL_REAL64, WQL_GE, num(1), wql_f64(nan), F},
        {WQL_REAL64, WQL_LT, num(1), wql_null(), U},
        {WQL_REAL64, WQL_LT, num(1), wql_f64(-inf), T},
        /* 2^53 + 1 lies between two doubles */
        {WQL_REAL64, WQL_EQ, num(9007199254740993), wql_f64(9007199254740992.0), F},
        {WQL_REAL64, WQL_NE, num(9007199254740993), wql_f64(9007199254740992.0), T},
        {WQL_REAL64, WQL_LT, num(9007199254740993), wql_f64(9007199254740992.0), T},
        {WQL_REAL64, WQL_LE, num(9007199254740993), wql_f64(9007199254740994.0), F},
        {WQL_REAL64, WQL_GT, num(9007199254740993), wql_f64(9007199254740994.0), T},
        {WQL_REAL64, WQL_GE, num(9007199254740993), wql_f64(9007199254740992.0), F},
        {WQL_REAL64, WQL_EQ, num(9007199254740993), wql_f64(nan), F},
        {WQL_REAL64, WQL_NE, num(9007199254740993), wql_f64(nan), T},
        {WQL_REAL64, WQL_LT, num(9007199254740993), wql_f64(nan), F},
        {WQL_REAL64, WQL_GT, num(-9007199254740993), wql_f64(-9007199254740992.0), T},
        {WQL_REAL64, WQL_LT, num(-9007199254740993), wql_f64(-9007199254740994.0), T},
        {WQL_REAL64, WQL_EQ, big(UINT64_MAX), wql_f64(0x1p64), F},
        {WQL_REAL64, WQL_GT, big(UINT64_MAX), wql_f64(0x1p64), T},
        {WQL_REAL64, WQL_EQ, str("9007199254740993"), wql_f64(9007199254740992.0), F},
        {WQL_REAL64, WQL_EQ, real("9007199254740993.0"), wql_f64(9007199254740992.0), T}, /* a REAL is the nearest double */
        {WQL_REAL64, WQL_EQ, real("1e400"), wql_f64(inf), F},                             /* a number, and so less than infinity */
        {WQL_REAL64, WQL_LT, real("1e400"), wql_f64(inf), F},
        {WQL_REAL64, WQL_LT, real("1e400"), wql_f64(DBL_MAX), T},
        {WQL_REAL64, WQL_GT, real("1e400"), wql_f64(inf), T},
        {WQL_REAL64, WQL_GT, real("-1e400"), wql_f64(-DBL_MAX), T},
        {WQL_REAL64, WQL_GE, real("-1e400"), wql_f64(-inf), F},
    };
    (void)state;
    CHECK(rows);
}

static void booleans(void **state) {
    const row rows[] = {
        {WQL_BOOLEAN, WQL_EQ, TRUE_, wql_bool(true), T},
        {WQL_BOOLEAN, WQL_EQ, num(1), wql_bool(true), T},
        {WQL_BOOLEAN, WQL_EQ, num(0), wql_bool(true), F},
        {WQL_BOOLEAN, WQL_EQ, str("TRUE"), wql_bool(true), T},
        {WQL_BOOLEAN, WQL_EQ, str("fAlse"), wql_bool(false), T},
        {WQL_BOOLEAN, WQL_EQ, str("1"), wql_bool(true), T},
        {WQL_BOOLEAN, WQL_NE, str("0"), wql_bool(true), T},
        {WQL_BOOLEAN, WQL_NE, FALSE_, wql_bool(true), T},
        {WQL_BOOLEAN, WQL_NE, FALSE_, wql_null(), U},
        {WQL_BOOLEAN, WQL_LE, TRUE_, wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_GE, num(0), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, num(2), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, num(-1), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, real("1.0"), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, str("yes"), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, str(""), wql_bool(false), INVALID},
        {WQL_BOOLEAN, WQL_LIKE, str("true"), wql_bool(true), T},
        {WQL_BOOLEAN, WQL_LIKE, str("t%"), wql_bool(true), INVALID},
        {WQL_BOOLEAN, WQL_EQ, TRUE_, wql_i64(1), U},
    };
    (void)state;
    CHECK(rows);
}

static void references_and_characters(void **state) {
    const row rows[] = {
        {WQL_REFERENCE, WQL_EQ, str("c.k=\"A\""), ref("C.K=\"a\""), T},
        {WQL_REFERENCE, WQL_EQ, str("\\\\.\\root\\cimv2:C.K=\"a\""), ref("C.K=\"a\""), F}, /* text, not meaning */
        {WQL_REFERENCE, WQL_NE, str("x"), ref("y"), T},
        {WQL_REFERENCE, WQL_LT, str("x"), ref("y"), INVALID},
        {WQL_REFERENCE, WQL_EQ, num(1), ref("1"), INVALID},
        {WQL_REFERENCE, WQL_EQ, TRUE_, ref("TRUE"), INVALID},
        {WQL_REFERENCE, WQL_LIKE, str("X"), ref("x"), T},
        {WQL_REFERENCE, WQL_LIKE, str("x%"), ref("x"), INVALID},
        {WQL_REFERENCE, WQL_LIKE, str("x_"), ref("x"), INVALID},
        {WQL_REFERENCE, WQL__ISA, str("x"), ref("x"), INVALID},
        {WQL_CHAR16, WQL_EQ, str("a"), c16('A'), T},
        {WQL_CHAR16, WQL_EQ, num('a'), c16('A'), F}, /* the code itself */
        {WQL_CHAR16, WQL_EQ, num('a'), c16('a'), T},
        {WQL_CHAR16, WQL_LT, str("b"), c16('A'), T},
        {WQL_CHAR16, WQL_GT, str("Z"), c16('_'), F},
        {WQL_CHAR16, WQL_EQ, str("\xe2\x84\xaa"), c16('k'), T},
        {WQL_CHAR16, WQL_EQ, str("k"), c16(0x212a), T},
        {WQL_CHAR16, WQL_EQ, str(""), c16(0), INVALID},
        {WQL_CHAR16, WQL_EQ, str("ab"), c16('a'), INVALID},
        {WQL_CHAR16, WQL_EQ, str("\xf0\x9f\x98\x80"), c16(0xd83d), INVALID}, /* two units */
        {WQL_CHAR16, WQL_EQ, real("97.0"), c16('a'), INVALID},
        {WQL_CHAR16, WQL_EQ, TRUE_, c16('a'), INVALID},
        {WQL_CHAR16, WQL_LT, num(70000), c16(0xffff), T},
        {WQL_CHAR16, WQL_GT, num(-1), c16(0), T},
        {WQL_CHAR16, WQL_LIKE, str("A"), c16('a'), T},
        {WQL_CHAR16, WQL_LIKE, str("%"), c16('a'), INVALID},
        {WQL_CHAR16, WQL_EQ, str("a"), wql_null(), U},
    };
    (void)state;
    CHECK(rows);
}

static void datetimes(void **state) {
    const wql_value first = dt("20200101000000.000000+000"), same = dt("20200101010000.000000+060"),
                    wild = dt("20200101******.000000+***");
    const row rows[] = {
        {WQL_DATETIME, WQL_EQ, str("20200101000000.000000+000"), first, T},
        {WQL_DATETIME, WQL_EQ, str("20200101000000.000000+000"), same, T},
        {WQL_DATETIME, WQL_GT, str("20200101120000.000000+000"), first, F},
        {WQL_DATETIME, WQL_GT, str("20191231235959.999999+000"), first, T},
        {WQL_DATETIME, WQL_GE, str("2020-01-01"), first, T},
        {WQL_DATETIME, WQL_GE, str("01/02/2020"), first, F},
        {WQL_DATETIME, WQL_LT, str("Jan 1, 2020 10:00 PM"), first, T},
        {WQL_DATETIME, WQL_EQ, str("20200101******.******+***"), first, INVALID},
        {WQL_DATETIME, WQL_EQ, str("199*0416000000.000000+000"), first, INVALID},
        {WQL_DATETIME, WQL_EQ, str("not a date"), first, INVALID},
        {WQL_DATETIME, WQL_GT, num(20200101), first, INVALID},
        {WQL_DATETIME, WQL_EQ, real("1.5"), first, INVALID},
        {WQL_DATETIME, WQL_EQ, TRUE_, first, INVALID},
        {WQL_DATETIME, WQL_EQ, str("00000001000000.000000:000"), first, INVALID},
        {WQL_DATETIME, WQL_EQ, str("20200101000000.000000+000"), wild, F},
        {WQL_DATETIME, WQL_NE, str("20200101000000.000000+000"), wild, T},
        {WQL_DATETIME, WQL_LT, str("20300101000000.000000+000"), wild, U},
        {WQL_DATETIME, WQL_GE, str("20200101000000.000000+000"), wild, U},
        {WQL_DATETIME, WQL_LIKE, str("2020-01-01"), first, T},
        {WQL_DATETIME, WQL_LIKE, str("2020%"), first, INVALID},
        {WQL_DATETIME, WQL_EQ, str("2020-01-01"), wql_null(), U},
        {WQL_DATETIME, WQL_EQ, str("2020-01-01"), s("2020-01-01"), U},
    };
    (void)state;
    CHECK(rows);
}

static void intervals(void **state) {
    const wql_value two_days = dt("00000002000000.000000:000"), date = dt("20200101000000.000000+000");
    wql_value unmarked = two_days; /* a column does not say that it holds intervals: its property does */
    wql_datetime t = two_days.time;
    (void)state;
    t.interval = 0;
    unmarked.time = t;
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_GT, str("00000001000000.000000:000"), two_days), T);
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_GT, str("00000001000000.000000:000"), unmarked), T);
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_EQ, str("00000002000000.000000:000"), two_days), T);
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_EQ, str("2020-01-01"), two_days), INVALID);
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_EQ, str("********000000.000000:000"), two_days), INVALID);
    assert_int_equal(ask(WQL_DATETIME, WQL_INTERVAL, WQL_EQ, str("x"), two_days), INVALID);
    assert_int_equal(ask(WQL_DATETIME, 0, WQL_EQ, str("2020-01-01"), two_days), U);
    assert_int_equal(ask_any(WQL_GT, str("00000001000000.000000:000"), two_days), T);
    assert_int_equal(ask_any(WQL_GT, str("2020-01-01"), two_days), U);
    assert_int_equal(ask_any(WQL_GT, str("00000001000000.000000:000"), date), U);
}

static int tokyo(void *user, int64_t us) {
    (void)user;
    (void)us;
    return 540;
}

static void the_zone_of_the_host_counts(void **state) {
    const wql__zone zone = {tokyo, NULL};
    const wql_value at = dt("20191231150000.000000+000");
    const wql__literal literal = str("2020-01-01");
    wql__test test;
    const char *why;
    (void)state;
    for (int typed_test = 0; typed_test < 2; typed_test++) {
        assert_int_equal(
            wql__test_make(&arena, typed_test ? WQL_DATETIME : WQL_NULL, 0, WQL_EQ, false, &literal, &zone, &test, &why), WQL_OK);
        assert_int_equal(wql__test_value(&test, &at, NULL), T);
    }
}

static void nulls(void **state) {
    static const uint32_t types[] = {WQL_SINT8,
                                     WQL_UINT64,
                                     WQL_REAL32,
                                     WQL_STRING,
                                     WQL_BOOLEAN,
                                     WQL_DATETIME,
                                     WQL_CHAR16,
                                     WQL_REFERENCE,
                                     WQL_OBJECT,
                                     WQL_SINT32 | WQL_ARRAY,
                                     WQL_OBJECT | WQL_ARRAY,
                                     WQL_NULL};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        wql_value here = typed(wql_null(), types[i] == WQL_NULL ? WQL_SINT8 : types[i]);
        assert_int_equal(ask(types[i], 0, WQL_IS_NULL, NULL_, wql_null()), T);
        assert_int_equal(ask(types[i], 0, WQL_IS_NULL, NULL_, here), F);
        assert_int_equal(ask(types[i], 0, WQL_NOT_NULL, NULL_, wql_null()), F);
        assert_int_equal(ask(types[i], 0, WQL_NOT_NULL, NULL_, here), T);
        assert_int_equal(ask(types[i], 0, WQL_EQ, NULL_, wql_null()), T);
        assert_int_equal(ask(types[i], 0, WQL_EQ, NULL_, here), F);
        assert_int_equal(ask(types[i], 0, WQL_NE, NULL_, wql_null()), F);
        assert_int_equal(ask(types[i], 0, WQL_NE, NULL_, here), T);
        assert_int_equal(ask(types[i], 0, WQL_LT, NULL_, here), INVALID);
        assert_int_equal(ask(types[i], 0, WQL_GE, NULL_, here), INVALID);
        assert_int_equal(ask(types[i], 0, WQL_LIKE, NULL_, here), INVALID);
        assert_int_equal(ask(types[i], 0, WQL__ISA, NULL_, here), INVALID);
        assert_int_equal(ask(types[i], 0, WQL_EQ, word(WQL__LIT_PARAMETER), here), INVALID);
    }
}

static void arrays_and_objects_are_not_compared(void **state) {
    static const uint8_t ops[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE, WQL_LIKE};
    wql_value items[] = {s("x")}, array = wql_array(WQL_STRING, items, 1), empty = wql_array(WQL_STRING, NULL, 0);
    (void)state;
    for (size_t i = 0; i < sizeof ops; i++) {
        assert_int_equal(ask(WQL_STRING | WQL_ARRAY, 0, ops[i], str("x"), array), INVALID);
        assert_int_equal(ask(WQL_OBJECT, 0, ops[i], str("x"), typed(wql_null(), WQL_OBJECT)), INVALID);
        assert_int_equal(ask_any(ops[i], str("x"), array), U);
        assert_int_equal(ask_any(ops[i], str("x"), typed(wql_null(), WQL_OBJECT)), U);
    }
    assert_int_equal(ask(WQL_OBJECT | WQL_ARRAY, 0, WQL__ISA, str("x"), empty), INVALID);
    assert_int_equal(ask(WQL_STRING | WQL_ARRAY, 0, WQL_IS_NULL, NULL_, empty), F); /* an empty array is not NULL */
}

static void like(void **state) {
    const row rows[] = {
        {WQL_STRING, WQL_LIKE, str("alpha"), s("Alpha"), T},
        {WQL_STRING, WQL_LIKE, str("%"), s(""), T},
        {WQL_STRING, WQL_LIKE, str("%"), wql_null(), U},
        {WQL_STRING, WQL_LIKE, str(""), s(""), T},
        {WQL_STRING, WQL_LIKE, str(""), s("a"), F},
        {WQL_STRING, WQL_LIKE, str("[ab]%"), s("beta"), T},
        {WQL_STRING, WQL_LIKE, str("[^a]%"), s(""), F},
        {WQL_STRING, WQL_LIKE, str("[ab"), s("a"), F}, /* never closed: false, no error */
        {WQL_STRING, WQL_LIKE, str("[ab"), wql_null(), U},
        {WQL_STRING, WQL_LIKE, str("a[]"), s("a"), F},
        {WQL_STRING, WQL_LIKE, str("%a%"), s("xAx"), T},
        {WQL_STRING, WQL_LIKE, num(5), s("5"), INVALID},
        {WQL_STRING, WQL_LIKE, real("5.5"), s("5.5"), INVALID},
        {WQL_STRING, WQL_LIKE, TRUE_, s("TRUE"), INVALID},
        {WQL_SINT32, WQL_LIKE, str("1"), i32(1), T},
        {WQL_SINT32, WQL_LIKE, str("1"), i32(2), F},
        {WQL_SINT32, WQL_LIKE, str("1%"), i32(1), INVALID},
        {WQL_SINT32, WQL_LIKE, str("x"), i32(1), INVALID},
        {WQL_REAL64, WQL_LIKE, str("1.5"), wql_f64(1.5), T},
        {WQL_STRING, WQL_LIKE, str("x"), i32(1), U},
        {WQL_STRING, WQL_LIKE, str("x%"), i32(1), U},
    };
    wql__test test;
    const wql__literal never = str("a[b");
    const char *why;
    wql_value a = s("a");
    (void)state;
    CHECK(rows);
    assert_int_equal(wql__test_make(&arena, WQL_STRING, 0, WQL_LIKE, false, &never, NULL, &test, &why), WQL_OK);
    assert_int_equal(test.by, WQL__BY_CONSTANT);
    wql__test_negate(&test);
    assert_int_equal(wql__test_value(&test, &a, NULL), T);
}

/* -- objects
 * ----------------------------------------------------------------------------------------------------------------------------- */

static void isa(void **state) {
    wql_class z, z1, w;
    wql_batch of_z, of_z1, of_w;
    wql_value values[3];
    (void)state;
    memset(&z, 0, sizeof z);
    memset(&of_z, 0, sizeof of_z);
    z.name = wql_s("Z");
    z1 = w = z;
    z1.name = wql_s("Z1");
    z1.superclass = &z;
    w.name = wql_s("W");
    of_z1 = of_w = of_z;
    of_z.cls = &z;
    of_z1.cls = &z1;
    of_w.cls = &w;
    for (int i = 0; i < 3; i++) {
        values[i] = typed(wql_null(), WQL_OBJECT);
        values[i].object = i == 0 ? &of_z : i == 1 ? &of_z1 : &of_w;
    }
    for (int any = 0; any < 2; any++) {
        uint32_t type = any ? WQL_NULL : WQL_OBJECT;
        assert_int_equal(ask(type, 0, WQL__ISA, str("z"), values[0]), T);
        assert_int_equal(ask(type, 0, WQL__ISA, str("Z"), values[1]), T);
        assert_int_equal(ask(type, 0, WQL__ISA, str("Z"), values[2]), F);
        assert_int_equal(ask(type, 0, WQL__ISA, str("Z1"), values[0]), F);
        assert_int_equal(ask(type, 0, WQL__ISA, str("NoSuch"), values[0]), F);
        assert_int_equal(ask(type, 0, WQL__ISA, str("Z"), wql_null()), U);
        assert_int_equal(ask(type, 0, WQL__ISA, num(5), values[0]), INVALID);
    }
    assert_int_equal(ask_any(WQL__ISA, str("Z"), s("Z")), U);
}

/* -- numbers of all types against each other
 * ---------------------------------------------------------------------------------------------- */

static const long double edges[] = {0,
                                    1,
                                    -1,
                                    127,
                                    128,
                                    -128,
                                    -129,
                                    255,
                                    256,
                                    32767,
                                    32768,
                                    65535,
                                    65536,
                                    2147483647,
                                    2147483648.0L,
                                    -2147483648.0L,
                                    4294967295.0L,
                                    4294967296.0L,
                                    9007199254740991.0L,
                                    9007199254740992.0L,
                                    9007199254740993.0L,
                                    -9007199254740993.0L,
                                    9223372036854775807.0L,
                                    9223372036854775808.0L,
                                    -9223372036854775808.0L,
                                    18446744073709551615.0L,
                                    18446744073709551614.0L};
enum { EDGES = sizeof edges / sizeof edges[0] };

/* A number with 64 bits to hold it: exactly what an integer or a double needs. */
static long double random_number(bool whole) {
    long double n = edges[draw() % EDGES] + (long double)((int)(draw() % 5) - 2);
    if (draw() % 4 == 0) n = (long double)draw();
    if (draw() % 4 == 0) n = (long double)(int64_t)draw();
    if (n < -0x1p63L) n = -0x1p63L;
    if (n > 0x1p64L - 1) n = 0x1p64L - 1;
    if (!whole && draw() % 3 == 0) n = (long double)(double)(n / 4 + 0.25L);
    return n;
}

static int exact(uint8_t op, long double a, long double b) {
    switch (op) {
    case WQL_EQ: return a == b;
    case WQL_NE: return a != b;
    case WQL_LT: return a < b;
    case WQL_LE: return a <= b;
    case WQL_GT: return a > b;
    default: return a >= b;
    }
}

static void numbers_compare_exactly(void **state) {
    static const uint32_t types[] = {WQL_SINT8,  WQL_UINT8,  WQL_SINT16, WQL_UINT16, WQL_SINT32, WQL_UINT32,
                                     WQL_SINT64, WQL_UINT64, WQL_REAL32, WQL_REAL64, WQL_CHAR16};
    unsigned asked = 0;
    (void)state;
    assert_true(LDBL_MANT_DIG >= 64);
    for (int round = 0; round < 300000; round++) {
        uint32_t type = types[draw() % (sizeof types / sizeof types[0])];
        uint8_t op = (uint8_t)(WQL_EQ + draw() % 6);
        long double number = random_number(!wql__type_is_real(type)), constant = random_number(true);
        wql__literal literal = constant < 0 ? num((int64_t)constant) : big((uint64_t)constant);
        char spelled[64];
        wql_value value;
        int64_t least;
        uint64_t most;
        if (draw() % 3 == 0) constant = number, literal = number < 0 ? num((int64_t)number) : big((uint64_t)number);
        if (constant != rintl(constant)) continue;
        if (wql__type_range(type, &least, &most)) {
            if (number < (long double)least || number > (long double)most) continue;
            value = number < 0 ? wql_i64((int64_t)number) : wql_u64((uint64_t)number);
        } else {
            number = type == WQL_REAL32 ? (long double)(float)number : (long double)(double)number;
            value = wql_f64((double)number);
        }
        value.type = type;
        (void)snprintf(spelled, sizeof spelled, "%.0Lf", constant);
        if (draw() % 2 && type != WQL_CHAR16) literal = str(spelled);
        asked++;
        if (ask(type, 0, op, literal, value) != exact(op, number, constant) ||
            ask_any(op, literal, value) != exact(op, number, constant))
            fail_msg("%s %.20Lg op %u %s", wql__type_name(type), number, op, spelled);
        if (round % 1000 == 0) wql__arena_reset(&arena);
    }
    assert_true(asked > 50000);
    wql__arena_reset(&arena);
}

/* A value of another number type than the property's (from a provider that asks) is compared as the number it is. */
static void numbers_of_other_types_compare_too(void **state) {
    static const uint32_t types[] = {WQL_SINT64, WQL_UINT64, WQL_REAL64};
    (void)state;
    for (int round = 0; round < 100000; round++) {
        uint32_t type = types[draw() % 3], other = types[draw() % 3];
        uint8_t op = (uint8_t)(WQL_EQ + draw() % 6);
        long double number = random_number(other != WQL_REAL64), constant = random_number(true);
        wql__literal literal = constant < 0 ? num((int64_t)constant) : big((uint64_t)constant);
        wql_value value;
        int64_t least;
        uint64_t most;
        if (draw() % 2) number = constant + (long double)((int)(draw() % 3) - 1);
        if (wql__type_range(type, &least, &most) && (constant < (long double)least || constant > (long double)most)) continue;
        if (wql__type_range(other, &least, &most)) {
            if (number < (long double)least || number > (long double)most) continue;
            value = typed(number < 0 ? wql_i64((int64_t)number) : wql_u64((uint64_t)number), other);
        } else {
            number = (long double)(double)number;
            value = wql_f64((double)number);
        }
        if (type == WQL_REAL64 && constant != (long double)(double)constant)
            continue; /* became its neighbours, which are doubles */
        if (ask(type, 0, op, literal, value) != exact(op, number, constant))
            fail_msg("%s: %.20Lg op %u %.20Lg", wql__type_name(type), number, op, constant);
        if (round % 1000 == 0) wql__arena_reset(&arena);
    }
    wql__arena_reset(&arena);
}

/* -- what kernels and providers rely on
 * ---------------------------------------------------------------------------------------------------- */

static wql__test make(uint32_t type, uint8_t op, wql__literal literal) {
    wql__test test;
    const char *why;
    assert_int_equal(wql__test_make(&arena, type, 0, op, false, &literal, NULL, &test, &why), WQL_OK);
    return test;
}

static void tests_say_how_they_compare(void **state) {
    wql__test t;
    (void)state;
    t = make(WQL_SINT16, WQL_LT, num(-5));
    assert_true(t.by == WQL__BY_SIGNED && t.as.i64 == -5 && t.op == WQL_LT && t.type == WQL_SINT16);
    t = make(WQL_UINT64, WQL_GE, str("7"));
    assert_true(t.by == WQL__BY_UNSIGNED && t.as.u64 == 7);
    t = make(WQL_REAL32, WQL_EQ, real("1.5"));
    assert_true(t.by == WQL__BY_REAL && t.as.f64 == 1.5);
    wql__test_negate(&t);
    assert_true(t.op == WQL_NE && !t.negated);
    t = make(WQL_REAL64, WQL_LT, real("1.5"));
    wql__test_negate(&t);
    assert_true(t.op == WQL_LT && t.negated);
    t = make(WQL_BOOLEAN, WQL_NE, num(1));
    assert_true(t.by == WQL__BY_BOOLEAN && t.as.b);
    t = make(WQL_STRING, WQL_EQ, str("Path"));
    assert_true(t.by == WQL__BY_TEXT && t.plain && t.folded.len == 4 && memcmp(t.folded.ptr, "path", 4) == 0);
    assert_true(t.text.len == 4 && memcmp(t.text.ptr, "Path", 4) == 0);
    t = make(WQL_STRING, WQL_LE, num(17));
    assert_true(t.by == WQL__BY_TEXT && t.plain && t.text.len == 2 && memcmp(t.text.ptr, "17", 2) == 0);
    assert_false(make(WQL_STRING, WQL_EQ, str("Task")).plain);
    t = make(WQL_STRING, WQL_LIKE, str("Ab%"));
    assert_true(t.by == WQL__BY_LIKE && t.op == WQL_LIKE && t.plain && t.pattern);
    assert_false(make(WQL_STRING, WQL_LIKE, str("%k%")).plain);
    assert_false(make(WQL_STRING, WQL_LIKE, str("a_b")).plain);
    t = make(WQL_STRING, WQL_LIKE, str("Ab"));
    assert_true(t.by == WQL__BY_TEXT && t.op == WQL_EQ);
    t = make(WQL_CHAR16, WQL_GT, str("Q"));
    assert_true(t.by == WQL__BY_CHAR && t.as.u64 == 'q');
    t = make(WQL_CHAR16, WQL_GT, num(80));
    assert_true(t.by == WQL__BY_UNSIGNED && t.as.u64 == 80);
    t = make(WQL_DATETIME, WQL_GT, str("2020-01-01"));
    assert_true(t.by == WQL__BY_TIME && !t.interval && t.as.time.us == INT64_C(1577836800000000));
    t = make(WQL_UINT8, WQL_LT, num(300));
    assert_true(t.by == WQL__BY_CONSTANT && t.constant);
    wql__test_negate(&t);
    assert_true(t.by == WQL__BY_CONSTANT && !t.constant);
    t = make(WQL_OBJECT, WQL__ISA, str("Z"));
    assert_true(t.by == WQL__BY_CLASS);
    t = make(WQL_NULL, WQL_EQ, num(1));
    assert_true(t.by == WQL__BY_ANY && t.type == WQL_NULL);
    t = make(WQL_SINT32, WQL_EQ, NULL_);
    assert_true(t.by == WQL__BY_NULL && t.op == WQL_IS_NULL);
    wql__arena_reset(&arena);
}

/* What is asked of a provider, made into a test again, has the same outcomes. */
static void conditions_of_providers(void **state) {
    wql_datetime late = {0, 0, 1, 0, 0};
    const struct {
        uint32_t type;
        uint8_t op;
        wql_value value, against;
        int outcome; /* INVALID: refused */
    } rows[] = {
        {WQL_SINT8, WQL_LT, i8(5), i8(4), T},
        {WQL_SINT8, WQL_LT, wql_i64(5), i8(4), T},
        {WQL_SINT8, WQL_LT, wql_i64(500), i8(4), INVALID},
        {WQL_UINT64, WQL_EQ, wql_u64(UINT64_MAX), wql_u64(UINT64_MAX), T},
        {WQL_UINT64, WQL_EQ, wql_i64(-1), wql_u64(UINT64_MAX), INVALID},
        {WQL_REAL32, WQL_LT, r32(0.1), r32((double)0.1f), F},
        {WQL_REAL64, WQL_GE, wql_f64(1.5), wql_f64(1.5), T},
        {WQL_REAL64, WQL_GE, wql_i64(1), wql_f64(1.5), T},
        {WQL_REAL64, WQL_NE, wql_f64((double)NAN), wql_f64(1.5), INVALID},
        {WQL_STRING, WQL_EQ, s("ABC"), s("abc"), T},
        {WQL_STRING, WQL_LIKE, s("A%"), s("abc"), T},
        {WQL_STRING, WQL_LIKE, s("A"), s("a"), T},
        {WQL_STRING, WQL_LIKE, s("[A"), s("a"), F},
        {WQL_STRING, WQL_LIKE, wql_i64(1), s("1"), INVALID},
        {WQL_STRING, WQL_EQ, wql_i64(1), s("1"), INVALID},
        {WQL_REFERENCE, WQL_EQ, ref("ABC"), ref("abc"), T},
        {WQL_REFERENCE, WQL_LT, ref("ABC"), ref("abc"), INVALID},
        {WQL_REFERENCE, WQL_LIKE, ref("ABC"), ref("abc"), INVALID},
        {WQL_BOOLEAN, WQL_NE, wql_bool(true), wql_bool(false), T},
        {WQL_BOOLEAN, WQL_GT, wql_bool(true), wql_bool(false), INVALID},
        {WQL_BOOLEAN, WQL_EQ, wql_i64(1), wql_bool(true), INVALID},
        {WQL_CHAR16, WQL_LT, c16(66), c16(65), T},
        {WQL_DATETIME, WQL_LE, dt("20200101000000.000000+000"), dt("20200101000000.000000+060"), T},
        {WQL_DATETIME, WQL_LE, dt("00000001000000.000000:000"), dt("00000001000000.000000:000"), T},
        {WQL_DATETIME, WQL_LE, wql_time(late), dt("20200101000000.000000+060"), INVALID},
        {WQL_OBJECT, WQL_EQ, s("x"), wql_null(), INVALID},
        {WQL_STRING | WQL_ARRAY, WQL_EQ, s("x"), wql_null(), INVALID},
        {WQL_STRING | WQL_ARRAY, WQL_IS_NULL, wql_null(), wql_null(), T},
        {WQL_SINT32, WQL_NOT_NULL, wql_null(), i32(1), T},
        {WQL_SINT32, WQL_EQ, wql_null(), i32(1), INVALID},
        {WQL_SINT32, WQL_EQ, i32(1), wql_null(), U},
        {WQL_SINT32, WQL__ISA, i32(1), i32(1), INVALID},
        {WQL_SINT32, 0, i32(1), i32(1), INVALID},
        {999, WQL_EQ, i32(1), i32(1), INVALID},
        {999, WQL_IS_NULL, i32(1), i32(1), INVALID},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql__test test;
        bool made = wql__test_from_value(&arena, rows[i].type, rows[i].op, &rows[i].value, &test);
        if (made != (rows[i].outcome != INVALID)) fail_msg("row %zu: %s", i, made ? "made" : "refused");
        if (made && wql__test_value(&test, &rows[i].against, NULL) != rows[i].outcome) fail_msg("row %zu", i);
    }
    wql__arena_reset(&arena);
}

/* -- memory
 * --------------------------------------------------------------------------------------------------------------------------------
 */

typedef struct failing {
    unsigned calls, fail_at;
} failing;

static void *failing_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    (void)old_size;
    if (new_size) return ++f->calls >= f->fail_at ? NULL : realloc(ptr, new_size);
    free(ptr);
    return NULL;
}

static void no_memory_is_said(void **state) {
    static const struct {
        uint32_t type;
        uint8_t op;
        const char *text;
    } rows[] = {
        {WQL_STRING, WQL_EQ, "abc"}, {WQL_STRING, WQL_LIKE, "%a_b%"}, {WQL_NULL, WQL_LIKE, "%abc%"}, {WQL_OBJECT, WQL__ISA, "Z"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        failing f = {0, 2};
        wql__mem *own = wql__mem_open(failing_alloc, &f, 0);
        wql__literal literal = str(rows[i].text);
        wql_value value = wql_text(literal.text);
        wql__arena a;
        wql__test test;
        const char *why;
        wql__arena_init(&a, own);
        assert_int_equal(wql__test_make(&a, rows[i].type, 0, rows[i].op, false, &literal, NULL, &test, &why), WQL_E_OUT_OF_MEMORY);
        if (rows[i].type == WQL_STRING) assert_false(wql__test_from_value(&a, rows[i].type, rows[i].op, &value, &test));
        wql__arena_free(&a);
        wql__mem_release(own);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings),
        cmocka_unit_test(integers),
        cmocka_unit_test(reals),
        cmocka_unit_test(booleans),
        cmocka_unit_test(references_and_characters),
        cmocka_unit_test(datetimes),
        cmocka_unit_test(intervals),
        cmocka_unit_test(the_zone_of_the_host_counts),
        cmocka_unit_test(nulls),
        cmocka_unit_test(arrays_and_objects_are_not_compared),
        cmocka_unit_test(like),
        cmocka_unit_test(isa),
        cmocka_unit_test(numbers_compare_exactly),
        cmocka_unit_test(numbers_of_other_types_compare_too),
        cmocka_unit_test(tests_say_how_they_compare),
        cmocka_unit_test(conditions_of_providers),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
