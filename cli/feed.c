/* SPDX-License-Identifier: MIT */
/* feed.c: the rows of a query, brought by the engine's threads to the one thread that prints. */
#include "feed.h"

#include <string.h>
#include <time.h>

/* -- the sink: on the engine's threads; it waits for nothing ------------------------------------------------------- */

static wql_status indicate(void *user, wql_call call, const wql_batch *batch) {
    cli_feed *f = user;
    (void)call;
    pthread_mutex_lock(&f->lock);
    /* There is room: a full queue has paused the call. */
    f->queue[(f->first + f->count) % CLI_FEED_ROOM] = wql_batch_retain(batch);
    f->count++;
    f->paused = f->count == CLI_FEED_ROOM;
    pthread_cond_signal(&f->changed);
    wql_status answer = f->paused ? WQL_S_PENDING : WQL_OK;
    pthread_mutex_unlock(&f->lock);
    return answer;
}

static wql_status status(void *user, wql_call call, const wql_report *report) {
    cli_feed *f = user;
    (void)call;
    pthread_mutex_lock(&f->lock);
    if (report->is_final) {
        f->ended = true;
        f->status = report->status == WQL_OK ? WQL_END : report->status;
        if (report->error) f->error = *report->error;
    } else {
        f->done = report->done;
        f->total = report->total;
    }
    pthread_cond_signal(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return WQL_OK;
}

/* -- the printing thread ------------------------------------------------------------------------------------------- */

/* path NULL: runs the text. */
static wql_status open_feed(cli_feed *f, wql_session *session, wql_str text, const char *path, wql_call_options *how,
                            wql_error *err) {
    wql_sink sink = WQL_INIT(wql_sink);
    pthread_condattr_t monotonic;
    wql_status started;
    memset(f, 0, sizeof *f);
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&f->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sink.user = f;
    sink.indicate = indicate;
    sink.status = status;
    how->sink = &sink;
    started = path ? wql_session_fetch(session, path, how, &f->call, err) : wql_session_exec(session, text, how, &f->call, err);
    how->sink = NULL;
    if (started < 0) {
        pthread_cond_destroy(&f->changed);
        pthread_mutex_destroy(&f->lock);
    }
    return started;
}

wql_status cli_feed_open(cli_feed *f, wql_session *session, wql_str text, wql_call_options *how, wql_error *err) {
    return open_feed(f, session, text, NULL, how, err);
}

wql_status cli_feed_get(cli_feed *f, wql_session *session, const char *path, wql_call_options *how, wql_error *err) {
    return open_feed(f, session, wql_s(path), path, how, err);
}

static struct timespec moment(uint32_t timeout_ms) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

/* Waits, with the lock, until there is a batch or the end. False: the time is over. */
static bool await(cli_feed *f, uint32_t timeout_ms) {
    struct timespec until = moment(timeout_ms);
    while (f->count == 0 && !f->ended) {
        if (timeout_ms == WQL_FOREVER)
            pthread_cond_wait(&f->changed, &f->lock);
        else if (pthread_cond_timedwait(&f->changed, &f->lock, &until) != 0)
            return f->count > 0 || f->ended;
    }
    return true;
}

wql_status cli_feed_next(cli_feed *f, uint32_t timeout_ms, wql_batch **out, wql_error *err) {
    wql_status answer = WQL_S_TIMEDOUT;
    bool resume = false;
    pthread_mutex_lock(&f->lock);
    if (await(f, timeout_ms)) {
        if (f->count > 0) {
            *out = f->queue[f->first];
            f->first = (f->first + 1) % CLI_FEED_ROOM;
            f->count--;
            resume = f->paused;
            f->paused = false;
            answer = WQL_OK;
        } else {
            answer = f->status;
            if (err && f->error.struct_size) *err = f->error;
        }
    }
    pthread_mutex_unlock(&f->lock);
    if (resume) wql_call_resume(f->call); /* not found: it has ended meanwhile */
    return answer;
}

bool cli_feed_progress(cli_feed *f, uint64_t *done, uint64_t *total) {
    pthread_mutex_lock(&f->lock);
    *done = f->done;
    *total = f->total;
    pthread_mutex_unlock(&f->lock);
    return *total > 0;
}

void cli_feed_close(cli_feed *f) {
    wql_call_cancel(f->call); /* nothing, if it has ended */
    wql_call_wait(f->call, WQL_FOREVER, NULL);
    wql_call_close(f->call);
    for (; f->count > 0; f->count--) {
        wql_batch_release(f->queue[f->first]);
        f->first = (f->first + 1) % CLI_FEED_ROOM;
    }
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
}
