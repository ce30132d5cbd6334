/* SPDX-License-Identifier: MIT */
/* 04_cancel.cc: a query without an end, ended twice: from outside, by another thread, and from inside Indicate. When a cancel
 * from outside has returned, the sink has had its final status and is released: nothing comes any more. */
#include <wbemidl.h>
#include <comdef.h>
#include <stdio.h>

#pragma comment(lib, "wbemuuid.lib")

class Sink : public IWbemObjectSink {
    LONG references;

  public:
    IWbemServices *services; /* to cancel from inside with; NULL: nothing is cancelled there */
    LONG objects, objects_behind, finals;
    bool cancelled;
    HRESULT result;

    explicit Sink(IWbemServices *cancel_with)
        : references(1), services(cancel_with), objects(0), objects_behind(0), finals(0), cancelled(false), result(S_OK) {}
    virtual ~Sink() {}
    LONG held() const { return __atomic_load_n(&references, __ATOMIC_ACQUIRE); }
    LONG seen() const { return __atomic_load_n(&objects, __ATOMIC_ACQUIRE); }

    ULONG STDMETHODCALLTYPE AddRef() { return (ULONG)InterlockedIncrement(&references); }
    ULONG STDMETHODCALLTYPE Release() {
        LONG left = InterlockedDecrement(&references);
        if (left == 0) delete this;
        return (ULONG)left;
    }
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **ppv) {
        *ppv = riid == IID_IUnknown || riid == IID_IWbemObjectSink ? this : NULL;
        if (*ppv == NULL) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE Indicate(long count, IWbemClassObject **) {
        if (cancelled) objects_behind += count;
        __atomic_fetch_add(&objects, count, __ATOMIC_RELEASE);
        if (services && !cancelled) {
            cancelled = true;
            printf("inside: CancelAsyncCall returns 0x%x at once\n", (unsigned)services->CancelAsyncCall(this));
        }
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE SetStatus(long flags, HRESULT status, BSTR, IWbemClassObject *) {
        if (flags != WBEM_STATUS_COMPLETE) return WBEM_S_NO_ERROR;
        finals++;
        result = status;
        return WBEM_S_NO_ERROR;
    }
};

static HRESULT start(IWbemServices *services, Sink *sink) {
    return services->ExecQueryAsync(_bstr_t(L"WQL"), _bstr_t(L"SELECT Id FROM Counting"), 0, NULL, sink);
}

static void from_outside(IWbemServices *services) {
    Sink *sink = new Sink(NULL);
    if (SUCCEEDED(start(services, sink))) {
        while (sink->seen() == 0) Sleep(1);
        HRESULT hr = services->CancelAsyncCall(sink);
        printf("outside: CancelAsyncCall returns 0x%x\n", (unsigned)hr);
        printf("the final status was 0x%x, it came %ld time, and %ld reference is left: ours\n", (unsigned)sink->result,
               (long)sink->finals, (long)sink->held());
        printf("once more: 0x%x\n", (unsigned)services->CancelAsyncCall(sink));
    }
    sink->Release();
}

static void from_inside(IWbemServices *services) {
    Sink *sink = new Sink(services);
    if (SUCCEEDED(start(services, sink))) {
        while (sink->held() > 1) Sleep(1);
        printf("the final status was 0x%x, it came %ld time, and %ld objects came behind the cancel\n", (unsigned)sink->result,
               (long)sink->finals, (long)sink->objects_behind);
    }
    sink->Release();
}

int main() {
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    if (FAILED(CoInitializeEx(NULL, COINIT_MULTITHREADED))) return 1;
    HRESULT hr = CoCreateInstance(CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, IID_IWbemLocator, (void **)&locator);
    if (SUCCEEDED(hr)) hr = locator->ConnectServer(_bstr_t(L"ROOT\\endless"), NULL, NULL, NULL, 0, NULL, NULL, &services);
    if (SUCCEEDED(hr)) {
        from_outside(services);
        from_inside(services);
        services->Release();
    } else {
        printf("no connection: 0x%x\n", (unsigned)hr);
    }
    if (locator) locator->Release();
    CoUninitialize();
    return FAILED(hr);
}
