/* SPDX-License-Identifier: MIT */
/* catalog.c: the classes of a namespace, one immutable version after another. */
#include "../base/error.h"
#include "../base/fold.h"
#include "../base/sized.h"
#include "../base/utf8.h"
#include "class_make.h"
#include "mount.h"
#include "object_path.h"
#include "schema.h"

#include <stdlib.h>
#include <string.h>

const wql__class_entry *wql__catalog_find(const wql__catalog *catalog, wql_str name) {
    uint32_t at = wql__map_find(&catalog->names, name);
    return at == WQL__NO_ENTRY ? NULL : &catalog->entries[at];
}

wql_str wql__catalog_near(const wql__catalog *catalog, wql_str name) {
    wql__near near;
    wql__near_init(&near, name);
    for (uint32_t i = 0; i < catalog->count; i++) wql__near_offer(&near, catalog->entries[i].cls->name);
    return near.best;
}

wql__catalog *wql__catalog_retain(wql__catalog *catalog) {
    atomic_fetch_add_explicit(&catalog->refs, 1, memory_order_relaxed);
    return catalog;
}

void wql__catalog_release(wql__catalog *catalog) {
    wql__mem *mem;
    if (!catalog || atomic_fetch_sub_explicit(&catalog->refs, 1, memory_order_acq_rel) != 1) return;
    for (uint32_t i = 0; i < catalog->count; i++) {
        wql_class_release(catalog->entries[i].cls);
        wql__mount_release(catalog->entries[i].mount);
    }
    mem = catalog->mem;
    wql__arena_free(&catalog->arena);
    wql__free(mem, catalog, sizeof *catalog);
    wql__mem_release(mem);
}

/* -- a new version ----------------------------------------------------------------------------------------------- */

typedef struct maker {
    wql__catalog *made;
    wql__arena scratch;
    wql__mount *mount;
    bool renews; /* `mount` takes over the system classes of the one that goes */
    const char *ns, *server;
    uint32_t def_count;
    wql_class_def *defs; /* in full size */
    wql_class **classes; /* made of defs; NULL: not yet */
    wql__map def_names;
    wql_error *err;
} maker;

static const char *provider_of(const wql__class_entry *entry) { return entry->mount ? entry->mount->name : "the namespace"; }

static wql__class_entry *add_entry(wql__catalog *catalog, wql_class *cls, wql__mount *mount, uint32_t class_index) {
    wql__class_entry *entry = &catalog->entries[catalog->count];
    memset(entry, 0, sizeof *entry);
    entry->cls = wql_class_retain(cls);
    entry->mount = mount ? wql__mount_retain(mount) : NULL;
    entry->class_index = class_index;
    (void)wql__map_add(&catalog->names, cls->name, catalog->count);
    catalog->count++;
    return entry;
}

/* Reads the definitions in full size and finds names that are taken. */
static wql_status read_definitions(maker *m, const wql_class_def *const *defs) {
    m->defs = wql__arena_alloc(&m->scratch, wql__array_size(m->def_count, sizeof *m->defs));
    m->classes = wql__arena_zero(&m->scratch, wql__array_size(m->def_count, sizeof *m->classes));
    if (!m->defs || !m->classes || !wql__map_init(&m->def_names, &m->scratch, m->def_count))
        return wql__fail_memory(m->made->mem, m->err);
    for (uint32_t i = 0; i < m->def_count; i++) {
        const wql__class_entry *there;
        wql_status status;
        if (!defs[i]) return wql__fail(m->err, WQL_E_INVALID_PARAMETER, "a class definition is NULL");
        status = wql__sized_read(&m->defs[i], sizeof m->defs[i], defs[i], offsetof(wql_class_def, superclass), "wql_class_def",
                                 m->err);
        if (status < 0) return status;
        if (!wql__is_identifier(m->defs[i].name))
            return wql__fail(m->err, WQL_E_INVALID_CLASS, "\"%s\" is no name for a class",
                             m->defs[i].name ? m->defs[i].name : "");
        there = wql__catalog_find(m->made, wql_s(m->defs[i].name));
        if (there)
            return wql__fail(m->err, WQL_E_ALREADY_EXISTS,
                             "class %s is served in %s by provider %s; provider %s cannot serve it too", m->defs[i].name, m->ns,
                             provider_of(there), m->mount ? m->mount->name : "?");
        if (wql__map_add(&m->def_names, wql_s(m->defs[i].name), i) != i)
            return wql__fail(m->err, WQL_E_ALREADY_EXISTS, "provider %s defines class %s twice", m->mount ? m->mount->name : "?",
                             m->defs[i].name);
    }
    return WQL_OK;
}

/* Finds what class `i` derives from. *waits: another definition must be made first. */
static wql_status find_super(maker *m, uint32_t i, const wql_class **super, uint32_t *waits) {
    const wql_class_def *def = &m->defs[i];
    const wql__class_entry *there;
    uint32_t number;
    *super = NULL;
    *waits = WQL__NO_ENTRY;
    if (!def->superclass || !*def->superclass) return WQL_OK;
    there = wql__catalog_find(m->made, wql_s(def->superclass));
    if (there) {
        *super = there->cls;
        return WQL_OK;
    }
    number = wql__map_find(&m->def_names, wql_s(def->superclass));
    if (number == WQL__NO_ENTRY) {
        wql_str near = wql__catalog_near(m->made, wql_s(def->superclass));
        wql_status status = wql__fail(m->err, WQL_E_INVALID_SUPERCLASS, "class %s derives from %s, which is not in %s", def->name,
                                      def->superclass, m->ns);
        wql__error_hint(m->err, near);
        return status;
    }
    if (m->classes[number])
        *super = m->classes[number];
    else
        *waits = number;
    return WQL_OK;
}

/* Makes class `first` and, before it, what it derives from. `chain` has room for all definitions. */
static wql_status make_chain(maker *m, uint32_t first, uint32_t *chain) {
    uint32_t depth = 0;
    chain[depth++] = first;
    while (depth) {
        uint32_t i = chain[depth - 1], waits;
        const wql_class *super;
        wql_status status = find_super(m, i, &super, &waits);
        if (status < 0) return status;
        if (waits != WQL__NO_ENTRY) {
            if (depth == m->def_count || waits == i)
                return wql__fail(m->err, WQL_E_CIRCULAR_REFERENCE, "class %s derives from itself", m->defs[i].name);
            chain[depth++] = waits;
            continue;
        }
        status = wql__class_make(m->made->mem, &m->defs[i], super, m->ns, m->server, &m->classes[i], m->err);
        if (status < 0) return status;
        depth--;
    }
    return WQL_OK;
}

static wql_status make_classes(maker *m) {
    uint32_t *chain = wql__arena_alloc(&m->scratch, wql__array_size(m->def_count, sizeof *chain));
    if (!chain) return wql__fail_memory(m->made->mem, m->err);
    for (uint32_t i = 0; i < m->def_count; i++) {
        wql_status status = m->classes[i] ? WQL_OK : make_chain(m, i, chain);
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* Whether a class goes with the mount that goes. */
static bool is_leaving(const maker *m, const wql__class_entry *entry, const wql__mount *without) {
    return without && entry->mount == without && !(m->renews && entry->is_system);
}

/* Takes over the old classes but those of one mount. */
static wql_status keep_old(maker *m, const wql__catalog *old, const wql__mount *without) {
    for (uint32_t i = 0; old && i < old->count; i++) {
        const wql__class_entry *entry = &old->entries[i];
        bool renewed = m->renews && without && entry->mount == without;
        if (is_leaving(m, entry, without)) continue;
        for (const wql_class *super = entry->cls->superclass; without && super; super = super->superclass) {
            const wql__class_entry *above = wql__catalog_find(old, super->name);
            if (above && is_leaving(m, above, without))
                return wql__fail(m->err, WQL_E_INVALID_OPERATION, "class %s of provider %s derives from %s", entry->cls->def.name,
                                 provider_of(entry), super->def.name);
        }
        add_entry(m->made, entry->cls, renewed ? m->mount : entry->mount, entry->class_index)->is_system = entry->is_system;
    }
    return WQL_OK;
}

static int by_name(const void *a, const void *b) {
    return wql__fold_compare(((const wql__class_entry *)a)->cls->name, ((const wql__class_entry *)b)->cls->name);
}

/* Sorts the entries and links subclasses. */
static wql_status finish(maker *m) {
    wql__catalog *made = m->made;
    uint32_t *fill;
    qsort(made->entries, made->count, sizeof *made->entries, by_name);
    if (!wql__map_init(&made->names, &made->arena, made->count)) return wql__fail_memory(made->mem, m->err);
    for (uint32_t i = 0; i < made->count; i++) {
        (void)wql__map_add(&made->names, made->entries[i].cls->name, i);
        made->entries[i].subclass_count = 0;
    }
    for (uint32_t i = 0; i < made->count; i++) {
        const wql_class *super = made->entries[i].cls->superclass;
        uint32_t above = super ? wql__map_find(&made->names, super->name) : WQL__NO_ENTRY;
        if (above != WQL__NO_ENTRY) made->entries[above].subclass_count++;
    }
    for (uint32_t i = 0; i < made->count; i++) {
        fill = wql__arena_alloc(&made->arena, wql__array_size(made->entries[i].subclass_count, sizeof *fill));
        if (!fill) return wql__fail_memory(made->mem, m->err);
        made->entries[i].subclasses = fill;
        made->entries[i].subclass_count = 0;
    }
    for (uint32_t i = 0; i < made->count; i++) {
        const wql_class *super = made->entries[i].cls->superclass;
        uint32_t above = super ? wql__map_find(&made->names, super->name) : WQL__NO_ENTRY;
        if (above == WQL__NO_ENTRY) continue;
        fill = (uint32_t *)(uintptr_t)made->entries[above].subclasses;
        fill[made->entries[above].subclass_count++] = i;
    }
    return WQL_OK;
}

static uint32_t next_class_index(const wql__catalog *old, const wql__mount *mount) {
    uint32_t next = 0;
    for (uint32_t i = 0; old && i < old->count; i++)
        if (old->entries[i].mount == mount && old->entries[i].class_index >= next) next = old->entries[i].class_index + 1;
    return next;
}

/* `given`: the classes are made. */
static wql_status fill_catalog(maker *m, const wql__catalog *old, const wql__mount *without, const wql_class_def *const *defs,
                               wql_class *const *given) {
    wql__catalog *made = m->made;
    size_t most = (size_t)(old ? old->count : 0) + m->def_count;
    uint32_t index = next_class_index(old, m->mount);
    wql_status status;
    made->ns = wql__arena_text(&made->arena, m->ns, strlen(m->ns));
    made->server = wql__arena_text(&made->arena, m->server, strlen(m->server));
    if (!made->ns || !made->server) return wql__fail_memory(made->mem, m->err);
    made->entries = most < WQL__NO_ENTRY ? wql__arena_alloc(&made->arena, wql__array_size(most, sizeof *made->entries)) : NULL;
    if (!made->entries || !wql__map_init(&made->names, &made->arena, (uint32_t)most)) return wql__fail_memory(made->mem, m->err);
    status = keep_old(m, old, without);
    if (status >= 0 && !given) status = read_definitions(m, defs);
    if (status >= 0 && !given) status = make_classes(m);
    if (status < 0) return status;
    for (uint32_t i = 0; i < m->def_count; i++) add_entry(made, given ? given[i] : m->classes[i], m->mount, index + i);
    return finish(m);
}

static wql_status make(wql__mem *mem, const wql__catalog *old, const wql__mount *without, wql__mount *mount, bool renews,
                       const wql_class_def *const *defs, wql_class *const *given, uint32_t count, const char *ns,
                       const char *server, wql__catalog **out, wql_error *err) {
    wql__catalog *made = wql__alloc_zero(mem, sizeof *made);
    maker m = {0};
    wql_status status;
    if (!made) return wql__fail_memory(mem, err);
    atomic_init(&made->refs, 1);
    made->mem = wql__mem_retain(mem);
    made->generation = old ? old->generation + 1 : 1;
    wql__arena_init(&made->arena, mem);
    wql__arena_init(&m.scratch, mem);
    m.made = made;
    m.mount = mount;
    m.renews = renews;
    m.ns = ns;
    m.server = server;
    m.def_count = count;
    m.err = err;
    status = fill_catalog(&m, old, without, defs, given);
    for (uint32_t i = 0; m.classes && i < count; i++) wql_class_release(m.classes[i]); /* the catalog has its own references */
    wql__arena_free(&m.scratch);
    if (status < 0) {
        wql__catalog_release(made);
        return status;
    }
    *out = made;
    return WQL_OK;
}

wql_status wql__catalog_make(wql__mem *mem, const wql__catalog *old, const wql__mount *without, wql__mount *mount,
                             const wql_class_def *const *defs, uint32_t count, const char *ns, const char *server,
                             wql__catalog **out, wql_error *err) {
    return make(mem, old, without, mount, false, defs, NULL, count, ns, server, out, err);
}

wql_status wql__catalog_add(wql__mem *mem, const wql__catalog *old, wql__mount *mount, wql_class *const *classes, uint32_t count,
                            const char *ns, const char *server, wql__catalog **out, wql_error *err) {
    return make(mem, old, NULL, mount, false, NULL, classes, count, ns, server, out, err);
}

wql_status wql__catalog_begin(wql__mem *mem, wql__mount *mount, wql_class *const *classes, uint32_t count, const char *ns,
                              const char *server, wql__catalog **out, wql_error *err) {
    wql_status status = make(mem, NULL, NULL, mount, false, NULL, classes, count, ns, server, out, err);
    for (uint32_t i = 0; status >= 0 && i < (*out)->count; i++) (*out)->entries[i].is_system = true;
    return status;
}

wql_status wql__catalog_renew(wql__mem *mem, const wql__catalog *old, const wql__mount *without, wql__mount *mount,
                              wql__catalog **out, wql_error *err) {
    return make(mem, old, without, mount, true, NULL, NULL, 0, old->ns, old->server, out, err);
}

/* -- names of namespaces ----------------------------------------------------------------------------------------- */

static bool is_separator(char c) { return c == '/' || c == '\\'; }

/* `\\server\` in front: skipped if it is this machine. */
static wql_status skip_server(const char **text, const char *server, wql_error *err) {
    const char *at = *text, *start;
    size_t len;
    if (!is_separator(at[0]) || !is_separator(at[1])) return WQL_OK;
    if (is_separator(at[2])) return wql__fail(err, WQL_E_INVALID_PARAMETER, "\"%s\" begins with more than two separators", *text);
    start = at += 2;
    while (*at && !is_separator(*at)) at++;
    len = (size_t)(at - start);
    if (!*at || len == 0) return wql__fail(err, WQL_E_INVALID_NAMESPACE, "\"%s\" names a server, but no namespace", *text);
    if (!wql__names_this_server((wql_str){start, len}, wql_s(server)))
        return wql__fail(err, WQL_E_INVALID_NAMESPACE, "\"%s\" is on another server", *text);
    *text = at + 1;
    return WQL_OK;
}

wql_status wql__namespace_name(const char *text, const char *server, char *out, size_t size, wql_error *err) {
    const char *whole = text;
    size_t len = 0, part = 0;
    wql_status status;
    if (!text) return wql__fail(err, WQL_E_INVALID_PARAMETER, "no namespace is named");
    if (wql__utf8_check(text, strlen(text)) != strlen(text))
        return wql__fail(err, WQL_E_INVALID_NAMESPACE, "the namespace's name is not well-formed UTF-8");
    status = skip_server(&text, server, err);
    if (status < 0) return status;
    for (; *text; text++) {
        bool separator = is_separator(*text);
        if (separator && part == 0) break; /* one at the front, or doubled */
        if (len + 2 > size)
            return wql__fail(err, WQL_E_INVALID_NAMESPACE, "the namespace's name is longer than %zu bytes", size - 1);
        out[len++] = separator ? '\\' : *text;
        part = separator ? 0 : part + 1;
    }
    if (*text || part == 0)
        return wql__fail(err, WQL_E_INVALID_NAMESPACE, "\"%s\" is no name of a namespace, such as root/cimv2", whole);
    out[len] = 0;
    for (const char *at = out; at;) {
        char name[256];
        const char *end = strchr(at, '\\');
        size_t n = end ? (size_t)(end - at) : strlen(at);
        if (n < sizeof name) {
            memcpy(name, at, n);
            name[n] = 0;
        }
        if (n >= sizeof name || !wql__is_identifier(name))
            return wql__fail(err, WQL_E_INVALID_NAMESPACE, "\"%s\" is no name of a namespace, such as root/cimv2", whole);
        at = end ? end + 1 : NULL;
    }
    return WQL_OK;
}
