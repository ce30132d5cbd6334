/* SPDX-License-Identifier: MIT */
/* lease_files.c: the files of systemd-networkd, NetworkManager, dhclient and the resolver, of one link. */
#include "lease_files.h"

#include <sys/stat.h>
#include <unistd.h>

/* A file and when it was written. */
static bool read_dated(wql__linux_scan *s, uint32_t root, wql_str path, wql_str *out, int64_t *written_us) {
    wql__linux_mount *m = s->mount;
    struct stat about;
    int fd;
    bool read;
    if (!path.len || wql__linux_open_at(m, m->roots[root], path.ptr, 0, &fd) != 0) return false;
    read = fstat(fd, &about) == 0 && wql__linux_read_fd(&s->line, fd, WQL__LINUX_LARGE, out) == 0;
    if (read) *written_us = (int64_t)about.st_mtim.tv_sec * 1000000 + about.st_mtim.tv_nsec / 1000;
    (void)close(fd);
    return read;
}

static bool is_over(const wql__linux_scan *s, const wql__linux_lease *lease) {
    return s->mount->live && lease->has_expires && lease->expires_us < wql__linux_now();
}

static bool by_systemd(wql__linux_scan *s, uint32_t root, wql_str path, wql__linux_lease *out) {
    wql_str file;
    int64_t written;
    return read_dated(s, root, path, &file, &written) && wql__linux_lease_systemd(file, written, out) && !is_over(s, out);
}

static bool by_dhclient(wql__linux_scan *s, const wql__linux_link *link, wql_str path, wql__linux_lease *out) {
    const char *name = wql__linux_take_text(&s->line, link->name.ptr, link->name.len);
    wql_str file;
    int64_t written;
    return name && read_dated(s, WQL__LINUX_ROOT, path, &file, &written) && wql__linux_lease_dhclient(file, name, out) &&
           !is_over(s, out);
}

bool wql__linux_find_lease(wql__linux_scan *s, const wql__linux_link *link, wql__linux_lease *out) {
    wql_str uuid;
    if (by_systemd(s, WQL__LINUX_RUN, wql__linux_text(&s->line, "systemd/netif/leases/%u", link->index), out)) return true;
    uuid = wql__linux_link_connection(s, link);
    if (uuid.len) {
        wql_str path =
            wql__linux_text(&s->line, "var/lib/NetworkManager/internal-%.*s-%.*s.lease", WQL_FMT(uuid), WQL_FMT(link->name));
        if (by_systemd(s, WQL__LINUX_ROOT, path, out)) return true;
        path = wql__linux_text(&s->line, "var/lib/NetworkManager/dhclient-%.*s-%.*s.lease", WQL_FMT(uuid), WQL_FMT(link->name));
        if (by_dhclient(s, link, path, out)) return true;
    }
    return by_dhclient(s, link, wql__linux_text(&s->line, "var/lib/dhcp/dhclient.%.*s.leases", WQL_FMT(link->name)), out) ||
           by_dhclient(s, link, wql_s("var/lib/dhcp/dhclient.leases"), out) ||
           by_dhclient(s, link, wql__linux_text(&s->line, "var/lib/dhclient/dhclient--%.*s.lease", WQL_FMT(link->name)), out) ||
           by_dhclient(s, link, wql_s("var/lib/dhclient/dhclient.leases"), out);
}

bool wql__linux_find_link_dns(wql__linux_scan *s, const wql__linux_link *link, wql__linux_resolver *out) {
    static const char *const places[] = {"systemd/netif/links", "systemd/resolve/netif"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        wql_str path = wql__linux_text(&s->line, "%s/%u", places[i], link->index), file;
        if (!path.len ||
            wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_RUN], path.ptr, WQL__LINUX_SMALL, &file) != 0)
            continue;
        (void)wql__linux_read_link_dns(&s->line, file, out);
    }
    return out->servers.count > 0;
}

/* systemd-resolved puts its own address into resolv.conf, and the servers it asks into another file. */
void wql__linux_find_dns(wql__linux_scan *s, wql__linux_resolver *out) {
    wql__linux_mount *m = s->mount;
    wql__linux_resolver behind = {0};
    wql_str file;
    if (wql__linux_read(m, &s->arena, m->roots[WQL__LINUX_ETC], "resolv.conf", WQL__LINUX_SMALL, &file) == 0)
        (void)wql__linux_read_resolv(&s->arena, file, out);
    if (out->servers.count > 1 || (out->servers.count == 1 && !wql__linux_starts(out->servers.items[0], "127.0.0.5"))) return;
    if (wql__linux_read(m, &s->arena, m->roots[WQL__LINUX_RUN], "systemd/resolve/resolv.conf", WQL__LINUX_SMALL, &file) == 0 &&
        wql__linux_read_resolv(&s->arena, file, &behind) && behind.servers.count)
        *out = behind;
}
