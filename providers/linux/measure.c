/* SPDX-License-Identifier: MIT */
/* measure.c: statvfs of one mount, making sure that it is that one. */
#include "space.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* A mount that has gone, or that another lies over, leaves a directory of another file system behind. */
static int check(int fd, const wql__linux_place *place) {
    struct statx about;
    if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &about) != 0) return errno;
    if (!place->any_mount && (about.stx_mask & STATX_MNT_ID) && about.stx_mnt_id == place->mount_id) return 0;
    return makedev(about.stx_dev_major, about.stx_dev_minor) == place->device ? 0 : ESTALE;
}

/* O_PATH: the directory is found and not opened, so that nothing is mounted by it and no right to read it is needed. */
int wql__linux_measure_mount(void *user, const wql__linux_place *place, wql__linux_space *out) {
    struct statvfs v;
    int fd = open(place->path, O_PATH | O_CLOEXEC), error;
    (void)user;
    if (fd < 0) return errno;
    error = check(fd, place);
    if (!error && fstatvfs(fd, &v) != 0) error = errno;
    (void)close(fd);
    if (error) return error;
    *out = (wql__linux_space){
        .block_size = v.f_frsize,
        .blocks = v.f_blocks,
        .free = v.f_bfree,
        .available = v.f_bavail,
        .inodes = v.f_files,
        .inodes_free = v.f_ffree,
        .name_max = v.f_namemax > UINT32_MAX ? UINT32_MAX : (uint32_t)v.f_namemax,
        .read_only = (v.f_flag & ST_RDONLY) != 0,
    };
    return 0;
}
