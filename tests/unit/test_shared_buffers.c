/* SPDX-License-Identifier: MIT */
/* test_shared_buffers.c: immutable buffers that come again with fewer NULLs. What lay below a NULL was not looked at the first
 * time, so it must be the second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <string.h>

typedef struct source {
    wql_column column;
    int batches;
} source;

static const wql_property_def properties[] = {{.name = "Name", .type = WQL_STRING}};
static const wql_class_def named = {.struct_size = sizeof named, .name = "Named", .properties = properties, .property_count = 1};

static wql_status named_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &named, 1, err);
}

static wql_status named_open(wql_scan *scan, wql_error *err) {
    (void)err;
    ((source *)scan->self)->batches = 0;
    return WQL_OK;
}

/* The first batch has a NULL in row 0, the second, of the same buffers, has none. */
static wql_status named_next(wql_scan *scan, wql_error *err) {
    static const uint8_t second_only = 2;
    source *s = scan->self;
    wql_status status;
    s->column.validity = s->batches ? NULL : &second_only;
    status = wql_scan_emit(scan, 2, &s->column, 1, NULL, NULL, err);
    if (status < 0) return status;
    return s->batches++ ? WQL_END : WQL_OK;
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "named",
                                      .load = named_load,
                                      .open = named_open,
                                      .next = named_next};

/* What the query ends with, and in `err` why. */
static wql_status run(source *s, wql_error *err) {
    wql_engine *engine;
    wql_session *session;
    wql_batch *batch;
    wql_call call;
    wql_status status;
    assert_int_equal(wql_engine_open(NULL, &engine, err), WQL_OK);
    assert_int_equal(wql_engine_mount(engine, "root/t", &provider, NULL, s, err), WQL_OK);
    assert_int_equal(wql_session_open(engine, "root/t", NULL, &session, err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Named WHERE Name <> 'x'"), NULL, &call, err), WQL_OK);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, err)) == WQL_OK) wql_batch_release(batch);
    (void)wql_call_close(call);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    return status;
}

static void a_view_below_a_null_is_not_trusted_later(void **state) {
    wql_view views[2] = {{.len = 1000, .as.ref.buffer = 5}, {.len = 2, .as.inlined = "ok"}};
    source s = {.column = {.type = WQL_STRING, .layout = WQL_VIEWS, .values = views, .buffer_id = 7}};
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    assert_int_equal(run(&s, &err), WQL_E_PROVIDER_FAILURE);
    assert_non_null(strstr(err.message, "names buffer 5 of 0 in row 0"));
    memset(&views[0], 0, sizeof views[0]); /* nothing wrong: it may come to light */
    assert_int_equal(run(&s, &err), WQL_END);
}

static void ill_formed_text_below_a_null_is_not_trusted_later(void **state) {
    char bytes[] = "\xffok";
    int32_t offsets[] = {0, 1, 3};
    source s = {
        .column = {
            .type = WQL_STRING, .layout = WQL_OFFSETS, .offsets = offsets, .bytes = bytes, .bytes_size = 3, .buffer_id = 7}};
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    assert_int_equal(run(&s, &err), WQL_E_PROVIDER_FAILURE);
    assert_non_null(strstr(err.message, "ill-formed UTF-8 in row 0"));
    bytes[0] = 'a';
    assert_int_equal(run(&s, &err), WQL_END);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_below_a_null_is_not_trusted_later),
        cmocka_unit_test(ill_formed_text_below_a_null_is_not_trusted_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
