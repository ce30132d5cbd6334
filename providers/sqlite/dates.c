/* SPDX-License-Identifier: MIT */
/* dates.c: ISO dates. */
#include "sqlite.h"

#define US_PER_DAY INT64_C(86400000000)
#define OFFSET_MOST 999 /* minutes: three digits in a CIM datetime */

/* What is left of a text that is being read. */
typedef struct reader {
    const char *at, *end;
} reader;

static bool peek(const reader *r, char c) { return r->at < r->end && *r->at == c; }
static bool skip(reader *r, char c) {
    if (!peek(r, c)) return false;
    r->at++;
    return true;
}

/* Exactly `digits` digits, in the range. */
static bool number(reader *r, int digits, int least, int most, int *out) {
    int value = 0;
    for (; digits; digits--, r->at++) {
        if (r->at == r->end || *r->at < '0' || *r->at > '9') return false;
        value = value * 10 + (*r->at - '0');
    }
    *out = value;
    return value >= least && value <= most;
}

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
static int month_days(int year, int month) {
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01, counted in years that begin in March, so that the leap day is their last. */
static int64_t day_number(int year, int month, int day) {
    int y = month > 2 ? year : year - 1; /* not negative: years begin at 1 */
    int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

static bool read_day(reader *r, int64_t *days) {
    int year, month, day;
    if (!number(r, 4, 1, 9999, &year) || !skip(r, '-') || !number(r, 2, 1, 12, &month) || !skip(r, '-') ||
        !number(r, 2, 1, month_days(year, month), &day))
        return false;
    *days = day_number(year, month, day);
    return true;
}

/* Digits behind the point; what is less than a microsecond is cut off. */
static bool read_fraction(reader *r, int64_t *us, bool *cut) {
    int64_t unit = 100000;
    const char *first = r->at;
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        if (unit == 0 && *r->at != '0') *cut = true;
        *us += (*r->at - '0') * unit;
        unit /= 10;
    }
    return r->at > first;
}

/* A leap second counts as the last microsecond before it, as in CIM's own form. */
static bool read_time(reader *r, int64_t *us, bool *cut) {
    int hour, minute, second = 0;
    int64_t fraction = 0;
    if (!number(r, 2, 0, 23, &hour) || !skip(r, ':') || !number(r, 2, 0, 59, &minute)) return false;
    if (skip(r, ':')) {
        if (!number(r, 2, 0, 60, &second)) return false;
        if ((skip(r, '.') || skip(r, ',')) && !read_fraction(r, &fraction, cut)) return false;
    }
    if (second == 60) {
        second = 59;
        fraction = 999999;
    }
    *us = ((hour * 60 + minute) * INT64_C(60) + second) * 1000000 + fraction;
    return true;
}

static bool read_offset(reader *r, int *offset) {
    int hours, minutes = 0, sign = peek(r, '-') ? -1 : 1;
    *offset = 0;
    if (skip(r, 'Z') || skip(r, 'z')) return true;
    if (!skip(r, '+') && !skip(r, '-')) return false;
    if (!number(r, 2, 0, 23, &hours)) return false;
    if (r->at < r->end) {
        (void)skip(r, ':');
        if (!number(r, 2, 0, 59, &minutes)) return false;
    }
    *offset = sign * (hours * 60 + minutes);
    return *offset >= -OFFSET_MOST && *offset <= OFFSET_MOST;
}

/* Eight characters that must be digits where `pattern` has 0, and else what it has: in byte k of the result, the number that the
 * digits k and k + 1 make. Exclusive or leaves digits as their value and other characters as 0; the additions set the high bit of
 * what is more. */
static bool read_eight(const char *at, const char *pattern, uint64_t most, uint64_t *pairs) {
    uint64_t text, wanted;
    memcpy(&text, at, sizeof text);
    memcpy(&wanted, pattern, sizeof wanted);
    text ^= wanted;
    *pairs = text * 10 + (text >> 8);
    return !((text | (text + most)) & UINT64_C(0x8080808080808080));
}

/* The one form that most columns have throughout, `yyyy-mm-dd HH:MM:SS`. False: it is another, or none. */
static bool parse_common(const char *t, int64_t *us) {
    const uint64_t day_most = UINT64_C(0x7f76767f76767676); /* 0x76: a digit, 0x7f: exactly this */
    const uint64_t time_most = UINT64_C(0x76767f76767f7676);
    uint64_t date, time;
    unsigned year, month, day, hour, minute, second;
    if (!read_eight(t, "0000-00-", day_most, &date) || !read_eight(t + 11, "00:00:00", time_most, &time)) return false;
    year = (unsigned)(date & 0xff) * 100 + (unsigned)(date >> 16 & 0xff);
    month = (unsigned)(date >> 40 & 0xff);
    day = ((unsigned)(unsigned char)t[8] - '0') * 10 + ((unsigned)(unsigned char)t[9] - '0');
    hour = (unsigned)(time & 0xff);
    minute = (unsigned)(time >> 24 & 0xff);
    second = (unsigned)(time >> 48 & 0xff);
    if (!year || month - 1 > 11 || day - 1 > 27 || (unsigned)(unsigned char)t[9] - '0' > 9 || hour > 23 || minute > 59 ||
        second > 59)
        return false;
    if (t[10] != ' ' && t[10] != 'T') return false;
    *us = day_number((int)year, (int)month, (int)day) * US_PER_DAY + (int64_t)(hour * 3600 + minute * 60 + second) * 1000000;
    return true;
}

bool wql__sqlite_parse_date(const char *text, size_t len, int64_t *us, int16_t *offset_min, bool *cut) {
    reader r = {text, text + len};
    int64_t days, of_day = 0;
    int offset = 0;
    *cut = false;
    if (len == 19 && parse_common(text, us)) {
        *offset_min = 0;
        return true;
    }
    if (!len || !read_day(&r, &days)) return false;
    if (r.at < r.end) {
        if (!skip(&r, 'T') && !skip(&r, 't') && !skip(&r, ' ')) return false;
        if (!read_time(&r, &of_day, cut)) return false;
        if (r.at < r.end && !read_offset(&r, &offset)) return false;
        if (r.at < r.end) return false;
    }
    *us = days * US_PER_DAY + of_day - offset * INT64_C(60000000);
    *offset_min = (int16_t)offset;
    return true;
}

bool wql__sqlite_print_day(int64_t us, int days, char out[10]) {
    int64_t day = us / US_PER_DAY - (us % US_PER_DAY < 0) + days, y, of_era, of_year;
    int month, of_month, year;
    char digits[48];
    if (day < day_number(1, 1, 1) || day > day_number(9999, 12, 31)) return false;
    day += 719468;
    y = day / 146097; /* eras of 400 years; the day is not negative any more */
    of_era = day - y * 146097;
    y = y * 400;
    of_year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365; /* years of the era */
    y += of_year;
    of_era -= 365 * of_year + of_year / 4 - of_year / 100; /* days of the year from March */
    month = (int)((5 * of_era + 2) / 153);
    of_month = (int)(of_era - (153 * month + 2) / 5 + 1);
    month += month < 10 ? 3 : -9;
    year = (int)(y + (month <= 2));
    (void)snprintf(digits, sizeof digits, "%04d-%02d-%02d", year, month, of_month);
    memcpy(out, digits, 10);
    return true;
}
