/* SPDX-License-Identifier: MIT */
/* 08_blocking_provider.c: a provider whose rows arrive when they like: lines that another thread pushes into a queue. When there is
 * none it answers WQL_S_PENDING, having stored a waker; no thread of the engine waits in it, and whoever brings the next line wakes
 * the call. */
#define _POSIX_C_SOURCE 200809L
#include <wql/wql.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { QUEUE = 4, LINES = 10, NUMBER = 0, TEXT = 1 };

/* -- the provider ------------------------------------------------------------------------------------------------ */

typedef struct feed {
    pthread_mutex_t lock;
    pthread_cond_t room; /* for who brings */
    char line[QUEUE][32];
    uint32_t first, count;
    uint32_t number; /* of the next line to go out */
    bool ended;      /* no more will be brought */
    bool waiting;    /* `waker` is to be called */
    wql_waker waker;
} feed;

static const wql_property_def properties[] = {{.name = "Number", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Text", .type = WQL_STRING}};
static const wql_class_def line_class = {
    .struct_size = sizeof line_class, .name = "Line", .properties = properties, .property_count = 2};

static wql_status feed_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self; /* *self is `user` already */
    return wql_mount_define(mount, &line_class, 1, err);
}

static wql_status feed_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}

static wql_status feed_next(wql_scan *scan, wql_error *err) {
    feed *f = scan->self;
    wql_status st = WQL_OK;
    bool room = true;
    (void)err;
    pthread_mutex_lock(&f->lock);
    if (!f->count && f->ended) st = WQL_END;
    if (!f->count && !f->ended) {
        f->waker = wql_scan_waker(scan); /* stored under the lock that guards the queue: no wake is lost */
        f->waiting = true;
        st = WQL_S_PENDING;
    }
    for (; f->count && room; f->count--) {
        wql_row_set(scan, NUMBER, wql_u64(f->number++));
        wql_row_set(scan, TEXT, wql_text(wql_s(f->line[f->first]))); /* copied */
        f->first = (f->first + 1) % QUEUE;
        room = wql_row_end(scan);
    }
    pthread_cond_signal(&f->room);
    pthread_mutex_unlock(&f->lock);
    return st;
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "feed",
                                      .load = feed_load,
                                      .open = feed_open,
                                      .next = feed_next};

/* Brings a line, or (NULL) the end. */
static void bring(feed *f, const char *line) {
    wql_waker waker = {NULL, NULL, 0};
    bool wake;
    pthread_mutex_lock(&f->lock);
    while (f->count == QUEUE) pthread_cond_wait(&f->room, &f->lock);
    if (line)
        snprintf(f->line[(f->first + f->count++) % QUEUE], sizeof f->line[0], "%s", line);
    else
        f->ended = true;
    wake = f->waiting;
    f->waiting = false;
    if (wake) waker = f->waker;
    pthread_mutex_unlock(&f->lock);
    if (wake) wql_waker_wake(waker); /* from any thread; too often, or long after the scan, does no harm */
}

/* -- its user ---------------------------------------------------------------------------------------------------- */

static void *write_lines(void *arg) {
    char line[32];
    for (int i = 0; i < LINES; i++) {
        struct timespec pause = {0, 2000000};
        snprintf(line, sizeof line, "%s %d", i % 2 ? "odd" : "even", i);
        bring(arg, line);
        nanosleep(&pause, NULL); /* now and then the query has to wait */
    }
    bring(arg, NULL);
    return NULL;
}

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

static int ask(wql_session *session) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_session_exec(session, wql_s("SELECT Number, Text FROM Line WHERE Text LIKE 'odd%'"), NULL, &call, &err) < 0)
        return fail(&err);
    while ((st = wql_call_next(call, 10000, &batch, &err)) == WQL_OK) { /* waits for a wake, ten seconds at most */
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
            printf("%u: %.*s\n", (unsigned)wql_column_value(wql_batch_column(batch, 0), row).u64,
                   WQL_FMT(wql_column_str(wql_batch_column(batch, 1), row)));
        wql_batch_release(batch);
    }
    wql_call_close(call);
    if (st < 0) return fail(&err);
    printf("the end: %s\n", wql_status_name(st));
    return st != WQL_END;
}

int main(void) {
    static feed f = {.lock = PTHREAD_MUTEX_INITIALIZER, .room = PTHREAD_COND_INITIALIZER};
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine;
    wql_session *session;
    pthread_t writer;
    int failed;
    if (wql_engine_open(NULL, &engine, &err) < 0 || wql_engine_mount(engine, "root/feed", &provider, NULL, &f, &err) < 0 ||
        wql_session_open(engine, "root/feed", NULL, &session, &err) < 0)
        return fail(&err);
    if (pthread_create(&writer, NULL, write_lines, &f) != 0) return 1;
    failed = ask(session);
    pthread_join(writer, NULL); /* no wake may come after the engine is closed */
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
