/* SPDX-License-Identifier: MIT */
/* cpus.c: logical processors, their packages and cores; the kind of computer by its chassis. */
#include "machine.h"

enum { CPUS_MOST = 65536 };

/* -- cpuinfo --------------------------------------------------------------------------------------------------------------- */

/* Cuts the next block, up to an empty line, off `rest`. */
static bool cut_block(wql_str *rest, wql_str *block) {
    const char *at;
    while (rest->len && *rest->ptr == '\n') {
        rest->ptr++;
        rest->len--;
    }
    if (!rest->len) return false;
    at = memmem(rest->ptr, rest->len, "\n\n", 2);
    block->ptr = rest->ptr;
    block->len = at ? (size_t)(at - rest->ptr) : rest->len;
    rest->ptr += block->len;
    rest->len -= block->len;
    return true;
}

bool wql__linux_cpu_block(const wql__cpus *cpus, uint32_t number, wql_str *block) {
    wql_str rest = cpus->cpuinfo;
    uint64_t found;
    while (cut_block(&rest, block))
        if (wql__linux_field_number(*block, "processor", ':', &found) && found == number) return true;
    return false;
}

bool wql__linux_cpu_flag(wql_str block, const char *flag) {
    wql_str flags;
    return wql__linux_field(block, "flags", ':', &flags) && wql__linux_has_word(flags, flag);
}

static wql__cpu *add_cpu(wql__linux_arena *arena, wql__cpus *out, uint32_t *room) {
    if (out->count == *room) {
        uint32_t more = *room ? *room * 2 : 16;
        wql__cpu *grown = *room ? wql__linux_take_more(arena, out->cpus, *room * sizeof *grown, more * sizeof *grown)
                                : wql__linux_take_array(arena, more, sizeof *grown);
        if (!grown) return NULL;
        out->cpus = grown;
        *room = more;
    }
    return &out->cpus[out->count++];
}

/* Where sysfs does not tell. */
static bool read_cpuinfo(wql__linux_arena *arena, wql__cpus *out) {
    wql_str rest = out->cpuinfo, block;
    uint32_t room = 0;
    while (out->count < CPUS_MOST && cut_block(&rest, &block)) {
        uint64_t number, package = 0, core;
        wql__cpu *cpu;
        if (!wql__linux_field_number(block, "processor", ':', &number)) continue;
        cpu = add_cpu(arena, out, &room);
        if (!cpu) return false;
        (void)wql__linux_field_number(block, "physical id", ':', &package);
        if (!wql__linux_field_number(block, "core id", ':', &core)) core = number;
        *cpu = (wql__cpu){.number = (uint32_t)number, .online = true, .package = (int64_t)(package & INT32_MAX)};
        cpu->core = wql__linux_text(arena, "%u", (unsigned)core);
    }
    return true;
}

/* -- sysfs ----------------------------------------------------------------------------------------------------------------- */

/* Whether a list such as "0-3,8" has the number. */
static bool list_has(wql_str list, uint64_t number) {
    wql_str part;
    while (wql__linux_cut(&list, ',', &part)) {
        wql_str first;
        uint64_t from, to;
        if (!wql__linux_cut(&part, '-', &first) || !wql__linux_decimal(first, &from)) continue;
        if (!part.len)
            to = from;
        else if (!wql__linux_decimal(part, &to))
            continue;
        if (number >= from && number <= to) return true;
    }
    return false;
}

static int compare(const void *a, const void *b) {
    uint32_t x = ((const wql__cpu *)a)->number, y = ((const wql__cpu *)b)->number;
    return x < y ? -1 : x > y;
}

static void sort(wql__cpus *cpus) {
    for (uint32_t i = 1; i < cpus->count; i++) { /* the listing is almost in order already */
        wql__cpu cpu = cpus->cpus[i];
        uint32_t at = i;
        for (; at > 0 && compare(&cpus->cpus[at - 1], &cpu) > 0; at--) cpus->cpus[at] = cpus->cpus[at - 1];
        cpus->cpus[at] = cpu;
    }
}

static void read_topology(wql__linux_mount *m, wql__linux_arena *arena, wql__cpu *cpu) {
    int sys = m->roots[WQL__LINUX_SYS];
    wql_str path = wql__linux_text(arena, "devices/system/cpu/cpu%u/topology/physical_package_id", (unsigned)cpu->number), text;
    cpu->package = 0;
    if (wql__linux_read_line(m, arena, sys, path.ptr, &text) == 0) (void)wql__linux_signed(text, &cpu->package);
    if (cpu->package < 0) cpu->package = 0; /* ARM kernels that do not know it */
    path = wql__linux_text(arena, "devices/system/cpu/cpu%u/topology/core_cpus_list", (unsigned)cpu->number);
    if (wql__linux_read_line(m, arena, sys, path.ptr, &cpu->core) == 0) return;
    path = wql__linux_text(arena, "devices/system/cpu/cpu%u/topology/thread_siblings_list", (unsigned)cpu->number);
    if (wql__linux_read_line(m, arena, sys, path.ptr, &cpu->core) != 0)
        cpu->core = wql__linux_text(arena, "%u", (unsigned)cpu->number);
}

static bool read_sysfs(wql__linux_mount *m, wql__linux_arena *arena, wql__cpus *out) {
    wql_str online = {NULL, 0};
    wql__linux_dir dir;
    const char *name;
    uint32_t room = 0;
    bool known, memory = true;
    int error = wql__linux_dir_open(m, arena, m->roots[WQL__LINUX_SYS], "devices/system/cpu", &dir);
    known = wql__linux_read_line(m, arena, m->roots[WQL__LINUX_SYS], "devices/system/cpu/online", &online) == 0;
    while (memory && !error && (error = wql__linux_dir_next(&dir, &name)) == 0 && name) {
        uint64_t number;
        wql__cpu *cpu;
        if (strncmp(name, "cpu", 3) != 0 || !wql__linux_decimal(wql_s(name + 3), &number) || number >= CPUS_MOST) continue;
        cpu = add_cpu(arena, out, &room);
        memory = cpu != NULL;
        if (cpu) *cpu = (wql__cpu){.number = (uint32_t)number, .online = !known || list_has(online, number), .package = -1};
    }
    wql__linux_dir_close(&dir);
    sort(out);
    for (uint32_t i = 0; i < out->count; i++)
        if (out->cpus[i].online) read_topology(m, arena, &out->cpus[i]);
    return memory;
}

bool wql__linux_cpus(wql__linux_mount *m, wql__linux_arena *arena, wql__cpus *out) {
    memset(out, 0, sizeof *out);
    if (wql__linux_read(m, arena, m->roots[WQL__LINUX_PROC], "cpuinfo", WQL__LINUX_LARGE, &out->cpuinfo) != 0)
        out->cpuinfo = (wql_str){NULL, 0};
    if (!read_sysfs(m, arena, out)) return false;
    return out->count || read_cpuinfo(arena, out);
}

bool wql__linux_is_first(const wql__cpus *cpus, uint32_t at) {
    if (!cpus->cpus[at].online) return false;
    for (uint32_t i = 0; i < at; i++)
        if (cpus->cpus[i].online && cpus->cpus[i].package == cpus->cpus[at].package) return false;
    return true;
}

/* -- the chassis ----------------------------------------------------------------------------------------------------------- */

uint32_t wql__linux_pc_type(wql__linux_mount *m, wql__linux_arena *arena) {
    static const uint8_t desktops[] = {3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36}, mobiles[] = {8, 9, 10, 11, 14, 30, 31, 32},
                         servers[] = {17, 23, 25, 28, 29};
    wql_str text;
    uint64_t type;
    if (wql__linux_dmi(m, arena, "chassis_type", &text) != 0 || !wql__linux_decimal(text, &type)) return WQL__PC_UNKNOWN;
    type &= 0x7f;
    for (size_t i = 0; i < sizeof desktops; i++)
        if (type == desktops[i]) return WQL__PC_DESKTOP;
    for (size_t i = 0; i < sizeof mobiles; i++)
        if (type == mobiles[i]) return WQL__PC_MOBILE;
    for (size_t i = 0; i < sizeof servers; i++)
        if (type == servers[i]) return WQL__PC_SERVER;
    return WQL__PC_UNKNOWN;
}
