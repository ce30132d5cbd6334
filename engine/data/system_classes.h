/* SPDX-License-Identifier: MIT */
/* system_classes.h: the classes that every namespace has without anybody defining them. system.mof declares them, and the build
 * makes tables of it. */
#ifndef WQL_DATA_SYSTEM_CLASSES_H
#define WQL_DATA_SYSTEM_CLASSES_H

#include "schema.h"

/* Number of the class whose instances are the namespaces below this one, among the system classes. */
uint32_t wql__system_class_number(wql_str name); /* WQL__NO_ENTRY: none of them */

/* Makes them for one namespace.
 * @param out    [out] an array of `count`, in the arena; each holds a reference. Each derives from one in front of it, or nothing
 * @param count  [out] also after a failure: those that were made
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__system_classes_make(wql__mem *mem, const char *ns, const char *server, wql__arena *arena, wql_class ***out,
                                    uint32_t *count, wql_error *err);

/* Makes one of them, and what it derives from, for an object that stands in no namespace's catalog.
 * @param number  wql__system_class_number
 * @param out     [out] release it
 * Returns as above. */
wql_status wql__system_class_make(wql__mem *mem, uint32_t number, const char *ns, const char *server, wql_class **out,
                                  wql_error *err);

#endif
