/* SPDX-License-Identifier: MIT */
/* test_lifetimes.c: how calls end, how much they hold until then, and who frees what is left of them. */
#include "call_lab.h"

#include "../../engine/deliver/call.h"

#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};
static const char all[] = "SELECT Id FROM Tick";

static void spin(int turns) {
    for (volatile int i = 0; i < turns; i++) {}
}

/* Waits until nobody works on the call's run: it is parked, or gone. */
static void wait_until_parked(wql_call value) {
    wql__call *call = wql__call_find(value);
    assert_non_null(call);
    wql__lock(&call->lock);
    while (call->sched != WQL__IDLE && call->sched != WQL__GONE)
        (void)wql__cond_wait(&call->changed, &call->lock, WQL__TIME_FOREVER);
    wql__unlock(&call->lock);
    wql__call_put(call);
}

/* -- every end leads to the release ------------------------------------------------------------------------------ */

static wql_status fail_at_once(recorder *r, int place, wql_call call) {
    (void)r;
    (void)call;
    return place == IN_ROWS ? WQL_E_FAILED : WQL_OK;
}

enum { BY_END, BY_FAILURE, BY_CANCEL, BY_SINK, BY_DEADLINE, BY_SHUTDOWN, ENDS };
static const wql_status codes[] = {WQL_OK,          WQL_E_ACCESS_DENIED, WQL_E_CALL_CANCELLED, WQL_E_CALL_CANCELLED,
                                   WQL_E_TIMED_OUT, WQL_E_SHUTTING_DOWN};

/* Each end, over a provider that answers and over one that never does (where it is not the provider's to end it). */
static void L1_I2_every_end_leads_to_one_final_status_and_the_release(void **state) {
    (void)state;
    for (int end = 0; end < ENDS; end++) {
        fixture f = {.t = {.rows = 100, .per_next = 10}};
        bool silent = end == BY_CANCEL || end == BY_DEADLINE || end == BY_SHUTDOWN;
        recorder r;
        f.t.silent = silent;
        f.t.fail_at_end = end == BY_FAILURE ? WQL_E_ACCESS_DENIED : 0;
        open_fixture(&f, 1, WQL_FOREVER);
        if (end == BY_SINK)
            recorder_act(&r, fail_at_once, NULL);
        else
            recorder_init(&r, DO_NOTHING);
        {
            wql_call call = submit(&f, all, &r, 0, end == BY_DEADLINE ? 20 : 0);
            if (end == BY_CANCEL) assert_int_equal(wql_call_cancel(call), WQL_OK);
            if (end != BY_SHUTDOWN) assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), codes[end]);
            if (end != BY_SHUTDOWN) assert_int_equal(wql_call_close(call), WQL_OK);
        }
        close_fixture(&f);
        assert_int_equal(atomic_load(&r.code), codes[end]);
        assert_promises(&r);
    }
}

/* -- what is held meanwhile -------------------------------------------------------------------------------------- */

/* Run ahead: the buffer has its limit, and one batch more is in hand. Pushed: one is in hand while the sink pauses. */
static void I13_what_is_made_ahead_is_bounded(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    fixture f = {.t = {.rows = 100000, .per_next = 100, .zero_copy = true, .flags = WQL_CONCURRENT}};
    wql_call_options how = WQL_INIT(wql_call_options);
    uint64_t rows = 0;
    recorder r;
    wql_batch *batch;
    wql_call call;
    (void)state;
    opt.workers = 1;
    opt.ahead_max = 3;
    open_fixture_with(&f, &opt);
    how.flags = WQL_RUN_AHEAD;
    how.batch_rows = 100;
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_OK);
    for (int i = 1; i <= 20; i++) {
        wait_until_parked(call);
        assert_true(atomic_load(&f.t.emitted) <= 3 + i); /* three ahead, one in hand, and those that were taken */
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 100000);
    wql_call_close(call);
    recorder_init(&r, PAUSE);
    call = submit(&f, all, &r, 0, 0);
    assert_true(event_wait(&r.entered));
    wait_until_parked(call);
    assert_int_equal(atomic_load(&r.indicates), 1);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    wql_call_close(call);
    close_fixture(&f);
}

static uint64_t memory_of(wql_engine *engine) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    assert_int_equal(wql_engine_get_stats(engine, &stats), WQL_OK);
    return stats.memory;
}

/* However much was made ahead, an ended call whose provider is still inside holds none of it. */
static void I15_a_zombie_holds_no_batches(void **state) {
    uint64_t few = 0, many = 0;
    (void)state;
    for (uint32_t ahead = 2; ahead <= 32; ahead += 30) {
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        fixture f = {.t = {.rows = 100000, .per_next = 1000, .deaf_from = (ahead - 1) * 1000}};
        wql_call_options how = WQL_INIT(wql_call_options);
        uint64_t full;
        wql_call call;
        opt.workers = 1;
        opt.ahead_max = ahead;
        opt.memory_max = 8 * 1024 * 1024; /* what an engine keeps for later calls is a 32nd of it */
        atomic_store(&f.t.deaf, true);
        open_fixture_with(&f, &opt);
        how.flags = WQL_RUN_AHEAD;
        how.batch_rows = 1000;
        how.batch_age_ms = 600000; /* full ones only, however slow this machine is */
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), &how, &call, &err), WQL_OK);
        assert_true(wait_until(&f.t.was_deaf, true)); /* the buffer is full but for one */
        full = memory_of(f.engine);
        assert_int_equal(wql_call_cancel(call), WQL_OK);
        *(ahead == 2 ? &few : &many) = memory_of(f.engine);
        assert_true(memory_of(f.engine) < full);
        atomic_store(&f.t.deaf, false);
        wql_call_close(call);
        close_fixture(&f);
    }
    /* The buffer's places, and nothing of what stood in them but what the engine keeps for other calls. */
    assert_true(many < few + 2048 + 8 * 1024 * 1024 / 32);
}

/* A parked call - its buffer is full, its provider silent, its sink paused - is let go by whatever ends it. */
static void X12_L5_a_parked_call_is_let_go_by_the_latch(void **state) {
    (void)state;
    for (int way = 0; way < 6; way++) {
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        fixture f = {.t = {.rows = 100000, .per_next = 100, .silent = way / 2 == 1}};
        wql_call_options how = WQL_INIT(wql_call_options);
        recorder r;
        wql_call call;
        opt.workers = 1;
        opt.ahead_max = 1;
        open_fixture_with(&f, &opt);
        how.flags = WQL_RUN_AHEAD;
        recorder_init(&r, way / 2 == 2 ? PAUSE : DO_NOTHING);
        if (way / 2 == 0)
            assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_OK);
        else
            call = submit(&f, all, &r, 0, 0);
        if (way / 2 == 2) assert_true(event_wait(&r.entered));
        wait_until_parked(call);
        if (way % 2) {
            assert_int_equal(wql_call_cancel(call), WQL_OK);
            wait_until_parked(call);
            if (way / 2) assert_promises(&r);
            wql_call_close(call);
        }
        close_fixture(&f); /* the other way: the shutdown is what ends it. It waits for the scan */
        if (way / 2) assert_promises(&r);
    }
}

/* -- who frees the rest ------------------------------------------------------------------------------------------ */

typedef struct closer {
    pthread_t thread;
    wql_call call;
    event *begin;
} closer;
static void *close_main(void *arg) {
    closer *c = arg;
    (void)event_wait(c->begin);
    (void)wql_call_close(c->call);
    return NULL;
}

/* The provider comes back, the last canceller wakes and the handle is closed at once: the last of them frees the call. The
 * sanitizers watch; the engine counts its calls. */
static void X24_I19_L6_the_last_of_all_frees_the_call(void **state) {
    (void)state;
    for (int round = 0; round < 60; round++) {
        fixture f = {.t = {.rows = 10}};
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        event begin = EVENT_INIT;
        canceller k[2] = {0};
        closer c;
        recorder r;
        atomic_store(&f.t.deaf, true);
        open_fixture(&f, 1, WQL_FOREVER);
        recorder_init(&r, DO_NOTHING);
        c = (closer){.call = submit(&f, all, &r, 0, 0), .begin = &begin};
        assert_true(wait_until(&f.t.was_deaf, true));
        for (int i = 0; i < 2; i++) {
            k[i] = (canceller){.call = c.call, .session = f.session, .sink = i ? &r : NULL, .begin = &begin};
            canceller_start(&k[i]);
        }
        assert_int_equal(pthread_create(&c.thread, NULL, close_main, &c), 0);
        event_set(&begin);
        spin((round % 20) * 2000);
        atomic_store(&f.t.deaf, false);
        for (int i = 0; i < 2; i++) {
            wql_status answer = canceller_join(&k[i]);
            assert_true(answer == WQL_OK || answer == WQL_E_NOT_FOUND);
        }
        assert_int_equal(pthread_join(c.thread, NULL), 0);
        do assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
        while (stats.calls);
        assert_int_equal(stats.zombies, 0);
        assert_promises(&r);
        close_fixture(&f);
    }
}

/* Another thread of the provider wakes a call that waits for room, or that is over. It is no reason to enter it again. */
static void X25_a_wake_that_meets_a_full_buffer_or_an_end(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    fixture f = {.t = {.rows = 5000, .per_next = 100}};
    wql_call_options how = WQL_INIT(wql_call_options);
    uint64_t rows = 0;
    wql_call call;
    int emitted;
    (void)state;
    opt.workers = 1;
    opt.ahead_max = 2;
    atomic_store(&f.t.parks, true);
    open_fixture_with(&f, &opt);
    how.flags = WQL_RUN_AHEAD;
    how.batch_rows = 100;
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_OK);
    assert_true(wait_until(&f.t.parked, true));
    wait_until_parked(call);
    atomic_store(&f.t.parks, false);
    wql_waker_wake(f.t.waker);
    while (atomic_load(&f.t.nexts) < 4) {} /* the first answer, two ahead, one in hand */
    wait_until_parked(call);
    emitted = atomic_load(&f.t.nexts);
    for (int i = 0; i < 10; i++) wql_waker_wake(f.t.waker);
    wait_until_parked(call);
    assert_int_equal(atomic_load(&f.t.nexts), emitted);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 5000);
    wql_waker_wake(f.t.waker); /* too late, and harmless */
    wql_call_close(call);
    wql_waker_wake(f.t.waker);
    close_fixture(&f);
}

/* -- the end of the engine --------------------------------------------------------------------------------------- */

static wql_status close_in_place(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == *(const int *)r->act_user) atomic_store(&r->answer, wql_engine_close(r->engine));
    return WQL_OK;
}

/* T30: from the rows, the final status and the release it latches everything, waits for nothing and says so. */
static void R7_6_closing_the_engine_in_each_callback(void **state) {
    static const int places[] = {IN_ROWS, IN_FINAL, IN_RELEASE};
    (void)state;
    for (int i = 0; i < 3; i++) {
        fixture f = {.t = {.rows = 5000, .flags = WQL_CONCURRENT}};
        recorder r, other;
        open_fixture(&f, 1, WQL_FOREVER);
        recorder_init(&other, PAUSE);
        (void)submit(&f, all, &other, 0, 0);
        assert_true(event_wait(&other.entered));
        recorder_act(&r, close_in_place, NULL);
        r.act_user = (void *)(uintptr_t)&places[i];
        (void)submit(&f, all, &r, 0, 0);
        assert_true(event_wait(&r.done));
        close_fixture(&f);
        assert_int_equal(atomic_load(&r.answer), WQL_S_TIMEDOUT);
        assert_int_equal(atomic_load(&r.code), i == 0 ? WQL_E_SHUTTING_DOWN : WQL_OK);
        assert_int_equal(atomic_load(&other.code), WQL_E_SHUTTING_DOWN);
        assert_promises(&r);
        assert_promises(&other);
    }
}

/* With a bound it comes back though a sink and a provider hold their threads, frees nothing, and may be called again. */
static void R7_6_L7_a_close_with_a_bound_comes_back(void **state) {
    fixture f = {.t = {.rows = 5000, .flags = WQL_CONCURRENT}};
    recorder held, deaf;
    (void)state;
    open_fixture(&f, 2, 20);
    recorder_init(&held, BLOCK);
    recorder_init(&deaf, DO_NOTHING);
    (void)submit(&f, all, &held, 0, 0);
    assert_true(event_wait(&held.entered));
    atomic_store(&f.t.deaf, true);
    (void)submit(&f, all, &deaf, 0, 0);
    assert_true(wait_until(&f.t.was_deaf, true));
    assert_int_equal(wql_engine_close(f.engine), WQL_S_TIMEDOUT);
    assert_int_equal(atomic_load(&held.finals), 0);
    assert_true(event_wait(&deaf.done)); /* the provider does not hold its client */
    assert_int_equal(atomic_load(&deaf.code), WQL_E_SHUTTING_DOWN);
    event_set(&held.go);
    assert_true(event_wait(&held.done));
    assert_int_equal(wql_engine_close(f.engine), WQL_S_TIMEDOUT); /* the provider is still inside */
    atomic_store(&f.t.deaf, false);
    while (wql_engine_close(f.engine) == WQL_S_TIMEDOUT) {}
    assert_int_equal(atomic_load(&held.code), WQL_E_SHUTTING_DOWN);
    assert_promises(&held);
    assert_promises(&deaf);
    assert_int_equal(atomic_load(&f.t.opens), atomic_load(&f.t.closes));
    assert_int_equal(atomic_load(&f.t.unloads), 1);
}

/* -- opening ----------------------------------------------------------------------------------------------------- */

typedef struct slow_mount {
    pthread_t thread;
    wql_engine *engine;
    ticks t;
    event entered, go;
    wql_status answer;
} slow_mount;

static wql_status load_slowly(wql_mount *mount, const char *config, void *user, void **self, wql_error *e) {
    slow_mount *s = user;
    (void)mount;
    (void)config;
    (void)self;
    (void)e;
    event_set(&s->entered);
    (void)event_wait(&s->go);
    return WQL_E_FAILED;
}

static void *mount_main(void *arg) {
    slow_mount *s = arg;
    s->answer = wql_engine_mount(s->engine, "root/slow", &s->t.table, NULL, s, NULL);
    return NULL;
}

/* A provider hangs in its load: other sessions are opened and used; one that hangs in open ends its call at the deadline. */
static void R2_5_a_provider_that_hangs_at_its_beginning_holds_nobody(void **state) {
    fixture f = {.t = {.rows = 10, .deaf_in_open = true}};
    slow_mount s = {.entered = EVENT_INIT, .go = EVENT_INIT};
    wql_session *session;
    recorder r;
    wql_call call;
    uint64_t rows = 0;
    (void)state;
    open_fixture(&f, 1, 0);
    s.engine = f.engine;
    (void)ticks_provider(&s.t, "slow");
    s.t.table.load = load_slowly;
    assert_int_equal(pthread_create(&s.thread, NULL, mount_main, &s), 0);
    assert_true(event_wait(&s.entered));
    assert_int_equal(wql_session_open(f.engine, "root/t", NULL, &session, &err), WQL_OK);
    assert_int_equal(wql_session_exec(session, wql_s(all), NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(rows, 10);
    wql_call_close(call);
    wql_session_close(session);
    atomic_store(&f.t.deaf, true);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, all, &r, 0, 30);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_TIMED_OUT);
    assert_promises(&r);
    wql_call_close(call);
    atomic_store(&f.t.deaf, false);
    event_set(&s.go);
    assert_int_equal(pthread_join(s.thread, NULL), 0);
    assert_int_equal(s.answer, WQL_E_FAILED);
    close_fixture(&f);
}

/* -- a provider that is taken away ------------------------------------------------------------------------------- */

static event plan_entered, plan_may_go;
static _Atomic bool in_plan, unmount_returned;

static wql_status slow_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *e) {
    (void)self, (void)request, (void)answer, (void)e;
    atomic_store(&in_plan, true);
    event_set(&plan_entered);
    (void)event_wait(&plan_may_go);
    atomic_store(&in_plan, false);
    return WQL_OK;
}

static void *prepare_main(void *arg) {
    wql_query *query;
    if (wql_query_prepare(arg, wql_s(all), &query, NULL) == WQL_OK) wql_query_close(query);
    return NULL;
}

/* Whether nobody was inside plan when the unmount returned. */
static void *unmount_main(void *arg) {
    fixture *f = arg;
    bool good = wql_engine_unmount(f->engine, "root/u", "slow", NULL) == WQL_OK && !atomic_load(&in_plan);
    atomic_store(&unmount_returned, true);
    return good ? arg : NULL;
}

static void an_unmount_waits_for_a_plan(void **state) {
    fixture f = {.t = {.rows = 10}};
    ticks slow = {.rows = 10, .flags = WQL_CONCURRENT};
    wql_provider table = *ticks_provider(&slow, "slow");
    const struct timespec moment = {0, 50000000};
    pthread_t preparing, unmounting;
    wql_session *session;
    wql_query *query;
    void *good;
    (void)state;
    plan_entered = plan_may_go = (event)EVENT_INIT;
    open_fixture(&f, 1, WQL_FOREVER);
    table.plan = slow_plan;
    assert_int_equal(wql_engine_mount(f.engine, "root/u", &table, NULL, &slow, &err), WQL_OK);
    assert_int_equal(wql_session_open(f.engine, "root/u", NULL, &session, &err), WQL_OK);
    assert_int_equal(pthread_create(&preparing, NULL, prepare_main, session), 0);
    assert_true(event_wait(&plan_entered));
    assert_int_equal(pthread_create(&unmounting, NULL, unmount_main, &f), 0);
    nanosleep(&moment, NULL); /* time enough to return, if it does not wait */
    assert_false(atomic_load(&unmount_returned));
    event_set(&plan_may_go);
    pthread_join(unmounting, &good);
    pthread_join(preparing, NULL);
    assert_non_null(good);
    assert_int_equal(atomic_load(&slow.unloads), 1);
    assert_int_equal(wql_query_prepare(session, wql_s(all), &query, &err), WQL_E_INVALID_CLASS);
    wql_session_close(session);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(L1_I2_every_end_leads_to_one_final_status_and_the_release),
        cmocka_unit_test(I13_what_is_made_ahead_is_bounded),
        cmocka_unit_test(I15_a_zombie_holds_no_batches),
        cmocka_unit_test(X12_L5_a_parked_call_is_let_go_by_the_latch),
        cmocka_unit_test(X24_I19_L6_the_last_of_all_frees_the_call),
        cmocka_unit_test(X25_a_wake_that_meets_a_full_buffer_or_an_end),
        cmocka_unit_test(R7_6_closing_the_engine_in_each_callback),
        cmocka_unit_test(R7_6_L7_a_close_with_a_bound_comes_back),
        cmocka_unit_test(an_unmount_waits_for_a_plan),
        cmocka_unit_test(R2_5_a_provider_that_hangs_at_its_beginning_holds_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
