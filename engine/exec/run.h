/* SPDX-License-Identifier: MIT */
/* run.h: one execution of a plan: resumable, owns no thread and no stack. All functions of one run are called by one thread at a
 * time (whoever holds it), but wql__run_interrupt. */
#ifndef WQL_EXEC_RUN_H
#define WQL_EXEC_RUN_H

#include "../base/sync.h"
#include "../data/spares.h"
#include "../query/plan.h"
#include "kernels.h"

/* Counters that other threads may read while the run goes on. */
typedef struct wql__run_stats {
    _Atomic uint64_t rows_scanned, rows_out, provider_ns, values_nulled, utf8_repaired;
} wql__run_stats;

/* The named values that travel with a call to its providers. Never changed once made. */
typedef struct wql__context {
    wql__arena arena;
    uint32_t count;
    wql_param *values;
} wql__context;

/* What the run needs of its call; outlives the run. */
typedef struct wql__run_env {
    wql__mem *mem;
    const _Atomic uint32_t *stop;       /* not 0: the call has ended, stop as soon as possible */
    const _Atomic int64_t *deadline_us; /* of now(); WQL__TIME_FOREVER: none */
    int64_t (*now)(void *user);         /* monotonic microseconds */
    void *now_user;
    bool system_clock; /* now() is wql__now_us() */
    int64_t glance_ns; /* wql__now_ns() as it was just read for another reason; 0: not lately. Of whoever holds the run */
    const wql_principal *principal; /* NULL: the owner */
    const wql__context *context;    /* NULL: none */
    wql__turn turn;                 /* wake and ctx set: how to wait for a serialised provider */
    uint64_t wake_id;               /* for wakers: the call */
    uint32_t flags;                 /* of the call: WQL_COUNT_ONLY */
    bool check_exact;               /* WQL_CHECK_PROVIDERS */
    bool split;                     /* providers are asked for the parts that they offer, since others may help */
    uint32_t batch_rows; /* with so many rows a batch is full */
    uint32_t batch_rows_max, batch_bytes, batch_age_ms;
    uint64_t rows_max;         /* 0: no limit */
    const wql__params *params; /* values of the query's parameters; NULL: none */
    wql_str text;              /* the query's, for places in it */
    uint32_t pattern_chars;    /* the limit pattern_chars_max */
    wql__run_stats *stats;
    const wql__kernels *kernels;
    wql__spares *spares; /* batches, and blocks of wql__run_block_bytes() */
    wql_error *failure;  /* why the run failed; written by whoever holds the run, until it is over */
} wql__run_env;
/* Looks at the clock are dear beside a quick batch: one look serves all that happens at about the same time. Who begins to work
 * on a run, or has worked for long, forgets the last one (glance_ns = 0). */
static inline int64_t wql__env_glance(wql__run_env *env) {
    int64_t ns = wql__now_ns();
    if (env->system_clock) env->glance_ns = ns;
    return ns;
}
static inline int64_t wql__env_now(wql__run_env *env) {
    if (!env->system_clock) return env->now(env->now_user);
    return (env->glance_ns ? env->glance_ns : wql__env_glance(env)) / 1000;
}

/* What spares for runs are opened with. */
size_t wql__run_block_bytes(void);

typedef struct wql__run wql__run;

/* Opens nothing yet. @param plan  retained. Returns WQL_OK; WQL_E_INVALID_PARAMETER (values and parameters do not fit each
 * other); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__run_open(wql__plan *plan, wql__run_env *env, wql__run **out, wql_error *err);

/* Goes on until there is a batch, or `until_us` (of now()) has passed, or nothing can be done.
 * @param out  [out] with WQL_OK: a batch that is the caller's to release, or NULL: the time is over, call again
 * Returns WQL_OK; WQL_END; WQL_S_PARTIAL_RESULTS (the end, and rows are missing); WQL_S_PENDING: blocked, a wake of the call will
 * come (rows in hand are given out first); or a failure: the run is over. A stop gives WQL_E_CALL_CANCELLED, the deadline
 * WQL_E_TIMED_OUT. */
wql_status wql__run_next(wql__run *run, int64_t until_us, wql_batch **out);

/* The same for a run that is to wait while others go on: asks its providers for nothing, and gives out what is in hand, batch by
 * batch, until it is nothing (WQL_OK and NULL). */
wql_status wql__run_rest(wql__run *run, wql_batch **out);

/* Releases a batch that the run made; if it is the only reference, its memory serves the next one. NULL allowed. */
void wql__run_put(wql__run *run, wql_batch *batch);
/* Gives back what is borrowed and not in use: whoever lets go of the run calls it. */
void wql__run_settle(wql__run *run);

/* Several threads on one run. Whoever has the run, and found it worth it, divides it; from then on others may help: each works on
 * parts of a scan, and keeps what they bring until whoever has the run gives it out, in the order of the parts, as if nobody had
 * helped. Helpers never wait, so they may come and go at any time.
 * wql__run_is_long: whether its provider offers so many parts that it is known to be worth it; of a run that nobody has worked on.
 * wql__run_divide: for whoever has the run. Returns whether there is work for a helper now.
 * @param threads  that may work on it at once */
bool wql__run_is_long(const wql__run *run);
bool wql__run_divide(wql__run *run, uint32_t threads);
/* Helps until `until_us`, from any thread while the run is not closed. Returns whether there is more to do. */
bool wql__run_help(wql__run *run, int64_t until_us);
/* Whether there is work for one helper more. The same threads. */
bool wql__run_needs_help(wql__run *run);
/* The run is about to be closed: helpers shall leave, and their providers be interrupted. */
void wql__run_dismiss(wql__run *run);

/* Closes the scans and frees the run. Nobody helps any more. WQL_S_PENDING: a serialised provider is busy, a wake will come, call
 * again. Accepts NULL.
 */
wql_status wql__run_close(wql__run *run);

/* Asks providers inside open or next to return (their `interrupt`). From any thread while the run is not closed. */
void wql__run_interrupt(wql__run *run);

/* A thread has been inside this run for too long: the providers that hold it, of those that do not say that they may block, are
 * marked as ones that do, with a line in the log. From any thread while the run is not closed. */
void wql__run_blame(wql__run *run);

/* The host table that mounts and scans get; `define` and the mount entries are those of `upper`, the room that knows engines. */
void wql__host_fill_scan(wql_host *host);

#endif
