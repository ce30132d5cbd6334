/* SPDX-License-Identifier: MIT */
/* memory.c: arenas on the mount's allocator. */
#include "linux.h"

enum { CHUNK = 16384 - 64, ALIGN = 16, HEAD = 32, KEEP = 1 << 20 };

typedef struct wql__linux_chunk {
    struct wql__linux_chunk *next;
    size_t size, used; /* of the whole chunk, this head included */
} chunk;

_Static_assert(sizeof(chunk) <= HEAD, "the head of a chunk");

static size_t rounded(size_t size) { return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1); }

static chunk *add_chunk(wql__linux_arena *arena, size_t size) {
    size_t whole = size > CHUNK - HEAD ? size + HEAD : CHUNK;
    chunk *c;
    if (whole < arena->ask) whole = arena->ask;
    c = wql_mount_allocate(arena->mount, NULL, 0, whole);
    if (!c) {
        arena->failed = true;
        return NULL;
    }
    c->size = whole;
    c->used = HEAD;
    c->next = arena->chunks;
    arena->chunks = c;
    return c;
}

void *wql__linux_take_raw(wql__linux_arena *arena, size_t size) {
    chunk *c = arena->chunks;
    char *out;
    if (size > SIZE_MAX / 4) {
        arena->failed = true;
        return NULL;
    }
    size = rounded(size ? size : 1);
    if (!c || c->size - c->used < size) c = add_chunk(arena, size);
    if (!c) return NULL;
    out = (char *)c + c->used;
    c->used += size;
    return out;
}

void *wql__linux_take(wql__linux_arena *arena, size_t size) {
    void *out = wql__linux_take_raw(arena, size);
    return out && size <= SIZE_MAX / 4 ? memset(out, 0, size) : NULL;
}

void *wql__linux_take_array(wql__linux_arena *arena, size_t count, size_t size) {
    return wql__linux_take(arena, size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
}

char *wql__linux_take_text(wql__linux_arena *arena, const char *text, size_t len) {
    char *copy = wql__linux_take(arena, len < SIZE_MAX ? len + 1 : SIZE_MAX);
    if (copy && len) memcpy(copy, text, len);
    return copy;
}

void *wql__linux_take_more(wql__linux_arena *arena, void *block, size_t old_size, size_t new_size) {
    chunk *c = arena->chunks;
    size_t old_room = rounded(old_size ? old_size : 1), new_room;
    void *out;
    if (new_size > SIZE_MAX / 4) return wql__linux_take(arena, SIZE_MAX);
    new_room = rounded(new_size ? new_size : 1);
    if (new_room <= old_room) return block;
    if (c && (char *)block + old_room == (char *)c + c->used && c->size - c->used >= new_room - old_room) {
        memset((char *)c + c->used, 0, new_room - old_room);
        c->used += new_room - old_room;
        return block;
    }
    out = wql__linux_take(arena, new_size);
    return out ? memcpy(out, block, old_size) : NULL;
}

/* One chunk stays. Several become one of the size of all, at the next use, so that rows of the same kind ask the allocator no
 * more; unless they were so large that one rare row would hold them for the whole scan. */
void wql__linux_arena_reset(wql__linux_arena *arena) {
    chunk *c = arena->chunks;
    size_t total = 0;
    arena->failed = false;
    if (!c || (!c->next && c->size <= KEEP)) {
        if (c) c->used = HEAD;
        return;
    }
    for (; c; c = c->next) total += c->size;
    wql__linux_arena_free(arena);
    arena->ask = total < KEEP ? total : 0;
}

void wql__linux_arena_free(wql__linux_arena *arena) {
    while (arena->chunks) {
        chunk *c = arena->chunks;
        arena->chunks = c->next;
        (void)wql_mount_allocate(arena->mount, c, c->size, 0);
    }
}
