/* SPDX-License-Identifier: MIT */
/* 02_sink.c: pushed delivery. The engine's workers run the query and call a sink; this thread waits for the end, looks at the
 * progress, and in a second call cancels from a thread of its own. */
#define _POSIX_C_SOURCE 200809L
#include <wql/wql.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { NUMBERS = 100000 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* -- what the sink keeps. Callbacks of one call never overlap, so what only they touch needs no lock ------------- */

typedef struct counter {
    uint64_t rows;
    uint64_t reported; /* rows that progress said were looked at */
    wql_status ended;  /* the final status */
    int releases;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool pause;  /* stop after the first batch ... */
    bool paused; /* ... which has come */
} counter;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    counter *c = user;
    (void)call;
    c->rows += wql_batch_rows(batch); /* never empty; wql_batch_retain would keep it beyond this callback */
    if (!c->pause) return WQL_OK;
    pthread_mutex_lock(&c->lock);
    c->paused = true;
    pthread_cond_signal(&c->changed);
    pthread_mutex_unlock(&c->lock);
    return WQL_S_PENDING; /* pauses the call, until wql_call_resume; a failure would cancel it */
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    counter *c = user;
    (void)call;
    if (!report->is_final) {
        c->reported = report->done; /* of about report->total; the latest only, as it comes */
        return WQL_OK;
    }
    c->ended = report->status; /* exactly once, and last */
    return WQL_OK;
}

static void on_add_ref(void *user) {
    (void)user;
}
static void on_release(void *user) {
    ((counter *)user)->releases++;
}

static wql_status start(wql_session *session, counter *c, wql_call *call, wql_error *err) {
    wql_sink sink = WQL_INIT(wql_sink); /* copied; `user` is its identity */
    wql_call_options how = WQL_INIT(wql_call_options);
    sink.user = c;
    sink.indicate = on_rows;
    sink.status = on_status;
    sink.add_ref = on_add_ref;
    sink.release = on_release;
    how.sink = &sink;
    how.flags = WQL_SEND_STATUS;
    return wql_session_exec(session, wql_s("SELECT Value FROM Number WHERE Value >= 1000"), &how, call, err);
}

/* -- to the end -------------------------------------------------------------------------------------------------- */

static int count_all(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    counter c = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    wql_call call;
    wql_status st;
    if (start(session, &c, &call, &err) < 0) return fail(&err);
    st = wql_call_wait(call, WQL_FOREVER, &err); /* returns after the final status and the sink's release */
    wql_call_close(call);
    if (st < 0) return fail(&err);
    printf("%" PRIu64 " rows, %s, released %d time\n", c.rows, wql_status_name(c.ended), c.releases);
    return c.reported > NUMBERS;
}

/* -- cancelled --------------------------------------------------------------------------------------------------- */

static void *press_stop(void *arg) {
    wql_status st = wql_call_cancel(*(wql_call *)arg);
    return st == WQL_OK ? arg : NULL; /* WQL_OK: the final status was delivered, the sink is released, no callback will run */
}

static int cancel_one(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    counter c = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .pause = true};
    pthread_t stopper;
    wql_call call;
    void *stopped = NULL;
    if (start(session, &c, &call, &err) < 0) return fail(&err);
    pthread_mutex_lock(&c.lock);
    while (!c.paused) pthread_cond_wait(&c.changed, &c.lock);
    pthread_mutex_unlock(&c.lock);
    if (pthread_create(&stopper, NULL, press_stop, &call) != 0) return 1;
    pthread_join(stopper, &stopped);
    if (!stopped) return 1;
    printf("stopped after the first batch: %s, released %d time\n", wql_status_name(c.ended), c.releases);
    wql_call_close(call); /* c may go now */
    return c.rows == 0;
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    wql_error err = WQL_INIT(wql_error);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = WQL_INIT(wql_table);
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_engine *engine;
    wql_session *session;
    int failed;
    for (uint64_t i = 0; i < NUMBERS; i++) numbers[i] = i;
    def.name = "Number";
    def.properties = &value;
    def.property_count = 1;
    table.def = &def;
    table.rows = NUMBERS;
    table.columns = &column;
    table.column_count = 1;
    options.workers = 2; /* a sink without workers needs a pump: 03_pump.c */
    if (wql_engine_open(&options, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/numbers", NULL, &session, &err) < 0)
        return fail(&err);
    failed = count_all(session) || cancel_one(session);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
