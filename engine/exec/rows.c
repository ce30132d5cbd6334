/* SPDX-License-Identifier: MIT */
/* rows.c: sets of rows: bits while many rows are left, a list when few are. */
#include "kernels.h"

#include <string.h>

bool wql__rows_init(wql__rows *set, wql__arena *arena) {
    memset(set, 0, sizeof *set);
    set->list = wql__arena_buffer(arena, (WQL_BATCH_ROWS_MAX + WQL__BEHIND) * sizeof *set->list);
    return set->list != NULL;
}

wql__rows_room *wql__rows_borrow(wql__spares *spares) {
    wql__rows_room *room = wql__spares_block(spares);
    if (!room) return NULL;
    room->rows.rows = room->rows.count = 0;
    room->rows.sparse = false;
    room->rows.list = room->list;
    return room;
}

void wql__rows_fill(wql__rows *set, uint32_t rows) {
    uint32_t words = rows / 64;
    set->rows = set->count = rows;
    set->sparse = false;
    memset(set->bits, 0xff, words * sizeof *set->bits);
    if (rows % 64) set->bits[words] = wql__low_bits(rows % 64);
}

void wql__rows_clear(wql__rows *set) {
    set->count = 0;
    memset(set->bits, 0, wql__bit_words(set->rows) * sizeof *set->bits);
}

void wql__rows_copy(wql__rows *to, const wql__rows *from) {
    to->rows = from->rows;
    to->count = from->count;
    to->sparse = from->sparse;
    if (from->sparse)
        memcpy(to->list, from->list, from->count * sizeof *to->list);
    else
        memcpy(to->bits, from->bits, wql__bit_words(from->rows) * sizeof *to->bits);
}

void wql__rows_and(wql__rows *set, const uint64_t *mask) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) {
        set->bits[w] &= mask[w];
        count += wql__count_bits(set->bits[w]);
    }
    set->count = count;
}

void wql__rows_list(wql__rows *set, const wql__kernels *kernels) {
    if (set->sparse) return;
    (void)kernels->list(set->bits, set->rows, set->list);
    set->sparse = true;
}

/* `passed` was narrowed from a copy of `set`, so where it is bits, `set` is too. */
void wql__rows_move(wql__rows *set, const wql__rows *passed, uint64_t *into) {
    if (!passed->sparse) {
        for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) {
            into[w] |= passed->bits[w];
            set->bits[w] &= ~passed->bits[w];
        }
        set->count -= passed->count;
        return;
    }
    for (uint32_t i = 0; i < passed->count; i++) into[passed->list[i] >> 6] |= (uint64_t)1 << (passed->list[i] & 63u);
    if (!set->sparse) {
        for (uint32_t i = 0; i < passed->count; i++) set->bits[passed->list[i] >> 6] &= ~((uint64_t)1 << (passed->list[i] & 63u));
        set->count -= passed->count;
    } else {
        uint32_t left = 0;
        for (uint32_t i = 0; i < set->count; i++) {
            set->list[left] = set->list[i];
            left += !wql__bit(into, set->list[i]);
        }
        set->count = left;
    }
}

void wql__rows_take(wql__rows *set, const uint64_t *bits, const wql__kernels *kernels) {
    bool sparse = set->sparse;
    uint32_t count = 0;
    memcpy(set->bits, bits, wql__bit_words(set->rows) * sizeof *bits);
    for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) count += wql__count_bits(bits[w]);
    set->count = count;
    set->sparse = false;
    if (sparse) wql__rows_list(set, kernels);
}
