/* SPDX-License-Identifier: MIT */
/* keys.c: which columns are the key of a class.
 *
 * The primary key is, if its values can be: a key of CIM's is never NULL, and neither a real nor an array. SQLite itself
 * guarantees that for INTEGER PRIMARY KEY, and for NOT NULL columns of STRICT tables. Elsewhere a primary key may hold NULL and
 * values of any type, and seldom does. So the mount looks: at both ends of the key's index, where NULLs and blobs lie, and at the
 * first rows. If it finds a value that cannot be a key's, the rowid is the key instead, so that no row is lost. What it did not
 * find, or what comes later, is found by the scan that reads the key: it leaves such a row out, and says so by
 * WQL_S_PARTIAL_RESULTS.
 *
 * Without a primary key the rowid is added as `rowid`: uint64, or sint64 if the table has a negative one. Views have no key, and
 * no table has whose rowid cannot be asked for. */
#include "sqlite.h"

enum { LOOK = 256 /* rows */ };

typedef struct look {
    wql__sqlite_mount *m;
    wql__sqlite_connection *connection;
    wql__sqlite_table *table;
    wql__sqlite_lane keys[64];
    uint32_t count;
    bool fits;
    wql_error *err;
} look;

/* Collects the primary key. False: there is none that could be a key. */
static bool find_primary(look *l) {
    if (l->table->form != WQL__SQLITE_TABLE) return false;
    for (uint32_t place = 1;; place++) {
        uint32_t i = 0;
        while (i < l->table->column_count && l->table->columns[i].place != place) i++;
        if (i == l->table->column_count) return l->count > 0;
        if (l->count == 64 || l->table->columns[i].kind == WQL__SQLITE_REAL || l->table->columns[i].kind == WQL__SQLITE_BLOB)
            return false;
        l->keys[l->count++] = (wql__sqlite_lane){.property = i, .kind = l->table->columns[i].kind, .key = true};
    }
}

static bool is_guaranteed(const look *l) {
    for (uint32_t i = 0; i < l->count; i++) {
        const wql__sqlite_column *column = &l->table->columns[l->keys[i].property];
        if (!column->sure && !(column->not_null && column->exact)) return false;
    }
    return true;
}

/* Reads the rows of a statement as a scan would. */
static wql_status read_rows(look *l, sqlite3_stmt *stmt) {
    const wql__sqlite_api *api = &l->m->api;
    wql__sqlite_set *set = wql__sqlite_set_take(l->m, l->keys, l->count);
    wql__sqlite_tally tally = {0};
    int code = SQLITE_ROW, outcome = WQL__SQLITE_ROW_READ;
    while (set && outcome == WQL__SQLITE_ROW_READ && (code = api->step(stmt)) == SQLITE_ROW)
        outcome = wql__sqlite_read_row(l->m, set, l->keys, l->count, 0, stmt, &tally);
    if (set) wql__sqlite_set_give(set);
    if (!set || outcome == WQL__SQLITE_ROW_MEMORY) return wql__sqlite_no_memory(l->err);
    if (outcome == WQL__SQLITE_ROW_LEFT_OUT) l->fits = false;
    if (code == SQLITE_ROW || code == SQLITE_DONE) return WQL_OK;
    return wql__sqlite_fail_code(api, l->connection->db, code, l->err, "cannot read table %s of %s", l->table->name, l->m->shown);
}

/* Looks at the first rows in one order. One that cannot be had (the key's collation is not known here) is left. */
static wql_status look_at(look *l, wql__sqlite_arena *scratch, const char *order, const char *tail) {
    wql__sqlite_sql sql = {.arena = scratch};
    wql__sqlite_step step = {0};
    sqlite3_stmt *stmt;
    wql_status status;
    int code;
    if (!l->fits) return WQL_OK;
    wql__sqlite_put(&sql, "SELECT ");
    for (uint32_t i = 0; i < l->count; i++) {
        if (i) wql__sqlite_put(&sql, ", ");
        wql__sqlite_put_column(&sql, l->table, &l->table->columns[l->keys[i].property]);
    }
    wql__sqlite_put(&sql, " FROM main.");
    wql__sqlite_put_name(&sql, l->table->name);
    wql__sqlite_put(&sql, " AS t");
    if (order) {
        wql__sqlite_put(&sql, order);
        wql__sqlite_put_column(&sql, l->table, &l->table->columns[l->keys[0].property]);
    }
    wql__sqlite_put(&sql, tail);
    if (sql.failed) return wql__sqlite_no_memory(l->err);
    code = wql__sqlite_prepare(l->m, l->connection, &step, sql.text, sql.len, false, &stmt);
    if (code == SQLITE_ERROR) return WQL_OK;
    if (code != SQLITE_OK)
        return wql__sqlite_fail_code(&l->m->api, l->connection->db, code, l->err, "cannot read table %s of %s", l->table->name,
                                     l->m->shown);
    status = read_rows(l, stmt);
    (void)l->m->api.finalize(stmt);
    return status;
}

static wql_status look_around(look *l) {
    wql__sqlite_arena scratch = {.mount = l->m->mount};
    char tail[32];
    wql_status status;
    (void)snprintf(tail, sizeof tail, " LIMIT %d", (int)LOOK);
    status = look_at(l, &scratch, " ORDER BY ", " LIMIT 1");
    if (status >= 0) status = look_at(l, &scratch, " ORDER BY ", " DESC LIMIT 1");
    if (status >= 0) status = look_at(l, &scratch, NULL, tail);
    wql__sqlite_arena_free(&scratch);
    return status;
}

/* Whether the table has a negative rowid. A virtual table is not asked: it may have to read all of itself. */
static wql_status look_for_negative(look *l, bool *negative) {
    wql__sqlite_arena scratch = {.mount = l->m->mount};
    wql__sqlite_sql sql = {.arena = &scratch};
    wql__sqlite_step step = {0};
    sqlite3_stmt *stmt = NULL;
    wql_status status = WQL_OK;
    int code = SQLITE_OK;
    *negative = false;
    if (l->table->form != WQL__SQLITE_TABLE) return WQL_OK;
    wql__sqlite_put(&sql, "SELECT min(");
    wql__sqlite_put(&sql, l->table->rowid);
    wql__sqlite_put(&sql, ") FROM main.");
    wql__sqlite_put_name(&sql, l->table->name);
    if (sql.failed) status = wql__sqlite_no_memory(l->err);
    else code = wql__sqlite_prepare(l->m, l->connection, &step, sql.text, sql.len, false, &stmt);
    if (stmt) code = l->m->api.step(stmt);
    if (stmt && code == SQLITE_ROW) *negative = l->m->api.column_int64(stmt, 0) < 0;
    else if (status >= 0)
        status = wql__sqlite_fail_code(&l->m->api, l->connection->db, code, l->err, "cannot read table %s of %s", l->table->name,
                                       l->m->shown);
    if (stmt) (void)l->m->api.finalize(stmt);
    wql__sqlite_arena_free(&scratch);
    return status;
}

static wql_status add_rowid(look *l) {
    wql__sqlite_column *column = &l->table->columns[l->table->column_count];
    bool negative;
    wql_status status = look_for_negative(l, &negative);
    if (status < 0) return status;
    memset(column, 0, sizeof *column);
    column->declared = "";
    column->kind = negative ? WQL__SQLITE_INT : WQL__SQLITE_UINT;
    column->not_null = column->key = true;
    column->exact = column->sure = negative;
    l->table->column_count++;
    return WQL_OK;
}

wql_status wql__sqlite_choose_key(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_table *table,
                                  wql_error *err) {
    look l = {.m = m, .connection = connection, .table = table, .fits = true, .err = err};
    wql_status status = WQL_OK;
    if (find_primary(&l)) {
        if (!is_guaranteed(&l)) status = look_around(&l);
        if (status < 0) return status;
        for (uint32_t i = 0; l.fits && i < l.count; i++) table->columns[l.keys[i].property].key = true;
        if (l.fits) return WQL_OK;
        wql__sqlite_log(m, WQL_LOG_INFO, "%s: table %s has NULL or values of other types in its primary key; %s", m->shown,
                        table->name, table->rowid ? "the rowid is its key" : "it has no key");
    }
    return table->rowid ? add_rowid(&l) : WQL_OK;
}
