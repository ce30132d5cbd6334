/* SPDX-License-Identifier: MIT */
/* automation.h: what the functions of BSTR, VARIANT and SAFEARRAY share. */
#ifndef WBEM_ROOM_AUTOMATION_H
#define WBEM_ROOM_AUTOMATION_H

#include <oleauto.h>

namespace wbem {

/* Whether a VARIANT may have this type. */
bool is_variant_type(VARTYPE type) noexcept;

/* Bytes of an element of this type; 0: arrays of it are not made. */
size_t element_size(VARTYPE type) noexcept;

/* Whether the array, or one that a variant in it holds, is locked. NULL is not. */
bool array_is_locked(SAFEARRAY *array) noexcept;
bool variant_is_locked(const VARIANT &variant) noexcept;

/* Let go what these hold, whatever is locked. A type that is none holds nothing. */
void drop_array(SAFEARRAY *array) noexcept;
void drop_variant(VARIANT *variant) noexcept;

/* Copies into memory whose contents do not count, as SafeArrayCopy and VariantCopy do.
 * Returns S_OK; E_INVALIDARG; DISP_E_BADVARTYPE; E_OUTOFMEMORY, and then *out is empty. */
HRESULT copy_array(SAFEARRAY *source, SAFEARRAY **out) noexcept;
HRESULT copy_variant(const VARIANT &source, VARIANT *out) noexcept;

/* A text with its length, whatever is in it; NULL of NULL. False: no memory. */
bool copy_bstr(BSTR source, BSTR *out) noexcept;

} // namespace wbem

#endif
