/* SPDX-License-Identifier: MIT */
/* request.h: what a method asks of a namespace, and the three ways in which the answer comes: to a sink, through an enumerator,
 * as one object. */
#ifndef WBEM_ROOM_REQUEST_H
#define WBEM_ROOM_REQUEST_H

#include "context.h"
#include "results.h"
#include "sinks.h"

namespace wbem {

struct Request {
    enum class Kind { Query, Object } kind;
    std::string text; /* the query, or the path of an object */
    uint32_t flags;   /* the engine's */
    std::shared_ptr<const CallContext> context;
};

/* Takes a copy of a client's context. Returns as read_context. Throws std::bad_alloc. */
HRESULT take_context(IWbemContext *context, Request *request);

/* Starts it with a sink. In a thread of the apartment mode its pump runs it. On failure the sink was not touched.
 * Returns WBEM_S_NO_ERROR; the codes of wql_session_exec and wql_session_fetch. */
HRESULT submit(const Connection &connection, const Request &request, Operation operation, IWbemObjectSink *sink);

/* Starts it as a pulled call, for make_enumerator and make_single, which are through with the starter when they return: it
 * borrows both. */
Starter starter_of(const std::shared_ptr<Connection> &connection, const Request &request);

/* Whether the namespace has a class. No provider is asked. */
bool has_class(const Connection &connection, const std::string &name);

} // namespace wbem

#endif
