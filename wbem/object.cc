/* SPDX-License-Identifier: MIT */
/* object.cc: the life of an object, and what it says of itself: values, qualifiers, where it comes from. */
#include "object.h"

#include "objects.h"
#include "qualifiers.h"
#include "same_value.h"
#include "text.h"
#include "variants.h"

#include <algorithm>

namespace wbem {

/* -- life -------------------------------------------------------------------------------------------------------- */

Object::Object(Ref<const Shape> shape, const wql_batch *batch, uint32_t row) noexcept
    : refs_(1), shape_(std::move(shape)), batch_(wql_batch_retain(batch)), row_(row),
      owns_(batch != nullptr), paths_{wql_null(), wql_null()}, walk_(), methods_() {}

Object::Object(Lent) noexcept
    : refs_(lent), batch_(nullptr), row_(0), owns_(false), paths_{wql_null(), wql_null()}, walk_(), methods_() {}

Object::~Object() { let_go(); }

void Object::let_go() noexcept {
    if (owns_) wql_batch_release(const_cast<wql_batch *>(batch_));
    batch_ = nullptr;
    owns_ = false;
    paths_[0] = paths_[1] = wql_null();
}

HRESULT Object::QueryInterface(REFIID riid, void **out) {
    if (!out) return E_POINTER;
    *out = riid == IID_IUnknown || riid == IID_IWbemClassObject ? static_cast<IWbemClassObject *>(this) : nullptr;
    if (!*out) return E_NOINTERFACE;
    AddRef();
    return S_OK;
}

ULONG Object::AddRef() { return static_cast<ULONG>((refs_.fetch_add(1, std::memory_order_relaxed) & clients) + 1); }

ULONG Object::Release() {
    uint64_t seen = refs_.load(std::memory_order_relaxed);
    do {
        if (!(seen & clients)) {
            name_release_too_many("IWbemClassObject");
            return 0;
        }
    } while (!refs_.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel, std::memory_order_relaxed));
    if (seen == 1) delete this;
    return static_cast<ULONG>((seen & clients) - 1);
}

/* -- for the Lender ---------------------------------------------------------------------------------------------- */

void Object::stand_for(const Shape *shape, const wql_batch *batch, uint32_t row) noexcept {
    let_go();
    if (shape_.get() != shape) shape_ = Ref<const Shape>::share(shape);
    batch_ = batch;
    row_ = row;
    walk_.open = methods_.open = false;
}

/* Only the Lender's thread changes where an object reads from, so it may look without the lock; the others read meanwhile. */
void Object::detach() noexcept {
    wql_batch *copy = nullptr;
    if (!batch_ || owns_) return;
    bool copied = wql_batch_copy(batch_, row_, 1, &copy) >= 0;
    Guard held(lock_);
    batch_ = copied ? copy : wql_batch_retain(batch_);
    row_ = copied ? 0 : row_;
    owns_ = true;
    paths_[0] = paths_[1] = wql_null();
}

bool Object::reclaim() noexcept {
    uint64_t seen = refs_.load(std::memory_order_acquire);
    while (seen & clients)
        if (refs_.compare_exchange_weak(seen, seen & ~lent, std::memory_order_acq_rel, std::memory_order_acquire)) return false;
    return true;
}

void Object::clear() noexcept {
    let_go();
    shape_ = Ref<const Shape>();
}

HRESULT make_object(Ref<const Shape> shape, const wql_batch *batch, uint32_t row, IWbemClassObject **out) noexcept {
    *out = new (std::nothrow) Object(std::move(shape), batch, row);
    return *out ? S_OK : WBEM_E_OUT_OF_MEMORY;
}

HRESULT make_object(const wql_batch *batch, uint32_t row, IWbemClassObject **out) noexcept {
    *out = nullptr;
    return guarded([&] {
        Ref<Shape> shape = wql_batch_definition(batch, row) ? Ref<Shape>() : Shape::of_rows(batch);
        return make_object(Ref<const Shape>::share(shape.get()), batch, row, out);
    });
}

HRESULT make_class(const wql_class *cls, IWbemClassObject **out) noexcept {
    *out = nullptr;
    return guarded([&] { return make_object(Shape::of_class(cls), nullptr, 0, out); });
}

HRESULT make_empty_object(IWbemClassObject **out) noexcept {
    *out = nullptr;
    return guarded([&] { return make_object(Shape::empty(), nullptr, 0, out); });
}

/* -- values ------------------------------------------------------------------------------------------------------ */

const Shape &Object::shape() {
    if (!shape_) shape_ = Shape::of_class(wql_batch_definition(batch_, row_));
    return *shape_.get();
}

/* A path is made once, and lies in the batch's memory: asking for it again and again takes no more. */
HRESULT Object::path_of(const Property &property, wql_value *out) {
    wql_value *kept = &paths_[property.system == System::Path ? 0 : 1];
    if (kept->type == WQL_NULL) {
        wql_status status = wql_batch_value(batch_, row_, property.name, kept);
        if (status < 0) return WBEM_E_OUT_OF_MEMORY;
    }
    *out = *kept;
    return S_OK;
}

HRESULT Object::read_system(const Property &property, VARIANT *value) {
    wql_value found;
    std::vector<wql_value> items;
    HRESULT result = S_OK;
    if (!batch_)
        found = shape().constant(property.system, &items);
    else if (property.system == System::Path || property.system == System::Relpath)
        result = path_of(property, &found);
    else
        result = wql_batch_value(batch_, row_, property.name, &found);
    return result < 0 ? result : variant_of(found, property.type, value);
}

HRESULT Object::read_value(const Property &property, VARIANT *value) {
    if (property.system != System::None) return read_system(property, value);
    if (property.column != WQL_NO_COLUMN) {
        const wql_column *column = wql_batch_column(batch_, property.column);
        if (column->type == WQL_STRING && !wql_column_is_null(column, row_)) { /* what most properties are */
            value->bstrVal = to_bstr(wql_column_str(column, row_));
            value->vt = VT_BSTR;
            return value->bstrVal ? S_OK : WBEM_E_OUT_OF_MEMORY;
        }
        return variant_of_cell(column, row_, property.def && (property.def->flags & WQL_INTERVAL), value);
    }
    return variant_of(property.def->initial ? *property.def->initial : wql_null(), property.type, value);
}

/* Whether a row says what its class says for those that say nothing: the default, or NULL. */
bool Object::is_default(const Property &property) const noexcept {
    const wql_value *initial = property.def ? property.def->initial : nullptr;
    return cell_says(wql_batch_column(batch_, property.column), row_, property.def && (property.def->flags & WQL_INTERVAL),
                     initial ? *initial : wql_null());
}

/* Of a class: whether an ancestor has introduced it. Of an instance: whether it says something else than its class; that a value
 * was set, and is the same, a row does not tell. */
long Object::flavor_of(const Property &property) {
    if (property.system != System::None) return WBEM_FLAVOR_ORIGIN_SYSTEM;
    if (property.column != WQL_NO_COLUMN) return is_default(property) ? WBEM_FLAVOR_ORIGIN_PROPAGATED : WBEM_FLAVOR_ORIGIN_LOCAL;
    if (shape().kind() == Kind::Class && property.number < inherited_properties(shape().cls()))
        return WBEM_FLAVOR_ORIGIN_PROPAGATED;
    return WBEM_FLAVOR_ORIGIN_LOCAL;
}

/* After a failure nothing is written. */
HRESULT Object::read(const Property &property, VARIANT *value, CIMTYPE *type, long *flavor) {
    if (value) {
        VARIANT made = VARIANT();
        HRESULT result = read_value(property, &made);
        if (result < 0) return result;
        *value = made;
    }
    if (type) *type = static_cast<CIMTYPE>(property.type);
    if (flavor) *flavor = flavor_of(property);
    return WBEM_S_NO_ERROR;
}

HRESULT Object::Get(LPCWSTR name, long flags, VARIANT *value, CIMTYPE *type, long *flavor) {
    if (!name || flags != 0) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        Property property;
        HRESULT result = shape().find(name, &property);
        return result < 0 ? result : read(property, value, type, flavor);
    });
}

/* -- qualifiers -------------------------------------------------------------------------------------------------- */

HRESULT Object::GetQualifierSet(IWbemQualifierSet **set) {
    if (!set) return WBEM_E_INVALID_PARAMETER;
    *set = nullptr;
    return guarded([&] {
        Guard held(lock_);
        return make_qualifier_set(Ref<const Shape>::share(&shape()), Qualifiers::of_object(shape()), set);
    });
}

HRESULT Object::GetPropertyQualifierSet(LPCWSTR name, IWbemQualifierSet **set) {
    if (!set) return WBEM_E_INVALID_PARAMETER;
    *set = nullptr;
    if (!name) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        Property property;
        HRESULT result = shape().find(name, &property);
        if (result < 0) return result;
        if (property.system != System::None) return HRESULT{WBEM_E_SYSTEM_PROPERTY};
        return make_qualifier_set(Ref<const Shape>::share(&shape()), Qualifiers::of_property(shape(), property), set);
    });
}

/* -- where it comes from ----------------------------------------------------------------------------------------- */

static HRESULT hand_text(const char *text, BSTR *out) {
    *out = to_bstr(text);
    return *out ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

HRESULT Object::GetPropertyOrigin(LPCWSTR name, BSTR *class_name) {
    if (!class_name) return WBEM_E_INVALID_PARAMETER;
    *class_name = nullptr;
    if (!name) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        Property property;
        HRESULT result = shape().find(name, &property);
        if (result < 0) return result;
        if (property.system != System::None) return HRESULT{WBEM_E_NOT_FOUND};
        if (shape().kind() == Kind::Parameters || !property.def || !property.def->origin)
            return hand_text(shape().class_name(), class_name);
        return hand_text(property.def->origin, class_name);
    });
}

HRESULT Object::InheritsFrom(LPCWSTR ancestor) {
    if (!ancestor) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        std::string name;
        HRESULT result = read_text(ancestor, &name);
        if (result < 0) return result;
        Guard held(lock_);
        bool is = shape().kind() == Kind::Parameters ? wql_text_equal(wql_s(shape().class_name()), wql_s(name.c_str()))
                                                     : wql_class_isa(shape().cls(), name.c_str());
        return HRESULT{is ? WBEM_S_NO_ERROR : WBEM_S_FALSE};
    });
}

/* -- copies, and what is not served ------------------------------------------------------------------------------ */

/* Has both paths made, if there is memory for them, so that copies which share the batch do not each make them in its memory. */
void Object::make_paths() {
    const Property path = {"__PATH", nullptr, WQL_STRING, WQL_NO_COLUMN, WQL_NO_COLUMN, System::Path},
                   relpath = {"__RELPATH", nullptr, WQL_STRING, WQL_NO_COLUMN, WQL_NO_COLUMN, System::Relpath};
    wql_value made;
    (void)path_of(path, &made);
    (void)path_of(relpath, &made);
}

/* The copy's row is its own, unless it is the only one of its batch, or there is no memory for that. */
HRESULT Object::Clone(IWbemClassObject **copy) {
    if (!copy) return WBEM_E_INVALID_PARAMETER;
    *copy = nullptr;
    return guarded([&] {
        wql_batch *row = nullptr;
        Guard held(lock_);
        HRESULT result;
        if (batch_ && wql_batch_rows(batch_) > 1) (void)wql_batch_copy(batch_, row_, 1, &row);
        if (batch_ && !row) make_paths();
        result = make_object(shape_, row ? row : batch_, row ? 0 : row_, copy);
        if (*copy && !row) std::copy(paths_, paths_ + 2, static_cast<Object *>(*copy)->paths_);
        wql_batch_release(row);
        return result;
    });
}

HRESULT Object::Put(LPCWSTR name, long flags, VARIANT *, CIMTYPE) {
    return name && *name && flags == 0 ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
}

HRESULT Object::Delete(LPCWSTR name) { return name && *name ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER; }

static HRESULT cannot_spawn(long flags, IWbemClassObject **out) {
    if (!out) return WBEM_E_INVALID_PARAMETER;
    *out = nullptr;
    return flags == 0 ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
}

HRESULT Object::SpawnDerivedClass(long flags, IWbemClassObject **out) { return cannot_spawn(flags, out); }
HRESULT Object::SpawnInstance(long flags, IWbemClassObject **out) { return cannot_spawn(flags, out); }

HRESULT Object::PutMethod(LPCWSTR name, long flags, IWbemClassObject *, IWbemClassObject *) {
    return name && *name && flags == 0 ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
}

HRESULT Object::DeleteMethod(LPCWSTR name) { return name && *name ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER; }

} // namespace wbem
