/* SPDX-License-Identifier: MIT */
/* datetime.c: CIM datetimes and intervals as text and back. The date forms of a WHERE are in date_literal.c. */
#include "datetime.h"

#include <string.h>

enum { OFFSET_MOST = 999, DAYS_MOST = 99999999 };

#define US_SECOND INT64_C(1000000)
#define US_MINUTE (60 * US_SECOND)
#define US_DAY (1440 * US_MINUTE)

/* Bits of wql_datetime.wild. */
enum { W_YEAR = 1, W_MONTH = 2, W_DAY = 4, W_HOUR = 8, W_MINUTE = 16, W_SECOND = 32, W_MICRO = 64, W_OFFSET = 128 };

/* -- the calendar: years begin in March, so that the leap day ends them ------------------------------------------ */

enum { DAYS_400 = 146097, DAYS_TO_1970 = 719468 }; /* days of 400 years; from 0000-03-01 to 1970-01-01 */

int64_t wql__days_from_civil(int64_t year, unsigned month, unsigned day) {
    int64_t era, y = month <= 2 ? year - 1 : year;
    int64_t in_era, in_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
    era = (y >= 0 ? y : y - 399) / 400;
    in_era = y - era * 400;
    return era * DAYS_400 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

void wql__civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day) {
    int64_t since = days + DAYS_TO_1970, era = (since >= 0 ? since : since - (DAYS_400 - 1)) / DAYS_400;
    int64_t in_era = since - era * DAYS_400;
    int64_t years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * years + years / 4 - years / 100);
    int64_t m = (5 * in_year + 2) / 153; /* from March */
    *day = (unsigned)(in_year - (153 * m + 2) / 5 + 1);
    *month = (unsigned)(m < 10 ? m + 3 : m - 9);
    *year = years + era * 400 + (m >= 10);
}

unsigned wql__days_of_month(int64_t year, unsigned month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

/* `count` digits; false: something else stands there. */
static bool read_digits(const char *at, int count, unsigned *out) {
    unsigned n = 0;
    for (int i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9') return false;
        n = n * 10 + (unsigned)(at[i] - '0');
    }
    *out = n;
    return true;
}

/* Digits, or as many asterisks, which count as `least`. */
static bool read_field(const char *at, int count, unsigned least, uint8_t bit, uint8_t *wild, unsigned *out) {
    int stars = 0;
    while (stars < count && at[stars] == '*') stars++;
    if (stars < count) return read_digits(at, count, out);
    *wild |= bit;
    *out = least;
    return true;
}

static bool read_interval(const char *at, wql_datetime *out) {
    unsigned days, hour, minute, second, micro;
    if (memcmp(at + 21, ":000", 4) != 0) return false;
    if (!read_digits(at, 8, &days) || !read_digits(at + 8, 2, &hour) || !read_digits(at + 10, 2, &minute)) return false;
    if (!read_digits(at + 12, 2, &second) || !read_digits(at + 15, 6, &micro)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    out->us = (int64_t)days * US_DAY + (int64_t)(hour * 60 + minute) * US_MINUTE + (int64_t)second * US_SECOND + (int64_t)micro;
    out->interval = 1;
    return true;
}

static bool read_datetime(const char *at, wql_datetime *out) {
    unsigned year, month, day, hour, minute, second, micro, offset;
    uint8_t wild = 0;
    if (at[21] != '+' && at[21] != '-') return false;
    if (!read_field(at, 4, 1, W_YEAR, &wild, &year) || !read_field(at + 4, 2, 1, W_MONTH, &wild, &month)) return false;
    if (!read_field(at + 6, 2, 1, W_DAY, &wild, &day) || !read_field(at + 8, 2, 0, W_HOUR, &wild, &hour)) return false;
    if (!read_field(at + 10, 2, 0, W_MINUTE, &wild, &minute) || !read_field(at + 12, 2, 0, W_SECOND, &wild, &second)) return false;
    if (!read_field(at + 15, 6, 0, W_MICRO, &wild, &micro) || !read_field(at + 22, 3, 0, W_OFFSET, &wild, &offset)) return false;
    if ((wild & W_YEAR) && month == 2 && day == 29) year = 4; /* the first that has such a day */
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > wql__days_of_month(year, month)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    if (second == 60) { /* a leap second is the last microsecond of the minute */
        second = 59;
        if (!(wild & W_MICRO)) micro = 999999;
    }
    out->offset_min = (int16_t)(at[21] == '-' ? -(int)offset : (int)offset);
    out->us = wql__days_from_civil(year, month, day) * US_DAY + (int64_t)(hour * 60 + minute) * US_MINUTE;
    out->us += (int64_t)second * US_SECOND + (int64_t)micro - out->offset_min * US_MINUTE;
    out->wild = wild;
    return true;
}

bool wql__datetime_parse(wql_str text, wql_datetime *out) {
    wql_datetime time;
    memset(&time, 0, sizeof time);
    if (text.len != 25 || text.ptr[14] != '.') return false;
    if (text.ptr[21] == ':' ? !read_interval(text.ptr, &time) : !read_datetime(text.ptr, &time)) return false;
    *out = time;
    return true;
}

/* -- writing ----------------------------------------------------------------------------------------------------- */

static char *put_digits(char *at, unsigned n, int count) {
    for (int i = count - 1; i >= 0; i--, n /= 10) at[i] = (char)('0' + n % 10);
    return at + count;
}

static char *put_field(char *at, unsigned n, int count, bool wild) {
    if (!wild) return put_digits(at, n, count);
    memset(at, '*', (size_t)count);
    return at + count;
}

/* A moment by its fields, as written in its own offset. */
typedef struct fields {
    int64_t year;
    unsigned month, day, hour, minute, second, micro;
} fields;

static bool split(const wql_datetime *time, fields *f) {
    int64_t local, days, rest;
    if (time->offset_min > OFFSET_MOST || time->offset_min < -OFFSET_MOST) return false;
    if (time->us > INT64_MAX - OFFSET_MOST * US_MINUTE || time->us < INT64_MIN + OFFSET_MOST * US_MINUTE) return false;
    local = time->us + time->offset_min * US_MINUTE;
    days = local / US_DAY;
    rest = local % US_DAY;
    if (rest < 0) { /* days go down: not by subtracting days * US_DAY, which may be too much for 64 bits */
        days--;
        rest += US_DAY;
    }
    wql__civil_from_days(days, &f->year, &f->month, &f->day);
    f->hour = (unsigned)(rest / (60 * US_MINUTE));
    f->minute = (unsigned)(rest / US_MINUTE % 60);
    f->second = (unsigned)(rest / US_SECOND % 60);
    f->micro = (unsigned)(rest % US_SECOND);
    return f->year >= 1 && f->year <= 9999;
}

static size_t print_interval(const wql_datetime *time, char buf[26]) {
    int64_t days = time->us / US_DAY, rest = time->us % US_DAY;
    char *at = buf;
    if (time->us < 0 || days > DAYS_MOST || time->wild) return 0;
    at = put_digits(at, (unsigned)days, 8);
    at = put_digits(at, (unsigned)(rest / (60 * US_MINUTE)), 2);
    at = put_digits(at, (unsigned)(rest / US_MINUTE % 60), 2);
    at = put_digits(at, (unsigned)(rest / US_SECOND % 60), 2);
    *at++ = '.';
    at = put_digits(at, (unsigned)(rest % US_SECOND), 6);
    memcpy(at, ":000", 5);
    return 25;
}

size_t wql__datetime_print(const wql_datetime *time, char buf[26]) {
    const unsigned offset = (unsigned)(time->offset_min < 0 ? -time->offset_min : time->offset_min);
    char *at = buf;
    fields f;
    buf[0] = '\0';
    if (time->interval) return print_interval(time, buf);
    if (!split(time, &f)) return 0;
    at = put_field(at, (unsigned)f.year, 4, time->wild & W_YEAR);
    at = put_field(at, f.month, 2, time->wild & W_MONTH);
    at = put_field(at, f.day, 2, time->wild & W_DAY);
    at = put_field(at, f.hour, 2, time->wild & W_HOUR);
    at = put_field(at, f.minute, 2, time->wild & W_MINUTE);
    at = put_field(at, f.second, 2, time->wild & W_SECOND);
    *at++ = '.';
    at = put_field(at, f.micro, 6, time->wild & W_MICRO);
    *at++ = time->offset_min < 0 ? '-' : '+';
    at = put_field(at, offset, 3, time->wild & W_OFFSET);
    *at = '\0';
    return 25;
}

size_t wql__datetime_iso(const wql_datetime *time, char buf[41]) {
    const unsigned offset = (unsigned)(time->offset_min < 0 ? -time->offset_min : time->offset_min);
    char *at = buf;
    fields f;
    if (time->interval || time->wild) return wql__datetime_print(time, buf);
    buf[0] = '\0';
    if (!split(time, &f)) return 0;
    at = put_digits(at, (unsigned)f.year, 4);
    *at++ = '-';
    at = put_digits(at, f.month, 2);
    *at++ = '-';
    at = put_digits(at, f.day, 2);
    *at++ = 'T';
    at = put_digits(at, f.hour, 2);
    *at++ = ':';
    at = put_digits(at, f.minute, 2);
    *at++ = ':';
    at = put_digits(at, f.second, 2);
    if (f.micro) {
        *at++ = '.';
        at = put_digits(at, f.micro, 6);
    }
    if (offset) {
        *at++ = time->offset_min < 0 ? '-' : '+';
        at = put_digits(at, offset / 60, 2);
        *at++ = ':';
        at = put_digits(at, offset % 60, 2);
    } else {
        *at++ = 'Z';
    }
    *at = '\0';
    return (size_t)(at - buf);
}
