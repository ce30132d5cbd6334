/* SPDX-License-Identifier: MIT */
/* test_automation.cc: BSTR, VARIANT and what it is converted to, SAFEARRAY. */
#include "automation.h"

#include <initializer_list>
#include <limits.h>
#include <locale.h>
#include <math.h>

namespace {

/* -- BSTR ---------------------------------------------------------------------------------------------------------- */

void bstr_knows_its_length_and_ends_in_nul(void **) {
    Text plain(L"h\u00e9llo"), empty(L""), with_nul(SysAllocStringLen(L"a\0b", 3), 0);
    assert_int_equal(SysStringLen(plain.bstr), 5);
    assert_int_equal(SysStringByteLen(plain.bstr), 5 * sizeof(wchar_t));
    assert_int_equal(plain.bstr[5], 0);
    assert_non_null(empty.bstr);
    assert_int_equal(SysStringLen(empty.bstr), 0);
    assert_int_equal(empty.bstr[0], 0);
    assert_int_equal(SysStringLen(with_nul.bstr), 3);
    assert_int_equal(with_nul.bstr[2], L'b');
    /* The length stands where code that knows COM looks for it. */
    assert_int_equal(reinterpret_cast<uint32_t *>(plain.bstr)[-1], 5 * sizeof(wchar_t));
}

void bstr_null_is_empty_and_harmless(void **) {
    SysFreeString(nullptr);
    assert_int_equal(SysStringLen(nullptr), 0);
    assert_int_equal(SysStringByteLen(nullptr), 0);
    assert_null(SysAllocString(nullptr));
    assert_int_equal(SysReAllocString(nullptr, L"x"), FALSE);
    assert_int_equal(SysReAllocStringLen(nullptr, L"x", 1), FALSE);
}

void bstr_of_bytes_keeps_them_and_a_whole_nul_follows(void **) {
    Text odd(SysAllocStringByteLen("abcde", 5), 0), none(SysAllocStringByteLen(nullptr, 7), 0);
    assert_int_equal(SysStringByteLen(odd.bstr), 5);
    assert_int_equal(SysStringLen(odd.bstr), 1);
    assert_memory_equal(odd.bstr, "abcde\0\0\0", 8);
    assert_int_equal(odd.bstr[2], 0);
    assert_int_equal(SysStringByteLen(none.bstr), 7);
}

void bstr_may_be_made_anew_of_its_own_piece(void **) {
    Text text(L"one two");
    assert_int_equal(SysReAllocString(&text.bstr, text.bstr + 4), TRUE);
    assert_wide(text.bstr, L"two");
    assert_int_equal(SysReAllocStringLen(&text.bstr, text.bstr, 2), TRUE);
    assert_wide(text.bstr, L"tw");
    /* Without a text what is there stays. */
    assert_int_equal(SysReAllocStringLen(&text.bstr, nullptr, 1), TRUE);
    assert_wide(text.bstr, L"t");
    assert_int_equal(SysReAllocString(&text.bstr, nullptr), TRUE);
    assert_null(text.bstr);
    assert_int_equal(SysReAllocStringLen(&text.bstr, L"new", 3), TRUE);
    assert_wide(text.bstr, L"new");
}

void bstr_that_is_too_long_is_refused_and_nothing_changes(void **) {
    Text text(L"here");
    BSTR before = text.bstr;
    assert_null(SysAllocStringLen(nullptr, UINT_MAX));
    assert_null(SysAllocStringLen(nullptr, UINT_MAX / sizeof(wchar_t) + 1)); /* its bytes are no 32 bits */
    assert_int_equal(SysReAllocStringLen(&text.bstr, nullptr, UINT_MAX), FALSE);
    assert_ptr_equal(text.bstr, before);
    assert_wide(text.bstr, L"here");
}

/* -- VARIANT ------------------------------------------------------------------------------------------------------- */

void variant_clear_lets_go_what_it_holds_once(void **) {
    Counter counter;
    VARIANT v;
    counter.AddRef();
    counter.AddRef();
    VariantInit(&v);
    v.vt = VT_UNKNOWN;
    v.punkVal = &counter;
    assert_int_equal(VariantClear(&v), S_OK);
    assert_int_equal(v.vt, VT_EMPTY);
    assert_int_equal(VariantClear(&v), S_OK);
    assert_int_equal(counter.refs, 1);
    v = variant_of_text(L"x");
    assert_int_equal(VariantClear(&v), S_OK);
    /* What it points to is somebody else's. */
    IUnknown *object = &counter;
    v.vt = VT_UNKNOWN | VT_BYREF;
    v.ppunkVal = &object;
    assert_int_equal(VariantClear(&v), S_OK);
    assert_int_equal(counter.refs, 1);
    assert_int_equal(VariantClear(nullptr), E_INVALIDARG);
}

void variant_types_that_are_none_are_refused(void **) {
    const VARTYPE none[] = {7 + 8,          VT_VOID,        VT_HRESULT,         0xfff,
                            VT_VARIANT,     VT_ARRAY,       VT_BYREF,           VT_NULL | VT_ARRAY,
                            0x8000 | VT_I4, 0x1000 | VT_I4, VT_EMPTY | VT_BYREF};
    for (VARTYPE type : none) {
        VARIANT v = variant_of_long(1, type), w;
        VariantInit(&w);
        if (VariantClear(&v) != DISP_E_BADVARTYPE) fail_msg("type %#x was cleared", type);
        assert_int_equal(v.vt, type);
        assert_int_equal(VariantCopy(&w, &v), DISP_E_BADVARTYPE);
        v = variant_of_long(1);
        assert_int_equal(VariantChangeType(&w, &v, 0, type), DISP_E_BADVARTYPE);
    }
}

void variant_copy_is_deep_and_may_be_of_itself_or_of_its_part(void **) {
    Counter counter;
    VARIANT a = variant_of_text(L"text"), b, c;
    VariantInit(&b);
    assert_int_equal(VariantCopy(&b, &a), S_OK);
    assert_ptr_not_equal(a.bstrVal, b.bstrVal);
    assert_wide(b.bstrVal, L"text");
    assert_int_equal(VariantCopy(&a, &a), S_OK);
    assert_wide(a.bstrVal, L"text");
    VariantClear(&a);
    counter.AddRef();
    a.vt = VT_UNKNOWN;
    a.punkVal = &counter;
    assert_int_equal(VariantCopy(&b, &a), S_OK);
    assert_int_equal(counter.refs, 2);
    /* An array, replaced by one of its elements. */
    VariantInit(&c);
    c.vt = VT_ARRAY | VT_VARIANT;
    c.parray = SafeArrayCreateVector(VT_VARIANT, 0, 1);
    LONG at = 0;
    assert_int_equal(SafeArrayPutElement(c.parray, &at, &b), S_OK);
    assert_int_equal(counter.refs, 3);
    assert_int_equal(VariantCopy(&c, static_cast<VARIANT *>(c.parray->pvData)), S_OK);
    assert_int_equal(c.vt, VT_UNKNOWN);
    assert_int_equal(counter.refs, 3);
    VariantClear(&a);
    VariantClear(&b);
    VariantClear(&c);
    assert_int_equal(counter.refs, 0);
    assert_int_equal(VariantCopy(nullptr, &a), E_INVALIDARG);
    assert_int_equal(VariantCopy(&a, nullptr), E_INVALIDARG);
}

void variant_with_a_locked_array_stays_as_it_is(void **) {
    VARIANT v, w = variant_of_long(3);
    void *data;
    VariantInit(&v);
    v.vt = VT_ARRAY | VT_I4;
    v.parray = SafeArrayCreateVector(VT_I4, 0, 2);
    assert_int_equal(SafeArrayAccessData(v.parray, &data), S_OK);
    assert_int_equal(VariantClear(&v), DISP_E_ARRAYISLOCKED);
    assert_int_equal(VariantCopy(&v, &w), DISP_E_ARRAYISLOCKED);
    assert_int_equal(VariantChangeType(&v, &w, 0, VT_BSTR), DISP_E_ARRAYISLOCKED);
    assert_int_equal(v.vt, VT_ARRAY | VT_I4);
    assert_int_equal(SafeArrayUnaccessData(v.parray), S_OK);
    assert_int_equal(VariantClear(&v), S_OK);
}

/* -- conversions --------------------------------------------------------------------------------------------------- */

/* What a text becomes: code, and the whole number in all of its member. */
void check_text(const wchar_t *text, VARTYPE type, HRESULT code, long long wanted) {
    VARIANT v = variant_of_text(text), w = variant_of_long(77);
    HRESULT done = VariantChangeType(&w, &v, 0, type);
    if (done != code) fail_msg("%ls to %d gave %#x", text, type, static_cast<unsigned>(done));
    if (FAILED(code)) { /* as it was */
        assert_int_equal(w.vt, VT_I4);
        assert_int_equal(w.lVal, 77);
    } else {
        assert_int_equal(w.vt, type);
        if (w.llVal != wanted) fail_msg("%ls to %d gave %lld", text, type, w.llVal);
    }
    VariantClear(&v);
    VariantClear(&w);
}

void texts_become_numbers_without_wrapping(void **) {
    check_text(L"12", VT_I4, S_OK, 12);
    check_text(L"-12", VT_I4, S_OK, -12); /* sign-extended through all of a LONG */
    check_text(L"  +7\t", VT_I4, S_OK, 7);
    check_text(L"2147483647", VT_I4, S_OK, INT32_MAX);
    check_text(L"2147483648", VT_I4, DISP_E_OVERFLOW, 0);
    check_text(L"-2147483649", VT_I4, DISP_E_OVERFLOW, 0);
    check_text(L"4294967295", VT_UI4, S_OK, UINT32_MAX);
    check_text(L"4294967296", VT_UI4, DISP_E_OVERFLOW, 0);
    check_text(L"-1", VT_UI4, DISP_E_OVERFLOW, 0);
    check_text(L"9223372036854775807", VT_I8, S_OK, INT64_MAX);
    check_text(L"9223372036854775808", VT_I8, DISP_E_OVERFLOW, 0);
    check_text(L"18446744073709551615", VT_UI8, S_OK, -1);
    check_text(L"18446744073709551616", VT_UI8, DISP_E_OVERFLOW, 0);
    check_text(L"-9223372036854775808", VT_I8, S_OK, INT64_MIN);
    check_text(L"255", VT_UI1, S_OK, 255);
    check_text(L"256", VT_UI1, DISP_E_OVERFLOW, 0);
    check_text(L"32768", VT_I2, DISP_E_OVERFLOW, 0);
    check_text(L"1e3", VT_I4, S_OK, 1000);
    check_text(L"1e999", VT_R8, DISP_E_OVERFLOW, 0);
    check_text(L"1e39", VT_R4, DISP_E_OVERFLOW, 0);
}

/* Types of whole numbers, and what they hold. */
const struct Whole {
    VARTYPE type;
    long double least, most;
} wholes[] = {{VT_I1, INT8_MIN, INT8_MAX},   {VT_UI1, 0, UINT8_MAX},  {VT_I2, INT16_MIN, INT16_MAX},  {VT_UI2, 0, UINT16_MAX},
              {VT_I4, INT32_MIN, INT32_MAX}, {VT_UI4, 0, UINT32_MAX}, {VT_INT, INT32_MIN, INT32_MAX}, {VT_UINT, 0, UINT32_MAX},
              {VT_I8, INT64_MIN, INT64_MAX}, {VT_UI8, 0, UINT64_MAX}};

VARIANT whole_variant(VARTYPE type, long double number) {
    VARIANT v;
    VariantInit(&v);
    v.vt = type;
    switch (type) {
    case VT_I1: v.cVal = static_cast<CHAR>(number); break;
    case VT_UI1: v.bVal = static_cast<BYTE>(number); break;
    case VT_I2: v.iVal = static_cast<SHORT>(number); break;
    case VT_UI2: v.uiVal = static_cast<USHORT>(number); break;
    case VT_I4: v.lVal = static_cast<LONG>(number); break;
    case VT_UI4: v.ulVal = static_cast<ULONG>(number); break;
    case VT_INT: v.intVal = static_cast<INT>(number); break;
    case VT_UINT: v.uintVal = static_cast<UINT>(number); break;
    case VT_I8: v.llVal = static_cast<LONGLONG>(number); break;
    default: v.ullVal = static_cast<ULONGLONG>(number); break;
    }
    return v;
}

/* From one whole type to another, directly and through a text, against exact arithmetic (a long double holds 64 bits). */
void check_whole(const Whole &from, const Whole &to, long double number) {
    const bool fits = number >= to.least && number <= to.most;
    const VARIANT wanted = whole_variant(to.type, fits ? number : 0);
    VARIANT v = whole_variant(from.type, number), w, text;
    VariantInit(&w);
    VariantInit(&text);
    assert_int_equal(VariantChangeType(&text, &v, 0, VT_BSTR), S_OK);
    for (const VARIANT *source : {&v, &text}) {
        HRESULT done = VariantChangeType(&w, source, 0, to.type);
        if (done != (fits ? S_OK : DISP_E_OVERFLOW) || (fits && memcmp(&w, &wanted, sizeof w)))
            fail_msg("%Lg of %d to %d by %d gave %#x", number, from.type, to.type, source->vt, static_cast<unsigned>(done));
        VariantClear(&w);
    }
    VariantClear(&text);
}

void every_pair_of_whole_types_agrees_with_exact_arithmetic(void **) {
    for (const Whole &from : wholes)
        for (const Whole &to : wholes)
            for (const Whole &edge : wholes)
                for (int by = -1; by <= 1; by++)
                    for (long double number : {edge.least + by, edge.most + by})
                        if (number >= from.least && number <= from.most) check_whole(from, to, number);
}

void real_numbers_come_back_from_their_texts(void **) {
    uint64_t state = 88172645463325252u;
    for (int i = 0; i < 3000; i++) {
        VARIANT v = variant_of_real(0), text;
        VariantInit(&text);
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memcpy(&v.dblVal, &state, sizeof state);
        if (!isfinite(v.dblVal)) continue;
        const double number = v.dblVal;
        assert_int_equal(VariantChangeType(&text, &v, 0, VT_BSTR), S_OK);
        assert_int_equal(VariantChangeType(&v, &text, 0, VT_R8), S_OK);
        if (memcmp(&v.dblVal, &number, sizeof number)) fail_msg("%.17g came back as %.17g", number, v.dblVal);
        VariantClear(&text);
    }
}

void texts_that_are_no_numbers_are_refused(void **) {
    const wchar_t *none[] = {L"",    L" ",   L"x",   L"1x",  L"1 2",    L"0x10",    L"+-1",
                             L"--1", L"inf", L"nan", L"1,5", L"\u0661", L"1\u00a0", L"."};
    for (const wchar_t *text : none) {
        check_text(text, VT_I4, DISP_E_TYPEMISMATCH, 0);
        check_text(text, VT_R8, DISP_E_TYPEMISMATCH, 0);
        check_text(text, VT_BOOL, DISP_E_TYPEMISMATCH, 0);
    }
    VARIANT v = variant_of_text(L"1"), w;
    VariantInit(&w);
    SysReAllocStringLen(&v.bstrVal, L"1\0", 2); /* a NUL is a character */
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I4), DISP_E_TYPEMISMATCH);
    VariantClear(&v);
}

void real_numbers_round_to_the_nearest_even_and_do_not_wrap(void **) {
    static const struct {
        double from;
        VARTYPE type;
        HRESULT code;
        long long wanted;
    } cases[] = {{2.5, VT_I4, S_OK, 2},
                 {3.5, VT_I4, S_OK, 4},
                 {-2.5, VT_I4, S_OK, -2},
                 {0.49999999999999994, VT_I4, S_OK, 0},
                 {2147483647.4, VT_I4, S_OK, INT32_MAX},
                 {2147483647.5, VT_I4, DISP_E_OVERFLOW, 0},
                 {9223372036854775808.0, VT_I8, DISP_E_OVERFLOW, 0},
                 {9223372036854775808.0, VT_UI8, S_OK, INT64_MIN},
                 {18446744073709551616.0, VT_UI8, DISP_E_OVERFLOW, 0},
                 {-9223372036854775808.0, VT_I8, S_OK, INT64_MIN},
                 {-0.4, VT_UI4, S_OK, 0},
                 {-0.6, VT_UI4, DISP_E_OVERFLOW, 0},
                 {INFINITY, VT_I8, DISP_E_OVERFLOW, 0},
                 {-INFINITY, VT_BSTR, DISP_E_OVERFLOW, 0},
                 {NAN, VT_I8, DISP_E_OVERFLOW, 0},
                 {1e39, VT_R4, DISP_E_OVERFLOW, 0}};
    for (const auto &each : cases) {
        VARIANT v = variant_of_real(each.from), w;
        VariantInit(&w);
        HRESULT done = VariantChangeType(&w, &v, 0, each.type);
        if (done != each.code || w.llVal != each.wanted)
            fail_msg("%.17g to %d gave %#x and %lld", each.from, each.type, static_cast<unsigned>(done), w.llVal);
    }
}

void check_written(VARIANT v, USHORT flags, const wchar_t *wanted) {
    HRESULT done = VariantChangeType(&v, &v, flags, VT_BSTR);
    assert_int_equal(done, S_OK);
    assert_wide(v.bstrVal, wanted);
    VariantClear(&v);
}

void numbers_are_written_shortest_and_without_the_locale(void **) {
    const char *before = setlocale(LC_ALL, nullptr);
    char kept[64];
    snprintf(kept, sizeof kept, "%s", before);
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* with a comma, where it is installed */
    check_written(variant_of_real(0.1), 0, L"0.1");
    check_written(variant_of_real(-1e21), 0, L"-1e+21");
    check_written(variant_of_real(1.7976931348623157e308), 0, L"1.7976931348623157e+308");
    check_written(variant_of_real(-4.9406564584124654e-324), 0, L"-5e-324");
    check_written(variant_of_long(-5), 0, L"-5");
    check_written(variant_of_long(-1, VT_UI8), 0, L"18446744073709551615");
    check_written(variant_of_long(INT64_MIN, VT_I8), 0, L"-9223372036854775808");
    check_written(variant_of_long(0, VT_EMPTY), 0, L"");
    VARIANT v = variant_of_long(0, VT_R4);
    v.fltVal = 0.1f;
    check_written(v, 0, L"0.1"); /* not that of the nearest double */
    setlocale(LC_ALL, kept);
}

void booleans_are_minus_one_and_zero(void **) {
    VARIANT yes = variant_of_long(0, VT_BOOL), v;
    yes.boolVal = VARIANT_TRUE;
    check_written(yes, 0, L"-1");
    check_written(yes, VARIANT_ALPHABOOL, L"True");
    check_written(variant_of_long(0, VT_BOOL), VARIANT_ALPHABOOL, L"False");
    VariantInit(&v);
    assert_int_equal(VariantChangeType(&v, &yes, 0, VT_I4), S_OK);
    assert_int_equal(v.lVal, -1);
    assert_int_equal(VariantChangeType(&v, &yes, 0, VT_UI1), DISP_E_OVERFLOW); /* -1 is none */
    check_text(L"tRuE", VT_BOOL, S_OK, 0xffff);
    check_text(L"False", VT_BOOL, S_OK, 0);
    check_text(L"0.5", VT_BOOL, S_OK, 0xffff);
    check_text(L"0", VT_BOOL, S_OK, 0);
    v = variant_of_long(256);
    assert_int_equal(VariantChangeType(&v, &v, 0, VT_BOOL), S_OK);
    assert_int_equal(v.boolVal, VARIANT_TRUE);
}

void a_long_beyond_32_bits_does_not_become_another_number(void **) {
    VARIANT v = variant_of_long(INT64_C(0x100000005)), w;
    VariantInit(&w);
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I2), DISP_E_OVERFLOW);
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_UI4), DISP_E_OVERFLOW);
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I8), S_OK);
    assert_true(w.llVal == INT64_C(0x100000005));
}

void values_behind_pointers_are_read(void **) {
    LONG number = -3;
    Text text(L"41");
    VARIANT inner = variant_of_text(L"9"), v, w;
    VariantInit(&v);
    VariantInit(&w);
    v.vt = VT_I4 | VT_BYREF;
    v.plVal = &number;
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I2), S_OK);
    assert_int_equal(w.iVal, -3);
    v.vt = VT_BSTR | VT_BYREF;
    v.pbstrVal = &text.bstr;
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I4), S_OK);
    assert_int_equal(w.lVal, 41);
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_BSTR), S_OK);
    assert_wide(w.bstrVal, L"41");
    assert_ptr_not_equal(w.bstrVal, text.bstr);
    v.vt = VT_VARIANT | VT_BYREF;
    v.pvarVal = &inner;
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_UI1), S_OK);
    assert_int_equal(w.bVal, 9);
    v.pvarVal = &v; /* one that points to itself */
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_UI1), DISP_E_BADVARTYPE);
    v.vt = VT_I4 | VT_BYREF;
    v.plVal = nullptr;
    assert_int_equal(VariantChangeType(&w, &v, 0, VT_I2), E_INVALIDARG);
    VariantClear(&inner);
}

void a_copy_may_be_of_what_a_value_points_to(void **) {
    Text text(L"text");
    VARIANT inside = variant_of_text(L"inside"), pointer, copy;
    VariantInit(&pointer);
    VariantInit(&copy);
    pointer.vt = VT_BYREF | VT_BSTR;
    pointer.pbstrVal = &text.bstr;
    assert_int_equal(VariantCopyInd(&copy, &pointer), S_OK);
    assert_int_equal(copy.vt, VT_BSTR);
    assert_wide(copy.bstrVal, L"text");
    assert_ptr_not_equal(copy.bstrVal, text.bstr);
    pointer.vt = VT_BYREF | VT_VARIANT;
    pointer.pvarVal = &inside;
    assert_int_equal(VariantCopyInd(&copy, &pointer), S_OK);
    assert_wide(copy.bstrVal, L"inside");
    assert_int_equal(VariantCopyInd(&pointer, &pointer), S_OK); /* into itself */
    assert_wide(pointer.bstrVal, L"inside");
    assert_int_equal(VariantCopyInd(&copy, &pointer), S_OK); /* it points to nothing */
    assert_wide(copy.bstrVal, L"inside");
    assert_int_equal(VariantChangeTypeEx(&copy, &copy, 0x407, 0, VT_I4), DISP_E_TYPEMISMATCH);
    VariantClear(&pointer);
    pointer.vt = VT_BYREF | VT_I4;
    assert_int_equal(VariantCopyInd(&copy, &pointer), E_INVALIDARG);
    pointer.vt = VT_VOID;
    assert_int_equal(VariantCopyInd(&copy, &pointer), DISP_E_BADVARTYPE);
    assert_int_equal(VariantCopyInd(nullptr, &pointer), E_INVALIDARG);
    assert_wide(copy.bstrVal, L"inside");
    VariantClear(&copy);
    VariantClear(&inside);
}

void what_cannot_be_converted_is_a_mismatch(void **) {
    Counter counter;
    VARIANT null = variant_of_long(0, VT_NULL), object = variant_of_long(0, VT_UNKNOWN), number = variant_of_long(1), w;
    VariantInit(&w);
    counter.AddRef();
    object.punkVal = &counter;
    assert_int_equal(VariantChangeType(&w, &null, 0, VT_I4), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&w, &object, 0, VT_BSTR), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&w, &number, 0, VT_UNKNOWN), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&w, &number, 0, VT_ARRAY | VT_I4), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&w, &number, 0, VT_NULL), DISP_E_TYPEMISMATCH);
    assert_int_equal(VariantChangeType(&w, &number, 0x80, VT_I2), E_INVALIDARG);
    assert_int_equal(VariantChangeType(nullptr, &number, 0, VT_I2), E_INVALIDARG);
    assert_int_equal(VariantChangeType(&w, &object, 0, VT_UNKNOWN), S_OK);
    assert_int_equal(counter.refs, 2);
    VariantClear(&w);
    assert_int_equal(VariantChangeType(&w, &w, 0, VT_NULL), S_OK);
    assert_int_equal(w.vt, VT_NULL);
    assert_int_equal(counter.refs, 1);
}

/* -- SAFEARRAY ----------------------------------------------------------------------------------------------------- */

void array_bounds_are_kept_and_checked(void **) {
    SAFEARRAYBOUND bound = {3, -1};
    SAFEARRAY *array = SafeArrayCreate(VT_I4, 1, &bound);
    LONG low, high, at, value;
    assert_non_null(array);
    assert_int_equal(SafeArrayGetLBound(array, 1, &low), S_OK);
    assert_int_equal(SafeArrayGetUBound(array, 1, &high), S_OK);
    assert_int_equal(low, -1);
    assert_int_equal(high, 1);
    assert_int_equal(SafeArrayGetLBound(array, 0, &low), DISP_E_BADINDEX);
    assert_int_equal(SafeArrayGetUBound(array, 2, &low), DISP_E_BADINDEX);
    for (at = -1; at <= 1; at++) {
        value = -at * INT64_C(0x100000001); /* a LONG has 64 bits */
        assert_int_equal(SafeArrayPutElement(array, &at, &value), S_OK);
    }
    for (at = -1; at <= 1; at++) {
        assert_int_equal(SafeArrayGetElement(array, &at, &value), S_OK);
        assert_true(value == -at * INT64_C(0x100000001));
    }
    const LONG none[] = {-2, 2, LONG_MAX, LONG_MIN};
    for (LONG index : none) {
        assert_int_equal(SafeArrayGetElement(array, &index, &value), DISP_E_BADINDEX);
        assert_int_equal(SafeArrayPutElement(array, &index, &value), DISP_E_BADINDEX);
    }
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

void array_at_the_ends_of_a_long(void **) {
    SAFEARRAY *last = SafeArrayCreateVector(VT_UI1, LONG_MAX - 1, 2), *first = SafeArrayCreateVector(VT_UI1, LONG_MIN, 2);
    LONG bound, at = LONG_MAX;
    BYTE byte = 7;
    assert_int_equal(SafeArrayGetUBound(last, 1, &bound), S_OK);
    assert_true(bound == LONG_MAX);
    assert_int_equal(SafeArrayPutElement(last, &at, &byte), S_OK);
    at = LONG_MIN;
    assert_int_equal(SafeArrayPutElement(last, &at, &byte), DISP_E_BADINDEX);
    assert_int_equal(SafeArrayPutElement(first, &at, &byte), S_OK);
    assert_int_equal(SafeArrayGetUBound(first, 1, &bound), S_OK);
    assert_true(bound == LONG_MIN + 1);
    SafeArrayDestroy(last);
    SafeArrayDestroy(first);
    assert_null(SafeArrayCreateVector(VT_UI1, LONG_MAX, 2)); /* the second index is no LONG */
    assert_null(SafeArrayCreateVector(VT_UI1, LONG_MIN, 0)); /* nor is the upper bound */
}

void array_that_is_empty_has_an_upper_bound_below_the_first(void **) {
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 5, 0), *copy;
    LONG bound, at = 5;
    void *data;
    assert_non_null(array);
    assert_int_equal(SafeArrayGetUBound(array, 1, &bound), S_OK);
    assert_int_equal(bound, 4);
    assert_int_equal(SafeArrayPutElement(array, &at, nullptr), DISP_E_BADINDEX);
    assert_int_equal(SafeArrayAccessData(array, &data), S_OK);
    assert_non_null(data);
    assert_int_equal(SafeArrayUnaccessData(array), S_OK);
    assert_int_equal(SafeArrayCopy(array, &copy), S_OK);
    assert_int_equal(SafeArrayDestroy(copy), S_OK);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

void array_types_have_their_sizes(void **) {
    static const struct {
        VARTYPE type;
        size_t size;
    } types[] = {{VT_I1, 1},
                 {VT_UI1, 1},
                 {VT_I2, 2},
                 {VT_UI2, 2},
                 {VT_BOOL, 2},
                 {VT_I4, sizeof(LONG)},
                 {VT_UI4, sizeof(LONG)},
                 {VT_INT, 4},
                 {VT_R4, 4},
                 {VT_ERROR, 4},
                 {VT_I8, 8},
                 {VT_R8, 8},
                 {VT_DATE, 8},
                 {VT_BSTR, sizeof(BSTR)},
                 {VT_UI8, 8},
                 {VT_UINT, 4},
                 {VT_VARIANT, sizeof(VARIANT)},
                 {VT_UNKNOWN, sizeof(void *)}};
    for (const auto &each : types) {
        SAFEARRAY *array = SafeArrayCreateVector(each.type, 0, 3);
        VARTYPE type;
        assert_non_null(array);
        assert_int_equal(SafeArrayGetElemsize(array), each.size);
        assert_int_equal(SafeArrayGetVartype(array, &type), S_OK);
        assert_int_equal(type, each.type);
        assert_int_equal(SafeArrayGetDim(array), 1);
        assert_int_equal(reinterpret_cast<uintptr_t>(array->pvData) % 16, 0);
        assert_int_equal(SafeArrayDestroy(array), S_OK);
    }
    const VARTYPE none[] = {VT_EMPTY, VT_NULL, VT_VOID, VT_HRESULT, VT_I4 | VT_ARRAY, VT_I4 | VT_BYREF, 999};
    for (VARTYPE type : none) assert_null(SafeArrayCreateVector(type, 0, 1));
}

void array_that_cannot_be_is_refused(void **) {
    SAFEARRAYBOUND bounds[2] = {{1, 0}, {1, 0}};
    assert_null(SafeArrayCreate(VT_I4, 2, bounds));
    assert_null(SafeArrayCreate(VT_I4, 0, bounds));
    assert_null(SafeArrayCreate(VT_I4, 1, nullptr));
    assert_null(SafeArrayCreateVector(VT_I4, 0, ULONG_MAX));
    assert_null(SafeArrayCreateVector(VT_I4, 0, ULONG_MAX / 8 + 2)); /* whose bytes would wrap to a few */
    assert_null(SafeArrayCreateVector(VT_UI1, 0, LONG_MAX));
    assert_null(SafeArrayCreateVector(VT_UI1, 0, 1UL << 45)); /* no memory */
}

void array_elements_are_copies(void **) {
    SAFEARRAY *texts = SafeArrayCreateVector(VT_BSTR, 0, 2), *copy;
    Text with_nul(SysAllocStringLen(L"a\0b", 3), 0);
    BSTR out;
    LONG at = 0;
    assert_int_equal(SafeArrayPutElement(texts, &at, with_nul.bstr), S_OK);
    assert_int_equal(SafeArrayPutElement(texts, &at, with_nul.bstr), S_OK);                       /* the first copy is freed */
    assert_int_equal(SafeArrayPutElement(texts, &at, *static_cast<BSTR *>(texts->pvData)), S_OK); /* by itself */
    assert_int_equal(SafeArrayGetElement(texts, &at, &out), S_OK);
    assert_int_equal(SysStringLen(out), 3);
    assert_ptr_not_equal(out, with_nul.bstr);
    SysFreeString(out);
    at = 1;
    assert_int_equal(SafeArrayGetElement(texts, &at, &out), S_OK);
    assert_null(out);
    assert_int_equal(SafeArrayCopy(texts, &copy), S_OK);
    assert_ptr_not_equal(*static_cast<BSTR *>(copy->pvData), *static_cast<BSTR *>(texts->pvData));
    assert_int_equal(SafeArrayDestroy(texts), S_OK);
    assert_int_equal(SysStringLen(*static_cast<BSTR *>(copy->pvData)), 3);
    assert_int_equal(SafeArrayDestroy(copy), S_OK);

    Counter counter;
    counter.AddRef();
    SAFEARRAY *objects = SafeArrayCreateVector(VT_UNKNOWN, 0, 1);
    IUnknown *object;
    at = 0;
    assert_int_equal(SafeArrayPutElement(objects, &at, static_cast<IUnknown *>(&counter)), S_OK);
    assert_int_equal(SafeArrayGetElement(objects, &at, &object), S_OK);
    assert_int_equal(counter.refs, 3);
    object->Release();
    assert_int_equal(SafeArrayPutElement(objects, &at, nullptr), S_OK);
    assert_int_equal(counter.refs, 1);
    assert_int_equal(SafeArrayDestroy(objects), S_OK);
}

void array_of_variants_holds_arrays_and_sees_their_locks(void **) {
    SAFEARRAY *outer = SafeArrayCreateVector(VT_VARIANT, 0, 1), *copy;
    VARIANT v, w;
    LONG at = 0;
    VariantInit(&v);
    v.vt = VT_ARRAY | VT_BSTR;
    v.parray = SafeArrayCreateVector(VT_BSTR, 0, 1);
    *static_cast<BSTR *>(v.parray->pvData) = SysAllocString(L"deep");
    assert_int_equal(SafeArrayPutElement(outer, &at, &v), S_OK);
    assert_int_equal(SafeArrayPutElement(outer, &at, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayGetElement(outer, &at, &w), S_OK);
    assert_wide(*static_cast<BSTR *>(w.parray->pvData), L"deep");
    assert_int_equal(SafeArrayCopy(outer, &copy), S_OK);
    VARIANT *inside = static_cast<VARIANT *>(outer->pvData);
    assert_int_equal(SafeArrayLock(inside->parray), S_OK);
    assert_int_equal(SafeArrayDestroy(outer), DISP_E_ARRAYISLOCKED); /* and nothing of it is freed */
    assert_int_equal(SafeArrayPutElement(outer, &at, &v), DISP_E_ARRAYISLOCKED);
    assert_wide(*static_cast<BSTR *>(inside->parray->pvData), L"deep");
    assert_int_equal(SafeArrayUnlock(inside->parray), S_OK);
    assert_int_equal(SafeArrayDestroy(outer), S_OK);
    assert_int_equal(SafeArrayDestroy(copy), S_OK);
    VariantClear(&v);
    VariantClear(&w);
}

/* Deeper than a stack would bear, if what they do went as deep. */
void arrays_within_arrays_go_as_deep_as_one_likes(void **) {
    const int depth = 200000;
    VARIANT outermost, copy, *at = &outermost;
    int found = 0;
    VariantInit(&copy);
    for (int i = 0; i < depth; i++) {
        VariantInit(at);
        at->vt = VT_ARRAY | VT_VARIANT;
        at->parray = SafeArrayCreateVector(VT_VARIANT, 0, 1);
        assert_non_null(at->parray);
        at = static_cast<VARIANT *>(at->parray->pvData);
    }
    *at = variant_of_text(L"deep");
    assert_int_equal(VariantCopy(&copy, &outermost), S_OK);
    assert_int_equal(VariantClear(&outermost), S_OK);
    for (at = &copy; at->vt == (VT_ARRAY | VT_VARIANT); found++) at = static_cast<VARIANT *>(at->parray->pvData);
    assert_int_equal(found, depth);
    assert_wide(at->bstrVal, L"deep");
    VariantClear(at);
    at->vt = VT_ARRAY | VT_I2;
    at->parray = SafeArrayCreateVector(VT_I2, 0, 1);
    assert_int_equal(SafeArrayLock(at->parray), S_OK);
    assert_int_equal(VariantClear(&copy), DISP_E_ARRAYISLOCKED);
    assert_int_equal(SafeArrayUnlock(at->parray), S_OK);
    at->vt = VT_ARRAY | VT_VOID; /* the innermost is none: the whole is not copied, and nothing is left of it */
    assert_int_equal(VariantCopy(&outermost, &copy), DISP_E_BADVARTYPE);
    assert_int_equal(outermost.vt, VT_EMPTY);
    at->vt = VT_ARRAY | VT_I2;
    assert_int_equal(VariantClear(&copy), S_OK);
}

void array_locks_are_counted(void **) {
    SAFEARRAY *array = SafeArrayCreateVector(VT_I2, 0, 2);
    void *data;
    assert_int_equal(SafeArrayUnaccessData(array), E_UNEXPECTED);
    assert_int_equal(SafeArrayAccessData(array, &data), S_OK);
    assert_int_equal(SafeArrayLock(array), S_OK);
    assert_int_equal(SafeArrayUnlock(array), S_OK);
    assert_int_equal(SafeArrayDestroy(array), DISP_E_ARRAYISLOCKED);
    assert_int_equal(SafeArrayUnaccessData(array), S_OK);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

void array_arguments_that_are_missing_are_refused(void **) {
    SAFEARRAY *array = SafeArrayCreateVector(VT_I2, 0, 1), foreign = {1, 0, 2, 0, nullptr, {{0, 0}}}, *copy;
    LONG at = 0;
    SHORT value = 0;
    VARTYPE type;
    assert_int_equal(SafeArrayDestroy(nullptr), S_OK);
    assert_int_equal(SafeArrayDestroy(&foreign), E_INVALIDARG); /* one that was not made here */
    assert_int_equal(SafeArrayCopy(nullptr, &copy), E_INVALIDARG);
    assert_null(copy);
    assert_int_equal(SafeArrayCopy(array, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayGetElement(array, nullptr, &value), E_INVALIDARG);
    assert_int_equal(SafeArrayGetElement(array, &at, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayPutElement(nullptr, &at, &value), E_INVALIDARG);
    assert_int_equal(SafeArrayPutElement(array, &at, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayGetLBound(array, 1, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayAccessData(array, nullptr), E_INVALIDARG);
    assert_int_equal(SafeArrayPtrOfIndex(array, &at, nullptr), E_INVALIDARG);
    void *element;
    assert_int_equal(SafeArrayPtrOfIndex(array, &at, &element), S_OK);
    assert_ptr_equal(element, array->pvData);
    at = 1;
    assert_int_equal(SafeArrayPtrOfIndex(array, &at, &element), DISP_E_BADINDEX);
    assert_null(element);
    at = 0;
    assert_int_equal(SafeArrayGetVartype(&foreign, &type), E_INVALIDARG);
    assert_int_equal(SafeArrayGetDim(nullptr), 0);
    assert_int_equal(SafeArrayGetElemsize(nullptr), 0);
    assert_int_equal(SafeArrayDestroy(array), S_OK);
}

} // namespace

int main() {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bstr_knows_its_length_and_ends_in_nul),
        cmocka_unit_test(bstr_null_is_empty_and_harmless),
        cmocka_unit_test(bstr_of_bytes_keeps_them_and_a_whole_nul_follows),
        cmocka_unit_test(bstr_may_be_made_anew_of_its_own_piece),
        cmocka_unit_test(bstr_that_is_too_long_is_refused_and_nothing_changes),
        cmocka_unit_test(variant_clear_lets_go_what_it_holds_once),
        cmocka_unit_test(variant_types_that_are_none_are_refused),
        cmocka_unit_test(variant_copy_is_deep_and_may_be_of_itself_or_of_its_part),
        cmocka_unit_test(variant_with_a_locked_array_stays_as_it_is),
        cmocka_unit_test(texts_become_numbers_without_wrapping),
        cmocka_unit_test(every_pair_of_whole_types_agrees_with_exact_arithmetic),
        cmocka_unit_test(real_numbers_come_back_from_their_texts),
        cmocka_unit_test(texts_that_are_no_numbers_are_refused),
        cmocka_unit_test(real_numbers_round_to_the_nearest_even_and_do_not_wrap),
        cmocka_unit_test(numbers_are_written_shortest_and_without_the_locale),
        cmocka_unit_test(booleans_are_minus_one_and_zero),
        cmocka_unit_test(a_long_beyond_32_bits_does_not_become_another_number),
        cmocka_unit_test(values_behind_pointers_are_read),
        cmocka_unit_test(a_copy_may_be_of_what_a_value_points_to),
        cmocka_unit_test(what_cannot_be_converted_is_a_mismatch),
        cmocka_unit_test(array_bounds_are_kept_and_checked),
        cmocka_unit_test(array_at_the_ends_of_a_long),
        cmocka_unit_test(array_that_is_empty_has_an_upper_bound_below_the_first),
        cmocka_unit_test(array_types_have_their_sizes),
        cmocka_unit_test(array_that_cannot_be_is_refused),
        cmocka_unit_test(array_elements_are_copies),
        cmocka_unit_test(array_of_variants_holds_arrays_and_sees_their_locks),
        cmocka_unit_test(arrays_within_arrays_go_as_deep_as_one_likes),
        cmocka_unit_test(array_locks_are_counted),
        cmocka_unit_test(array_arguments_that_are_missing_are_refused),
    };
    return cmocka_run_group_tests(tests, nullptr, nullptr);
}
