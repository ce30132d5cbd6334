/* SPDX-License-Identifier: MIT */
/* filesystems.c: file systems by name: which are storage, which are reached over a network, which only look like files. */
#include "mounts.h"

/* Names of fuse servers are without "fuse." here. */
static const char *const network[] = {"nfs",   "nfs4",   "cifs",  "smb3",     "smbfs",  "ceph",   "9p",
                                      "afs",   "lustre", "gpfs",  "beegfs",   "coda",   "ncpfs",  "orangefs",
                                      "pvfs2", "gfs2",   "ocfs2", "virtiofs", "vboxsf", "prl_fs", "davfs"};
static const char *const network_fuse[] = {
    "sshfs",  "glusterfs", "ceph",     "ceph-fuse", "s3fs",        "rclone", "davfs2",  "davfs",       "curlftpfs", "gcsfuse",
    "goofys", "blobfuse2", "blobfuse", "cephfs",    "juicefs",     "mfs",    "moosefs", "lizardfs",    "httpfs",    "smbnetfs",
    "hdfs",   "cvmfs2",    "cvmfs",    "seaweedfs", "vmhgfs-fuse", "nfs",    "JuiceFS", "alluxio-fuse"};
/* With devices of their own, which mountinfo does not name by number. */
static const char *const many_devices[] = {"btrfs", "zfs", "bcachefs", "ubifs", "jffs2", "yaffs2", "vzfs", "simfs"};
static const char *const pseudo[] = {
    "proc",      "sysfs",   "devtmpfs",   "devpts",       "cgroup",      "cgroup2", "securityfs",  "pstore",
    "efivarfs",  "bpf",     "tracefs",    "debugfs",      "configfs",    "mqueue",  "hugetlbfs",   "fusectl",
    "autofs",    "rootfs",  "nsfs",       "pipefs",       "sockfs",      "bdev",    "binfmt_misc", "rpc_pipefs",
    "selinuxfs", "smackfs", "functionfs", "nfsd",         "resctrl",     "binder",  "ecryptfs",    "fuse.portal",
    "devfs",     "usbfs",   "cpuset",     "anon_inodefs", "ramfs_initrd"};

static bool is_one_of(wql_str name, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (wql__linux_is(name, list[i])) return true;
    return false;
}
#define ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof(list)[0])

static bool is_fuse(wql_str type) { return wql__linux_starts(type, "fuse.") || wql__linux_is(type, "fuse"); }

uint8_t wql__linux_fs_kind(wql_str type, wql_str source, uint32_t major) {
    if (ONE_OF(type, network)) return WQL__LINUX_FS_NETWORK;
    if (wql__linux_is(type, "tmpfs") || wql__linux_is(type, "ramfs")) return WQL__LINUX_FS_MEMORY;
    if (wql__linux_is(type, "overlay") || wql__linux_is(type, "aufs")) return WQL__LINUX_FS_OVERLAY;
    if (wql__linux_is(type, "iso9660") || wql__linux_is(type, "udf")) return WQL__LINUX_FS_OPTICAL;
    if (ONE_OF(type, many_devices)) return WQL__LINUX_FS_LOCAL;
    if (ONE_OF(type, pseudo)) return WQL__LINUX_FS_PSEUDO;
    if (is_fuse(type)) {
        wql_str server = {type.ptr + (type.len > 5 ? 5 : type.len), type.len > 5 ? type.len - 5 : 0};
        if (ONE_OF(server, network_fuse)) return WQL__LINUX_FS_NETWORK;
    }
    return major != 0 || wql__linux_starts(source, "/dev/") ? WQL__LINUX_FS_LOCAL : WQL__LINUX_FS_PSEUDO;
}

bool wql__linux_is_disk(const wql__linux_mounted *m) {
    if (m->hidden || m->repeats) return false;
    switch (m->kind) {
    case WQL__LINUX_FS_LOCAL:
    case WQL__LINUX_FS_OPTICAL:
    case WQL__LINUX_FS_NETWORK: return true;
    case WQL__LINUX_FS_OVERLAY: return wql__linux_is(m->point, "/");
    default: return false;
    }
}

bool wql__linux_may_hang(const wql__linux_mounted *m) {
    return m->kind == WQL__LINUX_FS_NETWORK || wql__linux_starts(m->type, "fuse");
}

bool wql__linux_mounts_itself(const wql__linux_mounted *m) { return wql__linux_is(m->type, "autofs"); }

bool wql__linux_has_option(wql_str options, const char *name) {
    wql_str option, key;
    while (wql__linux_cut(&options, ',', &option))
        if (wql__linux_cut(&option, '=', &key) && wql__linux_is(key, name)) return true;
    return false;
}
