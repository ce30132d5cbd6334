/* SPDX-License-Identifier: MIT */
/* test_run_waiting.c: runs that wait, of one class or of several, and what ends them: stops, deadlines, interrupts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- waiting ----------------------------------------------------------------------------------------------------- */

/* Three rows, then a wait until the test says otherwise. */
static wql_status next_in_pieces(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    (void)err;
    if (s->step++) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    for (int i = 0; i < 3; i++) {
        wql_row_set(scan, RL_ID, wql_u64((*at)++));
        (void)wql_row_end(scan);
    }
    return *at < 9 ? WQL_OK : WQL_END;
}

static void what_is_in_hand_goes_out_before_a_wait(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_in_pieces;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    for (int i = 0; i < 3; i++) {
        l->scripts[0].step = 0;
        assert_int_equal(rl_next(l, &batch), WQL_OK);
        assert_int_equal(batch->rows, 3);
        wql_batch_release(batch);
        assert_int_equal(rl_next(l, &batch), i < 2 ? WQL_S_PENDING : WQL_END);
        assert_null(batch);
    }
    rl_close(l);
}

/* Rows and a wait in one answer: the rows come first. */
static wql_status next_rows_and_wait(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    wql_row_set(scan, RL_ID, wql_u64((uint64_t)s->step++));
    (void)wql_row_end(scan);
    (void)wql_scan_waker(scan);
    return s->step < 3 ? WQL_S_PENDING : WQL_END;
}

static void rows_may_come_with_a_wait(void **state) {
    rl_lab *l = *state;
    char *rows = NULL;
    l->scripts[0].on_next = next_rows_and_wait;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_END);
    assert_string_equal(rows, "T(0)\nT(1)\nT(2)\n");
    rl_close(l);
    free(rows);
}

/* The first batch goes out at once. Later rows wait, but no longer than batch_age_ms. */
static wql_status next_one_row(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    (void)err;
    s->lab->now += s->step; /* that long it took */
    wql_row_set(scan, RL_ID, wql_u64((*at)++));
    (void)wql_row_end(scan);
    return *at < 100 ? WQL_OK : WQL_END;
}

static void rows_do_not_grow_old(void **state) {
    rl_lab *l = *state;
    char text[500];
    l->scripts[0].on_next = next_one_row;
    l->scripts[0].step = 0;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "1 99 ");
    rl_close(l);
    l->scripts[0].step = 1000;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "1 21 21 21 21 15 "); /* 20 ms after the first of them */
    rl_close(l);
}

/* The same within one next: row_end tells the provider to return. */
static wql_status next_slow_rows(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    bool room = true;
    (void)err;
    for (; *at < 100 && room; ++*at) {
        s->lab->now += s->step;
        wql_row_set(scan, RL_ID, wql_u64(*at));
        room = wql_row_end(scan);
    }
    return *at < 100 ? WQL_OK : WQL_END;
}

static void row_end_looks_at_the_clock(void **state) {
    rl_lab *l = *state;
    char text[500];
    l->scripts[0].on_next = next_slow_rows;
    l->scripts[0].step = 1000;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "21 21 21 21 16 ");
    rl_close(l);
    l->scripts[0].step = 1; /* quick: the clock is read seldom, and the batch is filled */
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "100 ");
    rl_close(l);
}

static void a_slice_of_time_ends(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    int slices = 0;
    wql_status status;
    l->scripts[0].rows = 20000;
    l->scripts[0].way = RL_EMIT;
    l->tick = 10;
    rl_open(l, "SELECT Id FROM T WHERE Id = 19999 AND __CLASS = 'T'", 0);
    for (;;) {
        int before = l->scripts[0].nexts;
        status = wql__run_next(l->run, slices % 2 ? l->now + 25 : 0, &batch);
        if (status != WQL_OK || batch) break;
        assert_true(l->scripts[0].nexts - before <= 3);
        assert_true(l->scripts[0].nexts > before); /* at least one step each time, else nothing would ever end */
        slices++;
    }
    assert_int_equal(status, WQL_OK);
    assert_int_equal(batch->rows, 1);
    assert_true(slices >= 6);
    wql_batch_release(batch);
    rl_close(l);
}

/* A provider that is not ready to open; its state must be there when it is asked again. */
static wql_status open_when_ready(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (!scan->state)
        scan->state = &s->at[0];
    else if (scan->state != &s->at[0])
        return WQL_E_FAILED;
    s->at[0] = 0;
    (void)wql_scan_waker(scan);
    return s->step-- > 0 ? WQL_S_PENDING : WQL_OK;
}

static void open_may_have_to_wait(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_open = open_when_ready;
    l->scripts[0].step = 2;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 10);
    wql_batch_release(batch);
    rl_close(l);
    /* Closed while it waits: close is not owed. */
    l->scripts[0].step = 2;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(l->mounts[0]->scans, 1);
    rl_close(l);
    assert_int_equal(l->mounts[0]->scans, 0);
}

/* -- several classes --------------------------------------------------------------------------------------------- */

static void each_batch_has_one_class(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char seen[40] = "";
    l->scripts[1].rows = 4;
    rl_open(l, "SELECT Id FROM T", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        strcat(seen, wql_batch_class(batch)->def.name);
        for (uint32_t row = 0; row < batch->rows; row++)
            assert_int_equal(((const uint32_t *)wql_batch_column(batch, 0)->values)[row], row);
        wql_batch_release(batch);
    }
    assert_string_equal(seen, "TUW");
    assert_int_equal(l->stats.rows_out, 24);
    assert_int_equal(l->stats.rows_scanned, 24);
    rl_close(l);
}

static wql_status next_blocked(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (s->step > 0) {
        s->step--;
        return (void)wql_scan_waker(scan), WQL_S_PENDING;
    }
    wql_row_set(scan, RL_ID, wql_u64(1));
    (void)wql_row_end(scan);
    return WQL_END;
}

static void others_go_on_while_one_waits(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char seen[40] = "";
    wql_status status;
    l->scripts[1].on_next = next_blocked;
    l->scripts[1].step = 1000;
    l->scripts[2].on_next = next_blocked;
    l->scripts[2].step = 1;
    rl_open(l, "SELECT Id FROM T", 0);
    for (int waits = 0; waits < 2; waits++) {
        while ((status = rl_next(l, &batch)) == WQL_OK) {
            strcat(seen, wql_batch_class(batch)->def.name);
            wql_batch_release(batch);
        }
        assert_int_equal(status, WQL_S_PENDING);
        assert_string_equal(seen, waits ? "TUZ" : "TU");
    }
    l->scripts[1].step = 0;
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_string_equal(wql_batch_class(batch)->def.name, "W");
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    rl_close(l);
}

/* One waits; another brings rows that do not pass, and then waits too: the first is asked again before the run says that it
 * waits. */
static wql_status next_useless(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (s->step++) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    wql_row_set(scan, RL_ID, wql_u64(9));
    (void)wql_row_end(scan);
    return WQL_OK;
}

static void who_waits_is_asked_again(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[1].on_next = next_blocked;
    l->scripts[1].step = 1;
    l->scripts[2].on_next = next_useless;
    l->scripts[0].rows = 0;
    rl_open(l, "SELECT Id FROM T WHERE Id = 1", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_string_equal(wql_batch_class(batch)->def.name, "W");
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    rl_close(l);
}

static void partial_results_are_told_at_the_end(void **state) {
    rl_lab *l = *state;
    char *rows = NULL;
    l->scripts[0].end = WQL_S_PARTIAL_RESULTS;
    l->scripts[1].rows = 3;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(l->stats.rows_out, 23);
    rl_close(l);
    free(rows);
}

/* -- a provider that serves one at a time ------------------------------------------------------------------------ */

static void a_busy_provider_is_waited_for(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[2].rows = 5;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK); /* somebody else is inside */
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(l->scripts[2].opens, 0);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 1);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 5);
    wql_batch_release(batch);
    rl_close(l);
    /* Closing waits for its turn too. */
    l->scripts[2].rows = 5000;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    assert_int_equal(l->scripts[2].closes, 1);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 2);
    rl_close(l);
    /* A run that is closed while it waits to open leaves no turn behind. */
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    rl_close(l);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 2);
}

/* The scan is at its end, but its provider is busy: the run ends, and closes later. */
static void an_end_does_not_wait_for_a_close(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[2].rows = 5;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(l->scripts[2].closes, 0);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 1);
    rl_close(l);
    assert_int_equal(l->scripts[2].closes, 1);
}

/* -- stops and deadlines ----------------------------------------------------------------------------------------- */

static wql_status next_until_told(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t left = 0;
    int rows = 0;
    (void)err;
    do {
        wql_row_set(scan, RL_ID, wql_u64((uint64_t)rows));
        if (++rows == s->step) s->lab->stop = 1;
        if (rows == -s->step) s->lab->now = s->lab->deadline;
    } while (wql_row_end(scan));
    s->emits = rows;
    return wql_scan_check(scan, &left) < 0 ? WQL_E_FAILED : WQL_OK; /* as if the end had made it fail */
}

static void a_stop_ends_the_run(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_until_told;
    l->scripts[0].step = 5;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_int_equal(l->scripts[0].emits, 5); /* row_end says so at once */
    assert_null(batch);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_string_equal(l->err.message, "the call was cancelled");
    assert_string_equal(l->err.provider, "");
    rl_close(l);
    assert_int_equal(l->scripts[0].closes, 1);
    /* Set before anything began: no provider is troubled. */
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_int_equal(l->scripts[0].opens, 1);
    rl_close(l);
}

static void a_deadline_ends_the_run(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->deadline = l->now + 5000;
    l->scripts[0].on_next = next_until_told;
    l->scripts[0].step = -5;
    rl_open(l, "SELECT Id FROM T", 0);
    l->env.batch_age_ms = 1000;
    assert_int_equal(rl_next(l, &batch), WQL_E_TIMED_OUT);
    assert_true(l->scripts[0].emits <= 5 + 64); /* row_end looks at the clock now and then */
    assert_string_equal(l->err.message, "the call's time is over");
    rl_close(l);
}

/* The rows were there in time, but the filter was not: they are not given out. */
static void rows_after_the_deadline_stay(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->tick = 400;
    l->scripts[0].way = RL_EMIT;
    for (int64_t room = 100; room < 1600; room += 100) {
        l->deadline = l->now + room;
        rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
        if (rl_next(l, &batch) == WQL_OK) {
            assert_true(room >= 1000);
            wql_batch_release(batch);
        }
        rl_close(l);
    }
}

/* -- interrupts -------------------------------------------------------------------------------------------------- */

static wql_status next_interrupted(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)err;
    wql__run_interrupt(s->lab->run); /* as another thread might */
    return WQL_END;
}
static void close_interrupted(rl_script *s, wql_scan *scan) {
    (void)scan;
    wql__run_interrupt(s->lab->run);
}

static void interrupts_reach_open_scans_only(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_interrupted;
    l->scripts[0].on_close = close_interrupted;
    rl_open(l, "SELECT Id FROM T", 0);
    wql__run_interrupt(l->run);
    assert_int_equal(l->scripts[0].interrupts, 0);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(l->scripts[0].interrupts, 2); /* T inside its next, then U; never a closed one, or one inside close */
    wql__run_interrupt(l->run);
    assert_int_equal(l->scripts[0].interrupts, 2);
    rl_close(l);
}

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(what_is_in_hand_goes_out_before_a_wait),
        RUN_TEST(rows_may_come_with_a_wait),
        RUN_TEST(rows_do_not_grow_old),
        RUN_TEST(row_end_looks_at_the_clock),
        RUN_TEST(a_slice_of_time_ends),
        RUN_TEST(open_may_have_to_wait),
        RUN_TEST(each_batch_has_one_class),
        RUN_TEST(others_go_on_while_one_waits),
        RUN_TEST(who_waits_is_asked_again),
        RUN_TEST(partial_results_are_told_at_the_end),
        RUN_TEST(a_busy_provider_is_waited_for),
        RUN_TEST(an_end_does_not_wait_for_a_close),
        RUN_TEST(a_stop_ends_the_run),
        RUN_TEST(a_deadline_ends_the_run),
        RUN_TEST(rows_after_the_deadline_stay),
        RUN_TEST(interrupts_reach_open_scans_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
