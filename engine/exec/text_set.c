/* SPDX-License-Identifier: MIT */
/* text_set.c: most texts are none of the set, and their first bytes show it: what these hash to is looked up in a table, for row
 * after row and without a branch. Only texts that pass are compared, eight bytes at once. What is not ASCII goes to the
 * map, which knows the whole rule: a text of other letters may be as good as an ASCII one (U+212A is a k). */
#include "text_set.h"

#include "../base/utf8.h"

#include <string.h>

/* A folded text by the words at its start, at its end, and between them: all of it, up to WORDS_COVER bytes. */
typedef struct words {
    uint64_t head, middle, tail;
} words;

struct wql__text_member {
    const char *text; /* folded */
    size_t len;
    words words;
};

#define HIGH_BITS 0x8080808080808080u
#define LOWER_CASE 0x2020202020202020u
enum { WORD = 8, HALF = 4, WORDS_COVER = 24, FILTER_BITS_MIN = 12, FILTER_BITS_MAX = 16, FILTER_SHARE = 32, LONG = 256 };

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
static inline uint32_t hash_of(uint64_t lower) { return (uint32_t)(lower * 0x9e3779b97f4a7c15u >> 47); }

static inline uint64_t lower_of(uint64_t head, size_t len) { return (head | LOWER_CASE) & keep[len < WORD ? len : WORD]; }

static inline uint32_t filter_place(const wql__text_set *set, uint64_t lower) {
    if (set->by_word) return wql__place_of((uint32_t)lower, 32 - set->filter_bits);
    return hash_of(lower) & ((1u << set->filter_bits) - 1);
}

/* -- making ------------------------------------------------------------------------------------------------------ */

bool wql__text_set_init(wql__text_set *set, wql__arena *arena, uint32_t count, size_t shortest) {
    uint32_t slots = 16, bits = FILTER_BITS_MIN;
    memset(set, 0, sizeof *set);
    while (slots < count * 4) slots *= 2;
    while (bits < FILTER_BITS_MAX && (1u << bits) / FILTER_SHARE < count) bits++;
    set->mask = slots - 1;
    set->by_word = shortest >= HALF;
    set->filter_bits = bits;
    set->members = wql__arena_alloc(arena, wql__array_size(count, sizeof *set->members));
    set->slots = wql__arena_zero(arena, wql__array_size(slots, sizeof *set->slots));
    set->filter = wql__arena_zero(arena, (size_t)1 << bits);
    return set->members && set->slots && set->filter && wql__map_init(&set->map, arena, count);
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
    uint32_t at = hash_of(lower) & set->mask, number = set->map.count;
    if (wql__map_add(&set->map, folded, number) != number) return; /* it is there */
    add_lengths(set, folded);
    set->filter[filter_place(set, lower)] = 1;
    while (set->slots[at]) at = (at + 1) & set->mask;
    set->slots[at] = number + 1;
    set->members[number] = (struct wql__text_member){folded.len ? folded.ptr : "", folded.len, w};
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
    for (uint32_t at = hash_of(lower_of(w->head, text.len)) & set->mask; set->slots[at]; at = (at + 1) & set->mask) {
        const struct wql__text_member *member = &set->members[set->slots[at] - 1];
        if (member->words.head != w->head) continue;
        if (member->len == text.len && are_same(&member->words, w) &&
            (text.len <= WORDS_COVER || is_same_rest(text.ptr, member->text, text.len)))
            return true;
        if (text.len > WORD && text.len / 3 <= member->len && !wql__is_ascii(text.ptr + WORD, text.len - WORD))
            return in_map(set, text);
    }
    return false;
}

static bool has_words(const wql__text_set *set, wql_str text, words w) {
    if (w.head & HIGH_BITS) return in_map(set, text);
    w = fold_words(w);
    return find(set, text, &w);
}

static inline bool has_length(const wql__text_set *set, size_t len) { return (set->lengths >> (len & 63u)) & 1u; }

bool wql__text_set_has(const wql__text_set *set, wql_str text) {
    words w;
    if (!has_length(set, text.len)) return false;
    w = words_of(text);
    if (!(w.head & HIGH_BITS) && !set->filter[filter_place(set, lower_of(w.head, text.len))]) return false;
    return has_words(set, text, w);
}

/* -- columns ----------------------------------------------------------------------------------------------------- */

/* The words of a text behind whose first byte eight can be read, without a branch on its length. */
static inline words readable_words(wql_str text) {
    bool is_short = text.len < WORD;
    size_t tail = is_short ? 0 : tail_at(text.len), middle = tail < WORD ? tail : WORD;
    uint64_t kept = keep[is_short ? text.len : WORD];
    return (words){load(text.ptr) & kept, load(text.ptr + middle) & kept, load(text.ptr + tail) & kept};
}

/* Of texts that passed the filter: the members. `readable`: of each eight bytes. */
static uint64_t members_of(const wql__text_set *set, const wql_column *col, uint32_t first, uint64_t left, bool readable,
                           const _Atomic uint32_t *stop) {
    uint64_t found = 0;
    for (; left; left &= left - 1) {
        wql_str text = wql_column_str(col, first + wql__first_bit(left));
        bool has;
        if (text.len > LONG && wql__stopped(stop)) break;
        if (!has_length(set, text.len)) continue;
        has = readable ? has_words(set, text, readable_words(text)) : wql__text_set_has(set, text);
        found |= has ? left & (0 - left) : 0;
    }
    return found;
}

/* Which of up to 64 texts may be in the set, by their first four bytes. */
static uint64_t may_begin(const wql__text_set *set, const wql__kernels *kernels, const wql_column *col, uint32_t first,
                          uint32_t count) {
    uint32_t begin[64], places[64];
    uint8_t found[64];
    wql__load_words(col, first, count, 0, begin);
    if (kernels->places(begin, 32 - set->filter_bits, places) & (uint32_t)HIGH_BITS)
        for (uint32_t i = 0; i < 64; i++) found[i] = set->filter[places[i]] | ((begin[i] & (uint32_t)HIGH_BITS) != 0);
    else
        for (uint32_t i = 0; i < 64; i++) found[i] = set->filter[places[i]];
    return wql__pack_bytes(found);
}

/* The same by the first eight bytes, or as many as each has. */
static uint64_t may_be(const wql__text_set *set, const wql_column *col, uint32_t first, uint32_t count) {
    const int32_t *offsets = col->offsets + first;
    uint8_t found[64] = {0};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t lower = lower_of(load(col->bytes + offsets[i]), (uint32_t)(offsets[i + 1] - offsets[i]));
        found[i] = set->filter[filter_place(set, lower)] | ((lower & HIGH_BITS) != 0);
    }
    return wql__pack_bytes(found);
}

static inline uint64_t valid_of(const wql_column *col, uint32_t w, uint32_t count) {
    uint64_t bits = ~(uint64_t)0;
    if (col->validity) memcpy(&bits, col->validity + (size_t)w * 8, (count + 7) / 8);
    return count == 64 ? bits : bits & (((uint64_t)1 << count) - 1);
}

/* A view below a NULL may point anywhere, but its first four bytes are its own. Texts of less than four bytes are few in a set,
 * so their columns of views are looked at text by text. */
void wql__text_set_column(const wql__text_set *set, const wql__kernels *kernels, const wql_column *col, uint32_t rows,
                          const _Atomic uint32_t *stop, uint64_t *mask) {
    const bool views = col->layout == WQL_VIEWS;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint32_t first = w * 64, count = rows - first < 64 ? rows - first : 64;
        bool readable = views || (uint64_t)col->offsets[first + count - 1] + WORD <= col->bytes_size;
        uint64_t left = valid_of(col, w, count);
        if (readable && set->by_word)
            left &= may_begin(set, kernels, col, first, count);
        else if (readable && !views)
            left &= may_be(set, col, first, count);
        mask[w] = members_of(set, col, first, left, readable, stop);
    }
}
