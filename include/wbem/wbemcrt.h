/* SPDX-License-Identifier: MIT */
/* wbemcrt.h: functions of Microsoft's C library that sources for WMI use beside C's own. Included by windows.h.
 *
 * The ones in _s know the room of what they write to, in characters with the NUL; in C++ they count an array by themselves. What
 * does not fit, or a NULL, leaves an empty text and gives ERANGE or EINVAL: the program is not ended. With _TRUNCATE as count
 * what fits is kept, and the result is STRUNCATE. Formats are those of wbemtext.h. */
#ifndef WBEM_WBEMCRT_H
#define WBEM_WBEMCRT_H

#include "wbemtext.h"

#include <errno.h>

#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif
#ifndef STRUNCATE
#define STRUNCATE 80
#endif

WBEM_BEGIN

typedef int errno_t;

/* -- copying -------------------------------------------------------------------------------------------------------- */
/* At most `count` characters of `from`, up to its NUL; if `append`, behind what is there. */
WBEM_API errno_t wbem_put_wide(wchar_t *to, size_t room, BOOL append, const wchar_t *from, size_t count);
WBEM_API errno_t wbem_put_narrow(char *to, size_t room, BOOL append, const char *from, size_t count);

WBEM_INLINE errno_t wcscpy_s(wchar_t *to, size_t room, const wchar_t *from) {
    return wbem_put_wide(to, room, FALSE, from, SIZE_MAX - 1);
}
WBEM_INLINE errno_t wcsncpy_s(wchar_t *to, size_t room, const wchar_t *from, size_t count) {
    return wbem_put_wide(to, room, FALSE, from, count);
}
WBEM_INLINE errno_t wcscat_s(wchar_t *to, size_t room, const wchar_t *from) {
    return wbem_put_wide(to, room, TRUE, from, SIZE_MAX - 1);
}
WBEM_INLINE errno_t wcsncat_s(wchar_t *to, size_t room, const wchar_t *from, size_t count) {
    return wbem_put_wide(to, room, TRUE, from, count);
}
WBEM_INLINE errno_t strcpy_s(char *to, size_t room, const char *from) {
    return wbem_put_narrow(to, room, FALSE, from, SIZE_MAX - 1);
}
WBEM_INLINE errno_t strncpy_s(char *to, size_t room, const char *from, size_t count) {
    return wbem_put_narrow(to, room, FALSE, from, count);
}
WBEM_INLINE errno_t strcat_s(char *to, size_t room, const char *from) {
    return wbem_put_narrow(to, room, TRUE, from, SIZE_MAX - 1);
}
WBEM_INLINE errno_t strncat_s(char *to, size_t room, const char *from, size_t count) {
    return wbem_put_narrow(to, room, TRUE, from, count);
}

/* -- between wide and narrow ---------------------------------------------------------------------------------------- */
/* `*converted`, which may be NULL, gets the size with the NUL. `to` NULL and `room` 0: only the size is asked for. `count`: at
 * most so many bytes or characters are written, without the NUL. EILSEQ: a character that is none. */
WBEM_API errno_t wcstombs_s(size_t *converted, char *to, size_t room, const wchar_t *from, size_t count);
WBEM_API errno_t mbstowcs_s(size_t *converted, wchar_t *to, size_t room, const char *from, size_t count);

/* -- printing ------------------------------------------------------------------------------------------------------- */
/* -1 if it does not fit, and then the text is empty. With a `count` less than the room, or _TRUNCATE, it is cut there instead,
 * and the result is -1 too. */
WBEM_API int wbem_vswprintf_s(wchar_t *text, size_t room, size_t count, const wchar_t *format, va_list arguments);
WBEM_API int wbem_vsprintf_s(char *text, size_t room, size_t count, const char *format, va_list arguments);

#define WBEM_PRINTS(call)                                                                                                        \
    va_list arguments;                                                                                                           \
    int written;                                                                                                                 \
    va_start(arguments, format);                                                                                                 \
    written = call;                                                                                                              \
    va_end(arguments);                                                                                                           \
    return written;

WBEM_INLINE int vswprintf_s(wchar_t *text, size_t room, const wchar_t *format, va_list arguments) {
    return wbem_vswprintf_s(text, room, SIZE_MAX - 1, format, arguments);
}
WBEM_INLINE int swprintf_s(wchar_t *text, size_t room, const wchar_t *format,
                           ...){WBEM_PRINTS(wbem_vswprintf_s(text, room, SIZE_MAX - 1, format, arguments))} WBEM_INLINE
    int _vsnwprintf_s(wchar_t *text, size_t room, size_t count, const wchar_t *format, va_list arguments) {
    return wbem_vswprintf_s(text, room, count, format, arguments);
}
WBEM_INLINE int _snwprintf_s(wchar_t *text, size_t room, size_t count, const wchar_t *format,
                             ...){WBEM_PRINTS(wbem_vswprintf_s(text, room, count, format, arguments))} WBEM_INLINE
    int vsprintf_s(char *text, size_t room, const char *format, va_list arguments) {
    return wbem_vsprintf_s(text, room, SIZE_MAX - 1, format, arguments);
}
WBEM_INLINE int sprintf_s(char *text, size_t room, const char *format,
                          ...){WBEM_PRINTS(wbem_vsprintf_s(text, room, SIZE_MAX - 1, format, arguments))} WBEM_INLINE
    int _vsnprintf_s(char *text, size_t room, size_t count, const char *format, va_list arguments) {
    return wbem_vsprintf_s(text, room, count, format, arguments);
}
WBEM_INLINE int _snprintf_s(char *text, size_t room, size_t count, const char *format, ...){
    WBEM_PRINTS(wbem_vsprintf_s(text, room, count, format, arguments))} /* These end in NUL always, unlike the originals. */
WBEM_INLINE int _vsnwprintf(wchar_t *text, size_t room, const wchar_t *format, va_list arguments) {
    return wbem_vswprintf(text, room, format, arguments);
}
WBEM_INLINE int _snwprintf(wchar_t *text, size_t room, const wchar_t *format,
                           ...){WBEM_PRINTS(wbem_vswprintf(text, room, format, arguments))} WBEM_INLINE
    int _vsnprintf(char *text, size_t room, const char *format, va_list arguments) {
    return wbem_vsnprintf(text, room, format, arguments);
}
WBEM_INLINE int _snprintf(char *text, size_t room, const char *format, ...){
    WBEM_PRINTS(wbem_vsnprintf(text, room, format, arguments))} /* At most 1024 characters with the NUL, as there. */
WBEM_INLINE int wsprintfW(wchar_t *text, const wchar_t *format,
                          ...){WBEM_PRINTS(wbem_vswprintf(text, 1024, format, arguments))} WBEM_INLINE
    int wsprintfA(char *text, const char *format, ...){WBEM_PRINTS(wbem_vsnprintf(text, 1024, format, arguments))}
/* A text and a line's end. */
WBEM_INLINE int _putws(const wchar_t *text) {
    return wbem_fputws(text, stdout) < 0 || wbem_fputwc(L'\n', stdout) == WEOF ? -1 : 0;
}
#define snwprintf(...) _snwprintf(__VA_ARGS__)
#define vsnwprintf(...) _vsnwprintf(__VA_ARGS__)

/* -- comparing, copying, reading ------------------------------------------------------------------------------------ */
/* Without regard to case, as far as `count`. */
WBEM_API int wbem_compare_wide(const wchar_t *left, const wchar_t *right, size_t count);
WBEM_API int wbem_compare_narrow(const char *left, const char *right, size_t count);
/* To be given to free. NULL of NULL, and if there is no memory. */
WBEM_API wchar_t *wbem_copy_wide(const wchar_t *text);
WBEM_API char *wbem_copy_narrow(const char *text);

/* Where a source that knows other systems too has not named its own. */
#ifndef _wcsicmp
WBEM_INLINE int _wcsicmp(const wchar_t *left, const wchar_t *right) { return wbem_compare_wide(left, right, SIZE_MAX); }
#endif
#ifndef _wcsnicmp
WBEM_INLINE int _wcsnicmp(const wchar_t *left, const wchar_t *right, size_t count) {
    return wbem_compare_wide(left, right, count);
}
#endif
#ifndef _stricmp
WBEM_INLINE int _stricmp(const char *left, const char *right) { return wbem_compare_narrow(left, right, SIZE_MAX); }
#endif
#ifndef _strnicmp
WBEM_INLINE int _strnicmp(const char *left, const char *right, size_t count) { return wbem_compare_narrow(left, right, count); }
#endif
#ifndef _wcsdup
WBEM_INLINE wchar_t *_wcsdup(const wchar_t *text) { return wbem_copy_wide(text); }
#endif
#ifndef _strdup
WBEM_INLINE char *_strdup(const char *text) { return wbem_copy_narrow(text); }
#endif
WBEM_INLINE int _wtoi(const wchar_t *text) { return text ? (int)wcstol(text, NULL, 10) : 0; }
WBEM_INLINE long _wtol(const wchar_t *text) { return text ? wcstol(text, NULL, 10) : 0; }
WBEM_INLINE __int64 _wtoi64(const wchar_t *text) { return text ? wcstoll(text, NULL, 10) : 0; }
WBEM_INLINE __int64 _wtoll(const wchar_t *text) { return _wtoi64(text); }
WBEM_INLINE double _wtof(const wchar_t *text) { return text ? wcstod(text, NULL) : 0; }
WBEM_INLINE __int64 _atoi64(const char *text) { return text ? strtoll(text, NULL, 10) : 0; }
WBEM_INLINE unsigned __int64 _wcstoui64(const wchar_t *text, wchar_t **end, int base) { return wcstoull(text, end, base); }
#define wcsicmp(left, right) _wcsicmp(left, right)
#define wcsnicmp(left, right, count) _wcsnicmp(left, right, count)
#define stricmp(left, right) _stricmp(left, right)
#define strnicmp(left, right, count) _strnicmp(left, right, count)

/* Of the system, where a NULL is less than any text. */
WBEM_INLINE int lstrcmpW(LPCWSTR left, LPCWSTR right) {
    return left && right ? wcscmp(left, right) : (left != NULL) - (right != NULL);
}
WBEM_INLINE int lstrcmpiW(LPCWSTR left, LPCWSTR right) {
    return left && right ? _wcsicmp(left, right) : (left != NULL) - (right != NULL);
}
WBEM_INLINE int lstrcmpA(LPCSTR left, LPCSTR right) {
    return left && right ? strcmp(left, right) : (left != NULL) - (right != NULL);
}
WBEM_INLINE int lstrcmpiA(LPCSTR left, LPCSTR right) {
    return left && right ? _stricmp(left, right) : (left != NULL) - (right != NULL);
}
WBEM_INLINE int lstrlenW(LPCWSTR text) { return text ? (int)wcslen(text) : 0; }
WBEM_INLINE int lstrlenA(LPCSTR text) { return text ? (int)strlen(text) : 0; }
WBEM_INLINE LPWSTR lstrcpyW(LPWSTR to, LPCWSTR from) { return to && from ? wcscpy(to, from) : NULL; }
WBEM_INLINE LPSTR lstrcpyA(LPSTR to, LPCSTR from) { return to && from ? strcpy(to, from) : NULL; }
WBEM_INLINE LPWSTR lstrcatW(LPWSTR to, LPCWSTR from) { return to && from ? wcscat(to, from) : NULL; }
WBEM_INLINE LPSTR lstrcatA(LPSTR to, LPCSTR from) { return to && from ? strcat(to, from) : NULL; }

WBEM_FINISH

/* -- arrays, which know their room ---------------------------------------------------------------------------------- */
#ifdef __cplusplus
WBEM_BEGIN_CXX
template <size_t room> inline errno_t wcscpy_s(wchar_t (&to)[room], const wchar_t *from) { return wcscpy_s(to, room, from); }
template <size_t room> inline errno_t wcscat_s(wchar_t (&to)[room], const wchar_t *from) { return wcscat_s(to, room, from); }
template <size_t room> inline errno_t wcsncpy_s(wchar_t (&to)[room], const wchar_t *from, size_t count) {
    return wcsncpy_s(to, room, from, count);
}
template <size_t room> inline errno_t strcpy_s(char (&to)[room], const char *from) { return strcpy_s(to, room, from); }
template <size_t room> inline errno_t strcat_s(char (&to)[room], const char *from) { return strcat_s(to, room, from); }
template <size_t room> inline errno_t strncpy_s(char (&to)[room], const char *from, size_t count) {
    return strncpy_s(to, room, from, count);
}
template <size_t room> inline errno_t wcstombs_s(size_t *converted, char (&to)[room], const wchar_t *from, size_t count) {
    return wcstombs_s(converted, to, room, from, count);
}
template <size_t room> inline errno_t mbstowcs_s(size_t *converted, wchar_t (&to)[room], const char *from, size_t count) {
    return mbstowcs_s(converted, to, room, from, count);
}
template <size_t room> inline int swprintf_s(wchar_t (&text)[room], const wchar_t *format, ...) {
    WBEM_PRINTS(wbem_vswprintf_s(text, room, SIZE_MAX - 1, format, arguments))
}
template <size_t room> inline int sprintf_s(char (&text)[room], const char *format, ...) {
    WBEM_PRINTS(wbem_vsprintf_s(text, room, SIZE_MAX - 1, format, arguments))
}
template <size_t room> inline int _snwprintf_s(wchar_t (&text)[room], size_t count, const wchar_t *format, ...) {
    WBEM_PRINTS(wbem_vswprintf_s(text, room, count, format, arguments))
}
template <size_t room>
inline int _snprintf_s(char (&text)[room], size_t count, const char *format,
                       ...){WBEM_PRINTS(wbem_vsprintf_s(text, room, count, format, arguments))} WBEM_FINISH
#endif
#undef WBEM_PRINTS

#endif
