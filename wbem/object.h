/* SPDX-License-Identifier: MIT */
/* object.h: IWbemClassObject. What an object says never changes; where it reads it from does, once: while a Lender holds the
 * object that is a row of a batch, afterwards a copy of the row. All that reads takes the object's lock for that. */
#ifndef WBEM_ROOM_OBJECT_H
#define WBEM_ROOM_OBJECT_H

#include "shape.h"

#include <mutex>

namespace wbem {

/* Which properties are meant: flags of GetNames and BeginEnumeration, apart from a qualifier's. */
struct Condition {
    bool keys, references;
    long origin, of_class; /* WBEM_FLAG_LOCAL_ONLY ..., WBEM_FLAG_CLASS_OVERRIDES_ONLY ... */
    /* Returns S_OK; WBEM_E_INVALID_PARAMETER: flags that do not go together, or with that kind of object. */
    HRESULT read(long flags, Kind kind) noexcept;
};

class Object final : public IWbemClassObject {
  public:
    /* Each begins with one reference for a client, and `lent` with one mark of its Lender besides (and none for a client).
     * @param shape  NULL: that of the class for which the row of a schema result stands; made when it is needed
     * @param batch  NULL: nothing of the object is in a row. Retained, unless lent */
    Object(Ref<const Shape> shape, const wql_batch *batch, uint32_t row) noexcept;
    struct Lent {};
    explicit Object(Lent) noexcept;

    /* -- for the Lender, on its thread -- */
    bool is_kept() const noexcept { return (refs_.load(std::memory_order_acquire) & clients) != 0; }
    /* Of an object that nobody keeps: it stands for this row, which is borrowed. shape: as above, borrowed */
    void stand_for(const Shape *shape, const wql_batch *batch, uint32_t row) noexcept;
    /* Of one that somebody keeps: from now on it has a row of its own (or holds the batch, if there is no memory). */
    void detach() noexcept;
    /* False: it is the clients' alone from now on. True: nobody keeps it, and it is still the Lender's. */
    bool reclaim() noexcept;
    /* Of one that nobody keeps: it stands for nothing. */
    void clear() noexcept;
    void drop() noexcept { delete this; }

    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID riid, void **out) override;
    ULONG STDMETHODCALLTYPE AddRef() override;
    ULONG STDMETHODCALLTYPE Release() override;
    HRESULT STDMETHODCALLTYPE GetQualifierSet(IWbemQualifierSet **set) override;
    HRESULT STDMETHODCALLTYPE Get(LPCWSTR name, long flags, VARIANT *value, CIMTYPE *type, long *flavor) override;
    HRESULT STDMETHODCALLTYPE Put(LPCWSTR name, long flags, VARIANT *value, CIMTYPE type) override;
    HRESULT STDMETHODCALLTYPE Delete(LPCWSTR name) override;
    HRESULT STDMETHODCALLTYPE GetNames(LPCWSTR qualifier, long flags, VARIANT *value, SAFEARRAY **names) override;
    HRESULT STDMETHODCALLTYPE BeginEnumeration(long flags) override;
    HRESULT STDMETHODCALLTYPE Next(long flags, BSTR *name, VARIANT *value, CIMTYPE *type, long *flavor) override;
    HRESULT STDMETHODCALLTYPE EndEnumeration() override;
    HRESULT STDMETHODCALLTYPE GetPropertyQualifierSet(LPCWSTR name, IWbemQualifierSet **set) override;
    HRESULT STDMETHODCALLTYPE Clone(IWbemClassObject **copy) override;
    HRESULT STDMETHODCALLTYPE GetObjectText(long flags, BSTR *text) override;
    HRESULT STDMETHODCALLTYPE SpawnDerivedClass(long flags, IWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE SpawnInstance(long flags, IWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE CompareTo(long flags, IWbemClassObject *other) override;
    HRESULT STDMETHODCALLTYPE GetPropertyOrigin(LPCWSTR name, BSTR *class_name) override;
    HRESULT STDMETHODCALLTYPE InheritsFrom(LPCWSTR ancestor) override;
    HRESULT STDMETHODCALLTYPE GetMethod(LPCWSTR name, long flags, IWbemClassObject **in, IWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE PutMethod(LPCWSTR name, long flags, IWbemClassObject *in, IWbemClassObject *out) override;
    HRESULT STDMETHODCALLTYPE DeleteMethod(LPCWSTR name) override;
    HRESULT STDMETHODCALLTYPE BeginMethodEnumeration(long flags) override;
    HRESULT STDMETHODCALLTYPE NextMethod(long flags, BSTR *name, IWbemClassObject **in, IWbemClassObject **out) override;
    HRESULT STDMETHODCALLTYPE EndMethodEnumeration() override;
    HRESULT STDMETHODCALLTYPE GetMethodQualifierSet(LPCWSTR name, IWbemQualifierSet **set) override;
    HRESULT STDMETHODCALLTYPE GetMethodOrigin(LPCWSTR name, BSTR *class_name) override;

#ifdef WBEM_CHECKING
    static void operator delete(void *memory, size_t size) noexcept { bury(memory, size, "IWbemClassObject"); }
#endif

  private:
    /* The clients' references, and beside them the mark of the Lender's: so one Release too many is seen while it is there. */
    static const uint64_t lent = uint64_t{1} << 63, clients = lent - 1;
    using Guard = std::lock_guard<std::mutex>;

    ~Object();
    void let_go() noexcept;
    /* All of these want the lock. */
    const Shape &shape();
    bool is_default(const Property &property) const noexcept;
    long flavor_of(const Property &property);
    bool meets(const Condition &condition, const Property &property);
    HRESULT read(const Property &property, VARIANT *value, CIMTYPE *type, long *flavor);
    HRESULT read_value(const Property &property, VARIANT *value);
    HRESULT read_system(const Property &property, VARIANT *value);
    HRESULT path_of(const Property &property, wql_value *out);
    void make_paths();
    std::string system_text(const char *name);
    HRESULT next(BSTR *name, VARIANT *value, CIMTYPE *type, long *flavor);
    HRESULT names(LPCWSTR qualifier, long flags, VARIANT *value, SAFEARRAY **out);
    HRESULT parameters(uint32_t method, IWbemClassObject **in, IWbemClassObject **out);
    HRESULT parameters_of(uint32_t method, bool out, IWbemClassObject **made);
    /* The method, of an object that is a class. */
    HRESULT method(LPCWSTR name, uint32_t *number);

    std::atomic<uint64_t> refs_;
    std::mutex lock_;
    Ref<const Shape> shape_;
    const wql_batch *batch_;
    uint32_t row_;
    bool owns_;          /* the batch is retained */
    wql_value paths_[2]; /* __PATH and __RELPATH of a row, once asked for; in the batch's memory. WQL_NULL: not yet */
    struct {
        bool open;
        uint32_t place;
        Condition condition;
    } walk_;
    struct {
        bool open;
        uint32_t number;
        long origin;
    } methods_;
};

/* An object for a client. Returns S_OK; WBEM_E_OUT_OF_MEMORY. */
HRESULT make_object(Ref<const Shape> shape, const wql_batch *batch, uint32_t row, IWbemClassObject **out) noexcept;

/* MOF of a method's parameters. Throws std::bad_alloc. */
std::string parameters_text(const Shape &shape, bool flavors);
/* MOF without the flavours of qualifiers. */
std::string without_flavors(const std::string &mof);

} // namespace wbem

#endif
