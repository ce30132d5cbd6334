/* SPDX-License-Identifier: MIT */
/* kernels_avx512.c: kernels for CPUs with AVX-512 F, BW, DQ, VL and VBMI2. A comparison gives a mask, a mask compresses values;
 * what is left over at the end is loaded under a mask, which reads nothing that is masked out. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,avx2,bmi,bmi2,popcnt")))

TARGET static inline uint32_t count_bits(uint64_t word) { return (uint32_t)__builtin_popcountll(word); }

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* A word is 64 rows: as many comparisons as a value has bytes. */
#define WORD(NAME, T, VECTOR, LOAD, COMPARE, LANES)                                                                              \
    TARGET static inline uint64_t NAME##_word(const T *v, VECTOR with, VECTOR least) {                                           \
        uint64_t word = 0;                                                                                                       \
        (void)least;                                                                                                             \
        _Pragma("GCC unroll 8") for (unsigned i = 0; i < 64 / (LANES); i++) {                                                    \
            VECTOR x = LOAD(v + i * (LANES));                                                                                    \
            word |= (uint64_t)COMPARE << (i * (LANES));                                                                          \
        }                                                                                                                        \
        return word;                                                                                                             \
    }
#define DENSE(NAME, T, VECTOR, WITH, LEAST)                                                                                      \
    TARGET static uint32_t NAME(const void *values, wql__constant constant, uint32_t rows, uint64_t *bits) {                     \
        const T *v = values;                                                                                                     \
        const VECTOR with = WITH, least = LEAST;                                                                                 \
        uint32_t w = 0, count = 0;                                                                                               \
        for (; w < rows / 64; w++) {                                                                                             \
            wql__hint_ahead(v + (size_t)w * 64, 64 * sizeof *v, sizeof *v);                                                      \
            bits[w] &= NAME##_word(v + (size_t)w * 64, with, least);                                                             \
            count += count_bits(bits[w]);                                                                                        \
        }                                                                                                                        \
        if (rows % 64) {                                                                                                         \
            T last[64] = {0};                                                                                                    \
            memcpy(last, v + (size_t)w * 64, (rows % 64) * sizeof *last);                                                        \
            bits[w] &= NAME##_word(last, with, least) & wql__low_bits(rows % 64);                                                \
            count += count_bits(bits[w]);                                                                                        \
        }                                                                                                                        \
        return count;                                                                                                            \
    }

#define INTEGER(NAME, T, FIELD, SET, COMPARE, LANES, OP)                                                                         \
    WORD(NAME, T, __m512i, _mm512_loadu_si512, COMPARE(x, with, OP), LANES)                                                      \
    DENSE(NAME, T, __m512i, SET(constant.FIELD), with)
#define INTEGERS(NAME, T, FIELD, SET, COMPARE, LANES)                                                                            \
    INTEGER(NAME##_eq, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_EQ)                                                             \
    INTEGER(NAME##_ne, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_NE)                                                             \
    INTEGER(NAME##_lt, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_LT)                                                             \
    INTEGER(NAME##_le, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_LE)                                                             \
    INTEGER(NAME##_gt, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_NLE)                                                            \
    INTEGER(NAME##_ge, T, FIELD, SET, COMPARE, LANES, _MM_CMPINT_NLT)

#define SET_8(X) _mm512_set1_epi8((char)(X))
#define SET_16(X) _mm512_set1_epi16((short)(X))
#define SET_32(X) _mm512_set1_epi32((int)(X))
#define SET_64(X) _mm512_set1_epi64((long long)(X))
INTEGERS(i8, int8_t, i8, SET_8, _mm512_cmp_epi8_mask, 64)
INTEGERS(i16, int16_t, i16, SET_16, _mm512_cmp_epi16_mask, 32)
INTEGERS(i32, int32_t, i32, SET_32, _mm512_cmp_epi32_mask, 16)
INTEGERS(i64, int64_t, i64, SET_64, _mm512_cmp_epi64_mask, 8)
INTEGERS(u8, uint8_t, u8, SET_8, _mm512_cmp_epu8_mask, 64)
INTEGERS(u16, uint16_t, u16, SET_16, _mm512_cmp_epu16_mask, 32)
INTEGERS(u32, uint32_t, u32, SET_32, _mm512_cmp_epu32_mask, 16)
INTEGERS(u64, uint64_t, u64, SET_64, _mm512_cmp_epu64_mask, 8)

/* Real32 is widened: eight values become a vector. */
TARGET static inline __m512d load_f32(const float *v) { return _mm512_cvtps_pd(_mm256_loadu_ps(v)); }
#define REAL(NAME, T, LOAD, OP)                                                                                                  \
    WORD(NAME, T, __m512d, LOAD, _mm512_cmp_pd_mask(x, with, OP), 8)                                                             \
    DENSE(NAME, T, __m512d, _mm512_set1_pd(constant.f64), with)
#define REALS(NAME, T, LOAD)                                                                                                     \
    REAL(NAME##_eq, T, LOAD, _CMP_EQ_OQ)                                                                                         \
    REAL(NAME##_ne, T, LOAD, _CMP_NEQ_UQ)                                                                                        \
    REAL(NAME##_lt, T, LOAD, _CMP_LT_OQ)                                                                                         \
    REAL(NAME##_le, T, LOAD, _CMP_LE_OQ)                                                                                         \
    REAL(NAME##_gt, T, LOAD, _CMP_GT_OQ)                                                                                         \
    REAL(NAME##_ge, T, LOAD, _CMP_GE_OQ)
REALS(f32, float, load_f32)
REALS(f64, double, _mm512_loadu_pd)

#define WITHIN(NAME, T, SET, SUBTRACT, COMPARE, LANES)                                                                           \
    WORD(NAME, T, __m512i, _mm512_loadu_si512, COMPARE(SUBTRACT(x, least), with, _MM_CMPINT_LE), LANES)                          \
    DENSE(NAME, T, __m512i, SET(constant.span.width), SET(constant.span.least))
WITHIN(within_8, uint8_t, SET_8, _mm512_sub_epi8, _mm512_cmp_epu8_mask, 64)
WITHIN(within_16, uint16_t, SET_16, _mm512_sub_epi16, _mm512_cmp_epu16_mask, 32)
WITHIN(within_32, uint32_t, SET_32, _mm512_sub_epi32, _mm512_cmp_epu32_mask, 16)
WITHIN(within_64, uint64_t, SET_64, _mm512_sub_epi64, _mm512_cmp_epu64_mask, 8)

/* -- lists and values of chosen rows ----------------------------------------------------------------------------- */

/* Compressing in a register and storing all of it is faster than storing compressed. */
TARGET static uint32_t list(const uint64_t *bits, uint32_t rows, uint16_t *out) {
    const __m512i half = _mm512_set1_epi16(32);
    const __m512i eight = _mm512_cvtepu8_epi16(_mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
                                                                19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31));
    __m512i row = eight;
    uint32_t count = 0;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint32_t low = (uint32_t)bits[w], high = (uint32_t)(bits[w] >> 32);
        _mm512_storeu_si512(out + count, _mm512_maskz_compress_epi16(low, row));
        count += count_bits(low);
        row = _mm512_add_epi16(row, half);
        _mm512_storeu_si512(out + count, _mm512_maskz_compress_epi16(high, row));
        count += count_bits(high);
        row = _mm512_add_epi16(row, half);
    }
    return count;
}

#define PICK(NAME, T, LANES, MASK, COMPRESS, LOAD_FEW)                                                                           \
    TARGET static uint32_t NAME(const void *from, const uint64_t *bits, uint32_t rows, void *to) {                               \
        const T *v = from;                                                                                                       \
        T *out = to;                                                                                                             \
        uint32_t at = 0;                                                                                                         \
        for (; at + (LANES) <= rows; at += (LANES)) {                                                                            \
            MASK keep = (MASK)(bits[at / 64] >> (at % 64));                                                                      \
            wql__hint_ahead(v + at, 64, sizeof *v);                                                                              \
            _mm512_storeu_si512(out, COMPRESS(keep, _mm512_loadu_si512(v + at)));                                                \
            out += count_bits(keep);                                                                                             \
        }                                                                                                                        \
        if (at < rows) {                                                                                                         \
            MASK keep = (MASK)(bits[at / 64] >> (at % 64));                                                                      \
            _mm512_storeu_si512(out, COMPRESS(keep, LOAD_FEW(keep, v + at)));                                                    \
            out += count_bits(keep);                                                                                             \
        }                                                                                                                        \
        return (uint32_t)(out - (T *)to);                                                                                        \
    }
PICK(pick_8, uint8_t, 64, uint64_t, _mm512_maskz_compress_epi8, _mm512_maskz_loadu_epi8)
PICK(pick_16, uint16_t, 32, uint32_t, _mm512_maskz_compress_epi16, _mm512_maskz_loadu_epi16)
PICK(pick_32, uint32_t, 16, uint16_t, _mm512_maskz_compress_epi32, _mm512_maskz_loadu_epi32)
PICK(pick_64, uint64_t, 8, uint8_t, _mm512_maskz_compress_epi64, _mm512_maskz_loadu_epi64)

/* -- the beginnings of texts ------------------------------------------------------------------------------------- */

TARGET static uint64_t agree(const uint32_t *words, const wql__needle_word *with, uint64_t *high) {
    const __m512i keep = SET_32(with->keep), mask = SET_32(with->mask), low = SET_32(with->low), other = SET_32(with->high);
    uint64_t word = 0;
    *high = 0;
    _Pragma("GCC unroll 4") for (unsigned i = 0; i < 4; i++) {
        __m512i x = _mm512_loadu_si512(words + 16 * i);
        word |= (uint64_t)_mm512_cmpeq_epi32_mask(_mm512_or_si512(_mm512_and_si512(x, keep), mask), low) << (16 * i);
        *high |= (uint64_t)_mm512_test_epi32_mask(x, other) << (16 * i);
    }
    return word;
}

/* -- the table --------------------------------------------------------------------------------------------------- */

#define LINE(NAME)                                                                                                               \
    { NAME##_eq, NAME##_ne, NAME##_lt, NAME##_le, NAME##_gt, NAME##_ge }

bool wql__kernels_avx512(wql__kernels *k) {
    static const wql__dense_kernel dense[WQL__KERNEL_TYPES][6] = {LINE(i8),  LINE(i16), LINE(i32), LINE(i64), LINE(u8),
                                                                  LINE(u16), LINE(u32), LINE(u64), LINE(f32), LINE(f64)};
    static const wql__dense_kernel within[4] = {within_8, within_16, within_32, within_64};
    static const wql__pick picks[4] = {pick_8, pick_16, pick_32, pick_64};
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512vbmi2") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
        return false;
    k->level = WQL_KERNELS_AVX512;
    k->sparse_below = 32;
    memcpy(k->dense, dense, sizeof dense);
    memcpy(k->within_dense, within, sizeof within);
    memcpy(k->picks, picks, sizeof picks);
    k->list = list;
    k->agree = agree;
    return true;
}

#else

bool wql__kernels_avx512(wql__kernels *k) {
    (void)k;
    return false;
}

#endif
