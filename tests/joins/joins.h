/* SPDX-License-Identifier: MIT */
/* joins.h: the parts of the test of association queries.
 *
 *   joins.c     arguments, queries, what they must bring, comparing
 *   database.c  random databases with foreign keys, and which rows these link, as SQLite joins them */
#ifndef JOINS_H
#define JOINS_H

#include "../aid.h"

#include <sqlite3.h>

/* The sqlite provider reads links in sets, the first of 16 rows: some tables have more. */
enum { TABLES_MAX = 5, KEYS_MAX = 3, FEW_ROWS = 12, ROWS_MAX = 40, LINKS_MAX = ROWS_MAX * ROWS_MAX };

/* The key of a table: a number, a text, or both. */
enum { BY_NUMBER, BY_TEXT, BY_BOTH };

/* Rows that no table has: one that is asked for, one that foreign keys name. */
enum { NO_ROW = ROWS_MAX + 10, LOST_ROW = ROWS_MAX + 20 };

/* A foreign key. Its class links row child of its table with row parent of table `to`, for each pair. */
typedef struct foreign_key {
    char class_name[16];
    uint32_t to;
    bool unique; /* it names a unique column, not the key */
    uint32_t count;
    struct {
        uint32_t child, parent;
    } links[LINKS_MAX];
} foreign_key;

typedef struct joined_table {
    int key;
    uint32_t rows, key_count;
    foreign_key keys[KEYS_MAX];
} joined_table;

typedef struct database {
    sqlite3 *db;
    uint32_t count;
    joined_table tables[TABLES_MAX];
} database;

/* Tables T0, T1 ... Row n of each has the number n in its column N. */
void database_open(database *d, uint64_t *seed);
void database_print(const database *d);
void database_close(database *d);
/* The path of a row, which need not be there. */
void put_path(char *out, size_t size, const database *d, uint32_t table, uint32_t row);

#endif
