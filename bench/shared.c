/* SPDX-License-Identifier: MIT */
/* shared.c: a loop by hand on two threads: half of the rows on the caller's, half on one that is made for it. */
#include "bench.h"

#include <pthread.h>

typedef struct half {
    bench_loop loop;
    bench_table rows;
    bench_answer answer;
} half;

/* Rows first, first + 1, ... of a table; first is a multiple of 64. */
static bench_table cut(const bench_table *table, uint64_t first, uint64_t rows) {
    bench_table t = *table;
    t.rows = rows;
    t.id += first;
    t.parent += first;
    t.size += first;
    t.cpu += first;
    t.flag += first / 8;
    t.created += first;
    t.name_offsets += first;
    t.path_offsets += first;
    t.name_codes += first;
    t.name_views += first;
    t.path_views += first;
    return t;
}

static void *run_half(void *arg) {
    half *h = arg;
    h->loop(&h->rows, &h->answer);
    return NULL;
}

void bench_loop_shared(bench_loop loop, const bench_table *table, bench_answer *answer) {
    uint64_t first = table->rows / 128 * 64;
    half halves[2] = {{.loop = loop, .rows = cut(table, 0, first)},
                      {.loop = loop, .rows = cut(table, first, table->rows - first)}};
    pthread_t thread;
    halves[0].answer.thorough = halves[1].answer.thorough = answer->thorough;
    if (pthread_create(&thread, NULL, run_half, &halves[1]) != 0) bench_stop("no thread for a loop");
    (void)run_half(&halves[0]);
    pthread_join(thread, NULL);
    for (int i = 0; i < 2; i++) {
        answer->rows += halves[i].answer.rows;
        answer->sum += halves[i].answer.sum;
        answer->deep += halves[i].answer.deep;
    }
}
