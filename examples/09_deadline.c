/* SPDX-License-Identifier: MIT */
/* 09_deadline.c: for a thread that must not hang. A timeout of one wait lets the call go on; the deadline of the call ends it,
 * whatever its provider does. Here the provider never has anything. */
#include <wql/wql.h>

#include <stdio.h>

/* -- a provider without an answer -------------------------------------------------------------------------------- */

static const wql_property_def property = {.name = "Answer", .type = WQL_STRING};
static const wql_class_def oracle = {.struct_size = sizeof oracle, .name = "Oracle", .properties = &property, .property_count = 1};

static wql_status silent_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &oracle, 1, err);
}
static wql_status silent_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}
static wql_status silent_next(wql_scan *scan, wql_error *err) {
    (void)err;
    (void)wql_scan_waker(scan); /* would be stored, and woken when there is something */
    return WQL_S_PENDING;
}
static const wql_provider silent = {.struct_size = sizeof silent,
                                    .flags = WQL_CONCURRENT,
                                    .name = "silent",
                                    .load = silent_load,
                                    .open = silent_open,
                                    .next = silent_next};

/* -- its user ---------------------------------------------------------------------------------------------------- */

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

static int quick(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    int waits = 0;
    how.timeout_ms = 200; /* from here on, over everything: opening, each batch, each provider call */
    if (wql_session_exec(session, wql_s("SELECT Answer FROM Oracle"), &how, &call, &err) < 0) return fail(&err);
    while ((st = wql_call_next(call, 20, &batch, &err)) == WQL_OK || st == WQL_S_TIMEDOUT) {
        if (st == WQL_OK)
            wql_batch_release(batch);
        else if (waits++ == 0)
            puts("nothing yet; the call goes on"); /* 20 ms bound this wait only: time for other work */
    }
    printf("the call has ended: %s\n", wql_status_name(st));
    printf("and says so again: %s\n", wql_status_name(wql_call_next(call, 0, &batch, NULL)));
    wql_call_close(call);
    return st != WQL_E_TIMED_OUT || waits == 0;
}

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    int failed;
    if (wql_engine_open(NULL, &engine, &err) < 0 || wql_engine_mount(engine, "root/oracle", &silent, NULL, NULL, &err) < 0 ||
        wql_session_open(engine, "root/oracle", NULL, &session, &err) < 0)
        return fail(&err);
    failed = quick(session);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
