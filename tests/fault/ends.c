/* SPDX-License-Identifier: MIT */
/* ends.c: calls that end early, and engines that close with calls in every state. */
#include "fault.h"

/* -- cancel at every state of a pulled call ---------------------------------------------------------------------- */

static wql_status cancelled_after(world *w, int batches) {
    wql_call call;
    wql_batch *batch;
    wql_status status = try_exec(w, w->session, "SELECT * FROM Tick", NULL, &call), next = WQL_OK;
    if (status < 0) return status;
    for (int i = 0; i < batches && next == WQL_OK; i++) {
        next = try_next(w, call, WQL_FOREVER, &batch);
        if (next == WQL_OK) wql_batch_release(batch);
    }
    if (wql_call_cancel(call) != WQL_OK) broken(w, "a cancel answers WQL_OK");
    status = try_next(w, call, 0, &batch);
    if (next == WQL_OK && status != WQL_E_CALL_CANCELLED) broken(w, "a cancelled call says so");
    if (next != WQL_OK && status != next) broken(w, "the natural end came first, and stays");
    if (wql_call_cancel(call) != WQL_OK) broken(w, "a second cancel answers WQL_OK");
    wql_call_close(call);
    if (wql_call_cancel(call) != WQL_E_NOT_FOUND) broken(w, "a closed call is not found");
    return next < 0 ? next : WQL_OK;
}

static wql_status cancelled(world *w) {
    wql_status status = WQL_OK;
    for (int batches = 0; batches < 6 && status >= 0; batches++) status = cancelled_after(w, batches);
    return status;
}

/* Closed half way, while its query, its session, or its batch goes on living. */
static wql_status half_way(world *w) {
    wql_session *second = NULL;
    wql_query *query = NULL;
    wql_batch *batch;
    wql_call call;
    wql_status status = wql_session_open(w->engine, "root/t", NULL, &second, &w->err);
    if (status < 0) return status;
    status = try_exec(w, second, "SELECT * FROM Tick", NULL, &call);
    wql_session_close(second); /* its calls run on */
    if (status < 0) return status;
    status = try_next(w, call, WQL_FOREVER, &batch);
    if (status == WQL_OK) w->kept[1] = batch;
    wql_call_close(call);
    if (status < 0) return status;
    status = try_prepare(w, "SELECT Id FROM Tick WHERE Id >= 2000", &query);
    if (status < 0) return status;
    status = try_run(w, query, NULL, &call);
    wql_query_close(query); /* its calls run on */
    if (status < 0) return status;
    status = pull(w, call, 0);
    wql_call_close(call);
    return status;
}

/* -- cancel at every state of a call with a sink ------------------------------------------------------------------ */

enum { BEFORE, AFTER_ONE_STEP, PAUSED, INSIDE, BY_ANSWER, BY_SINK, AT_THE_END, BY_PUMP, STATES };

static void drive(wql_pump *pump, int state, wql_call call) {
    switch (state) {
    case BEFORE:
    case BY_PUMP: break;
    case AFTER_ONE_STEP:
    case BY_SINK: (void)wql_pump_run(pump, 0); break;
    default:
        while (wql_pump_run(pump, 1000) == WQL_OK) {}
        break;
    }
    (void)call;
}

/* The call ended by itself, for want of memory or after its rows; or it was cancelled. */
static wql_status pumped_until(world *w, int state) {
    witness seen = {.answer = state == PAUSED      ? WQL_S_PENDING
                              : state == BY_ANSWER ? WQL_E_FAILED
                                                   : WQL_OK,
                    .cancel_at = state == INSIDE ? 2 : 0};
    wql_sink sink = sink_of(&seen);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_call call;
    int accepted = 0;
    wql_status status = try_pump(w, &pump), got;
    if (status < 0) return status;
    how.sink = &sink;
    how.pump = pump;
    status = try_exec(w, w->session, "SELECT * FROM Tick", &how, &call);
    if (status >= 0) {
        accepted = 1;
        drive(pump, state, call);
        got = state == BY_PUMP ? WQL_OK : state == BY_SINK ? wql_session_cancel(w->session, &seen) : wql_call_cancel(call);
        if (got != WQL_OK && got != WQL_E_NOT_FOUND) broken(w, "a cancel answers WQL_OK or that there is no such call");
    }
    if (accepted && state != BY_PUMP) { /* everything has happened when a cancel has returned */
        check_witness(w, &seen, 1);
        if (seen.final == WQL_E_CALL_CANCELLED || seen.final == WQL_OK || seen.final == WQL_E_FAILED)
            status = WQL_OK;
        else
            status = wql_call_wait(call, 0, &w->err);
        wql_call_close(call);
    }
    wql_pump_close(pump);
    check_witness(w, &seen, accepted);
    return status;
}

static wql_status pump_cancelled(world *w) {
    wql_status status = WQL_OK;
    for (int state = 0; state < STATES && status >= 0; state++) status = pumped_until(w, state);
    return status;
}

/* -- deadlines, by a clock that steps ----------------------------------------------------------------------------- */

static wql_status overdue(world *w) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    how.timeout_ms = 1000;
    status = try_exec(w, w->session, "SELECT * FROM Tick", &how, &call);
    if (status < 0) return status;
    w->clock_us -= 500000; /* backwards: no harm */
    status = try_next(w, call, WQL_FOREVER, &batch);
    if (status == WQL_OK) {
        wql_batch_release(batch);
        w->clock_us += 2000000;
        status = pull(w, call, -1);
        if (status == WQL_OK) broken(w, "the deadline was missed");
        if (status == WQL_E_TIMED_OUT) status = WQL_OK;
    }
    w->rows = 0;
    wql_call_close(call);
    return status;
}

/* -- unmounting --------------------------------------------------------------------------------------------------- */

static bool is_gone(world *w) {
    wql_class *cls = NULL;
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_session_class(w->session, "Tick", &cls, &err);
    wql_class_release(cls);
    return status == WQL_E_INVALID_CLASS;
}

/* Unmounted under a scan that runs, with a batch and a query that live on; mounted again. */
static wql_status unmounted(world *w) {
    wql_query *query = NULL;
    wql_batch *batch;
    wql_call call;
    wql_status status = try_prepare(w, "SELECT * FROM Tick", &query), took;
    if (status < 0) return status;
    status = try_run(w, query, NULL, &call);
    if (status >= 0) {
        status = try_next(w, call, WQL_FOREVER, &batch);
        if (status == WQL_OK) {
            w->kept[2] = batch;
            took = wql_engine_unmount(w->engine, "root/t", "ticks", &w->err);
            if (took < 0)
                status = took;
            else if (took != WQL_S_TIMEDOUT || !is_gone(w))
                broken(w, "a provider with a scan is gone for new calls");
        }
        wql_call_close(call);
    }
    if (status >= 0) status = wql_engine_unmount(w->engine, "root/t", "ticks", &w->err);
    if (status >= 0 && !is_gone(w)) broken(w, "an unmounted class is gone");
    if (status < 0 && status != WQL_E_OUT_OF_MEMORY && status != WQL_E_QUOTA_VIOLATION) broken(w, w->err.message);
    wql_query_close(query);
    if (is_gone(w)) { /* the provider is mounted again, with its batch still out, in any case */
        wql_status again = wql_engine_mount(w->engine, "root/t", &w->t.table, NULL, &w->t, &w->err);
        if (again < 0) {
            w->failing->paused = true;
            if (!w->memory_max && wql_engine_mount(w->engine, "root/t", &w->t.table, NULL, &w->t, NULL) < 0)
                broken(w, "it can be mounted again");
            w->failing->paused = false;
            if (status >= 0) status = again;
        }
    }
    return status;
}

/* -- an engine that closes ---------------------------------------------------------------------------------------- */

enum { NOT_BEGUN, HALF, FINISHED, CANCELLED, PULLED };

static wql_status start_pulled(world *w, wql_call calls[PULLED], int *count) {
    wql_status status = WQL_OK;
    wql_batch *batch;
    for (*count = 0; *count < PULLED; (*count)++) {
        int state = *count;
        status = try_exec(w, w->session, "SELECT * FROM Tick WHERE Id < 2500", NULL, &calls[state]);
        if (status < 0) return status;
        if (state == HALF && (status = try_next(w, calls[state], WQL_FOREVER, &batch)) == WQL_OK) w->kept[3] = batch;
        if (state == FINISHED) status = pull(w, calls[state], 0);
        if (state == CANCELLED) (void)wql_call_cancel(calls[state]);
        if (status < 0) {
            (*count)++;
            return status;
        }
    }
    return status;
}

/* Everything is left open: calls in four states, a query, a session, a pump with a call that runs and one that waits. What the
 * client keeps is one batch, one class. */
static wql_status left_open(world *w) {
    witness seen[2] = {{0}, {0}};
    wql_sink sinks[2] = {sink_of(&seen[0]), sink_of(&seen[1])};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call calls[PULLED], pumped[2];
    wql_query *query;
    wql_pump *pump = NULL;
    int count, accepted = 0;
    uint64_t rows;
    wql_status status = wql_session_class(w->session, "tick", &w->cls, &w->err);
    if (status >= 0) status = start_pulled(w, calls, &count);
    if (status >= 0) status = try_prepare(w, "SELECT Id FROM Tick", &query);
    if (status >= 0) status = try_pump(w, &pump);
    how.pump = pump;
    for (int i = 0; i < 2 && status >= 0; i++) {
        how.sink = &sinks[i];
        status = try_exec(w, w->session, "SELECT * FROM Tick", &how, &pumped[i]);
        if (status < 0) break;
        accepted++;
        if (i == 0) (void)wql_pump_run(pump, 0);
    }
    if (wql_engine_close(w->engine) != WQL_OK) broken(w, "an engine closes with everything left open");
    w->engine = NULL;
    w->session = NULL;
    for (int i = 0; i < 2; i++) check_witness(w, &seen[i], i < accepted);
    rows = w->cls && w->kept[3] ? wql_batch_rows(w->kept[3]) : 0;
    if (rows && !wql_class_isa(w->cls, "TICK")) broken(w, "a class outlives its engine");
    return status;
}

/* Closing and unmounting ask for no memory, or do without. */
static wql_status closed_at_once(world *w) {
    wql_status status = wql_engine_close(w->engine);
    if (status != WQL_OK) broken(w, "an engine closes");
    w->engine = NULL;
    w->session = NULL;
    return status;
}

const scenario end_scenarios[] = {
    {.name = "cancelled", .mount = mount_ticks, .run = cancelled, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "closed half way",
     .mount = mount_ticks,
     .run = half_way,
     .rows = 1000,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "cancelled in a pump",
     .mount = mount_ticks,
     .run = pump_cancelled,
     .zero_copy = true,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "overdue",
     .mount = mount_ticks,
     .run = overdue,
     .own_clock = true,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "unmounted", .mount = mount_ticks, .run = unmounted, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = "unmounted, zero copy",
     .mount = mount_ticks,
     .run = unmounted,
     .zero_copy = true,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "closed with everything open",
     .mount = mount_ticks,
     .run = left_open,
     .rows = 2500,
     .zero_copy = true,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "closed at once", .mount = mount_ticks, .run = closed_at_once, .probe = "SELECT Id FROM Tick", .probe_rows = 3000},
    {.name = NULL}};
