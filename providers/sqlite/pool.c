/* SPDX-License-Identifier: MIT */
/* pool.c: connections, and who waits for one.
 *
 * Each scan has a connection of its own while it is open. They are opened as they are needed, up to connections_max, and stay
 * open until the mount is unloaded. A lent connection is a pool of one. */
#include "sqlite.h"

#include <errno.h>

enum { WAITING_LEAST = 64 };

static const char *reason(int error) {
    switch (error) {
    case EACCES:
    case EPERM: return " (permission denied)";
    case EMFILE:
    case ENFILE: return " (too many open files)";
    case ENOENT: return " (no such file)";
    case EROFS: return " (the file system is read-only)";
    default: return "";
    }
}

/* -- one connection -------------------------------------------------------------------------------------------------------- */

static void close_connection(wql__sqlite_mount *m, wql__sqlite_connection *connection) {
    const wql__sqlite_api *api = &m->api;
    for (size_t i = 0; i < WQL__SQLITE_STATEMENTS; i++) {
        wql__sqlite_statement *statement = &connection->statements[i];
        if (!statement->sql) continue;
        (void)api->finalize(statement->stmt);
        (void)wql_mount_allocate(m->mount, statement->sql, statement->size, 0);
        memset(statement, 0, sizeof *statement);
    }
    if (connection->version) (void)api->finalize(connection->version);
    connection->version = NULL;
    if (connection->db && !connection->lent) (void)api->close_v2(connection->db);
    if (!connection->lent) connection->db = NULL;
}

/* The file is not trusted: no functions and tables in its schema that could do harm, and no writes to its structure. */
static wql_status open_file(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql_error *err) {
    const wql__sqlite_api *api = &m->api;
    int flags = (m->flags & WQL_SQLITE_WRITABLE) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    int code = api->open_v2(m->path, &connection->db,
                            flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, NULL);
    wql_status status;
    if (code == SQLITE_OK) code = api->db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
    if (code == SQLITE_OK) code = api->db_config(connection->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
    if (code == SQLITE_OK) return WQL_OK;
    status = wql__sqlite_fail_code(api, connection->db, code, err, "cannot open %s%s", m->shown,
                                   connection->db ? reason(api->system_errno(connection->db)) : "");
    close_connection(m, connection);
    return status;
}

/* -- the pool -------------------------------------------------------------------------------------------------------------- */

wql_status wql__sqlite_pool_init(wql__sqlite_mount *m, wql_error *err) {
    size_t size = m->connections_max * sizeof *m->connections;
    m->connections = wql_mount_allocate(m->mount, NULL, 0, size);
    if (!m->connections) return wql__sqlite_no_memory(err);
    memset(m->connections, 0, size);
    return WQL_OK;
}

/* All who wait are woken and ask again. Not only the first: its call may be over, and then the wake would be lost. */
static void wake_all(wql__sqlite_mount *m) {
    for (uint32_t i = 0; i < m->waiting_count; i++) wql_waker_wake(m->waiting[i]);
    m->waiting_count = 0;
}

/* Under the lock. Where the list is full, those in it are woken: the living come back, and the list has room for all of them
 * then. */
static bool add_waiting(wql__sqlite_mount *m, wql_waker waker) {
    if (m->waiting_count == m->waiting_room) {
        uint32_t room = m->waiting_room ? m->waiting_room * 2 : WAITING_LEAST;
        wql_waker *more = room > m->waiting_room ? wql_mount_allocate(m->mount, m->waiting, m->waiting_room * sizeof *more,
                                                                      room * sizeof *more) : NULL;
        if (!more) return false;
        m->waiting = more;
        m->waiting_room = room;
        wake_all(m);
    }
    m->waiting[m->waiting_count++] = waker;
    return true;
}

/* Under the lock: one that is open, else a place for one. */
static wql__sqlite_connection *find_free(wql__sqlite_mount *m) {
    wql__sqlite_connection *place = NULL;
    for (uint32_t i = 0; i < m->connections_max; i++) {
        wql__sqlite_connection *connection = &m->connections[i];
        if (connection->busy) continue;
        if (connection->db) return connection;
        if (!place) place = connection;
    }
    return place;
}

wql_status wql__sqlite_pool_take(wql__sqlite_mount *m, wql_scan *scan, wql__sqlite_connection **out, wql_error *err) {
    wql__sqlite_connection *connection;
    wql_status status = WQL_OK;
    (void)pthread_mutex_lock(&m->lock);
    connection = find_free(m);
    if (connection) connection->busy = true;
    else status = !scan || add_waiting(m, wql_scan_waker(scan)) ? WQL_S_PENDING : WQL_E_OUT_OF_MEMORY;
    (void)pthread_mutex_unlock(&m->lock);
    if (status < 0) return wql__sqlite_no_memory(err);
    if (!connection) return status;
    if (!connection->db) status = open_file(m, connection, err);
    if (status < 0) {
        wql__sqlite_pool_give(m, connection);
        return status;
    }
    *out = connection;
    return WQL_OK;
}

void wql__sqlite_pool_give(wql__sqlite_mount *m, wql__sqlite_connection *connection) {
    (void)pthread_mutex_lock(&m->lock);
    connection->busy = false;
    wake_all(m);
    (void)pthread_mutex_unlock(&m->lock);
}

void wql__sqlite_pool_free(wql__sqlite_mount *m) {
    for (uint32_t i = 0; m->connections && i < m->connections_max; i++) close_connection(m, &m->connections[i]);
    if (m->connections) (void)wql_mount_allocate(m->mount, m->connections, m->connections_max * sizeof *m->connections, 0);
    if (m->waiting) (void)wql_mount_allocate(m->mount, m->waiting, m->waiting_room * sizeof *m->waiting, 0);
    m->connections = NULL;
    m->waiting = NULL;
}
