/* SPDX-License-Identifier: MIT */
/* spares.c: what is kept is bounded, in number and in bytes; what is too much is freed. Last in, first out: it is still in the
 * caches. */
#include "spares.h"

#include "../base/sync.h"

/* With a limit on memory no more than this part of it is kept. */
enum { BATCHES_MAX = 64, BLOCKS_MAX = 16, BYTES_MAX = 4 * 1024 * 1024, PART_OF_LIMIT = 32 };

struct wql__spares {
    wql__mutex lock;
    wql__mem *mem; /* retained */
    uint32_t out;  /* batches that are in use, and the owner until it closes */
    bool closed;
    uint32_t batch_count, block_count;
    size_t bytes, bytes_max, block_bytes;
    wql_batch *batches[BATCHES_MAX];
    size_t sizes[BATCHES_MAX];
    void *blocks[BLOCKS_MAX];
};

wql__spares *wql__spares_open(wql__mem *mem, size_t block_bytes) {
    wql__spares *s = wql__alloc_zero(mem, sizeof *s);
    uint64_t part = wql__mem_limit(mem) / PART_OF_LIMIT;
    if (!s) return NULL;
    s->mem = wql__mem_retain(mem);
    s->block_bytes = block_bytes;
    s->out = 1;
    s->bytes_max = part < BYTES_MAX ? (size_t)part : BYTES_MAX;
    wql__mutex_init(&s->lock);
    return s;
}

static void free_spares(wql__spares *s) {
    wql__mem *mem = s->mem;
    wql__mutex_free(&s->lock);
    wql__free(mem, s, sizeof *s);
    wql__mem_release(mem);
}

void wql__spares_close(wql__spares *s) {
    if (!s) return;
    wql__lock(&s->lock);
    s->closed = true; /* from here on nobody touches the lists */
    wql__unlock(&s->lock);
    while (s->batch_count) wql__batch_free(s->batches[--s->batch_count]);
    while (s->block_count) wql__free(s->mem, s->blocks[--s->block_count], s->block_bytes);
    wql__spares_forget(s);
}

wql_batch *wql__spares_take(wql__spares *s) {
    wql_batch *batch = NULL;
    wql__lock(&s->lock);
    if (s->batch_count) {
        batch = s->batches[--s->batch_count];
        s->bytes -= s->sizes[s->batch_count];
    }
    s->out++;
    wql__unlock(&s->lock);
    if (batch) {
        atomic_store_explicit(&batch->refs, 1, memory_order_relaxed);
        return batch;
    }
    batch = wql__batch_new(s->mem);
    if (batch)
        batch->home = s;
    else
        wql__spares_forget(s);
    return batch;
}

bool wql__spares_keep(wql__spares *s, wql_batch *batch) {
    size_t size = wql__arena_size(&batch->arena);
    bool kept;
    wql__lock(&s->lock);
    kept = !s->closed && s->batch_count < BATCHES_MAX && size <= s->bytes_max - s->bytes;
    if (kept) {
        s->sizes[s->batch_count] = size;
        s->batches[s->batch_count++] = batch;
        s->bytes += size;
        s->out--;
    }
    wql__unlock(&s->lock);
    return kept;
}

void wql__spares_forget(wql__spares *s) {
    bool gone;
    wql__lock(&s->lock);
    gone = --s->out == 0;
    wql__unlock(&s->lock);
    if (gone) free_spares(s);
}

void *wql__spares_block(wql__spares *s) {
    void *block = NULL;
    wql__lock(&s->lock);
    if (s->block_count) block = s->blocks[--s->block_count];
    wql__unlock(&s->lock);
    return block ? block : wql__alloc(s->mem, s->block_bytes);
}

void wql__spares_return(wql__spares *s, void *block) {
    bool kept;
    if (!block) return;
    wql__lock(&s->lock);
    kept = !s->closed && s->block_count < BLOCKS_MAX;
    if (kept) s->blocks[s->block_count++] = block;
    wql__unlock(&s->lock);
    if (!kept) wql__free(s->mem, block, s->block_bytes);
}
