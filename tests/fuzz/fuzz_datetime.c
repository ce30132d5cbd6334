/* SPDX-License-Identifier: MIT */
/* fuzz_datetime.c: texts as datetimes, intervals and date literals; any value as text; and comparisons of the two. Everything is
 * done again in an obvious way: forms as patterns that are tried one after the other, instants by counting days.
 *
 * Bytes: an operator; a wql_datetime; then two lines: what may be a datetime in CIM's form, and what may be a literal of a WHERE.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "../../engine/data/rule.h"
#include "../obvious.h"
#include "replay.h"

#include <wql/wql.h>

#include <ctype.h>

#define US_MINUTE INT64_C(60000000)
#define US_DAY INT64_C(86400000000)
#define LEAST_US INT64_C(-62135596800000000) /* 0001-01-01 */
#define MOST_US INT64_C(253402300799999999)  /* the end of 9999 */

/* -- instants ---------------------------------------------------------------------------------------------------- */

static int64_t days_before(int year, int month, int day) {
    int64_t days = -719162;
    for (int y = 1; y < year; y++) days += is_leap(y) ? 366 : 365;
    for (int m = 1; m < month; m++) days += days_of(year, m);
    return days + day - 1;
}

static bool is_day(int year, int month, int day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= days_of(year, month);
}

/* -- CIM's form -------------------------------------------------------------------------------------------------- */

/* One field: -1 asterisks, -2 neither these nor digits. */
static int field(const char *at, int width) {
    int stars = 0, digits = 0, number = 0;
    for (int i = 0; i < width; i++) {
        stars += at[i] == '*';
        digits += at[i] >= '0' && at[i] <= '9';
        number = number * 10 + (at[i] - '0');
    }
    return stars == width ? -1 : digits == width ? number : -2;
}

static bool slow_parse(const char *z, size_t len, wql_datetime *out) {
    static const int starts[] = {0, 4, 6, 8, 10, 12, 15, 22}, widths[] = {4, 2, 2, 2, 2, 2, 6, 3};
    static const int least[] = {1, 1, 1, 0, 0, 0, 0, 0};
    int n[8];
    memset(out, 0, sizeof *out);
    if (len != 25 || z[14] != '.') return false;
    if (z[21] == ':') {
        int days = field(z, 8), hour = field(z + 8, 2), minute = field(z + 10, 2), second = field(z + 12, 2),
            us = field(z + 15, 6);
        if (days < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || us < 0) return false;
        if (z[22] != '0' || z[23] != '0' || z[24] != '0') return false;
        out->interval = 1;
        out->us = days * US_DAY + (hour * 60 + minute) * US_MINUTE + second * INT64_C(1000000) + us;
        return true;
    }
    if (z[21] != '+' && z[21] != '-') return false;
    for (int i = 0; i < 8; i++) {
        n[i] = field(z + starts[i], widths[i]);
        if (n[i] == -2) return false;
        if (n[i] == -1) out->wild = (uint8_t)(out->wild | 1u << i);
        if (n[i] == -1) n[i] = least[i];
    }
    if ((out->wild & 1) && n[1] == 2 && n[2] == 29) n[0] = 4; /* the first year that has the day */
    if (!is_day(n[0], n[1], n[2]) || n[3] > 23 || n[4] > 59 || n[5] > 60) return false;
    if (n[5] == 60) {
        n[5] = 59;
        if (!(out->wild & 64)) n[6] = 999999;
    }
    out->offset_min = (int16_t)(z[21] == '-' ? -n[7] : n[7]);
    out->us = days_before(n[0], n[1], n[2]) * US_DAY + (n[3] * 60 + n[4] - out->offset_min) * US_MINUTE;
    out->us += n[5] * INT64_C(1000000) + n[6];
    return true;
}

/* Asterisks over the fields that are wild. */
static void put_stars(const wql_datetime *t, char *z) {
    static const int starts[] = {0, 4, 6, 8, 10, 12, 15, 22}, widths[] = {4, 2, 2, 2, 2, 2, 6, 3};
    for (int i = 0; i < 8; i++)
        if (t->wild >> i & 1) memset(z + starts[i], '*', (size_t)widths[i]);
}

static bool in_range(const wql_datetime *t) {
    int64_t shift = t->offset_min * US_MINUTE;
    return t->offset_min >= -999 && t->offset_min <= 999 && t->us >= LEAST_US - shift && t->us <= MOST_US - shift;
}

/* The 25 characters, or an empty text. */
static void slow_print(const wql_datetime *t, char buf[64]) {
    moment m;
    int offset = t->offset_min < 0 ? -t->offset_min : t->offset_min;
    buf[0] = '\0';
    if (t->interval) {
        if (t->us < 0 || t->us >= INT64_C(100000000) * US_DAY || t->wild) return;
        snprintf(buf, 64, "%08d%02d%02d%02d.%06d:000", (int)(t->us / US_DAY), (int)(t->us / 3600000000 % 24),
                 (int)(t->us / US_MINUTE % 60), (int)(t->us / 1000000 % 60), (int)(t->us % 1000000));
        return;
    }
    if (!in_range(t)) return;
    m = moment_of(t->us + t->offset_min * US_MINUTE);
    snprintf(buf, 64, "%04d%02d%02d%02d%02d%02d.%06d%c%03d", m.year, m.month, m.day, m.hour, m.minute, m.second, m.micro,
             t->offset_min < 0 ? '-' : '+', offset);
    put_stars(t, buf);
}

static void slow_iso(const wql_datetime *t, char buf[64]) {
    moment m;
    int offset = t->offset_min < 0 ? -t->offset_min : t->offset_min;
    if (t->interval || t->wild) {
        slow_print(t, buf);
        return;
    }
    buf[0] = '\0';
    if (!in_range(t)) return;
    m = moment_of(t->us + t->offset_min * US_MINUTE);
    snprintf(buf, 64, "%04d-%02d-%02dT%02d:%02d:%02d", m.year, m.month, m.day, m.hour, m.minute, m.second);
    if (m.micro) snprintf(buf + strlen(buf), 16, ".%06d", m.micro);
    if (offset)
        snprintf(buf + strlen(buf), 16, "%c%02d:%02d", t->offset_min < 0 ? '-' : '+', offset / 60, offset % 60);
    else
        strcat(buf, "Z");
}

/* -- literals ---------------------------------------------------------------------------------------------------- */

/* What a pattern reads. */
typedef struct reading {
    int year, month, day, hour, minute, second, milli, half; /* half: 0 none, 1 AM, 2 PM */
} reading;

static bool is_blank_char(char c) { return c == ' ' || c == '\t'; }

static int month_named(const char *z, size_t len) {
    static const char *const names[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
    char lower[16];
    if (len > 12) return 0;
    for (size_t i = 0; i <= len; i++) lower[i] = i < len ? (char)tolower((unsigned char)z[i]) : '\0';
    for (int m = 0; m < 12; m++)
        if (!strcmp(lower, names[m]) || (len == 3 && !strncmp(lower, names[m], 3))) return m + 1;
    return 0;
}

/* Between `least` and `most` digits, no more and no less than there are. */
static bool digits(const char **at, const char *end, int least, int most, int *out) {
    int count = 0, number = 0;
    while (*at < end && **at >= '0' && **at <= '9' && count < most) {
        number = number * 10 + (*(*at)++ - '0');
        count++;
    }
    *out = number;
    return count >= least;
}

static void skip(const char **at, const char *end) {
    while (*at < end && is_blank_char(**at)) ++*at;
}

static bool read_half(const char **at, const char *end, int *half) {
    int c = *at < end ? tolower((unsigned char)**at) : 0;
    if (end - *at < 2 || (c != 'a' && c != 'p') || tolower((unsigned char)(*at)[1]) != 'm') return false;
    *half = c == 'a' ? 1 : 2;
    *at += 2;
    return true;
}

/* Y, y: a year of four or two digits; M, D: month, day of two; m, d: of one or two; N: the name of a month; h, i, s: hour,
 * minute, second of one or two; u: one to three; A: AM or PM; `_` blanks, `~` perhaps blanks; all else stands for itself. */
static bool reads(const char *pattern, const char *at, const char *end, reading *out) {
    for (; *pattern; pattern++) {
        const char *from = at;
        switch (*pattern) {
        case 'Y':
            if (!digits(&at, end, 4, 4, &out->year)) return false;
            break;
        case 'y':
            if (!digits(&at, end, 2, 2, &out->year)) return false;
            out->year += out->year < 50 ? 2000 : 1900;
            break;
        case 'M':
        case 'm':
            if (!digits(&at, end, *pattern == 'M' ? 2 : 1, 2, &out->month)) return false;
            break;
        case 'D':
        case 'd':
            if (!digits(&at, end, *pattern == 'D' ? 2 : 1, 2, &out->day)) return false;
            break;
        case 'N':
            while (at < end && isalpha((unsigned char)*at)) at++;
            out->month = month_named(from, (size_t)(at - from));
            if (!out->month) return false;
            break;
        case 'h':
            if (!digits(&at, end, 1, 2, &out->hour)) return false;
            break;
        case 'i':
            if (!digits(&at, end, 1, 2, &out->minute)) return false;
            break;
        case 's':
            if (!digits(&at, end, 1, 2, &out->second)) return false;
            break;
        case 'u':
            if (!digits(&at, end, 1, 3, &out->milli)) return false;
            break;
        case 'A':
            if (!read_half(&at, end, &out->half)) return false;
            break;
        case '_':
            skip(&at, end);
            if (at == from) return false;
            break;
        case '~': skip(&at, end); break;
        default:
            if (at == end || *at++ != *pattern) return false;
        }
    }
    return at == end;
}

static bool slow_date(const char *at, const char *end, reading *out) {
    static const char *const forms[] = {"YMD",     "YM",    "Y",     "Y-m-d", "Y/m/d", "m/d/Y", "N~d_Y", "N~d~,~Y", "N~d_y",
                                        "N~d~,~y", "N~Y_d", "N~y_d", "N~Y",   "N~,~Y", "d~N~Y", "d~N~y", "d~N~,~Y", "d~N~,~y",
                                        "Y~N~d",   "y~N~d", "Y~N",   "d_Y~N", "d_y~N", "Y_d~N", "y_d~N"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        *out = (reading){.month = 1, .day = 1};
        if (reads(forms[i], at, end, out) && is_day(out->year, out->month, out->day)) return true;
    }
    return false;
}

static bool slow_time(const char *at, const char *end, reading *date) {
    static const char *const forms[] = {"h~A", "h:i", "h:i~A", "h:i:s", "h:i:s~A", "h:i:s:u", "h:i:s:u~A"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        reading t = *date;
        if (!reads(forms[i], at, end, &t) || t.minute > 59 || t.second > 59) continue;
        if (t.half && (t.hour < 1 || t.hour > 12)) continue;
        if (t.half) t.hour = t.hour % 12 + (t.half == 2 ? 12 : 0);
        if (t.hour > 23) continue;
        *date = t;
        return true;
    }
    return false;
}

/* Summer time from one instant to another: an hour is left out, and one comes twice. */
static int summer(void *user, int64_t us) {
    (void)user;
    return us >= INT64_C(1585443600000000) && us < INT64_C(1603587600000000) ? 120 : 60;
}

/* The first instant that is this local time; if there is none, by the offset that was before. */
static void slow_local(int64_t local, bool zoned, wql_datetime *out) {
    memset(out, 0, sizeof *out);
    out->us = local;
    if (!zoned) return;
    out->offset_min = 60;
    for (int offset = 120; offset >= 60; offset -= 60)
        if (summer(NULL, local - offset * US_MINUTE) == offset) {
            out->offset_min = (int16_t)offset;
            break;
        }
    out->us = local - out->offset_min * US_MINUTE;
}

static bool slow_literal(const char *z, size_t len, bool zoned, wql_datetime *out) {
    const char *end = z + len;
    reading r;
    bool found;
    if (slow_parse(z, len, out)) return !out->wild;
    if (!len || len > 64) return false;
    found = slow_date(z, end, &r);
    for (const char *blank = z; !found && blank < end; blank++) {
        const char *time = blank;
        if (!is_blank_char(*blank)) continue;
        skip(&time, end);
        found = slow_date(z, blank, &r) && slow_time(time, end, &r);
    }
    if (!found) return false;
    slow_local(days_before(r.year, r.month, r.day) * US_DAY + (r.hour * 60 + r.minute) * US_MINUTE + r.second * INT64_C(1000000) +
                   r.milli * INT64_C(1000),
               zoned, out);
    return true;
}

/* -- checks ------------------------------------------------------------------------------------------------------ */

static bool same(const wql_datetime *a, const wql_datetime *b) { return memcmp(a, b, sizeof *a) == 0; }

static void check_print(const wql_datetime *t) {
    char fast[26], iso[41], slow[64];
    wql_datetime again;
    size_t len = wql_datetime_format(t, fast);
    slow_print(t, slow);
    MUST(strcmp(fast, slow) == 0);
    MUST(len == strlen(slow));
    if (len && !t->wild) { /* an interval has no offset */
        wql_datetime wanted = {t->us, t->interval ? 0 : t->offset_min, 0, t->interval, 0};
        MUST(wql_datetime_parse((wql_str){fast, len}, &again) == WQL_OK);
        MUST(same(&again, &wanted));
    }
    len = wql__datetime_iso(t, iso);
    slow_iso(t, slow);
    MUST(strcmp(iso, slow) == 0);
    MUST(len == strlen(slow));
}

/* What `left op right` is; right is a literal, and not wild. */
static int slow_compare(int op, const wql_datetime *left, const wql_datetime *right) {
    bool less = left->us < right->us, equal = left->us == right->us;
    if (left->wild) return op == WQL_EQ ? WQL__FALSE : op == WQL_NE ? WQL__TRUE : WQL__UNKNOWN;
    switch (op) {
    case WQL_EQ: return equal;
    case WQL_NE: return !equal;
    case WQL_LT: return less;
    case WQL_LE: return less || equal;
    case WQL_GT: return !less && !equal;
    default: return !less;
    }
}

/* A property of datetimes (or intervals) that has the value, compared with the literal. */
static void check_comparison(int op, bool negated, bool zoned, const wql_datetime *value, wql_str text) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__zone zone = {zoned ? summer : NULL, NULL};
    wql__literal literal = {.kind = WQL__LIT_STRING, .text = text};
    wql_value v = wql_time(*value);
    wql_datetime right;
    wql__arena arena;
    wql__test test;
    const char *why = NULL;
    bool fits = slow_literal(text.ptr, text.len, zoned, &right) && right.interval == value->interval;
    MUST(mem != NULL);
    wql__arena_init(&arena, mem);
    MUST(wql__test_make(&arena, WQL_DATETIME, value->interval ? WQL_INTERVAL : 0, (uint8_t)op, negated, &literal, &zone, &test,
                        &why) == (fits ? WQL_OK : WQL_E_INVALID_QUERY));
    MUST(fits || (why && *why));
    if (fits) {
        int wanted = slow_compare(op, value, &right);
        if (wanted != WQL__UNKNOWN && negated) wanted = !wanted;
        MUST(wql__test_value(&test, &v, NULL) == wanted);
        if (!value->wild) {
            wql_value w = wql_time(right);
            MUST(wql__test_pair((uint8_t)op, negated, &v, &w, NULL) == wanted);
        }
    }
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int operators[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE};
    wql_datetime raw = {0, 0, 0, 0, 0}, fast, slow;
    const uint8_t *end;
    size_t first, second;
    char *a, *b;
    bool zoned, taken;
    if (size < 13) return 0;
    zoned = data[0] & 0x40;
    memcpy(&raw.us, data + 1, 8);
    memcpy(&raw.offset_min, data + 9, 2);
    raw.wild = data[11];
    raw.interval = data[12] & 1;
    if (data[12] & 2) raw.wild = 0;
    if (data[12] & 4) raw.us %= MOST_US;
    if (data[12] & 8) raw.offset_min = (int16_t)(raw.offset_min % 1000);
    data += 13;
    size -= 13;
    end = memchr(data, '\n', size);
    first = end ? (size_t)(end - data) : size;
    second = end ? size - first - 1 : 0;
    a = malloc(first ? first : 1); /* exactly as long as the texts: reading beyond them is found */
    b = malloc(second ? second : 1);
    MUST(a && b);
    memcpy(a, data, first);
    if (second) memcpy(b, data + first + 1, second);
    check_print(&raw);
    memset(&fast, 0xff, sizeof fast);
    taken = slow_parse(a, first, &slow);
    MUST(wql_datetime_parse((wql_str){a, first}, &fast) == (taken ? WQL_OK : WQL_E_INVALID_PARAMETER));
    if (taken) {
        MUST(same(&fast, &slow));
        check_print(&fast);
    } else {
        fast = raw;
    }
    if (slow_literal(b, second, zoned, &slow)) {
        wql_datetime literal;
        wql__zone zone = {zoned ? summer : NULL, NULL};
        MUST(wql__datetime_literal((wql_str){b, second}, &zone, &literal));
        MUST(same(&literal, &slow));
    }
    check_comparison(operators[(data[-13] & 0x3f) % 6], data[-13] & 0x80, zoned, &fast, (wql_str){b, second});
    free(a);
    free(b);
    return 0;
}
