/* SPDX-License-Identifier: MIT */
/* process.c: Win32_Process and Linux_Process: the table of properties, and from the files of one process to its row.
 *
 * /proc/PID is opened once as a directory, and its files below it, so they are all of one process: a number that is given out
 * again is another directory. What the process was when the first file was read and is when the last one was is compared by its
 * start. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* clang-format off */
enum {
    HANDLE, PROCESS_ID, NAME, CAPTION, DESCRIPTION, STATUS_TEXT, INSTALL_DATE, PARENT, SESSION, COMMAND_LINE, EXE_PATH, CREATED, ENDED,
    STATE, PRIORITY, THREADS, HANDLES, USER_TIME, KERNEL_TIME, VIRTUAL, WORKING_SET, PEAK_WORKING_SET, PEAK_VIRTUAL, PAGE_FILE,
    PEAK_PAGE_FILE, PRIVATE_PAGES, PAGE_FAULTS, READ_OPS, WRITE_OPS, OTHER_OPS, READ_BYTES, WRITE_BYTES, OTHER_BYTES, MIN_SET, MAX_SET,
    QUOTA_NON_PAGED, QUOTA_PAGED, QUOTA_PEAK_NON_PAGED, QUOTA_PEAK_PAGED, WINDOWS_VERSION, CREATION_CLASS, CS_CREATION_CLASS, CS_NAME,
    OS_CREATION_CLASS, OS_NAME,
    DOCUMENTED,
    STATE_LETTER = DOCUMENTED, UID, GID, EUID, EGID, USER_NAME, NICE, POLICY, RT_PRIORITY, TTY, CGROUP_PATH, UNIT, PID_NS, NET_NS, MNT_NS,
    SWAP, PSS, USS, VOLUNTARY, INVOLUNTARY, OOM_SCORE, OOM_ADJ, FD_COUNT, STORAGE_READ, STORAGE_WRITTEN, CWD_PATH, ROOT_PATH,
    EXE_DELETED, MAJOR_FAULTS, MINOR_FAULTS, LOGIN_UID, LABEL_TEXT, CAPABILITIES, IS_KERNEL, SESSION_LEADER, GROUP,
    COUNT
};

#define TEXT(n, from_where) {.name = n, .type = WQL_STRING, .sources = from_where}
#define U16(n, from_where) {.name = n, .type = WQL_UINT16, .sources = from_where}
#define U32(n, from_where) {.name = n, .type = WQL_UINT32, .sources = from_where}
#define U64(n, from_where) {.name = n, .type = WQL_UINT64, .sources = from_where}
#define S32(n, from_where) {.name = n, .type = WQL_SINT32, .sources = from_where}
#define BOOL(n, from_where) {.name = n, .type = WQL_BOOLEAN, .sources = from_where}
#define KB32(n, from_where) {.name = n, .type = WQL_UINT32, .units = "kilobytes", .sources = from_where}
#define BYTES(n, from_where) {.name = n, .type = WQL_UINT64, .units = "bytes", .sources = from_where}
#define TIME(n, from_where) {.name = n, .type = WQL_UINT64, .units = "100 nanoseconds", .sources = from_where}
#define NEVER(n, t) {.name = n, .type = t, .from = WQL__LINUX_NOTHING}
#define FIXED(n, text) {.name = n, .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = text}

static const wql__linux_property properties[COUNT] = {
    [HANDLE] = {.name = "Handle", .type = WQL_STRING, .flags = WQL_KEY},
    [PROCESS_ID] = U32("ProcessId", 0),
    [NAME] = TEXT("Name", WQL__STAT),
    [CAPTION] = TEXT("Caption", WQL__STAT),
    [DESCRIPTION] = TEXT("Description", WQL__STAT),
    [STATUS_TEXT] = FIXED("Status", "OK"),
    [INSTALL_DATE] = NEVER("InstallDate", WQL_DATETIME),
    [PARENT] = U32("ParentProcessId", WQL__STAT),
    [SESSION] = U32("SessionId", WQL__CGROUP),
    [COMMAND_LINE] = TEXT("CommandLine", WQL__CMDLINE),
    [EXE_PATH] = TEXT("ExecutablePath", WQL__EXE),
    [CREATED] = {.name = "CreationDate", .type = WQL_DATETIME, .sources = WQL__STAT},
    [ENDED] = NEVER("TerminationDate", WQL_DATETIME),
    [STATE] = U16("ExecutionState", WQL__STAT),
    [PRIORITY] = U32("Priority", WQL__STAT),
    [THREADS] = U32("ThreadCount", WQL__STAT),
    [HANDLES] = U32("HandleCount", WQL__FD),
    [USER_TIME] = TIME("UserModeTime", WQL__STAT),
    [KERNEL_TIME] = TIME("KernelModeTime", WQL__STAT),
    [VIRTUAL] = BYTES("VirtualSize", WQL__STAT),
    [WORKING_SET] = BYTES("WorkingSetSize", WQL__STAT),
    [PEAK_WORKING_SET] = KB32("PeakWorkingSetSize", WQL__STATUS),
    [PEAK_VIRTUAL] = BYTES("PeakVirtualSize", WQL__STATUS),
    [PAGE_FILE] = KB32("PageFileUsage", WQL__STATUS),
    [PEAK_PAGE_FILE] = {.name = "PeakPageFileUsage", .type = WQL_UINT32, .units = "kilobytes", .from = WQL__LINUX_NOTHING},
    [PRIVATE_PAGES] = BYTES("PrivatePageCount", WQL__STATUS),
    [PAGE_FAULTS] = U32("PageFaults", WQL__STAT),
    [READ_OPS] = U64("ReadOperationCount", WQL__IO),
    [WRITE_OPS] = U64("WriteOperationCount", WQL__IO),
    [OTHER_OPS] = NEVER("OtherOperationCount", WQL_UINT64),
    [READ_BYTES] = BYTES("ReadTransferCount", WQL__IO),
    [WRITE_BYTES] = BYTES("WriteTransferCount", WQL__IO),
    [OTHER_BYTES] = {.name = "OtherTransferCount", .type = WQL_UINT64, .units = "bytes", .from = WQL__LINUX_NOTHING},
    [MIN_SET] = {.name = "MinimumWorkingSetSize", .type = WQL_UINT32, .units = "kilobytes", .from = WQL__LINUX_NOTHING},
    [MAX_SET] = KB32("MaximumWorkingSetSize", WQL__LIMITS),
    [QUOTA_NON_PAGED] = NEVER("QuotaNonPagedPoolUsage", WQL_UINT32),
    [QUOTA_PAGED] = NEVER("QuotaPagedPoolUsage", WQL_UINT32),
    [QUOTA_PEAK_NON_PAGED] = NEVER("QuotaPeakNonPagedPoolUsage", WQL_UINT32),
    [QUOTA_PEAK_PAGED] = NEVER("QuotaPeakPagedPoolUsage", WQL_UINT32),
    [WINDOWS_VERSION] = TEXT("WindowsVersion", 0),
    [CREATION_CLASS] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [CS_CREATION_CLASS] = FIXED("CSCreationClassName", "Win32_ComputerSystem"),
    [CS_NAME] = {.name = "CSName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [OS_CREATION_CLASS] = FIXED("OSCreationClassName", "Win32_OperatingSystem"),
    [OS_NAME] = {.name = "OSName", .type = WQL_STRING, .from = WQL__LINUX_OS_NAME},

    [STATE_LETTER] = TEXT("State", WQL__STAT),
    [UID] = U32("Uid", WQL__STATUS),
    [GID] = U32("Gid", WQL__STATUS),
    [EUID] = U32("EUid", WQL__STATUS),
    [EGID] = U32("EGid", WQL__STATUS),
    [USER_NAME] = TEXT("UserName", WQL__STATUS),
    [NICE] = S32("Nice", WQL__STAT),
    [POLICY] = U16("Policy", WQL__STAT),
    [RT_PRIORITY] = U16("RtPriority", WQL__STAT),
    [TTY] = TEXT("Tty", WQL__STAT),
    [CGROUP_PATH] = TEXT("Cgroup", WQL__CGROUP),
    [UNIT] = TEXT("SystemdUnit", WQL__CGROUP),
    [PID_NS] = U64("PidNamespace", WQL__NAMESPACES),
    [NET_NS] = U64("NetNamespace", WQL__NAMESPACES),
    [MNT_NS] = U64("MntNamespace", WQL__NAMESPACES),
    [SWAP] = BYTES("Swap", WQL__STATUS),
    [PSS] = BYTES("Pss", WQL__SMAPS),
    [USS] = BYTES("Uss", WQL__SMAPS),
    [VOLUNTARY] = U64("VoluntaryContextSwitches", WQL__STATUS),
    [INVOLUNTARY] = U64("InvoluntaryContextSwitches", WQL__STATUS),
    [OOM_SCORE] = S32("OomScore", WQL__OOM),
    [OOM_ADJ] = S32("OomScoreAdj", WQL__OOM),
    [FD_COUNT] = U32("NumFds", WQL__FD),
    [STORAGE_READ] = BYTES("ReadBytes", WQL__IO),
    [STORAGE_WRITTEN] = BYTES("WriteBytes", WQL__IO),
    [CWD_PATH] = TEXT("Cwd", WQL__CWD),
    [ROOT_PATH] = TEXT("Root", WQL__ROOT_LINK),
    [EXE_DELETED] = BOOL("ExeDeleted", WQL__EXE),
    [MAJOR_FAULTS] = U64("MajorFaults", WQL__STAT),
    [MINOR_FAULTS] = U64("MinorFaults", WQL__STAT),
    [LOGIN_UID] = U32("LoginUid", WQL__LOGINUID),
    [LABEL_TEXT] = TEXT("SecurityLabel", WQL__LABEL),
    [CAPABILITIES] = U64("Capabilities", WQL__STATUS),
    [IS_KERNEL] = BOOL("IsKernelThread", WQL__STAT),
    [SESSION_LEADER] = U32("SessionLeader", WQL__STAT),
    [GROUP] = U32("ProcessGroup", WQL__STAT),
};
/* clang-format on */

static const char *const source_names[] = {"stat", "status",       "cmdline", "exe", "io",   "fd/",      "cgroup",       "limits",
                                           "ns/",  "smaps_rollup", "oom",     "cwd", "root", "loginuid", "attr/current", NULL};

enum { KERNEL_THREAD = 0x00200000, NAME_CUT = 15, UNSET_UID = UINT32_MAX - 1 };

/* The scan: a listing, or the processes that a condition names. */
typedef struct listing {
    wql__linux_dir dir;
    uint32_t *named; /* NULL: all */
    uint32_t named_count, next;
    const char *release;
    wql_str passwd;
    bool passwd_read;
} listing;

/* The process whose row is being made. */
typedef struct process {
    wql__linux_scan *s;
    listing *l;
    int dir;
    int stat_fd;      /* -1: not open */
    bool known;       /* stat was read */
    bool doubtful;    /* a file was not there: the process may have gone */
    uint32_t sources; /* that were read */
    uint32_t files;
    wql__process_stat stat;
    wql_str cmdline;
    bool has_cmdline;
} process;

/* -- files of a process ---------------------------------------------------------------------------------------------------- */

/* What an error of a source means: that the process may have gone, that it has no such thing, or that it may not be looked at. */
static void note_error(process *p, uint32_t source, int error) {
    if (error == ENOENT || error == ESRCH)
        p->doubtful = true;
    else if (error != EINVAL && error != ENOTDIR)
        wql__linux_lost(p->s, source);
}

static bool read_file(process *p, uint32_t source, const char *name, wql_str *out) {
    int error = wql__linux_read(p->s->mount, &p->s->line, p->dir, name, WQL__LINUX_LARGE, out);
    p->files++;
    if (error) note_error(p, source, error);
    return error == 0;
}

static bool read_link(process *p, uint32_t source, const char *name, wql_str *out) {
    int error = wql__linux_read_link(p->s->mount, &p->s->line, p->dir, name, out);
    p->files++;
    if (error) note_error(p, source, error);
    return error == 0;
}

static int read_stat_text(process *p, wql_str *text) {
    int error = p->stat_fd < 0 ? wql__linux_open_at(p->s->mount, p->dir, "stat", 0, &p->stat_fd) : 0;
    if (error) p->stat_fd = -1;
    return error ? error : wql__linux_read_fd(&p->s->line, p->stat_fd, WQL__LINUX_SMALL, text);
}

/* Reads stat. False: the process has gone. */
static bool read_stat(process *p) {
    wql_str text;
    int error = read_stat_text(p, &text);
    p->files++;
    if (error == ENOENT || error == ESRCH) return false;
    p->known = !error && wql__process_parse_stat(text, &p->stat);
    if (!p->known) wql__linux_lost(p->s, WQL__STAT);
    return true;
}

/* Whether it is still the process that it was. */
static bool is_same(process *p) {
    wql__process_stat now;
    wql_str text;
    int error;
    if (!p->doubtful && p->files < 2) return true;
    error = read_stat_text(p, &text);
    if (error == ENOENT || error == ESRCH) return false;
    return error || !p->known || !wql__process_parse_stat(text, &now) || now.start == p->stat.start;
}

static bool read_cmdline(process *p) {
    if (!p->has_cmdline) p->has_cmdline = read_file(p, WQL__CMDLINE, "cmdline", &p->cmdline);
    return p->has_cmdline;
}

/* -- stat ------------------------------------------------------------------------------------------------------------------ */

static uint16_t state_of(char letter) {
    switch (letter) {
    case 'R': return 3;
    case 'S':
    case 'I':
    case 'D': return 4;
    case 'T':
    case 't': return 8;
    case 'Z':
    case 'X':
    case 'x': return 7;
    default: return 0;
    }
}

/* Windows' base priority, 0 to 31, of which 16 and up are real time. */
static uint64_t priority_of(const wql__process_stat *stat) {
    int64_t priority = 8 - stat->nice * 8 / 20;
    if (stat->policy == 1 || stat->policy == 2 || stat->policy == 6)
        return 16 + (stat->rt_priority > 99 ? 99 : stat->rt_priority) * 15 / 99;
    return (uint64_t)(priority < 1 ? 1 : priority > 15 ? 15 : priority);
}

/* Without overflow for whatever a file says. */
static uint64_t scale(uint64_t number, uint64_t by) { return number > UINT64_MAX / by ? UINT64_MAX : number * by; }

static void set_tty(process *p) {
    uint64_t device = (uint64_t)p->stat.tty & UINT32_MAX;
    unsigned major_number = (unsigned)(device >> 8 & 0xfff),
             minor_number = (unsigned)((device & 0xff) | (device >> 12 & 0xfff00));
    wql__linux_scan *s = p->s;
    wql_str path, target;
    const char *slash;
    if (!wql__linux_needs(s, TTY) || !device) return;
    if (major_number >= 136 && major_number <= 143) {
        wql__linux_set_text(s, TTY, wql__linux_text(&s->line, "pts/%u", (major_number - 136) * 256 + minor_number));
        return;
    }
    path = wql__linux_text(&s->line, "dev/char/%u:%u", major_number, minor_number);
    if (wql__linux_read_link(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, &target) != 0) return;
    slash = strrchr(target.ptr, '/');
    wql__linux_set_z(s, TTY, slash ? slash + 1 : target.ptr);
}

static void set_name(process *p) {
    wql__linux_scan *s = p->s;
    wql_str name = p->stat.comm;
    if (!wql__linux_needs(s, NAME) && !wql__linux_needs(s, CAPTION) && !wql__linux_needs(s, DESCRIPTION)) return;
    if (name.len == NAME_CUT && !(p->stat.flags & KERNEL_THREAD) && read_cmdline(p)) name = wql__process_name(name, p->cmdline);
    wql__linux_set_text(s, NAME, name);
    wql__linux_set_text(s, CAPTION, name);
    wql__linux_set_text(s, DESCRIPTION, name);
}

static void set_created(process *p) {
    uint64_t ticks = (uint64_t)p->s->mount->ticks_per_second, start = p->stat.start;
    if (!p->s->mount->boot_known || start / ticks > (uint64_t)1 << 40) return;
    wql__linux_set_time(p->s, CREATED,
                        p->s->mount->boot_us + (int64_t)(start / ticks * 1000000 + start % ticks * 1000000 / ticks));
}

static void set_stat(process *p) {
    const wql__process_stat *stat = &p->stat;
    wql__linux_scan *s = p->s;
    uint64_t tick = 10000000 / (uint64_t)s->mount->ticks_per_second;
    if (!p->known) return;
    set_name(p);
    set_created(p);
    set_tty(p);
    wql__linux_set_i64(s, PARENT, stat->parent);
    wql__linux_set_u64(s, STATE, state_of(*stat->state.ptr));
    wql__linux_set_text(s, STATE_LETTER, stat->state);
    wql__linux_set_u64(s, PRIORITY, priority_of(stat));
    wql__linux_set_u64(s, THREADS, stat->threads);
    wql__linux_set_u64(s, USER_TIME, scale(stat->user_ticks, tick));
    wql__linux_set_u64(s, KERNEL_TIME, scale(stat->kernel_ticks, tick));
    wql__linux_set_u64(s, VIRTUAL, stat->virtual_size);
    if (stat->resident >= 0) wql__linux_set_u64(s, WORKING_SET, scale((uint64_t)stat->resident, (uint64_t)s->mount->page_size));
    wql__linux_set_u64(s, PAGE_FAULTS, (stat->minor_faults + stat->major_faults) & UINT32_MAX);
    wql__linux_set_u64(s, MAJOR_FAULTS, stat->major_faults);
    wql__linux_set_u64(s, MINOR_FAULTS, stat->minor_faults);
    wql__linux_set_i64(s, NICE, stat->nice);
    wql__linux_set_u64(s, POLICY, stat->policy);
    wql__linux_set_u64(s, RT_PRIORITY, stat->rt_priority);
    wql__linux_set_i64(s, SESSION_LEADER, stat->session);
    wql__linux_set_i64(s, GROUP, stat->group);
    wql__linux_set_bool(s, IS_KERNEL, (stat->flags & KERNEL_THREAD) != 0);
}

/* -- status ---------------------------------------------------------------------------------------------------------------- */

/* Local accounts only: the file, not what a directory service would have to be asked. */
static void set_user_name(process *p, uint64_t uid) {
    wql__linux_scan *s = p->s;
    wql_str rest, line;
    if (!wql__linux_needs(s, USER_NAME)) return;
    if (!p->l->passwd_read) {
        p->l->passwd_read = true;
        if (wql__linux_read(s->mount, &s->arena, s->mount->roots[WQL__LINUX_ETC], "passwd", WQL__LINUX_LARGE, &p->l->passwd) != 0)
            p->l->passwd = (wql_str){NULL, 0};
    }
    rest = p->l->passwd;
    while (wql__linux_cut(&rest, '\n', &line)) {
        wql_str name, password, number;
        uint64_t found;
        if (!wql__linux_cut(&line, ':', &name) || !wql__linux_cut(&line, ':', &password) || !wql__linux_cut(&line, ':', &number))
            continue;
        if (!wql__linux_decimal(number, &found) || found != uid) continue;
        wql__linux_set_text(s, USER_NAME, name);
        return;
    }
}

static void set_status(process *p) {
    static const struct {
        uint32_t number, property, by;
    } plain[] = {
        {WQL__PEAK_RESIDENT, PEAK_WORKING_SET, 1},
        {WQL__PEAK_VIRTUAL, PEAK_VIRTUAL, 1024},
        {WQL__SWAP, SWAP, 1024},
        {WQL__VOLUNTARY, VOLUNTARY, 1},
        {WQL__INVOLUNTARY, INVOLUNTARY, 1},
        {WQL__UID, UID, 1},
        {WQL__EUID, EUID, 1},
        {WQL__GID, GID, 1},
        {WQL__EGID, EGID, 1},
        {WQL__CAPABILITIES, CAPABILITIES, 1},
    };
    wql__linux_scan *s = p->s;
    wql__process_status status;
    wql_str text;
    if (!read_file(p, WQL__STATUS, "status", &text)) return;
    wql__process_parse_status(text, &status);
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (status.has >> plain[i].number & 1u)
            wql__linux_set_u64(s, plain[i].property, scale(status.numbers[plain[i].number], plain[i].by));
    if (status.has >> WQL__EUID & 1u) set_user_name(p, status.numbers[WQL__EUID]);
    if (status.has >> WQL__ANONYMOUS & 1u) {
        uint64_t used = status.numbers[WQL__ANONYMOUS] + (status.has >> WQL__SWAP & 1u ? status.numbers[WQL__SWAP] : 0);
        wql__linux_set_u64(s, PAGE_FILE, used);
        wql__linux_set_u64(s, PRIVATE_PAGES, scale(used, 1024));
    }
}

/* -- the other files ------------------------------------------------------------------------------------------------------- */

static wql_status set_command_line(process *p) {
    wql_str line;
    if (!read_cmdline(p) || !p->cmdline.len) return WQL_OK; /* a kernel thread, or one that has ended, has none */
    line = wql__process_command_line(&p->s->line, p->cmdline);
    if (!line.ptr) return wql__linux_no_memory(p->s->err);
    wql__linux_set_text(p->s, COMMAND_LINE, line);
    return WQL_OK;
}

static void set_exe(process *p) {
    static const char gone[] = " (deleted)";
    const size_t len = sizeof gone - 1;
    wql_str path;
    bool deleted;
    if (!read_link(p, WQL__EXE, "exe", &path)) return;
    deleted = path.len > len && memcmp(path.ptr + path.len - len, gone, len) == 0;
    if (deleted) path.len -= len;
    wql__linux_set_text(p->s, EXE_PATH, path);
    wql__linux_set_bool(p->s, EXE_DELETED, deleted);
}

static void set_io(process *p) {
    static const struct {
        const char *name;
        uint32_t property;
    } lines[] = {{"rchar", READ_BYTES}, {"wchar", WRITE_BYTES},       {"syscr", READ_OPS},
                 {"syscw", WRITE_OPS},  {"read_bytes", STORAGE_READ}, {"write_bytes", STORAGE_WRITTEN}};
    uint64_t number;
    wql_str text;
    if (!read_file(p, WQL__IO, "io", &text)) return;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (wql__linux_field_number(text, lines[i].name, ':', &number)) wql__linux_set_u64(p->s, lines[i].property, number);
}

static void set_handles(process *p) {
    wql__linux_dir dir;
    const char *name = NULL;
    uint64_t count = 0;
    int error = wql__linux_dir_open(p->s->mount, &p->s->line, p->dir, "fd", &dir);
    p->files++;
    while (!error && (error = wql__linux_dir_next(&dir, &name)) == 0 && name) count++;
    wql__linux_dir_close(&dir);
    if (error) {
        note_error(p, WQL__FD, error);
        return;
    }
    wql__linux_set_u64(p->s, HANDLES, count);
    wql__linux_set_u64(p->s, FD_COUNT, count);
}

static void set_cgroup(process *p) {
    wql_str file, path, unit;
    if (!read_file(p, WQL__CGROUP, "cgroup", &file)) return;
    if (!wql__process_cgroup(file, &path)) {
        wql__linux_set_u64(p->s, SESSION, 0);
        return;
    }
    wql__linux_set_text(p->s, CGROUP_PATH, path);
    wql__linux_set_u64(p->s, SESSION, wql__process_session(path));
    if (wql__process_unit(path, &unit)) wql__linux_set_text(p->s, UNIT, unit);
}

static void set_limits(process *p) {
    wql_str text, line;
    if (!read_file(p, WQL__LIMITS, "limits", &text)) return;
    while (wql__linux_cut(&text, '\n', &line)) {
        static const char name[] = "Max resident set";
        wql_str word;
        uint64_t bytes;
        if (!wql__linux_starts(line, name)) continue;
        line = (wql_str){line.ptr + sizeof name - 1, line.len - sizeof name + 1};
        if (wql__linux_word(&line, &word) && wql__linux_decimal(word, &bytes)) wql__linux_set_u64(p->s, MAX_SET, bytes / 1024);
    }
}

static void set_namespaces(process *p) {
    static const struct {
        const char *path;
        uint32_t property;
    } links[] = {{"ns/pid", PID_NS}, {"ns/net", NET_NS}, {"ns/mnt", MNT_NS}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        wql_str text, kind;
        uint64_t inode;
        if (!wql__linux_needs(p->s, links[i].property) || !read_link(p, WQL__NAMESPACES, links[i].path, &text)) continue;
        if (!wql__linux_cut(&text, '[', &kind) || !wql__linux_cut(&text, ']', &text)) continue;
        if (wql__linux_decimal(text, &inode)) wql__linux_set_u64(p->s, links[i].property, inode);
    }
}

static void set_smaps(process *p) {
    uint64_t pss, clean, dirty, huge = 0;
    wql_str text;
    if (!read_file(p, WQL__SMAPS, "smaps_rollup", &text)) return;
    if (wql__linux_field_number(text, "Pss", ':', &pss)) wql__linux_set_u64(p->s, PSS, scale(pss, 1024));
    (void)wql__linux_field_number(text, "Private_Hugetlb", ':', &huge);
    if (wql__linux_field_number(text, "Private_Clean", ':', &clean) &&
        wql__linux_field_number(text, "Private_Dirty", ':', &dirty))
        wql__linux_set_u64(p->s, USS, scale(clean + dirty + huge, 1024));
}

static void set_signed(process *p, uint32_t source, const char *name, uint32_t property) {
    int64_t number;
    wql_str text;
    if (!wql__linux_needs(p->s, property) || !read_file(p, source, name, &text)) return;
    if (wql__linux_signed(wql__linux_trim(text), &number)) wql__linux_set_i64(p->s, property, number);
}

static void set_login(process *p) {
    uint64_t uid;
    wql_str text;
    if (read_file(p, WQL__LOGINUID, "loginuid", &text) && wql__linux_decimal(wql__linux_trim(text), &uid) && uid <= UNSET_UID)
        wql__linux_set_u64(p->s, LOGIN_UID, uid);
}

static void set_label(process *p) {
    wql_str text;
    if (!read_file(p, WQL__LABEL, "attr/current", &text)) return;
    text = wql__linux_trim(text);
    if (text.len) wql__linux_set_text(p->s, LABEL_TEXT, text);
}

static void set_path(process *p, uint32_t source, const char *name, uint32_t property) {
    wql_str path;
    if (read_link(p, source, name, &path)) wql__linux_set_text(p->s, property, path);
}

/* -- a row ----------------------------------------------------------------------------------------------------------------- */

/* Sources in the order of their cost, the conditions looked at between. */
static int read_sources(process *p) {
    static const struct {
        uint32_t source;
        void (*set)(process *p);
    } steps[] = {{WQL__EXE, set_exe},       {WQL__CGROUP, set_cgroup}, {WQL__IO, set_io},      {WQL__LOGINUID, set_login},
                 {WQL__LABEL, set_label},   {WQL__LIMITS, set_limits}, {WQL__FD, set_handles}, {WQL__NAMESPACES, set_namespaces},
                 {WQL__STATUS, set_status}, {WQL__SMAPS, set_smaps}};
    wql__linux_scan *s = p->s;
    uint32_t read = WQL__STAT | WQL__CMDLINE;
    set_stat(p);
    if (wql__linux_reads(s, WQL__CMDLINE)) {
        wql_status status = set_command_line(p);
        if (status < 0) return status;
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (!wql__linux_reads(s, steps[i].source)) continue;
        if (!wql__linux_passes(s, read)) return WQL__LINUX_SKIP;
        steps[i].set(p);
        read |= steps[i].source;
    }
    set_signed(p, WQL__OOM, "oom_score", OOM_SCORE);
    set_signed(p, WQL__OOM, "oom_score_adj", OOM_ADJ);
    if (wql__linux_reads(s, WQL__CWD)) set_path(p, WQL__CWD, "cwd", CWD_PATH);
    if (wql__linux_reads(s, WQL__ROOT_LINK)) set_path(p, WQL__ROOT_LINK, "root", ROOT_PATH);
    return is_same(p) ? WQL__LINUX_MADE : WQL__LINUX_SKIP;
}

/* A thread other than the first has a directory too, which is not in the listing: it has no signal for its parent. */
static bool is_thread(const process *p) { return p->known && p->stat.exit_signal == -1; }

static int make_row(wql__linux_scan *s, listing *l, uint64_t pid) {
    char *digits = wql__linux_take(&s->line, 24);
    process p = {.s = s, .l = l, .dir = -1, .stat_fd = -1};
    int error, made = WQL__LINUX_MADE;
    if (!digits) return wql__linux_no_memory(s->err);
    wql__linux_set_text(s, HANDLE, (wql_str){digits, wql__linux_digits(pid, digits)});
    wql__linux_set_u64(s, PROCESS_ID, pid);
    wql__linux_set_z(s, WINDOWS_VERSION, l->release);
    if (!s->sources && !l->named) return WQL__LINUX_MADE;
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    error = wql__linux_open_at(s->mount, s->mount->roots[WQL__LINUX_PROC], digits, O_DIRECTORY, &p.dir);
    if (error == ENOENT || error == ESRCH || error == ENOTDIR) return WQL__LINUX_SKIP;
    if (error) {
        wql__linux_lost(s, UINT32_MAX);
        return WQL__LINUX_MADE;
    }
    if ((l->named || wql__linux_reads(s, WQL__STAT)) && (!read_stat(&p) || (l->named && is_thread(&p)))) made = WQL__LINUX_SKIP;
    if (made == WQL__LINUX_MADE && s->sources) made = read_sources(&p);
    if (p.stat_fd >= 0) (void)close(p.stat_fd);
    (void)close(p.dir);
    return made;
}

/* -- the scan -------------------------------------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* A number as the listing would spell it. */
static bool pid_of(const wql_value *value, uint32_t *out) {
    uint64_t number = value->type == WQL_STRING ? 0 : value->u64;
    if (value->type == WQL_STRING && (!value->str.len || *value->str.ptr == '0' || !wql__linux_decimal(value->str, &number)))
        return false;
    *out = (uint32_t)number;
    return number > 0 && number <= INT32_MAX;
}

/* The processes that a condition names, each once, in ascending order. */
static wql_status take_named(wql__linux_scan *s, listing *l) {
    const wql_value *values, *other;
    uint32_t count, other_count, kept = 0;
    bool named = wql__linux_lookup(s, PROCESS_ID, &values, &count);
    if (wql__linux_lookup(s, HANDLE, &other, &other_count) && (!named || other_count < count)) {
        values = other;
        count = other_count;
        named = true;
    }
    if (!named) return WQL_OK;
    l->named = wql__linux_take_array(&s->arena, count, sizeof *l->named);
    if (!l->named) return wql__linux_no_memory(s->err);
    for (uint32_t i = 0; i < count; i++) l->named_count += pid_of(&values[i], &l->named[l->named_count]);
    qsort(l->named, l->named_count, sizeof *l->named, compare_numbers);
    for (uint32_t i = 0; i < l->named_count; i++)
        if (!kept || l->named[kept - 1] != l->named[i]) l->named[kept++] = l->named[i];
    l->named_count = kept;
    return WQL_OK;
}

static wql_status open_scan(wql__linux_scan *s) {
    listing *l = s->state;
    wql_status status;
    int error;
    l->dir.fd = -1;
    if (wql__linux_needs(s, WINDOWS_VERSION)) l->release = wql__linux_kernel(s->mount, &s->arena, "osrelease");
    status = take_named(s, l);
    if (status < 0 || l->named) return status;
    error = wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_PROC], ".", &l->dir);
    if (error == ENOMEM) return wql__linux_no_memory(s->err);
    if (!error) return WQL_OK;
    return wql__linux_fail(s->err, error == EACCES ? WQL_E_ACCESS_DENIED : WQL_E_PROVIDER_FAILURE,
                           "cannot list the process file system at %s", s->mount->options.roots[WQL__LINUX_PROC]);
}

static int make_next(wql__linux_scan *s) {
    listing *l = s->state;
    const char *name;
    uint64_t pid;
    int error;
    if (l->named) return l->next == l->named_count ? WQL__LINUX_END : make_row(s, l, l->named[l->next++]);
    error = wql__linux_dir_next(&l->dir, &name);
    if (error)
        return wql__linux_fail(s->err, WQL_E_PROVIDER_FAILURE, "the listing of %s broke off",
                               s->mount->options.roots[WQL__LINUX_PROC]);
    if (!name) return WQL__LINUX_END;
    if (*name < '1' || *name > '9' || !wql__linux_decimal(wql_s(name), &pid) || pid > INT32_MAX) return WQL__LINUX_SKIP;
    return make_row(s, l, pid);
}

static void close_scan(wql__linux_scan *s) { wql__linux_dir_close(&((listing *)s->state)->dir); }

const wql__linux_class wql__linux_process = {
    .name = "Win32_Process",
    .superclass = "CIM_Process",
    .superset = "Linux_Process",
    .properties = properties,
    .property_count = COUNT,
    .documented = DOCUMENTED,
    .state_size = sizeof(listing),
    .source_names = source_names,
    .open = open_scan,
    .row = make_next,
    .close = close_scan,
};
