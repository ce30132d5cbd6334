/* SPDX-License-Identifier: MIT */
/* test_pull.c: a call without a sink, pulled by whoever asks for its next batch. */
#include "call_lab.h"

static wql_error err = {.struct_size = sizeof(wql_error)};

static void pulled_on_the_callers_thread(void **state) {
    fixture f = {.t = {.rows = 5000}};
    uint64_t rows = 0;
    wql_call call;
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id >= 10"), NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 4990);
    assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_END); /* again and again */
    assert_int_equal(wql_call_wait(call, 0, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_close(call), WQL_OK);
    assert_int_equal(wql_call_close(call), WQL_E_NOT_FOUND);
    assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_E_NOT_FOUND);
    assert_int_equal(wql_call_cancel(call), WQL_E_NOT_FOUND);
    close_fixture(&f);
}

static void pulled_with_workers(void **state) {
    static const struct {
        uint32_t provider_flags, call_flags;
    } ways[] = {{0, 0}, {WQL_CONCURRENT, WQL_RUN_AHEAD}, {WQL_MAY_BLOCK, 0}, {WQL_MAY_BLOCK | WQL_CONCURRENT, WQL_RUN_AHEAD}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        fixture f = {.t = {.rows = 100000, .block_every = 7}};
        wql_call_options how = WQL_INIT(wql_call_options);
        uint64_t rows = 0;
        wql_call call;
        f.t.flags = ways[i].provider_flags;
        how.flags = ways[i].call_flags;
        open_fixture(&f, 2, 0);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), &how, &call, &err), WQL_OK);
        assert_int_equal(pull_all(call, &rows, &err), WQL_END);
        assert_int_equal(rows, 100000);
        assert_int_equal(wql_call_close(call), WQL_OK);
        close_fixture(&f);
    }
}

static void pulled_error_and_cancel(void **state) {
    fixture f = {.t = {.rows = 1000000, .per_next = 10}};
    wql_call call;
    wql_batch *batch;
    (void)state;
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        f.t.flags = workers ? WQL_MAY_BLOCK : 0;
        open_fixture(&f, workers, 0);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Nothing"), NULL, &call, &err), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_INVALID_CLASS);
        assert_int_equal(err.status, WQL_E_INVALID_CLASS);
        assert_int_equal(err.offset, 14);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_INVALID_CLASS);
        wql_call_close(call);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), NULL, &call, &err), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
        wql_batch_release(batch);
        assert_int_equal(wql_call_cancel(call), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_CALL_CANCELLED);
        wql_call_close(call);
        close_fixture(&f);
    }
}

static void pulled_timeouts(void **state) {
    (void)state;
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        fixture f = {.t = {.rows = 10, .silent = true}};
        wql_call_options how = WQL_INIT(wql_call_options);
        wql_call call;
        wql_batch *batch;
        f.t.flags = workers ? WQL_MAY_BLOCK : 0;
        open_fixture(&f, workers, 0);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), NULL, &call, &err), WQL_OK);
        assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_S_TIMEDOUT);
        assert_int_equal(wql_call_next(call, 5, &batch, &err), WQL_S_TIMEDOUT);
        wql_call_close(call);
        how.timeout_ms = 60;
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_TIMED_OUT);
        wql_call_close(call);
        close_fixture(&f);
    }
}

static void rows_max_and_count(void **state) {
    fixture f = {.t = {.rows = 5000}};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    uint64_t rows = 0;
    wql_call call;
    (void)state;
    open_fixture(&f, 0, 0);
    how.rows_max = 1500;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id <> 3"), &how, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 1500);
    wql_call_close(call);
    how.rows_max = 0;
    how.flags = WQL_COUNT_ONLY;
    rows = 0;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id <> 3"), &how, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 0);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    assert_int_equal(stats.rows_delivered, 4999);
    assert_int_equal(stats.rows_scanned, 5000);
    wql_call_close(call);
    close_fixture(&f);
}

static void partial_results_are_a_remark(void **state) {
    fixture f = {.t = {.rows = 100, .fail_at_end = WQL_S_PARTIAL_RESULTS}};
    uint64_t rows = 0;
    wql_call call;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(rows, 100);
    assert_int_equal(err.status, WQL_S_PARTIAL_RESULTS);
    wql_call_close(call);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulled_on_the_callers_thread), cmocka_unit_test(pulled_with_workers),
        cmocka_unit_test(pulled_error_and_cancel),      cmocka_unit_test(pulled_timeouts),
        cmocka_unit_test(rows_max_and_count),           cmocka_unit_test(partial_results_are_a_remark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
