/* SPDX-License-Identifier: MIT */
/* test_system_classes.c: the classes that every namespace has: what they are, the namespaces below as instances, their own
 * instances from MOF, what derives from them, and what stays when what was loaded goes. */
#include "static_lab.h"

#include "../../engine/data/system_classes.h"

#include <stdio.h>
#include <string.h>

static wql_engine *engine;
static wql_session *session;
static wql_error err = {.struct_size = sizeof(wql_error)};

static void must(wql_status status) {
    if (status < 0) fail_msg("%s: %s", wql_status_name(status), err.message);
}

static void load(const char *ns, const char *mof) { must(wql_engine_mof(engine, ns, wql_s(mof), &err)); }

static void open_engine(const char *ns) {
    must(wql_engine_open(NULL, &engine, &err));
    load(ns, "class Own { [Key] string Name; };");
    must(wql_session_open(engine, ns, NULL, &session, &err));
}

static void close_engine(void) {
    wql_session_close(session);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
}

static void expect(const char *query, const char *wanted) {
    static_lab lab = {.engine = engine, .session = session, .err = {.struct_size = sizeof(wql_error)}};
    char text[4096];
    wql_status status = static_ask(&lab, query, text, sizeof text);
    if (status != WQL_END) fail_msg("%s: %s", query, lab.err.message);
    if (strcmp(text, wanted) != 0) fail_msg("%s: %s", query, text);
}

static void expect_class(const char *name, const char *superclass, uint32_t properties, uint32_t flags) {
    const wql_class_def *def;
    wql_class *cls;
    must(wql_session_class(session, name, &cls, &err));
    def = wql_class_describe(cls);
    if (superclass)
        assert_string_equal(def->superclass, superclass);
    else
        assert_null(def->superclass);
    assert_int_equal(def->property_count, properties);
    assert_int_equal(def->flags, flags);
    wql_class_release(cls);
}

static void every_namespace_has_them(void **state) {
    (void)state;
    open_engine("root/a/b");
    for (int i = 0; i < 2; i++) {
        expect_class("__systemclass", NULL, 0, WQL_ABSTRACT);
        expect_class("__NAMESPACE", "__SystemClass", 1, 0);
        expect_class("__Event", "__IndicationRelated", 2, WQL_ABSTRACT);
        expect_class("__InstanceModificationEvent", "__InstanceOperationEvent", 4, 0);
        expect_class("__ExtendedStatus", "__NotifyStatus", 5, 0);
        expect_class("__Win32Provider", "__Provider", 24, 0);
        expect_class("__FilterToConsumerBinding", "__IndicationRelated", 7, WQL_ASSOCIATION);
        expect_class("__SecurityDescriptor", "__SecurityRelatedClass", 6, 0);
        wql_session_close(session);
        must(wql_session_open(engine, "root", NULL, &session, &err)); /* made on the way */
    }
    expect("SELECT * FROM __ExtendedStatus", "");
    expect("SELECT * FROM __Provider", "");
    close_engine();
}

static void namespaces_are_instances(void **state) {
    (void)state;
    open_engine("root/a");
    expect("SELECT * FROM __NAMESPACE", "");
    load("root/a/one/two", "class X { [Key] string Name; };");
    load("root/a/Three", "class X { [Key] string Name; };");
    load("root/ab", "class X { [Key] string Name; };");
    expect("SELECT * FROM __NAMESPACE", "one;Three");
    expect("SELECT * FROM __namespace WHERE Name = 'THREE'", "Three");
    expect("SELECT * FROM __SystemClass", "one;Three");
    expect("SELECT __RELPATH FROM __NAMESPACE WHERE Name LIKE '%n%'", "__NAMESPACE.Name=\"one\"");
    load("root/a", "instance of __Namespace { Name = \"four\"; }; instance of __NAMESPACE { Name = \"THREE\"; };");
    expect("SELECT * FROM __NAMESPACE", "one;Three;four");
    wql_session_close(session);
    must(wql_session_open(engine, "root/a/four", NULL, &session, &err));
    expect("SELECT * FROM __NAMESPACE", "");
    assert_int_equal(wql_engine_mof(engine, "root/a", wql_s("instance of __NAMESPACE { Name = \"no name\"; };"), &err),
                     WQL_E_INVALID_NAMESPACE);
    assert_int_equal(wql_engine_mof(engine, "root/a", wql_s("instance of __NAMESPACE { };"), &err), WQL_E_ILLEGAL_NULL);
    assert_int_equal(
        wql_engine_mof(engine, "root/a", wql_s("instance of __NAMESPACE { Name = \"five\"; }; instance of NoSuch { };"), &err),
        WQL_E_INVALID_CLASS); /* all or nothing */
    assert_int_equal(wql_session_open(engine, "root/a/five", NULL, &session, &err), WQL_E_INVALID_NAMESPACE);
    must(wql_session_open(engine, "root", NULL, &session, &err));
    expect("SELECT * FROM __NAMESPACE", "a;ab");
    close_engine();
}

/* More of them than one batch holds. */
static void many_namespaces(void **state) {
    static_lab lab = {.err = {.struct_size = sizeof(wql_error)}};
    wql_call_options options = WQL_INIT(wql_call_options);
    uint32_t rows = 0;
    wql_batch *batch;
    wql_call call;
    (void)state;
    (void)lab;
    open_engine("root/many");
    for (int i = 0; i < 150; i++) {
        char mof[80];
        (void)snprintf(mof, sizeof mof, "instance of __NAMESPACE { Name = \"n%d\"; };", i);
        load("root/many", mof);
    }
    options.batch_rows = 64;
    must(wql_session_exec(session, wql_s("SELECT * FROM __NAMESPACE"), &options, &call, &err));
    while (wql_call_next(call, WQL_FOREVER, &batch, &err) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch); i++, rows++) {
            char name[16];
            wql_str got = wql_column_str(wql_batch_column(batch, 0), i);
            (void)snprintf(name, sizeof name, "n%u", rows);
            assert_int_equal(got.len, strlen(name));
            assert_memory_equal(got.ptr, name, got.len);
        }
        wql_batch_release(batch);
    }
    wql_call_close(call);
    assert_int_equal(rows, 150);
    close_engine();
}

static void their_instances_are_stored(void **state) {
    static const char registration[] =
        "instance of __Win32Provider as $P { Name = \"P\"; CLSID = \"{1}\"; };\n"
        "instance of __InstanceProviderRegistration { provider = $P; SupportsGet = TRUE; };\n"
        "instance of __EventFilter as $F { Name = \"f\"; Query = \"SELECT * FROM MyEvent\"; QueryLanguage = \"WQL\"; };\n"
        "class MyEvent : __ExtrinsicEvent { string What; };\n"
        "class MyConsumer : __EventConsumer { [Key] string Name; };\n"
        "instance of MyConsumer as $C { Name = \"c\"; };\n"
        "instance of __FilterToConsumerBinding { Filter = $F; Consumer = $C; };\n";
    (void)state;
    open_engine("root/p");
    load("root/p", registration);
    expect("SELECT Name FROM __Provider", "P");
    expect("SELECT CLSID, Pure FROM __Win32Provider WHERE Name = 'p'", "{1},TRUE");
    expect("SELECT provider, SupportsGet, SupportsPut FROM __InstanceProviderRegistration",
           "__Win32Provider.Name=\"P\",TRUE,FALSE");
    expect("ASSOCIATORS OF {__EventFilter.Name='f'} WHERE KeysOnly", "c");
    expect_class("MyEvent", "__ExtrinsicEvent", 3, 0);
    close_engine();
}

static void what_is_loaded_goes_and_they_stay(void **state) {
    (void)state;
    open_engine("root/g");
    load("root/g", "instance of __Win32Provider { Name = \"P\"; }; instance of Own { Name = \"o\"; };");
    must(wql_engine_unmount(engine, "root/g", "repository", &err));
    expect("SELECT Name FROM __Provider", "");
    assert_int_equal(wql_engine_unmount(engine, "root/g", "repository", &err), WQL_E_NOT_FOUND); /* nothing of its own any more */
    load("root/g", "class Other { [Key] string Name; }; instance of Other { Name = \"x\"; };");
    expect("SELECT * FROM Other", "x");
    expect("SELECT * FROM meta_class WHERE __CLASS = 'Own'", "");
    close_engine();
}

static void they_cannot_be_another(void **state) {
    (void)state;
    open_engine("root/s");
    load("root/s", "[Abstract] class __SystemClass { }; class __NAMESPACE : __SystemClass { [Key] string Name; };"
                   "class Below : __NAMESPACE { };");
    assert_int_equal(wql_engine_mof(engine, "root/s", wql_s("class __Event { string What; };"), &err), WQL_E_ALREADY_EXISTS);
    assert_non_null(strstr(err.message, "superclass"));
    close_engine();
}

static void their_provider_is_the_only_one_of_its_name(void **state) {
    wql_provider other = *wql_memory_provider();
    (void)state;
    open_engine("root/n");
    other.name = "Repository";
    assert_int_equal(wql_engine_mount(engine, "root/n", &other, NULL, NULL, &err), WQL_E_ALREADY_EXISTS);
    close_engine();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_namespace_has_them),
        cmocka_unit_test(namespaces_are_instances),
        cmocka_unit_test(many_namespaces),
        cmocka_unit_test(their_instances_are_stored),
        cmocka_unit_test(what_is_loaded_goes_and_they_stay),
        cmocka_unit_test(they_cannot_be_another),
        cmocka_unit_test(their_provider_is_the_only_one_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
