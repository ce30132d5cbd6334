/* SPDX-License-Identifier: MIT */
/* api_query.c: public functions of queries: arguments checked, then one call down. */
#include "../base/error.h"
#include "../deliver/call.h"
#include "../deliver/open.h"

static wql_status missing(wql_error *err, const char *what) {
    return wql__fail(err, WQL_E_INVALID_PARAMETER, "%s is NULL", what);
}

/* The operations whose slots are reserved: arguments are checked as they will be. */
static wql_status not_served(wql_session *session, const void *object, const wql_call *out, const wql_call_options *how,
                             wql_error *err) {
    if (!session) return missing(err, "the session");
    if (!object) return missing(err, "what to work on");
    if (!out && !(how && how->sink))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "neither a sink nor a place for the call is given");
    return wql__fail(err, WQL_E_NOT_SUPPORTED, "this operation is not served yet");
}

wql_status wql_session_exec(wql_session *session, wql_str text, const wql_call_options *how, wql_call *out, wql_error *err) {
    wql_query *query;
    wql_status status;
    if (!session) return missing(err, "the session");
    status = wql__query_make(session, text, true, &query, err);
    if (status < 0) return status;
    status = wql__call_submit(session, query, how, out, err);
    wql__query_release(query);
    return status;
}

wql_status wql_session_fetch(wql_session *session, const char *path, const wql_call_options *how, wql_call *out, wql_error *err) {
    wql_query *query;
    wql_status status;
    if (!session) return missing(err, "the session");
    if (!path) return missing(err, "the object's path");
    status = wql__fetch_make(session, wql_s(path), &query, err);
    if (status < 0) return status;
    status = wql__call_submit(session, query, how, out, err);
    wql__query_release(query);
    return status;
}

wql_status wql_session_put(wql_session *session, const char *class_name, const wql_call_options *how, wql_call *out,
                           wql_error *err) {
    return not_served(session, class_name, out, how, err);
}

wql_status wql_session_define(wql_session *session, const wql_class_def *def, const wql_call_options *how, wql_call *out,
                              wql_error *err) {
    return not_served(session, def, out, how, err);
}

wql_status wql_session_delete(wql_session *session, const char *path, const wql_call_options *how, wql_call *out,
                              wql_error *err) {
    return not_served(session, path, out, how, err);
}

wql_status wql_session_invoke(wql_session *session, const char *path, const char *method, const wql_call_options *how,
                              wql_call *out, wql_error *err) {
    if (!method) return missing(err, "the method's name");
    return not_served(session, path, out, how, err);
}

wql_status wql_query_check(wql_engine *engine, wql_str text, uint32_t dialect, int *kind, wql_error *err) {
    if (!engine) return missing(err, "the engine");
    return wql__query_check(engine, text, dialect, kind, err);
}

wql_status wql_query_prepare(wql_session *session, wql_str text, wql_query **out, wql_error *err) {
    if (!session) return missing(err, "the session");
    if (!out) return missing(err, "the place for the query");
    return wql__query_prepare(session, text, out, err);
}

void wql_query_close(wql_query *query) { wql__query_release(query); }

wql_status wql_query_exec(wql_query *query, const wql_call_options *how, wql_call *out, wql_error *err) {
    if (!query) return missing(err, "the query");
    return wql__call_submit(query->session, query, how, out, err);
}

int wql_query_kind(const wql_query *query) { return query && query->tree ? query->tree->kind : 0; }

size_t wql_query_explain(const wql_query *query, char *buf, size_t size) {
    if (!query) {
        if (buf && size) buf[0] = 0;
        return 0;
    }
    return wql__query_explain((wql_query *)(uintptr_t)query, buf, size); /* the plan at hand may be swapped for a newer one */
}
