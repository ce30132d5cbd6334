/* SPDX-License-Identifier: MIT */
/* 08_wide_client.c: a C program whose texts are wide: wmain, a query made by swprintf, and objects counted in a DWORD. */
#define COBJMACROS
#include <stdio.h>
#include <windows.h>
#include <initguid.h>
#include <wbemcli.h>

static int print_names(IWbemServices *services, const WCHAR *type) {
    IEnumWbemClassObject *objects = NULL;
    IWbemClassObject *rows[2];
    WCHAR text[100];
    DWORD returned = 0, i;
    BSTR language, query;
    HRESULT hr;

    swprintf(text, ARRAYSIZE(text), L"SELECT Name FROM %s", type);
    language = SysAllocString(L"WQL");
    query = SysAllocString(text);
    hr = IWbemServices_ExecQuery(services, language, query, WBEM_FLAG_FORWARD_ONLY, NULL, &objects);
    SysFreeString(language);
    SysFreeString(query);
    while (SUCCEEDED(hr)) {
        hr = IEnumWbemClassObject_Next(objects, WBEM_INFINITE, 2, rows, &returned);
        if (FAILED(hr) || returned == 0) break;
        for (i = 0; i < returned; i++) {
            VARIANT value;
            if (SUCCEEDED(IWbemClassObject_Get(rows[i], L"Name", 0, &value, NULL, NULL))) {
                wprintf(L"%s%s\n", V_BSTR(&value), _wcsicmp(V_BSTR(&value), L"lamp") == 0 ? L" (on)" : L"");
                VariantClear(&value);
            }
            IWbemClassObject_Release(rows[i]);
        }
        printf("%u at once\n", returned);
    }
    if (objects) IEnumWbemClassObject_Release(objects);
    return FAILED(hr);
}

int wmain(int argc, WCHAR *argv[]) {
    IWbemLocator *locator = NULL;
    IWbemServices *services = NULL;
    BSTR name = SysAllocString(L"root\\cimv2");
    int code = 1;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator, (void **)&locator))) {
        if (SUCCEEDED(IWbemLocator_ConnectServer(locator, name, NULL, NULL, NULL, 0, NULL, NULL, &services))) {
            code = print_names(services, argc > 1 ? argv[1] : L"MyClass");
            IWbemServices_Release(services);
        }
        IWbemLocator_Release(locator);
    }
    SysFreeString(name);
    CoUninitialize();
    return code;
}
