/* SPDX-License-Identifier: MIT */
/* 19_access.c: a host that serves others. It vouches for who asks; the engine looks into its access lists. What is not allowed is
 * denied, each use of a right is told to the host, and in a strict engine no sink is taken before the host has settled all this.
 */
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>

enum { NUMBERS = 10 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* Called for each use of a right, on the thread that asks. It must not call the library. */
static void on_audit(void *user, wql_session *session, const char *ns, uint32_t right, wql_status outcome) {
    (void)user, (void)session;
    printf("audit: right %u in %s: %s\n", (unsigned)right, ns, wql_status_name(outcome));
}

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    *(uint64_t *)user += wql_batch_rows(batch);
    return WQL_OK;
}

/* The host says who it is; the engine copies it. */
static wql_status connect_as(wql_engine *engine, const char *name, uint32_t uid, wql_session **session, wql_error *err) {
    wql_principal who = WQL_INIT(wql_principal);
    wql_session_options opt = WQL_INIT(wql_session_options);
    who.name = name;
    who.uid = uid;
    opt.principal = &who;
    return wql_session_open(engine, "root/numbers", &opt, session, err);
}

static wql_status count(wql_session *session, uint64_t *rows, wql_error *err) {
    wql_sink sink = WQL_INIT(wql_sink);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status st;
    sink.user = rows;
    sink.indicate = on_rows;
    how.sink = &sink;
    st = wql_session_exec(session, wql_s("SELECT Value FROM Number"), &how, &call, err);
    if (st < 0) return st;
    st = wql_call_wait(call, WQL_FOREVER, err);
    wql_call_close(call);
    return st;
}

static int run(wql_engine *engine) {
    wql_error err = WQL_INIT(wql_error);
    wql_session *ann, *bob;
    uint64_t rows = 0;
    if (wql_engine_grant(engine, "root/numbers", "*", WQL_RIGHT_ENABLE, 0, &err) < 0) return fail(&err);
    if (wql_engine_grant(engine, "root", "uid:1001", 0, WQL_RIGHT_ENABLE, &err) < 0) return fail(&err); /* outranks it */
    printf("bob: %s\n", wql_status_name(connect_as(engine, "bob", 1001, &bob, &err)));
    if (connect_as(engine, "ann", 1000, &ann, &err) < 0) return fail(&err);
    printf("a sink too early: %s\n", wql_status_name(count(ann, &rows, &err)));
    wql_engine_secure(engine); /* the host is ready */
    if (count(ann, &rows, &err) < 0) return fail(&err);
    printf("ann: %" PRIu64 " rows\n", rows);
    wql_engine_grant(engine, "root/numbers", "*", 0, 0, NULL); /* for those who come later: ann's session keeps its rights */
    if (count(ann, &rows, &err) < 0) return fail(&err);
    printf("ann again: %" PRIu64 " rows\n", rows);
    wql_session_close(ann);
    return 0;
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    wql_error err = WQL_INIT(wql_error);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = WQL_INIT(wql_table);
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine *engine;
    int failed;
    for (uint64_t i = 0; i < NUMBERS; i++) numbers[i] = i;
    def.name = "Number";
    def.properties = &value;
    def.property_count = 1;
    table.def = &def;
    table.rows = NUMBERS;
    table.columns = &column;
    table.column_count = 1;
    opt.workers = 1;
    opt.flags = WQL_STRICT;
    opt.audit = on_audit;
    if (wql_engine_open(&opt, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0)
        return fail(&err);
    failed = run(engine);
    return wql_engine_close(engine) < 0 || failed;
}
