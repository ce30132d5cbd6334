/* SPDX-License-Identifier: MIT */
/* 03_unsecured_apartment.cc: the documented way to let a service call back: the sink is wrapped by a stub, and the stub is what
 * the call, and a cancel, are given. The sink is counted from 1: it is its owner's to release. */
#define _WIN32_DCOM
#include <comdef.h>
#include <Wbemidl.h>
#include <stdio.h>

#pragma comment(lib, "wbemuuid.lib")

class CountingSink : public IWbemObjectSink {
    LONG references;
    LONG objects;
    bool finished;
    CRITICAL_SECTION lock;

  public:
    CountingSink() : references(1), objects(0), finished(false) { InitializeCriticalSection(&lock); }
    virtual ~CountingSink() { DeleteCriticalSection(&lock); }

    bool is_finished() {
        EnterCriticalSection(&lock);
        bool answer = finished;
        LeaveCriticalSection(&lock);
        return answer;
    }
    LONG count() const { return objects; }

    STDMETHODIMP_(ULONG) AddRef() override { return (ULONG)InterlockedIncrement(&references); }
    STDMETHODIMP_(ULONG) Release() override {
        LONG left = InterlockedDecrement(&references);
        if (left == 0) delete this;
        return (ULONG)left;
    }
    STDMETHODIMP QueryInterface(REFIID riid, void **ppv) override {
        *ppv = riid == IID_IUnknown || riid == IID_IWbemObjectSink ? this : NULL;
        if (*ppv) AddRef();
        return *ppv ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP Indicate(LONG count, IWbemClassObject **) override {
        objects += count;
        return WBEM_S_NO_ERROR;
    }
    STDMETHODIMP SetStatus(LONG flags, HRESULT result, BSTR, IWbemClassObject *) override {
        if (flags == WBEM_STATUS_PROGRESS) return WBEM_S_NO_ERROR; /* how far it is; not shown, since it depends on the machine */
        printf("complete: 0x%x\n", (unsigned)result);
        EnterCriticalSection(&lock);
        finished = true;
        LeaveCriticalSection(&lock);
        return WBEM_S_NO_ERROR;
    }
};

/* What the smart pointers of comdef.h give back by themselves. */
_COM_SMARTPTR_TYPEDEF(IWbemLocator, IID_IWbemLocator);
_COM_SMARTPTR_TYPEDEF(IWbemServices, IID_IWbemServices);

static HRESULT run() {
    IWbemLocatorPtr locator;
    IWbemServicesPtr services;
    HRESULT hr = locator.CreateInstance(CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER);
    if (SUCCEEDED(hr)) hr = locator->ConnectServer(_bstr_t(L"ROOT\\CIMV2"), NULL, NULL, 0, 0, 0, 0, &services);
    if (FAILED(hr)) return hr;

    IUnsecuredApartment *apartment = NULL;
    IUnknown *stub = NULL;
    IWbemObjectSink *stub_sink = NULL;
    CountingSink *sink = new CountingSink;
    hr = CoCreateInstance(CLSID_UnsecuredApartment, NULL, CLSCTX_LOCAL_SERVER, IID_IUnsecuredApartment, (void **)&apartment);
    if (SUCCEEDED(hr)) hr = apartment->CreateObjectStub(sink, &stub);
    if (SUCCEEDED(hr)) hr = stub->QueryInterface(IID_IWbemObjectSink, (void **)&stub_sink);
    if (SUCCEEDED(hr))
        hr = services->ExecQueryAsync(_bstr_t("WQL"), _bstr_t("SELECT * FROM MyClass"), WBEM_FLAG_SEND_STATUS, NULL, stub_sink);
    if (SUCCEEDED(hr)) {
        while (!sink->is_finished()) Sleep(1);
        printf("%ld objects\n", (long)sink->count());
        /* It is over: cancelling it all the same does no harm. */
        services->CancelAsyncCall(stub_sink);
    }
    if (stub_sink) stub_sink->Release();
    if (stub) stub->Release();
    if (apartment) apartment->Release();
    sink->Release();
    return hr;
}

int main() {
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(hr)) return 1;
    CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    hr = run();
    if (FAILED(hr)) printf("failed: %s\n", _com_error(hr).ErrorMessage());
    CoUninitialize();
    return FAILED(hr);
}
