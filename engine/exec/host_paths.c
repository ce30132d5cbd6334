/* SPDX-License-Identifier: MIT */
/* host_paths.c: references between a provider and the engine: paths made of keys, keys found in paths, and one spelling for all.
 */
#include "inside.h"

#include "../data/reference.h"
#include "../data/value.h"

#include <string.h>

/* Which of the class's keys, in the order of its properties, is cls->keys[place], which is by name. */
static uint32_t rank_of(const wql_class *cls, uint32_t place) {
    uint32_t rank = 0;
    for (uint32_t i = 0; i < cls->key_count; i++) rank += cls->keys[i] < cls->keys[place];
    return rank;
}

static const wql__class_entry *find_class(const wql__scan *scan, const char *class_name, uint32_t count) {
    const wql__class_entry *entry = class_name ? wql__catalog_find(scan->run->plan->catalog, wql_s(class_name)) : NULL;
    return entry && entry->cls->key_count == count ? entry : NULL;
}

/* The keys as values of their types. False: one is NULL or does not fit, so there is no such path. */
static bool convert_keys(const wql_class *cls, const wql_value *given, wql_value *keys) {
    for (uint32_t i = 0; i < cls->key_count; i++) {
        const wql_property_def *def = &cls->def.properties[cls->keys[i]];
        const wql_value *value = &given[rank_of(cls, i)];
        if (value->type == WQL_NULL || (value->type & WQL_ARRAY) || value->type == WQL_OBJECT) return false;
        if (wql__value_convert(value, def->type, (def->flags & WQL_INTERVAL) != 0, &keys[i]) != WQL_OK) return false;
    }
    return true;
}

/* NULL = no memory. */
static wql__speller *speller_of(wql__scan *scan) {
    wql__run *run = scan->run;
    if (run->speller) return run->speller;
    run->speller = wql__alloc_zero(run->mem, sizeof *run->speller);
    if (run->speller) wql__arena_init(&run->speller->arena, run->mem);
    return run->speller;
}

wql_value wql__host_path(wql_scan *pub, const char *class_name, const wql_value *keys, uint32_t count) {
    wql__scan *scan = (wql__scan *)pub;
    wql__speller *speller;
    wql__reference reference;
    wql__out size = {NULL, 0, 0}, text = {NULL, 0, 0};
    wql_value value = wql_null();
    if (!wql__scan_is_in(scan, WQL__PHASE_OPEN, WQL__PHASE_NEXT, "wql_scan_path")) return value;
    reference.entry = keys ? find_class(scan, class_name, count) : NULL;
    if (!reference.entry || !count) return value;
    reference.keys = wql__arena_alloc(&scan->scratch, wql__array_size(count, sizeof *reference.keys));
    if (!reference.keys || !convert_keys(reference.entry->cls, keys, reference.keys)) return value;
    wql__reference_print(&reference, &size);
    text.size = wql__out_end(&size) + 1;
    text.buf = wql__arena_alloc(&scan->scratch, text.size);
    speller = speller_of(scan);
    if (!text.buf || !speller) return value;
    wql__reference_print(&reference, &text);
    speller->paths[speller->path_count++ % WQL__PATHS_KEPT] = text.buf;
    value.type = WQL_REFERENCE;
    value.str = (wql_str){text.buf, wql__out_end(&text)};
    return value;
}

bool wql__host_keys(wql_scan *pub, const wql_value *path, const char *class_name, wql_value *keys, uint32_t count) {
    wql__scan *scan = (wql__scan *)pub;
    const wql__class_entry *entry;
    wql__reference reference;
    if (!wql__scan_is_in(scan, WQL__PHASE_OPEN, WQL__PHASE_NEXT, "wql_scan_keys")) return false;
    entry = find_class(scan, class_name, count);
    if (!entry || !wql__type_is_text(path->type)) return false;
    switch (wql__reference_read(path->str, scan->run->plan->catalog, &scan->scratch, &reference, NULL)) {
    case WQL_OK: break;
    case WQL_END: return false;
    default: (void)wql__scan_no_memory(scan); return false;
    }
    if (reference.entry != entry || !reference.keys) return false;
    for (uint32_t i = 0; i < count; i++) keys[rank_of(entry->cls, i)] = reference.keys[i];
    return true;
}

void wql__speller_free(wql__run *run) {
    if (!run->speller) return;
    wql__arena_free(&run->speller->arena);
    wql__free(run->mem, run->speller, sizeof *run->speller);
}

static bool is_made(const wql__speller *speller, const char *text) {
    uint32_t count = speller->path_count < WQL__PATHS_KEPT ? speller->path_count : WQL__PATHS_KEPT;
    for (uint32_t i = 0; i < count; i++)
        if (speller->paths[i] == text) return true;
    return false;
}

bool wql__reference_cell(wql__scan *scan, const wql_property_def *def, const wql_value *value, wql_value *spelled) {
    wql__speller *speller;
    wql_status status = WQL_E_OUT_OF_MEMORY;
    *spelled = *value;
    if (def->type != WQL_REFERENCE || !wql__type_is_text(value->type) || !value->str.len) return true;
    speller = speller_of(scan);
    if (speller && is_made(speller, value->str.ptr)) return true;
    if (speller) {
        wql__arena_reset(&speller->arena);
        status = wql__reference_spell(value->str, scan->run->plan->catalog, &speller->arena, &spelled->str, NULL);
    }
    if (status < 0) (void)wql__scan_no_memory(scan);
    return status >= 0;
}
