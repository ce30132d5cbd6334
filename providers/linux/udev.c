/* SPDX-License-Identifier: MIT */
/* udev.c: udev's database, and the links it makes below /dev. */
#include "udev.h"

#include <errno.h>

int wql__linux_udev(wql__linux_mount *m, wql__linux_arena *arena, const char *device, wql_str *out) {
    wql_str path = wql__linux_text(arena, "udev/data/%s", device);
    if (!path.len) return ENOMEM;
    return wql__linux_read(m, arena, m->roots[WQL__LINUX_RUN], path.ptr, WQL__LINUX_SMALL, out);
}

bool wql__linux_udev_value(wql_str file, const char *name, wql_str *out) {
    wql_str line, key;
    while (wql__linux_cut(&file, '\n', &line)) {
        if (!wql__linux_starts(line, "E:") || !memchr(line.ptr, '=', line.len)) continue;
        (void)wql__linux_cut(&line, '=', &key);
        key.ptr += 2;
        key.len -= 2;
        if (!wql__linux_is(key, name)) continue;
        *out = line;
        return true;
    }
    return false;
}

bool wql__linux_udev_decode(wql__linux_arena *arena, wql_str text, wql_str *out) {
    char *copy = wql__linux_take_text(arena, text.ptr, text.len);
    size_t len = 0;
    uint64_t code;
    if (!copy) return false;
    for (size_t i = 0; i < text.len;) {
        if (text.len - i >= 4 && text.ptr[i] == '\\' && text.ptr[i + 1] == 'x' &&
            wql__linux_hex((wql_str){text.ptr + i + 2, 2}, &code)) {
            copy[len++] = (char)code;
            i += 4;
        } else {
            copy[len++] = text.ptr[i++];
        }
    }
    *out = (wql_str){copy, len};
    return true;
}

static wql_str base_name(wql_str path) {
    for (size_t i = path.len; i-- > 0;)
        if (path.ptr[i] == '/') return (wql_str){path.ptr + i + 1, path.len - i - 1};
    return path;
}

int wql__linux_block_device(wql__linux_mount *m, wql__linux_arena *arena, wql_str source, wql_str *name, wql_str *number) {
    wql_str link, path;
    if (!wql__linux_starts(source, "/dev/")) return ENOENT;
    path = wql__linux_text(arena, "%.*s", WQL_FMT(source));
    if (!path.len) return ENOMEM;
    *name = base_name(source);
    /* Names made by udev are links to the kernel's: by-uuid/..., mapper/... */
    if (wql__linux_read_link(m, arena, m->roots[WQL__LINUX_ROOT], path.ptr + 1, &link) == 0) *name = base_name(link);
    path = wql__linux_text(arena, "class/block/%.*s/dev", WQL_FMT(*name));
    if (!path.len) return ENOMEM;
    return wql__linux_read_line(m, arena, m->roots[WQL__LINUX_SYS], path.ptr, number);
}

bool wql__linux_disk_link(wql__linux_mount *m, wql__linux_arena *arena, const char *directory, wql_str name, wql_str *out) {
    wql_str path = wql__linux_text(arena, "dev/disk/%s", directory);
    wql__linux_dir dir;
    const char *entry;
    bool found = false;
    if (!path.len || wql__linux_dir_open(m, arena, m->roots[WQL__LINUX_ROOT], path.ptr, &dir) != 0) return false;
    while (!found && wql__linux_dir_next(&dir, &entry) == 0 && entry) {
        wql_str target, to;
        if (wql__linux_read_link(m, arena, dir.fd, entry, &target) != 0) continue;
        to = base_name(target);
        if (to.len != name.len || memcmp(to.ptr, name.ptr, to.len) != 0) continue;
        *out = wql__linux_text(arena, "%s", entry);
        found = out->len > 0;
    }
    wql__linux_dir_close(&dir);
    return found;
}
