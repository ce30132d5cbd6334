/* SPDX-License-Identifier: MIT */
/* arrow_block.c: the memory behind an exported structure. */
#include "arrow.h"

wql__arrow_block *wql__arrow_block_new(wql__mem *mem, const wql_batch *batch, size_t size) {
    wql__arena arena;
    wql__arrow_block *block;
    wql__arena_init(&arena, mem);
    wql__arena_next(&arena, size < SIZE_MAX / 2 ? size + sizeof *block : size);
    block = wql__arena_alloc(&arena, sizeof *block);
    if (!block) return NULL;
    atomic_init(&block->nodes, 0);
    block->arena = arena;
    block->batch = wql_batch_retain(batch);
    block->mem = batch ? mem : wql__mem_retain(mem); /* a batch keeps its own */
    return block;
}

static void free_block(wql__arrow_block *block) {
    wql__arena arena = block->arena; /* the block lies in it */
    wql__mem *mem = block->mem;
    wql_batch *batch = block->batch;
    wql__arena_free(&arena);
    if (batch)
        wql_batch_release(batch);
    else
        wql__mem_release(mem);
}

void wql__arrow_block_drop(wql__arrow_block *block, uint32_t nodes) {
    /* Whoever has all nodes is alone with the block. */
    if (atomic_load_explicit(&block->nodes, memory_order_acquire) != nodes &&
        atomic_fetch_sub_explicit(&block->nodes, nodes, memory_order_acq_rel) != nodes)
        return;
    free_block(block);
}

void *wql__arrow_alloc(wql__arrow_maker *maker, size_t size) {
    void *ptr = wql__arena_buffer(&maker->block->arena, size);
    if (!ptr) maker->status = wql__fail_memory(maker->block->mem, NULL);
    return ptr;
}

bool wql__arrow_too_long(wql__arrow_maker *maker) {
    maker->status = WQL_E_VALUE_OUT_OF_RANGE;
    return false;
}

uint8_t *wql__arrow_bitmap(wql__arrow_maker *maker, uint64_t rows) {
    size_t size = (size_t)((rows + 7) / 8);
    uint8_t *bits = wql__arrow_alloc(maker, size);
    return bits ? memset(bits, 0xff, size) : NULL;
}
