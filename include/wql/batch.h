/* SPDX-License-Identifier: MIT */
/* batch.h: rows of one class, in columns. What a sink receives, what a pulled call hands out, and how an object travels: an
 * object by itself is a batch of one row.
 *
 * A batch is immutable and dense, has 1 to 2,048 rows of exactly one class, and lives until its last reference is released, on
 * whatever thread, after its call, session and engine if need be. Its memory follows Arrow's columnar rules with one
 * simplification: there is no offset anywhere. Bit r, element r and view r belong to row r. */
#ifndef WQL_BATCH_H
#define WQL_BATCH_H

#include "schema.h"

WQL_BEGIN

enum { WQL_BATCH_ROWS_MAX = 2048 };

/* How a column's values lie in memory. */
enum {
    WQL_FIXED = 1, /* values: an array of the type's C width (sint8..uint64, float, double, uint16 char16, int64 us datetime) */
    WQL_BITS,      /* values: bits, LSB first; booleans, always */
    WQL_OFFSETS,   /* offsets: rows+1 int32, ascending, from offsets[0]; text r is bytes[offsets[r]] to bytes[offsets[r+1]] */
    WQL_VIEWS,     /* values: wql_view, rows of them; buffers, buffer_sizes, buffer_count */
    WQL_CODES,     /* values: int32, each the row of its text in `child`; buffer_id names the dictionary */
    WQL_LIST,      /* offsets: rows+1 int32 into `child`, which has child_rows values of the item type */
    WQL_OBJECTS    /* values: wql_ref, rows of them, into `objects` */
};

/* A text of WQL_VIEWS, 16 bytes: up to 12 bytes lie inside, a longer one keeps its first four and where the whole is. */
typedef struct wql_view {
    uint32_t len; /* bytes */
    union {
        char inlined[12];
        struct {
            char prefix[4];
            uint32_t buffer; /* index into buffers */
            uint32_t offset; /* bytes */
        } ref;
    } as;
} wql_view;

/* An embedded object: row `row` of objects[batch]. */
typedef struct wql_ref {
    uint32_t batch, row;
} wql_ref;

/* What a datetime column adds to its instants, one per row in `extra`. */
typedef struct wql_time_extra {
    int16_t offset_min; /* as in wql_datetime */
    uint8_t wild, zero;
} wql_time_extra;

/* One column. Frozen. The same struct goes in (a provider's columns, the memory provider's tables) and comes out.
 * Buffers need the natural alignment of their elements, no padding behind them; those the library makes are 64-byte aligned. */
typedef struct wql_column {
    const char *name;        /* out: the property's name. In: may be NULL */
    uint32_t property;       /* the property's number in the class; WQL_NO_COLUMN for a system property */
    uint16_t type;           /* CIM type, perhaps | WQL_ARRAY */
    uint8_t layout;          /* WQL_FIXED ... WQL_OBJECTS */
    uint8_t flags;           /* must be 0 */
    const uint8_t *validity; /* bit r, LSB first: 1 = row r has a value; NULL = all have. Below a NULL the values are undefined
                              * but readable, and offsets still ascend */
    const void *values;
    const void *extra; /* datetime: wql_time_extra per row, or NULL: all at UTC, none wild */
    const int32_t *offsets;
    const char *bytes;          /* WQL_OFFSETS: UTF-8 */
    const char *const *buffers; /* WQL_VIEWS: UTF-8 */
    uint64_t bytes_size;        /* size of bytes */
    const int64_t *buffer_sizes;
    uint32_t buffer_count, object_count;
    const wql_batch *const *objects; /* WQL_OBJECTS */
    const struct wql_column *child;  /* WQL_CODES: the dictionary; WQL_LIST: the items */
    uint64_t child_rows;
    uint64_t buffer_id; /* not 0: these buffers never change while this number is in use, so what was checked or computed of them
                         * once need not be again; a slice keeps the number. WQL_CODES: the number of the dictionary.
                         * 0: checked in each batch. Numbers are the provider's own, unique within its mount. */
} wql_column;

/* Rows (1 to 2,048), columns, and the one class of all rows. The class is borrowed and lives with the batch; within one call the
 * same class is the same pointer. NULL gives 0, 0, NULL. Thread-safety: free, callback-safe, as all functions here. */
WQL_API uint32_t wql_batch_rows(const wql_batch *batch);
WQL_API uint32_t wql_batch_width(const wql_batch *batch);
WQL_API const wql_class *wql_batch_class(const wql_batch *batch);

/* Column `index`, in the order of the SELECT list, or of the class for `*`. Borrowed; lives with the batch. NULL past the end. */
WQL_API const wql_column *wql_batch_column(const wql_batch *batch, uint32_t index);

/* The column of that name, without regard to case, or WQL_NO_COLUMN. */
WQL_API uint32_t wql_batch_find(const wql_batch *batch, const char *name);

/* One cell by name, system properties too (__CLASS, __PATH ...): these are computed from the class and the keys, and the path
 * ones are NULL where the keys were not read (neither selected nor asked for with WQL_ENSURE_LOCATABLE), as in WMI.
 * @param out  [out] a view; lives with the batch
 * Returns WQL_OK (a NULL is a value too); WQL_E_NOT_FOUND: not in this result; WQL_E_INVALID_PARAMETER (NULL, row out of range);
 * WQL_E_OUT_OF_MEMORY (a path had no room). */
WQL_API wql_status wql_batch_value(const wql_batch *batch, uint32_t row, const char *name, wql_value *out);

/* The class that a row of a schema result (SELECT * FROM META_CLASS, or WQL_PROTOTYPE) stands for.
 * Borrowed: it lives with the batch; retain it to
 * keep it longer. NULL in every other batch, and past the end.
 * Such a batch is of the class `meta_class`, whose properties are the system properties: __GENUS (1), __CLASS, __SUPERCLASS,
 * __DYNASTY, __RELPATH, __PROPERTY_COUNT, __DERIVATION, __SERVER, __NAMESPACE and __PATH of the row's class are columns, and
 * wql_batch_value finds them all even where WQL_KEYS_ONLY left __CLASS alone. */
WQL_API const wql_class *wql_batch_definition(const wql_batch *batch, uint32_t row);

/* Writes a row as MOF (docs/mof.md): `instance of Class { ... };` with the columns of the result, system properties left out; of a
 * schema result, the class that the row stands for (wql_class_mof). NULL is written where the class has a default, which the text
 * would bring back otherwise. A value for which MOF has no literal (a real that is not finite, a datetime beyond CIM's range) is
 * written as NULL with a comment that says so.
 * @param buf   [out] receives at most size-1 bytes and a NUL, cut on a character; may be NULL if size is 0
 * Returns the length of the whole text in bytes, as snprintf does; 0 for a NULL argument, and past the end. Thread-safety: free,
 * callback-safe. */
WQL_API size_t wql_batch_mof(const wql_batch *batch, uint32_t row, char *buf, size_t size);

/* One more, one less reference; never a copy. A retained batch keeps its provider's memory (and a plug-in loaded) and counts
 * against memory_max. Both accept NULL. */
WQL_API wql_batch *wql_batch_retain(const wql_batch *batch);
WQL_API void wql_batch_release(wql_batch *batch);

/* A batch of `rows` rows from `first` that owns its bytes; one row is an object by itself.
 * @param out  [out] release it
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (NULL, no rows, beyond the end); WQL_E_OUT_OF_MEMORY; WQL_E_QUOTA_VIOLATION
 * (memory_max). */
WQL_API wql_status wql_batch_copy(const wql_batch *batch, uint32_t first, uint32_t rows, wql_batch **out);

/* -- reading a column, one row at a time; `row` must be below the number of rows --------------------------------- */

static inline bool wql_column_is_null(const wql_column *col, uint32_t row) {
    return col->validity != NULL && !(((unsigned)col->validity[row >> 3] >> (row & 7u)) & 1u);
}

/* A boolean; false for NULL. */
static inline bool wql_column_bool(const wql_column *col, uint32_t row) {
    return !wql_column_is_null(col, row) && (((unsigned)((const uint8_t *)col->values)[row >> 3] >> (row & 7u)) & 1u);
}

/* A text in any of the three layouts; empty for NULL. A view: lives with the batch. */
static inline wql_str wql_column_str(const wql_column *col, uint32_t row) {
    wql_str s = {NULL, 0};
    if (wql_column_is_null(col, row)) return s;
    if (col->layout == WQL_CODES) {
        row = (uint32_t)((const int32_t *)col->values)[row];
        col = col->child;
        if (wql_column_is_null(col, row)) return s;
    }
    if (col->layout == WQL_OFFSETS) {
        s.ptr = col->bytes + col->offsets[row];
        s.len = (size_t)(col->offsets[row + 1] - col->offsets[row]);
    } else if (col->layout == WQL_VIEWS) {
        const wql_view *view = (const wql_view *)col->values + row;
        s.len = view->len;
        s.ptr = view->len <= 12 ? view->as.inlined : col->buffers[view->as.ref.buffer] + view->as.ref.offset;
    }
    return s;
}

/* A datetime with its offset and wildcards; zero for NULL. A column does not say that its datetimes are intervals, its property's
 * WQL_INTERVAL does: `interval` is left 0 here and in wql_column_value; wql_batch_value sets it. */
static inline wql_datetime wql_column_time(const wql_column *col, uint32_t row) {
    wql_datetime t = {0, 0, 0, 0, 0};
    if (wql_column_is_null(col, row)) return t;
    t.us = ((const int64_t *)col->values)[row];
    if (col->extra) {
        t.offset_min = ((const wql_time_extra *)col->extra)[row].offset_min;
        t.wild = ((const wql_time_extra *)col->extra)[row].wild;
    }
    return t;
}

/* An embedded object: the batch it is a row of, and which row; NULL for NULL. Borrowed. */
static inline const wql_batch *wql_column_object(const wql_column *col, uint32_t row, uint32_t *object_row) {
    const wql_ref *ref;
    if (wql_column_is_null(col, row)) return NULL;
    ref = (const wql_ref *)col->values + row;
    *object_row = ref->row;
    return col->objects[ref->batch];
}

/* An array: the first of its items in col->child, and how many there are; none for NULL. */
static inline uint32_t wql_column_items(const wql_column *col, uint32_t row, uint32_t *first) {
    if (wql_column_is_null(col, row)) {
        *first = 0;
        return 0;
    }
    *first = (uint32_t)col->offsets[row];
    return (uint32_t)(col->offsets[row + 1] - col->offsets[row]);
}

/* Any cell but an array (for which `items` is NULL and `count` says how many; see wql_column_items). A view. */
static inline wql_value wql_column_value(const wql_column *col, uint32_t row) {
    wql_value v = wql_null();
    if (wql_column_is_null(col, row)) return v;
    v.type = col->type;
    if (col->type & WQL_ARRAY) {
        uint32_t first;
        v.count = wql_column_items(col, row, &first);
        return v;
    }
    switch (col->type) {
    case WQL_SINT8: v.i64 = ((const int8_t *)col->values)[row]; break;
    case WQL_SINT16: v.i64 = ((const int16_t *)col->values)[row]; break;
    case WQL_SINT32: v.i64 = ((const int32_t *)col->values)[row]; break;
    case WQL_SINT64: v.i64 = ((const int64_t *)col->values)[row]; break;
    case WQL_UINT8: v.u64 = ((const uint8_t *)col->values)[row]; break;
    case WQL_UINT16:
    case WQL_CHAR16: v.u64 = ((const uint16_t *)col->values)[row]; break;
    case WQL_UINT32: v.u64 = ((const uint32_t *)col->values)[row]; break;
    case WQL_UINT64: v.u64 = ((const uint64_t *)col->values)[row]; break;
    case WQL_REAL32: v.f64 = (double)((const float *)col->values)[row]; break;
    case WQL_REAL64: v.f64 = ((const double *)col->values)[row]; break;
    case WQL_BOOLEAN: v.b = wql_column_bool(col, row); break;
    case WQL_DATETIME: v.time = wql_column_time(col, row); break;
    case WQL_OBJECT: v.object = wql_column_object(col, row, &v.count); break;
    default: v.str = wql_column_str(col, row); break;
    }
    return v;
}

WQL_FINISH

#endif
