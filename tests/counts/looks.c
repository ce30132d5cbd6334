/* SPDX-License-Identifier: MIT */
/* looks.c: the look of a library whose looks are counted: callgrind counts the calls of this function. */
#include "../../engine/base/stop.h"

#ifdef WQL_LOOKS
__attribute__((noinline)) bool wql__flag_is_up(const _Atomic uint32_t *stop) {
    return atomic_load_explicit(stop, memory_order_relaxed) != 0;
}
#else
#error "for tests/counts only"
#endif
