/* SPDX-License-Identifier: MIT */
/* wtypes.h: the basic types of COM sources, and the marks that their declarations carry.
 *
 * A LONG is a `long`, since sources declare with the one and define with the other; so it has 64 bits here. An HRESULT has 32
 * bits whatever LONG has, so that failures are negative. Wide characters are the C library's: an OLECHAR is a wchar_t of 32 bits.
 */
#ifndef WBEM_WTYPES_H
#define WBEM_WTYPES_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#if defined(__GNUC__)
#define WBEM_API __attribute__((visibility("default")))
#else
#define WBEM_API
#endif

#ifdef __cplusplus
#define EXTERN_C extern "C"
#define WBEM_BEGIN extern "C" {
#define WBEM_FINISH }
#else
#define EXTERN_C extern
#define WBEM_BEGIN
#define WBEM_FINISH
#endif

/* -- marks that mean nothing here ---------------------------------------------------------------------------------- */
#define STDMETHODCALLTYPE
#define STDMETHODVCALLTYPE
#define STDAPICALLTYPE
#define WINAPI
#define APIENTRY
#define CALLBACK
#define FAR
#define NEAR
#define HUGEP
#define CONST const
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#define _In_
#define _In_opt_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define __RPC_FAR
#define __RPC_USER
#define __RPC_STUB
#define __RPC__in
#define __RPC__in_opt
#define __RPC__in_ecount_full(count)
#define __RPC__out
#define __RPC__out_opt
#define __RPC__inout
#define __RPC__inout_opt
#define __RPC__deref_out
#define __RPC__deref_out_opt
#define __RPC__deref_inout_opt

/* -- numbers and texts --------------------------------------------------------------------------------------------- */
typedef int32_t HRESULT; /* negative: failed */
typedef int32_t SCODE;
typedef long LONG; /* 64 bits, as ULONG */
typedef unsigned long ULONG;
typedef int INT;
typedef unsigned int UINT;
typedef short SHORT;
typedef unsigned short USHORT;
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG;
typedef long long INT64; /* as LONGLONG: a value made of one is a VT_I8, which one of a long is not */
typedef unsigned long long UINT64;
typedef int32_t INT32;
typedef uint32_t UINT32;
typedef uint32_t DWORD;
typedef uint16_t WORD;
typedef uint8_t BYTE;
typedef unsigned char UCHAR;
typedef char CHAR;
typedef float FLOAT;
typedef double DOUBLE;
typedef int BOOL;
typedef unsigned char BOOLEAN;
typedef double DATE;
typedef intptr_t INT_PTR;
typedef uintptr_t UINT_PTR;
typedef intptr_t LONG_PTR;
typedef uintptr_t ULONG_PTR;
typedef uintptr_t DWORD_PTR;
typedef size_t SIZE_T;
typedef void VOID;
typedef void *PVOID;
typedef void *LPVOID;
typedef const void *LPCVOID;
typedef DWORD *LPDWORD;
typedef DWORD *PDWORD;
typedef LONG *LPLONG;
typedef LONG *PLONG;
typedef BYTE *PBYTE;
typedef BYTE *LPBYTE;
typedef wchar_t WCHAR;
typedef WCHAR OLECHAR;
typedef OLECHAR *LPOLESTR;
typedef const OLECHAR *LPCOLESTR;
typedef WCHAR *LPWSTR;
typedef WCHAR *PWSTR;
typedef const WCHAR *LPCWSTR;
typedef const WCHAR *PCWSTR;
typedef char *LPSTR;
typedef const char *LPCSTR;
typedef OLECHAR *BSTR; /* made by SysAllocString and its like alone: its length stands in front of it */
typedef unsigned short VARTYPE;
typedef short VARIANT_BOOL; /* VARIANT_TRUE or VARIANT_FALSE */
typedef void *HANDLE;
typedef void *HMODULE;
typedef void *HINSTANCE;
typedef void *HWND;
typedef void *PSID;
typedef void *PSECURITY_DESCRIPTOR;
typedef DWORD LCID;

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#define VARIANT_TRUE ((VARIANT_BOOL)-1)
#define VARIANT_FALSE ((VARIANT_BOOL)0)
#define OLESTR(text) L##text

#define MAKELONG(low, high) ((LONG)(((DWORD)(WORD)(low)) | ((DWORD)(WORD)(high)) << 16))
#define LOWORD(number) ((WORD)((DWORD_PTR)(number)&0xffff))
#define HIWORD(number) ((WORD)(((DWORD_PTR)(number) >> 16) & 0xffff))
#define UNREFERENCED_PARAMETER(name) ((void)(name))

/* A macro of a graphics header that one published listing returns. It stands in the way of other libraries, so it is asked for.
 */
#if defined(WBEM_DEFINE_ERROR) && !defined(ERROR)
#define ERROR 0
#endif

/* -- identifiers --------------------------------------------------------------------------------------------------- */
#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
#endif
typedef GUID IID;
typedef GUID CLSID;
typedef GUID FMTID;
typedef GUID *LPGUID;
typedef IID *LPIID;
typedef CLSID *LPCLSID;

#ifdef __cplusplus
#define REFGUID const GUID &
#define REFIID const IID &
#define REFCLSID const CLSID &
inline bool operator==(const GUID &left, const GUID &right) { return memcmp(&left, &right, sizeof(GUID)) == 0; }
inline bool operator!=(const GUID &left, const GUID &right) { return !(left == right); }
inline int IsEqualGUID(REFGUID left, REFGUID right) { return left == right; }
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
static inline int IsEqualGUID(REFGUID left, REFGUID right) { return memcmp(left, right, sizeof(GUID)) == 0; }
#endif
#define IsEqualIID(left, right) IsEqualGUID(left, right)
#define IsEqualCLSID(left, right) IsEqualGUID(left, right)
#define InlineIsEqualGUID(left, right) IsEqualGUID(left, right)

WBEM_BEGIN
extern WBEM_API const GUID GUID_NULL;
#define IID_NULL GUID_NULL
#define CLSID_NULL GUID_NULL
WBEM_FINISH

#endif
