/* SPDX-License-Identifier: MIT */
/* statement.c: statements, snapshots, patience with locks, and the manners of a lent connection.
 *
 * A connection of our own is used by one thread at a time, and stopped by its progress handler, which asks the call. A lent
 * connection keeps its owner's handlers. It is stopped by sqlite3_interrupt, and only while a function of SQLite's runs on it for
 * us: sqlite3_interrupt ends whatever runs on the connection, and is forgotten where nothing does. Statements of the owner's that
 * are unfinished on the same connection at that moment are ended with it; that is how SQLite interrupts. */
#include "sqlite.h"

#include <errno.h>
#include <time.h>

enum { KEPT_SQL_MOST = 64 * 1024, DELAY_LEAST_US = 500, DELAY_MOST_US = 10000 };

int64_t wql__sqlite_now_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* -- inside SQLite --------------------------------------------------------------------------------------------------------- */

/* False: interrupt was called, and SQLite is not to be entered any more. */
static bool enter(wql__sqlite_mount *m, const wql__sqlite_connection *connection, wql__sqlite_step *step) {
    bool may;
    if (!connection->lent || !step->scan) return true;
    (void)pthread_mutex_lock(&m->lock);
    may = !step->stopped;
    step->inside = may;
    (void)pthread_mutex_unlock(&m->lock);
    return may;
}

static void leave(wql__sqlite_mount *m, const wql__sqlite_connection *connection, wql__sqlite_step *step) {
    if (!connection->lent || !step->scan) return;
    (void)pthread_mutex_lock(&m->lock);
    step->inside = false;
    (void)pthread_mutex_unlock(&m->lock);
}

/* -- patience -------------------------------------------------------------------------------------------------------------- */

static bool is_locked(int code) { return (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED; }

/* Sleeps, or until a scan is interrupted. */
static void sleep_for(wql__sqlite_mount *m, const wql__sqlite_step *step, int64_t us) {
    struct timespec until;
    int waited = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(us * 1000);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&m->lock);
    while (!step->stopped && waited != ETIMEDOUT) waited = pthread_cond_timedwait(&m->changed, &m->lock, &until);
    (void)pthread_mutex_unlock(&m->lock);
}

static bool is_stopped(wql__sqlite_mount *m, const wql__sqlite_step *step) {
    bool stopped;
    (void)pthread_mutex_lock(&m->lock);
    stopped = step->stopped;
    (void)pthread_mutex_unlock(&m->lock);
    return stopped;
}

/* The database is locked. Whether it is to be tried again, after a moment: until the call ends, or without a deadline for
 * WQL__SQLITE_PATIENCE_MS in all. */
static bool try_again(wql__sqlite_mount *m, wql__sqlite_step *step) {
    int64_t now = wql__sqlite_now_us(), waited, delay;
    uint64_t left_ms = UINT64_MAX;
    if (!step->waited_from) step->waited_from = now;
    waited = now - step->waited_from;
    if (step->scan) step->ended = wql_scan_check(step->scan, &left_ms);
    if (step->ended >= 0 && is_stopped(m, step)) step->ended = WQL_E_CALL_CANCELLED;
    if (step->ended < 0) return false;
    if (left_ms == UINT64_MAX && waited >= WQL__SQLITE_PATIENCE_MS * INT64_C(1000)) return false;
    delay = waited / 4;
    if (delay < DELAY_LEAST_US) delay = DELAY_LEAST_US;
    if (delay > DELAY_MOST_US) delay = DELAY_MOST_US;
    if (left_ms < 10 && delay > 1000 * (int64_t)left_ms) delay = 1000 * (int64_t)left_ms + 100;
    sleep_for(m, step, delay);
    return true;
}

int wql__sqlite_prepare(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, const char *text,
                        size_t len, bool keep, sqlite3_stmt **out) {
    unsigned flags = keep ? SQLITE_PREPARE_PERSISTENT : 0;
    int code;
    *out = NULL;
    if (len >= INT32_MAX) return SQLITE_TOOBIG;
    do {
        if (!enter(m, connection, step)) return SQLITE_INTERRUPT;
        code = m->api.prepare_v3(connection->db, text, (int)len + 1, flags, out, NULL);
        leave(m, connection, step);
    } while (is_locked(code) && try_again(m, step));
    return code;
}

int wql__sqlite_step_on(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, sqlite3_stmt *stmt,
                        bool first) {
    int code;
    for (;;) {
        if (!enter(m, connection, step)) return SQLITE_INTERRUPT;
        code = m->api.step(stmt);
        leave(m, connection, step);
        if (!first || !is_locked(code) || !try_again(m, step)) return code;
        (void)m->api.reset(stmt);
    }
}

wql_status wql__sqlite_step_fail(wql__sqlite_mount *m, wql__sqlite_connection *connection, const wql__sqlite_step *step, int code,
                                 wql_error *err, const char *what) {
    wql_status ended = step->ended;
    int64_t waited;
    if (ended >= 0 && ((code & 0xff) == SQLITE_INTERRUPT || is_locked(code)) && step->scan)
        ended = wql_scan_check(step->scan, NULL);
    if (ended >= 0 && (code & 0xff) == SQLITE_INTERRUPT && is_stopped(m, step)) ended = WQL_E_CALL_CANCELLED;
    if (ended == WQL_E_TIMED_OUT)
        return wql__sqlite_fail(err, ended, "the deadline passed while %s of %s was read%s", what, m->shown,
                                is_locked(code) ? "; the database is locked by someone else" : "");
    if (ended < 0) return wql__sqlite_fail(err, ended, "the call ended while %s of %s was read", what, m->shown);
    if (!is_locked(code)) return wql__sqlite_fail_code(&m->api, connection->db, code, err, "cannot read %s of %s", what, m->shown);
    waited = step->waited_from ? (wql__sqlite_now_us() - step->waited_from) / 1000 : 0;
    return wql__sqlite_fail(err, WQL_E_PROVIDER_TIMED_OUT,
                            "cannot read %s of %s: the database is locked by someone else; waited %lld ms", what, m->shown,
                            (long long)waited);
}

/* -- snapshots ------------------------------------------------------------------------------------------------------------- */

/* The statement that reads the schema's version stays unfinished, and holds the read lock until another one does. */
wql_status wql__sqlite_begin(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, int64_t *version,
                             wql_error *err) {
    static const char text[] = "PRAGMA main.schema_version";
    int code = SQLITE_OK;
    if (!connection->version) code = wql__sqlite_prepare(m, connection, step, text, sizeof text - 1, true, &connection->version);
    if (code == SQLITE_OK) code = wql__sqlite_step_on(m, connection, step, connection->version, true);
    if (code != SQLITE_ROW) {
        wql_status status = wql__sqlite_step_fail(m, connection, step, code, err, "the schema");
        wql__sqlite_end(m, connection);
        return status;
    }
    *version = m->api.column_int64(connection->version, 0);
    return WQL_OK;
}

void wql__sqlite_end(wql__sqlite_mount *m, wql__sqlite_connection *connection) { (void)m->api.reset(connection->version); }

/* -- statements that are used again ---------------------------------------------------------------------------------------- */

static wql__sqlite_statement *find_statement(wql__sqlite_connection *connection, const wql__sqlite_sql *sql) {
    for (size_t i = 0; i < WQL__SQLITE_STATEMENTS; i++) {
        wql__sqlite_statement *statement = &connection->statements[i];
        if (statement->sql && statement->size == sql->len + 1 && memcmp(statement->sql, sql->text, sql->len) == 0) return statement;
    }
    return NULL;
}

/* Puts it in an empty place, or that of the one that was not used for longest. Without memory it is not kept. */
static void keep_statement(wql__sqlite_mount *m, wql__sqlite_connection *connection, const wql__sqlite_sql *sql,
                           sqlite3_stmt *stmt) {
    wql__sqlite_statement *place = &connection->statements[0];
    size_t size = sql->len + 1;
    char *text;
    if (size > KEPT_SQL_MOST) return;
    for (size_t i = 1; i < WQL__SQLITE_STATEMENTS && place->sql; i++) {
        wql__sqlite_statement *other = &connection->statements[i];
        if (!other->sql || other->used < place->used) place = other;
    }
    text = wql_mount_allocate(m->mount, NULL, 0, size);
    if (!text) return;
    if (place->sql) {
        (void)m->api.finalize(place->stmt);
        (void)wql_mount_allocate(m->mount, place->sql, place->size, 0);
    }
    memcpy(text, sql->text, size);
    place->sql = text;
    place->size = size;
    place->stmt = stmt;
}

static int bind_all(const wql__sqlite_api *api, sqlite3_stmt *stmt, const wql__sqlite_sql *sql) {
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < sql->bind_count && code == SQLITE_OK; i++) {
        const wql__sqlite_bind *bind = &sql->binds[i];
        const char *text = bind->type == SQLITE_TEXT && bind->text.ptr ? bind->text.ptr : "";
        int place = (int)i + 1;
        if (bind->type == SQLITE_INTEGER) code = api->bind_int64(stmt, place, bind->i64);
        else if (bind->type == SQLITE_FLOAT) code = api->bind_double(stmt, place, bind->f64);
        else code = api->bind_text64(stmt, place, text, bind->text.len, SQLITE_STATIC, SQLITE_UTF8);
    }
    return code;
}

wql_status wql__sqlite_statement_take(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step,
                                      const wql__sqlite_sql *sql, const char *what, sqlite3_stmt **out, wql_error *err) {
    wql__sqlite_statement *kept = find_statement(connection, sql);
    int code = SQLITE_OK;
    wql_status status;
    *out = kept ? kept->stmt : NULL;
    if (!kept) {
        code = wql__sqlite_prepare(m, connection, step, sql->text, sql->len, true, out);
        if (code == SQLITE_OK) keep_statement(m, connection, sql, *out);
        kept = code == SQLITE_OK ? find_statement(connection, sql) : NULL;
    }
    if (kept) kept->used = ++connection->uses;
    if (code == SQLITE_OK) code = bind_all(&m->api, *out, sql);
    if (code == SQLITE_OK) return WQL_OK;
    status = wql__sqlite_step_fail(m, connection, step, code, err, what);
    if (*out) wql__sqlite_statement_give(m, connection, *out);
    *out = NULL;
    return status;
}

void wql__sqlite_statement_give(wql__sqlite_mount *m, wql__sqlite_connection *connection, sqlite3_stmt *stmt) {
    (void)m->api.reset(stmt);
    (void)m->api.clear_bindings(stmt);
    for (size_t i = 0; i < WQL__SQLITE_STATEMENTS; i++)
        if (connection->statements[i].sql && connection->statements[i].stmt == stmt) return;
    (void)m->api.finalize(stmt);
}
