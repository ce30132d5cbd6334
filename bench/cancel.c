/* SPDX-License-Identifier: MIT */
/* cancel.c: from wql_call_cancel to its return, when nothing comes any more, and to the provider's close, when the machine is
 * free again; beside it, from sqlite3_interrupt to the return of sqlite3_step. The scans are of rows that none passes, run on
 * another thread, and have run for a time by chance. */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 200, SAMPLES_CHECKED = 3 };
static const double to_us = 1e6;

/* 100 to 300 us */
static void let_it_run(uint64_t *chance) {
    *chance = *chance * 6364136223846793005u + 1442695040888963407u;
    bench_spin(100e-6 + (double)(*chance >> 44) / (double)(1 << 20) * 200e-6);
}

/* -- ours -------------------------------------------------------------------------------------------------------- */

static wql_status nothing_comes(void *user, wql_call call, const wql_batch *batch) {
    (void)user, (void)call, (void)batch;
    bench_stop("rows came that cannot be"); /* no row has such a size */
    return WQL_E_FAILED;
}

static wql_status count_final(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final && report->status == WQL_E_CALL_CANCELLED) atomic_fetch_add((_Atomic uint32_t *)user, 1);
    return WQL_OK;
}

/* @param closed [out] seconds from the cancel to the provider's close. Returns seconds to the return of the cancel. */
static double cancel_ours(bench_run *run, uint64_t *chance, double *closed) {
    static const char text[] = "SELECT id FROM ItemEndless WHERE size > 1000000000";
    wql_error err = WQL_INIT(wql_error);
    bench_source *source = &run->ours.source;
    uint64_t closes = atomic_load(&source->closes);
    _Atomic uint32_t finals = 0;
    wql_sink sink = {.struct_size = sizeof sink, .user = (void *)&finals, .indicate = nothing_comes, .status = count_final};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_call call;
    double start, end;
    if (wql_session_exec(run->ours.working_session, wql_s(text), &how, &call, &err) < 0) bench_fail(&err);
    while (wql_call_get_stats(call, &stats) == WQL_OK && !stats.rows_scanned) continue; /* it runs */
    let_it_run(chance);
    start = bench_now();
    if (wql_call_cancel(call) != WQL_OK) bench_stop("a cancel failed");
    end = bench_now();
    if (atomic_load(&finals) != 1) bench_stop("a cancel returned before the final status"); /* what it promises */
    while (atomic_load(&source->closes) == closes) continue;
    *closed = (double)atomic_load(&source->closed_ns) / 1e9 - start;
    wql_call_close(call);
    return end - start;
}

/* -- SQLite ------------------------------------------------------------------------------------------------------ */

typedef struct stepping {
    sqlite3 *db;
    const char *sql;
    _Atomic bool started;
    double returned;
    int result;
} stepping;

static void *step(void *user) {
    stepping *s = user;
    sqlite3_stmt *stmt;
    bench_sqlite_must(sqlite3_prepare_v2(s->db, s->sql, -1, &stmt, NULL), s->db);
    atomic_store(&s->started, true);
    s->result = sqlite3_step(stmt);
    s->returned = bench_now();
    sqlite3_finalize(stmt);
    return NULL;
}

/* Seconds; negative: the scan had come to its end. */
static double interrupt_sqlite(bench_run *run, const char *sql, uint64_t *chance) {
    stepping s = {.db = run->db, .sql = sql};
    pthread_t thread;
    double start;
    if (pthread_create(&thread, NULL, step, &s) != 0) bench_stop("no thread");
    while (!atomic_load(&s.started)) continue;
    let_it_run(chance);
    start = bench_now();
    sqlite3_interrupt(run->db);
    pthread_join(thread, NULL);
    return s.result == SQLITE_INTERRUPT && s.returned > start ? s.returned - start : -1;
}

/* -- rounds ------------------------------------------------------------------------------------------------------ */

typedef struct samples {
    double returned[SAMPLES], closed[SAMPLES], sqlite[SAMPLES];
    uint32_t interrupts;
} samples;

static void add(bench_series *series, double *values, uint32_t count, double share) {
    if (count) bench_series_add(series, bench_percentile(values, count, share) * to_us);
}

/* SQLite joins the table with itself: a scan of it alone might end before it is interrupted. */
static void sample(bench_run *run, samples *s, uint32_t count, uint64_t *chance) {
    static const char sql[] = "SELECT a.id FROM Item a, Item b WHERE a.size + b.size > 2000000000";
    s->interrupts = 0;
    for (uint32_t i = 0; i < count; i++) {
        double took = interrupt_sqlite(run, sql, chance);
        if (took >= 0) s->sqlite[s->interrupts++] = took;
        s->returned[i] = cancel_ours(run, chance, &s->closed[i]);
    }
}

void bench_cancels(bench_run *run) {
    static const char *const ids[] = {"cancel.return.p50", "cancel.return.p99", "cancel.close.p50", "cancel.close.p99"};
    samples *s = calloc(1, sizeof *s);
    uint32_t count = run->check_only ? SAMPLES_CHECKED : SAMPLES, first = run->results.count;
    uint64_t chance = 7;
    bench_result *results;
    if (!s) bench_stop("out of memory");
    if (run->only && strcmp(run->only, "cancel") != 0) return free(s);
    for (uint32_t i = 0; i < 4; i++) (void)bench_results_add(&run->results, ids[i], "us", run->table->rows);
    results = &run->results.list[first];
    for (uint32_t r = 0; r < run->rounds; r++) {
        sample(run, s, count, &chance);
        for (uint32_t i = 0; i < 4; i++) {
            double share = i % 2 ? 0.99 : 0.5;
            add(&results[i].ours, i < 2 ? s->returned : s->closed, count, share);
            add(&results[i].sqlite, s->sqlite, s->interrupts, share);
        }
    }
    for (uint32_t i = 0; i < 4; i++)
        snprintf(results[i].note, sizeof results[i].note, "%s; sqlite: sqlite3_interrupt to the return of sqlite3_step",
                 i < 2 ? "to the return of wql_call_cancel" : "to the provider's close");
    free(s);
    bench_cancel_long(run);
}
