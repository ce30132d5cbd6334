/* SPDX-License-Identifier: MIT */
/* day.c: a day in the life of an engine with workers: every drive, providers that block and that do not, cancels and deadlines.
 */
#include "points.h"

enum { ROWS = 3000, SOON_MS = 15000 /* longer than anything takes; a call that needs it hangs */ };

typedef struct day {
    const char *where;
    wql_engine *engine;
    wql_session *session;
    ticks fast, slow;
    wql_error err;
} day;

/* A fault may make a service unavailable; it must say so. */
static bool is_told(day *d, wql_status status) {
    if (status >= 0) return true;
    if (status != WQL_E_NOT_AVAILABLE)
        report_bad(d->where, d->err.message, status);
    else if (d->err.status != status || !d->err.message[0])
        report_bad(d->where, "a failure without words", status);
    return false;
}

wql_status ask(wql_session *session, const char *text, uint32_t timeout_ms, uint64_t *rows, wql_error *err) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *batch;
    wql_call call;
    wql_status status;
    how.timeout_ms = timeout_ms;
    *rows = 0;
    status = wql_session_exec(session, wql_s(text), &how, &call, err);
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, err)) == WQL_OK) {
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status == WQL_END ? WQL_OK : status;
}

/* -- a sink -------------------------------------------------------------------------------------------------------- */

typedef struct tally {
    _Atomic uint64_t rows;
    _Atomic int finals, releases;
} tally;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    atomic_fetch_add(&((tally *)user)->rows, wql_batch_rows(batch));
    return WQL_OK;
}
static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) atomic_fetch_add(&((tally *)user)->finals, 1);
    return WQL_OK;
}
static void on_add_ref(void *user) { (void)user; }
static void on_release(void *user) { atomic_fetch_add(&((tally *)user)->releases, 1); }

static void check_tally(day *d, tally *seen, uint64_t rows) {
    if (seen->finals != 1 || seen->releases != 1) report_bad(d->where, "one final status, one release", seen->finals);
    if (rows && seen->rows != rows) report_bad(d->where, "rows of a call with a sink", (long long)seen->rows);
}

/* -- what is done in a day ------------------------------------------------------------------------------------------ */

enum { TO_THE_END, CANCELLED, OVERDUE };

static void pushed(day *d, const char *text, int end) {
    tally seen = {0};
    wql_sink sink = {sizeof sink, &seen, on_rows, on_status, on_add_ref, on_release};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status;
    how.sink = &sink;
    how.timeout_ms = end == OVERDUE ? 5 : SOON_MS;
    if (!is_told(d, wql_session_exec(d->session, wql_s(text), &how, &call, &d->err))) return;
    if (end == CANCELLED) {
        status = wql_call_cancel(call);
        if (status != WQL_OK && status != WQL_E_NOT_FOUND) report_bad(d->where, "a cancel", status);
    } else {
        status = wql_call_wait(call, 2 * SOON_MS, &d->err);
        if (status != (end == OVERDUE ? WQL_E_TIMED_OUT : WQL_OK)) report_bad(d->where, text, status);
    }
    check_tally(d, &seen, end == TO_THE_END ? ROWS : 0);
    wql_call_close(call);
}

static void pulled(day *d, const char *text, uint32_t flags) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *batch;
    wql_call call;
    wql_status status;
    uint64_t rows = 0;
    how.flags = flags;
    how.timeout_ms = SOON_MS;
    if (!is_told(d, wql_session_exec(d->session, wql_s(text), &how, &call, &d->err))) return;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &d->err)) == WQL_OK) {
        rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    if (status != WQL_END || rows != ROWS) report_bad(d->where, text, status);
    wql_call_close(call);
}

static void pumped(day *d) {
    tally seen = {0};
    wql_sink sink = {sizeof sink, &seen, on_rows, on_status, on_add_ref, on_release};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump = (wql_pump *)(void *)d;
    wql_call call;
    wql_status status = wql_pump_open(d->engine, &pump, &d->err);
    if (!is_told(d, status)) {
        if (pump != (wql_pump *)(void *)d) report_bad(d->where, "a failed wql_pump_open sets its output", 0);
        return;
    }
    how.sink = &sink;
    how.pump = pump;
    how.timeout_ms = SOON_MS;
    if (is_told(d, wql_session_exec(d->session, wql_s("SELECT * FROM Tick"), &how, &call, &d->err))) {
        while (wql_call_wait(call, 0, &d->err) == WQL_S_TIMEDOUT) (void)wql_pump_run(pump, 1000);
        check_tally(d, &seen, ROWS);
        wql_call_close(call);
    }
    wql_pump_close(pump);
}

/* A second provider under another name. */
static wql_status load_slow(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                                  {.name = "Name", .type = WQL_STRING}};
    static const wql_class_def def = {.struct_size = sizeof def, .name = "Slow", .properties = properties, .property_count = 2};
    (void)config;
    (void)user;
    (void)self;
    return wql_mount_define(mount, &def, 1, err);
}

static bool open_day(day *d) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine *before = (wql_engine *)(void *)d;
    d->fast = (ticks){.rows = ROWS, .flags = WQL_CONCURRENT};
    d->slow = (ticks){.rows = ROWS, .flags = WQL_MAY_BLOCK, .block_every = 2, .per_next = 500};
    (void)ticks_provider(&d->slow, "slow");
    d->slow.table.load = load_slow;
    d->slow.table.unload = NULL;
    opt.workers = 2;
    opt.threads_max = 2;
    d->engine = before;
    if (!is_told(d, wql_engine_open(&opt, &d->engine, &d->err))) {
        if (d->engine != before) report_bad(d->where, "a failed wql_engine_open sets its output", 0);
        d->engine = NULL;
        return false;
    }
    return is_told(d, wql_engine_mount(d->engine, "root/t", ticks_provider(&d->fast, "fast"), NULL, &d->fast, &d->err)) &&
           is_told(d, wql_engine_mount(d->engine, "root/t", &d->slow.table, NULL, &d->slow, &d->err)) &&
           is_told(d, wql_session_open(d->engine, "\\\\.\\root\\t", NULL, &d->session, &d->err));
}

static void spend(day *d) {
    static const char *const texts[] = {"SELECT * FROM Tick", "SELECT Id FROM Slow"};
    for (int i = 0; i < 2; i++) {
        pushed(d, texts[i], TO_THE_END);
        pushed(d, texts[i], CANCELLED);
        pulled(d, texts[i], 0);
        pulled(d, texts[i], WQL_RUN_AHEAD);
    }
    d->fast.silent = true; /* from here on Tick answers that it will wake, and does not */
    pushed(d, texts[0], OVERDUE);
    d->fast.silent = false;
    pumped(d);
}

static void ask_next(day *d) {
    uint64_t rows;
    wql_status status = ask(d->session, "SELECT Id FROM Slow WHERE Id >= 1000", SOON_MS, &rows, &d->err);
    if (status != WQL_OK || rows != ROWS - 1000) report_bad(d->where, "the next query", status);
    pushed(d, "SELECT * FROM Tick", TO_THE_END);
    pumped(d);
}

void live_a_day(const char *where, void (*calm)(void)) {
    day d = {.where = where, .err = WQL_INIT(wql_error)};
    bool open = open_day(&d);
    if (open) spend(&d);
    calm();
    if (!open && !open_day(&d)) return report_bad(where, "an engine can be opened afterwards", 0);
    ask_next(&d);
    wql_session_close(d.session);
    if (wql_engine_close(d.engine) != WQL_OK) report_bad(where, "the engine does not close", 0);
    if (d.fast.opens != d.fast.closes || d.slow.opens != d.slow.closes) report_bad(where, "scans left open", d.slow.opens);
}
