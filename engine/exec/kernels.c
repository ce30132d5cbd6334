/* SPDX-License-Identifier: MIT */
/* kernels.c: comparing fixed-width values with a constant. Plain C in blocks of 64 rows, which compilers turn into vector code: the
 * number of turns is known, nothing aliases, nothing branches, and no row behind the last one is read. */
#include "kernels.h"

#include <string.h>

/* Dense: one block is 64 comparisons into bytes, packed into one word. The rows behind the last full block are copied to a block of
 * our own first. */
#define DENSE(NAME, T, C, FIELD, OP)                                                                                               \
    static uint64_t NAME##_block(const T *restrict v, C with) {                                                                    \
        uint8_t m[64];                                                                                                             \
        for (unsigned i = 0; i < 64; i++) m[i] = (uint8_t)(v[i] OP with);                                                          \
        return wql__pack_bytes(m);                                                                                                 \
    }                                                                                                                              \
    static void NAME##_dense(const void *values, wql__constant with, uint32_t rows, uint64_t *mask) {                              \
        const T *v = values;                                                                                                       \
        uint32_t w = 0;                                                                                                            \
        for (; w < rows / 64; w++) mask[w] = NAME##_block(v + (size_t)w * 64, with.FIELD);                                         \
        if (rows % 64) {                                                                                                           \
            T last[64] = {0};                                                                                                      \
            memcpy(last, v + (size_t)w * 64, (rows % 64) * sizeof *last);                                                          \
            mask[w] = NAME##_block(last, with.FIELD) & wql__low_bits(rows % 64);                                                   \
        }                                                                                                                          \
    }

/* Sparse: no branch on the outcome, which nobody can foresee. `out` runs behind `list`, never ahead. */
#define SPARSE(NAME, T, C, FIELD, OP)                                                                                              \
    static uint32_t NAME##_sparse(const void *values, wql__constant with, const uint16_t *list, uint32_t count, uint16_t *out) {   \
        const T *v = values;                                                                                                       \
        const C c = with.FIELD;                                                                                                    \
        uint32_t kept = 0;                                                                                                         \
        for (uint32_t i = 0; i < count; i++) {                                                                                     \
            uint16_t row = list[i];                                                                                                \
            out[kept] = row;                                                                                                       \
            kept += (uint32_t)(v[row] OP c);                                                                                       \
        }                                                                                                                          \
        return kept;                                                                                                               \
    }

#define BOTH(NAME, T, C, FIELD, OP) DENSE(NAME, T, C, FIELD, OP) SPARSE(NAME, T, C, FIELD, OP)
#define ALL_OPERATORS(NAME, T, C, FIELD)                                                                                           \
    BOTH(NAME##_eq, T, C, FIELD, ==)                                                                                               \
    BOTH(NAME##_ne, T, C, FIELD, !=)                                                                                               \
    BOTH(NAME##_lt, T, C, FIELD, <)                                                                                                \
    BOTH(NAME##_le, T, C, FIELD, <=)                                                                                               \
    BOTH(NAME##_gt, T, C, FIELD, >)                                                                                                \
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

#define ROW(NAME, KIND)                                                                                                            \
    { NAME##_eq_##KIND, NAME##_ne_##KIND, NAME##_lt_##KIND, NAME##_le_##KIND, NAME##_gt_##KIND, NAME##_ge_##KIND }
#define TABLE(KIND)                                                                                                                \
    {                                                                                                                              \
        ROW(i8, KIND), ROW(i16, KIND), ROW(i32, KIND), ROW(i64, KIND), ROW(u8, KIND), ROW(u16, KIND), ROW(u32, KIND),              \
            ROW(u64, KIND), ROW(f32, KIND), ROW(f64, KIND)                                                                         \
    }

static const wql__dense_kernel dense_kernels[10][6] = TABLE(dense);
static const wql__sparse_kernel sparse_kernels[10][6] = TABLE(sparse);

static unsigned row_of(uint32_t type) {
    switch (type) {
    case WQL_SINT8: return 0;
    case WQL_SINT16: return 1;
    case WQL_SINT32: return 2;
    case WQL_UINT8: return 4;
    case WQL_UINT16:
    case WQL_CHAR16: return 5;
    case WQL_UINT32: return 6;
    case WQL_UINT64: return 7;
    case WQL_REAL32: return 8;
    case WQL_REAL64: return 9;
    default: return 3; /* sint64, datetime */
    }
}

wql__dense_kernel wql__kernel_dense(uint32_t type, uint8_t op) {
    return dense_kernels[row_of(type)][op - WQL_EQ];
}
wql__sparse_kernel wql__kernel_sparse(uint32_t type, uint8_t op) {
    return sparse_kernels[row_of(type)][op - WQL_EQ];
}
