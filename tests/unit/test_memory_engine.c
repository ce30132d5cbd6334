/* SPDX-License-Identifier: MIT */
/* test_memory_engine.c: the memory provider under the real engine. What a provider takes over, in which batches it brings its rows,
 * and whether they are arrays or were appended must never change an answer: every query is asked of every table in every setting,
 * and all answers have to be the same text. The engine re-checks what was taken as exact, and may find nothing wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <stdio.h>
#include <stdlib.h>

enum { ID, SIZE, TINY, WEIGHT, NAME, KIND, OLD, BORN, SPAN, PROPS, ROWS = 1500 };

static const wql_property_def props[PROPS] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
    {.name = "Size", .type = WQL_SINT64},
    {.name = "Tiny", .type = WQL_SINT8},
    {.name = "Weight", .type = WQL_REAL32},
    {.name = "Name", .type = WQL_STRING},
    {.name = "Kind", .type = WQL_STRING},
    {.name = "Old", .type = WQL_BOOLEAN},
    {.name = "Born", .type = WQL_DATETIME},
    {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
};

/* -- one set of rows, as arrays and as cells --------------------------------------------------------------------- */

static const char *const kinds[] = {"ash", "Beech", "OAK", "\xc3\x89rable", "\xe2\x84\xaaiefer", ""};

static wql_value cells[ROWS][PROPS];
static char names[ROWS][24];

static struct {
    uint32_t id[ROWS];
    int64_t size[ROWS], born[ROWS], span[ROWS];
    int8_t tiny[ROWS];
    float weight[ROWS];
    int32_t ends[ROWS + 1], kind[ROWS], kind_ends[7];
    char bytes[ROWS * 24], kind_bytes[64];
    uint8_t old[ROWS / 8 + 1], valid[PROPS][ROWS / 8 + 1];
    wql_column dictionary, columns[PROPS];
} arrays;

static uint64_t seed = 42;
static uint32_t pick(uint32_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void make_cells(void) {
    for (uint32_t r = 0; r < ROWS; r++) {
        snprintf(names[r], sizeof names[r], "%s %u", kinds[pick(6)], (unsigned)pick(200));
        cells[r][ID] = wql_u64(r);
        cells[r][SIZE] = wql_i64((int64_t)pick(1000) - 500);
        cells[r][TINY] = wql_i64((int64_t)pick(256) - 128);
        cells[r][WEIGHT] = wql_f64(pick(400) / 4.0);
        cells[r][NAME] = wql_text(wql_s(names[r]));
        cells[r][KIND] = wql_text(wql_s(kinds[pick(6)]));
        cells[r][OLD] = wql_bool(pick(2));
        cells[r][BORN] = wql_time((wql_datetime){.us = (int64_t)pick(1000) * 86400000000});
        cells[r][SPAN] = wql_time((wql_datetime){.us = (int64_t)pick(1000) * 1000000, .interval = 1});
        for (uint32_t p = SIZE; p < PROPS; p++)
            if (pick(6) == 0) cells[r][p] = wql_null();
    }
}

static void set_column(uint32_t p, uint8_t layout, const void *values) {
    wql_column *c = &arrays.columns[p];
    c->property = p;
    c->type = (uint16_t)props[p].type;
    c->layout = layout;
    c->values = values;
    if (p != ID) c->validity = arrays.valid[p];
}

static void set_columns(void) {
    set_column(ID, WQL_FIXED, arrays.id);
    set_column(SIZE, WQL_FIXED, arrays.size);
    set_column(TINY, WQL_FIXED, arrays.tiny);
    set_column(WEIGHT, WQL_FIXED, arrays.weight);
    set_column(NAME, WQL_OFFSETS, NULL);
    arrays.columns[NAME].offsets = arrays.ends;
    arrays.columns[NAME].bytes = arrays.bytes;
    arrays.columns[NAME].bytes_size = (uint64_t)arrays.ends[ROWS];
    set_column(KIND, WQL_CODES, arrays.kind);
    arrays.dictionary = (wql_column){.type = WQL_STRING,
                                     .layout = WQL_OFFSETS,
                                     .offsets = arrays.kind_ends,
                                     .bytes = arrays.kind_bytes,
                                     .bytes_size = (uint64_t)arrays.kind_ends[6]};
    arrays.columns[KIND].child = &arrays.dictionary;
    arrays.columns[KIND].child_rows = 6;
    set_column(OLD, WQL_BITS, arrays.old);
    set_column(BORN, WQL_FIXED, arrays.born);
    set_column(SPAN, WQL_FIXED, arrays.span);
}

static void make_arrays(void) {
    for (int k = 0; k < 6; k++) {
        arrays.kind_ends[k + 1] = arrays.kind_ends[k] + (int32_t)strlen(kinds[k]);
        memcpy(arrays.kind_bytes + arrays.kind_ends[k], kinds[k], strlen(kinds[k]));
    }
    for (uint32_t r = 0; r < ROWS; r++) {
        const wql_value *cell = cells[r];
        for (uint32_t p = 0; p < PROPS; p++)
            if (cell[p].type != WQL_NULL) arrays.valid[p][r / 8] |= (uint8_t)(1u << (r % 8));
        arrays.id[r] = r;
        arrays.size[r] = cell[SIZE].i64;
        arrays.tiny[r] = (int8_t)cell[TINY].i64;
        arrays.weight[r] = (float)cell[WEIGHT].f64;
        arrays.born[r] = cell[BORN].time.us;
        arrays.span[r] = cell[SPAN].time.us;
        if (cell[OLD].b) arrays.old[r / 8] |= (uint8_t)(1u << (r % 8));
        arrays.ends[r + 1] = arrays.ends[r] + (int32_t)cell[NAME].str.len;
        if (cell[NAME].str.len) memcpy(arrays.bytes + arrays.ends[r], cell[NAME].str.ptr, cell[NAME].str.len);
        for (int k = 0; k < 6 && cell[KIND].type; k++)
            if (cell[KIND].str.ptr == kinds[k]) arrays.kind[r] = k;
    }
}

/* -- settings ---------------------------------------------------------------------------------------------------- */

enum { AS_ARRAYS, AS_REPLACED, AS_APPENDED, AS_BOTH };

typedef struct setting {
    int rows; /* AS_... */
    uint8_t take, open_take;
    bool mixed;   /* each operator has its own answer */
    bool derived; /* a class whose superclass is another mount's */
    uint32_t batch_rows, parts, workers;
} setting;

static const setting settings[] = {
    {AS_ARRAYS, WQL_NONE, WQL_NONE, false, false, 0, 1, 0},
    {AS_ARRAYS, WQL_SUPERSET, WQL_SUPERSET, false, false, 0, 1, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_EXACT, false, false, 0, 1, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_NONE, false, false, 100, 1, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_SUPERSET, false, false, 7, 1, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_EXACT, true, false, 65, 3, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_EXACT, false, true, 0, 1, 0},
    {AS_ARRAYS, WQL_NONE, WQL_NONE, false, true, 3, 1, 0},
    {AS_REPLACED, WQL_EXACT, WQL_EXACT, false, false, 0, 1, 0},
    {AS_REPLACED, WQL_SUPERSET, WQL_SUPERSET, true, false, 33, 1, 0},
    {AS_APPENDED, WQL_NONE, WQL_NONE, false, false, 0, 1, 0},
    {AS_APPENDED, WQL_EXACT, WQL_EXACT, false, false, 0, 1, 0},
    {AS_APPENDED, WQL_SUPERSET, WQL_SUPERSET, false, false, 100, 1, 0},
    {AS_APPENDED, WQL_EXACT, WQL_EXACT, false, true, 0, 1, 0},
    {AS_BOTH, WQL_NONE, WQL_NONE, false, false, 0, 1, 0},
    {AS_BOTH, WQL_EXACT, WQL_EXACT, true, false, 31, 1, 0},
    {AS_ARRAYS, WQL_EXACT, WQL_EXACT, false, false, 0, 4, 2},
    {AS_BOTH, WQL_EXACT, WQL_SUPERSET, true, false, 0, 1, 2},
};

static const char *const queries[] = {
    "SELECT * FROM Thing",
    "SELECT Id FROM Thing WHERE Size > 100",
    "SELECT Name, Id FROM Thing WHERE Size > 100 AND Size <= 250 AND Tiny < 0",
    "SELECT Id FROM Thing WHERE Size = 7 OR Size = 8 OR Size = -9",
    "SELECT Id FROM Thing WHERE NOT Size = 7",
    "SELECT Id, Tiny FROM Thing WHERE Tiny = 127 OR Tiny = -128 OR Tiny = 1000",
    "SELECT Id FROM Thing WHERE Tiny <> 5 AND Tiny < 300",
    "SELECT Id, Weight FROM Thing WHERE Weight >= 50.25",
    "SELECT Id FROM Thing WHERE Weight = 12.5",
    "SELECT Id, Name FROM Thing WHERE Name LIKE 'oak%'",
    "SELECT Id, Name FROM Thing WHERE Name LIKE '%7_'",
    "SELECT Id FROM Thing WHERE NOT Name LIKE '[a-f]%'",
    "SELECT Id, Kind FROM Thing WHERE Kind = 'BEECH'",
    "SELECT Id, Kind FROM Thing WHERE Kind = '\xc3\xa9RABLE' OR Kind = 'kiefer'",
    "SELECT Id FROM Thing WHERE Kind > 'b' AND Kind < 'p'",
    "SELECT Id FROM Thing WHERE Kind <> ''",
    "SELECT Id FROM Thing WHERE Old = TRUE",
    "SELECT Id FROM Thing WHERE Old <> TRUE AND Size IS NOT NULL",
    "SELECT Id FROM Thing WHERE Old IS NULL",
    "SELECT Id, Born FROM Thing WHERE Born >= '19710101000000.000000+000'",
    "SELECT Id, Span FROM Thing WHERE Span < '00000000000500.000000:000'",
    "SELECT Id FROM Thing WHERE Span IS NULL AND Born IS NOT NULL",
    "SELECT Id FROM Thing WHERE Id >= 700 AND Id < 705",
    "SELECT Id FROM Thing WHERE Id = 4 OR Id = 1400 OR Id = 800",
    "SELECT Id FROM Thing WHERE Id > 5000",
    "SELECT Id FROM Thing WHERE Id > 4294967296 OR Id < 3",
    "SELECT Id FROM Thing WHERE (Size > 0 OR Tiny > 0) AND Old = FALSE",
    "SELECT __CLASS, __RELPATH, Id FROM Thing WHERE Size > 480",
    "SELECT Old FROM Thing WHERE Size > 480 OR Name IS NULL",
};
enum { QUERIES = sizeof queries / sizeof *queries, SETTINGS = sizeof settings / sizeof *settings };

typedef struct bench {
    wql_engine *engine;
    wql_session *session;
    wql_memory *memory;
} bench;

static void must(wql_status st, const wql_error *err) {
    if (st < 0) fail_msg("%s: %s", wql_status_name(st), err->message);
}

static void fill_memory(const setting *s, wql_memory *memory) {
    wql_error err = WQL_INIT(wql_error);
    uint32_t first = s->rows == AS_APPENDED ? 0 : s->rows == AS_BOTH ? 700 : ROWS;
    if (first) must(wql_memory_replace(memory, first, ROWS, arrays.columns, PROPS, NULL, NULL, &err), &err);
    for (uint32_t r = first; r < ROWS; r += 77)
        must(wql_memory_append(memory, cells[r], PROPS, r + 77 < ROWS ? 77 : ROWS - r, &err), &err);
}

static void bench_open(bench *b, const setting *s) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine_options options = {.struct_size = sizeof options, .flags = WQL_CHECK_PROVIDERS, .workers = s->workers};
    wql_class_def base = {
        .struct_size = sizeof base, .flags = WQL_ABSTRACT, .name = "Base", .properties = props, .property_count = 6};
    wql_class_def thing = {.struct_size = sizeof thing, .name = "Thing", .properties = props, .property_count = PROPS};
    wql_table empty = {.struct_size = sizeof empty, .def = &base};
    wql_table table = {.struct_size = sizeof table, .def = &thing, .batch_rows = s->batch_rows, .parts = s->parts, .lower = 1};
    wql_provider second = *wql_memory_provider();
    memset(b, 0, sizeof *b);
    must(wql_engine_open(&options, &b->engine, &err), &err);
    if (s->derived) {
        second.name = "base";
        must(wql_engine_mount(b->engine, "root/t", &second, NULL, &empty, &err), &err);
        thing.superclass = "Base";
        thing.properties = props + 6;
        thing.property_count = PROPS - 6;
    }
    for (uint8_t op = WQL_EQ; op <= WQL_NOT_NULL; op++) {
        table.take[op] = s->mixed ? (uint8_t)pick(3) : s->take;
        table.open_take[op] = s->mixed ? (uint8_t)pick(3) : s->open_take;
    }
    if (s->rows == AS_ARRAYS) {
        table.rows = ROWS;
        table.columns = arrays.columns;
        table.column_count = PROPS;
    } else {
        must(wql_memory_open(NULL, NULL, &table.memory), &err);
        b->memory = table.memory;
        fill_memory(s, b->memory);
    }
    must(wql_engine_mount(b->engine, "root/t", wql_memory_provider(), NULL, &table, &err), &err);
    must(wql_session_open(b->engine, "root/t", NULL, &b->session, &err), &err);
}

static void bench_close(bench *b) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    assert_int_equal(wql_engine_get_stats(b->engine, &stats), WQL_OK);
    assert_int_equal(stats.provider_faults, 0);
    wql_memory_close(b->memory);
    wql_session_close(b->session);
    assert_int_equal(wql_engine_close(b->engine), WQL_OK);
}

/* -- answers ----------------------------------------------------------------------------------------------------- */

typedef struct answer {
    char *text;
    size_t len, room;
    uint64_t rows;
} answer;

static void add_text(answer *a, const char *text) {
    size_t len = strlen(text);
    if (a->len + len + 1 > a->room) {
        a->room = (a->room + len + 1) * 2;
        a->text = realloc(a->text, a->room);
        if (!a->text) abort();
    }
    memcpy(a->text + a->len, text, len + 1);
    a->len += len;
}

static void add_batch(answer *a, const wql_batch *batch) {
    char text[128];
    for (uint32_t r = 0; r < wql_batch_rows(batch); r++) {
        for (uint32_t c = 0; c < wql_batch_width(batch); c++) {
            wql_value value;
            assert_int_equal(wql_batch_value(batch, r, wql_batch_column(batch, c)->name, &value), WQL_OK);
            wql_value_format(&value, text, sizeof text);
            add_text(a, c ? "|" : "");
            add_text(a, text);
        }
        add_text(a, "\n");
    }
    a->rows += wql_batch_rows(batch);
}

static void ask(bench *b, const char *query, const wql_call_options *how, answer *a) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status st;
    must(wql_session_exec(b->session, wql_s(query), how, &call, &err), &err);
    while ((st = wql_call_next(call, 20000, &batch, &err)) == WQL_OK) {
        add_batch(a, batch);
        wql_batch_release(batch);
    }
    must(st, &err);
    assert_int_equal(st, WQL_END);
    if (how && (how->flags & WQL_COUNT_ONLY)) {
        wql_call_stats stats = WQL_INIT(wql_call_stats);
        assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
        a->rows = stats.rows_delivered;
    }
    wql_call_close(call);
}

/* Lines in an order of their own: parts may come in any order. */
static int compare_lines(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(answer *a) {
    char **line = calloc(a->rows + 1, sizeof *line), *sorted = malloc(a->len + 1), *at = sorted;
    size_t count = 0;
    if (!line || !sorted) abort();
    for (char *s = a->text; s && *s && count < a->rows; s = strchr(s, '\n') + 1) line[count++] = s;
    for (size_t i = 0; i < count; i++) *strchr(line[i], '\n') = 0;
    qsort(line, count, sizeof *line, compare_lines);
    for (size_t i = 0; i < count; i++) at += sprintf(at, "%s\n", line[i]);
    if (a->text) memcpy(a->text, sorted, (size_t)(at - sorted) + (count != 0));
    free(sorted);
    free(line);
}

/* -- tests ------------------------------------------------------------------------------------------------------- */

static answer expected[QUERIES];

static void test_answers_are_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < SETTINGS; i++) {
        bench b;
        bench_open(&b, &settings[i]);
        for (size_t q = 0; q < QUERIES; q++) {
            answer a = {0};
            ask(&b, queries[q], NULL, &a);
            sort_lines(&a);
            if (i == 0) {
                expected[q] = a;
                continue;
            }
            if (a.rows != expected[q].rows || (a.rows && strcmp(a.text, expected[q].text) != 0))
                fail_msg("setting %zu, %s: %llu rows, but %llu without pushdown, or other ones", i, queries[q],
                         (unsigned long long)a.rows, (unsigned long long)expected[q].rows);
            free(a.text);
        }
        bench_close(&b);
    }
}

/* The queries are not empty by mistake: of most of them the C code here knows the number of rows. */
static void test_some_answers(void **state) {
    uint64_t large = 0, tiny = 0, beech = 0, old = 0;
    (void)state;
    for (uint32_t r = 0; r < ROWS; r++) {
        const wql_value *c = cells[r];
        large += c[SIZE].type && c[SIZE].i64 > 100;
        tiny += c[TINY].type && (c[TINY].i64 == 127 || c[TINY].i64 == -128);
        beech += c[KIND].type && c[KIND].str.ptr == kinds[1];
        old += c[OLD].type && c[OLD].b;
    }
    assert_int_equal(expected[0].rows, ROWS);
    assert_int_equal(expected[1].rows, large);
    assert_int_equal(expected[5].rows, tiny);
    assert_int_equal(expected[12].rows, beech);
    assert_int_equal(expected[16].rows, old);
    assert_int_equal(expected[22].rows, 5);
    assert_true(large && tiny && beech && old);
}

static void test_counts(void **state) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_COUNT_ONLY};
    (void)state;
    for (size_t i = 0; i < SETTINGS; i++) {
        bench b;
        bench_open(&b, &settings[i]);
        for (size_t q = 0; q < QUERIES; q++) {
            answer a = {0};
            ask(&b, queries[q], &how, &a);
            if (a.rows != expected[q].rows)
                fail_msg("setting %zu, %s: counted %llu, not %llu", i, queries[q], (unsigned long long)a.rows,
                         (unsigned long long)expected[q].rows);
        }
        bench_close(&b);
    }
}

static void test_limits(void **state) {
    static const uint64_t limits[] = {1, 10, 999};
    (void)state;
    for (size_t i = 0; i < SETTINGS; i++) {
        bench b;
        bench_open(&b, &settings[i]);
        for (size_t q = 0; q < QUERIES; q++) {
            uint64_t limit = limits[(i + q) % 3];
            wql_call_options how = {.struct_size = sizeof how, .rows_max = limit};
            answer a = {0};
            ask(&b, queries[q], &how, &a);
            assert_int_equal(a.rows, expected[q].rows < limit ? expected[q].rows : limit);
            free(a.text);
        }
        bench_close(&b);
    }
}

/* Batches that are kept show the same rows when the table has changed, and when the engine is gone. */
static void test_kept_batches(void **state) {
    static const setting both = {AS_BOTH, WQL_EXACT, WQL_EXACT, false, false, 100, 1, 0};
    wql_error err = WQL_INIT(wql_error);
    wql_batch *kept[64];
    size_t count = 0;
    answer before = {0}, after = {0};
    wql_call call;
    bench b;
    (void)state;
    bench_open(&b, &both);
    must(wql_session_exec(b.session, wql_s("SELECT * FROM Thing WHERE Size > -400"), NULL, &call, &err), &err);
    while (count < 64 && wql_call_next(call, 20000, &kept[count], &err) == WQL_OK) add_batch(&before, kept[count++]);
    wql_call_close(call);
    must(wql_memory_append(b.memory, cells[0], PROPS, 700, &err), &err);
    must(wql_memory_replace(b.memory, 0, 0, NULL, 0, NULL, NULL, &err), &err);
    bench_close(&b);
    for (size_t i = 0; i < count; i++) {
        add_batch(&after, kept[i]);
        wql_batch_release(kept[i]);
    }
    assert_true(before.rows > 1000);
    assert_string_equal(before.text, after.text);
    free(before.text);
    free(after.text);
}

/* What does not fit the class is NULL and counted, not an error. */
static void test_nulled(void **state) {
    static const setting none = {AS_APPENDED, WQL_EXACT, WQL_EXACT, false, false, 0, 1, 0};
    wql_value row[PROPS] = {wql_u64(5000), wql_u64(1), wql_i64(128), wql_f64(1e300)};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch;
    wql_call call;
    bench b;
    (void)state;
    bench_open(&b, &none);
    assert_int_equal(wql_memory_append(b.memory, row, PROPS, 1, &err), WQL_E_TYPE_MISMATCH); /* unsigned where signed ones are */
    row[SIZE] = wql_i64(1);
    must(wql_memory_append(b.memory, row, PROPS, 1, &err), &err);
    must(wql_session_exec(b.session, wql_s("SELECT Id, Size, Tiny, Weight FROM Thing WHERE Id = 5000 AND Tiny IS NULL"), NULL,
                          &call, &err),
         &err);
    must(wql_call_next(call, 20000, &batch, &err), &err);
    assert_int_equal(wql_batch_rows(batch), 1);
    assert_false(wql_column_is_null(wql_batch_column(batch, 1), 0));
    assert_true(wql_column_is_null(wql_batch_column(batch, 2), 0));
    assert_true(wql_column_is_null(wql_batch_column(batch, 3), 0));
    wql_batch_release(batch);
    assert_int_equal(wql_call_next(call, 20000, &batch, &err), WQL_END);
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    assert_int_equal(stats.values_nulled, 2);
    wql_call_close(call);
    bench_close(&b);
}

/* That all answers are the same proves nothing if nothing was taken over. */
static void test_pushdown_happens(void **state) {
    static const uint64_t scanned[] = {ROWS, 64, 5};
    (void)state;
    for (uint8_t take = WQL_NONE; take <= WQL_EXACT; take++)
        for (int rows = AS_ARRAYS; rows <= AS_APPENDED; rows++) {
            const setting s = {rows, take, take, false, false, 0, 1, 0};
            wql_call_stats stats = WQL_INIT(wql_call_stats);
            wql_error err = WQL_INIT(wql_error);
            wql_batch *batch;
            wql_call call;
            bench b;
            bench_open(&b, &s);
            must(wql_session_exec(b.session, wql_s("SELECT Id FROM Thing WHERE Id >= 704 AND Id < 709"), NULL, &call, &err), &err);
            while (wql_call_next(call, 20000, &batch, &err) == WQL_OK) wql_batch_release(batch);
            assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
            assert_int_equal(stats.rows_scanned, scanned[take]);
            assert_int_equal(stats.rows_delivered, 5);
            wql_call_close(call);
            bench_close(&b);
        }
}

static int free_expected(void **state) {
    (void)state;
    for (size_t q = 0; q < QUERIES; q++) free(expected[q].text);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_the_same),
        cmocka_unit_test(test_some_answers),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_kept_batches),
        cmocka_unit_test(test_nulled),
        cmocka_unit_test(test_pushdown_happens),
    };
    make_cells();
    make_arrays();
    set_columns();
    return cmocka_run_group_tests(tests, NULL, free_expected);
}
