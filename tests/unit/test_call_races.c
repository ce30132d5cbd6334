/* SPDX-License-Identifier: MIT */
/* test_call_races.c: moments between two steps of a call at which something went wrong once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include "../../engine/deliver/call.h"

#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    ticks t;
} fixture;

static void open_fixture(fixture *f, const wql_engine_options *opt) {
    if (wql_engine_open(opt, &f->engine, &err) < 0) fail_msg("%s", err.message);
    if (wql_engine_mount(f->engine, "root/t", ticks_provider(&f->t, "ticks"), NULL, &f->t, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(f->engine, "root/t", NULL, &f->session, &err), WQL_OK);
}

static wql_engine_options options(uint32_t workers, uint32_t cancel_wait_ms) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = workers;
    opt.cancel_wait_ms = cancel_wait_ms;
    return opt;
}

/* Whoever lets the last use of a call go has still to take it out of the engine's table: the engine waits for that too. */
static void the_engine_waits_for_the_thread_that_frees_a_call(void **state) {
    fixture f = {.t = {.rows = 1}};
    wql_engine_options opt = options(0, 20);
    wql_call value;
    wql__call *call;
    (void)state;
    open_fixture(&f, &opt);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), NULL, &value, &err), WQL_OK);
    call = wql__call_find(value);
    assert_non_null(call);
    assert_int_equal(wql_call_close(value), WQL_OK);
    assert_int_equal(atomic_load(&call->use), 1);
    atomic_store(&call->use, 0); /* as wql__call_put does it, just before it asks for the table's lock */
    assert_int_equal(wql_engine_close(f.engine), WQL_S_TIMEDOUT);
    atomic_store(&call->use, 1);
    wql__call_put(call);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* -- zombies ----------------------------------------------------------------------------------------------------- */

static wql_status ignore_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)user;
    (void)call;
    (void)batch;
    return WQL_OK;
}

/* The run was closed, but its token not given back, when the call was released: a zombie from then on, and for ever. */
static void a_call_released_between_close_and_yield_is_no_zombie_afterwards(void **state) {
    fixture f = {.t = {.rows = 1, .silent = true}};
    wql_engine_options opt = options(0, 1000);
    wql_sink sink = {.struct_size = sizeof sink, .user = &f, .indicate = ignore_rows};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_pump *pump;
    wql_call value;
    wql__call *call;
    bool taken;
    (void)state;
    open_fixture(&f, &opt);
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    how.sink = &sink;
    how.pump = pump;
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), &how, &value, &err), WQL_OK);
    while (wql_pump_run(pump, 1000) == WQL_OK) {}
    call = wql__call_find(value); /* parked: its provider is silent */
    assert_non_null(call);
    wql__lock(&call->lock);
    taken = wql__call_take_run(call);
    wql__unlock(&call->lock);
    assert_true(taken);
    assert_int_equal(wql__call_close_run(call), WQL_OK);
    assert_int_equal(wql_call_cancel(value), WQL_OK); /* the final runs here: the pump is this thread's */
    wql__call_yield(call, WQL__STEP_GONE);
    wql__call_put(call);
    assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
    assert_int_equal(stats.zombies, 0);
    assert_int_equal(wql_call_close(value), WQL_OK);
    wql_pump_close(pump);
    wql_session_close(f.session);
    assert_int_equal(wql_engine_close(f.engine), WQL_OK);
}

/* -- a cancel at every look at the clock ------------------------------------------------------------------------- */

typedef struct moment {
    pthread_t main;
    event known; /* `call` is */
    wql_call call;
    _Atomic int looks; /* of the worker at the clock, from the call's submission on */
    int at;            /* the look at which the call is cancelled */
    _Atomic int answer;
    _Atomic bool on;
} moment;

static int64_t moment_clock(void *user, bool wall) {
    moment *m = user;
    int64_t now = wql__now_us();
    (void)wall;
    if (!atomic_load(&m->on) || pthread_equal(pthread_self(), m->main)) return now;
    (void)event_wait(&m->known);
    if (atomic_fetch_add(&m->looks, 1) == m->at) atomic_store(&m->answer, wql_call_cancel(m->call));
    return now;
}

/* Waits until nobody works on the call's run any more. */
static void wait_for_scan(wql_call value) {
    wql__call *call = wql__call_find(value);
    wql__lock(&call->lock);
    while (call->sched != WQL__GONE) (void)wql__cond_wait(&call->changed, &call->lock, WQL__TIME_FOREVER);
    wql__unlock(&call->lock);
    wql__call_put(call);
}

/* At whatever look at the clock the cancel comes: once it has returned, nothing that a worker made meanwhile is handed out. */
static void after_a_cancel_next_gives_no_batch_made_meanwhile(void **state) {
    int at, answer = WQL_OK;
    (void)state;
    for (at = 0; answer != WQL_E_NOT_FOUND && at < 1000; at++) {
        fixture f = {.t = {.rows = 300, .per_next = 100, .zero_copy = true}};
        moment m = {.main = pthread_self(), .known = EVENT_INIT, .at = at, .answer = WQL_E_NOT_FOUND};
        wql_engine_options opt = options(1, 1000);
        wql_call_options how = WQL_INIT(wql_call_options);
        wql_batch *batch = NULL;
        wql_status told;
        opt.clock = moment_clock;
        opt.clock_user = &m;
        open_fixture(&f, &opt);
        how.flags = WQL_RUN_AHEAD;
        atomic_store(&m.on, true);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), &how, &m.call, &err), WQL_OK);
        event_set(&m.known);
        wait_for_scan(m.call);
        atomic_store(&m.on, false);
        answer = atomic_load(&m.answer);
        told = wql_call_next(m.call, 0, &batch, &err);
        wql_batch_release(batch);
        if (answer == WQL_OK && told != WQL_E_CALL_CANCELLED) fail_msg("cancelled at look %d, next answered 0x%08X", at, told);
        assert_int_equal(wql_call_close(m.call), WQL_OK);
        assert_int_equal(wql_engine_close(f.engine), WQL_OK);
    }
    assert_true(at > 5);
    assert_int_equal(answer, WQL_E_NOT_FOUND); /* the last one was too late: all moments were tried */
}

/* -- elastic threads --------------------------------------------------------------------------------------------- */

typedef struct held {
    wql_engine *engine;
    event entered, done;
} held;

static wql_status tell_final(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) event_set(&((held *)user)->done);
    return WQL_OK;
}

static wql_call submit(wql_session *session, held *h) {
    wql_sink sink = {.struct_size = sizeof sink, .user = h, .indicate = ignore_rows, .status = tell_final};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    h->entered = h->done = (event)EVENT_INIT;
    how.sink = &sink;
    assert_int_equal(wql_session_exec(session, wql_s("SELECT * FROM Tick"), &how, &call, &err), WQL_OK);
    return call;
}

/* Two calls came to one idle elastic thread before it woke: the second waited for as long as the first was blocked. */
static void a_blocked_provider_does_not_hold_its_neighbour(void **state) {
    (void)state;
    for (int i = 0; i < 40; i++) {
        fixture f = {.t = {.rows = 1, .flags = WQL_MAY_BLOCK | WQL_CONCURRENT}}, g = {.t = {.rows = 1, .flags = WQL_MAY_BLOCK}};
        wql_engine_options opt = options(2, WQL_FOREVER);
        held first, second, warm;
        wql_session *other;
        wql_call calls[2];
        bool done;
        open_fixture(&f, &opt);
        if (wql_engine_mount(f.engine, "root/g", ticks_provider(&g.t, "ticks"), NULL, &g.t, &err) < 0)
            fail_msg("%s", err.message);
        assert_int_equal(wql_session_open(f.engine, "root/g", NULL, &other, &err), WQL_OK);
        (void)wql_call_close(submit(f.session, &warm)); /* leaves an idle thread behind */
        assert_true(event_wait(&warm.done));
        atomic_store(&f.t.deaf, true);
        calls[0] = submit(f.session, &first);
        calls[1] = submit(other, &second);
        done = event_wait(&second.done);
        atomic_store(&f.t.deaf, false);
        if (!done) fail_msg("round %d", i);
        assert_true(event_wait(&first.done));
        (void)wql_call_close(calls[0]);
        (void)wql_call_close(calls[1]);
        assert_int_equal(wql_engine_close(f.engine), WQL_OK);
    }
}

/* -- submission against shutdown --------------------------------------------------------------------------------- */

typedef struct submitter {
    wql_session *session;
    _Atomic bool *go;
    wql_call_options how;
    int refused;
} submitter;

static void *submit_until_refused(void *arg) {
    submitter *s = arg;
    wql_call call;
    wql_status status;
    while (!atomic_load(s->go)) {}
    while ((status = wql_session_exec(s->session, wql_s("SELECT * FROM Tick"), &s->how, &call, NULL)) == WQL_OK)
        (void)wql_call_close(call);
    s->refused = status;
    return NULL;
}

/* X18 for pulled calls: the shutdown found a call between its entry into the table and its first use, and freed it. */
static void X18_a_pulled_submission_against_shutdown(void **state) {
    (void)state;
    for (int i = 0; i < 200; i++) {
        fixture f = {.t = {.rows = 1}};
        wql_engine_options opt = options((uint32_t)i % 2, 1);
        _Atomic bool go = false;
        submitter s[2];
        pthread_t threads[2];
        wql_call kept;
        wql__call *keep;
        wql_status closed;
        open_fixture(&f, &opt);
        assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Tick"), NULL, &kept, &err), WQL_OK);
        keep = wql__call_find(kept); /* the engine cannot go before the submitters have */
        for (int k = 0; k < 2; k++) {
            s[k] = (submitter){f.session, &go, WQL_INIT(wql_call_options), 0};
            s[k].how.timeout_ms = 1000000;
            assert_int_equal(pthread_create(&threads[k], NULL, submit_until_refused, &s[k]), 0);
        }
        atomic_store(&go, true);
        for (volatile int spin = 0; spin < (i % 50) * 4000; spin++) {}
        assert_int_equal(wql_engine_close(f.engine), WQL_S_TIMEDOUT);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(pthread_join(threads[k], NULL), 0);
            assert_int_equal(s[k].refused, WQL_E_SHUTTING_DOWN);
        }
        wql__call_put(keep);
        while ((closed = wql_engine_close(f.engine)) == WQL_S_TIMEDOUT) {}
        assert_int_equal(closed, WQL_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_engine_waits_for_the_thread_that_frees_a_call),
        cmocka_unit_test(a_call_released_between_close_and_yield_is_no_zombie_afterwards),
        cmocka_unit_test(after_a_cancel_next_gives_no_batch_made_meanwhile),
        cmocka_unit_test(a_blocked_provider_does_not_hold_its_neighbour),
        cmocka_unit_test(X18_a_pulled_submission_against_shutdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
