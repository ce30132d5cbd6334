/* SPDX-License-Identifier: MIT */
/* provider.c: the sqlite provider's table: load, unload, plan, explain. */
#include "sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* -- what the caller says -------------------------------------------------------------------------------------------------- */

/* The options as this version knows them: what lies beyond struct_size is zero. */
static wql_status read_options(const void *user, wql_sqlite *out, wql_error *err) {
    const wql_sqlite *from = user;
    uint32_t size;
    memset(out, 0, sizeof *out);
    if (!from) return WQL_OK;
    size = from->struct_size;
    if (size < offsetof(wql_sqlite, connection))
        return wql__sqlite_fail(err, WQL_E_INVALID_PARAMETER, "a struct_size of %u is too small for a wql_sqlite", (unsigned)size);
    memcpy(out, from, size < sizeof *out ? size : sizeof *out);
    for (size_t i = sizeof *out; i < size; i++)
        if (((const char *)user)[i])
            return wql__sqlite_fail(err, WQL_E_UNSUPPORTED_PARAMETER, "a field of wql_sqlite beyond this version's is set");
    if ((out->flags & ~(uint32_t)WQL_SQLITE_WRITABLE) || out->zero)
        return wql__sqlite_fail(err, WQL_E_UNSUPPORTED_PARAMETER, "wql_sqlite has a flag set that this version does not know");
    if (out->connections_max > WQL__SQLITE_CONNECTIONS_MOST)
        return wql__sqlite_fail(err, WQL_E_INVALID_PARAMETER, "connections_max is %u; %d are possible",
                                (unsigned)out->connections_max, (int)WQL__SQLITE_CONNECTIONS_MOST);
    return WQL_OK;
}

static wql_status fail_path(const char *config, int error, wql_error *err) {
    switch (error) {
    case EACCES: return wql__sqlite_fail(err, WQL_E_ACCESS_DENIED, "cannot open %s: permission denied", config);
    case ENOENT: return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: there is no such file", config);
    case ENOTDIR:
        return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: a part of the path is no directory", config);
    case ELOOP: return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: its links never end", config);
    case ENAMETOOLONG: return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: the name is too long", config);
    default: return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: error %d", config, error);
    }
}

/* Looks at the file without opening it: closing it again would drop the locks that other connections of this process hold on it.
 * The path becomes absolute, so that it means the same later, and is no URI to SQLite. */
static wql_status find_file(wql__sqlite_mount *m, const char *config, wql_error *err) {
    char path[PATH_MAX];
    struct stat info;
    int wish = (m->flags & WQL_SQLITE_WRITABLE) ? R_OK | W_OK : R_OK;
    if (!realpath(config, path) || stat(path, &info) != 0) return fail_path(config, errno, err);
    if (S_ISDIR(info.st_mode))
        return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: it is a directory", config);
    if (!S_ISREG(info.st_mode))
        return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: it is no regular file", config);
    if (faccessat(AT_FDCWD, path, wish, AT_EACCESS) != 0) {
        if (errno == EROFS)
            return wql__sqlite_fail(err, WQL_E_ACCESS_DENIED, "cannot open %s for writing: its file system is read-only", config);
        return fail_path(config, errno, err);
    }
    m->path = wql__sqlite_take_text(&m->arena, path, strlen(path));
    m->shown = wql__sqlite_take_text(&m->arena, config, strlen(config));
    return m->path && m->shown ? WQL_OK : wql__sqlite_no_memory(err);
}

static wql_status find_database(wql__sqlite_mount *m, const char *config, const wql_sqlite *options, wql_error *err) {
    bool named = config && *config;
    wql_status status;
    m->connections_max = options->connection ? 1 : options->connections_max ? options->connections_max : WQL__SQLITE_CONNECTIONS;
    m->flags = options->flags;
    if (named && options->connection)
        return wql__sqlite_fail(err, WQL_E_INVALID_PARAMETER, "both a file, %s, and a connection are given", config);
    if (!named && !options->connection)
        return wql__sqlite_fail(err, WQL_E_INVALID_PARAMETER, "neither the file of a database nor a connection is given");
    m->shown = "the lent connection";
    status = named ? find_file(m, config, err) : WQL_OK;
    if (status >= 0) status = wql__sqlite_pool_init(m, err);
    if (status >= 0 && options->connection) {
        m->connections[0].db = options->connection;
        m->connections[0].lent = true;
    }
    return status;
}

/* -- load ------------------------------------------------------------------------------------------------------------------ */

static void free_mount(wql__sqlite_mount *m) {
    wql_mount *mount = m->mount;
    wql__sqlite_pool_free(m);
    wql__sqlite_sets_free(m);
    wql__sqlite_arena_free(&m->arena);
    wql__sqlite_api_close(&m->api);
    (void)pthread_cond_destroy(&m->changed);
    (void)pthread_mutex_destroy(&m->lock);
    (void)wql_mount_allocate(mount, m, sizeof *m, 0);
}

static wql__sqlite_mount *new_mount(wql_mount *mount) {
    wql__sqlite_mount *m = wql_mount_allocate(mount, NULL, 0, sizeof *m);
    pthread_condattr_t attr;
    if (!m) return NULL;
    memset(m, 0, sizeof *m);
    m->mount = mount;
    m->arena.mount = mount;
    (void)pthread_mutex_init(&m->lock, NULL);
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&m->changed, &attr);
    (void)pthread_condattr_destroy(&attr);
    return m;
}

/* With the read lock held, so that all is of one moment. */
static wql_status read_classes(wql__sqlite_mount *m, wql__sqlite_connection *connection, wql__sqlite_arena *scratch,
                               wql_error *err) {
    wql__sqlite_step step = {0};
    int64_t version = 0;
    wql_status status = wql__sqlite_begin(m, connection, &step, &version, err);
    if (status < 0) return status;
    status = wql__sqlite_read_schema(m, connection, scratch, err);
    for (uint32_t i = 0; status >= 0 && i < m->table_count; i++) {
        status = wql__sqlite_choose_key(m, connection, &m->tables[i], err);
        m->tables[i].mounted = version;
        atomic_init(&m->tables[i].version, version);
    }
    if (status >= 0) status = wql__sqlite_read_links(m, connection, scratch, err);
    wql__sqlite_end(m, connection);
    return status;
}

static wql_status load_mount(wql__sqlite_mount *m, wql_error *err) {
    wql__sqlite_arena scratch = {.mount = m->mount};
    wql__sqlite_connection *connection;
    wql_status status = wql__sqlite_pool_take(m, NULL, &connection, err);
    if (status < 0) return status;
    if ((m->flags & WQL_SQLITE_WRITABLE) && !connection->lent && m->api.db_readonly(connection->db, "main") == 1)
        status = wql__sqlite_fail(err, WQL_E_ACCESS_DENIED, "cannot open %s for writing", m->shown);
    if (status >= 0) status = read_classes(m, connection, &scratch, err);
    if (status >= 0) status = wql__sqlite_define(m, &scratch, err);
    wql__sqlite_pool_give(m, connection);
    wql__sqlite_arena_free(&scratch);
    return status;
}

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql_error said = WQL_INIT(wql_error); /* also of what did not end the mount */
    wql__sqlite_mount *m;
    wql_sqlite options;
    wql_status status = read_options(user, &options, err);
    if (status < 0) return status;
    m = new_mount(mount);
    if (!m) return wql__sqlite_no_memory(err);
    status = find_database(m, config, &options, &said);
    if (status >= 0) status = wql__sqlite_api_open(&m->api, options.symbol, options.symbol_user, options.connection != NULL, &said);
    if (status >= 0) status = load_mount(m, &said);
    if (status >= 0) {
        *self = m;
        return WQL_OK;
    }
    free_mount(m);
    if (status == WQL_E_PROVIDER_FAILURE) status = said.status = WQL_E_PROVIDER_LOAD_FAILURE;
    wql__sqlite_copy_error(err, &said);
    return status;
}

static void unload(void *self) { free_mount(self); }

/* -- plan, explain --------------------------------------------------------------------------------------------------------- */

static wql_status plan(void *self, const wql_request *request, wql_answer *answer, wql_error *err) {
    const wql__sqlite_mount *m = self;
    if (request->class_index >= m->table_count + m->link_count)
        return wql__sqlite_fail(err, WQL_E_INVALID_CLASS, "%s has no class of number %u", m->shown, (unsigned)request->class_index);
    if (wql__sqlite_find_link(m, request->class_index)) wql__sqlite_plan_link(m, request, answer);
    else wql__sqlite_plan(m, request, answer);
    return WQL_OK;
}

/* The statement that would run, its parameters written out. */
static size_t explain(void *self, const wql_request *request, char *buf, size_t size) {
    const wql__sqlite_mount *m = self;
    wql__sqlite_arena arena = {.mount = m->mount};
    wql__sqlite_sql sql = {.arena = &arena, .shown = true};
    uint8_t *take = wql__sqlite_take_array(&arena, request->conjunct_count, sizeof *take);
    const char *text = "SQL that there is no memory to show";
    wql__sqlite_built built;
    int len;
    for (uint32_t i = 0; take && i < request->conjunct_count; i++) take[i] = (uint8_t)request->conjuncts[i].taken;
    if (take && request->class_index < m->table_count) wql__sqlite_build(&sql, m, request, take, &built);
    else if (take && request->class_index < m->table_count + m->link_count) wql__sqlite_build_link(&sql, m, request, NULL);
    if (sql.text && !sql.failed) {
        wql__sqlite_clean(sql.text);
        text = sql.text;
    }
    len = snprintf(buf, size, "%s", text);
    wql__sqlite_arena_free(&arena);
    return len > 0 ? (size_t)len : 0;
}

const wql_provider *wql_sqlite_provider(void) {
    static const wql_provider provider = {
        .struct_size = (uint32_t)sizeof(wql_provider),
        .flags = WQL_CONCURRENT | WQL_MAY_BLOCK,
        .name = "sqlite",
        .load = load,
        .unload = unload,
        .plan = plan,
        .explain = explain,
        .open = wql__sqlite_open,
        .next = wql__sqlite_next,
        .close = wql__sqlite_close,
        .interrupt = wql__sqlite_interrupt,
    };
    return &provider;
}
