/* SPDX-License-Identifier: MIT */
/* test_keep.c: WQL_KEEP. The batches of a call by number: beginning again, several readers, skipping, after the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include <string.h>

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    ticks t;
} fixture;

static wql_error err = {.struct_size = sizeof(wql_error)};

static void open_fixture(fixture *f, uint32_t workers) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = workers;
    assert_int_equal(wql_engine_open(&opt, &f->engine, &err), WQL_OK);
    if (wql_engine_mount(f->engine, "root/t", ticks_provider(&f->t, "ticks"), NULL, &f->t, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(f->engine, "root/t", NULL, &f->session, &err), WQL_OK);
}

static void close_fixture(fixture *f) {
    wql_session_close(f->session);
    assert_int_equal(wql_engine_close(f->engine), WQL_OK);
    assert_int_equal(atomic_load(&f->t.opens), atomic_load(&f->t.closes));
    assert_int_equal(atomic_load(&f->t.emitted), atomic_load(&f->t.released));
}

static wql_call start(fixture *f, uint32_t flags, uint32_t timeout_ms) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    how.flags = WQL_KEEP | flags;
    how.batch_rows = 10;
    how.timeout_ms = timeout_ms;
    if (wql_session_exec(f->session, wql_s("SELECT Id FROM Tick WHERE Id >= 0 AND Id <> 5"), &how, &call, &err) < 0)
        fail_msg("%s", err.message);
    return call;
}

/* The Id of the first row of a batch, which is released. */
static uint32_t first_id(wql_batch *batch) {
    uint32_t id = ((const uint32_t *)wql_batch_column(batch, 0)->values)[0];
    wql_batch_release(batch);
    return id;
}

static uint32_t id_at(wql_call call, uint64_t index) {
    wql_batch *batch;
    wql_status status = wql_call_at(call, index, WQL_FOREVER, &batch, &err);
    if (status != WQL_OK) fail_msg("batch %llu: %s", (unsigned long long)index, wql_status_name(status));
    return first_id(batch);
}

static void positions_are_numbers(void **state) {
    (void)state;
    for (uint32_t way = 0; way < 4; way++) {
        fixture f = {.t = {.rows = 100, .per_next = 10, .zero_copy = (way & 1) != 0, .flags = WQL_CONCURRENT}};
        uint32_t third, seen = 0;
        wql_batch *batch;
        wql_call call;
        wql_status status;
        open_fixture(&f, way >= 2 ? 2 : 0);
        call = start(&f, way >= 2 ? WQL_RUN_AHEAD : 0, 0);
        third = id_at(call, 2); /* skips, and makes what lies between */
        assert_int_equal(id_at(call, 0), 0);
        assert_int_equal(id_at(call, 2), third);
        while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) { /* has a position of its own */
            assert_int_equal(first_id(batch), id_at(call, seen));
            seen++;
        }
        assert_int_equal(status, WQL_END);
        assert_int_equal(wql_call_at(call, seen, 0, &batch, &err), WQL_END);
        assert_int_equal(wql_call_at(call, UINT64_MAX, 0, &batch, &err), WQL_END);
        assert_int_equal(id_at(call, 0), 0); /* still, after the end */
        assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_END);
        assert_int_equal(wql_call_at(call, 1, 0, &batch, &err), WQL_OK);
        assert_int_equal(wql_call_close(call), WQL_OK);
        (void)first_id(batch); /* what a reader holds outlives the call */
        assert_int_equal(wql_call_at(call, 0, 0, &batch, &err), WQL_E_NOT_FOUND);
        close_fixture(&f);
    }
}

static void a_failure_comes_behind_what_was_kept(void **state) {
    fixture f = {.t = {.rows = 30, .per_next = 10, .fail_at_end = WQL_E_ACCESS_DENIED}};
    wql_batch *batch;
    wql_call call;
    (void)state;
    open_fixture(&f, 0);
    call = start(&f, 0, 0);
    assert_int_equal(wql_call_at(call, 99, WQL_FOREVER, &batch, &err), WQL_E_ACCESS_DENIED);
    assert_int_equal(err.status, WQL_E_ACCESS_DENIED);
    assert_int_equal(id_at(call, 0), 0);
    assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_OK);
    wql_batch_release(batch);
    wql_call_close(call);
    close_fixture(&f);
}

static void cancelled_calls_keep_what_they_have(void **state) {
    fixture f = {.t = {.rows = 100, .per_next = 10}};
    wql_batch *batch;
    wql_call call;
    (void)state;
    open_fixture(&f, 0);
    call = start(&f, 0, 0);
    assert_int_equal(id_at(call, 1), 10);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_CALL_CANCELLED);
    assert_int_equal(id_at(call, 0), 0);
    assert_int_equal(wql_call_at(call, 50, WQL_FOREVER, &batch, &err), WQL_E_CALL_CANCELLED);
    wql_call_close(call);
    close_fixture(&f);
}

static void waits_are_bounded(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    wql_batch *batch;
    wql_call call;
    (void)state;
    open_fixture(&f, 0);
    call = start(&f, 0, 0);
    assert_int_equal(wql_call_at(call, 0, 0, &batch, &err), WQL_S_TIMEDOUT);
    assert_int_equal(wql_call_at(call, 0, 5, &batch, &err), WQL_S_TIMEDOUT);
    wql_call_close(call);
    call = start(&f, 0, 50); /* its own: on a busy machine it may be over before the first wait is */
    assert_int_equal(wql_call_at(call, 0, WQL_FOREVER, &batch, &err), WQL_E_TIMED_OUT);
    wql_call_close(call);
    close_fixture(&f);
}

static void misuse_is_refused(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *batch;
    wql_call call;
    (void)state;
    open_fixture(&f, 0);
    call = start(&f, 0, 0);
    assert_int_equal(wql_call_at(call, 0, 0, NULL, &err), WQL_E_INVALID_PARAMETER);
    wql_call_close(call);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_OK);
    assert_int_equal(wql_call_at(call, 0, 0, &batch, &err), WQL_E_INVALID_OPERATION);
    wql_call_close(call);
    close_fixture(&f);
}

/* Several threads read one call from their own positions, as clones of an enumerator do. */
typedef struct reader {
    wql_call call;
    uint64_t rows;
    int wrong;
} reader;

static void *read_all(void *arg) {
    reader *r = arg;
    uint32_t last = 0;
    wql_batch *batch;
    for (uint64_t at = 0; wql_call_at(r->call, at, WQL_FOREVER, &batch, NULL) == WQL_OK; at++) {
        const uint32_t *ids = (const uint32_t *)wql_batch_column(batch, 0)->values;
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
            r->wrong += r->rows && ids[i] <= last;
            last = ids[i];
            r->rows++;
        }
        wql_batch_release(batch);
    }
    return NULL;
}

static void several_threads_read(void **state) {
    (void)state;
    for (uint32_t workers = 0; workers < 3; workers += 2) {
        fixture f = {.t = {.rows = 5000, .per_next = 10, .flags = WQL_CONCURRENT}};
        reader readers[4] = {0};
        pthread_t threads[4];
        wql_call call;
        open_fixture(&f, workers);
        call = start(&f, workers ? WQL_RUN_AHEAD : 0, 0);
        for (int i = 0; i < 4; i++) {
            readers[i].call = call;
            assert_int_equal(pthread_create(&threads[i], NULL, read_all, &readers[i]), 0);
        }
        for (int i = 0; i < 4; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(readers[i].rows, 4999);
            assert_int_equal(readers[i].wrong, 0);
        }
        wql_call_close(call);
        close_fixture(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_numbers),
        cmocka_unit_test(a_failure_comes_behind_what_was_kept),
        cmocka_unit_test(cancelled_calls_keep_what_they_have),
        cmocka_unit_test(waits_are_bounded),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(several_threads_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
