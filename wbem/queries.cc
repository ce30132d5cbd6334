/* SPDX-License-Identifier: MIT */
/* queries.cc: ExecQuery and ExecQueryAsync. */
#include "services.h"

namespace wbem {
namespace {

void check_query(Arguments *arguments, const wchar_t *language, const wchar_t *query, long flags, std::string *text) {
    arguments->language(language);
    arguments->text(query, "strQuery", text);
    arguments->flags(flags);
}

} // namespace

HRESULT Services::ExecQuery(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                            IEnumWbemClassObject **out) {
    return guarded([&] {
        Arguments arguments(Method::ExecQuery);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        clear(out);
        arguments.needed(out, "ppEnum");
        check_query(&arguments, language, query, flags, &request.text);
        return arguments.wrong() ? arguments.fail() : enumerate(Method::ExecQuery, &request, flags, context, out);
    });
}

HRESULT Services::ExecQueryAsync(const BSTR language, const BSTR query, long flags, IWbemContext *context,
                                 IWbemObjectSink *sink) {
    return guarded([&] {
        Arguments arguments(Method::ExecQueryAsync);
        Request request = {Request::Kind::Query, {}, 0, nullptr};
        arguments.needed(sink, "pResponseHandler");
        check_query(&arguments, language, query, flags, &request.text);
        return arguments.wrong() ? arguments.code() : send(Operation::ExecQuery, &request, flags, context, sink);
    });
}

} // namespace wbem
