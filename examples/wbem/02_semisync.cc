/* SPDX-License-Identifier: MIT */
/* 02_semisync.cc: the form that most programs use: the query returns at once, Next brings what is there, one after the other. */
#define _WIN32_DCOM
#include <iostream>
#include <comdef.h>
#include <wbemidl.h>

#pragma comment(lib, "wbemuuid.lib")

using namespace std;

static int fail(const char *what, HRESULT code) {
    cout << what << ": 0x" << hex << code << endl;
    CoUninitialize();
    return 1;
}

int main() {
    HRESULT hr = CoInitializeEx(0, COINIT_MULTITHREADED);
    if (FAILED(hr)) return 1;
    hr =
        CoInitializeSecurity(NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_DEFAULT, RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
    if (FAILED(hr)) return fail("security", hr);

    IWbemLocator *locator = 0;
    hr = CoCreateInstance(CLSID_WbemLocator, 0, CLSCTX_INPROC_SERVER, IID_IWbemLocator, (LPVOID *)&locator);
    if (FAILED(hr)) return fail("locator", hr);
    IWbemServices *services = 0;
    hr = locator->ConnectServer(bstr_t("ROOT\\CIMV2"), NULL, NULL, 0, 0, 0, 0, &services);
    locator->Release();
    if (FAILED(hr)) return fail("connection", hr);
    hr = CoSetProxyBlanket(services, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL, RPC_C_AUTHN_LEVEL_CALL,
                           RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
    if (FAILED(hr)) return fail("proxy blanket", hr);

    IEnumWbemClassObject *enumerator = NULL;
    hr = services->ExecQuery(bstr_t("WQL"), bstr_t("SELECT Id, Name, Built FROM MyClass WHERE Price < 100"),
                             WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &enumerator);
    if (FAILED(hr)) return fail("query", hr);

    IWbemClassObject *object = NULL;
    ULONG returned = 0;
    while ((hr = enumerator->Next(WBEM_INFINITE, 1, &object, &returned)) == WBEM_S_NO_ERROR) {
        VARIANT id, name, built;
        VariantInit(&id);
        VariantInit(&name);
        VariantInit(&built);
        object->Get(L"Id", 0, &id, 0, 0);
        object->Get(L"Name", 0, &name, 0, 0);
        object->Get(L"Built", 0, &built, 0, 0);
        wcout << id.lVal << L" " << name.bstrVal << L", built " << (V_VT(&built) == VT_NULL ? L"never" : built.bstrVal) << endl;
        VariantClear(&id);
        VariantClear(&name);
        VariantClear(&built);
        object->Release();
    }
    wcout << L"the end: 0x" << hex << hr << endl;
    enumerator->Release();

    /* A mistake comes with the first Next, and the error object says where it is. */
    hr = services->ExecQuery(bstr_t("WQL"), bstr_t("SELECT Naem FROM MyClass"),
                             WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &enumerator);
    if (SUCCEEDED(hr)) {
        hr = enumerator->Next(WBEM_INFINITE, 1, &object, &returned);
        enumerator->Release();
    }
    IErrorInfo *info = NULL;
    BSTR description = NULL;
    if (GetErrorInfo(0, &info) == S_OK) {
        info->GetDescription(&description);
        info->Release();
    }
    wcout << L"0x" << hex << hr << L": " << (description ? description : L"nothing more is known") << endl;
    SysFreeString(description);

    services->Release();
    CoUninitialize();
    return 0;
}
