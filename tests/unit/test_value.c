/* SPDX-License-Identifier: MIT */
/* test_value.c: CIM types, fitting, values as text, and numbers as text and back (with the C library's strtod as oracle). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/data/batch.h"
#include "../../engine/data/value.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 4711;
static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

/* -- types
 * --------------------------------------------------------------------------------------------------------------------------- */

static void types_are_what_cim_says(void **state) {
    static const struct {
        uint32_t type, size;
        const char *name;
        int64_t least;
        uint64_t most;
    } rows[] = {
        {WQL_SINT8, 1, "sint8", -128, 127},
        {WQL_UINT8, 1, "uint8", 0, 255},
        {WQL_SINT16, 2, "sint16", -32768, 32767},
        {WQL_UINT16, 2, "uint16", 0, 65535},
        {WQL_SINT32, 4, "sint32", INT32_MIN, INT32_MAX},
        {WQL_UINT32, 4, "uint32", 0, UINT32_MAX},
        {WQL_SINT64, 8, "sint64", INT64_MIN, INT64_MAX},
        {WQL_UINT64, 8, "uint64", 0, UINT64_MAX},
        {WQL_REAL32, 4, "real32", 0, 0},
        {WQL_REAL64, 8, "real64", 0, 0},
        {WQL_BOOLEAN, 0, "boolean", 0, 0},
        {WQL_STRING, 0, "string", 0, 0},
        {WQL_DATETIME, 8, "datetime", 0, 0},
        {WQL_REFERENCE, 0, "reference", 0, 0},
        {WQL_CHAR16, 2, "char16", 0, 65535},
        {WQL_OBJECT, 0, "object", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t type = rows[i].type;
        int64_t least = 1;
        uint64_t most = 0;
        char array[32];
        bool integer = rows[i].most && type != WQL_CHAR16;
        (void)snprintf(array, sizeof array, "%s[]", rows[i].name);
        assert_true(wql__type_is_known(type));
        assert_true(wql__type_is_known(type | WQL_ARRAY));
        assert_string_equal(wql__type_name(type), rows[i].name);
        assert_string_equal(wql__type_name(type | WQL_ARRAY), array);
        assert_int_equal(wql__type_size(type), rows[i].size);
        assert_int_equal(wql__type_size(type | WQL_ARRAY), 0);
        assert_int_equal(wql__type_is_integer(type), integer);
        assert_int_equal(wql__type_is_signed(type), rows[i].least < 0);
        assert_false(wql__type_is_integer(type | WQL_ARRAY));
        assert_int_equal(wql__type_is_real(type), type == WQL_REAL32 || type == WQL_REAL64);
        assert_int_equal(wql__type_is_text(type), type == WQL_STRING || type == WQL_REFERENCE);
        assert_int_equal(wql__type_range(type, &least, &most), rows[i].most != 0);
        if (rows[i].most) assert_true(least == rows[i].least && most == rows[i].most);
    }
    for (uint32_t type = 0; type < 0x4000; type++) {
        bool known = false;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) known = known || rows[i].type == (type & ~0x2000u);
        assert_int_equal(wql__type_is_known(type), known);
        assert_non_null(wql__type_name(type));
    }
}

/* -- fitting
 * ------------------------------------------------------------------------------------------------------------------------- */

static wql_value typed(wql_value value, uint32_t type) {
    value.type = type;
    return value;
}

/* All integer types among each other, at the ends of their ranges. */
static void integers_fit_if_the_number_does(void **state) {
    static const uint32_t types[] = {WQL_SINT8,  WQL_UINT8,  WQL_SINT16, WQL_UINT16, WQL_SINT32,
                                     WQL_UINT32, WQL_SINT64, WQL_UINT64, WQL_CHAR16};
    enum { TYPES = sizeof types / sizeof types[0] };
    (void)state;
    for (int from = 0; from < TYPES; from++)
        for (int to = 0; to < TYPES; to++)
            for (int edge = 0; edge < 4 * TYPES; edge++) {
                int64_t least, to_least, edge_least;
                uint64_t most, to_most, edge_most;
                __int128 number;
                wql_value in, out = wql_bool(true);
                bool fits;
                assert_true(wql__type_range(types[from], &least, &most) && wql__type_range(types[to], &to_least, &to_most));
                assert_true(wql__type_range(types[edge / 4], &edge_least, &edge_most));
                number = edge % 4 < 2 ? (__int128)edge_least - edge % 4 : (__int128)edge_most + (edge % 4 - 2);
                if (number < least || number > most) continue; /* no such value */
                in = typed(number < 0 ? wql_i64((int64_t)number) : wql_u64((uint64_t)number), types[from]);
                fits = number >= to_least && number <= to_most;
                assert_int_equal(wql__value_convert(&in, types[to], false, &out), fits ? WQL_OK : WQL_E_VALUE_OUT_OF_RANGE);
                if (!fits) continue;
                assert_int_equal(out.type, types[to]);
                assert_true((wql__type_is_signed(types[to]) ? (__int128)out.i64 : (__int128)out.u64) == number);
            }
}

static void other_kinds_fit_as_written(void **state) {
    wql_datetime time = {0, 0, 0, 0, 0}, length = {5, 0, 0, 1, 0}, late = {INT64_MAX, 0, 0, 0, 0};
    wql_value bools[] = {wql_bool(true), wql_null()}, mixed[] = {wql_bool(true), wql_i64(1)},
              wide[] = {typed(wql_i64(300), WQL_UINT8)};
    const struct {
        wql_value value;
        uint32_t type;
        bool interval;
        wql_status status;
    } rows[] = {
        {wql_f64(5.0), WQL_SINT32, false, WQL_E_TYPE_MISMATCH}, /* a real fits no integer */
        {wql_f64(1.5), WQL_REAL64, false, WQL_OK},
        {wql_f64(1e300), WQL_REAL32, false, WQL_E_VALUE_OUT_OF_RANGE},
        {wql_f64(-1e300), WQL_REAL32, false, WQL_E_VALUE_OUT_OF_RANGE},
        {wql_f64(FLT_MAX), WQL_REAL32, false, WQL_OK},
        {wql_f64(HUGE_VAL), WQL_REAL32, false, WQL_OK},
        {wql_f64((double)NAN), WQL_REAL32, false, WQL_OK},
        {wql_i64(-3), WQL_REAL64, false, WQL_OK},
        {wql_u64(UINT64_MAX), WQL_REAL32, false, WQL_OK},
        {wql_bool(true), WQL_REAL64, false, WQL_E_TYPE_MISMATCH},
        {typed(wql_u64(65), WQL_CHAR16), WQL_REAL64, false, WQL_E_TYPE_MISMATCH},
        {wql_bool(true), WQL_SINT32, false, WQL_E_TYPE_MISMATCH},
        {wql_i64(1), WQL_BOOLEAN, false, WQL_E_TYPE_MISMATCH},
        {wql_bool(true), WQL_BOOLEAN, false, WQL_OK},
        {wql_text(wql_s("x")), WQL_REFERENCE, false, WQL_OK},
        {typed(wql_text(wql_s("x")), WQL_REFERENCE), WQL_STRING, false, WQL_OK},
        {wql_text(wql_s("1")), WQL_SINT32, false, WQL_E_TYPE_MISMATCH},
        {wql_i64(1), WQL_STRING, false, WQL_E_TYPE_MISMATCH},
        {wql_time(time), WQL_DATETIME, false, WQL_OK},
        {wql_time(time), WQL_DATETIME, true, WQL_E_TYPE_MISMATCH},
        {wql_time(length), WQL_DATETIME, true, WQL_OK},
        {wql_time(length), WQL_DATETIME, false, WQL_E_TYPE_MISMATCH},
        {wql_time(late), WQL_DATETIME, false, WQL_E_VALUE_OUT_OF_RANGE},
        {wql_null(), WQL_SINT8, false, WQL_OK},
        {wql_null(), WQL_SINT8 | WQL_ARRAY, false, WQL_OK},
        {wql_i64(1), 999, false, WQL_E_TYPE_MISMATCH},
        {wql_array(WQL_BOOLEAN, bools, 2), WQL_BOOLEAN | WQL_ARRAY, false, WQL_OK},
        {wql_array(WQL_BOOLEAN, bools, 2), WQL_STRING | WQL_ARRAY, false, WQL_E_TYPE_MISMATCH},
        {wql_array(WQL_BOOLEAN, mixed, 2), WQL_BOOLEAN | WQL_ARRAY, false, WQL_E_TYPE_MISMATCH},
        {wql_array(WQL_BOOLEAN, NULL, 0), WQL_BOOLEAN | WQL_ARRAY, false, WQL_OK},
        {wql_array(WQL_BOOLEAN, NULL, 2), WQL_BOOLEAN | WQL_ARRAY, false, WQL_E_TYPE_MISMATCH},
        {wql_array(WQL_UINT8, wide, 1), WQL_UINT8 | WQL_ARRAY, false, WQL_E_VALUE_OUT_OF_RANGE},
        {wql_bool(true), WQL_BOOLEAN | WQL_ARRAY, false, WQL_E_TYPE_MISMATCH},
        {wql_array(WQL_BOOLEAN, bools, 2), WQL_BOOLEAN, false, WQL_E_TYPE_MISMATCH},
    };
    wql_value out;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql_status status = wql__value_convert(&rows[i].value, rows[i].type, rows[i].interval, &out);
        if (status != rows[i].status) fail_msg("row %zu: %s", i, wql_status_name(status));
        if (status == WQL_OK) assert_int_equal(out.type, rows[i].value.type == WQL_NULL ? WQL_NULL : rows[i].type);
    }
    out = wql_f64(0.1);
    assert_int_equal(wql__value_convert(&out, WQL_REAL32, false, &out), WQL_OK);
    assert_true(out.f64 == (double)0.1f);
}

/* The bound is exactly where a float rounds to infinity. */
static void the_end_of_real32(void **state) {
    double last = nextafter(0x1p128 - 0x1p103, 0), beyond = 0x1p128 - 0x1p103;
    wql_value in = wql_f64(last), out;
    (void)state;
    assert_int_equal(wql__value_convert(&in, WQL_REAL32, false, &out), WQL_OK);
    assert_true(out.f64 == (double)FLT_MAX);
    in = wql_f64(beyond);
    assert_int_equal(wql__value_convert(&in, WQL_REAL32, false, &out), WQL_E_VALUE_OUT_OF_RANGE);
}

/* -- text
 * ------------------------------------------------------------------------------------------------------------------------------ */

static void values_as_text(void **state) {
    wql_class cls;
    wql_batch batch;
    wql_datetime time = {1577836800000000, 60, 0, 0, 0}, late = {INT64_MAX, 0, 0, 0, 0};
    wql_value items[] = {wql_i64(1), wql_null(), typed(wql_i64(-3), WQL_SINT8)}, object = wql_null();
    const struct {
        wql_value value;
        const char *text;
    } rows[] = {
        {wql_null(), "NULL"},
        {wql_bool(true), "TRUE"},
        {wql_bool(false), "FALSE"},
        {wql_i64(INT64_MIN), "-9223372036854775808"},
        {wql_u64(UINT64_MAX), "18446744073709551615"},
        {typed(wql_u64(65), WQL_CHAR16), "65"},
        {wql_f64(1.5), "1.5"},
        {typed(wql_f64((double)0.1f), WQL_REAL32), "0.1"},
        {wql_f64((double)0.1f), "0.10000000149011612"},
        {wql_text(wql_s("a'b")), "a'b"},
        {wql_text(wql_s(NULL)), ""},
        {typed(wql_text(wql_s("C.K=1")), WQL_REFERENCE), "C.K=1"},
        {wql_time(time), "20200101010000.000000+060"},
        {wql_time(late), "9223372036854775807 us out of range"},
        {wql_array(WQL_SINT8, items, 3), "{1, NULL, -3}"},
        {wql_array(WQL_SINT8, NULL, 0), "{}"},
        {wql_array(WQL_SINT8, NULL, 3), "{...}"},
        {typed(wql_null(), 999), "{...}"},
    };
    char buf[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t len = wql_value_format(&rows[i].value, buf, sizeof buf);
        assert_string_equal(buf, rows[i].text);
        assert_int_equal(len, strlen(rows[i].text));
        assert_int_equal(wql_value_format(&rows[i].value, NULL, 0), len);
    }
    memset(&cls, 0, sizeof cls);
    memset(&batch, 0, sizeof batch);
    cls.def.name = "Win32_Thing";
    batch.cls = &cls;
    object.type = WQL_OBJECT;
    object.object = &batch;
    assert_int_equal(wql_value_format(&object, buf, sizeof buf), 13);
    assert_string_equal(buf, "<Win32_Thing>");
    object.object = NULL;
    wql_value_format(&object, buf, sizeof buf);
    assert_string_equal(buf, "<?>");
    assert_int_equal(wql_value_format(NULL, buf, sizeof buf), 0);
    assert_string_equal(buf, "");
    assert_int_equal(wql_value_format(&rows[0].value, buf, 3), 4);
    assert_string_equal(buf, "NU");
}

/* -- numbers
 * ---------------------------------------------------------------------------------------------------------------------------- */

static void numbers_as_they_are_written(void **state) {
    static const struct {
        const char *text;
        bool good, negative, whole, fits;
        uint64_t magnitude;
    } rows[] = {
        {"0", true, false, true, true, 0},
        {"-0", true, true, true, true, 0},
        {"007", true, false, true, true, 7},
        {"+12", true, false, true, true, 12},
        {"18446744073709551615", true, false, true, true, UINT64_MAX},
        {"18446744073709551616", true, false, true, false, 0},
        {"-9223372036854775808", true, true, true, true, (uint64_t)1 << 63},
        {"5.0", true, false, true, true, 5},
        {"5.", true, false, true, true, 5},
        {".5", true, false, false, false, 0},
        {"5.5", true, false, false, false, 0},
        {"1.50e1", true, false, true, true, 15},
        {"15e-1", true, false, false, false, 0},
        {"150e-1", true, false, true, true, 15},
        {"1e19", true, false, true, true, UINT64_C(10000000000000000000)},
        {"1e20", true, false, true, false, 0},
        {"1e400", true, false, true, false, 0},
        {"1e-400", true, false, false, false, 0},
        {"0e999999999999999999999", true, false, true, true, 0},
        {"0.000", true, false, true, true, 0},
        {"9007199254740993.0", true, false, true, true, UINT64_C(9007199254740993)},
        {"", false, false, false, false, 0},
        {"-", false, false, false, false, 0},
        {".", false, false, false, false, 0},
        {"1e", false, false, false, false, 0},
        {"1e+", false, false, false, false, 0},
        {"1.5.", false, false, false, false, 0},
        {" 1", false, false, false, false, 0},
        {"1 ", false, false, false, false, 0},
        {"0x1", false, false, false, false, 0},
        {"1,5", false, false, false, false, 0},
        {"inf", false, false, false, false, 0},
        {"nan", false, false, false, false, 0},
        {"--1", false, false, false, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql__number n;
        if (wql__number_parse(wql_s(rows[i].text), &n) != rows[i].good) fail_msg("%s", rows[i].text);
        if (!rows[i].good) continue;
        if (n.negative != rows[i].negative || n.whole != rows[i].whole || n.fits != rows[i].fits) fail_msg("%s", rows[i].text);
        if (n.fits) assert_true(n.magnitude == rows[i].magnitude);
    }
}

static bool same_bits(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

static void check_parse(const char *text) {
    wql__number n;
    double expected = strtod(text, NULL);
    if (!wql__number_parse(wql_s(text), &n)) fail_msg("%s is refused", text);
    if (!same_bits(n.real, expected)) fail_msg("%s: %a, not %a", text, n.real, expected);
}

static void parsing_agrees_with_strtod(void **state) {
    static const char *const texts[] = {
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "2.2250738585072014e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.797693134862315807e308",
        "1e308",
        "1e309",
        "-1e-324",
        "9007199254740993",
        "9007199254740992.5",
        "9007199254740993.00000000000000000000000000000000001",
        "0.5",
        "1e22",
        "1e23",
        "8.5e-30",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000000000000000000000001",
        "1e-5000",
        "1e5000",
        "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633028641669288791094"
        "65555478519404026306574886715058206819089020007083836762738548458177115317644757302700698555713669596228429148198608349364"
        "75292719074168444365510704342711559699508093042880",
    };
    char text[1200];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) check_parse(texts[i]);
    for (int round = 0; round < 60000; round++) {
        size_t len = 0, digits = 1 + draw() % (round % 50 == 0 ? 1000 : 25);
        size_t dot = draw() % (digits + 1);
        if (draw() % 2) text[len++] = '-';
        for (size_t i = 0; i < digits; i++) {
            if (i == dot) text[len++] = '.';
            text[len++] = (char)('0' + (draw() % 4 ? draw() % 10 : 0));
        }
        (void)snprintf(text + len, 20, "e%d", (int)(draw() % 700) - 350);
        check_parse(text);
    }
    for (int round = 0; round < 3000; round++) { /* exactly in the middle between two doubles, and a hair beside */
        uint64_t bits = draw() & 0x7fefffffffffffff;
        double low, high;
        memcpy(&low, &bits, sizeof low);
        high = nextafter(low, HUGE_VAL);
        if (high > DBL_MAX) continue;
        (void)snprintf(text, sizeof text, "%.780Le", ((long double)low + (long double)high) / 2);
        check_parse(text);
        text[strcspn(text, "e") - 1] = '1';
        check_parse(text);
    }
}

/* How many digits the shortest text has that reads back, by trying. */
static int slow_digits(double value, bool single) {
    for (int digits = 1;; digits++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, value);
        if (single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value) return digits;
    }
}

static int count_digits(const char *text) {
    int count = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        count++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return count - zeros;
}

static void check_print(double value, bool single) {
    char buf[32];
    size_t len = wql__real_print(value, single, buf);
    wql__number n;
    if (len != strlen(buf) || len > 31) fail_msg("%a: length %zu", value, len);
    if (single ? strtof(buf, NULL) != (float)value : !same_bits(strtod(buf, NULL), value)) fail_msg("%a: %s", value, buf);
    if (!wql__number_parse((wql_str){buf, len}, &n)) fail_msg("%a: %s is not read", value, buf);
    if (!single && !same_bits(n.real, value)) fail_msg("%a: %s reads as %a", value, buf, n.real);
    if (value != 0 && count_digits(buf) > slow_digits(value, single)) fail_msg("%a: %s is not the shortest", value, buf);
}

static void reals_print_shortest_and_read_back(void **state) {
    (void)state;
    for (int round = 0; round < 20000; round++) {
        uint64_t bits = draw();
        uint32_t narrow_bits = (uint32_t)draw();
        double value;
        float narrow;
        memcpy(&value, &bits, sizeof value);
        memcpy(&narrow, &narrow_bits, sizeof narrow);
        if (isfinite(value)) check_print(value, false);
        if (isfinite(narrow)) check_print((double)narrow, true);
        check_print((double)(draw() % 100000000) / 1000, false);
        check_print((double)(int64_t)(draw() % (1u << 20)) * (draw() % 2 ? 0.1 : 1e-7), false);
        check_print((double)(draw() >> 11), false);
    }
    for (int exponent = -1074; exponent < 1024; exponent++) { /* where the neighbours are at unequal distances */
        double value = ldexp(1, exponent);
        check_print(value, false);
        check_print(nextafter(value, 0), false);
        check_print(nextafter(value, HUGE_VAL), false);
        if (exponent >= -149 && exponent < 128) check_print(value, true);
        if (exponent >= -149 && exponent < 128) check_print((double)nextafterf((float)value, HUGE_VALF), true);
    }
    check_print(DBL_MAX, false);
    check_print(-DBL_MIN, false);
    check_print((double)FLT_MAX, true);
}

static void reals_look_as_expected(void **state) {
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {1.0, "1"},
        {-12.0, "-12"},
        {0.1, "0.1"},
        {1e-5, "0.00001"},
        {1e-6, "1e-6"},
        {123456.789, "123456.789"},
        {999999999999999.0, "999999999999999"},
        {1e15, "1e15"},
        {1.5e300, "1.5e300"},
        {-2.5e-10, "-2.5e-10"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e308"},
        {0x1p-44, "5.684341886080802e-14"},
        {9007199254740993.0, "9.007199254740992e15"},
        {100.0, "100"},
        {1234567890123.5, "1234567890123.5"},
    };
    char buf[32];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        wql__real_print(rows[i].value, false, buf);
        assert_string_equal(buf, rows[i].text);
    }
    assert_int_equal(wql__real_print((double)NAN, false, buf), 3);
    assert_string_equal(buf, "NaN");
    wql__real_print(HUGE_VAL, true, buf);
    assert_string_equal(buf, "Infinity");
    wql__real_print(-HUGE_VAL, false, buf);
    assert_string_equal(buf, "-Infinity");
    wql__real_print(16777216.0, true, buf);
    assert_string_equal(buf, "16777216");
    wql__real_print((double)3.4028235e38f, true, buf);
    assert_string_equal(buf, "3.4028235e38");
}

static void the_locale_does_not_matter(void **state) {
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "ru_RU.UTF-8"};
    bool found = false;
    char buf[32];
    wql__number n;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
        found = setlocale(LC_ALL, names[i]) != NULL && *localeconv()->decimal_point == ',';
    if (!found) {
        setlocale(LC_ALL, "C");
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    wql__real_print(1.5, false, buf);
    assert_string_equal(buf, "1.5");
    assert_true(wql__number_parse(wql_s("1.5"), &n) && n.real > 1.4 && n.real < 1.6);
    setlocale(LC_ALL, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_what_cim_says),
        cmocka_unit_test(integers_fit_if_the_number_does),
        cmocka_unit_test(other_kinds_fit_as_written),
        cmocka_unit_test(the_end_of_real32),
        cmocka_unit_test(values_as_text),
        cmocka_unit_test(numbers_as_they_are_written),
        cmocka_unit_test(parsing_agrees_with_strtod),
        cmocka_unit_test(reals_print_shortest_and_read_back),
        cmocka_unit_test(reals_look_as_expected),
        cmocka_unit_test(the_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
