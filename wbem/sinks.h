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

/* Calls into a sink, with whatever it throws kept inside: that becomes WBEM_E_FAILED. Also for NextAsync. */
HRESULT sink_indicate(IWbemObjectSink *sink, long count, IWbemClassObject **objects) noexcept;
HRESULT sink_status(IWbemObjectSink *sink, long type, HRESULT result, BSTR text, IWbemClassObject *object) noexcept;
void sink_add_ref(IWbemObjectSink *sink) noexcept;
void sink_release(IWbemObjectSink *sink) noexcept;

} // namespace wbem

#endif
