/* SPDX-License-Identifier: MIT */
/* column_copy.c: a column copied as it is, from its first row on. */
#include "batch.h"
#include "value.h"

#include <string.h>

bool wql__column_is_plain(const wql_column *col) {
    return col->layout == WQL_FIXED || col->layout == WQL_BITS || col->layout == WQL_OFFSETS;
}

static const void *copy_bytes(wql__arena *arena, const void *from, size_t size) {
    void *to = wql__arena_buffer(arena, size);
    if (to && size) memcpy(to, from, size);
    return to;
}

/* Offsets that begin with 0; 64 at a time, so that compilers make vectors of it. */
static const int32_t *copy_offsets(wql__arena *arena, const int32_t *from, size_t count) {
    const size_t size = wql__array_size(count, sizeof *from);
    const int32_t base = from[0];
    int32_t *to = wql__arena_buffer(arena, size);
    size_t i = 0;
    if (!to) return NULL;
    memcpy(to, from, size);
    for (; base && count - i >= 64; i += 64)
        for (unsigned k = 0; k < 64; k++) to[i + k] -= base;
    for (; base && i < count; i++) to[i] -= base;
    return to;
}

static bool copy_texts(wql__arena *arena, const wql_column *from, uint32_t rows, wql_column *to) {
    size_t size = (size_t)(from->offsets[rows] - from->offsets[0]);
    to->offsets = copy_offsets(arena, from->offsets, (size_t)rows + 1);
    to->bytes = copy_bytes(arena, size ? from->bytes + from->offsets[0] : "", size);
    to->bytes_size = size;
    return to->offsets && to->bytes;
}

bool wql__column_copy(wql__arena *arena, const wql_column *from, uint32_t rows, wql_column *to) {
    size_t bits = ((size_t)rows + 7) / 8;
    *to = *from;
    to->buffer_id = 0; /* another's */
    if (from->validity && !(to->validity = copy_bytes(arena, from->validity, bits))) return false;
    if (from->extra && !(to->extra = copy_bytes(arena, from->extra, rows * sizeof(wql_time_extra)))) return false;
    if (from->layout == WQL_OFFSETS) return copy_texts(arena, from, rows, to);
    to->values =
        copy_bytes(arena, from->values, from->layout == WQL_BITS ? bits : wql__array_size(rows, wql__type_size(from->type)));
    return to->values != NULL;
}
