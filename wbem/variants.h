/* SPDX-License-Identifier: MIT */
/* variants.h: between the library's values and VARIANTs, by the table of types in wbemcli.h. */
#ifndef WBEM_ROOM_VARIANTS_H
#define WBEM_ROOM_VARIANTS_H

#include <string>
#include <vector>
#include <wbemcli.h>
#include <wql/wql.h>

namespace wbem {

/* Writes a value as WMI hands it out; an object becomes an IWbemClassObject of its own. *out is only written. NULL, and a
 * datetime beyond CIM's range, for which there is no text, are VT_NULL. A NULL within an array is what a SAFEARRAY has for
 * nothing: a NULL BSTR (an empty text, to most readers), a NULL pointer, 0 or VARIANT_FALSE.
 * @param type  the CIM type of the property: what an array is of, whatever its items are
 * Returns S_OK; WBEM_E_OUT_OF_MEMORY, and then *out is VT_EMPTY. */
HRESULT variant_of(const wql_value &value, uint32_t type, VARIANT *out) noexcept;

/* The same for a cell. @param interval  the property's datetimes are intervals, which a column does not say */
HRESULT variant_of_cell(const wql_column *column, uint32_t row, bool interval, VARIANT *out) noexcept;

/* Writes texts as a SAFEARRAY of BSTR, from index 0. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
HRESULT array_of_texts(const std::vector<wql_str> &texts, SAFEARRAY **out) noexcept;

/* A value with the memory it points to, which it takes along when it is copied or moved. */
struct OwnedValue {
    wql_value value;
    std::string text;
    std::vector<OwnedValue> items;
    std::vector<wql_value> item_values;

    OwnedValue() noexcept : value(wql_null()) {}
    OwnedValue(const OwnedValue &other)
        : value(other.value), text(other.text), items(other.items), item_values(other.item_values) {
        point();
    }
    OwnedValue(OwnedValue &&other) noexcept
        : value(other.value), text(std::move(other.text)), items(std::move(other.items)),
          item_values(std::move(other.item_values)) {
        point();
    }
    OwnedValue &operator=(OwnedValue other) noexcept {
        value = other.value;
        text.swap(other.text);
        items.swap(other.items);
        item_values.swap(other.item_values);
        point();
        return *this;
    }
    ~OwnedValue() = default;
    void point() noexcept; /* lets the views in `value` point into this object */
};

/* Reads a VARIANT: numbers, booleans, texts, and arrays of these; VT_EMPTY and VT_NULL are NULL. Whole numbers become sint64 or
 * uint64. Returns S_OK; WBEM_E_TYPE_MISMATCH; WBEM_E_INVALID_PARAMETER (a text that is no Unicode, an array that is none). Throws
 * std::bad_alloc. */
HRESULT value_of(const VARIANT &variant, OwnedValue *out);

} // namespace wbem

#endif
