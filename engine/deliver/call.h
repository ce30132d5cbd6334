/* SPDX-License-Identifier: MIT */
/* call.h: one call from the inside. docs/architecture.md has the picture; the letters T, I, R are those of the state machine
 * described there.
 *
 * A call has two halves. The client half (sink, undelivered batches) ends when the final status was delivered and the sink
 * released. The scan half (run, plan, provider) ends when the provider let go. Each holds one `use`, as does the client's handle,
 * each queue the call stands in, and each function that works on it.
 *
 * Two tokens rule who does what. The run token (`sched` = RUNNING): whoever has it works on the scan half. The delivery token
 * (`own`): whoever has it calls the sink. Everything that ends a call goes through wql__call_latch, and the final status through
 * wql__call_finish. */
#ifndef WQL_DELIVER_CALL_H
#define WQL_DELIVER_CALL_H

#include "engine.h"
#include "mutant.h"

enum { WQL__PULLED, WQL__PUSHED, WQL__PUMPED };
/* Life of the client half. A pulled call goes from LATCHED to RELEASED when its handle is closed. */
enum { WQL__OPEN, WQL__LATCHED, WQL__FINAL_RUNNING, WQL__FINAL_DONE, WQL__RELEASED };
enum {
    WQL__BY_NOBODY,
    WQL__BY_END,
    WQL__BY_FAILURE,
    WQL__BY_CANCEL,
    WQL__BY_SINK,
    WQL__BY_SINK_TIMER,
    WQL__BY_DEADLINE,
    WQL__BY_SHUTDOWN
};
/* The run token. AGAIN: running, and a wake came meanwhile. GONE: the scan half has ended. */
enum { WQL__IDLE, WQL__QUEUED, WQL__RUNNING, WQL__AGAIN, WQL__GONE };

/* The first part is written once, by the submission. `stop` stands there since it is read at each batch by those who run the call:
 * a lock on its line would be taken from one processor to the other and back all the time. */
struct wql__call {
    wql_engine *engine;
    uint64_t id;
    wql_session *session; /* retained */
    wql_query *query;     /* retained */
    wql__params *params;  /* values of the query's parameters; NULL: none */
    wql_sink sink;
    _Atomic uint32_t stop;
    uint32_t flags;
    _Atomic int64_t env_deadline;
    wql_pump *pump;
    wql__context *context; /* NULL: none */
    wql_call value;
    int64_t submitted_us, deadline_us;
    bool refused; /* WQL_STRICT_LATE: it will not be run */
    uint8_t drive;
    bool ahead; /* pulled: workers run it */

    wql__mutex lock; /* guards what follows up to `run` */
    wql__cond changed;
    _Atomic uint32_t use; /* without the lock */
    bool handle;        /* asked for and not closed */
    _Atomic bool stale; /* its value finds nothing any more: follows from handle, drive and term; read without the lock */
    bool ready;         /* the submission is through: something may be delivered */
    bool paused;        /* the sink answered WQL_S_PENDING */
    bool resumed;       /* a resume came before the pause */
    bool pulling;       /* a thread works on the call, or waits for its next batch */
    bool in_next;       /* WQL_KEEP: a thread is inside next */
    bool in_table;      /* a cancel by sink finds it */
    bool finishing;     /* stands in the finisher's or the pump's queue for its final */
    bool client_gone, scan_gone;
    bool abandoned; /* pulled: the client half was given up */
    uint8_t term, cause, sched;
    uint8_t callback;          /* 0 none, 1 data, 2 progress, 3 final */
    uint32_t helpers;          /* threads inside wql__run_help: the run is not closed before they are gone */
    bool help_queued;          /* one more was asked for */
    uint8_t pool;              /* where the run goes on: WQL__POOL_WORKERS or WQL__POOL_ELASTIC */
    wql_status code;           /* by the winner of the latch */
    bool worded;               /* the same: run_error has the words for code; else they are made from it */
    wql__thread_id own;        /* the delivery token */
    int64_t callback_until_us; /* of the running callback, for the sink timer */
    bool ended;                /* pulled: the run came to its end, end_code; batches may still be in the ring */
    wql_status end_code;
    wql_batch **ring; /* pulled and run ahead: batches made, in a ring of `ring_room` */
    wql_batch *small_ring[2];
    wql_batch **kept; /* WQL_KEEP: all batches so far */
    uint32_t kept_count, kept_room;
    uint32_t position;          /* the kept batch that next gives */
    struct wql__stream *stream; /* exported: what it is known by to its consumer */
    uint32_t ring_at, ring_count, ring_room;
    uint32_t interrupting; /* threads inside wql__run_interrupt */
    bool closing;          /* the run is being closed */
    bool interruptible;    /* a provider of the run has an `interrupt` */
    bool zombie;           /* counted as one */
    bool started;          /* pulled, run by workers: they were told to begin */
    bool woken;            /* pulled on the caller's thread: a wake came */
    bool wants_work;       /* run by workers, and who waits for it would do their work: it is told of each wake */
    int64_t ended_us;      /* 0: not yet */
    uint64_t number;       /* of the submission, ascending; guarded by engine.table */

    /* the scan half: whoever has the run token */
    wql__plan *plan;
    wql__run *run;
    wql__run_env env;
    wql_error run_error; /* with the run token; read by all once the call was latched with `worded` */
    wql_batch *in_hand;  /* pushed: made, not yet delivered */
    bool handed_out;     /* a batch was */
    bool is_long;        /* known before it began, and no help was sought yet */
    int64_t progress_us;
    uint64_t progress_done;

    wql__run_stats stats;
    _Atomic uint32_t batches;
    _Atomic uint64_t rows_delivered, first_batch_ns, sink_ns;

    struct wql__call *latched_next;    /* in the list of a cancel by sink that has latched it */
    struct wql__call *queue_next[3];   /* links: [0] the run's queue, [1] the finisher's, [2] the helpers' */
    wql__call *pump_next, **pump_link; /* in the pump's list; guarded by pump.lock */
    bool pump_ended, pump_closed;      /* the pump has seen its deadline, its own close; guarded by pump.lock */
    uint32_t timer_index[WQL__TIMERS]; /* place in the heap + 1; 0: not armed; guarded by timer_lock */
};

_Static_assert(offsetof(wql__call, lock) - offsetof(wql__call, stop) >= 64, "a line between what is read and what is written");

/* -- finding and keeping ----------------------------------------------------------------------------------------- */

/* After handle or term changed, with the lock. */
void wql__call_note_stale(wql__call *call);
/* NULL: stale. Put it back. */
wql__call *wql__call_find(wql_call value);
void wql__calls_free_spares(wql_engine *engine);
void wql__call_keep(wql__call *call);
bool wql__call_keep_if_used(wql__call *call); /* for tables: false if the last use is gone already */
void wql__call_put(wql__call *call);

/* One half has ended: its use is dropped, and an engine that closes is told. */
void wql__call_half_gone(wql__call *call, bool client);
/* The same with engine.table and call->lock held; the use is dropped later, by wql__call_put without them. */
void wql__call_half_gone_locked(wql__call *call, bool client);

/* -- the state machine ------------------------------------------------------------------------------------------- */

wql_status wql__call_submit(wql_session *session, wql_query *query, const wql_call_options *how, wql_call *out, wql_error *err);

/* Ends the call if it is open: the one place where cause and code are written. True: this caller won, and must call
 * wql__call_after_latch when it holds no lock. `worded`: run_error, which nobody writes any more, says why. With call->lock
 * held. */
bool wql__call_latch(wql__call *call, int cause, wql_status code, bool worded);
/* How a latched call ended, in words. With call->lock held, or the delivery token. */
void wql__call_tell(const wql__call *call, wql_error *err);
/* Stops the run, drops what was not delivered, and sees to it that somebody finishes the call and closes the run. No lock held.
 */
void wql__call_after_latch(wql__call *call);

/* Delivers the final status and releases the sink, if the call is latched and nobody else holds the token. True: this thread did
 * it. No lock held. */
bool wql__call_finish(wql__call *call);

/* The same, as the finisher does it: interrupts the provider first. */
void wql__call_serve_finish(wql__call *call);
/* A thread has been inside the call for too long. */
void wql__call_blame(wql__call *call);
/* The call goes on on threads for providers that block. With the run token. */
void wql__call_use_elastic(wql__call *call);
/* A timer of kind WQL__TIMER_... has gone off. */
void wql__call_time_is_over(wql__call *call, int kind);

/* One time slice of the scan half, and what it brings: with the run token taken (`sched` = RUNNING). */
enum { WQL__STEP_AGAIN, WQL__STEP_PARKED, WQL__STEP_GONE };
int wql__call_step(wql__call *call, int64_t until_us);
/* One time slice of a helper, without the run token. */
void wql__call_help(wql__call *call);
/* Whether a thread of ours is inside the run. With call->lock held. */
static inline bool wql__call_is_inside(const wql__call *call) {
    return call->sched == WQL__RUNNING || call->sched == WQL__AGAIN || call->helpers;
}
/* Gives the run token back after a step; the call is queued again if there is more to do. */
void wql__call_yield(wql__call *call, int step);
/* The same on a thread of that pool, which looks at its queue next: nobody is woken for what it will take itself. */
void wql__call_yield_in(wql__call *call, int step, int pool);
/* Takes the run token if nobody has it and it is not queued. With call->lock held. */
bool wql__call_take_run(wql__call *call);
/* The same, if it waits in a queue for a thread; the use of the queue is the caller's then. With call->lock held. */
bool wql__call_take_queued(wql__call *call);
/* There may be something to do for the scan half: queues it unless it is queued. Any thread, any lock to the left of call->lock.
 */
void wql__call_wake(wql__call *call);
void wql__call_wake_locked(wql__call *call);

/* T13: the run has ended with `code` (run_error says why), nothing is in hand, and nobody works on the run. */
void wql__call_natural_end(wql__call *call, wql_status code);

/* Puts the call into the queue of whoever finishes calls of its kind. With call->lock held. */
void wql__call_queue_finish(wql__call *call);

/* Plans and opens the run. WQL_OK; WQL_S_PENDING; a failure. With the run token. */
wql_status wql__call_prepare(wql__call *call);
/* Closes the run. WQL_OK: the scan half is gone; WQL_S_PENDING. With the run token; the scan half's use is dropped later, by
 * wql__call_yield. */
wql_status wql__call_close_run(wql__call *call);

/* -- the drives -------------------------------------------------------------------------------------------------- */

wql_status wql__call_pull(wql__call *call, uint32_t timeout_ms, wql_batch **out, wql_error *err);
wql_status wql__call_at(wql__call *call, uint64_t index, uint32_t timeout_ms, wql_batch **out, wql_error *err);
/* Lets go of what was kept. No lock held. */
void wql__call_drop_kept(wql__call *call);
/* Pulled: closes the run on this thread, unless another has the token, and then gives up the client half too. Waits for a
 * serialised provider. Harmless a second time. */
void wql__call_give_up_scan(wql__call *call);
void wql__call_abandon(wql__call *call);
wql_status wql__call_cancel(wql__call *call);
wql_status wql__session_cancel(wql_session *session, const void *user);
wql_status wql__call_wait(wql__call *call, uint32_t timeout_ms, wql_error *err);
wql_status wql__call_resume(wql__call *call);
wql_status wql__call_close(wql__call *call);
void wql__call_read_stats(wql__call *call, wql_call_stats *out);

/* Pumps: counted, each call keeps its own. join: NULL for NULL. push keeps the call till the pump has served it. */
wql_pump *wql__pump_join(wql_pump *pump, wql__call *call);
void wql__pump_leave(wql_pump *pump, wql__call *call);
void wql__pump_push(wql_pump *pump, wql__call *call, bool finish);
bool wql__pump_is_thread(const wql_pump *pump);
void wql__pump_release(wql_pump *pump);

#endif
