/* SPDX-License-Identifier: MIT */
/* map.h: names without regard to case -> numbers. Built once in an arena, then read-only and free-threaded. */
#ifndef WQL_BASE_MAP_H
#define WQL_BASE_MAP_H

#include "mem.h"
#include <wql/value.h>

#define WQL__NO_ENTRY 0xffffffffu

typedef struct wql__map {
    struct wql__map_slot *slots;
    uint32_t mask, count; /* slots = mask + 1, a power of two; none: NULL */
} wql__map;

/* Room for `count` names. False = no memory. */
bool wql__map_init(wql__map *map, wql__arena *arena, uint32_t count);
/* Adds a name, whose bytes must outlive the map, unless it is there: returns the number it had, or `value`. */
uint32_t wql__map_add(wql__map *map, wql_str name, uint32_t value);
/* The number, or WQL__NO_ENTRY. */
uint32_t wql__map_find(const wql__map *map, wql_str name);
/* The same; `stop` ends the work on a long text (stop.h). */
uint32_t wql__map_find_until(const wql__map *map, wql_str name, const _Atomic uint32_t *stop);

#endif
