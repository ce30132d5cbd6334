/* SPDX-License-Identifier: MIT */
/* text_set.c: most texts are none of the set, and their first eight bytes show it: what these hash to is looked up in a table,
 * for row after row and without a branch. Only texts that pass are compared, eight bytes at once. What is not ASCII goes to the
 * map, which knows the whole rule: a text of other letters may be as good as an ASCII one (U+212A is a k). */
#include "text_set.h"

#include "kernels.h"

#include "../base/utf8.h"

#include <string.h>

/* A folded text by the words at its start, at its end, and between them: all of it, up to WORDS_COVER bytes. */
typedef struct words {
    uint64_t head, middle, tail;
} words;

struct wql__text_slot {
    const char *text; /* folded; NULL: free */
    size_t len;
    words words;
};

#define HIGH_BITS 0x8080808080808080u
#define LOWER_CASE 0x2020202020202020u
enum { WORD = 8, WORDS_COVER = 24, FILTER_MIN = 4096, FILTER_MAX = 1 << 16, FILTER_SHARE = 32, LONG = 256 };

static const uint64_t keep[WORD + 1] = {
    0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, 0xffffffffffffffff};

/* -- eight bytes at once ----------------------------------------------------------------------------------------- */

static inline uint64_t load(const char *text) {
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

/* Bytes that are ASCII in lower case; the others come out as anything. */
static inline uint64_t fold_word(uint64_t word) {
    uint64_t low = word & ~HIGH_BITS, upper = (low + 0x3f3f3f3f3f3f3f3fu) & ~(low + 0x2525252525252525u) & HIGH_BITS;
    return word | upper >> 2;
}

/* Where the words behind the first one begin. */
static inline size_t tail_at(size_t len) { return len - WORD; }
static inline size_t middle_at(size_t len) { return len - WORD < WORD ? len - WORD : WORD; }

/* A text of less than eight bytes is one word, filled up with zeros. */
static inline words words_of(wql_str text) {
    uint64_t word = 0;
    if (text.len >= WORD)
        return (words){load(text.ptr), load(text.ptr + middle_at(text.len)), load(text.ptr + tail_at(text.len))};
    if (text.len) memcpy(&word, text.ptr, text.len);
    return (words){word, word, word};
}

static inline words fold_words(words w) { return (words){fold_word(w.head), fold_word(w.middle), fold_word(w.tail)}; }

static inline bool are_same(const words *a, const words *b) {
    return ((a->head ^ b->head) | (a->middle ^ b->middle) | (a->tail ^ b->tail)) == 0;
}

/* Of the first word, with the bit of lower case set in all bytes that the text has: the same for both cases of a letter. */
static inline uint32_t hash_of(uint64_t lower, uint32_t mask) { return (uint32_t)(lower * 0x9e3779b97f4a7c15u >> 47) & mask; }

static inline uint64_t lower_of(uint64_t head, size_t len) { return (head | LOWER_CASE) & keep[len < WORD ? len : WORD]; }

/* -- making ------------------------------------------------------------------------------------------------------ */

bool wql__text_set_init(wql__text_set *set, wql__arena *arena, uint32_t count) {
    uint32_t slots = 16, places = FILTER_MIN;
    memset(set, 0, sizeof *set);
    while (slots < count * 2) slots *= 2;
    while (places < FILTER_MAX && places / FILTER_SHARE < count) places *= 2;
    set->mask = slots - 1;
    set->filter_mask = places - 1;
    set->slots = wql__arena_zero(arena, wql__array_size(slots, sizeof *set->slots));
    set->filter = wql__arena_zero(arena, places);
    return set->slots && set->filter && wql__map_init(&set->map, arena, count);
}

/* A text that folds to ASCII has as many bytes, and at most two more for a k (U+212A) and one more for an s (U+017F). */
static void add_lengths(wql__text_set *set, wql_str folded) {
    size_t more = 0;
    if (!wql__is_ascii(folded.ptr, folded.len)) set->lengths = ~(uint64_t)0;
    for (size_t i = 0; i < folded.len; i++) more += folded.ptr[i] == 'k' ? 2 : folded.ptr[i] == 's' ? 1 : 0;
    for (size_t i = 0; i <= more && i < 64; i++) set->lengths |= (uint64_t)1 << ((folded.len + i) & 63u);
}

void wql__text_set_add(wql__text_set *set, wql_str folded) {
    words w = words_of(folded);
    uint64_t lower = lower_of(w.head, folded.len);
    uint32_t at = hash_of(lower, set->mask), number = set->map.count;
    if (wql__map_add(&set->map, folded, number) != number) return; /* it is there */
    add_lengths(set, folded);
    set->filter[hash_of(lower, set->filter_mask)] = 1;
    while (set->slots[at].text) at = (at + 1) & set->mask;
    set->slots[at] = (struct wql__text_slot){folded.len ? folded.ptr : "", folded.len, w};
}

/* -- asking ------------------------------------------------------------------------------------------------------ */

static bool is_same_rest(const char *text, const char *folded, size_t len) {
    for (size_t at = 2 * WORD; at + WORD < len; at += WORD)
        if (fold_word(load(text + at)) != load(folded + at)) return false;
    return true;
}

static bool in_map(const wql__text_set *set, wql_str text) { return wql__map_find(&set->map, text) != WQL__NO_ENTRY; }

/* A byte that is not ASCII is taken for no other one by these comparisons. So what they find is there; what they do not find may
 * be there all the same, if the text begins like a member. */
static bool find(const wql__text_set *set, wql_str text, const words *w) {
    for (uint32_t at = hash_of(lower_of(w->head, text.len), set->mask); set->slots[at].text; at = (at + 1) & set->mask) {
        const struct wql__text_slot *slot = &set->slots[at];
        if (slot->words.head != w->head) continue;
        if (slot->len == text.len && are_same(&slot->words, w) &&
            (text.len <= WORDS_COVER || is_same_rest(text.ptr, slot->text, text.len)))
            return true;
        if (text.len > WORD && text.len / 3 <= slot->len && !wql__is_ascii(text.ptr + WORD, text.len - WORD))
            return in_map(set, text);
    }
    return false;
}

bool wql__text_set_has(const wql__text_set *set, wql_str text) {
    words w;
    if (!((set->lengths >> (text.len & 63u)) & 1u)) return false;
    w = words_of(text);
    if (w.head & HIGH_BITS) return in_map(set, text);
    if (!set->filter[hash_of(lower_of(w.head, text.len), set->filter_mask)]) return false;
    w = fold_words(w);
    return find(set, text, &w);
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

/* Which of up to 64 texts may be in the set, by their first words. */
static uint64_t may_be(const wql__text_set *set, const uint64_t *lower, uint32_t count) {
    uint8_t found[64] = {0};
    uint64_t any = 0;
    for (uint32_t i = 0; i < count; i++) {
        found[i] = set->filter[hash_of(lower[i], set->filter_mask)];
        any |= lower[i];
    }
    if (any & HIGH_BITS)
        for (uint32_t i = 0; i < count; i++) found[i] |= (lower[i] & HIGH_BITS) != 0;
    return wql__pack_bytes(found);
}

static uint64_t offsets_may_be(const wql__text_set *set, const wql_column *col, uint32_t first, uint32_t count) {
    const int32_t *offsets = col->offsets + first;
    uint64_t lower[64];
    if ((uint64_t)offsets[count - 1] + WORD > col->bytes_size) return ~(uint64_t)0; /* no eight bytes behind the last one */
    for (uint32_t i = 0; i < count; i++)
        lower[i] = lower_of(load(col->bytes + offsets[i]), (uint32_t)(offsets[i + 1] - offsets[i]));
    return may_be(set, lower, count);
}

/* A view has the text, or its first four bytes and says where it is, which has more than eight. */
static uint64_t views_may_be(const wql__text_set *set, const wql_column *col, uint32_t first, uint32_t count) {
    const wql_view *views = (const wql_view *)col->values + first;
    uint64_t lower[64];
    for (uint32_t i = 0; i < count; i++) {
        const wql_view *view = &views[i];
        const char *text = view->as.inlined;
        if (view->len > sizeof view->as.inlined) text = col->buffers[view->as.ref.buffer] + view->as.ref.offset;
        lower[i] = lower_of(load(text), view->len);
    }
    return may_be(set, lower, count);
}

static inline uint64_t valid_of(const wql_column *col, uint32_t w, uint32_t count) {
    uint64_t bits = ~(uint64_t)0;
    if (col->validity) memcpy(&bits, col->validity + (size_t)w * 8, (count + 7) / 8);
    return count == 64 ? bits : bits & (((uint64_t)1 << count) - 1);
}

void wql__text_set_column(const wql__text_set *set, const wql_column *col, uint32_t rows, const _Atomic uint32_t *stop,
                          uint64_t *mask) {
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint32_t count = rows - w * 64 < 64 ? rows - w * 64 : 64;
        uint64_t left = valid_of(col, w, count);
        mask[w] = 0;
        if (col->layout == WQL_OFFSETS)
            left &= offsets_may_be(set, col, w * 64, count);
        else if (left == ~(uint64_t)0) /* a view below a NULL may point anywhere */
            left &= views_may_be(set, col, w * 64, count);
        for (; left; left &= left - 1) {
            wql_str text = wql_column_str(col, w * 64 + wql__first_bit(left));
            if (text.len > LONG && wql__stopped(stop)) return;
            if (wql__text_set_has(set, text)) mask[w] |= left & (0 - left);
        }
    }
}
