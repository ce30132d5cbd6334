/* SPDX-License-Identifier: MIT */
/* test_sink.c: what a call with a sink promises, from its submission to its release. Callbacks only record; the main thread
 * asserts. */
#include "call_lab.h"

#include <errno.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

static void pushed_all_rows_in_order(void **state) {
    fixture f = {.t = {.rows = 100000, .zero_copy = true}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 2, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, WQL_SEND_STATUS, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.rows), 100000);
    assert_int_equal(r.report_done, 100000);
    assert_int_equal(atomic_load(&r.code), WQL_OK);
    assert_promises(&r);
    assert_int_equal(wql_call_cancel(call), WQL_OK); /* ended by itself: nothing changes */
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void R1_5_an_empty_result_brings_the_final_status_only(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick WHERE Id > 100", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.indicates), 0);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void pushed_errors_come_through_the_sink(void **state) {
    fixture f = {.t = {.rows = 10, .fail_at_end = WQL_E_FAILED}};
    recorder r;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, "SELECT FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(atomic_load(&r.code), WQL_E_INVALID_QUERY);
    assert_promises(&r);
    wql_call_close(call);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_FAILED);
    assert_int_equal(atomic_load(&r.rows), 10); /* what came before the failure was delivered */
    assert_string_equal(err.provider, "ticks");
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void R1_1_R4_2_I1_refused_submissions_never_touch_the_sink(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder r;
    wql_sink sink;
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    char big[20000];
    (void)state;
    recorder_init(&r, DO_NOTHING);
    sink = sink_of(&r);
    how.sink = &sink;
    open_fixture(&f, 1, 0);
    memset(big, ' ', sizeof big);
    assert_int_equal(wql_session_exec(NULL, wql_s("SELECT"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, wql_s(""), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT \xff"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(err.offset, 7);
    assert_int_equal(wql_session_exec(f.session, (wql_str){big, sizeof big}, &how, &call, &err), WQL_E_QUOTA_VIOLATION);
    how.flags = 0x40000000;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.flags = WQL_KEEP;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.flags = 0;
    how.batch_rows = 2049;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.batch_rows = 0;
    sink.release = NULL;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(atomic_load(&r.add_refs), 0);
    close_fixture(&f);
    open_fixture(&f, 0, 0);
    sink = sink_of(&r);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT"), &how, &call, &err), WQL_E_NOT_AVAILABLE);
    assert_int_equal(atomic_load(&r.add_refs), 0);
    close_fixture(&f);
}

static void fire_and_forget(void **state) {
    fixture f = {.t = {.rows = 3000}};
    recorder r;
    wql_sink sink;
    wql_call_options how = WQL_INIT(wql_call_options);
    (void)state;
    recorder_init(&r, DO_NOTHING);
    sink = sink_of(&r);
    how.sink = &sink;
    open_fixture(&f, 1, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), &how, NULL, &err), WQL_OK);
    assert_true(event_wait(&r.done));
    close_fixture(&f);
    assert_int_equal(atomic_load(&r.rows), 3000);
    assert_promises(&r);
    assert_int_equal(wql_call_cancel((wql_call){NULL, 0}), WQL_E_NOT_FOUND);
}

static void R1_7_a_failing_sink_cancels(void **state) {
    fixture f = {.t = {.rows = 1000000}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, FAIL);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
    assert_int_equal(atomic_load(&r.indicates), 1);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static void pause_and_resume(void **state) {
    fixture f = {.t = {.rows = 3000}};
    recorder r;
    wql_call call;
    (void)state;
    recorder_init(&r, PAUSE);
    open_fixture(&f, 1, 0);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    while (wql_call_wait(call, 0, &err) == WQL_S_TIMEDOUT) {
        assert_int_equal(wql_call_resume(call), WQL_OK); /* more resumes than pauses do no harm */
        (void)wql_call_wait(call, 1, &err);
    }
    assert_int_equal(atomic_load(&r.rows), 3000);
    assert_promises(&r);
    wql_call_close(call);
    /* a paused call is ended by cancel */
    recorder_init(&r, PAUSE);
    call = submit(&f, "SELECT Id FROM Tick", &r, 0, 0);
    assert_true(event_wait(&r.entered));
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(atomic_load(&r.code), WQL_E_CALL_CANCELLED);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pushed_all_rows_in_order),
        cmocka_unit_test(R1_5_an_empty_result_brings_the_final_status_only),
        cmocka_unit_test(pushed_errors_come_through_the_sink),
        cmocka_unit_test(R1_1_R4_2_I1_refused_submissions_never_touch_the_sink),
        cmocka_unit_test(fire_and_forget),
        cmocka_unit_test(R1_7_a_failing_sink_cancels),
        cmocka_unit_test(pause_and_resume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
