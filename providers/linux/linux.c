/* SPDX-License-Identifier: MIT */
/* linux.c: the linux provider's table: load and unload. */
#include "linux.h"

#include "network.h"
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A directory that was named must be there; one that is merely the default may be missing, and what lies in it with it. */
static wql_status open_roots(wql__linux_mount *m, wql_error *err) {
    for (uint32_t i = 0; i < WQL__LINUX_ROOTS; i++) {
        const char *path = m->options.roots[i];
        m->roots[i] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (m->roots[i] < 0 && m->options.given[i])
            return wql__linux_fail(err, errno == EACCES ? WQL_E_ACCESS_DENIED : WQL_E_PROVIDER_LOAD_FAILURE, "cannot open %s: %s",
                                   path,
                                   errno == ENOENT    ? "there is no such directory"
                                   : errno == ENOTDIR ? "it is no directory"
                                   : errno == EACCES  ? "permission denied"
                                                      : "it cannot be read");
    }
    m->live = strcmp(m->options.roots[WQL__LINUX_PROC], "/proc") == 0;
    if (m->live && strcmp(m->options.roots[WQL__LINUX_SYS], "/sys") == 0) m->dump = wql__linux_dump_kernel;
    return WQL_OK;
}

static void free_mount(wql__linux_mount *m) {
    wql_mount *mount = m->mount;
    wql__linux_asker_close(m->asker);
    for (uint32_t i = 0; i < WQL__LINUX_ROOTS; i++)
        if (m->roots[i] >= 0) (void)close(m->roots[i]);
    if (m->load) (void)wql_mount_allocate(mount, m->load, m->load_room * sizeof *m->load, 0);
    wql__linux_arena_free(&m->arena);
    (void)pthread_mutex_destroy(&m->lock);
    (void)wql_mount_allocate(mount, m, sizeof *m, 0);
}

static wql__linux_mount *new_mount(wql_mount *mount) {
    wql__linux_mount *m = wql_mount_allocate(mount, NULL, 0, sizeof *m);
    if (!m) return NULL;
    memset(m, 0, sizeof *m);
    m->mount = mount;
    m->arena.mount = mount;
    for (uint32_t i = 0; i < WQL__LINUX_ROOTS; i++) m->roots[i] = -1;
    m->ticks_per_second = sysconf(_SC_CLK_TCK) > 0 ? sysconf(_SC_CLK_TCK) : 100;
    m->page_size = sysconf(_SC_PAGESIZE) > 0 ? sysconf(_SC_PAGESIZE) : 4096;
    (void)pthread_mutex_init(&m->lock, NULL);
    return m;
}

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    wql__linux_mount *m = new_mount(mount);
    wql_status status;
    (void)user;
    if (!m) return wql__linux_no_memory(err);
    m->asker = wql__linux_asker_open(wql__linux_measure_mount, NULL);
    status = m->asker ? wql__linux_read_options(m, config, err) : wql__linux_no_memory(err);
    if (status >= 0) status = open_roots(m, err);
    if (status >= 0) status = wql__linux_define(m, err);
    if (status >= 0) {
        wql__linux_zone_load(m);
        wql__linux_find_boot(m);
        if (m->arena.failed) status = wql__linux_no_memory(err);
    }
    if (status < 0) {
        free_mount(m);
        return status;
    }
    *self = m;
    return WQL_OK;
}

static void unload(void *self) { free_mount(self); }

const wql_provider *wql_linux_provider(void) {
    static const wql_provider provider = {
        .struct_size = (uint32_t)sizeof(wql_provider),
        .flags = WQL_CONCURRENT | WQL_MAY_BLOCK,
        .name = "linux",
        .load = load,
        .unload = unload,
        .plan = wql__linux_plan,
        .explain = wql__linux_explain,
        .open = wql__linux_open,
        .next = wql__linux_next,
        .close = wql__linux_close,
    };
    return &provider;
}
