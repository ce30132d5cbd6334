/* SPDX-License-Identifier: MIT */
/* automation.h: what the tests of BSTR, VARIANT and the classes around them share. */
#ifndef TESTS_WBEM_AUTOMATION_H
#define TESTS_WBEM_AUTOMATION_H

extern "C" {
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
}
#include <wbemidl.h>

/* What no machine has memory for is asked for here. */
extern "C" WBEM_API const char *__asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" WBEM_API const char *__tsan_default_options() { return "allocator_may_return_null=1"; }

/* An object that counts, and says when it is gone. */
class Counter : public IUnknown {
  public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void **out) override {
        *out = id == IID_IUnknown ? this : nullptr;
        if (*out) AddRef();
        return *out ? S_OK : E_NOINTERFACE;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return ++refs; }
    ULONG STDMETHODCALLTYPE Release() override { return --refs; }
    ULONG refs = 0;
};

/* A text of a test. */
class Text {
  public:
    explicit Text(const wchar_t *text) : bstr(SysAllocString(text)) {}
    explicit Text(BSTR owned, int) : bstr(owned) {}
    ~Text() { SysFreeString(bstr); }
    BSTR bstr;
};

inline VARIANT variant_of_text(const wchar_t *text) {
    VARIANT v;
    VariantInit(&v);
    v.vt = VT_BSTR;
    v.bstrVal = SysAllocString(text);
    return v;
}

inline VARIANT variant_of_long(long long number, VARTYPE type = VT_I4) {
    VARIANT v;
    VariantInit(&v);
    v.vt = type;
    v.llVal = number;
    return v;
}

inline VARIANT variant_of_real(double number) {
    VARIANT v;
    VariantInit(&v);
    v.vt = VT_R8;
    v.dblVal = number;
    return v;
}

inline void assert_wide(const wchar_t *text, const wchar_t *wanted) {
    assert_non_null(text);
    if (wcscmp(text, wanted)) fail_msg("%ls is not %ls", text, wanted);
}

#endif
