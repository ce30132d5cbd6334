/* SPDX-License-Identifier: MIT */
/* 05_arrays.c: arrays of your program as a class, without a copy; then a table that changes while it is asked: rows appended, and
 * all rows replaced by new arrays while an old batch is still being read. */
#include <wql/wql.h>

#include <stdio.h>

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING}};

/* Asks, and prints what comes. `keep`: also hands out the last batch, which the caller releases; NULL = not wanted. */
static int ask(wql_session *session, const char *text, wql_batch **keep) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    printf("%s\n", text);
    if (wql_session_exec(session, wql_s(text), NULL, &call, &err) < 0) return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
            wql_value id = wql_column_value(wql_batch_column(batch, 0), row),
                      name = wql_column_value(wql_batch_column(batch, 1), row);
            char a[32], b[32];
            wql_value_format(&id, a, sizeof a);
            wql_value_format(&name, b, sizeof b);
            printf("  %s %s\n", a, b);
        }
        if (keep) *keep = wql_batch_retain(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return st == WQL_END ? 0 : fail(&err);
}

/* -- arrays that stay: they must outlive the mount and its batches ----------------------------------------------- */

static const uint32_t ids[] = {1, 2, 3, 4};
static const int32_t ends[] = {0, 3, 7, 7, 12}; /* text r is bytes[ends[r]] to bytes[ends[r + 1]] */
static const uint8_t valid[] = {0x0b};          /* bit r is 1: row r has a value; row 2 is NULL */

static wql_status mount_arrays(wql_engine *engine, wql_error *err) {
    wql_class_def tree = {.struct_size = sizeof tree, .name = "Tree", .properties = properties, .property_count = 2};
    wql_column columns[] = {
        {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids},
        {.property = 1,
         .type = WQL_STRING,
         .layout = WQL_OFFSETS,
         .validity = valid,
         .offsets = ends,
         .bytes = "oakpinebeech",
         .bytes_size = 12},
    };
    wql_table table = {.struct_size = sizeof table, .def = &tree, .rows = 4, .columns = columns, .column_count = 2};
    return wql_engine_mount(engine, "root/wood", wql_memory_provider(), NULL, &table, err); /* reads all four structs, keeps none */
}

/* -- rows that change -------------------------------------------------------------------------------------------- */

static void given_back(void *ctx) {
    *(int *)ctx = 1;
}

static int change_rows(wql_engine *engine) {
    static const uint32_t new_ids[] = {70, 80};
    wql_error err = WQL_INIT(wql_error);
    wql_class_def shrub = {.struct_size = sizeof shrub, .name = "Shrub", .properties = properties, .property_count = 2};
    wql_table table = {.struct_size = sizeof table, .def = &shrub};
    wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    wql_column new_column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = new_ids};
    wql_value rows[] = {wql_u64(5), wql_text(wql_s("hazel")), wql_u64(6), wql_null()}; /* two rows of two cells */
    wql_session *session;
    wql_batch *old = NULL;
    int first_back = 0, second_back = 0, failed;
    if (wql_memory_open(NULL, NULL, &table.memory) < 0) return 1;
    if (wql_engine_mount(engine, "root/garden", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/garden", NULL, &session, &err) < 0 ||
        wql_memory_replace(table.memory, 4, 4, &column, 1, given_back, &first_back, &err) < 0 ||
        wql_memory_append(table.memory, rows, 2, 2, &err) < 0)
        return fail(&err);
    failed = ask(session, "SELECT Id, Name FROM Shrub WHERE Id < 5", &old) ||
             ask(session, "SELECT Id, Name FROM Shrub WHERE Id > 3", NULL);
    if (wql_memory_replace(table.memory, 2, 2, &new_column, 1, given_back, &second_back, &err) < 0) return fail(&err);
    failed = failed || ask(session, "SELECT Id, Name FROM Shrub", NULL);
    printf("an old batch still has");
    for (uint32_t row = 0; row < wql_batch_rows(old); row++)
        printf(" %u", (unsigned)wql_column_value(wql_batch_column(old, 0), row).u64);
    printf("\n");
    wql_batch_release(old);
    wql_memory_close(table.memory); /* the mount keeps what it needs */
    wql_session_close(session);
    if (wql_engine_unmount(engine, "root/garden", "memory", &err) < 0) return fail(&err);
    printf("afterwards the first arrays are %s, the second %s\n", first_back ? "given back" : "in use",
           second_back ? "given back" : "in use");
    return failed;
}

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    int failed;
    if (wql_engine_open(NULL, &engine, &err) < 0 || mount_arrays(engine, &err) < 0 ||
        wql_session_open(engine, "root/wood", NULL, &session, &err) < 0)
        return fail(&err);
    failed = ask(session, "SELECT Id, Name FROM Tree WHERE Name LIKE '%e%'", NULL) ||
             ask(session, "SELECT Id, Name FROM Tree WHERE Name IS NULL", NULL) || change_rows(engine);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
