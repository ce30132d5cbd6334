/* SPDX-License-Identifier: MIT */
/* test_define.c: classes defined after load: what prepared queries, running calls and later mounts see of them, what is refused,
 * and definitions, queries and mounts at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static wql_error err;

/* -- a provider that grows: each of its classes has one row, whose Number is the class's index ------------------- */

typedef struct grower {
    wql_provider table;
    wql_mount *mount;
    const char *first;                                   /* the class that load defines */
    const char *within_next;                             /* a class that the first next defines */
    void (*in_load)(struct grower *g, wql_mount *mount); /* more that load does */
    struct grower *other;
    wql_status got;
    uint32_t numbers[100];
    _Atomic int unloads;
} grower;

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "Number", .type = WQL_UINT32}};

static wql_class_def class_of(const char *name, const char *superclass) {
    wql_class_def def = {.struct_size = sizeof def, .name = name, .superclass = superclass};
    if (!superclass) {
        def.properties = properties;
        def.property_count = 2;
    }
    return def;
}

static wql_status define(wql_mount *mount, const char *name, const char *superclass) {
    wql_class_def def = class_of(name, superclass);
    return wql_mount_define(mount, &def, 1, &err);
}

static wql_status grower_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *why) {
    grower *g = user;
    wql_class_def def = class_of(g->first, NULL);
    wql_status status = wql_mount_define(mount, &def, 1, why);
    (void)config;
    (void)self;
    g->mount = mount;
    if (status >= 0 && g->in_load) g->in_load(g, mount);
    return status;
}
static void grower_unload(void *self) { ((grower *)self)->unloads++; }
static wql_status grower_open(wql_scan *scan, wql_error *why) {
    (void)scan;
    (void)why;
    return WQL_OK;
}
static wql_status grower_next(wql_scan *scan, wql_error *why) {
    grower *g = scan->self;
    wql_column columns[2];
    const uint32_t *number;
    wql_status status;
    if (g->within_next) {
        wql_class_def def = class_of(g->within_next, g->first);
        g->within_next = NULL;
        g->got = wql_mount_define(g->mount, &def, 1, NULL);
    }
    number = &g->numbers[scan->request->class_index];
    for (uint32_t i = 0; i < 2; i++)
        columns[i] = (wql_column){.type = WQL_UINT32, .layout = WQL_FIXED, .property = i, .values = number};
    status = wql_scan_emit(scan, 1, columns, 2, NULL, NULL, why); /* the batch keeps the provider */
    if (status < 0) return status;
    return WQL_END;
}

static const wql_provider *grower_provider(grower *g, const char *name, const char *first, uint32_t flags) {
    g->table = (wql_provider){.struct_size = sizeof g->table,
                              .flags = flags,
                              .name = name,
                              .load = grower_load,
                              .unload = grower_unload,
                              .open = grower_open,
                              .next = grower_next};
    g->first = first;
    for (uint32_t i = 0; i < 100; i++) g->numbers[i] = i;
    return &g->table;
}

typedef struct fixture {
    wql_engine *engine;
    wql_session *session;
    grower g;
} fixture;

static void open_fixture(fixture *f, uint32_t flags) {
    memset(f, 0, sizeof *f);
    err = (wql_error)WQL_INIT(wql_error);
    assert_int_equal(wql_engine_open(NULL, &f->engine, &err), WQL_OK);
    assert_int_equal(wql_engine_mount(f->engine, "root/g", grower_provider(&f->g, "grow", "Base", flags), NULL, &f->g, &err),
                     WQL_OK);
    assert_int_equal(wql_session_open(f->engine, "root/g", NULL, &f->session, &err), WQL_OK);
}

static void close_fixture(fixture *f) {
    wql_session_close(f->session);
    assert_int_equal(wql_engine_close(f->engine), WQL_OK);
    assert_int_equal(f->g.unloads, 1);
}

/* Rows of a prepared query; the sum of their Numbers in *sum. */
static int run(wql_query *query, uint32_t *sum) {
    wql_batch *batch;
    wql_call call;
    wql_status status;
    wql_error e = WQL_INIT(wql_error);
    int rows = 0;
    *sum = 0;
    if (wql_query_exec(query, NULL, &call, &e) < 0) return -1;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &e)) == WQL_OK) {
        wql_value number;
        for (uint32_t r = 0; r < wql_batch_rows(batch); r++)
            if (wql_batch_value(batch, r, "Number", &number) == WQL_OK) *sum += (uint32_t)number.u64;
        rows += (int)wql_batch_rows(batch);
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status == WQL_END ? rows : -1;
}

/* -- one after the other ----------------------------------------------------------------------------------------- */

static void a_prepared_query_sees_new_classes(void **state) {
    fixture f;
    wql_query *query, *exact, *late;
    wql_call running;
    wql_batch *batch;
    uint32_t sum;
    char plan[400];
    (void)state;
    open_fixture(&f, WQL_CONCURRENT);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT * FROM Base"), &query, &err), WQL_OK);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT Id FROM Base WHERE __CLASS = 'Second'"), &exact, &err), WQL_OK);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT * FROM Third"), &late, &err), WQL_E_INVALID_CLASS);
    assert_int_equal(run(query, &sum), 1);
    assert_int_equal(run(exact, &sum), 0);
    assert_int_equal(wql_query_exec(query, NULL, &running, &err), WQL_OK);
    assert_int_equal(wql_call_next(running, WQL_FOREVER, &batch, &err), WQL_OK); /* it has begun */
    assert_int_equal(define(f.g.mount, "Second", "Base"), WQL_OK);
    assert_int_equal(define(f.g.mount, "Third", "Second"), WQL_OK);
    wql_batch_release(batch);
    assert_int_equal(wql_call_next(running, WQL_FOREVER, &batch, &err), WQL_END); /* and stays with what it began with */
    wql_call_close(running);
    assert_int_equal(run(query, &sum), 3);
    assert_int_equal(sum, 0 + 1 + 2);
    assert_int_equal(run(exact, &sum), 1);
    assert_true(wql_query_explain(query, plan, sizeof plan) < sizeof plan);
    assert_non_null(strstr(plan, "union of 3 classes"));
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT Number FROM Third"), &late, &err), WQL_OK);
    assert_int_equal(run(late, &sum), 1);
    assert_int_equal(sum, 2);
    wql_query_close(query);
    wql_query_close(exact);
    wql_query_close(late);
    close_fixture(&f);
}

static void all_or_nothing(void **state) {
    fixture f;
    wql_query *query;
    uint32_t sum;
    wql_class_def wrong[] = {class_of("A", "Base"), class_of("B", "Nowhere")};
    wql_class_def twice[] = {class_of("A", "Base"), class_of("a", "Base")};
    wql_class_def circle[] = {class_of("A", "B"), class_of("B", "A")};
    wql_class_def good[] = {class_of("B", "A"), class_of("A", "Base")};
    wql_class *cls;
    (void)state;
    open_fixture(&f, 0);
    assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT * FROM Base"), &query, &err), WQL_OK);
    assert_int_equal(wql_mount_define(f.g.mount, wrong, 2, &err), WQL_E_INVALID_SUPERCLASS);
    assert_int_equal(wql_mount_define(f.g.mount, twice, 2, &err), WQL_E_ALREADY_EXISTS);
    assert_int_equal(wql_mount_define(f.g.mount, circle, 2, &err), WQL_E_CIRCULAR_REFERENCE);
    assert_int_equal(define(f.g.mount, "base", NULL), WQL_E_ALREADY_EXISTS);
    assert_int_equal(define(f.g.mount, "no name", NULL), WQL_E_INVALID_CLASS);
    assert_int_equal(wql_mount_define(f.g.mount, NULL, 1, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_session_class(f.session, "A", &cls, &err), WQL_E_INVALID_CLASS);
    assert_int_equal(run(query, &sum), 1);
    assert_int_equal(wql_mount_define(f.g.mount, good, 2, &err), WQL_OK);
    assert_int_equal(run(query, &sum), 3);
    assert_int_equal(sum, 0 + 1 + 2); /* numbers by the order of the array */
    wql_query_close(query);
    close_fixture(&f);
}

static void inside_next(void **state) {
    fixture f;
    wql_query *query;
    uint32_t sum;
    (void)state;
    for (uint32_t flags = 0; flags <= WQL_CONCURRENT; flags++) {
        open_fixture(&f, flags);
        f.g.within_next = "Second";
        assert_int_equal(wql_query_prepare(f.session, wql_s("SELECT * FROM Base"), &query, &err), WQL_OK);
        assert_int_equal(run(query, &sum), 1);
        assert_int_equal(f.g.got, WQL_OK);
        assert_int_equal(run(query, &sum), 2);
        wql_query_close(query);
        close_fixture(&f);
    }
}

/* -- where it is refused ----------------------------------------------------------------------------------------- */

static void *define_elsewhere(void *arg) {
    grower *g = arg;
    wql_class_def def = class_of("Elsewhere", NULL);
    wql_error e = WQL_INIT(wql_error);
    g->got = wql_mount_define(g->mount, &def, 1, &e);
    return NULL;
}

static void define_on_another_thread(grower *g, wql_mount *mount) {
    pthread_t thread;
    (void)mount;
    assert_int_equal(pthread_create(&thread, NULL, define_elsewhere, g), 0);
    pthread_join(thread, NULL); /* would wait for ever if it waited for the load */
}

static void define_for_another_mount(grower *g, wql_mount *mount) {
    (void)mount;
    g->got = define(g->other->mount, "Foreign", NULL);
}

static void not_while_loading(void **state) {
    fixture f;
    grower second = {.in_load = define_on_another_thread}, third = {.in_load = define_for_another_mount};
    wql_class *cls;
    (void)state;
    open_fixture(&f, 0);
    third.other = &f.g;
    assert_int_equal(wql_engine_mount(f.engine, "root/g", grower_provider(&second, "second", "S", 0), NULL, &second, &err),
                     WQL_OK);
    assert_int_equal(second.got, WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_engine_mount(f.engine, "root/g", grower_provider(&third, "third", "T", 0), NULL, &third, &err), WQL_OK);
    assert_int_equal(third.got, WQL_E_INVALID_OPERATION);
    assert_int_equal(wql_session_class(f.session, "Elsewhere", &cls, &err), WQL_E_INVALID_CLASS);
    define_elsewhere(&second); /* now it is through */
    assert_int_equal(second.got, WQL_OK);
    close_fixture(&f);
}

static void not_when_unmounted(void **state) {
    fixture f;
    wql_call call;
    wql_batch *batch;
    (void)state;
    open_fixture(&f, 0);
    assert_int_equal(wql_session_exec(f.session, wql_s("SELECT * FROM Base"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    assert_int_equal(wql_call_close(call), WQL_OK);
    assert_int_equal(wql_engine_unmount(f.engine, "root/g", "grow", &err), WQL_OK);
    assert_int_equal(f.g.unloads, 0); /* the batch keeps it */
    assert_int_equal(define(f.g.mount, "Late", NULL), WQL_E_INVALID_OPERATION);
    wql_batch_release(batch);
    close_fixture(&f);
}

/* -- all at once ------------------------------------------------------------------------------------------------- */

enum { DEFINERS = 2, EACH = 25, ASKERS = 2 };

typedef struct race {
    fixture f;
    _Atomic int begun, done, wrong, defining;
} race;

typedef struct definer {
    race *r;
    int number;
    pthread_t thread;
} definer;

static void *define_many(void *arg) {
    definer *d = arg;
    for (int i = 0; i < EACH; i++) {
        char name[40], super[40];
        wql_class_def def;
        wql_error e = WQL_INIT(wql_error);
        (void)snprintf(name, sizeof name, "C%d_%d", d->number, i);
        (void)snprintf(super, sizeof super, "C%d_%d", d->number, i - 1);
        def = class_of(name, i % 5 ? super : "Base");
        atomic_fetch_add(&d->r->begun, 1);
        if (wql_mount_define(d->r->f.g.mount, &def, 1, &e) != WQL_OK) atomic_fetch_add(&d->r->wrong, 1);
        atomic_fetch_add(&d->r->done, 1);
    }
    atomic_fetch_sub(&d->r->defining, 1);
    return NULL;
}

static void *ask_often(void *arg) {
    race *r = arg;
    wql_query *query;
    wql_error e = WQL_INIT(wql_error);
    if (wql_query_prepare(r->f.session, wql_s("SELECT * FROM Base WHERE Id >= 0"), &query, &e) < 0) {
        atomic_fetch_add(&r->wrong, 1);
        return NULL;
    }
    do {
        int least = 1 + atomic_load(&r->done), most, rows;
        uint32_t sum;
        rows = run(query, &sum);
        most = 1 + atomic_load(&r->begun);
        if (rows < least || rows > most || sum != (uint32_t)(rows * (rows - 1) / 2)) atomic_fetch_add(&r->wrong, 1);
    } while (atomic_load(&r->defining));
    wql_query_close(query);
    return NULL;
}

static void at_the_same_time(void **state) {
    race r = {.defining = DEFINERS};
    definer definers[DEFINERS];
    pthread_t askers[ASKERS];
    grower guest = {0};
    int mounts = 0;
    (void)state;
    open_fixture(&r.f, WQL_CONCURRENT);
    for (int i = 0; i < ASKERS; i++) assert_int_equal(pthread_create(&askers[i], NULL, ask_often, &r), 0);
    for (int i = 0; i < DEFINERS; i++) {
        definers[i] = (definer){.r = &r, .number = i};
        assert_int_equal(pthread_create(&definers[i].thread, NULL, define_many, &definers[i]), 0);
    }
    while (atomic_load(&r.defining)) {
        wql_error e = WQL_INIT(wql_error);
        assert_int_equal(wql_engine_mount(r.f.engine, "root/g", grower_provider(&guest, "guest", "Guest", 0), NULL, &guest, &e),
                         WQL_OK);
        assert_int_equal(wql_engine_unmount(r.f.engine, "root/g", "guest", &e), WQL_OK);
        mounts++;
    }
    for (int i = 0; i < DEFINERS; i++) pthread_join(definers[i].thread, NULL);
    for (int i = 0; i < ASKERS; i++) pthread_join(askers[i], NULL);
    assert_int_equal(r.wrong, 0);
    close_fixture(&r.f);
    assert_int_equal(guest.unloads, mounts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prepared_query_sees_new_classes),
        cmocka_unit_test(all_or_nothing),
        cmocka_unit_test(inside_next),
        cmocka_unit_test(not_while_loading),
        cmocka_unit_test(not_when_unmounted),
        cmocka_unit_test(at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
