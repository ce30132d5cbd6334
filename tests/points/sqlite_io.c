/* SPDX-License-Identifier: MIT */
/* sqlite_io.c: a file system between SQLite and the real one, in which the k-th operation of a kind fails, once or from there on:
 * files that do not open, reads that fail or come short or bring noise, locks that are held by others. */
#include "points.h"

#include <sqlite3.h>

enum { OPEN, READ, NOISE, SHORT, LOCK, SIZE, ACCESS, KINDS };
static const char *const kind_names[KINDS] = {"a file that does not open",
                                              "a read that fails",
                                              "a read that brings noise",
                                              "a read that comes short",
                                              "a lock",
                                              "a size that cannot be had",
                                              "a file that cannot be looked for"};

static struct {
    int kind;    /* which fails; -1: none */
    uint64_t at; /* from 1 */
    bool for_good;
    uint64_t count[KINDS];
    uint64_t met;
} fault = {.kind = -1};

static bool fails(int kind) {
    uint64_t now = ++fault.count[kind];
    if (fault.kind != kind || (fault.for_good ? now < fault.at : now != fault.at)) return false;
    fault.met++;
    return true;
}

/* -- files: the real one behind ours -------------------------------------------------------------------------------- */

typedef struct file {
    sqlite3_file base;
    sqlite3_file *real;
} file;

static sqlite3_vfs *real_vfs;
static sqlite3_file *real_of(sqlite3_file *f) { return ((file *)(void *)f)->real; }

static int io_close(sqlite3_file *f) { return real_of(f)->pMethods->xClose(real_of(f)); }
static int io_read(sqlite3_file *f, void *to, int size, sqlite3_int64 at) {
    int code;
    if (fails(READ)) return SQLITE_IOERR_READ;
    code = real_of(f)->pMethods->xRead(real_of(f), to, size, at);
    if (code == SQLITE_OK && size > 100 && fails(NOISE)) memset(to, 0xa5, (size_t)size);
    if (code == SQLITE_OK && fails(SHORT)) {
        memset(to, 0, (size_t)size);
        return SQLITE_IOERR_SHORT_READ;
    }
    return code;
}
static int io_write(sqlite3_file *f, const void *from, int size, sqlite3_int64 at) {
    return real_of(f)->pMethods->xWrite(real_of(f), from, size, at);
}
static int io_truncate(sqlite3_file *f, sqlite3_int64 size) { return real_of(f)->pMethods->xTruncate(real_of(f), size); }
static int io_sync(sqlite3_file *f, int flags) { return real_of(f)->pMethods->xSync(real_of(f), flags); }
static int io_size(sqlite3_file *f, sqlite3_int64 *size) {
    return fails(SIZE) ? SQLITE_IOERR_FSTAT : real_of(f)->pMethods->xFileSize(real_of(f), size);
}
static int io_lock(sqlite3_file *f, int level) {
    return fails(LOCK) ? SQLITE_BUSY : real_of(f)->pMethods->xLock(real_of(f), level);
}
static int io_unlock(sqlite3_file *f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); }
static int io_check(sqlite3_file *f, int *held) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), held); }
static int io_control(sqlite3_file *f, int op, void *arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); }
static int io_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int io_traits(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }

static const sqlite3_io_methods methods = {1,       io_close,  io_read,  io_write,   io_truncate, io_sync,   io_size,
                                           io_lock, io_unlock, io_check, io_control, io_sector,   io_traits, NULL,
                                           NULL,    NULL,      NULL,     NULL,       NULL};

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
    file *ours = (file *)(void *)f;
    int code;
    (void)vfs;
    f->pMethods = NULL;
    if (fails(OPEN)) return SQLITE_CANTOPEN;
    ours->real = (sqlite3_file *)(void *)(ours + 1);
    code = real_vfs->xOpen(real_vfs, name, ours->real, flags, out);
    if (ours->real->pMethods) f->pMethods = &methods;
    return code;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
    (void)vfs;
    return fails(ACCESS) ? SQLITE_IOERR_ACCESS : real_vfs->xAccess(real_vfs, name, flags, out);
}

static bool install(void) {
    static sqlite3_vfs ours;
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs) return false;
    ours = *real_vfs;
    ours.zName = "faulty";
    ours.szOsFile = (int)sizeof(file) + real_vfs->szOsFile;
    ours.xOpen = vfs_open;
    ours.xAccess = vfs_access;
    return sqlite3_vfs_register(&ours, 1) == SQLITE_OK;
}

/* -- runs ------------------------------------------------------------------------------------------------------------ */

enum { BUSY_MS = 30 };

/* A lock that stays is waited for until the deadline. Everything else ends by itself, on the slowest of machines. */
static uint32_t patience_ms(void) { return fault.kind == LOCK ? BUSY_MS : 0; }

/* What may be answered: rows, all of them, or a failure with SQLite's words. */
static void judge(const char *where, wql_status status, uint64_t rows, uint64_t all, const wql_error *err) {
    if (status >= 0) {
        if (rows != all && fault.kind != NOISE && fault.kind != SHORT)
            report_bad(where, "it succeeded with other rows", (long long)rows);
        return;
    }
    if (!fault.met) report_bad(where, err->message, status);
    if (err->status != status || !err->message[0]) report_bad(where, "a failure without words", status);
    switch (status) {
    case WQL_E_PROVIDER_FAILURE:
    case WQL_E_PROVIDER_LOAD_FAILURE: break;
    case WQL_E_PROVIDER_TIMED_OUT:
    case WQL_E_TIMED_OUT:
        if (fault.kind != LOCK) report_bad(where, err->message, status);
        break;
    case WQL_E_INVALID_CLASS: /* noise in the schema's page: a table less */
        if (fault.kind != NOISE && fault.kind != SHORT) report_bad(where, err->message, status);
        break;
    default: report_bad(where, err->message, status);
    }
}

static void run_once(const char *where, const char *path) {
    wql_error err = WQL_INIT(wql_error);
    wql_engine *engine = NULL;
    wql_session *session = NULL;
    wql_status status;
    uint64_t rows = 0;
    memset(fault.count, 0, sizeof fault.count);
    fault.met = 0;
    if (wql_engine_open(NULL, &engine, &err) < 0) return report_bad(where, err.message, 0);
    status = wql_engine_mount(engine, "root/t", wql_sqlite_provider(), path, NULL, &err);
    judge(where, status, 0, 0, &err);
    if (status >= 0) {
        if (wql_session_open(engine, "root/t", NULL, &session, &err) < 0) report_bad(where, err.message, 0);
        status = ask(session, "SELECT * FROM T WHERE Name LIKE '%5%'", patience_ms(), &rows, &err);
        judge(where, status, rows, 57, &err);
        status = ask(session, "SELECT Id FROM T", patience_ms(), &rows, &err);
        judge(where, status, rows, 300, &err);
    }
    fault.at = UINT64_MAX; /* the disk is well again: a new mount answers, and the old one too unless it lost its schema */
    if (session && fault.kind != NOISE && fault.kind != SHORT) {
        status = ask(session, "SELECT * FROM T", 0, &rows, &err);
        if (status != WQL_OK || rows != 300) report_bad(where, "the next query", status);
    }
    wql_session_close(session);
    session = NULL;
    if (wql_engine_mount(engine, "root/new", wql_sqlite_provider(), path, NULL, &err) < 0 ||
        wql_session_open(engine, "root/new", NULL, &session, &err) < 0 || ask(session, "SELECT * FROM T", 0, &rows, &err) < 0 ||
        rows != 300)
        report_bad(where, "a new mount answers", (long long)rows);
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) report_bad(where, "the engine does not close", 0);
}

static void sweep(int kind, const char *path) {
    unsigned long long before = report_failures(), runs = 0;
    char where[120];
    for (int ever = 0; ever < 2; ever++)
        for (uint64_t k = 1;; k++) {
            if (kind == LOCK && ever && k == 1) continue; /* never mounted: the provider's patience of 5 s, seen elsewhere */
            fault.kind = kind;
            fault.at = k;
            fault.for_good = ever != 0;
            (void)snprintf(where, sizeof where, "%s, the %lluth %s", kind_names[kind], (unsigned long long)k,
                           ever ? "and on" : "only");
            run_once(where, path);
            runs++;
            if (!fault.met || k > 500) break;
        }
    fault.kind = -1;
    if (runs < 3) report_bad(kind_names[kind], "nothing of that kind happens", (long long)runs);
    if (report_failures() == before) {
        (void)snprintf(where, sizeof where, "SQLite: %s", kind_names[kind]);
        report_ok(where, runs);
    }
}

void sweep_sqlite_io(void) {
    const char *path = make_database();
    if (!path || !install()) return report_bad("sqlite", "no database, or no file system", 0);
    for (int kind = 0; kind < KINDS; kind++) sweep(kind, path);
    (void)sqlite3_vfs_register(real_vfs, 1);
}
