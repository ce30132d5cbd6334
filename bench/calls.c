/* SPDX-License-Identifier: MIT */
/* calls.c: what a call costs beside its rows: preparing a text, the first row, handing a call to a worker. Each beside the same
 * of SQLite, or beside the wake-up of a thread by a futex, which is what a system can do. */
#include "bench.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SAMPLES = 300, SAMPLES_CHECKED = 5, SAMPLES_OF_GUEST = 3 };
static const double to_us = 1e6;
static const double parked_after = 100e-6; /* a thread that has nothing to do for so long sleeps */

static uint32_t samples_of(const bench_run *run) { return run->check_only ? SAMPLES_CHECKED : SAMPLES; }

static bool asked_for(const bench_run *run, const char *name) { return !run->only || strcmp(run->only, name) == 0; }

/* -- prepare ----------------------------------------------------------------------------------------------------- */

void bench_prepare_text(char text[BENCH_TEXT_ROOM], size_t size) {
    size_t len;
    if (size == 40) {
        snprintf(text, BENCH_TEXT_ROOM, "SELECT id FROM Item WHERE size>499999999");
    } else if (size == 300) {
        snprintf(
            text, BENCH_TEXT_ROOM,
            "SELECT id, parent, size, name, path FROM Item WHERE size > 1000 AND size < 900000000 AND parent <> 7 AND parent > 1 "
            "AND (cpu > 1.5 OR cpu < 0.25) AND name LIKE 'sys%%' AND name <> 'system' AND path LIKE '%%cache%%' AND id > 100 "
            "AND (id < 5000000 OR name = 'svchost' OR parent = 123456)");
    } else {
        len = (size_t)snprintf(text, BENCH_TEXT_ROOM, "SELECT id FROM Item WHERE ");
        for (uint32_t i = 0; i < 400; i++)
            len += (size_t)snprintf(text + len, BENCH_TEXT_ROOM - len, "%sname = 'process%04u'", i ? " OR " : "", i);
    }
    len = strlen(text);
    if (len < size) memset(text + len, ' ', size - len); /* blanks up to the size that the name says */
    text[len < size ? size : len] = '\0';
}

/* Seconds for one, there and back. */
static double prepare_ours(bench_run *run, const char *text, uint32_t times) {
    wql_error err = WQL_INIT(wql_error);
    wql_query *query;
    double start = bench_clock(run->machine);
    for (uint32_t i = 0; i < times; i++) {
        if (wql_query_prepare(run->ours.session, wql_s(text), &query, &err) < 0) bench_fail(&err);
        wql_query_close(query);
    }
    return (bench_clock(run->machine) - start) / times;
}

static double prepare_sqlite(bench_run *run, const char *text, uint32_t times) {
    sqlite3_stmt *stmt;
    int len = (int)strlen(text);
    double start = bench_clock(run->machine);
    for (uint32_t i = 0; i < times; i++) {
        bench_sqlite_must(sqlite3_prepare_v2(run->db, text, len + 1, &stmt, NULL), run->db);
        sqlite3_finalize(stmt);
    }
    return (bench_clock(run->machine) - start) / times;
}

/* A guest may need a hundred times as long: fewer of it. */
static double prepare_guest(bench_run *run, const char *text, uint32_t times) {
    return run->guest->prepare(run, text, times / 20 + 1);
}

static void prepare(bench_run *run, const char *name, size_t size) {
    char *text = calloc(1, BENCH_TEXT_ROOM);
    uint32_t times = run->check_only ? 3 : (uint32_t)(400000 / size);
    bench_result *result;
    if (!text) bench_stop("out of memory");
    bench_prepare_text(text, size);
    result = bench_results_add(&run->results, name, "us", strlen(text));
    for (uint32_t r = 0; r < run->rounds; r++) {
        bench_series_add(&result->ours, prepare_ours(run, text, times) * to_us);
        bench_series_add(&result->sqlite, prepare_sqlite(run, text, times) * to_us);
        if (run->guest) bench_series_add(&result->duckdb, prepare_guest(run, text, times) * to_us);
    }
    snprintf(result->note, sizeof result->note, "%u bytes; prepared and closed", (unsigned)strlen(text));
    free(text);
}

/* -- first row --------------------------------------------------------------------------------------------------- */

static const char first_wql[] = "SELECT id FROM Item WHERE size > 990000000";

static const char first_of_few[] = "SELECT id FROM ItemFew WHERE size > 990000000";

static double first_pulled(bench_run *run, const char *text) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    double start = bench_now(), took;
    if (wql_session_exec(run->ours.session, wql_s(text), NULL, &call, &err) < 0) bench_fail(&err);
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) bench_stop("a pulled call has no first batch");
    took = bench_now() - start;
    wql_batch_release(batch);
    wql_call_close(call);
    return took;
}

static double first_sqlite(bench_run *run, const char *sql) {
    sqlite3_stmt *stmt;
    double start = bench_now(), took;
    bench_sqlite_must(sqlite3_prepare_v2(run->db, sql, -1, &stmt, NULL), run->db);
    if (sqlite3_step(stmt) != SQLITE_ROW || sqlite3_column_int64(stmt, 0) < 1) bench_stop("SQLite has no first row");
    took = bench_now() - start;
    sqlite3_finalize(stmt);
    return took;
}

/* Time of the first batch in a sink on a worker, in nanoseconds on the clock of bench_now; the sink then ends the call. */
typedef struct first_sink {
    _Atomic uint64_t at;
} first_sink;

static wql_status first_indicate(void *user, wql_call call, const wql_batch *batch) {
    (void)call, (void)batch;
    atomic_store(&((first_sink *)user)->at, (uint64_t)(bench_now() * 1e9));
    return WQL_E_FAILED;
}

/* Hands a call to a worker. @param submitted [out] how long that took the caller. Returns when the first batch was there. */
static double first_pushed(bench_run *run, double *submitted, bool awake) {
    wql_error err = WQL_INIT(wql_error);
    first_sink first = {0};
    wql_sink sink = {.struct_size = sizeof sink, .user = &first, .indicate = first_indicate};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink};
    wql_call call;
    double start, end;
    if (!awake) bench_spin(parked_after); /* else the worker has just finished a call */
    start = bench_now();
    if (wql_session_exec(run->ours.working_session, wql_s(first_wql), &how, &call, &err) < 0) bench_fail(&err);
    end = bench_now();
    (void)wql_call_wait(call, WQL_FOREVER, &err); /* cancelled by its sink */
    wql_call_close(call);
    if (!atomic_load(&first.at)) bench_stop("a pushed call has no first batch");
    *submitted = end - start;
    return (double)atomic_load(&first.at) / 1e9 - start;
}

/* -- a thread behind a futex ------------------------------------------------------------------------------------- */

typedef struct sleeper {
    _Atomic uint32_t word; /* 0: sleep; 1: woken; 2: go home */
    _Atomic uint64_t awake_at;
} sleeper;

static void *sleep_and_wake(void *user) {
    sleeper *s = user;
    for (;;) {
        while (atomic_load(&s->word) == 0) (void)syscall(SYS_futex, &s->word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
        if (atomic_exchange(&s->word, 0) == 2) return NULL;
        atomic_store(&s->awake_at, (uint64_t)(bench_now() * 1e9));
    }
}

/* Wakes. @param paid [out] how long the waker was busy. Returns how long until the other ran; negative: it was not asleep. */
static double wake(sleeper *s, double *paid) {
    double start, end;
    long woken;
    bench_spin(parked_after);
    atomic_store(&s->awake_at, 0);
    start = bench_now();
    atomic_store(&s->word, 1);
    woken = syscall(SYS_futex, &s->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    end = bench_now();
    while (!atomic_load(&s->awake_at)) continue;
    *paid = end - start;
    return woken == 1 ? (double)atomic_load(&s->awake_at) / 1e9 - start : -1;
}

static void start_sleeper(sleeper *s, pthread_t *thread) {
    memset(s, 0, sizeof *s);
    if (pthread_create(thread, NULL, sleep_and_wake, s) != 0) bench_stop("no thread");
}

static void stop_sleeper(sleeper *s, pthread_t thread) {
    atomic_store(&s->word, 2);
    (void)syscall(SYS_futex, &s->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    pthread_join(thread, NULL);
}

/* -- rounds ------------------------------------------------------------------------------------------------------ */

typedef struct samples {
    double first[SAMPLES], submit[SAMPLES], sqlite[SAMPLES], sqlite_arrays[SAMPLES], pulled[SAMPLES], woken[SAMPLES],
        paid[SAMPLES], few[SAMPLES], first_awake[SAMPLES], submit_awake[SAMPLES];
    uint32_t wakes;
} samples;

static void sample_calls(bench_run *run, sleeper *sleeping, samples *s, uint32_t count) {
    s->wakes = 0;
    for (uint32_t i = 0; i < count; i++) {
        double paid, took = wake(sleeping, &paid);
        s->pulled[i] = first_pulled(run, first_wql);
        s->few[i] = first_pulled(run, first_of_few);
        s->sqlite[i] = first_sqlite(run, first_wql);
        s->sqlite_arrays[i] = first_sqlite(run, "SELECT id FROM ItemArrays WHERE size > 990000000");
        s->first[i] = first_pushed(run, &s->submit[i], false);
        s->first_awake[i] = first_pushed(run, &s->submit_awake[i], true);
        if (took < 0) continue;
        s->woken[s->wakes] = took;
        s->paid[s->wakes++] = paid;
    }
}

static void add_median(bench_series *series, double *values, uint32_t count) {
    if (count) bench_series_add(series, bench_percentile(values, count, 0.5) * to_us);
}

/* The first rows of a guest, which may run the whole query before: few of them, and the same for all ways to ask us. The faster
 * of its two kinds of result counts. */
static void add_guest(bench_run *run, bench_result *results) {
    double took[2][SAMPLES_OF_GUEST], medians[2];
    for (uint32_t i = 0; i < SAMPLES_OF_GUEST; i++)
        for (int streamed = 0; streamed < 2; streamed++) took[streamed][i] = run->guest->first(run, first_wql, streamed);
    for (int i = 0; i < 2; i++) medians[i] = bench_percentile(took[i], SAMPLES_OF_GUEST, 0.5) * to_us;
    for (int i = 0; i < 4; i += i + 1) { /* 0, 1, 3: the first batches */
        bench_series_add(&results[i].duckdb, medians[medians[1] < medians[0]]);
        bench_series_add(&results[i].duckdb_materialised, medians[0]);
        bench_series_add(&results[i].duckdb_streamed, medians[1]);
    }
}

static void first_and_submit(bench_run *run) {
    static const char *const names[] = {"first-batch.pulled", "first-batch.pushed", "submit", "first-batch.awake",
                                        "submit.awake", "first-batch.of-all"};
    samples *s = calloc(1, sizeof *s);
    uint32_t count = samples_of(run), first = run->results.count;
    bench_result *results;
    sleeper sleeping;
    pthread_t thread;
    char id[48];
    if (!s) bench_stop("out of memory");
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bench_id(id, names[i], "", run->table->rows);
        (void)bench_results_add(&run->results, id, "us", run->table->rows);
    }
    results = &run->results.list[first];
    start_sleeper(&sleeping, &thread);
    for (uint32_t r = 0; r < run->rounds; r++) {
        double table, arrays;
        sample_calls(run, &sleeping, s, count);
        add_median(&results[0].ours, s->pulled, count);
        table = bench_percentile(s->sqlite, count, 0.5);
        arrays = bench_percentile(s->sqlite_arrays, count, 0.5);
        bench_series_add(&results[3].sqlite, (table < arrays ? table : arrays) * to_us);
        for (uint32_t i = 0; i < 2; i++) bench_series_add(&results[i].sqlite, (table < arrays ? table : arrays) * to_us);
        add_median(&results[1].ours, s->first, count);
        add_median(&results[1].futex, s->woken, s->wakes);
        add_median(&results[2].ours, s->submit, count);
        add_median(&results[2].futex, s->paid, s->wakes);
        add_median(&results[3].ours, s->first_awake, count);
        add_median(&results[4].ours, s->submit_awake, count);
        add_median(&results[4].futex, s->paid, s->wakes);
        add_median(&results[5].ours, s->pulled, count);
        add_median(&results[5].alone, s->few, count);
        if (run->guest) add_guest(run, results);
    }
    stop_sleeper(&sleeping, thread);
    snprintf(results[0].note, sizeof results[0].note, "text to the first batch, on the caller's thread");
    snprintf(results[1].note, sizeof results[1].note,
             "text to the first batch, on a sleeping worker; futex: until the other thread runs");
    snprintf(results[2].note, sizeof results[2].note, "the submitting call itself; futex: the wake-up itself");
    snprintf(results[3].note, sizeof results[3].note, "text to the first batch, on a worker that has just finished another call");
    snprintf(results[4].note, sizeof results[4].note, "the submitting call, with such a worker; futex: the wake-up it saves");
    snprintf(results[5].note, sizeof results[5].note, "text to the first batch, pulled; alone: the same of a table of %d rows",
             BENCH_FEW);
    free(s);
}

void bench_calls(bench_run *run, bool last) {
    if (last && asked_for(run, "prepare")) {
        prepare(run, "prepare.40b", 40);
        prepare(run, "prepare.300b", 300);
        prepare(run, "prepare.10kb", 10000);
    }
    if (asked_for(run, "first-batch") || asked_for(run, "submit")) first_and_submit(run);
}
