/* SPDX-License-Identifier: MIT */
/* locate.c: what an object path names, and the plan that gets it: a query for one instance by its keys, so that a look-up reaches
 * a provider as conditions, like everything else. */
#include "locate.h"

#include "../base/fold.h"
#include "../data/reference.h"
#include "bind.h"

#include <string.h>

/* -- the class --------------------------------------------------------------------------------------------------- */

static wql_status check_place(const wql__object_path *path, wql_str text, const wql__catalog *catalog, wql_error *err) {
    if (!wql__object_path_is_server(path, wql_s(catalog->server)))
        return wql__fail_at(err, WQL_E_INVALID_OBJECT_PATH, text, path->offset + 2u, path->server.len,
                            "the server %.*s is not this one, which is %s", WQL_FMT(path->server), catalog->server);
    if (wql__object_path_is_namespace(path, wql_s(catalog->ns))) return WQL_OK;
    return wql__fail_at(err, WQL_E_INVALID_NAMESPACE, text, path->ns_offset, path->ns.len,
                        "the object is in namespace %.*s, and the session in %s", WQL_FMT(path->ns), catalog->ns);
}

static wql_status fail_class(const wql__object_path *path, wql_str text, const wql__catalog *catalog, wql_error *err) {
    wql_status status = path->kind == WQL__PATH_CLASS ? WQL_E_NOT_FOUND : WQL_E_INVALID_CLASS;
    (void)wql__fail_at(err, status, text, path->class_offset, path->class_name.len, "namespace %s has no class %.*s", catalog->ns,
                       WQL_FMT(path->class_name));
    wql__error_hint(err, wql__catalog_near(catalog, path->class_name));
    return status;
}

/* -- keys -------------------------------------------------------------------------------------------------------- */

static wql_str key_name(const wql_class *cls, uint32_t i) { return wql_s(cls->def.properties[cls->keys[i]].name); }

/* "Name and Type" */
static void print_keys(const wql_class *cls, char *buf, size_t size) {
    wql__out out = {buf, size, 0};
    for (uint32_t i = 0; i < cls->key_count; i++) {
        if (i) wql__out_z(&out, i + 1 < cls->key_count ? ", " : " and ");
        wql__out_text(&out, key_name(cls, i).ptr, key_name(cls, i).len);
    }
    (void)wql__out_end(&out);
}

static wql_status fail_whole(const wql__object_path *path, wql_str text, wql_error *err, const wql_class *cls) {
    char keys[256];
    print_keys(cls, keys, sizeof keys);
    if (cls->key_count)
        return wql__fail_at(err, WQL_E_INVALID_OBJECT_PATH, text, path->offset, path->length,
                            "an object of %.*s is named by all its keys: %s", WQL_FMT(cls->name), keys);
    if (cls->def.flags & WQL_SINGLETON)
        return wql__fail_at(err, WQL_E_INVALID_OBJECT_PATH, text, path->offset, path->length,
                            "the one object of %.*s is named %.*s=@", WQL_FMT(cls->name), WQL_FMT(cls->name));
    return wql__fail_at(err, WQL_E_INVALID_OBJECT_PATH, text, path->offset, path->length,
                        "%.*s has no key, so its objects have no paths", WQL_FMT(cls->name));
}

static wql_status fail_key(const wql__path_key *key, wql_str text, wql_error *err, const wql_class *cls) {
    wql__near near;
    char keys[256];
    print_keys(cls, keys, sizeof keys);
    (void)wql__fail_at(err, WQL_E_INVALID_OBJECT_PATH, text, key->offset, key->length, "%.*s is no key of %.*s; %s%s",
                       WQL_FMT(key->name), WQL_FMT(cls->name), cls->key_count ? "its keys: " : "it has none", keys);
    wql__near_init(&near, key->name);
    for (uint32_t i = 0; i < cls->key_count; i++) wql__near_offer(&near, key_name(cls, i));
    wql__error_hint(err, near.best);
    return WQL_E_INVALID_OBJECT_PATH;
}

/* Both lists are by folded name, and no name is twice in one. */
static wql_status check_keys(const wql__object_path *path, wql_str text, const wql_class *cls, wql_error *err) {
    uint32_t known = 0;
    for (uint32_t i = 0; i < path->key_count; i++) {
        while (known < cls->key_count && wql__fold_compare(key_name(cls, known), path->keys[i].name) < 0) known++;
        if (known == cls->key_count || !wql__fold_equal(key_name(cls, known), path->keys[i].name))
            return fail_key(&path->keys[i], text, err, cls);
    }
    return path->key_count == cls->key_count ? WQL_OK : fail_whole(path, text, err, cls);
}

static wql_status check_instance(const wql__object_path *path, wql_str text, const wql_class *cls, wql_error *err) {
    bool fits = true;
    if (path->kind == WQL__PATH_KEYS) return check_keys(path, text, cls, err);
    if (path->kind == WQL__PATH_IMPLIED) fits = cls->key_count == 1;
    if (path->kind == WQL__PATH_SINGLETON) fits = (cls->def.flags & WQL_SINGLETON) != 0;
    return fits ? WQL_OK : fail_whole(path, text, err, cls);
}

wql_status wql__locate(const wql__object_path *path, wql_str text, const wql__catalog *catalog, const wql__class_entry **out,
                       wql_error *err) {
    wql_status status = check_place(path, text, catalog, err);
    if (status < 0) return status;
    *out = wql__catalog_find(catalog, path->class_name);
    if (!*out) return fail_class(path, text, catalog, err);
    return check_instance(path, text, (*out)->cls, err);
}

/* -- the query --------------------------------------------------------------------------------------------------- */

typedef struct locating {
    const wql_class *cls;
    const wql__catalog *catalog;
    wql__arena *arena;
} locating;

/* Key = value. A key that is a reference is compared in its one spelling. */
static bool make_condition(wql__node *node, const wql__path_key *key, wql_str name, const locating *l) {
    const wql_property_def *def = &l->cls->def.properties[wql__class_property(l->cls, name)];
    wql__name *names = wql__arena_alloc(l->arena, sizeof *names);
    if (!names) return false;
    *names = (wql__name){name, key->offset, key->length};
    node->kind = WQL__NODE_COMPARE;
    node->op = WQL_EQ;
    node->offset = key->offset;
    node->length = key->value.offset + key->value.length - key->offset;
    node->op_offset = key->value.offset;
    node->op_length = key->value.length;
    node->path.names = names;
    node->path.count = 1;
    node->path.offset = key->offset;
    node->path.length = key->length;
    node->literal = key->value;
    if (def->type != WQL_REFERENCE || key->value.kind != WQL__LIT_STRING) return true;
    return wql__reference_spell(key->value.text, l->catalog, l->arena, &node->literal.text, NULL) >= 0;
}

static bool make_where(wql__query_tree *tree, const wql__object_path *path, const locating *l) {
    uint32_t count = path->key_count;
    wql__node *nodes = wql__arena_zero(l->arena, wql__array_size(count + 1u, sizeof *nodes)), *all = nodes + count;
    if (!nodes) return false;
    for (uint32_t i = 0; i < count; i++) {
        wql_str name = path->keys[i].name.len ? path->keys[i].name : key_name(l->cls, 0);
        if (!make_condition(&nodes[i], &path->keys[i], name, l)) return false;
        if (i) nodes[i - 1].next = &nodes[i];
    }
    tree->where = count == 1 ? nodes : count ? all : NULL;
    tree->predicate_count = count;
    if (count < 2) return true;
    all->kind = WQL__NODE_AND;
    all->count = count;
    all->offset = path->offset;
    all->length = path->length;
    all->items = wql__arena_alloc(l->arena, wql__array_size(count, sizeof *all->items));
    for (uint32_t i = 0; all->items && i < count; i++) all->items[i] = &nodes[i];
    return all->items != NULL;
}

wql__query_tree *wql__locate_tree(const wql__object_path *path, wql_str text, const wql__class_entry *entry,
                                  const wql__catalog *catalog, wql__arena *arena) {
    locating l = {entry->cls, catalog, arena};
    wql__query_tree *tree = wql__arena_zero(arena, sizeof *tree);
    if (!tree) return NULL;
    tree->kind = WQL_KIND_DATA;
    tree->text = text;
    tree->star = true;
    tree->from = (wql__name){path->class_name, path->class_offset, (uint32_t)path->class_name.len};
    return make_where(tree, path, &l) ? tree : NULL;
}

/* -- the plan ---------------------------------------------------------------------------------------------------- */

static wql_status plan_instance(const wql__object_path *path, wql_str text, const wql__class_entry *entry, wql__mem *mem,
                                wql__catalog *catalog, uint32_t flags, const wql__zone *zone, wql__turn *turn, wql__plan **out,
                                wql_error *err) {
    wql__arena scratch;
    wql__query_tree *tree;
    wql_status status;
    wql__arena_init(&scratch, mem);
    tree = wql__locate_tree(path, text, entry, catalog, &scratch);
    status = tree ? wql__plan_make(tree, mem, catalog, flags, zone, turn, out, err) : wql__fail_memory(mem, err);
    wql__arena_free(&scratch);
    return status;
}

static wql_status plan_class(const wql__class_entry *entry, wql__mem *mem, wql__catalog *catalog, uint32_t flags, wql__turn *turn,
                             wql__plan **out, wql_error *err) {
    const wql_class **listed;
    wql_status status = wql__plan_classes(mem, catalog, flags, turn, out, err);
    if (status != WQL_OK) return status;
    listed = wql__plan_list(*out, 1);
    if (listed) {
        listed[0] = entry->cls;
        return WQL_OK;
    }
    wql__plan_release(*out);
    *out = NULL;
    return wql__fail_memory(mem, err);
}

wql_status wql__plan_fetch(const wql__object_path *path, wql_str text, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                           const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err) {
    const wql__class_entry *entry;
    wql_error why = WQL_INIT(wql_error);
    wql_status status = wql__locate(path, text, catalog, &entry, err);
    if (status < 0) return status;
    if (path->kind == WQL__PATH_CLASS)
        status = plan_class(entry, mem, catalog, flags, turn, out, &why);
    else
        status = plan_instance(path, text, entry, mem, catalog, flags, zone, turn, out, &why);
    if (status == WQL_OK) (*out)->fetch = true;
    if (status == WQL_E_INVALID_QUERY) status = why.status = WQL_E_INVALID_OBJECT_PATH; /* a value that its key cannot have */
    if (status < 0) wql__error_copy(err, &why);
    return status;
}
