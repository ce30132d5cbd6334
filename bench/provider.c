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

typedef struct position {
    uint64_t row;
} position;

static wql_status open(wql_scan *scan, wql_error *err) {
    (void)err;
    scan->state = calloc(1, sizeof(position));
    return scan->state ? WQL_OK : WQL_E_OUT_OF_MEMORY;
}

static wql_status next(wql_scan *scan, wql_error *err) {
    const bench_source *source = scan->self;
    position *at = scan->state;
    uint64_t left = source->table->rows - at->row, first = at->row;
    uint32_t rows = left < 1024 ? (uint32_t)left : 1024, width = 0;
    wql_column all[BENCH_WIDTH], wanted[BENCH_WIDTH];
    wql_status status;
    bench_table_columns(source->table, WQL_OFFSETS, first, all);
    for (uint32_t i = 0; i < BENCH_WIDTH; i++)
        if (wql_scan_wants(scan, i)) wanted[width++] = all[i];
    status = scan->request->class_index == BENCH_COPIES ? wql_scan_copy(scan, rows, wanted, width, err)
                                                        : wql_scan_emit(scan, rows, wanted, width, NULL, NULL, err);
    if (status < 0) return status;
    at->row += rows;
    if (at->row < source->table->rows) return WQL_OK;
    at->row = 0;
    return scan->request->class_index == BENCH_ENDLESS ? WQL_OK : WQL_END;
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
