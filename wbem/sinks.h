/* SPDX-License-Identifier: MIT */
/* sinks.h: a client's IWbemObjectSink as the engine sees it. The engine is given the client's own pointer as the sink's identity,
 * so that CancelAsyncCall is the engine's own cancel and has its promises. */
#ifndef WBEM_ROOM_SINKS_H
#define WBEM_ROOM_SINKS_H

#include "host.h"

#include <wql/wql.h>

namespace wbem {

/* What a sink waits for. The engine hands back nothing but the pointer, so each operation has functions of its own. */
enum class Operation { GetObject, CreateClassEnum, CreateInstanceEnum, ExecQuery };
const char *operation_name(Operation operation) noexcept; /* "ExecQueryAsync" ... */

/* The table of functions for a sink. */
wql_sink engine_sink(IWbemObjectSink *sink, Operation operation) noexcept;

/* Calls into a sink, with whatever it throws kept inside: that becomes WBEM_E_FAILED. Also for NextAsync. What ends a thread
 * (pthread_exit, a cancelled thread) is no exception and passes through; it must not reach the engine. */
HRESULT sink_indicate(IWbemObjectSink *sink, long count, IWbemClassObject **objects);
HRESULT sink_status(IWbemObjectSink *sink, long type, HRESULT result, BSTR text, IWbemClassObject *object);
void sink_add_ref(IWbemObjectSink *sink);
void sink_release(IWbemObjectSink *sink);

/* The sink's IWbemObjectSinkEx, with a reference; NULL: it has none. Ask only while a reference of the sink's is held. A sink
 * whose QueryInterface answers to everything has none. */
IWbemObjectSinkEx *sink_extended(IWbemObjectSink *sink);

/* The same for its methods; what they answer does not count. */
void sink_write_error(IWbemObjectSinkEx *sink, IWbemClassObject *error);
void sink_write_progress(IWbemObjectSinkEx *sink, const char *activity, ULONG percent);

} // namespace wbem

#endif
