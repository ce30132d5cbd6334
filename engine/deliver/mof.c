/* SPDX-License-Identifier: MIT */
/* mof.c: MOF comes into an engine. Files are read and parsed without a lock. Then, one load or mount at a time, classes are made,
 * the namespaces as they will be, and the instances. All that can fail is done by then; only what has no error is shown. */
#include "mof.h"

#include "../base/fold.h"
#include "../base/sized.h"
#include "../data/static_store.h"
#include "../query/mof.h"
#include "define.h"

#include <stdio.h>
#include <string.h>

typedef struct load {
    wql_engine *engine;
    wql_mof_options options;
    wql__arena arena;
    wql__mof_set set;
    wql__mof_compiler compiler;
    wql__mof_directory directory;
    wql_mof_reader reader;
    bool has_directory;
    wql__namespace **fresh; /* namespaces that are to be shown, those above first */
    uint32_t fresh_count, fresh_room;
} load;

/* -- options ----------------------------------------------------------------------------------------------------- */

static void set_default(uint32_t *field, uint32_t value) {
    if (*field == 0) *field = value;
}

static wql_status read_options(load *l, const wql_mof_options *given, wql_error *err) {
    wql_mof_options *o = &l->options;
    wql_status status = wql__sized_read(o, sizeof *o, given, offsetof(wql_mof_options, files), "wql_mof_options", err);
    if (status < 0) return status;
    if (o->flags & ~(uint32_t)WQL_MOF_CHECK) return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: unknown flags");
    if (o->file_count && !o->files)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: %u files, but no array", o->file_count);
    if ((o->text.ptr != NULL) == (o->file_count != 0))
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: either a text or files are loaded");
    for (uint32_t i = 0; i < o->file_count; i++)
        if (!o->files[i] || !*o->files[i]) return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: a file has no name");
    if (o->reader && o->root)
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: files come from a reader or from a folder, not both");
    if (o->reader) {
        status = wql__sized_read(&l->reader, sizeof l->reader, o->reader, sizeof l->reader, "wql_mof_reader", err);
        if (status < 0) return status;
        if (!l->reader.open) return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_reader: there is no open");
    } else if (o->file_count && !o->root) {
        return wql__fail(err, WQL_E_INVALID_PARAMETER, "wql_mof_options: files need a reader or a folder");
    }
    set_default(&o->errors_max, 100);
    set_default(&o->depth_max, 64);
    set_default(&o->files_max, 100000);
    set_default(&o->string_bytes_max, 16u << 20);
    set_default(&o->file_bytes_max, 256u << 20);
    return WQL_OK;
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

static wql_status no_memory(load *l, wql_error *err) {
    wql_status status = l->set.failed < 0 ? l->set.failed : WQL_E_OUT_OF_MEMORY;
    if (status == WQL_E_QUOTA_VIOLATION) return wql__fail_limit(err, "memory_max", wql__mem_limit(l->engine->mem));
    return wql__fail(err, status, "out of memory");
}

static wql_status begin(load *l, const wql_mof_options *given, wql_error *err) {
    wql__mof_limits limits;
    wql_status status = read_options(l, given, err);
    const wql_mof_reader *reader = NULL;
    if (status < 0) return status;
    limits = (wql__mof_limits){l->options.depth_max, l->options.files_max, l->options.string_bytes_max, l->options.file_bytes_max,
                               l->options.errors_max};
    if (l->options.root) {
        status = wql__mof_directory_open(l->engine->mem, l->options.root, (uint64_t)limits.file_bytes * 2 + 2, &l->directory,
                                         &l->reader, err);
        if (status < 0) return status;
        l->has_directory = true;
    }
    if (l->options.reader || l->options.root) reader = &l->reader;
    l->compiler.shelf = wql__shelf_make(l->engine->mem);
    if (!l->compiler.shelf) return wql__fail_memory(l->engine->mem, err);
    wql__mof_set_init(&l->set, &l->arena, &l->compiler.shelf->arena, &limits, reader);
    l->compiler.set = &l->set;
    return WQL_OK;
}

static void read_files(load *l) {
    if (l->options.text.ptr) wql__mof_add_text(&l->set, l->options.text);
    for (uint32_t i = 0; i < l->options.file_count && l->set.failed == WQL_OK; i++)
        wql__mof_add_file(&l->set, l->options.files[i]);
    wql__mof_parse_all(&l->set);
}

/* -- namespaces -------------------------------------------------------------------------------------------------- */

static const char *shelve(load *l, const char *text) { return wql__mof_shelve(&l->set, text, strlen(text)); }

/* One more entry in the list of namespaces that are made. */
static bool grow_fresh(load *l) {
    uint32_t room = l->fresh_room ? l->fresh_room * 2 : 8;
    wql__namespace **bigger;
    if (l->fresh_count < l->fresh_room) return true;
    bigger = wql__mof_alloc(&l->set, room * sizeof(void *));
    if (!bigger) return false;
    if (l->fresh_count) memcpy(bigger, l->fresh, l->fresh_count * sizeof(void *));
    l->fresh = bigger;
    l->fresh_room = room;
    return true;
}

static wql_status need_namespace(load *l, const char *name, wql__namespace **out, wql_error *err) {
    wql_status status;
    *out = wql__namespace_find(l->engine, name);
    for (uint32_t i = 0; !*out && i < l->fresh_count; i++)
        if (wql__fold_equal(wql_s(l->fresh[i]->name), wql_s(name))) *out = l->fresh[i];
    if (*out) return WQL_OK;
    if (!grow_fresh(l)) return no_memory(l, err);
    status = wql__namespace_make(l->engine, name, out, err);
    if (status >= 0) l->fresh[l->fresh_count++] = *out;
    return status;
}

/* A namespace and those above it; what is not there is shown when all is well. */
static wql_status need_namespaces(load *l, char *name, wql__namespace **out, wql_error *err) {
    wql_status status = WQL_OK;
    for (char *end = name; status >= 0;) {
        char *separator = strchr(end, '\\');
        if (separator) *separator = 0;
        status = need_namespace(l, name, out, err);
        if (!separator) break;
        *separator = '\\';
        end = separator + 1;
    }
    return status;
}

/* The space of a name; two spellings of one namespace are one space. */
static wql_status find_space(load *l, char *name, uint32_t *out, wql_error *err) {
    wql__mof_compiler *c = &l->compiler;
    wql__mof_space *space;
    wql__namespace *ns;
    wql_status status;
    for (uint32_t i = 0; i < c->space_count; i++)
        if (wql__fold_equal(wql_s(c->spaces[i].name), wql_s(name))) {
            *out = i;
            return WQL_OK;
        }
    status = need_namespaces(l, name, &ns, err);
    if (status < 0) return status;
    space = &c->spaces[c->space_count];
    space->name = shelve(l, ns->name);
    if (!space->name) return wql__fail_memory(l->engine->mem, err);
    space->ns = ns;
    space->old = wql__namespace_catalog(ns);
    *out = c->space_count++;
    return WQL_OK;
}

/* A space for each namespace of the set. */
static wql_status make_spaces(load *l, const char *ns_name, wql_error *err) {
    wql__mof_set *set = &l->set;
    uint32_t *space_of = wql__mof_alloc(set, wql__array_size(set->namespace_count, sizeof *space_of));
    char name[1024];
    l->compiler.spaces = wql__mof_alloc(set, wql__array_size(set->namespace_count, sizeof *l->compiler.spaces));
    l->compiler.server = shelve(l, l->engine->server);
    l->compiler.space_of = space_of;
    if (!space_of || !l->compiler.spaces || !l->compiler.server) return no_memory(l, err);
    for (uint32_t i = 0; i < set->namespace_count; i++) {
        const wql__mof_named *named = i ? &set->namespaces[i] : NULL;
        wql_error said = WQL_INIT(wql_error);
        wql_status status = wql__namespace_name(named ? named->name : ns_name, l->engine->server, name, sizeof name, &said);
        if (status < 0 && named) {
            wql__mof_error(set, named->file, named->place, WQL_E_INVALID_NAMESPACE, "%s", said.message);
            continue;
        }
        if (status < 0) {
            wql__error_copy(err, &said);
            return status;
        }
        status = find_space(l, name, &space_of[i], err);
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* -- making ------------------------------------------------------------------------------------------------------ */

/* The namespaces with the new classes in them. */
static wql_status make_catalogs(load *l, wql_error *err) {
    for (uint32_t i = 0; i < l->compiler.space_count; i++) {
        wql__mof_space *space = &l->compiler.spaces[i];
        wql__namespace *ns = space->ns;
        wql_status status;
        space->mount = wql__mount_retain(ns->repository);
        space->store = wql__static_store_retain(ns->store);
        if (!space->good.count) {
            space->made = wql__catalog_retain(space->old);
            continue;
        }
        status = wql__catalog_add(l->engine->mem, space->old, space->mount, space->good.classes, space->good.count, space->name,
                                  l->compiler.server, &space->made, err);
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* An instance of __NAMESPACE is a namespace below the one in which it stands. */
static wql_status add_namespace(load *l, const wql__mof_space *space, const wql_value *values, wql_error *err) {
    const wql__namespace *above = space->ns;
    char name[1024], canonical[1024];
    wql__namespace *made;
    wql_status status;
    if (values[0].type != WQL_STRING) return wql__fail(err, WQL_E_ILLEGAL_NULL, "an instance of __NAMESPACE lacks its key Name");
    if (strlen(above->name) + values[0].str.len + 2 > sizeof name || memchr(values[0].str.ptr, 0, values[0].str.len))
        return wql__fail(err, WQL_E_INVALID_NAMESPACE, "the namespace's name is too long, or no name");
    (void)snprintf(name, sizeof name, "%s\\%.*s", above->name, WQL_FMT(values[0].str));
    status = wql__namespace_name(name, l->engine->server, canonical, sizeof canonical, err);
    return status < 0 ? status : need_namespaces(l, canonical, &made, err);
}

static wql_status add_instance(void *user, wql__mof_space *space, const wql__class_entry *entry, const wql_value *values,
                               wql_error *err) {
    if (entry->is_system && wql__fold_equal(entry->cls->name, wql_s("__NAMESPACE"))) return add_namespace(user, space, values, err);
    if (!space->load) {
        wql_status status = wql__static_load_begin(space->store, space->made, &space->load, err);
        if (status < 0) return status;
    }
    return wql__static_load_add(space->load, entry, values, err);
}

static wql_status finish_loads(load *l, wql_error *err) {
    for (uint32_t i = 0; i < l->compiler.space_count; i++) {
        wql__static_load *from = l->compiler.spaces[i].load;
        wql_status status = from ? wql__static_load_finish(from, err) : WQL_OK;
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* -- showing ----------------------------------------------------------------------------------------------------- */

/* Nothing here can fail. What was shown before stays in the space, to be let go without a lock. */
static void show(load *l) {
    for (uint32_t i = 0; i < l->fresh_count; i++) wql__namespace_show(l->fresh[i]);
    l->fresh_count = 0;
    for (uint32_t i = 0; i < l->compiler.space_count; i++) {
        wql__mof_space *space = &l->compiler.spaces[i];
        wql__namespace *ns = space->ns;
        wql__lock(&ns->lock);
        if (space->load) space->version = wql__static_load_publish(space->load);
        if (space->good.count) {
            wql__catalog *before = ns->catalog;
            ns->catalog = space->made;
            space->made = before;
        }
        wql__unlock(&ns->lock);
    }
}

/* With engine.mounting held: makes all, and shows it if there is no error. */
static wql_status compile(load *l, const char *ns_name, wql_error *err) {
    wql_status status = make_spaces(l, ns_name, err);
    if (status < 0) return status;
    wql__mof_make_classes(&l->compiler);
    if (l->set.failed != WQL_OK) return no_memory(l, err);
    status = make_catalogs(l, err);
    if (status < 0) return status;
    wql__mof_make_instances(&l->compiler, add_instance, l);
    if (l->set.failed != WQL_OK) return no_memory(l, err);
    if (l->set.error_count) return WQL_OK;
    status = finish_loads(l, err);
    if (status >= 0 && !(l->options.flags & WQL_MOF_CHECK)) show(l);
    return status;
}

/* -- telling ----------------------------------------------------------------------------------------------------- */

static const char *name_of(const load *l, uint32_t file) { return file == WQL__MOF_NO_FILE ? "" : l->set.files[file].name->text; }

/* The first error, with the name of its file in front. */
static wql_status first_error(load *l, wql_error *err) {
    for (const wql__mof_remark *at = l->set.remarks; at; at = at->next) {
        const char *name = name_of(l, at->file);
        wql_error said = at->error;
        if (at->is_warning) continue;
        if (*name) (void)wql__fail(&said, said.status, "%s: %s", name, at->error.message);
        said.offset = at->error.offset;
        said.length = at->error.length;
        said.line = at->error.line;
        said.column = at->error.column;
        wql__error_hint(&said, wql_s(at->error.hint));
        wql__error_copy(err, &said);
        return said.status;
    }
    return WQL_OK;
}

static void tell(load *l) {
    if (!l->options.diagnose) return;
    for (const wql__mof_remark *at = l->set.remarks; at; at = at->next) {
        wql_mof_diagnostic d = WQL_INIT(wql_mof_diagnostic);
        d.is_warning = at->is_warning;
        d.file = name_of(l, at->file);
        if (at->file != WQL__MOF_NO_FILE) d.text = l->set.files[at->file].text;
        d.error = &at->error;
        l->options.diagnose(l->options.diagnose_user, &d);
    }
}

static wql_status report(const load *l, wql_mof_report *out) {
    wql_mof_report made = WQL_INIT(wql_mof_report);
    if (!out) return WQL_OK;
    made.files = l->set.file_count;
    made.classes = l->set.class_count;
    made.instances = l->set.instance_count;
    made.qualifiers = l->set.declaration_count;
    made.errors = l->set.error_count;
    made.warnings = l->set.warning_count;
    made.bytes = l->set.bytes;
    return wql__sized_write(out, &made, sizeof made);
}

static void end(load *l) {
    for (uint32_t i = 0; i < l->compiler.space_count; i++) {
        wql__mof_space *space = &l->compiler.spaces[i];
        wql__static_version_release(space->version);
        wql__static_load_end(space->load);
        wql__catalog_release(space->old);
        wql__catalog_release(space->made);
        wql__static_store_release(space->store);
    }
    wql__mof_drop_classes(&l->compiler);
    for (uint32_t i = 0; i < l->compiler.space_count; i++) wql__mount_release(l->compiler.spaces[i].mount);
    while (l->fresh_count) wql__namespace_free(l->fresh[--l->fresh_count]);
    if (l->set.arena) wql__mof_set_free(&l->set);
    wql__shelf_release(l->compiler.shelf);
    if (l->has_directory) wql__mof_directory_close(&l->directory);
    wql__arena_free(&l->arena);
}

/* -- both ways in ------------------------------------------------------------------------------------------------ */

static wql_status run(load *l, const char *ns_name, wql_error *err) {
    wql_status status = WQL_OK;
    read_files(l);
    if (l->set.failed != WQL_OK) return no_memory(l, err);
    wql__lock(&l->engine->mounting);
    status = compile(l, ns_name, err);
    wql__unlock(&l->engine->mounting);
    if (status < 0) return status;
    wql__mof_sort_remarks(&l->set);
    if (l->set.failed != WQL_OK && l->set.error_count) return no_memory(l, err);
    tell(l);
    return first_error(l, err);
}

/* The engine, kept from being freed until wql__engine_leave. */
static wql_status enter(wql_engine *engine, wql_error *err) {
    wql_status status = WQL_OK;
    wql__lock(&engine->table);
    if (engine->closing)
        status = wql__fail(err, WQL_E_SHUTTING_DOWN, "the engine is closing");
    else if (engine->loader == wql__thread_self()) /* it has engine.mounting */
        status = wql__fail(err, WQL_E_INVALID_OPERATION, "the load of a provider cannot load MOF");
    else
        engine->submitting++;
    wql__unlock(&engine->table);
    return status;
}

wql_status wql__engine_mof_load(wql_engine *engine, const char *ns_name, const wql_mof_options *options, wql_mof_report *out,
                                wql_error *err) {
    load l;
    wql_status status, told;
    if (wql__in_callback(engine)) return wql__fail(err, WQL_E_INVALID_OPERATION, "MOF cannot be loaded inside a callback");
    status = enter(engine, err);
    if (status < 0) return status;
    memset(&l, 0, sizeof l);
    l.engine = engine;
    wql__arena_init(&l.arena, engine->mem);
    status = begin(&l, options, err);
    if (status >= 0) status = run(&l, ns_name, err);
    told = report(&l, out);
    end(&l);
    wql__engine_leave(engine);
    return status < 0 || told >= 0 ? status : wql__fail(err, told, "wql_mof_report has no size");
}

/* Classes of a provider: in its namespace, without files and instances. */
static wql_status declare(load *l, wql__mount *mount, wql__catalog **catalog, wql_error *err) {
    static const uint32_t only = 0;
    wql__mof_space space;
    wql__catalog *made;
    wql_status status;
    read_files(l);
    memset(&space, 0, sizeof space);
    space.name = shelve(l, mount->ns);
    space.old = *catalog;
    l->compiler.server = shelve(l, l->engine->server);
    if (l->set.failed != WQL_OK) return no_memory(l, err);
    if (l->set.namespace_count > 1)
        wql__mof_error(&l->set, l->set.namespaces[1].file, l->set.namespaces[1].place, WQL_E_NOT_SUPPORTED,
                       "a provider's classes are in the namespace where it is mounted");
    for (const wql__mof_instance *at = l->set.instances; at; at = at->next)
        wql__mof_error(&l->set, at->file, at->place, WQL_E_NOT_SUPPORTED, "a provider brings its instances itself");
    if (!l->set.error_count) {
        l->compiler.spaces = &space;
        l->compiler.space_count = 1;
        l->compiler.space_of = &only;
        wql__mof_make_classes(&l->compiler);
    }
    wql__mof_sort_remarks(&l->set);
    status = l->set.failed != WQL_OK ? no_memory(l, err) : first_error(l, err);
    if (status >= 0 && space.good.count)
        status = wql__catalog_add(l->engine->mem, *catalog, mount, space.good.classes, space.good.count, space.name,
                                  l->compiler.server, &made, err);
    if (status >= 0 && space.good.count) {
        wql__catalog_release(*catalog);
        *catalog = made;
    }
    wql__mof_drop_classes(&l->compiler);
    l->compiler.space_count = 0;
    return status;
}

wql_status wql__mof_declare(wql_engine *engine, wql__mount *mount, wql__catalog **catalog, wql_error *err) {
    wql_mof_options options = WQL_INIT(wql_mof_options);
    load l;
    wql_status status;
    memset(&l, 0, sizeof l);
    l.engine = engine;
    wql__arena_init(&l.arena, engine->mem);
    options.text = wql_s(mount->provider->mof);
    status = begin(&l, &options, err);
    if (status >= 0) status = declare(&l, mount, catalog, err);
    end(&l);
    return status;
}
