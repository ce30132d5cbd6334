/* SPDX-License-Identifier: MIT */
/* mount.c: the life of a mounted provider, and whose turn it is. */
#include "mount.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

wql__mount *wql__mount_retain(wql__mount *mount) {
    atomic_fetch_add_explicit(&mount->refs, 1, memory_order_relaxed);
    return mount;
}

void wql__mount_release(wql__mount *mount) {
    wql__mem *mem;
    void *library;
    if (!mount || atomic_fetch_sub_explicit(&mount->refs, 1, memory_order_acq_rel) != 1) return;
    if (mount->loaded && mount->provider->unload) mount->provider->unload(mount->self);
    if (mount->checked_free) mount->checked_free(mount);
    mem = mount->mem;
    library = mount->library;
    wql__free(mem, mount->table, mount->table_size);
    wql__mutex_free(&mount->lock);
    wql__cond_free(&mount->free_cond);
    wql__free(mem, mount, sizeof *mount);
    wql__mem_release(mem);
    if (library) (void)dlclose(library);
}

static bool is_concurrent(const wql__mount *mount) { return (mount->provider->flags & WQL_CONCURRENT) != 0; }

static void queue_turn(wql__mount *mount, wql__turn *turn) {
    if (turn->queued) return;
    if (!turn->mount) turn->mount = wql__mount_retain(mount);
    turn->queued = true;
    turn->next = NULL;
    if (mount->last)
        mount->last->next = turn;
    else
        mount->first = turn;
    mount->last = turn;
}

wql_status wql__mount_enter(wql__mount *mount, wql__turn *turn) {
    wql_status status = WQL_OK;
    if (is_concurrent(mount)) return WQL_OK;
    if (turn && turn->mount != mount) wql__turn_drop(turn);
    wql__lock(&mount->lock);
    if (!mount->busy) {
        mount->busy = true;
    } else if (turn) {
        queue_turn(mount, turn);
        status = WQL_S_PENDING;
    } else {
        while (mount->busy) (void)wql__cond_wait(&mount->free_cond, &mount->lock, WQL__TIME_FOREVER);
        mount->busy = true;
    }
    wql__unlock(&mount->lock);
    return status;
}

/* All who wait are woken and try again: one gets the turn, the others queue again. Waking only the first would lose the wake if
 * that call is paused or about to end. `wake` is called with the mount's lock held, so that wql__turn_drop, once it has returned,
 * is never followed by a wake; a wake never calls back into a mount. */
void wql__mount_leave(wql__mount *mount) {
    wql__turn *turn;
    if (is_concurrent(mount)) return;
    wql__lock(&mount->lock);
    mount->busy = false;
    for (turn = mount->first; turn; turn = turn->next) {
        turn->queued = false;
        turn->wake(turn->ctx);
    }
    mount->first = mount->last = NULL;
    wql__cond_signal(&mount->free_cond);
    wql__unlock(&mount->lock);
}

void wql__turn_drop(wql__turn *turn) {
    wql__mount *mount = turn->mount;
    wql__turn **at, *before = NULL;
    if (!mount) return;
    wql__lock(&mount->lock);
    for (at = &mount->first; *at; before = *at, at = &(*at)->next) {
        if (*at != turn) continue;
        *at = turn->next;
        if (mount->last == turn) mount->last = before;
        break;
    }
    turn->queued = false;
    wql__unlock(&mount->lock);
    turn->mount = NULL;
    wql__mount_release(mount);
}

/* The number of uses, and beside it in the same word whether the mount was taken away: so there is no moment between looking at
 * the one and changing the other. */
enum { USES = 0x7fffffff };
static const uint32_t leaving = (uint32_t)USES + 1;

bool wql__mount_begin(wql__mount *mount) {
    uint32_t now = atomic_load_explicit(&mount->scans, memory_order_relaxed);
    do {
        if (now == leaving) return false;
    } while (!atomic_compare_exchange_weak_explicit(&mount->scans, &now, now + 1, memory_order_acquire, memory_order_relaxed));
    return true;
}

void wql__mount_end(wql__mount *mount) { atomic_fetch_sub_explicit(&mount->scans, 1, memory_order_release); }

void wql__mount_take_away(wql__mount *mount) { atomic_fetch_or_explicit(&mount->scans, leaving, memory_order_acq_rel); }

bool wql__mount_is_used(const wql__mount *mount) {
    return (atomic_load_explicit(&mount->scans, memory_order_acquire) & USES) != 0;
}

wql_status wql__mount_fault(wql__mount *mount, wql_error *err, const char *format, ...) {
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    atomic_fetch_add_explicit(&mount->faults, 1, memory_order_relaxed);
    wql__lock(&mount->lock);
    if (mount->engine_faults) atomic_fetch_add_explicit(mount->engine_faults, 1, memory_order_relaxed);
    wql__unlock(&mount->lock);
    (void)wql__fail(err, WQL_E_PROVIDER_FAILURE, "provider %s: %s", mount->name, text);
    wql__error_provider(err, mount->name);
    return WQL_E_PROVIDER_FAILURE;
}
