/* SPDX-License-Identifier: MIT */
/* variants.cc: values as VARIANTs. Which type becomes which stands in one table (`shape_of`), for single values and items alike.
 */
#include "variants.h"

#include "objects.h"
#include "text.h"

#include <cinttypes>
#include <cstdio>

namespace wbem {

namespace {

/* -- one value --------------------------------------------------------------------------------------------------- */

/* What holds a value of a CIM type, without WQL_ARRAY. */
VARTYPE variant_type(uint32_t type) {
    switch (type) {
    case WQL_SINT8:
    case WQL_SINT16:
    case WQL_CHAR16: return VT_I2;
    case WQL_UINT8: return VT_UI1;
    case WQL_UINT16:
    case WQL_SINT32:
    case WQL_UINT32: return VT_I4;
    case WQL_REAL32: return VT_R4;
    case WQL_REAL64: return VT_R8;
    case WQL_BOOLEAN: return VT_BOOL;
    case WQL_OBJECT: return VT_UNKNOWN;
    default: return VT_BSTR; /* text, references, datetimes, and whole numbers of 64 bits */
    }
}

bool is_signed(uint32_t type) { return type == WQL_SINT8 || type == WQL_SINT16 || type == WQL_SINT32 || type == WQL_SINT64; }

/* A whole number's bits, as the table has them: those of a uint32 are read with a sign, and the sign goes through all of a LONG.
 */
int64_t whole_of(const wql_value &value, uint32_t type) {
    int64_t number = is_signed(value.type) ? value.i64 : static_cast<int64_t>(value.u64);
    return type == WQL_UINT32 ? static_cast<int64_t>(static_cast<int32_t>(static_cast<uint32_t>(number))) : number;
}

/* *text is NULL where the value has no text. */
HRESULT text_of(const wql_value &value, BSTR *text) noexcept {
    char buffer[32];
    size_t length = 0;
    *text = nullptr;
    switch (value.type) {
    case WQL_SINT64: length = static_cast<size_t>(snprintf(buffer, sizeof buffer, "%" PRId64, value.i64)); break;
    case WQL_UINT64: length = static_cast<size_t>(snprintf(buffer, sizeof buffer, "%" PRIu64, value.u64)); break;
    case WQL_DATETIME:
        length = wql_datetime_format(&value.time, buffer);
        if (!length) return S_OK;
        break;
    default: *text = to_bstr(value.str); return *text ? S_OK : WBEM_E_OUT_OF_MEMORY;
    }
    *text = to_bstr(wql_str{buffer, length});
    return *text ? S_OK : WBEM_E_OUT_OF_MEMORY;
}

/* An object of its own: a copy of the row, so that it does not hold its neighbours; where there is no memory for that, the batch.
 */
HRESULT object_of(const wql_value &value, IUnknown **out) noexcept {
    wql_batch *copy = nullptr;
    IWbemClassObject *object = nullptr;
    HRESULT result;
    if (wql_batch_copy(value.object, value.count, 1, &copy) >= 0) {
        result = make_object(copy, 0, &object);
        wql_batch_release(copy);
    } else {
        result = make_object(value.object, value.count, &object);
    }
    *out = object;
    return result;
}

HRESULT single(const wql_value &value, uint32_t type, VARIANT *out) noexcept {
    HRESULT result = S_OK;
    VARTYPE vt = variant_type(type);
    switch (vt) {
    case VT_I2: out->iVal = static_cast<SHORT>(whole_of(value, type)); break;
    case VT_UI1: out->bVal = static_cast<BYTE>(whole_of(value, type)); break;
    case VT_I4: out->lVal = static_cast<LONG>(whole_of(value, type)); break;
    case VT_R4: out->fltVal = static_cast<FLOAT>(value.f64); break;
    case VT_R8: out->dblVal = value.f64; break;
    case VT_BOOL: out->boolVal = value.b ? VARIANT_TRUE : VARIANT_FALSE; break;
    case VT_UNKNOWN: result = object_of(value, &out->punkVal); break;
    default:
        result = text_of(value, &out->bstrVal);
        if (result >= 0 && !out->bstrVal) vt = VT_NULL;
    }
    if (result >= 0) out->vt = vt;
    return result;
}

/* -- arrays ------------------------------------------------------------------------------------------------------ */

/* Puts an item into its place, which is zero. */
HRESULT put_item(const wql_value &value, uint32_t type, void *data, uint32_t index) noexcept {
    VARIANT item;
    HRESULT result;
    if (value.type == WQL_NULL) return S_OK;
    VariantInit(&item);
    result = single(value, type, &item);
    if (result < 0) return result;
    switch (item.vt) {
    case VT_I2: static_cast<SHORT *>(data)[index] = item.iVal; break;
    case VT_UI1: static_cast<BYTE *>(data)[index] = item.bVal; break;
    case VT_I4: static_cast<LONG *>(data)[index] = item.lVal; break;
    case VT_R4: static_cast<FLOAT *>(data)[index] = item.fltVal; break;
    case VT_R8: static_cast<DOUBLE *>(data)[index] = item.dblVal; break;
    case VT_BOOL: static_cast<VARIANT_BOOL *>(data)[index] = item.boolVal; break;
    case VT_BSTR: static_cast<BSTR *>(data)[index] = item.bstrVal; break;
    case VT_UNKNOWN: static_cast<IUnknown **>(data)[index] = item.punkVal; break;
    default: break; /* it has no text */
    }
    return S_OK;
}

/* @param item  gives the value of an index */
template <typename Item> HRESULT array_of(uint32_t type, uint32_t count, Item item, SAFEARRAY **out) noexcept {
    SAFEARRAY *array = SafeArrayCreateVector(variant_type(type), 0, count);
    void *data = nullptr;
    HRESULT result = array ? SafeArrayAccessData(array, &data) : WBEM_E_OUT_OF_MEMORY;
    if (result < 0) {
        SafeArrayDestroy(array);
        return WBEM_E_OUT_OF_MEMORY;
    }
    for (uint32_t i = 0; i < count && result >= 0; i++) result = put_item(item(i), type, data, i);
    SafeArrayUnaccessData(array);
    if (result < 0) {
        SafeArrayDestroy(array);
        return result;
    }
    *out = array;
    return S_OK;
}

template <typename Item> HRESULT variant_of_array(uint32_t type, uint32_t count, Item item, VARIANT *out) noexcept {
    uint32_t of = type & ~static_cast<uint32_t>(WQL_ARRAY);
    HRESULT result = array_of(of, count, item, &out->parray);
    if (result >= 0) out->vt = static_cast<VARTYPE>(VT_ARRAY | variant_type(of));
    return result;
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

HRESULT read_bstr(BSTR text, OwnedValue *out) {
    if (!to_utf8(text, SysStringLen(text), &out->text)) return WBEM_E_INVALID_PARAMETER;
    out->value = wql_text(wql_s(""));
    out->point();
    return S_OK;
}

HRESULT read_single(VARTYPE vt, const void *at, OwnedValue *out) {
    switch (vt) {
    case VT_I1: out->value = wql_i64(*static_cast<const signed char *>(at)); return S_OK;
    case VT_I2: out->value = wql_i64(*static_cast<const SHORT *>(at)); return S_OK;
    case VT_I4: out->value = wql_i64(*static_cast<const LONG *>(at)); return S_OK;
    case VT_INT: out->value = wql_i64(*static_cast<const INT *>(at)); return S_OK;
    case VT_I8: out->value = wql_i64(*static_cast<const LONGLONG *>(at)); return S_OK;
    case VT_UI1: out->value = wql_u64(*static_cast<const BYTE *>(at)); return S_OK;
    case VT_UI2: out->value = wql_u64(*static_cast<const USHORT *>(at)); return S_OK;
    case VT_UI4: out->value = wql_u64(*static_cast<const ULONG *>(at)); return S_OK;
    case VT_UINT: out->value = wql_u64(*static_cast<const UINT *>(at)); return S_OK;
    case VT_UI8: out->value = wql_u64(*static_cast<const ULONGLONG *>(at)); return S_OK;
    case VT_R4: out->value = wql_f64(static_cast<double>(*static_cast<const FLOAT *>(at))); return S_OK;
    case VT_R8: out->value = wql_f64(*static_cast<const DOUBLE *>(at)); return S_OK;
    case VT_BOOL: out->value = wql_bool(*static_cast<const VARIANT_BOOL *>(at) != VARIANT_FALSE); return S_OK;
    case VT_BSTR: return read_bstr(*static_cast<const BSTR *>(at), out);
    default: return WBEM_E_TYPE_MISMATCH;
    }
}

/* What an array of such elements is of; WQL_NULL: nothing that can be read. */
uint32_t item_type(VARTYPE vt) {
    switch (vt) {
    case VT_UI1:
    case VT_UI2:
    case VT_UI4:
    case VT_UINT:
    case VT_UI8: return WQL_UINT64;
    case VT_R4:
    case VT_R8: return WQL_REAL64;
    case VT_BOOL: return WQL_BOOLEAN;
    case VT_BSTR: return WQL_STRING;
    case VT_I1:
    case VT_I2:
    case VT_I4:
    case VT_INT:
    case VT_I8: return WQL_SINT64;
    default: return WQL_NULL;
    }
}

HRESULT read_array(VARTYPE vt, SAFEARRAY *array, OwnedValue *out) {
    void *data;
    HRESULT result = S_OK;
    ULONG count;
    if (item_type(vt) == WQL_NULL) return WBEM_E_TYPE_MISMATCH;
    if (!array || array->cDims != 1) return WBEM_E_INVALID_PARAMETER;
    count = array->rgsabound[0].cElements;
    if (count > UINT32_MAX) return WBEM_E_INVALID_PARAMETER;
    out->items.resize(count);
    out->item_values.resize(count);
    if (SafeArrayAccessData(array, &data) < 0) return WBEM_E_INVALID_PARAMETER;
    try {
        for (ULONG i = 0; i < count && result >= 0; i++)
            result = read_single(vt, static_cast<const char *>(data) + i * array->cbElements, &out->items[i]);
    } catch (...) {
        SafeArrayUnaccessData(array);
        throw;
    }
    SafeArrayUnaccessData(array);
    if (result < 0) return result;
    out->value = wql_array(item_type(vt), nullptr, static_cast<uint32_t>(count));
    out->point();
    return S_OK;
}

} // namespace

HRESULT variant_of(const wql_value &value, uint32_t type, VARIANT *out) noexcept {
    HRESULT result;
    VariantInit(out);
    if (value.type == WQL_NULL) {
        out->vt = VT_NULL;
        return S_OK;
    }
    if (value.type & WQL_ARRAY)
        result = variant_of_array(
            type & WQL_ARRAY ? type : value.type, value.count, [&](uint32_t i) { return value.items[i]; }, out);
    else
        result = single(value, value.type, out);
    if (result < 0) VariantInit(out);
    return result;
}

HRESULT variant_of_cell(const wql_column *column, uint32_t row, bool interval, VARIANT *out) noexcept {
    uint32_t first, count;
    HRESULT result;
    if (!(column->type & WQL_ARRAY) || wql_column_is_null(column, row)) {
        wql_value value = wql_column_value(column, row);
        if (value.type == WQL_DATETIME) value.time.interval = interval;
        return variant_of(value, column->type, out);
    }
    VariantInit(out);
    count = wql_column_items(column, row, &first);
    result = variant_of_array(
        column->type, count,
        [&](uint32_t i) {
            wql_value value = wql_column_value(column->child, first + i);
            if (value.type == WQL_DATETIME) value.time.interval = interval;
            return value;
        },
        out);
    if (result < 0) VariantInit(out);
    return result;
}

HRESULT array_of_texts(const std::vector<wql_str> &texts, SAFEARRAY **out) noexcept {
    return array_of(
        WQL_STRING, static_cast<uint32_t>(texts.size()), [&](uint32_t i) { return wql_text(texts[i]); }, out);
}

void OwnedValue::point() noexcept {
    if (value.type & WQL_ARRAY) {
        for (size_t i = 0; i < items.size(); i++) item_values[i] = items[i].value;
        value.items = item_values.data();
    } else if (value.type == WQL_STRING) {
        value.str = wql_str{text.data(), text.size()};
    }
}

HRESULT value_of(const VARIANT &variant, OwnedValue *out) {
    *out = OwnedValue();
    if (variant.vt == VT_EMPTY || variant.vt == VT_NULL) return S_OK;
    if (variant.vt & VT_ARRAY) return read_array(static_cast<VARTYPE>(variant.vt & ~VT_ARRAY), variant.parray, out);
    return read_single(variant.vt, &variant.llVal, out);
}

} // namespace wbem
