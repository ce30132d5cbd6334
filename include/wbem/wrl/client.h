/* SPDX-License-Identifier: MIT */
/* client.h: Microsoft::WRL::ComPtr, the counting pointer of newer sources, which they include as wrl/client.h. It throws nothing.
 */
#ifndef WBEM_WRL_CLIENT_H
#define WBEM_WRL_CLIENT_H

#include "windows.h"

#ifdef __cplusplus

#include <cstddef>

WBEM_BEGIN_CXX

namespace Microsoft {
namespace WRL {

template <typename T> class ComPtr;

namespace Details {

/* What & gives of a ComPtr: its pointer's address, for a function that makes an object. What was there is let go then, and not if
 * the ComPtr itself is asked for. */
template <typename T> class ComPtrRef {
  public:
    typedef typename T::InterfaceType InterfaceType;
    explicit ComPtrRef(T *to) noexcept : to_(to) {}
    operator void **() const noexcept { return reinterpret_cast<void **>(to_->ReleaseAndGetAddressOf()); }
    operator T *() const noexcept { return to_; }
    operator InterfaceType **() const noexcept { return to_->ReleaseAndGetAddressOf(); }
    InterfaceType *operator*() const noexcept { return to_->Get(); }
    InterfaceType *const *GetAddressOf() const noexcept { return to_->GetAddressOf(); }
    InterfaceType **ReleaseAndGetAddressOf() const noexcept { return to_->ReleaseAndGetAddressOf(); }

  private:
    T *to_;
};

} // namespace Details

template <typename T> class ComPtr {
  public:
    typedef T InterfaceType;

    ComPtr() noexcept : ptr_(NULL) {}
    ComPtr(std::nullptr_t) noexcept : ptr_(NULL) {}
    template <typename U> ComPtr(U *object) noexcept : ptr_(object) { add(); }
    ComPtr(const ComPtr &other) noexcept : ptr_(other.ptr_) { add(); }
    template <typename U> ComPtr(const ComPtr<U> &other) noexcept : ptr_(other.Get()) { add(); }
    ComPtr(ComPtr &&other) noexcept : ptr_(other.Detach()) {}
    template <typename U> ComPtr(ComPtr<U> &&other) noexcept : ptr_(other.Detach()) {}
    ~ComPtr() { Reset(); }

    ComPtr &operator=(std::nullptr_t) noexcept {
        Reset();
        return *this;
    }
    template <typename U> ComPtr &operator=(U *object) noexcept {
        ComPtr(object).Swap(*this);
        return *this;
    }
    ComPtr &operator=(const ComPtr &other) noexcept {
        ComPtr(other).Swap(*this);
        return *this;
    }
    template <typename U> ComPtr &operator=(const ComPtr<U> &other) noexcept {
        ComPtr(other).Swap(*this);
        return *this;
    }
    ComPtr &operator=(ComPtr &&other) noexcept {
        ComPtr(static_cast<ComPtr &&>(other)).Swap(*this);
        return *this;
    }
    template <typename U> ComPtr &operator=(ComPtr<U> &&other) noexcept {
        ComPtr(static_cast<ComPtr<U> &&>(other)).Swap(*this);
        return *this;
    }

    void Swap(ComPtr &other) noexcept {
        T *mine = ptr_;
        ptr_ = other.ptr_;
        other.ptr_ = mine;
    }
    void Swap(ComPtr &&other) noexcept { Swap(other); }

    T *Get() const noexcept { return ptr_; }
    T *operator->() const noexcept { return ptr_; }
    explicit operator bool() const noexcept { return ptr_ != NULL; }
    T *const *GetAddressOf() const noexcept { return &ptr_; }
    T **GetAddressOf() noexcept { return &ptr_; }
    T **ReleaseAndGetAddressOf() noexcept {
        Reset();
        return &ptr_;
    }
    Details::ComPtrRef<ComPtr> operator&() noexcept { return Details::ComPtrRef<ComPtr>(this); }
    T *Detach() noexcept {
        T *mine = ptr_;
        ptr_ = NULL;
        return mine;
    }
    void Attach(T *object) noexcept {
        Reset();
        ptr_ = object;
    }
    /* Returns how many references are left; 0: there was no object. */
    unsigned long Reset() noexcept {
        T *mine = Detach();
        return mine ? mine->Release() : 0;
    }

    /* Another interface of the object. Return as QueryInterface. */
    template <typename U> HRESULT As(Details::ComPtrRef<ComPtr<U>> out) const noexcept {
        return ptr_->QueryInterface(__uuidof(U), static_cast<void **>(out));
    }
    template <typename U> HRESULT As(ComPtr<U> *out) const noexcept {
        return ptr_->QueryInterface(__uuidof(U), reinterpret_cast<void **>(out->ReleaseAndGetAddressOf()));
    }
    HRESULT CopyTo(T **out) const noexcept {
        add();
        *out = ptr_;
        return S_OK;
    }
    HRESULT CopyTo(REFIID id, void **out) const noexcept { return ptr_->QueryInterface(id, out); }
    template <typename U> HRESULT CopyTo(U **out) const noexcept {
        return ptr_->QueryInterface(__uuidof(U), reinterpret_cast<void **>(out));
    }

  private:
    void add() const noexcept {
        if (ptr_) ptr_->AddRef();
    }
    T *ptr_;
};

template <typename T, typename U> inline bool operator==(const ComPtr<T> &left, const ComPtr<U> &right) noexcept {
    return left.Get() == right.Get();
}
template <typename T, typename U> inline bool operator!=(const ComPtr<T> &left, const ComPtr<U> &right) noexcept {
    return left.Get() != right.Get();
}
template <typename T> inline bool operator==(const ComPtr<T> &left, std::nullptr_t) noexcept { return !left.Get(); }
template <typename T> inline bool operator!=(const ComPtr<T> &left, std::nullptr_t) noexcept { return left.Get() != NULL; }
template <typename T> inline bool operator==(std::nullptr_t, const ComPtr<T> &right) noexcept { return !right.Get(); }
template <typename T> inline bool operator!=(std::nullptr_t, const ComPtr<T> &right) noexcept { return right.Get() != NULL; }
template <typename T> inline bool operator<(const ComPtr<T> &left, const ComPtr<T> &right) noexcept {
    return left.Get() < right.Get();
}

} // namespace WRL
} // namespace Microsoft

/* For IID_PPV_ARGS(&pointer). */
template <typename T> inline REFIID wbem_uuid_of_pointer(const Microsoft::WRL::Details::ComPtrRef<Microsoft::WRL::ComPtr<T>> &) {
    return wbem_uuid_of<T>::value();
}
template <typename T> inline void **wbem_void_pointer(const Microsoft::WRL::Details::ComPtrRef<Microsoft::WRL::ComPtr<T>> &out) {
    return out;
}

WBEM_FINISH

#endif

#endif
