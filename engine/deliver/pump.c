/* SPDX-License-Identifier: MIT */
/* pump.c: calls on a host's own event loop. One descriptor, a timer: set to fire at once while there is work, else at the nearest
 * deadline, else not at all. */
#include "../base/fault.h"
#include "call.h"
#include "open.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct wql_pump {
    _Atomic uint32_t refs; /* the opener's, each call's */
    wql_engine *engine;
    wql_pump *next, **link; /* in engine.pumps; guarded by engine.table */
    int fd;
    wql__mutex lock;
    _Atomic wql__thread_id thread; /* the one that runs it */
    bool running, closed;
    bool signalled;                /* the descriptor is set to fire at once */
    wql__call *first[2], *last[2]; /* [0] runs, [1] finals */
    wql__call *calls;              /* all that joined */
};

/* -- the descriptor ---------------------------------------------------------------------------------------------- */

static void set_timer(wql_pump *pump, int64_t after_ns) {
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    when.it_value.tv_sec = (time_t)(after_ns / 1000000000);
    when.it_value.tv_nsec = (long)(after_ns % 1000000000);
    (void)timerfd_settime(pump->fd, 0, &when, NULL); /* fails for a bad descriptor or time only */
}

/* The nearest deadline of the pump's calls. Workers have a timer of their own. With pump->lock held. */
static int64_t nearest_deadline(const wql_pump *pump) {
    int64_t nearest = WQL__TIME_FOREVER;
    if (pump->engine->options.workers) return nearest;
    for (const wql__call *call = pump->calls; call; call = call->pump_next)
        if (!call->pump_ended && call->deadline_us < nearest) nearest = call->deadline_us;
    return nearest;
}

static void set_descriptor(wql_pump *pump) {
    int64_t at;
    pump->signalled = pump->first[0] || pump->first[1];
    if (pump->signalled) {
        set_timer(pump, 1);
        return;
    }
    at = nearest_deadline(pump);
    if (at == WQL__TIME_FOREVER) {
        set_timer(pump, 0);
    } else {
        int64_t left = at - wql__engine_now(pump->engine);
        set_timer(pump, left > 0 ? (left < INT64_MAX / 1000 ? left * 1000 : INT64_MAX) : 1);
    }
}

/* -- calls ------------------------------------------------------------------------------------------------------- */

wql_pump *wql__pump_join(wql_pump *pump, wql__call *call) {
    if (!pump) return NULL;
    atomic_fetch_add_explicit(&pump->refs, 1, memory_order_relaxed);
    wql__lock(&pump->lock);
    call->pump_next = pump->calls;
    call->pump_link = &pump->calls;
    if (call->pump_next) call->pump_next->pump_link = &call->pump_next;
    pump->calls = call;
    if (!pump->signalled && call->deadline_us != WQL__TIME_FOREVER) set_descriptor(pump);
    wql__unlock(&pump->lock);
    return pump;
}

void wql__pump_leave(wql_pump *pump, wql__call *call) {
    if (!pump) return;
    wql__lock(&pump->lock);
    *call->pump_link = call->pump_next;
    if (call->pump_next) call->pump_next->pump_link = call->pump_link;
    wql__unlock(&pump->lock);
    wql__pump_release(pump);
}

void wql__pump_push(wql_pump *pump, wql__call *call, bool finish) {
    wql__call_keep(call);
    wql__lock(&pump->lock);
    call->queue_next[finish] = NULL;
    if (pump->last[finish])
        pump->last[finish]->queue_next[finish] = call;
    else
        pump->first[finish] = call;
    pump->last[finish] = call;
    if (!pump->signalled) {
        pump->signalled = true;
        set_timer(pump, 1);
    }
    wql__unlock(&pump->lock);
}

static wql__call *pop(wql_pump *pump, bool *finish) {
    wql__call *call;
    wql__lock(&pump->lock);
    *finish = pump->first[1] != NULL;
    call = pump->first[*finish];
    if (call) {
        pump->first[*finish] = call->queue_next[*finish];
        if (!pump->first[*finish]) pump->last[*finish] = NULL;
    }
    wql__unlock(&pump->lock);
    return call;
}

bool wql__pump_is_thread(const wql_pump *pump) {
    return atomic_load_explicit(&pump->thread, memory_order_relaxed) == wql__thread_self();
}

/* -- running ----------------------------------------------------------------------------------------------------- */

/* A call of the pump whose deadline has come, kept and latched; NULL: none. */
static wql__call *next_overdue(wql_pump *pump) {
    int64_t now = wql__engine_now(pump->engine);
    wql__call *found = NULL;
    wql__lock(&pump->lock);
    for (wql__call *call = pump->calls; call && !found; call = call->pump_next)
        if (!call->pump_ended && call->deadline_us <= now && wql__call_keep_if_used(call)) {
            call->pump_ended = true;
            found = call;
        }
    wql__unlock(&pump->lock);
    return found;
}

static void end_overdue(wql_pump *pump) {
    wql__call *call;
    if (pump->engine->options.workers) return;
    while ((call = next_overdue(pump)) != NULL) {
        wql__call_time_is_over(call, WQL__TIMER_DEADLINE);
        wql__call_put(call);
    }
}

static void run_one(wql__call *call, bool finish, int64_t until_us) {
    int step;
    if (finish) {
        wql__call_serve_finish(call);
    } else {
        int64_t slice = wql__engine_now(call->engine) + WQL__SLICE_US;
        wql__lock(&call->lock);
        call->sched = WQL__RUNNING;
        wql__unlock(&call->lock);
        step = wql__call_step(call, slice < until_us ? slice : until_us);
        wql__call_yield(call, step);
    }
    wql__call_put(call);
}

static bool begin(wql_pump *pump) {
    bool free;
    wql__lock(&pump->lock);
    free = !pump->running;
    pump->running = true;
    wql__unlock(&pump->lock);
    if (free) atomic_store_explicit(&pump->thread, wql__thread_self(), memory_order_relaxed);
    return free;
}

wql_status wql__pump_run(wql_pump *pump, uint32_t budget_us) {
    int64_t until = wql__engine_now(pump->engine) + budget_us;
    bool finish, more;
    wql__call *call;
    if (wql__in_callback(pump->engine) || !begin(pump)) return WQL_E_INVALID_OPERATION;
    end_overdue(pump);
    while ((call = pop(pump, &finish)) != NULL) {
        run_one(call, finish, until);
        if (wql__engine_now(pump->engine) >= until) break;
    }
    wql__lock(&pump->lock);
    pump->running = false;
    set_descriptor(pump);
    more = pump->signalled;
    wql__unlock(&pump->lock);
    return more ? WQL_OK : WQL_END;
}

int wql__pump_fd(const wql_pump *pump) { return pump->fd; }

/* -- opening and closing ----------------------------------------------------------------------------------------- */

wql_status wql__pump_open(wql_engine *engine, wql_pump **out, wql_error *err) {
    wql_pump *pump = wql__alloc_zero(engine->mem, sizeof *pump);
    bool closing;
    if (!pump) return wql__fail_memory(engine->mem, err);
    pump->fd = WQL__FAULT(pump_descriptor) ? (errno = EMFILE, -1) : timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (pump->fd < 0) {
        wql_status status = wql__fail(err, WQL_E_NOT_AVAILABLE, "no descriptor for the pump: %s", strerror(errno));
        wql__free(engine->mem, pump, sizeof *pump);
        return status;
    }
    atomic_init(&pump->refs, 1);
    atomic_init(&pump->thread, wql__thread_self());
    pump->engine = engine;
    wql__mutex_init(&pump->lock);
    wql__lock(&engine->table);
    closing = engine->closing;
    pump->next = engine->pumps;
    pump->link = &engine->pumps;
    if (pump->next) pump->next->link = &pump->next;
    engine->pumps = pump;
    wql__unlock(&engine->table);
    if (closing) {
        wql__pump_release(pump);
        return wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    }
    *out = pump;
    return WQL_OK;
}

void wql__pump_release(wql_pump *pump) {
    wql_engine *engine = pump->engine;
    if (atomic_fetch_sub_explicit(&pump->refs, 1, memory_order_acq_rel) != 1) return;
    wql__lock(&engine->table);
    *pump->link = pump->next;
    if (pump->next) pump->next->link = pump->link;
    wql__unlock(&engine->table);
    (void)close(pump->fd);
    wql__mutex_free(&pump->lock);
    wql__free(engine->mem, pump, sizeof *pump);
}

/* The next call of the pump that was not ended by wql__pump_close yet, kept. */
static wql__call *next_live(wql_pump *pump) {
    wql__call *found = NULL;
    wql__lock(&pump->lock);
    for (wql__call *call = pump->calls; call && !found; call = call->pump_next)
        if (!call->pump_closed && wql__call_keep_if_used(call)) {
            call->pump_closed = true;
            found = call;
        }
    wql__unlock(&pump->lock);
    return found;
}

/* Ends a call and drives the pump until both its halves are gone, or the time is over. */
static bool end_call(wql_pump *pump, wql__call *call, int64_t until_us) {
    struct pollfd wait = {pump->fd, POLLIN, 0};
    (void)wql__call_cancel(call);
    for (;;) {
        bool over;
        while (wql__pump_run(pump, WQL__SLICE_US) == WQL_OK) {}
        wql__lock(&call->lock);
        over = call->client_gone && call->scan_gone;
        wql__unlock(&call->lock);
        if (over || wql__now_us() >= until_us) return over;
        (void)poll(&wait, 1, 10); /* a provider that serves one at a time is busy elsewhere */
    }
}

/* Each is latched before any is waited for, so that none brings data while another one ends. */
static void cancel_all(wql_pump *pump, int64_t until_us) {
    wql__call *call;
    while (wql__now_us() < until_us && (call = next_live(pump)) != NULL) {
        (void)wql__call_cancel(call);
        wql__call_put(call);
    }
    wql__lock(&pump->lock);
    for (call = pump->calls; call; call = call->pump_next) call->pump_closed = false;
    wql__unlock(&pump->lock);
}

void wql__pump_close(wql_pump *pump) {
    int64_t until = wql__until_us(pump->engine->options.cancel_wait_ms);
    wql__call *call;
    bool over = true;
    if (!begin(pump)) return;
    wql__lock(&pump->lock);
    pump->running = false;
    pump->closed = true;
    wql__unlock(&pump->lock);
    cancel_all(pump, until);
    while (over && (call = next_live(pump)) != NULL) {
        over = end_call(pump, call, until);
        wql__call_put(call);
    }
    wql__pump_release(pump);
}

/* Wakes of providers may add some meanwhile. */
static bool has_work(wql_pump *pump) {
    bool work;
    wql__lock(&pump->lock);
    work = (pump->first[0] || pump->first[1]) && !pump->running;
    wql__unlock(&pump->lock);
    return work;
}

static bool is_closed(wql_pump *pump) {
    bool closed;
    wql__lock(&pump->lock);
    closed = pump->closed;
    wql__unlock(&pump->lock);
    return closed;
}

void wql__pumps_finish(wql_engine *engine) {
    wql_pump *pump;
    do {
        wql__lock(&engine->table);
        for (pump = engine->pumps; pump; pump = pump->next)
            if (has_work(pump) && (wql__pump_is_thread(pump) || is_closed(pump))) break;
        if (pump) atomic_fetch_add_explicit(&pump->refs, 1, memory_order_relaxed);
        wql__unlock(&engine->table);
        if (!pump) return;
        while (wql__pump_run(pump, WQL__SLICE_US) == WQL_OK) {}
        wql__pump_release(pump);
    } while (true);
}
