/* SPDX-License-Identifier: MIT */
/* cancel_long.c: from wql_call_cancel to the provider's close while long texts are compared: values of 200 kB, patterns of 10 kB.
 * An engine of its own, whose limits let such texts in. What is measured is the time that the worker runs. */
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { VALUE = 200000, PATTERN = 10000, ROWS = 4, SAMPLES = 100, SAMPLES_CHECKED = 2, QUERY_ROOM = VALUE + 200 };
static const double to_us = 1e6;

/* Conditions that no value fulfils: `start`, then the unit again and again up to `size` bytes, then `ending`. */
typedef struct shape {
    const char *value, *start, *unit, *ending;
    uint32_t size;
} shape;

static const shape shapes[] = {
    {"ab", "S LIKE '%", "ab", "q%'", PATTERN},
    {"ab", "S LIKE '%", "a_", "q%'", PATTERN},
    {"ab", "S LIKE '%", "[a-c]", "q%'", PATTERN},
    {"ab", "S LIKE '", "%a", "q'", PATTERN},
    {"ab", "NOT S LIKE '", "[a-c]%", "'", PATTERN},
    {"\xc3\xa4\xc3\xb6", "S LIKE '%", "\xc3\xa4_", "q%'", PATTERN},
    {"\xc3\xa4\xc3\xb6", "S LIKE '%", "\xc3\xa4\xc3\xb6", "q%'", PATTERN},
    {"\xc3\xa4", "S < '", "\xc3\xa4", "'", VALUE - 2},
    {"ab", "S = '", "AB", "'", VALUE - 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

typedef struct source {
    uint32_t ids[ROWS];
    int32_t offsets[ROWS + 1];
    char bytes[ROWS * VALUE];
    pthread_t worker;                          /* of the scan, once it has asked */
    _Atomic uint64_t nexts, closes, closed_ns; /* closed_ns: on the clock of the worker */
} source;

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "S", .type = WQL_STRING}};
static const wql_class_def long_class = {
    .struct_size = sizeof long_class, .name = "Long", .properties = properties, .property_count = 2};

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config;
    *self = user;
    return wql_mount_define(mount, &long_class, 1, err);
}
static wql_status open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}
static wql_status next(wql_scan *scan, wql_error *err) {
    source *s = scan->self;
    const wql_column columns[] = {{.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = s->ids},
                                  {.property = 1,
                                   .type = WQL_STRING,
                                   .layout = WQL_OFFSETS,
                                   .offsets = s->offsets,
                                   .bytes = s->bytes,
                                   .bytes_size = ROWS * VALUE}};
    s->worker = pthread_self();
    atomic_fetch_add(&s->nexts, 1);
    return wql_scan_emit(scan, ROWS, columns, 2, NULL, NULL, err);
}
static void close(wql_scan *scan) {
    source *s = scan->self;
    atomic_store(&s->closed_ns, (uint64_t)(bench_cpu_now() * 1e9));
    atomic_fetch_add(&s->closes, 1);
}
static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "long",
                                      .load = load,
                                      .open = open,
                                      .next = next,
                                      .close = close};

static void fill(source *s, const char *unit) {
    size_t len = strlen(unit);
    for (size_t at = 0; at + len <= ROWS * VALUE; at += len) memcpy(s->bytes + at, unit, len);
    for (uint32_t i = 0; i < ROWS; i++) {
        s->ids[i] = i;
        s->offsets[i + 1] = (int32_t)(i + 1) * VALUE;
    }
}

static void write_query(const shape *how, char *text) {
    size_t unit = strlen(how->unit), used = (size_t)sprintf(text, "SELECT Id FROM Long WHERE %s", how->start);
    for (size_t size = 0; size + unit <= how->size; size += unit, used += unit) memcpy(text + used, how->unit, unit);
    strcpy(text + used, how->ending);
}

/* 100 to 700 us: sometimes the texts are being checked, mostly compared. */
static void let_it_run(uint64_t *chance) {
    *chance = *chance * 6364136223846793005u + 1442695040888963407u;
    bench_spin(100e-6 + (double)(*chance >> 44) / (double)(1 << 20) * 600e-6);
}

static wql_status ignore_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)user, (void)call, (void)batch;
    return WQL_OK;
}

/* How long another thread has run, in seconds. */
static double worker_now(pthread_t worker) {
    struct timespec t = {0, 0};
    clockid_t clock;
    if (pthread_getcpuclockid(worker, &clock) != 0 || clock_gettime(clock, &t) != 0) bench_stop("a thread has no clock");
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds that the worker ran from the cancel to the close. */
static double cancel_once(wql_session *session, source *s, const char *text, uint64_t *chance) {
    wql_error err = WQL_INIT(wql_error);
    wql_sink sink = {.struct_size = sizeof sink, .indicate = ignore_rows};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink};
    uint64_t nexts = atomic_load(&s->nexts), closes = atomic_load(&s->closes);
    wql_call call;
    double start;
    if (wql_session_exec(session, wql_s(text), &how, &call, &err) < 0) bench_fail(&err);
    while (atomic_load(&s->nexts) == nexts) continue;
    let_it_run(chance);
    start = worker_now(s->worker);
    if (wql_call_cancel(call) != WQL_OK) bench_stop("a cancel failed");
    while (atomic_load(&s->closes) == closes) continue;
    wql_call_close(call);
    return (double)atomic_load(&s->closed_ns) / 1e9 - start;
}

static void sample_shape(wql_session *session, source *s, const shape *how, uint32_t count, uint64_t *chance, double *out) {
    char *text = malloc(QUERY_ROOM);
    if (!text) bench_stop("out of memory");
    fill(s, how->value);
    write_query(how, text);
    for (uint32_t i = 0; i < count; i++) out[i] = cancel_once(session, s, text, chance);
    free(text);
}

/* Of all shapes together; and which of them has the worst 99th percentile of all rounds. */
void bench_cancel_long(bench_run *run) {
    static double values[SHAPES * SAMPLES];
    wql_engine_options options = {
        .struct_size = sizeof options, .workers = 1, .query_chars_max = QUERY_ROOM, .pattern_chars_max = 2 * PATTERN};
    wql_error err = WQL_INIT(wql_error);
    uint32_t count = run->check_only ? SAMPLES_CHECKED : SAMPLES, first = run->results.count;
    source *s = calloc(1, sizeof *s);
    uint64_t chance = 11;
    wql_engine *engine;
    wql_session *session;
    bench_result *results;
    if (!s) bench_stop("out of memory");
    (void)bench_results_add(&run->results, "cancel.close.like-long.p50", "us", VALUE);
    (void)bench_results_add(&run->results, "cancel.close.like-long.p99", "us", VALUE);
    results = &run->results.list[first];
    if (wql_engine_open(&options, &engine, &err) < 0 || wql_engine_mount(engine, "root/long", &provider, NULL, s, &err) < 0 ||
        wql_session_open(engine, "root/long", NULL, &session, &err) < 0)
        bench_fail(&err);
    for (uint32_t r = 0; r < run->rounds; r++) {
        for (uint32_t i = 0; i < SHAPES; i++) sample_shape(session, s, &shapes[i], count, &chance, &values[i * count]);
        bench_series_add(&results[0].ours, bench_percentile(values, SHAPES * count, 0.5) * to_us);
        bench_series_add(&results[1].ours, bench_percentile(values, SHAPES * count, 0.99) * to_us);
    }
    for (uint32_t i = 0; i < 2; i++)
        snprintf(results[i].note, sizeof results[i].note,
                 "time the worker runs until the provider's close; %u conditions over texts of 200 kB", SHAPES);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) bench_stop("an engine does not close");
    free(s);
}
