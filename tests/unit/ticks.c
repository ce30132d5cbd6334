/* SPDX-License-Identifier: MIT */
/* ticks.c: the provider for tests of calls. */
#include "ticks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Name", .type = WQL_STRING}};
static const wql_class_def tick_class = {
    .struct_size = sizeof tick_class, .name = "Tick", .properties = properties, .property_count = 2};

typedef struct position {
    uint64_t at, end, nexts;
    bool last; /* of the parts */
    bool woken;
} position;

static wql_status ticks_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config;
    (void)self;
    atomic_fetch_add(&((ticks *)user)->loads, 1);
    return wql_mount_define(mount, &tick_class, 1, err);
}

static void ticks_unload(void *self) { atomic_fetch_add(&((ticks *)self)->unloads, 1); }

/* For tests with one call at a time. */
static void note_call(wql_scan *scan, ticks *t) {
    const wql_principal *principal = wql_scan_principal(scan);
    wql_value told;
    t->told[0] = t->principal[0] = 0;
    if (wql_scan_context(scan, t->ask, &told)) (void)wql_value_format(&told, t->told, sizeof t->told);
    if (principal) snprintf(t->principal, sizeof t->principal, "%s", principal->name ? principal->name : "-");
}

static void probe(ticks *t) {
    if (t->probe) t->probe(t->probe_user);
}

/* The one thing that a deaf provider does. */
static void hold_while_deaf(wql_scan *scan, ticks *t) {
    bool held = false;
    while (atomic_load(&t->deaf)) {
        struct timespec nap = {0, 1000000};
        held = true;
        atomic_store(&t->was_deaf, true);
        (void)nanosleep(&nap, NULL);
    }
    if (held) atomic_store(&t->heard, wql_scan_check(scan, NULL));
}

static wql_status ticks_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    const ticks *t = self;
    (void)request, (void)err;
    if (t->parts) answer->parts = t->parts;
    return WQL_OK;
}

static void begin_part(const wql_scan *scan, ticks *t, position *p) {
    const wql_request *request = scan->request;
    int most = atomic_load(&t->most_part), part = (int)request->part;
    bool all = request->parts == 1 || t->all_in_each;
    while (part > most && !atomic_compare_exchange_weak(&t->most_part, &most, part)) {}
    p->at = all ? 0 : t->rows * request->part / request->parts;
    p->end = all ? t->rows : t->rows * (request->part + 1) / request->parts;
    p->last = request->part + 1 == request->parts;
}

static wql_status ticks_open(wql_scan *scan, wql_error *err) {
    ticks *t = scan->self;
    (void)err;
    probe(t);
    atomic_store(&t->open_thread, pthread_self());
    if (t->deaf_in_open) hold_while_deaf(scan, t);
    if (t->ask) note_call(scan, t);
    scan->state = calloc(1, sizeof(position));
    if (!scan->state) return WQL_E_OUT_OF_MEMORY;
    begin_part(scan, t, scan->state);
    atomic_fetch_add(&t->opens, 1);
    return WQL_OK;
}

static void ticks_close(wql_scan *scan) {
    probe(scan->self);
    atomic_fetch_add(&((ticks *)scan->self)->closes, 1);
    free(scan->state);
}

static void ticks_interrupt(wql_scan *scan) { atomic_fetch_add(&((ticks *)scan->self)->interrupts, 1); }

static void *wake_soon(void *arg) {
    wql_waker *waker = arg;
    wql_waker_wake(*waker);
    wql_waker_wake(*waker); /* twice is harmless */
    free(waker);
    return NULL;
}

/* Wakes from another thread, which may be faster than the return of next. */
static wql_status block(wql_scan *scan) {
    wql_waker *waker = malloc(sizeof *waker);
    pthread_t thread;
    if (!waker) return WQL_E_OUT_OF_MEMORY;
    *waker = wql_scan_waker(scan);
    if (pthread_create(&thread, NULL, wake_soon, waker) != 0) {
        free(waker);
        return WQL_E_FAILED;
    }
    (void)pthread_join(thread, NULL); /* so that no waker outlives the mount */
    return WQL_S_PENDING;
}

typedef struct emitted {
    ticks *t;
    uint32_t ids[1024];
} emitted;

static void release_emitted(void *ctx) {
    emitted *e = ctx;
    probe(e->t);
    atomic_fetch_add(&e->t->released, 1);
    free(e);
}

static wql_status emit(wql_scan *scan, position *p, uint32_t rows, wql_error *err) {
    ticks *t = scan->self;
    emitted *e = malloc(sizeof *e);
    wql_column col = {.property = 0, .type = WQL_UINT32, .layout = WQL_FIXED};
    wql_status status;
    if (!e) return WQL_E_OUT_OF_MEMORY;
    e->t = t;
    for (uint32_t i = 0; i < rows; i++) e->ids[i] = (uint32_t)(p->at + i);
    col.values = e->ids;
    status = wql_scan_emit(scan, rows, &col, 1, release_emitted, e, err);
    if (status < 0) {
        free(e);
        return status;
    }
    atomic_fetch_add(&t->emitted, 1);
    p->at += rows;
    return WQL_OK;
}

static wql_status rows(wql_scan *scan, position *p, uint32_t most) {
    bool room = true;
    for (uint32_t i = 0; i < most && room && p->at < p->end; i++) {
        char name[32] = "tick 0";
        name[5] = (char)('0' + p->at % 10);
        wql_row_set(scan, 0, wql_u64(p->at++));
        wql_row_set(scan, 1, wql_text(wql_s(name)));
        room = wql_row_end(scan);
    }
    return WQL_OK;
}

static int64_t clock_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void spin(uint32_t us) {
    int64_t until = us ? clock_us() + us : 0;
    while (us && clock_us() < until) {}
}

static wql_status step(wql_scan *scan, wql_error *err) {
    ticks *t = scan->self;
    position *p = scan->state;
    uint64_t left = p->end - p->at;
    uint32_t most = t->per_next ? t->per_next : 1024;
    wql_status status;
    wql_status at_end = p->last ? t->fail_at_end : WQL_OK;
    probe(t);
    spin(t->spin_us);
    if (atomic_load(&t->parks)) {
        t->waker = wql_scan_waker(scan);
        atomic_store(&t->parked, true);
        return WQL_S_PENDING;
    }
    if (t->silent) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    if (t->block_every && ++p->nexts % t->block_every == 0 && !p->woken) {
        p->woken = true;
        return block(scan);
    }
    p->woken = false;
    if (p->at >= t->deaf_from && !t->deaf_in_open) hold_while_deaf(scan, t);
    if (t->fail_row && p->at <= t->fail_row && t->fail_row < p->at + most && t->fail_row < p->end) return WQL_E_ACCESS_DENIED;
    if (left == 0) return at_end ? at_end : WQL_END;
    if (left < most) most = (uint32_t)left;
    status = t->zero_copy ? emit(scan, p, most > 1024 ? 1024 : most, err) : rows(scan, p, most);
    if (status < 0) return status;
    if (p->at == p->end && p->last && t->fail_with_rows) return t->fail_at_end;
    return p->at < p->end || at_end ? WQL_OK : WQL_END;
}

static wql_status ticks_next(wql_scan *scan, wql_error *err) {
    ticks *t = scan->self;
    int inside = atomic_fetch_add(&t->inside, 1) + 1, most = atomic_load(&t->most_inside);
    wql_status status;
    while (inside > most && !atomic_compare_exchange_weak(&t->most_inside, &most, inside)) {}
    atomic_fetch_add(&t->nexts, 1);
    status = step(scan, err);
    atomic_fetch_sub(&t->inside, 1);
    return status;
}

const wql_provider *ticks_provider(ticks *t, const char *name) {
    memset(&t->table, 0, sizeof t->table);
    t->table.struct_size = sizeof t->table;
    t->table.flags = t->flags;
    t->table.name = name;
    t->table.load = ticks_load;
    t->table.unload = ticks_unload;
    t->table.plan = t->parts ? ticks_plan : NULL;
    t->table.open = ticks_open;
    t->table.next = ticks_next;
    t->table.close = ticks_close;
    t->table.interrupt = ticks_interrupt;
    return &t->table;
}

void event_set(event *e) {
    pthread_mutex_lock(&e->lock);
    e->set = true;
    pthread_cond_broadcast(&e->cond);
    pthread_mutex_unlock(&e->lock);
}

bool event_wait(event *e) {
    struct timespec until;
    bool set;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the other clock may be set meanwhile */
    until.tv_sec += 20;
    pthread_mutex_lock(&e->lock);
    while (!e->set && pthread_cond_clockwait(&e->cond, &e->lock, CLOCK_MONOTONIC, &until) == 0) {}
    set = e->set;
    pthread_mutex_unlock(&e->lock);
    return set;
}

bool wait_until(_Atomic bool *flag, bool wanted) {
    for (int i = 0; i < 20000; i++) {
        struct timespec nap = {0, 1000000};
        if (atomic_load(flag) == wanted) return true;
        nanosleep(&nap, NULL);
    }
    return false;
}
