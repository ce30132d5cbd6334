/* SPDX-License-Identifier: MIT */
/* test_schema.c: class snapshots, catalogs, names of namespaces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/schema.h"

#include <string.h>

static wql_error err = {.struct_size = sizeof(wql_error)};

#define DEF(name_, super_, flags_, props_)                                                                                       \
    {                                                                                                                            \
        .struct_size = sizeof(wql_class_def), .name = name_, .superclass = super_, .flags = flags_, .properties = props_,        \
        .property_count = sizeof props_ / sizeof *props_                                                                         \
    }

static const wql_property_def base_props[] = {{.name = "Zeta", .type = WQL_UINT32, .flags = WQL_KEY},
                                              {.name = "alpha", .type = WQL_STRING, .flags = WQL_KEY},
                                              {.name = "Tags", .type = WQL_STRING | WQL_ARRAY}};
static const wql_property_def derived_props[] = {{.name = "ALPHA", .type = WQL_STRING}, {.name = "Own", .type = WQL_REAL64}};

static wql_status make(wql__mem *mem, const wql__catalog *old, const wql_class_def *const *defs, uint32_t count,
                       wql__catalog **out) {
    return wql__catalog_make(mem, old, NULL, NULL, defs, count, "root\\t", "here", out, &err);
}

static void flattening(void **state) {
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    const wql_class_def base = DEF("Base", NULL, WQL_ABSTRACT, base_props), derived = DEF("Derived", "bASE", 0, derived_props);
    const wql_class_def *defs[] = {&derived, &base}; /* any order */
    wql__catalog *catalog;
    const wql__class_entry *entry;
    const wql_class *cls;
    uint64_t used, peak;
    (void)state;
    assert_int_equal(make(mem, NULL, defs, 2, &catalog), WQL_OK);
    assert_int_equal(catalog->count, 2);
    entry = wql__catalog_find(catalog, wql_s("DERIVED"));
    assert_non_null(entry);
    cls = entry->cls;
    assert_int_equal(cls->def.property_count, 4); /* ALPHA repeats alpha and keeps its number */
    assert_string_equal(cls->def.properties[1].name, "ALPHA");
    assert_string_equal(cls->def.properties[1].origin, "Base");
    assert_true(cls->def.properties[1].flags & WQL_KEY);
    assert_int_equal(wql__class_property(cls, wql_s("own")), 3);
    assert_string_equal(cls->def.properties[3].origin, "Derived");
    assert_int_equal(wql__class_property(cls, wql_s("none")), WQL_NO_COLUMN);
    assert_int_equal(cls->key_count, 2); /* by folded name: alpha, Zeta */
    assert_int_equal(cls->keys[0], 1);
    assert_int_equal(cls->keys[1], 0);
    assert_int_equal(cls->depth, 1);
    assert_string_equal(cls->derivation[0].str.ptr, "Base");
    assert_true(wql__class_isa(cls, wql_s("base")));
    assert_false(wql__class_isa(wql__catalog_find(catalog, wql_s("base"))->cls, wql_s("Derived")));
    assert_ptr_equal(wql__class_dynasty(cls), cls->superclass);
    entry = wql__catalog_find(catalog, wql_s("base"));
    assert_int_equal(entry->subclass_count, 1);
    assert_string_equal(catalog->entries[entry->subclasses[0]].cls->def.name, "Derived");
    assert_int_equal(entry->class_index, 1); /* in the order of definition */
    assert_true(wql__catalog_near(catalog, wql_s("Derivd")).len == 7);
    wql_class_retain(cls);
    wql__catalog_release(catalog);
    assert_string_equal(cls->superclass->def.name, "Base"); /* a class lives on, and keeps what it derives from */
    wql_class_release((wql_class *)(uintptr_t)cls);
    wql__mem_usage(mem, &used, &peak);
    wql__mem_release(mem);
    assert_true(used < 1000); /* the counter itself */
}

static void refused_definitions(void **state) {
    static const wql_property_def real_key[] = {{.name = "K", .type = WQL_REAL64, .flags = WQL_KEY}};
    static const wql_property_def twice[] = {{.name = "a", .type = WQL_SINT8}, {.name = "A", .type = WQL_SINT8}};
    static const wql_property_def no_type[] = {{.name = "a", .type = 77}};
    static const wql_property_def bad_name[] = {{.name = "a b", .type = WQL_SINT8}};
    static const wql_property_def digit[] = {{.name = "1a", .type = WQL_SINT8}};
    static const wql_property_def other_type[] = {{.name = "Zeta", .type = WQL_UINT64}};
    static const wql_property_def interval[] = {{.name = "i", .type = WQL_STRING, .flags = WQL_INTERVAL}};
    static const wql_property_def flags[] = {{.name = "i", .type = WQL_STRING, .flags = 0x4000}};
    const struct {
        wql_class_def def;
        wql_status status;
    } cases[] = {
        {DEF("C", NULL, 0, real_key), WQL_E_INVALID_PROPERTY_TYPE},
        {DEF("C", NULL, 0, twice), WQL_E_INVALID_CLASS},
        {DEF("C", NULL, 0, no_type), WQL_E_INVALID_CIM_TYPE},
        {DEF("C", NULL, 0, bad_name), WQL_E_INVALID_PROPERTY},
        {DEF("C", NULL, 0, digit), WQL_E_INVALID_PROPERTY},
        {DEF("C", "Base", 0, other_type), WQL_E_INVALID_PROPERTY_TYPE},
        {DEF("C", NULL, 0, interval), WQL_E_INVALID_PROPERTY_TYPE},
        {DEF("C", NULL, 0, flags), WQL_E_INVALID_PARAMETER},
        {DEF("C", "Nowhere", 0, twice), WQL_E_INVALID_SUPERCLASS},
        {DEF("C", "c", 0, no_type), WQL_E_CIRCULAR_REFERENCE},
        {DEF("C D", NULL, 0, no_type), WQL_E_INVALID_CLASS},
        {DEF("base", NULL, 0, no_type), WQL_E_ALREADY_EXISTS},
        {DEF("C", NULL, 0x8000, real_key), WQL_E_INVALID_PARAMETER},
    };
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    const wql_class_def base = DEF("Base", NULL, 0, base_props), *first = &base;
    wql__catalog *catalog, *made = NULL;
    (void)state;
    assert_int_equal(make(mem, NULL, &first, 1, &catalog), WQL_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const wql_class_def *def = &cases[i].def;
        wql_status status = make(mem, catalog, &def, 1, &made);
        if (status != cases[i].status) fail_msg("case %zu: %s (%s)", i, wql_status_name(status), err.message);
        assert_int_equal(err.status, cases[i].status);
        assert_true(strlen(err.message) > 10);
    }
    assert_null(made);
    wql__catalog_release(catalog);
    wql__mem_release(mem);
}

/* Whoever reads a default goes by its property's type. */
static void a_default_has_the_type_of_its_property(void **state) {
    static const wql_value seven = {.type = WQL_SINT64, .i64 = 7}, tenth = {.type = WQL_REAL64, .f64 = 0.1},
                           text = {.type = WQL_STRING, .str = {"r", 1}}, nothing = {.type = WQL_NULL},
                           items[] = {{.type = WQL_SINT64, .i64 = 1}, {.type = WQL_NULL}, {.type = WQL_UINT8, .u64 = 2}},
                           list = {.type = WQL_SINT64 | WQL_ARRAY, .count = 3, .items = items};
    static const wql_property_def properties[] = {{.name = "A", .type = WQL_UINT32, .initial = &seven},
                                                  {.name = "B", .type = WQL_REAL32, .initial = &tenth},
                                                  {.name = "C", .type = WQL_REAL64, .initial = &seven},
                                                  {.name = "D", .type = WQL_REFERENCE, .initial = &text},
                                                  {.name = "E", .type = WQL_UINT16 | WQL_ARRAY, .initial = &list},
                                                  {.name = "F", .type = WQL_SINT8, .initial = &nothing}};
    static const wql_value far = {.type = WQL_SINT64, .i64 = 70000};
    static const wql_property_def not_text[] = {{.name = "P", .type = WQL_UINT32, .initial = &text}},
                                  not_truth[] = {{.name = "P", .type = WQL_BOOLEAN, .initial = &seven}},
                                  not_list[] = {{.name = "P", .type = WQL_UINT8 | WQL_ARRAY, .initial = &seven}},
                                  list_only[] = {{.name = "P", .type = WQL_SINT64, .initial = &list}},
                                  words[] = {{.name = "P", .type = WQL_STRING | WQL_ARRAY, .initial = &list}},
                                  too_far[] = {{.name = "P", .type = WQL_SINT16, .initial = &far}};
    const struct {
        wql_class_def def;
        wql_status status;
    } refused[] = {{DEF("C", NULL, 0, not_text), WQL_E_TYPE_MISMATCH}, {DEF("C", NULL, 0, not_truth), WQL_E_TYPE_MISMATCH},
                   {DEF("C", NULL, 0, not_list), WQL_E_TYPE_MISMATCH}, {DEF("C", NULL, 0, list_only), WQL_E_TYPE_MISMATCH},
                   {DEF("C", NULL, 0, words), WQL_E_TYPE_MISMATCH},    {DEF("C", NULL, 0, too_far), WQL_E_VALUE_OUT_OF_RANGE}};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    const wql_class_def good = DEF("Good", NULL, 0, properties), *first = &good;
    wql__catalog *catalog, *made = NULL;
    const wql_class *cls;
    const wql_property_def *def;
    (void)state;
    assert_int_equal(make(mem, NULL, &first, 1, &catalog), WQL_OK);
    cls = wql__catalog_find(catalog, wql_s("Good"))->cls;
    def = cls->def.properties;
    for (int i = 0; i < 5; i++) assert_int_equal(def[i].initial->type, def[i].type);
    assert_int_equal(def[0].initial->u64, 7);
    assert_true(def[1].initial->f64 == (double)0.1f && def[2].initial->f64 == 7.0);
    assert_int_equal(def[4].initial->items[0].type, WQL_UINT16);
    assert_int_equal(def[4].initial->items[1].type, WQL_NULL);
    assert_int_equal(def[4].initial->items[2].type, WQL_UINT16);
    assert_int_equal(def[4].initial->items[2].u64, 2);
    assert_int_equal(items[0].type, WQL_SINT64); /* the definition that was given stays as it is */
    assert_int_equal(def[5].initial->type, WQL_NULL);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        const wql_class_def *wrong = &refused[i].def;
        wql_status status = make(mem, catalog, &wrong, 1, &made);
        if (status != refused[i].status) fail_msg("case %zu: %s (%s)", i, wql_status_name(status), err.message);
        assert_non_null(strstr(err.message, "class C: the default of P is no "));
    }
    wql__catalog_release(catalog);
    wql__mem_release(mem);
}

static void circles(void **state) {
    const wql_class_def a = {.struct_size = sizeof a, .name = "A", .superclass = "B"},
                        b = {.struct_size = sizeof b, .name = "B", .superclass = "C"},
                        c = {.struct_size = sizeof c, .name = "C", .superclass = "A"};
    const wql_class_def *defs[] = {&a, &b, &c};
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__catalog *made;
    (void)state;
    assert_int_equal(make(mem, NULL, defs, 3, &made), WQL_E_CIRCULAR_REFERENCE);
    wql__mem_release(mem);
}

/* A chain of classes, defined from the leaf up. */
static void deep_derivation(void **state) {
    enum { DEPTH = 300 };
    static char names[DEPTH][8];
    static wql_class_def defs[DEPTH];
    const wql_class_def *list[DEPTH];
    wql__mem *mem = wql__mem_open(NULL, NULL, 0);
    wql__catalog *made;
    (void)state;
    for (int i = 0; i < DEPTH; i++) {
        names[i][0] = 'C';
        names[i][1] = (char)('0' + i / 100);
        names[i][2] = (char)('0' + i / 10 % 10);
        names[i][3] = (char)('0' + i % 10);
        defs[i] =
            (wql_class_def){.struct_size = sizeof *defs, .name = names[i], .superclass = i + 1 < DEPTH ? names[i + 1] : NULL};
        list[i] = &defs[i];
    }
    assert_int_equal(make(mem, NULL, list, DEPTH, &made), WQL_OK);
    assert_int_equal(wql__catalog_find(made, wql_s("c000"))->cls->depth, DEPTH - 1);
    assert_true(wql__class_isa(wql__catalog_find(made, wql_s("c000"))->cls, wql_s("C299")));
    wql__catalog_release(made);
    wql__mem_release(mem);
}

static void namespace_names(void **state) {
    static const struct {
        const char *text, *name;
        wql_status status;
    } cases[] = {
        {"ROOT", "ROOT", WQL_OK},
        {"ROOT/CIMV2", "ROOT\\CIMV2", WQL_OK},
        {"//./ROOT", "ROOT", WQL_OK},
        {"\\\\.\\ROOT\\a/b", "ROOT\\a\\b", WQL_OK},
        {"\\\\localhost\\ROOT", "ROOT", WQL_OK},
        {"\\\\127.0.0.1\\ROOT", "ROOT", WQL_OK},
        {"//127.0.0.2/ROOT", NULL, WQL_E_INVALID_NAMESPACE},
        {"\\\\HERE\\ROOT", "ROOT", WQL_OK},
        {"\\\\there\\ROOT", NULL, WQL_E_INVALID_NAMESPACE},
        {"", NULL, WQL_E_INVALID_NAMESPACE},
        {"\\", NULL, WQL_E_INVALID_NAMESPACE},
        {"\\\\.", NULL, WQL_E_INVALID_NAMESPACE},
        {"\\ROOT", NULL, WQL_E_INVALID_NAMESPACE},
        {"ROOT\\", NULL, WQL_E_INVALID_NAMESPACE},
        {"ROOT\\\\a", NULL, WQL_E_INVALID_NAMESPACE},
        {"ROOT/a b", NULL, WQL_E_INVALID_NAMESPACE},
        {"\\\\\\.\\ROOT", NULL, WQL_E_INVALID_PARAMETER},
        {"ro\xffot", NULL, WQL_E_INVALID_NAMESPACE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char name[100];
        wql_status status = wql__namespace_name(cases[i].text, "here", name, sizeof name, &err);
        if (status != cases[i].status) fail_msg("%s: %s", cases[i].text, wql_status_name(status));
        if (cases[i].name) assert_string_equal(name, cases[i].name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(flattening),
                                       cmocka_unit_test(refused_definitions),
                                       cmocka_unit_test(a_default_has_the_type_of_its_property),
                                       cmocka_unit_test(circles),
                                       cmocka_unit_test(deep_derivation),
                                       cmocka_unit_test(namespace_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
