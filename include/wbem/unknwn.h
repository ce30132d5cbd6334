/* SPDX-License-Identifier: MIT */
/* unknwn.h: how interfaces are written, and the one from which all others derive.
 *
 * Each interface is declared once, in the old form of COM's headers, and read twice: by C++ as a struct of pure virtual
 * functions, by C (and by C++ that defines CINTERFACE) as a table of functions, `lpVtbl`, whose first parameter is the object.
 * Both are the same memory: functions lie in the table in the order of their declaration, from slot 0. */
#ifndef WBEM_UNKNWN_H
#define WBEM_UNKNWN_H

#include "winerror.h"

WBEM_BEGIN_CXX

#ifndef interface
#define interface struct
#endif

#if defined(__cplusplus) && !defined(CINTERFACE)
#define STDMETHOD(method) virtual HRESULT STDMETHODCALLTYPE method
#define STDMETHOD_(type, method) virtual type STDMETHODCALLTYPE method
#define PURE = 0
#define THIS_
#define THIS
#define DECLARE_INTERFACE(name) struct name
#define DECLARE_INTERFACE_(name, base) struct name : public base
/* What C has to say again in each table. */
#define WBEM_UNKNOWN_METHODS
#else
#define STDMETHOD(method) HRESULT(STDMETHODCALLTYPE *method)
#define STDMETHOD_(type, method) type(STDMETHODCALLTYPE *method)
#define PURE
#define THIS_ INTERFACE *This,
#define THIS INTERFACE *This
#define DECLARE_INTERFACE(name)                                                                                                  \
    typedef struct name##Vtbl name##Vtbl;                                                                                        \
    struct name {                                                                                                                \
        const name##Vtbl *lpVtbl;                                                                                                \
    };                                                                                                                           \
    struct name##Vtbl
#define DECLARE_INTERFACE_(name, base) DECLARE_INTERFACE(name)
#define WBEM_UNKNOWN_METHODS                                                                                                     \
    STDMETHOD(QueryInterface)(THIS_ REFIID riid, void **ppvObject) PURE;                                                         \
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;                                                                                        \
    STDMETHOD_(ULONG, Release)(THIS) PURE;
#endif

/* For those who implement: STDMETHODIMP MySink::Indicate(...). */
#define STDMETHODIMP HRESULT STDMETHODCALLTYPE
#define STDMETHODIMP_(type) type STDMETHODCALLTYPE
#define STDAPI EXTERN_C HRESULT STDAPICALLTYPE
#define STDAPI_(type) EXTERN_C type STDAPICALLTYPE

/* What __uuidof names, where the compiler has none: WBEM_UUID(IFoo, IID_IFoo) behind the declaration of an interface or class. */
#ifdef __cplusplus
template <typename T> struct wbem_uuid_of;
template <typename T> inline REFIID wbem_uuid_of_pointer(T **) { return wbem_uuid_of<T>::value(); }
template <typename T> inline void **wbem_void_pointer(T **out) { return reinterpret_cast<void **>(out); }
#define WBEM_UUID(type, id)                                                                                                      \
    template <> struct wbem_uuid_of<type> {                                                                                      \
        static REFIID value() { return id; }                                                                                     \
    };
#ifndef __uuidof
#define __uuidof(type) (wbem_uuid_of<type>::value())
#endif
#define IID_PPV_ARGS(out) wbem_uuid_of_pointer(out), wbem_void_pointer(out)
#else
#define WBEM_UUID(type, id)
#endif

#if !defined(__cplusplus) || defined(CINTERFACE)
typedef struct IUnknown IUnknown;
#endif

EXTERN_C WBEM_API const IID IID_IUnknown;

/* Reference counting and the way from one interface of an object to another. */
#undef INTERFACE
#define INTERFACE IUnknown
DECLARE_INTERFACE(IUnknown) {
    /* Stores the object's interface `riid` with a reference of its own, or NULL.
     * Returns S_OK; E_NOINTERFACE; E_POINTER. */
    STDMETHOD(QueryInterface)(THIS_ REFIID riid, void **ppvObject) PURE;
    /* Each returns the number of references, for tests only. With the last one the object goes. */
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;
    STDMETHOD_(ULONG, Release)(THIS) PURE;
#if defined(__cplusplus) && !defined(CINTERFACE)
    template <typename Q> HRESULT QueryInterface(Q * *out) {
        return QueryInterface(wbem_uuid_of<Q>::value(), reinterpret_cast<void **>(out));
    }
#endif
};
typedef IUnknown *LPUNKNOWN;
WBEM_UUID(IUnknown, IID_IUnknown)

WBEM_FINISH

#endif
