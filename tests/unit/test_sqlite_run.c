/* SPDX-License-Identifier: MIT */
/* test_sqlite_run.c: the sqlite provider: batches, connections, cancel, locks, changing schemas, refused memory, threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../providers/sqlite/sqlite.h"
#include "sqlite_aid.h"

#include <sched.h>
#include <stdlib.h>

#define NUMBERS(n) "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < " #n ") "
#define ENDLESS "CREATE VIEW endless AS SELECT a.id FROM t AS a, t AS b, t AS c, t AS d WHERE a.id + b.id + c.id + d.id < 0;"

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

static fake_host *mount_with(const char *path, wql_sqlite *options) {
    wql_error err = WQL_INIT(wql_error);
    fake_host *host = fake_open(wql_sqlite_provider());
    if (fake_load(host, path, options, &err) == WQL_OK) return host;
    (void)fprintf(stderr, "load: %s\n", err.message);
    (void)fake_close(host);
    return NULL;
}

static void init_scan(fake_scan *scan, fake_host *host, const char *class_name) {
    fake_scan_init(scan, host, fake_find_class(host, class_name));
}

/* -- batches --------------------------------------------------------------------------------------------------------------- */

/* The first batch is small, later ones are full; all rows come, in order. */
static void test_batches(void **state) {
    fake_host *host =
        aid_mount(*state, "batches.db",
                  "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(5000) "INSERT INTO t SELECT i, 'row ' || i FROM n;");
    uint64_t before = 0;
    fake_scan scan;
    assert_non_null(host);
    init_scan(&scan, host, "t");
    assert_int_equal(fake_scan_open(&scan), WQL_OK);
    assert_int_equal(fake_scan_next(&scan), WQL_OK);
    assert_in_range(scan.row_count, 1, 64);
    while (scan.status == WQL_OK) {
        assert_in_range(scan.row_count - before, 1, 1024);
        before = scan.row_count;
        (void)fake_scan_next(&scan);
    }
    assert_int_equal(scan.status, WQL_END);
    assert_int_equal(fake_scan_next(&scan), WQL_END); /* and stays at the end */
    assert_int_equal(scan.row_count, 5000);
    for (uint64_t i = 0; i < 5000; i++) assert_int_equal(strtoull(fake_cell(&scan, i, 0), NULL, 10), i + 1);
    assert_string_equal(fake_cell(&scan, 4999, 1), "row 5000");
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* Large values: a batch ends when it is large; nothing is cut. */
static void test_large_values(void **state) {
    fake_host *host = aid_mount(*state, "large.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, b BLOB); " NUMBERS(20)
                                "INSERT INTO t SELECT i, printf('%.*c', i * 100000, 'x') || char(233), zeroblob(i * 1000) FROM n;"
                                "INSERT INTO t VALUES(21, CAST(zeroblob(3) || x'ff' || randomblob(0) AS TEXT), x'');");
    fake_scan scan;
    assert_non_null(host);
    init_scan(&scan, host, "t");
    fake_want_none(&scan);
    fake_want(&scan, 1);
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 21);
    assert_true(scan.batches >= 6);
    for (uint64_t i = 0; i < 20; i++) {
        const char *cell = fake_cell(&scan, i, 0);
        assert_int_equal(strlen(cell), (i + 1) * 100000 + 2);
        assert_memory_equal(cell + strlen(cell) - 4, "xx\xc3\xa9", 4);
    }
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* Batches outlive their scan, until unload. */
static void test_held_batches(void **state) {
    fake_host *host = aid_mount(*state, "held.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, d DATE, b BOOL, x BLOB); " NUMBERS(
                                    9000) "INSERT INTO t SELECT i, 'text ' || i, '2020-01-01', i % 2, x'01' FROM n;");
    fake_scan scan;
    assert_non_null(host);
    host->hold = true;
    for (int i = 0; i < 2; i++) {
        init_scan(&scan, host, "t");
        assert_int_equal(fake_run(&scan), WQL_END);
        assert_int_equal(scan.row_count, 9000);
        fake_scan_free(&scan);
        fake_release(host);
    }
    init_scan(&scan, host, "t");
    assert_int_equal(fake_run(&scan), WQL_END);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0); /* released there, before unload */
}

/* Rows that are found seldom do not wait for each other. */
static void test_slow_rows(void **state) {
    fake_host *host = aid_mount(
        *state, "slow.db",
        "CREATE TABLE t(id INTEGER PRIMARY KEY); " NUMBERS(200000) "INSERT INTO t SELECT i FROM n;"
                                                                   "CREATE VIEW v AS SELECT id FROM t WHERE id % 40000 = 0;");
    fake_scan scan;
    assert_non_null(host);
    init_scan(&scan, host, "v");
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 5);
    assert_int_equal(scan.batches, 5);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* Steady state makes no allocation: the second of two equal scans needs those of the scan itself only, however many rows come. */
static void test_steady_state(void **state) {
    fake_host *host = aid_mount(*state, "steady.db",
                                "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(
                                    20000) "INSERT INTO t SELECT i, printf('row %06d', i) FROM n;");
    size_t counts[2];
    assert_non_null(host);
    for (int i = 0; i < 3; i++) {
        fake_scan scan;
        init_scan(&scan, host, "t");
        scan.quiet = true;
        scan.request.limit = i == 2 ? 20000 : 2000;
        host->allocations = 0;
        host->fail_at = SIZE_MAX;
        assert_int_equal(fake_run(&scan), WQL_END);
        if (i) counts[i - 1] = host->allocations;
        fake_scan_free(&scan);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_in_range(counts[0], 1, 8);
    assert_int_equal(fake_close(host), 0);
}

/* What was read before a failure comes before it. */
static void test_corrupt_page(void **state) {
    aid_place *place = *state;
    fake_host *host = aid_mount(place, "page.db",
                                "PRAGMA page_size = 1024; CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(
                                    5000) "INSERT INTO t SELECT i, 'some text, so that there are pages ' || i FROM n;");
    static char junk[1024 * 20];
    fake_scan scan;
    FILE *f;
    assert_non_null(host);
    memset(junk, 0x7e, sizeof junk);
    f = fopen(place->path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, 1024 * 100, SEEK_SET), 0);
    assert_int_equal(fwrite(junk, 1, sizeof junk, f), sizeof junk);
    assert_int_equal(fclose(f), 0);
    init_scan(&scan, host, "t");
    assert_int_equal(fake_run(&scan), WQL_E_PROVIDER_FAILURE);
    assert_non_null(strstr(scan.error.message, "cannot read t of "));
    assert_non_null(strstr(scan.error.message, "malformed"));
    assert_in_range(scan.row_count, 1000, 4000);
    assert_string_equal(fake_cell(&scan, 999, 0), "1000");
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- connections ----------------------------------------------------------------------------------------------------------- */

static void test_pool(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    fake_host *host;
    fake_scan scans[4];
    options.connections_max = 2;
    assert_true(aid_sql(aid_path(place, "pool.db"), "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1), (2)"));
    host = mount_with(place->path, &options);
    assert_non_null(host);
    for (uint64_t i = 0; i < 4; i++) {
        init_scan(&scans[i], host, "t");
        scans[i].id = i;
    }
    assert_int_equal(fake_scan_open(&scans[0]), WQL_OK);
    assert_int_equal(fake_scan_open(&scans[1]), WQL_OK);
    assert_int_equal(fake_scan_open(&scans[2]), WQL_S_PENDING);
    assert_int_equal(fake_scan_open(&scans[3]), WQL_S_PENDING);
    assert_int_equal(host->wakes, 0);
    assert_int_equal(fake_scan_next(&scans[0]), WQL_END);
    assert_int_equal(host->wakes, 0);
    fake_scan_close(&scans[0]);
    assert_int_equal(host->wakes, 2); /* all are: the call of the first may be over */
    assert_int_equal(fake_scan_open(&scans[3]), WQL_OK);
    assert_int_equal(fake_scan_open(&scans[2]), WQL_S_PENDING);
    fake_scan_close(&scans[1]);
    assert_int_equal(host->wakes, 3);
    assert_int_equal(host->last_wake, 2);
    assert_int_equal(fake_scan_open(&scans[2]), WQL_OK);
    for (int i = 2; i < 4; i++) {
        while (fake_scan_next(&scans[i]) == WQL_OK) {}
        assert_int_equal(scans[i].status, WQL_END);
        assert_int_equal(scans[i].row_count, 2);
        fake_scan_close(&scans[i]);
    }
    for (int i = 0; i < 4; i++) fake_scan_free(&scans[i]);
    assert_int_equal(fake_close(host), 0);
}

/* Many who wait, more than the list had room for: each is woken in the end. */
static void test_many_waiting(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    fake_host *host;
    fake_scan first, scan;
    options.connections_max = 1;
    assert_true(aid_sql(aid_path(place, "waiting.db"), "CREATE TABLE t(id INTEGER PRIMARY KEY)"));
    host = mount_with(place->path, &options);
    assert_non_null(host);
    init_scan(&first, host, "t");
    init_scan(&scan, host, "t");
    assert_int_equal(fake_scan_open(&first), WQL_OK);
    for (uint64_t i = 0; i < 1000; i++) {
        scan.id = i;
        assert_int_equal(fake_scan_open(&scan), WQL_S_PENDING);
    }
    fake_scan_close(&first);
    assert_int_equal(host->wakes, 1000);
    assert_int_equal(fake_scan_open(&scan), WQL_OK);
    fake_scan_free(&scan);
    fake_scan_free(&first);
    assert_int_equal(fake_close(host), 0);
}

/* Each scan sees one moment of the database. */
static void test_snapshot(void **state) {
    aid_place *place = *state;
    fake_host *host = aid_mount(place, "wal.db",
                                "PRAGMA journal_mode = WAL; CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(
                                    3000) "INSERT INTO t SELECT i, 'x' FROM n;");
    fake_scan scan, later;
    assert_non_null(host);
    init_scan(&scan, host, "t");
    init_scan(&later, host, "t");
    assert_int_equal(fake_scan_open(&scan), WQL_OK); /* the moment is that of open */
    assert_true(aid_sql(place->path,
                        "DELETE FROM t WHERE id > 1000; INSERT INTO t VALUES(9999, 'new'); ALTER TABLE t ADD COLUMN more TEXT"));
    do (void)fake_scan_next(&scan);
    while (scan.status == WQL_OK);
    assert_int_equal(scan.status, WQL_END);
    assert_int_equal(scan.row_count, 3000);
    assert_int_equal(fake_run(&later), WQL_END);
    assert_int_equal(later.row_count, 1001);
    fake_scan_free(&scan);
    fake_scan_free(&later);
    assert_int_equal(fake_close(host), 0);
}

/* -- ending a call --------------------------------------------------------------------------------------------------------- */

/* What another thread does to a scan once it is well inside. */
typedef struct canceller {
    fake_scan *scan;
    wql_status code;
    bool interrupt;
    _Atomic uint64_t *watch; /* counts while the scan works */
    uint64_t until;
    pthread_t thread;
    int64_t at_us;
} canceller;

static void *cancel_it(void *arg) {
    canceller *c = arg;
    while (atomic_load(c->watch) < c->until) (void)sched_yield();
    c->at_us = wql__sqlite_now_us();
    atomic_store(&c->scan->ended, (int)c->code);
    if (c->interrupt) c->scan->host->provider->interrupt(&c->scan->scan);
    return NULL;
}

static void start_canceller(canceller *c) { assert_int_equal(pthread_create(&c->thread, NULL, cancel_it, c), 0); }

static void assert_soon(canceller *c) {
    int64_t now = wql__sqlite_now_us();
    assert_int_equal(pthread_join(c->thread, NULL), 0);
    assert_true(now - c->at_us < 2000000); /* a step that is not stopped lasts for years */
}

static void test_cancel(void **state) {
    fake_host *host = aid_mount(
        *state, "cancel.db", "CREATE TABLE t(id INTEGER PRIMARY KEY); " NUMBERS(20000) "INSERT INTO t SELECT i FROM n;" ENDLESS);
    static const wql_status codes[] = {WQL_E_CALL_CANCELLED, WQL_E_TIMED_OUT};
    assert_non_null(host);
    for (int i = 0; i < 4; i++) {
        fake_scan scan;
        canceller c = {.scan = &scan, .code = codes[i % 2], .interrupt = i >= 2, .watch = &scan.checks, .until = 50};
        init_scan(&scan, host, "endless");
        if (i == 3) {
            fake_want_none(&scan);
            scan.request.flags = WQL_WISH_COUNT;
        }
        assert_int_equal(fake_scan_open(&scan), WQL_OK);
        start_canceller(&c);
        assert_int_equal(fake_scan_next(&scan), codes[i % 2]);
        assert_soon(&c);
        assert_non_null(strstr(scan.error.message, "endless"));
        assert_int_equal(fake_scan_next(&scan), codes[i % 2]);
        fake_scan_free(&scan);
        init_scan(&scan, host, "t"); /* and the connection is as good as before */
        scan.request.limit = 10;
        assert_int_equal(fake_run(&scan), WQL_END);
        assert_int_equal(scan.row_count, 10);
        fake_scan_free(&scan);
    }
    assert_int_equal(fake_close(host), 0);
}

/* A call that is over before it opens. */
static void test_cancel_before(void **state) {
    fake_host *host = aid_mount(*state, "before.db", "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)");
    fake_scan scan;
    assert_non_null(host);
    init_scan(&scan, host, "t");
    atomic_store(&scan.ended, (int)WQL_E_CALL_CANCELLED);
    assert_int_equal(fake_scan_open(&scan), WQL_E_CALL_CANCELLED);
    atomic_store(&scan.ended, 0);
    assert_int_equal(fake_scan_open(&scan), WQL_OK);
    host->provider->interrupt(&scan.scan); /* a wake too many does no harm */
    atomic_store(&scan.ended, (int)WQL_E_TIMED_OUT);
    assert_int_equal(fake_scan_next(&scan), WQL_E_TIMED_OUT);
    fake_scan_close(&scan);
    host->provider->interrupt(&scan.scan); /* nobody is there any more */
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- locks ----------------------------------------------------------------------------------------------------------------- */

/* Lets a lock go once the scan has met it. */
typedef struct unlocker {
    sqlite3 *db;
    fake_scan *scan;
    pthread_t thread;
} unlocker;

static void *unlock_it(void *arg) {
    unlocker *u = arg;
    while (atomic_load(&u->scan->checks) < 5) (void)sched_yield();
    (void)sqlite3_exec(u->db, "COMMIT", NULL, NULL, NULL);
    return NULL;
}

static void test_locked(void **state) {
    aid_place *place = *state;
    fake_host *host = aid_mount(place, "locked.db", "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)");
    sqlite3 *writer = aid_connect(place->path);
    fake_scan scan;
    canceller c = {.scan = &scan, .code = WQL_E_TIMED_OUT, .watch = &scan.checks, .until = 5};
    unlocker u = {.db = writer, .scan = &scan};
    assert_non_null(host);
    assert_non_null(writer);
    assert_true(aid_exec(writer, "BEGIN EXCLUSIVE; INSERT INTO t VALUES(2)"));
    init_scan(&scan, host, "t");
    start_canceller(&c);
    assert_int_equal(fake_scan_open(&scan), WQL_E_TIMED_OUT);
    assert_soon(&c);
    assert_non_null(strstr(scan.error.message, "locked by someone else"));
    atomic_store(&scan.ended, 0);
    atomic_store(&scan.checks, 0);
    c.code = WQL_E_CALL_CANCELLED;
    c.interrupt = true; /* wakes it while it waits */
    start_canceller(&c);
    assert_int_equal(fake_scan_open(&scan), WQL_E_CALL_CANCELLED);
    assert_soon(&c);
    atomic_store(&scan.ended, 0);
    atomic_store(&scan.checks, 0);
    assert_int_equal(pthread_create(&u.thread, NULL, unlock_it, &u), 0);
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(pthread_join(u.thread, NULL), 0);
    assert_int_equal(scan.row_count, 2);
    fake_scan_free(&scan);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
    assert_int_equal(fake_close(host), 0);
}

/* Without a deadline patience ends too. Takes its five seconds, so only in the long run. */
static void test_patience(void **state) {
    aid_place *place = *state;
    fake_host *host;
    sqlite3 *writer;
    fake_scan scan;
    int64_t from;
    if (!getenv("WQL_TEST_LONG")) skip();
    host = aid_mount(place, "patience.db", "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    writer = aid_connect(place->path);
    assert_non_null(host);
    assert_non_null(writer);
    assert_true(aid_exec(writer, "BEGIN EXCLUSIVE"));
    init_scan(&scan, host, "t");
    from = wql__sqlite_now_us();
    assert_int_equal(fake_scan_open(&scan), WQL_E_PROVIDER_TIMED_OUT);
    assert_in_range(wql__sqlite_now_us() - from, 4900000, 7000000);
    assert_non_null(strstr(scan.error.message, "waited 5"));
    fake_scan_free(&scan);
    assert_int_equal(sqlite3_close(writer), SQLITE_OK);
    assert_int_equal(fake_close(host), 0);
}

/* -- lent connections ------------------------------------------------------------------------------------------------------ */

static int count_progress(void *ctx) {
    (void)atomic_fetch_add((_Atomic uint64_t *)ctx, 1);
    return 0;
}

static void test_lent(void **state) {
    sqlite3 *db = aid_connect(":memory:");
    wql_sqlite options = WQL_INIT(wql_sqlite);
    _Atomic uint64_t progress = 0;
    uint64_t before;
    fake_host *host;
    fake_scan scan, other;
    (void)state;
    assert_non_null(db);
    assert_true(aid_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(
                                 3000) "INSERT INTO t SELECT i, 'x' || i FROM n;" ENDLESS
                                       "CREATE TEMP TABLE mine(x); ATTACH ':memory:' AS two; CREATE TABLE two.other(x);"));
    sqlite3_progress_handler(db, 100, count_progress, &progress);
    options.connection = db;
    host = mount_with(NULL, &options);
    assert_non_null(host);
    assert_int_equal(host->class_count, 2);
    init_scan(&scan, host, "t");
    init_scan(&other, host, "t");
    assert_int_equal(fake_scan_open(&scan), WQL_OK);
    assert_int_equal(fake_scan_open(&other), WQL_S_PENDING); /* one scan at a time */
    assert_true(aid_exec(db, "INSERT INTO mine VALUES(1)")); /* its owner may go on with it */
    do (void)fake_scan_next(&scan);
    while (scan.status == WQL_OK);
    assert_int_equal(scan.status, WQL_END);
    assert_int_equal(scan.row_count, 3000);
    fake_scan_close(&scan);
    assert_int_equal(host->wakes, 1);
    assert_int_equal(fake_run(&other), WQL_END);
    assert_int_equal(other.row_count, 3000);
    fake_scan_free(&scan);
    fake_scan_free(&other);
    before = atomic_load(&progress); /* its progress handler is still there */
    assert_true(aid_exec(db, "SELECT count(*) FROM t AS a, t AS b WHERE a.id < 100"));
    assert_true(atomic_load(&progress) > before);
    assert_true(aid_exec(db, "BEGIN; DELETE FROM t WHERE id > 5")); /* what its owner did and did not commit is seen */
    init_scan(&scan, host, "t");
    assert_int_equal(fake_run(&scan), WQL_END);
    assert_int_equal(scan.row_count, 5);
    fake_scan_free(&scan);
    assert_true(aid_exec(db, "ROLLBACK"));
    assert_int_equal(fake_close(host), 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK); /* no statement was left on it */
}

static void test_lent_cancel(void **state) {
    sqlite3 *db = aid_connect(":memory:");
    wql_sqlite options = WQL_INIT(wql_sqlite);
    _Atomic uint64_t progress = 0;
    fake_host *host;
    (void)state;
    assert_non_null(db);
    assert_true(aid_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY); " NUMBERS(20000) "INSERT INTO t SELECT i FROM n;" ENDLESS));
    sqlite3_progress_handler(db, 100, count_progress, &progress);
    options.connection = db;
    host = mount_with(NULL, &options);
    assert_non_null(host);
    for (int i = 0; i < 5; i++) {
        fake_scan scan;
        canceller c = {.scan = &scan, .code = WQL_E_CALL_CANCELLED, .interrupt = true, .watch = &progress};
        init_scan(&scan, host, "endless");
        assert_int_equal(fake_scan_open(&scan), WQL_OK);
        c.until = atomic_load(&progress) + 20; /* well inside the step */
        start_canceller(&c);
        assert_int_equal(fake_scan_next(&scan), WQL_E_CALL_CANCELLED);
        assert_soon(&c);
        fake_scan_free(&scan);
        init_scan(&scan, host, "t");
        assert_int_equal(fake_run(&scan), WQL_END);
        assert_int_equal(scan.row_count, 20000);
        fake_scan_free(&scan);
    }
    assert_int_equal(fake_close(host), 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* An interrupt that comes between two steps is not forgotten, and hits nobody else. */
static void test_lent_between(void **state) {
    sqlite3 *db = aid_connect(":memory:");
    wql_sqlite options = WQL_INIT(wql_sqlite);
    fake_host *host;
    fake_scan scan;
    (void)state;
    assert_non_null(db);
    assert_true(aid_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY); " NUMBERS(3000) "INSERT INTO t SELECT i FROM n;"));
    options.connection = db;
    host = mount_with(NULL, &options);
    assert_non_null(host);
    init_scan(&scan, host, "t");
    assert_int_equal(fake_scan_open(&scan), WQL_OK);
    assert_int_equal(fake_scan_next(&scan), WQL_OK);
    host->provider->interrupt(&scan.scan);
    assert_true(aid_exec(db, "SELECT count(*) FROM t AS a, t AS b WHERE a.id < 50")); /* the owner's own */
    assert_int_equal(fake_scan_next(&scan), WQL_E_CALL_CANCELLED);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* -- changing schemas ------------------------------------------------------------------------------------------------------ */

static void test_schema_changes(void **state) {
    static const struct {
        const char *change, *column; /* the column that is asked for; NULL: all of them */
        const char *rows;            /* NULL: a failure */
        const char *message;
    } cases[] = {
        {"ALTER TABLE t ADD COLUMN more INT DEFAULT 5", NULL, "1|one|2", NULL},
        {"ALTER TABLE t RENAME COLUMN n TO m", NULL, NULL, "table t changed since it was mounted: column n is gone"},
        {"ALTER TABLE t RENAME COLUMN n TO m", "id", "1", NULL},
        {"ALTER TABLE t DROP COLUMN n", NULL, NULL, "column n is gone"},
        {"ALTER TABLE t DROP COLUMN n", "s", "one", NULL},
        {"DROP TABLE t", NULL, NULL, "table t changed since it was mounted: it is gone"},
        {"DROP TABLE t; CREATE TABLE t(n INT, s TEXT, id INTEGER PRIMARY KEY); INSERT INTO t VALUES(2, 'one', 1)", NULL,
         "1|one|2", NULL},
        {"DROP TABLE t; CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n TEXT); INSERT INTO t VALUES(1, 'one', 2)", NULL, NULL,
         "column n has another type"},
        {"DROP TABLE t; CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n INT) STRICT", NULL, NULL, "another form"},
        {"DROP TABLE t; CREATE TABLE t(id INTEGER, s TEXT, n INT); INSERT INTO t VALUES('x', 'one', 2)", NULL, NULL,
         "column id is not the rowid any more"},
        {"DROP TABLE t; CREATE VIEW t AS SELECT 1 AS id, 'one' AS s, 2 AS n", NULL, NULL, "another form"},
        {"ALTER TABLE t RENAME TO u", NULL, NULL, "it is gone"},
        {"CREATE INDEX i ON t(s)", NULL, "1|one|2", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        aid_place *place = *state;
        fake_host *host = aid_mount(place, "schema.db",
                                    "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n INT); INSERT INTO t VALUES(1, 'one', 2)");
        fake_scan scan;
        wql_status status;
        char *rows;
        assert_non_null(host);
        for (int round = 0; round < 3; round++) { /* before, after, and again */
            const char *expected = round ? cases[i].rows : cases[i].column ? (cases[i].column[0] == 'i' ? "1" : "one") : "1|one|2";
            if (round == 1) assert_true(aid_sql(place->path, cases[i].change));
            init_scan(&scan, host, "t");
            if (cases[i].column) {
                fake_want_none(&scan);
                fake_want(&scan, fake_find_property(host, 0, cases[i].column));
            }
            status = fake_run(&scan);
            rows = aid_join(&scan);
            if (expected && (status != WQL_END || strcmp(rows, expected) != 0))
                fail_msg("%s: %s %s", cases[i].change, rows, scan.error.message);
            if (!expected && (status != WQL_E_PROVIDER_FAILURE || !strstr(scan.error.message, cases[i].message)))
                fail_msg("%s: %08x %s", cases[i].change, (unsigned)status, scan.error.message);
            free(rows);
            fake_scan_free(&scan);
        }
        assert_int_equal(fake_close(host), 0);
    }
}

/* A double-quoted name that is no column any more must not become a text. */
static void test_no_quoted_text(void **state) {
    aid_place *place = *state;
    fake_host *host = aid_mount(place, "quoted.db", "CREATE VIEW v AS SELECT 1 AS id, 'x' AS s");
    fake_scan scan;
    wql_value value = wql_text(wql_s("s"));
    assert_non_null(host);
    assert_true(aid_sql(place->path, "DROP VIEW v; CREATE VIEW v AS SELECT 1 AS id"));
    init_scan(&scan, host, "v");
    fake_want_none(&scan);
    fake_want(&scan, 0);
    fake_where(&scan, 1, WQL_EQ, &value, 1);
    fake_take_plan(&scan);
    assert_int_equal(fake_run(&scan), WQL_E_PROVIDER_FAILURE);
    assert_int_equal(scan.row_count, 0);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- refused memory -------------------------------------------------------------------------------------------------------- */

#define FAULT_SQL                                                                                                                \
    "CREATE TABLE \"a table\"(id INTEGER PRIMARY KEY, s TEXT, d DATE, b BLOB, n, \"x y\" BOOL); CREATE INDEX i ON \"a "          \
    "table\"(s);"                                                                                                                \
    "CREATE TABLE k(a TEXT, b INT, PRIMARY KEY(a, b)); INSERT INTO k VALUES('x', 1); CREATE TABLE r(v); INSERT INTO r "          \
    "VALUES(1);"                                                                                                                 \
    "CREATE VIEW w AS SELECT 1 AS one UNION SELECT 2;" NUMBERS(                                                                  \
        1500) "INSERT INTO \"a table\" SELECT 2 * i, 'text of some length, so that buffers grow ' || i, "                        \
              "'2020-01-01T00:00:00+01:00', x'0102', i, 1 FROM n;"

/* Mounts and reads; every status but success must be that of memory. */
static bool use_all(fake_host *host, const char *path) {
    static const char *const patterns[] = {"text of%", "Text Of Some Length, so that buffers grow 77"};
    wql_error err = WQL_INIT(wql_error);
    wql_status status = fake_load(host, path, NULL, &err);
    if (status != WQL_OK) return status == WQL_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < 5 && status >= 0; i++) {
        wql_value value = wql_text(wql_s(patterns[i & 1]));
        char shown[600];
        fake_scan scan;
        init_scan(&scan, host, i == 3 ? "k" : i == 4 ? "w" : "a_table");
        scan.quiet = true;
        if (i < 2) fake_where(&scan, 1, i ? WQL_EQ : WQL_LIKE, &value, 1);
        fake_take_plan(&scan);
        (void)host->provider->explain(host->self, &scan.request, shown, sizeof shown);
        status = fake_run(&scan);
        fake_scan_free(&scan);
    }
    return status >= 0 || status == WQL_E_OUT_OF_MEMORY;
}

static void test_faults(void **state) {
    aid_place *place = *state;
    assert_true(aid_sql(aid_path(place, "faults.db"), FAULT_SQL));
    for (int on = 0; on < 2; on++) {
        for (size_t fail_at = 1;; fail_at++) {
            fake_host *host = fake_open(wql_sqlite_provider());
            bool good, failed;
            host->fail_at = fail_at;
            host->fail_on = on;
            good = use_all(host, place->path);
            failed = host->failed;
            if (!good) fail_msg("allocation %zu: a status that is none of memory", fail_at);
            if (fake_close(host)) fail_msg("allocation %zu: see above", fail_at);
            if (!failed) {
                assert_true(fail_at > 40);
                break;
            }
        }
    }
}

/* And while a changed schema is compared. */
static void test_fault_verify(void **state) {
    aid_place *place = *state;
    fake_host *host =
        aid_mount(place, "verify.db", "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT, n INT); INSERT INTO t VALUES(1, 'x', 2)");
    bool failed = true;
    assert_non_null(host);
    for (size_t fail_at = 1; failed; fail_at++) {
        fake_scan scan;
        char sql[60];
        (void)snprintf(sql, sizeof sql, "CREATE TABLE more%zu(x)", fail_at);
        assert_true(aid_sql(place->path, sql));
        init_scan(&scan, host, "t");
        host->allocations = 0;
        host->failed = false;
        host->fail_at = fail_at;
        (void)fake_run(&scan);
        host->fail_at = 0;
        failed = host->failed;
        if (failed && scan.status != WQL_END) assert_int_equal(scan.status, WQL_E_OUT_OF_MEMORY);
        else assert_int_equal(scan.row_count, 1);
        fake_scan_free(&scan);
        assert_true(fail_at < 100);
    }
    assert_int_equal(fake_close(host), 0);
}

/* Waiting needs memory for the waker. */
static void test_fault_waiting(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    fake_host *host;
    fake_scan first, scan;
    options.connections_max = 1;
    assert_true(aid_sql(aid_path(place, "faultwait.db"), "CREATE TABLE t(id INTEGER PRIMARY KEY)"));
    host = mount_with(place->path, &options);
    assert_non_null(host);
    init_scan(&first, host, "t");
    init_scan(&scan, host, "t");
    assert_int_equal(fake_scan_open(&first), WQL_OK);
    host->fail_at = 1;
    assert_int_equal(fake_scan_open(&scan), WQL_E_OUT_OF_MEMORY);
    assert_int_equal(fake_scan_open(&scan), WQL_S_PENDING);
    fake_scan_free(&first);
    fake_scan_free(&scan);
    assert_int_equal(fake_close(host), 0);
}

/* -- threads --------------------------------------------------------------------------------------------------------------- */

typedef struct worker {
    pthread_t thread;
    fake_host *host;
    uint32_t seed, rounds;
    uint32_t wrong, cancelled, complete;
} worker;

static uint32_t next_random(uint32_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Scans, some of which end early, some by an interrupt from another thread. */
static void *work(void *arg) {
    worker *w = arg;
    for (uint32_t i = 0; i < w->rounds; i++) {
        uint32_t way = next_random(&w->seed) % 4;
        canceller c = {.code = WQL_E_CALL_CANCELLED, .interrupt = true, .until = next_random(&w->seed) % 6};
        fake_scan scan;
        wql_status status;
        init_scan(&scan, w->host, "t");
        scan.quiet = true;
        scan.id = i;
        c.scan = &scan;
        c.watch = &scan.checks;
        if (way == 0 && pthread_create(&c.thread, NULL, cancel_it, &c) != 0) abort();
        while ((status = fake_scan_open(&scan)) == WQL_S_PENDING) {
            (void)atomic_fetch_add(&scan.checks, 1);
            (void)sched_yield();
        }
        while (status == WQL_OK && !(way == 1 && scan.batches == 2)) status = fake_scan_next(&scan);
        if (way == 0) {
            atomic_store(&scan.checks, 1000);
            (void)pthread_join(c.thread, NULL);
        }
        fake_scan_close(&scan);
        if (status == WQL_END && scan.row_count == 4000) w->complete++;
        else if (status == WQL_E_CALL_CANCELLED && way == 0) w->cancelled++;
        else if (!(status == WQL_OK && way == 1)) w->wrong++;
        fake_scan_free(&scan);
    }
    return NULL;
}

static void run_workers(fake_host *host) {
    worker workers[4];
    uint32_t complete = 0;
    for (uint32_t i = 0; i < 4; i++) {
        workers[i] = (worker){.host = host, .seed = 12345 + i, .rounds = 40};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
        complete += workers[i].complete;
    }
    assert_true(complete > 40);
}

static void test_threads(void **state) {
    aid_place *place = *state;
    wql_sqlite options = WQL_INIT(wql_sqlite);
    sqlite3 *db = NULL;
    fake_host *host;
    options.connections_max = 3;
    assert_true(aid_sql(aid_path(place, "threads.db"), "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT); " NUMBERS(
                                                           4000) "INSERT INTO t SELECT i, 'x' || i FROM n;"));
    host = mount_with(place->path, &options);
    assert_non_null(host);
    run_workers(host);
    assert_int_equal(fake_close(host), 0);
    db = aid_connect(place->path);
    assert_non_null(db);
    options.connection = db;
    host = mount_with(NULL, &options);
    assert_non_null(host);
    run_workers(host);
    assert_int_equal(fake_close(host), 0);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_held_batches),
        cmocka_unit_test(test_slow_rows),
        cmocka_unit_test(test_steady_state),
        cmocka_unit_test(test_corrupt_page),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_many_waiting),
        cmocka_unit_test(test_snapshot),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancel_before),
        cmocka_unit_test(test_locked),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_lent),
        cmocka_unit_test(test_lent_cancel),
        cmocka_unit_test(test_lent_between),
        cmocka_unit_test(test_schema_changes),
        cmocka_unit_test(test_no_quoted_text),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_fault_verify),
        cmocka_unit_test(test_fault_waiting),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
