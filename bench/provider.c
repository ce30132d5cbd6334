/* SPDX-License-Identifier: MIT */
/* provider.c: the same arrays through a provider that takes no condition over, in three ways: copied into the engine's memory;
 * without a copy but without buffer ids, so that each batch is checked anew; and without end, for calls that will be cancelled.
 */
#include "bench.h"

#include <stdatomic.h>
#include <stdlib.h>

static const wql_class_def classes[] = {
    [BENCH_COPIES] = {.struct_size = sizeof(wql_class_def),
                      .name = "ItemCopy",
                      .properties = bench_properties,
                      .property_count = BENCH_WIDTH},
    [BENCH_NO_IDS] = {.struct_size = sizeof(wql_class_def),
                      .name = "ItemNoId",
                      .properties = bench_properties,
                      .property_count = BENCH_WIDTH},
    [BENCH_ENDLESS] = {.struct_size = sizeof(wql_class_def),
                       .name = "ItemEndless",
                       .properties = bench_properties,
                       .property_count = BENCH_WIDTH},
};

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, classes, sizeof classes / sizeof *classes, err);
}

/* A scan: the columns that are wanted, from its next row on. */
typedef struct position {
    uint64_t row;
    uint32_t width;
    wql_column columns[BENCH_WIDTH];
} position;

static wql_status open(wql_scan *scan, wql_error *err) {
    const bench_source *source = scan->self;
    wql_column all[BENCH_WIDTH];
    position *at = calloc(1, sizeof *at);
    (void)err;
    if (!at) return WQL_E_OUT_OF_MEMORY;
    bench_table_columns(source->table, WQL_OFFSETS, 0, all);
    for (uint32_t i = 0; i < BENCH_WIDTH; i++)
        if (wql_scan_wants(scan, i)) at->columns[at->width++] = all[i];
    scan->state = at;
    return WQL_OK;
}

static uint32_t bytes_of(const wql_column *col) { return col->type == WQL_UINT32 ? 4 : 8; }

/* Columns move on by `rows`. `back`: to the first row again. */
static void move(position *at, uint32_t rows, bool back) {
    int64_t by = back ? -(int64_t)at->row : (int64_t)rows;
    for (uint32_t i = 0; i < at->width; i++) {
        wql_column *col = &at->columns[i];
        if (col->offsets) col->offsets += by;
        if (col->layout == WQL_BITS) col->values = (const uint8_t *)col->values + by / 8;
        if (col->layout == WQL_FIXED) col->values = (const char *)col->values + by * bytes_of(col);
    }
    at->row += (uint64_t)by;
}

/* As many as may come at once; without end fewer, as a call that is cancelled waits for what is under way. */
enum { ROWS = 2048, ROWS_ENDLESS = 1024 };

static wql_status next(wql_scan *scan, wql_error *err) {
    const bench_source *source = scan->self;
    position *at = scan->state;
    uint64_t left = source->table->rows - at->row;
    uint32_t most = scan->request->class_index == BENCH_ENDLESS ? ROWS_ENDLESS : ROWS, rows = left < most ? (uint32_t)left : most;
    bool copies = scan->request->class_index == BENCH_COPIES;
    wql_status status = copies ? wql_scan_copy(scan, rows, at->columns, at->width, err)
                               : wql_scan_emit(scan, rows, at->columns, at->width, NULL, NULL, err);
    if (status < 0) return status;
    if (left > rows) {
        move(at, rows, false);
        return WQL_OK;
    }
    if (scan->request->class_index != BENCH_ENDLESS) return WQL_END;
    move(at, 0, true);
    return WQL_OK;
}

static void close(wql_scan *scan) {
    bench_source *source = scan->self;
    atomic_store(&source->closed_ns, (uint64_t)(bench_now() * 1e9));
    atomic_fetch_add(&source->closes, 1);
    free(scan->state);
}

const wql_provider bench_provider = {
    .struct_size = sizeof bench_provider,
    .flags = WQL_CONCURRENT,
    .name = "bench",
    .load = load,
    .open = open,
    .next = next,
    .close = close,
};
