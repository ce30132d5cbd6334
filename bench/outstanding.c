/* SPDX-License-Identifier: MIT */
/* outstanding.c: 1,000 queries that are open at once, each with its first rows delivered and the rest not asked for: how long it
 * takes to get there for each, and how much memory each holds. Only beside a guest: bench.h has what it is asked for. */
#include "bench.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELD = 1000, HELD_CHECKED = 20 };
static const double to_us = 1e6;
static const char text[] = "SELECT id, size FROM Item WHERE size > 0";

/* One kind of engine: opens one more query, and ends it. */
typedef struct holder {
    void *(*hold)(bench_run *run, const char *sql);
    void (*let_go)(bench_run *run, void *held);
    bench_series *seconds, *memory;
} holder;

/* -- ours and SQLite ---------------------------------------------------------------------------------------------- */

static void *hold_ours(bench_run *run, const char *wql) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call, *held = malloc(sizeof *held);
    wql_batch *batch;
    if (!held) bench_stop("out of memory");
    if (wql_session_exec(run->ours.session, wql_s(wql), NULL, &call, &err) < 0) bench_fail(&err);
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) bench_fail(&err);
    wql_batch_release(batch);
    *held = call;
    return held;
}

static void let_go_ours(bench_run *run, void *held) {
    (void)run;
    wql_call_close(*(wql_call *)held);
    free(held);
}

static void *hold_sqlite(bench_run *run, const char *sql) {
    sqlite3_stmt *stmt;
    bench_sqlite_must(sqlite3_prepare_v2(run->db, sql, -1, &stmt, NULL), run->db);
    if (sqlite3_step(stmt) != SQLITE_ROW) bench_stop("SQLite has no first row");
    return stmt;
}

static void let_go_sqlite(bench_run *run, void *held) {
    (void)run;
    sqlite3_finalize(held);
}

/* -- memory ------------------------------------------------------------------------------------------------------- */

static double resident(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long size = 0, pages = 0;
    if (!file || fscanf(file, "%lu %lu", &size, &pages) != 2) bench_stop("/proc/self/statm cannot be read");
    fclose(file);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* What malloc has given out: pages that were there before do not show as resident ones. */
static double allocated(void) {
    struct mallinfo2 info = mallinfo2();
    return (double)info.uordblks + (double)info.hblkhd;
}

static void measure(bench_run *run, const holder *h) {
    uint32_t count = run->check_only ? HELD_CHECKED : HELD;
    void **held = calloc(count, sizeof *held);
    double pages = resident(), bytes = allocated(), start, took;
    if (!held) bench_stop("out of memory");
    start = bench_now();
    for (uint32_t i = 0; i < count; i++) held[i] = h->hold(run, text);
    took = bench_now() - start;
    pages = resident() - pages;
    bytes = allocated() - bytes;
    bench_series_add(h->seconds, took / count * to_us);
    bench_series_add(h->memory, (pages > bytes ? pages : bytes) / count / 1024);
    for (uint32_t i = 0; i < count; i++) h->let_go(run, held[i]);
    free(held);
}

/* Once: memory that was used does not become less. */
void bench_outstanding(bench_run *run) {
    bench_result *setup, *memory;
    if (!run->guest || (run->only && strcmp(run->only, "outstanding") != 0)) return;
    (void)bench_results_add(&run->results, "held.setup", "us", HELD);
    (void)bench_results_add(&run->results, "held.memory", "KiB", HELD);
    setup = &run->results.list[run->results.count - 2];
    memory = setup + 1;
    measure(run, &(holder){hold_ours, let_go_ours, &setup->ours, &memory->ours});
    measure(run, &(holder){hold_sqlite, let_go_sqlite, &setup->sqlite, &memory->sqlite});
    measure(run, &(holder){run->guest->hold, run->guest->let_go, &setup->duckdb, &memory->duckdb});
    snprintf(setup->note, sizeof setup->note, "to open one more of 1,000 queries that are open at once, with its first rows");
    snprintf(memory->note, sizeof memory->note, "what each of them holds");
}
