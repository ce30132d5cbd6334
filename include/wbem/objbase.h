/* SPDX-License-Identifier: MIT */
/* objbase.h: what a program says to COM before and after it uses objects, and how it makes one. */
#ifndef WBEM_OBJBASE_H
#define WBEM_OBJBASE_H

#include "oaidl.h"

WBEM_BEGIN

/* -- a thread joins and leaves ------------------------------------------------------------------------------------- */
typedef enum tagCOINIT {
    COINIT_MULTITHREADED = 0,     /* sinks are called on threads of the library's */
    COINIT_APARTMENTTHREADED = 2, /* sinks of calls made here are called here, while the thread is inside Sleep */
    COINIT_DISABLE_OLE1DDE = 4,
    COINIT_SPEED_OVER_MEMORY = 8
} COINIT;

/* Each thread that makes objects begins with one of these, and ends with as many CoUninitialize.
 * @param reserved  NULL
 * Returns S_OK: the first on this thread; S_FALSE: one more; RPC_E_CHANGED_MODE: the thread has the other mode (not counted), as a
 * thread of the library's has inside a callback: the multithreaded one; E_INVALIDARG. */
WBEM_API HRESULT CoInitializeEx(LPVOID reserved, DWORD mode);
WBEM_API HRESULT CoInitialize(LPVOID reserved); /* COINIT_APARTMENTTHREADED */
/* One too many does nothing. The last one of an apartment ends its calls: their final statuses come in here, and what these ask
 * for asynchronously is refused with WBEM_E_SHUTTING_DOWN. Inside a callback it takes effect as that returns. Objects that are
 * still held stay usable. When no thread is left in and no interface is held, the library's threads end too. A thread that ends
 * without it ends its calls all the same. */
WBEM_API void CoUninitialize(void);

/* -- security: the program's, settled once ------------------------------------------------------------------------- */
typedef enum tagEOLE_AUTHENTICATION_CAPABILITIES {
    EOAC_NONE = 0,
    EOAC_MUTUAL_AUTH = 1,
    EOAC_STATIC_CLOAKING = 0x20,
    EOAC_DYNAMIC_CLOAKING = 0x40,
    EOAC_SECURE_REFS = 2,
    EOAC_ACCESS_CONTROL = 4,
    EOAC_APPID = 8,
    EOAC_DEFAULT = 0x800
} EOLE_AUTHENTICATION_CAPABILITIES;

#define RPC_C_AUTHN_LEVEL_DEFAULT 0
#define RPC_C_AUTHN_LEVEL_NONE 1
#define RPC_C_AUTHN_LEVEL_CONNECT 2
#define RPC_C_AUTHN_LEVEL_CALL 3
#define RPC_C_AUTHN_LEVEL_PKT 4
#define RPC_C_AUTHN_LEVEL_PKT_INTEGRITY 5
#define RPC_C_AUTHN_LEVEL_PKT_PRIVACY 6
#define RPC_C_IMP_LEVEL_DEFAULT 0
#define RPC_C_IMP_LEVEL_ANONYMOUS 1
#define RPC_C_IMP_LEVEL_IDENTIFY 2
#define RPC_C_IMP_LEVEL_IMPERSONATE 3
#define RPC_C_IMP_LEVEL_DELEGATE 4
#define RPC_C_AUTHN_NONE 0
#define RPC_C_AUTHN_GSS_NEGOTIATE 9
#define RPC_C_AUTHN_WINNT 10
#define RPC_C_AUTHN_GSS_KERBEROS 16
#define RPC_C_AUTHN_DEFAULT 0xFFFFFFFFu
#define RPC_C_AUTHZ_NONE 0
#define RPC_C_AUTHZ_NAME 1
#define RPC_C_AUTHZ_DCE 2
#define RPC_C_AUTHZ_DEFAULT 0xFFFFFFFFu
#define COLE_DEFAULT_PRINCIPAL ((OLECHAR *)(INT_PTR)-1)
#define COLE_DEFAULT_AUTHINFO ((void *)(INT_PTR)-1)

typedef void *RPC_AUTH_IDENTITY_HANDLE;
typedef struct tagSOLE_AUTHENTICATION_SERVICE {
    DWORD dwAuthnSvc;
    DWORD dwAuthzSvc;
    OLECHAR *pPrincipalName;
    HRESULT hr;
} SOLE_AUTHENTICATION_SERVICE;
typedef struct _COAUTHIDENTITY {
    USHORT *User;
    ULONG UserLength;
    USHORT *Domain;
    ULONG DomainLength;
    USHORT *Password;
    ULONG PasswordLength;
    ULONG Flags;
} COAUTHIDENTITY;

/* Says who may call this process, and that this is settled. In process no call is authenticated, so the levels are checked for
 * being levels and otherwise do nothing; a strict engine (wbemhost.h) takes asynchronous calls only afterwards.
 * Returns S_OK, once in a process; RPC_E_TOO_LATE: it was said before, which does no harm; CO_E_NOTINITIALIZED; E_INVALIDARG (a
 * level or capability that does not exist, a count that does not fit). */
WBEM_API HRESULT CoInitializeSecurity(PSECURITY_DESCRIPTOR descriptor, LONG service_count, SOLE_AUTHENTICATION_SERVICE *services,
                                      void *reserved1, DWORD authentication_level, DWORD impersonation_level, void *list,
                                      DWORD capabilities, void *reserved3);

/* The same for one interface. Checked, and otherwise without effect. Returns S_OK; E_INVALIDARG. */
WBEM_API HRESULT CoSetProxyBlanket(IUnknown *proxy, DWORD authentication, DWORD authorization, OLECHAR *principal,
                                   DWORD authentication_level, DWORD impersonation_level, RPC_AUTH_IDENTITY_HANDLE identity,
                                   DWORD capabilities);
/* Without effect: in process a provider already acts as its caller. Both return S_OK. */
WBEM_API HRESULT CoImpersonateClient(void);
WBEM_API HRESULT CoRevertToSelf(void);

/* -- objects ------------------------------------------------------------------------------------------------------- */
typedef enum tagCLSCTX {
    CLSCTX_INPROC_SERVER = 1,
    CLSCTX_INPROC_HANDLER = 2,
    CLSCTX_LOCAL_SERVER = 4,
    CLSCTX_REMOTE_SERVER = 16
} CLSCTX;
#define CLSCTX_SERVER (CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER | CLSCTX_REMOTE_SERVER)
#define CLSCTX_ALL (CLSCTX_SERVER | CLSCTX_INPROC_HANDLER)

/* Makes an object of a class: CLSID_WbemLocator and its kin, CLSID_WbemContext, CLSID_WbemClassObject, CLSID_UnsecuredApartment,
 * CLSID_WbemStatusCodeText.
 * @param outer    NULL: nothing can be aggregated
 * @param context  any of CLSCTX that has a server in it; all objects live in this process
 * Returns S_OK; REGDB_E_CLASSNOTREG; E_NOINTERFACE; CLASS_E_NOAGGREGATION; CO_E_NOTINITIALIZED (this thread has not called
 * CoInitializeEx, nor is another one in the multithreaded mode); E_POINTER; E_INVALIDARG (no server); E_OUTOFMEMORY. */
WBEM_API HRESULT CoCreateInstance(REFCLSID class_id, IUnknown *outer, DWORD context, REFIID riid, LPVOID *out);

WBEM_API LPVOID CoTaskMemAlloc(SIZE_T size); /* NULL: no memory */
WBEM_API LPVOID CoTaskMemRealloc(LPVOID memory, SIZE_T size);
WBEM_API void CoTaskMemFree(LPVOID memory);

/* Writes {XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX} and a NUL. Returns 39, or 0 if `room` (in characters) is less. */
WBEM_API int StringFromGUID2(REFGUID guid, LPOLESTR text, int room);
/* The same into a text for CoTaskMemFree. Return S_OK; E_INVALIDARG; E_OUTOFMEMORY. */
WBEM_API HRESULT StringFromCLSID(REFCLSID id, LPOLESTR *out);
WBEM_API HRESULT StringFromIID(REFIID id, LPOLESTR *out);
/* A new identifier, of random bits. Returns S_OK; E_INVALIDARG; E_FAIL (the system has none to give). */
WBEM_API HRESULT CoCreateGuid(GUID *out);
/* Reads what StringFromGUID2 writes. Return S_OK; E_INVALIDARG; CO_E_CLASSSTRING (not such a text; *out is zero). */
WBEM_API HRESULT CLSIDFromString(LPCOLESTR text, CLSID *out);
WBEM_API HRESULT IIDFromString(LPCOLESTR text, IID *out);

WBEM_FINISH

#endif
