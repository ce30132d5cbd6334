/* SPDX-License-Identifier: MIT */
/* mount.h: a provider in a namespace. Counted: catalogs, scans and batches keep it; the last one unloads the provider. */
#ifndef WQL_DATA_MOUNT_H
#define WQL_DATA_MOUNT_H

#include "../base/error.h"
#include "../base/mem.h"
#include "../base/sync.h"
#include <wql/provider.h>

/* Somebody who waits for a turn at a provider that serves one callback at a time. */
typedef struct wql__turn {
    struct wql__turn *next;
    void (*wake)(void *ctx);
    void *ctx;
    struct wql__mount *mount; /* where it is, or was, queued; retained; NULL: nowhere. For its owner only */
    bool queued;              /* guarded by the mount's lock */
} wql__turn;

typedef struct wql__mount {
    wql_mount handle; /* first: the provider's pointer is this one */
    _Atomic uint32_t refs;
    wql__mem *mem; /* retained */
    const wql_provider *provider;
    wql_host host; /* this mount's copy of the table: valid until unload, after the engine if need be */
    char *table;   /* one block: the provider's table in full size, its name, the namespace; outlives a plug-in */
    size_t table_size;
    char *name; /* the provider's, in `table` */
    const char *ns;
    void *self;
    bool loaded;   /* load succeeded: unload is owed */
    void *library; /* the shared object that the provider's code is in, from dlopen; NULL: the host's own */
    wql__mutex lock;
    wql__cond free_cond;
    bool busy; /* a callback of a serialised provider is running */
    wql__turn *first, *last;
    _Atomic uint64_t faults;
    _Atomic uint64_t *engine_faults; /* the engine's counter; NULL once the engine is gone */
    _Atomic uint32_t scans;          /* of running calls, and of plans being made: see wql__mount_begin */
    _Atomic bool blocks;             /* it held a worker for too long: its calls run on threads of their own */
    _Atomic uint64_t opened, closed, rows, inside_ns; /* for statistics */
    struct wql__mount *next_leaving;
    void (*log)(void *user, int level, const char *line);
    void *log_user;
    /* For the upper rooms: definitions gathered by load, and how a waker finds its call. */
    void *hub; /* guarded by lock; NULL once the engine is closed */
    void (*hub_wake)(void *hub, uint64_t id);
    struct wql__definitions *definitions;
    /* What the executor remembers of this mount's immutable buffers, and how to free it. */
    _Atomic(void *) checked;
    void (*checked_free)(struct wql__mount *mount);
} wql__mount;

wql__mount *wql__mount_retain(wql__mount *mount);
void wql__mount_release(wql__mount *mount); /* the last one calls unload and closes the library, on this thread */

/* A callback of the provider begins and ends. For a concurrent provider both do nothing.
 * `turn` NULL: waits. Else, if another callback runs, the turn is queued, wake(ctx) will be called once, and this answers
 * WQL_S_PENDING: try again then. A turn waits at one mount at a time; wql__turn_drop takes it out, and once it has returned no
 * wake comes any more. */
wql_status wql__mount_enter(wql__mount *mount, wql__turn *turn);
void wql__mount_leave(wql__mount *mount);
void wql__turn_drop(wql__turn *turn);

/* Around everything that may call the provider: a call with a plan, a scan, a plan that is made. False: the mount was taken away
 * and is used by nobody, so it must not be called; whoever uses it may begin more. */
bool wql__mount_begin(wql__mount *mount);
void wql__mount_end(wql__mount *mount);
/* After this, once it is used by nobody, it never is again. */
void wql__mount_take_away(wql__mount *mount);
bool wql__mount_is_used(const wql__mount *mount);

/* The provider broke its contract: counts it and fills `err` with WQL_E_PROVIDER_FAILURE and its name. */
wql_status wql__mount_fault(wql__mount *mount, wql_error *err, const char *format, ...) WQL_PRINTF(3, 4);

#endif
