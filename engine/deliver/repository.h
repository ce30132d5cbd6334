/* SPDX-License-Identifier: MIT */
/* repository.h: what a namespace serves itself: the system classes, and the classes and instances that were loaded as MOF. */
#ifndef WQL_DELIVER_REPOSITORY_H
#define WQL_DELIVER_REPOSITORY_H

#include "../data/static_store.h"
#include "engine.h"

/* A store and the mount that serves it, for a namespace that need not be shown yet. The caller gets a reference on each. */
wql_status wql__repository_make(wql__namespace *ns, wql__static_store **store, wql__mount **mount, wql_error *err);
/* The first version of a namespace's classes, in ns->catalog. */
wql_status wql__repository_begin(wql__namespace *ns, wql_error *err);
/* Whether the namespace has more of its own than every namespace has. */
bool wql__repository_is_used(const wql__namespace *ns, const wql__catalog *catalog);

#endif
