/* SPDX-License-Identifier: MIT */
/* language.c: the table of tricky cases of the language (rows.tsv): `language ROWS.TSV CASES.WQT`. Every query is checked; those
 * that can run are run over the classes and rows of the case file, and their answers compared. What waits for a part of the
 * library that is not there yet is told apart, as neither passed nor failed. README.md explains the columns. */
#include "../golden/golden.h"

#include <stdlib.h>
#include <string.h>

enum { ROW, NEEDS, DIALECT, TITLE, QUERY, EXPECTED, MARK, SOURCE, COLUMNS };

typedef struct world {
    pool memory;
    wql_engine *engine;
    wql_session *sessions[3]; /* of each dialect */
    uint32_t passed, failed, waiting;
    lines waits; /* "PART\tROW" */
} world;

static const char *const dialects[] = {"wql", "relaxed", "extended"};
static const uint32_t dialect_bits[] = {0, WQL_RELAXED, WQL_EXTENDED};
static const char *const kinds[] = {"", "data", "schema", "associators", "references", "event", "extended"};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* -- text -------------------------------------------------------------------------------------------------------- */

/* Undoes \\ \n \r \t, in place. */
static wql_str unescape(char *text) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        char c = *from;
        if (c == '\\' && from[1]) {
            c = *++from;
            c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
        }
        *to++ = c;
    }
    return (wql_str){text, (size_t)(to - text)};
}

/* The last four digits of a failure's number. */
static bool has_code(wql_status status, const char *code) {
    char digits[16];
    snprintf(digits, sizeof digits, "%04X", (unsigned)status & 0xffff);
    return status < 0 && strcmp(digits, code) == 0;
}

static char *read_file(world *w, const char *path) {
    FILE *file = fopen(path, "rb");
    char *text;
    long size;
    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) stop_with("language: cannot read %s", path);
    rewind(file);
    text = pool_get(&w->memory, (size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) stop_with("language: cannot read %s", path);
    fclose(file);
    return text;
}

/* -- answers ----------------------------------------------------------------------------------------------------- */

/* What came: the first cell of each row, or of schema queries the class's name, in order. */
static wql_status run(world *w, wql_session *session, wql_str query, bool names, lines *cells, wql_error *err) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(session, query, NULL, &call, err);
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, err)) == WQL_OK) {
        uint32_t column = names ? wql_batch_find(batch, "__CLASS") : 0;
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
            writer text = {&w->memory, NULL, 0, 0};
            wql_value value = wql_column_value(wql_batch_column(batch, column), row);
            if (names)
                put(&text, value.str.ptr, value.str.len);
            else
                print_value(&text, &value);
            lines_add(cells, &w->memory, text.at ? text.at : "", text.len);
        }
        wql_batch_release(batch);
    }
    wql_call_close(call);
    lines_sort(cells);
    return status;
}

/* Whether the cells are those of the list; with `some`, whether all of the list are among them. */
static bool same_cells(world *w, const lines *cells, const char *wanted, bool some) {
    writer text = {&w->memory, NULL, 0, 0};
    put_z(&text, "");
    for (uint32_t i = 0; i < cells->count; i++) {
        if (i > 0) put_z(&text, " ");
        put_z(&text, cells->at[i]);
    }
    put(&text, "", 1);
    if (!some) return strcmp(text.at, wanted) == 0;
    for (const char *at = wanted; *at;) {
        size_t len = strcspn(at, " ");
        bool found = false;
        for (uint32_t i = 0; i < cells->count; i++) found |= strlen(cells->at[i]) == len && memcmp(cells->at[i], at, len) == 0;
        if (!found) return false;
        at += len + (at[len] == ' ');
    }
    return true;
}

/* -- expectations ------------------------------------------------------------------------------------------------ */

/* The row's query in its dialect, and what is known of it so far. */
typedef struct trial {
    world *w;
    int dialect;
    wql_str query;
    int kind; /* 0: refused */
    wql_status status;
    wql_error err;
    char why[700];
} trial;

enum { FAIL, PASS, WAIT };

static int fail(trial *t, wql_status status, const wql_error *err) {
    snprintf(t->why, sizeof t->why, "%s at %u: %s", wql_status_name(status), err->offset, err->message);
    return FAIL;
}

/* `ids ...`, `names ...`, `some ...` */
static int expect_rows(trial *t, const char *wanted, bool names, bool some) {
    wql_error err = WQL_INIT(wql_error);
    lines cells = {NULL, 0, 0};
    wql_status status;
    if (t->status < 0) return fail(t, t->status, &t->err);
    status = run(t->w, t->w->sessions[t->dialect], t->query, names, &cells, &err);
    if (status < 0) return fail(t, status, &err);
    if (same_cells(t->w, &cells, wanted, some)) return PASS;
    snprintf(t->why, sizeof t->why, "%u rows, the first of which is %s", cells.count, cells.count ? cells.at[0] : "not there");
    return FAIL;
}

/* `run CODE`: the text is well-formed, and fails when it is run. */
static int expect_failure(trial *t, const char *code) {
    wql_error err = WQL_INIT(wql_error);
    lines cells = {NULL, 0, 0};
    wql_status status;
    if (t->status < 0) return fail(t, t->status, &t->err);
    status = run(t->w, t->w->sessions[t->dialect], t->query, false, &cells, &err);
    if (has_code(status, code)) return PASS;
    return fail(t, status, &err);
}

/* `see FILE TEXT`: what it takes more than a query to show is shown there. */
static int expect_elsewhere(trial *t, const char *rest) {
    size_t len = strcspn(rest, " ");
    char *path = pool_copy(&t->w->memory, rest, len);
    if (rest[len] && strstr(read_file(t->w, path), rest + len + 1)) return PASS;
    snprintf(t->why, sizeof t->why, "it is not there");
    return FAIL;
}

static bool begins(const char *text, const char *word, const char **rest) {
    size_t len = strlen(word);
    if (strncmp(text, word, len) != 0 || (text[len] && text[len] != ' ')) return false;
    *rest = text + len + (text[len] == ' ');
    return true;
}

static int expect(trial *t, const char *wanted) {
    const char *rest;
    if (begins(wanted, "ids", &rest)) return expect_rows(t, rest, false, false);
    if (begins(wanted, "names", &rest)) return expect_rows(t, rest, true, false);
    if (begins(wanted, "some", &rest)) return expect_rows(t, rest, true, true);
    if (begins(wanted, "run", &rest)) return expect_failure(t, rest);
    if (begins(wanted, "see", &rest)) return expect_elsewhere(t, rest);
    if (begins(wanted, "waiting", &rest)) return WAIT;
    for (int i = 1; i < KINDS; i++)
        if (strcmp(wanted, kinds[i]) == 0) {
            if (t->kind == i) return PASS;
            return t->status < 0 ? fail(t, t->status, &t->err)
                                 : (snprintf(t->why, sizeof t->why, "it is of kind %s", kinds[t->kind]), FAIL);
        }
    if (has_code(t->status, wanted) && t->err.message[0] && t->err.offset <= t->query.len) return PASS;
    return fail(t, t->status, &t->err);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

static void check_row(world *w, char **cells) {
    trial t = {.w = w, .err = WQL_INIT(wql_error)};
    int verdict = PASS;
    for (t.dialect = 0; t.dialect < 3 && strcmp(cells[DIALECT], dialects[t.dialect]) != 0;) t.dialect++;
    if (t.dialect == 3) stop_with("language: row %s: no dialect %s", cells[ROW], cells[DIALECT]);
    t.query = unescape(cells[QUERY]);
    t.status = wql_query_check(w->engine, t.query, dialect_bits[t.dialect], &t.kind, &t.err);
    for (char *at = cells[EXPECTED]; at && verdict == PASS;) {
        char *end = strstr(at, "; ");
        if (end) *end = '\0';
        verdict = expect(&t, at);
        if (verdict == FAIL)
            printf("not ok row %s, %s: %.*s\n  wanted %s, got %s\n", cells[ROW], cells[TITLE], WQL_FMT(t.query), at, t.why);
        at = end ? end + 2 : NULL;
    }
    /* What needs a part that is not there is only checked. */
    if (verdict == PASS && strcmp(cells[NEEDS], "language") != 0 && strncmp(cells[EXPECTED], "see ", 4) != 0 && t.status >= 0)
        verdict = WAIT;
    if (verdict == PASS) printf("ok row %s, %s\n", cells[ROW], cells[TITLE]);
    w->passed += verdict == PASS;
    w->failed += verdict == FAIL;
    w->waiting += verdict == WAIT;
    if (verdict == WAIT) lines_format(&w->waits, &w->memory, "%s\t%s", cells[NEEDS], cells[ROW]);
}

static void check_rows(world *w, char *text) {
    char *next;
    uint32_t line = 0;
    for (; text && *text; text = next, line++) {
        char *cells[COLUMNS + 1];
        uint32_t count = 0;
        next = strchr(text, '\n');
        if (next) *next++ = '\0';
        for (char *at = text; at && count <= COLUMNS;) {
            cells[count++] = at;
            at = strchr(at, '\t');
            if (at) *at++ = '\0';
        }
        if (count != COLUMNS) stop_with("language: line %u has %u columns, not %d", line + 1, count, COLUMNS);
        if (line > 0) check_row(w, cells);
    }
}

static void print_waiting(world *w) {
    const char *part = "";
    lines_sort(&w->waits);
    for (uint32_t i = 0; i < w->waits.count; i++) {
        char *tab = strchr(w->waits.at[i], '\t');
        *tab = '\0';
        if (strcmp(part, w->waits.at[i]) != 0) printf("%swaiting on %s:", i ? "\n" : "", w->waits.at[i]);
        part = w->waits.at[i];
        printf(" %s", tab + 1);
    }
    if (w->waits.count) printf("\n");
}

int main(int argc, char **argv) {
    world w = {.passed = 0};
    waking wakes;
    source rows = {.waking = &wakes, .take = WQL_NONE};
    case_file file;
    wql_error err = WQL_INIT(wql_error);
    if (argc != 3) stop_with("language ROWS.TSV CASES.WQT");
    case_file_read(&file, argv[2]);
    waking_start(&wakes);
    rows.file = &file;
    atomic_init(&rows.seed, 1);
    atomic_init(&rows.open_scans, 0);
    if (wql_engine_open(NULL, &w.engine, &err) < 0 ||
        wql_engine_mount(w.engine, "root/cimv2", source_provider(true), NULL, &rows, &err) < 0)
        stop_with("language: %s", err.message);
    for (int i = 0; i < 3; i++) {
        wql_session_options options = {.struct_size = sizeof options, .dialect = dialect_bits[i]};
        if (wql_session_open(w.engine, "root/cimv2", &options, &w.sessions[i], &err) < 0) stop_with("language: %s", err.message);
    }
    check_rows(&w, read_file(&w, argv[1]));
    print_waiting(&w);
    printf("%u passed, %u failed, %u waiting\n", w.passed, w.failed, w.waiting);
    for (int i = 0; i < 3; i++) wql_session_close(w.sessions[i]);
    if (wql_engine_close(w.engine) < 0) stop_with("language: the engine did not close");
    waking_stop(&wakes);
    case_file_free(&file);
    pool_free(&w.memory);
    return w.failed > 0;
}
