/* SPDX-License-Identifier: MIT */
/* status_text.cc: what codes mean, in words: IWbemStatusCodeText, and wbem_status_text for the smart classes' _com_error. */
#include "host.h"
#include "text.h"

#include <comutil.h>

namespace {

using namespace wbem;

/* Codes of COM itself; those of WMI are the library's own. */
struct KnownText {
    HRESULT code;
    const char *text;
};
const KnownText texts[] = {
    {E_NOTIMPL, "This is not implemented."},
    {E_NOINTERFACE, "The object does not have this interface."},
    {E_POINTER, "A pointer that is needed is NULL."},
    {E_ABORT, "The operation was broken off."},
    {E_FAIL, "The operation failed, and the cause is not known."},
    {E_PENDING, "What is needed is not available yet."},
    {E_UNEXPECTED, "A state was met that should not be."},
    {E_ACCESSDENIED, "A right is missing."},
    {E_HANDLE, "A handle is not valid."},
    {E_OUTOFMEMORY, "There was not enough memory."},
    {E_INVALIDARG, "An argument is missing or not valid."},
    {CLASS_E_NOAGGREGATION, "Objects of this class cannot be parts of others."},
    {REGDB_E_CLASSNOTREG, "There is no such class of objects."},
    {CO_E_NOTINITIALIZED, "CoInitializeEx was not called."},
    {CO_E_CLASSSTRING, "The text is no identifier of a class."},
    {RPC_E_CHANGED_MODE, "The thread was initialised in the other mode."},
    {RPC_E_DISCONNECTED, "The object is gone from its clients."},
    {RPC_E_TOO_LATE, "Security was settled before."},
    {HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE), "The other machine cannot be reached."},
    {DISP_E_TYPEMISMATCH, "The value cannot have this type."},
    {DISP_E_BADVARTYPE, "There is no such type of values."},
    {DISP_E_OVERFLOW, "The value does not fit the type."},
    {DISP_E_BADINDEX, "The array has no such element or dimension."},
    {DISP_E_ARRAYISLOCKED, "The array is locked."},
};

const KnownText facilities[] = {
    {FACILITY_NULL, "General"}, {FACILITY_RPC, "RPC"}, {2, "Automation"}, {FACILITY_ITF, "WMI"}, {FACILITY_WIN32, "System"}};

class StatusCodeText final : public Counted<IWbemStatusCodeText> {
  public:
    HRESULT GetErrorCodeText(HRESULT code, LCID, long flags, BSTR *text) override {
        const char *known = wbem_status_text(code);
        return give(known, "Unknown code 0x%08X.", static_cast<unsigned>(code), flags, text);
    }
    HRESULT GetFacilityCodeText(HRESULT code, LCID, long flags, BSTR *text) override {
        const unsigned facility = static_cast<unsigned>(HRESULT_FACILITY(code));
        const char *known = nullptr;
        for (const KnownText &each : facilities)
            if (static_cast<unsigned>(each.code) == facility) known = each.text;
        return give(known, "Facility %u", facility, flags, text);
    }

  private:
    /* There is one language, and no text ends in a line break. */
    static HRESULT give(const char *known, const char *unknown, unsigned number, long flags, BSTR *text) {
        char made[40];
        if (!text) return WBEM_E_INVALID_PARAMETER;
        *text = nullptr;
        if (flags & ~long{WBEMSTATUS_FORMAT_NO_NEWLINE}) return WBEM_E_INVALID_PARAMETER;
        snprintf(made, sizeof made, unknown, number);
        *text = to_bstr(known ? known : made);
        return *text ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
    }
};

} // namespace

const char *wbem_status_text(HRESULT code) {
    for (const KnownText &known : texts)
        if (known.code == code) return known.text;
    return strcmp(wql_status_name(code), "WBEM_E_?") ? wql_status_text(code) : nullptr;
}

namespace wbem {

HRESULT make_status_code_text(IWbemStatusCodeText **out) noexcept {
    *out = new (std::nothrow) StatusCodeText;
    return *out ? S_OK : E_OUTOFMEMORY;
}

} // namespace wbem
