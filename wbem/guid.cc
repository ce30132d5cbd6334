/* SPDX-License-Identifier: MIT */
/* guid.cc: identifiers as text, {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}. */
#include <objbase.h>

#include <sys/random.h>

namespace {

/* Which byte of a GUID, as its text counts them, each pair of digits is; what is no digit stands as it is. */
const char form[] = "{00000000-0000-0000-0000-000000000000}";
const int length = sizeof form - 1;

void bytes_of(const GUID &guid, unsigned char bytes[16]) {
    const uint32_t first = guid.Data1;
    const unsigned numbers[] = {first >> 16, first & 0xffff, guid.Data2, guid.Data3};
    for (int i = 0; i < 4; i++) {
        bytes[2 * i] = static_cast<unsigned char>(numbers[i] >> 8);
        bytes[2 * i + 1] = static_cast<unsigned char>(numbers[i]);
    }
    memcpy(bytes + 8, guid.Data4, 8);
}

GUID guid_of(const unsigned char bytes[16]) {
    GUID guid;
    guid.Data1 = uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
    guid.Data2 = static_cast<uint16_t>(bytes[4] << 8 | bytes[5]);
    guid.Data3 = static_cast<uint16_t>(bytes[6] << 8 | bytes[7]);
    memcpy(guid.Data4, bytes + 8, 8);
    return guid;
}

int digit_of(OLECHAR c) {
    if (c >= L'0' && c <= L'9') return static_cast<int>(c - L'0');
    if (c >= L'A' && c <= L'F') return static_cast<int>(c - L'A' + 10);
    if (c >= L'a' && c <= L'f') return static_cast<int>(c - L'a' + 10);
    return -1;
}

HRESULT string_from(const GUID &id, LPOLESTR *out) {
    if (!out) return E_INVALIDARG;
    *out = static_cast<LPOLESTR>(CoTaskMemAlloc((length + 1) * sizeof(OLECHAR)));
    if (!*out) return E_OUTOFMEMORY;
    (void)StringFromGUID2(id, *out, length + 1);
    return S_OK;
}

} // namespace

int StringFromGUID2(REFGUID guid, LPOLESTR text, int room) {
    unsigned char bytes[16];
    if (!text || room <= length) return 0;
    bytes_of(guid, bytes);
    for (int i = 0, digit = 0; i <= length; i++) {
        text[i] = static_cast<OLECHAR>(form[i]);
        if (form[i] != '0') continue;
        const unsigned byte = bytes[digit / 2];
        text[i] = static_cast<OLECHAR>("0123456789ABCDEF"[digit++ % 2 ? byte & 15 : byte >> 4]);
    }
    return length + 1;
}

HRESULT CLSIDFromString(LPCOLESTR text, CLSID *out) {
    unsigned char bytes[16] = {0};
    if (!out) return E_INVALIDARG;
    *out = GUID_NULL;
    if (!text) return E_INVALIDARG;
    for (int i = 0, digit = 0; i <= length; i++) { /* the NUL too: it ends a text that is too short */
        if (form[i] == '0') {
            const int value = digit_of(text[i]);
            if (value < 0) return CO_E_CLASSSTRING;
            bytes[digit / 2] = static_cast<unsigned char>(bytes[digit / 2] << 4 | value);
            digit++;
        } else if (text[i] != static_cast<OLECHAR>(form[i])) {
            return CO_E_CLASSSTRING;
        }
    }
    *out = guid_of(bytes);
    return S_OK;
}

HRESULT IIDFromString(LPCOLESTR text, IID *out) { return CLSIDFromString(text, out); }

HRESULT StringFromCLSID(REFCLSID id, LPOLESTR *out) { return string_from(id, out); }

HRESULT StringFromIID(REFIID id, LPOLESTR *out) { return string_from(id, out); }

/* Version 4 of RFC 4122: all random but for six bits, which say so. */
HRESULT CoCreateGuid(GUID *out) {
    unsigned char bytes[16];
    if (!out) return E_INVALIDARG;
    *out = GUID_NULL;
    if (getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return E_FAIL;
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    *out = guid_of(bytes);
    return S_OK;
}
