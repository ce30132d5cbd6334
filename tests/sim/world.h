/* SPDX-License-Identifier: MIT */
/* world.h: what a scenario is made of: a provider that behaves as told, and sinks that record and misbehave. Everything is
 * checked where it happens: there is one thread. */
#ifndef WQL_TESTS_SIM_WORLD_H
#define WQL_TESTS_SIM_WORLD_H

#include "sim.h"

#include <wql/wql.h>

/* -- the provider: class T with ascending Ids ----------------------------------------------------------------------- */

enum { WAKERS = 16 };

typedef struct source {
    uint32_t rows, per_next;
    uint32_t parts;         /* that plan offers */
    bool slow;              /* next takes a while, so that helpers come */
    uint32_t flags;         /* of the provider */
    bool deaf;              /* next looks at nothing, for a long while */
    bool waits;             /* answers WQL_S_PENDING now and then, woken by the waker */
    bool never_wakes;       /* answers WQL_S_PENDING for ever */
    wql_status fail_at_end; /* in place of WQL_END */
    /* observed */
    int inside, opens, closes, interrupts, unloads;
    int most_inside; /* threads at once */
    wql_waker wakers[WAKERS];
    int waker_count;
    wql_provider table;
} source;

const wql_provider *source_provider(source *s, const char *name);
/* Wakes one of those who wait, if there is one. */
bool source_wake(source *s);

/* -- sinks ---------------------------------------------------------------------------------------------------------- */

/* MORE_CALLS: those that callbacks start too; these may be all before the scenario itself has submitted its own. */
enum { CALLS = 3, MORE_CALLS = 12, CALLS_MOST = MORE_CALLS + CALLS };
enum {
    FINE,
    FAILS,           /* indicate answers a failure */
    HOLDS,           /* holds its thread until let go */
    CANCELS_ITSELF,  /* by its value */
    CANCELS_BY_SINK, /* every call of this sink */
    CANCELS_OTHER,   /* the scenario's next call */
    FINALLY_CANCELS, /* the same, from the final status */
    PAUSES,          /* answers WQL_S_PENDING, resumed by the canceller */
    FAILS_PROGRESS,  /* status answers a failure */
    SUBMITS,         /* another call with the same sink, from its final status */
    SHUTS_DOWN,      /* closes the engine from inside */
    RETAINS,
    BEHAVIOURS
};
enum { AT_RELEASE_NOTHING, AT_RELEASE_CANCELS, AT_RELEASE_HOLDS, AT_RELEASES };

typedef struct scenario scenario;

enum { TIGHT_US = 1000 };

/* One client object. Several calls may share it. */
typedef struct watcher {
    scenario *world;
    int behaviour, at_release;
    int refs;     /* those of the engine */
    bool counted; /* it has add_ref and release */
    bool closed;  /* a cancel by sink, outside, said that nothing comes any more */
    bool freed;   /* the client freed it: nobody may touch it */
} watcher;

/* What is seen of one call. Made by whoever meets it first: its submission when it returns, or its first callback. */
typedef struct seen {
    watcher *sink;
    wql_call call;
    bool returned; /* the submission has */
    int inside;    /* callbacks in progress */
    int fiber;     /* of the last one */
    int finals, releases;
    uint32_t rows;
    bool promised;  /* a cancel said that nothing comes any more */
    bool on_worker; /* WQL_FINAL_ON_WORKER */
    bool by_timer;  /* the sink timer ended it */
    wql_status code;
} seen;

struct scenario {
    wql_engine *engine;
    wql_session *session;
    source source;
    watcher sinks[CALLS];
    seen calls[CALLS_MOST];
    int call_count, submissions;
    bool let_go;    /* of what HOLDS */
    bool shut;      /* a callback has closed the engine */
    bool cancelled; /* somebody cancelled something, failed or shut down */
    bool over;      /* nobody wakes or resumes any more */
    bool waking;    /* the waker uses the engine */
    bool gone;      /* the engine has */
    bool tight;     /* cancels are bounded by TIGHT_US: they may time out */
    bool holds;     /* some sink holds its thread: the same */
    wql_batch *kept;
    int add_refs[128]; /* by the fiber that submits */
};

/* Submits a call with that sink. *out: what is seen of it; NULL: it was refused. */
wql_status watcher_submit(watcher *s, wql_call_options *how, const char *text, seen **out);
/* What a cancel that answered `status` promises for one call, outside of that call's callbacks. */
void watcher_promise(seen *c, wql_status status);

#endif
