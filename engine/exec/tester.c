/* SPDX-License-Identifier: MIT */
/* tester.c: one test over one column: which kernel answers it, and what is asked value by value. */
#include "kernels.h"

#include "../base/fold.h"
#include "../data/like.h"
#include "../data/value.h"

#include <string.h>

/* -- preparing --------------------------------------------------------------------------------------------------- */

static bool is_order(uint8_t op) { return op >= WQL_EQ && op <= WQL_GE; }

/* A signed or unsigned literal as the column's type has it. False: it does not fit. */
static bool integer_constant(wql__constant *with, uint32_t type, const wql__test *test) {
    int64_t i = test->as.i64;
    uint64_t u = test->as.u64;
    switch (type) {
    case WQL_SINT8: with->i8 = (int8_t)i; return with->i8 == i;
    case WQL_SINT16: with->i16 = (int16_t)i; return with->i16 == i;
    case WQL_SINT32: with->i32 = (int32_t)i; return with->i32 == i;
    case WQL_SINT64: with->i64 = i; return true;
    case WQL_UINT8: with->u8 = (uint8_t)u; return with->u8 == u;
    case WQL_UINT16:
    case WQL_CHAR16: with->u16 = (uint16_t)u; return with->u16 == u;
    case WQL_UINT32: with->u32 = (uint32_t)u; return with->u32 == u;
    case WQL_UINT64: with->u64 = u; return true;
    default: return false;
    }
}

static bool is_fixed_test(wql__tester *t, uint32_t type, const wql__test *test) {
    switch (test->by) {
    case WQL__BY_SIGNED: return wql__type_is_integer(type) && wql__type_is_signed(type) && integer_constant(&t->with, type, test);
    case WQL__BY_UNSIGNED:
        return (type == WQL_CHAR16 || (wql__type_is_integer(type) && !wql__type_is_signed(type))) &&
               integer_constant(&t->with, type, test);
    case WQL__BY_REAL: t->with.f64 = test->as.f64; return wql__type_is_real(type);
    default: return false;
    }
}

/* Any other LIKE: most texts lack what its longest run asks for, which bytes show. The rest is asked value by value. */
static bool like_skeleton(wql__tester *t, wql__arena *arena, const wql__test *test) {
    bool made;
    if (!wql__needle_skeleton(&t->needle, arena, test->pattern, &made)) return false;
    if (!made) {
        t->how = WQL__HOW_PATTERN;
        return true;
    }
    t->how = WQL__HOW_NEEDLE;
    t->needle_how = WQL__NEEDLE_CONTAINS;
    t->flip = test->negated;
    return true;
}

/* A LIKE whose shape is a text with nothing, or anything, on either side. */
static bool like_needle(wql__tester *t, wql__arena *arena, const wql__test *test) {
    wql_str text = {NULL, 0};
    int shape = wql__like_shape(test->pattern, &text);
    if (shape == WQL__LIKE_ANY || shape == WQL__LIKE_NEVER ||
        (shape != WQL__LIKE_EXACT && shape != WQL__LIKE_GENERAL && text.len == 0)) {
        t->how = WQL__HOW_CONSTANT;
        return true;
    }
    if (text.len > WQL__NEEDLE_MAX) return true;
    switch (shape) {
    case WQL__LIKE_EXACT: t->needle_how = WQL__NEEDLE_EQUAL; break;
    case WQL__LIKE_PREFIX: t->needle_how = WQL__NEEDLE_PREFIX; break;
    case WQL__LIKE_SUFFIX: t->needle_how = WQL__NEEDLE_SUFFIX; break;
    case WQL__LIKE_CONTAINS: t->needle_how = WQL__NEEDLE_CONTAINS; break;
    default: return like_skeleton(t, arena, test);
    }
    t->how = WQL__HOW_NEEDLE;
    t->flip = test->negated;
    return wql__needle_init(&t->needle, arena, text, wql__fold_is_plain(text));
}

static bool text_needle(wql__tester *t, wql__arena *arena, const wql__test *test) {
    if (test->folded.len > WQL__NEEDLE_MAX) return true;
    t->how = t->op == WQL_EQ || t->op == WQL_NE ? WQL__HOW_NEEDLE : WQL__HOW_ORDER;
    t->needle_how = WQL__NEEDLE_EQUAL;
    t->flip = t->op == WQL_NE;
    return wql__needle_init(&t->needle, arena, test->folded, wql__fold_is_plain(test->folded));
}

bool wql__tester_init(wql__tester *t, wql__arena *arena, wql__mem *mem, const wql__kernels *kernels, uint32_t type, bool interval,
                      const wql__test *test) {
    bool negated = test->negated;
    memset(t, 0, sizeof *t);
    t->test = test;
    t->mem = mem;
    t->kernels = kernels;
    t->interval = interval;
    t->op = test->op;
    t->how = WQL__HOW_VALUES;
    if (t->op == WQL_LIKE && test->by != WQL__BY_LIKE) {
        t->op = negated ? WQL_NE : WQL_EQ;
        negated = false;
    }
    if (test->by == WQL__BY_NULL) {
        t->how = WQL__HOW_NULL;
        return true;
    }
    if (wql__test_null(test) == WQL__TRUE) return true;
    if (test->by == WQL__BY_CONSTANT) t->how = WQL__HOW_CONSTANT;
    if (test->by == WQL__BY_LIKE && t->op == WQL_LIKE && wql__type_is_text(type)) return like_needle(t, arena, test);
    if (negated || !is_order(t->op)) return true;
    if (is_fixed_test(t, type, test)) t->how = WQL__HOW_FIXED;
    if (test->by == WQL__BY_BOOLEAN && type == WQL_BOOLEAN && (t->op == WQL_EQ || t->op == WQL_NE)) t->how = WQL__HOW_BITS;
    if (test->by == WQL__BY_TIME && type == WQL_DATETIME && test->interval == interval) {
        t->how = WQL__HOW_TIME;
        t->with.i64 = test->as.time.us;
    }
    if (test->by == WQL__BY_TEXT && wql__type_is_text(type)) return text_needle(t, arena, test);
    return true;
}

/* One bound of a range, as bits that keep the order of the type if `flip` is added. False: it is none, or nothing lies beyond it.
 */
static bool bound_of(const wql__test *test, uint8_t op, bool lower, uint64_t flip, uint64_t *bound) {
    uint64_t at = (test->by == WQL__BY_SIGNED ? (uint64_t)test->as.i64 : test->as.u64) ^ flip;
    bool open = op == (lower ? WQL_GT : WQL_LT);
    if (!open && op != (lower ? WQL_GE : WQL_LE)) return false;
    if (open && at == (lower ? UINT64_MAX : 0)) return false;
    *bound = !open ? at : lower ? at + 1 : at - 1;
    return true;
}

bool wql__tester_join(wql__tester *t, uint32_t type, const wql__test *second) {
    wql__tester other = {.test = second, .op = second->op};
    uint64_t least, most, flip = wql__type_is_signed(type) ? (uint64_t)1 << 63 : 0;
    bool lower = t->op == WQL_GT || t->op == WQL_GE;
    if (t->how != WQL__HOW_FIXED || t->within || (!wql__type_is_integer(type) && type != WQL_CHAR16)) return false;
    if (second->negated || wql__test_null(second) == WQL__TRUE || !is_order(second->op) || !is_fixed_test(&other, type, second))
        return false;
    if (!bound_of(lower ? t->test : second, lower ? t->op : second->op, true, flip, &least) ||
        !bound_of(lower ? second : t->test, lower ? second->op : t->op, false, flip, &most) || most < least)
        return false;
    if (most - least > UINT64_MAX >> (64 - 8 * wql__type_size(type))) return false; /* a bound just outside of the type */
    t->second = second;
    t->within = true;
    t->with.span = (wql__span){least ^ flip, most - least};
    return true;
}

bool wql__tester_init_members(wql__tester *t, wql__arena *arena, wql__mem *mem, const wql__kernels *kernels, uint32_t type,
                              const wql__test *const *tests, uint32_t count, bool outside, const _Atomic uint32_t *stop,
                              bool *made) {
    memset(t, 0, sizeof *t);
    t->mem = mem;
    t->kernels = kernels;
    t->outside = outside;
    t->how = WQL__HOW_MEMBERS;
    if (!wql__members_make(arena, type, tests, count, stop, &t->members)) return false;
    *made = t->members != NULL;
    return true;
}

void wql__tester_free(wql__tester *t) {
    if (!t->known) return;
    for (unsigned i = 0; i < WQL__KNOWN_MAX; i++) wql__free(t->mem, t->known[i].outcome, t->known[i].size);
    wql__free(t->mem, t->known, WQL__KNOWN_MAX * sizeof *t->known);
    t->known = NULL;
}

/* -- value by value ---------------------------------------------------------------------------------------------- */

int wql__tester_cell(const wql__tester *t, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop) {
    wql_value value;
    int outcome;
    if (t->members) {
        if (wql_column_is_null(col, row)) return WQL__UNKNOWN;
        return wql__members_have(t->members, col, row, stop) != t->outside ? WQL__TRUE : WQL__FALSE;
    }
    if (wql_column_is_null(col, row)) return wql__test_null(t->test);
    value = wql_column_value(col, row);
    if (t->interval && col->type == WQL_DATETIME) value.time.interval = 1;
    outcome = wql__test_value(t->test, &value, stop);
    return t->second && outcome == WQL__TRUE ? wql__test_value(t->second, &value, stop) : outcome;
}

/* Keeps the rows of the set for which `PASSES`, an expression of `row`, is true. The flag is looked at every 64 rows. */
#define KEEP_ROWS(SET, STOP, PASSES)                                                                                             \
    do {                                                                                                                         \
        uint32_t kept = 0;                                                                                                       \
        if ((SET)->sparse) {                                                                                                     \
            for (uint32_t i = 0; i < (SET)->count; i++) {                                                                        \
                uint32_t row = (SET)->list[i];                                                                                   \
                if ((i & 63u) == 63u && wql__stopped(STOP)) break;                                                               \
                (SET)->list[kept] = (uint16_t)row;                                                                               \
                kept += (PASSES) ? 1u : 0u;                                                                                      \
            }                                                                                                                    \
        } else {                                                                                                                 \
            for (uint32_t w = 0; w < wql__bit_words((SET)->rows); w++) {                                                         \
                uint64_t left = (SET)->bits[w], passed = 0;                                                                      \
                if (left && wql__stopped(STOP)) left = 0;                                                                        \
                for (; left; left &= left - 1) {                                                                                 \
                    uint32_t row = w * 64 + wql__first_bit(left);                                                                \
                    if (PASSES) passed |= left & (0 - left);                                                                     \
                }                                                                                                                \
                (SET)->bits[w] = passed;                                                                                         \
                kept += wql__count_bits(passed);                                                                                 \
            }                                                                                                                    \
        }                                                                                                                        \
        (SET)->count = kept;                                                                                                     \
    } while (0)

static void narrow_values(const wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    KEEP_ROWS(set, stop, wql__tester_cell(t, col, row, stop) == WQL__TRUE);
}

/* -- NULLs and constants ----------------------------------------------------------------------------------------- */

void wql__valid_bits(const wql_column *col, uint32_t rows, uint64_t *bits) {
    uint32_t words = wql__bit_words(rows);
    if (!rows) return;
    if (!col->validity) {
        memset(bits, 0xff, words * sizeof *bits);
    } else {
        bits[words - 1] = 0;
        memcpy(bits, col->validity, (rows + 7) / 8); /* not a byte more: nobody owes padding */
    }
    if (rows % 64) bits[words - 1] &= wql__low_bits(rows % 64);
}

static void drop_nulls(const wql_column *col, wql__rows *set) {
    uint64_t bits[WQL__WORDS];
    if (!col->validity) return;
    if (set->sparse) {
        KEEP_ROWS(set, NULL, !wql_column_is_null(col, row));
        return;
    }
    wql__valid_bits(col, set->rows, bits);
    wql__rows_and(set, bits);
}

static void keep_nulls(const wql_column *col, wql__rows *set) {
    uint64_t bits[WQL__WORDS];
    if (!col->validity) {
        wql__rows_clear(set);
    } else if (set->sparse) {
        KEEP_ROWS(set, NULL, wql_column_is_null(col, row));
    } else {
        wql__valid_bits(col, set->rows, bits);
        for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) bits[w] = ~bits[w];
        wql__rows_and(set, bits);
    }
}

/* All that are not NULL have the outcome of the first. */
static void narrow_constant(const wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    uint32_t first = 0;
    drop_nulls(col, set);
    if (!set->count) return;
    if (set->sparse)
        first = set->list[0];
    else
        for (uint32_t w = 0; w < wql__bit_words(set->rows); w++)
            if (set->bits[w]) {
                first = w * 64 + wql__first_bit(set->bits[w]);
                break;
            }
    if (wql__tester_cell(t, col, first, stop) != WQL__TRUE) wql__rows_clear(set);
}

/* -- numbers ----------------------------------------------------------------------------------------------------- */

/* The logarithm of a value's width in bytes. */
static unsigned width_of(uint32_t type) { return wql__first_bit(wql__type_size(type)); }

static void narrow_fixed(const wql__tester *t, const wql_column *col, wql__rows *set) {
    unsigned line = wql__kernel_type(col->type), width = width_of(col->type), op = t->op - (unsigned)WQL_EQ;
    const wql__kernels *k = t->kernels;
    if (set->sparse) {
        wql__sparse_kernel kernel = t->within ? k->within_sparse[width] : k->sparse[line][op];
        set->count = kernel(col->values, t->with, set->list, set->count, set->list);
    } else {
        wql__dense_kernel kernel = t->within ? k->within_dense[width] : k->dense[line][op];
        set->count = kernel(col->values, t->with, set->rows, set->bits);
    }
    drop_nulls(col, set);
}

static void narrow_bits(const wql__tester *t, const wql_column *col, wql__rows *set) {
    bool wanted = (t->op == WQL_EQ) == t->test->as.b;
    const uint8_t *values = col->values;
    uint64_t mask[WQL__WORDS];
    if (set->sparse) {
        KEEP_ROWS(set, NULL, ((unsigned)values[row >> 3] >> (row & 7u) & 1u) == (wanted ? 1u : 0u));
    } else {
        mask[wql__bit_words(set->rows) - 1] = 0;
        memcpy(mask, values, (set->rows + 7) / 8);
        if (!wanted)
            for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) mask[w] = ~mask[w];
        wql__rows_and(set, mask);
    }
    drop_nulls(col, set);
}

/* Instants compare as numbers; a value with asterisks has rules of its own. */
static void narrow_time(const wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    const wql_time_extra *extra = col->extra;
    uint64_t mask[WQL__WORDS];
    if (set->sparse && extra) {
        narrow_values(t, col, set, stop);
    } else if (!extra) {
        narrow_fixed(t, col, set);
    } else {
        memset(mask, 0xff, sizeof mask);
        (void)t->kernels->dense[wql__kernel_type(WQL_DATETIME)][t->op - WQL_EQ](col->values, t->with, set->rows, mask);
        for (uint32_t row = 0; row < set->rows; row++) {
            uint64_t bit = (uint64_t)1 << (row & 63u);
            if (!extra[row].wild || !wql__bit(set->bits, row)) continue;
            if (row % 64 == 0 && wql__stopped(stop)) break;
            mask[row >> 6] &= ~bit;
            if (wql__tester_cell(t, col, row, stop) == WQL__TRUE) mask[row >> 6] |= bit;
        }
        wql__rows_and(set, mask);
        drop_nulls(col, set);
    }
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

static bool needle_row(const wql__tester *t, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop) {
    int outcome;
    if (wql_column_is_null(col, row)) return false;
    outcome = wql__needle_decide(&t->needle, t->kernels, t->needle_how, wql_column_str(col, row), stop);
    if (outcome == WQL__UNDECIDED) return wql__tester_cell(t, col, row, stop) == WQL__TRUE;
    return (outcome == WQL__TRUE) != t->flip;
}

static void narrow_needle(const wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    uint64_t valid[WQL__WORDS], mask[WQL__WORDS], undecided[WQL__WORDS];
    uint32_t words = wql__bit_words(set->rows);
    if (set->sparse) {
        KEEP_ROWS(set, stop, needle_row(t, col, row, stop));
        return;
    }
    wql__valid_bits(col, set->rows, valid);
    wql__needle_column(&t->needle, t->kernels, t->needle_how, col, set->rows, valid, stop, mask, undecided);
    for (uint32_t w = 0; w < words; w++) {
        uint64_t left = undecided[w] & valid[w] & set->bits[w];
        if (t->flip) mask[w] = ~mask[w];
        mask[w] &= valid[w] & ~undecided[w];
        for (; left && !wql__stopped(stop); left &= left - 1)
            if (wql__tester_cell(t, col, w * 64 + wql__first_bit(left), stop) == WQL__TRUE) mask[w] |= left & (0 - left);
    }
    wql__rows_and(set, mask);
}

/* Without the ways that a value of any type goes. */
static inline bool pattern_row(const wql__tester *t, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop) {
    if (wql_column_is_null(col, row)) return false;
    return wql__like_match(t->test->pattern, wql_column_str(col, row), stop) != t->test->negated;
}

static bool order_row(const wql__tester *t, const wql_column *col, uint32_t row, const _Atomic uint32_t *stop) {
    int order = 0;
    if (wql_column_is_null(col, row)) return false;
    if (wql__needle_order(&t->needle, wql_column_str(col, row), &order) == WQL__UNDECIDED)
        return wql__tester_cell(t, col, row, stop) == WQL__TRUE;
    switch (t->op) {
    case WQL_LT: return order < 0;
    case WQL_LE: return order <= 0;
    case WQL_GT: return order > 0;
    default: return order >= 0;
    }
}

/* -- sets -------------------------------------------------------------------------------------------------------- */

static void narrow_members(const wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    uint64_t mask[WQL__WORDS];
    if (set->sparse) {
        narrow_values(t, col, set, stop);
        return;
    }
    if (wql__stopped(stop)) return; /* a large set lies in slow memory, and there may be many sets */
    wql__members_dense(t->members, t->kernels, col, set->rows, stop, mask);
    if (t->outside)
        for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) mask[w] = ~mask[w];
    wql__rows_and(set, mask);
    drop_nulls(col, set);
}

/* -- dictionaries ------------------------------------------------------------------------------------------------ */

/* Bytes that are set to zero between two looks at the flag. */
enum { CLEARED = 64 * 1024 };

/* A place for a dictionary that is not known: the one used longest ago. */
static wql__known *forget(wql__tester *t, const wql_column *col, const _Atomic uint32_t *stop) {
    size_t size = (size_t)col->child_rows;
    wql__known *known;
    if (!t->known) t->known = wql__alloc_zero(t->mem, WQL__KNOWN_MAX * sizeof *t->known);
    if (!t->known) return NULL;
    known = &t->known[t->known_next];
    t->known_next = (t->known_next + 1) % WQL__KNOWN_MAX;
    if (known->size < size) {
        wql__free(t->mem, known->outcome, known->size);
        known->size = 0;
        known->outcome = wql__alloc(t->mem, size);
        known->rows = 0;
        if (!known->outcome) return NULL;
        known->size = size;
    }
    known->rows = 0; /* nobody's, until all is forgotten */
    for (size_t at = 0; at < size; at += CLEARED) {
        if (at && wql__stopped(stop)) return NULL;
        memset(known->outcome + at, 0, size - at > CLEARED ? CLEARED : size - at);
    }
    known->id = col->buffer_id;
    known->child = col->child;
    known->rows = col->child_rows;
    return known;
}

wql__known *wql__tester_known(wql__tester *t, const wql_column *col, uint32_t rows, const _Atomic uint32_t *stop) {
    if (col->child_rows == 0 || col->child_rows > WQL__KNOWN_BYTES_MAX) return NULL;
    if (col->buffer_id == 0) return col->child_rows > rows ? NULL : forget(t, col, stop); /* good for this batch only */
    for (unsigned i = 0; t->known && i < WQL__KNOWN_MAX; i++)
        if (t->known[i].rows == col->child_rows && t->known[i].id == col->buffer_id) return &t->known[i];
    return forget(t, col, stop);
}

/* A code below a NULL may be any number: one out of range stands for the first text, whose outcome nobody uses. */
static inline uint32_t safe_code(const int32_t *codes, uint32_t row, uint32_t texts) {
    uint32_t code = (uint32_t)codes[row];
    return code < texts ? code : 0;
}

static void learn(const wql__tester *t, wql__known *known, const wql_column *col, uint32_t first, uint32_t count,
                  const _Atomic uint32_t *stop) {
    for (uint32_t i = 0; i < count; i++) {
        uint32_t code = safe_code(col->values, first + i, (uint32_t)known->rows);
        if (wql__stopped(stop)) return;
        if (!known->outcome[code]) known->outcome[code] = (uint8_t)(1 + wql__tester_cell(t, col->child, code, stop));
    }
}

/* The outcomes of up to 64 rows; false: some are not known yet. */
static bool known_word(const wql__known *known, const int32_t *codes, uint32_t count, bool nulls, uint64_t *word) {
    const uint8_t *outcome = known->outcome;
    uint32_t texts = (uint32_t)known->rows;
    uint8_t m[64], unknown = 0;
    memset(m, 1 + WQL__FALSE, sizeof m);
    if (nulls)
        for (uint32_t i = 0; i < count; i++) m[i] = outcome[safe_code(codes, i, texts)];
    else
        for (uint32_t i = 0; i < count; i++) m[i] = outcome[(uint32_t)codes[i]];
    for (uint32_t i = 0; i < 64; i++) {
        unknown |= (uint8_t)(m[i] == 0);
        m[i] = (uint8_t)(m[i] == 1 + WQL__TRUE);
    }
    *word = wql__pack_bytes(m);
    return !unknown;
}

static void known_dense(const wql__tester *t, wql__known *known, const wql_column *col, wql__rows *set,
                        const _Atomic uint32_t *stop) {
    const int32_t *codes = col->values;
    uint64_t mask[WQL__WORDS];
    for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) {
        uint32_t count = set->rows - w * 64 < 64 ? set->rows - w * 64 : 64;
        if (known_word(known, codes + (size_t)w * 64, count, col->validity != NULL, &mask[w])) continue;
        learn(t, known, col, w * 64, count, stop);
        (void)known_word(known, codes + (size_t)w * 64, count, col->validity != NULL, &mask[w]);
    }
    wql__rows_and(set, mask);
}

static bool code_passes(const wql__tester *t, wql__known *known, const wql_column *col, uint32_t row,
                        const _Atomic uint32_t *stop) {
    learn(t, known, col, row, 1, stop);
    return known->outcome[((const int32_t *)col->values)[row]] == 1 + WQL__TRUE;
}

/* Each text of the dictionary is tested once, when its first row comes. */
static void narrow_codes(wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    wql__known *known = wql__tester_known(t, col, set->rows, stop);
    if (!known) {
        narrow_values(t, col, set, stop);
        return;
    }
    drop_nulls(col, set);
    if (set->sparse)
        KEEP_ROWS(set, stop, code_passes(t, known, col, row, stop));
    else
        known_dense(t, known, col, set, stop);
}

/* -- all --------------------------------------------------------------------------------------------------------- */

/* Below one row in so many it is better to look at single rows than at whole columns. */
static uint32_t sparse_below(const wql__tester *t) {
    return t->how == WQL__HOW_FIXED || t->how == WQL__HOW_BITS || t->how == WQL__HOW_NULL ? t->kernels->sparse_below : 4;
}

void wql__tester_narrow(wql__tester *t, const wql_column *col, wql__rows *set, const _Atomic uint32_t *stop) {
    if (!set->count) return;
    if (!set->sparse && set->count < set->rows / sparse_below(t)) wql__rows_list(set, t->kernels);
    if (t->how == WQL__HOW_NULL) {
        if (t->op == WQL_IS_NULL)
            keep_nulls(col, set);
        else
            drop_nulls(col, set);
        return;
    }
    if (col->layout == WQL_CODES) {
        narrow_codes(t, col, set, stop);
        return;
    }
    switch (t->how) {
    case WQL__HOW_CONSTANT: narrow_constant(t, col, set, stop); break;
    case WQL__HOW_FIXED: narrow_fixed(t, col, set); break;
    case WQL__HOW_BITS: narrow_bits(t, col, set); break;
    case WQL__HOW_TIME: narrow_time(t, col, set, stop); break;
    case WQL__HOW_NEEDLE: narrow_needle(t, col, set, stop); break;
    case WQL__HOW_PATTERN: KEEP_ROWS(set, stop, pattern_row(t, col, row, stop)); break;
    case WQL__HOW_ORDER: KEEP_ROWS(set, stop, order_row(t, col, row, stop)); break;
    case WQL__HOW_MEMBERS: narrow_members(t, col, set, stop); break;
    default: narrow_values(t, col, set, stop); break;
    }
}
