/* SPDX-License-Identifier: MIT */
/* test_pair.c: two values compared by the rule for two properties: every pair of kinds, both ways round, and NULL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/rule.h"
#include <wql/provider.h>

#include <math.h>

static wql_value typed(uint32_t type, wql_value value) {
    value.type = type;
    return value;
}

static int ask(uint8_t op, wql_value left, wql_value right) { return wql__test_pair(op, false, &left, &right, NULL); }

/* `order`: -1, 0, 1; all six operators, both ways round, negated too. */
static void check_order(wql_value a, wql_value b, int order) {
    static const uint8_t ops[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE};
    const bool forward[] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
    const bool backward[] = {order == 0, order != 0, order > 0, order >= 0, order < 0, order <= 0};
    for (size_t i = 0; i < sizeof ops; i++) {
        assert_int_equal(ask(ops[i], a, b), forward[i]);
        assert_int_equal(ask(ops[i], b, a), backward[i]);
        assert_int_equal(wql__test_pair(ops[i], true, &a, &b, NULL), !forward[i]);
    }
}

static void numbers_of_all_types(void **state) {
    (void)state;
    check_order(typed(WQL_UINT8, wql_u64(200)), typed(WQL_SINT8, wql_i64(-1)), 1);
    check_order(typed(WQL_UINT64, wql_u64(UINT64_MAX)), typed(WQL_SINT64, wql_i64(-1)), 1);
    check_order(typed(WQL_UINT64, wql_u64(1)), typed(WQL_SINT64, wql_i64(1)), 0);
    check_order(typed(WQL_SINT32, wql_i64(-5)), typed(WQL_SINT64, wql_i64(-4)), -1);
    check_order(typed(WQL_REAL64, wql_f64(0.5)), typed(WQL_UINT32, wql_u64(0)), 1);
    check_order(typed(WQL_REAL64, wql_f64(9007199254740992.0)), typed(WQL_UINT64, wql_u64(9007199254740993u)), -1);
    check_order(typed(WQL_REAL32, wql_f64(1.5)), typed(WQL_REAL64, wql_f64(1.5)), 0);
    check_order(typed(WQL_REAL64, wql_f64(-0.0)), typed(WQL_SINT32, wql_i64(0)), 0);
    check_order(typed(WQL_CHAR16, wql_u64(65)), typed(WQL_UINT16, wql_u64(66)), -1);
}

static void not_a_number_is_unequal_and_has_no_order(void **state) {
    wql_value nan = typed(WQL_REAL64, wql_f64(NAN)), one = typed(WQL_SINT64, wql_i64(1)), half = typed(WQL_REAL64, wql_f64(0.5));
    const wql_value others[] = {one, half, nan};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(ask(WQL_EQ, nan, others[i]), WQL__FALSE);
        assert_int_equal(ask(WQL_NE, others[i], nan), WQL__TRUE);
        assert_int_equal(ask(WQL_LT, nan, others[i]), WQL__FALSE);
        assert_int_equal(ask(WQL_GE, others[i], nan), WQL__FALSE);
        assert_int_equal(wql__test_pair(WQL_LT, true, &nan, &others[i], NULL), WQL__TRUE);
    }
}

static void texts_without_regard_to_case(void **state) {
    wql_value kelvin = wql_text(wql_s("\xe2\x84\xaa")), k = wql_text(wql_s("k"));
    (void)state;
    check_order(wql_text(wql_s("Alpha")), wql_text(wql_s("aLPHA")), 0);
    check_order(wql_text(wql_s("a")), wql_text(wql_s("B")), -1);
    check_order(kelvin, k, 0);
    check_order(wql_text(wql_s("")), wql_text(wql_s("a")), -1);
    /* against a number as text: "9" is behind "10000" */
    check_order(wql_text(wql_s("9")), typed(WQL_UINT32, wql_u64(10000)), 1);
    check_order(wql_text(wql_s("-3")), typed(WQL_SINT32, wql_i64(-3)), 0);
}

static void booleans_are_one_and_zero_and_have_no_order(void **state) {
    (void)state;
    assert_int_equal(ask(WQL_EQ, wql_bool(true), typed(WQL_UINT8, wql_u64(1))), WQL__TRUE);
    assert_int_equal(ask(WQL_NE, typed(WQL_SINT8, wql_i64(-1)), wql_bool(true)), WQL__TRUE);
    assert_int_equal(ask(WQL_EQ, wql_bool(false), typed(WQL_REAL64, wql_f64(0))), WQL__TRUE);
    assert_int_equal(ask(WQL_EQ, wql_bool(true), wql_bool(true)), WQL__TRUE);
    assert_int_equal(ask(WQL_EQ, wql_bool(true), wql_text(wql_s("true"))), WQL__TRUE);
    assert_int_equal(ask(WQL_LT, wql_bool(false), wql_bool(true)), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_GE, wql_bool(false), typed(WQL_UINT8, wql_u64(1))), WQL__UNKNOWN);
}

static void times(void **state) {
    wql_datetime early = {.us = 1000}, late = {.us = 2000, .offset_min = 60}, wild = {.us = 1000, .wild = 1},
                 span = {.us = 5, .interval = 1};
    (void)state;
    check_order(wql_time(early), wql_time(late), -1);
    check_order(wql_time(span), wql_time(span), 0);
    assert_int_equal(ask(WQL_EQ, wql_time(wild), wql_time(wild)), WQL__TRUE);
    assert_int_equal(ask(WQL_EQ, wql_time(wild), wql_time(early)), WQL__FALSE);
    assert_int_equal(ask(WQL_NE, wql_time(early), wql_time(wild)), WQL__TRUE);
    assert_int_equal(ask(WQL_LT, wql_time(wild), wql_time(late)), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_EQ, wql_time(span), wql_time(early)), WQL__UNKNOWN);
}

static void what_cannot_be_compared_is_unknown(void **state) {
    wql_datetime time = {.us = 1};
    wql_value array = wql_array(WQL_STRING, NULL, 0), number = wql_u64(1), text = wql_text(wql_s("1"));
    (void)state;
    assert_int_equal(ask(WQL_EQ, wql_time(time), text), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_NE, number, wql_time(time)), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_EQ, array, array), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_EQ, array, text), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_LT, typed(WQL_REFERENCE, text), text), WQL__UNKNOWN);
    assert_int_equal(ask(WQL_EQ, typed(WQL_REFERENCE, text), text), WQL__TRUE);
}

/* Kleene: unknown, and so is its negation. */
static void NULL_is_unknown(void **state) {
    static const uint8_t ops[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE};
    wql_value null = wql_null(), one = wql_u64(1);
    (void)state;
    for (size_t i = 0; i < sizeof ops; i++)
        for (int negated = 0; negated < 2; negated++) {
            assert_int_equal(wql__test_pair(ops[i], negated, &null, &one, NULL), WQL__UNKNOWN);
            assert_int_equal(wql__test_pair(ops[i], negated, &one, &null, NULL), WQL__UNKNOWN);
            assert_int_equal(wql__test_pair(ops[i], negated, &null, &null, NULL), WQL__UNKNOWN);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_all_types),
        cmocka_unit_test(not_a_number_is_unequal_and_has_no_order),
        cmocka_unit_test(texts_without_regard_to_case),
        cmocka_unit_test(booleans_are_one_and_zero_and_have_no_order),
        cmocka_unit_test(times),
        cmocka_unit_test(what_cannot_be_compared_is_unknown),
        cmocka_unit_test(NULL_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
