/* SPDX-License-Identifier: MIT */
/* static_index.c: finding the rows of a table by the values of its key, or of one property. */
#include "static_part.h"

#include "../base/fold.h"
#include "value.h"

#include <string.h>

/* -- values ------------------------------------------------------------------------------------------------------ */

enum { SEED = 0x6d6f66 };

static uint64_t mix(uint64_t hash, uint64_t with) {
    hash = (hash ^ with) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint64_t hash_one(const wql_value *value, uint64_t hash) {
    if (wql__type_is_text(value->type)) return mix(hash, wql__fold_hash(value->str, SEED));
    switch (value->type) {
    case WQL_BOOLEAN: return mix(hash, value->b);
    case WQL_CHAR16: return mix(hash, wql__fold((uint32_t)value->u64));
    case WQL_DATETIME: return mix(hash, (uint64_t)value->time.us);
    default: return mix(hash, value->u64); /* of i64 the same bits */
    }
}

uint32_t wql__static_hash(const wql_value *values, uint32_t count) {
    uint64_t hash = SEED;
    for (uint32_t i = 0; i < count; i++) {
        if (values[i].type == WQL_NULL) return 0;
        hash = hash_one(&values[i], hash);
    }
    hash = (hash ^ hash >> 32) & 0xffffffffu;
    return hash ? (uint32_t)hash : 1;
}

bool wql__static_same(const wql_value *a, const wql_value *b) {
    if (a->type != b->type) return false;
    if (wql__type_is_text(a->type)) return wql__fold_equal(a->str, b->str);
    switch (a->type) {
    case WQL_BOOLEAN: return a->b == b->b;
    case WQL_CHAR16: return wql__fold((uint32_t)a->u64) == wql__fold((uint32_t)b->u64);
    case WQL_DATETIME: return a->time.us == b->time.us && a->time.wild == b->time.wild && a->time.interval == b->time.interval;
    default: return a->u64 == b->u64;
    }
}

wql_value wql__static_cell(const wql__static_table *table, uint32_t row, uint32_t property) {
    const wql_batch *chunk = table->chunks[row / WQL__STATIC_CHUNK];
    wql_value value = wql_column_value(&chunk->columns[property], row % WQL__STATIC_CHUNK);
    if (value.type == WQL_DATETIME) value.time.interval = (table->cls->def.properties[property].flags & WQL_INTERVAL) != 0;
    return value;
}

/* -- making ------------------------------------------------------------------------------------------------------ */

/* What queries, paths and associations look for: a reference, or one of several keys. */
static bool is_indexed(const wql_class *cls, uint32_t property) {
    const wql_property_def *def = &cls->def.properties[property];
    bool key = (def->flags & WQL_KEY) != 0;
    if (key && cls->key_count == 1) return false; /* the key's own index has it */
    return key || def->type == WQL_REFERENCE;
}

static bool lay_out(wql__static_table *table, wql__static_index *index, const uint32_t *properties, uint32_t count) {
    uint32_t slots = 4;
    while (slots < table->rows) slots *= 2;
    index->properties = properties;
    index->property_count = count;
    index->mask = slots - 1;
    index->heads = wql__arena_zero(&table->arena, wql__array_size(slots, sizeof *index->heads));
    index->next = wql__arena_alloc(&table->arena, wql__array_size(table->rows, sizeof *index->next));
    index->hashes = wql__arena_alloc(&table->arena, wql__array_size(table->rows, sizeof *index->hashes));
    return index->heads && index->next && index->hashes;
}

bool wql__static_indexes_make(wql__static_table *table) {
    const wql_class *cls = table->cls;
    uint32_t *properties, count = 0;
    properties = wql__arena_alloc(&table->arena, wql__array_size(cls->def.property_count, sizeof *properties));
    if (!properties) return false;
    for (uint32_t p = 0; p < cls->def.property_count; p++)
        if (is_indexed(cls, p)) properties[count++] = p;
    table->index_count = count + 1;
    table->indexes = wql__arena_zero(&table->arena, wql__array_size(table->index_count, sizeof *table->indexes));
    if (!table->indexes || !lay_out(table, &table->indexes[0], cls->keys, cls->key_count)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!lay_out(table, &table->indexes[i + 1], &properties[i], 1)) return false;
    return true;
}

/* From the last row on, each in front of its chain: so chains ascend. */
void wql__static_index_link(wql__static_index *index, uint32_t rows) {
    for (uint32_t row = rows; row-- > 0;) {
        uint32_t *head = &index->heads[index->hashes[row] & index->mask];
        if (!index->hashes[row]) continue;
        index->next[row] = *head;
        *head = row + 1;
    }
}

/* -- finding ----------------------------------------------------------------------------------------------------- */

uint32_t wql__static_chain(const wql__static_index *index, uint32_t hash, uint32_t from) {
    uint32_t at = from ? index->next[from - 1] : index->heads[hash & index->mask];
    while (at && index->hashes[at - 1] != hash) at = index->next[at - 1];
    return at;
}

static bool has_key(const wql__static_table *table, uint32_t row, const wql_value *key) {
    for (uint32_t i = 0; i < table->cls->key_count; i++) {
        wql_value cell = wql__static_cell(table, row, table->cls->keys[i]);
        if (!wql__static_same(&cell, &key[i])) return false;
    }
    return true;
}

uint32_t wql__static_find(const wql__static_table *table, const wql_value *key, uint32_t hash) {
    const wql__static_index *index = &table->indexes[0];
    for (uint32_t at = wql__static_chain(index, hash, 0); at; at = wql__static_chain(index, hash, at))
        if (has_key(table, at - 1, key)) return at - 1;
    return WQL__STATIC_NO_ROW;
}
