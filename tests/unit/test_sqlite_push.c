/* SPDX-License-Identifier: MIT */
/* test_sqlite_push.c: the sqlite provider: what it takes over from a query, and whether that is true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/sqlite/sqlite.h"
#include "sqlite_aid.h"

#include <math.h>
#include <stdlib.h>

static int begin(void **state) {
    aid_place *place = malloc(sizeof *place);
    if (!place) return -1;
    aid_begin(place);
    *state = place;
    return 0;
}

static int end(void **state) {
    aid_end(*state);
    free(*state);
    return 0;
}

/* -- the SQL --------------------------------------------------------------------------------------------------------------- */

/* The SQL of one condition, with its answer in front: "2 SELECT ...". */
static void explain(fake_host *host, const char *property, uint16_t op, const wql_value *values, uint32_t count, char *out,
                    size_t size) {
    fake_scan scan;
    fake_scan_init(&scan, host, 0);
    fake_want_none(&scan);
    fake_want(&scan, 0);
    fake_where(&scan, fake_find_property(host, 0, property), op, values, count);
    fake_take_plan(&scan);
    (void)snprintf(out, size, "%d ", scan.take[0]);
    (void)host->provider->explain(host->self, &scan.request, out + 2, size - 2);
    fake_scan_free(&scan);
}

#define SELECT "SELECT t.\"id\" FROM main.\"t\" AS t"

typedef struct sql_case {
    const char *property;
    uint16_t op;
    wql_value value;
    const char *expected; /* answer, and what follows WHERE; "0": nothing */
} sql_case;

static void check_sql(fake_host *host, const sql_case *cases, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool null = cases[i].op == WQL_IS_NULL || cases[i].op == WQL_NOT_NULL;
        char sql[2000], expected[2000];
        explain(host, cases[i].property, cases[i].op, null ? NULL : &cases[i].value, !null, sql, sizeof sql);
        if (cases[i].expected[1])
            (void)snprintf(expected, sizeof expected, "%c " SELECT " WHERE %s", cases[i].expected[0], cases[i].expected + 2);
        else
            (void)snprintf(expected, sizeof expected, "%s " SELECT, cases[i].expected);
        if (strcmp(sql, expected) != 0) fail_msg("case %zu\n  is      %s\n  must be %s", i, sql, expected);
    }
}

static wql_value text(const char *z) { return wql_text(wql_s(z)); }

static wql_value date(int64_t us) { return wql_time((wql_datetime){.us = us}); }

static void test_sql(void **state) {
    fake_host *host =
        aid_mount(*state, "sql.db",
                  "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, u INT UNSIGNED, b BOOL, r REAL, d DECIMAL, s TEXT, v,"
                  "x BLOB, w DATE, \"q\"\"q\" INT)");
    const sql_case cases[] = {
        {"id", WQL_EQ, wql_i64(5), "2 t.\"id\" = 5"},
        {"id", WQL_NE, wql_i64(INT64_MIN), "2 t.\"id\" <> -9223372036854775808"},
        {"i", WQL_EQ, wql_i64(5), "2 (t.\"i\" = 5 AND typeof(t.\"i\") = 'integer')"},
        {"i", WQL_GE, wql_i64(-5), "2 (t.\"i\" >= -5 AND typeof(t.\"i\") = 'integer')"},
        {"i", WQL_IS_NULL, wql_null(), "2 typeof(t.\"i\") <> 'integer'"},
        {"i", WQL_NOT_NULL, wql_null(), "2 typeof(t.\"i\") = 'integer'"},
        {"q_q", WQL_EQ, wql_i64(5), "2 (t.\"q\"\"q\" = 5 AND typeof(t.\"q\"\"q\") = 'integer')"},
        {"u", WQL_LT, wql_u64(5), "1 (t.\"u\" < 5 AND typeof(t.\"u\") = 'integer')"},
        {"u", WQL_EQ, wql_u64(UINT64_MAX), "1 0"},
        {"u", WQL_LT, wql_u64(UINT64_MAX), "1 typeof(t.\"u\") = 'integer'"},
        {"u", WQL_IS_NULL, wql_null(), "0"},
        {"b", WQL_EQ, wql_bool(true), "2 (t.\"b\" = 1 AND typeof(t.\"b\") = 'integer')"},
        {"b", WQL_NE, wql_bool(true), "2 (t.\"b\" = 0 AND typeof(t.\"b\") = 'integer')"},
        {"b", WQL_IS_NULL, wql_null(), "2 NOT (typeof(t.\"b\") = 'integer' AND t.\"b\" IN (0, 1))"},
        {"r", WQL_GT, wql_f64(1.5), "2 (t.\"r\" > 1.5 AND typeof(t.\"r\") = 'real')"},
        {"r", WQL_EQ, wql_f64(0.1), "2 (t.\"r\" = 0.1 AND typeof(t.\"r\") = 'real')"},
        {"r", WQL_LT, wql_f64(9007199254740992.0), "1 (t.\"r\" <= 9007199254740992.0 AND typeof(t.\"r\") = 'real')"},
        {"r", WQL_NE, wql_f64(9007199254740992.0), "0"},
        {"r", WQL_NE, wql_f64(1e300), "0"},
        {"d", WQL_GT, wql_f64(10), "1 t.\"d\" > 10.0"},
        {"d", WQL_IS_NULL, wql_null(), "1 typeof(t.\"d\") <> 'real'"},
        {"s", WQL_EQ, text("abc"), "2 (t.\"s\" = 'abc' COLLATE NOCASE)"},
        {"s", WQL_EQ, text("it's"),
         "1 (t.\"s\" < 'it(' COLLATE NOCASE AND t.\"s\" >= 'it\'\'' COLLATE NOCASE AND length(t.\"s\") = 4)"},
        {"s", WQL_EQ, text("Skip"),
         "1 (t.\"s\" >= 's' COLLATE NOCASE AND (t.\"s\" < 't' COLLATE NOCASE OR t.\"s\" >= '\xc5\xbf' COLLATE NOCASE) AND "
         "length(t.\"s\") = 4)"},
        {"s", WQL_EQ, text("kilo"),
         "1 (t.\"s\" >= 'kilo' COLLATE NOCASE AND (t.\"s\" < 'kilp' COLLATE NOCASE OR t.\"s\" >= '\xe2\x84\xaa' COLLATE NOCASE) "
         "AND length(t.\"s\") = 4)"},
        {"s", WQL_EQ, text("a'b"), "2 (t.\"s\" = 'a''b' COLLATE NOCASE)"},
        {"s", WQL_EQ, text("\xc3\xa9"), "1 (length(t.\"s\") = 1)"},
        {"s", WQL_EQ, text("\xef\xbf\xbd"), "0"},
        {"s", WQL_NE, text("abc"), "2 (typeof(t.\"s\") <> 'blob' AND t.\"s\" <> 'abc' COLLATE NOCASE)"},
        {"s", WQL_NE, text("kiss"), "0"},
        {"s", WQL_LT, text("abc"), "0"},
        {"s", WQL_LIKE, text("ab%"), "1 (t.\"s\" < 'ac' COLLATE NOCASE AND t.\"s\" >= 'ab' COLLATE NOCASE)"},
        {"s", WQL_LIKE, text("AbSx_"), "1 (t.\"s\" < 'ac' COLLATE NOCASE AND t.\"s\" >= 'ab' COLLATE NOCASE)"},
        {"s", WQL_LIKE, text("z[a-c]"), "1 (t.\"s\" >= 'z' COLLATE NOCASE AND t.\"s\" < '{' COLLATE NOCASE)"},
        {"s", WQL_LIKE, text("s%"),
         "1 (t.\"s\" >= 's' COLLATE NOCASE AND (t.\"s\" < 't' COLLATE NOCASE OR t.\"s\" >= '\xc5\xbf' COLLATE NOCASE))"},
        {"s", WQL_LIKE, text("_s%"), "0"},
        {"s", WQL_LIKE, text("%a"), "0"},
        {"s", WQL_LIKE, text("abc"), "2 (t.\"s\" = 'abc' COLLATE NOCASE)"},
        {"s", WQL_IS_NULL, wql_null(), "2 typeof(t.\"s\") IN ('null', 'blob')"},
        {"v", WQL_EQ, text("12"), "2 (typeof(t.\"v\") <> 'blob' AND CAST(t.\"v\" AS TEXT) = '12' COLLATE NOCASE)"},
        {"v", WQL_LIKE, text("1%"),
         "1 (CAST(t.\"v\" AS TEXT) < '2' COLLATE NOCASE AND CAST(t.\"v\" AS TEXT) >= '1' COLLATE NOCASE)"},
        {"x", WQL_IS_NULL, wql_null(), "2 typeof(t.\"x\") <> 'blob'"},
        {"w", WQL_GE, date(INT64_C(86400000000) * 2), "1 (t.\"w\" COLLATE BINARY >= '1970-01-02')"},
        {"w", WQL_LT, date(-1), "1 (t.\"w\" COLLATE BINARY < '1970-01-02')"},
        {"w", WQL_EQ, date(0), "1 (t.\"w\" COLLATE BINARY >= '1969-12-31' AND t.\"w\" COLLATE BINARY < '1970-01-03')"},
        {"w", WQL_NE, date(0), "0"},
        {"w", WQL_IS_NULL, wql_null(), "0"},
        {"w", WQL_NOT_NULL, wql_null(), "1 typeof(t.\"w\") = 'text'"},
    };
    assert_non_null(host);
    check_sql(host, cases, sizeof cases / sizeof cases[0]);
    assert_int_equal(fake_close(host), 0);
}

/* STRICT tables enforce types, so nothing needs to stand beside a comparison. */
static void test_strict_sql(void **state) {
    fake_host *host =
        aid_mount(*state, "strict.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, x BLOB, a ANY) STRICT");
    const sql_case cases[] = {
        {"i", WQL_EQ, wql_i64(5), "2 t.\"i\" = 5"},
        {"i", WQL_IS_NULL, wql_null(), "2 t.\"i\" IS NULL"},
        {"r", WQL_LE, wql_f64(-0.5), "2 t.\"r\" <= -0.5"},
        {"r", WQL_NOT_NULL, wql_null(), "2 t.\"r\" IS NOT NULL"},
        {"s", WQL_NE, text("abc"), "2 (t.\"s\" <> 'abc' COLLATE NOCASE)"},
        {"s", WQL_IS_NULL, wql_null(), "2 t.\"s\" IS NULL"},
        {"x", WQL_NOT_NULL, wql_null(), "2 t.\"x\" IS NOT NULL"},
        {"a", WQL_NOT_NULL, wql_null(), "2 typeof(t.\"a\") NOT IN ('null', 'blob')"},
    };
    assert_non_null(host);
    check_sql(host, cases, sizeof cases / sizeof cases[0]);
    assert_int_equal(fake_close(host), 0);
}

static void test_lists(void **state) {
    fake_host *host = aid_mount(*state, "lists.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, s TEXT, r REAL, b BOOL)");
    wql_value ints[600], texts[3], reals[2], bools[2];
    char sql[4000];
    assert_non_null(host);
    for (uint32_t i = 0; i < 600; i++) ints[i] = wql_i64((int64_t)i - 10);
    texts[0] = text("abc");
    texts[1] = text("De");
    texts[2] = text("kiss");
    reals[0] = wql_f64(0.5);
    reals[1] = wql_f64(2);
    bools[0] = wql_bool(true);
    bools[1] = wql_bool(false);
    explain(host, "i", WQL_EQ, ints, 3, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE (t.\"i\" IN (-10, -9, -8) AND typeof(t.\"i\") = 'integer')");
    explain(host, "i", WQL_EQ, ints, 600, sql, sizeof sql);
    assert_string_equal(sql, "1 " SELECT " WHERE (t.\"i\" BETWEEN -10 AND 589 AND typeof(t.\"i\") = 'integer')");
    explain(host, "s", WQL_EQ, texts, 2, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE (t.\"s\" COLLATE NOCASE IN ('abc', 'De'))");
    explain(host, "s", WQL_EQ, texts, 3, sql, sizeof sql);
    assert_string_equal(sql, "1 " SELECT " WHERE (length(t.\"s\") IN (3, 2, 4))");
    explain(host, "r", WQL_EQ, reals, 2, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE (t.\"r\" IN (0.5, 2.0) AND typeof(t.\"r\") = 'real')");
    explain(host, "b", WQL_EQ, bools, 2, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE (t.\"b\" IN (0, 1) AND typeof(t.\"b\") = 'integer')");
    ints[1] = wql_null(); /* equals nothing */
    explain(host, "id", WQL_EQ, ints, 3, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE t.\"id\" IN (-10, -8)");
    assert_int_equal(fake_close(host), 0);
}

/* Values that come with open: planned for the worst, lowered where the value allows nothing. */
static void test_parameters(void **state) {
    fake_host *host = aid_mount(*state, "parameters.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES(1, 'sail'), (2, 'abc')");
    wql_value value = text("%l");
    char sql[400];
    fake_scan scan;
    assert_non_null(host);
    explain(host, "s", WQL_LIKE, NULL, 1, sql, sizeof sql);
    assert_string_equal(sql, "1 " SELECT " WHERE t.\"s\" LIKE ?");
    explain(host, "id", WQL_EQ, NULL, 1, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE t.\"id\" = ?");
    explain(host, "id", WQL_EQ, NULL, 3, sql, sizeof sql);
    assert_string_equal(sql, "2 " SELECT " WHERE t.\"id\" IN (?, ?, ?)");
    explain(host, "s", WQL_NE, NULL, 1, sql, sizeof sql);
    assert_string_equal(sql, "0 " SELECT);
    fake_scan_init(&scan, host, 0);
    fake_where(&scan, 1, WQL_LIKE, NULL, 1);
    fake_take_plan(&scan);
    assert_int_equal(scan.take[0], WQL_SUPERSET);
    scan.conjuncts[0].values = &value;
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.take[0], WQL_NONE);
    assert_int_equal(scan.row_count, 2);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

static void test_explain(void **state) {
    fake_host *host = aid_mount(*state, "explain.db", "CREATE TABLE \"t\nu\"(id INTEGER PRIMARY KEY, a TEXT)");
    char all[200], cut[20];
    fake_scan scan;
    size_t len;
    assert_non_null(host);
    fake_scan_init(&scan, host, 0);
    scan.request.limit = 7;
    len = host->provider->explain(host->self, &scan.request, all, sizeof all);
    assert_string_equal(all, "SELECT t.\"id\", t.\"a\" FROM main.\"t?u\" AS t LIMIT 7");
    assert_int_equal(len, strlen(all));
    assert_int_equal(host->provider->explain(host->self, &scan.request, cut, sizeof cut), len);
    assert_memory_equal(cut, all, sizeof cut - 1);
    assert_int_equal(host->provider->explain(host->self, &scan.request, NULL, 0), len);
    scan.request.flags = WQL_WISH_COUNT;
    fake_want_none(&scan);
    (void)host->provider->explain(host->self, &scan.request, all, sizeof all);
    assert_string_equal(all, "SELECT count(*) FROM (SELECT 1 FROM main.\"t?u\" AS t LIMIT 7)");
    scan.request.limit = 0;
    scan.request.flags = 0;
    (void)host->provider->explain(host->self, &scan.request, all, sizeof all);
    assert_string_equal(all, "SELECT 1 FROM main.\"t?u\" AS t");
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- is it true? ----------------------------------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

#define PICK(list, seed) (list)[next_random(seed) % (sizeof(list) / sizeof(list)[0])]

/* SQL literals of everything that could lie in a column. */
static const char *const stored[] = {
    "NULL",
    "0",
    "1",
    "2",
    "-1",
    "5",
    "5.0",
    "5.5",
    "-5.5",
    "0.1",
    "1e3",
    "9007199254740992",
    "9007199254740993",
    "9007199254740992.0",
    "9223372036854775807",
    "-9223372036854775808",
    "9e999",
    "-9e999",
    "''",
    "'a'",
    "'A'",
    "'abc'",
    "'ABC'",
    "'aBcd'",
    "'ab'",
    "'k'",
    "'K'",
    "char(8490)",
    "char(383)",
    "'s'",
    "'S'",
    "'kiss'",
    "'ki' || char(383) || 'S'",
    "char(8490) || 'ISS'",
    "char(233)",
    "char(201)",
    "'x' || char(233)",
    "'5'",
    "'5.0'",
    "'5.5'",
    "'true'",
    "'1'",
    "'0'",
    "x'6162'",
    "x''",
    "x'00'",
    "CAST(x'61ff' AS TEXT)",
    "CAST(x'61626300' AS TEXT)",
    "CAST(x'610062' AS TEXT)",
    "char(65533)",
    "CAST(x'ff' AS TEXT)",
    "'a%'",
    "'a_'",
    "'a['",
    "'@b'",
    "'~'",
    "'z'",
    "'{'",
    "'1970-01-01'",
    "'1970-01-02'",
    "'1970-01-01 23:30:00-01:00'",
    "'1970-01-02 00:10+14:00'",
    "'1969-12-31T23:59:59.999999'",
    "'1970-01-01 00:00'",
    "'9999-12-31 23:59-16:00'",
    "'0001-01-01 00:00+16:00'",
    "'soon'",
    "19700101",
};

static const char *const columns[] = {"INTEGER", "INT UNSIGNED",        "BOOL", "REAL", "DECIMAL",
                                      "TEXT",    "TEXT COLLATE NOCASE", "",     "BLOB", "DATETIME"};

/* The slow twin: a cell, as it came without conditions, against one value by the rules of the language. */
static uint32_t fold_one(const unsigned char **at) {
    const unsigned char *p = *at;
    uint32_t c = *p, tails = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
    if (tails) c &= 0x3fu >> tails;
    for (uint32_t i = 1; i <= tails; i++) c = c << 6 | (p[i] & 0x3fu);
    *at += tails + 1;
    if (c >= 'A' && c <= 'Z') return c + 32;
    return c == 0x212a ? 'k' : c == 0x17f ? 's' : c == 0xc9 ? 0xe9 : c;
}

static int compare_text(const char *a, const char *b) {
    const unsigned char *p = (const unsigned char *)a, *q = (const unsigned char *)b;
    while (*p && *q) {
        uint32_t x = fold_one(&p), y = fold_one(&q);
        if (x != y) return x < y ? -1 : 1;
    }
    return (*p != 0) - (*q != 0);
}

/* `%`, `_` and `[abc]` only. */
static bool like_text(const char *s, const char *pattern) {
    const unsigned char *p = (const unsigned char *)s, *q = (const unsigned char *)pattern;
    bool found = false;
    uint32_t c;
    if (!*q) return !*p;
    if (*q == '%') {
        for (;; (void)fold_one(&p)) {
            if (like_text((const char *)p, pattern + 1)) return true;
            if (!*p) return false;
        }
    }
    if (!*p) return false;
    c = fold_one(&p);
    if (*q == '_') return like_text((const char *)p, pattern + 1);
    if (*q == '[') {
        for (q++; *q && *q != ']';) found |= fold_one(&q) == c;
        return *q && found && like_text((const char *)p, (const char *)q + 1);
    }
    return fold_one(&q) == c && like_text((const char *)p, (const char *)q);
}

static bool decide(uint16_t op, int order) {
    switch (op) {
    case WQL_EQ: return order == 0;
    case WQL_NE: return order != 0;
    case WQL_LT: return order < 0;
    case WQL_LE: return order <= 0;
    case WQL_GT: return order > 0;
    default: return order >= 0;
    }
}

static bool holds_for(const char *cell, uint16_t op, const wql_value *v) {
    switch (v->type) {
    case WQL_SINT64: {
        long long n = strtoll(cell, NULL, 10);
        return decide(op, (n > v->i64) - (n < v->i64));
    }
    case WQL_UINT64: {
        unsigned long long n = strtoull(cell, NULL, 10);
        return decide(op, (n > v->u64) - (n < v->u64));
    }
    case WQL_BOOLEAN: return decide(op, (strcmp(cell, "TRUE") == 0) != v->b);
    case WQL_REAL64: {
        double d = strtod(cell, NULL);
        return decide(op, (d > v->f64) - (d < v->f64));
    }
    case WQL_DATETIME: {
        long long us = strtoll(cell, NULL, 10);
        return decide(op, (us > v->time.us) - (us < v->time.us));
    }
    case WQL_STRING: return op == WQL_LIKE ? like_text(cell, v->str.ptr) : decide(op, compare_text(cell, v->str.ptr));
    default: return false;
    }
}

static bool holds(const char *cell, uint16_t op, const wql_value *values, uint32_t count) {
    bool null = strcmp(cell, "NULL") == 0;
    if (op == WQL_IS_NULL || op == WQL_NOT_NULL) return null == (op == WQL_IS_NULL);
    for (uint32_t i = 0; i < count && !null; i++)
        if (holds_for(cell, op, &values[i])) return true;
    return false;
}

/* A value of the property's type. */
static wql_value random_value(uint32_t type, uint16_t op, uint32_t *seed) {
    static const int64_t ints[] = {
        0, 1, 2, -1, 5, 6, 1000, INT64_MAX, INT64_MIN, INT64_C(9007199254740993), INT64_C(9007199254740992)};
    static const double reals[] = {
        0, 1, 5, 5.5, -5.5, 0.1, 1000, 9007199254740992.0, 9007199254740994.0, 9223372036854775808.0, -1e300};
    static const char *const texts[] = {"",
                                        "a",
                                        "abc",
                                        "ABCD",
                                        "ab",
                                        "k",
                                        "K",
                                        "kiss",
                                        "S",
                                        "\xe2\x84\xaa",
                                        "\xc5\xbf",
                                        "\xc3\xa9",
                                        "5",
                                        "5.0",
                                        "5.5",
                                        "true",
                                        "\xef\xbf\xbd",
                                        "a\xef\xbf\xbd",
                                        "@b",
                                        "z",
                                        "~",
                                        "9007199254740993",
                                        "a%",
                                        "Inf"};
    static const char *const patterns[] = {"a%", "A_", "AB%",   "a[bx]%",         "%",  "_",   "",   "k%", "ab", "@%",      "~%",
                                           "5%", "z%", "[a]bc", "a\xef\xbf\xbd%", "1%", "ki%", "{%", "9%", "%c", "\xc3\xa9"};
    static const int64_t times[] = {0,
                                    1,
                                    -1,
                                    INT64_C(86400000000),
                                    INT64_C(1800000000),
                                    INT64_C(253402300799999999),
                                    -INT64_C(62135596800000000),
                                    INT64_C(-50400000000) + INT64_C(87000000000)};
    switch (type) {
    case WQL_BOOLEAN: return wql_bool(next_random(seed) & 1);
    case WQL_SINT64: return wql_i64(PICK(ints, seed));
    case WQL_UINT64: return wql_u64(next_random(seed) % 8 == 0 ? UINT64_MAX : (uint64_t)PICK(ints, seed));
    case WQL_REAL64: return wql_f64(PICK(reals, seed));
    case WQL_DATETIME: return date(PICK(times, seed));
    default: return text(op == WQL_LIKE ? PICK(patterns, seed) : PICK(texts, seed));
    }
}

static uint16_t random_op(uint32_t type, uint32_t *seed) {
    static const uint16_t all[] = {WQL_EQ, WQL_NE, WQL_LT, WQL_LE, WQL_GT, WQL_GE, WQL_IS_NULL, WQL_NOT_NULL};
    static const uint16_t texts[] = {WQL_EQ, WQL_NE, WQL_LIKE, WQL_EQ, WQL_LIKE, WQL_LT, WQL_IS_NULL, WQL_NOT_NULL};
    static const uint16_t bools[] = {WQL_EQ, WQL_NE, WQL_IS_NULL, WQL_NOT_NULL};
    static const uint16_t lists[] = {WQL_IS_NULL, WQL_NOT_NULL};
    if (type & WQL_ARRAY) return PICK(lists, seed);
    return type == WQL_STRING ? PICK(texts, seed) : type == WQL_BOOLEAN ? PICK(bools, seed) : PICK(all, seed);
}

/* Runs the scan with its conditions and compares with all rows, judged by the slow twin. */
static void compare_scan(const fake_scan *all, fake_scan *scan, const char *what) {
    char shown[1000];
    uint64_t r = 0;
    fake_take_plan(scan);
    assert_int_equal(fake_run(scan), WQL_END);
    (void)scan->host->provider->explain(scan->host->self, &scan->request, shown, sizeof shown);
    for (uint64_t i = 0; i < all->row_count; i++) {
        bool came = r < scan->row_count && strcmp(fake_cell(scan, r, 0), fake_cell(all, i, 0)) == 0, may = true, must_come = true;
        for (uint32_t k = 0; k < scan->request.conjunct_count; k++) {
            const wql_conjunct *c = &scan->conjuncts[k];
            bool fulfils = holds(fake_cell(all, i, c->property), c->op, c->values, c->count);
            must_come &= fulfils;
            may &= fulfils || scan->take[k] != WQL_EXACT;
        }
        if (came && !may) fail_msg("%s: row %s came, but must not: %s", what, fake_cell(all, i, 0), shown);
        if (!came && must_come) fail_msg("%s: row %s is missing: %s", what, fake_cell(all, i, 0), shown);
        r += came;
    }
    if (r != scan->row_count) fail_msg("%s: rows that are not there: %s", what, shown);
}

/* A count must be that of the rows. */
static void compare_count(fake_scan *scan) {
    fake_scan count;
    fake_scan_init(&count, scan->host, scan->request.class_index);
    fake_want_none(&count);
    for (uint32_t k = 0; k < scan->request.conjunct_count; k++) {
        if (scan->take[k] != WQL_EXACT) {
            fake_scan_free(&count);
            return;
        }
        fake_where(&count, scan->conjuncts[k].property, scan->conjuncts[k].op, scan->conjuncts[k].values,
                   scan->conjuncts[k].count);
    }
    count.request.flags = WQL_WISH_COUNT;
    fake_take_plan(&count);
    assert_int_equal(fake_run(&count), WQL_END);
    assert_int_equal(count.row_count, scan->row_count);
    assert_true(count.batches <= 1);
    fake_scan_free(&count);
}

static void random_conditions(fake_host *host, uint32_t index, uint32_t rounds, uint32_t *seed) {
    const fake_class *cls = &host->classes[index];
    fake_scan all;
    fake_scan_init(&all, host, index);
    assert_int_equal(fake_run(&all), WQL_END);
    for (uint32_t round = 0; round < rounds; round++) {
        wql_value values[3][4];
        uint32_t count = 1 + next_random(seed) % 3;
        char what[80];
        fake_scan scan;
        fake_scan_init(&scan, host, index);
        for (uint32_t k = 0; k < count; k++) {
            uint32_t property = next_random(seed) % cls->property_count, type = cls->properties[property].type;
            uint16_t op = random_op(type, seed);
            uint32_t n = op == WQL_IS_NULL || op == WQL_NOT_NULL ? 0 : op == WQL_EQ && next_random(seed) % 3 == 0 ? 4 : 1;
            for (uint32_t i = 0; i < n; i++) values[k][i] = random_value(type, op, seed);
            fake_where(&scan, property, op, n ? values[k] : NULL, n);
        }
        (void)snprintf(what, sizeof what, "%s, round %u", cls->name, round);
        compare_scan(&all, &scan, what);
        compare_count(&scan);
        fake_scan_free(&scan);
    }
    fake_scan_free(&all);
}

/* A table with a column of each type, in which anything may lie, and the same as a view, and STRICT with what fits. */
static void make_tables(aid_place *place, uint32_t *seed) {
    sqlite3 *db;
    char sql[2000] = "CREATE TABLE t(id INTEGER PRIMARY KEY";
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        (void)snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", c%zu %s", i, columns[i]);
    (void)strcat(sql,
                 "); CREATE VIEW v AS SELECT * FROM t UNION ALL SELECT 10000 + id, c6, c7, c5, c4, c3, c2, c1, c9, c8, c7 FROM t;"
                 "CREATE VIEW e AS SELECT id, c0 AS a, c5 AS b, c0 + 0 AS c, c5 || '' AS d, CAST(c4 AS INT) AS f, c2 AS g, c9 AS "
                 "h FROM t WHERE id % 3;"
                 "CREATE VIEW g AS SELECT id, c2, max(c4) AS m, c5, min(c7) AS n, c9 FROM t GROUP BY id;"
                 "CREATE VIEW j AS SELECT o.id, v.c0, v.c5, v.c3 FROM t AS o LEFT JOIN v ON v.id = 10001 + o.id;"
                 "CREATE TABLE st(id INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, x BLOB, a ANY) STRICT; BEGIN;");
    (void)remove(aid_path(place, "random.db"));
    db = aid_connect(place->path);
    assert_non_null(db);
    assert_true(aid_exec(db, sql));
    for (int row = 0; row < 300; row++) {
        (void)snprintf(sql, sizeof sql, "INSERT INTO t VALUES(NULL");
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
            (void)snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", %s", PICK(stored, seed));
        (void)strcat(sql, ")");
        assert_true(aid_exec(db, sql));
    }
    assert_true(aid_exec(db, "INSERT INTO st(i) SELECT c0 FROM t WHERE typeof(c0) IN ('integer', 'null');"
                             "INSERT INTO st(r) SELECT c3 FROM t WHERE typeof(c3) IN ('real', 'null');"
                             "INSERT INTO st(s) SELECT c5 FROM t WHERE typeof(c5) IN ('text', 'null');"
                             "INSERT INTO st(x) SELECT c8 FROM t WHERE typeof(c8) IN ('blob', 'null');"
                             "INSERT INTO st(a) SELECT c7 FROM t; COMMIT;"));
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void test_random(void **state) {
    static const uint32_t seeds[] = {1, 20240229, 77777777};
    for (size_t i = 0; i < (getenv("WQL_TEST_LONG") ? 60 : 3); i++) {
        uint32_t seed = i < 3 ? seeds[i] : (uint32_t)i * 7919;
        fake_host *host = fake_open(wql_sqlite_provider());
        wql_error err = WQL_INIT(wql_error);
        make_tables(*state, &seed);
        assert_int_equal(fake_load(host, ((aid_place *)*state)->path, NULL, &err), WQL_OK);
        random_conditions(host, fake_find_class(host, "t"), 400, &seed);
        random_conditions(host, fake_find_class(host, "v"), 200, &seed);
        random_conditions(host, fake_find_class(host, "st"), 200, &seed);
        random_conditions(host, fake_find_class(host, "e"), 200, &seed);
        random_conditions(host, fake_find_class(host, "g"), 100, &seed);
        random_conditions(host, fake_find_class(host, "j"), 50, &seed);
        assert_int_equal(fake_close(host), 0);
    }
}

/* A lent connection takes the same conditions. */
static void test_random_lent(void **state) {
    uint32_t seed = 4711;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    wql_error err = WQL_INIT(wql_error);
    fake_host *host = fake_open(wql_sqlite_provider());
    sqlite3 *db;
    make_tables(*state, &seed);
    db = aid_connect(((aid_place *)*state)->path);
    assert_non_null(db);
    options.connection = db;
    assert_true(aid_exec(db, "PRAGMA case_sensitive_like = ON")); /* its owner's settings make no difference */
    assert_int_equal(fake_load(host, NULL, &options, &err), WQL_OK);
    random_conditions(host, fake_find_class(host, "t"), 200, &seed);
    random_conditions(host, fake_find_class(host, "v"), 50, &seed);
    assert_int_equal(fake_close(host), 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* -- looking texts up in an index ------------------------------------------------------------------------------------------ */

static void test_index(void **state) {
    fake_host *host = aid_mount(*state, "index.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); CREATE INDEX i ON t(s);"
                                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO "
                                "t(s) SELECT 'name' || i FROM n;"
                                "INSERT INTO t(s) VALUES('kiss'), ('KISS'), (char(8490) || 'i' || char(383) || 's'), ('Kisses'), "
                                "('kis'), (''), (NULL), (x'6b'),"
                                "('Name77'), ('a''b');");
    static const struct {
        const char *literal;
        uint64_t rows;
        int take;
    } cases[] = {{"NAME77", 2, WQL_EXACT}, {"kiss", 3, WQL_SUPERSET}, {"KIS", 1, WQL_SUPERSET},  {"nothing", 0, WQL_EXACT},
                 {"", 1, WQL_EXACT},       {"A'B", 1, WQL_EXACT},     {"name5000", 1, WQL_EXACT}};
    char shown[4000];
    assert_non_null(host);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wql_value value = text(cases[i].literal);
        fake_scan scan;
        wql_answer answer;
        fake_scan_init(&scan, host, 0);
        fake_where(&scan, 1, WQL_EQ, &value, 1);
        fake_take_plan(&scan);
        assert_int_equal(scan.take[0], cases[i].take);
        assert_int_equal(fake_run(&scan), WQL_END);
        if (scan.row_count != cases[i].rows) fail_msg("%s: %llu rows", cases[i].literal, (unsigned long long)scan.row_count);
        assert_int_equal(fake_plan(&scan, &answer), WQL_OK);
        assert_true(answer.rows >= 0 && answer.rows < 5010 && answer.cost <= answer.rows);
        (void)host->provider->explain(host->self, &scan.request, shown, sizeof shown);
        assert_true(!*cases[i].literal || strstr(shown, "WITH RECURSIVE") != NULL);
        fake_scan_free(&scan);
    }
    assert_int_equal(fake_close(host), 0);
}

/* The same for lists: a letter may be written in up to three ways in each of their texts. */
static void test_index_with_lists(void **state) {
    fake_host *host = aid_mount(*state, "lists.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); CREATE INDEX i ON t(s);"
                                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO "
                                "t(s) SELECT 'name' || i FROM n;"
                                "INSERT INTO t(s) VALUES('kiss'), ('KISS'), (char(8490) || 'i' || char(383) || 's'), ('Kisses'), "
                                "('kis'), (''), (NULL), (x'6b'), ('Name77'), ('a''b'), (char(196) || 'x');");
    static const struct {
        const char *literals[4];
        uint64_t rows;
        int take;
        bool looked_up;
    } cases[] = {{{"NAME77", "name78"}, 3, WQL_EXACT, true},
                 {{"kiss", "KIS", "name1"}, 5, WQL_SUPERSET, true},
                 {{"nothing", "A'B", "naught", "name5000"}, 2, WQL_EXACT, true},
                 {{"kissess", "ski"}, 0, WQL_SUPERSET, true},
                 {{"", "name9"}, 2, WQL_EXACT, false},
                 {{"\xc3\xa4X", "name9"}, 10, WQL_SUPERSET, false}}; /* by their lengths */
    char shown[4000];
    assert_non_null(host);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wql_value values[4];
        uint32_t count = 0;
        fake_scan scan;
        for (; count < 4 && cases[i].literals[count]; count++) values[count] = text(cases[i].literals[count]);
        fake_scan_init(&scan, host, 0);
        fake_where(&scan, 1, WQL_EQ, values, count);
        fake_take_plan(&scan);
        assert_int_equal(scan.take[0], cases[i].take);
        assert_int_equal(fake_run(&scan), WQL_END);
        if (scan.row_count != cases[i].rows) fail_msg("list %u: %llu rows", (unsigned)i, (unsigned long long)scan.row_count);
        (void)host->provider->explain(host->self, &scan.request, shown, sizeof shown);
        assert_int_equal(strstr(shown, "WITH RECURSIVE") != NULL, cases[i].looked_up);
        fake_scan_free(&scan);
    }
    assert_int_equal(fake_close(host), 0);
}

/* SQLite really goes through the index: the SQL that is shown is planned by it. */
static void test_index_is_used(void **state) {
    aid_place *place = *state;
    fake_host *host = aid_mount(place, "used.db",
                                "CREATE TABLE t(s TEXT PRIMARY KEY, n INT) WITHOUT ROWID; CREATE TABLE u(id INTEGER PRIMARY KEY, "
                                "d DATE); CREATE INDEX d ON u(d);");
    static const struct {
        const char *class_name, *property, *plan;
        uint16_t op;
        wql_value value;
    } cases[] = {{"t", "s", "SEARCH t USING PRIMARY KEY (s=?)", WQL_EQ, {.type = WQL_STRING, .str = {"Some", 4}}},
                 {"u", "id", "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)", WQL_EQ, {.type = WQL_SINT64, .i64 = 3}},
                 {"u", "d", "SEARCH t USING COVERING INDEX d (d>?)", WQL_GE, {.type = WQL_DATETIME}}};
    sqlite3 *db = aid_connect(place->path);
    assert_non_null(host);
    assert_non_null(db);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t index = fake_find_class(host, cases[i].class_name);
        char sql[2000] = "EXPLAIN QUERY PLAN ", first[200] = "";
        sqlite3_stmt *stmt = NULL;
        fake_scan scan;
        fake_scan_init(&scan, host, index);
        fake_where(&scan, fake_find_property(host, index, cases[i].property), cases[i].op, &cases[i].value, 1);
        fake_take_plan(&scan);
        (void)host->provider->explain(host->self, &scan.request, sql + strlen(sql), sizeof sql - strlen(sql));
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
        assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
        (void)snprintf(first, sizeof first, "%s", (const char *)sqlite3_column_text(stmt, 3));
        (void)sqlite3_finalize(stmt);
        assert_string_equal(first, cases[i].plan);
        fake_scan_free(&scan);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(fake_close(host), 0);
}

/* -- estimates, limits, columns -------------------------------------------------------------------------------------------- */

static void test_estimates(void **state) {
    fake_host *host = aid_mount(
        *state, "estimates.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT);"
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO t SELECT i, 'x' FROM n;"
        "CREATE TABLE w(k TEXT PRIMARY KEY) WITHOUT ROWID; CREATE TABLE a(x); CREATE INDEX ax ON a(x);"
        "INSERT INTO a SELECT id % 3 FROM t; DELETE FROM a WHERE rowid > 10; ANALYZE;");
    static const struct {
        const char *name;
        double rows;
    } cases[] = {{"t", 1000}, {"w", -1}, {"a", 10}};
    wql_value value = wql_i64(5);
    wql_answer answer;
    fake_scan scan;
    assert_non_null(host);
    for (size_t i = 0; i < 3; i++) {
        fake_scan_init(&scan, host, fake_find_class(host, cases[i].name));
        assert_int_equal(fake_plan(&scan, &answer), WQL_OK);
        assert_true(answer.rows == cases[i].rows && answer.cost == cases[i].rows);
        assert_int_equal(answer.parts, 1);
        fake_scan_free(&scan);
    }
    fake_scan_init(&scan, host, fake_find_class(host, "t"));
    fake_where(&scan, 0, WQL_EQ, &value, 1);
    assert_int_equal(fake_plan(&scan, &answer), WQL_OK);
    assert_true(answer.rows == 1 && answer.cost == 1);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

static void test_limits(void **state) {
    fake_host *host = aid_mount(*state, "limits.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, n INT, s TEXT);"
                                "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t "
                                "SELECT i, i % 10, 'x' FROM n;");
    wql_value value = wql_i64(3), other = text("\xc3\xa9");
    fake_scan scan;
    assert_non_null(host);
    fake_scan_init(&scan, host, 0);
    fake_where(&scan, 1, WQL_EQ, &value, 1);
    scan.request.limit = 7;
    fake_take_plan(&scan);
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 7);
    assert_string_equal(fake_cell(&scan, 6, 0), "63");
    fake_scan_free(&scan);
    fake_scan_init(&scan, host, 0); /* a condition that was lowered at open: the limit is not ours any more */
    fake_where(&scan, 2, WQL_EQ, &other, 1);
    scan.request.limit = 7;
    scan.take[0] = WQL_EXACT;
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.take[0], WQL_SUPERSET);
    assert_int_equal(scan.row_count, 3000);
    fake_scan_free(&scan);
    fake_scan_init(&scan, host, 0); /* nor is the count */
    fake_want_none(&scan);
    fake_where(&scan, 2, WQL_EQ, &other, 1);
    scan.request.flags = WQL_WISH_COUNT;
    scan.take[0] = WQL_EXACT;
    scan.quiet = true;
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_true(scan.batches > 1);
    assert_int_equal(scan.row_count, 3000);
    fake_scan_free(&scan);
    fake_scan_init(&scan, host, 0); /* counted by SQLite, up to the limit */
    fake_want_none(&scan);
    scan.request.flags = WQL_WISH_COUNT;
    scan.request.limit = 2500;
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.batches, 1);
    assert_int_equal(scan.row_count, 2500);
    fake_scan_free(&scan);
    fake_scan_init(&scan, host, 0); /* no column at all, but rows */
    fake_want_none(&scan);
    scan.quiet = true;
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 3000);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sql),           cmocka_unit_test(test_strict_sql), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_parameters),    cmocka_unit_test(test_explain),    cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_lent),   cmocka_unit_test(test_index),      cmocka_unit_test(test_index_with_lists),
        cmocka_unit_test(test_index_is_used), cmocka_unit_test(test_estimates),  cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
