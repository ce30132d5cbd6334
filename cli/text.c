/* SPDX-License-Identifier: MIT */
/* text.c: numbers and datetimes as text. */
#include "text.h"

#include <string.h>

enum { DAY_S = 86400, US = 1000000 };

bool cli_is_interval(const wql_batch *batch, const wql_column *col) {
    const wql_class_def *def;
    const wql_property_def *property;
    if ((col->type & ~(unsigned)WQL_ARRAY) != WQL_DATETIME) return false;
    def = wql_class_describe(wql_batch_class(batch));
    if (def == NULL || col->property >= def->property_count) return false;
    property = def->properties + col->property;
    return (property->flags & WQL_INTERVAL) && property->type == col->type;
}

typedef struct date {
    int64_t year;
    unsigned month, day;
} date;

/* The Gregorian date `days` after 1970-01-01. Counted from 1 March of a year divisible by 400, leap days fall on year ends. */
static date date_of(int64_t days) {
    int64_t era;
    uint32_t in_era, year, in_year, month;
    date d;
    days += 719468; /* from 0000-03-01 */
    era = (days >= 0 ? days : days - 146096) / 146097;
    in_era = (uint32_t)(days - era * 146097);
    year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    in_year = in_era - (365 * year + year / 4 - year / 100);
    month = (5 * in_year + 2) / 153;
    d.day = in_year - (153 * month + 2) / 5 + 1;
    d.month = month < 10 ? month + 3 : month - 9;
    d.year = (int64_t)year + era * 400 + (d.month <= 2);
    return d;
}

static char *digits(char *at, uint64_t number, int width) {
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

static char *put_date(char *at, date d) {
    int64_t year = d.year;
    if (year < 0 || year > 9999) { /* ISO 8601's expanded form */
        *at++ = year < 0 ? '-' : '+';
        at = digits(at, year < 0 ? (uint64_t)-year : (uint64_t)year, 6);
    } else {
        at = digits(at, (uint64_t)year, 4);
    }
    *at++ = '-';
    at = digits(at, d.month, 2);
    *at++ = '-';
    return digits(at, d.day, 2);
}

static char *put_offset(char *at, int minutes) {
    unsigned size = (unsigned)(minutes < 0 ? -minutes : minutes);
    if (minutes == 0) {
        *at++ = 'Z';
        return at;
    }
    *at++ = minutes < 0 ? '-' : '+';
    at = digits(at, size / 60, 2);
    *at++ = ':';
    return digits(at, size % 60, 2);
}

/* ISO 8601's form for a length of time, in seconds. */
static size_t put_duration(char *buf, int64_t us) {
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    char *at = buf;
    if (us < 0) *at++ = '-';
    *at++ = 'P';
    *at++ = 'T';
    at = digits(at, size / US, 13);
    *at++ = '.';
    at = digits(at, size % US, 6);
    *at++ = 'S';
    return (size_t)(at - buf);
}

size_t cli_time_text(const wql_datetime *time, char buf[CLI_TIME_SIZE]) {
    int64_t days, us;
    uint64_t seconds;
    char *at = buf;
    if (time->interval || time->wild) {
        char cim[26];
        size_t len = wql_datetime_format(time, cim);
        memcpy(buf, cim, len);
        if (len > 0) return len;
    }
    if (time->interval) return put_duration(buf, time->us); /* longer than CIM can write */
    days = time->us / ((int64_t)DAY_S * US);
    us = time->us % ((int64_t)DAY_S * US) + (int64_t)time->offset_min * 60 * US;
    while (us < 0) {
        us += (int64_t)DAY_S * US;
        days--;
    }
    while (us >= (int64_t)DAY_S * US) {
        us -= (int64_t)DAY_S * US;
        days++;
    }
    seconds = (uint64_t)us / US;
    at = put_date(at, date_of(days));
    *at++ = 'T';
    at = digits(at, seconds / 3600, 2);
    *at++ = ':';
    at = digits(at, seconds / 60 % 60, 2);
    *at++ = ':';
    at = digits(at, seconds % 60, 2);
    if (us % US) {
        *at++ = '.';
        at = digits(at, (uint64_t)us % US, 6);
    }
    at = put_offset(at, time->offset_min);
    return (size_t)(at - buf);
}

static void put_real(cli_out *out, const wql_value *value) {
    char text[64];
    size_t len = wql_value_format(value, text, sizeof text);
    if (len < sizeof text) cli_out_put(out, text, len);
    else cli_out_fault(out, "a number has no short text");
}

void cli_put_scalar(cli_out *out, const cli_cell *cell) {
    wql_value value = wql_column_value(cell->col, cell->row);
    char text[CLI_TIME_SIZE];
    switch (value.type) {
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_SINT32:
    case WQL_SINT64: cli_out_i64(out, value.i64); break;
    case WQL_UINT8:
    case WQL_UINT16:
    case WQL_UINT32:
    case WQL_UINT64:
    case WQL_CHAR16: cli_out_u64(out, value.u64); break;
    case WQL_REAL32:
    case WQL_REAL64: put_real(out, &value); break;
    case WQL_BOOLEAN: cli_out_z(out, value.b ? "TRUE" : "FALSE"); break;
    case WQL_DATETIME:
        value.time.interval = cell->interval;
        cli_out_put(out, text, cli_time_text(&value.time, text));
        break;
    default: cli_out_fault(out, "a value has a type this tool does not know"); break;
    }
}
