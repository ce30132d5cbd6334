/* SPDX-License-Identifier: MIT */
/* test_run_objects.c: embedded objects from a provider, in rows and in batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include "../../engine/data/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- objects ----------------------------------------------------------------------------------------------------- */

static wql_value part(wql_scan *scan, const char *cls, int64_t a, const char *q, const wql_value *inner) {
    wql_param properties[3] = {{"a", wql_i64(a)}, {"Q", wql_text(wql_s(q))}};
    uint32_t count = 2;
    if (inner) properties[count++] = (wql_param){"P", *inner};
    return wql_scan_object(scan, cls, properties, count);
}

/* Row i: E is a Part, a SubPart, or NULL; within every third, another; Es has i % 3 of them. */
static wql_status next_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    bool room = true;
    (void)err;
    for (; *at < s->rows && room; ++*at) {
        int64_t i = (int64_t)*at;
        wql_value inner = part(scan, "Part", 100 + i, "inner", NULL);
        wql_value several[2];
        several[0] = part(scan, "part", i, "x", NULL);
        several[1] = part(scan, "SubPart", i, "y", &inner);
        wql_row_set(scan, RL_ID, wql_u64((uint64_t)i));
        if (i % 4 != 3)
            wql_row_set(scan, RL_E, part(scan, i % 2 ? "SubPart" : "Part", i, i % 2 ? "odd" : "even", i % 3 ? NULL : &inner));
        if (i % 3) wql_row_set(scan, RL_ES, wql_array(WQL_OBJECT, several, (uint32_t)(i % 3)));
        room = wql_row_end(scan);
    }
    return *at < s->rows ? WQL_OK : WQL_END;
}

static void objects_lie_within_rows(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 4;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
              "T(0 | Part(0 | even | Part(100 | inner | NULL | NULL) | NULL))\nT(1 | SubPart(1 | odd | NULL | NULL | NULL))\n"
              "T(2 | Part(2 | even | NULL | NULL))\nT(3 | NULL)\n");
    rl_expect(l, "SELECT Es FROM T WHERE Id = 2 AND __CLASS = 'T'",
              "T({Part(2 | x | NULL | NULL), SubPart(2 | y | Part(102 | inner | NULL | NULL) | NULL | NULL)})\n");
    /* Conditions on parts: an unresolvable path is NULL. */
    rl_expect(l, "SELECT Id FROM T WHERE E.A = 2", "T(2)\nU(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.q = 'ODD' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.P.A >= 100 AND __CLASS = 'T'", "T(0)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.P.A IS NULL AND __CLASS = 'T'", "T(1)\nT(2)\nT(3)\n");
    rl_expect(l, "SELECT Id FROM T WHERE NOT E.P.A = 1 AND __CLASS = 'T'", "T(0)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E.__CLASS = 'SubPart' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E ISA 'Part' AND __CLASS = 'T'", "T(0)\nT(1)\nT(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E ISA 'SubPart' AND __CLASS = 'T'", "T(1)\n");
    rl_expect(l, "SELECT Id FROM T WHERE NOT E ISA 'SubPart' AND __CLASS = 'T'", "T(0)\nT(2)\n");
    rl_expect(l, "SELECT Id FROM T WHERE E IS NULL AND __CLASS = 'T'", "T(3)\n");
    /* Parts that are chosen; a part that the object's class has not is not there. */
    rl_expect(l, "SELECT E.Q, Id FROM T WHERE __CLASS = 'T'",
              "T(Part(even) | 0)\nT(SubPart(odd) | 1)\nT(Part(even) | 2)\nT(NULL | 3)\n");
    rl_expect(l, "SELECT E.X, E.A, E.P.Q FROM T WHERE Id < 3 AND __CLASS = 'T'",
              "T(Part(0 | Part(inner)))\nT(SubPart(NULL | 1 | NULL))\nT(Part(2 | NULL))\n");
}

static void many_objects(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    uint32_t rows = 0;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 5000; /* more than one batch of them for one batch of rows: two a row are of class Part */
    rl_open(l, "SELECT Id, E, Es FROM T WHERE Id <> 9 AND __CLASS = 'T'", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        for (uint32_t row = 0; row < batch->rows; row++) {
            uint32_t id = ((const uint32_t *)wql_batch_column(batch, 0)->values)[row], at = 0;
            const wql_batch *object = wql_column_object(wql_batch_column(batch, 1), row, &at);
            wql_value a;
            assert_true((object == NULL) == (id % 4 == 3));
            if (!object) continue;
            assert_int_equal(wql_batch_value(object, at, "A", &a), WQL_OK);
            assert_int_equal(a.i64, id);
            rows++;
        }
        wql_batch_release(batch);
    }
    assert_int_equal(rows, 3749); /* three quarters, without Id 9 */
    rl_close(l);
}

/* An object outlives the batch it came in, the call and the plan. */
static void an_object_may_be_kept(void **state) {
    rl_lab *l = *state;
    wql_batch *batch, *kept;
    uint32_t at = 0;
    char *text = NULL;
    l->scripts[0].on_next = next_objects;
    l->scripts[0].rows = 4;
    rl_open(l, "SELECT E FROM T WHERE Id = 0 AND __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    kept = wql_batch_retain(wql_column_object(wql_batch_column(batch, 0), 0, &at));
    wql_batch_release(batch);
    assert_int_equal(wql__run_close(l->run), WQL_OK);
    wql__plan_release(l->plan);
    rl_print(kept, &text);
    assert_non_null(strstr(text, "Part(0 | even | Part(100 | inner | NULL | NULL) | NULL)\n"));
    free(text);
    wql_batch_release(kept);
}

static wql_status next_bad_object(rl_script *s, wql_scan *scan, wql_error *err) {
    wql_param nothing = {"Nothing", wql_i64(1)};
    wql_value value = wql_null();
    wql_param wrong = {"A", wql_text(wql_s("x"))};
    (void)err;
    wql_row_set(scan, RL_ID, wql_u64(0));
    switch (s->step) {
    case 0: /* not there: NULL, which is no breach */
        value = wql_scan_object(scan, "Nowhere", NULL, 0);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, "Part", &nothing, 1);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, "Part", NULL, 1);
        if (value.type == WQL_NULL) value = wql_scan_object(scan, NULL, NULL, 0);
        break;
    case 1: value = wql_scan_object(scan, "Part", &wrong, 1); break;
    case 2: value = wql_scan_object(scan, "T", NULL, 0); break;
    case 3: /* a row that is not there */
        value = wql_scan_object(scan, "Part", NULL, 0);
        value.count++;
        break;
    case 4: /* one of the next before */
        if (!s->note)
            s->note = (void *)(uintptr_t)wql_scan_object(scan, "Part", NULL, 0).object;
        else {
            value.type = WQL_OBJECT;
            value.object = s->note;
        }
        break;
    default: break;
    }
    wql_row_set(scan, RL_E, value);
    (void)wql_row_end(scan);
    if (s->step == 4 && value.type == WQL_NULL) return WQL_OK;
    return WQL_END;
}

static void objects_that_do_not_fit(void **state) {
    static const char *const messages[] = {NULL, "Part.A is sint32, but was set to string",
                                           "T.E was set to an object of class T, which is no Part",
                                           "T.E was set to an object that wql_scan_object did not make in this next",
                                           "T.E was set to an object that wql_scan_object did not make in this next"};
    rl_lab *l = *state;
    l->scripts[0].on_next = next_bad_object;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'", "T(0 | NULL)\n");
    for (l->scripts[0].step = 1; l->scripts[0].step < 5; l->scripts[0].step++)
        rl_expect_fault(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'", messages[l->scripts[0].step]);
}

/* Objects in a batch that is emitted. */
static wql_status next_emitted_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    static const uint32_t ids[] = {4, 5};
    wql_value one = part(scan, "Part", 1, "one", NULL), two = part(scan, "SubPart", 2, "two", NULL);
    const wql_batch *objects[2];
    wql_ref refs[2];
    wql_column columns[2] = {{.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids}};
    objects[0] = one.object;
    objects[1] = two.object;
    refs[0] = (wql_ref){0, one.count};
    refs[1] = (wql_ref){1, two.count + (s->step == 1 ? 1 : 0)};
    if (s->step == 2) refs[1].batch = 2;
    if (s->step == 3) objects[1] = wql_scan_object(scan, "T", NULL, 0).object;
    columns[1] = (wql_column){
        .property = RL_E, .type = WQL_OBJECT, .layout = WQL_OBJECTS, .values = refs, .objects = objects, .object_count = 2};
    return wql_scan_copy(scan, 2, columns, 2, err) < 0 ? WQL_E_FAILED : WQL_END;
}

/* 300 rows that go out in slices. */
static wql_status next_sliced_objects(rl_script *s, wql_scan *scan, wql_error *err) {
    static uint32_t ids[300];
    static wql_ref refs[300];
    static const wql_batch *objects[1];
    wql_column columns[2] = {
        {.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
        {.property = RL_E, .type = WQL_OBJECT, .layout = WQL_OBJECTS, .values = refs, .objects = objects, .object_count = 1}};
    (void)s;
    for (uint32_t i = 0; i < 300; i++) {
        wql_value object = part(scan, "Part", (int64_t)i, "p", NULL);
        objects[0] = object.object;
        refs[i] = (wql_ref){0, object.count};
        ids[i] = i;
    }
    return wql_scan_emit(scan, 300, columns, 2, NULL, NULL, err) < 0 ? WQL_E_FAILED : WQL_END;
}

static void objects_in_slices(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    uint32_t seen = 0;
    l->scripts[0].on_next = next_sliced_objects;
    l->env.batch_rows = l->env.batch_rows_max = 64;
    rl_open(l, "SELECT E, Id FROM T WHERE __CLASS = 'T'", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        for (uint32_t row = 0; row < batch->rows; row++, seen++) {
            uint32_t at = 0;
            const wql_batch *object = wql_column_object(wql_batch_column(batch, 0), row, &at);
            wql_value a;
            assert_non_null(object);
            assert_int_equal(wql_batch_value(object, at, "A", &a), WQL_OK);
            assert_int_equal(a.i64, seen);
        }
        wql_batch_release(batch);
    }
    assert_int_equal(seen, 300);
    rl_close(l);
}

static void objects_in_whole_batches(void **state) {
    rl_lab *l = *state;
    l->scripts[0].on_next = next_emitted_objects;
    rl_expect(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
              "T(4 | Part(1 | one | NULL | NULL))\nT(5 | SubPart(2 | two | NULL | NULL | NULL))\n");
    for (l->scripts[0].step = 1; l->scripts[0].step < 4; l->scripts[0].step++)
        rl_expect_fault(l, "SELECT Id, E FROM T WHERE __CLASS = 'T'",
                        l->scripts[0].step < 3 ? "refers to an object that is not there in row 1" : "which is no Part");
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        HOST_TEST(objects_lie_within_rows),  HOST_TEST(many_objects),
        HOST_TEST(an_object_may_be_kept),    HOST_TEST(objects_that_do_not_fit),
        HOST_TEST(objects_in_whole_batches), HOST_TEST(objects_in_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
