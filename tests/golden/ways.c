/* SPDX-License-Identifier: MIT */
/* ways.c: the ways in which every query is run: pulled in batches of several sizes, pushed, pumped, run ahead, prepared; with a
 * provider that takes nothing, something or everything, and with one that keeps the engine waiting. All must bring the same. */
#include "golden.h"

#include "../parametrise.h"

#include <poll.h>
#include <stdarg.h>

enum { PLAIN, WORKER, CHECKED };
enum { PULL, AHEAD, PREPARED, PUSH, PUMP };
enum { PATIENCE_MS = 60000 };

typedef struct way {
    const char *name;
    int engine, drive;
    uint32_t batch_rows; /* 0: the default, or what the case says */
    int take;
    bool pending, sparse;
    bool parameters; /* the constants of the query come as values */
} way;

static const way ways[] = {
    {"pulled", PLAIN, PULL, 0, WQL_NONE, false, false, false},
    {"pulled, batches of 1", PLAIN, PULL, 1, WQL_NONE, false, true, false},
    {"pulled, batches of 2", PLAIN, PULL, 2, WQL_NONE, false, false, false},
    {"pulled, batches of 3", PLAIN, PULL, 3, WQL_NONE, false, true, false},
    {"pulled, batches of 7", PLAIN, PULL, 7, WQL_NONE, false, false, false},
    {"pushed by a worker", WORKER, PUSH, 0, WQL_NONE, false, true, false},
    {"pumped", PLAIN, PUMP, 0, WQL_NONE, false, false, false},
    {"run ahead", WORKER, AHEAD, 2, WQL_NONE, false, true, false},
    {"prepared, the second run", PLAIN, PREPARED, 0, WQL_NONE, false, false, false},
    {"superset", PLAIN, PULL, 0, WQL_SUPERSET, false, true, false},
    {"superset, pushed", WORKER, PUSH, 3, WQL_SUPERSET, false, false, false},
    {"exact", PLAIN, PULL, 0, WQL_EXACT, false, true, false},
    {"exact, all cells set, batches of 2", PLAIN, PULL, 2, WQL_EXACT, false, false, false},
    {"exact, pushed", WORKER, PUSH, 0, WQL_EXACT, false, true, false},
    {"mixed", PLAIN, PULL, 0, TAKE_MIXED, false, true, false},
    {"mixed, prepared", PLAIN, PREPARED, 0, TAKE_MIXED, false, false, false},
    {"checked, nothing taken", CHECKED, PULL, 0, WQL_NONE, false, true, false},
    {"checked, exact", CHECKED, PULL, 0, WQL_EXACT, false, true, false},
    {"checked, mixed", CHECKED, PULL, 1, TAKE_MIXED, false, false, false},
    {"waiting", PLAIN, PULL, 0, WQL_NONE, true, false, false},
    {"waiting, mixed, batches of 1", PLAIN, PULL, 1, TAKE_MIXED, true, true, false},
    {"waiting, exact, pushed", WORKER, PUSH, 2, WQL_EXACT, true, true, false},
    {"waiting, pushed", WORKER, PUSH, 0, WQL_NONE, true, false, false},
    {"waiting, mixed, pumped", PLAIN, PUMP, 3, TAKE_MIXED, true, true, false},
    {"waiting, run ahead", WORKER, AHEAD, 1, TAKE_MIXED, true, false, false},
    {"parameters", PLAIN, PULL, 0, WQL_NONE, false, true, true},
    {"parameters, exact, prepared", PLAIN, PREPARED, 0, WQL_EXACT, false, false, true},
    {"parameters, mixed, pushed", WORKER, PUSH, 2, TAKE_MIXED, false, true, true},
    {"parameters, checked, exact, waiting", CHECKED, PULL, 0, WQL_EXACT, true, true, true},
};

uint32_t way_count(void) { return sizeof ways / sizeof ways[0]; }
const char *way_name(uint32_t number) { return ways[number].name; }

/* -- engines ----------------------------------------------------------------------------------------------------- */

void bench_open(bench *b, const case_file *file) {
    memset(b, 0, sizeof *b);
    b->file = file;
    waking_start(&b->waking);
    for (int i = 0; i < ENGINES; i++) {
        wql_engine_options options = WQL_INIT(wql_engine_options);
        wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_PARAMETERS};
        wql_error err = WQL_INIT(wql_error);
        options.flags = i == CHECKED ? WQL_CHECK_PROVIDERS : 0;
        options.workers = i == WORKER ? 1 : 0;
        b->sources[i].file = file;
        b->sources[i].waking = &b->waking;
        atomic_init(&b->sources[i].seed, 1);
        atomic_init(&b->sources[i].open_scans, 0);
        if (wql_engine_open(&options, &b->engines[i], &err) != WQL_OK ||
            wql_engine_mount(b->engines[i], "root/golden", source_provider(i == WORKER), NULL, &b->sources[i], &err) != WQL_OK ||
            wql_session_open(b->engines[i], "root/golden", NULL, &b->sessions[i], &err) != WQL_OK ||
            wql_session_open(b->engines[i], "root/golden", &with, &b->with_parameters[i], &err) != WQL_OK)
            stop_with("golden: %s: %s: %s", file->path, wql_status_name(err.status), err.message);
    }
}

const char *bench_close(bench *b) {
    const char *wrong = NULL;
    waking_drain(&b->waking);
    for (int i = 0; i < ENGINES; i++) {
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        wql_session_close(b->sessions[i]);
        wql_session_close(b->with_parameters[i]);
        wql_engine_get_stats(b->engines[i], &stats);
        if (stats.provider_faults) wrong = "an engine says that the provider broke its contract";
        if (wql_engine_close(b->engines[i]) != WQL_OK) stop_with("golden: %s: an engine did not close", b->file->path);
        if (atomic_load(&b->sources[i].open_scans)) wrong = "a scan was never closed";
    }
    waking_stop(&b->waking);
    return wrong;
}

/* -- what comes -------------------------------------------------------------------------------------------------- */

static void break_promise(outcome *out, const char *format, ...) WQL_PRINTF(2, 3);

static void break_promise(outcome *out, const char *format, ...) {
    char text[256];
    va_list args;
    if (out->broken) return; /* the first one counts */
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out->broken = pool_copy(out->memory, text, strlen(text));
}

static void take_batch(outcome *out, const query_case *c, uint32_t batch_rows, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    writer text = {out->memory, NULL, 0, 0};
    if (!rows) break_promise(out, "an empty batch came");
    if (batch_rows && rows > batch_rows) break_promise(out, "a batch of %u rows came where %u were asked for", rows, batch_rows);
    for (uint32_t i = 0; i < rows; i++) {
        text.len = 0;
        print_row(&text, batch, i, &c->show);
        lines_add(&out->rows, out->memory, text.at, text.len);
    }
    text.len = 0;
    print_columns(&text, batch);
    for (uint32_t i = 0; i < out->columns.count; i++)
        if (!strcmp(out->columns.at[i], text.at)) return;
    lines_add(&out->columns, out->memory, text.at, text.len);
}

/* -- pulled ------------------------------------------------------------------------------------------------------ */

static void pull(wql_call call, const query_case *c, uint32_t batch_rows, outcome *out) {
    wql_status status;
    wql_batch *batch = NULL;
    while ((status = wql_call_next(call, PATIENCE_MS, &batch, &out->error)) == WQL_OK) {
        take_batch(out, c, batch_rows, batch);
        wql_batch_release(batch);
        batch = NULL;
    }
    if (status == WQL_S_TIMEDOUT) break_promise(out, "nothing came in %d seconds", PATIENCE_MS / 1000);
    if (wql_call_next(call, 0, &batch, NULL) != status) break_promise(out, "asked again, the end was another");
    out->has_error = status < 0;
    out->status = status == WQL_END ? WQL_OK : status;
}

/* -- pushed and pumped ------------------------------------------------------------------------------------------- */

typedef struct receiver {
    outcome *out;
    const query_case *c;
    uint32_t batch_rows;
    _Atomic int inside;
    int finals, references, releases;
} receiver;

static void enter(receiver *r) {
    if (atomic_fetch_add(&r->inside, 1)) break_promise(r->out, "two callbacks at the same time");
    if (r->references != 1) break_promise(r->out, "a callback without a reference");
}

static wql_status on_batch(void *user, wql_call call, const wql_batch *batch) {
    receiver *r = user;
    (void)call;
    enter(r);
    if (r->finals) break_promise(r->out, "a batch came after the final status");
    take_batch(r->out, r->c, r->batch_rows, batch);
    atomic_fetch_sub(&r->inside, 1);
    return WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    receiver *r = user;
    (void)call;
    enter(r);
    if (!report->is_final) break_promise(r->out, "progress came unasked");
    if (r->finals++) break_promise(r->out, "two final statuses");
    r->out->status = report->status;
    r->out->has_error = report->status < 0;
    r->out->counted = report->done;
    if (report->status != WQL_OK && !report->error) break_promise(r->out, "a final status without an error");
    if (report->error) r->out->error = *report->error;
    atomic_fetch_sub(&r->inside, 1);
    return WQL_OK;
}

static void on_add_ref(void *user) { ((receiver *)user)->references++; }

static void on_release(void *user) {
    receiver *r = user;
    if (!r->finals) break_promise(r->out, "released before the final status");
    r->references--;
    r->releases++;
}

static void check_receiver(const receiver *r, wql_status waited) {
    if (waited != r->out->status) break_promise(r->out, "waiting and the final status differ");
    if (r->finals != 1) break_promise(r->out, "%d final statuses", r->finals);
    if (r->releases != 1 || r->references) break_promise(r->out, "released %d times", r->releases);
}

static void pump_all(wql_pump *pump, const receiver *r, uint64_t seed) {
    while (!r->releases) {
        struct pollfd ready = {wql_pump_fd(pump), POLLIN, 0};
        wql_status status = wql_pump_run(pump, (uint32_t)(draw(&seed) % 3 * 100));
        if (status == WQL_OK || r->releases) continue;
        if (status != WQL_END) {
            break_promise(r->out, "the pump answered %s", wql_status_name(status));
            break;
        }
        if (poll(&ready, 1, PATIENCE_MS) != 1) {
            break_promise(r->out, "nothing came in %d seconds", PATIENCE_MS / 1000);
            break;
        }
    }
}

/* -- one run ----------------------------------------------------------------------------------------------------- */

static wql_status submit(bench *b, const way *w, const query_case *c, wql_str query, const wql_call_options *how, wql_call *call,
                         wql_error *err) {
    wql_session *session = w->parameters && how->param_count ? b->with_parameters[w->engine] : b->sessions[w->engine];
    wql_query *prepared;
    wql_status status;
    if (c->are_paths) return wql_session_fetch(session, query.ptr, how, call, err);
    if (w->drive != PREPARED) return wql_session_exec(session, query, how, call, err);
    status = wql_query_prepare(session, query, &prepared, err);
    if (status < 0) return status;
    status = wql_query_exec(prepared, how, call, err);
    if (status == WQL_OK) {
        wql_batch *batch;
        while (wql_call_next(*call, PATIENCE_MS, &batch, NULL) == WQL_OK) wql_batch_release(batch);
        wql_call_close(*call);
        status = wql_query_exec(prepared, how, call, err);
    }
    wql_query_close(prepared);
    return status;
}

static void check_stats(wql_call call, const query_case *c, outcome *out, bool pushed) {
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    if (wql_call_get_stats(call, &stats) != WQL_OK) {
        break_promise(out, "no statistics");
        return;
    }
    if (c->flags & WQL_COUNT_ONLY) {
        if (out->rows.count) break_promise(out, "rows came where only their number was wanted");
    } else if (stats.rows_delivered != out->rows.count) {
        break_promise(out, "the statistics say %llu rows, %u came", (unsigned long long)stats.rows_delivered, out->rows.count);
    }
    if (pushed && stats.rows_delivered != out->counted) break_promise(out, "the final report and the statistics differ");
    out->counted = stats.rows_delivered;
}

static void drive(bench *b, const way *w, wql_str query, wql_call_options *how, const query_case *c, uint64_t seed, outcome *out) {
    receiver r = {.out = out, .c = c, .batch_rows = how->batch_rows};
    wql_sink sink = WQL_INIT(wql_sink);
    wql_pump *pump = NULL;
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_status status;
    bool pushed = w->drive == PUSH || w->drive == PUMP;
    sink.user = &r;
    sink.indicate = on_batch;
    sink.status = on_status;
    sink.add_ref = on_add_ref;
    sink.release = on_release;
    if (pushed) how->sink = &sink;
    if (w->drive == PUMP && wql_pump_open(b->engines[w->engine], &pump, NULL) != WQL_OK) stop_with("golden: no pump");
    how->pump = pump;
    status = submit(b, w, c, query, how, &call, &err); /* from here on a sink writes into `out` */
    if (status < 0) {
        out->status = status;
        out->error = err;
        out->has_error = true;
        if (r.references || r.finals) break_promise(out, "the submission failed and touched the sink");
    } else {
        if (w->drive == PUMP) pump_all(pump, &r, seed);
        if (pushed)
            check_receiver(&r, wql_call_wait(call, w->drive == PUMP ? 0 : PATIENCE_MS, NULL));
        else
            pull(call, c, how->batch_rows, out);
        check_stats(call, c, out, pushed);
        wql_call_close(call);
    }
    wql_pump_close(pump);
}

/* The values in its braces are no constants of a comparison. */
static bool is_association(wql_str query) { return query.len && strchr("AaRr", *query.ptr); }

void run_way(bench *b, uint32_t way_number, const query_case *c, wql_str query, uint64_t seed, outcome *out) {
    const way *w = &ways[way_number];
    source *s = &b->sources[w->engine];
    wql_call_options how = WQL_INIT(wql_call_options);
    out->error = (wql_error)WQL_INIT(wql_error);
    s->take = c->takes == TAKE_ANY ? w->take : c->takes;
    s->pending = w->pending;
    s->sparse = w->sparse;
    s->ends = c->ends;
    atomic_store(&s->seed, seed);
    how.flags = c->flags | (w->drive == AHEAD ? (uint32_t)WQL_RUN_AHEAD : 0);
    how.batch_rows = w->batch_rows ? w->batch_rows : c->batch_rows;
    how.rows_max = c->rows_max;
    how.timeout_ms = PATIENCE_MS;
    if (!w->parameters || c->error.count || c->are_paths || is_association(query)) {
        drive(b, w, query, &how, c, seed, out);
    } else {
        parametrised *p = malloc(sizeof *p);
        if (!p) stop_with("golden: no memory");
        parametrise(p, query);
        how.params = p->params;
        how.param_count = p->count;
        drive(b, w, (wql_str){p->text, p->text_len}, &how, c, seed, out);
        parametrised_free(p);
        free(p);
    }
}

/* -- before it runs ---------------------------------------------------------------------------------------------- */

static bool same_error(const wql_error *a, const wql_error *b) {
    return a->status == b->status && a->offset == b->offset && a->length == b->length && a->line == b->line &&
           a->column == b->column && !strcmp(a->message, b->message) && !strcmp(a->hint, b->hint);
}

/* Whether line and column say what the offset says. */
static bool place_fits(const wql_error *err, wql_str query) {
    uint32_t line = 1, column = 1;
    if (!err->line) return !err->offset && !err->length && !err->column;
    if (err->offset > query.len || err->length > query.len - err->offset) return false;
    for (uint32_t i = 0; i < err->offset; i++) {
        if (query.ptr[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)query.ptr[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return err->line == line && err->column == column;
}

const char *check_early(bench *b, const query_case *c, wql_str query, const outcome *call) {
    wql_error err = WQL_INIT(wql_error), early = WQL_INIT(wql_error);
    wql_query *prepared = NULL;
    wql_status status;
    int kind = 0;
    if (c->are_paths)
        return call->has_error && !place_fits(&call->error, query) ? "offset, line and column do not fit the path" : NULL;
    b->sources[PLAIN].take = WQL_NONE;
    status = wql_query_prepare(b->sessions[PLAIN], query, &prepared, &err);
    if (status >= 0 && (wql_query_kind(prepared) < WQL_KIND_DATA || wql_query_kind(prepared) > WQL_KIND_REFERENCES))
        return "the prepared query is of a kind that is not served";
    wql_query_close(prepared);
    if (c->ends < 0) return NULL;
    if (status >= 0 && call->has_error && call->error.status == WQL_E_NOT_FOUND) return NULL; /* the object in the braces */
    if (call->has_error != (status < 0)) return "prepare and the call do not agree";
    if (call->has_error && !same_error(&err, &call->error)) return "prepare reports another error than the call";
    if (call->has_error && !place_fits(&err, query)) return "offset, line and column of the error do not fit the query";
    status = wql_query_check(b->engines[PLAIN], query, 0, &kind, &early);
    if (status < 0 && (!call->has_error || !same_error(&err, &early))) return "check reports another error than the call";
    return NULL;
}

void explain_query(bench *b, wql_str query, int take, pool *memory, lines *out) {
    wql_query *prepared = NULL;
    wql_error err = WQL_INIT(wql_error);
    char *text, *line;
    size_t len;
    b->sources[PLAIN].take = take;
    atomic_store(&b->sources[PLAIN].seed, 1);
    if (wql_query_prepare(b->sessions[PLAIN], query, &prepared, &err) < 0) {
        lines_format(out, memory, "%s", err.message);
        return;
    }
    len = wql_query_explain(prepared, NULL, 0);
    text = pool_get(memory, len + 1);
    if (wql_query_explain(prepared, text, len + 1) != len) lines_format(out, memory, "(another length the second time)");
    wql_query_close(prepared);
    for (line = text; line; line = text) {
        text = strchr(line, '\n');
        lines_add(out, memory, line, text ? (size_t)(text++ - line) : strlen(line));
    }
}
