/* SPDX-License-Identifier: MIT */
/* object_compare.cc: whether two objects are the same. Both are read through their interface, so the other one may be anybody's,
 * and no two locks are held at once. */
#include "object.h"

#include "text.h"

namespace wbem {

namespace {

const long known_flags = WBEM_FLAG_IGNORE_QUALIFIERS | WBEM_FLAG_IGNORE_OBJECT_SOURCE | WBEM_FLAG_IGNORE_DEFAULT_VALUES |
                         WBEM_FLAG_IGNORE_CLASS | WBEM_FLAG_IGNORE_CASE | WBEM_FLAG_IGNORE_FLAVOR;

/* A failure while reading: it is the answer of the whole comparison. */
struct Failure {
    HRESULT code;
};

void must(HRESULT result) {
    if (result < 0) throw Failure{result};
}

/* What a method that succeeded has made; another's may have made nothing. */
template <typename T> T *made(T *object) {
    if (!object) throw Failure{WBEM_E_INVALID_OBJECT};
    return object;
}

/* What is cleared at the end of a block. */
struct Value {
    VARIANT variant;
    Value() { VariantInit(&variant); }
    ~Value() { VariantClear(&variant); }
    Value(const Value &) = delete;
    Value &operator=(const Value &) = delete;
};

struct Text {
    BSTR text = nullptr;
    Text() = default;
    ~Text() { SysFreeString(text); }
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
};

bool same_object(long flags, IWbemClassObject *left, IWbemClassObject *right);

bool same_text(long flags, BSTR left, BSTR right) {
    UINT length = SysStringLen(left);
    std::string a, b;
    if (!(flags & WBEM_FLAG_IGNORE_CASE))
        return length == SysStringLen(right) && (length == 0 || wmemcmp(left, right, length) == 0);
    return to_utf8(left, length, &a) && to_utf8(right, SysStringLen(right), &b) &&
           wql_text_equal(wql_str{a.data(), a.size()}, wql_str{b.data(), b.size()});
}

bool same_embedded(long flags, IUnknown *left, IUnknown *right) {
    IWbemClassObject *a = nullptr, *b = nullptr;
    if (!left || !right) return left == right;
    must(left->QueryInterface(&a));
    Ref<IWbemClassObject> kept_a(made(a));
    must(right->QueryInterface(&b));
    Ref<IWbemClassObject> kept_b(made(b));
    return same_object(flags, a, b);
}

template <typename T> bool same_items(const void *left, const void *right, ULONG count) {
    const T *a = static_cast<const T *>(left), *b = static_cast<const T *>(right);
    for (ULONG i = 0; i < count; i++)
        if (!(a[i] <= b[i] && a[i] >= b[i])) return false; /* a number that is none is not the same as itself */
    return true;
}

bool same_elements(long flags, VARTYPE type, const void *left, const void *right, ULONG count) {
    switch (type) {
    case VT_I2: return same_items<SHORT>(left, right, count);
    case VT_UI1: return same_items<BYTE>(left, right, count);
    case VT_I4: return same_items<LONG>(left, right, count);
    case VT_R4: return same_items<FLOAT>(left, right, count);
    case VT_R8: return same_items<DOUBLE>(left, right, count);
    case VT_BOOL: return same_items<VARIANT_BOOL>(left, right, count);
    case VT_BSTR:
        for (ULONG i = 0; i < count; i++)
            if (!same_text(flags, static_cast<const BSTR *>(left)[i], static_cast<const BSTR *>(right)[i])) return false;
        return true;
    case VT_UNKNOWN:
        for (ULONG i = 0; i < count; i++)
            if (!same_embedded(flags, static_cast<IUnknown *const *>(left)[i], static_cast<IUnknown *const *>(right)[i]))
                return false;
        return true;
    default: return false;
    }
}

/* The elements as they lie there: nobody else has these arrays. */
bool same_arrays(long flags, VARTYPE type, SAFEARRAY *left, SAFEARRAY *right) {
    VARTYPE mine = VT_EMPTY, other = VT_EMPTY;
    if (!left || !right) return left == right;
    must(SafeArrayGetVartype(left, &mine));
    must(SafeArrayGetVartype(right, &other));
    if (mine != type || other != type) throw Failure{WBEM_E_INVALID_OBJECT};
    return left->rgsabound[0].cElements == right->rgsabound[0].cElements &&
           same_elements(flags, type, left->pvData, right->pvData, left->rgsabound[0].cElements);
}

bool same_value(long flags, const VARIANT &left, const VARIANT &right) {
    if (left.vt != right.vt) return false;
    if (left.vt == VT_EMPTY || left.vt == VT_NULL) return true;
    if (left.vt & VT_ARRAY) return same_arrays(flags, static_cast<VARTYPE>(left.vt & ~VT_ARRAY), left.parray, right.parray);
    return same_elements(flags, left.vt, &left.llVal, &right.llVal, 1);
}

/* -- qualifiers -- */

long shown_flavor(long flags, long flavor) { return flags & WBEM_FLAG_IGNORE_FLAVOR ? 0 : flavor; }

/* Each of the first is in the second, with the same value. Returns how many there are, or -1. */
long count_same(long flags, IWbemQualifierSet *left, IWbemQualifierSet *right) {
    long count = 0;
    must(left->BeginEnumeration(0));
    for (;; count++) {
        Text name;
        Value mine, other;
        long flavor = 0, other_flavor = 0;
        HRESULT result = left->Next(0, &name.text, &mine.variant, &flavor);
        must(result);
        if (result == WBEM_S_NO_MORE_DATA) return count;
        result = right->Get(made(name.text), 0, &other.variant, &other_flavor);
        if (result == WBEM_E_NOT_FOUND) return -1;
        must(result);
        if (shown_flavor(flags, flavor) != shown_flavor(flags, other_flavor)) return -1;
        if (!same_value(flags, mine.variant, other.variant)) return -1;
    }
}

bool same_qualifiers(long flags, Ref<IWbemQualifierSet> left, Ref<IWbemQualifierSet> right) {
    long count = count_same(flags, left.get(), right.get());
    return count >= 0 && count == count_same(flags, right.get(), left.get());
}

template <typename Ask> Ref<IWbemQualifierSet> qualifiers(Ask ask) {
    IWbemQualifierSet *set = nullptr;
    must(ask(&set));
    return Ref<IWbemQualifierSet>(made(set));
}

/* -- objects -- */

bool same_property(long flags, const wchar_t *name, IWbemClassObject *left, IWbemClassObject *right) {
    Value mine, other;
    CIMTYPE type = CIM_EMPTY, other_type = CIM_EMPTY;
    HRESULT result;
    must(left->Get(name, 0, &mine.variant, &type, nullptr));
    result = right->Get(name, 0, &other.variant, &other_type, nullptr);
    if (result == WBEM_E_NOT_FOUND) return false;
    must(result);
    return type == other_type && same_value(flags, mine.variant, other.variant);
}

bool is_class(IWbemClassObject *object) {
    Value genus;
    must(object->Get(L"__GENUS", 0, &genus.variant, nullptr, nullptr));
    return genus.variant.vt == VT_I4 && genus.variant.lVal == WBEM_GENUS_CLASS;
}

/* One property: its type, its value (of a class: the default), its qualifiers. */
bool same_member(long flags, const wchar_t *name, bool values, IWbemClassObject *left, IWbemClassObject *right) {
    CIMTYPE type = CIM_EMPTY, other_type = CIM_EMPTY;
    if (values) {
        if (!same_property(flags, name, left, right)) return false;
    } else {
        HRESULT result = right->Get(name, 0, nullptr, &other_type, nullptr);
        if (result == WBEM_E_NOT_FOUND) return false;
        must(result);
        must(left->Get(name, 0, nullptr, &type, nullptr));
        if (type != other_type) return false;
    }
    if (flags & (WBEM_FLAG_IGNORE_QUALIFIERS | WBEM_FLAG_IGNORE_CLASS)) return true;
    return same_qualifiers(flags, qualifiers([&](IWbemQualifierSet **set) { return left->GetPropertyQualifierSet(name, set); }),
                           qualifiers([&](IWbemQualifierSet **set) { return right->GetPropertyQualifierSet(name, set); }));
}

/* The names of an object's own properties. */
void own_names(IWbemClassObject *object, Value *out) {
    SAFEARRAY *names = nullptr;
    VARTYPE type = VT_EMPTY;
    must(object->GetNames(nullptr, WBEM_FLAG_NONSYSTEM_ONLY, nullptr, &names));
    out->variant.parray = made(names);
    out->variant.vt = VT_ARRAY | VT_BSTR;
    must(SafeArrayGetVartype(names, &type));
    if (type != VT_BSTR) throw Failure{WBEM_E_INVALID_OBJECT};
}

bool same_members(long flags, bool values, IWbemClassObject *left, IWbemClassObject *right) {
    Value names, others;
    own_names(left, &names);
    own_names(right, &others);
    const ULONG count = names.variant.parray->rgsabound[0].cElements;
    bool same = count == others.variant.parray->rgsabound[0].cElements;
    for (ULONG i = 0; i < count && same; i++)
        same = same_member(flags, made(static_cast<BSTR *>(names.variant.parray->pvData)[i]), values, left, right);
    return same;
}

bool same_signature(long flags, IWbemClassObject *left, IWbemClassObject *right) {
    if (!left || !right) return left == right;
    return same_object(flags | WBEM_FLAG_IGNORE_OBJECT_SOURCE, left, right);
}

/* Each method of the first is in the second. Returns how many, or -1. */
long count_methods(long flags, IWbemClassObject *left, IWbemClassObject *right) {
    long count = 0;
    must(left->BeginMethodEnumeration(0));
    for (;; count++) {
        Text name;
        IWbemClassObject *in = nullptr, *out = nullptr, *other_in = nullptr, *other_out = nullptr;
        HRESULT result = left->NextMethod(0, &name.text, &in, &out);
        Ref<IWbemClassObject> kept_in(in), kept_out(out);
        must(result);
        if (result == WBEM_S_NO_MORE_DATA) return count;
        result = right->GetMethod(made(name.text), 0, &other_in, &other_out);
        Ref<IWbemClassObject> kept_other_in(other_in), kept_other_out(other_out);
        if (result == WBEM_E_NOT_FOUND) return -1;
        must(result);
        if (!same_signature(flags, in, other_in) || !same_signature(flags, out, other_out)) return -1;
        if (flags & WBEM_FLAG_IGNORE_QUALIFIERS) continue;
        if (!same_qualifiers(flags,
                             qualifiers([&](IWbemQualifierSet **set) { return left->GetMethodQualifierSet(name.text, set); }),
                             qualifiers([&](IWbemQualifierSet **set) { return right->GetMethodQualifierSet(name.text, set); })))
            return -1;
    }
}

bool same_head(long flags, IWbemClassObject *left, IWbemClassObject *right) {
    static const wchar_t *const of_class[] = {L"__CLASS", L"__SUPERCLASS", L"__DERIVATION"};
    static const wchar_t *const of_source[] = {L"__SERVER", L"__NAMESPACE"};
    for (const wchar_t *name : of_class) /* names are the same in any case */
        if (!same_property(flags | WBEM_FLAG_IGNORE_CASE, name, left, right)) return false;
    if (flags & WBEM_FLAG_IGNORE_OBJECT_SOURCE) return true;
    for (const wchar_t *name : of_source)
        if (!same_property(flags | WBEM_FLAG_IGNORE_CASE, name, left, right)) return false;
    return true;
}

bool same_object(long flags, IWbemClassObject *left, IWbemClassObject *right) {
    bool class_itself = is_class(left), same;
    if (left == right) return true;
    if (class_itself != is_class(right)) return false;
    if (flags & WBEM_FLAG_IGNORE_CLASS) return same_members(flags, true, left, right);
    if (!same_head(flags, left, right)) return false;
    if (!same_members(flags, !class_itself || !(flags & WBEM_FLAG_IGNORE_DEFAULT_VALUES), left, right)) return false;
    same = true;
    if (!(flags & WBEM_FLAG_IGNORE_QUALIFIERS))
        same = same_qualifiers(flags, qualifiers([&](IWbemQualifierSet **set) { return left->GetQualifierSet(set); }),
                               qualifiers([&](IWbemQualifierSet **set) { return right->GetQualifierSet(set); }));
    if (same && class_itself) {
        /* Walking is a state of an object's; a client's walk is not disturbed on a copy. */
        IWbemClassObject *a = nullptr, *b = nullptr;
        must(left->Clone(&a));
        Ref<IWbemClassObject> kept_a(made(a));
        must(right->Clone(&b));
        Ref<IWbemClassObject> kept_b(made(b));
        long count = count_methods(flags, a, b);
        same = count >= 0 && count == count_methods(flags, b, a);
    }
    return same;
}

} // namespace

HRESULT Object::CompareTo(long flags, IWbemClassObject *other) {
    if (!other || flags & ~known_flags) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        try {
            return HRESULT{same_object(flags, this, other) ? WBEM_S_SAME : WBEM_S_DIFFERENT};
        } catch (const Failure &failure) {
            return failure.code;
        }
    });
}

} // namespace wbem
