/* SPDX-License-Identifier: MIT */
/* 10_errors.c: what an error tells: a code to branch on, the place in the text, a name that may have been meant, a sentence for a
 * person. The error lies in the caller's memory; nothing is allocated for it. */
#include <wql/wql.h>

#include <stdio.h>

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* Every error of the text comes from prepare; a text that is merely run reports the same one at the end of the call. */
static void explain(wql_session *session, const char *query) {
    wql_error err = WQL_INIT(wql_error);
    wql_query *prepared;
    wql_str text = wql_s(query);
    char picture[1024];
    if (wql_query_prepare(session, text, &prepared, &err) >= 0) {
        puts("no error");
        wql_query_close(prepared);
        return;
    }
    wql_error_format(&err, text, picture, sizeof picture); /* line:column: sentence, the line, a caret below it */
    printf("%s\n%s", wql_status_name(err.status), picture);
    if (err.hint[0]) printf("did you mean %s?\n", err.hint);
    printf("bytes %u to %u\n\n", (unsigned)err.offset, (unsigned)(err.offset + err.length));
}

int main(void) {
    static const uint32_t ids[] = {1};
    wql_error err = WQL_INIT(wql_error);
    wql_property_def properties[] = {{.name = "ProcessId", .type = WQL_UINT32, .flags = WQL_KEY},
                                     {.name = "Name", .type = WQL_STRING}};
    wql_class_def process = {.struct_size = sizeof process, .name = "Demo_Process", .properties = properties, .property_count = 2};
    wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    wql_table table = {.struct_size = sizeof table, .def = &process, .rows = 1, .columns = &column, .column_count = 1};
    wql_engine *engine;
    wql_session *session;
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/demo", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/demo", NULL, &session, &err) < 0)
        return fail(&err);
    explain(session, "SELECT Name\nFROM Demo_Process WHERE ProcesId > 4");
    explain(session, "SELECT Name FROM Demo_Proces");
    explain(session, "SELECT Name FROM Demo_Process WHERE ProcessId > 'four'");
    explain(session, "SELECT Name FROM Demo_Process WHERE");
    explain(session, "SELECT Name FROM Demo_Process WHERE Name = 'unfinished");
    explain(session, "SELECT Name FROM Demo_Process WHERE Name IS NULL");
    wql_session_close(session);
    return wql_engine_close(engine) < 0;
}
