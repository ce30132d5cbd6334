/* SPDX-License-Identifier: MIT */
/* rows.c: next: rows and batches. */
#include "scan.h"

#include <time.h>

enum {
    FIRST_ROWS = 16, /* of the first batch; later ones grow to WQL__SQLITE_ROWS */
    GROWTH = 16,
    SLOW_TICKS = 16, /* a row that took as many ticks of the progress handler is handed out at once */
    AGE_US = 4000    /* and so are rows of that age, when the next one is found */
};

/* Milliseconds are enough, and this clock is read in a few nanoseconds. */
static int64_t coarse_us(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int wql__sqlite_on_progress(void *scan) {
    wql__sqlite_scan *s = scan;
    s->ticks++;
    if (s->rows && !s->hand_out && coarse_us() - s->first_us >= AGE_US) s->hand_out = true;
    s->step.ended = wql_scan_check(s->scan, NULL);
    return s->step.ended < 0;
}

/* -- a row ----------------------------------------------------------------------------------------------------------------- */

/* The first step takes the snapshot over; it may meet a lock. */
static int first_step(wql__sqlite_scan *s) {
    int code = wql__sqlite_step_on(s->m, s->connection, &s->step, s->stmt, true);
    s->started = true;
    wql__sqlite_end(s->m, s->connection);
    return code;
}

/* SQLITE_ROW, SQLITE_DONE or a failure. */
static inline int step(wql__sqlite_scan *s) {
    if (s->waiting_row) {
        s->waiting_row = false;
        return SQLITE_ROW;
    }
    if (!s->started) return first_step(s);
    if (s->connection->lent) return wql__sqlite_step_on(s->m, s->connection, &s->step, s->stmt, false);
    return s->m->api.step(s->stmt);
}

static inline int read_row(wql__sqlite_scan *s) {
    return wql__sqlite_read_row(s->m, s->set, s->lanes, s->lane_count, s->rows, s->stmt, &s->tally);
}

/* The values of a statement on a lent connection are read with the connection held: reading may allocate on it. */
static int read_row_held(wql__sqlite_scan *s) {
    sqlite3_mutex *mutex = s->m->api.db_mutex(s->connection->db);
    int outcome;
    s->m->api.mutex_enter(mutex);
    outcome = read_row(s);
    s->m->api.mutex_leave(mutex);
    return outcome;
}

/* -- a batch --------------------------------------------------------------------------------------------------------------- */

/* Whether the rows in hand are a batch, be it for their number, their size or their age. */
static inline bool is_batch(wql__sqlite_scan *s, uint32_t most) {
    if (s->rows >= most || s->tally.bytes >= WQL__SQLITE_BYTES) return true;
    if (s->rows == 1) s->first_us = coarse_us();
    if (s->ticks) { /* not for each row */
        if (s->hand_out || s->ticks >= SLOW_TICKS) return true;
        s->ticks = 0;
    }
    return s->connection->lent && coarse_us() - s->first_us >= AGE_US;
}

/* Fills a batch of at most so many rows. SQLITE_ROW: it is one; SQLITE_DONE, perhaps with rows in hand; a failure, the same. */
static int fill(wql__sqlite_scan *s, uint32_t most) {
    bool lent = s->connection->lent;
    int code;
    while ((code = step(s)) == SQLITE_ROW) {
        switch (lent ? read_row_held(s) : read_row(s)) {
        case WQL__SQLITE_ROW_READ: s->rows++; break;
        case WQL__SQLITE_ROW_LEFT_OUT: s->left_out++; continue;
        case WQL__SQLITE_ROW_FULL: s->waiting_row = true; return SQLITE_ROW;
        default: return SQLITE_NOMEM;
        }
        if (is_batch(s, most)) break;
    }
    return code;
}

static wql_status emit(wql__sqlite_scan *s, wql_error *err) {
    wql_status status;
    if (s->tally.nulled || s->tally.repaired) wql_scan_count(s->scan, s->tally.nulled, s->tally.repaired);
    if (!s->lane_count) return wql_scan_emit(s->scan, s->rows, NULL, 0, NULL, NULL, err);
    for (uint32_t i = 0; i < s->lane_count; i++) wql__sqlite_set_column(s->set, i, &s->lanes[i], s->rows);
    status = wql_scan_emit(s->scan, s->rows, s->set->columns, s->lane_count, wql__sqlite_set_give, s->set, err);
    if (status == WQL_OK) s->set = NULL;
    return status;
}

/* The end: all rows, or all that have a key. */
static wql_status finish(wql__sqlite_scan *s) {
    char line[400];
    s->done = true;
    if (!s->left_out) return WQL_END;
    (void)snprintf(line, sizeof line, "%.200s: rows left out: %llu, whose key is NULL or does not fit its type",
                   wql__sqlite_what(s), (unsigned long long)s->left_out);
    wql__sqlite_clean(line);
    wql_scan_log(s->scan, WQL_LOG_WARNING, line);
    wql_scan_count(s->scan, s->left_out < UINT32_MAX ? (uint32_t)s->left_out : UINT32_MAX, 0);
    return WQL_S_PARTIAL_RESULTS;
}

static wql_status fail_fill(wql__sqlite_scan *s, int code, wql_error *err) {
    s->done = true;
    if (code == SQLITE_NOMEM) return wql__sqlite_no_memory(err);
    return wql__sqlite_step_fail(s->m, s->connection, &s->step, code, err, wql__sqlite_what(s));
}

/* Rows into an empty set. *code as of fill; *status a failure that comes before there are rows. */
static wql_status read_batch(wql__sqlite_scan *s, int *code, wql_error *err) {
    uint32_t most = s->rows_most ? s->rows_most : FIRST_ROWS;
    s->rows_most = most < WQL__SQLITE_ROWS / GROWTH ? most * GROWTH : WQL__SQLITE_ROWS;
    if (most > s->left) most = (uint32_t)s->left;
    memset(&s->tally, 0, sizeof s->tally);
    s->rows = s->ticks = 0;
    s->hand_out = false;
    if (s->lane_count && !s->set) s->set = wql__sqlite_set_take(s->m, s->lanes, s->lane_count);
    if (s->lane_count && !s->set) return wql__sqlite_no_memory(err);
    *code = fill(s, most);
    if (*code != SQLITE_ROW && *code != SQLITE_DONE && !s->rows) return fail_fill(s, *code, err);
    return WQL_OK;
}

/* Rows that were read before a failure stay; it comes next. */
static void fail_later(wql__sqlite_scan *s, int code) {
    if (code == SQLITE_ROW || code == SQLITE_DONE) return;
    s->error.struct_size = (uint32_t)sizeof s->error;
    s->failed = fail_fill(s, code, &s->error);
}

static wql_status next_batch(wql__sqlite_scan *s, wql_error *err) {
    int code;
    wql_status status = read_batch(s, &code, err);
    if (status >= 0 && s->rows) status = emit(s, err);
    if (status < 0) return status;
    fail_later(s, code);
    if (s->failed < 0) return WQL_OK;
    if (s->left != UINT64_MAX) s->left -= s->rows;
    return code == SQLITE_DONE || !s->left ? finish(s) : WQL_OK;
}

/* -- a foreign key's class ------------------------------------------------------------------------------------------------- */

/* The path of one end of row `row`, whose keys are in columns from `first` on. */
static bool put_reference(wql__sqlite_scan *s, uint32_t property, const wql__sqlite_table *table, uint32_t first, uint32_t row) {
    uint32_t count = wql__sqlite_key_count(table);
    wql_value *keys = wql_scan_alloc(s->scan, count * sizeof *keys), path;
    if (!keys) return false;
    for (uint32_t i = 0; i < count; i++) keys[i] = wql_column_value(&s->set->columns[first + i], row);
    path = wql_scan_path(s->scan, table->class_name, keys, count);
    if (path.type == WQL_NULL) return false;
    wql_row_set(s->scan, property, path);
    return true;
}

static wql_status put_links(wql__sqlite_scan *s, wql_error *err) {
    const wql__sqlite_link *link = s->link;
    uint32_t parents = wql__sqlite_key_count(link->parent);
    for (uint32_t i = 0; i < s->lane_count; i++) wql__sqlite_set_column(s->set, i, &s->lanes[i], s->rows);
    while (s->link_at < s->rows) {
        uint32_t row = s->link_at++;
        if (wql_scan_wants(s->scan, WQL__SQLITE_ANTECEDENT) && !put_reference(s, WQL__SQLITE_ANTECEDENT, link->parent, 0, row))
            return wql__sqlite_no_memory(err);
        if (wql_scan_wants(s->scan, WQL__SQLITE_DEPENDENT) && !put_reference(s, WQL__SQLITE_DEPENDENT, link->child, parents, row))
            return wql__sqlite_no_memory(err);
        if (!wql_row_end(s->scan)) break;
    }
    return WQL_OK;
}

/* The rows of a set go out as fast as they are taken, then comes the next set. */
static wql_status next_links(wql__sqlite_scan *s, wql_error *err) {
    wql_status status;
    int code = SQLITE_ROW;
    if (s->link_at == s->rows) {
        if (s->set_through) return finish(s);
        if (s->set) wql__sqlite_set_give(s->set);
        s->set = NULL;
        s->link_at = 0;
        status = read_batch(s, &code, err);
        if (status < 0) return status;
        if (s->tally.repaired) wql_scan_count(s->scan, 0, s->tally.repaired);
        s->set_through = code == SQLITE_DONE;
        fail_later(s, code);
    }
    return s->rows ? put_links(s, err) : WQL_OK;
}

static wql_status next_count(wql__sqlite_scan *s, wql_error *err) {
    int code = step(s);
    int64_t count = code == SQLITE_ROW ? s->m->api.column_int64(s->stmt, 0) : 0;
    if (code != SQLITE_ROW) return fail_fill(s, code, err);
    if (count > 0) {
        wql_status status = wql_scan_emit(s->scan, (uint64_t)count, NULL, 0, NULL, NULL, err);
        if (status < 0) return status;
    }
    return finish(s);
}

wql_status wql__sqlite_next(wql_scan *scan, wql_error *err) {
    wql__sqlite_scan *s = scan->state;
    wql_status status = wql_scan_check(scan, NULL);
    if (status < 0) {
        s->done = true;
        return wql__sqlite_fail(err, status, "the call ended while %s of %s was read", wql__sqlite_what(s), s->m->shown);
    }
    if (s->failed < 0 && !(s->link && s->link_at < s->rows)) {
        wql__sqlite_copy_error(err, &s->error);
        return s->failed;
    }
    if (s->link && (!s->done || s->link_at < s->rows)) return next_links(s, err);
    if (s->done) return WQL_END;
    return s->counting ? next_count(s, err) : next_batch(s, err);
}
