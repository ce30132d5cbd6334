/* SPDX-License-Identifier: MIT */
/* mem.c: the counted allocator of an engine, and arenas over it. */
#include "mem.h"

#include "error.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifdef WITH_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, size) __asan_poison_memory_region((ptr), (size))
#define UNPOISON(ptr, size) __asan_unpoison_memory_region((ptr), (size))
#else
#define POISON(ptr, size) ((void)(ptr), (void)(size))
#define UNPOISON(ptr, size) ((void)(ptr), (void)(size))
#endif

/* -- the counted hook -------------------------------------------------------------------------------------------- */

struct wql__mem {
    _Atomic uint32_t refs;
    wql__alloc_fn alloc;
    void *user;
    uint64_t limit;        /* UINT64_MAX: none */
    _Atomic uint64_t used; /* never above limit */
    _Atomic uint64_t peak;
    _Atomic bool refused; /* the last allocation that failed was refused by the limit */
    _Atomic uint64_t refusals;
};

static void *alloc_libc(void *user, void *ptr, size_t old_size, size_t new_size) {
    (void)user;
    (void)old_size;
    if (new_size) return realloc(ptr, new_size);
    free(ptr);
    return NULL;
}

wql__mem *wql__mem_open(wql__alloc_fn alloc, void *user, uint64_t limit) {
    wql__mem *mem;
    if (!alloc) alloc = alloc_libc;
    if (limit && limit < sizeof *mem) return NULL;
    mem = alloc(user, NULL, 0, sizeof *mem);
    if (!mem) return NULL;
    atomic_init(&mem->refs, 1);
    mem->alloc = alloc;
    mem->user = user;
    mem->limit = limit ? limit : UINT64_MAX;
    atomic_init(&mem->used, sizeof *mem);
    atomic_init(&mem->peak, sizeof *mem);
    atomic_init(&mem->refused, false);
    atomic_init(&mem->refusals, 0);
    return mem;
}

wql__mem *wql__mem_retain(wql__mem *mem) {
    atomic_fetch_add_explicit(&mem->refs, 1, memory_order_relaxed);
    return mem;
}

void wql__mem_release(wql__mem *mem) {
    if (!mem || atomic_fetch_sub_explicit(&mem->refs, 1, memory_order_acq_rel) != 1) return;
    mem->alloc(mem->user, mem, sizeof *mem, 0);
}

uint64_t wql__mem_limit(const wql__mem *mem) { return mem->limit; }

void wql__mem_usage(const wql__mem *mem, uint64_t *used, uint64_t *peak) {
    if (used) *used = atomic_load_explicit(&mem->used, memory_order_relaxed);
    if (peak) *peak = atomic_load_explicit(&mem->peak, memory_order_relaxed);
}

/* Counts `size` bytes before they are asked for, so that the limit holds at every moment, whatever other threads do. */
static bool reserve(wql__mem *mem, size_t size) {
    uint64_t used = atomic_load_explicit(&mem->used, memory_order_relaxed);
    do {
        if (size > mem->limit - used) {
            atomic_store_explicit(&mem->refused, true, memory_order_relaxed);
            atomic_fetch_add_explicit(&mem->refusals, 1, memory_order_relaxed);
            return false;
        }
    } while (!atomic_compare_exchange_weak_explicit(&mem->used, &used, used + size, memory_order_relaxed, memory_order_relaxed));
    return true;
}

static void unreserve(wql__mem *mem, size_t size) { atomic_fetch_sub_explicit(&mem->used, size, memory_order_relaxed); }

static void note_peak(wql__mem *mem) {
    uint64_t used = atomic_load_explicit(&mem->used, memory_order_relaxed);
    uint64_t peak = atomic_load_explicit(&mem->peak, memory_order_relaxed);
    while (used > peak) /* a failed exchange reads the peak anew */
        if (atomic_compare_exchange_weak_explicit(&mem->peak, &peak, used, memory_order_relaxed, memory_order_relaxed)) return;
}

/* An engine never needs an object of half the address space: what asks for one has a size that did not fit. */
static bool is_absurd(wql__mem *mem, size_t size) {
    if (size <= PTRDIFF_MAX) return false;
    atomic_store_explicit(&mem->refused, false, memory_order_relaxed);
    return true;
}

void *wql__realloc(wql__mem *mem, void *ptr, size_t old_size, size_t new_size) {
    size_t grown;
    void *moved;
    if (!ptr)
        old_size = 0;
    else if (!old_size)
        old_size = 1;
    if (!new_size) new_size = 1;
    grown = new_size > old_size ? new_size - old_size : 0;
    if (is_absurd(mem, new_size) || !reserve(mem, grown)) return NULL;
    moved = mem->alloc(mem->user, ptr, old_size, new_size);
    if (!moved) {
        unreserve(mem, grown);
        atomic_store_explicit(&mem->refused, false, memory_order_relaxed);
        return NULL;
    }
    if (grown)
        note_peak(mem);
    else
        unreserve(mem, old_size - new_size);
    return moved;
}

void *wql__alloc(wql__mem *mem, size_t size) { return wql__realloc(mem, NULL, 0, size); }

void *wql__alloc_zero(wql__mem *mem, size_t size) {
    void *ptr = wql__alloc(mem, size);
    return ptr ? memset(ptr, 0, size) : NULL;
}

void wql__free(wql__mem *mem, void *ptr, size_t size) {
    if (!ptr) return;
    if (!size) size = 1;
    mem->alloc(mem->user, ptr, size, 0);
    unreserve(mem, size);
}

void wql__mem_hide(void *ptr, size_t size) { POISON(ptr, size); }
void wql__mem_show(void *ptr, size_t size) { UNPOISON(ptr, size); }

size_t wql__array_size(size_t count, size_t size) { return size && count > SIZE_MAX / size ? SIZE_MAX : count * size; }

wql_status wql__fail_memory(const wql__mem *mem, wql_error *err) {
    if (atomic_load_explicit(&mem->refused, memory_order_relaxed)) return wql__fail_limit(err, "memory_max", mem->limit);
    return wql__fail(err, WQL_E_OUT_OF_MEMORY, "out of memory");
}

uint64_t wql__mem_refusals(const wql__mem *mem) { return atomic_load_explicit(&mem->refusals, memory_order_relaxed); }

wql_status wql__mem_blame(const wql__mem *mem, wql_status answered, uint64_t before, wql_error *err) {
    if (answered != WQL_E_OUT_OF_MEMORY || wql__mem_refusals(mem) == before) return WQL_OK;
    return wql__fail_limit(err, "memory_max", mem->limit);
}

/* -- arenas ------------------------------------------------------------------------------------------------------ */

struct wql__chunk {
    wql__chunk *next;
    size_t size; /* with this head */
};

enum { CHUNK_FIRST = 1024, CHUNK_LAST = 64 * 1024, ALIGN = 16, ALIGN_BUFFER = 64 };

_Static_assert(sizeof(wql__chunk) % ALIGN == 0, "what follows the head of a chunk is aligned");

void wql__arena_init(wql__arena *arena, wql__mem *mem) {
    arena->mem = mem;
    arena->chunks = NULL;
    arena->at = arena->end = NULL;
    arena->next_size = CHUNK_FIRST;
    arena->first = NULL;
    arena->first_size = 0;
}

/* All of the first block is free again. */
static void begin_first(wql__arena *arena) {
    arena->at = arena->first;
    arena->end = arena->first + arena->first_size;
    POISON(arena->first, arena->first_size);
}

void wql__arena_init_in(wql__arena *arena, wql__mem *mem, void *first, size_t size) {
    wql__arena_init(arena, mem);
    arena->first = first;
    arena->first_size = size;
    begin_first(arena);
}

static wql__chunk *chunk_new(wql__arena *arena, size_t size) {
    wql__chunk *chunk = wql__alloc(arena->mem, size);
    if (!chunk) return NULL;
    chunk->size = size;
    POISON(chunk + 1, size - sizeof *chunk);
    return chunk;
}

static void chunk_free(wql__arena *arena, wql__chunk *chunk) {
    UNPOISON(chunk, chunk->size);
    wql__free(arena->mem, chunk, chunk->size);
}

/* Adds a chunk that is full; the one that is being filled stays in front. */
static void add_behind(wql__arena *arena, wql__chunk *chunk) {
    wql__chunk **at = arena->chunks ? &arena->chunks->next : &arena->chunks;
    chunk->next = *at;
    *at = chunk;
}

/* A chunk for `size` bytes at `align`. What is large gets a chunk of its own behind the first, which goes on being filled. When
 * memory is short, a chunk of just the size that is needed will do. */
static char *alloc_slow(wql__arena *arena, size_t size, size_t align) {
    size_t slack = sizeof(wql__chunk) + align - ALIGN, least;
    wql__chunk *chunk;
    char *at;
    if (size > PTRDIFF_MAX - slack - ALIGN)
        least = SIZE_MAX; /* the allocator refuses it and says why */
    else
        least = (size + slack + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (arena->at && least > arena->next_size / 2) {
        chunk = chunk_new(arena, least);
        if (!chunk) return NULL;
        add_behind(arena, chunk);
        at = (char *)(chunk + 1);
        at += -(uintptr_t)at & (align - 1);
        UNPOISON(at, size);
        return at;
    }
    chunk = least < arena->next_size ? chunk_new(arena, arena->next_size) : NULL;
    if (!chunk) chunk = chunk_new(arena, least);
    if (!chunk) return NULL;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    arena->next_size = chunk->size < CHUNK_LAST / 2 ? chunk->size * 2 : CHUNK_LAST;
    arena->end = (char *)chunk + chunk->size;
    at = (char *)(chunk + 1);
    at += -(uintptr_t)at & (align - 1);
    arena->at = at + size;
    UNPOISON(at, size);
    return at;
}

static char *alloc_aligned(wql__arena *arena, size_t size, size_t align) {
    size_t pad, left;
    char *at;
    if (!arena->at) return alloc_slow(arena, size, align);
    pad = -(uintptr_t)arena->at & (align - 1);
    left = (size_t)(arena->end - arena->at);
    if (pad > left || size > left - pad) return alloc_slow(arena, size, align);
    at = arena->at + pad;
    arena->at = at + size;
    UNPOISON(at, size);
    return at;
}

void *wql__arena_alloc(wql__arena *arena, size_t size) { return alloc_aligned(arena, size, ALIGN); }

void *wql__arena_zero(wql__arena *arena, size_t size) {
    void *ptr = wql__arena_alloc(arena, size);
    return ptr ? memset(ptr, 0, size) : NULL;
}

void *wql__arena_buffer(wql__arena *arena, size_t size) { return alloc_aligned(arena, size, ALIGN_BUFFER); }

char *wql__arena_text(wql__arena *arena, const char *text, size_t len) {
    char *copy = wql__arena_alloc(arena, len < SIZE_MAX ? len + 1 : len);
    if (!copy) return NULL;
    if (len) memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

void wql__arena_reset(wql__arena *arena) {
    wql__chunk *chunk = arena->chunks;
    size_t total = 0;
    if (!chunk) {
        if (arena->first) begin_first(arena);
        return;
    }
    if (!chunk->next && !arena->first) {
        arena->at = (char *)(chunk + 1);
        POISON(arena->at, chunk->size - sizeof *chunk);
        return;
    }
    for (wql__chunk *c = chunk; c; c = c->next) total += c->size;
    wql__arena_free(arena);
    arena->next_size = total;
}

void wql__arena_free(wql__arena *arena) {
    wql__chunk *chunk = arena->chunks;
    while (chunk) {
        wql__chunk *next = chunk->next;
        chunk_free(arena, chunk);
        chunk = next;
    }
    if (arena->first) UNPOISON(arena->first, arena->first_size);
    wql__arena_init(arena, arena->mem);
}

void wql__arena_next(wql__arena *arena, size_t bytes) {
    arena->next_size = (bytes + sizeof(wql__chunk) + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

size_t wql__arena_size(const wql__arena *arena) {
    size_t size = 0;
    for (const wql__chunk *chunk = arena->chunks; chunk; chunk = chunk->next) size += chunk->size;
    return size;
}

size_t wql__arena_used(const wql__arena *arena) { return wql__arena_size(arena) - (size_t)(arena->end - arena->at); }
