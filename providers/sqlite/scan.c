/* SPDX-License-Identifier: MIT */
/* scan.c: open, close, interrupt. */
#include "scan.h"

enum { TICK = 1000 /* steps of SQLite's machine between two looks at the call: some microseconds */ };

/* -- open ------------------------------------------------------------------------------------------------------------------ */

static void enlist(wql__sqlite_scan *s) {
    (void)pthread_mutex_lock(&s->m->lock);
    s->next = s->m->scans;
    s->m->scans = s;
    (void)pthread_mutex_unlock(&s->m->lock);
}

static void delist(wql__sqlite_scan *s) {
    (void)pthread_mutex_lock(&s->m->lock);
    for (wql__sqlite_scan **at = &s->m->scans; *at; at = &(*at)->next) {
        if (*at != s) continue;
        *at = s->next;
        break;
    }
    (void)pthread_mutex_unlock(&s->m->lock);
}

static void free_scan(wql__sqlite_scan *s) {
    wql__sqlite_mount *m = s->m;
    wql__sqlite_connection *connection = s->connection;
    delist(s);
    if (s->stmt) wql__sqlite_statement_give(m, connection, s->stmt);
    wql__sqlite_end(m, connection);
    if (!connection->lent) m->api.progress_handler(connection->db, 0, NULL, NULL);
    if (s->set) wql__sqlite_set_give(s->set);
    wql__sqlite_arena_free(&s->arena);
    (void)wql_mount_allocate(m->mount, s, sizeof *s, 0);
    wql__sqlite_pool_give(m, connection);
}

static wql__sqlite_scan *new_scan(wql__sqlite_mount *m, wql_scan *scan, wql__sqlite_connection *connection) {
    wql__sqlite_scan *s = wql_mount_allocate(m->mount, NULL, 0, sizeof *s);
    if (!s) return NULL;
    memset(s, 0, sizeof *s);
    s->m = m;
    s->scan = scan;
    s->link = wql__sqlite_find_link(m, scan->request->class_index);
    s->table = s->link ? s->link->child : &m->tables[scan->request->class_index];
    s->connection = connection;
    s->arena.mount = m->mount;
    s->step.scan = scan;
    s->left = UINT64_MAX;
    enlist(s);
    if (!connection->lent) m->api.progress_handler(connection->db, TICK, wql__sqlite_on_progress, s);
    return s;
}

/* The columns that come, and the columns that must still be as they were. */
static bool plan_lanes(wql__sqlite_scan *s, uint64_t **needed) {
    const wql_request *request = s->scan->request;
    uint32_t width = s->table->column_count;
    s->lanes = wql__sqlite_take_array(&s->arena, width, sizeof *s->lanes);
    *needed = wql__sqlite_take_array(&s->arena, width / 64 + 1, sizeof **needed);
    if (!s->lanes || !*needed) return false;
    for (uint32_t i = 0; i < width; i++) {
        if (!wql_request_wants(request, i)) continue;
        s->lanes[s->lane_count].property = i;
        s->lanes[s->lane_count].kind = s->table->columns[i].kind;
        s->lanes[s->lane_count].key = s->table->columns[i].key;
        s->lanes[s->lane_count++].sure = s->table->columns[i].sure;
        (*needed)[i >> 6] |= (uint64_t)1 << (i & 63u);
    }
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        uint32_t property = request->conjuncts[i].property;
        if (property < width && s->scan->take[i] != WQL_NONE) (*needed)[property >> 6] |= (uint64_t)1 << (property & 63u);
    }
    return true;
}

static void add_keys(wql__sqlite_scan *s, const wql__sqlite_table *table) {
    for (uint32_t i = 0; i < table->column_count; i++) {
        const wql__sqlite_column *column = &table->columns[i];
        if (column->key) s->lanes[s->lane_count++] = (wql__sqlite_lane){i, column->kind, true, column->sure};
    }
}

/* All columns of a table that a foreign key's class looks at must still be as they were. */
static wql_status verify_end(wql__sqlite_scan *s, wql__sqlite_table *table, bool child, int64_t version, wql_error *err) {
    uint64_t *needed = wql__sqlite_take_array(&s->arena, table->column_count / 64 + 1, sizeof *needed);
    if (!needed) return wql__sqlite_no_memory(err);
    for (uint32_t i = 0; i < table->column_count; i++) {
        bool looked_at = table->columns[i].key;
        for (uint32_t k = 0; k < s->link->column_count; k++)
            looked_at |= (child ? s->link->pairs[k].from : s->link->pairs[k].to) == &table->columns[i];
        if (looked_at) needed[i >> 6] |= (uint64_t)1 << (i & 63u);
    }
    return wql__sqlite_verify(s->m, s->connection, table, version, needed, err);
}

/* The keys of both ends, the antecedent's first. */
static wql_status begin_link(wql__sqlite_scan *s, int64_t version, wql__sqlite_sql *sql, wql_error *err) {
    const wql__sqlite_link *link = s->link;
    wql_status status = verify_end(s, link->child, true, version, err);
    if (status >= 0) status = verify_end(s, link->parent, false, version, err);
    if (status < 0) return status;
    s->lanes = wql__sqlite_take_array(&s->arena, link->parent->column_count + link->child->column_count, sizeof *s->lanes);
    if (!s->lanes) return wql__sqlite_no_memory(err);
    add_keys(s, link->parent);
    add_keys(s, link->child);
    wql__sqlite_build_link(sql, s->m, s->scan->request, s->scan);
    return sql->failed ? wql__sqlite_no_memory(err) : WQL_OK;
}

static wql_status begin_table(wql__sqlite_scan *s, int64_t version, wql__sqlite_sql *sql, wql_error *err) {
    const wql_request *request = s->scan->request;
    wql__sqlite_built built;
    uint64_t *needed;
    wql_status status;
    if (!plan_lanes(s, &needed)) return wql__sqlite_no_memory(err);
    status = wql__sqlite_verify(s->m, s->connection, s->table, version, needed, err);
    if (status < 0) return status;
    wql__sqlite_build(sql, s->m, request, s->scan->take, &built);
    if (sql->failed) return wql__sqlite_no_memory(err);
    s->counting = built.counting;
    if (built.exact && request->limit) s->left = request->limit;
    return WQL_OK;
}

static wql_status begin(wql__sqlite_scan *s, wql_error *err) {
    wql__sqlite_sql sql = {.arena = &s->arena};
    int64_t version;
    wql_status status = wql_scan_check(s->scan, NULL); /* an interrupt before the scan was in the list has missed it */
    if (status < 0)
        return wql__sqlite_fail(err, status, "the call ended before %s of %s was read", wql__sqlite_what(s), s->m->shown);
    status = wql__sqlite_begin(s->m, s->connection, &s->step, &version, err);
    if (status >= 0) status = s->link ? begin_link(s, version, &sql, err) : begin_table(s, version, &sql, err);
    if (status >= 0) status = wql__sqlite_statement_take(s->m, s->connection, &s->step, &sql, wql__sqlite_what(s), &s->stmt, err);
    if (status < 0 && s->step.ended < 0 && status != s->step.ended) /* SQLite says "interrupted" then */
        return wql__sqlite_step_fail(s->m, s->connection, &s->step, SQLITE_INTERRUPT, err, wql__sqlite_what(s));
    return status;
}

wql_status wql__sqlite_open(wql_scan *scan, wql_error *err) {
    wql__sqlite_mount *m = scan->self;
    wql__sqlite_connection *connection = NULL;
    wql__sqlite_scan *s;
    wql_status status;
    if (scan->request->class_index >= m->table_count + m->link_count)
        return wql__sqlite_fail(err, WQL_E_INVALID_CLASS, "%s has no class of number %u", m->shown,
                                (unsigned)scan->request->class_index);
    status = wql__sqlite_pool_take(m, scan, &connection, err);
    if (status != WQL_OK) return status;
    s = new_scan(m, scan, connection);
    if (!s) {
        wql__sqlite_pool_give(m, connection);
        return wql__sqlite_no_memory(err);
    }
    status = begin(s, err);
    if (status < 0) {
        free_scan(s);
        return status;
    }
    scan->state = s;
    return WQL_OK;
}

/* -- close, interrupt ------------------------------------------------------------------------------------------------------ */

void wql__sqlite_close(wql_scan *scan) { free_scan(scan->state); }

/* Not by scan->state: open may just be writing it. Wakes a scan that waits for a lock, and on a lent connection ends the function
 * of SQLite's that runs for us; the lock proves that it does. */
void wql__sqlite_interrupt(wql_scan *scan) {
    wql__sqlite_mount *m = scan->self;
    (void)pthread_mutex_lock(&m->lock);
    for (wql__sqlite_scan *s = m->scans; s; s = s->next) {
        if (s->scan != scan) continue;
        s->step.stopped = true;
        if (s->step.inside) m->api.interrupt(s->connection->db);
        (void)pthread_cond_broadcast(&m->changed);
    }
    (void)pthread_mutex_unlock(&m->lock);
}
