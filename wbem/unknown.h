/* SPDX-License-Identifier: MIT */
/* unknown.h: what every object of this room is made of: its count, its QueryInterface, and a way to keep exceptions inside. */
#ifndef WBEM_ROOM_UNKNOWN_H
#define WBEM_ROOM_UNKNOWN_H

#include "checking.h"

#include <atomic>
#include <initializer_list>
#include <new>
#include <typeinfo>
#include <wbemcli.h>

namespace wbem {

/* An object of one interface. Begins with one reference, which is its maker's. A class says which other identifiers it answers to
 * by overriding `find`. */
template <typename Interface> class Counted : public Interface {
  public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **out) override {
        if (!out) return E_POINTER;
        *out = find(riid);
        if (!*out) return E_NOINTERFACE;
        AddRef();
        return S_OK;
    }
    ULONG STDMETHODCALLTYPE AddRef() override { return refs_.fetch_add(1, std::memory_order_relaxed) + 1; }
    ULONG STDMETHODCALLTYPE Release() override {
        ULONG left = refs_.fetch_sub(1, std::memory_order_acq_rel) - 1;
        if (left == 0) delete this;
        return left;
    }
    Counted(const Counted &) = delete;
    Counted &operator=(const Counted &) = delete;
#ifdef WBEM_CHECKING
    static void *operator new(size_t size) { return ::operator new(size); }
    static void *operator new(size_t size, const std::nothrow_t &none) noexcept { return ::operator new(size, none); }
    static void operator delete(void *memory, size_t size) noexcept { bury(memory, size, typeid(Interface).name()); }
#endif

  protected:
    Counted() noexcept : refs_(1) {}
    virtual ~Counted() {}
    /* The pointer for an identifier, without a reference; NULL: not served. */
    virtual void *find(REFIID riid) {
        if (riid == IID_IUnknown || riid == wbem_uuid_of<Interface>::value()) return static_cast<Interface *>(this);
        return nullptr;
    }

  private:
    std::atomic<ULONG> refs_;
};

/* A reference that is let go at the end of a block. */
template <typename T> class Ref {
  public:
    Ref() noexcept : to_(nullptr) {}
    explicit Ref(T *owned) noexcept : to_(owned) {} /* takes the reference over */
    Ref(const Ref &other) noexcept : to_(other.to_) {
        if (to_) to_->AddRef();
    }
    Ref(Ref &&other) noexcept : to_(other.take()) {}
    Ref &operator=(Ref other) noexcept {
        T *mine = to_;
        to_ = other.to_;
        other.to_ = mine;
        return *this;
    }
    ~Ref() {
        if (to_) to_->Release();
    }
    static Ref share(T *borrowed) noexcept {
        if (borrowed) borrowed->AddRef();
        return Ref(borrowed);
    }
    T *get() const noexcept { return to_; }
    T *operator->() const noexcept { return to_; }
    explicit operator bool() const noexcept { return to_ != nullptr; }
    T *take() noexcept { /* the reference is the caller's from now on */
        T *mine = to_;
        to_ = nullptr;
        return mine;
    }

  private:
    T *to_;
};

/* Runs the body of a method. What it throws for want of memory becomes a code; nothing leaves. */
template <typename Body> HRESULT guarded(Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return WBEM_E_OUT_OF_MEMORY;
    } catch (...) {
        return WBEM_E_UNEXPECTED;
    }
}

} // namespace wbem

#endif
