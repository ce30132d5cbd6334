/* SPDX-License-Identifier: MIT */
/* test_outstanding.c: what a call holds while it waits, and what it asks the heap for while it runs: bytes and heap calls,
 * counted by the engine's own allocator hook. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ticks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CALLS = 10000, BYTES_MAX = 4096, WORKERS = 2, ELASTIC = 2 /* a machine that stalls a worker makes them */ };

typedef struct counts {
    _Atomic int64_t bytes;
    _Atomic uint64_t heap_calls;
} counts;

static void *count_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    counts *c = user;
    void *moved = new_size ? realloc(ptr, new_size) : NULL;
    if (new_size && !moved) return NULL;
    if (!new_size) free(ptr);
    atomic_fetch_add(&c->bytes, (int64_t)new_size - (int64_t)old_size);
    atomic_fetch_add(&c->heap_calls, 1);
    return moved;
}

typedef struct lab {
    counts counts;
    ticks ticks;
    wql_engine *engine;
    wql_session *session;
    wql_query *query;
    wql_call *calls;
    _Atomic int indicates;
    event go;
} lab;

static void open_lab(lab *l, const char *text) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options,
                                  .workers = WORKERS,
                                  .threads_max = ELASTIC,
                                  .alloc = count_alloc,
                                  .alloc_user = &l->counts};
    if (wql_engine_open(&options, &l->engine, &err) < 0 ||
        wql_engine_mount(l->engine, "root", ticks_provider(&l->ticks, "ticks"), "", &l->ticks, &err) < 0 ||
        wql_session_open(l->engine, "root", NULL, &l->session, &err) < 0 ||
        wql_query_prepare(l->session, wql_s(text), &l->query, &err) < 0)
        fail_msg("%s", err.message);
}

static void close_lab(lab *l) {
    assert_int_equal(wql_engine_close(l->engine), WQL_OK);
    assert_int_equal(atomic_load(&l->counts.bytes), 0);
    free(l->calls);
    l->calls = NULL;
}

static void reach(_Atomic int *counter, int wanted) {
    for (int i = 0; i < 60000 && atomic_load(counter) < wanted; i++) {
        struct timespec nap = {0, 1000000};
        nanosleep(&nap, NULL);
    }
    assert_true(atomic_load(counter) >= wanted);
}

static int thread_count(void) {
    DIR *dir = opendir("/proc/self/task");
    int count = 0;
    assert_non_null(dir);
    while (readdir(dir)) count++;
    (void)closedir(dir);
    return count;
}

/* -- what waits -------------------------------------------------------------------------------------------------- */

static wql_status pause_at_once(void *user, wql_call call, const wql_batch *batch) {
    (void)call, (void)batch;
    atomic_fetch_add(&((lab *)user)->indicates, 1);
    return WQL_S_PENDING;
}

static wql_status hold_thread(void *user, wql_call call, const wql_batch *batch) {
    (void)call, (void)batch;
    atomic_fetch_add(&((lab *)user)->indicates, 1);
    (void)event_wait(&((lab *)user)->go);
    return WQL_E_FAILED;
}

static wql_call submit(lab *l, wql_status (*indicate)(void *, wql_call, const wql_batch *)) {
    wql_error err = WQL_INIT(wql_error);
    wql_sink sink = {.struct_size = sizeof sink, .user = l, .indicate = indicate};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink};
    wql_call call;
    if (wql_query_exec(l->query, &how, &call, &err) < 0) fail_msg("%s", err.message);
    return call;
}

static void submit_all(lab *l) {
    l->calls = calloc(CALLS, sizeof *l->calls);
    assert_non_null(l->calls);
    for (int i = 0; i < CALLS; i++) l->calls[i] = submit(l, pause_at_once);
}

static void report(lab *l, const char *what, int64_t before) {
    int64_t each = (atomic_load(&l->counts.bytes) - before) / CALLS;
    print_message("# %s: %lld bytes each\n", what, (long long)each);
    assert_true(each > 0);
    assert_true(each <= BYTES_MAX);
}

static void end_all(lab *l) {
    for (int i = 0; i < CALLS; i++) {
        assert_int_equal(wql_call_cancel(l->calls[i]), WQL_OK);
        assert_int_equal(wql_call_close(l->calls[i]), WQL_OK);
    }
}

static const char *const texts[] = {"SELECT Id, Name FROM Tick WHERE Id > 1",
                                    "SELECT * FROM Tick WHERE Id > 1 OR Name LIKE 'tick%'"};

static void parked_in_a_provider(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        lab l = {.ticks = {.rows = 100, .silent = true}, .go = EVENT_INIT};
        int threads;
        int64_t before;
        open_lab(&l, texts[i]);
        threads = thread_count();
        before = atomic_load(&l.counts.bytes);
        submit_all(&l);
        reach(&l.ticks.nexts, CALLS);
        report(&l, "parked in a provider", before);
        assert_true(thread_count() <= threads + ELASTIC);
        end_all(&l);
        close_lab(&l);
    }
}

static void queued_behind_busy_workers(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        lab l = {.ticks = {.rows = 100, .per_next = 10}, .go = EVENT_INIT};
        wql_call busy[WORKERS];
        int64_t before;
        open_lab(&l, texts[i]);
        for (int w = 0; w < WORKERS; w++) busy[w] = submit(&l, hold_thread);
        reach(&l.indicates, WORKERS);
        before = atomic_load(&l.counts.bytes);
        submit_all(&l);
        report(&l, "queued", before);
        event_set(&l.go);
        for (int w = 0; w < WORKERS; w++) assert_int_equal(wql_call_close(busy[w]), WQL_OK);
        end_all(&l);
        close_lab(&l);
    }
}

static void with_paused_sinks(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        lab l = {.ticks = {.rows = 1000, .per_next = 100, .zero_copy = i > 1}, .go = EVENT_INIT};
        int threads;
        int64_t before;
        open_lab(&l, i > 1 ? "SELECT Id FROM Tick WHERE Id <> 5" : texts[i]);
        threads = thread_count();
        before = atomic_load(&l.counts.bytes);
        submit_all(&l);
        reach(&l.indicates, CALLS);
        report(&l, "paused by the sink", before);
        assert_true(thread_count() <= threads + ELASTIC);
        end_all(&l);
        close_lab(&l);
    }
}

/* Calls that began, and wait for their next slice: what they had in hand has gone out. */
static _Atomic int64_t most_bytes;

static wql_status take_rows(void *user, wql_call call, const wql_batch *batch) {
    lab *l = user;
    int64_t now = atomic_load(&l->counts.bytes), most = atomic_load(&most_bytes);
    (void)call, (void)batch;
    while (now > most && !atomic_compare_exchange_weak(&most_bytes, &most, now)) {}
    atomic_fetch_add(&l->indicates, 1);
    return WQL_OK;
}

static void between_slices(void **state) {
    enum { SOME = 500 };
    lab l = {.ticks = {.rows = 30000, .per_next = 700}, .go = EVENT_INIT};
    wql_call calls[SOME], busy[WORKERS];
    int64_t before;
    (void)state;
    open_lab(&l, "SELECT Id, Name FROM Tick WHERE Name = 'tick 3'");
    for (int w = 0; w < WORKERS; w++) busy[w] = submit(&l, hold_thread);
    reach(&l.indicates, WORKERS);
    before = atomic_load(&l.counts.bytes);
    atomic_store(&most_bytes, 0);
    for (int i = 0; i < SOME; i++) calls[i] = submit(&l, take_rows);
    event_set(&l.go);
    for (int i = 0; i < SOME; i++) {
        wql_error err = WQL_INIT(wql_error);
        assert_int_equal(wql_call_wait(calls[i], 60000, &err), WQL_OK);
        (void)wql_call_close(calls[i]);
    }
    print_message("# between slices: %lld bytes each\n", (long long)(most_bytes - before) / SOME);
    /* What two workers have in hand comes on top. */
    assert_true(most_bytes - before <= (int64_t)SOME * BYTES_MAX + WORKERS * 512 * 1024);
    for (int w = 0; w < WORKERS; w++) (void)wql_call_close(busy[w]);
    close_lab(&l);
}

/* -- what runs --------------------------------------------------------------------------------------------------- */

enum {
    WARM = 1000,
    BATCHES = 4000,
    HELD = 50, /* more than may be in flight at any time */
    RARE = 200 /* heap calls that come once: a worker that the system does not run for long gets a stand-in, and each of the 64
                  batches that are kept grows when a hiccup first brings it into use. One in ten batches would be 300 */
};

typedef struct watch {
    lab *l;
    uint32_t rows;
    int batches;
    uint64_t at_warm, at_end;
    wql_batch *held[HELD];
} watch;

/* At first many are held and let go at once, four times: so many are there, each large enough. */
static void note_batch(watch *w, const wql_batch *batch) {
    if (w->batches < HELD * 4) w->held[w->batches % HELD] = wql_batch_retain(batch);
    w->batches++;
    for (int i = 0; i < HELD && w->batches % HELD == 0 && w->batches <= HELD * 4; i++) wql_batch_release(w->held[i]);
    if (w->batches == WARM) w->at_warm = atomic_load(&w->l->counts.heap_calls);
    if (w->batches == BATCHES) w->at_end = atomic_load(&w->l->counts.heap_calls);
}

static wql_status watch_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    note_batch(user, batch);
    return WQL_OK;
}

static void push(watch *w) {
    wql_error err = WQL_INIT(wql_error);
    wql_sink sink = {.struct_size = sizeof sink, .user = w, .indicate = watch_rows};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink, .batch_rows = w->rows};
    wql_call call;
    if (wql_query_exec(w->l->query, &how, &call, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_call_wait(call, 60000, &err), WQL_OK);
    (void)wql_call_close(call);
}

static void pull(watch *w, uint32_t flags) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_options how = {.struct_size = sizeof how, .flags = flags, .batch_rows = w->rows};
    wql_call call;
    wql_batch *batch;
    if (wql_query_exec(w->l->query, &how, &call, &err) < 0) fail_msg("%s", err.message);
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) {
        note_batch(w, batch);
        wql_batch_release(batch);
    }
    (void)wql_call_close(call);
}

/* The sink, the caller and the workers release batches; each must be there again for the next. */
static void no_heap_call_per_batch(void **state) {
    static const char *const queries[] = {"SELECT Id, Name FROM Tick", "SELECT Id FROM Tick WHERE Id <> 7 OR Id < 5",
                                          "SELECT Id, Name FROM Tick WHERE Name = 'tick 3'"};
    (void)state;
    for (int variant = 0; variant < 18; variant++) {
        int way = variant % 3, query = variant / 3 % 3;
        bool blocking = variant >= 9;
        uint32_t per_batch = query == 2 ? 64 : 128;
        lab l = {.ticks = {.rows = (uint64_t)(BATCHES + 50) * per_batch * (query == 2 ? 10 : 1),
                           .per_next = per_batch * (query == 2 ? 10 : 1),
                           .zero_copy = query == 1,
                           .block_every = blocking && query != 2 ? 2 : 0,
                           .flags = blocking && query == 2 ? WQL_MAY_BLOCK : 0},
                 .go = EVENT_INIT};
        watch w = {.l = &l, .rows = per_batch};
        open_lab(&l, queries[query]);
        if (way == 0)
            push(&w);
        else
            pull(&w, way == 2 ? WQL_RUN_AHEAD : 0);
        if (w.batches >= BATCHES && w.at_end > w.at_warm + RARE)
            fail_msg("variant %d: %llu heap calls in %d batches", variant, (unsigned long long)(w.at_end - w.at_warm),
                     BATCHES - WARM);
        if (w.batches < BATCHES) fail_msg("variant %d: only %d batches", variant, w.batches);
        close_lab(&l);
    }
}

/* -- what was lent ----------------------------------------------------------------------------------------------- */

static void a_batch_outlives_the_spares(void **state) {
    lab l = {.ticks = {.rows = 5000, .per_next = 100}, .go = EVENT_INIT};
    wql_error err = WQL_INIT(wql_error);
    wql_batch *kept[10], *batch;
    wql_call call;
    int count = 0;
    (void)state;
    open_lab(&l, "SELECT Id, Name FROM Tick");
    if (wql_query_exec(l.query, NULL, &call, &err) < 0) fail_msg("%s", err.message);
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) {
        if (count < 10)
            kept[count++] = batch;
        else
            wql_batch_release(batch);
    }
    assert_true(count > 1);
    (void)wql_call_close(call);
    assert_int_equal(wql_engine_close(l.engine), WQL_OK);
    for (int i = 0; i < count; i++) {
        wql_value first;
        assert_int_equal(wql_batch_value(kept[i], 0, "Name", &first), WQL_OK);
        assert_int_equal(first.type, WQL_STRING);
        wql_batch_release(kept[i]);
    }
    assert_int_equal(atomic_load(&l.counts.bytes), 0);
}

static wql_status count_rows(void *user, wql_call call, const wql_batch *batch) {
    lab *l = user;
    (void)call;
    if (wql_batch_rows(batch) == 0) return WQL_E_FAILED;
    atomic_fetch_add(&l->indicates, (int)wql_batch_rows(batch));
    return WQL_OK;
}

/* A run that rests with the last row given and input left once gave out empty batches for ever. */
static void a_rest_ends_at_the_limit(void **state) {
    enum { SOME = 200 };
    lab l = {.ticks = {.rows = 100000, .per_next = 700}, .go = EVENT_INIT};
    wql_call calls[SOME];
    (void)state;
    open_lab(&l, "SELECT Id FROM Tick");
    for (int i = 0; i < SOME; i++) {
        wql_error err = WQL_INIT(wql_error);
        wql_sink sink = {.struct_size = sizeof sink, .user = &l, .indicate = count_rows};
        wql_call_options how = {.struct_size = sizeof how, .sink = &sink, .rows_max = 100 + (uint64_t)i};
        if (wql_query_exec(l.query, &how, &calls[i], &err) < 0) fail_msg("%s", err.message);
    }
    for (int i = 0; i < SOME; i++) {
        wql_error err = WQL_INIT(wql_error);
        assert_int_equal(wql_call_wait(calls[i], 60000, &err), WQL_OK);
        (void)wql_call_close(calls[i]);
    }
    assert_int_equal(atomic_load(&l.indicates), SOME * 100 + SOME * (SOME - 1) / 2);
    close_lab(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rest_ends_at_the_limit),
        cmocka_unit_test(parked_in_a_provider),
        cmocka_unit_test(queued_behind_busy_workers),
        cmocka_unit_test(with_paused_sinks),
        cmocka_unit_test(between_slices),
        cmocka_unit_test(no_heap_call_per_batch),
        cmocka_unit_test(a_batch_outlives_the_spares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
