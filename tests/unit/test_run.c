/* SPDX-License-Identifier: MIT */
/* test_run.c: runs over providers of a test's own: scans, what is filtered where, batches, limits, time, several classes at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "run_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- rows come through ------------------------------------------------------------------------------------------- */

static void rows_of_all_types(void **state) {
    rl_lab *l = *state;
    l->scripts[0].rows = 3;
    for (int way = 0; way < RL_WAYS; way++) {
        l->scripts[0].way = way;
        rl_expect(l, "SELECT Id, S, N, B, R, F, U8, D, I, C, Tags, Ref, Nums, E FROM T WHERE __CLASS = 'T'",
                  "T(0 | alpha | -50 | TRUE | -3 | 0 | 0 | 20200913122640.000000+000 | 00000000000000.000000:000 | 65 | {} | "
                  "Part.A=1 | {1} | NULL)\n"
                  "T(1 | Bravo | -49 | FALSE | -2.875 | 0.25 | 1 | 20200913132641.000000+060 | 00000000000001.000000:000 | 66 | "
                  "{red} | Part.A=1 | "
                  "{1, -2} | NULL)\n"
                  "T(2 | a text that is longer than twelve bytes | -48 | FALSE | -2.75 | 0.5 | 2 | 20200913122642.000000+000 | "
                  "00000000000002.000000:000 | 67 | {red, NULL} | Part.A=1 | NULL | NULL)\n");
    }
    assert_int_equal(l->scripts[0].opened, RL_WAYS);
}

static void star_brings_all_properties(void **state) {
    rl_lab *l = *state;
    char *rows;
    l->scripts[0].rows = 1;
    rows = rl_query(l, "SELECT * FROM U", 0);
    assert_string_equal(
        rows,
        "U(0 | alpha | -50 | TRUE | -3 | 0 | 0 | 20200913122640.000000+000 | 00000000000000.000000:000 | 65 | {} | NULL | NULL | "
        "Part.A=1 | {1} | even)\n");
    free(rows);
    rows = rl_query(l, "SELECT * FROM U", WQL_KEYS_ONLY);
    assert_string_equal(rows, "U(0)\n");
    free(rows);
}

/* -- what is filtered where never matters ------------------------------------------------------------------------ */

static const char *const conditions[] = {"",
                                         "Id = 7",
                                         "Id > 600",
                                         "Id <> 3",
                                         "S = 'alpha'",
                                         "S LIKE 'a%'",
                                         "S LIKE '%l%'",
                                         "S = 'kilo'",
                                         "NOT S = 'kilo'",
                                         "S IS NULL",
                                         "S IS NOT NULL",
                                         "N < -20",
                                         "N >= 10 AND S LIKE '%a%'",
                                         "B = TRUE",
                                         "NOT B = TRUE",
                                         "R > 20.5",
                                         "R <= 3 OR N = 0",
                                         "F = 0.25",
                                         "U8 = 300",
                                         "U8 < 300",
                                         "D > '20200913122700.000000+000'",
                                         "I < '00000000000050.000000:000'",
                                         "C = 'b'",
                                         "Tags IS NULL",
                                         "Id = 1 OR Id = 5 OR Id = 600 OR Id = 699 OR Id = 77",
                                         "S = 'alpha' OR S = 'BRAVO' OR S = 'skill' OR S = 'x'",
                                         "Id <> 1 AND Id <> 2 AND Id <> 3 AND Id <> 4 AND Id < 20",
                                         "__RELPATH = 'T.Id=8'",
                                         "__PATH LIKE '%Id=10%'",
                                         "__CLASS = 'U'",
                                         "Ref = 'part.a=1' AND Id < 3",
                                         "(N > 0 OR B = FALSE) AND (S > 'b' OR S IS NULL) AND NOT (Id = 50 OR R < 4)",
                                         "E IS NULL",
                                         "E ISA 'Part'",
                                         "Id = 100000"};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };

static void make_query(char *buf, size_t size, const char *condition) {
    (void)snprintf(buf, size, "SELECT Id, S, N FROM T%s%s", *condition ? " WHERE " : "", condition);
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The lines in an order that does not depend on how rows came. */
static char *sorted(char *text) {
    char **lines = NULL, *out = calloc(1, strlen(text) + 1), *save = NULL;
    size_t count = 0;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        lines = realloc(lines, (count + 1) * sizeof *lines);
        lines[count++] = line;
    }
    if (count) qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 0, used = 0; i < count; i++) used += (size_t)sprintf(out + used, "%s\n", lines[i]);
    free(lines);
    free(text);
    return out;
}

static void set_takes(rl_lab *l, uint8_t take, bool check) {
    memset(l->scripts[0].take, take, sizeof l->scripts[0].take);
    l->scripts[0].holds = take != WQL_NONE;
    l->env.check_exact = check;
}

static void pushdown_never_matters(void **state) {
    rl_lab *l = *state;
    unsigned compared = 0;
    l->scripts[0].rows = 700;
    for (uint32_t c = 0; c < CONDITIONS; c++) {
        char query[300], *expected;
        make_query(query, sizeof query, conditions[c]);
        l->scripts[0].way = RL_ROWS;
        l->scripts[0].per_next = 0;
        set_takes(l, WQL_NONE, false);
        expected = sorted(rl_query(l, query, 0));
        for (int way = 0; way < RL_WAYS; way++)
            for (uint8_t take = WQL_NONE; take <= WQL_EXACT; take++)
                for (int check = 0; check <= (take == WQL_EXACT); check++) {
                    char *rows;
                    l->scripts[0].way = way;
                    l->scripts[0].per_next = way == RL_ROWS ? 0 : (uint32_t)(7 + c * 61) % 700 + 1;
                    set_takes(l, take, check != 0);
                    l->env.batch_rows = l->env.batch_rows_max = (uint32_t)(c % 3 == 0 ? 1024 : c % 3 == 1 ? 100 : 17);
                    rows = sorted(rl_query(l, query, 0));
                    if (strcmp(rows, expected)) fail_msg("%s: way %d, take %u, check %d, %s", query, way, take, check, rows);
                    free(rows);
                    compared++;
                }
        free(expected);
    }
    assert_int_equal(compared, CONDITIONS * RL_WAYS * 4);
}

/* The partition: a condition, its opposite, and the rows for which it is unknown, are all rows, once each. */
static void a_condition_and_its_opposite(void **state) {
    rl_lab *l = *state;
    char query[400], *rows;
    uint64_t with, without, all;
    l->scripts[0].rows = 500;
    for (uint32_t c = 1; c < CONDITIONS; c++) {
        make_query(query, sizeof query, conditions[c]);
        rows = rl_query(l, query, WQL_COUNT_ONLY);
        assert_string_equal(rows, "");
        free(rows);
        with = l->stats.rows_out;
        (void)snprintf(query, sizeof query, "SELECT Id FROM T WHERE NOT (%s)", conditions[c]);
        free(rl_query(l, query, WQL_COUNT_ONLY));
        without = l->stats.rows_out;
        all = 1000;
        assert_true(with + without <= all);
        if (strstr(conditions[c], "Id") == conditions[c] && !strchr(conditions[c], 'S')) assert_int_equal(with + without, all);
    }
}

/* Condition 19 ("U8 < 300") and the like hold for rows whatever the literal. */
static void expected_rows(void **state) {
    rl_lab *l = *state;
    l->scripts[0].rows = 12;
    rl_expect(l, "SELECT Id, S FROM T WHERE S = 'kilo' AND __CLASS = 'T'", "T(4 | KILO)\nT(5 | \xe2\x84\xaailo)\n");
    rl_expect(l, "SELECT Id, N FROM T WHERE N < -47 AND __CLASS = 'T'", "T(0 | -50)\nT(1 | -49)\nT(2 | -48)\n");
    rl_expect(l, "SELECT Id FROM T WHERE S IS NULL AND __CLASS = 'T'", "T(3)\nT(10)\n");
    rl_expect(l, "SELECT Id FROM T WHERE NOT S LIKE '%a%' AND __CLASS = 'T'", "T(4)\nT(5)\nT(7)\n");
    rl_expect(l, "SELECT Id FROM T WHERE Id = 1 OR Id = 2 OR Id = 9 OR Id = 400", "T(1)\nT(2)\nT(9)\nU(1)\nU(2)\nU(9)\n");
}

/* -- promises that open takes back ------------------------------------------------------------------------------- */

static void open_lowers_a_promise(void **state) {
    rl_lab *l = *state;
    rl_script *s = &l->scripts[0];
    s->rows = 200;
    memset(s->take, WQL_EXACT, sizeof s->take);
    /* Kept: the column is not even asked for. */
    s->holds = true;
    rl_expect(l, "SELECT Id FROM T WHERE N = -45 AND __CLASS = 'T'", "T(5)\nT(105)\n");
    assert_int_equal(s->wanted, 1);
    assert_int_equal(s->opens, 1);
    /* Lowered: the first scan is closed, the second one asks for the column too. */
    s->holds = false;
    s->lowers = true;
    rl_expect(l, "SELECT Id FROM T WHERE N = -45 AND __CLASS = 'T'", "T(5)\nT(105)\n");
    assert_int_equal(s->wanted, 1u << RL_ID | 1u << RL_N);
    assert_int_equal(s->opens, 3);
    assert_int_equal(s->closes, 3);
    /* Lowered, and the column is there anyway: no second scan. */
    rl_expect(l, "SELECT Id, N FROM T WHERE N = -45 AND __CLASS = 'T'", "T(5 | -45)\nT(105 | -45)\n");
    assert_int_equal(s->opens, 4);
    /* With a limit, or a count, it must be asked again without. */
    l->env.rows_max = 1;
    rl_expect(l, "SELECT Id, N FROM T WHERE N = -45 AND __CLASS = 'T'", "T(5 | -45)\n");
    assert_int_equal(s->opens, 6);
    assert_int_equal(s->limit, 0);
    l->env.rows_max = 0;
    free(rl_query(l, "SELECT Id, N FROM T WHERE N = -45 AND __CLASS = 'T'", WQL_COUNT_ONLY));
    assert_int_equal(l->stats.rows_out, 2);
    assert_int_equal(s->flags, 0);
    assert_int_equal(s->opens, 8);
}

static void a_liar_is_named(void **state) {
    rl_lab *l = *state;
    char *rows = NULL;
    memset(l->scripts[0].take, WQL_EXACT, sizeof l->scripts[0].take);
    l->scripts[0].lies = true;
    rl_open(l, "SELECT Id FROM T WHERE N = 5 AND Id < 100", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_END); /* believed */
    rl_close(l);
    l->env.check_exact = true;
    rl_open(l, "SELECT Id FROM T WHERE N = 5 AND Id < 100", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_E_PROVIDER_FAILURE);
    assert_string_equal(l->err.provider, "lab");
    assert_non_null(strstr(l->err.message, "promised T.N = 5 exactly and brought 10 rows"));
    assert_int_equal(l->mounts[0]->faults, 1);
    rl_close(l);
    l->scripts[0].way = RL_EMIT;
    rl_open(l, "SELECT Id FROM T WHERE N = 5", WQL_COUNT_ONLY); /* a count is checked by its rows */
    assert_int_equal(rl_all(l, &rows, NULL), WQL_E_PROVIDER_FAILURE);
    rl_close(l);
    free(rows);
}

/* -- limits and counts ------------------------------------------------------------------------------------------- */

static void rows_max_cuts_exactly(void **state) {
    rl_lab *l = *state;
    static const uint64_t limits[] = {1, 2, 63, 64, 65, 100, 1024, 1025, 1999, 2000, 2001, 3000, 5000};
    l->scripts[0].rows = 2000;
    for (int way = 0; way < RL_WAYS; way++)
        for (uint32_t i = 0; i < sizeof limits / sizeof *limits; i++)
            for (int filtered = 0; filtered < 2; filtered++) {
                uint64_t there = filtered ? 3200 : 4000; /* N is NULL in every fifth row */
                l->scripts[0].way = way;
                l->scripts[0].per_next = 2000;
                if (way == RL_ROWS) l->scripts[0].per_next = 0;
                l->env.rows_max = limits[i];
                l->env.batch_rows = l->env.batch_rows_max = i % 2 ? 1024 : 100;
                free(rl_query(l, filtered ? "SELECT Id, S FROM T WHERE N IS NOT NULL" : "SELECT Id, S FROM T", 0));
                assert_int_equal(l->stats.rows_out, limits[i] < there ? limits[i] : there);
                assert_int_equal(l->scripts[0].limit, filtered           ? 0
                                                      : limits[i] < 2000 ? limits[i]
                                                      : limits[i] > 2000 ? limits[i] - 2000
                                                                         : limits[i]);
                free(rl_query(l, filtered ? "SELECT Id, S FROM T WHERE N IS NOT NULL" : "SELECT Id, S FROM T", WQL_COUNT_ONLY));
                assert_int_equal(l->stats.rows_out, limits[i] < there ? limits[i] : there);
            }
}

static void counting_brings_no_batches(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    memset(l->scripts[0].take, WQL_EXACT, sizeof l->scripts[0].take);
    l->scripts[0].holds = true;
    l->scripts[0].rows = 100000;
    for (int way = 0; way < RL_WAYS; way++) {
        l->scripts[0].way = way;
        rl_open(l, "SELECT * FROM T WHERE U8 = 3", WQL_COUNT_ONLY);
        assert_int_equal(rl_next(l, &batch), WQL_END);
        assert_null(batch);
        assert_int_equal(l->stats.rows_out, 2 * 391);
        assert_int_equal(l->stats.rows_scanned, 2 * 391);
        assert_int_equal(l->scripts[0].flags, WQL_WISH_COUNT);
        rl_close(l);
    }
    l->scripts[0].take[WQL_EQ] = WQL_SUPERSET;
    rl_open(l, "SELECT * FROM T WHERE U8 = 3", WQL_COUNT_ONLY);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(l->stats.rows_out, 2 * 391);
    assert_int_equal(l->scripts[0].flags, 0);
    assert_int_equal(l->scripts[0].wanted, 1u << RL_U8);
    rl_close(l);
}

/* -- batches ----------------------------------------------------------------------------------------------------- */

/* The sizes of all batches: "3 1024 17 ". */
static wql_status sizes(rl_lab *l, char *buf, size_t size) {
    size_t used = 0;
    *buf = 0;
    for (;;) {
        wql_batch *batch;
        wql_status status = rl_next(l, &batch);
        if (status != WQL_OK) return status;
        assert_non_null(batch);
        used += (size_t)snprintf(buf + used, size - used, "%u ", batch->rows);
        wql_batch_release(batch);
    }
}

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
        assert_int_equal(sizes(l, text, sizeof text), WQL_END);
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
        assert_int_equal(sizes(l, text, sizeof text), WQL_END);
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

/* -- waiting ----------------------------------------------------------------------------------------------------- */

/* Three rows, then a wait until the test says otherwise. */
static wql_status next_in_pieces(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    (void)err;
    if (s->step++) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    for (int i = 0; i < 3; i++) {
        wql_row_set(scan, RL_ID, wql_u64((*at)++));
        (void)wql_row_end(scan);
    }
    return *at < 9 ? WQL_OK : WQL_END;
}

static void what_is_in_hand_goes_out_before_a_wait(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_in_pieces;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    for (int i = 0; i < 3; i++) {
        l->scripts[0].step = 0;
        assert_int_equal(rl_next(l, &batch), WQL_OK);
        assert_int_equal(batch->rows, 3);
        wql_batch_release(batch);
        assert_int_equal(rl_next(l, &batch), i < 2 ? WQL_S_PENDING : WQL_END);
        assert_null(batch);
    }
    rl_close(l);
}

/* Rows and a wait in one answer: the rows come first. */
static wql_status next_rows_and_wait(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    wql_row_set(scan, RL_ID, wql_u64((uint64_t)s->step++));
    (void)wql_row_end(scan);
    (void)wql_scan_waker(scan);
    return s->step < 3 ? WQL_S_PENDING : WQL_END;
}

static void rows_may_come_with_a_wait(void **state) {
    rl_lab *l = *state;
    char *rows = NULL;
    l->scripts[0].on_next = next_rows_and_wait;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_END);
    assert_string_equal(rows, "T(0)\nT(1)\nT(2)\n");
    rl_close(l);
    free(rows);
}

/* The first batch goes out at once. Later rows wait, but no longer than batch_age_ms. */
static wql_status next_one_row(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    (void)err;
    s->lab->now += s->step; /* that long it took */
    wql_row_set(scan, RL_ID, wql_u64((*at)++));
    (void)wql_row_end(scan);
    return *at < 100 ? WQL_OK : WQL_END;
}

static void rows_do_not_grow_old(void **state) {
    rl_lab *l = *state;
    char text[500];
    l->scripts[0].on_next = next_one_row;
    l->scripts[0].step = 0;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "1 99 ");
    rl_close(l);
    l->scripts[0].step = 1000;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "1 21 21 21 21 15 "); /* 20 ms after the first of them */
    rl_close(l);
}

/* The same within one next: row_end tells the provider to return. */
static wql_status next_slow_rows(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t *at = scan->state;
    bool room = true;
    (void)err;
    for (; *at < 100 && room; ++*at) {
        s->lab->now += s->step;
        wql_row_set(scan, RL_ID, wql_u64(*at));
        room = wql_row_end(scan);
    }
    return *at < 100 ? WQL_OK : WQL_END;
}

static void row_end_looks_at_the_clock(void **state) {
    rl_lab *l = *state;
    char text[500];
    l->scripts[0].on_next = next_slow_rows;
    l->scripts[0].step = 1000;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "21 21 21 21 16 ");
    rl_close(l);
    l->scripts[0].step = 1; /* quick: the clock is read seldom, and the batch is filled */
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(sizes(l, text, sizeof text), WQL_END);
    assert_string_equal(text, "100 ");
    rl_close(l);
}

static void a_slice_of_time_ends(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    int slices = 0;
    wql_status status;
    l->scripts[0].rows = 20000;
    l->scripts[0].way = RL_EMIT;
    l->tick = 10;
    rl_open(l, "SELECT Id FROM T WHERE Id = 19999 AND __CLASS = 'T'", 0);
    for (;;) {
        int before = l->scripts[0].nexts;
        status = wql__run_next(l->run, slices % 2 ? l->now + 25 : 0, &batch);
        if (status != WQL_OK || batch) break;
        assert_true(l->scripts[0].nexts - before <= 3);
        assert_true(l->scripts[0].nexts > before); /* at least one step each time, else nothing would ever end */
        slices++;
    }
    assert_int_equal(status, WQL_OK);
    assert_int_equal(batch->rows, 1);
    assert_true(slices >= 6);
    wql_batch_release(batch);
    rl_close(l);
}

/* A provider that is not ready to open; its state must be there when it is asked again. */
static wql_status open_when_ready(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (!scan->state)
        scan->state = &s->at[0];
    else if (scan->state != &s->at[0])
        return WQL_E_FAILED;
    s->at[0] = 0;
    (void)wql_scan_waker(scan);
    return s->step-- > 0 ? WQL_S_PENDING : WQL_OK;
}

static void open_may_have_to_wait(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_open = open_when_ready;
    l->scripts[0].step = 2;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 10);
    wql_batch_release(batch);
    rl_close(l);
    /* Closed while it waits: close is not owed. */
    l->scripts[0].step = 2;
    rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(l->mounts[0]->scans, 1);
    rl_close(l);
    assert_int_equal(l->mounts[0]->scans, 0);
}

/* -- several classes --------------------------------------------------------------------------------------------- */

static void each_batch_has_one_class(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char seen[40] = "";
    l->scripts[1].rows = 4;
    rl_open(l, "SELECT Id FROM T", 0);
    while (rl_next(l, &batch) == WQL_OK) {
        strcat(seen, wql_batch_class(batch)->def.name);
        for (uint32_t row = 0; row < batch->rows; row++)
            assert_int_equal(((const uint32_t *)wql_batch_column(batch, 0)->values)[row], row);
        wql_batch_release(batch);
    }
    assert_string_equal(seen, "TUW");
    assert_int_equal(l->stats.rows_out, 24);
    assert_int_equal(l->stats.rows_scanned, 24);
    rl_close(l);
}

static wql_status next_blocked(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (s->step > 0) {
        s->step--;
        return (void)wql_scan_waker(scan), WQL_S_PENDING;
    }
    wql_row_set(scan, RL_ID, wql_u64(1));
    (void)wql_row_end(scan);
    return WQL_END;
}

static void others_go_on_while_one_waits(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    char seen[40] = "";
    wql_status status;
    l->scripts[1].on_next = next_blocked;
    l->scripts[1].step = 1000;
    l->scripts[2].on_next = next_blocked;
    l->scripts[2].step = 1;
    rl_open(l, "SELECT Id FROM T", 0);
    for (int waits = 0; waits < 2; waits++) {
        while ((status = rl_next(l, &batch)) == WQL_OK) {
            strcat(seen, wql_batch_class(batch)->def.name);
            wql_batch_release(batch);
        }
        assert_int_equal(status, WQL_S_PENDING);
        assert_string_equal(seen, waits ? "TUZ" : "TU");
    }
    l->scripts[1].step = 0;
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_string_equal(wql_batch_class(batch)->def.name, "W");
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    rl_close(l);
}

/* One waits; another brings rows that do not pass, and then waits too: the first is asked again before the run says that it
 * waits. */
static wql_status next_useless(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)err;
    if (s->step++) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    wql_row_set(scan, RL_ID, wql_u64(9));
    (void)wql_row_end(scan);
    return WQL_OK;
}

static void who_waits_is_asked_again(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[1].on_next = next_blocked;
    l->scripts[1].step = 1;
    l->scripts[2].on_next = next_useless;
    l->scripts[0].rows = 0;
    rl_open(l, "SELECT Id FROM T WHERE Id = 1", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_string_equal(wql_batch_class(batch)->def.name, "W");
    wql_batch_release(batch);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    rl_close(l);
}

static void partial_results_are_told_at_the_end(void **state) {
    rl_lab *l = *state;
    char *rows = NULL;
    l->scripts[0].end = WQL_S_PARTIAL_RESULTS;
    l->scripts[1].rows = 3;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_all(l, &rows, NULL), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(l->stats.rows_out, 23);
    rl_close(l);
    free(rows);
}

/* -- a provider that serves one at a time ------------------------------------------------------------------------ */

static void a_busy_provider_is_waited_for(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[2].rows = 5;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK); /* somebody else is inside */
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    assert_int_equal(l->scripts[2].opens, 0);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 1);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    assert_int_equal(batch->rows, 5);
    wql_batch_release(batch);
    rl_close(l);
    /* Closing waits for its turn too. */
    l->scripts[2].rows = 5000;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    assert_int_equal(l->scripts[2].closes, 1);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 2);
    rl_close(l);
    /* A run that is closed while it waits to open leaves no turn behind. */
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(rl_next(l, &batch), WQL_S_PENDING);
    rl_close(l);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 2);
}

/* The scan is at its end, but its provider is busy: the run ends, and closes later. */
static void an_end_does_not_wait_for_a_close(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[2].rows = 5;
    rl_open(l, "SELECT Id FROM Z", 0);
    assert_int_equal(rl_next(l, &batch), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql__mount_enter(l->mounts[2], NULL), WQL_OK);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(l->scripts[2].closes, 0);
    assert_int_equal(wql__run_close(l->run), WQL_S_PENDING);
    wql__mount_leave(l->mounts[2]);
    assert_int_equal(l->turns, 1);
    rl_close(l);
    assert_int_equal(l->scripts[2].closes, 1);
}

/* -- stops and deadlines ----------------------------------------------------------------------------------------- */

static wql_status next_until_told(rl_script *s, wql_scan *scan, wql_error *err) {
    uint64_t left = 0;
    int rows = 0;
    (void)err;
    do {
        wql_row_set(scan, RL_ID, wql_u64((uint64_t)rows));
        if (++rows == s->step) s->lab->stop = 1;
        if (rows == -s->step) s->lab->now = s->lab->deadline;
    } while (wql_row_end(scan));
    s->emits = rows;
    return wql_scan_check(scan, &left) < 0 ? WQL_E_FAILED : WQL_OK; /* as if the end had made it fail */
}

static void a_stop_ends_the_run(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_until_told;
    l->scripts[0].step = 5;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_int_equal(l->scripts[0].emits, 5); /* row_end says so at once */
    assert_null(batch);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_string_equal(l->err.message, "the call was cancelled");
    assert_string_equal(l->err.provider, "");
    rl_close(l);
    assert_int_equal(l->scripts[0].closes, 1);
    /* Set before anything began: no provider is troubled. */
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_next(l, &batch), WQL_E_CALL_CANCELLED);
    assert_int_equal(l->scripts[0].opens, 1);
    rl_close(l);
}

static void a_deadline_ends_the_run(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->deadline = l->now + 5000;
    l->scripts[0].on_next = next_until_told;
    l->scripts[0].step = -5;
    rl_open(l, "SELECT Id FROM T", 0);
    l->env.batch_age_ms = 1000;
    assert_int_equal(rl_next(l, &batch), WQL_E_TIMED_OUT);
    assert_true(l->scripts[0].emits <= 5 + 64); /* row_end looks at the clock now and then */
    assert_string_equal(l->err.message, "the call's time is over");
    rl_close(l);
}

/* The rows were there in time, but the filter was not: they are not given out. */
static void rows_after_the_deadline_stay(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->tick = 400;
    l->scripts[0].way = RL_EMIT;
    for (int64_t room = 100; room < 1600; room += 100) {
        l->deadline = l->now + room;
        rl_open(l, "SELECT Id FROM T WHERE __CLASS = 'T'", 0);
        if (rl_next(l, &batch) == WQL_OK) {
            assert_true(room >= 1000);
            wql_batch_release(batch);
        }
        rl_close(l);
    }
}

/* -- failures ---------------------------------------------------------------------------------------------------- */

static wql_status next_fails_later(rl_script *s, wql_scan *scan, wql_error *err) {
    wql_row_set(scan, RL_ID, wql_u64((uint64_t)s->step));
    (void)wql_row_end(scan);
    if (s->step++ < 3) return WQL_OK;
    if (s->note) (void)snprintf(err->message, sizeof err->message, "%s", (const char *)s->note);
    if (s->note) (void)snprintf(err->hint, sizeof err->hint, "fsck");
    return s->end;
}

static void rows_stand_before_a_failure(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    wql_status status;
    char *rows = NULL;
    static char words[] = "the disk\tis gone\xff";
    l->scripts[0].on_next = next_fails_later;
    l->scripts[0].end = WQL_E_NOT_AVAILABLE;
    l->scripts[0].note = words;
    rl_open(l, "SELECT Id FROM T", 0);
    status = rl_all(l, &rows, NULL);
    assert_int_equal(status, WQL_E_NOT_AVAILABLE);
    assert_string_equal(rows, "T(0)\nT(1)\nT(2)\nT(3)\n");
    assert_string_equal(l->err.message, "the disk?is gone?");
    assert_string_equal(l->err.provider, "lab");
    assert_string_equal(l->err.hint, "fsck");
    assert_int_equal(rl_next(l, &batch), WQL_E_NOT_AVAILABLE);
    rl_close(l);
    free(rows);
    /* Without words, and with a number that is none of ours. */
    l->scripts[0].step = 3;
    l->scripts[0].note = NULL;
    l->scripts[0].end = (wql_status)0x80070005;
    l->err = (wql_error)WQL_INIT(wql_error);
    rows = NULL;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_all(l, &rows, NULL), (wql_status)0x80070005);
    assert_non_null(strstr(l->err.message, "next of T by provider lab failed"));
    assert_string_equal(l->err.provider, "lab");
    assert_int_equal(l->mounts[0]->faults, 0);
    rl_close(l);
    free(rows);
}

static wql_status open_fails(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)snprintf(err->message, sizeof err->message, "no such table");
    return s->end;
}

static void a_scan_that_does_not_open(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_open = open_fails;
    l->scripts[0].end = WQL_E_ACCESS_DENIED;
    rl_open(l, "SELECT Id FROM T", 0);
    assert_int_equal(rl_next(l, &batch), WQL_E_ACCESS_DENIED);
    assert_string_equal(l->err.message, "no such table");
    assert_string_equal(l->err.provider, "lab");
    rl_close(l);
    assert_int_equal(l->scripts[0].closes, 0);
}

/* -- interrupts -------------------------------------------------------------------------------------------------- */

static wql_status next_interrupted(rl_script *s, wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)err;
    wql__run_interrupt(s->lab->run); /* as another thread might */
    return WQL_END;
}
static void close_interrupted(rl_script *s, wql_scan *scan) {
    (void)scan;
    wql__run_interrupt(s->lab->run);
}

static void interrupts_reach_open_scans_only(void **state) {
    rl_lab *l = *state;
    wql_batch *batch;
    l->scripts[0].on_next = next_interrupted;
    l->scripts[0].on_close = close_interrupted;
    rl_open(l, "SELECT Id FROM T", 0);
    wql__run_interrupt(l->run);
    assert_int_equal(l->scripts[0].interrupts, 0);
    assert_int_equal(rl_next(l, &batch), WQL_END);
    assert_int_equal(l->scripts[0].interrupts, 2); /* T inside its next, then U; never a closed one, or one inside close */
    wql__run_interrupt(l->run);
    assert_int_equal(l->scripts[0].interrupts, 2);
    rl_close(l);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

/* Each allocation fails in turn, alone and with all that follow: the run says so, gives no wrong rows, and leaves nothing behind.
 */
static void every_allocation_may_fail(void **state) {
    static const char *const queries[] = {
        "SELECT Id, S, N, Tags, Nums FROM T WHERE (S LIKE '%a%' OR N > 3) AND NOT Id = 7",
        "SELECT __PATH, __CLASS, __DERIVATION, __GENUS, S FROM U WHERE __RELPATH LIKE '%=1%' AND D IS NOT NULL",
        "SELECT Id, S FROM T WHERE S = 'a' OR S = 'b' OR S = 'alpha' OR S = 'bravo'"};
    rl_lab *l = *state;
    l->scripts[0].rows = 60;
    l->scripts[0].per_next = 25;
    for (uint32_t q = 0; q < 3; q++)
        for (int way = 0; way < RL_WAYS; way++)
            for (int on = 0; on < 2; on++) {
                char *expected;
                bool failed = true;
                l->scripts[0].way = way;
                l->env.check_exact = q == 2;
                expected = rl_query(l, queries[q], 0);
                for (long n = 1; failed; n++) {
                    char *rows = NULL;
                    wql_status status = rl_plan(l, queries[q], 0);
                    assert_int_equal(status, WQL_OK);
                    l->allocations = 0;
                    l->fail_at = n;
                    l->fail_on = on != 0;
                    status = wql__run_open(l->plan, &l->env, &l->run, &l->err);
                    if (status == WQL_OK) status = rl_all(l, &rows, NULL);
                    failed = l->allocations >= n;
                    l->fail_at = 0;
                    if (status < 0)
                        assert_int_equal(status, WQL_E_OUT_OF_MEMORY);
                    else
                        assert_string_equal(rows, expected); /* some memory is only for speed */
                    if (!failed) assert_int_equal(status, WQL_END);
                    rl_close(l);
                    free(rows);
                    assert_true(n < 2000);
                }
                free(expected);
            }
}

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, rl_setup, rl_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(rows_of_all_types),
        RUN_TEST(star_brings_all_properties),
        RUN_TEST(pushdown_never_matters),
        RUN_TEST(a_condition_and_its_opposite),
        RUN_TEST(expected_rows),
        RUN_TEST(open_lowers_a_promise),
        RUN_TEST(a_liar_is_named),
        RUN_TEST(rows_max_cuts_exactly),
        RUN_TEST(counting_brings_no_batches),
        RUN_TEST(batches_have_their_sizes),
        RUN_TEST(sources_stay_whole),
        RUN_TEST(slices_show_their_rows),
        RUN_TEST(all_rows_passing_means_no_copy),
        RUN_TEST(gathered_batches_hold_their_sources),
        RUN_TEST(sparse_rows_are_copied),
        RUN_TEST(steady_state_needs_no_heap),
        RUN_TEST(what_is_in_hand_goes_out_before_a_wait),
        RUN_TEST(rows_may_come_with_a_wait),
        RUN_TEST(rows_do_not_grow_old),
        RUN_TEST(row_end_looks_at_the_clock),
        RUN_TEST(a_slice_of_time_ends),
        RUN_TEST(open_may_have_to_wait),
        RUN_TEST(each_batch_has_one_class),
        RUN_TEST(others_go_on_while_one_waits),
        RUN_TEST(who_waits_is_asked_again),
        RUN_TEST(partial_results_are_told_at_the_end),
        RUN_TEST(a_busy_provider_is_waited_for),
        RUN_TEST(an_end_does_not_wait_for_a_close),
        RUN_TEST(a_stop_ends_the_run),
        RUN_TEST(a_deadline_ends_the_run),
        RUN_TEST(rows_after_the_deadline_stay),
        RUN_TEST(rows_stand_before_a_failure),
        RUN_TEST(a_scan_that_does_not_open),
        RUN_TEST(interrupts_reach_open_scans_only),
        RUN_TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
