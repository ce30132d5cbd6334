/* SPDX-License-Identifier: MIT */
/* object_names.cc: going through an object's properties: all, or those that meet a condition. */
#include "object.h"

#include "qualifiers.h"
#include "same_value.h"
#include "text.h"
#include "variants.h"

namespace wbem {

/* One flag of each group; what the groups say holds together. What a class overrides is asked of classes only, and says by itself
 * where a property comes from. */
HRESULT Condition::read(long flags, Kind kind) noexcept {
    const long known = WBEM_FLAG_KEYS_ONLY | WBEM_FLAG_REFS_ONLY | WBEM_MASK_CONDITION_ORIGIN | long{WBEM_MASK_CLASS_CONDITION};
    keys = (flags & WBEM_FLAG_KEYS_ONLY) != 0;
    references = (flags & WBEM_FLAG_REFS_ONLY) != 0;
    origin = flags & WBEM_MASK_CONDITION_ORIGIN;
    of_class = flags & WBEM_MASK_CLASS_CONDITION;
    if (flags & ~known || (keys && references)) return WBEM_E_INVALID_PARAMETER;
    if (origin > WBEM_FLAG_NONSYSTEM_ONLY || of_class == WBEM_MASK_CLASS_CONDITION) return WBEM_E_INVALID_PARAMETER;
    if (of_class && (kind != Kind::Class || (origin && origin != WBEM_FLAG_NONSYSTEM_ONLY))) return WBEM_E_INVALID_PARAMETER;
    return WBEM_S_NO_ERROR;
}

static bool meets_class(const Shape &shape, const Condition &condition, const Property &property) {
    bool is_override;
    if (!condition.of_class) return true;
    if (property.system != System::None) return false;
    is_override = property.number < inherited_properties(shape.cls()) && declares_property(shape.cls(), property.number);
    if (condition.of_class == WBEM_FLAG_CLASS_OVERRIDES_ONLY) return is_override;
    return is_override || property.number >= inherited_properties(shape.cls());
}

bool Object::meets(const Condition &condition, const Property &property) {
    bool is_system = property.system != System::None;
    if (condition.keys && !(property.def && (property.def->flags & WQL_KEY))) return false;
    if (condition.references && (property.type & ~static_cast<uint32_t>(WQL_ARRAY)) != WQL_REFERENCE) return false;
    switch (condition.origin) {
    case WBEM_FLAG_LOCAL_ONLY:
        if (flavor_of(property) != WBEM_FLAVOR_ORIGIN_LOCAL) return false;
        break;
    case WBEM_FLAG_PROPAGATED_ONLY:
        if (flavor_of(property) != WBEM_FLAVOR_ORIGIN_PROPAGATED) return false;
        break;
    case WBEM_FLAG_SYSTEM_ONLY:
        if (!is_system) return false;
        break;
    case WBEM_FLAG_NONSYSTEM_ONLY:
        if (is_system) return false;
        break;
    default: break;
    }
    return meets_class(shape(), condition, property);
}

/* -- GetNames ---------------------------------------------------------------------------------------------------- */

namespace {

/* What GetNames asks of a property's qualifiers. */
struct QualifierCondition {
    long primary;
    std::string name;
    const VARIANT *value;

    HRESULT read(LPCWSTR qualifier, long flags, const VARIANT *wanted) {
        primary = flags & WBEM_MASK_PRIMARY_CONDITION;
        value = wanted;
        if (primary == WBEM_FLAG_ALWAYS) return WBEM_S_NO_ERROR;
        if (!qualifier || !*qualifier || (primary == WBEM_FLAG_ONLY_IF_IDENTICAL && !wanted)) return WBEM_E_INVALID_PARAMETER;
        return read_text(qualifier, &name);
    }
    /* System properties have no qualifiers. */
    bool meets(const Shape &shape, const Property &property) const {
        if (primary == WBEM_FLAG_ALWAYS) return true;
        if (property.system != System::None) return primary == WBEM_FLAG_ONLY_IF_FALSE;
        Qualifiers all = Qualifiers::of_property(shape, property);
        const Qualifier *found = all.find(wql_str{name.data(), name.size()});
        if (primary == WBEM_FLAG_ONLY_IF_FALSE) return !found;
        return found && (primary == WBEM_FLAG_ONLY_IF_TRUE || says(*value, found->value));
    }
};

} // namespace

HRESULT Object::names(LPCWSTR qualifier, long flags, VARIANT *value, SAFEARRAY **out) {
    Condition condition;
    QualifierCondition wanted;
    std::vector<wql_str> texts;
    HRESULT result = wanted.read(qualifier, flags, value);
    if (result >= 0) result = condition.read(flags & ~static_cast<long>(WBEM_MASK_PRIMARY_CONDITION), shape().kind());
    if (result < 0) return result;
    for (uint32_t i = 0; i < shape().places(); i++) {
        Property property;
        if (shape().at(i, &property) && meets(condition, property) && wanted.meets(shape(), property))
            texts.push_back(wql_s(property.name));
    }
    return array_of_texts(texts, out);
}

HRESULT Object::GetNames(LPCWSTR qualifier, long flags, VARIANT *value, SAFEARRAY **out) {
    if (!out) return WBEM_E_INVALID_PARAMETER;
    *out = nullptr;
    return guarded([&] {
        Guard held(lock_);
        return names(qualifier, flags, value, out);
    });
}

/* -- one after the other ----------------------------------------------------------------------------------------- */

HRESULT Object::BeginEnumeration(long flags) {
    return guarded([&] {
        Guard held(lock_);
        Condition condition;
        HRESULT result = condition.read(flags, shape().kind());
        if (result < 0) return result;
        walk_.open = true;
        walk_.place = 0;
        walk_.condition = condition;
        return result;
    });
}

HRESULT Object::next(BSTR *name, VARIANT *value, CIMTYPE *type, long *flavor) {
    for (; walk_.place < shape().places(); walk_.place++) {
        Property property;
        BSTR text = nullptr;
        HRESULT result;
        if (!shape().at(walk_.place, &property) || !meets(walk_.condition, property)) continue;
        if (name && !(text = to_bstr(property.name))) return WBEM_E_OUT_OF_MEMORY;
        result = read(property, value, type, flavor);
        if (result < 0) {
            SysFreeString(text);
            return result;
        }
        if (name) *name = text;
        walk_.place++;
        return result;
    }
    return WBEM_S_NO_MORE_DATA;
}

HRESULT Object::Next(long flags, BSTR *name, VARIANT *value, CIMTYPE *type, long *flavor) {
    if (name) *name = nullptr;
    if (flags != 0) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        return walk_.open ? next(name, value, type, flavor) : HRESULT{WBEM_E_UNEXPECTED};
    });
}

HRESULT Object::EndEnumeration() {
    return guarded([&] {
        Guard held(lock_);
        walk_.open = false;
        return HRESULT{WBEM_S_NO_ERROR};
    });
}

} // namespace wbem
