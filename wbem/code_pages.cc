/* SPDX-License-Identifier: MIT */
/* code_pages.cc: texts between wide and narrow, as sources ask the system for it. Every code page that they may name is UTF-8. */
#include "process.h"
#include "text.h"
#include "unknown.h"

#include <windows.h>

#include <climits>
#include <string>

using namespace wbem;

namespace {

int fails(DWORD code) {
    SetLastError(code);
    return 0;
}

bool is_known(UINT page) { return page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP || page == CP_UTF8; }

/* What the caller gets: the size, or the text itself. */
template <typename Character> int give(const Character *made, size_t length, Character *out, int room) {
    if (length > INT_MAX) return fails(ERROR_INVALID_PARAMETER);
    if (!room) return static_cast<int>(length);
    if (length > static_cast<size_t>(room)) return fails(ERROR_INSUFFICIENT_BUFFER);
    memcpy(out, made, length * sizeof(Character));
    return static_cast<int>(length);
}

/* Replaces what is no character. Returns whether there was any. */
bool repair(std::wstring *text) {
    bool repaired = false;
    for (wchar_t &c : *text) {
        const uint32_t code = static_cast<uint32_t>(c);
        if (code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF)) continue;
        c = 0xFFFD;
        repaired = true;
    }
    return repaired;
}

/* Whether a repaired text has more U+FFFD than the bytes it came from. */
bool was_repaired(const char *narrow, size_t length, const BSTR wide) {
    std::string again;
    return !to_utf8(wide, SysStringLen(wide), &again) || again.size() != length || memcmp(again.data(), narrow, length) != 0;
}

} // namespace

int WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR wide, int length, LPSTR narrow, int room, LPCSTR default_character,
                        LPBOOL used_default) {
    const DWORD known = WC_DEFAULTCHAR | WC_ERR_INVALID_CHARS | WC_COMPOSITECHECK | WC_NO_BEST_FIT_CHARS;
    if (!is_known(page) || (flags & ~known) || !wide || !length || length < -1 || room < 0 || (room && !narrow) ||
        (page == CP_UTF8 && (used_default || default_character)))
        return fails(ERROR_INVALID_PARAMETER);
    int written = 0;
    const HRESULT done = guarded([&]() -> HRESULT {
        std::wstring text(wide, length < 0 ? wcslen(wide) + 1 : static_cast<size_t>(length));
        const bool repaired = repair(&text);
        std::string made;
        if (repaired && (flags & WC_ERR_INVALID_CHARS)) {
            fails(ERROR_NO_UNICODE_TRANSLATION);
            return S_OK;
        }
        if (used_default) *used_default = repaired;
        to_utf8(text.data(), text.size(), &made);
        written = give(made.data(), made.size(), narrow, room);
        return S_OK;
    });
    return FAILED(done) ? fails(ERROR_NOT_ENOUGH_MEMORY) : written;
}

int MultiByteToWideChar(UINT page, DWORD flags, LPCSTR narrow, int length, LPWSTR wide, int room) {
    const DWORD known = MB_PRECOMPOSED | MB_COMPOSITE | MB_ERR_INVALID_CHARS;
    if (!is_known(page) || (flags & ~known) || !narrow || !length || length < -1 || room < 0 || (room && !wide))
        return fails(ERROR_INVALID_PARAMETER);
    const size_t count = length < 0 ? strlen(narrow) + 1 : static_cast<size_t>(length);
    const BSTR made = to_bstr(wql_str{narrow, count});
    if (!made) return fails(ERROR_NOT_ENOUGH_MEMORY);
    int written = 0;
    const HRESULT done = guarded([&]() -> HRESULT {
        if ((flags & MB_ERR_INVALID_CHARS) && was_repaired(narrow, count, made))
            fails(ERROR_NO_UNICODE_TRANSLATION);
        else
            written = give<wchar_t>(made, SysStringLen(made), wide, room);
        return S_OK;
    });
    SysFreeString(made);
    return FAILED(done) ? fails(ERROR_NOT_ENOUGH_MEMORY) : written;
}
