/* SPDX-License-Identifier: MIT */
/* golden.h: the parts of the golden runner.
 *
 *   golden.c   arguments, comparing what came with what the case says, rewriting a case file
 *   case.c     a case file: classes, rows, cases
 *   cell.c     a value as it is written in a case file
 *   print.c    a value, a row, an error as they are written in a case file
 *   source.c   the provider that serves the rows, with its habits
 *   ways.c     the ways in which a query is run
 *   lines.c    lists of texts */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "../aid.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

/* -- lines.c ----------------------------------------------------------------------------------------------------- */

/* A list of texts. */
typedef struct lines {
    char **at;
    uint32_t count, room;
} lines;

void lines_add(lines *to, pool *from, const char *text, size_t len);
void lines_format(lines *to, pool *from, const char *format, ...) WQL_PRINTF(3, 4);
void lines_sort(lines *list);

/* -- case.c, cell.c ---------------------------------------------------------------------------------------------- */

/* A value as written: of the property's type if it fits that. */
typedef struct cell {
    wql_value scalar; /* NULL and scalars */
    bool is_array, is_object;
    uint32_t count; /* items; properties of an object */
    struct cell *items;
    const char **names;     /* of an object's properties */
    const char *class_name; /* of an object */
} cell;

typedef struct data_class {
    char *name, *superclass;
    uint32_t flags;
    wql_property_def *properties; /* its own */
    uint32_t property_count;
    wql_property_def *all; /* inherited ones first, as the library numbers them */
    uint32_t all_count;
    cell **rows; /* each all_count cells */
    uint32_t row_count, row_room;
} data_class;

/* What a case expects of the plan. */
typedef struct expected_plan {
    int take;
    lines text;
} expected_plan;

enum { PLANS_MAX = 4, QUERIES_MAX = 64 };

/* A case. Lines are numbered from 0. */
typedef struct query_case {
    char *title;
    uint32_t line;                /* of `case` */
    wql_str queries[QUERIES_MAX]; /* all must answer alike */
    uint32_t query_count;
    bool are_paths;             /* the queries are paths of objects to fetch */
    uint32_t flags, batch_rows; /* options of the call */
    uint64_t rows_max;
    bool ordered;
    int takes;                             /* what the provider answers in all ways, or TAKE_ANY */
    wql_status ends;                       /* how scans end */
    lines show;                            /* names to be looked up in each row */
    uint32_t expected_first, expected_end; /* lines of what is expected; equal: nothing is, yet */
    bool has_rows, has_columns, has_count;
    lines rows, columns, error;
    uint64_t count;
    char *status; /* a remark with which the call ends; NULL: none */
    expected_plan plans[PLANS_MAX];
    uint32_t plan_count;
} query_case;

typedef struct case_file {
    pool memory;
    const char *path;
    lines text;
    data_class *classes;
    uint32_t class_count;
    query_case *cases;
    uint32_t case_count;
} case_file;

void case_file_read(case_file *file, const char *path);
void case_file_free(case_file *file);
const data_class *case_file_class(const case_file *file, const char *name, size_t len);
int take_number(const char *name);
const char *take_name(int take);

/* Where a text is being read; complaints name the line. */
typedef struct reader {
    case_file *file;
    uint32_t line; /* from 0 */
    const char *at, *end;
} reader;

void complain(const reader *from, const char *format, ...) WQL_PRINTF(2, 3) __attribute__((noreturn));
void skip_blanks(reader *from);
char *read_quoted(reader *from, size_t *len);
cell read_cell(reader *from, const wql_property_def *property);

/* -- print.c ----------------------------------------------------------------------------------------------------- */

void print_value(writer *to, const wql_value *value);
void print_row(writer *to, const wql_batch *batch, uint32_t row, const lines *show);
void print_columns(writer *to, const wql_batch *batch);
void print_error(writer *to, const wql_error *error);

/* -- source.c ---------------------------------------------------------------------------------------------------- */

/* Answers of a provider's plan: WQL_NONE, WQL_SUPERSET, WQL_EXACT, and: */
enum { TAKE_MIXED = 3, TAKE_ANY = -1 };

/* A thread that wakes scans a little later. */
typedef struct waking {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    wql_waker queue[64];
    uint32_t count;
    bool busy, stop;
} waking;

void waking_start(waking *w);
void waking_drain(waking *w); /* returns when all were woken */
void waking_stop(waking *w);

/* A mounted provider and its habits; change them between calls only. */
typedef struct source {
    const case_file *file;
    waking *waking;
    int take;
    bool pending;    /* often answers WQL_S_PENDING, and brings rows in pieces */
    bool sparse;     /* sets only the cells that are wanted */
    wql_status ends; /* what the last next returns; WQL_OK: WQL_END */
    _Atomic uint64_t seed;
    _Atomic uint32_t open_scans;
} source;

const wql_provider *source_provider(bool concurrent);

/* -- ways.c ------------------------------------------------------------------------------------------------------ */

/* What came. */
typedef struct outcome {
    pool *memory;
    wql_status status;
    wql_error error;
    bool has_error;
    lines rows, columns;
    uint64_t counted;
    char *broken; /* a promise that was not kept; NULL: none */
} outcome;

enum { ENGINES = 3 };

typedef struct bench {
    const case_file *file;
    waking waking;
    source sources[ENGINES];
    wql_engine *engines[ENGINES];
    wql_session *sessions[ENGINES], *with_parameters[ENGINES];
} bench;

void bench_open(bench *b, const case_file *file);
const char *bench_close(bench *b); /* what was wrong on the whole; NULL: nothing */
uint32_t way_count(void);
const char *way_name(uint32_t way);
void run_way(bench *b, uint32_t way, const query_case *c, wql_str query, uint64_t seed, outcome *out);
/* What wql_query_prepare and wql_query_check say; NULL if they agree with how the call ended, else why not. */
const char *check_early(bench *b, const query_case *c, wql_str query, const outcome *call);
void explain_query(bench *b, wql_str query, int take, pool *memory, lines *out);

#endif
