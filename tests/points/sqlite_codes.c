/* SPDX-License-Identifier: MIT */
/* sqlite_codes.c: SQLite's functions answering with an error at their k-th call, and functions that are not there at all. Both by
 * wql_sqlite.symbol, through which the provider finds SQLite. */
#include "points.h"

#include <dlfcn.h>
#include <sqlite3.h>
#include <unistd.h>

/* -- the database ------------------------------------------------------------------------------------------------------ */

static char path[64];
static void remove_database(void) { (void)unlink(path); }

const char *make_database(void) {
    sqlite3 *db = NULL;
    int fd;
    bool made;
    if (path[0]) return path;
    strcpy(path, "/tmp/wql-points-XXXXXX");
    fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0) return NULL;
    (void)atexit(remove_database);
    made = sqlite3_open(path, &db) == SQLITE_OK &&
           sqlite3_exec(db,
                        "CREATE TABLE T(Id INTEGER PRIMARY KEY, Name TEXT);"
                        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
                        " INSERT INTO T SELECT i, 'name ' || i FROM n",
                        NULL, NULL, NULL) == SQLITE_OK;
    return sqlite3_close(db) == SQLITE_OK && made ? path : NULL;
}

/* -- functions that fail ------------------------------------------------------------------------------------------------ */

enum { PREPARE, STEP, BIND, NOWHERE };
static struct {
    int where, code;
    uint64_t at, count[NOWHERE];
    bool met;
    const char *missing; /* a function that is not found */
    bool missing_met;
} fault = {.where = NOWHERE};

static bool fails(int where) {
    if (++fault.count[where] != fault.at || fault.where != where) return false;
    fault.met = true;
    return true;
}

static int faulty_prepare(sqlite3 *db, const char *sql, int size, unsigned flags, sqlite3_stmt **out, const char **tail) {
    if (!fails(PREPARE)) return sqlite3_prepare_v3(db, sql, size, flags, out, tail);
    *out = NULL;
    return fault.code;
}
static int faulty_step(sqlite3_stmt *stmt) { return fails(STEP) ? fault.code : sqlite3_step(stmt); }
static int faulty_bind(sqlite3_stmt *stmt, int at, const char *text, sqlite3_uint64 len, void (*free_it)(void *),
                       unsigned char enc) {
    return fails(BIND) ? fault.code : sqlite3_bind_text64(stmt, at, text, len, free_it, enc);
}

/* A function's pointer by its bytes, as dlsym hands it out. */
#define POINTER_TO(function, out) memcpy(&(out), &(__typeof__(&(function))){&(function)}, sizeof(out))

static void *find(void *user, const char *name) {
    void *at = NULL;
    (void)user;
    if (fault.missing && strcmp(name, fault.missing) == 0) {
        fault.missing_met = true;
        return NULL;
    }
    if (strcmp(name, "sqlite3_prepare_v3") == 0)
        POINTER_TO(faulty_prepare, at);
    else if (strcmp(name, "sqlite3_step") == 0)
        POINTER_TO(faulty_step, at);
    else if (strcmp(name, "sqlite3_bind_text64") == 0)
        POINTER_TO(faulty_bind, at);
    else
        at = dlsym(RTLD_DEFAULT, name);
    return at;
}

/* -- codes ---------------------------------------------------------------------------------------------------------------- */

static const struct {
    int code;
    wql_status means;
} codes[] = {{SQLITE_IOERR_READ, WQL_E_PROVIDER_FAILURE}, {SQLITE_CORRUPT, WQL_E_PROVIDER_FAILURE},
             {SQLITE_NOMEM, WQL_E_OUT_OF_MEMORY},         {SQLITE_FULL, WQL_E_OUT_OF_DISK_SPACE},
             {SQLITE_AUTH, WQL_E_ACCESS_DENIED},          {SQLITE_BUSY_SNAPSHOT, WQL_E_PROVIDER_TIMED_OUT},
             {SQLITE_NOTADB, WQL_E_PROVIDER_FAILURE},     {SQLITE_PROTOCOL, WQL_E_PROVIDER_FAILURE}};

static void run_once(const char *where, wql_status means) {
    wql_error err = WQL_INIT(wql_error);
    wql_sqlite how = {.struct_size = sizeof how, .symbol = find};
    wql_engine *engine = NULL;
    wql_session *session = NULL;
    wql_status status;
    uint64_t rows = 0;
    memset(fault.count, 0, sizeof fault.count);
    fault.met = false;
    if (wql_engine_open(NULL, &engine, &err) < 0) return report_bad(where, err.message, 0);
    status = wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, &how, &err);
    if (status >= 0) status = wql_session_open(engine, "root/t", NULL, &session, &err);
    if (status >= 0) status = ask(session, "SELECT * FROM T WHERE Name = 'name 7' OR Name = 'NAME 8'", 0, &rows, &err);
    if (status >= 0 && rows != 2) report_bad(where, "it succeeded with other rows", (long long)rows);
    if (status < 0) { /* in load a provider that fails could not be loaded */
        bool loaded = session != NULL;
        if (status != means && !(!loaded && means == WQL_E_PROVIDER_FAILURE && status == WQL_E_PROVIDER_LOAD_FAILURE))
            report_bad(where, err.message, status);
        if (!fault.met || err.status != status || strcmp(err.provider, "sqlite") != 0)
            report_bad(where, "not its failure", status);
        if (!strstr(err.message, "SQLite") && !strstr(err.message, "locked") && status != WQL_E_OUT_OF_MEMORY)
            report_bad(where, err.message, status);
    }
    fault.where = NOWHERE;
    if (!session && (wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, &how, &err) < 0 ||
                     wql_session_open(engine, "root/t", NULL, &session, &err) < 0))
        report_bad(where, err.message, 0);
    if (ask(session, "SELECT * FROM T", 0, &rows, &err) != WQL_OK || rows != 300)
        report_bad(where, "the next query", (long long)rows);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) report_bad(where, "the engine does not close", 0);
}

static void sweep(int where, const char *name) {
    unsigned long long before = report_failures(), runs = 0;
    char what[120];
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++)
        for (uint64_t k = 1; k < 1000; k++) {
            fault.where = where;
            fault.code = codes[c].code;
            fault.at = k;
            (void)snprintf(what, sizeof what, "%s answers %d at call %llu", name, codes[c].code, (unsigned long long)k);
            run_once(what, codes[c].means);
            runs++;
            if (!fault.met) break;
        }
    fault.where = NOWHERE;
    if (runs <= sizeof codes / sizeof *codes) report_bad(name, "is never called", 0);
    (void)snprintf(what, sizeof what, "SQLite: %s fails with each of %zu codes", name, sizeof codes / sizeof *codes);
    if (report_failures() == before) report_ok(what, runs);
}

/* Each function that the provider looks for, missing. */
static const char *const functions[] = {"libversion_number", "open_v2", "prepare_v3", "step", "finalize", "errmsg", "interrupt"};

static void miss_functions(void) {
    unsigned long long before = report_failures();
    size_t count = sizeof functions / sizeof *functions;
    for (size_t i = 0; i < count; i++) {
        wql_error err = WQL_INIT(wql_error);
        wql_sqlite how = {.struct_size = sizeof how, .symbol = find};
        wql_engine *engine = NULL;
        char name[64];
        wql_status status;
        (void)snprintf(name, sizeof name, "sqlite3_%s", functions[i]);
        fault.missing = name;
        fault.missing_met = false;
        if (wql_engine_open(NULL, &engine, &err) < 0) return report_bad(name, err.message, 0);
        status = wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, &how, &err);
        if (status != WQL_E_PROVIDER_LOAD_FAILURE || !strstr(err.message, name) || !fault.missing_met)
            report_bad(name, err.message, status);
        fault.missing = NULL;
        if (wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, &how, &err) != WQL_OK)
            report_bad(name, err.message, 0);
        if (wql_engine_close(engine) != WQL_OK) report_bad(name, "the engine does not close", 0);
    }
    if (report_failures() == before) report_ok("SQLite: a function that is not there", count);
}

void sweep_sqlite_codes(void) {
    if (!make_database()) return report_bad("sqlite", "no database", 0);
    sweep(PREPARE, "sqlite3_prepare_v3");
    sweep(STEP, "sqlite3_step");
    sweep(BIND, "sqlite3_bind_text64");
    miss_functions();
}
