/* SPDX-License-Identifier: MIT */
/* fixture.h: what both programs of this folder share: an engine that serves the classes and rows of a case file, a session of
 * each dialect, and tables. */
#ifndef LANGUAGE_FIXTURE_H
#define LANGUAGE_FIXTURE_H

#include "../golden/golden.h"

enum { DIALECTS = 3, COLUMNS_MAX = 8 };
extern const char *const dialect_names[DIALECTS];
extern const uint32_t dialect_bits[DIALECTS];

typedef struct fixture {
    pool memory;
    case_file cases;
    waking wakes;
    source rows;
    wql_engine *engine;
    wql_session *sessions[DIALECTS];
} fixture;

/* Ends the program if something is wrong, as all of these. */
void fixture_open(fixture *f, const char *cases);
void fixture_close(fixture *f);

int dialect_number(const char *name); /* DIALECTS: no dialect */
char *fixture_read(fixture *f, const char *path);

/* Calls `row` with the cells of each line of a table but the first. */
void fixture_table(fixture *f, const char *path, uint32_t columns, void (*row)(void *user, char **cells), void *user);

#endif
