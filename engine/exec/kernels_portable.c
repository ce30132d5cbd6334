/* SPDX-License-Identifier: MIT */
/* kernels_portable.c: the kernels in plain C, for every machine: in blocks of 64 rows, which compilers turn into vector code of
 * whatever the target has. The number of turns is known, nothing aliases, nothing branches on data, and no row behind the last
 * one is read. The other levels take from here what they cannot do better. */
#include "kernels.h"

#include "../base/utf8.h"

#include <string.h>

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* Dense: one block is 64 comparisons into bytes, packed into one word. The rows behind the last full block are copied to a block
 * of our own first. */
#define DENSE_OF(NAME, T, C, FIELD, PASSES)                                                                                      \
    static uint64_t NAME##_block(const T *restrict v, C with) {                                                                  \
        uint8_t m[64];                                                                                                           \
        for (unsigned i = 0; i < 64; i++) m[i] = (uint8_t)(PASSES);                                                              \
        return wql__pack_bytes(m);                                                                                               \
    }                                                                                                                            \
    static uint32_t NAME##_dense(const void *values, wql__constant with, uint32_t rows, uint64_t *bits) {                        \
        const T *v = values;                                                                                                     \
        uint32_t w = 0, count = 0;                                                                                               \
        for (; w < rows / 64; w++) {                                                                                             \
            bits[w] &= NAME##_block(v + (size_t)w * 64, FIELD);                                                                  \
            count += wql__count_bits(bits[w]);                                                                                   \
        }                                                                                                                        \
        if (rows % 64) {                                                                                                         \
            T last[64] = {0};                                                                                                    \
            memcpy(last, v + (size_t)w * 64, (rows % 64) * sizeof *last);                                                        \
            bits[w] &= NAME##_block(last, FIELD) & wql__low_bits(rows % 64);                                                     \
            count += wql__count_bits(bits[w]);                                                                                   \
        }                                                                                                                        \
        return count;                                                                                                            \
    }

/* Sparse: no branch on the outcome, which nobody can foresee. `out` runs behind `list`, never ahead. */
#define SPARSE_OF(NAME, T, C, FIELD, PASSES)                                                                                     \
    static uint32_t NAME##_sparse(const void *values, wql__constant constant, const uint16_t *list, uint32_t count,              \
                                  uint16_t *out) {                                                                               \
        const C with = constant.FIELD;                                                                                           \
        uint32_t kept = 0;                                                                                                       \
        for (uint32_t at = 0; at < count; at++) {                                                                                \
            uint16_t i = list[at];                                                                                               \
            const T *v = values;                                                                                                 \
            out[kept] = i;                                                                                                       \
            kept += (PASSES) ? 1u : 0u;                                                                                          \
        }                                                                                                                        \
        return kept;                                                                                                             \
    }

#define BOTH(NAME, T, C, FIELD, OP) DENSE_OF(NAME, T, C, with.FIELD, v[i] OP with) SPARSE_OF(NAME, T, C, FIELD, v[i] OP with)
#define ALL_OPERATORS(NAME, T, C, FIELD)                                                                                         \
    BOTH(NAME##_eq, T, C, FIELD, ==)                                                                                             \
    BOTH(NAME##_ne, T, C, FIELD, !=)                                                                                             \
    BOTH(NAME##_lt, T, C, FIELD, <)                                                                                              \
    BOTH(NAME##_le, T, C, FIELD, <=)                                                                                             \
    BOTH(NAME##_gt, T, C, FIELD, >)                                                                                              \
    BOTH(NAME##_ge, T, C, FIELD, >=)

ALL_OPERATORS(i8, int8_t, int8_t, i8)
ALL_OPERATORS(i16, int16_t, int16_t, i16)
ALL_OPERATORS(i32, int32_t, int32_t, i32)
ALL_OPERATORS(i64, int64_t, int64_t, i64)
ALL_OPERATORS(u8, uint8_t, uint8_t, u8)
ALL_OPERATORS(u16, uint16_t, uint16_t, u16)
ALL_OPERATORS(u32, uint32_t, uint32_t, u32)
ALL_OPERATORS(u64, uint64_t, uint64_t, u64)
ALL_OPERATORS(f32, float, double, f64) /* widened first */
ALL_OPERATORS(f64, double, double, f64)

/* Between two integers, both included, signed or not: one comparison, since what lies below wraps round. */
#define WITHIN(NAME, T)                                                                                                          \
    DENSE_OF(NAME, T, wql__span, with.span, (T)(v[i] - (T)with.least) <= (T)with.width)                                          \
    SPARSE_OF(NAME, T, wql__span, span, (T)(v[i] - (T)with.least) <= (T)with.width)
WITHIN(within_8, uint8_t)
WITHIN(within_16, uint16_t)
WITHIN(within_32, uint32_t)
WITHIN(within_64, uint64_t)

/* -- lists and values of chosen rows ----------------------------------------------------------------------------- */

/* One word's rows. A full word is a run; one with many bits is written without branches; of one with few, the bits are looked
 * for. Without branches one place behind the last may be written, for which there is room. */
enum { FEW = 24 };

static uint32_t list(const uint64_t *bits, uint32_t rows, uint16_t *out) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint64_t word = bits[w];
        uint32_t base = w * 64;
        if (word == ~(uint64_t)0)
            for (uint32_t i = 0; i < 64; i++) out[count++] = (uint16_t)(base + i);
        else if (wql__count_bits(word) < FEW)
            for (; word; word &= word - 1) out[count++] = (uint16_t)(base + wql__first_bit(word));
        else
            for (uint32_t i = 0; i < 64; i++) {
                out[count] = (uint16_t)(base + i);
                count += (uint32_t)((word >> i) & 1u);
            }
    }
    return count;
}

/* The last word ends with its highest bit: behind the last row there may be nothing to read. */
#define PICK(NAME, T)                                                                                                            \
    static uint32_t NAME(const void *from, const uint64_t *bits, uint32_t rows, void *to) {                                      \
        const T *restrict v = from;                                                                                              \
        T *restrict out = to;                                                                                                    \
        uint32_t count = 0;                                                                                                      \
        for (uint32_t w = 0; w < wql__bit_words(rows); w++, v += 64) {                                                           \
            uint64_t word = bits[w];                                                                                             \
            if (word == ~(uint64_t)0) {                                                                                          \
                memcpy(out + count, v, 64 * sizeof *out);                                                                        \
                count += 64;                                                                                                     \
            } else if (wql__count_bits(word) < FEW) {                                                                            \
                for (; word; word &= word - 1) out[count++] = v[wql__first_bit(word)];                                           \
            } else {                                                                                                             \
                uint32_t here = rows - w * 64 < 64 ? rows - w * 64 : 64;                                                         \
                for (uint32_t i = 0; i < here; i++) {                                                                            \
                    out[count] = v[i];                                                                                           \
                    count += (uint32_t)((word >> i) & 1u);                                                                       \
                }                                                                                                                \
            }                                                                                                                    \
        }                                                                                                                        \
        return count;                                                                                                            \
    }
PICK(pick_8, uint8_t)
PICK(pick_16, uint16_t)
PICK(pick_32, uint32_t)
PICK(pick_64, uint64_t)

/* -- looking for a text ------------------------------------------------------------------------------------------ */

/* `count` places in one go; a constant, so that the loop becomes vector code. */
#define PROBE(COUNT)                                                                                                             \
    const uint8_t *a = at + n->probe[0], *b = at + n->probe[1];                                                                  \
    const uint8_t low_a = n->low[n->probe[0]], low_b = n->low[n->probe[1]];                                                      \
    const uint8_t mask_a = n->mask[n->probe[0]], mask_b = n->mask[n->probe[1]];                                                  \
    for (unsigned i = 0; i < (COUNT); i++)                                                                                       \
    m[i] = (uint8_t)(((uint8_t)(a[i] | mask_a) == low_a) & ((uint8_t)(b[i] | mask_b) == low_b))

static uint64_t probe_64(const wql__needle *n, const uint8_t *at) {
    uint8_t m[64];
    PROBE(64);
    return wql__pack_bytes(m);
}

static uint64_t probe_16(const wql__needle *n, const uint8_t *at) {
    uint8_t m[64] = {0};
    PROBE(16);
    return wql__pack_bytes(m);
}

/* Fewer than 64: by 16, the last of them again with those before; nothing behind them is read. */
static uint64_t probe_few(const wql__needle *n, const uint8_t *at, size_t count) {
    uint32_t i = n->probe[0], j = n->probe[1];
    uint64_t bits = 0;
    if (count >= 16) {
        for (size_t k = 0; k + 16 < count; k += 16) bits |= probe_16(n, at + k) << k;
        return bits | probe_16(n, at + count - 16) << (count - 16);
    }
    for (size_t k = 0; k < count; k++)
        bits |= (uint64_t)((at[k + i] | n->mask[i]) == n->low[i] && (at[k + j] | n->mask[j]) == n->low[j]) << k;
    return bits;
}

static uint64_t agree(const uint32_t *restrict words, const wql__needle_word *with, uint64_t *high) {
    const uint32_t keep = with->keep, mask = with->mask, low = with->low, other = with->high;
    uint32_t any = 0;
    uint8_t m[64];
    for (unsigned i = 0; i < 64; i++) {
        m[i] = (uint8_t)(((words[i] & keep) | mask) == low);
        any |= words[i];
    }
    *high = 0;
    for (unsigned i = 0; (any & other) && i < 64; i++) *high |= (uint64_t)((words[i] & other) != 0) << i;
    return wql__pack_bytes(m);
}

static uint32_t places(const uint32_t *restrict words, uint32_t shift, uint32_t *restrict to) {
    uint32_t any = 0;
    for (unsigned i = 0; i < 64; i++) {
        any |= words[i];
        to[i] = wql__place_of(words[i], shift);
    }
    return any;
}

static size_t hunt(const wql__needle *n, const uint8_t *bytes, size_t from, size_t limit, const _Atomic uint32_t *stop,
                   uint64_t *bits) {
    for (size_t blocks = 0; from < limit; from += 64, blocks++) {
        size_t left = limit - from;
        if (blocks % (WQL__STOP_EACH / 64) == 0 && wql__stopped(stop)) break;
        *bits = left >= 64 ? probe_64(n, bytes + from) : probe_few(n, bytes + from, left);
        if (*bits) return from;
    }
    return limit;
}

/* 64 at a time without a branch, which compilers make vectors of. */
static bool ascends(const int32_t *offsets, size_t count) {
    size_t i = 0;
    int32_t down = 0;
    for (; count - i >= 64; i += 64)
        for (unsigned k = 0; k < 64; k++) down |= -(int32_t)(offsets[i + k] < (offsets + i + k)[-1]);
    for (; i < count; i++) down |= -(int32_t)(offsets[i] < (offsets + i)[-1]);
    return !down;
}

/* -- the table --------------------------------------------------------------------------------------------------- */

#define ROW(NAME, KIND)                                                                                                          \
    { NAME##_eq_##KIND, NAME##_ne_##KIND, NAME##_lt_##KIND, NAME##_le_##KIND, NAME##_gt_##KIND, NAME##_ge_##KIND }
#define TABLE(KIND)                                                                                                              \
    {                                                                                                                            \
        ROW(i8, KIND), ROW(i16, KIND), ROW(i32, KIND), ROW(i64, KIND), ROW(u8, KIND), ROW(u16, KIND), ROW(u32, KIND),            \
            ROW(u64, KIND), ROW(f32, KIND), ROW(f64, KIND)                                                                       \
    }
#define WITHINS(KIND)                                                                                                            \
    { within_8_##KIND, within_16_##KIND, within_32_##KIND, within_64_##KIND }

void wql__kernels_portable(wql__kernels *k) {
    static const wql__dense_kernel dense[WQL__KERNEL_TYPES][6] = TABLE(dense);
    static const wql__sparse_kernel sparse[WQL__KERNEL_TYPES][6] = TABLE(sparse);
    static const wql__dense_kernel within[4] = WITHINS(dense);
    static const wql__sparse_kernel within_list[4] = WITHINS(sparse);
    k->level = WQL_KERNELS_PORTABLE;
    k->sparse_below = 4;
    memcpy(k->dense, dense, sizeof dense);
    memcpy(k->sparse, sparse, sizeof sparse);
    memcpy(k->within_dense, within, sizeof within);
    memcpy(k->within_sparse, within_list, sizeof within_list);
    k->list = list;
    k->picks[0] = pick_8;
    k->picks[1] = pick_16;
    k->picks[2] = pick_32;
    k->picks[3] = pick_64;
    k->hunt = hunt;
    k->agree = agree;
    k->places = places;
    k->is_ascii = wql__is_ascii;
    k->ascends = ascends;
}
