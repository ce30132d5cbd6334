/* SPDX-License-Identifier: MIT */
/* interrupt.c: ^C, and the deadline of what comes before the query. */
#include "interrupt.h"

#include "errors.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 1000 };

static void ring(int event_fd) {
    uint64_t one = 1;
    ssize_t written;
    do {
        written = write(event_fd, &one, sizeof one);
    } while (written < 0 && errno == EINTR);
}

/* Polls until `fd` is readable (true), or the time is over or poll gives up (false). */
static bool readable(int fd, int timeout_ms) {
    struct pollfd one = {.fd = fd, .events = POLLIN};
    int ready;
    do {
        ready = poll(&one, 1, timeout_ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static void next_one_kills(void) {
    struct sigaction act;
    sigset_t set;
    memset(&act, 0, sizeof act);
    act.sa_handler = SIG_DFL;
    sigaction(SIGINT, &act, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

int64_t cli_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes SIGINT and ends what is being done. True: the tool goes on. From when it is taken until it has been told the lock is
 * held, so that cli_interrupt_came misses none. */
static bool interrupt(cli_interrupt *in) {
    struct signalfd_siginfo info;
    bool kept, useless;
    pthread_mutex_lock(&in->lock);
    if (read(in->signal_fd, &info, sizeof info) != (ssize_t)sizeof info) {
        pthread_mutex_unlock(&in->lock);
        return true;
    }
    kept = in->kept;
    useless = kept && atomic_load(&in->caught) && cli_now_ms() - in->caught_ms >= GRACE_MS;
    if (!atomic_exchange(&in->caught, true)) in->caught_ms = cli_now_ms();
    ring(in->stop_fd);
    if (in->has_call) wql_call_cancel(in->call);
    pthread_mutex_unlock(&in->lock);
    if (useless) _exit(CLI_INTERRUPTED);
    if (kept) return true;
    next_one_kills();
    if (!readable(in->quit_fd, GRACE_MS)) _exit(CLI_INTERRUPTED);
    return false;
}

/* Time until the deadline, for poll; -1 = there is none that this thread keeps. */
static int patience(cli_interrupt *in) {
    int64_t left = in->deadline_ms - cli_now_ms();
    bool begun;
    pthread_mutex_lock(&in->lock);
    begun = in->begun;
    pthread_mutex_unlock(&in->lock);
    if (in->deadline_ms == 0 || begun) return -1;
    return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* Nothing has been printed before a query begins, and nobody else can end what holds the main thread. */
static void expire(cli_interrupt *in) {
    pthread_mutex_lock(&in->lock);
    if (!in->begun && cli_now_ms() >= in->deadline_ms) {
        cli_say("timed out after %lu ms, before the query began", (unsigned long)in->timeout_ms);
        _exit(CLI_TIMED_OUT);
    }
    pthread_mutex_unlock(&in->lock);
}

static void *watch(void *arg) {
    cli_interrupt *in = arg;
    struct pollfd fds[2] = {{.fd = in->signal_fd, .events = POLLIN}, {.fd = in->quit_fd, .events = POLLIN}};
    for (;;) {
        int ready = poll(fds, 2, patience(in));
        if (ready < 0) {
            if (errno == EINTR) continue;
            return NULL;
        }
        if (fds[1].revents) return NULL;
        if (ready == 0) expire(in);
        if (fds[0].revents && !interrupt(in)) return NULL;
    }
}

static void close_fds(cli_interrupt *in) {
    if (in->signal_fd >= 0) close(in->signal_fd);
    if (in->stop_fd >= 0) close(in->stop_fd);
    if (in->quit_fd >= 0) close(in->quit_fd);
}

/* All signals stay with the main thread. */
static int start(cli_interrupt *in) {
    sigset_t all, before;
    int failed;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    failed = pthread_create(&in->thread, NULL, watch, in);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

int cli_interrupt_open(cli_interrupt *in, uint32_t timeout_ms) {
    sigset_t set;
    int failed;
    memset(in, 0, sizeof *in);
    atomic_init(&in->caught, false);
    in->timeout_ms = timeout_ms;
    in->deadline_ms = timeout_ms ? cli_now_ms() + timeout_ms : 0;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    in->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    in->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    in->quit_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (in->signal_fd < 0 || in->stop_fd < 0 || in->quit_fd < 0) {
        failed = errno;
        close_fds(in);
        return failed;
    }
    pthread_mutex_init(&in->lock, NULL);
    failed = start(in);
    if (failed != 0) {
        close_fds(in);
        pthread_mutex_destroy(&in->lock);
    }
    return failed;
}

void cli_interrupt_close(cli_interrupt *in) {
    ring(in->quit_fd);
    pthread_join(in->thread, NULL);
    pthread_mutex_destroy(&in->lock);
    close_fds(in);
}

uint32_t cli_interrupt_begin(cli_interrupt *in) {
    int64_t left = in->deadline_ms - cli_now_ms();
    pthread_mutex_lock(&in->lock);
    in->begun = true;
    pthread_mutex_unlock(&in->lock);
    if (in->deadline_ms == 0) return in->kept ? in->timeout_ms : 0;
    return left < 1 ? 1 : (uint32_t)left;
}

void cli_interrupt_keep(cli_interrupt *in, uint32_t timeout_ms) {
    pthread_mutex_lock(&in->lock);
    in->kept = true;
    in->timeout_ms = timeout_ms;
    pthread_mutex_unlock(&in->lock);
}

void cli_interrupt_reset(cli_interrupt *in) {
    uint64_t rings;
    pthread_mutex_lock(&in->lock);
    while (read(in->stop_fd, &rings, sizeof rings) < 0 && errno == EINTR) {}
    atomic_store(&in->caught, false);
    pthread_mutex_unlock(&in->lock);
}

bool cli_interrupt_came(cli_interrupt *in) {
    sigset_t pending;
    bool came;
    pthread_mutex_lock(&in->lock);
    came = atomic_load(&in->caught) || (sigpending(&pending) == 0 && sigismember(&pending, SIGINT) == 1);
    pthread_mutex_unlock(&in->lock);
    return came && readable(in->stop_fd, GRACE_MS);
}

void cli_interrupt_watch(cli_interrupt *in, wql_call call) {
    pthread_mutex_lock(&in->lock);
    in->call = call;
    in->has_call = true;
    if (atomic_load(&in->caught)) wql_call_cancel(call);
    pthread_mutex_unlock(&in->lock);
}

void cli_interrupt_unwatch(cli_interrupt *in) {
    pthread_mutex_lock(&in->lock);
    in->has_call = false;
    pthread_mutex_unlock(&in->lock);
}

bool cli_interrupted(cli_interrupt *in) { return atomic_load(&in->caught); }
