/* SPDX-License-Identifier: MIT */
/* prototype.c: WQL_PROTOTYPE: a query that was bound, so that what is wrong with it is known, becomes a schema query whose only
 * row is its class, cut down to the SELECT list. Nothing is asked of a provider. */
#include "bind.h"

#include "../data/trim.h"

/* All properties, or with WQL_KEYS_ONLY the keys, behind what is in `items`. */
static void add_all(const wql__binder *b, uint32_t *items, uint32_t *count) {
    const wql_class_def *def = &b->cls->def;
    for (uint32_t i = 0; i < def->property_count; i++)
        if (!(b->plan->flags & WQL_KEYS_ONLY) || (def->properties[i].flags & WQL_KEY)) items[(*count)++] = i;
}

/* What the SELECT list names, place by place. NULL = no memory. */
static uint32_t *list_items(wql__binder *b, uint32_t *count) {
    const wql__query_tree *tree = b->tree;
    bool star = wql__selects_all(b);
    uint32_t wholes = star;
    uint32_t *items;
    for (uint32_t i = 0; !star && i < tree->select_count; i++) wholes += wql__is_whole_class(b, &tree->select[i]);
    items = wql__arena_alloc(&b->scratch,
                             wql__array_size((size_t)wholes * b->cls->def.property_count + tree->select_count, sizeof *items));
    *count = 0;
    if (items && star) add_all(b, items, count);
    for (uint32_t i = 0; items && !star && i < tree->select_count; i++) {
        wql__path path = wql__bind_own(b, &tree->select[i]);
        int system = WQL__SYS_NONE;
        uint32_t property = WQL_NO_COLUMN;
        if (wql__is_whole_class(b, &tree->select[i])) {
            add_all(b, items, count);
            continue;
        }
        (void)wql__bind_path(b, &path, &system, &property); /* it could be bound before */
        items[(*count)++] = system != WQL__SYS_NONE ? WQL_NO_COLUMN : property;
    }
    return items;
}

wql_status wql__become_prototype(wql__binder *b) {
    uint32_t count;
    uint32_t *items = list_items(b, &count);
    wql_status status;
    if (!items) return wql__bind_no_memory(b);
    status = wql__class_trim(b->plan->mem, b->cls, items, count, &b->scratch, &b->plan->prototype, b->err);
    if (status >= 0 && !b->plan->meta_class) status = wql__bind_meta_class(b);
    if (status < 0) return status;
    b->plan->star = true; /* all that is known of the class comes out, whatever was selected of its instances */
    b->lists_path = false;
    b->where = NULL;
    b->leaf_count = b->varying = 0;
    b->plan->parameter_count = b->plan->unnamed_count = 0;
    return WQL_OK;
}
