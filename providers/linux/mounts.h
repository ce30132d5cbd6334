/* SPDX-License-Identifier: MIT */
/* mounts.h: what is mounted, and what kind of file system it is. Texts in, tables out: nothing here opens a file. */
#ifndef WQL_LINUX_MOUNTS_H
#define WQL_LINUX_MOUNTS_H

#include "linux.h"

/* Kinds of file systems. Which one it is decides Win32_LogicalDisk.DriveType and whether the mount is a logical disk at all. */
enum {
    WQL__LINUX_FS_PSEUDO = 0, /* no storage of its own: proc, cgroup2, fuse.portal */
    WQL__LINUX_FS_LOCAL,      /* on a block device, or with devices of its own (btrfs, zfs) */
    WQL__LINUX_FS_OPTICAL,    /* iso9660, udf */
    WQL__LINUX_FS_NETWORK,    /* nfs, cifs, fuse.sshfs */
    WQL__LINUX_FS_MEMORY,     /* tmpfs, ramfs */
    WQL__LINUX_FS_OVERLAY     /* overlay: a logical disk if it is the root */
};

/* How a mount is covered. */
enum { WQL__LINUX_TOPPED = 1 /* by one on top of it */, WQL__LINUX_BURIED = 2 /* by one on a directory above it */ };

/* One line of mountinfo. Texts are unescaped, have a NUL behind them and live in the arena. */
typedef struct wql__linux_mounted {
    uint32_t id, parent;
    uint32_t major, minor;
    wql_str root;  /* the directory of the file system that is mounted */
    wql_str point; /* where */
    wql_str options, type, source, super_options;
    uint8_t kind;
    uint8_t cover; /* WQL__LINUX_TOPPED, WQL__LINUX_BURIED */
    bool hidden;   /* another mount lies over it: its path leads elsewhere */
    bool repeats;  /* the device and root of a mount that is listed before and not hidden */
    bool is_bind;  /* repeats, or shows a part of a file system that has no subvolumes */
} wql__linux_mounted;

typedef struct wql__linux_mounts {
    wql__linux_mounted *items;
    uint32_t count;
    uint32_t malformed; /* lines that were left out */
} wql__linux_mounts;

/* Reads mountinfo (proc_pid_mountinfo(5)). Returns WQL_OK or WQL_E_OUT_OF_MEMORY. */
wql_status wql__linux_read_mounts(wql__linux_arena *arena, wql_str mountinfo, wql__linux_mounts *out);

uint8_t wql__linux_fs_kind(wql_str type, wql_str source, uint32_t major);
/* Whether the mount is a Win32_LogicalDisk. */
bool wql__linux_is_disk(const wql__linux_mounted *m);
/* Whether asking for its sizes may wait for a server, or for a process that serves it. */
bool wql__linux_may_hang(const wql__linux_mounted *m);
/* Whether asking for its sizes has side effects: autofs mounts what lies behind it. */
bool wql__linux_mounts_itself(const wql__linux_mounted *m);
/* Whether a comma-separated list of options has one: alone ("ro"), or with a value ("compress=zstd"). */
bool wql__linux_has_option(wql_str options, const char *name);

#endif
