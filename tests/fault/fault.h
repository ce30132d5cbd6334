/* SPDX-License-Identifier: MIT */
/* fault.h: the allocation sweep. A scenario is run again and again: with each allocation failing once, with each and all after it
 * failing, and under each of a row of memory limits. Every run must end in success, in WQL_E_OUT_OF_MEMORY (or the limit's
 * WQL_E_QUOTA_VIOLATION, which names it); set its outputs on success only; give back every byte; and leave an engine that answers
 * the next query.
 *
 * allocator.c  what fails               sweep.c  the runs, and what is asked of each      world.c  helpers of scenarios
 * queries.c drives.c ends.c schema.c tables.c sqlite.c   the scenarios */
#ifndef WQL_TESTS_FAULT_H
#define WQL_TESTS_FAULT_H

#include "../unit/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- what fails -------------------------------------------------------------------------------------------------- */

typedef struct failing {
    _Atomic uint64_t calls;   /* allocations asked for; frees are not counted */
    _Atomic uint64_t fail_at; /* 0: never */
    bool for_good;            /* also all after it */
    bool paused;              /* neither fails nor counts */
    _Atomic bool failed;      /* one did fail */
    _Atomic int64_t bytes;    /* in use */
    _Atomic int wrong_sizes;  /* calls whose old size was not the block's */
} failing;

/* An allocator as wql_engine_options wants it; `user` is a failing. */
void *fail_alloc(void *user, void *ptr, size_t old_size, size_t new_size);

/* SQLite's own allocations, in this process. Call before SQLite is used. */
extern failing sqlite_failing;
bool fail_sqlite(void);

/* -- scenarios --------------------------------------------------------------------------------------------------- */

typedef struct scenario scenario;

/* A sink, and what it saw. */
typedef struct witness {
    int refs, finals, releases, late; /* late: callbacks after the final status */
    uint64_t rows;
    wql_status final;
    wql_error error;   /* of the final status */
    wql_status answer; /* of indicate */
    int cancel_at;     /* cancels inside its so-many-th indicate; 0: never */
    int seen;          /* indicates */
    wql_call call;     /* as handed to the last indicate */
} witness;

typedef struct world {
    const scenario *scenario;
    failing *failing; /* of the engine, or of SQLite */
    uint64_t memory_max;
    wql_engine *engine; /* NULL: not open, or closed by the scenario itself */
    wql_session *session;
    wql_batch *kept[4]; /* released after the engine is closed */
    wql_class *cls;
    ticks t, guest;
    wql_memory *memory;
    void *aid;        /* the scenario's own */
    int64_t clock_us; /* of the engine, if the scenario wants its own */
    uint64_t rows;
    wql_error err;
    bool broken; /* the scenario itself saw a promise broken: `why` */
    const char *why;
} world;

struct scenario {
    const char *name;
    wql_status (*mount)(world *w); /* with the engine open */
    wql_status (*run)(world *w);   /* with a session on root/t, if that exists */
    void (*finish)(world *w);      /* after everything is closed; NULL: nothing */
    const char *probe;             /* the next query, and how many rows it has */
    uint64_t probe_rows;
    uint32_t workers;
    bool own_clock;     /* world.clock_us */
    bool inside_sqlite; /* SQLite's allocations fail, not the engine's */
    bool zero_copy;     /* of ticks */
    uint32_t flags;     /* of ticks */
    uint64_t rows;      /* that a run without a failure sees; 0: none */
};

extern const scenario query_scenarios[], drive_scenarios[], end_scenarios[], schema_scenarios[], table_scenarios[],
    sqlite_scenarios[]; /* each ends with a name of NULL */

/* -- helpers: each sets the output to a poison first, and finds it out if a failure wrote it ---------------------- */

void broken(world *w, const char *why);
wql_status mount_ticks(world *w); /* class Tick in root/t, 3,000 rows */
wql_status try_exec(world *w, wql_session *session, const char *text, const wql_call_options *how, wql_call *out);
wql_status try_run(world *w, wql_query *query, const wql_call_options *how, wql_call *out);
wql_status try_prepare(world *w, const char *text, wql_query **out);
wql_status try_pump(world *w, wql_pump **out);
wql_status try_next(world *w, wql_call call, uint32_t timeout_ms, wql_batch **out);

/* Pulls to the end: rows are counted, paths computed, a row copied, values formatted. keep >= 0: the first batch stays in
 * kept[keep]. */
wql_status pull(world *w, wql_call call, int keep);
wql_status ask(world *w, const char *text, int keep);
/* A sink over a witness; options that use it. */
wql_sink sink_of(witness *seen);
/* What a call with a sink owes, whatever failed: 0 or 1 accepted. */
void check_witness(world *w, const witness *seen, int accepted);

#endif
