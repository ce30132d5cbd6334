/* SPDX-License-Identifier: MIT */
/* cancel.c: ending calls from outside, waiting for them, pausing and resuming.
 *
 * A cancel first latches every call it is about (T14), then sees each to its end: if nobody is inside the call's sink, this
 * thread delivers the final status and releases the sink itself (T21); else it waits, up to one bound for all. Inside a callback
 * it may not wait for a call that waits, through other cancels, for this very thread: engine.graph knows who waits for whom
 * (T29). */
#include "call.h"
#include "rights.h"

/* A canceller inside a callback that waits for a call. In engine.waiting, guarded by engine.graph. */
typedef struct wql__waiting {
    struct wql__waiting *next, **link;
    wql__thread_id thread;
    wql__call *call;
} wql__waiting;

static wql__thread_id owner_of(wql__call *call) {
    wql__thread_id owner;
    wql__lock(&call->lock);
    owner = call->own;
    wql__unlock(&call->lock);
    return owner;
}

/* Whether waiting for `call` would close a circle: its sink runs on a thread that waits for a call whose sink runs on a thread
 * ... that is this one. With engine.graph held. */
static bool would_circle(wql_engine *engine, wql__call *call, wql__thread_id self) {
    for (;;) {
        wql__thread_id owner = owner_of(call);
        const wql__waiting *at;
        if (owner == self) return true;
        if (owner == 0) return false;
        for (at = engine->waiting; at && at->thread != owner;) at = at->next;
        if (!at) return false;
        call = at->call;
    }
}

/* The test and the entry are one step, so that the last of a circle sees it. False: do not wait. */
static bool enter_graph(wql_engine *engine, wql__call *call, wql__waiting *waiting) {
    bool circle;
    waiting->thread = wql__thread_self();
    waiting->call = call;
    wql__lock(&engine->graph);
    circle = would_circle(engine, call, waiting->thread) && !WQL__MUTANT('n');
    if (!circle) {
        waiting->next = engine->waiting;
        waiting->link = &engine->waiting;
        if (waiting->next) waiting->next->link = &waiting->next;
        engine->waiting = waiting;
    }
    wql__unlock(&engine->graph);
    return !circle;
}

static void leave_graph(wql_engine *engine, wql__waiting *waiting) {
    wql__lock(&engine->graph);
    *waiting->link = waiting->next;
    if (waiting->next) waiting->next->link = waiting->link;
    wql__unlock(&engine->graph);
}

enum { SPIN_US = 20 };
#define LOOK_AGAIN WQL_END /* the token came free: try to finish the call */

/* A callback is mostly over in a moment, and a wake-up costs more. True: the call was released meanwhile. */
static bool spin_for_release(wql__call *call) {
    int64_t until = wql__now_us() + SPIN_US;
    bool released = false;
    if (!call->engine->sched.can_spin) return false;
    while (!released && wql__now_us() < until) {
        for (int i = 0; i < 32; i++) wql__spin_pause();
        wql__lock(&call->lock);
        released = call->term == WQL__RELEASED;
        wql__unlock(&call->lock);
    }
    return released;
}

/* Waits for the release of a call that somebody else finishes, or for the token to come free. */
static wql_status sleep_for_release(wql__call *call, int64_t until_us, bool may_finish) {
    bool in_time = true;
    wql_status status;
    if (WQL__MUTANT('i')) wql__lock(&call->engine->table);
    wql__lock(&call->lock);
    while (call->term != WQL__RELEASED && in_time && !(may_finish && call->term == WQL__LATCHED && call->own == 0))
        in_time = wql__cond_wait(&call->changed, &call->lock, WQL__MUTANT('x') && !call->callback ? WQL__TIME_FOREVER : until_us);
    status = call->term == WQL__RELEASED ? WQL_OK : in_time ? LOOK_AGAIN : WQL_S_TIMEDOUT;
    wql__unlock(&call->lock);
    return status;
}

static wql_status wait_inside(wql__call *call, int64_t until_us) {
    wql_engine *engine = call->engine;
    wql__waiting waiting;
    wql_status status;
    if (!enter_graph(engine, call, &waiting)) return WQL_S_TIMEDOUT;
    wql__sched_absent(&engine->sched, true);
    status = sleep_for_release(call, until_us, false);
    wql__sched_absent(&engine->sched, false);
    leave_graph(engine, &waiting);
    return status;
}

/* T21: whether this thread may deliver the final status of a call itself. */
static bool may_finish_here(const wql__call *call, bool inside) {
    if (call->drive == WQL__PUMPED) return wql__pump_is_thread(call->pump);
    return !inside && (!(call->flags & WQL_FINAL_ON_WORKER) || WQL__MUTANT('w'));
}

/* The final status first, if it can be had here, then what is slower: waking those who close the run. True: the call is
 * finished. */
static bool follow_latch(wql__call *call, bool inside) {
    bool finished = may_finish_here(call, inside) && wql__call_finish(call);
    wql__call_after_latch(call);
    return finished;
}

/* Sees one latched call to its end. */
static wql_status see_to_end(wql__call *call, bool inside, int64_t until_us) {
    bool may_finish = may_finish_here(call, inside);
    wql_status status;
    if (WQL__MUTANT('m') ? owner_of(call) != 0 : owner_of(call) == wql__thread_self() && !WQL__MUTANT('e')) return WQL_S_PENDING;
    for (;;) {
        if (may_finish && wql__call_finish(call)) return WQL_OK;
        if (!may_finish) {
            wql__lock(&call->lock);
            if (call->term == WQL__LATCHED && call->own == 0) wql__call_queue_finish(call);
            wql__unlock(&call->lock);
        }
        if (spin_for_release(call)) return WQL_OK;
        status = inside ? wait_inside(call, until_us) : sleep_for_release(call, until_us, may_finish);
        if (status != LOOK_AGAIN) return status;
    }
}

/* True: this thread has also finished it. */
static bool latch_cancel(wql__call *call, bool inside) {
    bool won;
    wql__lock(&call->lock);
    won = wql__call_latch(call, WQL__BY_CANCEL, WQL_E_CALL_CANCELLED, false);
    wql__unlock(&call->lock);
    return won && follow_latch(call, inside);
}

wql_status wql__call_cancel(wql__call *call) {
    bool pulled = call->drive == WQL__PULLED, inside = !pulled && wql__in_callback(call->engine);
    if (latch_cancel(call, inside) || pulled) return WQL_OK;
    return see_to_end(call, inside, wql__until_us(call->engine->options.cancel_wait_ms));
}

/* -- by sink ----------------------------------------------------------------------------------------------------- */

/* Whether a call is that sink's, and was started by the principal who cancels. With the table's lock held. */
static bool is_meant(const wql_session *session, const wql__call *call, const void *user) {
    return call && call->drive != WQL__PULLED && call->sink.user == user && call->session->account == session->account;
}

/* T14: in one hold of the table's lock, ends every call of the sink. What follows a latch is done afterwards, for all that this
 * thread has latched: kept, in *won, since others may see them to their end meanwhile. Returns how many there are; *last: the
 * youngest submission that counts, since later ones are none of this cancel's business. */
static uint32_t latch_all(const wql_session *session, const void *user, uint64_t *last, wql__call **won) {
    wql_engine *engine = session->engine;
    uint32_t found = 0;
    *won = NULL;
    wql__lock(&engine->table);
    *last = engine->submissions;
    for (uint32_t i = 0; i < engine->slot_count; i++) {
        wql__call *call = engine->slots[i].call;
        if (!is_meant(session, call, user)) continue;
        wql__lock(&call->lock);
        if (call->in_table) {
            found++;
            if (wql__call_latch(call, WQL__BY_CANCEL, WQL_E_CALL_CANCELLED, false)) {
                wql__call_keep(call);
                call->latched_next = *won;
                *won = call;
            }
        }
        wql__unlock(&call->lock);
    }
    if (found) engine->submitting++; /* a closer does not free the engine before this cancel is through */
    wql__unlock(&engine->table);
    return found;
}

static void follow_latches(wql__call *won, bool inside) {
    while (won) {
        wql__call *next = won->latched_next; /* not ours any more once it is put back */
        if (!WQL__MUTANT('A') || won->in_table) (void)follow_latch(won, inside);
        wql__call_put(won);
        won = next;
    }
}

/* The next of them from slot *at on, kept; NULL: no more. */
static wql__call *next_of(const wql_session *session, const void *user, uint64_t last, uint32_t *at) {
    wql_engine *engine = session->engine;
    wql__call *found = NULL;
    wql__lock(&engine->table);
    for (; *at < engine->slot_count && !found; (*at)++) {
        wql__call *call = engine->slots[*at].call;
        if (!is_meant(session, call, user) || call->number > last) continue;
        wql__lock(&call->lock);
        if (call->in_table) found = call;
        wql__unlock(&call->lock);
        if (found) wql__call_keep(found);
    }
    wql__unlock(&engine->table);
    return found;
}

wql_status wql__session_cancel(wql_session *session, const void *user) {
    wql_engine *engine = session->engine;
    int64_t until = wql__until_us(engine->options.cancel_wait_ms);
    wql_status result = WQL_OK;
    bool inside = wql__in_callback(engine);
    wql__call *call, *won;
    uint64_t last;
    if (latch_all(session, user, &last, &won) == 0) return WQL_E_NOT_FOUND;
    follow_latches(won, inside);
    for (uint32_t at = 0; (call = next_of(session, user, last, &at)) != NULL; wql__call_put(call)) {
        wql_status status = see_to_end(call, inside, until);
        if (status == WQL_S_TIMEDOUT || (status == WQL_S_PENDING && result == WQL_OK)) result = status;
    }
    wql__engine_leave(engine);
    return result;
}

/* -- waiting and resuming ---------------------------------------------------------------------------------------- */

/* Without workers nobody else looks at the clock for a call that is pumped. */
static void look_at_deadline(wql__call *call) {
    if (wql__engine_now(call->engine) >= call->deadline_us) wql__call_time_is_over(call, WQL__TIMER_DEADLINE);
}

wql_status wql__call_wait(wql__call *call, uint32_t timeout_ms, wql_error *err) {
    int64_t until = wql__until_us(timeout_ms);
    bool in_time = true;
    wql_status status;
    if (call->drive == WQL__PULLED)
        return wql__fail(err, WQL_E_INVALID_OPERATION, "a call without a sink is waited for by wql_call_next");
    if (wql__in_callback(call->engine)) return wql__fail(err, WQL_E_INVALID_OPERATION, "a callback cannot wait for a call");
    if (timeout_ms && call->drive == WQL__PUMPED && wql__pump_is_thread(call->pump))
        return wql__fail(err, WQL_E_INVALID_OPERATION, "the thread that runs the pump cannot wait for a call of it");
    if (call->drive == WQL__PUMPED) look_at_deadline(call);
    wql__lock(&call->lock);
    while (call->term != WQL__RELEASED && in_time && timeout_ms) in_time = wql__cond_wait(&call->changed, &call->lock, until);
    if (call->term != WQL__RELEASED) {
        status = WQL_S_TIMEDOUT;
    } else {
        status = call->code;
        if (status != WQL_OK) wql__call_tell(call, err);
    }
    wql__unlock(&call->lock);
    return status;
}

wql_status wql__call_resume(wql__call *call) {
    if (call->drive == WQL__PULLED) return WQL_E_INVALID_OPERATION;
    wql__lock(&call->lock);
    if (call->paused) {
        call->paused = false;
        wql__call_wake_locked(call);
    } else if (call->callback != 0) {
        call->resumed = true;
    }
    wql__unlock(&call->lock);
    return WQL_OK;
}
