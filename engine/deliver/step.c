/* SPDX-License-Identifier: MIT */
/* step.c: the scan half of a call: planned, run a slice at a time, closed. For whoever has the run token. */
#include "call.h"
#include "deliver.h"
#include "rights.h"

/* -- the run token ----------------------------------------------------------------------------------------------- */

/* `pool`: of a thread that looks at its queue next, or WQL__POOLS. */
static void queue_run(wql__call *call, int pool) {
    call->sched = WQL__QUEUED;
    if (call->drive == WQL__PUMPED)
        wql__pump_push(call->pump, call, false);
    else if (call->pool == pool)
        wql__sched_push_back(&call->engine->sched, call, call->pool);
    else
        wql__sched_push(&call->engine->sched, call, call->pool);
}

void wql__call_wake_locked(wql__call *call) {
    bool on_caller = call->drive == WQL__PULLED && !call->ahead;
    if (call->sched == WQL__RUNNING) call->sched = WQL__AGAIN;
    if (on_caller) {
        call->woken = true;
        wql__cond_broadcast(&call->changed);
    } else if (call->sched == WQL__IDLE && call->ready) {
        queue_run(call, WQL__POOLS);
        if (call->wants_work) wql__cond_broadcast(&call->changed);
    }
}

void wql__call_wake(wql__call *call) {
    wql__lock(&call->lock);
    wql__call_wake_locked(call);
    wql__unlock(&call->lock);
}

bool wql__call_take_run(wql__call *call) {
    if (call->sched != WQL__IDLE) return false;
    call->sched = WQL__RUNNING;
    return true;
}

bool wql__call_take_queued(wql__call *call) {
    if (call->sched != WQL__QUEUED || !wql__sched_withdraw(&call->engine->sched, call, call->pool)) return false;
    call->sched = WQL__RUNNING;
    return true;
}

void wql__call_yield(wql__call *call, int step) { wql__call_yield_in(call, step, WQL__POOLS); }

void wql__call_yield_in(wql__call *call, int step, int pool) {
    bool on_caller = call->drive == WQL__PULLED && !call->ahead, gone = step == WQL__STEP_GONE;
    wql__lock(&call->lock);
    if (gone) {
        call->sched = WQL__GONE;
    } else {
        bool again = step == WQL__STEP_AGAIN || call->sched == WQL__AGAIN;
        call->sched = WQL__IDLE;
        if (again && !on_caller) queue_run(call, pool);
    }
    wql__cond_broadcast(&call->changed);
    wql__unlock(&call->lock);
    if (gone) wql__call_half_gone(call, false);
}

/* -- planning and closing ---------------------------------------------------------------------------------------- */

/* A mount counts the calls that have a plan for it: wql_engine_unmount waits for them. The first `count` mounts of the plan. */
static void end_uses(const wql__plan *plan, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (wql__plan_mount(plan, i)) wql__mount_end(wql__plan_mount(plan, i));
}

/* False: one of them was taken away, and none is used. */
static bool begin_uses(const wql__plan *plan) {
    for (uint32_t i = 0, count = wql__plan_mount_count(plan); i < count; i++) {
        wql__mount *mount = wql__plan_mount(plan, i);
        if (!mount || wql__mount_begin(mount)) continue;
        end_uses(plan, i);
        return false;
    }
    return true;
}

enum { FEW_MOUNTS = 64 };

/* The plan may be the last but one that keeps a mount. So the mount is used until the plan is gone: then it is the unmount that
 * waits for this which unloads the provider, and not this thread after the unmount has returned. (A mount that is used is kept by
 * its namespace, or by its unmount.) Of a great many mounts some may be unloaded here. */
static void release_plan(wql__plan *plan) {
    wql__mount *mounts[FEW_MOUNTS];
    uint32_t count = wql__plan_mount_count(plan);
    if (count > FEW_MOUNTS) {
        end_uses(plan, count);
        count = 0;
    }
    for (uint32_t i = 0; i < count; i++) mounts[i] = wql__plan_mount(plan, i);
    wql__plan_release(plan);
    for (uint32_t i = 0; i < count; i++)
        if (mounts[i]) wql__mount_end(mounts[i]);
}

/* The call uses the plan no longer; an unmount may wait for that. */
static void let_plan_go(wql__call *call, wql__plan *plan) {
    wql_engine *engine = call->engine;
    release_plan(plan);
    wql__lock(&engine->table);
    wql__cond_broadcast(&engine->table_changed);
    wql__unlock(&engine->table);
}

/* A plan whose mounts are used from here on, and which has the classes of now: else it is made again. */
static wql_status get_plan(wql__call *call, wql__plan **out) {
    for (;;) {
        wql__catalog *now;
        bool same;
        wql_status status = wql__query_plan(call->query, call->flags, &call->env.turn, out, &call->run_error);
        if (status != WQL_OK) return status;
        if (!begin_uses(*out)) {
            wql__plan_release(*out);
            continue;
        }
        now = wql__namespace_catalog(call->session->ns);
        same = now == (*out)->catalog;
        wql__catalog_release(now);
        if (same) return WQL_OK;
        let_plan_go(call, *out);
    }
}

/* Whether a provider of the plan says that it may block, or has shown it. */
static bool may_block(const wql__plan *plan) {
    for (uint32_t i = 0, count = wql__plan_mount_count(plan); i < count; i++) {
        const wql__mount *mount = wql__plan_mount(plan, i);
        if (mount && atomic_load_explicit(&mount->blocks, memory_order_relaxed)) return true;
    }
    return plan->may_block;
}

static bool can_interrupt(const wql__plan *plan) {
    for (uint32_t i = 0, count = wql__plan_mount_count(plan); i < count; i++) {
        const wql__mount *mount = wql__plan_mount(plan, i);
        if (mount && mount->provider->interrupt) return true;
    }
    return false;
}

void wql__call_use_elastic(wql__call *call) {
    wql__lock(&call->lock);
    call->pool = WQL__POOL_ELASTIC;
    wql__unlock(&call->lock);
}

/* Whether others may help: those calls that workers run, with providers that do not hold them. A pulled call's work is its
 * caller's, a pump's its thread's. */
static bool can_split(const wql__call *call, const wql__plan *plan) {
    return (call->drive == WQL__PUSHED || call->ahead) && call->engine->options.workers > 1 && !plan->links && !may_block(plan);
}

wql_status wql__call_prepare(wql__call *call) {
    wql__plan *plan;
    wql__run *run;
    wql_status status;
    if (call->refused) return wql__fail_not_secured(&call->run_error, WQL_E_ACCESS_DENIED);
    status = get_plan(call, &plan);
    if (status != WQL_OK) return status;
    call->env.split = can_split(call, plan);
    status = wql__run_open(plan, &call->env, &run, &call->run_error);
    if (status < 0) {
        let_plan_go(call, plan);
        return status;
    }
    wql__lock(&call->lock);
    call->plan = plan;
    call->run = run;
    call->interruptible = can_interrupt(plan);
    call->is_long = call->env.split && wql__run_is_long(run);
    if (may_block(plan) && call->engine->options.workers && call->drive != WQL__PUMPED) call->pool = WQL__POOL_ELASTIC;
    wql__unlock(&call->lock);
    return WQL_OK;
}

wql_status wql__call_close_run(wql__call *call) {
    wql_status status;
    bool helped;
    wql_batch_release(call->in_hand);
    call->in_hand = NULL;
    wql__lock(&call->lock);
    call->closing = true; /* nobody begins to interrupt, or to help, any more */
    while (call->interrupting) (void)wql__cond_wait(&call->changed, &call->lock, WQL__TIME_FOREVER);
    helped = call->helpers != 0 && !WQL__MUTANT('B');
    wql__unlock(&call->lock);
    if (helped) { /* the last of them wakes the call */
        wql__run_dismiss(call->run);
        return WQL_S_PENDING;
    }
    status = wql__run_close(call->run);
    if (status == WQL_S_PENDING) return status;
    wql__turn_drop(&call->env.turn);
    wql__lock(&call->lock);
    call->run = NULL;
    wql__unlock(&call->lock);
    if (call->plan) {
        let_plan_go(call, call->plan);
        call->plan = NULL;
    }
    return WQL_OK;
}

/* -- helpers ----------------------------------------------------------------------------------------------------- */

/* One helper more, unless one is on its way. With call->lock held. */
static void queue_help(wql__call *call) {
    if (call->help_queued || call->term != WQL__OPEN || call->closing || call->paused) return;
    call->help_queued = true;
    wql__sched_push(&call->engine->sched, call, WQL__QUEUE_HELPERS);
}

/* The run has gone on for a slice: from now on it is worth another's wake-up, if there is a worker without work. With the run
 * token. */
static void seek_help(wql__call *call) {
    if (!call->run || !call->env.split || !wql__sched_is_idle(&call->engine->sched) || may_block(call->plan)) return;
    if (!wql__run_divide(call->run, call->engine->options.workers)) return;
    wql__lock(&call->lock);
    queue_help(call);
    wql__unlock(&call->lock);
}

void wql__call_help(wql__call *call) {
    wql__run *run;
    bool more;
    wql__lock(&call->lock);
    call->help_queued = false;
    run = call->term == WQL__OPEN && !call->closing && !call->paused ? call->run : NULL;
    if (run) call->helpers++;
    wql__unlock(&call->lock);
    if (!run) return;
    more = wql__run_help(run, wql__engine_now(call->engine) + WQL__SLICE_US);
    wql__lock(&call->lock);
    call->helpers--;
    if (!call->helpers && (call->term != WQL__OPEN || call->closing))
        wql__call_wake_locked(call);
    else if (more)
        queue_help(call);
    wql__cond_broadcast(&call->changed);
    wql__unlock(&call->lock);
}

/* -- one slice --------------------------------------------------------------------------------------------------- */

void wql__call_natural_end(wql__call *call, wql_status code) {
    bool won, over = code == WQL_E_TIMED_OUT && wql__engine_now(call->engine) >= call->deadline_us;
    wql__lock(&call->lock);
    won = wql__call_latch(call,
                          over       ? WQL__BY_DEADLINE
                          : code < 0 ? WQL__BY_FAILURE
                                     : WQL__BY_END,
                          code == WQL_END ? WQL_OK : code, true);
    wql__unlock(&call->lock);
    if (won) wql__call_after_latch(call);
}

/* Closes the scan half once the call has ended. The final status goes first: it waits for no provider. */
static int end_step(wql__call *call) {
    if (!WQL__MUTANT('y')) (void)wql__call_finish(call);
    return wql__call_close_run(call) == WQL_OK ? WQL__STEP_GONE : WQL__STEP_PARKED;
}

enum { GO_ON, PARK, ENDED };

/* What to do next, by what has come from outside. */
static int look(wql__call *call) {
    int todo = GO_ON;
    wql__lock(&call->lock);
    if (call->sched == WQL__AGAIN) call->sched = WQL__RUNNING; /* we look now: a later wake sets it again */
    if (call->term != WQL__OPEN)
        todo = ENDED;
    else if (call->paused)
        todo = PARK;
    wql__unlock(&call->lock);
    return todo;
}

/* Puts the batch in hand into the ring of a pulled call. False: it is full. A call that was latched meanwhile gets nothing more:
 * its ring was emptied by the winner, and the batch stays in hand until the run is closed. */
static bool add_ahead(wql__call *call, wql_batch *batch) {
    bool room;
    wql__lock(&call->lock);
    room = call->term == WQL__OPEN && call->ring_count < call->ring_room;
    if (room) {
        call->ring[(call->ring_at + call->ring_count) % call->ring_room] = batch;
        call->ring_count++;
        wql__cond_broadcast(&call->changed);
    }
    wql__unlock(&call->lock);
    return room;
}

/* Hands out what is in hand. False: it has to wait. */
static bool hand_out(wql__call *call) {
    wql_batch *batch = call->in_hand;
    if (call->drive == WQL__PULLED) {
        if (!add_ahead(call, batch)) return false;
        call->in_hand = NULL;
        return true;
    }
    call->in_hand = NULL;
    (void)wql__call_deliver(call, batch); /* not delivered: the call has ended, the batch goes */
    wql__run_put(call->run, batch);
    return true;
}

/* Whether others wait for the thread that this call has. */
static bool is_contended(wql__call *call) {
    return call->drive != WQL__PUMPED && wql__sched_is_contended(&call->engine->sched, call->pool);
}

/* A run that is known to be long need not have gone on for a slice to be worth another's wake-up: that comes behind its first
 * batch, or after this time if there is none. */
enum { EARLY_US = 20 };

static int64_t early(wql__call *call, int64_t until_us) {
    int64_t soon = call->is_long ? wql__env_now(&call->env) + EARLY_US : until_us;
    return soon < until_us ? soon : until_us;
}

static void seek_early(wql__call *call) {
    if (!call->is_long || (call->in_hand && !call->handed_out)) return;
    call->is_long = false;
    if (!is_contended(call)) seek_help(call);
}

/* Goes on with the run. WQL_OK: there may be a batch in hand now. `resting`: only with the rows it has. */
static wql_status advance(wql__call *call, int64_t until_us, bool resting) {
    if (!call->run) return wql__call_prepare(call);
    return resting ? wql__run_rest(call->run, &call->in_hand) : wql__run_next(call->run, until_us, &call->in_hand);
}

/* The run has come to its end with `code`. A pulled call may still have batches in its ring: its end is told by next. */
static int run_ended(wql__call *call, wql_status code) {
    if (call->drive != WQL__PULLED) {
        wql__call_natural_end(call, code);
        return end_step(call);
    }
    wql__lock(&call->lock);
    call->ended = true;
    call->end_code = code;
    wql__cond_broadcast(&call->changed);
    wql__unlock(&call->lock);
    return wql__call_close_run(call) == WQL_OK ? WQL__STEP_GONE : WQL__STEP_PARKED;
}

/* While others wait, a call's first batch ends its slice, so that all have theirs after one round; and a call that waits in turn
 * has given out what it had in hand, so that it holds little. */
static int run_slice(wql__call *call, int64_t until_us) {
    bool resting = false;
    int todo;
    while ((todo = look(call)) == GO_ON) {
        bool planned = call->run != NULL;
        wql_status status;
        if (call->ended) return run_ended(call, call->end_code);
        if (call->in_hand) {
            if (!hand_out(call)) return WQL__STEP_PARKED;
            if (!call->handed_out && is_contended(call)) resting = true;
            call->handed_out = true;
            continue;
        }
        status = advance(call, early(call, until_us), resting);
        if (status == WQL_S_PENDING) return WQL__STEP_PARKED;
        if (status != WQL_OK) return run_ended(call, status);
        if (!planned) {
            if (call->pool == WQL__POOL_ELASTIC) return WQL__STEP_AGAIN; /* not on this thread: it may block */
            continue;
        }
        wql__call_progress(call, wql__env_now(&call->env));
        seek_early(call);
        if (call->in_hand) continue;
        if (resting) return WQL__STEP_AGAIN;
        if (wql__env_now(&call->env) < until_us) continue;
        if (!is_contended(call)) {
            seek_help(call);
            return WQL__STEP_AGAIN;
        }
        resting = true;
    }
    return todo == PARK ? WQL__STEP_PARKED : end_step(call);
}

int wql__call_step(wql__call *call, int64_t until_us) {
    int step;
    call->env.glance_ns = 0;
    step = run_slice(call, until_us);
    if (call->run) wql__run_settle(call->run);
    return step;
}
