/* SPDX-License-Identifier: MIT */
/* test_cancel.c: ending calls from outside, from inside, twice, and too late. */
#include "call_lab.h"

static wql_error err = {.struct_size = sizeof(wql_error)};

static void R6_4_I11_cancel_from_outside_runs_the_final_here(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(atomic_load(&r.code), WQL_E_CALL_CANCELLED);
    assert_promises(&r);
    assert_true(pthread_equal(r.final_thread, pthread_self()));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    wql_call_close(call);
    assert_int_equal(wql_call_cancel(call), WQL_E_NOT_FOUND);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, "SELECT Id FROM Tick", &r, WQL_FINAL_ON_WORKER, 0);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_promises(&r);
    assert_false(pthread_equal(r.final_thread, pthread_self()));
    wql_call_close(call);
    close_fixture(&f);
}

static void R6_8_I4_X4_X5_X23_cancel_inside_a_callback(void **state) {
    static const int places[] = {CANCEL_SELF, CANCEL_IN_FINAL, CANCEL_IN_RELEASE};
    fixture f = {.t = {.rows = 100000}};
    (void)state;
    open_fixture(&f, 1, 0);
    for (int i = 0; i < 3; i++) {
        recorder r;
        wql_call call;
        recorder_init(&r, places[i]);
        call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), i == 0 ? WQL_E_CALL_CANCELLED : WQL_OK);
        assert_int_equal(i == 2 ? atomic_load(&r.answer_in_release) : atomic_load(&r.answer), WQL_S_PENDING);
        if (i == 0) assert_int_equal(atomic_load(&r.indicates), 1);
        if (i == 0) assert_true(pthread_equal(r.final_thread, r.data_thread)); /* as the callback unwinds */
        assert_promises(&r);
        wql_call_close(call);
    }
    close_fixture(&f);
}

static void R6_9_X13_L2_cancel_of_a_blocked_sink_is_bounded(void **state) {
    fixture f = {.t = {.rows = 100000}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, BLOCK);
    open_fixture(&f, 1, 50);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_true(event_wait(&r.entered));
    assert_int_equal(wql_call_cancel(call), WQL_S_TIMEDOUT);
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_S_TIMEDOUT);
    assert_int_equal(atomic_load(&r.finals), 0);
    event_set(&r.go);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED); /* the one final status still came */
    assert_int_equal(atomic_load(&r.indicates), 1);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void R6_11_X11_L3_L6_a_deaf_provider_does_not_hold_a_cancel(void **state) {
    fixture f = {.t = {.rows = 1000, .per_next = 10}};
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, DO_NOTHING);
    atomic_store(&f.t.deaf, true);
    open_fixture(&f, 1, 200);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_true(wait_until(&f.t.was_deaf, true));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_promises(&r);
    assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
    assert_int_equal(stats.zombies, 1);
    assert_int_equal(wql_engine_close(f.engine), WQL_S_TIMEDOUT); /* the provider is still inside: nothing is freed */
    assert_int_equal(wql_engine_unmount(f.engine, "root/t", "ticks", &err), WQL_S_TIMEDOUT);
    atomic_store(&f.t.deaf, false);
    assert_int_equal(wql_engine_unmount(f.engine, "root/t", "ticks", &err), WQL_OK);
    assert_int_equal(atomic_load(&f.t.unloads), 1);
    assert_int_equal(wql_engine_unmount(f.engine, "root/t", "ticks", &err), WQL_E_NOT_FOUND);
    wql_call_close(call);
    assert_true(atomic_load(&f.t.interrupts) >= 1);
    close_fixture(&f);
}

static void R6_2_cancel_by_sink_ends_all_its_calls(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .flags = WQL_CONCURRENT}};
    recorder r;
    wql_call calls[100];
    (void)state;
    recorder_init(&r, SHARED);
    open_fixture(&f, 2, 0);
    for (int i = 0; i < 100; i++) calls[i] = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_OK);
    assert_int_equal(atomic_load(&r.finals), 100);
    assert_int_equal(atomic_load(&r.refs), 0);
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_E_NOT_FOUND);
    assert_int_equal(wql_session_cancel(f.session, (void *)16), WQL_E_NOT_FOUND); /* never dereferenced */
    assert_int_equal(wql_session_cancel(f.session, NULL), WQL_E_INVALID_PARAMETER);
    for (int i = 0; i < 100; i++) wql_call_close(calls[i]);
    close_fixture(&f);
}

static void X6_two_callbacks_that_cancel_each_other(void **state) {
    fixture f = {.t = {.rows = 100000, .flags = WQL_CONCURRENT}};
    recorder a, b;
    wql_call call_a, call_b;
    (void)state;
    recorder_init(&a, CANCEL_OTHER);
    recorder_init(&b, CANCEL_OTHER);
    open_fixture(&f, 2, 0);
    call_a = submit(&f, "SELECT Id FROM Tick", &a, 0, 0);
    call_b = submit(&f, "SELECT Id FROM Tick", &b, 0, 0);
    assert_true(event_wait(&a.entered));
    assert_true(event_wait(&b.entered));
    a.other = call_b;
    b.other = call_a;
    event_set(&a.go);
    event_set(&b.go);
    assert_int_equal(wql_call_wait(call_a, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
    assert_int_equal(wql_call_wait(call_b, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
    assert_promises(&a);
    assert_promises(&b);
    assert_true(atomic_load(&a.answer) == WQL_S_TIMEDOUT ||
                atomic_load(&b.answer) == WQL_S_TIMEDOUT); /* the last one in does not wait */
    wql_call_close(call_a);
    wql_call_close(call_b);
    close_fixture(&f);
}

static void a_callback_may_not_wait(void **state) {
    fixture f = {.t = {.rows = 100}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, WAIT_SELF);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.answer), WQL_E_INVALID_OPERATION);
    wql_call_close(call);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R6_4_I11_cancel_from_outside_runs_the_final_here),
        cmocka_unit_test(R6_8_I4_X4_X5_X23_cancel_inside_a_callback),
        cmocka_unit_test(R6_9_X13_L2_cancel_of_a_blocked_sink_is_bounded),
        cmocka_unit_test(R6_11_X11_L3_L6_a_deaf_provider_does_not_hold_a_cancel),
        cmocka_unit_test(R6_2_cancel_by_sink_ends_all_its_calls),
        cmocka_unit_test(X6_two_callbacks_that_cancel_each_other),
        cmocka_unit_test(a_callback_may_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
