/* SPDX-License-Identifier: MIT */
/* process.c: Win32_Process and Linux_Process. */
#include "linux.h"

enum { HANDLE, PROCESS_ID, COUNT };
static const wql__linux_property properties[COUNT] = {
    [HANDLE] = {.name = "Handle", .type = WQL_STRING, .flags = WQL_KEY},
    [PROCESS_ID] = {.name = "ProcessId", .type = WQL_UINT32},
};
typedef struct listing {
    wql__linux_dir dir;
} listing;
static wql_status open_listing(wql__linux_scan *s) {
    listing *l = s->state;
    int error = wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], ".", &l->dir);
    return error ? wql__linux_fail(s->err, WQL_E_PROVIDER_FAILURE, "the process file system cannot be listed") : WQL_OK;
}
static int make_process(wql__linux_scan *s) {
    listing *l = s->state;
    const char *name;
    uint64_t pid;
    if (wql__linux_dir_next(&l->dir, &name) || !name) return WQL__LINUX_END;
    if (!wql__linux_decimal(wql_s(name), &pid)) return WQL__LINUX_SKIP;
    wql__linux_set_z(s, HANDLE, name);
    wql__linux_set_u64(s, PROCESS_ID, pid);
    return WQL__LINUX_MADE;
}
static void close_listing(wql__linux_scan *s) { wql__linux_dir_close(&((listing *)s->state)->dir); }
const wql__linux_class wql__linux_process = {
    .name = "Win32_Process",
    .superclass = "CIM_Process",
    .superset = "Linux_Process",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .state_size = sizeof(listing),
    .open = open_listing,
    .row = make_process,
    .close = close_listing,
};
