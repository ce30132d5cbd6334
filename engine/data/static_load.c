/* SPDX-License-Identifier: MIT */
/* static_load.c: instances coming into a store: each is checked, given the row that it will have, and written into a block. */
#include "static_part.h"

#include "instance.h"
#include "value.h"

#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 * 1024 }; /* of texts: a batch with more is not filled up */
enum { ROWS_MAX = 0x7fffffff };

/* -- life -------------------------------------------------------------------------------------------------------- */

static uint32_t count_classes(const wql__catalog *catalog) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < catalog->count; i++)
        if (catalog->entries[i].class_index >= count) count = catalog->entries[i].class_index + 1;
    return count;
}

wql_status wql__static_load_begin(wql__static_store *store, wql__catalog *catalog, wql__static_load **out, wql_error *err) {
    wql__static_load *load = wql__alloc_zero(store->mem, sizeof *load);
    if (!load) return wql__fail_memory(store->mem, err);
    load->store = wql__static_store_retain(store);
    load->catalog = wql__catalog_retain(catalog);
    load->base = wql__static_store_version(store);
    wql__arena_init(&load->arena, store->mem);
    wql__arena_init(&load->scratch, store->mem);
    load->class_count = count_classes(catalog);
    load->by_class = wql__arena_zero(&load->arena, wql__array_size(load->class_count, sizeof *load->by_class));
    if (!load->by_class) {
        wql__static_load_end(load);
        return wql__fail_memory(store->mem, err);
    }
    *out = load;
    return WQL_OK;
}

static void drop_incoming(wql__static_incoming *in) {
    wql__builder_drop(&in->builder);
    for (uint32_t i = 0; i < in->block_count; i++) wql_batch_release(in->blocks[i]);
    wql__static_table_release(in->made);
}

void wql__static_load_end(wql__static_load *load) {
    wql__static_store *store;
    if (!load) return;
    for (wql__static_incoming *in = load->first; in; in = in->next) drop_incoming(in);
    wql__static_version_release(load->made);
    wql__static_version_release(load->base);
    wql__catalog_release(load->catalog);
    wql__arena_free(&load->arena);
    wql__arena_free(&load->scratch);
    store = load->store;
    wql__free(store->mem, load, sizeof *load);
    wql__static_store_release(store);
}

/* -- what comes in for a class ----------------------------------------------------------------------------------- */

/* The class that declares the keys; the class itself if it has none. */
static const wql_class *key_root(const wql_class *cls) {
    while (cls->superclass && cls->superclass->key_count) cls = cls->superclass;
    return cls;
}

static void join_relatives(wql__static_load *load, wql__static_incoming *in) {
    in->relatives = in;
    for (wql__static_incoming *other = load->first; other; other = other->next) {
        if (other->root != in->root) continue;
        in->relatives = other->relatives;
        other->relatives = in;
        return;
    }
}

static wql__static_incoming *add_incoming(wql__static_load *load, const wql_class *cls, uint32_t class_index) {
    const wql__static_version *base = load->base;
    wql__static_incoming *in = wql__arena_zero(&load->arena, sizeof *in);
    if (!in) return NULL;
    in->cls = cls;
    in->root = key_root(cls);
    in->class_index = class_index;
    in->old = base && class_index < base->class_count ? base->tables[class_index] : NULL;
    in->rows = in->old ? in->old->rows : 0;
    join_relatives(load, in);
    in->next = load->first;
    load->first = in;
    load->by_class[class_index] = in;
    return in;
}

/* The tables that are there and share the key. */
static bool find_relatives(wql__static_load *load, const wql_class *root) {
    for (uint32_t i = 0; load->base && i < load->base->class_count; i++) {
        const wql__static_table *table = load->base->tables[i];
        if (!table || i >= load->class_count || load->by_class[i] || key_root(table->cls) != root) continue;
        if (!add_incoming(load, table->cls, i)) return false;
    }
    return true;
}

static wql__static_incoming *incoming_of(wql__static_load *load, const wql__class_entry *entry) {
    wql__static_incoming *in = load->by_class[entry->class_index];
    if (!in) in = add_incoming(load, entry->cls, entry->class_index);
    if (!in || in->ready) return in;
    if (!find_relatives(load, in->root)) return NULL;
    if (!wql__builder_init(&in->builder, &load->arena, in->cls, NULL, in->cls->def.property_count)) return NULL;
    in->ready = true;
    return in;
}

/* -- keys -------------------------------------------------------------------------------------------------------- */

static bool same_key(const wql_class *cls, const wql_value *a, const wql_value *b) {
    for (uint32_t i = 0; i < cls->key_count; i++)
        if (!wql__static_same(&a[i], &b[i])) return false;
    return true;
}

/* The row of the instance with this key, as the load will leave it. */
static uint32_t find_row(const wql__static_incoming *in, const wql_value *key, uint32_t hash) {
    for (uint32_t at = in->heads ? in->heads[hash & in->mask] : 0; at; at = in->arrivals[at - 1].next)
        if (in->arrivals[at - 1].hash == hash && same_key(in->cls, in->arrivals[at - 1].key, key))
            return in->arrivals[at - 1].row;
    return in->old ? wql__static_find(in->old, key, hash) : WQL__STATIC_NO_ROW;
}

static wql_status check_relatives(const wql__static_incoming *in, const wql_value *key, uint32_t hash, wql_error *err) {
    for (const wql__static_incoming *other = in->relatives; in->cls->key_count && other != in; other = other->relatives)
        if (find_row(other, key, hash) != WQL__STATIC_NO_ROW)
            return wql__fail(
                err, WQL_E_ALREADY_EXISTS,
                "an instance of %s has the key of this instance of %s; those of %s and of its subclasses are one set",
                other->cls->def.name, in->cls->def.name, in->root->def.name);
    return WQL_OK;
}

/* -- writing ----------------------------------------------------------------------------------------------------- */

static void *grown(wql__arena *arena, const void *old, size_t count, size_t room, size_t size) {
    void *bigger = wql__arena_alloc(arena, wql__array_size(room, size));
    if (bigger && count) memcpy(bigger, old, count * size);
    return bigger;
}

static void link_arrival(wql__static_incoming *in, uint32_t i) {
    uint32_t *head = &in->heads[in->arrivals[i].hash & in->mask];
    in->arrivals[i].next = *head;
    *head = i + 1;
}

static bool arrival_room(wql__static_load *load, wql__static_incoming *in) {
    uint32_t room = in->room ? in->room * 2 : 16;
    struct wql__static_arrival *arrivals;
    uint32_t *heads;
    if (in->count < in->room) return true;
    arrivals = grown(&load->arena, in->arrivals, in->count, room, sizeof *arrivals);
    heads = wql__arena_zero(&load->arena, wql__array_size(room, sizeof *heads));
    if (!arrivals || !heads) return false;
    in->arrivals = arrivals;
    in->heads = heads;
    in->mask = room - 1;
    in->room = room;
    for (uint32_t i = 0; i < in->count; i++) link_arrival(in, i);
    return true;
}

/* Ends the block that is being filled. */
static bool end_block(wql__static_load *load, wql__static_incoming *in) {
    wql_batch *batch;
    if (in->block_count == in->block_room) {
        uint32_t room = in->block_room ? in->block_room * 2 : 4;
        wql_batch **blocks = grown(&load->arena, in->blocks, in->block_count, room, sizeof *blocks);
        if (!blocks) return false;
        in->blocks = blocks;
        in->block_room = room;
    }
    batch = wql__builder_end(&in->builder);
    if (batch) in->blocks[in->block_count++] = batch;
    return batch != NULL;
}

static bool ready_block(wql__static_load *load, wql__static_incoming *in) {
    bool full = in->builder.batch && (in->builder.rows == WQL__STATIC_CHUNK || in->builder.text_bytes > BLOCK_BYTES);
    wql_batch *batch;
    if (full && !end_block(load, in)) return false;
    if (in->builder.batch) return true;
    batch = wql__batch_new(load->store->mem);
    if (batch && wql__builder_begin(&in->builder, batch, 16)) return true;
    wql__builder_drop(&in->builder);
    return false;
}

static int write_row(wql__static_incoming *in, const wql_value *values) {
    wql__cell_counts counts = {0, 0, NULL};
    for (uint32_t i = 0; i < in->cls->def.property_count; i++) {
        int result = wql__builder_set(&in->builder, i, &values[i], &counts);
        if (result != WQL__CELL_OK) return result;
    }
    return WQL__CELL_OK;
}

static wql_value *copy_key(wql__static_load *load, const wql_class *cls, const wql_value *key) {
    wql_value *copy = wql__arena_alloc(&load->arena, wql__array_size(cls->key_count, sizeof *copy));
    for (uint32_t i = 0; copy && i < cls->key_count; i++)
        if (wql__value_copy(&load->arena, &key[i], &copy[i]) < 0) return NULL;
    return copy;
}

static wql_status place(wql__static_load *load, wql__static_incoming *in, const wql_value *key, const wql_value *values,
                        wql_error *err) {
    struct wql__static_arrival a = {.hash = wql__static_hash(key, in->cls->key_count)};
    wql_status status = check_relatives(in, key, a.hash, err);
    int result;
    if (status < 0) return status;
    a.row = find_row(in, key, a.hash);
    if (a.row == WQL__STATIC_NO_ROW) a.row = in->rows;
    if (a.row == ROWS_MAX || in->count == ROWS_MAX / 2) return wql__fail_limit(err, "static_instances_max", ROWS_MAX / 2);
    a.key = copy_key(load, in->cls, key);
    if (!a.key || !arrival_room(load, in) || !ready_block(load, in)) return wql__fail_memory(load->store->mem, err);
    result = write_row(in, values);
    if (result == WQL__CELL_TOO_LONG)
        return wql__fail(err, WQL_E_VALUE_OUT_OF_RANGE, "an instance of %s is larger than 2 GB", in->cls->def.name);
    if (result != WQL__CELL_OK) return wql__fail_memory(load->store->mem, err);
    a.block = in->block_count;
    a.at = in->builder.rows++;
    in->arrivals[in->count] = a;
    link_arrival(in, in->count++);
    if (a.row == in->rows) in->rows++;
    return WQL_OK;
}

wql_status wql__static_load_add(wql__static_load *load, const wql__class_entry *entry, const wql_value *values, wql_error *err) {
    const wql_class *cls = entry->cls;
    wql__static_incoming *in = incoming_of(load, entry);
    wql_value *fitting, *key;
    wql_status status;
    if (load->store->live && entry->class_index == load->store->live_class)
        return wql__fail(err, WQL_E_READ_ONLY, "instances of %s are not stored", cls->def.name);
    wql__arena_reset(&load->scratch);
    fitting = wql__arena_alloc(&load->scratch, wql__array_size(cls->def.property_count, sizeof *fitting));
    key = wql__arena_alloc(&load->scratch, wql__array_size(cls->key_count, sizeof *key));
    if (!in || !fitting || !key) return wql__fail_memory(load->store->mem, err);
    if (cls->def.property_count) memcpy(fitting, values, cls->def.property_count * sizeof *fitting);
    status = wql__instance_check_keys(cls, fitting, err);
    if (status >= 0) status = wql__instance_fit(cls, load->catalog, &load->scratch, fitting, err);
    if (status < 0) return status;
    for (uint32_t i = 0; i < cls->key_count; i++) key[i] = fitting[cls->keys[i]];
    return place(load, in, key, fitting, err);
}
