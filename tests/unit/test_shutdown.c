/* SPDX-License-Identifier: MIT */
/* test_shutdown.c: deadlines, timers, and the end of an engine with calls in every state. */
#include "call_lab.h"

#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

static void L4_the_deadline_ends_a_call(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 30);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_TIMED_OUT);
    assert_promises(&r);
    wql_call_close(call);
    f.t.silent = false;
    atomic_store(&f.t.deaf, true); /* a provider that does not look at it */
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 30);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_TIMED_OUT);
    assert_promises(&r);
    atomic_store(&f.t.deaf, false);
    wql_call_close(call);
    close_fixture(&f);
}

static void X14_the_sink_timer_ends_a_call(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    fixture f = {.t = {.rows = 100000}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, BLOCK);
    opt.workers = 1;
    opt.sink_timeout_ms = 20;
    assert_int_equal(wql_engine_open(&opt, &f.engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", ticks_provider(&f.t, "ticks"), NULL, &f.t, &err), WQL_OK);
    assert_int_equal(wql_session_open(f.engine, "root/t", NULL, &f.session, &err), WQL_OK);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_true(event_wait(&r.entered));
    assert_int_equal(wql_call_wait(call, 100, &err), WQL_S_TIMEDOUT); /* a callback cannot be interrupted */
    event_set(&r.go);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
    assert_int_equal(atomic_load(&r.indicates), 1);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void R7_6_L7_closing_the_engine_ends_every_call(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .flags = WQL_CONCURRENT}};
    recorder r[8];
    wql_call pulled;
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 2, 0);
    for (int i = 0; i < 8; i++) {
        recorder_init(&r[i], DO_NOTHING);
        (void)submit(&f, "SELECT Id FROM Tick", &r[i], 0, 0);
    }
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), NULL, &pulled, &err), WQL_OK);
    assert_int_equal(wql_call_next(pulled, 0, &batch, &err), WQL_S_TIMEDOUT);
    close_fixture(&f); /* with handles, a session and a scan open */
    for (int i = 0; i < 8; i++) {
        assert_promises(&r[i]);
        assert_int_equal(atomic_load(&r[i].code), WQL_E_SHUTTING_DOWN);
    }
}

static void closing_the_engine_inside_a_callback(void **state) {
    fixture f = {.t = {.rows = 100000}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, CLOSE_ENGINE);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_SHUTTING_DOWN);
    assert_int_equal(atomic_load(&r.answer), WQL_S_TIMEDOUT);
    assert_promises(&r);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), NULL, &call, &err), WQL_E_SHUTTING_DOWN);
    close_fixture(&f);
}

static void a_retained_batch_outlives_everything(void **state) {
    fixture f = {.t = {.rows = 2000, .zero_copy = true}};
    recorder r;
    wql_call call;
    wql_value path;
    (void)state;
    recorder_init(&r, RETAIN);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT * FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    wql_call_close(call);
    wql_session_close(f.session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
    assert_non_null(r.kept);
    assert_int_equal(atomic_load(&f.t.unloads), 0); /* the batch keeps the provider */
    assert_int_equal(((const uint32_t *)wql_batch_column(r.kept, 0)->values)[7], 7);
    assert_int_equal(wql_batch_value(r.kept, 7, "__RELPATH", &path), WQL_OK);
    assert_string_equal(path.str.ptr, "Tick.Id=7");
    wql_batch_release(r.kept);
    assert_int_equal(atomic_load(&f.t.unloads), 1);
    assert_int_equal(atomic_load(&f.t.emitted), atomic_load(&f.t.released));
}

static void a_serialised_provider_is_never_entered_twice(void **state) {
    fixture f = {.t = {.rows = 20000, .per_next = 50}};
    recorder r[16];
    wql_call calls[16];
    (void)state;
    open_fixture(&f, 4, 0);
    for (int i = 0; i < 16; i++) {
        recorder_init(&r[i], DO_NOTHING);
        calls[i] = submit(&f, "SELECT Id FROM Tick", &r[i], 0, 0);
    }
    for (int i = 0; i < 16; i++) {
        assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
        assert_int_equal(atomic_load(&r[i].rows), 20000);
        assert_promises(&r[i]);
        wql_call_close(calls[i]);
    }
    assert_int_equal(atomic_load(&f.t.most_inside), 1);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(L4_the_deadline_ends_a_call),
        cmocka_unit_test(X14_the_sink_timer_ends_a_call),
        cmocka_unit_test(R7_6_L7_closing_the_engine_ends_every_call),
        cmocka_unit_test(closing_the_engine_inside_a_callback),
        cmocka_unit_test(a_retained_batch_outlives_everything),
        cmocka_unit_test(a_serialised_provider_is_never_entered_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
