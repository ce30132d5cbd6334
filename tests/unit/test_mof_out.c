/* SPDX-License-Identifier: MIT */
/* test_mof_out.c: classes and rows as MOF, character by character, and what makes two classes equal. That the text is read back
 * is shown by test_mof_reload.c. */
#include "../../engine/query/mof_out.h"
#include "mof_samples.h"
#include "static_lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static static_lab lab;

static void must(wql_status status) {
    if (status < 0) fail_msg("%s: %s", wql_status_name(status), lab.err.message);
}

/* -- classes ------------------------------------------------------------------------------------------------------- */

static char *class_text(const char *name) {
    wql_class *cls;
    size_t len;
    char *text;
    must(wql_session_class(lab.session, name, &cls, &lab.err));
    len = wql_class_mof(cls, NULL, 0);
    text = malloc(len + 1);
    assert_int_equal(wql_class_mof(cls, text, len + 1), len);
    assert_int_equal(strlen(text), len);
    wql_class_release(cls);
    return text;
}

static void a_class_is(const char *name, const char *wanted) {
    char *text = class_text(name);
    assert_string_equal(text, wanted);
    free(text);
}

static void classes_are_written_with_all_they_have(void **state) {
    (void)state;
    must(static_open_lab(&lab, NULL, mof_samples, MOF_SAMPLES));
    a_class_is("Base", "[Abstract,\n"
                       " Version(\"2.0\"),\n"
                       " Values{\"a\", \"b\"} : DisableOverride Restricted,\n"
                       " Nothing(NULL),\n"
                       " Never(FALSE),\n"
                       " Limit(0.1)]\n"
                       "class Base {\n"
                       "    [Key,\n"
                       "     Description(\"What it is, in more words than one line should have, so that \"\n"
                       "         \"it is written in pieces that stand below each other.\\n\"\n"
                       "         \"And a second line, behind a line end.\"),\n"
                       "     MaxLen(64),\n"
                       "     Own : ToInstance Amended]\n"
                       "    string Name;\n"
                       "};\n");
    a_class_is("Thing", "class Thing : Base {\n"
                        "    uint32 Size = 4294967295;\n"
                        "    string Tags[] = {\"one\", NULL, \"t\\\"w\\\\o\"};\n"
                        "    string Empty[] = {};\n"
                        "    Base Inner;\n"
                        "    object Any[];\n"
                        "    Base REF Owner = \"Base.Name=\\\"x\\\"\";\n"
                        "    object REF Anyone;\n"
                        "    datetime When = \"20231114204320.123456-090\";\n"
                        "    [SubType(\"interval\")] datetime Span = \"00000000010000.000000:000\";\n"
                        "    real64 Tenth = 0.1;\n"
                        "    real32 Third = 0.33333334;\n"
                        "    char16 Letter = '\\'';\n"
                        "    sint64 Least = -9223372036854775808;\n"
                        "    boolean Old = TRUE;\n"
                        "    sint8 None;\n"
                        "    [Own : ToInstance Amended] uint32 Stop(\n"
                        "        [In] boolean Force = FALSE,\n"
                        "        [In, Out] Base REF Found[]);\n"
                        "    void Go();\n"
                        "};\n");
    a_class_is("Again", "class Again : Thing {\n"
                        "    [MaxLen(64)] string Name;\n" /* a key it is already; Size says nothing new */
                        "};\n");
    a_class_is("Plain", "[Association, Singleton]\nclass Plain {\n};\n");
    static_close_lab(&lab);
}

static void a_small_buffer_has_the_beginning(void **state) {
    char *text, small[40];
    wql_class *cls;
    (void)state;
    must(static_open_lab(&lab, NULL, mof_samples, MOF_SAMPLES));
    text = class_text("Thing");
    must(wql_session_class(lab.session, "Thing", &cls, &lab.err));
    assert_int_equal(wql_class_mof(cls, small, sizeof small), strlen(text));
    assert_int_equal(strlen(small), sizeof small - 1);
    assert_memory_equal(small, text, sizeof small - 1);
    assert_int_equal(wql_class_mof(NULL, small, sizeof small), 0);
    assert_string_equal(small, "");
    assert_int_equal(wql_batch_mof(NULL, 0, small, sizeof small), 0);
    wql_class_release(cls);
    free(text);
    static_close_lab(&lab);
}

/* -- literals ------------------------------------------------------------------------------------------------------ */

static void literal_is(const wql_value *value, const char *wanted) {
    char text[512];
    wql__out out = {text, sizeof text, 0};
    wql__mof_printer p = {.out = &out};
    wql__mof_put_value(&p, value);
    (void)wql__out_end(&out);
    assert_string_equal(text, wanted);
}

static void literals_are_exact(void **state) {
    static const struct {
        double value;
        const char *text, *single;
    } reals[] = {{0, "0.0", "0.0"},
                 {-0.0, "-0.0", "-0.0"},
                 {1, "1.0", "1.0"},
                 {0.1, "0.1", "0.1"},
                 {1e22, "1.0e22", "1.0e22"},
                 {5e-324, "5.0e-324", "0.0"},
                 {1.7976931348623157e308, "1.7976931348623157e308", "NULL /* infinity */"},
                 {-1.5e-7, "-1.5e-7", "-1.5e-7"},
                 {123456789012345680.0, "1.2345678901234568e17", "1.2345679e17"}};
    static const struct {
        uint16_t unit;
        const char *text;
    } units[] = {{'a', "'a'"},    {'\'', "'\\''"},     {'"', "'\"'"},         {'\\', "'\\\\'"},     {0, "'\\x0000'"},
                 {'\n', "'\\n'"}, {0xe9, "'\\x00E9'"}, {0xd800, "'\\xD800'"}, {0xffff, "'\\xFFFF'"}};
    static const struct {
        wql_str text;
        const char *literal;
    } texts[] = {{{"", 0}, "\"\""},
                 {{"it's", 4}, "\"it's\""},
                 {{"a\0b", 3}, "\"a\\x0000b\""},
                 {{"\b\t\n\f\r\"\\", 7}, "\"\\b\\t\\n\\f\\r\\\"\\\\\""},
                 {{"\x1f"
                   "1\x7f",
                   3},
                  "\"\\x001F1\\x007F\""},
                 {{"\xc2\x9b\xe2\x80\xae\xef\xbb\xbf", 8}, "\"\\x009B\\x202E\\xFEFF\""},
                 {{"\xc3\xa9\xf0\x9f\x98\x80", 6}, "\"\xc3\xa9\xf0\x9f\x98\x80\""}};
    (void)state;
    for (size_t i = 0; i < COUNT(reals); i++) {
        wql_value value = wql_f64(reals[i].value);
        literal_is(&value, reals[i].text);
        value.type = WQL_REAL32;
        value.f64 = (double)(float)reals[i].value;
        literal_is(&value, reals[i].single);
    }
    for (size_t i = 0; i < COUNT(units); i++) {
        wql_value value = {.type = WQL_CHAR16, .u64 = units[i].unit};
        literal_is(&value, units[i].text);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        wql_value value = wql_text(texts[i].text);
        literal_is(&value, texts[i].literal);
    }
    literal_is(&(wql_value){.type = WQL_REAL64, .f64 = NAN}, "NULL /* not a number */");
    literal_is(&(wql_value){.type = WQL_REAL64, .f64 = -INFINITY}, "NULL /* -infinity */");
    literal_is(&(wql_value){.type = WQL_UINT64, .u64 = UINT64_MAX}, "18446744073709551615");
    literal_is(&(wql_value){.type = WQL_DATETIME, .time = {.us = INT64_MAX}}, "NULL /* beyond the range of a datetime */");
}

/* Pieces of a long string, put together, are the string; none is cut within a character, and none is long. */
static void long_strings_are_whole(void **state) {
    static char source[4000], text[20000], back[4000];
    (void)state;
    for (unsigned seed = 1; seed < 60; seed++) {
        size_t len = 0, got = 0, width = 0;
        wql_value value;
        wql__out out = {text, sizeof text, 0};
        wql__mof_printer p = {.out = &out};
        srand(seed);
        while (len < 60u * seed) {
            static const char *const some[] = {"a", " ", "\n", "\xe2\x82\xac", "words", "\xf0\x9f\x98\x80", "_"};
            const char *one = some[(unsigned)rand() % (seed % 2 ? 7 : 6)];
            memcpy(source + len, one, strlen(one));
            len += strlen(one);
        }
        value = wql_text((wql_str){source, len});
        wql__mof_put_value(&p, &value);
        (void)wql__out_end(&out);
        for (const char *at = text; *at; at++) {
            if (*at != '"') continue;
            for (width = 0, at++; *at != '"'; width++, at++) {
                if (*at == '\\' && at[1] == 'n')
                    at++, back[got++] = '\n';
                else
                    back[got++] = *at;
            }
            assert_true(width < 110);
        }
        assert_int_equal(got, len);
        assert_memory_equal(back, source, len);
    }
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static void a_row_is(const char *query, const char *wanted) {
    wql_call call;
    wql_batch *batch;
    char text[2048];
    size_t len;
    must(wql_session_exec(lab.session, wql_s(query), NULL, &call, &lab.err));
    assert_int_equal(wql_call_next(call, WQL_FOREVER, &batch, &lab.err), WQL_OK);
    len = wql_batch_mof(batch, 0, text, sizeof text);
    assert_int_equal(len, strlen(text));
    assert_string_equal(text, wanted);
    assert_int_equal(wql_batch_mof(batch, wql_batch_rows(batch), text, sizeof text), 0);
    wql_batch_release(batch);
    wql_call_close(call);
}

static void add_thing(void) {
    wql_value items[2] = {wql_null(), wql_null()}, inner;
    must(static_begin(&lab));
    must(static_object(&lab, "Again", (wql_param[]){text_of("Name", "in"), number_of("Size", 5)}, 2, &inner));
    items[1] = inner;
    must(STATIC_ADD(&lab, "Thing", text_of("Name", "T"), null_of("Size"), null_of("Tags"), null_of("Empty"), {"Inner", inner},
                    {"Any", wql_array(WQL_OBJECT, items, 2)}, null_of("Owner"), text_of("Anyone", "Again='x'"), null_of("When"),
                    null_of("Span"), null_of("Tenth"), {"Third", wql_f64(2)}, null_of("Letter"), null_of("Least"), null_of("Old"),
                    number_of("None", -1)));
    wql_batch_release((wql_batch *)(uintptr_t)inner.object);
    must(static_show(&lab));
}

static void rows_are_instances(void **state) {
    (void)state;
    must(static_open_lab(&lab, NULL, mof_samples, MOF_SAMPLES));
    add_thing();
    a_row_is("SELECT Name, None, __CLASS, Inner, Any FROM Thing", "instance of Thing {\n"
                                                                  "    Name = \"T\";\n"
                                                                  "    None = -1;\n"
                                                                  "    Inner = instance of Again {\n"
                                                                  "        Name = \"in\";\n"
                                                                  "        Size = 5;\n"
                                                                  "        Tags = {\"one\", NULL, \"t\\\"w\\\\o\"};\n"
                                                                  "        Empty = {};\n"
                                                                  "        Owner = \"Base.Name=\\\"x\\\"\";\n"
                                                                  "        When = \"20231114204320.123456-090\";\n"
                                                                  "        Span = \"00000000010000.000000:000\";\n"
                                                                  "        Tenth = 0.1;\n"
                                                                  "        Third = 0.33333334;\n"
                                                                  "        Letter = '\\'';\n"
                                                                  "        Least = -9223372036854775808;\n"
                                                                  "        Old = TRUE;\n"
                                                                  "    };\n"
                                                                  "    Any = {NULL, instance of Again {\n"
                                                                  "            Name = \"in\";\n"
                                                                  "            Size = 5;\n"
                                                                  "            Tags = {\"one\", NULL, \"t\\\"w\\\\o\"};\n"
                                                                  "            Empty = {};\n"
                                                                  "            Owner = \"Base.Name=\\\"x\\\"\";\n"
                                                                  "            When = \"20231114204320.123456-090\";\n"
                                                                  "            Span = \"00000000010000.000000:000\";\n"
                                                                  "            Tenth = 0.1;\n"
                                                                  "            Third = 0.33333334;\n"
                                                                  "            Letter = '\\'';\n"
                                                                  "            Least = -9223372036854775808;\n"
                                                                  "            Old = TRUE;\n"
                                                                  "        }};\n"
                                                                  "};\n");
    a_row_is("SELECT Size, Tags, Anyone, Third, When, None FROM Thing", /* NULL where there is a default */
             "instance of Thing {\n"
             "    Size = NULL;\n"
             "    Tags = NULL;\n"
             "    Anyone = \"Again.Name=\\\"x\\\"\";\n"
             "    Third = 2.0;\n"
             "    When = NULL;\n"
             "    None = -1;\n"
             "};\n");
    a_row_is("SELECT * FROM meta_class WHERE __CLASS = 'Again'", "class Again : Thing {\n    [MaxLen(64)] string Name;\n};\n");
    static_close_lab(&lab);
}

/* -- equality ------------------------------------------------------------------------------------------------------ */

static const wql_value yes = {.type = WQL_BOOLEAN, .b = true};

static wql_class *class_of(const wql_class_def *def) {
    wql_class *cls;
    must(static_open_lab(&lab, NULL, def, 1));
    must(wql_session_class(lab.session, def->name, &cls, &lab.err));
    static_close_lab(&lab);
    return cls;
}

/* A class of one of everything, with one thing changed. */
static wql_class *changed(int what) {
    static const wql_value items[] = {{.type = WQL_SINT32, .i64 = 1}, {.type = WQL_SINT32, .i64 = 2}};
    wql_value initial = {.type = WQL_SINT64, .i64 = what == 1 ? 8 : 7};
    wql_value map = {.type = WQL_SINT32 | WQL_ARRAY, .count = what == 2 ? 1 : 2, .items = items};
    wql_qualifier remarks[] = {{.name = what == 3 ? "Otter" : "Other", .value = map},
                               {.name = "Key", .value = yes, .flavor = 18},
                               {.name = "Number", .value = {.type = what == 4 ? WQL_REAL64 : WQL_SINT32}}};
    wql_property_def properties[] = {
        {.name = what == 5 ? "name" : "Name",
         .type = WQL_SINT32,
         .flags = what == 6 ? 0 : WQL_KEY,
         .initial = &initial,
         .qualifiers = remarks,
         .qualifier_count = what == 7    ? 1
                            : what == 20 ? 2
                                         : 3},
        {.name = "To", .type = what == 8 ? WQL_OBJECT : WQL_REFERENCE, .class_name = what == 9 ? "B" : "A"},
        {.name = "Span", .type = WQL_DATETIME, .flags = what == 10 ? 0 : WQL_INTERVAL}};
    wql_property_def in[] = {{.name = "P",
                              .type = WQL_SINT8,
                              .flags = what == 11   ? WQL_OUT
                                       : what == 21 ? 0
                                                    : WQL_IN},
                             {.name = "ReturnValue", .type = what == 12 ? WQL_UINT8 : WQL_SINT8, .flags = WQL_OUT}};
    wql_property_def turned[] = {in[1], in[0]};
    wql_method_def method = {.name = what == 13 ? "N" : "M",
                             .params = what == 22 ? turned : in,
                             .param_count = what == 14 ? 1 : 2,
                             .qualifiers = remarks,
                             .qualifier_count = what == 15 ? 0 : 1};
    wql_class_def def = {.struct_size = sizeof def,
                         .name = "C",
                         .flags = what == 16 ? WQL_ABSTRACT : 0,
                         .properties = properties,
                         .property_count = what == 17 ? 2 : 3,
                         .methods = &method,
                         .method_count = what == 18 ? 0 : 1,
                         .qualifiers = remarks,
                         .qualifier_count = 1};
    if (what == 19) remarks[0].flavor = WQL_FLAVOR_TO_SUBCLASS;
    if (what == 20) remarks[1] = remarks[2]; /* without the qualifier that a flag says */
    if (what == 23) remarks[2].value.type = WQL_UINT64;
    if (what == 24) initial.type = WQL_UINT8;
    return class_of(&def);
}

static void equal_classes_differ_in_nothing_that_counts(void **state) {
    wql_class *base = changed(0);
    (void)state;
    for (int what = 0; what < 25; what++) {
        wql_class *other = changed(what);
        char why[256] = "";
        wql__out out = {why, sizeof why, 0};
        bool equal = wql__class_equal(base, other, &out), wanted = what == 0 || what >= 20;
        (void)wql__out_end(&out);
        if (equal != wanted || equal != wql__class_equal(other, base, NULL)) fail_msg("change %d: %s", what, why);
        if (equal != (why[0] == 0)) fail_msg("change %d: no reason", what);
        wql_class_release(other);
    }
    wql_class_release(base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_are_written_with_all_they_have),
        cmocka_unit_test(a_small_buffer_has_the_beginning),
        cmocka_unit_test(literals_are_exact),
        cmocka_unit_test(long_strings_are_whole),
        cmocka_unit_test(rows_are_instances),
        cmocka_unit_test(equal_classes_differ_in_nothing_that_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
