/* SPDX-License-Identifier: MIT */
/* wbemtext.h: texts between wide and narrow, and wide printing as sources for WMI mean it. Included by windows.h.
 *
 * A narrow text is UTF-8, whatever the locale. In a wide format %s and %c take wide arguments, as Microsoft's C library reads
 * them, and not narrow ones, as C does: wprintf(L"%s", bstr) prints the BSTR. So wprintf, swprintf, fputws and their kin are
 * macros here for the functions below; WBEM_STANDARD_WPRINTF, defined before, leaves them as they are. */
#ifndef WBEM_WBEMTEXT_H
#define WBEM_WBEMTEXT_H

#include "wtypes.h"

#ifdef __cplusplus
WBEM_BEGIN_CXX
#include <cstdio>
#include <cwchar> /* now: it would take the macros away */
WBEM_FINISH
#endif

WBEM_BEGIN

/* -- between wide and narrow --------------------------------------------------------------------------------------- */
/* All of these are UTF-8 here. */
#define CP_ACP 0
#define CP_OEMCP 1
#define CP_THREAD_ACP 3
#define CP_UTF8 65001
#define MB_PRECOMPOSED 1
#define MB_COMPOSITE 2
#define MB_ERR_INVALID_CHARS 8
#define WC_DEFAULTCHAR 0x40
#define WC_ERR_INVALID_CHARS 0x80
#define WC_COMPOSITECHECK 0x200
#define WC_NO_BEST_FIT_CHARS 0x400

/* @param length  characters of `wide`; -1: up to its NUL, which counts too
 * @param room    bytes of `narrow`; 0: it is not written to
 * @param default_character  not used: what is no character becomes U+FFFD, or fails with WC_ERR_INVALID_CHARS
 * @param used_default       NULL with CP_UTF8; else whether that happened
 * Returns how many bytes it wrote, or for room 0 would write. 0: a failure, GetLastError says which:
 * ERROR_INVALID_PARAMETER; ERROR_INSUFFICIENT_BUFFER; ERROR_NO_UNICODE_TRANSLATION. */
WBEM_API int WideCharToMultiByte(UINT page, DWORD flags, LPCWSTR wide, int length, LPSTR narrow, int room,
                                 LPCSTR default_character, LPBOOL used_default);
/* The same the other way, in characters. With MB_ERR_INVALID_CHARS ill-formed bytes fail. */
WBEM_API int MultiByteToWideChar(UINT page, DWORD flags, LPCSTR narrow, int length, LPWSTR wide, int room);

/* -- printing ------------------------------------------------------------------------------------------------------ */
/* Formats of Microsoft's C library: %s, %c wide in a wide format and narrow in a narrow one; %S, %C the other; %hs, %hc narrow;
 * %ls, %lc, %ws, %wc wide; I64, I32 and I in front of a number. %n stores nothing. Return
 * how many characters were written, without the NUL; -1: no memory, or `text` has not the room. Then it holds what fits, and ends
 * in NUL. A file gets UTF-8, unless C's own wide functions were there first. */
WBEM_API int wbem_vfwprintf(FILE *file, const wchar_t *format, va_list arguments);
WBEM_API int wbem_vswprintf(wchar_t *text, size_t room, const wchar_t *format, va_list arguments);
WBEM_API int wbem_vsnprintf(char *text, size_t room, const char *format, va_list arguments);
/* A text, or a character, as it is. Return what C's do: a negative number, WEOF: a failure. */
WBEM_API int wbem_fputws(const wchar_t *text, FILE *file);
WBEM_API wint_t wbem_fputwc(wchar_t character, FILE *file);

WBEM_INLINE int wbem_vwprintf(const wchar_t *format, va_list arguments) { return wbem_vfwprintf(stdout, format, arguments); }
WBEM_INLINE int wbem_wprintf(const wchar_t *format, ...) {
    va_list arguments;
    int written;
    va_start(arguments, format);
    written = wbem_vfwprintf(stdout, format, arguments);
    va_end(arguments);
    return written;
}
WBEM_INLINE int wbem_fwprintf(FILE *file, const wchar_t *format, ...) {
    va_list arguments;
    int written;
    va_start(arguments, format);
    written = wbem_vfwprintf(file, format, arguments);
    va_end(arguments);
    return written;
}
WBEM_INLINE int wbem_swprintf(wchar_t *text, size_t room, const wchar_t *format, ...) {
    va_list arguments;
    int written;
    va_start(arguments, format);
    written = wbem_vswprintf(text, room, format, arguments);
    va_end(arguments);
    return written;
}

WBEM_FINISH

#ifndef WBEM_STANDARD_WPRINTF
#ifdef __cplusplus
namespace std { /* sources say std::swprintf too */
using ::wbem_fputwc;
using ::wbem_fputws;
using ::wbem_fwprintf;
using ::wbem_swprintf;
using ::wbem_vfwprintf;
using ::wbem_vswprintf;
using ::wbem_vwprintf;
using ::wbem_wprintf;
} // namespace std
#endif
#undef fputwc
#undef fputws
#undef putwc
#undef putwchar
#undef wprintf
#undef fwprintf
#undef swprintf
#undef vwprintf
#undef vfwprintf
#undef vswprintf
#define fputwc(character, file) wbem_fputwc(character, file)
#define fputws(text, file) wbem_fputws(text, file)
#define putwc(character, file) wbem_fputwc(character, file)
#define putwchar(character) wbem_fputwc(character, stdout)
#define wprintf(...) wbem_wprintf(__VA_ARGS__)
#define fwprintf(...) wbem_fwprintf(__VA_ARGS__)
#define swprintf(...) wbem_swprintf(__VA_ARGS__)
#define vwprintf(...) wbem_vwprintf(__VA_ARGS__)
#define vfwprintf(...) wbem_vfwprintf(__VA_ARGS__)
#define vswprintf(...) wbem_vswprintf(__VA_ARGS__)
#endif

#endif
