/* SPDX-License-Identifier: MIT */
/* host_copy.c: columns that a provider lends until its next returns. They are filtered where they lie; what is copied then are
 * the rows that passed, and of them the columns that come out. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

/* -- ill-formed texts -------------------------------------------------------------------------------------------- */

/* A cell as a value; of a list, its items in memory of the scan's. False = no memory. */
static bool read_cell(wql__scan *scan, const wql_column *col, uint32_t row, wql_value *out) {
    uint32_t first, count;
    wql_value *items;
    *out = wql_column_value(col, row);
    if (out->type == WQL_NULL || !(col->type & WQL_ARRAY)) return true;
    count = wql_column_items(col, row, &first);
    items = wql__arena_alloc(&scan->scratch, wql__array_size(count, sizeof *items));
    if (!items) return false;
    for (uint32_t i = 0; i < count; i++) items[i] = wql_column_value(col->child, first + i);
    out->items = items;
    return true;
}

/* A column with ill-formed texts is rebuilt text by text. False = no memory. */
static bool repair_column(wql__scan *scan, wql_batch *batch, uint32_t slot) {
    const wql_property_def *def = &scan->cls->def.properties[scan->numbers[slot]];
    wql__cell_counts counts = {0, 0, scan->run->env->stop};
    const wql_column from = batch->columns[slot];
    wql__cells cells;
    if (!wql__cells_init(&cells, &scan->scratch, def->type, false)) return false;
    wql__cells_begin(&cells, &batch->arena, batch->rows);
    for (uint32_t row = 0; row < batch->rows; row++) {
        wql_value value;
        int result;
        if (!read_cell(scan, &from, row, &value)) return false;
        result = wql__cells_set(&cells, row, &value, &counts);
        if (result == WQL__CELL_NO_MEMORY) return false;
        if (result != WQL__CELL_OK) wql__report_cell(scan, scan->cls, scan->numbers[slot], &value, result);
        if (result != WQL__CELL_OK) return true;
    }
    wql__run_add(&scan->run->env->stats->utf8_repaired, counts.repaired);
    return wql__cells_end(&cells, batch->rows, &batch->columns[slot]);
}

/* -- what passes ------------------------------------------------------------------------------------------------- */

/* The rows that pass. NULL = no memory. It is our time, not the provider's: who looks for a provider that holds a thread finds
 * none. */
static wql__rows *filter(wql__scan *scan, const wql_batch *batch) {
    wql__run *run = scan->run;
    wql__rows *passed;
    bool done;
    if (!run->passed) run->passed = wql__rows_borrow(run->env->spares);
    if (!run->passed) return NULL;
    passed = &run->passed->rows;
    wql__rows_fill(passed, batch->rows);
    if (!scan->filter.root) return passed;
    atomic_store_explicit(&scan->phase, WQL__PHASE_OUTSIDE, memory_order_relaxed);
    done = wql__filter_run(&scan->filter, batch, passed, NULL) >= 0;
    atomic_store_explicit(&scan->phase, WQL__PHASE_NEXT, memory_order_relaxed);
    return done ? passed : NULL;
}

/* -- what is copied ---------------------------------------------------------------------------------------------- */

/* Marks the slots that columns which come out are made of. */
static void mark_slots(const wql__scan *scan, bool *needed) {
    const wql__outputs *outputs = &scan->outputs;
    for (uint32_t i = 0; i < outputs->width + outputs->hidden; i++) {
        const wql__out_column *col = &outputs->columns[i];
        if (col->kind == WQL__OUT_SLOT || col->kind == WQL__OUT_PARTS) needed[col->slot] = true;
    }
    for (uint32_t i = 0; outputs->has_path && i < scan->cls->key_count; i++)
        if (outputs->keys[i] != WQL__NO_ENTRY) needed[outputs->keys[i]] = true;
}

/* Chosen rows of a column (NULL: all), in memory of the batch. */
static bool copy_column(wql__scan *scan, wql_batch *batch, uint32_t slot, wql__rows *passed) {
    const wql_column from = batch->columns[slot];
    uint32_t count = passed ? passed->count : batch->rows;
    wql__gather *gather;
    bool done;
    if (!passed && wql__column_is_plain(&from)) return wql__column_copy(&batch->arena, &from, batch->rows, &batch->columns[slot]);
    gather = wql__gather_new(batch, slot, &from, count);
    if (!gather) return false;
    if (passed && !passed->sparse && wql__gather_takes_bits(&from)) {
        wql__chosen chosen = {passed->bits, passed->rows, count, scan->run->env->kernels->picks};
        done = wql__gather_bits(gather, &from, &chosen);
    } else {
        if (passed) wql__rows_list(passed, scan->run->env->kernels);
        done = wql__gather_rows(gather, &from, passed ? passed->list : NULL, 0, count, false);
    }
    wql__gather_end(gather);
    return done;
}

static bool copy_columns(wql__scan *scan, wql_batch *batch, wql__rows *passed, const bool *needed, const bool *own) {
    for (uint32_t slot = 0; slot < scan->slot_count; slot++) {
        wql_column *col = &batch->columns[slot];
        bool is_own = own[slot] || !scan->given[slot];
        if (!needed[slot]) {
            if (!wql__null_column(&batch->arena, col->type, col)) return false;
        } else if (passed ? scan->given[slot] != NULL : !is_own) {
            if (!copy_column(scan, batch, slot, passed)) return false;
        }
    }
    return true;
}

/* -- all --------------------------------------------------------------------------------------------------------- */

/* A provider's promises are looked into later (WQL_CHECK_PROVIDERS): all of it is copied. */
static bool copy_all(wql__scan *scan, wql_batch *batch, const bool *own) {
    for (uint32_t slot = 0; slot < scan->slot_count; slot++)
        if (scan->given[slot] && !own[slot] && !copy_column(scan, batch, slot, NULL)) return false;
    return true;
}

bool wql__copy_lent(wql__scan *scan, wql_batch *batch, const bool *ill) {
    wql__rows *passed;
    bool *needed;
    uint32_t rows = batch->rows;
    for (uint32_t slot = 0; slot < scan->slot_count; slot++)
        if (ill[slot] && !repair_column(scan, batch, slot)) return false;
    if (scan->broken < 0) return true;
    if (scan->exact_count) return copy_all(scan, batch, ill);
    passed = filter(scan, batch);
    if (!passed) return false;
    scan->is_filtered = true;
    scan->dropped_rows = rows - passed->count;
    batch->rows = passed->count;
    if (!passed->count) return true;
    if (scan->run->env->flags & WQL_COUNT_ONLY) { /* nobody looks at them any more */
        batch->width = 0;
        return true;
    }
    needed = wql__arena_zero(&scan->scratch, scan->slot_count);
    if (!needed) return false;
    mark_slots(scan, needed);
    return copy_columns(scan, batch, passed->count < rows ? passed : NULL, needed, ill);
}
