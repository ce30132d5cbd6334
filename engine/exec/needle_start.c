/* SPDX-License-Identifier: MIT */
/* needle_start.c: texts that begin with a needle, or are equal to it. Four bytes of 64 texts are brought side by side and
 * compared at once, which decides most of them. While many are left the next four follow; the few that remain are looked at one
 * by one.
 *
 * Behind a short text the bytes of the next one come along: its length rules it out in the end. A byte from 0x80 on, where all
 * before it agreed, may belong to a character that folds to one of the needle's: such a text stays open. */
#include "kernels.h"

#include <string.h>

enum { WORD = 4, WORDS_MOST = WQL__NEEDLE_MAX / WORD, FEW = 8 };

typedef struct start {
    const wql__needle *needle;
    const wql__kernels *kernels;
    const wql_column *col;
    const _Atomic uint32_t *stop;
    int how;
    uint32_t word_count; /* that are compared side by side: of a view its first four bytes */
    bool whole;          /* they are the whole needle */
    wql__needle_word words[WORDS_MOST];
} start;

static wql__needle_word word_of(const wql__needle *n, uint32_t at) {
    uint32_t left = n->len - at, size = left < WORD ? left : WORD;
    wql__needle_word word = {0, 0, 0, 0};
    memcpy(&word.low, n->low + at, size);
    memcpy(&word.mask, n->mask + at, size);
    word.keep = size == WORD ? UINT32_MAX : (1u << (8 * size)) - 1;
    word.high = n->plain ? 0 : word.keep & 0x80808080u;
    return word;
}

static void prepare(start *s) {
    uint32_t words = (s->needle->len + WORD - 1) / WORD;
    s->word_count = s->col->layout == WQL_VIEWS && words > 1 ? 1 : words;
    s->whole = s->word_count == words;
    for (uint32_t i = 0; i < s->word_count; i++) s->words[i] = word_of(s->needle, i * WORD);
}

/* Rows whose words can be read: offsets ascend, so of a column of offsets the first ones. */
static uint32_t readable(const start *s, uint32_t rows) {
    if (s->col->layout == WQL_VIEWS) return rows;
    while (rows && (uint64_t)s->col->offsets[rows - 1] + s->word_count * WORD > s->col->bytes_size) rows--;
    return rows;
}

static uint32_t length(const start *s, uint32_t row) {
    if (s->col->layout == WQL_VIEWS) return ((const wql_view *)s->col->values)[row].len;
    return (uint32_t)(s->col->offsets[row + 1] - s->col->offsets[row]);
}

/* The bit of a row whose bytes decide, or cannot. */
static void decide(const start *s, uint32_t row, uint64_t *mask, uint64_t *open) {
    int outcome = wql__needle_decide(s->needle, s->kernels, s->how, wql_column_str(s->col, row), s->stop);
    uint64_t bit = (uint64_t)1 << (row & 63u);
    if (outcome == WQL__TRUE)
        *mask |= bit;
    else if (outcome == WQL__UNDECIDED)
        *open |= bit;
}

/* Of texts that agree in all that was compared: those that are long enough, or as long as the needle. */
static void settle(const start *s, uint32_t first, uint64_t found, uint64_t *mask, uint64_t *open) {
    const uint32_t len = s->needle->len, more = s->how == WQL__NEEDLE_PREFIX ? UINT32_MAX - len : 0;
    if (!s->whole && found && wql__stopped(s->stop)) return;
    for (; found; found &= found - 1) {
        uint32_t row = first + wql__first_bit(found);
        if (!s->whole)
            decide(s, row, mask, open);
        else if (length(s, row) - len <= more)
            *mask |= found & (0 - found);
    }
}

/* Of texts with other characters: those that are not too short, or too long to be equal. */
static uint64_t possible(const start *s, uint32_t first, uint64_t open) {
    const uint32_t len = s->needle->len, more = s->how == WQL__NEEDLE_PREFIX ? UINT32_MAX - len : s->needle->longer;
    uint64_t kept = 0;
    for (; open; open &= open - 1)
        if (length(s, first + wql__first_bit(open)) - len <= more) kept |= open & (0 - open);
    return kept;
}

static void compare_word(start *s, uint32_t first, uint32_t count, uint64_t valid, uint64_t *mask, uint64_t *open) {
    uint32_t words[64];
    uint64_t found = valid;
    *mask = *open = 0;
    for (uint32_t at = 0; at < s->word_count && found; at++) {
        uint64_t other;
        if (at && wql__count_bits(found) <= FEW) { /* looked at from their beginning */
            for (; found; found &= found - 1) decide(s, first + wql__first_bit(found), mask, open);
            break;
        }
        wql__load_words(s->col, first, count, at * WORD, words);
        valid = found;
        found &= s->kernels->agree(words, &s->words[at], &other);
        *open |= valid & other;
    }
    settle(s, first, found, mask, open);
    if (*open) *open = possible(s, first, *open);
}

void wql__needle_start(const wql__needle *needle, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                       const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    start s = {.needle = needle, .kernels = kernels, .col = col, .stop = stop, .how = how};
    uint32_t quick;
    prepare(&s);
    quick = readable(&s, rows);
    for (uint32_t first = 0; first < quick; first += 64) {
        uint32_t count = quick - first < 64 ? quick - first : 64, w = first / 64;
        compare_word(&s, first, count, valid[w] & wql__low_bits(count), &mask[w], &open[w]);
    }
    for (uint32_t row = quick; row < rows; row++) {
        if (row % 64 == 0 && wql__stopped(stop)) return;
        if (wql__bit(valid, row)) decide(&s, row, &mask[row / 64], &open[row / 64]);
    }
}
