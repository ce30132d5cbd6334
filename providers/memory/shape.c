/* SPDX-License-Identifier: MIT */
/* shape.c: what the provider can know of its classes by itself: their flattened properties, as long as all superclasses are in the
 * same mount. Definitions are the engine's to check, so nothing here trusts them: what makes no sense is simply not known. */
#include "memory.h"

static unsigned lower(char c) {
    return c >= 'A' && c <= 'Z' ? (unsigned)c + 32 : (unsigned char)c;
}

enum { DIFFERENT, SAME, DOUBTFUL };

/* Names are the same without regard to case; beyond ASCII that is the engine's to say. */
static int compare_names(const char *a, const char *b) {
    bool ascii = true;
    const char *s;
    if (strcmp(a, b) == 0) return SAME;
    for (s = a; *s; s++) ascii = ascii && (unsigned char)*s < 0x80;
    for (s = b; *s; s++) ascii = ascii && (unsigned char)*s < 0x80;
    if (!ascii) return DOUBTFUL;
    for (; *a && lower(*a) == lower(*b); a++) b++;
    return lower(*a) == lower(*b) ? SAME : DIFFERENT;
}

static const wql_class_def *find_class(const wql_class_def *defs, uint32_t count, const char *name) {
    for (uint32_t i = 0; i < count; i++)
        if (defs[i].name && compare_names(defs[i].name, name) == SAME) return &defs[i];
    return NULL;
}

/* The `up`th superclass of a class, all of them being there. */
static const wql_class_def *ancestor(const wql_class_def *defs, uint32_t count, const wql_class_def *def, uint32_t up) {
    while (up--) def = find_class(defs, count, def->superclass);
    return def;
}

/* How many superclasses there are, and at most how many properties. False: one is not of this mount, or they make no sense. */
static bool measure(const wql_class_def *defs, uint32_t count, const wql_class_def *def, uint32_t *depth, uint64_t *properties) {
    *depth = 0;
    for (*properties = 0;; ++*depth) {
        if (!def || *depth >= count || (def->property_count && !def->properties)) return false;
        *properties += def->property_count;
        for (uint32_t i = 0; i < def->property_count; i++)
            if (!def->properties[i].name) return false;
        if (!def->superclass || !*def->superclass) return *properties <= UINT32_MAX / sizeof(wql__memory_property);
        def = find_class(defs, count, def->superclass);
    }
}

/* Number of a property among those that are inherited. */
static int find_inherited(const char *const *names, uint32_t inherited, const char *name, uint32_t *out) {
    for (*out = 0; *out < inherited; ++*out) {
        int same = compare_names(names[*out], name);
        if (same != DIFFERENT) return same;
    }
    return DIFFERENT;
}

/* Adds one class's own properties behind the inherited ones. */
static bool add_class(wql__memory_table *table, const char **names, const wql_class_def *def) {
    uint32_t inherited = table->property_count;
    for (uint32_t i = 0; i < def->property_count; i++) {
        uint32_t at;
        int same = find_inherited(names, inherited, def->properties[i].name, &at);
        if (same == DOUBTFUL) return false;
        if (same == DIFFERENT) {
            at = table->property_count++;
            names[at] = def->properties[i].name;
            table->properties[at].flags = 0;
        }
        table->properties[at].type = def->properties[i].type;
        table->properties[at].flags |= def->properties[i].flags;
    }
    return true;
}

void wql__memory_shape_free(wql_mount *mount, wql__memory_table *table) {
    if (table->properties) wql_mount_allocate(mount, table->properties, table->property_room * sizeof *table->properties, 0);
    table->properties = NULL;
    table->property_count = table->property_room = 0;
    table->known = false;
}

bool wql__memory_shape(wql_mount *mount, const wql_class_def *defs, uint32_t count, wql__memory_table *table) {
    const wql_class_def *def = &defs[table->index];
    const char **names;
    uint64_t most;
    uint32_t depth;
    bool known = true;
    if (!measure(defs, count, def, &depth, &most)) return true;
    if (!most) {
        table->known = true;
        return true;
    }
    names = wql_mount_allocate(mount, NULL, 0, most * sizeof *names);
    if (!names) return false;
    table->properties = wql_mount_allocate(mount, NULL, 0, most * sizeof *table->properties);
    table->property_room = table->properties ? (uint32_t)most : 0;
    for (uint32_t up = depth + 1; table->properties && known && up--;)
        known = add_class(table, names, ancestor(defs, count, def, up));
    wql_mount_allocate(mount, names, most * sizeof *names, 0);
    if (!table->properties) return false;
    if (!known) wql__memory_shape_free(mount, table);
    table->known = known;
    return true;
}
