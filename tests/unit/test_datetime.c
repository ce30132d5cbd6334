/* SPDX-License-Identifier: MIT */
/* test_datetime.c: CIM datetimes and intervals, and the date forms of a WHERE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/datetime.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define US INT64_C(1000000)

static uint32_t seed = 99;
static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

/* -- the calendar
 * ------------------------------------------------------------------------------------------------------------------- */

static void every_day_follows_the_one_before(void **state) {
    int64_t days = wql__days_from_civil(-801, 1, 1);
    (void)state;
    assert_int_equal(wql__days_from_civil(1970, 1, 1), 0);
    assert_int_equal(wql__days_from_civil(2000, 3, 1), 11017);
    for (int64_t year = -801; year <= 10001; year++)
        for (unsigned month = 1; month <= 12; month++)
            for (unsigned day = 1; day <= wql__days_of_month(year, month); day++, days++) {
                int64_t y;
                unsigned m, d;
                if (wql__days_from_civil(year, month, day) != days) fail_msg("%lld-%u-%u", (long long)year, month, day);
                wql__civil_from_days(days, &y, &m, &d);
                if (y != year || m != month || d != day) fail_msg("%lld-%u-%u comes back otherwise", (long long)year, month, day);
            }
}

static void the_c_library_agrees(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        time_t instant = (time_t)((int64_t)draw(1u << 24) * 4096 - (int64_t)(draw(1u << 24)) * 2048);
        wql_datetime t = {(int64_t)instant * US, 0, 0, 0, 0};
        struct tm tm;
        char mine[26], theirs[96];
        assert_non_null(gmtime_r(&instant, &tm));
        if (tm.tm_year + 1900 < 1 || tm.tm_year + 1900 > 9999) continue;
        (void)snprintf(theirs, sizeof theirs, "%04d%02d%02d%02d%02d%02d.000000+000", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                       tm.tm_hour, tm.tm_min, tm.tm_sec);
        assert_int_equal(wql__datetime_print(&t, mine), 25);
        assert_string_equal(mine, theirs);
    }
}

/* -- CIM's form
 * ---------------------------------------------------------------------------------------------------------------------- */

static void reads_and_writes_cims_form(void **state) {
    static const struct {
        const char *text;
        int64_t us;
        int offset, wild, interval;
        const char *again; /* NULL: the same text */
    } rows[] = {
        {"20200101000000.000000+000", 1577836800 * US, 0, 0, 0, NULL},
        {"20200101010000.000000+060", 1577836800 * US, 60, 0, 0, NULL},
        {"19691231235959.999999+000", -1, 0, 0, 0, NULL},
        {"19700101000000.000000-720", 720 * 60 * US, -720, 0, 0, NULL},
        {"00010101000000.000000+999", -62135596800 * US - 999 * 60 * US, 999, 0, 0, NULL},
        {"99991231235959.999999-999", 253402300799 * US + 999999 + 999 * 60 * US, -999, 0, 0, NULL},
        {"20200229120000.000000+000", 1582977600 * US, 0, 0, 0, NULL},
        {"20201231235960.000000+000", 1609459199 * US + 999999, 0, 0, 0, "20201231235959.999999+000"},
        {"20201231235960.******+000", 1609459199 * US, 0, 64, 0, "20201231235959.******+000"},
        {"20200101000000.000000-000", 1577836800 * US, 0, 0, 0, "20200101000000.000000+000"},
        {"19980416******.000000+***", 892684800 * US, 0, 8 | 16 | 32 | 128, 0, NULL},
        {"**************.******+***", -62135596800 * US, 0, 255, 0, NULL},
        {"****0229000000.000000+000", -62035891200 * US, 0, 1, 0, NULL},
        {"2020**31000000.000000+000", 1580428800 * US, 0, 2, 0, NULL},
        {"00000000000000.000000:000", 0, 0, 0, 1, NULL},
        {"00000001000000.000000:000", 86400 * US, 0, 0, 1, NULL},
        {"99999999235959.999999:000", INT64_C(99999999) * 86400 * US + 86399 * US + 999999, 0, 0, 1, NULL},
        {"00000012030405.000678:000", (12 * 86400 + 3 * 3600 + 4 * 60 + 5) * US + 678, 0, 0, 1, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_datetime t;
        char buf[26];
        if (wql_datetime_parse(wql_s(rows[i].text), &t) != WQL_OK) fail_msg("%s is refused", rows[i].text);
        if (t.us != rows[i].us || t.offset_min != rows[i].offset || t.wild != rows[i].wild || t.interval != rows[i].interval ||
            t.zero)
            fail_msg("%s: %lld %d %d %d", rows[i].text, (long long)t.us, t.offset_min, t.wild, t.interval);
        assert_int_equal(wql_datetime_format(&t, buf), 25);
        assert_string_equal(buf, rows[i].again ? rows[i].again : rows[i].text);
    }
}

static void refuses_what_is_no_datetime(void **state) {
    static const char *const rows[] = {
        "",
        "20200101",
        "20200101000000.000000+00",
        "20200101000000.000000+0000",
        "20200101000000,000000+000",
        "20200101000000.000000 000",
        "20200101000000.000000z000",
        "20201301000000.000000+000",
        "20200001000000.000000+000",
        "20200100000000.000000+000",
        "20200132000000.000000+000",
        "20200230000000.000000+000",
        "20210229000000.000000+000",
        "19000229000000.000000+000",
        "00000101000000.000000+000",
        "20200101240000.000000+000",
        "20200101006000.000000+000",
        "20200101000061.000000+000",
        "199*0416000000.000000+000",
        "20200101000000.00000*+000",
        "20200101000000.000000+00*",
        "2020010100000 .000000+000",
        "+0200101000000.000000+000",
        "20200101-10000.000000+000",
        "****0230000000.000000+000",
        "00000001240000.000000:000",
        "00000001006000.000000:000",
        "00000001000060.000000:000",
        "********000000.000000:000",
        "00000001000000.000000:001",
        "00000001000000.000000:***",
        "20200101000000.000000:000x",
        "2020010\303\25100000.000000+000",
    };
    wql_datetime t = {1, 2, 3, 4, 5};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (wql_datetime_parse(wql_s(rows[i]), &t) != WQL_E_INVALID_PARAMETER) fail_msg("%s is taken", rows[i]);
    assert_int_equal(wql_datetime_parse(wql_s("20200101000000.000000+000"), NULL), WQL_E_INVALID_PARAMETER);
    assert_int_equal(wql_datetime_parse((wql_str){NULL, 25}, &t), WQL_E_INVALID_PARAMETER);
}

static void refuses_to_write_what_is_out_of_range(void **state) {
    static const wql_datetime rows[] = {
        {-62135596800 * US - 1, 0, 0, 0, 0},
        {253402300800 * US, 0, 0, 0, 0},
        {0, 1000, 0, 0, 0},
        {0, -1000, 0, 0, 0},
        {INT64_MAX, 999, 0, 0, 0},
        {INT64_MIN, -999, 0, 0, 0},
        {INT64_MIN + 999 * 60 * US, -999, 0, 0, 0}, /* its day begins before the first instant that 64 bits hold */
        {INT64_MAX - 999 * 60 * US, 999, 0, 0, 0},
        {-62135596800 * US, -1, 0, 0, 0},
        {-1, 0, 0, 1, 0},
        {INT64_C(100000000) * 86400 * US, 0, 0, 1, 0},
        {INT64_MIN, 0, 0, 1, 0},
        {0, 0, 4, 1, 0},
    };
    char buf[41];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(buf, 'x', sizeof buf);
        if (wql_datetime_format(&rows[i], buf) != 0 || buf[0]) fail_msg("row %zu", i);
        assert_int_equal(wql__datetime_iso(&rows[i], buf), 0);
        assert_string_equal(buf, "");
    }
    assert_int_equal(wql_datetime_format(NULL, buf), 0);
    assert_int_equal(wql_datetime_format(&rows[0], NULL), 0);
}

static void goes_there_and_back(void **state) {
    (void)state;
    for (int round = 0; round < 100000; round++) {
        wql_datetime t = {0, (int16_t)((int)draw(1999) - 999), (uint8_t)(draw(3) ? 0 : draw(256)), 0, 0}, again;
        char buf[26], twice[26];
        t.us = ((int64_t)draw(1u << 24) << 14) * US - 62000000000 * US + draw(1000000);
        if (t.wild & 128) t.offset_min = 0;
        if (!wql__datetime_print(&t, buf)) continue;
        if (!wql__datetime_parse((wql_str){buf, 25}, &again)) fail_msg("%s", buf);
        wql__datetime_print(&again, twice);
        assert_string_equal(buf, twice);
        if (!t.wild) assert_memory_equal(&t, &again, sizeof t);
    }
}

static void iso_form(void **state) {
    static const struct {
        const char *cim, *iso;
    } rows[] = {
        {"20200102030405.000006+060", "2020-01-02T03:04:05.000006+01:00"},
        {"20200102030405.000000+000", "2020-01-02T03:04:05Z"},
        {"20200102030405.100000-330", "2020-01-02T03:04:05.100000-05:30"},
        {"00010101000000.000000+999", "0001-01-01T00:00:00+16:39"},
        {"20200102******.000000+***", "20200102******.000000+***"},
        {"00000001000000.000000:000", "00000001000000.000000:000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_datetime t;
        char buf[41];
        assert_true(wql__datetime_parse(wql_s(rows[i].cim), &t));
        assert_int_equal(wql__datetime_iso(&t, buf), strlen(rows[i].iso));
        assert_string_equal(buf, rows[i].iso);
    }
}

/* -- the forms of a WHERE
 * ------------------------------------------------------------------------------------------------------------- */

static void reads_every_form(void **state) {
    static const struct {
        const char *text, *cim;
    } rows[] = {
        {"20200101000000.000000+000", "20200101000000.000000+000"},
        {"20200101010000.000000+060", "20200101010000.000000+060"},
        {"00000001000000.000000:000", "00000001000000.000000:000"},
        {"2020-01-02 03:04:05:678", "20200102030405.678000+000"},
        {"2020-01-02", "20200102000000.000000+000"},
        {"2020/01/02", "20200102000000.000000+000"},
        {"2020-1-2", "20200102000000.000000+000"},
        {"01/02/2020", "20200102000000.000000+000"},
        {"1/2/2020", "20200102000000.000000+000"},
        {"20200102", "20200102000000.000000+000"},
        {"202002", "20200201000000.000000+000"},
        {"2020", "20200101000000.000000+000"},
        {"Jan 1, 2020 10:00 PM", "20200101220000.000000+000"},
        {"Jan 2 2020", "20200102000000.000000+000"},
        {"jan 2, 20", "20200102000000.000000+000"},
        {"JANUARY 2,49", "20490102000000.000000+000"},
        {"Jan 2, 50", "19500102000000.000000+000"},
        {"Jan 2, 99", "19990102000000.000000+000"},
        {"Feb 2020", "20200201000000.000000+000"},
        {"Feb, 2020", "20200201000000.000000+000"},
        {"Mar 2020 05", "20200305000000.000000+000"},
        {"Mar 20 05", "20050320000000.000000+000"},
        {"Mar 99 05", "19990305000000.000000+000"},
        {"5 Mar 2020", "20200305000000.000000+000"},
        {"05 March, 2020", "20200305000000.000000+000"},
        {"05 Mar2020", "20200305000000.000000+000"},
        {"5Mar2020", "20200305000000.000000+000"},
        {"5 Mar 20", "20200305000000.000000+000"},
        {"20 Mar 05", "20050320000000.000000+000"},
        {"99 Mar 05", "19990305000000.000000+000"},
        {"5 2020 Mar", "20200305000000.000000+000"},
        {"5 20 Mar", "20200305000000.000000+000"},
        {"2020 Mar 5", "20200305000000.000000+000"},
        {"2020 Mar", "20200301000000.000000+000"},
        {"2020 5 Mar", "20200305000000.000000+000"},
        {"September 30, 1999", "19990930000000.000000+000"},
        {"29 Feb 2020", "20200229000000.000000+000"},
        {"2020 10:30", "20200101103000.000000+000"},
        {"Jan 2020 10 PM", "20200101220000.000000+000"},
        {"2020-01-02 10AM", "20200102100000.000000+000"},
        {"2020-01-02 12 am", "20200102000000.000000+000"},
        {"2020-01-02 12 PM", "20200102120000.000000+000"},
        {"2020-01-02 12:30 PM", "20200102123000.000000+000"},
        {"2020-01-02 1:2:3", "20200102010203.000000+000"},
        {"2020-01-02 01:02:03 pm", "20200102130203.000000+000"},
        {"2020-01-02 01:02:03:4", "20200102010203.004000+000"},
        {"2020-01-02 01:02:03:45", "20200102010203.045000+000"},
        {"2020-01-02 01:02:03:456PM", "20200102130203.456000+000"},
        {"2020-01-02   23:59:59", "20200102235959.000000+000"},
        {"20200102 03:04", "20200102030400.000000+000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_datetime t;
        char buf[26];
        memset(&t, 0xff, sizeof t);
        if (!wql__datetime_literal(wql_s(rows[i].text), NULL, &t)) fail_msg("%s is refused", rows[i].text);
        wql__datetime_print(&t, buf);
        if (strcmp(buf, rows[i].cim) != 0) fail_msg("%s: %s", rows[i].text, buf);
        assert_int_equal(t.zero, 0);
    }
}

static void refuses_every_other_text(void **state) {
    static const char *const rows[] = {
        "",
        " ",
        "not a date",
        "20200101******.******+***",
        "199*0416000000.000000+000",
        "2020-13-01",
        "2020-00-01",
        "2020-02-30",
        "2021-02-29",
        "0000-01-01",
        "13/01/2020",
        "31/12/2020",
        "01-02-2020",
        "2020.01.02",
        "2020-01/02",
        "2020/01-02",
        "1/2/20",
        "20-01-02",
        "200101x",
        "2020010",
        "202013",
        "20201",
        "20200230",
        "202",
        "10:00",
        "10 PM",
        "2020-01-02T03:04:05",
        "2020-01-02 24:00",
        "2020-01-02 23:60",
        "2020-01-02 23:59:60",
        "2020-01-02 13 PM",
        "2020-01-02 0 AM",
        "2020-01-02 10",
        "2020-01-02 10:00:00.5",
        "2020-01-02 10:00:00:1234",
        "2020-01-02 10:00 XM",
        "2020-01-02 10:00 PMx",
        "2020-01-02 ",
        " 2020",
        "2020-01-02 :",
        "2020-01-02 1:",
        "2020-01-02 1:2:3:4:5",
        "Jan",
        "Jan 2",
        "2 Jan",
        "Foo 2 2020",
        "Jan 2 3 2020",
        "Jan Feb 2020",
        "Jan 32 2020",
        "Jan 0 2020",
        "Feb 30 2020",
        "Jan 2,, 2020",
        "Jan 2, 2020,",
        ",Jan 2 2020",
        "Jan, 2 2020",
        "Jan 2020, 2",
        "Jan 2 020",
        "Jan 2 20200",
        "2020, Jan",
        "2 2020, Jan",
        "Ja 2 2020",
        "Janu 2 2020",
        "Jan 2 2020 2020",
        "2020-01-02 10:00 2020-01-02",
        "2020-01-02\n10:00",
        "\302\2402020",
        "2020-01-02 -1:00",
        "99999-01-01",
        "2020--01-02",
        "Jan 1, 2020                                                          10:00",
    };
    wql_datetime t;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (wql__datetime_literal(wql_s(rows[i]), NULL, &t)) fail_msg("\"%s\" is taken", rows[i]);
}

/* A zone with summer time: +60, from 2020-03-29 01:00 UTC to 2020-10-25 01:00 UTC +120. */
static int berlin(void *user, int64_t us) {
    const int64_t from = INT64_C(1585443600) * US, to = INT64_C(1603587600) * US;
    ++*(int *)user;
    return us >= from && us < to ? 120 : 60;
}
static int west(void *user, int64_t us) {
    (void)user;
    (void)us;
    return -480;
}
static int wild_host(void *user, int64_t us) {
    (void)us;
    return *(int *)user;
}

static void local_times_are_in_the_hosts_zone(void **state) {
    static const struct {
        const char *text, *cim;
    } rows[] = {
        {"2020-01-02", "20200102000000.000000+060"},
        {"2020-07-01 12:00", "20200701120000.000000+120"},
        {"2020-03-29 01:59", "20200329015900.000000+060"},
        {"2020-03-29 03:00", "20200329030000.000000+120"},
        {"2020-03-29 02:30", "20200329023000.000000+060"}, /* never comes: as if the clock had not been put on */
        {"2020-10-25 01:59", "20201025015900.000000+120"},
        {"2020-10-25 02:30", "20201025023000.000000+120"}, /* comes twice: the first */
        {"2020-10-25 03:00", "20201025030000.000000+060"},
        {"20200701120000.000000+000", "20200701120000.000000+000"}, /* says its own */
        {"00000001000000.000000:000", "00000001000000.000000:000"},
    };
    int calls = 0, minutes = 5000;
    wql__zone zone = {berlin, &calls}, pacific = {west, NULL}, none = {NULL, NULL}, mad = {wild_host, &minutes};
    wql_datetime t;
    char buf[26];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(wql__datetime_literal(wql_s(rows[i].text), &zone, &t));
        assert_int_equal(wql__datetime_print(&t, buf), 25);
        if (strcmp(buf, rows[i].cim) != 0) fail_msg("%s: %s", rows[i].text, buf);
    }
    assert_true(calls > 0);
    assert_true(wql__datetime_literal(wql_s("2020-01-02"), &pacific, &t));
    assert_int_equal(t.us, 1577952000 * US);
    assert_int_equal(t.offset_min, -480);
    assert_true(wql__datetime_literal(wql_s("2020-01-02"), &none, &t));
    assert_int_equal(t.offset_min, 0);
    assert_true(wql__datetime_literal(wql_s("2020-01-02"), &mad, &t)); /* kept within what the form can say */
    assert_int_equal(t.offset_min, 999);
    assert_int_equal(wql__datetime_print(&t, buf), 25);
}

/* Any text is either refused or gives a moment that can be written. */
static void random_texts_do_no_harm(void **state) {
    static const char *const pieces[] = {"2020", "1", "12", "31", "Jan", "february", " ", ",", "-", "/", ":", "AM", "p", "*", "."};
    unsigned taken = 0;
    (void)state;
    for (int round = 0; round < 300000; round++) {
        char text[80], buf[26];
        size_t len = 0, count = draw(9);
        wql_datetime t;
        for (size_t i = 0; i < count; i++) {
            const char *piece = pieces[draw(sizeof pieces / sizeof pieces[0])];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        if (!wql__datetime_literal((wql_str){text, len}, NULL, &t)) continue;
        taken++;
        if (wql__datetime_print(&t, buf) != 25) fail_msg("%.*s", (int)len, text);
    }
    assert_true(taken > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(the_c_library_agrees),
        cmocka_unit_test(reads_and_writes_cims_form),
        cmocka_unit_test(refuses_what_is_no_datetime),
        cmocka_unit_test(refuses_to_write_what_is_out_of_range),
        cmocka_unit_test(goes_there_and_back),
        cmocka_unit_test(iso_form),
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(refuses_every_other_text),
        cmocka_unit_test(local_times_are_in_the_hosts_zone),
        cmocka_unit_test(random_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
