/* SPDX-License-Identifier: MIT */
/* fold.c: folding, and what is built on it: comparing, hashing, nearness. The ASCII paths below answer only while every byte
 * that they look at is below 0x80; the first other byte hands over to whole characters. */
#include "fold.h"

#include "fold_table.h"
#include "stop.h"
#include "utf8.h"

static inline uint32_t fold_ascii(uint32_t c) { return c - 'A' < 26u ? c | 0x20u : c; }

uint32_t wql__fold(uint32_t c) {
    if (c < 0x80) return fold_ascii(c);
    if (c >= FOLD_END) return c;
    return (c & ~0xffffu) | ((c + fold_add[fold_page[c >> 6]][c & 63u]) & 0xffffu);
}

size_t wql__fold_text(const char *ptr, size_t len, char *out) {
    const char *end = len ? ptr + len : ptr;
    char *to = out;
    while (ptr < end) {
        unsigned char c = (unsigned char)*ptr;
        if (c < 0x80) {
            *to++ = (char)fold_ascii(c);
            ptr++;
        } else {
            to += wql__utf8_put(wql__fold(wql__utf8_next(&ptr, end)), to);
        }
    }
    return (size_t)(to - out);
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* Bytes that are the same in both, up to where characters must be looked at; ASCII only, so that no character is cut. */
static size_t common_bytes(wql_str a, wql_str b, const _Atomic uint32_t *stop) {
    size_t len = a.len < b.len ? a.len : b.len, i = 0;
    for (; len - i >= 8; i += 8) {
        uint64_t x, y;
        if (i % WQL__STOP_BLOCK == 0 && i && wql__stopped(stop)) break;
        memcpy(&x, a.ptr + i, sizeof x);
        memcpy(&y, b.ptr + i, sizeof y);
        if (x != y || (x & 0x8080808080808080u)) break;
    }
    return i;
}

/* Where to look at the flag next. */
static const char *next_look(const char *at, const char *end) {
    return end - at > WQL__STOP_WORK / 4 ? at + WQL__STOP_WORK / 4 : end;
}

int wql__fold_compare_until(wql_str a, wql_str b, const _Atomic uint32_t *stop) {
    size_t same = common_bytes(a, b, stop);
    const char *p = same ? a.ptr + same : a.ptr, *p_end = a.len ? a.ptr + a.len : a.ptr;
    const char *q = same ? b.ptr + same : b.ptr, *q_end = b.len ? b.ptr + b.len : b.ptr;
    const char *look = next_look(p, p_end);
    while (p < p_end && q < q_end) {
        uint32_t x = (unsigned char)*p, y = (unsigned char)*q;
        if (p >= look) {
            if (wql__stopped(stop)) break;
            look = next_look(p, p_end);
        }
        if ((x | y) < 0x80) {
            x = fold_ascii(x);
            y = fold_ascii(y);
            p++;
            q++;
        } else {
            x = wql__fold(wql__utf8_next(&p, p_end));
            y = wql__fold(wql__utf8_next(&q, q_end));
        }
        if (x != y) return x < y ? -1 : 1;
    }
    return (p < p_end) - (q < q_end);
}

static bool same_bytes(const char *a, const char *b, size_t len, const _Atomic uint32_t *stop) {
    for (size_t i = 0; i < len; i += WQL__STOP_BLOCK) {
        if (i && wql__stopped(stop)) return false;
        if (memcmp(a + i, b + i, len - i > WQL__STOP_BLOCK ? WQL__STOP_BLOCK : len - i) != 0) return false;
    }
    return true;
}

/* Texts that fold to the same differ in length by a factor of three at most (k and U+212A), so much unequal ones need no look. */
bool wql__fold_equal_until(wql_str a, wql_str b, const _Atomic uint32_t *stop) {
    size_t longer = a.len > b.len ? a.len : b.len, shorter = a.len + b.len - longer;
    if (shorter < longer / 3) return false;
    if (shorter == longer && same_bytes(a.ptr, b.ptr, longer, stop)) return true;
    return wql__fold_compare_until(a, b, stop) == 0;
}

int wql__fold_compare(wql_str a, wql_str b) { return wql__fold_compare_until(a, b, NULL); }
bool wql__fold_equal(wql_str a, wql_str b) { return wql__fold_equal_until(a, b, NULL); }
uint64_t wql__fold_hash(wql_str s, uint64_t seed) { return wql__fold_hash_until(s, seed, NULL); }

uint64_t wql__fold_hash_until(wql_str s, uint64_t seed, const _Atomic uint32_t *stop) {
    const char *p = s.ptr, *end = s.len ? s.ptr + s.len : s.ptr, *look = next_look(p, end);
    uint64_t h = seed ^ 0x9e3779b97f4a7c15u;
    while (p < end) {
        uint32_t c = (unsigned char)*p;
        if (p >= look) {
            if (wql__stopped(stop)) break;
            look = next_look(p, end);
        }
        if (c < 0x80) {
            c = fold_ascii(c);
            p++;
        } else {
            c = wql__fold(wql__utf8_next(&p, end));
        }
        h = (h ^ c) * 0x00000100000001b3u;
    }
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

bool wql__fold_is_plain(wql_str s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x80 || (c | 0x20) == 'k' || (c | 0x20) == 's') return false;
    }
    return true;
}

/* -- nearness ---------------------------------------------------------------------------------------------------- */

enum { DISTANCE_MOST = WQL__DISTANCE_MOST, BAND = 2 * DISTANCE_MOST + 1 };

/* The characters of a text, folded, of which the last BAND + 1 can be asked for again. */
typedef struct reader {
    const char *at, *end;
    uint32_t seen[BAND + 1];
    size_t count; /* read so far */
} reader;

static reader reader_open(wql_str s) {
    reader r = {s.ptr, s.len ? s.ptr + s.len : s.ptr, {0}, 0};
    return r;
}
static void reader_next(reader *r) { r->seen[r->count++ % (BAND + 1)] = wql__fold(wql__utf8_next(&r->at, r->end)); }
static uint32_t reader_get(const reader *r, size_t i) { return r->seen[i % (BAND + 1)]; }

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* One row of the table of distances: row[k] is that of the first i characters of `a` from the first i + k - most of `b`; what
 * lies outside the band is more than `most`. Returns the least. */
static unsigned fill_row(const reader *a, const reader *b, size_t i, size_t b_len, unsigned most, const unsigned *before2,
                         const unsigned *before, unsigned *row) {
    const unsigned far = most + 1;
    unsigned best = far;
    for (unsigned k = 0; k <= 2 * most; k++) {
        unsigned cost = far;
        size_t j;
        row[k] = far;
        if (i + k < most || i + k - most > b_len) continue;
        j = i + k - most;
        if (j == 0) {
            cost = (unsigned)i;
        } else {
            uint32_t x = reader_get(a, i - 1), y = reader_get(b, j - 1);
            cost = before[k] + (x != y);
            if (k > 0) cost = least(cost, row[k - 1] + 1);
            if (k < 2 * most) cost = least(cost, before[k + 1] + 1);
            if (i > 1 && j > 1 && x == reader_get(b, j - 2) && y == reader_get(a, i - 2)) cost = least(cost, before2[k] + 1);
        }
        row[k] = least(cost, far);
        best = least(best, row[k]);
    }
    return best;
}

unsigned wql__fold_distance(wql_str a, wql_str b, unsigned most) {
    size_t a_len = wql__utf8_count(a.ptr, a.len), b_len = wql__utf8_count(b.ptr, b.len);
    unsigned rows[3][BAND];
    reader ra = reader_open(a), rb = reader_open(b);
    if (most > DISTANCE_MOST) most = DISTANCE_MOST;
    if ((a_len > b_len ? a_len - b_len : b_len - a_len) > most) return most + 1;
    for (unsigned k = 0; k <= 2 * most; k++) rows[0][k] = rows[2][k] = k >= most ? k - most : most + 1;
    for (size_t i = 1; i <= a_len; i++) {
        reader_next(&ra);
        while (rb.count < b_len && rb.count < i + most) reader_next(&rb);
        if (fill_row(&ra, &rb, i, b_len, most, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]) > most && i > 1) {
            /* A swap looks two rows back: only if that one is lost too, all is. */
            unsigned best = most + 1;
            for (unsigned k = 0; k <= 2 * most; k++) best = least(best, rows[(i + 2) % 3][k]);
            if (best > most) return most + 1;
        }
    }
    return rows[a_len % 3][b_len + most - a_len];
}

void wql__near_init(wql__near *near, wql_str wanted) {
    size_t chars = wql__utf8_count(wanted.ptr, wanted.len);
    near->wanted = wanted;
    near->best.ptr = NULL;
    near->best.len = 0;
    near->distance = chars < 2 ? 1 : chars < 3 ? 2 : chars < 6 ? 3 : 4; /* one more than what is still near */
}

/* Among names that are as near the first one wins. */
void wql__near_offer(wql__near *near, wql_str name) {
    unsigned distance;
    if (near->distance == 0 || !name.len) return;
    distance = wql__fold_distance(near->wanted, name, near->distance - 1);
    if (distance >= near->distance) return;
    near->distance = distance;
    near->best = name;
}
