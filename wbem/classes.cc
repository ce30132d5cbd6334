/* SPDX-License-Identifier: MIT */
/* classes.cc: enumerations of instances and of classes, each a query. Names were found to be identifiers before they become part
 * of its text, so nothing else can. */
#include "services.h"

namespace wbem {
namespace {

bool is_meta_class(const std::string &name) noexcept {
    static const char lower[] = "meta_class";
    bool same = name.size() == sizeof lower - 1;
    for (size_t i = 0; same && i < name.size(); i++) {
        char c = name[i];
        same = (c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) == lower[i];
    }
    return same;
}

/* -- instances: those of the class and of all that derive from it; shallow: of the class alone ----------------------- */

void check_instances(Arguments *arguments, const wchar_t *name, long flags, Request *request) {
    std::string class_name;
    arguments->flags(flags);
    arguments->class_name(name, "strFilter", false, &class_name);
    if (is_meta_class(class_name))
        arguments->refuse(WBEM_E_INVALID_CLASS, "meta_class has no instances; CreateClassEnum lists classes");
    request->text = "SELECT * FROM " + class_name;
    if (flags & WBEM_FLAG_SHALLOW) request->flags |= WQL_DIRECT_READ;
}

/* -- classes: all that derive from one, without itself; shallow: those that derive from it directly ------------------ */

/* Of a superclass that is not there nothing derives, but it is an error: that of a query of its instances. Should it come into
 * being meanwhile, these are counted and not delivered. */
void ask_for_missing(const std::string &superclass, Request *request) {
    request->text = "SELECT * FROM " + superclass;
    request->flags |= WQL_COUNT_ONLY;
}

void ask_for_classes(const Connection &connection, const std::string &superclass, bool shallow, Request *request) {
    request->text = "SELECT * FROM meta_class";
    if (superclass.empty())
        request->text += shallow ? " WHERE __SUPERCLASS IS NULL" : "";
    else if (!has_class(connection, superclass))
        ask_for_missing(superclass, request);
    else if (shallow)
        request->text += " WHERE __SUPERCLASS = '" + superclass + "'";
    else
        request->text += " WHERE __THIS ISA '" + superclass + "' AND __CLASS <> '" + superclass + "'";
}

void check_classes(Arguments *arguments, const wchar_t *superclass, long flags, std::string *name) {
    arguments->flags(flags);
    arguments->class_name(superclass, "strSuperclass", true, name);
    if (is_meta_class(*name)) arguments->refuse(WBEM_E_INVALID_CLASS, "no class derives from meta_class");
}

} // namespace

HRESULT Services::CreateInstanceEnum(const BSTR name, long flags, IWbemContext *context, IEnumWbemClassObject **out) {
    return guarded([&] {
        Arguments arguments(Method::CreateInstanceEnum);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        clear(out);
        arguments.needed(out, "ppEnum");
        check_instances(&arguments, name, flags, &request);
        return arguments.wrong() ? arguments.fail() : enumerate(Method::CreateInstanceEnum, &request, flags, context, out);
    });
}

HRESULT Services::CreateInstanceEnumAsync(const BSTR name, long flags, IWbemContext *context, IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::CreateInstanceEnumAsync);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        arguments.needed(sink, "pResponseHandler");
        check_instances(&arguments, name, flags, &request);
        return arguments.wrong() ? arguments.code() : send(Operation::CreateInstanceEnum, &request, flags, context, sink);
    });
}

HRESULT Services::CreateClassEnum(const BSTR superclass, long flags, IWbemContext *context, IEnumWbemClassObject **out) {
    return guarded([&] {
        Arguments arguments(Method::CreateClassEnum);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        std::string name;
        clear(out);
        arguments.needed(out, "ppEnum");
        check_classes(&arguments, superclass, flags, &name);
        if (arguments.wrong()) return arguments.fail();
        ask_for_classes(*connection_, name, flags & WBEM_FLAG_SHALLOW, &request);
        return enumerate(Method::CreateClassEnum, &request, flags, context, out);
    });
}

HRESULT Services::CreateClassEnumAsync(const BSTR superclass, long flags, IWbemContext *context, IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::CreateClassEnumAsync);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        std::string name;
        arguments.needed(sink, "pResponseHandler");
        check_classes(&arguments, superclass, flags, &name);
        if (arguments.wrong()) return arguments.code();
        ask_for_classes(*connection_, name, flags & WBEM_FLAG_SHALLOW, &request);
        return send(Operation::CreateClassEnum, &request, flags, context, sink);
    });
}

} // namespace wbem
