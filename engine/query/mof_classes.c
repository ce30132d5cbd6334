/* SPDX-License-Identifier: MIT */
/* mof_classes.c: classes of a set of MOF files, each made after the one it derives from. */
#include "mof.h"

#include "../base/fold.h"
#include "../data/class_make.h"
#include "../data/value.h"
#include "mof_out.h"

#include <string.h>

enum { NEW, WAITING, DONE };

/* What is known of a class of the set. */
typedef struct resolved {
    uint8_t state;
    bool is_bad; /* it has errors, or derives from one that has: it is made of what is right, so that others can be looked at */
    wql_class *made;              /* borrowed: its space has the reference */
    wql__mof_class *superclass;   /* in the set */
    wql__mof_class *waits_for_me; /* the class whose turn comes back when this one is done */
    const wql_class *system;      /* the class that every namespace has under this name; NULL: none */
} resolved;

static resolved *of(const wql__mof_class *cls) { return cls->resolved; }

static uint32_t errors(const wql__mof_compiler *compiler) { return compiler->set->error_count; }

/* -- finding classes --------------------------------------------------------------------------------------------- */

wql__mof_class *wql__mof_find_class(const wql__mof_compiler *compiler, const wql__mof_symbol *name, uint32_t space) {
    (void)compiler;
    for (wql__mof_class *at = name->folded->classes; at; at = at->same_name)
        if (at->ns == space) return at;
    return NULL;
}

static const wql__class_entry *find_old(const wql__mof_compiler *compiler, wql_str name, uint32_t space) {
    const wql__catalog *old = compiler->spaces[space].old;
    return old ? wql__catalog_find(old, name) : NULL;
}

bool wql__mof_has_class(const wql__mof_compiler *compiler, const wql__mof_symbol *name, uint32_t space) {
    return wql__mof_find_class(compiler, name, space) || name->folded->was_broken ||
           find_old(compiler, (wql_str){name->text, name->length}, space);
}

void wql__mof_hint_class(const wql__mof_compiler *compiler, wql_str name, uint32_t space) {
    const wql__catalog *old = compiler->spaces[space].old;
    wql__near near;
    if (!compiler->set->newest) return;
    wql__near_init(&near, name);
    for (const wql__mof_class *at = compiler->set->classes; at; at = at->next)
        if (at->ns == space && at->name.symbol) wql__near_offer(&near, wql_s(at->name.symbol->text));
    for (uint32_t i = 0; old && i < old->count; i++) wql__near_offer(&near, old->entries[i].cls->name);
    wql__mof_hint(compiler->set, near.best);
}

static void missing_class(wql__mof_compiler *compiler, const wql__mof_class *cls, const wql__mof_name *name, const char *what) {
    wql__mof_error(compiler->set, cls->file, name->place, WQL_E_INVALID_CLASS, "%s is of class %s, which is not in %s", what,
                   name->symbol->text, compiler->spaces[cls->ns].name);
    wql__mof_hint_class(compiler, (wql_str){name->symbol->text, name->symbol->length}, cls->ns);
}

/* -- registering ------------------------------------------------------------------------------------------------- */

static void add_alias(wql__mof_compiler *compiler, wql__mof_alias *alias) {
    wql__mof_symbol *symbol;
    if (!alias) return;
    symbol = alias->name.symbol->folded;
    if (symbol->alias)
        wql__mof_error(compiler->set, alias->file, alias->name.place, WQL_E_ALREADY_EXISTS, "alias $%s is given twice",
                       alias->name.symbol->text);
    else
        symbol->alias = alias;
}

/* Files are numbered for people by their names; a text has none. */
static const char *file_name(const wql__mof_compiler *compiler, uint32_t file) {
    const char *name = compiler->set->files[file].name->text;
    return *name ? name : "the text";
}

static bool is_free(wql__mof_compiler *compiler, const wql__mof_class *cls) {
    const wql__mof_class *twin = wql__mof_find_class(compiler, cls->name.symbol, cls->ns);
    const wql__class_entry *old;
    if (twin) {
        wql__mof_error(compiler->set, cls->file, cls->name.place, WQL_E_ALREADY_EXISTS,
                       "class %s is declared twice; before in %s", cls->name.symbol->text, file_name(compiler, twin->file));
        return false;
    }
    old = find_old(compiler, wql_s(cls->name.symbol->text), cls->ns);
    if (!old) return true;
    wql__mof_error(compiler->set, cls->file, cls->name.place, WQL_E_ALREADY_EXISTS,
                   "class %s is there already: %s%s serves it in %s", cls->name.symbol->text, old->mount ? "provider " : "",
                   old->mount ? old->mount->name : "nobody", compiler->spaces[cls->ns].name);
    return false;
}

/* A text may repeat a system class, as one that was written from all classes does; make_class sees to it that nothing differs. */
static const wql_class *find_system(const wql__mof_compiler *compiler, const wql__mof_class *cls) {
    const wql__class_entry *old = find_old(compiler, wql_s(cls->name.symbol->text), cls->ns);
    return old && old->is_system ? old->cls : NULL;
}

static void register_class(wql__mof_compiler *compiler, wql__mof_class *cls) {
    wql__mof_symbol *symbol = cls->name.symbol;
    resolved *made = wql__mof_alloc(compiler->set, sizeof *made);
    cls->resolved = made;
    cls->ns = compiler->space_of[cls->ns];
    if (!made || !symbol) return;
    made->system = find_system(compiler, cls);
    if (made->system) { /* those that derive from it derive from the one that is there */
    } else if (is_free(compiler, cls)) {
        cls->same_name = symbol->folded->classes;
        symbol->folded->classes = cls;
    } else {
        made->is_bad = true;
    }
    add_alias(compiler, cls->alias);
}

/* -- features ---------------------------------------------------------------------------------------------------- */

/* What is being made. */
typedef struct maker {
    wql__mof_compiler *compiler;
    wql__mof_class *cls;
    const wql_class *super;
    bool super_is_bad; /* nothing is said about what it may declare */
    wql_class_def def;
} maker;

static wql__mof_set *set_of(const maker *m) { return m->compiler->set; }

static void *shelve(maker *m, size_t count, size_t size) {
    void *memory = wql__arena_zero(&m->compiler->shelf->arena, wql__array_size(count, size));
    if (!memory) wql__mof_no_memory(set_of(m));
    return memory;
}

/* Names of a list once each. Those that come again are taken out. */
static void drop_twins(maker *m, wql__mof_features *list, bool methods, const char *what) {
    uint32_t stamp = ++set_of(m)->stamp;
    wql__mof_feature **at = &list->first, *last = NULL;
    while (*at) {
        wql__mof_feature *feature = *at;
        bool is_twin = false;
        if (feature->is_method == methods && feature->name.symbol) {
            is_twin = feature->name.symbol->folded->stamp == stamp;
            feature->name.symbol->folded->stamp = stamp;
        }
        if (is_twin) {
            wql__mof_error(set_of(m), m->cls->file, feature->name.place, WQL_E_ALREADY_EXISTS, "%s %s is declared twice", what,
                           feature->name.symbol->text);
            *at = feature->next;
            list->count--;
        } else {
            last = feature;
            at = &feature->next;
        }
    }
    list->last = last;
}

/* The class that an EmbeddedInstance names. */
static void check_embedded(maker *m, const wql__mof_marks *marks) {
    wql__mof_symbol *symbol;
    if (!marks->embedded_class || !marks->embedded_place.length) return; /* none, or an ancestor's */
    symbol = wql__mof_intern(set_of(m), marks->embedded_class, (uint32_t)strlen(marks->embedded_class));
    if (!symbol || wql__mof_has_class(m->compiler, symbol, m->cls->ns)) return;
    wql__mof_error(set_of(m), m->cls->file, marks->embedded_place, WQL_E_INVALID_CLASS,
                   "EmbeddedInstance names class %s, which is not in %s", symbol->text, m->compiler->spaces[m->cls->ns].name);
    wql__mof_hint_class(m->compiler, wql_s(symbol->text), m->cls->ns);
}

/* The type as it is written, and what qualifiers make of it: a string that embeds an object is one. */
static void settle_type(maker *m, const wql__mof_feature *feature, const wql__mof_marks *marks, wql_property_def *out) {
    out->type = feature->type.type | (feature->is_array ? WQL_ARRAY : 0);
    if (feature->type.class_name.symbol) {
        out->class_name = feature->type.class_name.symbol->text;
        if (!wql__mof_has_class(m->compiler, feature->type.class_name.symbol, m->cls->ns))
            missing_class(m->compiler, m->cls, &feature->type.class_name, feature->name.symbol->text);
    }
    if (feature->type.type == WQL_STRING && (marks->embedded_object || marks->embedded_class)) {
        out->type = WQL_OBJECT | (feature->is_array ? WQL_ARRAY : 0);
        out->class_name = marks->embedded_class;
        check_embedded(m, marks);
    }
    if (feature->type.type == WQL_NULL && !feature->is_method)
        wql__mof_error(set_of(m), m->cls->file, feature->type.place, WQL_E_INVALID_PROPERTY_TYPE, "%s cannot be void",
                       feature->name.symbol->text);
    if (marks->interval && feature->type.type == WQL_DATETIME) out->flags |= WQL_INTERVAL;
}

/* The size of an array, which WMI keeps in a qualifier. */
static void keep_size(maker *m, const wql__mof_feature *feature, wql__mof_marks *marks) {
    wql_qualifier *grown;
    if (!feature->has_size || !feature->size) return;
    for (uint32_t i = 0; i < marks->count; i++)
        if (wql__fold_equal(wql_s(marks->qualifiers[i].name), wql_s("Max"))) return;
    grown = shelve(m, (size_t)marks->count + 1, sizeof *grown);
    if (!grown) return;
    if (marks->count) memcpy(grown, marks->qualifiers, marks->count * sizeof *grown);
    grown[marks->count].name = "Max";
    grown[marks->count].value = wql_u64(feature->size);
    grown[marks->count].value.type = WQL_UINT32;
    marks->qualifiers = grown;
    marks->count++;
}

static void read_default(maker *m, const wql__mof_feature *feature, wql_property_def *out) {
    wql_value *initial;
    if (!feature->value.is_given) return;
    if (feature->has_size && feature->size && feature->value.count > feature->size)
        wql__mof_error(set_of(m), m->cls->file, feature->value.place, WQL_E_VALUE_OUT_OF_RANGE, "%s holds %u values, not %u",
                       feature->name.symbol->text, feature->size, feature->value.count);
    initial = shelve(m, 1, sizeof *initial);
    if (!initial || !wql__mof_read_value(m->compiler, m->cls->file, &feature->value, out->type, feature->name.symbol->text,
                                         &m->compiler->shelf->arena, initial))
        return;
    if (initial->type == WQL_NULL) return; /* what is there without a default, too */
    if (initial->type == WQL_DATETIME && initial->time.interval) out->flags |= WQL_INTERVAL;
    out->initial = initial;
}

/* -- properties -------------------------------------------------------------------------------------------------- */

static void check_key(maker *m, const wql__mof_feature *feature, const wql__mof_marks *marks, const wql_property_def *before,
                      const wql_property_def *out) {
    uint32_t item = out->type & ~(uint32_t)WQL_ARRAY;
    wql__mof_place place = marks->key_place.length ? marks->key_place : feature->name.place;
    if (!(out->flags & WQL_KEY)) return;
    if ((out->type & WQL_ARRAY) || item == WQL_OBJECT || wql__type_is_real(item))
        wql__mof_error(set_of(m), m->cls->file, place, WQL_E_INVALID_PROPERTY_TYPE, "%s cannot be a key: it is %s",
                       feature->name.symbol->text, wql__type_name(out->type));
    if (m->super && m->super->key_count && !(before && (before->flags & WQL_KEY)))
        wql__mof_error(set_of(m), m->cls->file, place, WQL_E_INVALID_PROPERTY,
                       "%s cannot be a key of %s: %s, from which it derives, has its keys already", feature->name.symbol->text,
                       m->cls->name.symbol->text, m->super->def.name);
}

static void check_type(maker *m, const wql__mof_feature *feature, const wql_property_def *before, const wql_property_def *out) {
    if (!before || (before->type == out->type && (before->flags & WQL_INTERVAL) == (out->flags & WQL_INTERVAL))) return;
    wql__mof_error(set_of(m), m->cls->file, feature->type.place, WQL_E_INVALID_PROPERTY_TYPE,
                   "%s is %s%s, but %s declares it as %s%s", feature->name.symbol->text,
                   out->flags & WQL_INTERVAL ? "an interval, " : "", wql__type_name(out->type), before->origin,
                   before->flags & WQL_INTERVAL ? "an interval, " : "", wql__type_name(before->type));
}

/* Override names what the feature stands for, which an ancestor must have. */
static void check_override(maker *m, const wql__mof_feature *feature, const wql__mof_marks *marks, bool is_there) {
    if (!marks->overrides.len || !marks->overrides_place.length || m->super_is_bad) return;
    if (!wql__fold_equal(marks->overrides, wql_s(feature->name.symbol->text)))
        wql__mof_error(set_of(m), m->cls->file, marks->overrides_place, WQL_E_INVALID_PROPERTY,
                       "%s cannot override %s: it must have the same name", feature->name.symbol->text, marks->overrides.ptr);
    else if (!is_there)
        wql__mof_error(set_of(m), m->cls->file, marks->overrides_place, WQL_E_INVALID_PROPERTY,
                       "%s overrides nothing: no superclass declares it", feature->name.symbol->text);
}

static void read_property(maker *m, const wql__mof_feature *feature, wql_property_def *out) {
    uint32_t number = m->super
                          ? wql__class_property(m->super, (wql_str){feature->name.symbol->text, feature->name.symbol->length})
                          : WQL_NO_COLUMN;
    const wql_property_def *before = number == WQL_NO_COLUMN ? NULL : wql__class_property_def(m->super, number);
    uint32_t scope = feature->type.type == WQL_REFERENCE ? WQL__MOF_ON_REFERENCE : WQL__MOF_ON_PROPERTY;
    wql__mof_marks marks;
    out->name = feature->name.symbol->text;
    wql__mof_read_qualifiers(m->compiler, m->cls->file, &feature->qualifiers, scope, before ? before->qualifiers : NULL,
                             before ? before->qualifier_count : 0, &marks);
    settle_type(m, feature, &marks, out);
    keep_size(m, feature, &marks);
    read_default(m, feature, out);
    if (before) out->flags |= before->flags & WQL_INTERVAL & (out->type == before->type ? ~0u : 0u);
    if (marks.key) out->flags |= WQL_KEY;
    out->qualifiers = marks.qualifiers;
    out->qualifier_count = marks.count;
    check_type(m, feature, before, out);
    check_key(m, feature, &marks, before, out);
    check_override(m, feature, &marks, before != NULL);
}

/* -- methods ----------------------------------------------------------------------------------------------------- */

static const wql_method_def *find_method(const wql_class *cls, const char *name) {
    for (uint32_t i = 0; cls && i < cls->def.method_count; i++)
        if (wql__fold_equal(wql_s(cls->def.methods[i].name), wql_s(name))) return &cls->def.methods[i];
    return NULL;
}

static const wql_property_def *find_param(const wql_method_def *method, const char *name) {
    for (uint32_t i = 0; method && i < method->param_count; i++)
        if (wql__fold_equal(wql_s(method->params[i].name), wql_s(name))) return &method->params[i];
    return NULL;
}

/* In is what a parameter is that says nothing; Out alone is not In. */
static uint32_t direction(const wql__mof_marks *marks) {
    bool in = marks->in_given ? marks->in : !marks->out;
    return (in ? (uint32_t)WQL_IN : 0) | (marks->out ? (uint32_t)WQL_OUT : 0);
}

static void read_param(maker *m, const wql__mof_feature *feature, const wql_property_def *before, wql_property_def *out) {
    uint32_t scope = WQL__MOF_ON_PARAMETER | (feature->type.type == WQL_REFERENCE ? WQL__MOF_ON_REFERENCE : 0);
    wql__mof_marks marks;
    out->name = feature->name.symbol->text;
    out->origin = m->def.name;
    wql__mof_read_qualifiers(m->compiler, m->cls->file, &feature->qualifiers, scope, before ? before->qualifiers : NULL,
                             before ? before->qualifier_count : 0, &marks);
    settle_type(m, feature, &marks, out);
    keep_size(m, feature, &marks);
    read_default(m, feature, out);
    out->flags |= direction(&marks);
    out->qualifiers = marks.qualifiers;
    out->qualifier_count = marks.count;
}

/* What a method returns is a parameter of that name, as in WMI's __PARAMETERS; the last one. */
static void add_return(maker *m, const wql__mof_feature *feature, const wql__mof_marks *marks, wql_property_def *out) {
    settle_type(m, feature, marks, out);
    out->name = "ReturnValue";
    out->origin = m->def.name;
    out->flags |= WQL_OUT;
}

static void read_method(maker *m, wql__mof_feature *feature, wql_method_def *out) {
    const wql_method_def *before = find_method(m->super, feature->name.symbol->text);
    wql_property_def *params = shelve(m, (size_t)feature->params.count + 1, sizeof *params);
    wql__mof_marks marks;
    out->name = feature->name.symbol->text;
    wql__mof_read_qualifiers(m->compiler, m->cls->file, &feature->qualifiers, WQL__MOF_ON_METHOD,
                             before ? before->qualifiers : NULL, before ? before->qualifier_count : 0, &marks);
    out->qualifiers = marks.qualifiers;
    out->qualifier_count = marks.count;
    if (feature->is_array)
        wql__mof_error(set_of(m), m->cls->file, feature->type.place, WQL_E_INVALID_METHOD, "a method returns no array");
    drop_twins(m, &feature->params, false, "parameter");
    if (!params) return;
    for (const wql__mof_feature *at = feature->params.first; at; at = at->next) {
        if (!at->name.symbol) continue;
        read_param(m, at, find_param(before, at->name.symbol->text), &params[out->param_count++]);
    }
    if (feature->type.type != WQL_NULL) {
        if (find_param(&(wql_method_def){.params = params, .param_count = out->param_count}, "ReturnValue"))
            wql__mof_error(set_of(m), m->cls->file, feature->name.place, WQL_E_INVALID_METHOD_PARAMETERS,
                           "method %s returns a value, and has a parameter ReturnValue", out->name);
        else
            add_return(m, feature, &marks, &params[out->param_count++]);
    }
    out->params = out->param_count ? params : NULL;
    check_override(m, feature, &marks, before != NULL);
}

/* -- a class ----------------------------------------------------------------------------------------------------- */

static void read_features(maker *m) {
    wql__mof_features *list = &m->cls->features;
    wql_property_def *properties;
    wql_method_def *methods;
    uint32_t method_count = 0;
    drop_twins(m, list, false, "property");
    drop_twins(m, list, true, "method");
    for (const wql__mof_feature *at = list->first; at; at = at->next) method_count += at->is_method;
    properties = shelve(m, list->count - method_count, sizeof *properties);
    methods = shelve(m, method_count, sizeof *methods);
    if (!properties || !methods) return;
    m->def.properties = properties;
    m->def.methods = methods;
    for (wql__mof_feature *at = list->first; at && set_of(m)->failed == WQL_OK; at = at->next) {
        uint32_t before = errors(m->compiler);
        if (!at->name.symbol) continue;
        if (at->is_method)
            read_method(m, at, &methods[m->def.method_count]);
        else
            read_property(m, at, &properties[m->def.property_count]);
        if (errors(m->compiler) != before) { /* left out */
            memset(&methods[m->def.method_count], 0, at->is_method ? sizeof *methods : 0);
            memset(&properties[m->def.property_count], 0, at->is_method ? 0 : sizeof *properties);
        } else if (at->is_method) {
            m->def.method_count++;
        } else {
            m->def.property_count++;
        }
    }
}

static uint32_t class_scope(const wql__mof_qualifiers *list) {
    uint32_t scope = WQL__MOF_ON_CLASS;
    for (const wql__mof_qualifier *at = list->first; at; at = at->next) {
        if (!at->name.symbol) continue;
        if (wql__fold_equal(wql_s(at->name.symbol->text), wql_s("Association"))) scope |= WQL__MOF_ON_ASSOCIATION;
        if (wql__fold_equal(wql_s(at->name.symbol->text), wql_s("Indication"))) scope |= WQL__MOF_ON_INDICATION;
    }
    return scope;
}

static void read_class_qualifiers(maker *m) {
    wql__mof_marks marks;
    wql__mof_read_qualifiers(m->compiler, m->cls->file, &m->cls->qualifiers, class_scope(&m->cls->qualifiers),
                             m->super ? m->super->def.qualifiers : NULL, m->super ? m->super->def.qualifier_count : 0, &marks);
    m->def.qualifiers = marks.qualifiers;
    m->def.qualifier_count = marks.count;
    if (marks.abstract) m->def.flags |= WQL_ABSTRACT;
    if (marks.association) m->def.flags |= WQL_ASSOCIATION;
    if (marks.singleton) m->def.flags |= WQL_SINGLETON;
}

/* Keeps a class that was made, in the order in which they were. */
static void keep(wql__mof_set *set, wql__mof_made *list, wql_class *made) {
    if (list->count == list->room) {
        uint32_t room = list->room ? list->room * 2 : 64;
        wql_class **bigger = wql__mof_alloc(set, wql__array_size(room, sizeof *bigger));
        if (!bigger) {
            wql_class_release(made);
            return;
        }
        if (list->count) memcpy(bigger, list->classes, list->count * sizeof *bigger);
        list->classes = bigger;
        list->room = room;
    }
    list->classes[list->count++] = made;
}

static void check_system(maker *m, const wql_class *cls) {
    const wql_class *system = of(m->cls)->system;
    char why[200] = "";
    wql__out out = {why, sizeof why, 0};
    if (!system || wql__class_equal(system, cls, &out)) return;
    (void)wql__out_end(&out);
    wql__mof_error(set_of(m), m->cls->file, m->cls->name.place, WQL_E_ALREADY_EXISTS,
                   "every namespace has its class %s, and it is another one: %s", system->def.name, why);
}

static void make_class(maker *m) {
    wql__mof_space *space = &m->compiler->spaces[m->cls->ns];
    resolved *made = of(m->cls);
    wql_error said = WQL_INIT(wql_error);
    wql_class *cls;
    wql_status status = wql__class_make_on(m->compiler->shelf, &m->def, m->super, space->name, m->compiler->server, &cls, &said);
    if (status == WQL_OK) {
        check_system(m, cls);
        keep(set_of(m), made->is_bad || made->system ? &space->bad : &space->good, cls);
        if (set_of(m)->failed == WQL_OK) made->made = cls;
    } else if (status == WQL_E_OUT_OF_MEMORY || status == WQL_E_QUOTA_VIOLATION) {
        wql__mof_no_memory(set_of(m));
    } else { /* what was not looked for above */
        wql__mof_error_keep(set_of(m), m->cls->file, m->cls->name.place, &said);
    }
}

/* Classes below each other: each has a list of all above it. */
enum { SUPERCLASSES_MAX = 1000 };

static void check_depth(const maker *m) {
    if (m->super && m->super->depth + 1 >= SUPERCLASSES_MAX)
        wql__mof_limit(set_of(m), m->cls->file, m->cls->superclass.place, "superclasses_max", SUPERCLASSES_MAX);
}

/* Reads a class whose superclass is done. */
static void finish_class(wql__mof_compiler *compiler, wql__mof_class *cls) {
    resolved *made = of(cls);
    uint32_t before = errors(compiler);
    maker m;
    memset(&m, 0, sizeof m);
    m.compiler = compiler;
    m.cls = cls;
    m.def.struct_size = sizeof m.def;
    m.def.name = cls->name.symbol->text;
    made->state = DONE;
    if (made->superclass) {
        m.super = of(made->superclass)->made;
        m.super_is_bad = m.super == NULL || of(made->superclass)->is_bad;
    } else if (cls->superclass.symbol) {
        const wql__class_entry *old = find_old(compiler, wql_s(cls->superclass.symbol->text), cls->ns);
        m.super = old ? old->cls : NULL;
        m.super_is_bad = m.super == NULL;
    }
    if (m.super_is_bad || cls->is_broken) made->is_bad = true;
    check_depth(&m);
    read_class_qualifiers(&m);
    read_features(&m);
    if (errors(compiler) != before) made->is_bad = true;
    if (compiler->set->failed == WQL_OK && (!m.super || m.super->depth < SUPERCLASSES_MAX)) make_class(&m);
}

/* The superclass if it is of the set and not done yet. */
static wql__mof_class *find_super(wql__mof_compiler *compiler, wql__mof_class *cls) {
    resolved *made = of(cls);
    const wql__mof_name *name = &cls->superclass;
    if (!name->symbol) return NULL;
    made->superclass = wql__mof_find_class(compiler, name->symbol, cls->ns);
    if (!made->superclass) {
        if (wql__mof_has_class(compiler, name->symbol, cls->ns)) return NULL;
        wql__mof_error(compiler->set, cls->file, name->place, WQL_E_INVALID_SUPERCLASS,
                       "class %s derives from %s, which is not in %s", cls->name.symbol->text, name->symbol->text,
                       compiler->spaces[cls->ns].name);
        wql__mof_hint_class(compiler, wql_s(name->symbol->text), cls->ns);
        return NULL;
    }
    if (of(made->superclass)->state == WAITING || made->superclass == cls) {
        wql__mof_error(compiler->set, cls->file, name->place, WQL_E_CIRCULAR_REFERENCE, "class %s derives from itself",
                       cls->name.symbol->text);
        made->superclass = NULL;
        made->is_bad = true;
        return NULL;
    }
    return of(made->superclass)->state == DONE ? NULL : made->superclass;
}

/* Goes up to the first class that waits for nothing, then back down. */
static void resolve(wql__mof_compiler *compiler, wql__mof_class *cls) {
    wql__mof_class *above;
    of(cls)->waits_for_me = NULL;
    of(cls)->state = WAITING;
    while ((above = find_super(compiler, cls)) != NULL) {
        of(above)->waits_for_me = cls;
        of(above)->state = WAITING;
        cls = above;
    }
    while (cls && compiler->set->failed == WQL_OK) {
        wql__mof_class *next = of(cls)->waits_for_me;
        finish_class(compiler, cls);
        cls = next;
    }
}

void wql__mof_make_classes(wql__mof_compiler *compiler) {
    wql__mof_set *set = compiler->set;
    wql__mof_learn_qualifiers(compiler);
    for (wql__mof_class *at = set->classes; at && set->failed == WQL_OK; at = at->next) register_class(compiler, at);
    for (wql__mof_instance *at = set->instances; at && set->failed == WQL_OK; at = at->next) {
        at->ns = compiler->space_of[at->ns];
        add_alias(compiler, at->alias);
    }
    for (wql__mof_class *at = set->classes; at && set->failed == WQL_OK; at = at->next)
        if (at->name.symbol && of(at)->state == NEW) resolve(compiler, at);
}

static void drop(wql__mof_made *list) {
    while (list->count) wql_class_release(list->classes[--list->count]);
}

void wql__mof_drop_classes(wql__mof_compiler *compiler) {
    for (uint32_t i = 0; i < compiler->space_count; i++) {
        drop(&compiler->spaces[i].good);
        drop(&compiler->spaces[i].bad);
    }
}
