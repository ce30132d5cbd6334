/* SPDX-License-Identifier: MIT */
/* pull.c: the call without a sink. The work is done on the caller's thread, or taken from what workers made ahead. */
#include "call.h"
#include "deliver.h"

#include <string.h>

/* How a call that has ended is told by next. */
static wql_status told(wql__call *call, wql_error *err) {
    wql_status status;
    wql__lock(&call->lock);
    status = call->code == WQL_OK ? WQL_END : call->code;
    if (status != WQL_END) wql__call_tell(call, err);
    wql__unlock(&call->lock);
    return status;
}

/* Ended from outside, not by its own end or failure. With call->lock held. */
static bool is_stopped(const wql__call *call) {
    return call->term != WQL__OPEN && call->cause != WQL__BY_END && call->cause != WQL__BY_FAILURE;
}

static wql_batch *take_ahead(wql__call *call) {
    wql_batch *batch = call->ring[call->ring_at];
    call->ring_at = (call->ring_at + 1) % call->ring_room;
    call->ring_count--;
    return batch;
}

/* Workers may be at work on the run, and on its error, meanwhile. */
static void look_at_deadline(wql__call *call) {
    if (call->deadline_us == WQL__TIME_FOREVER) return;
    if (wql__engine_now(call->engine) >= call->deadline_us) wql__call_time_is_over(call, WQL__TIMER_DEADLINE);
}

/* Until when to sleep, by the system's clock: the wait's end, or the call's deadline. */
static int64_t sleep_until(const wql__call *call, int64_t until_us) {
    int64_t left, at;
    if (call->deadline_us == WQL__TIME_FOREVER) return until_us;
    left = call->deadline_us - wql__engine_now(call->engine);
    at = wql__now_us() + (left > 0 ? left : 0);
    return at < until_us ? at : until_us;
}

/* Waits till a wake, the end, a batch, or the time. With call->lock held. */
static void sleep_for_work(wql__call *call, int64_t until_us) {
    if (!call->woken && call->term == WQL__OPEN && !call->ring_count && !call->ended)
        (void)wql__cond_wait(&call->changed, &call->lock, sleep_until(call, until_us));
    call->woken = false;
}

enum { PULL_GO_ON, PULL_DONE };

/* Whose work is to be done here. */
enum { NO_WORK, OWN_WORK, POOLS_WORK };

/* A thread that waits for ever inside a callback may be the very one that the call would have to wait for: all threads of a pool
 * can be inside callbacks at once. So it does what no thread has begun. */
static bool is_in_their_way(const wql__call *call, int64_t until_us) {
    return until_us == WQL__TIME_FOREVER && call->deadline_us == WQL__TIME_FOREVER && wql__in_callback(call->engine);
}

/* What is there without working: a batch, the end, or the word to work. With workers on the call it waits for them. */
static int take_or_wait(wql__call *call, int64_t until_us, wql_batch **batch, int *work) {
    int todo = PULL_GO_ON;
    bool in_their_way = call->ahead && is_in_their_way(call, until_us);
    *work = NO_WORK;
    wql__lock(&call->lock);
    if (is_stopped(call) && !WQL__MUTANT('z')) {
        /* what was made ahead is being dropped: none of it may go out, or rows before it would be missing */
        todo = PULL_DONE;
    } else if (call->ring_count && !(WQL__MUTANT('h') && call->ended)) {
        *batch = take_ahead(call);
        if (call->ahead && !call->ended) wql__call_wake_locked(call);
        todo = PULL_DONE;
    } else if (call->term != WQL__OPEN) {
        todo = PULL_DONE;
    } else if (call->ended) {
        wql_status code = call->end_code;
        wql__unlock(&call->lock);
        wql__call_natural_end(call, code);
        return PULL_GO_ON;
    } else if (call->ahead) {
        if (call->sched == WQL__IDLE && !call->started) {
            call->started = true;
            wql__call_wake_locked(call);
        }
        if (in_their_way && wql__call_take_queued(call)) {
            *work = POOLS_WORK;
        } else {
            call->wants_work = in_their_way;
            sleep_for_work(call, until_us);
            call->wants_work = false;
        }
    } else {
        call->woken = false; /* a wake from here on is about what the next step finds */
        if (wql__call_take_run(call)) *work = OWN_WORK;
    }
    wql__unlock(&call->lock);
    return todo;
}

/* One time slice in place of a thread of the pool: what it brings is taken as that thread's would be. */
static void work_for_pool(wql__call *call) {
    int step = wql__call_step(call, wql__engine_now(call->engine) + WQL__SLICE_US);
    wql__call_yield(call, step);
    wql__call_put(call);
}

/* Closes the run on this thread. With the run token, which is given back. */
static void close_here(wql__call *call) {
    while (wql__call_close_run(call) == WQL_S_PENDING) {
        wql__lock(&call->lock);
        while (!call->woken) (void)wql__cond_wait(&call->changed, &call->lock, WQL__TIME_FOREVER);
        call->woken = false;
        wql__unlock(&call->lock);
    }
    wql__call_yield(call, WQL__STEP_GONE);
}

/* A provider that may block is left to the elastic threads, if there are any: this thread's waits stay bounded. */
static bool hand_over(wql__call *call) {
    wql__lock(&call->lock);
    if (call->pool != WQL__POOL_ELASTIC) {
        wql__unlock(&call->lock);
        return false;
    }
    call->ahead = call->started = true;
    wql__unlock(&call->lock);
    wql__call_yield(call, WQL__STEP_AGAIN);
    return true;
}

/* One piece of work on this thread, with the run token, which is given back. */
static void work_here(wql__call *call, int64_t until_us, wql_batch **batch) {
    wql_status status = WQL_OK;
    int64_t left = until_us == WQL__TIME_FOREVER ? WQL__TIME_FOREVER : until_us - wql__now_us();
    int64_t run_until = left == WQL__TIME_FOREVER ? WQL__TIME_FOREVER : wql__engine_now(call->engine) + left;
    call->env.glance_ns = 0;
    if (!call->run) {
        status = wql__call_prepare(call);
        if (status == WQL_OK && hand_over(call)) return;
    }
    if (status == WQL_OK) {
        status = wql__run_next(call->run, run_until, batch);
        wql__run_settle(call->run);
    }
    if (status == WQL_OK) {
        wql__call_yield(call, WQL__STEP_PARKED);
    } else if (status == WQL_S_PENDING) {
        wql__call_yield(call, WQL__STEP_PARKED);
        wql__lock(&call->lock);
        sleep_for_work(call, until_us);
        wql__unlock(&call->lock);
    } else {
        wql__call_natural_end(call, status);
        close_here(call);
    }
}

static wql_status pull(wql__call *call, int64_t until_us, wql_batch **out, wql_error *err) {
    wql_batch *batch = NULL;
    int work;
    while (take_or_wait(call, until_us, &batch, &work) == PULL_GO_ON) {
        if (work == POOLS_WORK) work_for_pool(call);
        if (work == OWN_WORK) work_here(call, until_us, &batch);
        if (batch) break;
        look_at_deadline(call);
        if (until_us != WQL__TIME_FOREVER && wql__now_us() >= until_us) {
            bool nothing;
            wql__lock(&call->lock);
            nothing = call->term == WQL__OPEN && !call->ring_count && !call->ended;
            wql__unlock(&call->lock);
            if (nothing) return WQL_S_TIMEDOUT;
        }
    }
    if (!batch) return told(call, err);
    wql__call_count_batch(call, batch);
    *out = batch;
    return WQL_OK;
}

/* -- one thread at a time ---------------------------------------------------------------------------------------- */

/* Whether this thread may work on the call now; waits for its turn until `until_us`, or not at all (0). */
static bool begin_pull(wql__call *call, int64_t until_us) {
    bool in_time = until_us != 0, allowed;
    wql__lock(&call->lock);
    while (call->pulling && in_time) in_time = wql__cond_wait(&call->changed, &call->lock, until_us);
    allowed = !call->pulling;
    if (allowed) call->pulling = true;
    wql__unlock(&call->lock);
    return allowed;
}

static void end_pull(wql__call *call, wql_status status) {
    wql__lock(&call->lock);
    call->pulling = false;
    wql__cond_broadcast(&call->changed);
    wql__unlock(&call->lock);
    if (status != WQL_OK && status != WQL_S_TIMEDOUT) wql__call_give_up_scan(call);
    if (atomic_load_explicit(&call->engine->is_closing, memory_order_relaxed)) wql__call_abandon(call);
}

static wql_status fail_busy(wql_error *err) {
    return wql__fail(err, WQL_E_INVALID_OPERATION, "another thread is inside wql_call_next on this call");
}

/* -- kept batches ------------------------------------------------------------------------------------------------ */

/* A kept batch for a reader; NULL: it is not there yet. */
static wql_batch *kept_batch(wql__call *call, uint64_t index) {
    wql_batch *batch = NULL;
    wql__lock(&call->lock);
    if (index < call->kept_count) batch = wql_batch_retain(call->kept[index]);
    wql__unlock(&call->lock);
    return batch;
}

/* Room for one batch more, before it is made, so that none is lost. With the token of pulling. */
static wql_status reserve_kept(wql__call *call, wql_error *err) {
    wql__mem *mem = call->engine->mem;
    uint32_t room = call->kept_room ? call->kept_room * 2 : 16;
    wql_batch **kept;
    if (call->kept_count < call->kept_room) return WQL_OK;
    kept = room > call->kept_room ? wql__alloc_zero(mem, wql__array_size(room, sizeof *kept)) : NULL;
    if (!kept) return wql__fail_memory(mem, err);
    wql__lock(&call->lock);
    if (call->kept_count) memcpy(kept, call->kept, call->kept_count * sizeof *kept);
    {
        wql_batch **old = call->kept;
        uint32_t old_room = call->kept_room;
        call->kept = kept;
        call->kept_room = room;
        wql__unlock(&call->lock);
        wql__free(mem, old, wql__array_size(old_room, sizeof *old));
    }
    return WQL_OK;
}

/* Makes the next batch and keeps it. */
static wql_status keep_one(wql__call *call, int64_t until_us, wql_error *err) {
    wql_batch *batch = NULL;
    wql_status status = reserve_kept(call, err);
    if (status != WQL_OK) return status;
    status = pull(call, until_us, &batch, err);
    if (status != WQL_OK) return status;
    wql__lock(&call->lock);
    call->kept[call->kept_count++] = batch;
    wql__unlock(&call->lock);
    return WQL_OK;
}

static wql_status read_kept(wql__call *call, uint64_t index, int64_t until_us, wql_batch **out, wql_error *err) {
    for (;;) {
        wql_batch *batch = kept_batch(call, index);
        wql_status status = WQL_OK;
        if (batch) {
            *out = batch;
            return WQL_OK;
        }
        if (!begin_pull(call, until_us)) return WQL_S_TIMEDOUT;
        if (index >= call->kept_count) status = keep_one(call, until_us, err);
        if (status == WQL_E_OUT_OF_MEMORY || status == WQL_E_QUOTA_VIOLATION) { /* the call goes on, unless it is what ended it */
            end_pull(call, WQL_OK);
            return status;
        }
        end_pull(call, status);
        if (status != WQL_OK) return status;
    }
}

void wql__call_drop_kept(wql__call *call) {
    wql_batch **kept;
    uint32_t count, room;
    if (!(call->flags & WQL_KEEP)) return;
    wql__lock(&call->lock);
    kept = call->kept;
    count = call->kept_count;
    room = call->kept_room;
    call->kept = NULL;
    call->kept_count = call->kept_room = 0;
    wql__unlock(&call->lock);
    for (uint32_t i = 0; i < count; i++) wql_batch_release(kept[i]);
    wql__free(call->engine->mem, kept, wql__array_size(room, sizeof *kept));
}

wql_status wql__call_at(wql__call *call, uint64_t index, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    if (call->drive != WQL__PULLED || !(call->flags & WQL_KEEP))
        return wql__fail(err, WQL_E_INVALID_OPERATION, "the call keeps no batches: it was started without WQL_KEEP");
    return read_kept(call, index, wql__until_us(timeout_ms), out, err);
}

/* A cancelled call gives nothing more by next; what it kept is still there by number. */
static bool was_stopped(wql__call *call) {
    bool stopped;
    wql__lock(&call->lock);
    stopped = is_stopped(call);
    wql__unlock(&call->lock);
    return stopped;
}

static wql_status next_kept(wql__call *call, int64_t until_us, wql_batch **out, wql_error *err) {
    bool allowed;
    wql_status status;
    wql__lock(&call->lock);
    allowed = !call->in_next;
    call->in_next = true;
    wql__unlock(&call->lock);
    if (!allowed) return fail_busy(err);
    status = was_stopped(call) ? told(call, err) : read_kept(call, call->position, until_us, out, err);
    wql__lock(&call->lock);
    if (status == WQL_OK) call->position++;
    call->in_next = false;
    wql__unlock(&call->lock);
    return status;
}

wql_status wql__call_pull(wql__call *call, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    int64_t until = wql__until_us(timeout_ms);
    wql_status status;
    if (call->drive != WQL__PULLED) return wql__fail(err, WQL_E_INVALID_OPERATION, "a call with a sink delivers to it");
    if (call->flags & WQL_KEEP) return next_kept(call, until, out, err);
    if (!begin_pull(call, 0)) return fail_busy(err);
    status = pull(call, until, out, err);
    end_pull(call, status);
    return status;
}

/* If nobody has the run token, this thread closes the run; else whoever has it will. */
void wql__call_give_up_scan(wql__call *call) {
    bool taken;
    wql__lock(&call->lock);
    taken = call->helpers == 0 && wql__call_take_run(call); /* the last helper sees to it that a worker does */
    if (taken) call->ahead = false;                         /* a wake is for this thread now */
    wql__unlock(&call->lock);
    if (taken) close_here(call);
}

void wql__call_abandon(wql__call *call) {
    bool first;
    wql__call_keep(call);
    wql__call_give_up_scan(call);
    wql__lock(&call->lock);
    first = !call->abandoned;
    call->abandoned = true;
    if (first) call->term = WQL__RELEASED;
    wql__call_note_stale(call);
    wql__unlock(&call->lock);
    wql__timer_disarm(&call->engine->sched, call, WQL__TIMER_DEADLINE); /* armed after the latch, if that came very early */
    if (first) wql__call_half_gone(call, true);
    wql__call_put(call);
}
