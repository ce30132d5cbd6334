/* SPDX-License-Identifier: MIT */
/* trim.c: a class cut down to chosen properties. */
#include "trim.h"

#include "../base/error.h"
#include "../base/fold.h"
#include "class_make.h"

#include <string.h>

static const char order_name[] = "Order";

/* The places of all properties: those of property p are places[first[p]] up to places[first[p + 1]]. */
typedef struct places {
    uint32_t *first;
    wql_value *places;
} places;

static bool find_places(wql__arena *scratch, const wql_class *cls, const uint32_t *items, uint32_t count, places *out) {
    uint32_t properties = cls->def.property_count;
    uint32_t *at = wql__arena_zero(scratch, wql__array_size((size_t)properties + 1, sizeof *at));
    out->first = wql__arena_zero(scratch, wql__array_size((size_t)properties + 1, sizeof *out->first));
    out->places = wql__arena_alloc(scratch, wql__array_size(count, sizeof *out->places));
    if (!at || !out->first || !out->places) return false;
    for (uint32_t i = 0; i < count; i++)
        if (items[i] != WQL_NO_COLUMN) out->first[items[i] + 1]++;
    for (uint32_t p = 0; p < properties; p++) out->first[p + 1] += out->first[p];
    memcpy(at, out->first, properties * sizeof *at);
    for (uint32_t i = 0; i < count; i++)
        if (items[i] != WQL_NO_COLUMN) out->places[at[items[i]]++] = (wql_value){.type = WQL_SINT32, .i64 = (int32_t)i};
    return true;
}

/* The property's qualifiers, and Order; one that it has already gives way. */
static bool add_order(wql__arena *scratch, wql_property_def *def, const wql_value *at, uint32_t count) {
    wql_qualifier *all = wql__arena_zero(scratch, wql__array_size((size_t)def->qualifier_count + 1, sizeof *all));
    uint32_t used = 0;
    if (!all) return false;
    for (uint32_t i = 0; i < def->qualifier_count; i++)
        if (!wql__fold_equal(wql_s(def->qualifiers[i].name), wql_s(order_name))) all[used++] = def->qualifiers[i];
    all[used].name = order_name;
    all[used++].value = wql_array(WQL_SINT32, at, count);
    def->qualifiers = all;
    def->qualifier_count = used;
    return true;
}

/* The chosen properties. NULL = no memory. */
static wql_property_def *choose(wql__arena *scratch, const wql_class *cls, const places *p, uint32_t *count) {
    wql_property_def *chosen = wql__arena_alloc(scratch, wql__array_size(cls->def.property_count, sizeof *chosen));
    *count = 0;
    for (uint32_t i = 0; chosen && i < cls->def.property_count; i++) {
        if (p->first[i] == p->first[i + 1]) continue;
        chosen[*count] = cls->def.properties[i];
        if (!add_order(scratch, &chosen[(*count)++], &p->places[p->first[i]], p->first[i + 1] - p->first[i])) return NULL;
    }
    return chosen;
}

/* Where the class comes from, and its properties. What is pointed to lives in the ancestors, which it keeps. False = no memory.
 */
static bool add_ancestors(wql_class *made, const wql_class *cls) {
    wql_property_def *all = (wql_property_def *)(uintptr_t)made->def.properties; /* nobody else has it yet */
    wql_value *derivation = wql__arena_alloc(&made->arena, wql__array_size(cls->depth, sizeof *derivation));
    if (!derivation) return false;
    if (cls->depth) memcpy(derivation, cls->derivation, cls->depth * sizeof *derivation);
    made->derivation = derivation;
    made->depth = cls->depth;
    made->superclass = cls->superclass ? wql_class_retain(cls->superclass) : NULL;
    made->def.superclass = cls->def.superclass;
    for (uint32_t i = 0; i < made->def.property_count; i++) {
        uint32_t number = wql__class_property(cls, wql_s(all[i].name));
        const char *origin = cls->def.properties[number].origin;
        if (number < cls->own_first) made->own_first = i + 1;
        if (strcmp(origin, all[i].origin) == 0) continue;
        all[i].origin = wql__arena_text(&made->arena, origin, strlen(origin));
        if (!all[i].origin) return false;
    }
    return true;
}

wql_status wql__class_trim(wql__mem *mem, const wql_class *cls, const uint32_t *items, uint32_t count, wql__arena *scratch,
                           wql_class **out, wql_error *err) {
    wql_class_def def = WQL_INIT(wql_class_def);
    wql_class *made;
    wql_status status;
    places p;
    *out = NULL;
    if (!find_places(scratch, cls, items, count, &p)) return wql__fail_memory(mem, err);
    def.properties = choose(scratch, cls, &p, &def.property_count);
    if (!def.properties) return wql__fail_memory(mem, err);
    def.name = cls->def.name;
    def.flags = cls->def.flags;
    def.qualifiers = cls->def.qualifiers;
    def.qualifier_count = cls->def.qualifier_count;
    status = wql__class_make(mem, &def, NULL, cls->ns, cls->server, &made, err);
    if (status < 0) return status;
    if (!add_ancestors(made, cls)) {
        wql_class_release(made);
        return wql__fail_memory(mem, err);
    }
    *out = made;
    return WQL_OK;
}
