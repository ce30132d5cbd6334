/* SPDX-License-Identifier: MIT */
/* atlcomcli.h: CComPtr, CComQIPtr, CComBSTR, CComVariant: the other family of classes that let go by themselves. They throw
 * nothing: their methods return codes, and a text that could not be made is NULL. */
#ifndef WBEM_ATLCOMCLI_H
#define WBEM_ATLCOMCLI_H

#include "comutil.h"

WBEM_BEGIN_CXX

#ifdef __cplusplus

template <typename T> class CComPtr {
  public:
    CComPtr() noexcept : p(NULL) {}
    CComPtr(T *object) noexcept : p(object) { add(p); }
    CComPtr(const CComPtr &other) noexcept : p(other.p) { add(p); }
    CComPtr(CComPtr &&other) noexcept : p(other.p) { other.p = NULL; }
    ~CComPtr() { Release(); }
    CComPtr &operator=(T *object) noexcept {
        add(object);
        Release();
        p = object;
        return *this;
    }
    CComPtr &operator=(const CComPtr &other) noexcept { return *this = other.p; }
    /* From another interface of an object: NULL if the object has not got this one. */
    template <typename Q> CComPtr &operator=(const CComPtr<Q> &other) noexcept {
        take(other.p, 0);
        return *this;
    }
    CComPtr &operator=(CComPtr &&other) noexcept {
        T *mine = p;
        p = other.p;
        other.p = mine;
        return *this;
    }

    operator T *() const noexcept { return p; }
    T &operator*() const noexcept { return *p; }
    T *operator->() const noexcept { return p; }
    /* For a function that makes an object; there must be none. */
    T **operator&() noexcept { return &p; }
    bool operator!() const noexcept { return p == NULL; }
    bool operator==(T *other) const noexcept { return p == other; }
    bool operator!=(T *other) const noexcept { return p != other; }
    bool operator<(T *other) const noexcept { return p < other; }

    void Release() noexcept {
        T *mine = p;
        p = NULL;
        if (mine) mine->Release();
    }
    void Attach(T *object) noexcept {
        Release();
        p = object;
    }
    T *Detach() noexcept {
        T *mine = p;
        p = NULL;
        return mine;
    }
    HRESULT CopyTo(T **out) const noexcept {
        if (!out) return E_POINTER;
        add(p);
        *out = p;
        return S_OK;
    }
    HRESULT CoCreateInstance(REFCLSID class_id, IUnknown *outer = NULL, DWORD context = CLSCTX_ALL) noexcept {
        Release();
        return ::CoCreateInstance(class_id, outer, context, __uuidof(T), reinterpret_cast<void **>(&p));
    }
    template <typename Q> HRESULT QueryInterface(Q **out) const noexcept {
        return p ? p->QueryInterface(__uuidof(Q), reinterpret_cast<void **>(out)) : E_POINTER;
    }
    /* Whether both are interfaces of one object. */
    bool IsEqualObject(IUnknown *other) const noexcept {
        CComPtr<IUnknown> mine, others;
        if (!p || !other) return !p && !other;
        (void)p->QueryInterface(IID_IUnknown, reinterpret_cast<void **>(&mine));
        (void)other->QueryInterface(IID_IUnknown, reinterpret_cast<void **>(&others));
        return mine.p == others.p;
    }

    T *p;

  private:
    static void add(T *object) noexcept {
        if (object) object->AddRef();
    }
    /* The first, if a Q is a T; else the object is asked. */
    static void is(T *object) noexcept;
    template <typename Q> auto take(Q *object, int) noexcept -> decltype(is(object)) { *this = static_cast<T *>(object); }
    template <typename Q> void take(Q *object, long) noexcept {
        CComPtr fresh;
        if (object && FAILED(object->QueryInterface(__uuidof(T), reinterpret_cast<void **>(&fresh.p)))) fresh.p = NULL;
        *this = fresh;
    }
};

/* From any interface of an object: NULL if the object has not got this one. @param id  NULL: the one that __uuidof knows */
template <typename T, const IID *id = nullptr> class CComQIPtr : public CComPtr<T> {
  public:
    CComQIPtr() noexcept {}
    CComQIPtr(T *object) noexcept : CComPtr<T>(object) {}
    CComQIPtr(const CComQIPtr &other) noexcept : CComPtr<T>(other.p) {}
    CComQIPtr(IUnknown *object) noexcept { ask(object); }
    CComQIPtr &operator=(const CComQIPtr &other) noexcept { return *this = other.p; }
    CComQIPtr &operator=(T *object) noexcept {
        CComPtr<T>::operator=(object);
        return *this;
    }
    CComQIPtr &operator=(IUnknown *object) noexcept {
        CComQIPtr fresh(object);
        CComPtr<T>::operator=(fresh.p);
        return *this;
    }

  private:
    static REFIID wanted(const IID *given) { return given ? *given : wbem_uuid_of<T>::value(); }
    void ask(IUnknown *object) noexcept {
        if (object && FAILED(object->QueryInterface(wanted(id), reinterpret_cast<void **>(&this->p)))) this->p = NULL;
    }
};
template <const IID *id> class CComQIPtr<IUnknown, id> : public CComPtr<IUnknown> {
  public:
    CComQIPtr() noexcept {}
    CComQIPtr(IUnknown *object) noexcept {
        if (object && FAILED(object->QueryInterface(IID_IUnknown, reinterpret_cast<void **>(&p)))) p = NULL;
    }
};

class CComBSTR {
  public:
    CComBSTR() noexcept : m_str(NULL) {}
    CComBSTR(const CComBSTR &other) noexcept : m_str(other.Copy()) {}
    CComBSTR(CComBSTR &&other) noexcept : m_str(other.Detach()) {}
    CComBSTR(LPCOLESTR text) noexcept : m_str(SysAllocString(text)) {}
    CComBSTR(LPCSTR text) noexcept : m_str(text ? wbem_bstr_of_utf8(text) : NULL) {}
    CComBSTR(int length, LPCOLESTR text) noexcept
        : m_str(length < 0 ? NULL : SysAllocStringLen(text, static_cast<UINT>(length))) {}
    explicit CComBSTR(int length) noexcept : m_str(length < 0 ? NULL : SysAllocStringLen(NULL, static_cast<UINT>(length))) {}
    explicit CComBSTR(REFGUID id) noexcept : m_str(SysAllocStringLen(NULL, 38)) {
        if (m_str) StringFromGUID2(id, m_str, 39);
    }
    ~CComBSTR() { SysFreeString(m_str); }
    CComBSTR &operator=(const CComBSTR &other) noexcept { return this == &other.self() ? *this : put(other.Copy()); }
    CComBSTR &operator=(CComBSTR &&other) noexcept {
        BSTR mine = m_str;
        m_str = other.m_str;
        other.m_str = mine;
        return *this;
    }
    CComBSTR &operator=(LPCOLESTR text) noexcept { return put(SysAllocString(text)); }
    CComBSTR &operator=(LPCSTR text) noexcept { return put(text ? wbem_bstr_of_utf8(text) : NULL); }

    operator BSTR() const noexcept { return m_str; }
    /* For a function that makes a text; there must be none. */
    BSTR *operator&() noexcept { return &m_str; }
    bool operator!() const noexcept { return m_str == NULL; }
    bool operator==(const CComBSTR &other) const noexcept { return compare(other.m_str, other.Length()) == 0; }
    bool operator!=(const CComBSTR &other) const noexcept { return compare(other.m_str, other.Length()) != 0; }
    bool operator<(const CComBSTR &other) const noexcept { return compare(other.m_str, other.Length()) < 0; }
    bool operator==(LPCOLESTR other) const noexcept { return compare(other, length_of(other)) == 0; }
    bool operator!=(LPCOLESTR other) const noexcept { return compare(other, length_of(other)) != 0; }

    UINT Length() const noexcept { return SysStringLen(m_str); }
    UINT ByteLength() const noexcept { return SysStringByteLen(m_str); }
    BSTR Copy() const noexcept {
        return m_str ? SysAllocStringByteLen(reinterpret_cast<const char *>(m_str), ByteLength()) : NULL;
    }
    HRESULT CopyTo(BSTR *out) const noexcept {
        if (!out) return E_POINTER;
        *out = Copy();
        return *out || !m_str ? S_OK : E_OUTOFMEMORY;
    }
    HRESULT CopyTo(VARIANT *out) const noexcept {
        if (!out) return E_POINTER;
        out->vt = VT_BSTR;
        return CopyTo(&out->bstrVal);
    }
    void Attach(BSTR text) noexcept {
        if (text != m_str) put(text);
    }
    BSTR Detach() noexcept {
        BSTR mine = m_str;
        m_str = NULL;
        return mine;
    }
    void Empty() noexcept { put(NULL); }
    HRESULT Append(LPCOLESTR text, int length) noexcept {
        const UINT mine = Length(), more = static_cast<UINT>(length);
        if (length < 0 || (length && !text)) return E_INVALIDARG;
        BSTR both = more > ~0u - mine ? NULL : SysAllocStringLen(NULL, mine + more);
        if (!both) return E_OUTOFMEMORY;
        if (mine) memcpy(both, m_str, mine * sizeof(OLECHAR));
        if (more) memcpy(both + mine, text, more * sizeof(OLECHAR));
        put(both);
        return S_OK;
    }
    HRESULT Append(LPCOLESTR text) noexcept { return Append(text, static_cast<int>(length_of(text))); }
    HRESULT Append(const CComBSTR &other) noexcept { return Append(other.m_str, static_cast<int>(other.Length())); }
    HRESULT Append(LPCSTR text) noexcept {
        const CComBSTR wide(text);
        return text && !wide ? E_OUTOFMEMORY : Append(wide);
    }
    HRESULT Append(wchar_t character) noexcept { return Append(&character, 1); }
    HRESULT AppendBSTR(BSTR text) noexcept { return Append(text, static_cast<int>(SysStringLen(text))); }
    CComBSTR &operator+=(LPCOLESTR text) noexcept {
        (void)Append(text);
        return *this;
    }
    CComBSTR &operator+=(const CComBSTR &other) noexcept {
        (void)Append(other);
        return *this;
    }

    BSTR m_str;

  private:
    const CComBSTR &self() const noexcept { return *this; }
    static UINT length_of(LPCOLESTR text) noexcept { return text ? static_cast<UINT>(wcslen(text)) : 0; }
    CComBSTR &put(BSTR text) noexcept {
        SysFreeString(m_str);
        m_str = text;
        return *this;
    }
    int compare(LPCOLESTR other, UINT length) const noexcept {
        const UINT mine = Length();
        const int order = mine && length ? wmemcmp(m_str, other, mine < length ? mine : length) : 0;
        return order ? order : mine < length ? -1 : mine > length;
    }
};

class CComVariant : public tagVARIANT {
  public:
    CComVariant() noexcept { VariantInit(this); }
    CComVariant(const CComVariant &other) noexcept { copy_of(&other); }
    CComVariant(CComVariant &&other) noexcept {
        static_cast<VARIANT &>(*this) = other;
        VariantInit(&other);
    }
    CComVariant(const VARIANT &other) noexcept { copy_of(&other); }
    CComVariant(LPCOLESTR text) noexcept { text_of(SysAllocString(text), text != NULL); }
    CComVariant(LPCSTR text) noexcept { text_of(text ? wbem_bstr_of_utf8(text) : NULL, text != NULL); }
    CComVariant(const CComBSTR &text) noexcept { text_of(text.Copy(), text.m_str != NULL); }
    CComVariant(bool truth) noexcept {
        begin(VT_BOOL);
        boolVal = truth ? VARIANT_TRUE : VARIANT_FALSE;
    }
    CComVariant(int number, VARTYPE type = VT_I4) noexcept {
        begin(type == VT_INT ? VT_INT : VT_I4);
        if (type == VT_INT)
            intVal = number;
        else
            lVal = number;
    }
    CComVariant(unsigned int number, VARTYPE type = VT_UI4) noexcept {
        begin(type == VT_UINT ? VT_UINT : VT_UI4);
        if (type == VT_UINT)
            uintVal = number;
        else
            ulVal = number;
    }
    CComVariant(char number) noexcept {
        begin(VT_I1);
        cVal = number;
    }
    CComVariant(unsigned short number) noexcept {
        begin(VT_UI2);
        uiVal = number;
    }
    CComVariant(BYTE number) noexcept {
        begin(VT_UI1);
        bVal = number;
    }
    CComVariant(short number) noexcept {
        begin(VT_I2);
        iVal = number;
    }
    CComVariant(long number, VARTYPE type = VT_I4) noexcept {
        begin(type == VT_ERROR ? VT_ERROR : VT_I4);
        if (type == VT_ERROR)
            scode = static_cast<SCODE>(number);
        else
            lVal = number;
    }
    CComVariant(unsigned long number) noexcept {
        begin(VT_UI4);
        ulVal = number;
    }
    CComVariant(long long number) noexcept {
        begin(VT_I8);
        llVal = number;
    }
    CComVariant(unsigned long long number) noexcept {
        begin(VT_UI8);
        ullVal = number;
    }
    CComVariant(float number) noexcept {
        begin(VT_R4);
        fltVal = number;
    }
    CComVariant(double number, VARTYPE type = VT_R8) noexcept {
        begin(type == VT_DATE ? VT_DATE : VT_R8);
        dblVal = number;
    }
    CComVariant(IUnknown *object) noexcept {
        begin(VT_UNKNOWN);
        punkVal = object;
        if (object) object->AddRef();
    }
    CComVariant(const SAFEARRAY *array) noexcept {
        SAFEARRAY *copy = NULL;
        VARTYPE type;
        VariantInit(this);
        HRESULT done = SafeArrayGetVartype(const_cast<SAFEARRAY *>(array), &type);
        if (SUCCEEDED(done)) done = SafeArrayCopy(const_cast<SAFEARRAY *>(array), &copy);
        if (FAILED(done)) {
            failed(done);
        } else {
            vt = static_cast<VARTYPE>(type | VT_ARRAY);
            parray = copy;
        }
    }
    ~CComVariant() { VariantClear(this); }
    CComVariant &operator=(const CComVariant &other) noexcept { return *this = static_cast<const VARIANT &>(other); }
    CComVariant &operator=(CComVariant &&other) noexcept {
        VARIANT mine = *this;
        static_cast<VARIANT &>(*this) = other;
        static_cast<VARIANT &>(other) = mine;
        return *this;
    }
    CComVariant &operator=(const VARIANT &other) noexcept {
        const HRESULT done = VariantCopy(this, &other);
        if (FAILED(done)) failed(done);
        return *this;
    }
    template <typename Value> CComVariant &operator=(const Value &value) noexcept { return *this = CComVariant(value); }
    template <typename Character, size_t count> CComVariant &operator=(const Character (&text)[count]) noexcept {
        return *this = CComVariant(static_cast<const Character *>(text));
    }

    /* Equal in type and value; texts character for character. */
    bool operator==(const VARIANT &other) const noexcept { return wbem_same_variant(*this, other); }
    bool operator!=(const VARIANT &other) const noexcept { return !wbem_same_variant(*this, other); }
    bool operator==(const CComVariant &other) const noexcept { return wbem_same_variant(*this, other); }
    bool operator!=(const CComVariant &other) const noexcept { return !wbem_same_variant(*this, other); }

    HRESULT Clear() noexcept { return VariantClear(this); }
    HRESULT Copy(const VARIANT *other) noexcept { return VariantCopy(this, other); }
    HRESULT CopyTo(VARIANT *out) const noexcept {
        if (!out) return E_POINTER;
        return VariantCopy(out, this);
    }
    HRESULT Attach(VARIANT *other) noexcept {
        if (!other) return E_INVALIDARG;
        if (other == this) return S_OK;
        const HRESULT done = Clear();
        if (FAILED(done)) return done;
        static_cast<VARIANT &>(*this) = *other;
        VariantInit(other);
        return S_OK;
    }
    HRESULT Detach(VARIANT *out) noexcept {
        if (!out) return E_POINTER;
        *out = *this;
        VariantInit(this);
        return S_OK;
    }
    /* @param from  NULL: this value itself */
    HRESULT ChangeType(VARTYPE type, const VARIANT *from = NULL) noexcept {
        return VariantChangeType(this, from ? from : this, 0, type);
    }

  private:
    void begin(VARTYPE type) noexcept {
        VariantInit(this);
        vt = type;
    }
    /* What could not be made is an error's code, as with the original. */
    void failed(HRESULT code) noexcept {
        (void)VariantClear(this);
        begin(VT_ERROR);
        scode = code;
    }
    void copy_of(const VARIANT *other) noexcept {
        VariantInit(this);
        const HRESULT done = VariantCopy(this, other);
        if (FAILED(done)) failed(done);
    }
    void text_of(BSTR owned, bool wanted) noexcept {
        begin(VT_BSTR);
        bstrVal = owned;
        if (wanted && !owned) failed(E_OUTOFMEMORY);
    }
};

#endif

WBEM_FINISH

#endif
