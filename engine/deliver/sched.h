/* SPDX-License-Identifier: MIT */
/* sched.h: threads and what they work on. Calls own no thread: they stand in a queue, and a worker runs the first for a time
 * slice. workers      `workers` of them, for calls whose providers do not block finisher     one more, reserved for final
 * statuses, so that these never wait for a provider elastic      up to `threads_max`, made on demand, for calls whose providers
 * may block timer        one, which only ends calls (latches) and hands them to the finisher With 0 workers there is no thread at
 * all. */
#ifndef WQL_DELIVER_SCHED_H
#define WQL_DELIVER_SCHED_H

#include "../base/mem.h"
#include "../base/sync.h"

struct wql__call;

typedef struct wql__queue {
    struct wql__call *first, *last;
    uint32_t count;
} wql__queue;

/* The queues: one for each pool, and one for calls that could use a helper, which workers look at when there is nothing else. */
enum { WQL__POOL_WORKERS, WQL__POOL_ELASTIC, WQL__POOL_FINISHER, WQL__POOLS, WQL__QUEUE_HELPERS = WQL__POOLS, WQL__QUEUES };

enum { WQL__THREAD_NONE, WQL__THREAD_RUNS, WQL__THREAD_ENDED };
typedef struct wql__pool_thread {
    struct wql__sched *sched;
    wql__thread thread;
    uint8_t pool, state;
    struct wql__call *at; /* a worker's call that it is inside of; guarded by sched.lock, as the two that follow */
    int64_t since_us;
    bool stuck; /* it has been for too long: counted in sched.stuck */
} wql__pool_thread;

typedef struct wql__timer_entry {
    int64_t at_us;
    struct wql__call *call;
    uint8_t kind; /* WQL__TIMER_... */
} wql__timer_entry;
enum { WQL__TIMER_DEADLINE, WQL__TIMER_SINK, WQL__TIMERS };

typedef struct wql__sched {
    struct wql_engine *engine;
    uint32_t workers, elastic_max;
    size_t stack_bytes;
    wql__mutex lock;
    wql__cond wake[WQL__POOLS];
    wql__queue queues[WQL__QUEUES];
    uint32_t idle[WQL__POOLS];
    bool can_spin;
    uint32_t spinning;      /* 1: a worker that found nothing to do looks for a moment before it sleeps; it need not be woken */
    _Atomic uint32_t calls; /* in the queues of workers and finisher: what it looks at */
    uint32_t elastic;       /* threads of that pool there are; without one, workers do its work */
    uint32_t absent;        /* threads that wait inside a cancel of a callback: others stand in for them */
    uint32_t stuck;         /* threads that a provider or a sink has held for too long: others stand in for them too */
    bool watched;           /* calls wait and no worker is idle: the timer looks for such threads */
    bool stop;
    wql__pool_thread *threads; /* workers, finisher, elastic ones */
    uint32_t thread_room;
    /* timers: a binary heap, whose room is reserved when a call is accepted */
    wql__mutex timer_lock;
    wql__cond timer_wake;
    wql__thread timer;
    bool timer_runs, timer_stop;
    int64_t watch_us; /* when it looks; WQL__TIME_FOREVER: not at all */
    wql__timer_entry *heap;
    uint32_t heap_count, heap_room, heap_reserved;
} wql__sched;

/* False: memory, or a thread that could not be made (*status says which); nothing runs then. */
wql_status wql__sched_open(wql__sched *sched, struct wql_engine *engine, uint32_t workers, uint32_t elastic_max,
                           size_t stack_bytes);
/* Ends and joins all threads. The queues must be empty. Calls may still be freed afterwards, until wql__sched_free. */
void wql__sched_stop(wql__sched *sched);
void wql__sched_free(wql__sched *sched);

/* A call stands in one pool's queue at a time, by its own link. Each push keeps the call (one use), which the worker drops. */
void wql__sched_push(wql__sched *sched, struct wql__call *call, int pool);
/* The same, without waking anybody: by a thread of that pool that looks at the queue next. What it does not take then, it wakes
 * others for. */
void wql__sched_push_back(wql__sched *sched, struct wql__call *call, int pool);
/* Takes a call out of that pool's queue again, and what kept it there is the caller's. False: it is not in there, or not any
 * more.
 */
bool wql__sched_withdraw(wql__sched *sched, const struct wql__call *call, int pool);
/* A thread of ours is about to wait for a final status, or is back: somebody else must be able to run it. */
void wql__sched_absent(wql__sched *sched, bool absent);
/* Whether a worker has nothing to do. */
bool wql__sched_is_idle(wql__sched *sched);
/* Whether somebody else waits for a worker of that pool: the end of a time slice. */
bool wql__sched_is_contended(wql__sched *sched, int pool);

/* How long a call may run before others get their turn. */
enum { WQL__SLICE_US = 200 };

/* How long a call may hold a worker while others wait, and how often that is looked at. */
enum { WQL__STUCK_US = 100000, WQL__WATCH_US = 25000 };
/* Threads that are stuck are marked, their providers blamed, and others told to stand in. Returns whether to look again. */
bool wql__sched_watch(wql__sched *sched);
/* The timer looks from now on, until wql__sched_watch says no. */
void wql__timer_watch(wql__sched *sched);

bool wql__timer_start(wql__sched *sched);
void wql__timer_stop(wql__sched *sched);
/* Room for a call's timers. False = no memory. */
bool wql__timer_reserve(wql__sched *sched);
void wql__timer_unreserve(wql__sched *sched);
/* An armed timer keeps the call; disarming, or the time's coming, lets it go. */
void wql__timer_arm(wql__sched *sched, struct wql__call *call, int kind, int64_t at_us);
void wql__timer_disarm(wql__sched *sched, struct wql__call *call, int kind);

#endif
