/* SPDX-License-Identifier: MIT */
/* test_call.c: what a call promises, however it is driven. Callbacks only record; the main thread asserts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include <wql/arrow.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* -- a sink that records, and misbehaves as told ----------------------------------------------------------------- */

enum {
    DO_NOTHING,
    FAIL,
    BLOCK,
    CANCEL_SELF,
    PAUSE,
    CANCEL_OTHER,
    WAIT_SELF,
    CLOSE_ENGINE,
    RETAIN,
    CANCEL_IN_FINAL,
    CANCEL_IN_RELEASE,
    SUBMIT,
    SHARED
};

typedef struct recorder {
    int what;
    wql_engine *engine;
    wql_session *session;
    _Atomic(wql_engine *) call_engine;
    wql_call own, other;
    event go, entered, done;
    /* recorded */
    _Atomic int refs, add_refs, releases, finals, indicates, progresses, inside, overlaps, after_final, empty, out_of_order;
    _Atomic uint64_t rows;
    uint64_t next_id;
    _Atomic wql_status code, answer, answer_in_release;
    char message[512];
    wql_batch *kept;
    pthread_t final_thread, data_thread;
    uint64_t report_done;
} recorder;

static void enter(recorder *r) {
    if (atomic_fetch_add(&r->inside, 1) != 0) atomic_fetch_add(&r->overlaps, 1);
    if (atomic_load(&r->finals)) atomic_fetch_add(&r->after_final, 1);
}

static void leave(recorder *r) { atomic_fetch_sub(&r->inside, 1); }

static void look_at_rows(recorder *r, const wql_batch *batch) {
    const wql_column *ids = wql_batch_column(batch, 0);
    if (wql_batch_rows(batch) == 0) atomic_fetch_add(&r->empty, 1);
    for (uint32_t i = 0; i < wql_batch_rows(batch); i++)
        if (((const uint32_t *)ids->values)[i] != r->next_id++) atomic_fetch_add(&r->out_of_order, 1);
    atomic_fetch_add(&r->rows, wql_batch_rows(batch));
}

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    recorder *r = user;
    wql_status answer = WQL_OK;
    enter(r);
    r->data_thread = pthread_self();
    errno = 12345; /* ours to use */
    look_at_rows(r, batch);
    atomic_fetch_add(&r->indicates, 1);
    switch (r->what) {
    case FAIL: answer = WQL_E_FAILED; break;
    case BLOCK:
        event_set(&r->entered);
        (void)event_wait(&r->go);
        break;
    case CANCEL_SELF: atomic_store(&r->answer, wql_call_cancel(call)); break;
    case PAUSE:
        event_set(&r->entered);
        answer = WQL_S_PENDING;
        break;
    case CANCEL_OTHER:
        event_set(&r->entered);
        (void)event_wait(&r->go);
        atomic_store(&r->answer, wql_call_cancel(r->other));
        break;
    case WAIT_SELF: atomic_store(&r->answer, wql_call_wait(call, WQL_FOREVER, NULL)); break;
    case CLOSE_ENGINE: atomic_store(&r->answer, wql_engine_close(r->engine)); break;
    case RETAIN:
        if (!r->kept) r->kept = wql_batch_retain(batch);
        break;
    default: break;
    }
    leave(r);
    return answer;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    recorder *r = user;
    enter(r);
    if (!report->is_final) {
        atomic_fetch_add(&r->progresses, 1);
        leave(r);
        return WQL_OK;
    }
    if (r->what == SHARED) { /* callbacks of several calls run at once: counted only */
        leave(r);
        atomic_fetch_add(&r->finals, 1);
        return WQL_OK;
    }
    r->final_thread = pthread_self();
    r->report_done = report->done;
    atomic_store(&r->code, report->status);
    if ((report->error == NULL) != (report->status == WQL_OK)) atomic_fetch_add(&r->overlaps, 100);
    if (report->error) snprintf(r->message, sizeof r->message, "%s", report->error->message);
    if (r->what == CANCEL_IN_FINAL) atomic_store(&r->answer, wql_call_cancel(call));
    r->own = call;
    leave(r);
    atomic_fetch_add(&r->finals, 1);
    return WQL_E_FAILED; /* ignored */
}

static void on_add_ref(void *user) {
    atomic_fetch_add(&((recorder *)user)->add_refs, 1);
    atomic_fetch_add(&((recorder *)user)->refs, 1);
}

static void on_release(void *user) {
    recorder *r = user;
    if (!atomic_load(&r->finals)) atomic_fetch_add(&r->overlaps, 1000);
    if (r->what == CANCEL_IN_RELEASE) atomic_store(&r->answer_in_release, wql_call_cancel(r->own));
    atomic_fetch_add(&r->releases, 1);
    atomic_fetch_sub(&r->refs, 1);
    event_set(&r->done);
}

static void recorder_init(recorder *r, int what) {
    memset(r, 0, sizeof *r);
    r->what = what;
    r->go = r->entered = r->done = (event)EVENT_INIT;
}

static wql_sink sink_of(recorder *r) {
    wql_sink sink = {.struct_size = sizeof sink,
                     .user = r,
                     .indicate = on_rows,
                     .status = on_status,
                     .add_ref = on_add_ref,
                     .release = on_release};
    return sink;
}

/* What holds for every call with a sink, whatever happened. */
static void assert_promises(recorder *r) {
    assert_int_equal(atomic_load(&r->overlaps), 0);
    assert_int_equal(atomic_load(&r->finals), 1);
    assert_int_equal(atomic_load(&r->add_refs), 1);
    assert_int_equal(atomic_load(&r->releases), 1);
    assert_int_equal(atomic_load(&r->after_final), 0);
    assert_int_equal(atomic_load(&r->empty), 0);
    assert_int_equal(atomic_load(&r->out_of_order), 0);
}

/* -- an engine with ticks in it ---------------------------------------------------------------------------------- */

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    ticks t;
} fixture;

static wql_error err = {.struct_size = sizeof(wql_error)};

static void open_fixture(fixture *f, uint32_t workers, uint32_t cancel_wait_ms) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = workers;
    opt.cancel_wait_ms = cancel_wait_ms;
    assert_int_equal(wql_engine_open(&opt, &f->engine, &err), WQL_OK);
    if (wql_engine_mount(f->engine, "root/t", ticks_provider(&f->t, "ticks"), NULL, &f->t, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(f->engine, "root/t", NULL, &f->session, &err), WQL_OK);
}

static void close_fixture(fixture *f) {
    wql_session_close(f->session);
    assert_int_equal(wql_engine_close(f->engine), WQL_OK);
    assert_int_equal(atomic_load(&f->t.opens), atomic_load(&f->t.closes));
    assert_int_equal(atomic_load(&f->t.emitted), atomic_load(&f->t.released));
    assert_int_equal(atomic_load(&f->t.unloads), atomic_load(&f->t.loads));
}

static wql_call submit(fixture *f, const char *text, recorder *r, uint32_t flags, uint32_t timeout_ms) {
    wql_sink sink = sink_of(r);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    how.sink = &sink;
    how.flags = flags;
    how.timeout_ms = timeout_ms;
    r->engine = f->engine;
    r->session = f->session;
    if (wql_session_exec(f->session, wql_s(text), &how, &call, &err) < 0) fail_msg("%s", err.message);
    memset(&sink, 0xee, sizeof sink); /* copied at submission */
    return call;
}

/* -- pulled ------------------------------------------------------------------------------------------------------ */

static wql_status pull_all(wql_call call, uint64_t *rows) {
    wql_batch *batch;
    wql_status status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    return status;
}

static void pulled_on_the_callers_thread(void **state) {
    fixture f = {.t = {.rows = 5000}};
    uint64_t rows = 0;
    wql_call call;
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id >= 10"), NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows), WQL_END);
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
        assert_int_equal(pull_all(call, &rows), WQL_END);
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
        how.timeout_ms = 60;
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick"), &how, &call, &err), WQL_OK);
        assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_S_TIMEDOUT);
        assert_int_equal(wql_call_next(call, 5, &batch, &err), WQL_S_TIMEDOUT);
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
    assert_int_equal(pull_all(call, &rows), WQL_END);
    assert_int_equal(rows, 1500);
    wql_call_close(call);
    how.rows_max = 0;
    how.flags = WQL_COUNT_ONLY;
    rows = 0;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT Id FROM Tick WHERE Id <> 3"), &how, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows), WQL_END);
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
    assert_int_equal(pull_all(call, &rows), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(rows, 100);
    assert_int_equal(err.status, WQL_S_PARTIAL_RESULTS);
    wql_call_close(call);
    close_fixture(&f);
}

/* -- pushed ------------------------------------------------------------------------------------------------------ */

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

static void pushed_empty_result_brings_the_final_only(void **state) {
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

static void refused_submissions_never_touch_the_sink(void **state) {
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

static void a_failing_sink_cancels(void **state) {
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

/* -- cancel ------------------------------------------------------------------------------------------------------ */

static void cancel_from_outside_runs_the_final_here(void **state) {
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

static void cancel_inside_a_callback(void **state) {
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

static void cancel_of_a_blocked_sink_is_bounded(void **state) {
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

static void a_deaf_provider_does_not_hold_a_cancel(void **state) {
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

static void cancel_by_sink_ends_all_its_calls(void **state) {
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

static void two_callbacks_that_cancel_each_other(void **state) {
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

/* -- deadlines and the end of the engine ------------------------------------------------------------------------- */

static void the_deadline_ends_a_call(void **state) {
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

static void the_sink_timer_ends_a_call(void **state) {
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

static void closing_the_engine_ends_every_call(void **state) {
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

/* -- pumped ------------------------------------------------------------------------------------------------------ */

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

/* -- engines ----------------------------------------------------------------------------------------------------- */

static void namespaces_and_mounts(void **state) {
    fixture f = {.t = {.rows = 3}};
    ticks other = {.rows = 1};
    wql_session *session;
    wql_class *cls;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_open(f.engine, "ROOT\\T", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "//./root/t", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "root", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "root/none", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "\\root", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "root/t/", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "\\\\\\.\\root", NULL, &session, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", ticks_provider(&other, "others"), NULL, &other, &err),
                     WQL_E_ALREADY_EXISTS);
    assert_non_null(strstr(err.message, "ticks"));
    assert_non_null(strstr(err.message, "others"));
    assert_int_equal(atomic_load(&other.unloads), 0); /* its load failed: no unload */
    assert_int_equal(wql_session_class(f.session, "tick", &cls, &err), WQL_OK);
    assert_string_equal(wql_class_describe(cls)->properties[0].origin, "Tick");
    assert_true(wql_class_isa(cls, "TICK"));
    wql_class_release(cls);
    assert_int_equal(wql_session_class(f.session, "Tock", &cls, &err), WQL_E_INVALID_CLASS);
    assert_string_equal(err.hint, "Tick");
    close_fixture(&f);
}

static void a_prepared_query_follows_the_mounts(void **state) {
    fixture f = {.t = {.rows = 3, .flags = WQL_CONCURRENT}};
    wql_query *query;
    wql_call call;
    wql_batch *batch;
    uint64_t rows = 0;
    char plan[500];
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT Id FROM Tick"), &query, &err), WQL_OK);
    assert_int_equal(wql_query_kind(query), WQL_KIND_DATA);
    assert_true(wql_query_explain(query, plan, sizeof plan) > 10);
    assert_int_equal(wql_engine_unmount(f.engine, "root/t", "TICKS", &err), WQL_OK);
    assert_int_equal(atomic_load(&f.t.unloads), 1); /* the prepared plan does not keep it */
    assert_int_equal(wql_query_exec(query, NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_INVALID_CLASS);
    wql_call_close(call);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", &f.t.table, NULL, &f.t, &err), WQL_OK);
    assert_int_equal(wql_query_exec(query, NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows), WQL_END);
    assert_int_equal(rows, 3);
    wql_call_close(call);
    wql_query_close(query);
    close_fixture(&f);
}

/* -- limits ------------------------------------------------------------------------------------------------ */

static wql_engine *open_limited(const wql_engine_options *opt, ticks *t, wql_session **session) {
    wql_engine *engine;
    assert_int_equal(wql_engine_open(opt, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(engine, "root/t", ticks_provider(t, "ticks"), NULL, t, &err), WQL_OK);
    assert_int_equal(wql_session_open(engine, "root/t", NULL, session, &err), WQL_OK);
    return engine;
}

static void a_limit_reached_is_named(void **state) {
    ticks t = {.rows = 100};
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_engine *engine;
    wql_session *session;
    wql_call calls[3];
    wql_batch *batch;
    wql_status status = WQL_OK;
    bool met = false;
    (void)state;
    opt.calls_max = 2;
    engine = open_limited(&opt, &t, &session);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[0], &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[1], &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[2], &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "calls_max"));
    assert_int_equal(wql_call_close(calls[0]), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[2], &err), WQL_OK);
    assert_int_equal(wql_engine_get_stats(engine, &stats), WQL_OK);
    assert_int_equal(stats.calls, 2);
    assert_int_equal(stats.providers, 1);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    opt.calls_max = 0;
    for (opt.memory_max = 1000; !met; opt.memory_max += 500) { /* upwards, until a call fails in its middle */
        assert_true(opt.memory_max < 200000);
        if (wql_engine_open(&opt, &engine, &err) < 0) continue;
        if (wql_engine_mount(engine, "root/t", ticks_provider(&t, "ticks"), NULL, &t, &err) >= 0 &&
            wql_session_open(engine, "root/t", NULL, &session, &err) >= 0 &&
            wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[0], &err) >= 0) {
            while ((status = wql_call_next(calls[0], WQL_FOREVER, &batch, &err)) == WQL_OK) wql_batch_release(batch);
            assert_int_equal(status, WQL_E_QUOTA_VIOLATION);
            assert_non_null(strstr(err.message, "memory_max"));
            met = true;
        }
        assert_int_equal(wql_engine_close(engine), WQL_OK);
    }
    opt.memory_max = 0;
    opt.depth_max = 191;
    assert_int_equal(wql_engine_open(&opt, &engine, &err), WQL_E_INVALID_PARAMETER);
}

/* A field that this version does not know is refused only if it is set; a struct of an older version is read with zeros behind.
 */
static void structs_of_other_versions(void **state) {
    struct {
        wql_engine_options known;
        uint64_t unknown;
    } newer = {.known = {.struct_size = sizeof newer}};
    wql_engine_options older = {.struct_size = offsetof(wql_engine_options, alloc), .workers = 0, .flags = 0};
    wql_engine *engine;
    (void)state;
    assert_int_equal(wql_engine_open(&newer.known, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    newer.unknown = 1;
    assert_int_equal(wql_engine_open(&newer.known, &engine, &err), WQL_E_UNSUPPORTED_PARAMETER);
    older.memory_max = 1; /* beyond its size: not read */
    assert_int_equal(wql_engine_open(&older, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    older.struct_size = 0;
    assert_int_equal(wql_engine_open(&older, &engine, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_close(NULL), WQL_OK);
    assert_true(strlen(wql_version()) >= 5);
}

/* What is not served yet says so, and checks its arguments as it will. */
static void reserved_functions(void **state) {
    fixture f = {.t = {.rows = 1}};
    wql_call call;
    wql_session *session;
    wql_session_options relaxed = {.struct_size = sizeof relaxed, .dialect = WQL_RELAXED};
    wql_principal nobody = {.struct_size = sizeof nobody, .name = "nobody"};
    wql_session_options stranger = {.struct_size = sizeof stranger, .principal = &nobody};
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_engine_load(f.engine, "root/t", "/nowhere.so", NULL, &err), WQL_E_PROVIDER_LOAD_FAILURE);
    assert_int_equal(wql_engine_mof(f.engine, "root/t", wql_s("class A {};"), &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=1", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_put(f.session, "Tick", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_delete(f.session, "Tick.Id=1", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_invoke(f.session, "Tick.Id=1", "Stop", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_define(f.session, NULL, NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_fetch(f.session, "Tick.Id=1", NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_open(f.engine, "root/t", &relaxed, &session, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_open(f.engine, "root/t", &stranger, &session, &err), WQL_E_ACCESS_DENIED);
    assert_int_equal(wql_engine_mount(f.engine, "root/l", wql_linux_provider(), "zebra=1", NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_at(call, 0, 0, &batch, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_export(call, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_export(NULL, NULL, NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_call_resume(call), WQL_E_INVALID_OPERATION);
    wql_call_close(call);
    assert_int_equal(wql_query_check(f.engine, wql_s("SELECT a FROM b"), 0, NULL, &err), WQL_OK);
    assert_int_equal(wql_query_check(f.engine, wql_s("SELECT a FROM"), 0, NULL, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(wql_query_check(NULL, wql_s("SELECT a FROM b"), 0, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_query_kind(NULL), 0);
    assert_int_equal(wql_query_explain(NULL, NULL, 0), 0);
    wql_query_close(NULL);
    wql_session_close(NULL);
    wql_pump_close(NULL);
    assert_int_equal(wql_pump_fd(NULL), -1);
    assert_int_equal(wql_pump_run(NULL, 0), WQL_E_INVALID_PARAMETER);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulled_on_the_callers_thread),
        cmocka_unit_test(pulled_with_workers),
        cmocka_unit_test(pulled_error_and_cancel),
        cmocka_unit_test(pulled_timeouts),
        cmocka_unit_test(rows_max_and_count),
        cmocka_unit_test(partial_results_are_a_remark),
        cmocka_unit_test(pushed_all_rows_in_order),
        cmocka_unit_test(pushed_empty_result_brings_the_final_only),
        cmocka_unit_test(pushed_errors_come_through_the_sink),
        cmocka_unit_test(refused_submissions_never_touch_the_sink),
        cmocka_unit_test(fire_and_forget),
        cmocka_unit_test(a_failing_sink_cancels),
        cmocka_unit_test(pause_and_resume),
        cmocka_unit_test(cancel_from_outside_runs_the_final_here),
        cmocka_unit_test(cancel_inside_a_callback),
        cmocka_unit_test(cancel_of_a_blocked_sink_is_bounded),
        cmocka_unit_test(a_deaf_provider_does_not_hold_a_cancel),
        cmocka_unit_test(cancel_by_sink_ends_all_its_calls),
        cmocka_unit_test(two_callbacks_that_cancel_each_other),
        cmocka_unit_test(a_callback_may_not_wait),
        cmocka_unit_test(the_deadline_ends_a_call),
        cmocka_unit_test(the_sink_timer_ends_a_call),
        cmocka_unit_test(closing_the_engine_ends_every_call),
        cmocka_unit_test(closing_the_engine_inside_a_callback),
        cmocka_unit_test(a_retained_batch_outlives_everything),
        cmocka_unit_test(a_serialised_provider_is_never_entered_twice),
        cmocka_unit_test(pumped_on_this_thread),
        cmocka_unit_test(pumped_deadline_and_cancel),
        cmocka_unit_test(pumped_cancel_from_another_thread_waits_for_the_pump),
        cmocka_unit_test(namespaces_and_mounts),
        cmocka_unit_test(a_prepared_query_follows_the_mounts),
        cmocka_unit_test(a_limit_reached_is_named),
        cmocka_unit_test(structs_of_other_versions),
        cmocka_unit_test(reserved_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
