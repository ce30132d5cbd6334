/* SPDX-License-Identifier: MIT */
/* stream.c: a pulled call as an Arrow stream.
 *
 * The stream has the call's handle. Both know each other: the call is freed by whoever lets it go last, perhaps by the close of
 * its engine, and the stream must find out, since whoever consumes it may let it go much later. Its own memory is counted by the
 * engine's allocator, which lives as long as anything of it.
 *
 * A stream has one schema. The columns are those of the list, or of the FROM class for `*`; how texts lie is taken from the first
 * batch, so that nothing is copied as long as batches go on like that. */
#include "stream.h"

#include "../base/fold.h"
#include "../data/arrow.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct wql__stream {
    _Atomic uint32_t refs; /* the call's and the consumer's */
    wql__mem *mem;         /* retained */
    wql__mutex lock;       /* guards `call` */
    wql_call call;         /* engine NULL: it is gone */

    /* the consumer's */
    wql_batch *waiting; /* pulled, not yet given out */
    wql_status ended;   /* what next said in place of a batch; WQL_OK: nothing yet */
    wql_class *cls;     /* retained: names and class names of the fields are its. NULL: the fields are not known yet */
    wql__arrow_field *fields;
    uint32_t count, room;
    wql_error err;
    char message[sizeof(((wql_error *)0)->message) + 64];
    bool worded; /* message says something */
};

static void let_go(wql__stream *s) {
    wql__mem *mem = s->mem;
    if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1) return;
    wql__mutex_free(&s->lock);
    wql__free(mem, s, sizeof *s);
    wql__mem_release(mem);
}

void wql__stream_orphan(wql__stream *s) {
    if (!s) return;
    wql__lock(&s->lock);
    s->call.engine = NULL;
    wql__unlock(&s->lock);
    let_go(s);
}

/* The call, kept; NULL: it was closed, or its engine was. As long as the call is not freed the engine is there, and a close that
 * has found nobody inside lets nobody in. */
static wql__call *find_call(wql__stream *s) {
    wql__call *call = NULL;
    wql__lock(&s->lock);
    if (s->call.engine) call = wql__call_find(s->call);
    wql__unlock(&s->lock);
    return call;
}

/* -- errors ------------------------------------------------------------------------------------------------------ */

static int errno_of(wql_status status) {
    switch (status) {
    case WQL_E_OUT_OF_MEMORY:
    case WQL_E_QUOTA_VIOLATION: return ENOMEM;
    case WQL_E_CALL_CANCELLED:
    case WQL_E_SHUTTING_DOWN: return ECANCELED;
    case WQL_E_TIMED_OUT: return ETIMEDOUT;
    case WQL_E_ACCESS_DENIED: return EACCES;
    case WQL_E_NOT_SUPPORTED: return ENOTSUP;
    case WQL_E_VALUE_OUT_OF_RANGE: return EOVERFLOW;
    case WQL_E_INVALID_OPERATION: return EBUSY;
    case WQL_E_INVALID_QUERY:
    case WQL_E_INVALID_QUERY_TYPE:
    case WQL_E_INVALID_CLASS:
    case WQL_E_INVALID_NAMESPACE:
    case WQL_E_INVALID_PARAMETER:
    case WQL_E_MISSING_GROUP_WITHIN:
    case WQL_E_NOT_FOUND: return EINVAL;
    default: return EIO;
    }
}

/* Keeps the words of s->err, or of the status alone. */
static void note(wql__stream *s, wql_status status) {
    const char *words = s->err.status == status && s->err.message[0] ? s->err.message : wql_status_text(status);
    (void)snprintf(s->message, sizeof s->message, "%s: %s", wql_status_name(status), words);
    s->worded = true;
}

static int fail(wql__stream *s, wql_status status) {
    note(s, status);
    return errno_of(status);
}

static void begin(wql__stream *s) {
    wql__error_clear(&s->err);
    s->worded = false;
}

/* -- fields ------------------------------------------------------------------------------------------------------ */

static bool make_room(wql__stream *s, uint32_t room) {
    s->fields = wql__alloc_zero(s->mem, wql__array_size(room, sizeof *s->fields));
    s->room = s->fields ? room : 0;
    s->count = 0;
    return s->fields != NULL;
}

static void drop_fields(wql__stream *s) {
    wql__free(s->mem, s->fields, wql__array_size(s->room, sizeof *s->fields));
    s->fields = NULL;
    s->count = s->room = 0;
    wql_class_release(s->cls);
    s->cls = NULL;
}

/* Of the property of FROM, as the column lies in the first batch. */
static void add_property(wql__stream *s, const wql_class *cls, uint32_t number, const wql_batch *first) {
    const wql_property_def *def = &cls->def.properties[number];
    const wql_column *col = first ? wql__batch_property(first, number) : NULL;
    s->fields[s->count++] = wql__arrow_field_of(cls, def->name, number, (uint16_t)def->type, col);
}

static bool star_fields(wql__stream *s, const wql_class *cls, bool keys, const wql_batch *first) {
    if (!make_room(s, cls->def.property_count)) return false;
    for (uint32_t i = 0; i < cls->def.property_count; i++)
        if (!keys || (cls->def.properties[i].flags & WQL_KEY)) add_property(s, cls, i, first);
    return true;
}

static bool listed_fields(wql__stream *s, const wql_class *cls, const wql_batch *first) {
    if (!make_room(s, first->width)) return false;
    for (uint32_t i = 0; i < first->width; i++) {
        const wql_column *col = &first->columns[i];
        if (col->property != WQL_NO_COLUMN)
            add_property(s, cls, col->property, first);
        else
            s->fields[s->count++] = wql__arrow_field_of(cls, col->name, col->property, col->type, col);
    }
    return true;
}

static bool planned_fields(wql__stream *s, const wql__plan *plan) {
    if (!make_room(s, plan->output_count)) return false;
    for (uint32_t i = 0; i < plan->output_count; i++) {
        const wql__output *output = &plan->outputs[i];
        if (output->property != WQL_NO_COLUMN)
            add_property(s, plan->from->cls, output->property, NULL);
        else
            s->fields[s->count++] =
                wql__arrow_field_of(NULL, wql__system_name(output->system), WQL_NO_COLUMN, (uint16_t)output->type, NULL);
    }
    return true;
}

/* The class of FROM, as the call sees it: what the rows are of, or derive from. */
static wql_class *class_of_from(const wql__call *call, const wql_batch *batch) {
    wql_class *cls = batch->cls;
    while (cls->superclass && !wql__fold_equal(cls->name, call->query->tree->from.text)) cls = cls->superclass;
    return wql__fold_equal(cls->name, call->query->tree->from.text) ? cls : batch->cls;
}

/* A result without a row is still of columns. The plan is at hand in the query, or is made again. */
static wql_status fields_of_nothing(wql__stream *s, wql__call *call) {
    wql__plan *plan;
    bool ok;
    wql_status status = wql__query_plan(call->query, call->flags, NULL, &plan, &s->err);
    if (status != WQL_OK) return status;
    ok = plan->star ? star_fields(s, plan->from->cls, (call->flags & WQL_KEYS_ONLY) != 0, NULL) : planned_fields(s, plan);
    if (ok) s->cls = wql_class_retain(plan->from->cls);
    wql__plan_release(plan);
    return ok ? WQL_OK : wql__fail_memory(s->mem, &s->err);
}

static wql_status find_fields(wql__stream *s, wql__call *call) {
    wql_class *cls;
    bool ok;
    if (s->cls) return WQL_OK;
    if (!s->waiting) return fields_of_nothing(s, call);
    cls = class_of_from(call, s->waiting);
    ok = call->query->tree->star ? star_fields(s, cls, (call->flags & WQL_KEYS_ONLY) != 0, s->waiting)
                                 : listed_fields(s, cls, s->waiting);
    if (!ok) return wql__fail_memory(s->mem, &s->err);
    s->cls = wql_class_retain(cls);
    return WQL_OK;
}

/* -- the callbacks ----------------------------------------------------------------------------------------------- */

/* Sees to it that a batch waits, or that the call has ended well, and that the fields are known. */
static wql_status pull(wql__stream *s, wql__call *call) {
    if (!s->waiting && s->ended == WQL_OK) {
        wql_status status = wql__call_pull(call, WQL_FOREVER, &s->waiting, &s->err);
        if (status < 0) return status;
        if (status != WQL_OK) s->ended = status;
    }
    return find_fields(s, call);
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    wql__stream *s = stream->private_data;
    wql__call *call = s->cls ? NULL : find_call(s);
    wql_status status = WQL_OK;
    begin(s);
    if (!s->cls) status = call ? pull(s, call) : WQL_E_NOT_FOUND;
    if (status >= 0) status = wql__arrow_schema(s->mem, s->cls, s->fields, s->count, out);
    if (call) wql__call_put(call);
    return status < 0 ? fail(s, status) : 0;
}

/* The batch waits until it is out: when memory lacks, the same rows come with the next call. */
static wql_status give(wql__stream *s, wql__call *call, struct ArrowArray *out) {
    uint64_t nulled = 0;
    wql_status status = wql__arrow_array(s->waiting, s->fields, s->count, out, &nulled);
    if (status < 0) return status;
    (void)atomic_fetch_add_explicit(&call->stats.values_nulled, nulled, memory_order_relaxed);
    wql_batch_release(s->waiting);
    s->waiting = NULL;
    return status;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    wql__stream *s = stream->private_data;
    wql__call *call = find_call(s);
    wql_status status;
    begin(s);
    if (!call) return fail(s, WQL_E_NOT_FOUND);
    status = pull(s, call);
    if (status >= 0 && s->waiting) {
        status = give(s, call, out);
    } else if (status >= 0) {
        memset(out, 0, sizeof *out); /* the end: a released array */
        if (s->ended != WQL_END) note(s, s->ended);
    }
    wql__call_put(call);
    return status < 0 ? fail(s, status) : 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
    const wql__stream *s = stream->private_data;
    return s->worded ? s->message : NULL;
}

static void release(struct ArrowArrayStream *stream) {
    wql__stream *s = stream->private_data;
    wql__call *call = find_call(s);
    stream->release = NULL;
    wql_batch_release(s->waiting);
    s->waiting = NULL;
    drop_fields(s);
    if (call) {
        (void)wql__call_close(call);
        wql__call_put(call);
    }
    let_go(s);
}

/* -- export ------------------------------------------------------------------------------------------------------ */

static wql__stream *new_stream(wql__call *call) {
    wql__stream *s = wql__alloc_zero(call->engine->mem, sizeof *s);
    if (!s) return NULL;
    atomic_init(&s->refs, 2);
    s->mem = wql__mem_retain(call->engine->mem);
    wql__mutex_init(&s->lock);
    s->call = call->value;
    s->err.struct_size = sizeof s->err;
    return s;
}

wql_status wql__call_export(wql__call *call, struct ArrowArrayStream *out, wql_error *err) {
    wql__stream *s;
    bool first;
    if (call->drive != WQL__PULLED) return wql__fail(err, WQL_E_INVALID_OPERATION, "a call with a sink delivers to it");
    if (call->flags & WQL_COUNT_ONLY) return wql__fail(err, WQL_E_INVALID_OPERATION, "a call with WQL_COUNT_ONLY brings no rows");
    s = new_stream(call);
    if (!s) return wql__fail_memory(call->engine->mem, err);
    wql__lock(&call->lock);
    first = !call->stream;
    if (first) call->stream = s;
    wql__unlock(&call->lock);
    if (!first) {
        wql__stream_orphan(s);
        let_go(s);
        return wql__fail(err, WQL_E_INVALID_OPERATION, "the call has been exported before");
    }
    *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release, s};
    return WQL_OK;
}
