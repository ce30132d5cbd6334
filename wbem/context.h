/* SPDX-License-Identifier: MIT */
/* context.h: the named values of an IWbemContext, as a call takes them along. */
#ifndef WBEM_ROOM_CONTEXT_H
#define WBEM_ROOM_CONTEXT_H

#include "variants.h"

#include <deque>
#include <string>
#include <vector>

namespace wbem {

/* What was in a context at one moment. `params` points into the other two, and is good as long as this is, moved or not: for
 * wql_call_options.context, whose count is params.size(). */
struct CallContext {
    CallContext() = default;
    CallContext(CallContext &&) = default;
    CallContext &operator=(CallContext &&) = default;
    CallContext(const CallContext &) = delete;
    CallContext &operator=(const CallContext &) = delete;

    std::deque<std::string> names; /* a deque does not move what is in it */
    std::deque<OwnedValue> values;
    std::vector<wql_param> params;
};

/* Reads a context, a client's own too: its Clone is read, so that it is the state of one moment and no enumeration of the
 * client's is disturbed.
 * @param context  NULL: no values
 * Returns S_OK; what the context's methods answered; WBEM_E_INVALID_CONTEXT (a value that cannot travel, such as an object, or a
 * text that is no Unicode). Throws std::bad_alloc. */
HRESULT read_context(IWbemContext *context, CallContext *out);

} // namespace wbem

#endif
