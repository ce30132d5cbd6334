/* SPDX-License-Identifier: MIT */
/* schema.c: reading tables, views and their columns; noticing that they changed. */
#include "sqlite.h"

#include <stdlib.h>

/* Who reads, into what. */
typedef struct reading {
    wql__sqlite_mount *m;
    wql__sqlite_connection *connection;
    wql__sqlite_arena *arena;   /* of what is read */
    wql__sqlite_arena *scratch; /* of the SQL */
    wql_error *err;
    int code; /* SQLite's, of the last failure */
} reading;

/* A table or view as SQLite lists it. */
typedef struct listed {
    const char *name;
    uint8_t form;
    bool strict, without_rowid;
} listed;

/* -- asking ---------------------------------------------------------------------------------------------------------------- */

static wql_status fail_reading(reading *r, int code) {
    r->code = code;
    return wql__sqlite_fail_code(&r->m->api, r->connection->db, code, r->err, "cannot read the tables of %s", r->m->shown);
}

/* `before`, the quoted name, `after`. */
static wql_status ask(reading *r, const char *before, const char *name, const char *after, sqlite3_stmt **out) {
    wql__sqlite_sql sql = {.arena = r->scratch};
    wql__sqlite_step step = {0};
    int code;
    wql__sqlite_put(&sql, before);
    if (name) wql__sqlite_put_name(&sql, name);
    wql__sqlite_put(&sql, after);
    if (sql.failed) return wql__sqlite_no_memory(r->err);
    code = wql__sqlite_prepare(r->m, r->connection, &step, sql.text, sql.len, false, out);
    return code == SQLITE_OK ? WQL_OK : fail_reading(r, code);
}

/* The next row: WQL_OK; WQL_END, and the statement is gone; or a failure, and it is gone too. */
static wql_status row(reading *r, sqlite3_stmt **stmt) {
    int code = r->m->api.step(*stmt);
    wql_status status = WQL_END;
    if (code == SQLITE_ROW) return WQL_OK;
    if (code != SQLITE_DONE) status = fail_reading(r, code);
    (void)r->m->api.finalize(*stmt);
    *stmt = NULL;
    return status;
}

static void drop(reading *r, sqlite3_stmt **stmt) {
    (void)r->m->api.finalize(*stmt);
    *stmt = NULL;
}

/* A text of the row, or NULL with a failure. NULL in SQL is the empty text. */
static const char *text_of(reading *r, sqlite3_stmt *stmt, int column) {
    const char *text = (const char *)r->m->api.column_text(stmt, column);
    return wql__sqlite_take_text(r->arena, text ? text : "", text ? strlen(text) : 0);
}

static bool text_is(reading *r, sqlite3_stmt *stmt, int column, const char *word) {
    const char *text = (const char *)r->m->api.column_text(stmt, column);
    return text && strcmp(text, word) == 0;
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool wql__sqlite_is_same(const char *a, const char *b) {
    for (; *a && lower(*a) == lower(*b); a++) b++;
    return lower(*a) == lower(*b);
}

/* -- tables ---------------------------------------------------------------------------------------------------------------- */

/* A row of PRAGMA table_list: schema, name, type, columns, without rowid, strict. False: none of ours. */
static bool read_listed(reading *r, sqlite3_stmt *stmt, listed *out) {
    const char *name = (const char *)r->m->api.column_text(stmt, 1), *own = "sqlite_";
    if (!text_is(r, stmt, 0, "main") || !name) return false;
    while (*own && lower(*name) == *own) {
        own++;
        name++;
    }
    if (!*own) return false;
    if (text_is(r, stmt, 2, "table")) out->form = WQL__SQLITE_TABLE;
    else if (text_is(r, stmt, 2, "view")) out->form = WQL__SQLITE_VIEW;
    else if (text_is(r, stmt, 2, "virtual")) out->form = WQL__SQLITE_VIRTUAL;
    else return false; /* a shadow: a virtual table's own store */
    out->without_rowid = r->m->api.column_int64(stmt, 4) != 0;
    out->strict = r->m->api.column_int64(stmt, 5) != 0;
    return true;
}

/* -- columns --------------------------------------------------------------------------------------------------------------- */

/* Rows of PRAGMA table_xinfo: number, name, type, not null, default, place in the key, hidden (1: of a virtual table, not for
 * `*`). The array has room for one more: the rowid. */
static wql_status read_columns(reading *r, wql__sqlite_table *table) {
    sqlite3_stmt *stmt;
    uint32_t room = 0;
    wql_status status = ask(r, "PRAGMA main.table_xinfo(", table->name, ")", &stmt);
    if (status < 0) return status;
    while ((status = row(r, &stmt)) == WQL_OK) {
        wql__sqlite_column *column;
        if (r->m->api.column_int64(stmt, 6) == 1) continue;
        if (table->column_count + 1 >= room) {
            wql__sqlite_column *more = wql__sqlite_take_array(r->arena, room = room ? room * 2 : 16, sizeof *more);
            if (!more) break;
            if (table->column_count) memcpy(more, table->columns, table->column_count * sizeof *more);
            table->columns = more;
        }
        column = &table->columns[table->column_count];
        column->name = text_of(r, stmt, 1);
        column->declared = text_of(r, stmt, 2);
        if (!column->name || !column->declared) break;
        column->not_null = r->m->api.column_int64(stmt, 3) != 0;
        column->place = (uint32_t)r->m->api.column_int64(stmt, 5);
        wql__sqlite_type_column(table, column);
        table->column_count++;
    }
    if (!stmt) return status == WQL_END ? WQL_OK : status;
    drop(r, &stmt);
    return wql__sqlite_no_memory(r->err);
}

/* By which of its names the rowid can be asked for: one that no column has. */
static wql_status find_rowid(reading *r, wql__sqlite_table *table) {
    static const char names[3][8] = {"rowid", "_rowid_", "oid"};
    if (table->form == WQL__SQLITE_VIEW || table->without_rowid) return WQL_OK;
    for (size_t i = 0; i < 3 && !table->rowid; i++) {
        bool taken = false;
        for (uint32_t k = 0; k < table->column_count; k++) taken |= wql__sqlite_is_same(table->columns[k].name, names[i]);
        if (!taken) table->rowid = names[i];
    }
    if (table->rowid && table->form == WQL__SQLITE_VIRTUAL) { /* only its module knows */
        sqlite3_stmt *stmt;
        if (ask(r, "SELECT rowid FROM main.", table->name, "", &stmt) < 0) {
            if (r->code == SQLITE_NOMEM) return WQL_E_OUT_OF_MEMORY;
            table->rowid = NULL;
            return WQL_OK;
        }
        drop(r, &stmt);
    }
    return WQL_OK;
}

/* -- indexes --------------------------------------------------------------------------------------------------------------- */

/* The first column of an index: PRAGMA index_xinfo gives place, number, name, descending, collation. */
static wql_status read_index(reading *r, wql__sqlite_table *table, const char *index) {
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "PRAGMA main.index_xinfo(", index, ")", &stmt);
    if (status < 0) return status;
    status = row(r, &stmt);
    if (status != WQL_OK) return status < 0 ? status : WQL_OK;
    if (text_is(r, stmt, 4, "BINARY"))
        for (uint32_t i = 0; i < table->column_count; i++)
            if (text_is(r, stmt, 2, table->columns[i].name)) table->columns[i].indexed = true;
    drop(r, &stmt);
    return WQL_OK;
}

/* PRAGMA index_list gives number, name, unique, origin, partial. A primary key of one column without an index of its own is the
 * rowid by another name. */
static wql_status read_indexes(reading *r, wql__sqlite_table *table) {
    const char *names[64]; /* more are not looked at: they only help to find a text faster */
    uint32_t count = 0, keys = 0, key = 0;
    bool key_index = false, full = false;
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "PRAGMA main.index_list(", table->name, ")", &stmt);
    if (status < 0) return status;
    while ((status = row(r, &stmt)) == WQL_OK) {
        key_index |= text_is(r, stmt, 3, "pk");
        if (r->m->api.column_int64(stmt, 4) != 0 || count == 64) continue;
        names[count] = text_of(r, stmt, 1);
        if (!names[count++]) {
            full = true;
            break;
        }
    }
    if (stmt) drop(r, &stmt);
    if (full) return wql__sqlite_no_memory(r->err);
    if (status < 0) return status;
    for (uint32_t i = 0; i < table->column_count; i++)
        if (table->columns[i].place) {
            keys++;
            key = i;
        }
    if (keys == 1 && !key_index && !table->without_rowid) table->columns[key].sure = table->columns[key].not_null = true;
    for (uint32_t i = 0; i < count; i++) {
        status = read_index(r, table, names[i]);
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* -- how many rows --------------------------------------------------------------------------------------------------------- */

/* What ANALYZE noted: the first number is the rows of the index; a partial index has fewer than the table. */
static wql_status read_statistics(reading *r) {
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "SELECT tbl, stat FROM main.sqlite_stat1", NULL, "", &stmt);
    if (status < 0) return r->code == SQLITE_ERROR ? WQL_OK : status; /* never analysed */
    while ((status = row(r, &stmt)) == WQL_OK) {
        const char *stat = (const char *)r->m->api.column_text(stmt, 1);
        double rows = 0;
        for (; stat && *stat >= '0' && *stat <= '9'; stat++) rows = rows * 10 + (*stat - '0');
        for (uint32_t i = 0; i < r->m->table_count; i++)
            if (text_is(r, stmt, 0, r->m->tables[i].name) && rows > r->m->tables[i].rows) r->m->tables[i].rows = rows;
    }
    return status == WQL_END ? WQL_OK : status;
}

/* Without statistics: the greatest rowid, which is found at once and is the number of rows where none were deleted. */
static wql_status guess_rows(reading *r, wql__sqlite_table *table) {
    sqlite3_stmt *stmt;
    wql_status status;
    if (table->rows >= 0 || table->form != WQL__SQLITE_TABLE || !table->rowid) return WQL_OK;
    status = ask(r, strcmp(table->rowid, "oid") == 0 ? "SELECT max(oid) FROM main." : table->rowid[0] == '_'
                     ? "SELECT max(_rowid_) FROM main." : "SELECT max(rowid) FROM main.", table->name, "", &stmt);
    if (status < 0) return status;
    status = row(r, &stmt);
    if (status != WQL_OK) return status < 0 ? status : WQL_OK;
    table->rows = (double)r->m->api.column_int64(stmt, 0);
    if (table->rows < 0) table->rows = 0;
    drop(r, &stmt);
    return WQL_OK;
}

/* -- compound views -------------------------------------------------------------------------------------------------------- */

/* Whether one text contains another, without regard to the case of ASCII letters. */
static bool mentions(const char *text, const char *name) {
    for (; *text; text++) {
        size_t i = 0;
        while (name[i] && lower(text[i]) == lower(name[i])) i++;
        if (!name[i]) return true;
    }
    return false;
}

/* By their words, wherever they stand; a word too many does no harm. And a view that mentions a compound one is one. */
static bool is_compound(const wql__sqlite_mount *m, const char *sql) {
    static const char words[4][10] = {"union", "intersect", "except", "values"};
    for (size_t i = 0; i < 4; i++)
        if (mentions(sql, words[i])) return true;
    for (uint32_t i = 0; i < m->table_count; i++)
        if (m->tables[i].compound && mentions(sql, m->tables[i].name)) return true;
    return false;
}

/* SQLite computes a column of a compound view in one way or another, depending on what else a statement says: the types of its
 * values are not settled. See query.c for what is done about it. */
static wql_status find_compounds(reading *r, bool *more) {
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view'", NULL, "", &stmt);
    *more = false;
    if (status < 0) return status;
    while ((status = row(r, &stmt)) == WQL_OK) {
        const char *sql = (const char *)r->m->api.column_text(stmt, 1);
        for (uint32_t i = 0; i < r->m->table_count; i++) {
            wql__sqlite_table *table = &r->m->tables[i];
            if (table->form != WQL__SQLITE_VIEW || table->compound || !text_is(r, stmt, 0, table->name)) continue;
            table->compound = !sql || is_compound(r->m, sql);
            *more |= table->compound;
        }
    }
    return status < 0 ? status : WQL_OK;
}

/* -- all of it ------------------------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b) { return strcmp(((const listed *)a)->name, ((const listed *)b)->name); }

/* The list, sorted: the order of SQLite's own is by chance, and clashing names are numbered in this one. */
static wql_status list_tables(reading *r, listed **out, uint32_t *count) {
    sqlite3_stmt *stmt;
    listed *list = NULL;
    uint32_t used = 0, room = 0;
    wql_status status = ask(r, "PRAGMA main.table_list", NULL, "", &stmt);
    if (status < 0) return status;
    while ((status = row(r, &stmt)) == WQL_OK) {
        listed next;
        if (!read_listed(r, stmt, &next)) continue;
        next.name = text_of(r, stmt, 1);
        if (used == room) {
            listed *more = wql__sqlite_take_array(r->scratch, room = room ? room * 2 : 64, sizeof *more);
            if (!more) break;
            if (used) memcpy(more, list, used * sizeof *more);
            list = more;
        }
        if (!next.name) break;
        list[used++] = next;
    }
    if (stmt) {
        drop(r, &stmt);
        return wql__sqlite_no_memory(r->err);
    }
    if (status < 0) return status;
    if (used) qsort(list, used, sizeof *list, by_name);
    *out = list;
    *count = used;
    return WQL_OK;
}

/* A view whose tables are gone, or a virtual table whose module is not here, is left out; the log says so. *left_out. */
static wql_status read_table(reading *r, const listed *from, wql__sqlite_table *table, bool *left_out) {
    wql_status status;
    table->name = from->name;
    table->form = from->form;
    table->strict = from->strict;
    table->without_rowid = from->without_rowid;
    table->rows = -1;
    r->code = SQLITE_OK;
    status = read_columns(r, table);
    *left_out =
        (status < 0 && r->code == SQLITE_ERROR && from->form != WQL__SQLITE_TABLE) || (status == WQL_OK && !table->column_count);
    if (*left_out) {
        wql__sqlite_log(r->m, WQL_LOG_WARNING, "%s: %s %s is left out: %s", r->m->shown,
                        from->form == WQL__SQLITE_VIEW ? "view" : "table", from->name,
                        status < 0 ? r->m->api.errmsg(r->connection->db) : "it has no columns");
        return WQL_OK;
    }
    if (status >= 0) status = find_rowid(r, table);
    if (status >= 0 && from->form == WQL__SQLITE_TABLE) status = read_indexes(r, table);
    return status;
}

/* A connection may know an older schema than the file has; reading a row of it makes it look. */
static wql_status refresh(reading *r) {
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "SELECT 1 FROM main.sqlite_schema LIMIT 1", NULL, "", &stmt);
    if (status < 0) return status;
    status = row(r, &stmt);
    if (status == WQL_OK) drop(r, &stmt);
    return status < 0 ? status : WQL_OK;
}

wql_status wql__sqlite_read_schema(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_arena *scratch,
                                   wql_error *err) {
    reading r = {.m = m, .connection = connection, .arena = &m->arena, .scratch = scratch, .err = err};
    listed *list = NULL;
    uint32_t count = 0;
    wql_status status = refresh(&r);
    if (status >= 0) status = list_tables(&r, &list, &count);
    if (status < 0) return status;
    m->tables = wql__sqlite_take_array(&m->arena, count, sizeof *m->tables);
    if (!m->tables) return wql__sqlite_no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        wql__sqlite_table *table = &m->tables[m->table_count];
        bool left_out;
        status = read_table(&r, &list[i], table, &left_out);
        if (status < 0) return status;
        if (left_out) memset(table, 0, sizeof *table);
        else m->table_count++;
    }
    for (bool more = true; status >= 0 && more;) status = find_compounds(&r, &more);
    if (status >= 0) status = read_statistics(&r);
    for (uint32_t i = 0; status >= 0 && i < m->table_count; i++) status = guess_rows(&r, &m->tables[i]);
    return status;
}

/* -- later ----------------------------------------------------------------------------------------------------------------- */

static wql_status changed(const wql__sqlite_mount *m, const wql__sqlite_table *table, wql_error *err, const char *what,
                          const char *column) {
    return wql__sqlite_fail(err, WQL_E_PROVIDER_FAILURE, "%s: table %s changed since it was mounted: %s%s%s", m->shown, table->name,
                            column ? "column " : "", column ? column : "", what);
}

static wql_status find_listed(reading *r, const wql__sqlite_table *table, listed *out, bool *found) {
    sqlite3_stmt *stmt;
    wql_status status = ask(r, "PRAGMA main.table_list(", table->name, ")", &stmt);
    *found = false;
    if (status < 0) return status;
    while ((status = row(r, &stmt)) == WQL_OK)
        if (!*found) *found = read_listed(r, stmt, out);
    return status < 0 ? status : WQL_OK;
}

/* One column, against those that are there now. */
static wql_status compare_column(reading *r, const wql__sqlite_table *was, const wql__sqlite_table *now, uint32_t index) {
    const wql__sqlite_column *column = &was->columns[index];
    if (!column->name) {
        if (now->rowid && strcmp(now->rowid, was->rowid) == 0) return WQL_OK;
        return changed(r->m, was, r->err, "its rowid is gone, or has another name", NULL);
    }
    for (uint32_t i = 0; i < now->column_count; i++) {
        if (!wql__sqlite_is_same(now->columns[i].name, column->name)) continue;
        if (!wql__sqlite_is_same(now->columns[i].declared, column->declared)) return changed(r->m, was, r->err, " has another type", column->name);
        if (column->sure && !now->columns[i].sure) return changed(r->m, was, r->err, " is not the rowid any more", column->name);
        return WQL_OK;
    }
    return changed(r->m, was, r->err, " is gone", column->name);
}

static wql_status compare(reading *r, wql__sqlite_table *table, const uint64_t *needed, bool *all) {
    wql__sqlite_table now = {.name = table->name};
    listed listed_now;
    bool found;
    wql_status status = find_listed(r, table, &listed_now, &found);
    if (status < 0) return status;
    if (!found) return changed(r->m, table, r->err, "it is gone", NULL);
    if (listed_now.form != table->form || listed_now.strict != table->strict || listed_now.without_rowid != table->without_rowid)
        return changed(r->m, table, r->err, "it was made anew in another form", NULL);
    now.form = table->form;
    now.strict = table->strict;
    now.without_rowid = table->without_rowid;
    status = read_columns(r, &now);
    if (status >= 0) status = find_rowid(r, &now);
    if (status >= 0 && now.form == WQL__SQLITE_TABLE) status = read_indexes(r, &now);
    *all = true;
    for (uint32_t i = 0; status >= 0 && i < table->column_count; i++) {
        status = compare_column(r, table, &now, i);
        if (status < 0 && status != WQL_E_OUT_OF_MEMORY && !((needed[i >> 6] >> (i & 63u)) & 1u)) {
            *all = false; /* nobody asks for that one */
            status = WQL_OK;
        }
    }
    return status;
}

wql_status wql__sqlite_verify(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_table *table, int64_t version,
                              const uint64_t *needed, wql_error *err) {
    wql__sqlite_arena scratch = {.mount = m->mount};
    wql_error said = WQL_INIT(wql_error); /* also of columns that nobody asks for */
    reading r = {.m = m, .connection = connection, .arena = &scratch, .scratch = &scratch, .err = &said};
    bool all = false;
    wql_status status;
    if (atomic_load_explicit(&table->version, memory_order_relaxed) == version) return WQL_OK;
    status = refresh(&r);
    if (status >= 0) status = compare(&r, table, needed, &all);
    if (status >= 0 && all) atomic_store_explicit(&table->version, version, memory_order_relaxed);
    wql__sqlite_arena_free(&scratch);
    if (status < 0) wql__sqlite_copy_error(err, &said);
    return status;
}
