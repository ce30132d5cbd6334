/* SPDX-License-Identifier: MIT */
/* crt.cc: of Microsoft's C library what its inline functions in wbemcrt.h need: copies and formats that know their room, and
 * conversions, whose narrow side is UTF-8. */
#include "text.h"
#include "unknown.h"

#include <wbemcrt.h>

#include <string>
#include <strings.h>

using namespace wbem;

namespace {

/* Empties a text that could not be made. */
template <typename Character> errno_t refused(Character *to, size_t room, errno_t code) {
    if (to && room) to[0] = 0;
    return code;
}

template <typename Character> size_t length_within(const Character *text, size_t most) {
    size_t length = 0;
    while (length < most && text[length]) length++;
    return length;
}

template <typename Character> errno_t put(Character *to, size_t room, BOOL append, const Character *from, size_t count) {
    if (!to || !room || !from) return refused(to, room, EINVAL);
    const size_t at = append ? length_within(to, room) : 0;
    if (at == room) return refused(to, room, EINVAL); /* no NUL to append to */
    const size_t left = room - at, length = length_within(from, count < left ? count : left);
    const bool fits = length < left;
    if (!fits && count != _TRUNCATE) return refused(to, room, ERANGE);
    const size_t copied = fits ? length : left - 1;
    memmove(to + at, from, copied * sizeof(Character));
    to[at + copied] = 0;
    return fits ? 0 : STRUNCATE;
}

/* Keeps what was asked for of a formatted text: with a count less than the room, or _TRUNCATE, it is cut. */
template <typename Character> int keep_formatted(Character *text, size_t room, size_t count, int written) {
    if (!text || !room) return -1;
    const size_t most = count < room ? count : room - 1;
    const bool cut = count == _TRUNCATE || count < room;
    if (written < 0 && !cut) text[0] = 0;
    if (written < 0 || static_cast<size_t>(written) <= most) return written;
    text[most] = 0;
    return -1;
}

/* The result of a conversion, with its NUL. */
template <typename Character>
errno_t give_converted(const Character *made, size_t length, size_t *converted, Character *to, size_t room, size_t count) {
    const bool truncated = count == _TRUNCATE && to && length >= room;
    size_t wanted = truncated ? room - 1 : length < count ? length : count;
    if (sizeof(Character) == 1 && wanted < length) /* not inside a character */
        while (wanted && (static_cast<unsigned char>(made[wanted]) & 0xC0) == 0x80) wanted--;
    if (to && wanted >= room) return refused(to, room, ERANGE);
    if (to) {
        memcpy(to, made, wanted * sizeof(Character));
        to[wanted] = 0;
    }
    if (converted) *converted = wanted + 1;
    return truncated ? STRUNCATE : 0;
}

template <typename Character> bool may_convert(const void *from, const Character *to, size_t room) {
    return from && (to != nullptr) == (room != 0);
}

} // namespace

errno_t wbem_put_wide(wchar_t *to, size_t room, BOOL append, const wchar_t *from, size_t count) {
    return put(to, room, append, from, count);
}

errno_t wbem_put_narrow(char *to, size_t room, BOOL append, const char *from, size_t count) {
    return put(to, room, append, from, count);
}

errno_t wcstombs_s(size_t *converted, char *to, size_t room, const wchar_t *from, size_t count) {
    if (converted) *converted = 0;
    if (!may_convert(from, to, room)) return refused(to, room, EINVAL);
    errno_t code = ENOMEM;
    (void)guarded([&]() -> HRESULT {
        std::string made;
        code = to_utf8(from, wcslen(from), &made) ? give_converted(made.data(), made.size(), converted, to, room, count)
                                                  : refused(to, room, EILSEQ);
        return S_OK;
    });
    return code;
}

errno_t mbstowcs_s(size_t *converted, wchar_t *to, size_t room, const char *from, size_t count) {
    if (converted) *converted = 0;
    if (!may_convert(from, to, room)) return refused(to, room, EINVAL);
    const BSTR made = to_bstr(from);
    if (!made) return refused(to, room, ENOMEM);
    const errno_t code = give_converted<wchar_t>(made, SysStringLen(made), converted, to, room, count);
    SysFreeString(made);
    return code;
}

int wbem_vswprintf_s(wchar_t *text, size_t room, size_t count, const wchar_t *format, va_list arguments) {
    return keep_formatted(text, room, count, wbem_vswprintf(text, room, format, arguments));
}

int wbem_vsprintf_s(char *text, size_t room, size_t count, const char *format, va_list arguments) {
    return keep_formatted(text, room, count, wbem_vsnprintf(text, room, format, arguments));
}

int wbem_compare_wide(const wchar_t *left, const wchar_t *right, size_t count) { return wcsncasecmp(left, right, count); }

int wbem_compare_narrow(const char *left, const char *right, size_t count) { return strncasecmp(left, right, count); }

wchar_t *wbem_copy_wide(const wchar_t *text) { return text ? wcsdup(text) : nullptr; }

char *wbem_copy_narrow(const char *text) { return text ? strdup(text) : nullptr; }
