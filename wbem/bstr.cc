/* SPDX-License-Identifier: MIT */
/* bstr.cc: texts that know their length. In front of the characters stands the number of their bytes, 32 bits of it, as code that
 * looks there expects; behind them a NUL that does not count. */
#include "automation.h"

#include <stdlib.h>

namespace {

/* Twice the length, so that characters are aligned to 8 bytes, like everything that malloc gives. */
constexpr size_t head = 2 * sizeof(uint32_t);

uint32_t *length_of(BSTR string) { return reinterpret_cast<uint32_t *>(string) - 1; }

void *block_of(BSTR string) { return reinterpret_cast<char *>(string) - head; }

/* Room for so many bytes and the NUL, which begins where a whole character would. */
BSTR make(size_t bytes) {
    size_t whole = (bytes + sizeof(OLECHAR) - 1) / sizeof(OLECHAR) * sizeof(OLECHAR);
    if (bytes > UINT32_MAX) return nullptr;
    char *block = static_cast<char *>(malloc(head + whole + sizeof(OLECHAR)));
    if (!block) return nullptr;
    BSTR string = reinterpret_cast<BSTR>(block + head);
    *length_of(string) = static_cast<uint32_t>(bytes);
    memset(block + head + bytes, 0, whole - bytes + sizeof(OLECHAR));
    return string;
}

BSTR make_filled(const void *from, size_t bytes) {
    BSTR string = make(bytes);
    if (string && from && bytes) memcpy(string, from, bytes);
    return string;
}

} // namespace

BSTR SysAllocString(const OLECHAR *text) { return text ? make_filled(text, wcslen(text) * sizeof(OLECHAR)) : nullptr; }

BSTR SysAllocStringLen(const OLECHAR *text, UINT length) { return make_filled(text, size_t{length} * sizeof(OLECHAR)); }

BSTR SysAllocStringByteLen(LPCSTR bytes, UINT length) { return make_filled(bytes, length); }

/* The new text may be a piece of the old one, so that one goes last. */
INT SysReAllocString(BSTR *string, const OLECHAR *text) {
    if (!string) return FALSE;
    BSTR fresh = SysAllocString(text);
    if (text && !fresh) return FALSE;
    SysFreeString(*string);
    *string = fresh;
    return TRUE;
}

/* Without a text what is there stays, as far as there is room for it. */
INT SysReAllocStringLen(BSTR *string, const OLECHAR *text, UINT length) {
    if (!string) return FALSE;
    BSTR fresh = SysAllocStringLen(text, length);
    if (!fresh) return FALSE;
    if (!text && *string) {
        UINT kept = SysStringLen(*string);
        memcpy(fresh, *string, (kept < length ? kept : length) * sizeof(OLECHAR));
    }
    SysFreeString(*string);
    *string = fresh;
    return TRUE;
}

void SysFreeString(BSTR string) {
    if (string) free(block_of(string));
}

UINT SysStringByteLen(BSTR string) { return string ? *length_of(string) : 0; }

UINT SysStringLen(BSTR string) { return static_cast<UINT>(SysStringByteLen(string) / sizeof(OLECHAR)); }

namespace wbem {

bool copy_bstr(BSTR source, BSTR *out) noexcept {
    *out = source ? make_filled(source, *length_of(source)) : nullptr;
    return *out || !source;
}

} // namespace wbem
