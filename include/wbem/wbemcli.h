/* SPDX-License-Identifier: MIT */
/* wbemcli.h: WMI as its clients see it: the locator, a namespace's services, objects, result sets, sinks.
 *
 * What each method does here, and which tests show it, stands in docs/wbem.md. A method that is not served yet answers
 * WBEM_E_NOT_SUPPORTED. Everywhere: a NULL argument that is needed, an empty one of a namespace's method, and a flag that a method
 * does not know, are WBEM_E_INVALID_PARAMETER (an empty name that an object is asked for is one that it has not got); no memory
 * is WBEM_E_OUT_OF_MEMORY; an out parameter is NULL after a failure. After a failure of a locator, a namespace, a result set or a
 * call result GetErrorInfo has more to say, unless the method is asynchronous; objects, qualifier sets and contexts leave nothing
 * there, and what is there is of an earlier call. Texts that go in may be any wide strings that end in NUL, and are copied.
 * Thread-safety: every object may be used on any thread, several at a time.
 *
 * Sources: Microsoft's reference of the WMI COM API; [MS-WMI]; [MS-WMIO]. */
#ifndef WBEM_WBEMCLI_H
#define WBEM_WBEMCLI_H

#include "wbemstatus.h"
#include "windows.h"

WBEM_BEGIN_CXX

typedef long CIMTYPE; /* CIM_... */

/* -- constants ----------------------------------------------------------------------------------------------------- */
typedef enum tag_CIMTYPE_ENUMERATION {
    CIM_ILLEGAL = 0xfff,
    CIM_EMPTY = 0,
    CIM_SINT8 = 16,
    CIM_UINT8 = 17,
    CIM_SINT16 = 2,
    CIM_UINT16 = 18,
    CIM_SINT32 = 3,
    CIM_UINT32 = 19,
    CIM_SINT64 = 20,
    CIM_UINT64 = 21,
    CIM_REAL32 = 4,
    CIM_REAL64 = 5,
    CIM_BOOLEAN = 11,
    CIM_STRING = 8,
    CIM_DATETIME = 101,
    CIM_REFERENCE = 102,
    CIM_CHAR16 = 103,
    CIM_OBJECT = 13,
    CIM_FLAG_ARRAY = 0x2000
} CIMTYPE_ENUMERATION;

/* What WMI hands out for a type: VT_I2 sint8, sint16, char16; VT_UI1 uint8; VT_I4 uint16, sint32, uint32 (its 32 bits read with a
 * sign); VT_BSTR sint64 and uint64 (decimal), string, datetime, reference; VT_R4, VT_R8, VT_BOOL; VT_UNKNOWN an object. */

typedef enum tag_WBEM_GENUS_TYPE { WBEM_GENUS_CLASS = 1, WBEM_GENUS_INSTANCE = 2 } WBEM_GENUS_TYPE;

typedef enum tag_WBEM_GENERIC_FLAG_TYPE {
    WBEM_FLAG_RETURN_IMMEDIATELY = 0x10,
    WBEM_FLAG_RETURN_WBEM_COMPLETE = 0,
    WBEM_FLAG_BIDIRECTIONAL = 0,
    WBEM_FLAG_FORWARD_ONLY = 0x20,
    WBEM_FLAG_NO_ERROR_OBJECT = 0x40,
    WBEM_FLAG_RETURN_ERROR_OBJECT = 0,
    WBEM_FLAG_SEND_STATUS = 0x80,
    WBEM_FLAG_DONT_SEND_STATUS = 0,
    WBEM_FLAG_ENSURE_LOCATABLE = 0x100,
    WBEM_FLAG_DIRECT_READ = 0x200,
    WBEM_FLAG_SEND_ONLY_SELECTED = 0,
    WBEM_RETURN_WHEN_COMPLETE = 0,
    WBEM_RETURN_IMMEDIATELY = 0x10,
    WBEM_MASK_RESERVED_FLAGS = 0x1f000,
    WBEM_FLAG_USE_AMENDED_QUALIFIERS = 0x20000,
    WBEM_FLAG_STRONG_VALIDATION = 0x100000
} WBEM_GENERIC_FLAG_TYPE;

typedef enum tag_WBEM_CHANGE_FLAG_TYPE {
    WBEM_FLAG_CREATE_OR_UPDATE = 0,
    WBEM_FLAG_UPDATE_ONLY = 1,
    WBEM_FLAG_CREATE_ONLY = 2,
    WBEM_FLAG_UPDATE_COMPATIBLE = 0,
    WBEM_FLAG_UPDATE_SAFE_MODE = 0x20,
    WBEM_FLAG_UPDATE_FORCE_MODE = 0x40,
    WBEM_MASK_UPDATE_MODE = 0x60,
    WBEM_FLAG_ADVISORY = 0x10000
} WBEM_CHANGE_FLAG_TYPE;

typedef enum tag_WBEM_QUERY_FLAG_TYPE { WBEM_FLAG_DEEP = 0, WBEM_FLAG_SHALLOW = 1, WBEM_FLAG_PROTOTYPE = 2 } WBEM_QUERY_FLAG_TYPE;

/* Which names GetNames and BeginEnumeration go through. */
typedef enum tag_WBEM_CONDITION_FLAG_TYPE {
    WBEM_FLAG_ALWAYS = 0,
    WBEM_FLAG_ONLY_IF_TRUE = 1,
    WBEM_FLAG_ONLY_IF_FALSE = 2,
    WBEM_FLAG_ONLY_IF_IDENTICAL = 3,
    WBEM_MASK_PRIMARY_CONDITION = 3,
    WBEM_FLAG_KEYS_ONLY = 4,
    WBEM_FLAG_REFS_ONLY = 8,
    WBEM_FLAG_LOCAL_ONLY = 0x10,
    WBEM_FLAG_PROPAGATED_ONLY = 0x20,
    WBEM_FLAG_SYSTEM_ONLY = 0x30,
    WBEM_FLAG_NONSYSTEM_ONLY = 0x40,
    WBEM_MASK_CONDITION_ORIGIN = 0x70,
    WBEM_FLAG_CLASS_OVERRIDES_ONLY = 0x100,
    WBEM_FLAG_CLASS_LOCAL_AND_OVERRIDES = 0x200,
    WBEM_MASK_CLASS_CONDITION = 0x300
} WBEM_CONDITION_FLAG_TYPE;

typedef enum tag_WBEM_FLAVOR_TYPE {
    WBEM_FLAVOR_DONT_PROPAGATE = 0,
    WBEM_FLAVOR_FLAG_PROPAGATE_TO_INSTANCE = 1,
    WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS = 2,
    WBEM_FLAVOR_MASK_PROPAGATION = 0xf,
    WBEM_FLAVOR_OVERRIDABLE = 0,
    WBEM_FLAVOR_NOT_OVERRIDABLE = 0x10,
    WBEM_FLAVOR_MASK_PERMISSIONS = 0x10,
    WBEM_FLAVOR_ORIGIN_LOCAL = 0,
    WBEM_FLAVOR_ORIGIN_PROPAGATED = 0x20,
    WBEM_FLAVOR_ORIGIN_SYSTEM = 0x40,
    WBEM_FLAVOR_MASK_ORIGIN = 0x60,
    WBEM_FLAVOR_NOT_AMENDED = 0,
    WBEM_FLAVOR_AMENDED = 0x80,
    WBEM_FLAVOR_MASK_AMENDED = 0x80
} WBEM_FLAVOR_TYPE;

typedef enum tag_WBEM_TEXT_FLAG_TYPE { WBEM_FLAG_NO_FLAVORS = 1 } WBEM_TEXT_FLAG_TYPE;

typedef enum tag_WBEM_COMPARISON_FLAG {
    WBEM_COMPARISON_INCLUDE_ALL = 0,
    WBEM_FLAG_IGNORE_QUALIFIERS = 1,
    WBEM_FLAG_IGNORE_OBJECT_SOURCE = 2,
    WBEM_FLAG_IGNORE_DEFAULT_VALUES = 4,
    WBEM_FLAG_IGNORE_CLASS = 8,
    WBEM_FLAG_IGNORE_CASE = 0x10,
    WBEM_FLAG_IGNORE_FLAVOR = 0x20
} WBEM_COMPARISON_FLAG;

typedef enum tag_WBEM_TIMEOUT_TYPE { WBEM_NO_WAIT = 0, WBEM_INFINITE = (int32_t)0xFFFFFFFF } WBEM_TIMEOUT_TYPE;

/* Which status SetStatus brings. */
typedef enum tag_WBEM_STATUS_TYPE {
    WBEM_STATUS_COMPLETE = 0,
    WBEM_STATUS_REQUIREMENTS = 1,
    WBEM_STATUS_PROGRESS = 2,
    WBEM_STATUS_LOGGING_INFORMATION = 0x100,
    WBEM_STATUS_LOGGING_INFORMATION_PROVIDER = 0x200,
    WBEM_STATUS_LOGGING_INFORMATION_HOST = 0x400,
    WBEM_STATUS_LOGGING_INFORMATION_REPOSITORY = 0x800,
    WBEM_STATUS_LOGGING_INFORMATION_ESS = 0x1000
} WBEM_STATUS_TYPE;

typedef enum tag_WBEM_CONNECT_OPTIONS {
    WBEM_FLAG_CONNECT_REPOSITORY_ONLY = 0x40,
    WBEM_FLAG_CONNECT_USE_MAX_WAIT = 0x80,
    WBEM_FLAG_CONNECT_PROVIDERS = 0x100
} WBEM_CONNECT_OPTIONS;

typedef enum tag_WBEM_UNSECAPP_FLAG_TYPE {
    WBEM_FLAG_UNSECAPP_DEFAULT_CHECK_ACCESS = 0,
    WBEM_FLAG_UNSECAPP_CHECK_ACCESS = 1,
    WBEM_FLAG_UNSECAPP_DONT_CHECK_ACCESS = 2
} WBEM_UNSECAPP_FLAG_TYPE;

/* Of IWbemStatusCodeText. */
typedef enum tag_WBEMSTATUS_FORMAT { WBEMSTATUS_FORMAT_NEWLINE = 0, WBEMSTATUS_FORMAT_NO_NEWLINE = 1 } WBEMSTATUS_FORMAT;

typedef enum tag_WBEM_LIMITS {
    WBEM_MAX_IDENTIFIER = 0x1000,
    WBEM_MAX_QUERY = 0x4000,
    WBEM_MAX_PATH = 0x2000,
    WBEM_MAX_OBJECT_NESTING = 64,
    WBEM_MAX_USER_PROPERTIES = 1024
} WBEM_LIMITS;

typedef enum tag_WBEM_SECURITY_FLAGS {
    WBEM_ENABLE = 1,
    WBEM_METHOD_EXECUTE = 2,
    WBEM_FULL_WRITE_REP = 4,
    WBEM_PARTIAL_WRITE_REP = 8,
    WBEM_WRITE_PROVIDER = 0x10,
    WBEM_REMOTE_ACCESS = 0x20,
    WBEM_RIGHT_SUBSCRIBE = 0x40,
    WBEM_RIGHT_PUBLISH = 0x80
} WBEM_SECURITY_FLAGS;

typedef enum tag_WBEM_SHUTDOWN_FLAGS {
    WBEM_SHUTDOWN_UNLOAD_COMPONENT = 1,
    WBEM_SHUTDOWN_WMI = 2,
    WBEM_SHUTDOWN_OS = 3
} WBEM_SHUTDOWN_FLAGS;

/* -- names --------------------------------------------------------------------------------------------------------- */
#if defined(__cplusplus) && !defined(CINTERFACE)
#define WBEM_FORWARD(name) struct name;
#else
#define WBEM_FORWARD(name) typedef struct name name;
#endif
/* Sources count in a DWORD too, which there is the same as a ULONG, and take a status as an HRESULT, which is a long there. C++
 * has these functions beside the methods; in C the macros of wbemmacros.h do it, and a plain lpVtbl->Next takes a ULONG alone. */
#if defined(__cplusplus) && !defined(CINTERFACE)
#define WBEM_TAKES_DWORD(declaration, out, call)                                                                                 \
    template <typename Count> typename wbem_if_same<Count, DWORD>::type declaration {                                            \
        ULONG wbem_count = 0, *wbem_to = out ? &wbem_count : NULL;                                                               \
        const HRESULT wbem_done = call;                                                                                          \
        if (out) *out = static_cast<DWORD>(wbem_count);                                                                          \
        return wbem_done;                                                                                                        \
    }
#define WBEM_TAKES_HRESULT(declaration, out, call)                                                                               \
    template <typename Status> typename wbem_if_same<Status, HRESULT>::type declaration {                                        \
        long wbem_status = 0, *wbem_to = out ? &wbem_status : NULL;                                                              \
        const HRESULT wbem_done = call;                                                                                          \
        if (out) *out = static_cast<HRESULT>(wbem_status);                                                                       \
        return wbem_done;                                                                                                        \
    }
template <typename A, typename B> struct wbem_if_same {};
template <typename A> struct wbem_if_same<A, A> { typedef HRESULT type; };
#else
#define WBEM_TAKES_DWORD(declaration, out, call)
#define WBEM_TAKES_HRESULT(declaration, out, call)
#endif
WBEM_FORWARD(IWbemLocator)
WBEM_FORWARD(IWbemServices)
WBEM_FORWARD(IWbemClassObject)
WBEM_FORWARD(IWbemQualifierSet)
WBEM_FORWARD(IWbemObjectSink)
WBEM_FORWARD(IWbemObjectSinkEx)
WBEM_FORWARD(IEnumWbemClassObject)
WBEM_FORWARD(IWbemCallResult)
WBEM_FORWARD(IWbemContext)
WBEM_FORWARD(IUnsecuredApartment)
WBEM_FORWARD(IWbemUnsecuredApartment)
WBEM_FORWARD(IWbemStatusCodeText)

WBEM_BEGIN
extern WBEM_API const IID IID_IWbemLocator, IID_IWbemServices, IID_IWbemClassObject, IID_IWbemQualifierSet, IID_IWbemObjectSink,
    IID_IWbemObjectSinkEx, IID_IEnumWbemClassObject, IID_IWbemCallResult, IID_IWbemContext, IID_IUnsecuredApartment,
    IID_IWbemUnsecuredApartment, IID_IWbemStatusCodeText;
extern WBEM_API const CLSID CLSID_WbemLocator, CLSID_WbemContext, CLSID_WbemClassObject, CLSID_UnsecuredApartment,
    CLSID_WbemUnsecuredApartment, CLSID_WbemStatusCodeText, CLSID_WbemAdministrativeLocator, CLSID_WbemAuthenticatedLocator,
    CLSID_WbemUnauthenticatedLocator;
WBEM_FINISH

/* -- connecting ---------------------------------------------------------------------------------------------------- */
#undef INTERFACE
#define INTERFACE IWbemLocator
DECLARE_INTERFACE_(IWbemLocator, IUnknown) {
    WBEM_UNKNOWN_METHODS
    /* Connects to a namespace: `ROOT\CIMV2`, `\\.\root\cimv2`, with this machine's name too; wbemhost.h says what is there.
     * @param strUser, strPassword, strAuthority  NULL or empty: the process itself
     * @param strLocale  NULL, empty, or MS_xxx with a hexadecimal number, which changes nothing
     * @param lSecurityFlags  0 or WBEM_FLAG_CONNECT_USE_MAX_WAIT
     * Returns WBEM_S_NO_ERROR; WBEM_E_INVALID_NAMESPACE; WBEM_E_LOCAL_CREDENTIALS (a user is named); HRESULT_FROM_WIN32 of
     * RPC_S_SERVER_UNAVAILABLE (another machine); WBEM_E_INVALID_LOCALE; WBEM_E_INITIALIZATION_FAILURE (the configuration);
     * WBEM_E_ACCESS_DENIED. */
    STDMETHOD(ConnectServer)
    (THIS_ const BSTR strNetworkResource, const BSTR strUser, const BSTR strPassword, const BSTR strLocale, long lSecurityFlags,
     const BSTR strAuthority, IWbemContext *pCtx, IWbemServices **ppNamespace) PURE;
};
WBEM_UUID(IWbemLocator, IID_IWbemLocator)

/* -- a namespace ------------------------------------------------------------------------------------------------------
 * An asynchronous method returns at once: an error, and then the sink was not touched; or WBEM_S_NO_ERROR, and then the sink has
 * one reference more, gets no, one or many Indicate, exactly one SetStatus(WBEM_STATUS_COMPLETE, ...), and one Release, in this
 * order, never two at a time. Errors of the query come by SetStatus. */
#undef INTERFACE
#define INTERFACE IWbemServices
DECLARE_INTERFACE_(IWbemServices, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(OpenNamespace)
    (THIS_ const BSTR strNamespace, long lFlags, IWbemContext *pCtx, IWbemServices **ppWorkingNamespace,
     IWbemCallResult **ppResult) PURE;
    /* Ends all calls that were given this very pointer. When it returns WBEM_S_NO_ERROR to a thread that is not inside one of
     * their callbacks, or WBEM_E_NOT_FOUND, every one of them has had its final status and the sink is released. Inside a
     * callback it returns at once and takes effect as the callback returns. WBEM_S_TIMEDOUT: a callback does not return. */
    STDMETHOD(CancelAsyncCall)(THIS_ IWbemObjectSink * pSink) PURE;
    STDMETHOD(QueryObjectSink)(THIS_ long lFlags, IWbemObjectSink **ppResponseHandler) PURE;
    STDMETHOD(GetObject)
    (THIS_ const BSTR strObjectPath, long lFlags, IWbemContext *pCtx, IWbemClassObject **ppObject, IWbemCallResult **ppCallResult)
        PURE;
    STDMETHOD(GetObjectAsync)
    (THIS_ const BSTR strObjectPath, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(PutClass)(THIS_ IWbemClassObject * pObject, long lFlags, IWbemContext *pCtx, IWbemCallResult **ppCallResult) PURE;
    STDMETHOD(PutClassAsync)
    (THIS_ IWbemClassObject * pObject, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(DeleteClass)(THIS_ const BSTR strClass, long lFlags, IWbemContext *pCtx, IWbemCallResult **ppCallResult) PURE;
    STDMETHOD(DeleteClassAsync)
    (THIS_ const BSTR strClass, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(CreateClassEnum)
    (THIS_ const BSTR strSuperclass, long lFlags, IWbemContext *pCtx, IEnumWbemClassObject **ppEnum) PURE;
    STDMETHOD(CreateClassEnumAsync)
    (THIS_ const BSTR strSuperclass, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(PutInstance)(THIS_ IWbemClassObject * pInst, long lFlags, IWbemContext *pCtx, IWbemCallResult **ppCallResult) PURE;
    STDMETHOD(PutInstanceAsync)
    (THIS_ IWbemClassObject * pInst, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(DeleteInstance)
    (THIS_ const BSTR strObjectPath, long lFlags, IWbemContext *pCtx, IWbemCallResult **ppCallResult) PURE;
    STDMETHOD(DeleteInstanceAsync)
    (THIS_ const BSTR strObjectPath, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(CreateInstanceEnum)
    (THIS_ const BSTR strFilter, long lFlags, IWbemContext *pCtx, IEnumWbemClassObject **ppEnum) PURE;
    STDMETHOD(CreateInstanceEnumAsync)
    (THIS_ const BSTR strFilter, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler) PURE;
    STDMETHOD(ExecQuery)
    (THIS_ const BSTR strQueryLanguage, const BSTR strQuery, long lFlags, IWbemContext *pCtx, IEnumWbemClassObject **ppEnum) PURE;
    STDMETHOD(ExecQueryAsync)
    (THIS_ const BSTR strQueryLanguage, const BSTR strQuery, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler)
        PURE;
    STDMETHOD(ExecNotificationQuery)
    (THIS_ const BSTR strQueryLanguage, const BSTR strQuery, long lFlags, IWbemContext *pCtx, IEnumWbemClassObject **ppEnum) PURE;
    STDMETHOD(ExecNotificationQueryAsync)
    (THIS_ const BSTR strQueryLanguage, const BSTR strQuery, long lFlags, IWbemContext *pCtx, IWbemObjectSink *pResponseHandler)
        PURE;
    STDMETHOD(ExecMethod)
    (THIS_ const BSTR strObjectPath, const BSTR strMethodName, long lFlags, IWbemContext *pCtx, IWbemClassObject *pInParams,
     IWbemClassObject **ppOutParams, IWbemCallResult **ppCallResult) PURE;
    STDMETHOD(ExecMethodAsync)
    (THIS_ const BSTR strObjectPath, const BSTR strMethodName, long lFlags, IWbemContext *pCtx, IWbemClassObject *pInParams,
     IWbemObjectSink *pResponseHandler) PURE;
};
WBEM_UUID(IWbemServices, IID_IWbemServices)

/* -- what comes back ----------------------------------------------------------------------------------------------- */
/* The client's object of an asynchronous call. Exceptions must not leave it; one that does is caught, and cancels the call. */
#undef INTERFACE
#define INTERFACE IWbemObjectSink
DECLARE_INTERFACE_(IWbemObjectSink, IUnknown) {
    WBEM_UNKNOWN_METHODS
    /* Objects, at least one. The array and its objects are the caller's; AddRef keeps an object beyond the return.
     * A failure that is returned cancels the call. */
    STDMETHOD(Indicate)(THIS_ long lObjectCount, IWbemClassObject **apObjArray) PURE;
    /* WBEM_STATUS_COMPLETE: the end; hResult says how, pObjParam is an __ExtendedStatus after a failure and else NULL.
     * WBEM_STATUS_PROGRESS (of a call with WBEM_FLAG_SEND_STATUS): the low word of hResult is what is done, the high word the
     * whole. */
    STDMETHOD(SetStatus)(THIS_ long lFlags, HRESULT hResult, BSTR strParam, IWbemClassObject *pObjParam) PURE;
};
WBEM_UUID(IWbemObjectSink, IID_IWbemObjectSink)

/* A sink that has this interface too hears of progress and failures by WriteProgress and WriteError, before SetStatus. */
#undef INTERFACE
#define INTERFACE IWbemObjectSinkEx
DECLARE_INTERFACE_(IWbemObjectSinkEx, IWbemObjectSink) {
    WBEM_UNKNOWN_METHODS
#if !defined(__cplusplus) || defined(CINTERFACE)
    STDMETHOD(Indicate)(THIS_ long lObjectCount, IWbemClassObject **apObjArray) PURE;
    STDMETHOD(SetStatus)(THIS_ long lFlags, HRESULT hResult, BSTR strParam, IWbemClassObject *pObjParam) PURE;
#endif
    STDMETHOD(WriteMessage)(THIS_ ULONG uChannel, const BSTR strMessage) PURE;
    STDMETHOD(WriteError)(THIS_ IWbemClassObject * pObjError, unsigned char *puReturned) PURE;
    STDMETHOD(PromptUser)(THIS_ const BSTR strMessage, unsigned char uPromptType, unsigned char *puReturned) PURE;
    STDMETHOD(WriteProgress)
    (THIS_ const BSTR strActivity, const BSTR strCurrentOperation, const BSTR strStatusDescription, ULONG uPercentComplete,
     ULONG uSecondsRemaining) PURE;
    STDMETHOD(WriteStreamParameter)(THIS_ const BSTR strName, VARIANT *vtValue, ULONG ulType, ULONG ulFlags) PURE;
};
WBEM_UUID(IWbemObjectSinkEx, IID_IWbemObjectSinkEx)

/* A result set and a position in it. */
#undef INTERFACE
#define INTERFACE IEnumWbemClassObject
DECLARE_INTERFACE_(IEnumWbemClassObject, IUnknown) {
    WBEM_UNKNOWN_METHODS
    /* Back to the first object, for all that is called from now on; what NextAsync has queued is not concerned.
     * WBEM_E_INVALID_OPERATION: the set is forward-only. */
    STDMETHOD(Reset)(THIS) PURE;
    /* Up to uCount objects, each with a reference for the caller.
     * @param lTimeout  milliseconds; WBEM_NO_WAIT; WBEM_INFINITE, or any number of 32 bits that are all set
     * Returns WBEM_S_NO_ERROR: as many as asked for, or those in front of a failure, which the following call returns;
     * WBEM_S_FALSE: fewer, and no more will come (where rows are known to be missing, GetErrorInfo says so);
     * WBEM_S_TIMEDOUT: fewer so far; how the operation failed, once the objects before the failure are read. */
    STDMETHOD(Next)(THIS_ long lTimeout, ULONG uCount, IWbemClassObject **apObjects, ULONG *puReturned) PURE;
    WBEM_TAKES_DWORD(Next(long lTimeout, ULONG uCount, IWbemClassObject **apObjects, Count *puReturned), puReturned,
                     Next(lTimeout, uCount, apObjects, wbem_to))
    /* The next uCount objects to a sink: Indicate, then SetStatus with 0, WBEM_S_FALSE (fewer) or the failure, then Release.
     * Requests, Next and Skip are served in the order in which they come; this function waits for nothing. A thread of the
     * library's calls the sink; what the sink asks of the enumerator meanwhile comes first. CancelAsyncCall ends a request as it
     * ends a call, and objects that were not delivered come with the next Next. The last Release of the enumerator cancels
     * what is left. Returns WBEM_S_NO_ERROR; WBEM_S_FALSE (uCount is 0; the sink is not touched). */
    STDMETHOD(NextAsync)(THIS_ ULONG uCount, IWbemObjectSink * pSink) PURE;
    /* A second reader of the same set, at the same position. WBEM_E_INVALID_OPERATION: the set is forward-only; a failure that a
     * reader of the set has come to. */
    STDMETHOD(Clone)(THIS_ IEnumWbemClassObject * *ppEnum) PURE;
    /* Next without objects. */
    STDMETHOD(Skip)(THIS_ long lTimeout, ULONG nCount) PURE;
};
WBEM_UUID(IEnumWbemClassObject, IID_IEnumWbemClassObject)

/* What a method called with WBEM_FLAG_RETURN_IMMEDIATELY will have to say. Each waits up to lTimeout (as Next), and then returns
 * WBEM_S_TIMEDOUT; after a failure of the operation all but GetCallStatus return that. */
#undef INTERFACE
#define INTERFACE IWbemCallResult
DECLARE_INTERFACE_(IWbemCallResult, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(GetResultObject)(THIS_ long lTimeout, IWbemClassObject **ppResultObject) PURE;
    STDMETHOD(GetResultString)(THIS_ long lTimeout, BSTR *pstrResultString) PURE;
    STDMETHOD(GetResultServices)(THIS_ long lTimeout, IWbemServices **ppServices) PURE;
    STDMETHOD(GetCallStatus)(THIS_ long lTimeout, long *plStatus) PURE;
    WBEM_TAKES_HRESULT(GetCallStatus(long lTimeout, Status *plStatus), plStatus, GetCallStatus(lTimeout, wbem_to))
};
WBEM_UUID(IWbemCallResult, IID_IWbemCallResult)

/* -- objects ------------------------------------------------------------------------------------------------------- */
/* A class or an instance. Its values do not change. */
#undef INTERFACE
#define INTERFACE IWbemClassObject
DECLARE_INTERFACE_(IWbemClassObject, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(GetQualifierSet)(THIS_ IWbemQualifierSet * *ppQualSet) PURE;
    /* A property, system ones too. What is not asked for may be NULL; *pVal is overwritten, not cleared.
     * Returns WBEM_S_NO_ERROR (VT_NULL is a value too); WBEM_E_NOT_FOUND. */
    STDMETHOD(Get)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pVal, CIMTYPE *pType, long *plFlavor) PURE;
    STDMETHOD(Put)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pVal, CIMTYPE Type) PURE;
    STDMETHOD(Delete)(THIS_ LPCWSTR wszName) PURE;
    STDMETHOD(GetNames)(THIS_ LPCWSTR wszQualifierName, long lFlags, VARIANT *pQualifierVal, SAFEARRAY **pNames) PURE;
    STDMETHOD(BeginEnumeration)(THIS_ long lEnumFlags) PURE;
    /* Returns WBEM_S_NO_ERROR; WBEM_S_NO_MORE_DATA; WBEM_E_UNEXPECTED (no BeginEnumeration). */
    STDMETHOD(Next)(THIS_ long lFlags, BSTR *strName, VARIANT *pVal, CIMTYPE *pType, long *plFlavor) PURE;
    STDMETHOD(EndEnumeration)(THIS) PURE;
    /* WBEM_E_SYSTEM_PROPERTY: these have none. */
    STDMETHOD(GetPropertyQualifierSet)(THIS_ LPCWSTR wszProperty, IWbemQualifierSet * *ppQualSet) PURE;
    STDMETHOD(Clone)(THIS_ IWbemClassObject * *ppCopy) PURE;
    STDMETHOD(GetObjectText)(THIS_ long lFlags, BSTR *pstrObjectText) PURE;
    STDMETHOD(SpawnDerivedClass)(THIS_ long lFlags, IWbemClassObject **ppNewClass) PURE;
    STDMETHOD(SpawnInstance)(THIS_ long lFlags, IWbemClassObject **ppNewInstance) PURE;
    /* Returns WBEM_S_SAME or WBEM_S_DIFFERENT. */
    STDMETHOD(CompareTo)(THIS_ long lFlags, IWbemClassObject *pCompareTo) PURE;
    STDMETHOD(GetPropertyOrigin)(THIS_ LPCWSTR wszName, BSTR * pstrClassName) PURE;
    /* Returns WBEM_S_NO_ERROR (also for the object's own class) or WBEM_S_FALSE. */
    STDMETHOD(InheritsFrom)(THIS_ LPCWSTR strAncestor) PURE;
    /* A method's parameters, as a class __PARAMETERS each; NULL where there are none. */
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
};
WBEM_UUID(IWbemClassObject, IID_IWbemClassObject)

/* The qualifiers of a class, an instance, a property or a method. */
#undef INTERFACE
#define INTERFACE IWbemQualifierSet
DECLARE_INTERFACE_(IWbemQualifierSet, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Get)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pVal, long *plFlavor) PURE;
    STDMETHOD(Put)(THIS_ LPCWSTR wszName, VARIANT * pVal, long lFlavor) PURE;
    STDMETHOD(Delete)(THIS_ LPCWSTR wszName) PURE;
    STDMETHOD(GetNames)(THIS_ long lFlags, SAFEARRAY **pNames) PURE;
    STDMETHOD(BeginEnumeration)(THIS_ long lFlags) PURE;
    STDMETHOD(Next)(THIS_ long lFlags, BSTR *pstrName, VARIANT *pVal, long *plFlavor) PURE;
    STDMETHOD(EndEnumeration)(THIS) PURE;
};
WBEM_UUID(IWbemQualifierSet, IID_IWbemQualifierSet)

/* Named values that travel with a call to its provider. A call takes a copy of what is in it when it is made. */
#undef INTERFACE
#define INTERFACE IWbemContext
DECLARE_INTERFACE_(IWbemContext, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(Clone)(THIS_ IWbemContext * *ppNewCopy) PURE;
    STDMETHOD(GetNames)(THIS_ long lFlags, SAFEARRAY **pNames) PURE;
    STDMETHOD(BeginEnumeration)(THIS_ long lFlags) PURE;
    STDMETHOD(Next)(THIS_ long lFlags, BSTR *pstrName, VARIANT *pValue) PURE;
    STDMETHOD(EndEnumeration)(THIS) PURE;
    STDMETHOD(SetValue)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pValue) PURE;
    STDMETHOD(GetValue)(THIS_ LPCWSTR wszName, long lFlags, VARIANT *pValue) PURE;
    STDMETHOD(DeleteValue)(THIS_ LPCWSTR wszName, long lFlags) PURE;
    STDMETHOD(DeleteAll)(THIS) PURE;
};
WBEM_UUID(IWbemContext, IID_IWbemContext)

/* -- helpers ------------------------------------------------------------------------------------------------------- */
/* Wraps a sink, as is needed where callbacks cross processes; here a stub only passes on. For CancelAsyncCall the stub and the
 * sink are two different sinks. The stub holds a reference of the sink's. */
#undef INTERFACE
#define INTERFACE IUnsecuredApartment
DECLARE_INTERFACE_(IUnsecuredApartment, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(CreateObjectStub)(THIS_ IUnknown * pObject, IUnknown * *ppStub) PURE;
};
WBEM_UUID(IUnsecuredApartment, IID_IUnsecuredApartment)

#undef INTERFACE
#define INTERFACE IWbemUnsecuredApartment
DECLARE_INTERFACE_(IWbemUnsecuredApartment, IUnsecuredApartment) {
    WBEM_UNKNOWN_METHODS
#if !defined(__cplusplus) || defined(CINTERFACE)
    STDMETHOD(CreateObjectStub)(THIS_ IUnknown * pObject, IUnknown * *ppStub) PURE;
#endif
    STDMETHOD(CreateSinkStub)(THIS_ IWbemObjectSink * pSink, DWORD dwFlags, LPCWSTR wszReserved, IWbemObjectSink * *ppStub) PURE;
};
WBEM_UUID(IWbemUnsecuredApartment, IID_IWbemUnsecuredApartment)

/* What a status says, in words: one language, whatever LocaleId, without a line break. lFlags is a WBEMSTATUS_FORMAT. */
#undef INTERFACE
#define INTERFACE IWbemStatusCodeText
DECLARE_INTERFACE_(IWbemStatusCodeText, IUnknown) {
    WBEM_UNKNOWN_METHODS
    STDMETHOD(GetErrorCodeText)(THIS_ HRESULT hRes, LCID LocaleId, long lFlags, BSTR *MessageText) PURE;
    STDMETHOD(GetFacilityCodeText)(THIS_ HRESULT hRes, LCID LocaleId, long lFlags, BSTR *MessageText) PURE;
};
WBEM_UUID(IWbemStatusCodeText, IID_IWbemStatusCodeText)

#include "wbemperf.h"

/* Classes of CoCreateInstance, for __uuidof. */
#ifdef __cplusplus
struct WbemLocator;
struct WbemContext;
struct WbemClassObject;
struct UnsecuredApartment;
struct WbemUnsecuredApartment;
struct WbemStatusCodeText;
WBEM_UUID(WbemLocator, CLSID_WbemLocator)
WBEM_UUID(WbemContext, CLSID_WbemContext)
WBEM_UUID(WbemClassObject, CLSID_WbemClassObject)
WBEM_UUID(UnsecuredApartment, CLSID_UnsecuredApartment)
WBEM_UUID(WbemUnsecuredApartment, CLSID_WbemUnsecuredApartment)
WBEM_UUID(WbemStatusCodeText, CLSID_WbemStatusCodeText)
#endif

#ifdef COBJMACROS
#include "wbemmacros.h"
#endif

WBEM_FINISH

#endif
