/* SPDX-License-Identifier: MIT */
/* test_sqlite.c: the sqlite provider: loading, names, types, keys, values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/sqlite/sqlite.h"
#include "sqlite_aid.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The column type of columns: one text of the shape, freed. */
static void assert_shape(const fake_host *host, const char *class_name, const char *expected) {
    char *shape = aid_shape(host, class_name);
    assert_string_equal(shape, expected);
    free(shape);
}

static void assert_rows(fake_host *host, const char *class_name, wql_status end, const char *expected) {
    fake_scan scan;
    char *rows = aid_rows(host, class_name, &scan);
    assert_string_equal(rows, expected);
    assert_int_equal(scan.status, end);
    free(rows);
    fake_scan_free(&scan);
}

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

/* -- texts and dates ------------------------------------------------------------------------------------------------------- */

static void test_utf8(void **state) {
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"0123456789abcdef\xc3\xa9", "0123456789abcdef\xc3\xa9"},
        {"\xff", "\xef\xbf\xbd"},
        {"a\x80z", "a\xef\xbf\xbdz"},
        {"\xc3", "\xef\xbf\xbd"},
        {"\xe2\x82", "\xef\xbf\xbd"},                             /* a character that ends too soon is one */
        {"\xe2\x82z", "\xef\xbf\xbdz"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong: each byte for itself */
        {"\xe0\x80\xaf", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\xf0\x9f\x98", "\xef\xbf\xbd"},
        {"abcdefgh\xf1\x80\x80\xe1\x80\xc2", "abcdefgh\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[200], copy[64];
        size_t len = strlen(cases[i].in), size = wql__sqlite_repair_text(NULL, cases[i].in, len);
        bool ascii = true;
        assert_int_equal(size, wql__sqlite_repair_text(out, cases[i].in, len));
        out[size] = 0;
        assert_string_equal(out, cases[i].out);
        assert_int_equal(wql__sqlite_check_text(cases[i].in, len) == len, strcmp(cases[i].in, cases[i].out) == 0);
        for (size_t k = 0; k < len; k++) ascii &= (unsigned char)cases[i].in[k] < 0x80;
        assert_int_equal(wql__sqlite_copy_text(copy, cases[i].in, len), ascii);
        assert_memory_equal(copy, cases[i].in, len);
    }
    for (size_t len = 0; len < 40; len++) { /* every length and every place of the one byte beyond ASCII */
        for (size_t at = 0; at <= len; at++) {
            char in[48], out[48];
            memset(in, 'x', sizeof in);
            if (at < len) in[at] = '\x80';
            assert_int_equal(wql__sqlite_copy_text(out, in, len), at == len);
            assert_memory_equal(out, in, len);
        }
    }
}

static void test_dates(void **state) {
    static const struct {
        const char *text;
        int64_t us;
        int offset;
        bool cut;
    } good[] = {
        {"1970-01-01", 0, 0, false},
        {"1970-01-02", INT64_C(86400000000), 0, false},
        {"1969-12-31", -INT64_C(86400000000), 0, false},
        {"2000-02-29", INT64_C(951782400000000), 0, false},
        {"0001-01-01", -INT64_C(62135596800000000), 0, false},
        {"9999-12-31T23:59:59.999999", INT64_C(253402300799999999), 0, false},
        {"2024-03-01 12:34", INT64_C(1709296440000000), 0, false},
        {"2024-03-01T12:34:56", INT64_C(1709296496000000), 0, false},
        {"2024-03-01 12:34:56", INT64_C(1709296496000000), 0, false},
        {"2024-02-29 00:00:00", INT64_C(1709164800000000), 0, false},
        {"0001-01-01 00:00:00", -INT64_C(62135596800000000), 0, false},
        {"9999-12-31 23:59:59", INT64_C(253402300799000000), 0, false},
        {"2024-03-01t12:34:56z", INT64_C(1709296496000000), 0, false},
        {"2024-03-01 12:34:56.5", INT64_C(1709296496500000), 0, false},
        {"2024-03-01 12:34:56,25Z", INT64_C(1709296496250000), 0, false},
        {"2024-03-01 12:34:56.123456", INT64_C(1709296496123456), 0, false},
        {"2024-03-01 12:34:56.123456000", INT64_C(1709296496123456), 0, false},
        {"2024-03-01 12:34:56.123456789", INT64_C(1709296496123456), 0, true},
        {"2024-03-01 12:34:56+01:00", INT64_C(1709292896000000), 60, false},
        {"2024-03-01 12:34:56-0230", INT64_C(1709305496000000), -150, false},
        {"2024-03-01T12:34+05", INT64_C(1709278440000000), 300, false},
        {"2024-03-01 12:34:56.5+01:00", INT64_C(1709292896500000), 60, false},
        {"2016-12-31 23:59:60", INT64_C(1483228799999999), 0, false},
    };
    static const char *const bad[] = {
        "",
        "1970",
        "1970-01",
        "1970-1-1",
        "70-01-01",
        "1970-01-01 ",
        " 1970-01-01",
        "1970-01-01T",
        "1970-01-01 1",
        "1970-01-01 12",
        "1970-01-01 12:",
        "1970-01-01 12:3",
        "1970-01-01 24:00",
        "1970-01-01 12:60",
        "1970-01-01 12:00:61",
        "1970-01-01 12:00:00.",
        "1970-00-01",
        "1970-13-01",
        "1970-01-00",
        "1970-01-32",
        "1970-02-29",
        "1900-02-29",
        "2000-02-30",
        "2023-04-31",
        "0000-01-01",
        "1970-01-01 12:00+",
        "1970-01-01 12:00+1",
        "1970-01-01 12:00+24:00",
        "1970-01-01 12:00+17:00",
        "1970-01-01 12:00+01:60",
        "1970-01-01 12:00Zx",
        "1970-01-01 12:00 Z",
        "1970/01/01",
        "19700101",
        "1970-01-01x",
        "12:00",
        "now",
        "19700101000000.000000+000",
        "2024-03-0112:34:56 ",
        "2024-03-01 12-34-56",
        "2024-03-01 12:34:5x",
        "2024-03-1x 12:34:56",
        "2024-03-x1 12:34:56",
        "2024-03-01_12:34:56",
        "2024:03:01 12:34:56",
        ("2\xb2" "24-03-01 12:34:56"),
        "2024-03-:1 12:34:56",
        "2024-03-01 24:00:00",
        "2024-03-00 12:34:56",
        "2024-13-01 12:34:56",
        "2023-02-29 12:34:56",
        "0000-03-01 12:34:56",
        "2024-03-01 1:234:56",
        "2024-03-01 12:34:5/",
        "2024-03-01 12:34:;0",
        "2024-03-32 12:34:56",
        "1970-01-01Z",
        "-1970-01-01",
        "1970-01-01 12:00:00.5x",
        "1970-01-01 -1:00",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t us = -1;
        int16_t offset = -1;
        bool cut;
        if (!wql__sqlite_parse_date(good[i].text, strlen(good[i].text), &us, &offset, &cut)) fail_msg("not read: %s", good[i].text);
        if (us != good[i].us) fail_msg("%s: %lld", good[i].text, (long long)us);
        assert_int_equal(offset, good[i].offset);
        assert_int_equal(cut, good[i].cut);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        int64_t us;
        int16_t offset;
        bool cut;
        if (wql__sqlite_parse_date(bad[i], strlen(bad[i]), &us, &offset, &cut)) fail_msg("read: \"%s\"", bad[i]);
    }
}

/* The fast way for the common form and the slow way for all say the same, whatever one byte is. */
static void test_common_dates(void **state) {
    static const char *const texts[] = {"2024-02-29 12:34:56", "1999-12-31T23:59:59", "0001-01-01 00:00:00", "2023-11-09T09:19:29"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        for (size_t at = 0; at < 19; at++) {
            for (int c = 0; c < 256; c++) {
                char text[21];
                int64_t us = 0, slow = 0;
                int16_t offset, slow_offset;
                bool cut, fast, is;
                memcpy(text, texts[i], 19);
                text[at] = (char)c;
                fast = wql__sqlite_parse_date(text, 19, &us, &offset, &cut);
                memcpy(text + 19, "Z", 2); /* the same instant, in a form that is not the common one */
                is = wql__sqlite_parse_date(text, 20, &slow, &slow_offset, &cut);
                if (at != 16 && fast != is) fail_msg("%.19s with %d at %zu: %d, but %d", texts[i], c, at, fast, is);
                if (fast && is) assert_true(us == slow);
            }
        }
    }
}

/* Printing a day and reading it back are inverse, over all days from 0001 to 9999. */
static void test_days(void **state) {
    int64_t day = INT64_C(86400000000), us = -INT64_C(62135596800000000);
    char text[10];
    (void)state;
    for (int64_t n = 0; n < 3652059; n += 7) {
        int64_t back;
        int16_t offset;
        bool cut;
        assert_true(wql__sqlite_print_day(us + n * day + (n % 3) * 12345678901, 0, text));
        assert_true(wql__sqlite_parse_date(text, sizeof text, &back, &offset, &cut));
        assert_true(back == us + n * day);
    }
    assert_true(wql__sqlite_print_day(-1, 0, text));
    assert_memory_equal(text, "1969-12-31", 10);
    assert_true(wql__sqlite_print_day(0, 2, text));
    assert_memory_equal(text, "1970-01-03", 10);
    assert_false(wql__sqlite_print_day(us, -1, text));
    assert_true(wql__sqlite_print_day(us, 0, text));
    assert_true(wql__sqlite_print_day(us + 3652058 * day, 0, text));
    assert_memory_equal(text, "9999-12-31", 10);
    assert_false(wql__sqlite_print_day(us + 3652058 * day, 1, text));
}

/* -- names ----------------------------------------------------------------------------------------------------------------- */

/* Gives a list of names, in this order, and compares. */
static void give_names(const char *const *names, const char *const *expected, uint32_t count) {
    fake_host *host = fake_open(wql_sqlite_provider());
    wql__sqlite_arena arena = {.mount = &host->mount};
    wql__sqlite_names given;
    assert_true(wql__sqlite_names_init(&given, &arena, count));
    for (uint32_t i = 0; i < count; i++) {
        const char *name = wql__sqlite_name_give(&given, &arena, names[i]);
        assert_non_null(name);
        assert_string_equal(name, expected[i]);
    }
    wql__sqlite_arena_free(&arena);
    assert_int_equal(fake_close(host), 0);
}

static void test_name_rules(void **state) {
    static const char *const names[] = {"plain", "unit price", "2nd", "NOT",  "not",     "Null", "a-b",  "a b",
                                        "a.b",   "",           " ",   "\t",   "__CLASS", "___x", "  x",  "\xc3\xa9t\xc3\xa9",
                                        "x\xff", "Select",     "__1", "a\"b", "a'b",     "x;--", "true", "FALSE"};
    static const char *const expected[] = {"plain", "unit_price", "_2nd", "_NOT", "_not2",  "_Null", "a_b",   "a_b2",
                                           "a_b3",  "_",          "_2",   "_3",   "_CLASS", "_x",    "_x2",   "\xc3\xa9t\xc3\xa9",
                                           "x_",    "Select",     "_1",   "a_b4", "a_b5",   "x___",  "_true", "_FALSE"};
    (void)state;
    give_names(names, expected, sizeof names / sizeof names[0]);
}

/* Names that a query cannot tell apart: case, also beyond ASCII. */
static void test_name_clashes(void **state) {
    static const char *const names[] = {"Name",     "NAME",         "n\xc3\xa9", "N\xc3\x89", "\xd0\xb6", "\xd0\x96", "\xd0\xb7",
                                        "k",        "\xe2\x84\xaa", "\xce\xa3",  "\xcf\x83",  "\xcf\x82", "\xc4\x80", "\xc4\x81",
                                        "\xc4\x82", "\xe1\xba\x9e", "\xc3\x9f",  "\xc3\xbf",  "\xc5\xb8", "a2",       "a",
                                        "A"};
    static const char *const expected[] = {"Name",
                                           "NAME2",
                                           "n\xc3\xa9",
                                           "N\xc3\x89"
                                           "2",
                                           "\xd0\xb6",
                                           "\xd0\x96"
                                           "2",
                                           "\xd0\xb7",
                                           "k",
                                           "\xe2\x84\xaa"
                                           "2",
                                           "\xce\xa3",
                                           "\xcf\x83"
                                           "2",
                                           "\xcf\x82"
                                           "3",
                                           "\xc4\x80",
                                           "\xc4\x81"
                                           "2",
                                           "\xc4\x82",
                                           "\xe1\xba\x9e",
                                           "\xc3\x9f"
                                           "2",
                                           "\xc3\xbf",
                                           "\xc5\xb8"
                                           "2",
                                           "a2",
                                           "a",
                                           "A3"};
    (void)state;
    give_names(names, expected, sizeof names / sizeof names[0]);
}

static void test_long_name(void **state) {
    char name[6001], *names[2] = {name, name};
    fake_host *host = fake_open(wql_sqlite_provider());
    wql__sqlite_arena arena = {.mount = &host->mount};
    wql__sqlite_names given;
    (void)state;
    for (size_t i = 0; i < 6000; i += 3) memcpy(name + i, "\xe2\x82\xac", 3);
    name[6000] = 0;
    assert_true(wql__sqlite_names_init(&given, &arena, 2));
    for (int i = 0; i < 2; i++) {
        const char *made = wql__sqlite_name_give(&given, &arena, names[i]);
        assert_non_null(made);
        assert_in_range(strlen(made), 3900, 4010);
        assert_int_equal(wql__sqlite_check_text(made, strlen(made)), strlen(made));
    }
    assert_string_not_equal(given.names[0], given.names[1]);
    wql__sqlite_arena_free(&arena);
    assert_int_equal(fake_close(host), 0);
}

static void test_names_in_classes(void **state) {
    fake_host *host =
        aid_mount(*state, "names.db",
                  "CREATE TABLE \"unit price\"(id INTEGER PRIMARY KEY, \"unit price\" REAL, unit_price REAL, \"a\"\"b\" TEXT);"
                  "CREATE TABLE unit_price(x INT PRIMARY KEY);"
                  "CREATE TABLE \"2nd\"(\"NOT\" INTEGER PRIMARY KEY);"
                  "INSERT INTO \"unit price\" VALUES(1, 2.5, 3.5, 'q');"
                  "INSERT INTO \"2nd\" VALUES(7);");
    uint32_t index;
    assert_non_null(host);
    assert_shape(host, "unit_price", "x sint64 key");
    assert_shape(host, "unit_price2", "id sint64 key, unit_price2 real64, unit_price real64, a_b string");
    assert_shape(host, "_2nd", "_NOT sint64 key");
    index = fake_find_class(host, "unit_price2");
    assert_string_equal(host->classes[index].mapping, "unit price");
    assert_null(host->classes[fake_find_class(host, "unit_price")].mapping);
    assert_string_equal(host->classes[index].properties[1].mapping, "unit price");
    assert_null(host->classes[index].properties[2].mapping);
    assert_string_equal(host->classes[index].properties[3].mapping, "a\"b");
    assert_rows(host, "unit_price2", WQL_END, "1|2.5|3.5|q");
    assert_rows(host, "_2nd", WQL_END, "7");
    assert_int_equal(fake_close(host), 0);
}

/* A name of bytes that are no UTF-8 still makes a class that can be defined and read. */
static void test_ill_formed_names(void **state) {
    fake_host *host =
        aid_mount(*state, "bytes.db",
                  "CREATE TABLE \"t\xff\"(\"c\xfe\" TEXT, id INTEGER PRIMARY KEY); INSERT INTO \"t\xff\" VALUES('v', 1);");
    assert_non_null(host);
    assert_shape(host, "t_", "c_ string, id sint64 key");
    assert_string_equal(host->classes[0].mapping, "t\xef\xbf\xbd");
    assert_rows(host, "t_", WQL_END, "v|1");
    assert_int_equal(fake_close(host), 0);
}

/* -- types ----------------------------------------------------------------------------------------------------------------- */

static void test_types(void **state) {
    static const struct {
        const char *declared, *type;
    } cases[] = {
        {"BOOL", "boolean"},
        {"boolean", "boolean"},
        {"INT", "sint64"},
        {"INTEGER", "sint64"},
        {"bigint", "sint64"},
        {"TINYINT(1)", "sint64"},
        {"INT UNSIGNED", "uint64"},
        {"UNSIGNED BIG INT", "uint64"},
        {"unsigned integer", "uint64"},
        {"POINT", "sint64"},
        {"FLOATING POINT", "sint64"},
        {"CHAR(10)", "string"},
        {"VARCHAR(255)", "string"},
        {"NCHAR", "string"},
        {"CLOB", "string"},
        {"TEXT", "string"},
        {"tinytext", "string"},
        {"BLOB", "uint8[]"},
        {"longblob", "uint8[]"},
        {"REAL", "real64"},
        {"FLOAT", "real64"},
        {"DOUBLE PRECISION", "real64"},
        {"DECIMAL(10,2)", "real64"},
        {"NUMERIC", "real64"},
        {"DATE", "datetime"},
        {"DATETIME", "datetime"},
        {"TIMESTAMP", "datetime"},
        {"time", "datetime"},
        {"", "string"},
        {"JSON", "string"},
        {"UUID", "string"},
        {"STRING", "string"},
        {"UNSIGNED", "string"},
        {"CHARINT", "sint64"},
        {"TEXTBLOB", "string"},
    };
    fake_host *host;
    char sql[4000] = "CREATE TABLE t(id INTEGER PRIMARY KEY", expected[4000] = "id sint64 key";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t a = strlen(sql), b = strlen(expected);
        (void)snprintf(sql + a, sizeof sql - a, ", c%zu %s", i, cases[i].declared);
        (void)snprintf(expected + b, sizeof expected - b, ", c%zu %s", i, cases[i].type);
    }
    (void)strcat(sql, ");");
    host = aid_mount(*state, "types.db", sql);
    assert_non_null(host);
    assert_shape(host, "t", expected);
    assert_int_equal(fake_close(host), 0);
}

static void test_forms(void **state) {
    fake_host *host =
        aid_mount(*state, "forms.db",
                  "CREATE TABLE t(id INTEGER PRIMARY KEY, n TEXT, h AS (id * 2), g INT GENERATED ALWAYS AS (id + 1) STORED);"
                  "INSERT INTO t(id, n) VALUES(1, 'one'), (2, NULL);"
                  "CREATE VIEW v AS SELECT id, n, id * 1.5 AS e, count(*) OVER () FROM t;"
                  "CREATE VIEW u AS SELECT id FROM t UNION ALL SELECT n FROM t;"
                  "CREATE VIRTUAL TABLE f USING fts5(body);"
                  "INSERT INTO f VALUES('some words');"
                  "CREATE TABLE st(k TEXT PRIMARY KEY, a ANY, b BLOB, r REAL, i INT) STRICT;"
                  "INSERT INTO st VALUES('x', 5, x'0102', 1, 3), ('y', 'five', NULL, NULL, NULL);"
                  "CREATE TABLE seq(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO seq DEFAULT VALUES;");
    assert_non_null(host);
    assert_int_equal(host->class_count, 6);
    assert_shape(host, "t", "id sint64 key, n string, h string, g sint64");
    assert_shape(host, "v", "id sint64, n string, e string, count____OVER___ string");
    assert_shape(host, "f", "body string, rowid uint64 key");
    assert_shape(host, "st", "k string key, a string, b uint8[], r real64, i sint64");
    assert_rows(host, "t", WQL_END, "1|one|2|2;2|NULL|4|3");
    assert_rows(host, "v", WQL_END, "1|one|1.5|2;2|NULL|3.0|2");
    assert_rows(host, "u", WQL_END, "1;2;NULL;NULL");
    assert_rows(host, "f", WQL_END, "some words|1");
    assert_rows(host, "st", WQL_END, "x|5|{1,2}|1|3;y|five|NULL|NULL|NULL");
    assert_rows(host, "seq", WQL_END, "1");
    assert_int_equal(fake_close(host), 0);
}

/* A view whose table is gone is left out, the others stay. */
static void test_broken_view(void **state) {
    fake_host *host = aid_mount(*state, "broken.db",
                                "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(x); CREATE VIEW v AS SELECT x FROM b;"
                                "DROP TABLE b; INSERT INTO a VALUES(3);");
    assert_non_null(host);
    assert_int_equal(host->class_count, 1);
    assert_non_null(strstr(host->log, "view v is left out"));
    assert_rows(host, "a", WQL_END, "3");
    assert_int_equal(fake_close(host), 0);
}

/* -- keys ------------------------------------------------------------------------------------------------------------------ */

static void test_keys(void **state) {
    static const struct {
        const char *sql, *shape;
    } cases[] = {
        {"CREATE TABLE t(a INTEGER PRIMARY KEY, b)", "a sint64 key, b string"},
        {"CREATE TABLE t(a INTEGER PRIMARY KEY DESC, b)", "a sint64 key, b string"},
        {"CREATE TABLE t(a INTEGER PRIMARY KEY DESC, b); INSERT INTO t VALUES(NULL, 1)", "a sint64, b string, rowid uint64 key"},
        {"CREATE TABLE t(a TEXT PRIMARY KEY)", "a string key"},
        {"CREATE TABLE t(a TEXT PRIMARY KEY); INSERT INTO t VALUES('x'), ('y')", "a string key"},
        {"CREATE TABLE t(a TEXT PRIMARY KEY); INSERT INTO t VALUES('x'), (NULL)", "a string, rowid uint64 key"},
        {"CREATE TABLE t(a TEXT PRIMARY KEY); INSERT INTO t VALUES('x'), (x'00')", "a string, rowid uint64 key"},
        {"CREATE TABLE t(a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO t VALUES('x'), (x'00')", "a string"},
        {"CREATE TABLE t(a TEXT, b INT, PRIMARY KEY(b, a)) WITHOUT ROWID", "a string key, b sint64 key"},
        {"CREATE TABLE t(a TEXT, b INT, c, PRIMARY KEY(a, b)); INSERT INTO t VALUES('x', 1, 0), ('y', 2, 0)",
         "a string key, b sint64 key, c string"},
        {"CREATE TABLE t(a TEXT, b INT, PRIMARY KEY(a, b)); INSERT INTO t VALUES('x', 1), ('y', NULL)",
         "a string, b sint64, rowid uint64 key"},
        {"CREATE TABLE t(a REAL PRIMARY KEY)", "a real64, rowid uint64 key"},
        {"CREATE TABLE t(a BLOB PRIMARY KEY)", "a uint8[], rowid uint64 key"},
        {"CREATE TABLE t(a BLOB PRIMARY KEY) WITHOUT ROWID", "a uint8[]"},
        {"CREATE TABLE t(a DATE PRIMARY KEY); INSERT INTO t VALUES('2020-01-01')", "a datetime key"},
        {"CREATE TABLE t(a DATE PRIMARY KEY); INSERT INTO t VALUES('2020-01-01'), ('soon')", "a datetime, rowid uint64 key"},
        {"CREATE TABLE t(a INT UNSIGNED PRIMARY KEY); INSERT INTO t VALUES(1), (2)", "a uint64 key"},
        {"CREATE TABLE t(a INT UNSIGNED PRIMARY KEY); INSERT INTO t VALUES(1), (-2)", "a uint64, rowid uint64 key"},
        {"CREATE TABLE t(a, b)", "a string, b string, rowid uint64 key"},
        {"CREATE TABLE t(a); INSERT INTO t(rowid, a) VALUES(-1, 'x')", "a string, rowid sint64 key"},
        {"CREATE TABLE t(rowid, b)", "rowid string, b string, rowid2 uint64 key"},
        {"CREATE TABLE t(RowId, _rowid_)", "RowId string, _rowid_ string, rowid2 uint64 key"},
        {"CREATE TABLE t(rowid, _rowid_, oid)", "rowid string, _rowid_ string, oid string"},
        {"CREATE TABLE t(rowid TEXT, _rowid_, oid INTEGER PRIMARY KEY)", "rowid string, _rowid_ string, oid sint64 key"},
        {"CREATE VIEW t AS SELECT 1 AS a", "a string"},
        {"CREATE TABLE t(a TEXT COLLATE NOCASE PRIMARY KEY) STRICT", "a string key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_host *host = aid_mount(*state, "keys.db", cases[i].sql);
        char *shape;
        if (!host) fail_msg("not mounted: %s", cases[i].sql);
        shape = aid_shape(host, "t");
        if (strcmp(shape, cases[i].shape) != 0) fail_msg("%s: %s", cases[i].sql, shape);
        free(shape);
        assert_int_equal(fake_close(host), 0);
    }
}

/* What the mount did not find: the row is left out where its key is asked for, and the end says so. */
static void test_lost_keys(void **state) {
    fake_host *host = aid_mount(*state, "lost.db",
                                "CREATE TABLE t(a TEXT PRIMARY KEY, n INT); INSERT INTO t VALUES('x', 1), ('z', 3);"
                                "CREATE TABLE r(n INT); INSERT INTO r VALUES(5);"
                                "CREATE TABLE m(b BOOL, n INT, k TEXT PRIMARY KEY, s TEXT);");
    char path[160];
    fake_scan scan;
    char *rows;
    assert_non_null(host);
    (void)snprintf(path, sizeof path, "%s", ((aid_place *)*state)->path);
    assert_true(aid_sql(
        path, "INSERT INTO t VALUES(NULL, 2), (x'ff', 4), ('y', 5); INSERT INTO r(rowid, n) VALUES(-7, 6);"
              "INSERT INTO m VALUES(1, NULL, NULL, 'gone'), (0, 5, 'x', 'here'), (1, NULL, x'00', 'gone'), (0, 7, 'y', NULL)"));
    assert_rows(host, "m", WQL_S_PARTIAL_RESULTS, "FALSE|5|x|here;FALSE|7|y|NULL"); /* nothing of the others is left behind */
    assert_rows(host, "t", WQL_S_PARTIAL_RESULTS, "x|1;z|3;y|5");
    assert_non_null(strstr(host->log, "t: rows left out: 2"));
    assert_rows(host, "r", WQL_S_PARTIAL_RESULTS, "5|1");
    fake_scan_init(&scan, host, fake_find_class(host, "t"));
    fake_want_none(&scan);
    fake_want(&scan, 1); /* not the key: all rows */
    assert_int_equal(fake_run(&scan), WQL_END);
    rows = aid_join(&scan);
    assert_string_equal(rows, "1;3;2;4;5");
    free(rows);
    fake_scan_free(&scan);
    fake_scan_init(&scan, host, fake_find_class(host, "t")); /* a limit counts rows that come */
    scan.request.limit = 3;
    assert_int_equal(fake_run(&scan), WQL_S_PARTIAL_RESULTS);
    assert_int_equal(scan.row_count, 3);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- values ---------------------------------------------------------------------------------------------------------------- */

static void test_values(void **state) {
    static const struct {
        const char *declared, *value, *cell;
        uint32_t nulled, repaired;
    } cases[] = {
        {"BOOL", "0", "FALSE", 0, 0},
        {"BOOL", "1", "TRUE", 0, 0},
        {"BOOL", "1.0", "TRUE", 0, 0},
        {"BOOL", "2", "NULL", 1, 0},
        {"BOOL", "-1", "NULL", 1, 0},
        {"BOOL", "'true'", "NULL", 1, 0},
        {"BOOL", "NULL", "NULL", 0, 0},
        {"INT", "9223372036854775807", "9223372036854775807", 0, 0},
        {"INT", "-9223372036854775808", "-9223372036854775808", 0, 0},
        {"INT", "5.0", "5", 0, 0},
        {"INT", "5.5", "NULL", 1, 0},
        {"INT", "9223372036854775808", "NULL", 1, 0},
        {"INT", "'12'", "12", 0, 0},
        {"INT", "'12x'", "NULL", 1, 0},
        {"INT", "x'31'", "NULL", 1, 0},
        {"INT UNSIGNED", "0", "0", 0, 0},
        {"INT UNSIGNED", "9223372036854775807", "9223372036854775807", 0, 0},
        {"INT UNSIGNED", "-1", "NULL", 1, 0},
        {"INT UNSIGNED", "18446744073709551615", "NULL", 1, 0},
        {"TEXT", "'abc'", "abc", 0, 0},
        {"TEXT", "''", "", 0, 0},
        {"TEXT", "12", "12", 0, 0},
        {"TEXT", "1.5", "1.5", 0, 0},
        {"TEXT", "x'4142'", "NULL", 1, 0},
        {"TEXT", "CAST(x'41ff42' AS TEXT)", "A\xef\xbf\xbd" "B", 0, 1},
        {"TEXT", "CAST(x'410042' AS TEXT)", "A\\0B", 0, 0},
        {"TEXT", "'0123456789abcdef' || char(233)", "0123456789abcdef\xc3\xa9", 0, 0},
        {"TEXT", "char(128512)", "\xf0\x9f\x98\x80", 0, 0},
        {"", "12", "12", 0, 0},
        {"", "0.1", "0.1", 0, 0},
        {"", "1e100", "1.0e+100", 0, 0},
        {"", "9007199254740993", "9007199254740993", 0, 0},
        {"", "x'41'", "NULL", 1, 0},
        {"UUID", "'12'", "12", 0, 0},
        {"BLOB", "x'00ff'", "{0,255}", 0, 0},
        {"BLOB", "x''", "{}", 0, 0},
        {"BLOB", "zeroblob(3)", "{0,0,0}", 0, 0},
        {"BLOB", "'text'", "NULL", 1, 0},
        {"BLOB", "5", "NULL", 1, 0},
        {"REAL", "1.5", "1.5", 0, 0},
        {"REAL", "3", "3", 0, 0},
        {"REAL", "9e999", "inf", 0, 0},
        {"REAL", "'abc'", "NULL", 1, 0},
        {"DECIMAL", "3", "3", 0, 0},
        {"DECIMAL", "9007199254740992", "9007199254740992", 0, 0},
        {"DECIMAL", "9007199254740993", "NULL", 1, 0},
        {"DECIMAL", "9223372036854775807", "NULL", 1, 0},
        {"DECIMAL", "-9223372036854775808", "-9.2233720368547758e+18", 0, 0},
        {"DECIMAL", "'x'", "NULL", 1, 0},
        {"DATE", "'1970-01-02'", "86400000000@0", 0, 0},
        {"DATETIME", "'1970-01-01 01:00:00+01:00'", "0@60", 0, 0},
        {"TIMESTAMP", "'1970-01-01T00:00:00.0000015Z'", "1@0", 0, 1},
        {"DATE", "'yesterday'", "NULL", 1, 0},
        {"DATE", "0", "NULL", 1, 0},
        {"DATE", "2451545.5", "NULL", 1, 0},
        {"DATE", "x'313937302d30312d3031'", "NULL", 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sql[400];
        fake_host *host;
        fake_scan scan;
        char *rows;
        (void)snprintf(sql, sizeof sql, "CREATE TABLE t(c %s); INSERT INTO t VALUES(%s);", cases[i].declared, cases[i].value);
        host = aid_mount(*state, "values.db", sql);
        assert_non_null(host);
        rows = aid_rows(host, "t", &scan);
        if (strncmp(rows, cases[i].cell, strlen(cases[i].cell)) != 0 || strcmp(rows + strlen(cases[i].cell), "|1") != 0)
            fail_msg("%s in %s: %s", cases[i].value, cases[i].declared, rows);
        if (scan.nulled != cases[i].nulled || scan.repaired != cases[i].repaired)
            fail_msg("%s in %s: %u nulled, %u repaired", cases[i].value, cases[i].declared, scan.nulled, scan.repaired);
        free(rows);
        fake_scan_free(&scan);
        assert_int_equal(fake_close(host), 0);
    }
}

/* A database of UTF-16 is the same to a query. */
static void test_utf16(void **state) {
    fake_host *host = aid_mount(
        *state, "utf16.db",
        "PRAGMA encoding = 'UTF-16le'; CREATE TABLE \"\xc3\xa9t\xc3\xa9\"(id INTEGER PRIMARY KEY, n TEXT, v);"
        "INSERT INTO \"\xc3\xa9t\xc3\xa9\" VALUES(1, 'na' || char(239) || 've', 12), (2, char(128512), 'x'), (3, 'Pick', NULL);");
    fake_scan scan;
    wql_value value = wql_text(wql_s("PiC\xe2\x84\xaa"));
    assert_non_null(host);
    assert_rows(host, "\xc3\xa9t\xc3\xa9", WQL_END, "1|na\xc3\xafve|12;2|\xf0\x9f\x98\x80|x;3|Pick|NULL");
    fake_scan_init(&scan, host, 0);
    fake_where(&scan, 1, WQL_EQ, &value, 1);
    fake_take_plan(&scan);
    assert_int_equal(scan.take[0], WQL_SUPERSET);
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 1);
    assert_string_equal(fake_cell(&scan, 0, 1), "Pick");
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- files that cannot be mounted ------------------------------------------------------------------------------------------ */

static void refuse(const char *path, void *user, wql_status expected, const char *message) {
    fake_host *host = fake_open(wql_sqlite_provider());
    wql_error err = WQL_INIT(wql_error);
    wql_status status = fake_load(host, path, user, &err);
    if (status != expected) fail_msg("%s: status %08x, %s", path ? path : "(none)", (unsigned)status, err.message);
    if (!strstr(err.message, message)) fail_msg("%s: \"%s\" is not in \"%s\"", path ? path : "(none)", message, err.message);
    assert_int_equal(err.status, expected);
    assert_string_equal(err.provider, "sqlite");
    assert_int_equal(fake_load(host, path, user, NULL), expected); /* without an error to fill */
    assert_int_equal(fake_close(host), 0);
}

static void test_missing_files(void **state) {
    aid_place *place = *state;
    char long_name[5000];
    refuse(aid_path(place, "nothing.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "nothing.db: there is no such file");
    refuse(place->dir, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "it is a directory");
    refuse(":memory:", NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no such file");
    refuse("file:nothing.db?mode=memory", NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no such file");
    refuse("", NULL, WQL_E_INVALID_PARAMETER, "neither");
    refuse(NULL, NULL, WQL_E_INVALID_PARAMETER, "neither");
    refuse("/dev/null", NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no regular file");
    assert_true(aid_write(aid_path(place, "plain"), "x", 1));
    refuse(aid_path(place, "plain/x.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no directory");
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = 0;
    refuse(long_name, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open nnn");
    assert_int_equal(symlink("loop.db", aid_path(place, "loop.db")), 0);
    refuse(aid_path(place, "loop.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "links never end");
    assert_int_equal(mkfifo(aid_path(place, "fifo.db"), 0600), 0);
    refuse(aid_path(place, "fifo.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "no regular file");
}

static void test_corrupt_files(void **state) {
    aid_place *place = *state;
    static char junk[8192], page[8192];
    FILE *f;
    for (size_t i = 0; i < sizeof junk; i++) junk[i] = (char)(i * 131 + 7);
    assert_true(aid_write(aid_path(place, "junk.db"), junk, sizeof junk));
    refuse(aid_path(place, "junk.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "not a database");
    assert_true(aid_write(aid_path(place, "text.db"), "this is no database, but a text\n", 32));
    refuse(aid_path(place, "text.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "text.db");
    assert_true(aid_sql(aid_path(place, "bad.db"), "CREATE TABLE t(a); CREATE TABLE u(b); CREATE TABLE w(c)"));
    f = fopen(place->path, "rb");
    assert_non_null(f);
    assert_int_equal(fread(page, 1, sizeof page, f), sizeof page);
    (void)fclose(f);
    memset(page + 100, 0x5a, 3900); /* the schema's own page */
    assert_true(aid_write(place->path, page, sizeof page));
    refuse(place->path, NULL, WQL_E_PROVIDER_LOAD_FAILURE, "bad.db");
    assert_true(aid_write(aid_path(place, "short.db"), page, 3000)); /* cut within a page */
    refuse(aid_path(place, "short.db"), NULL, WQL_E_PROVIDER_LOAD_FAILURE, "short.db");
}

/* An empty file is a database without tables. */
static void test_empty_file(void **state) {
    fake_host *host = fake_open(wql_sqlite_provider());
    wql_error err = WQL_INIT(wql_error);
    assert_true(aid_write(aid_path(*state, "empty.db"), "", 0));
    assert_int_equal(fake_load(host, ((aid_place *)*state)->path, NULL, &err), WQL_OK);
    assert_int_equal(host->class_count, 0);
    assert_non_null(strstr(host->log, "no tables"));
    assert_int_equal(fake_close(host), 0);
}

static void test_no_permission(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    bool root = geteuid() == 0;
    assert_true(aid_sql(aid_path(place, "secret.db"), "CREATE TABLE t(a)"));
    assert_int_equal(chmod(place->path, 0), 0);
    if (root && (chmod(place->dir, 0755) != 0 || seteuid(65534) != 0)) skip();
    refuse(place->path, NULL, WQL_E_ACCESS_DENIED, "permission denied");
    if (root) assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(place->path, 0444), 0);
    if (root) assert_int_equal(seteuid(65534), 0);
    options.flags = WQL_SQLITE_WRITABLE;
    refuse(place->path, &options, WQL_E_ACCESS_DENIED, "permission denied");
    if (root) assert_int_equal(seteuid(0), 0);
}

static void test_options(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    struct {
        wql_sqlite known;
        uint64_t more;
    } larger;
    fake_host *host;
    wql_error err = WQL_INIT(wql_error);
    assert_true(aid_sql(aid_path(place, "options.db"), "CREATE TABLE t(a)"));
    options.struct_size = 4;
    refuse(place->path, &options, WQL_E_INVALID_PARAMETER, "struct_size of 4");
    options.struct_size = (uint32_t)sizeof options;
    options.flags = 8;
    refuse(place->path, &options, WQL_E_UNSUPPORTED_PARAMETER, "flag");
    options.flags = 0;
    options.connections_max = 5000;
    refuse(place->path, &options, WQL_E_INVALID_PARAMETER, "connections_max is 5000");
    options.connections_max = 0;
    options.connection = &options;
    refuse(place->path, &options, WQL_E_INVALID_PARAMETER, "both");
    memset(&larger, 0, sizeof larger);
    larger.known.struct_size = (uint32_t)sizeof larger;
    larger.more = 1;
    refuse(place->path, &larger, WQL_E_UNSUPPORTED_PARAMETER, "beyond");
    larger.more = 0;
    larger.known.flags = WQL_SQLITE_WRITABLE;
    host = fake_open(wql_sqlite_provider());
    assert_int_equal(fake_load(host, place->path, &larger, &err), WQL_OK);
    assert_int_equal(fake_close(host), 0);
}

/* -- finding SQLite -------------------------------------------------------------------------------------------------------- */

static void *find_none(void *user, const char *name) {
    (void)user, (void)name;
    return NULL;
}

static int old_version(void) { return 3036000; }
static int no_threads(void) { return 0; }

/* All functions of this process, but one that `user` names: it is missing, or another. */
typedef struct replacement {
    const char *name;
    int (*function)(void);
} replacement;

static void *find_most(void *user, const char *name) {
    const replacement *r = user;
    wql__sqlite_api api;
    static const struct {
        const char *name;
        size_t place;
    } places[] = {
#define PLACE(n) {"sqlite3_" #n, offsetof(wql__sqlite_api, n)},
        WQL__SQLITE_FUNCTIONS(PLACE)
#undef PLACE
    };
    void *out = NULL;
    if (strcmp(name, r->name) == 0) {
        if (r->function) memcpy(&out, &r->function, sizeof out);
        return out;
    }
    if (wql__sqlite_api_open(&api, NULL, NULL, false, NULL) != WQL_OK) return NULL;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strcmp(places[i].name, name) == 0) memcpy(&out, (char *)&api + places[i].place, sizeof out);
    wql__sqlite_api_close(&api);
    return out;
}

static void test_symbols(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    replacement r = {"sqlite3_prepare_v3", NULL};
    fake_host *host;
    wql_error err = WQL_INIT(wql_error);
    assert_true(aid_sql(aid_path(place, "symbols.db"), "CREATE TABLE t(a)"));
    options.symbol = find_none;
    refuse(place->path, &options, WQL_E_PROVIDER_LOAD_FAILURE, "sqlite3_libversion_number is not in what wql_sqlite.symbol finds");
    options.symbol = find_most;
    options.symbol_user = &r;
    refuse(place->path, &options, WQL_E_PROVIDER_LOAD_FAILURE, "sqlite3_prepare_v3 is not in");
    r = (replacement){"sqlite3_libversion_number", old_version};
    refuse(place->path, &options, WQL_E_PROVIDER_LOAD_FAILURE, "3.37 or newer");
    r = (replacement){"sqlite3_threadsafe", no_threads};
    refuse(place->path, &options, WQL_E_PROVIDER_LOAD_FAILURE, "without threads");
    r = (replacement){"(none)", NULL};
    host = fake_open(wql_sqlite_provider());
    assert_int_equal(fake_load(host, place->path, &options, &err), WQL_OK);
    assert_int_equal(fake_close(host), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_common_dates),
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_name_rules),
        cmocka_unit_test(test_name_clashes),
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_names_in_classes),
        cmocka_unit_test(test_ill_formed_names),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_broken_view),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_lost_keys),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_missing_files),
        cmocka_unit_test(test_corrupt_files),
        cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_no_permission),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_symbols),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
