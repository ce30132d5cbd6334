/* SPDX-License-Identifier: MIT */
/* plan.c: making a plan: bind, normalise, one scan per class that can have rows, each asked of its provider. */
#include "bind.h"
#include "links.h"

#include <string.h>

wql__plan *wql__plan_retain(wql__plan *plan) {
    if (plan) atomic_fetch_add_explicit(&plan->refs, 1, memory_order_relaxed);
    return plan;
}

void wql__plan_release(wql__plan *plan) {
    wql__mem *mem;
    if (!plan || atomic_fetch_sub_explicit(&plan->refs, 1, memory_order_acq_rel) != 1) return;
    mem = plan->mem;
    wql__links_free(plan->links);
    wql__arena_free(&plan->arena);
    wql__catalog_release(plan->catalog);
    wql_class_release(plan->meta_class);
    wql_class_release(plan->prototype);
    wql__free(mem, plan, plan->size);
    wql__mem_release(mem);
}

enum { PLAN_BLOCK = 1024, SCRATCH_BYTES = 512 }; /* what most plans need, and making them */

wql__plan *wql__plan_new(int kind, wql__mem *mem, wql__catalog *catalog, uint32_t flags) {
    const size_t head = (sizeof(wql__plan) + 15) & ~(size_t)15;
    wql__plan *plan = wql__alloc(mem, PLAN_BLOCK);
    if (!plan) return NULL;
    memset(plan, 0, sizeof *plan);
    plan->size = PLAN_BLOCK;
    atomic_init(&plan->refs, 1);
    plan->mem = wql__mem_retain(mem);
    wql__arena_init_in(&plan->arena, mem, (char *)plan + head, PLAN_BLOCK - head);
    plan->catalog = wql__catalog_retain(catalog);
    plan->kind = kind;
    plan->flags = flags & WQL__PLAN_FLAGS;
    return plan;
}

/* Instances have exactly this class, and somebody brings them: a provider, or for META_CLASS the catalog itself. */
static bool is_served(const wql__plan *plan, const wql__class_entry *entry) {
    return plan->meta_class || (entry->mount && !(entry->cls->def.flags & WQL_ABSTRACT));
}

/* Adds the scan of one class, unless its condition cannot be true. */
static wql_status add_scan(wql__binder *b, const wql__class_entry *entry, wql__expr *shared) {
    wql__plan *plan = b->plan;
    wql__plan_scan *scan = &plan->scans[plan->scan_count];
    wql__expr *where = shared;
    wql_status status = shared ? WQL_OK : wql__fold_where(b, entry->cls, &where);
    if (status < 0) return status;
    if (where == &b->never) {
        plan->pruned++;
        return WQL_OK;
    }
    plan->scan_count++;
    scan->entry = entry;
    scan->mount = entry->mount;
    scan->rows = scan->cost = -1;
    scan->parts = 1;
    status = shared && scan > plan->scans ? wql__copy_split(b, plan->scans, scan) : wql__split_where(b, where, scan);
    if (status >= 0) status = wql__select_scan(b, scan);
    return status;
}

/* All scans, before any provider is asked. A WHERE that is the same for every class is folded once. */
static wql_status make_scans(wql__binder *b) {
    wql__plan *plan = b->plan;
    uint32_t family = plan->flags & WQL_DIRECT_READ ? 1 : b->family_count, served = 0;
    wql__expr *shared = NULL;
    wql_status status = b->varying ? WQL_OK : wql__fold_where(b, b->cls, &shared);
    for (uint32_t i = 0; i < family; i++) served += is_served(plan, b->family[i]);
    plan->scans = wql__arena_zero(&plan->arena, wql__array_size(served, sizeof *plan->scans));
    if (!plan->scans) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < family && status >= 0; i++)
        if (is_served(plan, b->family[i])) status = add_scan(b, b->family[i], shared);
    return status;
}

static wql_status ask_providers(wql__binder *b, wql__turn *turn) {
    wql__plan *plan = b->plan;
    bool known = true;
    for (uint32_t i = 0; i < plan->scan_count; i++) {
        wql__plan_scan *scan = &plan->scans[i];
        wql_status status = wql__ask_provider(b, scan, turn);
        if (status != WQL_OK) return status;
        if (scan->mount && (scan->mount->provider->flags & WQL_MAY_BLOCK)) plan->may_block = true;
        known = known && scan->rows >= 0;
        plan->rows += scan->rows;
    }
    if (!known) plan->rows = -1;
    if (plan->rows > 1e18) plan->rows = 1e18; /* estimates are the providers': the sum must still be a number of rows */
    return WQL_OK;
}

/* Room for the parameters, which binding fills in. */
static wql_status make_parameters(wql__binder *b) {
    uint32_t count = b->tree->parameter_count;
    if (!count) return WQL_OK;
    b->plan->parameters = wql__arena_alloc(b->arena, wql__array_size(count, sizeof *b->plan->parameters));
    return b->plan->parameters ? WQL_OK : wql__bind_no_memory(b);
}

/* What is understood, and not run yet. */
static wql_status fail_kind(const wql__query_tree *tree, wql_error *err) {
    return wql__fail_at(err, WQL_E_NOT_SUPPORTED, tree->text, tree->from.offset, tree->from.length,
                        "%s can be checked, but are not run yet",
                        tree->kind == WQL_KIND_EVENT ? "queries for events" : "queries of the extended dialect");
}

wql_status wql__plan_make(const wql__query_tree *tree, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                          const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err) {
    static const wql__zone utc = {NULL, NULL};
    _Alignas(16) char scratch[SCRATCH_BYTES];
    wql__binder b;
    wql_status status;
    *out = NULL;
    if (tree->association) return wql__plan_association(tree, mem, catalog, flags, zone, turn, out, err);
    if (tree->kind == WQL_KIND_EXTENDED) return fail_kind(tree, err);
    memset(&b, 0, sizeof b);
    b.tree = tree;
    b.zone = zone ? zone : &utc;
    b.err = err;
    b.plan = wql__plan_new(tree->kind, mem, catalog, flags);
    if (!b.plan) return wql__fail_memory(mem, err);
    b.plan->unnamed_count = tree->unnamed_count;
    b.arena = &b.plan->arena;
    wql__arena_init_in(&b.scratch, mem, scratch, sizeof scratch);
    status = make_parameters(&b);
    if (status >= 0 && tree->kind == WQL_KIND_EVENT) {
        status = wql__bind_event(&b);
        if (status >= 0) status = fail_kind(tree, err);
    }
    if (status >= 0) status = wql__bind_class(&b);
    if (status >= 0) status = wql__bind_select(&b);
    if (status >= 0) status = wql__bind_where(&b);
    if (status >= 0 && (b.plan->flags & WQL_PROTOTYPE)) status = wql__become_prototype(&b);
    if (status >= 0) status = make_scans(&b);
    if (status >= 0) status = ask_providers(&b, turn);
    wql__arena_free(&b.scratch);
    if (status != WQL_OK) {
        wql__plan_release(b.plan);
        return status;
    }
    *out = b.plan;
    return WQL_OK;
}

wql_status wql__plan_classes(wql__mem *mem, wql__catalog *catalog, uint32_t flags, wql__turn *turn, wql__plan **out,
                             wql_error *err) {
    wql__query_tree tree;
    memset(&tree, 0, sizeof tree);
    tree.kind = WQL_KIND_SCHEMA;
    tree.text = (wql_str){"", 0};
    tree.star = true;
    return wql__plan_make(&tree, mem, catalog, flags, NULL, turn, out, err);
}

const wql_class **wql__plan_list(wql__plan *plan, uint32_t count) {
    const wql_class **classes = wql__arena_zero(&plan->arena, wql__array_size(count, sizeof *classes));
    plan->listed = classes;
    plan->listed_count = count;
    plan->rows = plan->scans->rows = count;
    return classes;
}

uint32_t wql__plan_mount_count(const wql__plan *plan) { return plan->links ? plan->links->mount_count : plan->scan_count; }

wql__mount *wql__plan_mount(const wql__plan *plan, uint32_t i) {
    return plan->links ? plan->links->mounts[i] : plan->scans[i].mount;
}
