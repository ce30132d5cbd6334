/* SPDX-License-Identifier: MIT */
/* wbemprov.h: WMI as its providers see it. Declared whole, so that sources compile, and not served: a provider is written for
 * include/wql/provider.h. What each method means is Microsoft's reference of the WMI COM API; nothing here calls one.
 *
 * Sources: Microsoft's reference of the WMI COM API. */
#ifndef WBEM_WBEMPROV_H
#define WBEM_WBEMPROV_H

#include "wbemcli.h"

WBEM_BEGIN_CXX

typedef WCHAR *WBEM_WSTR;
typedef const WCHAR *WBEM_CWSTR;

/* -- constants ----------------------------------------------------------------------------------------------------- */
/* Which part of a query a provider leaves to WMI: hResult of a SetStatus with WBEM_STATUS_REQUIREMENTS. */
typedef enum tag_WBEM_PROVIDER_REQUIREMENTS_TYPE {
    WBEM_REQUIREMENTS_START_POSTFILTER = 0,
    WBEM_REQUIREMENTS_STOP_POSTFILTER = 1,
    WBEM_REQUIREMENTS_RECHECK_SUBSCRIPTIONS = 2
} WBEM_PROVIDER_REQUIREMENTS_TYPE;

typedef enum tag_WBEM_PROVIDER_FLAGS { WBEM_FLAG_OWNER_UPDATE = 0x10000 } WBEM_PROVIDER_FLAGS;

typedef enum tag_WBEM_BATCH_TYPE {
    WBEM_FLAG_BATCH_IF_NEEDED = 0,
    WBEM_FLAG_MUST_BATCH = 1,
    WBEM_FLAG_MUST_NOT_BATCH = 2
} WBEM_BATCH_TYPE;

/* -- names --------------------------------------------------------------------------------------------------------- */
WBEM_FORWARD(IWbemShutdown)
WBEM_FORWARD(IWbemProviderInit)
WBEM_FORWARD(IWbemProviderInitSink)
WBEM_FORWARD(IWbemPropertyProvider)
WBEM_FORWARD(IWbemUnboundObjectSink)
WBEM_FORWARD(IWbemEventProvider)
WBEM_FORWARD(IWbemEventProviderQuerySink)
WBEM_FORWARD(IWbemEventProviderSecurity)
WBEM_FORWARD(IWbemProviderIdentity)
WBEM_FORWARD(IWbemEventConsumerProvider)
WBEM_FORWARD(IWbemDecoupledRegistrar)
WBEM_FORWARD(IWbemDecoupledBasicEventProvider)
WBEM_FORWARD(IWbemEventSink)
WBEM_FORWARD(IWbemHiPerfProvider)

WBEM_BEGIN
extern WBEM_API const IID IID_IWbemShutdown, IID_IWbemProviderInit, IID_IWbemProviderInitSink, IID_IWbemPropertyProvider,
    IID_IWbemUnboundObjectSink, IID_IWbemEventProvider, IID_IWbemEventProviderQuerySink, IID_IWbemEventProviderSecurity,
    IID_IWbemProviderIdentity, IID_IWbemEventConsumerProvider, IID_IWbemDecoupledRegistrar, IID_IWbemDecoupledBasicEventProvider,
    IID_IWbemEventSink, IID_IWbemHiPerfProvider;
extern WBEM_API const CLSID CLSID_WbemDecoupledRegistrar, CLSID_WbemDecoupledBasicEventProvider;
WBEM_FINISH

/* -- beginning and end --------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemProviderInit
DECLARE_INTERFACE_(IWbemProviderInit, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Initialize)
    (THIS_ LPWSTR wszUser, LONG lFlags, LPWSTR wszNamespace, LPWSTR wszLocale, IWbemServices * pNamespace, IWbemContext * pCtx,
     IWbemProviderInitSink * pInitSink) PURE;
};
WBEM_UUID(IWbemProviderInit, IID_IWbemProviderInit)

#undef INTERFACE
#define INTERFACE IWbemProviderInitSink
DECLARE_INTERFACE_(IWbemProviderInitSink, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(SetStatus)(THIS_ LONG lStatus, LONG lFlags) PURE;
};
WBEM_UUID(IWbemProviderInitSink, IID_IWbemProviderInitSink)

#undef INTERFACE
#define INTERFACE IWbemShutdown
DECLARE_INTERFACE_(IWbemShutdown, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Shutdown)(THIS_ LONG uReason, ULONG uMaxMilliseconds, IWbemContext * pCtx) PURE;
};
WBEM_UUID(IWbemShutdown, IID_IWbemShutdown)

#undef INTERFACE
#define INTERFACE IWbemProviderIdentity
DECLARE_INTERFACE_(IWbemProviderIdentity, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(SetRegistrationObject)(THIS_ long lFlags, IWbemClassObject *pProvReg) PURE;
};
WBEM_UUID(IWbemProviderIdentity, IID_IWbemProviderIdentity)

/* -- properties ---------------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemPropertyProvider
DECLARE_INTERFACE_(IWbemPropertyProvider, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(GetProperty)
    (THIS_ long lFlags, const BSTR strLocale, const BSTR strClassMapping, const BSTR strInstMapping, const BSTR strPropMapping,
     VARIANT *pvValue) PURE;
    STDMETHOD(PutProperty)
    (THIS_ long lFlags, const BSTR strLocale, const BSTR strClassMapping, const BSTR strInstMapping, const BSTR strPropMapping,
     const VARIANT *pvValue) PURE;
};
WBEM_UUID(IWbemPropertyProvider, IID_IWbemPropertyProvider)

/* -- events -------------------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemEventProvider
DECLARE_INTERFACE_(IWbemEventProvider, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(ProvideEvents)(THIS_ IWbemObjectSink * pSink, long lFlags) PURE;
};
WBEM_UUID(IWbemEventProvider, IID_IWbemEventProvider)

#undef INTERFACE
#define INTERFACE IWbemEventProviderQuerySink
DECLARE_INTERFACE_(IWbemEventProviderQuerySink, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(NewQuery)(THIS_ ULONG dwId, WBEM_WSTR wszQueryLanguage, WBEM_WSTR wszQuery) PURE;
    STDMETHOD(CancelQuery)(THIS_ ULONG dwId) PURE;
};
WBEM_UUID(IWbemEventProviderQuerySink, IID_IWbemEventProviderQuerySink)

#undef INTERFACE
#define INTERFACE IWbemEventProviderSecurity
DECLARE_INTERFACE_(IWbemEventProviderSecurity, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(AccessCheck)(THIS_ WBEM_CWSTR wszQueryLanguage, WBEM_CWSTR wszQuery, long lSidLength, const BYTE *pSid) PURE;
};
WBEM_UUID(IWbemEventProviderSecurity, IID_IWbemEventProviderSecurity)

#undef INTERFACE
#define INTERFACE IWbemEventSink
DECLARE_INTERFACE_(IWbemEventSink, IWbemObjectSink) {
    WBEM_UNKNOWN_METHODS
#if !defined(__cplusplus) || defined(CINTERFACE)
    STDMETHOD(Indicate)(THIS_ long lObjectCount, IWbemClassObject **apObjArray) PURE;
    STDMETHOD(SetStatus)(THIS_ long lFlags, HRESULT hResult, BSTR strParam, IWbemClassObject *pObjParam) PURE;
#endif
    STDMETHOD(SetSinkSecurity)(THIS_ long lSDLength, BYTE *pSD) PURE;
    STDMETHOD(IsActive)(THIS) PURE;
    STDMETHOD(GetRestrictedSink)
    (THIS_ long lNumQueries, const LPCWSTR *awszQueries, IUnknown *pCallback, IWbemEventSink **ppSink) PURE;
    STDMETHOD(SetBatchingParameters)(THIS_ LONG lFlags, DWORD dwMaxBufferSize, DWORD dwMaxSendLatency) PURE;
};
WBEM_UUID(IWbemEventSink, IID_IWbemEventSink)

/* -- consumers of events ------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemUnboundObjectSink
DECLARE_INTERFACE_(IWbemUnboundObjectSink, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(IndicateToConsumer)(THIS_ IWbemClassObject * pLogicalConsumer, long lNumObjects, IWbemClassObject **apObjects) PURE;
};
WBEM_UUID(IWbemUnboundObjectSink, IID_IWbemUnboundObjectSink)

#undef INTERFACE
#define INTERFACE IWbemEventConsumerProvider
DECLARE_INTERFACE_(IWbemEventConsumerProvider, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(FindConsumer)(THIS_ IWbemClassObject * pLogicalConsumer, IWbemUnboundObjectSink * *ppConsumer) PURE;
};
WBEM_UUID(IWbemEventConsumerProvider, IID_IWbemEventConsumerProvider)

/* -- providers in a process of their own --------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemDecoupledRegistrar
DECLARE_INTERFACE_(IWbemDecoupledRegistrar, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Register)
    (THIS_ long a_Flags, IWbemContext *a_Context, LPCWSTR a_User, LPCWSTR a_Locale, LPCWSTR a_Scope, LPCWSTR a_Registration,
     IUnknown *pIUnknown) PURE;
    STDMETHOD(UnRegister)(THIS) PURE;
};
WBEM_UUID(IWbemDecoupledRegistrar, IID_IWbemDecoupledRegistrar)

#undef INTERFACE
#define INTERFACE IWbemDecoupledBasicEventProvider
DECLARE_INTERFACE_(IWbemDecoupledBasicEventProvider, IWbemDecoupledRegistrar) {
    WBEM_UNKNOWN_METHODS
#if !defined(__cplusplus) || defined(CINTERFACE)
    STDMETHOD(Register)
    (THIS_ long a_Flags, IWbemContext *a_Context, LPCWSTR a_User, LPCWSTR a_Locale, LPCWSTR a_Scope, LPCWSTR a_Registration,
     IUnknown *pIUnknown) PURE;
    STDMETHOD(UnRegister)(THIS) PURE;
#endif
    STDMETHOD(GetSink)(THIS_ long a_Flags, IWbemContext *a_Context, IWbemObjectSink **a_Sink) PURE;
    STDMETHOD(GetService)(THIS_ long a_Flags, IWbemContext *a_Context, IWbemServices **a_Service) PURE;
};
WBEM_UUID(IWbemDecoupledBasicEventProvider, IID_IWbemDecoupledBasicEventProvider)

/* -- high performance ---------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemHiPerfProvider
DECLARE_INTERFACE_(IWbemHiPerfProvider, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(QueryInstances)
    (THIS_ IWbemServices * pNamespace, WCHAR * wszClass, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pSink) PURE;
    STDMETHOD(CreateRefresher)(THIS_ IWbemServices * pNamespace, long lFlags, IWbemRefresher **ppRefresher) PURE;
    STDMETHOD(CreateRefreshableObject)
    (THIS_ IWbemServices * pNamespace, IWbemObjectAccess * pTemplate, IWbemRefresher * pRefresher, long lFlags,
     IWbemContext *pContext, IWbemObjectAccess **ppRefreshable, long *plId) PURE;
    STDMETHOD(StopRefreshing)(THIS_ IWbemRefresher * pRefresher, long lId, long lFlags) PURE;
    STDMETHOD(CreateRefreshableEnum)
    (THIS_ IWbemServices * pNamespace, LPCWSTR wszClass, IWbemRefresher * pRefresher, long lFlags, IWbemContext *pContext,
     IWbemHiPerfEnum *pHiPerfEnum, long *plId) PURE;
    STDMETHOD(GetObjects)
    (THIS_ IWbemServices * pNamespace, long lNumObjects, IWbemObjectAccess **apObj, long lFlags, IWbemContext *pContext) PURE;
};
WBEM_UUID(IWbemHiPerfProvider, IID_IWbemHiPerfProvider)

WBEM_FINISH

#endif
