/* SPDX-License-Identifier: MIT */
/* process_sources.c: the files of one process -> the cells of its row.
 *
 * /proc/PID is open as a directory, and its files are opened below it, so they are all of one process: a number that is given out
 * again is another directory. What the process was when the first file was read and is when the last one was is compared by its
 * start. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { KERNEL_THREAD = 0x00200000, NAME_CUT = 15, UNSET_UID = UINT32_MAX - 1 };

/* -- files of a process ---------------------------------------------------------------------------------------------------- */

/* What an error of a source means: that the process may have gone, that it has no such thing, or that it may not be looked at. */
static void note_error(wql__process *p, uint32_t source, int error) {
    if (error == ENOENT || error == ESRCH)
        p->doubtful = true;
    else if (error != EINVAL && error != ENOTDIR)
        wql__linux_lost(p->s, source);
}

/* The directory of the process. It is opened when the first file other than stat is wanted: until then stat is enough to tell
 * that the process has gone, and that it is still the same is looked at by the descriptor of stat. */
static int open_dir(wql__process *p) {
    int error =
        p->dir < 0 ? wql__linux_open_at(p->s->mount, p->s->mount->roots[WQL__LINUX_PROC], p->digits, O_DIRECTORY, &p->dir) : 0;
    if (error) p->dir = -1;
    return error;
}

static bool read_file(wql__process *p, uint32_t source, const char *name, wql_str *out) {
    int error = open_dir(p);
    if (!error) error = wql__linux_read(p->s->mount, &p->s->line, p->dir, name, WQL__LINUX_LARGE, out);
    p->files++;
    if (error) note_error(p, source, error);
    return error == 0;
}

static bool read_link(wql__process *p, uint32_t source, const char *name, wql_str *out) {
    int error = wql__linux_read_link(p->s->mount, &p->s->line, p->dir, name, out);
    p->files++;
    if (error) note_error(p, source, error);
    return error == 0;
}

/* Opens stat, by its whole path if the directory is not open. */
static int open_stat(wql__process *p) {
    wql__linux_scan *s = p->s;
    char path[32];
    size_t len = strlen(p->digits);
    if (p->dir >= 0) return wql__linux_open_at(s->mount, p->dir, "stat", 0, &p->stat_fd);
    memcpy(path, p->digits, len);
    memcpy(path + len, "/stat", sizeof "/stat");
    return wql__linux_open_at(s->mount, s->mount->roots[WQL__LINUX_PROC], path, 0, &p->stat_fd);
}

static int read_stat_text(wql__process *p, wql_str *text) {
    int error = p->stat_fd < 0 ? open_stat(p) : 0;
    if (error) p->stat_fd = -1;
    return error ? error : wql__linux_read_line_fd(&p->s->line, p->stat_fd, WQL__LINUX_SMALL, text);
}

/* Reads stat. False: the process has gone, or that was none. */
bool wql__process_read_stat(wql__process *p) {
    wql_str text;
    int error = read_stat_text(p, &text);
    p->files++;
    if (error == ENOENT || error == ESRCH || (error == ENOTDIR && p->dir < 0)) return false;
    p->known = !error && wql__process_parse_stat(text, &p->stat);
    if (!p->known) wql__linux_lost(p->s, WQL__STAT);
    return true;
}

/* Whether it is still the process that it was. */
bool wql__process_is_same(wql__process *p) {
    wql__process_stat now;
    wql_str text;
    int error;
    if (!p->doubtful && p->files < 2) return true;
    error = read_stat_text(p, &text);
    if (error == ENOENT || error == ESRCH) return false;
    return error || !p->known || !wql__process_parse_stat(text, &now) || now.start == p->stat.start;
}

static bool read_cmdline(wql__process *p) {
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

static void set_tty(wql__process *p) {
    uint64_t device = (uint64_t)p->stat.tty & UINT32_MAX;
    unsigned major_number = (unsigned)(device >> 8 & 0xfff),
             minor_number = (unsigned)((device & 0xff) | (device >> 12 & 0xfff00));
    wql__linux_scan *s = p->s;
    wql_str path, target;
    const char *slash;
    if (!wql__linux_needs(s, WQL__PROCESS_TTY) || !device) return;
    if (major_number >= 136 && major_number <= 143) {
        wql__linux_set_text(s, WQL__PROCESS_TTY, wql__linux_text(&s->line, "pts/%u", (major_number - 136) * 256 + minor_number));
        return;
    }
    path = wql__linux_text(&s->line, "dev/char/%u:%u", major_number, minor_number);
    if (wql__linux_read_link(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, &target) != 0) return;
    slash = strrchr(target.ptr, '/');
    wql__linux_set_z(s, WQL__PROCESS_TTY, slash ? slash + 1 : target.ptr);
}

static void set_name(wql__process *p) {
    wql__linux_scan *s = p->s;
    wql_str name = p->stat.comm;
    if (!wql__linux_needs(s, WQL__PROCESS_NAME) && !wql__linux_needs(s, WQL__PROCESS_CAPTION) &&
        !wql__linux_needs(s, WQL__PROCESS_DESCRIPTION))
        return;
    if (name.len == NAME_CUT && !(p->stat.flags & KERNEL_THREAD) && read_cmdline(p)) name = wql__process_name(name, p->cmdline);
    wql__linux_set_text(s, WQL__PROCESS_NAME, name);
    wql__linux_set_text(s, WQL__PROCESS_CAPTION, name);
    wql__linux_set_text(s, WQL__PROCESS_DESCRIPTION, name);
}

static void set_created(wql__process *p) {
    uint64_t ticks = (uint64_t)p->s->mount->ticks_per_second, start = p->stat.start;
    if (!p->s->mount->boot_known || start / ticks > (uint64_t)1 << 40) return;
    wql__linux_set_time(p->s, WQL__PROCESS_CREATED,
                        p->s->mount->boot_us + (int64_t)(start / ticks * 1000000 + start % ticks * 1000000 / ticks));
}

static void set_stat(wql__process *p) {
    const wql__process_stat *stat = &p->stat;
    wql__linux_scan *s = p->s;
    uint64_t tick = 10000000 / (uint64_t)s->mount->ticks_per_second;
    if (!p->known) return;
    set_name(p);
    set_created(p);
    set_tty(p);
    wql__linux_set_i64(s, WQL__PROCESS_PARENT, stat->parent);
    wql__linux_set_u64(s, WQL__PROCESS_STATE, state_of(*stat->state.ptr));
    wql__linux_set_text(s, WQL__PROCESS_STATE_LETTER, stat->state);
    wql__linux_set_u64(s, WQL__PROCESS_PRIORITY, priority_of(stat));
    wql__linux_set_u64(s, WQL__PROCESS_THREADS, stat->threads);
    wql__linux_set_u64(s, WQL__PROCESS_USER_TIME, scale(stat->user_ticks, tick));
    wql__linux_set_u64(s, WQL__PROCESS_KERNEL_TIME, scale(stat->kernel_ticks, tick));
    wql__linux_set_u64(s, WQL__PROCESS_VIRTUAL, stat->virtual_size);
    if (stat->resident >= 0)
        wql__linux_set_u64(s, WQL__PROCESS_WORKING_SET, scale((uint64_t)stat->resident, (uint64_t)s->mount->page_size));
    wql__linux_set_u64(s, WQL__PROCESS_PAGE_FAULTS, (stat->minor_faults + stat->major_faults) & UINT32_MAX);
    wql__linux_set_u64(s, WQL__PROCESS_MAJOR_FAULTS, stat->major_faults);
    wql__linux_set_u64(s, WQL__PROCESS_MINOR_FAULTS, stat->minor_faults);
    wql__linux_set_i64(s, WQL__PROCESS_NICE, stat->nice);
    wql__linux_set_u64(s, WQL__PROCESS_POLICY, stat->policy);
    wql__linux_set_u64(s, WQL__PROCESS_RT_PRIORITY, stat->rt_priority);
    wql__linux_set_i64(s, WQL__PROCESS_SESSION_LEADER, stat->session);
    wql__linux_set_i64(s, WQL__PROCESS_GROUP, stat->group);
    wql__linux_set_bool(s, WQL__PROCESS_IS_KERNEL, (stat->flags & KERNEL_THREAD) != 0);
}

/* -- status ---------------------------------------------------------------------------------------------------------------- */

/* Local accounts only: the file, not what a directory service would have to be asked. */
static void set_user_name(wql__process *p, uint64_t uid) {
    wql__linux_scan *s = p->s;
    wql_str rest, line;
    if (!wql__linux_needs(s, WQL__PROCESS_USER_NAME)) return;
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
        wql__linux_set_text(s, WQL__PROCESS_USER_NAME, name);
        return;
    }
}

static void set_status(wql__process *p) {
    static const struct {
        uint32_t number, property, by;
    } plain[] = {
        {WQL__PEAK_RESIDENT, WQL__PROCESS_PEAK_WORKING_SET, 1},
        {WQL__PEAK_VIRTUAL, WQL__PROCESS_PEAK_VIRTUAL, 1024},
        {WQL__SWAP, WQL__PROCESS_SWAP, 1024},
        {WQL__VOLUNTARY, WQL__PROCESS_VOLUNTARY, 1},
        {WQL__INVOLUNTARY, WQL__PROCESS_INVOLUNTARY, 1},
        {WQL__UID, WQL__PROCESS_UID, 1},
        {WQL__EUID, WQL__PROCESS_EUID, 1},
        {WQL__GID, WQL__PROCESS_GID, 1},
        {WQL__EGID, WQL__PROCESS_EGID, 1},
        {WQL__CAPABILITIES, WQL__PROCESS_CAPABILITIES, 1},
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
        wql__linux_set_u64(s, WQL__PROCESS_PAGE_FILE, used);
        wql__linux_set_u64(s, WQL__PROCESS_PRIVATE_PAGES, scale(used, 1024));
    }
}

/* -- the other files ------------------------------------------------------------------------------------------------------- */

static wql_status set_command_line(wql__process *p) {
    wql_str line;
    if (!read_cmdline(p) || !p->cmdline.len) return WQL_OK; /* a kernel thread, or one that has ended, has none */
    line = wql__process_command_line(&p->s->line, p->cmdline);
    if (!line.ptr) return wql__linux_no_memory(p->s->err);
    wql__linux_set_text(p->s, WQL__PROCESS_COMMAND_LINE, line);
    return WQL_OK;
}

static void set_exe(wql__process *p) {
    static const char gone[] = " (deleted)";
    const size_t len = sizeof gone - 1;
    wql_str path;
    bool deleted;
    if (!read_link(p, WQL__EXE, "exe", &path)) return;
    deleted = path.len > len && memcmp(path.ptr + path.len - len, gone, len) == 0;
    if (deleted) path.len -= len;
    wql__linux_set_text(p->s, WQL__PROCESS_EXE_PATH, path);
    wql__linux_set_bool(p->s, WQL__PROCESS_EXE_DELETED, deleted);
}

static void set_io(wql__process *p) {
    static const struct {
        const char *name;
        uint32_t property;
    } lines[] = {{"rchar", WQL__PROCESS_READ_BYTES},        {"wchar", WQL__PROCESS_WRITE_BYTES},
                 {"syscr", WQL__PROCESS_READ_OPS},          {"syscw", WQL__PROCESS_WRITE_OPS},
                 {"read_bytes", WQL__PROCESS_STORAGE_READ}, {"write_bytes", WQL__PROCESS_STORAGE_WRITTEN}};
    uint64_t number;
    wql_str text;
    if (!read_file(p, WQL__IO, "io", &text)) return;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (wql__linux_field_number(text, lines[i].name, ':', &number)) wql__linux_set_u64(p->s, lines[i].property, number);
}

static void set_handles(wql__process *p) {
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
    wql__linux_set_u64(p->s, WQL__PROCESS_HANDLES, count);
    wql__linux_set_u64(p->s, WQL__PROCESS_FD_COUNT, count);
}

static void set_cgroup(wql__process *p) {
    wql_str file, path, unit;
    if (!read_file(p, WQL__CGROUP, "cgroup", &file)) return;
    if (!wql__process_cgroup(file, &path)) {
        wql__linux_set_u64(p->s, WQL__PROCESS_SESSION, 0);
        return;
    }
    wql__linux_set_text(p->s, WQL__PROCESS_CGROUP_PATH, path);
    wql__linux_set_u64(p->s, WQL__PROCESS_SESSION, wql__process_session(path));
    if (wql__process_unit(path, &unit)) wql__linux_set_text(p->s, WQL__PROCESS_UNIT, unit);
}

static void set_limits(wql__process *p) {
    wql_str text, line;
    if (!read_file(p, WQL__LIMITS, "limits", &text)) return;
    while (wql__linux_cut(&text, '\n', &line)) {
        static const char name[] = "Max resident set";
        wql_str word;
        uint64_t bytes;
        if (!wql__linux_starts(line, name)) continue;
        line = (wql_str){line.ptr + sizeof name - 1, line.len - sizeof name + 1};
        if (wql__linux_word(&line, &word) && wql__linux_decimal(word, &bytes))
            wql__linux_set_u64(p->s, WQL__PROCESS_MAX_SET, bytes / 1024);
    }
}

static void set_namespaces(wql__process *p) {
    static const struct {
        const char *path;
        uint32_t property;
    } links[] = {{"ns/pid", WQL__PROCESS_PID_NS}, {"ns/net", WQL__PROCESS_NET_NS}, {"ns/mnt", WQL__PROCESS_MNT_NS}};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        wql_str text, kind;
        uint64_t inode;
        if (!wql__linux_needs(p->s, links[i].property) || !read_link(p, WQL__NAMESPACES, links[i].path, &text)) continue;
        if (!wql__linux_cut(&text, '[', &kind) || !wql__linux_cut(&text, ']', &text)) continue;
        if (wql__linux_decimal(text, &inode)) wql__linux_set_u64(p->s, links[i].property, inode);
    }
}

static void set_smaps(wql__process *p) {
    uint64_t pss, clean, dirty, huge = 0;
    wql_str text;
    if (!read_file(p, WQL__SMAPS, "smaps_rollup", &text)) return;
    if (wql__linux_field_number(text, "Pss", ':', &pss)) wql__linux_set_u64(p->s, WQL__PROCESS_PSS, scale(pss, 1024));
    (void)wql__linux_field_number(text, "Private_Hugetlb", ':', &huge);
    if (wql__linux_field_number(text, "Private_Clean", ':', &clean) &&
        wql__linux_field_number(text, "Private_Dirty", ':', &dirty))
        wql__linux_set_u64(p->s, WQL__PROCESS_USS, scale(clean + dirty + huge, 1024));
}

static void set_signed(wql__process *p, uint32_t source, const char *name, uint32_t property) {
    int64_t number;
    wql_str text;
    if (!wql__linux_needs(p->s, property) || !read_file(p, source, name, &text)) return;
    if (wql__linux_signed(wql__linux_trim(text), &number)) wql__linux_set_i64(p->s, property, number);
}

static void set_login(wql__process *p) {
    uint64_t uid;
    wql_str text;
    if (read_file(p, WQL__LOGINUID, "loginuid", &text) && wql__linux_decimal(wql__linux_trim(text), &uid) && uid <= UNSET_UID)
        wql__linux_set_u64(p->s, WQL__PROCESS_LOGIN_UID, uid);
}

static void set_label(wql__process *p) {
    wql_str text;
    if (!read_file(p, WQL__LABEL, "attr/current", &text)) return;
    text = wql__linux_trim(text);
    if (text.len) wql__linux_set_text(p->s, WQL__PROCESS_LABEL_TEXT, text);
}

static void set_path(wql__process *p, uint32_t source, const char *name, uint32_t property) {
    wql_str path;
    if (read_link(p, source, name, &path)) wql__linux_set_text(p->s, property, path);
}

/* -- all of them ---------------------------------------------------------------------------------------------------------- */

/* Sources in the order of their cost, the conditions looked at between. */
int wql__process_read_sources(wql__process *p) {
    static const struct {
        uint32_t source;
        void (*set)(wql__process *p);
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
    set_signed(p, WQL__OOM, "oom_score", WQL__PROCESS_OOM_SCORE);
    set_signed(p, WQL__OOM, "oom_score_adj", WQL__PROCESS_OOM_ADJ);
    if (wql__linux_reads(s, WQL__CWD)) set_path(p, WQL__CWD, "cwd", WQL__PROCESS_CWD_PATH);
    if (wql__linux_reads(s, WQL__ROOT_LINK)) set_path(p, WQL__ROOT_LINK, "root", WQL__PROCESS_ROOT_PATH);
    return wql__process_is_same(p) ? WQL__LINUX_MADE : WQL__LINUX_SKIP;
}
