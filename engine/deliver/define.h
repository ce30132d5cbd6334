/* SPDX-License-Identifier: MIT */
/* define.h: classes come into a namespace, by a mount's load or later. */
#ifndef WQL_DELIVER_DEFINE_H
#define WQL_DELIVER_DEFINE_H

#include "engine.h"

/* What a load has defined so far. The last version is published when the load has succeeded. */
typedef struct wql__definitions {
    wql__catalog *catalog; /* the namespace as it will be */
    wql__thread_id thread; /* that of the load: only it may define */
} wql__definitions;

/* The host's `define`. */
wql_status wql__mount_define(wql_mount *handle, const wql_class_def *defs, uint32_t count, wql_error *err);

/* Shows a new version, with engine.mounting held. Returns the old one, to be released without a lock: that may unload a provider.
 */
wql__catalog *wql__namespace_publish(wql__namespace *ns, wql__catalog *catalog);

#endif
