/* SPDX-License-Identifier: MIT */
/* test_parse_limits.c: every limit at its edge, texts of megabytes, and every allocation failing in turn. */
#include "parse_tools.h"

/* -- limits ------------------------------------------------------------------------------------------------------ */

static char *repeat(const char *head, const char *piece, size_t count, const char *tail) {
    size_t len = strlen(piece), at = strlen(head);
    char *text = malloc(at + len * count + strlen(tail) + 1);
    assert_non_null(text);
    memcpy(text, head, at);
    for (size_t i = 0; i < count; i++, at += len) memcpy(text + at, piece, len);
    strcpy(text + at, tail);
    return text;
}

static void check_limited(char *text, const wql__parse_limits *limits, const char *limit, size_t offset) {
    run r = parse_with(wql_s(text), limits);
    if (limit == NULL) {
        if (r.status != WQL_OK) fail_msg("refused at %u: %s", r.err.offset, r.err.message);
    } else {
        assert_int_equal(r.status, WQL_E_QUOTA_VIOLATION);
        if (strstr(r.err.message, limit) == NULL) fail_msg("%s is not about %s", r.err.message, limit);
        assert_int_equal(r.err.offset, offset);
        assert_true(r.err.length > 0);
    }
    done(&r);
    free(text);
}

static void test_limits(void **state) {
    wql__parse_limits few = {1000, 3, 3, 3, 4, 8192, 5, 3};
    (void)state;
    check_limited(repeat("SELECT a", ",a", 2, " FROM T"), &few, NULL, 0);
    check_limited(repeat("SELECT a", ",a", 3, " FROM T"), &few, "select_items_max (3)", 13);
    check_limited(repeat("SELECT * FROM T WHERE a=1", " OR a=1", 2, ""), &few, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE a=1", " OR a=1", 3, ""), &few, "predicates_max (3)", 43);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 3, "a=1)))"), &few, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 4, "a=1)))"), &few, "depth_max (3)", 25);
    check_limited(repeat("SELECT * FROM T WHERE ", "NOT ", 3, "a=1"), &few, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE ", "NOT ", 4, "a=1"), &few, "depth_max (3)", 34);
    check_limited(repeat("SELECT * FROM T WHERE (NOT (", "NOT ", 1, "a=1))"), &few, "depth_max (3)", 28);
    /* what is closed does not count */
    check_limited(repeat("SELECT * FROM T WHERE (((a=1)))", " OR (NOT (b=2))", 2, ""), &few, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE NOT NOT NOT a=1", " AND NOT NOT NOT b=2", 2, ""), &few, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE a LIKE '", "\\\\", 4, "'"), &few, NULL, 0);             /* after unescaping */
    check_limited(repeat("SELECT * FROM T WHERE a LIKE '", "\xf0\x9f\x98\x80", 2, "'"), &few, NULL, 0); /* two units each */
    check_limited(repeat("SELECT * FROM T WHERE a LIKE '", "\xf0\x9f\x98\x80", 2, "x'"), &few, "pattern_chars_max (4)", 29);
    check_limited(repeat("SELECT * FROM T WHERE a = '", "long", 20, "'"), &few, NULL, 0); /* no pattern */
    check_limited(repeat("SELECT ", "a", 5, " FROM T"), &few, NULL, 0);
    check_limited(repeat("SELECT ", "a", 6, " FROM T"), &few, "identifier_chars_max (5)", 7);
    check_limited(repeat("SELECT ", "\xc3\x86", 5, " FROM T"), &few, NULL, 0);
    check_limited(repeat("SELECT a FROM ", "\xf0\x90\x90\x80", 3, ""), &few, "identifier_chars_max (5)", 14);
    check_limited(repeat("SELECT SELECT FROM T", "", 0, ""), &few, "identifier_chars_max (5)",
                  7); /* a word, but used as a name */
    few.identifier_chars = 6;
    few.query_chars = 20;
    check_limited(repeat("SELECT a FROM ", "T", 6, ""), &few, NULL, 0);
    check_limited(repeat("SELECT a FROM T", " ", 6, ""), &few, "query_chars_max (20)", 20);
    check_limited(repeat("SELECT a FROM T", " ", 6, "\xff"), &few, "query_chars_max (20)", 20);
    check_limited(repeat("SELECT a FROM \xf0\x90\x90\x80\xf0\x90\x90\x80\xf0\x90\x90\x80", "", 0, ""), &few, NULL, 0);
    check_limited(repeat("SELECT a FROM  \xf0\x90\x90\x80\xf0\x90\x90\x80\xf0\x90\x90\x80", "", 0, ""), &few,
                  "query_chars_max (20)", 23);
}

static void test_default_limits(void **state) {
    wql__parse_limits longer = defaults;
    (void)state;
    longer.query_chars = UINT32_MAX;
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 128,
                         "a=1))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))"
                         "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))"),
                  &defaults, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 129, ""), &defaults, "depth_max (128)", 150);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 100000, "a=1"), &defaults, "query_chars_max (16384)", 16384);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 100000, "a=1"), &longer, "depth_max (128)", 150);
    check_limited(repeat("SELECT * FROM T WHERE ", "NOT ", 100000, "a=1"), &longer, "depth_max (128)", 22 + 4 * 128);
    check_limited(repeat("SELECT * FROM T WHERE ", "(", 100000, "a=1"), &no_limits, "depth_max (512)", 22 + 512);
    check_limited(repeat("SELECT * FROM T WHERE a=1", " OR a=1", 511, ""), &defaults, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE a=1", " OR a=1", 512, ""), &defaults, "predicates_max (512)", 25 + 7 * 511 + 4);
    check_limited(repeat("SELECT a", ",a", 1023, " FROM T"), &defaults, NULL, 0);
    check_limited(repeat("SELECT a", ",a", 1024, " FROM T"), &defaults, "select_items_max (1024)", 8 + 2 * 1023 + 1);
    check_limited(repeat("SELECT ", "a", 4096, " FROM T"), &defaults, NULL, 0);
    check_limited(repeat("SELECT ", "a", 4097, " FROM T"), &defaults, "identifier_chars_max (4096)", 7);
    check_limited(repeat("SELECT * FROM T WHERE a LIKE '", "x", 4096, "'"), &defaults, NULL, 0);
    check_limited(repeat("SELECT * FROM T WHERE a LIKE '", "x", 4097, "'"), &defaults, "pattern_chars_max (4096)", 29);
    check_limited(repeat("SELECT * FROM T", " ", 16384 - 15, ""), &defaults, NULL, 0);
    check_limited(repeat("SELECT * FROM T", " ", 16385 - 15, ""), &defaults, "query_chars_max (16384)", 16384);
    check_limited(repeat("SELECT * FROM T WHERE a = '", "\xc3\x86", 16384 - 28, "'"), &defaults, NULL, 0); /* units, not bytes */
    check_limited(repeat("SELECT * FROM T WHERE a = '", "\xe2\x82\xac", 16384 - 27, "'"), &defaults, "query_chars_max (16384)",
                  27 + 3 * (16384 - 27));
    check_limited(repeat("", "x", 1 << 20, ""), &defaults, "query_chars_max (16384)", 16384);
}

/* Memory per byte of text must not grow with the text, whatever the text consists of; that the time does not either is seen from
 * the test ending at all: each text has a megabyte or more, which anything quadratic would not survive. */
static uint64_t memory_for(char *text, uint32_t predicates) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err = WQL_INIT(wql_error);
    uint64_t used, peak;
    wql__arena_init(&arena, mem);
    if (wql__parse(wql_s(text), 0, &no_limits, &arena, &tree, &err) != WQL_OK) fail_msg("%.60s...: %s", text, err.message);
    assert_int_equal(tree->predicate_count, predicates);
    assert_true(wql__ast_equal(tree, tree));
    assert_true(wql__ast_print(tree, NULL, 0) > 0);
    wql__arena_free(&arena);
    wql__mem_usage(mem, &used, &peak);
    wql__mem_release(mem);
    free(text);
    return peak;
}

static void test_large_texts(void **state) {
    static const struct {
        const char *head, *piece, *tail;
        uint32_t fixed, per_piece; /* predicates */
    } table[] = {
        {"SELECT * FROM T WHERE a=1", " OR a=1", "", 1, 1},
        {"SELECT * FROM T WHERE a=1", " AND 'x\\\\'=a", "", 1, 1},
        {"SELECT * FROM T WHERE a=1", " AND b=2 OR a=1", "", 1, 2},
        {"SELECT * FROM T WHERE a=1", " AND (b=2 AND (c=3 AND d=4))", "", 1, 3},
        {"SELECT * FROM T WHERE a=1", " OR ((NOT b=2))", "", 1, 1},
        {"SELECT * FROM T WHERE (a=1", ") AND (a=1", ")", 1, 1},
        {"SELECT a", ",a", " FROM T", 0, 0},
        {"SELECT a", ".a", " FROM T", 0, 0},
        {"SELECT a", " . \n a", " FROM T", 0, 0},
        {"SELECT ", "a", " FROM T", 0, 0},
        {"SELECT * FROM T WHERE a", ".b", " IS NULL", 1, 0},
        {"SELECT * FROM T WHERE a = '", "\\\\", "'", 1, 0},
        {"SELECT * FROM T WHERE a LIKE '", "\\x", "'", 1, 0},
        {"SELECT * FROM T WHERE a = ", "0", "1", 1, 0},
        {"SELECT * FROM T WHERE a = 1.", "7", "", 1, 0},
        {"SELECT * FROM T WHERE a = 1e-", "9", "", 1, 0},
        {"SELECT * FROM T WHERE a = .", "0", "1e+1000000", 1, 0},
        {"SELECT ", " \n", " * FROM T", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t n = (1u << 20) / strlen(table[i].piece);
        uint64_t one = memory_for(repeat(table[i].head, table[i].piece, n, table[i].tail),
                                  table[i].fixed + table[i].per_piece * (uint32_t)n);
        uint64_t two = memory_for(repeat(table[i].head, table[i].piece, 2 * n, table[i].tail),
                                  table[i].fixed + 2 * table[i].per_piece * (uint32_t)n);
        if (two > one * 5 / 2 + 65536) fail_msg("%s: %zu bytes, then %zu", table[i].piece, (size_t)one, (size_t)two);
    }
}

/* Lists inside lists flow together in constant time each, to the left and to the right, as deep as is allowed. */
static void test_deep_lists(void **state) {
    enum { DEEP = 500 };
    char *text = malloc(64 * DEEP), *at = text;
    run r;
    (void)state;
    assert_non_null(text);
    at += sprintf(at, W);
    for (int i = 0; i < DEEP; i++) at += sprintf(at, "p=%d AND (", i);
    at += sprintf(at, "q=1");
    for (int i = 0; i < DEEP; i++) *at++ = ')';
    *at = '\0';
    r = parse_with(wql_s(text), &no_limits);
    assert_int_equal(r.status, WQL_OK);
    assert_int_equal(r.tree->where->kind, WQL__NODE_AND);
    assert_int_equal(r.tree->where->count, DEEP + 1);
    assert_int_equal(r.tree->where->items[17]->literal.magnitude, 17);
    check_round_trip(r.tree);
    done(&r);
    at = text + sprintf(text, W);
    for (int i = 0; i < DEEP; i++) *at++ = '(';
    at += sprintf(at, "q=1");
    for (int i = 0; i < DEEP; i++) at += sprintf(at, ") %s p=%d", i & 1 ? "OR" : "AND", i);
    r = parse_with(wql_s(text), &no_limits);
    assert_int_equal(r.status, WQL_OK);
    assert_int_equal(r.tree->depth, DEEP);
    check_round_trip(r.tree);
    done(&r);
    free(text);
}

/* -- memory and misuse ------------------------------------------------------------------------------------------- */

typedef struct failing {
    uint64_t count, live;
    uint64_t from, to; /* allocations that fail: from <= number < to */
} failing;

static void *failing_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    void *moved;
    if (new_size == 0) {
        free(ptr);
        f->live -= old_size;
        return NULL;
    }
    f->count++;
    if (f->count >= f->from && f->count < f->to) return NULL;
    moved = realloc(ptr, new_size);
    assert_non_null(moved);
    f->live += new_size - old_size;
    return moved;
}

static wql_status parse_failing(uint32_t dialect, const char *text, uint64_t from, uint64_t to) {
    failing f = {.from = from, .to = to};
    wql__mem *mem = wql__mem_open(failing_alloc, &f, 0);
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err = WQL_INIT(wql_error);
    wql_status status;
    assert_non_null(mem);
    wql__arena_init(&arena, mem);
    status = wql__parse(wql_s(text), dialect, &no_limits, &arena, &tree, &err);
    assert_true((status == WQL_OK) == (tree != NULL));
    assert_int_equal(err.status, status);
    assert_true(status == WQL_OK || err.message[0] != '\0');
    wql__arena_free(&arena);
    wql__mem_release(mem);
    assert_int_equal(f.live, 0);
    return status;
}

/* Each allocation fails once, and each is the last that succeeds. The texts let the arena grow many times. A single failure may
 * be got over (the arena asks for less then), and a refusal may come before the failure: both give the answer that the text
 * deserves. */
static void test_out_of_memory(void **state) {
    char *texts[] = {repeat(W "a='x\\\\'", " OR (NOT b.c.d.e LIKE '%\\\\' AND 5 < f)", 400, ""),
                     repeat("SELECT a", ",a.b.c", 1000, " FROM T"),
                     repeat(W, "(", 500, "a ="),
                     repeat(W "a = 'x\\", "q", 2000, "'"),
                     repeat(W "a=1", " OR a=1", 20000, ""),
                     repeat("ASSOCIATORS OF {A.K='", "x\\\\", 3000, "'} WHERE Role = 'a\\\\b'"),
                     repeat("SELECT * FROM A WITHIN 5 GROUP WITHIN 5 BY a", ", b.c", 1000, " HAVING a = 1"),
                     repeat("SELECT a FROM A x", " JOIN B y ON UPPER(c) IN ('\\\\', 2) AND d = (SELECT DISTINCT e FROM F, G)",
                            300, " ORDER BY DATEADD(DAY, 1, GETDATE()), h DESC")};
    (void)state;
    for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
        wql_status deserved = t < 2 || t >= 4 ? WQL_OK : WQL_E_INVALID_QUERY, status = WQL_E_OUT_OF_MEMORY;
        uint32_t dialect = t < 7 ? 0 : WQL_EXTENDED;
        uint64_t k = 2; /* the first opens the allocator itself */
        for (; status == WQL_E_OUT_OF_MEMORY; k++) {
            status = parse_failing(dialect, texts[t], k, k + 1);
            assert_true(status == deserved || status == WQL_E_OUT_OF_MEMORY);
            status = parse_failing(dialect, texts[t], k, UINT64_MAX);
            assert_true(status == deserved || status == WQL_E_OUT_OF_MEMORY);
        }
        assert_true(k > 4);
        free(texts[t]);
    }
}

static void test_memory_limit(void **state) {
    char *text = repeat(W "a=1", " OR a=1", 100000, "");
    wql__mem *mem = wql__mem_open(NULL, NULL, 1 << 20);
    wql__arena arena;
    wql__query_tree *tree;
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    wql__arena_init(&arena, mem);
    assert_int_equal(wql__parse(wql_s(text), 0, &no_limits, &arena, &tree, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "memory_max"));
    wql__arena_free(&arena);
    wql__mem_release(mem);
    free(text);
}

/* The parser's stack, which is gone after the parse, once stayed in the memory of each query. */
static void test_a_short_query_is_small(void **state) {
    run r = parse_z("SELECT id FROM Item WHERE size>499999999");
    uint64_t used;
    (void)state;
    assert_int_equal(r.status, WQL_OK);
    wql__mem_usage(r.mem, &used, NULL);
    assert_true(used <= 2048);
    done(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),         cmocka_unit_test(test_a_short_query_is_small),
        cmocka_unit_test(test_default_limits), cmocka_unit_test(test_large_texts),
        cmocka_unit_test(test_deep_lists),     cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
