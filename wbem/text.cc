/* SPDX-License-Identifier: MIT */
/* text.cc: UTF-8 and wide texts. Nearly all texts are ASCII, so that is looked for first. */
#include "text.h"

#include <climits>
#include <cstring>
#include <wbemcli.h>

namespace wbem {

namespace {

const uint32_t replacement = 0xFFFD;

bool is_scalar(uint32_t c) { return c < 0xD800 || (c > 0xDFFF && c <= 0x10FFFF); }

/* -- from UTF-8 -- */

/* How many of the first bytes are ASCII, in steps of eight. */
size_t ascii_prefix(const unsigned char *at, size_t length) {
    size_t i = 0;
    for (uint64_t eight; i + 8 <= length; i += 8) {
        memcpy(&eight, at + i, 8);
        if (eight & 0x8080808080808080u) break;
    }
    while (i < length && at[i] < 0x80) i++;
    return i;
}

/* What the second byte may be, and how many follow the first; 0: it begins nothing. */
int followers(unsigned char first, unsigned char *least, unsigned char *most) {
    *least = 0x80;
    *most = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) return 1;
    if (first >= 0xE0 && first <= 0xEF) {
        if (first == 0xE0) *least = 0xA0;
        if (first == 0xED) *most = 0x9F; /* surrogates */
        return 2;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (first == 0xF0) *least = 0x90;
        if (first == 0xF4) *most = 0x8F; /* beyond U+10FFFF */
        return 3;
    }
    return 0;
}

/* The character at *at, which moves on. A part that could begin one, and does not go on, is U+FFFD as a whole (Unicode's
 * recommended practice, as the library itself repairs). */
uint32_t next_character(const unsigned char **at, const unsigned char *end) {
    unsigned char first = *(*at)++, least, most;
    int count = first < 0x80 ? 0 : followers(first, &least, &most);
    uint32_t c;
    if (first < 0x80) return first;
    if (count == 0) return replacement;
    c = first & (0x3Fu >> count);
    for (; count > 0; count--) {
        if (*at == end || **at < least || **at > most) return replacement;
        c = c << 6 | (*(*at)++ & 0x3Fu);
        least = 0x80;
        most = 0xBF;
    }
    return c;
}

size_t count_characters(const unsigned char *at, const unsigned char *end) {
    size_t count = 0;
    for (; at < end; count++) (void)next_character(&at, end);
    return count;
}

/* -- to UTF-8 -- */

void append(std::string *out, uint32_t c) {
    if (c < 0x80) {
        out->push_back(static_cast<char>(c));
        return;
    }
    if (c < 0x800) {
        out->push_back(static_cast<char>(0xC0 | c >> 6));
    } else if (c < 0x10000) {
        out->push_back(static_cast<char>(0xE0 | c >> 12));
        out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    } else {
        out->push_back(static_cast<char>(0xF0 | c >> 18));
        out->push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
        out->push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
    }
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
}

} // namespace

bool to_utf8(const wchar_t *text, size_t length, std::string *out) {
    size_t plain = 0;
    while (plain < length && static_cast<uint32_t>(text[plain]) < 0x80) plain++;
    out->clear();
    out->resize(plain);
    for (size_t i = 0; i < plain; i++) (*out)[i] = static_cast<char>(text[i]);
    for (size_t i = plain; i < length; i++) {
        uint32_t c = static_cast<uint32_t>(text[i]);
        if (!is_scalar(c)) return false;
        append(out, c);
    }
    return true;
}

HRESULT read_text(const wchar_t *text, std::string *out) {
    if (!text) return WBEM_E_INVALID_PARAMETER;
    return to_utf8(text, wcslen(text), out) ? WBEM_S_NO_ERROR : WBEM_E_INVALID_PARAMETER;
}

/* A BSTR's length in bytes has 32 bits. */
BSTR to_bstr(wql_str text) noexcept {
    const size_t most = UINT_MAX / sizeof(OLECHAR) - 2;
    const unsigned char *at = reinterpret_cast<const unsigned char *>(text.ptr), *end = at + text.len;
    size_t plain = ascii_prefix(at, text.len), count = plain;
    BSTR made;
    if (plain < text.len) count += count_characters(at + plain, end);
    if (count > most) return nullptr;
    made = SysAllocStringLen(nullptr, static_cast<UINT>(count));
    if (!made) return nullptr;
    for (size_t i = 0; i < plain; i++) made[i] = static_cast<OLECHAR>(at[i]);
    at += plain;
    for (size_t i = plain; at < end; i++) made[i] = static_cast<OLECHAR>(next_character(&at, end));
    made[count] = 0;
    return made;
}

BSTR to_bstr(const char *text) noexcept { return to_bstr(wql_s(text)); }

} // namespace wbem
