/* SPDX-License-Identifier: MIT */
/* oaidl.h: VARIANT and SAFEARRAY, and the interface of an error object. Their functions are in oleauto.h. */
#ifndef WBEM_OAIDL_H
#define WBEM_OAIDL_H

#include "unknwn.h"

WBEM_BEGIN_CXX

/* What a VARIANT holds. A type | VT_ARRAY is a SAFEARRAY of that type, a type | VT_BYREF a pointer to one. */
enum VARENUM {
    VT_EMPTY = 0,
    VT_NULL = 1,
    VT_I2 = 2,
    VT_I4 = 3,
    VT_R4 = 4,
    VT_R8 = 5,
    VT_CY = 6,
    VT_DATE = 7,
    VT_BSTR = 8,
    VT_DISPATCH = 9,
    VT_ERROR = 10,
    VT_BOOL = 11,
    VT_VARIANT = 12,
    VT_UNKNOWN = 13,
    VT_DECIMAL = 14,
    VT_I1 = 16,
    VT_UI1 = 17,
    VT_UI2 = 18,
    VT_UI4 = 19,
    VT_I8 = 20,
    VT_UI8 = 21,
    VT_INT = 22,
    VT_UINT = 23,
    VT_VOID = 24,
    VT_HRESULT = 25,
    VT_PTR = 26, /* from here on named by sources, and never held */
    VT_SAFEARRAY = 27,
    VT_CARRAY = 28,
    VT_USERDEFINED = 29,
    VT_LPSTR = 30,
    VT_LPWSTR = 31,
    VT_RECORD = 36,
    VT_INT_PTR = 37,
    VT_UINT_PTR = 38,
    VT_FILETIME = 64,
    VT_BLOB = 65,
    VT_CLSID = 72,
    VT_ARRAY = 0x2000,
    VT_BYREF = 0x4000,
    VT_TYPEMASK = 0xfff
};

/* One dimension of an array: how many elements, and the index of the first. */
typedef struct tagSAFEARRAYBOUND {
    ULONG cElements;
    LONG lLbound;
} SAFEARRAYBOUND, *LPSAFEARRAYBOUND;

/* Bits of fFeatures: what elements hold, and that the type is known (SafeArrayGetVartype). */
#define FADF_HAVEVARTYPE 0x80
#define FADF_BSTR 0x100
#define FADF_UNKNOWN 0x200
#define FADF_DISPATCH 0x400
#define FADF_VARIANT 0x800

/* An array that knows its bounds and the type of its elements. An element of VT_I4 is a LONG, so it has 8 bytes, as one of
 * VT_UI4. */
typedef struct tagSAFEARRAY {
    USHORT cDims; /* 1: arrays of more dimensions are not made */
    USHORT fFeatures;
    ULONG cbElements; /* bytes of an element */
    ULONG cLocks;
    PVOID pvData;
    SAFEARRAYBOUND rgsabound[1];
} SAFEARRAY, *LPSAFEARRAY;

#if !defined(__cplusplus) || defined(CINTERFACE)
typedef struct IDispatch IDispatch;
typedef struct IErrorInfo IErrorInfo;
#endif
struct IDispatch; /* named by VARIANT; no object here has it */

/* A value of any type; `vt` says which member holds it. VariantInit before the first use, VariantClear after the last. The braces
 * around braces are those of the original, which initialisers count: VARIANT value = {{{VT_EMPTY}}}. */
typedef struct tagVARIANT {
    __extension__ union {
        __extension__ struct {
            VARTYPE vt;
            WORD wReserved1;
            WORD wReserved2;
            WORD wReserved3;
            union {
                LONGLONG llVal;
                LONG lVal; /* VT_I4: sign-extended, whatever reads it */
                BYTE bVal;
                SHORT iVal;
                FLOAT fltVal;
                DOUBLE dblVal;
                VARIANT_BOOL boolVal;
                SCODE scode;
                DATE date;
                BSTR bstrVal;
                IUnknown *punkVal;
                struct IDispatch *pdispVal;
                SAFEARRAY *parray;
                CHAR cVal;
                USHORT uiVal;
                ULONG ulVal;
                ULONGLONG ullVal;
                INT intVal;
                UINT uintVal;
                BYTE *pbVal;
                SHORT *piVal;
                LONG *plVal;
                LONGLONG *pllVal;
                FLOAT *pfltVal;
                DOUBLE *pdblVal;
                VARIANT_BOOL *pboolVal;
                SCODE *pscode;
                DATE *pdate;
                BSTR *pbstrVal;
                IUnknown **ppunkVal;
                SAFEARRAY **pparray;
                struct tagVARIANT *pvarVal;
                PVOID byref;
                CHAR *pcVal;
                USHORT *puiVal;
                ULONG *pulVal;
                ULONGLONG *pullVal;
                INT *pintVal;
                UINT *puintVal;
            };
        };
    };
} VARIANT, *LPVARIANT, VARIANTARG, *LPVARIANTARG;

#define V_VT(variant) ((variant)->vt)
#define V_ISBYREF(variant) (V_VT(variant) & VT_BYREF)
#define V_ISARRAY(variant) (V_VT(variant) & VT_ARRAY)
#define V_UI1(variant) ((variant)->bVal)
#define V_I1(variant) ((variant)->cVal)
#define V_I2(variant) ((variant)->iVal)
#define V_UI2(variant) ((variant)->uiVal)
#define V_I4(variant) ((variant)->lVal)
#define V_UI4(variant) ((variant)->ulVal)
#define V_I8(variant) ((variant)->llVal)
#define V_UI8(variant) ((variant)->ullVal)
#define V_INT(variant) ((variant)->intVal)
#define V_UINT(variant) ((variant)->uintVal)
#define V_R4(variant) ((variant)->fltVal)
#define V_R8(variant) ((variant)->dblVal)
#define V_BOOL(variant) ((variant)->boolVal)
#define V_ERROR(variant) ((variant)->scode)
#define V_DATE(variant) ((variant)->date)
#define V_BSTR(variant) ((variant)->bstrVal)
#define V_UNKNOWN(variant) ((variant)->punkVal)
#define V_ARRAY(variant) ((variant)->parray)
#define V_DISPATCH(variant) ((variant)->pdispVal)
#define V_BSTRREF(variant) ((variant)->pbstrVal)
#define V_VARIANTREF(variant) ((variant)->pvarVal)
#define V_ARRAYREF(variant) ((variant)->pparray)
#define V_UNION(variant, member) ((variant)->member)
#define V_BYREF(variant) ((variant)->byref)

EXTERN_C WBEM_API const IID IID_IErrorInfo;

/* What the last failing call of this thread has to say (GetErrorInfo). Its QueryInterface also answers IID_IWbemClassObject, with
 * the __ExtendedStatus. */
#undef INTERFACE
#define INTERFACE IErrorInfo
DECLARE_INTERFACE_(IErrorInfo, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(GetGUID)(THIS_ GUID * pGUID) PURE;
    STDMETHOD(GetSource)(THIS_ BSTR * pBstrSource) PURE;
    STDMETHOD(GetDescription)(THIS_ BSTR * pBstrDescription) PURE;
    STDMETHOD(GetHelpFile)(THIS_ BSTR * pBstrHelpFile) PURE;
    STDMETHOD(GetHelpContext)(THIS_ DWORD * pdwHelpContext) PURE;
};
WBEM_UUID(IErrorInfo, IID_IErrorInfo)

WBEM_FINISH

#endif
