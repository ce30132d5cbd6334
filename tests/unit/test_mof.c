/* SPDX-License-Identifier: MIT */
/* test_mof.c: MOF loaded into an engine: what classes and instances it makes, what is wrong with a text and where, files and what
 * they include, namespaces, all or nothing, and memory that runs out at each allocation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <wql/wql.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static wql_error err;

static wql_engine *open_engine(void) {
    wql_engine *engine;
    err = (wql_error)WQL_INIT(wql_error);
    assert_int_equal(wql_engine_open(NULL, &engine, &err), WQL_OK);
    return engine;
}

static void load(wql_engine *engine, const char *text) {
    wql_status status = wql_engine_mof(engine, "root/t", wql_s(text), &err);
    if (status != WQL_OK) print_error("%u:%u %s\n", err.line, err.column, err.message);
    assert_int_equal(status, WQL_OK);
}

static wql_session *connect(wql_engine *engine, const char *ns) {
    wql_session *session;
    assert_int_equal(wql_session_open(engine, ns, NULL, &session, &err), WQL_OK);
    return session;
}

static wql_class *class_of(wql_engine *engine, const char *name) {
    wql_session *session = connect(engine, "root/t");
    wql_class *cls;
    assert_int_equal(wql_session_class(session, name, &cls, &err), WQL_OK);
    wql_session_close(session);
    return cls;
}

/* The rows of a query as text: columns with '|' between, rows with ';'. */
static const char *ask(wql_engine *engine, const char *ns, const char *query) {
    static char text[4096];
    wql_session *session = connect(engine, ns);
    wql_call call;
    wql_batch *batch;
    wql_status status;
    size_t len = 0;
    text[0] = 0;
    assert_int_equal(wql_session_exec(session, wql_s(query), NULL, &call, &err), WQL_OK);
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &err)) == WQL_OK) {
        for (uint32_t row = 0; row < wql_batch_rows(batch); row++) {
            for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
                wql_value value = wql_column_value(wql_batch_column(batch, i), row);
                if (i) text[len++] = '|';
                len += wql_value_format(&value, text + len, sizeof text - len);
            }
            text[len++] = ';';
            text[len] = 0;
        }
        wql_batch_release(batch);
    }
    if (status != WQL_END) (void)snprintf(text, sizeof text, "%s", wql_status_name(status));
    wql_call_close(call);
    wql_session_close(session);
    return text;
}

static const wql_property_def *property(const wql_class *cls, const char *name) {
    const wql_class_def *def = wql_class_describe(cls);
    for (uint32_t i = 0; i < def->property_count; i++)
        if (strcmp(def->properties[i].name, name) == 0) return &def->properties[i];
    fail_msg("no property %s", name);
    return NULL;
}

static const wql_qualifier *qualifier(const wql_qualifier *list, uint32_t count, const char *name) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) return &list[i];
    return NULL;
}

/* -- classes ----------------------------------------------------------------------------------------------------- */

static void all_types(void **state) {
    static const struct {
        const char *name;
        uint32_t type;
    } want[] = {{"U8", WQL_UINT8},
                {"S8", WQL_SINT8},
                {"U16", WQL_UINT16},
                {"S16", WQL_SINT16},
                {"U32", WQL_UINT32},
                {"S32", WQL_SINT32},
                {"U64", WQL_UINT64},
                {"S64", WQL_SINT64},
                {"R32", WQL_REAL32},
                {"R64", WQL_REAL64},
                {"B", WQL_BOOLEAN},
                {"C", WQL_CHAR16},
                {"S", WQL_STRING},
                {"D", WQL_DATETIME},
                {"A", WQL_UINT8 | WQL_ARRAY},
                {"Ref", WQL_REFERENCE},
                {"Obj", WQL_OBJECT},
                {"Any", WQL_OBJECT},
                {"AnyRef", WQL_REFERENCE},
                {"F", WQL_STRING | WQL_ARRAY},
                {"E", WQL_OBJECT},
                {"O", WQL_OBJECT | WQL_ARRAY}};
    wql_engine *engine = open_engine();
    wql_class *cls;
    (void)state;
    load(engine, "class T { [Key] UINT8 U8; Sint8 S8; uint16 U16; sint16 S16; uint32 U32; sint32 S32; uint64 U64; sint64 S64;\n"
                 "real32 R32; real64 R64; boolean B; char16 C; string S; datetime D; uint8 A[]; T REF Ref; T Obj; object Any;\n"
                 "object ref AnyRef; string F[3]; [EmbeddedInstance(\"T\")] string E; [EmbeddedObject] string O[]; };");
    cls = class_of(engine, "t");
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) assert_int_equal(property(cls, want[i].name)->type, want[i].type);
    assert_string_equal(property(cls, "Ref")->class_name, "T");
    assert_string_equal(property(cls, "Obj")->class_name, "T");
    assert_string_equal(property(cls, "E")->class_name, "T");
    assert_null(property(cls, "Any")->class_name);
    assert_null(property(cls, "AnyRef")->class_name);
    assert_int_equal(property(cls, "U8")->flags, WQL_KEY);
    assert_int_equal(qualifier(property(cls, "F")->qualifiers, property(cls, "F")->qualifier_count, "Max")->value.u64, 3);
    assert_int_equal(wql_engine_close(engine), WQL_OK);
    wql_class_release(cls); /* lives longer */
}

/* Each literal form, as the default of a property. */
static void literals(void **state) {
    static const struct {
        const char *type, *literal, *want;
    } rows[] = {
        {"sint32", "-17", "-17"},
        {"uint32", "+5", "5"},
        {"uint32", "017", "15"},
        {"uint32", "0x1aF", "431"},
        {"sint32", "-0X10", "-16"},
        {"uint32", "101b", "5"},
        {"sint8", "-10B", "-2"},
        {"uint32", "0", "0"},
        {"uint64", "18446744073709551615", "18446744073709551615"},
        {"sint64", "-9223372036854775808", "-9223372036854775808"},
        {"real64", "1.5e3", "1500"},
        {"real64", ".25", "0.25"},
        {"real32", "-1.5", "-1.5"},
        {"real64", "7", "7"},
        {"boolean", "TRUE", "TRUE"},
        {"boolean", "false", "FALSE"},
        {"string", "\"a\" /* two */ \"b\"\n\"c\"", "abc"},
        {"string", "\"\\x41\\x20AC\\\\ \\\" \\' \\xd83d\\xDE00\"", "A\xe2\x82\xac\\ \" ' \xf0\x9f\x98\x80"},
        {"string", "\"\"", ""},
        {"char16", "'a'", "97"},
        {"char16", "'\\x20ac'", "8364"},
        {"char16", "'\\''", "39"},
        {"char16", "65", "65"},
        {"datetime", "\"20200102030405.000006+060\"", "20200102030405.000006+060"},
        {"datetime", "\"00000001020304.000005:000\"", "00000001020304.000005:000"},
        {"uint8", "{1, 0x2, 11b}", "{1, 2, 3}"},
        {"string", "{}", "{}"},
        {"string", "{\"a\" \"b\", NULL}", "{ab, NULL}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_engine *engine = open_engine();
        char text[256], got[128];
        wql_class *cls;
        (void)snprintf(text, sizeof text, "class T { %s P%s = %s; };", rows[i].type, rows[i].literal[0] == '{' ? "[]" : "",
                       rows[i].literal);
        load(engine, text);
        cls = class_of(engine, "T");
        assert_non_null(property(cls, "P")->initial);
        wql_value_format(property(cls, "P")->initial, got, sizeof got);
        assert_string_equal(got, rows[i].want);
        wql_class_release(cls);
        wql_engine_close(engine);
    }
}

/* Order does not matter, and what is inherited comes first. */
static void inheritance(void **state) {
    wql_engine *engine = open_engine();
    const wql_class_def *def;
    wql_class *cls;
    (void)state;
    load(engine, "[Description(\"c\")] class C : B { [Override(\"Name\"), MaxLen(5)] string Name = \"x\"; uint32 More; };\n"
                 "class B : A { uint32 Own; uint32 Stop([In, Description(\"how\")] uint32 How, [Out] string What[]);\n"
                 "  [Override(\"Go\")] sint32 Go(); };\n"
                 "[Abstract, Version(\"1\"), Description(\"a\")] class A { [Key, Description(\"n\"), MaxLen(9)] string Name;\n"
                 "  boolean Go(); void Rest([In(false), Out] A REF Which); };");
    cls = class_of(engine, "C");
    def = wql_class_describe(cls);
    assert_int_equal(def->property_count, 3);
    assert_string_equal(def->properties[0].name, "Name");
    assert_string_equal(def->properties[0].origin, "A");
    assert_int_equal(def->properties[0].flags, WQL_KEY);
    assert_int_equal(def->properties[0].initial->str.len, 1);
    assert_int_equal(qualifier(def->properties[0].qualifiers, def->properties[0].qualifier_count, "MaxLen")->value.u64, 5);
    assert_int_equal(qualifier(def->properties[0].qualifiers, def->properties[0].qualifier_count, "Description")->flavor,
                     2 | 0x20);
    assert_int_equal(qualifier(def->properties[0].qualifiers, def->properties[0].qualifier_count, "Key")->flavor,
                     2 | 0x10 | 0x20);
    assert_string_equal(def->properties[1].name, "Own");
    assert_string_equal(def->properties[2].name, "More");
    assert_int_equal(def->flags, 0); /* Abstract is restricted */
    assert_null(qualifier(def->qualifiers, def->qualifier_count, "Version"));
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Description")->flavor, 2);
    assert_int_equal(def->method_count, 3);
    assert_string_equal(def->methods[0].name, "Go");
    assert_int_equal(def->methods[0].params[0].type, WQL_SINT32);
    assert_string_equal(def->methods[0].params[0].name, "ReturnValue");
    assert_string_equal(def->methods[1].name, "Rest");
    assert_int_equal(def->methods[1].param_count, 1); /* void */
    assert_int_equal(def->methods[1].params[0].flags, WQL_OUT);
    assert_int_equal(def->methods[2].params[0].flags, WQL_IN);
    assert_int_equal(def->methods[2].params[1].flags, WQL_OUT);
    assert_int_equal(def->methods[2].params[1].type, WQL_STRING | WQL_ARRAY);
    assert_int_equal(def->methods[2].param_count, 3);
    wql_class_release(cls);
    wql_engine_close(engine);
}

static void declared_qualifiers(void **state) {
    wql_engine *engine = open_engine();
    const wql_class_def *def;
    wql_class *cls;
    (void)state;
    load(engine, "class B : A { };\n[Mine(5), Once, Names{\"a\", \"b\"}, Passed : ToInstance Restricted] class A { };\n"
                 "Qualifier Mine : uint8 = 7, Scope(class), Flavor(DisableOverride);\n"
                 "Qualifier Once : uint8 = 7, Scope(any), Flavor(EnableOverride, Restricted);\n"
                 "Qualifier Names : string[], Scope(class, property);\n"
                 "Qualifier Passed : boolean = false, Scope(any), Flavor(Translatable);\n");
    cls = class_of(engine, "A");
    def = wql_class_describe(cls);
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Mine")->value.type, WQL_UINT8);
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Mine")->flavor, 2 | 0x10);
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Once")->value.u64, 7); /* the declared default */
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Names")->value.count, 2);
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Passed")->flavor, 1);
    assert_true(qualifier(def->qualifiers, def->qualifier_count, "Passed")->value.b);
    wql_class_release(cls);
    cls = class_of(engine, "B");
    def = wql_class_describe(cls);
    assert_int_equal(def->qualifier_count, 2); /* Mine and Names */
    assert_int_equal(qualifier(def->qualifiers, def->qualifier_count, "Mine")->flavor, 2 | 0x10 | 0x20);
    wql_class_release(cls);
    wql_engine_close(engine);
}

/* -- instances --------------------------------------------------------------------------------------------------- */

static const char zoo[] = "class Animal { [Key] string Name; uint32 Legs = 4; string Words[]; Place Home; char16 Mark; };\n"
                          "class Place { string Where; uint32 Floor = 1; };\n"
                          "class Bird : Animal { boolean Flies = true; };\n"
                          "[Association] class Eats { [Key] Animal REF Who; [Key] Animal REF Whom; real32 Often; };\n"
                          "instance of Eats { Who = $cat; Whom = $bird; Often = 0.5; };\n"
                          "instance of Animal as $cat { Name = \"cat\"; Words = {\"miau\", \"rr\"};\n"
                          "  Home = instance of Place { Where = \"sofa\"; }; Mark = 'x'; };\n"
                          "instance of Bird as $bird { name = \"sparrow \\\"s\\\"\"; LEGS = 2; };\n";

static void instances(void **state) {
    wql_engine *engine = open_engine();
    (void)state;
    load(engine, zoo);
    assert_string_equal(ask(engine, "root/t", "SELECT Name, Legs, Mark FROM Animal"), "cat|4|120;sparrow \"s\"|2|NULL;");
    assert_string_equal(ask(engine, "root/t", "SELECT Name FROM Animal WHERE Words IS NOT NULL"), "cat;");
    assert_string_equal(ask(engine, "root/t", "SELECT Flies FROM Bird WHERE Legs = 2"), "TRUE;");
    assert_string_equal(ask(engine, "root/t", "SELECT Who, Whom, Often FROM Eats"),
                        "Animal.Name=\"cat\"|Bird.Name=\"sparrow \\\"s\\\"\"|0.5;");
    assert_string_equal(ask(engine, "root/t", "ASSOCIATORS OF {Animal.Name='cat'} WHERE ResultClass = Bird"),
                        "sparrow \"s\"|2|NULL|NULL|NULL|TRUE;");
    load(engine, "instance of Animal { Name = \"CAT\"; Legs = 3; };"); /* takes the place of the old one */
    assert_string_equal(ask(engine, "root/t", "SELECT Legs, Words FROM Animal WHERE Name = 'cat'"), "3|NULL;");
    assert_int_equal(wql_engine_unmount(engine, "root/t", "repository", &err), WQL_OK);
    assert_string_equal(ask(engine, "root/t", "SELECT * FROM Animal"), "WBEM_E_INVALID_CLASS");
    load(engine, zoo);
    assert_string_equal(ask(engine, "root/t", "SELECT Legs FROM Animal"), "4;2;");
    wql_engine_close(engine);
}

static void embedded_objects(void **state) {
    wql_engine *engine = open_engine();
    wql_session *session;
    wql_call call;
    wql_batch *batch;
    wql_value value, where;
    (void)state;
    load(engine, zoo);
    session = connect(engine, "root/t");
    assert_int_equal(wql_session_exec(session, wql_s("SELECT Home FROM Animal WHERE Name = 'cat'"), NULL, &call, &err), WQL_OK);
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &err), WQL_OK);
    value = wql_column_value(wql_batch_column(batch, 0), 0);
    assert_int_equal(value.type, WQL_OBJECT);
    assert_int_equal(wql_batch_value(value.object, value.count, "Where", &where), WQL_OK);
    assert_int_equal(where.str.len, 4);
    assert_int_equal(wql_batch_value(value.object, value.count, "Floor", &where), WQL_OK);
    assert_int_equal(where.u64, 1); /* its class's default */
    wql_batch_release(batch);
    wql_call_close(call);
    wql_session_close(session);
    wql_engine_close(engine);
}

static void namespaces(void **state) {
    wql_engine *engine = open_engine();
    wql_session *session;
    (void)state;
    load(engine, "class A { [Key] uint32 Id; };\n#pragma namespace(\"\\\\\\\\.\\\\root\\\\other\\\\deep\")\n"
                 "class A { [Key] string Name; A REF There; };\ninstance of A as $a { Name = \"x\"; };\n"
                 "#pragma namespace(\"ROOT/T\")\n[Association] class L { [Key] A REF To; };\ninstance of L { To = $a; };\n");
    assert_string_equal(ask(engine, "root/other/deep", "SELECT Name FROM A"), "x;");
    assert_string_equal(ask(engine, "root/t", "SELECT To FROM L"), "root\\other\\deep:A.Name=\"x\";");
    session = connect(engine, "root/other"); /* those above are there too */
    wql_session_close(session);
    assert_int_equal(wql_engine_mof(engine, "root/t", wql_s("#pragma namespace(\"root//x\")"), &err), WQL_E_INVALID_NAMESPACE);
    assert_int_equal(err.line, 1);
    assert_int_equal(wql_engine_mof(engine, "root//x", wql_s("class X {};"), &err), WQL_E_INVALID_NAMESPACE);
    wql_engine_close(engine);
}

/* -- what is wrong ----------------------------------------------------------------------------------------------- */

static const struct wrong {
    const char *text;
    wql_status status;
    uint32_t line, column;
    const char *message;
} wrongs[] = {
    {"class A { uint32 x }; class B {};", WQL_E_INVALID_QUERY, 1, 19, "expected ';' behind x"},
    {"class A { uint32 x; }\nclass B { };", WQL_E_INVALID_QUERY, 1, 22, "expected ';' behind }"},
    {"class A { uint32 x;", WQL_E_INVALID_QUERY, 1, 20, "the text ends where"},
    {"clas A { };", WQL_E_INVALID_QUERY, 1, 1, "expected a class, an instance"},
    {"class A { string s = \"abc; };\n};", WQL_E_INVALID_QUERY, 1, 22, "no closing quote"},
    {"class A { char16 c = 'ab'; };", WQL_E_INVALID_QUERY, 1, 22, "one character of UTF-16"},
    {"class A { char16 c = ''; };", WQL_E_INVALID_QUERY, 1, 22, "one character of UTF-16"},
    {"class A { }; /* x", WQL_E_INVALID_QUERY, 1, 14, "never closed"},
    {"class A { uint32 x = 089; };", WQL_E_INVALID_QUERY, 1, 22, "this is no number"},
    {"class A { uint32 x = 12b; };", WQL_E_INVALID_QUERY, 1, 22, "this is no number"},
    {"class A { uint64 x = 18446744073709551616; };", WQL_E_VALUE_OUT_OF_RANGE, 1, 22, "does not fit 64 bits"},
    {"class A { sint64 x = -9223372036854775809; };", WQL_E_VALUE_OUT_OF_RANGE, 1, 22, "does not fit 64 bits"},
    {"class A { uint8 x = -1; };", WQL_E_VALUE_OUT_OF_RANGE, 1, 21, "x is uint8"},
    {"class A { string s = \"\\xd800\"; };", WQL_E_INVALID_QUERY, 1, 23, "half of a UTF-16 pair"},
    {"class A { uint8 x[2] = {1, 2, 3}; };", WQL_E_VALUE_OUT_OF_RANGE, 1, 24, "x holds 2 values, not 3"},
    {"class A { uint8 x[0]; };", WQL_E_VALUE_OUT_OF_RANGE, 1, 19, "the size of an array"},
    {"class A { uint8 x[] = 1; };", WQL_E_TYPE_MISMATCH, 1, 23, "x is an array"},
    {"class A { uint8 x = {1}; };", WQL_E_TYPE_MISMATCH, 1, 21, "x is no array"},
    {"class A { void x; };", WQL_E_INVALID_PROPERTY_TYPE, 1, 11, "cannot be void"},
    {"class A : A { };", WQL_E_CIRCULAR_REFERENCE, 1, 11, "class A derives from itself"},
    {"class A : B { }; class B : C { }; class C : A { };", WQL_E_CIRCULAR_REFERENCE, 1, 45, "class C derives from itself"},
    {"class A : Nowhere { };", WQL_E_INVALID_SUPERCLASS, 1, 11, "derives from Nowhere"},
    {"class A { }; class a { };", WQL_E_ALREADY_EXISTS, 1, 20, "class a is declared twice"},
    {"class A { uint32 x; string X; };", WQL_E_ALREADY_EXISTS, 1, 28, "property X is declared twice"},
    {"class A { void f(); void F(); };", WQL_E_ALREADY_EXISTS, 1, 26, "method F is declared twice"},
    {"class A { void f(uint8 a, uint8 A); };", WQL_E_ALREADY_EXISTS, 1, 33, "parameter A is declared twice"},
    {"class A { B REF b; };", WQL_E_INVALID_CLASS, 1, 11, "b is of class B, which is not in root\\t"},
    {"class A { [EmbeddedInstance(\"B\")] string b; };", WQL_E_INVALID_CLASS, 1, 12, "EmbeddedInstance names class B"},
    {"class A { [Key] real32 x; };", WQL_E_INVALID_PROPERTY_TYPE, 1, 12, "x cannot be a key: it is real32"},
    {"class A { [Key] uint8 x[]; };", WQL_E_INVALID_PROPERTY_TYPE, 1, 12, "cannot be a key"},
    {"class A { [Key] uint8 x; }; class B : A { [Key] uint8 y; };", WQL_E_INVALID_PROPERTY, 1, 44, "y cannot be a key of B"},
    {"class A { [Key] uint8 x; uint8 y; }; class B : A { [Key] uint8 y; };", WQL_E_INVALID_PROPERTY, 1, 53,
     "has its keys already"},
    {"class A { [Key] uint8 x; }; class B : A { [Key(false)] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 44, "DisableOverride"},
    {"class A { [Key] uint8 x; }; class B : A { [Key : EnableOverride] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 50,
     "flavour cannot change"},
    {"class A { uint8 x; }; class B : A { uint16 x; };", WQL_E_INVALID_PROPERTY_TYPE, 1, 37, "but A declares it as uint8"},
    {"class A { [Override(\"x\")] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 12, "overrides nothing"},
    {"class A { uint8 x; }; class B : A { [Override(\"y\")] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 38, "same name"},
    {"class A { [Description(1)] uint8 x; };", WQL_E_TYPE_MISMATCH, 1, 24, "Description is string, not an integer"},
    {"class A { [Values(\"a\")] uint8 x; };", WQL_E_TYPE_MISMATCH, 1, 19, "Values is an array"},
    {"class A { [Read, Read] uint8 x; };", WQL_E_ALREADY_EXISTS, 1, 18, "stands here twice"},
    {"class A { [Read : EnableOverride DisableOverride] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 19, "exclude each other"},
    {"class A { [Read : Tosubclas] uint8 x; };", WQL_E_INVALID_QUERY, 1, 19, "\"Tosubclas\" is no flavour"},
    {"Qualifier Q : uint8 = 300, Scope(any);", WQL_E_VALUE_OUT_OF_RANGE, 1, 23, "Q is uint8"},
    {"Qualifier Q : uint8, Scope(everything);", WQL_E_INVALID_QUERY, 1, 28, "is no scope"},
    {"Qualifier Q : uint8, Scope(any); Qualifier q : uint8, Scope(any);", WQL_E_ALREADY_EXISTS, 1, 44, "declared twice"},
    {"Qualifier Q : boolean, Scope(class); class A { [Q] uint8 x; };", WQL_E_INVALID_PROPERTY, 1, 49,
     "cannot stand on a property"},
    {"instance of A { };", WQL_E_INVALID_CLASS, 1, 13, "there is no class A in root\\t"},
    {"class A { [Key] uint8 x; }; instance of A { };", WQL_E_ILLEGAL_NULL, 1, 29, "lacks its key x"},
    {"class A { uint8 x; }; instance of A { x = 1; };", WQL_E_INVALID_OBJECT, 1, 23, "has no key"},
    {"[Abstract] class A { [Key] uint8 x; }; instance of A { x = 1; };", WQL_E_INVALID_OBJECT, 1, 40, "abstract"},
    {"class A { [Key] uint8 x; }; instance of A { x = 1; y = 1; };", WQL_E_NOT_FOUND, 1, 52, "class A has no property y"},
    {"class A { [Key] uint8 x; }; instance of A { x = 1; x = 1; };", WQL_E_ALREADY_EXISTS, 1, 52, "property x is set twice"},
    {"class A { [Key] uint8 x; }; instance of A { x = \"1\"; };", WQL_E_TYPE_MISMATCH, 1, 49, "x is uint8, not a string"},
    {"class A { [Key] uint8 x; }; instance of A { x = $a; };", WQL_E_TYPE_MISMATCH, 1, 49, "not an alias"},
    {"class A { [Key] A REF x; }; instance of A { x = $a; };", WQL_E_NOT_FOUND, 1, 49, "alias $a"},
    {"class A { [Key] A REF x; }; instance of A as $a { x = $a; };", WQL_E_CIRCULAR_REFERENCE, 1, 55, "the instance itself"},
    {"class A as $a { }; class B as $A { };", WQL_E_ALREADY_EXISTS, 1, 31, "alias $A is given twice"},
    {"class A { [Key] uint8 x; A y; }; class B { }; instance of A { x = 1; y = instance of B { }; };", WQL_E_INVALID_OBJECT, 1,
     74, "holds instances of A"},
    {"#pragma include(\"x.mof\")", WQL_E_NOT_SUPPORTED, 1, 17, "without a reader"},
    {"#pragma include(5)", WQL_E_INVALID_QUERY, 1, 17, "one string"},
    {"class A { uint8 x; };\xff", WQL_E_INVALID_PARAMETER, 1, 22, "not well-formed UTF-8"},
    {"class A { @ uint8 x; };", WQL_E_INVALID_QUERY, 1, 11, "begins nothing"},
};

static void mistakes_and_places(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        const struct wrong *w = &wrongs[i];
        wql_engine *engine = open_engine();
        wql_session *session;
        wql_status status = wql_engine_mof(engine, "root/t", wql_s(w->text), &err);
        if (status != w->status || err.line != w->line || err.column != w->column || !strstr(err.message, w->message))
            fail_msg("%s\n%s %u:%u %s", w->text, wql_status_name(status), err.line, err.column, err.message);
        assert_int_equal(wql_session_open(engine, "root/t", NULL, &session, &err),
                         WQL_E_INVALID_NAMESPACE); /* nothing was made */
        assert_int_equal(wql_engine_close(engine), WQL_OK);
    }
}

typedef struct heard {
    uint32_t errors, warnings;
    char first[1024];
} heard;

static void hear(void *user, const wql_mof_diagnostic *d) {
    heard *h = user;
    if (!h->errors && !h->warnings)
        (void)snprintf(h->first, sizeof h->first, "%s:%u: %s", d->file, d->error->line, d->error->message);
    assert_true((size_t)d->error->offset + d->error->length <= d->text.len || d->text.len == 0);
    if (d->is_warning)
        h->warnings++;
    else
        h->errors++;
}

static void warnings(void **state) {
    static const char *const texts[] = {"#pragma what(\"x\", y, 5)", "[Wobble] class A { };",
                                        "#pragma deleteclass(\"X\", nofail)", "[Key] class A { };",
                                        "class A { [Key] uint8 x; }; [Description(\"d\")] instance of A { x = 1; };"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wql_engine *engine = open_engine();
        wql_mof_options options = WQL_INIT(wql_mof_options);
        wql_mof_report report = WQL_INIT(wql_mof_report);
        heard h = {0, 0, ""};
        options.text = wql_s(texts[i]);
        options.diagnose = hear;
        options.diagnose_user = &h;
        assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, &report, &err), WQL_OK);
        assert_int_equal(report.warnings, 1);
        assert_int_equal(h.warnings, 1);
        wql_engine_close(engine);
    }
}

/* Many errors: the first hundred are kept, all are counted. */
static void many_errors(void **state) {
    wql_engine *engine = open_engine();
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_mof_report report = WQL_INIT(wql_mof_report);
    heard h = {0, 0, ""};
    char *text = malloc(1 << 20);
    size_t len = 0;
    (void)state;
    for (int i = 0; i < 5000; i++)
        len += (size_t)sprintf(text + len, i % 2 ? "class A%d : Nowhere%d { };\n" : "class A%d %d { };\n", i, i % 7);
    options.text = wql_s(text);
    options.diagnose = hear;
    options.diagnose_user = &h;
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, &report, &err), WQL_E_INVALID_QUERY);
    assert_int_equal(h.errors, 100);
    assert_int_equal(report.errors, 5000);
    free(text);
    wql_engine_close(engine);
}

/* -- limits and hostile texts ------------------------------------------------------------------------------------ */

static wql_status load_limited(const char *text, size_t len, wql_mof_options *options) {
    wql_engine *engine = open_engine();
    wql_status status;
    options->text = (wql_str){text, len};
    status = wql_engine_mof_load(engine, "root/t", options, NULL, &err);
    wql_engine_close(engine);
    return status;
}

static void limits(void **state) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    size_t len = 0, size = 100u << 20;
    char *text = malloc(size + 64);
    (void)state;
    assert_non_null(text);
    len += (size_t)sprintf(text, "class A { string s = \"");
    memset(text + len, 'x', size);
    len += size;
    len += (size_t)sprintf(text + len, "\"; };");
    assert_int_equal(load_limited(text, len, &options), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "string_bytes_max"));
    options.file_bytes_max = 1 << 20;
    assert_int_equal(load_limited(text, len, &options), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "file_bytes_max"));
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.string_bytes_max = 5;
    assert_int_equal(load_limited("class A { string s = \"abc\" \"def\"; };", 36, &options), WQL_E_QUOTA_VIOLATION);
    options.string_bytes_max = 6;
    assert_int_equal(load_limited("class A { string s = \"abc\" \"def\"; };", 36, &options), WQL_OK);
    memset(text, '{', 10000);
    assert_int_equal(load_limited(text, 10000, &options), WQL_E_INVALID_QUERY);
    len = (size_t)sprintf(text, "class A { A a; }; instance of A { ");
    for (int i = 0; i < 10000; i++) len += (size_t)sprintf(text + len, "a = instance of A { ");
    assert_int_equal(load_limited(text, len, &options), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "depth_max (64)"));
    len = 0;
    for (int i = 0; i < 20000; i++) len += (size_t)sprintf(text + len, "class C%d : C%d { };\n", i, i + 1);
    len += (size_t)sprintf(text + len, "class C20000 { };");
    assert_int_equal(load_limited(text, len, &options), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "superclasses_max (1000)"));
    len = 0;
    for (int i = 0; i < 100000; i++) len += (size_t)sprintf(text + len, "[[[(((");
    assert_int_equal(load_limited(text, len, &options), WQL_E_INVALID_QUERY);
    free(text);
}

static void bad_arguments(void **state) {
    wql_engine *engine = open_engine();
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_mof_report report = WQL_INIT(wql_mof_report);
    const char *files[] = {"x.mof", NULL};
    (void)state;
    assert_int_equal(wql_engine_mof(NULL, "root/t", wql_s(""), &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mof(engine, NULL, wql_s(""), &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mof(engine, "root/t", (wql_str){NULL, 0}, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mof(engine, "root/t", wql_s(""), &err), WQL_OK);
    assert_int_equal(wql_engine_mof_load(engine, "root/t", NULL, NULL, &err), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, NULL, &err), WQL_E_INVALID_PARAMETER); /* nothing to load */
    options.files = files;
    options.file_count = 1;
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, NULL, &err), WQL_E_INVALID_PARAMETER); /* from nowhere */
    options.root = "/nowhere/at/all";
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, NULL, &err), WQL_E_NOT_FOUND);
    options.file_count = 2;
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, NULL, &err), WQL_E_INVALID_PARAMETER); /* a NULL name */
    options.file_count = 0;
    options.files = NULL;
    options.root = NULL;
    options.text = wql_s("class A { };");
    options.flags = 8;
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, NULL, &err), WQL_E_INVALID_PARAMETER);
    options.flags = WQL_MOF_CHECK;
    assert_int_equal(wql_engine_mof_load(engine, "root/t", &options, &report, &err), WQL_OK);
    assert_int_equal(report.classes, 1);
    assert_int_equal(wql_session_open(engine, "root/t", NULL, &(wql_session *){NULL}, &err), WQL_OK); /* the empty text made it */
    assert_string_equal(ask(engine, "root/t", "SELECT * FROM A"), "WBEM_E_INVALID_CLASS");
    wql_engine_close(engine);
}

/* -- encodings --------------------------------------------------------------------------------------------------- */

static size_t utf16(const char *text, bool big, unsigned char *out) {
    size_t len = 0;
    out[len++] = big ? 0xfe : 0xff;
    out[len++] = big ? 0xff : 0xfe;
    for (; *text; text++) {
        out[len++] = big ? 0 : (unsigned char)*text;
        out[len++] = big ? (unsigned char)*text : 0;
    }
    return len;
}

static void encodings(void **state) {
    const char *text = "class A { string s = \"x\"; };";
    wql_mof_options options = WQL_INIT(wql_mof_options);
    unsigned char wide[256];
    size_t len;
    (void)state;
    for (int big = 0; big < 2; big++) {
        len = utf16(text, big, wide);
        assert_int_equal(load_limited((const char *)wide, len, &options), WQL_OK);
        assert_int_equal(load_limited((const char *)wide, len - 1, &options), WQL_E_INVALID_PARAMETER);
        assert_non_null(strstr(err.message, "ends within a unit"));
        assert_int_equal(load_limited((const char *)wide, len - 2, &options), WQL_E_INVALID_QUERY); /* no semicolon */
        wide[big ? 46 : 47] = 0xd8;
        assert_int_equal(load_limited((const char *)wide, len, &options), WQL_E_INVALID_PARAMETER);
        assert_non_null(strstr(err.message, "half of a pair"));
    }
    assert_int_equal(load_limited("\xef\xbb\xbf"
                                  "class A { };",
                                  15, &options),
                     WQL_OK);
    assert_int_equal(load_limited("class \xc3\xa4 { };", 13, &options), WQL_OK);
    assert_int_equal(load_limited("class A { };\0", 13, &options), WQL_E_INVALID_QUERY);
}

/* -- files ------------------------------------------------------------------------------------------------------- */

typedef struct shelf {
    const char *names[8], *texts[8];
    int open, opened;
} shelf;

static wql_status shelf_open(void *user, const char *from, const char *name, wql_mof_file *out, wql_error *why) {
    shelf *s = user;
    (void)from;
    (void)why;
    for (int i = 0; i < 8 && s->names[i]; i++) {
        if (strcmp(s->names[i], name) != 0) continue;
        s->open++;
        s->opened++;
        out->name = s->names[i];
        out->text = wql_s(s->texts[i]);
        return WQL_OK;
    }
    return WQL_E_NOT_FOUND;
}
static void shelf_close(void *user, wql_mof_file *file) {
    (void)file;
    ((shelf *)user)->open--;
}

static wql_status load_shelf(wql_engine *engine, shelf *s, const char *const *files, uint32_t count, wql_mof_report *report) {
    wql_mof_reader reader = {.struct_size = sizeof reader, .user = s, .open = shelf_open, .close = shelf_close};
    wql_mof_options options = WQL_INIT(wql_mof_options);
    wql_status status;
    options.reader = &reader;
    options.files = files;
    options.file_count = count;
    status = wql_engine_mof_load(engine, "root/t", &options, report, &err);
    assert_int_equal(s->open, 0);
    return status;
}

static void includes(void **state) {
    const char *files[] = {"a", "b"};
    shelf good = {{"a", "b", "c"},
                  {"#pragma include(\"c\")\nclass A : B { };", "#pragma include(\"c\")\nclass B : C { };", "class C { };"},
                  0,
                  0};
    shelf ring = {{"a", "b"}, {"#pragma include(\"b\")", "class X { };\n#pragma include(\"a\")"}, 0, 0};
    shelf missing = {{"a"}, {"class Z { };\n#pragma include(\"nope\")"}, 0, 0};
    shelf spaces = {
        {"a", "c"}, {"#pragma include(\"c\")\n#pragma namespace(\"root/u\")\n#pragma include(\"c\")", "class C { };"}, 0, 0};
    wql_engine *engine = open_engine();
    wql_mof_report report = WQL_INIT(wql_mof_report);
    (void)state;
    assert_int_equal(load_shelf(engine, &good, files, 2, &report), WQL_OK);
    assert_int_equal(report.files, 3); /* c is read once */
    assert_int_equal(report.classes, 3);
    assert_int_equal(good.opened, 4);
    assert_int_equal(load_shelf(engine, &good, files, 2, &report), WQL_E_ALREADY_EXISTS); /* a second time */
    assert_int_equal(load_shelf(engine, &ring, files, 1, &report), WQL_E_CIRCULAR_REFERENCE);
    assert_non_null(strstr(err.message, "b: the file a includes itself"));
    assert_int_equal(err.line, 2);
    assert_int_equal(load_shelf(engine, &missing, files, 1, &report), WQL_E_NOT_FOUND);
    assert_int_equal(err.line, 2);
    wql_engine_close(engine);
    engine = open_engine();
    assert_int_equal(load_shelf(engine, &spaces, files, 1, &report), WQL_OK);
    assert_string_equal(ask(engine, "root/u", "SELECT * FROM C"), "");
    assert_string_equal(ask(engine, "root/t", "SELECT * FROM C"), "");
    wql_engine_close(engine);
}

static void put_file(const char *folder, const char *name, const char *text) {
    char path[512];
    FILE *file;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static wql_status load_folder(wql_engine *engine, const char *root, const char *file) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    options.root = root;
    options.files = &file;
    options.file_count = 1;
    return wql_engine_mof_load(engine, "root/t", &options, NULL, &err);
}

static void folders(void **state) {
    static const struct {
        const char *name, *text;
        wql_status status;
        const char *message;
    } rows[] = {{"up.mof", "#pragma include(\"../secret.mof\")", WQL_E_ACCESS_DENIED, "outside"},
                {"sub/up2.mof", "#pragma include(\"../../secret.mof\")", WQL_E_ACCESS_DENIED, "outside"},
                {"abs.mof", "#pragma include(\"/etc/passwd\")", WQL_E_ACCESS_DENIED, "outside"},
                {"none.mof", "#pragma include(\"sub/none.mof\")", WQL_E_NOT_FOUND, "there is no file \"sub/none.mof\""},
                {"nodir.mof", "#pragma include(\"nowhere/x.mof\")", WQL_E_NOT_FOUND, "there is no file"},
                {"isdir.mof", "#pragma include(\"sub\")", WQL_E_FAILED, "no ordinary file"},
                {"link.mof", "#pragma include(\"sub/out.mof\")", WQL_E_ACCESS_DENIED, "symbolic link"},
                {"linkdir.mof", "#pragma include(\"away/secret.mof\")", WQL_E_ACCESS_DENIED, "symbolic link"},
                {"empty.mof", "#pragma include(\"\")", WQL_E_INVALID_QUERY, "one string"},
                {"self.mof", "#pragma include(\"./sub/..//self.mof\")", WQL_E_CIRCULAR_REFERENCE, "includes itself"}};
    char base[] = "/tmp/wql-mof-XXXXXX", root[64], path[128];
    wql_engine *engine = open_engine();
    (void)state;
    assert_non_null(mkdtemp(base));
    (void)snprintf(root, sizeof root, "%s/root", base);
    assert_int_equal(mkdir(root, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/sub", root);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file(base, "secret.mof", "class Secret { };");
    put_file(root, "sub/b.mof", "class B { };\n#pragma include(\"..\\\\c.mof\")");
    put_file(root, "c.mof", "class C : B { };");
    put_file(root, "a.mof", "#pragma include(\"sub/b.mof\")\n#pragma include(\"c.mof\")\nclass A : C { };");
    (void)snprintf(path, sizeof path, "%s/sub/out.mof", root);
    assert_int_equal(symlink("../../secret.mof", path), 0);
    (void)snprintf(path, sizeof path, "%s/away", root);
    assert_int_equal(symlink("..", path), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_status status;
        put_file(root, rows[i].name, rows[i].text);
        status = load_folder(engine, root, rows[i].name);
        if (status != rows[i].status || !strstr(err.message, rows[i].message))
            fail_msg("%s: %s %s", rows[i].name, wql_status_name(status), err.message);
    }
    assert_int_equal(load_folder(engine, root, "a.mof"), WQL_OK);
    assert_string_equal(ask(engine, "root/t", "SELECT * FROM A"), "");
    wql_engine_close(engine);
    (void)snprintf(path, sizeof path, "rm -rf %s", base);
    assert_int_equal(system(path), 0);
}

/* -- beside providers -------------------------------------------------------------------------------------------- */

static wql_status mof_open(wql_scan *scan, wql_error *why) {
    (void)scan;
    (void)why;
    return WQL_OK;
}
static wql_status mof_next(wql_scan *scan, wql_error *why) {
    (void)why;
    wql_row_set(scan, 0, wql_u64(scan->request->class_index));
    (void)wql_row_end(scan);
    return WQL_END;
}

static wql_provider provider_of(const char *mof) {
    return (wql_provider){.struct_size = sizeof(wql_provider),
                          .flags = WQL_CONCURRENT,
                          .name = "mine",
                          .mof = mof,
                          .open = mof_open,
                          .next = mof_next};
}

static void provider_text(void **state) {
    wql_provider good = provider_of("class Second : First { }; class First { [Key] uint32 Id; };"),
                 bad = provider_of("class A : B { };");
    wql_provider rows = provider_of("class A { [Key] uint32 Id; }; instance of A { Id = 1; };");
    wql_engine *engine = open_engine();
    (void)state;
    assert_int_equal(wql_engine_mount(engine, "root/t", &bad, NULL, NULL, &err), WQL_E_INVALID_SUPERCLASS);
    assert_string_equal(err.provider, "mine");
    assert_int_equal(err.line, 1);
    assert_int_equal(wql_engine_mount(engine, "root/t", &rows, NULL, NULL, &err), WQL_E_NOT_SUPPORTED);
    assert_int_equal(wql_engine_mount(engine, "root/t", &good, NULL, NULL, &err), WQL_OK);
    assert_string_equal(ask(engine, "root/t", "SELECT Id FROM Second"), "1;");
    assert_string_equal(ask(engine, "root/t", "SELECT Id FROM First"), "0;1;");
    /* MOF beside it may derive, not redefine, and not fill its classes. */
    load(engine, "class Third : First { string S = \"s\"; }; instance of Third { Id = 7; };");
    assert_string_equal(ask(engine, "root/t", "SELECT Id FROM First WHERE Id = 7"), "7;");
    assert_int_equal(wql_engine_mof(engine, "root/t", wql_s("class First { };"), &err), WQL_E_ALREADY_EXISTS);
    assert_non_null(strstr(err.message, "provider mine"));
    assert_int_equal(wql_engine_mof(engine, "root/t", wql_s("instance of First { Id = 1; };"), &err), WQL_E_PROVIDER_NOT_CAPABLE);
    assert_int_equal(wql_engine_unmount(engine, "root/t", "mine", &err), WQL_E_INVALID_OPERATION); /* Third derives from it */
    wql_engine_close(engine);
}

/* -- all or nothing ---------------------------------------------------------------------------------------------- */

static void all_or_nothing(void **state) {
    wql_engine *engine = open_engine();
    wql_engine_stats before = WQL_INIT(wql_engine_stats), after = WQL_INIT(wql_engine_stats);
    (void)state;
    load(engine, zoo);
    (void)wql_engine_get_stats(engine, &before);
    assert_int_equal(wql_engine_mof(engine, "root/t",
                                    wql_s("class New { [Key] uint8 x; }; instance of New { x = 1; };\n"
                                          "instance of Animal { Name = \"dog\"; };\n"
                                          "#pragma namespace(\"root/fresh\")\nclass New { }; class Bad : Nowhere { };"),
                                    &err),
                     WQL_E_INVALID_SUPERCLASS);
    (void)wql_engine_get_stats(engine, &after);
    assert_int_equal(before.memory, after.memory);
    assert_int_equal(before.providers, after.providers);
    assert_string_equal(ask(engine, "root/t", "SELECT Name FROM Animal WHERE Name = 'dog'"), "");
    assert_string_equal(ask(engine, "root/t", "SELECT * FROM New"), "WBEM_E_INVALID_CLASS");
    assert_int_equal(wql_session_open(engine, "root/fresh", NULL, &(wql_session *){NULL}, &err), WQL_E_INVALID_NAMESPACE);
    wql_engine_close(engine);
}

/* -- memory ------------------------------------------------------------------------------------------------------ */

typedef struct failing {
    uint64_t calls, fail_at;
    int64_t bytes;
    bool for_good;
} failing;

static void *fail_alloc(void *user, void *ptr, size_t old_size, size_t new_size) {
    failing *f = user;
    void *made;
    if (new_size == 0) {
        f->bytes -= (int64_t)old_size;
        free(ptr);
        return NULL;
    }
    f->calls++;
    if (f->fail_at && (f->for_good ? f->calls >= f->fail_at : f->calls == f->fail_at)) return NULL;
    made = realloc(ptr, new_size);
    if (made) f->bytes += (int64_t)new_size - (int64_t)old_size;
    return made;
}

/* A load on top of another one, with memory that runs out at each of its allocations, once and for good. Afterwards the
 * namespaces are as before, and the same load succeeds. */
static void memory_runs_out(void **state) {
    static const char more[] =
        "#pragma namespace(\"root/sweep/deep\")\nQualifier Q : string[], Scope(any);\n"
        "[Q{\"a\", \"b\"}] class S as $s { [Key] uint32 Id; string T = \"a\" \"b\"; uint8 V[] = {1, 2}; S O;\n"
        "  [Static] uint32 F([In] S REF X = NULL); };\n[Association] class R : S { [Key(true)] uint32 Id; S REF To; };\n"
        "instance of S as $one { Id = 1; O = instance of S { T = \"in\"; }; };\ninstance of R { Id = 2; To = $one; };\n"
        "#pragma namespace(\"root/t\")\nclass Fish : Animal { };\ninstance of Fish { Name = \"x\"; };\n";
    uint64_t needed = 0;
    (void)state;
    for (int for_good = 0; for_good < 2; for_good++) {
        for (uint64_t at = 1;; at++) {
            failing f = {0, 0, 0, for_good != 0};
            wql_engine_options options = WQL_INIT(wql_engine_options);
            wql_engine *engine;
            wql_status status;
            int64_t before;
            options.alloc = fail_alloc;
            options.alloc_user = &f;
            assert_int_equal(wql_engine_open(&options, &engine, &err), WQL_OK);
            load(engine, zoo);
            before = f.bytes;
            f.calls = 0;
            f.fail_at = at;
            status = wql_engine_mof(engine, "root/t", wql_s(more), &err);
            f.fail_at = 0;
            if (status == WQL_OK) {
                needed = f.calls;
                assert_string_equal(ask(engine, "root/sweep/deep", "SELECT To FROM R"), "S.Id=1;");
                assert_int_equal(wql_engine_close(engine), WQL_OK);
                assert_int_equal(f.bytes, 0);
                break;
            }
            assert_int_equal(status, WQL_E_OUT_OF_MEMORY);
            assert_int_equal(f.bytes, before);
            assert_int_equal(wql_session_open(engine, "root/sweep", NULL, &(wql_session *){NULL}, &err), WQL_E_INVALID_NAMESPACE);
            assert_string_equal(ask(engine, "root/t", "SELECT * FROM Fish"), "WBEM_E_INVALID_CLASS");
            assert_int_equal(wql_engine_mof(engine, "root/t", wql_s(more), &err), WQL_OK);
            assert_string_equal(ask(engine, "root/t", "SELECT Name FROM Fish"), "x;");
            assert_int_equal(wql_engine_close(engine), WQL_OK);
            assert_int_equal(f.bytes, 0);
        }
    }
    assert_true(needed > 20);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types),      cmocka_unit_test(literals),
        cmocka_unit_test(inheritance),    cmocka_unit_test(declared_qualifiers),
        cmocka_unit_test(instances),      cmocka_unit_test(embedded_objects),
        cmocka_unit_test(namespaces),     cmocka_unit_test(mistakes_and_places),
        cmocka_unit_test(warnings),       cmocka_unit_test(many_errors),
        cmocka_unit_test(limits),         cmocka_unit_test(bad_arguments),
        cmocka_unit_test(encodings),      cmocka_unit_test(includes),
        cmocka_unit_test(folders),        cmocka_unit_test(provider_text),
        cmocka_unit_test(all_or_nothing), cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
