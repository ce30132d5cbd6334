/* SPDX-License-Identifier: MIT */
/* deliver.c: everything that calls a sink, and the latch that ends a call. Each function here takes the delivery token, calls the
 * sink with no lock held, and looks again at what has come meanwhile before it gives the token back. */
#include "call.h"
#include "deliver.h"

#include <errno.h>
#include <string.h>

/* -- the latch --------------------------------------------------------------------------------------------------- */

bool wql__call_latch(wql__call *call, int cause, wql_status code, bool worded) {
    if (call->term != WQL__OPEN) return false;
    call->term = WQL__LATCHED;
    call->cause = (uint8_t)cause;
    call->code = code;
    call->ended_us = wql__engine_now(call->engine);
    call->worded = worded && call->run_error.status == code && call->run_error.message[0];
    if (cause != WQL__BY_END && cause != WQL__BY_FAILURE) atomic_store_explicit(&call->stop, 1, memory_order_release);
    wql__cond_broadcast(&call->changed);
    return true;
}

void wql__call_tell(const wql__call *call, wql_error *err) {
    if (call->worded)
        wql__error_copy(err, &call->run_error);
    else
        (void)wql__fail_bare(err, call->code);
}

/* Batches made ahead that nobody will take. The releases run without a lock: they may be a provider's. */
static void drop_ahead(wql__call *call) {
    while (call->drive == WQL__PULLED) {
        wql_batch *batch = NULL;
        wql__lock(&call->lock);
        if (call->ring_count) {
            batch = call->ring[call->ring_at];
            call->ring_at = (call->ring_at + 1) % call->ring_room;
            call->ring_count--;
        }
        wql__unlock(&call->lock);
        if (!batch) return;
        wql_batch_release(batch);
    }
}

/* Does something to a run that a thread is inside of. It cannot be closed meanwhile (wql__call_close_run waits). */
static void reach_run(wql__call *call, void (*what)(wql__run *run)) {
    bool needed;
    wql__lock(&call->lock);
    needed = call->run && !call->closing && wql__call_is_inside(call);
    if (needed) call->interrupting++;
    wql__unlock(&call->lock);
    if (!needed) return;
    what(call->run);
    wql__lock(&call->lock);
    call->interrupting--;
    wql__cond_broadcast(&call->changed);
    wql__unlock(&call->lock);
}

/* Asks the provider to come back. */
static void interrupt(wql__call *call) { reach_run(call, wql__run_interrupt); }

void wql__call_blame(wql__call *call) { reach_run(call, wql__run_blame); }

void wql__call_after_latch(wql__call *call) {
    bool helped = call->engine->options.workers != 0, inside, finish;
    wql__timer_disarm(&call->engine->sched, call, WQL__TIMER_DEADLINE);
    if (call->cause != WQL__BY_END && call->cause != WQL__BY_FAILURE) drop_ahead(call);
    wql__lock(&call->lock);
    inside = call->run && call->interruptible && wql__call_is_inside(call) && call->cause != WQL__BY_END &&
             call->cause != WQL__BY_FAILURE && call->cause != WQL__BY_SINK;
    /* Nobody is woken for a provider that cannot be interrupted: the wake would be most of what a cancel costs. */
    /* A canceller, and whoever has the run token, finish the call themselves; the others leave it to somebody. */
    finish = call->drive != WQL__PULLED && call->cause >= WQL__BY_SINK_TIMER && !WQL__MUTANT('r');
    if ((inside && helped) || finish) wql__call_queue_finish(call);
    if ((call->drive != WQL__PULLED || call->ahead) && !WQL__MUTANT('f') && !WQL__MUTANT('r'))
        wql__call_wake_locked(call); /* to close the run */
    wql__unlock(&call->lock);
    if (inside && !helped) interrupt(call);
}

/* -- the token --------------------------------------------------------------------------------------------------- */

enum { CALLBACK_NONE, CALLBACK_DATA, CALLBACK_PROGRESS, CALLBACK_FINAL };

/* T9, T10: takes the token for a data or progress callback, if the call is open. */
static bool claim(wql__call *call, uint8_t callback) {
    uint32_t limit_ms = call->engine->options.sink_timeout_ms;
    bool claimed;
    wql__lock(&call->lock);
    claimed = (call->term == WQL__OPEN || WQL__MUTANT('g')) && call->own == 0 && call->ready;
    if (claimed) {
        call->own = wql__thread_self();
        call->callback = callback;
        call->resumed = false;
        if (limit_ms) call->callback_until_us = wql__deadline_us(wql__engine_now(call->engine), limit_ms);
    }
    wql__unlock(&call->lock);
    if (claimed && limit_ms) wql__timer_arm(&call->engine->sched, call, WQL__TIMER_SINK, call->callback_until_us);
    return claimed;
}

static void run_final(wql__call *call);

/* T11, T12: the callback has returned. A failure latches first. If the call was latched meanwhile, by whomever, this thread keeps
 * the token and delivers the final status as the callback unwinds; else the token goes back. */
static void unclaim(wql__call *call, wql_status answer) {
    bool won = false, final;
    if (call->engine->options.sink_timeout_ms) wql__timer_disarm(&call->engine->sched, call, WQL__TIMER_SINK);
    wql__lock(&call->lock);
    if (answer < 0)
        won = wql__call_latch(call, WQL__BY_SINK, WQL_E_CALL_CANCELLED, false);
    else if (answer == WQL_S_PENDING && call->callback == CALLBACK_DATA && !call->resumed)
        call->paused = true;
    final = call->term == WQL__LATCHED && (won || !WQL__MUTANT('y'));
    call->callback = final ? CALLBACK_FINAL : CALLBACK_NONE;
    if (final)
        call->term = WQL__FINAL_RUNNING;
    else
        call->own = 0;
    wql__unlock(&call->lock);
    if (final) run_final(call);
    if (won) wql__call_after_latch(call);
}

/* Host manners: errno is the host's. */
static wql_status call_indicate(wql__call *call, const wql_batch *batch) {
    wql__callback inside;
    int64_t from = wql__env_glance(&call->env);
    wql_status answer;
    int saved = errno;
    wql__callback_enter(call->engine, &inside, call);
    answer = call->sink.indicate(call->sink.user, call->value, batch);
    wql__callback_leave(call->engine, &inside);
    errno = saved;
    atomic_fetch_add_explicit(&call->sink_ns, (uint64_t)(wql__env_glance(&call->env) - from), memory_order_relaxed);
    return answer;
}

void wql__call_count_batch(wql__call *call, const wql_batch *batch) {
    if (atomic_fetch_add_explicit(&call->batches, 1, memory_order_relaxed) == 0) {
        int64_t took = wql__engine_now(call->engine) - call->submitted_us;
        atomic_store_explicit(&call->first_batch_ns, took > 0 ? (uint64_t)took * 1000 : 1, memory_order_relaxed);
    }
    atomic_fetch_add_explicit(&call->rows_delivered, batch->rows, memory_order_relaxed);
}

bool wql__call_deliver(wql__call *call, wql_batch *batch) {
    wql_status answer;
    if (!claim(call, CALLBACK_DATA)) return false;
    wql__call_count_batch(call, batch);
    answer = call_indicate(call, batch);
    unclaim(call, answer);
    return true;
}

/* -- progress ---------------------------------------------------------------------------------------------------- */

enum { PROGRESS_EVERY_US = 50000 };

/* The latest value only, at most every 50 ms, never less than before. */
void wql__call_progress(wql__call *call, int64_t now_us) {
    wql_report report = WQL_INIT(wql_report);
    wql__callback inside;
    wql_status answer;
    uint64_t done, total;
    if (!(call->flags & WQL_SEND_STATUS) || !call->sink.status || now_us - call->progress_us < PROGRESS_EVERY_US) return;
    done = atomic_load_explicit(&call->stats.rows_scanned, memory_order_relaxed);
    if (done <= call->progress_done) return;
    total = call->plan && call->plan->rows >= 0 && call->plan->rows < 1e18 ? (uint64_t)call->plan->rows : 0;
    report.done = done;
    report.total = total > done ? total : done;
    call->progress_us = now_us;
    call->progress_done = done;
    if (!claim(call, CALLBACK_PROGRESS)) return;
    wql__callback_enter(call->engine, &inside, call);
    answer = call->sink.status(call->sink.user, call->value, &report);
    wql__callback_leave(call->engine, &inside);
    unclaim(call, answer);
}

/* -- the final status -------------------------------------------------------------------------------------------- */

/* T21: takes the token for the final, if the call is latched, nobody has it, and this thread may: on a pump, only the pump's. */
static bool claim_final(wql__call *call) {
    bool claimed;
    wql__lock(&call->lock);
    claimed = call->drive != WQL__PULLED && call->term == WQL__LATCHED && call->own == 0 && (call->ready || WQL__MUTANT('l'));
    if (WQL__MUTANT('d') && call->term == WQL__FINAL_RUNNING) claimed = true;
    if (claimed && call->drive == WQL__PUMPED && !wql__pump_is_thread(call->pump)) {
        wql__call_queue_finish(call);
        claimed = false;
    }
    if (claimed) {
        call->own = wql__thread_self();
        call->term = WQL__FINAL_RUNNING;
        call->callback = CALLBACK_FINAL;
    }
    wql__unlock(&call->lock);
    return claimed;
}

static void call_final(wql__call *call) {
    wql_report report = WQL_INIT(wql_report);
    wql_error error;
    uint64_t rows = call->flags & WQL_COUNT_ONLY ? atomic_load_explicit(&call->stats.rows_out, memory_order_relaxed)
                                                 : atomic_load_explicit(&call->rows_delivered, memory_order_relaxed);
    report.is_final = 1;
    report.status = call->code;
    report.done = report.total = rows;
    if (call->code != WQL_OK) {
        wql__error_clear(&error);
        wql__call_tell(call, &error);
        report.error = &error;
    }
    (void)call->sink.status(call->sink.user, call->value, &report);
}

/* T23: after release, in one hold of the table's lock, the call is found by no cancel any more and everybody who waits is woken.
 */
static void leave_table(wql__call *call) {
    wql_engine *engine = call->engine;
    wql__timer_disarm(&engine->sched, call, WQL__TIMER_DEADLINE);
    wql__lock(&engine->table);
    wql__lock(&call->lock);
    call->in_table = false;
    call->term = WQL__RELEASED;
    wql__call_note_stale(call);
    call->own = 0;
    if (!call->scan_gone && wql__call_is_inside(call) && call->cause != WQL__BY_END && call->cause != WQL__BY_FAILURE &&
        call->cause != WQL__BY_SINK) {
        call->zombie = true; /* a thread is inside the provider, for nobody any more */
        atomic_fetch_add_explicit(&engine->zombie_count, 1, memory_order_relaxed);
    }
    wql__cond_broadcast(&call->changed);
    wql__call_half_gone_locked(call, true);
    wql__unlock(&call->lock);
    wql__unlock(&engine->table);
    wql__call_put(call);
}

/* T22, T23, with the token. */
static void run_final(wql__call *call) {
    wql__callback inside;
    int saved = errno;
    wql__call_keep(call);
    wql__callback_enter(call->engine, &inside, call);
    if (call->sink.status) call_final(call);
    wql__lock(&call->lock);
    call->callback = CALLBACK_NONE;
    call->term = WQL__FINAL_DONE;
    if (WQL__MUTANT('a')) call->in_table = false;
    if (WQL__MUTANT('s')) call->own = 0;
    wql__unlock(&call->lock);
    if (call->sink.release) call->sink.release(call->sink.user);
    wql__callback_leave(call->engine, &inside);
    errno = saved;
    leave_table(call);
    wql__call_put(call);
}

bool wql__call_finish(wql__call *call) {
    if (!claim_final(call)) return false;
    run_final(call);
    return true;
}

void wql__call_serve_finish(wql__call *call) {
    wql__lock(&call->lock);
    call->finishing = false;
    wql__unlock(&call->lock);
    interrupt(call);
    (void)wql__call_finish(call);
}

void wql__call_queue_finish(wql__call *call) {
    if (call->finishing) return;
    call->finishing = true;
    if (call->drive == WQL__PUMPED)
        wql__pump_push(call->pump, call, true);
    else if (call->engine->options.workers)
        wql__sched_push(&call->engine->sched, call, WQL__POOL_FINISHER);
    else
        call->finishing = false;
}

/* -- the timer --------------------------------------------------------------------------------------------------- */

void wql__call_time_is_over(wql__call *call, int kind) {
    bool won = false;
    wql__lock(&call->lock);
    if (kind == WQL__TIMER_DEADLINE)
        won = wql__call_latch(call, WQL__BY_DEADLINE, WQL_E_TIMED_OUT, false);
    else if ((call->callback == CALLBACK_DATA || call->callback == CALLBACK_PROGRESS) &&
             (wql__engine_now(call->engine) >= call->callback_until_us ||
              WQL__MUTANT('p'))) /* not a later one than it was armed for */
        won = wql__call_latch(call, WQL__BY_SINK_TIMER, WQL_E_CALL_CANCELLED, false);
    wql__unlock(&call->lock);
    if (won) wql__call_after_latch(call);
}
