/* SPDX-License-Identifier: MIT */
/* arrow.h: batches and results in the Arrow C data interface. The three structs are the public ABI of that interface
 * (https://arrow.apache.org/docs/format/CDataInterface.html); this header needs no Arrow library, and neither does the library.
 *
 * A batch is a struct array, one child for each column, in their order. What a column becomes:
 *
 *   sint8 uint8 ... sint64 uint64   c C s S i I l L     real32, real64   f g     char16   S, the UTF-16 unit     boolean   b
 *   datetime            tsu:UTC, the instant. The offset in which it was written is not kept. A value with asterisks is no
 *                       instant and becomes NULL (counted in values_nulled of a call that is exported)
 *   interval            tDu. Whether a datetime column holds intervals is said by its property (WQL_INTERVAL)
 *   string, reference   as they lie: u (WQL_OFFSETS), vu (WQL_VIEWS), or i with a dictionary of u or vu (WQL_CODES)
 *   object              u, JSON: {"__CLASS":"C","P":1,...}, numbers as they are, datetimes in their 25 characters, what JSON has
 * no number for as null. Its extension type is arrow.json. Objects of one column may be of many classes, which no struct could
 * be. The only column whose bytes are always made anew array               +l, a list whose items are the above and may be NULL;
 * uint8[] is a list too
 *
 * Buffers are the batch's own wherever Arrow takes them as they are, which is nearly always: only objects, datetimes with
 * asterisks, offsets of lists that do not begin at 0, and views with something behind a short text or below a NULL are made anew.
 * Bitmaps have null_count -1: count them if you need to. Arrays have offset 0, but for items of lists.
 *
 * Metadata of the struct: wql.class and wql.namespace. Of a field: wql.type, the CIM type ("uint32", "string[]"); wql.key,
 * "true", for keys, which are not nullable; wql.class, the class that objects or references must be of, if one is declared. */
#ifndef WQL_ARROW_H
#define WQL_ARROW_H

#include "call.h"

WQL_BEGIN

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

/* Exports a batch. The array keeps the batch until it is released, on any thread, after its call, session and engine if need be;
 * the schema stands for itself. Children may be moved out and released later and elsewhere, as the interface allows.
 * @param schema  [out] release it; NULL: not wanted. Texts may lie otherwise in the next batch of the same call, so that its
 * schema is another; wql_call_export has one for all
 * @param array   [out] release it; NULL: not wanted
 * Both are set on success only. Returns WQL_OK; WQL_E_INVALID_PARAMETER (the batch, or both others, NULL); WQL_E_OUT_OF_MEMORY;
 * WQL_E_QUOTA_VIOLATION (memory_max); WQL_E_VALUE_OUT_OF_RANGE (a text of 2 GiB or more, objects that are more than that as text,
 * or are nested more than 128 deep). Thread-safety: free, callback-safe. */
WQL_API wql_status wql_batch_export(const wql_batch *batch, struct ArrowSchema *schema, struct ArrowArray *array);

/* Exports a pulled call as a stream of its batches, which owns the call from then on: the stream's release closes it, and cancels
 * it if it runs. Until then the value still serves for wql_call_cancel and wql_call_get_stats. What was pulled before is not in
 * the stream.
 *
 * The schema is the same for the whole stream: the columns of the list, or for `*` those of the FROM class (what derived classes
 * add to it leaves by wql_batch_export only). Texts lie throughout as in the first batch, and are put into that form where a
 * later one has another; in a result without rows they are u.
 *
 * get_schema and get_next wait for the first, or next, batch: as wql_call_next with WQL_FOREVER, and with its rules. They return
 * 0 or an errno, and may be called again after one: a failed call says the same again; when memory lacked the same rows come.
 *   ENOMEM WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION    ECANCELED WQL_E_CALL_CANCELLED, WQL_E_SHUTTING_DOWN
 *   ETIMEDOUT WQL_E_TIMED_OUT    EACCES WQL_E_ACCESS_DENIED    EOVERFLOW WQL_E_VALUE_OUT_OF_RANGE, as above
 *   ENOTSUP WQL_E_NOT_SUPPORTED    EBUSY WQL_E_INVALID_OPERATION (another thread is inside wql_call_next on it)
 *   EINVAL what is wrong with the query; WQL_E_NOT_FOUND: the call, or its engine, was closed    EIO all else
 * get_last_error has the status's name and the words; after an end with a remark such as WQL_S_PARTIAL_RESULTS, which is no
 * error, it has those of the remark, after an end without one NULL.
 *
 * One thread at a time may be inside the stream. It may be released after its engine was closed, and what it gave out lives on
 * after both.
 * @param out  [out] release it; set on success only
 * Returns WQL_OK; WQL_E_INVALID_OPERATION (it has a sink, brings no rows: WQL_COUNT_ONLY, or was exported before);
 * WQL_E_INVALID_PARAMETER (`out` is NULL); WQL_E_NOT_FOUND (stale); WQL_E_OUT_OF_MEMORY; WQL_E_QUOTA_VIOLATION. On failure the
 * call is still the caller's. Thread-safety: free, callback-safe. */
WQL_API wql_status wql_call_export(wql_call call, struct ArrowArrayStream *out, wql_error *err);

WQL_FINISH

#endif
