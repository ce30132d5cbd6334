/* SPDX-License-Identifier: MIT */
/* 13_prepared.c: a query that is checked, prepared, explained and run twice; what a class says of itself; rows kept beyond their
 * engine; a table that is written behind its readers' backs and then published. */
#include <wql/wql.h>

#include <stdio.h>

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

enum { CAPACITY = 64 };
static uint32_t ids[CAPACITY];
static int64_t times[CAPACITY]; /* microseconds since 1970 */

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Seen", .type = WQL_DATETIME}};
static const wql_class_def event_class = {
    .struct_size = sizeof event_class, .name = "Log_Event", .properties = properties, .property_count = 2};

/* -- before it runs ---------------------------------------------------------------------------------------------- */

static int check(wql_engine *engine, const char *text) {
    wql_error err = WQL_INIT(wql_error);
    int kind = 0;
    wql_status st = wql_query_check(engine, wql_s(text), 0, &kind, &err); /* without a schema: the text alone */
    if (st < 0)
        printf("%s\n  %s\n", text, err.message);
    else
        printf("%s\n  a %s query\n", text, kind == WQL_KIND_DATA ? "data" : "further kind of");
    return 0;
}

static void describe(const wql_class *cls) {
    const wql_class_def *def = wql_class_describe(cls); /* flattened: inherited properties first */
    printf("%s, derived from %s\n", def->name, def->superclass ? def->superclass : "nothing");
    for (uint32_t p = 0; p < def->property_count; p++)
        printf("  %s, of %s%s\n", def->properties[p].name, def->properties[p].origin,
               def->properties[p].flags & WQL_KEY ? ", a key" : "");
}

/* -- running, and keeping ------------------------------------------------------------------------------------------ */

static int run(wql_query *query, wql_batch **kept) {
    wql_error err = WQL_INIT(wql_error);
    uint64_t rows = 0;
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_query_exec(query, NULL, &call, &err) < 0) return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        rows += wql_batch_rows(batch);
        if (!*kept && wql_batch_copy(batch, wql_batch_rows(batch) - 1, 1, kept) < 0) st = WQL_E_OUT_OF_MEMORY; /* its last row */
        wql_batch_release(batch);
        if (st < 0) break;
    }
    wql_call_close(call);
    if (st != WQL_END) return fail(&err);
    printf("%u rows\n", (unsigned)rows);
    return 0;
}

static int ask(wql_engine *engine, wql_session *session, wql_memory *memory, wql_batch **kept) {
    wql_error err = WQL_INIT(wql_error);
    wql_datetime since;
    wql_query *query;
    wql_class *cls;
    char plan[400];
    if (wql_session_class(session, "log_event", &cls, &err) < 0) return fail(&err);
    describe(cls);
    wql_class_release(cls);
    if (check(engine, "SELECT * FROM Log_Event WHERE Id > 3") || check(engine, "SELECT * FROM Log_Event WHERE Id >")) return 1;
    if (wql_query_prepare(session, wql_s("SELECT * FROM Log_Event WHERE Seen >= '19700101000005.000000+000'"), &query, &err) < 0)
        return fail(&err);
    if (wql_datetime_parse(wql_s("19700101000005.000000+000"), &since) != WQL_OK || since.us != 5000000) return 1;
    wql_query_explain(query, plan, sizeof plan);
    printf("%s, planned: %s\n", wql_query_kind(query) == WQL_KIND_DATA ? "data" : "?", plan[0] ? "yes" : "no");
    if (run(query, kept)) return 1;
    for (uint32_t r = 8; r < CAPACITY; r++) { /* nobody looks at these rows yet */
        ids[r] = r;
        times[r] = (int64_t)r * 1000000;
    }
    if (wql_memory_publish(memory, CAPACITY) != WQL_OK) return 1; /* now they do */
    if (run(query, kept)) return 1;
    wql_query_close(query);
    return 0;
}

static int serve(wql_memory *memory, wql_batch **kept) {
    wql_error err = WQL_INIT(wql_error);
    wql_table table = {.struct_size = sizeof table, .def = &event_class, .memory = memory};
    wql_column columns[] = {{.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
                            {.property = 1, .type = WQL_DATETIME, .layout = WQL_FIXED, .values = times}};
    wql_engine *engine;
    wql_session *session;
    int failed;
    for (uint32_t r = 0; r < 8; r++) {
        ids[r] = r;
        times[r] = (int64_t)r * 1000000;
    }
    if (wql_memory_replace(memory, 8, CAPACITY, columns, 2, NULL, NULL, &err) < 0 || wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/log", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/log", NULL, &session, &err) < 0)
        return fail(&err);
    failed = ask(engine, session, memory, kept);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}

int main(void) {
    wql_memory *memory;
    wql_batch *kept = NULL;
    wql_value path;
    wql_class *cls;
    char text[40];
    int failed;
    if (wql_version()[0] == 0 || wql_memory_open(NULL, NULL, &memory) < 0) return 1;
    failed = serve(memory, &kept);
    wql_memory_close(memory);
    if (failed || !kept) return 1;
    /* The engine is gone; the row and its class are not. */
    cls = wql_class_retain(wql_batch_class(kept));
    if (wql_batch_value(kept, 0, "__RELPATH", &path) != WQL_OK) return 1;
    wql_value_format(&path, text, sizeof text);
    printf("kept: %s, %u columns, %s\n", text, (unsigned)wql_batch_width(kept), wql_class_isa(cls, "LOG_EVENT") ? "an event" : "?");
    wql_batch_release(kept);
    wql_class_release(cls);
    puts(wql_status_text(WQL_E_SHUTTING_DOWN));
    return 0;
}
