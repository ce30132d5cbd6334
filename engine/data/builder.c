/* SPDX-License-Identifier: MIT */
/* builder.c: the rows of one batch, cell by cell. */
#include "cells.h"

#include <string.h>

bool wql__builder_init(wql__builder *b, wql__arena *arena, const wql_class *cls, const uint32_t *numbers, uint32_t count) {
    memset(b, 0, sizeof *b);
    b->cls = cls;
    b->numbers = numbers;
    b->count = count;
    b->cells = wql__arena_alloc(arena, wql__array_size(count, sizeof *b->cells));
    if (!b->cells) return false;
    for (uint32_t i = 0; i < count; i++) {
        const wql_property_def *def = &cls->def.properties[numbers ? numbers[i] : i];
        if (!wql__cells_init(&b->cells[i], arena, def->type, (def->flags & WQL_INTERVAL) != 0)) return false;
    }
    return true;
}

bool wql__builder_begin(wql__builder *b, wql_batch *batch, uint32_t room) {
    b->batch = batch;
    b->rows = 0;
    b->room = room;
    b->text_bytes = 0;
    if (!wql__batch_shape(batch, b->cls, b->count, 0)) return false;
    for (uint32_t i = 0; i < b->count; i++) wql__cells_begin(&b->cells[i], &batch->arena, room);
    return true;
}

/* The batch holds the objects that came with the cell. */
static bool hold_objects(wql__builder *b, const wql__cells *c, uint32_t before) {
    for (uint32_t i = before; i < c->object_count; i++)
        if (!wql__batch_hold(b->batch, c->objects[i])) return false;
    return true;
}

int wql__builder_set(wql__builder *b, uint32_t column, const wql_value *value, wql__cell_counts *counts) {
    wql__cells *c = &b->cells[column];
    const wql__cells *objects = c->items ? c->items : c;
    uint32_t before = objects->object_count;
    uint64_t bytes = wql__cells_bytes(c);
    int result = wql__cells_set(c, b->rows, value, counts);
    if (wql__cells_bytes(c) > bytes) b->text_bytes += wql__cells_bytes(c) - bytes;
    if (objects->object_count > before && !hold_objects(b, objects, before)) return WQL__CELL_NO_MEMORY;
    return result;
}

wql_batch *wql__builder_end(wql__builder *b) {
    wql_batch *batch = b->batch;
    for (uint32_t i = 0; i < b->count; i++) {
        uint32_t number = b->numbers ? b->numbers[i] : i;
        batch->columns[i].name = b->cls->def.properties[number].name;
        batch->columns[i].property = number;
        if (!wql__cells_end(&b->cells[i], b->rows, &batch->columns[i])) return NULL;
    }
    batch->rows = b->rows;
    b->batch = NULL;
    return batch;
}

void wql__builder_drop(wql__builder *b) {
    wql_batch_release(b->batch);
    b->batch = NULL;
}
