/* SPDX-License-Identifier: MIT */
/* test_memory_take.c: what the memory provider answers to conditions, and that it keeps its word: exact, superset or none, lowered
 * or not, in slices of every size; limits and counts; a call that ends; and columns that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "memory_model.h"

/* -- conditions -------------------------------------------------------------------------------------------------- */

/* A random condition over a property that can have one; values are taken from the table now and then. */
static void make_conjunct(const model *m, wql_conjunct *c, wql_value values[3]) {
    static const uint8_t on[] = {ID, SMALL, BIG, U16, REAL, SINGLE, FLAG, NAME, VIEW, CODE, BORN, SPAN, LIST, CHAR, ABSENT};
    memset(c, 0, sizeof *c);
    c->property = on[pick(sizeof on)];
    c->op = (uint16_t)(pick(4) == 0 ? WQL_IS_NULL + (int)pick(2) : (int)pick(6) + WQL_EQ);
    if (c->property == LIST) c->op = (uint16_t)(WQL_IS_NULL + pick(2));
    if (c->property == FLAG && c->op > WQL_NE && c->op <= WQL_GE) c->op = WQL_EQ;
    if (c->op == WQL_IS_NULL || c->op == WQL_NOT_NULL) return;
    c->values = values;
    c->count = c->op == WQL_EQ ? 1 + pick(3) : 1;
    for (uint32_t i = 0; i < c->count; i++) {
        const wql_column *column = &m->columns[c->property == ABSENT ? NAME : c->property];
        uint32_t row = m->rows ? pick((uint32_t)m->rows) : 0;
        values[i] = m->rows ? wql_column_value(column, row) : wql_null();
        values[i].type = props[c->property].type; /* of a NULL cell: 0, or an empty text */
        if (c->property == SPAN) values[i].time.interval = 1;
    }
}

static bool row_holds(const model *m, const wql_conjunct *c, uint64_t row) {
    wql_value v = c->property == ABSENT ? wql_null() : wql_column_value(&m->columns[c->property], (uint32_t)row);
    if (v.type == WQL_DATETIME) v.time.interval = c->property == SPAN;
    return conjunct_holds(c, &v);
}

/* What a scan must bring: rows that fulfil what is exact, in blocks of 64 that have one which fulfils each that is superset. */
static void expect(const model *m, const wql_conjunct *c, const uint8_t *take, uint32_t count, bool *exactly) {
    for (uint64_t r = 0; r < m->rows; r++) {
        exactly[r] = true;
        for (uint32_t i = 0; i < count; i++)
            if (take[i] == WQL_EXACT && !row_holds(m, &c[i], r)) exactly[r] = false;
    }
}

/* The lines are a subsequence of the rows marked in `may` that has all marked in `must`. */
static void assert_between(const lines *got, const model *m, const bool *may, const bool *must, uint64_t wanted) {
    size_t at = 0;
    char line[4096];
    for (uint64_t r = 0; r < m->rows; r++) {
        if (!may[r]) continue;
        model_line(m, r, wanted, line, sizeof line);
        if (at < got->count && strcmp(got->line[at], line) == 0)
            at++;
        else if (must[r])
            fail_msg("row %llu is missing", (unsigned long long)r);
    }
    assert_int_equal(at, got->count);
}

static void test_conditions(void **state) {
    static bool may[ROWS_MAX], must[ROWS_MAX];
    (void)state;
    for (uint32_t round = 0; round < 250; round++) {
        model *m = shared[pick(ROW_COUNTS)];
        wql_table table = table_of(m);
        wql_conjunct c[3];
        wql_value values[3][3];
        wql_error err = WQL_INIT(wql_error);
        lines got = {0};
        test_host h;
        ask a = {.conjuncts = c, .conjunct_count = pick(4)};
        uint8_t take[3];
        a.wanted = 1u << ID; /* tells rows apart */
        for (uint32_t i = 0; i < 4; i++) a.wanted |= (uint64_t)1 << pick(PROPS);
        if (round % 3) a.wanted &= ~(1u << LIST | 1u << TEXTS); /* rows that can go one by one */
        table.batch_rows = batch_sizes[pick(BATCH_SIZES)];
        for (uint32_t op = 0; op < 16; op++) table.take[op] = (uint8_t)pick(3);
        for (uint32_t op = 0; op < 16; op++) table.open_take[op] = (uint8_t)pick(3);
        table.lower = pick(2);
        for (uint32_t i = 0; i < a.conjunct_count; i++) {
            make_conjunct(m, &c[i], values[i]);
            take[i] = table.take[c[i].op];
            if (table.lower && table.open_take[c[i].op] < take[i]) take[i] = table.open_take[c[i].op];
        }
        host_init(&h, props, PROPS);
        h.row_batch = 1 + pick(300);
        h.keep = true;
        assert_int_equal(host_load(&h, &table, &err), WQL_OK);
        assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
        assert_string_equal(h.breach, "");
        expect(m, c, take, a.conjunct_count, may);
        for (uint64_t r = 0; r < m->rows; r++) {
            must[r] = true;
            for (uint32_t i = 0; i < a.conjunct_count; i++)
                if (take[i] != WQL_NONE && !row_holds(m, &c[i], r)) must[r] = false;
        }
        assert_between(&got, m, may, must, a.wanted);
        host_unload(&h);
        assert_int_equal(h.bytes, 0);
        lines_free(&got);
        host_free(&h);
    }
}

/* A superset leaves out every block of 64 rows that has nothing to bring, and only those. */
static void test_superset_blocks(void **state) {
    model *m = make_model(1000);
    wql_table table = table_of(m);
    wql_value value = wql_u64(640 + 5);
    wql_conjunct c = {.property = ID, .op = WQL_EQ, .count = 1, .values = &value};
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    value.type = WQL_UINT32;
    table.take[WQL_EQ] = WQL_SUPERSET;
    for (size_t b = 0; b < 3; b++) {
        lines got = {0};
        test_host h;
        ask a = {.conjuncts = &c, .conjunct_count = 1};
        table.batch_rows = b == 2 ? 100 : b == 1 ? 1000 : 64;
        host_init(&h, props, PROPS);
        assert_int_equal(host_load(&h, &table, &err), WQL_OK);
        assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
        assert_rows(&got, m, 640, b == 2 ? 700 : 704, NULL, 0); /* what a block has in another slice is judged there */
        assert_int_equal(h.emits, 1);
        host_unload(&h);
        lines_free(&got);
        host_free(&h);
    }
    free(m);
}

/* Limit and count are honoured when all is exact, and only then. */
static void test_limit_and_count(void **state) {
    model *m = make_model(3000);
    (void)state;
    for (uint32_t round = 0; round < 60; round++) {
        uint8_t take = (uint8_t)(round % 3 == 0 ? WQL_EXACT : round % 3);
        bool lowered = round % 5 == 0, honoured = take == WQL_EXACT && !lowered;
        uint64_t limit = round % 2 ? 1 + pick(2000) : 0, matching = 0;
        wql_table table = table_of(m);
        wql_value value = wql_i64((int)pick(100) - 50);
        wql_conjunct c = {.property = SMALL, .op = WQL_GE, .count = 1, .values = &value};
        wql_error err = WQL_INIT(wql_error);
        ask a = {.conjuncts = &c, .conjunct_count = 1, .limit = limit, .flags = round % 4 < 2 ? WQL_WISH_COUNT : 0};
        lines got = {0};
        test_host h;
        value.type = WQL_SINT8;
        table.take[WQL_GE] = take;
        table.lower = lowered;
        table.batch_rows = batch_sizes[pick(BATCH_SIZES)];
        a.wanted = 1u << ID | 1u << NAME;
        for (uint64_t r = 0; r < m->rows; r++) matching += row_holds(m, &c, r);
        if (honoured && limit && limit < matching) matching = limit;
        host_init(&h, props, PROPS);
        assert_int_equal(host_load(&h, &table, &err), WQL_OK);
        assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
        if (honoured && a.flags) {
            assert_int_equal(h.counted, matching);
            assert_int_equal(got.count, 0);
        } else if (honoured) {
            assert_int_equal(got.count, matching);
        } else {
            assert_true(got.count >= matching);
            assert_int_equal(h.counted, 0);
        }
        assert_string_equal(h.breach, "");
        host_unload(&h);
        lines_free(&got);
        host_free(&h);
    }
    free(m);
}

static void test_count_all(void **state) {
    model *m = make_model(3000);
    wql_table table = table_of(m);
    wql_error err = WQL_INIT(wql_error);
    lines got = {0};
    test_host h;
    ask a = {.flags = WQL_WISH_COUNT}, first = {.flags = WQL_WISH_COUNT, .limit = 10};
    (void)state;
    host_init(&h, props, PROPS);
    assert_int_equal(host_load(&h, &table, &err), WQL_OK);
    assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
    assert_int_equal(h.counted, 3000);
    assert_int_equal(h.emits, 1); /* of any size */
    assert_int_equal(scan_all(&h, &first, &got, &err), WQL_END);
    assert_int_equal(h.counted, 3010);
    host_unload(&h);
    host_free(&h);
    free(m);
}

/* A `next` that keeps no row goes from slice to slice: a call that has ended ends it between two of them. Before the first one the
 * engine itself has looked. */
static void test_stops(void **state) {
    model *m = make_model(3000);
    wql_table table = table_of(m);
    wql_error err = WQL_INIT(wql_error);
    wql_value value = wql_i64(127);
    wql_conjunct c = {.property = SMALL, .op = WQL_GT, .count = 1, .values = &value};
    lines got = {0};
    test_host h;
    test_scan s;
    ask a = {.conjuncts = &c, .conjunct_count = 1};
    (void)state;
    value.type = WQL_SINT8;
    table.take[WQL_GT] = WQL_EXACT;
    table.batch_rows = 64;
    host_init(&h, props, PROPS);
    assert_int_equal(host_load(&h, &table, &err), WQL_OK);
    assert_int_equal(scan_all(&h, &a, &got, &err), WQL_END);
    assert_int_equal(scan_open(&s, &h, &a, &got, &err), WQL_OK);
    h.call = WQL_E_CALL_CANCELLED;
    assert_int_equal(scan_next(&s, &err), WQL_E_CALL_CANCELLED);
    wql_memory_provider()->close(&s.scan);
    assert_int_equal(got.count, 0);
    host_unload(&h);
    assert_int_equal(h.bytes, 0);
    lines_free(&got);
    host_free(&h);
    free(m);
}

/* -- columns that lie -------------------------------------------------------------------------------------------- */

CHANGE(name_bad_utf8, ((char *)(uintptr_t)c[NAME].bytes)[0] = (char)0xff;)
CHANGE(name_descends, ((int32_t *)(uintptr_t)c[NAME].offsets)[1] = -5;)
CHANGE(name_too_far, c[NAME].bytes_size = 3;)
CHANGE(code_too_far, c[CODE].child_rows = 1;)
CHANGE(view_no_buffer, c[VIEW].buffer_count = 0;)
CHANGE(list_too_far, c[LIST].child_rows = 0;)

static void test_bad_cells(void **state) {
    static const struct {
        uint32_t property;
        const char *what;
        void (*change)(wql_table *table, wql_column *columns);
    } cases[] = {
        {NAME, "UTF-8", name_bad_utf8},     {NAME, "ascend", name_descends},  {NAME, "beyond the end", name_too_far},
        {CODE, "dictionary", code_too_far}, {VIEW, "buffer", view_no_buffer}, {LIST, "beyond the end", list_too_far},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint8_t take = WQL_SUPERSET; take <= WQL_EXACT; take++) {
            model *m = make_model(100);
            wql_table table = table_of(m);
            wql_conjunct c = {.property = cases[i].property, .op = WQL_IS_NULL};
            wql_error err = WQL_INIT(wql_error);
            lines got = {0};
            test_host h;
            ask a = {.conjuncts = &c, .conjunct_count = 1, .wanted = 1u << ID};
            memset(m->valid, 0xff, sizeof m->valid);
            cases[i].change(&table, m->columns);
            memset(table.take, take, sizeof table.take);
            host_init(&h, props, PROPS);
            assert_int_equal(host_load(&h, &table, &err), WQL_OK);
            assert_int_equal(scan_all(&h, &a, &got, &err), WQL_E_PROVIDER_FAILURE);
            if (!strstr(err.message, cases[i].what)) fail_msg("\"%s\" is not in: %s", cases[i].what, err.message);
            assert_non_null(strstr(err.message, "Everything"));
            host_unload(&h);
            assert_int_equal(h.bytes, 0);
            lines_free(&got);
            host_free(&h);
            free(m);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_superset_blocks), cmocka_unit_test(test_limit_and_count),
        cmocka_unit_test(test_count_all),  cmocka_unit_test(test_stops),           cmocka_unit_test(test_bad_cells),
    };
    seed = 20240607;
    return cmocka_run_group_tests(tests, make_shared, free_shared);
}
