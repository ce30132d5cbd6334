/* SPDX-License-Identifier: MIT */
/* run_lab.h: a laboratory for tests of runs: three mounts whose provider does what a test says, classes, a clock that the test
 * moves, an allocator that counts and fails, and results as text. */
#ifndef WQL_TESTS_RUN_LAB_H
#define WQL_TESTS_RUN_LAB_H

#include "../../engine/exec/run.h"
#include <wql/call.h>

typedef struct rl_lab rl_lab;
typedef struct rl_script rl_script;

enum { RL_ROWS, RL_EMIT, RL_EMIT_VIEWS, RL_EMIT_CODES, RL_COPY, RL_WAYS };

/* A provider. What is not set does what a good provider does: it brings rows 0 to `rows` of its class, `per_next` at a time. */
struct rl_script {
    wql_provider table;
    rl_lab *lab;
    wql_status (*on_open)(rl_script *s, wql_scan *scan, wql_error *err);
    wql_status (*on_next)(rl_script *s, wql_scan *scan, wql_error *err);
    void (*on_close)(rl_script *s, wql_scan *scan);
    uint8_t take[16];   /* by operator: what plan answers */
    uint8_t lower[16];  /* what open lowers it to, if `lowers` */
    bool lowers, holds; /* holds: brings only rows that hold for what is taken */
    bool lies;          /* takes as exact and brings everything */
    int way;
    uint64_t rows, stride; /* stride: Ids go up by that; 0: 1 */
    uint32_t per_next;     /* 0: as many as row_end lets through, or 1,024 */
    uint64_t buffer_id;
    wql_status end; /* WQL_OK stands for WQL_END */
    /* observed */
    int opens, opened, nexts, closes, releases, emits;
    _Atomic int interrupts;
    uint64_t limit; /* of the last request */
    uint32_t flags;
    uint64_t wanted;
    uint64_t at[64]; /* the next row, by scan; the scan's state points here */
    uint32_t scans;
    int step; /* for the callbacks of a test */
    void *note;
};

struct rl_lab {
    wql__mem *mem;
    long allocations, fail_at;
    bool fail_on;         /* and all behind it */
    rl_script scripts[3]; /* lab: T, U < T, Part ...; other: W < T; slow (serialised, may block): Z < T */
    wql__mount *mounts[3];
    wql__catalog *catalog;
    wql__run_env env;
    wql__kernels kernels;
    wql__run_stats stats;
    _Atomic uint32_t stop;
    _Atomic int64_t deadline;
    int64_t now, tick; /* tick: what each look at the clock adds */
    int turns, wakes;  /* wakes of a turn; of a waker */
    uint64_t woken;
    wql__plan *plan;
    wql__run *run;
    wql_error err;
    uint64_t base; /* bytes in use before the run */
    char log[400];
    bool raised; /* the limits of texts */
};

enum { RL_ID, RL_S, RL_N, RL_B, RL_R, RL_F, RL_U8, RL_D, RL_I, RL_C, RL_TAGS, RL_E, RL_ES, RL_REF, RL_NUMS, RL_X };

int rl_setup(void **state);
int rl_teardown(void **state);

/* The cell that row `i` of class T has. Objects and their arrays are NULL. */
wql_value rl_cell(uint32_t property, uint64_t i);

/* Plans; opens a run. The test fails if that fails. */
void rl_open(rl_lab *l, const char *text, uint32_t flags);
/* Only plans, and returns what that brought. */
wql_status rl_plan(rl_lab *l, const char *text, uint32_t flags);
wql_status rl_next(rl_lab *l, wql_batch **out);
/* Closes run and plan; everything must be freed. */
void rl_close(rl_lab *l);

/* Appends the rows of a batch, "Class: a | b | c\n" each. */
void rl_print(const wql_batch *batch, char **text);
/* Runs to the end: rows as text, to be freed, and how it ended. `batches` may be NULL. */
wql_status rl_all(rl_lab *l, char **text, uint32_t *batches);
/* Opens, runs, closes; the text is to be freed. The test fails unless the run ended well. */
char *rl_query(rl_lab *l, const char *text, uint32_t flags);
/* The same, and the text must be this. */
void rl_expect(rl_lab *l, const char *text, const char *expected);

/* Runs a query whose provider breaks the contract. The error must name the provider and contain `message`. */
void rl_expect_fault(rl_lab *l, const char *query, const char *message);

/* Runs on to the end, and writes the sizes of all batches: "3 1024 17 ". Returns how the run ended. */
wql_status rl_sizes(rl_lab *l, char *buf, size_t size);

#endif
