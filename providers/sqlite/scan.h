/* SPDX-License-Identifier: MIT */
/* scan.h: a running scan, as scan.c and rows.c know it. */
#ifndef WQL_SQLITE_SCAN_H
#define WQL_SQLITE_SCAN_H

#include "sqlite.h"

struct wql__sqlite_scan {
    wql__sqlite_scan *next; /* in the mount's list */
    wql__sqlite_mount *m;
    wql_scan *scan;
    wql__sqlite_table *table;
    const wql__sqlite_link *link; /* it is that of this foreign key; NULL: the table's own */
    uint32_t link_at;             /* rows of the set that are out */
    bool set_through;             /* of a link: the set has the last rows */
    wql__sqlite_connection *connection;
    sqlite3_stmt *stmt;
    wql__sqlite_arena arena;
    wql__sqlite_step step;
    uint32_t lane_count;
    wql__sqlite_lane *lanes;
    bool counting;          /* the statement counts */
    bool started, done;
    bool waiting_row;       /* the statement stands on a row that had no room in the last batch */
    bool hand_out;          /* the rows in hand are old */
    uint32_t rows_most;     /* of the next batch */
    uint32_t ticks;         /* of the progress handler, since the last row */
    wql__sqlite_set *set;   /* being filled; NULL: none */
    uint32_t rows;          /* in it */
    wql__sqlite_tally tally;
    int64_t first_us;       /* when the batch's first row came */
    uint64_t left;          /* rows of the limit; UINT64_MAX: none */
    uint64_t left_out;      /* rows without a key */
    wql_status failed;      /* to be reported by the next call: there were rows to be handed out before */
    wql_error error;
};

/* For messages. */
static inline const char *wql__sqlite_what(const wql__sqlite_scan *s) { return s->table->name; }
/* The progress handler of our own connections. */
int wql__sqlite_on_progress(void *scan);

#endif
