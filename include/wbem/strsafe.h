/* SPDX-License-Identifier: MIT */
/* strsafe.h: copies, appends and prints that know the room of what they write to: in characters with the NUL (StringCch...) or in
 * bytes (StringCb...). Each returns S_OK; STRSAFE_E_INSUFFICIENT_BUFFER, and then what fits is there;
 * STRSAFE_E_INVALID_PARAMETER. */
#ifndef WBEM_STRSAFE_H
#define WBEM_STRSAFE_H

#include "windows.h"

#define STRSAFE_MAX_CCH 2147483647
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE ((HRESULT)0x80070026)

WBEM_BEGIN

WBEM_INLINE HRESULT wbem_strsafe_put(errno_t code) {
    return code == 0 ? S_OK : code == STRUNCATE ? STRSAFE_E_INSUFFICIENT_BUFFER : STRSAFE_E_INVALID_PARAMETER;
}
WBEM_INLINE BOOL wbem_strsafe_takes(const void *to, size_t room, const void *from) {
    return to && from && room && room <= STRSAFE_MAX_CCH;
}

#define WBEM_STRSAFE(Letter, Character, putter, printer)                                                                         \
    WBEM_INLINE HRESULT StringCchCopy##Letter(Character *to, size_t room, const Character *from) {                               \
        if (!wbem_strsafe_takes(to, room, from)) return STRSAFE_E_INVALID_PARAMETER;                                             \
        return wbem_strsafe_put(putter(to, room, FALSE, from, _TRUNCATE));                                                       \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCchCopyN##Letter(Character *to, size_t room, const Character *from, size_t count) {                \
        if (!wbem_strsafe_takes(to, room, from) || count > STRSAFE_MAX_CCH) return STRSAFE_E_INVALID_PARAMETER;                  \
        if (count < room) return wbem_strsafe_put(putter(to, room, FALSE, from, count));                                         \
        return wbem_strsafe_put(putter(to, room, FALSE, from, _TRUNCATE));                                                       \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCchCat##Letter(Character *to, size_t room, const Character *from) {                                \
        if (!wbem_strsafe_takes(to, room, from)) return STRSAFE_E_INVALID_PARAMETER;                                             \
        return wbem_strsafe_put(putter(to, room, TRUE, from, _TRUNCATE));                                                        \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCchVPrintf##Letter(Character *to, size_t room, const Character *format, va_list arguments) {       \
        if (!wbem_strsafe_takes(to, room, format)) return STRSAFE_E_INVALID_PARAMETER;                                           \
        return printer(to, room, format, arguments) < 0 ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK;                                  \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCchPrintf##Letter(Character *to, size_t room, const Character *format, ...) {                      \
        va_list arguments;                                                                                                       \
        HRESULT done;                                                                                                            \
        va_start(arguments, format);                                                                                             \
        done = StringCchVPrintf##Letter(to, room, format, arguments);                                                            \
        va_end(arguments);                                                                                                       \
        return done;                                                                                                             \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCchLength##Letter(const Character *text, size_t room, size_t *length) {                            \
        size_t found = 0;                                                                                                        \
        if (length) *length = 0;                                                                                                 \
        if (!text || room > STRSAFE_MAX_CCH) return STRSAFE_E_INVALID_PARAMETER;                                                 \
        while (found < room && text[found]) found++;                                                                             \
        if (found == room) return STRSAFE_E_INVALID_PARAMETER;                                                                   \
        if (length) *length = found;                                                                                             \
        return S_OK;                                                                                                             \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCbCopy##Letter(Character *to, size_t bytes, const Character *from) {                               \
        return StringCchCopy##Letter(to, bytes / sizeof(Character), from);                                                       \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCbCat##Letter(Character *to, size_t bytes, const Character *from) {                                \
        return StringCchCat##Letter(to, bytes / sizeof(Character), from);                                                        \
    }                                                                                                                            \
    WBEM_INLINE HRESULT StringCbPrintf##Letter(Character *to, size_t bytes, const Character *format, ...) {                      \
        va_list arguments;                                                                                                       \
        HRESULT done;                                                                                                            \
        va_start(arguments, format);                                                                                             \
        done = StringCchVPrintf##Letter(to, bytes / sizeof(Character), format, arguments);                                       \
        va_end(arguments);                                                                                                       \
        return done;                                                                                                             \
    }
WBEM_STRSAFE(W, wchar_t, wbem_put_wide, wbem_vswprintf)
WBEM_STRSAFE(A, char, wbem_put_narrow, wbem_vsnprintf)
#undef WBEM_STRSAFE

WBEM_FINISH

#define StringCchCopy WBEM_TEXT_NAME(StringCchCopy)
#define StringCchCopyN WBEM_TEXT_NAME(StringCchCopyN)
#define StringCchCat WBEM_TEXT_NAME(StringCchCat)
#define StringCchPrintf WBEM_TEXT_NAME(StringCchPrintf)
#define StringCchVPrintf WBEM_TEXT_NAME(StringCchVPrintf)
#define StringCchLength WBEM_TEXT_NAME(StringCchLength)
#define StringCbCopy WBEM_TEXT_NAME(StringCbCopy)
#define StringCbCat WBEM_TEXT_NAME(StringCbCat)
#define StringCbPrintf WBEM_TEXT_NAME(StringCbPrintf)

#endif
