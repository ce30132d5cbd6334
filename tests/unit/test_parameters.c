/* SPDX-License-Identifier: MIT */
/* test_parameters.c: a parameter brings the rows that the same literal brings, over all types, operators and values, whatever the
 * provider takes over; what does not fit is refused and named; one query is run by many threads with values of their own; and
 * quoted text reads back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wql_error err;

/* -- a table of everything, four times: nothing, superset, exact, and exact that open lowers --------------------- */

enum { ID, I8, U8, I32, U32, I64, U64, R32, R64, S, B, D, SPAN, C, REF, TAGS, E, PROPERTIES };
static const wql_property_def properties[PROPERTIES] = {
    {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
    {.name = "I8", .type = WQL_SINT8},
    {.name = "U8", .type = WQL_UINT8},
    {.name = "I32", .type = WQL_SINT32},
    {.name = "U32", .type = WQL_UINT32},
    {.name = "I64", .type = WQL_SINT64},
    {.name = "U64", .type = WQL_UINT64},
    {.name = "R32", .type = WQL_REAL32},
    {.name = "R64", .type = WQL_REAL64},
    {.name = "S", .type = WQL_STRING},
    {.name = "B", .type = WQL_BOOLEAN},
    {.name = "D", .type = WQL_DATETIME},
    {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
    {.name = "C", .type = WQL_CHAR16},
    {.name = "Ref", .type = WQL_REFERENCE, .class_name = "T0"},
    {.name = "Tags", .type = WQL_STRING | WQL_ARRAY},
    {.name = "E", .type = WQL_OBJECT, .class_name = "T0"},
};
static const wql_class_def classes[4] = {
    {.struct_size = sizeof(wql_class_def), .name = "T0", .properties = properties, .property_count = PROPERTIES},
    {.struct_size = sizeof(wql_class_def), .name = "T1", .properties = properties, .property_count = PROPERTIES},
    {.struct_size = sizeof(wql_class_def), .name = "T2", .properties = properties, .property_count = PROPERTIES},
    {.struct_size = sizeof(wql_class_def), .name = "T3", .properties = properties, .property_count = PROPERTIES}};

static wql_value text(const char *z) { return wql_text(wql_s(z)); }
static wql_value date(const char *z) {
    wql_datetime t;
    assert_int_equal(wql_datetime_parse(wql_s(z), &t), WQL_OK);
    return wql_time(t);
}
static wql_value typed(uint32_t type, wql_value value) {
    value.type = type;
    return value;
}

static const char *const dates[] = {"20200101000000.000000+000", "20200101010000.000000+060", "19991231235959.999999+000",
                                    "99991231235959.999999+000"};
static const char *const spans[] = {"00000001000000.000000:000", "00000000000000.000000:000", "99999999235959.999999:000"};

enum { ROWS = 40 };

static void make_row(uint32_t i, wql_value *cell) {
    static const char *const strings[] = {"alpha",
                                          "ALPHA",
                                          "Kelvin",
                                          "\xe2\x84\xaa"
                                          "elvin",
                                          "a%b",
                                          "5",
                                          "1.5",
                                          "TRUE",
                                          "",
                                          "it's \\ \"so\"",
                                          "b_c",
                                          "2.0",
                                          "[x]"};
    static const int64_t i64s[] = {0, 1, -1, 5, INT64_MIN, INT64_MAX, (int64_t)1 << 53, ((int64_t)1 << 53) + 1};
    static const double reals[] = {0, 1.5, -0.1, 0.1, 1e300, 9007199254740992.0, 9007199254740994.0, 5};
    bool null = i % 7 == 6;
    for (int p = 0; p < REF; p++) cell[p] = wql_null();
    cell[ID] = wql_u64(i);
    if (null) return;
    cell[I8] = wql_i64((int64_t)(i * 37 % 256) - 128);
    cell[U8] = wql_u64(i * 53 % 256);
    cell[I32] = wql_i64((int64_t)i * 5 - 60);
    cell[U32] = wql_u64(i * 5);
    cell[I64] = wql_i64(i64s[i % 8]);
    cell[U64] = wql_u64(i % 8 == 5 ? UINT64_MAX : (uint64_t)i64s[i % 8]);
    cell[R32] = wql_f64((double)(float)(i % 8 == 4 ? 1e30 : reals[i % 8]));
    cell[R64] = wql_f64(i % 13 == 12 ? (double)NAN : reals[i % 8]);
    cell[S] = text(strings[i % 13]);
    cell[B] = wql_bool(i % 2);
    cell[D] = date(dates[i % 4]);
    cell[SPAN] = date(spans[i % 3]);
    cell[C] = typed(WQL_CHAR16, wql_u64((unsigned char)"aAkKs5%z"[i % 8]));
}

typedef struct world {
    wql_memory *memory;
    wql_engine *engine;
    wql_session *session, *plain;
    wql_table tables[4];
} world;

static int open_world(void **state) {
    world *w = calloc(1, sizeof *w);
    wql_session_options with = {.struct_size = sizeof with, .dialect = WQL_PARAMETERS};
    wql_value cells[REF];
    assert_non_null(w);
    assert_int_equal(wql_memory_open(NULL, NULL, &w->memory), WQL_OK);
    for (uint32_t i = 0; i < ROWS; i++) {
        make_row(i, cells);
        if (wql_memory_append(w->memory, cells, REF, 1, &err) != WQL_OK) fail_msg("%s", err.message);
    }
    for (int i = 0; i < 4; i++) {
        w->tables[i] = (wql_table){.struct_size = sizeof(wql_table), .def = &classes[i], .memory = w->memory, .batch_rows = 16};
        w->tables[i].next = i < 3 ? &w->tables[i + 1] : NULL;
        memset(w->tables[i].take, i == 0 ? WQL_NONE : i == 1 ? WQL_SUPERSET : WQL_EXACT, 16);
        w->tables[i].lower = i == 3;
        for (int op = 0; op < 16; op++) w->tables[i].open_take[op] = (uint8_t)(op % 3);
    }
    assert_int_equal(wql_engine_open(NULL, &w->engine, &err), WQL_OK);
    if (wql_engine_mount(w->engine, "root/p", wql_memory_provider(), NULL, &w->tables[0], &err) < 0) fail_msg("%s", err.message);
    if (wql_session_open(w->engine, "root/p", &with, &w->session, &err) < 0) fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(w->engine, "root/p", NULL, &w->plain, &err), WQL_OK);
    *state = w;
    return 0;
}

static int close_world(void **state) {
    world *w = *state;
    wql_session_close(w->session);
    wql_session_close(w->plain);
    assert_int_equal(wql_engine_close(w->engine), WQL_OK);
    wql_memory_close(w->memory);
    free(w);
    return 0;
}

/* -- running ----------------------------------------------------------------------------------------------------- */

typedef struct answer {
    wql_status status;
    uint64_t ids; /* a bit for each */
    uint64_t count;
} answer;

static answer drain(wql_call call) {
    answer a = {WQL_OK, 0, 0};
    wql_call_stats stats = WQL_INIT(wql_call_stats);
    wql_batch *batch;
    while ((a.status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t r = 0; r < wql_batch_rows(batch); r++)
            a.ids |= (uint64_t)1 << wql_column_value(wql_batch_column(batch, 0), r).u64;
        wql_batch_release(batch);
    }
    assert_int_equal(wql_call_get_stats(call, &stats), WQL_OK);
    a.count = stats.rows_delivered;
    wql_call_close(call);
    return a;
}

static answer ask(wql_session *session, const char *query, const wql_param *params, uint32_t count, uint32_t flags,
                  uint64_t rows_max) {
    wql_call_options how = {
        .struct_size = sizeof how, .params = params, .param_count = count, .flags = flags, .rows_max = rows_max};
    answer a = {WQL_OK, 0, 0};
    wql_call call;
    wql_error clean = WQL_INIT(wql_error);
    err = clean;
    a.status = wql_session_exec(session, wql_s(query), &how, &call, &err);
    return a.status < 0 ? a : drain(call);
}

/* -- the same rows ----------------------------------------------------------------------------------------------- */

static uint32_t make_values(wql_value *v) {
    static const double reals[] = {0,
                                   -0.0,
                                   1,
                                   1.5,
                                   2,
                                   -0.1,
                                   0.1,
                                   5,
                                   1e300,
                                   -1e300,
                                   1e308,
                                   9007199254740992.0,
                                   9007199254740994.0,
                                   4.9406564584124654e-324,
                                   0.100000001490116119384765625,
                                   255.5,
                                   3.5e38};
    static const int64_t integers[] = {0,
                                       1,
                                       -1,
                                       2,
                                       5,
                                       -128,
                                       -129,
                                       127,
                                       128,
                                       -32768,
                                       INT32_MIN,
                                       INT32_MAX,
                                       INT64_MIN,
                                       INT64_MAX,
                                       (int64_t)1 << 53,
                                       ((int64_t)1 << 53) + 1,
                                       -((int64_t)1 << 53) - 1,
                                       97,
                                       53};
    static const uint64_t naturals[] = {
        0, 1, 5, 97, 255, 256, 65535, 65536, UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX, (uint64_t)INT64_MAX + 1};
    static const char *const texts[] = {"",
                                        "alpha",
                                        "KELVIN",
                                        "%",
                                        "a%",
                                        "%in",
                                        "%l%",
                                        "_____",
                                        "[a-k]%",
                                        "a[%]b",
                                        "[",
                                        "a[]",
                                        "5",
                                        "0x5",
                                        "1.5",
                                        " 7 ",
                                        "1e3",
                                        "TRUE",
                                        "false",
                                        "2.0",
                                        "it's \\ \"so\"",
                                        "a",
                                        "K",
                                        "aa",
                                        "\xc3\xa4",
                                        "\xe2\x84\xaa%",
                                        "2020-01-01 00:00:00",
                                        "20200101",
                                        "1/1/2020",
                                        "new\nline",
                                        "99999999999999999999",
                                        "-1",
                                        "T0.Id=1"};
    uint32_t n = 0;
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) v[n++] = wql_f64(reals[i]);
    v[n++] = typed(WQL_REAL32, wql_f64((double)0.1f));
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) v[n++] = wql_i64(integers[i]);
    for (size_t i = 0; i < sizeof naturals / sizeof *naturals; i++) v[n++] = wql_u64(naturals[i]);
    v[n++] = typed(WQL_SINT8, wql_i64(-128));
    v[n++] = typed(WQL_UINT8, wql_u64(255));
    v[n++] = typed(WQL_SINT16, wql_i64(-5));
    v[n++] = typed(WQL_UINT16, wql_u64(5));
    v[n++] = typed(WQL_SINT32, wql_i64(5));
    v[n++] = typed(WQL_UINT32, wql_u64(15));
    v[n++] = typed(WQL_CHAR16, wql_u64('a'));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) v[n++] = text(texts[i]);
    v[n++] = typed(WQL_REFERENCE, text("T0.Id=1"));
    v[n++] = wql_bool(true);
    v[n++] = wql_bool(false);
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) v[n++] = date(dates[i]);
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) v[n++] = date(spans[i]);
    v[n++] = date("20200101******.000000+000");
    return n;
}

static void assert_same(const char *literal, answer a, const char *query, answer b) {
    if (a.status == WQL_E_INVALID_QUERY && b.status == WQL_E_INVALID_PARAMETER) return;
    if (a.status == b.status && a.ids == b.ids) return; /* also where the operator alone is at fault */
    fail_msg("%s: 0x%08x, rows %llx;\n  %s: 0x%08x, rows %llx (%s)", literal, (unsigned)a.status, (unsigned long long)a.ids,
             query, (unsigned)b.status, (unsigned long long)b.ids, err.message);
}

static const char *const operators[] = {"=", "<>", "<", "<=", ">", ">=", "LIKE"};

/* One comparison, plain, under NOT, beside others, and alone under a count and a limit. */
static uint64_t matched, refusals;

static void compare(world *w, int table, int p, int op, const wql_value *value) {
    static const char *const shapes[] = {"SELECT Id FROM T%d WHERE %s %s %s", "SELECT Id FROM T%d WHERE NOT %s %s %s",
                                         "SELECT Id FROM T%d WHERE (Id < 10 OR %s %s %s) AND Id <> 3",
                                         "SELECT Id FROM T%d WHERE Id > 2 AND %s %s %s"};
    char spelled[300], literal[600], query[600];
    wql_param named = {"v", *value}, unnamed = {NULL, *value};
    assert_true(wql_quote(value, spelled, sizeof spelled) - 1 < sizeof spelled - 1);
    for (int s = 0; s < 4; s++) {
        answer expected, got;
        (void)snprintf(literal, sizeof literal, shapes[s], table, properties[p].name, operators[op], spelled);
        (void)snprintf(query, sizeof query, shapes[s], table, properties[p].name, operators[op], s % 2 ? "?" : "@V");
        expected = ask(w->plain, literal, NULL, 0, 0, 0);
        got = ask(w->session, query, s % 2 ? &unnamed : &named, 1, 0, 0);
        assert_same(literal, expected, query, got);
        matched += expected.count;
        refusals += expected.status < 0;
        if (s || expected.status != WQL_END) continue;
        got = ask(w->session, query, &named, 1, WQL_COUNT_ONLY, 0);
        assert_int_equal(got.count, expected.count);
        got = ask(w->session, query, &named, 1, 0, 2);
        assert_int_equal(got.count, expected.count < 2 ? expected.count : 2);
        assert_int_equal(got.ids & ~expected.ids, 0);
    }
}

/* Sanitizers are slow: they see one value in so many. */
#if defined(__SANITIZE_THREAD__)
enum { VALUE_STEP = 16 };
#elif defined(__SANITIZE_ADDRESS__)
enum { VALUE_STEP = 4 };
#else
enum { VALUE_STEP = 1 };
#endif

static void a_parameter_is_as_its_literal(void **state) {
    world *w = *state;
    wql_value values[120];
    uint32_t count = make_values(values);
    assert_true(count <= 120);
    for (int p = 1; p <= E; p++)
        for (int op = 0; op < 7; op++)
            for (uint32_t v = (uint32_t)(p + op) % VALUE_STEP; v < count; v += VALUE_STEP)
                compare(w, (p + op + (int)v) % 4, p, op, &values[v]);
    assert_true(matched > 10000 / VALUE_STEP && refusals > 1000 / VALUE_STEP); /* it was about something */
}

/* The class of a row, and its path. */
static void system_properties(void **state) {
    world *w = *state;
    static const char *const names[] = {"__CLASS", "__RELPATH", "__SUPERCLASS", "__GENUS", "__SERVER", "__PROPERTY_COUNT"};
    wql_value values[] = {text("T1"), text("t%"), text("T1.Id=5"), wql_i64(2), wql_u64(17), text("nothing"), text("%Id=1%")};
    char literal[300], query[300], spelled[100];
    for (int i = 0; i < 6 * 7 * 7; i++) {
        const wql_value *value = &values[i % 7];
        wql_param param = {"v", *value};
        (void)wql_quote(value, spelled, sizeof spelled);
        (void)snprintf(literal, sizeof literal, "SELECT Id FROM T1 WHERE %s %s %s", names[i / 49], operators[i / 7 % 7], spelled);
        (void)snprintf(query, sizeof query, "SELECT Id FROM T1 WHERE %s %s @v", names[i / 49], operators[i / 7 % 7]);
        assert_same(literal, ask(w->plain, literal, NULL, 0, 0, 0), query, ask(w->session, query, &param, 1, 0, 0));
    }
}

/* Sets: of parameters, of both, with values that nothing equals, with NULL. */
static void sets_of_values(void **state) {
    world *w = *state;
    for (int table = 0; table < 4; table++)
        for (uint32_t round = 0; round < 60; round++) {
            wql_value v[3] = {wql_u64(round % 11 * 5), round % 3 ? wql_i64((int64_t)round * 5) : wql_i64(-7),
                              round % 4 ? wql_u64(round) : wql_u64((uint64_t)1 << 40)};
            wql_param params[] = {{"a", v[0]}, {NULL, v[1]}, {"c", v[2]}};
            char query[400], literal[400];
            const char *join = round % 2 ? "OR" : "AND", *op = round % 2 ? "=" : "<>";
            (void)snprintf(query, sizeof query,
                           "SELECT Id FROM T%d WHERE U32 %s @a %s U32 %s ? %s U32 %s 35 %s U32 %s @c %s U32 %s @A", table, op,
                           join, op, join, op, join, op, join, op);
            (void)snprintf(literal, sizeof literal,
                           "SELECT Id FROM T%d WHERE U32 %s %llu %s U32 %s %lld %s U32 %s 35 %s U32 %s %llu %s U32 %s %llu",
                           table, op, (unsigned long long)v[0].u64, join, op, (long long)v[1].i64, join, op, join, op,
                           (unsigned long long)v[2].u64, join, op, (unsigned long long)v[0].u64);
            assert_same(literal, ask(w->plain, literal, NULL, 0, 0, 0), query, ask(w->session, query, params, 3, 0, 0));
        }
}

/* A comparison with NULL is unknown, and so is its negation: it is no IS NULL. */
static void a_null_value(void **state) {
    world *w = *state;
    wql_param null = {"v", wql_null()}, both[] = {{"v", wql_null()}, {"w", wql_u64(5)}};
    char query[300];
    for (int table = 0; table < 4; table++)
        for (int p = 1; p < REF; p++)
            for (int op = 0; op < 7; op++)
                for (int negated = 0; negated < 2; negated++) {
                    answer a;
                    if (p == B && op >= 2 && op <= 5) continue;
                    (void)snprintf(query, sizeof query, "SELECT Id FROM T%d WHERE %s %s %s @v", table, negated ? "NOT" : "",
                                   properties[p].name, operators[op]);
                    a = ask(w->session, query, &null, 1, 0, 0);
                    if (a.status != WQL_END || a.ids) fail_msg("%s: %s", query, err.message);
                }
    assert_int_equal(ask(w->session, "SELECT Id FROM T2 WHERE U32 = @v OR U32 = @w", both, 2, 0, 0).ids, 1u << 1);
    assert_int_equal(
        ask(w->session, "SELECT Id FROM T2 WHERE (U32 = @v OR Id = 2) AND NOT (S = @v AND Id = @w)", both, 2, 0, 0).ids, 1u << 2);
}

/* -- what is refused --------------------------------------------------------------------------------------------- */

static void refused(world *w, const char *query, const wql_param *params, uint32_t count, const char *place, const char *words,
                    const char *hint) {
    answer a = ask(w->session, query, params, count, 0, 0);
    if (a.status != WQL_E_INVALID_PARAMETER || !strstr(err.message, words))
        fail_msg("%s: 0x%x %s", query, (unsigned)a.status, err.message);
    assert_string_equal(err.hint, hint);
    assert_int_equal(err.length, strlen(place));
    if (err.length) assert_memory_equal(query + err.offset, place, err.length);
}

static void values_that_do_not_fit(void **state) {
    world *w = *state;
    wql_value item = wql_i64(1);
    wql_param min = {"min", wql_u64(1)}, mni = {"mni", wql_u64(1)}, word = {"min", text("many")}, half = {"min", wql_f64(1.5)};
    wql_param two[] = {{NULL, wql_u64(1)}, {NULL, wql_u64(2)}}, mixed[] = {{"min", wql_u64(1)}, {NULL, wql_u64(2)}};
    wql_param twice[] = {{"min", wql_u64(1)}, {"MIN", wql_u64(2)}};
    static char long_pattern[6000];
    wql_param pattern = {"p", wql_text((wql_str){long_pattern, 5000})};
    refused(w, "SELECT Id FROM T0 WHERE Id > @min", NULL, 0, "@min", "parameter @min has no value", "");
    refused(w, "SELECT Id FROM T0 WHERE Id > @min", &mni, 1, "@min", "parameter @min has no value", "mni");
    refused(w, "SELECT Id FROM T0 WHERE Id > @min", &two[0], 1, "@min", "parameter @min has no value", "");
    refused(w, "SELECT Id FROM T0 WHERE Id > ? AND Id < ?", two, 1, "?", "parameter 2 has no value", "");
    assert_int_equal(err.offset, strlen("SELECT Id FROM T0 WHERE Id > ? AND Id < "));
    refused(w, "SELECT Id FROM T0 WHERE Id > ?", &min, 1, "?", "parameter 1 has no value", "");
    refused(w, "SELECT Id FROM T0 WHERE Id > ?", two, 2, "", "2 values without a name are given, and the query has 1 ?", "");
    refused(w, "SELECT Id FROM T0", two, 1, "", "1 values without a name", "");
    refused(w, "SELECT Id FROM T0 WHERE Id > ?", mixed, 2, "", "the query has no parameter @min", "");
    refused(w, "SELECT Id FROM T0 WHERE Id > @min AND Id < @min", (wql_param[]){min, mni}, 2, "", "no parameter @mni", "min");
    refused(w, "SELECT Id FROM T0 WHERE U32 > @min", &word, 1, "@min", "parameter @min of T0.U32: the text is no number", "");
    refused(w, "SELECT Id FROM T0 WHERE U32 > @min", &half, 1, "@min", "a number with a fraction", "");
    refused(w, "SELECT Id FROM T0 WHERE S LIKE @min", &min, 1, "@min", "LIKE needs a text", "");
    refused(w, "SELECT Id FROM T0 WHERE U32 LIKE @p", (wql_param[]){{"p", text("5%")}}, 1, "@p", "for strings only", "");
    /* also where the condition can never be true */
    refused(w, "SELECT Id FROM T0 WHERE U32 < 0 AND U32 > @min", &word, 1, "@min", "the text is no number", "");
    refused(w, "SELECT Id FROM T0 WHERE U32 < 0 AND U32 > ?", NULL, 0, "?", "parameter 1 has no value", "");
    /* what no query could use fails the submission */
    refused(w, "SELECT Id FROM T0 WHERE Id > @min", twice, 2, "", "parameter @MIN: it is given twice", "");
    refused(w, "no query", (wql_param[]){{"", wql_u64(1)}}, 1, "", "its name is empty", "");
    refused(w, "no query", (wql_param[]){{"a", wql_array(WQL_SINT64, &item, 1)}}, 1, "", "parameter @a: an array", "");
    refused(w, "no query", (wql_param[]){{NULL, typed(WQL_OBJECT, wql_null())}}, 1, "", "the value of number 1: an object", "");
    refused(w, "no query", (wql_param[]){{"a", typed(99, wql_null())}}, 1, "", "no CIM type", "");
    refused(w, "no query", (wql_param[]){{"a", wql_f64((double)NAN)}}, 1, "", "finite", "");
    refused(w, "no query", (wql_param[]){{"a", wql_f64((double)INFINITY)}}, 1, "", "finite", "");
    refused(w, "no query", (wql_param[]){{"a", typed(WQL_UINT8, wql_u64(256))}}, 1, "", "beyond its own type", "");
    refused(w, "no query", (wql_param[]){{"a", typed(WQL_SINT8, wql_i64(-129))}}, 1, "", "beyond its own type", "");
    refused(w, "no query", (wql_param[]){{"a", text("\xff")}}, 1, "", "UTF-8", "");
    refused(w, "no query", (wql_param[]){{"a\xff", text("a")}}, 1, "", "UTF-8", "");
    refused(w, "no query", (wql_param[]){{"a", wql_text((wql_str){NULL, 3})}}, 1, "", "no bytes", "");
    refused(w, "no query", (wql_param[]){{"a", wql_time((wql_datetime){.us = INT64_MAX})}}, 1, "", "beyond the years", "");
    refused(w, "no query", NULL, 3, "", "there is no array", "");
    memset(long_pattern, '%', 5000);
    assert_int_equal(ask(w->session, "SELECT Id FROM T0 WHERE S LIKE @p", &pattern, 1, 0, 0).status, WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "pattern_chars_max"));
    assert_int_equal(ask(w->session, "SELECT Id FROM T0 WHERE S = @p", &pattern, 1, 0, 0).status, WQL_END);
}

/* Errors of meaning come from prepare, values or not; without the dialect a parameter is no token. */
static void what_prepare_says(void **state) {
    world *w = *state;
    static const struct {
        const char *text;
        uint32_t offset, length;
        const char *words;
    } wrong[] = {{"SELECT Id FROM T0 WHERE Tags = @a", 29, 1, "an array can be asked"},
                 {"SELECT Id FROM T0 WHERE B < ?", 26, 1, "a boolean has no order"},
                 {"SELECT Id FROM T0 WHERE E = ?", 26, 1, "an embedded object"},
                 {"SELECT Id FROM T0 WHERE S ISA @a", 26, 3, "ISA is for embedded objects"},
                 {"SELECT ? FROM T0", 7, 1, "a parameter stands for the constant of a comparison"},
                 {"SELECT Id FROM @c", 15, 2, "a parameter stands for the constant"},
                 {"SELECT Id FROM T0 WHERE ? = ?", 28, 1, "two constants cannot be compared"},
                 {"SELECT Id FROM T0 WHERE S IS ?", 29, 1, "a parameter stands for"},
                 {"SELECT Id FROM T0 WHERE S = @", 28, 1, "a parameter is written ? or @name"},
                 {"SELECT Id FROM T0 WHERE S = @ a", 28, 1, "a parameter is written ? or @name"},
                 {"SELECT Id FROM T0 WHERE S = ?a", 29, 1, "expected"},
                 {"SELECT Id FROM T0 WHERE S = @1", 28, 1, "a parameter is written"}};
    wql_query *query;
    char plan[1000];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wql_error clean = WQL_INIT(wql_error);
        err = clean;
        if (wql_query_prepare(w->session, wql_s(wrong[i].text), &query, &err) != WQL_E_INVALID_QUERY ||
            !strstr(err.message, wrong[i].words) || err.offset != wrong[i].offset || err.length != wrong[i].length)
            fail_msg("%s: %s at %u, %u", wrong[i].text, err.message, err.offset, err.length);
    }
    assert_int_equal(wql_query_prepare(w->plain, wql_s("SELECT Id FROM T0 WHERE Id = @a"), &query, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(err.offset, 29);
    assert_int_equal(err.length, 1);
    assert_non_null(strstr(err.message, "not part of the base language"));
    assert_int_equal(wql_query_check(w->engine, wql_s("SELECT a FROM b WHERE c = ? AND d LIKE @e"), WQL_PARAMETERS, NULL, &err),
                     WQL_OK);
    assert_int_equal(wql_query_check(w->engine, wql_s("SELECT a FROM b WHERE c = ?"), 0, NULL, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(wql_query_prepare(
                         w->session, wql_s("SELECT Id FROM T2 WHERE S LIKE @name AND 5 < U32 AND (Id = ? OR Id = 7) AND E ISA ?"),
                         &query, &err),
                     WQL_OK);
    assert_true(wql_query_explain(query, plan, sizeof plan) < sizeof plan);
    assert_non_null(strstr(plan, "S LIKE @name exactly"));
    assert_non_null(strstr(plan, "(Id = ? OR Id = 7)"));
    assert_non_null(strstr(plan, "E ISA ?"));
    wql_query_close(query);
}

/* -- one query, many threads ------------------------------------------------------------------------------------- */

typedef struct runner {
    wql_query *query;
    uint32_t number, wrong;
    pthread_t thread;
} runner;

static void *run_often(void *arg) {
    runner *r = arg;
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t id = (r->number * 7 + i) % ROWS;
        char name[40];
        wql_param params[] = {{"id", wql_u64(id)}, {"name", wql_null()}};
        wql_call_options how = {.struct_size = sizeof how, .params = params, .param_count = 2};
        wql_error e = WQL_INIT(wql_error);
        wql_batch *batch;
        wql_call call;
        uint64_t ids = 0;
        (void)snprintf(name, sizeof name, "T%u.Id=%u%s", i % 4, id, i % 2 ? "" : "%");
        params[1].value = wql_text(wql_s(name));
        if (wql_query_exec(r->query, &how, &call, &e) < 0) {
            r->wrong++;
            continue;
        }
        memset(name, 'x', sizeof name); /* it was copied */
        params[0].value.u64 = 99;
        while (wql_call_next(call, WQL_FOREVER, &batch, &e) == WQL_OK) {
            for (uint32_t row = 0; row < wql_batch_rows(batch); row++)
                ids |= (uint64_t)1 << wql_column_value(wql_batch_column(batch, 0), row).u64;
            wql_batch_release(batch);
        }
        wql_call_close(call);
        if (ids != (i % 4 == 2 ? (uint64_t)1 << id : 0)) r->wrong++;
    }
    return NULL;
}

static void one_query_for_many_threads(void **state) {
    world *w = *state;
    runner runners[4];
    wql_query *query;
    assert_int_equal(
        wql_query_prepare(w->session, wql_s("SELECT Id FROM T2 WHERE Id = @id AND __RELPATH LIKE @name"), &query, &err), WQL_OK);
    for (uint32_t i = 0; i < 4; i++) {
        runners[i] = (runner){.query = query, .number = i};
        assert_int_equal(pthread_create(&runners[i].thread, NULL, run_often, &runners[i]), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        pthread_join(runners[i].thread, NULL);
        assert_int_equal(runners[i].wrong, 0);
    }
    wql_query_close(query);
}

/* -- quoting ----------------------------------------------------------------------------------------------------- */

static uint32_t seed = 20261125;
static uint32_t pick(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static size_t random_text(char *out, size_t pieces) {
    static const char *const parts[] = {"a",  "'", "\"",   "\\", "\n",  "\r\n",     "\t",           "%",
                                        "_",  "[", "]",    "^",  "-",   "\xc3\xa4", "\xe2\x84\xaa", "\xf0\x9f\x98\x80",
                                        "@x", "?", "\x01", " ",  "AND", "--",       "\x7f",         "k",
                                        "\\'"};
    size_t len = 0;
    for (size_t i = 0; i < pieces; i++) {
        const char *part = parts[pick(sizeof parts / sizeof *parts)];
        memcpy(out + len, part, strlen(part));
        len += strlen(part);
    }
    out[len] = 0;
    return len;
}

/* A table with one row, whose name is the text. */
static void holds_only(world *w, wql_memory *memory, const char *condition, bool expected) {
    char query[5000];
    answer a;
    (void)memory;
    (void)snprintf(query, sizeof query, "SELECT Id FROM Q WHERE %s", condition);
    a = ask(w->plain, query, NULL, 0, 0, 0);
    if (a.status != WQL_END || (a.count == 1) != expected)
        fail_msg("%s: %llu, %s", query, (unsigned long long)a.count, err.message);
}

static void quoted_text_reads_back(void **state) {
    static const wql_property_def props[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                             {.name = "N", .type = WQL_STRING}};
    static const wql_class_def def = {.struct_size = sizeof def, .name = "Q", .properties = props, .property_count = 2};
    world w = {0};
    wql_memory *memory;
    wql_table table = {.struct_size = sizeof table, .def = &def};
    (void)state;
    assert_int_equal(wql_memory_open(NULL, NULL, &memory), WQL_OK);
    table.memory = memory;
    assert_int_equal(wql_engine_open(NULL, &w.engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(w.engine, "root/q", wql_memory_provider(), NULL, &table, &err), WQL_OK);
    assert_int_equal(wql_session_open(w.engine, "root/q", NULL, &w.plain, &err), WQL_OK);
    for (int round = 0; round < 400; round++) {
        char words[200], other[200], quoted[500], pattern[700], all[1500], condition[4500];
        size_t len = random_text(words, pick(12));
        wql_str one = {words, len};
        int32_t offsets[2] = {0, (int32_t)len};
        uint32_t id = 1;
        wql_column columns[2] = {{.name = NULL}, {.name = NULL}};
        wql_value value = wql_text(one);
        columns[0] = (wql_column){.type = WQL_UINT32, .layout = WQL_FIXED, .property = 0, .values = &id};
        columns[1] = (wql_column){
            .type = WQL_STRING, .layout = WQL_OFFSETS, .property = 1, .offsets = offsets, .bytes = words, .bytes_size = len};
        if (wql_memory_replace(memory, 1, 1, columns, 2, NULL, NULL, &err) != WQL_OK) fail_msg("%s", err.message);
        assert_true(wql_quote(&value, quoted, sizeof quoted) < sizeof quoted);
        assert_int_equal(wql_quote(&value, NULL, 0), strlen(quoted));
        (void)snprintf(condition, sizeof condition, "N = %s", quoted);
        holds_only(&w, memory, condition, true);
        assert_true(wql_quote_pattern(one, pattern, sizeof pattern) < sizeof pattern);
        assert_int_equal(wql_quote_pattern(one, NULL, 0), strlen(pattern));
        value = text(pattern);
        (void)wql_quote(&value, all, sizeof all);
        (void)snprintf(condition, sizeof condition, "N LIKE %s", all);
        holds_only(&w, memory, condition, true);
        (void)snprintf(all, sizeof all, "%%%s%%", pattern);
        value = text(all);
        (void)wql_quote(&value, quoted, sizeof quoted);
        (void)snprintf(condition, sizeof condition, "N LIKE %s", quoted);
        holds_only(&w, memory, condition, true);
        (void)random_text(other, pick(12));
        (void)wql_quote_pattern(wql_s(other), pattern, sizeof pattern);
        value = text(pattern);
        (void)wql_quote(&value, all, sizeof all);
        value = text(other);
        (void)wql_quote(&value, quoted, sizeof quoted);
        (void)snprintf(condition, sizeof condition, "(N LIKE %s AND NOT N = %s) OR (N = %s AND NOT N LIKE %s)", all, quoted,
                       quoted, all);
        holds_only(&w, memory, condition, false); /* the two agree on every text */
    }
    wql_session_close(w.plain);
    assert_int_equal(wql_engine_close(w.engine), WQL_OK);
    wql_memory_close(memory);
}

static void other_values_quoted(void **state) {
    char buf[60];
    wql_value item = wql_i64(1);
    struct {
        wql_value value;
        const char *text;
    } cases[] = {{wql_null(), "NULL"},
                 {wql_bool(true), "TRUE"},
                 {wql_bool(false), "FALSE"},
                 {wql_i64(INT64_MIN), "-9223372036854775808"},
                 {wql_u64(UINT64_MAX), "18446744073709551615"},
                 {wql_f64(2), "2.0"},
                 {wql_f64(-0.5), "-0.5"},
                 {wql_f64(1e300), "1e300"},
                 {date(dates[0]), "'20200101000000.000000+000'"},
                 {text("it's"), "'it\\'s'"},
                 {text("\\"), "'\\\\'"},
                 {text(""), "''"},
                 {typed(WQL_CHAR16, wql_u64(65)), "65"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(wql_quote(&cases[i].value, buf, sizeof buf), strlen(cases[i].text));
        assert_string_equal(buf, cases[i].text);
    }
    wql_value none[] = {wql_f64((double)NAN),
                        wql_f64((double)-INFINITY),
                        wql_array(WQL_SINT64, &item, 1),
                        typed(WQL_OBJECT, wql_null()),
                        wql_text((wql_str){"a\0b", 3}),
                        text("\xff"),
                        wql_time((wql_datetime){.us = INT64_MIN}),
                        typed(77, wql_null()),
                        typed(WQL_UINT8, wql_u64(300))};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        strcpy(buf, "x");
        assert_int_equal(wql_quote(&none[i], buf, sizeof buf), 0);
        assert_string_equal(buf, "");
    }
    assert_int_equal(wql_quote(NULL, buf, sizeof buf), 0);
    assert_int_equal(wql_quote(&cases[9].value, buf, 5), 7); /* cut, and told */
    assert_string_equal(buf, "'it\\");
    assert_int_equal(wql_quote_pattern(wql_s(NULL), buf, sizeof buf), 0);
    assert_int_equal(wql_quote_pattern(wql_s("100%_[x]"), buf, sizeof buf), 14);
    assert_string_equal(buf, "100[%][_][[]x]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_parameter_is_as_its_literal, open_world, close_world),
        cmocka_unit_test_setup_teardown(system_properties, open_world, close_world),
        cmocka_unit_test_setup_teardown(sets_of_values, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_null_value, open_world, close_world),
        cmocka_unit_test_setup_teardown(values_that_do_not_fit, open_world, close_world),
        cmocka_unit_test_setup_teardown(what_prepare_says, open_world, close_world),
        cmocka_unit_test_setup_teardown(one_query_for_many_threads, open_world, close_world),
        cmocka_unit_test(quoted_text_reads_back),
        cmocka_unit_test(other_values_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
