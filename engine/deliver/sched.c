/* SPDX-License-Identifier: MIT */
/* sched.c: the pools of threads and their queues. timer.c has the timer. */
#include "sched.h"

#include "../base/fault.h"
#include "call.h"

#include <string.h>

/* -- queues: intrusive, each call in one run's queue, one finisher's queue and the helpers' queue at most -------- */

static int link_of(int queue) { return queue == WQL__POOL_FINISHER ? 1 : queue == WQL__QUEUE_HELPERS ? 2 : 0; }

static void enqueue(wql__sched *sched, int pool, wql__call *call) {
    wql__queue *queue = &sched->queues[pool];
    int link = link_of(pool);
    call->queue_next[link] = NULL;
    if (queue->last)
        queue->last->queue_next[link] = call;
    else
        queue->first = call;
    queue->last = call;
    queue->count++;
    if (pool != WQL__POOL_ELASTIC) atomic_fetch_add_explicit(&sched->calls, 1, memory_order_relaxed);
}

static wql__call *dequeue(wql__sched *sched, int pool) {
    wql__queue *queue = &sched->queues[pool];
    int link = link_of(pool);
    wql__call *call = queue->first;
    if (!call) return NULL;
    queue->first = call->queue_next[link];
    if (!queue->first) queue->last = NULL;
    queue->count--;
    if (pool != WQL__POOL_ELASTIC) atomic_fetch_sub_explicit(&sched->calls, 1, memory_order_relaxed);
    return call;
}

/* False: it is not there. */
static bool dequeue_one(wql__sched *sched, int pool, const wql__call *call) {
    wql__queue *queue = &sched->queues[pool];
    int link = link_of(pool);
    wql__call *before = NULL, *at = queue->first;
    for (; at && at != call; at = at->queue_next[link]) before = at;
    if (!at) return false;
    if (!before) return dequeue(sched, pool) != NULL;
    before->queue_next[link] = at->queue_next[link];
    if (queue->last == at) queue->last = before;
    queue->count--;
    if (pool != WQL__POOL_ELASTIC) atomic_fetch_sub_explicit(&sched->calls, 1, memory_order_relaxed);
    return true;
}

/* -- threads ----------------------------------------------------------------------------------------------------- */

/* What a thread of a pool may take, finals first. An elastic thread stands in for workers that wait. A worker takes what may
 * block only if no elastic thread could be made: late is better than never. *from: the queue. */
static wql__call *take(wql__sched *sched, int pool, int *from) {
    bool may_block = pool == WQL__POOL_ELASTIC || (pool == WQL__POOL_WORKERS && !sched->elastic);
    wql__call *call = dequeue(sched, *from = WQL__POOL_FINISHER);
    if (!call && may_block) call = dequeue(sched, *from = WQL__POOL_ELASTIC);
    if (!call && (pool == WQL__POOL_WORKERS || (pool == WQL__POOL_ELASTIC && (sched->absent || sched->stuck))))
        call = dequeue(sched, *from = WQL__POOL_WORKERS);
    if (!call && pool == WQL__POOL_WORKERS) call = dequeue(sched, *from = WQL__QUEUE_HELPERS);
    return call;
}

static void begin_call(wql__pool_thread *self, wql__call *call) {
    self->at = call;
    self->since_us = wql__now_us();
}

/* Returns whether the call held this thread for too long. */
static bool end_call(wql__pool_thread *self) {
    wql__sched *sched = self->sched;
    bool stuck;
    wql__lock(&sched->lock);
    stuck = self->stuck;
    self->at = NULL;
    self->stuck = false;
    if (stuck) sched->stuck--;
    wql__unlock(&sched->lock);
    return stuck;
}

static void help_call(wql__pool_thread *self, wql__call *call) {
    wql__call_help(call);
    (void)end_call(self);
}

static void run_call(wql__pool_thread *self, wql__call *call, int from) {
    int step;
    wql__lock(&call->lock);
    call->sched = WQL__RUNNING;
    wql__unlock(&call->lock);
    step = wql__call_step(call, wql__engine_now(call->engine) + WQL__SLICE_US);
    if (from == WQL__POOL_WORKERS && end_call(self)) wql__call_use_elastic(call);
    wql__call_yield_in(call, step, self->pool);
}

/* An elastic thread that has had nothing to do for this long ends. */
enum { ELASTIC_IDLE_US = 5000000 };

/* Calls often come one after the other, and a wake-up costs more than many of them: one worker at a time looks for this long
 * before it sleeps. */
enum { SPIN_US = 20, PAUSES = 16 };

static wql__call *spin_for_work(wql__sched *sched, int pool, int *from) {
    int64_t until;
    if (pool != WQL__POOL_WORKERS || !sched->can_spin || sched->spinning) return NULL;
    sched->spinning = 1;
    wql__unlock(&sched->lock);
    until = wql__now_us() + SPIN_US;
    while (!atomic_load_explicit(&sched->calls, memory_order_relaxed) && wql__now_us() < until)
        for (int i = 0; i < PAUSES; i++) wql__spin_pause();
    wql__lock(&sched->lock);
    sched->spinning = 0;
    return take(sched, pool, from);
}

/* Waits for work. NULL: the thread ends. */
static wql__call *wait_for_work(wql__sched *sched, int pool, int *from) {
    wql__call *call;
    while ((call = take(sched, pool, from)) == NULL && !sched->stop) {
        if ((call = spin_for_work(sched, pool, from)) != NULL) break;
        if (sched->stop) break;
        int64_t until = pool == WQL__POOL_ELASTIC ? wql__now_us() + ELASTIC_IDLE_US : WQL__TIME_FOREVER;
        bool in_time;
        sched->idle[pool]++;
        in_time = wql__cond_wait(&sched->wake[pool], &sched->lock, until);
        sched->idle[pool]--;
        if (!in_time && (call = take(sched, pool, from)) == NULL) break;
        if (call) break;
    }
    return call;
}

static void rouse(wql__sched *sched, int pool);
static void watch(wql__sched *sched, int pool);

/* A thread that was roused twice before it woke takes one call, which may hold it for long: the rest is somebody else's. */
static void rouse_others(wql__sched *sched) {
    for (int pool = 0; pool < WQL__POOLS; pool++)
        if (sched->queues[pool].first) {
            rouse(sched, pool);
            watch(sched, pool);
        }
    if (sched->queues[WQL__QUEUE_HELPERS].first) rouse(sched, WQL__QUEUE_HELPERS);
}

static void thread_main(void *arg) {
    wql__pool_thread *self = arg;
    wql__sched *sched = self->sched;
    wql__call *call;
    int from;
    wql__lock(&sched->lock);
    while ((call = wait_for_work(sched, self->pool, &from)) != NULL) {
        if (from == WQL__POOL_WORKERS || from == WQL__QUEUE_HELPERS) begin_call(self, call);
        rouse_others(sched);
        wql__unlock(&sched->lock);
        if (from == WQL__POOL_FINISHER)
            wql__call_serve_finish(call);
        else if (from == WQL__QUEUE_HELPERS)
            help_call(self, call);
        else
            run_call(self, call, from);
        wql__call_put(call);
        wql__lock(&sched->lock);
    }
    self->state = WQL__THREAD_ENDED;
    if (self->pool == WQL__POOL_ELASTIC) sched->elastic--;
    wql__unlock(&sched->lock);
}

static bool is_refused(int pool) {
    if (pool == WQL__POOL_WORKERS) return WQL__FAULT(worker_thread);
    if (pool == WQL__POOL_FINISHER) return WQL__FAULT(finisher_thread);
    return WQL__FAULT(elastic_thread);
}

static bool start_thread(wql__sched *sched, uint32_t place, int pool) {
    static const char *const names[] = {"wql-worker", "wql-blocking", "wql-finisher"};
    wql__pool_thread *thread = &sched->threads[place];
    thread->sched = sched;
    thread->pool = (uint8_t)pool;
    thread->state = WQL__THREAD_RUNS;
    thread->at = NULL;
    thread->stuck = false;
    if (!is_refused(pool) && wql__thread_start(&thread->thread, names[pool], sched->stack_bytes, thread_main, thread))
        return true;
    thread->state = WQL__THREAD_NONE;
    return false;
}

/* One more elastic thread, in a place that is free or whose thread has ended. With the lock held, which is kept: the thread's
 * start waits for nothing but the new thread's first instructions. If it cannot be made the work waits for those there are, or is
 * done by workers if there is none. */
static void grow_elastic(wql__sched *sched) {
    for (uint32_t i = sched->workers + 1; i < sched->thread_room; i++) {
        wql__pool_thread *thread = &sched->threads[i];
        if (thread->state == WQL__THREAD_RUNS) continue;
        if (thread->state == WQL__THREAD_ENDED) wql__thread_join(&thread->thread);
        thread->state = WQL__THREAD_NONE;
        if (start_thread(sched, i, WQL__POOL_ELASTIC))
            sched->elastic++;
        else if (!sched->elastic && sched->idle[WQL__POOL_WORKERS])
            wql__cond_signal(&sched->wake[WQL__POOL_WORKERS]);
        return;
    }
}

/* Sees to it that somebody looks at the queue of that pool. */
static void rouse(wql__sched *sched, int pool) {
    if (pool == WQL__QUEUE_HELPERS) {
        if (!sched->spinning && sched->idle[WQL__POOL_WORKERS]) wql__cond_signal(&sched->wake[WQL__POOL_WORKERS]);
        return;
    }
    if (pool != WQL__POOL_ELASTIC && sched->spinning && atomic_load_explicit(&sched->calls, memory_order_relaxed) == 1) return;
    if (pool == WQL__POOL_FINISHER) {
        for (int p = WQL__POOLS; p-- > 0;)
            if (sched->idle[p]) {
                wql__cond_signal(&sched->wake[p]);
                return;
            }
        if (sched->absent) grow_elastic(sched);
    } else if (sched->idle[pool]) {
        wql__cond_signal(&sched->wake[pool]);
    } else if (pool == WQL__POOL_ELASTIC || sched->absent || sched->stuck) {
        if (sched->idle[WQL__POOL_ELASTIC])
            wql__cond_signal(&sched->wake[WQL__POOL_ELASTIC]);
        else
            grow_elastic(sched);
    }
}

/* Work waits, and no worker is free: a stuck one must not go unseen. */
static void watch(wql__sched *sched, int pool) {
    if (pool != WQL__POOL_WORKERS || sched->watched || sched->idle[pool] || sched->spinning) return;
    sched->watched = true;
    wql__timer_watch(sched);
}

/* The next thread that is found stuck, marked, and its call kept; NULL: none. With the lock held. */
static wql__call *next_stuck(wql__sched *sched, int64_t now_us) {
    for (uint32_t i = 0; i < sched->thread_room; i++) {
        wql__pool_thread *thread = &sched->threads[i];
        if (!thread->at || thread->stuck || now_us - thread->since_us < WQL__STUCK_US) continue;
        thread->stuck = true;
        sched->stuck++;
        wql__call_keep(thread->at);
        return thread->at;
    }
    return NULL;
}

bool wql__sched_watch(wql__sched *sched) {
    wql__call *call;
    bool again;
    wql__lock(&sched->lock);
    while ((call = next_stuck(sched, wql__now_us())) != NULL) {
        rouse(sched, WQL__POOL_WORKERS);
        wql__unlock(&sched->lock);
        wql__call_blame(call);
        wql__call_put(call);
        wql__lock(&sched->lock);
    }
    again = sched->queues[WQL__POOL_WORKERS].first != NULL;
    sched->watched = again;
    wql__unlock(&sched->lock);
    return again;
}

void wql__sched_push(wql__sched *sched, wql__call *call, int pool) {
    wql__call_keep(call);
    wql__lock(&sched->lock);
    enqueue(sched, pool, call);
    watch(sched, pool);
    rouse(sched, pool);
    wql__unlock(&sched->lock);
}

void wql__sched_push_back(wql__sched *sched, wql__call *call, int pool) {
    wql__call_keep(call);
    wql__lock(&sched->lock);
    enqueue(sched, pool, call);
    wql__unlock(&sched->lock);
}

bool wql__sched_withdraw(wql__sched *sched, const wql__call *call, int pool) {
    bool found;
    wql__lock(&sched->lock);
    found = dequeue_one(sched, pool, call);
    wql__unlock(&sched->lock);
    return found;
}

bool wql__sched_is_idle(wql__sched *sched) {
    bool idle;
    wql__lock(&sched->lock);
    idle = sched->idle[WQL__POOL_WORKERS] != 0 || sched->spinning;
    wql__unlock(&sched->lock);
    return idle;
}

bool wql__sched_is_contended(wql__sched *sched, int pool) {
    bool contended;
    wql__lock(&sched->lock);
    contended = sched->queues[pool].first != NULL;
    wql__unlock(&sched->lock);
    return contended;
}

void wql__sched_absent(wql__sched *sched, bool absent) {
    if (!sched->workers || WQL__MUTANT('o')) return;
    wql__lock(&sched->lock);
    if (absent) {
        sched->absent++;
        if (sched->queues[WQL__POOL_FINISHER].first) rouse(sched, WQL__POOL_FINISHER);
        if (sched->queues[WQL__POOL_WORKERS].first) rouse(sched, WQL__POOL_WORKERS);
    } else {
        sched->absent--;
    }
    wql__unlock(&sched->lock);
}

/* -- opening and closing ----------------------------------------------------------------------------------------- */

void wql__sched_free(wql__sched *sched) {
    wql__mem *mem = sched->engine->mem;
    wql__mutex_free(&sched->lock);
    wql__mutex_free(&sched->timer_lock);
    wql__cond_free(&sched->timer_wake);
    for (int i = 0; i < WQL__POOLS; i++) wql__cond_free(&sched->wake[i]);
    wql__free(mem, sched->threads, wql__array_size(sched->thread_room, sizeof *sched->threads));
    wql__free(mem, sched->heap, wql__array_size(sched->heap_room, sizeof *sched->heap));
}

static wql_status start_threads(wql__sched *sched) {
    for (uint32_t i = 0; i < sched->workers + 1; i++)
        if (!start_thread(sched, i, i < sched->workers ? WQL__POOL_WORKERS : WQL__POOL_FINISHER)) return WQL_E_NOT_AVAILABLE;
    return wql__timer_start(sched) ? WQL_OK : WQL_E_NOT_AVAILABLE;
}

wql_status wql__sched_open(wql__sched *sched, wql_engine *engine, uint32_t workers, uint32_t elastic_max, size_t stack_bytes) {
    wql_status status = WQL_OK;
    sched->engine = engine;
    sched->workers = workers;
    sched->elastic_max = elastic_max;
    sched->stack_bytes = stack_bytes;
    sched->can_spin = wql__can_spin();
    wql__mutex_init(&sched->lock);
    wql__mutex_init(&sched->timer_lock);
    wql__cond_init(&sched->timer_wake);
    for (int i = 0; i < WQL__POOLS; i++) wql__cond_init(&sched->wake[i]);
    if (workers) {
        if (workers > UINT32_MAX - elastic_max - 1)
            status = WQL_E_OUT_OF_MEMORY;
        else
            sched->thread_room = workers + 1 + elastic_max;
        if (status >= 0)
            sched->threads = wql__alloc_zero(engine->mem, wql__array_size(sched->thread_room, sizeof *sched->threads));
        if (!sched->threads) {
            sched->thread_room = 0;
            wql__sched_free(sched);
            return WQL_E_OUT_OF_MEMORY;
        }
        status = start_threads(sched);
    }
    if (status < 0) {
        wql__sched_stop(sched);
        wql__sched_free(sched);
    }
    return status;
}

void wql__sched_stop(wql__sched *sched) {
    wql__timer_stop(sched);
    wql__lock(&sched->lock);
    sched->stop = true;
    for (int i = 0; i < WQL__POOLS; i++) wql__cond_broadcast(&sched->wake[i]);
    wql__unlock(&sched->lock);
    for (uint32_t i = 0; i < sched->thread_room; i++) {
        bool started;
        wql__lock(&sched->lock);
        started = sched->threads[i].state != WQL__THREAD_NONE;
        wql__unlock(&sched->lock);
        if (started) wql__thread_join(&sched->threads[i].thread);
    }
}
