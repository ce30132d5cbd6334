/* SPDX-License-Identifier: MIT */
/* test_run_gathering.c: which batches a run makes of what providers bring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- batches ----------------------------------------------------------------------------------------------------- */

typedef struct shape {
    int way;
    uint64_t rows;
    uint32_t per_next, batch_rows, batch_bytes;
    const char *query, *sizes;
} shape;

static void batches_have_their_sizes(void **state) {
#define T_ONLY " AND __CLASS = 'T'"
    static const shape shapes[] = {
        /* all pass: the provider's own, the first one whatever its size; small ones are put together */
        {RL_EMIT, 3000, 1024, 1024, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "1024 1024 952 "},
        {RL_EMIT, 3000, 2048, 1024, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "1024 1024 952 "},
        {RL_EMIT, 700, 10, 1024, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "10 690 "},
        {RL_EMIT, 700, 300, 1024, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "300 300 100 "},
        {RL_EMIT, 1000, 1000, 300, 0, "SELECT Id FROM T WHERE __CLASS = 'T'",
         "256 256 256 232 "}, /* slices begin at multiples of 64 */
        {RL_EMIT, 200, 200, 17, 0, "SELECT Id FROM T WHERE Id < 60" T_ONLY, "17 17 17 9 "},
        {RL_EMIT, 100, 100, 40, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "40 40 20 "},
        /* some pass: the first ones at once, then full batches */
        {RL_EMIT, 4000, 1000, 1024, 0, "SELECT Id FROM T WHERE N IS NOT NULL" T_ONLY, "800 1024 1024 352 "},
        {RL_ROWS, 4096, 0, 1024, 0, "SELECT Id FROM T WHERE Id > 1023" T_ONLY, "1024 1024 1024 "},
        {RL_ROWS, 3000, 0, 1024, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "1024 1024 952 "},
        /* bytes: 4 of Id, 4 and 39 of a text of 39 */
        {RL_EMIT, 2048, 2048, 2048, 47 * 64, "SELECT Id, S FROM T WHERE S LIKE 'a text%'" T_ONLY, NULL},
        {RL_EMIT, 1024, 1024, 1024, 2048, "SELECT Id FROM T WHERE __CLASS = 'T'", "512 512 "},
        {RL_ROWS, 1000, 0, 1024, 400, "SELECT Id FROM T WHERE __CLASS = 'T'", "100 100 100 100 100 100 100 100 100 100 "}};
#undef T_ONLY
    rl_lab *l = *state;
    for (uint32_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char text[2000];
        l->scripts[0].way = shapes[i].way;
        l->scripts[0].rows = shapes[i].rows;
        l->scripts[0].per_next = shapes[i].per_next;
        l->env.batch_rows = l->env.batch_rows_max = shapes[i].batch_rows;
        l->env.batch_bytes = shapes[i].batch_bytes ? shapes[i].batch_bytes : 256 * 1024;
        rl_open(l, shapes[i].query, 0);
        assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
        if (shapes[i].sizes && strcmp(text, shapes[i].sizes)) fail_msg("%u: %s: %s", i, shapes[i].query, text);
        if (!shapes[i].sizes) assert_string_equal(text, "64 64 48 "); /* 176 of 2048 rows: not those of Ids 3 + 7n */
        rl_close(l);
    }
}

/* Where nobody wished for a number, what a source brings is not parted: with 1,024 a batch is full, and takes all of the last
 * source; what does not fit into 2,048 goes whole into the next. A limit on rows is kept all the same. */
static void sources_stay_whole(void **state) {
    rl_lab *l = *state;
    static const struct {
        uint32_t rows, per_next;
        uint64_t rows_max;
        const char *query, *sizes;
    } cases[] = {{6000, 2000, 0, "SELECT Id FROM T WHERE N IS NOT NULL AND __CLASS = 'T'", "1600 1600 1600 "},
                 {5000, 1000, 0, "SELECT Id FROM T WHERE N IS NOT NULL AND __CLASS = 'T'", "800 1600 1600 "},
                 {5000, 1250, 0, "SELECT Id FROM T WHERE N IS NOT NULL AND __CLASS = 'T'", "1000 2000 1000 "},
                 {4096, 2048, 0, "SELECT Id FROM T WHERE __CLASS = 'T'", "2048 2048 "},
                 {5000, 1000, 1900, "SELECT Id FROM T WHERE N IS NOT NULL AND __CLASS = 'T'", "800 800 300 "}};
    l->scripts[0].way = RL_EMIT;
    l->env.batch_rows = 1024;
    l->env.batch_rows_max = 2048;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        l->scripts[0].rows = cases[i].rows;
        l->scripts[0].per_next = cases[i].per_next;
        l->env.rows_max = cases[i].rows_max;
        rl_open(l, cases[i].query, 0);
        assert_int_equal(rl_sizes(l, text, sizeof text), WQL_END);
        if (strcmp(text, cases[i].sizes)) fail_msg("%u: %s: %s", i, cases[i].query, text);
        rl_close(l);
    }
    l->env.rows_max = 0;
}

/* Slices: what a reader sees in each is what was in the source. */
static void slices_show_their_rows(void **state) {
    rl_lab *l = *state;
    char *whole = NULL, *cut = NULL;
    l->scripts[0].rows = 1500;
    l->scripts[0].per_next = 1500;
    for (int way = RL_EMIT; way <= RL_EMIT_CODES; way++) {
        l->scripts[0].way = way;
        l->env.batch_rows = l->env.batch_rows_max = 2048;
        whole = rl_query(l, "SELECT * FROM T WHERE __CLASS = 'T'", 0);
        l->env.batch_rows = l->env.batch_rows_max = 200;
        cut = rl_query(l, "SELECT * FROM T WHERE __CLASS = 'T'", 0);
        assert_string_equal(whole, cut);
        free(whole);
        free(cut);
    }
}

static void all_rows_passing_means_no_copy(void **state) {
    rl_lab *l = *state;
    wql_batch *batch, *kept;
    rl_script *s = &l->scripts[0];
    uint32_t refs = l->mounts[0]->refs;
    s->way = RL_EMIT;
    s->rows = 3000;
    s->per_next = 1000;
    rl_open(l, "SELECT S, Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 1000);
    assert_int_equal(wql_batch_column(batch, 0)->layout, WQL_OFFSETS);
    assert_int_equal(s->releases, 0);
    kept = wql_batch_retain(batch);
    wql_batch_release(batch); /* not the last reference: it stays */
    assert_int_equal(s->releases, 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(s->releases, 1); /* the provider has its memory back at once */
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(s->releases, 2);
    assert_int_equal(s->closes, 1); /* as soon as the scan has ended */
    assert_int_equal(wql__run_close(l->run), WQL_OK);
    wql__plan_release(l->plan);
    {
        char *text = NULL;
        assert_int_equal(l->mounts[0]->refs, refs + 1); /* its provider stays loaded */
        rl_print(kept, &text);                          /* after call and plan */
        assert_non_null(strstr(text, "T(a text that is longer than twelve bytes | 992)\n"));
        free(text);
    }
    wql_batch_release(kept);
    assert_int_equal(s->releases, 3);
}

/* A batch that is gathered from several sources holds those it points into, and only as long as it lives. */
static void gathered_batches_hold_their_sources(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char *text = NULL;
    rl_script *s = &l->scripts[0];
    s->way = RL_EMIT;
    s->rows = 3000;
    s->per_next = 300;
    rl_open(l, "SELECT Id, S FROM T WHERE N IS NOT NULL AND __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 240);
    wql_batch_release(batch);
    assert_int_equal(s->releases, 1);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 1024);
    assert_int_equal(s->releases, 1); /* four sources and a part of the fifth are pinned */
    rl_print(batch, &text);
    assert_non_null(strstr(text, "T(302 | a text that is longer than twelve bytes)\n"));
    free(text);
    wql_batch_release(batch);
    assert_int_equal(s->releases, 5);
    rl_close(l);
    assert_int_equal(s->releases, s->emits);
    /* The first batch goes out as it is, however small; a later one that is small is gathered. */
    s->per_next = 10;
    rl_open(l, "SELECT Id, S FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_column(batch, 1)->layout, WQL_OFFSETS);
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(wql_batch_column(batch, 1)->layout, WQL_VIEWS);
    wql_batch_release(batch);
    rl_close(l);
}

/* Few rows of a source: their texts are copied, and nothing is held. */
static void sparse_rows_are_copied(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char *text = NULL;
    rl_script *s = &l->scripts[0];
    s->way = RL_EMIT;
    s->rows = 8000;
    s->per_next = 1000;
    rl_open(l, "SELECT Id, S FROM T WHERE U8 = 2 AND __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(s->releases, 8);
    rl_print(batch, &text);
    assert_non_null(strstr(text, "T(1282 | a text that is longer than twelve bytes)\n"));
    free(text);
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    rl_close(l);
}

static wql_status next_endless(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    (void)err;
    if (*at > 1000) *at = 0;
    for (bool room = true; room; ++*at) {
        wql_row_set(scan, RL_ID, wql_u64(*at));
        wql_row_set(scan, RL_S, rl_cell(RL_S, *at));
        wql_row_set(scan, RL_N, rl_cell(RL_N, *at));
        wql_row_set(scan, RL_TAGS, rl_cell(RL_TAGS, *at));
        room = wql_row_end(scan);
    }
    (void)s;
    return WQL_OK;
}

static int32_t forever_ids[1024];
static wql_status next_columns(rl_script *s, wql_scan *scan, wql_error *err) {
    static const char bytes[1024 * 5] = {0};
    static int32_t offsets[1025];
    wql_column columns[2] = {{.property = RL_ID, .type = WQL_UINT32, .layout = WQL_FIXED, .values = forever_ids},
                             {.property = RL_S,
                              .type = WQL_STRING,
                              .layout = WQL_OFFSETS,
                              .offsets = offsets,
                              .bytes = bytes,
                              .bytes_size = sizeof bytes}};
    for (int32_t i = 0; i <= 1024; i++) offsets[i] = 5 * i;
    for (int32_t i = 0; i < 1024; i++) forever_ids[i] = i;
    (void)s;
    return wql_scan_emit(scan, 1024, columns, 2, NULL, NULL, err);
}

/* No heap call for a batch, once memory is warm: forwarded, gathered with and without pins, rows, lists, paths and constants. */
static void steady_state_needs_no_heap(void **state) {
    static const char *const queries[] = {"SELECT Id, S FROM T",
                                          "SELECT Id, S FROM T WHERE Id < 700",
                                          "SELECT Id, S FROM T WHERE Id = 7 OR Id = 9",
                                          "SELECT S, __CLASS, __PATH, __GENUS FROM T",
                                          "SELECT Id, __RELPATH, __CLASS FROM T WHERE Id > 900",
                                          "SELECT * FROM T WHERE N > 0"};
    rl_lab *l = *state;
    for (int columns = 0; columns < 2; columns++)
        for (uint32_t q = 0; q < sizeof queries / sizeof *queries; q++) {
            long before = 0;
            l->scripts[0].on_next = columns ? next_columns : next_endless;
            if (columns && q == 5) continue; /* no N there: nothing would ever come */
            l->env.batch_rows = l->env.batch_rows_max = q == 2 ? 4 : 64;
            rl_open(l, queries[q], 0);
            for (int i = 0; i < 800; i++) {
                wql_batch *batch;
                assert_int_equal(rl_next(l, &batch), WQL_OK);
                assert_non_null(batch);
                wql_batch_release(batch);
                if (i == 600) before = l->allocations;
            }
            if (l->allocations != before)
                fail_msg("%s, columns %d: %ld allocations in 199 batches", queries[q], columns, l->allocations - before);
            l->stop = 1;
            rl_close(l);
            l->stop = 0;
        }
}

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(batches_have_their_sizes),
        RUN_TEST(sources_stay_whole),
        RUN_TEST(slices_show_their_rows),
        RUN_TEST(all_rows_passing_means_no_copy),
        RUN_TEST(gathered_batches_hold_their_sources),
        RUN_TEST(sparse_rows_are_copied),
        RUN_TEST(steady_state_needs_no_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
