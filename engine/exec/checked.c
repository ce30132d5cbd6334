/* SPDX-License-Identifier: MIT */
/* checked.c: what is known of a mount's immutable buffers (those with a buffer_id), so that the second scan of a table checks
 * nothing. A hash of facts by buffer_id; some facts of one id may lie side by side. Facts may be forgotten, never wrong. */
#include "inside.h"

#include <string.h>

enum { ROOM_MIN = 64, ROOM_MAX = 8192, SAME_ID_MAX = 8 };

typedef struct checked {
    wql__mutex lock;
    wql__fact *facts; /* `room` of them, a power of two; id 0: empty */
    uint32_t room, count;
} checked;

static void free_checked(wql__mount *mount) {
    checked *c = atomic_load_explicit(&mount->checked, memory_order_relaxed);
    if (!c) return;
    wql__free(mount->mem, c->facts, c->room * sizeof *c->facts);
    wql__mutex_free(&c->lock);
    wql__free(mount->mem, c, sizeof *c);
    atomic_store_explicit(&mount->checked, NULL, memory_order_relaxed);
}

/* The mount's facts; NULL: none yet, or no memory to make some. Once made they stay as long as the mount: to ask for them takes no
 * lock. */
static checked *checked_of(wql__mount *mount, bool make) {
    checked *c = atomic_load_explicit(&mount->checked, memory_order_acquire);
    if (c || !make) return c;
    wql__lock(&mount->lock);
    c = atomic_load_explicit(&mount->checked, memory_order_relaxed);
    if (!c && (c = wql__alloc_zero(mount->mem, sizeof *c)) != NULL) {
        wql__mutex_init(&c->lock);
        mount->checked_free = free_checked;
        atomic_store_explicit(&mount->checked, c, memory_order_release);
    }
    wql__unlock(&mount->lock);
    return c;
}

static uint32_t place_of(uint64_t id, uint32_t room) {
    return (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) & (room - 1);
}

static bool same_buffers(const wql__fact *a, const wql__fact *b) {
    return a->id == b->id && a->type == b->type && a->layout == b->layout && a->base == b->base && a->base_size == b->base_size;
}

bool wql__checked_find(wql__mount *mount, wql__fact *fact) {
    checked *c = checked_of(mount, false);
    bool found = false;
    if (!c) return false;
    wql__lock(&c->lock);
    if (c->room)
        for (uint32_t at = place_of(fact->id, c->room); c->facts[at].id && !found; at = (at + 1) & (c->room - 1)) {
            const wql__fact *known = &c->facts[at];
            if (!same_buffers(known, fact) || fact->from < known->from || fact->to > known->to) continue;
            *fact = *known;
            found = true;
        }
    wql__unlock(&c->lock);
    return found;
}

static void put(checked *c, const wql__fact *fact) {
    uint32_t at = place_of(fact->id, c->room);
    while (c->facts[at].id) at = (at + 1) & (c->room - 1);
    c->facts[at] = *fact;
    c->facts[at].fresh = false;
    c->count++;
}

/* Room for one more; at the ceiling everything is forgotten. False = no memory. */
static bool make_room(wql__mount *mount, checked *c) {
    uint32_t room = c->room ? c->room * 2 : ROOM_MIN, old_room = c->room;
    wql__fact *old = c->facts, *facts;
    if (c->count + 1 <= c->room / 2) return true;
    if (room > ROOM_MAX) {
        memset(c->facts, 0, c->room * sizeof *c->facts);
        c->count = 0;
        return true;
    }
    facts = wql__alloc_zero(mount->mem, room * sizeof *facts);
    if (!facts) return false;
    c->facts = facts;
    c->room = room;
    c->count = 0;
    for (uint32_t i = 0; i < old_room; i++)
        if (old[i].id) put(c, &old[i]);
    wql__free(mount->mem, old, old_room * sizeof *old);
    return true;
}

/* Joins the fact to one it touches. False: there is none. */
static bool join(checked *c, const wql__fact *fact, unsigned *same_id) {
    *same_id = 0;
    if (!c->room) return false;
    for (uint32_t at = place_of(fact->id, c->room); c->facts[at].id; at = (at + 1) & (c->room - 1)) {
        wql__fact *known = &c->facts[at];
        *same_id += known->id == fact->id;
        if (!same_buffers(known, fact) || fact->from > known->to || fact->to < known->from) continue;
        if (fact->from < known->from) known->from = fact->from;
        if (fact->to > known->to) known->to = fact->to;
        return true;
    }
    return false;
}

void wql__checked_add(wql__mount *mount, const wql__fact *fact) {
    checked *c = checked_of(mount, true);
    unsigned same_id;
    if (!c) return;
    wql__lock(&c->lock);
    if (!join(c, fact, &same_id) && same_id < SAME_ID_MAX && make_room(mount, c)) put(c, fact);
    wql__unlock(&c->lock);
}
