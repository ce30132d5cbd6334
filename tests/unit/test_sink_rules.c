/* SPDX-License-Identifier: MIT */
/* test_sink_rules.c: what a sink may rely on in its callbacks: order, visibility, lifetimes, references, and no lock. */
#include "call_lab.h"

#include <stdlib.h>
#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};
static const char all[] = "SELECT Id FROM Tick";

/* -- what is handed over ----------------------------------------------------------------------------------------- */

enum { KEPT = 40 };
typedef struct shelf {
    wql_batch *batches[KEPT];
    uint32_t first[KEPT];
    int count;
} shelf;

static wql_status keep_all(recorder *r, int place, wql_call call) {
    shelf *s = r->act_user;
    (void)call;
    if (place == IN_ROWS && s->count < KEPT) {
        s->first[s->count] = ((const uint32_t *)wql_batch_column(r->batch, 0)->values)[0];
        s->batches[s->count++] = wql_batch_retain(r->batch);
    }
    return WQL_OK;
}

/* A kept batch is never written again, whether its memory is the provider's or was gathered by the engine. */
static void R1_3_a_kept_batch_never_changes(void **state) {
    static const char *const texts[] = {all, "SELECT Id FROM Tick WHERE Id <> 700000"};
    (void)state;
    for (int way = 0; way < 4; way++) {
        fixture f = {.t = {.rows = KEPT * 100, .per_next = 100, .zero_copy = way & 1}};
        wql_call_options how = WQL_INIT(wql_call_options);
        shelf s = {.count = 0};
        wql_sink sink;
        wql_call call;
        recorder r;
        open_fixture(&f, 1, 0);
        recorder_act(&r, keep_all, &s);
        sink = sink_of(&r);
        how.sink = &sink;
        how.batch_rows = 100;
        assert_int_equal(wql_session_exec(f.session, wql_s(texts[way / 2]), &how, &call, &err), WQL_OK);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
        wql_call_close(call);
        assert_int_equal(s.count, KEPT);
        for (int i = 0; i < KEPT; i++) {
            const uint32_t *ids = wql_batch_column(s.batches[i], 0)->values;
            for (uint32_t row = 0; row < wql_batch_rows(s.batches[i]); row++) assert_int_equal(ids[row], s.first[i] + row);
            wql_batch_release(s.batches[i]);
        }
        assert_promises(&r);
        close_fixture(&f);
    }
}

/* The report's error is lent for the callback: the sanitizers watch that it is readable there; a copy is the sink's own. */
static void R1_4_R7_4_an_error_comes_with_a_failure_only_and_is_lent(void **state) {
    fixture f = {.t = {.rows = 10}};
    recorder good, bad;
    (void)state;
    open_fixture(&f, 1, 0);
    recorder_init(&good, DO_NOTHING);
    recorder_init(&bad, DO_NOTHING);
    assert_int_equal(run_to_end(&f, all, &good, 0), WQL_OK);
    assert_int_equal(run_to_end(&f, "SELECT Id FROM Tock", &bad, 0), WQL_E_INVALID_CLASS);
    close_fixture(&f);
    assert_promises(&good); /* an error beside WQL_OK, or none beside a failure, is counted there */
    assert_promises(&bad);
    assert_string_equal(good.message, "");
    assert_non_null(strstr(bad.message, "Tock"));
}

static const wql_status successes[] = {WQL_OK, WQL_END, WQL_S_TIMEDOUT, WQL_S_NEW_STYLE, WQL_S_ALREADY_EXISTS, 0x7fffffff};

static wql_status answer_success(recorder *r, int place, wql_call call) {
    (void)place;
    (void)call;
    return *(const wql_status *)r->act_user;
}

static void R1_8_any_success_is_success(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof successes / sizeof *successes; i++) {
        wql_status answer = successes[i];
        fixture f = {.t = {.rows = 100, .per_next = 10}};
        recorder r;
        open_fixture(&f, 1, 0);
        recorder_act(&r, answer_success, &answer);
        assert_int_equal(run_to_end(&f, all, &r, WQL_SEND_STATUS), WQL_OK);
        assert_int_equal(atomic_load(&r.rows), 100);
        assert_promises(&r);
        close_fixture(&f);
    }
}

/* -- order ------------------------------------------------------------------------------------------------------- */

typedef struct diary {
    int places[64], count;
} diary;

static wql_status write_down(recorder *r, int place, wql_call call) {
    diary *d = r->act_user;
    (void)call;
    if (d->count < 64) d->places[d->count++] = place;
    return WQL_OK;
}

static void R7_2_I7_I5_add_ref_rows_final_release(void **state) {
    fixture f = {.t = {.rows = 3000}};
    diary d = {.count = 0};
    recorder r;
    (void)state;
    open_fixture(&f, 1, 0);
    recorder_act(&r, write_down, &d);
    assert_int_equal(run_to_end(&f, all, &r, 0), WQL_OK);
    close_fixture(&f);
    assert_true(d.count >= 5);
    assert_int_equal(d.places[0], IN_ADD_REF);
    for (int i = 1; i < d.count - 2; i++) assert_int_equal(d.places[i], IN_ROWS);
    assert_int_equal(d.places[d.count - 2], IN_FINAL);
    assert_int_equal(d.places[d.count - 1], IN_RELEASE);
    assert_true(pthread_equal(r.final_thread, r.release_thread));
    assert_promises(&r);
}

/* Four workers, a provider that hands the call from one to the next: the sink's plain variables (next_id, progress_done) need no
 * lock of its own, which the thread sanitizer checks; and a client may look at what it made atomic while the call runs. */
static void R5_7_I2_I3_I9_callbacks_are_ordered_across_threads(void **state) {
    fixture f = {.t = {.rows = 20000, .per_next = 100, .block_every = 2, .flags = WQL_CONCURRENT}};
    recorder r[4];
    wql_call calls[4];
    (void)state;
    open_fixture(&f, 4, 0);
    for (int i = 0; i < 4; i++) {
        recorder_init(&r[i], DO_NOTHING);
        calls[i] = submit(&f, all, &r[i], WQL_SEND_STATUS, 0);
    }
    for (int i = 0; i < 4; i++) {
        uint64_t last = 0;
        while (atomic_load(&r[i].finals) == 0) {
            uint64_t now = atomic_load(&r[i].rows);
            assert_true(now >= last);
            last = now;
        }
        assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
        assert_int_equal(r[i].next_id, 20000);
        assert_promises(&r[i]);
        wql_call_close(calls[i]);
    }
    close_fixture(&f);
}

/* Two calls of one sink: each callback names its call, and each of the two keeps all promises by itself. */
typedef struct stream {
    uint64_t id;
    uint32_t next;
    int finals, wrong;
    _Atomic int inside;
} stream;
typedef struct duo {
    pthread_mutex_t lock; /* of the sink's own: its calls run at the same time */
    stream streams[2];
    int count;
    _Atomic int refs, add_refs, releases;
    event both;
} duo;

static stream *stream_of(duo *d, wql_call call) {
    stream *s = NULL;
    pthread_mutex_lock(&d->lock);
    for (int i = 0; i < d->count; i++)
        if (d->streams[i].id == call.id) s = &d->streams[i];
    if (!s && d->count < 2) {
        s = &d->streams[d->count++];
        s->id = call.id;
    }
    if (s && atomic_fetch_add(&s->inside, 1)) s->wrong++;
    pthread_mutex_unlock(&d->lock);
    return s;
}
static wql_status duo_rows(void *user, wql_call call, const wql_batch *batch) {
    stream *s = stream_of(user, call);
    if (!s) return WQL_E_FAILED;
    for (uint32_t i = 0; i < wql_batch_rows(batch); i++)
        s->wrong += ((const uint32_t *)wql_batch_column(batch, 0)->values)[i] != s->next++;
    s->wrong += s->finals;
    atomic_fetch_sub(&s->inside, 1);
    return WQL_OK;
}
static wql_status duo_status(void *user, wql_call call, const wql_report *report) {
    stream *s = stream_of(user, call);
    if (!s) return WQL_E_FAILED;
    s->finals += report->is_final != 0;
    s->wrong += report->status != WQL_OK;
    atomic_fetch_sub(&s->inside, 1);
    return WQL_OK;
}
static void duo_add_ref(void *user) {
    atomic_fetch_add(&((duo *)user)->refs, 1);
    atomic_fetch_add(&((duo *)user)->add_refs, 1);
}
static void duo_release(void *user) {
    duo *d = user;
    atomic_fetch_sub(&d->refs, 1);
    if (atomic_fetch_add(&d->releases, 1) == 1) event_set(&d->both);
}

static void R3_5_R7_5_I16_two_calls_of_one_sink(void **state) {
    fixture f = {.t = {.rows = 20000, .per_next = 100, .block_every = 3, .flags = WQL_CONCURRENT}};
    duo d = {.lock = PTHREAD_MUTEX_INITIALIZER, .both = EVENT_INIT};
    wql_sink sink = {sizeof sink, &d, duo_rows, duo_status, duo_add_ref, duo_release};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call calls[2];
    (void)state;
    how.sink = &sink;
    open_fixture(&f, 3, 0);
    for (int i = 0; i < 2; i++) assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &calls[i], &err), WQL_OK);
    for (int i = 0; i < 2; i++) assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
    assert_true(event_wait(&d.both));
    for (int i = 0; i < 2; i++) {
        stream *s = d.streams[0].id == calls[i].id ? &d.streams[0] : &d.streams[1];
        assert_true(s->id == calls[i].id);
        assert_int_equal(s->next, 20000);
        assert_int_equal(s->finals, 1);
        assert_int_equal(s->wrong, 0);
        wql_call_close(calls[i]);
    }
    assert_int_equal(d.add_refs, 2);
    assert_int_equal(d.refs, 0);
    close_fixture(&f);
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

/* Pulled or pushed: the final status is what the synchronous form would have returned. */
static void R7_1_push_and_pull_end_alike(void **state) {
    static const char *const texts[] = {
        "SELECT Id FROM Tick", "SELECT Id FROM Tick WHERE Id > 99999", "SELECT", "SELECT x FROM Tick",
        "SELECT * FROM Tock",  "SELECT * FROM Tick WHERE Id = 'a'"};
    static const wql_status ends[] = {
        0, WQL_E_FAILED, WQL_E_ACCESS_DENIED, WQL_S_PARTIAL_RESULTS, WQL_E_NOT_FOUND, WQL_S_ACCESS_DENIED};
    (void)state;
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++) {
        fixture f = {.t = {.rows = 100, .fail_at_end = ends[e]}};
        open_fixture(&f, 1, 0);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            uint64_t rows = 0;
            recorder r;
            wql_call call;
            wql_status pulled;
            recorder_init(&r, DO_NOTHING);
            assert_int_equal(wql_session_exec(f.session, wql_s(texts[i]), NULL, &call, &err), WQL_OK);
            pulled = pull_all(call, &rows, &err);
            wql_call_close(call);
            (void)run_to_end(&f, texts[i], &r, 0);
            assert_int_equal(atomic_load(&r.code), pulled == WQL_END ? WQL_OK : pulled);
            assert_int_equal(atomic_load(&r.rows), rows);
            if (pulled != WQL_END) assert_string_equal(r.message, err.message);
            assert_promises(&r);
        }
        close_fixture(&f);
    }
}

/* A provider's remark or failure in the same breath as its last rows: the rows first, then its word. */
static void X10_rows_and_the_end_in_one_answer(void **state) {
    static const wql_status ends[] = {WQL_E_ACCESS_DENIED, WQL_S_PARTIAL_RESULTS};
    (void)state;
    for (int i = 0; i < 2; i++) {
        fixture f = {.t = {.rows = 250, .per_next = 100, .fail_at_end = ends[i], .fail_with_rows = true}};
        recorder r;
        open_fixture(&f, 1, 0);
        recorder_init(&r, DO_NOTHING);
        assert_int_equal(run_to_end(&f, all, &r, 0), ends[i]);
        assert_int_equal(atomic_load(&r.rows), 250);
        assert_promises(&r);
        close_fixture(&f);
    }
}

/* -- three ways to count ----------------------------------------------------------------------------------------- */

typedef struct client {
    int count; /* the initial one is its client's */
    _Atomic int *alive;
    event *over;
} client;

static wql_status client_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    (void)batch;
    return ((client *)user)->count >= 0 ? WQL_OK : WQL_E_FAILED;
}
static wql_status client_status(void *user, wql_call call, const wql_report *report) {
    client *c = user;
    (void)call;
    (void)report;
    if (!c->alive) event_set(c->over);
    return WQL_OK;
}
static void client_add_ref(void *user) { ((client *)user)->count++; }
static void client_release(void *user) {
    client *c = user;
    event *over = c->over;
    if (--c->count == 0) {
        atomic_fetch_sub(c->alive, 1);
        free(c); /* the address sanitizer sees who touches it later */
    }
    event_set(over);
}

static void R7_3_a_count_from_0_or_from_1_or_none(void **state) {
    fixture f = {.t = {.rows = 3000}};
    (void)state;
    open_fixture(&f, 1, 0);
    for (int initial = 0; initial < 3; initial++) {
        _Atomic int alive = 1;
        event over = EVENT_INIT;
        client *c = calloc(1, sizeof *c);
        wql_sink sink = {.struct_size = sizeof sink, .user = c, .indicate = client_rows, .status = client_status};
        wql_call_options how = WQL_INIT(wql_call_options);
        wql_call call;
        assert_non_null(c);
        c->over = &over;
        if (initial < 2) {
            c->count = initial;
            c->alive = &alive;
            sink.add_ref = client_add_ref;
            sink.release = client_release;
        }
        how.sink = &sink;
        assert_int_equal(wql_session_exec(f.session, wql_s(all), &how, &call, &err), WQL_OK);
        assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
        assert_true(event_wait(&over));
        assert_int_equal(atomic_load(&alive), initial == 0 ? 0 : 1);
        assert_int_equal(wql_call_cancel(call), WQL_OK); /* touches no sink */
        wql_call_close(call);
        if (initial == 1) assert_int_equal(c->count, 1);
        if (initial) free(c);
    }
    close_fixture(&f);
}

/* -- what a call holds by itself --------------------------------------------------------------------------------- */

/* The session is let go while its calls run: they go on. */
static void R7_7_letting_a_session_go_cancels_nothing(void **state) {
    fixture f = {.t = {.rows = 3000}};
    uint64_t rows = 0;
    recorder r;
    wql_call pushed, pulled;
    (void)state;
    atomic_store(&f.t.deaf, true);
    open_fixture(&f, 1, 0);
    recorder_init(&r, DO_NOTHING);
    pushed = submit(&f, all, &r, 0, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), NULL, &pulled, &err), WQL_OK);
    assert_true(wait_until(&f.t.was_deaf, true));
    wql_session_close(f.session);
    f.session = NULL;
    atomic_store(&f.t.deaf, false);
    assert_int_equal(wql_call_wait(pushed, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.rows), 3000);
    assert_int_equal(pull_all(pulled, &rows, &err), WQL_END);
    assert_int_equal(rows, 3000);
    assert_promises(&r);
    wql_call_close(pushed);
    wql_call_close(pulled);
    close_fixture(&f);
}

/* -- locks ------------------------------------------------------------------------------------------------------- */

typedef struct visitor {
    wql_engine *engine;
    wql_session *session;
    wql_call call; /* the one whose callback waits; engine NULL: not known */
    event done;
} visitor;

/* Takes the locks of the engine, of its namespaces, of the scheduler, of the timer and of the call, one after the other. */
static void *visit(void *arg) {
    visitor *v = arg;
    wql_engine_stats engine_stats = WQL_INIT(wql_engine_stats);
    wql_provider_stats provider_stats = WQL_INIT(wql_provider_stats);
    wql_call_stats call_stats = WQL_INIT(wql_call_stats);
    wql_call_options how = WQL_INIT(wql_call_options);
    recorder r;
    wql_sink sink;
    wql_session *session;
    wql_call call;
    (void)wql_engine_get_stats(v->engine, &engine_stats);
    (void)wql_engine_get_provider_stats(v->engine, "root/t", "ticks", &provider_stats);
    (void)wql_engine_grant(v->engine, "root/t", "somebody", WQL_RIGHT_ENABLE, 0, NULL);
    if (wql_session_open(v->engine, "root/t", NULL, &session, NULL) >= 0) wql_session_close(session);
    (void)wql_session_cancel(v->session, &r);
    recorder_init(&r, DO_NOTHING);
    sink = sink_of(&r);
    how.sink = &sink;
    how.timeout_ms = 100000;
    if (wql_session_exec(v->session, wql_s("SELECT Id FROM Nothing"), &how, &call, NULL) >= 0) {
        (void)wql_call_cancel(call);
        (void)wql_call_close(call);
    }
    if (v->call.engine) {
        (void)wql_call_get_stats(v->call, &call_stats);
        (void)wql_call_resume(v->call);
    }
    event_set(&v->done);
    return NULL;
}

typedef struct gate {
    fixture *f;
    _Atomic int visits, held;
    _Atomic bool shut; /* nobody visits any more */
} gate;

static void let_visit(gate *g, wql_call call) {
    visitor *v = calloc(1, sizeof *v);
    pthread_t thread;
    if (!v) return;
    if (atomic_load(&g->shut)) {
        free(v);
        return;
    }
    *v = (visitor){g->f->engine, g->f->session, call, EVENT_INIT};
    if (pthread_create(&thread, NULL, visit, v) != 0) return;
    if (!event_wait(&v->done)) { /* somebody holds a lock: it stays behind, the test fails */
        atomic_fetch_add(&g->held, 1);
        pthread_detach(thread);
        return;
    }
    (void)pthread_join(thread, NULL);
    atomic_fetch_add(&g->visits, 1);
    free(v);
}

static wql_status visit_in_callback(recorder *r, int place, wql_call call) {
    let_visit(r->act_user, place == IN_ADD_REF ? (wql_call){NULL, 0} : call);
    return WQL_OK;
}

static void visit_in_provider(void *user) { let_visit(user, (wql_call){NULL, 0}); }

static int64_t hasty_clock(void *user, bool wall) {
    (void)wall;
    return atomic_fetch_add((_Atomic int64_t *)user, 60000); /* progress is due at each look */
}

/* In every callback and every function of the provider, another thread finds every lock free. */
static void I12_no_lock_is_held_in_any_callback(void **state) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    _Atomic int64_t now = 1;
    fixture f = {.t = {.rows = 300, .per_next = 100, .zero_copy = true, .flags = WQL_CONCURRENT}};
    gate g = {.f = &f};
    recorder r;
    wql_call call;
    uint64_t rows = 0;
    (void)state;
    opt.workers = 2;
    opt.clock = hasty_clock;
    opt.clock_user = &now;
    f.t.probe = visit_in_provider;
    f.t.probe_user = &g;
    open_fixture_with(&f, &opt);
    recorder_act(&r, visit_in_callback, &g);
    assert_int_equal(run_to_end(&f, all, &r, WQL_SEND_STATUS), WQL_OK);
    assert_promises(&r);
    assert_true(atomic_load(&r.progresses) > 0);
    assert_int_equal(wql_session_exec(f.session, wql_s(all), NULL, &call, &err), WQL_OK); /* pulled: the provider's alone */
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    wql_call_close(call);
    recorder_act(&r, visit_in_callback, &g);
    f.t.silent = true; /* a final status and release on the canceller's thread */
    call = submit(&f, all, &r, 0, 0);
    assert_int_equal(wql_call_cancel(call), WQL_OK);
    assert_promises(&r);
    wql_call_close(call);
    atomic_store(&g.shut, true);
    close_fixture(&f);
    assert_int_equal(atomic_load(&g.held), 0);
    assert_true(atomic_load(&g.visits) >= 15);
}

/* -- work in a callback ------------------------------------------------------------------------------------------ */

static wql_status query_inside(recorder *r, int place, wql_call call) {
    uint64_t rows = 0;
    wql_call inner;
    (void)call;
    if (place != IN_ROWS && place != IN_FINAL) return WQL_OK;
    if (wql_session_exec(r->session, wql_s(all), NULL, &inner, NULL) < 0) return WQL_E_FAILED;
    if (pull_all(inner, &rows, NULL) != WQL_END || rows != 100) atomic_fetch_add(&r->bad_reports, 1);
    (void)wql_call_close(inner);
    return WQL_OK;
}

/* More sinks than workers, each with a synchronous query in every callback, over each kind of provider: none waits for ever. */
static void a_synchronous_query_inside_every_callback(void **state) {
    static const uint32_t kinds[] = {0, WQL_CONCURRENT, WQL_MAY_BLOCK, WQL_MAY_BLOCK | WQL_CONCURRENT};
    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        fixture f = {.t = {.rows = 100, .per_next = 50, .flags = kinds[kind], .block_every = 2}};
        recorder r[6];
        wql_call calls[6];
        open_fixture(&f, 2, 0);
        for (int i = 0; i < 6; i++) {
            recorder_act(&r[i], query_inside, NULL);
            calls[i] = submit(&f, all, &r[i], 0, 0);
        }
        for (int i = 0; i < 6; i++) {
            assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
            assert_promises(&r[i]);
            wql_call_close(calls[i]);
        }
        close_fixture(&f);
    }
}

static wql_status query_ahead_inside(recorder *r, int place, wql_call call) {
    wql_call_options how = WQL_INIT(wql_call_options);
    uint64_t rows = 0;
    wql_call inner;
    if (query_inside(r, place, call) < 0) return WQL_E_FAILED;
    if (place != IN_ROWS && place != IN_FINAL) return WQL_OK;
    how.flags = WQL_RUN_AHEAD;
    if (wql_session_exec(r->session, wql_s(all), &how, &inner, NULL) < 0) return WQL_E_FAILED;
    if (pull_all(inner, &rows, NULL) != WQL_END || rows != 100) atomic_fetch_add(&r->bad_reports, 1);
    (void)wql_call_close(inner);
    return WQL_OK;
}

/* The same with more sinks than there may be threads of all kinds: those inside callbacks do what they would wait for. */
static void a_synchronous_query_inside_more_callbacks_than_there_are_threads(void **state) {
    static const uint32_t kinds[] = {0, WQL_MAY_BLOCK, WQL_MAY_BLOCK | WQL_CONCURRENT};
    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        fixture f = {.t = {.rows = 100, .per_next = 50, .flags = kinds[kind], .block_every = 2}};
        wql_engine_options opt = WQL_INIT(wql_engine_options);
        recorder r[6];
        wql_call calls[6];
        opt.workers = 1;
        opt.threads_max = 1;
        open_fixture_with(&f, &opt);
        for (int i = 0; i < 6; i++) {
            recorder_act(&r[i], query_ahead_inside, NULL);
            calls[i] = submit(&f, all, &r[i], 0, 0);
        }
        for (int i = 0; i < 6; i++) {
            assert_int_equal(wql_call_wait(calls[i], WQL_FOREVER, &err), WQL_OK);
            assert_promises(&r[i]);
            wql_call_close(calls[i]);
        }
        close_fixture(&f);
    }
}

static wql_status cancel_another(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_ROWS) {
        event_set(&r->entered);
        (void)event_wait(&r->go);
        atomic_store(&r->answer, wql_call_cancel(r->other));
    }
    return WQL_OK;
}

/* One worker, which waits inside a cancel for another call's end: somebody else must bring that end. */
static void a_callback_cancels_another_call_with_one_worker(void **state) {
    fixture f = {.t = {.rows = 100, .flags = WQL_CONCURRENT}};
    recorder r, other;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, WQL_FOREVER);
    recorder_act(&r, cancel_another, NULL);
    recorder_init(&other, DO_NOTHING);
    call = submit(&f, all, &r, 0, 0);
    assert_true(event_wait(&r.entered));
    r.other = submit(&f, all, &other, WQL_FINAL_ON_WORKER, 0);
    event_set(&r.go);
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_OK);
    assert_int_equal(atomic_load(&r.answer), WQL_OK);
    assert_promises(&r);
    assert_promises(&other);
    wql_call_close(r.other);
    wql_call_close(call);
    close_fixture(&f);
}

static wql_status cancel_in_final(recorder *r, int place, wql_call call) {
    (void)call;
    if (place == IN_FINAL) atomic_store(&r->answer, wql_call_cancel(r->other));
    return WQL_OK;
}

/* The thread that delivers final statuses is inside one that cancels another call, whose final status is left to that thread. */
static void a_final_status_cancels_a_call_that_needs_the_same_thread(void **state) {
    fixture f = {.t = {.rows = 10, .silent = true, .flags = WQL_CONCURRENT}};
    recorder r, other;
    wql_call call;
    (void)state;
    open_fixture(&f, 1, 10000);
    recorder_init(&other, DO_NOTHING);
    recorder_act(&r, cancel_in_final, NULL);
    r.other = submit(&f, all, &other, WQL_FINAL_ON_WORKER, 0);
    call = submit(&f, all, &r, 0, 20); /* its deadline ends it: the final status is that thread's */
    assert_int_equal(wql_call_wait(call, WQL_FOREVER, &err), WQL_E_TIMED_OUT);
    assert_int_equal(atomic_load(&r.answer), WQL_OK);
    assert_promises(&r);
    assert_promises(&other);
    wql_call_close(r.other);
    wql_call_close(call);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R1_3_a_kept_batch_never_changes),
        cmocka_unit_test(R1_4_R7_4_an_error_comes_with_a_failure_only_and_is_lent),
        cmocka_unit_test(R1_8_any_success_is_success),
        cmocka_unit_test(R7_2_I7_I5_add_ref_rows_final_release),
        cmocka_unit_test(R5_7_I2_I3_I9_callbacks_are_ordered_across_threads),
        cmocka_unit_test(R3_5_R7_5_I16_two_calls_of_one_sink),
        cmocka_unit_test(R7_1_push_and_pull_end_alike),
        cmocka_unit_test(X10_rows_and_the_end_in_one_answer),
        cmocka_unit_test(R7_3_a_count_from_0_or_from_1_or_none),
        cmocka_unit_test(R7_7_letting_a_session_go_cancels_nothing),
        cmocka_unit_test(a_synchronous_query_inside_every_callback),
        cmocka_unit_test(a_synchronous_query_inside_more_callbacks_than_there_are_threads),
        cmocka_unit_test(a_callback_cancels_another_call_with_one_worker),
        cmocka_unit_test(a_final_status_cancels_a_call_that_needs_the_same_thread),
        cmocka_unit_test(I12_no_lock_is_held_in_any_callback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
