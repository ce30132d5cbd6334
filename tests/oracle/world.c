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

static const char *const sources[] = {"M0", "M1", "M2", "M3", "L", "G", "C", "F"};
static const char *const property_names[] = {"Id", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"};

const char *source_name(int source) {
    static const char *const names[] = {"memory, takes nothing", "memory, superset", "memory, exact", "memory, mixed",
                                        "memory, lent",          "memory, large",    "copied",        "sqlite file"};
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

static void describe_classes(world *w) {
    const schema *s = &w->t->shape;
    for (uint32_t i = 0; i < s->count; i++) {
        w->properties[i].name = property_names[i];
        w->properties[i].type = cim_type(s->types[i]);
        w->properties[i].flags = i == 0 && s->keyed ? WQL_KEY : s->types[i] == INTERVAL ? WQL_INTERVAL : 0;
    }
    for (int i = 0; i < SOURCE_FILE; i++) {
        w->defs[i] = (wql_class_def)WQL_INIT(wql_class_def);
        w->defs[i].name = sources[i];
        w->defs[i].properties = w->properties;
        w->defs[i].property_count = s->count;
    }
    w->copied = (row_source){w->t, &w->defs[SOURCE_COPIED]};
}

/* How a table answers conditions. */
static uint8_t answer_of(int source, uint64_t *seed) {
    if (source == SOURCE_MIXED) return (uint8_t)below(seed, 3);
    return (uint8_t)(source < SOURCE_MIXED ? source : WQL_NONE);
}

static void describe_tables(world *w, uint64_t *seed) {
    for (int i = 0; i < TABLES; i++) {
        wql_table *t = &w->tables[i];
        bool mixed = i == SOURCE_MIXED || (i > SOURCE_MIXED && chance(seed, 2));
        *t = (wql_table)WQL_INIT(wql_table);
        t->def = &w->defs[i];
        t->next = i + 1 < TABLES ? &w->tables[i + 1] : NULL;
        t->batch_rows = chance(seed, 2) ? 1 + below(seed, 70) : 0;
        t->lower = mixed;
        for (int op = 0; op < 16; op++) {
            t->take[op] = answer_of(mixed ? SOURCE_MIXED : i, seed);
            t->open_take[op] = (uint8_t)below(seed, 3);
        }
        if (i < SOURCE_LENT) t->memory = w->memory;
    }
}

/* Many rows, so that a call runs long enough to be divided. */
static uint32_t times_of(const table *t) { return t->rows ? 150000 / t->rows + 1 : 0; }

static void lend_columns(world *w, uint64_t *seed, int source, uint32_t times) {
    wql_column *columns = pool_get(&w->memory_of_columns, PROPERTIES_MAX * sizeof *columns);
    wql_table *t = &w->tables[source];
    make_columns(&w->memory_of_columns, seed, w->t, times, columns);
    t->columns = columns;
    t->column_count = w->t->shape.count;
    t->rows = (uint64_t)w->t->rows * times;
    t->parts = (uint32_t)(1 + t->rows / 65536);
    if (times > 1) t->batch_rows = 0;
}

static void mount(world *w, int which, const wql_provider *provider, const char *config, void *user) {
    wql_error err = WQL_INIT(wql_error);
    if (wql_engine_mount(w->engines[which], "root/oracle", provider, config, user, &err) != WQL_OK)
        stop_with("oracle: %s: %s", wql_status_name(err.status), err.message);
}

static void open_engine(world *w, int which) {
    static const uint32_t kernels[WORLDS] = {[WORLD_PORTABLE] = WQL_KERNELS_PORTABLE, [WORLD_AVX2] = WQL_KERNELS_AVX2};
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_status status;
    options.workers = which == WORLD_WORKER ? 2 : 0;
    options.flags = which == WORLD_CHECKED ? WQL_CHECK_PROVIDERS : 0;
    options.kernels = kernels[which];
    status = wql_engine_open(&options, &w->engines[which], NULL);
    if (status == WQL_E_NOT_SUPPORTED) { /* this CPU lacks these kernels */
        options.kernels = WQL_KERNELS_AUTO;
        status = wql_engine_open(&options, &w->engines[which], NULL);
    }
    if (status != WQL_OK) stop_with("oracle: no engine: %s", wql_status_name(status));
    mount(w, which, wql_memory_provider(), NULL, w->tables);
    mount(w, which, copying_provider(), NULL, &w->copied);
    mount(w, which, wql_sqlite_provider(), w->path, NULL);
}

static wql_session *session_of(world *w, int engine, uint32_t dialect) {
    wql_session **session = &w->sessions[engine][dialect];
    wql_session_options with = {.struct_size = sizeof with, .dialect = dialect | WQL_PARAMETERS};
    if (!w->engines[engine]) open_engine(w, engine);
    if (!*session && wql_session_open(w->engines[engine], "root/oracle", &with, session, NULL) != WQL_OK)
        stop_with("oracle: no session");
    return *session;
}

void world_open(world *w, const rules *folding, const table *t, uint64_t seed, bool large) {
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
    describe_classes(w);
    describe_tables(w, &seed);
    lend_columns(w, &seed, SOURCE_LENT, 1);
    w->times = large ? times_of(t) : 0;
    if (w->times) lend_columns(w, &seed, SOURCE_LARGE, w->times);
}

void world_close(world *w) {
    for (int i = 0; i < WORLDS; i++) {
        for (int d = 0; d < DIALECTS; d++) wql_session_close(w->sessions[i][d]);
        if (wql_engine_close(w->engines[i]) != WQL_OK) stop_with("oracle: an engine did not close");
    }
    wql_memory_close(w->memory);
    pool_free(&w->memory_of_columns);
    sqlite3_close(w->oracle);
    unlink(w->path);
}

/* -- what comes -------------------------------------------------------------------------------------------------- */

typedef struct asking {
    world *w;
    const manner *how;
    row_set *rows;
    writer *complaint;
    wql_status status;
    wql_error error;
    int finals, releases;
    const wql_param *params;
    uint32_t param_count;
    uint32_t often[ROWS_MAX + 1]; /* SOURCE_LARGE: how many times each row came */
} asking;

static bool is_negative(const wql_value *v) {
    bool is_signed = v->type == WQL_SINT8 || v->type == WQL_SINT16 || v->type == WQL_SINT32 || v->type == WQL_SINT64;
    return is_signed && v->i64 < 0;
}

static bool same_number(const wql_value *a, const wql_value *b) { return a->u64 == b->u64 && is_negative(a) == is_negative(b); }

/* `came` may have another integer type (the file knows only 64 bits), and another offset. */
static bool same_value(const wql_value *is, const wql_value *came) {
    if (is->type == WQL_NULL || came->type == WQL_NULL) return is->type == came->type;
    switch (is->type) {
    case WQL_REAL64:
        return (came->type == WQL_REAL64 || came->type == WQL_REAL32) &&
               (is->f64 == came->f64 || (is->f64 != is->f64 && came->f64 != came->f64));
    case WQL_BOOLEAN: return came->type == WQL_BOOLEAN && is->b == came->b;
    case WQL_DATETIME:
        return came->type == WQL_DATETIME && is->time.us == came->time.us && is->time.offset_min == came->time.offset_min;
    case WQL_STRING:
        return (came->type == WQL_STRING || came->type == WQL_REFERENCE) && is->str.len == came->str.len &&
               !memcmp(is->str.ptr, came->str.ptr, is->str.len);
    default: return same_number(is, came);
    }
}

/* What a SELECT list that names something twice brings: it once, at its first place. */
static uint32_t distinct(const manner *how, uint32_t out[LIST_MAX]) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < how->list_count; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < count; k++) is_there |= out[k] == how->list[i];
        if (!is_there) out[count++] = how->list[i];
    }
    return count;
}

/* Every cell of a row, by name for `*` and by place for a list. */
static void compare_cells(asking *a, const wql_batch *batch, uint32_t row, uint64_t id) {
    const table *t = a->w->t;
    const wql_value *cells = &t->cells[(id - 1) * t->shape.count];
    uint32_t places[LIST_MAX], count = distinct(a->how, places);
    for (uint32_t i = 1; i < t->shape.count && a->how->star; i++) {
        wql_value value = wql_column_value(wql_batch_column(batch, wql_batch_find(batch, property_names[i])), row);
        if (!same_value(&cells[i], &value)) put_format(a->complaint, "row %u has another %s; ", (unsigned)id, property_names[i]);
    }
    if (count && wql_batch_width(batch) != count) {
        put_format(a->complaint, "there are %u columns; ", wql_batch_width(batch));
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        wql_value value = wql_column_value(wql_batch_column(batch, i), row);
        if (!same_value(&cells[places[i]], &value))
            put_format(a->complaint, "row %u has another column %u, %s; ", (unsigned)id, i, property_names[places[i]]);
    }
}

static void take_row(asking *a, const wql_batch *batch, uint32_t row) {
    uint32_t column = wql_batch_find(batch, "Id");
    wql_value id;
    if (column == WQL_NO_COLUMN) {
        put_z(a->complaint, "there is no column Id; ");
        return;
    }
    id = wql_column_value(wql_batch_column(batch, column), row);
    if (id.type == WQL_NULL || id.u64 == 0 || id.u64 > a->w->t->rows ||
        (a->how->source != SOURCE_LARGE && a->rows->count == ROWS_MAX)) {
        put_z(a->complaint, "a row came that does not exist; ");
        return;
    }
    if (a->how->source == SOURCE_LARGE && a->often[id.u64]++) return;
    a->rows->ids[a->rows->count++] = (uint32_t)id.u64;
    compare_cells(a, batch, row, id.u64);
}

/* A row that passes comes as often as it is there. */
static void check_large(asking *a, uint64_t *counted) {
    for (uint32_t i = 0; i < a->rows->count; i++)
        if (a->often[a->rows->ids[i]] != a->w->times)
            put_format(a->complaint, "row %u came %u times; ", a->rows->ids[i], a->often[a->rows->ids[i]]);
    if (*counted % a->w->times) put_format(a->complaint, "%llu rows were counted; ", (unsigned long long)*counted);
    *counted /= a->w->times;
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
    wql_session *session;
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
    session = session_of(a->w, how->engine, how->dialect);
    if (how->drive == PUMPED && wql_pump_open(a->w->engines[how->engine], &pump, NULL) != WQL_OK) stop_with("oracle: no pump");
    options.sink = pushed ? &sink : NULL;
    options.pump = pump;
    options.params = a->params;
    options.param_count = a->param_count;
    status = wql_session_exec(session, query, &options, &call, &error);
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

static void put_list(writer *to, const manner *how) {
    for (uint32_t i = 0; i < how->list_count; i++) put_format(to, "%s%s", i ? ", " : "", property_names[how->list[i]]);
    if (!how->list_count) put_z(to, how->star ? "*" : "Id");
}

void world_ask(world *w, const manner *how, const char *where, row_set *out, uint64_t *counted, writer *complaint) {
    asking a = {.w = w, .how = how, .rows = out, .complaint = complaint, .error = WQL_INIT(wql_error)};
    pool memory = {NULL};
    writer query = {&memory, NULL, 0, 0};
    put_z(&query, "SELECT ");
    put_list(&query, how);
    put_format(&query, " FROM %s WHERE %s", sources[how->source], where);
    out->count = 0;
    *counted = 0;
    if (how->parameters) {
        parametrised *p = malloc(sizeof *p);
        if (!p) stop_with("oracle: no memory");
        parametrise(p, (wql_str){query.at, query.len});
        a.params = p->params;
        a.param_count = p->count;
        run(&a, wql_s(p->text), counted);
        parametrised_free(p);
        free(p);
    } else {
        run(&a, (wql_str){query.at, query.len}, counted);
    }
    pool_free(&memory);
    if (a.status != WQL_OK) put_format(complaint, "%s: %s; ", wql_status_name(a.status), a.error.message);
    if (how->source == SOURCE_LARGE) check_large(&a, counted);
    qsort(out->ids, out->count, sizeof out->ids[0], compare_ids);
}
