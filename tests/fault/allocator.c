/* SPDX-License-Identifier: MIT */
/* allocator.c: memory that runs out at a chosen allocation, for the engine and inside SQLite. */
#include "fault.h"

#include <sqlite3.h>

/* In front of each block, so that a wrong size is found out. */
typedef struct head {
    size_t size;
    size_t check;
} head;

static const size_t MARK = 0x5eed5eed;

static bool refuses(failing *f) {
    uint64_t now, at = atomic_load(&f->fail_at);
    if (f->paused) return false;
    now = atomic_fetch_add(&f->calls, 1) + 1;
    if (!at || (f->for_good ? now < at : now != at)) return false;
    atomic_store(&f->failed, true);
    return true;
}

void *fail_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    head *old = ptr ? (head *)ptr - 1 : NULL, *made;
    if (old && (old->size != old_size || old->check != MARK)) atomic_fetch_add(&f->wrong_sizes, 1);
    if (new_size == 0) {
        if (old) old->check = 0;
        atomic_fetch_sub(&f->bytes, (int64_t)old_size);
        free(old);
        return NULL;
    }
    if (refuses(f)) return NULL;
    made = realloc(old, sizeof *made + new_size);
    if (!made) return NULL;
    made->size = new_size;
    made->check = MARK;
    atomic_fetch_add(&f->bytes, (int64_t)new_size - (int64_t)old_size);
    return made + 1;
}

/* -- SQLite ------------------------------------------------------------------------------------------------------ */

failing sqlite_failing;

static int inner_size(void *ptr) { return ptr ? (int)((head *)ptr - 1)->size : 0; }
static void *inner_malloc(int size) { return fail_alloc(&sqlite_failing, NULL, 0, (size_t)size); }
static void *inner_realloc(void *ptr, int size) {
    return fail_alloc(&sqlite_failing, ptr, (size_t)inner_size(ptr), (size_t)size);
}
static void inner_free(void *ptr) {
    if (ptr) (void)fail_alloc(&sqlite_failing, ptr, (size_t)inner_size(ptr), 0);
}
static int inner_round(int size) { return (size + 7) & ~7; }
static int inner_open(void *user) {
    (void)user;
    return SQLITE_OK;
}
static void inner_close(void *user) { (void)user; }

bool fail_sqlite(void) {
    static const sqlite3_mem_methods methods = {.xMalloc = inner_malloc,
                                                .xFree = inner_free,
                                                .xRealloc = inner_realloc,
                                                .xSize = inner_size,
                                                .xRoundup = inner_round,
                                                .xInit = inner_open,
                                                .xShutdown = inner_close};
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK && sqlite3_initialize() == SQLITE_OK;
}
