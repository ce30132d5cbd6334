/* SPDX-License-Identifier: MIT */
/* fetch.cc: GetObject and GetObjectAsync: an instance or a class by its path. */
#include "objects.h"
#include "services.h"

namespace wbem {

/* No path asks for an object that is to become a new class. */
HRESULT Services::GetObject(const BSTR path, long flags, IWbemContext *context, IWbemClassObject **object,
                            IWbemCallResult **result) {
    return guarded([&] {
        Arguments arguments(Method::GetObject);
        Request request = {Request::Kind::Object, {}, engine_flags(flags), nullptr};
        bool at_once = flags & WBEM_FLAG_RETURN_IMMEDIATELY, is_new = (!path || !*path) && !at_once && object;
        clear(object);
        clear(result);
        if (!is_new) arguments.text(path, "strObjectPath", &request.text);
        arguments.flags(flags);
        if (at_once)
            arguments.needed(result, "ppCallResult");
        else
            arguments.check(object || result, "ppObject and ppCallResult are NULL");
        if (arguments.wrong()) return arguments.fail();
        if (is_new) return make_empty_object(object);
        HRESULT code = take_context(context, &request);
        if (FAILED(code)) return fail(code, "the context cannot be read", method_name(Method::GetObject));
        return make_single(connection_, flags, starter_of(connection_, request), method_name(Method::GetObject), object, result);
    });
}

HRESULT Services::GetObjectAsync(const BSTR path, long flags, IWbemContext *context, IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::GetObjectAsync);
        Request request = {Request::Kind::Object, {}, 0, nullptr};
        arguments.needed(sink, "pResponseHandler");
        arguments.text(path, "strObjectPath", &request.text);
        arguments.flags(flags);
        return arguments.wrong() ? arguments.code() : send(Operation::GetObject, &request, flags, context, sink);
    });
}

} // namespace wbem
