/* SPDX-License-Identifier: MIT */
/* qualifiers.cc: lists of qualifiers, and IWbemQualifierSet over one. */
#include "qualifiers.h"

#include "text.h"
#include "variants.h"

#include <mutex>

namespace wbem {

namespace {

const uint32_t fixed = WQL_FLAVOR_TO_SUBCLASS | WQL_FLAVOR_NOT_OVERRIDABLE;
const uint32_t everywhere = WQL_FLAVOR_TO_INSTANCE | WQL_FLAVOR_TO_SUBCLASS;

const char *type_name(uint32_t type) {
    switch (type & ~static_cast<uint32_t>(WQL_ARRAY)) {
    case WQL_SINT8: return "sint8";
    case WQL_UINT8: return "uint8";
    case WQL_SINT16: return "sint16";
    case WQL_UINT16: return "uint16";
    case WQL_SINT32: return "sint32";
    case WQL_UINT32: return "uint32";
    case WQL_SINT64: return "sint64";
    case WQL_UINT64: return "uint64";
    case WQL_REAL32: return "real32";
    case WQL_REAL64: return "real64";
    case WQL_BOOLEAN: return "boolean";
    case WQL_CHAR16: return "char16";
    case WQL_DATETIME: return "datetime";
    case WQL_REFERENCE: return "ref";
    case WQL_OBJECT: return "object";
    default: return "string";
    }
}

bool is_named(const Qualifier &qualifier, const char *name) { return wql_text_equal(wql_s(qualifier.name), wql_s(name)); }

bool has(const std::vector<Qualifier> &list, const char *name) {
    for (const Qualifier &qualifier : list)
        if (is_named(qualifier, name)) return true;
    return false;
}

} // namespace

/* -- lists ------------------------------------------------------------------------------------------------------- */

const Qualifier *Qualifiers::find(wql_str name) const noexcept {
    for (const Qualifier &qualifier : list_)
        if (wql_text_equal(wql_s(qualifier.name), name)) return &qualifier;
    return nullptr;
}

/* Called from the class itself upwards. What one level says hides what those above it say under the same name, also if it does
 * not come down. */
void Qualifiers::take(const wql_qualifier *list, uint32_t count, bool is_own) {
    for (uint32_t i = 0; i < count; i++) {
        Qualifier made = {list[i].name, list[i].value, list[i].flavor};
        if (has(list_, made.name) || has(hidden_, made.name)) continue;
        if (!is_own && !(made.flavor & WQL_FLAVOR_TO_SUBCLASS)) {
            hidden_.push_back(made);
            continue;
        }
        if (!is_own) made.flavor |= WQL_FLAVOR_PROPAGATED;
        list_.push_back(made);
    }
}

void Qualifiers::add(const char *name, const wql_value &value, uint32_t flavor, bool is_inherited) {
    if (has(list_, name)) return;
    list_.push_back({name, value, flavor | (is_inherited ? uint32_t{WQL_FLAVOR_PROPAGATED} : 0)});
}

void Qualifiers::add_flag(bool set, const char *name, uint32_t flavor, bool is_inherited) {
    if (set) add(name, wql_bool(true), flavor, is_inherited);
}

/* WMI has the type of each property as text too: string, ref:Class, object:Class. */
void Qualifiers::add_type(const Property &property, bool is_inherited) {
    uint32_t item = property.type & ~static_cast<uint32_t>(WQL_ARRAY);
    type_text_.reset(new std::string(type_name(property.type)));
    if ((item == WQL_REFERENCE || item == WQL_OBJECT) && property.def && property.def->class_name)
        *type_text_ += std::string(":") + property.def->class_name;
    add("CIMTYPE", wql_text(wql_str{type_text_->data(), type_text_->size()}), everywhere, is_inherited);
}

/* Instances have what their class lets them have, and all of it comes from there. */
void Qualifiers::keep_shown() {
    size_t kept = 0;
    if (!on_instance_) return;
    for (Qualifier &qualifier : list_) {
        if (!(qualifier.flavor & WQL_FLAVOR_TO_INSTANCE)) continue;
        qualifier.flavor |= WQL_FLAVOR_PROPAGATED;
        list_[kept++] = qualifier;
    }
    list_.resize(kept);
}

Qualifiers Qualifiers::of_object(const Shape &shape) {
    Qualifiers made(shape.kind() == Kind::Instance);
    const wql_class *super;
    uint32_t flags, above;
    if (shape.kind() == Kind::Parameters) {
        made.add_flag(true, "abstract", 0, false);
        return made;
    }
    if (!shape.cls()) return made;
    for (const wql_class *cls = shape.cls(); cls; cls = wql_class_superclass(cls)) {
        const wql_class_def *def = wql_class_describe(cls);
        made.take(def->qualifiers, def->qualifier_count, cls == shape.cls());
    }
    super = wql_class_superclass(shape.cls());
    flags = shape.def()->flags;
    above = super ? wql_class_describe(super)->flags : 0;
    made.add_flag(flags & WQL_ABSTRACT, "abstract", 0, false);
    made.add_flag(flags & WQL_ASSOCIATION, "association", fixed | WQL_FLAVOR_TO_INSTANCE, above & WQL_ASSOCIATION);
    made.add_flag(flags & WQL_SINGLETON, "singleton", fixed | WQL_FLAVOR_TO_INSTANCE, false);
    made.keep_shown();
    return made;
}

Qualifiers Qualifiers::of_property(const Shape &shape, const Property &property) {
    Qualifiers made(shape.kind() == Kind::Instance);
    bool is_inherited = false;
    uint32_t flags = property.def ? property.def->flags : 0;
    if (shape.kind() == Kind::Parameters) {
        made.add_type(property, false);
        made.add_flag(flags & WQL_IN, "in", fixed, false);
        made.add_flag(flags & WQL_OUT, "out", fixed, false);
        if (!wql_text_equal(wql_s(property.name), wql_s("ReturnValue"))) {
            wql_value number = wql_i64(property.number);
            number.type = WQL_SINT32;
            made.add("ID", number, WQL_FLAVOR_TO_INSTANCE | WQL_FLAVOR_NOT_OVERRIDABLE, false);
        }
        made.take(property.def->qualifiers, property.def->qualifier_count, true);
        return made;
    }
    if (property.def) {
        is_inherited = property.number < inherited_properties(shape.cls());
        for (const wql_class *cls = shape.cls(); cls && property.number < wql_class_describe(cls)->property_count;
             cls = wql_class_superclass(cls)) {
            const wql_property_def &def = wql_class_describe(cls)->properties[property.number];
            if (declares_property(cls, property.number)) made.take(def.qualifiers, def.qualifier_count, cls == shape.cls());
        }
    }
    made.add_type(property, is_inherited);
    made.add_flag(flags & WQL_KEY, "key", fixed, is_inherited);
    for (Qualifier &qualifier : made.list_) /* in WMI instances show their keys, whatever was written */
        if (is_named(qualifier, "key")) qualifier.flavor |= WQL_FLAVOR_TO_INSTANCE;
    if (flags & WQL_INTERVAL) made.add("SubType", wql_text(wql_s("interval")), everywhere, is_inherited);
    made.keep_shown();
    return made;
}

Qualifiers Qualifiers::of_method(const Shape &shape, uint32_t number) {
    Qualifiers made(false);
    for (const wql_class *cls = shape.cls(); cls && number < wql_class_describe(cls)->method_count;
         cls = wql_class_superclass(cls)) {
        const wql_method_def &def = wql_class_describe(cls)->methods[number];
        if (declares_method(cls, number)) made.take(def.qualifiers, def.qualifier_count, cls == shape.cls());
    }
    return made;
}

/* -- IWbemQualifierSet ------------------------------------------------------------------------------------------- */

namespace {

class QualifierSet final : public Counted<IWbemQualifierSet> {
  public:
    QualifierSet(Ref<const Shape> shape, Qualifiers qualifiers) noexcept
        : shape_(std::move(shape)), qualifiers_(std::move(qualifiers)), is_open_(false), at_(0), origin_(0) {}

    HRESULT STDMETHODCALLTYPE Get(LPCWSTR name, long flags, VARIANT *value, long *flavor) override {
        if (!name || flags != 0) return WBEM_E_INVALID_PARAMETER;
        return guarded([&] {
            std::string text;
            HRESULT result = read_text(name, &text);
            const Qualifier *found;
            if (result < 0) return result;
            found = qualifiers_.find(wql_str{text.data(), text.size()});
            return found ? show(*found, nullptr, value, flavor) : WBEM_E_NOT_FOUND;
        });
    }
    HRESULT STDMETHODCALLTYPE Put(LPCWSTR name, VARIANT *value, long) override {
        return name && *name && value ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
    }
    HRESULT STDMETHODCALLTYPE Delete(LPCWSTR name) override {
        return name && *name ? WBEM_E_NOT_SUPPORTED : WBEM_E_INVALID_PARAMETER;
    }

    HRESULT STDMETHODCALLTYPE GetNames(long flags, SAFEARRAY **names) override {
        if (!names) return WBEM_E_INVALID_PARAMETER;
        *names = nullptr;
        if (!is_origin(flags)) return WBEM_E_INVALID_PARAMETER;
        return guarded([&] {
            std::vector<wql_str> texts;
            for (const Qualifier &qualifier : qualifiers_.list())
                if (is_meant(qualifier, flags)) texts.push_back(wql_s(qualifier.name));
            return array_of_texts(texts, names);
        });
    }

    HRESULT STDMETHODCALLTYPE BeginEnumeration(long flags) override {
        if (!is_origin(flags)) return WBEM_E_INVALID_PARAMETER;
        std::lock_guard<std::mutex> held(lock_);
        is_open_ = true;
        at_ = 0;
        origin_ = flags;
        return WBEM_S_NO_ERROR;
    }
    HRESULT STDMETHODCALLTYPE Next(long flags, BSTR *name, VARIANT *value, long *flavor) override {
        if (name) *name = nullptr;
        if (flags != 0) return WBEM_E_INVALID_PARAMETER;
        std::lock_guard<std::mutex> held(lock_);
        const std::vector<Qualifier> &list = qualifiers_.list();
        if (!is_open_) return WBEM_E_UNEXPECTED;
        while (at_ < list.size() && !is_meant(list[at_], origin_)) at_++;
        if (at_ == list.size()) return WBEM_S_NO_MORE_DATA;
        HRESULT result = show(list[at_], name, value, flavor);
        if (result >= 0) at_++;
        return result;
    }
    HRESULT STDMETHODCALLTYPE EndEnumeration() override {
        std::lock_guard<std::mutex> held(lock_);
        is_open_ = false;
        return WBEM_S_NO_ERROR;
    }

  private:
    static bool is_origin(long flags) {
        return flags == 0 || flags == WBEM_FLAG_LOCAL_ONLY || flags == WBEM_FLAG_PROPAGATED_ONLY;
    }
    static bool is_meant(const Qualifier &qualifier, long origin) {
        bool propagated = (qualifier.flavor & WQL_FLAVOR_PROPAGATED) != 0;
        return origin == 0 || propagated == (origin == WBEM_FLAG_PROPAGATED_ONLY);
    }
    static HRESULT show(const Qualifier &qualifier, BSTR *name, VARIANT *value, long *flavor) noexcept {
        VARIANT made;
        HRESULT result = WBEM_S_NO_ERROR;
        VariantInit(&made);
        if (value) result = variant_of(qualifier.value, qualifier.value.type, &made);
        if (result < 0) return result;
        if (name && !(*name = to_bstr(qualifier.name))) {
            VariantClear(&made);
            return WBEM_E_OUT_OF_MEMORY;
        }
        if (value) *value = made;
        if (flavor) *flavor = static_cast<long>(qualifier.flavor);
        return WBEM_S_NO_ERROR;
    }

    Ref<const Shape> shape_; /* holds the class, and with it what the list points to */
    const Qualifiers qualifiers_;
    std::mutex lock_;
    bool is_open_;
    size_t at_;
    long origin_;
};

} // namespace

HRESULT make_qualifier_set(Ref<const Shape> shape, Qualifiers qualifiers, IWbemQualifierSet **out) noexcept {
    *out = new (std::nothrow) QualifierSet(std::move(shape), std::move(qualifiers));
    return *out ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY;
}

} // namespace wbem
