/* SPDX-License-Identifier: MIT */
/* schema.c: a provider of its own with everything that a class can have: superclasses, qualifiers, initial values, arrays,
 * methods, embedded objects, all types; and a second mount that derives from the first. */
#include "fault.h"

enum { NAME, SIZES, TAGS, INNER, WHEN, SPAN, REAL, OLD, CHAR };

static const wql_value one_size[] = {{.type = WQL_SINT32, .i64 = 4}, {.type = WQL_NULL}, {.type = WQL_SINT32, .i64 = -9}};
static const wql_value sizes = {.type = WQL_SINT32 | WQL_ARRAY, .count = 3, .items = one_size};
static const wql_value remark = {.type = WQL_STRING, .str = {"a remark that is long enough to need memory of its own", 54}};
static const wql_qualifier remarks[] = {
    {.name = "Description", .value = {.type = WQL_STRING, .str = {"what it is", 10}}},
    {.name = "ValueMap", .value = {.type = WQL_SINT32 | WQL_ARRAY, .count = 3, .items = one_size}}};
static const wql_property_def base_properties[] = {
    {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY, .qualifiers = remarks, .qualifier_count = 2}};
static const wql_property_def params[] = {{.name = "Force", .type = WQL_BOOLEAN, .flags = WQL_IN},
                                          {.name = "Result", .type = WQL_STRING, .flags = WQL_OUT, .initial = &remark}};
static const wql_method_def methods[] = {
    {.name = "Stop", .params = params, .param_count = 2, .qualifiers = remarks, .qualifier_count = 1}};
static const wql_property_def thing_properties[] = {
    {.name = "Sizes", .type = WQL_SINT32 | WQL_ARRAY, .initial = &sizes},
    {.name = "Tags", .type = WQL_STRING | WQL_ARRAY, .qualifiers = remarks, .qualifier_count = 2},
    {.name = "Inner", .type = WQL_OBJECT, .class_name = "Base"},
    {.name = "When", .type = WQL_DATETIME},
    {.name = "Span", .type = WQL_DATETIME, .flags = WQL_INTERVAL},
    {.name = "Real", .type = WQL_REAL64},
    {.name = "Old", .type = WQL_BOOLEAN},
    {.name = "Char", .type = WQL_CHAR16}};
static const wql_class_def classes[] = {{.struct_size = sizeof(wql_class_def), /* before its superclass: the order is free */
                                         .name = "Thing",
                                         .superclass = "Base",
                                         .properties = thing_properties,
                                         .property_count = 8,
                                         .methods = methods,
                                         .method_count = 1},
                                        {.struct_size = sizeof(wql_class_def),
                                         .name = "Base",
                                         .flags = WQL_ABSTRACT,
                                         .properties = base_properties,
                                         .property_count = 1,
                                         .qualifiers = remarks,
                                         .qualifier_count = 2},
                                        {.struct_size = sizeof(wql_class_def), .name = "Other", .superclass = "Base"}};
static const wql_class_def derived[] = {{.struct_size = sizeof(wql_class_def), .name = "Part", .superclass = "Thing"}};

/* -- the provider: 600 rows of each class; its memory is the engine's --------------------------------------------- */

typedef struct store {
    wql_mount *mount;
    char *note; /* something of its own to lose */
} store;

enum { ROWS = 600, NOTE = 100 };

static wql_status store_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    store *s = wql_mount_allocate(mount, NULL, 0, sizeof *s);
    bool second = user != NULL;
    wql_status status;
    (void)config;
    if (!s) return WQL_E_OUT_OF_MEMORY;
    s->mount = mount;
    s->note = wql_mount_allocate(mount, NULL, 0, NOTE);
    status = s->note ? wql_mount_define(mount, second ? derived : classes, second ? 1 : 3, err) : WQL_E_OUT_OF_MEMORY;
    if (status < 0) {
        if (s->note) (void)wql_mount_allocate(mount, s->note, NOTE, 0);
        (void)wql_mount_allocate(mount, s, sizeof *s, 0);
        return status;
    }
    *self = s;
    return WQL_OK;
}

static void store_unload(void *self) {
    store *s = self;
    wql_mount *mount = s->mount;
    (void)wql_mount_allocate(mount, s->note, NOTE, 0);
    (void)wql_mount_allocate(mount, s, sizeof *s, 0);
}

static wql_status store_plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    (void)self;
    (void)err;
    for (uint32_t i = 0; i < request->conjunct_count; i++)
        if (request->conjuncts[i].property == NAME) answer->take[i] = WQL_EXACT;
    answer->rows = ROWS;
    return WQL_OK;
}

static wql_status store_open(wql_scan *scan, wql_error *err) {
    store *s = scan->self;
    (void)err;
    scan->state = wql_mount_allocate(s->mount, NULL, 0, sizeof(uint32_t));
    if (!scan->state) return WQL_E_OUT_OF_MEMORY;
    *(uint32_t *)scan->state = 0;
    return WQL_OK;
}

static bool keeps(wql_scan *scan, wql_value name) {
    for (uint32_t i = 0; i < scan->request->conjunct_count; i++)
        if (scan->take[i] == WQL_EXACT && !wql_scan_holds(scan, i, name)) return false;
    return true;
}

static void set_thing(wql_scan *scan, uint32_t row, wql_value name) {
    wql_value items[2] = {wql_i64(row), wql_null()};
    wql_value tags[2] = {wql_text(wql_s("a tag")), name};
    wql_param inner = {"Name", name};
    if (wql_scan_wants(scan, SIZES)) wql_row_set(scan, SIZES, wql_array(WQL_SINT64, items, row % 3));
    if (wql_scan_wants(scan, TAGS)) wql_row_set(scan, TAGS, wql_array(WQL_STRING, tags, 2));
    if (wql_scan_wants(scan, INNER) && row % 2) wql_row_set(scan, INNER, wql_scan_object(scan, "Other", &inner, 1));
    wql_row_set(scan, WHEN, wql_time((wql_datetime){.us = (int64_t)row * 86400000000}));
    wql_row_set(scan, SPAN, wql_time((wql_datetime){.us = (int64_t)row * 1000000, .interval = 1}));
    wql_row_set(scan, REAL, wql_f64(row / 4.0));
    wql_row_set(scan, OLD, wql_bool(row % 2));
    wql_row_set(scan, CHAR, wql_u64(65 + row % 26));
}

static wql_status store_next(wql_scan *scan, wql_error *err) {
    uint32_t *at = scan->state;
    bool room = true;
    (void)err;
    if (!wql_scan_alloc(scan, 100)) return WQL_E_OUT_OF_MEMORY;
    while (*at < ROWS && room) {
        char text[40];
        uint32_t row = (*at)++;
        wql_value name;
        (void)snprintf(text, sizeof text, "the thing of number %u", (unsigned)row);
        name = wql_text(wql_s(text));
        if (!keeps(scan, name)) continue;
        wql_row_set(scan, NAME, name);
        if (scan->request->class_index == 0) set_thing(scan, row, name);
        room = wql_row_end(scan);
    }
    return *at < ROWS ? WQL_OK : WQL_END;
}

static void store_close(wql_scan *scan) {
    store *s = scan->self;
    (void)wql_mount_allocate(s->mount, scan->state, sizeof(uint32_t), 0);
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT,
                                      .name = "store",
                                      .load = store_load,
                                      .unload = store_unload,
                                      .plan = store_plan,
                                      .open = store_open,
                                      .next = store_next,
                                      .close = store_close};

/* -- scenarios ---------------------------------------------------------------------------------------------------- */

static wql_status mount_store(world *w) { return wql_engine_mount(w->engine, "root/t", &provider, NULL, NULL, &w->err); }

static const wql_provider *second_provider(world *w) {
    w->guest.table = provider;
    w->guest.table.name = "second";
    return &w->guest.table;
}

/* Superclasses of another mount: both or neither of the two mounts serve. */
static wql_status mounted_twice(world *w) {
    wql_status status = wql_engine_mount(w->engine, "ROOT\\T", second_provider(w), NULL, w, &w->err), again;
    wql_class *cls = NULL;
    if (status < 0) {
        if (wql_session_class(w->session, "Part", &cls, NULL) >= 0) broken(w, "a mount that failed serves a class");
        wql_class_release(cls);
        return status;
    }
    again = wql_engine_mount(w->engine, "root/t", &provider, NULL, NULL, &w->err);
    if (again != WQL_E_ALREADY_EXISTS) status = again < 0 ? again : WQL_E_UNEXPECTED;
    if (again >= 0) broken(w, "a class is served twice");
    if (status >= 0) status = ask(w, "SELECT * FROM Base", 0);
    if (status >= 0) status = wql_session_class(w->session, "Part", &w->cls, &w->err);
    if (status >= 0 && (wql_class_describe(w->cls)->property_count != 9 || !wql_class_isa(w->cls, "base")))
        broken(w, "a class that derives from another mount's");
    again = wql_engine_unmount(w->engine, "root/t", "second", status >= 0 ? &w->err : NULL);
    if (again < 0 && again != WQL_E_OUT_OF_MEMORY && again != WQL_E_QUOTA_VIOLATION) broken(w, w->err.message);
    if (again < 0) { /* it is as if nothing had been asked */
        w->failing->paused = true;
        if (wql_engine_unmount(w->engine, "root/t", "second", NULL) != WQL_OK && !w->memory_max) broken(w, "it can be unmounted");
        w->failing->paused = false;
    }
    return status >= 0 ? again : status;
}

static bool is_whole(const wql_class_def *def) {
    const wql_property_def *tags = &def->properties[TAGS];
    return def->property_count == 9 && def->method_count == 1 && def->methods[0].param_count == 2 && tags->qualifier_count == 2 &&
           def->properties[SIZES].initial->count == 3 && strcmp(def->properties[NAME].origin, "Base") == 0;
}

static wql_status browsed(world *w) {
    wql_status status = wql_session_class(w->session, "thing", &w->cls, &w->err);
    if (status < 0) return status;
    if (!is_whole(wql_class_describe(w->cls))) broken(w, "a class has all its parts");
    wql_class_release(wql_class_retain(w->cls));
    return WQL_OK;
}

/* Objects and arrays in rows that are filtered, so gathered; copies of them that outlive everything. */
static wql_status embedded(world *w) {
    static const char text[] =
        "SELECT * FROM Thing WHERE Name LIKE '%5%' AND (Real > 10 OR Old = TRUE OR When > '19700201000000.000000+000')";
    wql_batch *batch;
    wql_call call;
    wql_status status = try_exec(w, w->session, text, NULL, &call);
    if (status < 0) return status;
    while ((status = try_next(w, call, WQL_FOREVER, &batch)) == WQL_OK) {
        w->rows += wql_batch_rows(batch);
        if (!w->kept[0]) status = wql_batch_copy(batch, 0, wql_batch_rows(batch), &w->kept[0]);
        wql_batch_release(batch);
        if (status < 0) {
            (void)snprintf(w->err.message, sizeof w->err.message, "a copy: memory_max or memory");
            w->err.status = status;
            break;
        }
    }
    wql_call_close(call);
    return status == WQL_END ? WQL_OK : status;
}

static wql_status pushed_down(world *w) {
    wql_query *query;
    char plan[1000];
    wql_status status = try_prepare(w, "SELECT Name, Char FROM Thing WHERE Name > 'the thing of number 3' AND Char = 66", &query);
    if (status < 0) return status;
    (void)wql_query_explain(query, plan, sizeof plan);
    wql_query_close(query);
    return ask(w, "SELECT Name, Span FROM Thing WHERE Name = 'THE THING OF NUMBER 77' OR Name = 'the thing of number 8'", -1);
}

/* Definitions that cannot be: told for what they are. */
static wql_status load_bad(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql_property_def twice[] = {{.name = "A", .type = WQL_STRING}, {.name = "a", .type = WQL_STRING}};
    wql_class_def bad[] = {{.struct_size = sizeof(wql_class_def), .name = "X", .superclass = "Y"},
                           {.struct_size = sizeof(wql_class_def), .name = "Y", .superclass = "X"},
                           {.struct_size = sizeof(wql_class_def), .name = "Z", .superclass = "Nobody"},
                           {.struct_size = sizeof(wql_class_def), .name = "T", .properties = twice, .property_count = 2}};
    world *w = user;
    wql_status status = wql_mount_define(mount, bad, 2, err);
    (void)config;
    (void)self;
    if (status == WQL_E_CIRCULAR_REFERENCE) status = wql_mount_define(mount, bad + 2, 1, err);
    if (status == WQL_E_INVALID_SUPERCLASS) status = wql_mount_define(mount, bad + 3, 1, err);
    if (status >= 0) broken(w, "a bad definition is accepted");
    return status;
}

static wql_status badly_defined(world *w) {
    wql_status status;
    wql_class *cls = NULL;
    w->guest.table = provider;
    w->guest.table.name = "bad";
    w->guest.table.load = load_bad;
    status = wql_engine_mount(w->engine, "root/t", &w->guest.table, NULL, w, &w->err);
    if (wql_session_class(w->session, "X", &cls, NULL) >= 0) broken(w, "a class of a failed mount is served");
    return status == WQL_E_INVALID_CLASS || status == WQL_E_ALREADY_EXISTS || status == WQL_E_INVALID_PROPERTY ? WQL_OK : status;
}

/* Twenty classes, in a batch of sixteen that goes out as it is and one of four that is gathered. */
static wql_status twenty_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_property_def id = {.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY};
    wql_class_def defs[20];
    char names[20][16];
    (void)config, (void)user, (void)self;
    memset(defs, 0, sizeof defs);
    for (int i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "C%02d", i);
        defs[i].struct_size = sizeof defs[i];
        defs[i].name = names[i];
        if (i % 5) defs[i].superclass = names[i - 1];
        defs[i].properties = &id;
        defs[i].property_count = i % 5 ? 0 : 1;
    }
    return wql_mount_define(mount, defs, 20, err);
}

static wql_status twenty_open(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_END;
}

static wql_status classes_as_rows(world *w) {
    static const wql_provider twenty = {
        .struct_size = sizeof twenty, .name = "twenty", .load = twenty_load, .open = twenty_open, .next = twenty_open};
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_call call;
    wql_status status = wql_engine_mount(w->engine, "root/t", &twenty, NULL, NULL, &w->err);
    if (status < 0) return status;
    how.batch_rows = 16;
    status = try_exec(w, w->session, "SELECT * FROM meta_class", &how, &call);
    if (status < 0) return status;
    status = pull(w, call, 0);
    wql_call_close(call);
    return status;
}

const scenario schema_scenarios[] = {
    {.name = "classes as rows",
     .mount = mount_ticks,
     .run = classes_as_rows,
     .rows = 70,
     .probe = "SELECT Id FROM Tick",
     .probe_rows = 3000},
    {.name = "mounted twice",
     .mount = mount_store,
     .run = mounted_twice,
     .rows = 1800,
     .probe = "SELECT * FROM Base",
     .probe_rows = 1200},
    {.name = "browsed", .mount = mount_store, .run = browsed, .probe = "SELECT Name FROM Base", .probe_rows = 1200},
    {.name = "arrays and objects",
     .mount = mount_store,
     .run = embedded,
     .rows = 195,
     .probe = "SELECT * FROM Thing",
     .probe_rows = 600},
    {.name = "pushed down",
     .mount = mount_store,
     .run = pushed_down,
     .rows = 2,
     .probe = "SELECT * FROM Base",
     .probe_rows = 1200},
    {.name = "badly defined", .mount = mount_store, .run = badly_defined, .probe = "SELECT * FROM Base", .probe_rows = 1200},
    {.name = NULL}};
