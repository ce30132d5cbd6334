/* SPDX-License-Identifier: MIT */
/* fuzz_query.c: bytes make classes, rows and a query, which is prepared and run in every way: rows that the engine filters and
 * rows that the provider filters, several sets of kernels, pulled, pumped and pushed, as a whole, up to a limit, counted, and
 * cancelled at some batch. All ways must bring the same rows in the same order, or the same failure. A database is asked the same
 * query.
 *
 * Bytes: how many make the query; these; then what the rest is drawn from, for ever. A byte of the query beyond ASCII is a word,
 * so that most texts are nearly queries.
 *
 * With clang -fsanitize=fuzzer -DWQL_FUZZER it is a fuzzer; without, a program that replays the files given as arguments. */
#include "fuzz_query.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <string.h>

enum { ROWS_KEPT = 20000, QUERY_MAX = 4000, PATIENCE_MS = 20000, ENGINES = 4 };
enum { PLAIN, PORTABLE, CHECKED, WORKING };

typedef struct world {
    wql_engine *engines[ENGINES], *database;
    wql_session *sessions[8], *database_sessions[8]; /* by dialect; the first are opened anew for each engine and input */
    sqlite3 *sqlite;
    uint64_t rows[2 * ROWS_KEPT]; /* of two results */
} world;

/* -- results ----------------------------------------------------------------------------------------------------- */

/* What a call brought: a number for each row, made of all that is in it. */
typedef struct result {
    wql_status status;
    uint64_t counted;
    uint32_t rows, batches;
    uint64_t *row; /* ROWS_KEPT */
    char message[sizeof(((wql_error *)0)->message)];
} result;

static uint64_t mix(uint64_t hash, const void *bytes, size_t len) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < len; i++) hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t mix_value(uint64_t hash, const wql_value *v) {
    hash = mix(hash, &v->type, sizeof v->type);
    if (v->type & WQL_ARRAY) return mix(hash, &v->count, sizeof v->count);
    switch (v->type) {
    case WQL_NULL: return hash;
    case WQL_BOOLEAN: return mix(hash, &v->b, sizeof v->b);
    case WQL_REAL32:
    case WQL_REAL64: return mix(hash, &v->f64, sizeof v->f64);
    case WQL_STRING:
    case WQL_REFERENCE: return mix(hash, v->str.ptr, v->str.len);
    case WQL_DATETIME: return mix(hash, &v->time, sizeof v->time);
    case WQL_OBJECT: return hash;
    default: return mix(hash, &v->u64, sizeof v->u64);
    }
}

static void take_batch(result *r, const wql_batch *batch) {
    uint32_t rows = wql_batch_rows(batch), width = wql_batch_width(batch);
    const char *name = wql_class_describe(wql_batch_class(batch))->name;
    MUST(rows > 0 && rows <= WQL_BATCH_ROWS_MAX);
    r->batches++;
    for (uint32_t at = 0; at < rows; at++) {
        uint64_t hash = mix(14695981039346656037u, name, strlen(name));
        for (uint32_t i = 0; i < width; i++) {
            wql_value v = wql_column_value(wql_batch_column(batch, i), at);
            hash = mix_value(hash, &v);
        }
        MUST(r->rows < ROWS_KEPT);
        r->row[r->rows++] = hash;
    }
}

/* -- a call ------------------------------------------------------------------------------------------------------ */

typedef struct way {
    int drive; /* 0 pulled, 1 pumped, 2 pushed, 3 run ahead */
    uint32_t flags, batch_rows, rows_max;
    uint32_t cancel_at; /* the batch behind which it is cancelled, from 1; 0: it is not */
    bool cancel_inside; /* in the callback */
    bool prepared;
} way;

typedef struct client {
    result *into;
    const way *how;
    atomic_int finals, releases, refs;
    atomic_bool over; /* a cancel has returned: nothing may come */
} client;

static wql_status on_batch(void *user, wql_call call, const wql_batch *batch) {
    client *c = user;
    MUST(!atomic_load(&c->over) && !atomic_load(&c->finals));
    take_batch(c->into, batch);
    if (c->how->cancel_at != c->into->batches || !c->how->cancel_inside) return WQL_OK;
    return c->into->rows & 1 ? WQL_E_CALL_CANCELLED : wql_call_cancel(call) == WQL_S_PENDING ? WQL_OK : WQL_E_FAILED;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    client *c = user;
    (void)call;
    MUST(!atomic_load(&c->over));
    if (!report->is_final) return WQL_OK;
    c->into->status = report->status;
    c->into->counted = report->done;
    if (report->error) memcpy(c->into->message, report->error->message, sizeof c->into->message);
    MUST(atomic_fetch_add(&c->finals, 1) == 0);
    return WQL_OK;
}

static void on_add_ref(void *user) { atomic_fetch_add(&((client *)user)->refs, 1); }

static void on_release(void *user) {
    client *c = user;
    MUST(!atomic_load(&c->over) && atomic_load(&c->finals) == 1);
    atomic_fetch_add(&c->releases, 1);
}

/* Cancels from outside, once enough batches have come. */
static bool cancel_if_due(client *c, wql_call call) {
    if (!c->how->cancel_at || c->how->cancel_inside || c->into->batches < c->how->cancel_at) return false;
    MUST(wql_call_cancel(call) == WQL_OK);
    atomic_store(&c->over, true);
    return true;
}

static void run_pulled(client *c, wql_call call) {
    result *r = c->into;
    bool cancelled = false;
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    while ((r->status = wql_call_next(call, PATIENCE_MS, &batch, &err)) == WQL_OK) {
        MUST(!cancelled);
        take_batch(r, batch);
        wql_batch_release(batch);
        cancelled = cancel_if_due(c, call) || cancelled;
    }
    MUST(r->status != WQL_S_TIMEDOUT);
    if (r->status < 0) memcpy(r->message, err.message, sizeof r->message);
    if (r->status == WQL_END) r->status = WQL_OK;
}

static void run_pumped(client *c, wql_call call, wql_pump *pump) {
    for (bool cancelled = false; !cancelled && !atomic_load(&c->releases);) {
        MUST(wql_pump_run(pump, 0) >= 0);
        cancelled = !atomic_load(&c->releases) && cancel_if_due(c, call);
    }
}

static void run_pushed(client *c, wql_call call) {
    if (c->how->cancel_at && !c->how->cancel_inside) { /* whenever it comes */
        MUST(wql_call_cancel(call) == WQL_OK);
        atomic_store(&c->over, true);
    }
    MUST(wql_call_wait(call, PATIENCE_MS, NULL) != WQL_S_TIMEDOUT);
}

static void run_call(wql_engine *engine, wql_session *session, wql_str text, const way *how, const values *given, result *r) {
    client c = {.into = r, .how = how};
    wql_sink sink = {sizeof sink, &c, on_batch, on_status, on_add_ref, on_release};
    wql_call_options options = {.struct_size = sizeof options, .flags = how->flags, .batch_rows = how->batch_rows};
    wql_error err = WQL_INIT(wql_error);
    wql_query *query = NULL;
    wql_pump *pump = NULL;
    wql_status status;
    wql_call call;
    r->rows = r->batches = 0;
    r->counted = 0;
    r->message[0] = '\0';
    options.rows_max = how->rows_max;
    options.params = given->params;
    options.param_count = given->count;
    if (how->drive == 1) MUST(wql_pump_open(engine, &pump, NULL) == WQL_OK);
    if (how->drive == 1 || how->drive == 2) options.sink = &sink;
    if (how->drive == 3) options.flags |= WQL_RUN_AHEAD;
    options.pump = pump;
    status = how->prepared ? wql_query_prepare(session, text, &query, &err) : WQL_OK;
    if (status >= 0)
        status = query ? wql_query_exec(query, &options, &call, &err) : wql_session_exec(session, text, &options, &call, &err);
    if (status < 0) {
        r->status = status;
        memcpy(r->message, err.message, sizeof r->message);
        MUST(r->message[0] && !atomic_load(&c.refs));
    } else {
        wql_call_stats stats = WQL_INIT(wql_call_stats);
        char plan[600];
        if (how->drive == 1) run_pumped(&c, call, pump);
        if (how->drive == 2) run_pushed(&c, call);
        if (how->drive == 0 || how->drive == 3) run_pulled(&c, call);
        if (options.sink) MUST(atomic_load(&c.refs) == 1 && atomic_load(&c.finals) == 1 && atomic_load(&c.releases) == 1);
        MUST(wql_call_get_stats(call, &stats) == WQL_OK);
        r->counted = stats.rows_delivered;
        MUST(wql_call_close(call) == WQL_OK);
        if (query) (void)wql_query_explain(query, plan, sizeof plan);
    }
    wql_query_close(query);
    wql_pump_close(pump);
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

/* Whether a way brought what the plainest way did; if it was cancelled in time, the beginning of that. */
static bool is_same(const result *whole, const result *r, const way *how) {
    bool cancelled = how->cancel_at && r->status == WQL_E_CALL_CANCELLED;
    uint32_t rows = whole->rows;
    if (how->rows_max && how->rows_max < rows) rows = how->rows_max;
    if (!cancelled && r->status != whole->status && !(how->rows_max && r->status == WQL_OK)) return false;
    if (whole->status < 0 && !cancelled && r->status < 0 && strcmp(r->message, whole->message) != 0) return false;
    if (whole->status < 0) return true;
    if (how->flags & WQL_COUNT_ONLY) return r->rows == 0 && (cancelled || r->counted == rows);
    if (cancelled ? r->rows > rows : r->rows != rows) return false;
    return memcmp(r->row, whole->row, r->rows * sizeof *r->row) == 0;
}

static void check_same(wql_str text, const result *whole, const result *r, const way *how) {
    static const char *const drives[] = {"pulled", "pumped", "pushed", "run ahead"};
    if (is_same(whole, r, how)) return;
    fprintf(stderr, "%.*s\nwanted: %s %s, %u rows\n", WQL_FMT(text), wql_status_name(whole->status), whole->message, whole->rows);
    fprintf(stderr, "got:    %s %s, %u rows, %llu counted\n%s, flags %x, batches of %u, at most %u, cancelled at %u%s%s\n",
            wql_status_name(r->status), r->message, r->rows, (unsigned long long)r->counted, drives[how->drive], how->flags,
            how->batch_rows, how->rows_max, how->cancel_at, how->cancel_inside ? " inside" : "",
            how->prepared ? ", prepared" : "");
    abort();
}

static way draw_way(source *from) {
    static const uint32_t sizes[] = {0, 1, 2, 3, 7, 64, 1000, 2048};
    way how = {.drive = (int)draw(from) & 1, .batch_rows = sizes[draw(from) & 7]};
    uint32_t bits = draw(from);
    if (bits & 1) how.rows_max = 1 + draw(from) % 50;
    if ((bits & 6) == 6) how.flags = WQL_COUNT_ONLY;
    if ((bits & 24) == 24) how.cancel_at = 1 + draw(from) % 4;
    how.cancel_inside = how.drive && bits & 32;
    how.prepared = bits & 64;
    return how;
}

/* -- one input --------------------------------------------------------------------------------------------------- */

static void check_text(world *w, wql_str text, uint32_t dialect, const result *whole) {
    wql_error err = WQL_INIT(wql_error);
    int kind = 0;
    wql_status status = wql_query_check(w->engines[PLAIN], text, dialect, &kind, &err);
    if (status < 0) {
        MUST(whole->status < 0 && err.message[0] && (uint64_t)err.offset + err.length <= text.len);
    } else {
        MUST(kind >= WQL_KIND_DATA && kind <= WQL_KIND_EXTENDED);
    }
}

static void ask_tables(world *w, wql_str text, uint32_t dialect, const values *given, source *from, bool works, result *whole,
                       result *other) {
    way plain = {0}, how;
    uint32_t flags = draw(from) % 8 == 0   ? WQL_KEYS_ONLY
                     : draw(from) % 8 == 0 ? WQL_DIRECT_READ
                     : draw(from) % 8 == 0 ? WQL_ENSURE_LOCATABLE
                                           : 0;
    plain.flags = flags;
    run_call(w->engines[PLAIN], w->sessions[PLAIN], text, &plain, given, whole);
    check_text(w, text, dialect, whole);
    for (int i = 0; i < 5; i++) {
        int engine = i < 3 ? i : (int)draw(from) % 3;
        how = draw_way(from);
        how.flags |= flags;
        run_call(w->engines[engine], w->sessions[engine], text, &how, given, other);
        check_same(text, whole, other, &how);
    }
    if (!works) return;
    how = draw_way(from);
    how.flags |= flags;
    how.drive = 2 + (int)draw(from) % 2;
    if (how.drive == 3) how.cancel_inside = false;
    run_call(w->engines[WORKING], w->sessions[WORKING], text, &how, given, other);
    check_same(text, whole, other, &how);
}

static void ask_database(world *w, wql_str text, uint32_t dialect, const values *given, source *from, result *whole,
                         result *other) {
    way plain = {0}, how = draw_way(from);
    run_call(w->database, w->database_sessions[dialect], text, &plain, given, whole);
    run_call(w->database, w->database_sessions[dialect], text, &how, given, other);
    check_same(text, whole, other, &how);
}

static void check_memory(world *w) {
    for (int i = 0; i < ENGINES; i++) {
        wql_engine_stats stats = WQL_INIT(wql_engine_stats);
        MUST(wql_engine_get_stats(w->engines[i], &stats) == WQL_OK);
        MUST(i == WORKING || (stats.calls == 0 && stats.zombies == 0)); /* a worker may still be putting one away */
        MUST(stats.providers == 0);
        MUST(stats.provider_faults == 0);
        MUST(stats.memory < 5 << 20); /* 4 MiB of batches are kept for later use, and some small things */
    }
}

static void open_database(world *w) {
    static const char sql[] =
        "CREATE TABLE T(K INTEGER PRIMARY KEY, P1 TEXT, P2 REAL, P3 BOOLEAN, P4 DATETIME, P5 INTEGER REFERENCES T(K), P6 "
        "SMALLINT);"
        "CREATE TABLE U(K TEXT PRIMARY KEY, Q1 INTEGER REFERENCES T, Q2 UNSIGNED BIG INT, Q3 BLOB) WITHOUT ROWID;"
        "CREATE TABLE A(\"Left\" REFERENCES T, \"Right\" REFERENCES U, PRIMARY KEY(\"Left\", \"Right\"));"
        "CREATE INDEX I ON T(P1); CREATE INDEX J ON T(P5);"
        "WITH n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO T SELECT i,"
        " CASE i % 9 WHEN 0 THEN NULL WHEN 1 THEN 'a' WHEN 2 THEN 'K' WHEN 3 THEN char(0x212a) ELSE 'text ' || i END,"
        " CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 1.5 WHEN 2 THEN -0.0 WHEN 3 THEN 9e999 ELSE i END,"
        " CASE i % 4 WHEN 0 THEN NULL WHEN 3 THEN 2 ELSE i % 2 END,"
        " CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '2020-01-01 12:00:00' ELSE 'soon' END, i / 3, i * 700 FROM n;"
        "INSERT INTO U VALUES('a', 1, 5, NULL), ('B', 2, 9223372036854775807, x'00'), ('c', 99, -1, 'x');"
        "INSERT INTO A VALUES(1, 'a'), (1, 'B'), (2, 'a'), (99, 'z');";
    wql_sqlite lent = {.struct_size = sizeof lent};
    wql_engine_options options = WQL_INIT(wql_engine_options);
    MUST(sqlite3_open(":memory:", &w->sqlite) == SQLITE_OK);
    MUST(sqlite3_exec(w->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK);
    lent.connection = w->sqlite;
    MUST(wql_engine_open(&options, &w->database, NULL) == WQL_OK);
    MUST(wql_engine_mount(w->database, "root/fuzz", wql_sqlite_provider(), NULL, &lent, NULL) == WQL_OK);
    for (uint32_t dialect = 0; dialect < 8; dialect++) {
        wql_session_options with = {.struct_size = sizeof with, .dialect = dialect};
        MUST(wql_session_open(w->database, "root/fuzz", &with, &w->database_sessions[dialect], NULL) == WQL_OK);
    }
}

static world *open_world(void) {
    static const uint32_t kernels[ENGINES] = {WQL_KERNELS_AUTO, WQL_KERNELS_PORTABLE, WQL_KERNELS_AUTO, WQL_KERNELS_AUTO};
    world *w = calloc(1, sizeof *w);
    MUST(w != NULL);
    for (int i = 0; i < ENGINES; i++) {
        wql_engine_options options = {.struct_size = sizeof options, .kernels = kernels[i]};
        options.workers = i == WORKING ? 2 : 0;
        options.flags = i == CHECKED ? WQL_CHECK_PROVIDERS : 0;
        MUST(wql_engine_open(&options, &w->engines[i], NULL) == WQL_OK);
    }
    open_database(w);
    return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static world *w;
    static const uint32_t dialects[] = {0, WQL_RELAXED, WQL_EXTENDED, WQL_RELAXED | WQL_EXTENDED};
    char text[QUERY_MAX + 100];
    size_t query, len;
    result whole = {0}, other = {0};
    source from;
    tables t;
    values given;
    uint32_t dialect;
    int engines;
    if (!w) w = open_world();
    if (size < 2) return 0;
    query = data[0] < size - 1 ? data[0] : size - 1;
    len = put_words(data + 1, query, text, QUERY_MAX);
    source_open(&from, data + 1 + query, size - 1 - query);
    dialect = dialects[draw(&from) & 3];
    draw_values(&from, &given);
    if (given.count || memchr(text, '?', len) || memchr(text, '@', len)) dialect |= WQL_PARAMETERS;
    draw_tables(&from, &t);
    engines = draw(&from) % 4 ? WORKING : ENGINES; /* the one with threads costs most */
    whole.row = w->rows;
    other.row = w->rows + ROWS_KEPT;
    for (int i = 0; i < engines; i++) {
        wql_session_options with = {.struct_size = sizeof with, .dialect = dialect};
        mount_tables(w->engines[i], &t, i == PLAIN ? WQL_NONE : WQL_EXACT, i == PORTABLE);
        MUST(wql_session_open(w->engines[i], "root/fuzz", &with, &w->sessions[i], NULL) == WQL_OK);
    }
    ask_tables(w, (wql_str){text, len}, dialect, &given, &from, engines > WORKING, &whole, &other);
    for (int i = 0; i < engines; i++) {
        wql_session_close(w->sessions[i]);
        MUST(wql_engine_unmount(w->engines[i], "root/fuzz", "memory", NULL) == WQL_OK);
    }
    drop_tables(&t);
    check_memory(w);
    ask_database(w, (wql_str){text, len}, dialect, &given, &from, &whole, &other);
    return 0;
}
