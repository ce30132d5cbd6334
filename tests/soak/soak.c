/* SPDX-License-Identifier: MIT */
/* soak.c [SECONDS] [SEED]: one engine that lives long: calls in every drive, cancels and deadlines at random moments, providers
 * that come and go, batches that are kept for a while. After each of ten rounds everything is let go, and what is left must not
 * grow: the engine's bytes, the process's memory, its threads and descriptors, zombies. Prints its figures. */
#include "../unit/ticks.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A sanitizer keeps what is freed: there the process does grow. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

enum { CLIENTS = 3, KEPT = 40, ROUNDS = 10, SETTLED = 2 /* the first rounds, against which the later ones are measured */ };

static _Atomic uint64_t failures, made[5], cancelled, overdue, rows_seen, mounts;
static _Atomic bool stop_round;
static const char *const drive_names[5] = {"pulled", "run ahead", "pushed", "pumped", "prepared"};

static void failed(const char *what, long long got) {
    if (atomic_fetch_add(&failures, 1) < 10) printf("not ok %s (%lld)\n", what, got);
}

static uint32_t pick(uint64_t *seed, uint32_t below) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

/* -- memory, counted ----------------------------------------------------------------------------------------------- */

static void *count_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    _Atomic int64_t *bytes = user;
    void *moved = new_size ? realloc(ptr, new_size) : NULL;
    if (new_size && !moved) return NULL;
    if (!new_size) free(ptr);
    atomic_fetch_add(bytes, (int64_t)new_size - (int64_t)old_size);
    return moved;
}

static long resident_kb(void) {
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f && fscanf(f, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (f) (void)fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int count_entries(const char *path) {
    DIR *dir = opendir(path);
    int count = 0;
    if (!dir) return -1;
    while (readdir(dir)) count++;
    (void)closedir(dir);
    return count;
}

/* -- clients --------------------------------------------------------------------------------------------------------- */

typedef struct client {
    wql_engine *engine;
    wql_session *session;
    wql_pump *pump; /* one client has one */
    wql_batch *kept[KEPT];
    uint64_t seed;
    pthread_t thread;
} client;

static const char *const texts[] = {"SELECT * FROM Tick",
                                    "SELECT Id FROM Slow",
                                    "SELECT Id, Name, __PATH FROM Tick WHERE Name LIKE '%5%' OR Id >= 1500",
                                    "SELECT * FROM Nowhere",
                                    "SELECT oops",
                                    "SELECT * FROM Guest",
                                    "SELECT Name FROM Slow WHERE NOT (Id < 100 AND Name <> 'tick 3')"};

static void keep(client *c, const wql_batch *batch) {
    uint32_t place = pick(&c->seed, KEPT);
    wql_batch_release(c->kept[place]);
    c->kept[place] = pick(&c->seed, 3) ? wql_batch_retain(batch) : NULL;
}

typedef struct watcher {
    _Atomic uint64_t rows;
    _Atomic int finals, releases;
    _Atomic bool over;
    int pauses;
} watcher;

static wql_status watch_rows(void *user, wql_call call, const wql_batch *batch) {
    watcher *w = user;
    (void)call;
    if (atomic_load(&w->over)) failed("a callback after a cancel had returned", 0);
    atomic_fetch_add(&w->rows, wql_batch_rows(batch));
    return w->pauses-- > 0 ? WQL_S_PENDING : WQL_OK;
}
static wql_status watch_status(void *user, wql_call call, const wql_report *report) {
    (void)call;
    if (report->is_final) atomic_fetch_add(&((watcher *)user)->finals, 1);
    return WQL_OK;
}
static void watch_add_ref(void *user) { (void)user; }
static void watch_release(void *user) { atomic_fetch_add(&((watcher *)user)->releases, 1); }

static void nap(uint32_t us) {
    struct timespec moment = {0, (long)us * 1000};
    (void)nanosleep(&moment, NULL);
}

static void note_end(wql_status status) {
    if (status == WQL_E_CALL_CANCELLED) atomic_fetch_add(&cancelled, 1);
    if (status == WQL_E_TIMED_OUT) atomic_fetch_add(&overdue, 1);
}

static void read_some(client *c, wql_call call) {
    uint32_t left = pick(&c->seed, 3) ? UINT32_MAX : pick(&c->seed, 4);
    wql_batch *batch;
    wql_status status = WQL_S_TIMEDOUT;
    while (left-- && ((status = wql_call_next(call, 1, &batch, NULL)) == WQL_OK || status == WQL_S_TIMEDOUT)) {
        if (status != WQL_OK) continue;
        atomic_fetch_add(&rows_seen, wql_batch_rows(batch));
        keep(c, batch);
        wql_batch_release(batch);
    }
    note_end(status);
    if (pick(&c->seed, 2)) (void)wql_call_cancel(call);
    if (wql_call_close(call) != WQL_OK) failed("close", 0);
}

/* With a sink: cancelled after a moment, or waited for; resumed if it pauses. */
static void see_through(client *c, watcher *w, wql_call call, bool pumped) {
    wql_status status;
    bool cancel = pick(&c->seed, 3) == 0;
    if (!pumped && cancel) nap(pick(&c->seed, 500));
    for (uint32_t runs = pick(&c->seed, 5); pumped && cancel && runs--;) (void)wql_pump_run(c->pump, 0);
    if (cancel) {
        status = wql_call_cancel(call);
        if (status != WQL_OK && status != WQL_E_NOT_FOUND) failed("cancel", status);
        atomic_store(&w->over, true);
    }
    while ((status = wql_call_wait(call, pumped ? 0 : 1, NULL)) == WQL_S_TIMEDOUT) {
        (void)wql_call_resume(call);
        if (pumped && wql_pump_run(c->pump, 500) == WQL_END) nap(50);
    }
    note_end(status);
    if (w->finals != 1 || w->releases != 1) failed("one final status, one release", w->finals);
    atomic_fetch_add(&rows_seen, w->rows);
    if (wql_call_close(call) != WQL_OK) failed("close", 0);
}

static void one_call(client *c, wql_query *query) {
    uint32_t drive = pick(&c->seed, 5);
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_error err = WQL_INIT(wql_error);
    watcher w = {.pauses = (int)pick(&c->seed, 3)};
    wql_sink sink = {sizeof sink, &w, watch_rows, watch_status, watch_add_ref, watch_release};
    const char *text = texts[pick(&c->seed, sizeof texts / sizeof *texts)];
    wql_status status;
    wql_call call;
    if (drive == 3 && !c->pump) drive = 2;
    if (drive == 4 && !query) drive = 0;
    if (drive == 1) how.flags = WQL_RUN_AHEAD;
    if (drive == 2 || drive == 3) how.sink = &sink;
    if (drive == 3) how.pump = c->pump;
    if (pick(&c->seed, 4) == 0) how.timeout_ms = 1 + pick(&c->seed, 5);
    if (pick(&c->seed, 4) == 0) how.batch_rows = 1 + pick(&c->seed, 500);
    status = drive == 4 ? wql_query_exec(query, &how, &call, &err) : wql_session_exec(c->session, wql_s(text), &how, &call, &err);
    if (status < 0) return failed(err.message, status);
    if (how.sink)
        see_through(c, &w, call, drive == 3);
    else
        read_some(c, call);
    atomic_fetch_add(&made[drive], 1);
}

static void *client_main(void *arg) {
    client *c = arg;
    wql_query *query = NULL;
    if (c->pump && wql_pump_open(c->engine, &c->pump, NULL) < 0) failed("a pump", 0);
    while (!atomic_load(&stop_round)) {
        if (pick(&c->seed, 50) == 0) {
            wql_query_close(query);
            query = NULL;
            if (wql_query_prepare(c->session, wql_s(texts[pick(&c->seed, 3)]), &query, NULL) < 0) failed("prepare", 0);
        }
        one_call(c, query);
    }
    wql_query_close(query);
    wql_pump_close(c->pump);
    for (int i = 0; i < KEPT; i++) wql_batch_release(c->kept[i]);
    return NULL;
}

/* -- providers --------------------------------------------------------------------------------------------------------- */

static wql_status define(wql_mount *mount, const char *name, wql_error *err) {
    static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                                  {.name = "Name", .type = WQL_STRING}};
    wql_class_def def = {.struct_size = sizeof def, .name = name, .properties = properties, .property_count = 2};
    return wql_mount_define(mount, &def, 1, err);
}
static wql_status load_slow(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return define(mount, "Slow", err);
}
static wql_status load_guest(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)self;
    atomic_fetch_add(&((ticks *)user)->loads, 1);
    return define(mount, "Guest", err);
}

static void come_and_go(wql_engine *engine, ticks *guest, uint64_t *seed) {
    wql_error err = WQL_INIT(wql_error);
    wql_status status = wql_engine_mount(engine, "root/t", &guest->table, NULL, guest, &err);
    if (status < 0) return failed(err.message, status);
    nap(pick(seed, 3000));
    while ((status = wql_engine_unmount(engine, "root/t", "guest", &err)) == WQL_S_TIMEDOUT) {}
    if (status < 0) failed(err.message, status);
    atomic_fetch_add(&mounts, 1);
}

/* -- rounds -------------------------------------------------------------------------------------------------------------- */

typedef struct figures {
    uint64_t bytes;
    long resident;
    int threads, descriptors;
} figures;

static double now(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static figures run_round(wql_engine *engine, wql_session *session, ticks *guest, uint64_t *seed, double seconds) {
    static client clients[CLIENTS];
    wql_engine_stats stats = WQL_INIT(wql_engine_stats);
    figures f;
    double until = now() + seconds;
    atomic_store(&stop_round, false);
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (client){.engine = engine, .session = session, .seed = *seed + (uint64_t)i * 77};
        if (i == 0) clients[i].pump = (wql_pump *)(void *)&clients[i]; /* opened on its own thread */
        if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0) failed("a client", i);
    }
    while (now() < until) come_and_go(engine, guest, seed);
    atomic_store(&stop_round, true);
    for (int i = 0; i < CLIENTS; i++) (void)pthread_join(clients[i].thread, NULL);
    for (int i = 0; i < 2000; i++) { /* scans whose call was cancelled come back soon */
        if (wql_engine_get_stats(engine, &stats) != WQL_OK || (!stats.zombies && !stats.calls)) break;
        nap(1000);
    }
    if (stats.zombies || stats.calls) failed("calls or zombies left", stats.zombies);
    if (stats.provider_faults) failed("provider faults", (long long)stats.provider_faults);
    f = (figures){stats.memory, resident_kb(), count_entries("/proc/self/task"), count_entries("/proc/self/fd")};
    return f;
}

/* The bytes of an idle engine; the process's memory with the slack that its allocator keeps. */
static void compare(const figures *first, const figures *f) {
    if (f->bytes > first->bytes + first->bytes / 10 + 65536) failed("the engine's bytes grow", (long long)f->bytes);
    if (!is_sanitized && f->resident > first->resident + first->resident / 4 + 4096) failed("the process grows", f->resident);
    if (f->threads > 2 + 1 + 2 + 1 + 4 + 2)
        failed("threads are left over", f->threads); /* main, workers, finisher, timer, elastic */
    if (f->descriptors != first->descriptors) failed("descriptors are left open", f->descriptors);
}

/* What the rounds that do not count yet reached: how much of its spare memory an idle engine holds is a matter of chance. */
static void settle(figures *first, const figures *f) {
    if (f->bytes > first->bytes) first->bytes = f->bytes;
    if (f->resident > first->resident) first->resident = f->resident;
    first->threads = f->threads;
    first->descriptors = f->descriptors;
}

static void soak(double seconds, uint64_t seed) {
    static _Atomic int64_t bytes;
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_error err = WQL_INIT(wql_error);
    ticks fast = {.rows = 5000, .flags = WQL_CONCURRENT, .zero_copy = true};
    ticks slow = {.rows = 1000, .flags = WQL_MAY_BLOCK, .per_next = 100, .block_every = 9}, guest = {.rows = 30};
    wql_engine *engine;
    wql_session *session;
    figures first = {0};
    opt.workers = 2;
    opt.threads_max = 4;
    opt.alloc = count_alloc;
    opt.alloc_user = &bytes;
    (void)ticks_provider(&slow, "slow");
    slow.table.load = load_slow;
    slow.table.unload = NULL;
    (void)ticks_provider(&guest, "guest");
    guest.table.load = load_guest;
    if (wql_engine_open(&opt, &engine, &err) < 0 ||
        wql_engine_mount(engine, "root/t", ticks_provider(&fast, "fast"), NULL, &fast, &err) < 0 ||
        wql_engine_mount(engine, "root/t", &slow.table, NULL, &slow, &err) < 0 ||
        wql_session_open(engine, "root/t", NULL, &session, &err) < 0)
        return failed(err.message, err.status);
    for (int round = 1; round <= ROUNDS; round++) {
        figures f = run_round(engine, session, &guest, &seed, seconds / ROUNDS);
        printf("round %2d: engine %llu bytes, process %ld kB, %d threads, %d descriptors\n", round, (unsigned long long)f.bytes,
               f.resident, f.threads - 2, f.descriptors - 3);
        if (round <= SETTLED)
            settle(&first, &f);
        else
            compare(&first, &f);
    }
    wql_session_close(session);
    if (wql_engine_close(engine) != WQL_OK) failed("the engine does not close", 0);
    if (bytes) failed("bytes are left", bytes);
    if (fast.opens != fast.closes || slow.opens != slow.closes || guest.opens != guest.closes) failed("scans left open", 0);
    if (fast.emitted != fast.released || guest.loads != guest.unloads)
        failed("batches or mounts left", guest.loads - guest.unloads);
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 10;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261125, all = 0;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    if (is_sanitized) printf("skipped: the size of the process, for a sanitizer keeps what is freed\n");
    soak(seconds, seed);
    for (int i = 0; i < 5; i++) all += made[i];
    for (int i = 0; i < 5; i++) printf("%llu %s, ", (unsigned long long)made[i], drive_names[i]);
    printf("%llu cancelled, %llu overdue, %llu mounts, %llu rows\n", (unsigned long long)cancelled, (unsigned long long)overdue,
           (unsigned long long)mounts, (unsigned long long)rows_seen);
    printf("%s soaked for %.0f s: %llu calls\n", failures ? "not ok" : "ok", seconds, (unsigned long long)all);
    printf("%d passed, %llu failed\n", failures ? 0 : 1, (unsigned long long)failures);
    return failures != 0;
}
