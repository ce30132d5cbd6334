/* SPDX-License-Identifier: MIT */
/* arrow.h: batches and results in the Arrow C data interface. The three structs are the public ABI of that interface
 * (https://arrow.apache.org/docs/format/CDataInterface.html); this header needs no Arrow library. */
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

/* One batch, retained until the array is released. Not served yet: WQL_E_NOT_SUPPORTED. */
WQL_API wql_status wql_batch_export(const wql_batch *batch, struct ArrowSchema *schema, struct ArrowArray *array);

/* A pulled call as a stream, which owns the call on success. Not served yet: WQL_E_NOT_SUPPORTED. */
WQL_API wql_status wql_call_export(wql_call call, struct ArrowArrayStream *out, wql_error *err);

WQL_FINISH

#endif
