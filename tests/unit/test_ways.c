/* SPDX-License-Identifier: MIT */
/* test_ways.c: generated queries, good and bad, driven in every way over a provider that answers at once and one that blocks: the
 * same rows in the same order, the same final status, the same words. What differs is printed with its query and can be run again
 * by its number: the seed is fixed. */
#include "call_lab.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 300, QUERIES = 150, TEXT_MAX = 2000 };

static wql_error err = {.struct_size = sizeof(wql_error)};

/* -- queries ----------------------------------------------------------------------------------------------------- */

typedef struct generator {
    uint64_t seed;
    char text[TEXT_MAX];
    size_t len;
} generator;

static uint32_t below(generator *g, uint32_t limit) {
    g->seed = g->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(g->seed >> 33) % limit;
}

static void put(generator *g, const char *text) {
    int more = snprintf(g->text + g->len, TEXT_MAX - g->len, "%s", text);
    assert_true(more >= 0 && g->len + (size_t)more < TEXT_MAX);
    g->len += (size_t)more;
}

static void put_condition(generator *g) {
    static const char *const operators[] = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
    static const char *const patterns[] = {"tick %", "%3", "tick [0-4]", "t_ck 7", "%", "nothing", "tick [^5]"};
    char number[32];
    switch (below(g, 8)) {
    case 0:
        put(g, "Name LIKE '");
        put(g, patterns[below(g, 7)]);
        put(g, "'");
        break;
    case 1: put(g, below(g, 2) ? "Name IS NULL" : "Name IS NOT NULL"); break;
    case 2:
        put(g, "Name");
        put(g, operators[below(g, 6)]);
        snprintf(number, sizeof number, "'tick %u'", (unsigned)below(g, 10));
        put(g, number);
        break;
    default:
        put(g, "Id");
        put(g, operators[below(g, 6)]);
        snprintf(number, sizeof number, "%u", (unsigned)below(g, ROWS + 20));
        put(g, number);
    }
}

static void put_predicate(generator *g, uint32_t depth) {
    if (depth == 0 || below(g, 4) == 0) {
        put_condition(g);
        return;
    }
    if (below(g, 4) == 0) put(g, "NOT ");
    put(g, "(");
    put_predicate(g, depth - 1);
    put(g, below(g, 2) ? " AND " : " OR ");
    put_predicate(g, depth - 1);
    put(g, ")");
}

/* One in six is wrong: its shape, a name, a class, a value. */
static void make_query(generator *g) {
    static const char *const lists[] = {"*", "Id", "Name, Id", "Id, Name", "Name", "Id, __RELPATH", "__CLASS, Name"};
    static const char *const faults[] = {" AND", ")", " AND Nope = 1", " AND Id = 'x'", " AND Id =", " AND Name LIKE 3"};
    g->len = 0;
    put(g, "SELECT ");
    put(g, below(g, 25) ? lists[below(g, 7)] : "Nope");
    put(g, below(g, 25) ? " FROM Tick" : " FROM Tock");
    if (below(g, 6) == 0) return;
    put(g, " WHERE ");
    put_predicate(g, below(g, 4));
    if (below(g, 8) == 0) put(g, faults[below(g, 6)]);
}

/* -- what came of it --------------------------------------------------------------------------------------------- */

typedef struct outcome {
    uint64_t rows, hash; /* of all cells in their order */
    wql_status code;
    char message[512];
    uint32_t offset;
} outcome;

static void hash_text(outcome *o, const char *text, size_t len) {
    for (size_t i = 0; i < len; i++) o->hash = (o->hash ^ (unsigned char)text[i]) * 1099511628211u;
    o->hash = (o->hash ^ 0x100) * 1099511628211u;
}

static void take(outcome *o, const wql_batch *batch) {
    char cell[128];
    for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
        for (uint32_t at = 0; at < wql_batch_width(batch); at++) {
            wql_value value = wql_column_value(wql_batch_column(batch, at), row);
            size_t len = wql_value_format(&value, cell, sizeof cell);
            hash_text(o, cell, len < sizeof cell ? len : sizeof cell - 1);
        }
    o->rows += wql_batch_rows(batch);
}

static void end(outcome *o, wql_status code, const wql_error *why) {
    o->code = code == WQL_END ? WQL_OK : code;
    if (o->code == WQL_OK || !why) return;
    snprintf(o->message, sizeof o->message, "%s", why->message);
    o->offset = why->offset;
}

/* -- the ways ---------------------------------------------------------------------------------------------------- */

enum { PULLED, PULLED_WITH_WORKERS, AHEAD, KEPT, KEPT_WITH_WORKERS, PUSHED, PUSHED_WITH_PAUSES, PUMPED, WAYS };
static const char *const way_names[] = {"pulled", "pulled with workers", "run ahead", "kept", "kept, workers",
                                        "pushed", "pushed with pauses",  "pumped"};

typedef struct taker {
    outcome *o;
    bool pauses;
    uint32_t batches;
} taker;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    taker *t = user;
    (void)call;
    take(t->o, batch);
    return t->pauses && ++t->batches % 4 == 1 ? WQL_S_PENDING : WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) end(((taker *)user)->o, report->status, report->error);
    return WQL_OK;
}

static void run_with_sink(wql_engine *engine, wql_session *session, int way, const char *text, wql_call_options *how,
                          outcome *o) {
    taker t = {o, way == PUSHED_WITH_PAUSES, 0};
    wql_sink sink = {.struct_size = sizeof sink, .user = &t, .indicate = on_rows, .status = on_status};
    wql_pump *pump = NULL;
    wql_status waited;
    wql_call call;
    how->sink = &sink;
    if (way == PUMPED) assert_int_equal(wql_pump_open(engine, &pump, &err), WQL_OK);
    how->pump = pump;
    assert_int_equal(wql_session_exec(session, wql_s(text), how, &call, &err), WQL_OK);
    while ((waited = wql_call_wait(call, way == PUMPED ? 0 : way == PUSHED ? WQL_FOREVER : 1, &err)) == WQL_S_TIMEDOUT) {
        struct pollfd ready = {way == PUMPED ? wql_pump_fd(pump) : -1, POLLIN, 0};
        if (way == PUMPED && wql_pump_run(pump, 50) == WQL_END && wql_call_wait(call, 0, NULL) == WQL_S_TIMEDOUT)
            assert_int_equal(poll(&ready, 1, 20000), 1); /* idle, and not over: it will be woken */
        if (way == PUSHED_WITH_PAUSES) (void)wql_call_resume(call);
    }
    assert_int_equal(waited, o->code);
    assert_int_equal(wql_call_close(call), WQL_OK);
    wql_pump_close(pump);
}

static void run_pulled(wql_session *session, int way, const char *text, wql_call_options *how, outcome *o) {
    bool kept = way == KEPT || way == KEPT_WITH_WORKERS;
    wql_status status;
    wql_batch *batch;
    wql_call call;
    how->flags = way == AHEAD ? WQL_RUN_AHEAD : way == KEPT ? WQL_KEEP : way == KEPT_WITH_WORKERS ? WQL_KEEP | WQL_RUN_AHEAD : 0;
    assert_int_equal(wql_session_exec(session, wql_s(text), how, &call, &err), WQL_OK);
    for (uint64_t at = 0;; at++) {
        status = kept ? wql_call_at(call, at, WQL_FOREVER, &batch, &err) : wql_call_next(call, WQL_FOREVER, &batch, &err);
        if (status != WQL_OK) break;
        take(o, batch);
        wql_batch_release(batch);
    }
    end(o, status, &err);
    assert_int_equal(wql_call_close(call), WQL_OK);
}

typedef struct world {
    fixture with, without; /* workers; over ticks */
    wql_session *memory[2];
} world;

static bool has_workers(int way) { return way != PULLED && way != KEPT && way != PUMPED; }

static void run_way(world *w, int way, bool blocking, const char *text, const wql_call_options *given, outcome *o) {
    fixture *f = has_workers(way) ? &w->with : &w->without;
    wql_session *session = blocking ? f->session : w->memory[has_workers(way)];
    wql_call_options how = *given;
    *o = (outcome){.hash = 14695981039346656037u};
    if (way == PUSHED || way == PUSHED_WITH_PAUSES || way == PUMPED)
        run_with_sink(f->engine, session, way, text, &how, o);
    else
        run_pulled(session, way, text, &how, o);
}

/* -- the same rows in a table ------------------------------------------------------------------------------------ */

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING}};
static const wql_class_def tick_class = {
    .struct_size = sizeof tick_class, .name = "Tick", .properties = properties, .property_count = 2};

static wql_memory *make_table(void) {
    static const char *const names[] = {"tick 0", "tick 1", "tick 2", "tick 3", "tick 4",
                                        "tick 5", "tick 6", "tick 7", "tick 8", "tick 9"};
    wql_memory *memory;
    assert_int_equal(wql_memory_open(NULL, NULL, &memory), WQL_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        wql_value cells[2] = {wql_u64(i), wql_text(wql_s(names[i % 10]))};
        assert_int_equal(wql_memory_append(memory, cells, 2, 1, &err), WQL_OK);
    }
    return memory;
}

static void open_world(world *w, wql_table *table) {
    memset(w, 0, sizeof *w);
    for (int i = 0; i < 2; i++) {
        fixture *f = i ? &w->with : &w->without;
        f->t = (ticks){.rows = ROWS, .per_next = 20, .block_every = 6, .flags = WQL_MAY_BLOCK | WQL_CONCURRENT};
        open_fixture(f, i ? 2 : 0, WQL_FOREVER);
        assert_int_equal(wql_engine_mount(f->engine, "root/memory", wql_memory_provider(), NULL, table, &err), WQL_OK);
        assert_int_equal(wql_session_open(f->engine, "root/memory", NULL, &w->memory[i], &err), WQL_OK);
    }
}

static void close_world(world *w) {
    for (int i = 0; i < 2; i++) {
        wql_session_close(w->memory[i]);
        close_fixture(i ? &w->with : &w->without);
    }
}

/* -- the comparison ---------------------------------------------------------------------------------------------- */

static void compare(const outcome *wanted, const outcome *got, int number, int way, bool blocking, bool words, const char *text) {
    if (got->rows == wanted->rows && got->hash == wanted->hash && got->code == wanted->code && got->offset == wanted->offset &&
        (!words || !strcmp(got->message, wanted->message)))
        return;
    fail_msg("query %d, %s over %s: %llu rows and %s (%s), not %llu and %s (%s): %s", number, way_names[way],
             blocking ? "a provider that blocks" : "memory", (unsigned long long)got->rows, wql_status_name(got->code),
             got->message, (unsigned long long)wanted->rows, wql_status_name(wanted->code), wanted->message, text);
}

static void R7_1_every_way_brings_the_same(void **state) {
    generator g = {.seed = 20261125};
    wql_memory *memory = make_table();
    wql_table table = {.struct_size = sizeof table, .def = &tick_class, .memory = memory};
    uint64_t good = 0, bad = 0, rows = 0;
    world w;
    (void)state;
    open_world(&w, &table);
    for (int number = 0; number < QUERIES; number++) {
        static const wql_status ends[] = {WQL_E_ACCESS_DENIED, WQL_S_PARTIAL_RESULTS};
        wql_call_options how = WQL_INIT(wql_call_options);
        outcome wanted, got;
        bool odd_end = below(&g, 10) == 0; /* the provider that blocks fails behind its rows */
        make_query(&g);
        how.batch_rows = below(&g, 2) ? 1 + below(&g, 70) : 0;
        how.rows_max = below(&g, 4) ? 0 : 1 + below(&g, ROWS);
        w.with.t.fail_at_end = w.without.t.fail_at_end = odd_end ? ends[below(&g, 2)] : 0;
        for (int blocking = odd_end; blocking < 2; blocking++)
            for (int way = 0; way < WAYS; way++) {
                run_way(&w, way, blocking, g.text, &how, &got);
                if (way == PULLED && blocking == odd_end) wanted = got;
                compare(&wanted, &got, number, way, blocking, way != PULLED, g.text); /* which name the namespace */
                if (way == PULLED) wanted = got;
            }
        *(wanted.code < 0 ? &bad : &good) += 1;
        rows += wanted.rows;
    }
    close_world(&w);
    wql_memory_close(memory);
    assert_true(good > QUERIES / 2 && bad > QUERIES / 10 && rows > QUERIES * 20); /* the generator has something to say */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(R7_1_every_way_brings_the_same)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
