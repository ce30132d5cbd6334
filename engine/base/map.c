/* SPDX-License-Identifier: MIT */
/* map.c: names -> numbers, by open addressing. */
#include "map.h"

#include "fold.h"

struct wql__map_slot {
    wql_str name;
    uint32_t hash, value;
    bool used;
};

enum { SEED = 0x77716c };

bool wql__map_init(wql__map *map, wql__arena *arena, uint32_t count) {
    uint32_t slots = 4;
    map->slots = NULL;
    map->mask = map->count = 0;
    if (!count) return true;
    if (count > UINT32_MAX / 4) return false;
    while (slots < count * 2) slots *= 2; /* at most half full, so that a search ends soon */
    map->slots = wql__arena_zero(arena, wql__array_size(slots, sizeof *map->slots));
    if (!map->slots) return false;
    map->mask = slots - 1;
    return true;
}

/* The slot of a name, or the free one where it belongs. */
static struct wql__map_slot *find(const wql__map *map, wql_str name, uint32_t hash, const _Atomic uint32_t *stop) {
    for (uint32_t i = hash & map->mask;; i = (i + 1) & map->mask) {
        struct wql__map_slot *slot = &map->slots[i];
        if (!slot->used || (slot->hash == hash && wql__fold_equal_until(slot->name, name, stop))) return slot;
    }
}

uint32_t wql__map_add(wql__map *map, wql_str name, uint32_t value) {
    uint32_t hash = (uint32_t)wql__fold_hash(name, SEED);
    struct wql__map_slot *slot;
    if (!map->slots) return WQL__NO_ENTRY;
    slot = find(map, name, hash, NULL);
    if (slot->used) return slot->value;
    if (map->count == map->mask) return WQL__NO_ENTRY; /* more names than room was made for: one slot stays free */
    slot->name = name;
    slot->hash = hash;
    slot->value = value;
    slot->used = true;
    map->count++;
    return value;
}

uint32_t wql__map_find(const wql__map *map, wql_str name) { return wql__map_find_until(map, name, NULL); }

uint32_t wql__map_find_until(const wql__map *map, wql_str name, const _Atomic uint32_t *stop) {
    struct wql__map_slot *slot;
    if (!map->slots) return WQL__NO_ENTRY;
    slot = find(map, name, (uint32_t)wql__fold_hash_until(name, SEED, stop), stop);
    return slot->used ? slot->value : WQL__NO_ENTRY;
}
