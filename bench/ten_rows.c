/* SPDX-License-Identifier: MIT */
/* ten_rows.c: a query of a table of ten rows, whose rows cost nothing: from its text to its end, and prepared and run again, both
 * on the caller's thread. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

enum { TIMES = 20000, TIMES_CHECKED = 3 };
static const char text[] = "SELECT id, size, name FROM ItemTen WHERE size >= 0";
static const double to_us = 1e6;

typedef struct ten {
    bench_run *run;
    wql_query *query;
    sqlite3_stmt *stmt;
    uint64_t sum, rows; /* of all runs of one entrant */
} ten;

static void take(ten *t, wql_call call) {
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    wql_status status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        uint32_t rows = wql_batch_rows(batch);
        const uint32_t *ids = wql_batch_column(batch, 0)->values;
        const uint64_t *sizes = wql_batch_column(batch, 1)->values;
        for (uint32_t row = 0; row < rows; row++) {
            wql_str name = wql_column_str(wql_batch_column(batch, 2), row);
            t->sum += ids[row] + sizes[row] + bench_text_sum(name.ptr, name.len);
        }
        t->rows += rows;
        wql_batch_release(batch);
    }
    if (status != WQL_END) bench_fail(&err);
    wql_call_close(call);
}

static void ours(ten *t) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    if (wql_session_exec(t->run->ours.session, wql_s(text), NULL, &call, &err) < 0) bench_fail(&err);
    take(t, call);
}

static void ours_again(ten *t) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    if (wql_query_exec(t->query, NULL, &call, &err) < 0) bench_fail(&err);
    take(t, call);
}

static void step(ten *t, sqlite3_stmt *stmt) {
    int result;
    while ((result = sqlite3_step(stmt)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 2);
        t->sum += (uint64_t)sqlite3_column_int64(stmt, 0) + (uint64_t)sqlite3_column_int64(stmt, 1) +
                  bench_text_sum(name, (size_t)sqlite3_column_bytes(stmt, 2));
        t->rows++;
    }
    bench_sqlite_must(result, t->run->db);
}

static void sqlite(ten *t) {
    sqlite3_stmt *stmt;
    bench_sqlite_must(sqlite3_prepare_v2(t->run->db, text, sizeof text, &stmt, NULL), t->run->db);
    step(t, stmt);
    sqlite3_finalize(stmt);
}

static void sqlite_again(ten *t) {
    step(t, t->stmt);
    sqlite3_reset(t->stmt);
}

/* Microseconds for one. */
static double measure(ten *t, void (*once)(ten *t), uint32_t times) {
    double start = bench_clock(t->run->machine);
    t->sum = t->rows = 0;
    for (uint32_t i = 0; i < times; i++) once(t);
    return (bench_clock(t->run->machine) - start) / times * to_us;
}

static void contest(ten *t, const char *name, void (*we)(ten *t), void (*they)(ten *t)) {
    uint32_t times = t->run->check_only ? TIMES_CHECKED : TIMES;
    bench_result *result = bench_results_add(&t->run->results, name, "us", BENCH_TEN);
    for (uint32_t r = 0; r < t->run->rounds; r++) {
        uint64_t sum;
        bench_series_add(&result->ours, measure(t, we, times));
        sum = t->sum;
        bench_series_add(&result->sqlite, measure(t, they, times));
        if (!r || sum != t->sum || t->rows != (uint64_t)times * BENCH_TEN)
            bench_check(t->run, sum == t->sum && t->rows == (uint64_t)times * BENCH_TEN, "%s: %s", name, text);
    }
    snprintf(result->note, sizeof result->note, "%s", text);
}

void bench_ten_rows(bench_run *run) {
    wql_error err = WQL_INIT(wql_error);
    ten t = {.run = run};
    if (run->only && strcmp(run->only, "ten-rows") != 0) return;
    bench_sqlite_must(sqlite3_exec(run->db, "CREATE TABLE ItemTen AS SELECT * FROM Item LIMIT 10", NULL, NULL, NULL), run->db);
    if (wql_query_prepare(run->ours.session, wql_s(text), &t.query, &err) < 0) bench_fail(&err);
    bench_sqlite_must(sqlite3_prepare_v3(run->db, text, sizeof text, SQLITE_PREPARE_PERSISTENT, &t.stmt, NULL), run->db);
    contest(&t, "ten-rows.text", ours, sqlite);
    contest(&t, "ten-rows.again", ours_again, sqlite_again);
    sqlite3_finalize(t.stmt);
    wql_query_close(t.query);
}
