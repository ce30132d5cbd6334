/* SPDX-License-Identifier: MIT */
/* sqlite_scan.c [ROWS] [ROUNDS]: the SQLite provider against a bare sqlite3_step loop that runs the same SQL, reads every
 * selected column and applies the residual in C. Both read one file in build/, made from a seed; rounds are interleaved, row
 * counts and checksums compared before any time is believed. Prints the ratio (bare time / our time), the median and the least of
 * the rounds, and our memory. */
#include <wql/wql.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct answer {
    uint64_t rows, sum;
} answer;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t mix(const char *bytes, size_t len) {
    uint64_t sum = len;
    for (size_t i = 0; i < len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, len - i < 8 ? len - i : 8);
        sum = sum * 31 + word;
    }
    return sum;
}

/* -- the data ---------------------------------------------------------------------------------------------------- */

static void must(int result, sqlite3 *db) {
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void make_data(const char *path, uint64_t rows) {
    static const char *const parts[] = {"usr", "lib", "share", "cache", "doc", "local", "bin", "var", "log", "python3"};
    sqlite3 *db;
    sqlite3_stmt *insert;
    uint64_t seed = 42;
    (void)unlink(path);
    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db,
                      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE File(id INTEGER PRIMARY KEY, size INTEGER "
                      "NOT NULL, cpu REAL, "
                      "name TEXT, path TEXT); BEGIN",
                      NULL, NULL, NULL),
         db);
    must(sqlite3_prepare_v2(db, "INSERT INTO File VALUES(?,?,?,?,?)", -1, &insert, NULL), db);
    for (uint64_t i = 0; i < rows; i++) {
        char name[32], path_text[100];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        snprintf(name, sizeof name, "%s%u", parts[(seed >> 33) % 10], (unsigned)(seed >> 40) % 4000);
        snprintf(path_text, sizeof path_text, "/%s/%s/%s/%s", parts[(seed >> 35) % 10], parts[(seed >> 37) % 10],
                 parts[(seed >> 39) % 10], name);
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)i + 1);
        sqlite3_bind_int64(insert, 2, (sqlite3_int64)((seed >> 20) % 1000000));
        sqlite3_bind_double(insert, 3, (double)(seed >> 44) / 100);
        sqlite3_bind_text(insert, 4, name, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(insert, 5, path_text, -1, SQLITE_TRANSIENT);
        must(sqlite3_step(insert), db);
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
    sqlite3_close(db);
}

/* -- the bare loop ----------------------------------------------------------------------------------------------- */

/* ASCII case folded search, as a person would write the residual of LIKE '%cache%'. */
static bool has_cache(const char *text, size_t len) {
    for (size_t i = 0; i + 5 <= len; i++)
        if ((text[i] | 32) == 'c' && (text[i + 1] | 32) == 'a' && (text[i + 2] | 32) == 'c' && (text[i + 3] | 32) == 'h' &&
            (text[i + 4] | 32) == 'e')
            return true;
    return false;
}

static answer bare(sqlite3 *db, const char *sql, bool residual) {
    sqlite3_stmt *stmt;
    answer a = {0, 0};
    int columns;
    must(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), db);
    columns = sqlite3_column_count(stmt);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        uint64_t sum = 0;
        bool keep = !residual;
        for (int c = 0; c < columns; c++) {
            switch (sqlite3_column_type(stmt, c)) {
            case SQLITE_INTEGER: sum += (uint64_t)sqlite3_column_int64(stmt, c); break;
            case SQLITE_FLOAT: {
                double d = sqlite3_column_double(stmt, c);
                uint64_t bits;
                memcpy(&bits, &d, 8);
                sum += bits;
                break;
            }
            case SQLITE_TEXT: {
                const char *text = (const char *)sqlite3_column_text(stmt, c);
                size_t len = (size_t)sqlite3_column_bytes(stmt, c);
                if (residual && c == columns - 1) keep = has_cache(text, len);
                sum += mix(text, len);
                break;
            }
            default: break;
            }
        }
        if (!keep) continue;
        a.rows++;
        a.sum += sum;
    }
    sqlite3_finalize(stmt);
    return a;
}

/* -- ours -------------------------------------------------------------------------------------------------------- */

static void read_batch(const wql_batch *batch, answer *a) {
    uint32_t rows = wql_batch_rows(batch);
    a->rows += rows;
    for (uint32_t c = 0; c < wql_batch_width(batch); c++) {
        const wql_column *col = wql_batch_column(batch, c);
        if (col->layout == WQL_FIXED)
            for (uint32_t r = 0; r < rows; r++) a->sum += wql_column_is_null(col, r) ? 0 : ((const uint64_t *)col->values)[r];
        else
            for (uint32_t r = 0; r < rows; r++) {
                wql_str s = wql_column_str(col, r);
                a->sum += mix(s.ptr, s.len);
            }
    }
}

static answer ours(wql_session *session, const char *wql) {
    wql_error err = WQL_INIT(wql_error);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    answer a = {0, 0};
    if (wql_session_exec(session, wql_s(wql), NULL, &call, &err) < 0) goto failed;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        read_batch(batch, &a);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    if (status == WQL_END) return a;
failed:
    fprintf(stderr, "wql: %s\n", err.message);
    exit(1);
}

/* -- rounds ------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *name, *sql, *wql;
    bool residual;
} works[] = {
    {"all columns", "SELECT id, size, cpu, name, path FROM File", "SELECT id, size, cpu, name, path FROM File", false},
    {"two columns", "SELECT id, size FROM File", "SELECT id, size FROM File", false},
    {"residual LIKE", "SELECT id, size, path FROM File", "SELECT id, size, path FROM File WHERE path LIKE '%cache%'", true},
};
enum { WORKS = sizeof works / sizeof *works, ROUNDS_MAX = 25 };

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(sqlite3 *db, wql_session *session, size_t w, int rounds) {
    double ratios[ROUNDS_MAX];
    for (int r = 0; r < rounds; r++) {
        double t0 = now(), t1, t2;
        answer a = bare(db, works[w].sql, works[w].residual), b;
        t1 = now();
        b = ours(session, works[w].wql);
        t2 = now();
        if (a.rows != b.rows || a.sum != b.sum) {
            printf("%s: the answers differ: %llu and %llu rows\n", works[w].name, (unsigned long long)a.rows,
                   (unsigned long long)b.rows);
            return 1;
        }
        ratios[r] = (t1 - t0) / (t2 - t1);
    }
    qsort(ratios, (size_t)rounds, sizeof *ratios, by_size);
    printf("%-14s ratio to the bare loop: median %.3f, least %.3f, most %.3f\n", works[w].name, ratios[rounds / 2], ratios[0],
           ratios[rounds - 1]);
    return ratios[rounds / 2] < 0.85;
}

int main(int argc, char **argv) {
    uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    int rounds = argc > 2 ? atoi(argv[2]) : 7, missed = 0;
    const char *path = argc > 3 ? argv[3] : "build/sqlite_scan.db";
    wql_error err = WQL_INIT(wql_error);
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    wql_engine *engine;
    wql_session *session;
    sqlite3 *db;
    if (rounds < 1 || rounds > ROUNDS_MAX) rounds = 7;
    make_data(path, rows);
    must(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL), db);
    if (wql_engine_open(NULL, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/bench", wql_sqlite_provider(), path, NULL, &err) < 0 ||
        wql_session_open(engine, "root/bench", NULL, &session, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("%llu rows, %d rounds\n", (unsigned long long)rows, rounds);
    for (size_t w = 0; w < WORKS; w++) missed += measure(db, session, w, rounds);
    wql_engine_get_stats(engine, &stats);
    printf("engine memory: peak %llu bytes\n", (unsigned long long)stats.memory_peak);
    wql_session_close(session);
    wql_engine_close(engine);
    sqlite3_close(db);
    (void)unlink(path);
    printf("%d passed, %d failed\n", (int)WORKS - missed, missed);
    return missed != 0;
}
