/* SPDX-License-Identifier: MIT */
/* fault.c: every allocation of a scenario fails in turn, once, and then from there on. Each run must end in success, in
 * WQL_E_OUT_OF_MEMORY, or in a failure that says so; give back every byte; and leave an engine that answers the next query.
 * Without workers, so that the order of allocations is always the same. */
#include "../unit/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- the allocator ----------------------------------------------------------------------------------------------- */

typedef struct failing {
    uint64_t calls, fail_at; /* 0: never */
    bool for_good, failed;
    int64_t bytes;
} failing;

static void *fail_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    void *made;
    if (new_size == 0) {
        f->bytes -= (int64_t)old_size;
        free(ptr);
        return NULL;
    }
    f->calls++;
    if (f->fail_at && (f->for_good ? f->calls >= f->fail_at : f->calls == f->fail_at)) {
        f->failed = true;
        return NULL;
    }
    made = realloc(ptr, new_size);
    if (made) f->bytes += (int64_t)new_size - (int64_t)old_size;
    return made;
}

/* -- scenarios --------------------------------------------------------------------------------------------------- */

typedef struct world {
    failing *failing;
    wql_engine *engine;
    wql_session *session;
    ticks t;
    uint64_t rows;
    wql_error err;
} world;

static bool is_memory(wql_status status) { return status == WQL_E_OUT_OF_MEMORY; }

static wql_status open_world(world *w) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_status status;
    opt.alloc = fail_alloc;
    opt.alloc_user = w->failing;
    status = wql_engine_open(&opt, &w->engine, &w->err);
    if (status >= 0) status = wql_engine_mount(w->engine, "root/t", ticks_provider(&w->t, "ticks"), NULL, &w->t, &w->err);
    if (status >= 0) status = wql_session_open(w->engine, "root/t", NULL, &w->session, &w->err);
    return status;
}

static wql_status pull(world *w, wql_call call, bool keep) {
    wql_batch *batch, *copy, *kept = NULL;
    wql_status status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &w->err)) == WQL_OK) {
        wql_value path;
        w->rows += wql_batch_rows(batch);
        (void)wql_batch_value(batch, 0, "__PATH", &path);
        if (wql_batch_copy(batch, 0, 1, &copy) == WQL_OK) wql_batch_release(copy);
        if (keep && !kept) kept = wql_batch_retain(batch);
        wql_batch_release(batch);
    }
    wql_batch_release(kept);
    return status == WQL_END ? WQL_OK : status;
}

static wql_status exec(world *w, const char *text, bool keep) {
    wql_call call;
    wql_status status = wql_session_exec(w->session, wql_s(text), NULL, &call, &w->err);
    if (status < 0) return status;
    status = pull(w, call, keep);
    wql_call_close(call);
    return status;
}

static wql_status simple(world *w) { return exec(w, "SELECT * FROM Tick", true); }

static wql_status filtered(world *w) {
    return exec(
        w,
        "SELECT Name, __PATH FROM Tick WHERE (Id >= 5 AND NOT Name LIKE '%[3-4]%') OR Name = 'tick 3' OR __RELPATH = 'Tick.Id=0'",
        false);
}

static wql_status prepared(world *w) {
    wql_query *query;
    char plan[2000];
    wql_status status = wql_query_prepare(w->session, wql_s("SELECT Id FROM Tick WHERE Name > 'tick 5'"), &query, &w->err);
    if (status < 0) return status;
    (void)wql_query_explain(query, plan, sizeof plan);
    for (int i = 0; i < 2 && status >= 0; i++) {
        wql_call call;
        status = wql_query_exec(query, NULL, &call, &w->err);
        if (status < 0) break;
        status = pull(w, call, i == 0);
        wql_call_close(call);
    }
    wql_query_close(query);
    return status;
}

static wql_status sink_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    ((world *)user)->rows += wql_batch_rows(batch);
    return WQL_OK;
}

static wql_status final_of;
static wql_status sink_status(void *user, wql_call call, const wql_report *report) {
    (void)call;
    (void)user;
    if (report->is_final) final_of = report->status;
    return WQL_OK;
}

static wql_status pumped(world *w) {
    wql_sink sink = {.struct_size = sizeof sink, .user = w, .indicate = sink_rows, .status = sink_status};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_pump *pump;
    wql_call call;
    wql_status status = wql_pump_open(w->engine, &pump, &w->err);
    if (status < 0) return status;
    how.sink = &sink;
    how.pump = pump;
    how.timeout_ms = 60000;
    final_of = WQL_E_UNEXPECTED;
    status = wql_session_exec(w->session, wql_s("SELECT Id FROM Tick WHERE Id <> 7"), &how, &call, &w->err);
    if (status >= 0) {
        while (wql_pump_run(pump, 1000) == WQL_OK) {}
        status = wql_call_wait(call, 0, &w->err);
        if (status != final_of) status = WQL_E_UNEXPECTED; /* the one final status, whatever failed */
        wql_call_close(call);
    }
    wql_pump_close(pump);
    return status;
}

static wql_status cancelled(world *w) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(w->session, wql_s("SELECT * FROM Tick"), NULL, &call, &w->err);
    if (status < 0) return status;
    status = wql_call_next(call, WQL_FOREVER, &batch, &w->err);
    if (status == WQL_OK) wql_batch_release(batch);
    if (wql_call_cancel(call) != WQL_OK) status = WQL_E_UNEXPECTED;
    wql_call_close(call);
    return status;
}

/* Twenty classes, in a batch of sixteen that goes out as it is and one of four that is gathered. */
static wql_status twenty_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_property_def id = {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY};
    wql_class_def defs[20];
    char names[20][8];
    (void)config;
    (void)user;
    (void)self;
    memset(defs, 0, sizeof defs);
    for (int i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "C%02d", i);
        defs[i].struct_size = sizeof defs[i];
        defs[i].name = names[i];
        if (i % 5) defs[i].superclass = names[i - 1];
        defs[i].properties = &id;
        defs[i].property_count = i % 5 ? 0 : 1;
    }
    return wql_mount_define(mount, defs, 20, err);
}

static wql_status twenty_open(wql_scan *scan, wql_error *err) {
    (void)scan;
    (void)err;
    return WQL_END;
}

static wql_status schema(world *w) {
    static const wql_provider twenty = {.struct_size = sizeof twenty, .name = "twenty", .load = twenty_load, .open = twenty_open,
                                        .next = twenty_open};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status = wql_engine_mount(w->engine, "root/t", &twenty, NULL, NULL, &w->err);
    if (status < 0) return status;
    how.batch_rows = 16;
    status = wql_session_exec(w->session, wql_s("SELECT * FROM meta_class"), &how, &call, &w->err);
    if (status < 0) return status;
    status = pull(w, call, true);
    wql_call_close(call);
    return status;
}

static wql_status mistaken(world *w) {
    wql_query *query;
    wql_status status = wql_query_prepare(w->session, wql_s("SELECT Id FROM Tick WHERE Nmae = 'a'"), &query, &w->err);
    return status == WQL_E_INVALID_QUERY ? WQL_OK : status >= 0 ? WQL_E_UNEXPECTED : status;
}

static const struct {
    const char *name;
    wql_status (*run)(world *w);
    bool zero_copy;
    uint64_t rows; /* of a run in which nothing failed */
} scenarios[] = {
    {"rows", simple, false, 3000},       {"zero copy", simple, true, 3000}, {"filter and paths", filtered, false, 2698},
    {"prepared", prepared, false, 2400}, {"pumped", pumped, true, 2999},    {"cancelled", cancelled, false, 0},
    {"a mistake", mistaken, false, 0},   {"schema", schema, false, 21}};

/* -- the sweep --------------------------------------------------------------------------------------------------- */

static int passed, failures;

static void complain(const char *name, const failing *f, const char *what, long long value) {
    if (failures++ < 20)
        printf("not ok %s: allocation %llu%s: %s (%lld)\n", name, (unsigned long long)f->fail_at, f->for_good ? " and on" : "",
               what, value);
}

/* One run; true if an allocation did fail in it. */
static bool run_once(size_t s, failing *f) {
    world w = {.failing = f, .t = {.rows = 3000, .zero_copy = scenarios[s].zero_copy}, .err = WQL_INIT(wql_error)};
    wql_status status = open_world(&w);
    bool opened = status >= 0;
    if (opened) status = scenarios[s].run(&w);
    if (status < 0 && !is_memory(status)) complain(scenarios[s].name, f, w.err.message, status);
    if (status < 0 && !f->failed) complain(scenarios[s].name, f, "failed although no allocation did", status);
    if (status >= 0 && scenarios[s].rows && w.rows != scenarios[s].rows)
        complain(scenarios[s].name, f, "rows", (long long)w.rows);
    f->fail_at = f->failed ? f->fail_at : 0;
    if (opened) { /* the engine answers the next query */
        uint64_t keep = f->fail_at;
        f->fail_at = 0;
        w.rows = 0;
        status = exec(&w, "SELECT Id FROM Tick", false);
        if (status < 0 || w.rows != 3000) complain(scenarios[s].name, f, "the next query fails", status);
        f->fail_at = keep;
    }
    wql_session_close(w.session);
    if (wql_engine_close(w.engine) != WQL_OK) complain(scenarios[s].name, f, "the engine does not close", 0);
    if (f->bytes) complain(scenarios[s].name, f, "bytes leaked", f->bytes);
    if (w.t.opens != w.t.closes || w.t.emitted != w.t.released || w.t.loads < w.t.unloads)
        complain(scenarios[s].name, f, "scans or batches left", w.t.opens);
    return f->failed;
}

static void sweep(size_t s, bool for_good) {
    uint64_t k;
    int before = failures;
    for (k = 1; k < 100000; k++) {
        failing f = {.fail_at = k, .for_good = for_good};
        if (!run_once(s, &f)) break;
    }
    if (failures == before) {
        passed++;
        printf("ok %s: each of %llu allocations failing %s\n", scenarios[s].name, (unsigned long long)(k - 1),
               for_good ? "and all after it" : "once");
    }
}

int main(void) {
    for (size_t s = 0; s < sizeof scenarios / sizeof *scenarios; s++) {
        sweep(s, false);
        sweep(s, true);
    }
    printf("%d passed, %d failed\n", passed, failures);
    return failures != 0;
}
