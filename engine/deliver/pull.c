/* SPDX-License-Identifier: MIT */
/* pull.c: the call without a sink. The work is done on the caller's thread, or taken from what workers made ahead. */
#include "call.h"
#include "deliver.h"

/* How a call that has ended is told by next. */
static wql_status told(wql__call *call, wql_error *err) {
    wql_status status;
    wql__lock(&call->lock);
    status = call->code == WQL_OK ? WQL_END : call->code;
    if (status != WQL_END) wql__error_copy(err, &call->error);
    wql__unlock(&call->lock);
    return status;
}

static wql_batch *take_ahead(wql__call *call) {
    wql_batch *batch = call->ring[call->ring_at];
    call->ring_at = (call->ring_at + 1) % call->ring_room;
    call->ring_count--;
    return batch;
}

/* Workers may be at work on the run, and on its error, meanwhile. */
static void look_at_deadline(wql__call *call) {
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

/* What is there without working: a batch, the end, or the word to work. With workers on the call it waits for them. */
static int take_or_wait(wql__call *call, int64_t until_us, wql_batch **batch, bool *inline_work) {
    int todo = PULL_GO_ON;
    *inline_work = false;
    wql__lock(&call->lock);
    if (call->ring_count) {
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
        sleep_for_work(call, until_us);
    } else {
        call->woken = false; /* a wake from here on is about what the next step finds */
        *inline_work = wql__call_take_run(call);
    }
    wql__unlock(&call->lock);
    return todo;
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
    bool planned = call->run != NULL;
    int64_t left = until_us == WQL__TIME_FOREVER ? WQL__TIME_FOREVER : until_us - wql__now_us();
    int64_t run_until = left == WQL__TIME_FOREVER ? WQL__TIME_FOREVER : wql__engine_now(call->engine) + left;
    wql_status status = planned ? wql__run_next(call->run, run_until, batch, &call->run_error) : wql__call_prepare(call);
    if (status == WQL_OK && !planned && hand_over(call)) return;
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

static wql_status pull(wql__call *call, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    int64_t until = wql__deadline_us(wql__now_us(), timeout_ms);
    wql_batch *batch = NULL;
    bool inline_work;
    while (take_or_wait(call, until, &batch, &inline_work) == PULL_GO_ON) {
        if (inline_work) {
            work_here(call, until, &batch);
            if (batch) break;
        }
        look_at_deadline(call);
        if (wql__now_us() >= until) {
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

wql_status wql__call_pull(wql__call *call, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    bool allowed;
    wql_status status;
    if (call->drive != WQL__PULLED) return wql__fail(err, WQL_E_INVALID_OPERATION, "a call with a sink delivers to it");
    wql__lock(&call->lock);
    allowed = !call->pulling;
    call->pulling = true;
    wql__unlock(&call->lock);
    if (!allowed) return wql__fail(err, WQL_E_INVALID_OPERATION, "another thread is inside wql_call_next on this call");
    status = pull(call, timeout_ms, out, err);
    wql__lock(&call->lock);
    call->pulling = false;
    wql__unlock(&call->lock);
    if (status != WQL_OK && status != WQL_S_TIMEDOUT) wql__call_give_up_scan(call);
    if (atomic_load_explicit(&call->engine->is_closing, memory_order_relaxed)) wql__call_abandon(call);
    return status;
}

/* If nobody has the run token, this thread closes the run; else whoever has it will. */
void wql__call_give_up_scan(wql__call *call) {
    bool taken;
    wql__lock(&call->lock);
    taken = wql__call_take_run(call);
    if (taken) call->ahead = false; /* a wake is for this thread now */
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
    wql__unlock(&call->lock);
    wql__timer_disarm(&call->engine->sched, call, WQL__TIMER_DEADLINE); /* armed after the latch, if that came very early */
    if (first) wql__call_half_gone(call, true);
    wql__call_put(call);
}
