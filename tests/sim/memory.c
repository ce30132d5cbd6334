/* SPDX-License-Identifier: MIT */
/* memory.c: an allocator that uses nothing twice within a run. What is freed is filled and looked at again at the end. */
#include "sim.h"

#include <stdlib.h>
#include <string.h>

enum { FREED = 0xDD, FRESH = 0xA5, BLOCK = 8 << 20, BLOCKS = 16, FREED_MOST = 1 << 16 };

static struct {
    char *blocks[BLOCKS];
    int block;
    size_t at;
    int64_t bytes;
    struct {
        char *ptr;
        size_t size;
    } freed[FREED_MOST];
    uint32_t freed_count;
} memory;

static void *take(size_t size) {
    char *ptr;
    size = (size + 31) & ~(size_t)31;
    if (size > BLOCK) return NULL;
    if (memory.at + size > BLOCK) {
        if (++memory.block == BLOCKS) return NULL;
        memory.at = 0;
    }
    if (!memory.blocks[memory.block]) memory.blocks[memory.block] = malloc(BLOCK);
    if (!memory.blocks[memory.block]) abort();
    ptr = memory.blocks[memory.block] + memory.at;
    memory.at += size;
    return ptr;
}

static void give_back(char *ptr, size_t size) {
    memset(ptr, FREED, size);
    if (memory.freed_count == FREED_MOST) return;
    memory.freed[memory.freed_count].ptr = ptr;
    memory.freed[memory.freed_count++].size = size;
}

void *sim_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    char *made = NULL;
    (void)user;
    if (new_size) {
        made = take(new_size);
        if (!made) sim_fail("the simulation's memory is used up");
        memset(made, FRESH, new_size);
        if (ptr) memcpy(made, ptr, old_size < new_size ? old_size : new_size);
    }
    memory.bytes += (int64_t)new_size - (int64_t)old_size;
    if (ptr) give_back(ptr, old_size);
    return made;
}

int64_t sim_bytes(void) { return memory.bytes; }

void sim_memory_begin(void) {
    memory.block = 0;
    memory.at = 0;
    memory.bytes = 0;
    memory.freed_count = 0;
}

const char *sim_memory_end(void) {
    for (uint32_t i = 0; i < memory.freed_count; i++)
        for (size_t at = 0; at < memory.freed[i].size; at++)
            if ((unsigned char)memory.freed[i].ptr[at] != FREED) return "memory was written after it was freed";
    return NULL;
}
