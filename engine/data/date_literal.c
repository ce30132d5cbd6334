/* SPDX-License-Identifier: MIT */
/* date_literal.c: the date forms that a WHERE may use (wql-language 3.6). Ambiguous ones are read the same way everywhere, month
 * first; what names no offset is in the host's time zone. */
#include "datetime.h"

#include <string.h>

#define US_SECOND INT64_C(1000000)
#define US_MINUTE (60 * US_SECOND)
#define US_DAY (1440 * US_MINUTE)

enum { TEXT_MOST = 64, PARTS_MOST = 3 };

typedef struct date {
    unsigned year, month, day;
} date;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static void skip_blanks(const char **at, const char *end) {
    while (*at < end && (**at == ' ' || **at == '\t')) ++*at;
}

/* A run of at most `most` digits; returns how many, 0: none, or more. */
static int read_number(const char **at, const char *end, int most, unsigned *out) {
    unsigned n = 0;
    int count = 0;
    for (; *at < end && is_digit(**at); ++*at) {
        if (++count > most) return 0;
        n = n * 10 + (unsigned)(**at - '0');
    }
    *out = n;
    return count;
}

static bool is_date(unsigned year, unsigned month, unsigned day, date *out) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > wql__days_of_month(year, month)) return false;
    out->year = year;
    out->month = month;
    out->day = day;
    return true;
}

/* -- dates in numbers -------------------------------------------------------------------------------------------- */

/* yyyyMMdd, yyyyMM, yyyy. */
static bool read_compact(const char *at, const char *end, date *out) {
    unsigned n;
    switch (read_number(&at, end, 8, &n)) {
    case 8: return at == end && is_date(n / 10000, n / 100 % 100, n % 100, out);
    case 6: return at == end && is_date(n / 100, n % 100, 1, out);
    case 4: return at == end && is_date(n, 1, 1, out);
    default: return false;
    }
}

/* yyyy-mm-dd, yyyy/mm/dd, mm/dd/yyyy. */
static bool read_separated(const char *at, const char *end, date *out) {
    unsigned n[PARTS_MOST];
    int digits[PARTS_MOST];
    char sign = '\0';
    for (int i = 0; i < PARTS_MOST; i++) {
        digits[i] = read_number(&at, end, 4, &n[i]);
        if (!digits[i]) return false;
        if (i == PARTS_MOST - 1) break;
        if (at >= end || (*at != '-' && *at != '/') || (i && *at != sign)) return false;
        sign = *at++;
    }
    if (at != end) return false;
    if (digits[0] == 4 && digits[1] <= 2 && digits[2] <= 2) return is_date(n[0], n[1], n[2], out);
    if (digits[0] <= 2 && digits[1] <= 2 && digits[2] == 4 && sign == '/') return is_date(n[2], n[0], n[1], out);
    return false;
}

/* -- dates with the name of a month ------------------------------------------------------------------------------ */

/* 1 to 12, 0: none. */
static unsigned find_month(const char *word, size_t len) {
    static const char names[12][10] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
    for (unsigned month = 0; month < 12; month++) {
        size_t full = strlen(names[month]), i = 0;
        if (len != full && len != 3) continue;
        while (i < len && (word[i] | 0x20) == names[month][i]) i++;
        if (i == len) return month + 1;
    }
    return 0;
}

/* Up to three parts: numbers, and one name. */
typedef struct parts {
    int count, name; /* name: which part is the month; -1: none yet */
    int comma;       /* behind which part a comma stands; -1: none */
    unsigned month;
    unsigned n[PARTS_MOST];
    int digits[PARTS_MOST];
} parts;

/* Whether something stands between the part before and what follows: needed between two numbers. */
static bool read_gap(const char **at, const char *end, parts *p) {
    const char *from = *at;
    skip_blanks(at, end);
    if (*at < end && **at == ',' && p->comma < 0) {
        p->comma = p->count - 1;
        ++*at;
        skip_blanks(at, end);
    }
    return *at > from;
}

static bool read_parts(const char *at, const char *end, parts *p) {
    p->count = 0;
    p->name = p->comma = -1;
    while (at < end) {
        bool gap = p->count == 0 || read_gap(&at, end, p);
        if (at >= end || p->count == PARTS_MOST) return false; /* ends in a blank or a comma, or goes on */
        if (is_digit(*at)) {
            if (!gap && p->name != p->count - 1) return false;
            p->digits[p->count] = read_number(&at, end, 4, &p->n[p->count]);
            if (!p->digits[p->count]) return false;
        } else {
            const char *word = at;
            while (at < end && is_letter(*at)) at++;
            p->month = find_month(word, (size_t)(at - word));
            if (!p->month || p->name >= 0) return false;
            p->name = p->count;
        }
        p->count++;
    }
    return p->name >= 0;
}

/* Two numbers beside a month: which is the day, which the year? */
static bool day_and_year(const parts *p, int day, int year, date *out) {
    unsigned y = p->n[year];
    if (p->digits[day] > 2 || (p->digits[year] != 2 && p->digits[year] != 4)) return false;
    if (p->digits[year] == 2) y += y < 50 ? 2000 : 1900;
    return is_date(y, p->month, p->n[day], out);
}

/* Mon dd[,] yy[yy]; Mon[,] yyyy; Mon yy[yy] dd; dd Mon[,] yy[yy]; dd yy[yy] Mon; yy[yy] Mon dd; yyyy Mon; yyyy dd Mon. Where two
 * numbers of two digits leave a doubt, the first is the day if there is such a day. */
static bool read_named(const char *at, const char *end, date *out) {
    parts p;
    int first, second;
    if (!read_parts(at, end, &p)) return false;
    if (p.count == 2) {
        int year = 1 - p.name;
        if (p.digits[year] != 4 || (p.comma >= 0 && p.name != 0)) return false;
        return is_date(p.n[year], p.month, 1, out);
    }
    if (p.count != 3) return false;
    first = p.name == 0 ? 1 : 0;
    second = p.name == 2 ? 1 : 2;
    if (p.comma >= 0) { /* stands before the year, behind day or month */
        return p.comma == 1 && p.name < 2 && day_and_year(&p, first, second, out);
    }
    return day_and_year(&p, first, second, out) || day_and_year(&p, second, first, out);
}

static bool read_date(const char *at, const char *end, date *out) {
    return read_compact(at, end, out) || read_separated(at, end, out) || read_named(at, end, out);
}

/* -- times ------------------------------------------------------------------------------------------------------- */

/* hh AM, hh:mm[:ss[:u[u[u]]]] [AM]: microseconds since midnight. The last field is milliseconds. */
static bool read_time(const char *at, const char *end, int64_t *us) {
    unsigned n[4] = {0, 0, 0, 0};
    int count = 0;
    bool half = false;
    for (;;) {
        if (count == 4 || !read_number(&at, end, count == 3 ? 3 : 2, &n[count])) return false;
        count++;
        if (at >= end || *at != ':') break;
        at++;
    }
    if (at < end) {
        skip_blanks(&at, end);
        if (end - at != 2 || (at[1] | 0x20) != 'm' || ((at[0] | 0x20) != 'a' && (at[0] | 0x20) != 'p')) return false;
        if (n[0] < 1 || n[0] > 12) return false;
        n[0] = n[0] % 12 + ((at[0] | 0x20) == 'p' ? 12 : 0);
        half = true;
    }
    if ((count == 1 && !half) || n[0] > 23 || n[1] > 59 || n[2] > 59) return false;
    *us = (int64_t)(n[0] * 60 + n[1]) * US_MINUTE + (int64_t)n[2] * US_SECOND + (int64_t)n[3] * 1000;
    return true;
}

/* -- the host's zone --------------------------------------------------------------------------------------------- */

static int16_t offset_at(const wql__zone *zone, int64_t us) {
    int offset = zone->zone(zone->user, us);
    return (int16_t)(offset < -999 ? -999 : offset > 999 ? 999 : offset);
}

/* The instant of a local time. Where clocks were put back a time comes twice: the first counts. Where they were put on it never
 * comes: the offset before counts. */
static void set_local(int64_t local, const wql__zone *zone, wql_datetime *out) {
    int16_t before, after;
    memset(out, 0, sizeof *out);
    out->us = local;
    if (!zone || !zone->zone) return;
    before = offset_at(zone, local - US_DAY);
    after = offset_at(zone, local + US_DAY);
    out->offset_min = before;
    if (offset_at(zone, local - before * US_MINUTE) != before && offset_at(zone, local - after * US_MINUTE) == after)
        out->offset_min = after;
    out->us = local - out->offset_min * US_MINUTE;
}

/* -- all forms --------------------------------------------------------------------------------------------------- */

bool wql__datetime_literal(wql_str text, const wql__zone *zone, wql_datetime *out) {
    const char *end = text.len ? text.ptr + text.len : text.ptr;
    int64_t us = 0;
    date d;
    bool found;
    if (wql__datetime_parse(text, out)) return out->wild == 0;
    if (!text.len || text.len > TEXT_MOST) return false;
    found = read_date(text.ptr, end, &d);
    for (const char *blank = text.ptr; !found && blank < end; blank++) {
        const char *time = blank;
        if (*blank != ' ' && *blank != '\t') continue;
        skip_blanks(&time, end);
        found = read_date(text.ptr, blank, &d) && read_time(time, end, &us);
    }
    if (found) set_local(wql__days_from_civil(d.year, d.month, d.day) * US_DAY + us, zone, out);
    return found;
}
