/* SPDX-License-Identifier: MIT */
/* simd_avx512.c: Q1, Q2, Q3 and Q9 with AVX-512: compare sixteen rows, compress what is left. What the machine can do, as near as
 * one gets. Each function carries its target, so that the program runs on machines without it. */
#include "bench.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,popcnt")))

enum { BATCH = 2048, STEP = 16 };

static uint32_t batch_at(const bench_table *t, uint64_t row) { return t->rows - row < BATCH ? (uint32_t)(t->rows - row) : BATCH; }

/* A bit for each of 16 sizes above `least`. */
TARGET static inline __mmask16 above(const uint64_t *size, __m512i least) {
    unsigned low = _mm512_cmpgt_epu64_mask(_mm512_loadu_si512(size), least);
    unsigned high = _mm512_cmpgt_epu64_mask(_mm512_loadu_si512(size + 8), least);
    return (__mmask16)(low | high << 8);
}

/* Writes 16 numbers, of which those in `keep` count. Compressing in a register and storing whole is faster than storing
 * compressed. */
TARGET static inline uint32_t compress(uint32_t *to, __mmask16 keep, __m512i numbers) {
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(keep, numbers));
    return (uint32_t)__builtin_popcount(keep);
}

TARGET static void sizes_above_few(const bench_table *t, bench_answer *a) {
    const __m512i least = _mm512_set1_epi64(BENCH_ONE_PERCENT), step = _mm512_set1_epi32(STEP);
    uint32_t list[BATCH + STEP], ids[BATCH];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        __m512i number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        for (; i + STEP <= rows; i += STEP, number = _mm512_add_epi32(number, step))
            kept += compress(list + kept, above(size + i, least), number);
        for (; i < rows; i++) {
            list[kept] = i;
            kept += size[i] > BENCH_ONE_PERCENT;
        }
        for (i = 0; i < kept; i++) ids[i] = t->id[row + list[i]];
        if (kept) bench_take_ids(a, ids, kept);
    }
}

TARGET static void sizes_above_many(const bench_table *t, bench_answer *a) {
    const __m512i least = _mm512_set1_epi64(BENCH_HALF);
    uint32_t ids[BATCH + STEP];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row;
        for (; i + STEP <= rows; i += STEP) kept += compress(ids + kept, above(size + i, least), _mm512_loadu_si512(id + i));
        for (; i < rows; i++) {
            ids[kept] = id[i];
            kept += size[i] > BENCH_HALF;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* low < size < high, as one comparison without sign. */
TARGET static inline __mmask16 between(const uint64_t *size) {
    const __m512i from = _mm512_set1_epi64(BENCH_LOW + 1), width = _mm512_set1_epi64(BENCH_HIGH - BENCH_LOW - 1);
    unsigned low = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(_mm512_loadu_si512(size), from), width);
    unsigned high = _mm512_cmplt_epu64_mask(_mm512_sub_epi64(_mm512_loadu_si512(size + 8), from), width);
    return (__mmask16)(low | high << 8);
}

TARGET static void four_conditions(const bench_table *t, bench_answer *a) {
    const __m512i unwanted = _mm512_set1_epi32(BENCH_PARENT_NOT);
    uint32_t ids[BATCH + STEP];
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row, *parent = t->parent + row;
        const uint8_t *flag = t->flag + row / 8;
        for (; i + STEP <= rows; i += STEP) {
            unsigned keep = flag[i / 8] | (unsigned)flag[i / 8 + 1] << 8;
            keep &= between(size + i);
            keep &= _mm512_cmpneq_epi32_mask(_mm512_loadu_si512(parent + i), unwanted);
            kept += compress(ids + kept, (__mmask16)keep, _mm512_loadu_si512(id + i));
        }
        for (; i < rows; i++) {
            ids[kept] = id[i];
            kept += (flag[i / 8] >> (i % 8) & 1) && size[i] > BENCH_LOW && size[i] < BENCH_HIGH && parent[i] != BENCH_PARENT_NOT;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

TARGET static void count_above(const bench_table *t, bench_answer *a) {
    const __m512i least = _mm512_set1_epi64(BENCH_HALF);
    uint64_t row = 0;
    for (; row + STEP <= t->rows; row += STEP) a->rows += (uint32_t)__builtin_popcount(above(t->size + row, least));
    for (; row < t->rows; row++) a->rows += t->size[row] > BENCH_HALF;
}

bench_loop bench_simd_avx512(int query) {
    switch (query) {
    case BENCH_Q1: return sizes_above_few;
    case BENCH_Q2: return sizes_above_many;
    case BENCH_Q3: return four_conditions;
    case BENCH_Q9: return count_above;
    default: return NULL;
    }
}

TARGET uint64_t bench_read_avx512(const void *memory, size_t size) {
    const char *v = memory;
    __m512i a = _mm512_setzero_si512(), b = a, c = a, d = a;
    uint64_t sums[8];
    for (size_t i = 0; i + 256 <= size; i += 256) {
        a = _mm512_add_epi64(a, _mm512_loadu_si512(v + i));
        b = _mm512_add_epi64(b, _mm512_loadu_si512(v + i + 64));
        c = _mm512_add_epi64(c, _mm512_loadu_si512(v + i + 128));
        d = _mm512_add_epi64(d, _mm512_loadu_si512(v + i + 192));
    }
    _mm512_storeu_si512(sums, _mm512_add_epi64(_mm512_add_epi64(a, b), _mm512_add_epi64(c, d)));
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
}

#else

bench_loop bench_simd_avx512(int query) {
    (void)query;
    return NULL;
}
uint64_t bench_read_avx512(const void *memory, size_t size) { return bench_read_plain(memory, size); }

#endif
