/* SPDX-License-Identifier: MIT */
/* side.c: a lock-free list of blocks hanging off a batch. */
#include "side.h"

typedef struct side_block {
    struct side_block *next;
    size_t size; /* of the whole block */
    _Alignas(16) char bytes[];
} side_block;

void *wql__side_alloc(const wql_batch *batch, size_t size) {
    wql_batch *mutable_batch = (wql_batch *)(uintptr_t)batch; /* its rows do not change */
    side_block *block;
    void *head;
    if (size > SIZE_MAX - sizeof *block) return NULL;
    block = wql__alloc(batch->mem, sizeof *block + size);
    if (!block) return NULL;
    block->size = sizeof *block + size;
    head = atomic_load_explicit(&mutable_batch->side, memory_order_relaxed);
    do block->next = head;
    while (
        !atomic_compare_exchange_weak_explicit(&mutable_batch->side, &head, block, memory_order_release, memory_order_relaxed));
    return block->bytes;
}

void wql__side_free(wql_batch *batch) {
    side_block *block = atomic_exchange_explicit(&batch->side, NULL, memory_order_acquire);
    while (block) {
        side_block *next = block->next;
        wql__free(batch->mem, block, block->size);
        block = next;
    }
}
