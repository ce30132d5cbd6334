/* SPDX-License-Identifier: MIT */
/* static_store.c: a store of static instances and its versions. */
#include "static_part.h"

/* -- the store --------------------------------------------------------------------------------------------------- */

wql__static_store *wql__static_store_make(wql__mem *mem) {
    wql__static_store *store = wql__alloc_zero(mem, sizeof *store);
    if (!store) return NULL;
    atomic_init(&store->refs, 1);
    store->mem = wql__mem_retain(mem);
    wql__mutex_init(&store->lock);
    return store;
}

wql__static_store *wql__static_store_retain(wql__static_store *store) {
    atomic_fetch_add_explicit(&store->refs, 1, memory_order_relaxed);
    return store;
}

void wql__static_store_release(wql__static_store *store) {
    wql__mem *mem;
    if (!store || atomic_fetch_sub_explicit(&store->refs, 1, memory_order_acq_rel) != 1) return;
    wql__static_version_release(store->version);
    wql__mutex_free(&store->lock);
    mem = store->mem;
    wql__free(mem, store, sizeof *store);
    wql__mem_release(mem);
}

wql__static_version *wql__static_store_version(wql__static_store *store) {
    wql__static_version *version;
    wql__lock(&store->lock);
    version = store->version;
    if (version) atomic_fetch_add_explicit(&version->refs, 1, memory_order_relaxed);
    wql__unlock(&store->lock);
    return version;
}

void wql__static_store_set_live(wql__static_store *store, uint32_t class_index, wql__static_live next, void *ctx) {
    store->live = next;
    store->live_ctx = ctx;
    store->live_class = class_index;
}

uint64_t wql__static_store_rows(wql__static_store *store) {
    uint64_t rows;
    wql__lock(&store->lock);
    rows = store->version ? store->version->rows : 0;
    wql__unlock(&store->lock);
    return rows;
}

/* -- versions ---------------------------------------------------------------------------------------------------- */

static size_t version_size(uint32_t class_count) {
    return sizeof(wql__static_version) + (size_t)class_count * sizeof(wql__static_table *);
}

void wql__static_version_release(wql__static_version *version) {
    wql__mem *mem;
    if (!version || atomic_fetch_sub_explicit(&version->refs, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < version->class_count; i++) wql__static_table_release(version->tables[i]);
    mem = version->mem;
    wql__free(mem, version, version_size(version->class_count));
    wql__mem_release(mem);
}

/* The base's tables, but for those that the load made anew. NULL = no memory. */
static wql__static_version *make_version(const wql__static_load *load) {
    const wql__static_version *base = load->base;
    uint32_t count = base && base->class_count > load->class_count ? base->class_count : load->class_count;
    wql__static_version *version = wql__alloc_zero(load->store->mem, version_size(count));
    if (!version) return NULL;
    atomic_init(&version->refs, 1);
    version->mem = wql__mem_retain(load->store->mem);
    version->class_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const wql__static_incoming *in = i < load->class_count ? load->by_class[i] : NULL;
        wql__static_table *table = in && in->made ? in->made : base && i < base->class_count ? base->tables[i] : NULL;
        if (!table) continue;
        atomic_fetch_add_explicit(&table->refs, 1, memory_order_relaxed);
        version->tables[i] = table;
        version->rows += table->rows;
    }
    return version;
}

wql_status wql__static_load_finish(wql__static_load *load, wql_error *err) {
    for (wql__static_incoming *in = load->first; in; in = in->next)
        if (in->count && !in->made && !wql__static_table_make(load, in)) return wql__fail_memory(load->store->mem, err);
    load->made = make_version(load);
    return load->made ? WQL_OK : wql__fail_memory(load->store->mem, err);
}

wql__static_version *wql__static_load_publish(wql__static_load *load) {
    wql__static_store *store = load->store;
    wql__static_version *before;
    wql__lock(&store->lock);
    before = store->version;
    store->version = load->made;
    wql__unlock(&store->lock);
    load->made = NULL;
    return before;
}
