/* SPDX-License-Identifier: MIT */
/* stub.cc: IUnsecuredApartment. Where callbacks cross processes a stub is called in place of a sink; here it passes on what comes
 * and adds no security. It is an object and a sink of its own, so a call that was given the stub is cancelled by the stub. It
 * holds its sink as long as it lives, and nothing of the sink's holds the stub. It is an IWbemObjectSinkEx if its sink is one. */
#include "sinks.h"

namespace wbem {
namespace {

class SinkStub final : public Counted<IWbemObjectSinkEx> {
  public:
    explicit SinkStub(IWbemObjectSink *sink) : sink_(sink) {
        sink_add_ref(sink_);
        extended_ = Ref<IWbemObjectSinkEx>(sink_extended(sink_));
    }

    HRESULT STDMETHODCALLTYPE Indicate(long count, IWbemClassObject **objects) override {
        return sink_->Indicate(count, objects);
    }
    HRESULT STDMETHODCALLTYPE SetStatus(long type, HRESULT result, BSTR text, IWbemClassObject *object) override {
        return sink_->SetStatus(type, result, text, object);
    }
    HRESULT STDMETHODCALLTYPE WriteMessage(ULONG channel, const BSTR message) override {
        return extended_ ? extended_->WriteMessage(channel, message) : E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE WriteError(IWbemClassObject *error, unsigned char *answer) override {
        return extended_ ? extended_->WriteError(error, answer) : E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE PromptUser(const BSTR message, unsigned char type, unsigned char *answer) override {
        return extended_ ? extended_->PromptUser(message, type, answer) : E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE WriteProgress(const BSTR activity, const BSTR operation, const BSTR description, ULONG percent,
                                            ULONG seconds) override {
        return extended_ ? extended_->WriteProgress(activity, operation, description, percent, seconds) : E_NOTIMPL;
    }
    HRESULT STDMETHODCALLTYPE WriteStreamParameter(const BSTR name, VARIANT *value, ULONG type, ULONG flags) override {
        return extended_ ? extended_->WriteStreamParameter(name, value, type, flags) : E_NOTIMPL;
    }

  protected:
    void *find(REFIID riid) override {
        if (riid == IID_IWbemObjectSink) return static_cast<IWbemObjectSink *>(this);
        if (riid == IID_IWbemObjectSinkEx && !extended_) return nullptr;
        return Counted::find(riid);
    }

  private:
    ~SinkStub() override {
        extended_ = Ref<IWbemObjectSinkEx>();
        sink_release(sink_);
    }

    IWbemObjectSink *const sink_;
    Ref<IWbemObjectSinkEx> extended_;
};

class StubMaker final : public Counted<IWbemUnsecuredApartment> {
  public:
    /* The stub of an object is the stub of the sink that it has. */
    HRESULT STDMETHODCALLTYPE CreateObjectStub(IUnknown *object, IUnknown **stub) override {
        return guarded([&]() -> HRESULT {
            void *sink = nullptr;
            if (stub) *stub = nullptr;
            if (!object || !stub) return WBEM_E_INVALID_PARAMETER;
            HRESULT result = object->QueryInterface(IID_IWbemObjectSink, &sink);
            if (FAILED(result) || !sink) return E_NOINTERFACE;
            Ref<IWbemObjectSink> held(static_cast<IWbemObjectSink *>(sink));
            *stub = new SinkStub(held.get());
            return WBEM_S_NO_ERROR;
        });
    }

    /* Whether the caller is checked means nothing: nobody else can call a sink of this process. */
    HRESULT STDMETHODCALLTYPE CreateSinkStub(IWbemObjectSink *sink, DWORD flags, LPCWSTR reserved,
                                             IWbemObjectSink **stub) override {
        return guarded([&]() -> HRESULT {
            if (stub) *stub = nullptr;
            if (!sink || !stub || reserved || flags > WBEM_FLAG_UNSECAPP_DONT_CHECK_ACCESS) return WBEM_E_INVALID_PARAMETER;
            *stub = new SinkStub(sink);
            return WBEM_S_NO_ERROR;
        });
    }

  protected:
    void *find(REFIID riid) override {
        return riid == IID_IUnsecuredApartment ? static_cast<IUnsecuredApartment *>(this) : Counted::find(riid);
    }
};

} // namespace

HRESULT make_unsecured_apartment(IWbemUnsecuredApartment **out) noexcept {
    *out = new (std::nothrow) StubMaker;
    return *out ? S_OK : E_OUTOFMEMORY;
}

} // namespace wbem
