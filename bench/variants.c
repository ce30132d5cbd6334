/* SPDX-License-Identifier: MIT */
/* variants.c: the same rows with NULLs, and with paths of which some are not ASCII. What does not differ is shared. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"\xC3\xA9t\xC3\xA9", "\xD0\xB4\xD0\xBE\xD0\xBC", "\xE6\x97\xA5\xE6\x9C\xAC",
                                    "Stra\xC3\x9F"
                                    "e"};
enum { WORDS = 4, WORD_AT = 6 };

/* Bits that look random, from the number of the row. */
static uint64_t mixed(uint64_t row, uint64_t salt) {
    uint64_t z = (row + salt) * 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    return z ^ (z >> 27);
}

static bench_table *copy_of(bench_table *t) {
    bench_table *made = malloc(sizeof *made);
    if (!made) bench_stop("out of memory");
    *made = *t;
    memset(made->variants, 0, sizeof made->variants);
    return made;
}

static size_t bits_size(const bench_table *t) { return (t->rows + 63) / 64 * 8; }

static uint8_t *make_valid(bench_table *t, uint64_t salt) {
    uint8_t *bits = bench_allocate(bits_size(t));
    t->memory += bits_size(t);
    for (uint64_t row = 0; row < t->rows; row++)
        if (mixed(row, salt) % 10) bits[row / 8] = (uint8_t)(bits[row / 8] | 1u << (row % 8));
    return bits;
}

/* In one of twenty paths a word of another language stands in the place of as many bytes; each path is as long as it was. */
static void make_world(bench_table *t, bench_table *world) {
    size_t size = (size_t)t->path_offsets[t->rows] + BENCH_PADDING;
    world->path_bytes = bench_allocate(size);
    t->memory += size;
    memcpy(world->path_bytes, t->path_bytes, size);
    for (uint64_t row = 0; row < t->rows; row++) {
        uint64_t chance = mixed(row, 3);
        const char *word = words[chance / 20 % WORDS];
        uint32_t len = (uint32_t)(t->path_offsets[row + 1] - t->path_offsets[row]), size_of_word = (uint32_t)strlen(word);
        if (chance % 20) continue;
        memcpy(world->path_bytes + t->path_offsets[row] + WORD_AT + chance / 80 % (len - WORD_AT - size_of_word), word,
               size_of_word);
    }
}

void bench_variants_make(bench_table *t) {
    bench_table *nulls = copy_of(t), *world = copy_of(t);
    nulls->size_valid = make_valid(t, 1);
    nulls->name_valid = make_valid(t, 2);
    make_world(t, world);
    t->variants[BENCH_ROWS] = t;
    t->variants[BENCH_NULLS] = nulls;
    t->variants[BENCH_WORLD] = world;
}

void bench_variants_free(bench_table *t) {
    bench_deallocate((void *)(uintptr_t)t->variants[BENCH_NULLS]->size_valid, bits_size(t));
    bench_deallocate((void *)(uintptr_t)t->variants[BENCH_NULLS]->name_valid, bits_size(t));
    bench_deallocate(t->variants[BENCH_WORLD]->path_bytes, (size_t)t->path_offsets[t->rows] + BENCH_PADDING);
    free(t->variants[BENCH_NULLS]);
    free(t->variants[BENCH_WORLD]);
}
