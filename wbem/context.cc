/* SPDX-License-Identifier: MIT */
/* context.cc: IWbemContext, a list of named values in the order in which they were set. */
#include "context.h"

#include "host.h"
#include "text.h"

#include <mutex>

namespace {

using namespace wbem;

/* A VARIANT that is cleared with its owner. */
class Held {
  public:
    Held() noexcept { VariantInit(&variant_); }
    ~Held() { VariantClear(&variant_); }
    Held(Held &&other) noexcept : variant_(other.variant_) { VariantInit(&other.variant_); }
    Held &operator=(Held &&other) noexcept {
        std::swap(variant_, other.variant_);
        return *this;
    }
    VARIANT *get() noexcept { return &variant_; }
    const VARIANT *get() const noexcept { return &variant_; }

  private:
    VARIANT variant_;
};

struct Entry {
    std::wstring name;
    Held value;
};

HRESULT status_of(HRESULT code) {
    if (code == E_OUTOFMEMORY) return WBEM_E_OUT_OF_MEMORY;
    return FAILED(code) ? WBEM_E_INVALID_PARAMETER : WBEM_S_NO_ERROR;
}

/* Names differ without regard to the case of ASCII; the engine refuses two that differ in the case of other letters. */
wchar_t fold(wchar_t c) { return c >= L'A' && c <= L'Z' ? static_cast<wchar_t>(c - L'A' + L'a') : c; }

bool same_name(const std::wstring &left, const std::wstring &right) {
    if (left.size() != right.size()) return false;
    for (size_t i = 0; i < left.size(); i++)
        if (fold(left[i]) != fold(right[i])) return false;
    return true;
}

/* Writes a copy. */
HRESULT give(const VARIANT &value, VARIANT *out) {
    VariantInit(out);
    return status_of(VariantCopy(out, &value));
}

class Context final : public Counted<IWbemContext> {
  public:
    HRESULT Clone(IWbemContext **copy) override;
    HRESULT GetNames(long flags, SAFEARRAY **names) override;
    HRESULT BeginEnumeration(long flags) override;
    HRESULT Next(long flags, BSTR *name, VARIANT *value) override;
    HRESULT EndEnumeration() override;
    HRESULT SetValue(LPCWSTR name, long flags, VARIANT *value) override;
    HRESULT GetValue(LPCWSTR name, long flags, VARIANT *value) override;
    HRESULT DeleteValue(LPCWSTR name, long flags) override;
    HRESULT DeleteAll() override;

  private:
    Entry *find_entry(const std::wstring &name);

    std::mutex lock_;
    std::vector<Entry> entries_;
    bool enumerating_ = false;
    size_t position_ = 0; /* the entry that Next hands out */
};

Entry *Context::find_entry(const std::wstring &name) {
    for (Entry &entry : entries_)
        if (same_name(entry.name, name)) return &entry;
    return nullptr;
}

HRESULT Context::Clone(IWbemContext **copy) {
    if (!copy) return WBEM_E_INVALID_PARAMETER;
    *copy = nullptr;
    return guarded([&]() -> HRESULT {
        Ref<Context> clone(new Context);
        std::lock_guard<std::mutex> hold(lock_);
        for (const Entry &entry : entries_) {
            Entry mine;
            mine.name = entry.name;
            HRESULT done = give(*entry.value.get(), mine.value.get());
            if (FAILED(done)) return done;
            clone->entries_.push_back(std::move(mine));
        }
        *copy = clone.take();
        return WBEM_S_NO_ERROR;
    });
}

HRESULT Context::GetNames(long flags, SAFEARRAY **names) {
    if (!names) return WBEM_E_INVALID_PARAMETER;
    *names = nullptr;
    if (flags) return WBEM_E_INVALID_PARAMETER;
    std::lock_guard<std::mutex> hold(lock_);
    SAFEARRAY *array = SafeArrayCreateVector(VT_BSTR, 0, entries_.size());
    if (!array) return WBEM_E_OUT_OF_MEMORY;
    BSTR *text = static_cast<BSTR *>(array->pvData);
    for (const Entry &entry : entries_) {
        *text = SysAllocStringLen(entry.name.data(), static_cast<UINT>(entry.name.size()));
        if (!*text++) {
            SafeArrayDestroy(array);
            return WBEM_E_OUT_OF_MEMORY;
        }
    }
    *names = array;
    return WBEM_S_NO_ERROR;
}

HRESULT Context::BeginEnumeration(long flags) {
    if (flags) return WBEM_E_INVALID_PARAMETER;
    std::lock_guard<std::mutex> hold(lock_);
    enumerating_ = true;
    position_ = 0;
    return WBEM_S_NO_ERROR;
}

HRESULT Context::Next(long flags, BSTR *name, VARIANT *value) {
    BSTR text = nullptr;
    if (name) *name = nullptr;
    if (value) VariantInit(value);
    if (flags) return WBEM_E_INVALID_PARAMETER;
    std::lock_guard<std::mutex> hold(lock_);
    if (!enumerating_) return WBEM_E_UNEXPECTED;
    if (position_ >= entries_.size()) return WBEM_S_NO_MORE_DATA;
    const Entry &entry = entries_[position_];
    if (name && !(text = SysAllocStringLen(entry.name.data(), static_cast<UINT>(entry.name.size())))) return WBEM_E_OUT_OF_MEMORY;
    if (value) {
        HRESULT done = give(*entry.value.get(), value);
        if (FAILED(done)) {
            SysFreeString(text);
            return done;
        }
    }
    if (name) *name = text;
    position_++;
    return WBEM_S_NO_ERROR;
}

HRESULT Context::EndEnumeration() {
    std::lock_guard<std::mutex> hold(lock_);
    enumerating_ = false;
    return WBEM_S_NO_ERROR;
}

/* A pointer to a value of the caller's would outlive it, so it is refused. */
HRESULT Context::SetValue(LPCWSTR name, long flags, VARIANT *value) {
    if (!name || !*name || flags || !value || (value->vt & VT_BYREF)) return WBEM_E_INVALID_PARAMETER;
    return guarded([&]() -> HRESULT {
        Entry fresh;
        fresh.name = name;
        HRESULT done = give(*value, fresh.value.get());
        if (FAILED(done)) return done;
        std::lock_guard<std::mutex> hold(lock_);
        if (Entry *there = find_entry(fresh.name))
            std::swap(there->value, fresh.value); /* what was there goes when the lock is free */
        else
            entries_.push_back(std::move(fresh));
        return WBEM_S_NO_ERROR;
    });
}

HRESULT Context::GetValue(LPCWSTR name, long flags, VARIANT *value) {
    if (!name || !*name || flags || !value) return WBEM_E_INVALID_PARAMETER;
    VariantInit(value);
    return guarded([&]() -> HRESULT {
        const std::wstring wanted = name;
        std::lock_guard<std::mutex> hold(lock_);
        const Entry *entry = find_entry(wanted);
        return entry ? give(*entry->value.get(), value) : WBEM_E_NOT_FOUND;
    });
}

HRESULT Context::DeleteValue(LPCWSTR name, long flags) {
    if (!name || !*name || flags) return WBEM_E_INVALID_PARAMETER;
    return guarded([&]() -> HRESULT {
        Entry gone; /* goes when the lock is free */
        const std::wstring wanted = name;
        std::lock_guard<std::mutex> hold(lock_);
        Entry *entry = find_entry(wanted);
        if (!entry) return WBEM_E_NOT_FOUND;
        const size_t at = static_cast<size_t>(entry - entries_.data());
        gone = std::move(*entry);
        entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(at));
        if (at < position_) position_--;
        return WBEM_S_NO_ERROR;
    });
}

HRESULT Context::DeleteAll() {
    std::vector<Entry> gone;
    std::lock_guard<std::mutex> hold(lock_);
    gone.swap(entries_);
    position_ = 0;
    return WBEM_S_NO_ERROR;
}

} // namespace

namespace wbem {

HRESULT make_context(IWbemContext **out) noexcept {
    *out = new (std::nothrow) Context;
    return *out ? S_OK : E_OUTOFMEMORY;
}

static HRESULT read_value(BSTR name, const VARIANT &variant, CallContext *out) {
    out->names.emplace_back();
    out->values.emplace_back();
    if (!name || !to_utf8(name, SysStringLen(name), &out->names.back())) return WBEM_E_INVALID_CONTEXT;
    HRESULT done = value_of(variant, &out->values.back());
    return FAILED(done) && done != WBEM_E_OUT_OF_MEMORY ? WBEM_E_INVALID_CONTEXT : done;
}

HRESULT read_context(IWbemContext *context, CallContext *out) {
    *out = CallContext();
    if (!context) return S_OK;
    IWbemContext *clone = nullptr;
    HRESULT done = context->Clone(&clone);
    if (FAILED(done)) return done;
    if (!clone) return WBEM_E_INVALID_CONTEXT;
    const Ref<IWbemContext> moment(clone);
    done = moment->BeginEnumeration(0);
    while (SUCCEEDED(done)) {
        Held name, value;
        name.get()->vt = VT_BSTR;
        done = moment->Next(0, &name.get()->bstrVal, value.get());
        if (FAILED(done) || done == WBEM_S_NO_MORE_DATA) break;
        done = read_value(name.get()->bstrVal, *value.get(), out);
    }
    if (FAILED(done)) return done;
    for (size_t i = 0; i < out->names.size(); i++) out->params.push_back(wql_param{out->names[i].c_str(), out->values[i].value});
    return S_OK;
}

} // namespace wbem
