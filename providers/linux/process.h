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

#endif
