/* SPDX-License-Identifier: MIT */
/* sqlite.c: the same rows in SQLite, in memory and without what a single thread does not need: no mutexes, no statistics of
 * memory, no journal. Every value of every row is read and summed as in sink.c. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bench_sqlite_must(int result, sqlite3 *db) {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fprintf(stderr, "bench: sqlite: %s\n", db ? sqlite3_errmsg(db) : sqlite3_errstr(result));
    exit(1);
}

void bench_sqlite_configure(void) {
    bench_sqlite_must(sqlite3_config(SQLITE_CONFIG_MULTITHREAD), NULL);
    bench_sqlite_must(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0), NULL);
    bench_sqlite_must(sqlite3_initialize(), NULL);
}

/* -- the data ---------------------------------------------------------------------------------------------------- */

static void insert_rows(sqlite3 *db, const bench_table *t, uint64_t rows, sqlite3_stmt *insert) {
    for (uint64_t row = 0; row < rows; row++) {
        const int32_t *name = t->name_offsets + row, *path = t->path_offsets + row;
        sqlite3_bind_int64(insert, 1, t->id[row]);
        sqlite3_bind_int64(insert, 2, t->parent[row]);
        if (bench_bit(t->size_valid, row))
            sqlite3_bind_int64(insert, 3, (sqlite3_int64)t->size[row]);
        else
            sqlite3_bind_null(insert, 3);
        sqlite3_bind_double(insert, 4, t->cpu[row]);
        sqlite3_bind_int(insert, 5, t->flag[row / 8] >> (row % 8) & 1);
        if (bench_bit(t->name_valid, row))
            sqlite3_bind_text(insert, 6, t->name_bytes + name[0], name[1] - name[0], SQLITE_STATIC);
        else
            sqlite3_bind_null(insert, 6);
        sqlite3_bind_text(insert, 7, t->path_bytes + path[0], path[1] - path[0], SQLITE_STATIC);
        sqlite3_bind_int64(insert, 8, t->created[row]);
        bench_sqlite_must(sqlite3_step(insert), db);
        sqlite3_reset(insert);
    }
}

void bench_sqlite_create(sqlite3 *db, const bench_table *t, uint64_t rows) {
    sqlite3_stmt *insert;
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE Item(id INTEGER PRIMARY KEY, "
        "parent INTEGER NOT NULL, size INTEGER%s, cpu REAL NOT NULL, flag BOOLEAN NOT NULL, name TEXT%s, path TEXT NOT NULL, "
        "created INTEGER NOT NULL); BEGIN",
        t->size_valid ? "" : " NOT NULL", t->name_valid ? "" : " NOT NULL");
    bench_sqlite_must(sqlite3_exec(db, sql, NULL, NULL, NULL), db);
    bench_sqlite_must(sqlite3_prepare_v2(db, "INSERT INTO Item VALUES(?, ?, ?, ?, ?, ?, ?, ?)", -1, &insert, NULL), db);
    insert_rows(db, t, rows, insert);
    sqlite3_finalize(insert);
    bench_sqlite_must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
}

sqlite3 *bench_sqlite_open(const bench_table *table) {
    sqlite3 *db;
    bench_sqlite_must(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL),
                      db);
    bench_sqlite_create(db, table, table->rows);
    bench_virtual_table(db, table);
    return db;
}

/* -- runs -------------------------------------------------------------------------------------------------------- */

void bench_sql(int query, int spelling, const char *table_name, char *buf, size_t size) {
    const bench_query *q = &bench_queries[query];
    const char *where = q->sql[spelling], *items = q->flags & WQL_COUNT_ONLY ? "count(*)" : q->items;
    size_t len = (size_t)snprintf(buf, size, "SELECT %s FROM %s%s", items, table_name, *where ? " WHERE " : "");
    if (len >= size) bench_stop("the text of a query is too long");
    bench_condition(query, where, buf + len, size - len);
}

/* Adds one cell, and returns the hash of the row so far. */
static uint64_t take_cell(sqlite3_stmt *stmt, int column, bench_answer *a, uint64_t hash) {
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_INTEGER: {
        uint64_t number = (uint64_t)sqlite3_column_int64(stmt, column);
        a->sum += number;
        return a->thorough ? bench_hash_number(hash, number) : 0;
    }
    case SQLITE_FLOAT: {
        uint64_t bits = bench_bits_of(sqlite3_column_double(stmt, column));
        a->sum += bits;
        return a->thorough ? bench_hash_number(hash, bits) : 0;
    }
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_column_text(stmt, column);
        size_t len = (size_t)sqlite3_column_bytes(stmt, column);
        a->sum += bench_text_sum(text, len);
        return a->thorough ? bench_hash_text(hash, text, len) : 0;
    }
    default: return bench_hash_text(hash, "null", 4);
    }
}

void bench_sqlite_run(sqlite3 *db, const char *sql, bool counts, bench_answer *a) {
    sqlite3_stmt *stmt;
    int result, columns;
    bench_sqlite_must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), db);
    columns = sqlite3_column_count(stmt);
    while ((result = sqlite3_step(stmt)) == SQLITE_ROW) {
        uint64_t hash = 0;
        if (counts) {
            a->rows += (uint64_t)sqlite3_column_int64(stmt, 0);
            continue;
        }
        a->rows++;
        if (columns == 1 && !a->thorough) { /* an id: what a program would do that knows it */
            a->sum += (uint64_t)sqlite3_column_int64(stmt, 0);
            continue;
        }
        for (int c = 0; c < columns; c++) hash = take_cell(stmt, c, a, hash);
        if (a->thorough) a->deep += hash;
    }
    bench_sqlite_must(result, db);
    sqlite3_finalize(stmt);
}

/* Each spelling over both tables. */
static bool way(int query, uint32_t number, char *text, size_t size) {
    uint32_t spelling = number / 2;
    if (spelling >= BENCH_SPELLINGS || !bench_queries[query].sql[spelling]) return false;
    bench_sql(query, (int)spelling, number % 2 ? "ItemArrays" : "Item", text, size);
    return true;
}

static void execute(bench_run *run, int query, uint32_t number, const char *text, bench_answer *answer) {
    (void)number;
    bench_sqlite_run(run->db, text, (bench_queries[query].flags & WQL_COUNT_ONLY) != 0, answer);
}

/* In each third round: it takes most of the time. */
const bench_peer bench_sqlite_peer = {
    .name = "sqlite", .each = 3, .series = offsetof(bench_result, sqlite), .way = way, .execute = execute};
