/* SPDX-License-Identifier: MIT */
/* engine.h: what lives as long as an engine: namespaces, mounts, sessions, queries, and the tables through which calls are found.
 *
 * Lock order (a thread that holds one takes only those further right; none is held while user code or a provider runs):
 *   engine.mounting -> namespace.lock -> mount.lock -> engine.table -> call.lock -> scheduler.lock, pump.lock, timers.lock
 *   engine.graph (who waits for whom) -> call.lock
 * query.lock, session counts and the callback stripes are leaves. */
#ifndef WQL_DELIVER_ENGINE_H
#define WQL_DELIVER_ENGINE_H

#include "../exec/run.h"
#include "sched.h"
#include <wql/wql.h>

typedef struct wql__call wql__call;

/* A named set of classes. Made by the first mount under its name, freed with the engine. */
typedef struct wql__namespace {
    struct wql__namespace *next;
    wql_engine *engine;
    wql__mutex lock;
    wql__catalog *catalog;     /* the current version; guarded by lock */
    struct wql__grant *grants; /* the access list (rights.h); guarded by lock */
    /* Its own store of instances, and the mount that serves it: the system classes, and what was loaded as MOF. Guarded by
     * engine.mounting, and each retained. */
    struct wql__static_store *store;
    wql__mount *repository;
    char name[];               /* canonical: root\cimv2 */
} wql__namespace;

/* Who may ask what, in one namespace. Counted: calls and queries keep it. */
struct wql_session {
    _Atomic uint32_t refs;
    wql_engine *engine;
    wql__namespace *ns;
    uint32_t dialect;
    struct wql__account *account; /* rights.h */
    wql_principal *principal;     /* NULL: the owner */
    size_t principal_size;
    uint32_t rights;           /* as they were when it was opened */
    wql_session *next, **link; /* in engine.sessions; guarded by engine.table */
};

/* A query text and what was made of it. Counted: calls keep it. One that was prepared stands in the engine's list and keeps its
 * plan for the next run; one that runs once does neither, since its call has the plan. */
struct wql_query {
    _Atomic uint32_t refs;
    wql_engine *engine;
    wql_session *session; /* retained */
    size_t size;          /* of this block, whose rest the arena begins with */
    wql__arena arena;
    wql_str text;
    bool is_path;          /* the text is the path of an object to fetch */
    wql__query_tree *tree; /* NULL until parsed; then read-only. Or, of a path: */
    struct wql__object_path *path;
    wql__mutex lock;
    wql__plan *plan;         /* the newest; guarded by lock; NULL: none */
    wql_query *next, **link; /* in engine.queries; guarded by engine.table */
    bool listed;             /* it is there: it was prepared, and does not run only once. Settled when it is made */
};

/* A callback that is running: which thread is inside which call. */
typedef struct wql__callback {
    struct wql__callback *next, **link;
    wql__thread_id thread;
    wql__call *call;
} wql__callback;

enum { WQL__STRIPES = 16 };
typedef struct wql__stripe {
    wql__mutex lock;
    wql__callback *first;
    /* Two stripes share no cache line, wherever the engine lies: the allocator promises 16 bytes, so nothing may ask for 64. */
    char apart[128 - sizeof(wql__mutex) - sizeof(wql__callback *)];
} wql__stripe;

typedef struct wql__slot {
    wql__call *call;     /* NULL: free */
    uint32_t generation; /* of the call that is, or was, here */
    uint32_t next_free;
} wql__slot;

enum { WQL__SPARE_CALLS = 32, WQL__HOST_NAME = 65 };

struct wql_engine {
    wql__mem *mem;
    wql__spares *spares;        /* what running calls lend each other */
    wql_engine_options options; /* defaults filled in */
    wql__kernels kernels;       /* for this CPU, or for what the options ask */
    wql__parse_limits limits;
    wql__zone zone;
    char server[WQL__HOST_NAME];
    wql_host host;

    wql__mutex mounting;        /* one mount, unmount or later definition at a time. No provider but a load runs under it */
    wql__thread_id loader;      /* inside that load; 0: none; guarded by table */
    wql__namespace *namespaces; /* only grows; guarded by table */
    wql__mount *leaving;        /* mounts whose unmount waits for scans; guarded by mounting; each retained */
    _Atomic uint32_t provider_count;
    _Atomic uint64_t provider_faults;

    wql__mutex table;        /* calls, sessions, queries, pumps */
    wql__cond table_changed; /* a call has gone, or came to its end */
    bool closing;
    bool closed; /* the closer has found nobody inside: no call is found any more, by streams that outlive the engine */
    _Atomic bool is_closing; /* the same, for those who do not hold the lock */
    _Atomic bool secured;    /* wql_engine_secure was called */
    wql__slot *slots;
    uint32_t slot_count, slot_free;
    uint32_t call_count; /* slots in use */
    uint32_t spare_call_count;
    wql__call *spare_calls[WQL__SPARE_CALLS]; /* blocks for the next calls, each with its places in the timers */
    uint64_t submissions;                     /* accepted so far */
    uint32_t submitting;                      /* threads inside a submission, or freeing a call */
    uint32_t active_count;                    /* calls whose client or scan half still lives */
    _Atomic uint32_t zombie_count;
    struct wql__account *accounts; /* principals that have sessions */
    wql_session *sessions;
    wql_query *queries;
    wql_pump *pumps;

    wql__mutex graph; /* cancellers inside callbacks: see cancel.c */
    struct wql__waiting *waiting;
    wql__stripe stripes[WQL__STRIPES];
    wql__sched sched;
};

void wql__host_name(char name[WQL__HOST_NAME]); /* this machine's; never empty */
int64_t wql__engine_now(void *engine); /* monotonic microseconds by the engine's clock */
void wql__engine_log(wql_engine *engine, int level, const char *format, ...) WQL_PRINTF(3, 4);

/* Namespaces. find: NULL: none. Both take a canonical name. */
wql__namespace *wql__namespace_find(wql_engine *engine, const char *name);
wql__catalog *wql__namespace_catalog(wql__namespace *ns); /* retained */
/* Makes one that nobody sees yet; shows it, with engine.mounting held; or frees it. */
wql_status wql__namespace_make(wql_engine *engine, const char *name, wql__namespace **out, wql_error *err);
void wql__namespace_show(wql__namespace *ns);
void wql__namespace_free(wql__namespace *ns);
/* A mount of a provider whose table is complete, not loaded yet. */
wql_status wql__mount_make(wql_engine *engine, const char *ns, const wql_provider *provider, void *user, wql__mount **out,
                           wql_error *err);

/* library: NULL, or where the handle of the provider's shared object is: taken (set to NULL) once there is a mount to close it.
 */
wql_status wql__engine_mount(wql_engine *engine, const char *ns, const wql_provider *provider, const char *config, void *user,
                             void **library, wql_error *err);
wql_status wql__engine_load(wql_engine *engine, const char *ns, const char *path, const char *config, wql_error *err);
/* Whether the table can be served; a copy in full size. */
wql_status wql__provider_check(const wql_provider *given, wql_provider *provider, wql_error *err);
wql_status wql__engine_unmount(wql_engine *engine, const char *ns, const char *provider, wql_error *err);
/* At the end of the engine: detaches the mounts from it and lets the namespaces go. */
void wql__engine_drop_mounts(wql_engine *engine);

/* Sessions and queries. */
wql_session *wql__session_retain(wql_session *session);
void wql__session_release(wql_session *session);
wql_query *wql__query_retain(wql_query *query);
void wql__query_release(wql_query *query);
/* The path of an object in place of a query, for one call. */
wql_status wql__fetch_make(wql_session *session, wql_str path, wql_query **out, wql_error *err);
/* A query that is not parsed yet. `once`: of a call, which is its only user. */
wql_status wql__query_make(wql_session *session, wql_str text, bool once, wql_query **out, wql_error *err);
/* Parses if need be, and gives a plan for the classes as they are now. turn as in wql__plan_make. Not two at once on a query that
 * is not parsed. */
wql_status wql__query_plan(wql_query *query, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err);
/* Forgets plans made for older classes, so that they do not keep a provider. */
void wql__engine_forget_plans(wql_engine *engine, wql__namespace *ns);

/* A thread counted in `submitting` is through. */
void wql__engine_leave(wql_engine *engine);
/* Whether this thread is inside a callback of the engine. */
bool wql__in_callback(wql_engine *engine);
void wql__callback_enter(wql_engine *engine, wql__callback *callback, wql__call *call);
void wql__callback_leave(wql_engine *engine, wql__callback *callback);

#endif
