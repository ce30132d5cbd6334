/* SPDX-License-Identifier: MIT */
/* test_plan_explain.c: the query room: plans as text, and the slow twin of conditions. */
#include "plan_lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- explain ----------------------------------------------------------------------------------------------------- */

static void expect_text(lab *l, const char *query, uint32_t flags, const char *wanted) {
    wql__plan *plan = plan_lab_of(l, query, flags);
    char text[4096], small[40];
    wql__out out = {small, sizeof small, 0};
    plan_lab_explain(plan, text, sizeof text);
    if (strcmp(text, wanted)) fail_msg("%s:\n%s\nnot\n%s", query, text, wanted);
    wql__plan_explain(plan, &out);
    assert_int_equal(wql__out_end(&out), strlen(wanted));
    assert_int_equal(strncmp(small, wanted, strlen(small)), 0);
    wql__plan_release(plan);
}

static void test_explain(void **state) {
    lab *l = *state;
    expect_text(l, "SELECT S FROM T_Derived", 0, "scan T_Derived from lab: every row; columns S");
    expect_text(l, "SELECT S FROM T_Derived WHERE N = 1", 0,
                "scan T_Derived from lab: takes no condition; columns S, N\n  then checks N = 1");
    l->take[WQL_EQ] = l->take[WQL_GT] = WQL_EXACT;
    l->take[WQL_LIKE] = WQL_SUPERSET;
    l->rows = 120;
    expect_text(l, "SELECT S FROM T_Derived WHERE N > 10 AND (R = 1 OR R = 2) AND S LIKE 'ss%' AND NOT S LIKE '%x'", 0,
                "scan T_Derived from lab: takes N > 10 exactly, (R = 1 OR R = 2) exactly, S LIKE 'ss%' in part; columns S; "
                "about 120 rows\n"
                "  then checks S LIKE 'ss%' (again) AND NOT S LIKE '%x'");
    l->mount->provider = &plan_lab_telling;
    l->cost = 2.4;
    l->parts = 2;
    l->rows = 1;
    expect_text(l, "SELECT S FROM T_Base WHERE N > 10 AND __CLASS <> 'T_Deep'", 0,
                "union of 2 classes (1 more can never match)\n"
                "  scan T_Base from lab: takes N > 10 exactly; columns S; about 1 row; cost 2; 2 parts\n"
                "    provider: class 0, 1 conditions and rows\n"
                "  scan T_Derived from lab: takes N > 10 exactly; columns S; about 1 row; cost 2; 2 parts\n"
                "    provider: class 1, 1 conditions and rows");
    l->cost = -1;
    l->parts = 1;
    l->rows = 1e18;
    expect_text(l, "SELECT S FROM T_Derived WHERE N > 10", WQL_COUNT_ONLY,
                "count of scan T_Derived from lab: takes N > 10 exactly; no columns; about 1e18 rows\n"
                "  provider: class 1, 1 conditions and a count");
    expect_text(l, "SELECT S FROM T_Base WHERE __CLASS = 'Z'", 0, "nothing (3 classes can never match)");
    expect_text(l, "SELECT A FROM Lonely WHERE A = 1", 0, "nothing: no provider serves Lonely");
}

static size_t long_explain(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self, (void)request;
    for (size_t i = 0; i < 3000 && i + 1 < size; i++) {
        buf[i] = (char)('a' + i % 26);
        buf[i + 1] = 0;
    }
    return 3000;
}

/* A provider with much to say, and one that says what is no text. */
static size_t odd_explain(void *self, const wql_request *request, char *buf, size_t size) {
    (void)self, (void)request;
    memset(buf, 0xff, size); /* no end either */
    return SIZE_MAX - 1;
}

static void test_explain_long(void **state) {
    lab *l = *state;
    wql_provider talker = plan_lab_provider;
    wql__plan *plan = plan_lab_of(l, "SELECT S FROM T_Derived", 0);
    char *text = malloc(8u << 20);
    assert_non_null(text);
    talker.explain = long_explain;
    l->mount->provider = &talker;
    plan_lab_explain(plan, text, 8u << 20);
    assert_int_equal(strlen(strstr(text, "provider: ")), 10 + 3000);
    talker.explain = odd_explain;
    plan_lab_explain(plan, text, 8u << 20);
    assert_non_null(strstr(text, "provider: \xef\xbf\xbd"));
    assert_string_equal(text + strlen(text) - 4, " ...");
    l->fail_at = 1; /* no memory: what fits is shown */
    l->allocations = 0;
    talker.explain = long_explain;
    plan_lab_explain(plan, text, 8u << 20);
    l->fail_at = 0;
    assert_int_equal(strlen(strstr(text, "provider: ")), 10 + 511 + 4);
    free(text);
    l->mount->provider = &plan_lab_provider;
    wql__plan_release(plan);
}

/* -- the slow twin: the tree as written, in Kleene's logic, against the plan ------------------------------------- */

static uint32_t seed = 12345;
static uint32_t random_below(uint32_t n) {
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)(seed >> 8) * n) >> 24);
}

static const char *const leaves[] = {
    "N = 1",
    "N <> 0",
    "N < 3",
    "N >= -3",
    "N IS NULL",
    "N = NULL",
    "N <> NULL",
    "N LIKE '1'",
    "N = 2",
    "N = 3",
    "N = 99999999999",
    "N < 99999999999",
    "S = 'ALPHA'",
    "S <> 'beta'",
    "S LIKE '%a'",
    "S LIKE 'b%'",
    "S LIKE '%'",
    "S LIKE '[ab'",
    "S LIKE 'alpha'",
    "S > 'b'",
    "S IS NOT NULL",
    "S = ''",
    "S = 1",
    "B = TRUE",
    "B <> 1",
    "B IS NULL",
    "R < 1.5",
    "R = 0",
    "R >= -0.5",
    "R <> 0.1",
    "F < 0.1",
    "F >= 0.1",
    "F > 0.1",
    "F <= 0.1",
    "F = 0.1",
    "F = 0.5",
    "F <> 0.5",
    "F < -0.1",
    "U = 10",
    "U > '9'",
    "U > -1",
    "U < 0",
    "U >= 0",
    "Small > 255",
    "N >= -2147483648",
    "N > 2147483646",
    "U = 18446744073709551615",
    "Small = 300",
    "Small < 300",
    "Small = 3",
    "Small = 4",
    "D > '2020-01-01'",
    "D <= '2020-01-02'",
    "D IS NULL",
    "C = 'a'",
    "C = 98",
    "C < 'b'",
    "Tags IS NULL",
    "E IS NULL",
    "E.q = 5",
    "E.q IS NULL",
    "E ISA 'Z'",
    "__CLASS = 'T_Base'",
    "__CLASS <> 'T_Derived'",
    "__CLASS LIKE 'T[_]D%'",
    "__SUPERCLASS = T_Base",
    "__SUPERCLASS IS NULL",
    "__GENUS = 2",
    "__PROPERTY_COUNT > 16",
    "__DERIVATION IS NULL",
    "__DYNASTY = 'T_Base'",
};

static size_t random_where(char *out, uint32_t depth) {
    size_t len = 0;
    uint32_t kind = depth ? random_below(5) : 4;
    if (kind == 4) return (size_t)sprintf(out, "%s", leaves[random_below(sizeof leaves / sizeof *leaves)]);
    if (kind == 3) {
        len = (size_t)sprintf(out, "NOT (");
        len += random_where(out + len, depth - 1);
        return len + (size_t)sprintf(out + len, ")");
    }
    for (uint32_t i = 0, n = 2 + random_below(3); i < n; i++) {
        len += (size_t)sprintf(out + len, "%s(", i ? (kind == 1 ? " AND " : " OR ") : "");
        len += random_where(out + len, depth - 1);
        len += (size_t)sprintf(out + len, ")");
    }
    return len;
}

typedef struct row {
    const wql_class *cls;
    wql_value values[T_BASE_COUNT];
} row;

static wql_value value_of(uint32_t property, uint32_t pick) {
    static const int64_t ns[] = {1, 0, -3, 2, INT32_MAX};
    static const char *const ss[] = {"Alpha", "beta", "", "1", "b"};
    static const double rs[] = {1.5, 0, -0.5, 0.1, NAN};
    static const float fs[] = {0.1f, 0.5f, -0.1f, 0.0999999940395355f, -0.0999999940395355f};
    static const uint64_t us[] = {UINT64_MAX, 0, 10, 9, 11};
    static const uint64_t smalls[] = {3, 4, 255, 0, 44};
    static const uint64_t cs[] = {'a', 'A', 'b', 'B', 'z'};
    static const int64_t ds[] = {1577836800000000, 1577836800000001, 1577923200000000, 0, 1};
    wql_value v = wql_null();
    if (pick >= 5) return v;
    switch (property) {
    case N: v = wql_i64(ns[pick]), v.type = WQL_SINT32; break;
    case S: v = wql_text(wql_s(ss[pick])); break;
    case B: v = wql_bool(pick & 1); break;
    case R: v = wql_f64(rs[pick]); break;
    case F: v = wql_f64((double)fs[pick]), v.type = WQL_REAL32; break;
    case U: v = wql_u64(us[pick]); break;
    case SMALL: v = wql_u64(smalls[pick]), v.type = WQL_UINT8; break;
    case C: v = wql_u64(cs[pick]), v.type = WQL_CHAR16; break;
    case D: v = wql_time((wql_datetime){.us = ds[pick]}); break;
    default: break;
    }
    return v;
}

/* One comparison as the rule has it, without any of the room's own work. */
static int leaf_value(wql__arena *arena, const wql__node *node, const row *r) {
    const wql__zone zone = {NULL, NULL};
    const wql__literal none = {.kind = WQL__LIT_NULL};
    wql_str name = node->path.names[0].text;
    int system = wql__system_property(name);
    uint32_t number = wql__class_property(r->cls, name), type, flags = 0;
    wql_value value = wql_null();
    wql__test test;
    const char *why;
    const wql__literal *literal = node->kind == WQL__NODE_NULL ? &none : &node->literal;
    uint8_t op = node->kind == WQL__NODE_COMPARE ? node->op : node->kind == WQL__NODE_LIKE ? WQL_LIKE : WQL__ISA;
    if (node->kind == WQL__NODE_NULL) op = node->negated ? WQL_NOT_NULL : WQL_IS_NULL;
    if (system) {
        type = wql__system_type(system);
        value = wql__system_constant(r->cls, system, r->cls->def.property_count);
    } else {
        type = node->path.count > 1 ? WQL_NULL : r->cls->def.properties[number].type;
        flags = r->cls->def.properties[number].flags;
        if (node->path.count == 1) value = r->values[number];
    }
    memset(&test, 0, sizeof test);
    assert_int_equal(wql__test_make(arena, type, flags, op, false, literal, &zone, &test, &why), WQL_OK);
    return value.type == WQL_NULL ? wql__test_null(&test) : wql__test_value(&test, &value, NULL);
}

static int twin(wql__arena *arena, const wql__node *node, const row *r) {
    bool all = node->kind == WQL__NODE_AND;
    int result, decisive = all ? WQL__FALSE : WQL__TRUE;
    if (node->kind == WQL__NODE_NOT) {
        result = twin(arena, node->items[0], r);
        return result == WQL__UNKNOWN ? result : result == WQL__TRUE ? WQL__FALSE : WQL__TRUE;
    }
    if (!all && node->kind != WQL__NODE_OR) return leaf_value(arena, node, r);
    result = all ? WQL__TRUE : WQL__FALSE;
    for (uint32_t i = 0; i < node->count; i++) {
        int item = twin(arena, node->items[i], r);
        if (item == decisive) return decisive;
        if (item == WQL__UNKNOWN) result = WQL__UNKNOWN;
    }
    return result;
}

static bool holds(const wql__expr *expr, const row *r) {
    if (expr->kind == WQL__EXPR_TEST) {
        wql_value value = expr->at == WQL__AT_PROPERTY ? r->values[expr->property] : wql_null();
        return (value.type == WQL_NULL ? wql__test_null(expr->test) : wql__test_value(expr->test, &value, NULL)) == WQL__TRUE;
    }
    assert_true(expr->count >= 2);
    for (uint32_t i = 0; i < expr->count; i++) {
        assert_true(expr->items[i]->kind != expr->kind && expr->items[i]->kind != WQL__EXPR_CONST);
        if (holds(expr->items[i], r) != (expr->kind == WQL__EXPR_AND)) return expr->kind == WQL__EXPR_OR;
    }
    return expr->kind == WQL__EXPR_AND;
}

/* Whether a row fulfils a condition as a provider reads it. */
static bool condition_holds(wql__arena *arena, const wql_conjunct *c, const row *r) {
    const wql_value *value = &r->values[c->property];
    if (c->op == WQL_IS_NULL || c->op == WQL_NOT_NULL) return (value->type == WQL_NULL) == (c->op == WQL_IS_NULL);
    if (value->type == WQL_NULL) return false;
    for (uint32_t i = 0; i < c->count; i++) {
        wql__test test;
        assert_true(wql__test_from_value(arena, r->cls->def.properties[c->property].type, (uint8_t)c->op, &c->values[i], &test));
        if (wql__test_value(&test, value, NULL) == WQL__TRUE) return true;
    }
    return false;
}

static void compare_row(wql__arena *arena, const wql__query_tree *tree, const wql__plan *plan, const row *r, const char *text) {
    const wql__plan_scan *scan = plan_lab_scan(plan, r->cls->def.name);
    bool wanted = twin(arena, tree->where, r) == WQL__TRUE, got = scan != NULL;
    for (uint32_t i = 0; scan && i < scan->conjunct_count; i++) {
        bool item = holds(scan->conjuncts[i].expr, r);
        uint32_t number = scan->conjuncts[i].pushed;
        got = got && item;
        if (number != WQL__NO_ENTRY && condition_holds(arena, &scan->pushed[number], r) != item)
            fail_msg("%s: condition %u says otherwise than its conjunct", text, i);
    }
    if (got != wanted) fail_msg("%s: %s gives %d, not %d", text, r->cls->def.name, got, wanted);
}

static void test_random(void **state) {
    static const char *const classes[] = {"T_Base", "T_Derived", "T_Deep"};
    static char text[1 << 16];
    lab *l = *state;
    uint32_t passed = 0;
    for (uint32_t round = 0; round < 3000; round++) {
        wql_error err = WQL_INIT(wql_error);
        const wql__zone zone = {NULL, NULL};
        wql__arena arena;
        wql__query_tree *tree;
        wql__plan *plan;
        size_t len = (size_t)sprintf(text, "SELECT Id FROM T_Base WHERE ");
        len += random_where(text + len, random_below(4));
        if (len > 16000) continue;
        wql__arena_init(&arena, l->mem);
        if (wql__parse((wql_str){text, len}, 0, &plan_lab_limits, &arena, &tree, &err) < 0) fail_msg("%s: %s", text, err.message);
        if (wql__plan_make(tree, l->mem, l->catalog, 0, &zone, NULL, &plan, &err) < 0) fail_msg("%s: %s", text, err.message);
        for (uint32_t i = 0; i < 24; i++) {
            row r;
            r.cls = wql__catalog_find(l->catalog, wql_s(classes[i % 3]))->cls;
            for (uint32_t p = 0; p < T_BASE_COUNT; p++) r.values[p] = value_of(p, random_below(7));
            compare_row(&arena, tree, plan, &r, text);
        }
        wql__plan_release(plan);
        wql__arena_free(&arena);
        passed++;
    }
    assert_true(passed > 2500);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, plan_lab_begin, plan_lab_end)
    const struct CMUnitTest tests[] = {
        T(test_explain),
        T(test_explain_long),
        T(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
