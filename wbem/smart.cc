/* SPDX-License-Identifier: MIT */
/* smart.cc: what the classes of comutil.h call for their narrow texts. */
#include "text.h"
#include "unknown.h"

#include <comutil.h>

BSTR wbem_bstr_of_utf8(const char *text) { return wbem::to_bstr(text); }

HRESULT wbem_utf8_of_bstr(BSTR text, char **out) {
    if (!out) return E_INVALIDARG;
    *out = nullptr;
    HRESULT done = wbem::guarded([&]() -> HRESULT {
        std::string narrow;
        if (text && !wbem::to_utf8(text, SysStringLen(text), &narrow)) return E_INVALIDARG;
        *out = static_cast<char *>(CoTaskMemAlloc(narrow.size() + 1));
        if (!*out) return E_OUTOFMEMORY;
        memcpy(*out, narrow.c_str(), narrow.size() + 1);
        return S_OK;
    });
    return done == WBEM_E_OUT_OF_MEMORY ? E_OUTOFMEMORY : done;
}
