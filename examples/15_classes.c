/* SPDX-License-Identifier: MIT */
/* 15_classes.c: the classes of a namespace as rows, kept by the call so that they can be read again; and a provider that learns
 * of one more class while it is mounted. */
#include <wql/wql.h>

#include <stdio.h>

/* -- a provider whose classes grow ------------------------------------------------------------------------------- */

static const wql_property_def name = {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY};
static const wql_property_def depth = {.name = "Depth", .type = WQL_UINT32};
static const wql_class_def shelf = {.struct_size = sizeof shelf, .name = "Shelf", .properties = &name, .property_count = 1};
static const wql_class_def drawer = {
    .struct_size = sizeof drawer, .name = "Drawer", .superclass = "Shelf", .properties = &depth, .property_count = 1};

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)self;
    *(wql_mount **)user = mount; /* for later; valid until unload returns */
    return wql_mount_define(mount, &shelf, 1, err);
}

static wql_status open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}

static wql_status next(wql_scan *scan, wql_error *err) {
    (void)err;
    wql_row_set(scan, 0, wql_text(wql_s(scan->request->class_index ? "pens" : "books"))); /* 0, 1: in the order of definition */
    (void)wql_row_end(scan);
    return WQL_END;
}

static const wql_provider furniture = {
    .struct_size = sizeof furniture, .flags = WQL_CONCURRENT, .name = "furniture", .load = load, .open = open, .next = next};

/* -- asking ------------------------------------------------------------------------------------------------------ */

/* Each row stands for a class; the class itself comes with the batch. */
static void list(const wql_batch *batch) {
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
        const wql_class_def *def = wql_class_describe(wql_batch_definition(batch, row));
        printf(" %s(%u)", def->name, (unsigned)def->property_count);
    }
}

/* Reads all kept batches, as often as wanted: a position is a number, and belongs to nobody. */
static wql_status list_all(wql_call call, wql_error *err) {
    wql_batch *batch;
    wql_status st;
    for (uint64_t i = 0; (st = wql_call_at(call, i, WQL_FOREVER, &batch, err)) == WQL_OK; i++) {
        list(batch);
        wql_batch_release(batch);
    }
    printf("\n");
    return st;
}

int main(void) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_options keep = {.struct_size = sizeof keep, .flags = WQL_KEEP};
    wql_mount *mount;
    wql_engine *engine;
    wql_session *session;
    wql_call before, after;
    wql_str question = wql_s("SELECT * FROM meta_class WHERE NOT __CLASS LIKE '[_][_]%'"); /* not the system's */
    if (wql_engine_open(NULL, &engine, &err) < 0 || wql_engine_mount(engine, "root/house", &furniture, NULL, &mount, &err) < 0 ||
        wql_session_open(engine, "root/house", NULL, &session, &err) < 0 ||
        wql_session_exec(session, question, &keep, &before, &err) < 0 || list_all(before, &err) < 0 ||
        wql_mount_define(mount, &drawer, 1, &err) < 0 || /* new calls see it; one that has begun keeps what it saw */
        wql_session_exec(session, question, &keep, &after, &err) < 0 || list_all(before, &err) < 0 || list_all(after, &err) < 0) {
        fprintf(stderr, "%s: %s\n", wql_status_name(err.status), err.message);
        return 1;
    }
    wql_call_close(before);
    wql_call_close(after);
    wql_session_close(session);
    return wql_engine_close(engine) < 0;
}
