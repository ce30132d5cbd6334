/* SPDX-License-Identifier: MIT */
/* references.c: what association classes share: references to rows of other classes, and the keys that conditions on them name.
 */
#include "linux.h"

#include <string.h>

/* The name of the class that the rows of a descriptor have in this mount: Win32_X or Linux_X. */
static const char *row_class(const wql__linux_mount *m, const wql__linux_class *cls) {
    for (uint32_t i = 0; i < m->defined_count; i++)
        if (m->defined[i].cls == cls && m->defined[i].concrete) return m->defined[i].name;
    return cls->name;
}

void wql__linux_set_reference(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls, wql_value key) {
    if (!wql__linux_needs(s, property)) return;
    wql__linux_set(s, property, wql_scan_path(s->scan, row_class(s->mount, cls), &key, 1));
}

void wql__linux_set_singleton(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls) {
    if (wql__linux_needs(s, property))
        wql__linux_set_text(s, property, wql__linux_text(&s->line, "%s=@", row_class(s->mount, cls)));
}

bool wql__linux_lookup_keys(wql__linux_scan *s, uint32_t property, const wql__linux_class *cls, wql_value **keys,
                            uint32_t *count) {
    const char *name = row_class(s->mount, cls);
    const wql_value *paths;
    uint32_t path_count;
    if (!wql__linux_lookup(s, property, &paths, &path_count)) return false;
    *count = 0;
    *keys = wql__linux_take_array(&s->arena, path_count, sizeof **keys); /* without memory the scan fails as a whole */
    for (uint32_t i = 0; *keys && i < path_count; i++) {
        wql_value *key = &(*keys)[*count];
        if (!wql_scan_keys(s->scan, paths[i], name, key, 1)) continue; /* no row of the class: no reference is equal */
        if (key->type == WQL_STRING) key->str.ptr = wql__linux_take_text(&s->arena, key->str.ptr, key->str.len);
        ++*count;
    }
    return true;
}
