/* SPDX-License-Identifier: MIT */
/* 16_threads.c: a program with C11 threads. Workers push batches into a queue of the program's own; a consumer thread takes them
 * out. The queue has few places: a sink that finds it full pauses its call, and the consumer lets the call go on. Nobody sleeps
 * in a callback, and no row is copied. */
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>
#include <threads.h>

enum { NUMBERS = 50000, PLACES = 4 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

/* The queue, and how the call ended. Everything in it is guarded by `lock`. */
typedef struct queue {
    mtx_t lock;
    cnd_t changed;
    wql_batch *batches[PLACES];
    int first, count, most;
    bool paused, ended;
    wql_status code;
    wql_call call; /* of the sink: to let it go on */
} queue;

/* A worker calls this; the batch is kept by a reference, and lives until the consumer lets it go. */
static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    queue *q = user;
    bool full;
    mtx_lock(&q->lock);
    q->batches[(q->first + q->count++) % PLACES] = wql_batch_retain(batch); /* there is a place: else the call were paused */
    if (q->count > q->most) q->most = q->count;
    q->paused = full = q->count == PLACES;
    q->call = call;
    cnd_signal(&q->changed);
    mtx_unlock(&q->lock);
    return full ? WQL_S_PENDING : WQL_OK; /* the consumer may have resumed already: that does no harm */
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    queue *q = user;
    (void)call;
    if (!report->is_final) return WQL_OK;
    mtx_lock(&q->lock);
    q->ended = true;
    q->code = report->status;
    cnd_signal(&q->changed);
    mtx_unlock(&q->lock);
    return WQL_OK;
}

/* The next batch; NULL: the call has ended, and the queue is empty. */
static wql_batch *take(queue *q) {
    wql_batch *batch = NULL;
    mtx_lock(&q->lock);
    while (q->count == 0 && !q->ended) cnd_wait(&q->changed, &q->lock);
    if (q->count) {
        batch = q->batches[q->first];
        q->first = (q->first + 1) % PLACES;
        q->count--;
        if (q->paused) wql_call_resume(q->call); /* never blocks, and calls no sink: a lock may be held */
        q->paused = false;
    }
    mtx_unlock(&q->lock);
    return batch;
}

typedef struct consumer {
    queue *q;
    uint64_t rows, sum;
} consumer;

static int consume(void *arg) {
    consumer *c = arg;
    wql_batch *batch;
    while ((batch = take(c->q)) != NULL) {
        const uint64_t *values = wql_batch_column(batch, 0)->values; /* a key: never NULL */
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) c->sum += values[row];
        c->rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    return 0;
}

static int run(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    wql_sink sink = WQL_INIT(wql_sink);
    wql_call_options how = WQL_INIT(wql_call_options);
    queue q = {.count = 0};
    consumer c = {.q = &q};
    wql_call call;
    thrd_t thread;
    if (mtx_init(&q.lock, mtx_plain) != thrd_success || cnd_init(&q.changed) != thrd_success) return 1;
    if (thrd_create(&thread, consume, &c) != thrd_success) return 1;
    sink.user = &q;
    sink.indicate = on_rows;
    sink.status = on_status;
    how.sink = &sink;
    if (wql_session_exec(session, wql_s("SELECT Value FROM Number WHERE Value < 40000"), &how, &call, &err) < 0)
        return fail(&err);
    thrd_join(thread, NULL);                /* the consumer ends when the call has ended and all is taken */
    wql_call_wait(call, WQL_FOREVER, NULL); /* the sink is let go: nothing touches the queue any more */
    wql_call_close(call);
    printf("%" PRIu64 " rows, sum %" PRIu64 ", %s\n", c.rows, c.sum, wql_status_name(q.code));
    printf("the queue held %s\n", q.most <= PLACES ? "no more than it has places" : "too much");
    cnd_destroy(&q.changed);
    mtx_destroy(&q.lock);
    return 0;
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    wql_error err = WQL_INIT(wql_error);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = WQL_INIT(wql_table);
    wql_engine_options opt = WQL_INIT(wql_engine_options);
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
    opt.workers = 2;
    if (wql_engine_open(&opt, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/numbers", NULL, &session, &err) < 0)
        return fail(&err);
    failed = run(session);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
