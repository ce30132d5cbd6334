/* SPDX-License-Identifier: MIT */
/* repository.c: what a namespace serves itself. */
#include "repository.h"

#include "../base/fold.h"
#include "../data/system_classes.h"

#include <string.h>

/* -- __NAMESPACE: the namespaces below --------------------------------------------------------------------------- */

enum { NAME }; /* its property */

/* The last part of the name of a namespace directly below; NULL: it is not. */
static const char *name_below(const wql__namespace *ns, const wql__namespace *other) {
    size_t len = strlen(ns->name);
    if (strlen(other->name) <= len + 1 || other->name[len] != '\\') return NULL;
    if (!wql__fold_equal((wql_str){other->name, len}, wql_s(ns->name))) return NULL;
    return strchr(other->name + len + 1, '\\') ? NULL : other->name + len + 1;
}

/* Names of namespaces stay as long as the engine. New ones stand in front of the list, so counted from its end they keep their
 * places. False = no memory. */
static bool list_below(wql__namespace *ns, wql_scan *scan, const char ***names, uint32_t *count) {
    wql_engine *engine = ns->engine;
    uint32_t all = 0, at = 0;
    wql__lock(&engine->table);
    for (const wql__namespace *other = engine->namespaces; other; other = other->next) all += name_below(ns, other) != NULL;
    *names = wql_scan_alloc(scan, all * sizeof **names);
    for (const wql__namespace *other = engine->namespaces; other && *names; other = other->next) {
        const char *name = name_below(ns, other);
        if (name) (*names)[all - ++at] = name;
    }
    wql__unlock(&engine->table);
    *count = all;
    return *names != NULL;
}

static wql_status next_below(void *ctx, wql_scan *scan, uint32_t *at, wql_error *err) {
    wql__namespace *ns = ctx;
    const char **names;
    uint32_t count;
    bool room = true;
    if (!list_below(ns, scan, &names, &count)) return wql__fail_memory(ns->engine->mem, err);
    for (; *at < count && room; ++*at) {
        wql_row_set(scan, NAME, wql_text(wql_s(names[*at])));
        room = wql_row_end(scan);
    }
    return *at < count ? WQL_OK : WQL_END;
}

/* -- life -------------------------------------------------------------------------------------------------------- */

wql_status wql__repository_make(wql__namespace *ns, wql__static_store **store, wql__mount **mount, wql_error *err) {
    const wql_provider *provider = wql__static_provider();
    wql_status status;
    *store = wql__static_store_make(ns->engine->mem);
    *mount = NULL;
    if (!*store) return wql__fail_memory(ns->engine->mem, err);
    wql__static_store_set_live(*store, wql__system_class_number(wql_s("__NAMESPACE")), next_below, ns);
    status = wql__mount_make(ns->engine, ns->name, provider, *store, mount, err);
    if (status >= 0) status = provider->load(&(*mount)->handle, NULL, *store, &(*mount)->self, err);
    if (status >= 0) {
        (*mount)->loaded = true;
        return status;
    }
    wql__mount_release(*mount);
    wql__static_store_release(*store);
    return status;
}

wql_status wql__repository_begin(wql__namespace *ns, wql_error *err) {
    wql__mem *mem = ns->engine->mem;
    wql_class **classes;
    uint32_t count;
    wql__arena scratch;
    wql_status status = wql__repository_make(ns, &ns->store, &ns->repository, err);
    if (status < 0) {
        ns->store = NULL;
        ns->repository = NULL;
        return status;
    }
    wql__arena_init(&scratch, mem);
    status = wql__system_classes_make(mem, ns->name, ns->engine->server, &scratch, &classes, &count, err);
    if (status >= 0)
        status = wql__catalog_begin(mem, ns->repository, classes, count, ns->name, ns->engine->server, &ns->catalog, err);
    while (count) wql_class_release(classes[--count]); /* the catalog has its own references */
    wql__arena_free(&scratch);
    return status;
}

bool wql__repository_is_used(const wql__namespace *ns, const wql__catalog *catalog) {
    for (uint32_t i = 0; i < catalog->count; i++)
        if (catalog->entries[i].mount == ns->repository && !catalog->entries[i].is_system) return true;
    return wql__static_store_rows(ns->store) > 0;
}
