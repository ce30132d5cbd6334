/* SPDX-License-Identifier: MIT */
/* test_mof_parse.c: MOF as tokens and as a tree; where a parse goes on behind an error, and that it costs time in proportion to
 * the text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../grammar/mof_lexer.h"
#include "../../grammar/mof_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- tokens ------------------------------------------------------------------------------------------------------ */

static void tokens(void **state) {
    static const struct {
        const char *text;
        uint32_t kinds[8]; /* up to WQL__MOF_END */
    } rows[] = {
        {"", {WQL__MOF_END}},
        {" \t\r\n\v\f// x\n/* y */ /**/ /***/ /* * / */", {WQL__MOF_END}},
        {"Class CLASS _a9 \xc3\xa4", {WQL__MOF_CLASS, WQL__MOF_CLASS, WQL__MOF_NAME, WQL__MOF_NAME, WQL__MOF_END}},
        {"uint8 UINT64 datetime void object",
         {WQL__MOF_TYPE, WQL__MOF_TYPE, WQL__MOF_TYPE, WQL__MOF_TYPE, WQL__MOF_OBJECT, WQL__MOF_END}},
        {"uint128 classes", {WQL__MOF_NAME, WQL__MOF_NAME, WQL__MOF_END}},
        {"#pragma #pragmas", {WQL__MOF_PRAGMA, WQL__MOF_PRAGMA, WQL__MOF_NAME, WQL__MOF_END}},
        {"$a $ $1", {WQL__MOF_ALIAS, WQL__MOF_BAD_CHARACTER, WQL__MOF_BAD_CHARACTER, WQL__MOF_INTEGER, WQL__MOF_END}},
        {"0 -1 +07 0x1F 101b 1.5 .5e-3",
         {WQL__MOF_INTEGER, WQL__MOF_INTEGER, WQL__MOF_INTEGER, WQL__MOF_INTEGER, WQL__MOF_INTEGER, WQL__MOF_REAL, WQL__MOF_REAL,
          WQL__MOF_END}},
        {"08 0x 12b 1. 1.2.3 1a",
         {WQL__MOF_BAD_NUMBER, WQL__MOF_BAD_NUMBER, WQL__MOF_BAD_NUMBER, WQL__MOF_BAD_NUMBER, WQL__MOF_BAD_NUMBER,
          WQL__MOF_BAD_NUMBER, WQL__MOF_END}},
        {"\"a\\\"b\" 'c' '\\''", {WQL__MOF_STRING, WQL__MOF_CHAR, WQL__MOF_CHAR, WQL__MOF_END}},
        {"\"a\n\"", {WQL__MOF_BAD_STRING, WQL__MOF_BAD_STRING, WQL__MOF_END}},
        {"'a\nb", {WQL__MOF_BAD_CHAR, WQL__MOF_NAME, WQL__MOF_END}},
        {"a /* b", {WQL__MOF_NAME, WQL__MOF_BAD_COMMENT, WQL__MOF_END}},
        {"a /* b **", {WQL__MOF_NAME, WQL__MOF_BAD_COMMENT, WQL__MOF_END}},
        {"{}[]():;",
         {WQL__MOF_LBRACE, WQL__MOF_RBRACE, WQL__MOF_LBRACKET, WQL__MOF_RBRACKET, WQL__MOF_LP, WQL__MOF_RP, WQL__MOF_COLON,
          WQL__MOF_SEMICOLON}},
        {",=@", {WQL__MOF_COMMA, WQL__MOF_EQ, WQL__MOF_BAD_CHARACTER, WQL__MOF_END}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const unsigned char *text = (const unsigned char *)rows[i].text;
        wql__mof_lexer lexer = {text, text, text + strlen(rows[i].text), text};
        for (size_t k = 0; k < 8; k++) {
            uint32_t kind = wql__mof_lex(&lexer);
            if (kind != rows[i].kinds[k]) fail_msg("%s: token %zu is %u, not %u", rows[i].text, k, kind, rows[i].kinds[k]);
            if (kind == WQL__MOF_END) break;
        }
    }
}

static void zero_bytes(void **state) {
    static const unsigned char text[] = "a\0/*\0*/\"\0\"";
    wql__mof_lexer lexer = {text, text, text + sizeof text - 1, text};
    uint32_t zeros = 0, kind;
    (void)state;
    while ((kind = wql__mof_lex(&lexer)) != WQL__MOF_END) zeros += kind == WQL__MOF_BAD_ZERO;
    assert_int_equal(zeros, 3);
}

/* -- trees ------------------------------------------------------------------------------------------------------- */

typedef struct lab {
    wql__mem *mem;
    wql__arena arena, shelf;
    wql__mof_set set;
} lab;

static void parse(lab *l, const char *text) {
    static const wql__mof_limits limits = {64, 100, 1 << 20, 1 << 24, 100};
    l->mem = wql__mem_open(NULL, NULL, 0);
    wql__arena_init(&l->arena, l->mem);
    wql__arena_init(&l->shelf, l->mem);
    wql__mof_set_init(&l->set, &l->arena, &l->shelf, &limits, NULL);
    wql__mof_add_text(&l->set, wql_s(text));
    wql__mof_parse_all(&l->set);
    wql__mof_sort_remarks(&l->set);
    assert_int_equal(l->set.failed, WQL_OK);
}

static void drop(lab *l) {
    wql__mof_set_free(&l->set);
    wql__arena_free(&l->arena);
    wql__arena_free(&l->shelf);
    wql__mem_release(l->mem);
}

static void tree_and_places(void **state) {
    const char *text =
        "// x\n[Key(true), Text{\"a\" \"b\", \"c\"} : ToSubclass Amended] class A as $X : B {\n"
        "  [In] uint8 P[3] = {1, -2};\n  B REF f(uint32 a, [Out] string b[]);\n};\ninstance of A as $i { P = $X; };";
    const wql__mof_class *cls;
    const wql__mof_feature *feature;
    lab l;
    (void)state;
    parse(&l, text);
    assert_int_equal(l.set.error_count, 0);
    cls = l.set.classes;
    assert_string_equal(cls->name.symbol->text, "A");
    assert_memory_equal(text + cls->name.place.offset, "A as", 4);
    assert_string_equal(cls->superclass.symbol->text, "B");
    assert_ptr_equal(cls->alias->cls, cls);
    assert_int_equal(cls->qualifiers.count, 2);
    assert_int_equal(cls->qualifiers.last->value.count, 2);
    assert_string_equal(cls->qualifiers.last->value.first->text.ptr, "ab");
    assert_int_equal(cls->qualifiers.last->flavors, WQL__MOF_TO_SUBCLASS | WQL__MOF_AMENDED);
    assert_int_equal(cls->features.count, 2);
    feature = cls->features.first;
    assert_true(feature->is_array && feature->has_size && feature->size == 3);
    assert_true(feature->value.is_list && feature->value.last->negative && feature->value.last->magnitude == 2);
    assert_memory_equal(text + feature->value.place.offset, "{1, -2}", feature->value.place.length);
    feature = cls->features.last;
    assert_true(feature->is_method);
    assert_int_equal(feature->type.type, WQL_REFERENCE);
    assert_int_equal(feature->params.count, 2);
    assert_true(feature->params.last->is_array);
    assert_int_equal(l.set.instances->assignments.count, 1);
    assert_int_equal(l.set.instances->assignments.first->value.first->kind, WQL__MOF_LITERAL_ALIAS);
    drop(&l);
}

/* Words are names where no word can stand. */
static void words_as_names(void **state) {
    lab l;
    (void)state;
    parse(&l, "class Instance : Class { uint32 Of; string Ref; Qualifier As; boolean True; Scope REF Flavor; string String; };\n"
              "instance of Instance { Of = 1; Class = NULL; };");
    assert_int_equal(l.set.error_count, 0);
    assert_int_equal(l.set.classes->features.count, 6);
    drop(&l);
}

/* What is left behind each error: classes, features of the last class, errors. */
static void recovery(void **state) {
    static const struct {
        const char *text;
        uint32_t classes, features, errors;
    } rows[] = {
        {"class A { uint32 a; };", 1, 1, 0},
        {"class A { uint32 = 5; uint32 b; };", 1, 1, 1},
        {"class A { uint32 a uint32 b; uint32 c; };", 1, 1, 1},
        {"class A { uint32 a\nuint32 b\nuint32 c };", 1, 3, 3},
        {"class A { (; };", 1, 0, 1},
        {"class A { [Key(] uint32 a; uint32 b; };", 1, 1, 1},
        {"class A { uint32 a[] = {1 2}; uint32 b; };", 1, 1, 1},
        {"class A { uint32 f(uint32 a,); uint32 b; };", 1, 1, 1},
        {"foo bar; class A { uint32 a; };", 1, 1, 1},
        {"class : B { uint32 x; uint32 y; }; class A { uint32 a; };", 1, 1, 1},
        {"class A { uint32 a; } class B { uint32 b; } class C { };", 3, 0, 2},
        {"class A { uint32 a; foo\nclass B { uint32 b; };", 2, 1, 1},
        {"class A { string s = \"x;\n uint32 b; };", 1, 2, 1},
        {"};};}; class A { uint32 a; };", 1, 1, 3},
        {"instance of A { x = instance of B { y = ; z = 1; }; w = 2; }; class A { uint32 a; };", 1, 1, 1},
        {"class A { uint32 a; };;", 1, 1, 1},
        {"Qualifier Q : uint32 = ; class A { uint32 a; };", 1, 1, 1},
        {"#pragma include\nclass A { uint32 a; };", 1, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const wql__mof_class *last;
        lab l;
        parse(&l, rows[i].text);
        last = l.set.classes;
        while (last && last->next) last = last->next;
        if (l.set.class_count != rows[i].classes || (last ? last->features.count : 0) != rows[i].features ||
            l.set.error_count != rows[i].errors)
            fail_msg("%s: %u classes, %u features, %u errors; %s", rows[i].text, l.set.class_count,
                     last ? last->features.count : 0, l.set.error_count, l.set.remarks ? l.set.remarks->error.message : "");
        drop(&l);
    }
}

/* Hostile texts end, whatever they are. */
static void noise_ends(void **state) {
    static const char *const pieces[] = {"class ", "A ",      "{",     "}",        ";",          "[",    "]",
                                         "(",      ")",       "\"x\"", "=",        ",",          ":",    "instance of ",
                                         "$a ",    "uint32 ", "\n",    "#pragma ", "Qualifier ", "1 ",   "'c'",
                                         "ref ",   "\"",      "/*",    "*/",       "as ",        "NULL "};
    uint64_t seed = 1;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        char text[1024];
        size_t len = 0;
        lab l;
        for (int i = 0; i < 60; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            len +=
                (size_t)snprintf(text + len, sizeof text - len, "%s", pieces[(seed >> 33) % (sizeof pieces / sizeof pieces[0])]);
        }
        parse(&l, text);
        drop(&l);
    }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens),         cmocka_unit_test(zero_bytes), cmocka_unit_test(tree_and_places),
        cmocka_unit_test(words_as_names), cmocka_unit_test(recovery),   cmocka_unit_test(noise_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
