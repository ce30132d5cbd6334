/* SPDX-License-Identifier: MIT */
/* checking.h: one Release too many. A checking build (-DWBEM_CHECKING) names it on stderr; in others it is as harmless as it can
 * be made: on an object that the library still holds nothing happens. */
#ifndef WBEM_ROOM_CHECKING_H
#define WBEM_ROOM_CHECKING_H

#include <cstddef>

namespace wbem {

#ifdef WBEM_CHECKING
/* Says so. @param name  of the interface */
void name_release_too_many(const char *name) noexcept;

/* In place of freeing an object whose destructor has run: its memory is kept for a while, and answers AddRef, Release and
 * QueryInterface by saying what is wrong. The oldest of many is freed. The object's interface lies at its beginning.
 * @param name  of the interface, as the compiler spells it */
void bury(void *memory, size_t size, const char *name) noexcept;
#else
inline void name_release_too_many(const char *) noexcept {}
#endif

} // namespace wbem

#endif
