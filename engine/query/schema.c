/* SPDX-License-Identifier: MIT */
/* schema.c: `__THIS ISA 'Class'` in queries about classes. A plan belongs to one version of the catalog, so the classes that
 * derive from that one are known: the condition becomes a set of names of classes, when the query is bound or, of a parameter,
 * when its value is there. The other conditions are those of any property. */
#include "bind.h"

#include "../data/value.h"

#include <string.h>

static const wql__zone utc = {NULL, NULL}; /* names have no times */

/* __CLASS = 'name', or <>. NULL: no memory. */
static wql__expr *name_test(wql__arena *arena, const wql_class *meta_class, wql_str name, bool negate) {
    wql__literal literal = {.kind = WQL__LIT_STRING, .text = name}; /* the class is the catalog's, which the plan keeps */
    wql__expr *expr = wql__arena_zero(arena, sizeof *expr);
    const char *why;
    if (!expr) return NULL;
    expr->test = wql__arena_zero(arena, sizeof *expr->test);
    if (!expr->test) return NULL;
    expr->kind = WQL__EXPR_TEST;
    expr->at = WQL__AT_PROPERTY;
    expr->property = wql__class_property(meta_class, wql_s("__CLASS"));
    if (wql__test_make(arena, WQL_STRING, 0, negate ? WQL_NE : WQL_EQ, false, &literal, &utc, expr->test, &why) < 0) return NULL;
    expr->cost = wql__test_cost(expr);
    return expr;
}

/* The class and all that derive from it, as numbers of entries. NULL: no memory. */
static uint32_t *list_family(wql__arena *arena, const wql__catalog *catalog, const wql__class_entry *root, uint32_t *count) {
    uint32_t *list = wql__arena_alloc(arena, wql__array_size(catalog->count, sizeof *list));
    if (!list) return NULL;
    list[0] = (uint32_t)(root - catalog->entries);
    *count = 1;
    for (uint32_t at = 0; at < *count; at++) { /* a class has one superclass, so that each is met once */
        const wql__class_entry *entry = &catalog->entries[list[at]];
        for (uint32_t i = 0; i < entry->subclass_count; i++) list[(*count)++] = entry->subclasses[i];
    }
    return list;
}

wql__expr *wql__this_is_a(wql__arena *arena, const wql__plan *plan, const wql__class_entry *root, bool negate) {
    const wql__catalog *catalog = plan->catalog;
    wql__expr *group = wql__arena_zero(arena, sizeof *group);
    uint32_t *family, count = 0;
    family = list_family(arena, catalog, root, &count);
    if (!family || !group) return NULL;
    group->items = wql__arena_alloc(arena, wql__array_size(count, sizeof *group->items));
    if (!group->items) return NULL;
    for (uint32_t i = 0; i < count; i++) {
        group->items[i] = name_test(arena, plan->meta_class, catalog->entries[family[i]].cls->name, negate);
        if (!group->items[i]) return NULL;
        group->cost += group->items[i]->cost;
    }
    if (count == 1) return group->items[0];
    group->kind = negate ? WQL__EXPR_AND : WQL__EXPR_OR;
    group->count = count;
    group->any_of = !negate;
    group->property = group->items[0]->property;
    return group;
}

wql_status wql__bind_this(wql__binder *b, const wql__node *node, bool negate, wql__expr **out) {
    const wql__class_entry *root = wql__catalog_find(b->plan->catalog, node->literal.text);
    negate ^= node->negated;
    if (!root) {
        *out = negate ? &b->always : &b->never;
        return WQL_OK;
    }
    *out = wql__this_is_a(b->arena, b->plan, root, negate);
    if (!*out) return wql__bind_no_memory(b);
    b->leaf_count += (*out)->kind == WQL__EXPR_TEST ? 1 : (*out)->count;
    return WQL_OK;
}
