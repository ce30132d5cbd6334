/* SPDX-License-Identifier: MIT */
/* clock.h: the one clock of this room. */
#ifndef WBEM_ROOM_CLOCK_H
#define WBEM_ROOM_CLOCK_H

#include <chrono>
#include <cstdint>

namespace wbem {

/* Microseconds of a clock that is never set. */
inline int64_t now_us() noexcept {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

} // namespace wbem

#endif
