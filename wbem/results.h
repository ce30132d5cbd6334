/* SPDX-License-Identifier: MIT */
/* results.h: what methods that are not asynchronous hand out: enumerators and call results. */
#ifndef WBEM_ROOM_RESULTS_H
#define WBEM_ROOM_RESULTS_H

#include "host.h"

#include <functional>
#include <memory>

namespace wbem {

/* Starts a pulled operation: fills `call` by wql_session_exec or its like, with these options (flags, context and the rest are
 * set by the starter, which only adds to options->flags). Called before the function that is given it returns; a second time, if
 * the engine has no workers to run ahead. */
using Starter = std::function<wql_status(wql_call_options *options, wql_call *call, wql_error *error)>;

/* An enumerator over what the starter starts.
 * @param flags  of the method: WBEM_FLAG_RETURN_IMMEDIATELY, WBEM_FLAG_FORWARD_ONLY count. Without the first, the whole result is
 * there (or the failure returned) before the function returns.
 * @param operation  for error objects
 * Returns S_OK or the failure, with an error object left for the thread. */
HRESULT make_enumerator(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                        IEnumWbemClassObject **out);

/* One object, or the call that will bring it. out and result may be NULL; WBEM_FLAG_RETURN_IMMEDIATELY needs `result`. */
HRESULT make_single(const std::shared_ptr<Connection> &connection, long flags, const Starter &starter, const char *operation,
                    IWbemClassObject **out, IWbemCallResult **result);

/* A call result that has ended already: for OpenNamespace.
 * @param error     its status < 0: how it failed
 * @param services  what it brought; NULL after a failure */
HRESULT make_ended_result(const std::shared_ptr<Connection> &connection, const wql_error &error, IWbemServices *services,
                          IWbemCallResult **out);

/* Requests of NextAsync are no calls of the engine's; CancelAsyncCall asks here too. Promise and codes are those of
 * wql_session_cancel. */
HRESULT cancel_fetches(const IWbemObjectSink *sink);
/* wql_session_cancel, and it is known here that this thread is inside. */
HRESULT cancel_calls(wql_session *session, const IWbemObjectSink *sink) noexcept;

} // namespace wbem

#endif
