/* SPDX-License-Identifier: MIT */
/* host_emit.c: whole batches that a provider brings: its own memory without a copy, or copied. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

/* -- taking ------------------------------------------------------------------------------------------------------ */

static bool may_emit(wql__scan *scan, const char *function) {
    if (!wql__scan_is_in(scan, WQL__PHASE_NEXT, WQL__PHASE_NEXT, function)) return false;
    if (scan->brought)
        (void)wql__scan_fault(scan, "next of %s brought two batches", scan->cls->def.name);
    else if (scan->rows.batch)
        (void)wql__scan_fault(scan, "next of %s brought a batch beside rows", scan->cls->def.name);
    return scan->broken >= 0;
}

/* Only the number of rows matters, and no columns came. */
static bool takes_count(wql__scan *scan, uint64_t rows, uint32_t count) {
    if (count || !(scan->request.flags & WQL_WISH_COUNT)) return false;
    scan->brought = true;
    if (rows <= UINT64_MAX - scan->run->given)
        scan->counted_rows = rows;
    else
        (void)wql__scan_fault(scan, "next of %s counted more rows than 64 bits can", scan->cls->def.name);
    return true;
}

/* What a host function says to the provider; the run has it already. */
static wql_status answer(wql__scan *scan, wql_error *err) {
    wql__error_copy(err, scan->run->failure);
    return scan->broken;
}

/* Used before or after its time: scan->broken may not be ours to read then. */
static wql_status refuse(wql__scan *scan, wql_error *err) {
    uint8_t phase = atomic_load_explicit(&scan->phase, memory_order_relaxed);
    if (phase == WQL__PHASE_NEXT || phase == WQL__PHASE_OPEN) return answer(scan, err);
    return wql__fail(err, WQL_E_PROVIDER_FAILURE, "a batch was brought outside of next");
}

/* An empty batch with a column for each that is wanted. NULL = no memory: scan->broken. */
static wql_batch *shaped_batch(wql__scan *scan, uint32_t rows) {
    wql_batch *batch = wql__run_take(scan->run);
    if (batch && wql__batch_shape(batch, scan->cls, scan->slot_count, 0)) {
        batch->rows = rows;
        return batch;
    }
    wql_batch_release(batch);
    (void)wql__scan_no_memory(scan);
    return NULL;
}

static void name_column(const wql__scan *scan, uint32_t slot, wql_column *col) {
    col->property = scan->numbers[slot];
    col->name = scan->cls->def.properties[col->property].name;
}

/* -- without a copy ---------------------------------------------------------------------------------------------- */

/* A row whose text is a NULL of the dictionary has no value: one bitmap says so, and readers look no further. */
static bool merge_dictionary_nulls(wql_batch *batch, wql_column *col) {
    const int32_t *codes = col->values;
    uint8_t *validity;
    if (col->layout != WQL_CODES || !col->child->validity) return true;
    validity = wql__arena_buffer(&batch->arena, (batch->rows + 7u) / 8u);
    if (!validity) return false;
    memset(validity, 0, (batch->rows + 7u) / 8u);
    for (uint32_t row = 0; row < batch->rows; row++)
        if (!wql_column_is_null(col, row) && !wql_column_is_null(col->child, (uint32_t)codes[row]))
            validity[row >> 3] = (uint8_t)(validity[row >> 3] | (1u << (row & 7u)));
    col->validity = validity;
    return true;
}

static bool hold_objects(wql_batch *batch, const wql_column *col) {
    while (col->layout == WQL_LIST) col = col->child;
    if (col->layout != WQL_OBJECTS) return true;
    for (uint32_t i = 0; i < col->object_count; i++)
        if (col->objects[i] && !wql__batch_hold(batch, col->objects[i])) return false;
    return true;
}

/* `lent`: objects need not be held, for all of it is copied before the provider goes on. */
static bool point_columns(wql__scan *scan, wql_batch *batch, bool lent) {
    for (uint32_t slot = 0; slot < scan->slot_count; slot++) {
        wql_column *col = &batch->columns[slot];
        if (!scan->given[slot]) {
            name_column(scan, slot, col);
            if (!wql__null_column(&batch->arena, scan->cls->def.properties[col->property].type, col)) return false;
            continue;
        }
        *col = *scan->given[slot];
        name_column(scan, slot, col);
        if (col->layout == WQL_OFFSETS && !col->bytes) col->bytes = "";
        if (!merge_dictionary_nulls(batch, col) || (!lent && !hold_objects(batch, col))) return false;
    }
    return true;
}

wql_status wql__host_emit(wql_scan *pub, uint64_t rows, const wql_column *columns, uint32_t count, void (*release)(void *ctx),
                          void *ctx, wql_error *err) {
    wql__scan *scan = (wql__scan *)pub;
    wql_batch *batch;
    if (!may_emit(scan, "wql_scan_emit")) return refuse(scan, err);
    if (takes_count(scan, rows, count)) {
        if (scan->broken < 0) return answer(scan, err);
        if (release) release(ctx);
        return WQL_OK;
    }
    if (!wql__objects_end(scan)) return answer(scan, err);
    if (wql__check_columns(scan, rows > UINT32_MAX ? UINT32_MAX : (uint32_t)rows, columns, count, NULL) < 0)
        return answer(scan, err);
    batch = shaped_batch(scan, (uint32_t)rows);
    if (!batch) return answer(scan, err);
    if (!point_columns(scan, batch, false)) {
        wql_batch_release(batch);
        (void)wql__scan_no_memory(scan);
        return answer(scan, err);
    }
    batch->release = release;
    batch->release_ctx = ctx;
    batch->mount = wql__mount_retain(scan->mount);
    scan->source = batch;
    scan->brought = true;
    return WQL_OK;
}

/* -- copied ------------------------------------------------------------------------------------------------------ */

wql_status wql__host_copy(wql_scan *pub, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err) {
    wql__scan *scan = (wql__scan *)pub;
    wql_batch *batch;
    bool *ill;
    if (!may_emit(scan, "wql_scan_copy")) return refuse(scan, err);
    if (takes_count(scan, rows, count)) return WQL_OK;
    ill = wql__arena_zero(&scan->scratch, scan->slot_count);
    if (!ill) (void)wql__scan_no_memory(scan);
    if (!ill || !wql__objects_end(scan)) return answer(scan, err);
    if (wql__check_columns(scan, rows, columns, count, ill) < 0) return answer(scan, err);
    batch = shaped_batch(scan, rows);
    if (!batch) return answer(scan, err);
    if (!point_columns(scan, batch, true) || !wql__copy_lent(scan, batch, ill)) (void)wql__scan_no_memory(scan);
    scan->brought = true;
    if (scan->broken < 0 || !batch->rows)
        wql__run_put(scan->run, batch);
    else
        scan->source = batch;
    if (scan->broken < 0) return answer(scan, err);
    return WQL_OK;
}
