/* SPDX-License-Identifier: MIT */
/* event_classes.h: the system classes of events (wql-language 2.8), which every namespace has without anybody defining them. */
#ifndef WQL_DATA_EVENT_CLASSES_H
#define WQL_DATA_EVENT_CLASSES_H

#include "schema.h"

/* How many there are. */
enum { WQL__EVENT_CLASSES = 24 };

/* All of them, for one namespace: each derives from those in front. Counted one by one. */
typedef struct wql__event_classes {
    wql_class *classes[WQL__EVENT_CLASSES];
    uint32_t count;
} wql__event_classes;

/* Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION (then there are none). */
wql_status wql__event_classes_make(wql__mem *mem, const char *ns, const char *server, wql__event_classes *out, wql_error *err);
void wql__event_classes_release(wql__event_classes *classes);

/* NULL: no class of that name. */
const wql_class *wql__event_class_find(const wql__event_classes *classes, wql_str name);

#endif
