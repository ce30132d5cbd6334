/* SPDX-License-Identifier: MIT */
/* 06_row_provider.c: a provider that appends rows: the environment as class Env_Variable. It declares no more than its rows; the
 * engine filters and delivers. As a plug-in it would also export wql_provider_main, and link nothing of the library. */
#define _POSIX_C_SOURCE 200809L
#include <wql/wql.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- the provider ------------------------------------------------------------------------------------------------ */

extern char **environ;
enum { NAME, VALUE }; /* a property's number is its place in the class */
static const wql_property_def properties[] = {{.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
                                              {.name = "Value", .type = WQL_STRING}};
static const wql_class_def variable = {
    .struct_size = sizeof variable, .name = "Env_Variable", .properties = properties, .property_count = 2};

static wql_status env_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &variable, 1, err);
}
static wql_status env_open(wql_scan *scan, wql_error *err) {
    (void)err;
    scan->state = environ;
    return WQL_OK;
}
static wql_status env_next(wql_scan *scan, wql_error *err) {
    char **at = scan->state;
    (void)err;
    for (bool room = true; *at && room; at++) {
        wql_str name = {*at, strcspn(*at, "=")};
        wql_row_set(scan, NAME, wql_text(name)); /* copied; a cell that is never set is NULL */
        if ((*at)[name.len]) wql_row_set(scan, VALUE, wql_text(wql_s(*at + name.len + 1)));
        room = wql_row_end(scan); /* false: the batch is full, or the call has ended: return, and be called again or not */
    }
    scan->state = at;
    return *at ? WQL_OK : WQL_END; /* WQL_END may bring the last rows */
}
static const wql_provider env = {
    .struct_size = sizeof env, .flags = WQL_CONCURRENT, .name = "env", .load = env_load, .open = env_open, .next = env_next};

/* -- its user ---------------------------------------------------------------------------------------------------- */

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (setenv("LIBWQL_ONE", "first", 1) || setenv("LIBWQL_TWO", "a=b", 1) || setenv("LIBWQL_NONE", "", 1)) return 1;
    if (wql_engine_open(NULL, &engine, &err) < 0 || wql_engine_mount(engine, "root/env", &env, NULL, NULL, &err) < 0 ||
        wql_session_open(engine, "root/env", NULL, &session, &err) < 0 ||
        wql_session_exec(session, wql_s("SELECT Name, Value FROM Env_Variable WHERE Name LIKE 'libwql[_]%' AND Value <> ''"), NULL,
                         &call, &err) < 0)
        return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
            printf("%.*s is %.*s\n", WQL_FMT(wql_column_str(wql_batch_column(batch, 0), row)),
                   WQL_FMT(wql_column_str(wql_batch_column(batch, 1), row)));
        wql_batch_release(batch);
    }
    if (st != WQL_END) return fail(&err);
    wql_call_close(call);
    wql_session_close(session);
    return wql_engine_close(engine) < 0;
}
