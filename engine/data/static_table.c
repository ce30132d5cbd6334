/* SPDX-License-Identifier: MIT */
/* static_table.c: a new table of an old one and of what came in. Chunks in which nothing changes are shared. */
#include "static_part.h"

#include <string.h>

void wql__static_table_release(wql__static_table *table) {
    wql__mem *mem;
    if (!table || atomic_fetch_sub_explicit(&table->refs, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < table->chunk_count; i++) wql_batch_release(table->chunks[i]);
    wql_class_release(table->cls);
    mem = table->mem;
    wql__arena_free(&table->arena);
    wql__free(mem, table, sizeof *table);
    wql__mem_release(mem);
}

static wql__static_table *new_table(wql__mem *mem, const wql_class *cls, uint32_t rows) {
    wql__static_table *table = wql__alloc_zero(mem, sizeof *table);
    if (!table) return NULL;
    atomic_init(&table->refs, 1);
    table->mem = wql__mem_retain(mem);
    table->cls = wql_class_retain(cls);
    table->rows = rows;
    wql__arena_init(&table->arena, mem);
    return table;
}

/* A table that is being made. `latest`: for each row the last arrival that took it, + 1; 0: none did. */
typedef struct maker {
    wql__static_load *load;
    const wql__static_incoming *in;
    wql__static_table *table;
    uint32_t *latest;
} maker;

/* -- chunks ------------------------------------------------------------------------------------------------------ */

/* Where a row comes from. */
static const wql_batch *source_of(const maker *m, uint32_t row, uint32_t *at) {
    const struct wql__static_arrival *arrival;
    if (!m->latest[row]) {
        *at = row % WQL__STATIC_CHUNK;
        return m->in->old->chunks[row / WQL__STATIC_CHUNK];
    }
    arrival = &m->in->arrivals[m->latest[row] - 1];
    *at = arrival->at;
    return m->in->blocks[arrival->block];
}

/* Objects are shared, so that none is copied; all else must not point into what is about to go. */
static bool hold_objects(wql_batch *chunk, const wql_column *col) {
    if (col->layout == WQL_LIST) col = col->child;
    for (uint32_t i = 0; col->layout == WQL_OBJECTS && i < col->object_count; i++)
        if (!wql__batch_hold(chunk, col->objects[i])) return false;
    return true;
}

static bool gather_column(const maker *m, wql_batch *chunk, uint32_t column, uint32_t first, uint32_t rows) {
    bool share = (m->table->cls->def.properties[column].type & ~(uint32_t)WQL_ARRAY) == WQL_OBJECT;
    uint32_t at, done = 0;
    const wql_batch *source = source_of(m, first, &at);
    wql__gather *gather = wql__gather_new(chunk, column, &source->columns[column], rows);
    if (!gather) return false;
    while (done < rows) {
        uint32_t run = 1, next_at;
        source = source_of(m, first + done, &at);
        while (done + run < rows && source_of(m, first + done + run, &next_at) == source && next_at == at + run) run++;
        if (!wql__gather_rows(gather, &source->columns[column], NULL, at, run, share)) return false;
        done += run;
    }
    wql__gather_end(gather);
    chunk->columns[column].buffer_id = ++m->load->store->buffer_id;
    return !share || hold_objects(chunk, &chunk->columns[column]);
}

static wql_batch *make_chunk(const maker *m, uint32_t first, uint32_t rows) {
    uint32_t width = m->table->cls->def.property_count;
    wql_batch *chunk = wql__batch_new(m->table->mem);
    if (!chunk) return NULL;
    if (wql__batch_shape(chunk, m->table->cls, width, 0)) {
        uint32_t done = 0;
        while (done < width && gather_column(m, chunk, done, first, rows)) done++;
        if (done == width) {
            chunk->rows = rows;
            return chunk;
        }
    }
    wql_batch_release(chunk);
    return NULL;
}

static bool is_changed(const maker *m, uint32_t first, uint32_t rows) {
    for (uint32_t i = 0; i < rows; i++)
        if (m->latest[first + i]) return true;
    return false;
}

static bool make_chunks(maker *m) {
    wql__static_table *table = m->table;
    uint32_t count = table->rows / WQL__STATIC_CHUNK + (table->rows % WQL__STATIC_CHUNK != 0);
    table->chunks = wql__arena_alloc(&table->arena, wql__array_size(count, sizeof(wql_batch *)));
    if (!table->chunks) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t first = i * WQL__STATIC_CHUNK,
                 rows = table->rows - first < WQL__STATIC_CHUNK ? table->rows - first : WQL__STATIC_CHUNK;
        wql_batch *chunk = is_changed(m, first, rows) ? make_chunk(m, first, rows) : wql_batch_retain(m->in->old->chunks[i]);
        if (!chunk) return false;
        table->chunks[table->chunk_count++] = chunk;
    }
    return true;
}

/* -- indexes ----------------------------------------------------------------------------------------------------- */

static uint32_t hash_row(const wql__static_table *table, const wql__static_index *index, uint32_t row) {
    wql_value one;
    if (index->property_count != 1) return 0; /* the key's: known from its arrival */
    one = wql__static_cell(table, row, index->properties[0]);
    return wql__static_hash(&one, 1);
}

static void fill_index(maker *m, uint32_t number) {
    wql__static_index *index = &m->table->indexes[number];
    const wql__static_incoming *in = m->in;
    if (in->old && in->old->rows) memcpy(index->hashes, in->old->indexes[number].hashes, in->old->rows * sizeof *index->hashes);
    for (uint32_t row = 0; row < m->table->rows; row++) {
        if (!m->latest[row]) continue;
        index->hashes[row] = number == 0 ? in->arrivals[m->latest[row] - 1].hash : hash_row(m->table, index, row);
    }
    wql__static_index_link(index, m->table->rows);
}

/* ---------------------------------------------------------------------------------------------------------------- */

static bool fill_table(maker *m) {
    for (uint32_t i = 0; i < m->in->count; i++) m->latest[m->in->arrivals[i].row] = i + 1;
    if (!make_chunks(m) || !wql__static_indexes_make(m->table)) return false;
    for (uint32_t i = 0; i < m->table->index_count; i++) fill_index(m, i);
    return true;
}

/* The block that is being filled becomes the last one. */
static bool end_blocks(wql__static_load *load, wql__static_incoming *in) {
    wql_batch **blocks = wql__arena_alloc(&load->arena, wql__array_size((size_t)in->block_count + 1, sizeof *blocks));
    wql_batch *batch;
    if (!in->builder.batch) return true;
    if (!blocks) return false;
    if (in->block_count) memcpy(blocks, in->blocks, in->block_count * sizeof *blocks);
    batch = wql__builder_end(&in->builder);
    if (!batch) return false;
    in->blocks = blocks;
    in->block_room = in->block_count + 1;
    in->blocks[in->block_count++] = batch;
    return true;
}

bool wql__static_table_make(wql__static_load *load, wql__static_incoming *in) {
    maker m = {.load = load, .in = in};
    if (!end_blocks(load, in)) return false;
    m.latest = wql__arena_zero(&load->arena, wql__array_size(in->rows, sizeof *m.latest));
    m.table = m.latest ? new_table(load->store->mem, in->cls, in->rows) : NULL;
    if (!m.table) return false;
    if (!fill_table(&m)) {
        wql__static_table_release(m.table);
        return false;
    }
    in->made = m.table;
    return true;
}
