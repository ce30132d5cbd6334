/* SPDX-License-Identifier: MIT */
/* 17_libuv.c: queries on a libuv loop. The pump's descriptor is polled like any other; scans and callbacks run on the loop's
 * thread, a millisecond at a time, and the loop's timers run in between. No thread is made. Built where pkg-config finds libuv.
 */
#ifndef _GNU_SOURCE
#define _XOPEN_SOURCE 700 /* uv.h needs POSIX, which a strict compiler hides */
#endif

#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>
#include <uv.h>

enum { NUMBERS = 50000 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

typedef struct host {
    uv_loop_t loop;
    uv_poll_t poll;   /* of the pump's descriptor */
    uv_timer_t timer; /* the loop's other work */
    wql_pump *pump;
    int running; /* calls */
} host;

typedef struct sums {
    host *host;
    const char *name;
    bool one_batch; /* pause behind the first */
    uint64_t rows, sum;
} sums;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    sums *s = user;
    const uint64_t *values = wql_batch_column(batch, 0)->values; /* a key: never NULL */
    (void)call;
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++) s->sum += values[row];
    s->rows += wql_batch_rows(batch);
    return s->one_batch ? WQL_S_PENDING : WQL_OK;
}

/* When the last call has ended, nothing keeps the loop. */
static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    sums *s = user;
    (void)call;
    if (!report->is_final) return WQL_OK;
    printf("%s: %" PRIu64 " rows, sum %" PRIu64 ", %s\n", s->name, s->rows, s->sum, wql_status_name(report->status));
    if (--s->host->running == 0) {
        uv_close((uv_handle_t *)&s->host->poll, NULL);
        uv_close((uv_handle_t *)&s->host->timer, NULL);
    }
    return WQL_OK;
}

static void on_work(uv_poll_t *poll, int status, int events) {
    host *h = poll->data;
    (void)events;
    if (status == 0) (void)wql_pump_run(h->pump, 1000); /* about 1,000 us; the descriptor stays readable while there is more */
}

/* Once a millisecond: when the first call is through, the second, which pauses, is ended. On the loop's thread this runs its
 * final status at once. */
typedef struct watch {
    wql_call first, second;
} watch;

static void on_timer(uv_timer_t *timer) {
    watch *w = timer->data;
    if (wql_call_wait(w->first, 0, NULL) == WQL_S_TIMEDOUT) return;
    (void)uv_timer_stop(timer);
    printf("cancel: %s\n", wql_status_name(wql_call_cancel(w->second)));
}

static wql_status start(wql_session *session, sums *s, wql_call *call, wql_error *err) {
    wql_sink sink = WQL_INIT(wql_sink);
    wql_call_options how = WQL_INIT(wql_call_options);
    sink.user = s;
    sink.indicate = on_rows;
    sink.status = on_status;
    how.sink = &sink;
    how.pump = s->host->pump;
    s->host->running++;
    return wql_session_exec(session, wql_s("SELECT Value FROM Number WHERE Value < 40000"), &how, call, err);
}

static int run(wql_engine *engine, wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    host h = {.running = 0};
    sums all = {.host = &h, .name = "all"}, one = {.host = &h, .name = "one batch", .one_batch = true};
    watch w;
    if (wql_pump_open(engine, &h.pump, &err) < 0) return fail(&err);
    if (uv_loop_init(&h.loop) || uv_poll_init(&h.loop, &h.poll, wql_pump_fd(h.pump)) || uv_timer_init(&h.loop, &h.timer))
        return 1;
    h.poll.data = &h;
    h.timer.data = &w;
    if (start(session, &all, &w.first, &err) < 0 || start(session, &one, &w.second, &err) < 0) return fail(&err);
    if (uv_poll_start(&h.poll, UV_READABLE, on_work) || uv_timer_start(&h.timer, on_timer, 1, 1)) return 1;
    (void)uv_run(&h.loop, UV_RUN_DEFAULT);
    wql_call_close(w.first);
    wql_call_close(w.second);
    wql_pump_close(h.pump); /* behind uv_close: the loop knows the descriptor no more */
    return uv_loop_close(&h.loop) != 0;
}

int main(void) {
    static uint64_t numbers[NUMBERS];
    wql_error err = WQL_INIT(wql_error);
    wql_property_def value = {.name = "Value", .type = WQL_UINT64, .flags = WQL_KEY};
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_column column = {.property = 0, .type = WQL_UINT64, .layout = WQL_FIXED, .values = numbers};
    wql_table table = WQL_INIT(wql_table);
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
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/numbers", wql_memory_provider(), NULL, &table, &err) < 0 ||
        wql_session_open(engine, "root/numbers", NULL, &session, &err) < 0)
        return fail(&err);
    failed = run(engine, session);
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
