/* SPDX-License-Identifier: MIT */
/* test_inline.c: inline functions of the public headers that no other test calls: what a mount may say and raise, what a request
 * wants, a boolean of a column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <string.h>

typedef struct seen {
    wql_status fired;
    bool wants[2];
    int lines;
    char line[64];
} seen;

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Odd", .type = WQL_BOOLEAN}};
static const wql_class_def number = {
    .struct_size = sizeof number, .name = "Number", .properties = properties, .property_count = 2};

static wql_status number_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)self;
    ((seen *)user)->fired = wql_mount_fire(mount, "__InstanceCreationEvent", NULL, 0);
    wql_mount_log(mount, WQL_LOG_INFO, "numbers are here");
    return wql_mount_define(mount, &number, 1, err);
}
static wql_status number_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    seen *s = self;
    (void)answer, (void)err;
    for (uint32_t i = 0; i < 2; i++) s->wants[i] = wql_request_wants(request, i);
    return WQL_OK;
}
static wql_status number_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}
static wql_status number_next(wql_scan *scan, wql_error *err) {
    (void)err;
    for (uint32_t i = 0; i < 4; i++) {
        wql_row_set(scan, 0, wql_u64(i));
        wql_row_set(scan, 1, wql_bool((i & 1) != 0));
        (void)wql_row_end(scan);
    }
    return WQL_END;
}
static const wql_provider numbers = {.struct_size = sizeof numbers,
                                     .flags = WQL_CONCURRENT,
                                     .name = "numbers",
                                     .load = number_load,
                                     .plan = number_plan,
                                     .open = number_open,
                                     .next = number_next};

static void on_log(void *user, int level, const char *line) {
    seen *s = user;
    if (level == WQL_LOG_INFO) s->lines++;
    strncpy(s->line, line, sizeof s->line - 1);
}

static void what_a_mount_and_a_request_offer(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    seen s = {0};
    wql_engine *engine;
    wql_session *session;
    wql_batch *batch;
    wql_call call;
    (void)state;
    opt.log = on_log;
    opt.log_user = &s;
    assert_int_equal(wql_engine_open(&opt, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(engine, "root/n", &numbers, NULL, &s, &err), WQL_OK);
    assert_int_equal(s.fired, WQL_E_NOT_SUPPORTED);
    assert_int_equal(s.lines, 1);
    assert_non_null(strstr(s.line, "numbers are here"));
    assert_int_equal(wql_session_open(engine, "root/n", NULL, &session, &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT Odd FROM Number"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    assert_false(s.wants[0]);
    assert_true(s.wants[1]);
    assert_int_equal(wql_batch_rows(batch), 4);
    for (uint32_t i = 0; i < 4; i++) assert_int_equal(wql_column_bool(wql_batch_column(batch, 0), i), i & 1);
    wql_batch_release(batch);
    assert_int_equal(wql_call_close(call), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_mount_and_a_request_offer)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
