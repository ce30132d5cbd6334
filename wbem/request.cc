/* SPDX-License-Identifier: MIT */
/* request.cc: from what a method asks to a call of the engine's. */
#include "request.h"
#include "process.h"

namespace wbem {
namespace {

/* A submission waits for no provider, so only a query whose caller waits anyway is prepared here. */
wql_status exec(const Connection &connection, const std::string &text, wql_call_options *options, wql_call *out,
                wql_error *error) {
    bool waits = !options->sink && !(options->flags & (WQL_RUN_AHEAD | WQL_PROTOTYPE));
    std::shared_ptr<wql_query> query = connection.queries().find(connection.session(), text, waits);
    if (query) return wql_query_exec(query.get(), options, out, error);
    return wql_session_exec(connection.session(), {text.data(), text.size()}, options, out, error);
}

wql_status start(const Connection &connection, const Request &request, wql_call_options *options, wql_call *out,
                 wql_error *error) {
    options->flags |= request.flags;
    if (request.context) {
        options->context = request.context->params.data();
        options->context_count = static_cast<uint32_t>(request.context->params.size());
    }
    if (request.kind == Request::Kind::Object)
        return wql_session_fetch(connection.session(), request.text.c_str(), options, out, error);
    return exec(connection, request.text, options, out, error);
}

} // namespace

HRESULT take_context(IWbemContext *context, Request *request) {
    if (!context) return WBEM_S_NO_ERROR;
    std::shared_ptr<CallContext> copy = std::make_shared<CallContext>();
    HRESULT result = read_context(context, copy.get());
    if (SUCCEEDED(result)) request->context = std::move(copy);
    return result;
}

HRESULT submit(const Connection &connection, const Request &request, Operation operation, IWbemObjectSink *sink) {
    wql_sink functions = engine_sink(sink, operation);
    wql_call_options options = WQL_INIT(wql_call_options);
    HRESULT result = thread_pump(connection.engine(), &options.pump);
    if (FAILED(result)) return result;
    options.sink = &functions;
    return start(connection, request, &options, nullptr, nullptr);
}

Starter starter_of(const std::shared_ptr<Connection> &connection, const Request &request) {
    return [&connection = *connection, &request](wql_call_options *options, wql_call *call, wql_error *error) {
        return start(connection, request, options, call, error);
    };
}

bool has_class(const Connection &connection, const std::string &name) {
    Request request = {Request::Kind::Object, name, 0, nullptr};
    wql_call_options options = WQL_INIT(wql_call_options);
    wql_call call;
    wql_batch *batch = nullptr;
    if (start(connection, request, &options, &call, nullptr) < 0) return true; /* the call itself will tell */
    wql_status status = wql_call_next(call, WQL_FOREVER, &batch, nullptr);
    if (status == WQL_OK) wql_batch_release(batch);
    (void)wql_call_close(call);
    return status != WQL_E_NOT_FOUND;
}

} // namespace wbem
