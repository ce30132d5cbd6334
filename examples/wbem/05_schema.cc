/* SPDX-License-Identifier: MIT */
/* 05_schema.cc: a browser of classes: what is there, what a class is made of, where its parts come from, and the class as MOF. */
#include <atlbase.h>
#include <comdef.h>
#include <wbemidl.h>
#include <stdio.h>

#pragma comment(lib, "wbemuuid.lib")

static void show_classes(IWbemServices *services, const wchar_t *superclass, long flags, const char *what) {
    CComPtr<IEnumWbemClassObject> classes;
    HRESULT hr = services->CreateClassEnum(_bstr_t(superclass), flags | WBEM_FLAG_FORWARD_ONLY, NULL, &classes);
    printf("%s:", what);
    while (SUCCEEDED(hr)) {
        CComPtr<IWbemClassObject> object;
        ULONG returned = 0;
        hr = classes->Next(WBEM_INFINITE, 1, &object, &returned);
        if (returned == 0) break;
        _variant_t name;
        object->Get(L"__CLASS", 0, &name, NULL, NULL);
        printf(" %ls", V_BSTR(&name));
    }
    printf("\n");
}

static void show_qualifiers(IWbemQualifierSet *qualifiers) {
    BSTR name = NULL;
    VARIANT value;
    qualifiers->BeginEnumeration(0);
    while (qualifiers->Next(0, &name, &value, NULL) == WBEM_S_NO_ERROR) {
        if (V_VT(&value) == VT_BSTR)
            printf(" [%ls(\"%ls\")]", name, V_BSTR(&value));
        else
            printf(" [%ls]", name);
        SysFreeString(name);
        VariantClear(&value);
    }
    qualifiers->EndEnumeration();
    printf("\n");
}

static void show_properties(IWbemClassObject *object) {
    BSTR name = NULL;
    CIMTYPE type = 0;
    long flavor = 0;
    object->BeginEnumeration(WBEM_FLAG_NONSYSTEM_ONLY);
    while (object->Next(0, &name, NULL, &type, &flavor) == WBEM_S_NO_ERROR) {
        BSTR origin = NULL;
        CComPtr<IWbemQualifierSet> qualifiers;
        object->GetPropertyOrigin(name, &origin);
        printf("  %ls: type %ld, %s %ls,", name, type & ~(long)CIM_FLAG_ARRAY,
               flavor == WBEM_FLAVOR_ORIGIN_PROPAGATED ? "inherited from" : "of", origin);
        if (type & CIM_FLAG_ARRAY) printf(" array,");
        object->GetPropertyQualifierSet(name, &qualifiers);
        show_qualifiers(qualifiers);
        SysFreeString(origin);
        SysFreeString(name);
    }
    object->EndEnumeration();
}

static void show_methods(IWbemClassObject *object) {
    BSTR name = NULL;
    CComPtr<IWbemClassObject> in, out;
    object->BeginMethodEnumeration(0);
    while (object->NextMethod(0, &name, &in, &out) == WBEM_S_NO_ERROR) {
        printf("  method %ls\n", name);
        if (in) show_properties(in);
        if (out) show_properties(out);
        SysFreeString(name);
        in.Release();
        out.Release();
    }
    object->EndMethodEnumeration();
}

static int browse(IWbemServices *services) {
    CComPtr<IWbemClassObject> object;
    BSTR text = NULL;
    show_classes(services, L"MyClass", WBEM_FLAG_SHALLOW, "directly below MyClass");
    show_classes(services, L"__NotifyStatus", WBEM_FLAG_DEEP, "anywhere below __NotifyStatus");
    HRESULT hr = services->GetObject(_bstr_t(L"MyOwnedClass"), 0, NULL, &object, NULL);
    if (FAILED(hr)) return 1;
    printf("MyOwnedClass %s MyClass\n",
           object->InheritsFrom(L"MyClass") == WBEM_S_NO_ERROR ? "derives from" : "has nothing to do with");
    show_properties(object);
    show_methods(object);
    if (SUCCEEDED(object->GetObjectText(0, &text))) printf("%ls", text);
    SysFreeString(text);
    return 0;
}

int main() {
    if (FAILED(CoInitialize(NULL))) return 1;
    int code = 1;
    {
        CComPtr<IWbemLocator> locator;
        CComPtr<IWbemServices> services;
        HRESULT hr = locator.CoCreateInstance(CLSID_WbemLocator);
        if (SUCCEEDED(hr)) hr = locator->ConnectServer(CComBSTR(L"ROOT\\CIMV2"), NULL, NULL, NULL, 0, NULL, NULL, &services);
        if (SUCCEEDED(hr)) code = browse(services);
    }
    CoUninitialize();
    return code;
}
