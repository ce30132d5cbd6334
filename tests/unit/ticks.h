/* SPDX-License-Identifier: MIT */
/* ticks.h: a provider for tests of calls: class Tick with ascending Ids, and a knob for every way to behave. */
#ifndef WQL_TESTS_TICKS_H
#define WQL_TESTS_TICKS_H

#include <wql/wql.h>

#include <pthread.h>
#include <stdatomic.h>

typedef struct ticks {
    uint64_t rows;         /* to bring; then the end */
    uint32_t per_next;     /* rows of one next; 0: as many as fit */
    uint32_t flags;        /* of the provider */
    uint32_t parts;        /* that plan offers; 0: 1 */
    bool all_in_each;      /* each part brings everything: a lie */
    uint32_t spin_us;      /* what next takes at the least, so that helpers come */
    uint64_t fail_row;     /* next fails with WQL_E_ACCESS_DENIED when it is at this row; 0: never */
    bool zero_copy;        /* emit in place of rows */
    uint64_t block_every;  /* answers WQL_S_PENDING before each so-many-th next; woken at once by a thread of its own */
    bool silent;           /* answers WQL_S_PENDING for ever, never wakes */
    _Atomic bool deaf;     /* next holds its thread until this is false, whatever happens */
    uint64_t deaf_from;    /* the row at which it becomes deaf */
    bool deaf_in_open;     /* open does, and not next */
    bool fail_with_rows;   /* fail_at_end comes with the last rows, in the same next */
    _Atomic bool parks;    /* answers WQL_S_PENDING until this is false; `waker` is there once `parked` is true */
    void (*probe)(void *); /* called in open, next, close and the release of a batch, with probe_user */
    void *probe_user;
    wql_status fail_at_end; /* a failure or remark in place of WQL_END */
    const char *ask;        /* a name of the context that open looks for, noting the principal too; NULL: neither */
    /* observed */
    _Atomic int loads, unloads, opens, closes, nexts, most_part, inside, most_inside, emitted, released, interrupts;
    _Atomic bool was_deaf;    /* a thread is, or was, held inside next or open */
    _Atomic wql_status heard; /* what wql_scan_check said when it was deaf no more */
    _Atomic bool parked;
    wql_waker waker; /* read it once `parked` is true, or when no scan runs */
    _Atomic pthread_t open_thread;
    char told[64];      /* the context value that was found, as text; empty: none */
    char principal[64]; /* for whom the last scan was opened; empty: the owner */
    wql_provider table;
} ticks;

/* Fills the table and returns it; mount it with `ticks` as user. */
const wql_provider *ticks_provider(ticks *t, const char *name);

/* An event that a test waits for. */
typedef struct event {
    pthread_mutex_t lock;
    pthread_cond_t cond;
    bool set;
} event;
#define EVENT_INIT                                                                                                               \
    { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false }
void event_set(event *e);
bool event_wait(event *e); /* false: not within 20 s */
/* Waits until *flag is as wanted; false: not within 20 s. */
bool wait_until(_Atomic bool *flag, bool wanted);

#endif
