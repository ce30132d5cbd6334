/* SPDX-License-Identifier: MIT */
/* timer.c: the one timer thread of an engine with workers. It ends calls whose deadline has come and callbacks that take too
 * long, and runs no code of anybody else's. A binary heap of times; each entry knows its call, each call the places of its
 * entries. */
#include "../base/fault.h"
#include "call.h"
#include "sched.h"

/* -- the heap, with timer_lock held ------------------------------------------------------------------------------ */

static void put_at(wql__sched *sched, uint32_t place, wql__timer_entry entry) {
    sched->heap[place] = entry;
    entry.call->timer_index[entry.kind] = place + 1;
}

static void sift_up(wql__sched *sched, uint32_t place) {
    wql__timer_entry entry = sched->heap[place];
    for (; place > 0; place = (place - 1) / 2) {
        uint32_t above = (place - 1) / 2;
        if (sched->heap[above].at_us <= entry.at_us) break;
        put_at(sched, place, sched->heap[above]);
    }
    put_at(sched, place, entry);
}

static void sift_down(wql__sched *sched, uint32_t place) {
    wql__timer_entry entry = sched->heap[place];
    for (;;) {
        uint32_t below = place * 2 + 1;
        if (below >= sched->heap_count) break;
        if (below + 1 < sched->heap_count && sched->heap[below + 1].at_us < sched->heap[below].at_us) below++;
        if (entry.at_us <= sched->heap[below].at_us) break;
        put_at(sched, place, sched->heap[below]);
        place = below;
    }
    put_at(sched, place, entry);
}

static void remove_at(wql__sched *sched, uint32_t place) {
    wql__timer_entry last = sched->heap[--sched->heap_count];
    sched->heap[place].call->timer_index[sched->heap[place].kind] = 0;
    if (place == sched->heap_count) return;
    put_at(sched, place, last);
    sift_up(sched, place);
    sift_down(sched, last.call->timer_index[last.kind] - 1);
}

/* -- for calls --------------------------------------------------------------------------------------------------- */

bool wql__timer_reserve(wql__sched *sched) {
    bool ok = true;
    wql__lock(&sched->timer_lock);
    if (sched->heap_reserved + WQL__TIMERS > sched->heap_room) {
        uint32_t room = sched->heap_room ? sched->heap_room * 2 : 64;
        wql__timer_entry *heap = wql__realloc(sched->engine->mem, sched->heap, wql__array_size(sched->heap_room, sizeof *heap),
                                              wql__array_size(room, sizeof *heap));
        ok = heap != NULL;
        if (ok) {
            sched->heap = heap;
            sched->heap_room = room;
        }
    }
    if (ok) sched->heap_reserved += WQL__TIMERS;
    wql__unlock(&sched->timer_lock);
    return ok;
}

void wql__timer_unreserve(wql__sched *sched) {
    wql__lock(&sched->timer_lock);
    sched->heap_reserved -= WQL__TIMERS;
    wql__unlock(&sched->timer_lock);
}

void wql__timer_arm(wql__sched *sched, wql__call *call, int kind, int64_t at_us) {
    if (!sched->workers || at_us == WQL__TIME_FOREVER) return;
    wql__call_keep(call);
    wql__lock(&sched->timer_lock);
    sched->heap[sched->heap_count] = (wql__timer_entry){at_us, call, (uint8_t)kind};
    sched->heap_count++;
    sift_up(sched, sched->heap_count - 1);
    if (call->timer_index[kind] == 1) wql__cond_signal(&sched->timer_wake);
    wql__unlock(&sched->timer_lock);
}

void wql__timer_disarm(wql__sched *sched, wql__call *call, int kind) {
    bool armed;
    if (!sched->workers || (kind == WQL__TIMER_DEADLINE && call->deadline_us == WQL__TIME_FOREVER)) return;
    wql__lock(&sched->timer_lock);
    armed = call->timer_index[kind] != 0;
    if (armed) remove_at(sched, call->timer_index[kind] - 1);
    wql__unlock(&sched->timer_lock);
    if (armed) wql__call_put(call);
}

/* -- the thread -------------------------------------------------------------------------------------------------- */

/* Until when to sleep, by the system's clock: the engine's may be the host's own. */
static int64_t sleep_until(wql__sched *sched) {
    int64_t wait, at;
    if (!sched->heap_count) return sched->watch_us;
    wait = sched->heap[0].at_us - wql__engine_now(sched->engine);
    at = wql__now_us() + (wait > 0 ? wait : 0);
    return at < sched->watch_us ? at : sched->watch_us;
}

/* Looks for stuck threads, if it is time. With timer_lock held, which is let go meanwhile. */
static void look_for_stuck(wql__sched *sched) {
    bool again;
    if (wql__now_us() < sched->watch_us) return;
    sched->watch_us = WQL__TIME_FOREVER;
    wql__unlock(&sched->timer_lock);
    again = wql__sched_watch(sched);
    wql__lock(&sched->timer_lock);
    if (again) sched->watch_us = wql__now_us() + WQL__WATCH_US;
}

static void timer_main(void *arg) {
    wql__sched *sched = arg;
    wql__lock(&sched->timer_lock);
    while (!sched->timer_stop) {
        wql__timer_entry due;
        look_for_stuck(sched);
        if (sched->timer_stop) break;
        if (!sched->heap_count || sched->heap[0].at_us > wql__engine_now(sched->engine)) {
            (void)wql__cond_wait(&sched->timer_wake, &sched->timer_lock, sleep_until(sched));
            continue;
        }
        due = sched->heap[0];
        remove_at(sched, 0);
        wql__unlock(&sched->timer_lock);
        wql__call_time_is_over(due.call, due.kind);
        wql__call_put(due.call);
        wql__lock(&sched->timer_lock);
    }
    wql__unlock(&sched->timer_lock);
}

void wql__timer_watch(wql__sched *sched) {
    wql__lock(&sched->timer_lock);
    if (sched->watch_us == WQL__TIME_FOREVER) {
        sched->watch_us = wql__now_us() + WQL__WATCH_US;
        wql__cond_signal(&sched->timer_wake);
    }
    wql__unlock(&sched->timer_lock);
}

bool wql__timer_start(wql__sched *sched) {
    sched->watch_us = WQL__TIME_FOREVER;
    sched->timer_runs =
        !WQL__FAULT(timer_thread) && wql__thread_start(&sched->timer, "wql-timer", sched->stack_bytes, timer_main, sched);
    return sched->timer_runs;
}

void wql__timer_stop(wql__sched *sched) {
    if (!sched->timer_runs) return;
    wql__lock(&sched->timer_lock);
    sched->timer_stop = true;
    wql__cond_signal(&sched->timer_wake);
    wql__unlock(&sched->timer_lock);
    wql__thread_join(&sched->timer);
    sched->timer_runs = false;
}
