/* SPDX-License-Identifier: MIT */
/* service_process.c: Linux_ServiceProcess: the main process of a service. The manager tells it of a service; which service a
 * process belongs to stands in its control group, so that one service is asked for. Without a manager the scripts' notes tell,
 * all of which are read to find a process in them. */
#include "process.h"
#include "units.h"

enum { SERVICE, PROCESS, COUNT };

static const wql__linux_property properties[COUNT] = {
    [SERVICE] = {.name = "Service", .reference = "Win32_Service", .type = WQL_REFERENCE, .flags = WQL_KEY},
    [PROCESS] = {.name = "Process", .reference = "Win32_Process", .type = WQL_REFERENCE, .flags = WQL_KEY, .sources = 1},
};
static const char *const source_names[] = {"the unit", NULL};

static bool has_manager(const wql__linux_mount *m) {
    return m->options.bus || wql__linux_exists((wql__linux_mount *)(uintptr_t)m, m->roots[WQL__LINUX_RUN], "systemd/system");
}

/* The service in whose control group a process is, by its name as a key. False: it is in none. */
static bool find_service(wql__linux_scan *s, wql_str pid, wql_value *out) {
    static const char suffix[] = ".service";
    wql_str name = wql__linux_text(&s->arena, "%.*s/cgroup", WQL_FMT(pid)), file, path, unit;
    uint64_t number;
    if (!name.len || !wql__linux_decimal(pid, &number) || !number) return false;
    if (wql__linux_read(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], name.ptr, WQL__LINUX_SMALL, &file)) return false;
    if (!wql__process_cgroup(file, &path) || !wql__process_unit(path, &unit)) return false;
    if (unit.len < sizeof suffix || memcmp(unit.ptr + unit.len - (sizeof suffix - 1), suffix, sizeof suffix - 1) != 0)
        return false;
    *out = wql_text(wql__linux_unit_short(unit));
    return true;
}

/* The services that the processes may be the main ones of. */
static wql_status open_by_processes(wql__linux_scan *s, const wql_value *pids, uint32_t count) {
    wql_value *names = wql__linux_take_array(&s->arena, count + 1, sizeof *names);
    uint32_t found = 0;
    for (uint32_t i = 0; names && i < count; i++) found += find_service(s, pids[i].str, &names[found]);
    return wql__linux_rows_open(s->state, s, &wql__linux_service, names, found, "ProcessId");
}

static wql_status open_pairs(wql__linux_scan *s) {
    wql_value *keys = NULL;
    uint32_t count = 0;
    if (!wql__linux_lookup_keys(s, SERVICE, &wql__linux_service, &keys, &count) && has_manager(s->mount) &&
        wql__linux_lookup_keys(s, PROCESS, &wql__linux_process, &keys, &count))
        return open_by_processes(s, keys, count);
    return wql__linux_rows_open(s->state, s, &wql__linux_service, keys, count, "ProcessId");
}

static int make_pair(wql__linux_scan *s) {
    wql__linux_rows *rows = s->state;
    int made = wql__linux_rows_next(rows, s);
    const wql_value *pid = &rows->scan.cells[rows->other];
    wql_str handle;
    if (made != WQL__LINUX_MADE) return made;
    if (pid->type == WQL_NULL || !pid->u64) return WQL__LINUX_SKIP;
    handle = wql__linux_text(&s->line, "%llu", (unsigned long long)pid->u64);
    if (!handle.len || !wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_PROC], handle.ptr)) return WQL__LINUX_SKIP;
    wql__linux_set_reference(s, SERVICE, &wql__linux_service, rows->scan.cells[rows->key]);
    wql__linux_set_reference(s, PROCESS, &wql__linux_process, wql_text(handle));
    return WQL__LINUX_MADE;
}

static void close_pairs(wql__linux_scan *s) { wql__linux_rows_close(s->state); }

const wql__linux_class wql__linux_service_process = {
    .name = "Linux_ServiceProcess",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .flags = WQL_ASSOCIATION,
    .state_size = sizeof(wql__linux_rows),
    .source_names = source_names,
    .open = open_pairs,
    .row = make_pair,
    .close = close_pairs,
};
