/* SPDX-License-Identifier: MIT */
/* aid.c: what programs that try many cases need: memory that is freed as a whole, text that grows, chance from a seed. */
#include "aid.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stop_with(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

/* splitmix64 */
uint64_t draw(uint64_t *seed) {
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint32_t below(uint64_t *seed, uint32_t n) { return (uint32_t)(draw(seed) >> 33) % n; }
bool chance(uint64_t *seed, uint32_t one_in) { return below(seed, one_in) == 0; }

typedef struct pool_block {
    struct pool_block *next;
    max_align_t bytes[];
} pool_block;

void *pool_get(pool *from, size_t size) {
    pool_block *block = calloc(1, sizeof *block + size);
    if (!block) stop_with("no memory");
    block->next = from->blocks;
    from->blocks = block;
    return block->bytes;
}

char *pool_copy(pool *from, const char *text, size_t len) {
    char *copy = pool_get(from, len + 1);
    if (len) memcpy(copy, text, len);
    return copy;
}

char *pool_format(pool *from, const char *format, va_list args) {
    va_list again;
    char *text;
    int len;
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    if (len < 0) stop_with("a text that cannot be made");
    text = pool_get(from, (size_t)len + 1);
    (void)vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void pool_free(pool *from) {
    while (from->blocks) {
        pool_block *block = from->blocks;
        from->blocks = block->next;
        free(block);
    }
}

void put(writer *to, const char *bytes, size_t len) {
    if (to->room - to->len <= len) {
        size_t room = (to->len + len + 64) * 2;
        char *grown = pool_get(to->from, room);
        if (to->len) memcpy(grown, to->at, to->len);
        to->at = grown;
        to->room = room;
    }
    if (len) memcpy(to->at + to->len, bytes, len);
    to->len += len;
    to->at[to->len] = '\0';
}

void put_z(writer *to, const char *z) { put(to, z, strlen(z)); }

void put_format(writer *to, const char *format, ...) {
    va_list args;
    va_start(args, format);
    put_z(to, pool_format(to->from, format, args));
    va_end(args);
}

void put_code_point(writer *to, uint32_t c) {
    char bytes[4];
    size_t len = 0;
    if (c < 0x80) {
        bytes[len++] = (char)c;
    } else if (c < 0x800) {
        bytes[len++] = (char)(0xc0 | c >> 6);
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        bytes[len++] = (char)(0xe0 | c >> 12);
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    } else {
        bytes[len++] = (char)(0xf0 | c >> 18);
        bytes[len++] = (char)(0x80 | (c >> 12 & 0x3f));
        bytes[len++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[len++] = (char)(0x80 | (c & 0x3f));
    }
    put(to, bytes, len);
}
