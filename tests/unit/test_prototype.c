/* SPDX-License-Identifier: MIT */
/* test_prototype.c: WQL_PROTOTYPE: no provider runs, and one class comes back, cut down to what was selected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* -- a provider that must not be asked --------------------------------------------------------------------------- */

typedef struct place {
    wql_engine *engine;
    wql_session *session, *with_parameters;
    _Atomic int asked;
} place;

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static const wql_qualifier own[] = {{.name = "Units", .value = {.type = WQL_STRING, .str = {"Bytes", 5}}},
                                        {.name = "ORDER", .value = {.type = WQL_SINT32, .i64 = 77}}};
    static const wql_property_def base[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY},
                                            {.name = "Name", .type = WQL_STRING, .qualifiers = own, .qualifier_count = 2}};
    static const wql_property_def derived[] = {{.name = "Size", .type = WQL_UINT64},
                                               {.name = "Part", .type = WQL_OBJECT, .class_name = "Base"}};
    static const wql_method_def method = {.name = "Do"};
    static const wql_class_def defs[] = {
        {.struct_size = sizeof *defs, .name = "Base", .properties = base, .property_count = 2, .flags = WQL_ABSTRACT},
        {.struct_size = sizeof *defs,
         .name = "Derived",
         .superclass = "Base",
         .properties = derived,
         .property_count = 2,
         .methods = &method,
         .method_count = 1}};
    (void)config;
    *self = user;
    return wql_mount_define(mount, defs, 2, err);
}
static wql_status plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    (void)request, (void)answer, (void)err;
    atomic_fetch_add(&((place *)self)->asked, 1);
    return WQL_OK;
}
static wql_status opened(wql_scan *scan, wql_error *err) {
    (void)err;
    atomic_fetch_add(&((place *)scan->self)->asked, 1);
    return WQL_OK;
}
static wql_status next(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_END;
}
static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_MAY_BLOCK,
                                      .name = "unasked",
                                      .load = load,
                                      .plan = plan,
                                      .open = opened,
                                      .next = next};

static void open_place(place *p, uint32_t workers) {
    wql_engine_options opt = WQL_INIT(wql_engine_options);
    wql_session_options parameters = WQL_INIT(wql_session_options);
    opt.workers = workers;
    parameters.dialect = WQL_PARAMETERS | WQL_EXTENDED;
    atomic_init(&p->asked, 0);
    assert_int_equal(wql_engine_open(&opt, &p->engine, NULL), WQL_OK);
    assert_int_equal(wql_engine_mount(p->engine, "root/p", &provider, NULL, p, NULL), WQL_OK);
    assert_int_equal(wql_session_open(p->engine, "root/p", NULL, &p->session, NULL), WQL_OK);
    assert_int_equal(wql_session_open(p->engine, "root/p", &parameters, &p->with_parameters, NULL), WQL_OK);
}

static void close_place(place *p) {
    assert_int_equal(p->asked, 0);
    wql_session_close(p->session);
    wql_session_close(p->with_parameters);
    assert_int_equal(wql_engine_close(p->engine), WQL_OK);
}

/* -- the class as a line: "Derived:Base Id{0} Size{1,2}" --------------------------------------------------------- */

static const wql_qualifier *order_of(const wql_property_def *def) {
    const wql_qualifier *found = NULL;
    for (uint32_t i = 0; i < def->qualifier_count; i++) {
        if (strcasecmp(def->qualifiers[i].name, "Order") != 0) continue;
        assert_null(found); /* once */
        found = &def->qualifiers[i];
    }
    assert_non_null(found);
    assert_int_equal(found->value.type, WQL_SINT32 | WQL_ARRAY);
    return found;
}

static void print_class(const wql_batch *batch, char *line, size_t size) {
    const wql_class_def *def = wql_class_describe(wql_batch_definition(batch, 0));
    size_t used;
    assert_int_equal(wql_batch_rows(batch), 1);
    assert_non_null(def);
    assert_int_equal(def->method_count, 0);
    used = (size_t)snprintf(line, size, "%s:%s", def->name, def->superclass ? def->superclass : "");
    for (uint32_t i = 0; i < def->property_count; i++) {
        const wql_value *at = &order_of(&def->properties[i])->value;
        used += (size_t)snprintf(line + used, size - used, " %s{", def->properties[i].name);
        for (uint32_t k = 0; k < at->count; k++)
            used += (size_t)snprintf(line + used, size - used, k ? ",%d" : "%d", (int)at->items[k].i64);
        used += (size_t)snprintf(line + used, size - used, "}");
    }
}

static void expect(wql_session *session, const char *text, uint32_t flags, const char *expected) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_PROTOTYPE | flags};
    wql_error err = WQL_INIT(wql_error);
    wql_batch *batch, *more;
    wql_call call;
    char line[400];
    assert_int_equal(wql_session_exec(session, wql_s(text), &how, &call, &err), WQL_OK);
    if (wql_call_next(call, WQL_FOREVER, &batch, &err) != WQL_OK) fail_msg("%s: %s", text, err.message);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &more, NULL), WQL_END);
    wql_call_close(call);
    print_class(batch, line, sizeof line);
    assert_string_equal(line, expected);
    wql_batch_release(batch);
}

static void the_class_is_cut_down_to_the_list(void **state) {
    place p;
    (void)state;
    open_place(&p, 1);
    expect(p.session, "SELECT Size, Id FROM Derived", 0, "Derived:Base Id{1} Size{0}");
    expect(p.session, "SELECT size, Id, SIZE, Name FROM Derived WHERE Id > 7", 0, "Derived:Base Id{1} Name{3} Size{0,2}");
    expect(p.session, "SELECT * FROM Derived", 0, "Derived:Base Id{0} Name{1} Size{2} Part{3}");
    expect(p.session, "SELECT * FROM Derived", WQL_KEYS_ONLY, "Derived:Base Id{0}");
    expect(p.session, "SELECT __PATH, Name FROM Derived", WQL_ENSURE_LOCATABLE, "Derived:Base Name{1}");
    expect(p.session, "SELECT __CLASS FROM Derived", 0, "Derived:Base");
    expect(p.session, "SELECT Part.Name, Id, Part.Id FROM Derived", 0, "Derived:Base Id{1} Part{0,2}");
    expect(p.session, "SELECT * FROM Base", WQL_DIRECT_READ, "Base: Id{0} Name{1}"); /* abstract, and served by nobody */
    expect(p.session, "SELECT Name FROM Derived", WQL_RUN_AHEAD, "Derived:Base Name{0}");
    expect(p.session, "SELECT Name FROM Derived", WQL_KEEP, "Derived:Base Name{0}");
    expect(p.with_parameters, "SELECT Name FROM Derived WHERE Id = ?", 0, "Derived:Base Name{0}"); /* no value is needed */
    expect(p.with_parameters, "SELECT Name, Derived.*, Id FROM Derived", 0, "Derived:Base Id{1,5} Name{0,2} Size{3} Part{4}");
    expect(p.with_parameters, "SELECT Size, Derived.* FROM Derived", WQL_KEYS_ONLY, "Derived:Base Id{1} Size{0}");
    expect(p.with_parameters, "SELECT Derived.* FROM Derived", WQL_KEYS_ONLY, "Derived:Base Id{0}");
    close_place(&p);
}

static void what_else_the_class_says_stays(void **state) {
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_PROTOTYPE};
    const wql_class_def *def;
    wql_class *cls;
    wql_batch *batch;
    wql_value value;
    wql_call call;
    place p;
    (void)state;
    open_place(&p, 0);
    assert_int_equal(wql_session_exec(p.session, wql_s("SELECT Size, Name FROM Derived"), &how, &call, NULL), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), WQL_OK);
    wql_call_close(call);
    assert_string_equal(wql_class_describe(wql_batch_class(batch))->name, "meta_class");
    assert_int_equal(wql_batch_value(batch, 0, "__CLASS", &value), WQL_OK);
    assert_int_equal(value.str.len, 7);
    assert_int_equal(wql_batch_value(batch, 0, "__PROPERTY_COUNT", &value), WQL_OK);
    assert_int_equal(value.i64, 2);
    assert_int_equal(wql_batch_value(batch, 0, "__DERIVATION", &value), WQL_OK);
    assert_int_equal(value.count, 1);
    cls = wql_class_retain(wql_batch_definition(batch, 0));
    wql_batch_release(batch);
    close_place(&p); /* the class outlives the engine */
    def = wql_class_describe(cls);
    assert_true(wql_class_isa(cls, "base"));
    assert_string_equal(def->properties[0].name, "Name");
    assert_string_equal(def->properties[0].origin, "Base");
    assert_string_equal(def->properties[1].origin, "Derived");
    assert_int_equal(def->properties[0].qualifier_count, 2); /* Units stays, and an Order that was there gives way */
    assert_string_equal(def->properties[0].qualifiers[0].name, "Units");
    wql_class_release(cls);
}

/* -- every drive ------------------------------------------------------------------------------------------------- */

typedef struct sink_notes {
    _Atomic int indicates, finals;
    _Atomic uint64_t done;
    _Atomic wql_status code;
    char line[400];
} sink_notes;

static wql_status note_rows(void *user, wql_call call, const wql_batch *batch) {
    sink_notes *n = user;
    (void)call;
    print_class(batch, n->line, sizeof n->line);
    atomic_fetch_add(&n->indicates, 1);
    return WQL_OK;
}
static wql_status note_status(void *user, wql_call call, const wql_report *report) {
    sink_notes *n = user;
    (void)call;
    if (!report->is_final) return WQL_OK;
    atomic_store(&n->code, report->status);
    atomic_store(&n->done, report->done);
    atomic_fetch_add(&n->finals, 1);
    return WQL_OK;
}

static void drive(place *p, const char *text, wql_pump *pump, uint32_t flags, sink_notes *n) {
    wql_sink sink = {.struct_size = sizeof sink, .user = n, .indicate = note_rows, .status = note_status};
    wql_call_options how = {.struct_size = sizeof how, .sink = &sink, .pump = pump, .flags = WQL_PROTOTYPE | flags};
    wql_call call;
    memset(n, 0, sizeof *n);
    assert_int_equal(wql_session_exec(p->session, wql_s(text), &how, &call, NULL), WQL_OK);
    while (pump && !n->finals) (void)wql_pump_run(pump, 1000);
    (void)wql_call_wait(call, WQL_FOREVER, NULL);
    wql_call_close(call);
    assert_int_equal(n->finals, 1);
}

static void every_drive_brings_the_one_class(void **state) {
    static const char text[] = "SELECT Size, Id FROM Derived", same[] = "Derived:Base Id{1} Size{0}";
    wql_pump *pump;
    sink_notes n;
    place p;
    (void)state;
    open_place(&p, 1);
    assert_int_equal(wql_pump_open(p.engine, &pump, NULL), WQL_OK);
    for (int i = 0; i < 4; i++) {
        drive(&p, text, i % 2 ? pump : NULL, i < 2 ? 0 : WQL_SEND_STATUS | WQL_FINAL_ON_WORKER, &n);
        assert_int_equal(n.code, WQL_OK);
        assert_int_equal(n.indicates, 1);
        assert_string_equal(n.line, same);
        drive(&p, text, i % 2 ? pump : NULL, WQL_COUNT_ONLY, &n);
        assert_int_equal(n.indicates, 0);
        assert_int_equal(n.done, 1);
        drive(&p, "SELECT Size, Nothing FROM Derived", i % 2 ? pump : NULL, 0, &n);
        assert_int_equal(n.code, WQL_E_INVALID_QUERY);
        assert_int_equal(n.indicates, 0);
    }
    wql_pump_close(pump);
    close_place(&p);
}

static void what_is_wrong_with_the_query_is_told(void **state) {
    static const struct {
        const char *text;
        wql_status status;
    } bad[] = {{"SELECT * FROM Nowhere", WQL_E_INVALID_CLASS},
               {"SELECT Nothing FROM Derived", WQL_E_INVALID_QUERY},
               {"SELECT Id FROM Derived WHERE Nothing = 1", WQL_E_INVALID_QUERY},
               {"SELECT Id FROM Derived WHERE Id LIKE", WQL_E_INVALID_QUERY},
               {"SELECT Id FROM Derived WHERE Part > 1", WQL_E_INVALID_QUERY}};
    wql_call_options how = {.struct_size = sizeof how, .flags = WQL_PROTOTYPE};
    place p;
    (void)state;
    open_place(&p, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        wql_batch *batch;
        wql_call call;
        assert_int_equal(wql_session_exec(p.session, wql_s(bad[i].text), &how, &call, NULL), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), bad[i].status);
        wql_call_close(call);
    }
    close_place(&p);
}

/* A prepared query keeps one plan: a prototype must not serve as a plan for rows, nor the other way round. */
static void a_prepared_query_can_be_both(void **state) {
    wql_call_options how = {.struct_size = sizeof how};
    wql_query *query;
    place p;
    (void)state;
    open_place(&p, 0);
    assert_int_equal(wql_query_prepare(p.session, wql_s("SELECT Name FROM Derived"), &query, NULL), WQL_OK);
    for (int i = 0; i < 4; i++) {
        wql_batch *batch;
        wql_call call;
        how.flags = i % 2 ? 0 : WQL_PROTOTYPE;
        assert_int_equal(wql_query_exec(query, &how, &call, NULL), WQL_OK);
        assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, NULL), i % 2 ? WQL_END : WQL_OK);
        if (i % 2 == 0) wql_batch_release(batch);
        wql_call_close(call);
    }
    wql_query_close(query);
    assert_true(p.asked > 0); /* by the runs, and when it was prepared */
    atomic_store(&p.asked, 0);
    close_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_class_is_cut_down_to_the_list), cmocka_unit_test(what_else_the_class_says_stays),
        cmocka_unit_test(every_drive_brings_the_one_class),  cmocka_unit_test(what_is_wrong_with_the_query_is_told),
        cmocka_unit_test(a_prepared_query_can_be_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
