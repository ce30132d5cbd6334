/* SPDX-License-Identifier: MIT */
/* test_utf8.c: UTF-8 against a slow reading of the definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/utf8.h"

#include <stdlib.h>

static uint32_t seed = 12345;
static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* The length of the character at p, by the definition: decode, then ask whether it is the shortest form of a scalar value. 0:
 * ill-formed. */
static size_t slow_length(const unsigned char *p, size_t left) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
    uint32_t c;
    if (n < 2) return n;
    if (left < n) return 0;
    c = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (p[i] >> 6 != 2) return 0;
        c = c << 6 | (p[i] & 63u);
    }
    return c >= least[n] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff) ? n : 0;
}

static size_t slow_check(const char *ptr, size_t len) {
    size_t i = 0;
    while (i < len) {
        size_t n = slow_length((const unsigned char *)ptr + i, len - i);
        if (!n) return i;
        i += n;
    }
    return len;
}

static void every_character_goes_there_and_back(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        char bytes[4];
        const char *at = bytes;
        size_t n;
        if (c >= 0xd800 && c <= 0xdfff) continue;
        n = wql__utf8_put(c, bytes);
        if (slow_length((const unsigned char *)bytes, n) != n) fail_msg("U+%04X is written ill-formed", c);
        if (wql__utf8_check(bytes, n) != n) fail_msg("U+%04X is refused", c);
        if (wql__utf8_next(&at, bytes + n) != c || at != bytes + n) fail_msg("U+%04X is read otherwise", c);
        if (wql__utf8_count(bytes, n) != 1 || wql__utf16_length(bytes, n) != (c > 0xffff ? 2u : 1u))
            fail_msg("U+%04X is counted wrongly", c);
    }
}

static void every_short_sequence_is_judged_right(void **state) {
    static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
                                          0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf8, 0xff};
    enum { EDGES = sizeof edges };
    char text[4];
    (void)state;
    for (size_t i = 0; i < (size_t)EDGES * EDGES * EDGES * EDGES; i++) {
        size_t rest = i;
        for (int k = 0; k < 4; k++, rest /= EDGES) text[k] = (char)edges[rest % EDGES];
        for (size_t len = 0; len <= 4; len++)
            if (wql__utf8_check(text, len) != slow_check(text, len))
                fail_msg("%02x %02x %02x %02x, %zu bytes", text[0] & 0xff, text[1] & 0xff, text[2] & 0xff, text[3] & 0xff, len);
    }
}

static void long_texts_are_judged_right(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t len = 0, bad;
        while (len < 56) len += wql__utf8_put(draw(4) ? draw(0x80) : draw(2) ? draw(0xd800) : 0x10000 + draw(0x100000), text + len);
        if (draw(2)) text[draw((uint32_t)len)] = (char)draw(256);
        bad = wql__utf8_check(text, len);
        assert_int_equal(bad, slow_check(text, len));
        for (size_t i = 0; i < len; i++) { /* nothing behind the text is looked at */
            char *exact = malloc(i + 1);
            assert_non_null(exact);
            memcpy(exact, text, i);
            if (wql__utf8_check(exact, i) != slow_check(text, i)) fail_msg("cut at %zu", i);
            free(exact);
            if (round % 100) break;
        }
    }
    assert_int_equal(wql__utf8_check(NULL, 0), 0);
}

static void ascii_is_told(void **state) {
    char text[100];
    (void)state;
    memset(text, 'a', sizeof text);
    for (size_t len = 0; len <= sizeof text; len++) {
        assert_true(wql__is_ascii(text, len));
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)0x80;
            assert_false(wql__is_ascii(text, len));
            assert_true(wql__is_ascii(text, i));
            text[i] = 0x7f;
            assert_true(wql__is_ascii(text, len));
        }
    }
    assert_true(wql__is_ascii(NULL, 0));
}

static void cuts_fall_between_characters(void **state) {
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11, 11};
    (void)state;
    for (size_t size = 0; size < sizeof expected / sizeof expected[0]; size++)
        assert_int_equal(wql__utf8_cut(text, sizeof text - 1, size), expected[size]);
    for (size_t len = 0; len < sizeof text; len++) /* of a text that was cut already */
        assert_int_equal(wql__utf8_cut(text, len, len), expected[len]);
}

static void repair_follows_the_practice(void **state) {
#define R "\xef\xbf\xbd"
    static const struct {
        const char *from, *to;
    } rows[] = {
        {"", ""},
        {"abc\xc3\xa9", "abc\xc3\xa9"},
        {"\x80", R},
        {"a\xffz", "a" R "z"},
        {"\xc0\xaf", R R},
        {"\xe0\x80\xaf", R R R},
        {"\xed\xa0\x80", R R R},
        {"\xf0\x9f\x98", R},
        {"\xe2\x82", R},
        {"\xe2\x28\xa1", R "(" R},
        {"\xf4\x90\x80\x80", R R R R},
        {"\xf1\x80\x80\xe1\x80\xc2", R R R},
        {"\xc2", R},
        {"x\xf0\x9f\x98\x80y", "x\xf0\x9f\x98\x80y"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[64];
        size_t n = wql__utf8_repair(rows[i].from, strlen(rows[i].from), out);
        assert_true(n <= 3 * strlen(rows[i].from));
        assert_int_equal(n, strlen(rows[i].to));
        assert_memory_equal(out, rows[i].to, n);
    }
}

static void repaired_texts_are_well_formed(void **state) {
    (void)state;
    for (int round = 0; round < 50000; round++) {
        char text[16], out[48];
        size_t len = draw(17), n;
        for (size_t i = 0; i < len; i++) text[i] = (char)(draw(3) ? 0x80 + draw(128) : draw(128));
        n = wql__utf8_repair(text, len, out);
        assert_int_equal(slow_check(out, n), n);
        if (slow_check(text, len) == len) {
            assert_int_equal(n, len);
            assert_memory_equal(text, out, n);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_goes_there_and_back), cmocka_unit_test(every_short_sequence_is_judged_right),
        cmocka_unit_test(long_texts_are_judged_right),         cmocka_unit_test(ascii_is_told),
        cmocka_unit_test(cuts_fall_between_characters),        cmocka_unit_test(repair_follows_the_practice),
        cmocka_unit_test(repaired_texts_are_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
