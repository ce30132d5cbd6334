/* SPDX-License-Identifier: MIT */
/* sweep.c [NAME [STRIDE]]: runs every scenario, or those whose name contains NAME, in all the ways in which memory can run out:
 * at every allocation, or at every STRIDE-th only where a sanitizer makes it slow. */
#include "fault.h"

enum { ONCE, FOR_GOOD, LIMIT, WAYS, LIMITS = 80 };
static const char *const way_names[WAYS] = {"failing once", "failing with all after it", "refused by memory_max"};

static uint64_t passed, failures, swept, runs, stride = 1;

typedef struct attempt {
    const scenario *s;
    int way;
    uint64_t at; /* the allocation, or the limit in bytes; 0: nothing fails */
    failing engine;
    uint64_t calls, peak; /* out */
} attempt;

static void complain(const attempt *a, const char *what, long long value) {
    if (failures++ < 30)
        printf("not ok %s: %s %llu %s: %s (%lld)\n", a->s->name, a->way == LIMIT ? "limit" : "allocation",
               (unsigned long long)a->at, way_names[a->way], what, value);
}

/* -- one run ----------------------------------------------------------------------------------------------------- */

static int64_t own_clock(void *user, bool wall) {
    (void)wall;
    return ((world *)user)->clock_us;
}

static char poison;

static wql_status open_engine(world *w, attempt *a) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_status status;
    opt.alloc = fail_alloc;
    opt.alloc_user = &a->engine;
    opt.memory_max = w->memory_max;
    opt.workers = a->s->workers;
    opt.threads_max = 2;
    opt.cancel_wait_ms = a->s->workers ? 10000 : 1;
    if (a->s->own_clock) {
        opt.clock = own_clock;
        opt.clock_user = w;
    }
    w->engine = (wql_engine *)(void *)&poison;
    status = wql_engine_open(&opt, &w->engine, &w->err);
    if ((status < 0) != (w->engine == (wql_engine *)(void *)&poison))
        broken(w, "wql_engine_open sets its output on success only");
    if (status < 0) w->engine = NULL;
    return status;
}

static wql_status open_session(world *w) {
    wql_status status;
    w->session = (wql_session *)(void *)&poison;
    status = wql_session_open(w->engine, "root/t", NULL, &w->session, &w->err);
    if ((status < 0) != (w->session == (wql_session *)(void *)&poison))
        broken(w, "wql_session_open sets its output on success only");
    if (status < 0) w->session = NULL;
    return status;
}

/* How a run may end: as if nothing had happened, or for want of memory, told in words. */
static void judge(const attempt *a, const world *w, wql_status status, bool failed) {
    if (w->broken) complain(a, w->why, status);
    if (status >= 0) {
        if (w->rows != a->s->rows) complain(a, "it succeeded with other rows", (long long)w->rows);
        return;
    }
    if (a->way == LIMIT) {
        /* an engine that never came to be cannot tell a refused limit from missing memory */
        if (status == WQL_E_QUOTA_VIOLATION ? !strstr(w->err.message, "memory_max") : w->engine || status != WQL_E_OUT_OF_MEMORY)
            complain(a, w->err.message, status);
        return;
    }
    if (status != WQL_E_OUT_OF_MEMORY) complain(a, w->err.message, status);
    if (w->err.status != status || !w->err.message[0]) complain(a, "the error is not filled", w->err.status);
    if (!failed) complain(a, "it failed although no allocation did", status);
}

/* With memory back, the engine serves what it would have served. */
static void ask_next(attempt *a, world *w, bool mounted) {
    wql_status status = WQL_OK;
    wql_error none = WQL_INIT(wql_error);
    w->err = none;
    w->rows = 0;
    if (!mounted) status = a->s->mount(w);
    if (status >= 0 && !w->session) status = open_session(w);
    if (status >= 0) status = ask(w, a->s->probe, -1);
    if (w->broken) complain(a, w->why, 0);
    if (a->way == LIMIT && status == WQL_E_QUOTA_VIOLATION) return; /* the limit stays */
    if (status < 0)
        complain(a, w->err.message, status);
    else if (w->rows != a->s->probe_rows)
        complain(a, "the next query has other rows", (long long)w->rows);
}

static void close_world(attempt *a, world *w) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    if (w->engine) {
        (void)wql_engine_get_stats(w->engine, &stats);
        a->peak = stats.memory_peak;
        if (stats.zombies || stats.provider_faults) complain(a, "zombies or provider faults", stats.zombies);
        wql_session_close(w->session);
        if (wql_engine_close(w->engine) != WQL_OK) complain(a, "the engine does not close", 0);
    }
    for (size_t i = 0; i < sizeof w->kept / sizeof *w->kept; i++) wql_batch_release(w->kept[i]);
    wql_class_release(w->cls);
    if (a->s->finish) a->s->finish(w);
    wql_memory_close(w->memory);
}

static void check_balance(attempt *a, const world *w, int64_t sqlite_before) {
    if (a->engine.bytes) complain(a, "bytes leaked", a->engine.bytes);
    if (sqlite_failing.bytes != sqlite_before) complain(a, "bytes leaked inside SQLite", sqlite_failing.bytes - sqlite_before);
    if (a->engine.wrong_sizes) complain(a, "frees with a wrong size", a->engine.wrong_sizes);
    if (w->t.opens != w->t.closes || w->guest.opens != w->guest.closes) complain(a, "scans left open", w->t.opens - w->t.closes);
    if (w->t.emitted != w->t.released) complain(a, "batches not released", w->t.emitted - w->t.released);
    if (w->t.loads < w->t.unloads || w->guest.loads < w->guest.unloads) complain(a, "unloaded more than loaded", w->t.loads);
}

/* True if something did fail in it. */
static bool run_once(attempt *a) {
    world w = {.scenario = a->s,
               .t = {.rows = 3000, .zero_copy = a->s->zero_copy, .flags = a->s->flags},
               .guest = {.rows = 5},
               .err = WQL_INIT(wql_error)};
    bool mounted = false, failed;
    int64_t sqlite_before;
    wql_status status;
    runs++;
    w.failing = a->s->inside_sqlite ? &sqlite_failing : &a->engine;
    sqlite_before = sqlite_failing.bytes;
    w.failing->calls = 0;
    w.failing->failed = false;
    w.failing->paused = false;
    w.failing->for_good = a->way == FOR_GOOD;
    if (a->way == LIMIT)
        w.memory_max = a->at;
    else
        w.failing->fail_at = a->at;
    status = open_engine(&w, a);
    if (status >= 0) status = a->s->mount(&w);
    mounted = status >= 0;
    if (status >= 0) status = open_session(&w);
    if (status >= 0) status = a->s->run(&w);
    failed = a->way == LIMIT ? status < 0 : w.failing->failed;
    a->calls = w.failing->calls;
    judge(a, &w, status, failed);
    w.failing->paused = true;
    w.broken = false;
    if (w.engine) ask_next(a, &w, mounted);
    close_world(a, &w);
    w.failing->fail_at = 0;
    check_balance(a, &w, sqlite_before);
    return failed;
}

/* -- the sweep --------------------------------------------------------------------------------------------------- */

static void sweep(const scenario *s, int way, uint64_t count, uint64_t peak) {
    uint64_t before = failures, k, step = (way == LIMIT ? peak / LIMITS + 1 : 1) * stride;
    uint64_t last = way == LIMIT ? peak : count + 1000;
    for (k = way == LIMIT ? step : 1; k <= last; k += step) {
        attempt a = {.s = s, .way = way, .at = k};
        if (!run_once(&a) && way != LIMIT && k > count) break;
        swept++;
    }
    if (failures != before) return;
    passed++;
    if (way == LIMIT)
        printf("ok %s: %llu limits up to %llu bytes\n", s->name, (unsigned long long)(LIMITS / stride), (unsigned long long)peak);
    else
        printf("ok %s: %llu of %llu allocations %s\n", s->name, (unsigned long long)((k - 1) / stride),
               (unsigned long long)(k - 1), way_names[way]);
}

/* First without a failure: that run must succeed, and tells how much there is to sweep. */
static void play(const scenario *s) {
    attempt calm = {.s = s};
    uint64_t before = failures, count;
    (void)run_once(&calm);
    if (failures != before) return;
    count = calm.calls;
    if (!count) complain(&calm, "nothing is allocated", 0);
    for (int way = 0; way < WAYS; way++)
        if (way != LIMIT || (!s->inside_sqlite && calm.peak)) sweep(s, way, count, calm.peak);
}

int main(int argc, char **argv) {
    const scenario *const rooms[] = {query_scenarios,  drive_scenarios, end_scenarios,
                                     schema_scenarios, table_scenarios, sqlite_scenarios};
    uint64_t scenarios = 0;
    if (argc > 2) stride = strtoull(argv[2], NULL, 10);
    if (!stride) stride = 1;
    if (!fail_sqlite()) {
        printf("not ok SQLite does not take another allocator\n");
        return 1;
    }
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++)
        for (const scenario *s = rooms[i]; s->name; s++) {
            if (argc > 1 && !strstr(s->name, argv[1])) continue;
            scenarios++;
            play(s);
        }
    printf("%llu scenarios, %llu failures of memory swept, %llu runs\n", (unsigned long long)scenarios, (unsigned long long)swept,
           (unsigned long long)runs);
    printf("%llu passed, %llu failed\n", (unsigned long long)passed, (unsigned long long)failures);
    return failures != 0;
}
