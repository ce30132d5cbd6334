/* SPDX-License-Identifier: MIT */
/* test_pump.c: calls run by the thread that pumps them. */
#include "call_lab.h"

#include <poll.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

static wql_call submit_pumped(fixture *f, wql_pump *pump, recorder *r, uint32_t timeout_ms) {
    wql_sink sink = sink_of(r);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    how.sink = &sink;
    how.pump = pump;
    how.timeout_ms = timeout_ms;
    r->engine = f->engine;
    assert_int_equal(wql_session_exec(f->session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_OK);
    return call;
}

static void pumped_on_this_thread(void **state) {
    (void)state;
    for (uint32_t workers = 0; workers < 2; workers++) {
        fixture f = {.t = {.rows = 50000, .block_every = 5}};
        recorder r;
        wql_pump *pump;
        wql_call call;
        recorder_init(&r, DO_NOTHING);
        open_fixture(&f, workers, 0);
        assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
        call = submit_pumped(&f, pump, &r, 0);
        while (wql_call_wait(call, 0, &err) == WQL_S_TIMEDOUT) {
            struct pollfd fd = {wql_pump_fd(pump), POLLIN, 0};
            assert_int_equal(poll(&fd, 1, 20000), 1);
            assert_true(wql_pump_run(pump, 100) >= 0);
        }
        assert_int_equal(atomic_load(&r.rows), 50000);
        assert_true(pthread_equal(r.final_thread, pthread_self()));
        assert_promises(&r);
        assert_int_equal(wql_pump_run(pump, 0), WQL_END);
        wql_call_close(call);
        wql_pump_close(pump);
        close_fixture(&f);
    }
}

static void pumped_deadline_and_cancel(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    recorder r;
    wql_pump *pump;
    wql_call call;
    struct pollfd fd;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    fd = (struct pollfd){wql_pump_fd(pump), POLLIN, 0};
    recorder_init(&r, DO_NOTHING);
    call = submit_pumped(&f, pump, &r, 50);
    while (wql_call_wait(call, 0, &err) == WQL_S_TIMEDOUT) {
        assert_int_equal(poll(&fd, 1, 20000), 1); /* the descriptor also tells of the deadline */
        (void)wql_pump_run(pump, 1000);
    }
    assert_int_equal(atomic_load(&r.code), WQL_E_TIMED_OUT);
    assert_promises(&r);
    wql_call_close(call);
    recorder_init(&r, DO_NOTHING);
    call = submit_pumped(&f, pump, &r, 0);
    (void)wql_pump_run(pump, 1000);
    assert_int_equal(wql_call_wait(call, 10, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_cancel(call), WQL_OK); /* on this thread: inline */
    assert_int_equal(atomic_load(&r.code), WQL_E_CALL_CANCELLED);
    assert_promises(&r);
    wql_call_close(call);
    recorder_init(&r, DO_NOTHING);
    call = submit_pumped(&f, pump, &r, 0);
    wql_call_close(call);
    wql_pump_close(pump); /* ends its calls */
    assert_promises(&r);
    close_fixture(&f);
}

/* It used to run the others while it ended the first one. */
static void a_pump_that_closes_brings_no_more_rows_of_any_call(void **state) {
    fixture f = {.t = {.rows = 50000, .block_every = 5}};
    recorder r[3];
    wql_pump *pump;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    for (int i = 0; i < 3; i++) {
        recorder_init(&r[i], DO_NOTHING);
        wql_call_close(submit_pumped(&f, pump, &r[i], 0));
    }
    wql_pump_close(pump);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(atomic_load(&r[i].rows), 0);
        assert_int_equal(atomic_load(&r[i].code), WQL_E_CALL_CANCELLED);
        assert_promises(&r[i]);
    }
    close_fixture(&f);
}

static void *cancel_elsewhere(void *arg) {
    recorder *r = arg;
    atomic_store(&r->answer, wql_call_cancel(r->other));
    event_set(&r->entered);
    return NULL;
}

static void pumped_cancel_from_another_thread_waits_for_the_pump(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    recorder r;
    wql_pump *pump;
    pthread_t thread;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    recorder_init(&r, DO_NOTHING);
    r.other = submit_pumped(&f, pump, &r, 0);
    (void)wql_pump_run(pump, 1000);
    assert_int_equal(pthread_create(&thread, NULL, cancel_elsewhere, &r), 0);
    while (!atomic_load(&r.finals)) {
        struct pollfd fd = {wql_pump_fd(pump), POLLIN, 0};
        assert_int_equal(poll(&fd, 1, 20000), 1);
        (void)wql_pump_run(pump, 1000);
    }
    assert_true(event_wait(&r.entered));
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&r.answer), WQL_OK);
    assert_true(pthread_equal(r.final_thread, pthread_self()));
    assert_promises(&r);
    wql_call_close(r.other);
    wql_pump_close(pump);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pumped_on_this_thread),
        cmocka_unit_test(pumped_deadline_and_cancel),
        cmocka_unit_test(a_pump_that_closes_brings_no_more_rows_of_any_call),
        cmocka_unit_test(pumped_cancel_from_another_thread_waits_for_the_pump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
