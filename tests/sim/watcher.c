/* SPDX-License-Identifier: MIT */
/* watcher.c: sinks that record, check and misbehave. */
#include "../../engine/deliver/call.h"
#include "world.h"

#include <string.h>

/* The record of a call; made if it is not there. */
static seen *seen_of(watcher *s, wql_call call) {
    scenario *w = s->world;
    for (int i = 0; i < w->call_count; i++)
        if (w->calls[i].call.id == call.id) {
            sim_check(w->calls[i].sink == s, "a call reaches another sink than its own"); /* R3.4 */
            return &w->calls[i];
        }
    sim_check(w->call_count < CALLS_MOST, "callbacks of more calls than were started");
    w->calls[w->call_count] = (seen){.sink = s, .call = call};
    return &w->calls[w->call_count++];
}

static seen *enter(watcher *s, wql_call call, const char *what, bool final) {
    seen *c;
    sim_check(!s->freed, "%s on a sink that is freed", what);
    sim_check(!s->counted || s->refs > 0, "%s on a sink without a reference", what); /* I6, I14, I21 */
    sim_check(sim_locks() == 0, "%s is called with %d locks", what, sim_locks());    /* I12 */
    c = seen_of(s, call);
    sim_check(c->inside == 0, "%s: callbacks of one call overlap", what); /* I3 */
    sim_check(c->finals == 0, "%s after the final status", what);         /* I2, I5 */
    sim_check(!c->promised, "%s after a cancel had returned", what);      /* I11, R6.5 */
    sim_check(!s->closed || final, "%s after a cancel of the sink had returned", what);
    sim_check(!final || !c->on_worker || sim_is("wql-worker") || sim_is("wql-finisher") || sim_is("wql-blocking") ||
                  sim_is("main"),
              "a final on a canceller's thread that was to stay with the workers"); /* T21's option */
    c->inside++;
    c->fiber = sim_self();
    sim_yield();
    return c;
}

static void leave(seen *c) {
    sim_yield();
    c->inside--;
}

/* Until the scenario lets go; where cancels are bounded, for longer than that. */
static void hold(scenario *w) {
    int64_t until = wql__now_us() + (w->tight ? 8 * TIGHT_US : 0);
    while (!w->let_go || wql__now_us() < until) wql__spin_pause();
}

void watcher_promise(seen *c, wql_status status) {
    if (status != WQL_OK && status != WQL_E_NOT_FOUND) return;
    if (c->finals != 1) sim_fail("cancel answered %s before the final status", wql_status_name(status)); /* I11, I17 */
    if (c->sink->counted && c->releases != 1) sim_fail("cancel answered %s before release", wql_status_name(status));
    sim_check(c->inside == 0, "cancel answered while a callback runs");
    c->promised = true;
}

static void cancel_inside(scenario *w, seen *c, wql_call which, bool same) {
    wql_status status;
    (void)c;
    w->cancelled = true;
    status = wql_call_cancel(which);
    if (same) sim_check(status == WQL_S_PENDING, "cancel inside its own callback answered %s", wql_status_name(status));
}

static void cancel_sink_inside(scenario *w, watcher *s) {
    wql_status status;
    w->cancelled = true;
    status = wql_session_cancel(w->session, s);
    sim_check(status == WQL_S_PENDING || status == WQL_S_TIMEDOUT, "cancel by sink inside its callback answered %s",
              wql_status_name(status));
}

static void cancel_other(scenario *w, seen *c) {
    int number = (int)(c - w->calls), other = (number + 1) % w->call_count;
    seen *o = &w->calls[other];
    wql_status status;
    if (other == number || !o->returned) return;
    w->cancelled = true;
    status = wql_call_cancel(o->call);
    if (status == WQL_OK) watcher_promise(o, status);
}

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    watcher *s = user;
    scenario *w = s->world;
    seen *c = enter(s, call, "indicate", false);
    wql_status answer = WQL_OK;
    sim_check(wql_batch_rows(batch) > 0, "an empty indicate");
    for (uint32_t i = 0; i < wql_batch_rows(batch); i++)
        sim_check(((const uint32_t *)wql_batch_column(batch, 0)->values)[i] == c->rows + i, "row %u is missing or out of order",
                  c->rows + i); /* I9, I10 */
    c->rows += wql_batch_rows(batch);
    switch (s->behaviour) {
    case FAILS:
        w->cancelled = true;
        answer = WQL_E_FAILED;
        break;
    case HOLDS: hold(w); break;
    case CANCELS_ITSELF: cancel_inside(w, c, call, true); break;
    case CANCELS_BY_SINK: cancel_sink_inside(w, s); break;
    case CANCELS_OTHER: cancel_other(w, c); break;
    case PAUSES: answer = WQL_S_PENDING; break;
    case SHUTS_DOWN:
        w->shut = w->cancelled = true;
        sim_check(wql_engine_close(w->engine) == WQL_S_TIMEDOUT, "closing inside a callback"); /* T30 */
        break;
    case RETAINS:
        if (!w->kept) w->kept = wql_batch_retain(batch);
        break;
    default: break;
    }
    leave(c);
    return answer;
}

/* A new call with the same sink, from the final status of the old one (X21). */
static void submit_again(watcher *s) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_status status;
    seen *c;
    if (s->world->submissions >= MORE_CALLS) return;
    status = watcher_submit(s, &how, "SELECT Id FROM T", &c);
    sim_check(status == WQL_OK || status == WQL_E_SHUTTING_DOWN || status == WQL_E_NOT_AVAILABLE ||
                  status == WQL_E_QUOTA_VIOLATION,
              "submission inside a callback: %s", wql_status_name(status));
}

/* I20: a sink timer latches only for the callback it was armed for. Seen from inside, since it is a matter of when. */
static bool ended_by_timer(wql_call call) {
    const wql__call *inside = call.engine->slots[(uint32_t)call.id].call;
    if (inside->cause != WQL__BY_SINK_TIMER) return false;
    sim_check(inside->ended_us >= inside->callback_until_us, "a sink timer ended a callback it was not armed for");
    return true;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    watcher *s = user;
    seen *c = enter(s, call, "status", report->is_final != 0);
    wql_status answer = s->behaviour == FAILS_PROGRESS ? WQL_E_FAILED : WQL_OK;
    s->world->cancelled |= answer < 0;
    if (report->is_final) {
        sim_check((report->error == NULL) == (report->status == WQL_OK), "error and status do not go together");
        if (s->at_release == AT_RELEASE_CANCELS) cancel_inside(s->world, c, call, true); /* X5 */
        if (s->behaviour == SUBMITS) submit_again(s);
        if (s->behaviour == FINALLY_CANCELS) cancel_other(s->world, c);
        c->code = report->status;
        c->by_timer = ended_by_timer(call);
    }
    leave(c);
    if (report->is_final) c->finals++;
    return answer;
}

static void on_add_ref(void *user) {
    watcher *s = user;
    sim_check(sim_locks() == 0, "add_ref is called with %d locks", sim_locks());
    sim_check(!s->freed, "add_ref on a sink that is freed");
    sim_yield(); /* nothing may come before it has returned */
    s->world->add_refs[sim_self()]++;
    s->refs++;
}

static void on_release(void *user) {
    watcher *s = user;
    scenario *w = s->world;
    seen *c = NULL;
    sim_check(sim_locks() == 0, "release is called with %d locks", sim_locks());
    sim_check(!s->freed, "release of a sink that is freed");
    for (int i = 0; i < w->call_count; i++)
        if (w->calls[i].sink == s && w->calls[i].finals == 1 && w->calls[i].releases == 0 && w->calls[i].fiber == sim_self())
            c = &w->calls[i];
    if (!c) sim_fail("release before the final status, or a second one");        /* I6, I7 */
    if (s->at_release == AT_RELEASE_CANCELS) cancel_inside(w, c, c->call, true); /* X23 */
    if (s->at_release == AT_RELEASE_HOLDS) hold(w);
    sim_yield();
    sim_check(!c->promised, "a cancel returned while release was running");
    c->releases++;
    s->refs--;
}

wql_status watcher_submit(watcher *s, wql_call_options *how, const char *text, seen **out) {
    scenario *w = s->world;
    int before = w->add_refs[sim_self()], taken;
    wql_sink sink = {.struct_size = sizeof sink, .user = s, .indicate = on_rows, .status = on_status};
    wql_call call;
    wql_status status;
    *out = NULL;
    if (s->counted) {
        sink.add_ref = on_add_ref;
        sink.release = on_release;
    }
    how->sink = &sink;
    w->submissions++;
    status = wql_session_exec(w->session, wql_s(text), how, &call, NULL);
    taken = w->add_refs[sim_self()] - before;
    if (status < 0) {
        sim_check(taken == 0, "a refused submission touched its sink"); /* I1 */
        return status;
    }
    sim_check(status == WQL_OK, "a submission answered %s", wql_status_name(status)); /* R4.8 */
    sim_check(taken == (s->counted ? 1 : 0), "an accepted call took %d references", taken);
    *out = seen_of(s, call);
    (*out)->returned = true;
    (*out)->on_worker = (how->flags & WQL_FINAL_ON_WORKER) && !how->pump;
    return status;
}
