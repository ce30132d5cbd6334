/* SPDX-License-Identifier: MIT */
/* test_meta_class.c: schema queries: every class of a namespace as a row, in all sizes of batches, beyond the end of everything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/mount.h"
#include "../../engine/query/plan.h"
#include "../../grammar/parse.h"

#include <wql/wql.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- a provider of many classes ---------------------------------------------------------------------------------- */

/* Class_0000, Class_0001 ...: every tenth derives from the one ten before it, so the last has a long ancestry. */
typedef struct many {
    uint32_t count;
    const char *prefix;
    bool flat; /* none derives */
    int loads, unloads;
} many;

static wql_status many_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_property_def own = {.name = "Key", .type = WQL_STRING, .flags = WQL_KEY};
    many *m = user;
    wql_class_def *defs = calloc(m->count, sizeof *defs);
    char(*names)[32] = calloc(m->count, sizeof *names);
    wql_status status;
    (void)config;
    (void)self;
    for (uint32_t i = 0; i < m->count; i++) {
        snprintf(names[i], sizeof names[i], "%s_%05u", m->prefix, (unsigned)i);
        defs[i].struct_size = sizeof defs[i];
        defs[i].name = names[i];
        if (!m->flat && i % 10 == 0 && i >= 10) {
            defs[i].superclass = names[i - 10];
        } else {
            defs[i].properties = &own;
            defs[i].property_count = 1;
        }
    }
    status = wql_mount_define(mount, defs, m->count, err);
    free(names);
    free(defs);
    m->loads += status >= 0;
    return status;
}

static wql_status many_open(wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)err;
    return WQL_OK;
}

static wql_status many_next(wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)err;
    return WQL_END;
}

static void many_unload(void *self) { ((many *)self)->unloads++; }

static const wql_provider many_provider = {.struct_size = sizeof many_provider,
                                           .flags = WQL_CONCURRENT,
                                           .name = "many",
                                           .load = many_load,
                                           .open = many_open,
                                           .next = many_next,
                                           .unload = many_unload};
static const wql_provider more_provider = {.struct_size = sizeof more_provider,
                                           .flags = WQL_CONCURRENT,
                                           .name = "more",
                                           .load = many_load,
                                           .open = many_open,
                                           .next = many_next,
                                           .unload = many_unload};

typedef struct place {
    wql_engine *engine;
    wql_session *session;
    many m;
} place;

static void open_some(place *p, uint32_t count, bool flat) {
    wql_error err = WQL_INIT(wql_error);
    memset(p, 0, sizeof *p);
    p->m = (many){.count = count, .prefix = "Class", .flat = flat};
    assert_int_equal(wql_engine_open(NULL, &p->engine, &err), WQL_OK);
    if (wql_engine_mount(p->engine, "root/many", &many_provider, NULL, &p->m, &err) != WQL_OK) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(p->engine, "root/many", NULL, &p->session, &err), WQL_OK);
}

static void open_place(place *p, uint32_t count) { open_some(p, count, false); }

static void close_place(place *p) {
    wql_session_close(p->session);
    assert_int_equal(wql_engine_close(p->engine), WQL_OK);
    assert_int_equal(p->m.loads, p->m.unloads);
}

static wql_call start(place *p, const wql_call_options *how) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    if (wql_session_exec(p->session, wql_s("SELECT * FROM meta_class"), how, &call, &err) != WQL_OK) fail_msg("%s", err.message);
    return call;
}

/* -- a row says what its class says ------------------------------------------------------------------------------ */

static const char *const columns[] = {"__GENUS",          "__CLASS",      "__SUPERCLASS", "__DYNASTY",   "__RELPATH",
                                      "__PROPERTY_COUNT", "__DERIVATION", "__SERVER",     "__NAMESPACE", "__PATH"};

static void expect_text(const wql_batch *batch, uint32_t row, const char *name, const char *text) {
    wql_value value;
    assert_int_equal(wql_batch_value(batch, row, name, &value), WQL_OK);
    if (!text) {
        assert_int_equal(value.type, WQL_NULL);
        return;
    }
    assert_int_equal(value.type, WQL_STRING);
    if (value.str.len != strlen(text) || memcmp(value.str.ptr, text, value.str.len) != 0)
        fail_msg("%s of row %u is %.*s and not %s", name, (unsigned)row, WQL_FMT(value.str), text);
}

static void expect_number(const wql_batch *batch, uint32_t row, const char *name, int64_t number) {
    wql_value value;
    assert_int_equal(wql_batch_value(batch, row, name, &value), WQL_OK);
    assert_int_equal(value.type, WQL_SINT32);
    assert_int_equal(value.i64, number);
}

/* Class `number` of the provider, in row `row`. */
static void check_row(const wql_batch *batch, uint32_t row, uint32_t number, uint32_t count) {
    const wql_class *cls = wql_batch_definition(batch, row);
    const wql_class_def *def = wql_class_describe(cls);
    uint32_t depth = number % 10 == 0 ? number / 10 : 0;
    char name[32], super[32], path[128];
    wql_value value;
    (void)count;
    assert_non_null(def);
    snprintf(name, sizeof name, "Class_%05u", (unsigned)number);
    snprintf(super, sizeof super, "Class_%05u", (unsigned)(depth ? number - 10 : 0));
    assert_string_equal(def->name, name);
    assert_int_equal(def->property_count, 1);
    expect_number(batch, row, "__GENUS", 1);
    expect_number(batch, row, "__PROPERTY_COUNT", 1);
    expect_text(batch, row, "__CLASS", name);
    expect_text(batch, row, "__RELPATH", name);
    expect_text(batch, row, "__SUPERCLASS", depth ? super : NULL);
    expect_text(batch, row, "__DYNASTY", depth ? "Class_00000" : name);
    expect_text(batch, row, "__NAMESPACE", "root\\many");
    assert_int_equal(wql_batch_value(batch, row, "__SERVER", &value), WQL_OK);
    snprintf(path, sizeof path, "\\\\%.*s\\root\\many:%s", WQL_FMT(value.str), name);
    expect_text(batch, row, "__PATH", path);
    assert_int_equal(wql_batch_value(batch, row, "__DERIVATION", &value), WQL_OK);
    assert_int_equal(value.count, depth);
    if (depth) assert_true(value.items[0].str.len == strlen(super) && !memcmp(value.items[0].str.ptr, super, strlen(super)));
    assert_int_equal(wql_batch_value(batch, row, "Key", &value), WQL_E_NOT_FOUND);
}

/* Pulls everything. Returns how many rows came. */
static uint32_t check_all(place *p, const wql_call_options *how, uint32_t count) {
    wql_call call = start(p, how);
    wql_batch *batch, *copy;
    wql_status status;
    uint32_t rows = 0;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, NULL)) == WQL_OK) {
        uint32_t last = wql_batch_rows(batch) - 1;
        assert_string_equal(wql_class_describe(wql_batch_class(batch))->name, "meta_class");
        assert_int_equal(wql_batch_width(batch), sizeof columns / sizeof *columns);
        for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
            const wql_column *col = wql_batch_column(batch, i);
            assert_string_equal(col->name, columns[i]);
            assert_int_equal(col->type, wql_class_describe(wql_batch_class(batch))->properties[col->property].type);
        }
        for (uint32_t row = 0; row <= last; row++) check_row(batch, row, rows + row, count);
        assert_null(wql_batch_definition(batch, last + 1));
        assert_int_equal(wql_batch_copy(batch, last / 2, last / 2 + 1, &copy), WQL_OK);
        for (uint32_t row = 0; row <= last / 2; row++) check_row(copy, row, rows + last / 2 + row, count);
        wql_batch_release(copy);
        rows += last + 1;
        wql_batch_release(batch);
    }
    assert_int_equal(status, WQL_END);
    wql_call_close(call);
    return rows;
}

static void every_class_in_batches_of_all_sizes(void **state) {
    static const uint32_t sizes[] = {0, 1, 3, 64, 100, 300, 1000, 2048};
    place p;
    (void)state;
    open_place(&p, 700);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        wql_call_options how = WQL_INIT(wql_call_options);
        how.batch_rows = sizes[i];
        assert_int_equal(check_all(&p, &how, 700), 700);
        how.batch_bytes = 5000; /* batches are cut by their bytes */
        assert_int_equal(check_all(&p, &how, 700), 700);
        how.batch_bytes = 0;
        how.rows_max = 333;
        assert_int_equal(check_all(&p, &how, 700), 333);
    }
    close_place(&p);
}

static void a_namespace_without_classes(void **state) {
    wql_session *session;
    wql_call call;
    wql_batch *batch;
    place p;
    (void)state;
    open_place(&p, 1);
    assert_int_equal(wql_session_open(p.engine, "root", NULL, &session, NULL), WQL_OK); /* made on the way to root/many */
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM meta_class"), NULL, &call, NULL), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_END);
    wql_call_close(call);
    wql_session_close(session);
    close_place(&p);
}

/* -- lives ------------------------------------------------------------------------------------------------------- */

static void a_retained_batch_outlives_the_engine(void **state) {
    wql_batch *batch, *copy;
    wql_class *cls;
    wql_call call;
    place p;
    (void)state;
    open_place(&p, 50);
    call = start(&p, NULL);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_OK);
    assert_int_equal(wql_batch_copy(batch, 30, 1, &copy), WQL_OK);
    cls = wql_class_retain(wql_batch_definition(batch, 20));
    wql_call_close(call);
    close_place(&p); /* unloads the provider: classes are no memory of its */
    for (uint32_t row = 0; row < 50; row++) check_row(batch, row, row, 50);
    wql_batch_release(batch);
    check_row(copy, 0, 30, 50);
    wql_batch_release(copy);
    assert_string_equal(wql_class_describe(cls)->name, "Class_00020");
    assert_true(wql_class_isa(cls, "class_00000"));
    wql_class_release(cls);
}

/* A call sees the classes of the moment at which it was planned; the next one those that came since. */
static void classes_that_come_and_go(void **state) {
    many more = {.count = 4, .prefix = "More"};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_query *query;
    wql_call call;
    wql_batch *batch;
    uint32_t rows = 0;
    place p;
    (void)state;
    how.batch_rows = 2;
    open_place(&p, 5);
    assert_int_equal(wql_query_prepare(p.session, wql_s("SELECT * FROM meta_class"), &query, NULL), WQL_OK);
    assert_int_equal(wql_query_kind(query), WQL_KIND_SCHEMA);
    call = start(&p, &how);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql_engine_mount(p.engine, "root/many", &more_provider, NULL, &more, NULL), WQL_OK);
    for (rows = 2; wql_call_next(call, WQL_FOREVER, &batch, NULL) == WQL_OK; wql_batch_release(batch))
        rows += wql_batch_rows(batch);
    assert_int_equal(rows, 5);
    wql_call_close(call);
    assert_int_equal(wql_query_exec(query, &how, &call, NULL), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql_engine_unmount(p.engine, "root/many", "more", NULL), WQL_OK); /* a listing is no scan of a provider */
    for (rows = 2; wql_call_next(call, WQL_FOREVER, &batch, NULL) == WQL_OK; wql_batch_release(batch))
        rows += wql_batch_rows(batch);
    assert_int_equal(rows, 9);
    wql_call_close(call);
    wql_query_close(query);
    close_place(&p);
    assert_int_equal(more.unloads, 1);
}

static void cancelled_and_counted(void **state) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_batch *batch;
    wql_call call;
    place p;
    (void)state;
    open_place(&p, 40);
    how.batch_rows = 8;
    call = start(&p, &how);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_E_CALL_CANCELLED);
    wql_call_close(call);
    how.flags = WQL_COUNT_ONLY;
    call = start(&p, &how);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_END);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    assert_int_equal(stats.rows_delivered, 40);
    assert_int_equal(stats.rows_scanned, 40);
    wql_call_close(call);
    close_place(&p);
}

/* However many classes there are, a call needs memory for a batch: the peak is that of a few classes. */
static void memory_is_a_batch(void **state) {
    uint64_t more[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        wql_engine_stats before = WQL_INIT(wql_engine_stats), after = WQL_INIT(wql_engine_stats);
        wql_call_options how = WQL_INIT(wql_call_options);
        place p;
        wql_batch *batch;
        wql_call call;
        open_some(&p, i ? 20000 : 200, true);
        wql_engine_get_stats(p.engine, &before);
        how.batch_rows = 100;
        call = start(&p, &how);
        more[i] = 0;
        while (wql_call_next(call, WQL_FOREVER, &batch, NULL) == WQL_OK) {
            wql_engine_get_stats(p.engine, &after);
            if (after.memory - before.memory > more[i]) more[i] = after.memory - before.memory;
            wql_batch_release(batch);
        }
        wql_call_close(call);
        close_place(&p);
    }
    assert_in_range(more[1], 1, more[0] + more[0] / 10);
}

/* -- a list ------------------------------------------------------------------------------------------------------ */

/* The base language has only `*` here; what binds and runs does not depend on that. */
static void a_list_binds(void **state) {
    static const wql__parse_limits limits = {1000, 10, 10, 10, 100, 100, 100, 10};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__arena arena;
    wql__catalog *catalog;
    wql__query_tree *tree;
    wql__plan *plan;
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    wql__arena_init(&arena, mem);
    assert_int_equal(wql__catalog_make(mem, NULL, NULL, NULL, NULL, 0, "root\\x", "box", &catalog, &err), WQL_OK);
    assert_int_equal(wql__parse(wql_s("SELECT __class, __SUPERCLASS FROM x"), 0, &limits, &arena, &tree, &err), WQL_OK);
    tree->kind = WQL_KIND_SCHEMA;
    if (wql__plan_make(tree, mem, catalog, 0, NULL, NULL, &plan, &err) != WQL_OK) fail_msg("%s", err.message);
    assert_int_equal(plan->kind, WQL_KIND_SCHEMA);
    assert_int_equal(plan->scan_count, 1);
    assert_int_equal(plan->scans[0].output_count, 2);
    assert_string_equal(plan->scans[0].outputs[0].name, "__CLASS");
    assert_string_equal(plan->scans[0].outputs[1].name, "__SUPERCLASS");
    wql__plan_release(plan);
    wql__catalog_release(catalog);
    wql__arena_free(&arena);
    wql__mem_release(mem);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_in_batches_of_all_sizes),
        cmocka_unit_test(a_namespace_without_classes),
        cmocka_unit_test(a_retained_batch_outlives_the_engine),
        cmocka_unit_test(classes_that_come_and_go),
        cmocka_unit_test(cancelled_and_counted),
        cmocka_unit_test(memory_is_a_batch),
        cmocka_unit_test(a_list_binds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
