/* SPDX-License-Identifier: MIT */
/* define.c: descriptors -> class definitions, and the numbers by which the engine knows their properties. */
#include "linux.h"

/* Definitions while they are being made; what they are made of lives in `scratch`, what the mount keeps in its arena. */
typedef struct maker {
    wql__linux_mount *m;
    wql__linux_arena scratch;
    wql_class_def *defs;
    wql_error *err;
} maker;

static const wql__linux_defined *find(const wql__linux_mount *m, const char *name) {
    for (uint32_t i = 0; name && i < m->defined_count; i++)
        if (strcmp(m->defined[i].name, name) == 0) return &m->defined[i];
    return NULL;
}

static uint32_t find_name(const wql__linux_defined *d, const char *name) {
    for (uint32_t i = 0; i < d->count; i++)
        if (strcmp(d->names[i], name) == 0) return i;
    return WQL_NO_COLUMN;
}

static bool say_property(maker *k, const wql__linux_property *in, wql_property_def *out) {
    wql_qualifier *units;
    memset(out, 0, sizeof *out);
    out->name = in->name;
    out->type = in->type;
    out->flags = in->flags;
    out->class_name = in->reference;
    if (!in->units) return true;
    units = wql__linux_take(&k->scratch, sizeof *units);
    if (!units) return false;
    units->name = "Units";
    units->flavor = WQL_FLAVOR_TO_SUBCLASS; /* as the CIM schema declares it */
    units->value = wql_text(wql_s(in->units));
    out->qualifiers = units;
    out->qualifier_count = 1;
    return true;
}

/* The names of all properties: inherited ones first, then those that are new. */
static bool flatten(maker *k, wql__linux_defined *d, const char *superclass, const wql__linux_property *own, uint32_t count) {
    const wql__linux_defined *super = find(k->m, superclass);
    uint32_t inherited = super ? super->count : 0;
    d->names = wql__linux_take_array(&k->m->arena, inherited + count + 1, sizeof *d->names);
    if (!d->names) return false;
    for (uint32_t i = 0; i < inherited; i++) d->names[d->count++] = super->names[i];
    for (uint32_t i = 0; i < count; i++)
        if (find_name(d, own[i].name) == WQL_NO_COLUMN) d->names[d->count++] = own[i].name;
    return true;
}

static bool number(maker *k, wql__linux_defined *d) {
    const wql__linux_class *cls = d->cls;
    d->places = wql__linux_take_array(&k->m->arena, cls->property_count + 1, sizeof *d->places);
    d->own = wql__linux_take_array(&k->m->arena, d->count + 1, sizeof *d->own);
    if (!d->places || !d->own) return false;
    for (uint32_t i = 0; i < d->count; i++) d->own[i] = WQL_NO_COLUMN;
    for (uint32_t i = 0; i < cls->property_count; i++) {
        d->places[i] = find_name(d, cls->properties[i].name);
        if (d->places[i] != WQL_NO_COLUMN) d->own[d->places[i]] = i;
    }
    return true;
}

/* One class, of the descriptor's properties from `first` on. */
static bool add(maker *k, const wql__linux_class *cls, const char *name, const char *superclass, uint32_t first, uint32_t count,
                bool concrete) {
    wql__linux_mount *m = k->m;
    wql__linux_defined *d = &m->defined[m->defined_count];
    wql_class_def *def = &k->defs[m->defined_count];
    wql_property_def *properties = wql__linux_take_array(&k->scratch, count + 1, sizeof *properties);
    if (!properties) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!say_property(k, &cls->properties[first + i], &properties[i])) return false;
    *def = (wql_class_def){.struct_size = (uint32_t)sizeof *def, .name = name, .superclass = superclass};
    def->flags = concrete ? cls->flags : cls->flags | WQL_ABSTRACT;
    def->properties = properties;
    def->property_count = count;
    d->cls = cls;
    d->name = name;
    d->concrete = concrete;
    if (!flatten(k, d, superclass, cls->properties + first, count) || !number(k, d)) return false;
    m->defined_count++;
    return true;
}

/* A class and, where supersets are served, the one that has its instances. */
static bool add_pair(maker *k, const wql__linux_class *cls) {
    bool superset = k->m->options.superset && cls->superset && cls->row;
    if (!add(k, cls, cls->name, cls->superclass, 0, cls->superset ? cls->documented : cls->property_count, cls->row && !superset))
        return false;
    return !superset || add(k, cls, cls->superset, cls->name, cls->documented, cls->property_count - cls->documented, true);
}

wql_status wql__linux_define(wql__linux_mount *m, wql_error *err) {
    maker k = {.m = m, .scratch = {.mount = m->mount}, .err = err};
    const wql__linux_class *const *classes = wql__linux_classes();
    wql_status status = WQL_OK;
    uint32_t count = 0;
    bool made = true;
    while (classes[count]) count++;
    m->defined = wql__linux_take_array(&m->arena, 2 * (size_t)count + 1, sizeof *m->defined);
    k.defs = wql__linux_take_array(&k.scratch, 2 * (size_t)count + 1, sizeof *k.defs);
    made = m->defined && k.defs;
    for (uint32_t i = 0; made && i < count; i++) made = add_pair(&k, classes[i]);
    status = made ? wql_mount_define(m->mount, k.defs, m->defined_count, err) : wql__linux_no_memory(err);
    wql__linux_arena_free(&k.scratch);
    return status;
}
