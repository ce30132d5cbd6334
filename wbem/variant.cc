/* SPDX-License-Identifier: MIT */
/* variant.cc: making, clearing and copying values. How they are converted is in variant_change.cc. */
#include "automation.h"

namespace wbem {

bool is_variant_type(VARTYPE type) noexcept {
    const unsigned base = type & VT_TYPEMASK, form = type & ~static_cast<unsigned>(VT_TYPEMASK);
    switch (form) {
    case 0: return base == VT_EMPTY || base == VT_NULL || (base != VT_VARIANT && element_size(type) != 0);
    case VT_ARRAY:
    case VT_BYREF:
    case VT_ARRAY | VT_BYREF: return element_size(static_cast<VARTYPE>(base)) != 0;
    default: return false;
    }
}

bool variant_is_locked(const VARIANT &variant) noexcept {
    return (variant.vt & (VT_ARRAY | VT_BYREF)) == VT_ARRAY && array_is_locked(variant.parray);
}

/* Empty before what it held is let go: an object that goes may look here. */
void drop_variant(VARIANT *variant) noexcept {
    const VARIANT held = *variant;
    if (!is_variant_type(held.vt)) return;
    VariantInit(variant);
    if (held.vt == VT_BSTR) {
        SysFreeString(held.bstrVal);
    } else if (held.vt == VT_UNKNOWN || held.vt == VT_DISPATCH) {
        if (held.punkVal) held.punkVal->Release();
    } else if ((held.vt & ~VT_TYPEMASK) == VT_ARRAY) {
        drop_array(held.parray);
    }
}

HRESULT copy_variant(const VARIANT &source, VARIANT *out) noexcept {
    HRESULT done = S_OK;
    VariantInit(out);
    if (!is_variant_type(source.vt)) return DISP_E_BADVARTYPE;
    VARIANT copy = source;
    if (source.vt == VT_BSTR) {
        if (!copy_bstr(source.bstrVal, &copy.bstrVal)) done = E_OUTOFMEMORY;
    } else if (source.vt == VT_UNKNOWN || source.vt == VT_DISPATCH) {
        if (source.punkVal) source.punkVal->AddRef();
    } else if ((source.vt & (VT_ARRAY | VT_BYREF)) == VT_ARRAY) {
        copy.parray = nullptr;
        if (source.parray) done = copy_array(source.parray, &copy.parray);
    }
    if (done == S_OK) *out = copy;
    return done;
}

} // namespace wbem

using namespace wbem;

/* All of it: so a reader of a wider member than was written finds zeros. */
void VariantInit(VARIANT *variant) {
    if (variant) memset(variant, 0, sizeof *variant);
}

HRESULT VariantClear(VARIANT *variant) {
    if (!variant) return E_INVALIDARG;
    if (!is_variant_type(variant->vt)) return DISP_E_BADVARTYPE;
    if (variant_is_locked(*variant)) return DISP_E_ARRAYISLOCKED;
    drop_variant(variant);
    return S_OK;
}

/* The copy is made first: what is copied may lie within what is cleared. */
HRESULT VariantCopy(VARIANT *destination, const VARIANT *source) {
    VARIANT copy;
    if (!destination || !source) return E_INVALIDARG;
    if (destination == source) return is_variant_type(source->vt) ? S_OK : DISP_E_BADVARTYPE;
    HRESULT done = copy_variant(*source, &copy);
    if (FAILED(done)) return done;
    done = VariantClear(destination);
    if (FAILED(done)) {
        VariantClear(&copy);
        return done;
    }
    *destination = copy;
    return S_OK;
}
