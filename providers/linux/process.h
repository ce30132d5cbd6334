/* SPDX-License-Identifier: MIT */
/* process.h: what process.c knows of one process, by source. */
#ifndef WQL_LINUX_PROCESS_H
#define WQL_LINUX_PROCESS_H

#include "linux.h"

/* Sources of Win32_Process and Linux_Process: files of /proc/PID, by what they cost. */
enum {
    WQL__STAT = 1,
    WQL__STATUS = 2,
    WQL__CMDLINE = 4,
    WQL__EXE = 8,
    WQL__IO = 16,
    WQL__FD = 32,
    WQL__CGROUP = 64,
    WQL__LIMITS = 128,
    WQL__NAMESPACES = 256,
    WQL__SMAPS = 512,
    WQL__OOM = 1024,
    WQL__CWD = 2048,
    WQL__ROOT_LINK = 4096,
    WQL__LOGINUID = 8192,
    WQL__LABEL = 16384
};

/* Properties; from DOCUMENTED on they are Linux_Process's own. (process_table.c) */
/* clang-format off */
enum {
    WQL__PROCESS_HANDLE, WQL__PROCESS_PROCESS_ID, WQL__PROCESS_NAME, WQL__PROCESS_CAPTION, WQL__PROCESS_DESCRIPTION,
    WQL__PROCESS_STATUS_TEXT, WQL__PROCESS_INSTALL_DATE, WQL__PROCESS_PARENT, WQL__PROCESS_SESSION, WQL__PROCESS_COMMAND_LINE,
    WQL__PROCESS_EXE_PATH, WQL__PROCESS_CREATED, WQL__PROCESS_ENDED, WQL__PROCESS_STATE, WQL__PROCESS_PRIORITY,
    WQL__PROCESS_THREADS, WQL__PROCESS_HANDLES, WQL__PROCESS_USER_TIME, WQL__PROCESS_KERNEL_TIME, WQL__PROCESS_VIRTUAL,
    WQL__PROCESS_WORKING_SET, WQL__PROCESS_PEAK_WORKING_SET, WQL__PROCESS_PEAK_VIRTUAL, WQL__PROCESS_PAGE_FILE,
    WQL__PROCESS_PEAK_PAGE_FILE, WQL__PROCESS_PRIVATE_PAGES, WQL__PROCESS_PAGE_FAULTS, WQL__PROCESS_READ_OPS,
    WQL__PROCESS_WRITE_OPS, WQL__PROCESS_OTHER_OPS, WQL__PROCESS_READ_BYTES, WQL__PROCESS_WRITE_BYTES, WQL__PROCESS_OTHER_BYTES,
    WQL__PROCESS_MIN_SET, WQL__PROCESS_MAX_SET, WQL__PROCESS_QUOTA_NON_PAGED, WQL__PROCESS_QUOTA_PAGED,
    WQL__PROCESS_QUOTA_PEAK_NON_PAGED, WQL__PROCESS_QUOTA_PEAK_PAGED, WQL__PROCESS_WINDOWS_VERSION, WQL__PROCESS_CREATION_CLASS,
    WQL__PROCESS_CS_CREATION_CLASS, WQL__PROCESS_CS_NAME, WQL__PROCESS_OS_CREATION_CLASS, WQL__PROCESS_OS_NAME,
    WQL__PROCESS_DOCUMENTED, WQL__PROCESS_STATE_LETTER = WQL__PROCESS_DOCUMENTED, WQL__PROCESS_UID, WQL__PROCESS_GID,
    WQL__PROCESS_EUID, WQL__PROCESS_EGID, WQL__PROCESS_USER_NAME, WQL__PROCESS_NICE, WQL__PROCESS_POLICY,
    WQL__PROCESS_RT_PRIORITY, WQL__PROCESS_TTY, WQL__PROCESS_CGROUP_PATH, WQL__PROCESS_UNIT, WQL__PROCESS_PID_NS,
    WQL__PROCESS_NET_NS, WQL__PROCESS_MNT_NS, WQL__PROCESS_SWAP, WQL__PROCESS_PSS, WQL__PROCESS_USS, WQL__PROCESS_VOLUNTARY,
    WQL__PROCESS_INVOLUNTARY, WQL__PROCESS_OOM_SCORE, WQL__PROCESS_OOM_ADJ, WQL__PROCESS_FD_COUNT, WQL__PROCESS_STORAGE_READ,
    WQL__PROCESS_STORAGE_WRITTEN, WQL__PROCESS_CWD_PATH, WQL__PROCESS_ROOT_PATH, WQL__PROCESS_EXE_DELETED,
    WQL__PROCESS_MAJOR_FAULTS, WQL__PROCESS_MINOR_FAULTS, WQL__PROCESS_LOGIN_UID, WQL__PROCESS_LABEL_TEXT,
    WQL__PROCESS_CAPABILITIES, WQL__PROCESS_IS_KERNEL, WQL__PROCESS_SESSION_LEADER, WQL__PROCESS_GROUP, WQL__PROCESS_COUNT,
};
/* clang-format on */

extern const wql__linux_property wql__process_properties[WQL__PROCESS_COUNT];
extern const char *const wql__process_source_names[];

/* -- texts (process_text.c) ------------------------------------------------------------------------------------------------ */

typedef struct wql__process_stat {
    wql_str comm;  /* of the file's text */
    wql_str state; /* one letter */
    uint64_t flags, minor_faults, major_faults, user_ticks, kernel_ticks, threads, start, virtual_size, rt_priority, policy;
    int64_t parent, group, session, tty, nice, resident, exit_signal;
} wql__process_stat;

/* False: the text is no stat file. */
bool wql__process_parse_stat(wql_str text, wql__process_stat *out);

/* What status says; kilobytes. `has` has a bit for each line that was there, by the number of the member. */
enum {
    WQL__PEAK_VIRTUAL = 0,
    WQL__PEAK_RESIDENT,
    WQL__ANONYMOUS,
    WQL__SWAP,
    WQL__VOLUNTARY,
    WQL__INVOLUNTARY,
    WQL__UID,
    WQL__EUID,
    WQL__GID,
    WQL__EGID,
    WQL__CAPABILITIES,
    WQL__STATUS_NUMBERS
};
typedef struct wql__process_status {
    uint32_t has;
    uint64_t numbers[WQL__STATUS_NUMBERS];
} wql__process_status;

void wql__process_parse_status(wql_str text, wql__process_status *out);

/* The arguments as one line, quoted where they have blanks or quotes; memory of the arena. NULL pointer: no memory. */
wql_str wql__process_command_line(wql__linux_arena *arena, wql_str cmdline);
/* The whole name of which the kernel kept the first 15 bytes, if the first argument shows it; else `comm`. */
wql_str wql__process_name(wql_str comm, wql_str cmdline);
/* The path in the hierarchy that systemd uses. False: none. */
bool wql__process_cgroup(wql_str file, wql_str *path);
/* The unit of the system's manager in such a path. False: none. */
bool wql__process_unit(wql_str path, wql_str *unit);
/* logind's number of the session; 0: none. */
uint64_t wql__process_session(wql_str path);

/* -- a process (process_sources.c) ----------------------------------------------------------------------------------------- */

/* The scan: a listing, or the processes that a condition names. */
typedef struct wql__process_listing {
    wql__linux_dir dir;
    uint32_t *named; /* NULL: all */
    uint32_t named_count, next;
    const char *release;
    wql_str passwd;
    bool passwd_read;
} wql__process_listing;

/* The process whose row is being made. */
typedef struct wql__process {
    wql__linux_scan *s;
    wql__process_listing *l;
    const char *digits; /* its number, which is its directory's name */
    int dir;          /* -1: not open */
    int stat_fd;      /* the same */
    bool known;       /* stat was read */
    bool doubtful;    /* a file was not there: the process may have gone */
    uint32_t sources; /* that were read */
    uint32_t files;
    wql__process_stat stat;
    wql_str cmdline;
    bool has_cmdline;
} wql__process;

/* Reads stat. False: the process has gone. */
bool wql__process_read_stat(wql__process *p);
/* Whether it is still the process that it was. */
bool wql__process_is_same(wql__process *p);
/* Reads what is needed, cheap things first, and sets the cells; stat was read before. Returns as a row does. */
int wql__process_read_sources(wql__process *p);

#endif
