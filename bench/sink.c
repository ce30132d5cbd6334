/* SPDX-License-Identifier: MIT */
/* sink.c: what is done with each value delivered. The same functions for the engine and for loops by hand; SQLite's rows are
 * added cell by cell with the same sums. A sum touches every byte once and costs little: what is measured is the way to the sink.
 */
#include "bench.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* -- sums -------------------------------------------------------------------------------------------------------- */

uint64_t bench_bits_of(double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* The sum of the eight bytes of a word. */
static uint64_t bytes_of(uint64_t word) {
    const uint64_t odd = 0x00ff00ff00ff00ffu;
    word = (word & odd) + ((word >> 8) & odd);
    return (word * 0x0001000100010001u) >> 48;
}

/* Up to seven bytes. */
static uint64_t few_bytes(const char *text, size_t len) {
    uint64_t word = 0;
    uint32_t four;
    uint16_t two;
    if (len & 4) {
        memcpy(&four, text, 4);
        word = four;
        text += 4;
    }
    if (len & 2) {
        memcpy(&two, text, 2);
        word = word << 16 | two;
        text += 2;
    }
    return bytes_of(len & 1 ? word << 8 | (uint8_t)*text : word);
}

/* The sum of the bytes: where texts begin makes no difference, so texts that lie behind each other can be summed at once. */
static inline uint64_t sum_bytes(const char *text, size_t len) {
    uint64_t sum = 0, word;
#ifdef __SSE2__
    __m128i wide = _mm_setzero_si128();
    for (; len >= 16; text += 16, len -= 16)
        wide = _mm_add_epi64(wide, _mm_sad_epu8(_mm_loadu_si128((const __m128i *)(const void *)text), _mm_setzero_si128()));
    sum = (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(wide, _mm_srli_si128(wide, 8)));
#endif
    for (; len >= 8; text += 8, len -= 8) {
        memcpy(&word, text, 8);
        sum += bytes_of(word);
    }
    return sum + few_bytes(text, len);
}

uint64_t bench_text_sum(const char *text, size_t len) { return sum_bytes(text, len) + (uint64_t)len * len; }

static uint64_t sum_fixed(const wql_column *col, uint32_t rows) {
    uint64_t sum = 0;
    if (col->type == WQL_UINT32) {
        const uint32_t *v = col->values;
        for (uint32_t i = 0; i < rows; i++) sum += v[i];
    } else { /* eight bytes: a number, the bits of a real, the microseconds of a datetime */
        const uint64_t *v = col->values;
        for (uint32_t i = 0; i < rows; i++) sum += v[i];
    }
    return sum;
}

static uint64_t sum_bits(const wql_column *col, uint32_t rows) {
    const uint8_t *bits = col->values;
    uint64_t sum = 0, word;
    uint32_t row = 0;
    for (; row + 64 <= rows; row += 64) {
        memcpy(&word, bits + row / 8, 8);
        sum += (uint64_t)__builtin_popcountll(word);
    }
    for (; row < rows; row++) sum += ((unsigned)bits[row / 8] >> (row & 7)) & 1u;
    return sum;
}

static uint64_t sum_texts(const wql_column *col, uint32_t rows) {
    uint64_t sum = 0;
    if (col->layout != WQL_OFFSETS) {
        for (uint32_t i = 0; i < rows; i++) {
            wql_str text = wql_column_str(col, i);
            sum += bench_text_sum(text.ptr, text.len);
        }
        return sum;
    }
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t len = (uint32_t)(col->offsets[i + 1] - col->offsets[i]);
        sum += (uint64_t)len * len;
    }
    return sum + sum_bytes(col->bytes + col->offsets[0], (size_t)(col->offsets[rows] - col->offsets[0]));
}

static uint64_t sum_column(const wql_column *col, uint32_t rows) {
    if (col->layout == WQL_FIXED) return sum_fixed(col, rows);
    return col->layout == WQL_BITS ? sum_bits(col, rows) : sum_texts(col, rows);
}

/* -- hashes ------------------------------------------------------------------------------------------------------ */

uint64_t bench_hash_number(uint64_t hash, uint64_t number) {
    hash = (hash ^ number) * 0x9E3779B97F4A7C15u;
    return (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9u;
}

uint64_t bench_hash_text(uint64_t hash, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) hash = (hash ^ (uint8_t)text[i]) * 0x100000001B3u;
    return bench_hash_number(hash, len);
}

static uint64_t hash_cell(uint64_t hash, const wql_column *col, uint32_t row) {
    wql_value v = wql_column_value(col, row);
    switch (v.type) {
    case WQL_NULL: return bench_hash_text(hash, "null", 4);
    case WQL_STRING: return bench_hash_text(hash, v.str.ptr, v.str.len);
    case WQL_BOOLEAN: return bench_hash_number(hash, v.b);
    case WQL_REAL64: return bench_hash_number(hash, bench_bits_of(v.f64));
    case WQL_DATETIME: return bench_hash_number(hash, (uint64_t)v.time.us);
    default: return bench_hash_number(hash, v.u64);
    }
}

/* -- taking ------------------------------------------------------------------------------------------------------ */

__attribute__((noinline)) void bench_take_ids(bench_answer *a, const uint32_t *ids, uint32_t rows) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < rows; i++) sum += ids[i];
    a->rows += rows;
    a->sum += sum;
    if (a->thorough)
        for (uint32_t i = 0; i < rows; i++) a->deep += bench_hash_number(0, ids[i]);
}

__attribute__((noinline)) void bench_take_columns(bench_answer *a, const wql_column *const *columns, uint32_t width,
                                                  uint32_t rows) {
    a->rows += rows;
    for (uint32_t c = 0; c < width; c++) a->sum += sum_column(columns[c], rows);
    if (!a->thorough) return;
    for (uint32_t row = 0; row < rows; row++) {
        uint64_t hash = 0;
        for (uint32_t c = 0; c < width; c++) hash = hash_cell(hash, columns[c], row);
        a->deep += hash;
    }
}
