/* SPDX-License-Identifier: MIT */
/* store.c: tables that can change: their versions, and who keeps which. */
#include "memory.h"

#include <stdlib.h>

static void *libc_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    (void)user;
    (void)old_size;
    if (new_size) return realloc(ptr, new_size);
    free(ptr);
    return NULL;
}

/* -- versions ---------------------------------------------------------------------------------------------------- */

static wql__memory_version *version_new(const wql_memory *memory, uint32_t column_count) {
    wql__memory_version *version = memory->alloc(memory->alloc_user, NULL, 0, sizeof *version);
    if (!version) return NULL;
    memset(version, 0, sizeof *version);
    atomic_init(&version->refs, 1);
    version->alloc = memory->alloc;
    version->alloc_user = memory->alloc_user;
    if (!column_count) return version;
    version->columns = version->alloc(version->alloc_user, NULL, 0, column_count * sizeof *version->columns);
    if (version->columns) {
        version->column_count = column_count;
        return version;
    }
    version->alloc(version->alloc_user, version, sizeof *version, 0);
    return NULL;
}

wql__memory_version *wql__memory_version_retain(wql__memory_version *version) {
    atomic_fetch_add_explicit(&version->refs, 1, memory_order_relaxed);
    return version;
}

/* Gives a `void *` to be a batch's release callback. */
void wql__memory_version_release(void *ptr) {
    wql__memory_version *version = ptr;
    wql__memory_alloc alloc;
    void *user;
    if (!version || atomic_fetch_sub_explicit(&version->refs, 1, memory_order_acq_rel) != 1) return;
    alloc = version->alloc;
    user = version->alloc_user;
    if (version->release) version->release(version->ctx);
    for (wql__memory_chunk *chunk = version->first, *next; chunk; chunk = next) {
        next = chunk->next;
        wql__memory_chunk_free(version, chunk);
    }
    if (version->kinds) alloc(user, version->kinds, version->width, 0);
    if (version->columns) alloc(user, version->columns, version->column_count * sizeof *version->columns, 0);
    alloc(user, version, sizeof *version, 0);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

wql_status wql_memory_open(void *(*alloc)(void *user, void *ptr, size_t old_size, size_t new_size), void *alloc_user,
                           wql_memory **out) {
    wql_memory *memory;
    if (!out) return WQL_E_INVALID_PARAMETER;
    if (!alloc) alloc = libc_alloc;
    memory = alloc(alloc_user, NULL, 0, sizeof *memory);
    if (!memory) return WQL_E_OUT_OF_MEMORY;
    memset(memory, 0, sizeof *memory);
    atomic_init(&memory->refs, 1);
    memory->alloc = alloc;
    memory->alloc_user = alloc_user;
    memory->version = version_new(memory, 0);
    if (memory->version && pthread_mutex_init(&memory->lock, NULL) == 0) {
        *out = memory;
        return WQL_OK;
    }
    wql__memory_version_release(memory->version);
    alloc(alloc_user, memory, sizeof *memory, 0);
    return WQL_E_OUT_OF_MEMORY;
}

void wql__memory_retain(wql_memory *memory) {
    atomic_fetch_add_explicit(&memory->refs, 1, memory_order_relaxed);
}

void wql__memory_release(wql_memory *memory) {
    if (!memory || atomic_fetch_sub_explicit(&memory->refs, 1, memory_order_acq_rel) != 1) return;
    wql__memory_version_release(memory->version);
    pthread_mutex_destroy(&memory->lock);
    memory->alloc(memory->alloc_user, memory, sizeof *memory, 0);
}

void wql_memory_close(wql_memory *memory) {
    wql__memory_release(memory);
}

uint64_t wql__memory_row_count(wql_memory *memory) {
    uint64_t rows;
    pthread_mutex_lock(&memory->lock);
    rows = memory->version->rows + memory->version->appended;
    pthread_mutex_unlock(&memory->lock);
    return rows;
}

wql_status wql_memory_replace(wql_memory *memory, uint64_t rows, uint64_t capacity, const wql_column *columns, uint32_t count,
                              void (*release)(void *ctx), void *ctx, wql_error *err) {
    wql__memory_version *version, *old;
    wql_status st;
    if (!memory) return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the table is NULL");
    if (!capacity) capacity = rows;
    if (rows > capacity)
        return wql__memory_fail(err, WQL_E_INVALID_PARAMETER, "the table was given %llu rows, but a capacity of only %llu",
                                (unsigned long long)rows, (unsigned long long)capacity);
    st = wql__memory_check_columns("the table", columns, count, capacity, err);
    if (st < 0) return st;
    version = version_new(memory, count);
    if (!version) return wql__memory_fail(err, WQL_E_OUT_OF_MEMORY, "no memory for %u columns", (unsigned)count);
    if (count) memcpy(version->columns, columns, count * sizeof *columns);
    version->rows = rows;
    version->capacity = capacity;
    version->grows = capacity > rows;
    version->release = release;
    version->ctx = ctx;
    pthread_mutex_lock(&memory->lock);
    version->serial = version->dictionary_serial = memory->serial;
    memory->serial += count;
    old = memory->version;
    memory->version = version;
    pthread_mutex_unlock(&memory->lock);
    wql__memory_version_release(old);
    return WQL_OK;
}

wql_status wql_memory_publish(wql_memory *memory, uint64_t rows) {
    wql_status st = WQL_E_INVALID_PARAMETER;
    wql__memory_version *version;
    if (!memory) return st;
    pthread_mutex_lock(&memory->lock);
    version = memory->version;
    if (rows >= version->rows && rows <= version->capacity && !version->appended) {
        st = WQL_OK;
        if (rows > version->rows) { /* other bytes than those that the old numbers stood for */
            version->rows = rows;
            version->serial = memory->serial;
            memory->serial += version->column_count;
        }
    }
    pthread_mutex_unlock(&memory->lock);
    return st;
}
