/* SPDX-License-Identifier: MIT */
/* computer_system.c: Win32_ComputerSystem: one row. */
#include "machine.h"

#include <errno.h>
#include <unistd.h>

enum {
    DMI = 1,
    MEMORY = 2,
    CPUS = 4,
    CPUINFO = 8,
    NETWORK = 16,
    JOINED = 32,
    COMMAND_LINE = 64,
    SEAT = 128,
    SMBIOS = 256,
    ARCH = 512
};
static const char *const source_names[] = {"dmi",
                                           "meminfo",
                                           "topology",
                                           "cpuinfo",
                                           "resolv.conf",
                                           "domain membership",
                                           "/proc/cmdline",
                                           "seat0",
                                           "smbios",
                                           "the kernel's architecture",
                                           NULL};

/* clang-format off */
enum {
    NAME, CAPTION, DESCRIPTION, INSTALL_DATE, STATUS_TEXT, DNS_HOST_NAME, DOMAIN_NAME, PART_OF_DOMAIN, WORKGROUP, DOMAIN_ROLE,
    MANUFACTURER, MODEL, FAMILY, SKU_NUMBER, SYSTEM_TYPE, PC_TYPE, PHYSICAL_MEMORY, PACKAGE_COUNT, CPU_COUNT, HYPERVISOR,
    USER_NAME, TIME_ZONE, DAYLIGHT, HAS_DAYLIGHT, BOOTUP_STATE, OEM_STRINGS, OWNER_NAME, OWNER_CONTACT, ROLES, POWER_STATE,
    THERMAL_STATE, CHASSIS_STATE, SUPPLY_STATE, ADMIN_PASSWORD, POWER_ON_PASSWORD, KEYBOARD_PASSWORD, FRONT_PANEL, CREATION_CLASS,
    NAME_FORMAT, PAGEFILE, RESET_BOOT, RESET_CAPABLE, OPTION_LIMIT, OPTION_DOG, ROM_SUPPORTED, BOOT_STATUS, CHASSIS_SKU, INFRARED,
    SERVER_MODE, OEM_LOGO, PAUSE, PC_TYPE_EX, RESET_COUNT, RESET_LIMIT, SUPPORT, STARTUP_DELAY, STARTUP_OPTIONS, STARTUP_SETTING,
    WAKE_UP, COUNT,
};

#define TEXT(n, from_where) {.name = n, .type = WQL_STRING, .sources = from_where}
#define OF(n, t, from_where) {.name = n, .type = t, .sources = from_where}
#define NEVER(n, t) {.name = n, .type = t, .from = WQL__LINUX_NOTHING}
#define FIXED(n, text) {.name = n, .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = text}

static const wql__linux_property properties[COUNT] = {
    [NAME] = {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
    [CAPTION] = TEXT("Caption", 0),
    [DESCRIPTION] = TEXT("Description", 0),
    [INSTALL_DATE] = NEVER("InstallDate", WQL_DATETIME),
    [STATUS_TEXT] = FIXED("Status", "OK"),
    [DNS_HOST_NAME] = TEXT("DNSHostName", 0),
    [DOMAIN_NAME] = TEXT("Domain", NETWORK),
    [PART_OF_DOMAIN] = OF("PartOfDomain", WQL_BOOLEAN, JOINED),
    [WORKGROUP] = TEXT("Workgroup", JOINED),
    [DOMAIN_ROLE] = OF("DomainRole", WQL_UINT16, JOINED | DMI),
    [MANUFACTURER] = TEXT("Manufacturer", DMI),
    [MODEL] = TEXT("Model", DMI),
    [FAMILY] = TEXT("SystemFamily", DMI),
    [SKU_NUMBER] = TEXT("SystemSKUNumber", DMI),
    [SYSTEM_TYPE] = TEXT("SystemType", ARCH),
    [PC_TYPE] = OF("PCSystemType", WQL_UINT16, DMI),
    [PHYSICAL_MEMORY] = {.name = "TotalPhysicalMemory", .type = WQL_UINT64, .units = "bytes", .sources = MEMORY},
    [PACKAGE_COUNT] = OF("NumberOfProcessors", WQL_UINT32, CPUS),
    [CPU_COUNT] = OF("NumberOfLogicalProcessors", WQL_UINT32, CPUS),
    [HYPERVISOR] = OF("HypervisorPresent", WQL_BOOLEAN, CPUINFO),
    [USER_NAME] = TEXT("UserName", SEAT),
    [TIME_ZONE] = {.name = "CurrentTimeZone", .type = WQL_SINT16, .units = "minutes"},
    [DAYLIGHT] = OF("DaylightInEffect", WQL_BOOLEAN, 0),
    [HAS_DAYLIGHT] = OF("EnableDaylightSavingsTime", WQL_BOOLEAN, 0),
    [BOOTUP_STATE] = TEXT("BootupState", COMMAND_LINE),
    [OEM_STRINGS] = OF("OEMStringArray", WQL_STRING | WQL_ARRAY, SMBIOS),
    [OWNER_NAME] = NEVER("PrimaryOwnerName", WQL_STRING),
    [OWNER_CONTACT] = NEVER("PrimaryOwnerContact", WQL_STRING),
    [ROLES] = NEVER("Roles", WQL_STRING | WQL_ARRAY),
    [POWER_STATE] = NEVER("PowerState", WQL_UINT16),
    [THERMAL_STATE] = OF("ThermalState", WQL_UINT16, SMBIOS),
    [CHASSIS_STATE] = OF("ChassisBootupState", WQL_UINT16, SMBIOS),
    [SUPPLY_STATE] = OF("PowerSupplyState", WQL_UINT16, SMBIOS),
    [ADMIN_PASSWORD] = OF("AdminPasswordStatus", WQL_UINT16, SMBIOS),
    [POWER_ON_PASSWORD] = OF("PowerOnPasswordStatus", WQL_UINT16, SMBIOS),
    [KEYBOARD_PASSWORD] = OF("KeyboardPasswordStatus", WQL_UINT16, SMBIOS),
    [FRONT_PANEL] = OF("FrontPanelResetStatus", WQL_UINT16, SMBIOS),
    [CREATION_CLASS] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [NAME_FORMAT] = NEVER("NameFormat", WQL_STRING),
    [PAGEFILE] = NEVER("AutomaticManagedPagefile", WQL_BOOLEAN),
    [RESET_BOOT] = NEVER("AutomaticResetBootOption", WQL_BOOLEAN),
    [RESET_CAPABLE] = NEVER("AutomaticResetCapability", WQL_BOOLEAN),
    [OPTION_LIMIT] = NEVER("BootOptionOnLimit", WQL_UINT16),
    [OPTION_DOG] = NEVER("BootOptionOnWatchDog", WQL_UINT16),
    [ROM_SUPPORTED] = NEVER("BootROMSupported", WQL_BOOLEAN),
    [BOOT_STATUS] = NEVER("BootStatus", WQL_UINT16 | WQL_ARRAY),
    [CHASSIS_SKU] = NEVER("ChassisSKUNumber", WQL_STRING),
    [INFRARED] = NEVER("InfraredSupported", WQL_BOOLEAN),
    [SERVER_MODE] = NEVER("NetworkServerModeEnabled", WQL_BOOLEAN),
    [OEM_LOGO] = NEVER("OEMLogoBitmap", WQL_UINT8 | WQL_ARRAY),
    [PAUSE] = NEVER("PauseAfterReset", WQL_SINT64),
    [PC_TYPE_EX] = OF("PCSystemTypeEx", WQL_UINT16, DMI),
    [RESET_COUNT] = NEVER("ResetCount", WQL_SINT16),
    [RESET_LIMIT] = NEVER("ResetLimit", WQL_SINT16),
    [SUPPORT] = NEVER("SupportContactDescription", WQL_STRING | WQL_ARRAY),
    [STARTUP_DELAY] = NEVER("SystemStartupDelay", WQL_UINT16),
    [STARTUP_OPTIONS] = NEVER("SystemStartupOptions", WQL_STRING | WQL_ARRAY),
    [STARTUP_SETTING] = NEVER("SystemStartupSetting", WQL_UINT8),
    [WAKE_UP] = NEVER("WakeUpType", WQL_UINT16),
};
/* clang-format on */

typedef struct state {
    bool made;
} state;

static bool is_read(wql__linux_scan *s, uint32_t source, int error) {
    if (error && error != ENOENT && error != ENOTDIR) wql__linux_lost(s, source);
    return error == 0;
}

/* -- names ----------------------------------------------------------------------------------------------------------------- */

/* The key: short, and there whatever else is not. */
static void set_names(wql__linux_scan *s) {
    const char *host = wql__linux_host_name(s->mount, &s->line);
    wql_str full = wql_s(host), name;
    wql__linux_set_z(s, DNS_HOST_NAME, host);
    if (!wql__linux_cut(&full, '.', &name) || !name.len) name = wql_s("localhost");
    wql__linux_set_text(s, NAME, name);
    wql__linux_set_text(s, CAPTION, name);
    wql__linux_set_text(s, DESCRIPTION, name);
}

/* The host name's own domain, else that of /etc/hosts, else the resolver's. Nobody is asked over the network. */
static bool find_in_hosts(wql__linux_scan *s, wql_str host, wql_str *domain) {
    wql_str file, line, word, plain;
    if (wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_ETC], "hosts", WQL__LINUX_LARGE, &file) != 0) return false;
    while (wql__linux_cut(&file, '\n', &line)) {
        if (!wql__linux_cut(&line, '#', &plain) || !wql__linux_word(&plain, &word)) continue;
        while (wql__linux_word(&plain, &word)) {
            if (word.len <= host.len + 1 || memcmp(word.ptr, host.ptr, host.len) != 0 || word.ptr[host.len] != '.') continue;
            *domain = (wql_str){word.ptr + host.len + 1, word.len - host.len - 1};
            return true;
        }
    }
    return false;
}

static bool find_in_resolver(wql__linux_scan *s, wql_str *domain) {
    wql_str file, line, word;
    bool found = false;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_ETC], "resolv.conf", WQL__LINUX_SMALL, &file);
    if (!is_read(s, NETWORK, error)) return false;
    while (!found && wql__linux_cut(&file, '\n', &line)) {
        if (!wql__linux_word(&line, &word) || (!wql__linux_is(word, "domain") && !wql__linux_is(word, "search"))) continue;
        while (!found && wql__linux_word(&line, domain)) found = !wql__linux_is(*domain, ".");
    }
    return found;
}

static void set_domain(wql__linux_scan *s) {
    const char *host = wql__linux_host_name(s->mount, &s->line);
    wql_str rest = wql_s(host), name, domain;
    if (host && wql__linux_cut(&rest, '.', &name) && rest.len)
        wql__linux_set_text(s, DOMAIN_NAME, rest);
    else if (host && find_in_hosts(s, wql_s(host), &domain))
        wql__linux_set_text(s, DOMAIN_NAME, domain);
    else if (find_in_resolver(s, &domain))
        wql__linux_set_text(s, DOMAIN_NAME, domain);
    else
        wql__linux_set_z(s, DOMAIN_NAME, "WORKGROUP");
}

/* 1: it is there; 0: it is not; -1: that may not be known. */
static int is_there(int dir, const char *path) {
    if (dir < 0) return 0;
    if (faccessat(dir, path, F_OK, 0) == 0) return 1;
    return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
}

static void set_membership(wql__linux_scan *s) {
    int sssd = is_there(s->mount->roots[WQL__LINUX_ETC], "sssd/sssd.conf");
    int samba = is_there(s->mount->roots[WQL__LINUX_ROOT], "var/lib/samba/private/secrets.tdb");
    bool joined = sssd == 1 || samba == 1, workstation = false;
    if (!joined && (sssd < 0 || samba < 0)) {
        wql__linux_lost(s, JOINED);
        return;
    }
    if (wql__linux_needs(s, DOMAIN_ROLE)) {
        uint32_t type = wql__linux_pc_type(s->mount, &s->line);
        workstation = type == WQL__PC_DESKTOP || type == WQL__PC_MOBILE;
    }
    wql__linux_set_bool(s, PART_OF_DOMAIN, joined);
    wql__linux_set_z(s, WORKGROUP, joined ? NULL : "WORKGROUP");
    wql__linux_set_u64(s, DOMAIN_ROLE, (workstation ? 0u : 2u) + (joined ? 1u : 0u));
}

/* -- hardware -------------------------------------------------------------------------------------------------------------- */

static void set_dmi(wql__linux_scan *s) {
    static const struct {
        const char *name;
        uint32_t property;
    } texts[] = {{"sys_vendor", MANUFACTURER}, {"product_name", MODEL}, {"product_family", FAMILY}, {"product_sku", SKU_NUMBER}};
    wql_str text;
    bool any = false;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!is_read(s, DMI, wql__linux_dmi(s->mount, &s->line, texts[i].name, &text))) continue;
        any = true;
        if (text.len) wql__linux_set_text(s, texts[i].property, text);
    }
    if (!any && wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "device-tree/model", &text) == 0)
        wql__linux_set_text(s, MODEL, text);
    wql__linux_set_u64(s, PC_TYPE, wql__linux_pc_type(s->mount, &s->line));
    wql__linux_set_u64(s, PC_TYPE_EX, wql__linux_pc_type(s->mount, &s->line));
}

static void set_memory(wql__linux_scan *s) {
    uint64_t kilobytes;
    wql_str file;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "meminfo", WQL__LINUX_SMALL, &file);
    if (is_read(s, MEMORY, error) && wql__linux_field_number(file, "MemTotal", ':', &kilobytes) && kilobytes < (uint64_t)1 << 54)
        wql__linux_set_u64(s, PHYSICAL_MEMORY, kilobytes * 1024);
}

static void set_system_type(wql__linux_scan *s) {
    const char *arch = wql__linux_kernel(s->mount, &s->line, "arch");
    if (!arch) return;
    if (strcmp(arch, "x86_64") == 0)
        wql__linux_set_z(s, SYSTEM_TYPE, "x64-based PC");
    else if (arch[0] == 'i' && strcmp(arch + 2, "86") == 0)
        wql__linux_set_z(s, SYSTEM_TYPE, "X86-based PC");
    else if (strcmp(arch, "aarch64") == 0)
        wql__linux_set_z(s, SYSTEM_TYPE, "ARM64-based PC");
    else if (strncmp(arch, "arm", 3) == 0)
        wql__linux_set_z(s, SYSTEM_TYPE, "ARM-based PC");
    else
        wql__linux_set_text(s, SYSTEM_TYPE, wql__linux_text(&s->line, "%s-based PC", arch));
}

static wql_status set_cpus(wql__linux_scan *s) {
    wql__cpus cpus;
    uint64_t packages = 0, online = 0;
    wql_str block;
    if (!wql__linux_cpus(s->mount, &s->line, &cpus)) return wql__linux_no_memory(s->err);
    for (uint32_t i = 0; i < cpus.count; i++) {
        packages += wql__linux_is_first(&cpus, i);
        online += cpus.cpus[i].online;
    }
    if (online) {
        wql__linux_set_u64(s, PACKAGE_COUNT, packages);
        wql__linux_set_u64(s, CPU_COUNT, online);
    }
    if (wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_SYS], "hypervisor/type"))
        wql__linux_set_bool(s, HYPERVISOR, true);
    else if (wql__linux_cpu_block(&cpus, 0, &block))
        wql__linux_set_bool(s, HYPERVISOR, wql__linux_cpu_flag(block, "hypervisor"));
    return WQL_OK;
}

/* -- firmware -------------------------------------------------------------------------------------------------------------- */

static bool set_oem_strings(wql__linux_scan *s) {
    wql_value *items;
    wql_str table, text;
    uint64_t count;
    int error = wql__linux_smbios(s->mount, &s->line, 11, 0, &table);
    if (error) return error != EACCES && error != EPERM;
    if (!wql__linux_smbios_byte(table, 4, &count)) return true;
    items = wql__linux_take_array(&s->line, (size_t)count + 1, sizeof *items);
    if (!items) return false;
    for (uint32_t i = 0; i < count; i++)
        items[i] = wql__linux_smbios_text(table, i + 1, &text) ? wql_text(text) : wql_text(wql_s(""));
    wql__linux_set(s, OEM_STRINGS, wql_array(WQL_STRING, items, (uint32_t)count));
    return true;
}

static void set_firmware(wql__linux_scan *s) {
    static const struct {
        size_t at;
        uint32_t property;
    } chassis[] = {{9, CHASSIS_STATE}, {10, SUPPLY_STATE}, {11, THERMAL_STATE}};
    static const uint32_t security[] = {FRONT_PANEL, ADMIN_PASSWORD, KEYBOARD_PASSWORD, POWER_ON_PASSWORD}; /* two bits each */
    wql_str table;
    uint64_t byte;
    if (!set_oem_strings(s)) {
        wql__linux_lost(s, SMBIOS);
        return;
    }
    if (wql__linux_smbios(s->mount, &s->line, 3, 0, &table) == 0)
        for (size_t i = 0; i < 3; i++)
            if (wql__linux_smbios_byte(table, chassis[i].at, &byte)) wql__linux_set_u64(s, chassis[i].property, byte);
    if (wql__linux_smbios(s->mount, &s->line, 24, 0, &table) == 0 && wql__linux_smbios_byte(table, 4, &byte))
        for (size_t i = 0; i < 4; i++) wql__linux_set_u64(s, security[i], byte >> (2 * i) & 3);
}

/* -- the row --------------------------------------------------------------------------------------------------------------- */

static void set_bootup(wql__linux_scan *s) {
    static const char *const modes[] = {
        "rescue", "emergency", "single", "1", "s", "S", "systemd.unit=rescue.target", "systemd.unit=emergency.target"};
    wql_str text;
    bool safe = false;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "cmdline", WQL__LINUX_SMALL, &text);
    if (!is_read(s, COMMAND_LINE, error)) return;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) safe |= wql__linux_has_word(text, modes[i]);
    wql__linux_set_z(s, BOOTUP_STATE, safe ? "Fail-safe boot" : "Normal boot");
}

static void set_time_zone(wql__linux_scan *s) {
    bool dst;
    int32_t offset = wql__linux_offset(&s->mount->zone, wql__linux_now() / 1000000, &dst);
    wql__linux_set_i64(s, TIME_ZONE, offset / 60);
    wql__linux_set_bool(s, DAYLIGHT, dst);
    wql__linux_set_bool(s, HAS_DAYLIGHT, wql__linux_has_dst(&s->mount->zone));
}

static void set_user(wql__linux_scan *s) {
    wql_str name;
    if (wql__linux_seat_user(s->mount, &s->line, &name)) wql__linux_set_text(s, USER_NAME, name);
}

static int make_row(wql__linux_scan *s) {
    static const struct {
        uint32_t source;
        void (*set)(wql__linux_scan *s);
    } steps[] = {{DMI, set_dmi},           {MEMORY, set_memory},       {ARCH, set_system_type}, {NETWORK, set_domain},
                 {JOINED, set_membership}, {COMMAND_LINE, set_bootup}, {SEAT, set_user},        {SMBIOS, set_firmware}};
    state *st = s->state;
    if (st->made) return WQL__LINUX_END;
    st->made = true;
    set_names(s);
    set_time_zone(s);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (wql__linux_reads(s, steps[i].source)) steps[i].set(s);
    if (wql__linux_reads(s, CPUS | CPUINFO)) {
        wql_status status = set_cpus(s);
        if (status < 0) return status;
    }
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_computer_system = {
    .name = "Win32_ComputerSystem",
    .superclass = "CIM_UnitaryComputerSystem",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .state_size = sizeof(state),
    .source_names = source_names,
    .row = make_row,
};
