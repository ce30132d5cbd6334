/* SPDX-License-Identifier: MIT */
/* test_memory.c: the memory provider over arrays of the caller: what a mount accepts, every layout in slices of every size, parts,
 * several classes, and memory that runs out. What it takes over is test_memory_take.c's; tables that change are
 * test_memory_store.c's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_model.h"

/* -- mounting ---------------------------------------------------------------------------------------------------- */

typedef struct refusal {
    const char *what;
    wql_status status;
    void (*change)(wql_table *table, wql_column *columns);
} refusal;

CHANGE(small_struct, t->struct_size = 8;)
CHANGE(no_def, t->def = NULL;)
CHANGE(reserved_field, t->zero = 1;)
CHANGE(large_batch, t->batch_rows = 2049;)
CHANGE(bad_take, t->take[WQL_EQ] = 3;)
CHANGE(bad_open_take, t->open_take[WQL_LIKE] = 9;)
CHANGE(no_columns, t->columns = NULL;)
CHANGE(many_rows, t->rows = UINT64_MAX / 2;)
CHANGE(no_values, c[ID].values = NULL;)
CHANGE(odd_address, c[BIG].values = (const char *)c[BIG].values + 1;)
CHANGE(no_offsets, c[NAME].offsets = NULL;)
CHANGE(no_bytes, c[NAME].bytes = NULL;)
CHANGE(odd_offsets, c[NAME].offsets = (const int32_t *)(const void *)((const char *)c[NAME].offsets + 2);)
CHANGE(bad_layout, c[ID].layout = WQL_BITS;)
CHANGE(no_layout, c[ID].layout = 0;)
CHANGE(text_as_fixed, c[NAME].layout = WQL_FIXED;)
CHANGE(bool_as_fixed, c[FLAG].layout = WQL_FIXED;)
CHANGE(list_as_fixed, c[LIST].layout = WQL_FIXED;)
CHANGE(bad_type, c[ID].type = 77;)
CHANGE(no_type, c[ID].type = 0;)
CHANGE(flags_set, c[ID].flags = 1;)
CHANGE(high_id, c[ID].buffer_id = (uint64_t)1 << 63;)
CHANGE(twice, c[SMALL] = c[ID];)
CHANGE(beyond_class, c[SMALL].property = PROPS;)
CHANGE(other_type, c[ID].type = WQL_SINT32;)
CHANGE(no_buffers, c[VIEW].buffers = NULL;)
CHANGE(no_dictionary, c[CODE].child = NULL;)
CHANGE(no_items, c[LIST].child = NULL;)
CHANGE(extra_on_number, c[ID].extra = c[BORN].extra;)
CHANGE(ring, t->next = t;)

static void test_refusals(void **state) {
    static const refusal cases[] = {
        {"struct_size", WQL_E_INVALID_PARAMETER, small_struct},
        {"no class definition", WQL_E_INVALID_PARAMETER, no_def},
        {"does not know", WQL_E_UNSUPPORTED_PARAMETER, reserved_field},
        {"batches of 2049", WQL_E_INVALID_PARAMETER, large_batch},
        {"operator 1", WQL_E_INVALID_PARAMETER, bad_take},
        {"operator 7", WQL_E_INVALID_PARAMETER, bad_open_take},
        {"no columns", WQL_E_INVALID_PARAMETER, no_columns},
        {"more than memory", WQL_E_INVALID_PARAMETER, many_rows},
        {"has no values", WQL_E_INVALID_PARAMETER, no_values},
        {"multiple of their size", WQL_E_INVALID_PARAMETER, odd_address},
        {"has no offsets", WQL_E_INVALID_PARAMETER, no_offsets},
        {"no bytes", WQL_E_INVALID_PARAMETER, no_bytes},
        {"multiple of 4", WQL_E_INVALID_PARAMETER, odd_offsets},
        {"layout", WQL_E_INVALID_PARAMETER, bad_layout},
        {"layout", WQL_E_INVALID_PARAMETER, no_layout},
        {"layout", WQL_E_INVALID_PARAMETER, text_as_fixed},
        {"layout", WQL_E_INVALID_PARAMETER, bool_as_fixed},
        {"layout", WQL_E_INVALID_PARAMETER, list_as_fixed},
        {"type that CIM", WQL_E_INVALID_PARAMETER, bad_type},
        {"type that CIM", WQL_E_INVALID_PARAMETER, no_type},
        {"flags", WQL_E_INVALID_PARAMETER, flags_set},
        {"buffer_id", WQL_E_INVALID_PARAMETER, high_id},
        {"both for property 0", WQL_E_INVALID_PARAMETER, twice},
        {"has 16", WQL_E_INVALID_PARAMETER, beyond_class},
        {"is uint32, but its column is sint32", WQL_E_TYPE_MISMATCH, other_type},
        {"no buffers", WQL_E_INVALID_PARAMETER, no_buffers},
        {"dictionary", WQL_E_INVALID_PARAMETER, no_dictionary},
        {"items", WQL_E_INVALID_PARAMETER, no_items},
        {"extra", WQL_E_INVALID_PARAMETER, extra_on_number},
        {"no end", WQL_E_INVALID_PARAMETER, ring},
    };
    model *m = make_model(10);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wql_column columns[PROPS - 1];
        wql_table table = table_of(m);
        wql_error err = WQL_INIT(wql_error);
        test_host h;
        memcpy(columns, m->columns, sizeof columns);
        table.columns = columns;
        cases[i].change(&table, columns);
        host_init(&h, props, PROPS);
        assert_int_equal(host_load(&h, &table, &err), cases[i].status);
        assert_int_equal(err.status, cases[i].status);
        assert_string_equal(err.provider, "memory");
        if (!strstr(err.message, cases[i].what)) fail_msg("\"%s\" is not in: %s", cases[i].what, err.message);
        assert_int_equal(h.bytes, 0); /* a load that fails is not followed by unload */
        assert_int_equal(host_load(&h, &table, NULL), cases[i].status);
        host_free(&h);
    }
    free(m);
}

static void test_mount_arguments(void **state) {
    const wql_provider *p = wql_memory_provider();
    wql_error err = WQL_INIT(wql_error), small = {.struct_size = offsetof(wql_error, message) + 4};
    wql_table table = WQL_INIT(wql_table);
    void *self = NULL;
    test_host h;
    (void)state;
    host_init(&h, props, PROPS);
    assert_int_equal(p->load(&h.mount, NULL, NULL, &self, &err), WQL_E_INVALID_PARAMETER);
    table.def = &everything;
    assert_int_equal(p->load(&h.mount, "x=1", &table, &self, &small), WQL_E_INVALID_PARAMETER);
    assert_string_equal(small.message, "the");
    assert_int_equal(small.message[4], 0);
    h.define_answer = WQL_E_ALREADY_EXISTS; /* the engine's refusal is passed on */
    assert_int_equal(p->load(&h.mount, "", &table, &self, &err), WQL_E_ALREADY_EXISTS);
    assert_int_equal(h.bytes, 0);
    assert_int_equal(p->struct_size, sizeof *p);
    assert_string_equal(p->name, "memory");
    assert_true(p->flags & WQL_CONCURRENT);
    host_free(&h);
}

/* Names in messages are whatever the caller wrote. */
static void test_message_is_printable(void **state) {
    wql_class_def def = everything;
    model *m = make_model(1);
    wql_table table = table_of(m);
    wql_error err = WQL_INIT(wql_error);
    test_host h;
    (void)state;
    def.name = "Bad\n\xff\xc3\xa9\x7f";
    table.def = &def;
    table.batch_rows = 4000;
    host_init(&h, props, PROPS);
    assert_int_equal(host_load(&h, &table, &err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(err.message, "Bad??\xc3\xa9?"));
    host_free(&h);
    free(m);
}

/* -- slices ------------------------------------------------------------------------------------------------------ */

static void test_slices(void **state) {
    (void)state;
    for (size_t n = 0; n < ROW_COUNTS; n++) {
        model *m = shared[n];
        for (size_t b = 0; b < BATCH_SIZES; b++) {
            wql_table table = table_of(m);
            uint64_t size = batch_sizes[b] ? batch_sizes[b] : 2048, first = batch_sizes[b] ? batch_sizes[b] : 1024;
            wql_error err = WQL_INIT(wql_error);
            lines got = {0};
            test_host h;
            ask a = {0};
            table.batch_rows = batch_sizes[b];
            host_init(&h, props, PROPS);
            h.keep = true; /* moved bitmaps must live until their batch is released */
            assert_int_equal(host_load(&h, &table, &err), WQL_OK);
            assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
            assert_string_equal(h.breach, "");
            assert_rows(&got, m, 0, m->rows, NULL, 0);
            assert_int_equal(h.emits, m->rows > first ? 1 + (m->rows - first + size - 1) / size : m->rows > 0);
            host_unload(&h);
            assert_int_equal(h.bytes, 0);
            assert_int_equal(h.blocks, 0);
            lines_free(&got);
            host_free(&h);
        }
    }
}

static bool lies_in(const void *p, const void *from, size_t size) {
    return (const char *)p >= (const char *)from && (const char *)p < (const char *)from + size;
}

/* Batches of a multiple of 8 rows point into the caller's arrays, all of them; ids are those of the column, and never shared. */
static void test_zero_copy(void **state) {
    model *m = make_model(3000);
    wql_table table = table_of(m);
    wql_error err = WQL_INIT(wql_error);
    uint64_t ids[PROPS] = {0};
    lines got = {0};
    test_host h;
    ask a = {0};
    int64_t before;
    (void)state;
    m->columns[NAME].buffer_id = 4711;
    host_init(&h, props, PROPS);
    h.keep = true;
    assert_int_equal(host_load(&h, &table, &err), WQL_OK);
    before = h.bytes;
    assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
    assert_int_equal(h.bytes, before); /* nothing is kept for the batches */
    assert_int_equal(h.kept_count, 2);
    for (uint32_t k = 0; k < h.kept_count; k++) {
        assert_null(h.kept[k].release);
        assert_int_equal(h.kept[k].count, PROPS - 1);
        for (uint32_t i = 0; i < h.kept[k].count; i++) {
            const wql_column *c = &h.kept[k].columns[i], *from = &m->columns[c->property];
            assert_int_equal(c->layout, from->layout);
            if (c->values) assert_true(lies_in(c->values, m, sizeof *m));
            if (from->validity) assert_ptr_equal(c->validity, from->validity + 128 * k);
            if (from->offsets) assert_ptr_equal(c->offsets, from->offsets + 1024 * k);
            if (from->extra) assert_ptr_equal(c->extra, (const wql_time_extra *)from->extra + 1024 * k);
            assert_ptr_equal(c->bytes, from->bytes);
            assert_ptr_equal(c->child, from->child);
            assert_int_not_equal(c->buffer_id, 0);
            if (k) assert_int_equal(c->buffer_id, ids[c->property]);
            ids[c->property] = c->buffer_id;
        }
    }
    assert_int_equal(ids[NAME], 4711);
    for (uint32_t i = 0; i < PROPS - 1; i++)
        for (uint32_t k = 0; k < i; k++) assert_int_not_equal(ids[i], ids[k]);
    host_unload(&h);
    lines_free(&got);
    host_free(&h);
    free(m);
}

static void test_wanted(void **state) {
    static const uint64_t wanted[] = {1u << ID, 1u << NAME | 1u << LIST, 1u << ABSENT, 1u << FLAG | 1u << ABSENT | 1u << TEXTS};
    model *m = make_model(200);
    wql_table table = table_of(m);
    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        wql_error err = WQL_INIT(wql_error);
        lines got = {0};
        test_host h;
        ask a = {.wanted = wanted[i]};
        host_init(&h, props, PROPS);
        h.keep = true;
        assert_int_equal(host_load(&h, &table, &err), WQL_OK);
        assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
        assert_rows(&got, m, 0, m->rows, NULL, wanted[i]);
        assert_int_equal(h.kept[0].count, (uint32_t)__builtin_popcountll(wanted[i] & ~((uint64_t)1 << ABSENT)));
        host_unload(&h);
        lines_free(&got);
        host_free(&h);
    }
    free(m);
}

/* Every row is in exactly one part, and the parts follow each other at multiples of 64. */
static void test_parts(void **state) {
    static const uint32_t part_counts[] = {1, 2, 3, 7, 64, 1000};
    (void)state;
    for (size_t n = 0; n < ROW_COUNTS; n++)
        for (size_t i = 0; i < sizeof part_counts / sizeof *part_counts; i++) {
            model *m = shared[n];
            wql_table table = table_of(m);
            wql_error err = WQL_INIT(wql_error);
            uint8_t take[1];
            wql_request request = {.struct_size = sizeof request};
            wql_answer answer = {.struct_size = sizeof answer, .take = take};
            lines got = {0};
            test_host h;
            table.batch_rows = 100;
            table.parts = part_counts[i];
            host_init(&h, props, PROPS);
            assert_int_equal(host_load(&h, &table, &err), WQL_OK);
            assert_int_equal(wql_memory_provider()->plan(h.self, &request, &answer, &err), WQL_OK);
            assert_int_equal(answer.parts, part_counts[i]);
            assert_true(answer.rows == (double)row_counts[n]);
            for (uint32_t part = 0; part < part_counts[i]; part++) {
                ask a = {.part = part, .parts = part_counts[i], .wanted = 1u << ID | 1u << FLAG};
                if (got.count != m->rows) assert_int_equal(got.count % 64, 0);
                assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
            }
            assert_rows(&got, m, 0, m->rows, NULL, 1u << ID | 1u << FLAG);
            host_unload(&h);
            lines_free(&got);
            host_free(&h);
        }
}

/* -- several classes --------------------------------------------------------------------------------------------- */

static const wql_property_def more_props[] = {{.name = "Colour", .type = WQL_STRING}, {.name = "ID", .type = WQL_UINT32}};
static const wql_property_def flat_props[] = {
    {.name = "Id", .type = WQL_UINT32}, {.name = "Name", .type = WQL_STRING}, {.name = "Colour", .type = WQL_STRING}};

/* A derived class in the same mount, listed before its superclass: inherited properties come first, a repeated name keeps its
 * number. */
static void test_derived(void **state) {
    static const uint32_t ids[] = {7, 8};
    static const int32_t ends[] = {0, 3, 7};
    static const wql_property_def exotic[] = {
        {.name = "Id", .type = WQL_UINT32}, {.name = "\xc3\x91", .type = WQL_STRING}, {.name = "\xc3\xb1", .type = WQL_STRING}};
    wql_class_def tree = {.struct_size = sizeof tree, .name = "Tree", .properties = flat_props, .property_count = 2};
    wql_class_def leaf = {
        .struct_size = sizeof leaf, .name = "Leaf", .superclass = "TREE", .properties = more_props, .property_count = 2};
    wql_column columns[] = {
        {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
        {.property = 2, .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = ends, .bytes = "redblue", .bytes_size = 7}};
    wql_table second = {.struct_size = sizeof second, .def = &tree, .rows = 2, .columns = columns, .column_count = 1};
    wql_table first = {
        .struct_size = sizeof first, .def = &leaf, .rows = 2, .columns = columns, .column_count = 2, .next = &second};
    wql_error err = WQL_INIT(wql_error);
    lines got = {0};
    test_host h;
    ask leaves = {.class_index = 0}, trees = {.class_index = 1};
    (void)state;
    leaf.struct_size = offsetof(wql_class_def, method_count); /* of an older caller */
    host_init(&h, flat_props, 3);
    assert_int_equal(host_load(&h, &first, &err), WQL_OK);
    assert_int_equal(h.defined, 2);
    assert_int_equal(scan_all(&h, &leaves, &got, &err), WQL_END);
    assert_int_equal(scan_all(&h, &trees, &got, &err), WQL_END);
    assert_int_equal(got.count, 4);
    assert_string_equal(got.line[0], "7|-|'red'");
    assert_string_equal(got.line[1], "8|-|'blue'");
    assert_string_equal(got.line[2], "7|-|-");
    assert_string_equal(h.breach, "");
    host_unload(&h);
    columns[1].property = 3; /* Id is not counted twice */
    assert_int_equal(host_load(&h, &first, &err), WQL_E_INVALID_PARAMETER);
    assert_non_null(strstr(err.message, "class Leaf has 3"));
    assert_int_equal(h.bytes, 0);
    tree.properties = exotic; /* whether `N` with an accent repeats a name is for the engine's folding to say: nothing is checked
                               * here */
    leaf.properties = exotic + 1;
    columns[1].property = 9;
    assert_int_equal(host_load(&h, &first, &err), WQL_OK);
    host_unload(&h);
    assert_int_equal(h.bytes, 0);
    lines_free(&got);
    host_free(&h);
}

/* A superclass of another mount: numbers and types are the engine's to check, datetimes are not judged. */
static void test_foreign_superclass(void **state) {
    static const int64_t times[] = {1, 2, 3};
    static const wql_property_def own[] = {{.name = "Born", .type = WQL_DATETIME}};
    wql_class_def def = {
        .struct_size = sizeof def, .name = "Leaf", .superclass = "Elsewhere", .properties = own, .property_count = 1};
    wql_column columns[] = {{.property = 5, .type = WQL_DATETIME, .layout = WQL_FIXED, .values = times},
                            {.property = 0, .type = WQL_SINT64, .layout = WQL_FIXED, .values = times}};
    wql_table table = {.struct_size = sizeof table, .def = &def, .rows = 3, .columns = columns, .column_count = 2};
    wql_property_def host_props[6] = {{.type = WQL_SINT64}, {.type = 8}, {.type = 8},
                                      {.type = 8},          {.type = 8}, {.type = WQL_DATETIME}};
    wql_value number = wql_i64(2);
    wql_conjunct c[2] = {{.property = 5, .op = WQL_NOT_NULL}, {.property = 0, .op = WQL_NE, .count = 1, .values = &number}};
    wql_error err = WQL_INIT(wql_error);
    lines got = {0};
    test_host h;
    test_scan s;
    ask a = {.conjuncts = c, .conjunct_count = 2};
    (void)state;
    memset(table.take, WQL_EXACT, sizeof table.take);
    host_init(&h, host_props, 6);
    assert_int_equal(host_load(&h, &table, &err), WQL_OK);
    assert_int_equal(scan_open(&s, &h, &a, &got, &err), WQL_OK);
    assert_int_equal(s.take[0], WQL_NONE);
    assert_int_equal(s.take[1], WQL_EXACT);
    while (scan_next(&s, &err) == WQL_OK) continue;
    wql_memory_provider()->close(&s.scan);
    assert_int_equal(got.count, 2);
    assert_string_equal(got.line[0], "1|-|-|-|-|1/0/0");
    assert_string_equal(got.line[1], "3|-|-|-|-|3/0/0");
    assert_int_equal(h.row_rows, 0); /* as runs: a cell by itself would have to be a datetime or an interval */
    assert_string_equal(h.breach, "");
    host_unload(&h);
    lines_free(&got);
    host_free(&h);
}

/* -- memory runs out --------------------------------------------------------------------------------------------- */

static void test_no_memory(void **state) {
    model *m = make_model(300);
    wql_table table = table_of(m), other = table_of(m);
    wql_value value = wql_i64(0);
    wql_conjunct c = {.property = SMALL, .op = WQL_GT, .count = 1, .values = &value};
    uint32_t failures = 0;
    (void)state;
    value.type = WQL_SINT8;
    table.batch_rows = 7;
    table.take[WQL_GT] = WQL_EXACT;
    other.def =
        &(wql_class_def){.struct_size = sizeof(wql_class_def), .name = "Other", .properties = props, .property_count = PROPS};
    table.next = &other;
    for (int64_t n = 1;; n++) {
        wql_error err = WQL_INIT(wql_error);
        lines got = {0};
        test_host h;
        ask a = {.conjuncts = &c, .conjunct_count = 1};
        wql_status st;
        host_init(&h, props, PROPS);
        h.keep = true;
        h.fail_at = n;
        st = host_load(&h, &table, &err);
        if (st >= 0) {
            st = scan_all(&h, &a, &got, &err);
            host_unload(&h);
        }
        assert_int_equal(h.bytes, 0);
        assert_int_equal(h.blocks, 0);
        assert_string_equal(h.breach, "");
        lines_free(&got);
        host_free(&h);
        if (st == WQL_END) break;
        assert_int_equal(st, WQL_E_OUT_OF_MEMORY);
        failures++;
    }
    assert_true(failures > 20);
    free(m);
}

static void test_explain(void **state) {
    model *m = make_model(1);
    wql_table table = table_of(m);
    wql_request request = {.struct_size = sizeof request};
    wql_error err = WQL_INIT(wql_error);
    char text[100], cut[6];
    test_host h;
    (void)state;
    host_init(&h, props, PROPS);
    assert_int_equal(host_load(&h, &table, &err), WQL_OK);
    assert_int_equal(wql_memory_provider()->explain(h.self, &request, text, sizeof text),
                     strlen("1 row in memory, batches of 2048"));
    assert_string_equal(text, "1 row in memory, batches of 2048");
    assert_int_equal(wql_memory_provider()->explain(h.self, &request, cut, sizeof cut), strlen(text));
    assert_string_equal(cut, "1 row");
    host_unload(&h);
    host_free(&h);
    free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),  cmocka_unit_test(test_mount_arguments), cmocka_unit_test(test_message_is_printable),
        cmocka_unit_test(test_slices),    cmocka_unit_test(test_zero_copy),       cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_derived),         cmocka_unit_test(test_foreign_superclass),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_explain),
    };
    seed = 20240607;
    return cmocka_run_group_tests(tests, make_shared, free_shared);
}
