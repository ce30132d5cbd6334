/* SPDX-License-Identifier: MIT */
/* 18_kept.c: a result that can be read again. WQL_KEEP keeps the batches of a pulled call under their numbers, so that beginning
 * again, a second reader and skipping are arithmetic. */
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>

enum { NUMBERS = 5000 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* A reader is a number: that of its next batch. */
typedef struct reader {
    wql_call call;
    uint64_t next;
} reader;

/* The first value of the next batch of the reader. */
static wql_status read_one(reader *r, uint64_t *first) {
    wql_batch *batch;
    wql_status st = wql_call_at(r->call, r->next, WQL_FOREVER, &batch, NULL);
    if (st != WQL_OK) return st; /* WQL_END, or how the call failed; the position stays */
    r->next++;
    *first = ((const uint64_t *)wql_batch_column(batch, 0)->values)[0];
    wql_batch_release(batch); /* the call keeps its own reference until it is closed */
    return WQL_OK;
}

static void read_again(wql_call call) {
    reader a = {call, 0};
    uint64_t first = 0;
    for (int i = 0; i < 3; i++) (void)read_one(&a, &first);
    printf("the third batch begins with %" PRIu64 "\n", first);
    reader b = a; /* a clone: from here on it goes its own way */
    b.next += 1;  /* skip */
    (void)read_one(&b, &first);
    printf("the fifth with %" PRIu64 "\n", first);
    a.next = 0; /* reset */
    (void)read_one(&a, &first);
    printf("and the first with %" PRIu64 "\n", first);
    a.next = 1000; /* beyond the end: the call is run to its end to know */
    printf("batch 1000: %s\n", wql_status_name(read_one(&a, &first)));
}

static int run(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    how.flags = WQL_KEEP;
    how.batch_rows = 100;
    if (wql_session_exec(session, wql_s("SELECT Value FROM Number WHERE Value >= 7"), &how, &call, &err) < 0) return fail(&err);
    read_again(call);
    wql_call_close(call); /* what was kept goes with it */
    return 0;
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    wql_error err = WQL_INIT(wql_error);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = WQL_INIT(wql_table);
    wql_engine *engine;
    wql_session *session;
    int failed;
    for (uint64_t i = 0; i < NUMBERS; i++) numbers[i] = i;
    def.name = "Number";
    def.properties = &value;
    def.property_count = 1;
    table.def = &def;
    table.rows = NUMBERS;
    table.columns = &column;
    table.column_count = 1;
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/numbers", NULL, &session, &err) < 0)
        return fail(&err);
    failed = run(session);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
