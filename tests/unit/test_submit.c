/* SPDX-License-Identifier: MIT */
/* test_submit.c: what a submission checks, takes and gives back, and what may come before it has returned. */
#include "call_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};
static const char all[] = "SELECT Id FROM Tick";

static wql_status try_to_submit(fixture *f, wql_str text, recorder *r, uint32_t flags) {
    wql_sink sink = sink_of(r);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status;
    how.sink = &sink;
    how.flags = flags;
    status = wql_session_exec(f->session, text, &how, &call, &err);
    if (status < 0) return status;
    (void)wql_call_wait(call, WQL_FOREVER, &err);
    assert_int_equal(wql_call_close(call), WQL_OK);
    return status;
}

/* -- at once, and later ------------------------------------------------------------------------------------------ */

/* The provider holds its thread in open: two submissions return meanwhile, and none of them has entered it. */
static void R4_1_a_submission_waits_for_no_provider(void **state) {
    fixture f = {.t = {.rows = 10, .deaf_in_open = true}};
    recorder a, b;
    wql_call calls[2];
    (void)state;
    recorder_init(&a, DO_NOTHING);
    recorder_init(&b, DO_NOTHING);
    atomic_store(&f.t.deaf, true);
    open_fixture(&f, 1, 0);
    calls[0] = submit(&f, all, &a, 0, 0);
    assert_true(wait_until(&f.t.was_deaf, true));
    calls[1] = submit(&f, all, &b, 0, 0);
    assert_int_equal(atomic_load(&a.finals) + atomic_load(&b.finals), 0);
    assert_false(pthread_equal(atomic_load(&f.t.open_thread), pthread_self()));
    atomic_store(&f.t.deaf, false);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
        wql_call_close(calls[i]);
    }
    assert_promises(&a);
    assert_promises(&b);
    close_fixture(&f);
}

/* Meaning, classes and providers are looked at later: the submission is accepted, and the final status says what is wrong. */
static void R4_4_what_a_text_means_is_told_by_the_final_status(void **state) {
    static const struct {
        const char *text;
        wql_status code;
    } cases[] = {{"SELECT FROM Tick", WQL_E_INVALID_QUERY},
                 {"what?", WQL_E_INVALID_QUERY},
                 {"SELECT * FROM Nothing", WQL_E_INVALID_CLASS},
                 {"SELECT Nope FROM Tick", WQL_E_INVALID_QUERY},
                 {"SELECT Id FROM Tick WHERE Id = 'x'", WQL_E_INVALID_QUERY}};
    fixture f = {.t = {.rows = 10}};
    (void)state;
    open_fixture(&f, 1, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        recorder r;
        wql_query *query;
        recorder_init(&r, DO_NOTHING);
        assert_int_equal(run_to_end(&f, cases[i].text, &r, 0), cases[i].code);
        assert_int_equal(atomic_load(&r.indicates), 0);
        assert_promises(&r);
        /* Who wants to know early prepares the query: the same code. */
        assert_int_equal(wql_query_prepare(f.session, wql_s(cases[i].text), &query, &err), cases[i].code);
    }
    close_fixture(&f);
}

/* Early reporting is asked for by preparing; nothing of a sink is in it. */
static void R4_5_prepare_reports_early(void **state) {
    fixture f = {.t = {.rows = 10}};
    wql_query *query;
    (void)state;
    open_fixture(&f, 1, 0);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT Id Id FROM Tick"), &query, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(err.offset, 10);
    assert_int_equal(wql_query_prepare(f.session, wql_s(all), &query, &err), WQL_OK);
    wql_query_close(query);
    close_fixture(&f);
}

/* 16,384 UTF-16 units of text, 4,096 of a name: the last that is taken, the first that is not. */
static void R4_6_over_long_texts_are_refused(void **state) {
    fixture f = {.t = {.rows = 10}};
    char *text = malloc(16386), name[4200];
    recorder r;
    (void)state;
    open_fixture(&f, 1, 0);
    memset(text, ' ', 16386);
    memcpy(text, all, strlen(all));
    recorder_init(&r, DO_NOTHING);
    assert_int_equal(try_to_submit(&f, (wql_str){text, 16384}, &r, 0), WQL_OK);
    assert_int_equal(atomic_load(&r.code), WQL_OK);
    recorder_init(&r, DO_NOTHING);
    assert_int_equal(try_to_submit(&f, (wql_str){text, 16385}, &r, 0), WQL_E_QUOTA_VIOLATION);
    assert_int_equal(atomic_load(&r.add_refs), 0);
    assert_non_null(strstr(err.message, "query_chars_max"));
    /* A character beyond the first plane has four bytes and two units. */
    memcpy(text + strlen(all), " WHERE Name='\xf0\x90\x90\x80'", 18);
    assert_int_equal(try_to_submit(&f, (wql_str){text, 16386}, &r, 0), WQL_OK);
    for (size_t length = 4096; length <= 4097; length++) {
        memcpy(name, "SELECT * FROM ", 14);
        memset(name + 14, 'a', length);
        recorder_init(&r, DO_NOTHING);
        assert_int_equal(try_to_submit(&f, (wql_str){name, 14 + length}, &r, 0), WQL_OK);
        assert_int_equal(atomic_load(&r.code), length == 4096 ? WQL_E_INVALID_CLASS : WQL_E_QUOTA_VIOLATION);
        assert_promises(&r);
    }
    free(text);
    close_fixture(&f);
}

static void R4_7_R4_8_every_flag_is_known_or_refused(void **state) {
    static const uint32_t good = WQL_PROTOTYPE | WQL_SEND_STATUS | WQL_ENSURE_LOCATABLE | WQL_DIRECT_READ | WQL_COUNT_ONLY |
                                 WQL_KEYS_ONLY | WQL_FINAL_ON_WORKER;
    fixture f = {.t = {.rows = 10}};
    (void)state;
    open_fixture(&f, 1, 0);
    for (int bit = 0; bit < 32; bit++) {
        uint32_t flag = 1u << bit;
        recorder r;
        wql_status status;
        recorder_init(&r, flag == WQL_PROTOTYPE ? SHARED : DO_NOTHING); /* a class has no Id to look at: it is counted */
        status = try_to_submit(&f, wql_s(all), &r, flag);
        if (flag & good) {
            assert_int_equal(status, 0); /* exactly: a caller may test for "not zero" */
            assert_promises(&r);
        } else {
            assert_int_equal(status, WQL_E_INVALID_PARAMETER);
            assert_int_equal(atomic_load(&r.add_refs), 0);
        }
    }
    close_fixture(&f);
}

static wql_status hold_first(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_ROWS) {
        event_set(&r->entered);
        (void)event_wait(&r->go);
    }
    return WQL_OK;
}

/* The only worker is held, so that nobody can have read the text, the sink or the values before they were overwritten. */
static void R4_9_everything_is_copied(void **state) {
    fixture f = {.t = {.rows = 10, .ask = "city"}};
    recorder holder, r;
    wql_call held, call;
    char *text = strdup("SELECT Id FROM Tick WHERE Id >= 4"), *city = strdup("Oslo");
    wql_sink *sink = malloc(sizeof *sink);
    wql_param *context = malloc(sizeof *context);
    wql_call_options *how = malloc(sizeof *how);
    (void)state;
    recorder_act(&holder, hold_first, NULL);
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 1, 0);
    held = submit(&f, all, &holder, 0, 0);
    assert_true(event_wait(&holder.entered));
    *sink = sink_of(&r);
    r.next_id = 4;
    *context = (wql_param){"city", wql_text(wql_s(city))};
    *how = (wql_call_options){.struct_size = sizeof *how, .sink = sink, .context = context, .context_count = 1};
    assert_int_equal(wql_session_exec(f.session, wql_s(text), how, &call, &err), WQL_OK);
    memset(text, 'x', strlen(text));
    memset(city, 'x', strlen(city));
    memset(sink, 0xee, sizeof *sink);
    memset(context, 0xee, sizeof *context);
    memset(how, 0xee, sizeof *how);
    free(text);
    free(city);
    free(sink);
    free(context);
    free(how);
    event_set(&holder.go);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.rows), 6);
    assert_string_equal(f.t.told, "Oslo");
    assert_promises(&r);
    assert_int_equal(wql_call_wait(held, WQL_FOREVER, &err), WQL_OK);
    wql_call_close(held);
    wql_call_close(call);
    close_fixture(&f);
}

/* -- the reference ----------------------------------------------------------------------------------------------- */

static wql_status look_at_count(recorder *r, int place, wql_call call) {
    (void)call;
    if (atomic_load(&r->refs) != (place == IN_ADD_REF ? 0 : 1)) atomic_fetch_add(&r->overlaps, 1);
    return WQL_OK;
}

static void R4_3_I6_one_reference_from_the_submission_to_the_release(void **state) {
    fixture f = {.t = {.rows = 100, .per_next = 10}};
    recorder r;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 0);
    atomic_store(&f.t.parks, true);
    recorder_act(&r, look_at_count, NULL);
    call = submit(&f, all, &r, WQL_SEND_STATUS, 0);
    assert_int_equal(atomic_load(&r.refs), 1); /* when the submission has returned */
    assert_true(wait_until(&f.t.parked, true));
    assert_int_equal(atomic_load(&r.refs), 1);
    atomic_store(&f.t.parks, false);
    wql_waker_wake(f.t.waker);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.refs), 0);
    assert_promises(&r);
    wql_call_close(call);
    close_fixture(&f);
}

static wql_status run_another(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_ADD_REF) {
        fixture *f = r->act_user;
        recorder other;
        recorder_init(&other, DO_NOTHING);
        if (run_to_end(f, all, &other, 0) != WQL_OK) atomic_fetch_add(&r->overlaps, 1);
        if (atomic_load(&r->indicates) + atomic_load(&r->finals)) atomic_fetch_add(&r->overlaps, 1);
    }
    return WQL_OK;
}

/* While add_ref runs, the workers have the time to serve another call from beginning to end: of this one they know nothing. */
static void I21_no_callback_begins_before_add_ref_has_returned(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder r;
    (void)state;
    open_fixture(&f, 2, 0);
    recorder_act(&r, run_another, &f);
    assert_int_equal(run_to_end(&f, all, &r, 0), WQL_OK);
    assert_promises(&r);
    close_fixture(&f);
    assert_int_equal(atomic_load(&r.finals), 1); /* and nothing came after the engine was gone */
    assert_int_equal(atomic_load(&r.releases), 1);
}

/* Refused at the last step, when everything else was right: at a ceiling. The sink's count was never raised in between. */
static void R4_2_I1_a_ceiling_refuses_without_touching_the_sink(void **state) {
    (void)state;
    for (int which = 0; which < 3; which++) {
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        fixture f = {.t = {.rows = 10, .flags = WQL_CONCURRENT}};
        recorder first, r;
        wql_call call;
        opt.workers = 1;
        opt.cancel_wait_ms = WQL_FOREVER;
        opt.calls_max = which == 0 ? 1 : 0;
        opt.calls_per_principal_max = which == 1 ? 1 : 0;
        opt.zombies_max = which == 2 ? 1 : 0;
        atomic_store(&f.t.deaf, true);
        open_fixture_with(&f, &opt);
        recorder_init(&first, DO_NOTHING);
        recorder_init(&r, DO_NOTHING);
        call = submit(&f, all, &first, 0, 0);
        assert_true(wait_until(&f.t.was_deaf, true));
        if (which == 2) assert_int_equal(wql_call_cancel(call), WQL_OK); /* a zombie now */
        assert_int_equal(try_to_submit(&f, wql_s(all), &r, 0), which == 2 ? WQL_E_SERVER_TOO_BUSY : WQL_E_QUOTA_VIOLATION);
        assert_int_equal(atomic_load(&r.add_refs), 0);
        assert_int_equal(atomic_load(&r.releases), 0);
        atomic_store(&f.t.deaf, false);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), which == 2 ? WQL_E_CALL_CANCELLED : WQL_OK);
        wql_call_close(call);
        close_fixture(&f);
        assert_int_equal(atomic_load(&r.add_refs) + atomic_load(&r.finals), 0);
        assert_promises(&first);
    }
}

/* -- before it returns ------------------------------------------------------------------------------------------- */

/* The provider answers at once, so callbacks may be over before the submission returns, or not have begun: both are right. */
static void R1_6_X19_callbacks_do_not_wait_for_the_submission(void **state) {
    fixture f = {.t = {.rows = 3, .flags = WQL_CONCURRENT}};
    (void)state;
    open_fixture(&f, 2, 0);
    for (int i = 0; i < 300; i++) {
        recorder r;
        wql_call call;
        recorder_init(&r, DO_NOTHING);
        call = submit(&f, all, &r, 0, 0);
        assert_int_equal(wql_call_close(call), WQL_OK); /* the handle: the call runs on by itself */
        assert_true(event_wait(&r.done));
        while (atomic_load(&r.releases) == 0) {}
        assert_int_equal(atomic_load(&r.rows), 3);
        assert_promises(&r);
    }
    close_fixture(&f);
}

/* -- against the end of the engine ------------------------------------------------------------------------------- */

static wql_status close_engine_in_add_ref(recorder *r, int place, wql_call call) {
    wql_sink untouched;
    recorder *late = r->act_user;
    wql_call_options how = WQL_INIT(wql_call_options);
    (void)call;
    if (place == IN_ADD_REF) {
        atomic_store(&r->answer, wql_engine_close(r->engine));
        if (atomic_load(&r->finals)) atomic_fetch_add(&r->overlaps, 1);
    }
    if (place == IN_FINAL) { /* a submission from the final status of a shutdown */
        untouched = sink_of(late);
        how.sink = &untouched;
        atomic_store(&late->answer, wql_session_exec(r->session, wql_s(all), &how, NULL, NULL));
    }
    return WQL_OK;
}

/* The shutdown finds the call in the table, but its final status waits until the submission is through. */
static void X18_a_submission_that_a_shutdown_overtakes(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    fixture f = {.t = {.rows = 10}};
    recorder r, late;
    wql_call call;
    (void)state;
    opt.workers = 1;
    opt.cancel_wait_ms = 20;
    open_fixture_with(&f, &opt);
    recorder_init(&late, DO_NOTHING);
    recorder_act(&r, close_engine_in_add_ref, &late);
    call = submit(&f, all, &r, 0, 0);
    assert_int_equal(atomic_load(&r.answer), WQL_S_TIMEDOUT);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_SHUTTING_DOWN);
    assert_promises(&r);
    assert_int_equal(atomic_load(&late.answer), WQL_E_SHUTTING_DOWN);
    assert_int_equal(atomic_load(&late.add_refs), 0);
    recorder_init(&late, DO_NOTHING);
    assert_int_equal(try_to_submit(&f, wql_s(all), &late, 0), WQL_E_SHUTTING_DOWN);
    assert_int_equal(atomic_load(&late.add_refs), 0);
    close_fixture(&f);
}

/* -- bad input --------------------------------------------------------------------------------------------------- */

static void bad_submissions(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder r;
    wql_sink sink;
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_call call = {NULL, 77};
    (void)state;
    recorder_init(&r, DO_NOTHING);
    open_fixture(&f, 1, 0);
    sink = sink_of(&r);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), NULL, NULL, &err),
                     WQL_E_INVALID_PARAMETER); /* neither sink nor call */
    assert_int_equal(wql_session_exec(f.session, (wql_str){NULL, 0}, NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_exec(f.session, (wql_str){NULL, 5}, NULL, &call, &err), WQL_E_INVALID_PARAMETER);
    how.sink = &sink;
    sink.indicate = NULL;
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    sink = sink_of(&r);
    sink.add_ref = NULL; /* one without the other */
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    sink = sink_of(&r);
    sink.struct_size = 4;
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.sink = NULL;
    how.flags = WQL_SEND_STATUS; /* progress for nobody */
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.flags = 0;
    assert_int_equal(wql_pump_open(f.engine, &pump, &err), WQL_OK);
    how.pump = pump; /* a pump, and nobody to call */
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    how.pump = NULL;
    how.struct_size = 2;
    assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_E_INVALID_PARAMETER);
    assert_null(call.engine); /* set on success only */
    assert_int_equal(call.id, 77);
    assert_int_equal(atomic_load(&r.add_refs), 0);
    wql_pump_close(pump);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R4_1_a_submission_waits_for_no_provider),
        cmocka_unit_test(R4_4_what_a_text_means_is_told_by_the_final_status),
        cmocka_unit_test(R4_5_prepare_reports_early),
        cmocka_unit_test(R4_6_over_long_texts_are_refused),
        cmocka_unit_test(R4_7_R4_8_every_flag_is_known_or_refused),
        cmocka_unit_test(R4_9_everything_is_copied),
        cmocka_unit_test(R4_3_I6_one_reference_from_the_submission_to_the_release),
        cmocka_unit_test(I21_no_callback_begins_before_add_ref_has_returned),
        cmocka_unit_test(R4_2_I1_a_ceiling_refuses_without_touching_the_sink),
        cmocka_unit_test(R1_6_X19_callbacks_do_not_wait_for_the_submission),
        cmocka_unit_test(X18_a_submission_that_a_shutdown_overtakes),
        cmocka_unit_test(bad_submissions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
