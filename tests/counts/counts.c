/* SPDX-License-Identifier: MIT */
/* counts.c: work whose instructions are counted: run.sh runs this under callgrind, which counts while counts_measured runs and
 * writes a file at each of its ends. Which work that was is printed, a line for each.
 *
 *   counts --build
 *   counts [--once] [CASE...]
 *
 * --build prints what the counts depend on beside the sources. --once: calls of a function are counted (by callgrind at all
 * times). Cases: all, or those that are named. A case is measured the second time it runs, so that what is made only once is not
 * counted; its answer is compared with the right one. One thread and a clock of our own, so that the same work is done each time.
 * Exit: 0; 1: a wrong answer; 2: options; 3: the CPU lacks AVX2.
 */
#include "../../bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 20000, KERNELS = 2 };
static const char *const kernel_names[KERNELS] = {"portable", "avx2"};
static const uint32_t kernels[KERNELS] = {WQL_KERNELS_PORTABLE, WQL_KERNELS_AVX2};
/* Queries that are counted over copied columns too. */
static const int copied[] = {BENCH_Q2, BENCH_Q4, BENCH_Q6, BENCH_Q8};
static const size_t text_sizes[] = {40, 300, 10000};
static const char *const text_names[] = {"40b", "300b", "10kb"};

typedef struct work {
    wql_engine *engine;
    wql_session *session;
    const char *text;
    uint32_t flags;
    bool parses, prepares; /* else it is run */
    bench_answer answer;
} work;

/* -- what is measured -------------------------------------------------------------------------------------------- */

static void take(bench_answer *answer, const wql_batch *batch) {
    const wql_column *columns[BENCH_WIDTH];
    uint32_t width = wql_batch_width(batch);
    if (width > BENCH_WIDTH) bench_stop("a batch has too many columns");
    for (uint32_t i = 0; i < width; i++) columns[i] = wql_batch_column(batch, i);
    bench_take_columns(answer, columns, width, wql_batch_rows(batch));
}

static void run(work *w) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_options how = {.struct_size = sizeof how, .flags = w->flags};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    if (wql_session_exec(w->session, wql_s(w->text), &how, &call, &err) < 0) bench_fail(&err);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        take(&w->answer, batch);
        wql_batch_release(batch);
    }
    if (status != WQL_END) bench_fail(&err);
    if (w->flags & WQL_COUNT_ONLY) {
        wql_call_get_stats(call, &stats);
        w->answer.rows += stats.rows_delivered;
    }
    wql_call_close(call);
}

/* The name that callgrind is told. */
void counts_measured(work *w);
__attribute__((noinline)) void counts_measured(work *w) {
    wql_error err = WQL_INIT(wql_error);
    wql_query *query;
    if (w->parses) {
        if (wql_query_check(w->engine, wql_s(w->text), 0, NULL, &err) < 0) bench_fail(&err);
    } else if (w->prepares) {
        if (wql_query_prepare(w->session, wql_s(w->text), &query, &err) < 0) bench_fail(&err);
        wql_query_close(query);
    } else {
        run(w);
    }
}

__attribute__((noinline)) static void not_measured(work *w) {
    wql_error err = WQL_INIT(wql_error);
    wql_query *query;
    if (!w->parses && !w->prepares) {
        run(w);
    } else {
        if (wql_query_prepare(w->session, wql_s(w->text), &query, &err) < 0) bench_fail(&err);
        wql_query_close(query);
    }
}

/* -- cases ------------------------------------------------------------------------------------------------------- */

typedef struct chosen {
    bool once;
    char **names;
    int count; /* 0: all */
    int found;
} chosen;

static bool is_chosen(chosen *c, const char *name) {
    bool named = c->count == 0;
    for (int i = 0; i < c->count; i++) named |= strcmp(c->names[i], name) == 0;
    c->found += named;
    return named;
}

static void measure(work *w, const char *name, bool once) {
    if (!once) not_measured(w);
    w->answer = (bench_answer){.thorough = false};
    counts_measured(w);
    printf("%s\n", name);
}

/* `copies`: over the provider whose columns are copied. */
static bool measure_query(work w, const bench_table *table, int query, bool copies, const char *kernel, chosen *c) {
    char text[BENCH_QUERY_ROOM], name[32];
    bench_answer right;
    snprintf(name, sizeof name, "%s%s.%s", bench_queries[query].name, copies ? ".copy" : "", kernel);
    if (!is_chosen(c, name)) return true;
    bench_wql(query, copies ? "ItemCopy" : "Item", text, sizeof text);
    w.text = text;
    w.flags = bench_queries[query].flags;
    measure(&w, name, c->once);
    bench_right_answer(table, query, false, &right);
    if (w.answer.rows == right.rows && w.answer.sum == right.sum) return true;
    fprintf(stderr, "counts: %s: another answer than the right one\n", name);
    return false;
}

/* None of these looks at a row: they are the same whatever the kernels are. */
static void measure_texts(work w, chosen *c) {
    static char text[BENCH_TEXT_ROOM];
    char name[32];
    w.text = text;
    for (int prepares = 0; prepares < 2; prepares++)
        for (size_t i = 0; i < sizeof text_sizes / sizeof text_sizes[0]; i++) {
            snprintf(name, sizeof name, "%s.%s", prepares ? "prepare" : "parse", text_names[i]);
            if (!is_chosen(c, name)) continue;
            w.parses = !prepares;
            w.prepares = prepares;
            bench_prepare_text(text, text_sizes[i]);
            measure(&w, name, c->once);
        }
}

/* -- the program ------------------------------------------------------------------------------------------------- */

/* A microsecond passes each time somebody looks. */
static int64_t tick(void *user, bool wall) {
    (void)wall;
    return ++*(int64_t *)user;
}

static bool measure_kernel(int kernel, const bench_table *table, chosen *c) {
    static int64_t now = 1700000000000000;
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options, .kernels = kernels[kernel], .clock = tick, .clock_user = &now};
    bench_source source = {.table = table};
    work w = {0};
    wql_status status = wql_engine_open(&options, &w.engine, &err);
    bool right = true;
    if (status == WQL_E_NOT_SUPPORTED) {
        fprintf(stderr, "counts: this machine has no %s\n", kernel_names[kernel]);
        exit(3);
    }
    if (status < 0) bench_fail(&err);
    bench_mount(w.engine, table, &source);
    if (wql_session_open(w.engine, "root/bench", NULL, &w.session, &err) < 0) bench_fail(&err);
    if (kernel == 0) measure_texts(w, c);
    for (int q = 0; q < BENCH_FIRST_QUERIES; q++) right &= measure_query(w, table, q, false, kernel_names[kernel], c);
    for (size_t i = 0; i < sizeof copied / sizeof copied[0]; i++)
        right &= measure_query(w, table, copied[i], true, kernel_names[kernel], c);
    wql_session_close(w.session);
    if (wql_engine_close(w.engine) != WQL_OK) bench_stop("the engine does not close");
    return right;
}

int main(int argc, char **argv) {
    bool once = argc > 1 && strcmp(argv[1], "--once") == 0;
    chosen c = {once, argv + 1 + once, argc - 1 - once, 0};
    bench_table table;
    bool right = true;
    if (argc == 2 && strcmp(argv[1], "--build") == 0) {
        printf("%s\n", COUNTS_BUILD);
        return 0;
    }
    bench_table_make(&table, ROWS);
    for (int kernel = 0; kernel < KERNELS; kernel++) right &= measure_kernel(kernel, &table, &c);
    bench_table_free(&table);
    if (c.found < c.count) {
        fprintf(stderr, "counts: a case is named that is none\n");
        return 2;
    }
    return !right;
}
