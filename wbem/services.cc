/* SPDX-License-Identifier: MIT */
/* services.cc: a namespace: opening others, cancelling, and what the methods that bring objects have in common. */
#include "services.h"
#include "machine.h"
#include "objects.h"

namespace wbem {

HRESULT make_services(std::shared_ptr<Connection> connection, IWbemServices **out) {
    *out = new Services(std::move(connection));
    return WBEM_S_NO_ERROR;
}

HRESULT Services::enumerate(Method method, Request *request, long flags, IWbemContext *context,
                            IEnumWbemClassObject **out) const {
    request->flags |= engine_flags(flags);
    HRESULT result = take_context(context, request);
    if (FAILED(result)) return fail(result, "the context cannot be read", method_name(method));
    return make_enumerator(connection_, flags, starter_of(connection_, *request), method_name(method), out);
}

HRESULT Services::send(Operation operation, Request *request, long flags, IWbemContext *context, IWbemObjectSink *sink) const {
    request->flags |= engine_flags(flags);
    HRESULT result = take_context(context, request);
    return FAILED(result) ? result : submit(*connection_, *request, operation, sink);
}

/* -- other namespaces ---------------------------------------------------------------------------------------------- */

namespace {

/* Opens by a path that may name this machine; one that does not is first looked for below the namespace. */
HRESULT open_below(const Connection &from, const std::string &path, std::shared_ptr<Connection> *out, wql_error *error) {
    std::string name;
    HRESULT result = take_machine(path, &name);
    if (FAILED(result)) {
        error->status = result;
        (void)snprintf(error->message, sizeof error->message, "%s",
                       result == WBEM_E_INVALID_NAMESPACE ? "no namespace is named"
                                                          : "namespaces of other machines are not served");
        return result;
    }
    return from.open_other(name, out, error);
}

} // namespace

HRESULT Services::OpenNamespace(const BSTR name, long flags, IWbemContext *context, IWbemServices **services,
                                IWbemCallResult **result) {
    return guarded([&]() -> HRESULT {
        Arguments arguments(Method::OpenNamespace);
        bool at_once = flags & WBEM_FLAG_RETURN_IMMEDIATELY;
        std::string path;
        clear(services);
        clear(result);
        arguments.text(name, "strNamespace", &path);
        arguments.flags(flags);
        arguments.check(!context, "pCtx is not NULL");
        if (at_once)
            arguments.needed(result, "ppResult");
        else
            arguments.check(services || result, "ppWorkingNamespace and ppResult are NULL");
        if (arguments.wrong()) return arguments.fail();

        std::shared_ptr<Connection> other;
        wql_error error = WQL_INIT(wql_error);
        IWbemServices *opened = nullptr;
        HRESULT code = open_below(*connection_, path, &other, &error);
        if (SUCCEEDED(code)) code = make_services(std::move(other), &opened);
        Ref<IWbemServices> held(opened);
        if (FAILED(code) && !at_once) return fail(connection_->engine(), error, method_name(Method::OpenNamespace));
        if (result) {
            error.status = code;
            HRESULT made = make_ended_result(connection_, error, opened, result);
            if (FAILED(made)) return made;
        }
        if (services && !at_once) *services = held.take();
        return WBEM_S_NO_ERROR;
    });
}

/* -- cancel -------------------------------------------------------------------------------------------------------- */

namespace {

/* What two cancels of one pointer answer together: that a callback does not return outranks all, that nothing was there counts
 * only if both say so. */
HRESULT both(HRESULT calls, HRESULT fetches) noexcept {
    if (calls == WBEM_S_TIMEDOUT || fetches == WBEM_S_TIMEDOUT) return WBEM_S_TIMEDOUT;
    if (calls == WBEM_E_NOT_FOUND) return fetches;
    if (fetches == WBEM_E_NOT_FOUND) return calls;
    return FAILED(calls) ? calls : fetches;
}

} // namespace

/* Of the engine's own promise WQL_S_PENDING alone has another name here: success (R6.8). */
HRESULT Services::CancelAsyncCall(IWbemObjectSink *sink) {
    return guarded([&]() -> HRESULT {
        if (!sink) return fail(WBEM_E_INVALID_PARAMETER, "pSink is NULL", "CancelAsyncCall");
        HRESULT result = both(cancel_calls(connection_->session(), sink), cancel_fetches(sink));
        return result == WBEM_S_PENDING ? WBEM_S_NO_ERROR : result;
    });
}

} // namespace wbem
