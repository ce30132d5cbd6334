/* SPDX-License-Identifier: MIT */
/* test_fold.c: folding against CaseFolding.txt itself, and what is built on it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/fold.h"
#include "../../engine/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

static const char file_name[] = "/usr/share/unicode/CaseFolding.txt";
enum { CHARACTERS = 0x110000 };

static uint32_t seed = 777;
static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* The oracle: table[c] as the file says, statuses C and S. NULL: there is no such file. */
static uint32_t *read_oracle(unsigned *count) {
    uint32_t *table;
    char line[512];
    FILE *file = fopen(file_name, "r");
    *count = 0;
    if (!file) return NULL;
    table = malloc(CHARACTERS * sizeof *table);
    for (uint32_t c = 0; table && c < CHARACTERS; c++) table[c] = c;
    while (table && fgets(line, sizeof line, file)) {
        unsigned from, to;
        char status;
        if (sscanf(line, "%x; %c; %x;", &from, &status, &to) != 3 || (status != 'C' && status != 'S')) continue;
        table[from] = to;
        ++*count;
    }
    fclose(file);
    return table;
}

static void all_characters_fold_as_the_file_says(void **state) {
    unsigned count;
    uint32_t *table = read_oracle(&count);
    (void)state;
    if (!table) {
        print_message("skipped: %s is not here\n", file_name);
        skip();
    }
    assert_true(count > 1400);
    for (uint32_t c = 0; c < CHARACTERS; c++)
        if (wql__fold(c) != table[c]) fail_msg("U+%04X folds to U+%04X, not U+%04X", c, wql__fold(c), table[c]);
    free(table);
}

static void folding_is_done_after_once(void **state) {
    (void)state;
    for (uint32_t c = 0; c < CHARACTERS; c++)
        if (wql__fold(wql__fold(c)) != wql__fold(c)) fail_msg("U+%04X", c);
    assert_int_equal(wql__fold(UINT32_MAX), UINT32_MAX);
}

static void known_pairs(void **state) {
    (void)state;
    assert_int_equal(wql__fold('A'), 'a');
    assert_int_equal(wql__fold('['), '[');
    assert_int_equal(wql__fold('@'), '@');
    assert_int_equal(wql__fold('I'), 'i');
    assert_int_equal(wql__fold(0x130), 0x130); /* dotted capital I: T and F only */
    assert_int_equal(wql__fold(0x131), 0x131);
    assert_int_equal(wql__fold(0x212a), 'k');
    assert_int_equal(wql__fold(0x17f), 's');
    assert_int_equal(wql__fold(0x1e9e), 0xdf);
    assert_int_equal(wql__fold(0x3a3), 0x3c3);
    assert_int_equal(wql__fold(0x3c2), 0x3c3);
    assert_int_equal(wql__fold(0x10400), 0x10428);
    assert_int_equal(wql__fold(0xab70), 0x13a0);
}

/* The size that is promised for the folded text always does; U+023A, two bytes, becomes three. */
static void folded_texts_fit(void **state) {
    char text[4], folded[WQL__FOLD_SIZE(4)], *long_text, *long_folded;
    size_t n = 0;
    (void)state;
    for (uint32_t c = 0; c < CHARACTERS; c++) {
        if (c >= 0xd800 && c <= 0xdfff) continue;
        n = wql__utf8_put(c, text);
        if (wql__fold_text(text, n, folded) > WQL__FOLD_SIZE(n)) fail_msg("U+%04X", c);
    }
    long_text = malloc(2000);
    long_folded = malloc(WQL__FOLD_SIZE(2000));
    for (n = 0; n < 2000; n += 2) wql__utf8_put(0x23a, long_text + n);
    assert_int_equal(wql__fold_text(long_text, 2000, long_folded), 3000);
    free(long_text);
    free(long_folded);
    assert_int_equal(wql__fold_text(NULL, 0, folded), 0);
}

/* A random text of characters that have relatives, its folded code points, and another spelling of the same. */
static size_t random_text(char *out, uint32_t *folded, size_t most) {
    static const uint32_t alphabet[] = {'a',   'A',   'b',   'B',   'k',    'K',     0x212a,  's',   'S',  0x17f,
                                        'z',   '[',   '_',   '0',   ' ',    0,       0xe9,    0xc9,  0xdf, 0x1e9e,
                                        0x3a3, 0x3c2, 0x3c3, 0x23a, 0x2c65, 0x10400, 0x10428, 0xffff};
    size_t count = draw((uint32_t)most + 1), len = 0;
    bool plain = draw(2);
    for (size_t i = 0; i < count; i++) {
        uint32_t c = plain ? alphabet[draw(6)] : alphabet[draw(sizeof alphabet / sizeof alphabet[0])];
        folded[i] = wql__fold(c);
        len += wql__utf8_put(c, out + len);
    }
    folded[count] = 0;
    return len;
}

static int slow_compare(const uint32_t *a, size_t a_count, const uint32_t *b, size_t b_count) {
    for (size_t i = 0; i < a_count && i < b_count; i++)
        if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    return (a_count > b_count) - (a_count < b_count);
}

static int sign(int n) { return (n > 0) - (n < 0); }

static void comparing_is_comparing_folded_characters(void **state) {
    unsigned equal = 0;
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char a_text[160], b_text[160];
        uint32_t a[40], b[40];
        wql_str x = {a_text, random_text(a_text, a, 30)}, y = {b_text, random_text(b_text, b, 30)};
        int expected;
        if (draw(2)) { /* the same beginning */
            y.len = wql__utf8_cut(x.ptr, x.len, draw(100));
            memcpy(b_text, a_text, y.len);
            for (size_t i = 0; i < y.len; i++)
                if (b_text[i] >= 'A' && b_text[i] <= 'Z' && draw(2)) b_text[i] = (char)(b_text[i] | 0x20);
            if (draw(2)) y.len += wql__utf8_put(draw(2) ? 'k' : 0x212a, b_text + y.len);
            for (size_t i = 0, at = 0; i <= wql__utf8_count(y.ptr, y.len); i++) {
                const char *p = b_text + at;
                if (at == y.len) break;
                b[i] = wql__fold(wql__utf8_next(&p, b_text + y.len));
                at = (size_t)(p - b_text);
            }
        }
        expected = slow_compare(a, wql__utf8_count(x.ptr, x.len), b, wql__utf8_count(y.ptr, y.len));
        if (sign(wql__fold_compare(x, y)) != expected) fail_msg("round %d", round);
        if (sign(wql__fold_compare(y, x)) != -expected) fail_msg("round %d, turned", round);
        if (wql__fold_equal(x, y) != (expected == 0)) fail_msg("round %d, equality", round);
        if (expected == 0) {
            equal++;
            if (wql__fold_hash(x, 9) != wql__fold_hash(y, 9)) fail_msg("round %d, hash", round);
        }
    }
    assert_true(equal > 1000);
}

static void lengths_may_differ(void **state) {
    (void)state;
    assert_true(wql__fold_equal(wql_s("kkk"), wql_s("\xe2\x84\xaa\xe2\x84\xaa\xe2\x84\xaa")));
    assert_true(wql__fold_equal(wql_s("\xc5\xbf"), wql_s("S")));
    assert_true(wql__fold_equal(wql_s("\xc8\xba"), wql_s("\xe2\xb1\xa5")));
    assert_false(wql__fold_equal(wql_s("a"), wql_s("a ")));
    assert_true(wql__fold_equal(wql_s(NULL), wql_s("")));
    assert_true(wql__fold_compare(wql_s(""), wql_s("a")) < 0);
    assert_true(wql__fold_compare(wql_s("b"), wql_s("A")) > 0);
    assert_true(wql__fold_compare(wql_s("Z"), wql_s("_")) > 0); /* folded z is behind _ */
    assert_true(wql__fold_compare((wql_str){"a\0b", 3}, wql_s("a")) > 0);
}

static void plain_is_what_only_ascii_folds_to(void **state) {
    bool plain[128];
    (void)state;
    for (uint32_t c = 0; c < 128; c++) plain[c] = true;
    for (uint32_t c = 128; c < CHARACTERS; c++)
        if (wql__fold(c) < 128) plain[wql__fold(c)] = false;
    for (uint32_t c = 0; c < 128; c++) {
        char byte = (char)c;
        assert_int_equal(wql__fold_is_plain((wql_str){&byte, 1}), plain[wql__fold(c)]);
    }
    assert_true(wql__fold_is_plain(wql_s("")));
    assert_false(wql__fold_is_plain(wql_s("ab\xc3\xa9")));
    assert_false(wql__fold_is_plain(wql_s("abcS")));
}

/* The distance by its definition over whole tables. */
static unsigned slow_distance(const uint32_t *a, size_t n, const uint32_t *b, size_t m) {
    static unsigned d[41][41];
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            unsigned best;
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j);
                continue;
            }
            best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best) best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best) best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[n][m];
}

static void distances_are_those_of_the_table(void **state) {
    (void)state;
    for (int round = 0; round < 100000; round++) {
        char a_text[160], b_text[160];
        uint32_t a[40], b[40];
        wql_str x = {a_text, random_text(a_text, a, draw(2) ? 8 : 30)}, y = {b_text, random_text(b_text, b, draw(2) ? 8 : 30)};
        unsigned expected = slow_distance(a, wql__utf8_count(x.ptr, x.len), b, wql__utf8_count(y.ptr, y.len));
        unsigned most = draw(WQL__DISTANCE_MOST + 1), found = wql__fold_distance(x, y, most);
        if (found != (expected > most ? most + 1 : expected))
            fail_msg("round %d: %u, not %u, at most %u", round, found, expected, most);
    }
    assert_int_equal(wql__fold_distance(wql_s("kitten"), wql_s("SITTING"), 9), 3);
    assert_int_equal(wql__fold_distance(wql_s("Nmae"), wql_s("name"), 2), 1);
}

static void the_nearest_name_is_found(void **state) {
    static const char *const names[] = {"Name", "ProcessId", "ParentProcessId", "Caption", "", "nane"};
    static const struct {
        const char *wanted, *best;
    } rows[] = {
        {"nmae", "Name"},
        {"ProcesId", "ProcessId"},
        {"PROCESSID", "ProcessId"},
        {"captoin", "Caption"},
        {"capt", ""},
        {"nan", "nane"},
        {"zzzzz", ""},
        {"x", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql__near near;
        wql__near_init(&near, wql_s(rows[i].wanted));
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) wql__near_offer(&near, wql_s(names[k]));
        if (near.best.len != strlen(rows[i].best) || memcmp(near.best.ptr ? near.best.ptr : "", rows[i].best, near.best.len) != 0)
            fail_msg("%s: %.*s", rows[i].wanted, WQL_FMT(near.best));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_characters_fold_as_the_file_says),
        cmocka_unit_test(folding_is_done_after_once),
        cmocka_unit_test(known_pairs),
        cmocka_unit_test(folded_texts_fit),
        cmocka_unit_test(comparing_is_comparing_folded_characters),
        cmocka_unit_test(lengths_may_differ),
        cmocka_unit_test(plain_is_what_only_ascii_folds_to),
        cmocka_unit_test(distances_are_those_of_the_table),
        cmocka_unit_test(the_nearest_name_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
