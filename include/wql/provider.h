/* SPDX-License-Identifier: MIT */
/* provider.h: for those who serve classes.
 *
 * A provider is one table of callbacks. It declares its classes in `load`, and is then asked for rows: the engine opens a scan of
 * one exact class (never of what derives from it; those are scans of their own) and calls `next` until the end. It is never made
 * to wait for the client, and may promise less when a scan opens than when it was planned, never more.
 *
 *   load    once a mount: declare classes with wql_mount_define
 *   plan    say which conditions the provider can take over. Optional: without it the engine filters everything
 *   open    a scan starts                                                     -+
 *   next    rows, WQL_END, WQL_S_PENDING (will wake), or a failure             +- of one scan, never two at once
 *   close   exactly once after an open that succeeded, whatever came between  -+
 *   unload  once, when no scan and no batch of the mount is left
 *
 * A provider never links the library: what it calls is in the host table that its mount and its scans carry, wrapped below in
 * inline functions. A plug-in therefore has no undefined symbol of the library's, and exports one function, wql_provider_main. It
 * is built with `cc -shared -fPIC -Wl,-z,defs` and loaded by wql_engine_load or `wql --provider`; when its unload has returned,
 * its code is about to go: by then it has ended its threads, and has no keys with destructors, exit handlers or wakers left
 * anywhere.
 *
 * Threads. WQL_CONCURRENT: callbacks of different scans, and plan, may run at the same time on different threads. Neither flag:
 * the engine calls one callback of the mount at a time, on any thread. WQL_AFFINE: always on one thread (not served yet).
 * Callbacks of one scan never overlap in any model, except `interrupt`. Callbacks must not throw or longjmp. */
#ifndef WQL_PROVIDER_H
#define WQL_PROVIDER_H

#include "batch.h"
#include "engine.h"

WQL_BEGIN

typedef struct wql_host wql_host;

/* What an answer says of a condition. */
enum {
    WQL_NONE = 0, /* the engine checks it */
    WQL_SUPERSET, /* rows that cannot fulfil it may be missing; the engine still checks */
    WQL_EXACT     /* only rows that fulfil it will come, and all of those; by the rules of the language (wql_scan_holds) */
};

/* Operators of conditions. */
enum { WQL_EQ = 1, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE, WQL_LIKE, WQL_IS_NULL, WQL_NOT_NULL };

/* Flags of a provider. */
enum {
    WQL_CONCURRENT = 1, /* scans may run side by side */
    WQL_AFFINE = 2,     /* all callbacks on one thread. Not served yet */
    WQL_MAY_BLOCK = 4   /* open or next may wait for a disk, a lock, a network: they then run on threads of their own */
};

/* Flags of a request. */
enum {
    WQL_WISH_COUNT = 1 /* only the number of rows matters: wql_scan_emit without columns, of any size, will do. Set only if every
                        * condition is taken as exact */
};

/* One condition: property op values[0], or (count > 1, WQL_EQ only) equal to any of them. Frozen. All conditions of a request
 * hold together. NULL fulfils none of them but WQL_IS_NULL. Values have the property's own type, numbers in range; a LIKE has its
 * pattern as text, unescaped; WQL_IS_NULL and WQL_NOT_NULL have no value.
 * values NULL, count not 0: parameters (one at least), known only at open. Plan answers for the worst value, open sees the value
 * and may lower the answer. What open sees may be less than what was planned: of a set, values that nothing can equal are left
 * out; and a condition whose value turned out to be none of the property's (a number out of range) is not there at all, as a scan
 * is not opened that could find nothing. The order of the others, and what plan answered for each, stay. A parameter's pattern
 * may be without a metacharacter. */
typedef struct wql_conjunct {
    uint32_t property; /* number in the class */
    uint16_t op;       /* WQL_EQ ... */
    uint16_t taken;    /* at open: what plan answered; at plan: 0 */
    uint32_t count, zero;
    const wql_value *values;
} wql_conjunct;

/* What is asked of a provider. At plan: what would be asked. */
typedef struct wql_request {
    uint32_t struct_size;
    uint32_t class_index; /* of the class, in the order of definition within the mount, from 0 */
    uint32_t conjunct_count;
    uint32_t part, parts; /* scan only part `part` (from 0) of `parts`, as plan offered; 0 of 1: everything */
    uint32_t flags;       /* WQL_WISH_COUNT */
    const wql_conjunct *conjuncts;
    const uint64_t *wanted; /* a bit for each property whose values are needed; wql_scan_wants, wql_request_wants */
    uint64_t limit;         /* so many rows are enough; 0 = no limit. Set only if every condition is exact */
} wql_request;

/* What plan answers. Comes preset to: take nothing, one part, rows and cost unknown (-1). */
typedef struct wql_answer {
    uint32_t struct_size;
    uint32_t parts; /* into how many the rows can be cut, 1 to 65,536; 1. Each row is in one part, and their order is that of the
                     * parts. All of them are asked for, each by an opening of its own; those of a WQL_CONCURRENT provider may be
                     * open side by side. Or all at once is asked for, as part 0 of 1. A part should be worth some 20
                     * microseconds */
    uint8_t *take;  /* [conjunct_count] WQL_NONE, WQL_SUPERSET, WQL_EXACT */
    double rows, cost; /* estimates: rows that will come; cost in row reads */
} wql_answer;

/* A mounted provider; valid until unload returns. */
typedef struct wql_mount {
    const wql_host *host;
} wql_mount;

/* Wakes a scan that answered WQL_S_PENDING. A value: copy it anywhere, wake from any thread, twice, or long after the scan is
 * gone; but not after the mount's unload has returned. */
typedef struct wql_waker {
    const wql_host *host;
    void *engine;
    uint64_t id;
} wql_waker;

/* A running scan; valid from open to close. */
typedef struct wql_scan {
    const wql_host *host;
    void *self;                 /* what load stored */
    void *state;                /* the provider's own; NULL at open */
    const wql_request *request; /* lives until close returns */
    uint8_t *take;              /* [conjunct_count] plan's answers; open may lower them, never raise */
} wql_scan;

/* The provider. Required: name, load or mof, open, next. A NULL elsewhere means what its line says. */
struct wql_provider {
    uint32_t struct_size;
    uint32_t flags; /* WQL_CONCURRENT, WQL_AFFINE, WQL_MAY_BLOCK */
    const char *name;
    const char *mof; /* classes as MOF text (docs/mof.md), defined in front of those of load, in the order of the text but each
                      * behind its superclass; without includes and instances. NULL = none */

    /* Declares classes; *self comes preset to `user` and is handed to all other callbacks. A failure ends the mount, without
     * unload. Returns WQL_OK or a failure, with `err` filled where there is more to say. */
    wql_status (*load)(wql_mount *mount, const char *config, void *user, void **self, wql_error *err);
    void (*unload)(void *self); /* NULL: nothing to free */

    /* Answers which conditions the provider takes. No side effects; may never be followed by open. NULL: takes nothing.
     * Returns WQL_OK or a failure, which ends the query's planning. */
    wql_status (*plan)(void *self, const wql_request *request, wql_answer *answer, wql_error *err);
    /* Describes on one line what it would do, as snprintf. NULL: the engine says what it knows. */
    size_t (*explain)(void *self, const wql_request *request, char *buf, size_t size);

    /* Starts a scan. Returns WQL_OK; WQL_S_PENDING (having stored a waker: open is called again after the wake); or a failure,
     * after which neither next nor close comes. To answer WQL_S_PENDING without ever having taken a waker of the scan, here or in
     * next, is a breach of contract: nobody could end the wait. */
    wql_status (*open)(wql_scan *scan, wql_error *err);
    /* Brings rows, at most one batch: WQL_OK, with or without rows; WQL_END, perhaps with the last rows; WQL_S_PARTIAL_RESULTS =
     * WQL_END, and rows are known to be missing; WQL_S_PENDING: none yet, a waker is stored; or a failure. */
    wql_status (*next)(wql_scan *scan, wql_error *err);
    void (*close)(wql_scan *scan); /* NULL: nothing to free */
    /* Asks an open or a next of another thread to return soon, because its call has ended. May come at any time between the call
     * of open and the call of close, and again. NULL: the provider looks at wql_scan_check, or returns when it is done. */
    void (*interrupt)(wql_scan *scan);

    /* Writes and events: reserved, not called by this version. NULL: WQL_E_PROVIDER_NOT_CAPABLE for the client. */
    wql_status (*put)(wql_scan *scan, const wql_batch *object, wql_error *err);
    wql_status (*remove)(wql_scan *scan, const wql_batch *keys, wql_error *err);
    wql_status (*invoke)(wql_scan *scan, const wql_batch *keys, const char *method, const wql_batch *args, wql_error *err);
    wql_status (*watch)(void *self, const wql_request *request, bool on, wql_error *err);
    void (*reserved[6])(void); /* must be NULL */
};

/* What the library offers to a provider. Use the functions below. New entries come at the end; test struct_size before using one
 * that is younger than WQL_ABI 1. */
struct wql_host {
    uint32_t struct_size, abi;
    wql_status (*define)(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql_error *err);
    wql_status (*fire)(wql_mount *mount, const char *event_class, const wql_param *props, uint32_t count);
    void *(*allocate)(wql_mount *mount, void *ptr, size_t old_size, size_t new_size);
    void (*mount_log)(wql_mount *mount, int level, const char *line);
    void (*row_set)(wql_scan *scan, uint32_t property, const wql_value *value);
    bool (*row_end)(wql_scan *scan);
    wql_status (*emit)(wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count, void (*release)(void *ctx),
                       void *ctx, wql_error *err);
    wql_status (*copy)(wql_scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err);
    wql_status (*check)(const wql_scan *scan, uint64_t *left_ms);
    bool (*holds)(wql_scan *scan, uint32_t conjunct, const wql_value *value);
    wql_value (*object)(wql_scan *scan, const char *class_name, const wql_param *properties, uint32_t count);
    const wql_principal *(*principal)(const wql_scan *scan);
    void *(*scratch)(wql_scan *scan, size_t size);
    void (*count)(wql_scan *scan, uint32_t nulled, uint32_t repaired);
    void (*log)(wql_scan *scan, int level, const char *line);
    wql_waker (*waker)(wql_scan *scan);
    void (*wake)(wql_waker waker);
    bool (*context)(const wql_scan *scan, const char *name, wql_value *out);
    wql_value (*path)(wql_scan *scan, const char *class_name, const wql_value *keys, uint32_t count);
    bool (*keys)(wql_scan *scan, const wql_value *path, const char *class_name, wql_value *keys, uint32_t count);
    void (*reserved[5])(void);
};

/* -- in load, and later ------------------------------------------------------------------------------------------ */

/* Declares classes, in any order among themselves; they are copied. Their class_index counts on from what the mount defined
 * before. Superclasses may be other mounts'.
 * Called later than load it makes a new version of the namespace, shown at once. Calls that run, and what they see of classes,
 * stay with the version they began with; a query prepared before plans anew with its next run. Callbacks for the new classes may
 * come before this returns. Load itself must define a class: a mount that serves none is unloaded at once.
 *
 * Thread-safety: free,
 * once load has returned; while it runs, only its own thread may call this. Waits for a mount or an unmount that another thread
 * is in the middle of, but not for scans: so it may be called inside open, next and close, with no lock held that a load would
 * wait for. Not inside plan, which has no side effects, and not inside the load of another mount.
 *
 * Returns WQL_E_INVALID_OPERATION
 * (load runs, on another thread; another mount's load runs on this one; the mount is being unmounted); WQL_E_SHUTTING_DOWN; or
 * WQL_OK; WQL_E_ALREADY_EXISTS; WQL_E_INVALID_CLASS; WQL_E_INVALID_SUPERCLASS; WQL_E_INVALID_CIM_TYPE;
 * WQL_E_INVALID_PROPERTY_TYPE; WQL_E_TYPE_MISMATCH, WQL_E_VALUE_OUT_OF_RANGE (a default); WQL_E_CIRCULAR_REFERENCE;
 * WQL_E_INVALID_PARAMETER; WQL_E_OUT_OF_MEMORY. All or nothing. */
static inline wql_status wql_mount_define(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql_error *err) {
    return mount->host->define(mount, defs, count, err);
}
/* Raises an event; never blocks. Not served yet: WQL_E_NOT_SUPPORTED. Thread-safety: free. */
static inline wql_status wql_mount_fire(wql_mount *mount, const char *event_class, const wql_param *props, uint32_t count) {
    return mount->host->fire(mount, event_class, props, count);
}
/* The engine's allocator, counted against its limit: as realloc, with the exact old size; new_size 0 frees; NULL = no memory.
 * Thread-safety: free. */
static inline void *wql_mount_allocate(wql_mount *mount, void *ptr, size_t old_size, size_t new_size) {
    return mount->host->allocate(mount, ptr, old_size, new_size);
}
/* A line for the host's log callback. Thread-safety: free. */
static inline void wql_mount_log(wql_mount *mount, int level, const char *line) { mount->host->mount_log(mount, level, line); }

/* Whether a property's values are needed: by the client, or for a condition that is not exact. */
static inline bool wql_request_wants(const wql_request *request, uint32_t property) {
    return (request->wanted[property >> 6] >> (property & 63u)) & 1u;
}
static inline bool wql_scan_wants(const wql_scan *scan, uint32_t property) { return wql_request_wants(scan->request, property); }

/* -- in next: rows ----------------------------------------------------------------------------------------------- */

/* Sets one cell of the row that is being built. Bytes are copied. Integers of any width fit an integer property if the number
 * does (else the cell is NULL and counted); any number fits a real; a real fits no integer; a text fits string and reference,
 * wql_time datetime and interval. Another type is a breach of contract and ends the scan. Ill-formed UTF-8 becomes U+FFFD,
 * counted. A cell that is never set is NULL; one that is not wanted is ignored. */
static inline void wql_row_set(wql_scan *scan, uint32_t property, wql_value value) {
    scan->host->row_set(scan, property, &value);
}
/* Ends the row. Returns false if next should return WQL_OK now and be called again: the batch is full, or the call has ended. */
static inline bool wql_row_end(wql_scan *scan) { return scan->host->row_end(scan); }

/* Brings a batch without a copy, one for each next, and not together with rows. `columns` are read before it returns, what they
 * point to must stay until `release(ctx)` is called: once, on any thread, and only if this returned WQL_OK; with release NULL,
 * until unload. A wanted property without a column is NULL throughout; a column that is not wanted is ignored. Texts must be
 * well-formed.
 * @param rows  1 to 2,048; with count 0 and WQL_WISH_COUNT any number
 * Returns WQL_OK; WQL_E_PROVIDER_FAILURE: the columns break a rule, which ends the scan; WQL_E_CALL_CANCELLED: the call has ended
 * while they were looked at; WQL_E_OUT_OF_MEMORY; WQL_E_QUOTA_VIOLATION. */
static inline wql_status wql_scan_emit(wql_scan *scan, uint64_t rows, const wql_column *columns, uint32_t count,
                                       void (*release)(void *ctx), void *ctx, wql_error *err) {
    return scan->host->emit(scan, rows, columns, count, release, ctx, err);
}
/* The same, copied before it returns; ill-formed UTF-8 becomes U+FFFD, counted. */
static inline wql_status wql_scan_copy(wql_scan *scan, uint32_t rows, const wql_column *columns, uint32_t count, wql_error *err) {
    return scan->host->copy(scan, rows, columns, count, err);
}
/* Makes an embedded object for wql_row_set: an instance of a class of the namespace with these properties, the others NULL. Lives
 * until the row that takes it ends, and in that row from then on. WQL_NULL if the class or a property is not there, or memory is
 * not. */
static inline wql_value wql_scan_object(wql_scan *scan, const char *class_name, const wql_param *properties, uint32_t count) {
    return scan->host->object(scan, class_name, properties, count);
}

/* -- in open and next: references -------------------------------------------------------------------------------- */

/* A reference is the path of an object as text, in one spelling: `Class.Key="value",Other=5`, with its keys by name, as
 * __RELPATH of the object is; a namespace stands in front only if it is another one. Columns that are emitted hold such texts.
 * A text that wql_row_set is given for a reference is brought into that form; one that cannot be a path, or has more than
 * 65,536 bytes, stays as it is.
 *
 * The path of an instance of `class_name`, a class of this namespace, by its keys, in the order of its properties: a reference
 * for wql_row_set, or whose text goes into a column. Lives until next (or open) returns. WQL_NULL if that class, with so many
 * keys, is not there, or one of the keys is NULL or does not fit its type. */
static inline wql_value wql_scan_path(wql_scan *scan, const char *class_name, const wql_value *keys, uint32_t count) {
    return scan->host->path(scan, class_name, keys, count);
}
/* The way back, for a condition on a reference: the keys of the instance of `class_name` that `path` names, in the order of its
 * properties and with their types. False: it names no instance of exactly this class, so that no reference to one is equal. Texts
 * live until next (or open) returns. */
static inline bool wql_scan_keys(wql_scan *scan, wql_value path, const char *class_name, wql_value *keys, uint32_t count) {
    return scan->host->keys(scan, &path, class_name, keys, count);
}

/* -- in open and next: the call ---------------------------------------------------------------------------------- */

/* Whether the call goes on: WQL_OK; WQL_E_CALL_CANCELLED; WQL_E_TIMED_OUT. Cheap; ask before each slow step.
 * @param left_ms  [out] time until the deadline, UINT64_MAX without one; may be NULL */
static inline wql_status wql_scan_check(const wql_scan *scan, uint64_t *left_ms) { return scan->host->check(scan, left_ms); }
/* The rule of the language: whether a value of the property fulfils condition `conjunct` of the request. A provider that keeps
 * exactly the rows for which this is true is exact. False for WQL_NULL (but of WQL_IS_NULL) and for a value of another type. */
static inline bool wql_scan_holds(wql_scan *scan, uint32_t conjunct, wql_value value) {
    return scan->host->holds(scan, conjunct, &value);
}
/* For whom the scan runs; NULL: the owner. Lives until close. */
static inline const wql_principal *wql_scan_principal(const wql_scan *scan) { return scan->host->principal(scan); }
/* A value of the call's context (wql_call_options.context), by name, whatever the case. False: there is none of that name. Lives
 * until close. */
static inline bool wql_scan_context(const wql_scan *scan, const char *name, wql_value *out) {
    return scan->host->context(scan, name, out);
}
/* Scratch memory until next (or open) returns; 16-byte aligned. NULL = no memory. */
static inline void *wql_scan_alloc(wql_scan *scan, size_t size) { return scan->host->scratch(scan, size); }
/* Counts values that were made NULL because they could not be read, and texts that were repaired. */
static inline void wql_scan_count(wql_scan *scan, uint32_t nulled, uint32_t repaired) {
    scan->host->count(scan, nulled, repaired);
}
/* A line for the host's log callback, with the provider's name. */
static inline void wql_scan_log(wql_scan *scan, int level, const char *line) { scan->host->log(scan, level, line); }
/* What to store before answering WQL_S_PENDING; take it under the lock that guards whatever is waited for, and no wake is lost.
 */
static inline wql_waker wql_scan_waker(wql_scan *scan) { return scan->host->waker(scan); }
/* Wakes. Thread-safety: free; a wake too many or too late is harmless until unload has returned. */
static inline void wql_waker_wake(wql_waker waker) { waker.host->wake(waker); }

/* What a plug-in defines, exported by this declaration. Called at each load, perhaps on several threads at once.
 * @param abi  the host's WQL_ABI
 * Returns its provider, which is static, or NULL if that host is too old for it. */
WQL_API const wql_provider *wql_provider_main(uint32_t abi);

/* -- built-in providers ------------------------------------------------------------------------------------------ */

/* memory: the caller's arrays as classes. `user` of the mount is a wql_table, read during the mount, and with it the class
 * definitions and the array of columns; what the columns point to must outlive the mount and every batch of it (or, with
 * `memory`, is looked after by that). Texts must be well-formed. A buffer_id of the caller's is below 2^63; a column without one
 * is numbered by the provider. */
typedef struct wql_memory wql_memory;
typedef struct wql_table {
    uint32_t struct_size;
    uint32_t column_count;
    const wql_class_def *def;
    uint64_t rows;
    const wql_column *columns;    /* a column covers all rows; property numbers are those of the flattened class. None: NULL
                                   * throughout */
    const struct wql_table *next; /* a further class of the same mount, or NULL */
    wql_memory *memory;           /* instead of rows and columns: a table that can change; NULL = none */
    uint8_t take[16];             /* [op] what plan answers for a condition with that operator: WQL_NONE, WQL_SUPERSET, WQL_EXACT.
                                   * (Always WQL_NONE where the provider cannot know the property's type: appended cells, or
                                   * datetimes, of a class whose superclass is another mount's) */
    uint8_t open_take[16];        /* [op] what open lowers it to, if `lower` is set */
    uint32_t lower;
    uint32_t batch_rows; /* rows of its batches, 1 to 2,048; 0: 1,024 in the first, then 2,048. A multiple of 8 moves no bitmap */
    uint32_t parts;      /* what plan answers; one for each 65,536 rows. With `memory` always 1: parts would see rows of
                          * different moments */
    uint32_t zero;
} wql_table;

/* A table of one class that can change while it is mounted. A scan sees the rows that were there when it opened. If they cannot
 * be rows of the class, which a wql_memory does not know, its scans fail with WQL_E_PROVIDER_FAILURE.
 * @param alloc  as in wql_engine_options, and called under the table's lock; NULL = the C library's
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER; WQL_E_OUT_OF_MEMORY. Thread-safety of all five: free. */
WQL_API wql_status wql_memory_open(void *(*alloc)(void *user, void *ptr, size_t old_size, size_t new_size), void *alloc_user,
                                   wql_memory **out);
/* Appends rows, which are copied: `rows` x `width` cells, row by row; cell p of a row is property p of the flattened class,
 * properties beyond are NULL. Seen by scans opened afterwards, all rows or none. Integers, numbers, text and datetimes as for
 * wql_row_set; no arrays or objects. A number that does not fit its property is NULL in a scan, and counted.
 * Returns WQL_OK; WQL_E_TYPE_MISMATCH (a cell is not of the kind of those before it in its column, by earlier rows or columns:
 * signed integer, unsigned integer or char16, real, boolean, text, datetime, interval); WQL_E_INVALID_PARAMETER (NULL; another
 * width than the rows before; ill-formed UTF-8; a text of 2 GiB or more; a datetime beyond CIM's range; an array or object);
 * WQL_E_OUT_OF_MEMORY. */
WQL_API wql_status wql_memory_append(wql_memory *memory, const wql_value *cells, uint32_t width, uint64_t rows, wql_error *err);
/* Replaces all rows, appended ones too, by the caller's columns, without a copy (`columns` itself is read before it returns).
 * Rows can be appended behind them. Scans that run keep the old version; release(ctx) is called once, on any thread, when no scan
 * and no batch uses the new one any more after it was replaced, or after the table was closed and unmounted. It may be NULL.
 * @param rows      rows to be seen now, at most `capacity`
 * @param capacity  rows that the columns have memory for; 0 = `rows`. More may be written behind `rows` and published
 *                  (wql_memory_publish). Columns of bits, and validity, are read up to whole bytes: publish multiples of 8 rows,
 * or leave them out. Dictionaries and items of lists must be there from the start Returns WQL_OK; WQL_E_INVALID_PARAMETER;
 * WQL_E_OUT_OF_MEMORY; on failure the old version stays and release is not called. */
WQL_API wql_status wql_memory_replace(wql_memory *memory, uint64_t rows, uint64_t capacity, const wql_column *columns,
                                      uint32_t count, void (*release)(void *ctx), void *ctx, wql_error *err);
/* Shows rows up to `rows` of the columns given by wql_memory_replace, to scans opened afterwards. What was written before the
 * call is seen. Returns WQL_OK; WQL_E_INVALID_PARAMETER (NULL, fewer than before, beyond the capacity, or after an append). */
WQL_API wql_status wql_memory_publish(wql_memory *memory, uint64_t rows);
/* Lets the table go; mounts and scans keep what they use. Accepts NULL. */
WQL_API void wql_memory_close(wql_memory *memory);

/* sqlite: the tables and views of a database as classes, and each foreign key as an association class: Table_Column (or
 * Table_Column_Column ...), whose reference `Dependent` is the row that has the foreign key, and `Antecedent` the row that it
 * names; both are keys. One whose table has no key, or that leads to a table or column that is not there, is left out; the log
 * says so. `config` of the mount is the file's path; `user` is NULL or a wql_sqlite. */
enum {
    WQL_SQLITE_WRITABLE = 1 /* open the file for writing too; otherwise it is opened read-only */
};
typedef struct wql_sqlite {
    uint32_t struct_size;
    uint32_t flags;
    /* A sqlite3 * lent by the caller, instead of a path: runs one scan at a time, keeps its own handlers, must outlive the mount.
     * Open it in serialized mode if its owner uses it meanwhile; a cancelled scan interrupts the owner's unfinished statements
     * too. */
    void *connection;
    /* Finds SQLite's functions. NULL: those of this process, else of libsqlite3.so.0. */
    void *(*symbol)(void *user, const char *name);
    void *symbol_user;
    uint32_t connections_max; /* scans that run side by side; 8 */
    uint32_t zero;
} wql_sqlite;

/* Static; never NULL. Thread-safety: free. */
WQL_API const wql_provider *wql_memory_provider(void);
WQL_API const wql_provider *wql_sqlite_provider(void);
/* linux: this machine as classes: Win32_Process, Win32_OperatingSystem and their like, with CIM's superclasses. `user` is NULL;
 * `config` is NULL or "name=value,name=value" of
 *   classes=win32|linux   what a mount serves. win32, the default, is for root/cimv2: instances are of class Win32_X and have the
 *                         documented properties. linux is for root/linux: where there is more to say, instances are of class
 *                         Linux_X, which derives from Win32_X and has it; Win32_X is then abstract, and a query of it brings
 *                         Linux_X
 *   root=/ procfs=/proc sysfs=/sys etc=/etc run=/run dmi=SYSFS/class/dmi/id
 *                         where to look, absolute; those not given lie below root. One that is given must be there
 *   version=release|kernel  what Win32_OperatingSystem.Version is: the distribution's (the default) or the kernel's
 *   load=100              milliseconds that a first Win32_Processor.LoadPercentage looks, up to 10,000; with 0 it is NULL then
 *   mount_timeout=1000    milliseconds for which a network mount (and any of fuse) may keep a scan waiting for its sizes; then
 * they are NULL, counted, and the log names it. Such mounts are asked on a thread of their own, one a mount; a thread that never
 * comes back stays behind, also after unmount, holds no memory of the engine's, and keeps the library's code in the process
 *   bus=ADDRESS           where systemd is asked for services, a unix: or tcp: address of D-Bus; RUN/dbus/system_bus_socket if
 *                         systemd runs. libsystemd.so.0 is opened for it. Without systemd services are /etc/init.d's
 *   bus_timeout=5000      milliseconds that it may take for one answer; then no services are known, and the scan ends with
 *                         WQL_S_PARTIAL_RESULTS
 * An unknown option, or value, is WQL_E_INVALID_PARAMETER. What the process may not read is NULL, and counted. Keys are looked
 * up: `ProcessId = 7`, and lists joined by OR, cost nothing for other processes. */
WQL_API const wql_provider *wql_linux_provider(void);

WQL_FINISH

#endif
