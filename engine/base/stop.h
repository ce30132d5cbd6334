/* SPDX-License-Identifier: MIT */
/* stop.h: the flag with which a call ends the work that is done for it, and how much may be done between two looks at it: about
 * ten microseconds, whatever the lengths of texts and patterns. Functions that take the flag allow NULL: they are not to be
 * stopped. What they answer after a stop makes no sense, and whoever holds the flag knows that. */
#ifndef WQL_BASE_STOP_H
#define WQL_BASE_STOP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that are compared, folded or checked one by one; as much other work counts the same. */
enum { WQL__STOP_WORK = 2048 };
/* Bytes that are looked at in blocks. */
enum { WQL__STOP_BLOCK = 16 * 1024 };
/* A text from this length on is reason enough for a look of its own; of shorter ones 64 are worked on between two looks. */
enum { WQL__STOP_LONG = 32 };

/* With -DWQL_LOOKS, which only tests/counts uses, each look goes through a function of that test's, so that looks can be counted.
 */
#ifdef WQL_LOOKS
bool wql__flag_is_up(const _Atomic uint32_t *stop);
#else
static inline bool wql__flag_is_up(const _Atomic uint32_t *stop) { return atomic_load_explicit(stop, memory_order_relaxed) != 0; }
#endif

static inline bool wql__stopped(const _Atomic uint32_t *stop) { return stop && wql__flag_is_up(stop); }

#endif
