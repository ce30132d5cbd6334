/* SPDX-License-Identifier: MIT */
/* world.c: the rows in libwql, as tables of the memory provider that answer conditions in different ways and as a file of the
 * sqlite provider; and a query run in one of many ways. */
#include "oracle.h"

#include "../parametrise.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };
enum { PULLED, PUSHED, PUMPED, AHEAD };

static const char *const sources[] = {"M0", "M1", "M2", "M3", "F"};
static const char *const property_names[] = {"Id", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"};

const char *source_name(int source) {
    static const char *const names[] = {"memory, takes nothing", "memory, superset", "memory, exact", "memory, mixed",
                                        "sqlite file"};
    return names[source];
}

/* -- opening ----------------------------------------------------------------------------------------------------- */

static void fill_memory(world *w, uint64_t *seed) {
    const table *t = w->t;
    wql_error err = WQL_INIT(wql_error);
    if (wql_memory_open(NULL, NULL, &w->memory) != WQL_OK) stop_with("oracle: no memory table");
    for (uint32_t r = 0; r < t->rows;) { /* in pieces */
        uint32_t rows = 1 + below(seed, t->rows - r);
        if (wql_memory_append(w->memory, t->cells + (size_t)r * t->shape.count, t->shape.count, rows, &err) != WQL_OK)
            stop_with("oracle: appending rows: %s", err.message);
        r += rows;
    }
}

static void describe_tables(world *w, uint64_t *seed) {
    const schema *s = &w->t->shape;
    for (uint32_t i = 0; i < s->count; i++) {
        w->properties[i].name = property_names[i];
        w->properties[i].type = s->types[i];
        w->properties[i].flags = i ? 0 : WQL_KEY;
    }
    for (int i = 0; i < SOURCE_FILE; i++) {
        wql_table *t = &w->tables[i];
        w->defs[i] = (wql_class_def)WQL_INIT(wql_class_def);
        w->defs[i].name = sources[i];
        w->defs[i].properties = w->properties;
        w->defs[i].property_count = s->count;
        *t = (wql_table)WQL_INIT(wql_table);
        t->def = &w->defs[i];
        t->memory = w->memory;
        t->next = i + 1 < SOURCE_FILE ? &w->tables[i + 1] : NULL;
        t->batch_rows = chance(seed, 2) ? 1 + below(seed, 70) : 0;
        t->lower = i == SOURCE_MIXED;
        for (int op = 0; op < 16; op++) {
            t->take[op] = (uint8_t)(i == SOURCE_MIXED ? below(seed, 3) : (uint32_t)i);
            t->open_take[op] = (uint8_t)below(seed, 3);
        }
    }
}

static void open_engine(world *w, int which) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_PARAMETERS};
    wql_error err = WQL_INIT(wql_error);
    options.workers = which == WORLD_WORKER ? 1 : 0;
    options.flags = which == WORLD_CHECKED ? WQL_CHECK_PROVIDERS : 0;
    if (wql_engine_open(&options, &w->engines[which], &err) != WQL_OK ||
        wql_engine_mount(w->engines[which], "root/oracle", wql_memory_provider(), NULL, w->tables, &err) != WQL_OK ||
        wql_engine_mount(w->engines[which], "root/oracle", wql_sqlite_provider(), w->path, NULL, &err) != WQL_OK ||
        wql_session_open(w->engines[which], "root/oracle", &with, &w->sessions[which], &err) != WQL_OK)
        stop_with("oracle: %s: %s", wql_status_name(err.status), err.message);
}

void world_open(world *w, const rules *folding, const table *t, uint64_t seed) {
    const char *folder = getenv("TMPDIR");
    int file;
    memset(w, 0, sizeof *w);
    w->t = t;
    w->rules = folding;
    if (snprintf(w->path, sizeof w->path, "%s/wql-oracle-XXXXXX", folder && *folder ? folder : "/tmp") >= (int)sizeof w->path)
        stop_with("oracle: TMPDIR is too long");
    file = mkstemp(w->path);
    if (file < 0) stop_with("oracle: cannot make %s", w->path);
    close(file);
    file_write(w->path, t, seed);
    w->oracle = oracle_open(t, folding);
    fill_memory(w, &seed);
    describe_tables(w, &seed);
    for (int i = 0; i < WORLDS; i++) open_engine(w, i);
}

void world_close(world *w) {
    for (int i = 0; i < WORLDS; i++) {
        wql_session_close(w->sessions[i]);
        if (wql_engine_close(w->engines[i]) != WQL_OK) stop_with("oracle: an engine did not close");
    }
    wql_memory_close(w->memory);
    sqlite3_close(w->oracle);
    unlink(w->path);
}

/* -- what comes -------------------------------------------------------------------------------------------------- */

typedef struct asking {
    const world *w;
    const manner *how;
    row_set *rows;
    text *complaint;
    wql_status status;
    wql_error error;
    int finals, releases;
    const wql_param *params;
    uint32_t param_count;
} asking;

static bool same_number(const wql_value *a, const wql_value *b) {
    bool a_signed = a->type == WQL_SINT64 || a->type == WQL_SINT32, b_signed = b->type == WQL_SINT64 || b->type == WQL_SINT32;
    if (a_signed && b_signed) return a->i64 == b->i64;
    return a->u64 == b->u64 && !(a_signed && a->i64 < 0) && !(b_signed && b->i64 < 0);
}

/* `came` may have another integer type (the file knows only 64 bits), and another offset. */
static bool same_value(const wql_value *is, const wql_value *came) {
    if (is->type == WQL_NULL || came->type == WQL_NULL) return is->type == came->type;
    switch (is->type) {
    case WQL_REAL64: return came->type == WQL_REAL64 && (is->f64 == came->f64 || (is->f64 != is->f64 && came->f64 != came->f64));
    case WQL_BOOLEAN: return came->type == WQL_BOOLEAN && is->b == came->b;
    case WQL_DATETIME:
        return came->type == WQL_DATETIME && is->time.us == came->time.us && is->time.offset_min == came->time.offset_min;
    case WQL_STRING:
        return came->type == WQL_STRING && is->str.len == came->str.len && !memcmp(is->str.ptr, came->str.ptr, is->str.len);
    default: return same_number(is, came);
    }
}

static void take_row(asking *a, const wql_batch *batch, uint32_t row) {
    const table *t = a->w->t;
    uint32_t column = wql_batch_find(batch, "Id");
    wql_value id;
    if (column == WQL_NO_COLUMN) {
        put_z(a->complaint, "there is no column Id; ");
        return;
    }
    id = wql_column_value(wql_batch_column(batch, column), row);
    if (id.type == WQL_NULL || id.u64 == 0 || id.u64 > t->rows || a->rows->count == ROWS_MAX) {
        put_z(a->complaint, "a row came that does not exist; ");
        return;
    }
    a->rows->ids[a->rows->count++] = (uint32_t)id.u64;
    for (uint32_t i = 1; i < t->shape.count && a->how->star; i++) {
        wql_value value = wql_column_value(wql_batch_column(batch, wql_batch_find(batch, property_names[i])), row);
        if (!same_value(&t->cells[(id.u64 - 1) * t->shape.count + i], &value))
            put_format(a->complaint, "row %u has another %s; ", (unsigned)id.u64, property_names[i]);
    }
}

static void take_batch(asking *a, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch);
    if (!rows || (a->how->batch_rows && rows > a->how->batch_rows)) put_format(a->complaint, "a batch of %u rows; ", rows);
    for (uint32_t i = 0; i < rows; i++) take_row(a, batch, i);
}

static wql_status on_batch(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    take_batch(user, batch);
    return WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    asking *a = user;
    (void)call;
    a->finals++;
    a->status = report->status;
    if (report->error) a->error = *report->error;
    return WQL_OK;
}

static void on_add_ref(void *user) { (void)user; }
static void on_release(void *user) { ((asking *)user)->releases++; }

/* -- running ----------------------------------------------------------------------------------------------------- */

static void pump_all(wql_pump *pump, const asking *a) {
    while (!a->releases) {
        struct pollfd ready = {wql_pump_fd(pump), POLLIN, 0};
        wql_status status = wql_pump_run(pump, 100);
        if (status == WQL_OK || a->releases) continue;
        if (status != WQL_END || poll(&ready, 1, PATIENCE_MS) != 1) {
            put_format(a->complaint, "the pump answered %s; ", wql_status_name(status));
            break;
        }
    }
}

static void pull_all(asking *a, wql_call call) {
    wql_batch *batch;
    while ((a->status = wql_call_next(call, PATIENCE_MS, &batch, &a->error)) == WQL_OK) {
        take_batch(a, batch);
        wql_batch_release(batch);
    }
    if (a->status == WQL_END) a->status = WQL_OK;
}

static void run(asking *a, wql_str query, uint64_t *counted) {
    const manner *how = a->how;
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_sink sink = WQL_INIT(wql_sink);
    wql_error error = WQL_INIT(wql_error);
    wql_call call;
    wql_pump *pump = NULL;
    wql_status status;
    bool pushed = how->drive == PUSHED || how->drive == PUMPED;
    sink.user = a;
    sink.indicate = on_batch;
    sink.status = on_status;
    sink.add_ref = on_add_ref;
    sink.release = on_release;
    options.flags = (how->drive == AHEAD ? (uint32_t)WQL_RUN_AHEAD : 0) | (how->count_only ? (uint32_t)WQL_COUNT_ONLY : 0);
    options.batch_rows = how->batch_rows;
    options.rows_max = how->rows_max;
    options.timeout_ms = PATIENCE_MS;
    if (how->drive == PUMPED && wql_pump_open(a->w->engines[how->engine], &pump, NULL) != WQL_OK) stop_with("oracle: no pump");
    options.sink = pushed ? &sink : NULL;
    options.pump = pump;
    options.params = a->params;
    options.param_count = a->param_count;
    status = wql_session_exec(a->w->sessions[how->engine], query, &options, &call, &error);
    if (status == WQL_OK) {
        if (how->drive == PUMPED) pump_all(pump, a);
        if (pushed && wql_call_wait(call, how->drive == PUMPED ? 0 : PATIENCE_MS, NULL) == WQL_S_TIMEDOUT)
            put_z(a->complaint, "the call did not end; ");
        if (pushed && (a->finals != 1 || a->releases != 1))
            put_format(a->complaint, "%d final statuses, %d releases; ", a->finals, a->releases);
        if (!pushed) pull_all(a, call);
        if (wql_call_get_stats(call, &stats) == WQL_OK) *counted = stats.rows_delivered;
        wql_call_close(call);
    } else {
        a->status = status;
        a->error = error;
    }
    wql_pump_close(pump);
}

static int compare_ids(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

void world_ask(world *w, const manner *how, const char *where, row_set *out, uint64_t *counted, text *complaint) {
    asking a = {.w = w, .how = how, .rows = out, .complaint = complaint, .error = WQL_INIT(wql_error)};
    char *query = sqlite3_mprintf("SELECT %s FROM %s WHERE %s", how->star ? "*" : "Id", sources[how->source], where);
    out->count = 0;
    *counted = 0;
    if (how->parameters) {
        parametrised *p = malloc(sizeof *p);
        if (!p) stop_with("oracle: no memory");
        parametrise(p, wql_s(query));
        a.params = p->params;
        a.param_count = p->count;
        run(&a, wql_s(p->text), counted);
        parametrised_free(p);
        free(p);
    } else {
        run(&a, wql_s(query), counted);
    }
    sqlite3_free(query);
    if (a.status != WQL_OK) put_format(complaint, "%s: %s; ", wql_status_name(a.status), a.error.message);
    qsort(out->ids, out->count, sizeof out->ids[0], compare_ids);
}

/* -- how --------------------------------------------------------------------------------------------------------- */

/* Whether SQLite's integers can hold what the predicate looks at. */
static bool file_knows(const table *t, const node *p) { return t->shape.small || !looks_at(p, &t->shape, WQL_UINT64); }

manner make_manner(uint64_t *seed, const table *t, const node *p) {
    static const uint32_t sizes[] = {0, 0, 1, 2, 3, 7, 8, 64, 2048};
    manner how = {0};
    how.drive = (int)below(seed, 4);
    how.source = chance(seed, 4) ? SOURCE_FILE : (int)below(seed, SOURCES);
    if (how.source == SOURCE_FILE && !file_knows(t, p)) how.source = SOURCE_EXACT;
    how.parameters = chance(seed, 3);
    how.batch_rows = sizes[below(seed, 9)];
    how.star = chance(seed, 4) && !(how.source == SOURCE_FILE && !t->shape.small);
    how.engine = how.drive == PUSHED || how.drive == AHEAD || chance(seed, 4) ? WORLD_WORKER
                 : chance(seed, 3)                                             ? WORLD_CHECKED
                                                                               : WORLD_PLAIN;
    return how;
}
