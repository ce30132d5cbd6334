/* SPDX-License-Identifier: MIT */
/* api_call.c: public functions of calls: the value looked up, then one call down. */
#include "../base/error.h"
#include "../base/utf8.h"
#include "../data/arrow.h"
#include "../deliver/engine.h"
#include "../deliver/error_object.h"
#include "../deliver/stream.h"

#include <string.h>

static wql_status stale(wql_error *err) { return wql__fail(err, WQL_E_NOT_FOUND, "there is no such call any more"); }

wql_status wql_call_next(wql_call call, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    wql__call *found;
    wql_status status;
    if (!out) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the place for the batch is NULL");
    found = wql__call_find(call);
    if (!found) return stale(err);
    status = wql__call_pull(found, timeout_ms, out, err);
    wql__call_put(found);
    return status;
}

wql_status wql_call_at(wql_call call, uint64_t index, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    wql__call *found;
    wql_status status;
    if (!out) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the place for the batch is NULL");
    found = wql__call_find(call);
    if (!found) return stale(err);
    status = wql__call_at(found, index, timeout_ms, out, err);
    wql__call_put(found);
    return status;
}

wql_status wql_call_wait(wql_call call, uint32_t timeout_ms, wql_error *err) {
    wql__call *found = wql__call_find(call);
    wql_status status;
    if (!found) return stale(err);
    status = wql__call_wait(found, timeout_ms, err);
    wql__call_put(found);
    return status;
}

wql_status wql_call_cancel(wql_call call) {
    wql__call *found = wql__call_find(call);
    wql_status status;
    if (!found) return WQL_E_NOT_FOUND;
    status = wql__call_cancel(found);
    wql__call_put(found);
    return status;
}

wql_status wql_call_resume(wql_call call) {
    wql__call *found = wql__call_find(call);
    wql_status status;
    if (!found) return WQL_E_NOT_FOUND;
    status = wql__call_resume(found);
    wql__call_put(found);
    return status;
}

wql_status wql_call_get_stats(wql_call call, wql_call_stats *out) {
    wql__call *found;
    if (!out || out->struct_size < sizeof out->struct_size) return WQL_E_INVALID_PARAMETER;
    found = wql__call_find(call);
    if (!found) return WQL_E_NOT_FOUND;
    wql__call_read_stats(found, out);
    wql__call_put(found);
    return WQL_OK;
}

wql_status wql_call_close(wql_call call) {
    wql__call *found = wql__call_find(call);
    wql_status status;
    if (!found) return WQL_E_NOT_FOUND;
    status = wql__call_close(found);
    wql__call_put(found);
    return status;
}

wql_status wql_session_cancel(wql_session *session, const void *sink_user) {
    if (!session || !sink_user) return WQL_E_INVALID_PARAMETER;
    return wql__session_cancel(session, sink_user);
}

wql_status wql_batch_export(const wql_batch *batch, struct ArrowSchema *schema, struct ArrowArray *array) {
    struct ArrowSchema made = {.release = NULL};
    wql_status status = WQL_OK;
    uint64_t nulled = 0;
    if (!batch || (!schema && !array)) return WQL_E_INVALID_PARAMETER;
    if (schema) status = wql__arrow_batch_schema(batch, &made);
    if (status >= 0 && array) status = wql__arrow_array(batch, NULL, 0, array, &nulled);
    if (status < 0) {
        if (made.release) made.release(&made);
        return status;
    }
    if (schema) *schema = made;
    return WQL_OK;
}

wql_status wql_call_export(wql_call call, struct ArrowArrayStream *out, wql_error *err) {
    wql__call *found;
    wql_status status;
    if (!out) return wql__fail(err, WQL_E_INVALID_PARAMETER, "the place for the stream is NULL");
    found = wql__call_find(call);
    if (!found) return stale(err);
    status = wql__call_export(found, out, err);
    wql__call_put(found);
    return status;
}

/* Without an engine: the object keeps the counter of its memory. */
static wql_status error_object_alone(const wql_error *error, const char *operation, wql_batch **out) {
    char server[WQL__HOST_NAME];
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql_status status;
    if (!mem) return WQL_E_OUT_OF_MEMORY;
    wql__host_name(server);
    status = wql__error_object(mem, server, error, operation, out);
    wql__mem_release(mem);
    return status;
}

wql_status wql_error_object(wql_engine *engine, const wql_error *error, const char *operation, wql_batch **out) {
    wql_error full, clean;
    if (!error || !out || error->struct_size < offsetof(wql_error, status) + sizeof error->status) return WQL_E_INVALID_PARAMETER;
    if (operation && wql__utf8_check(operation, strlen(operation)) != strlen(operation)) return WQL_E_INVALID_PARAMETER;
    wql__error_read(error, &full);
    wql__error_clear(&clean);
    wql__error_copy(&clean, &full); /* texts that somebody else wrote */
    return engine ? wql__error_object(engine->mem, engine->server, &clean, operation, out)
                  : error_object_alone(&clean, operation, out);
}
