/* SPDX-License-Identifier: MIT */
/* static_store.h: the instances that a namespace keeps itself, as those of a MOF text, and the provider that serves them.
 *
 * The store is an immutable version after another. A scan holds the version that it began with. What is added is gathered in a
 * load, made into a version, and shown by one step that cannot fail: all of it or nothing.
 *
 *     wql__static_load_begin(store, catalog, &load)     catalog: the namespace as it will be, with the new classes in it
 *     wql__static_load_add(load, entry, values)         once an instance; after a failure others may still be added
 *     wql__static_load_finish(load)                     makes the version: all that can still fail
 *     old = wql__static_load_publish(load)              shows it. With namespace.lock held, then the catalog under the same lock:
 *                                                       so nobody sees the new classes and not their instances, or the reverse
 *     wql__static_version_release(old)                  without a lock
 *     wql__static_load_end(load)                        always, also instead of finish and publish
 *
 * An instance whose key is there already takes the place of the old one as a whole, as in WMI: properties that it does not set
 * have their defaults again. That holds within a load too: the last one counts. Keys are equal without regard to case, as paths
 * are. */
#ifndef WQL_DATA_STATIC_STORE_H
#define WQL_DATA_STATIC_STORE_H

#include "schema.h"
#include <wql/provider.h>

typedef struct wql__static_store wql__static_store;
typedef struct wql__static_version wql__static_version;
typedef struct wql__static_load wql__static_load;

/* An empty store with one reference; NULL = no memory. Counted: its owner and the mount keep it. Free-threaded. */
wql__static_store *wql__static_store_make(wql__mem *mem);
wql__static_store *wql__static_store_retain(wql__static_store *store);
void wql__static_store_release(wql__static_store *store);  /* accepts NULL */
uint64_t wql__static_store_rows(wql__static_store *store); /* instances, now */

/* A class of the store whose rows are not stored, but brought by a function when they are asked for, as `next` of a provider
 * does.
 * @param at  how many rows came before, 0 at first; the function counts it up
 * To be said before anybody scans. */
typedef wql_status (*wql__static_live)(void *ctx, wql_scan *scan, uint32_t *at, wql_error *err);
void wql__static_store_set_live(wql__static_store *store, uint32_t class_index, wql__static_live next, void *ctx);

/* One load of a store at a time (engine.mounting sees to it); its functions on one thread at a time.
 * @param catalog  retained by the load. Classes of the store keep their class_index in all versions, and the store's classes are
 *                 those that one mount serves
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__static_load_begin(wql__static_store *store, wql__catalog *catalog, wql__static_load **out, wql_error *err);

/* @param entry   of the load's catalog
 * @param values  one for each property of the flattened class (begin with wql__instance_defaults); copied, but for embedded
 * objects (wql__instance_object), which are retained Returns WQL_OK, or with `err` filled, err->hint the property's name where
 * one is at fault: WQL_E_ILLEGAL_NULL (a key); WQL_E_INVALID_OBJECT (an abstract class, one without key that is no singleton);
 * WQL_E_ALREADY_EXISTS (an instance of another class of the same family has this key: WMI's keys are one for all classes below
 * the one that declares them); WQL_E_TYPE_MISMATCH, WQL_E_VALUE_OUT_OF_RANGE, WQL_E_INVALID_PARAMETER (wql__instance_fit);
 * WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__static_load_add(wql__static_load *load, const wql__class_entry *entry, const wql_value *values, wql_error *err);

/* Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION: the store is as before. */
wql_status wql__static_load_finish(wql__static_load *load, wql_error *err);
/* After finish. Takes the store's own lock only, allocates nothing, frees nothing, cannot fail. Returns what was shown before. */
wql__static_version *wql__static_load_publish(wql__static_load *load);
void wql__static_load_end(wql__static_load *load);              /* accepts NULL */
void wql__static_version_release(wql__static_version *version); /* accepts NULL */

/* Serves a store: `user` of the mount is a wql__static_store, which the mount retains. WQL_CONCURRENT; conditions on the key, or
 * on a reference, find their rows without looking at others; whole scans are without a copy. Its load defines no class: whoever
 * mounts it copies the table and puts a load of his own in front, which defines the classes and then calls this one's; or defines
 * them in the catalog itself. Static. */
const wql_provider *wql__static_provider(void);

#endif
