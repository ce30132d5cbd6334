/* SPDX-License-Identifier: MIT */
/* mof_instances.c: instances of a set of MOF files as lists of values, with aliases as the paths they stand for. */
#include "../base/fold.h"
#include "../data/instance.h"
#include "../data/reference.h"
#include "mof.h"

#include <string.h>

/* Keys that are references to instances whose keys are references ...: each level doubles the backslashes in the path. */
enum { ALIAS_DEPTH = 16 };

/* Of an instance that has an alias. */
typedef struct named {
    wql_str path; /* empty: not known yet */
    bool is_bad, is_open;
} named;

typedef struct maker {
    wql__mof_compiler *compiler;
    wql__arena scratch;  /* of one instance */
    wql_batch **objects; /* embedded ones of this instance, to be let go; in scratch */
    uint32_t object_count, object_room;
    uint32_t alias_depth;
    bool told_qualifiers;
} maker;

static wql__mof_set *set_of(const maker *m) { return m->compiler->set; }

static void *alloc(maker *m, size_t count, size_t size) {
    void *memory = wql__arena_zero(&m->scratch, wql__array_size(count, size));
    if (!memory) wql__mof_no_memory(set_of(m));
    return memory;
}

/* -- classes and properties -------------------------------------------------------------------------------------- */

static const wql__class_entry *find_entry(maker *m, const wql__mof_instance *instance) {
    const wql__mof_name *name = &instance->class_name;
    wql__mof_space *space = &m->compiler->spaces[instance->ns];
    const wql__class_entry *entry = space->made ? wql__catalog_find(space->made, wql_s(name->symbol->text)) : NULL;
    if (entry || wql__mof_has_class(m->compiler, name->symbol, instance->ns)) return entry; /* NULL: the class has errors */
    wql__mof_error(set_of(m), instance->file, name->place, WQL_E_INVALID_CLASS, "there is no class %s in %s", name->symbol->text,
                   space->name);
    wql__mof_hint_class(m->compiler, wql_s(name->symbol->text), instance->ns);
    return NULL;
}

static void missing_property(maker *m, const wql__mof_instance *instance, const wql_class *cls, const wql__mof_name *name) {
    wql__near near;
    wql__mof_error(set_of(m), instance->file, name->place, WQL_E_NOT_FOUND, "class %s has no property %s", cls->def.name,
                   name->symbol->text);
    if (!set_of(m)->newest) return;
    wql__near_init(&near, wql_s(name->symbol->text));
    for (uint32_t i = 0; i < cls->def.property_count; i++) wql__near_offer(&near, wql_s(cls->def.properties[i].name));
    wql__mof_hint(set_of(m), near.best);
}

/* An error of somebody below, at the property that its hint names, or at the instance. */
static void place_error(maker *m, const wql__mof_instance *instance, const wql_error *said) {
    wql__mof_place place = instance->place;
    for (const wql__mof_assignment *at = instance->assignments.first; at && said->hint[0]; at = at->next)
        if (at->name.symbol && wql__fold_equal(wql_s(at->name.symbol->text), wql_s(said->hint))) {
            place = at->value.place;
            break;
        }
    wql__mof_error(set_of(m), instance->file, place, said->status, "%s",
                   said->message[0] ? said->message : wql_status_text(said->status));
}

/* What a function below answered. True: go on. */
static bool passed(maker *m, const wql__mof_instance *instance, wql_status status, const wql_error *said, uint64_t refusals) {
    if (status >= 0) return true;
    if (status == WQL_E_OUT_OF_MEMORY || wql__mem_refusals(set_of(m)->arena->mem) != refusals)
        set_of(m)->failed = status;
    else
        place_error(m, instance, said);
    return false;
}

/* -- values ------------------------------------------------------------------------------------------------------ */

static bool read_instance(maker *m, const wql__mof_instance *instance, const wql_class *cls, wql_value *values);
static bool alias_path(maker *m, uint32_t file, const wql__mof_literal *literal, uint32_t space, wql_str *out);

static bool keep_object(maker *m, wql_batch *object) {
    if (m->object_count == m->object_room) {
        uint32_t room = m->object_room ? m->object_room * 2 : 8;
        wql_batch **bigger = alloc(m, room, sizeof *bigger);
        if (!bigger) {
            wql_batch_release(object);
            return false;
        }
        if (m->object_count) memcpy(bigger, m->objects, m->object_count * sizeof *bigger);
        m->objects = bigger;
        m->object_room = room;
    }
    m->objects[m->object_count++] = object;
    return true;
}

static bool read_embedded(maker *m, wql__mof_instance *instance, uint32_t space, wql_value *out) {
    uint64_t refusals = wql__mem_refusals(set_of(m)->arena->mem);
    wql_error said = WQL_INIT(wql_error);
    const wql__class_entry *entry;
    wql_value *values;
    wql_status status;
    instance->ns = space;
    entry = find_entry(m, instance);
    values = entry ? alloc(m, entry->cls->def.property_count, sizeof *values) : NULL;
    if (!values || !read_instance(m, instance, entry->cls, values)) return false;
    status = wql__instance_fit(entry->cls, m->compiler->spaces[space].made, &m->scratch, values, &said);
    if (status >= 0) status = wql__instance_object(m->compiler->shelf->mem, entry->cls, values, out, &said);
    if (!passed(m, instance, status, &said, refusals)) return false;
    return keep_object(m, (wql_batch *)(uintptr_t)out->object);
}

static bool read_literal(maker *m, const wql__mof_instance *instance, const wql__mof_literal *literal, uint32_t type,
                         const char *what, wql_value *out) {
    wql_str path;
    if (type == WQL_REFERENCE && literal->kind == WQL__MOF_LITERAL_ALIAS) {
        if (!alias_path(m, instance->file, literal, instance->ns, &path)) return false;
        *out = wql_text(path);
        out->type = WQL_REFERENCE;
        return true;
    }
    if (type == WQL_OBJECT && literal->kind == WQL__MOF_LITERAL_INSTANCE)
        return read_embedded(m, literal->instance, instance->ns, out);
    return wql__mof_read_literal(m->compiler, instance->file, literal, type, what, out);
}

static bool read_assigned(maker *m, const wql__mof_instance *instance, const wql__mof_assignment *assigned,
                          const wql_property_def *def, wql_value *out) {
    const wql__mof_value *value = &assigned->value;
    uint32_t item = def->type & ~(uint32_t)WQL_ARRAY;
    bool is_array = (def->type & WQL_ARRAY) != 0, good = true;
    wql_value *items;
    uint32_t count = 0;
    if (item != WQL_REFERENCE && item != WQL_OBJECT)
        return wql__mof_read_value(m->compiler, instance->file, value, def->type, def->name, &m->scratch, out);
    if (!value->is_list && value->first && value->first->kind == WQL__MOF_LITERAL_NULL) {
        *out = wql_null();
        return true;
    }
    if (is_array != value->is_list)
        return wql__mof_read_value(m->compiler, instance->file, value, def->type, def->name, &m->scratch, out); /* says so */
    if (!is_array) return value->first && read_literal(m, instance, value->first, item, def->name, out);
    items = alloc(m, value->count, sizeof *items);
    for (const wql__mof_literal *at = value->first; at && items; at = at->next)
        if (!read_literal(m, instance, at, item, def->name, &items[count++])) good = false;
    *out = wql_array(item, items, count);
    return items && good;
}

/* Qualifiers say something of classes here; an instance keeps none. */
static void tell_qualifiers(maker *m, uint32_t file, const wql__mof_qualifiers *list) {
    if (!list->count || m->told_qualifiers) return;
    m->told_qualifiers = true;
    wql__mof_warning(set_of(m), file, list->place, WQL_E_NOT_SUPPORTED, "qualifiers of instances are read, but not kept");
}

/* The values of an instance: its class's defaults, and on them what it says. */
static bool read_instance(maker *m, const wql__mof_instance *instance, const wql_class *cls, wql_value *values) {
    uint32_t stamp = ++set_of(m)->stamp;
    bool good = !instance->is_broken;
    wql__instance_defaults(cls, values);
    for (const wql__mof_assignment *at = instance->assignments.first; at; at = at->next) { /* before others use the stamps */
        wql__mof_symbol *symbol = at->name.symbol;
        if (!symbol) continue;
        if (symbol->folded->stamp == stamp) {
            wql__mof_error(set_of(m), instance->file, at->name.place, WQL_E_ALREADY_EXISTS, "property %s is set twice",
                           symbol->text);
            good = false;
        }
        symbol->folded->stamp = stamp;
    }
    tell_qualifiers(m, instance->file, &instance->qualifiers);
    for (const wql__mof_assignment *at = instance->assignments.first; at && set_of(m)->failed == WQL_OK; at = at->next) {
        uint32_t number = at->name.symbol ? wql__class_property(cls, wql_s(at->name.symbol->text)) : WQL_NO_COLUMN;
        tell_qualifiers(m, instance->file, &at->qualifiers);
        if (number == WQL_NO_COLUMN) {
            if (at->name.symbol) missing_property(m, instance, cls, &at->name);
            good = false;
        } else if (!read_assigned(m, instance, at, &cls->def.properties[number], &values[number])) {
            good = false;
        }
    }
    return good && set_of(m)->failed == WQL_OK;
}

/* -- aliases ----------------------------------------------------------------------------------------------------- */

/* Prints a path twice: to know its length, and into the arena. */
static bool print_path(maker *m, const wql__reference *reference, const char *ns, wql_str *out) {
    size_t length;
    for (char *buf = NULL;;) {
        wql__out to = {buf, buf ? length + 1 : 0, 0};
        if (ns) wql__path_put_prefix(&to, (wql_str){NULL, 0}, wql_s(ns));
        wql__reference_print(reference, &to);
        if (buf) {
            (void)wql__out_end(&to);
            *out = (wql_str){buf, length};
            return true;
        }
        length = to.len;
        buf = wql__mof_alloc(set_of(m), length + 1);
        if (!buf) return false;
    }
}

/* The keys of an instance that has an alias, and from them its path. */
static bool make_path(maker *m, wql__mof_instance *instance, named *known) {
    uint64_t refusals = wql__mem_refusals(set_of(m)->arena->mem);
    const wql__class_entry *entry = find_entry(m, instance);
    const wql_class *cls = entry ? entry->cls : NULL;
    wql_error said = WQL_INIT(wql_error);
    wql__reference reference = {entry, NULL};
    wql_value *values;
    if (!cls) return false;
    values = alloc(m, cls->def.property_count, sizeof *values);
    reference.keys = alloc(m, cls->key_count, sizeof *reference.keys);
    if (!values || !reference.keys) return false;
    wql__instance_defaults(cls, values);
    for (const wql__mof_assignment *at = instance->assignments.first; at; at = at->next) {
        uint32_t number = at->name.symbol ? wql__class_property(cls, wql_s(at->name.symbol->text)) : WQL_NO_COLUMN;
        if (number == WQL_NO_COLUMN || !(cls->def.properties[number].flags & WQL_KEY)) continue;
        if (!read_assigned(m, instance, at, &cls->def.properties[number], &values[number])) return false;
    }
    if (!passed(m, instance, wql__instance_fit(cls, m->compiler->spaces[instance->ns].made, &m->scratch, values, &said), &said,
                refusals))
        return false;
    for (uint32_t i = 0; i < cls->key_count; i++) {
        reference.keys[i] = values[cls->keys[i]];
        if (reference.keys[i].type == WQL_NULL) return false; /* said when the instance itself comes */
    }
    return print_path(m, &reference, NULL, &known->path);
}

static bool instance_path(maker *m, wql__mof_instance *instance, uint32_t file, wql__mof_place place, wql_str *out) {
    named *known = instance->resolved;
    uint32_t errors = set_of(m)->error_count;
    if (!known) instance->resolved = known = wql__mof_alloc(set_of(m), sizeof *known);
    if (!known || known->is_bad) return false;
    if (known->is_open || m->alias_depth == ALIAS_DEPTH) {
        wql__mof_error(set_of(m), file, place, WQL_E_CIRCULAR_REFERENCE,
                       known->is_open ? "the key of this instance is the instance itself, by its alias"
                                      : "keys that are references are nested too deeply");
        return false;
    }
    if (!known->path.len) {
        known->is_open = true;
        m->alias_depth++;
        if (!make_path(m, instance, known)) {
            known->is_bad = true;
            if (set_of(m)->error_count != errors) instance->is_broken = true; /* told: not once more */
        }
        m->alias_depth--;
        known->is_open = false;
    }
    *out = known->path;
    return !known->is_bad;
}

static bool alias_path(maker *m, uint32_t file, const wql__mof_literal *literal, uint32_t space, wql_str *out) {
    const wql__mof_alias *alias = literal->alias->folded->alias;
    uint32_t there;
    if (!alias) {
        wql__mof_error(set_of(m), file, literal->place, WQL_E_NOT_FOUND, "no class and no instance has the alias $%s",
                       literal->alias->text);
        return false;
    }
    if (alias->cls) {
        *out = wql_s(alias->cls->name.symbol->text);
        return true;
    }
    if (!instance_path(m, alias->instance, file, literal->place, out)) return false;
    there = alias->instance->ns;
    if (there != space) { /* another namespace stands in front */
        wql__out to = {NULL, 0, 0};
        size_t size;
        char *buf;
        wql__path_put_prefix(&to, (wql_str){NULL, 0}, wql_s(m->compiler->spaces[there].name));
        size = to.len + out->len + 1;
        buf = wql__mof_alloc(set_of(m), size);
        if (!buf) return false;
        to = (wql__out){buf, size, 0};
        wql__path_put_prefix(&to, (wql_str){NULL, 0}, wql_s(m->compiler->spaces[there].name));
        wql__out_text(&to, out->ptr, out->len);
        (void)wql__out_end(&to);
        *out = (wql_str){buf, size - 1};
    }
    return true;
}

/* -- all --------------------------------------------------------------------------------------------------------- */

static void make_instance(maker *m, wql__mof_instance *instance, wql__mof_add add, void *user) {
    wql__mof_space *space = &m->compiler->spaces[instance->ns];
    uint64_t refusals = wql__mem_refusals(set_of(m)->arena->mem);
    const wql__class_entry *entry = find_entry(m, instance);
    wql_error said = WQL_INIT(wql_error);
    wql_value *values;
    if (!entry) return;
    if (entry->mount != space->mount || !entry->mount) {
        wql__mof_error(set_of(m), instance->file, instance->class_name.place, WQL_E_PROVIDER_NOT_CAPABLE,
                       "class %s is served by provider %s, which takes no instances from MOF", entry->cls->def.name,
                       entry->mount ? entry->mount->name : "nobody");
        return;
    }
    values = alloc(m, entry->cls->def.property_count, sizeof *values);
    if (!values || !read_instance(m, instance, entry->cls, values)) return;
    (void)passed(m, instance, add(user, space, entry, values, &said), &said, refusals);
}

void wql__mof_make_instances(wql__mof_compiler *compiler, wql__mof_add add, void *user) {
    maker m;
    memset(&m, 0, sizeof m);
    m.compiler = compiler;
    wql__arena_init(&m.scratch, compiler->shelf->mem);
    for (wql__mof_instance *at = compiler->set->instances; at && compiler->set->failed == WQL_OK; at = at->next) {
        if (at->class_name.symbol) make_instance(&m, at, add, user);
        while (m.object_count) wql_batch_release(m.objects[--m.object_count]);
        m.objects = NULL;
        m.object_room = 0;
        wql__arena_reset(&m.scratch);
    }
    wql__arena_free(&m.scratch);
}
