/* SPDX-License-Identifier: MIT */
/* sqlite.h: the sqlite provider from the inside: tables and views of a database as classes.
 *
 *   api.c         SQLite's functions, found at run time
 *   errors.c      filling wql_error; what SQLite's result codes mean here
 *   memory.c      arenas on the mount's allocator, and pieces of SQL
 *   names.c       names that a query can say
 *   types.c       declared types -> kinds of columns
 *   schema.c      reading tables and columns; noticing that they changed
 *   keys.c        which columns are the key
 *   classes.c     tables -> class definitions
 *   links.c       foreign keys -> association classes
 *   link_query.c  a request for one of those -> SQL
 *   dates.c       ISO dates
 *   text.c        UTF-8: checked while it is copied, repaired
 *   buffers.c     sets of column buffers that travel to the engine and come back
 *   values.c      cells of SQLite -> cells of columns
 *   condition.c   one condition -> SQL, and how exact that is
 *   textual.c     conditions on texts
 *   query.c       a request -> SQL, answers and estimates
 *   pool.c        connections, and who waits for one
 *   statement.c   statements, snapshots, patience with locks, lent connections
 *   scan.c        open, close, interrupt
 *   rows.c        next: rows and batches
 *   provider.c    load, unload, plan, explain
 *
 * Locks of the database. A scan holds a read lock of SQLite's from its open to its close, also while its call is parked: in
 * rollback mode a writer waits for it, in WAL mode the log is not reset below it. All rows of a scan are of one moment. */
#ifndef WQL_SQLITE_SQLITE_H
#define WQL_SQLITE_SQLITE_H

#include "api.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum {
    WQL__SQLITE_CONNECTIONS = 8,         /* default of wql_sqlite.connections_max */
    WQL__SQLITE_CONNECTIONS_MOST = 1024,
    WQL__SQLITE_STATEMENTS = 4,          /* kept by each connection */
    WQL__SQLITE_ROWS = 1024,             /* of a batch */
    WQL__SQLITE_BYTES = 256 * 1024,      /* a batch ends with the row that reaches it */
    WQL__SQLITE_LIST_MOST = 500,         /* values of a list that goes down as such */
    WQL__SQLITE_BINDS_MOST = 900,        /* parameters of a statement */
    WQL__SQLITE_PATIENCE_MS = 5000       /* how long a lock is waited for without a deadline */
};

/* -- memory.c -------------------------------------------------------------------------------------------------------------- */

/* Memory that is freed at once. Not thread-safe. */
typedef struct wql__sqlite_arena {
    wql_mount *mount;
    struct wql__sqlite_chunk *chunks;
} wql__sqlite_arena;

/* 16-byte aligned, zeroed; NULL = no memory. */
void *wql__sqlite_take(wql__sqlite_arena *arena, size_t size);
/* The same for an array; NULL also where the size does not fit. */
void *wql__sqlite_take_array(wql__sqlite_arena *arena, size_t count, size_t size);
/* A copy with a NUL behind it. */
char *wql__sqlite_take_text(wql__sqlite_arena *arena, const char *text, size_t len);
void wql__sqlite_arena_free(wql__sqlite_arena *arena);

/* A parameter of a statement. */
typedef struct wql__sqlite_bind {
    uint8_t type; /* SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT */
    union {
        int64_t i64;
        double f64;
        wql_str text; /* lives in the request or in the arena */
    };
} wql__sqlite_bind;

/* SQL that is being put together. `dry`: nothing is written, parameters are only counted. `shown`: parameters are written out,
 * for a person. */
typedef struct wql__sqlite_sql {
    wql__sqlite_arena *arena;
    const char *alias; /* of the table in hand; NULL: t */
    char *text; /* always ends in NUL, unless dry */
    size_t len, room;
    wql__sqlite_bind *binds;
    uint32_t bind_count, bind_room;
    bool dry, shown, failed; /* failed: no memory; what follows is ignored */
} wql__sqlite_sql;

/* A place to come back to: what was appended after it can be taken back. */
typedef struct wql__sqlite_mark {
    size_t len;
    uint32_t bind_count;
} wql__sqlite_mark;

void wql__sqlite_put(wql__sqlite_sql *sql, const char *text);
void wql__sqlite_put_bytes(wql__sqlite_sql *sql, const char *text, size_t len);
void wql__sqlite_put_name(wql__sqlite_sql *sql, const char *name);         /* "name", quotes doubled */
void wql__sqlite_put_number(wql__sqlite_sql *sql, uint64_t number);
void wql__sqlite_put_literal(wql__sqlite_sql *sql, const char *text, size_t len); /* 'text', quotes doubled */
void wql__sqlite_put_i64(wql__sqlite_sql *sql, int64_t value);             /* parameters */
void wql__sqlite_put_f64(wql__sqlite_sql *sql, double value);
void wql__sqlite_put_text(wql__sqlite_sql *sql, wql_str text);
wql__sqlite_mark wql__sqlite_mark_sql(const wql__sqlite_sql *sql);
void wql__sqlite_cut_sql(wql__sqlite_sql *sql, wql__sqlite_mark mark);

/* -- what a mount knows ---------------------------------------------------------------------------------------------------- */

/* What the values of a column become. */
enum {
    WQL__SQLITE_BOOL, /* boolean: the integers 0 and 1 */
    WQL__SQLITE_INT,  /* sint64: integers */
    WQL__SQLITE_UINT, /* uint64: integers from 0 */
    WQL__SQLITE_TEXT, /* string: texts, and numbers as SQLite prints them */
    WQL__SQLITE_BLOB, /* uint8[]: blobs */
    WQL__SQLITE_REAL, /* real64: reals, and integers that are exactly a real */
    WQL__SQLITE_TIME  /* datetime: ISO texts */
};

typedef struct wql__sqlite_column {
    const char *name;     /* the database's own; NULL: the rowid */
    const char *property; /* in the class */
    const char *declared; /* its type, as declared */
    uint32_t place;       /* from 1 in the primary key; 0: not in it */
    uint8_t kind;
    bool not_null;        /* SQLite sees to it */
    bool exact;           /* of a STRICT table: no values but those of the kind, and NULL */
    bool affine;          /* SQLite converts what is stored. TEXT: no numbers; REAL: no integers */
    bool key;             /* WQL_KEY */
    bool sure;            /* an integer key of SQLite's own: never NULL, always fits */
    bool indexed;         /* leads an index in byte order */
    bool renamed;         /* name and property differ */
} wql__sqlite_column;

enum { WQL__SQLITE_TABLE, WQL__SQLITE_VIEW, WQL__SQLITE_VIRTUAL };

typedef struct wql__sqlite_table {
    const char *name, *class_name;
    const char *rowid;    /* by which name the rowid can be asked for; NULL: there is none */
    uint8_t form;         /* WQL__SQLITE_TABLE ... */
    bool strict, without_rowid;
    bool renamed;
    bool compound;        /* a view that is put together with UNION and the like, or may be */
    uint32_t column_count;
    wql__sqlite_column *columns; /* by property number */
    double rows;          /* estimate; -1: none */
    int64_t mounted;         /* version of the schema when it was read */
    _Atomic int64_t version; /* and that in which all of this was last found to be true */
} wql__sqlite_table;

/* A foreign key: the association of a table, the dependent, with the antecedent. */
enum { WQL__SQLITE_ANTECEDENT, WQL__SQLITE_DEPENDENT }; /* numbers of its properties */

typedef struct wql__sqlite_pair {
    const wql__sqlite_column *from, *to; /* of the child and of the parent */
} wql__sqlite_pair;

typedef struct wql__sqlite_link {
    const char *class_name;
    wql__sqlite_table *child, *parent;
    uint32_t column_count;
    const wql__sqlite_pair *pairs;
} wql__sqlite_link;

typedef struct wql__sqlite_statement {
    char *sql; /* NULL: an empty place */
    size_t size;
    sqlite3_stmt *stmt;
    uint64_t used; /* when, in uses of the connection */
} wql__sqlite_statement;

typedef struct wql__sqlite_connection {
    sqlite3 *db;           /* NULL: not open */
    sqlite3_stmt *version; /* PRAGMA schema_version */
    bool busy;             /* a scan has it. This one is guarded by the mount's lock, the others by having the connection */
    bool lent;
    uint64_t uses;
    wql__sqlite_statement statements[WQL__SQLITE_STATEMENTS];
} wql__sqlite_connection;

typedef struct wql__sqlite_scan wql__sqlite_scan;
typedef struct wql__sqlite_set wql__sqlite_set;

typedef struct wql__sqlite_mount {
    wql_mount *mount;
    wql__sqlite_api api;
    wql__sqlite_arena arena;   /* of the tables */
    const char *shown;         /* the file as the caller named it, for messages */
    const char *path;          /* the file, absolute; NULL: the connection was lent */
    uint32_t flags;            /* WQL_SQLITE_WRITABLE */
    uint32_t table_count;
    wql__sqlite_table *tables; /* by class index */
    uint32_t link_count;
    wql__sqlite_link *links;   /* by class index, behind the tables */
    uint32_t connections_max, zero;
    wql__sqlite_connection *connections; /* connections_max of them */

    pthread_mutex_t lock;      /* guards the rest; held for moments only */
    pthread_cond_t changed;    /* on the monotonic clock: a scan was interrupted */
    wql_waker *waiting;        /* opens that found no connection */
    uint32_t waiting_count, waiting_room;
    wql__sqlite_scan *scans;   /* open or being opened */
    wql__sqlite_set *sets;     /* buffers to be used again */
    uint32_t set_count;
} wql__sqlite_mount;

/* -- errors.c -------------------------------------------------------------------------------------------------------------- */

/* Fills `err` (may be NULL) as far as it reaches, and returns `status`. What is not fit for a message in arguments becomes '?'. */
wql_status wql__sqlite_fail(wql_error *err, wql_status status, const char *format, ...) WQL_PRINTF(3, 4);
wql_status wql__sqlite_no_memory(wql_error *err);
/* Copies a full error as far as the other reaches. `to` may be NULL. */
void wql__sqlite_copy_error(wql_error *to, const wql_error *from);
/* A failure of SQLite's: "what: SQLite's own words". db may be NULL. */
wql_status wql__sqlite_fail_code(const wql__sqlite_api *api, sqlite3 *db, int code, wql_error *err, const char *format, ...)
    WQL_PRINTF(5, 6);
/* A line for the log. */
void wql__sqlite_log(const wql__sqlite_mount *m, int level, const char *format, ...) WQL_PRINTF(3, 4);
/* Makes bytes fit for a message, in place: one line of UTF-8. */
void wql__sqlite_clean(char *text);

/* -- names.c --------------------------------------------------------------------------------------------------------------- */

/* Names given so far, for finding clashes. */
typedef struct wql__sqlite_names {
    const char **names;
    uint32_t *hashes;
    uint32_t count, room;
} wql__sqlite_names;

/* Room for `count` names. False = no memory. */
bool wql__sqlite_names_init(wql__sqlite_names *names, wql__sqlite_arena *arena, uint32_t count);
/* Whether a query can say the name as it is. */
bool wql__sqlite_name_is_plain(const char *name);
/* The name, made sayable and different from all given so far, and given with this. NULL = no memory. */
const char *wql__sqlite_name_give(wql__sqlite_names *names, wql__sqlite_arena *arena, const char *name);

/* -- types.c --------------------------------------------------------------------------------------------------------------- */

/* Sets kind, exact and affine from `declared` and the table. */
void wql__sqlite_type_column(const wql__sqlite_table *table, wql__sqlite_column *column);
/* CIM type of a kind. */
uint32_t wql__sqlite_cim_type(uint8_t kind);

/* -- schema.c, keys.c, classes.c ------------------------------------------------------------------------------------------- */

/* Reads all tables and views into m->tables, without names of classes and properties. `scratch` is freed after loading. */
wql_status wql__sqlite_read_schema(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_arena *scratch,
                                   wql_error *err);
/* Whether what the mount knows of the table is still true of the columns in `needed` (one bit each), in schema `version`.
 * WQL_OK; WQL_E_PROVIDER_FAILURE: the error says what changed. */
wql_status wql__sqlite_verify(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_table *table, int64_t version,
                              const uint64_t *needed, wql_error *err);
/* Decides the key; may append the rowid to the columns, for which there is room. */
wql_status wql__sqlite_choose_key(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_table *table,
                                  wql_error *err);
/* Reads all foreign keys into m->links, once the tables have their keys. */
wql_status wql__sqlite_read_links(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_arena *scratch,
                                  wql_error *err);
/* Names for their classes; their definitions. False = no memory. */
bool wql__sqlite_name_links(wql__sqlite_mount *m, wql__sqlite_names *names, wql__sqlite_arena *scratch);
bool wql__sqlite_define_link(const wql__sqlite_link *link, wql__sqlite_arena *arena, wql_class_def *out);
/* The link that is the class of that index; NULL: it is a table's. */
static inline const wql__sqlite_link *wql__sqlite_find_link(const wql__sqlite_mount *m, uint32_t class_index) {
    return class_index < m->table_count ? NULL : &m->links[class_index - m->table_count];
}
/* Names of SQLite's are the same if they differ in the case of ASCII letters only. */
bool wql__sqlite_is_same(const char *a, const char *b);
/* Gives names and declares the classes. */
wql_status wql__sqlite_define(wql__sqlite_mount *m, wql__sqlite_arena *scratch, wql_error *err);
/* Appends `t."column"`, as statements name it. */
void wql__sqlite_put_column(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column);

/* -- dates.c, text.c ------------------------------------------------------------------------------------------------------- */

/* An ISO 8601 date (yyyy-mm-dd), perhaps with a time behind `T` or a blank (HH:MM, HH:MM:SS, fractions), perhaps with an offset
 * (Z, +HH:MM, +HHMM, +HH); none is UTC. *cut: there were digits below the microsecond. False: the text is no such thing. */
bool wql__sqlite_parse_date(const char *text, size_t len, int64_t *us, int16_t *offset_min, bool *cut);
/* The ten characters of the UTC day that lies `days` after that of `us`. False: not in the years 0001 to 9999. */
bool wql__sqlite_print_day(int64_t us, int days, char out[10]);

/* Copies; whether all is ASCII. `to` has 8 bytes of room behind. */
bool wql__sqlite_copy_text(char *to, const char *from, size_t len);
/* Offset of the first byte that is not well-formed UTF-8, or len. */
size_t wql__sqlite_check_text(const char *text, size_t len);
/* Copies with U+FFFD for each maximal ill-formed part. `to` NULL only measures. Returns the length. */
size_t wql__sqlite_repair_text(char *to, const char *from, size_t len);

/* -- buffers.c, values.c --------------------------------------------------------------------------------------------------- */

/* One column that is read. */
typedef struct wql__sqlite_lane {
    uint32_t property;
    uint8_t kind;
    bool key;
    bool sure; /* as of the column: it need not be asked what it is */
} wql__sqlite_lane;

/* What is counted while rows are read. */
typedef struct wql__sqlite_tally {
    uint32_t nulled, repaired;
    size_t bytes;
} wql__sqlite_tally;

/* One column of a batch that is being filled. */
typedef struct wql__sqlite_buffer {
    char *block;          /* validity, then values or offsets */
    char *bytes;          /* TEXT, BLOB */
    size_t room;          /* of bytes */
    wql_time_extra *extra; /* TIME */
    bool has_null, has_offset;
    wql_column child;     /* BLOB: the items */
} wql__sqlite_buffer;

/* Buffers of one batch. With the scan, with the engine, or in the mount's list. */
struct wql__sqlite_set {
    wql__sqlite_set *next;
    wql__sqlite_mount *mount;
    uint32_t column_room;
    wql__sqlite_buffer *buffers;
    wql_column *columns;
};

static inline uint8_t *wql__sqlite_validity(const wql__sqlite_buffer *buffer) { return (uint8_t *)buffer->block; }
static inline void *wql__sqlite_values(const wql__sqlite_buffer *buffer) { return buffer->block + WQL__SQLITE_ROWS / 8; }
static inline int32_t *wql__sqlite_offsets(const wql__sqlite_buffer *buffer) {
    return (int32_t *)(void *)(buffer->block + WQL__SQLITE_ROWS / 8);
}

/* A set with `count` columns of these kinds, empty. NULL = no memory. */
wql__sqlite_set *wql__sqlite_set_take(wql__sqlite_mount *m, const wql__sqlite_lane *lanes, uint32_t count);
/* Gives a set back: the release callback of batches. */
void wql__sqlite_set_give(void *set);
void wql__sqlite_sets_free(wql__sqlite_mount *m);
/* Room for `size` bytes and 8 more; what is there stays. False = no memory. */
bool wql__sqlite_buffer_grow(wql__sqlite_mount *m, wql__sqlite_buffer *buffer, size_t size);
/* The buffer as a column of `rows` rows. */
void wql__sqlite_set_column(wql__sqlite_set *set, uint32_t index, const wql__sqlite_lane *lane, uint32_t rows);

/* What became of a row. */
enum {
    WQL__SQLITE_ROW_READ,
    WQL__SQLITE_ROW_LEFT_OUT, /* a key was NULL, or did not fit */
    WQL__SQLITE_ROW_FULL,     /* the batch has no room for it any more; never the first one */
    WQL__SQLITE_ROW_MEMORY    /* no memory */
};

/* Reads the row that a statement stands on into place `row` of a set. Counts what became NULL or was repaired, and the bytes of
 * texts and blobs. */
int wql__sqlite_read_row(wql__sqlite_mount *m, wql__sqlite_set *set, const wql__sqlite_lane *lanes, uint32_t count, uint32_t row,
                         sqlite3_stmt *stmt, wql__sqlite_tally *tally);

/* -- condition.c, textual.c, query.c --------------------------------------------------------------------------------------- */

/* Appends what a condition is in SQL, without AND, and says how much that promises (WQL_NONE: nothing is appended). */
uint8_t wql__sqlite_condition(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql_conjunct *conjunct);
uint8_t wql__sqlite_text_condition(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column,
                                   const wql_conjunct *conjunct);
/* Whether a table is rather read than searched for a text. */
bool wql__sqlite_is_small(const wql__sqlite_table *table);
const char *wql__sqlite_operator(uint16_t op); /* of EQ ... GE */
/* Appends a column to be compared: without an affinity where those of a view are not settled. */
void wql__sqlite_put_operand(wql__sqlite_sql *sql, const wql__sqlite_table *table, const wql__sqlite_column *column);
/* Whether conditions on a view must be kept outside of it; see query.c. */
bool wql__sqlite_is_shielded(const wql__sqlite_table *table);

/* What a statement turned out to be. */
typedef struct wql__sqlite_built {
    bool counting; /* it counts */
    bool exact;    /* every condition holds for all that comes */
} wql__sqlite_built;

/* Fills an answer. */
void wql__sqlite_plan(const wql__sqlite_mount *m, const wql_request *request, wql_answer *answer);
/* Puts the SELECT together. `take`: what is promised of each condition, lowered where the values do not allow as much.
 * */
void wql__sqlite_build(wql__sqlite_sql *sql, const wql__sqlite_mount *m, const wql_request *request, uint8_t *take,
                       wql__sqlite_built *built);

/* The same for a foreign key: its SELECT brings the keys of the antecedent, then those of the dependent. scan NULL: for a person. */
void wql__sqlite_plan_link(const wql__sqlite_mount *m, const wql_request *request, wql_answer *answer);
void wql__sqlite_build_link(wql__sqlite_sql *sql, const wql__sqlite_mount *m, const wql_request *request, wql_scan *scan);
uint32_t wql__sqlite_key_count(const wql__sqlite_table *table);

/* -- pool.c, statement.c --------------------------------------------------------------------------------------------------- */

wql_status wql__sqlite_pool_init(wql__sqlite_mount *m, wql_error *err);
/* Lends a connection, opening one if that may be: WQL_OK; WQL_S_PENDING: all are in use, `scan`'s waker is stored; or a failure.
 * scan NULL (in load): there is always one. */
wql_status wql__sqlite_pool_take(wql__sqlite_mount *m, wql_scan *scan, wql__sqlite_connection **out, wql_error *err);
/* Takes it back, and wakes who waits. */
void wql__sqlite_pool_give(wql__sqlite_mount *m, wql__sqlite_connection *connection);
/* Closes all connections. */
void wql__sqlite_pool_free(wql__sqlite_mount *m);

/* Who is stepping: where patience with locks ends, and whether an interrupt may come. All zero: in load. */
typedef struct wql__sqlite_step {
    wql_scan *scan;
    int64_t waited_from; /* us; 0: no lock was met */
    bool inside;         /* guarded by the mount's lock: a lent connection is inside a function of SQLite's on our behalf */
    bool stopped;        /* guarded by the mount's lock: interrupt was called */
    wql_status ended;    /* why our progress handler stopped the step */
} wql__sqlite_step;

/* sqlite3_prepare_v3 and sqlite3_step, with patience while the database is locked (a step only if nothing has come of the
 * statement yet, as `first` says), and open to interrupts. Return SQLite's code. */
int wql__sqlite_prepare(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, const char *text,
                        size_t len, bool keep, sqlite3_stmt **out);
int wql__sqlite_step_on(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, sqlite3_stmt *stmt,
                        bool first);
/* What such a code means to the call: its own end, a lock that did not go away, or a failure of SQLite's. */
wql_status wql__sqlite_step_fail(wql__sqlite_mount *m, wql__sqlite_connection *connection, const wql__sqlite_step *step, int code,
                                 wql_error *err, const char *what);

/* Begins to read: from here to the end the connection sees one moment of the database. */
wql_status wql__sqlite_begin(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step, int64_t *version,
                             wql_error *err);
void wql__sqlite_end(wql__sqlite_mount *m, wql__sqlite_connection *connection);
/* A statement for `sql` with its parameters, kept from an earlier scan or new; and back. `what` is named in the error. */
wql_status wql__sqlite_statement_take(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_step *step,
                                      const wql__sqlite_sql *sql, const char *what, sqlite3_stmt **out, wql_error *err);
void wql__sqlite_statement_give(wql__sqlite_mount *m, wql__sqlite_connection *connection, sqlite3_stmt *stmt);
int64_t wql__sqlite_now_us(void);

/* -- scan.c, rows.c -------------------------------------------------------------------------------------------------------- */

wql_status wql__sqlite_open(wql_scan *scan, wql_error *err);
wql_status wql__sqlite_next(wql_scan *scan, wql_error *err);
void wql__sqlite_close(wql_scan *scan);
void wql__sqlite_interrupt(wql_scan *scan);

#endif
