/* SPDX-License-Identifier: MIT */
/* test_run.c: runs over providers of a test's own: scans, what is filtered where, limits, failures, want of memory. */
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
        RUN_TEST(rows_stand_before_a_failure),
        RUN_TEST(a_scan_that_does_not_open),
        RUN_TEST(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
