/* SPDX-License-Identifier: MIT */
/* rules.c: what WQL does otherwise than SQL, written in the plainest way and without the library: case folding from Unicode's own
 * file, LIKE as a table of all prefixes against all prefixes, numbers as 64-bit mantissas, dates by counting days. */
#include "oracle.h"

#include <stdlib.h>

/* A long double of 64 bits of mantissa holds every integer of 64 bits, signed or not, and every double. */
_Static_assert(__LDBL_MANT_DIG__ >= 64, "numbers are compared as long double");

enum { CHARS_MAX = 4096 };

/* -- folding ----------------------------------------------------------------------------------------------------- */

void rules_load(rules *out) {
    FILE *in = fopen("/usr/share/unicode/CaseFolding.txt", "r");
    char line[512];
    if (!in) stop_with("oracle: /usr/share/unicode/CaseFolding.txt is missing (package unicode-data)");
    out->count = 0;
    while (fgets(line, sizeof line, in)) {
        unsigned from, to;
        char status;
        if (sscanf(line, "%x; %c; %x;", &from, &status, &to) != 3 || (status != 'C' && status != 'S')) continue;
        if (out->count == FOLDS_MAX) stop_with("oracle: more case foldings than expected");
        out->from[out->count] = from;
        out->to[out->count++] = to;
    }
    fclose(in);
    if (out->count < 1000) stop_with("oracle: CaseFolding.txt is not the whole file");
}

static uint32_t fold(const rules *r, uint32_t c) {
    if (c < 128) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->from[i] == c) return r->to[i];
    return c;
}

/* Code points of a well-formed text. */
static uint32_t decode(const char *bytes, size_t len, uint32_t out[CHARS_MAX]) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + len;
    uint32_t count = 0;
    while (at < end) {
        uint32_t c = *at++;
        int more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        if (more) c &= 0x3fu >> more;
        while (more--) c = c << 6 | (*at++ & 0x3fu);
        if (count == CHARS_MAX) stop_with("oracle: a text of more than %d characters", CHARS_MAX);
        out[count++] = c;
    }
    return count;
}

static int compare_folded(const rules *r, const char *a, size_t a_len, const char *b, size_t b_len) {
    uint32_t left[CHARS_MAX], right[CHARS_MAX];
    uint32_t left_count = decode(a, a_len, left), right_count = decode(b, b_len, right);
    for (uint32_t i = 0; i < left_count && i < right_count; i++) {
        uint32_t one = fold(r, left[i]), other = fold(r, right[i]);
        if (one != other) return one < other ? -1 : 1;
    }
    return left_count < right_count ? -1 : left_count > right_count;
}

/* -- LIKE -------------------------------------------------------------------------------------------------------- */

static uint32_t upper(uint32_t c) { return c >= 'a' && c <= 'z' ? c - 32 : c; }

/* A range holds a character with all three folded, or with all three in capitals. */
static bool in_range(const rules *r, uint32_t c, uint32_t from, uint32_t to) {
    c = fold(r, c);
    from = fold(r, from);
    to = fold(r, to);
    return (from <= c && c <= to) || (upper(from) <= upper(c) && upper(c) <= upper(to));
}

static bool is_sign(uint32_t c) { return c == '-' || c == '='; }

/* Whether a set, given by what stands between its brackets, holds a character. */
static bool in_set(const rules *r, const uint32_t *set, uint32_t count, uint32_t c) {
    bool negated = count > 1 && set[0] == '^', found = false;
    uint32_t i = negated ? 1 : 0;
    while (i < count) {
        if (i + 2 < count && is_sign(set[i + 1])) {
            found = found || in_range(r, c, set[i], set[i + 2]);
            i += 3;
        } else {
            found = found || fold(r, set[i]) == fold(r, c);
            i++;
        }
    }
    return found != negated;
}

/* Where the set that begins at `at` ends: its closing bracket; `count` if there is none. */
static uint32_t set_end(const uint32_t *pattern, uint32_t count, uint32_t at) {
    do at++;
    while (at < count && pattern[at] != ']');
    return at;
}

static bool like(const rules *r, const char *pattern_bytes, size_t pattern_len, const char *subject_bytes, size_t subject_len) {
    uint32_t pattern[CHARS_MAX], subject[CHARS_MAX];
    uint32_t pattern_count = decode(pattern_bytes, pattern_len, pattern), count = decode(subject_bytes, subject_len, subject);
    bool *now = calloc(count + 1, sizeof *now), *next = calloc(count + 1, sizeof *next), result; /* [n]: the first n are matched */
    bool closed = true;
    if (!now || !next) stop_with("oracle: no memory");
    now[0] = true;
    for (uint32_t p = 0; p < pattern_count && closed; p++) {
        uint32_t end = pattern[p] == '[' ? set_end(pattern, pattern_count, p) : p;
        closed = end < pattern_count;
        memset(next, 0, (count + 1) * sizeof *next);
        for (uint32_t n = 0; n <= count && closed; n++) {
            if (pattern[p] == '%') {
                next[n] = now[n] || (n > 0 && next[n - 1]);
            } else if (n > 0 && now[n - 1]) {
                next[n] = pattern[p] == '_'   ? true
                          : pattern[p] == '[' ? in_set(r, pattern + p + 1, end - p - 1, subject[n - 1])
                                              : fold(r, pattern[p]) == fold(r, subject[n - 1]);
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

/* -- in SQLite --------------------------------------------------------------------------------------------------- */

static int collate(void *user, int a_len, const void *a, int b_len, const void *b) {
    return compare_folded(user, a, (size_t)a_len, b, (size_t)b_len);
}

static long double literal_number(const char *z) {
    const char *digits = z + (*z == '-' || *z == '+');
    unsigned long long magnitude;
    if (strpbrk(z, ".eE")) return (long double)strtod(z, NULL); /* a REAL is the nearest double */
    magnitude = strtoull(digits, NULL, 10);
    return *z == '-' ? -(long double)magnitude : (long double)magnitude;
}

/* num(value, unsigned, literal): -1, 0, 1; NULL for NULL. */
static void sql_num(sqlite3_context *context, int count, sqlite3_value **args) {
    long double value, literal;
    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL) return;
    if (sqlite3_value_type(args[0]) == SQLITE_FLOAT)
        value = (long double)sqlite3_value_double(args[0]);
    else if (sqlite3_value_int(args[1]))
        value = (long double)(uint64_t)sqlite3_value_int64(args[0]);
    else
        value = (long double)sqlite3_value_int64(args[0]);
    literal = literal_number((const char *)sqlite3_value_text(args[2]));
    sqlite3_result_int(context, value < literal ? -1 : value > literal);
}

/* wlike(pattern, value) */
static void sql_like(sqlite3_context *context, int count, sqlite3_value **args) {
    const char *pattern, *subject;
    (void)count;
    if (sqlite3_value_type(args[1]) == SQLITE_NULL) return;
    pattern = (const char *)sqlite3_value_text(args[0]);
    subject = (const char *)sqlite3_value_text(args[1]);
    sqlite3_result_int(context, like(sqlite3_user_data(context), pattern, (size_t)sqlite3_value_bytes(args[0]), subject,
                                     (size_t)sqlite3_value_bytes(args[1])));
}

void rules_register(sqlite3 *db, const rules *r) {
    void *user = (void *)(uintptr_t)r;
    if (sqlite3_create_collation(db, "folded", SQLITE_UTF8, user, collate) ||
        sqlite3_create_function(db, "num", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_num, NULL, NULL) ||
        sqlite3_create_function(db, "wlike", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, user, sql_like, NULL, NULL))
        stop_with("oracle: SQLite took no function");
}

/* -- dates ------------------------------------------------------------------------------------------------------- */

typedef struct moment {
    int year, month, day, hour, minute, second, micro;
} moment;

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static int days_of(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Counts years, then months, from 0001-01-01 on. */
static moment moment_of(int64_t us) {
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

void print_cim_time(text *to, int64_t us, int offset_min) {
    moment m = moment_of(us + offset_min * INT64_C(60000000));
    put_format(to, "%04d%02d%02d%02d%02d%02d.%06d%c%03d", m.year, m.month, m.day, m.hour, m.minute, m.second, m.micro,
               offset_min < 0 ? '-' : '+', abs(offset_min));
}

void print_iso_time(text *to, int64_t us, int offset_min, bool with_offset) {
    moment m = moment_of(us + (with_offset ? offset_min * INT64_C(60000000) : 0));
    put_format(to, "%04d-%02d-%02d %02d:%02d:%02d.%06d", m.year, m.month, m.day, m.hour, m.minute, m.second, m.micro);
    if (with_offset) put_format(to, "%c%02d:%02d", offset_min < 0 ? '-' : '+', abs(offset_min) / 60, abs(offset_min) % 60);
}
