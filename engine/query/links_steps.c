/* SPDX-License-Identifier: MIT */
/* links_steps.c: the steps of an association query as queries: trees that nobody has written, planned like all others. */
#include "links.h"

#include "../base/fold.h"
#include "../data/datetime.h"
#include "../data/value.h"
#include "bind.h"

#include <string.h>

/* A tree under construction, in memory that goes when its plan is made. */
typedef struct draft {
    const wql__plan *plan;
    wql__arena arena;
    wql__query_tree tree;
    bool failed; /* no memory; what follows does nothing */
} draft;

static void *take(draft *d, size_t count, size_t size) {
    void *p = d->failed ? NULL : wql__arena_zero(&d->arena, wql__array_size(count, size));
    if (!p) d->failed = true;
    return p;
}

static void begin(draft *d, const wql__plan *plan, const wql_class *from) {
    memset(d, 0, sizeof *d);
    d->plan = plan;
    wql__arena_init(&d->arena, plan->mem);
    d->tree.kind = WQL_KIND_DATA;
    d->tree.text = (wql_str){"", 0};
    d->tree.star = true;
    d->tree.from.text = from->name;
}

static wql_status end(draft *d, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err) {
    wql_status status = d->failed ? wql__fail_memory(d->plan->mem, err)
                                  : wql__plan_make(&d->tree, d->plan->mem, d->plan->catalog, flags, NULL, turn, out, err);
    wql__arena_free(&d->arena);
    return status;
}

/* -- conditions -------------------------------------------------------------------------------------------------- */

static wql__path path_of(draft *d, const char *name) {
    wql__path path;
    memset(&path, 0, sizeof path);
    path.names = take(d, 1, sizeof *path.names);
    path.count = 1;
    if (!d->failed) path.names->text = wql_s(name);
    return path;
}

static wql__node *compare(draft *d, const char *name, uint8_t op, const wql__literal *literal) {
    wql__node *node = take(d, 1, sizeof *node);
    if (!node) return NULL;
    node->kind = WQL__NODE_COMPARE;
    node->op = op;
    node->path = path_of(d, name);
    node->literal = *literal;
    return node;
}

static wql__node *is_null(draft *d, const char *name) {
    wql__node *node = take(d, 1, sizeof *node);
    if (!node) return NULL;
    node->kind = WQL__NODE_NULL;
    node->path = path_of(d, name);
    return node;
}

static wql__node *group(draft *d, uint8_t kind, wql__node **items, uint32_t count) {
    wql__node *node;
    if (count == 1) return items[0];
    node = take(d, 1, sizeof *node);
    if (d->failed) return NULL;
    node->kind = kind;
    node->items = items;
    node->count = count;
    return node;
}

static wql__literal text_literal(wql_str text) {
    wql__literal literal;
    memset(&literal, 0, sizeof literal);
    literal.kind = WQL__LIT_STRING;
    literal.text = text;
    return literal;
}

/* The literal that spells a key's value. */
static wql__literal literal_of(draft *d, const wql_property_def *def, const wql_value *value) {
    wql__literal literal = text_literal(value->str);
    int64_t least;
    uint64_t most;
    if (value->type == WQL_BOOLEAN) {
        literal.kind = value->b ? WQL__LIT_TRUE : WQL__LIT_FALSE;
    } else if (value->type == WQL_DATETIME) {
        char *text = take(d, 26, 1);
        wql_datetime time = value->time;
        time.interval = (def->flags & WQL_INTERVAL) != 0;
        if (text) literal.text = (wql_str){text, wql__datetime_print(&time, text)};
    } else if (wql__type_range(value->type, &least, &most)) {
        bool negative = least < 0 && value->i64 < 0;
        literal.kind = WQL__LIT_INT;
        literal.negative = negative;
        literal.magnitude = negative ? 0 - (uint64_t)value->i64 : value->u64;
        literal.text = (wql_str){"", 0}; /* the spelling is for text keys */
    }
    return literal;
}

/* -- a hop ------------------------------------------------------------------------------------------------------- */

/* name op each of the sources: EQ is one of them, NE none. */
static wql__node *compare_all(draft *d, const char *name, uint8_t op, const wql_str *sources, uint32_t count) {
    wql__node **items = take(d, count, sizeof *items);
    for (uint32_t i = 0; items && i < count; i++) {
        wql__literal literal = text_literal(sources[i]);
        items[i] = compare(d, name, op, &literal);
    }
    return d->failed ? NULL : group(d, op == WQL_EQ ? WQL__NODE_OR : WQL__NODE_AND, items, count);
}

/* The reference is not the source: such a row came out by it. */
static wql__node *is_new(draft *d, const char *name, const wql_str *sources, uint32_t count) {
    wql__node **items = take(d, 2, sizeof *items);
    if (!items) return NULL;
    items[0] = is_null(d, name);
    items[1] = compare_all(d, name, WQL_NE, sources, count);
    return group(d, WQL__NODE_OR, items, 2);
}

/* The references that lead on from the source in `role`. */
static void select_ends(draft *d, const wql__hop *hop) {
    const wql_class_def *def = &hop->entry->cls->def;
    d->tree.star = false;
    d->tree.select = take(d, def->property_count, sizeof *d->tree.select);
    for (uint32_t i = 0; !d->failed && i < def->property_count; i++)
        if (wql__links_is_end(d->plan, hop, i)) d->tree.select[d->tree.select_count++] = path_of(d, def->properties[i].name);
}

wql_status wql__links_plan_hop(const wql__plan *plan, const wql__hop *hop, const wql_str *sources, uint32_t count,
                               wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql_class *cls = hop->entry->cls;
    uint32_t flags = WQL_DIRECT_READ;
    wql__node **items;
    draft d;
    begin(&d, plan, cls);
    items = take(&d, hop->before_count + 1u, sizeof *items);
    if (items) items[0] = compare_all(&d, cls->def.properties[hop->role].name, WQL_EQ, sources, count);
    for (uint32_t i = 0; items && i < hop->before_count; i++)
        items[i + 1] = is_new(&d, cls->def.properties[hop->before[i]].name, sources, count);
    if (!d.failed) d.tree.where = group(&d, WQL__NODE_AND, items, hop->before_count + 1u);
    if (!plan->links->request.references) select_ends(&d, hop);
    if (plan->links->request.references) flags |= wql__links_result_flags(plan);
    return end(&d, flags, turn, out, err);
}

/* -- the ends ---------------------------------------------------------------------------------------------------- */

uint32_t wql__links_result_flags(const wql__plan *plan) {
    const wql__links_request *r = &plan->links->request;
    bool few = r->keys_only || r->class_defs_only || (plan->flags & (WQL_KEYS_ONLY | WQL_COUNT_ONLY));
    return few ? WQL_KEYS_ONLY : 0;
}

bool wql__links_can_gather(const wql_class *cls) {
    for (uint32_t i = 0; i < cls->key_count; i++) {
        uint32_t type = cls->def.properties[cls->keys[i]].type;
        if (!wql__type_is_integer(type) && type != WQL_STRING) return false;
    }
    return cls->key_count > 0;
}

bool wql__links_same_key(const wql_value *a, const wql_value *b) {
    return a->type == WQL_STRING ? wql__fold_equal(a->str, b->str) : a->u64 == b->u64;
}

static wql__node *one_key(draft *d, const wql__reference *reference, uint32_t i) {
    const wql_class *cls = reference->entry->cls;
    const wql_property_def *def = &cls->def.properties[cls->keys[i]];
    wql__literal literal = literal_of(d, def, &reference->keys[i]);
    return compare(d, def->name, WQL_EQ, &literal);
}

static wql__node *all_keys(draft *d, const wql__reference *reference) {
    const wql_class *cls = reference->entry->cls;
    wql__node **items = take(d, cls->key_count, sizeof *items);
    for (uint32_t i = 0; items && i < cls->key_count; i++) items[i] = one_key(d, reference, i);
    return d->failed ? NULL : group(d, WQL__NODE_AND, items, cls->key_count);
}

/* Key `i` is one of those of the references; *values: how many different ones. */
static wql__node *any_key(draft *d, const wql__reference *const *ends, uint32_t count, uint32_t i, uint32_t *values) {
    wql__node **items = take(d, count, sizeof *items);
    *values = 0;
    for (uint32_t k = 0; items && k < count; k++) {
        uint32_t before = 0;
        while (before < k && !wql__links_same_key(&ends[before]->keys[i], &ends[k]->keys[i])) before++;
        if (before == k) items[(*values)++] = one_key(d, ends[k], i);
    }
    return d->failed ? NULL : group(d, WQL__NODE_OR, items, *values);
}

/* One of the references' objects. Where more than one key has several values, the lists alone let more through. */
static wql__node *any_of(draft *d, const wql__reference *const *ends, uint32_t count) {
    uint32_t keys = ends[0]->entry->cls->key_count, several = 0;
    wql__node **items = take(d, keys + 1u, sizeof *items), **each = take(d, count, sizeof *each);
    if (count == 1) return all_keys(d, ends[0]);
    for (uint32_t i = 0; !d->failed && i < keys; i++) {
        uint32_t values;
        items[i] = any_key(d, ends, count, i, &values);
        several += values > 1;
    }
    if (several > 1) {
        for (uint32_t k = 0; !d->failed && k < count; k++) each[k] = all_keys(d, ends[k]);
        if (!d->failed) items[keys++] = group(d, WQL__NODE_OR, each, count);
    }
    return d->failed ? NULL : group(d, WQL__NODE_AND, items, keys);
}

/* Conditions that were taken, in all scans. */
static uint32_t taken_of(const wql__plan *plan) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan->scan_count; i++)
        for (uint32_t k = 0; k < plan->scans[i].pushed_count; k++) count += plan->scans[i].pushed[k].taken != WQL_NONE;
    return count;
}

wql_status wql__links_plan_ends(const wql__plan *plan, const wql__reference *const *ends, uint32_t count, wql__turn *turn,
                                wql__plan **out, wql_error *err) {
    draft d;
    begin(&d, plan, ends[0]->entry->cls);
    if (ends[0]->keys) d.tree.where = any_of(&d, ends, count);
    return end(&d, wql__links_result_flags(plan) | (plan->flags & WQL_DIRECT_READ), turn, out, err);
}

wql_status wql__links_are_listed(const wql__plan *plan, const wql__plan *gathered, const wql__reference *end, wql__turn *turn,
                                 bool *listed, wql_error *err) {
    wql__plan *single;
    wql_status status = wql__links_plan_ends(plan, &end, 1, turn, &single, err);
    if (status != WQL_OK) return status;
    *listed = taken_of(gathered) >= taken_of(single);
    wql__plan_release(single);
    return WQL_OK;
}

/* -- classes ----------------------------------------------------------------------------------------------------- */

wql_status wql__links_plan_classes(const wql__plan *plan, uint32_t count, wql__turn *turn, wql__plan **out,
                                   const wql_class ***listed, wql_error *err) {
    wql_status status = wql__plan_classes(plan->mem, plan->catalog, plan->flags & WQL_KEYS_ONLY, turn, out, err);
    if (status != WQL_OK) return status;
    *listed = wql__plan_list(*out, count);
    if (*listed) return WQL_OK;
    wql__plan_release(*out);
    return wql__fail_memory(plan->mem, err);
}
