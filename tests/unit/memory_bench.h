/* SPDX-License-Identifier: MIT */
/* memory_bench.h: a mounted table that can change, and rows for it. For the tests of wql_memory; included after cmocka.h. */
#ifndef WQL_TESTS_MEMORY_BENCH_H
#define WQL_TESTS_MEMORY_BENCH_H

#include "memory_host.h"

/* A mounted table that can change. */
typedef struct bench {
    test_host h;
    wql_memory *memory;
    wql_class_def def;
    wql_table table;
    wql_error err;
    lines got;
} bench;

static inline void bench_open(bench *b, const wql_property_def *props, uint32_t count) {
    memset(b, 0, sizeof *b);
    host_init(&b->h, props, count);
    assert_int_equal(wql_memory_open(host_hook, &b->h, &b->memory), WQL_OK);
    b->def = (wql_class_def){.struct_size = sizeof b->def, .name = "Thing", .properties = props, .property_count = count};
    b->table = (wql_table){.struct_size = sizeof b->table, .def = &b->def, .memory = b->memory};
    b->err.struct_size = sizeof b->err;
}

static inline void bench_load(bench *b) {
    assert_int_equal(host_load(&b->h, &b->table, &b->err), WQL_OK);
}

static inline void bench_scan(bench *b) {
    ask a = {0};
    lines_free(&b->got);
    assert_int_equal(scan_all(&b->h, &a, &b->got, &b->err), WQL_END);
    assert_string_equal(b->h.breach, "");
}

/* Nothing may be left once everybody let go. */
static inline void bench_close(bench *b) {
    host_unload(&b->h);
    wql_memory_close(b->memory);
    assert_int_equal(b->h.bytes, 0);
    assert_int_equal(b->h.blocks, 0);
    lines_free(&b->got);
    host_free(&b->h);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static const wql_property_def tree_props[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING},
                                              {.name = "Size", .type = WQL_SINT64},
                                              {.name = "Old", .type = WQL_BOOLEAN},
                                              {.name = "Planted", .type = WQL_DATETIME}};

/* The cells of tree `id`, some of them NULL; the text lies in `room`. */
static inline void tree_row(uint32_t id, wql_value row[5], char room[32]) {
    snprintf(room, 32, "tree %u%s", (unsigned)id, id % 3 ? "" : " of the far wood");
    row[0] = wql_u64(id);
    row[1] = id % 7 == 1 ? wql_null() : wql_text(wql_s(room));
    row[2] = id % 5 == 2 ? wql_null() : wql_i64((int64_t)id * -1000003);
    row[3] = id % 11 == 3 ? wql_null() : wql_bool(id % 2);
    row[4] = id % 13 == 4 ? wql_null() : wql_time((wql_datetime){.us = id, .offset_min = (int16_t)(id % 60)});
}

static inline void tree_line(uint32_t id, char *line, size_t size) {
    wql_value row[5];
    char room[32], text[5][100];
    tree_row(id, row, room);
    for (int i = 0; i < 5; i++) cell_text(&row[i], text[i], sizeof text[i]);
    snprintf(line, size, "%s|%s|%s|%s|%s", text[0], text[1], text[2], text[3], text[4]);
}

static inline wql_status append_trees(wql_memory *memory, uint32_t first, uint32_t count, wql_error *err) {
    wql_value *rows = malloc((size_t)count * 5 * sizeof *rows);
    char(*rooms)[32] = malloc((size_t)count * 32);
    wql_status st;
    if (!rows || !rooms) abort();
    for (uint32_t i = 0; i < count; i++) tree_row(first + i, rows + i * 5, rooms[i]);
    st = wql_memory_append(memory, rows, 5, count, err);
    free(rows);
    free(rooms); /* copied */
    return st;
}

static inline void assert_trees(const lines *got, uint32_t first, uint32_t count) {
    char line[512];
    assert_int_equal(got->count, count);
    for (uint32_t i = 0; i < count; i++) {
        tree_line(first + i, line, sizeof line);
        assert_string_equal(got->line[i], line);
    }
}

#endif
