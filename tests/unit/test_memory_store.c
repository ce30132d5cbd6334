/* SPDX-License-Identifier: MIT */
/* test_memory_store.c: rows appended to a table while it is mounted: what becomes of each cell, who sees which rows, and what an
 * append that fails leaves behind. Replaced and published rows are test_memory_versions.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_bench.h"

#include <math.h>

/* -- what a cell becomes ----------------------------------------------------------------------------------------- */

static wql_value typed(wql_value v, uint32_t type) {
    v.type = type;
    return v;
}

static wql_value interval(int64_t us) {
    return wql_time((wql_datetime){.us = us, .interval = 1});
}

/* Each cell behind a NULL, twice: in the chunk that still grows, and in one that is full. `text` NULL: the scan fails. */
static void test_conversion(void **state) {
    const struct {
        uint32_t type, flags;
        wql_value cell;
        const char *text;
    } cases[] = {
        {WQL_UINT8, 0, wql_u64(255), "255"},
        {WQL_UINT8, 0, wql_u64(256), "-"},
        {WQL_UINT8, 0, wql_i64(255), "255"},
        {WQL_UINT8, 0, wql_i64(256), "-"},
        {WQL_UINT8, 0, wql_i64(-1), "-"},
        {WQL_SINT8, 0, wql_i64(-128), "-128"},
        {WQL_SINT8, 0, wql_i64(-129), "-"},
        {WQL_SINT8, 0, wql_i64(127), "127"},
        {WQL_SINT8, 0, wql_u64(128), "-"},
        {WQL_SINT8, 0, wql_u64(127), "127"},
        {WQL_UINT16, 0, wql_u64(65535), "65535"},
        {WQL_UINT16, 0, wql_u64(65536), "-"},
        {WQL_SINT16, 0, wql_i64(-32768), "-32768"},
        {WQL_SINT16, 0, wql_i64(-32769), "-"},
        {WQL_SINT16, 0, wql_u64(32768), "-"},
        {WQL_CHAR16, 0, wql_u64(65535), "65535"},
        {WQL_CHAR16, 0, typed(wql_u64(65), WQL_CHAR16), "65"},
        {WQL_CHAR16, 0, wql_i64(-1), "-"},
        {WQL_UINT32, 0, wql_u64(UINT32_MAX), "4294967295"},
        {WQL_UINT32, 0, wql_u64((uint64_t)UINT32_MAX + 1), "-"},
        {WQL_UINT32, 0, typed(wql_u64(7), WQL_UINT8), "7"},
        {WQL_UINT32, 0, wql_i64(-1), "-"},
        {WQL_SINT32, 0, wql_i64(INT32_MIN), "-2147483648"},
        {WQL_SINT32, 0, wql_i64((int64_t)INT32_MIN - 1), "-"},
        {WQL_SINT32, 0, wql_u64((uint64_t)INT32_MAX + 1), "-"},
        {WQL_SINT64, 0, wql_i64(INT64_MIN), "-9223372036854775808"},
        {WQL_SINT64, 0, wql_u64(INT64_MAX), "9223372036854775807"},
        {WQL_SINT64, 0, wql_u64((uint64_t)INT64_MAX + 1), "-"},
        {WQL_UINT64, 0, wql_u64(UINT64_MAX), "18446744073709551615"},
        {WQL_UINT64, 0, wql_i64(INT64_MAX), "9223372036854775807"},
        {WQL_UINT64, 0, wql_i64(-1), "-"},
        {WQL_REAL64, 0, wql_f64(0.1), "0.10000000000000001"},
        {WQL_REAL64, 0, wql_i64(-3), "-3"},
        {WQL_REAL64, 0, wql_u64(UINT64_MAX), "1.8446744073709552e+19"},
        {WQL_REAL64, 0, wql_f64(INFINITY), "inf"},
        {WQL_REAL32, 0, wql_f64(0.5), "0.5"},
        {WQL_REAL32, 0, wql_u64(3), "3"},
        {WQL_REAL32, 0, wql_f64(3.4028234663852886e38), "3.4028234663852886e+38"},
        {WQL_REAL32, 0, wql_f64(1e39), "-"},
        {WQL_REAL32, 0, wql_f64(-1e39), "-"},
        {WQL_REAL32, 0, wql_f64(-INFINITY), "-inf"},
        {WQL_REAL32, 0, typed(wql_f64(1.25), WQL_REAL32), "1.25"},
        {WQL_BOOLEAN, 0, wql_bool(true), "T"},
        {WQL_BOOLEAN, 0, wql_bool(false), "F"},
        {WQL_STRING, 0, wql_text(wql_s("oak")), "'oak'"},
        {WQL_STRING, 0, wql_text(wql_s("")), "''"},
        {WQL_STRING, 0, wql_text(wql_s(NULL)), "''"},
        {WQL_STRING, 0, typed(wql_text(wql_s("A.B=1")), WQL_REFERENCE), "'A.B=1'"},
        {WQL_REFERENCE, 0, wql_text(wql_s("A.B=1")), "'A.B=1'"},
        {WQL_DATETIME, 0, wql_time((wql_datetime){.us = 5, .offset_min = 60, .wild = 1}), "5/60/1"},
        {WQL_DATETIME, WQL_INTERVAL, interval(9), "9/0/0"},
        {WQL_UINT32 | WQL_ARRAY, 0, wql_null(), "-"},
        {WQL_UINT32, 0, wql_f64(1), NULL},
        {WQL_UINT32, 0, wql_text(wql_s("1")), NULL},
        {WQL_UINT32, 0, wql_bool(true), NULL},
        {WQL_REAL64, 0, wql_text(wql_s("1")), NULL},
        {WQL_STRING, 0, wql_u64(1), NULL},
        {WQL_BOOLEAN, 0, wql_u64(1), NULL},
        {WQL_DATETIME, 0, interval(9), NULL},
        {WQL_DATETIME, WQL_INTERVAL, wql_time((wql_datetime){.us = 5}), NULL},
        {WQL_UINT32 | WQL_ARRAY, 0, wql_u64(1), NULL},
        {WQL_OBJECT, 0, wql_u64(1), NULL},
    };
    static wql_value rows[1024][2];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int full = 0; full < 2; full++) {
            const wql_property_def props[2] = {{.name = "Id", .type = WQL_UINT64, .flags = WQL_KEY},
                                               {.name = "Value", .type = cases[i].type, .flags = cases[i].flags}};
            uint32_t count = full ? 1024 : 3;
            char line[100];
            bench b;
            bench_open(&b, props, 2);
            bench_load(&b);
            for (uint32_t r = 0; r < count; r++) {
                rows[r][0] = wql_u64(r);
                rows[r][1] = r == 1 ? wql_null() : cases[i].cell;
            }
            assert_int_equal(wql_memory_append(b.memory, rows[0], 2, count, &b.err), WQL_OK);
            if (cases[i].text) {
                bench_scan(&b);
                assert_int_equal(b.got.count, count);
                snprintf(line, sizeof line, "2|%s", cases[i].text);
                assert_string_equal(b.got.line[2], line);
                assert_string_equal(b.got.line[1], "1|-");
                assert_int_equal(b.h.nulled, strcmp(cases[i].text, "-") == 0 && cases[i].cell.type ? count - 1 : 0);
            } else {
                ask a = {0};
                assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_E_PROVIDER_FAILURE);
                assert_non_null(strstr(b.err.message, "property 1 of class Thing is "));
            }
            bench_close(&b);
        }
}

/* -- appending --------------------------------------------------------------------------------------------------- */

/* Any number of rows, appended in pieces of any size, scanned in batches of any size. */
static void test_append(void **state) {
    static const uint32_t counts[] = {1, 7, 64, 1023, 1024, 1025, 2048, 3000}, pieces[] = {1, 5, 1000, 1024, 5000};
    static const uint32_t batches[] = {1, 7, 64, 100, 1024, 2048};
    (void)state;
    for (size_t n = 0; n < sizeof counts / sizeof *counts; n++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            bench b;
            bench_open(&b, tree_props, 5);
            b.table.batch_rows = batches[(n + p) % (sizeof batches / sizeof *batches)];
            b.h.keep = true;
            bench_load(&b);
            bench_scan(&b);
            assert_int_equal(b.got.count, 0);
            for (uint32_t at = 0; at < counts[n]; at += pieces[p]) {
                uint32_t count = counts[n] - at < pieces[p] ? counts[n] - at : pieces[p];
                assert_int_equal(append_trees(b.memory, at, count, &b.err), WQL_OK);
            }
            bench_scan(&b);
            assert_trees(&b.got, 0, counts[n]);
            bench_close(&b);
        }
}

/* Batches that are kept do not change when more rows come, and outlive the scan, the table's handle and a replacement. */
static void test_batches_stay(void **state) {
    bench b;
    uint32_t at = 0;
    (void)state;
    bench_open(&b, tree_props, 5);
    b.table.batch_rows = 100;
    b.h.keep = true;
    bench_load(&b);
    for (int round = 0; round < 6; round++, at += 700) {
        assert_int_equal(append_trees(b.memory, at, 700, &b.err), WQL_OK);
        if (round == 3) bench_scan(&b);
    }
    assert_int_equal(wql_memory_replace(b.memory, 0, 0, NULL, 0, NULL, NULL, &b.err), WQL_OK);
    wql_memory_close(b.memory);
    b.memory = NULL;
    at = 0;
    for (uint32_t k = 0; k < b.h.kept_count; k++)
        for (uint32_t r = 0; r < b.h.kept[k].rows; r++, at++) {
            char text[5][100], line[512], expected[512];
            memset(text, '-', sizeof text);
            for (uint32_t i = 0; i < 5; i++) text[i][1] = 0;
            for (uint32_t i = 0; i < b.h.kept[k].count; i++) {
                const wql_column *c = &b.h.kept[k].columns[i];
                column_text(c, r, text[c->property], sizeof text[0]);
            }
            snprintf(line, sizeof line, "%s|%s|%s|%s|%s", text[0], text[1], text[2], text[3], text[4]);
            tree_line(at, expected, sizeof expected);
            assert_string_equal(line, expected);
        }
    assert_int_equal(at, 2800);
    bench_close(&b);
}

/* A scan sees the rows that were there when it opened, whatever comes while it runs. */
static void test_scan_sees_its_moment(void **state) {
    static const uint32_t there[] = {0, 1, 63, 1000, 1024, 1030, 2048, 2500};
    (void)state;
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        bench b;
        test_scan s;
        ask a = {0};
        wql_status st;
        bench_open(&b, tree_props, 5);
        b.table.batch_rows = 200;
        bench_load(&b);
        if (there[i]) assert_int_equal(append_trees(b.memory, 0, there[i], &b.err), WQL_OK);
        assert_int_equal(scan_open(&s, &b.h, &a, &b.got, &b.err), WQL_OK);
        for (uint32_t at = there[i]; (st = scan_next(&s, &b.err)) == WQL_OK; at += 300)
            assert_int_equal(append_trees(b.memory, at, 300, &b.err), WQL_OK);
        assert_int_equal(st, WQL_END);
        wql_memory_provider()->close(&s.scan);
        assert_trees(&b.got, 0, there[i]);
        bench_close(&b);
    }
}

static void test_refused_rows(void **state) {
    const wql_value array = wql_array(WQL_UINT32, NULL, 0);
    const wql_value bad = wql_text((wql_str){"ab\xc3", 3}), hollow = wql_text((wql_str){NULL, 3});
    const int64_t first = -62135596800000000, last = 253402300799999999, day = 86400000000;
    const struct {
        wql_datetime time;
        bool ok;
    } times[] = {
        {{.us = first}, true},
        {{.us = first - 1}, false},
        {{.us = last}, true},
        {{.us = last + 1}, false},
        {{.us = first - 60000000, .offset_min = 1}, true},
        {{.us = first - 60000001, .offset_min = 1}, false},
        {{.us = last + 60000000, .offset_min = -1}, true},
        {{.us = last, .offset_min = 1}, false},
        {{.us = INT64_MAX, .offset_min = 1}, false},
        {{.us = INT64_MIN, .offset_min = -1}, false},
        {{.us = 0, .offset_min = 999}, true},
        {{.us = 0, .offset_min = 1000}, false},
        {{.us = 0, .offset_min = -1000}, false},
        {{.us = 0, .interval = 1}, true},
        {{.us = -1, .interval = 1}, false},
        {{.us = 100000000 * day - 1, .interval = 1}, true},
        {{.us = 100000000 * day, .interval = 1}, false},
        {{.us = 0, .interval = 1, .wild = 1}, false},
    };
    bench b;
    wql_value row[2] = {wql_u64(1), wql_text(wql_s("oak"))}, rows[4];
    wql_memory *none = NULL;
    (void)state;
    bench_open(&b, tree_props, 5);
    bench_load(&b);
    assert_int_equal(wql_memory_open(NULL, NULL, NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_append(none, row, 2, 1, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_append(b.memory, NULL, 2, 1, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_append(b.memory, row, 0, 1, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_append(b.memory, row, 2, UINT64_MAX / 2, &b.err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_memory_append(b.memory, row, 2, 0, &b.err), WQL_OK);
    assert_int_equal(wql_memory_append(b.memory, row, 2, 1, &b.err), WQL_OK);
    assert_int_equal(wql_memory_append(b.memory, row, 1, 1, &b.err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(b.err.message, "a row has 1 cells, but the rows before it have 2"));
    memcpy(rows, row, sizeof row);
    memcpy(rows + 2, row, sizeof row);
    rows[3] = wql_i64(5); /* the first row would do; none comes */
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, &b.err), WQL_E_TYPE_MISMATCH);
    assert_non_null(strstr(b.err.message, "row 1, cell 1 is a signed integer, but the cells before it are a text"));
    rows[3] = array;
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, &b.err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(b.err.message, "uint32 array"));
    rows[3] = bad;
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, &b.err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(b.err.message, "UTF-8"));
    rows[3] = hollow;
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, &b.err), WQL_E_INVALID_PARAMETER);
    rows[3] = typed(wql_null(), WQL_OBJECT);
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, NULL), WQL_E_INVALID_PARAMETER);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        rows[3] = wql_time(times[i].time);
        assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, &b.err),
                         times[i].ok ? WQL_E_TYPE_MISMATCH : WQL_E_INVALID_PARAMETER); /* mismatch: not a text, but a datetime */
    }
    rows[3] = wql_null();
    rows[2] = wql_i64(1);
    assert_int_equal(wql_memory_append(b.memory, rows, 2, 2, NULL), WQL_E_TYPE_MISMATCH);
    bench_scan(&b);
    assert_int_equal(b.got.count, 1);
    assert_string_equal(b.got.line[0], "1|'oak'|-|-|-");
    bench_close(&b);
}

/* Rows that cannot be those of the class fail its scans, not the append. */
static void test_rows_of_another_class(void **state) {
    wql_value row[6] = {wql_u64(1), wql_null(), wql_null(), wql_null(), wql_null(), wql_null()};
    static const uint64_t wide[] = {1};
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = wide};
    ask a = {0};
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    bench_load(&b);
    assert_int_equal(wql_memory_append(b.memory, row, 6, 1, &b.err), WQL_OK);
    assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_E_PROVIDER_FAILURE);
    assert_non_null(strstr(b.err.message, "6 cells, but class Thing has 5"));
    assert_int_equal(wql_memory_replace(b.memory, 1, 1, &column, 1, NULL, NULL, &b.err), WQL_OK);
    assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_E_PROVIDER_FAILURE);
    assert_int_equal(b.err.status, WQL_E_PROVIDER_FAILURE);
    assert_non_null(strstr(b.err.message, "is uint32, but its column is uint64"));
    bench_close(&b);
}

/* Each allocation in turn fails: the rows are all there or none are, and the next append may bring other kinds. */
static void test_append_without_memory(void **state) {
    int64_t n = 1;
    bool done = false;
    (void)state;
    for (; !done; n++) {
        wql_value row[5] = {wql_u64(9), wql_null(), wql_null(), wql_null(), wql_null()};
        wql_property_def flat[5];
        wql_class_def other;
        wql_status st;
        bench b;
        memcpy(flat, tree_props, sizeof flat);
        bench_open(&b, tree_props, 5);
        bench_load(&b);
        assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_OK);
        b.h.fail_at = n;
        st = append_trees(b.memory, 0, 2500, &b.err);
        done = b.h.fail_at > 0;
        b.h.fail_at = 0;
        assert_int_equal(st, done ? WQL_OK : WQL_E_OUT_OF_MEMORY);
        bench_scan(&b);
        assert_int_equal(b.got.count, done ? 2501 : 1);
        assert_string_equal(b.got.line[0], "9|-|-|-|-");
        if (!done) { /* what was a text in the rows that failed is a boolean now */
            row[1] = wql_bool(true);
            assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_OK);
            assert_int_equal(append_trees(b.memory, 0, 10, &b.err), WQL_E_TYPE_MISMATCH);
            flat[1].type = WQL_BOOLEAN;
            b.table.def = &other;
            other = b.def;
            other.properties = flat;
            b.h.props = flat;
            host_unload(&b.h);
            bench_load(&b);
            bench_scan(&b);
            assert_string_equal(b.got.line[1], "9|T|-|-|-");
        }
        bench_close(&b);
    }
    assert_true(n > 15);
}

/* What an append that failed had written does not show through a NULL that comes later. */
static void test_null_after_failure(void **state) {
    (void)state;
    for (int64_t n = 1; n < 30; n++) {
        wql_value row[5] = {wql_u64(9), wql_text(wql_s("oak")), wql_i64(1), wql_bool(true), wql_time((wql_datetime){.us = 3})};
        wql_status st;
        bench b;
        bench_open(&b, tree_props, 5);
        bench_load(&b);
        assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_OK);
        b.h.fail_at = n;
        st = append_trees(b.memory, 5, 2500, &b.err);
        b.h.fail_at = 0;
        for (int i = 0; i < 5; i++) row[i] = wql_null();
        assert_int_equal(wql_memory_append(b.memory, row, 5, 1, &b.err), WQL_OK);
        bench_scan(&b);
        assert_int_equal(b.got.count, st < 0 ? 2 : 2502);
        assert_string_equal(b.got.line[0], "9|'oak'|1|T|3/0/0");
        assert_string_equal(b.got.line[b.got.count - 1], "-|-|-|-|-");
        bench_close(&b);
    }
}

/* The same for a scan of appended and replaced rows, and for all that makes a table. */
static void test_scan_without_memory(void **state) {
    wql_status st = WQL_OK;
    (void)state;
    for (int64_t n = 1; st != WQL_END; n++) {
        wql_property_def props[5];
        ask a = {0};
        bench b;
        memcpy(props, tree_props, sizeof props);
        bench_open(&b, props, 5);
        b.table.batch_rows = 100;
        b.h.keep = true;
        bench_load(&b);
        assert_int_equal(append_trees(b.memory, 0, 1500, &b.err), WQL_OK);
        b.h.fail_at = n;
        st = scan_all(&b.h, &a, &b.got, &b.err);
        if (st != WQL_END) assert_int_equal(st, WQL_E_OUT_OF_MEMORY);
        bench_close(&b);
    }
    for (int64_t n = 1; n < 5; n++) {
        static const uint32_t ids[] = {1};
        wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
        wql_memory *memory = NULL;
        test_host h;
        host_init(&h, tree_props, 5);
        h.fail_at = n;
        st = wql_memory_open(host_hook, &h, &memory);
        if (st >= 0) st = wql_memory_replace(memory, 1, 1, &column, 1, NULL, NULL, NULL);
        assert_int_equal(st, WQL_E_OUT_OF_MEMORY);
        wql_memory_close(memory);
        assert_int_equal(h.bytes, 0);
        host_free(&h);
    }
}

/* -- ids --------------------------------------------------------------------------------------------------------- */

/* Full chunks keep their numbers from scan to scan; copies have none; other columns, chunks and tables have others. */
static void test_chunk_ids(void **state) {
    bench b;
    wql_table other;
    wql_class_def def;
    ask second = {.class_index = 1};
    uint64_t ids[3];
    (void)state;
    bench_open(&b, tree_props, 5);
    def = b.def;
    def.name = "Other";
    other = b.table;
    other.def = &def;
    b.table.next = &other;
    b.h.keep = true;
    bench_load(&b);
    assert_int_equal(append_trees(b.memory, 0, 2100, &b.err), WQL_OK);
    for (int i = 0; i < 3; i++) {
        if (i < 2)
            bench_scan(&b);
        else
            assert_int_equal(scan_all(&b.h, &second, &b.got, &b.err), WQL_END);
        assert_int_equal(b.h.kept_count, 3);
        for (uint32_t c = 0; c < 5; c++) {
            assert_int_equal(b.h.kept[2].columns[c].buffer_id, 0); /* the last rows are copied */
            if (c) assert_int_not_equal(b.h.kept[0].columns[c].buffer_id, b.h.kept[1].columns[c].buffer_id);
        }
        assert_int_equal(b.h.kept[0].columns[0].buffer_id, 0); /* narrowed to uint32 */
        ids[i] = b.h.kept[0].columns[1].buffer_id;
        assert_int_not_equal(ids[i], 0);
        assert_int_not_equal(ids[i], b.h.kept[0].columns[2].buffer_id);
        release_kept(&b.h);
    }
    assert_int_equal(ids[0], ids[1]);
    assert_int_not_equal(ids[0], ids[2]);
    bench_close(&b);
}

/* Cells of the property's own type are not copied out of a full chunk; without a NULL among them there is no bitmap. */
static void test_full_chunk(void **state) {
    static const wql_property_def props[] = {{.name = "Id", .type = WQL_UINT64}, {.name = "Name", .type = WQL_STRING}};
    static wql_value rows[1024][2];
    ask a = {0};
    int64_t before;
    bench b;
    (void)state;
    bench_open(&b, props, 2);
    b.h.keep = true;
    bench_load(&b);
    for (uint32_t r = 0; r < 1024; r++) {
        rows[r][0] = wql_u64(r);
        rows[r][1] = wql_text(wql_s("oak"));
    }
    assert_int_equal(wql_memory_append(b.memory, rows[0], 2, 1024, &b.err), WQL_OK);
    before = b.h.bytes;
    for (int i = 0; i < 2; i++) assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END);
    assert_int_equal(b.h.bytes, before);
    assert_int_equal(b.h.kept_count, 2);
    assert_null(b.h.kept[0].columns[0].validity);
    assert_null(b.h.kept[0].columns[1].validity);
    assert_ptr_equal(b.h.kept[0].columns[0].values, b.h.kept[1].columns[0].values);
    assert_ptr_equal(b.h.kept[0].columns[1].bytes, b.h.kept[1].columns[1].bytes);
    bench_close(&b);
}

/* UTF-8, by Unicode's table of well-formed sequences. */
static void test_utf8(void **state) {
    static const struct {
        const char *bytes;
        bool ok;
    } cases[] = {
        {"", true},
        {"a", true},
        {"0123456789abcdef", true},
        {"01234567\xc3\xa9", true},
        {"\x7f", true},
        {"\xc2\x80", true},
        {"\xdf\xbf", true},
        {"\xe0\xa0\x80", true},
        {"\xed\x9f\xbf", true},
        {"\xee\x80\x80", true},
        {"\xef\xbf\xbf", true},
        {"\xf0\x90\x80\x80", true},
        {"\xf4\x8f\xbf\xbf", true},
        {"\x80", false},
        {"\xbf", false},
        {"\xc0\x80", false},
        {"\xc1\xbf", false},
        {"\xc2", false},
        {"\xc2\x7f", false},
        {"\xc2\xc0", false},
        {"\xe0\x9f\xbf", false},
        {"\xe0\xa0", false},
        {"\xed\xa0\x80", false},
        {"\xe1\x80\xc0", false},
        {"\xf0\x8f\xbf\xbf", false},
        {"\xf4\x90\x80\x80", false},
        {"\xf5\x80\x80\x80", false},
        {"\xff", false},
        {"\xf1\x80\x80", false},
        {"01234567\xf1\x80\x80x", false},
    };
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    bench_load(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wql_value row[2] = {wql_u64(i), wql_text(wql_s(cases[i].bytes))};
        assert_int_equal(wql_memory_append(b.memory, row, 2, 1, &b.err), cases[i].ok ? WQL_OK : WQL_E_INVALID_PARAMETER);
    }
    bench_close(&b);
}

/* -- conditions over appended rows ------------------------------------------------------------------------------- */

static void test_conditions(void **state) {
    wql_value value = wql_u64(1500);
    wql_conjunct c = {.property = 0, .op = WQL_GE, .count = 1, .values = &value};
    (void)state;
    value.type = WQL_UINT32;
    for (uint8_t take = WQL_NONE; take <= WQL_EXACT; take++) {
        ask a = {.conjuncts = &c, .conjunct_count = 1}, counting = {.conjuncts = &c, .conjunct_count = 1, .flags = WQL_WISH_COUNT};
        ask limited = {.conjuncts = &c, .conjunct_count = 1, .limit = 100};
        bench b;
        bench_open(&b, tree_props, 5);
        memset(b.table.take, take, sizeof b.table.take);
        b.table.parts = 4;
        bench_load(&b);
        assert_int_equal(append_trees(b.memory, 0, 2200, &b.err), WQL_OK);
        assert_int_equal(scan_all(&b.h, &a, &b.got, &b.err), WQL_END);
        if (take == WQL_NONE)
            assert_trees(&b.got, 0, 2200);
        else if (take == WQL_SUPERSET)
            assert_trees(&b.got, 1472, 2200 - 1472);
        else
            assert_trees(&b.got, 1500, 700);
        lines_free(&b.got);
        if (take == WQL_EXACT) {
            assert_int_equal(scan_all(&b.h, &counting, &b.got, &b.err), WQL_END);
            assert_int_equal(b.h.counted, 700);
            assert_int_equal(scan_all(&b.h, &limited, &b.got, &b.err), WQL_END);
            assert_trees(&b.got, 1500, 100);
        }
        assert_string_equal(b.h.breach, "");
        bench_close(&b);
    }
}

/* The parts of a query open at different moments; a table that can change is one part. */
static void test_one_part(void **state) {
    wql_request request = {.struct_size = sizeof request};
    uint8_t take[1];
    wql_answer answer = {.struct_size = sizeof answer, .take = take};
    char text[100];
    bench b;
    (void)state;
    bench_open(&b, tree_props, 5);
    b.table.parts = 4;
    bench_load(&b);
    assert_int_equal(append_trees(b.memory, 0, 300, &b.err), WQL_OK);
    assert_int_equal(wql_memory_provider()->plan(b.h.self, &request, &answer, &b.err), WQL_OK);
    assert_int_equal(answer.parts, 1);
    assert_true(answer.rows == 300);
    wql_memory_provider()->explain(b.h.self, &request, text, sizeof text);
    assert_string_equal(text, "300 rows in memory, which may change, batches of 2048");
    bench_close(&b);
}

/* A class that the provider cannot flatten: the engine converts cell by cell. */
static void test_foreign_superclass(void **state) {
    wql_property_def flat[4] = {
        {.type = WQL_UINT8}, {.type = WQL_STRING}, {.type = WQL_DATETIME, .flags = WQL_INTERVAL}, {.type = WQL_SINT32 | WQL_ARRAY}};
    static const int32_t items[] = {4, 5, 6}, ends[] = {0, 1, 3};
    wql_column child = {.type = WQL_SINT32, .layout = WQL_FIXED, .values = items};
    wql_column list = {
        .property = 3, .type = WQL_SINT32 | WQL_ARRAY, .layout = WQL_LIST, .offsets = ends, .child = &child, .child_rows = 3};
    wql_value rows[8] = {wql_u64(255), wql_text(wql_s("x")), interval(7), wql_null(),
                         wql_u64(256), wql_null(),           interval(8), wql_null()};
    wql_value value = wql_u64(0);
    wql_conjunct c = {.property = 0, .op = WQL_GE, .count = 1, .values = &value};
    test_scan s;
    ask a = {.conjuncts = &c, .conjunct_count = 1};
    bench b;
    (void)state;
    bench_open(&b, flat, 4);
    b.def.properties = &flat[3];
    b.def.property_count = 1;
    flat[3].name = "List";
    b.def.superclass = "Elsewhere";
    memset(b.table.take, WQL_EXACT, sizeof b.table.take);
    bench_load(&b);
    assert_int_equal(wql_memory_replace(b.memory, 2, 2, &list, 1, NULL, NULL, &b.err), WQL_OK);
    assert_int_equal(wql_memory_append(b.memory, rows, 4, 2, &b.err), WQL_OK);
    assert_int_equal(scan_open(&s, &b.h, &a, &b.got, &b.err), WQL_OK);
    assert_int_equal(s.take[0], WQL_NONE);
    while (scan_next(&s, &b.err) == WQL_OK) continue;
    wql_memory_provider()->close(&s.scan);
    assert_int_equal(b.got.count, 4);
    assert_string_equal(b.got.line[0], "-|-|-|{4}");
    assert_string_equal(b.got.line[1], "-|-|-|{5,6}");
    assert_string_equal(b.got.line[2], "255|'x'|7/0/0|-");
    assert_string_equal(b.got.line[3], "-|-|8/0/0|-");
    assert_int_equal(b.h.nulled, 1);
    assert_string_equal(b.h.breach, "");
    bench_close(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversion),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_batches_stay),
        cmocka_unit_test(test_scan_sees_its_moment),
        cmocka_unit_test(test_refused_rows),
        cmocka_unit_test(test_rows_of_another_class),
        cmocka_unit_test(test_append_without_memory),
        cmocka_unit_test(test_null_after_failure),
        cmocka_unit_test(test_scan_without_memory),
        cmocka_unit_test(test_chunk_ids),
        cmocka_unit_test(test_full_chunk),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_one_part),
        cmocka_unit_test(test_foreign_superclass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
