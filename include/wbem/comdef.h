/* SPDX-License-Identifier: MIT */
/* comdef.h: _com_error, which the smart classes throw, and with it all of them: comutil.h, comip.h. */
#ifndef WBEM_COMDEF_H
#define WBEM_COMDEF_H

#include "comutil.h"
#include "tchar.h"

WBEM_BEGIN_CXX

#ifdef __cplusplus

/* A failure: its code, and the error object that came with it. */
class _com_error {
  public:
    /* @param add_ref  false: the reference is taken over */
    _com_error(HRESULT code, IErrorInfo *info = NULL, bool add_ref = false) noexcept : code_(code), info_(info) {
        if (info && add_ref) info->AddRef();
    }
    _com_error(const _com_error &other) noexcept : code_(other.code_), info_(other.info_), message_(other.message_) {
        if (info_) info_->AddRef();
    }
    _com_error &operator=(const _com_error &other) noexcept {
        if (other.info_) other.info_->AddRef();
        if (info_) info_->Release();
        code_ = other.code_;
        info_ = other.info_;
        message_ = other.message_;
        return *this;
    }
    virtual ~_com_error() {
        if (info_) info_->Release();
    }

    HRESULT Error() const noexcept { return code_; }
    /* The code of a Windows function that was put into an HRESULT; 0: it is none. */
    WORD WCode() const noexcept {
        const DWORD code = static_cast<DWORD>(code_);
        return code >= 0x80040200u && code <= 0x8004ffffu ? static_cast<WORD>(code - 0x80040200u) : WORD{0};
    }
    /* The error object with a reference for the caller, or NULL; and what it says. */
    IErrorInfo *ErrorInfo() const noexcept {
        if (info_) info_->AddRef();
        return info_;
    }
    _bstr_t Description() const { return text_of(&IErrorInfo::GetDescription); }
    _bstr_t Source() const { return text_of(&IErrorInfo::GetSource); }
    _bstr_t HelpFile() const { return text_of(&IErrorInfo::GetHelpFile); }
    DWORD HelpContext() const noexcept {
        DWORD context = 0;
        return info_ && SUCCEEDED(info_->GetHelpContext(&context)) ? context : 0;
    }
    struct _GUID GUID() const noexcept {
        struct _GUID id = GUID_NULL;
        return info_ && SUCCEEDED(info_->GetGUID(&id)) ? id : GUID_NULL;
    }
    /* What the code means. Lives as long as this object. */
    const TCHAR *ErrorMessage() const {
        if (!message_) {
            char unknown[40];
            const char *known = wbem_status_text(code_);
            snprintf(unknown, sizeof unknown, "Unknown error 0x%08X", static_cast<unsigned>(code_));
            message_ = known ? known : unknown;
        }
        return message_;
    }

  private:
    _bstr_t text_of(HRESULT (IErrorInfo::*get)(BSTR *)) const {
        BSTR text = NULL;
        if (info_ && FAILED((info_->*get)(&text))) text = NULL;
        return _bstr_t(text, false);
    }

    HRESULT code_;
    IErrorInfo *info_;
    mutable _bstr_t message_;
};

/* Throws. @param info  its reference is taken over */
[[noreturn]] inline void _com_raise_error(HRESULT code, IErrorInfo *info = NULL) {
#if defined(__EXCEPTIONS)
    throw _com_error(code, info);
#else
    (void)code, (void)info;
    abort();
#endif
}

/* With this thread's error object, if a call that failed so has left one. */
[[noreturn]] inline void _com_issue_error(HRESULT code) {
    IErrorInfo *info = NULL;
    (void)wbem_error_of(code, &info);
    _com_raise_error(code, info);
}

[[noreturn]] inline void _com_issue_errorex(HRESULT code, IUnknown *, REFIID) { _com_issue_error(code); }

#include "comip.h"

/* _COM_SMARTPTR_TYPEDEF(IFoo, IID_IFoo) or (IFoo, __uuidof(IFoo)) makes the type IFooPtr, once in a file. */
#define _COM_SMARTPTR_TYPEDEF(Name, id)                                                                                          \
    struct wbem_smart_##Name {                                                                                                   \
        typedef Name Interface;                                                                                                  \
        static REFIID GetIID() { return id; }                                                                                    \
    };                                                                                                                           \
    typedef _com_ptr_t<wbem_smart_##Name> Name##Ptr

_COM_SMARTPTR_TYPEDEF(IUnknown, IID_IUnknown);
_COM_SMARTPTR_TYPEDEF(IErrorInfo, IID_IErrorInfo);

#endif

WBEM_FINISH

#endif
