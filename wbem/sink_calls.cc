/* SPDX-License-Identifier: MIT */
/* sink_calls.cc: calls into a client's sink, one by one. */
#include "contained.h"
#include "sinks.h"
#include "text.h"

#include <oleauto.h>

namespace wbem {

HRESULT sink_indicate(IWbemObjectSink *sink, long count, IWbemClassObject **objects) {
    return contained<HRESULT>(WBEM_E_FAILED, [&] { return sink->Indicate(count, objects); });
}

HRESULT sink_status(IWbemObjectSink *sink, long type, HRESULT result, BSTR text, IWbemClassObject *object) {
    return contained<HRESULT>(WBEM_E_FAILED, [&] { return sink->SetStatus(type, result, text, object); });
}

void sink_add_ref(IWbemObjectSink *sink) {
    (void)contained<ULONG>(0, [&] { return sink->AddRef(); });
}

void sink_release(IWbemObjectSink *sink) {
    (void)contained<ULONG>(0, [&] { return sink->Release(); });
}

/* -- IWbemObjectSinkEx --------------------------------------------------------------------------------------------- */

namespace {

/* An identifier that no interface has: who answers to it answers to anything. */
constexpr IID NOBODYS = {0x6f1c7a52, 0x0b1d, 0x4c0e, {0x9d, 0x27, 0x51, 0xe3, 0x3c, 0x88, 0xa4, 0x19}};

/* What QueryInterface gave, if it says that it did. */
void *ask(IWbemObjectSink *sink, REFIID riid) {
    void *out = nullptr;
    HRESULT answer = contained<HRESULT>(E_NOINTERFACE, [&] { return sink->QueryInterface(riid, &out); });
    return SUCCEEDED(answer) ? out : nullptr;
}

/* Gives back the references that a sink added while it answered twice to what it has not. Such a sink may also have forgotten to
 * add any; its own counts tell, and where they do not, one reference too many does less harm than one too few. */
void settle(IWbemObjectSink *sink) {
    ULONG before = contained<ULONG>(0, [&] { return sink->AddRef(); });
    bool answered = ask(sink, NOBODYS) != nullptr;
    ULONG after = contained<ULONG>(0, [&] { return sink->AddRef(); });
    sink_release(sink);
    sink_release(sink);
    if (!answered || after < before + 2) return;
    for (int i = 0; i < 3; i++) sink_release(sink);
}

} // namespace

IWbemObjectSinkEx *sink_extended(IWbemObjectSink *sink) {
    void *out = ask(sink, IID_IWbemObjectSinkEx);
    if (!out) return nullptr;
    if (!ask(sink, NOBODYS)) return static_cast<IWbemObjectSinkEx *>(out);
    settle(sink);
    return nullptr;
}

void sink_write_error(IWbemObjectSinkEx *sink, IWbemClassObject *error) {
    unsigned char answer = 0;
    (void)contained<HRESULT>(WBEM_E_FAILED, [&] { return sink->WriteError(error, &answer); });
}

/* How long it will take is not known: all bits set. */
void sink_write_progress(IWbemObjectSinkEx *sink, const char *activity, ULONG percent) {
    BSTR text = to_bstr(activity), nothing = to_bstr("");
    if (text && nothing)
        (void)contained<HRESULT>(WBEM_E_FAILED,
                                 [&] { return sink->WriteProgress(text, nothing, nothing, percent, 0xffffffffu); });
    SysFreeString(text);
    SysFreeString(nothing);
}

} // namespace wbem
