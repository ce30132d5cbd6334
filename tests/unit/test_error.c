/* SPDX-License-Identifier: MIT */
/* test_error.c: filling errors, showing them, and the names of codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/base/error.h"
#include "../../engine/base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

static void fills_a_message(void **state) {
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    assert_int_equal(wql__fail(NULL, WQL_E_FAILED, "%s", "x"), WQL_E_FAILED);
    err.offset = err.length = err.line = err.column = 7;
    (void)snprintf(err.hint, sizeof err.hint, "old");
    assert_int_equal(wql__fail(&err, WQL_E_NOT_FOUND, "no %s of %d", "thing", 42), WQL_E_NOT_FOUND);
    assert_int_equal(err.struct_size, sizeof err);
    assert_int_equal(err.status, WQL_E_NOT_FOUND);
    assert_string_equal(err.message, "no thing of 42");
    assert_string_equal(err.hint, "");
    assert_int_equal(err.offset | err.length | err.line | err.column, 0);
    assert_int_equal(wql__fail_limit(&err, "depth_max", 128), WQL_E_QUOTA_VIOLATION);
    assert_non_null(strstr(err.message, "depth_max"));
    assert_non_null(strstr(err.message, "128"));
    assert_int_equal(wql__fail(&err, WQL_E_TIMED_OUT, "%s", ""), WQL_E_TIMED_OUT);
    assert_string_equal(err.message, wql_status_text(WQL_E_TIMED_OUT)); /* never without words */
}

static void cleans_what_it_is_given(void **state) {
    wql_error err = WQL_INIT(wql_error);
    (void)state;
    wql__fail(&err, WQL_E_FAILED, "%s", "a\tb\x01\x7f|\xff|\xe2\x82|\xc2\x85|\xc3\xa9|\xed\xa0\x80|\n");
    assert_string_equal(err.message, "a?b??|?|??|?|\xc3\xa9|???|?");
    wql__error_hint(&err, wql_s("x\ny"));
    assert_string_equal(err.hint, "x?y");
    wql__error_provider(&err, "p\xff");
    assert_string_equal(err.provider, "p?");
}

/* An error of any size gets the words of a code, as far as it reaches, and not a byte behind. */
static void the_words_of_a_code(void **state) {
    const char *words = wql_status_text(WQL_E_CALL_CANCELLED);
    (void)state;
    assert_int_equal(wql__fail_bare(NULL, WQL_E_FAILED), WQL_E_FAILED);
    for (size_t size = 4; size <= sizeof(wql_error); size++) {
        wql_error err;
        const size_t at = offsetof(wql_error, message);
        memset(&err, 0x55, sizeof err);
        err.struct_size = (uint32_t)size;
        assert_int_equal(wql__fail_bare(&err, WQL_E_CALL_CANCELLED), WQL_E_CALL_CANCELLED);
        for (size_t i = size; i < sizeof err; i++) assert_int_equal(((const uint8_t *)&err)[i], 0x55);
        if (size >= 8) assert_int_equal(err.status, WQL_E_CALL_CANCELLED);
        if (size >= 24) assert_int_equal(err.offset | err.length | err.line | err.column, 0);
        if (size > offsetof(wql_error, hint)) assert_int_equal(err.provider[0] | err.hint[0], 0);
        if (size > at) assert_memory_equal(err.message, words, size - at - 1 < strlen(words) ? size - at - 1 : strlen(words));
        if (size > at) assert_int_equal(err.message[size - at - 1 < strlen(words) ? size - at - 1 : strlen(words)], 0);
    }
}

/* Texts of every length around the room there is, ending in characters of every width. */
static void cuts_between_characters(void **state) {
    static const char *const tails[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    (void)state;
    for (size_t t = 0; t < 4; t++)
        for (size_t lead = 500; lead < 520; lead++) {
            wql_error err = WQL_INIT(wql_error);
            char text[2000];
            size_t len = lead, n = strlen(tails[t]), expected = lead > 511 ? 511 : lead;
            memset(text, 'x', lead);
            while (len < 1500) {
                memcpy(text + len, tails[t], n);
                len += n;
            }
            text[len] = '\0';
            while (expected + n <= 511) expected += n;
            wql__fail(&err, WQL_E_FAILED, "%s", text);
            assert_int_equal(strlen(err.message), expected);
            assert_memory_equal(err.message, text, expected);
        }
}

static void long_names(void **state) {
    wql_error err = WQL_INIT(wql_error);
    char name[300];
    (void)state;
    memset(name, 'n', sizeof name);
    name[299] = '\0';
    wql__fail(&err, WQL_E_FAILED, "x");
    wql__error_hint(&err, wql_s(name)); /* half a name is no hint */
    assert_string_equal(err.hint, "");
    wql__error_hint(&err, (wql_str){name, 127});
    assert_int_equal(strlen(err.hint), 127);
    wql__error_provider(&err, name);
    assert_int_equal(strlen(err.provider), 63);
    wql__error_hint(&err, wql_s(""));
    wql__error_provider(&err, "");
    wql__error_provider(&err, NULL);
    assert_int_equal(strlen(err.hint), 127);
    assert_int_equal(strlen(err.provider), 63);
    wql__error_hint(NULL, wql_s("x"));
    wql__error_provider(NULL, "x");
}

/* A caller compiled against a shorter struct: nothing beyond its size is touched, and what it sees ends in a NUL. */
static void writes_only_what_the_size_covers(void **state) {
    (void)state;
    for (uint32_t size = 0; size <= sizeof(wql_error); size++) {
        unsigned char bytes[sizeof(wql_error)];
        wql_error *err = (wql_error *)(void *)bytes, aligned;
        memset(bytes, 0xaa, sizeof bytes);
        memcpy(bytes, &size, sizeof size);
        memcpy(&aligned, bytes, sizeof bytes);
        wql__fail_at(&aligned, WQL_E_INVALID_QUERY, wql_s("SELECT"), 2, 3, "caf\xc3\xa9 %0500d", 1);
        wql__error_hint(&aligned, wql_s("hint"));
        wql__error_provider(&aligned, "provider");
        memcpy(bytes, &aligned, sizeof bytes);
        for (size_t i = size < 4 ? 4 : size; i < sizeof bytes; i++)
            if (bytes[i] != 0xaa) fail_msg("size %u: byte %zu was written", size, i);
        assert_int_equal(err->struct_size, size);
        if (size >= 8) assert_int_equal(err->status, WQL_E_INVALID_QUERY);
        if (size > offsetof(wql_error, message)) assert_non_null(memchr(aligned.message, 0, size - offsetof(wql_error, message)));
        if (size > offsetof(wql_error, hint) && size < offsetof(wql_error, message))
            assert_non_null(memchr(aligned.hint, 0, size - offsetof(wql_error, hint)));
    }
}

static void copies_as_far_as_it_reaches(void **state) {
    wql_error from = WQL_INIT(wql_error), to = WQL_INIT(wql_error); /* the same bytes behind their texts */
    (void)state;
    wql__fail_at(&from, WQL_E_INVALID_CLASS, wql_s("abc"), 1, 1, "message");
    wql__error_hint(&from, wql_s("hint"));
    wql__error_provider(&from, "provider");
    wql__error_copy(&to, &from);
    assert_memory_equal(&to, &from, sizeof to);
    wql__error_copy(NULL, &from);
    wql__error_copy(&from, &from);
    assert_memory_equal(&to, &from, sizeof to);
    to.struct_size = 12;
    wql__error_clear(&from);
    wql__error_copy(&to, &from);
    assert_int_equal(to.status, 0);
    assert_string_equal(to.message, "message");
}

static void finds_lines_and_columns(void **state) {
    static const struct {
        const char *text;
        size_t offset;
        uint32_t line, column;
    } rows[] = {
        {"abc", 0, 1, 1},          {"abc", 2, 1, 3},    {"abc", 3, 1, 4},      {"abc", 99, 1, 4},
        {"a\nb", 1, 1, 2},         {"a\nb", 2, 2, 1},   {"a\rb", 2, 2, 1},     {"a\r\nb", 3, 2, 1},
        {"a\r\nb", 1, 1, 2},       {"\n\n\n", 3, 4, 1}, {"\r\r\n\n", 4, 4, 1}, {"\xc3\xa9\xe2\x82\xacx", 5, 1, 3},
        {"a\n\xc3\xa9x", 4, 2, 2}, {"", 0, 1, 1},       {"a\r", 2, 2, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_error err = WQL_INIT(wql_error);
        size_t len = strlen(rows[i].text);
        wql__fail_at(&err, WQL_E_INVALID_QUERY, wql_s(rows[i].text), rows[i].offset, 1, "x");
        if (err.line != rows[i].line || err.column != rows[i].column) fail_msg("row %zu: %u:%u", i, err.line, err.column);
        assert_int_equal(err.offset, rows[i].offset < len ? rows[i].offset : len);
        assert_true(err.offset + err.length <= len);
    }
}

/* -- for a person
 * ------------------------------------------------------------------------------------------------------------------ */

static void check_text(const char *query, size_t offset, size_t length, const char *expected) {
    wql_error err = WQL_INIT(wql_error);
    char buf[4096];
    size_t n;
    wql__fail_at(&err, WQL_E_INVALID_QUERY, wql_s(query), offset, length, "wrong");
    n = wql__error_text(&err, wql_s(query), buf, sizeof buf);
    assert_string_equal(buf, expected);
    assert_int_equal(n, strlen(expected));
}

static void shows_the_place(void **state) {
    (void)state;
    check_text("SELECT * FORM x", 9, 4, "1:10: wrong\n  SELECT * FORM x\n           ^~~~\n");
    check_text("SELECT", 6, 0, "1:7: wrong\n  SELECT\n        ^\n");
    check_text("a\nbc d\ne", 5, 1, "2:4: wrong\n  bc d\n     ^\n");
    check_text("a\r\nbc\r\ne", 3, 9, "2:1: wrong\n  bc\n  ^~\n");
    check_text("\tx\x01y", 3, 1, "1:4: wrong\n   x?y\n     ^\n");
    check_text("\xc3\xa9\xe2\x82\xac = \xc3\xa9\xc3\xa9", 8, 4,
               "1:6: wrong\n  \xc3\xa9\xe2\x82\xac = \xc3\xa9\xc3\xa9\n       ^~\n");
    check_text("ab\xff\xff"
               "c",
               2, 1, "1:3: wrong\n  ab??c\n    ^\n");
    check_text("", 0, 0, "1:1: wrong\n");
}

static void shows_what_has_no_place(void **state) {
    wql_error err = WQL_INIT(wql_error);
    char buf[100];
    (void)state;
    wql__fail(&err, WQL_E_TIMED_OUT, "too late");
    assert_int_equal(wql__error_text(&err, wql_s("SELECT"), buf, sizeof buf), 9);
    assert_string_equal(buf, "too late\n");
    err.message[0] = '\0';
    wql__error_text(&err, wql_s(NULL), buf, sizeof buf);
    assert_string_equal(buf, "The deadline has passed.\n");
    err.struct_size = 8;
    wql__error_text(&err, wql_s(NULL), buf, sizeof buf);
    assert_string_equal(buf, "The deadline has passed.\n");
    assert_true(wql__error_text(NULL, wql_s(NULL), buf, sizeof buf) > 0);
}

/* A long line is cut around the place: the caret stands below the very character, wherever that is. */
static void cuts_long_lines(void **state) {
    char query[1000], buf[4096];
    (void)state;
    for (size_t i = 0; i < sizeof query - 1; i++) query[i] = (char)('a' + i % 26);
    query[sizeof query - 1] = '\0';
    for (size_t offset = 0; offset < sizeof query - 1; offset += 7) {
        wql_error err = WQL_INIT(wql_error);
        char *line, *carets, *caret;
        wql__fail_at(&err, WQL_E_INVALID_QUERY, wql_s(query), offset, 300, "x");
        wql__error_text(&err, wql_s(query), buf, sizeof buf);
        line = strchr(buf, '\n') + 1;
        carets = strchr(line, '\n') + 1;
        caret = strchr(carets, '^');
        assert_non_null(caret);
        assert_true(carets - line <= 110);
        assert_int_equal(line[caret - carets], query[offset]);
        assert_true(strlen(carets) <= (size_t)(carets - line));
        assert_int_equal(strncmp(line, "  ...", 5) == 0, offset > 60);
    }
}

/* snprintf's contract for every size of buffer, never half a character. */
static void fits_every_buffer(void **state) {
    static const char query[] = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 = \xc3\xa9\xc3\xa9";
    wql_error err = WQL_INIT(wql_error);
    char whole[400];
    size_t len;
    (void)state;
    wql__fail_at(&err, WQL_E_INVALID_QUERY, wql_s(query), 12, 4, "no \xe2\x82\xac here");
    len = wql__error_text(&err, wql_s(query), whole, sizeof whole);
    assert_int_equal(len, strlen(whole));
    assert_int_equal(wql__error_text(&err, wql_s(query), NULL, 0), len);
    for (size_t size = 1; size <= len + 2; size++) {
        char *buf = malloc(size);
        size_t got;
        assert_int_equal(wql__error_text(&err, wql_s(query), buf, size), len);
        got = strlen(buf);
        assert_true(got < size);
        assert_memory_equal(buf, whole, got);
        assert_int_equal(got, wql__utf8_cut(whole, len, size - 1));
        free(buf);
    }
}

static void appends_pieces(void **state) {
    (void)state;
    for (size_t size = 0; size < 40; size++) {
        char buf[40];
        wql__out out = {buf, size, 0};
        memset(buf, '#', sizeof buf);
        wql__out_z(&out, "ab");
        wql__out_format(&out, "%d-%s", 12, "\xc3\xa9\xc3\xa9");
        wql__out_text(&out, "x\0y", 3);
        wql__out_format(&out, "%s", "");
        wql__out_format(&out, "end");
        assert_int_equal(wql__out_end(&out), 15);
        if (size > 15) assert_memory_equal(buf, "ab12-\xc3\xa9\xc3\xa9x\0yend", 16);
        else if (size) assert_memory_equal(buf, "ab12-\xc3\xa9\xc3\xa9x\0yend", size == 7 || size == 9 ? size - 2 : size - 1);
        for (size_t i = size; i < sizeof buf; i++) assert_int_equal(buf[i], '#');
    }
}

/* -- codes
 * ------------------------------------------------------------------------------------------------------------------------------ */

/* The public header is the oracle: every code of it has its name, and a sentence. */
static void every_code_has_a_name(void **state) {
    FILE *file = fopen("include/wql/status.h", "r");
    char line[512];
    unsigned found = 0;
    (void)state;
    if (!file) {
        print_message("skipped: run it from the top of the tree\n");
        skip();
    }
    while (fgets(line, sizeof line, file)) {
        char name[64], expected[80];
        unsigned number;
        if (sscanf(line, "#define WQL_%63[A-Z_] ((wql_status)%x", name, &number) != 2) continue;
        found++;
        if (strcmp(name, "OK") == 0) (void)snprintf(expected, sizeof expected, "WBEM_S_NO_ERROR");
        else if (strcmp(name, "END") == 0) (void)snprintf(expected, sizeof expected, "WBEM_S_FALSE");
        else (void)snprintf(expected, sizeof expected, "%s_%s", number >> 4 == 0x8004200 ? "WBEMESS" : "WBEM", name);
        assert_string_equal(wql_status_name((wql_status)number), expected);
        assert_true(strlen(wql_status_text((wql_status)number)) > 10);
        assert_null(strstr(wql_status_text((wql_status)number), "code that is not known"));
    }
    fclose(file);
    assert_true(found > 60);
}

static void unknown_codes_have_one_too(void **state) {
    (void)state;
    assert_string_equal(wql_status_name((wql_status)0x80041FFF), "WBEM_E_?");
    assert_string_equal(wql_status_name(2), "WBEM_E_?");
    assert_non_null(wql_status_text((wql_status)0x80041FFF));
    assert_string_not_equal(wql_status_text((wql_status)0x80041FFF), wql_status_text(2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_a_message),
        cmocka_unit_test(the_words_of_a_code),
        cmocka_unit_test(cleans_what_it_is_given),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(long_names),
        cmocka_unit_test(writes_only_what_the_size_covers),
        cmocka_unit_test(copies_as_far_as_it_reaches),
        cmocka_unit_test(finds_lines_and_columns),
        cmocka_unit_test(shows_the_place),
        cmocka_unit_test(shows_what_has_no_place),
        cmocka_unit_test(cuts_long_lines),
        cmocka_unit_test(fits_every_buffer),
        cmocka_unit_test(appends_pieces),
        cmocka_unit_test(every_code_has_a_name),
        cmocka_unit_test(unknown_codes_have_one_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
