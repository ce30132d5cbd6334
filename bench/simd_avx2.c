/* SPDX-License-Identifier: MIT */
/* simd_avx2.c: Q1, Q2, Q3 and Q9 with AVX2: compare eight rows, and move what is left together by a table of 256 orders. The
 * bound on machines without AVX-512. */
#include "bench.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,popcnt")))

enum { BATCH = 2048, STEP = 8 };

static uint32_t batch_at(const bench_table *t, uint64_t row) { return t->rows - row < BATCH ? (uint32_t)(t->rows - row) : BATCH; }

/* For each set of eight rows, the numbers of those that are in it, ascending. */
typedef struct orders {
    uint64_t bytes[256];
} orders;

static void make_orders(orders *o) {
    for (unsigned set = 0; set < 256; set++) {
        unsigned count = 0;
        o->bytes[set] = 0;
        for (unsigned i = 0; i < 8; i++)
            if (set >> i & 1) o->bytes[set] |= (uint64_t)i << (8 * count++);
    }
}

/* A bit for each of eight numbers above `least`. There is no comparison without sign; all numbers here are below 2^63. */
TARGET static inline unsigned above(__m256i low, __m256i high, __m256i least) {
    unsigned first = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(low, least)));
    unsigned second = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(high, least)));
    return first | second << 4;
}

TARGET static inline __m256i load(const void *at) { return _mm256_loadu_si256((const __m256i *)at); }

TARGET static inline unsigned sizes_above(const uint64_t *size, __m256i least) {
    return above(load(size), load(size + 4), least);
}

/* Writes eight numbers, of which those in `keep` count. */
TARGET static inline uint32_t compress(uint32_t *to, unsigned keep, __m256i numbers, const orders *o) {
    __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)o->bytes[keep]));
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_permutevar8x32_epi32(numbers, order));
    return (uint32_t)__builtin_popcount(keep);
}

TARGET static void sizes_above_few(const bench_table *t, bench_answer *a) {
    const __m256i least = _mm256_set1_epi64x(BENCH_ONE_PERCENT), step = _mm256_set1_epi32(STEP);
    uint32_t list[BATCH + STEP], ids[BATCH];
    orders o;
    make_orders(&o);
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        for (; i + STEP <= rows; i += STEP, number = _mm256_add_epi32(number, step))
            kept += compress(list + kept, sizes_above(size + i, least), number, &o);
        for (; i < rows; i++) {
            list[kept] = i;
            kept += size[i] > BENCH_ONE_PERCENT;
        }
        for (i = 0; i < kept; i++) ids[i] = t->id[row + list[i]];
        if (kept) bench_take_ids(a, ids, kept);
    }
}

TARGET static void sizes_above_many(const bench_table *t, bench_answer *a) {
    const __m256i least = _mm256_set1_epi64x(BENCH_HALF);
    uint32_t ids[BATCH + STEP];
    orders o;
    make_orders(&o);
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row;
        for (; i + STEP <= rows; i += STEP) kept += compress(ids + kept, sizes_above(size + i, least), load(id + i), &o);
        for (; i < rows; i++) {
            ids[kept] = id[i];
            kept += size[i] > BENCH_HALF;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* low < size < high: high above size, and size above low. */
TARGET static inline unsigned between(const uint64_t *size) {
    const __m256i from = _mm256_set1_epi64x(BENCH_LOW), to = _mm256_set1_epi64x(BENCH_HIGH);
    __m256i low = load(size), high = load(size + 4);
    low = _mm256_and_si256(_mm256_cmpgt_epi64(low, from), _mm256_cmpgt_epi64(to, low));
    high = _mm256_and_si256(_mm256_cmpgt_epi64(high, from), _mm256_cmpgt_epi64(to, high));
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(low)) | (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(high)) << 4;
}

TARGET static void four_conditions(const bench_table *t, bench_answer *a) {
    const __m256i unwanted = _mm256_set1_epi32(BENCH_PARENT_NOT);
    uint32_t ids[BATCH + STEP];
    orders o;
    make_orders(&o);
    for (uint64_t row = 0; row < t->rows; row += BATCH) {
        uint32_t rows = batch_at(t, row), kept = 0, i = 0;
        const uint64_t *size = t->size + row;
        const uint32_t *id = t->id + row, *parent = t->parent + row;
        const uint8_t *flag = t->flag + row / 8;
        for (; i + STEP <= rows; i += STEP) {
            __m256i equal = _mm256_cmpeq_epi32(load(parent + i), unwanted);
            unsigned keep = flag[i / 8] & between(size + i) & ~(unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(equal));
            kept += compress(ids + kept, keep, load(id + i), &o);
        }
        for (; i < rows; i++) {
            ids[kept] = id[i];
            kept += (flag[i / 8] >> (i % 8) & 1) && size[i] > BENCH_LOW && size[i] < BENCH_HIGH && parent[i] != BENCH_PARENT_NOT;
        }
        if (kept) bench_take_ids(a, ids, kept);
    }
}

/* A comparison answers -1: subtracted, it counts. */
TARGET static void count_above(const bench_table *t, bench_answer *a) {
    const __m256i least = _mm256_set1_epi64x(BENCH_HALF);
    __m256i first = _mm256_setzero_si256(), second = first;
    uint64_t row = 0, counts[4];
    for (; row + STEP <= t->rows; row += STEP) {
        first = _mm256_sub_epi64(first, _mm256_cmpgt_epi64(load(t->size + row), least));
        second = _mm256_sub_epi64(second, _mm256_cmpgt_epi64(load(t->size + row + 4), least));
    }
    _mm256_storeu_si256((__m256i *)(void *)counts, _mm256_add_epi64(first, second));
    a->rows += counts[0] + counts[1] + counts[2] + counts[3];
    for (; row < t->rows; row++) a->rows += t->size[row] > BENCH_HALF;
}

bench_loop bench_simd_avx2(int query) {
    switch (query) {
    case BENCH_Q1: return sizes_above_few;
    case BENCH_Q2: return sizes_above_many;
    case BENCH_Q3: return four_conditions;
    case BENCH_Q9: return count_above;
    default: return NULL;
    }
}

TARGET uint64_t bench_read_avx2(const void *memory, size_t size) {
    const char *v = memory;
    __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
    uint64_t sums[4];
    for (size_t i = 0; i + 128 <= size; i += 128) {
        a = _mm256_add_epi64(a, load(v + i));
        b = _mm256_add_epi64(b, load(v + i + 32));
        c = _mm256_add_epi64(c, load(v + i + 64));
        d = _mm256_add_epi64(d, load(v + i + 96));
    }
    _mm256_storeu_si256((__m256i *)(void *)sums, _mm256_add_epi64(_mm256_add_epi64(a, b), _mm256_add_epi64(c, d)));
    return sums[0] + sums[1] + sums[2] + sums[3];
}

#else

bench_loop bench_simd_avx2(int query) {
    (void)query;
    return NULL;
}
uint64_t bench_read_avx2(const void *memory, size_t size) { return bench_read_plain(memory, size); }

#endif
