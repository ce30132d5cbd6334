/* SPDX-License-Identifier: MIT */
/* sync.c: threads, locks, waiting and the clock over POSIX. */
#include "sync.h"

#include "fault.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A mutex that cannot be locked is a bug, not a condition to report. */
static void must(int result) {
    if (result != 0) __builtin_trap();
}

void wql__mutex_init(wql__mutex *mutex) { must(pthread_mutex_init(&mutex->m, NULL)); }
void wql__mutex_free(wql__mutex *mutex) { must(pthread_mutex_destroy(&mutex->m)); }
void wql__lock(wql__mutex *mutex) { must(pthread_mutex_lock(&mutex->m)); }
void wql__unlock(wql__mutex *mutex) { must(pthread_mutex_unlock(&mutex->m)); }

void wql__cond_init(wql__cond *cond) {
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(&cond->c, &attributes));
    must(pthread_condattr_destroy(&attributes));
}
void wql__cond_free(wql__cond *cond) { must(pthread_cond_destroy(&cond->c)); }
void wql__cond_signal(wql__cond *cond) { must(pthread_cond_signal(&cond->c)); }
void wql__cond_broadcast(wql__cond *cond) { must(pthread_cond_broadcast(&cond->c)); }

bool wql__cond_wait(wql__cond *cond, wql__mutex *mutex, int64_t deadline_us) {
    struct timespec until;
    int result;
    if (WQL__FAULT(early_wake)) {
        wql__unlock(mutex);
        (void)sched_yield();
        wql__lock(mutex);
        return true;
    }
    if (deadline_us == WQL__TIME_FOREVER) {
        must(pthread_cond_wait(&cond->c, &mutex->m));
        return true;
    }
    if (deadline_us < 0) deadline_us = 0;
    until.tv_sec = (time_t)(deadline_us / 1000000);
    until.tv_nsec = (long)(deadline_us % 1000000) * 1000;
    result = pthread_cond_timedwait(&cond->c, &mutex->m, &until);
    if (result == ETIMEDOUT) return false;
    must(result);
    return true;
}

typedef struct start_info {
    void (*run)(void *arg);
    void *arg;
    const char *name;
    _Atomic uint32_t taken;
} start_info;

static void *thread_main(void *arg) {
    start_info *info = arg;
    void (*run)(void *) = info->run;
    void *run_arg = info->arg;
    char name[16];
    strncpy(name, info->name, sizeof name - 1);
    name[sizeof name - 1] = 0;
    atomic_store_explicit(&info->taken, 1, memory_order_release); /* `info` lies on the starter's stack */
    (void)pthread_setname_np(pthread_self(), name);
    run(run_arg);
    return NULL;
}

/* The new thread inherits the signal mask, so all signals are blocked around its creation: none is ever handled on a thread of
 * ours. */
bool wql__thread_start(wql__thread *thread, const char *name, size_t stack_bytes, void (*run)(void *arg), void *arg) {
    start_info info = {run, arg, name, 0};
    pthread_attr_t attributes;
    sigset_t all, before;
    int result;
    must(pthread_attr_init(&attributes));
    if (stack_bytes) (void)pthread_attr_setstacksize(&attributes, stack_bytes);
    (void)sigfillset(&all);
    must(pthread_sigmask(SIG_SETMASK, &all, &before));
    result = pthread_create(&thread->t, &attributes, thread_main, &info);
    must(pthread_sigmask(SIG_SETMASK, &before, NULL));
    must(pthread_attr_destroy(&attributes));
    if (result != 0) return false;
    while (!atomic_load_explicit(&info.taken, memory_order_acquire)) (void)sched_yield();
    return true;
}

void wql__thread_join(wql__thread *thread) { must(pthread_join(thread->t, NULL)); }

wql__thread_id wql__thread_self(void) {
    pthread_t self = pthread_self();
    uint64_t id = 0;
    memcpy(&id, &self, sizeof self < sizeof id ? sizeof self : sizeof id);
    return id;
}

int64_t wql__now_ns(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
int64_t wql__now_us(void) { return wql__now_ns() / 1000; }

bool wql__can_spin(void) {
    cpu_set_t set;
    if (WQL__FAULT(one_processor) || sched_getaffinity(0, sizeof set, &set) != 0) return false;
    return CPU_COUNT(&set) > 1;
}

void wql__spin_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int64_t wql__deadline_us(int64_t now_us, uint32_t ms) {
    if (ms == UINT32_MAX) return WQL__TIME_FOREVER;
    return now_us > WQL__TIME_FOREVER - (int64_t)ms * 1000 ? WQL__TIME_FOREVER : now_us + (int64_t)ms * 1000;
}

int64_t wql__until_us(uint32_t ms) { return ms == UINT32_MAX ? WQL__TIME_FOREVER : wql__deadline_us(wql__now_us(), ms); }
