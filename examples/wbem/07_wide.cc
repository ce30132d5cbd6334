/* SPDX-License-Identifier: MIT */
/* 07_wide.cc: a program whose texts are all wide: wmain, %s for a BSTR, prints of both widths, and a count in a DWORD. */
#define _WIN32_DCOM
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <stdio.h>
#include <string>
#include <strsafe.h>
#include <tchar.h>
#include <Wbemidl.h>
#include <wrl/client.h>

#pragma comment(lib, "wbemuuid.lib")

using Microsoft::WRL::ComPtr;

static std::string narrow(const wchar_t *text) {
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    std::string made(size > 0 ? size : 1, '\0');
    WideCharToMultiByte(CP_UTF8, 0, text, -1, &made[0], size, NULL, NULL);
    made.resize(made.size() - 1);
    return made;
}

static HRESULT query(IWbemServices *services, LPCTSTR type, LPCTSTR property) {
    TCHAR text[100];
    HRESULT hr = StringCchPrintf(text, ARRAYSIZE(text), TEXT("SELECT %s FROM %s WHERE Id > %d"), property, type, 1);
    if (FAILED(hr)) return hr;
    _tprintf(_T("%s\n"), text);

    ComPtr<IEnumWbemClassObject> objects;
    BSTR language = SysAllocString(L"WQL"), asked = SysAllocString(text);
    hr = services->ExecQuery(language, asked, WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &objects);
    SysFreeString(language);
    SysFreeString(asked);
    while (SUCCEEDED(hr)) {
        IWbemClassObject *row = NULL;
        DWORD returned = 0;
        VARIANT value;
        hr = objects->Next(WBEM_INFINITE, 1, &row, &returned);
        if (FAILED(hr) || returned == 0) break;
        if (SUCCEEDED(row->Get(property, 0, &value, NULL, NULL))) {
            wprintf(L"%-8s|", V_BSTR(&value));
            printf("%s\n", narrow(V_BSTR(&value)).c_str());
            VariantClear(&value);
        }
        row->Release();
    }
    return hr;
}

int _tmain(int argc, TCHAR *argv[]) {
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (SUCCEEDED(hr)) {
        ComPtr<IWbemLocator> locator;
        ComPtr<IWbemServices> services;
        BSTR name = SysAllocString(argc > 1 ? argv[1] : L"ROOT\\CIMV2");
        hr = CoCreateInstance(CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(&locator));
        if (SUCCEEDED(hr)) hr = locator->ConnectServer(name, NULL, NULL, NULL, 0, NULL, NULL, &services);
        SysFreeString(name);
        if (SUCCEEDED(hr)) hr = query(services.Get(), TEXT("MyClass"), TEXT("Name"));
    }
    CoUninitialize();
    if (FAILED(hr)) _ftprintf(stderr, TEXT("0x%08x\n"), hr);
    return FAILED(hr);
}
