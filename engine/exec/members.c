/* SPDX-License-Identifier: MIT */
/* members.c: a long list of equalities on one column as one set: four hundred ORs are not four hundred passes. */
#include "kernels.h"
#include "text_set.h"

#include "../data/value.h"

#include <string.h>

/* A longer text is not worth hashing: it is compared where it may be equal. */
enum { MEMBER_LONGEST = 256 };
/* Below this, comparing one after the other is as fast. */
enum { MEMBERS_MIN = 4 };
/* A range of integers up to this wide is a bitmap. */
enum { RANGE_MAX = 65536 };

struct wql__members {
    bool text;
    /* integers, signed or not, as 64 bits: a bitmap over [least, least + range), or an open hash */
    uint64_t least, range;
    uint64_t *bitmap;
    uint64_t *slots; /* mask + 1 of them */
    uint32_t mask;
    bool has_zero; /* 0 marks a slot as empty */
    /* texts */
    wql__text_set texts;
};

static bool is_member_test(const wql__test *test, uint32_t type, uint8_t by) {
    if (test->by != by || (test->op != WQL_EQ && test->op != WQL_NE) || wql__test_null(test) == WQL__TRUE) return false;
    if (by == WQL__BY_TEXT) return wql__type_is_text(type);
    if (by == WQL__BY_SIGNED) return wql__type_is_integer(type) && wql__type_is_signed(type);
    return by == WQL__BY_UNSIGNED && (type == WQL_CHAR16 || (wql__type_is_integer(type) && !wql__type_is_signed(type)));
}

static uint64_t number_of(const wql__test *test) { return test->by == WQL__BY_SIGNED ? (uint64_t)test->as.i64 : test->as.u64; }

static uint32_t slot_of(uint64_t number, uint32_t mask) { return (uint32_t)((number * 0x9e3779b97f4a7c15u) >> 32) & mask; }

static bool hash_have(const wql__members *m, uint64_t number) {
    uint32_t at;
    if (number == 0) return m->has_zero;
    for (at = slot_of(number, m->mask); m->slots[at]; at = (at + 1) & m->mask)
        if (m->slots[at] == number) return true;
    return false;
}

static inline bool number_in(const wql__members *m, uint64_t number) {
    uint64_t place = number - m->least;
    if (!m->bitmap) return hash_have(m, number);
    return place < m->range && ((m->bitmap[place >> 6] >> (place & 63u)) & 1u);
}

static void hash_add(wql__members *m, uint64_t number) {
    uint32_t at = slot_of(number, m->mask);
    if (number == 0) {
        m->has_zero = true;
        return;
    }
    while (m->slots[at] && m->slots[at] != number) at = (at + 1) & m->mask;
    m->slots[at] = number;
}

static bool make_hash(wql__members *m, wql__arena *arena, const wql__test *const *tests, uint32_t count,
                      const _Atomic uint32_t *stop, bool *made) {
    uint32_t room = 16;
    while (room < count * 2) room *= 2;
    m->mask = room - 1;
    m->slots = wql__arena_zero(arena, wql__array_size(room, sizeof *m->slots));
    if (!m->slots) return false;
    for (uint32_t i = 0; i < count && *made; i++) {
        hash_add(m, number_of(tests[i]));
        *made = i % 512 || !wql__stopped(stop);
    }
    return true;
}

/* Whether the first number is below the second, in the order of the column. */
static bool is_below(uint64_t a, uint64_t b, bool is_signed) { return is_signed ? (int64_t)a < (int64_t)b : a < b; }

static bool make_numbers(wql__members *m, wql__arena *arena, const wql__test *const *tests, uint32_t count,
                         const _Atomic uint32_t *stop, bool *made) {
    bool is_signed = tests[0]->by == WQL__BY_SIGNED;
    uint64_t least = number_of(tests[0]), most = least;
    for (uint32_t i = 1; i < count; i++) {
        uint64_t number = number_of(tests[i]);
        if (is_below(number, least, is_signed)) least = number;
        if (is_below(most, number, is_signed)) most = number;
        if (i % 1024 == 0 && wql__stopped(stop)) *made = false;
        if (!*made) return true;
    }
    if (most - least >= RANGE_MAX) return make_hash(m, arena, tests, count, stop, made);
    m->least = least;
    m->range = most - least + 1;
    m->bitmap = wql__arena_zero(arena, (size_t)(m->range / 64 + 1) * sizeof *m->bitmap);
    if (!m->bitmap) return false;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t place = number_of(tests[i]) - least;
        m->bitmap[place >> 6] |= (uint64_t)1 << (place & 63u);
    }
    return true;
}

static bool make_texts(wql__members *m, wql__arena *arena, const wql__test *const *tests, uint32_t count,
                       const _Atomic uint32_t *stop, bool *made) {
    size_t shortest = SIZE_MAX;
    m->text = true;
    for (uint32_t i = 0; i < count; i++)
        if (tests[i]->folded.len < shortest) shortest = tests[i]->folded.len;
    if (!wql__text_set_init(&m->texts, arena, count, shortest)) return false;
    for (uint32_t i = 0; i < count; i++) {
        *made = tests[i]->folded.len <= MEMBER_LONGEST && (i % 16 || !wql__stopped(stop));
        if (!*made) return true;
        wql__text_set_add(&m->texts, tests[i]->folded);
    }
    return true;
}

bool wql__members_make(wql__arena *arena, uint32_t type, const wql__test *const *tests, uint32_t count,
                       const _Atomic uint32_t *stop, wql__members **out) {
    bool made = true;
    wql__members *m;
    *out = NULL;
    if (count < MEMBERS_MIN || count > UINT32_MAX / 8) return true;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_member_test(tests[i], type, tests[0]->by) || tests[i]->op != tests[0]->op || tests[i]->negated) return true;
        if (i % 256 == 0 && wql__stopped(stop)) return true;
    }
    m = wql__arena_zero(arena, sizeof *m);
    if (!m) return false;
    if (tests[0]->by == WQL__BY_TEXT ? !make_texts(m, arena, tests, count, stop, &made)
                                     : !make_numbers(m, arena, tests, count, stop, &made))
        return false;
    if (made) *out = m;
    return true;
}

bool wql__members_have(const wql__members *m, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop) {
    wql_value value = wql_column_value(col, row);
    if (!m->text) return number_in(m, wql__type_is_signed(col->type) ? (uint64_t)value.i64 : value.u64);
    if (value.str.len > 3 * MEMBER_LONGEST || (value.str.len >= WQL__STOP_LONG && wql__stopped(stop))) return false;
    return wql__text_set_has(&m->texts, value.str);
}

/* `v[i]` widens with its sign, as the members did. In a bitmap, a number outside looks at the first bit, and is not counted. */
#define MEMBERS(T)                                                                                                               \
    do {                                                                                                                         \
        const T *v = (const T *)col->values + (size_t)w * 64;                                                                    \
        for (uint32_t i = 0; i < count && m->bitmap; i++) {                                                                      \
            uint64_t place = (uint64_t)v[i] - least, inside = place < range;                                                     \
            place &= 0 - inside;                                                                                                 \
            bytes[i] = (uint8_t)(m->bitmap[place >> 6] >> (place & 63u) & inside);                                               \
        }                                                                                                                        \
        for (uint32_t i = 0; i < count && !m->bitmap; i++) bytes[i] = hash_have(m, (uint64_t)v[i]);                              \
    } while (0)

void wql__members_dense(const wql__members *m, const wql__kernels *kernels, const wql_column *col, uint32_t rows,
                        const _Atomic uint32_t *stop, uint64_t *mask) {
    const uint64_t least = m->least, range = m->range;
    if (m->text) {
        wql__text_set_column(&m->texts, kernels, col, rows, stop, mask);
        return;
    }
    for (uint32_t w = 0; w < wql__bit_words(rows); w++) {
        uint32_t count = rows - w * 64 < 64 ? rows - w * 64 : 64;
        uint8_t bytes[64] = {0};
        switch (col->type) {
        case WQL_SINT8: MEMBERS(int8_t); break;
        case WQL_SINT16: MEMBERS(int16_t); break;
        case WQL_SINT32: MEMBERS(int32_t); break;
        case WQL_SINT64: MEMBERS(int64_t); break;
        case WQL_UINT8: MEMBERS(uint8_t); break;
        case WQL_UINT16:
        case WQL_CHAR16: MEMBERS(uint16_t); break;
        case WQL_UINT32: MEMBERS(uint32_t); break;
        default: MEMBERS(uint64_t); break;
        }
        mask[w] = wql__pack_bytes(bytes);
    }
}
