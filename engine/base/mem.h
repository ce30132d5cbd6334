/* SPDX-License-Identifier: MIT */
/* mem.h: all memory of an engine goes through one counted hook, most of it through arenas. */
#ifndef WQL_BASE_MEM_H
#define WQL_BASE_MEM_H

#include <wql/status.h>

#include <stdatomic.h>

typedef void *(*wql__alloc_fn)(void *user, void *ptr, size_t old_size, size_t new_size);

/* The allocator of one engine. Counted, because retained batches and classes outlive their engine. Free-threaded. */
typedef struct wql__mem wql__mem;

/* alloc NULL: the C library's. limit 0: none. NULL = no memory. */
wql__mem *wql__mem_open(wql__alloc_fn alloc, void *user, uint64_t limit);
wql__mem *wql__mem_retain(wql__mem *mem);
void wql__mem_release(wql__mem *mem);
uint64_t wql__mem_limit(const wql__mem *mem); /* UINT64_MAX: none */
void wql__mem_usage(const wql__mem *mem, uint64_t *used, uint64_t *peak);

/* NULL = no memory, or the limit. A size of 0 counts as 1. `wql__alloc` gives what realloc aligns to (16 bytes); not cleared. */
void *wql__alloc(wql__mem *mem, size_t size);
void *wql__alloc_zero(wql__mem *mem, size_t size);
void *wql__realloc(wql__mem *mem, void *ptr, size_t old_size, size_t new_size);
void wql__free(wql__mem *mem, void *ptr, size_t size); /* ptr may be NULL */

/* Memory that is kept for later: whoever touches it is caught by the address sanitizer. */
void wql__mem_hide(void *ptr, size_t size);
void wql__mem_show(void *ptr, size_t size);

/* count * size, or SIZE_MAX when that does not fit (which no allocation satisfies). */
size_t wql__array_size(size_t count, size_t size);

/* What a failed allocation means now: WQL_E_OUT_OF_MEMORY, or WQL_E_QUOTA_VIOLATION if the limit refused it. Fills err. */
wql_status wql__fail_memory(const wql__mem *mem, wql_error *err);
/* The limit has refused memory so many times. */
uint64_t wql__mem_refusals(const wql__mem *mem);
/* What a provider answered, having seen `before` refusals when it was called: WQL_E_OUT_OF_MEMORY for which the limit is to blame
 * becomes the limit's own error. Otherwise WQL_OK, and err is untouched. */
wql_status wql__mem_blame(const wql__mem *mem, wql_status answered, uint64_t before, wql_error *err);

/* An arena: memory that is freed at once. Not thread-safe. */
typedef struct wql__chunk wql__chunk;
typedef struct wql__arena {
    wql__mem *mem; /* borrowed: whoever owns the arena keeps it */
    wql__chunk *chunks;
    char *at, *end;
    size_t next_size; /* of the next chunk */
    char *first;      /* a block of the owner's, used before any chunk; NULL: none */
    size_t first_size;
} wql__arena;

void wql__arena_init(wql__arena *arena, wql__mem *mem);
/* Begins with memory that its owner has anyway, 16-byte aligned, until wql__arena_free. */
void wql__arena_init_in(wql__arena *arena, wql__mem *mem, void *first, size_t size);
/* 16-byte aligned, not cleared; NULL = no memory. A size of 0 gives a valid pointer. */
void *wql__arena_alloc(wql__arena *arena, size_t size);
void *wql__arena_zero(wql__arena *arena, size_t size);
/* For buffers of columns: 64-byte aligned. */
void *wql__arena_buffer(wql__arena *arena, size_t size);
/* A copy with a NUL behind it. */
char *wql__arena_text(wql__arena *arena, const char *text, size_t len);
/* Forgets what was allocated and keeps the memory, as one chunk if it can, for the next use. */
void wql__arena_reset(wql__arena *arena);
void wql__arena_free(wql__arena *arena);
/* How large the next chunk is to be, if what is asked for fits into it. */
void wql__arena_next(wql__arena *arena, size_t bytes);
/* Bytes of all its chunks, and the part of them that is used, or lost to alignment. */
size_t wql__arena_size(const wql__arena *arena);
size_t wql__arena_used(const wql__arena *arena);

#endif
