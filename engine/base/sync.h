/* SPDX-License-Identifier: MIT */
/* sync.h: threads, locks, waiting and the clock. All of them go through here, so that a simulation can take their place. */
#ifndef WQL_BASE_SYNC_H
#define WQL_BASE_SYNC_H

#include <wql/status.h>

#include <pthread.h>
#include <stdatomic.h>

typedef struct wql__mutex {
    pthread_mutex_t m;
} wql__mutex;
typedef struct wql__cond {
    pthread_cond_t c; /* on the monotonic clock */
} wql__cond;
typedef struct wql__thread {
    pthread_t t;
} wql__thread;
/* Identity of a thread while it lives; 0 is nobody. */
typedef uint64_t wql__thread_id;

#define WQL__TIME_FOREVER INT64_MAX

void wql__mutex_init(wql__mutex *mutex);
void wql__mutex_free(wql__mutex *mutex);
void wql__lock(wql__mutex *mutex);
void wql__unlock(wql__mutex *mutex);

void wql__cond_init(wql__cond *cond);
void wql__cond_free(wql__cond *cond);
/* Waits until signalled or until `deadline_us` of wql__now_us (WQL__TIME_FOREVER: for ever). False: the time is over. Wakes by
 * chance. */
bool wql__cond_wait(wql__cond *cond, wql__mutex *mutex, int64_t deadline_us);
void wql__cond_signal(wql__cond *cond);
void wql__cond_broadcast(wql__cond *cond);

/* A thread named `name` (at most 15 bytes) with all signals blocked. stack_bytes 0: the system's size. False: it could not be
 * made. */
bool wql__thread_start(wql__thread *thread, const char *name, size_t stack_bytes, void (*run)(void *arg), void *arg);
void wql__thread_join(wql__thread *thread);
wql__thread_id wql__thread_self(void);

int64_t wql__now_us(void); /* monotonic */
int64_t wql__now_ns(void); /* monotonic */
/* More than one processor may be used: spinning for a moment can pay. */
bool wql__can_spin(void);
void wql__spin_pause(void);
/* now + ms, without overflow; WQL_FOREVER gives WQL__TIME_FOREVER. */
int64_t wql__deadline_us(int64_t now_us, uint32_t ms);
/* The same from now on, by wql__now_us. */
int64_t wql__until_us(uint32_t ms);

#endif
