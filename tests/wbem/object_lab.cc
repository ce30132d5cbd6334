/* SPDX-License-Identifier: MIT */
/* object_lab.cc: see object_lab.h. */
#include "object_lab.h"

#include "../../wbem/text.h"

using wbem::Ref;

static wql_error err = WQL_INIT(wql_error);

static void must(wql_status status) {
    if (status < 0) fail_msg("%s: %s", wql_status_name(status), err.message);
}

ObjectLab::ObjectLab(const char *mof, const wql_engine_options *options) {
    must(wql_engine_open(options, &engine_, &err));
    must(wql_engine_mof(engine_, "root/lab", wql_s(mof), &err));
    must(wql_session_open(engine_, "root/lab", nullptr, &session_, &err));
}

ObjectLab::~ObjectLab() { close(); }

void ObjectLab::close() {
    if (!engine_) return;
    wql_session_close(session_);
    assert_int_equal(wql_engine_close(engine_), WQL_OK);
    engine_ = nullptr;
}

wql_batch *ObjectLab::batch(const char *query, uint32_t flags) {
    wql_call_options how = WQL_INIT(wql_call_options);
    wql_batch *made = nullptr;
    wql_call call;
    how.flags = flags;
    must(wql_session_exec(session_, wql_s(query), &how, &call, &err));
    must(wql_call_next(call, WQL_FOREVER, &made, &err));
    assert_non_null(made);
    wql_call_close(call);
    return made;
}

Ref<IWbemClassObject> ObjectLab::object(const char *query, uint32_t flags) {
    wql_batch *rows = batch(query, flags);
    IWbemClassObject *made = nullptr;
    assert_int_equal(wbem::make_object(rows, 0, &made), S_OK);
    wql_batch_release(rows);
    return Ref<IWbemClassObject>(made);
}

Ref<IWbemClassObject> ObjectLab::definition(const char *class_name) {
    return object((std::string("SELECT * FROM meta_class WHERE __CLASS = '") + class_name + "'").c_str());
}

/* -- as text ----------------------------------------------------------------------------------------------------- */

std::string code(HRESULT result) {
    char digits[16];
    const char *name = wql_status_name(result);
    (void)snprintf(digits, sizeof digits, "%08X", static_cast<unsigned>(result));
    return strchr(name, '?') ? digits : name;
}

std::string narrow(const wchar_t *text) {
    std::string out;
    assert_true(wbem::to_utf8(text, wcslen(text), &out));
    return out;
}

std::string text_of(BSTR text) {
    std::string out;
    if (!text) return "(none)";
    assert_true(wbem::to_utf8(text, SysStringLen(text), &out));
    assert_int_equal(text[SysStringLen(text)], 0);
    SysFreeString(text);
    return out;
}

static std::string class_of(IUnknown *unknown) {
    IWbemClassObject *object = nullptr;
    if (!unknown) return "(none)";
    assert_int_equal(unknown->QueryInterface(IID_IWbemClassObject, reinterpret_cast<void **>(&object)), S_OK);
    Ref<IWbemClassObject> kept(object);
    return value(object, L"__CLASS").substr(8);
}

static std::string show_number(double number) {
    char text[40];
    (void)snprintf(text, sizeof text, "%.17g", number);
    return text;
}

static std::string show_element(VARTYPE type, const void *at) {
    std::string out;
    switch (type) {
    case VT_I2: return std::to_string(*static_cast<const SHORT *>(at));
    case VT_UI1: return std::to_string(*static_cast<const BYTE *>(at));
    case VT_I4: return std::to_string(*static_cast<const LONG *>(at));
    case VT_R4: return show_number(static_cast<double>(*static_cast<const FLOAT *>(at)));
    case VT_R8: return show_number(*static_cast<const DOUBLE *>(at));
    case VT_BOOL: return std::to_string(*static_cast<const VARIANT_BOOL *>(at));
    case VT_UNKNOWN: return class_of(*static_cast<IUnknown *const *>(at));
    case VT_BSTR: {
        BSTR text = *static_cast<const BSTR *>(at);
        if (!text) return "(none)";
        assert_true(wbem::to_utf8(text, SysStringLen(text), &out));
        return out;
    }
    default: return "?";
    }
}

static const char *type_name(VARTYPE type) {
    switch (type) {
    case VT_EMPTY: return "VT_EMPTY";
    case VT_NULL: return "VT_NULL";
    case VT_I2: return "VT_I2";
    case VT_UI1: return "VT_UI1";
    case VT_I4: return "VT_I4";
    case VT_R4: return "VT_R4";
    case VT_R8: return "VT_R8";
    case VT_BOOL: return "VT_BOOL";
    case VT_BSTR: return "VT_BSTR";
    case VT_UNKNOWN: return "VT_UNKNOWN";
    default: return "VT_?";
    }
}

static std::string show_array(VARTYPE type, SAFEARRAY *array) {
    std::string out = std::string(type_name(type)) + "[] {";
    VARTYPE inside = VT_EMPTY;
    void *data;
    LONG first, last;
    assert_int_equal(SafeArrayGetVartype(array, &inside), S_OK);
    assert_int_equal(inside, type);
    assert_int_equal(SafeArrayGetLBound(array, 1, &first), S_OK);
    assert_int_equal(SafeArrayGetUBound(array, 1, &last), S_OK);
    assert_int_equal(first, 0);
    assert_int_equal(SafeArrayAccessData(array, &data), S_OK);
    for (LONG i = 0; i <= last; i++)
        out += (i ? ", " : "") + show_element(type, static_cast<char *>(data) + static_cast<size_t>(i) * array->cbElements);
    assert_int_equal(SafeArrayUnaccessData(array), S_OK);
    return out + "}";
}

std::string show(const VARIANT &variant) {
    if (variant.vt & VT_ARRAY) return show_array(static_cast<VARTYPE>(variant.vt & ~VT_ARRAY), variant.parray);
    if (variant.vt == VT_EMPTY || variant.vt == VT_NULL) return type_name(variant.vt);
    return std::string(type_name(variant.vt)) + " " + show_element(variant.vt, &variant.llVal);
}

std::string value(IWbemClassObject *object, const wchar_t *name) {
    VARIANT variant;
    std::string out;
    HRESULT result;
    memset(&variant, 0x55, sizeof variant); /* only written */
    result = object->Get(name, 0, &variant, nullptr, nullptr);
    if (result < 0) return code(result);
    out = show(variant);
    VariantClear(&variant);
    return out;
}

CIMTYPE type_of(IWbemClassObject *object, const wchar_t *name) {
    CIMTYPE type = -1;
    assert_int_equal(object->Get(name, 0, nullptr, &type, nullptr), S_OK);
    return type;
}

long flavor_of(IWbemClassObject *object, const wchar_t *name) {
    long flavor = -1;
    assert_int_equal(object->Get(name, 0, nullptr, nullptr, &flavor), S_OK);
    return flavor;
}

static std::string joined(SAFEARRAY *array) {
    std::string out = show_array(VT_BSTR, array).substr(strlen("VT_BSTR[] {"));
    out.pop_back();
    for (size_t i; (i = out.find(", ")) != std::string::npos;) out.erase(i, 1);
    SafeArrayDestroy(array);
    return out;
}

std::string names(IWbemClassObject *object, long flags, const wchar_t *qualifier, VARIANT *value) {
    SAFEARRAY *array = nullptr;
    HRESULT result = object->GetNames(qualifier, flags, value, &array);
    if (result < 0) assert_null(array);
    return result < 0 ? code(result) : joined(array);
}

std::string walk(IWbemClassObject *object, long flags) {
    std::string out;
    HRESULT result = object->BeginEnumeration(flags);
    if (result < 0) return code(result);
    for (;;) {
        BSTR name = nullptr;
        VARIANT variant;
        VariantInit(&variant);
        result = object->Next(0, &name, &variant, nullptr, nullptr);
        if (result != WBEM_S_NO_ERROR) break;
        out += (out.empty() ? "" : " ") + text_of(name) + "=" + show(variant);
        VariantClear(&variant);
    }
    assert_int_equal(result, WBEM_S_NO_MORE_DATA);
    assert_int_equal(object->EndEnumeration(), WBEM_S_NO_ERROR);
    return out;
}

std::string qualifiers(IWbemQualifierSet *set, long flags) {
    std::string out;
    char flavor_text[16];
    HRESULT result = set->BeginEnumeration(flags);
    if (result < 0) return code(result);
    for (;;) {
        BSTR name = nullptr;
        VARIANT variant;
        long flavor;
        result = set->Next(0, &name, &variant, &flavor);
        if (result != WBEM_S_NO_ERROR) break;
        (void)snprintf(flavor_text, sizeof flavor_text, ":%lx", static_cast<unsigned long>(flavor));
        out += (out.empty() ? "" : " ") + text_of(name) + "=" + show(variant) + flavor_text;
        VariantClear(&variant);
    }
    assert_int_equal(result, WBEM_S_NO_MORE_DATA);
    assert_int_equal(set->EndEnumeration(), WBEM_S_NO_ERROR);
    return out;
}
