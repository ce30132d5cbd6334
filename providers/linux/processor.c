/* SPDX-License-Identifier: MIT */
/* processor.c: Win32_Processor: one row for each package that has a processor online. */
#include "load.h"
#include "machine.h"

#include <errno.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

enum { CPUINFO = 1, FREQUENCY = 2, CACHES = 4, LOAD = 8, SMBIOS = 16, ARCH = 32 };
static const char *const source_names[] = {"cpuinfo", "cpufreq", "caches", "stat, twice", "smbios", "the kernel's architecture",
                                           NULL};

/* clang-format off */
enum {
    DEVICE_ID, NAME, CAPTION, DESCRIPTION, INSTALL_DATE, STATUS_TEXT, MANUFACTURER, ARCHITECTURE, ADDRESS_WIDTH, DATA_WIDTH,
    CORES, CORES_ENABLED, LOGICAL, THREADS, CLOCK_MAX, CLOCK_NOW, CLOCK_EXTERNAL, L2_SIZE, L2_SPEED, L3_SIZE, L3_SPEED,
    LOAD_PERCENT, LEVEL, REVISION, STEPPING, FAMILY, OTHER_FAMILY, PROCESSOR_ID, PROCESSOR_TYPE, SOCKET, CPU_STATUS, STATUS_INFO,
    AVAILABILITY, VIRTUALIZATION, MONITOR, SECOND_LEVEL, ASSET_TAG, PART_NUMBER, SERIAL_NUMBER, CHARACTERISTICS, ROLE, UNIQUE_ID,
    UPGRADE, VERSION, VOLTAGE_CAPS, VOLTAGE, CREATION_CLASS, SYSTEM_CREATION_CLASS, SYSTEM_NAME, COUNT,
};

#define TEXT(n, from_where) {.name = n, .type = WQL_STRING, .sources = from_where}
#define OF(n, t, from_where) {.name = n, .type = t, .sources = from_where}
#define IN_UNITS(n, t, u, from_where) {.name = n, .type = t, .units = u, .sources = from_where}
#define NEVER(n, t) {.name = n, .type = t, .from = WQL__LINUX_NOTHING}
#define FIXED(n, text) {.name = n, .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = text}

static const wql__linux_property properties[COUNT] = {
    [DEVICE_ID] = {.name = "DeviceID", .type = WQL_STRING, .flags = WQL_KEY},
    [NAME] = TEXT("Name", CPUINFO),
    [CAPTION] = TEXT("Caption", CPUINFO),
    [DESCRIPTION] = TEXT("Description", CPUINFO),
    [INSTALL_DATE] = NEVER("InstallDate", WQL_DATETIME),
    [STATUS_TEXT] = FIXED("Status", "OK"),
    [MANUFACTURER] = TEXT("Manufacturer", CPUINFO),
    [ARCHITECTURE] = OF("Architecture", WQL_UINT16, ARCH),
    [ADDRESS_WIDTH] = IN_UNITS("AddressWidth", WQL_UINT16, "bits", ARCH),
    [DATA_WIDTH] = IN_UNITS("DataWidth", WQL_UINT16, "bits", ARCH | CPUINFO),
    [CORES] = OF("NumberOfCores", WQL_UINT32, 0),
    [CORES_ENABLED] = OF("NumberOfEnabledCore", WQL_UINT32, 0),
    [LOGICAL] = OF("NumberOfLogicalProcessors", WQL_UINT32, 0),
    [THREADS] = OF("ThreadCount", WQL_UINT32, 0),
    [CLOCK_MAX] = IN_UNITS("MaxClockSpeed", WQL_UINT32, "megahertz", FREQUENCY | SMBIOS | CPUINFO),
    [CLOCK_NOW] = IN_UNITS("CurrentClockSpeed", WQL_UINT32, "megahertz", FREQUENCY | CPUINFO),
    [CLOCK_EXTERNAL] = IN_UNITS("ExtClock", WQL_UINT32, "megahertz", SMBIOS),
    [L2_SIZE] = IN_UNITS("L2CacheSize", WQL_UINT32, "kilobytes", CACHES),
    [L2_SPEED] = NEVER("L2CacheSpeed", WQL_UINT32),
    [L3_SIZE] = IN_UNITS("L3CacheSize", WQL_UINT32, "kilobytes", CACHES),
    [L3_SPEED] = NEVER("L3CacheSpeed", WQL_UINT32),
    [LOAD_PERCENT] = IN_UNITS("LoadPercentage", WQL_UINT16, "percent", LOAD),
    [LEVEL] = OF("Level", WQL_UINT16, CPUINFO),
    [REVISION] = OF("Revision", WQL_UINT16, CPUINFO),
    [STEPPING] = TEXT("Stepping", CPUINFO),
    [FAMILY] = OF("Family", WQL_UINT16, SMBIOS),
    [OTHER_FAMILY] = NEVER("OtherFamilyDescription", WQL_STRING),
    [PROCESSOR_ID] = TEXT("ProcessorId", SMBIOS),
    [PROCESSOR_TYPE] = OF("ProcessorType", WQL_UINT16, 0),
    [SOCKET] = TEXT("SocketDesignation", SMBIOS),
    [CPU_STATUS] = OF("CpuStatus", WQL_UINT16, 0),
    [STATUS_INFO] = OF("StatusInfo", WQL_UINT16, 0),
    [AVAILABILITY] = OF("Availability", WQL_UINT16, 0),
    [VIRTUALIZATION] = OF("VirtualizationFirmwareEnabled", WQL_BOOLEAN, CPUINFO),
    [MONITOR] = OF("VMMonitorModeExtensions", WQL_BOOLEAN, CPUINFO),
    [SECOND_LEVEL] = OF("SecondLevelAddressTranslationExtensions", WQL_BOOLEAN, CPUINFO),
    [ASSET_TAG] = NEVER("AssetTag", WQL_STRING),
    [PART_NUMBER] = NEVER("PartNumber", WQL_STRING),
    [SERIAL_NUMBER] = NEVER("SerialNumber", WQL_STRING),
    [CHARACTERISTICS] = NEVER("Characteristics", WQL_UINT32),
    [ROLE] = NEVER("Role", WQL_STRING),
    [UNIQUE_ID] = NEVER("UniqueId", WQL_STRING),
    [UPGRADE] = NEVER("UpgradeMethod", WQL_UINT16),
    [VERSION] = NEVER("Version", WQL_STRING),
    [VOLTAGE_CAPS] = NEVER("VoltageCaps", WQL_UINT32),
    [VOLTAGE] = NEVER("CurrentVoltage", WQL_UINT16),
    [CREATION_CLASS] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [SYSTEM_CREATION_CLASS] = FIXED("SystemCreationClassName", "Win32_ComputerSystem"),
    [SYSTEM_NAME] = {.name = "SystemName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
};
/* clang-format on */

typedef struct state {
    wql__cpus cpus;
    uint32_t rank;   /* of the next package */
    int64_t package; /* the last one; -1: none yet */
    bool load_read;
    int load_error;
    wql__load before, now;
} state;

/* -- the package ----------------------------------------------------------------------------------------------------------- */

/* Cores and logical processors of the package of cpu `first`. */
static void set_counts(wql__linux_scan *s, const wql__cpus *cpus, uint32_t first) {
    uint64_t cores = 0, logical = 0;
    for (uint32_t i = first; i < cpus->count; i++) {
        bool seen = false;
        if (!cpus->cpus[i].online || cpus->cpus[i].package != cpus->cpus[first].package) continue;
        logical++;
        for (uint32_t k = first; k < i && !seen; k++)
            seen = cpus->cpus[k].online && cpus->cpus[k].package == cpus->cpus[first].package &&
                   cpus->cpus[k].core.len == cpus->cpus[i].core.len &&
                   memcmp(cpus->cpus[k].core.ptr, cpus->cpus[i].core.ptr, cpus->cpus[i].core.len) == 0;
        cores += !seen;
    }
    wql__linux_set_u64(s, CORES, cores);
    wql__linux_set_u64(s, CORES_ENABLED, cores);
    wql__linux_set_u64(s, LOGICAL, logical);
    wql__linux_set_u64(s, THREADS, logical);
}

/* -- cpuinfo --------------------------------------------------------------------------------------------------------------- */

typedef struct part {
    uint32_t implementer, part;
    const char *vendor, *name;
} part;

static const part *find_part(uint64_t implementer, uint64_t number) {
    static const part parts[] = {
        {0x41, 0xd03, "ARM", "Cortex-A53"},
        {0x41, 0xd04, "ARM", "Cortex-A35"},
        {0x41, 0xd05, "ARM", "Cortex-A55"},
        {0x41, 0xd07, "ARM", "Cortex-A57"},
        {0x41, 0xd08, "ARM", "Cortex-A72"},
        {0x41, 0xd09, "ARM", "Cortex-A73"},
        {0x41, 0xd0a, "ARM", "Cortex-A75"},
        {0x41, 0xd0b, "ARM", "Cortex-A76"},
        {0x41, 0xd0c, "ARM", "Neoverse-N1"},
        {0x41, 0xd40, "ARM", "Neoverse-V1"},
        {0x41, 0xd41, "ARM", "Cortex-A78"},
        {0x41, 0xd49, "ARM", "Neoverse-N2"},
        {0x41, 0xd4f, "ARM", "Neoverse-V2"},
        {0x41, 0xc07, "ARM", "Cortex-A7"},
        {0x41, 0xc0f, "ARM", "Cortex-A15"},
        {0xc0, 0xac3, "Ampere", "Ampere-1"},
        {0x61, 0x022, "Apple", "Icestorm-M1"},
        {0x61, 0x023, "Apple", "Firestorm-M1"},
        {0x41, 0, "ARM", NULL},
        {0x51, 0, "Qualcomm", NULL},
        {0x61, 0, "Apple", NULL},
        {0xc0, 0, "Ampere", NULL},
        {0x43, 0, "Cavium", NULL},
        {0x4e, 0, "NVIDIA", NULL},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].implementer == implementer && (parts[i].part == number || !parts[i].part)) return &parts[i];
    return NULL;
}

static bool field_hex(wql_str block, const char *name, uint64_t *out) {
    wql_str text;
    if (!wql__linux_field(block, name, ':', &text) || !wql__linux_starts(text, "0x")) return false;
    return wql__linux_hex((wql_str){text.ptr + 2, text.len - 2}, out);
}

static void set_caption(wql__linux_scan *s, wql_str caption) {
    wql__linux_set_text(s, CAPTION, caption);
    wql__linux_set_text(s, DESCRIPTION, caption);
}

static void set_arm(wql__linux_scan *s, wql_str block) {
    uint64_t implementer, number, architecture, revision;
    const part *known;
    if (!field_hex(block, "CPU implementer", &implementer) || !field_hex(block, "CPU part", &number)) return;
    known = find_part(implementer, number);
    if (known) wql__linux_set_z(s, MANUFACTURER, known->vendor);
    if (known && known->name) wql__linux_set_z(s, NAME, known->name);
    if (!wql__linux_field_number(block, "CPU architecture", ':', &architecture) ||
        !wql__linux_field_number(block, "CPU revision", ':', &revision))
        return;
    wql__linux_set_u64(s, LEVEL, architecture);
    wql__linux_set_u64(s, REVISION, revision);
    wql__linux_set_text(s, STEPPING, wql__linux_text(&s->line, "%u", (unsigned)revision));
    set_caption(s, wql__linux_text(&s->line, "ARM Family %u Model %03X Revision %u", (unsigned)architecture, (unsigned)number,
                                   (unsigned)revision));
}

static void set_x86(wql__linux_scan *s, wql_str block) {
    uint64_t family, model, stepping;
    bool virtual = wql__linux_cpu_flag(block, "vmx") || wql__linux_cpu_flag(block, "svm");
    wql_str flags;
    if (!wql__linux_field_number(block, "cpu family", ':', &family) || !wql__linux_field_number(block, "model", ':', &model))
        return;
    wql__linux_set_u64(s, LEVEL, family);
    if (wql__linux_field_number(block, "stepping", ':', &stepping)) {
        wql__linux_set_u64(s, REVISION, model << 8 | stepping);
        wql__linux_set_text(s, STEPPING, wql__linux_text(&s->line, "%u", (unsigned)stepping));
        set_caption(s, wql__linux_text(&s->line, "x86 Family %u Model %u Stepping %u", (unsigned)family, (unsigned)model,
                                       (unsigned)stepping));
    }
    if (!wql__linux_field(block, "flags", ':', &flags)) return;
    wql__linux_set_bool(s, VIRTUALIZATION, virtual);
    wql__linux_set_bool(s, MONITOR, virtual);
    wql__linux_set_bool(s, SECOND_LEVEL, wql__linux_has_word(flags, "ept") || wql__linux_has_word(flags, "npt"));
}

static void set_cpuinfo(wql__linux_scan *s, wql_str block) {
    wql_str text;
    set_arm(s, block);
    set_x86(s, block);
    if (wql__linux_field(block, "model name", ':', &text) && text.len) wql__linux_set_text(s, NAME, text);
    if (wql__linux_field(block, "vendor_id", ':', &text) && text.len) wql__linux_set_text(s, MANUFACTURER, text);
}

static void set_architecture(wql__linux_scan *s, bool has_block, wql_str block) {
    static const struct {
        const char *name;
        uint32_t code, bits;
    } known[] = {{"x86_64", 9, 64}, {"aarch64", 12, 64}, {"ia64", 6, 64},   {"i386", 0, 32},   {"i486", 0, 32},
                 {"i586", 0, 32},   {"i686", 0, 32},     {"armv6l", 5, 32}, {"armv7l", 5, 32}, {"armv8l", 5, 32}};
    const char *arch = wql__linux_kernel(s->mount, &s->line, "arch");
    for (size_t i = 0; arch && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(arch, known[i].name) != 0) continue;
        wql__linux_set_u64(s, ARCHITECTURE, known[i].code);
        wql__linux_set_u64(s, ADDRESS_WIDTH, known[i].bits);
        if (known[i].bits == 64)
            wql__linux_set_u64(s, DATA_WIDTH, 64);
        else if (has_block && !known[i].code)
            wql__linux_set_u64(s, DATA_WIDTH, wql__linux_cpu_flag(block, "lm") ? 64 : 32);
        else if (known[i].code)
            wql__linux_set_u64(s, DATA_WIDTH, 32);
        return;
    }
}

/* -- clocks, caches, firmware ---------------------------------------------------------------------------------------------- */

/* "2096.000" */
static bool read_megahertz(wql_str block, uint64_t *out) {
    wql_str text, whole;
    return wql__linux_field(block, "cpu MHz", ':', &text) && wql__linux_cut(&text, '.', &whole) && wql__linux_decimal(whole, out);
}

static bool read_frequency(wql__linux_scan *s, uint32_t cpu, const char *name, uint64_t *megahertz) {
    wql_str path = wql__linux_text(&s->line, "devices/system/cpu/cpu%u/cpufreq/%s", (unsigned)cpu, name);
    uint64_t kilohertz;
    if (wql__linux_read_number(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, &kilohertz) != 0 || !kilohertz)
        return false;
    *megahertz = kilohertz / 1000;
    return true;
}

static void set_clocks(wql__linux_scan *s, uint32_t cpu, wql_str block, wql_str firmware) {
    uint64_t now, most;
    bool has_now = read_frequency(s, cpu, "scaling_cur_freq", &now) || read_megahertz(block, &now);
    if (has_now) wql__linux_set_u64(s, CLOCK_NOW, now);
    if (read_frequency(s, cpu, "cpuinfo_max_freq", &most) ||
        (firmware.len && wql__linux_smbios_word(firmware, 0x14, &most) && most) || read_megahertz(block, &most))
        wql__linux_set_u64(s, CLOCK_MAX, most);
}

/* "1024K", "32M" */
static bool read_size(wql_str text, uint64_t *kilobytes) {
    uint64_t by = 1;
    if (text.len && (text.ptr[text.len - 1] == 'K' || text.ptr[text.len - 1] == 'M')) {
        by = text.ptr[text.len - 1] == 'M' ? 1024 : 1;
        text.len--;
    }
    if (!wql__linux_decimal(text, kilobytes) || *kilobytes > UINT32_MAX) return false;
    *kilobytes *= by;
    return true;
}

/* One cache of a cpu, which counts if this cpu is the first of those that share it. False: there is none. */
static bool add_cache(wql__linux_scan *s, uint32_t cpu, uint32_t index, uint64_t sizes[4]) {
    int sys = s->mount->roots[WQL__LINUX_SYS];
    wql_str path = wql__linux_text(&s->line, "devices/system/cpu/cpu%u/cache/index%u/level", (unsigned)cpu, (unsigned)index),
            text, first;
    uint64_t level, owner = cpu, size;
    if (wql__linux_read_number(s->mount, &s->line, sys, path.ptr, &level) != 0) return false;
    path = wql__linux_text(&s->line, "devices/system/cpu/cpu%u/cache/index%u/shared_cpu_list", (unsigned)cpu, (unsigned)index);
    if (wql__linux_read_line(s->mount, &s->line, sys, path.ptr, &text) == 0 && wql__linux_cut(&text, ',', &first)) {
        wql_str number;
        if (wql__linux_cut(&first, '-', &number)) (void)wql__linux_decimal(number, &owner);
    }
    if (owner != cpu || level > 3) return true;
    path = wql__linux_text(&s->line, "devices/system/cpu/cpu%u/cache/index%u/size", (unsigned)cpu, (unsigned)index);
    if (wql__linux_read_line(s->mount, &s->line, sys, path.ptr, &text) == 0 && read_size(text, &size)) sizes[level] += size;
    return true;
}

static wql_status set_caches(wql__linux_scan *s, const wql__cpus *cpus, uint32_t first) {
    uint64_t sizes[4] = {0};
    for (uint32_t i = first; i < cpus->count; i++) {
        wql_status status = wql__linux_check(s);
        if (status < 0) return status;
        if (!cpus->cpus[i].online || cpus->cpus[i].package != cpus->cpus[first].package) continue;
        for (uint32_t index = 0; index < 16 && add_cache(s, cpus->cpus[i].number, index, sizes); index++) continue;
    }
    if (sizes[2]) wql__linux_set_u64(s, L2_SIZE, sizes[2]);
    if (sizes[3]) wql__linux_set_u64(s, L3_SIZE, sizes[3]);
    return WQL_OK;
}

/* EDX and EAX of CPUID's leaf 1, as the firmware's table has them, else as this processor says. */
static void set_processor_id(wql__linux_scan *s, wql_str firmware) {
    uint64_t low, high, more_low, more_high;
    if (firmware.len && wql__linux_smbios_word(firmware, 8, &low) && wql__linux_smbios_word(firmware, 10, &high) &&
        wql__linux_smbios_word(firmware, 12, &more_low) && wql__linux_smbios_word(firmware, 14, &more_high)) {
        wql__linux_set_text(s, PROCESSOR_ID,
                            wql__linux_text(&s->line, "%04X%04X%04X%04X", (unsigned)more_high, (unsigned)more_low, (unsigned)high,
                                            (unsigned)low));
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    {
        unsigned a, b, c, d;
        if (s->mount->live && __get_cpuid(1, &a, &b, &c, &d))
            wql__linux_set_text(s, PROCESSOR_ID, wql__linux_text(&s->line, "%08X%08X", d, a));
    }
#endif
}

static void set_firmware(wql__linux_scan *s, wql_str firmware, uint32_t rank) {
    uint64_t number;
    wql_str text;
    wql__linux_set_u64(s, FAMILY, 1);
    wql__linux_set_text(s, SOCKET, wql__linux_text(&s->line, "CPU %u", (unsigned)rank));
    set_processor_id(s, firmware);
    if (!firmware.len) return;
    if (wql__linux_smbios_byte(firmware, 6, &number) && number != 0xfe)
        wql__linux_set_u64(s, FAMILY, number);
    else if (wql__linux_smbios_word(firmware, 0x28, &number))
        wql__linux_set_u64(s, FAMILY, number);
    if (wql__linux_smbios_byte(firmware, 4, &number) && wql__linux_smbios_text(firmware, number, &text))
        wql__linux_set_text(s, SOCKET, text);
    if (wql__linux_smbios_word(firmware, 0x12, &number) && number) wql__linux_set_u64(s, CLOCK_EXTERNAL, number);
}

/* -- load ------------------------------------------------------------------------------------------------------------------ */

static wql_status set_load(wql__linux_scan *s, state *st, uint32_t first) {
    wql__linux_ticks sum = {0, 0};
    if (!st->load_read) {
        wql_status status = wql__linux_load(s, &st->before, &st->now, &st->load_error);
        if (status < 0) return status;
        st->load_read = true;
    }
    if (st->load_error) {
        if (st->load_error != ENOENT) wql__linux_lost(s, LOAD);
        return WQL_OK;
    }
    for (uint32_t i = first; i < st->cpus.count; i++)
        if (st->cpus.cpus[i].online && st->cpus.cpus[i].package == st->cpus.cpus[first].package)
            (void)wql__linux_load_add(&st->before, &st->now, st->cpus.cpus[i].number, &sum);
    if (sum.total) wql__linux_set_u64(s, LOAD_PERCENT, (100 * sum.busy + sum.total / 2) / sum.total);
    return WQL_OK;
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

static wql_status open_scan(wql__linux_scan *s) {
    state *st = s->state;
    st->package = -1;
    return wql__linux_cpus(s->mount, &s->arena, &st->cpus) ? WQL_OK : wql__linux_no_memory(s->err);
}

static int make_package(wql__linux_scan *s, state *st, uint32_t first) {
    uint32_t number = st->cpus.cpus[first].number, rank = st->rank++;
    wql_str block = {"", 0}, firmware = {"", 0};
    bool has_block = wql__linux_cpu_block(&st->cpus, number, &block);
    wql_status status = WQL_OK;
    wql__linux_set_text(s, DEVICE_ID, wql__linux_text(&s->line, "CPU%u", (unsigned)rank));
    wql__linux_set_u64(s, PROCESSOR_TYPE, 3);
    wql__linux_set_u64(s, CPU_STATUS, 1);
    wql__linux_set_u64(s, STATUS_INFO, 3);
    wql__linux_set_u64(s, AVAILABILITY, 3);
    set_counts(s, &st->cpus, first);
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    if (!has_block) block = (wql_str){"", 0};
    if (has_block && wql__linux_reads(s, CPUINFO)) set_cpuinfo(s, block);
    if (wql__linux_reads(s, ARCH)) set_architecture(s, has_block, block);
    if (wql__linux_reads(s, SMBIOS)) {
        int error = wql__linux_smbios(s->mount, &s->line, 4, rank, &firmware);
        if (error) firmware = (wql_str){"", 0};
        if (error == EACCES || error == EPERM) wql__linux_lost(s, SMBIOS);
        set_firmware(s, firmware, rank);
    }
    if (wql__linux_reads(s, FREQUENCY)) set_clocks(s, number, block, firmware);
    if (wql__linux_reads(s, CACHES)) status = set_caches(s, &st->cpus, first);
    if (status >= 0 && wql__linux_reads(s, LOAD)) status = set_load(s, st, first);
    return status < 0 ? status : WQL__LINUX_MADE;
}

/* Packages in the order of their numbers. */
static int make_row(wql__linux_scan *s) {
    state *st = s->state;
    const wql__cpu *cpus = st->cpus.cpus;
    uint32_t next = st->cpus.count;
    for (uint32_t i = 0; i < st->cpus.count; i++)
        if (cpus[i].online && cpus[i].package > st->package && (next == st->cpus.count || cpus[i].package < cpus[next].package))
            next = i;
    if (next == st->cpus.count) return WQL__LINUX_END;
    st->package = cpus[next].package;
    return make_package(s, st, next);
}

const wql__linux_class wql__linux_processor = {
    .name = "Win32_Processor",
    .superclass = "CIM_Processor",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .state_size = sizeof(state),
    .source_names = source_names,
    .open = open_scan,
    .row = make_row,
};
