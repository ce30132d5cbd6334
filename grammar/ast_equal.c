/* SPDX-License-Identifier: MIT */
/* ast_equal.c: whether two trees say the same, whatever their texts look like. */
#include "ast.h"

#include <wql/query.h>

#include <string.h>

static bool text_equal(wql_str a, wql_str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }

static bool literal_equal(const wql__literal *a, const wql__literal *b) {
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case WQL__LIT_INT: return a->negative == b->negative && a->magnitude == b->magnitude;
    case WQL__LIT_PARAMETER: return a->magnitude == b->magnitude && text_equal(a->text, b->text);
    case WQL__LIT_STRING:
    case WQL__LIT_REAL: return text_equal(a->text, b->text); /* a real is told by its spelling, which a text is compared with */
    default: return true;
    }
}

/* Calls nest no deeper than WQL__DEPTH_CEILING, as do selects and conditions below. */
static bool path_equal(const wql__path *a, const wql__path *b);

static bool function_equal(const wql__function *a, const wql__function *b) {
    if (a->kind != b->kind || a->part != b->part || a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++) {
        const wql__argument *x = &a->arguments[i], *y = &b->arguments[i];
        if (x->is_literal != y->is_literal) return false;
        if (x->is_literal ? !literal_equal(&x->literal, &y->literal) : !path_equal(&x->path, &y->path)) return false;
    }
    return true;
}

static bool path_equal(const wql__path *a, const wql__path *b) {
    if (a->count != b->count || a->star != b->star) return false;
    if (a->count == 0) return function_equal(a->function, b->function);
    for (uint32_t i = 0; i < a->count; i++)
        if (!text_equal(a->names[i].text, b->names[i].text)) return false;
    return true;
}

static bool paths_equal(const wql__path *a, uint32_t a_count, const wql__path *b, uint32_t b_count) {
    if (a_count != b_count) return false;
    for (uint32_t i = 0; i < a_count; i++)
        if (!path_equal(&a[i], &b[i])) return false;
    return true;
}

static bool select_equal(const wql__query_tree *a, const wql__query_tree *b);

static bool members_equal(const wql__node *a, const wql__node *b) {
    if ((a->select == NULL) != (b->select == NULL)) return false;
    if (a->select != NULL) return select_equal(a->select, b->select);
    for (uint32_t i = 0; i < a->count; i++)
        if (!literal_equal(&a->members[i], &b->members[i])) return false;
    return true;
}

/* Goes as deep as the tree, which has at most 2 * WQL__DEPTH_CEILING + 3 levels. */
static bool node_equal(const wql__node *a, const wql__node *b) {
    if (a == NULL || b == NULL) return a == b;
    if (a->kind != b->kind || a->op != b->op || a->negated != b->negated || a->count != b->count) return false;
    switch (a->kind) {
    case WQL__NODE_AND:
    case WQL__NODE_OR:
    case WQL__NODE_NOT:
        for (uint32_t i = 0; i < a->count; i++)
            if (!node_equal(a->items[i], b->items[i])) return false;
        return true;
    case WQL__NODE_COMPARE_PATHS: return path_equal(&a->path, &b->path) && path_equal(&a->other, &b->other);
    case WQL__NODE_NULL: return path_equal(&a->path, &b->path);
    case WQL__NODE_IN:
    case WQL__NODE_COMPARE_SELECT: return path_equal(&a->path, &b->path) && members_equal(a, b);
    default: return path_equal(&a->path, &b->path) && literal_equal(&a->literal, &b->literal);
    }
}

static bool event_equal(const wql__event *a, const wql__event *b) {
    if (a == NULL || b == NULL) return a == b;
    return a->within.ms == b->within.ms && a->group.ms == b->group.ms && paths_equal(a->by, a->by_count, b->by, b->by_count) &&
           node_equal(a->having, b->having);
}

static bool association_equal(const wql__association *a, const wql__association *b) {
    if (a == NULL || b == NULL) return a == b;
    if (wql__object_path_compare(a->path, b->path) != 0) return false;
    for (uint32_t i = 0; i < WQL__TERM_COUNT; i++) {
        if ((a->terms[i].word.length != 0) != (b->terms[i].word.length != 0)) return false;
        if (!text_equal(a->terms[i].value.text, b->terms[i].value.text)) return false;
    }
    return true;
}

static bool extended_equal(const wql__extended *a, const wql__extended *b) {
    const wql__source *x, *y;
    if (a == NULL || b == NULL) return a == b;
    if (a->distinct != b->distinct || a->all != b->all || a->order_count != b->order_count) return false;
    for (x = a->first, y = b->first; x != NULL && y != NULL; x = x->next, y = y->next)
        if (!text_equal(x->name.text, y->name.text) || !text_equal(x->alias.text, y->alias.text) || x->join != y->join ||
            !node_equal(x->on, y->on))
            return false;
    for (uint32_t i = 0; i < a->order_count; i++)
        if (a->order[i].descending != b->order[i].descending || !path_equal(&a->order[i].path, &b->order[i].path)) return false;
    return x == y;
}

static bool select_equal(const wql__query_tree *a, const wql__query_tree *b) {
    if (a->star != b->star || !paths_equal(a->select, a->select_count, b->select, b->select_count)) return false;
    if ((a->ns == NULL) != (b->ns == NULL) || (a->ns != NULL && !path_equal(a->ns, b->ns))) return false;
    return text_equal(a->from.text, b->from.text) && extended_equal(a->extended, b->extended) && node_equal(a->where, b->where);
}

bool wql__ast_equal(const wql__query_tree *a, const wql__query_tree *b) {
    return a->kind == b->kind && select_equal(a, b) && event_equal(a->event, b->event) &&
           association_equal(a->association, b->association);
}
