/* SPDX-License-Identifier: MIT */
/* test_kernels.c: every kernel against the rule itself, value by value: types, operators, layouts, lengths, alignments, NULLs,
 * and with and without a set of rows that comes in. Columns lie in blocks of exactly their size, so that a sanitizer sees a read
 * too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/utf8.h"
#include "../../engine/data/value.h"
#include "../../engine/exec/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- chance ------------------------------------------------------------------------------------------------------ */

static uint64_t seed;

static uint64_t chance(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}
static uint32_t below(uint32_t limit) { return limit ? (uint32_t)((chance() >> 32) % limit) : 0; }
static bool one_in(uint32_t n) { return below(n) == 0; }

/* -- columns of exact size --------------------------------------------------------------------------------------- */

enum { BLOCKS = 16 };

typedef struct column {
    wql_column col, child;
    void *blocks[BLOCKS];
    uint32_t block_count;
    const char *buffers[3];
    int64_t sizes[3];
} column;

/* A block whose last byte is the column's, aligned to `to` and often to no more: nothing may be read behind it. */
static void *block(column *c, size_t size, size_t to) {
    size_t shift = to * below(4);
    char *all = malloc(size + shift ? size + shift : 1);
    assert_non_null(all);
    assert_true(c->block_count < BLOCKS);
    c->blocks[c->block_count++] = all;
    return all + shift;
}

static void free_column(column *c) {
    for (uint32_t i = 0; i < c->block_count; i++) free(c->blocks[i]);
    memset(c, 0, sizeof *c);
}

enum { NULLS_NONE, NULLS_ALL, NULLS_FEW, NULLS_HALF, NULLS_LAST, NULLS_KINDS };

static void make_validity(column *c, uint32_t rows, int kind) {
    uint8_t *bits;
    if (kind == NULLS_NONE || rows == 0) return;
    bits = block(c, (rows + 7) / 8, 1);
    for (uint32_t i = 0; i < (rows + 7) / 8; i++) bits[i] = (uint8_t)chance(); /* also behind the last row */
    for (uint32_t row = 0; row < rows; row++) {
        bool null = kind == NULLS_ALL || (kind == NULLS_FEW && one_in(10)) || (kind == NULLS_HALF && one_in(2)) ||
                    (kind == NULLS_LAST && row + 1 == rows);
        uint8_t bit = (uint8_t)(1u << (row & 7u));
        bits[row >> 3] = null ? (uint8_t)(bits[row >> 3] & ~bit) : (uint8_t)(bits[row >> 3] | bit);
    }
    c->col.validity = bits;
}

/* -- numbers ----------------------------------------------------------------------------------------------------- */

static const uint32_t number_types[] = {WQL_SINT8,  WQL_SINT16, WQL_SINT32, WQL_SINT64, WQL_UINT8,  WQL_UINT16,
                                        WQL_UINT32, WQL_UINT64, WQL_REAL32, WQL_REAL64, WQL_CHAR16, WQL_DATETIME};
enum { NUMBER_TYPES = sizeof number_types / sizeof *number_types };

static const double reals[] = {0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1e30, -1e30, 3.4028234663852886e38, 5e-324, 16777217.0};

static double any_real(void) {
    switch (below(6)) {
    case 0: return 0.0 / (one_in(2) ? 0.0 : -0.0 + 0.0);
    case 1: return (one_in(2) ? 1.0 : -1.0) * 1e308 * 10;
    case 2: return (double)below(10);
    default: return reals[below(sizeof reals / sizeof *reals)];
    }
}

static int64_t any_integer(void) {
    switch (below(5)) {
    case 0: return (int64_t)chance();
    case 1: return INT64_MIN;
    case 2: return INT64_MAX;
    default: return (int64_t)below(8) - 3;
    }
}

static void make_numbers(column *c, uint32_t type, uint32_t rows, int nulls, bool extra) {
    uint32_t size = wql__type_size(type);
    char *values = block(c, (size_t)rows * size, size);
    c->col.type = (uint16_t)type;
    c->col.layout = WQL_FIXED;
    c->col.values = values;
    for (uint32_t row = 0; row < rows; row++) {
        int64_t i = type == WQL_CHAR16 ? "aAkKsS\xff\0"[below(8)] : any_integer();
        double d = any_real();
        float f = (float)d;
        if (type == WQL_DATETIME) i = (int64_t)below(5) * 1000000 + 1600000000000000;
        if (type == WQL_CHAR16 && one_in(10)) i = one_in(2) ? 0x212a : 0x17f;
        if (type == WQL_REAL64)
            memcpy(values + (size_t)row * size, &d, size);
        else if (type == WQL_REAL32)
            memcpy(values + (size_t)row * size, &f, size);
        else
            memcpy(values + (size_t)row * size, &i, size);
    }
    make_validity(c, rows, nulls);
    if (type == WQL_DATETIME && extra) {
        wql_time_extra *more = block(c, (size_t)rows * sizeof *more, 2);
        for (uint32_t row = 0; row < rows; row++) more[row] = (wql_time_extra){(int16_t)below(90), one_in(4) ? 64 : 0, 0};
        c->col.extra = more;
    }
}

static void make_booleans(column *c, uint32_t rows, int nulls) {
    uint8_t *bits = block(c, (rows + 7) / 8, 1);
    for (uint32_t i = 0; i < (rows + 7) / 8; i++) bits[i] = (uint8_t)chance();
    c->col.type = WQL_BOOLEAN;
    c->col.layout = WQL_BITS;
    c->col.values = bits;
    make_validity(c, rows, nulls);
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

static const char *const words[] = {"",
                                    "a",
                                    "A",
                                    "abc",
                                    "ABC",
                                    "abcd",
                                    "xabc",
                                    "xabcx",
                                    "temp",
                                    "kiss",
                                    "KISS",
                                    "ki\xc5\xbfs",
                                    "\xe2\x84\xaaiss",
                                    "skandal",
                                    "stra\xc3\x9f"
                                    "e",
                                    "STRA\xc3\x9f"
                                    "E",
                                    "\xc3\x89t\xc3\xa9",
                                    "\xc3\xa9t\xc3\x89",
                                    "explorer.exe",
                                    "EXPLORER.EXE",
                                    "a rather long text of forty characters..",
                                    "A RATHER long TEXT",
                                    "aaaaaaab",
                                    "ab\xf0\x9f\x98\x80",
                                    "\x00z",
                                    "12345678",
                                    "123456789",
                                    "1234567890123",
                                    "z",
                                    "zz",
                                    "{x|}~",
                                    "[x\\]^",
                                    "`x@",
                                    "@x`",
                                    "\xe2\x84\xaai\xc5\xbf\xc5\xbf"};
enum { WORDS = sizeof words / sizeof *words };

static size_t word_length(uint32_t i) { return words[i][0] == 0 && i > 0 ? 2 : strlen(words[i]); }

/* A text near the words: one, or two, in any case, perhaps with K and long s for k and s. Room for 200 bytes. */
/* Texts that share their beginnings, in either case, now and then with a character that folds to a letter. */
static bool akin;
static size_t akin_text(char *to) {
    static const char base[] = "Sky-kiosk-ask-0123456789";
    size_t used = 0;
    for (uint32_t i = 0, end = below(sizeof base); i < end; i++) {
        char letter = base[i];
        if ((letter == 'k' || letter == 's') && one_in(12)) {
            memcpy(to + used, letter == 'k' ? "\xe2\x84\xaa" : "\xc5\xbf", 3);
            used += letter == 'k' ? 3 : 2;
            continue;
        }
        to[used++] = letter >= 'a' && one_in(2) ? (char)(letter - 32) : letter;
    }
    if (used && (to[used - 1] & 0x80) == 0 && one_in(6)) to[used - 1] = one_in(2) ? 'x' : '\x7f';
    return used;
}

static size_t any_text(char *out) {
    size_t len = 0;
    if (akin) return akin_text(out);
    for (uint32_t n = one_in(3) ? 2 : 1; n > 0; n--) {
        uint32_t w = below(WORDS);
        for (size_t i = 0; i < word_length(w); i++) {
            char x = words[w][i];
            if (((x | 0x20) >= 'a' && (x | 0x20) <= 'z') && one_in(3)) x ^= 0x20;
            if (x == 'k' && one_in(4)) {
                memcpy(out + len, "\xe2\x84\xaa", 3);
                len += 3;
            } else if (x == 's' && one_in(4)) {
                memcpy(out + len, "\xc5\xbf", 2);
                len += 2;
            } else {
                out[len++] = x;
            }
        }
    }
    assert_int_equal(wql__utf8_check(out, len), len);
    return len;
}

static void make_offsets(column *c, wql_column *col, uint32_t rows) {
    int32_t *offsets = block(c, ((size_t)rows + 1) * sizeof *offsets, 4);
    int32_t start = (int32_t)below(3);
    char *all = malloc((size_t)rows * 200 + 16), *bytes;
    size_t used = (size_t)start;
    assert_non_null(all);
    memset(all, 'x', 3);
    offsets[0] = start;
    for (uint32_t row = 0; row < rows; row++) {
        if (wql_column_is_null(col, row)) { /* anything may be there */
            memcpy(all + used, "\xff\xfe", 2);
            used += below(3);
        } else {
            used += any_text(all + used);
        }
        offsets[row + 1] = (int32_t)used;
    }
    bytes = block(c, used, 1);
    memcpy(bytes, all, used);
    free(all);
    col->type = WQL_STRING;
    col->layout = WQL_OFFSETS;
    col->offsets = offsets;
    col->bytes = bytes;
    col->bytes_size = used;
}

static void make_views(column *c, wql_column *col, uint32_t rows) {
    wql_view *views = block(c, (size_t)rows * sizeof *views, 4);
    char *all = malloc((size_t)rows * 200 + 1), *bytes;
    size_t used = 0;
    assert_non_null(all);
    for (uint32_t row = 0; row < rows; row++) {
        char text[200];
        size_t len = any_text(text);
        memset(&views[row], 0xee, sizeof *views);
        if (wql_column_is_null(col, row)) continue;
        views[row].len = (uint32_t)len;
        if (len <= 12) {
            memcpy(views[row].as.inlined, text, len);
        } else {
            memcpy(all + used, text, len);
            memcpy(views[row].as.ref.prefix, text, 4);
            views[row].as.ref.buffer = 1;
            views[row].as.ref.offset = (uint32_t)used;
            used += len;
        }
    }
    bytes = block(c, used, 1);
    memcpy(bytes, all, used);
    free(all);
    c->buffers[0] = "unused";
    c->buffers[1] = bytes;
    c->sizes[0] = 6;
    c->sizes[1] = (int64_t)used;
    col->type = WQL_STRING;
    col->layout = WQL_VIEWS;
    col->values = views;
    col->buffers = c->buffers;
    col->buffer_sizes = c->sizes;
    col->buffer_count = 2;
}

static void make_codes(column *c, uint32_t rows, uint32_t texts, uint64_t id) {
    int32_t *codes = block(c, (size_t)rows * sizeof *codes, 4);
    if (one_in(2))
        make_offsets(c, &c->child, texts);
    else
        make_views(c, &c->child, texts);
    for (uint32_t row = 0; row < rows; row++) codes[row] = wql_column_is_null(&c->col, row) ? -5 : (int32_t)below(texts);
    c->col.type = WQL_STRING;
    c->col.layout = WQL_CODES;
    c->col.values = codes;
    c->col.child = &c->child;
    c->col.child_rows = texts;
    c->col.buffer_id = id;
}

static void make_texts(column *c, uint8_t layout, uint32_t rows, int nulls, uint32_t texts, uint64_t id) {
    make_validity(c, rows, nulls);
    if (layout == WQL_OFFSETS)
        make_offsets(c, &c->col, rows);
    else if (layout == WQL_VIEWS)
        make_views(c, &c->col, rows);
    else
        make_codes(c, rows, texts, id);
}

/* -- comparing with the rule ------------------------------------------------------------------------------------- */

typedef struct lab {
    wql__mem *mem;
    wql__arena arena, tests;
    wql__rows set;
    wql__spares *spares;
    wql__kernels kernels; /* of the level that is tested */
} lab;

static int setup(void **state, uint32_t level) {
    lab *l = calloc(1, sizeof *l);
    if (!l) return -1;
    seed = 88172645463325252u;
    if (!wql__kernels_init(&l->kernels, level)) return -1;
    l->mem = wql__mem_open(NULL, NULL, 0);
    wql__arena_init(&l->arena, l->mem);
    wql__arena_init(&l->tests, l->mem);
    l->spares = wql__spares_open(l->mem, sizeof(wql__rows_room));
    *state = l;
    return wql__rows_init(&l->set, &l->arena) ? 0 : -1;
}

static int teardown(void **state) {
    lab *l = *state;
    uint64_t used, peak;
    wql__arena_free(&l->arena);
    wql__arena_free(&l->tests);
    wql__spares_close(l->spares);
    wql__mem_usage(l->mem, &used, &peak);
    wql__mem_release(l->mem);
    free(l);
    return used > 4096;
}

static const _Atomic uint32_t go_on = 0;

static int rule_outcome(const wql__test *test, const wql_column *col, uint32_t row, bool interval) {
    wql_value value = wql_column_value(col, row);
    if (value.type == WQL_NULL) return wql__test_null(test);
    if (interval) value.time.interval = 1;
    return wql__test_value(test, &value, NULL);
}

enum { SET_ALL, SET_MOST, SET_HALF, SET_FEW, SET_ONE, SET_NONE, SET_KINDS };

/* A set of rows, and the same as bytes. */
static void make_set(lab *l, wql__rows *set, uint32_t rows, int kind, bool as_list, uint8_t *in) {
    uint64_t bits[WQL__WORDS] = {0};
    uint32_t only = below(rows);
    for (uint32_t row = 0; row < rows; row++) {
        in[row] = kind == SET_ALL || (kind == SET_MOST && !one_in(8)) || (kind == SET_HALF && one_in(2)) ||
                  (kind == SET_FEW && one_in(12)) || (kind == SET_ONE && row == only);
        if (in[row]) bits[row >> 6] |= (uint64_t)1 << (row & 63u);
    }
    wql__rows_fill(set, rows);
    if (kind != SET_ALL) wql__rows_take(set, bits, &l->kernels);
    if (as_list) wql__rows_list(set, &l->kernels);
}

/* The set as bytes; whether its count and its order are right. */
static void read_set(const wql__rows *set, uint8_t *out) {
    memset(out, 0, WQL_BATCH_ROWS_MAX);
    if (set->sparse) {
        for (uint32_t i = 0; i < set->count; i++) {
            assert_true(set->list[i] < set->rows);
            if (i) assert_true(set->list[i] > set->list[i - 1]);
            out[set->list[i]] = 1;
        }
    } else {
        uint32_t count = 0;
        for (uint32_t w = 0; w < wql__bit_words(set->rows); w++) count += (uint32_t)__builtin_popcountll(set->bits[w]);
        assert_int_equal(count, set->count);
        if (set->rows % 64) assert_int_equal(set->bits[set->rows / 64] & ~wql__low_bits(set->rows % 64), 0);
        for (uint32_t row = 0; row < set->rows; row++) out[row] = wql__bit(set->bits, row);
    }
}

static void check_narrow(lab *l, wql__tester *tester, const column *c, uint32_t rows, int kind, const uint8_t *expected,
                         const char *what) {
    static uint8_t in[WQL_BATCH_ROWS_MAX], out[WQL_BATCH_ROWS_MAX];
    make_set(l, &l->set, rows, kind, one_in(2), in);
    wql__tester_narrow(tester, &c->col, &l->set, &go_on);
    read_set(&l->set, out);
    for (uint32_t row = 0; row < rows; row++) {
        wql_str text = {"", 0};
        if (out[row] == (in[row] && expected[row])) continue;
        if (wql__type_is_text(c->col.type)) text = wql_column_str(&c->col, row);
        fail_msg("%s: row %u of %u, set %d: %s but should %s; text \"%.*s\"", what, row, rows, kind,
                 out[row] ? "passes" : "does not", expected[row] ? "pass" : "not", WQL_FMT(text));
    }
}

static void check_test(lab *l, const wql__test *test, const column *c, uint32_t rows, bool interval, const char *what) {
    static uint8_t expected[WQL_BATCH_ROWS_MAX];
    wql__tester tester;
    for (uint32_t row = 0; row < rows; row++) expected[row] = rule_outcome(test, &c->col, row, interval) == WQL__TRUE;
    assert_true(wql__tester_init(&tester, &l->tests, l->mem, &l->kernels, c->col.type, interval, test));
    check_narrow(l, &tester, c, rows, SET_ALL, expected, what);
    check_narrow(l, &tester, c, rows, (int)below(SET_KINDS), expected, what);
    check_narrow(l, &tester, c, rows, (int)below(SET_KINDS), expected, what);
    wql__tester_free(&tester);
    wql__arena_reset(&l->tests);
}

static const uint8_t operators[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE, WQL_IS_NULL, WQL_NOT_NULL};

static uint32_t length_of_round(uint32_t round) {
    return round <= 130 ? round : round == 131 ? 1000 : round == 132 ? 1024 : 2048;
}
enum { ROUNDS = 134 };

/* -- numbers, booleans, times ------------------------------------------------------------------------------------ */

static bool make_number_test(lab *l, uint32_t type, uint8_t op, bool negate, wql__test *test) {
    wql_value value = wql_null();
    value.type = type;
    if (wql__type_is_real(type)) {
        value = wql_f64(any_real());
        if (value.f64 != value.f64) value.f64 = 1;
        if (type == WQL_REAL32) {
            if (one_in(2)) value.f64 = (double)(float)value.f64;
            value.type = WQL_REAL64;
        }
    } else if (type == WQL_DATETIME) {
        value.time.us = (int64_t)below(5) * 1000000 + 1600000000000000;
    } else if (type == WQL_CHAR16) {
        value.u64 = one_in(2) ? 'k' : below(65536);
    } else if (wql__type_is_signed(type)) {
        int64_t least = INT64_MIN >> (64 - wql__type_size(type) * 8);
        value.i64 = any_integer();
        if (value.i64 < least || value.i64 > -(least + 1)) value.i64 = one_in(2) ? least : -(least + 1);
    } else {
        value.u64 = (uint64_t)any_integer() >> (64 - wql__type_size(type) * 8);
    }
    if (!wql__test_from_value(&l->tests, type, op, &value, test)) return false;
    if (negate) wql__test_negate(test);
    return true;
}

static void numbers_agree_with_the_rule(void **state) {
    lab *l = *state;
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (uint32_t t = 0; t < NUMBER_TYPES; t++)
            for (uint32_t o = 0; o < sizeof operators; o++) {
                column c = {0};
                char what[100];
                wql__test test;
                uint32_t rows = length_of_round(round);
                bool negate = one_in(3);
                if (rows > 130 && (t + o) % 3) continue;
                make_numbers(&c, number_types[t], rows, (int)below(NULLS_KINDS), one_in(2));
                assert_true(make_number_test(l, number_types[t], operators[o], negate, &test));
                (void)snprintf(what, sizeof what, "%s, operator %u%s", wql__type_name(number_types[t]), operators[o],
                               negate ? ", NOT" : "");
                check_test(l, &test, &c, rows, false, what);
                free_column(&c);
            }
}

/* Two bounds of one range in one test: also where they are the type's own, touch, or exclude each other. */
static void ranges_agree_with_the_rule(void **state) {
    static const uint8_t lower[] = {WQL_GT, WQL_GE}, upper[] = {WQL_LT, WQL_LE};
    static uint8_t expected[WQL_BATCH_ROWS_MAX];
    lab *l = *state;
    unsigned joined = 0;
    for (uint32_t round = 0; round < 3 * ROUNDS; round++)
        for (uint32_t t = 0; t < NUMBER_TYPES; t++) {
            column c = {0};
            wql__test tests[2];
            wql__tester tester;
            uint32_t rows = length_of_round(round % ROUNDS), type = number_types[t];
            bool turned = one_in(2);
            make_numbers(&c, type, rows, (int)below(NULLS_KINDS), one_in(2));
            assert_true(make_number_test(l, type, turned ? upper[below(2)] : lower[below(2)], false, &tests[0]));
            assert_true(make_number_test(l, type, turned ? lower[below(2)] : upper[below(2)], false, &tests[1]));
            assert_true(wql__tester_init(&tester, &l->tests, l->mem, &l->kernels, type, false, &tests[0]));
            if (wql__tester_join(&tester, type, &tests[1])) {
                joined++;
                assert_true(!wql__type_is_real(type) && type != WQL_DATETIME);
                for (uint32_t row = 0; row < rows; row++)
                    expected[row] = rule_outcome(&tests[0], &c.col, row, false) == WQL__TRUE &&
                                    rule_outcome(&tests[1], &c.col, row, false) == WQL__TRUE;
                for (int kind = 0; kind < SET_KINDS; kind++)
                    check_narrow(l, &tester, &c, rows, kind, expected, wql__type_name(type));
                for (uint32_t row = 0; row < rows; row++)
                    assert_true((wql__tester_cell(&tester, &c.col, row, NULL) == WQL__TRUE) == (expected[row] != 0));
            }
            wql__tester_free(&tester);
            wql__arena_reset(&l->tests);
            free_column(&c);
        }
    assert_true(joined > 500);
}

static wql__literal text_literal(const char *text, size_t len) {
    wql__literal literal;
    memset(&literal, 0, sizeof literal);
    literal.kind = WQL__LIT_STRING;
    literal.text = (wql_str){text, len};
    return literal;
}

/* Literals as a query spells them: also those that a type cannot hold, characters, and reals between floats. */
static void literals_agree_with_the_rule(void **state) {
    static const struct {
        uint32_t type, flags;
        const char *literal;
    } cases[] = {{WQL_SINT8, 0, "300"},
                 {WQL_SINT8, 0, "-129"},
                 {WQL_UINT8, 0, "-1"},
                 {WQL_UINT64, 0, "18446744073709551616"},
                 {WQL_SINT64, 0, "9223372036854775808"},
                 {WQL_UINT16, 0, "3"},
                 {WQL_REAL32, 0, "0.1"},
                 {WQL_REAL32, 0, "16777217"},
                 {WQL_REAL64, 0, "1e400"},
                 {WQL_REAL64, 0, "-0"},
                 {WQL_CHAR16, 0, "K"},
                 {WQL_CHAR16, 0, "\xc5\xbf"},
                 {WQL_DATETIME, 0, "20200913122641.000000+000"},
                 {WQL_DATETIME, WQL_INTERVAL, "00018518122641.000000:000"},
                 {WQL_BOOLEAN, 0, "TRUE"},
                 {WQL_BOOLEAN, 0, "0"}};
    lab *l = *state;
    const wql__zone zone = {NULL, NULL};
    unsigned made = 0;
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t o = 0; o < sizeof operators; o++)
            for (uint32_t rows = 1; rows < 140; rows += 23) {
                column c = {0};
                wql__test test;
                const char *why;
                wql__literal literal = text_literal(cases[i].literal, strlen(cases[i].literal));
                if (cases[i].type == WQL_BOOLEAN)
                    make_booleans(&c, rows, (int)below(NULLS_KINDS));
                else
                    make_numbers(&c, cases[i].type, rows, (int)below(NULLS_KINDS), one_in(2));
                if (wql__test_make(&l->tests, cases[i].type, cases[i].flags, operators[o], one_in(2), &literal, &zone, &test,
                                   &why) == WQL_OK) {
                    check_test(l, &test, &c, rows, cases[i].flags != 0, cases[i].literal);
                    made++;
                }
                free_column(&c);
            }
    assert_true(made > 500);
}

/* -- texts ------------------------------------------------------------------------------------------------------- */

static const char *const patterns[] = {"abc%",
                                       "%abc",
                                       "%abc%",
                                       "%",
                                       "a_c",
                                       "%a%c%",
                                       "[a-c]%",
                                       "[a",
                                       "%k%",
                                       "K%",
                                       "%S",
                                       "%ss%",
                                       "%\xc3\x89%",
                                       "\xc3\x89%",
                                       "%\xc3\x9f"
                                       "e",
                                       "abc",
                                       "KISS",
                                       "%%",
                                       "%explorer.exe%",
                                       "%z%",
                                       "%12345678%",
                                       "1234567%",
                                       "%forty characters..",
                                       "%a%",
                                       "%e%",
                                       "",
                                       "%{x%",
                                       "%[[]x\\%",
                                       "`%",
                                       "%}~",
                                       "a rather long text of forty%",
                                       "%[a-c]b_%",
                                       "%k_s%",
                                       "%i[s-t]s%",
                                       "ab%[x-z]a%",
                                       "%_2_4_6%",
                                       "%r[^a]n_a%",
                                       "%[a-c][a-c]%",
                                       "%_s",
                                       "%\xc3\xa9_\xc3\xa9%",
                                       "%a_\xf0\x9f\x98\x80%b%"};
enum { PATTERNS = sizeof patterns / sizeof *patterns };

static const uint8_t layouts[] = {WQL_OFFSETS, WQL_VIEWS, WQL_CODES};

static void make_text_test(lab *l, uint32_t number, wql__test *test, char *what, size_t size) {
    const wql__zone zone = {NULL, NULL};
    const char *why = NULL;
    bool like = number < PATTERNS;
    const char *text = like ? patterns[number] : words[(number - PATTERNS) % WORDS];
    size_t len = like ? strlen(text) : word_length((number - PATTERNS) % WORDS);
    wql__literal literal = text_literal(text, len);
    uint8_t op = like ? WQL_LIKE : operators[below(sizeof operators)];
    bool negated = one_in(2);
    assert_int_equal(wql__test_make(&l->tests, WQL_STRING, 0, op, negated, &literal, &zone, test, &why), WQL_OK);
    (void)snprintf(what, size, "%soperator %u \"%s\"", negated ? "NOT " : "", op, text);
}

static void texts_agree_with_the_rule(void **state) {
    lab *l = *state;
    for (uint32_t round = 0; round < ROUNDS; round++)
        for (uint32_t k = 0; k < sizeof layouts; k++) {
            column c = {0};
            uint32_t rows = length_of_round(round);
            make_texts(&c, layouts[k], rows, (int)below(NULLS_KINDS), 1 + below(40), one_in(2) ? 7 : 0);
            for (uint32_t number = 0; number < PATTERNS + WORDS; number++) {
                wql__test test;
                char what[200];
                if (rows > 130 && (number + round) % 4) continue;
                make_text_test(l, number, &test, what, sizeof what);
                check_test(l, &test, &c, rows, false, what);
            }
            free_column(&c);
        }
}

/* A column of one alphabet and few lengths: needles stand at every place of a block, and across the borders of rows. */
static void needles_stand_anywhere(void **state) {
    lab *l = *state;
    for (uint32_t round = 0; round < 400; round++) {
        column c = {0};
        uint32_t rows = 1 + below(70);
        int32_t *offsets = block(&c, (rows + 1) * sizeof *offsets, 4);
        char *bytes;
        wql__test test;
        const wql__zone zone = {NULL, NULL};
        const char *why;
        char pattern[12] = "%";
        wql__literal literal;
        offsets[0] = 0;
        for (uint32_t row = 0; row < rows; row++) offsets[row + 1] = offsets[row] + (int32_t)below(9);
        bytes = block(&c, (size_t)offsets[rows], 1);
        for (int32_t i = 0; i < offsets[rows]; i++) bytes[i] = "abABq"[below(5)];
        for (uint32_t n = 1 + below(4), i = 1; i <= n; i++) pattern[i] = "abABq"[below(5)];
        if (!one_in(4)) strcat(pattern, "%");
        c.col = (wql_column){
            .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = offsets, .bytes = bytes, .bytes_size = (uint64_t)offsets[rows]};
        literal = text_literal(pattern, strlen(pattern));
        assert_int_equal(wql__test_make(&l->tests, WQL_STRING, 0, WQL_LIKE, false, &literal, &zone, &test, &why), WQL_OK);
        check_test(l, &test, &c, rows, false, pattern);
        free_column(&c);
    }
}

/* Many rows agree for some words, few go on: all of it, in columns whose last text ends where memory does. */
static void beginnings_are_shared(void **state) {
    lab *l = *state;
    akin = true;
    for (uint32_t round = 0; round < 600; round++) {
        const wql__zone zone = {NULL, NULL};
        const bool prefix = one_in(2);
        column c = {0};
        uint32_t rows = 1 + below(200);
        char text[200];
        size_t len = akin_text(text);
        const char *why;
        wql__test test;
        wql__literal literal;
        make_texts(&c, one_in(2) ? WQL_OFFSETS : WQL_VIEWS, rows, (int)below(NULLS_KINDS), 1, 0);
        if (prefix) text[len++] = '%';
        literal = text_literal(text, len);
        text[len] = '\0';
        assert_int_equal(wql__test_make(&l->tests, WQL_STRING, 0, prefix ? WQL_LIKE : WQL_EQ, false, &literal, &zone, &test, &why),
                         WQL_OK);
        check_test(l, &test, &c, rows, false, text);
        free_column(&c);
    }
    akin = false;
}

/* The outcomes for a dictionary are kept by its number, for several dictionaries at once, and forgotten for number 0. */
static void dictionaries_are_remembered(void **state) {
    lab *l = *state;
    column dictionaries[6];
    wql__test test;
    wql__tester tester;
    const wql__zone zone = {NULL, NULL};
    const char *why;
    wql__literal literal = text_literal("%a%", 3);
    static uint8_t expected[WQL_BATCH_ROWS_MAX];
    memset(dictionaries, 0, sizeof dictionaries);
    for (uint32_t d = 0; d < 6; d++) make_texts(&dictionaries[d], WQL_CODES, 500, d % 2 ? NULLS_FEW : NULLS_NONE, 20, d);
    assert_int_equal(wql__test_make(&l->tests, WQL_STRING, 0, WQL_LIKE, false, &literal, &zone, &test, &why), WQL_OK);
    assert_true(wql__tester_init(&tester, &l->tests, l->mem, &l->kernels, WQL_STRING, false, &test));
    for (uint32_t round = 0; round < 60; round++) {
        const column *c = &dictionaries[round < 20 ? 1 : below(6)];
        for (uint32_t row = 0; row < 500; row++) expected[row] = rule_outcome(&test, &c->col, row, false) == WQL__TRUE;
        check_narrow(l, &tester, c, 500, (int)below(SET_KINDS), expected, "dictionary");
        if (round == 19) assert_ptr_equal(wql__tester_known(&tester, &c->col, 500, NULL), &tester.known[0]);
    }
    wql__tester_free(&tester);
    for (uint32_t d = 0; d < 6; d++) free_column(&dictionaries[d]);
    wql__arena_reset(&l->tests);
}

/* -- sets -------------------------------------------------------------------------------------------------------- */

static void check_members(lab *l, uint32_t type, const column *c, uint32_t rows, uint32_t count, bool outside, bool wide) {
    static uint8_t expected[WQL_BATCH_ROWS_MAX];
    wql__test *tests = wql__arena_alloc(&l->tests, wql__array_size(count, sizeof *tests));
    const wql__test **list = wql__arena_alloc(&l->tests, wql__array_size(count, sizeof *list));
    wql__tester tester;
    bool made = false;
    for (uint32_t i = 0; i < count; i++) {
        wql_value value = wql_null();
        value.type = type;
        if (wql__type_is_text(type)) {
            uint32_t w = below(WORDS);
            value.str = (wql_str){words[w], word_length(w)};
        } else if (wql__type_is_signed(type)) {
            value.i64 = wide && type == WQL_SINT64 ? any_integer() : (int64_t)below(100) - 50;
        } else {
            value.u64 = wide && type == WQL_UINT64 ? (uint64_t)any_integer() : below(100);
        }
        assert_true(wql__test_from_value(&l->tests, type, outside ? WQL_NE : WQL_EQ, &value, &tests[i]));
        list[i] = &tests[i];
    }
    for (uint32_t row = 0; row < rows; row++) {
        expected[row] = outside;
        for (uint32_t i = 0; i < count; i++) {
            bool is_true = rule_outcome(&tests[i], &c->col, row, false) == WQL__TRUE;
            if (outside)
                expected[row] &= is_true;
            else
                expected[row] |= is_true;
        }
    }
    assert_true(wql__tester_init_members(&tester, &l->tests, l->mem, &l->kernels, type, list, count, outside, NULL, &made));
    assert_true(made == (count >= 4));
    if (made)
        for (int kind = 0; kind < SET_KINDS; kind++) check_narrow(l, &tester, c, rows, kind, expected, "set");
    wql__tester_free(&tester);
    wql__arena_reset(&l->tests);
}

static void sets_agree_with_their_tests(void **state) {
    lab *l = *state;
    static const uint32_t sizes[] = {1, 3, 4, 5, 40, 400};
    for (uint32_t t = 0; t < NUMBER_TYPES - 1; t++) { /* no datetimes */
        if (wql__type_is_real(number_types[t])) continue;
        for (uint32_t i = 0; i < 12; i++) {
            column c = {0};
            uint32_t rows = 1 + below(200);
            make_numbers(&c, number_types[t], rows, (int)below(NULLS_KINDS), false);
            check_members(l, number_types[t], &c, rows, sizes[i % 6], i >= 6, one_in(2));
            free_column(&c);
        }
    }
    for (uint32_t k = 0; k < sizeof layouts; k++)
        for (uint32_t i = 0; i < 24; i++) {
            column c = {0};
            uint32_t rows = 1 + below(200);
            make_texts(&c, layouts[k], rows, (int)below(NULLS_KINDS), 1 + below(40), one_in(2) ? 3 : 0);
            check_members(l, WQL_STRING, &c, rows, sizes[i % 5], i >= 12, false);
            free_column(&c);
        }
}

/* -- sets of rows ------------------------------------------------------------------------------------------------ */

static void sets_of_rows_keep_their_rows(void **state) {
    lab *l = *state;
    wql__rows passed;
    static uint8_t in[WQL_BATCH_ROWS_MAX], part[WQL_BATCH_ROWS_MAX], out[WQL_BATCH_ROWS_MAX];
    assert_true(wql__rows_init(&passed, &l->arena));
    for (uint32_t round = 0; round < 600; round++) {
        uint32_t rows = length_of_round(round % ROUNDS);
        uint64_t mask[WQL__WORDS] = {0}, into[WQL__WORDS] = {0};
        make_set(l, &l->set, rows, (int)below(SET_KINDS), one_in(3), in);
        wql__rows_copy(&passed, &l->set);
        for (uint32_t row = 0; row < rows; row++) {
            part[row] = in[row] && one_in(3);
            if (part[row]) mask[row >> 6] |= (uint64_t)1 << (row & 63u);
        }
        wql__rows_take(&passed, mask, &l->kernels);
        if (one_in(2)) wql__rows_list(&passed, &l->kernels);
        read_set(&passed, out);
        assert_int_equal(memcmp(out, part, rows), 0);
        if (!passed.sparse && l->set.sparse) wql__rows_list(&passed, &l->kernels);
        wql__rows_move(&l->set, &passed, into);
        read_set(&l->set, out);
        for (uint32_t row = 0; row < rows; row++) {
            assert_int_equal(out[row], in[row] && !part[row]);
            assert_int_equal(wql__bit(into, row), part[row]);
        }
        wql__rows_clear(&l->set);
        assert_int_equal(l->set.count, 0);
    }
}

static void bytes_become_bits(void **state) {
    (void)state;
    for (uint32_t round = 0; round < 2000; round++) {
        uint8_t bytes[64];
        uint64_t bits, expected = 0;
        for (uint32_t i = 0; i < 64; i++) {
            bytes[i] = one_in(2);
            if (bytes[i]) expected |= (uint64_t)1 << i;
        }
        bits = wql__pack_bytes(bytes);
        assert_true(bits == expected);
        assert_int_equal(wql__count_bits(bits), __builtin_popcountll(bits));
    }
}

/* Wherever a byte or an offset is not as the others; nothing behind the last one is read (the blocks end where memory does). */
static void whole_runs_are_seen_through(void **state) {
    enum { MOST = 300 };
    lab *l = *state;
    for (uint32_t count = 0; count <= MOST; count += count < 140 ? 1 : 53) {
        column c = {0};
        int32_t *offsets = block(&c, (count + 1) * sizeof *offsets, 4);
        char *bytes = block(&c, count ? count : 1, 1);
        for (uint32_t i = 0; i <= count; i++) offsets[i] = (int32_t)(i / 2) - 9;
        memset(bytes, 'x', count ? count : 1);
        assert_true(l->kernels.ascends(offsets + 1, count));
        assert_true(l->kernels.is_ascii(bytes, count));
        for (uint32_t i = 0; i < count; i++) {
            int32_t kept = offsets[i + 1];
            offsets[i + 1] = offsets[i] - 1;
            bytes[i] = (char)0x80;
            assert_false(l->kernels.ascends(offsets + 1, count));
            assert_false(l->kernels.is_ascii(bytes, count));
            offsets[i + 1] = kept;
            bytes[i] = 'x';
        }
        free_column(&c);
    }
}

/* -- conditions -------------------------------------------------------------------------------------------------- */

enum { COLUMNS = 5, TREES = 120 };

typedef struct forest {
    lab *l;
    wql__arena arena;
    column columns[COLUMNS];
    wql_batch *batch;
    wql_class *cls;
} forest;

static const wql_property_def forest_properties[COLUMNS] = {{.name = "I", .type = WQL_SINT32},
                                                            {.name = "U", .type = WQL_UINT8},
                                                            {.name = "S", .type = WQL_STRING},
                                                            {.name = "V", .type = WQL_STRING},
                                                            {.name = "R", .type = WQL_REAL64}};

/* A test of any column with any operator, or of one column with one. */
static wql__expr *any_test(forest *f, uint32_t property, uint8_t op) {
    wql__expr *expr = wql__arena_zero(&f->arena, sizeof *expr);
    char what[200];
    assert_non_null(expr);
    expr->kind = WQL__EXPR_TEST;
    expr->at = WQL__AT_PROPERTY;
    expr->property = property;
    expr->test = wql__arena_zero(&f->arena, sizeof *expr->test);
    assert_non_null(expr->test);
    if (forest_properties[expr->property].type == WQL_STRING) {
        lab borrowed = {.tests = f->arena, .mem = f->l->mem};
        make_text_test(&borrowed, below(PATTERNS + WORDS), expr->test, what, sizeof what);
        f->arena = borrowed.tests;
    } else {
        lab borrowed = {.tests = f->arena, .mem = f->l->mem};
        assert_true(make_number_test(&borrowed, forest_properties[property].type, op ? op : operators[below(sizeof operators)],
                                     !op && one_in(3), expr->test));
        f->arena = borrowed.tests;
    }
    expr->cost = (float)below(10);
    return expr;
}

/* A group may have many equalities (in an OR), or inequalities (in an AND), of one column among its items. */
static wql__expr *any_expr(forest *f, uint32_t depth) {
    wql__expr *expr;
    bool with_members = one_in(5);
    if (depth == 0 || one_in(3)) return any_test(f, below(COLUMNS), 0);
    expr = wql__arena_zero(&f->arena, sizeof *expr);
    assert_non_null(expr);
    expr->kind = one_in(2) ? WQL__EXPR_AND : WQL__EXPR_OR;
    expr->count = with_members ? 8 : 2 + below(3);
    expr->items = wql__arena_alloc(&f->arena, expr->count * sizeof *expr->items);
    for (uint32_t i = 0; i < expr->count; i++)
        expr->items[i] =
            with_members && i < 6 ? any_test(f, 1, expr->kind == WQL__EXPR_OR ? WQL_EQ : WQL_NE) : any_expr(f, depth - 1);
    if (one_in(12)) {
        expr->kind = WQL__EXPR_CONST;
        expr->count = 0;
        expr->value = one_in(2);
    }
    return expr;
}

static int slow_outcome(const forest *f, const wql__expr *expr, uint32_t row) {
    bool unknown = false;
    if (expr->kind == WQL__EXPR_CONST) return expr->value ? WQL__TRUE : WQL__FALSE;
    if (expr->kind == WQL__EXPR_TEST) return rule_outcome(expr->test, &f->columns[expr->property].col, row, false);
    for (uint32_t i = 0; i < expr->count; i++) {
        int outcome = slow_outcome(f, expr->items[i], row);
        if (expr->kind == WQL__EXPR_AND ? outcome == WQL__FALSE : outcome == WQL__TRUE) return outcome;
        unknown |= outcome == WQL__UNKNOWN;
    }
    return unknown ? WQL__UNKNOWN : expr->kind == WQL__EXPR_AND ? WQL__TRUE : WQL__FALSE;
}

static void fill_forest(forest *f, uint32_t rows) {
    for (uint32_t i = 0; i < COLUMNS; i++) {
        free_column(&f->columns[i]);
        if (forest_properties[i].type == WQL_STRING)
            make_texts(&f->columns[i], layouts[below(3)], rows, (int)below(NULLS_KINDS), 30, 0);
        else
            make_numbers(&f->columns[i], forest_properties[i].type, rows, (int)below(NULLS_KINDS), false);
        f->batch->columns[i] = f->columns[i].col;
    }
    f->batch->rows = rows;
}

static void conditions_agree_with_kleene(void **state) {
    static const wql_class_def def = {
        .struct_size = sizeof def, .name = "Forest", .properties = forest_properties, .property_count = COLUMNS};
    static const uint32_t slots[COLUMNS] = {0, 1, 2, 3, 4};
    static uint8_t out[WQL_BATCH_ROWS_MAX];
    forest f = {.l = *state};
    const wql_class cls = {.def = def}; /* all that a filter asks of it */
    wql__arena_init(&f.arena, f.l->mem);
    f.batch = wql__batch_new(f.l->mem);
    assert_non_null(f.batch);
    f.batch->columns = wql__arena_zero(&f.batch->arena, COLUMNS * sizeof *f.batch->columns);
    f.batch->width = COLUMNS;
    for (uint32_t tree = 0; tree < TREES; tree++) {
        wql__filter filter;
        const wql__expr *exprs[3];
        uint32_t count = tree % 4;
        for (uint32_t i = 0; i < count; i++) exprs[i] = any_expr(&f, 3);
        assert_int_equal(wql__filter_init(&filter, &f.arena, f.l->mem, &cls, slots, exprs, count, &go_on, f.l->spares,
                                          &f.l->kernels, NULL),
                         WQL_OK);
        for (uint32_t round = 0; round < (tree % 20 == 1 ? 140u : 4u); round++) { /* beyond what makes it change its order */
            fill_forest(&f, 1 + below(round % 3 ? 200 : 1100));
            wql__rows_fill(&f.l->set, f.batch->rows);
            assert_int_equal(wql__filter_run(&filter, f.batch, &f.l->set, NULL), WQL_OK);
            read_set(&f.l->set, out);
            for (uint32_t row = 0; row < f.batch->rows; row++) {
                bool expected = true;
                for (uint32_t i = 0; i < count; i++) expected &= slow_outcome(&f, exprs[i], row) == WQL__TRUE;
                if (out[row] != expected) fail_msg("tree %u, round %u, row %u: %d", tree, round, row, out[row]);
            }
        }
        wql__filter_free(&filter);
        wql__arena_reset(&f.arena);
    }
    for (uint32_t i = 0; i < COLUMNS; i++) free_column(&f.columns[i]);
    wql_batch_release(f.batch);
    wql__arena_free(&f.arena);
}

/* A stop that is set ends the work on long texts. */
static void a_stop_ends_the_search(void **state) {
    enum { SIZE = 64 * 1024 * 1024 };
    lab *l = *state;
    column c = {0};
    int32_t *offsets = block(&c, 2 * sizeof *offsets, 4);
    char *bytes = block(&c, SIZE, 1);
    const _Atomic uint32_t stop = 1;
    const wql__zone zone = {NULL, NULL};
    const char *why;
    wql__test test;
    wql__tester tester;
    wql__literal literal = text_literal("%needle%", 8);
    memset(bytes, 'x', SIZE);
    memcpy(bytes + SIZE - 6, "needle", 6);
    offsets[0] = 0;
    offsets[1] = SIZE;
    c.col = (wql_column){.type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = offsets, .bytes = bytes, .bytes_size = SIZE};
    assert_int_equal(wql__test_make(&l->tests, WQL_STRING, 0, WQL_LIKE, false, &literal, &zone, &test, &why), WQL_OK);
    assert_true(wql__tester_init(&tester, &l->tests, l->mem, &l->kernels, WQL_STRING, false, &test));
    wql__rows_fill(&l->set, 1);
    wql__tester_narrow(&tester, &c.col, &l->set, &go_on);
    assert_int_equal(l->set.count, 1);
    wql__tester_narrow(&tester, &c.col, &l->set, &stop); /* it gives up before the end, where the needle is */
    assert_int_equal(l->set.count, 0);
    wql__tester_free(&tester);
    free_column(&c);
    wql__arena_reset(&l->tests);
}

static int setup_portable(void **state) { return setup(state, WQL_KERNELS_PORTABLE); }
static int setup_avx2(void **state) { return setup(state, WQL_KERNELS_AVX2); }
static int setup_avx512(void **state) { return setup(state, WQL_KERNELS_AVX512); }
static int setup_neon(void **state) { return setup(state, WQL_KERNELS_NEON); }

/* Every level that this CPU has. */
int main(void) {
    static const struct {
        uint32_t level;
        const char *name;
        int (*setup)(void **state);
    } levels[] = {{WQL_KERNELS_PORTABLE, "portable", setup_portable},
                  {WQL_KERNELS_AVX2, "avx2", setup_avx2},
                  {WQL_KERNELS_AVX512, "avx512", setup_avx512},
                  {WQL_KERNELS_NEON, "neon", setup_neon}};
    int failed = 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_bits),
        cmocka_unit_test(whole_runs_are_seen_through),
        cmocka_unit_test(sets_of_rows_keep_their_rows),
        cmocka_unit_test(numbers_agree_with_the_rule),
        cmocka_unit_test(ranges_agree_with_the_rule),
        cmocka_unit_test(literals_agree_with_the_rule),
        cmocka_unit_test(texts_agree_with_the_rule),
        cmocka_unit_test(needles_stand_anywhere),
        cmocka_unit_test(beginnings_are_shared),
        cmocka_unit_test(dictionaries_are_remembered),
        cmocka_unit_test(sets_agree_with_their_tests),
        cmocka_unit_test(conditions_agree_with_kleene),
        cmocka_unit_test(a_stop_ends_the_search),
    };
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        wql__kernels kernels;
        if (wql__kernels_init(&kernels, levels[i].level))
            failed += _cmocka_run_group_tests(levels[i].name, tests, sizeof tests / sizeof *tests, levels[i].setup, teardown);
        else
            printf("skipped: the %s kernels, which this CPU or this build has not got\n", levels[i].name);
    }
    return failed != 0;
}
