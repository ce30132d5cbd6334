/* SPDX-License-Identifier: MIT */
/* call_lab.c: the sink, the engine and the threads that tests of calls share. */
#include "call_lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* -- a sink that records, and misbehaves as told ----------------------------------------------------------------- */

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
    if (r->what == SHARED) { /* callbacks of several calls run at once: counted only */
        atomic_fetch_add(&r->indicates, 1);
        return r->act ? r->act(r, IN_ROWS, call) : WQL_OK;
    }
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
    case ACT:
        r->batch = batch;
        answer = r->act(r, IN_ROWS, call);
        break;
    default: break;
    }
    leave(r);
    return answer;
}

/* Progress never goes back, is no failure, and comes without an error. */
static wql_status on_progress(recorder *r, wql_call call, const wql_report *report) {
    if (report->status != WQL_OK || report->error || report->done <= r->progress_done || report->total < report->done)
        atomic_fetch_add(&r->bad_reports, 1);
    r->progress_done = report->done;
    atomic_fetch_add(&r->progresses, 1);
    return r->what == ACT ? r->act(r, IN_PROGRESS, call) : WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    recorder *r = user;
    if (r->what == SHARED) {
        if (report->is_final) atomic_fetch_add(&r->finals, 1);
        return WQL_OK;
    }
    enter(r);
    if (!report->is_final) {
        wql_status answer = on_progress(r, call, report);
        leave(r);
        return answer;
    }
    r->final_thread = pthread_self();
    r->report_done = report->done;
    atomic_store(&r->code, report->status);
    if ((report->error == NULL) != (report->status == WQL_OK)) atomic_fetch_add(&r->overlaps, 100);
    if (report->error) snprintf(r->message, sizeof r->message, "%s", report->error->message);
    if (r->what == CANCEL_IN_FINAL) atomic_store(&r->answer, wql_call_cancel(call));
    r->own = call;
    if (r->what == ACT) (void)r->act(r, IN_FINAL, call);
    leave(r);
    atomic_fetch_add(&r->finals, 1);
    return WQL_E_FAILED; /* ignored */
}

static void on_add_ref(void *user) {
    recorder *r = user;
    if (r->what == ACT) (void)r->act(r, IN_ADD_REF, r->own);
    atomic_fetch_add(&r->add_refs, 1);
    atomic_fetch_add(&r->refs, 1);
}

static void on_release(void *user) {
    recorder *r = user;
    if (!atomic_load(&r->finals)) atomic_fetch_add(&r->overlaps, 1000);
    if (r->what == CANCEL_IN_RELEASE) atomic_store(&r->answer_in_release, wql_call_cancel(r->own));
    if (r->what == ACT) (void)r->act(r, IN_RELEASE, r->own);
    if (r->what != SHARED) r->release_thread = pthread_self();
    atomic_fetch_add(&r->releases, 1);
    atomic_fetch_sub(&r->refs, 1);
    event_set(&r->done);
}

void recorder_init(recorder *r, int what) {
    memset(r, 0, sizeof *r);
    r->what = what;
    r->go = r->entered = r->done = (event)EVENT_INIT;
}

wql_sink sink_of(recorder *r) {
    wql_sink sink = {.struct_size = sizeof sink,
                     .user = r,
                     .indicate = on_rows,
                     .status = on_status,
                     .add_ref = on_add_ref,
                     .release = on_release};
    return sink;
}

void recorder_act(recorder *r, wql_status (*act)(recorder *r, int place, wql_call call), void *act_user) {
    recorder_init(r, ACT);
    r->act = act;
    r->act_user = act_user;
}

void assert_promises(recorder *r) {
    assert_int_equal(atomic_load(&r->overlaps), 0);
    assert_int_equal(atomic_load(&r->finals), 1);
    assert_int_equal(atomic_load(&r->add_refs), 1);
    assert_int_equal(atomic_load(&r->releases), 1);
    assert_int_equal(atomic_load(&r->after_final), 0);
    assert_int_equal(atomic_load(&r->empty), 0);
    assert_int_equal(atomic_load(&r->out_of_order), 0);
    assert_int_equal(atomic_load(&r->bad_reports), 0);
}

/* -- an engine with ticks in it ---------------------------------------------------------------------------------- */

static wql_error err = {.struct_size = sizeof(wql_error)};

void open_fixture(fixture *f, uint32_t workers, uint32_t cancel_wait_ms) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = workers;
    opt.cancel_wait_ms = cancel_wait_ms;
    open_fixture_with(f, &opt);
}

void open_fixture_with(fixture *f, const wql_engine_options *opt) {
    if (wql_engine_open(opt, &f->engine, &err) < 0) fail_msg("%s", err.message);
    if (wql_engine_mount(f->engine, "root/t", ticks_provider(&f->t, "ticks"), NULL, &f->t, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(f->engine, "root/t", NULL, &f->session, &err), WQL_OK);
}

void close_fixture(fixture *f) {
    wql_status status;
    int tries = 0;
    wql_session_close(f->session);
    while ((status = wql_engine_close(f->engine)) == WQL_S_TIMEDOUT && ++tries < 1000) {} /* where its bound is short */
    assert_int_equal(status, WQL_OK);
    assert_int_equal(atomic_load(&f->t.opens), atomic_load(&f->t.closes));
    assert_int_equal(atomic_load(&f->t.emitted), atomic_load(&f->t.released));
    assert_int_equal(atomic_load(&f->t.unloads), atomic_load(&f->t.loads));
}

wql_call submit(fixture *f, const char *text, recorder *r, uint32_t flags, uint32_t timeout_ms) {
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

wql_status pull_all(wql_call call, uint64_t *rows, wql_error *why) {
    wql_batch *batch;
    wql_status status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, why)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    return status;
}

wql_status run_to_end(fixture *f, const char *text, recorder *r, uint32_t flags) {
    wql_call call = submit(f, text, r, flags, 0);
    wql_status status = wql_call_wait(call, WQL_FOREVER, &err);
    assert_int_equal(status, atomic_load(&r->code));
    assert_int_equal(wql_call_close(call), WQL_OK);
    return status;
}

/* -- cancellers -------------------------------------------------------------------------------------------------- */

static void *canceller_main(void *arg) {
    canceller *c = arg;
    if (c->begin) (void)event_wait(c->begin);
    c->answer = c->sink ? wql_session_cancel(c->session, c->sink) : wql_call_cancel(c->call);
    if (c->about) {
        c->finals = atomic_load(&c->about->finals);
        c->releases = atomic_load(&c->about->releases);
    }
    return NULL;
}

void canceller_start(canceller *c) { assert_int_equal(pthread_create(&c->thread, NULL, canceller_main, c), 0); }

wql_status canceller_join(canceller *c) {
    assert_int_equal(pthread_join(c->thread, NULL), 0);
    return c->answer;
}
