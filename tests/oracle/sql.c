/* SPDX-License-Identifier: MIT */
/* sql.c: the rows in SQLite: in memory as the oracle, and in a file that the sqlite provider reads. */
#include "oracle.h"

#include <stdlib.h>
#include <unistd.h>

static void run(sqlite3 *db, const char *sql) {
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why)) stop_with("oracle: %s: %s", why ? why : "?", sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *made;
    if (sqlite3_prepare_v2(db, sql, -1, &made, NULL)) stop_with("oracle: %s: %s", sqlite3_errmsg(db), sql);
    return made;
}

static void column_name(char name[16], uint32_t i) { snprintf(name, 16, i ? "P%u" : "Id", i); }

static void prepare_insert(sqlite3 *db, const table *t, sqlite3_stmt **out) {
    char sql[256] = "INSERT INTO F VALUES(?";
    for (uint32_t i = 1; i < t->shape.count; i++) strcat(sql, ",?");
    strcat(sql, ")");
    *out = prepare(db, sql);
}

static void insert(sqlite3 *db, sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) stop_with("oracle: %s", sqlite3_errmsg(db));
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
}

/* -- the oracle -------------------------------------------------------------------------------------------------- */

static void bind_plain(sqlite3_stmt *statement, int at, const wql_value *v) {
    switch (v->type) {
    case WQL_NULL: sqlite3_bind_null(statement, at); break;
    case WQL_REAL64:
        if (v->f64 == v->f64)
            sqlite3_bind_double(statement, at, v->f64);
        else
            sqlite3_bind_text(statement, at, "nan", 3, SQLITE_STATIC); /* SQLite has none */
        break;
    case WQL_BOOLEAN: sqlite3_bind_int(statement, at, v->b); break;
    case WQL_STRING: sqlite3_bind_text(statement, at, v->str.ptr, (int)v->str.len, SQLITE_TRANSIENT); break;
    case WQL_DATETIME: sqlite3_bind_int64(statement, at, v->time.us); break;
    default: sqlite3_bind_int64(statement, at, v->i64); break; /* a uint64 by its bits */
    }
}

/* Columns without a type, so that nothing is converted. */
sqlite3 *oracle_open(const table *t, const rules *folding) {
    sqlite3 *db;
    sqlite3_stmt *statement;
    char sql[256] = "CREATE TABLE F(Id";
    if (sqlite3_open(":memory:", &db)) stop_with("oracle: no SQLite");
    rules_register(db, folding);
    for (uint32_t i = 1; i < t->shape.count; i++) snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", P%u", i);
    strcat(sql, ")");
    run(db, sql);
    run(db, "BEGIN");
    prepare_insert(db, t, &statement);
    for (uint32_t r = 0; r < t->rows; r++) {
        for (uint32_t i = 0; i < t->shape.count; i++)
            bind_plain(statement, (int)i + 1, &t->cells[(size_t)r * t->shape.count + i]);
        insert(db, statement);
    }
    sqlite3_finalize(statement);
    run(db, "COMMIT");
    return db;
}

void oracle_ask(sqlite3 *db, const char *where, row_set *out) {
    char *sql = sqlite3_mprintf("SELECT Id FROM F WHERE %s ORDER BY Id", where);
    sqlite3_stmt *statement = prepare(db, sql);
    int status;
    out->count = 0;
    while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
        if (out->count == ROWS_MAX) stop_with("oracle: more rows than there are");
        out->ids[out->count++] = (uint32_t)sqlite3_column_int64(statement, 0);
    }
    if (status != SQLITE_DONE) stop_with("oracle: %s: %s", sqlite3_errmsg(db), sql);
    sqlite3_finalize(statement);
    sqlite3_free(sql);
}

/* -- the file ---------------------------------------------------------------------------------------------------- */

static const char *declared(uint32_t type, bool strict, uint64_t *seed) {
    static const char *const integers[] = {"INT", "INTEGER", "BIGINT", "SMALLINT"};
    static const char *const texts[] = {"TEXT", "VARCHAR(20)", "NCHAR", "CLOB"};
    static const char *const reals[] = {"REAL", "DOUBLE", "FLOAT", "NUMERIC", "DECIMAL(10,5)"};
    switch (type) {
    case WQL_REAL32:
    case WQL_REAL64: return strict ? "REAL" : reals[below(seed, 5)];
    case WQL_BOOLEAN: return chance(seed, 2) ? "BOOLEAN" : "BOOL";
    case WQL_REFERENCE:
    case WQL_STRING: return strict ? "TEXT" : texts[below(seed, 4)];
    case WQL_DATETIME: return chance(seed, 2) ? "DATETIME" : "TIMESTAMP";
    case WQL_UINT64: return strict ? "INTEGER" : "UNSIGNED BIG INT";
    default: return strict ? "INTEGER" : integers[below(seed, 4)];
    }
}

/* A value that does not fit its column: for WQL it is NULL. */
static void bind_misfit(sqlite3_stmt *statement, int at, uint32_t type, uint64_t *seed) {
    uint32_t pick = below(seed, 4);
    if (pick == 0) {
        sqlite3_bind_blob(statement, at, "ab", 2, SQLITE_STATIC);
        return;
    }
    switch (type) {
    case WQL_REAL32:
    case WQL_REAL64: sqlite3_bind_text(statement, at, pick == 1 ? "abc" : "1.5x", -1, SQLITE_STATIC); break;
    case WQL_BOOLEAN:
        if (pick == 1)
            sqlite3_bind_int(statement, at, 2);
        else
            sqlite3_bind_text(statement, at, pick == 2 ? "yes" : "TRUE", -1, SQLITE_STATIC);
        break;
    case WQL_REFERENCE:
    case WQL_STRING: sqlite3_bind_blob(statement, at, "", 0, SQLITE_STATIC); break;
    case WQL_DATETIME:
        if (pick == 1)
            sqlite3_bind_int64(statement, at, 20200101);
        else
            sqlite3_bind_text(statement, at, pick == 2 ? "soon" : "2020-02-30", -1, SQLITE_STATIC);
        break;
    default:
        if (pick == 1)
            sqlite3_bind_double(statement, at, 2.5);
        else if (pick == 2 && type == WQL_UINT64)
            sqlite3_bind_int64(statement, at, -5);
        else
            sqlite3_bind_text(statement, at, "x", -1, SQLITE_STATIC);
    }
}

static void bind_stored(sqlite3_stmt *statement, int at, const wql_value *v, uint32_t type, const schema *s, uint64_t *seed) {
    if (v->type == WQL_NULL && s->misfits && chance(seed, 2)) {
        bind_misfit(statement, at, type, seed);
    } else if (v->type == WQL_DATETIME && !v->time.interval) {
        pool memory = {NULL};
        writer iso = {&memory, NULL, 0, 0};
        print_iso_time(&iso, v->time.us, v->time.offset_min, v->time.offset_min != 0);
        sqlite3_bind_text(statement, at, iso.at, (int)iso.len, SQLITE_TRANSIENT);
        pool_free(&memory);
    } else {
        bind_plain(statement, at, v);
    }
}

static bool can_be_strict(const schema *s) {
    for (uint32_t i = 1; i < s->count; i++)
        if (s->types[i] == WQL_BOOLEAN || s->types[i] == WQL_DATETIME) return false;
    return s->strict && !s->misfits && !s->nan;
}

static void create(sqlite3 *db, const schema *s, uint64_t *seed) {
    char sql[512], name[16];
    bool strict = can_be_strict(s);
    snprintf(sql, sizeof sql, "CREATE TABLE F(Id INTEGER%s", s->keyed ? " PRIMARY KEY" : "");
    for (uint32_t i = 1; i < s->count; i++) {
        column_name(name, i);
        snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", %s %s", name, declared(s->types[i], strict, seed));
    }
    strcat(sql, strict ? ") STRICT" : ")");
    run(db, sql);
    for (uint32_t i = 1; i < s->count; i++) {
        if (!chance(seed, 4)) continue;
        snprintf(sql, sizeof sql, "CREATE INDEX I%u ON F(P%u%s)", i, i, chance(seed, 2) ? " COLLATE NOCASE" : "");
        run(db, sql);
    }
}

void file_write(const char *path, const table *t, uint64_t seed) {
    sqlite3 *db;
    sqlite3_stmt *statement;
    if (sqlite3_open(path, &db)) stop_with("oracle: cannot write %s", path);
    run(db, "PRAGMA journal_mode = OFF");
    run(db, "PRAGMA synchronous = OFF");
    create(db, &t->shape, &seed);
    run(db, "BEGIN");
    prepare_insert(db, t, &statement);
    for (uint32_t r = 0; r < t->rows; r++) {
        for (uint32_t i = 0; i < t->shape.count; i++)
            bind_stored(statement, (int)i + 1, &t->cells[(size_t)r * t->shape.count + i], t->shape.types[i], &t->shape, &seed);
        insert(db, statement);
    }
    sqlite3_finalize(statement);
    run(db, "COMMIT");
    if (chance(&seed, 3)) run(db, "ANALYZE");
    if (sqlite3_close(db)) stop_with("oracle: %s did not close", path);
}
