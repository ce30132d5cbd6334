/* SPDX-License-Identifier: MIT */
/* comip.h: _com_ptr_t, a pointer to an interface that counts. What fails throws _com_error. */
/* Whoever includes this one first gets it from there: its errors are comdef.h's, whose smart pointers are its own. */
#include "comdef.h"

#ifndef WBEM_COMIP_H
#define WBEM_COMIP_H

#ifdef __cplusplus

/* An interface and its identifier, for _com_ptr_t. */
template <typename Name, const IID *id> struct _com_IIID {
    typedef Name Interface;
    static REFIID GetIID() { return *id; }
};

template <typename Identified> class _com_ptr_t {
  public:
    typedef typename Identified::Interface Interface;

    _com_ptr_t() noexcept : to_(NULL) {}
    _com_ptr_t(Interface *object) noexcept : to_(object) { add(to_); }
    _com_ptr_t(Interface *object, bool add_ref) noexcept : to_(object) { /* not added: the reference is taken over */
        if (add_ref) add(to_);
    }
    _com_ptr_t(const _com_ptr_t &other) noexcept : to_(other.to_) { add(to_); }
    _com_ptr_t(_com_ptr_t &&other) noexcept : to_(other.to_) { other.to_ = NULL; }
    /* From another interface of an object: NULL if the object has not got this one. */
    template <typename Other> _com_ptr_t(const _com_ptr_t<Other> &other) : to_(NULL) { ask(other.GetInterfacePtr()); }
    template <typename Other> _com_ptr_t(Other *other) : to_(NULL) { ask(other); }
    /* From the object that a value holds; a value of another type throws. */
    _com_ptr_t(const _variant_t &value) : to_(NULL) { ask(object_in(value)); }
    explicit _com_ptr_t(REFCLSID class_id, IUnknown *outer = NULL, DWORD context = CLSCTX_ALL) : to_(NULL) {
        const HRESULT done = CreateInstance(class_id, outer, context);
        if (FAILED(done) && done != E_NOINTERFACE) _com_issue_error(done);
    }
    ~_com_ptr_t() { drop(); }

    _com_ptr_t &operator=(Interface *object) noexcept {
        add(object);
        drop();
        to_ = object;
        return *this;
    }
    _com_ptr_t &operator=(const _com_ptr_t &other) noexcept { return *this = other.to_; }
    _com_ptr_t &operator=(_com_ptr_t &&other) noexcept {
        Interface *mine = to_;
        to_ = other.to_;
        other.to_ = mine;
        return *this;
    }
    template <typename Other> _com_ptr_t &operator=(const _com_ptr_t<Other> &other) { return *this = _com_ptr_t(other); }
    template <typename Other> _com_ptr_t &operator=(Other *other) { return *this = _com_ptr_t(other); }
    _com_ptr_t &operator=(const _variant_t &value) { return *this = _com_ptr_t(value); }

    void Attach(Interface *object) noexcept {
        drop();
        to_ = object;
    }
    void Attach(Interface *object, bool add_ref) noexcept {
        if (add_ref) add(object);
        Attach(object);
    }
    Interface *Detach() noexcept {
        Interface *mine = to_;
        to_ = NULL;
        return mine;
    }
    Interface *GetInterfacePtr() const noexcept { return to_; }
    Interface *&GetInterfacePtr() noexcept { return to_; }
    void AddRef() { present()->AddRef(); }
    void Release() {
        present();
        drop();
    }
    HRESULT CreateInstance(REFCLSID class_id, IUnknown *outer = NULL, DWORD context = CLSCTX_ALL) noexcept {
        drop();
        return CoCreateInstance(class_id, outer, context, Identified::GetIID(), reinterpret_cast<void **>(&to_));
    }
    template <typename Other> HRESULT QueryInterface(REFIID id, Other **out) noexcept {
        return to_ ? to_->QueryInterface(id, reinterpret_cast<void **>(out)) : E_POINTER;
    }
    static REFIID GetIID() { return Identified::GetIID(); }

    operator Interface *() const noexcept { return to_; }
    operator Interface &() const { return *present(); }
    Interface &operator*() const { return *present(); }
    Interface *operator->() const { return present(); }
    /* For a function that makes an object: what was here is let go. */
    Interface **operator&() noexcept {
        drop();
        return &to_;
    }
    explicit operator bool() const noexcept { return to_ != NULL; }
    bool operator!() const noexcept { return to_ == NULL; }
    bool operator==(Interface *other) const noexcept { return to_ == other; }
    bool operator!=(Interface *other) const noexcept { return to_ != other; }
    bool operator==(const _com_ptr_t &other) const noexcept { return to_ == other.to_; }
    bool operator!=(const _com_ptr_t &other) const noexcept { return to_ != other.to_; }
    bool operator<(const _com_ptr_t &other) const noexcept { return to_ < other.to_; }

  private:
    static void add(Interface *object) noexcept {
        if (object) object->AddRef();
    }
    void drop() noexcept {
        Interface *mine = to_;
        to_ = NULL;
        if (mine) mine->Release();
    }
    static IUnknown *object_in(const VARIANT &value) {
        if (value.vt != VT_UNKNOWN) _com_issue_error(DISP_E_TYPEMISMATCH);
        return value.punkVal;
    }
    void ask(IUnknown *object) {
        if (!object) return;
        const HRESULT done = object->QueryInterface(Identified::GetIID(), reinterpret_cast<void **>(&to_));
        if (FAILED(done) && done != E_NOINTERFACE) _com_issue_error(done);
    }
    Interface *present() const {
        if (!to_) _com_issue_error(E_POINTER);
        return to_;
    }

    Interface *to_;
};

#endif

#endif
