/* SPDX-License-Identifier: MIT */
/* test_associations.c: ASSOCIATORS OF and REFERENCES OF over the foreign keys of a database: what leads where, at what cost, with
 * how much memory, and how they end. What the terms mean is shown by the golden cases (associations.wqt), in every way of
 * driving. */
#include "call_lab.h"

#include "sqlite_aid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS(n) "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < " #n ") "

static wql_error err = {.struct_size = sizeof(wql_error)};

typedef struct lab {
    aid_place place;
    sqlite3 *db; /* lent; NULL: a file */
    wql_engine *engine;
    wql_session *session;
    uint32_t cancel_wait_ms; /* set before it is opened; 0: the default */
    uint64_t memory_max;     /* likewise */
} lab;

/* A database with the result of `sql`: lent, so that there is one connection, or a file. */
static void open_lab(lab *l, const char *sql, bool lent, uint32_t workers) {
    wql_engine_options options = WQL_INIT(wql_engine_options);
    wql_sqlite own = WQL_INIT(wql_sqlite);
    const char *path = NULL;
    l->db = NULL;
    aid_begin(&l->place);
    options.workers = workers;
    options.cancel_wait_ms = l->cancel_wait_ms;
    options.memory_max = l->memory_max;
    if (lent) options.flags = WQL_CHECK_PROVIDERS; /* references are spelled as they must be, too */
    if (lent) {
        assert_int_equal(sqlite3_open(":memory:", &l->db), SQLITE_OK);
        assert_true(aid_exec(l->db, sql));
        own.connection = l->db;
    } else {
        path = aid_path(&l->place, "links.db");
        assert_true(aid_sql(path, sql));
    }
    assert_int_equal(wql_engine_open(&options, &l->engine, &err), WQL_OK);
    if (wql_engine_mount(l->engine, "root/t", wql_sqlite_provider(), path, lent ? &own : NULL, &err) != WQL_OK)
        fail_msg("%s", err.message);
    assert_int_equal(wql_session_open(l->engine, "root/t", NULL, &l->session, &err), WQL_OK);
}

static void close_lab(lab *l) {
    wql_session_close(l->session);
    assert_int_equal(wql_engine_close(l->engine), WQL_OK);
    if (l->db) assert_int_equal(sqlite3_close(l->db), SQLITE_OK);
    aid_end(&l->place);
}

/* The paths of all rows, a blank between them; `rows` counts them. How it ended. */
static wql_status ask(lab *l, const char *query, char *text, size_t size, uint64_t *rows) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(l->session, wql_s(query), NULL, &call, &err);
    size_t len = 0;
    *rows = 0;
    if (size) text[0] = '\0';
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++) {
            wql_value path;
            assert_int_equal(wql_batch_value(batch, i, "__RELPATH", &path), WQL_OK);
            if (len < size) len += (size_t)snprintf(text + len, size - len, "%s%.*s", len ? " " : "", WQL_FMT(path.str));
        }
        *rows += wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status;
}

/* -- what leads where ---------------------------------------------------------------------------------------------- */

static const char shop[] =
    "CREATE TABLE Customers(Id INTEGER PRIMARY KEY, Name TEXT);"
    "CREATE TABLE Orders(Id INTEGER PRIMARY KEY, CustomerId INT REFERENCES customers(ID));"
    "CREATE TABLE Products(Code TEXT PRIMARY KEY NOT NULL, Title TEXT) WITHOUT ROWID;"
    "CREATE TABLE Lines(\"Order\" INT NOT NULL REFERENCES Orders, \"Line No\" INT NOT NULL, Product TEXT REFERENCES "
    "Products(Code),"
    " PRIMARY KEY(\"Order\", \"Line No\")) STRICT;"
    "CREATE TABLE Notes(O INT, L INT, Text TEXT, FOREIGN KEY(O, L) REFERENCES Lines(\"Order\", \"Line No\"));"
    "CREATE TABLE Staff(Id INTEGER PRIMARY KEY, Boss INT REFERENCES Staff, Mail TEXT UNIQUE);"
    "CREATE TABLE Desks(Nr INTEGER PRIMARY KEY, Mail TEXT REFERENCES Staff(Mail));"
    "CREATE TABLE Lost(Id INTEGER PRIMARY KEY, G INT REFERENCES Gone(Id), H INT REFERENCES Orders(NoColumn));"
    "CREATE TABLE Orders_CustomerId(Id INTEGER PRIMARY KEY);" /* has the name that the foreign key would have */
    "INSERT INTO Customers VALUES(1, 'Ann'), (2, 'Bob'), (3, 'Cy');"
    "INSERT INTO Orders VALUES(10, 1), (11, 1), (12, 2), (13, NULL), (14, 99);"
    "INSERT INTO Products VALUES('a\"b', 'quoted'), ('K\\x', 'slash'), ('\xc3\x84', 'umlaut');"
    "INSERT INTO Lines VALUES(10, 1, 'a\"b'), (10, 2, 'K\\x'), (12, 1, 'K\\x'), (12, 2, '\xc3\x84');"
    "INSERT INTO Notes VALUES(10, 1, 'one'), (10, 2, 'two'), (10, NULL, 'none');"
    "INSERT INTO Staff VALUES(1, 1, 'a@x'), (2, 1, 'b@x'), (3, 2, NULL);"
    "INSERT INTO Desks VALUES(7, 'b@x'), (8, 'nobody');";

static void foreign_keys_lead_both_ways(void **state) {
    static const struct {
        const char *query, *paths;
    } cases[] = {
        {"ASSOCIATORS OF {Customers.Id=1}", "Orders.Id=10 Orders.Id=11"},
        {"ASSOCIATORS OF {Customers.Id=3}", ""},
        {"ASSOCIATORS OF {Orders.Id=11}", "Customers.Id=1"},
        {"ASSOCIATORS OF {Orders.Id=13}", ""}, /* NULL */
        {"ASSOCIATORS OF {Orders.Id=14}", ""}, /* a customer that is not there */
        {"REFERENCES OF {Orders.Id=14}", ""},
        {"ASSOCIATORS OF {Orders=10} WHERE ResultClass = Lines", "Lines.Line_No=1,Order=10 Lines.Line_No=2,Order=10"},
        {"ASSOCIATORS OF {Lines.Order=10,Line_No=1}", "Orders.Id=10 Products.Code=\"a\\\"b\" Notes.rowid=1"},
        {"ASSOCIATORS OF {Lines.Line_No=2,Order=12}", "Orders.Id=12 Products.Code=\"\xc3\x84\""},
        {"ASSOCIATORS OF {Products.Code='k\\x'}", "Lines.Line_No=2,Order=10 Lines.Line_No=1,Order=12"},
        {"ASSOCIATORS OF {Products.Code='\xc3\xa4'}", "Lines.Line_No=2,Order=12"},
        {"ASSOCIATORS OF {Notes.rowid=2}", "Lines.Line_No=2,Order=10"},
        {"ASSOCIATORS OF {Notes.rowid=3}", ""},
        {"ASSOCIATORS OF {Staff.Id=2} WHERE Role = Antecedent", "Desks.Nr=7 Staff.Id=3"},
        {"ASSOCIATORS OF {Staff.Id=2} WHERE Role = Dependent", "Staff.Id=1"},
        {"ASSOCIATORS OF {Desks.Nr=7}", "Staff.Id=2"}, /* a unique column that is no key */
        {"REFERENCES OF {Desks.Nr=7}", "Desks_Mail.Antecedent=\"Staff.Id=2\",Dependent=\"Desks.Nr=7\""},
        {"REFERENCES OF {Customers.Id=2}", "Orders_CustomerId2.Antecedent=\"Customers.Id=2\",Dependent=\"Orders.Id=12\""},
        {"ASSOCIATORS OF {Lost} WHERE SchemaOnly", ""},
        {"ASSOCIATORS OF {Orders} WHERE SchemaOnly", "Lines Customers"},
        {"REFERENCES OF {Staff} WHERE SchemaOnly", "Desks_Mail Staff_Boss"},
    };
    char text[512];
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    for (int lent = 0; lent < 2; lent++) {
        open_lab(&l, shop, lent != 0, 0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            uint64_t rows;
            wql_status status = ask(&l, cases[i].query, text, sizeof text, &rows);
            if (status != WQL_END) fail_msg("%s: %s", cases[i].query, err.message);
            if (strcmp(text, cases[i].paths) != 0) fail_msg("%s: %s", cases[i].query, text);
        }
        close_lab(&l);
    }
}

static void a_foreign_key_says_what_it_is(void **state) {
    wql_class *cls;
    const wql_class_def *def;
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, shop, true, 0);
    assert_int_equal(wql_session_class(l.session, "notes_o_l", &cls, &err), WQL_OK);
    def = wql_class_describe(cls);
    assert_int_equal(def->flags, WQL_ASSOCIATION);
    assert_int_equal(def->property_count, 2);
    assert_string_equal(def->properties[0].name, "Antecedent");
    assert_string_equal(def->properties[0].class_name, "Lines");
    assert_string_equal(def->properties[1].name, "Dependent");
    assert_string_equal(def->properties[1].class_name, "Notes");
    assert_int_equal(def->properties[0].type, WQL_REFERENCE);
    assert_int_equal(def->properties[0].flags, WQL_KEY);
    assert_string_equal(def->qualifiers[0].name, "Description");
    assert_true(def->qualifiers[0].value.str.len == 44 &&
                !memcmp(def->qualifiers[0].value.str.ptr, "Notes(O, L) REFERENCES Lines(Order, Line_No)", 44));
    wql_class_release(cls);
    assert_int_equal(wql_session_class(l.session, "Lost_G", &cls, &err), WQL_E_INVALID_CLASS); /* it leads nowhere */
    assert_int_equal(wql_session_class(l.session, "Lost_H", &cls, &err), WQL_E_INVALID_CLASS);
    close_lab(&l);
}

/* -- cost ------------------------------------------------------------------------------------------------------------ */

static int count_step(void *steps) {
    ++*(uint64_t *)steps;
    return 0;
}

/* Steps of SQLite's machine for the same questions, asked the second time. */
static uint64_t count_steps(const char *sql, uint64_t *rows) {
    static const char *const queries[] = {"ASSOCIATORS OF {C.Id=500}", "REFERENCES OF {C.Id=500}", "ASSOCIATORS OF {O.Id=777}",
                                          "REFERENCES OF {O.Id=777}"};
    uint64_t steps = 0, more;
    lab l = {.cancel_wait_ms = 0};
    open_lab(&l, sql, true, 0);
    *rows = 0;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(ask(&l, queries[i], NULL, 0, &more), WQL_END);
        sqlite3_progress_handler(l.db, 1, count_step, &steps);
        assert_int_equal(ask(&l, queries[i], NULL, 0, &more), WQL_END);
        sqlite3_progress_handler(l.db, 0, NULL, NULL);
        *rows += more;
    }
    close_lab(&l);
    return steps;
}

/* One instance costs the same in a large database as in a small one, from either end. */
static void the_cost_of_one_does_not_grow_with_the_database(void **state) {
#define TABLES                                                                                                                   \
    "CREATE TABLE C(Id INTEGER PRIMARY KEY, Name TEXT); CREATE TABLE O(Id INTEGER PRIMARY KEY, C INT REFERENCES C, Total REAL);"
#define INDEX "CREATE INDEX OC ON O(C);"
    uint64_t small_rows, large_rows, small, large;
    (void)state;
    small = count_steps(TABLES NUMBERS(1000) "INSERT INTO C SELECT i, 'c' || i FROM n;" NUMBERS(
                            1000) "INSERT INTO O SELECT i, 1 + (i * 7919) % 1000, i FROM n;" INDEX,
                        &small_rows);
    large = count_steps(TABLES NUMBERS(1000000) "INSERT INTO C SELECT i, 'c' || i FROM n;" NUMBERS(
                            1000000) "INSERT INTO O SELECT i, 1 + (i * 7919) % 1000000, i FROM n;" INDEX,
                        &large_rows);
    assert_int_equal(small_rows, 4);
    assert_int_equal(large_rows, 4);
    print_message("# steps with 1,000 instances: %llu, with 1,000,000: %llu\n", (unsigned long long)small,
                  (unsigned long long)large);
    assert_true(large * 10 <= small * 13);
}

/* -- many --------------------------------------------------------------------------------------------------------------- */

#define MANY(n)                                                                                                                  \
    "CREATE TABLE C(Id INTEGER PRIMARY KEY); CREATE TABLE O(Id INTEGER PRIMARY KEY, C INT REFERENCES C, Text TEXT);"             \
    "CREATE INDEX OC ON O(C); INSERT INTO C VALUES(1), (2);" NUMBERS(n) "INSERT INTO O SELECT i, 1, 'order ' || i FROM n;"

/* The only connection has the hop's scan when the objects are asked for: the hop then ends first. */
static void one_connection_is_enough(void **state) {
    uint64_t rows;
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, MANY(5000), true, 0);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
    assert_int_equal(rows, 5000);
    close_lab(&l);
}

/* A table whose rows belong to C, and how its keys are made of a number i. */
typedef struct keyed {
    const char *name, *keys, *primary, *values;
} keyed;

/* SQLite's steps for the 300 rows that belong to one C, of `size`, asked the second time. */
static uint64_t gather_steps(const keyed *t, uint32_t size) {
    char sql[1024];
    uint64_t rows, steps = 0;
    lab l = {.cancel_wait_ms = 0};
    (void)snprintf(sql, sizeof sql,
                   "CREATE TABLE C(Id INTEGER PRIMARY KEY); INSERT INTO C VALUES(1), (2);"
                   "CREATE TABLE P(%s, C INT REFERENCES C, %s;"
                   "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < %u)"
                   "INSERT INTO P SELECT %s, CASE WHEN i %% %u < 3 THEN 1 ELSE 2 END FROM n;"
                   "CREATE INDEX PC ON P(C);",
                   t->keys, t->primary, size - 1, t->values, size / 100);
    open_lab(&l, sql, true, 0);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
    assert_int_equal(rows, 300);
    sqlite3_progress_handler(l.db, 1, count_step, &steps);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
    sqlite3_progress_handler(l.db, 0, NULL, NULL);
    assert_int_equal(rows, 300);
    close_lab(&l);
    return steps;
}

/* Objects whose keys are texts, or that have several keys, are got many at once and by key: 300 of them cost the same whether the
 * table has thousands of rows or a hundred thousand. (One of 1,000 rows is small enough to be read through.) */
static void ends_with_any_keys_are_gathered_by_key(void **state) {
    static const keyed tables[] = {
        {"plain texts", "Code TEXT NOT NULL", "PRIMARY KEY(Code))", "printf('Part-%06d', i)"},
        {"texts with k and s", "Code TEXT NOT NULL", "PRIMARY KEY(Code)) WITHOUT ROWID", "printf('Kiosk%06d', i)"},
        {"two integers", "O INT NOT NULL, Nr INT NOT NULL", "PRIMARY KEY(O, Nr)) WITHOUT ROWID", "i / 10, i % 10"},
        {"an integer and a text", "O INT NOT NULL, Nr TEXT NOT NULL", "PRIMARY KEY(O, Nr)) WITHOUT ROWID",
         "i / 10, 'nr ' || (i % 10)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        uint64_t tiny = gather_steps(&tables[i], 1000), small = gather_steps(&tables[i], 4000),
                 large = gather_steps(&tables[i], 100000);
        print_message("# 300 ends, %s: %llu steps of 1,000 rows, %llu of 4,000, %llu of 100,000\n", tables[i].name,
                      (unsigned long long)tiny, (unsigned long long)small, (unsigned long long)large);
        assert_true(large < small + small / 3);
    }
}

/* A key that is spelled with escapes is a text of the host's, which is gone when the second of several sets of rows is read. */
static void an_escaped_key_is_still_known_behind_the_first_rows(void **state) {
    static const char sql[] = "CREATE TABLE P(K TEXT PRIMARY KEY); CREATE TABLE D(Id INTEGER PRIMARY KEY, K TEXT REFERENCES P);"
                              "INSERT INTO P VALUES('a\"b'), ('a\\b'); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                              "WHERE i < 400) INSERT INTO D SELECT i, CASE i % 2 WHEN 0 THEN 'a\"b' ELSE 'a\\b' END FROM n;";
    static const char *const queries[] = {"REFERENCES OF {P.K=\"a\\\"b\"}", "ASSOCIATORS OF {P.K=\"a\\\"b\"}",
                                          "REFERENCES OF {P.K=\"a\\\\b\"}", "ASSOCIATORS OF {P.K=\"a\\\\b\"}"};
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    for (int lent = 0; lent < 2; lent++) {
        open_lab(&l, sql, lent != 0, 0);
        for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
            uint64_t rows;
            assert_int_equal(ask(&l, queries[i], NULL, 0, &rows), WQL_END);
            assert_int_equal(rows, 200);
        }
        close_lab(&l);
    }
}

/* The objects come as the references are read: memory is that of some batches. */
static void memory_does_not_grow_with_what_comes(void **state) {
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    uint64_t rows, peak;
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, MANY(5000), false, 0);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
    assert_int_equal(rows, 5000);
    assert_int_equal(wql_engine_get_stats(l.engine, &stats), WQL_OK);
    peak = stats.memory_peak;
    close_lab(&l);
    open_lab(&l, MANY(50000), false, 0);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
    assert_int_equal(rows, 50000);
    assert_int_equal(wql_engine_get_stats(l.engine, &stats), WQL_OK);
    print_message("# peak with 5,000 associators: %llu bytes, with 50,000: %llu\n", (unsigned long long)peak,
                  (unsigned long long)stats.memory_peak);
    assert_true(stats.memory_peak <= peak + 3000000); /* the references alone would be more */
    close_lab(&l);
}

/* Over a provider that has one scan to give the references of a hop are held until it is through: within memory_max, or the call
 * ends with it. */
static void references_that_are_held_count(void **state) {
    uint64_t rows;
    (void)state;
    for (int enough = 0; enough < 2; enough++) {
        lab l = {.memory_max = enough ? 32 << 20 : 3 << 20};
        open_lab(&l, MANY(50000), true, 0);
        if (enough) {
            assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_END);
            assert_int_equal(rows, 50000);
        } else {
            assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", NULL, 0, &rows), WQL_E_QUOTA_VIOLATION);
            assert_non_null(strstr(err.message, "memory_max"));
            assert_int_equal(ask(&l, "ASSOCIATORS OF {O.Id=1}", NULL, 0, &rows), WQL_END); /* the engine goes on */
        }
        close_lab(&l);
    }
}

static void no_more_rows_come_than_are_asked_for(void **state) {
    static const uint64_t most[] = {1, 99, 100, 101, 1024, 1025, 4999};
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, MANY(5000), false, 0);
    for (size_t i = 0; i < sizeof most / sizeof *most; i++)
        for (int references = 0; references < 2; references++) {
            wql_call_options how = WQL_INIT(wql_call_options);
            wql_call call;
            uint64_t rows = 0;
            how.rows_max = most[i];
            assert_int_equal(wql_session_exec(l.session, wql_s(references ? "REFERENCES OF {C.Id=1}" : "ASSOCIATORS OF {C.Id=1}"),
                                              &how, &call, &err),
                             WQL_OK);
            assert_int_equal(pull_all(call, &rows, &err), WQL_END);
            assert_int_equal(rows, most[i]);
            wql_call_close(call);
        }
    close_lab(&l);
}

/* -- ends ---------------------------------------------------------------------------------------------------------------- */

/* Left at every place: nothing is left behind, and the database can be closed. */
static void a_call_can_be_left_anywhere(void **state) {
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, MANY(3000), true, 0);
    for (int batches = 0; batches < 40; batches++) {
        wql_call call;
        wql_batch *batch;
        assert_int_equal(wql_session_exec(l.session, wql_s("ASSOCIATORS OF {C.Id=1}"), NULL, &call, &err), WQL_OK);
        for (int i = 0; i < batches; i++) {
            if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) break;
            wql_batch_release(batch);
        }
        if (batches % 2) assert_int_equal(wql_call_cancel(call), WQL_OK);
        wql_call_close(call);
    }
    assert_int_equal(wql_engine_unmount(l.engine, "root/t", "sqlite", &err), WQL_OK);
    wql_session_close(l.session);
    assert_int_equal(wql_engine_close(l.engine), WQL_OK);
    assert_int_equal(sqlite3_close(l.db), SQLITE_OK);
    aid_end(&l.place);
}

typedef struct counting {
    _Atomic uint64_t rows;
    _Atomic wql_status status;
    _Atomic int finals;
} counting;

static wql_status on_rows(void *user, wql_call call, const wql_batch *batch) {
    (void)call;
    atomic_fetch_add(&((counting *)user)->rows, wql_batch_rows(batch));
    return WQL_OK;
}

static wql_status on_status(void *user, wql_call call, const wql_report *report) {
    counting *c = user;
    (void)call;
    atomic_store(&c->status, report->status);
    atomic_fetch_add(&c->finals, 1);
    return WQL_OK;
}

/* Cancels from another thread at any moment; some calls come to their end before. Several at once share the connections. */
static void cancels_meet_running_steps(void **state) {
    enum { CALLS = 12, ROUNDS = 10 };
    lab l = {.cancel_wait_ms = 0};
    (void)state;
    open_lab(&l, MANY(3000), false, 2);
    for (int round = 0; round < ROUNDS; round++) {
        counting counted[CALLS];
        wql_call calls[CALLS];
        memset(counted, 0, sizeof counted);
        for (int i = 0; i < CALLS; i++) {
            wql_sink sink = WQL_INIT(wql_sink);
            wql_call_options how = WQL_INIT(wql_call_options);
            sink.user = &counted[i];
            sink.indicate = on_rows;
            sink.status = on_status;
            how.sink = &sink;
            assert_int_equal(wql_session_exec(l.session, wql_s("ASSOCIATORS OF {C.Id=1}"), &how, &calls[i], &err), WQL_OK);
        }
        for (int i = 0; i < CALLS; i++) {
            wql_status status = i % 3 == 2 ? wql_call_wait(calls[i], 60000, &err) : wql_call_cancel(calls[i]);
            assert_true(status == WQL_OK || status == WQL_E_NOT_FOUND);
            assert_int_equal(atomic_load(&counted[i].finals), 1);
            if (atomic_load(&counted[i].status) == WQL_OK)
                assert_int_equal(atomic_load(&counted[i].rows), 3000);
            else
                assert_int_equal(atomic_load(&counted[i].status), WQL_E_CALL_CANCELLED);
            wql_call_close(calls[i]);
        }
    }
    close_lab(&l);
}

static void a_call_holds_its_provider_between_the_steps(void **state) {
    char text[8];
    uint64_t rows = 0;
    wql_call call;
    wql_batch *batch;
    lab l = {.cancel_wait_ms = 30};
    (void)state;
    open_lab(&l, MANY(3000), false, 0);
    assert_int_equal(wql_session_exec(l.session, wql_s("ASSOCIATORS OF {C.Id=1}"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql_engine_unmount(l.engine, "root/t", "sqlite", &err),
                     WQL_S_TIMEDOUT); /* its classes are gone for others */
    assert_int_equal(pull_all(call, &rows, &err), WQL_END);
    wql_call_close(call);
    assert_int_equal(wql_engine_unmount(l.engine, "root/t", "sqlite", &err), WQL_OK);
    assert_int_equal(ask(&l, "ASSOCIATORS OF {C.Id=1}", text, sizeof text, &rows), WQL_E_INVALID_CLASS);
    close_lab(&l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(foreign_keys_lead_both_ways),
        cmocka_unit_test(a_foreign_key_says_what_it_is),
        cmocka_unit_test(the_cost_of_one_does_not_grow_with_the_database),
        cmocka_unit_test(ends_with_any_keys_are_gathered_by_key),
        cmocka_unit_test(one_connection_is_enough),
        cmocka_unit_test(an_escaped_key_is_still_known_behind_the_first_rows),
        cmocka_unit_test(memory_does_not_grow_with_what_comes),
        cmocka_unit_test(references_that_are_held_count),
        cmocka_unit_test(no_more_rows_come_than_are_asked_for),
        cmocka_unit_test(a_call_can_be_left_anywhere),
        cmocka_unit_test(cancels_meet_running_steps),
        cmocka_unit_test(a_call_holds_its_provider_between_the_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
