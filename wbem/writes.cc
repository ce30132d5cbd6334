/* SPDX-License-Identifier: MIT */
/* writes.cc: what is not served yet: writes, methods, events. Their arguments are checked as they will be, so that what is wrong
 * today will be wrong then; the sinks of their asynchronous forms are not touched. */
#include "services.h"

namespace wbem {
namespace {

constexpr const char *NOT_SERVED = "this is not served yet";

/* The end of a method that left nothing in its out parameters. */
HRESULT not_served(Arguments *arguments) {
    arguments->refuse(WBEM_E_NOT_SUPPORTED, NOT_SERVED);
    return arguments->fail();
}
HRESULT not_served_async(Arguments *arguments) {
    arguments->refuse(WBEM_E_NOT_SUPPORTED, NOT_SERVED);
    return arguments->code();
}

/* With WBEM_FLAG_RETURN_IMMEDIATELY there must be a place for the call. */
void check_result(Arguments *arguments, long flags, IWbemCallResult **result) {
    clear(result);
    arguments->flags(flags);
    if (flags & WBEM_FLAG_RETURN_IMMEDIATELY) arguments->needed(result, "ppCallResult");
}
void check_sink(Arguments *arguments, long flags, IWbemObjectSink *sink) {
    arguments->needed(sink, "pResponseHandler");
    arguments->flags(flags);
}

HRESULT put(Method method, IWbemClassObject *object, long flags, IWbemCallResult **result) {
    return guarded([&] {
        Arguments arguments(method);
        check_result(&arguments, flags, result);
        arguments.needed(object, "pObject");
        return not_served(&arguments);
    });
}
HRESULT put_async(Method method, IWbemClassObject *object, long flags, IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(method);
        check_sink(&arguments, flags, sink);
        arguments.needed(object, "pObject");
        return not_served_async(&arguments);
    });
}

HRESULT remove(Method method, const wchar_t *what, const char *name, long flags, IWbemCallResult **result) {
    return guarded([&] {
        Arguments arguments(method);
        std::string text;
        check_result(&arguments, flags, result);
        arguments.text(what, name, &text);
        return not_served(&arguments);
    });
}
HRESULT remove_async(Method method, const wchar_t *what, const char *name, long flags, IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(method);
        std::string text;
        check_sink(&arguments, flags, sink);
        arguments.text(what, name, &text);
        return not_served_async(&arguments);
    });
}

} // namespace

HRESULT Services::QueryObjectSink(long flags, IWbemObjectSink **sink) {
    return guarded([&] {
        Arguments arguments(Method::QueryObjectSink);
        clear(sink);
        arguments.needed(sink, "ppResponseHandler");
        arguments.flags(flags);
        return not_served(&arguments);
    });
}

HRESULT Services::PutClass(IWbemClassObject *object, long flags, IWbemContext *, IWbemCallResult **result) {
    return put(Method::PutClass, object, flags, result);
}
HRESULT Services::PutClassAsync(IWbemClassObject *object, long flags, IWbemContext *, IWbemObjectSink *sink) {
    return put_async(Method::PutClassAsync, object, flags, sink);
}
HRESULT Services::PutInstance(IWbemClassObject *object, long flags, IWbemContext *, IWbemCallResult **result) {
    return put(Method::PutInstance, object, flags, result);
}
HRESULT Services::PutInstanceAsync(IWbemClassObject *object, long flags, IWbemContext *, IWbemObjectSink *sink) {
    return put_async(Method::PutInstanceAsync, object, flags, sink);
}
HRESULT Services::DeleteClass(const BSTR name, long flags, IWbemContext *, IWbemCallResult **result) {
    return remove(Method::DeleteClass, name, "strClass", flags, result);
}
HRESULT Services::DeleteClassAsync(const BSTR name, long flags, IWbemContext *, IWbemObjectSink *sink) {
    return remove_async(Method::DeleteClassAsync, name, "strClass", flags, sink);
}
HRESULT Services::DeleteInstance(const BSTR path, long flags, IWbemContext *, IWbemCallResult **result) {
    return remove(Method::DeleteInstance, path, "strObjectPath", flags, result);
}
HRESULT Services::DeleteInstanceAsync(const BSTR path, long flags, IWbemContext *, IWbemObjectSink *sink) {
    return remove_async(Method::DeleteInstanceAsync, path, "strObjectPath", flags, sink);
}

HRESULT Services::ExecMethod(const BSTR path, const BSTR method, long flags, IWbemContext *, IWbemClassObject *,
                             IWbemClassObject **out, IWbemCallResult **result) {
    return guarded([&] {
        Arguments arguments(Method::ExecMethod);
        std::string text;
        clear(out);
        check_result(&arguments, flags, result);
        arguments.text(path, "strObjectPath", &text);
        arguments.text(method, "strMethodName", &text);
        return not_served(&arguments);
    });
}
HRESULT Services::ExecMethodAsync(const BSTR path, const BSTR method, long flags, IWbemContext *, IWbemClassObject *,
                                  IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::ExecMethodAsync);
        std::string text;
        check_sink(&arguments, flags, sink);
        arguments.text(path, "strObjectPath", &text);
        arguments.text(method, "strMethodName", &text);
        return not_served_async(&arguments);
    });
}

HRESULT Services::ExecNotificationQuery(const BSTR language, const BSTR query, long flags, IWbemContext *,
                                        IEnumWbemClassObject **out) {
    return guarded([&] {
        Arguments arguments(Method::ExecNotificationQuery);
        std::string text;
        clear(out);
        arguments.needed(out, "ppEnum");
        arguments.language(language);
        arguments.text(query, "strQuery", &text);
        arguments.flags(flags);
        return not_served(&arguments);
    });
}
HRESULT Services::ExecNotificationQueryAsync(const BSTR language, const BSTR query, long flags, IWbemContext *,
                                             IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::ExecNotificationQueryAsync);
        std::string text;
        check_sink(&arguments, flags, sink);
        arguments.language(language);
        arguments.text(query, "strQuery", &text);
        return not_served_async(&arguments);
    });
}

} // namespace wbem
