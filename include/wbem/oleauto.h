/* SPDX-License-Identifier: MIT */
/* oleauto.h: functions of BSTR, VARIANT and SAFEARRAY, and the error object of a thread. Thread-safety: different values on
 * different threads. */
#ifndef WBEM_OLEAUTO_H
#define WBEM_OLEAUTO_H

#include "oaidl.h"

WBEM_BEGIN

/* -- BSTR: wide text with its length in front of it and a NUL behind it; NULL is an empty one ---------------------- */
/* Each returns NULL if there is no memory; SysAllocString(NULL) and SysReAllocString(., NULL) give NULL. */
WBEM_API BSTR SysAllocString(const OLECHAR *text);
WBEM_API BSTR SysAllocStringLen(const OLECHAR *text, UINT length); /* text NULL: characters are not set */
WBEM_API BSTR SysAllocStringByteLen(LPCSTR bytes, UINT length);    /* bytes as they are, and a NUL */
WBEM_API INT SysReAllocString(BSTR *string, const OLECHAR *text);  /* FALSE: no memory, *string is as it was */
WBEM_API INT SysReAllocStringLen(BSTR *string, const OLECHAR *text, UINT length);
WBEM_API void SysFreeString(BSTR string); /* NULL does nothing */
WBEM_API UINT SysStringLen(BSTR string);  /* characters; 0 for NULL */
WBEM_API UINT SysStringByteLen(BSTR string);

/* -- VARIANT ------------------------------------------------------------------------------------------------------- */
WBEM_API void VariantInit(VARIANT *variant);
/* Frees what the variant holds and makes it VT_EMPTY. What VT_BYREF points to stays.
 * Returns S_OK; E_INVALIDARG; DISP_E_BADVARTYPE; DISP_E_ARRAYISLOCKED (nothing is freed). */
WBEM_API HRESULT VariantClear(VARIANT *variant);
/* Clears `destination` and copies: texts and arrays are copied, objects get one more reference. The two may be one; after a
 * failure `destination` is as it was. Returns as VariantClear; E_OUTOFMEMORY. */
WBEM_API HRESULT VariantCopy(VARIANT *destination, const VARIANT *source);
/* Converts between numbers, booleans and texts. `destination` may be `source`; after a failure it is as it was. Numbers are
 * written and read as C does, without the locale.
 * @param flags  VARIANT_ALPHABOOL: a boolean becomes "True" or "False", not "-1" or "0"
 * Returns S_OK; DISP_E_TYPEMISMATCH (not convertible, or a text that is no number); DISP_E_OVERFLOW; DISP_E_BADVARTYPE;
 * E_INVALIDARG; E_OUTOFMEMORY. */
WBEM_API HRESULT VariantChangeType(VARIANT *destination, const VARIANT *source, USHORT flags, VARTYPE type);
#define VARIANT_NOVALUEPROP 1
#define VARIANT_ALPHABOOL 2

/* -- SAFEARRAY: of one dimension ----------------------------------------------------------------------------------- */
/* @param dimensions  1
 * Returns NULL for another number, for a type that has no elements, and if there is no memory. Elements are zero. */
WBEM_API SAFEARRAY *SafeArrayCreate(VARTYPE type, UINT dimensions, SAFEARRAYBOUND *bounds);
WBEM_API SAFEARRAY *SafeArrayCreateVector(VARTYPE type, LONG first, ULONG count);
/* Frees the array and what its elements hold. Returns S_OK (also for NULL); DISP_E_ARRAYISLOCKED. */
WBEM_API HRESULT SafeArrayDestroy(SAFEARRAY *array);
/* Returns S_OK; E_INVALIDARG; E_OUTOFMEMORY. */
WBEM_API HRESULT SafeArrayCopy(SAFEARRAY *array, SAFEARRAY **out);
/* @param dimension  from 1. Returns S_OK; E_INVALIDARG; DISP_E_BADINDEX. The upper bound of an empty array is first - 1. */
WBEM_API HRESULT SafeArrayGetLBound(SAFEARRAY *array, UINT dimension, LONG *bound);
WBEM_API HRESULT SafeArrayGetUBound(SAFEARRAY *array, UINT dimension, LONG *bound);
/* One element: a text and a variant are copied, an object gets one more reference. `element` is a BSTR * for VT_BSTR, a LONG *
 * for VT_I4 ...; of SafeArrayPutElement a BSTR or an IUnknown * itself. Returns S_OK; E_INVALIDARG; DISP_E_BADINDEX;
 * E_OUTOFMEMORY. */
WBEM_API HRESULT SafeArrayGetElement(SAFEARRAY *array, LONG *indices, void *element);
WBEM_API HRESULT SafeArrayPutElement(SAFEARRAY *array, LONG *indices, void *element);
/* Where an element lies, for as long as the array is there. Returns as SafeArrayGetElement. */
WBEM_API HRESULT SafeArrayPtrOfIndex(SAFEARRAY *array, LONG *indices, void **element);
/* The elements as they lie in memory, locked until SafeArrayUnaccessData. Returns S_OK; E_INVALIDARG; E_UNEXPECTED (no lock). */
WBEM_API HRESULT SafeArrayAccessData(SAFEARRAY *array, void **data);
WBEM_API HRESULT SafeArrayUnaccessData(SAFEARRAY *array);
WBEM_API HRESULT SafeArrayLock(SAFEARRAY *array);
WBEM_API HRESULT SafeArrayUnlock(SAFEARRAY *array);
WBEM_API UINT SafeArrayGetDim(SAFEARRAY *array);      /* 0 for NULL */
WBEM_API UINT SafeArrayGetElemsize(SAFEARRAY *array); /* bytes; 0 for NULL */
WBEM_API HRESULT SafeArrayGetVartype(SAFEARRAY *array, VARTYPE *type);

/* -- the error object of this thread ------------------------------------------------------------------------------- */
/* Takes the thread's error object away and hands it out; the next failing call leaves another. Returns S_OK; S_FALSE (there is
 * none, *info is NULL); E_INVALIDARG. `reserved` is 0. */
WBEM_API HRESULT GetErrorInfo(ULONG reserved, IErrorInfo **info);
/* NULL: none. Returns S_OK; E_INVALIDARG. */
WBEM_API HRESULT SetErrorInfo(ULONG reserved, IErrorInfo *info);

WBEM_FINISH

#endif
