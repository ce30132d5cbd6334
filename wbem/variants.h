/* SPDX-License-Identifier: MIT */
/* variants.h: between the library's values and VARIANTs, by the table of types in wbemcli.h. */
#ifndef WBEM_ROOM_VARIANTS_H
#define WBEM_ROOM_VARIANTS_H

#include <string>
#include <vector>
#include <wbemcli.h>
#include <wql/wql.h>

namespace wbem {

/* Writes a value as WMI hands it out; an object becomes an IWbemClassObject of its own. *out is only written.
 * @param type  the CIM type of the property: what an array of NULLs, or a NULL, is of
 * Returns S_OK; WBEM_E_OUT_OF_MEMORY, and then *out is VT_EMPTY. */
HRESULT variant_of(const wql_value &value, uint32_t type, VARIANT *out) noexcept;

/* A value with the memory it points to. */
struct OwnedValue {
    wql_value value;
    std::string text;
    std::vector<OwnedValue> items;
    std::vector<wql_value> item_values;
};

/* Reads a VARIANT: numbers, booleans, texts, and arrays of these. Returns S_OK; WBEM_E_TYPE_MISMATCH; WBEM_E_INVALID_PARAMETER (a
 * text that is no Unicode). Throws std::bad_alloc. */
HRESULT value_of(const VARIANT &variant, OwnedValue *out);

} // namespace wbem

#endif
