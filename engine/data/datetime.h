/* SPDX-License-Identifier: MIT */
/* datetime.h: CIM datetimes and intervals, and the date forms that a WHERE may use (wql-language 3.1, 3.6). */
#ifndef WQL_DATA_DATETIME_H
#define WQL_DATA_DATETIME_H

#include <wql/value.h>

/* The 25-character form, datetime or interval. False: the text is neither. */
bool wql__datetime_parse(wql_str text, wql_datetime *out);
/* 25 characters and a NUL; 0 if out of CIM's range. */
size_t wql__datetime_print(const wql_datetime *time, char buf[26]);
/* ISO 8601 with the value's own offset: 2020-01-02T03:04:05.000006+01:00 (Z at offset 0), microseconds only if not 0; wildcards and
 * intervals in CIM's form. At most 40 bytes and a NUL; returns the length. */
size_t wql__datetime_iso(const wql_datetime *time, char buf[41]);

/* The host's time zone: offset in minutes at an instant. zone NULL: UTC. */
typedef struct wql__zone {
    int (*zone)(void *user, int64_t us);
    void *user;
} wql__zone;
/* A literal of a WHERE, in any of the forms of 3.6; no asterisks. False: it is none of them. */
bool wql__datetime_literal(wql_str text, const wql__zone *zone, wql_datetime *out);

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t wql__days_from_civil(int64_t year, unsigned month, unsigned day);
void wql__civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
unsigned wql__days_of_month(int64_t year, unsigned month); /* month 1 to 12 */

#endif
