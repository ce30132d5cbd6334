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

static uint64_t load8(const uint8_t *from, uint32_t len) {
    uint64_t x = 0;
    memcpy(&x, from, len < 8 ? len : 8);
    return x;
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
    n->low8 = n->len ? load8(n->low, n->len) : 0;
    n->mask8 = load8(mask, n->len);
    n->keep8 = n->len >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * n->len)) - 1;
    choose_probes(n);
    return true;
}

bool wql__needle_skeleton(wql__needle *n, wql__arena *arena, const wql__pattern *pattern, bool *made) {
    uint32_t longest = wql__like_longest(pattern);
    uint8_t *low = wql__arena_alloc(arena, longest), *mask = wql__arena_alloc(arena, longest);
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
} hunt;

/* Places from `from` up to `end` bytes of `bytes` are looked through. */
static void hunt_start(hunt *h, const wql__needle *n, const wql__kernels *kernels, const uint8_t *bytes, size_t from, size_t end,
                       const _Atomic uint32_t *stop) {
    h->needle = n;
    h->kernels = kernels;
    h->bytes = bytes;
    h->stop = stop;
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
            h->base = h->kernels->hunt(h->needle, h->bytes, from, h->limit, h->stop, &h->bits);
            if (h->base >= h->limit) return h->limit;
        }
        if (from > h->base) h->bits &= ~(uint64_t)0 << (from - h->base);
        for (; h->bits; h->bits &= h->bits - 1) {
            size_t at = h->base + wql__first_bit(h->bits);
            if (agrees(h->needle, h->bytes + at, 0)) return at;
        }
        from = h->base + 64;
    }
}

static int decide_inside(const wql__needle *n, const wql__kernels *kernels, const uint8_t *text, size_t len,
                         const _Atomic uint32_t *stop) {
    hunt h;
    if (n->len == 0) return WQL__TRUE;
    if (n->ascii) {
        hunt_start(&h, n, kernels, text, 0, len, stop);
        if (hunt_next(&h, 0) < h.limit) return n->skeleton ? WQL__UNDECIDED : WQL__TRUE;
        if (n->plain) return WQL__FALSE;
    }
    return kernels->is_ascii((const char *)text, len) ? WQL__FALSE : WQL__UNDECIDED;
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

/* How much longer than the needle a text may be, if `size` bytes of both agree. Where that is the whole needle, a text that is
 * equal has its length: the bytes that agree are ASCII, and so is all of it. */
static uint32_t longer_by(const wql__needle *n, int how, uint32_t size) {
    if (how == WQL__NEEDLE_PREFIX) return UINT32_MAX - n->len;
    return n->len <= size ? 0 : n->longer;
}

static uint64_t load_text(const char *bytes, const int32_t *offsets, uint32_t i) {
    uint64_t x;
    memcpy(&x, bytes + offsets[i], 8);
    return x;
}

/* The first eight bytes of each text in one comparison: those of the texts behind it come along, and are left out by keep8. The
 * caller knows that eight bytes can be read at each of `count` texts. In *open those with a byte from 0x80 on among the bytes
 * that the needle has there: it may be a character that folds to one of them. All others are decided, since up to the first such
 * character both agree byte by byte. */
static uint64_t start_word(const wql__needle *n, const char *bytes, const int32_t *offsets, uint32_t count, uint32_t more,
                           uint64_t *open) {
    const uint64_t high = n->plain ? 0 : n->keep8 & 0x8080808080808080u;
    uint8_t m[64] = {0};
    uint64_t any = 0;
    *open = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t x = load_text(bytes, offsets, i);
        m[i] = (uint8_t)((((x & n->keep8) | n->mask8) == n->low8) & ((uint32_t)(offsets[i + 1] - offsets[i]) - n->len <= more));
        any |= x;
    }
    for (uint32_t i = 0; (any & high) && i < count; i++) *open |= (uint64_t)((load_text(bytes, offsets, i) & high) != 0) << i;
    return wql__pack_bytes(m);
}

/* Where the needle goes on behind what was compared, whoever agrees so far is decided alone. */
static void start_run(const wql__needle *n, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                      const uint64_t *valid, uint64_t *mask, uint64_t *open) {
    const uint32_t more = longer_by(n, how, 8);
    uint32_t quick = n->ascii ? rows : 0;
    /* Offsets ascend, so the texts at which eight bytes can be read are the first ones. */
    while (quick && (uint64_t)col->offsets[quick - 1] + 8 > col->bytes_size) quick--;
    for (uint32_t w = 0; w * 64 < quick; w++) {
        const int32_t *offsets = col->offsets + (size_t)w * 64;
        uint32_t count = quick - w * 64 < 64 ? quick - w * 64 : 64;
        uint64_t found = start_word(n, col->bytes, offsets, count, more, &open[w]) & valid[w];
        open[w] &= valid[w] & ~found;
        mask[w] = n->len <= 8 ? found : 0;
        for (found = n->len <= 8 ? 0 : found; found; found &= found - 1) {
            uint32_t row = w * 64 + wql__first_bit(found);
            decide_row(n, kernels, how, run_text(col, row), row, NULL, mask, open);
        }
    }
    for (uint32_t row = quick; row < rows; row++)
        if (wql__bit(valid, row)) decide_row(n, kernels, how, run_text(col, row), row, NULL, mask, open);
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
    if (n->plain || kernels->is_ascii(col->bytes + col->offsets[0], (size_t)(col->offsets[rows] - col->offsets[0]))) return;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++)
        for (uint64_t left = valid[w] & ~mask[w]; left; left &= left - 1) {
            wql_str text = run_text(col, w * 64 + wql__first_bit(left));
            if (!kernels->is_ascii(text.ptr, text.len)) open[w] |= left & (0 - left);
        }
}

/* -- a column of views ------------------------------------------------------------------------------------------- */

static wql_str view_text(const wql_column *col, const wql_view *view) {
    const char *far = view->len <= 12 ? NULL : col->buffers[view->as.ref.buffer] + view->as.ref.offset;
    return (wql_str){far ? far : view->as.inlined, view->len};
}

/* Length and first four bytes lie in one word of the view: it rules out most texts. `open` as for start_word. */
static uint64_t start_views(const wql__needle *n, const wql_view *views, uint32_t count, uint32_t more, uint64_t *open) {
    const uint32_t keep = (uint32_t)n->keep8, low = (uint32_t)n->low8, fold = (uint32_t)n->mask8;
    uint8_t m[64] = {0};
    const uint32_t high = n->plain ? 0 : keep & 0x80808080u;
    uint32_t any = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t x;
        memcpy(&x, views[i].as.inlined, 4);
        m[i] = (uint8_t)((((x & keep) | fold) == low) & (views[i].len - n->len <= more));
        any |= x;
    }
    *open = 0;
    for (uint32_t i = 0; (any & high) && i < count; i++) {
        uint32_t x;
        memcpy(&x, views[i].as.inlined, 4);
        *open |= (uint64_t)((x & high) != 0) << i;
    }
    return wql__pack_bytes(m);
}

/* As start_run, with four bytes for eight. */
static void view_run(const wql__needle *n, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                     const uint64_t *valid, uint64_t *mask, uint64_t *open) {
    const wql_view *views = col->values;
    const uint32_t more = longer_by(n, how, 4);
    const bool decided = n->len <= 4;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint32_t count = rows - w * 64 < 64 ? rows - w * 64 : 64;
        uint64_t found = start_views(n, views + (size_t)w * 64, count, more, &open[w]) & valid[w];
        open[w] &= valid[w] & ~found;
        mask[w] = decided ? found : 0;
        for (found = decided ? 0 : found; found; found &= found - 1) {
            uint32_t row = w * 64 + wql__first_bit(found);
            decide_row(n, kernels, how, view_text(col, &views[row]), row, NULL, mask, open);
        }
    }
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static void each_text(const wql__needle *n, const wql__kernels *kernels, int how, const wql_column *col, uint32_t rows,
                      const uint64_t *valid, const _Atomic uint32_t *stop, uint64_t *mask, uint64_t *open) {
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        if (wql__is_stopped(stop)) return;
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
    if (col->layout == WQL_OFFSETS && start)
        start_run(n, kernels, how, col, rows, valid, mask, open);
    else if (col->layout == WQL_OFFSETS && how == WQL__NEEDLE_CONTAINS && n->len)
        inside_run(n, kernels, col, rows, valid, stop, mask, open);
    else if (col->layout == WQL_VIEWS && start && n->ascii)
        view_run(n, kernels, how, col, rows, valid, mask, open);
    else
        each_text(n, kernels, how, col, rows, valid, stop, mask, open);
}
