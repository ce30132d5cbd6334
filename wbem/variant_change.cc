/* SPDX-License-Identifier: MIT */
/* variant_change.cc: from one type of value to another. What a value says is read once, into a number of the widest kind or a
 * text, and written as the other type; what does not fit is an error, never another number. */
#include "automation.h"

#include <charconv>
#include <limits.h>
#include <limits>
#include <math.h>
#include <string>
#include <system_error>

namespace wbem {

namespace {

/* What a value says. */
struct Meaning {
    enum class Kind { Empty, Whole, Natural, Real, Boolean, Text } kind;
    long long whole;            /* Whole, Boolean (-1, 0) */
    unsigned long long natural; /* Natural: what no long long holds as well */
    double real;                /* Real */
    bool narrow;                /* Real: of 32 bits, which has a shorter text */
    const OLECHAR *text;        /* Text; the value's own */
    size_t length;
};

Meaning whole(long long number) { return {Meaning::Kind::Whole, number, 0, 0, false, nullptr, 0}; }

Meaning natural(unsigned long long number) {
    if (number <= static_cast<unsigned long long>(LLONG_MAX)) return whole(static_cast<long long>(number));
    return {Meaning::Kind::Natural, 0, number, 0, false, nullptr, 0};
}

Meaning real(double number, bool narrow) { return {Meaning::Kind::Real, 0, 0, number, narrow, nullptr, 0}; }

/* -- reading ------------------------------------------------------------------------------------------------------- */

/* `variant` points to nothing (follow). */
HRESULT read_variant(const VARIANT &variant, Meaning *out) {
    switch (variant.vt) {
    case VT_EMPTY: *out = {Meaning::Kind::Empty, 0, 0, 0, false, nullptr, 0}; break;
    case VT_I1: *out = whole(static_cast<signed char>(variant.cVal)); break;
    case VT_I2: *out = whole(variant.iVal); break;
    case VT_I4: *out = whole(variant.lVal); break;
    case VT_INT: *out = whole(variant.intVal); break;
    case VT_I8: *out = whole(variant.llVal); break;
    case VT_UI1: *out = natural(variant.bVal); break;
    case VT_UI2: *out = natural(variant.uiVal); break;
    case VT_UI4: *out = natural(variant.ulVal); break;
    case VT_UINT: *out = natural(variant.uintVal); break;
    case VT_UI8: *out = natural(variant.ullVal); break;
    case VT_R4: *out = real(double{variant.fltVal}, true); break;
    case VT_R8: *out = real(variant.dblVal, false); break;
    case VT_BOOL: *out = {Meaning::Kind::Boolean, variant.boolVal ? -1 : 0, 0, 0, false, nullptr, 0}; break;
    case VT_BSTR: *out = {Meaning::Kind::Text, 0, 0, 0, false, variant.bstrVal, SysStringLen(variant.bstrVal)}; break;
    default: return DISP_E_TYPEMISMATCH;
    }
    return S_OK;
}

bool is_blank(OLECHAR c) { return c == L' ' || (c >= L'\t' && c <= L'\r'); }

/* The characters of a number, without blanks around it and a plus in front, in ASCII. False: there are others. */
bool plain_of(const Meaning &text, std::string *out) {
    size_t from = 0, end = text.length;
    while (from < end && is_blank(text.text[from])) from++;
    while (end > from && is_blank(text.text[end - 1])) end--;
    if (from < end && text.text[from] == L'+') {
        from++;
        if (from < end && text.text[from] == L'-') return false;
    }
    for (size_t i = from; i < end; i++) {
        if (text.text[i] <= 0 || text.text[i] > 0x7e) return false;
        out->push_back(static_cast<char>(text.text[i]));
    }
    return !out->empty();
}

/* Whether all of the text is a number of this type. */
template <typename T> std::errc read_number(const std::string &text, T *out) {
    const char *end = text.data() + text.size();
    std::from_chars_result read = std::from_chars(text.data(), end, *out);
    return read.ec != std::errc() ? read.ec : read.ptr != end ? std::errc::invalid_argument : std::errc();
}

/* A number that a text spells. One that has no point and no exponent is whole, and not rounded by being read. */
HRESULT number_of(const Meaning &text, Meaning *out) {
    std::string plain;
    long long i;
    unsigned long long u;
    double d;
    if (!plain_of(text, &plain)) return DISP_E_TYPEMISMATCH;
    if (read_number(plain, &i) == std::errc()) return *out = whole(i), S_OK;
    if (plain[0] != '-' && read_number(plain, &u) == std::errc()) return *out = natural(u), S_OK;
    if (plain.find_first_not_of("0123456789+-.eE") != std::string::npos) return DISP_E_TYPEMISMATCH; /* inf, nan */
    const std::errc read = read_number(plain, &d);
    if (read == std::errc::result_out_of_range) return DISP_E_OVERFLOW;
    if (read != std::errc()) return DISP_E_TYPEMISMATCH;
    *out = real(d, false);
    return S_OK;
}

/* -- writing numbers ----------------------------------------------------------------------------------------------- */

/* The whole number nearest to a real one, the even one of two; so 2.5 and 1.5 are both 2, whatever the mode of rounding is. */
double nearest(double number) {
    if (!(number > -0x1p52 && number < 0x1p52)) return number; /* it is whole, or none */
    const long long cut = static_cast<long long>(number);      /* towards zero */
    const double over = number - static_cast<double>(cut);
    const bool odd = cut % 2 != 0;
    if (over > 0.5 || (over == 0.5 && odd)) return static_cast<double>(cut + 1);
    if (over < -0.5 || (over == -0.5 && odd)) return static_cast<double>(cut - 1);
    return static_cast<double>(cut);
}

/* A real number as a whole one, if a long long or an unsigned one holds it. */
bool whole_of(double number, Meaning *out) {
    const double rounded = nearest(number);
    if (rounded >= -0x1p63 && rounded < 0x1p63)
        *out = whole(static_cast<long long>(rounded));
    else if (rounded >= 0 && rounded < 0x1p64)
        *out = natural(static_cast<unsigned long long>(rounded));
    else
        return false; /* too large, or no number */
    return true;
}

double real_of(const Meaning &from) {
    switch (from.kind) {
    case Meaning::Kind::Real: return from.real;
    case Meaning::Kind::Natural: return static_cast<double>(from.natural);
    default: return static_cast<double>(from.whole);
    }
}

/* Within these bounds, or DISP_E_OVERFLOW. An empty value is 0, TRUE is -1. */
HRESULT as_signed(const Meaning &from, long long least, long long most, long long *out) {
    Meaning number = from;
    if (from.kind == Meaning::Kind::Real && !whole_of(from.real, &number)) return DISP_E_OVERFLOW;
    if (number.kind == Meaning::Kind::Natural || number.whole < least || number.whole > most) return DISP_E_OVERFLOW;
    *out = number.whole;
    return S_OK;
}

HRESULT as_unsigned(const Meaning &from, unsigned long long most, unsigned long long *out) {
    Meaning number = from;
    if (from.kind == Meaning::Kind::Real && !whole_of(from.real, &number)) return DISP_E_OVERFLOW;
    if (number.kind != Meaning::Kind::Natural) {
        if (number.whole < 0) return DISP_E_OVERFLOW;
        number.natural = static_cast<unsigned long long>(number.whole);
    }
    if (number.natural > most) return DISP_E_OVERFLOW;
    *out = number.natural;
    return S_OK;
}

/* A value of a number's type, with its bounds, into the member that the type has. A VT_I4 is 32 bits of a LONG. */
HRESULT write_whole(const Meaning &from, VARTYPE type, VARIANT *out) {
    long long i = 0;
    unsigned long long u = 0;
    HRESULT done;
    switch (type) {
    case VT_I1: done = as_signed(from, INT8_MIN, INT8_MAX, &i); break;
    case VT_I2: done = as_signed(from, INT16_MIN, INT16_MAX, &i); break;
    case VT_I4:
    case VT_INT: done = as_signed(from, INT32_MIN, INT32_MAX, &i); break;
    case VT_I8: done = as_signed(from, INT64_MIN, INT64_MAX, &i); break;
    case VT_UI1: done = as_unsigned(from, UINT8_MAX, &u); break;
    case VT_UI2: done = as_unsigned(from, UINT16_MAX, &u); break;
    case VT_UI4:
    case VT_UINT: done = as_unsigned(from, UINT32_MAX, &u); break;
    default: done = as_unsigned(from, UINT64_MAX, &u); break;
    }
    if (FAILED(done)) return done;
    switch (type) {
    case VT_I1: out->cVal = static_cast<CHAR>(i); break;
    case VT_I2: out->iVal = static_cast<SHORT>(i); break;
    case VT_I4: out->lVal = static_cast<LONG>(i); break;
    case VT_INT: out->intVal = static_cast<INT>(i); break;
    case VT_I8: out->llVal = i; break;
    case VT_UI1: out->bVal = static_cast<BYTE>(u); break;
    case VT_UI2: out->uiVal = static_cast<USHORT>(u); break;
    case VT_UI4: out->ulVal = static_cast<ULONG>(u); break;
    case VT_UINT: out->uintVal = static_cast<UINT>(u); break;
    default: out->ullVal = u; break;
    }
    return S_OK;
}

HRESULT write_real(const Meaning &from, VARTYPE type, VARIANT *out) {
    const double number = real_of(from);
    if (type == VT_R8) {
        out->dblVal = number;
        return S_OK;
    }
    if (isfinite(number) && fabs(number) > double{std::numeric_limits<float>::max()}) return DISP_E_OVERFLOW;
    out->fltVal = static_cast<FLOAT>(number);
    return S_OK;
}

/* -- writing booleans and texts ------------------------------------------------------------------------------------ */

bool is_word(const Meaning &text, const char *word) {
    size_t i = 0;
    for (; i < text.length && word[i]; i++)
        if ((text.text[i] | 0x20) != word[i]) return false;
    return i == text.length && !word[i];
}

HRESULT write_boolean(const Meaning &from, VARIANT *out) {
    Meaning number = from;
    if (from.kind == Meaning::Kind::Text) {
        if (is_word(from, "true") || is_word(from, "false")) {
            out->boolVal = is_word(from, "true") ? VARIANT_TRUE : VARIANT_FALSE;
            return S_OK;
        }
        HRESULT done = number_of(from, &number);
        if (FAILED(done)) return done;
    }
    out->boolVal = real_of(number) != 0 ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

/* The shortest text that reads back to the same number, in at most 32 characters. What is no finite number has none. */
HRESULT spell(const Meaning &from, USHORT flags, char *text, char **end) {
    std::to_chars_result made;
    char *const limit = text + 32;
    switch (from.kind) {
    case Meaning::Kind::Empty: *end = text; return S_OK;
    case Meaning::Kind::Natural: made = std::to_chars(text, limit, from.natural); break;
    case Meaning::Kind::Real:
        if (!isfinite(from.real)) return DISP_E_OVERFLOW;
        made = from.narrow ? std::to_chars(text, limit, static_cast<float>(from.real)) : std::to_chars(text, limit, from.real);
        break;
    case Meaning::Kind::Boolean:
        if (flags & VARIANT_ALPHABOOL) {
            *end = text + snprintf(text, 32, "%s", from.whole ? "True" : "False");
            return S_OK;
        }
        made = std::to_chars(text, limit, from.whole);
        break;
    default: made = std::to_chars(text, limit, from.whole); break;
    }
    *end = made.ptr;
    return S_OK;
}

HRESULT write_text(const Meaning &from, USHORT flags, VARIANT *out) {
    char narrow[32], *end;
    OLECHAR wide[32];
    HRESULT done = spell(from, flags, narrow, &end);
    if (FAILED(done)) return done;
    const size_t length = static_cast<size_t>(end - narrow);
    for (size_t i = 0; i < length; i++) wide[i] = static_cast<OLECHAR>(narrow[i]);
    out->bstrVal = SysAllocStringLen(wide, static_cast<UINT>(length));
    return out->bstrVal ? S_OK : E_OUTOFMEMORY;
}

/* Into `out`, which is empty but for its type. */
HRESULT write_variant(const Meaning &from, USHORT flags, VARIANT *out) {
    Meaning number = from;
    switch (out->vt) {
    case VT_BOOL: return write_boolean(from, out);
    case VT_BSTR: return write_text(from, flags, out);
    case VT_I1:
    case VT_I2:
    case VT_I4:
    case VT_INT:
    case VT_I8:
    case VT_UI1:
    case VT_UI2:
    case VT_UI4:
    case VT_UINT:
    case VT_UI8:
    case VT_R4:
    case VT_R8: break;
    default: return DISP_E_TYPEMISMATCH;
    }
    if (from.kind == Meaning::Kind::Text) {
        HRESULT done = number_of(from, &number);
        if (FAILED(done)) return done;
    }
    return out->vt == VT_R4 || out->vt == VT_R8 ? write_real(number, out->vt, out) : write_whole(number, out->vt, out);
}

/* What a value points to, with its type, as a value that is not owned. */
HRESULT follow(const VARIANT &source, VARIANT *out) {
    *out = source;
    if (!(source.vt & VT_BYREF)) return S_OK;
    if (!source.byref) return E_INVALIDARG;
    if (source.vt == (VT_BYREF | VT_VARIANT)) {
        *out = *source.pvarVal;
        return is_variant_type(out->vt) && !(out->vt & VT_BYREF) ? S_OK : DISP_E_BADVARTYPE;
    }
    const VARTYPE type = static_cast<VARTYPE>(source.vt & ~VT_BYREF);
    if (type == VT_DECIMAL) return DISP_E_TYPEMISMATCH;
    VariantInit(out);
    out->vt = type;
    memcpy(&out->llVal, source.byref, type & VT_ARRAY ? sizeof(void *) : element_size(type));
    return S_OK;
}

/* Into `out`, whose contents do not count. */
HRESULT change(const VARIANT &source, USHORT flags, VARTYPE type, VARIANT *out) {
    VARIANT value;
    Meaning meaning;
    HRESULT done = follow(source, &value);
    if (FAILED(done)) return done;
    if (value.vt == type) return copy_variant(value, out);
    VariantInit(out);
    if (value.vt == VT_EMPTY && type == VT_NULL) {
        out->vt = type;
        return S_OK;
    }
    done = read_variant(value, &meaning);
    if (FAILED(done)) return done;
    out->vt = type;
    done = write_variant(meaning, flags, out);
    if (FAILED(done)) VariantInit(out);
    return done;
}

} // namespace

} // namespace wbem

HRESULT VariantChangeType(VARIANT *destination, const VARIANT *source, USHORT flags, VARTYPE type) {
    using namespace wbem;
    VARIANT changed;
    if (!destination || !source || (flags & ~(VARIANT_NOVALUEPROP | VARIANT_ALPHABOOL))) return E_INVALIDARG;
    if (!is_variant_type(source->vt) || !is_variant_type(type) || (type & VT_BYREF)) return DISP_E_BADVARTYPE;
    HRESULT done;
    try {
        done = change(*source, flags, type, &changed);
    } catch (const std::bad_alloc &) {
        return E_OUTOFMEMORY;
    }
    if (FAILED(done)) return done;
    done = VariantClear(destination);
    if (FAILED(done)) {
        VariantClear(&changed);
        return done;
    }
    *destination = changed;
    return S_OK;
}

HRESULT VariantChangeTypeEx(VARIANT *destination, const VARIANT *source, LCID, USHORT flags, VARTYPE type) {
    return VariantChangeType(destination, source, flags, type);
}

HRESULT VariantCopyInd(VARIANT *destination, const VARIANT *source) {
    VARIANT value;
    if (!destination || !source) return E_INVALIDARG;
    if (!wbem::is_variant_type(source->vt)) return DISP_E_BADVARTYPE;
    HRESULT done = wbem::follow(*source, &value);
    return FAILED(done) ? done : VariantCopy(destination, &value);
}
