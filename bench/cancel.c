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

/* From 0 on and below 1. */
static double draw(uint64_t *chance) {
    *chance = *chance * 6364136223846793005u + 1442695040888963407u;
    return (double)(*chance >> 44) / (double)(1 << 20);
}

/* 100 to 300 us */
static void let_it_run(uint64_t *chance) { bench_spin(100e-6 + draw(chance) * 200e-6); }

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
static double cancel_ours(bench_run *run, const char *text, uint64_t *chance, double *closed) {
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

/* -- a guest ----------------------------------------------------------------------------------------------------- */

/* One text, in which each row takes long, and which none passes. */
static const char slow_ours[] = "SELECT id FROM ItemEndless WHERE path LIKE '%[0-9]xx_yyy%'";
static const char slow_guest[] = "SELECT id FROM Item WHERE regexp_matches(path, '[0-9]xx.yyy', 'is')";

/* 2 to 12 ms: it looks for an interrupt each ten milliseconds or so, and none must be more likely to be just before. */
static double interrupt_guest(bench_run *run, uint64_t *chance) {
    return run->guest->interrupt(run, slow_guest, 2e-3 + draw(chance) * 10e-3);
}

/* -- rounds ------------------------------------------------------------------------------------------------------ */

typedef struct samples {
    double returned[SAMPLES], closed[SAMPLES], other[SAMPLES];
    uint32_t interrupts; /* of the other that came in time */
} samples;

static void add(bench_series *series, double *values, uint32_t count, double share) {
    if (count) bench_series_add(series, bench_percentile(values, count, share) * to_us);
}

/* SQLite joins the table with itself: a scan of it alone might end before it is interrupted. */
static void sample(bench_run *run, samples *s, uint32_t count, uint64_t *chance, bool guest) {
    static const char sql[] = "SELECT a.id FROM Item a, Item b WHERE a.size + b.size > 2000000000";
    static const char quick_ours[] = "SELECT id FROM ItemEndless WHERE size > 1000000000";
    s->interrupts = 0;
    for (uint32_t i = 0; i < count; i++) {
        double took = guest ? interrupt_guest(run, chance) : interrupt_sqlite(run, sql, chance);
        if (took >= 0) s->other[s->interrupts++] = took;
        s->returned[i] = cancel_ours(run, guest ? slow_ours : quick_ours, chance, &s->closed[i]);
    }
}

enum { RESULTS = 4 };

static void run_rounds(bench_run *run, samples *s, bench_result *results, bool guest) {
    uint32_t count = run->check_only ? SAMPLES_CHECKED : SAMPLES;
    uint64_t chance = 7;
    for (uint32_t r = 0; r < run->rounds; r++) {
        sample(run, s, count, &chance, guest);
        for (uint32_t i = 0; i < RESULTS; i++) {
            double share = i % 2 ? 0.99 : 0.5;
            add(&results[i].ours, i < 2 ? s->returned : s->closed, count, share);
            add(guest ? &results[i].duckdb : &results[i].sqlite, s->other, s->interrupts, share);
        }
    }
}

static void measure(bench_run *run, samples *s, const char *const *ids, bool guest) {
    uint32_t first = run->results.count;
    for (uint32_t i = 0; i < RESULTS; i++) (void)bench_results_add(&run->results, ids[i], "us", run->table->rows);
    run_rounds(run, s, &run->results.list[first], guest);
    for (uint32_t i = 0; i < RESULTS; i++) {
        bench_result *result = &run->results.list[first + i];
        snprintf(result->note, sizeof result->note, "%s; %s",
                 i < 2 ? "to the return of wql_call_cancel" : "to the provider's close",
                 guest ? "duckdb: duckdb_interrupt to the end of the query"
                       : "sqlite: sqlite3_interrupt to the return of sqlite3_step");
    }
}

void bench_cancels(bench_run *run) {
    static const char *const ids[] = {"cancel.return.p50", "cancel.return.p99", "cancel.close.p50", "cancel.close.p99"};
    static const char *const slow_ids[] = {"cancel.slow.return.p50", "cancel.slow.return.p99", "cancel.slow.close.p50",
                                           "cancel.slow.close.p99"};
    samples *s;
    if (run->only && strcmp(run->only, "cancel") != 0) return;
    s = calloc(1, sizeof *s);
    if (!s) bench_stop("out of memory");
    measure(run, s, ids, false);
    if (run->guest) measure(run, s, slow_ids, true);
    free(s);
    bench_cancel_long(run);
}
