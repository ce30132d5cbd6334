/* SPDX-License-Identifier: MIT */
/* static_provider.c: the scans of a store. A whole scan hands out the chunks as they lie; one with a condition on the key, or on
 * a reference, follows the chains of its values and gathers what it finds. */
#include "static_part.h"

#include "../base/error.h"

#include <string.h>

enum { FOUND_ROWS = 1024 };

typedef struct state {
    wql__static_version *version;   /* retained; NULL: there is nothing */
    const wql__static_table *table; /* NULL: no instances */
    const wql__static_index *index; /* NULL: all rows */
    bool counting;                  /* rows are only counted */
    uint32_t *conjuncts;            /* [index->property_count] which condition gives the value of each property */
    uint32_t chunk;                 /* all rows: the next one */
    uint32_t value, at;             /* an index: which value of the list, and how far its chain was followed */
    size_t size;                    /* of this block */
} state;

/* -- which index ------------------------------------------------------------------------------------------------- */

/* The condition that says what the property is: one of those with the fewest values. */
static uint32_t condition_on(const wql_request *request, uint32_t property, bool several) {
    uint32_t found = WQL_NO_COLUMN;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        if (c->property != property || c->op != WQL_EQ || c->count == 0 || (c->count > 1 && !several)) continue;
        if (found == WQL_NO_COLUMN || c->count < request->conjuncts[found].count) found = i;
    }
    return found;
}

/* Whether the conditions say what to look for. `conjuncts`: for each property of the index, if they do. */
static bool answers(const wql__static_index *index, const wql_request *request, uint32_t *conjuncts) {
    bool several = index->property_count == 1; /* one property may have one of several values */
    for (uint32_t i = 0; i < index->property_count; i++) {
        conjuncts[i] = condition_on(request, index->properties[i], several);
        if (conjuncts[i] == WQL_NO_COLUMN) return false;
    }
    return index->property_count > 0;
}

static const wql__static_index *choose_index(const wql__static_table *table, const wql_request *request, uint32_t *conjuncts) {
    for (uint32_t i = 0; table && i < table->index_count; i++)
        if (answers(&table->indexes[i], request, conjuncts)) return &table->indexes[i];
    return NULL;
}

static const wql__static_table *table_of(const wql__static_version *version, uint32_t class_index) {
    return version && class_index < version->class_count ? version->tables[class_index] : NULL;
}

/* -- plan -------------------------------------------------------------------------------------------------------- */

static wql_status no_memory(const wql__static_store *store, wql_error *err) { return wql__fail_memory(store->mem, err); }

static uint32_t *key_room(wql__static_store *store, const wql__static_table *table, size_t *size) {
    *size = wql__array_size(table ? table->cls->key_count + 1 : 1, sizeof(uint32_t));
    return wql__alloc(store->mem, *size);
}

/* What is taken is checked row by row when it is found, so it is exact whatever the table will be then. */
static wql_status static_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    wql__static_store *store = self;
    wql__static_version *version = wql__static_store_version(store);
    const wql__static_table *table = table_of(version, request->class_index);
    const wql__static_index *index;
    size_t size;
    uint32_t *conjuncts = key_room(store, table, &size);
    if (!conjuncts) {
        wql__static_version_release(version);
        return no_memory(store, err);
    }
    index = choose_index(table, request, conjuncts);
    answer->rows = table ? table->rows : 0;
    if (index) {
        for (uint32_t i = 0; i < index->property_count; i++) answer->take[conjuncts[i]] = WQL_EXACT;
        answer->rows = index == &table->indexes[0] ? request->conjuncts[conjuncts[0]].count : answer->rows / 16;
    }
    answer->cost = answer->rows;
    wql__free(store->mem, conjuncts, size);
    wql__static_version_release(version);
    return WQL_OK;
}

static size_t static_explain(void *self, const wql_request *request, char *buf, size_t size) {
    wql__static_store *store = self;
    wql__static_version *version = wql__static_store_version(store);
    const wql__static_table *table = table_of(version, request->class_index);
    const wql__static_index *index = NULL;
    size_t room;
    uint32_t *conjuncts = key_room(store, table, &room);
    wql__out out = {buf, size, 0};
    if (conjuncts) index = choose_index(table, request, conjuncts);
    wql__out_format(&out, "%u instance%s of the namespace", table ? table->rows : 0, table && table->rows == 1 ? "" : "s");
    for (uint32_t i = 0; index && i < index->property_count; i++)
        wql__out_format(&out, "%s%s", i ? ", " : ", found by ", table->cls->def.properties[index->properties[i]].name);
    if (conjuncts) wql__free(store->mem, conjuncts, room);
    wql__static_version_release(version);
    return wql__out_end(&out);
}

/* -- open, close ------------------------------------------------------------------------------------------------- */

/* What was promised and can be kept. Without an index nothing is looked at; with one, each row that it finds is. */
static void settle_promises(wql_scan *scan, state *s) {
    const wql_request *request = scan->request;
    s->counting = (request->flags & WQL_WISH_COUNT) != 0;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        if (!s->index) scan->take[i] = WQL_NONE;
        if (scan->take[i] != WQL_EXACT) s->counting = false;
    }
}

static wql_status static_open(wql_scan *scan, wql_error *err) {
    wql__static_store *store = scan->self;
    wql__static_version *version = wql__static_store_version(store);
    const wql__static_table *table = table_of(version, scan->request->class_index);
    size_t size = sizeof(state) + (table ? table->cls->key_count + 1 : 0) * sizeof(uint32_t);
    state *s = wql__alloc_zero(store->mem, size);
    if (!s) {
        wql__static_version_release(version);
        return no_memory(store, err);
    }
    s->size = size;
    s->version = version;
    s->table = table;
    s->conjuncts = (uint32_t *)(void *)(s + 1);
    if (table) s->index = choose_index(table, scan->request, s->conjuncts);
    settle_promises(scan, s);
    scan->state = s;
    return WQL_OK;
}

static void static_close(wql_scan *scan) {
    const wql__static_store *store = scan->self;
    state *s = scan->state;
    wql__static_version_release(s->version);
    wql__free(store->mem, s, s->size);
}

/* -- next: all rows ---------------------------------------------------------------------------------------------- */

static void release_batch(void *ctx) { wql_batch_release(ctx); }

/* `batch` is given away, whatever comes of it. */
static wql_status emit(wql_scan *scan, wql_batch *batch, wql_error *err) {
    wql_status status = wql_scan_emit(scan, batch->rows, batch->columns, batch->width, release_batch, batch, err);
    if (status < 0) wql_batch_release(batch);
    return status;
}

static wql_status next_chunk(wql_scan *scan, state *s, wql_error *err) {
    wql_status status;
    if (s->counting) {
        status = wql_scan_emit(scan, s->table->rows, NULL, 0, NULL, NULL, err);
        return status < 0 ? status : WQL_END;
    }
    status = emit(scan, wql_batch_retain(s->table->chunks[s->chunk]), err);
    if (status < 0) return status;
    return ++s->chunk < s->table->chunk_count ? WQL_OK : WQL_END;
}

/* -- next: an index ---------------------------------------------------------------------------------------------- */

/* The values to look for now; false: there are no more. Lists have a value twice if it was written in two cases. */
static bool look_for(const wql_scan *scan, const state *s, wql_value *values) {
    const wql_conjunct *conjuncts = scan->request->conjuncts, *first = &conjuncts[s->conjuncts[0]];
    if (s->value >= first->count) return false;
    for (uint32_t i = 0; i < s->index->property_count; i++) values[i] = conjuncts[s->conjuncts[i]].values[0];
    values[0] = first->values[s->value];
    return true;
}

static bool was_looked_for(const wql_scan *scan, const state *s) {
    const wql_conjunct *first = &scan->request->conjuncts[s->conjuncts[0]];
    for (uint32_t i = 0; i < s->value; i++)
        if (wql__static_same(&first->values[i], &first->values[s->value])) return true;
    return false;
}

static bool is_wanted(wql_scan *scan, const state *s, uint32_t row) {
    const wql_request *request = scan->request;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        if (scan->take[i] != WQL_EXACT) continue;
        if (!wql_scan_holds(scan, i, wql__static_cell(s->table, row, request->conjuncts[i].property))) return false;
    }
    return true;
}

/* Follows the chains until there are FOUND_ROWS rows, or no more, or enough was looked at for once. */
static uint32_t find_rows(wql_scan *scan, state *s, wql_value *values, uint32_t *rows, bool *more) {
    uint32_t count = 0, looked = 0;
    for (; look_for(scan, s, values); s->value++, s->at = 0) {
        uint32_t hash = s->at || !was_looked_for(scan, s) ? wql__static_hash(values, s->index->property_count) : 0;
        while (hash && (s->at = wql__static_chain(s->index, hash, s->at)) != 0) {
            if (is_wanted(scan, s, s->at - 1)) rows[count++] = s->at - 1;
            if (count == FOUND_ROWS || ++looked == 4 * FOUND_ROWS) return count;
        }
    }
    *more = false;
    return count;
}

static bool gather_column(const state *s, wql_batch *batch, uint32_t column, const uint32_t *rows, uint32_t count) {
    const wql_column *first = &s->table->chunks[rows[0] / WQL__STATIC_CHUNK]->columns[column];
    wql__gather *gather = wql__gather_new(batch, column, first, count);
    for (uint32_t i = 0; gather && i < count; i++) {
        const wql_batch *chunk = s->table->chunks[rows[i] / WQL__STATIC_CHUNK];
        if (!wql__gather_rows(gather, &chunk->columns[column], NULL, rows[i] % WQL__STATIC_CHUNK, 1, true)) return false;
    }
    if (gather) wql__gather_end(gather);
    return gather != NULL;
}

/* A batch of rows that points into their chunks, and holds them. NULL = no memory. */
static wql_batch *gather_rows(const wql_scan *scan, const state *s, const uint32_t *rows, uint32_t count) {
    const wql__static_table *table = s->table;
    uint32_t width = table->cls->def.property_count, used = 0;
    wql_batch *batch = wql__batch_new(table->mem);
    bool ok = batch && wql__batch_shape(batch, table->cls, width, 0);
    for (uint32_t i = 0; ok && i < count; i++)
        if (i == 0 || rows[i] / WQL__STATIC_CHUNK != rows[i - 1] / WQL__STATIC_CHUNK)
            ok = wql__batch_hold(batch, table->chunks[rows[i] / WQL__STATIC_CHUNK]);
    for (uint32_t column = 0; ok && column < width; column++) {
        if (!wql_scan_wants(scan, column)) continue;
        ok = gather_column(s, batch, column, rows, count);
        batch->columns[used++] = batch->columns[column];
    }
    if (ok) {
        batch->rows = count;
        batch->width = used;
        return batch;
    }
    wql_batch_release(batch);
    return NULL;
}

static wql_status next_found(wql_scan *scan, state *s, wql_error *err) {
    const wql__static_store *store = scan->self;
    uint32_t *rows = wql_scan_alloc(scan, FOUND_ROWS * sizeof *rows);
    wql_value *values = wql_scan_alloc(scan, s->index->property_count * sizeof *values);
    uint32_t count;
    bool more = true;
    wql_status status = WQL_OK;
    if (!rows || !values) return no_memory(store, err);
    count = find_rows(scan, s, values, rows, &more);
    if (count && s->counting) {
        status = wql_scan_emit(scan, count, NULL, 0, NULL, NULL, err);
    } else if (count) {
        wql_batch *batch = gather_rows(scan, s, rows, count);
        if (!batch) return no_memory(store, err);
        status = emit(scan, batch, err);
    }
    if (status < 0) return status;
    return more ? WQL_OK : WQL_END;
}

static wql_status static_next(wql_scan *scan, wql_error *err) {
    const wql__static_store *store = scan->self;
    state *s = scan->state;
    if (store->live && scan->request->class_index == store->live_class) return store->live(store->live_ctx, scan, &s->at, err);
    if (!s->table || s->table->rows == 0) return WQL_END;
    return s->index ? next_found(scan, s, err) : next_chunk(scan, s, err);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

static wql_status static_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount;
    if (config && *config) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the store of a namespace takes no configuration text");
    if (!user) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the provider of static instances needs a store");
    *self = wql__static_store_retain(user);
    return WQL_OK;
}

static void static_unload(void *self) { wql__static_store_release(self); }

const wql_provider *wql__static_provider(void) {
    static const wql_provider provider = {
        .struct_size = sizeof provider,
        .flags = WQL_CONCURRENT,
        .name = "repository",
        .load = static_load,
        .unload = static_unload,
        .plan = static_plan,
        .explain = static_explain,
        .open = static_open,
        .next = static_next,
        .close = static_close,
    };
    return &provider;
}
