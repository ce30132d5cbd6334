/* SPDX-License-Identifier: MIT */
/* export.h: compiler notes shared by the public headers. Nothing here is a type or a function of the library. */
#ifndef WQL_EXPORT_H
#define WQL_EXPORT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The library lays batches out as little-endian, 64-bit memory (Arrow's rules); other machines are refused here rather than
 * served wrongly at run time. */
#if defined(_WIN32)
#error "libwql does not build for Windows."
#endif
#if UINTPTR_MAX < 0xffffffffffffffffu
#error "libwql needs a 64-bit machine."
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "libwql needs a little-endian machine."
#endif

#if defined(__GNUC__)
#define WQL_API __attribute__((visibility("default")))
#define WQL_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#define WQL_API
#define WQL_PRINTF(text, first)
#endif

#ifdef __cplusplus
#define WQL_BEGIN extern "C" {
#define WQL_FINISH }
#else
#define WQL_BEGIN
#define WQL_FINISH
#endif

/* WQL_INIT(T): a T whose struct_size is set and whose other fields are zero, that is: every field at its default.
 * Works as an initialiser in C11 and C++17:  wql_error err = WQL_INIT(wql_error); */
#ifdef __cplusplus
template <typename T> inline T wql_init_sized() {
    T value = T();
    value.struct_size = static_cast<uint32_t>(sizeof(T));
    return value;
}
#define WQL_INIT(T) (wql_init_sized<T>())
#else
#define WQL_INIT(T)                                                                                                               \
    { .struct_size = (uint32_t)sizeof(T) }
#endif

#define WQL_FOREVER ((uint32_t)0xffffffffu)   /* a timeout that never ends */
#define WQL_NO_COLUMN ((uint32_t)0xffffffffu) /* wql_batch_find: there is no such column */
#define WQL_ABI ((uint32_t)1)                 /* version of the provider contract in provider.h */

#endif
