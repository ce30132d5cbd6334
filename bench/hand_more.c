/* SPDX-License-Identifier: MIT */
/* hand_more.c: the loops of Q10 to Q15, as hand.c has those of Q1 to Q9. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 2048 };

static uint32_t batch_at(const bench_table *t, uint64_t row) { return t->rows - row < BATCH ? (uint32_t)(t->rows - row) : BATCH; }

/* -- Q10, Q11: a table of hashed names, of which one is compared whole ------------------------------------------- */

enum { SLOTS = 2048, NAME_WORDS = 3 }; /* no name has more than 24 bytes */

/* A name in lower case, filled up with zeros. Bytes behind the last name can be read. */
typedef struct folded {
    uint64_t words[NAME_WORDS];
} folded;

static inline uint64_t word_of(const char *text, int32_t len) {
    uint64_t word, upper;
    if (len <= 0) return 0;
    memcpy(&word, text, 8);
    if (len < 8) word &= ((uint64_t)1 << (8 * len)) - 1;
    /* names are ASCII: the highest bit of a byte is set here if it is from 'A' to 'Z' */
    upper = (word + 0x3f3f3f3f3f3f3f3fu) & ~(word + 0x2525252525252525u) & 0x8080808080808080u;
    return word | upper >> 2;
}

static inline folded fold_name(const char *text, int32_t len) {
    return (folded){{word_of(text, len), word_of(text + 8, len - 8), word_of(text + 16, len - 16)}};
}

static inline uint32_t slot_of(const folded *name) {
    uint64_t mixed = (name->words[0] ^ name->words[1] * 0x9E3779B97F4A7C15u ^ name->words[2]) * 0xBF58476D1CE4E5B9u;
    return (uint32_t)(mixed >> 53);
}

static inline bool is_same(const folded *a, const folded *b) {
    return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) | (a->words[2] ^ b->words[2])) == 0;
}

static bool has(const folded *slots, const folded *name) {
    for (uint32_t at = slot_of(name); slots[at].words[0]; at = (at + 1) % SLOTS)
        if (is_same(&slots[at], name)) return true;
    return false;
}

static void names_among(const bench_table *t, bench_answer *a, uint32_t count) {
    static char names[BENCH_MANY_NAMES][BENCH_NAME_ROOM];
    folded *slots = calloc(SLOTS, sizeof *slots);
    uint32_t ids[BATCH];
    if (!slots) bench_stop("out of memory");
    bench_wanted_names(names, count);
    for (uint32_t i = 0; i < count; i++) {
        folded name = fold_name(names[i], (int32_t)strlen(names[i]));
        uint32_t at = slot_of(&name);
        while (slots[at].words[0]) at = (at + 1) % SLOTS;
        slots[at] = name;
    }
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const int32_t *offsets = t->name_offsets + row;
        for (uint32_t i = 0; i < rows; i++) {
            folded name = fold_name(t->name_bytes + offsets[i], offsets[i + 1] - offsets[i]);
            ids[kept] = t->id[row + i];
            kept += has(slots, &name);
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
    free(slots);
}

static void few_names(const bench_table *t, bench_answer *a) { names_among(t, a, BENCH_FEW_NAMES); }
static void many_names(const bench_table *t, bench_answer *a) { names_among(t, a, BENCH_MANY_NAMES); }

/* -- Q12: what is NULL is out, whatever the rest says ------------------------------------------------------------ */

static void neither(const bench_table *t, bench_answer *a) {
    const uint64_t mask = ((uint64_t)1 << 56) - 1, lower_case = 0x2020202020202020u & mask;
    uint32_t ids[BATCH];
    uint64_t wanted = 0, word;
    memcpy(&wanted, "svchost", 7);
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const int32_t *offsets = t->name_offsets + row;
        for (uint32_t i = 0; i < rows; i++) {
            uint32_t keep = (uint32_t)(t->size_valid[(row + i) / 8] & t->name_valid[(row + i) / 8]) >> (i % 8) & 1u;
            memcpy(&word, t->name_bytes + offsets[i], 8);
            keep &= t->size[row + i] <= BENCH_HALF;
            keep &= (uint32_t)(offsets[i + 1] - offsets[i] != 7) | (uint32_t)(((word & mask) | lower_case) != wanted);
            ids[kept] = t->id[row + i];
            kept += keep;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* -- Q14: bit-parallel. Bit i of the state: the first i elements fit the text that ends here ---------------------- */

enum { ELEMENTS = 6, WAITS = 1 | 1 << 3 }; /* behind a `%` a state waits: at the start, and behind the third element */

static void make_table(uint16_t table[256]) {
    for (uint32_t c = 0; c < 256; c++) {
        uint32_t lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
        bool fits[ELEMENTS] = {lower >= '0' && lower <= '9', true,
                               lower >= 'a' && lower <= 'f', lower >= 'w' && lower <= 'z',
                               lower < 'a' || lower > 'm',   true};
        table[c] = 0;
        for (uint32_t i = 0; i < ELEMENTS; i++) table[c] = (uint16_t)(table[c] | fits[i] << (i + 1));
    }
}

static void paths_fit(const bench_table *t, bench_answer *a) {
    uint16_t table[256];
    uint32_t ids[BATCH];
    make_table(table);
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0;
        const int32_t *offsets = t->path_offsets + row;
        for (uint32_t i = 0; i < rows; i++) {
            const uint8_t *at = (const uint8_t *)t->path_bytes + offsets[i];
            const uint8_t *end = (const uint8_t *)t->path_bytes + offsets[i + 1];
            uint32_t state = 1;
            for (; at < end && !(state >> ELEMENTS); at++) state = ((state << 1) & table[*at]) | (state & WAITS);
            ids[kept] = t->id[row + i];
            kept += state >> ELEMENTS;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

bench_loop bench_hand_more(int query, uint8_t layout) {
    if (layout != WQL_OFFSETS) return NULL;
    switch (query) {
    case BENCH_Q10: return few_names;
    case BENCH_Q11: return many_names;
    case BENCH_Q12: return neither;
    case BENCH_Q13: return bench_hand(BENCH_Q6, layout); /* no byte of another letter is one of "cache" */
    case BENCH_Q14: return paths_fit;
    case BENCH_Q15: return bench_hand(BENCH_Q1, layout);
    default: return NULL;
    }
}
