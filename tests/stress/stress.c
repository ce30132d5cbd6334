/* SPDX-License-Identifier: MIT */
/* stress.c [SECONDS] [SEED]: many calls, sinks that misbehave, cancels, pauses, mounts coming and going, on real threads; made
 * for the thread and address sanitizers. Every call's promises are checked when it is over. Ends with "N passed, N failed". */
#include "../unit/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CLIENTS = 4 };

static _Atomic uint64_t calls_made, failures;
static _Atomic bool stop_all;

static void failed(const char *what, long long got) {
    if (atomic_fetch_add(&failures, 1) < 10) printf("not ok %s (%lld)\n", what, got);
}

static uint32_t next_random(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

/* -- a sink of its own for each call; count 0: it dies in its release -------------------------------------------- */

typedef struct watcher {
    uint64_t seed;
    int behaviour;
    _Atomic int refs, inside, finals;
    _Atomic bool closed; /* a cancel from outside has returned OK: nothing may come */
    _Atomic bool released;
    _Atomic wql_status code;
    uint64_t rows;
} watcher;

static void watch_enter(watcher *w) {
    if (atomic_fetch_add(&w->inside, 1)) failed("callbacks of one call overlap", w->behaviour);
    if (atomic_load(&w->closed)) failed("a callback after cancel returned", w->behaviour);
    if (atomic_load(&w->finals)) failed("a callback after the final one", w->behaviour);
}

static wql_status watch_rows(void *user, wql_call call, const wql_batch *batch) {
    watcher *w = user;
    wql_status answer = WQL_OK;
    watch_enter(w);
    if (!wql_batch_rows(batch)) failed("an empty batch", 0);
    for (uint32_t r = 0; r < wql_batch_rows(batch); r++)
        if (((const uint32_t *)wql_batch_column(batch, 0)->values)[r] != w->rows + r)
            failed("rows out of order", (long long)w->rows);
    w->rows += wql_batch_rows(batch);
    switch (w->behaviour) {
    case 1: answer = w->rows > 3000 ? WQL_E_FAILED : WQL_OK; break;
    case 2:
        if (w->rows > 2000 && wql_call_cancel(call) != WQL_S_PENDING) failed("cancel inside a callback", 0);
        break;
    case 3: answer = WQL_S_PENDING; break;
    case 4: wql_batch_release(wql_batch_retain(batch)); break;
    default: break;
    }
    atomic_fetch_sub(&w->inside, 1);
    return answer;
}

static wql_status watch_status(void *user, wql_call call, const wql_report *report) {
    watcher *w = user;
    (void)call;
    watch_enter(w);
    atomic_fetch_sub(&w->inside, 1);
    if (report->is_final) {
        atomic_store(&w->code, report->status);
        atomic_fetch_add(&w->finals, 1);
    }
    return WQL_OK;
}

static void watch_add_ref(void *user) { atomic_fetch_add(&((watcher *)user)->refs, 1); }
static void watch_release(void *user) {
    watcher *w = user;
    if (atomic_load(&w->finals) != 1) failed("released without one final status", atomic_load(&w->finals));
    if (atomic_fetch_sub(&w->refs, 1) != 1) failed("reference count", 0);
    atomic_store(&w->released, true);
}

/* -- clients ----------------------------------------------------------------------------------------------------- */

typedef struct client {
    wql_engine *engine;
    wql_session *session;
    wql_query *query;
    uint64_t seed;
    pthread_t thread;
} client;

static const char *const queries[] = {"SELECT * FROM Tick", "SELECT Id FROM Slow",
                                      "SELECT Id, Name FROM Tick WHERE Name LIKE '%5%' OR Id >= 0", "SELECT * FROM Nowhere",
                                      "SELECT oops"};

static void nap(uint32_t us) {
    struct timespec t = {0, (long)us * 1000};
    nanosleep(&t, NULL);
}

static void end_call(client *c, watcher *w, wql_call call) {
    wql_status status;
    uint32_t how = next_random(&c->seed) % 4;
    wql_error err = WQL_INIT(wql_error);
    if (how < 2) {
        nap(next_random(&c->seed) % 800);
        status = how ? wql_call_cancel(call) : wql_session_cancel(c->session, w);
        if (status != WQL_OK && status != WQL_E_NOT_FOUND) failed("cancel", status);
        if (!atomic_load(&w->released)) failed("cancel returned before release", status);
        atomic_store(&w->closed, true);
    } else {
        while ((status = wql_call_wait(call, 1, &err)) == WQL_S_TIMEDOUT) (void)wql_call_resume(call);
        if (status != atomic_load(&w->code)) failed("wait and the final status differ", status);
    }
    if (wql_call_close(call) != WQL_OK) failed("close", 0);
}

static void one_pushed(client *c) {
    watcher *w = calloc(1, sizeof *w);
    wql_sink sink = {sizeof sink, w, watch_rows, watch_status, watch_add_ref, watch_release};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    if (!w) return;
    how.sink = &sink;
    w->behaviour = (int)(next_random(&c->seed) % 5);
    how.flags = (next_random(&c->seed) % 3 ? 0 : WQL_SEND_STATUS) | (next_random(&c->seed) % 5 ? 0 : WQL_FINAL_ON_WORKER);
    how.timeout_ms = next_random(&c->seed) % 4 ? 0 : 1 + next_random(&c->seed) % 20;
    if (wql_session_exec(c->session, wql_s(queries[next_random(&c->seed) % 5]), &how, &call, &err) < 0)
        failed(err.message, err.status);
    else
        end_call(c, w, call);
    atomic_fetch_add(&calls_made, 1);
    free(w);
}

static void one_pulled(client *c) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    uint32_t left = next_random(&c->seed) % 30;
    uint64_t rows = 0;
    how.flags = next_random(&c->seed) % 2 ? WQL_RUN_AHEAD : 0;
    how.timeout_ms = next_random(&c->seed) % 4 ? 0 : 5;
    if (wql_session_exec(c->session, wql_s(queries[next_random(&c->seed) % 5]), &how, &call, &err) < 0) {
        failed(err.message, err.status);
        return;
    }
    while ((status = wql_call_next(call, next_random(&c->seed) % 3, &batch, &err)) == WQL_OK || status == WQL_S_TIMEDOUT) {
        if (status == WQL_OK) {
            rows += wql_batch_rows(batch);
            wql_batch_release(batch);
        }
        if (left-- == 0) break;
    }
    if (status == WQL_END && rows != 0 && rows < 3000) failed("rows are missing", (long long)rows);
    if (next_random(&c->seed) % 2) (void)wql_call_cancel(call);
    if (wql_call_close(call) != WQL_OK) failed("close", 0);
    atomic_fetch_add(&calls_made, 1);
}

/* The one prepared query of all clients, with values of this run's own. */
static void one_with_values(client *c) {
    uint32_t from = next_random(&c->seed) % 20000, count = next_random(&c->seed) % 300;
    wql_param params[] = {{"from", wql_u64(from)}, {NULL, wql_i64((int64_t)from + count)}};
    wql_call_options how = {.struct_size = sizeof how, .params = params, .param_count = 2};
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    uint64_t rows = 0, expected = from + count > 20000 ? 20000 - from : count;
    how.flags = next_random(&c->seed) % 2 ? WQL_RUN_AHEAD : 0;
    if (wql_query_exec(c->query, &how, &call, &err) < 0) {
        failed(err.message, err.status);
        return;
    }
    params[0].value = wql_text(wql_s("it was copied"));
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        if (rows == 0 && ((const uint32_t *)wql_batch_column(batch, 0)->values)[0] != from) failed("another's values", from);
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    if (status != WQL_END || rows != expected) failed("rows of a run with values", (long long)rows);
    if (wql_call_close(call) != WQL_OK) failed("close", 0);
    atomic_fetch_add(&calls_made, 1);
}

static void *client_main(void *arg) {
    client *c = arg;
    while (!atomic_load(&stop_all)) {
        if (next_random(&c->seed) % 8 == 0)
            one_with_values(c);
        else if (next_random(&c->seed) % 3)
            one_pushed(c);
        else
            one_pulled(c);
    }
    return NULL;
}

/* A provider that comes and goes meanwhile. */
static void come_and_go(wql_engine *engine, ticks *t, uint64_t *seed) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_engine_mount(engine, "root/u", ticks_provider(t, "guest"), NULL, t, &err);
    if (status < 0) failed(err.message, status);
    nap(next_random(seed) % 2000);
    status = wql_engine_unmount(engine, "root/u", "guest", &err);
    if (status != WQL_OK) failed("unmount", status);
}

static const wql_provider *slow_provider(ticks *t) {
    t->rows = 4000;
    t->per_next = 100;
    t->block_every = 9;
    t->flags = WQL_MAY_BLOCK;
    return ticks_provider(t, "slow");
}

/* The second provider serves its class under another name. */
static wql_status load_slow(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_property_def props[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                             {.name = "Name", .type = WQL_STRING}};
    static const wql_class_def def = {.struct_size = sizeof def, .name = "Slow", .properties = props, .property_count = 2};
    (void)config;
    (void)user;
    (void)self;
    return wql_mount_define(mount, &def, 1, err);
}

static void run_round(uint64_t *seed, double seconds) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_PARAMETERS};
    wql_session *session;
    wql_query *query;
    client clients[CLIENTS];
    ticks fast = {.rows = 20000,
                  .flags = WQL_CONCURRENT,
                  .zero_copy = next_random(seed) % 2,
                  .parts = next_random(seed) % 2 ? 8 : 0,
                  .spin_us = next_random(seed) % 2 ? 30 : 0,
                  .block_every = next_random(seed) % 3 ? 0 : 7},
          slow = {0}, guest = {.rows = 1};
    struct timespec from, now;
    opt.workers = 1 + next_random(seed) % 3;
    opt.threads_max = 4;
    slow_provider(&slow);
    slow.table.load = load_slow;
    slow.table.unload = NULL;
    if (wql_engine_open(&opt, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/t", ticks_provider(&fast, "fast"), NULL, &fast, &err) < 0 ||
        wql_engine_mount(engine, "root/t", &slow.table, NULL, &slow, &err) < 0 ||
        wql_session_open(engine, "root/t", &with, &session, &err) < 0 ||
        wql_query_prepare(session, wql_s("SELECT Id FROM Tick WHERE Id >= @from AND Id < ?"), &query, &err) < 0) {
        failed(err.message, err.status);
        return;
    }
    atomic_store(&stop_all, false);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (client){engine, session, query, *seed + (uint64_t)i * 77, 0};
        pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    do {
        come_and_go(engine, &guest, seed);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((double)(now.tv_sec - from.tv_sec) + (double)(now.tv_nsec - from.tv_nsec) / 1e9 < seconds);
    atomic_store(&stop_all, true);
    for (int i = 0; i < CLIENTS; i++) pthread_join(clients[i].thread, NULL);
    if (wql_engine_close(engine) != WQL_OK) failed("the engine does not close", 0);
    if (fast.opens != fast.closes || slow.opens != slow.closes) failed("a scan was not closed", fast.opens - fast.closes);
    if (fast.emitted != fast.released) failed("a batch was not released", fast.emitted - fast.released);
    if (fast.unloads != 1 || guest.loads != guest.unloads) failed("unloads", fast.unloads);
    if (slow.most_inside > 1) failed("a serialised provider was entered twice", slow.most_inside);
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 3;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261124;
    for (int round = 0; round < 4; round++) run_round(&seed, seconds / 4);
    printf("%s %llu calls, seed %s\n", atomic_load(&failures) ? "not ok" : "ok", (unsigned long long)atomic_load(&calls_made),
           argc > 2 ? argv[2] : "20261124");
    printf("%d passed, %d failed\n", atomic_load(&failures) ? 0 : 1, atomic_load(&failures) ? 1 : 0);
    return atomic_load(&failures) != 0;
}
