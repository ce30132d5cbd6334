/* SPDX-License-Identifier: MIT */
/* failure.cc: what GetErrorInfo has to say: an __ExtendedStatus, and IErrorInfo in front of it. */
#include "objects.h"

#include "text.h"

#include <comutil.h>
#include <cstring>

namespace wbem {

namespace {

/* An error object as automation knows it. Its texts are the columns of the __ExtendedStatus. */
class ErrorInfo final : public Counted<IErrorInfo> {
  public:
    explicit ErrorInfo(Ref<IWbemClassObject> status) noexcept : status_(std::move(status)) {}

    /* The object that it stands in front of is another one. */
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **out) override {
        if (out && riid == IID_IWbemClassObject) return status_->QueryInterface(riid, out);
        return Counted<IErrorInfo>::QueryInterface(riid, out);
    }
    HRESULT STDMETHODCALLTYPE GetGUID(GUID *guid) override {
        if (!guid) return E_INVALIDARG;
        *guid = GUID_NULL; /* several interfaces have such a method */
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetSource(BSTR *source) override { return text_of(L"ProviderName", source); }
    HRESULT STDMETHODCALLTYPE GetDescription(BSTR *description) override { return text_of(L"Description", description); }
    HRESULT STDMETHODCALLTYPE GetHelpFile(BSTR *file) override {
        if (!file) return E_INVALIDARG;
        *file = nullptr;
        return S_OK;
    }
    HRESULT STDMETHODCALLTYPE GetHelpContext(DWORD *context) override {
        if (!context) return E_INVALIDARG;
        *context = 0;
        return S_OK;
    }

  private:
    HRESULT text_of(const wchar_t *name, BSTR *text) {
        VARIANT value;
        HRESULT result;
        if (!text) return E_INVALIDARG;
        *text = nullptr;
        VariantInit(&value);
        result = status_->Get(name, 0, &value, nullptr, nullptr);
        if (result >= 0 && value.vt == VT_BSTR) *text = value.bstrVal;
        return result < 0 ? E_OUTOFMEMORY : S_OK;
    }

    const Ref<IWbemClassObject> status_;
};

/* Nothing of it is left if there is no memory. */
void leave(wql_engine *engine, const wql_error &error, const char *operation) noexcept {
    IWbemClassObject *status = nullptr;
    IErrorInfo *info = nullptr;
    if (make_error_object(engine, error, operation, &status) >= 0)
        info = new (std::nothrow) ErrorInfo(Ref<IWbemClassObject>::share(status));
    if (status) status->Release();
    (void)SetErrorInfo(0, info);
    if (info) info->Release();
}

/* Whether an error object is an __ExtendedStatus, of another code. */
bool is_of_another(HRESULT code, IErrorInfo *info) noexcept {
    IWbemClassObject *status = nullptr;
    VARIANT value;
    if (FAILED(info->QueryInterface(IID_IWbemClassObject, reinterpret_cast<void **>(&status))) || !status) return false;
    Ref<IWbemClassObject> kept(status);
    VariantInit(&value);
    bool another = SUCCEEDED(status->Get(L"StatusCode", 0, &value, nullptr, nullptr)) && value.vt == VT_I4 && value.lVal != code;
    VariantClear(&value);
    return another;
}

} // namespace

HRESULT make_error_object(wql_engine *engine, const wql_error &error, const char *operation, IWbemClassObject **out) noexcept {
    wql_batch *batch = nullptr;
    HRESULT result;
    *out = nullptr;
    if (wql_error_object(engine, &error, operation, &batch) < 0) return WBEM_E_OUT_OF_MEMORY;
    result = make_object(batch, 0, out);
    wql_batch_release(batch);
    return result;
}

HRESULT fail(wql_engine *engine, const wql_error &error, const char *operation) noexcept {
    leave(engine, error, operation);
    return error.status;
}

/* What is too long is cut on a character. */
HRESULT fail(HRESULT code, const std::string &message, const char *operation) noexcept {
    wql_error error = WQL_INIT(wql_error);
    size_t length = message.size() < sizeof error.message ? message.size() : sizeof error.message - 1;
    while (length > 0 && length < message.size() && (message[length] & 0xC0) == 0x80) length--;
    error.status = code;
    message.copy(error.message, length);
    leave(nullptr, error, operation);
    return code;
}

} // namespace wbem

HRESULT wbem_error_of(HRESULT code, IErrorInfo **out) {
    HRESULT found = GetErrorInfo(0, out);
    if (found != S_OK || !wbem::is_of_another(code, *out)) return FAILED(found) ? found : S_OK;
    (*out)->Release();
    *out = nullptr;
    return S_OK;
}
