/* SPDX-License-Identifier: MIT */
/* udev.h: what udev has found out about a device: a file of "E:NAME=value" lines below /run/udev/data. */
#ifndef WQL_LINUX_UDEV_H
#define WQL_LINUX_UDEV_H

#include "linux.h"

/* Reads the database's file of a device: "b8:1", "n2". Returns 0 or an errno (ENOENT: udev knows nothing of it, or is not there).
 */
int wql__linux_udev(wql__linux_mount *m, wql__linux_arena *arena, const char *device, wql_str *out);
/* A property's value; false: it is not there. */
bool wql__linux_udev_value(wql_str file, const char *name, wql_str *out);
/* Undoes udev's \x20, in a copy of the arena. False: no memory. */
bool wql__linux_udev_decode(wql__linux_arena *arena, wql_str text, wql_str *out);

/* The block device behind a mount's source ("/dev/mapper/vg-root"), by sysfs. Returns 0 or an errno.
 * @param name    [out] as the kernel calls it ("dm-0")
 * @param number  [out] "253:0" */
int wql__linux_block_device(wql__linux_mount *m, wql__linux_arena *arena, wql_str source, wql_str *name, wql_str *number);
/* The name of the link in a directory below /dev/disk ("by-uuid") that leads to a kernel name. False: there is none. */
bool wql__linux_disk_link(wql__linux_mount *m, wql__linux_arena *arena, const char *directory, wql_str name, wql_str *out);

#endif
