/* SPDX-License-Identifier: MIT */
/* system_parts.c: the associations between the machine and what it has: Win32_SystemServices, _SystemProcesses, _SystemDevices
 * and _SystemOperatingSystem. The machine is the same in all of their rows; a part is looked up by its key. */
#include "linux.h"

enum { GROUP, PART, COUNT, PRIMARY = COUNT };

#define GROUP_COMPONENT                                                                                                          \
    { .name = "GroupComponent", .reference = "Win32_ComputerSystem", .type = WQL_REFERENCE, .flags = WQL_KEY }
#define PART_COMPONENT(of)                                                                                                       \
    { .name = "PartComponent", .reference = (of), .type = WQL_REFERENCE, .flags = WQL_KEY }

static const wql__linux_property services[] = {GROUP_COMPONENT, PART_COMPONENT("Win32_Service")};
static const wql__linux_property processes[] = {GROUP_COMPONENT, PART_COMPONENT("Win32_Process")};
static const wql__linux_property devices[] = {GROUP_COMPONENT, PART_COMPONENT("CIM_LogicalDevice")};
static const wql__linux_property operating_system[] = {
    GROUP_COMPONENT, PART_COMPONENT("Win32_OperatingSystem"), {.name = "PrimaryOS", .type = WQL_BOOLEAN}};

/* The classes whose rows are parts. */
static const wql__linux_class *const service_parts[] = {&wql__linux_service, NULL};
static const wql__linux_class *const process_parts[] = {&wql__linux_process, NULL};
static const wql__linux_class *const device_parts[] = {&wql__linux_processor, &wql__linux_logical_disk,
                                                       &wql__linux_network_adapter, NULL};
static const wql__linux_class *const no_parts[] = {NULL};

typedef struct parts {
    const wql__linux_class *const *at; /* the class whose rows come; NULL at the end */
    wql_str name;                      /* the machine's key */
    wql__linux_rows rows;
} parts;

static char small(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool is_same(wql_str a, wql_str b) {
    size_t i = 0;
    while (i < a.len && i < b.len && small(a.ptr[i]) == small(b.ptr[i])) i++;
    return i == a.len && i == b.len;
}

/* Whether this machine is one of those that a condition names. (A name beyond ASCII is left to the condition itself.) */
static bool is_asked(wql__linux_scan *s, wql_str name) {
    wql_value *keys;
    uint32_t count;
    bool ascii = true;
    if (!wql__linux_lookup_keys(s, GROUP, &wql__linux_computer_system, &keys, &count)) return true;
    for (size_t i = 0; i < name.len; i++) ascii = ascii && name.ptr[i] > 0;
    for (uint32_t i = 0; i < count; i++)
        if (!ascii || is_same(keys[i].str, name)) return true;
    return false;
}

/* The one row of Win32_ComputerSystem. */
static wql_status find_machine(wql__linux_scan *s) {
    parts *p = s->state;
    wql_status status = wql__linux_rows_open(&p->rows, s, &wql__linux_computer_system, NULL, 0, NULL);
    int made = status < 0 ? (int)status : wql__linux_rows_next(&p->rows, s);
    if (made == WQL__LINUX_MADE) {
        wql_str name = p->rows.scan.cells[p->rows.key].str;
        p->name = (wql_str){wql__linux_take_text(&s->arena, name.ptr, name.len), name.len};
    }
    wql__linux_rows_close(&p->rows);
    return made < 0 ? (wql_status)made : WQL_OK;
}

static wql_status open_parts(wql__linux_scan *s, const wql__linux_class *const *classes) {
    parts *p = s->state;
    wql_status status = find_machine(s);
    p->at = p->name.ptr && is_asked(s, p->name) ? classes : no_parts;
    return status;
}

static wql_status open_services(wql__linux_scan *s) { return open_parts(s, service_parts); }
static wql_status open_processes(wql__linux_scan *s) { return open_parts(s, process_parts); }
static wql_status open_devices(wql__linux_scan *s) { return open_parts(s, device_parts); }

static void set_group(wql__linux_scan *s) {
    wql__linux_set_reference(s, GROUP, &wql__linux_computer_system, wql_text(((parts *)s->state)->name));
}

/* The next class. Where a condition names parts, only those are looked for. */
static wql_status begin_class(wql__linux_scan *s) {
    parts *p = s->state;
    wql_value *keys = NULL;
    uint32_t count = 0;
    (void)wql__linux_lookup_keys(s, PART, *p->at, &keys, &count);
    return wql__linux_rows_open(&p->rows, s, *p->at, keys, count, NULL);
}

static int make_part(wql__linux_scan *s) {
    parts *p = s->state;
    int made;
    if (!*p->at) return WQL__LINUX_END;
    if (!p->rows.is_open) {
        wql_status status = begin_class(s);
        if (status < 0) return status;
    }
    made = wql__linux_rows_next(&p->rows, s);
    if (made == WQL__LINUX_END) {
        wql__linux_rows_close(&p->rows);
        p->at++;
        return WQL__LINUX_SKIP;
    }
    if (made != WQL__LINUX_MADE) return made;
    set_group(s);
    wql__linux_set_reference(s, PART, *p->at, p->rows.scan.cells[p->rows.key]);
    return WQL__LINUX_MADE;
}

static void close_parts(wql__linux_scan *s) { wql__linux_rows_close(&((parts *)s->state)->rows); }

#define SYSTEM_PARTS(variable, class_name, table, opener)                                                                        \
    const wql__linux_class variable = {.name = (class_name),                                                                     \
                                       .properties = (table),                                                                    \
                                       .property_count = COUNT,                                                                  \
                                       .documented = COUNT,                                                                      \
                                       .flags = WQL_ASSOCIATION,                                                                 \
                                       .state_size = sizeof(parts),                                                              \
                                       .open = (opener),                                                                         \
                                       .row = make_part,                                                                         \
                                       .close = close_parts}

SYSTEM_PARTS(wql__linux_system_services, "Win32_SystemServices", services, open_services);
SYSTEM_PARTS(wql__linux_system_processes, "Win32_SystemProcesses", processes, open_processes);
SYSTEM_PARTS(wql__linux_system_devices, "Win32_SystemDevices", devices, open_devices);

/* There is one, which has no key. */
static wql_status open_operating_system(wql__linux_scan *s) { return open_parts(s, process_parts); }

static int make_operating_system(wql__linux_scan *s) {
    parts *p = s->state;
    if (!*p->at) return WQL__LINUX_END;
    p->at = no_parts;
    set_group(s);
    wql__linux_set_singleton(s, PART, &wql__linux_operating_system);
    wql__linux_set_bool(s, PRIMARY, true);
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_system_operating_system = {
    .name = "Win32_SystemOperatingSystem",
    .properties = operating_system,
    .property_count = PRIMARY + 1,
    .documented = PRIMARY + 1,
    .flags = WQL_ASSOCIATION,
    .state_size = sizeof(parts),
    .open = open_operating_system,
    .row = make_operating_system,
};
