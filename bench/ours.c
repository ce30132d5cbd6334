/* SPDX-License-Identifier: MIT */
/* ours.c: the engine. One with no thread at all, whose calls are pumped (a sink) or pulled on the measuring thread; one with a
 * worker, and one with two, whose calls are pushed. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_fail(const wql_error *err) {
    fprintf(stderr, "bench: %s: %s\n", wql_status_name(err->status), err->message);
    exit(1);
}

void bench_stop(const char *why) {
    fprintf(stderr, "bench: %s\n", why);
    exit(1);
}

/* -- mounts ------------------------------------------------------------------------------------------------------ */

/* A class of the memory provider, and its rows. */
typedef struct shape {
    const char *name;
    uint8_t layout;
    int variant;
    uint32_t part; /* 1 to PARTS: a subclass with that part of the rows; PARTED: the class above; FEW, TEN: the first rows;
                      0: a class with all */
} shape;

enum { PARTS = 4, PARTED, FEW, TEN, SHAPES = 12 };
static const shape shapes[SHAPES] = {{"Item", WQL_OFFSETS, BENCH_ROWS, 0},       {"ItemDict", WQL_CODES, BENCH_ROWS, 0},
                                     {"ItemViews", WQL_VIEWS, BENCH_ROWS, 0},    {"ItemNulls", WQL_OFFSETS, BENCH_NULLS, 0},
                                     {"ItemWorld", WQL_OFFSETS, BENCH_WORLD, 0}, {"ItemBase", WQL_OFFSETS, BENCH_ROWS, PARTED},
                                     {"ItemPart1", WQL_OFFSETS, BENCH_ROWS, 1},  {"ItemPart2", WQL_OFFSETS, BENCH_ROWS, 2},
                                     {"ItemPart3", WQL_OFFSETS, BENCH_ROWS, 3},  {"ItemPart4", WQL_OFFSETS, BENCH_ROWS, 4},
                                     {"ItemFew", WQL_OFFSETS, BENCH_ROWS, FEW},  {"ItemTen", WQL_OFFSETS, BENCH_ROWS, TEN}};

/* The first row of a part: columns are cut where bits begin a word. */
static uint64_t part_at(const bench_table *table, uint32_t part) {
    return part > PARTS ? table->rows : table->rows / PARTS * (part - 1) / 64 * 64;
}

static void make_shape(const bench_table *table, const shape *s, wql_class_def *def, wql_column columns[BENCH_WIDTH],
                       wql_table *made) {
    bool is_part = s->part && s->part <= PARTS;
    uint64_t first = is_part ? part_at(table, s->part) : 0, end = is_part ? part_at(table, s->part + 1) : table->rows;
    *def = (wql_class_def){.struct_size = sizeof *def,
                           .name = s->name,
                           .superclass = is_part ? "ItemBase" : NULL,
                           .properties = is_part ? NULL : bench_properties,
                           .property_count = is_part ? 0 : BENCH_WIDTH};
    *made = (wql_table){.struct_size = sizeof *made, .def = def};
    if (s->part == PARTED) return;
    bench_table_columns(table->variants[s->variant], s->layout, first, columns);
    made->column_count = BENCH_WIDTH;
    made->columns = columns;
    made->rows = end - first;
    if (s->part == FEW && end > BENCH_FEW) made->rows = BENCH_FEW;
    if (s->part == TEN) made->rows = BENCH_TEN;
}

void bench_mount(wql_engine *engine, const bench_table *table, bench_source *source) {
    wql_error err = WQL_INIT(wql_error);
    wql_class_def defs[SHAPES];
    wql_column columns[SHAPES][BENCH_WIDTH];
    wql_table tables[SHAPES];
    for (uint32_t i = 0; i < SHAPES; i++) {
        make_shape(table, &shapes[i], &defs[i], columns[i], &tables[i]);
        if (i) tables[i - 1].next = &tables[i];
    }
    if (wql_engine_mount(engine, "root/bench", wql_memory_provider(), NULL, tables, &err) < 0 ||
        wql_engine_mount(engine, "root/bench", &bench_provider, NULL, source, &err) < 0)
        bench_fail(&err);
}

void bench_ours_open(bench_ours *ours, const bench_table *table, int isa) {
    static const uint32_t kernels[] = {WQL_KERNELS_PORTABLE, WQL_KERNELS_AVX2, WQL_KERNELS_AUTO};
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options, .kernels = kernels[isa]}, working = options, pair = options;
    working.workers = 1;
    pair.workers = 2;
    memset(ours, 0, sizeof *ours);
    ours->source.table = table;
    if (wql_engine_open(&options, &ours->engine, &err) < 0 || wql_engine_open(&working, &ours->working, &err) < 0 ||
        wql_engine_open(&pair, &ours->pair, &err) < 0)
        bench_fail(&err);
    bench_mount(ours->engine, table, &ours->source);
    bench_mount(ours->working, table, &ours->source);
    bench_mount(ours->pair, table, &ours->source);
    if (wql_session_open(ours->engine, "root/bench", NULL, &ours->session, &err) < 0 ||
        wql_session_open(ours->working, "root/bench", NULL, &ours->working_session, &err) < 0 ||
        wql_session_open(ours->pair, "root/bench", NULL, &ours->pair_session, &err) < 0 ||
        wql_pump_open(ours->engine, &ours->pump, &err) < 0)
        bench_fail(&err);
}

void bench_ours_close(bench_ours *ours) {
    wql_pump_close(ours->pump);
    wql_session_close(ours->session);
    wql_session_close(ours->working_session);
    wql_session_close(ours->pair_session);
    if (wql_engine_close(ours->engine) != WQL_OK || wql_engine_close(ours->working) != WQL_OK ||
        wql_engine_close(ours->pair) != WQL_OK)
        bench_stop("an engine does not close");
}

/* -- the sink ---------------------------------------------------------------------------------------------------- */

typedef struct reader {
    bench_answer *answer;
    bool counts, ended;
    wql_status status;
    char message[160];
} reader;

static void take(bench_answer *answer, const wql_batch *batch) {
    const wql_column *columns[BENCH_WIDTH];
    uint32_t width = wql_batch_width(batch);
    if (width > BENCH_WIDTH) bench_stop("a batch has too many columns");
    for (uint32_t i = 0; i < width; i++) columns[i] = wql_batch_column(batch, i);
    if (width == 1 && columns[0]->type == WQL_UINT32 && columns[0]->layout == WQL_FIXED && !columns[0]->validity)
        bench_take_ids(answer, columns[0]->values, wql_batch_rows(batch));
    else
        bench_take_columns(answer, columns, width, wql_batch_rows(batch));
}

static wql_status indicate(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    take(((reader *)user)->answer, batch);
    return WQL_OK;
}

static wql_status status(void *user, wql_call call, const wql_report *report) {
    reader *r = user;
    (void)call;
    if (!report->is_final) return WQL_OK;
    if (r->counts) r->answer->rows += report->done;
    r->status = report->status;
    if (report->error) snprintf(r->message, sizeof r->message, "%.159s", report->error->message);
    r->ended = true;
    return WQL_OK;
}

/* -- runs -------------------------------------------------------------------------------------------------------- */

static void pull(bench_ours *ours, const char *text, const wql_call_options *how, bench_answer *answer) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_session_exec(ours->session, wql_s(text), how, &call, &err) < 0) bench_fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        take(answer, batch);
        wql_batch_release(batch);
    }
    if (st != WQL_END) bench_fail(&err);
    if (how->flags & WQL_COUNT_ONLY) {
        wql_call_get_stats(call, &stats);
        answer->rows += stats.rows_delivered;
    }
    wql_call_close(call);
}

void bench_ours_run(bench_ours *ours, int drive, const char *text, uint32_t flags, bench_answer *answer) {
    wql_error err = WQL_INIT(wql_error);
    reader r = {.answer = answer, .counts = flags & WQL_COUNT_ONLY};
    wql_sink sink = {.struct_size = sizeof sink, .user = &r, .indicate = indicate, .status = status};
    wql_call_options how = {.struct_size = sizeof how, .flags = flags};
    wql_session *session = drive == BENCH_PUMPED   ? ours->session
                           : drive == BENCH_SHARED ? ours->pair_session
                                                   : ours->working_session;
    wql_call call;
    if (drive == BENCH_PULLED) {
        pull(ours, text, &how, answer);
        return;
    }
    how.sink = &sink;
    if (drive == BENCH_PUMPED) how.pump = ours->pump;
    if (wql_session_exec(session, wql_s(text), &how, &call, &err) < 0) bench_fail(&err);
    if (drive == BENCH_PUMPED) {
        while (!r.ended)
            if (wql_pump_run(ours->pump, 1000000) < 0) bench_stop("the pump does not run");
    } else if (wql_call_wait(call, WQL_FOREVER, &err) != WQL_OK) {
        bench_fail(&err);
    }
    wql_call_close(call);
    if (r.status == WQL_OK) return;
    fprintf(stderr, "bench: %s\n", text);
    bench_stop(r.message);
}
