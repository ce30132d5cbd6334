/* SPDX-License-Identifier: MIT */
/* memory.h: the memory provider from the inside.
 *
 *   check.c    the caller's columns: is their shape right, and reading one cell without trusting them
 *   store.c    wql_memory: versions, each the caller's columns and behind them chunks of appended rows
 *   append.c   writing rows into chunks
 *   chunk.c    rows of a chunk as columns of the class: as they lie there, or copied and narrowed
 *   shape.c    what a mount knows of its classes
 *   provider.c load, plan, explain, unload
 *   scan.c     open, next, close */
#ifndef WQL_MEMORY_H
#define WQL_MEMORY_H

#include <wql/provider.h>

#include <pthread.h>
#include <stdatomic.h>

enum { WQL__MEMORY_CHUNK_ROWS = 1024, WQL__MEMORY_CHUNK_BYTES = INT32_MAX };

typedef void *(*wql__memory_alloc)(void *user, void *ptr, size_t old_size, size_t new_size);

/* How the cells of one appended column are kept. */
enum {
    WQL__MEMORY_UNKNOWN,  /* only NULLs so far */
    WQL__MEMORY_SIGNED,   /* int64 */
    WQL__MEMORY_UNSIGNED, /* uint64 */
    WQL__MEMORY_REAL,     /* double */
    WQL__MEMORY_BOOLEAN,  /* bits */
    WQL__MEMORY_TEXT,     /* offsets and bytes */
    WQL__MEMORY_TIME,     /* int64 and wql_time_extra */
    WQL__MEMORY_INTERVAL, /* the same */
    WQL__MEMORY_OTHER     /* an array or object of the caller's columns: appended cells can only be NULL */
};

/* One column of a chunk. No block: NULL throughout. */
typedef struct wql__memory_cells {
    char *block;   /* validity, then values or offsets, then extra: see wql__memory_values */
    char *bytes;   /* TEXT; moves as it grows */
    uint32_t room; /* of bytes; what is used is the last offset */
    uint8_t kind;
    bool solid; /* of a sealed chunk: no cell is NULL */
} wql__memory_cells;

/* Appended rows. Rows that were published never change; but while a chunk is not sealed, bytes that they share with later rows
 * do, and its texts may move: it is read under the table's lock then. */
typedef struct wql__memory_chunk {
    struct wql__memory_chunk *next;
    uint64_t serial; /* of its buffer ids */
    uint32_t rows, width;
    bool sealed; /* nothing will change any more */
    wql__memory_cells cells[];
} wql__memory_chunk;

/* One state of a table that can change: the caller's columns, then chunks. Replaced as a whole; appending and publishing add rows
 * to it. Counted: the table, scans and emitted batches keep it. All but `refs` is guarded by the table's lock; what a scan saw at
 * its opening is read without it, but for the chunk that is not sealed. */
typedef struct wql__memory_version {
    _Atomic uint32_t refs;
    uint32_t column_count;
    uint64_t rows, capacity;            /* of the caller's columns */
    bool grows;                         /* not all rows were shown at first */
    uint64_t serial, dictionary_serial; /* of buffer ids: of what was shown last; of dictionaries */
    wql_column *columns;
    void (*release)(void *ctx);
    void *ctx;
    wql__memory_alloc alloc;
    void *alloc_user;
    wql__memory_chunk *first, *last;
    uint64_t appended;
    uint32_t width; /* of appended rows; 0: none yet */
    uint8_t *kinds; /* width */
} wql__memory_version;

struct wql_memory {
    _Atomic uint32_t refs; /* who opened it, and each mount */
    pthread_mutex_t lock;
    wql__memory_alloc alloc;
    void *alloc_user;
    wql__memory_version *version;
    uint64_t serial; /* the next to give away */
};

/* A property of a flattened class. */
typedef struct wql__memory_property {
    uint32_t type, flags;
} wql__memory_property;

/* One class of a mount. */
typedef struct wql__memory_table {
    char *name;
    size_t name_size;
    uint32_t index;
    bool known; /* all properties are known: no superclass of another mount is involved */
    uint32_t property_count, property_room;
    wql__memory_property *properties;
    uint32_t column_count;
    uint64_t rows;
    wql_column *columns;             /* with buffer ids */
    wql_memory *memory;              /* retained; NULL: rows and columns */
    uint8_t take[16], open_take[16]; /* open_take: already the lower of both */
    uint32_t batch_rows, first_rows, parts; /* first_rows: of a scan's first batch */
} wql__memory_table;

typedef struct wql__memory_mount {
    wql_mount *mount;
    uint32_t table_count, zero;
    wql__memory_table tables[];
} wql__memory_mount;

/* What a scan brings of one property, or looks at. */
typedef struct wql__memory_lane {
    uint32_t property;
    uint32_t column; /* among the caller's, or WQL_NO_COLUMN */
    uint32_t cell;   /* among the appended, or WQL_NO_COLUMN */
    uint16_t type;   /* of the property; WQL_NULL: not known */
    uint8_t kind;    /* of the appended cells */
    bool interval;   /* its datetimes are intervals */
    bool wanted;
    bool whole; /* goes out as a column only: an array, an object, or nobody knows whether intervals */
} wql__memory_lane;

/* Memory that batches share: bitmaps that were moved, cells that were narrowed. Keeps what else they point to. */
typedef struct wql__memory_hold {
    _Atomic uint32_t refs;
    uint32_t zero;
    size_t size;
    wql_mount *mount;
    wql__memory_version *version;    /* retained, or NULL */
    struct wql__memory_hold *parent; /* retained, or NULL */
} wql__memory_hold;

/* -- check.c ----------------------------------------------------------------------------------------------------- */

/* Fills `err` (as far as it reaches; may be NULL) and returns `status`. */
wql_status wql__memory_fail(wql_error *err, wql_status status, const char *format, ...) WQL_PRINTF(3, 4);
bool wql__memory_text_ok(const char *ptr, size_t len);
/* Whether a struct that is larger than this version's has only zeros in the rest. */
bool wql__memory_tail_ok(const void *sized, size_t known);
/* Bytes of one WQL_FIXED element; 0: the type has another layout, or is none. */
uint32_t wql__memory_type_size(uint32_t type);
/* "uint32", "string array" ... into `buf`, which is returned. */
const char *wql__memory_type_name(uint32_t type, char buf[32]);
/* Whether columns of `rows` rows have a shape that can be served. `what` names the table in messages. */
wql_status wql__memory_check_columns(const char *what, const wql_column *columns, uint32_t count, uint64_t rows, wql_error *err);
/* One cell (an array has no items), not trusting offsets, codes or bytes. NULL, or why it cannot be read. */
const char *wql__memory_cell(const wql_column *column, uint64_t row, wql_value *out);
bool wql__memory_bit(const void *bits, uint64_t bit);
/* Copies `count` bits from bit `first` on to bit 0 on; the rest of the last byte becomes 0. */
void wql__memory_copy_bits(uint8_t *to, const void *from, uint64_t first, uint32_t count);

/* -- store.c, append.c ------------------------------------------------------------------------------------------- */

void wql__memory_retain(wql_memory *memory);
void wql__memory_release(wql_memory *memory);
wql__memory_version *wql__memory_version_retain(wql__memory_version *version);
void wql__memory_version_release(void *version);
uint64_t wql__memory_row_count(wql_memory *memory);

void wql__memory_chunk_free(const wql__memory_version *version, wql__memory_chunk *chunk);

/* The parts of a block. */
uint8_t *wql__memory_validity(const wql__memory_cells *cells);
void *wql__memory_values(const wql__memory_cells *cells);
int32_t *wql__memory_offsets(const wql__memory_cells *cells);
wql_time_extra *wql__memory_extra(const wql__memory_cells *cells);

/* -- chunk.c ----------------------------------------------------------------------------------------------------- */

void wql__memory_hold_release(void *hold);
wql__memory_hold *wql__memory_hold_new(wql_mount *mount, size_t size, wql__memory_version *version, wql__memory_hold *parent);
char *wql__memory_hold_bytes(wql__memory_hold *hold); /* 16-byte aligned */

/* Whether cells of that kind can be values of a property of that type. */
bool wql__memory_kind_fits(uint8_t kind, uint32_t type, bool interval);
/* A request for rows first..first+count of a chunk: a column for each lane (layout 0: NULL throughout), and in `firsts` which row
 * of it is the first one. Cells that have the property's type are pointed to; others are narrowed into a new hold, where what
 * does not fit becomes NULL and is counted. */
typedef struct wql__memory_rows {
    wql_mount *mount;
    wql__memory_version *version;
    const wql__memory_chunk *chunk;
    uint32_t first, count;
    const wql__memory_lane *lanes;
    uint32_t lane_count;
    uint32_t nulled;        /* [out] */
    uint64_t first_id;      /* buffer id of cell 0; 0: none */
    pthread_mutex_t *lock;  /* the chunk is not sealed: all is copied, under this lock */
    wql_column *columns;    /* [out] [lane_count] */
    uint64_t *firsts;       /* [out] [lane_count] */
    wql__memory_hold *hold; /* [out] what was copied; NULL: nothing */
} wql__memory_rows;
bool wql__memory_chunk_rows(wql__memory_rows *rows); /* false = no memory */

/* -- shape.c ----------------------------------------------------------------------------------------------------- */

/* Fills `known` and the properties of class table->index of the mount's definitions. False = no memory. */
bool wql__memory_shape(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql__memory_table *table);
void wql__memory_shape_free(wql_mount *mount, wql__memory_table *table);

/* -- provider.c -------------------------------------------------------------------------------------------------- */

/* Whether columns are those of the class, as far as it is known. */
wql_status wql__memory_check_class(const wql__memory_table *table, const wql_column *columns, uint32_t count, wql_error *err);

/* -- scan.c ------------------------------------------------------------------------------------------------------ */

/* What may be answered for a condition, `take` being what the table says. */
uint8_t wql__memory_take(const wql__memory_table *table, const wql_conjunct *conjunct, const uint8_t take[16]);
/* The id of buffers with that serial; 0: the numbers are used up, they are checked in each batch. */
uint64_t wql__memory_buffer_id(const wql__memory_table *table, uint64_t serial);
wql_status wql__memory_scan_open(wql_scan *scan, wql_error *err);
wql_status wql__memory_scan_next(wql_scan *scan, wql_error *err);
void wql__memory_scan_close(wql_scan *scan);

#endif
