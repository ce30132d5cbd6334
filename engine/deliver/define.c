/* SPDX-License-Identifier: MIT */
/* define.c: classes come into a namespace. A namespace is an immutable version after another, so a definition is a new version on
 * top of the last, shown at once or not at all. Queries that were planned for an older one plan anew with their next run; running
 * calls keep theirs. */
#include "define.h"

/* The array's structs all have the size of the first. */
static wql_status make_version(wql__mount *mount, const wql__catalog *base, const wql_class_def *defs, uint32_t count,
                               const char *server, wql__catalog **out, wql_error *err) {
    const wql_class_def **list;
    wql__arena scratch;
    wql_status status;
    if (!defs && count) return wql__fail(err, WQL_E_INVALID_PARAMETER, "%u definitions, but no array", count);
    wql__arena_init(&scratch, mount->mem);
    list = wql__arena_alloc(&scratch, wql__array_size(count, sizeof *list));
    if (!list) {
        wql__arena_free(&scratch);
        return wql__fail_memory(mount->mem, err);
    }
    for (uint32_t i = 0; i < count; i++)
        list[i] = (const wql_class_def *)(const void *)((const char *)defs +
                                                        (size_t)i * (defs->struct_size ? defs->struct_size : sizeof *defs));
    status = wql__catalog_make(mount->mem, base, NULL, mount, list, count, mount->ns, server, out, err);
    wql__arena_free(&scratch);
    return status;
}

wql__catalog *wql__namespace_publish(wql__namespace *ns, wql__catalog *catalog) {
    wql__catalog *old;
    wql__lock(&ns->lock);
    old = ns->catalog;
    ns->catalog = catalog;
    wql__unlock(&ns->lock);
    return old;
}

/* -- later ------------------------------------------------------------------------------------------------------- */

/* With the mount's lock and the engine's table held: whether a definition may begin. */
static wql_status check_engine(const wql_engine *engine, const wql__mount *mount, wql_error *err) {
    if (engine->closing) return wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    if (engine->loader == wql__thread_self()) /* it has engine.mounting */
        return wql__fail(err, WQL_E_INVALID_OPERATION, "the load of another provider cannot define classes of %s", mount->name);
    return WQL_OK;
}

/* The engine, kept from being freed until wql__engine_leave. */
static wql_status enter_engine(wql__mount *mount, wql_engine **out, wql_error *err) {
    wql_engine *engine;
    wql_status status;
    wql__lock(&mount->lock);
    *out = engine = mount->hub;
    if (engine) {
        wql__lock(&engine->table);
        status = check_engine(engine, mount, err);
        if (status >= 0) engine->submitting++;
        wql__unlock(&engine->table);
    } else {
        status = wql__fail(err, WQL_E_INVALID_OPERATION, "provider %s is unmounted", mount->name);
    }
    wql__unlock(&mount->lock);
    return status;
}

static bool is_served(const wql__catalog *catalog, const wql__mount *mount) {
    for (uint32_t i = 0; i < catalog->count; i++)
        if (catalog->entries[i].mount == mount) return true;
    return false;
}

/* Waits for a mount or an unmount that is under way. Without a class in the namespace the mount is leaving, or gone. */
static wql_status define_later(wql_engine *engine, wql__mount *mount, const wql_class_def *defs, uint32_t count, wql_error *err) {
    wql__namespace *ns = wql__namespace_find(engine, mount->ns);
    wql__catalog *base, *made, *old = NULL;
    wql_status status;
    wql__lock(&engine->mounting);
    base = wql__namespace_catalog(ns);
    if (is_served(base, mount))
        status = make_version(mount, base, defs, count, engine->server, &made, err);
    else
        status = wql__fail(err, WQL_E_INVALID_OPERATION, "provider %s is being unmounted", mount->name);
    if (status >= 0) old = wql__namespace_publish(ns, made);
    wql__unlock(&engine->mounting);
    wql__catalog_release(base);
    wql__catalog_release(old);
    return status;
}

/* -- both -------------------------------------------------------------------------------------------------------- */

static wql_status define_in_load(wql__mount *mount, wql__definitions *definitions, const wql_class_def *defs, uint32_t count,
                                 wql_error *err) {
    const char *server = ((const wql_engine *)mount->hub)->server;
    wql__catalog *made;
    wql_status status = make_version(mount, definitions->catalog, defs, count, server, &made, err);
    if (status < 0) return status;
    wql__catalog_release(definitions->catalog);
    definitions->catalog = made;
    return WQL_OK;
}

wql_status wql__mount_define(wql_mount *handle, const wql_class_def *defs, uint32_t count, wql_error *err) {
    wql__mount *mount = (wql__mount *)(void *)handle;
    wql__definitions *definitions;
    wql_engine *engine;
    wql_status status;
    bool mine;
    wql__lock(&mount->lock);
    definitions = mount->definitions;
    mine = definitions && definitions->thread == wql__thread_self();
    wql__unlock(&mount->lock);
    if (mine) return define_in_load(mount, definitions, defs, count, err);
    if (definitions) return wql__fail(err, WQL_E_INVALID_OPERATION, "provider %s is being loaded by another thread", mount->name);
    status = enter_engine(mount, &engine, err);
    if (status < 0) return status;
    status = define_later(engine, mount, defs, count, err);
    wql__engine_leave(engine);
    return status;
}
