/* SPDX-License-Identifier: MIT */
/* normal.c: conditions in negation normal form: NOT goes down into the tests (De Morgan; exact in Kleene's logic), groups within
 * groups of their kind dissolve, constants fold, cheap items come first. What depends on the class (__CLASS and the like) folds
 * once per class. */
#include "bind.h"

#include "../data/value.h"

#include <string.h>

/* -- binding ----------------------------------------------------------------------------------------------------- */

static wql_status bind_node(wql__binder *b, const wql__node *node, bool negate, uint32_t depth, wql__expr **out);

static wql_status bind_group(wql__binder *b, const wql__node *node, bool negate, uint32_t depth, wql__expr **out) {
    wql__expr *expr = wql__arena_zero(&b->scratch, sizeof *expr);
    if (depth >= WQL__EXPR_DEPTH_MAX) return wql__fail_limit(b->err, "condition_depth", WQL__EXPR_DEPTH_MAX);
    if (!expr) return wql__bind_no_memory(b);
    expr->kind = (node->kind == WQL__NODE_AND) != negate ? WQL__EXPR_AND : WQL__EXPR_OR;
    expr->count = node->count;
    expr->items = wql__arena_alloc(&b->scratch, wql__array_size(node->count, sizeof *expr->items));
    if (!expr->items) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < node->count; i++) {
        wql_status status = bind_node(b, node->items[i], negate, depth + 1, &expr->items[i]);
        if (status < 0) return status;
    }
    *out = expr;
    return WQL_OK;
}

static wql_status bind_node(wql__binder *b, const wql__node *node, bool negate, uint32_t depth, wql__expr **out) {
    for (; node->kind == WQL__NODE_NOT; node = node->items[0]) negate = !negate;
    if (node->kind == WQL__NODE_AND || node->kind == WQL__NODE_OR) return bind_group(b, node, negate, depth, out);
    return wql__bind_test(b, node, negate, out);
}

wql_status wql__bind_condition(wql__binder *b, const wql__node *node, wql__expr **out) {
    return bind_node(b, node, false, 0, out);
}

wql_status wql__bind_where(wql__binder *b) {
    b->never.kind = b->always.kind = WQL__EXPR_CONST;
    b->always.value = true;
    return b->tree->where ? bind_node(b, b->tree->where, false, 0, &b->where) : WQL_OK;
}

/* -- cost -------------------------------------------------------------------------------------------------------- */

static float like_cost(const wql__test *test) {
    wql_str text;
    switch (wql__like_shape(test->pattern, &text)) {
    case WQL__LIKE_EXACT: return 4;
    case WQL__LIKE_PREFIX:
    case WQL__LIKE_SUFFIX: return 5;
    case WQL__LIKE_CONTAINS: return 8;
    default: return 20;
    }
}

/* Before its value is known. */
static float parameter_cost(const wql__test *test) {
    if (test->op == WQL_LIKE || test->op == WQL__ISA) return 20;
    return wql__type_is_text(test->type) ? 4 : 1;
}

float wql__test_cost(const wql__expr *expr) {
    if (expr->at != WQL__AT_PROPERTY) return 50;
    if (expr->test->by == WQL__BY_PARAMETER) return parameter_cost(expr->test);
    switch (expr->test->by) {
    case WQL__BY_TEXT: return 4;
    case WQL__BY_LIKE: return like_cost(expr->test);
    case WQL__BY_CLASS:
    case WQL__BY_ANY: return 20;
    default: return 1;
    }
}

/* -- folding for one class --------------------------------------------------------------------------------------- */

/* The items of open groups lie on one stack: there are never more of them than tests. The upper half is for sorting. */
typedef struct fold {
    wql__binder *b;
    const wql_class *cls;
    wql__expr **stack;
    uint32_t top;
} fold;

static wql__expr *constant(wql__binder *b, bool value) { return value ? &b->always : &b->never; }

/* Stable, so that equal costs keep the order of the text. */
static void sort_items(wql__expr **items, uint32_t count, wql__expr **spare) {
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t from = 0; from < count; from += 2 * width) {
            size_t mid = from + width < count ? from + width : count, end = mid + width < count ? mid + width : count;
            size_t left = from, right = mid;
            for (size_t to = from; to < end; to++) {
                bool take_left = right >= end || (left < mid && items[left]->cost <= items[right]->cost);
                spare[to] = items[take_left ? left++ : right++];
            }
        }
        memcpy(items, spare, count * sizeof *items);
    }
}

/* Whether all items are equalities of one column. */
static bool is_any_of(const wql__expr *group) {
    for (uint32_t i = 0; i < group->count; i++) {
        const wql__expr *item = group->items[i];
        if (item->kind != WQL__EXPR_TEST || item->at != WQL__AT_PROPERTY || item->test->op != WQL_EQ) return false;
        if (item->test->negated || item->property != group->items[0]->property) return false;
    }
    return true;
}

/* NULL = no memory. */
static wql__expr *make_group(fold *f, uint8_t kind, wql__expr **items, uint32_t count) {
    wql__expr *expr = wql__arena_zero(f->b->arena, sizeof *expr);
    if (!expr) return NULL;
    expr->kind = kind;
    expr->property = WQL_NO_COLUMN;
    expr->count = count;
    expr->items = wql__arena_alloc(f->b->arena, wql__array_size(count, sizeof *expr->items));
    if (!expr->items) return NULL;
    memcpy(expr->items, items, count * sizeof *items);
    sort_items(expr->items, count, f->stack + f->b->leaf_count);
    for (uint32_t i = 0; i < count; i++) {
        expr->cost += expr->items[i]->cost;
        expr->has_parameter |= expr->items[i]->has_parameter;
    }
    if (kind == WQL__EXPR_OR && is_any_of(expr)) {
        expr->any_of = true;
        expr->property = expr->items[0]->property;
    }
    return expr;
}

/* Two system properties that are the same for all instances of the class. */
static wql__expr *fold_pair(fold *f, wql__expr *expr) {
    const wql__pair *pair = expr->pair;
    wql_value left, right;
    if (expr->system == WQL__SYS_NONE || !wql__system_is_constant(expr->system)) return expr;
    if (pair->system == WQL__SYS_NONE || !wql__system_is_constant(pair->system)) return expr;
    left = wql__system_constant(f->cls, expr->system, f->cls->def.property_count);
    right = wql__system_constant(f->cls, pair->system, f->cls->def.property_count);
    return constant(f->b, wql__test_pair(pair->op, pair->negated, &left, &right, NULL) == WQL__TRUE);
}

/* A system property that is the same for all instances of the class decides its test; so does a path where no instance can have
 * one. */
static wql__expr *fold_test(fold *f, wql__expr *expr) {
    const wql_class *cls = f->cls;
    wql_value value = wql_null();
    int outcome;
    if (expr->kind != WQL__EXPR_CONST && expr->at == WQL__AT_PAIR) return fold_pair(f, expr);
    if (expr->kind == WQL__EXPR_CONST || expr->at != WQL__AT_SYSTEM) return expr;
    if (wql__system_is_constant(expr->system) && expr->has_parameter) return expr; /* the run folds it */
    if (wql__system_is_constant(expr->system))
        value = wql__system_constant(cls, expr->system, cls->def.property_count);
    else if (cls->key_count || (cls->def.flags & WQL_SINGLETON))
        return expr;
    outcome = value.type == WQL_NULL ? wql__test_null(expr->test) : wql__test_value(expr->test, &value, NULL);
    return constant(f->b, outcome == WQL__TRUE);
}

/* NULL = no memory. */
static wql__expr *fold_expr(fold *f, wql__expr *expr);

static wql__expr *fold_group(fold *f, const wql__expr *expr) {
    bool all = expr->kind == WQL__EXPR_AND, decided = false;
    uint32_t base = f->top, count;
    wql__expr *result;
    for (uint32_t i = 0; i < expr->count && !decided; i++) {
        wql__expr *item = fold_expr(f, expr->items[i]);
        if (!item) return NULL;
        if (item->kind == WQL__EXPR_CONST) {
            decided = item->value != all;
        } else if (item->kind == expr->kind) {
            memcpy(&f->stack[f->top], item->items, item->count * sizeof(wql__expr *));
            f->top += item->count;
        } else {
            f->stack[f->top++] = item;
        }
    }
    count = f->top - base;
    f->top = base;
    if (decided) return constant(f->b, !all);
    if (!count) return constant(f->b, all);
    result = count == 1 ? f->stack[base] : make_group(f, expr->kind, &f->stack[base], count);
    return result;
}

static wql__expr *fold_expr(fold *f, wql__expr *expr) {
    return expr->kind == WQL__EXPR_AND || expr->kind == WQL__EXPR_OR ? fold_group(f, expr) : fold_test(f, expr);
}

wql_status wql__fold_where(wql__binder *b, const wql_class *cls, wql__expr **out) {
    fold f = {b, cls, NULL, 0};
    *out = &b->always;
    if (!b->where) return WQL_OK;
    if (!b->fold_stack)
        b->fold_stack = wql__arena_alloc(&b->scratch, wql__array_size((size_t)b->leaf_count * 2, sizeof *b->fold_stack));
    if (!b->fold_stack) return wql__bind_no_memory(b);
    f.stack = b->fold_stack;
    *out = fold_expr(&f, b->where);
    return *out ? WQL_OK : wql__bind_no_memory(b);
}
