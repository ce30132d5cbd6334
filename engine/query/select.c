/* SPDX-License-Identifier: MIT */
/* select.c: the SELECT list -> columns that come out: duplicates collapse to their first place, parts of one object become one
 * column. */
#include "bind.h"

#include "../base/fold.h"

#include <string.h>

/* Where the columns of the list are so far. */
typedef struct list {
    uint32_t *by_property; /* [property] its place in the list, or WQL__NO_ENTRY */
    uint32_t by_system[WQL__SYS_SUPERCLASS + 1];
} list;

/* The part of that name among `*first` and its neighbours; made at their end if it is not there. NULL = no memory. */
static wql__part *find_part(wql__binder *b, wql__part **first, wql_str name, bool *made) {
    wql__part **at = first, *part;
    *made = false;
    for (; *at; at = &(*at)->next)
        if (wql__fold_equal((*at)->name, name)) return *at;
    part = wql__arena_zero(b->arena, sizeof *part);
    if (!part) return NULL;
    part->name.len = name.len;
    part->name.ptr = wql__arena_text(b->arena, name.ptr, name.len);
    if (!part->name.ptr) return NULL;
    *made = true;
    *at = part;
    return part;
}

/* Adds `E.q.r` to the column of E. What stands there without parts is there as a whole, and stays so. */
static wql_status add_parts(wql__binder *b, wql__output *output, bool made, const wql__path *path) {
    wql__part **first = &output->tree;
    for (uint32_t i = 1; i < path->count; i++) {
        wql__part *part;
        if (!*first && !made) return WQL_OK;
        part = find_part(b, first, path->names[i].text, &made);
        if (!part) return wql__bind_no_memory(b);
        first = &part->first;
    }
    *first = NULL;
    return WQL_OK;
}

/* The column of a property, a new one if it is not in the list yet. */
static wql__output *add_property(wql__binder *b, list *seen, uint32_t property, bool *made) {
    const wql_property_def *def = wql__class_property_def(b->cls, property);
    uint32_t *place = &seen->by_property[property];
    wql__output *output;
    *made = *place == WQL__NO_ENTRY;
    if (*made) *place = b->output_count++;
    output = &b->outputs[*place];
    output->name = def->name;
    output->property = property;
    output->type = def->type;
    return output;
}

static void add_system(wql__binder *b, list *seen, int system) {
    uint32_t *place = &seen->by_system[system];
    wql__output *output;
    if (*place == WQL__NO_ENTRY) *place = b->output_count++;
    output = &b->outputs[*place];
    output->name = wql__system_name(system);
    output->property = WQL_NO_COLUMN;
    output->system = (uint8_t)system;
    output->type = wql__system_type(system);
    if (!wql__system_is_constant(system)) b->lists_path = true;
}

/* `Class.*` among other items: the properties of the class of FROM, which all rows have. An object is there as a whole then. */
static void add_all(wql__binder *b, list *seen) {
    bool keys = (b->plan->flags & WQL_KEYS_ONLY) != 0, made;
    for (uint32_t i = 0; i < b->cls->def.property_count; i++) {
        if (keys && !(b->cls->def.properties[i].flags & WQL_KEY)) continue;
        add_property(b, seen, i, &made)->tree = NULL;
    }
}

static wql_status add_item(wql__binder *b, list *seen, const wql__path *written) {
    wql__path own = wql__bind_own(b, written), *path = &own;
    int system;
    uint32_t property;
    wql__output *output;
    bool made;
    wql_status status;
    if (wql__is_whole_class(b, written)) {
        add_all(b, seen);
        return WQL_OK;
    }
    status = wql__bind_path(b, path, &system, &property);
    if (status < 0) return status;
    if (system != WQL__SYS_NONE) {
        add_system(b, seen, system);
        return WQL_OK;
    }
    output = add_property(b, seen, property, &made);
    return add_parts(b, output, made, path);
}

bool wql__is_whole_class(const wql__binder *b, const wql__path *path) {
    return path->star && path->count == 1 && (b->tree->dialect & WQL_EXTENDED) &&
           wql__fold_equal(path->names[0].text, b->tree->from.text) &&
           wql__class_property(b->cls, path->names[0].text) == WQL_NO_COLUMN;
}

/* The first level of the parts as an array. */
static wql_status list_parts(wql__binder *b, wql__output *output) {
    wql_str *names;
    uint32_t count = 0;
    for (const wql__part *part = output->tree; part; part = part->next) count++;
    if (!count) return WQL_OK;
    names = wql__arena_alloc(b->arena, wql__array_size(count, sizeof *names));
    if (!names) return wql__bind_no_memory(b);
    for (const wql__part *part = output->tree; part; part = part->next) names[output->part_count++] = part->name;
    output->parts = names;
    return WQL_OK;
}

bool wql__selects_all(const wql__binder *b) {
    return b->tree->star || (b->tree->select_count == 1 && wql__is_whole_class(b, b->tree->select));
}

wql_status wql__bind_select(wql__binder *b) {
    const wql__query_tree *tree = b->tree;
    size_t room = tree->select_count;
    list seen;
    wql_status status = WQL_OK;
    b->plan->star = wql__selects_all(b);
    if (b->plan->star) return WQL_OK;
    for (uint32_t i = 0; i < tree->select_count; i++)
        if (wql__is_whole_class(b, &tree->select[i])) room = tree->select_count + b->cls->def.property_count;
    b->outputs = wql__arena_zero(b->arena, wql__array_size(room, sizeof *b->outputs));
    seen.by_property = wql__arena_alloc(&b->scratch, wql__array_size(b->cls->def.property_count, sizeof *seen.by_property));
    if (!b->outputs || !seen.by_property) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < b->cls->def.property_count; i++) seen.by_property[i] = WQL__NO_ENTRY;
    memset(seen.by_system, 0xff, sizeof seen.by_system);
    for (uint32_t i = 0; i < tree->select_count && status >= 0; i++) status = add_item(b, &seen, &tree->select[i]);
    for (uint32_t i = 0; i < b->output_count && status >= 0; i++) status = list_parts(b, &b->outputs[i]);
    b->plan->outputs = b->outputs;
    b->plan->output_count = b->output_count;
    return status;
}

/* -- one scan ---------------------------------------------------------------------------------------------------- */

/* `*`: all properties of the class, in its order; with WQL_KEYS_ONLY its keys. */
static wql_status star_outputs(wql__binder *b, wql__plan_scan *scan) {
    const wql_class_def *def = &scan->entry->cls->def;
    bool keys = (b->plan->flags & WQL_KEYS_ONLY) != 0;
    uint32_t count = keys ? scan->entry->cls->key_count : def->property_count;
    wql__output *outputs = wql__arena_zero(b->arena, wql__array_size(count, sizeof *outputs));
    if (!outputs) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < def->property_count; i++) {
        wql__output *output = &outputs[scan->output_count];
        if (keys && !(def->properties[i].flags & WQL_KEY)) continue;
        output->name = def->properties[i].name;
        output->property = i;
        output->type = def->properties[i].type;
        scan->output_count++;
    }
    scan->outputs = outputs;
    return WQL_OK;
}

static bool comes_out(const wql__plan_scan *scan, uint32_t property) {
    for (uint32_t i = 0; i < scan->output_count; i++)
        if (scan->outputs[i].property == property) return true;
    return false;
}

wql_status wql__select_scan(wql__binder *b, wql__plan_scan *scan) {
    const wql_class *cls = scan->entry->cls;
    uint32_t *hidden;
    if (b->plan->star) {
        wql_status status = star_outputs(b, scan);
        if (status < 0) return status;
    } else {
        scan->outputs = b->outputs;
        scan->output_count = b->output_count;
    }
    if (b->plan->star || !(b->lists_path || (b->plan->flags & WQL_ENSURE_LOCATABLE))) return WQL_OK;
    hidden = wql__arena_alloc(b->arena, wql__array_size(cls->key_count, sizeof *hidden));
    if (!hidden) return wql__bind_no_memory(b);
    for (uint32_t i = 0; i < cls->key_count; i++)
        if (!comes_out(scan, cls->keys[i])) hidden[scan->hidden_count++] = cls->keys[i];
    scan->hidden = hidden;
    return WQL_OK;
}
