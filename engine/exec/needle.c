/* SPDX-License-Identifier: MIT */
/* needle.c: finding a text without regard to case by looking at bytes.
 *
 * A letter is compared by (x | 0x20) == small letter, which holds for its two cases and no other byte. What remains of Unicode
 * folding decides when bytes may speak (wql__needle_decide): as long as text and needle agree, byte for byte, in ASCII, they
 * agree character for character; at the first byte that differs, an ASCII byte of the text is a character that folds to ASCII, so
 * it is no match for that place; a byte from 0x80 on may belong to a character that folds to anything (U+212A to k, U+017F to s),
 * so somebody else decides, unless the needle is plain: then nothing beyond ASCII folds to any of its characters. */
#include "kernels.h"

#include "../base/utf8.h"

#include <string.h>

/* -- preparing --------------------------------------------------------------------------------------------------- */

/* How rare a byte is in names, paths and words: letters in the order of how often they come, then what joins them. */
static unsigned rarity(uint8_t byte) {
    static const char order[] = "eaitonsrlcdumpgbhf./-_ 01vyw2k3x4596758jqz";
    const char *at = byte ? strchr(order, byte) : NULL;
    return at ? (unsigned)(at - order) : (unsigned)sizeof order;
}

/* 0: any byte agrees there. */
static unsigned worth(const wql__needle *n, uint32_t place) { return n->mask[place] == 0xff ? 0 : 1 + rarity(n->low[place]); }

static void choose_probes(wql__needle *n) {
    unsigned best = 0, second = 0;
    n->probe[0] = n->probe[1] = 0;
    for (uint32_t i = 0; i < n->len; i++)
        if (worth(n, i) > best) {
            best = worth(n, i);
            n->probe[0] = i;
        }
    n->probe[1] = n->probe[0];
    for (uint32_t i = 0; i < n->len; i++)
        if (i != n->probe[0] && worth(n, i) > second) {
            second = worth(n, i);
            n->probe[1] = i;
        }
}

bool wql__needle_init(wql__needle *n, wql__arena *arena, wql_str folded, bool plain) {
    uint8_t *mask;
    if (folded.len > UINT32_MAX) return false;
    mask = wql__arena_alloc(arena, folded.len);
    if (!mask) return false;
    memset(n, 0, sizeof *n);
    n->len = (uint32_t)folded.len;
    n->low = (const uint8_t *)folded.ptr;
    n->ascii = wql__is_ascii(folded.ptr, folded.len);
    n->plain = plain && n->ascii;
    for (uint32_t i = 0; i < n->len; i++) {
        mask[i] = n->low[i] >= 'a' && n->low[i] <= 'z' ? 0x20 : 0;
        n->longer += n->low[i] == 'k' ? 2 : n->low[i] == 's' ? 1 : 0; /* U+212A, U+017F */
    }
    n->mask = mask;
    choose_probes(n);
    return true;
}

bool wql__needle_skeleton(wql__needle *n, wql__arena *arena, const wql__pattern *pattern, bool *made) {
    uint8_t *low = wql__arena_alloc(arena, WQL__SKELETON_MAX), *mask = wql__arena_alloc(arena, WQL__SKELETON_MAX);
    *made = false;
    if (!low || !mask) return false;
    memset(n, 0, sizeof *n);
    n->len = wql__like_skeleton(pattern, low, mask);
    n->low = low;
    n->mask = mask;
    n->ascii = n->skeleton = true;
    if (n->len) choose_probes(n);
    *made = n->len > 0;
    return true;
}

/* -- one text ---------------------------------------------------------------------------------------------------- */

/* Whether the needle from byte `from` on agrees with the same bytes of `text`, which has them. */
static bool agrees(const wql__needle *n, const uint8_t *text, uint32_t from) {
    uint32_t i = from;
    uint64_t x, low, mask;
    for (; n->len - i >= 8; i += 8) {
        memcpy(&x, text + i, 8);
        memcpy(&low, n->low + i, 8);
        memcpy(&mask, n->mask + i, 8);
        if ((x | mask) != low) return false;
    }
    for (; i < n->len; i++)
        if ((text[i] | n->mask[i]) != n->low[i]) return false;
    return true;
}

static int decide_start(const wql__needle *n, const uint8_t *text, size_t len, bool whole) {
    for (uint32_t i = 0; i < n->len; i++) {
        if (i == len) return WQL__FALSE;
        if (text[i] >= 0x80) return n->plain ? WQL__FALSE : WQL__UNDECIDED;
        if ((text[i] | n->mask[i]) != n->low[i]) return WQL__FALSE;
    }
    return !whole || len == n->len ? WQL__TRUE : WQL__FALSE;
}

static int decide_end(const wql__needle *n, const uint8_t *text, size_t len) {
    for (uint32_t i = 1; i <= n->len; i++) {
        uint32_t at = n->len - i;
        if (i > len) return WQL__FALSE;
        if (text[len - i] >= 0x80) return n->plain ? WQL__FALSE : WQL__UNDECIDED;
        if ((text[len - i] | n->mask[at]) != n->low[at]) return WQL__FALSE;
    }
    return WQL__TRUE;
}

/* -- looking for it in a run of bytes ---------------------------------------------------------------------------- */

/* Where the needle may start: places at which both probes agree, found 64 at a time. */
typedef struct hunt {
    const wql__needle *needle;
    const wql__kernels *kernels;
    const uint8_t *bytes;
    size_t base, limit; /* of the block in `bits`; starts are below limit */
    uint64_t bits;
    const _Atomic uint32_t *stop;
    unsigned blocks, misses;
} hunt;

/* Places from `from` up to `end` bytes of `bytes` are looked through. */
static void hunt_start(hunt *h, const wql__needle *n, const wql__kernels *kernels, const uint8_t *bytes, size_t from, size_t end,
                       const _Atomic uint32_t *stop) {
    h->needle = n;
    h->kernels = kernels;
    h->bytes = bytes;
    h->stop = stop;
    h->blocks = h->misses = 0;
    h->limit = end - from >= n->len ? end - n->len + 1 : from;
    h->base = h->limit;
    h->bits = 0;
    if (from < h->limit) h->base = kernels->hunt(n, bytes, from, h->limit, stop, &h->bits);
}

/* The first place at or behind `from`, which is never less than before, where the needle is; `limit` if there is none. */
static size_t hunt_next(hunt *h, size_t from) {
    for (;;) {
        if (from >= h->limit || h->base >= h->limit) return h->limit;
        if (from >= h->base + 64) {
            if ((++h->blocks & 127u) == 0 && wql__stopped(h->stop)) return h->limit;
            h->base = h->kernels->hunt(h->needle, h->bytes, from, h->limit, h->stop, &h->bits);
            if (h->base >= h->limit) return h->limit;
        }
        if (from > h->base) h->bits &= ~(uint64_t)0 << (from - h->base);
        for (; h->bits; h->bits &= h->bits - 1) {
            size_t at = h->base + wql__first_bit(h->bits);
            if (agrees(h->needle, h->bytes + at, 0)) return at;
            if ((++h->misses & 127u) == 0 && wql__stopped(h->stop)) return h->limit;
        }
        from = h->base + 64;
    }
}

/* Whether all bytes are below 0x80. False too once the stop is set. */
static bool is_ascii(const wql__kernels *kernels, const char *bytes, size_t len, const _Atomic uint32_t *stop) {
    for (; len > WQL__STOP_EACH; bytes += WQL__STOP_EACH, len -= WQL__STOP_EACH)
        if (wql__stopped(stop) || !kernels->is_ascii(bytes, WQL__STOP_EACH)) return false;
    return kernels->is_ascii(bytes, len);
}

static int decide_inside(const wql__needle *n, const wql__kernels *kernels, const uint8_t *text, size_t len,
                         const _Atomic uint32_t *stop) {
    hunt h;
    if (n->len == 0) return WQL__TRUE;
    if (len >= WQL__STOP_LONG && wql__stopped(stop)) return WQL__FALSE;
    if (n->ascii) {
        hunt_start(&h, n, kernels, text, 0, len, stop);
        if (hunt_next(&h, 0) < h.limit) return n->skeleton ? WQL__UNDECIDED : WQL__TRUE;
        if (n->plain) return WQL__FALSE;
    }
    return is_ascii(kernels, (const char *)text, len, stop) ? WQL__FALSE : WQL__UNDECIDED;
}

int wql__needle_decide(const wql__needle *n, const wql__kernels *kernels, int how, wql_str text, const _Atomic uint32_t *stop) {
    const uint8_t *bytes = (const uint8_t *)text.ptr;
    switch (how) {
    case WQL__NEEDLE_EQUAL: return decide_start(n, bytes, text.len, true);
    case WQL__NEEDLE_PREFIX: return decide_start(n, bytes, text.len, false);
    case WQL__NEEDLE_SUFFIX: return decide_end(n, bytes, text.len);
    default: return decide_inside(n, kernels, bytes, text.len, stop);
    }
}

/* By code point of folded text: while both are ASCII, by byte; and an ASCII character comes before all others. */
int wql__needle_order(const wql__needle *n, wql_str text, int *order) {
    for (uint32_t i = 0;; i++) {
        uint8_t x;
        if (i == text.len || i == n->len) {
            *order = i < text.len ? 1 : i < n->len ? -1 : 0;
            return WQL__FALSE;
        }
        x = (uint8_t)text.ptr[i];
        if (x >= 0x80) return WQL__UNDECIDED;
        if (x >= 'A' && x <= 'Z') x |= 0x20;
        if (x == n->low[i]) continue;
        *order = x < n->low[i] ? -1 : 1;
        return WQL__FALSE;
    }
}

/* -- a column of offsets ----------------------------------------------------------------------------------------- */

static void set_bit(uint64_t *bits, uint32_t at) { bits[at >> 6] |= (uint64_t)1 << (at & 63u); }

static wql_str run_text(const wql_column *col, uint32_t row) {
    return (wql_str){col->bytes + col->offsets[row], (size_t)(col->offsets[row + 1] - col->offsets[row])};
}

/* Rows for which bytes alone decide: text by text, for the few that the quick ways leave over. */
static void decide_row(const wql__needle *n, const wql__kernels *kernels, int how, wql_str text, uint32_t row,
                       const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    int outcome = wql__needle_decide(n, kernels, how, text, stop);
    if (outcome == WQL__TRUE)
        set_bit(mask, row);
    else if (outcome == WQL__UNDECIDED)
        set_bit(open, row);
}

/* All texts of the column in one go: a place found belongs to the row it lies in, if the whole needle does. */
static void hunt_run(const wql__needle *n, const wql__kernels *kernels, const wql_column *col, const _Atomic uint32_t *stop,
                     uint32_t rows, uint64_t *mask) {
    const int32_t *offsets = col->offsets;
    size_t at = (size_t)offsets[0], end = (size_t)offsets[rows];
    uint32_t row = 0;
    hunt h;
    hunt_start(&h, n, kernels, (const uint8_t *)col->bytes, at, end, stop);
    for (at = hunt_next(&h, at); at < h.limit; at = hunt_next(&h, at)) {
        while ((size_t)offsets[row + 1] <= at) row++;
        if (at + n->len > (size_t)offsets[row + 1]) {
            at++;
            continue;
        }
        set_bit(mask, row);
        at = (size_t)offsets[row + 1];
    }
}

/* What a skeleton finds is only worth a closer look. */
static void inside_run(const wql__needle *n, const wql__kernels *kernels, const wql_column *col, uint32_t rows,
                       const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    if (n->ascii) hunt_run(n, kernels, col, stop, rows, n->skeleton ? open : mask);
    if (n->plain || is_ascii(kernels, col->bytes + col->offsets[0], (size_t)(col->offsets[rows] - col->offsets[0]), stop)) return;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++)
        for (uint64_t left = valid[w] & ~mask[w]; left; left &= left - 1) {
            wql_str text = run_text(col, w * 64 + wql__first_bit(left));
            if (text.len >= WQL__STOP_LONG && wql__stopped(stop)) return;
            if (!is_ascii(kernels, text.ptr, text.len, stop)) open[w] |= left & (0 - left);
        }
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static void each_text(const wql__needle *n, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                      const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        if (wql__stopped(stop)) return;
        for (uint64_t left = valid[w]; left; left &= left - 1) {
            uint32_t row = w * 64 + wql__first_bit(left);
            decide_row(n, kernels, how, wql_column_str(col, row), row, stop, mask, open);
        }
    }
}

void wql__needle_column(const wql__needle *n, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                        const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    bool start = how == WQL__NEEDLE_EQUAL || how == WQL__NEEDLE_PREFIX;
    memset(mask, 0, wql__bit_words(rows) * sizeof *mask);
    memset(open, 0, wql__bit_words(rows) * sizeof *open);
    if (start && n->ascii && (col->layout == WQL_OFFSETS || col->layout == WQL_VIEWS))
        wql__needle_start(n, kernels, how, col, rows, valid, stop, mask, open);
    else if (col->layout == WQL_OFFSETS && how == WQL__NEEDLE_CONTAINS && n->len)
        inside_run(n, kernels, col, rows, valid, stop, mask, open);
    else
        each_text(n, kernels, how, col, rows, valid, stop, mask, open);
}
