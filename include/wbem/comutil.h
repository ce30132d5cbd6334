/* SPDX-License-Identifier: MIT */
/* comutil.h: _bstr_t and _variant_t, a BSTR and a VARIANT that let go by themselves. What fails throws _com_error (comdef.h);
 * where exceptions are switched off, it ends the program.
 *
 * Narrow texts are UTF-8 here. Thread-safety: as of a std::string; copies of one _bstr_t share a text, on any threads. */
#ifndef WBEM_COMUTIL_H
#define WBEM_COMUTIL_H

#include "windows.h"

WBEM_BEGIN_CXX

#ifdef __cplusplus

WBEM_BEGIN
/* A BSTR of UTF-8 that ends in NUL; ill-formed bytes become U+FFFD. NULL: no memory. */
WBEM_API BSTR wbem_bstr_of_utf8(const char *text);
/* UTF-8 of a text, with a NUL, to be given to CoTaskMemFree. Returns S_OK; E_OUTOFMEMORY; E_INVALIDARG (a character that is
 * none). NULL gives an empty text. */
WBEM_API HRESULT wbem_utf8_of_bstr(BSTR text, char **out);
/* Takes this thread's error object away (GetErrorInfo). *out is NULL if there is none, and if it says of itself that it is of a
 * failure with another code: that was an earlier one. Returns S_OK; E_INVALIDARG. */
WBEM_API HRESULT wbem_error_of(HRESULT code, struct IErrorInfo **out);
/* What a code means, in a static sentence; NULL: not known. */
WBEM_API const char *wbem_status_text(HRESULT code);
WBEM_FINISH

/* Throws _com_error. */
[[noreturn]] inline void _com_issue_error(HRESULT code);

namespace _com_util {
inline void CheckError(HRESULT code) {
    if (FAILED(code)) _com_issue_error(code);
}
/* To be given to SysFreeString, and to delete[]. */
inline BSTR ConvertStringToBSTR(const char *text) {
    BSTR made = text ? wbem_bstr_of_utf8(text) : NULL;
    if (text && !made) _com_issue_error(E_OUTOFMEMORY);
    return made;
}
inline char *ConvertBSTRToString(BSTR text) {
    char *narrow = NULL;
    if (!text) return NULL;
    CheckError(wbem_utf8_of_bstr(text, &narrow));
    const size_t size = strlen(narrow) + 1;
    char *made = new char[size];
    memcpy(made, narrow, size);
    CoTaskMemFree(narrow);
    return made;
}
} // namespace _com_util

/* Equal in type and value; texts character for character, objects and arrays if they are the same one. */
inline bool wbem_same_variant(const VARIANT &left, const VARIANT &right) {
    if (left.vt != right.vt) return false;
    switch (left.vt) {
    case VT_EMPTY:
    case VT_NULL: return true;
    case VT_I1:
    case VT_UI1: return left.bVal == right.bVal;
    case VT_I2:
    case VT_UI2:
    case VT_BOOL: return left.iVal == right.iVal;
    case VT_INT:
    case VT_UINT:
    case VT_ERROR: return left.intVal == right.intVal;
    case VT_R4: return left.fltVal == right.fltVal;
    case VT_R8:
    case VT_DATE: return left.dblVal == right.dblVal;
    case VT_BSTR: {
        const UINT bytes = SysStringByteLen(left.bstrVal);
        return bytes == SysStringByteLen(right.bstrVal) && (!bytes || memcmp(left.bstrVal, right.bstrVal, bytes) == 0);
    }
    default: return left.llVal == right.llVal; /* whole numbers, and pointers to the same */
    }
}

class _variant_t;

/* A text, shared by its copies. It is never changed but by its own methods, which leave the copies alone. */
class _bstr_t {
  public:
    _bstr_t() noexcept : shared_(NULL) {}
    _bstr_t(const _bstr_t &other) noexcept : shared_(other.shared_) { add_ref(); }
    _bstr_t(_bstr_t &&other) noexcept : shared_(other.shared_) { other.shared_ = NULL; }
    _bstr_t(const char *text) : shared_(NULL) { own(_com_util::ConvertStringToBSTR(text)); }
    _bstr_t(const wchar_t *text) : shared_(NULL) { own(text ? checked(SysAllocString(text)) : NULL); }
    _bstr_t(BSTR text, bool copy) : shared_(NULL) { own(copy ? duplicate(text) : text); } /* not copied: taken over */
    _bstr_t(const _variant_t &variant);
    ~_bstr_t() { release(); }

    _bstr_t &operator=(const _bstr_t &other) noexcept {
        _bstr_t copy(other);
        swap(copy);
        return *this;
    }
    _bstr_t &operator=(_bstr_t &&other) noexcept {
        swap(other);
        return *this;
    }
    _bstr_t &operator=(const char *text) { return *this = _bstr_t(text); }
    _bstr_t &operator=(const wchar_t *text) { return *this = _bstr_t(text); }
    _bstr_t &operator=(const _variant_t &variant);

    _bstr_t &operator+=(const _bstr_t &other) { return *this = *this + other; }
    _bstr_t operator+(const _bstr_t &other) const {
        const unsigned mine = length(), more = other.length();
        if (more > ~0u - mine) _com_issue_error(E_OUTOFMEMORY);
        _bstr_t both(checked(SysAllocStringLen(NULL, mine + more)), false);
        if (mine) memcpy(both.wide(), wide(), mine * sizeof(wchar_t));
        if (more) memcpy(both.wide() + mine, other.wide(), more * sizeof(wchar_t));
        return both;
    }
    friend _bstr_t operator+(const char *left, const _bstr_t &right) { return _bstr_t(left) + right; }
    friend _bstr_t operator+(const wchar_t *left, const _bstr_t &right) { return _bstr_t(left) + right; }

    /* The characters, which live as long as this object is not assigned to; NULL if there is no text. */
    operator const wchar_t *() const noexcept { return wide(); }
    operator wchar_t *() const noexcept { return wide(); }
    operator const char *() const { return narrow(); }
    operator char *() const { return narrow(); }
    bool operator!() const noexcept { return wide() == NULL; }
    explicit operator bool() const noexcept { return wide() != NULL; }

    /* By code points; no text is as an empty one. */
    bool operator==(const _bstr_t &other) const noexcept { return compare(other) == 0; }
    bool operator!=(const _bstr_t &other) const noexcept { return compare(other) != 0; }
    bool operator<(const _bstr_t &other) const noexcept { return compare(other) < 0; }
    bool operator>(const _bstr_t &other) const noexcept { return compare(other) > 0; }
    bool operator<=(const _bstr_t &other) const noexcept { return compare(other) <= 0; }
    bool operator>=(const _bstr_t &other) const noexcept { return compare(other) >= 0; }
    bool operator==(const wchar_t *other) const { return compare(_bstr_t(other)) == 0; }
    bool operator!=(const wchar_t *other) const { return compare(_bstr_t(other)) != 0; }
    bool operator==(const char *other) const { return compare(_bstr_t(other)) == 0; }
    bool operator!=(const char *other) const { return compare(_bstr_t(other)) != 0; }
    template <typename Character> bool operator<(const Character *other) const { return compare(_bstr_t(other)) < 0; }
    template <typename Character> bool operator>(const Character *other) const { return compare(_bstr_t(other)) > 0; }
    template <typename Character> bool operator<=(const Character *other) const { return compare(_bstr_t(other)) <= 0; }
    template <typename Character> bool operator>=(const Character *other) const { return compare(_bstr_t(other)) >= 0; }
    friend bool operator==(const wchar_t *left, const _bstr_t &right) { return right == left; }
    friend bool operator!=(const wchar_t *left, const _bstr_t &right) { return right != left; }
    friend bool operator==(const char *left, const _bstr_t &right) { return right == left; }
    friend bool operator!=(const char *left, const _bstr_t &right) { return right != left; }

    unsigned int length() const noexcept { return SysStringLen(wide()); }
    /* A text for SysFreeString, or this object's own. */
    BSTR copy(bool duplicated = true) const { return duplicated ? duplicate(wide()) : wide(); }
    BSTR &GetBSTR() { return alone()->wide; }
    /* For a function that makes a text: what was here is let go. */
    BSTR *GetAddress() {
        release();
        return &alone()->wide;
    }
    void Attach(BSTR text) { *this = _bstr_t(text, false); }
    /* The text, which is the caller's from now on. */
    BSTR Detach() {
        BSTR mine = NULL;
        if (!shared_) return NULL;
        if (__atomic_load_n(&shared_->refs, __ATOMIC_ACQUIRE) == 1) {
            mine = shared_->wide;
            shared_->wide = NULL;
        } else {
            mine = duplicate(shared_->wide);
        }
        release();
        return mine;
    }
    void Assign(BSTR text) { *this = _bstr_t(text, true); }

  private:
    struct Shared {
        unsigned long refs;
        BSTR wide;
        char *narrow; /* made when it is asked for */
    };

    static BSTR checked(BSTR made) {
        if (!made) _com_issue_error(E_OUTOFMEMORY);
        return made;
    }
    static BSTR duplicate(BSTR text) {
        return text ? checked(SysAllocStringByteLen(reinterpret_cast<const char *>(text), SysStringByteLen(text))) : NULL;
    }
    wchar_t *wide() const noexcept { return shared_ ? shared_->wide : NULL; }
    char *narrow() const {
        char *made = NULL, *there;
        if (!wide()) return NULL;
        there = __atomic_load_n(&shared_->narrow, __ATOMIC_ACQUIRE);
        if (there) return there;
        _com_util::CheckError(wbem_utf8_of_bstr(wide(), &made));
        /* Another thread may have been quicker, with another copy of this object. */
        if (__atomic_compare_exchange_n(&shared_->narrow, &there, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return made;
        CoTaskMemFree(made);
        return there;
    }
    /* Takes a text over. On failure it is freed. */
    void own(BSTR text) {
        if (!text) return;
        shared_ = static_cast<Shared *>(CoTaskMemAlloc(sizeof *shared_));
        if (!shared_) {
            SysFreeString(text);
            _com_issue_error(E_OUTOFMEMORY);
        }
        shared_->refs = 1;
        shared_->wide = text;
        shared_->narrow = NULL;
    }
    /* This object's text, which from now on no copy shares and somebody may write to. */
    Shared *alone() {
        if (!shared_ || __atomic_load_n(&shared_->refs, __ATOMIC_ACQUIRE) != 1) {
            _bstr_t mine;
            mine.own(wide() ? duplicate(wide()) : checked(SysAllocStringLen(NULL, 0)));
            if (!wide()) {
                SysFreeString(mine.shared_->wide);
                mine.shared_->wide = NULL;
            }
            swap(mine);
        }
        CoTaskMemFree(shared_->narrow);
        shared_->narrow = NULL;
        return shared_;
    }
    int compare(const _bstr_t &other) const noexcept {
        const unsigned mine = length(), others = other.length();
        const int order = mine && others ? wmemcmp(wide(), other.wide(), mine < others ? mine : others) : 0;
        return order ? order : mine < others ? -1 : mine > others;
    }
    void swap(_bstr_t &other) noexcept {
        Shared *mine = shared_;
        shared_ = other.shared_;
        other.shared_ = mine;
    }
    void add_ref() noexcept {
        if (shared_) __atomic_add_fetch(&shared_->refs, 1, __ATOMIC_RELAXED);
    }
    void release() noexcept {
        if (shared_ && __atomic_sub_fetch(&shared_->refs, 1, __ATOMIC_ACQ_REL) == 0) {
            SysFreeString(shared_->wide);
            CoTaskMemFree(shared_->narrow);
            CoTaskMemFree(shared_);
        }
        shared_ = NULL;
    }

    Shared *shared_;
};

/* A value. Its members are those of a VARIANT. */
class _variant_t : public tagVARIANT {
  public:
    _variant_t() noexcept { VariantInit(this); }
    _variant_t(const _variant_t &other) { copy_of(&other); }
    _variant_t(_variant_t &&other) noexcept { take(&other); }
    _variant_t(const VARIANT &other) { copy_of(&other); }
    _variant_t(const VARIANT *other) { copy_of(other); }
    _variant_t(VARIANT &other, bool copy) { /* not copied: taken over */
        if (copy)
            copy_of(&other);
        else
            take(&other);
    }
    _variant_t(short number, VARTYPE type = VT_I2) {
        begin(type, VT_I2, VT_BOOL, VT_BOOL);
        if (type == VT_BOOL)
            boolVal = number ? VARIANT_TRUE : VARIANT_FALSE;
        else
            iVal = number;
    }
    _variant_t(long number, VARTYPE type = VT_I4) {
        begin(type, VT_I4, VT_ERROR, VT_BOOL);
        if (type == VT_BOOL)
            boolVal = number ? VARIANT_TRUE : VARIANT_FALSE;
        else if (type == VT_ERROR)
            scode = static_cast<SCODE>(number);
        else
            lVal = number;
    }
    _variant_t(int number, VARTYPE type = VT_INT) {
        begin(type, VT_INT, VT_I4, VT_I4);
        if (type == VT_I4)
            lVal = number;
        else
            intVal = number;
    }
    _variant_t(float number) {
        begin(VT_R4);
        fltVal = number;
    }
    _variant_t(double number, VARTYPE type = VT_R8) {
        begin(type, VT_R8, VT_DATE, VT_DATE);
        dblVal = number;
    }
    _variant_t(bool truth) {
        begin(VT_BOOL);
        boolVal = truth ? VARIANT_TRUE : VARIANT_FALSE;
    }
    _variant_t(char number) {
        begin(VT_I1);
        cVal = number;
    }
    _variant_t(unsigned char number) {
        begin(VT_UI1);
        bVal = number;
    }
    _variant_t(unsigned short number) {
        begin(VT_UI2);
        uiVal = number;
    }
    _variant_t(unsigned long number) {
        begin(VT_UI4);
        ulVal = number;
    }
    _variant_t(unsigned int number, VARTYPE type = VT_UINT) {
        begin(type, VT_UINT, VT_UI4, VT_UI4);
        if (type == VT_UI4)
            ulVal = number;
        else
            uintVal = number;
    }
    _variant_t(long long number) {
        begin(VT_I8);
        llVal = number;
    }
    _variant_t(unsigned long long number) {
        begin(VT_UI8);
        ullVal = number;
    }
    _variant_t(const _bstr_t &text) { text_of(text.copy()); }
    _variant_t(const wchar_t *text) { text_of(_bstr_t(text).Detach()); }
    _variant_t(const char *text) { text_of(_bstr_t(text).Detach()); }
    _variant_t(IUnknown *object, bool add_ref = true) {
        begin(VT_UNKNOWN);
        punkVal = object;
        if (object && add_ref) object->AddRef();
    }
    ~_variant_t() { VariantClear(this); }

    _variant_t &operator=(const _variant_t &other) { return *this = static_cast<const VARIANT &>(other); }
    _variant_t &operator=(_variant_t &&other) noexcept {
        VARIANT mine = *this;
        static_cast<VARIANT &>(*this) = other;
        static_cast<VARIANT &>(other) = mine;
        return *this;
    }
    _variant_t &operator=(const VARIANT &other) {
        _com_util::CheckError(VariantCopy(this, &other));
        return *this;
    }
    _variant_t &operator=(const VARIANT *other) { return *this = _variant_t(other); }
    template <typename Value> _variant_t &operator=(const Value &value) { return *this = _variant_t(value); }
    template <typename Character, size_t count> _variant_t &operator=(const Character (&text)[count]) {
        return *this = _variant_t(static_cast<const Character *>(text));
    }

    /* Each converts (VariantChangeType) if the value is of another type. A _bstr_t is made of a _variant_t by its constructor. */
    operator short() const { return changed(VT_I2).iVal; }
    operator long() const { return changed(VT_I4).lVal; }
    operator int() const { return changed(VT_INT).intVal; }
    operator float() const { return changed(VT_R4).fltVal; }
    operator double() const { return changed(VT_R8).dblVal; }
    operator bool() const { return changed(VT_BOOL).boolVal != VARIANT_FALSE; }
    operator char() const { return changed(VT_I1).cVal; }
    operator unsigned char() const { return changed(VT_UI1).bVal; }
    operator unsigned short() const { return changed(VT_UI2).uiVal; }
    operator unsigned long() const { return changed(VT_UI4).ulVal; }
    operator unsigned int() const { return changed(VT_UINT).uintVal; }
    operator long long() const { return changed(VT_I8).llVal; }
    operator unsigned long long() const { return changed(VT_UI8).ullVal; }
    operator IUnknown *() const { /* with a reference for the caller */
        if (vt != VT_UNKNOWN) _com_issue_error(DISP_E_TYPEMISMATCH);
        if (punkVal) punkVal->AddRef();
        return punkVal;
    }

    /* Equal in type and value; texts character for character. */
    bool operator==(const VARIANT &other) const { return equals(&other); }
    bool operator!=(const VARIANT &other) const { return !equals(&other); }
    bool operator==(const VARIANT *other) const { return equals(other); }
    bool operator!=(const VARIANT *other) const { return !equals(other); }
    bool operator==(const _variant_t &other) const { return equals(&other); }
    bool operator!=(const _variant_t &other) const { return !equals(&other); }

    void Clear() { _com_util::CheckError(VariantClear(this)); }
    void Attach(VARIANT &other) {
        Clear();
        take(&other);
    }
    VARIANT Detach() {
        VARIANT mine = *this;
        VariantInit(this);
        return mine;
    }
    VARIANT &GetVARIANT() noexcept { return *this; }
    VARIANT *GetAddress() {
        Clear();
        return this;
    }
    /* @param from  NULL: this value itself */
    void ChangeType(VARTYPE type, const _variant_t *from = NULL) {
        _com_util::CheckError(VariantChangeType(this, from ? from : this, 0, type));
    }
    void SetString(const char *text) { *this = _variant_t(text); }

  private:
    void begin(VARTYPE type) noexcept {
        VariantInit(this);
        vt = type;
    }
    void begin(VARTYPE type, VARTYPE first, VARTYPE second, VARTYPE third) {
        if (type != first && type != second && type != third) _com_issue_error(E_INVALIDARG);
        begin(type);
    }
    void take(VARIANT *other) noexcept {
        static_cast<VARIANT &>(*this) = *other;
        VariantInit(other);
    }
    void copy_of(const VARIANT *other) {
        VariantInit(this);
        if (other) _com_util::CheckError(VariantCopy(this, other));
    }
    void text_of(BSTR owned) noexcept {
        begin(VT_BSTR);
        bstrVal = owned;
    }
    _variant_t changed(VARTYPE type) const {
        _variant_t made;
        _com_util::CheckError(VariantChangeType(&made, this, 0, type));
        return made;
    }
    bool equals(const VARIANT *other) const { return other && wbem_same_variant(*this, *other); }
};

inline _bstr_t::_bstr_t(const _variant_t &variant) : shared_(NULL) {
    if (variant.vt == VT_BSTR) {
        own(duplicate(variant.bstrVal));
    } else {
        _variant_t text;
        text.ChangeType(VT_BSTR, &variant);
        own(text.Detach().bstrVal);
    }
}

inline _bstr_t &_bstr_t::operator=(const _variant_t &variant) { return *this = _bstr_t(variant); }

typedef _bstr_t bstr_t;
typedef _variant_t variant_t;

#include "comdef.h"

#endif

WBEM_FINISH

#endif
