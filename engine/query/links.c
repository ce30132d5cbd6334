/* SPDX-License-Identifier: MIT */
/* links.c: an association query -> its plan, and which classes and references lead from a source. The plans of its steps are made
 * in links_steps.c. */
#include "links.h"

#include "../base/fold.h"
#include "bind.h"
#include "locate.h"

#include <string.h>

/* -- what the terms ask for -------------------------------------------------------------------------------------- */

static bool has_qualifier(const wql_class_def *def, wql_str name, bool inherited) {
    for (uint32_t i = 0; i < def->qualifier_count; i++) {
        if (inherited && !(def->qualifiers[i].flavor & 2u)) continue; /* WBEM_FLAVOR_FLAG_PROPAGATE_TO_DERIVED_CLASS */
        if (wql__fold_equal(wql_s(def->qualifiers[i].name), name)) return true;
    }
    return false;
}

/* Qualifiers that a definition says by its flags, or by whose it is. */
static bool is_implied(const wql_class *cls, wql_str name) {
    if (wql__fold_equal(name, wql_s("Association"))) return (cls->def.flags & WQL_ASSOCIATION) != 0;
    if (wql__fold_equal(name, wql_s("Abstract"))) return (cls->def.flags & WQL_ABSTRACT) != 0;
    if (wql__fold_equal(name, wql_s("Singleton"))) return (cls->def.flags & WQL_SINGLETON) != 0;
    /* a class of a provider's, defined in C: none of its instances is stored. Classes that were MOF say it themselves */
    return !cls->shelf && wql__fold_equal(name, wql_s("Dynamic"));
}

static bool is_qualified(const wql_class *cls, wql_str name) {
    if (!name.ptr || is_implied(cls, name) || has_qualifier(&cls->def, name, false)) return true;
    for (const wql_class *at = cls->superclass; at; at = at->superclass)
        if (has_qualifier(&at->def, name, true)) return true;
    return false;
}

static bool is_a(const wql_class *cls, wql_str name) { return !name.ptr || wql__class_isa(cls, name); }

static bool is_named(const wql_property_def *def, wql_str name) { return !name.ptr || wql__fold_equal(wql_s(def->name), name); }

static bool takes(const wql__links_request *r, const wql_class *cls) {
    return is_a(cls, r->result_class) && is_qualified(cls, r->required_qualifier);
}

bool wql__links_takes(const wql__plan *plan, const wql_class *cls) { return takes(&plan->links->request, cls); }

bool wql__links_may_take(const wql__plan *plan, const wql__class_entry *entry) {
    const wql__catalog *catalog = plan->catalog;
    if (wql__links_takes(plan, entry->cls)) return true;
    if (plan->flags & WQL_DIRECT_READ) return false;
    for (uint32_t i = 0; i < entry->subclass_count; i++) /* no deeper than classes derive */
        if (wql__links_may_take(plan, &catalog->entries[entry->subclasses[i]])) return true;
    return false;
}

/* -- the ways ---------------------------------------------------------------------------------------------------- */

/* Whether a reference may name an object of that class: it was declared for it, or for one of its ancestors, or for any. */
static bool may_name(const wql_property_def *def, const wql_class *source) {
    return def->type == WQL_REFERENCE && (!def->class_name || wql__class_isa(source, wql_s(def->class_name)));
}

static bool may_lead(const wql__links_request *r, const wql_class *association, uint32_t role, const wql_class *source) {
    const wql_property_def *def = &association->def.properties[role];
    if (!(association->def.flags & WQL_ASSOCIATION) || !may_name(def, source) || !is_named(def, r->role)) return false;
    if (r->references) return takes(r, association);
    return is_a(association, r->assoc_class) && is_qualified(association, r->required_assoc_qualifier);
}

/* Whether reference `end` is the other end of a way that begins at `role`. */
static bool is_end(const wql__links_request *r, const wql_class *association, uint32_t role, uint32_t end) {
    const wql_property_def *def = &association->def.properties[end];
    return end != role && def->type == WQL_REFERENCE && is_named(def, r->result_role);
}

bool wql__links_is_end(const wql__plan *plan, const wql__hop *hop, uint32_t property) {
    return is_end(&plan->links->request, hop->entry->cls, hop->role, property);
}

static bool has_end(const wql__links_request *r, const wql_class *association, uint32_t role) {
    for (uint32_t i = 0; i < association->def.property_count; i++)
        if (is_end(r, association, role, i)) return true;
    return false;
}

static uint32_t hops_of(const wql__links_request *r, const wql__class_entry *entry, const wql_class *source, uint32_t *roles) {
    const wql_class *cls = entry->cls;
    uint32_t count = 0;
    for (uint32_t i = 0; i < cls->def.property_count; i++) {
        if (!may_lead(r, cls, i, source) || (!r->references && !has_end(r, cls, i))) continue;
        if (roles) roles[count] = i;
        count++;
    }
    return count;
}

wql_status wql__links_hops(const wql__plan *plan, const wql_class *source, wql__arena *arena, wql__hop **out, uint32_t *count,
                           wql_error *err) {
    const wql__catalog *catalog = plan->catalog;
    const wql__links_request *r = &plan->links->request;
    uint32_t all = 0, *roles;
    *count = 0;
    for (uint32_t i = 0; i < catalog->count; i++) all += hops_of(r, &catalog->entries[i], source, NULL);
    *out = wql__arena_alloc(arena, wql__array_size(all, sizeof **out));
    roles = wql__arena_alloc(arena, wql__array_size(all, sizeof *roles));
    if (!*out || !roles) return wql__fail_memory(arena->mem, err);
    for (uint32_t i = 0; i < catalog->count; i++) {
        const wql__class_entry *entry = &catalog->entries[i];
        uint32_t here = hops_of(r, entry, source, roles);
        for (uint32_t k = 0; k < here && entry->mount && !(entry->cls->def.flags & WQL_ABSTRACT); k++)
            (*out)[(*count)++] = (wql__hop){entry, roles[k], r->references ? k : 0, roles};
        roles += here;
    }
    return WQL_OK;
}

/* -- classes instead of instances -------------------------------------------------------------------------------- */

/* The classes that association `entry` leads to, or the association itself. Returns how many. */
static uint32_t list_ends(const wql__plan *plan, const wql__links_request *r, const wql__class_entry *entry,
                          const wql_class *source, const wql_class **out) {
    const wql_class *cls = entry->cls;
    uint32_t count = 0, ways = hops_of(r, entry, source, NULL);
    if (r->references) {
        if (ways && out) out[0] = cls;
        return ways > 0;
    }
    for (uint32_t role = 0; ways && role < cls->def.property_count; role++) {
        if (!may_lead(r, cls, role, source)) continue;
        for (uint32_t end = 0; end < cls->def.property_count; end++) {
            const char *name = cls->def.properties[end].class_name;
            const wql__class_entry *found = name ? wql__catalog_find(plan->catalog, wql_s(name)) : NULL;
            if (!found || !is_end(r, cls, role, end) || !takes(r, found->cls)) continue;
            if (out) out[count] = found->cls;
            count++;
        }
    }
    return count;
}

static wql_status plan_schema(const wql__links_request *request, const wql__class_entry *source, wql__mem *mem,
                              wql__catalog *catalog, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql_class **classes;
    uint32_t count = 0;
    wql_status status = wql__plan_classes(mem, catalog, flags, turn, out, err);
    if (status != WQL_OK) return status;
    for (uint32_t i = 0; i < catalog->count; i++) count += list_ends(*out, request, &catalog->entries[i], source->cls, NULL);
    classes = wql__plan_list(*out, count);
    if (!classes) {
        wql__plan_release(*out);
        *out = NULL;
        return wql__fail_memory(mem, err);
    }
    for (uint32_t i = 0; i < catalog->count; i++) classes += list_ends(*out, request, &catalog->entries[i], source->cls, classes);
    return WQL_OK;
}

/* -- the plan ---------------------------------------------------------------------------------------------------- */

/* Rules that the grammar has too, for those who make a request without a text. */
static wql_status check_request(const wql__links_request *r, uint32_t flags, wql_error *err) {
    bool is_class = r->path->kind == WQL__PATH_CLASS;
    if (flags & WQL_PROTOTYPE) return wql__fail(err, WQL_E_NOT_SUPPORTED, "WQL_PROTOTYPE is for queries with a SELECT list");
    if (is_class != r->schema_only)
        return wql__fail_at(err, WQL_E_INVALID_QUERY, r->text, r->path->offset, r->path->length,
                            is_class ? "the braces name a class, which makes sense with SCHEMAONLY only"
                                     : "SCHEMAONLY asks about a class, and the braces name an object");
    if ((r->class_defs_only && (r->result_class.ptr || r->keys_only || r->schema_only)) || (r->keys_only && r->schema_only) ||
        (r->references && (r->assoc_class.ptr || r->result_role.ptr || r->required_assoc_qualifier.ptr)))
        return wql__fail(err, WQL_E_INVALID_QUERY, "terms of the association query exclude each other");
    return WQL_OK;
}

static bool copy_name(wql__arena *arena, wql_str *name) {
    if (!name->ptr) return true;
    name->ptr = wql__arena_text(arena, name->ptr, name->len);
    return name->ptr != NULL;
}

static bool copy_request(wql__arena *arena, wql__links *links, const wql__links_request *from) {
    wql__links_request *to = &links->request;
    *to = *from;
    to->path = NULL;
    to->text = (wql_str){NULL, 0};
    links->offset = from->path->offset;
    links->length = from->path->length;
    return copy_name(arena, &to->assoc_class) && copy_name(arena, &to->result_class) && copy_name(arena, &to->role) &&
           copy_name(arena, &to->result_role) && copy_name(arena, &to->required_qualifier) &&
           copy_name(arena, &to->required_assoc_qualifier);
}

/* The source's keys and its spelling, in the plan's memory. */
static wql_status read_source(wql__plan *plan, const wql__links_request *request, wql_error *err) {
    wql__links *links = plan->links;
    wql__out size = {NULL, 0, 0}, text = {NULL, 0, 0};
    wql_str path = {request->text.ptr + request->path->offset, request->path->length};
    wql__reference source;
    wql_status status;
    path.ptr = wql__arena_text(&plan->arena, path.ptr, path.len); /* values of keys point into it */
    if (!path.ptr) return wql__fail_memory(plan->mem, err);
    status = wql__reference_read(path, plan->catalog, &plan->arena, &source, err);
    if (status < 0) return status;
    if (status == WQL_END) /* a value beyond its key's range: it was planned, so that the fault is known, and will not be found */
        links->source = path;
    if (status == WQL_END) return WQL_OK;
    links->keys = source.keys;
    wql__reference_print(&source, &size);
    text.size = wql__out_end(&size) + 1;
    text.buf = wql__arena_alloc(&plan->arena, text.size);
    if (!text.buf) return wql__fail_memory(plan->mem, err);
    wql__reference_print(&source, &text);
    links->source = (wql_str){text.buf, wql__out_end(&text)};
    return WQL_OK;
}

static bool is_among(const wql__links *links, const wql__mount *mount) {
    for (uint32_t i = links->mount_count; i-- > 0;)
        if (links->mounts[i] == mount) return true;
    return false;
}

/* The mounts of the namespace, each once: a call counts itself with each, and they are far fewer than the classes. */
static bool list_mounts(wql__plan *plan) {
    const wql__catalog *catalog = plan->catalog;
    wql__links *links = plan->links;
    uint32_t room = 0;
    for (uint32_t i = 0; i < catalog->count; i++) {
        wql__mount *mount = catalog->entries[i].mount;
        if (!mount || is_among(links, mount)) continue;
        if (links->mount_count == room) {
            wql__mount **mounts = wql__arena_alloc(&plan->arena, wql__array_size(room += room + 4, sizeof *mounts));
            if (!mounts) return false;
            if (links->mount_count) memcpy(mounts, links->mounts, links->mount_count * sizeof *mounts);
            links->mounts = mounts;
        }
        links->mounts[links->mount_count++] = mount;
    }
    return true;
}

static bool any_blocks(const wql__links *links) {
    for (uint32_t i = 0; i < links->mount_count; i++)
        if (links->mounts[i]->provider->flags & WQL_MAY_BLOCK) return true;
    return false;
}

/* What comes out of the step that finds the source does not matter. */
static uint32_t find_flags(uint32_t flags) { return (flags & WQL_DIRECT_READ) | WQL_KEYS_ONLY; }

wql_status wql__plan_links(const wql__links_request *request, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                           const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql__class_entry *entry;
    wql__plan *plan;
    wql_status status = check_request(request, flags, err);
    *out = NULL;
    if (status >= 0) status = wql__locate(request->path, request->text, catalog, &entry, err);
    if (status < 0) return status;
    if (request->schema_only) return plan_schema(request, entry, mem, catalog, flags, turn, out, err);
    plan = wql__plan_new(request->references ? WQL_KIND_REFERENCES : WQL_KIND_ASSOCIATORS, mem, catalog, flags);
    if (!plan) return wql__fail_memory(mem, err);
    plan->from = entry;
    plan->star = true;
    plan->rows = -1;
    plan->links = wql__arena_zero(&plan->arena, sizeof *plan->links);
    status = plan->links && copy_request(&plan->arena, plan->links, request) && list_mounts(plan) ? WQL_OK
                                                                                                  : wql__fail_memory(mem, err);
    if (status == WQL_OK)
        status =
            wql__plan_fetch(request->path, request->text, mem, catalog, find_flags(flags), zone, turn, &plan->links->find, err);
    if (status == WQL_OK) status = read_source(plan, request, err);
    if (status == WQL_OK) plan->may_block = any_blocks(plan->links);
    if (status != WQL_OK) {
        wql__plan_release(plan);
        return status;
    }
    *out = plan;
    return WQL_OK;
}

/* The value of a term; ptr NULL: it is not there. */
static wql_str value_of(const wql__association *association, int term) {
    const wql__term *t = &association->terms[term];
    return t->word.length ? t->value.text : (wql_str){NULL, 0};
}

wql_status wql__plan_association(const wql__query_tree *tree, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                                 const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql__association *a = tree->association;
    wql__links_request request = {
        .references = tree->kind == WQL_KIND_REFERENCES,
        .class_defs_only = a->terms[WQL__TERM_CLASS_DEFS_ONLY].word.length > 0,
        .keys_only = a->terms[WQL__TERM_KEYS_ONLY].word.length > 0,
        .schema_only = a->terms[WQL__TERM_SCHEMA_ONLY].word.length > 0,
        .path = a->path,
        .text = tree->text,
        .assoc_class = value_of(a, WQL__TERM_ASSOC_CLASS),
        .result_class = value_of(a, WQL__TERM_RESULT_CLASS),
        .role = value_of(a, WQL__TERM_ROLE),
        .result_role = value_of(a, WQL__TERM_RESULT_ROLE),
        .required_qualifier = value_of(a, WQL__TERM_REQUIRED_QUALIFIER),
        .required_assoc_qualifier = value_of(a, WQL__TERM_REQUIRED_ASSOC_QUALIFIER),
    };
    return wql__plan_links(&request, mem, catalog, flags, zone, turn, out, err);
}

void wql__links_free(wql__links *links) {
    if (links) wql__plan_release(links->find);
}
