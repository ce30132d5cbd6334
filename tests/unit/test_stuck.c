/* SPDX-License-Identifier: MIT */
/* test_stuck.c: a worker that a provider or a sink holds for too long is stood in for, and the provider is known from then on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include <stdio.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

typedef struct done {
    event entered, go, over;
    bool block;
    _Atomic uint64_t rows;
    _Atomic wql_status code;
} done;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    done *d = user;
    (void)call;
    atomic_fetch_add(&d->rows, wql_batch_rows(batch));
    event_set(&d->entered);
    if (d->block) (void)event_wait(&d->go);
    return WQL_OK;
}
static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    done *d = user;
    (void)call;
    atomic_store(&d->code, report->status);
    event_set(&d->over);
    return WQL_OK;
}

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    ticks held, free;
    _Atomic int warnings;
    _Atomic bool warned;
} fixture;

static void on_log(void *user, int level, const char *line) {
    fixture *f = user;
    if (level != WQL_LOG_WARNING || !strstr(line, "holds a worker")) return;
    atomic_fetch_add(&f->warnings, 1);
    atomic_store(&f->warned, true);
}

static void open_fixture(fixture *f) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = 1;
    opt.log = on_log;
    opt.log_user = f;
    assert_int_equal(wql_engine_open(&opt, &f->engine, &err), WQL_OK);
    if (wql_engine_mount(f->engine, "root/held", ticks_provider(&f->held, "held"), NULL, &f->held, &err) < 0 ||
        wql_engine_mount(f->engine, "root/free", ticks_provider(&f->free, "free"), NULL, &f->free, &err) < 0)
        fail_msg("%s", err.message);
}

static wql_call submit(fixture *f, const char *ns, done *d) {
    wql_sink sink = {.struct_size = sizeof sink, .user = d, .indicate = on_rows, .status = on_status};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_session *session;
    wql_call call;
    how.sink = &sink;
    d->entered = d->go = d->over = (event)EVENT_INIT;
    assert_int_equal(wql_session_open(f->engine, ns, NULL, &session, &err), WQL_OK);
    if (wql_session_exec(session, wql_s("SELECT Id FROM Tick"), &how, &call, &err) < 0) fail_msg("%s", err.message);
    wql_session_close(session);
    return call;
}

static wql_provider_stats stats_of(fixture *f, const char *ns, const char *provider) {
    wql_provider_stats stats = WQL_INIT(wql_provider_stats);
    assert_int_equal(wql_engine_get_provider_stats(f->engine, ns, provider, &stats), WQL_OK);
    return stats;
}

static void a_provider_that_holds_a_worker(void **state) {
    fixture f = {.held = {.rows = 10, .flags = WQL_CONCURRENT}, .free = {.rows = 10, .flags = WQL_CONCURRENT}};
    done held = {0}, free = {0}, again = {0};
    wql_call a, b, c;
    (void)state;
    open_fixture(&f);
    atomic_store(&f.held.deaf, true);
    a = submit(&f, "root/held", &held);
    assert_true(wait_until(&f.held.was_deaf, true));
    assert_int_equal(stats_of(&f, "root/held", "held").blocks, 0);
    b = submit(&f, "root/free", &free); /* the only worker is held */
    assert_true(event_wait(&free.over));
    assert_int_equal(atomic_load(&free.rows), 10);
    assert_true(wait_until(&f.warned, true)); /* it is blamed once the worker is replaced, which may serve `free` before */
    assert_int_equal(atomic_load(&f.warnings), 1);
    assert_int_equal(stats_of(&f, "root/held", "HELD").blocks, 1); /* names are compared without case */
    assert_int_equal(stats_of(&f, "root/free", "free").blocks, 0);
    c = submit(&f, "root/held", &again); /* held too, but no worker is */
    wql_call_close(b);
    b = submit(&f, "root/free", &free);
    assert_true(event_wait(&free.over));
    atomic_store(&f.held.deaf, false);
    assert_true(event_wait(&held.over));
    assert_true(event_wait(&again.over));
    assert_int_equal(atomic_load(&held.rows), 10);
    assert_int_equal(atomic_load(&again.rows), 10);
    assert_int_equal(wql_call_wait(a, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(wql_call_wait(c, WQL_FOREVER, &err), WQL_OK);
    wql_call_close(a);
    wql_call_close(b);
    wql_call_close(c);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void a_sink_that_holds_a_worker(void **state) {
    fixture f = {.held = {.rows = 10, .flags = WQL_CONCURRENT}, .free = {.rows = 10, .flags = WQL_CONCURRENT}};
    done held = {.block = true}, free = {0};
    wql_call a, b;
    (void)state;
    open_fixture(&f);
    a = submit(&f, "root/held", &held);
    assert_true(event_wait(&held.entered));
    b = submit(&f, "root/free", &free);
    assert_true(event_wait(&free.over));
    assert_int_equal(atomic_load(&f.warnings), 0); /* no provider is to blame */
    assert_int_equal(stats_of(&f, "root/held", "held").blocks, 0);
    event_set(&held.go);
    assert_true(event_wait(&held.over));
    wql_call_close(a);
    wql_call_close(b);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

static void statistics_of_a_provider(void **state) {
    fixture f = {.held = {.rows = 2500}, .free = {.rows = 10}};
    wql_provider_stats stats = WQL_INIT(wql_provider_stats);
    wql_session *session;
    wql_batch *batch;
    wql_call call;
    (void)state;
    open_fixture(&f);
    assert_int_equal(wql_session_open(f.engine, "root/held", NULL, &session, &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s("SELECT Id FROM Tick"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    wql_batch_release(batch);
    stats = stats_of(&f, "root/held", "held");
    assert_int_equal(stats.scans, 1);
    assert_int_equal(stats.opened, 1);
    assert_true(stats.rows > 0 && stats.rows < 2500); /* so many as came before the first batch was due */
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) wql_batch_release(batch);
    wql_call_close(call);
    stats = stats_of(&f, "root/held", "held");
    assert_int_equal(stats.scans, 0);
    assert_int_equal(stats.rows, 2500);
    assert_int_equal(stats.faults, 0);
    assert_true(stats.inside_ns > 0);
    assert_int_equal(wql_engine_get_provider_stats(f.engine, "root/held", "free", &stats), WQL_E_NOT_FOUND);
    assert_int_equal(wql_engine_get_provider_stats(f.engine, "root/none", "free", &stats), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_engine_get_provider_stats(f.engine, "root/held", "held", NULL), WQL_E_INVALID_PARAMETER);
    stats.struct_size = 0;
    assert_int_equal(wql_engine_get_provider_stats(f.engine, "root/held", "held", &stats), WQL_E_INVALID_PARAMETER);
    wql_session_close(session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provider_that_holds_a_worker),
        cmocka_unit_test(a_sink_that_holds_a_worker),
        cmocka_unit_test(statistics_of_a_provider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
