/* SPDX-License-Identifier: MIT */
/* prototype.c: WQL_PROTOTYPE: a query that was bound, so that what is wrong with it is known, becomes a schema query whose only
 * row is its class, cut down to the SELECT list. Nothing is asked of a provider. */
#include "bind.h"

#include "../data/trim.h"

/* What the SELECT list names, place by place. NULL = no memory. */
static uint32_t *list_items(wql__binder *b, uint32_t *count) {
    const wql__query_tree *tree = b->tree;
    const wql_class_def *def = &b->cls->def;
    uint32_t room = tree->star ? def->property_count : tree->select_count;
    uint32_t *items = wql__arena_alloc(&b->scratch, wql__array_size(room, sizeof *items));
    *count = 0;
    for (uint32_t i = 0; items && i < room; i++) {
        int system;
        uint32_t property = i;
        if (tree->star && (b->plan->flags & WQL_KEYS_ONLY) && !(def->properties[i].flags & WQL_KEY)) continue;
        if (!tree->star) {
            wql__path path = wql__bind_own(b, &tree->select[i]);
            (void)wql__bind_path(b, &path, &system, &property); /* it could be bound before */
            if (system != WQL__SYS_NONE) property = WQL_NO_COLUMN;
        }
        items[(*count)++] = property;
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
