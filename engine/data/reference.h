/* SPDX-License-Identifier: MIT */
/* reference.h: paths as values: what the text of a reference names in a namespace, and its one spelling there, so that two
 * references to one object are the same text. */
#ifndef WQL_DATA_REFERENCE_H
#define WQL_DATA_REFERENCE_H

#include "object_path.h"
#include "schema.h"

/* A text of more bytes than this is no reference. */
enum { WQL__REFERENCE_BYTES = 65536 };

/* An instance by its keys, or the one of a singleton. */
typedef struct wql__reference {
    const wql__class_entry *entry; /* lives with the catalog */
    wql_value *keys; /* one for each of entry->cls->keys, of the property's own type; texts in the arena or the path */
} wql__reference;

/* What a path names, which may or may not be there.
 * @param path  that was read
 * Returns WQL_OK; WQL_END: no instance of a class of the catalog's namespace (a class; another server or namespace; no such
 * class; other keys than the class's; a value that its key cannot have); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__reference_of(const wql__object_path *path, const wql__catalog *catalog, wql__arena *arena, wql__reference *out,
                             wql_error *err);
/* The same of a text, which may be no path: WQL_END too. */
wql_status wql__reference_read(wql_str text, const wql__catalog *catalog, wql__arena *arena, wql__reference *out, wql_error *err);

/* How the engine spells it: `Class.Key="value"`, as __RELPATH does. */
void wql__reference_print(const wql__reference *reference, wql__out *out);

/* The spelling of a text in an arena: of an instance that this namespace could have, as above; of another path, its canonical
 * spelling; of what is no path, the text itself. Returns WQL_OK or no memory. */
wql_status wql__reference_spell(wql_str text, const wql__catalog *catalog, wql__arena *arena, wql_str *out, wql_error *err);

#endif
