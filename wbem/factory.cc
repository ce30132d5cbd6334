/* SPDX-License-Identifier: MIT */
/* factory.cc: CoCreateInstance: which class is made by which function. */
#include "host.h"
#include "objects.h"
#include "process.h"

namespace wbem {

namespace {

/* Makes an object with one reference. */
using Maker = HRESULT (*)(IUnknown **out);

template <typename Interface, HRESULT (*make)(Interface **) noexcept> HRESULT maker(IUnknown **out) {
    Interface *made = nullptr;
    HRESULT done = make(&made);
    *out = made;
    return done;
}

struct Made {
    const CLSID *id;
    Maker make;
};
const Made classes[] = {
    {&CLSID_WbemLocator, maker<IWbemLocator, make_locator>},
    {&CLSID_WbemAdministrativeLocator, maker<IWbemLocator, make_locator>},
    {&CLSID_WbemAuthenticatedLocator, maker<IWbemLocator, make_locator>},
    {&CLSID_WbemUnauthenticatedLocator, maker<IWbemLocator, make_locator>},
    {&CLSID_WbemContext, maker<IWbemContext, make_context>},
    {&CLSID_WbemClassObject, maker<IWbemClassObject, make_empty_object>},
    {&CLSID_UnsecuredApartment, maker<IWbemUnsecuredApartment, make_unsecured_apartment>},
    {&CLSID_WbemStatusCodeText, maker<IWbemStatusCodeText, make_status_code_text>},
};

Maker find_maker(REFCLSID id) {
    for (const Made &known : classes)
        if (*known.id == id) return known.make;
    return nullptr;
}

} // namespace

} // namespace wbem

HRESULT CoCreateInstance(REFCLSID class_id, IUnknown *outer, DWORD context, REFIID riid, LPVOID *out) {
    using namespace wbem;
    if (!out) return E_POINTER;
    *out = nullptr;
    if (!(context & CLSCTX_SERVER)) return E_INVALIDARG;
    if (!thread_is_in()) return CO_E_NOTINITIALIZED;
    const Maker make = find_maker(class_id);
    if (!make) return REGDB_E_CLASSNOTREG;
    if (outer) return CLASS_E_NOAGGREGATION;
    IUnknown *made = nullptr;
    HRESULT done = make(&made);
    if (FAILED(done)) return done;
    const Ref<IUnknown> object(made);
    return object->QueryInterface(riid, out);
}
