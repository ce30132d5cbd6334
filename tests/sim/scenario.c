/* SPDX-License-Identifier: MIT */
/* scenario.c: one run: an engine, a few calls driven in some way, cancellers, a shutdown, all out of the seed; and what must hold
 * when it is over. */
#include "scenario.h"

#include "world.h"

#include <string.h>

enum { PUSHED, PULLED, AHEAD, PUMPED };

typedef struct canceller {
    scenario *w;
    int number; /* of the call, or of the sink */
    bool by_sink, done;
    wql__thread thread;
} canceller;

typedef struct puller {
    scenario *w;
    wql_call call;
    uint32_t rows;
    bool run_ahead;
    wql_status end;
    wql__thread thread;
} puller;

/* -- helpers on fibers of their own --------------------------------------------------------------------------------- */

/* Wakes the provider's scans, resumes what was paused, and lets held sinks go when the time has come. */
static void waker_main(void *arg) {
    scenario *w = arg;
    while (!w->gone) {
        w->waking = !w->over;
        if (w->waking) {
            (void)source_wake(&w->source);
            for (int i = 0; i < w->call_count; i++)
                if (w->calls[i].sink->behaviour == PAUSES && !w->shut && sim_chance(2)) (void)wql_call_resume(w->calls[i].call);
        }
        w->waking = false;
        if (sim_chance(20)) w->let_go = true;
        wql__spin_pause();
    }
}

/* A cancel may give up only where it was told to, or where a sink holds its thread. */
static void check_status(scenario *w, wql_status status) {
    if (status == WQL_S_TIMEDOUT)
        sim_check(w->tight || w->holds, "a cancel gave up though nothing held it");
    else
        sim_check(status == WQL_OK || status == WQL_E_NOT_FOUND, "a cancel outside answered %s", wql_status_name(status));
}

static void cancel_by_sink(scenario *w, watcher *s) {
    bool before[CALLS_MOST] = {false};
    int count = w->call_count;
    wql_status status;
    for (int i = 0; i < count; i++) before[i] = w->calls[i].sink == s && w->calls[i].returned;
    status = wql_session_cancel(w->session, s);
    check_status(w, status);
    if (status != WQL_OK && status != WQL_E_NOT_FOUND) return;
    for (int i = 0; i < count; i++)
        if (before[i]) watcher_promise(&w->calls[i], status); /* I17: those that were there before the look-up */
}

static void cancel_by_value(scenario *w, seen *c) {
    int64_t from;
    wql_status status;
    if (!c->returned) return;
    from = wql__now_us();
    status = wql_call_cancel(c->call);
    check_status(w, status);
    /* What it runs itself is outside its bound, which allows for the fibers that are chosen before the canceller while the clock
     * is hurried: 4.4 have been seen. */
    if (w->tight && c->fiber != sim_self()) /* R6.9, L2 */
        sim_check(wql__now_us() - from < 7 * TIGHT_US, "a cancel took %lld us", (long long)(wql__now_us() - from));
    watcher_promise(c, status);
}

static void canceller_main(void *arg) {
    canceller *k = arg;
    for (uint32_t i = sim_random(40); i > 0; i--) sim_yield();
    k->w->cancelled = true;
    if (k->by_sink)
        cancel_by_sink(k->w, &k->w->sinks[k->number]);
    else if (k->number < k->w->call_count)
        cancel_by_value(k->w, &k->w->calls[k->number]);
    k->done = true;
}

static void puller_main(void *arg) {
    puller *p = arg;
    wql_batch *batch;
    for (;;) {
        wql_status status = wql_call_next(p->call, sim_chance(3) ? 1 : WQL_FOREVER, &batch, NULL);
        if (status == WQL_S_TIMEDOUT) continue;
        p->end = status;
        if (status != WQL_OK) return;
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++)
            sim_check(((const uint32_t *)wql_batch_column(batch, 0)->values)[i] == p->rows + i, "pulled rows out of order");
        p->rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
}

/* -- making the world ----------------------------------------------------------------------------------------------- */

static void choose_source(source *s, bool tight) {
    static const uint32_t flags[] = {0, WQL_CONCURRENT, WQL_MAY_BLOCK, WQL_CONCURRENT | WQL_MAY_BLOCK};
    s->rows = sim_random(7);
    s->per_next = 1 + sim_random(3);
    s->flags = flags[sim_random(4)];
    s->deaf = sim_chance(6);
    s->waits = sim_chance(3);
    s->parts = sim_chance(2) ? 1 : 1 + sim_random(6);
    s->slow = !tight && sim_chance(3); /* time passes for all */
    if (s->slow && s->parts > 1) {
        s->rows = sim_random(20);
        if (sim_chance(2)) s->flags = WQL_CONCURRENT;
    }
    s->fail_at_end = sim_chance(6) ? WQL_E_ACCESS_DENIED : 0;
}

static void choose_sinks(scenario *w, int sinks) {
    for (int i = 0; i < sinks; i++) {
        watcher *s = &w->sinks[i];
        s->world = w;
        s->behaviour = sim_chance(2) ? FINE : (int)sim_random(BEHAVIOURS);
        s->at_release = sim_chance(2) ? AT_RELEASE_NOTHING : (int)sim_random(AT_RELEASES);
        s->counted = !sim_chance(4);
        if (s->behaviour == SHUTS_DOWN && sim_chance(2)) s->behaviour = FINE;
        if (!s->counted && s->at_release == AT_RELEASE_HOLDS) s->at_release = AT_RELEASE_NOTHING;
        /* What waits for a sink that holds its thread is bounded by that sink; so is who cancels another inside a callback. */
        w->holds |= s->behaviour == HOLDS || s->at_release == AT_RELEASE_HOLDS || s->behaviour == CANCELS_OTHER ||
                    s->behaviour == CANCELS_BY_SINK || s->behaviour == FINALLY_CANCELS;
    }
}

static void open_engine(scenario *w, uint32_t workers) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    opt.workers = workers;
    opt.threads_max = 6;
    opt.alloc = sim_alloc;
    opt.cancel_wait_ms = w->tight ? TIGHT_US / 1000 : 600000;
    if (w->tight) sim_hurry(2 * TIGHT_US);
    opt.sink_timeout_ms = sim_chance(5) ? 1 : 0;
    if (sim_chance(8)) opt.calls_max = 1 + sim_random(2);
    sim_check(wql_engine_open(&opt, &w->engine, NULL) == WQL_OK, "no engine");
    sim_check(wql_engine_mount(w->engine, "root/t", source_provider(&w->source, "source"), NULL, &w->source, NULL) == WQL_OK,
              "no mount");
    sim_check(wql_session_open(w->engine, "root/t", NULL, &w->session, NULL) == WQL_OK, "no session");
}

/* -- the drives ----------------------------------------------------------------------------------------------------- */

static void choose_options(wql_call_options *how) {
    *how = (wql_call_options)WQL_INIT(wql_call_options);
    how->timeout_ms = sim_chance(5) ? 1 : 0;
    how->batch_rows = 1 + sim_random(3);
    if (sim_chance(4)) how->flags |= WQL_FINAL_ON_WORKER;
    if (sim_chance(4)) how->flags |= WQL_SEND_STATUS;
}

static const char *choose_text(void) { return sim_chance(8) ? "SELECT Id FROM Nothing" : "SELECT Id FROM T"; }

/* Waits for the calls, or closes their handles early: they run on by themselves. */
static void see_to_calls(scenario *w) {
    int count = w->call_count;
    for (int i = 0; i < count; i++) {
        seen *c = &w->calls[i];
        if (!c->returned || w->shut) continue;
        if (!sim_chance(3) && !w->source.never_wakes) {
            wql_status status = wql_call_wait(c->call, WQL_FOREVER, NULL);
            if (w->shut) continue;
            sim_check(c->finals == 1 && status == c->code, "wait answered %s, and %d finals with %s", wql_status_name(status),
                      c->finals, wql_status_name(c->code));
            sim_check(!c->sink->counted || c->releases == 1, "wait returned before release");
        }
        if (sim_chance(2)) (void)wql_call_close(c->call);
    }
}

static void pushed(scenario *w, int calls, int sinks) {
    canceller cancellers[2];
    int cancels = (int)sim_random(3);
    bool both = sim_chance(6); /* two who cancel the same calls, one by the sink and one by its value, while they wait */
    if (both) {
        cancels = 2;
        if (w->sinks[0].behaviour == FINE) w->sinks[0].behaviour = PAUSES;
    }
    for (int i = 0; i < calls; i++) {
        wql_call_options how;
        seen *c;
        choose_options(&how);
        (void)watcher_submit(&w->sinks[i % sinks], &how, choose_text(), &c);
        for (uint32_t turns = sim_chance(3) ? sim_random(100) : 0; turns > 0; turns--) sim_yield(); /* the others get on */
    }
    for (int i = 0; i < cancels; i++) {
        bool by_sink = both ? i == 0 : sim_chance(2);
        cancellers[i] =
            (canceller){.w = w, .by_sink = by_sink, .number = (int)sim_random(by_sink ? (uint32_t)sinks : (uint32_t)calls)};
        if (both) cancellers[i].number = 0;
        sim_check(wql__thread_start(&cancellers[i].thread, "canceller", 0, canceller_main, &cancellers[i]), "no fiber");
    }
    if (!sim_chance(4)) see_to_calls(w);
    for (int i = 0; i < cancels; i++) wql__thread_join(&cancellers[i].thread);
}

static void pumped(scenario *w, int calls, int sinks) {
    canceller k = {.w = w, .number = 0, .by_sink = sim_chance(2)};
    bool cancels = sim_chance(2);
    wql_pump *pump;
    sim_check(wql_pump_open(w->engine, &pump, NULL) == WQL_OK, "no pump");
    for (int i = 0; i < calls; i++) {
        wql_call_options how;
        seen *c;
        choose_options(&how);
        how.pump = pump;
        (void)watcher_submit(&w->sinks[i % sinks], &how, choose_text(), &c);
    }
    if (cancels) sim_check(wql__thread_start(&k.thread, "canceller", 0, canceller_main, &k), "no fiber");
    for (int turns = 0; turns < 200 && !w->shut; turns++) {
        bool all = true;
        (void)wql_pump_run(pump, sim_random(50));
        for (int i = 0; i < w->call_count; i++) all &= w->calls[i].finals == 1;
        if (all) break;
        if (sim_chance(30) && (w->cancelled = true)) cancel_by_value(w, &w->calls[sim_random((uint32_t)w->call_count)]);
        sim_yield();
    }
    while (cancels && !k.done) { /* its cancel may wait for the pump's thread */
        while (wql_pump_run(pump, 100) == WQL_OK) {}
        wql__spin_pause();
    }
    if (cancels) wql__thread_join(&k.thread);
    if (sim_chance(2)) {
        w->cancelled = true;
        wql_pump_close(pump);
    } else {
        while (wql_pump_run(pump, 100) == WQL_OK) {}
    }
}

static void pulled(scenario *w, bool run_ahead, bool workers) {
    wql_call_options how = WQL_INIT(wql_call_options);
    puller p = {.w = w};
    bool cancel = sim_chance(2);
    how.batch_rows = 1 + sim_random(3);
    how.timeout_ms = sim_chance(4) ? 1 : 0;
    if (run_ahead && workers) how.flags = WQL_RUN_AHEAD;
    sim_check(wql_session_exec(w->session, wql_s("SELECT Id FROM T"), &how, &p.call, NULL) == WQL_OK, "no call");
    sim_check(wql__thread_start(&p.thread, "puller", 0, puller_main, &p), "no fiber");
    for (uint32_t i = sim_random(60); i > 0; i--) sim_yield();
    if (cancel) sim_check(wql_call_cancel(p.call) == WQL_OK, "a pulled call's cancel waits for nobody");
    wql__thread_join(&p.thread);
    if (p.end == WQL_END) sim_check(p.rows == w->source.rows, "%u of %u rows were pulled", p.rows, w->source.rows);
    if (!cancel && !how.timeout_ms)
        sim_check(p.end == (w->source.fail_at_end ? w->source.fail_at_end : WQL_END), "pulled to %s", wql_status_name(p.end));
    sim_check(wql_call_close(p.call) == WQL_OK, "close");
}

/* -- the end -------------------------------------------------------------------------------------------------------- */

/* Closes the engine: it may take several calls, as long as somebody holds a thread. */
static void close_engine(scenario *w) {
    wql_status status;
    int tries = 0;
    if (!w->shut && sim_chance(2)) wql_session_close(w->session);
    while ((status = wql_engine_close(w->engine)) == WQL_S_TIMEDOUT) {
        sim_check(++tries < 500, "the engine does not close");
        wql__spin_pause();
    }
    sim_check(status == WQL_OK, "closing the engine: %s", wql_status_name(status));
}

static void check_calls(const scenario *w) {
    for (int i = 0; i < w->call_count; i++) {
        const seen *c = &w->calls[i];
        sim_check(c->finals == 1, "%d final statuses of call %d", c->finals, i);                               /* I2, L1 */
        sim_check(!c->sink->counted || c->releases == 1, "%d releases of call %d", c->releases, i);            /* I6 */
        if (c->code == WQL_OK) sim_check(c->rows == w->source.rows, "%u of %u rows", c->rows, w->source.rows); /* I9 */
        if (c->code == WQL_E_ACCESS_DENIED) sim_check(c->rows == w->source.rows, "a failure before its rows");
        if (c->code == WQL_E_CALL_CANCELLED && !w->cancelled) sim_check(c->by_timer, "cancelled by nobody");
        sim_check(c->rows <= w->source.rows, "more rows than there are"); /* I10 */
    }
}

void scenario_main(void *arg) {
    static scenario world;
    scenario *w = &world;
    int drive = (int)sim_random(8), calls = 1 + (int)sim_random(CALLS), sinks = 1 + (int)sim_random((uint32_t)calls);
    uint32_t workers = 1 + sim_random(3);
    wql__thread waker;
    (void)arg;
    memset(w, 0, sizeof *w);
    if (drive == PULLED && sim_chance(2)) workers = 0;
    if (drive == PUMPED && sim_chance(2)) workers = 0;
    w->tight = sim_chance(4);
    choose_source(&w->source, w->tight);
    choose_sinks(w, sinks);
    if (drive == PUMPED && workers == 0) /* nothing else would run what a callback submits */
        for (int i = 0; i < sinks; i++)
            if (w->sinks[i].behaviour == SUBMITS) w->sinks[i].behaviour = FINE;
    open_engine(w, workers);
    sim_check(wql__thread_start(&waker, "waker", 0, waker_main, w), "no fiber");
    if (drive == PULLED || drive == AHEAD)
        pulled(w, drive == AHEAD, workers != 0);
    else if (drive == PUMPED)
        pumped(w, calls, sinks);
    else
        pushed(w, calls, sinks);
    w->over = true; /* whoever waits for a wake is ended by the shutdown */
    while (w->waking) wql__spin_pause();
    close_engine(w);
    w->gone = true;
    wql__thread_join(&waker);
    check_calls(w);
    if (w->kept) wql_batch_release(w->kept); /* after the engine is gone */
    sim_check(w->source.opens == w->source.closes, "%d opens and %d closes", w->source.opens, w->source.closes);
    sim_check(w->source.unloads == 1, "%d unloads", w->source.unloads);
    for (int i = 0; i < sinks; i++) {
        sim_check(w->sinks[i].refs == 0, "a sink keeps %d references", w->sinks[i].refs);
        w->sinks[i].freed = true;
    }
}
