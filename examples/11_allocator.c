/* SPDX-License-Identifier: MIT */
/* 11_allocator.c: an engine within bounds: all its memory comes from an allocator of yours, which counts; limits are yours to set,
 * and one that is reached is an error that names it. Nothing is left when the engine is closed. */
#include <wql/wql.h>

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBERS = 20000 };

/* Called on any thread, so the counter is atomic. The old size is exact: a size in front of each block is not needed. */
static void *count_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    _Atomic long long *used = user;
    void *moved = NULL;
    if (new_size && !(moved = realloc(ptr, new_size))) return NULL; /* the engine reports WQL_E_OUT_OF_MEMORY, and goes on */
    if (!new_size) free(ptr);
    atomic_fetch_add(used, (long long)new_size - (long long)old_size);
    return moved;
}

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* Runs a query and keeps every batch, until one of the limits says no. */
static wql_status keep_all(wql_session *session, const char *text, wql_error *err) {
    static wql_batch *kept[NUMBERS];
    size_t count = 0;
    wql_call call;
    wql_status st = wql_session_exec(session, wql_s(text), NULL, &call, err);
    if (st < 0) return st;
    while ((st = wql_call_next(call, WQL_FOREVER, &kept[count], err)) == WQL_OK) count++;
    while (count) wql_batch_release(kept[--count]);
    wql_call_close(call);
    return st;
}

static void show(const char *what, wql_status st, const wql_error *err) {
    if (st >= 0)
        printf("%s: %s\n", what, wql_status_name(st));
    else
        printf("%s: %s, %s\n", what, wql_status_name(st), err->message); /* names the limit and its value */
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    static const char too_long[] = "SELECT Value FROM Number "
                                   "WHERE Value = 1000000001 OR Value = 1000000002 OR Value = 1000000003 OR Value = 1000000004";
    _Atomic long long used = 0;
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = {.struct_size = sizeof def, .name = "Number", .properties = &value, .property_count = 1};
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = {.struct_size = sizeof table, .def = &def, .rows = NUMBERS, .columns = &column, .column_count = 1};
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_engine *engine;
    wql_session *session;
    for (uint64_t i = 0; i < NUMBERS; i++) numbers[i] = i;
    options.alloc = count_alloc;
    options.alloc_user = &used;
    options.memory_max = 8u << 20;
    options.query_chars_max = 100;
    options.depth_max = 4;
    if (wql_engine_open(&options, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/numbers", NULL, &session, &err) < 0)
        return fail(&err);
    show("within the limits", keep_all(session, "SELECT Value FROM Number WHERE Value > 10", &err), &err);
    show("nested too deep", keep_all(session, "SELECT Value FROM Number WHERE ((((((Value > 10))))))", &err), &err);
    show("too long a text", keep_all(session, too_long, &err), &err);
    if (wql_engine_get_stats(engine, &stats) < 0) return 1;
    printf("the engine counts as we do: %s\n", stats.memory == (uint64_t)used ? "yes" : "no");
    printf("its peak was below the limit: %s\n", stats.memory_peak <= options.memory_max ? "yes" : "no");
    wql_session_close(session);
    if (wql_engine_close(engine) < 0) return 1;
    printf("left over: %lld bytes\n", (long long)used);
    return used != 0;
}
