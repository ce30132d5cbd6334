/* SPDX-License-Identifier: MIT */
/* operating_system.c: Win32_OperatingSystem and Linux_OperatingSystem: one row. */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

enum {
    RELEASE = 1,
    KERNEL = 2,
    MEMORY = 4,
    PROCESSES = 8,
    PID_MAX = 16,
    MOUNTS = 32,
    LOCALE = 64,
    SESSIONS = 128,
    LIMITS = 256,
    CHASSIS = 512,
    LOAD = 1024,
    UPTIME = 2048,
    VIRTUAL = 4096,
    SECURITY = 8192,
    MACHINE_ID = 16384,
    ROOT = 32768
};
static const char *const source_names[] = {
    "os-release", "kernel",  "meminfo", "the list of processes", "pid_max",  "mountinfo",  "locale.conf", "sessions", "limits",
    "chassis",    "loadavg", "uptime",  "virtualization",        "security", "machine-id", "the root",    NULL};

/* clang-format off */
enum {
    NAME, CAPTION, DESCRIPTION, INSTALL_DATE, STATUS_TEXT, VERSION, BUILD_NUMBER, BUILD_TYPE, MANUFACTURER, OS_TYPE, OTHER_TYPE,
    ARCHITECTURE, PRODUCT_TYPE, SERIAL, LAST_BOOT, LOCAL_TIME, TIME_ZONE, LOCALE_NAME, CODE_SET, COUNTRY, PROCESS_COUNT,
    USER_COUNT, LICENSED_USERS, PROCESS_MAX, VISIBLE_TOTAL, PHYSICAL_FREE, VIRTUAL_TOTAL, VIRTUAL_FREE, PAGING_SIZE, PAGING_FREE,
    SWAP_TOTAL, PROCESS_MEMORY_MAX, BOOT_DEVICE, SYSTEM_DEVICE, SYSTEM_DRIVE, SYSTEM_DIRECTORY, WINDOWS_DIRECTORY, PRIMARY,
    DISTRIBUTED, DEBUG_BUILD, CREATION_CLASS, CS_CREATION_CLASS, CS_NAME, CSD_VERSION, ENCRYPTION_LEVEL, BOOST, LARGE_CACHE,
    LANGUAGES, SKU, ORGANIZATION, OS_LANGUAGE, PRODUCT_SUITE, PAE, PLUS_PRODUCT, PLUS_VERSION, PORTABLE, REGISTERED_USER,
    PACK_MAJOR, PACK_MINOR, SUITE_MASK, DOCUMENTED, KERNEL_RELEASE = DOCUMENTED, KERNEL_VERSION, LOAD_1, LOAD_5, LOAD_15,
    UPTIME_SECONDS, MEMORY_FREE, BUFFERS, CACHED, DIRTY, HUGE_TOTAL, HUGE_FREE, HUGE_SIZE, VIRTUALIZATION, CONTAINER, SELINUX,
    APPARMOR, COUNT,
};

#define TEXT(n, from_where) {.name = n, .type = WQL_STRING, .sources = from_where}
#define OF(n, t, from_where) {.name = n, .type = t, .sources = from_where}
#define KB(n, from_where) {.name = n, .type = WQL_UINT64, .units = "kilobytes", .sources = from_where}
#define NEVER(n, t) {.name = n, .type = t, .from = WQL__LINUX_NOTHING}
#define FIXED(n, text) {.name = n, .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = text}

static const wql__linux_property properties[COUNT] = {
    [NAME] = {.name = "Name", .type = WQL_STRING, .from = WQL__LINUX_OS_NAME},
    [CAPTION] = TEXT("Caption", RELEASE),
    [DESCRIPTION] = TEXT("Description", RELEASE),
    [INSTALL_DATE] = OF("InstallDate", WQL_DATETIME, ROOT),
    [STATUS_TEXT] = FIXED("Status", "OK"),
    [VERSION] = TEXT("Version", RELEASE | KERNEL),
    [BUILD_NUMBER] = TEXT("BuildNumber", KERNEL),
    [BUILD_TYPE] = TEXT("BuildType", KERNEL),
    [MANUFACTURER] = TEXT("Manufacturer", RELEASE),
    [OS_TYPE] = OF("OSType", WQL_UINT16, 0),
    [OTHER_TYPE] = TEXT("OtherTypeDescription", RELEASE),
    [ARCHITECTURE] = TEXT("OSArchitecture", 0),
    [PRODUCT_TYPE] = OF("ProductType", WQL_UINT32, CHASSIS),
    [SERIAL] = TEXT("SerialNumber", MACHINE_ID),
    [LAST_BOOT] = OF("LastBootUpTime", WQL_DATETIME, 0),
    [LOCAL_TIME] = OF("LocalDateTime", WQL_DATETIME, 0),
    [TIME_ZONE] = {.name = "CurrentTimeZone", .type = WQL_SINT16, .units = "minutes"},
    [LOCALE_NAME] = TEXT("Locale", LOCALE),
    [CODE_SET] = TEXT("CodeSet", LOCALE),
    [COUNTRY] = TEXT("CountryCode", LOCALE),
    [PROCESS_COUNT] = OF("NumberOfProcesses", WQL_UINT32, PROCESSES),
    [USER_COUNT] = OF("NumberOfUsers", WQL_UINT32, SESSIONS),
    [LICENSED_USERS] = NEVER("NumberOfLicensedUsers", WQL_UINT32),
    [PROCESS_MAX] = OF("MaxNumberOfProcesses", WQL_UINT32, PID_MAX),
    [VISIBLE_TOTAL] = KB("TotalVisibleMemorySize", MEMORY),
    [PHYSICAL_FREE] = KB("FreePhysicalMemory", MEMORY),
    [VIRTUAL_TOTAL] = KB("TotalVirtualMemorySize", MEMORY),
    [VIRTUAL_FREE] = KB("FreeVirtualMemory", MEMORY),
    [PAGING_SIZE] = KB("SizeStoredInPagingFiles", MEMORY),
    [PAGING_FREE] = KB("FreeSpaceInPagingFiles", MEMORY),
    [SWAP_TOTAL] = KB("TotalSwapSpaceSize", MEMORY),
    [PROCESS_MEMORY_MAX] = KB("MaxProcessMemorySize", LIMITS),
    [BOOT_DEVICE] = TEXT("BootDevice", MOUNTS),
    [SYSTEM_DEVICE] = TEXT("SystemDevice", MOUNTS),
    [SYSTEM_DRIVE] = FIXED("SystemDrive", "/"),
    [SYSTEM_DIRECTORY] = FIXED("SystemDirectory", "/usr"),
    [WINDOWS_DIRECTORY] = NEVER("WindowsDirectory", WQL_STRING),
    [PRIMARY] = OF("Primary", WQL_BOOLEAN, 0),
    [DISTRIBUTED] = OF("Distributed", WQL_BOOLEAN, 0),
    [DEBUG_BUILD] = OF("Debug", WQL_BOOLEAN, 0),
    [CREATION_CLASS] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [CS_CREATION_CLASS] = FIXED("CSCreationClassName", "Win32_ComputerSystem"),
    [CS_NAME] = {.name = "CSName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [CSD_VERSION] = NEVER("CSDVersion", WQL_STRING),
    [ENCRYPTION_LEVEL] = NEVER("EncryptionLevel", WQL_UINT32),
    [BOOST] = NEVER("ForegroundApplicationBoost", WQL_UINT8),
    [LARGE_CACHE] = NEVER("LargeSystemCache", WQL_UINT32),
    [LANGUAGES] = NEVER("MUILanguages", WQL_STRING | WQL_ARRAY),
    [SKU] = NEVER("OperatingSystemSKU", WQL_UINT32),
    [ORGANIZATION] = NEVER("Organization", WQL_STRING),
    [OS_LANGUAGE] = NEVER("OSLanguage", WQL_UINT32),
    [PRODUCT_SUITE] = NEVER("OSProductSuite", WQL_UINT32),
    [PAE] = NEVER("PAEEnabled", WQL_BOOLEAN),
    [PLUS_PRODUCT] = NEVER("PlusProductID", WQL_STRING),
    [PLUS_VERSION] = NEVER("PlusVersionNumber", WQL_STRING),
    [PORTABLE] = NEVER("PortableOperatingSystem", WQL_BOOLEAN),
    [REGISTERED_USER] = NEVER("RegisteredUser", WQL_STRING),
    [PACK_MAJOR] = NEVER("ServicePackMajorVersion", WQL_UINT16),
    [PACK_MINOR] = NEVER("ServicePackMinorVersion", WQL_UINT16),
    [SUITE_MASK] = NEVER("SuiteMask", WQL_UINT32),

    [KERNEL_RELEASE] = TEXT("KernelRelease", KERNEL),
    [KERNEL_VERSION] = TEXT("KernelVersion", KERNEL),
    [LOAD_1] = OF("LoadAverage1", WQL_REAL64, LOAD),
    [LOAD_5] = OF("LoadAverage5", WQL_REAL64, LOAD),
    [LOAD_15] = OF("LoadAverage15", WQL_REAL64, LOAD),
    [UPTIME_SECONDS] = {.name = "UptimeSeconds", .type = WQL_UINT64, .units = "seconds", .sources = UPTIME},
    [MEMORY_FREE] = KB("MemFree", MEMORY),
    [BUFFERS] = KB("Buffers", MEMORY),
    [CACHED] = KB("Cached", MEMORY),
    [DIRTY] = KB("Dirty", MEMORY),
    [HUGE_TOTAL] = KB("HugePagesTotal", MEMORY),
    [HUGE_FREE] = KB("HugePagesFree", MEMORY),
    [HUGE_SIZE] = KB("HugePageSize", MEMORY),
    [VIRTUALIZATION] = TEXT("Virtualization", VIRTUAL),
    [CONTAINER] = TEXT("ContainerManager", VIRTUAL),
    [SELINUX] = TEXT("SELinuxMode", SECURITY),
    [APPARMOR] = TEXT("AppArmorMode", SECURITY),
};
/* clang-format on */

typedef struct state {
    bool made;
} state;

/* What an error of a source means: it is not there, or it may not be looked at. */
static bool is_read(wql__linux_scan *s, uint32_t source, int error) {
    if (error && error != ENOENT && error != ENOTDIR) wql__linux_lost(s, source);
    return error == 0;
}

/* -- texts ----------------------------------------------------------------------------------------------------------------- */

static void set_release(wql__linux_scan *s) {
    wql_str file, pretty, id, variant, text;
    const char *kernel = NULL;
    bool read = is_read(s, RELEASE, wql__linux_read_os_release(s->mount, &s->line, &file));
    if (!read) file = (wql_str){"", 0};
    if (wql__linux_reads(s, KERNEL)) kernel = wql__linux_kernel(s->mount, &s->line, "osrelease");
    if (wql__linux_caption(s->mount, &s->line, file, &pretty)) {
        wql__linux_set_text(s, CAPTION, pretty);
        wql__linux_set_text(s, DESCRIPTION, pretty);
    }
    if (!s->mount->options.kernel_version && wql__linux_os_release(file, &s->line, "VERSION_ID", &text))
        wql__linux_set_text(s, VERSION, text);
    else
        wql__linux_set_z(s, VERSION, kernel);
    if (!wql__linux_os_release(file, &s->line, "ID", &id)) return;
    wql__linux_set_text(s, MANUFACTURER, wql__linux_os_release(file, &s->line, "VENDOR_NAME", &text) ? text : id);
    if (wql__linux_os_release(file, &s->line, "VARIANT", &variant))
        id = wql__linux_text(&s->line, "%.*s %.*s", WQL_FMT(id), WQL_FMT(variant));
    wql__linux_set_text(s, OTHER_TYPE, id);
}

static void set_kernel(wql__linux_scan *s) {
    const char *release = wql__linux_kernel(s->mount, &s->line, "osrelease");
    const char *version = wql__linux_kernel(s->mount, &s->line, "version");
    wql__linux_set_z(s, BUILD_NUMBER, release);
    wql__linux_set_z(s, KERNEL_RELEASE, release);
    wql__linux_set_z(s, BUILD_TYPE, version);
    wql__linux_set_z(s, KERNEL_VERSION, version);
}

/* LANG=language_COUNTRY.codeset@modifier */
static void set_locale(wql__linux_scan *s) {
    int etc = s->mount->roots[WQL__LINUX_ETC];
    wql_str file, lang, locale, language;
    int error = wql__linux_read(s->mount, &s->line, etc, "locale.conf", WQL__LINUX_SMALL, &file);
    if (error == ENOENT) error = wql__linux_read(s->mount, &s->line, etc, "default/locale", WQL__LINUX_SMALL, &file);
    if (!is_read(s, LOCALE, error) || !wql__linux_os_release(file, &s->line, "LANG", &lang)) return;
    (void)wql__linux_cut(&lang, '@', &locale);
    lang = locale;
    if (!wql__linux_cut(&lang, '.', &locale)) return;
    wql__linux_set_text(s, LOCALE_NAME, locale);
    if (lang.len) wql__linux_set_text(s, CODE_SET, lang);
    if (wql__linux_cut(&locale, '_', &language) && locale.len) wql__linux_set_text(s, COUNTRY, locale);
}

static void set_security(wql__linux_scan *s) {
    int sys = s->mount->roots[WQL__LINUX_SYS];
    uint64_t enforce;
    wql_str text;
    int error = wql__linux_read_number(s->mount, &s->line, sys, "fs/selinux/enforce", &enforce);
    if (is_read(s, SECURITY, error)) wql__linux_set_z(s, SELINUX, enforce ? "enforcing" : "permissive");
    error = wql__linux_read_line(s->mount, &s->line, sys, "module/apparmor/parameters/enabled", &text);
    if (!is_read(s, SECURITY, error)) return;
    if (!wql__linux_is(text, "Y"))
        wql__linux_set_z(s, APPARMOR, "disabled");
    else if (is_read(s, SECURITY, wql__linux_read_line(s->mount, &s->line, sys, "module/apparmor/parameters/mode", &text)))
        wql__linux_set_text(s, APPARMOR, text);
}

/* What the firmware calls itself, then the hypervisor, then the mark that every hypervisor leaves in the cpu's flags. */
static const char *virtualization(wql__linux_scan *s) {
    static const struct {
        const char *vendor, *name;
    } vendors[] = {{"QEMU", "qemu"},
                   {"VMware", "vmware"},
                   {"VMW", "vmware"},
                   {"innotek GmbH", "oracle"},
                   {"Xen", "xen"},
                   {"Bochs", "bochs"},
                   {"Parallels", "parallels"},
                   {"BHYVE", "bhyve"},
                   {"Amazon EC2", "amazon"},
                   {"Google", "google"},
                   {"Apple Virtualization", "apple"}};
    wql_str text, model, block;
    wql__cpus cpus = {0};
    if (wql__linux_dmi(s->mount, &s->line, "sys_vendor", &text) == 0) {
        for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++)
            if (wql__linux_starts(text, vendors[i].vendor)) return vendors[i].name;
        if (wql__linux_is(text, "Microsoft Corporation") && wql__linux_dmi(s->mount, &s->line, "product_name", &model) == 0 &&
            wql__linux_is(model, "Virtual Machine"))
            return "microsoft";
    }
    if (wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], "hypervisor/type", &text) == 0 && text.len)
        return wql__linux_take_text(&s->line, text.ptr, text.len);
    if (wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "cpuinfo", WQL__LINUX_LARGE, &cpus.cpuinfo) != 0)
        return NULL;
    if (!wql__linux_cpu_block(&cpus, 0, &block)) return NULL;
    return wql__linux_cpu_flag(block, "hypervisor") ? "vm-other" : "none";
}

static void set_virtual(wql__linux_scan *s) {
    wql_str text;
    if (wql__linux_needs(s, VIRTUALIZATION)) wql__linux_set_z(s, VIRTUALIZATION, virtualization(s));
    if (wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_RUN], "systemd/container", &text) == 0 && text.len)
        wql__linux_set_text(s, CONTAINER, text);
    else if (wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_RUN], ".containerenv"))
        wql__linux_set_z(s, CONTAINER, "podman");
    else if (wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_ROOT], ".dockerenv"))
        wql__linux_set_z(s, CONTAINER, "docker");
}

/* -- numbers --------------------------------------------------------------------------------------------------------------- */

static void set_sum(wql__linux_scan *s, uint32_t property, bool has_first, uint64_t first, bool has_second, uint64_t second) {
    if (has_first && has_second) wql__linux_set_u64(s, property, first + second);
}

static void set_memory(wql__linux_scan *s) {
    static const struct {
        const char *name;
        uint32_t property;
    } plain[] = {{"MemTotal", VISIBLE_TOTAL}, {"MemFree", MEMORY_FREE},  {"Buffers", BUFFERS},
                 {"Cached", CACHED},          {"Dirty", DIRTY},          {"SwapTotal", SWAP_TOTAL},
                 {"SwapTotal", PAGING_SIZE},  {"SwapFree", PAGING_FREE}, {"Hugepagesize", HUGE_SIZE}};
    uint64_t number, total = 0, available = 0, swap = 0, swap_free = 0, size;
    bool has_total, has_available, has_swap, has_swap_free;
    wql_str file;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "meminfo", WQL__LINUX_SMALL, &file);
    if (!is_read(s, MEMORY, error)) return;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (wql__linux_field_number(file, plain[i].name, ':', &number)) wql__linux_set_u64(s, plain[i].property, number);
    has_total = wql__linux_field_number(file, "MemTotal", ':', &total);
    has_available = wql__linux_field_number(file, "MemAvailable", ':', &available) ||
                    wql__linux_field_number(file, "MemFree", ':', &available);
    has_swap = wql__linux_field_number(file, "SwapTotal", ':', &swap);
    has_swap_free = wql__linux_field_number(file, "SwapFree", ':', &swap_free);
    if (has_available) wql__linux_set_u64(s, PHYSICAL_FREE, available);
    set_sum(s, VIRTUAL_TOTAL, has_total, total, has_swap, swap);
    set_sum(s, VIRTUAL_FREE, has_available, available, has_swap_free, swap_free);
    if (!wql__linux_field_number(file, "Hugepagesize", ':', &size)) return;
    if (wql__linux_field_number(file, "HugePages_Total", ':', &number)) wql__linux_set_u64(s, HUGE_TOTAL, number * size);
    if (wql__linux_field_number(file, "HugePages_Free", ':', &number)) wql__linux_set_u64(s, HUGE_FREE, number * size);
}

static wql_status set_process_count(wql__linux_scan *s) {
    wql__linux_dir dir;
    const char *name;
    uint64_t count = 0, seen = 0;
    wql_status status = WQL_OK;
    int error = wql__linux_dir_open(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], ".", &dir);
    while (!error && status >= 0 && (error = wql__linux_dir_next(&dir, &name)) == 0 && name) {
        count += *name >= '1' && *name <= '9';
        if (++seen % 64 == 0) status = wql__linux_check(s);
    }
    wql__linux_dir_close(&dir);
    if (status >= 0 && is_read(s, PROCESSES, error)) wql__linux_set_u64(s, PROCESS_COUNT, count);
    return status;
}

/* What a limit allows, else what the processor can address. */
static void set_process_memory(wql__linux_scan *s) {
    static const char name[] = "Max address space";
    const char *arch;
    wql_str file, line, word;
    uint64_t bytes;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "self/limits", WQL__LINUX_SMALL, &file);
    if (!is_read(s, LIMITS, error)) return;
    while (wql__linux_cut(&file, '\n', &line)) {
        if (!wql__linux_starts(line, name)) continue;
        line = (wql_str){line.ptr + sizeof name - 1, line.len - sizeof name + 1};
        if (wql__linux_word(&line, &word) && wql__linux_decimal(word, &bytes)) {
            wql__linux_set_u64(s, PROCESS_MEMORY_MAX, bytes / 1024);
            return;
        }
    }
    arch = wql__linux_kernel(s->mount, &s->line, "arch");
    if (arch && strcmp(arch, "x86_64") == 0) wql__linux_set_u64(s, PROCESS_MEMORY_MAX, (uint64_t)1 << 37);
    if (arch && strcmp(arch, "aarch64") == 0) wql__linux_set_u64(s, PROCESS_MEMORY_MAX, (uint64_t)1 << 38);
}

/* "0.15": an exact quotient, so that the result is the nearest number. */
static bool take_average(wql_str *rest, double *out) {
    wql_str word, whole;
    uint64_t number, part;
    if (!wql__linux_word(rest, &word) || !wql__linux_cut(&word, '.', &whole) || !wql__linux_decimal(whole, &number)) return false;
    if (word.len != 2 || !wql__linux_decimal(word, &part) || number > (uint64_t)1 << 40) return false;
    *out = (double)(number * 100 + part) / 100;
    return true;
}

static void set_load(wql__linux_scan *s) {
    wql_str text;
    double average;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "loadavg", WQL__LINUX_SMALL, &text);
    if (!is_read(s, LOAD, error)) return;
    for (uint32_t i = LOAD_1; i <= LOAD_15 && take_average(&text, &average); i++) wql__linux_set(s, i, wql_f64(average));
}

static void set_uptime(wql__linux_scan *s) {
    wql_str text, word, whole;
    uint64_t seconds;
    int error = wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_PROC], "uptime", WQL__LINUX_SMALL, &text);
    if (!is_read(s, UPTIME, error) || !wql__linux_word(&text, &word) || !wql__linux_cut(&word, '.', &whole)) return;
    if (wql__linux_decimal(whole, &seconds)) wql__linux_set_u64(s, UPTIME_SECONDS, seconds);
}

/* When the root was made; else when the machine was given its number. */
static void set_install_date(wql__linux_scan *s) {
    struct statx info;
    int root = s->mount->roots[WQL__LINUX_ROOT];
    if (root >= 0 && statx(root, "", AT_EMPTY_PATH, STATX_BTIME, &info) == 0 && (info.stx_mask & STATX_BTIME) &&
        info.stx_btime.tv_sec)
        wql__linux_set_time(s, INSTALL_DATE, info.stx_btime.tv_sec * 1000000 + info.stx_btime.tv_nsec / 1000);
    else if (s->mount->roots[WQL__LINUX_ETC] >= 0 &&
             statx(s->mount->roots[WQL__LINUX_ETC], "machine-id", 0, STATX_MTIME, &info) == 0)
        wql__linux_set_time(s, INSTALL_DATE, info.stx_mtime.tv_sec * 1000000 + info.stx_mtime.tv_nsec / 1000);
}

static void set_constants(wql__linux_scan *s) {
    int64_t now = wql__linux_now();
    wql__linux_set_u64(s, OS_TYPE, 36);
    wql__linux_set_z(s, ARCHITECTURE, LONG_BIT == 64 ? "64-bit" : "32-bit");
    wql__linux_set_bool(s, PRIMARY, true);
    wql__linux_set_bool(s, DISTRIBUTED, false);
    wql__linux_set_bool(s, DEBUG_BUILD, false);
    if (s->mount->boot_known) wql__linux_set_time(s, LAST_BOOT, s->mount->boot_us);
    wql__linux_set_time(s, LOCAL_TIME, now);
    wql__linux_set_i64(s, TIME_ZONE, wql__linux_offset(&s->mount->zone, now / 1000000, NULL) / 60);
}

/* -- the row --------------------------------------------------------------------------------------------------------------- */

static void set_devices(wql__linux_scan *s) {
    const char *device = wql__linux_mount_source(s->mount, &s->line, "/boot");
    if (!device) device = wql__linux_mount_source(s->mount, &s->line, "/");
    wql__linux_set_z(s, BOOT_DEVICE, device);
    wql__linux_set_z(s, SYSTEM_DEVICE, device);
}

static void set_serial(wql__linux_scan *s) {
    wql_str text;
    int error = wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_ETC], "machine-id", &text);
    if (is_read(s, MACHINE_ID, error) && text.len) wql__linux_set_text(s, SERIAL, text);
}

static void set_pid_max(wql__linux_scan *s) {
    uint64_t number;
    int proc = s->mount->roots[WQL__LINUX_PROC];
    if (is_read(s, PID_MAX, wql__linux_read_number(s->mount, &s->line, proc, "sys/kernel/pid_max", &number)))
        wql__linux_set_u64(s, PROCESS_MAX, number);
}

static void set_sessions(wql__linux_scan *s) {
    uint64_t count;
    if (wql__linux_session_count(s->mount, &s->line, &count)) wql__linux_set_u64(s, USER_COUNT, count);
}

static void set_product_type(wql__linux_scan *s) {
    uint32_t type = wql__linux_pc_type(s->mount, &s->line);
    wql__linux_set_u64(s, PRODUCT_TYPE, type == WQL__PC_DESKTOP || type == WQL__PC_MOBILE ? 1 : 3);
}

static int make_row(wql__linux_scan *s) {
    static const struct {
        uint32_t source;
        void (*set)(wql__linux_scan *s);
    } steps[] = {{RELEASE, set_release}, {KERNEL, set_kernel},     {LOCALE, set_locale},         {SECURITY, set_security},
                 {VIRTUAL, set_virtual}, {MEMORY, set_memory},     {LIMITS, set_process_memory}, {LOAD, set_load},
                 {UPTIME, set_uptime},   {ROOT, set_install_date}, {MOUNTS, set_devices},        {MACHINE_ID, set_serial},
                 {PID_MAX, set_pid_max}, {SESSIONS, set_sessions}, {CHASSIS, set_product_type}};
    state *st = s->state;
    if (st->made) return WQL__LINUX_END;
    st->made = true;
    set_constants(s);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (wql__linux_reads(s, steps[i].source)) steps[i].set(s);
    if (wql__linux_reads(s, PROCESSES)) {
        wql_status status = set_process_count(s);
        if (status < 0) return status;
    }
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_operating_system = {
    .name = "Win32_OperatingSystem",
    .superclass = "CIM_OperatingSystem",
    .superset = "Linux_OperatingSystem",
    .properties = properties,
    .property_count = COUNT,
    .documented = DOCUMENTED,
    .flags = WQL_SINGLETON,
    .state_size = sizeof(state),
    .source_names = source_names,
    .row = make_row,
};
