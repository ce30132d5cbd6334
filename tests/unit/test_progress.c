/* SPDX-License-Identifier: MIT */
/* test_progress.c: progress of a call: asked for, advisory, never in the way. The engine's clock is the test's. */
#include "call_lab.h"

static wql_error err = {.struct_size = sizeof(wql_error)};
static const char all[] = "SELECT Id FROM Tick";

typedef struct lab {
    fixture f;
    _Atomic int64_t now;
    _Atomic int64_t each_look; /* so much later at each look */
} lab;

static int64_t lab_clock(void *user, bool wall) {
    lab *l = user;
    (void)wall;
    return atomic_fetch_add(&l->now, atomic_load(&l->each_look));
}

static void open_lab(lab *l, int64_t each_look) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    atomic_store(&l->now, 1);
    atomic_store(&l->each_look, each_look);
    opt.workers = 1;
    opt.clock = lab_clock;
    opt.clock_user = l;
    open_fixture_with(&l->f, &opt);
}

enum { OFTEN_US = 60000 }; /* longer than the least time between two reports */

static void R5_1_progress_is_asked_for(void **state) {
    lab l = {.f = {.t = {.rows = 5000, .per_next = 500}}};
    recorder r;
    (void)state;
    open_lab(&l, OFTEN_US);
    recorder_init(&r, DO_NOTHING);
    assert_int_equal(run_to_end(&l.f, all, &r, 0), WQL_OK);
    assert_int_equal(atomic_load(&r.progresses), 0); /* one status and one only */
    assert_promises(&r);
    recorder_init(&r, DO_NOTHING);
    assert_int_equal(run_to_end(&l.f, all, &r, WQL_SEND_STATUS), WQL_OK);
    assert_true(atomic_load(&r.progresses) > 0);
    assert_promises(&r);
    close_fixture(&l.f);
}

/* is_final 0, WQL_OK, no error, done and total: the recorder looks at each; the numbers are those of rows looked at. */
static void R5_2_R5_6_reports_are_progress_or_the_final_one(void **state) {
    static const wql_status odd[] = {2, 0x100, WQL_S_TIMEDOUT};
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        lab l = {.f = {.t = {.rows = 5000, .per_next = 500, .fail_at_end = odd[i]}}}; /* no provider reaches a client's status */
        recorder r;
        open_lab(&l, OFTEN_US);
        recorder_init(&r, DO_NOTHING);
        (void)run_to_end(&l.f, all, &r, WQL_SEND_STATUS);
        assert_true(r.progress_done > 0 && r.progress_done <= 5000);
        assert_int_equal(r.report_done, 5000);
        assert_int_equal(atomic_load(&r.code), WQL_E_PROVIDER_FAILURE); /* it answered what no provider answers */
        assert_promises(&r);
        close_fixture(&l.f);
    }
}

static wql_status cancel_in_progress(recorder *r, int place, wql_call call) {
    if (place == IN_PROGRESS) {
        atomic_store(&r->answer, wql_call_cancel(call));
        r->report_done = (uint64_t)atomic_load(&r->indicates);
    }
    return WQL_OK;
}

static void R5_3_no_progress_after_a_cancel_or_the_final_status(void **state) {
    lab l = {.f = {.t = {.rows = 50000, .per_next = 500}}};
    recorder r;
    wql_call call;
    (void)state;
    open_lab(&l, OFTEN_US);
    recorder_act(&r, cancel_in_progress, NULL);
    call = submit(&l.f, all, &r, WQL_SEND_STATUS, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
    assert_int_equal(atomic_load(&r.answer), WQL_S_PENDING);
    assert_int_equal(atomic_load(&r.progresses), 1);
    assert_true(atomic_load(&r.indicates) < 3);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&l.f);
}

static wql_status jump_at_third(recorder *r, int place, wql_call call) {
    lab *l = r->act_user;
    (void)call;
    if (place == IN_ROWS && atomic_load(&r->indicates) == 3) atomic_fetch_add(&l->now, OFTEN_US);
    return WQL_OK;
}

/* With a clock that stands still there is no report at all, and every row; one jump makes one report, of the latest value. */
static void R5_4_progress_is_lossy_and_holds_up_nothing(void **state) {
    lab l = {.f = {.t = {.rows = 10240}}};
    recorder r;
    (void)state;
    open_lab(&l, 0);
    recorder_init(&r, DO_NOTHING);
    assert_int_equal(run_to_end(&l.f, all, &r, WQL_SEND_STATUS), WQL_OK);
    assert_int_equal(atomic_load(&r.progresses), 0);
    assert_int_equal(atomic_load(&r.rows), 10240);
    assert_promises(&r);
    recorder_act(&r, jump_at_third, &l);
    atomic_store(&l.now, 1);
    assert_int_equal(run_to_end(&l.f, all, &r, WQL_SEND_STATUS), WQL_OK);
    assert_int_equal(atomic_load(&r.progresses), 1);
    assert_true(r.progress_done >= 3 * 1024);
    assert_int_equal(atomic_load(&r.rows), 10240);
    assert_promises(&r);
    close_fixture(&l.f);
}

static wql_status fail_in_progress(recorder *r, int place, wql_call call) {
    (void)r;
    (void)call;
    return place == IN_PROGRESS ? WQL_E_FAILED : WQL_OK;
}

static void R1_7_a_sink_that_fails_in_progress_cancels(void **state) {
    lab l = {.f = {.t = {.rows = 50000, .per_next = 500}}};
    recorder r;
    (void)state;
    open_lab(&l, OFTEN_US);
    recorder_act(&r, fail_in_progress, NULL);
    assert_int_equal(run_to_end(&l.f, all, &r, WQL_SEND_STATUS), WQL_E_CALL_CANCELLED);
    assert_int_equal(atomic_load(&r.progresses), 1);
    assert_promises(&r);
    close_fixture(&l.f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R5_1_progress_is_asked_for),
        cmocka_unit_test(R5_2_R5_6_reports_are_progress_or_the_final_one),
        cmocka_unit_test(R5_3_no_progress_after_a_cancel_or_the_final_status),
        cmocka_unit_test(R5_4_progress_is_lossy_and_holds_up_nothing),
        cmocka_unit_test(R1_7_a_sink_that_fails_in_progress_cancels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
