/* SPDX-License-Identifier: MIT */
/* mounts.c: namespaces, and providers coming and going. */
#include "../base/fold.h"
#include "../base/sized.h"
#include "call.h"
#include "define.h"
#include "engine.h"
#include "host.h"
#include "mof.h"
#include "open.h"
#include "repository.h"
#include "rights.h"

#include <string.h>

/* -- what providers call ----------------------------------------------------------------------------------------- */

static wql__mount *mount_of(wql_mount *handle) { return (wql__mount *)(void *)handle; }

static wql_status host_fire(wql_mount *handle, const char *event_class, const wql_param *props, uint32_t count) {
    (void)handle;
    (void)event_class;
    (void)props;
    (void)count;
    return WQL_E_NOT_SUPPORTED;
}

static void *host_allocate(wql_mount *handle, void *ptr, size_t old_size, size_t new_size) {
    wql__mem *mem = mount_of(handle)->mem;
    if (new_size) return wql__realloc(mem, ptr, ptr ? old_size : 0, new_size);
    wql__free(mem, ptr, old_size);
    return NULL;
}

static void host_log(wql_mount *handle, int level, const char *line) {
    wql__mount *mount = mount_of(handle);
    void (*log)(void *user, int level, const char *line);
    void *user;
    wql__lock(&mount->lock);
    log = mount->log;
    user = mount->log_user;
    wql__unlock(&mount->lock);
    if (log && line) log(user, level, line);
}

void wql__host_fill(wql_host *host) {
    memset(host, 0, sizeof *host);
    host->struct_size = sizeof *host;
    host->abi = WQL_ABI;
    wql__host_fill_scan(host);
    host->define = wql__mount_define;
    host->fire = host_fire;
    host->allocate = host_allocate;
    host->mount_log = host_log;
}

/* -- namespaces -------------------------------------------------------------------------------------------------- */

wql__namespace *wql__namespace_find(wql_engine *engine, const char *name) {
    wql__namespace *ns;
    wql__lock(&engine->table);
    for (ns = engine->namespaces; ns; ns = ns->next)
        if (wql__fold_equal(wql_s(ns->name), wql_s(name))) break;
    wql__unlock(&engine->table);
    return ns;
}

wql__catalog *wql__namespace_catalog(wql__namespace *ns) {
    wql__catalog *catalog;
    wql__lock(&ns->lock);
    catalog = wql__catalog_retain(ns->catalog);
    wql__unlock(&ns->lock);
    return catalog;
}

static size_t namespace_size(const char *name) { return sizeof(wql__namespace) + strlen(name) + 1; }

wql_status wql__namespace_make(wql_engine *engine, const char *name, wql__namespace **out, wql_error *err) {
    wql__namespace *ns = wql__alloc_zero(engine->mem, namespace_size(name));
    wql_status status;
    if (!ns) return wql__fail_memory(engine->mem, err);
    ns->engine = engine;
    strcpy(ns->name, name);
    wql__mutex_init(&ns->lock);
    status = wql__repository_begin(ns, err);
    if (status < 0) {
        wql__namespace_free(ns);
        return status;
    }
    *out = ns;
    return WQL_OK;
}

void wql__namespace_show(wql__namespace *ns) {
    wql_engine *engine = ns->engine;
    wql__lock(&engine->table);
    ns->next = engine->namespaces;
    engine->namespaces = ns;
    wql__unlock(&engine->table);
}

void wql__namespace_free(wql__namespace *ns) {
    wql__mem *mem = ns->engine->mem;
    wql__catalog_release(ns->catalog);
    wql__mount_release(ns->repository);
    wql__static_store_release(ns->store);
    wql__grants_free(mem, ns->grants);
    wql__mutex_free(&ns->lock);
    wql__free(mem, ns, namespace_size(ns->name));
}

/* The namespace and those above it, made where they are not there. */
static wql_status need_namespace(wql_engine *engine, char *name, wql__namespace **out, wql_error *err) {
    wql_status status = WQL_OK;
    *out = NULL;
    for (char *end = name; end && status >= 0; end++) {
        char *separator = strchr(end, '\\');
        if (separator) *separator = 0;
        *out = wql__namespace_find(engine, name);
        if (!*out) {
            status = wql__namespace_make(engine, name, out, err);
            if (status >= 0) wql__namespace_show(*out);
        }
        if (separator)
            *separator = '\\';
        else
            break;
        end = separator;
    }
    return status;
}

/* -- mounting ---------------------------------------------------------------------------------------------------- */

wql_status wql__provider_check(const wql_provider *given, wql_provider *provider, wql_error *err) {
    wql_status status = wql__sized_read(provider, sizeof *provider, given, offsetof(wql_provider, close), "wql_provider", err);
    if (status == WQL_E_UNSUPPORTED_PARAMETER)
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "the provider needs a newer libwql");
    if (status < 0) return status;
    if (!provider->name || !*provider->name || (!provider->load && !provider->mof) || !provider->open || !provider->next)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "a provider needs a name, load or mof, open and next");
    if (provider->flags & ~(uint32_t)(WQL_CONCURRENT | WQL_AFFINE | WQL_MAY_BLOCK))
        return wql__fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "provider %s has flags that this version does not know",
                         provider->name);
    if (provider->flags & WQL_AFFINE)
        return wql__fail(err, WQL_E_NOT_SUPPORTED, "provider %s wants one thread of its own, which is not served yet",
                         provider->name);
    return WQL_OK;
}

/* Wakes the call that a waker names; called with the mount's lock held. */
static void hub_wake(void *hub, uint64_t id) {
    wql_engine *engine = hub;
    uint32_t slot = (uint32_t)id, generation = (uint32_t)(id >> 32);
    wql__lock(&engine->table);
    if (slot < engine->slot_count && engine->slots[slot].generation == generation && engine->slots[slot].call)
        wql__call_wake(engine->slots[slot].call);
    wql__unlock(&engine->table);
}

wql_status wql__mount_make(wql_engine *engine, const char *ns, const wql_provider *provider, void *user, wql__mount **out,
                           wql_error *err) {
    wql__mount *mount = wql__alloc_zero(engine->mem, sizeof *mount);
    size_t name_size = strlen(provider->name) + 1, ns_size = strlen(ns) + 1;
    if (!mount) return wql__fail_memory(engine->mem, err);
    mount->table_size = sizeof *provider + name_size + ns_size;
    mount->table = wql__alloc(engine->mem, mount->table_size);
    if (!mount->table) {
        wql__free(engine->mem, mount, sizeof *mount);
        return wql__fail_memory(engine->mem, err);
    }
    memcpy(mount->table, provider, sizeof *provider);
    mount->provider = (const wql_provider *)(const void *)mount->table;
    mount->name = memcpy(mount->table + sizeof *provider, provider->name, name_size);
    mount->ns = memcpy(mount->name + name_size, ns, ns_size);
    atomic_init(&mount->refs, 1);
    mount->handle.host = &mount->host;
    mount->host = engine->host;
    mount->mem = wql__mem_retain(engine->mem);
    mount->self = user;
    wql__mutex_init(&mount->lock);
    wql__cond_init(&mount->free_cond);
    mount->engine_faults = &engine->provider_faults;
    mount->log = engine->options.log;
    mount->log_user = engine->options.log_user;
    mount->hub = engine;
    mount->hub_wake = hub_wake;
    *out = mount;
    return WQL_OK;
}

/* What a provider's load answered, with its name. */
static wql_status load_failed(wql__mount *mount, wql_status status, const wql_error *said, uint64_t refusals, wql_error *err) {
    wql_status blamed = wql__mem_blame(mount->mem, status, refusals, err);
    if (blamed < 0)
        status = blamed;
    else if (said->message[0] && said->status == status)
        wql__error_copy(err, said);
    else
        (void)wql__fail(err, status, "provider %s could not be loaded: %s", mount->name, wql_status_text(status));
    wql__error_provider(err, mount->name);
    return status;
}

/* This thread is inside a load, or it is no more (0). */
static void set_loader(wql_engine *engine, wql__mount *mount, wql__definitions *definitions, wql__thread_id thread) {
    wql__lock(&mount->lock);
    mount->definitions = definitions;
    wql__unlock(&mount->lock);
    wql__lock(&engine->table);
    engine->loader = thread;
    wql__unlock(&engine->table);
}

/* Loads the provider on top of the namespace's classes and publishes the result. `old`: what was published before. */
static wql_status load_provider(wql_engine *engine, wql__namespace *ns, wql__mount *mount, const char *config, wql__catalog **old,
                                wql_error *err) {
    wql__definitions definitions = {wql__namespace_catalog(ns), wql__thread_self()};
    wql_error said = WQL_INIT(wql_error);
    void *user = mount->self;
    uint64_t refusals = wql__mem_refusals(mount->mem);
    wql_status status;
    set_loader(engine, mount, &definitions, definitions.thread);
    status = mount->provider->mof ? wql__mof_declare(engine, mount, &definitions.catalog, &said) : WQL_OK;
    if (status >= 0 && mount->provider->load) status = mount->provider->load(&mount->handle, config, user, &mount->self, &said);
    if (status == WQL_OK) *old = wql__namespace_publish(ns, definitions.catalog);
    set_loader(engine, mount, NULL, 0);
    if (status > 0) {
        wql__catalog_release(definitions.catalog);
        return wql__mount_fault(mount, err, "load answered 0x%08X, which load cannot", (unsigned)status);
    }
    if (status < 0) {
        wql__catalog_release(definitions.catalog);
        return load_failed(mount, status, &said, refusals, err);
    }
    mount->loaded = true;
    return WQL_OK;
}

static bool is_closing(wql_engine *engine) {
    bool closing;
    wql__lock(&engine->table);
    closing = engine->closing;
    wql__unlock(&engine->table);
    return closing;
}

wql_status wql__engine_mount(wql_engine *engine, const char *ns_name, const wql_provider *given, const char *config, void *user,
                             void **library, wql_error *err) {
    char name[1024];
    wql_provider provider;
    wql__namespace *ns = NULL;
    wql__mount *mount = NULL;
    wql__catalog *old = NULL;
    wql_status status = wql__provider_check(given, &provider, err);
    if (status >= 0) status = wql__namespace_name(ns_name, engine->server, name, sizeof name, err);
    if (status == WQL_E_INVALID_NAMESPACE) status = WQL_E_INVALID_PARAMETER;
    if (status < 0) {
        if (err && err->status == WQL_E_INVALID_NAMESPACE) err->status = status;
        return status;
    }
    if (wql__fold_equal(wql_s(provider.name), wql_s(wql__static_provider()->name)))
        return wql__fail(err, WQL_E_ALREADY_EXISTS, "each namespace has a provider %s of its own", wql__static_provider()->name);
    if (wql__in_callback(engine))
        return wql__fail(err, WQL_E_INVALID_OPERATION, "a provider cannot be mounted inside a callback");
    if (is_closing(engine)) return wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    wql__lock(&engine->mounting);
    status = need_namespace(engine, name, &ns, err);
    if (status >= 0) status = wql__mount_make(engine, ns->name, &provider, user, &mount, err);
    if (status >= 0) {
        if (library) {
            mount->library = *library;
            *library = NULL;
        }
        status = load_provider(engine, ns, mount, config, &old, err);
        if (status >= 0) atomic_fetch_add_explicit(&engine->provider_count, 1, memory_order_relaxed);
    }
    wql__unlock(&engine->mounting);
    wql__catalog_release(old);
    wql__mount_release(mount); /* its classes keep it */
    return status;
}

/* -- unmounting -------------------------------------------------------------------------------------------------- */

static wql__mount *find_mount(wql__namespace *ns, const char *provider) {
    wql__catalog *catalog = wql__namespace_catalog(ns);
    wql__mount *found = NULL;
    for (uint32_t i = 0; i < catalog->count && !found; i++) {
        wql__mount *mount = catalog->entries[i].mount;
        if (mount && wql__fold_equal(wql_s(mount->name), wql_s(provider))) found = wql__mount_retain(mount);
    }
    if (found && found == ns->repository && !wql__repository_is_used(ns, catalog)) {
        wql__mount_release(found);
        found = NULL;
    }
    wql__catalog_release(catalog);
    return found;
}

wql_status wql__provider_read_stats(wql_engine *engine, const char *ns_name, const char *provider, wql_provider_stats *out) {
    wql_provider_stats stats = WQL_INIT(wql_provider_stats);
    char name[1024];
    wql__namespace *ns;
    wql__mount *mount;
    uint64_t closed;
    if (wql__namespace_name(ns_name, engine->server, name, sizeof name, NULL) < 0) return WQL_E_INVALID_NAMESPACE;
    ns = wql__namespace_find(engine, name);
    if (!ns) return WQL_E_INVALID_NAMESPACE;
    mount = find_mount(ns, provider);
    if (!mount) return WQL_E_NOT_FOUND;
    stats.blocks = (mount->provider->flags & WQL_MAY_BLOCK) || atomic_load_explicit(&mount->blocks, memory_order_relaxed);
    closed =
        atomic_load_explicit(&mount->closed, memory_order_relaxed); /* first: scans that end meanwhile are never below zero */
    stats.opened = atomic_load_explicit(&mount->opened, memory_order_relaxed);
    stats.scans = stats.opened > closed ? (uint32_t)(stats.opened - closed) : 0;
    stats.rows = atomic_load_explicit(&mount->rows, memory_order_relaxed);
    stats.inside_ns = atomic_load_explicit(&mount->inside_ns, memory_order_relaxed);
    stats.faults = atomic_load_explicit(&mount->faults, memory_order_relaxed);
    wql__mount_release(mount);
    return wql__sized_write(out, &stats, sizeof stats);
}

enum { LOOK_AGAIN_US = 10000 }; /* who has made a plan does not tell */

/* Waits until no scan of the mount is open. Scans end by themselves, or with their calls. */
static bool wait_for_scans(wql_engine *engine, wql__mount *mount) {
    int64_t until = wql__until_us(engine->options.cancel_wait_ms);
    bool in_time = true;
    wql__lock(&engine->table);
    while (wql__mount_is_used(mount) && in_time) {
        int64_t now = wql__now_us();
        in_time = now < until;
        if (in_time)
            (void)wql__cond_wait(&engine->table_changed, &engine->table,
                                 until - now < LOOK_AGAIN_US ? until : now + LOOK_AGAIN_US);
    }
    wql__unlock(&engine->table);
    return !wql__mount_is_used(mount);
}

/* What goes with the repository: all that was loaded as MOF. The system classes stay, served by a new one. */
static wql_status renew_repository(wql__namespace *ns, const wql__catalog *old, wql__catalog **made, wql_error *err) {
    wql__static_store *store;
    wql__mount *mount;
    wql_status status = wql__repository_make(ns, &store, &mount, err);
    if (status < 0) return status;
    status = wql__catalog_renew(ns->engine->mem, old, ns->repository, mount, made, err);
    if (status >= 0) {
        wql__static_store *old_store = ns->store;
        wql__mount *old_mount = ns->repository;
        ns->store = store;
        ns->repository = mount;
        store = old_store;
        mount = old_mount;
    }
    wql__mount_release(mount);
    wql__static_store_release(store);
    return status;
}

/* `before`: what was published before, to be released when no lock is held. */
static wql_status take_away(wql_engine *engine, wql__namespace *ns, wql__mount *mount, wql__catalog **before, wql_error *err) {
    wql__catalog *old = wql__namespace_catalog(ns), *made;
    bool own = mount == ns->repository;
    wql_status status = own ? renew_repository(ns, old, &made, err)
                            : wql__catalog_make(engine->mem, old, mount, NULL, NULL, 0, ns->name, engine->server, &made, err);
    wql__catalog_release(old);
    if (status < 0) return status;
    *before = wql__namespace_publish(ns, made);
    wql__mount_take_away(mount);
    if (!own) atomic_fetch_sub_explicit(&engine->provider_count, 1, memory_order_relaxed);
    return WQL_OK;
}

/* The mount to take away: one that is served, or one whose earlier unmount timed out. */
static wql_status start_unmount(wql_engine *engine, wql__namespace *ns, const char *provider, wql__mount **out,
                                wql__catalog **before, wql_error *err) {
    wql_status status;
    for (wql__mount *at = engine->leaving; at; at = at->next_leaving) {
        if (strcmp(at->ns, ns->name) != 0 || !wql__fold_equal(wql_s(at->name), wql_s(provider))) continue;
        *out = wql__mount_retain(at);
        return WQL_OK;
    }
    *out = find_mount(ns, provider);
    if (!*out) return wql__fail(err, WQL_E_NOT_FOUND, "provider %s serves no class in %s", provider, ns->name);
    status = take_away(engine, ns, *out, before, err);
    if (status < 0) {
        wql__mount_release(*out);
        return status;
    }
    (*out)->next_leaving = engine->leaving;
    engine->leaving = wql__mount_retain(*out);
    return WQL_OK;
}

static void detach(wql__mount *mount) {
    wql__lock(&mount->lock);
    mount->hub = NULL;
    mount->engine_faults = NULL;
    mount->log = NULL;
    wql__unlock(&mount->lock);
}

/* The mount has no scan any more: only batches may still keep it. */
static void end_unmount(wql_engine *engine, wql__mount *mount) {
    wql__mount **at;
    wql__lock(&engine->mounting);
    for (at = &engine->leaving; *at && *at != mount;) at = &(*at)->next_leaving;
    if (*at) {
        *at = mount->next_leaving;
        detach(mount);
        wql__mount_release(mount);
    }
    wql__unlock(&engine->mounting);
}

wql_status wql__engine_unmount(wql_engine *engine, const char *ns_name, const char *provider, wql_error *err) {
    char name[1024];
    wql__namespace *ns;
    wql__mount *mount = NULL;
    wql__catalog *before = NULL;
    wql_status status = wql__namespace_name(ns_name, engine->server, name, sizeof name, err);
    if (status < 0) return status;
    if (wql__in_callback(engine))
        return wql__fail(err, WQL_E_INVALID_OPERATION, "a provider cannot be unmounted inside a callback");
    ns = wql__namespace_find(engine, name);
    if (!ns) return wql__fail(err, WQL_E_INVALID_NAMESPACE, "there is no namespace %s", name);
    wql__lock(&engine->mounting);
    status = start_unmount(engine, ns, provider, &mount, &before, err);
    wql__unlock(&engine->mounting);
    if (status < 0) return status;
    wql__catalog_release(before);
    wql__engine_forget_plans(engine, ns);
    if (wait_for_scans(engine, mount))
        end_unmount(engine, mount);
    else
        status = WQL_S_TIMEDOUT;
    wql__mount_release(mount); /* the last one unloads the provider here */
    return status;
}

/* -- the end ----------------------------------------------------------------------------------------------------- */

/* Mounts that retained batches keep must not find their engine any more. */
static void detach_mounts(wql__namespace *ns) {
    for (uint32_t i = 0; i < ns->catalog->count; i++)
        if (ns->catalog->entries[i].mount) detach(ns->catalog->entries[i].mount);
}

void wql__engine_drop_mounts(wql_engine *engine) {
    while (engine->leaving) {
        wql__mount *mount = engine->leaving;
        engine->leaving = mount->next_leaving;
        detach(mount);
        wql__mount_release(mount);
    }
    while (engine->namespaces) {
        wql__namespace *ns = engine->namespaces;
        engine->namespaces = ns->next;
        detach_mounts(ns);
        wql__namespace_free(ns);
    }
}
