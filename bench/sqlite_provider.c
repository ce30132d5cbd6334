/* SPDX-License-Identifier: MIT */
/* sqlite_provider.c: the engine over SQLite against a bare loop over sqlite3_step that reads the same rows of the same file. Each
 * has a connection of its own with SQLite's defaults, the system's page cache is warm. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGE = 2000000, LARGE_ROUNDS = 3 };

/* A full scan has to reach 0.85 of the bare loop (make check-long); one that filters has no bound yet. */
typedef struct work {
    char name[24], sql[200], wql[200];
    bool full_scan, counts, residual;
} work;

static const double full_scan_share = 0.85;

enum { WORKS = BENCH_FIRST_QUERIES + 2 };

static void make_works(work works[WORKS]) {
    memset(works, 0, WORKS * sizeof *works);
    for (int q = 0; q < BENCH_FIRST_QUERIES; q++) {
        work *w = &works[q];
        snprintf(w->name, sizeof w->name, "%s", bench_queries[q].name);
        bench_sql(q, 0, "Item", w->sql, sizeof w->sql);
        bench_wql(q, "Item", w->wql, sizeof w->wql);
        w->full_scan = q == BENCH_Q8;
        w->counts = q == BENCH_Q9;
    }
    works[BENCH_FIRST_QUERIES] =
        (work){.name = "two-columns", .sql = "SELECT id, size FROM Item", .wql = "SELECT id, size FROM Item", .full_scan = true};
    works[BENCH_FIRST_QUERIES + 1] = (work){.name = "residual",
                                            .sql = "SELECT id, size, path FROM Item",
                                            .wql = "SELECT id, size, path FROM Item WHERE path LIKE '%cache%'",
                                            .full_scan = true,
                                            .residual = true};
}

/* ASCII case folded search, as a person would write the residual of LIKE '%cache%'. */
static bool has_cache(const char *text, size_t len) {
    for (size_t i = 0; i + 5 <= len; i++)
        if ((text[i] | 32) == 'c' && (text[i + 1] | 32) == 'a' && (text[i + 2] | 32) == 'c' && (text[i + 3] | 32) == 'h' &&
            (text[i + 4] | 32) == 'e')
            return true;
    return false;
}

/* SELECT id, size, path, and the condition on the path in C. */
static void run_residual(sqlite3 *db, const char *sql, bench_answer *a) {
    sqlite3_stmt *stmt;
    bench_sqlite_must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), db);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *path = (const char *)sqlite3_column_text(stmt, 2);
        size_t len = (size_t)sqlite3_column_bytes(stmt, 2);
        uint64_t id = (uint64_t)sqlite3_column_int64(stmt, 0), size = (uint64_t)sqlite3_column_int64(stmt, 1);
        if (!has_cache(path, len)) continue;
        a->rows++;
        a->sum += id + size + bench_text_sum(path, len);
        if (a->thorough) a->deep += bench_hash_text(bench_hash_number(bench_hash_number(0, id), size), path, len);
    }
    sqlite3_finalize(stmt);
}

static void run_bare(sqlite3 *db, const work *w, bench_answer *a) {
    if (w->residual)
        run_residual(db, w->sql, a);
    else
        bench_sqlite_run(db, w->sql, w->counts, a);
}

static bool same(bench_run *run, const work *w, const bench_answer *bare, const bench_answer *ours) {
    return bench_check(run, bare->rows == ours->rows && bare->sum == ours->sum && bare->deep == ours->deep,
                       "%s.sqlite-provider: %s: %llu rows, bare %llu", w->name, w->wql, (unsigned long long)ours->rows,
                       (unsigned long long)bare->rows);
}

static bool measure(bench_run *run, sqlite3 *db, bench_ours *ours, const work *w, bench_result *result) {
    uint32_t rounds = run->table->rows > LARGE && run->rounds > LARGE_ROUNDS ? LARGE_ROUNDS : run->rounds;
    uint32_t flags = w->counts ? WQL_COUNT_ONLY : 0;
    double rows = (double)run->table->rows;
    bench_answer first = {.thorough = true}, second = {.thorough = true};
    run_bare(db, w, &first);
    bench_ours_run(ours, BENCH_PUMPED, w->wql, flags, &second);
    if (!same(run, w, &first, &second)) return false;
    for (uint32_t r = 0; r < rounds; r++) {
        bench_answer a = {0}, b = {0};
        double t0 = bench_clock(run->machine), t1, t2;
        run_bare(db, w, &a);
        t1 = bench_clock(run->machine);
        bench_ours_run(ours, BENCH_PUMPED, w->wql, flags, &b);
        t2 = bench_clock(run->machine);
        if (a.rows != b.rows || a.sum != b.sum) return same(run, w, &a, &b);
        bench_series_add(&result->sqlite, (t1 - t0) * 1e9 / rows);
        bench_series_add(&result->ours, (t2 - t1) * 1e9 / rows);
    }
    result->checked = true;
    result->rows = first.rows;
    result->sum = first.sum;
    return true;
}

static void judge(bench_run *run, const work *w, const bench_result *result) {
    double ratio = bench_median(&result->sqlite) / bench_median(&result->ours);
    if (w->full_scan && run->judges && !run->check_only)
        bench_check(run, ratio >= full_scan_share, "%s: %.2f of the bare loop, must be %.2f", result->id, ratio, full_scan_share);
}

static void open_engine(bench_ours *ours, const char *path) {
    wql_error err = WQL_INIT(wql_error);
    memset(ours, 0, sizeof *ours);
    if (wql_engine_open(NULL, &ours->engine, &err) < 0 ||
        wql_engine_mount(ours->engine, "root/bench", wql_sqlite_provider(), path, NULL, &err) < 0 ||
        wql_session_open(ours->engine, "root/bench", NULL, &ours->session, &err) < 0 ||
        wql_pump_open(ours->engine, &ours->pump, &err) < 0)
        bench_fail(&err);
}

void bench_sqlite_provider(bench_run *run) {
    char path[300];
    work works[WORKS];
    bench_ours ours;
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/sqlite_provider.db", run->directory);
    (void)unlink(path);
    bench_sqlite_must(sqlite3_open(path, &db), db);
    bench_sqlite_create(db, run->table, run->table->rows);
    sqlite3_close(db);
    bench_sqlite_must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL), db);
    open_engine(&ours, path);
    make_works(works);
    for (uint32_t i = 0; i < WORKS; i++) {
        bench_result *result;
        char id[48];
        if (run->only && strcmp(run->only, works[i].name) != 0) continue;
        bench_id(id, works[i].name, ".sqlite-provider", run->table->rows);
        result = bench_results_add(&run->results, id, "ns/row", run->table->rows);
        snprintf(result->note, sizeof result->note, "bare loop: %.100s", works[i].sql);
        if (measure(run, db, &ours, &works[i], result)) judge(run, &works[i], result);
    }
    wql_pump_close(ours.pump);
    wql_session_close(ours.session);
    wql_engine_close(ours.engine);
    sqlite3_close(db);
    (void)unlink(path);
}
