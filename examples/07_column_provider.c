/* SPDX-License-Identifier: MIT */
/* 07_column_provider.c: a provider that brings columns and takes conditions over: a series of measurements, sorted by time. What it
 * says of a condition: exact (a range of times: only such rows will come), superset (one of several times: fewer rows come, the
 * engine still checks), none (anything about the level: the engine's work). The number of rows that come shows what that saves. */
#include <wql/wql.h>

#include <inttypes.h>
#include <stdio.h>

enum { ROWS = 10000, TIME = 0, LEVEL = 1 };

/* -- the provider ------------------------------------------------------------------------------------------------ */

typedef struct series {
    uint64_t time[ROWS]; /* ascending */
    double level[ROWS];
} series;

typedef struct range { /* of one scan: rows from `at` to `end` */
    const series *data;
    uint64_t at, end;
} range;

static const wql_property_def properties[] = {{.name = "Time", .type = WQL_UINT64, .flags = WQL_KEY},
                                              {.name = "Level", .type = WQL_REAL64}};
static const wql_class_def sample = {.struct_size = sizeof sample, .name = "Sample", .properties = properties, .property_count = 2};

typedef struct mounted {
    wql_mount *mount;
    const series *data;
} mounted;

static wql_status series_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    mounted *m = wql_mount_allocate(mount, NULL, 0, sizeof *m);
    wql_status st;
    (void)config;
    if (!m) return WQL_E_OUT_OF_MEMORY;
    m->mount = mount;
    m->data = user;
    *self = m;
    st = wql_mount_define(mount, &sample, 1, err);
    if (st < 0) wql_mount_allocate(mount, m, sizeof *m, 0); /* after a load that failed there is no unload */
    return st;
}

static void series_unload(void *self) {
    mounted *m = self;
    wql_mount_allocate(m->mount, m, sizeof *m, 0);
}

/* No side effects; may never be followed by an open. What is left alone is WQL_NONE. */
static wql_status series_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    (void)self, (void)err;
    for (uint32_t i = 0; i < request->conjunct_count; i++) {
        const wql_conjunct *c = &request->conjuncts[i];
        if (c->property != TIME) continue;
        if (c->op == WQL_GE || c->op == WQL_GT || c->op == WQL_LE || c->op == WQL_LT) answer->take[i] = WQL_EXACT;
        if (c->op == WQL_EQ) answer->take[i] = c->count == 1 ? WQL_EXACT : WQL_SUPERSET; /* from the least to the greatest */
    }
    answer->rows = answer->cost = ROWS;
    return WQL_OK;
}

/* The first row with a time of at least (or above) `time`. */
static uint64_t seek(const series *data, uint64_t time, bool above) {
    uint64_t low = 0, high = ROWS;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (data->time[middle] < time || (above && data->time[middle] == time))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void narrow(range *r, const wql_conjunct *c) {
    uint64_t least = UINT64_MAX, most = 0, from = 0, to = ROWS;
    for (uint32_t i = 0; i < c->count; i++) { /* of the property's type, in its range */
        if (c->values[i].u64 < least) least = c->values[i].u64;
        if (c->values[i].u64 > most) most = c->values[i].u64;
    }
    if (c->op == WQL_EQ || c->op == WQL_GE) from = seek(r->data, least, false);
    if (c->op == WQL_GT) from = seek(r->data, least, true);
    if (c->op == WQL_EQ || c->op == WQL_LE) to = seek(r->data, most, true);
    if (c->op == WQL_LT) to = seek(r->data, most, false);
    if (from > r->at) r->at = from;
    if (to < r->end) r->end = to;
}

static wql_status series_open(wql_scan *scan, wql_error *err) {
    mounted *m = scan->self;
    range *r = wql_mount_allocate(m->mount, NULL, 0, sizeof *r);
    (void)err;
    if (!r) return WQL_E_OUT_OF_MEMORY;
    *r = (range){m->data, 0, ROWS};
    for (uint32_t i = 0; i < scan->request->conjunct_count; i++)
        if (scan->take[i] != WQL_NONE) narrow(r, &scan->request->conjuncts[i]);
    scan->state = r;
    return WQL_OK;
}

static wql_status series_next(wql_scan *scan, wql_error *err) {
    range *r = scan->state;
    wql_status st = wql_scan_check(scan, NULL); /* cancelled, or out of time: pass it on */
    wql_column columns[] = {{.property = TIME, .type = WQL_UINT64, .layout = WQL_FIXED, .values = r->data->time + r->at},
                            {.property = LEVEL, .type = WQL_REAL64, .layout = WQL_FIXED, .values = r->data->level + r->at}};
    uint32_t rows = r->at >= r->end ? 0 : r->end - r->at < 1024 ? (uint32_t)(r->end - r->at) : 1024;
    if (st < 0) return st;
    if (!rows) return WQL_END;
    r->at += rows;
    return wql_scan_emit(scan, rows, columns, 2, NULL, NULL, err); /* zero copy: the series outlives the mount */
}

static void series_close(wql_scan *scan) {
    mounted *m = scan->self;
    wql_mount_allocate(m->mount, scan->state, sizeof(range), 0);
}

static const wql_provider provider = {
    .struct_size = sizeof provider,
    .flags = WQL_CONCURRENT,
    .name = "series",
    .load = series_load,
    .unload = series_unload,
    .plan = series_plan,
    .open = series_open,
    .next = series_next,
    .close = series_close,
};

/* -- its user ---------------------------------------------------------------------------------------------------- */

static int fail(const wql_error *err) {
    fprintf(stderr, "%s: %s\n", wql_status_name(err->status), err->message);
    return 1;
}

static int ask(wql_session *session, const char *text) {
    wql_error err = WQL_INIT(wql_error);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    if (wql_session_exec(session, wql_s(text), NULL, &call, &err) < 0) return fail(&err);
    while ((st = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) wql_batch_release(batch);
    if (st != WQL_END) return fail(&err);
    if (wql_call_get_stats(call, &stats) < 0) return 1;
    printf("%s\n  %" PRIu64 " rows came, %" PRIu64 " were delivered\n", text, stats.rows_scanned, stats.rows_delivered);
    wql_call_close(call);
    return 0;
}

int main(void) {
    static series data;
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options, .flags = WQL_CHECK_PROVIDERS}; /* a wrong "exact" would be found
                                                                                                 * out */
    wql_engine *engine;
    wql_session *session;
    int failed;
    for (uint32_t i = 0; i < ROWS; i++) {
        data.time[i] = 1000 + i * 10;
        data.level[i] = (double)(i % 100);
    }
    if (wql_engine_open(&options, &engine, &err) < 0 || wql_engine_mount(engine, "root/lab", &provider, NULL, &data, &err) < 0 ||
        wql_session_open(engine, "root/lab", NULL, &session, &err) < 0)
        return fail(&err);
    failed = ask(session, "SELECT * FROM Sample") || ask(session, "SELECT * FROM Sample WHERE Time >= 50000 AND Time < 51000") ||
             ask(session, "SELECT * FROM Sample WHERE Time >= 50000 AND Time < 51000 AND Level > 49") ||
             ask(session, "SELECT * FROM Sample WHERE Time = 2000 OR Time = 2050 OR Time = 2055") ||
             ask(session, "SELECT * FROM Sample WHERE Level = 99");
    wql_session_close(session);
    return wql_engine_close(engine) < 0 || failed;
}
