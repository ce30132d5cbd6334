/* SPDX-License-Identifier: MIT */
/* test_cancel_rules.c: whom a cancel finds, what it waits for, and the races of two ends of one call. Each race is held open by
 * an event where that is possible, and tried many times where it is not. */
#include "call_lab.h"

#include "../../engine/deliver/call.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static wql_error err = {.struct_size = sizeof(wql_error)};
static const char all[] = "SELECT Id FROM Tick";

static void spin(int turns) {
    for (volatile int i = 0; i < turns; i++) {}
}

/* Holds its thread in the place that act_user points to. */
static wql_status hold_in(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == *(const int *)r->act_user) {
        event_set(&r->entered);
        (void)event_wait(&r->go);
    }
    return WQL_OK;
}

static const int in_rows = IN_ROWS, in_final = IN_FINAL, in_release = IN_RELEASE;

static void hold_at(recorder *r, const int *place) {
    recorder_act(r, hold_in, NULL);
    r->act_user = (void *)(uintptr_t)place;
}

/* -- whom it finds ----------------------------------------------------------------------------------------------- */

typedef struct wrapper {
    recorder *inner;
} wrapper;
static wql_status wrapped_rows(void *user, wql_call call, const wql_batch *batch) {
    wql_sink sink = sink_of(((wrapper *)user)->inner);
    return sink.indicate(sink.user, call, batch);
}
static wql_status wrapped_status(void *user, wql_call call, const wql_report *report) {
    wql_sink sink = sink_of(((wrapper *)user)->inner);
    return sink.status(sink.user, call, report);
}
static void wrapped_add_ref(void *user) {
    wql_sink sink = sink_of(((wrapper *)user)->inner);
    sink.add_ref(sink.user);
}
static void wrapped_release(void *user) {
    wql_sink sink = sink_of(((wrapper *)user)->inner);
    sink.release(sink.user);
}

static void R6_1_a_wrapper_and_what_it_wraps_are_two_keys(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}};
    recorder r;
    wrapper w = {&r};
    wql_sink sink = {sizeof sink, &w, wrapped_rows, wrapped_status, wrapped_add_ref, wrapped_release};
    wql_call_options how = WQL_INIT(wql_call_options);
    (void)state;
    recorder_init(&r, DO_NOTHING);
    how.sink = &sink;
    open_fixture(&f, 1, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, NULL, &err), WQL_OK);
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_E_NOT_FOUND);
    assert_int_equal(atomic_load(&r.finals), 0);
    assert_int_equal(wql_session_cancel(f.session, &w), WQL_OK);
    assert_promises(&r);
    close_fixture(&f);
}

static wql_status submit_again(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_FINAL && atomic_load(&r->add_refs) == 1) {
        wql_sink sink = sink_of(r);
        wql_call_options how = WQL_INIT(wql_call_options);
        how.sink = &sink;
        atomic_store(&r->answer, wql_session_exec(r->session, wql_s(all), &how, &r->other, NULL));
    }
    /* The new call's reference is there before the old one's goes. */
    if (place == IN_RELEASE && atomic_load(&r->releases) == 0 && atomic_load(&r->refs) != 2) atomic_fetch_add(&r->bad_reports, 1);
    return WQL_OK;
}

/* A sink that submits itself again from the final status: the cancel that caused this neither ends nor awaits the new call. */
static void R6_2_X21_a_call_submitted_from_the_final_status_goes_on(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .flags = WQL_CONCURRENT}};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    recorder r;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    for (int by_sink = 0; by_sink < 2; by_sink++) {
        recorder_act(&r, submit_again, NULL);
        call = submit(&f, all, &r, 0, 0);
        assert_int_equal(by_sink ? wql_session_cancel(f.session, &r) : wql_call_cancel(call), WQL_OK);
        assert_int_equal(atomic_load(&r.answer), WQL_OK);
        assert_int_equal(atomic_load(&r.finals), 1);
        assert_int_equal(atomic_load(&r.releases), 1);
        assert_int_equal(atomic_load(&r.refs), 1);
        assert_int_equal(atomic_load(&r.bad_reports), 0);
        assert_int_equal(wql_call_wait(r.other, 0, &err), WQL_S_TIMEDOUT);
        assert_int_equal(wql_call_get_stats(r.other, &stats), WQL_OK);
        assert_int_equal(wql_session_cancel(f.session, &r), WQL_OK);
        assert_int_equal(atomic_load(&r.finals), 2);
        assert_int_equal(atomic_load(&r.releases), 2);
        assert_int_equal(atomic_load(&r.refs), 0);
        wql_call_close(call);
        wql_call_close(r.other);
    }
    close_fixture(&f);
}

/* The pointer is compared, never followed: here it points to memory that was given back. */
static void R6_3_I14_a_pointer_that_is_freed_is_not_found(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder *r = malloc(sizeof *r);
    volatile uintptr_t old = (uintptr_t)r; /* a number to compare, to the compiler too */
    (void)state;
    assert_non_null(r);
    open_fixture(&f, 1, 0);
    recorder_init(r, DO_NOTHING);
    assert_int_equal(run_to_end(&f, all, r, 0), WQL_OK);
    assert_promises(r);
    free(r);
    assert_int_equal(wql_session_cancel(f.session, (const void *)old), WQL_E_NOT_FOUND);
    assert_int_equal(wql_session_cancel(f.session, NULL), WQL_E_INVALID_PARAMETER);
    close_fixture(&f);
}

/* A forged value: a wrong number, an old generation, another engine. It reaches nothing. */
static void R3_1_R3_4_forged_values_reach_no_sink(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true}}, g = {.t = {.rows = 10}};
    wql_batch *batch;
    recorder r;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    open_fixture(&g, 1, 0);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, all, &r, 0, 0);
    for (int i = 0; i < 5; i++) {
        wql_call forged = call;
        if (i == 0) forged.engine = g.engine;
        if (i == 1) forged.id += 1;
        if (i == 2) forged.id += (uint64_t)1 << 32;
        if (i == 3) forged.id -= (uint64_t)1 << 32;
        if (i == 4) forged.id = UINT64_MAX;
        assert_int_equal(wql_call_cancel(forged), WQL_E_NOT_FOUND);
        assert_int_equal(wql_call_resume(forged), WQL_E_NOT_FOUND);
        assert_int_equal(wql_call_wait(forged, 0, &err), WQL_E_NOT_FOUND);
        assert_int_equal(wql_call_next(forged, 0, &batch, &err), WQL_E_NOT_FOUND);
        assert_int_equal(wql_call_close(forged), WQL_E_NOT_FOUND);
    }
    assert_int_equal(wql_session_cancel(g.session, &r), WQL_E_NOT_FOUND); /* the same pointer in another engine */
    assert_int_equal(atomic_load(&r.finals), 0);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
    close_fixture(&g);
}

/* A new call of the old address: the old value is stale, the pointer means the new call. */
static void X17_an_address_that_is_used_again(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .flags = WQL_CONCURRENT}};
    recorder r;
    wql_call old, young;
    (void)state;
    open_fixture(&f, 1, 0);
    recorder_init(&r, DO_NOTHING);
    old = submit(&f, all, &r, 0, 0);
    assert_int_equal(wql_call_cancel(old), WQL_OK);
    wql_call_close(old);
    recorder_init(&r, DO_NOTHING);
    young = submit(&f, all, &r, 0, 0);
    assert_int_equal(wql_call_cancel(old), WQL_E_NOT_FOUND);
    assert_int_equal(atomic_load(&r.finals), 0);
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_OK);
    assert_int_equal(wql_call_wait(young, 0, &err), WQL_E_CALL_CANCELLED);
    assert_promises(&r);
    wql_call_close(young);
    close_fixture(&f);
}

/* -- what it waits for ------------------------------------------------------------------------------------------- */

/* Whatever callback holds its thread, the bound covers it; afterwards the one final status and the release still come. */
static void R6_9_the_bound_covers_rows_final_and_release(void **state) {
    static const int *const places[] = {&in_rows, &in_final, &in_release};
    (void)state;
    for (int i = 0; i < 3; i++) {
        fixture f = {.t = {.rows = 10}};
        recorder r;
        wql_call call;
        open_fixture(&f, 1, 30);
        hold_at(&r, places[i]);
        call = submit(&f, all, &r, 0, 0);
        assert_true(event_wait(&r.entered));
        assert_int_equal(wql_call_cancel(call), WQL_S_TIMEDOUT);
        assert_int_equal(wql_session_cancel(f.session, &r), WQL_S_TIMEDOUT); /* found, not missed, while release runs */
        assert_int_equal(atomic_load(&r.releases), 0);
        event_set(&r.go);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), i == 0 ? WQL_E_CALL_CANCELLED : WQL_OK);
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static wql_status hold_shared(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_ROWS) (void)event_wait(&r->go);
    return WQL_OK;
}

/* Eight calls of one sink, each in a callback that holds its thread: all are latched, and one bound is waited for, not eight. */
static void R6_9_one_bound_for_all_calls_of_a_sink(void **state) {
    enum { CALLS = 8, BOUND_MS = 250 };
    fixture f = {.t = {.rows = 5000, .per_next = 10, .flags = WQL_CONCURRENT | WQL_MAY_BLOCK}};
    recorder r;
    wql_call calls[CALLS];
    int64_t from, took;
    (void)state;
    open_fixture(&f, 1, BOUND_MS);
    recorder_init(&r, SHARED);
    r.act = hold_shared;
    for (int i = 0; i < CALLS; i++) calls[i] = submit(&f, all, &r, 0, 0);
    while (atomic_load(&r.indicates) < CALLS) spin(1000);
    from = now_ms();
    assert_int_equal(wql_session_cancel(f.session, &r), WQL_S_TIMEDOUT);
    took = now_ms() - from;
    assert_true(took >= BOUND_MS && took < (CALLS - 1) * BOUND_MS);
    event_set(&r.go);
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_E_CALL_CANCELLED);
        wql_call_close(calls[i]);
    }
    assert_int_equal(atomic_load(&r.indicates), CALLS); /* no new data callback began */
    assert_int_equal(atomic_load(&r.finals), CALLS);
    assert_int_equal(atomic_load(&r.releases), CALLS);
    close_fixture(&f);
}

/* Half by value, half by sink. Whoever returns OK or not-found finds the sink released. */
static void R6_10_I17_X2_many_cancellers(void **state) {
    enum { CANCELLERS = 8 };
    (void)state;
    for (int round = 0; round < 20; round++) {
        fixture f = {.t = {.rows = 10}};
        canceller k[CANCELLERS] = {0};
        event begin = EVENT_INIT;
        int good = 0;
        recorder r;
        wql_call call;
        open_fixture(&f, 1, WQL_FOREVER);
        hold_at(&r, round % 3 == 0 ? &in_rows : round % 3 == 1 ? &in_final : &in_release);
        call = submit(&f, all, &r, 0, 0);
        assert_true(event_wait(&r.entered));
        for (int i = 0; i < CANCELLERS; i++) {
            k[i] = (canceller){.call = call, .session = f.session, .sink = i % 2 ? &r : NULL, .begin = &begin, .about = &r};
            canceller_start(&k[i]);
        }
        event_set(&begin);
        spin(round * 2000);
        event_set(&r.go);
        for (int i = 0; i < CANCELLERS; i++) {
            wql_status answer = canceller_join(&k[i]);
            assert_true(answer == WQL_OK || (answer == WQL_E_NOT_FOUND && k[i].sink));
            assert_int_equal(k[i].finals, 1);
            assert_int_equal(k[i].releases, 1);
            good += answer == WQL_OK;
        }
        assert_true(good >= CANCELLERS / 2); /* those by value always find it: its handle is open */
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

static wql_status cancel_and_hold(recorder *r, int place, wql_call call) {
    if (place == IN_ROWS) {
        atomic_store(&r->answer, wql_call_cancel(call));
        event_set(&r->entered);
        (void)event_wait(&r->go);
    }
    return WQL_OK;
}

/* The canceller inside does not wait; the one outside does, for the callback, the final status and the release. */
static void X3_one_canceller_inside_and_one_outside(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        fixture f = {.t = {.rows = 5000}};
        canceller k = {0};
        wql_status told;
        recorder r;
        wql_call call;
        open_fixture(&f, 1, WQL_FOREVER);
        recorder_act(&r, cancel_and_hold, NULL);
        call = submit(&f, all, &r, 0, 0);
        assert_true(event_wait(&r.entered));
        k = (canceller){.call = call, .session = f.session, .sink = round % 2 ? &r : NULL, .about = &r};
        canceller_start(&k);
        spin(round * 5000);
        assert_int_equal(atomic_load(&r.finals), 0);
        event_set(&r.go);
        told = canceller_join(&k);
        assert_true(told == WQL_OK || (round % 2 && told == WQL_E_NOT_FOUND));
        assert_int_equal(k.releases, 1);
        assert_int_equal(atomic_load(&r.answer), WQL_S_PENDING);
        assert_int_equal(atomic_load(&r.indicates), 1);
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

static wql_status fail_when_let(recorder *r, int place, wql_call call) {
    (void)call;
    if (place != IN_ROWS) return WQL_OK;
    event_set(&r->entered);
    (void)event_wait(&r->go);
    return WQL_E_FAILED;
}

static void X15_a_sink_that_fails_while_a_cancel_waits(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        fixture f = {.t = {.rows = 5000}};
        canceller k = {0};
        recorder r;
        wql_call call;
        open_fixture(&f, 1, WQL_FOREVER);
        recorder_act(&r, fail_when_let, NULL);
        call = submit(&f, all, &r, 0, 0);
        assert_true(event_wait(&r.entered));
        k = (canceller){.call = call, .about = &r};
        canceller_start(&k);
        spin(round * 5000);
        event_set(&r.go);
        assert_int_equal(canceller_join(&k), WQL_OK);
        assert_int_equal(k.releases, 1);
        assert_int_equal(wql_call_wait(call, 0, &err), WQL_E_CALL_CANCELLED);
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

/* A sink that frees itself in its release, while others ask for it by its address. */
typedef struct mayfly {
    int count;
    event *entered, *go;
    _Atomic bool *gone;
} mayfly;
static wql_status mayfly_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    (void)batch;
    return ((mayfly *)user)->count == 1 ? WQL_OK : WQL_E_FAILED;
}
static void mayfly_add_ref(void *user) { ((mayfly *)user)->count++; }
static void mayfly_release(void *user) {
    mayfly *m = user;
    _Atomic bool *gone = m->gone;
    event_set(m->entered);
    (void)event_wait(m->go);
    free(m);
    atomic_store(gone, true);
}

static void X16_a_cancel_finds_a_sink_that_is_being_destroyed(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        fixture f = {.t = {.rows = 10}};
        event entered = EVENT_INIT, go = EVENT_INIT;
        _Atomic bool gone = false;
        mayfly *m = malloc(sizeof *m);
        wql_sink sink = {
            .struct_size = sizeof sink, .user = m, .indicate = mayfly_rows, .add_ref = mayfly_add_ref, .release = mayfly_release};
        wql_call_options how = WQL_INIT(wql_call_options);
        canceller k = {0};
        assert_non_null(m);
        *m = (mayfly){0, &entered, &go, &gone};
        how.sink = &sink;
        open_fixture(&f, 1, WQL_FOREVER);
        assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, NULL, &err), WQL_OK);
        assert_true(event_wait(&entered));
        k = (canceller){.session = f.session, .sink = m};
        canceller_start(&k);
        spin(round * 3000);
        event_set(&go);
        (void)canceller_join(&k);
        assert_true(k.answer == WQL_OK || k.answer == WQL_E_NOT_FOUND);
        assert_true(atomic_load(&gone)); /* it returned after release had */
        close_fixture(&f);
    }
}

/* -- what is not delivered --------------------------------------------------------------------------------------- */

static wql_status watch_for_closed(recorder *r, int place, wql_call call) {
    (void)place;
    (void)call;
    if (atomic_load(&r->answer_in_release)) atomic_fetch_add(&r->bad_reports, 1); /* "closed": the cancel has returned */
    return WQL_OK;
}

/* At moments of all kinds: nothing comes after the return, and what was made and not delivered is freed (close_fixture counts).
 */
static void R6_5_R6_6_I10_X1_a_cancel_at_any_moment(void **state) {
    fixture f = {.t = {.rows = 3000, .per_next = 100, .zero_copy = true, .flags = WQL_CONCURRENT, .block_every = 11}};
    int cancelled = 0, ended = 0;
    (void)state;
    open_fixture(&f, 2, WQL_FOREVER);
    for (int round = 0; round < 600; round++) {
        recorder r;
        wql_status answer;
        wql_call call;
        recorder_act(&r, watch_for_closed, NULL);
        call = submit(&f, all, &r, round % 2 ? WQL_SEND_STATUS : 0, 0);
        spin((round % 100) * 3000);
        answer = round % 3 ? wql_call_cancel(call) : wql_session_cancel(f.session, &r);
        atomic_store(&r.answer_in_release, 1);
        assert_true(answer == WQL_OK || answer == WQL_E_NOT_FOUND);
        assert_promises(&r); /* released, rows a prefix in order, and one final status */
        if (atomic_load(&r.code) == WQL_OK) {
            ended++;
            assert_int_equal(atomic_load(&r.rows), 3000); /* the natural end won: nothing is missing */
        } else {
            cancelled++;
            assert_int_equal(atomic_load(&r.code), WQL_E_CALL_CANCELLED);
            assert_true(atomic_load(&r.rows) <= 3000);
        }
        spin(2000);
        assert_int_equal(atomic_load(&r.bad_reports), 0);
        wql_call_close(call);
    }
    assert_true(cancelled > 0);
    assert_int_equal(cancelled + ended, 600);
    close_fixture(&f);
}

/* -- two ends of one call ---------------------------------------------------------------------------------------- */

static int64_t still_clock(void *user, bool wall) {
    (void)wall;
    return atomic_load((_Atomic int64_t *)user);
}

/* The final status is being delivered when the cancel, or the deadline, comes: too late, and nothing changes. */
static void R6_7_I8_X1_X20_an_end_that_comes_second_changes_nothing(void **state) {
    (void)state;
    for (int way = 0; way < 3; way++) {
        fixture f = {.t = {.rows = 10}};
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        _Atomic int64_t now = 1;
        canceller k = {0};
        recorder r;
        wql_call call;
        opt.workers = 1;
        opt.cancel_wait_ms = WQL_FOREVER;
        opt.clock = still_clock;
        opt.clock_user = &now;
        open_fixture_with(&f, &opt);
        hold_at(&r, &in_final);
        call = submit(&f, all, &r, 0, way == 2 ? 200 : 0);
        assert_true(event_wait(&r.entered));
        k = (canceller){.call = call, .session = f.session, .sink = way ? &r : NULL, .about = &r};
        if (way < 2) canceller_start(&k);
        atomic_store(&now, 1000000); /* beyond the deadline, which the timer looks at when 200 ms are over */
        if (way == 2) assert_int_equal(wql_call_wait(call, 250, &err), WQL_S_TIMEDOUT);
        event_set(&r.go);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
        if (way < 2) {
            wql_status told = canceller_join(&k);
            assert_true(told == WQL_OK || (way && told == WQL_E_NOT_FOUND));
        }
        assert_int_equal(atomic_load(&r.code), WQL_OK);
        assert_int_equal(atomic_load(&r.rows), 10);
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

/* The deadline passes while the provider makes its last rows: the deadline wins, and the end that it then brings is nobody's. */
static void X20_X8_a_deadline_before_the_natural_end(void **state) {
    static const wql_status ends[] = {0, WQL_E_FAILED};
    (void)state;
    for (int i = 0; i < 2; i++) {
        fixture f = {.t = {.rows = 100, .per_next = 10, .deaf_from = 50, .fail_at_end = ends[i]}};
        recorder r;
        wql_call call;
        atomic_store(&f.t.deaf, true);
        open_fixture(&f, 1, 0);
        recorder_init(&r, DO_NOTHING);
        call = submit(&f, all, &r, 0, 30);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_TIMED_OUT);
        atomic_store(&f.t.deaf, false);
        close_fixture(&f); /* waits for the provider: it has brought whatever it brings */
        assert_int_equal(atomic_load(&r.code), WQL_E_TIMED_OUT);
        assert_true(atomic_load(&r.rows) <= 50);
        assert_promises(&r);
    }
}

/* What an ended call's provider still brings, or says, is dropped; it is told so, and it is counted till it comes back. */
static void R6_11_X7_X8_a_provider_that_goes_on_after_the_cancel(void **state) {
    static const wql_status ends[] = {0, WQL_E_ACCESS_DENIED};
    (void)state;
    for (int i = 0; i < 2; i++) {
        fixture f = {
            .t = {.rows = 100, .per_next = 100, .zero_copy = true, .fail_at_end = ends[i], .fail_with_rows = ends[i] != 0}};
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        recorder r;
        wql_call call;
        atomic_store(&f.t.deaf, true);
        open_fixture(&f, 1, 0);
        recorder_init(&r, DO_NOTHING);
        call = submit(&f, all, &r, 0, 0);
        assert_true(wait_until(&f.t.was_deaf, true));
        assert_int_equal(wql_call_cancel(call), WQL_OK);
        assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
        assert_int_equal(stats.zombies, 1);
        atomic_store(&f.t.deaf, false);
        do assert_int_equal(wql_engine_get_stats(f.engine, &stats), WQL_OK);
        while (stats.zombies);
        assert_int_equal(atomic_load(&f.t.heard), WQL_E_CALL_CANCELLED);
        assert_int_equal(wql_call_wait(call, 0, &err), WQL_E_CALL_CANCELLED);
        assert_int_equal(atomic_load(&r.indicates), 0);
        assert_promises(&r);
        wql_call_close(call);
        close_fixture(&f);
    }
}

/* A cancel that comes after the end, again and again, by value and by sink, has no effect. */
static void R6_12_a_cancel_of_what_is_over_has_no_effect(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_batch *batch;
    uint64_t rows = 0;
    recorder r;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    recorder_init(&r, DO_NOTHING);
    call = submit(&f, all, &r, 0, 0);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wql_call_cancel(call), WQL_OK);
        assert_int_equal(wql_session_cancel(f.session, &r), WQL_E_NOT_FOUND);
        assert_int_equal(wql_call_wait(call, 0, &err), WQL_OK);
    }
    wql_call_close(call);
    assert_promises(&r);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), NULL, &call, &err), WQL_OK);
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_int_equal(wql_call_next(call, 0, &batch, &err), WQL_END);
    assert_int_equal(rows, 10);
    wql_call_close(call);
    close_fixture(&f);
}

/* A timer's tick that is late finds another callback than the one it was armed for: it has a time of its own. */
static wql_status tick_late(recorder *r, int place, wql_call value) {
    (void)r;
    if (place == IN_ROWS) {
        wql__call *call = wql__call_find(value);
        wql__call_time_is_over(call, WQL__TIMER_SINK);
        wql__call_put(call);
    }
    return WQL_OK;
}

static void I20_a_late_tick_ends_no_other_callback(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    fixture f = {.t = {.rows = 100, .per_next = 10}};
    recorder r;
    (void)state;
    opt.workers = 1;
    opt.sink_timeout_ms = 60000;
    open_fixture_with(&f, &opt);
    recorder_act(&r, tick_late, NULL);
    assert_int_equal(run_to_end(&f, all, &r, 0), WQL_OK);
    assert_int_equal(atomic_load(&r.rows), 100);
    assert_promises(&r);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R6_1_a_wrapper_and_what_it_wraps_are_two_keys),
        cmocka_unit_test(R6_2_X21_a_call_submitted_from_the_final_status_goes_on),
        cmocka_unit_test(R6_3_I14_a_pointer_that_is_freed_is_not_found),
        cmocka_unit_test(R3_1_R3_4_forged_values_reach_no_sink),
        cmocka_unit_test(X17_an_address_that_is_used_again),
        cmocka_unit_test(R6_9_the_bound_covers_rows_final_and_release),
        cmocka_unit_test(R6_9_one_bound_for_all_calls_of_a_sink),
        cmocka_unit_test(R6_10_I17_X2_many_cancellers),
        cmocka_unit_test(X3_one_canceller_inside_and_one_outside),
        cmocka_unit_test(X15_a_sink_that_fails_while_a_cancel_waits),
        cmocka_unit_test(X16_a_cancel_finds_a_sink_that_is_being_destroyed),
        cmocka_unit_test(R6_5_R6_6_I10_X1_a_cancel_at_any_moment),
        cmocka_unit_test(R6_7_I8_X1_X20_an_end_that_comes_second_changes_nothing),
        cmocka_unit_test(X20_X8_a_deadline_before_the_natural_end),
        cmocka_unit_test(R6_11_X7_X8_a_provider_that_goes_on_after_the_cancel),
        cmocka_unit_test(R6_12_a_cancel_of_what_is_over_has_no_effect),
        cmocka_unit_test(I20_a_late_tick_ends_no_other_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
