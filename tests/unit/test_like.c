/* SPDX-License-Identifier: MIT */
/* test_like.c: LIKE against tables, against a slow twin that is obviously right, and against the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/fold.h"
#include "../../engine/base/utf8.h"
#include "../../engine/data/like.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t seed = 31337;
static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static wql__mem *mem;
static wql__arena arena;

static int open_arena(void **state) {
    (void)state;
    mem = wql__mem_open(NULL, NULL, 0);
    wql__arena_init(&arena, mem);
    return mem ? 0 : -1;
}
static int close_arena(void **state) {
    (void)state;
    wql__arena_free(&arena);
    wql__mem_release(mem);
    return 0;
}

static bool like(wql_str text, wql_str pattern) {
    const wql__pattern *compiled = wql__like_compile(&arena, pattern);
    bool found;
    assert_non_null(compiled);
    found = wql__like_match(compiled, text, NULL);
    wql__arena_reset(&arena);
    return found;
}

/* -- the twin
 * ------------------------------------------------------------------------------------------------------------------------- */

static uint32_t up(uint32_t c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

/* Whether c, folded, is in the items p[0..n) of a set. */
static bool in_set(const uint32_t *p, size_t n, uint32_t c) {
    for (size_t i = 0; i < n; i++) {
        uint32_t from = wql__fold(p[i]), to;
        if (i + 2 < n && (p[i + 1] == '-' || p[i + 1] == '=')) {
            to = wql__fold(p[i + 2]);
            if ((from <= c && c <= to) || (up(from) <= up(c) && up(c) <= up(to))) return true;
            i += 2;
        } else if (from == c) {
            return true;
        }
    }
    return false;
}

/* p[0..n) against s[0..m), s folded: tries everything. */
static bool twin(const uint32_t *p, size_t n, const uint32_t *s, size_t m) {
    size_t close = 1;
    bool negated;
    if (n == 0) return m == 0;
    if (*p == '%') return twin(p + 1, n - 1, s, m) || (m && twin(p, n, s + 1, m - 1));
    if (*p == '[') {
        while (close < n && p[close] != ']') close++;
        if (close == n) return false;
        negated = close > 2 && p[1] == '^';
        return m && in_set(p + 1 + negated, close - 1 - negated, *s) != negated && twin(p + close + 1, n - close - 1, s + 1, m - 1);
    }
    return m && (*p == '_' || wql__fold(*p) == *s) && twin(p + 1, n - 1, s + 1, m - 1);
}

/* An unclosed set spoils the whole pattern, wherever the twin would have stopped before it. */
static bool has_unclosed(const uint32_t *p, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (p[i] != '[') continue;
        while (i < n && p[i] != ']') i++;
        if (i == n) return true;
    }
    return false;
}

static size_t decode(wql_str text, uint32_t *out, bool fold) {
    const char *at = text.ptr, *end = text.ptr + text.len;
    size_t n = 0;
    while (at < end) {
        out[n] = wql__utf8_next(&at, end);
        if (fold) out[n] = wql__fold(out[n]);
        n++;
    }
    return n;
}

static void check_pair(wql_str text, wql_str pattern) {
    uint32_t p[256], s[256];
    size_t n = decode(pattern, p, false), m = decode(text, s, true);
    bool expected = !has_unclosed(p, n) && twin(p, n, s, m);
    if (like(text, pattern) != expected)
        fail_msg("'%.*s' LIKE '%.*s' should be %s", WQL_FMT(text), WQL_FMT(pattern), expected ? "true" : "false");
}

static size_t random_of(const char *const *pieces, uint32_t count, uint32_t most, char *out) {
    uint32_t n = draw(most + 1);
    size_t len = 0;
    for (uint32_t i = 0; i < n; i++) {
        const char *piece = pieces[draw(count)];
        memcpy(out + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

#define COUNT(a) ((uint32_t)(sizeof(a) / sizeof((a)[0])))

static void the_twin_agrees(void **state) {
    static const char *const ascii[] = {"a", "b", "A", "B", "c", "-", "^", "]", "="};
    static const char *const many[] = {"a",
                                       "k",
                                       "K",
                                       "\xe2\x84\xaa",
                                       "s",
                                       "S",
                                       "\xc5\xbf",
                                       "\xc3\xa9",
                                       "\xc3\x89",
                                       "\xf0\x90\x90\x80",
                                       "\xf0\x90\x90\xa8",
                                       "\xc8\xba",
                                       "\xe2\xb1\xa5",
                                       "z",
                                       "_",
                                       "]"};
    static const char *const simple[] = {"a", "b", "A", "c", "%", "%", "_"};
    static const char *const sets[] = {"a",     "B",     "%",      "_",     "[ab]",   "[^ab]", "[a-b]",  "[b=c]",
                                       "[]",    "[^]",   "[a-]",   "[-a]",  "[^-a]",  "[c-a]", "[^c-a]", "[%]",
                                       "[_]",   "[[]",   "[",      "]",     "[^",     "-",     "[!a]",   "[a-bc]",
                                       "[--a]", "[A-Z]", "[^A-Z]", "[ -_]", "[^ -_]", "[_-~]", "[b"};
    static const char *const wide[] = {"k",
                                       "S",
                                       "\xc3\xa9",
                                       "\xf0\x90\x90\x80",
                                       "\xe2\xb1\xa5",
                                       "%",
                                       "%",
                                       "_",
                                       "[k]",
                                       "[^s]",
                                       "[\xc3\x80-\xc3\x96]",
                                       "[^\xc3\xa0-\xc3\xbf]",
                                       "[a-\xf4\x8f\xbf\xbf]",
                                       "[\xc3\xa9\xe2\x84\xaa]",
                                       "[j-l]",
                                       "[^r-t]",
                                       "[\xf0\x90\x90\x80-\xf0\x90\x90\x8f]"};
    static const struct {
        const char *const *pattern, *const *text;
        uint32_t pattern_count, text_count;
    } kinds[] = {
        {simple, ascii, COUNT(simple), 5},        {simple, many, COUNT(simple), COUNT(many)},
        {sets, ascii, COUNT(sets), COUNT(ascii)}, {sets, many, COUNT(sets), COUNT(many)},
        {wide, many, COUNT(wide), COUNT(many)},
    };
    (void)state;
    for (uint32_t round = 0; round < 400000; round++) {
        uint32_t kind = round % COUNT(kinds);
        char pattern[128], text[128];
        wql_str p = {pattern, random_of(kinds[kind].pattern, kinds[kind].pattern_count, 7, pattern)};
        wql_str t = {text, random_of(kinds[kind].text, kinds[kind].text_count, 12, text)};
        check_pair(t, p);
    }
}

/* Longer texts around one searched piece, so that every way of searching meets every alignment. */
static void the_twin_agrees_on_longer_texts(void **state) {
    static const char *const filler[] = {"a", "b", "aab", "ab", "e", "/", "\xc3\xa9"};
    static const char *const pieces[] = {"aab", "ab",    "abab",   "aaab",     "k",         "ek",         "a/b",
                                         "_b",  "a[ab]", "[^a]b_", "\xc3\x89", "b\xc3\xa9", "[a-b][a-b]/"};
    (void)state;
    for (uint32_t round = 0; round < 100000; round++) {
        char pattern[160], text[160];
        size_t p = 0, t = 0;
        bool ascii = draw(2);
        for (uint32_t i = 0, n = 1 + draw(3); i < n; i++) {
            const char *piece = pieces[draw(COUNT(pieces))];
            if (i || draw(3)) pattern[p++] = '%';
            memcpy(pattern + p, piece, strlen(piece));
            p += strlen(piece);
        }
        if (draw(3)) pattern[p++] = '%';
        for (uint32_t i = 0, n = draw(40); i < n; i++) {
            const char *piece = filler[draw(COUNT(filler) - (ascii ? 1 : 0))];
            memcpy(text + t, piece, strlen(piece));
            t += strlen(piece);
            if (text[t - 1] == 'b' && draw(3) == 0) text[t - 1] = 'B';
        }
        check_pair((wql_str){text, t}, (wql_str){pattern, p});
    }
}

/* -- tables
 * ---------------------------------------------------------------------------------------------------------------------------- */

static void the_language_reference(void **state) {
    static const struct {
        const char *text, *pattern;
        bool match;
    } rows[] = {
        {"Alpha", "alpha", true},
        {"Alpha", "%", true},
        {"", "%", true},
        {"", "", true},
        {"a", "", false},
        {"Alpha", "_____", true},
        {"Alpha", "____", false},
        {"beta", "[ab]%", true},
        {"beta", "[a-a]%", false},
        {"beta", "[a=c]%", true},
        {"beta", "[^a]%", true},
        {"", "[^a]%", false},
        {"^", "[^]", true},
        {"a", "[^]", false},
        {"-", "[a-]", true},
        {"a", "[a-]", true},
        {"=", "[a=]", true},
        {"b", "[a-]", false},
        {"100%", "100[%]", true},
        {"1000", "100[%]", false},
        {"My__Class", "%[_][_]%", true},
        {"My_Class", "%[_][_]%", false},
        {"[x", "[[]x", true},
        {"b", "[!a]", false},
        {"!", "[!a]", true},
        {"a", "[!a]", true},
        {"a", "[ab", false},
        {"[ab", "[ab", false},
        {"a[", "a[", false},
        {"a", "%[", false},
        {"C:\\WINDOWS\\REGEDIT.EXE", "%%REGEDIT%", true},
        {"a\\b", "%\\%", true},
        {"a\\b", "%\\_%", true},
        {"ab_", "%\\_%", false},
        {"explorer.exe", "explorer%", true},
        {"explorer.exe", "%explorer%", true},
        {"explorer.exe", "explorer.exe%", true},
        {"explorer.exe", "%plorer.exe%", true},
        {"explorer.exe", "__plorer.exe", true},
        {"explorer.exe", "e_plorer.exe", true},
        {"explorer.exe", "%%%plorer.e%", true},
        {"explorer.exe", "%plorer.e_e", true},
        {"explorer.exe", "explore%exe", true},
        {"explorer.exe", "xplorer.exe", false},
        {"explorer.exe", "explorer.ex", false},
        {"explorer.exe", "_plorer.exe", false},
        {"explorer.exe", "fancy%xplore%exe", false},
        {"explorer.exe", "%%%f%xplore%exe", false},
        {"B", "[^c-e]", true},
        {"F", "[^c-e]", true},
        {"D", "[^c-e]", false},
        {"q", "[A-Z]", true},
        {"Q", "[a-z]", true},
        {"q", "[ -_]", true},
        {"b", "[f-a]", false},
        {"b", "[^f-a]", true},
        {"a", "[]", false},
        {"]", "[]", false},
        {"aabc]", "[]abc]", false},
        {"]", "]", true},
        {"a]", "[a]]", true},
        {"-", "[-a]", true},
        {"a", "[-a]", true},
        {"=", "[=a]", true},
        {".", "[--a]", true},
        {"y", "[a-cx-z_]", true},
        {"_", "[a-cx-z_]", true},
        {"d", "[a-cx-z_]", false},
        {"\xc3\x89t\xc3\xa9", "\xc3\xa9_\xc3\x89", true},
        {"\xf0\x9f\x98\x80", "_", true}, /* one character, though two UTF-16 units */
        {"\xe2\x84\xaa"
         "elvin",
         "KELVIN", true},
        {"KELVIN", "\xe2\x84\xaa%", true},
        {"\xc3\xa8", "[\xc3\x80-\xc3\x96]", true},
        {"strasse",
         "stra\xc3\x9f"
         "e",
         false}, /* no full folding */
        {"a", "a%", true},
        {"aa", "a%a", true},
        {"a", "a%a", false},
        {"aba", "ab%ba", false},
        {"abba", "ab%ba", true},
        {"abcabd", "%ab_%abd", true},
        {"mississippi", "m%iss%ip%i", true},
        {"mississippi", "m%issi%issi%issi%", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (like(wql_s(rows[i].text), wql_s(rows[i].pattern)) != rows[i].match)
            fail_msg("'%s' LIKE '%s' should be %s", rows[i].text, rows[i].pattern, rows[i].match ? "true" : "false");
    assert_true(like((wql_str){"a\0b", 3}, wql_s("a_b")));
    assert_true(like((wql_str){"a\0b", 3}, (wql_str){"%\0%", 3}));
    assert_true(like((wql_str){NULL, 0}, (wql_str){NULL, 0}));
    assert_true(like((wql_str){NULL, 0}, wql_s("%")));
}

static void shapes_are_told(void **state) {
    static const struct {
        const char *pattern;
        int shape;
        const char *text;
    } rows[] = {
        {"", WQL__LIKE_EXACT, ""},
        {"ABC", WQL__LIKE_EXACT, "abc"},
        {"abc%", WQL__LIKE_PREFIX, "abc"},
        {"%Abc", WQL__LIKE_SUFFIX, "abc"},
        {"%aBc%", WQL__LIKE_CONTAINS, "abc"},
        {"%%abc%%%", WQL__LIKE_CONTAINS, "abc"},
        {"%", WQL__LIKE_ANY, ""},
        {"%%%", WQL__LIKE_ANY, ""},
        {"a_", WQL__LIKE_GENERAL, ""},
        {"a%b", WQL__LIKE_GENERAL, ""},
        {"[ab]", WQL__LIKE_GENERAL, ""},
        {"100[%]", WQL__LIKE_EXACT, "100%"},
        {"[_]x%", WQL__LIKE_PREFIX, "_x"},
        {"[K]%", WQL__LIKE_PREFIX, "k"},
        {"[a-a]", WQL__LIKE_EXACT, "a"},
        {"[", WQL__LIKE_NEVER, ""},
        {"a[]b", WQL__LIKE_NEVER, ""},
        {"%[z-a]%", WQL__LIKE_NEVER, ""},
        {"%x[abc", WQL__LIKE_NEVER, ""},
        {"[^z-a]", WQL__LIKE_GENERAL, ""},
        {"\xc3\x89%", WQL__LIKE_PREFIX, "\xc3\xa9"},
        {"\xe2\x84\xaa", WQL__LIKE_EXACT, "k"},
        {"_", WQL__LIKE_GENERAL, ""},
        {"%_%", WQL__LIKE_GENERAL, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wql__pattern *pattern = wql__like_compile(&arena, wql_s(rows[i].pattern));
        wql_str text;
        assert_non_null(pattern);
        if (wql__like_shape(pattern, &text) != rows[i].shape)
            fail_msg("%s: shape %d", rows[i].pattern, wql__like_shape(pattern, &text));
        assert_int_equal(text.len, strlen(rows[i].text));
        assert_memory_equal(text.len ? text.ptr : "", rows[i].text, text.len);
    }
    wql__arena_reset(&arena);
    assert_true(wql__like_is_wild(wql_s("a%")));
    assert_true(wql__like_is_wild(wql_s("_")));
    assert_true(wql__like_is_wild(wql_s("x[")));
    assert_false(wql__like_is_wild(wql_s("a]b\\-^")));
    assert_false(wql__like_is_wild(wql_s("")));
}

/* Every single character against sets, the ASCII table and the ranges behind it. */
static void sets_are_right_for_every_character(void **state) {
    static const char *const sets[] = {"[a-z]",
                                       "[^a-z]",
                                       "[K]_",
                                       "[ks]",
                                       "[^\xc3\x80-\xc3\xbf]",
                                       "[\xc3\x80-\xc3\xbf]",
                                       "[ -_]",
                                       "[@-`]",
                                       "[\x01-\xf4\x8f\xbf\xbf]",
                                       "[^\xd0\x90-\xd0\xaf]",
                                       "[\xd0\xb0-\xd1\x8f]"};
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        uint32_t p[16];
        size_t n = decode(wql_s(sets[i]), p, false);
        const wql__pattern *pattern = wql__like_compile(&arena, wql_s(sets[i]));
        assert_non_null(pattern);
        for (uint32_t c = 0; c < 0x110000; c += c < 0x3000 ? 1 : 37) {
            char text[4];
            uint32_t folded = wql__fold(c);
            wql_str s = {text, 0};
            if (c >= 0xd800 && c <= 0xdfff) continue;
            s.len = wql__utf8_put(c, text);
            if (wql__like_match(pattern, s, NULL) != twin(p, n, &folded, 1)) fail_msg("U+%04X LIKE %s", c, sets[i]);
        }
    }
    wql__arena_reset(&arena);
}

/* -- long things
 * -------------------------------------------------------------------------------------------------------------------------- */

static char *repeat(const char *piece, size_t count, const char *tail, size_t *len) {
    size_t n = strlen(piece), t = strlen(tail);
    char *text = malloc(n * count + t + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) memcpy(text + i * n, piece, n);
    memcpy(text + n * count, tail, t + 1);
    *len = n * count + t;
    return text;
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Patterns that make a matcher which goes back work for ages. Each takes O(n * ceil(s / 64)) steps here: some hundredths of a
 * second. The bound is generous for slow and sanitized builds; going back even once per character would need hours. */
static void no_pattern_takes_long(void **state) {
    static const struct {
        const char *text, *tail, *piece, *end;
        size_t count, pieces;
        bool match;
    } rows[] = {
        {"a", "", "%a", "%b", 1000000, 1000, false},
        {"a", "b", "%a", "%b", 1000000, 1000, true},
        {"a", "", "%aaaaaaaaaaaaaaab", "%", 1000000, 1, false},
        {"a", "", "%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "%", 1000000, 1, false},
        {"ab", "", "%abababababababababababababababababababababababababaa", "%", 500000, 1, false},
        {"k", "", "%kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkks", "%", 1000000, 1, false},
        {"\xc3\xa9", "", "%\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9x", "%",
         500000, 1, false},
        {"a", "", "%a_", "b%", 1000000, 500, false},
        {"a", "", "%____________________________________b", "%", 1000000, 1, false},
        {"a", "", "%[ab][ab][^b]", "[^a]%", 1000000, 1, false},
        {"\xc3\xa9"
         "a",
         "", "%[\xc3\xa0-\xc3\xbf]_", "b%", 300000, 100, false},
        {"ab", "", "%a%b", "", 500000, 1000, true},
        {"a", "c", "%a%_", "b", 1000000, 1000, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t text_len, pattern_len;
        char *text = repeat(rows[i].text, rows[i].count, rows[i].tail, &text_len);
        char *pattern = repeat(rows[i].piece, rows[i].pieces, rows[i].end, &pattern_len);
        double start = seconds(), taken;
        if (like((wql_str){text, text_len}, (wql_str){pattern, pattern_len}) != rows[i].match) fail_msg("row %zu", i);
        taken = seconds() - start;
        if (taken > 5) fail_msg("row %zu took %.1f s", i, taken);
        free(text);
        free(pattern);
    }
}

/* Four times the text takes about four times as long, whatever the text. */
static void time_is_linear_in_the_text(void **state) {
    static const char *const patterns[] = {"%aaaaaaaaaaaaaaab%", "%a_a_a_a_a_a_a_a_b%", "%a%a%a%a%a%a%a%a%b%"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        double taken[2] = {1e9, 1e9};
        const wql__pattern *pattern = wql__like_compile(&arena, wql_s(patterns[i]));
        assert_non_null(pattern);
        for (int round = 0; round < 9; round++) {
            size_t len, times = round % 3 ? 4 : 1;
            char *text = repeat("aaaaaaaaaaaaaaac", 20000 * times, "", &len);
            double start = seconds(), t;
            assert_false(wql__like_match(pattern, (wql_str){text, len}, NULL));
            t = seconds() - start;
            if (t < taken[times == 4]) taken[times == 4] = t;
            free(text);
        }
        if (taken[1] > 12 * taken[0] + 0.01) fail_msg("%s: %g s for one, %g s for four", patterns[i], taken[0], taken[1]);
    }
    wql__arena_reset(&arena);
}

/* Runs of more elements than a word has bits, and of more than the words of a row. */
static void long_runs_match(void **state) {
    (void)state;
    for (size_t n = 60; n < 140; n++)
        for (int kind = 0; kind < 4; kind++) {
            static const char *const ends[] = {"_", "[xy]", "[^a]", "\xc3\xa9"};
            static const char *const fits[] = {"q", "Y", "q", "\xc3\x89"};
            size_t pattern_len, text_len;
            char *run = repeat("a", n, ends[kind], &pattern_len), *text, pattern[200];
            (void)snprintf(pattern, sizeof pattern, "%%%s%%", run);
            free(run);
            text = repeat("a", n + 5, fits[kind], &text_len);
            assert_true(like((wql_str){text, text_len}, wql_s(pattern)));
            text[4] = 'b'; /* still n in a row */
            assert_true(like((wql_str){text, text_len}, wql_s(pattern)));
            text[5] = 'b';
            assert_false(like((wql_str){text, text_len}, wql_s(pattern)));
            free(text);
        }
    for (size_t n = 65530; n < 65540; n += 3) { /* the last one goes place by place */
        size_t pattern_len, text_len;
        char *pattern = repeat("a", n, "_c%", &pattern_len), *text = repeat("a", n, "bac", &text_len);
        memmove(pattern + 1, pattern, pattern_len - 1);
        pattern[0] = '%';
        assert_false(like((wql_str){text, text_len}, (wql_str){pattern, pattern_len}));
        pattern[pattern_len - 1] = '%';
        text[n] = 'a';
        assert_int_equal(like((wql_str){text, text_len}, (wql_str){pattern, pattern_len}), true);
        free(pattern);
        free(text);
    }
}

/* The worst pattern that the usual limits let in: many different characters, and a wildcard. */
static void many_characters_in_one_run(void **state) {
    enum { CHARS = 4000 };
    char *pattern = malloc(CHARS * 4 + 8), *text = malloc(CHARS * 4 + 8);
    size_t p = 1, t = 0;
    (void)state;
    pattern[0] = '%';
    for (uint32_t i = 0; i < CHARS; i++) {
        p += wql__utf8_put(i == 2000 ? '_' : 0x4e00 + i, pattern + p);
        t += wql__utf8_put(0x4e00 + i, text + t);
    }
    pattern[p++] = '%';
    assert_true(like((wql_str){text, t}, (wql_str){pattern, p}));
    text[t - 1] = (char)(text[t - 1] ^ 1);
    assert_false(like((wql_str){text, t}, (wql_str){pattern, p}));
    free(pattern);
    free(text);
}

static void it_can_be_stopped(void **state) {
    static const char *const patterns[] = {"%b%", "%k%", "%a_b%", "%a[bc]b%", "%\xc3\xa9%", "a%b%"};
    _Atomic uint32_t stop = 0;
    size_t len;
    char *text = repeat("a", 500000, "b\xc3\xa9kabb", &len);
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        const wql__pattern *pattern = wql__like_compile(&arena, wql_s(patterns[i]));
        stop = 0;
        assert_true(wql__like_match(pattern, (wql_str){text, len}, &stop));
        stop = 1;
        assert_false(wql__like_match(pattern, (wql_str){text, len}, &stop));
    }
    wql__arena_reset(&arena);
    free(text);
}

/* -- memory
 * --------------------------------------------------------------------------------------------------------------------------------
 */

typedef struct failing {
    unsigned calls, fail_at;
    uint64_t live;
} failing;

static void *failing_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    void *moved;
    if (!new_size) {
        f->live -= old_size;
        free(ptr);
        return NULL;
    }
    if (++f->calls >= f->fail_at) return NULL;
    moved = realloc(ptr, new_size);
    f->live += new_size - old_size;
    return moved;
}

static void every_failure_is_survived(void **state) {
    char text[600], pattern[2000];
    size_t len = 0;
    bool done = false;
    (void)state;
    for (int i = 0; i < 40; i++) len += (size_t)snprintf(pattern + len, sizeof pattern - len, "%%ab[a-c\xc3\xa9]_[^x-z]k%d", i);
    memset(text, 'a', sizeof text);
    for (unsigned fail_at = 2; !done; fail_at++) {
        failing f = {0, fail_at, 0};
        wql__mem *own = wql__mem_open(failing_alloc, &f, 0);
        wql__arena a;
        const wql__pattern *compiled;
        assert_non_null(own);
        wql__arena_init(&a, own);
        compiled = wql__like_compile(&a, (wql_str){pattern, len});
        done = compiled != NULL;
        if (done) assert_false(wql__like_match(compiled, (wql_str){text, sizeof text}, NULL));
        wql__arena_free(&a);
        wql__mem_release(own);
        assert_int_equal(f.live, 0);
        assert_true(fail_at < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_language_reference),
        cmocka_unit_test(the_twin_agrees),
        cmocka_unit_test(the_twin_agrees_on_longer_texts),
        cmocka_unit_test(shapes_are_told),
        cmocka_unit_test(sets_are_right_for_every_character),
        cmocka_unit_test(no_pattern_takes_long),
        cmocka_unit_test(time_is_linear_in_the_text),
        cmocka_unit_test(long_runs_match),
        cmocka_unit_test(many_characters_in_one_run),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(every_failure_is_survived),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
