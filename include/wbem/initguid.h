/* SPDX-License-Identifier: MIT */
/* initguid.h: from here on DEFINE_GUID makes the identifiers of a source itself. Those of this library are in the library. */
#include "wtypes.h"

#undef DEFINE_GUID
#ifdef __cplusplus
#define DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                                               \
    EXTERN_C const GUID name __attribute__((weak)) = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
#else
#define DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                                                               \
    const GUID name __attribute__((weak)) = {a, b, c, {d0, d1, d2, d3, d4, d5, d6, d7}}
#endif
