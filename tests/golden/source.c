/* SPDX-License-Identifier: MIT */
/* source.c: the provider that serves the rows of a case file, one by one. It has habits, which a query must not notice: which
 * conditions it takes, whether it sets cells that nobody wants, and whether it makes the engine wait. */
#include "golden.h"

#include <sched.h>
#include <stdlib.h>

/* -- a thread that wakes ----------------------------------------------------------------------------------------- */

static void *wake_all(void *arg) {
    waking *w = arg;
    uint64_t seed = 7;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        wql_waker next;
        while (!w->count && !w->stop) pthread_cond_wait(&w->changed, &w->lock);
        if (!w->count) break;
        next = w->queue[--w->count];
        w->busy = true;
        pthread_mutex_unlock(&w->lock);
        for (uint64_t i = draw(&seed) % 4; i; i--) sched_yield();
        wql_waker_wake(next);
        if (draw(&seed) % 4 == 0) wql_waker_wake(next); /* one too many does no harm */
        pthread_mutex_lock(&w->lock);
        w->busy = false;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

void waking_start(waking *w) {
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    if (pthread_create(&w->thread, NULL, wake_all, w)) stop_with("golden: no thread");
}

void waking_drain(waking *w) {
    pthread_mutex_lock(&w->lock);
    while (w->count || w->busy) pthread_cond_wait(&w->changed, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

void waking_stop(waking *w) {
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->changed);
}

/* Wakes soon, or now if the queue is full. */
static void wake_later(waking *w, wql_waker waker) {
    bool queued;
    pthread_mutex_lock(&w->lock);
    queued = w->count < sizeof w->queue / sizeof w->queue[0];
    if (queued) w->queue[w->count++] = waker;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (!queued) wql_waker_wake(waker);
}

/* -- load, plan -------------------------------------------------------------------------------------------------- */

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    const source *s = user;
    uint32_t count = s->file->class_count;
    wql_class_def *defs = calloc(count + 1, sizeof *defs);
    wql_status status;
    (void)config;
    (void)self;
    if (!defs) return WQL_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const data_class *c = &s->file->classes[i];
        defs[i] = (wql_class_def)WQL_INIT(wql_class_def);
        defs[i].flags = c->flags;
        defs[i].name = c->name;
        defs[i].superclass = c->superclass;
        defs[i].properties = c->properties;
        defs[i].property_count = c->property_count;
    }
    status = wql_mount_define(mount, defs, count, err);
    free(defs);
    return status;
}

static uint64_t source_draw(source *s) {
    uint64_t seed = atomic_fetch_add(&s->seed, 0x9e3779b97f4a7c15u);
    return draw(&seed);
}

static wql_status plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    source *s = self;
    (void)err;
    for (uint32_t i = 0; i < request->conjunct_count; i++)
        answer->take[i] = (uint8_t)(s->take == TAKE_MIXED ? source_draw(s) % 3 : (uint64_t)s->take);
    return WQL_OK;
}

/* -- scan -------------------------------------------------------------------------------------------------------- */

typedef struct state {
    source *source;
    const data_class *c;
    uint32_t row;
    uint64_t brought, seed;
    bool drops; /* rows that fail a condition taken as superset may stay out */
} state;

/* Whether to answer WQL_S_PENDING now; the wake is on its way then. */
static bool make_wait(source *s, wql_scan *scan, uint64_t random) {
    if (!s->pending || random % 3) return false;
    if (random & 0x100)
        wake_later(s->waking, wql_scan_waker(scan));
    else
        wql_waker_wake(wql_scan_waker(scan));
    return true;
}

static wql_status open_scan(wql_scan *scan, wql_error *err) {
    source *s = scan->self;
    state *made;
    uint64_t random = source_draw(s);
    (void)err;
    if (make_wait(s, scan, random)) return WQL_S_PENDING;
    made = calloc(1, sizeof *made);
    if (!made) return WQL_E_OUT_OF_MEMORY;
    made->source = s;
    made->c = &s->file->classes[scan->request->class_index];
    made->seed = random;
    made->drops = s->take == TAKE_MIXED;
    if (s->take == TAKE_MIXED)
        for (uint32_t i = 0; i < scan->request->conjunct_count; i++)
            if (scan->take[i] && source_draw(s) % 3 == 0) scan->take[i]--;
    scan->state = made;
    atomic_fetch_add(&s->open_scans, 1);
    return WQL_OK;
}

static void close_scan(wql_scan *scan) {
    state *s = scan->state;
    atomic_fetch_sub(&s->source->open_scans, 1);
    free(s);
}

/* -- rows -------------------------------------------------------------------------------------------------------- */

/* Makes the value of a cell in scratch memory. False: no memory. */
static bool make_value(wql_scan *scan, const cell *from, uint32_t depth, wql_value *out) {
    wql_value *items;
    *out = from->scalar;
    if (depth > 32) return false;
    if (!from->is_array && !from->is_object) return true;
    items = wql_scan_alloc(scan, (from->count + 1) * sizeof *items);
    if (!items) return false;
    for (uint32_t i = 0; i < from->count; i++)
        if (!make_value(scan, &from->items[i], depth + 1, &items[i])) return false;
    if (from->is_array) {
        *out = wql_array(from->scalar.type & ~(uint32_t)WQL_ARRAY, items, from->count);
    } else {
        wql_param *params = wql_scan_alloc(scan, (from->count + 1) * sizeof *params);
        if (!params) return false;
        for (uint32_t i = 0; i < from->count; i++) params[i] = (wql_param){from->names[i], items[i]};
        *out = wql_scan_object(scan, from->class_name, params, from->count);
        if (out->type == WQL_NULL) return false;
    }
    return true;
}

/* Whether the row is one that comes, given what was taken. */
static bool keeps(wql_scan *scan, state *s, const wql_value *values) {
    for (uint32_t i = 0; i < scan->request->conjunct_count; i++) {
        bool holds;
        wql_value value = values[scan->request->conjuncts[i].property];
        if (scan->take[i] == WQL_NONE) continue;
        if (value.type != s->c->all[scan->request->conjuncts[i].property].type) value = wql_null(); /* it did not fit */
        holds = wql_scan_holds(scan, i, value);
        if (!holds && (scan->take[i] == WQL_EXACT || (s->drops && draw(&s->seed) % 2))) return false;
    }
    return true;
}

/* 1: a row went out; 0: it stays out; -1: no memory. */
static int bring_row(wql_scan *scan, state *s, uint32_t row) {
    const cell *cells = s->c->rows[row];
    wql_value *values = wql_scan_alloc(scan, (s->c->all_count + 1) * sizeof *values);
    if (!values) return -1;
    for (uint32_t i = 0; i < s->c->all_count; i++)
        if (!make_value(scan, &cells[i], 0, &values[i])) return -1;
    if (!keeps(scan, s, values)) return 0;
    for (uint32_t i = 0; i < s->c->all_count; i++)
        if (!s->source->sparse || wql_scan_wants(scan, i)) wql_row_set(scan, i, values[i]);
    return 1;
}

static wql_status count_rows(wql_scan *scan, state *s, wql_error *err) {
    uint64_t count = 0;
    wql_status status;
    while (s->row < s->c->row_count) {
        const cell *cells = s->c->rows[s->row++];
        wql_value *values = wql_scan_alloc(scan, (s->c->all_count + 1) * sizeof *values);
        if (!values) return WQL_E_OUT_OF_MEMORY;
        for (uint32_t i = 0; i < s->c->all_count; i++)
            if (!make_value(scan, &cells[i], 0, &values[i])) return WQL_E_OUT_OF_MEMORY;
        count += keeps(scan, s, values);
    }
    if (!count) return WQL_END;
    status = wql_scan_emit(scan, count, NULL, 0, NULL, NULL, err);
    return status == WQL_OK ? WQL_END : status;
}

static wql_status next(wql_scan *scan, wql_error *err) {
    state *s = scan->state;
    uint64_t limit = scan->request->limit;
    wql_status end = s->source->ends == WQL_OK ? WQL_END : s->source->ends;
    if (make_wait(s->source, scan, draw(&s->seed))) return WQL_S_PENDING;
    if (scan->request->flags & WQL_WISH_COUNT && end == WQL_END) return count_rows(scan, s, err);
    while (s->row < s->c->row_count && !(limit && s->brought == limit)) {
        int came = bring_row(scan, s, s->row++);
        if (came < 0) return WQL_E_OUT_OF_MEMORY;
        s->brought += (uint64_t)came;
        if (came && !wql_row_end(scan)) return WQL_OK;
        if (s->source->pending && draw(&s->seed) % 3 == 0) return WQL_OK; /* with or without rows */
    }
    return end;
}

/* The tables are constants, so that nothing here is shared by two engines but the case file. */
const wql_provider *source_provider(bool concurrent) {
    static const wql_provider serial = {.struct_size = sizeof(wql_provider),
                                        .name = "golden",
                                        .load = load,
                                        .plan = plan,
                                        .open = open_scan,
                                        .next = next,
                                        .close = close_scan};
    static const wql_provider side_by_side = {.struct_size = sizeof(wql_provider),
                                              .flags = WQL_CONCURRENT,
                                              .name = "golden",
                                              .load = load,
                                              .plan = plan,
                                              .open = open_scan,
                                              .next = next,
                                              .close = close_scan};
    return concurrent ? &side_by_side : &serial;
}
