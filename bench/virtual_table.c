/* SPDX-License-Identifier: MIT */
/* virtual_table.c: the arrays as a virtual table of SQLite, ItemArrays: SQLite's counterpart of a provider. A full scan; SQLite
 * checks the conditions. Texts are handed over without a copy. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

typedef struct array_table {
    sqlite3_vtab base;
    const bench_table *table;
} array_table;

typedef struct array_cursor {
    sqlite3_vtab_cursor base;
    const bench_table *table;
    uint64_t row;
} array_cursor;

static int connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **message) {
    array_table *made = calloc(1, sizeof *made);
    int result;
    (void)argc, (void)argv, (void)message;
    if (!made) return SQLITE_NOMEM;
    made->table = aux;
    result =
        sqlite3_declare_vtab(db, "CREATE TABLE x(id INTEGER, parent INTEGER, size INTEGER, cpu REAL, flag BOOLEAN, name TEXT, "
                                 "path TEXT, created INTEGER)");
    if (result != SQLITE_OK) {
        free(made);
        return result;
    }
    *out = &made->base;
    return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *table) {
    free(table);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info) {
    double rows = (double)((array_table *)table)->table->rows;
    info->estimatedCost = rows;
    info->estimatedRows = (sqlite3_int64)rows;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out) {
    array_cursor *cursor = calloc(1, sizeof *cursor);
    if (!cursor) return SQLITE_NOMEM;
    cursor->table = ((array_table *)table)->table;
    *out = &cursor->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor) {
    free(cursor);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc, sqlite3_value **argv) {
    (void)number, (void)text, (void)argc, (void)argv;
    ((array_cursor *)cursor)->row = 0;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor) {
    ((array_cursor *)cursor)->row++;
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor) {
    const array_cursor *c = (const array_cursor *)cursor;
    return c->row >= c->table->rows;
}

static int column(sqlite3_vtab_cursor *cursor, sqlite3_context *out, int number) {
    const array_cursor *c = (const array_cursor *)cursor;
    const bench_table *t = c->table;
    uint64_t row = c->row;
    switch (number) {
    case BENCH_ID: sqlite3_result_int64(out, t->id[row]); break;
    case BENCH_PARENT: sqlite3_result_int64(out, t->parent[row]); break;
    case BENCH_SIZE:
        if (bench_bit(t->size_valid, row)) sqlite3_result_int64(out, (sqlite3_int64)t->size[row]);
        break; /* else it is NULL, as every result begins */
    case BENCH_CPU: sqlite3_result_double(out, t->cpu[row]); break;
    case BENCH_FLAG: sqlite3_result_int(out, t->flag[row / 8] >> (row % 8) & 1); break;
    case BENCH_NAME:
        if (bench_bit(t->name_valid, row))
            sqlite3_result_text(out, t->name_bytes + t->name_offsets[row], t->name_offsets[row + 1] - t->name_offsets[row],
                                SQLITE_STATIC);
        break;
    case BENCH_PATH:
        sqlite3_result_text(out, t->path_bytes + t->path_offsets[row], t->path_offsets[row + 1] - t->path_offsets[row],
                            SQLITE_STATIC);
        break;
    default: sqlite3_result_int64(out, t->created[row]); break;
    }
    return SQLITE_OK;
}

static int rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
    *out = (sqlite3_int64)((array_cursor *)cursor)->row;
    return SQLITE_OK;
}

static const sqlite3_module module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = disconnect,
    .xDestroy = disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = column,
    .xRowid = rowid,
};

/* A module with connect and no create is a table by itself, under its own name. */
void bench_virtual_table(sqlite3 *db, const bench_table *table) {
    bench_sqlite_must(sqlite3_create_module(db, "ItemArrays", &module, (void *)(uintptr_t)table), db);
}
