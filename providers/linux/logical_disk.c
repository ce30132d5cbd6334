/* SPDX-License-Identifier: MIT */
/* logical_disk.c: Win32_LogicalDisk, the mounts that are storage, and Linux_Mount, all mounts that can be seen. */
#include "mounts.h"
#include "space.h"
#include "udev.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sysmacros.h>

/* What is read for a mount besides mountinfo. */
enum { SYSFS = 1, UDEV = 2, STATVFS = 4 };
enum { AHEAD = 8 }; /* questions to network mounts that are on their way at a time */
enum { REMOVABLE = 2, LOCAL = 3, NETWORK = 4, OPTICAL = 5, MEMORY = 6, OPTICAL_MAJOR = 11 };

enum {
    DEVICE_ID,
    NAME,
    CAPTION,
    DESCRIPTION,
    DRIVE_TYPE,
    MEDIA_TYPE,
    FILE_SYSTEM,
    SIZE,
    FREE_SPACE,
    BLOCK_SIZE,
    NUMBER_OF_BLOCKS,
    VOLUME_NAME,
    VOLUME_SERIAL_NUMBER,
    PROVIDER_NAME,
    MAXIMUM_COMPONENT_LENGTH,
    ACCESS,
    COMPRESSED,
    SUPPORTS_FILE_BASED_COMPRESSION,
    SUPPORTS_DISK_QUOTAS,
    VOLUME_DIRTY,
    QUOTAS_DISABLED,
    QUOTAS_INCOMPLETE,
    QUOTAS_REBUILDING,
    STATUS,
    CREATION_CLASS_NAME,
    SYSTEM_CREATION_CLASS_NAME,
    SYSTEM_NAME,
    INSTALL_DATE,
    DOCUMENTED,
    /* Linux_Mount */
    SOURCE = DOCUMENTED,
    ROOT,
    OPTIONS,
    SUPER_OPTIONS,
    UUID,
    MOUNT_ID,
    PARENT_ID,
    INODES,
    INODES_FREE,
    FREE_BLOCKS_ROOT,
    IS_PSEUDO,
    IS_BIND,
    COUNT
};

static const wql__linux_property properties[COUNT] = {
    [DEVICE_ID] = {.name = "DeviceID", .type = WQL_STRING, .flags = WQL_KEY},
    [NAME] = {.name = "Name", .type = WQL_STRING},
    [CAPTION] = {.name = "Caption", .type = WQL_STRING},
    [DESCRIPTION] = {.name = "Description", .type = WQL_STRING, .sources = SYSFS},
    [DRIVE_TYPE] = {.name = "DriveType", .type = WQL_UINT32, .sources = SYSFS},
    [MEDIA_TYPE] = {.name = "MediaType", .type = WQL_UINT32, .sources = SYSFS},
    [FILE_SYSTEM] = {.name = "FileSystem", .type = WQL_STRING},
    [SIZE] = {.name = "Size", .type = WQL_UINT64, .units = "bytes", .sources = STATVFS},
    [FREE_SPACE] = {.name = "FreeSpace", .type = WQL_UINT64, .units = "bytes", .sources = STATVFS},
    [BLOCK_SIZE] = {.name = "BlockSize", .type = WQL_UINT64, .units = "bytes", .sources = STATVFS},
    [NUMBER_OF_BLOCKS] = {.name = "NumberOfBlocks", .type = WQL_UINT64, .sources = STATVFS},
    [VOLUME_NAME] = {.name = "VolumeName", .type = WQL_STRING, .sources = UDEV},
    [VOLUME_SERIAL_NUMBER] = {.name = "VolumeSerialNumber", .type = WQL_STRING, .sources = UDEV},
    [PROVIDER_NAME] = {.name = "ProviderName", .type = WQL_STRING},
    [MAXIMUM_COMPONENT_LENGTH] = {.name = "MaximumComponentLength", .type = WQL_UINT32, .sources = STATVFS},
    [ACCESS] = {.name = "Access", .type = WQL_UINT16},
    [COMPRESSED] = {.name = "Compressed", .type = WQL_BOOLEAN},
    [SUPPORTS_FILE_BASED_COMPRESSION] = {.name = "SupportsFileBasedCompression", .type = WQL_BOOLEAN},
    [SUPPORTS_DISK_QUOTAS] = {.name = "SupportsDiskQuotas", .type = WQL_BOOLEAN},
    [VOLUME_DIRTY] = {.name = "VolumeDirty", .type = WQL_BOOLEAN, .from = WQL__LINUX_NOTHING},
    [QUOTAS_DISABLED] = {.name = "QuotasDisabled", .type = WQL_BOOLEAN, .from = WQL__LINUX_NOTHING},
    [QUOTAS_INCOMPLETE] = {.name = "QuotasIncomplete", .type = WQL_BOOLEAN, .from = WQL__LINUX_NOTHING},
    [QUOTAS_REBUILDING] = {.name = "QuotasRebuilding", .type = WQL_BOOLEAN, .from = WQL__LINUX_NOTHING},
    [STATUS] = {.name = "Status", .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = "OK"},
    [CREATION_CLASS_NAME] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [SYSTEM_CREATION_CLASS_NAME] = {.name = "SystemCreationClassName",
                                    .type = WQL_STRING,
                                    .from = WQL__LINUX_FIXED,
                                    .fixed = "Win32_ComputerSystem"},
    [SYSTEM_NAME] = {.name = "SystemName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [INSTALL_DATE] = {.name = "InstallDate", .type = WQL_DATETIME, .from = WQL__LINUX_NOTHING},
    [SOURCE] = {.name = "Source", .type = WQL_STRING},
    [ROOT] = {.name = "Root", .type = WQL_STRING},
    [OPTIONS] = {.name = "Options", .type = WQL_STRING},
    [SUPER_OPTIONS] = {.name = "SuperOptions", .type = WQL_STRING},
    [UUID] = {.name = "Uuid", .type = WQL_STRING, .sources = UDEV},
    [MOUNT_ID] = {.name = "MountId", .type = WQL_UINT32},
    [PARENT_ID] = {.name = "ParentId", .type = WQL_UINT32},
    [INODES] = {.name = "Inodes", .type = WQL_UINT64, .sources = STATVFS},
    [INODES_FREE] = {.name = "InodesFree", .type = WQL_UINT64, .sources = STATVFS},
    [FREE_BLOCKS_ROOT] = {.name = "FreeBlocksRoot", .type = WQL_UINT64, .sources = STATVFS},
    [IS_PSEUDO] = {.name = "IsPseudo", .type = WQL_BOOLEAN},
    [IS_BIND] = {.name = "IsBind", .type = WQL_BOOLEAN},
};
static const char *const source_names[] = {"sysfs", "udev", "statvfs", NULL};

typedef struct disks {
    wql__linux_mounts mounts;
    uint32_t at, asked;              /* the next row; the next mount that may be asked ahead */
    wql__linux_question **questions; /* [mounts.count] on their way */
    bool here;                       /* mountinfo is that of this process, and so are its paths */
} disks;

/* -- the listing ----------------------------------------------------------------------------------------------------------- */

/* Below another root lies another system: its first process sees what it has mounted. */
static int read_mountinfo(wql__linux_scan *s, bool here, wql_str *out) {
    wql__linux_mount *m = s->mount;
    int proc = m->roots[WQL__LINUX_PROC];
    if (!here && wql__linux_read(m, &s->arena, proc, "1/mountinfo", WQL__LINUX_LARGE, out) == 0) return 0;
    return wql__linux_read(m, &s->arena, proc, "self/mountinfo", WQL__LINUX_LARGE, out);
}

static wql_status open_disks(wql__linux_scan *s) {
    disks *d = s->state;
    wql_str text;
    wql_status status;
    int error;
    d->here = s->mount->live && strcmp(s->mount->options.roots[WQL__LINUX_ROOT], "/") == 0;
    error = read_mountinfo(s, d->here, &text);
    if (error == ENOMEM) return wql__linux_no_memory(s->err);
    if (error) {
        wql_scan_log(s->scan, WQL_LOG_WARNING, "mountinfo cannot be read: no logical disk is known");
        s->partial = true;
        return WQL_OK;
    }
    status = wql__linux_read_mounts(&s->arena, text, &d->mounts);
    d->questions = wql__linux_take_array(&s->arena, d->mounts.count + 1u, sizeof *d->questions);
    if (status < 0 || !d->questions) return wql__linux_no_memory(s->err);
    if (d->mounts.malformed) {
        wql_scan_log(s->scan, WQL_LOG_WARNING, "lines of mountinfo that have another form were left out");
        s->partial = true;
    }
    return WQL_OK;
}

static bool is_listed(const wql__linux_scan *s, const wql__linux_mounted *m) {
    return s->mount->options.superset ? !m->hidden : wql__linux_is_disk(m);
}

static void set_listed(wql__linux_scan *s, const wql__linux_mounted *m) {
    bool packs = wql__linux_has_option(m->super_options, "compress") || wql__linux_has_option(m->super_options, "compress-force");
    static const char *const quotas[] = {"usrquota",  "grpquota",  "prjquota", "quota",
                                         "usrjquota", "grpjquota", "pquota",   "uquota"};
    bool read_only = wql__linux_has_option(m->options, "ro") || wql__linux_has_option(m->super_options, "ro"), has_quota = false;
    for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; i++)
        if (wql__linux_has_option(m->super_options, quotas[i])) has_quota = true;
    wql__linux_set_text(s, DEVICE_ID, m->point);
    wql__linux_set_text(s, NAME, m->point);
    wql__linux_set_text(s, CAPTION, m->point);
    wql__linux_set_text(s, FILE_SYSTEM, m->type);
    if (m->kind == WQL__LINUX_FS_NETWORK) wql__linux_set_text(s, PROVIDER_NAME, m->source);
    wql__linux_set_u64(s, ACCESS, read_only ? 1 : 3);
    wql__linux_set_bool(s, COMPRESSED, packs);
    wql__linux_set_bool(s, SUPPORTS_FILE_BASED_COMPRESSION,
                        packs || wql__linux_is(m->type, "btrfs") || wql__linux_is(m->type, "bcachefs"));
    wql__linux_set_bool(s, SUPPORTS_DISK_QUOTAS, has_quota);
    wql__linux_set_text(s, SOURCE, m->source);
    wql__linux_set_text(s, ROOT, m->root);
    wql__linux_set_text(s, OPTIONS, m->options);
    wql__linux_set_text(s, SUPER_OPTIONS, m->super_options);
    wql__linux_set_u64(s, MOUNT_ID, m->id);
    wql__linux_set_u64(s, PARENT_ID, m->parent);
    wql__linux_set_bool(s, IS_PSEUDO, m->kind == WQL__LINUX_FS_PSEUDO || m->kind == WQL__LINUX_FS_MEMORY);
    wql__linux_set_bool(s, IS_BIND, m->is_bind);
}

/* -- the device ------------------------------------------------------------------------------------------------------------ */

/* "8:1"; of a file system with a number of its own (btrfs), that of its source. False: no device. */
static bool device_number(wql__linux_scan *s, const wql__linux_mounted *m, wql_str *name, wql_str *number) {
    *name = (wql_str){NULL, 0};
    if (wql__linux_block_device(s->mount, &s->line, m->source, name, number) == 0) return true;
    if (!m->major) return false;
    *number = wql__linux_text(&s->line, "%u:%u", m->major, m->minor);
    return number->len > 0;
}

/* A partition has no such file, the disk above it has. */
static bool is_removable(wql__linux_scan *s, const wql__linux_mounted *m) {
    wql_str name, number;
    uint64_t value;
    if (!device_number(s, m, &name, &number)) return false;
    for (size_t i = 0; i < 2; i++) {
        wql_str path = i ? wql__linux_text(&s->line, "dev/block/%.*s/../removable", WQL_FMT(number))
                         : wql__linux_text(&s->line, "dev/block/%.*s/removable", WQL_FMT(number));
        if (path.len && wql__linux_read_number(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, &value) == 0)
            return value != 0;
    }
    return false;
}

static uint32_t drive_type(wql__linux_scan *s, const wql__linux_mounted *m) {
    switch (m->kind) {
    case WQL__LINUX_FS_NETWORK: return NETWORK;
    case WQL__LINUX_FS_MEMORY: return MEMORY;
    case WQL__LINUX_FS_OVERLAY: return LOCAL;
    case WQL__LINUX_FS_OPTICAL:
        if (m->major == OPTICAL_MAJOR || wql__linux_starts(m->source, "/dev/sr")) return OPTICAL;
        break;
    case WQL__LINUX_FS_LOCAL: break;
    default: return 0;
    }
    return is_removable(s, m) ? REMOVABLE : LOCAL;
}

static void set_drive(wql__linux_scan *s, const wql__linux_mounted *m) {
    static const char *const descriptions[] = {
        [REMOVABLE] = "Removable Disk", [LOCAL] = "Local Fixed Disk", [NETWORK] = "Network Connection",
        [OPTICAL] = "CD-ROM Disc",      [MEMORY] = "RAM Disk",
    };
    uint32_t type = drive_type(s, m);
    wql__linux_set_u64(s, DRIVE_TYPE, type);
    wql__linux_set_z(s, DESCRIPTION, descriptions[type]);
    wql__linux_set_u64(s, MEDIA_TYPE, type == LOCAL ? 12 : type == REMOVABLE ? 11 : 0);
}

/* The first eight hexadecimal digits. */
static void set_serial(wql__linux_scan *s, wql_str uuid) {
    char *out = wql__linux_take(&s->line, 9);
    size_t len = 0;
    for (size_t i = 0; out && i < uuid.len && len < 8; i++) {
        char c = uuid.ptr[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F')) out[len++] = c;
        if (c >= 'a' && c <= 'f') out[len++] = (char)(c - 'a' + 'A');
    }
    if (len == 8) wql__linux_set_text(s, VOLUME_SERIAL_NUMBER, (wql_str){out, len});
}

static void set_volume(wql__linux_scan *s, const wql__linux_mounted *m) {
    wql_str name, number, file, label, uuid;
    bool has_label, has_uuid;
    int error;
    if (m->kind == WQL__LINUX_FS_NETWORK || !device_number(s, m, &name, &number)) return;
    number = wql__linux_text(&s->line, "b%.*s", WQL_FMT(number));
    error = number.len ? wql__linux_udev(s->mount, &s->line, number.ptr, &file) : ENOMEM;
    if (error && error != ENOENT) wql__linux_lost(s, UDEV);
    has_label = !error && wql__linux_udev_value(file, "ID_FS_LABEL_ENC", &label);
    has_uuid = !error && wql__linux_udev_value(file, "ID_FS_UUID", &uuid);
    if (error && name.len) {
        has_label = wql__linux_disk_link(s->mount, &s->line, "by-label", name, &label);
        has_uuid = wql__linux_disk_link(s->mount, &s->line, "by-uuid", name, &uuid);
    }
    if (has_label && wql__linux_udev_decode(&s->line, label, &label)) wql__linux_set_text(s, VOLUME_NAME, label);
    if (!has_uuid) return;
    wql__linux_set_text(s, UUID, uuid);
    set_serial(s, uuid);
}

/* -- sizes ----------------------------------------------------------------------------------------------------------------- */

static void set_product(wql__linux_scan *s, uint32_t property, uint64_t a, uint64_t b) {
    uint64_t product;
    if (__builtin_mul_overflow(a, b, &product))
        wql_scan_count(s->scan, 1, 0);
    else
        wql__linux_set_u64(s, property, product);
}

static void set_space(wql__linux_scan *s, const wql__linux_space *space) {
    set_product(s, SIZE, space->blocks, space->block_size);
    set_product(s, FREE_SPACE, space->available, space->block_size);
    wql__linux_set_u64(s, BLOCK_SIZE, space->block_size);
    wql__linux_set_u64(s, NUMBER_OF_BLOCKS, space->blocks);
    wql__linux_set_u64(s, MAXIMUM_COMPONENT_LENGTH, space->name_max);
    wql__linux_set_u64(s, INODES, space->inodes);
    wql__linux_set_u64(s, INODES_FREE, space->inodes_free);
    wql__linux_set_u64(s, FREE_BLOCKS_ROOT, space->free);
}

static bool place_of(wql__linux_scan *s, const wql__linux_mounted *m, wql__linux_place *out) {
    const disks *d = s->state;
    wql_str root = wql_s(s->mount->options.roots[WQL__LINUX_ROOT]), path;
    while (root.len && root.ptr[root.len - 1] == '/') root.len--;
    path = wql__linux_text(&s->line, "%.*s%s", WQL_FMT(root), m->point.ptr);
    *out = (wql__linux_place){.path = path.ptr, .device = makedev(m->major, m->minor), .mount_id = m->id, .any_mount = !d->here};
    return path.len > 0;
}

/* Without conditions every row is made: then several servers can be waited for at the same time. */
static void ask_ahead(wql__linux_scan *s) {
    disks *d = s->state;
    uint32_t end = d->at + AHEAD < d->mounts.count ? d->at + AHEAD : d->mounts.count;
    if (s->scan->request->conjunct_count) return;
    if (d->asked < d->at) d->asked = d->at;
    for (; d->asked < end; d->asked++) {
        const wql__linux_mounted *m = &d->mounts.items[d->asked];
        wql__linux_place place;
        if (!is_listed(s, m) || !wql__linux_may_hang(m) || !place_of(s, m, &place)) continue;
        if (wql__linux_ask(s->mount->asker, &place, &d->questions[d->asked])) d->questions[d->asked] = NULL;
    }
}

static bool goes_on(void *scan) { return wql__linux_check(scan) >= 0; }

static int await_space(wql__linux_scan *s, const wql__linux_place *place, uint32_t number, wql__linux_space *space) {
    disks *d = s->state;
    wql__linux_question *question = d->questions[number];
    int error = question ? 0 : wql__linux_ask(s->mount->asker, place, &question);
    d->questions[number] = NULL;
    return error ? error : wql__linux_await(s->mount->asker, question, s->mount->options.mount_ms, goes_on, s, space);
}

static void warn(wql__linux_scan *s, const wql__linux_mounted *m, const char *what) {
    char line[300];
    (void)snprintf(line, sizeof line, "%.200s %s: its sizes are NULL", m->point.ptr, what);
    wql_scan_log(s->scan, WQL_LOG_WARNING, line);
}

/* WQL__LINUX_MADE, also without sizes; WQL__LINUX_SKIP: it has gone; or the call has ended. */
static int read_space(wql__linux_scan *s, const wql__linux_mounted *m, uint32_t number) {
    wql__linux_place place;
    wql__linux_space space;
    int error;
    if (wql__linux_mounts_itself(m)) return WQL__LINUX_MADE;
    ask_ahead(s);
    if (!place_of(s, m, &place)) return WQL_E_OUT_OF_MEMORY;
    error =
        wql__linux_may_hang(m) ? await_space(s, &place, number, &space) : wql__linux_measure_now(s->mount->asker, &place, &space);
    if (error == ECANCELED && wql__linux_check(s) < 0) return wql__linux_check(s);
    if (error == ENOENT && ((const disks *)s->state)->here) return WQL__LINUX_SKIP;
    if (error == ETIMEDOUT) warn(s, m, "does not answer");
    if (error == EAGAIN) warn(s, m, "could not be asked, too many mounts do not answer");
    if (error)
        wql__linux_lost(s, STATVFS);
    else
        set_space(s, &space);
    return WQL__LINUX_MADE;
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

static int make_disk(wql__linux_scan *s) {
    disks *d = s->state;
    const wql__linux_mounted *m;
    uint32_t number;
    while (d->at < d->mounts.count && !is_listed(s, &d->mounts.items[d->at])) d->at++;
    if (d->at >= d->mounts.count) return WQL__LINUX_END;
    number = d->at++;
    m = &d->mounts.items[number];
    set_listed(s, m);
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, SYSFS)) set_drive(s, m);
    if (!wql__linux_passes(s, SYSFS)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, UDEV)) set_volume(s, m);
    if (!wql__linux_passes(s, SYSFS | UDEV)) return WQL__LINUX_SKIP;
    return wql__linux_reads(s, STATVFS) ? read_space(s, m, number) : WQL__LINUX_MADE;
}

static void close_disks(wql__linux_scan *s) {
    disks *d = s->state;
    for (uint32_t i = 0; d->questions && i < d->mounts.count; i++)
        if (d->questions[i]) wql__linux_forget(s->mount->asker, d->questions[i]);
}

const wql__linux_class wql__linux_logical_disk = {
    .name = "Win32_LogicalDisk",
    .superclass = "CIM_LogicalDisk",
    .superset = "Linux_Mount",
    .properties = properties,
    .property_count = COUNT,
    .documented = DOCUMENTED,
    .state_size = sizeof(disks),
    .source_names = source_names,
    .open = open_disks,
    .row = make_disk,
    .close = close_disks,
};
