/* SPDX-License-Identifier: MIT */
/* sqlite.c: the sqlite provider over a file and over a lent connection: the engine's allocations fail, or SQLite's own. */
#include "fault.h"

#include <sqlite3.h>
#include <unistd.h>

static const char *const schema =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE Shop(Id INTEGER PRIMARY KEY, Name TEXT NOT NULL, Price REAL, Sold DATETIME, Raw BLOB, Flag BOOLEAN);"
    "CREATE TABLE Pair(A TEXT, B INTEGER, Note, PRIMARY KEY(A, B)) WITHOUT ROWID;"
    "CREATE TABLE Part(Id INTEGER PRIMARY KEY, Shop INT REFERENCES Shop, A TEXT, B INT, FOREIGN KEY(A, B) REFERENCES Pair(A, B));"
    "CREATE VIEW Cheap AS SELECT Id, Name FROM Shop WHERE Price < 10;"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
    " INSERT INTO Shop SELECT i, 'thing ' || i || ' with a text of some length', i / 4.0, '2020-01-01 00:00:00', x'00ff', i % 2 "
    "FROM n;"
    "INSERT INTO Pair SELECT Name, Id, CASE WHEN Id % 2 THEN 7 ELSE 'seven' END FROM Shop;"
    "INSERT INTO Part SELECT Id, 7, Name, Id FROM Shop WHERE Id <= 30;"
    "PRAGMA wal_checkpoint(TRUNCATE)";

static char file[64];

static void remove_file(void) {
    char other[80];
    (void)snprintf(other, sizeof other, "%s-wal", file);
    (void)unlink(other);
    (void)snprintf(other, sizeof other, "%s-shm", file);
    (void)unlink(other);
    (void)unlink(file);
}

/* Made once, without failures; removed as the program ends. */
static bool make_file(void) {
    sqlite3 *db = NULL;
    int fd;
    bool made;
    if (file[0]) return true;
    sqlite_failing.paused = true;
    strcpy(file, "/tmp/wql-fault-XXXXXX");
    fd = mkstemp(file);
    made = fd >= 0 && close(fd) == 0 && sqlite3_open(file, &db) == SQLITE_OK &&
           sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK;
    made = sqlite3_close(db) == SQLITE_OK && made;
    (void)atexit(remove_file);
    sqlite_failing.paused = false;
    return made;
}

static wql_status mount_file(world *w) {
    wql_sqlite how = {.struct_size = sizeof how, .connections_max = 2};
    if (!make_file()) broken(w, "the database could not be made");
    return wql_engine_mount(w->engine, "root/t", wql_sqlite_provider(), file, &how, &w->err);
}

/* A connection of the caller's; it is closed after the engine. */
static wql_status mount_lent(world *w) {
    wql_sqlite how = {.struct_size = sizeof how};
    sqlite3 *db = w->aid;
    if (!make_file()) broken(w, "the database could not be made");
    if (!db) {
        sqlite_failing.paused = true;
        if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK)
            broken(w, "the database could not be opened");
        sqlite_failing.paused = false;
    }
    w->aid = db;
    how.connection = db;
    return wql_engine_mount(w->engine, "root/t", wql_sqlite_provider(), NULL, &how, &w->err);
}

static void close_lent(world *w) {
    if (sqlite3_close(w->aid) != SQLITE_OK) printf("not ok the lent connection has statements left\n");
}

static wql_status explained(world *w) {
    char plan[1500];
    wql_query *query;
    wql_status status = try_prepare(
        w, "SELECT Name FROM Shop WHERE Price > 20 AND Name LIKE 'thing 9%' AND Sold < '20210101000000.000000+000'", &query);
    if (status < 0) return status;
    if (!wql_query_explain(query, plan, sizeof plan)) broken(w, "a plan is explained");
    wql_query_close(query);
    return WQL_OK;
}

static wql_status read_file(world *w) {
    wql_status status = explained(w);
    if (status >= 0) status = ask(w, "SELECT * FROM Shop", 0);
    if (status >= 0) status = ask(w, "SELECT Name, Price FROM Shop WHERE Price > 20 AND Name LIKE '%9 %' OR Id = 3", 1);
    if (status >= 0) status = ask(w, "SELECT * FROM Cheap WHERE Name >= 'thing 2'", -1);
    if (status >= 0) status = ask(w, "SELECT * FROM Pair WHERE Note IS NOT NULL AND B < 101", 2);
    if (status >= 0)
        status = ask(w, "SELECT Id FROM Shop WHERE Id = 17 AND Flag = TRUE AND Sold > '20190101000000.000000+000'", -1);
    return status;
}

/* Scans side by side: the third waits for a connection, and is closed while it waits. */
static wql_status side_by_side(world *w) {
    wql_call calls[3];
    wql_batch *batch;
    wql_status status = WQL_OK;
    int count = 0;
    wql_call_options how = WQL_INIT(wql_call_options);
    how.batch_rows = 16;
    while (count < 3 && status >= 0) {
        status = try_exec(w, w->session, "SELECT Name FROM Shop", &how, &calls[count]);
        if (status < 0) break;
        count++;
        status = try_next(w, calls[count - 1], count < 3 ? WQL_FOREVER : 0, &batch);
        if (status == WQL_OK) {
            w->rows += wql_batch_rows(batch);
            wql_batch_release(batch);
        }
    }
    if (status == WQL_S_TIMEDOUT) status = WQL_OK;
    for (int i = 0; i < count; i++) wql_call_close(calls[count - 1 - i]);
    return status;
}

/* An object by its path, and what leads from it and to it. */
static wql_status linked(world *w) {
    static const char *const queries[] = {"ASSOCIATORS OF {Shop.Id=7}", "REFERENCES OF {Part.Id=5}",
                                          "ASSOCIATORS OF {Part.Id=5} WHERE ClassDefsOnly",
                                          "ASSOCIATORS OF {Part} WHERE SchemaOnly"};
    wql_call call;
    wql_status status = wql_session_fetch(w->session, "Pair.B=0x5,A='thing 5 with a text of some length'", NULL, &call, &w->err);
    if (status < 0) return status;
    status = pull(w, call, 0);
    wql_call_close(call);
    for (size_t i = 0; status >= 0 && i < sizeof queries / sizeof *queries; i++) status = ask(w, queries[i], i ? -1 : 1);
    return status;
}

const scenario sqlite_scenarios[] = {{.name = "a sqlite file",
                                      .mount = mount_file,
                                      .run = read_file,
                                      .rows = 562,
                                      .probe = "SELECT * FROM Shop",
                                      .probe_rows = 400},
                                     {.name = "sqlite side by side",
                                      .mount = mount_file,
                                      .run = side_by_side,
                                      .rows = 32,
                                      .probe = "SELECT * FROM Shop",
                                      .probe_rows = 400},
                                     {.name = "associations in sqlite",
                                      .mount = mount_file,
                                      .run = linked,
                                      .rows = 37,
                                      .probe = "ASSOCIATORS OF {Shop.Id=7}",
                                      .probe_rows = 30},
                                     {.name = "a lent sqlite connection",
                                      .mount = mount_lent,
                                      .run = read_file,
                                      .finish = close_lent,
                                      .rows = 562,
                                      .probe = "SELECT * FROM Shop",
                                      .probe_rows = 400},
                                     {.name = "inside sqlite",
                                      .mount = mount_file,
                                      .run = read_file,
                                      .rows = 562,
                                      .inside_sqlite = true,
                                      .probe = "SELECT * FROM Shop",
                                      .probe_rows = 400},
                                     {.name = "inside a lent sqlite connection",
                                      .mount = mount_lent,
                                      .run = read_file,
                                      .finish = close_lent,
                                      .rows = 562,
                                      .inside_sqlite = true,
                                      .probe = "SELECT * FROM Shop",
                                      .probe_rows = 400},
                                     {.name = NULL}};
