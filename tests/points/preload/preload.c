/* SPDX-License-Identifier: MIT */
/* preload.c: loaded in front of the C library, makes calls of the tool fail: WQL_FAULT names what, WQL_FAULT_AT which of its
 * calls (from 1; "N+": that one and all after it). write counts writes to standard output only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic unsigned long calls;

/* A test that met no fault has tested nothing: the file that WQL_FAULT_MET names is there afterwards. */
static bool note(void) {
    const char *path = getenv("WQL_FAULT_MET");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0) (void)close(fd);
    return true;
}

static bool fails(const char *what) {
    const char *wish = getenv("WQL_FAULT"), *at = getenv("WQL_FAULT_AT");
    unsigned long now, first;
    char *end;
    if (!wish || strcmp(wish, what) != 0) return false;
    now = atomic_fetch_add(&calls, 1) + 1;
    if (!at) return note();
    first = strtoul(at, &end, 10);
    return (*end == '+' ? now >= first : now == first) && note();
}

ssize_t write(int fd, const void *bytes, size_t size) {
    if (fd == 1 && size) {
        if (fails("write EIO")) return errno = EIO, -1;
        if (fails("write ENOSPC")) return errno = ENOSPC, -1;
        if (fails("write EINTR")) return errno = EINTR, -1;
        if (fails("write EAGAIN")) return errno = EAGAIN, -1;
        if (fails("write short")) size = size / 2 + 1;
    }
    return syscall(SYS_write, fd, bytes, size);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg) {
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    void *at = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&real, &at, sizeof at);
    return fails("pthread_create") ? EAGAIN : real(thread, attr, run, arg);
}

int eventfd(unsigned initial, int flags) {
    if (fails("eventfd")) return errno = EMFILE, -1;
    return (int)syscall(SYS_eventfd2, initial, flags);
}

int signalfd(int fd, const sigset_t *mask, int flags) {
    if (fails("signalfd")) return errno = EMFILE, -1;
    return (int)syscall(SYS_signalfd4, fd, mask, (size_t)8, flags);
}

void *dlopen(const char *name, int flags) {
    void *(*real)(const char *, int);
    void *at = dlsym(RTLD_NEXT, "dlopen");
    memcpy(&real, &at, sizeof at);
    return fails("dlopen") ? NULL : real(name, flags);
}
