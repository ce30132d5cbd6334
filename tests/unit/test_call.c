/* SPDX-License-Identifier: MIT */
/* test_call.c: engines, namespaces and limits, as a call meets them. */
#include "call_lab.h"

#include <wql/arrow.h>

#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

/* -- engines ----------------------------------------------------------------------------------------------------- */

static void R2_1_namespaces_and_mounts(void **state) {
    fixture f = {.t = {.rows = 3}};
    ticks other = {.rows = 1};
    wql_session *session;
    wql_class *cls;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_session_open(f.engine, "ROOT\\T", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "//./root/t", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "root", NULL, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "root/none", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "\\root", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "root/t/", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_session_open(f.engine, "\\\\\\.\\root", NULL, &session, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", ticks_provider(&other, "others"), NULL, &other, &err),
                     WQL_E_ALREADY_EXISTS);
    assert_non_null(strstr(err.message, "ticks"));
    assert_non_null(strstr(err.message, "others"));
    assert_int_equal(atomic_load(&other.unloads), 0); /* its load failed: no unload */
    assert_int_equal(wql_session_class(f.session, "tick", &cls, &err), WQL_OK);
    assert_string_equal(wql_class_describe(cls)->properties[0].origin, "Tick");
    assert_true(wql_class_isa(cls, "TICK"));
    wql_class_release(cls);
    assert_int_equal(wql_session_class(f.session, "Tock", &cls, &err), WQL_E_INVALID_CLASS);
    assert_string_equal(err.hint, "Tick");
    close_fixture(&f);
}

static void a_prepared_query_follows_the_mounts(void **state) {
    fixture f = {.t = {.rows = 3, .flags = WQL_CONCURRENT}};
    wql_query *query;
    wql_call call;
    wql_batch *batch;
    uint64_t rows = 0;
    char plan[500];
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT Id FROM Tick"), &query, &err), WQL_OK);
    assert_int_equal(wql_query_kind(query), WQL_KIND_DATA);
    assert_true(wql_query_explain(query, plan, sizeof plan) > 10);
    assert_int_equal(wql_engine_unmount(f.engine, "root/t", "TICKS", &err), WQL_OK);
    assert_int_equal(atomic_load(&f.t.unloads), 1); /* the prepared plan does not keep it */
    assert_int_equal(wql_query_exec(query, NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_E_INVALID_CLASS);
    wql_call_close(call);
    assert_int_equal(wql_engine_mount(f.engine, "root/t", &f.t.table, NULL, &f.t, &err), WQL_OK);
    assert_int_equal(wql_query_exec(query, NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 3);
    wql_call_close(call);
    wql_query_close(query);
    close_fixture(&f);
}

/* -- limits ------------------------------------------------------------------------------------------------ */

static wql_engine *open_limited(const wql_engine_options *opt, ticks *t, wql_session **session) {
    wql_engine *engine;
    assert_int_equal(wql_engine_open(opt, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(engine, "root/t", ticks_provider(t, "ticks"), NULL, t, &err), WQL_OK);
    assert_int_equal(wql_session_open(engine, "root/t", NULL, session, &err), WQL_OK);
    return engine;
}

static void a_limit_reached_is_named(void **state) {
    ticks t = {.rows = 100};
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_engine *engine;
    wql_session *session;
    wql_call calls[3];
    wql_batch *batch;
    wql_status status = WQL_OK;
    bool met = false;
    (void)state;
    opt.calls_max = 2;
    engine = open_limited(&opt, &t, &session);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[0], &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[1], &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[2], &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "calls_max"));
    assert_int_equal(wql_call_close(calls[0]), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[2], &err), WQL_OK);
    assert_int_equal(wql_engine_get_stats(engine, &stats), WQL_OK);
    assert_int_equal(stats.calls, 2);
    assert_int_equal(stats.providers, 1);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    opt.calls_max = 0;
    for (opt.memory_max = 1000; !met; opt.memory_max += 500) { /* upwards, until a call fails in its middle */
        assert_true(opt.memory_max < 200000);
        if (wql_engine_open(&opt, &engine, &err) < 0) continue;
        if (wql_engine_mount(engine, "root/t", ticks_provider(&t, "ticks"), NULL, &t, &err) >= 0 &&
            wql_session_open(engine, "root/t", NULL, &session, &err) >= 0 &&
            wql_session_exec(session, wql_s("SELECT * FROM Tick"), NULL, &calls[0], &err) >= 0) {
            while ((status = wql_call_next(calls[0], WQL_FOREVER, &batch, &err)) == WQL_OK) wql_batch_release(batch);
            assert_int_equal(status, WQL_E_QUOTA_VIOLATION);
            assert_non_null(strstr(err.message, "memory_max"));
            met = true;
        }
        assert_int_equal(wql_engine_close(engine), WQL_OK);
    }
    opt.memory_max = 0;
    opt.depth_max = 191;
    assert_int_equal(wql_engine_open(&opt, &engine, &err), WQL_E_INVALID_PARAMETER);
}

/* A field that this version does not know is refused only if it is set; a struct of an older version is read with zeros behind.
 */
static void structs_of_other_versions(void **state) {
    struct {
        wql_engine_options known;
        uint64_t unknown;
    } newer = {.known = {.struct_size = sizeof newer}};
    wql_engine_options older = {.struct_size = offsetof(wql_engine_options, alloc), .workers = 0, .flags = 0};
    wql_engine *engine;
    (void)state;
    assert_int_equal(wql_engine_open(&newer.known, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    newer.unknown = 1;
    assert_int_equal(wql_engine_open(&newer.known, &engine, &err), WQL_E_UNSUPPORTED_PARAMETER);
    older.memory_max = 1; /* beyond its size: not read */
    assert_int_equal(wql_engine_open(&older, &engine, &err), WQL_OK);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    older.struct_size = 0;
    assert_int_equal(wql_engine_open(&older, &engine, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_close(NULL), WQL_OK);
    assert_true(strlen(wql_version()) >= 5);
}

/* Kernels are those of the CPU, or those asked for; what it lacks, or nobody has, is refused. */
static void kernels_are_chosen(void **state) {
    static const uint32_t levels[] = {WQL_KERNELS_AUTO, WQL_KERNELS_PORTABLE, WQL_KERNELS_AVX2, WQL_KERNELS_AVX512,
                                      WQL_KERNELS_NEON};
    wql_engine_options options = {.struct_size = sizeof options};
    wql_engine *engine;
    unsigned opened = 0;
    (void)state;
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        wql_status status;
        options.kernels = levels[i];
        status = wql_engine_open(&options, &engine, &err);
        assert_true(status == WQL_OK || (i >= 2 && status == WQL_E_NOT_SUPPORTED));
        if (status != WQL_OK) continue;
        opened++;
        assert_int_equal(wql_engine_close(engine), WQL_OK);
    }
    assert_in_range(opened, 2, 4); /* no CPU has both AVX2 and NEON */
    options.kernels = WQL_KERNELS_NEON + 1;
    assert_int_equal(wql_engine_open(&options, &engine, &err), WQL_E_INVALID_PARAMETER);
}

/* What is not served yet says so, and checks its arguments as it will. */
static void reserved_functions(void **state) {
    fixture f = {.t = {.rows = 1}};
    wql_call call;
    wql_session *session;
    wql_session_options relaxed = {.struct_size = sizeof relaxed, .dialect = WQL_RELAXED};
    wql_principal nobody = {.struct_size = sizeof nobody, .name = "nobody"};
    wql_session_options stranger = {.struct_size = sizeof stranger, .principal = &nobody};
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 0, 0);
    assert_int_equal(wql_engine_load(f.engine, "root/t", "/nowhere.so", NULL, &err), WQL_E_PROVIDER_LOAD_FAILURE);
    assert_int_equal(wql_engine_mof(f.engine, "root/t", wql_s("class A {};"), &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_put(f.session, "Tick", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_delete(f.session, "Tick.Id=1", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_invoke(f.session, "Tick.Id=1", "Stop", NULL, &call, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_session_define(f.session, NULL, NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_delete(f.session, "Tick.Id=1", NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_open(f.engine, "root/t", &relaxed, &session, &err), WQL_OK);
    wql_session_close(session);
    assert_int_equal(wql_session_open(f.engine, "root/t", &stranger, &session, &err), WQL_E_ACCESS_DENIED);
    assert_int_equal(wql_engine_mount(f.engine, "root/l", wql_linux_provider(), "zebra=1", NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_at(call, 0, 0, &batch, &err), WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_call_export(call, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_batch_export(NULL, NULL, NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_call_resume(call), WQL_E_INVALID_OPERATION);
    wql_call_close(call);
    assert_int_equal(wql_query_check(f.engine, wql_s("SELECT a FROM b"), 0, NULL, &err), WQL_OK);
    assert_int_equal(wql_query_check(f.engine, wql_s("SELECT a FROM"), 0, NULL, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(wql_query_check(NULL, wql_s("SELECT a FROM b"), 0, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_query_kind(NULL), 0);
    assert_int_equal(wql_query_explain(NULL, NULL, 0), 0);
    wql_query_close(NULL);
    wql_session_close(NULL);
    wql_pump_close(NULL);
    assert_int_equal(wql_pump_fd(NULL), -1);
    assert_int_equal(wql_pump_run(NULL, 0), WQL_E_INVALID_PARAMETER);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R2_1_namespaces_and_mounts), cmocka_unit_test(a_prepared_query_follows_the_mounts),
        cmocka_unit_test(a_limit_reached_is_named),   cmocka_unit_test(structs_of_other_versions),
        cmocka_unit_test(kernels_are_chosen),
        cmocka_unit_test(reserved_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
