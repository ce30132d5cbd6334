/* SPDX-License-Identifier: MIT */
/* object_text.cc: an object as MOF. */
#include "object.h"

#include "objects.h"
#include "qualifiers.h"
#include "text.h"

namespace wbem {

/* A text of the library's, whose length it says beforehand. */
template <typename Write> static std::string written(Write write) {
    std::string text(write(nullptr, 0), '\0');
    if (!text.empty()) (void)write(&text[0], text.size() + 1); /* the NUL goes where a string has its own */
    return text;
}

/* -- without flavours -------------------------------------------------------------------------------------------- */

/* Within the brackets of a list of qualifiers, what stands from a colon to the comma or bracket behind it. Texts and characters
 * in quotes are passed over; braces and parentheses hold values. */
std::string without_flavors(const std::string &mof) {
    std::string out;
    char quote = 0;
    int brackets = 0, values = 0;
    bool skipping = false;
    for (size_t i = 0; i < mof.size(); i++) {
        char c = mof[i];
        if (quote) {
            out.push_back(c);
            if (c == '\\' && i + 1 < mof.size()) out.push_back(mof[++i]);
            if (c == quote) quote = 0;
            continue;
        }
        if (brackets == 1 && values == 0) {
            if (c == ':') {
                skipping = true;
                while (!out.empty() && out.back() == ' ') out.pop_back();
            }
            if (c == ',' || c == ']') skipping = false;
        }
        if (skipping) continue;
        if (c == '"' || c == '\'') quote = c;
        if (c == '[') {
            brackets++;
            values = 0;
        }
        if (c == ']') brackets--;
        if (brackets && (c == '(' || c == '{')) values++;
        if (brackets && (c == ')' || c == '}')) values--;
        out.push_back(c);
    }
    return out;
}

/* -- parameters -------------------------------------------------------------------------------------------------- */

static std::string literal(const wql_value &value) {
    std::string text;
    if (value.type & WQL_ARRAY) {
        for (uint32_t i = 0; i < value.count; i++) text += (i ? ", " : "") + literal(value.items[i]);
        return "{" + text + "}";
    }
    if (value.type == WQL_STRING || value.type == WQL_REFERENCE) {
        text = "\"";
        for (size_t i = 0; i < value.str.len; i++) {
            char c = value.str.ptr[i], digits[8];
            if (c == '"' || c == '\\') text.push_back('\\');
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
                (void)snprintf(digits, sizeof digits, "\\x%04X", static_cast<unsigned>(static_cast<unsigned char>(c)));
                text += digits;
            } else {
                text.push_back(c);
            }
        }
        return text + "\"";
    }
    text = written([&](char *buffer, size_t size) { return wql_value_format(&value, buffer, size); });
    if (value.type == WQL_DATETIME) return "\"" + text + "\"";
    if ((value.type == WQL_REAL32 || value.type == WQL_REAL64) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

static std::string flavor_words(uint32_t flavor) {
    std::string words;
    if (flavor & WQL_FLAVOR_NOT_OVERRIDABLE) words += " DisableOverride";
    if (flavor & WQL_FLAVOR_TO_SUBCLASS) words += " ToSubclass";
    if (flavor & WQL_FLAVOR_TO_INSTANCE) words += " ToInstance";
    if (flavor & WQL_FLAVOR_AMENDED) words += " Amended";
    return words.empty() ? words : " :" + words;
}

/* The type is said by CIMTYPE, which is not written as a qualifier. */
static std::string parameter_text(const Shape &shape, const Property &property, bool flavors) {
    Qualifiers all = Qualifiers::of_property(shape, property);
    std::string list, type;
    for (const Qualifier &qualifier : all.list()) {
        bool is_flag = qualifier.value.type == WQL_BOOLEAN && qualifier.value.b;
        if (wql_text_equal(wql_s(qualifier.name), wql_s("CIMTYPE"))) {
            type.assign(qualifier.value.str.ptr, qualifier.value.str.len);
            continue;
        }
        list += (list.empty() ? "" : ", ") + std::string(qualifier.name);
        if (qualifier.value.type & WQL_ARRAY)
            list += literal(qualifier.value);
        else if (!is_flag)
            list += "(" + literal(qualifier.value) + ")";
        if (flavors) list += flavor_words(qualifier.flavor);
    }
    if (type.compare(0, 4, "ref:") == 0) type = type.substr(4) + " REF";
    if (type == "ref") type = "object REF";
    if (type.compare(0, 7, "object:") == 0) type = type.substr(7);
    type += std::string(" ") + property.name + (property.type & WQL_ARRAY ? "[]" : "");
    if (property.def->initial && property.def->initial->type != WQL_NULL) type += " = " + literal(*property.def->initial);
    return "    [" + list + "] " + type + ";\n";
}

std::string parameters_text(const Shape &shape, bool flavors) {
    std::string text = "[abstract]\nclass __PARAMETERS {\n";
    for (uint32_t i = 0; i < shape.places(); i++) {
        Property property;
        if (shape.at(i, &property) && property.system == System::None) text += parameter_text(shape, property, flavors);
    }
    return text + "};\n";
}

/* -- the object -------------------------------------------------------------------------------------------------- */

HRESULT Object::GetObjectText(long flags, BSTR *out) {
    if (!out) return WBEM_E_INVALID_PARAMETER;
    *out = nullptr;
    if (flags & ~static_cast<long>(WBEM_FLAG_NO_FLAVORS)) return WBEM_E_INVALID_PARAMETER;
    return guarded([&] {
        bool flavors = !(flags & WBEM_FLAG_NO_FLAVORS);
        std::string text;
        Guard held(lock_);
        switch (shape().kind()) {
        case Kind::Empty: return HRESULT{WBEM_E_INCOMPLETE_CLASS};
        case Kind::Parameters: text = parameters_text(shape(), flavors); break;
        case Kind::Class:
            text = written([&](char *buffer, size_t size) { return wql_class_mof(shape().cls(), buffer, size); });
            if (!flavors) text = without_flavors(text);
            break;
        case Kind::Instance: text = written([&](char *buffer, size_t size) { return wql_batch_mof(batch_, row_, buffer, size); });
        }
        *out = to_bstr(wql_str{text.data(), text.size()});
        return HRESULT{*out ? WBEM_S_NO_ERROR : WBEM_E_OUT_OF_MEMORY};
    });
}

} // namespace wbem
