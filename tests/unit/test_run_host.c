/* SPDX-License-Identifier: MIT */
/* test_run_host.c: what a provider can call, and what it must not do: rows, system columns, interrupts, every breach by its
 * message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include "../../engine/data/value.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- cells ------------------------------------------------------------------------------------------------------- */

static wql_status next_cells(rl_script *s, wql_scan *scan, wql_error *err) {
    static const wql_value mixed[] = {{.type = WQL_UINT8, .u64 = 200},
                                      {.type = WQL_SINT64, .i64 = -3},
                                      {.type = WQL_NULL},
                                      {.type = WQL_UINT64, .u64 = UINT64_MAX}};
    static const wql_value ill[] = {{.type = WQL_STRING, .str = {"x\xffy", 3}}, {.type = WQL_REFERENCE, .str = {"ok", 2}}};
    (void)s;
    (void)err;
    /* row 0: everything fits */
    wql_row_set(scan, RL_ID, wql_i64(7)); /* any width, any sign */
    wql_row_set(scan, RL_N, wql_u64(12));
    wql_row_set(scan, RL_R, wql_i64(-2));
    wql_row_set(scan, RL_F, wql_f64(0.1));
    wql_row_set(scan, RL_S, wql_text((wql_str){"a\0b", 3}));
    wql_row_set(scan, RL_NUMS, wql_array(WQL_SINT64, mixed, 4));
    (void)wql_row_end(scan);
    /* row 1: nothing fits, or is ill-formed */
    wql_row_set(scan, RL_ID, wql_u64(8));
    wql_row_set(scan, RL_N, wql_i64(INT64_MAX));
    wql_row_set(scan, RL_U8, wql_i64(256));
    wql_row_set(scan, RL_S, wql_text((wql_str){"\xc3(\xf0\x9f", 4}));
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, ill, 2));
    (void)wql_row_end(scan);
    /* row 2: set twice, and back to NULL */
    wql_row_set(scan, RL_ID, wql_u64(1));
    wql_row_set(scan, RL_ID, wql_u64(9));
    wql_row_set(scan, RL_S, wql_text(wql_s("first, and rather long")));
    wql_row_set(scan, RL_S, wql_text(wql_s("second")));
    wql_row_set(scan, RL_N, wql_i64(1));
    wql_row_set(scan, RL_N, wql_null());
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, ill + 1, 1));
    wql_row_set(scan, RL_TAGS, wql_array(WQL_STRING, NULL, 0));
    wql_row_set(scan, RL_B, wql_bool(true));
    wql_row_set(scan, RL_B, wql_bool(false));
    wql_row_set(scan, RL_D, wql_time((wql_datetime){1600000000000000, 90, 64, 0, 0}));
    (void)wql_row_end(scan);
    return WQL_END;
}

static void cells_become_what_they_should(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    wql_value value;
    l->scripts[0].on_next = next_cells;
    rl_open(l, "SELECT Id, S, N, R, F, U8, Tags, Nums, B, D FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 3);
    assert_int_equal(wql_batch_value(batch, 0, "S", &value), WQL_OK);
    assert_memory_equal(value.str.ptr, "a\0b", 3);
    assert_int_equal(value.str.len, 3);
    assert_int_equal(wql_batch_value(batch, 1, "S", &value), WQL_OK);
    assert_int_equal(value.str.len, 7);
    assert_memory_equal(value.str.ptr, "\xef\xbf\xbd(\xef\xbf\xbd", 7);
    {
        char *text = NULL;
        rl_print(batch, &text);
        assert_non_null(strstr(text, "| 12 | -2 | 0.1 | NULL | NULL | {200, -3, NULL, NULL} | NULL | NULL)\n"));
        assert_non_null(strstr(text, "| NULL | NULL | NULL | NULL | {x\xef\xbf\xbdy, ok} | NULL | NULL | NULL)\n"));
        assert_non_null(
            strstr(text, "T(9 | second | NULL | NULL | NULL | NULL | {} | NULL | FALSE | 20200913135640.******+090)\n"));
        free(text);
    }
    wql_batch_release(batch);
    assert_int_equal(l->stats.values_nulled, 3); /* N, U8, and one of Nums */
    assert_int_equal(l->stats.utf8_repaired, 2);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    rl_close(l);
}

/* -- breaches of those who bring rows ---------------------------------------------------------------------------- */

static wql_scan *remembered;

static void good_row(wql_scan *scan) {
    wql_row_set(scan, RL_ID, wql_u64(1));
    (void)wql_row_end(scan);
}

static wql_status breach(rl_script *s, wql_scan *scan, wql_error *err) {
    static const wql_value number = {.type = WQL_SINT64, .i64 = 1};
    static const uint32_t ids[] = {1, 2};
    static const wql_column column = {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    wql_value odd = wql_null();
    switch (s->step) {
    case 0: wql_row_set(scan, RL_N, wql_text(wql_s("x"))); break;
    case 1: wql_row_set(scan, RL_N, wql_f64(1)); break;
    case 2: wql_row_set(scan, RL_S, wql_i64(1)); break;
    case 3: wql_row_set(scan, RL_D, wql_time((wql_datetime){0, 0, 0, 1, 0})); break;
    case 4: wql_row_set(scan, 99, wql_i64(1)); break;
    case 5: wql_row_set(scan, RL_TAGS, wql_array(WQL_SINT64, &number, 1)); break;
    case 6: wql_row_set(scan, RL_TAGS, number); break;
    case 7: wql_row_set(scan, RL_S, wql_text((wql_str){NULL, 5})); break;
    case 8:
        odd.type = WQL_STRING | WQL_ARRAY;
        odd.count = 3;
        wql_row_set(scan, RL_TAGS, odd);
        break;
    case 9:
        odd.type = WQL_OBJECT;
        wql_row_set(scan, RL_E, odd);
        break;
    case 10:
        odd.type = 4711;
        wql_row_set(scan, RL_N, odd);
        break;
    case 11: (void)wql_row_end(scan); break;
    case 12:
        wql_row_set(scan, RL_ID, wql_i64(-1));
        (void)wql_row_end(scan);
        break;
    case 13:
        good_row(scan);
        wql_row_set(scan, RL_ID, wql_u64(2));
        break;
    case 14:
        for (int i = 0; i < 1025; i++) good_row(scan);
        break;
    case 15:
        good_row(scan);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 16:
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        good_row(scan);
        break;
    case 17:
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 18:
        (void)wql_scan_copy(scan, 2, &column, 1, err);
        (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err);
        break;
    case 19: return WQL_S_TIMEDOUT;
    case 20: (void)wql_scan_holds(scan, 5, wql_i64(1)); break;
    default:
        wql_row_set(scan, RL_N, wql_text(wql_s("not asked for")));
        good_row(scan);
        break;
    }
    return WQL_END;
}

static void breaches_are_named(void **state) {
    static const char *const messages[] = {"T.N is sint32, but was set to string",
                                           "T.N is sint32, but was set to real64",
                                           "T.S is string, but was set to sint64",
                                           "T.D is datetime, but was set to datetime",
                                           "property 99 of T was set, which has 15",
                                           "T.Tags is string[], but was set to sint64[]",
                                           "T.Tags is string[], but was set to sint64",
                                           "T.S was set to a NULL pointer with a length",
                                           "T.Tags was set to a NULL pointer with a length",
                                           "T.E was set to an object that wql_scan_object did not make in this next",
                                           "T.N is sint32, but was set to a value of an unknown type",
                                           "T.Id is a key, but NULL in a row",
                                           "T.Id is a key, but NULL in a row",
                                           "next of T returned in the middle of a row",
                                           "next of T went on after row_end had answered that its batch of 1024 rows is full",
                                           "next of T brought a batch beside rows",
                                           "next of T brought rows beside a batch",
                                           "next of T brought two batches",
                                           "next of T brought two batches",
                                           "next of T answered 0x00040004, which next cannot",
                                           "wql_scan_holds was asked about condition 5 of 0"};
    rl_lab *l = *state;
    l->scripts[0].on_next = breach;
    for (int i = 0; i < (int)(sizeof messages / sizeof *messages); i++) {
        l->scripts[0].step = i;
        rl_expect_fault(l, "SELECT * FROM T WHERE __CLASS = 'T'", messages[i]);
        assert_string_equal(l->err.provider, "lab");
    }
    /* What is not asked for is not looked at. */
    l->scripts[0].step = 21;
    rl_expect(l, "SELECT Id FROM T WHERE __CLASS = 'T'", "T(1)\n");
}

static wql_status open_breach(rl_script *s, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {1, 2};
    static const wql_column column = {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    switch (s->step) {
    case 0: wql_row_set(scan, RL_ID, wql_u64(1)); break;
    case 1: (void)wql_row_end(scan); break;
    case 2: (void)wql_scan_emit(scan, 2, &column, 1, NULL, NULL, err); break;
    case 3: (void)wql_scan_object(scan, "Part", NULL, 0); break;
    case 4: return WQL_END;
    case 5: return WQL_S_PARTIAL_RESULTS;
    case 6: scan->take[0] = WQL_EXACT; break;
    case 7: scan->take[0] = 9; break;
    default: break;
    }
    return WQL_OK;
}

static void breaches_of_open_are_named(void **state) {
    static const char *const messages[] = {"wql_row_set was called inside open of T",
                                           "wql_row_end was called inside open of T",
                                           "wql_scan_emit was called inside open of T",
                                           "wql_scan_object was called inside open of T",
                                           "open of T answered 0x00000001, which open cannot",
                                           "open of T answered 0x00040010, which open cannot",
                                           "open of T promised more for condition 1 than plan did (2, not 1)",
                                           "open of T promised more for condition 1 than plan did (9, not 1)"};
    rl_lab *l = *state;
    l->scripts[0].on_open = open_breach;
    l->scripts[0].take[WQL_EQ] = WQL_SUPERSET;
    for (int i = 0; i < (int)(sizeof messages / sizeof *messages); i++) {
        l->scripts[0].step = i;
        rl_expect_fault(l, "SELECT * FROM T WHERE N = 1 AND __CLASS = 'T'", messages[i]);
    }
}

/* Rows after the end: inside close, and with the scan of another class that has ended. */
static void close_breach(rl_script *s, wql_scan *scan) {
    if (s->step == 0) wql_row_set(scan, RL_ID, wql_u64(1));
    remembered = scan;
}

static wql_status next_of_another(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)scan;
    if (s->step == 1 && remembered) {
        wql_status status = wql_scan_emit(remembered, 1, NULL, 0, NULL, NULL, err);
        if (status != WQL_E_PROVIDER_FAILURE) s->step = 2;
    }
    return WQL_END;
}

static void X9_I18_breaches_after_the_end_are_noticed(void **state) {
    rl_lab *l = *state;
    for (int step = 0; step < 2; step++) {
        remembered = NULL;
        l->scripts[0].step = step;
        l->scripts[0].on_close = close_breach;
        l->scripts[0].on_next = next_of_another;
        rl_expect_fault(l, "SELECT Id FROM T", "provider lab used a scan outside of its open and next");
        assert_int_equal(l->scripts[0].step, step);
    }
    /* When nobody is left to be told, it is still counted. */
    l->scripts[0].step = 0;
    {
        uint64_t faults = l->mounts[0]->faults;
        wql_batch *batch;
        l->scripts[0].on_next = NULL;
        rl_open(l, "SELECT Id FROM T", 0);
        assert_int_equal(rl_next(l, &batch), WQL_OK);
        wql_batch_release(batch);
        rl_close(l);
        assert_int_equal(l->mounts[0]->faults, faults + 1);
    }
}

/* -- system columns ---------------------------------------------------------------------------------------------- */

static void system_columns(void **state) {
    static const char all[] = "SELECT __CLASS, __GENUS, __PROPERTY_COUNT, __SUPERCLASS, __DYNASTY, __DERIVATION, __SERVER, "
                              "__NAMESPACE, __RELPATH, __PATH, N FROM U "
                              "WHERE Id %s";
    static const char u2[] = "U(U | 2 | 1 | T | T | {T} | here | root\\lab | U.Id=%d | \\\\here\\root\\lab:U.Id=%d | %d)\n";
    rl_lab *l = *state;
    char query[400], expected[2000] = "";
    l->scripts[0].rows = 100;
    for (int way = 0; way < RL_WAYS; way++) {
        l->scripts[0].way = way;
        l->scripts[0].per_next = way == RL_ROWS ? 0 : 100;
        expected[0] = 0;
        for (int i = 1; i < 4; i++)
            (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), u2, i, i, i - 50);
        (void)snprintf(query, sizeof query, all, "< 4 AND Id > 0");
        rl_expect(l, query, expected); /* gathered */
        l->scripts[0].rows = 3;
        expected[0] = 0;
        for (int i = 0; i < 3; i++)
            (void)snprintf(expected + strlen(expected), sizeof expected - strlen(expected), u2, i, i, i - 50);
        (void)snprintf(query, sizeof query, all, "< 50");
        rl_expect(l, query, expected); /* forwarded */
        l->scripts[0].rows = 100;
    }
    rl_expect(l, "SELECT __SUPERCLASS, __DERIVATION FROM T WHERE Id = 3", "T(NULL | {})\nU(T | {T})\n");
}

/* Keys that were not selected are read for the path, and stay hidden. */
static void paths_without_keys_in_the_list(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    wql_value value;
    l->scripts[0].rows = 2;
    rl_open(l, "SELECT N FROM T WHERE __CLASS = 'T'", WQL_ENSURE_LOCATABLE);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_width(batch), 1);
    assert_int_equal(wql_batch_value(batch, 1, "__RELPATH", &value), WQL_OK);
    assert_int_equal(value.str.len, 6);
    assert_memory_equal(value.str.ptr, "T.Id=1", 6);
    assert_int_equal(wql_batch_value(batch, 1, "Id", &value), WQL_E_NOT_FOUND);
    wql_batch_release(batch);
    rl_close(l);
    rl_open(l, "SELECT N FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_value(batch, 1, "__RELPATH", &value), WQL_OK);
    assert_int_equal(value.type, WQL_NULL);
    wql_batch_release(batch);
    rl_close(l);
}

/* -- the call ---------------------------------------------------------------------------------------------------- */

static wql_status next_asks(rl_script *s, wql_scan *scan, wql_error *err) {
    rl_lab *l = s->lab;
    uint64_t left = 1;
    bool *ok = s->note;
    void *a = wql_scan_alloc(scan, 100), *b = wql_scan_alloc(scan, 0);
    wql_waker waker = wql_scan_waker(scan);
    char line[700];
    (void)err;
    *ok = a && b && ((uintptr_t)a & 15) == 0 && wql_scan_principal(scan) == l->env.principal;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_OK && left == 5;
    l->deadline = WQL__TIME_FOREVER;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_OK && left == UINT64_MAX && wql_scan_check(scan, NULL) == WQL_OK;
    l->deadline = l->now;
    *ok = *ok && wql_scan_check(scan, &left) == WQL_E_TIMED_OUT && left == 0;
    l->stop = 1;
    *ok = *ok && wql_scan_check(scan, NULL) == WQL_E_CALL_CANCELLED;
    l->stop = 0;
    l->deadline = WQL__TIME_FOREVER;
    wql_scan_count(scan, 3, 4);
    wql_scan_log(scan, WQL_LOG_INFO, "a line");
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    wql_scan_log(scan, WQL_LOG_DEBUG, line);
    wql_waker_wake(waker);
    wql_waker_wake(waker);
    *ok = *ok && l->wakes == 2 && l->woken == 77;
    return WQL_END;
}

static void the_call_can_be_asked(void **state) {
    rl_lab *l = *state;
    static const wql_principal principal = {.struct_size = sizeof principal, .uid = 7};
    bool ok = false;
    l->scripts[0].on_next = next_asks;
    l->scripts[0].note = &ok;
    l->env.principal = &principal;
    l->deadline = l->now + 4001; /* 4.001 ms are told as 5 */
    free(rl_query(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0));
    assert_true(ok);
    assert_int_equal(l->stats.values_nulled, 3);
    assert_int_equal(l->stats.utf8_repaired, 4);
    assert_memory_equal(l->log, "3 lab: a line\n4 lab: xxxx", 24);
}

/* A wake when the engine is gone goes nowhere. */
static void a_wake_may_come_too_late(void **state) {
    rl_lab *l = *state;
    wql_waker waker = {&l->mounts[0]->host, l->mounts[0], 77};
    l->mounts[0]->hub = NULL;
    wql_waker_wake(waker);
    assert_int_equal(l->wakes, 0);
}

/* What is asked of wql_scan_holds, in the words of the query, and what it says of some values. */
typedef struct holds_case {
    const char *where;
    wql_value values[6];
    bool expected[6];
    uint32_t count;
} holds_case;

static bool answers[6];
static wql_status next_holds(rl_script *s, wql_scan *scan, wql_error *err) {
    const holds_case *c = s->note;
    (void)err;
    for (uint32_t i = 0; i < c->count; i++) answers[i] = wql_scan_holds(scan, 0, c->values[i]);
    return WQL_END;
}

static void holds_is_the_rule(void **state) {
    rl_lab *l = *state;
    holds_case cases[] = {
        {"N = 5",
         {wql_i64(5), wql_u64(5), wql_i64(6), wql_null(), wql_text(wql_s("5")), wql_i64(INT64_MAX)},
         {true, true, false, false, false, false},
         6},
        {"N IS NULL", {wql_null(), wql_i64(0), wql_text(wql_s(""))}, {true, false, false}, 3},
        {"N IS NOT NULL", {wql_null(), wql_i64(0)}, {false, true}, 2},
        {"S LIKE 'a%'",
         {wql_text(wql_s("Abc")), wql_text(wql_s("b")), wql_text((wql_str){"a\xff", 2}), wql_i64(1)},
         {true, false, true, false},
         4},
        {"S = 'kilo'", {wql_text(wql_s("\xe2\x84\xaaILO")), wql_text(wql_s("kilo "))}, {true, false}, 2},
        {"Id = 1 OR Id = 5 OR Id = 9", {wql_u64(5), wql_i64(9), wql_u64(2), wql_null()}, {true, true, false, false}, 4},
        {"NOT N = 5", {wql_i64(5), wql_i64(4), wql_null()}, {false, true, false}, 3},
        {"R < 2.5", {wql_f64(2.4), wql_i64(2), wql_f64(2.5)}, {true, true, false}, 3},
        {"I > '00000000000005.000000:000'",
         {wql_time((wql_datetime){6000000, 0, 0, 1, 0}), wql_time((wql_datetime){6000000, 0, 0, 0, 0})},
         {true, false},
         2}};
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char query[200];
        (void)snprintf(query, sizeof query, "SELECT Id FROM T WHERE (%s) AND __CLASS = 'T'", cases[i].where);
        l->scripts[0].on_next = next_holds;
        l->scripts[0].note = &cases[i];
        free(rl_query(l, query, 0));
        for (uint32_t k = 0; k < cases[i].count; k++)
            if (answers[k] != cases[i].expected[k]) fail_msg("%s: value %u: %d", cases[i].where, k, answers[k]);
    }
}

/* -- errno ------------------------------------------------------------------------------------------------------- */

static wql_status next_with_errno(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)s;
    (void)scan;
    (void)err;
    errno = ENOENT;
    return WQL_END;
}

static void errno_is_kept(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_with_errno;
    errno = EXDEV;
    rl_expect(l, "SELECT Id FROM T", "");
    assert_int_equal(errno, EXDEV);
}

/* -- interrupts from another thread ------------------------------------------------------------------------------ */

static _Atomic bool interrupting;
static void *interrupt_thread(void *arg) {
    rl_lab *l = arg;
    while (atomic_load(&interrupting)) wql__run_interrupt(l->run);
    return NULL;
}

static void interrupts_while_scans_come_and_go(void **state) {
    rl_lab *l = *state;
    for (int round = 0; round < 200; round++) {
        pthread_t thread;
        wql_batch *batch;
        rl_open(l, "SELECT Id FROM T", 0);
        atomic_store(&interrupting, true);
        assert_int_equal(pthread_create(&thread, NULL, interrupt_thread, l), 0);
        while (rl_next(l, &batch) == WQL_OK) wql_batch_release(batch);
        atomic_store(&interrupting, false);
        assert_int_equal(pthread_join(thread, NULL), 0);
        rl_close(l);
    }
    assert_int_equal(l->scripts[0].closes, 400);
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        HOST_TEST(cells_become_what_they_should),
        HOST_TEST(breaches_are_named),
        HOST_TEST(breaches_of_open_are_named),
        HOST_TEST(X9_I18_breaches_after_the_end_are_noticed),
        HOST_TEST(system_columns),
        HOST_TEST(paths_without_keys_in_the_list),
        HOST_TEST(the_call_can_be_asked),
        HOST_TEST(a_wake_may_come_too_late),
        HOST_TEST(holds_is_the_rule),
        HOST_TEST(errno_is_kept),
        HOST_TEST(interrupts_while_scans_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
