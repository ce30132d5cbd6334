/* SPDX-License-Identifier: MIT */
/* contained.h: a call into a client's code, whose exceptions must not reach the engine. */
#ifndef WBEM_ROOM_CONTAINED_H
#define WBEM_ROOM_CONTAINED_H

#include <cxxabi.h>

namespace wbem {

/* Runs a function of a client's. What it throws is dropped: `otherwise` is the result then. The end of a thread looks like an
 * exception to C++, but must not be stopped. */
template <typename Result, typename Body> Result contained(Result otherwise, Body body) {
    try {
        return body();
    } catch (abi::__forced_unwind &) {
        throw;
    } catch (...) {
        return otherwise;
    }
}

} // namespace wbem

#endif
