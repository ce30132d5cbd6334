/* SPDX-License-Identifier: MIT */
/* kernels_avx2.c: kernels for CPUs with AVX2. It compares integers for equal and, with a sign, for greater: the other operators are
 * these two with sides or outcome exchanged, and what has no sign is moved down by half its range. Values are brought together by a
 * table of 256 orders. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))

TARGET static inline uint32_t count_bits(uint64_t word) {
    return (uint32_t)__builtin_popcountll(word);
}
TARGET static inline __m256i load(const void *at) {
    return _mm256_loadu_si256((const __m256i *)at);
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* The outcomes of 64 rows as bits. PASSES(V): those of one vector, V its number. */
#define BITS_8(V) (uint64_t)(uint32_t)_mm256_movemask_epi8(V)
#define BITS_32(V) (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(V))
#define BITS_64(V) (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(V))

/* Two vectors of 16 outcomes as one of 32. */
TARGET static inline __m256i pack_16(__m256i low, __m256i high) {
    return _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);
}

#define WORD(NAME, T, PASSES, GATHERED)                                                                                            \
    TARGET static inline uint64_t NAME##_word(const T *v, __m256i with, __m256i least) {                                           \
        uint64_t word = 0;                                                                                                         \
        (void)least;                                                                                                               \
        GATHERED(PASSES);                                                                                                          \
        return word;                                                                                                               \
    }
#define GATHER_8(PASSES)                                                                                                           \
    for (unsigned i = 0; i < 2; i++) word |= BITS_8(PASSES(load(v + 32 * i))) << (32 * i)
#define GATHER_16(PASSES)                                                                                                          \
    for (unsigned i = 0; i < 2; i++)                                                                                               \
    word |= BITS_8(pack_16(PASSES(load(v + 32 * i)), PASSES(load(v + 32 * i + 16)))) << (32 * i)
#define GATHER_32(PASSES)                                                                                                          \
    _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++) word |= BITS_32(PASSES(load(v + 8 * i))) << (8 * i)
#define GATHER_64(PASSES)                                                                                                          \
    _Pragma("GCC unroll 16") for (unsigned i = 0; i < 16; i++) word |= BITS_64(PASSES(load(v + 4 * i))) << (4 * i)

/* TURN: 1 where the comparison says the opposite of what is wanted. */
#define DENSE(NAME, T, VECTOR, WITH, LEAST, TURN, WORD_OF)                                                                         \
    TARGET static uint32_t NAME(const void *values, wql__constant constant, uint32_t rows, uint64_t *bits) {                       \
        const T *v = values;                                                                                                       \
        const VECTOR with = WITH, least = LEAST;                                                                                   \
        const uint64_t turn = (TURN) ? ~(uint64_t)0 : 0;                                                                           \
        uint32_t w = 0, count = 0;                                                                                                 \
        for (; w < rows / 64; w++) {                                                                                               \
            wql__hint_ahead(v + (size_t)w * 64, 64 * sizeof *v, sizeof *v);                                                        \
            bits[w] &= WORD_OF(v + (size_t)w * 64, with, least) ^ turn;                                                            \
            count += count_bits(bits[w]);                                                                                          \
        }                                                                                                                          \
        if (rows % 64) {                                                                                                           \
            T last[64] = {0};                                                                                                      \
            memcpy(last, v + (size_t)w * 64, (rows % 64) * sizeof *last);                                                          \
            bits[w] &= (WORD_OF(last, with, least) ^ turn) & wql__low_bits(rows % 64);                                             \
            count += count_bits(bits[w]);                                                                                          \
        }                                                                                                                          \
        return count;                                                                                                              \
    }

/* `least` is what both sides are moved by: for signed types nothing. */
#define ORDERED(NAME, T, FIELD, SIZE, SET, HALF)                                                                                   \
    WORD(NAME##_equal, T, NAME##_EQUAL, GATHER_##SIZE)                                                                             \
    WORD(NAME##_above, T, NAME##_ABOVE, GATHER_##SIZE)                                                                             \
    WORD(NAME##_below, T, NAME##_BELOW, GATHER_##SIZE)                                                                             \
    DENSE(NAME##_eq, T, __m256i, SET(constant.FIELD), with, 0, NAME##_equal_word)                                                  \
    DENSE(NAME##_ne, T, __m256i, SET(constant.FIELD), with, 1, NAME##_equal_word)                                                  \
    DENSE(NAME##_gt, T, __m256i, _mm256_xor_si256(SET(constant.FIELD), HALF), HALF, 0, NAME##_above_word)                          \
    DENSE(NAME##_le, T, __m256i, _mm256_xor_si256(SET(constant.FIELD), HALF), HALF, 1, NAME##_above_word)                          \
    DENSE(NAME##_lt, T, __m256i, _mm256_xor_si256(SET(constant.FIELD), HALF), HALF, 0, NAME##_below_word)                          \
    DENSE(NAME##_ge, T, __m256i, _mm256_xor_si256(SET(constant.FIELD), HALF), HALF, 1, NAME##_below_word)

#define SET_8(X) _mm256_set1_epi8((char)(X))
#define SET_16(X) _mm256_set1_epi16((short)(X))
#define SET_32(X) _mm256_set1_epi32((int)(X))
#define SET_64(X) _mm256_set1_epi64x((long long)(X))
#define HALF_8 SET_8(INT8_MIN)
#define HALF_16 SET_16(INT16_MIN)
#define HALF_32 SET_32(INT32_MIN)
#define HALF_64 SET_64(INT64_MIN)

#define i8_EQUAL(X) _mm256_cmpeq_epi8(X, with)
#define i8_ABOVE(X) _mm256_cmpgt_epi8(X, with)
#define i8_BELOW(X) _mm256_cmpgt_epi8(with, X)
#define i16_EQUAL(X) _mm256_cmpeq_epi16(X, with)
#define i16_ABOVE(X) _mm256_cmpgt_epi16(X, with)
#define i16_BELOW(X) _mm256_cmpgt_epi16(with, X)
#define i32_EQUAL(X) _mm256_cmpeq_epi32(X, with)
#define i32_ABOVE(X) _mm256_cmpgt_epi32(X, with)
#define i32_BELOW(X) _mm256_cmpgt_epi32(with, X)
#define i64_EQUAL(X) _mm256_cmpeq_epi64(X, with)
#define i64_ABOVE(X) _mm256_cmpgt_epi64(X, with)
#define i64_BELOW(X) _mm256_cmpgt_epi64(with, X)
#define MOVED(X) _mm256_xor_si256(X, least)
#define u8_EQUAL(X) i8_EQUAL(X)
#define u8_ABOVE(X) i8_ABOVE(MOVED(X))
#define u8_BELOW(X) i8_BELOW(MOVED(X))
#define u16_EQUAL(X) i16_EQUAL(X)
#define u16_ABOVE(X) i16_ABOVE(MOVED(X))
#define u16_BELOW(X) i16_BELOW(MOVED(X))
#define u32_EQUAL(X) i32_EQUAL(X)
#define u32_ABOVE(X) i32_ABOVE(MOVED(X))
#define u32_BELOW(X) i32_BELOW(MOVED(X))
#define u64_EQUAL(X) i64_EQUAL(X)
#define u64_ABOVE(X) i64_ABOVE(MOVED(X))
#define u64_BELOW(X) i64_BELOW(MOVED(X))

#define NOTHING _mm256_setzero_si256()
ORDERED(i8, int8_t, i8, 8, SET_8, NOTHING)
ORDERED(i16, int16_t, i16, 16, SET_16, NOTHING)
ORDERED(i32, int32_t, i32, 32, SET_32, NOTHING)
ORDERED(i64, int64_t, i64, 64, SET_64, NOTHING)
ORDERED(u8, uint8_t, u8, 8, SET_8, HALF_8)
ORDERED(u16, uint16_t, u16, 16, SET_16, HALF_16)
ORDERED(u32, uint32_t, u32, 32, SET_32, HALF_32)
ORDERED(u64, uint64_t, u64, 64, SET_64, HALF_64)

/* Between two: at most `width` above the least. Above `width` is outside. */
#define SPAN_8(X) _mm256_cmpgt_epi8(_mm256_sub_epi8(X, least), with)
#define SPAN_16(X) _mm256_cmpgt_epi16(_mm256_sub_epi16(X, least), with)
#define SPAN_32(X) _mm256_cmpgt_epi32(_mm256_sub_epi32(X, least), with)
#define SPAN_64(X) _mm256_cmpgt_epi64(_mm256_sub_epi64(X, least), with)
/* Moving by half the range and subtracting the least is one subtraction. */
#define WITHIN(SIZE)                                                                                                               \
    WORD(within_##SIZE, uint##SIZE##_t, SPAN_##SIZE, GATHER_##SIZE)                                                                \
    DENSE(within_##SIZE, uint##SIZE##_t, __m256i, _mm256_xor_si256(SET_##SIZE(constant.span.width), HALF_##SIZE),                  \
          _mm256_xor_si256(SET_##SIZE(constant.span.least), HALF_##SIZE), 1, within_##SIZE##_word)
WITHIN(8)
WITHIN(16)
WITHIN(32)
WITHIN(64)

/* Real32 is widened: four values become a vector. */
TARGET static inline __m256d load_f64(const double *v) {
    return _mm256_loadu_pd(v);
}
TARGET static inline __m256d load_f32(const float *v) {
    return _mm256_cvtps_pd(_mm_loadu_ps(v));
}
#define REAL(NAME, T, LOAD, OP)                                                                                                    \
    TARGET static inline uint64_t NAME##_word(const T *v, __m256d with, __m256d least) {                                           \
        uint64_t word = 0;                                                                                                         \
        (void)least;                                                                                                               \
        _Pragma("GCC unroll 16") for (unsigned i = 0; i < 16; i++) word |=                                                         \
            (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_cmp_pd(LOAD(v + 4 * i), with, OP)) << (4 * i);                           \
        return word;                                                                                                               \
    }                                                                                                                              \
    DENSE(NAME, T, __m256d, _mm256_set1_pd(constant.f64), with, 0, NAME##_word)
#define REALS(NAME, T, LOAD)                                                                                                       \
    REAL(NAME##_eq, T, LOAD, _CMP_EQ_OQ)                                                                                           \
    REAL(NAME##_ne, T, LOAD, _CMP_NEQ_UQ)                                                                                          \
    REAL(NAME##_lt, T, LOAD, _CMP_LT_OQ)                                                                                           \
    REAL(NAME##_le, T, LOAD, _CMP_LE_OQ)                                                                                           \
    REAL(NAME##_gt, T, LOAD, _CMP_GT_OQ)                                                                                           \
    REAL(NAME##_ge, T, LOAD, _CMP_GE_OQ)
REALS(f32, float, load_f32)
REALS(f64, double, load_f64)

/* -- lists and values of chosen rows ----------------------------------------------------------------------------- */

/* For each set of eight rows the numbers of those that are in it, ascending, a byte each: those of the lower four, and behind them
 * those of the upper four. L and U are the numbers of a set of four, N how many they are. */
#define L0 0x0u
#define L1 0x0u
#define L2 0x1u
#define L3 0x0100u
#define L4 0x2u
#define L5 0x0200u
#define L6 0x0201u
#define L7 0x020100u
#define L8 0x3u
#define L9 0x0300u
#define L10 0x0301u
#define L11 0x030100u
#define L12 0x0302u
#define L13 0x030200u
#define L14 0x030201u
#define L15 0x03020100u
#define U0 0x0u
#define U1 0x4u
#define U2 0x5u
#define U3 0x0504u
#define U4 0x6u
#define U5 0x0604u
#define U6 0x0605u
#define U7 0x060504u
#define U8 0x7u
#define U9 0x0704u
#define U10 0x0705u
#define U11 0x070504u
#define U12 0x0706u
#define U13 0x070604u
#define U14 0x070605u
#define U15 0x07060504u
#define ORDER(LOW, COUNT, UP) ((uint64_t)(LOW) | (uint64_t)(UP) << (8 * (COUNT)))
#define ORDERS(UP)                                                                                                                 \
    ORDER(L0, 0, UP), ORDER(L1, 1, UP), ORDER(L2, 1, UP), ORDER(L3, 2, UP), ORDER(L4, 1, UP), ORDER(L5, 2, UP), ORDER(L6, 2, UP),  \
        ORDER(L7, 3, UP), ORDER(L8, 1, UP), ORDER(L9, 2, UP), ORDER(L10, 2, UP), ORDER(L11, 3, UP), ORDER(L12, 2, UP),             \
        ORDER(L13, 3, UP), ORDER(L14, 3, UP), ORDER(L15, 4, UP)

static const uint64_t orders[256] = {ORDERS(U0),  ORDERS(U1),  ORDERS(U2),  ORDERS(U3),  ORDERS(U4),  ORDERS(U5),
                                     ORDERS(U6),  ORDERS(U7),  ORDERS(U8),  ORDERS(U9),  ORDERS(U10), ORDERS(U11),
                                     ORDERS(U12), ORDERS(U13), ORDERS(U14), ORDERS(U15)};

TARGET static inline __m128i order_of(unsigned set) {
    return _mm_cvtsi64_si128((long long)orders[set]);
}

/* So few rows of a word are written one by one, always as many, so that nothing depends on how many they are. */
enum { FEW = 4 };

TARGET static uint32_t list(const uint64_t *bits, uint32_t rows, uint16_t *out) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint64_t word = bits[w];
        uint32_t in = count_bits(word);
        if (in <= FEW) {
            _Pragma("GCC unroll 4") for (uint32_t i = 0; i < FEW; i++, word &= word - 1)
                out[count + i] = (uint16_t)(w * 64 + (uint32_t)_tzcnt_u64(word));
            count += in;
            continue;
        }
        for (uint32_t i = 0; i < 64; i += 8, word >>= 8) {
            unsigned set = (unsigned)word & 0xffu;
            __m128i numbers = _mm_add_epi16(_mm_cvtepu8_epi16(order_of(set)), _mm_set1_epi16((short)(w * 64 + i)));
            _mm_storeu_si128((__m128i *)(void *)(out + count), numbers);
            count += count_bits(set);
        }
    }
    return count;
}

/* Eight values, of which those in `set` come first. */
TARGET static inline void together_8(uint8_t *out, const uint8_t *v, unsigned set) {
    _mm_storel_epi64((__m128i *)(void *)out, _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)(const void *)v), order_of(set)));
}
TARGET static inline void together_16(uint16_t *out, const uint16_t *v, unsigned set) {
    __m128i twice = _mm_slli_epi16(_mm_cvtepu8_epi16(order_of(set)), 1); /* each number as those of its two bytes */
    __m128i bytes = _mm_or_si128(_mm_or_si128(twice, _mm_slli_epi16(twice, 8)), _mm_set1_epi16(0x100));
    _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)v), bytes));
}
TARGET static inline void together_32(uint32_t *out, const uint32_t *v, unsigned set) {
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permutevar8x32_epi32(load(v), _mm256_cvtepu8_epi32(order_of(set))));
}
TARGET static inline void together_four(uint64_t *out, const uint64_t *v, unsigned set) {
    __m256i twice = _mm256_slli_epi64(_mm256_cvtepu8_epi64(order_of(set)), 1); /* each number as those of its two halves */
    __m256i halves = _mm256_or_si256(_mm256_or_si256(twice, _mm256_slli_epi64(twice, 32)), _mm256_set1_epi64x(1ll << 32));
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_permutevar8x32_epi32(load(v), halves));
}
TARGET static inline void together_64(uint64_t *out, const uint64_t *v, unsigned set) {
    together_four(out, v, set & 15u);
    together_four(out + count_bits(set & 15u), v + 4, set >> 4);
}

#define PICK(SIZE)                                                                                                                 \
    TARGET static uint32_t pick_##SIZE(const void *from, const uint64_t *bits, uint32_t rows, void *to) {                          \
        const uint##SIZE##_t *v = from;                                                                                            \
        uint##SIZE##_t *out = to, last[8] = {0};                                                                                   \
        uint32_t at = 0;                                                                                                           \
        for (; at + 8 <= rows; at += 8) {                                                                                          \
            unsigned set = (unsigned)(bits[at / 64] >> (at % 64)) & 0xffu;                                                         \
            together_##SIZE(out, v + at, set);                                                                                     \
            out += count_bits(set);                                                                                                \
        }                                                                                                                          \
        if (at < rows) {                                                                                                           \
            unsigned set = (unsigned)(bits[at / 64] >> (at % 64)) & 0xffu;                                                         \
            memcpy(last, v + at, (rows - at) * sizeof *last);                                                                      \
            together_##SIZE(out, last, set);                                                                                       \
            out += count_bits(set);                                                                                                \
        }                                                                                                                          \
        return (uint32_t)(out - (uint##SIZE##_t *)to);                                                                             \
    }
PICK(8)
PICK(16)
PICK(32)
PICK(64)

/* -- looking for a text ------------------------------------------------------------------------------------------ */

typedef struct probes {
    __m256i low[2], mask[2];
    uint32_t at[2];
} probes;

TARGET static inline uint32_t probe_32(const probes *p, const uint8_t *at) {
    __m256i a = _mm256_cmpeq_epi8(_mm256_or_si256(load(at + p->at[0]), p->mask[0]), p->low[0]);
    __m256i b = _mm256_cmpeq_epi8(_mm256_or_si256(load(at + p->at[1]), p->mask[1]), p->low[1]);
    return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(a, b));
}
TARGET static inline uint32_t probe_16(const probes *p, const uint8_t *at) {
    __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(at + p->at[0]));
    __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(at + p->at[1]));
    a = _mm_cmpeq_epi8(_mm_or_si128(a, _mm256_castsi256_si128(p->mask[0])), _mm256_castsi256_si128(p->low[0]));
    b = _mm_cmpeq_epi8(_mm_or_si128(b, _mm256_castsi256_si128(p->mask[1])), _mm256_castsi256_si128(p->low[1]));
    return (uint32_t)_mm_movemask_epi8(_mm_and_si128(a, b));
}

/* Fewer than 64 places: by 32 or 16, the last of them again with those before; nothing behind them is read. */
TARGET static uint64_t probe_few(const wql__needle *n, const probes *p, const uint8_t *at, size_t count) {
    const uint32_t i = n->probe[0], j = n->probe[1];
    uint64_t bits = 0;
    if (count >= 32) return (uint64_t)probe_32(p, at) | (uint64_t)probe_32(p, at + count - 32) << (count - 32);
    if (count >= 16) return (uint64_t)probe_16(p, at) | (uint64_t)probe_16(p, at + count - 16) << (count - 16);
    for (size_t k = 0; k < count; k++)
        bits |= (uint64_t)((at[k + i] | n->mask[i]) == n->low[i] && (at[k + j] | n->mask[j]) == n->low[j]) << k;
    return bits;
}

TARGET static uint64_t agree(const uint32_t *words, const wql__needle_word *with, uint64_t *high) {
    const __m256i keep = SET_32(with->keep), mask = SET_32(with->mask), low = SET_32(with->low);
    __m256i any = NOTHING;
    uint64_t word = 0;
    _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++) {
        __m256i x = load(words + 8 * i);
        any = _mm256_or_si256(any, x);
        word |= BITS_32(_mm256_cmpeq_epi32(_mm256_or_si256(_mm256_and_si256(x, keep), mask), low)) << (8 * i);
    }
    *high = 0;
    if (_mm256_testz_si256(any, SET_32(with->high))) return word;
    for (unsigned i = 0; i < 8; i++) {
        __m256i none = _mm256_cmpeq_epi32(_mm256_and_si256(load(words + 8 * i), SET_32(with->high)), NOTHING);
        *high |= (uint64_t)(~BITS_32(none) & 0xffu) << (8 * i);
    }
    return word;
}

TARGET static uint32_t places(const uint32_t *words, uint32_t shift, uint32_t *to) {
    const __m256i letters = SET_32(WQL__PLACE_CASE), spread = SET_32(WQL__PLACE_SPREAD);
    const __m128i by = _mm_cvtsi32_si128((int)shift);
    __m256i any = NOTHING;
    __m128i half;
    _Pragma("GCC unroll 8") for (unsigned i = 0; i < 8; i++) {
        __m256i x = load(words + 8 * i);
        any = _mm256_or_si256(any, x);
        x = _mm256_srl_epi32(_mm256_mullo_epi32(_mm256_or_si256(x, letters), spread), by);
        _mm256_storeu_si256((__m256i *)(void *)(to + 8 * i), x);
    }
    half = _mm_or_si128(_mm256_castsi256_si128(any), _mm256_extracti128_si256(any, 1));
    half = _mm_or_si128(half, _mm_unpackhi_epi64(half, half));
    return (uint32_t)_mm_cvtsi128_si32(half) | (uint32_t)_mm_extract_epi32(half, 1);
}

TARGET static size_t hunt(const wql__needle *n, const uint8_t *bytes, size_t from, size_t limit, const _Atomic uint32_t *stop,
                          uint64_t *bits) {
    probes p;
    for (unsigned i = 0; i < 2; i++) {
        p.at[i] = n->probe[i];
        p.low[i] = SET_8(n->low[n->probe[i]]);
        p.mask[i] = SET_8(n->mask[n->probe[i]]);
    }
    while (limit - from >= 64) {
        size_t pause = limit - from < WQL__STOP_EACH ? limit : from + WQL__STOP_EACH;
        if (wql__stopped(stop)) return limit;
        for (; pause - from >= 64; from += 64) {
            uint32_t low = probe_32(&p, bytes + from), high = probe_32(&p, bytes + from + 32);
            if (!(low | high)) continue;
            *bits = low | (uint64_t)high << 32;
            return from;
        }
    }
    *bits = from < limit ? probe_few(n, &p, bytes + from, limit - from) : 0;
    return *bits ? from : limit;
}

TARGET static bool is_ascii(const char *bytes, size_t len) {
    __m256i any = NOTHING;
    size_t at = 0;
    uint8_t rest = 0;
    for (; len - at >= 128; at += 128) {
        __m256i low = _mm256_or_si256(load(bytes + at), load(bytes + at + 32));
        any = _mm256_or_si256(low, _mm256_or_si256(load(bytes + at + 64), load(bytes + at + 96)));
        if (_mm256_movemask_epi8(any)) return false;
    }
    any = NOTHING;
    for (; len - at >= 32; at += 32) any = _mm256_or_si256(any, load(bytes + at));
    for (; at < len; at++) rest |= (uint8_t)bytes[at];
    return !_mm256_movemask_epi8(any) && rest < 0x80;
}

TARGET static inline __m256i descents(const int32_t *offsets) { return _mm256_cmpgt_epi32(load(offsets - 1), load(offsets)); }

TARGET static bool ascends(const int32_t *offsets, size_t count) {
    __m256i down = NOTHING;
    size_t i = 0;
    for (; count - i >= 32; i += 32) {
        __m256i low = _mm256_or_si256(descents(offsets + i), descents(offsets + i + 8));
        down = _mm256_or_si256(down, _mm256_or_si256(low, _mm256_or_si256(descents(offsets + i + 16), descents(offsets + i + 24))));
    }
    for (; i < count; i++)
        if (offsets[i] < (offsets + i)[-1]) return false;
    return !_mm256_movemask_epi8(down);
}

/* -- the table --------------------------------------------------------------------------------------------------- */

#define LINE(NAME)                                                                                                                 \
    { NAME##_eq, NAME##_ne, NAME##_lt, NAME##_le, NAME##_gt, NAME##_ge }

bool wql__kernels_avx2(wql__kernels *k) {
    static const wql__dense_kernel dense[WQL__KERNEL_TYPES][6] = {LINE(i8),  LINE(i16), LINE(i32), LINE(i64), LINE(u8),
                                                                  LINE(u16), LINE(u32), LINE(u64), LINE(f32), LINE(f64)};
    static const wql__dense_kernel within[4] = {within_8, within_16, within_32, within_64};
    static const wql__pick picks[4] = {pick_8, pick_16, pick_32, pick_64};
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2") ||
        !__builtin_cpu_supports("popcnt"))
        return false;
    k->level = WQL_KERNELS_AVX2;
    k->sparse_below = 16;
    memcpy(k->dense, dense, sizeof dense);
    memcpy(k->within_dense, within, sizeof within);
    memcpy(k->picks, picks, sizeof picks);
    k->list = list;
    k->hunt = hunt;
    k->agree = agree;
    k->places = places;
    k->is_ascii = is_ascii;
    k->ascends = ascends;
    return true;
}

#else

bool wql__kernels_avx2(wql__kernels *k) {
    (void)k;
    return false;
}

#endif
