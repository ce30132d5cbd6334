/* SPDX-License-Identifier: MIT */
/* test_plan_push.c: the query room: what providers are offered and answer, depth and length, memory. */
#include "plan_lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- depth and length -------------------------------------------------------------------------------------------- */

static wql__node *node_of(wql__arena *arena, uint8_t kind, wql__node *a, wql__node *b) {
    wql__node *node = wql__arena_zero(arena, sizeof *node);
    node->kind = kind;
    node->count = b ? 2 : 1;
    node->items = wql__arena_alloc(arena, 2 * sizeof *node->items);
    node->items[0] = a;
    node->items[1] = b;
    return node;
}

static wql__node *leaf_of(wql__arena *arena, const char *name, uint64_t number) {
    wql__node *node = wql__arena_zero(arena, sizeof *node);
    node->kind = WQL__NODE_COMPARE;
    node->op = WQL_EQ;
    node->path.names = wql__arena_zero(arena, sizeof *node->path.names);
    node->path.names[0].text = wql_s(name);
    node->path.count = 1;
    node->literal.kind = WQL__LIT_INT;
    node->literal.magnitude = number;
    node->literal.text = wql_s("1");
    return node;
}

/* Trees deeper than any parser of ours makes: NOTs cost nothing, groups have a ceiling with a name. */
static void test_depth(void **state) {
    lab *l = *state;
    static const uint32_t depths[] = {1, 128, 257, WQL__EXPR_DEPTH_MAX, WQL__EXPR_DEPTH_MAX + 1, 5000};
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
        wql_error err = WQL_INIT(wql_error);
        wql__arena arena;
        wql__plan *plan;
        wql__node *where;
        wql__query_tree tree = {.kind = WQL_KIND_DATA, .star = true, .from = {.text = wql_s("T_Derived")}};
        wql_status status;
        wql__arena_init(&arena, l->mem);
        where = leaf_of(&arena, "N", 1);
        for (uint32_t i = 0; i < depths[d]; i++)
            where = node_of(&arena, i % 2 ? WQL__NODE_AND : WQL__NODE_OR, leaf_of(&arena, "U", i), where);
        for (uint32_t i = 0; i < 20000; i++) where = node_of(&arena, WQL__NODE_NOT, where, NULL);
        tree.where = where;
        status = wql__plan_make(&tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err);
        wql__arena_free(&arena);
        if (depths[d] > WQL__EXPR_DEPTH_MAX) {
            assert_int_equal(status, WQL_E_QUOTA_VIOLATION);
            assert_null(plan);
        } else {
            static char text[65536];
            assert_int_equal(status, WQL_OK);
            plan_lab_explain(plan, text, sizeof text);
            assert_non_null(strstr(text, "U = 0"));
            wql__plan_release(plan);
        }
    }
}

/* Two properties of types that no comparison joins. */
static void test_pair_of_types(void **state) {
    lab *l = *state;
    wql_error err = WQL_INIT(wql_error);
    wql__arena arena;
    wql__plan *plan;
    wql__query_tree tree = {.kind = WQL_KIND_DATA, .star = true, .from = {.text = wql_s("T_Derived")}};
    wql__arena_init(&arena, l->mem);
    tree.where = leaf_of(&arena, "N", 1);
    tree.where->kind = WQL__NODE_COMPARE_PATHS;
    tree.where->other = leaf_of(&arena, "Tags", 1)->path;
    assert_int_equal(wql__plan_make(&tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err), WQL_E_INVALID_QUERY);
    assert_null(plan);
    wql__arena_free(&arena);
}

static void test_long_lists(void **state) {
    lab *l = *state;
    enum { MANY = 1000 };
    static char text[MANY * 16 + 64];
    size_t len = (size_t)sprintf(text, "SELECT * FROM T_Derived WHERE N = 0");
    wql__plan *plan;
    const wql__plan_scan *scan;
    for (int i = 1; i < MANY; i++) len += (size_t)sprintf(text + len, " OR N = %d", i * 7);
    l->take[WQL_EQ] = WQL_EXACT;
    plan = plan_lab_of(l, text, 0);
    scan = &plan->scans[0];
    assert_int_equal(scan->pushed_count, 1);
    assert_int_equal(scan->pushed[0].count, MANY);
    assert_int_equal(scan->pushed[0].op, WQL_EQ);
    assert_true(scan->conjuncts[0].expr->any_of);
    assert_int_equal(scan->conjuncts[0].expr->property, N);
    for (uint32_t i = 0; i < MANY; i++) {
        assert_int_equal(scan->pushed[0].values[i].type, WQL_SINT32);
        assert_int_equal(scan->pushed[0].values[i].i64, (int64_t)i * 7);
    }
    assert_true(scan->exact);
    wql__plan_release(plan);
}

/* -- pushdown ---------------------------------------------------------------------------------------------------- */

typedef struct pushed {
    const char *where;
    uint32_t property;
    uint16_t op; /* 0: not offered */
    uint32_t count;
    wql_value value; /* the first one */
} pushed;

#define V_SIGNED(t, x)                                                                                                           \
    { .type = (t), .i64 = (x) }
#define V_UNSIGNED(t, x)                                                                                                         \
    { .type = (t), .u64 = (x) }
#define V_REAL(t, x)                                                                                                             \
    { .type = (t), .f64 = (x) }
#define V_TEXT(t, x)                                                                                                             \
    {                                                                                                                            \
        .type = (t), .str = { x, sizeof x - 1 }                                                                                  \
    }
static const pushed pushes[] = {
    {"N = 1", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, 1)},
    {"N = '-3'", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, -3)},
    {"NOT N = 1", N, WQL_NE, 1, V_SIGNED(WQL_SINT32, 1)},
    {"N < 5.0", N, WQL_LT, 1, V_SIGNED(WQL_SINT32, 5)},
    {"N LIKE '7'", N, WQL_EQ, 1, V_SIGNED(WQL_SINT32, 7)},
    {"NOT N LIKE '7'", N, WQL_NE, 1, V_SIGNED(WQL_SINT32, 7)},
    {"Id < 4294967295", ID, WQL_LT, 1, V_UNSIGNED(WQL_UINT32, 4294967295u)},
    {"Small > 9", SMALL, WQL_GT, 1, V_UNSIGNED(WQL_UINT8, 9)},
    {"Small < 300", SMALL, WQL_NOT_NULL, 0, {0}},
    {"U = 18446744073709551615", U, WQL_EQ, 1, V_UNSIGNED(WQL_UINT64, UINT64_MAX)},
    {"R >= 1.5", R, WQL_GE, 1, V_REAL(WQL_REAL64, 1.5)},
    {"R = 3", R, WQL_EQ, 1, V_REAL(WQL_REAL64, 3)},
    {"B = 'TRUE'", B, WQL_EQ, 1, {.type = WQL_BOOLEAN, .b = true}},
    {"B <> 0", B, WQL_NE, 1, {.type = WQL_BOOLEAN, .b = false}},
    {"S = 'Abc'", S, WQL_EQ, 1, V_TEXT(WQL_STRING, "Abc")},
    {"S >= 10000", S, WQL_GE, 1, V_TEXT(WQL_STRING, "10000")},
    {"S LIKE 'A\\\\b%'", S, WQL_LIKE, 1, V_TEXT(WQL_STRING, "A\\b%")},
    {"S LIKE 'Abc'", S, WQL_EQ, 1, V_TEXT(WQL_STRING, "Abc")},
    {"NOT S LIKE 'Abc'", S, WQL_NE, 1, V_TEXT(WQL_STRING, "Abc")},
    {"S LIKE '%'", S, WQL_NOT_NULL, 0, {0}},
    {"Ref = 'C.K=1'", REF, WQL_EQ, 1, V_TEXT(WQL_REFERENCE, "C.K=1")},
    {"C = 65", C, WQL_EQ, 1, V_UNSIGNED(WQL_CHAR16, 65)},
    {"D >= '1970-01-02'", D, WQL_GE, 1, {.type = WQL_DATETIME, .time = {.us = 86400000000}}},
    {"I > '00000001000000.000000:000'", I, WQL_GT, 1, {.type = WQL_DATETIME, .time = {.us = 86400000000, .interval = 1}}},
    {"S IS NULL", S, WQL_IS_NULL, 0, {0}},
    {"Tags IS NOT NULL", TAGS, WQL_NOT_NULL, 0, {0}},
    {"E IS NULL", E, WQL_IS_NULL, 0, {0}},
    {"N = 3 OR N = 1 OR N = 2", N, WQL_EQ, 3, V_SIGNED(WQL_SINT32, 3)},
    {"N = 3 OR (N = 1 OR NOT N <> 2)", N, WQL_EQ, 3, V_SIGNED(WQL_SINT32, 3)},
    {"NOT (N <> 3 AND N <> 4)", N, WQL_EQ, 2, V_SIGNED(WQL_SINT32, 3)},
    {"S = 'b' OR S LIKE 'a'", S, WQL_EQ, 2, V_TEXT(WQL_STRING, "b")},
    {"Small = 300 OR Small = 3", SMALL, WQL_EQ, 1, V_UNSIGNED(WQL_UINT8, 3)},
    /* real32: a literal that is none moves to the neighbour that nothing lies between; an equality with it is the engine's */
    {"F = 0.5", F, WQL_EQ, 1, V_REAL(WQL_REAL32, 0.5)},
    {"F = 0.1", F, 0, 0, {0}},
    {"F <> 0.1", F, 0, 0, {0}},
    {"F = 0.5 OR F = 0.1", F, 0, 0, {0}},
    {"F < 0.5", F, WQL_LT, 1, V_REAL(WQL_REAL32, 0.5)},
    {"F < 0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0.099999994039535522)}, /* 0.1f is above 0.1 */
    {"F <= 0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0.099999994039535522)},
    {"F > 0.1", F, WQL_GE, 1, V_REAL(WQL_REAL32, 0.10000000149011612)},
    {"F >= -0.1", F, WQL_GE, 1, V_REAL(WQL_REAL32, -0.099999994039535522)},
    {"F < -0.1", F, WQL_LE, 1, V_REAL(WQL_REAL32, -0.10000000149011612)},
    {"F > 1e-60", F, WQL_GE, 1, V_REAL(WQL_REAL32, 1.401298464324817e-45)},
    {"F < 1e-60", F, WQL_LE, 1, V_REAL(WQL_REAL32, 0)},
    {"F < -1e-60", F, WQL_LE, 1, V_REAL(WQL_REAL32, -1.401298464324817e-45)},
    {"F > -1e-60", F, WQL_GE, 1, V_REAL(WQL_REAL32, 0)},
    {"F > 1e300", F, 0, 0, {0}},
    {"F > 16777217", F, WQL_GE, 1, V_REAL(WQL_REAL32, 16777218)},
    /* what no condition can say */
    {"NOT S LIKE 'a%'", S, 0, 0, {0}},
    {"C = 'a'", C, 0, 0, {0}}, /* without regard to case, which a number is not */
    {"E ISA 'Z'", E, 0, 0, {0}},
    {"E.q = 1", E, 0, 0, {0}},
    {"__PATH = 'x'", 0, 0, 0, {0}},
    {"N = 1 OR S = 'a'", N, 0, 0, {0}},
    {"N = 1 OR N = 2 OR N IS NULL", N, 0, 0, {0}},
    {"N = 1 OR N > 5", N, 0, 0, {0}},
    {"NOT R < 5", R, 0, 0, {0}}, /* true for NaN, which is not >= 5 */
    {"N = 1 OR N = 2 AND S = 'a'", N, 0, 0, {0}},
};

static bool same_value(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    switch (a->type) {
    case WQL_STRING:
    case WQL_REFERENCE: return a->str.len == b->str.len && !memcmp(a->str.ptr, b->str.ptr, a->str.len);
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_DATETIME: return a->time.us == b->time.us && a->time.interval == b->time.interval;
    case WQL_REAL32:
    case WQL_REAL64: return a->f64 == b->f64;
    default: return a->u64 == b->u64;
    }
}

static void test_pushed(void **state) {
    lab *l = *state;
    for (size_t i = 0; i < sizeof pushes / sizeof *pushes; i++) {
        const pushed *p = &pushes[i];
        char query[256];
        wql__plan *plan;
        const wql__plan_scan *scan;
        snprintf(query, sizeof query, "SELECT Id FROM T_Derived WHERE %s", p->where);
        plan = plan_lab_of(l, query, 0);
        scan = &plan->scans[0];
        assert_int_equal(scan->conjunct_count, 1);
        if (scan->pushed_count != (p->op != 0)) fail_msg("%s: %u offered", p->where, scan->pushed_count);
        assert_int_equal(scan->conjuncts[0].pushed, p->op ? 0 : WQL__NO_ENTRY);
        if (p->op) {
            const wql_conjunct *c = &scan->pushed[0];
            if (c->property != p->property || c->op != p->op || c->count != p->count || c->zero)
                fail_msg("%s: property %u, op %u, count %u", p->where, c->property, c->op, c->count);
            assert_int_equal(c->values == NULL, c->count == 0);
            if (c->count && !same_value(c->values, &p->value))
                fail_msg("%s: type %u, value %lld, %.17g", p->where, c->values->type, (long long)c->values->i64, c->values->f64);
        }
        assert_false(scan->exact);
        wql__plan_release(plan);
    }
}

/* -- the answer -------------------------------------------------------------------------------------------------- */

static void test_answers(void **state) {
    lab *l = *state;
    wql__plan *plan;
    const wql__plan_scan *scan;
    l->take[WQL_EQ] = WQL_EXACT;
    l->take[WQL_LIKE] = WQL_SUPERSET;
    l->rows = 120;
    l->cost = 0;
    l->parts = 4;
    plan = plan_lab_of(l, "SELECT Id FROM T_Base WHERE N = 1 AND S LIKE 'a%' AND R > 2 AND __PATH = 'x'", 0);
    assert_int_equal(plan->scan_count, 3);
    assert_int_equal(l->calls, 3);
    assert_int_equal(l->class_index[0], 0); /* T_Base, T_Deep, T_Derived: their places in the mount's definitions */
    assert_int_equal(l->class_index[1], 3);
    assert_int_equal(l->class_index[2], 1);
    assert_int_equal(l->conjuncts[0], 3);
    assert_int_equal(l->wanted[0], 1u << ID | 1u << N | 1u << S | 1u << R); /* as if nothing were exact */
    scan = plan_lab_scan(plan, "T_Base");
    assert_int_equal(scan->conjunct_count, 4);
    assert_int_equal(scan->pushed[0].taken, WQL_EXACT);
    assert_int_equal(scan->pushed[1].taken, WQL_NONE);
    assert_int_equal(scan->pushed[2].taken, WQL_SUPERSET);
    assert_false(scan->exact);
    assert_int_equal(scan->parts, 4);
    assert_true(scan->rows == 120 && scan->cost == 0 && plan->rows == 360);
    wql__plan_release(plan);
    plan = plan_lab_of(l, "SELECT Id FROM T_Base WHERE N = 1", 0);
    for (uint32_t i = 0; i < 3; i++) assert_true(plan->scans[i].exact);
    wql__plan_release(plan);
    l->rows = -1;
    plan = plan_lab_of(l, "SELECT Id FROM T_Base", 0);
    assert_true(plan->scans[0].exact && plan->rows == -1);
    wql__plan_release(plan);
    plan = plan_lab_of(l, "SELECT * FROM Lonely", 0);
    assert_true(plan->scan_count == 0 && plan->rows == 0);
    wql__plan_release(plan);
}

/* Who cannot plan leaves all to the engine. */
static void test_not_capable(void **state) {
    lab *l = *state;
    wql__plan *plan;
    l->take[WQL_EQ] = WQL_EXACT;
    l->parts = 0;
    l->rows = NAN;
    l->status = WQL_E_PROVIDER_NOT_CAPABLE;
    plan = plan_lab_of(l, "SELECT Id FROM T_Derived WHERE N = 1", 0);
    assert_int_equal(plan->scans[0].pushed[0].taken, WQL_NONE);
    assert_true(plan->scans[0].parts == 1 && plan->scans[0].rows == -1 && !plan->scans[0].exact);
    wql__plan_release(plan);
}

static void expect_fault(lab *l, wql_status status, const char *message) {
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    uint64_t before = atomic_load(&l->mount->faults);
    assert_int_equal(plan_lab_make(l, "SELECT Id FROM T_Derived WHERE N = 1", 0, NULL, &plan, &err), status);
    assert_null(plan);
    assert_int_equal(err.status, status);
    assert_string_equal(err.provider, "lab");
    if (!strstr(err.message, message)) fail_msg("%s", err.message);
    assert_int_equal(atomic_load(&l->mount->faults) - before, status == WQL_E_PROVIDER_FAILURE && !l->message);
}

static void test_faults(void **state) {
    static const double bad_numbers[] = {NAN, INFINITY, -INFINITY, -2, -0.5};
    lab *l = *state;
    l->raw_take = 3;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "condition 1 of 1");
    l->raw_take = 255;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "255");
    l->raw_take = 0;
    l->parts = 0;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "no parts");
    l->parts = 1;
    l->move_take = true;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "moved");
    l->move_take = false;
    for (size_t i = 0; i < sizeof bad_numbers / sizeof *bad_numbers; i++) {
        l->rows = bad_numbers[i];
        expect_fault(l, WQL_E_PROVIDER_FAILURE, "estimates");
        l->rows = -1;
        l->cost = bad_numbers[i];
        expect_fault(l, WQL_E_PROVIDER_FAILURE, "estimates");
        l->cost = -1;
    }
    l->status = WQL_END;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "T_Derived");
    l->status = WQL_S_PENDING;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "T_Derived");
    l->status = WQL_E_ACCESS_DENIED;
    expect_fault(l, WQL_E_ACCESS_DENIED, "T_Derived");
    l->message = "the shop\tis \xff closed";
    expect_fault(l, WQL_E_ACCESS_DENIED, "the shop?is ? closed");
    l->status = WQL_E_PROVIDER_FAILURE;
    expect_fault(l, WQL_E_PROVIDER_FAILURE, "closed");
}

typedef struct waiting {
    int wakes;
} waiting;
static void on_wake(void *ctx) { ((waiting *)ctx)->wakes++; }

/* A provider that serves one at a time is waited for in turn. */
static void test_turns(void **state) {
    lab *l = *state;
    waiting w = {0};
    wql__turn turn = {.wake = on_wake, .ctx = &w};
    wql_error err = WQL_INIT(wql_error);
    wql__plan *plan;
    l->slow->provider = &plan_lab_slow_plan;
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK);
    assert_int_equal(plan_lab_make(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_S_PENDING);
    assert_null(plan);
    assert_int_equal(l->calls, 0);
    assert_int_equal(w.wakes, 0);
    wql__mount_leave(l->slow);
    assert_int_equal(w.wakes, 1);
    assert_int_equal(plan_lab_make(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_OK);
    assert_int_equal(l->calls, 1);
    assert_true(plan->may_block);
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK); /* it was left again */
    wql__mount_leave(l->slow);
    wql__plan_release(plan);
    /* without a plan callback nobody is waited for */
    l->slow->provider = &plan_lab_slow;
    assert_int_equal(wql__mount_enter(l->slow, NULL), WQL_OK);
    assert_int_equal(plan_lab_make(l, "SELECT * FROM Slow WHERE A = 1", 0, &turn, &plan, &err), WQL_OK);
    assert_int_equal(plan->scans[0].pushed[0].taken, WQL_NONE);
    wql__plan_release(plan);
    wql__mount_leave(l->slow);
    wql__turn_drop(&turn); /* it keeps the mount until then */
}

/* A plan keeps its classes and its providers. */
static void test_lifetime(void **state) {
    lab *l = *state;
    uint32_t refs = atomic_load(&l->catalog->refs);
    wql__plan *plan = plan_lab_of(l, "SELECT E.q, S FROM T_Base WHERE S LIKE 'abc%' AND E.q = 'x'", 0);
    char text[1024];
    assert_int_equal(atomic_load(&l->catalog->refs), refs + 1);
    assert_ptr_equal(wql__plan_retain(plan), plan);
    wql__plan_release(plan);
    plan_lab_define(l, NULL, NULL, 0); /* a new version; the old one is the plan's alone now */
    plan_lab_explain(plan, text, sizeof text);
    assert_non_null(strstr(text, "S LIKE 'abc%'"));
    wql__plan_release(plan);
    wql__plan_release(NULL);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

static const char *const memory_texts[] = {
    "SELECT __PATH, E.q.r, S FROM T_Base WHERE (N = 1 OR N = 2) AND S LIKE 'a%' AND E.q = 5 AND (__CLASS = 'T_Deep' OR S = 'x')",
    "SELECT * FROM T_Base WHERE Small < 300 AND NOT (D > '2020-01-01' AND F < 0.1)",
    "SELECT E.q, E.r.s, S FROM T_Base WHERE S IS NULL",
};

/* From allocation n on there is nothing; then also n alone fails. */
static void test_out_of_memory(void **state) {
    lab *l = *state;
    for (size_t t = 0; t < sizeof memory_texts / sizeof *memory_texts * 2; t++) {
        wql__arena arena;
        wql__query_tree *tree;
        wql_error err = WQL_INIT(wql_error);
        uint64_t before, used, peak;
        wql_status status = WQL_E_FAILED;
        long n = 0;
        wql__arena_init(&arena, l->mem);
        assert_int_equal(wql__parse(wql_s(memory_texts[t / 2]), 0, &plan_lab_limits, &arena, &tree, &err), WQL_OK);
        wql__mem_usage(l->mem, &before, &peak);
        for (; status != WQL_OK && n < 10000; n++) {
            wql__plan *plan = NULL;
            l->fail_at = n + 1;
            l->fail_on = t % 2 == 0;
            l->allocations = 0;
            status = wql__plan_make(tree, l->mem, l->catalog, 0, NULL, NULL, &plan, &err);
            l->fail_at = 0;
            assert_true(status == WQL_OK || (status == WQL_E_OUT_OF_MEMORY && err.status == status && !plan));
            wql__plan_release(plan);
            wql__mem_usage(l->mem, &used, &peak);
            assert_int_equal(used, before);
        }
        assert_int_equal(status, WQL_OK);
        assert_true(n > 1);
        wql__arena_free(&arena);
    }
}

/* A limit that grows by a little each time: an arena takes just what it needs when memory is short, so that in the end every
 * allocation of the room was the one that failed. The limit is named. */
static void test_memory_limit(void **state) {
    lab *l = *state;
    for (size_t t = 0; t < sizeof memory_texts / sizeof *memory_texts; t++) {
        wql__arena arena;
        wql__query_tree *tree;
        wql_error err = WQL_INIT(wql_error);
        wql_status status = WQL_E_FAILED;
        uint64_t limit = 8, before, used;
        wql__arena_init(&arena, l->mem);
        assert_int_equal(wql__parse(wql_s(memory_texts[t]), 0, &plan_lab_limits, &arena, &tree, &err), WQL_OK);
        for (; status != WQL_OK && limit < 100000; limit += 8) {
            wql__mem *small = wql__mem_open(NULL, NULL, limit);
            wql__plan *plan = NULL;
            if (!small) continue; /* it counts itself */
            wql__mem_usage(small, &before, NULL);
            status = wql__plan_make(tree, small, l->catalog, 0, NULL, NULL, &plan, &err);
            assert_true(status == WQL_OK || (status == WQL_E_QUOTA_VIOLATION && !plan && strstr(err.message, "memory_max")));
            wql__plan_release(plan);
            wql__mem_usage(small, &used, NULL);
            assert_int_equal(used, before);
            wql__mem_release(small);
        }
        assert_int_equal(status, WQL_OK);
        assert_true(limit > 1000);
        wql__arena_free(&arena);
    }
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, plan_lab_begin, plan_lab_end)
    const struct CMUnitTest tests[] = {
        T(test_depth),    T(test_pair_of_types), T(test_long_lists),   T(test_pushed),
        T(test_answers),  T(test_not_capable),   T(test_faults),       T(test_turns),
        T(test_lifetime), T(test_out_of_memory), T(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
