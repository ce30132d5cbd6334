/* SPDX-License-Identifier: MIT */
/* test_windows.cc: what sources for WMI use of the system and of Microsoft's C library: wide printing, texts, events, the types
 * that they count in, and the counting pointer of newer ones. */
#include "call_lab.h"

#include <strsafe.h>
#include <wrl/client.h>

#include <cstdio>

namespace {

using namespace lab;

/* Formats as a source does, by the name that it uses. */
#define ASSERT_WIDE(expected, ...)                                                                                               \
    do {                                                                                                                         \
        wchar_t made[200];                                                                                                       \
        assert_int_equal(swprintf(made, 200, __VA_ARGS__), wcslen(expected));                                                    \
        assert_int_equal(wcscmp(made, expected), 0);                                                                             \
    } while (0)
#define ASSERT_NARROW(expected, ...)                                                                                             \
    do {                                                                                                                         \
        char made[200];                                                                                                          \
        assert_int_equal(_snprintf(made, 200, __VA_ARGS__), strlen(expected));                                                   \
        assert_string_equal(made, expected);                                                                                     \
    } while (0)

/* -- printing -------------------------------------------------------------------------------------------------------- */

void a_wide_format_takes_wide_texts(void **) {
    Text text(L"L\u00e4mp\U0001F600");
    ASSERT_WIDE(L"SELECT L\u00e4mp\U0001F600 FROM x", L"SELECT %s FROM %ls", static_cast<BSTR>(text), L"x");
    ASSERT_WIDE(L"\u00e9|ab|cd", L"%S|%hs|%hS", "\xc3\xa9", "ab", "cd");
    ASSERT_WIDE(L"wide", L"%ws", L"wide");
    ASSERT_WIDE(L"   ab|ab   |  a|ab", L"%5s|%-5s|%3.1s|%.9s", L"ab", L"ab", L"ab", L"ab");
    ASSERT_WIDE(L"  ab|ab  |a", L"%*s|%-*s|%.*s", 4, L"ab", 4, L"ab", 1, L"ab");
    ASSERT_WIDE(L"ab  |", L"%*s|", -4, L"ab");
    ASSERT_WIDE(L"(null)|(nu", L"%s|%.3s", static_cast<wchar_t *>(nullptr), static_cast<wchar_t *>(nullptr));
    ASSERT_WIDE(L"\u00e4b|c", L"%c%C|%hc", L'\u00e4', 'b', 'c');
    const wchar_t unended[2] = {L'o', L'k'};
    ASSERT_WIDE(L"ok", L"%.2s", unended);
}

void a_narrow_format_takes_narrow_texts(void **) {
    ASSERT_NARROW("ab|\xc3\xa9|\xc3\xa9", "%s|%S|%ls", "ab", L"\u00e9", L"\u00e9");
    ASSERT_NARROW("\xc3\xa9 4", "\xc3\xa9 %I64d", 4LL);
}

void numbers_have_the_sizes_of_both_libraries(void **) {
    ASSERT_WIDE(L"-5|5|005|+5| 5", L"%d|%i|%03d|%+d|% d", -5, 5, 5, 5, 5);
    ASSERT_WIDE(L"4294967291|fffffffb|FFFFFFFB|0xff|17", L"%u|%x|%X|%#x|%o", -5, -5, -5, 255, 15);
    ASSERT_WIDE(L"8004100c|80041003", L"%x|%08lx", static_cast<unsigned>(WBEM_E_NOT_SUPPORTED), 0x80041003ul);
    ASSERT_WIDE(L"-9223372036854775808|18446744073709551615", L"%I64d|%I64u", INT64_MIN, UINT64_MAX);
    ASSERT_WIDE(L"-1|-1|7|9", L"%lld|%I32d|%Iu|%zu", -1LL, -1, size_t{7}, size_t{9});
    ASSERT_WIDE(L"44|-1|-1", L"%hu|%hd|%hhd", 65580, 65535, 255);
    ASSERT_WIDE(L"1.50|2|1e+10", L"%.2f|%g|%g", 1.5, 2.0, 1e10);
    ASSERT_WIDE(L"00000000DEADBEEF", L"%p", reinterpret_cast<void *>(0xDEADBEEF));
    int kept = 7;
    ASSERT_WIDE(L"%|ab|!", L"%%|a%nb|%!", &kept);
    assert_int_equal(kept, 7);
    ASSERT_WIDE(L"x", L"x%");
}

void a_text_that_does_not_fit_is_cut_and_ends(void **) {
    wchar_t wide[4];
    char narrow[4];
    assert_int_equal(swprintf(wide, 4, L"%s", L"abc"), 3);
    assert_int_equal(swprintf(wide, 4, L"%s", L"abcd"), -1);
    assert_int_equal(wcscmp(wide, L"abc"), 0);
    assert_int_equal(swprintf(wide, 0, L"abcd"), -1);
    assert_int_equal(swprintf(nullptr, 4, L"abcd"), -1);
    assert_int_equal(std::swprintf(wide, 4, L"%s", L"yes"), 3); /* by the other name too */
    assert_int_equal(wcscmp(wide, L"yes"), 0);
    assert_int_equal(_snprintf(narrow, 4, "ab%S", L"\u20ac"), -1); /* three bytes: none of them */
    assert_string_equal(narrow, "ab");
    assert_int_equal(swprintf_s(wide, L"abcd"), -1); /* of the ones with _s nothing is left */
    assert_int_equal(wide[0], 0);
    assert_int_equal(sprintf_s(narrow, "%d", 12345), -1);
    assert_string_equal(narrow, "");
    assert_int_equal(sprintf_s(narrow, sizeof narrow, "%d", 123), 3);
    assert_int_equal(_snprintf_s(narrow, sizeof narrow, _TRUNCATE, "%d", 12345), -1); /* unless it was asked for */
    assert_string_equal(narrow, "123");
    assert_int_equal(_snprintf_s(narrow, sizeof narrow, 2, "%d", 123), -1);
    assert_string_equal(narrow, "12");
    assert_int_equal(_snwprintf_s(wide, 2, L"%s", L"ab"), 2);
}

void files_take_both_widths_in_any_order(void **) {
    char content[100];
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fprintf(file, "narrow "), 7);
    assert_int_equal(fwprintf(file, L"%s \u00e4 ", L"wide"), 7);
    assert_int_equal(fprintf(file, "narrow "), 7);
    assert_true(fputws(L"\u20ac", file) >= 0 && fputwc(L'!', file) == L'!' && putwc(L'\u00e4', file) == L'\u00e4');
    rewind(file);
    assert_string_equal(fgets(content, sizeof content, file), "narrow wide \xc3\xa4 narrow \xe2\x82\xac!\xc3\xa4");
    fclose(file);
    file = tmpfile();
    assert_true(fwide(file, 1) > 0); /* one that C's own functions have made wide */
    assert_int_equal(fwprintf(file, L"%s", L"wide"), 4);
    assert_true(fputws(L"", file) >= 0 && fputws(nullptr, file) < 0);
    rewind(file);
    wchar_t wide[10];
    assert_non_null(fgetws(wide, 10, file));
    assert_int_equal(wcscmp(wide, L"wide"), 0);
    fclose(file);
    assert_true(fwide(stdout, 0) < 0); /* since CoInitializeEx */
}

/* -- texts ----------------------------------------------------------------------------------------------------------- */

void wide_texts_become_utf8_whatever_code_page_is_named(void **) {
    char narrow[8] = "1234567";
    BOOL replaced = 5;
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"a\u20ac", -1, nullptr, 0, nullptr, nullptr), 5); /* with the NUL */
    assert_int_equal(WideCharToMultiByte(CP_ACP, 0, L"a\u20ac", 2, narrow, 8, nullptr, &replaced), 4);
    assert_memory_equal(narrow,
                        "a\xe2\x82\xac"
                        "567",
                        8); /* and no NUL where none was given */
    assert_int_equal(replaced, FALSE);
    const wchar_t bad[] = {L'a', static_cast<wchar_t>(0xD800), 0};
    assert_int_equal(WideCharToMultiByte(CP_ACP, 0, bad, -1, narrow, 8, nullptr, &replaced), 5);
    assert_string_equal(narrow, "a\xef\xbf\xbd");
    assert_int_equal(replaced, TRUE);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, bad, -1, narrow, 8, nullptr, nullptr), 0);
    assert_int_equal(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"abc", -1, narrow, 3, nullptr, nullptr), 0);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    SetLastError(NO_ERROR);
    assert_int_equal(WideCharToMultiByte(1252, 0, L"a", -1, narrow, 8, nullptr, nullptr), 0);
    assert_int_equal(GetLastError(), ERROR_INVALID_PARAMETER);
    for (int length : {0, -2}) assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"a", length, narrow, 8, nullptr, nullptr), 0);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, nullptr, -1, narrow, 8, nullptr, nullptr), 0);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"a", -1, nullptr, 8, nullptr, nullptr), 0);
    assert_int_equal(WideCharToMultiByte(CP_UTF8, 0, L"a", -1, narrow, 8, nullptr, &replaced), 0);
}

void narrow_texts_become_wide(void **) {
    wchar_t wide[8];
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a\xf0\x9f\x98\x80", -1, nullptr, 0), 3);
    assert_int_equal(MultiByteToWideChar(CP_ACP, MB_PRECOMPOSED, "a\xf0\x9f\x98\x80", -1, wide, 8), 3);
    assert_int_equal(wcscmp(wide, L"a\U0001F600"), 0);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "a\xff", -1, wide, 8), 3);
    assert_int_equal(wcscmp(wide, L"a\uFFFD"), 0);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "a\xff", -1, wide, 8), 0);
    assert_int_equal(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    assert_int_equal(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xef\xbf\xbd", -1, wide, 8), 2); /* is one */
    assert_int_equal(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, wide, 2), 0);
    assert_int_equal(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

void copies_know_their_room(void **) {
    wchar_t wide[4] = L"";
    char narrow[4] = "";
    size_t size = 9;
    assert_int_equal(wcscpy_s(wide, L"ab"), 0);
    assert_int_equal(wcscat_s(wide, L"c"), 0);
    assert_int_equal(wcscmp(wide, L"abc"), 0);
    assert_int_equal(wcscat_s(wide, 4, L"d"), ERANGE);
    assert_int_equal(wide[0], 0);
    assert_int_equal(wcsncpy_s(wide, 4, L"abcdef", 2), 0);
    assert_int_equal(wcscmp(wide, L"ab"), 0);
    assert_int_equal(wcsncpy_s(wide, L"abcdef", _TRUNCATE), STRUNCATE);
    assert_int_equal(wcscmp(wide, L"abc"), 0);
    assert_int_equal(wcscpy_s(wide, 4, nullptr), EINVAL);
    assert_int_equal(wide[0], 0);
    assert_int_equal(wcscpy_s(nullptr, 4, L"a"), EINVAL);
    assert_int_equal(strncpy_s(narrow, 4, "abc", 3), 0);
    assert_string_equal(narrow, "abc");
    assert_int_equal(strcpy_s(narrow, "abcd"), ERANGE);
    assert_string_equal(narrow, "");
    memcpy(narrow, "full", 4); /* no NUL to append to */
    assert_int_equal(strcat_s(narrow, 4, "x"), EINVAL);
    assert_int_equal(wcstombs_s(&size, nullptr, 0, L"a\u20ac", 0), 0);
    assert_int_equal(size, 1); /* as much as was asked for: nothing, and the NUL */
    assert_int_equal(wcstombs_s(&size, narrow, 4, L"a\u20ac", _TRUNCATE), STRUNCATE); /* not inside a character */
    assert_string_equal(narrow, "a");
    assert_int_equal(size, 2);
    assert_int_equal(wcstombs_s(&size, narrow, 4, L"abcd", 10), ERANGE);
    assert_int_equal(mbstowcs_s(&size, wide, 4,
                                "\xe2\x82\xac"
                                "b",
                                3),
                     0);
    assert_int_equal(wcscmp(wide, L"\u20ac"
                                  L"b"),
                     0);
    assert_int_equal(size, 3);
}

void names_of_the_other_c_library_mean_what_they_say_there(void **) {
    assert_int_equal(_wcsicmp(L"Win32_BIOS", L"WIN32_bios"), 0);
    assert_true(_wcsnicmp(L"abx", L"ABy", 2) == 0 && _stricmp("a", "B") < 0 && lstrcmpiW(L"A", L"a") == 0);
    assert_true(lstrcmpW(nullptr, L"") < 0 && lstrlenW(nullptr) == 0 && lstrlen("ab") == 2);
    assert_true(_wtoi64(L"9000000000") == 9000000000LL && _wtoi(L"-5x") == -5 && _wtoi64(nullptr) == 0);
    wchar_t *copy = _wcsdup(L"ab");
    assert_int_equal(wcscmp(copy, L"ab"), 0);
    free(copy);
    char secret[4] = "abc";
    SecureZeroMemory(secret, sizeof secret);
    assert_memory_equal(secret, "\0\0\0", 4);
    assert_int_equal(_countof(secret), 4);
}

void safe_strings_keep_what_fits(void **) {
    wchar_t wide[6];
    char narrow[4];
    size_t length = 9;
    assert_int_equal(StringCchPrintfW(wide, 6, L"%s-%d", L"ab", 7), S_OK);
    assert_int_equal(wcscmp(wide, L"ab-7"), 0);
    assert_int_equal(StringCchCatW(wide, 6, L"xyz"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_int_equal(wcscmp(wide, L"ab-7x"), 0);
    assert_int_equal(StringCchCopyNW(wide, 6, L"abcdefgh", 3), S_OK);
    assert_int_equal(wcscmp(wide, L"abc"), 0);
    assert_int_equal(StringCchCopyNW(wide, 6, L"abcdefgh", 8), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_int_equal(StringCbCopyW(wide, sizeof wide, L"abcdef"), STRSAFE_E_INSUFFICIENT_BUFFER);
    assert_int_equal(StringCchCopy(narrow, 4, "abc"), S_OK); /* which of the two UNICODE says */
    assert_int_equal(StringCchLengthA(narrow, 4, &length), S_OK);
    assert_int_equal(length, 3);
    assert_int_equal(StringCchLengthA(narrow, 3, &length), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCchCopyA(narrow, 0, "a"), STRSAFE_E_INVALID_PARAMETER);
    assert_int_equal(StringCchPrintfA(nullptr, 4, "a"), STRSAFE_E_INVALID_PARAMETER);
}

void arguments_of_a_program_are_widened(void **) {
    char first[] = "a", second[] = "\xc3\xa4 b", *texts[] = {first, second, nullptr};
    wchar_t **wide = wbem_wide_texts(texts);
    assert_int_equal(wcscmp(wide[0], L"a"), 0);
    assert_int_equal(wcscmp(wide[1], L"\u00e4 b"), 0);
    assert_null(wide[2]);
    free(wide);
    wide = wbem_wide_texts(nullptr);
    assert_null(wide[0]);
    free(wide);
}

/* -- events ---------------------------------------------------------------------------------------------------------- */

void an_event_is_set_until_it_is_reset_or_lets_one_through(void **) {
    HANDLE manual = CreateEvent(nullptr, TRUE, FALSE, nullptr), automatic = CreateEventW(nullptr, FALSE, TRUE, nullptr);
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    assert_true(SetEvent(manual) && SetEvent(manual));
    assert_int_equal(WaitForSingleObject(manual, INFINITE), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(manual, 0), WAIT_OBJECT_0);
    assert_true(ResetEvent(manual) && ResetEvent(manual));
    assert_int_equal(WaitForSingleObject(manual, 1), WAIT_TIMEOUT);
    assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
    std::thread other([&] { SetEvent(automatic); });
    assert_int_equal(WaitForSingleObject(automatic, 60000), WAIT_OBJECT_0);
    other.join();
    assert_true(CloseHandle(manual) && CloseHandle(automatic));
}

void what_is_no_event_is_refused(void **) {
    int other = 5;
    for (HANDLE bad : {HANDLE(nullptr), INVALID_HANDLE_VALUE, HANDLE(&other)}) {
        SetLastError(NO_ERROR);
        assert_false(SetEvent(bad) || ResetEvent(bad) || CloseHandle(bad));
        assert_int_equal(WaitForSingleObject(bad, 0), WAIT_FAILED);
        assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    }
    assert_null(CreateEventA(nullptr, TRUE, FALSE, "named"));
    assert_int_equal(GetLastError(), ERROR_NOT_SUPPORTED);
    std::thread([] { assert_int_equal(GetLastError(), NO_ERROR); }).join(); /* each thread has its own */
}

/* Sets an event with the final status, and remembers its thread. */
class Setter : public IWbemObjectSink {
  public:
    explicit Setter(HANDLE done) : done_(done) {}
    HRESULT QueryInterface(REFIID riid, void **out) override {
        *out = riid == IID_IUnknown || riid == IID_IWbemObjectSink ? this : nullptr;
        return *out ? S_OK : E_NOINTERFACE;
    }
    ULONG AddRef() override { return InterlockedIncrement(&refs_); }
    ULONG Release() override { return InterlockedDecrement(&refs_); }
    HRESULT Indicate(long, IWbemClassObject **) override { return S_OK; }
    HRESULT SetStatus(long flags, HRESULT, BSTR, IWbemClassObject *) override {
        thread = std::this_thread::get_id();
        if (flags == WBEM_STATUS_COMPLETE) SetEvent(done_);
        return S_OK;
    }
    std::thread::id thread;

  private:
    HANDLE done_;
    ULONG refs_ = 1; /* counted without a cast, as sources do */
};

void calls_of_an_apartment_run_while_it_waits_for_an_event(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    HANDLE done = CreateEvent(nullptr, FALSE, FALSE, nullptr);
    Setter sink(done);
    bool waited = false, here = false;
    std::thread([&] {
        CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED);
        const HRESULT asked = services->ExecQueryAsync(Text(L"WQL"), Text(L"SELECT * FROM Lab_Row"), 0, nullptr, &sink);
        waited = asked == S_OK && WaitForSingleObject(done, 60000) == WAIT_OBJECT_0;
        here = sink.thread == std::this_thread::get_id();
        CoUninitialize();
    }).join();
    assert_true(waited && here);
    CloseHandle(done);
    services->Release();
}

/* -- types that sources use ------------------------------------------------------------------------------------------ */

void objects_are_counted_in_a_dword_too(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IEnumWbemClassObject *objects = nullptr;
    IWbemClassObject *got[20];
    struct {
        DWORD returned, behind;
    } counts = {7, 0x12345678};
    ULONG rest = 7;
    assert_int_equal(services->ExecQuery(Text(L"WQL"), Text(L"SELECT * FROM Lab_Row"), 0, nullptr, &objects), S_OK);
    assert_int_equal(objects->Next(WBEM_INFINITE, 3, got, &counts.returned), WBEM_S_NO_ERROR);
    assert_int_equal(counts.returned, 3);
    assert_int_equal(counts.behind, 0x12345678);
    for (int i = 0; i < 3; i++) got[i]->Release();
    assert_int_equal(objects->Next(WBEM_INFINITE, 20, got, &rest), WBEM_S_FALSE);
    assert_int_equal(rest, 8);
    for (int i = 0; i < 8; i++) got[i]->Release();
    assert_int_equal(objects->Next(WBEM_INFINITE, 1, got, static_cast<DWORD *>(nullptr)),
                     objects->Next(WBEM_INFINITE, 1, got, nullptr));
    objects->Release();
    services->Release();
}

void a_status_comes_as_an_hresult_too(void **) {
    Engine engine;
    IWbemServices *services = connect(L"root\\lab");
    IWbemCallResult *result = nullptr;
    struct {
        HRESULT status, behind;
    } codes = {5, 0x12345678};
    const long now = WBEM_FLAG_RETURN_IMMEDIATELY;
    assert_int_equal(services->GetObject(Text(L"Lab_None"), now, nullptr, nullptr, &result), S_OK);
    assert_int_equal(result->GetCallStatus(WBEM_INFINITE, &codes.status), S_OK);
    assert_int_equal(codes.status, WBEM_E_NOT_FOUND);
    assert_int_equal(codes.behind, 0x12345678);
    result->Release();
    services->Release();
}

void values_begin_with_the_braces_of_the_original(void **) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
    VARIANT nested = {{{VT_I4}}}, flat = {};
#pragma GCC diagnostic pop
    assert_int_equal(nested.vt, VT_I4);
    assert_int_equal(flat.vt, VT_EMPTY);
    assert_int_equal(offsetof(VARIANT, lVal), 8);
    assert_int_equal(sizeof(VARIANT), 16);
}

void elements_are_pointed_to_where_they_lie(void **) {
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 5, 2);
    LONG index = 6;
    BSTR *at = nullptr;
    assert_int_equal(SafeArrayPutElement(array, &index, Text(L"ab")), S_OK);
    assert_int_equal(SafeArrayPtrOfIndex(array, &index, reinterpret_cast<void **>(&at)), S_OK);
    assert_int_equal(wcscmp(*at, L"ab"), 0);
    index = 7;
    assert_int_equal(SafeArrayPtrOfIndex(array, &index, reinterpret_cast<void **>(&at)), DISP_E_BADINDEX);
    assert_null(at);
    assert_int_equal(SafeArrayPtrOfIndex(array, &index, nullptr), E_INVALIDARG);
    SafeArrayDestroy(array);
}

void a_refresher_is_known_and_not_made(void **) {
    IWbemRefresher *refresher = nullptr;
    OLECHAR text[39];
    assert_int_equal(CoCreateInstance(CLSID_WbemRefresher, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(&refresher)),
                     REGDB_E_CLASSNOTREG);
    assert_null(refresher);
    StringFromGUID2(IID_IWbemConfigureRefresher, text, 39);
    assert_int_equal(wcscmp(text, L"{49353C92-516B-11D1-AEA6-00C04FB68820}"), 0);
    StringFromGUID2(IID_IWbemHiPerfEnum, text, 39);
    assert_int_equal(wcscmp(text, L"{2705C288-79AE-11D2-B348-00105A1F8177}"), 0);
    auto slot = [](auto method) {
        uintptr_t at;
        memcpy(&at, &method, sizeof at);
        return static_cast<int>((at - 1) / sizeof(void *));
    };
    assert_int_equal(slot(&IWbemObjectAccess::GetPropertyHandle), 27);
    assert_int_equal(slot(&IWbemObjectAccess::Unlock), 36);
    assert_int_equal(slot(&IWbemConfigureRefresher::AddEnum), 7);
    assert_int_equal(slot(&IWbemHiPerfEnum::RemoveAll), 6);
}

/* -- a pointer ------------------------------------------------------------------------------------------------------- */

void newer_pointers_count(void **) {
    using Microsoft::WRL::ComPtr;
    ComPtr<IWbemContext> context, other;
    ComPtr<IUnknown> unknown;
    assert_int_equal(CoCreateInstance(CLSID_WbemContext, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(&context)), S_OK);
    auto refs = [&] {
        context->AddRef();
        return context->Release();
    };
    assert_true(context && context != nullptr && !other);
    assert_int_equal(refs(), 1);
    other = context;
    assert_int_equal(refs(), 2);
    other = std::move(other);
    assert_int_equal(refs(), 2);
    assert_true(other == context);
    assert_int_equal(context.As(&unknown), S_OK);
    assert_int_equal(refs(), 3);
    assert_int_equal(context->Clone(&other), S_OK); /* & lets go what was there */
    assert_int_equal(refs(), 2);
    assert_true(other != context);
    ComPtr<IWbemContext> *itself = &other; /* but not if the pointer itself is asked for */
    assert_non_null(itself->Get());
    unknown = nullptr;
    assert_int_equal(refs(), 1);
    IWbemContext *mine = context.Detach();
    assert_null(context.Get());
    context.Attach(mine);
    assert_int_equal(context.CopyTo(&mine), S_OK);
    assert_int_equal(refs(), 2);
    mine->Release();
    other.Swap(context);
    assert_int_equal(other.Reset(), 0);
    assert_int_equal(other.Reset(), 0);
}

int joins(void **) { return FAILED(CoInitializeEx(nullptr, COINIT_MULTITHREADED)); }
int leaves(void **) {
    CoUninitialize();
    return 0;
}

} // namespace

int main() {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wide_format_takes_wide_texts),
        cmocka_unit_test(a_narrow_format_takes_narrow_texts),
        cmocka_unit_test(numbers_have_the_sizes_of_both_libraries),
        cmocka_unit_test(a_text_that_does_not_fit_is_cut_and_ends),
        cmocka_unit_test(files_take_both_widths_in_any_order),
        cmocka_unit_test(wide_texts_become_utf8_whatever_code_page_is_named),
        cmocka_unit_test(narrow_texts_become_wide),
        cmocka_unit_test(copies_know_their_room),
        cmocka_unit_test(names_of_the_other_c_library_mean_what_they_say_there),
        cmocka_unit_test(safe_strings_keep_what_fits),
        cmocka_unit_test(arguments_of_a_program_are_widened),
        cmocka_unit_test(an_event_is_set_until_it_is_reset_or_lets_one_through),
        cmocka_unit_test(what_is_no_event_is_refused),
        cmocka_unit_test(calls_of_an_apartment_run_while_it_waits_for_an_event),
        cmocka_unit_test(objects_are_counted_in_a_dword_too),
        cmocka_unit_test(a_status_comes_as_an_hresult_too),
        cmocka_unit_test(values_begin_with_the_braces_of_the_original),
        cmocka_unit_test(elements_are_pointed_to_where_they_lie),
        cmocka_unit_test(a_refresher_is_known_and_not_made),
        cmocka_unit_test(newer_pointers_count),
    };
    return cmocka_run_group_tests(tests, joins, leaves);
}
