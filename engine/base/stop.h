/* SPDX-License-Identifier: MIT */
/* stop.h: the one way to look whether a call has been ended from outside. With -DWQL_LOOKS, which only tests/counts uses, each look
 * goes through a function of that test's, so that looks can be counted. */
#ifndef WQL_BASE_STOP_H
#define WQL_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef WQL_LOOKS
bool wql__flag_is_up(const _Atomic uint32_t *stop);
#else
static inline bool wql__flag_is_up(const _Atomic uint32_t *stop) { return atomic_load_explicit(stop, memory_order_relaxed) != 0; }
#endif

/* @param stop  NULL: nothing ends it from outside */
static inline bool wql__is_stopped(const _Atomic uint32_t *stop) { return stop && wql__flag_is_up(stop); }

#endif
