/* SPDX-License-Identifier: MIT */
/* wbemperf.h: the interfaces that read performance counters again and again: a refresher, what it refreshes, and objects that are
 * read by handle. Declared whole, so that sources compile, and not served: CoCreateInstance has no CLSID_WbemRefresher
 * (REGDB_E_CLASSNOTREG), and no object has IID_IWbemObjectAccess. In C they
 * are called by lpVtbl. Included by wbemcli.h. */
/* Whoever includes this one first gets it from there. */
#include "wbemcli.h"

#ifndef WBEM_WBEMPERF_H
#define WBEM_WBEMPERF_H

WBEM_FORWARD(IWbemObjectAccess)
WBEM_FORWARD(IWbemRefresher)
WBEM_FORWARD(IWbemHiPerfEnum)
WBEM_FORWARD(IWbemConfigureRefresher)

WBEM_BEGIN
extern WBEM_API const IID IID_IWbemObjectAccess, IID_IWbemRefresher, IID_IWbemHiPerfEnum, IID_IWbemConfigureRefresher;
extern WBEM_API const CLSID CLSID_WbemRefresher;
WBEM_FINISH

typedef enum tag_WBEM_REFRESHER_FLAGS {
    WBEM_FLAG_REFRESH_AUTO_RECONNECT = 0,
    WBEM_FLAG_REFRESH_NO_AUTO_RECONNECT = 1
} WBEM_REFRESHER_FLAGS;

#undef INTERFACE
#define INTERFACE IWbemObjectAccess
DECLARE_INTERFACE_(IWbemObjectAccess, IWbemClassObject) {
    WBEM_UNKNOWN_METHODS
#if !defined(__cplusplus) || defined(CINTERFACE)
    STDMETHOD(GetQualifierSet)(THIS_ IWbemQualifierSet * *ppQualSet) PURE;
    STDMETHOD(Get)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pVal, CIMTYPE *pType, long *plFlavor) PURE;
    STDMETHOD(Put)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pVal, CIMTYPE Type) PURE;
    STDMETHOD(Delete)(THIS_ LPCWSTR wszName) PURE;
    STDMETHOD(GetNames)(THIS_ LPCWSTR wszQualifierName, long lFlags, VARIANT *pQualifierVal, SAFEARRAY **pNames) PURE;
    STDMETHOD(BeginEnumeration)(THIS_ long lEnumFlags) PURE;
    STDMETHOD(Next)(THIS_ long lFlags, BSTR *strName, VARIANT *pVal, CIMTYPE *pType, long *plFlavor) PURE;
    STDMETHOD(EndEnumeration)(THIS) PURE;
    STDMETHOD(GetPropertyQualifierSet)(THIS_ LPCWSTR wszProperty, IWbemQualifierSet * *ppQualSet) PURE;
    STDMETHOD(Clone)(THIS_ IWbemClassObject * *ppCopy) PURE;
    STDMETHOD(GetObjectText)(THIS_ long lFlags, BSTR *pstrObjectText) PURE;
    STDMETHOD(SpawnDerivedClass)(THIS_ long lFlags, IWbemClassObject **ppNewClass) PURE;
    STDMETHOD(SpawnInstance)(THIS_ long lFlags, IWbemClassObject **ppNewInstance) PURE;
    STDMETHOD(CompareTo)(THIS_ long lFlags, IWbemClassObject *pCompareTo) PURE;
    STDMETHOD(GetPropertyOrigin)(THIS_ LPCWSTR wszName, BSTR * pstrClassName) PURE;
    STDMETHOD(InheritsFrom)(THIS_ LPCWSTR strAncestor) PURE;
    STDMETHOD(GetMethod)
    (THIS_ LPCWSTR wszName, long lFlags, IWbemClassObject **ppInSignature, IWbemClassObject **ppOutSignature) PURE;
    STDMETHOD(PutMethod)
    (THIS_ LPCWSTR wszName, long lFlags, IWbemClassObject *pInSignature, IWbemClassObject *pOutSignature) PURE;
    STDMETHOD(DeleteMethod)(THIS_ LPCWSTR wszName) PURE;
    STDMETHOD(BeginMethodEnumeration)(THIS_ long lEnumFlags) PURE;
    STDMETHOD(NextMethod)
    (THIS_ long lFlags, BSTR *pstrName, IWbemClassObject **ppInSignature, IWbemClassObject **ppOutSignature) PURE;
    STDMETHOD(EndMethodEnumeration)(THIS) PURE;
    STDMETHOD(GetMethodQualifierSet)(THIS_ LPCWSTR wszMethod, IWbemQualifierSet * *ppQualSet) PURE;
    STDMETHOD(GetMethodOrigin)(THIS_ LPCWSTR wszMethodName, BSTR * pstrClassName) PURE;
#endif
    STDMETHOD(GetPropertyHandle)(THIS_ LPCWSTR wszPropertyName, CIMTYPE * pType, long *plHandle) PURE;
    STDMETHOD(WritePropertyValue)(THIS_ long lHandle, long lNumBytes, const BYTE *aData) PURE;
    STDMETHOD(ReadPropertyValue)(THIS_ long lHandle, long lBufferSize, long *plNumBytes, BYTE *aData) PURE;
    STDMETHOD(ReadDWORD)(THIS_ long lHandle, DWORD *pdw) PURE;
    STDMETHOD(WriteDWORD)(THIS_ long lHandle, DWORD dw) PURE;
    STDMETHOD(ReadQWORD)(THIS_ long lHandle, unsigned __int64 *pqw) PURE;
    STDMETHOD(WriteQWORD)(THIS_ long lHandle, unsigned __int64 pw) PURE;
    STDMETHOD(GetPropertyInfoByHandle)(THIS_ long lHandle, BSTR *pstrName, CIMTYPE *pType) PURE;
    STDMETHOD(Lock)(THIS_ long lFlags) PURE;
    STDMETHOD(Unlock)(THIS_ long lFlags) PURE;
};
WBEM_UUID(IWbemObjectAccess, IID_IWbemObjectAccess)

#undef INTERFACE
#define INTERFACE IWbemRefresher
DECLARE_INTERFACE_(IWbemRefresher, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Refresh)(THIS_ long lFlags) PURE;
};
WBEM_UUID(IWbemRefresher, IID_IWbemRefresher)

#undef INTERFACE
#define INTERFACE IWbemHiPerfEnum
DECLARE_INTERFACE_(IWbemHiPerfEnum, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(AddObjects)(THIS_ long lFlags, ULONG uNumObjects, long *apIds, IWbemObjectAccess **apObj) PURE;
    STDMETHOD(RemoveObjects)(THIS_ long lFlags, ULONG uNumObjects, long *apIds) PURE;
    STDMETHOD(GetObjects)(THIS_ long lFlags, ULONG uNumObjects, IWbemObjectAccess **apObj, ULONG *puReturned) PURE;
    STDMETHOD(RemoveAll)(THIS_ long lFlags) PURE;
    WBEM_TAKES_DWORD(GetObjects(long lFlags, ULONG uNumObjects, IWbemObjectAccess **apObj, Count *puReturned), puReturned,
                     GetObjects(lFlags, uNumObjects, apObj, wbem_to))
};
WBEM_UUID(IWbemHiPerfEnum, IID_IWbemHiPerfEnum)

#undef INTERFACE
#define INTERFACE IWbemConfigureRefresher
DECLARE_INTERFACE_(IWbemConfigureRefresher, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(AddObjectByPath)
    (THIS_ IWbemServices * pNamespace, LPCWSTR wszPath, long lFlags, IWbemContext *pContext, IWbemClassObject **ppRefreshable,
     long *plId) PURE;
    STDMETHOD(AddObjectByTemplate)
    (THIS_ IWbemServices * pNamespace, IWbemClassObject * pTemplate, long lFlags, IWbemContext *pContext,
     IWbemClassObject **ppRefreshable, long *plId) PURE;
    STDMETHOD(AddRefresher)(THIS_ IWbemRefresher * pRefresher, long lFlags, long *plId) PURE;
    STDMETHOD(Remove)(THIS_ long lId, long lFlags) PURE;
    STDMETHOD(AddEnum)
    (THIS_ IWbemServices * pNamespace, LPCWSTR wszClassName, long lFlags, IWbemContext *pContext, IWbemHiPerfEnum **ppEnum,
     long *plId) PURE;
};
WBEM_UUID(IWbemConfigureRefresher, IID_IWbemConfigureRefresher)

#ifdef __cplusplus
struct WbemRefresher;
WBEM_UUID(WbemRefresher, CLSID_WbemRefresher)
#endif

#endif
