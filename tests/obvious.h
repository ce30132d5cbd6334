/* SPDX-License-Identifier: MIT */
/* obvious.h: what WQL does otherwise than SQL, written in the plainest way and without the library, for tests that compare the
 * two: case folding from Unicode's own file, LIKE as a table of all prefixes against all prefixes, dates by counting days. */
#ifndef WQL_TESTS_OBVIOUS_H
#define WQL_TESTS_OBVIOUS_H

#include <wql/value.h>

#include <stdio.h>
#include <stdlib.h>

enum { FOLDED_MAX = 0x20000, CHARS_MAX = 8192 };

/* Unicode's simple case folding. What lies behind FOLDED_MAX folds to itself. */
typedef struct rules {
    uint32_t folded[FOLDED_MAX];
    uint32_t count;
} rules;

static inline void obvious_stop(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(2);
}

/* -- folding ----------------------------------------------------------------------------------------------------- */

/* Read from Unicode's file, without which the program ends. */
static inline void rules_load(rules *out) {
    FILE *in = fopen("/usr/share/unicode/CaseFolding.txt", "r");
    char line[512];
    if (!in) obvious_stop("/usr/share/unicode/CaseFolding.txt is missing (package unicode-data)");
    out->count = 0;
    for (uint32_t c = 0; c < FOLDED_MAX; c++) out->folded[c] = c;
    while (fgets(line, sizeof line, in)) {
        unsigned from, to;
        char status;
        if (sscanf(line, "%x; %c; %x;", &from, &status, &to) != 3 || (status != 'C' && status != 'S')) continue;
        if (from >= FOLDED_MAX) obvious_stop("a character beyond those that are expected to fold");
        out->folded[from] = to;
        out->count++;
    }
    fclose(in);
    if (out->count < 1000) obvious_stop("CaseFolding.txt is not the whole file");
}

static inline uint32_t rules_fold(const rules *r, uint32_t c) { return c < FOLDED_MAX ? r->folded[c] : c; }

/* Code points of a well-formed text. */
static inline uint32_t rules_decode(const char *bytes, size_t len, uint32_t out[CHARS_MAX]) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + len;
    uint32_t count = 0;
    while (at < end) {
        uint32_t c = *at++;
        int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        if (more) c &= 0x3fu >> more;
        while (more--) c = c << 6 | (*at++ & 0x3fu);
        if (count == CHARS_MAX) obvious_stop("a text has more characters than the plain rules have room for");
        out[count++] = c;
    }
    return count;
}

static inline int rules_compare(const rules *r, const char *a, size_t a_len, const char *b, size_t b_len) {
    uint32_t left[CHARS_MAX], right[CHARS_MAX];
    uint32_t left_count = rules_decode(a, a_len, left), right_count = rules_decode(b, b_len, right);
    for (uint32_t i = 0; i < left_count && i < right_count; i++) {
        uint32_t one = rules_fold(r, left[i]), other = rules_fold(r, right[i]);
        if (one != other) return one < other ? -1 : 1;
    }
    return left_count < right_count ? -1 : left_count > right_count;
}

/* -- LIKE -------------------------------------------------------------------------------------------------------- */

static inline uint32_t rules_upper(uint32_t c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

/* A range holds a character with all three folded, or with all three in capitals. */
static inline bool rules_in_range(const rules *r, uint32_t c, uint32_t from, uint32_t to) {
    c = rules_fold(r, c);
    from = rules_fold(r, from);
    to = rules_fold(r, to);
    return (from <= c && c <= to) || (rules_upper(from) <= rules_upper(c) && rules_upper(c) <= rules_upper(to));
}

/* Whether a set, given by what stands between its brackets, holds a character. */
static inline bool rules_in_set(const rules *r, const uint32_t *set, uint32_t count, uint32_t c) {
    bool negated = count > 1 && set[0] == '^', found = false;
    uint32_t i = negated ? 1 : 0;
    while (i < count) {
        if (i + 2 < count && (set[i + 1] == '-' || set[i + 1] == '=')) {
            found = found || rules_in_range(r, c, set[i], set[i + 2]);
            i += 3;
        } else {
            found = found || rules_fold(r, set[i]) == rules_fold(r, c);
            i++;
        }
    }
    return found != negated;
}

/* Where the set that begins at `at` ends: its closing bracket; `count` if there is none. */
static inline uint32_t rules_set_end(const uint32_t *pattern, uint32_t count, uint32_t at) {
    do at++;
    while (at < count && pattern[at] != ']');
    return at;
}

/* Both well-formed; the pattern unescaped. */
static inline bool rules_like(const rules *r, const char *pattern_bytes, size_t pattern_len, const char *subject_bytes,
                              size_t subject_len) {
    uint32_t pattern[CHARS_MAX], subject[CHARS_MAX];
    uint32_t pattern_count = rules_decode(pattern_bytes, pattern_len, pattern);
    uint32_t count = rules_decode(subject_bytes, subject_len, subject);
    bool *now = calloc(count + 1, sizeof *now), *next = calloc(count + 1, sizeof *next),
         result; /* [n]: the first n are matched */
    bool closed = true;
    if (!now || !next) obvious_stop("no memory");
    now[0] = true;
    for (uint32_t p = 0; p < pattern_count && closed; p++) {
        uint32_t end = pattern[p] == '[' ? rules_set_end(pattern, pattern_count, p) : p;
        closed = end < pattern_count;
        memset(next, 0, (count + 1) * sizeof *next);
        for (uint32_t n = 0; n <= count && closed; n++) {
            if (pattern[p] == '%') {
                next[n] = now[n] || (n > 0 && next[n - 1]);
            } else if (n > 0 && now[n - 1]) {
                next[n] = pattern[p] == '_'   ? true
                          : pattern[p] == '[' ? rules_in_set(r, pattern + p + 1, end - p - 1, subject[n - 1])
                                              : rules_fold(r, pattern[p]) == rules_fold(r, subject[n - 1]);
            }
        }
        memcpy(now, next, (count + 1) * sizeof *now);
        p = end;
    }
    result = closed && now[count]; /* a set that is not closed matches nothing */
    free(now);
    free(next);
    return result;
}

/* -- dates ------------------------------------------------------------------------------------------------------- */

typedef struct moment {
    int year, month, day, hour, minute, second, micro;
} moment;

static inline bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static inline int days_of(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Counts years, then months, from 0001-01-01 on; `us` is not before it. */
static inline moment moment_of(int64_t us) {
    const int64_t day_us = INT64_C(86400000000);
    int64_t day = us / day_us - (us % day_us < 0), rest = us - day * day_us;
    moment m = {1, 1, 1, 0, 0, 0, 0};
    day += 719162; /* days from 0001-01-01 to 1970-01-01 */
    m.year += (int)(day / 146097) * 400;
    day %= 146097;
    while (day >= (is_leap(m.year) ? 366 : 365)) day -= is_leap(m.year++) ? 366 : 365;
    while (day >= days_of(m.year, m.month)) day -= days_of(m.year, m.month++);
    m.day += (int)day;
    m.hour = (int)(rest / INT64_C(3600000000));
    m.minute = (int)(rest / 60000000 % 60);
    m.second = (int)(rest / 1000000 % 60);
    m.micro = (int)(rest % 1000000);
    return m;
}

#endif
