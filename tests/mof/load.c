/* SPDX-License-Identifier: MIT */
/* load.c ROOT FILE [QUERY TIMES]: loads MOF into an engine, says in how much time and memory, and how fast a query on it runs. */
#include <wql/wql.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int fail(const wql_error *err) {
    fprintf(stderr, "%u:%u: %s\n", err->line, err->column, err->message);
    return 1;
}

/* Rows that the query has. */
static uint64_t ask(wql_session *session, const char *query, wql_error *err) {
    wql_call call;
    wql_batch *batch;
    uint64_t rows = 0;
    if (wql_session_exec(session, wql_s(query), NULL, &call, err) < 0) return 0;
    while (wql_call_next(call, WQL_FOREVER, &batch, err) == WQL_OK) {
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return rows;
}

int main(int argc, char **argv) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_mof_report report = WQL_INIT(wql_mof_report);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_error err = WQL_INIT(wql_error);
    const char *file = argc > 2 ? argv[2] : NULL;
    wql_engine *engine;
    wql_session *session;
    int64_t wall = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
    if (argc < 3 || wql_engine_open(NULL, &engine, &err) < 0) return 2;
    options.root = argv[1];
    options.files = &file;
    options.file_count = 1;
    if (wql_engine_mof_load(engine, "root/cim", &options, &report, &err) < 0) return fail(&err);
    (void)wql_engine_get_stats(engine, &stats);
    printf("%u classes from %u files in %lld ms (%lld ms of a CPU); %llu KiB, and %llu KiB at most\n", report.classes,
           report.files, (long long)(now_us(CLOCK_MONOTONIC) - wall) / 1000,
           (long long)(now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu) / 1000, (unsigned long long)stats.memory / 1024,
           (unsigned long long)stats.memory_peak / 1024);
    if (argc > 4 && wql_session_open(engine, "root/cim", NULL, &session, &err) >= 0) {
        uint64_t rows = 0;
        int64_t us;
        cpu = now_us(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = atoi(argv[4]); i > 0; i--) rows += ask(session, argv[3], &err);
        us = now_us(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        printf("%llu rows, %llu a second of a CPU\n", (unsigned long long)rows,
               (unsigned long long)(rows * 1000000 / (uint64_t)(us + 1)));
        wql_session_close(session);
    }
    return wql_engine_close(engine) < 0;
}
