/* SPDX-License-Identifier: MIT */
/* wtypes.h: the basic types of COM sources, and the marks that their declarations carry.
 *
 * A LONG is a `long`, since sources declare with the one and define with the other; so it has 64 bits here. An HRESULT has 32
 * bits whatever LONG has, so that failures are negative. Wide characters are the C library's: an OLECHAR is a wchar_t of 32 bits.
 */
#ifndef WBEM_WTYPES_H
#define WBEM_WTYPES_H

#if defined(__GNUC__)
#define WBEM_API __attribute__((visibility("default")))
#else
#define WBEM_API
#endif

/* WBEM_BEGIN_CXX is for what only C++ has: sources include these headers inside extern "C" too. */
#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#define WBEM_BEGIN extern "C" {
#define WBEM_BEGIN_CXX extern "C++" {
#define WBEM_FINISH }
#define FORCEINLINE inline
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#define WBEM_BEGIN
#define WBEM_BEGIN_CXX
#define WBEM_FINISH
#define FORCEINLINE static inline
#endif
#define WBEM_INLINE static inline

WBEM_BEGIN_CXX
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
WBEM_FINISH

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
#define WINAPIV
#define WINBASEAPI
#define PASCAL
#define CONST const
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __declspec
#define __declspec(attribute)
#endif
#define DECLSPEC_NOVTABLE
#define DECLSPEC_UUID(text)
/* What sources say of their parameters. The older marks, __in and its like, are names of the C++ library's own here. */
#define _In_
#define _In_z_
#define _In_opt_
#define _In_opt_z_
#define _In_reads_(count)
#define _In_reads_opt_(count)
#define _In_reads_bytes_(count)
#define _Out_
#define _Out_opt_
#define _Out_writes_(count)
#define _Out_writes_opt_(count)
#define _Out_writes_z_(count)
#define _Out_writes_bytes_(count)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _COM_Outptr_
#define _COM_Outptr_opt_
#define _Inout_
#define _Inout_opt_
#define _Inout_updates_(count)
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Check_return_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Success_(condition)
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
#ifndef __int64
#define __int64 long long
#endif
typedef long long LONGLONG;
typedef unsigned long long ULONGLONG;
typedef long long INT64; /* as LONGLONG: a value made of one is a VT_I8, which one of a long is not */
typedef unsigned long long UINT64;
typedef int32_t INT32;
typedef uint32_t UINT32;
typedef int32_t LONG32;
typedef int64_t LONG64;
typedef uint32_t ULONG32;
typedef uint64_t ULONG64;
typedef uint32_t DWORD; /* 32 bits, unlike a ULONG */
typedef uint32_t DWORD32;
typedef uint64_t DWORD64;
typedef uint64_t DWORDLONG;
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
typedef ULONG *PULONG;
typedef UINT *PUINT;
typedef INT *PINT;
typedef WORD *PWORD;
typedef WORD *LPWORD;
typedef BOOL *PBOOL;
typedef BOOL *LPBOOL;
typedef UCHAR *PUCHAR;
typedef BYTE *PBYTE;
typedef BYTE *LPBYTE;
typedef wchar_t WCHAR;
typedef WCHAR OLECHAR;
typedef OLECHAR *LPOLESTR;
typedef const OLECHAR *LPCOLESTR;
typedef WCHAR *PWCHAR;
typedef WCHAR *LPWSTR;
typedef WCHAR *PWSTR;
typedef const WCHAR *LPCWSTR;
typedef const WCHAR *PCWSTR;
typedef char *PCHAR;
typedef char *LPSTR;
typedef char *PSTR;
typedef const char *LPCSTR;
typedef const char *PCSTR;
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
typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        int32_t HighPart;
    };
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;
typedef struct _SYSTEMTIME {
    WORD wYear, wMonth, wDayOfWeek, wDay, wHour, wMinute, wSecond, wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

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
#define MAX_PATH 260
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#define _countof(array) ARRAYSIZE(array)

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
WBEM_BEGIN_CXX
inline bool operator==(const GUID &left, const GUID &right) { return memcmp(&left, &right, sizeof(GUID)) == 0; }
inline bool operator!=(const GUID &left, const GUID &right) { return !(left == right); }
inline int IsEqualGUID(REFGUID left, REFGUID right) { return left == right; }
WBEM_FINISH
#else
#define REFGUID const GUID *
#define REFIID const IID *
#define REFCLSID const CLSID *
static inline int IsEqualGUID(REFGUID left, REFGUID right) { return memcmp(left, right, sizeof(GUID)) == 0; }
#endif
#define IsEqualIID(left, right) IsEqualGUID(left, right)
#define IsEqualCLSID(left, right) IsEqualGUID(left, right)
#define InlineIsEqualGUID(left, right) IsEqualGUID(left, right)

/* Declares an identifier; where initguid.h was included, or INITGUID defined, makes it. */
#define DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) EXTERN_C const GUID name
#define EXTERN_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) DEFINE_GUID(name, a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)

WBEM_BEGIN
extern WBEM_API const GUID GUID_NULL;
#define IID_NULL GUID_NULL
#define CLSID_NULL GUID_NULL
WBEM_FINISH

#ifdef INITGUID
#include "initguid.h"
#endif

#endif
