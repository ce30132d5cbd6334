/* SPDX-License-Identifier: MIT */
/* waiting.c: many calls at once on two workers. How long until each of 1,000 calls that were submitted together has its first
 * batch, beside the time that 1,000 such batches take alone; and how long all of them take to their end, beside one after the
 * other. */
#include "bench.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 1000, CALLS_CHECKED = 20, WORKERS = 2 };
static const double to_us = 1e6;
static const char text[] = "SELECT id, size FROM Item WHERE size > 0";

typedef struct waiter {
    _Atomic uint64_t first_ns; /* on the clock of bench_now; 0: no batch yet */
    _Atomic uint64_t rows;
} waiter;

static wql_status take(void *user, wql_call call, const wql_batch *batch) {
    waiter *w = user;
    (void)call;
    if (!atomic_load(&w->first_ns)) atomic_store(&w->first_ns, (uint64_t)(bench_now() * 1e9));
    atomic_fetch_add(&w->rows, wql_batch_rows(batch));
    return WQL_OK;
}

typedef struct crowd {
    wql_query *query;
    waiter *waiters;
    wql_call *calls;
} crowd;

static void submit(crowd *c, uint32_t i, uint64_t rows_max) {
    wql_error err = WQL_INIT(wql_error);
    wql_sink sink = {.struct_size = sizeof sink, .user = &c->waiters[i], .indicate = take};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink, .rows_max = rows_max};
    atomic_store(&c->waiters[i].first_ns, 0);
    atomic_store(&c->waiters[i].rows, 0);
    if (wql_query_exec(c->query, &how, &c->calls[i], &err) < 0) bench_fail(&err);
}

static void finish(crowd *c, uint32_t i, uint64_t rows) {
    wql_error err = WQL_INIT(wql_error);
    if (wql_call_wait(c->calls[i], WQL_FOREVER, &err) != WQL_OK) bench_fail(&err);
    wql_call_close(c->calls[i]);
    if (atomic_load(&c->waiters[i].rows) != rows) bench_stop("a call of many has other rows than it should");
}

/* Seconds of `calls` calls of so many rows. `together`: all are submitted first; `firsts`, if not NULL, gets the time of each's
 * first batch since the first submission. */
static double run_crowd(crowd *c, uint32_t calls, uint64_t rows, bool together, double *firsts) {
    double start = bench_now(), took;
    for (uint32_t i = 0; i < calls; i++) {
        submit(c, i, rows);
        if (!together) finish(c, i, rows);
    }
    for (uint32_t i = 0; together && i < calls; i++) finish(c, i, rows);
    took = bench_now() - start;
    for (uint32_t i = 0; firsts && i < calls; i++) firsts[i] = (double)atomic_load(&c->waiters[i].first_ns) / 1e9 - start;
    return took;
}

static void measure(bench_run *run, crowd *c, uint32_t calls, bench_result *first, bench_result *all) {
    double *firsts = calloc(calls, sizeof *firsts);
    uint64_t rows = run->check_only ? 5000 : 50000;
    if (!firsts) bench_stop("out of memory");
    if (rows > run->table->rows) rows = run->table->rows;
    for (uint32_t r = 0; r < run->rounds; r++) {
        bench_series_add(&first->alone, run_crowd(c, calls, 1024, true, NULL) * to_us);
        bench_series_add(&all->ours, run_crowd(c, calls, rows, true, firsts) * to_us);
        bench_series_add(&first->ours, bench_percentile(firsts, calls, 0.99) * to_us);
        bench_series_add(&all->alone, run_crowd(c, calls, rows, false, NULL) * to_us);
    }
    free(firsts);
}

void bench_waiting(bench_run *run) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options, .workers = WORKERS};
    uint32_t calls = run->check_only ? CALLS_CHECKED : CALLS;
    crowd c = {.waiters = calloc(calls, sizeof *c.waiters), .calls = calloc(calls, sizeof *c.calls)};
    wql_engine *engine;
    wql_session *session;
    bench_source source = {.table = run->table};
    bench_result *first, *all;
    if (run->only && strcmp(run->only, "outstanding") != 0) goto done;
    if (!c.waiters || !c.calls) bench_stop("out of memory");
    if (wql_engine_open(&options, &engine, &err) < 0) bench_fail(&err);
    bench_mount(engine, run->table, &source);
    if (wql_session_open(engine, "root/bench", NULL, &session, &err) < 0 ||
        wql_query_prepare(session, wql_s(text), &c.query, &err) < 0)
        bench_fail(&err);
    (void)bench_results_add(&run->results, "outstanding.first.p99", "us", calls);
    (void)bench_results_add(&run->results, "outstanding.all", "us", calls);
    first = &run->results.list[run->results.count - 2];
    all = &run->results.list[run->results.count - 1];
    measure(run, &c, calls, first, all);
    snprintf(first->note, sizeof first->note, "until 99 of 100 of %u calls have a batch; alone: one batch of each, and no more",
             calls);
    snprintf(all->note, sizeof all->note, "%u calls at once to their end; alone: one after the other", calls);
    wql_query_close(c.query);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) bench_stop("an engine does not close");
done:
    free(c.waiters);
    free(c.calls);
}
