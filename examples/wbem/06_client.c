/* SPDX-License-Identifier: MIT */
/* 06_client.c: the same calls in C: an object is a pointer to a table of functions, and COBJMACROS are the names for them. The
 * sink is a table of our own, and belongs to main. */
#define COBJMACROS
#include <wbemidl.h>
#include <stdio.h>

typedef struct {
    IWbemObjectSink base; /* first, so that the two are one address */
    LONG references;
    LONG released;
} sink;

static ULONG STDMETHODCALLTYPE add_ref(IWbemObjectSink *self) { return (ULONG)InterlockedIncrement(&((sink *)self)->references); }

static ULONG STDMETHODCALLTYPE release(IWbemObjectSink *self) {
    sink *mine = (sink *)self;
    LONG left = InterlockedDecrement(&mine->references);
    if (left == 1) InterlockedIncrement(&mine->released); /* what is left is main's own */
    return (ULONG)left;
}

static HRESULT STDMETHODCALLTYPE query_interface(IWbemObjectSink *self, REFIID riid, void **out) {
    if (!IsEqualIID(riid, &IID_IUnknown) && !IsEqualIID(riid, &IID_IWbemObjectSink)) {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = self;
    add_ref(self);
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE indicate(IWbemObjectSink *self, LONG count, IWbemClassObject **objects) {
    (void)self;
    for (LONG i = 0; i < count; i++) {
        VARIANT name;
        if (FAILED(IWbemClassObject_Get(objects[i], L"Name", 0, &name, NULL, NULL))) continue;
        printf("%ls\n", V_BSTR(&name));
        VariantClear(&name);
    }
    return WBEM_S_NO_ERROR;
}

static HRESULT STDMETHODCALLTYPE set_status(IWbemObjectSink *self, LONG flags, HRESULT result, BSTR text,
                                            IWbemClassObject *object) {
    (void)self, (void)text, (void)object;
    if (flags == WBEM_STATUS_COMPLETE) printf("complete: 0x%x\n", (unsigned)result);
    return WBEM_S_NO_ERROR;
}

static const IWbemObjectSinkVtbl sink_functions = {query_interface, add_ref, release, indicate, set_status};

static HRESULT ask(IWbemServices *services) {
    sink mine = {{&sink_functions}, 1, 0};
    BSTR language = SysAllocString(L"WQL");
    BSTR query = SysAllocString(L"SELECT Name FROM MyClass WHERE Name LIKE '[CT]%'");
    HRESULT hr = IWbemServices_ExecQueryAsync(services, language, query, 0, NULL, &mine.base);
    SysFreeString(language);
    SysFreeString(query);
    /* The release is the last that comes: then nobody knows of the sink but we. */
    while (SUCCEEDED(hr) && InterlockedCompareExchange(&mine.released, 0, 0) == 0) Sleep(1);
    return hr;
}

int main(void) {
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    BSTR place = NULL;
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(hr)) return 1;
    hr = CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (LPVOID *)&locator);
    if (SUCCEEDED(hr)) {
        place = SysAllocString(L"ROOT\\CIMV2");
        hr = IWbemLocator_ConnectServer(locator, place, NULL, NULL, NULL, 0, NULL, NULL, &services);
        SysFreeString(place);
        IWbemLocator_Release(locator);
    }
    if (SUCCEEDED(hr)) {
        hr = ask(services);
        IWbemServices_Release(services);
    }
    if (FAILED(hr)) printf("failed: 0x%x\n", (unsigned)hr);
    CoUninitialize();
    return FAILED(hr);
}
