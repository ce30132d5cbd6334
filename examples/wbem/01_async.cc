/* SPDX-License-Identifier: MIT */
/* 01_async.cc: the classic: a sink, a query that returns at once, objects that arrive, a final status, a release. Written as for
 * Windows; nothing in it knows where it runs. */
#define _WIN32_DCOM
#include <comdef.h>
#include <Wbemidl.h>
#include <stdio.h>

#pragma comment(lib, "wbemuuid.lib")

/* Its count begins at 0, so the library's release is the one that deletes it. */
class QuerySink : public IWbemObjectSink {
    LONG references;
    bool *done;

  public:
    explicit QuerySink(bool *done_flag) : references(0), done(done_flag) {}
    virtual ~QuerySink() { printf("the sink is gone\n"); }

    virtual ULONG STDMETHODCALLTYPE AddRef() { return (ULONG)InterlockedIncrement(&references); }
    virtual ULONG STDMETHODCALLTYPE Release() {
        LONG left = InterlockedDecrement(&references);
        if (left == 0) {
            bool *flag = done;
            delete this;
            __atomic_store_n(flag, true, __ATOMIC_RELEASE);
        }
        return (ULONG)left;
    }
    virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppv) {
        if (riid == IID_IUnknown || riid == IID_IWbemObjectSink) {
            *ppv = static_cast<IWbemObjectSink *>(this);
            AddRef();
            return WBEM_S_NO_ERROR;
        }
        *ppv = NULL;
        return E_NOINTERFACE;
    }
    virtual HRESULT STDMETHODCALLTYPE Indicate(LONG count, IWbemClassObject __RPC_FAR *__RPC_FAR *objects);
    virtual HRESULT STDMETHODCALLTYPE SetStatus(LONG flags, HRESULT result, BSTR text, IWbemClassObject __RPC_FAR *object);
};

HRESULT QuerySink::Indicate(long count, IWbemClassObject **objects) {
    for (long i = 0; i < count; i++) {
        VARIANT name, price;
        objects[i]->Get(L"Name", 0, &name, NULL, NULL);
        objects[i]->Get(L"Price", 0, &price, NULL, NULL);
        printf("%ls costs %.2f\n", V_BSTR(&name), V_R8(&price));
        VariantClear(&name);
        VariantClear(&price);
    }
    return WBEM_S_NO_ERROR;
}

HRESULT QuerySink::SetStatus(LONG flags, HRESULT result, BSTR, IWbemClassObject *) {
    if (flags == WBEM_STATUS_COMPLETE) printf("complete: 0x%x\n", (unsigned)result);
    return WBEM_S_NO_ERROR;
}

int main() {
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    bool done = false;

    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) return 1;
    HRESULT hr =
        CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    if (SUCCEEDED(hr)) hr = CoCreateInstance(CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, IID_IWbemLocator, (LPVOID *)&locator);
    if (SUCCEEDED(hr)) hr = locator->ConnectServer(_bstr_t(L"ROOT\\CIMV2"), NULL, NULL, NULL, 0, NULL, NULL, &services);
    if (FAILED(hr)) {
        printf("no connection: 0x%x\n", (unsigned)hr);
        return 1;
    }

    BSTR language = SysAllocString(L"WQL");
    BSTR query = SysAllocString(L"SELECT * FROM MyClass");
    QuerySink *sink = new QuerySink(&done);
    hr = services->ExecQueryAsync(language, query, 0, NULL, sink);
    SysFreeString(language);
    SysFreeString(query);
    if (hr) {
        printf("refused: 0x%x\n", (unsigned)hr);
        delete sink;
        return 1;
    }
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) Sleep(1);

    services->Release();
    locator->Release();
    CoUninitialize();
    return 0;
}
