/* SPDX-License-Identifier: MIT */
/* provider.c: the simulation's provider. */
#include "world.h"

#include <string.h>

typedef struct position {
    uint32_t at, end;
    bool last; /* of the parts */
    bool woken;
} position;

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY}};
static const wql_class_def class_t = {.struct_size = sizeof class_t, .name = "T", .properties = properties, .property_count = 1};

static wql_status source_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)config, (void)user, (void)self;
    return wql_mount_define(mount, &class_t, 1, err);
}
static void source_unload(void *self) { ((source *)self)->unloads++; }

/* Callbacks come without locks, and for a serialised provider one at a time. */
static void enter(source *s, const char *what) {
    sim_check(sim_locks() == 0, "%s is called with %d locks", what, sim_locks()); /* I12 */
    sim_check((s->flags & WQL_CONCURRENT) || s->inside == 0, "a serialised provider is entered twice");
    s->inside++;
    if (s->inside > s->most_inside) s->most_inside = s->inside;
    sim_yield();
}
static void leave(source *s) {
    sim_yield();
    s->inside--;
}

static wql_status source_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    source *s = self;
    (void)request, (void)err;
    enter(s, "plan");
    answer->parts = s->parts;
    leave(s);
    return WQL_OK;
}

static wql_status source_open(wql_scan *scan, wql_error *err) {
    source *s = scan->self;
    (void)err;
    enter(s, "open");
    scan->state = sim_alloc(NULL, NULL, 0, sizeof(position));
    memset(scan->state, 0, sizeof(position));
    sim_check(scan->request->part < scan->request->parts && (scan->request->parts == 1 || scan->request->parts == s->parts),
              "part %u of %u is asked for", scan->request->part, scan->request->parts);
    ((position *)scan->state)->at = s->rows * scan->request->part / scan->request->parts;
    ((position *)scan->state)->end = s->rows * (scan->request->part + 1) / scan->request->parts;
    ((position *)scan->state)->last = scan->request->part + 1 == scan->request->parts;
    s->opens++;
    leave(s);
    return WQL_OK;
}

static void source_close(wql_scan *scan) {
    source *s = scan->self;
    enter(s, "close");
    s->closes++;
    (void)sim_alloc(NULL, scan->state, sizeof(position), 0);
    leave(s);
}

static void source_interrupt(wql_scan *scan) {
    sim_check(sim_locks() == 0, "interrupt is called with %d locks", sim_locks());
    ((source *)scan->self)->interrupts++;
}

static wql_status step(wql_scan *scan, source *s, position *p) {
    bool room = true;
    if (s->never_wakes) return (void)wql_scan_waker(scan), WQL_S_PENDING;
    if (s->waits && !p->woken && s->waker_count < WAKERS && sim_chance(2)) {
        p->woken = true;
        s->wakers[s->waker_count++] = wql_scan_waker(scan);
        return WQL_S_PENDING;
    }
    p->woken = false;
    for (int i = 0; s->deaf && i < 40; i++) sim_yield();
    if (s->slow) sim_pass(80);
    for (uint32_t i = 0; i < s->per_next && room && p->at < p->end; i++) {
        wql_row_set(scan, 0, wql_u64(p->at++));
        room = wql_row_end(scan);
    }
    if (p->at < p->end) return WQL_OK;
    return s->fail_at_end && p->last ? s->fail_at_end : WQL_END;
}

static wql_status source_next(wql_scan *scan, wql_error *err) {
    source *s = scan->self;
    wql_status status;
    (void)err;
    enter(s, "next");
    status = step(scan, s, scan->state);
    leave(s);
    return status;
}

const wql_provider *source_provider(source *s, const char *name) {
    memset(&s->table, 0, sizeof s->table);
    s->table = (wql_provider){.struct_size = sizeof s->table,
                              .flags = s->flags,
                              .name = name,
                              .load = source_load,
                              .unload = source_unload,
                              .plan = source_plan,
                              .open = source_open,
                              .next = source_next,
                              .close = source_close,
                              .interrupt = source_interrupt};
    return &s->table;
}

bool source_wake(source *s) {
    wql_waker waker;
    uint32_t which;
    if (!s->waker_count) return false;
    which = sim_random((uint32_t)s->waker_count);
    waker = s->wakers[which];
    s->wakers[which] = s->wakers[--s->waker_count];
    wql_waker_wake(waker);
    return true;
}
