/* SPDX-License-Identifier: MIT */
/* space.c: questions to file systems that may never answer. See space.h for who owns what. */
#include "space.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

enum { SLICE_NS = 5000000, STACK = 128 << 10 };

struct wql__linux_question {
    pthread_mutex_t lock; /* guards refs, done, error, space */
    pthread_cond_t answered;
    uint32_t refs; /* the thread, the asker's list, and those who wait */
    bool done;
    int error;
    wql__linux_space space;
    /* From here on constant. */
    int64_t asked_ns;
    wql__linux_measure *measure;
    void *user;
    wql__linux_place place;
    wql__linux_question *next; /* in the asker's list, under its lock */
    char path[];
};

struct wql__linux_asker {
    pthread_mutex_t lock;           /* taken before a question's */
    wql__linux_question *questions; /* on their way, or not yet looked at since they were answered */
    wql__linux_measure *measure;
    void *user;
    bool pinned;
};

static int64_t now_ns(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* -- a question ------------------------------------------------------------------------------------------------------------ */

static wql__linux_question *new_question(const wql__linux_asker *asker, const wql__linux_place *place) {
    size_t len = strlen(place->path) + 1;
    wql__linux_question *q = calloc(1, sizeof *q + len);
    pthread_condattr_t steady;
    if (!q) return NULL;
    (void)pthread_mutex_init(&q->lock, NULL);
    (void)pthread_condattr_init(&steady);
    (void)pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&q->answered, &steady);
    (void)pthread_condattr_destroy(&steady);
    memcpy(q->path, place->path, len);
    q->place = *place;
    q->place.path = q->path;
    q->measure = asker->measure;
    q->user = asker->user;
    q->asked_ns = now_ns();
    return q;
}

static void drop(wql__linux_question *q) {
    bool last;
    (void)pthread_mutex_lock(&q->lock);
    last = --q->refs == 0;
    (void)pthread_mutex_unlock(&q->lock);
    if (!last) return;
    (void)pthread_cond_destroy(&q->answered);
    (void)pthread_mutex_destroy(&q->lock);
    free(q);
}

static void *answer(void *context) {
    wql__linux_question *q = context;
    wql__linux_space space = {0};
    int error = q->measure(q->user, &q->place, &space);
    (void)pthread_mutex_lock(&q->lock);
    q->error = error;
    q->space = space;
    q->done = true;
    (void)pthread_cond_broadcast(&q->answered);
    (void)pthread_mutex_unlock(&q->lock);
    drop(q);
    return NULL;
}

/* A detached thread with a small stack, on which no signal of the host's is handled. */
static int start_thread(wql__linux_question *q) {
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;
    int error;
    (void)sigfillset(&all);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    (void)pthread_attr_setstacksize(&attributes, STACK);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &attributes, answer, q);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return error ? EAGAIN : 0;
}

/* The object that this code lies in stays: a thread may come back to it at any time. For the program itself, and for what is
 * linked into it, dlopen fails, and nothing has to be done. */
static void pin(wql__linux_asker *asker) {
    Dl_info info;
    if (asker->pinned) return;
    asker->pinned = true;
    if (dladdr((void *)(uintptr_t)&answer, &info) && info.dli_fname)
        (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

/* -- the asker ------------------------------------------------------------------------------------------------------------- */

wql__linux_asker *wql__linux_asker_open(wql__linux_measure *measure, void *user) {
    wql__linux_asker *asker = calloc(1, sizeof *asker);
    if (!asker) return NULL;
    (void)pthread_mutex_init(&asker->lock, NULL);
    asker->measure = measure;
    asker->user = user;
    return asker;
}

void wql__linux_asker_close(wql__linux_asker *asker) {
    if (!asker) return;
    while (asker->questions) {
        wql__linux_question *q = asker->questions;
        asker->questions = q->next;
        drop(q);
    }
    (void)pthread_mutex_destroy(&asker->lock);
    free(asker);
}

int wql__linux_measure_now(const wql__linux_asker *asker, const wql__linux_place *place, wql__linux_space *out) {
    return asker->measure(asker->user, place, out);
}

static bool is_done(wql__linux_question *q) {
    bool done;
    (void)pthread_mutex_lock(&q->lock);
    done = q->done;
    (void)pthread_mutex_unlock(&q->lock);
    return done;
}

/* Takes what is answered off the list. Returns how many are left. Under the asker's lock. */
static uint32_t sweep(wql__linux_asker *asker) {
    uint32_t left = 0;
    for (wql__linux_question **at = &asker->questions; *at;) {
        wql__linux_question *q = *at;
        if (!is_done(q)) {
            left++;
            at = &q->next;
            continue;
        }
        *at = q->next;
        drop(q);
    }
    return left;
}

uint32_t wql__linux_asker_pending(wql__linux_asker *asker) {
    uint32_t left;
    (void)pthread_mutex_lock(&asker->lock);
    left = sweep(asker);
    (void)pthread_mutex_unlock(&asker->lock);
    return left;
}

static bool is_same(const wql__linux_question *q, const wql__linux_place *place) {
    return q->place.device == place->device && q->place.mount_id == place->mount_id && strcmp(q->path, place->path) == 0;
}

static int ask_locked(wql__linux_asker *asker, const wql__linux_place *place, wql__linux_question **out) {
    wql__linux_question *q;
    uint32_t left = sweep(asker);
    int error;
    for (q = asker->questions; q; q = q->next) {
        if (!is_same(q, place)) continue;
        (void)pthread_mutex_lock(&q->lock);
        q->refs++;
        (void)pthread_mutex_unlock(&q->lock);
        *out = q;
        return 0;
    }
    if (left >= WQL__LINUX_QUESTIONS_MAX) return EAGAIN;
    q = new_question(asker, place);
    if (!q) return ENOMEM;
    q->refs = 3;
    pin(asker);
    error = start_thread(q);
    if (error) {
        q->refs = 1;
        drop(q);
        return error;
    }
    q->next = asker->questions;
    asker->questions = q;
    *out = q;
    return 0;
}

int wql__linux_ask(wql__linux_asker *asker, const wql__linux_place *place, wql__linux_question **out) {
    int error;
    (void)pthread_mutex_lock(&asker->lock);
    error = ask_locked(asker, place, out);
    (void)pthread_mutex_unlock(&asker->lock);
    return error;
}

/* -- waiting --------------------------------------------------------------------------------------------------------------- */

static void wait_slice(wql__linux_question *q, int64_t until_ns) {
    int64_t now = now_ns(), to = now + SLICE_NS < until_ns ? now + SLICE_NS : until_ns;
    struct timespec t = {.tv_sec = (time_t)(to / 1000000000), .tv_nsec = (long)(to % 1000000000)};
    (void)pthread_cond_timedwait(&q->answered, &q->lock, &t);
}

int wql__linux_await(wql__linux_asker *asker, wql__linux_question *q, uint32_t patience_ms, bool (*go_on)(void *user), void *user,
                     wql__linux_space *out) {
    int64_t until = q->asked_ns + (int64_t)patience_ms * 1000000;
    int error = ETIMEDOUT;
    bool over = false;
    while (!over) {
        if (go_on && !go_on(user)) {
            error = ECANCELED;
            break;
        }
        (void)pthread_mutex_lock(&q->lock);
        if (!q->done && now_ns() < until) wait_slice(q, until);
        over = q->done || now_ns() >= until;
        if (q->done) {
            error = q->error;
            *out = q->space;
        }
        (void)pthread_mutex_unlock(&q->lock);
    }
    wql__linux_forget(asker, q);
    return error;
}

void wql__linux_forget(wql__linux_asker *asker, wql__linux_question *q) {
    (void)pthread_mutex_lock(&asker->lock);
    drop(q);
    (void)sweep(asker);
    (void)pthread_mutex_unlock(&asker->lock);
}
