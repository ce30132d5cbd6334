/* SPDX-License-Identifier: MIT */
/* error_info.cc: the one error object that each thread keeps for GetErrorInfo. */
#include "process.h"

#include <oleauto.h>

namespace {

/* Without a destructor: process.cc sees to the end of threads. */
thread_local IErrorInfo *last;

} // namespace

namespace wbem {

void drop_error() noexcept { SetErrorInfo(0, nullptr); }

} // namespace wbem

HRESULT GetErrorInfo(ULONG reserved, IErrorInfo **info) {
    if (!info) return E_INVALIDARG;
    *info = nullptr;
    if (reserved) return E_INVALIDARG;
    *info = last;
    last = nullptr;
    return *info ? S_OK : S_FALSE;
}

/* What was there goes last, for its Release may be a client's and come back here. */
HRESULT SetErrorInfo(ULONG reserved, IErrorInfo *info) {
    if (reserved) return E_INVALIDARG;
    IErrorInfo *before = last;
    if (info && !wbem::watch_thread_end()) info = nullptr; /* workers of the engine fail too, inside callbacks */
    if (info) info->AddRef();
    last = info;
    if (before) before->Release();
    return S_OK;
}
