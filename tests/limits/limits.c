/* SPDX-License-Identifier: MIT */
/* limits.c DOCS ENGINE_H: reaches every limit that docs/limits.md lists, and compares the page's figures with the errors and with
 * the header. A limit on the page without a case here, or the other way round, is a failure. */
#include "../unit/ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int passed, failures;
static bool fine;

static void check(bool truth, const char *limit, const char *what, const char *said) {
    if (truth) return;
    fine = false;
    failures++;
    printf("not ok %s: %s: %s\n", limit, what, said);
}

/* -- an engine with one limit set ---------------------------------------------------------------------------------- */

typedef struct bench {
    wql_engine *engine;
    wql_session *session;
    ticks t;
    wql_error err;
} bench;

static bool open_bench(bench *b, const wql_engine_options *opt, uint32_t provider_flags) {
    *b = (bench){.t = {.rows = 3000, .flags = provider_flags}, .err = WQL_INIT(wql_error)};
    return wql_engine_open(opt, &b->engine, &b->err) >= 0 &&
           wql_engine_mount(b->engine, "root/t", ticks_provider(&b->t, "ticks"), NULL, &b->t, &b->err) >= 0 &&
           wql_session_open(b->engine, "root/t", NULL, &b->session, &b->err) >= 0;
}

static void close_bench(const char *limit, bench *b) {
    wql_session_close(b->session);
    check(wql_engine_close(b->engine) == WQL_OK, limit, "the engine does not close", "");
}

/* The message must be "the limit NAME (VALUE) was reached". */
static void check_message(const char *limit, uint64_t value, wql_status status, const wql_error *err) {
    char wanted[120];
    (void)snprintf(wanted, sizeof wanted, "the limit %s (%llu) was reached", limit, (unsigned long long)value);
    check(status == WQL_E_QUOTA_VIOLATION, limit, wql_status_name(status), err->message);
    check(strcmp(err->message, wanted) == 0, limit, wanted, err->message);
}

/* -- texts: `most` of something is accepted, one more is not -------------------------------------------------------- */

static char text[600000];

static void make_text(const char *limit, uint64_t n) {
    char *at = text;
    if (strcmp(limit, "query_chars_max") == 0) {
        at += sprintf(at, "SELECT * FROM Tick");
        while ((uint64_t)(at - text) < n) *at++ = ' ';
        *at = 0;
    } else if (strcmp(limit, "depth_max") == 0) {
        at += sprintf(at, "SELECT * FROM Tick WHERE ");
        for (uint64_t i = 0; i < n; i++) *at++ = '(';
        at += sprintf(at, "Id = 1");
        for (uint64_t i = 0; i < n; i++) *at++ = ')';
        *at = 0;
    } else if (strcmp(limit, "predicates_max") == 0) {
        at += sprintf(at, "SELECT * FROM Tick WHERE Id=0");
        for (uint64_t i = 1; i < n; i++) at += sprintf(at, " OR Id=%u", (unsigned)i);
    } else if (strcmp(limit, "select_items_max") == 0) {
        at += sprintf(at, "SELECT Id");
        for (uint64_t i = 1; i < n; i++) at += sprintf(at, ",Id");
        (void)sprintf(at, " FROM Tick");
    } else if (strcmp(limit, "pattern_chars_max") == 0) {
        at += sprintf(at, "SELECT * FROM Tick WHERE Name LIKE '");
        for (uint64_t i = 0; i < n; i++) *at++ = 'x';
        (void)sprintf(at, "'");
    } else if (strcmp(limit, "path_chars_max") == 0) {
        at += sprintf(at, "REFERENCES OF {A.K='");
        for (uint64_t i = strlen("A.K=''"); i < n; i++) *at++ = 'x';
        (void)sprintf(at, "'}");
    } else if (strcmp(limit, "path_keys_max") == 0) {
        at += sprintf(at, "REFERENCES OF {A.");
        for (uint64_t i = 0; i < n; i++) at += sprintf(at, "%sK%u=1", i ? "," : "", (unsigned)i);
        (void)sprintf(at, "}");
    } else {
        at += sprintf(at, "SELECT * FROM ");
        for (uint64_t i = 0; i < n; i++) *at++ = 'x';
        *at = 0;
    }
}

static void text_limit(const char *limit, uint64_t most) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_status status;
    if (wql_engine_open(NULL, &engine, &err) < 0) return check(false, limit, "no engine", err.message);
    make_text(limit, most);
    status = wql_query_check(engine, wql_s(text), 0, NULL, &err);
    check(status == WQL_OK, limit, "as much as is allowed is refused", err.message);
    make_text(limit, most + 1);
    status = wql_query_check(engine, wql_s(text), 0, NULL, &err);
    check_message(limit, most, status, &err);
    check(err.length > 0 && err.line == 1, limit, "the error has its place", err.message);
    (void)wql_engine_close(engine);
}

static void depth_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_engine *engine = NULL;
    wql_error err = WQL_INIT(wql_error);
    text_limit(limit, most);
    opt.depth_max = 191;
    check(wql_engine_open(&opt, &engine, &err) == WQL_E_INVALID_PARAMETER && strstr(err.message, "depth_max") &&
              strstr(err.message, "190"),
          limit, "191 is refused", err.message);
}

/* -- calls ------------------------------------------------------------------------------------------------------------ */

enum { FEW = 5 };

static void fill_calls(const char *limit, const wql_engine_options *opt) {
    bench b;
    wql_call calls[FEW + 1];
    wql_status status = WQL_OK;
    if (!open_bench(&b, opt, 0)) return check(false, limit, "no engine", b.err.message);
    for (int i = 0; i < FEW; i++)
        check(wql_session_exec(b.session, wql_s("SELECT * FROM Tick"), NULL, &calls[i], &b.err) == WQL_OK, limit,
              "a call within the limit", b.err.message);
    status = wql_session_exec(b.session, wql_s("SELECT * FROM Tick"), NULL, &calls[FEW], &b.err);
    check_message(limit, FEW, status, &b.err);
    for (int i = 0; i < FEW; i++) (void)wql_call_close(calls[i]);
    status = wql_session_exec(b.session, wql_s("SELECT * FROM Tick"), NULL, &calls[0], &b.err);
    check(status == WQL_OK, limit, "there is room again", b.err.message);
    close_bench(limit, &b);
}

static void calls_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    (void)most;
    opt.calls_max = FEW;
    fill_calls(limit, &opt);
}

static void principal_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    (void)most;
    opt.calls_per_principal_max = FEW;
    fill_calls(limit, &opt);
}

static wql_status pull(bench *b, const char *query, const wql_call_options *how) {
    wql_batch *batch;
    wql_call call;
    wql_status status = wql_session_exec(b->session, wql_s(query), how, &call, &b->err);
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &b->err)) == WQL_OK) wql_batch_release(batch);
    (void)wql_call_close(call);
    return status;
}

static void memory_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    bench b;
    (void)most;
    opt.memory_max = 30000;
    if (!open_bench(&b, &opt, 0)) return check(false, limit, "no engine", b.err.message);
    check_message(limit, 30000, pull(&b, "SELECT * FROM Tick", NULL), &b.err);
    close_bench(limit, &b);
}

/* -- with workers ----------------------------------------------------------------------------------------------------- */

typedef struct gate {
    event open;
    _Atomic int inside, finals;
    _Atomic bool entered;
} gate;

static wql_status wait_at_gate(void *user, wql_call call, const wql_batch *batch) {
    gate *g = user;
    (void)call;
    (void)batch;
    atomic_store(&g->entered, true);
    (void)event_wait(&g->open);
    return WQL_OK;
}
static wql_status note_final(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) atomic_fetch_add(&((gate *)user)->finals, 1);
    return WQL_OK;
}

static wql_status push(bench *b, gate *g, wql_call *call) {
    wql_sink sink = {.struct_size = sizeof sink, .user = g, .indicate = wait_at_gate, .status = note_final};
    wql_call_options how = WQL_INIT(wql_call_options);
    how.sink = &sink;
    return wql_session_exec(b->session, wql_s("SELECT * FROM Tick"), &how, call, &b->err);
}

static void zombie_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    gate g = {.open = EVENT_INIT};
    wql_call call, next;
    bench b;
    wql_status status;
    (void)most;
    opt.workers = 1;
    opt.zombies_max = 1;
    if (!open_bench(&b, &opt, WQL_CONCURRENT)) return check(false, limit, "no engine", b.err.message);
    event_set(&g.open);
    atomic_store(&b.t.deaf, true);
    check(push(&b, &g, &call) == WQL_OK && wait_until(&b.t.was_deaf, true), limit, "a provider that does not come back",
          b.err.message);
    check(wql_call_cancel(call) == WQL_OK, limit, "a cancel", "");
    status = push(&b, &g, &next);
    check(status == WQL_E_SERVER_TOO_BUSY && strstr(b.err.message, limit) != NULL, limit, wql_status_name(status), b.err.message);
    atomic_store(&b.t.deaf, false);
    (void)wql_call_close(call);
    close_bench(limit, &b);
}

static void deadline_limit(const char *limit, uint64_t most) {
    wql_call_options how = WQL_INIT(wql_call_options);
    bench b;
    wql_status status;
    (void)most;
    if (!open_bench(&b, NULL, WQL_CONCURRENT)) return check(false, limit, "no engine", b.err.message);
    b.t.silent = true;
    how.timeout_ms = 1;
    status = pull(&b, "SELECT * FROM Tick", &how);
    check(status == WQL_E_TIMED_OUT && b.err.message[0], limit, wql_status_name(status), b.err.message);
    close_bench(limit, &b);
}

static void sink_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    gate g = {.open = EVENT_INIT};
    wql_call call;
    bench b;
    wql_status status;
    (void)most;
    opt.workers = 1;
    opt.sink_timeout_ms = 1;
    opt.cancel_wait_ms = 1;
    if (!open_bench(&b, &opt, WQL_CONCURRENT)) return check(false, limit, "no engine", b.err.message);
    check(push(&b, &g, &call) == WQL_OK && wait_until(&g.entered, true), limit, "a sink that does not return", b.err.message);
    status = wql_call_cancel(call);
    check(status == WQL_S_TIMEDOUT, "cancel_wait_ms", "a cancel waits no longer", wql_status_name(status));
    event_set(&g.open);
    status = wql_call_wait(call, WQL_FOREVER, &b.err);
    check(status == WQL_E_CALL_CANCELLED, limit, wql_status_name(status), b.err.message);
    check(g.finals == 1, limit, "one final status", "");
    (void)wql_call_close(call);
    (void)wql_engine_close(b.engine);
}

/* No cancel here: the timer alone ends the call, which only its callback's return can show. */
static void sink_timer(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    gate g = {.open = EVENT_INIT};
    wql_call call;
    bench b;
    wql_status status;
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    (void)most;
    opt.workers = 1;
    opt.sink_timeout_ms = 1;
    if (!open_bench(&b, &opt, WQL_CONCURRENT)) return check(false, limit, "no engine", b.err.message);
    check(push(&b, &g, &call) == WQL_OK && wait_until(&g.entered, true), limit, "a sink that does not return", b.err.message);
    for (uint64_t before = 1; before != stats.elapsed_ns;) { /* a call that has ended gets no older */
        struct timespec moment = {0, 2000000};
        before = stats.elapsed_ns;
        (void)nanosleep(&moment, NULL);
        (void)wql_call_get_stats(call, &stats);
    }
    event_set(&g.open);
    status = wql_call_wait(call, WQL_FOREVER, &b.err);
    check(status == WQL_E_CALL_CANCELLED, limit, wql_status_name(status), b.err.message);
    (void)wql_call_close(call);
    close_bench(limit, &b);
}

static void threads_limit(const char *limit, uint64_t most) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    gate g = {.open = EVENT_INIT};
    wql_call calls[6];
    bench b;
    (void)most;
    opt.workers = 1;
    opt.threads_max = 2;
    if (!open_bench(&b, &opt, WQL_CONCURRENT | WQL_MAY_BLOCK)) return check(false, limit, "no engine", b.err.message);
    event_set(&g.open);
    for (int i = 0; i < 6; i++) check(push(&b, &g, &calls[i]) == WQL_OK, limit, "a call", b.err.message);
    for (int i = 0; i < 6; i++) {
        check(wql_call_wait(calls[i], WQL_FOREVER, &b.err) == WQL_OK, limit, "what is beyond waits", b.err.message);
        (void)wql_call_close(calls[i]);
    }
    check(b.t.most_inside <= 2, limit, "more threads than allowed were inside the provider", "");
    close_bench(limit, &b);
}

static void ahead_limit(const char *limit, uint64_t most) {
    enum { AHEAD = 3 };
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *batch;
    wql_call call;
    bench b;
    int taken = 0;
    (void)most;
    opt.workers = 1;
    opt.ahead_max = AHEAD;
    if (!open_bench(&b, &opt, WQL_CONCURRENT)) return check(false, limit, "no engine", b.err.message);
    b.t.per_next = 10;
    how.flags = WQL_RUN_AHEAD;
    how.batch_rows = 10;
    check(wql_session_exec(b.session, wql_s("SELECT * FROM Tick"), &how, &call, &b.err) == WQL_OK, limit, "a call",
          b.err.message);
    while (wql_call_next(call, WQL_FOREVER, &batch, &b.err) == WQL_OK) {
        int asked = atomic_load(&b.t.nexts); /* taken now, held, in the worker's hand, and the one after it */
        wql_batch_release(batch);
        taken++;
        if (asked > taken + AHEAD + 3) check(false, limit, "more was made ahead than is held", "");
    }
    check(taken == 300, limit, "all batches come", "");
    (void)wql_call_close(call);
    close_bench(limit, &b);
}

/* -- sqlite ------------------------------------------------------------------------------------------------------------- */

static void connections_limit(const char *limit, uint64_t most) {
    wql_sqlite how = {.struct_size = sizeof how};
    wql_call calls[20];
    wql_batch *batch;
    char path[] = "/tmp/wql-limits-XXXXXX", command[300];
    int fd = mkstemp(path);
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_session *session = NULL;
    uint64_t i;
    (void)snprintf(
        command, sizeof command,
        "sqlite3 %s \"CREATE TABLE T(Id INTEGER PRIMARY KEY); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 5000) INSERT INTO T SELECT i FROM n\"",
        path);
    if (fd < 0 || close(fd) != 0 || system(command) != 0) return check(false, limit, "no database", "");
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, &how, &err) < 0 ||
        wql_session_open(engine, "root/t", NULL, &session, &err) < 0)
        return check(false, limit, "no engine", err.message);
    for (i = 0; i < most + 1; i++) {
        wql_status status = wql_session_exec(session, wql_s("SELECT * FROM T"), NULL, &calls[i], &err);
        if (status >= 0) status = wql_call_next(calls[i], i < most ? WQL_FOREVER : 0, &batch, &err);
        check(status == (i < most ? WQL_OK : WQL_S_TIMEDOUT), limit, "so many run, one more waits", wql_status_name(status));
        if (status == WQL_OK) wql_batch_release(batch);
    }
    (void)wql_call_close(calls[0]);
    check(wql_call_next(calls[most], WQL_FOREVER, &batch, &err) == WQL_OK, limit, "it runs when a connection is free",
          err.message);
    wql_batch_release(batch);
    for (i = 1; i < most + 1; i++) (void)wql_call_close(calls[i]);
    wql_session_close(session);
    check(wql_engine_close(engine) == WQL_OK, limit, "the engine does not close", "");
    (void)unlink(path);
}

/* -- classes and batches -------------------------------------------------------------------------------------------------- */

static void rows_wish(const char *limit, uint64_t most) {
    wql_call_options how = WQL_INIT(wql_call_options);
    bench b;
    wql_status status;
    (void)most;
    if (!open_bench(&b, NULL, 0)) return check(false, limit, "no engine", b.err.message);
    how.batch_rows = WQL_BATCH_ROWS_MAX + 1;
    status = pull(&b, "SELECT * FROM Tick", &how);
    check(status == WQL_E_INVALID_PARAMETER && strstr(b.err.message, limit) && strstr(b.err.message, "2048"), limit,
          wql_status_name(status), b.err.message);
    close_bench(limit, &b);
}

static wql_status emit_too_many(wql_scan *scan, wql_error *err) {
    static const uint32_t ids[WQL_BATCH_ROWS_MAX + 1];
    wql_column column = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED, .values = ids};
    return wql_scan_emit(scan, WQL_BATCH_ROWS_MAX + 1, &column, 1, NULL, NULL, err);
}

static void rows_limit(const char *limit, uint64_t most) {
    bench b;
    wql_status status;
    if (!open_bench(&b, NULL, 0)) return check(false, limit, "no engine", b.err.message);
    b.t.table.next = emit_too_many;
    (void)wql_engine_unmount(b.engine, "root/t", "ticks", NULL);
    (void)wql_engine_mount(b.engine, "root/t", &b.t.table, NULL, &b.t, &b.err);
    status = pull(&b, "SELECT Id FROM Tick", NULL);
    check(status == WQL_E_PROVIDER_FAILURE && strstr(b.err.message, "2048") && most == WQL_BATCH_ROWS_MAX, limit,
          wql_status_name(status), b.err.message);
    close_bench(limit, &b);
}

static void properties_limit(const char *limit, uint64_t most) {
    wql_property_def *properties = calloc(most + 1, sizeof *properties);
    char(*names)[16] = calloc(most + 1, sizeof *names);
    wql_class_def def = {.struct_size = sizeof def, .name = "Wide", .properties = properties, .property_count = (uint32_t)most};
    wql_table table = {.struct_size = sizeof table, .def = &def};
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_status status;
    for (uint64_t i = 0; properties && names && i <= most; i++) {
        (void)snprintf(names[i], sizeof names[i], "P%u", (unsigned)i);
        properties[i] = (wql_property_def){.name = names[i], .type = WQL_UINT8};
    }
    if (!properties || !names || wql_engine_open(NULL, &engine, &err) < 0) return check(false, limit, "no engine", err.message);
    status = wql_engine_mount(engine, "root/a", wql_memory_provider(), NULL, &table, &err);
    check(status == WQL_OK, limit, "as many as are allowed", err.message);
    def.property_count++;
    status = wql_engine_mount(engine, "root/b", wql_memory_provider(), NULL, &table, &err);
    check(status == WQL_E_INVALID_CLASS && strstr(err.message, "65535"), limit, wql_status_name(status), err.message);
    (void)wql_engine_close(engine);
    free(properties);
    free(names);
}

static void namespace_limit(const char *limit, uint64_t most) {
    ticks t = {0};
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_session *session = NULL;
    wql_status status;
    if (wql_engine_open(NULL, &engine, &err) < 0) return check(false, limit, "no engine", err.message);
    for (uint64_t i = 0; i < most; i++) text[i] = i % 200 == 199 ? '/' : 'n';
    text[most] = 0;
    status = wql_engine_mount(engine, text, ticks_provider(&t, "ticks"), NULL, &t, &err);
    check(status == WQL_OK, limit, "as long as is allowed", err.message);
    text[most] = 'n';
    text[most + 1] = 0;
    status = wql_session_open(engine, text, NULL, &session, &err);
    check(status == WQL_E_INVALID_NAMESPACE && strstr(err.message, "1023 bytes"), limit, wql_status_name(status), err.message);
    memset(text, 'n', 256);
    text[256] = 0;
    status = wql_session_open(engine, text, NULL, &session, &err);
    check(status == WQL_E_INVALID_NAMESPACE, limit, "a part of 256 bytes", err.message);
    (void)wql_engine_close(engine);
}

/* -- the page and the header -------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*reach)(const char *limit, uint64_t most); /* most: the page's figure; 0: none */
    bool field;                                      /* of wql_engine_options, whose comment gives the default too */
} cases[] = {
    {"query_chars_max", text_limit, true},
    {"depth_max", depth_limit, true},
    {"predicates_max", text_limit, true},
    {"select_items_max", text_limit, true},
    {"pattern_chars_max", text_limit, true},
    {"path_chars_max", text_limit, true},
    {"path_keys_max", text_limit, true},
    {"identifier_chars_max", text_limit, true},
    {"calls_max", calls_limit, true},
    {"calls_per_principal_max", principal_limit, true},
    {"memory_max", memory_limit, false},
    {"zombies_max", zombie_limit, true},
    {"timeout_ms", deadline_limit, false},
    {"sink_timeout_ms", sink_timer, false},
    {"batch_rows", rows_wish, false},
    {"threads_max", threads_limit, true},
    {"ahead_max", ahead_limit, true},
    {"cancel_wait_ms", sink_limit, true},
    {"connections_max", connections_limit, false},
    {"rows", rows_limit, false},
    {"properties", properties_limit, false},
    {"namespace", namespace_limit, false},
};
enum { CASES = sizeof cases / sizeof *cases };

static char page[20000], header[40000];

static bool read_file(const char *path, char *into, size_t size) {
    FILE *f = fopen(path, "r");
    size_t got = f ? fread(into, 1, size - 1, f) : 0;
    into[got] = 0;
    return f && fclose(f) == 0 && got > 0 && got < size - 1;
}

/* The comment of a field ends in its default. */
static void check_header(const char *name, const char *figure) {
    char field[80];
    const char *at, *end, *found;
    (void)snprintf(field, sizeof field, " %s;", name);
    at = strstr(header, field);
    end = at ? strstr(at, "*/") : NULL;
    found = at ? strstr(at, figure) : NULL;
    check(found && end && found < end, name, "the header does not give the default", figure);
}

/* A row of a table: "| `name` | figure |" or "| name | figure |". False: another line. */
static bool read_row(const char *line, char name[40], char figure[20]) {
    const char *end;
    size_t n;
    if (line[0] != '|' || line[1] != ' ') return false;
    line += line[2] == '`' ? 3 : 2;
    n = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
    if (!n || n > 39) return false;
    memcpy(name, line, n);
    name[n] = 0;
    line = strstr(line, "| ");
    end = line ? strchr(line + 2, ' ') : NULL;
    if (!end || (size_t)(end - line) > 20) return false;
    (void)snprintf(figure, 20, "%.*s", (int)(end - line - 2), line + 2);
    return strcmp(figure, "default") != 0 && strcmp(figure, "figure") != 0;
}

static uint64_t number_of(const char *figure) {
    uint64_t n = 0;
    for (; *figure; figure++) {
        if (*figure == ',') continue;
        if (*figure < '0' || *figure > '9') return 0;
        n = n * 10 + (uint64_t)(*figure - '0');
    }
    return n;
}

int main(int argc, char **argv) {
    bool seen[CASES] = {false};
    if (argc != 3 || !read_file(argv[1], page, sizeof page) || !read_file(argv[2], header, sizeof header)) {
        printf("not ok usage: limits docs/limits.md include/wql/engine.h\n");
        return 1;
    }
    for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n")) {
        char name[40], figure[20];
        size_t i = 0;
        if (!read_row(line, name, figure)) continue;
        while (i < CASES && strcmp(cases[i].name, name) != 0) i++;
        fine = true;
        if (i == CASES) {
            check(false, name, "no case reaches it", line);
            continue;
        }
        seen[i] = true;
        if (cases[i].field) check_header(name, figure);
        cases[i].reach(name, number_of(figure));
        if (!fine) continue;
        passed++;
        printf("ok %s (%s)\n", name, figure);
    }
    for (size_t i = 0; i < CASES; i++)
        if (!seen[i]) check(false, cases[i].name, "the page does not list it", "");
    printf("%d passed, %d failed\n", passed, failures);
    return failures != 0;
}
