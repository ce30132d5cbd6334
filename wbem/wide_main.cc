/* SPDX-License-Identifier: MIT */
/* wide_main.cc: the arguments that a program's wmain is given. */
#include "text.h"
#include "unknown.h"

#include <wbemmain.h>

#include <string>
#include <vector>

using namespace wbem;

namespace {

std::wstring widened(const char *text) {
    const BSTR wide = to_bstr(text);
    if (!wide) throw std::bad_alloc();
    std::wstring made(wide, SysStringLen(wide));
    SysFreeString(wide);
    return made;
}

} // namespace

/* First the pointers, then the characters. */
wchar_t **wbem_wide_texts(char **narrow) {
    wchar_t **list = nullptr;
    (void)guarded([&]() -> HRESULT {
        std::vector<std::wstring> made;
        size_t characters = 0;
        for (char **at = narrow; at && *at; at++) {
            made.push_back(widened(*at));
            characters += made.back().size() + 1;
        }
        const size_t pointers = (made.size() + 1) * sizeof *list;
        list = static_cast<wchar_t **>(malloc(pointers + characters * sizeof(wchar_t)));
        if (!list) return WBEM_E_OUT_OF_MEMORY;
        wchar_t *to = reinterpret_cast<wchar_t *>(list + made.size() + 1);
        for (size_t i = 0; i < made.size(); i++) {
            list[i] = wmemcpy(to, made[i].c_str(), made[i].size() + 1);
            to += made[i].size() + 1;
        }
        list[made.size()] = nullptr;
        return S_OK;
    });
    return list;
}
