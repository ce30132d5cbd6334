/* SPDX-License-Identifier: MIT */
/* points.h: faults that memory cannot reach. points.c runs each named fault point of engine/base/fault.h, once and for ever,
 * through a day in the life of an engine (day.c); sqlite_io.c lets every read, lock and open of SQLite's fail in turn;
 * sqlite_codes.c lets SQLite's functions answer with errors, or be missing. Each run must end in success or in a failure that
 * says so, and the engine must answer the next query. */
#ifndef WQL_TESTS_POINTS_H
#define WQL_TESTS_POINTS_H

#include "../unit/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_ok(const char *what, unsigned long long runs);
/* Prints `what` and counts a failure. */
void report_bad(const char *where, const char *what, long long value);
unsigned long long report_failures(void);

/* Opens, mounts, asks in every drive, ends calls in every way, closes. `quiet`: whether a fault may be met now; switched off when
 * the next query is to be answered. What it saw goes to report_bad with `where`. */
void live_a_day(const char *where, void (*calm)(void));

/* A database of one table T with 300 rows; the path is good until the program ends. NULL: it could not be made. */
const char *make_database(void);
/* Pulls `text` to its end. */
wql_status ask(wql_session *session, const char *text, uint32_t timeout_ms, uint64_t *rows, wql_error *err);

void sweep_sqlite_io(void);
void sweep_sqlite_codes(void);

#endif
