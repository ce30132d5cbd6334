/* SPDX-License-Identifier: MIT */
/* world.c: helpers of the scenarios. An output that a failure has written is a broken promise. */
#include "fault.h"

static char poison; /* its address is no valid object of the library's */

void broken(world *w, const char *why) {
    if (!w->broken) w->why = why;
    w->broken = true;
}

wql_status mount_ticks(world *w) {
    return wql_engine_mount(w->engine, "root/t", ticks_provider(&w->t, "ticks"), NULL, &w->t, &w->err);
}

static bool call_is_unset(const wql_call *call) { return (const void *)call->engine == &poison && call->id == 7; }
static void unset_call(wql_call *call) {
    call->engine = (wql_engine *)(void *)&poison;
    call->id = 7;
}

wql_status try_exec(world *w, wql_session *session, const char *text, const wql_call_options *how, wql_call *out) {
    wql_status status;
    unset_call(out);
    status = wql_session_exec(session, wql_s(text), how, out, &w->err);
    if ((status < 0) != call_is_unset(out)) broken(w, "wql_session_exec sets its output on success only");
    return status;
}

wql_status try_run(world *w, wql_query *query, const wql_call_options *how, wql_call *out) {
    wql_status status;
    unset_call(out);
    status = wql_query_exec(query, how, out, &w->err);
    if ((status < 0) != call_is_unset(out)) broken(w, "wql_query_exec sets its output on success only");
    return status;
}

wql_status try_prepare(world *w, const char *text, wql_query **out) {
    wql_status status;
    *out = (wql_query *)(void *)&poison;
    status = wql_query_prepare(w->session, wql_s(text), out, &w->err);
    if ((status < 0) != (*out == (wql_query *)(void *)&poison)) broken(w, "wql_query_prepare sets its output on success only");
    if (status < 0) *out = NULL;
    return status;
}

wql_status try_pump(world *w, wql_pump **out) {
    wql_status status;
    *out = (wql_pump *)(void *)&poison;
    status = wql_pump_open(w->engine, out, &w->err);
    if ((status < 0) != (*out == (wql_pump *)(void *)&poison)) broken(w, "wql_pump_open sets its output on success only");
    if (status < 0) *out = NULL;
    return status;
}

wql_status try_next(world *w, wql_call call, uint32_t timeout_ms, wql_batch **out) {
    wql_status status;
    *out = (wql_batch *)(void *)&poison;
    status = wql_call_next(call, timeout_ms, out, &w->err);
    if ((status != WQL_OK) != (*out == (wql_batch *)(void *)&poison)) broken(w, "wql_call_next sets its output on WQL_OK only");
    return status;
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

static bool is_memory(wql_status status) { return status == WQL_E_OUT_OF_MEMORY || status == WQL_E_QUOTA_VIOLATION; }

/* What a client may do with a batch; each of it may fail by itself, and says so. */
static void look_at(world *w, const wql_batch *batch) {
    wql_batch *copy = (wql_batch *)(void *)&poison;
    wql_value path = wql_bool(true);
    char text[200];
    wql_status status = wql_batch_value(batch, 0, "__PATH", &path);
    if (status < 0 && !is_memory(status) && status != WQL_E_NOT_FOUND) broken(w, "a path fails otherwise than for memory");
    if (status < 0 && path.type != WQL_BOOLEAN) broken(w, "wql_batch_value sets its output on success only");
    for (uint32_t c = 0; c < wql_batch_width(batch); c++) {
        wql_value v = wql_column_value(wql_batch_column(batch, c), 0);
        if (!(v.type & WQL_ARRAY)) (void)wql_value_format(&v, text, sizeof text);
    }
    status = wql_batch_copy(batch, 0, 1, &copy);
    if (status < 0 && !is_memory(status)) broken(w, "a copy fails otherwise than for memory");
    if ((status < 0) != (copy == (wql_batch *)(void *)&poison)) broken(w, "wql_batch_copy sets its output on success only");
    if (status >= 0) wql_batch_release(copy);
}

wql_status pull(world *w, wql_call call, int keep) {
    wql_batch *batch;
    wql_status status;
    while ((status = try_next(w, call, WQL_FOREVER, &batch)) == WQL_OK) {
        w->rows += wql_batch_rows(batch);
        look_at(w, batch);
        if (keep >= 0 && !w->kept[keep]) w->kept[keep] = wql_batch_retain(batch);
        wql_batch_release(batch);
    }
    if (status < 0 && try_next(w, call, 0, &batch) != status) broken(w, "how a call failed is told again at each further call");
    return status == WQL_END ? WQL_OK : status;
}

wql_status ask(world *w, const char *text, int keep) {
    wql_call call;
    wql_status status = try_exec(w, w->session, text, NULL, &call);
    if (status < 0) return status;
    status = pull(w, call, keep);
    if (wql_call_close(call) != WQL_OK) broken(w, "a call does not close");
    return status;
}

/* -- sinks ------------------------------------------------------------------------------------------------------- */

static wql_status sink_rows(void *user, wql_call call, const wql_batch *batch) {
    witness *seen = user;
    if (seen->finals) seen->late++;
    seen->rows += wql_batch_rows(batch);
    seen->call = call;
    if (++seen->seen == seen->cancel_at) (void)wql_call_cancel(call);
    return seen->answer;
}

static wql_status sink_status(void *user, wql_call call, const wql_report *report) {
    witness *seen = user;
    (void)call;
    if (seen->finals) seen->late++;
    if (!report->is_final) return WQL_OK;
    seen->finals++;
    seen->final = report->status;
    if (report->error) seen->error = *report->error;
    return WQL_OK;
}

static void sink_add_ref(void *user) { ((witness *)user)->refs++; }
static void sink_release(void *user) { ((witness *)user)->releases++; }

wql_sink sink_of(witness *seen) { return (wql_sink){sizeof(wql_sink), seen, sink_rows, sink_status, sink_add_ref, sink_release}; }

void check_witness(world *w, const witness *seen, int accepted) {
    if (seen->refs != accepted) broken(w, "a refused call touched its sink, or an accepted one took no reference");
    if (seen->finals != accepted) broken(w, "a call has exactly one final status");
    if (seen->releases != accepted) broken(w, "a sink is released once");
    if (seen->late) broken(w, "a callback after the final status");
}
