/* SPDX-License-Identifier: MIT */
/* object_methods.cc: a class's methods: their parameters as classes __PARAMETERS, their qualifiers, where they come from. An
 * instance shows none. */
#include "object.h"

#include "objects.h"
#include "qualifiers.h"
#include "text.h"

namespace wbem {

/* __SERVER and __NAMESPACE, as text; empty where they are not known. */
std::string Object::system_text(const char *name) {
    wql_value value = wql_null();
    if (!batch_ || wql_batch_value(batch_, row_, name, &value) < 0 || value.type != WQL_STRING) return std::string();
    return std::string(value.str.ptr, value.str.len);
}

HRESULT Object::method(LPCWSTR name, uint32_t *number) {
    if (shape().kind() == Kind::Instance) return WBEM_E_ILLEGAL_OPERATION;
    return shape().find_method(name, number);
}

/* *made stays NULL where nothing goes that way. */
HRESULT Object::parameters_of(uint32_t number, bool out, IWbemClassObject **made) {
    const wql_method_def *def = &shape().def()->methods[number];
    Ref<const Shape> parameters =
        Shape::of_parameters(shape().cls(), def, out, system_text("__SERVER"), system_text("__NAMESPACE"));
    if (!parameters->has_own()) return WBEM_S_NO_ERROR;
    return make_object(std::move(parameters), nullptr, 0, made);
}

HRESULT Object::parameters(uint32_t number, IWbemClassObject **in, IWbemClassObject **out) {
    IWbemClassObject *made_in = nullptr, *made_out = nullptr;
    HRESULT result = in ? parameters_of(number, false, &made_in) : HRESULT{WBEM_S_NO_ERROR};
    Ref<IWbemClassObject> kept(made_in);
    if (result >= 0 && out) result = parameters_of(number, true, &made_out);
    if (result < 0) return result;
    if (in) *in = kept.take();
    if (out) *out = made_out;
    return WBEM_S_NO_ERROR;
}

HRESULT Object::GetMethod(LPCWSTR name, long flags, IWbemClassObject **in, IWbemClassObject **out) {
    if (in) *in = nullptr;
    if (out) *out = nullptr;
    if (!name || flags != 0) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        uint32_t number;
        HRESULT result = method(name, &number);
        return result < 0 ? result : parameters(number, in, out);
    });
}

/* -- one after the other ----------------------------------------------------------------------------------------- */

HRESULT Object::BeginMethodEnumeration(long flags) {
    if (flags != 0 && flags != WBEM_FLAG_LOCAL_ONLY && flags != WBEM_FLAG_PROPAGATED_ONLY) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        if (shape().kind() == Kind::Instance) return HRESULT{WBEM_E_ILLEGAL_OPERATION};
        methods_.open = true;
        methods_.number = 0;
        methods_.origin = flags;
        return HRESULT{WBEM_S_NO_ERROR};
    });
}

/* One that is declared again counts as the class's own. */
static bool is_meant(const Shape &shape, uint32_t number, long origin) {
    return origin == 0 || declares_method(shape.cls(), number) == (origin == WBEM_FLAG_LOCAL_ONLY);
}

HRESULT Object::NextMethod(long flags, BSTR *name, IWbemClassObject **in, IWbemClassObject **out) {
    if (name) *name = nullptr;
    if (in) *in = nullptr;
    if (out) *out = nullptr;
    if (flags != 0) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        BSTR text = nullptr;
        HRESULT result;
        if (!methods_.open) return HRESULT{WBEM_E_UNEXPECTED};
        uint32_t count = shape().kind() == Kind::Class ? shape().def()->method_count : 0;
        while (methods_.number < count && !is_meant(shape(), methods_.number, methods_.origin)) methods_.number++;
        if (methods_.number == count) return HRESULT{WBEM_S_NO_MORE_DATA};
        if (name && !(text = to_bstr(shape().def()->methods[methods_.number].name))) return HRESULT{WBEM_E_OUT_OF_MEMORY};
        result = guarded([&] { return parameters(methods_.number, in, out); });
        if (result < 0) {
            SysFreeString(text);
            return result;
        }
        if (name) *name = text;
        methods_.number++;
        return result;
    });
}

HRESULT Object::EndMethodEnumeration() {
    return guarded([&] {
        Guard held(lock_);
        methods_.open = false;
        return HRESULT{WBEM_S_NO_ERROR};
    });
}

/* -- of one method ----------------------------------------------------------------------------------------------- */

HRESULT Object::GetMethodQualifierSet(LPCWSTR name, IWbemQualifierSet **set) {
    if (!set) return WBEM_E_INVALID_PARAMETER;
    *set = nullptr;
    if (!name) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        uint32_t number;
        HRESULT result = method(name, &number);
        if (result < 0) return result;
        return make_qualifier_set(Ref<const Shape>::share(&shape()), Qualifiers::of_method(shape(), number), set);
    });
}

/* The class furthest up that has it. */
HRESULT Object::GetMethodOrigin(LPCWSTR name, BSTR *class_name) {
    if (!class_name) return WBEM_E_INVALID_PARAMETER;
    *class_name = nullptr;
    if (!name) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        Guard held(lock_);
        uint32_t number;
        HRESULT result = method(name, &number);
        if (result < 0) return result;
        const wql_class *cls = shape().cls();
        while (number < inherited_methods(cls)) cls = wql_class_superclass(cls);
        *class_name = to_bstr(wql_class_describe(cls)->name);
        return HRESULT{*class_name ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY};
    });
}

} // namespace wbem
