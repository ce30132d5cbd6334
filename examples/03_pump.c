/* SPDX-License-Identifier: MIT */
/* 03_pump.c: pumped delivery, for a program with an event loop of its own. The query runs and calls its sink on the loop's thread
 * only, inside wql_pump_run, a bounded time at once; between two runs the loop serves its other descriptors. No thread is made. */
#define _POSIX_C_SOURCE 200809L
#include <wql/wql.h>

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { NUMBERS = 50000 };

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

typedef struct sums {
    uint64_t rows, sum;
    wql_status ended;
} sums;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    sums *s = user;
    const uint64_t *values = wql_batch_column(batch, 0)->values; /* a key: never NULL */
    (void)call;
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++) s->sum += values[row];
    s->rows += wql_batch_rows(batch);
    return WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) ((sums *)user)->ended = report->status;
    return WQL_OK;
}

/* Both descriptors are served until the call has ended and the client has been heard. */
static int loop(wql_pump *pump, wql_call call, int client) {
    struct pollfd fds[2] = {{.fd = wql_pump_fd(pump), .events = POLLIN}, {.fd = client, .events = POLLIN}};
    bool running = true, heard = false;
    while (running || !heard) {
        if (poll(fds, 2, 10000) <= 0) return 1; /* ten seconds without anything: something is wrong */
        if (fds[1].revents) {
            char word[16];
            ssize_t len = read(client, word, sizeof word);
            printf("the client says %.*s\n", (int)len, word);
            fds[1].fd = -1;
            heard = true;
        }
        if (fds[0].revents) wql_pump_run(pump, 1000); /* scans and callbacks happen in here, for about 1,000 us */
        if (running && wql_call_wait(call, 0, NULL) != WQL_S_TIMEDOUT) running = false;
    }
    return 0;
}

static int run(wql_engine *engine, wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    sums s = {0};
    wql_sink sink = WQL_INIT(wql_sink);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_call call;
    int ends[2], failed;
    if (pipe(ends) != 0 || write(ends[1], "hello", 5) != 5) return 1; /* the loop's other work */
    if (wql_pump_open(engine, &pump, &err) < 0) return fail(&err);    /* one for each loop, for any number of calls */
    sink.user = &s;
    sink.indicate = on_rows;
    sink.status = on_status;
    how.sink = &sink;
    how.pump = pump;
    if (wql_session_exec(session, wql_s("SELECT Value FROM Number WHERE Value < 40000"), &how, &call, &err) < 0) return fail(&err);
    failed = loop(pump, call, ends[0]);
    wql_call_close(call);
    wql_pump_close(pump);
    close(ends[0]);
    close(ends[1]);
    printf("%" PRIu64 " rows, sum %" PRIu64 ", %s\n", s.rows, s.sum, wql_status_name(s.ended));
    return failed;
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
