/* SPDX-License-Identifier: MIT */
/* 14_rights.c: a server asks for its users. Nobody is answered before it has said who may what; each user's session has the
 * user's rights; and what came with a request (here: a language) travels to the provider beside the query. */
#define _POSIX_C_SOURCE 200809L
#include <wql/wql.h>

#include <stdio.h>
#include <string.h>

/* -- a provider that answers in the caller's language ----------------------------------------------------------- */

enum { ID, TEXT };
static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Text", .type = WQL_STRING}};
static const wql_class_def message = {
    .struct_size = sizeof message, .name = "Message", .properties = properties, .property_count = 2};

static wql_status messages_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &message, 1, err);
}

static wql_status messages_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}

static wql_status messages_next(wql_scan *scan, wql_error *err) {
    wql_value language;
    bool german = wql_scan_context(scan, "language", &language) && language.type == WQL_STRING && language.str.len == 2 &&
                  memcmp(language.str.ptr, "de", 2) == 0;
    (void)err;
    wql_row_set(scan, ID, wql_u64(1));
    wql_row_set(scan, TEXT, wql_text(wql_s(german ? "Guten Tag" : "Good day")));
    (void)wql_row_end(scan);
    return WQL_END;
}

static const wql_provider messages = {.struct_size = sizeof messages,
                                      .flags = WQL_CONCURRENT,
                                      .name = "messages",
                                      .load = messages_load,
                                      .open = messages_open,
                                      .next = messages_next};

/* -- the server -------------------------------------------------------------------------------------------------- */

static wql_status print(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    printf("%s reads: %.*s\n", (const char *)user, WQL_FMT(wql_column_str(wql_batch_column(batch, 0), 0)));
    return WQL_OK;
}

/* Runs the query for a user, and says what became of it. */
static void serve(wql_engine *engine, const char *name, uint32_t uid, const char *language) {
    wql_principal who = {.struct_size = sizeof who, .name = name, .uid = uid}; /* the host vouches for it */
    wql_session_options as = {.struct_size = sizeof as, .principal = &who};
    wql_param context[] = {{"language", wql_text(wql_s(language))}};
    char person[20];
    wql_sink sink = {.struct_size = sizeof sink, .user = person, .indicate = print};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink, .context = context, .context_count = 1};
    wql_error err = WQL_INIT(wql_error);
    wql_session *session;
    wql_call call;
    wql_status st;
    snprintf(person, sizeof person, "%s", name);
    st = wql_session_open(engine, "root/desk", &as, &session, &err); /* the rights are settled here */
    if (st < 0) {
        printf("%s: %s\n", name, wql_status_name(st));
        return;
    }
    st = wql_session_exec(session, wql_s("SELECT Text FROM Message"), &how, &call, &err);
    if (st < 0)
        printf("%s: %s\n", name, wql_status_name(st));
    else {
        (void)wql_call_wait(call, WQL_FOREVER, NULL);
        wql_call_close(call);
    }
    wql_session_close(session);
}

int main(void) {
    wql_engine_options options = {.struct_size = sizeof options, .flags = WQL_STRICT, .workers = 1};
    wql_provider_stats stats = {.struct_size = sizeof stats};
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    if (wql_engine_open(&options, &engine, &err) < 0 || wql_engine_mount(engine, "root/desk", &messages, NULL, NULL, &err) < 0 ||
        wql_engine_grant(engine, "root", "*", WQL_RIGHT_ENABLE, 0, &err) < 0 || /* everybody, and everything below root, */
        wql_engine_grant(engine, "root/desk", "uid:1002", 0, WQL_RIGHT_ENABLE, &err) < 0) { /* but a denial outranks it */
        fprintf(stderr, "%s: %s\n", wql_status_name(err.status), err.message);
        return 1;
    }
    serve(engine, "ann", 1001, "en"); /* too early: the engine is strict */
    if (wql_engine_secure(engine) < 0) return 1;
    serve(engine, "ann", 1001, "en");
    serve(engine, "bob", 1002, "en");
    serve(engine, "eva", 1003, "de");
    if (wql_engine_get_provider_stats(engine, "root/desk", "messages", &stats) < 0) return 1;
    printf("%d scans, %d rows\n", (int)stats.opened, (int)stats.rows);
    return wql_engine_close(engine) < 0;
}
