/* SPDX-License-Identifier: MIT */
/* schema.c: making class snapshots from definitions: checked, flattened, copied. */
#include "schema.h"

#include "../base/error.h"
#include "../base/fold.h"
#include "../base/utf8.h"
#include "class_make.h"
#include "value.h"

#include <string.h>

/* -- reading ----------------------------------------------------------------------------------------------------- */

uint32_t wql__class_property(const wql_class *cls, wql_str name) {
    uint32_t number = wql__map_find(&cls->properties, name);
    return number == WQL__NO_ENTRY ? WQL_NO_COLUMN : number;
}

const wql_property_def *wql__class_property_def(const wql_class *cls, uint32_t number) {
    return number < cls->def.property_count ? &cls->def.properties[number] : NULL;
}

bool wql__class_isa(const wql_class *cls, wql_str name) {
    for (; cls; cls = cls->superclass)
        if (wql__fold_equal(cls->name, name)) return true;
    return false;
}

const wql_class *wql__class_dynasty(const wql_class *cls) {
    while (cls->superclass) cls = cls->superclass;
    return cls;
}

wql_class *wql_class_retain(const wql_class *cls) {
    wql_class *mutable_cls = (wql_class *)(uintptr_t)cls; /* the count is the one thing that changes */
    if (cls) atomic_fetch_add_explicit(&mutable_cls->refs, 1, memory_order_relaxed);
    return mutable_cls;
}

/* A loop, since the last release of a class releases its superclass. */
void wql_class_release(wql_class *cls) {
    while (cls && atomic_fetch_sub_explicit(&cls->refs, 1, memory_order_acq_rel) == 1) {
        wql_class *superclass = cls->superclass;
        wql__mem *mem = cls->mem;
        wql__shelf *shelf = cls->shelf;
        wql__arena_free(&cls->arena);
        wql__free(mem, cls, sizeof *cls);
        wql__shelf_release(shelf);
        wql__mem_release(mem);
        cls = superclass;
    }
}

const wql_class *wql_class_superclass(const wql_class *cls) { return cls ? cls->superclass : NULL; }
const wql_class_def *wql_class_describe(const wql_class *cls) { return cls ? &cls->def : NULL; }
bool wql_class_isa(const wql_class *cls, const char *name) { return cls && name && wql__class_isa(cls, wql_s(name)); }

wql__shelf *wql__shelf_make(wql__mem *mem) {
    wql__shelf *shelf = wql__alloc_zero(mem, sizeof *shelf);
    if (!shelf) return NULL;
    atomic_init(&shelf->refs, 1);
    shelf->mem = wql__mem_retain(mem);
    wql__arena_init(&shelf->arena, mem);
    return shelf;
}

wql__shelf *wql__shelf_retain(wql__shelf *shelf) {
    atomic_fetch_add_explicit(&shelf->refs, 1, memory_order_relaxed);
    return shelf;
}

void wql__shelf_release(wql__shelf *shelf) {
    wql__mem *mem;
    if (!shelf || atomic_fetch_sub_explicit(&shelf->refs, 1, memory_order_acq_rel) != 1) return;
    mem = shelf->mem;
    wql__arena_free(&shelf->arena);
    wql__free(mem, shelf, sizeof *shelf);
    wql__mem_release(mem);
}

/* -- copying the parts of a definition --------------------------------------------------------------------------- */

/* Where a definition is being read, for messages. */
typedef struct maker {
    wql_class *cls;
    const wql_class_def *def;
    wql_error *err;
} maker;

static wql_status no_memory(maker *m) { return wql__fail_memory(m->cls->mem, m->err); }

/* What lies on a shelf stays where it is. */
static bool is_shelved(const maker *m) { return m->cls->shelf != NULL; }

static wql_status copy_text(maker *m, const char *text, const char **out) {
    *out = is_shelved(m) ? text : NULL;
    if (!text || is_shelved(m)) return WQL_OK;
    *out = wql__arena_text(&m->cls->arena, text, strlen(text));
    return *out ? WQL_OK : no_memory(m);
}

static wql_status copy_value(maker *m, const wql_value *in, wql_value *out, const char *what) {
    switch (wql__value_copy(&m->cls->arena, in, out)) {
    case WQL_OK: return WQL_OK;
    case WQL_E_INVALID_CIM_TYPE:
        return wql__fail(m->err, WQL_E_INVALID_CIM_TYPE, "class %s: %s has a value of type %u, which a definition cannot hold",
                         m->def->name, what, (unsigned)in->type);
    case WQL_E_INVALID_PARAMETER:
        return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: a text of %s is not well-formed UTF-8", m->def->name, what);
    default: return no_memory(m);
    }
}

static wql_status copy_qualifiers(maker *m, const wql_qualifier *in, uint32_t count, const wql_qualifier **out) {
    wql_qualifier *copy;
    *out = is_shelved(m) ? in : NULL;
    if (!count || is_shelved(m)) return WQL_OK;
    if (!in) return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: %u qualifiers, but no array", m->def->name, count);
    copy = wql__arena_alloc(&m->cls->arena, wql__array_size(count, sizeof *copy));
    if (!copy) return no_memory(m);
    for (uint32_t i = 0; i < count; i++) {
        wql_status status;
        copy[i] = in[i];
        if (!in[i].name) return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: a qualifier without a name", m->def->name);
        status = copy_text(m, in[i].name, &copy[i].name);
        if (status >= 0) status = copy_value(m, &in[i].value, &copy[i].value, in[i].name);
        if (status < 0) return status;
    }
    *out = copy;
    return WQL_OK;
}

/* A name that a query can say: letter, underscore or beyond ASCII first; then also digits. */
bool wql__is_identifier(const char *name) {
    const unsigned char *at = (const unsigned char *)name;
    if (!name || !*name || (*at >= '0' && *at <= '9')) return false;
    for (; *at; at++)
        if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == '_' ||
              *at >= 0x80))
            return false;
    return wql__utf8_check(name, strlen(name)) == strlen(name);
}

static wql_status check_name(maker *m, const char *name, const char *what, wql_status status) {
    if (wql__is_identifier(name)) return WQL_OK;
    return wql__fail(m->err, status, "class %s: \"%s\" is no name for a %s", m->def->name ? m->def->name : "?", name ? name : "",
                     what);
}

static wql_status check_property_type(maker *m, const wql_property_def *def) {
    uint32_t item = def->type & ~(uint32_t)WQL_ARRAY;
    if (!wql__type_is_known(def->type))
        return wql__fail(m->err, WQL_E_INVALID_CIM_TYPE, "%s.%s: %u is no CIM type", m->def->name, def->name,
                         (unsigned)def->type);
    if ((def->flags & WQL_KEY) && ((def->type & WQL_ARRAY) || item == WQL_OBJECT || item == WQL_REAL32 || item == WQL_REAL64))
        return wql__fail(m->err, WQL_E_INVALID_PROPERTY_TYPE, "%s.%s: a key cannot be %s", m->def->name, def->name,
                         wql__type_name(def->type));
    if ((def->flags & WQL_INTERVAL) && item != WQL_DATETIME)
        return wql__fail(m->err, WQL_E_INVALID_PROPERTY_TYPE, "%s.%s: only a datetime can be an interval", m->def->name,
                         def->name);
    if (def->flags & ~(uint32_t)(WQL_KEY | WQL_INTERVAL | WQL_IN | WQL_OUT))
        return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "%s.%s: unknown flags", m->def->name, def->name);
    return WQL_OK;
}

/* A default has its property's type from here on, whichever a whole or a real number was written in: what reads it goes by that.
 */
static wql_status fit_default(maker *m, const wql_property_def *def, wql_value *value) {
    uint32_t item = def->type & ~(uint32_t)WQL_ARRAY, count = 1;
    wql_value *each = value;
    wql_status status = WQL_OK;
    if (value->type == WQL_NULL) return WQL_OK;
    if ((value->type ^ def->type) & WQL_ARRAY) status = WQL_E_TYPE_MISMATCH;
    if (def->type & WQL_ARRAY) {
        count = value->count;
        each = (wql_value *)(uintptr_t)value->items; /* the copy's own */
    }
    for (uint32_t i = 0; i < count && status >= 0; i++)
        status = wql__value_convert(&each[i], item, each[i].type == WQL_DATETIME && each[i].time.interval, &each[i]);
    if (status < 0)
        return wql__fail(m->err, status, "class %s: the default of %s is no %s", m->def->name, def->name,
                         wql__type_name(def->type));
    if (def->type & WQL_ARRAY) value->type = def->type;
    return WQL_OK;
}

static wql_status copy_property(maker *m, const wql_property_def *in, wql_property_def *out) {
    wql_status status;
    *out = *in;
    status = check_name(m, in->name, "property", WQL_E_INVALID_PROPERTY);
    if (status >= 0) status = check_property_type(m, in);
    if (status >= 0) status = copy_text(m, in->name, &out->name);
    if (status >= 0) status = copy_text(m, in->class_name, &out->class_name);
    if (status >= 0) status = copy_qualifiers(m, in->qualifiers, in->qualifier_count, &out->qualifiers);
    if (status >= 0 && in->initial && !is_shelved(m)) {
        wql_value *initial = wql__arena_alloc(&m->cls->arena, sizeof *initial);
        if (!initial) return no_memory(m);
        status = copy_value(m, in->initial, initial, in->name);
        if (status >= 0) status = fit_default(m, in, initial);
        out->initial = initial;
    }
    out->origin = m->cls->def.name;
    return status;
}

static wql_status copy_params(maker *m, const wql_property_def *in, uint32_t count, const wql_property_def **out) {
    wql_property_def *copy;
    *out = is_shelved(m) ? in : NULL;
    if (!count || is_shelved(m)) return WQL_OK;
    if (!in) return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: %u parameters, but no array", m->def->name, count);
    copy = wql__arena_alloc(&m->cls->arena, wql__array_size(count, sizeof *copy));
    if (!copy) return no_memory(m);
    for (uint32_t i = 0; i < count; i++) {
        wql_status status = copy_property(m, &in[i], &copy[i]);
        if (status < 0) return status;
    }
    *out = copy;
    return WQL_OK;
}

/* Inherited methods first; one that is declared again takes the inherited place. */
static wql_status copy_methods(maker *m, const wql_class *super) {
    uint32_t inherited = super ? super->def.method_count : 0, count = inherited;
    wql_method_def *copy;
    if (m->def->method_count && !m->def->methods)
        return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: methods, but no array", m->def->name);
    if (!m->def->method_count) { /* nothing of its own: the superclass's, which lives as long */
        m->cls->def.methods = super ? super->def.methods : NULL;
        m->cls->def.method_count = inherited;
        return WQL_OK;
    }
    copy = wql__arena_alloc(&m->cls->arena, wql__array_size((size_t)inherited + m->def->method_count, sizeof *copy));
    if (!copy) return no_memory(m);
    for (uint32_t i = 0; i < inherited; i++) copy[i] = super->def.methods[i];
    for (uint32_t i = 0; i < m->def->method_count; i++) {
        const wql_method_def *in = &m->def->methods[i];
        uint32_t place = 0;
        wql_status status = check_name(m, in->name, "method", WQL_E_INVALID_METHOD);
        if (status < 0) return status;
        while (place < count && !wql__fold_equal(wql_s(copy[place].name), wql_s(in->name))) place++;
        if (place == count) count++;
        copy[place] = *in;
        status = copy_text(m, in->name, &copy[place].name);
        if (status >= 0) status = copy_params(m, in->params, in->param_count, &copy[place].params);
        if (status >= 0) status = copy_qualifiers(m, in->qualifiers, in->qualifier_count, &copy[place].qualifiers);
        if (status < 0) return status;
    }
    m->cls->def.methods = copy;
    m->cls->def.method_count = count;
    return WQL_OK;
}

/* A property that repeats an inherited one keeps its number and must keep its type. */
static wql_status merge_property(maker *m, wql_property_def *all, uint32_t number, const wql_property_def *in) {
    const wql_property_def before = all[number];
    wql_status status = copy_property(m, in, &all[number]);
    if (status < 0) return status;
    if (before.type != in->type || (before.flags & WQL_INTERVAL) != (in->flags & WQL_INTERVAL))
        return wql__fail(m->err, WQL_E_INVALID_PROPERTY_TYPE, "%s.%s is %s, but %s declares it as %s", m->def->name, in->name,
                         wql__type_name(in->type), before.origin, wql__type_name(before.type));
    all[number].flags |= before.flags & WQL_KEY;
    all[number].origin = before.origin;
    return WQL_OK;
}

static wql_status copy_properties(maker *m, const wql_class *super) {
    uint32_t inherited = super ? super->def.property_count : 0, count = inherited;
    wql_property_def *all;
    wql_class *cls = m->cls;
    if (m->def->property_count && !m->def->properties)
        return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: properties, but no array", m->def->name);
    if (m->def->property_count > 65535 || inherited > 65535 - m->def->property_count)
        return wql__fail(m->err, WQL_E_INVALID_CLASS, "class %s: more than 65535 properties", m->def->name);
    cls->own_first = inherited;
    if (super && !m->def->property_count) { /* nothing of its own: the superclass's, which lives as long */
        cls->properties = super->properties;
        cls->def.properties = super->def.properties;
        cls->def.property_count = inherited;
        return WQL_OK;
    }
    all = wql__arena_alloc(&cls->arena, wql__array_size((size_t)inherited + m->def->property_count, sizeof *all));
    if (!all || !wql__map_init(&cls->properties, &cls->arena, inherited + m->def->property_count)) return no_memory(m);
    for (uint32_t i = 0; i < inherited; i++) {
        all[i] = super->def.properties[i];
        (void)wql__map_add(&cls->properties, wql_s(all[i].name), i);
    }
    for (uint32_t i = 0; i < m->def->property_count; i++) {
        const wql_property_def *in = &m->def->properties[i];
        wql_status status = check_name(m, in->name, "property", WQL_E_INVALID_PROPERTY);
        uint32_t there;
        if (status < 0) return status;
        there = wql__map_find(&cls->properties, wql_s(in->name));
        if (there == WQL__NO_ENTRY) {
            status = copy_property(m, in, &all[count]);
            if (status < 0) return status;
            (void)wql__map_add(&cls->properties, wql_s(all[count].name), count);
            count++;
        } else if (there < inherited) {
            status = merge_property(m, all, there, in);
            if (status < 0) return status;
        } else {
            return wql__fail(m->err, WQL_E_INVALID_CLASS, "class %s declares property %s twice", m->def->name, in->name);
        }
    }
    cls->def.properties = all;
    cls->def.property_count = count;
    return WQL_OK;
}

/* The keys in the order in which paths list them: by folded name. */
static wql_status collect_keys(maker *m) {
    wql_class *cls = m->cls;
    uint32_t *keys, count = 0;
    if (cls->superclass && cls->def.properties == cls->superclass->def.properties) {
        cls->keys = cls->superclass->keys;
        cls->key_count = cls->superclass->key_count;
        return WQL_OK;
    }
    for (uint32_t i = 0; i < cls->def.property_count; i++) count += (cls->def.properties[i].flags & WQL_KEY) != 0;
    keys = wql__arena_alloc(&cls->arena, wql__array_size(count, sizeof *keys));
    if (!keys) return no_memory(m);
    count = 0;
    for (uint32_t i = 0; i < cls->def.property_count; i++) {
        uint32_t at = count;
        if (!(cls->def.properties[i].flags & WQL_KEY)) continue;
        for (; at > 0; at--) {
            if (wql__fold_compare(wql_s(cls->def.properties[keys[at - 1]].name), wql_s(cls->def.properties[i].name)) < 0) break;
            keys[at] = keys[at - 1];
        }
        keys[at] = i;
        count++;
    }
    cls->keys = keys;
    cls->key_count = count;
    return WQL_OK;
}

static wql_status copy_head(maker *m, const wql_class *super, const char *ns, const char *server) {
    wql_class *cls = m->cls;
    wql_status status = copy_text(m, m->def->name, &cls->def.name);
    cls->def.struct_size = sizeof cls->def;
    cls->def.flags = m->def->flags;
    if (status >= 0) status = copy_text(m, ns, &cls->ns); /* with a shelf these two are on it, too */
    if (status >= 0) status = copy_text(m, server, &cls->server);
    if (status < 0) return status;
    cls->name = wql_s(cls->def.name);
    if (super) {
        wql_value *derivation = wql__arena_alloc(&cls->arena, wql__array_size((size_t)super->depth + 1, sizeof *derivation));
        if (!derivation) return no_memory(m);
        derivation[0] = wql_text(super->name);
        for (uint32_t i = 0; i < super->depth; i++) derivation[i + 1] = super->derivation[i];
        cls->derivation = derivation;
        cls->superclass = wql_class_retain(super);
        cls->depth = super->depth + 1;
        cls->def.superclass = super->def.name;
        cls->def.flags |= super->def.flags & WQL_ASSOCIATION;
    }
    return WQL_OK;
}

static wql_status check_head(maker *m) {
    wql_status status = check_name(m, m->def->name, "class", WQL_E_INVALID_CLASS);
    if (status < 0) return status;
    if (m->def->flags & ~(uint32_t)(WQL_ABSTRACT | WQL_ASSOCIATION | WQL_SINGLETON))
        return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "class %s: unknown flags", m->def->name);
    return WQL_OK;
}

/* About how much memory the parts of a class take, so that one piece will do. */
static size_t size_of(const wql_class_def *def, const wql_class *super) {
    size_t properties = def->property_count, methods = def->method_count, slots = properties ? 4 : 0,
           depth = super ? super->depth + 1 : 0;
    if (super && properties) properties += super->def.property_count;
    if (super && methods) methods += super->def.method_count;
    while (slots && slots < properties * 2) slots *= 2;
    return properties * (sizeof(wql_property_def) + sizeof(uint32_t)) + slots * 32 + methods * sizeof(wql_method_def) +
           depth * sizeof(wql_value) + 256;
}

static wql_status make(wql__mem *mem, wql__shelf *shelf, const wql_class_def *def, const wql_class *super, const char *ns,
                       const char *server, wql_class **out, wql_error *err) {
    wql_class *cls = wql__alloc_zero(mem, sizeof *cls);
    maker m = {cls, def, err};
    wql_status status;
    if (!cls) return wql__fail_memory(mem, err);
    atomic_init(&cls->refs, 1);
    cls->mem = wql__mem_retain(mem);
    wql__arena_init(&cls->arena, mem);
    if (shelf) {
        cls->shelf = wql__shelf_retain(shelf);
        wql__arena_next(&cls->arena, size_of(def, super));
    }
    status = check_head(&m);
    if (status >= 0) status = copy_head(&m, super, ns, server);
    if (status >= 0) status = copy_properties(&m, super);
    if (status >= 0) status = copy_methods(&m, super);
    if (status >= 0) status = copy_qualifiers(&m, def->qualifiers, def->qualifier_count, &cls->def.qualifiers);
    if (status >= 0) {
        cls->def.qualifier_count = def->qualifier_count;
        status = collect_keys(&m);
    }
    if (status < 0) {
        wql_class_release(cls);
        return status;
    }
    *out = cls;
    return WQL_OK;
}

wql_status wql__class_make(wql__mem *mem, const wql_class_def *def, const wql_class *super, const char *ns, const char *server,
                           wql_class **out, wql_error *err) {
    return make(mem, NULL, def, super, ns, server, out, err);
}

wql_status wql__class_make_on(wql__shelf *shelf, const wql_class_def *def, const wql_class *super, const char *ns,
                              const char *server, wql_class **out, wql_error *err) {
    return make(shelf->mem, shelf, def, super, ns, server, out, err);
}
