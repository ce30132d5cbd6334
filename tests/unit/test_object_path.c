/* SPDX-License-Identifier: MIT */
/* test_object_path.c: object paths as text (wql-language 2.6): what is read, how it is spelled, what is refused and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/object_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MOST = 1024 };
static const wql__path_limits limits = {8192, 4096, KEYS_MOST};

typedef struct lab {
    wql__mem *mem;
    wql__arena arena;
} lab;

static int begin(void **state) {
    static lab one;
    one.mem = wql__mem_open(NULL, NULL, 0);
    wql__arena_init(&one.arena, one.mem);
    *state = &one;
    return one.mem ? 0 : -1;
}

static int finish(void **state) {
    lab *l = *state;
    wql__arena_free(&l->arena);
    wql__mem_release(l->mem);
    return 0;
}

static wql__object_path *read_or_fail(lab *l, wql_str text) {
    wql_error err = WQL_INIT(wql_error);
    wql__object_path *path;
    if (wql__object_path_parse(text, 0, text.len, &limits, &l->arena, &path, &err) != WQL_OK)
        fail_msg("%.*s: %s (at %u)", WQL_FMT(text), err.message, err.offset);
    return path;
}

static const char *print(const wql__object_path *path, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    wql__object_path_print(path, &out);
    assert_true(wql__out_end(&out) < size);
    return buf;
}

static void paths_have_one_canonical_spelling(void **state) {
    static const struct {
        const char *written, *canonical;
    } rows[] = {
        {"Win32_LogicalDisk", "Win32_LogicalDisk"},
        {"__EventFilter", "__EventFilter"},
        {"\xc3\x86.\xc3\xbf=1", "\xc3\x86.\xc3\xbf=1"},
        {"Win32_LogicalDisk.DeviceID=\"C:\"", "Win32_LogicalDisk.DeviceID=\"C:\""},
        {"Win32_LogicalDisk.DeviceID='C:'", "Win32_LogicalDisk.DeviceID=\"C:\""},
        {"Win32_LogicalDisk=\"C:\"", "Win32_LogicalDisk=\"C:\""},
        {"Cls.K2=5,K1=\"a\"", "Cls.K1=\"a\",K2=5"},
        {"Cls.b=1,A=2,C=3,_=4", "Cls._=4,A=2,b=1,C=3"}, /* folded: _ comes before a */
        {"Sing=@", "Sing=@"},
        {"root\\cimv2:Cls.K=1", "root\\cimv2:Cls.K=1"},
        {"root/cimv2/deep:Cls", "root\\cimv2\\deep:Cls"},
        {"root:Cls", "root:Cls"},
        {"\\\\.\\root\\cimv2:Cls.K=1", "\\\\.\\root\\cimv2:Cls.K=1"},
        {"//srv-1.example.org/root\\cimv2:Cls", "\\\\srv-1.example.org\\root\\cimv2:Cls"},
        {"\\/10.0.0.1/root:Cls=@", "\\\\10.0.0.1\\root:Cls=@"},
        {"C.K=007", "C.K=7"},
        {"C.K=+7", "C.K=7"},
        {"C.K=-7", "C.K=-7"},
        {"C.K=-0", "C.K=0"},
        {"C.K=0x1F", "C.K=31"},
        {"C.K=0XfFffFfffffffFFFF", "C.K=18446744073709551615"},
        {"C.K=18446744073709551615", "C.K=18446744073709551615"},
        {"C.K=-9223372036854775808", "C.K=-9223372036854775808"},
        {"C.K=000000000000000000000000000000000000001", "C.K=1"},
        {"C.K=true,L=FALSE", "C.K=TRUE,L=FALSE"},
        {"C=tRuE", "C=TRUE"},
        {"C.K=\"\"", "C.K=\"\""},
        {"C.K='a\"b'", "C.K=\"a\\\"b\""},
        {"C.K=\"it's\"", "C.K=\"it's\""},
        {"C.K='c:\\scripts'", "C.K=\"c:\\\\scripts\""},
        {"C.K='c:\\\\scripts'", "C.K=\"c:\\\\scripts\""},
        {"C.K=\"a\\'b\\\"c\\\\d\\e\"", "C.K=\"a'b\\\"c\\\\d\\\\e\""},
        {"C.K='\\\\\\\\.\\\\PHYSICALDRIVE0'", "C.K=\"\\\\\\\\.\\\\PHYSICALDRIVE0\""},
        {"C.K=\"a}b,c=d.e:f\"", "C.K=\"a}b,c=d.e:f\""},
        {"C.K=\"Disk #0, Partition #0\"", "C.K=\"Disk #0, Partition #0\""},
        {"C.K=\"line\nbreak\ttab %20\"", "C.K=\"line\nbreak\ttab %20\""},
        {"C.K=\"\\\xc3\xa4\"", "C.K=\"\\\\\xc3\xa4\""},
        {"A.D=\"P.K=\\\"x\\\\\\\\y\\\"\"",
         "A.D=\"P.K=\\\"x\\\\\\\\y\\\"\""}, /* a reference is a text in which quotes are escaped */
    };
    char text[256], again[256];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wql__object_path *path = read_or_fail(*state, wql_s(rows[i].written));
        assert_string_equal(print(path, text, sizeof text), rows[i].canonical);
        assert_string_equal(print(read_or_fail(*state, wql_s(text)), again, sizeof again), text);
        assert_int_equal(wql__object_path_compare(path, read_or_fail(*state, wql_s(text))), 0);
    }
}

static void the_parts_of_a_path_are_found(void **state) {
    wql_str text = wql_s("ASSOCIATORS OF {//srv/root/x:Cls.b=\"v\\\\w\",A=-5}");
    wql__object_path *path;
    size_t from = strlen("ASSOCIATORS OF {");
    assert_int_equal(wql__object_path_parse(text, from, text.len - from - 1, &limits, &((lab *)*state)->arena, &path, NULL),
                     WQL_OK);
    assert_int_equal(path->kind, WQL__PATH_KEYS);
    assert_int_equal(path->offset, from);
    assert_int_equal(path->length, text.len - from - 1);
    assert_true(path->server.len == 3 && memcmp(path->server.ptr, "srv", 3) == 0);
    assert_true(path->ns.len == 6 && memcmp(path->ns.ptr, "root/x", 6) == 0);
    assert_int_equal(path->ns_offset, from + 6);
    assert_true(path->class_name.len == 3 && memcmp(path->class_name.ptr, "Cls", 3) == 0);
    assert_int_equal(path->class_offset, from + 13);
    assert_int_equal(path->key_count, 2);
    assert_int_equal(path->keys[0].offset, from + 26);
    assert_int_equal(path->keys[0].value.kind, WQL__LIT_INT);
    assert_true(path->keys[0].value.negative && path->keys[0].value.magnitude == 5);
    assert_int_equal(path->keys[1].offset, from + 17);
    assert_int_equal(path->keys[1].value.kind, WQL__LIT_STRING);
    assert_int_equal(path->keys[1].value.offset, from + 19);
    assert_int_equal(path->keys[1].value.length, 6);
    assert_true(path->keys[1].value.text.len == 3 && memcmp(path->keys[1].value.text.ptr, "v\\w", 3) == 0);
}

static void a_fault_is_at_its_first_character(void **state) {
    static const struct {
        const char *text;
        uint32_t offset, length;
        const char *says;
    } rows[] = {
        {"", 0, 0, "class"},
        {" C", 0, 1, "blank"},
        {"C ", 1, 1, "blank"},
        {"Win32_LogicalDisk = \"C:\"", 17, 1, "blank"},
        {"C.K= 1", 4, 1, "blank"},
        {"C.K=1, L=2", 6, 1, "blank"},
        {"1C", 0, 1, "class"},
        {"C-D", 1, 1, "'-'"},
        {"C.", 2, 0, "key"},
        {"C.K", 3, 0, "'='"},
        {"C.K=", 4, 0, "value"},
        {"C=", 2, 0, "value"},
        {"C.=1", 2, 1, "key"},
        {"C.K=1,", 6, 0, "key"},
        {"C.K=1,,L=2", 6, 1, "key"},
        {"C.K=1;L=2", 5, 1, "','"},
        {"C.K=1 AND L=2", 5, 1, "blank"},
        {"C.K=1.5", 5, 1, "','"},
        {"C.K=1e3", 5, 1, "','"},
        {"C.K=12abc", 6, 1, "','"},
        {"C.K=--1", 5, 1, "digit"},
        {"C.K=-", 5, 0, "digit"},
        {"C.K=-0x1", 6, 1, "','"},
        {"C.K=0x", 6, 0, "hexadecimal"},
        {"C.K=0xg", 6, 1, "hexadecimal"},
        {"C.K=18446744073709551616", 4, 20, "range"},
        {"C.K=-9223372036854775809", 4, 20, "range"},
        {"C.K=0x10000000000000000", 4, 19, "range"},
        {"C.K=NULL", 4, 1, "value"},
        {"C.K=TRUEX", 4, 1, "value"},
        {"C.K=L", 4, 1, "value"},
        {"C.K=@", 4, 1, "value"},
        {"C=@x", 3, 1, "end"},
        {"C=1,L=2", 3, 1, "end"},
        {"C=\"a\"b", 5, 1, "end"},
        {"C.K=\"a\"\"b\"", 7, 1, "','"},
        {"C.K=\"a", 4, 1, "closed"},
        {"C.K='a\"", 4, 1, "closed"},
        {"C.K=\"c:\\\"", 4, 1, "closed"},
        {"C.K=\"a\\", 4, 1, "closed"},
        {"C.K=1,k=2", 6, 1, "twice"},
        {"C.b=1,a=2,c=3,B=4", 14, 1, "twice"},
        {"C:", 2, 0, "class"},
        {":C", 0, 1, "class"},
        {"root\\cimv2", 10, 0, "':'"},
        {"root\\\\cimv2:C", 5, 1, "namespace"},
        {"root\\cimv2\\:C", 11, 1, "namespace"},
        {"root:cimv2:C", 10, 1, "'.'"},
        {"\\root:C", 0, 1, "class"},
        {"\\\\", 2, 0, "server"},
        {"\\\\\\.\\root:C", 2, 1, "server"},
        {"\\\\srv", 5, 0, "slash"},
        {"\\\\srv\\", 6, 0, "namespace"},
        {"\\\\srv\\C", 7, 0, "':'"},
        {"\\\\srv\\C.K=1", 7, 1, "':'"},
        {"\\\\s v\\root:C", 3, 1, "blank"},
        {"C.\xc3\xa4K\xc3\xa4+1", 7, 1, "'='"},
        {"C\xe2\x82\xac.K=\xe2\x82\xac", 7, 3, "value"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wql_error err = WQL_INIT(wql_error);
        wql__object_path *path = (void *)1;
        wql_str text = wql_s(rows[i].text);
        wql_status status = wql__object_path_parse(text, 0, text.len, &limits, &((lab *)*state)->arena, &path, &err);
        if (status != WQL_E_INVALID_OBJECT_PATH || err.offset != rows[i].offset || err.length != rows[i].length ||
            !strstr(err.message, rows[i].says))
            fail_msg("%s: %s at %u, %u: %s", rows[i].text, wql_status_name(status), err.offset, err.length, err.message);
        assert_null(path);
    }
}

/* In a longer text, what is missing at the path's end is where the text goes on. */
static void a_fault_at_the_end_of_a_part_points_behind_it(void **state) {
    wql_error err = WQL_INIT(wql_error);
    wql__object_path *path;
    wql_str text = wql_s("{C.K}");
    assert_int_equal(wql__object_path_parse(text, 1, 3, &limits, &((lab *)*state)->arena, &path, &err),
                     WQL_E_INVALID_OBJECT_PATH);
    assert_int_equal(err.offset, 4);
    assert_int_equal(err.length, 1);
    text = wql_s("{C.K=\"a}b\"");
    assert_int_equal(wql__object_path_parse(text, 1, 6, &limits, &((lab *)*state)->arena, &path, &err),
                     WQL_E_INVALID_OBJECT_PATH);
    assert_int_equal(err.offset, 5);
}

static void no_text_has_a_NUL_and_none_is_ill_formed(void **state) {
    static const struct {
        wql_str text;
        wql_status status;
        uint32_t offset;
    } rows[] = {{{"C\0D", 3}, WQL_E_INVALID_OBJECT_PATH, 1},
                {{"C.K=\"a\0b\"", 9}, WQL_E_INVALID_OBJECT_PATH, 6},
                {{"C.K=\"a\\\0b\"", 10}, WQL_E_INVALID_OBJECT_PATH, 7},
                {{"\0", 1}, WQL_E_INVALID_OBJECT_PATH, 0},
                {{"C.K=\"\xff\"", 7}, WQL_E_INVALID_PARAMETER, 5},
                {{"C\xc3", 2}, WQL_E_INVALID_PARAMETER, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wql_error err = WQL_INIT(wql_error);
        wql__object_path *path;
        wql_status status =
            wql__object_path_parse(rows[i].text, 0, rows[i].text.len, &limits, &((lab *)*state)->arena, &path, &err);
        assert_int_equal(status, rows[i].status);
        assert_int_equal(err.offset, rows[i].offset);
        assert_true(err.message[0] != '\0');
    }
}

/* -- limits ------------------------------------------------------------------------------------------------------ */

/* `C.K0=0,K1=1...`; returns its length. */
static size_t write_keys(char *buf, size_t size, unsigned count, bool backwards) {
    size_t len = (size_t)snprintf(buf, size, "C");
    for (unsigned i = 0; i < count; i++)
        len += (size_t)snprintf(buf + len, size - len, "%cK%04u=%u", i ? ',' : '.', backwards ? count - 1 - i : i, i);
    return len;
}

static void reaching_a_limit_names_it(void **state) {
    static char big[64 * 1024];
    wql__path_limits wide = {100000, 10, 1024}, narrow = {10, 4096, 1024};
    wql__arena *arena = &((lab *)*state)->arena;
    wql_error err = WQL_INIT(wql_error);
    wql__object_path *path;
    size_t len = write_keys(big, sizeof big, KEYS_MOST, true);
    assert_int_equal(wql__object_path_parse((wql_str){big, len}, 0, len, &wide, arena, &path, &err), WQL_OK);
    assert_int_equal(path->key_count, KEYS_MOST);
    for (uint32_t i = 0; i < path->key_count; i++) assert_int_equal(atoi(path->keys[i].name.ptr + 1), i);
    len = write_keys(big, sizeof big, KEYS_MOST + 1, false);
    assert_int_equal(wql__object_path_parse((wql_str){big, len}, 0, len, &wide, arena, &path, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "path_keys_max (1024)"));
    assert_int_equal(atoi(big + err.offset + 1), KEYS_MOST);
    wide.path_keys++;
    assert_int_equal(wql__object_path_parse((wql_str){big, len}, 0, len, &wide, arena, &path, &err), WQL_OK);
    wide.path_keys--;
    assert_int_equal(wql__object_path_parse(wql_s("C.K=\"45\""), 0, 8, &narrow, arena, &path, &err), WQL_OK);
    assert_int_equal(wql__object_path_parse(wql_s("C.K=\"45678\""), 0, 11, &narrow, arena, &path, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "path_chars_max (10)"));
    /* In UTF-16 units: six bytes of euro signs are two of them. */
    assert_int_equal(wql__object_path_parse(wql_s("C.K=\"\xe2\x82\xac\xe2\x82\xac\""), 0, 12, &narrow, arena, &path, &err),
                     WQL_OK);
    assert_int_equal(wql__object_path_parse(wql_s("ten_and_one.K=1"), 0, 15, &wide, arena, &path, &err), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "identifier_chars_max (10)"));
    assert_int_equal(err.offset, 0);
    assert_int_equal(err.length, 11);
    assert_int_equal(wql__object_path_parse(wql_s("C.ten_and_one=1"), 0, 15, &wide, arena, &path, &err), WQL_E_QUOTA_VIOLATION);
    assert_int_equal(err.offset, 2);
}

static void keys_that_are_given_twice_are_found_among_many(void **state) {
    static char big[32 * 1024];
    wql__path_limits wide = {100000, 4096, 1024};
    wql_error err = WQL_INIT(wql_error);
    wql__object_path *path;
    size_t len = write_keys(big, sizeof big, 1000, true);
    len += (size_t)snprintf(big + len, sizeof big - len, ",k0500=7");
    assert_int_equal(wql__object_path_parse((wql_str){big, len}, 0, len, &wide, &((lab *)*state)->arena, &path, &err),
                     WQL_E_INVALID_OBJECT_PATH);
    assert_int_equal(err.offset, len - 7);
    assert_non_null(strstr(err.message, "k0500"));
}

/* -- comparing --------------------------------------------------------------------------------------------------- */

static void equality_is_that_of_the_parts(void **state) {
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"Cls.K1=1,K2=\"x\"", "cls.k2='X',K1=0x1", true},
        {"C.K=007", "C.K=7", true},
        {"C.K=\"c:\\x\"", "C.K='C:\\\\X'", true},
        {"root/a:C", "ROOT\\A:c", true},
        {"//SRV/root:C=@", "\\\\srv\\ROOT:c=@", true},
        {"C.K=\"\xc3\x84\"", "C.K=\"\xc3\xa4\"", true},
        {"C.K=TRUE", "C.K=true", true},
        {"C", "D", false},
        {"C", "C=@", false},
        {"C=1", "C.K=1", false},
        {"C.K=1", "C.K=2", false},
        {"C.K=-1", "C.K=1", false},
        {"C.K=1", "C.K=\"1\"", false},
        {"C.K=TRUE", "C.K=FALSE", false},
        {"C.K=1", "C.L=1", false},
        {"C.K=1", "C.K=1,L=1", false},
        {"root:C", "C", false},
        {"root/a:C", "root/a/b:C", false},
        {"root/ab:C", "root/a/b:C", false},
        {"//./root:C", "root:C", false},
        {"C.K=\"a\"", "C.K=\"a \"", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        wql__object_path *a = read_or_fail(*state, wql_s(rows[i].a)), *b = read_or_fail(*state, wql_s(rows[i].b));
        int order = wql__object_path_compare(a, b);
        if ((order == 0) != rows[i].same) fail_msg("%s and %s", rows[i].a, rows[i].b);
        assert_int_equal((wql__object_path_compare(b, a) > 0), (order < 0));
        if (rows[i].same)
            assert_true(wql__object_path_hash(a) == wql__object_path_hash(b));
        else
            assert_true(wql__object_path_hash(a) != wql__object_path_hash(b));
    }
}

static void integers_have_their_order(void **state) {
    static const char *const ascending[] = {"C.K=-9223372036854775808", "C.K=-2", "C.K=-1", "C.K=0", "C.K=0x1",
                                            "C.K=18446744073709551615"};
    enum { COUNT = sizeof ascending / sizeof *ascending };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++) {
            int order =
                wql__object_path_compare(read_or_fail(*state, wql_s(ascending[i])), read_or_fail(*state, wql_s(ascending[j])));
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
}

/* -- cost -------------------------------------------------------------------------------------------------------- */

/* Memory is in proportion to the text, whatever it is made of. */
static void memory_is_in_proportion(void **state) {
    wql__path_limits wide = {10000000, 4096, 1024};
    size_t before = 0;
    (void)state;
    for (size_t len = 10000; len <= 1000000; len *= 10) {
        char *text = malloc(len);
        wql__mem *mem = wql__mem_open(NULL, NULL, 0);
        wql__arena arena;
        wql__object_path *path;
        size_t size;
        assert_non_null(text);
        wql__arena_init(&arena, mem);
        memset(text, '\\', len);
        memcpy(text, "C.K=\"", 5);
        text[len - 1] = '"';
        if (len % 2) text[len - 2] = 'x';
        assert_int_equal(wql__object_path_parse((wql_str){text, len}, 0, len, &wide, &arena, &path, NULL), WQL_OK);
        assert_int_equal(path->keys[0].value.text.len, (len - 6) / 2);
        size = wql__arena_size(&arena);
        if (before) assert_true(size < before * 11);
        before = size;
        wql__arena_free(&arena);
        wql__mem_release(mem);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(paths_have_one_canonical_spelling, begin, finish),
        cmocka_unit_test_setup_teardown(the_parts_of_a_path_are_found, begin, finish),
        cmocka_unit_test_setup_teardown(a_fault_is_at_its_first_character, begin, finish),
        cmocka_unit_test_setup_teardown(a_fault_at_the_end_of_a_part_points_behind_it, begin, finish),
        cmocka_unit_test_setup_teardown(no_text_has_a_NUL_and_none_is_ill_formed, begin, finish),
        cmocka_unit_test_setup_teardown(reaching_a_limit_names_it, begin, finish),
        cmocka_unit_test_setup_teardown(keys_that_are_given_twice_are_found_among_many, begin, finish),
        cmocka_unit_test_setup_teardown(equality_is_that_of_the_parts, begin, finish),
        cmocka_unit_test_setup_teardown(integers_have_their_order, begin, finish),
        cmocka_unit_test(memory_is_in_proportion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
