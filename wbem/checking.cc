/* SPDX-License-Identifier: MIT */
/* checking.cc: what a checking build keeps of objects that are gone. Without WBEM_CHECKING there is nothing here. */
#include "checking.h"

#ifdef WBEM_CHECKING

#include <cstdio>
#include <deque>
#include <mutex>
#include <new>
#include <wbemcli.h>

namespace wbem {

namespace {

const size_t kept_most = 4096;

/* What lies where an object was. */
class Gone final : public IUnknown {
  public:
    explicit Gone(const char *name) noexcept : name_(name) {}
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void **out) override {
        fprintf(stderr, "%s: QueryInterface after the last Release\n", name_);
        if (out) *out = nullptr;
        return E_UNEXPECTED;
    }
    ULONG STDMETHODCALLTYPE AddRef() override {
        fprintf(stderr, "%s: AddRef after the last Release\n", name_);
        return 0;
    }
    ULONG STDMETHODCALLTYPE Release() override {
        name_release_too_many(name_);
        return 0;
    }

  private:
    const char *name_;
};

/* The objects that are gone, the oldest first. It lives as long as the process: the last Release may come from anywhere. */
struct Yard {
    std::mutex lock;
    std::deque<void *> kept;
};
Yard &yard() {
    static Yard *only = new Yard;
    return *only;
}

} // namespace

void name_release_too_many(const char *name) noexcept { fprintf(stderr, "%s: one Release too many\n", name); }

void bury(void *memory, size_t size, const char *name) noexcept {
    void *oldest = nullptr;
    while (*name >= '0' && *name <= '9') name++; /* the compiler's spelling of a plain name begins with its length */
    if (size < sizeof(Gone)) {
        ::operator delete(memory);
        return;
    }
    new (memory) Gone(name);
    try {
        std::lock_guard<std::mutex> held(yard().lock);
        yard().kept.push_back(memory);
        if (yard().kept.size() > kept_most) {
            oldest = yard().kept.front();
            yard().kept.pop_front();
        }
    } catch (...) {
        oldest = memory; /* no memory to remember it */
    }
    ::operator delete(oldest);
}

} // namespace wbem

#endif
