/* SPDX-License-Identifier: MIT */
/* sqlite_aid.h: databases for the tests of the sqlite provider. */
#ifndef WQL_TESTS_SQLITE_AID_H
#define WQL_TESTS_SQLITE_AID_H

#include "fake_host.h"

#include <sqlite3.h>

/* A directory of this process's own below /tmp, made at the first use, and a path in it. */
typedef struct aid_place {
    char dir[64];
    char path[160];
} aid_place;

void aid_begin(aid_place *place);
const char *aid_path(aid_place *place, const char *name);
/* Removes the directory and the files in it. */
void aid_end(aid_place *place);

/* Runs SQL on a file, which is made if it is not there; false: it failed, and stderr says why. */
bool aid_sql(const char *path, const char *sql);
bool aid_exec(sqlite3 *db, const char *sql);
/* An open connection; NULL: it failed. */
sqlite3 *aid_connect(const char *path);
bool aid_write(const char *path, const void *bytes, size_t size);

/* A new file with the result of `sql`, mounted; NULL: that failed, and stderr says why. */
fake_host *aid_mount(aid_place *place, const char *name, const char *sql);
/* Rows of "SELECT <all properties> FROM class" as one text: cells joined by `|`, rows by `;`. Freed by the caller. */
char *aid_rows(fake_host *host, const char *class_name, fake_scan *scan);
char *aid_join(const fake_scan *scan);
/* "name type[ key]" of each property, joined by `, `: what the class looks like. Freed by the caller. */
char *aid_shape(const fake_host *host, const char *class_name);

#endif
