/* SPDX-License-Identifier: MIT */
/* links.c: network links: asked of the kernel, and what lies in files about them. */
#include "links.h"

#include "udev.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOWER_UP = 0x10000 }; /* IFF_LOWER_UP, which <net/if.h> lacks */

/* -- links out of sysfs ---------------------------------------------------------------------------------------------------- */

static bool link_number(wql__linux_scan *s, wql_str name, const char *file, uint64_t *out) {
    wql_str path = wql__linux_text(&s->arena, "class/net/%.*s/%s", WQL_FMT(name), file);
    return path.len && wql__linux_read_number(s->mount, &s->arena, s->mount->roots[WQL__LINUX_SYS], path.ptr, out) == 0;
}

static bool link_text(wql__linux_scan *s, wql_str name, const char *file, wql_str *out) {
    wql_str path = wql__linux_text(&s->arena, "class/net/%.*s/%s", WQL_FMT(name), file);
    return path.len && wql__linux_read_line(s->mount, &s->arena, s->mount->roots[WQL__LINUX_SYS], path.ptr, out) == 0 && out->len;
}

static bool link_u32(wql__linux_scan *s, wql_str name, const char *file, uint32_t *out) {
    uint64_t number;
    if (!link_number(s, name, file, &number) || number > UINT32_MAX) return false;
    *out = (uint32_t)number;
    return true;
}

static uint32_t read_hardware(wql_str text, uint8_t *out) {
    wql_str piece;
    uint32_t len = 0;
    uint64_t byte;
    while (wql__linux_cut(&text, ':', &piece)) {
        if (len == WQL__LINUX_HARDWARE_ADDRESS || piece.len != 2 || !wql__linux_hex(piece, &byte)) return 0;
        out[len++] = (uint8_t)byte;
    }
    return len;
}

static const char *const operations[] = {"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"};

static void read_state(wql__linux_scan *s, wql__linux_link *l) {
    wql_str text;
    uint32_t number;
    for (uint8_t i = 0; link_text(s, l->name, "operstate", &text) && i < sizeof operations / sizeof operations[0]; i++) {
        if (!wql__linux_is(text, operations[i])) continue;
        l->operation = i;
        l->has_operation = true;
        break;
    }
    l->has_carrier = link_u32(s, l->name, "carrier", &number);
    l->carrier = l->has_carrier && number != 0;
}

static void read_counters(wql__linux_scan *s, wql__linux_link *l) {
    l->has_counters = link_number(s, l->name, "statistics/rx_bytes", &l->rx_bytes) &&
                      link_number(s, l->name, "statistics/tx_bytes", &l->tx_bytes) &&
                      link_number(s, l->name, "statistics/rx_packets", &l->rx_packets) &&
                      link_number(s, l->name, "statistics/tx_packets", &l->tx_packets) &&
                      link_number(s, l->name, "statistics/rx_errors", &l->rx_errors) &&
                      link_number(s, l->name, "statistics/tx_errors", &l->tx_errors) &&
                      link_number(s, l->name, "statistics/rx_dropped", &l->rx_dropped) &&
                      link_number(s, l->name, "statistics/tx_dropped", &l->tx_dropped);
}

/* False: it has gone. */
static bool read_link(wql__linux_scan *s, wql__linux_link *l) {
    wql_str text;
    uint64_t flags;
    uint32_t type;
    if (!link_u32(s, l->name, "ifindex", &l->index)) return false;
    if (link_text(s, l->name, "flags", &text) && wql__linux_starts(text, "0x") &&
        wql__linux_hex((wql_str){text.ptr + 2, text.len - 2}, &flags))
        l->flags = (uint32_t)flags;
    if (link_u32(s, l->name, "type", &type)) l->hardware = (uint16_t)type;
    if (link_text(s, l->name, "address", &text)) l->address_len = read_hardware(text, l->address);
    if (!link_text(s, l->name, "ifalias", &l->alias)) l->alias = (wql_str){NULL, 0};
    l->has_mtu = link_u32(s, l->name, "mtu", &l->mtu);
    l->has_queue = link_u32(s, l->name, "tx_queue_len", &l->queue);
    if (!link_u32(s, l->name, "master/ifindex", &l->master)) l->master = 0;
    read_state(s, l);
    read_counters(s, l);
    return true;
}

static int by_index(const void *a, const void *b) {
    const wql__linux_link *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

static wql_status list_names(wql__linux_scan *s, wql__linux_link **links, uint32_t *count) {
    wql__linux_dir dir;
    const char *name;
    uint32_t room = 0;
    *links = NULL;
    *count = 0;
    if (wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_SYS], "class/net", &dir) != 0) return WQL_OK;
    while (wql__linux_dir_next(&dir, &name) == 0 && name) {
        char *copy = wql__linux_take_text(&s->arena, name, strlen(name));
        if (*count == room) {
            uint32_t more = room ? room * 2 : 16;
            *links = *links ? wql__linux_take_more(&s->arena, *links, room * sizeof **links, more * sizeof **links)
                            : wql__linux_take_array(&s->arena, more, sizeof **links);
            room = more;
        }
        if (!copy || !*links) {
            wql__linux_dir_close(&dir);
            return WQL_E_OUT_OF_MEMORY;
        }
        (*links)[(*count)++].name = wql_s(copy);
    }
    wql__linux_dir_close(&dir);
    return WQL_OK;
}

wql_status wql__linux_links_of_sysfs(wql__linux_scan *s, wql__linux_network *out) {
    uint32_t count, kept = 0;
    wql_status status = list_names(s, &out->links, &count);
    if (status < 0) return status;
    for (uint32_t i = 0; i < count; i++) {
        wql_status ended = wql__linux_check(s);
        wql__linux_link l = {.name = out->links[i].name};
        if (ended < 0) return ended;
        if (read_link(s, &l)) out->links[kept++] = l;
    }
    if (kept > 1) qsort(out->links, kept, sizeof *out->links, by_index);
    out->link_count = kept;
    out->has_links = true;
    return WQL_OK;
}

/* -- asking ---------------------------------------------------------------------------------------------------------------- */

static void say_unknown(wql__linux_scan *s, uint32_t what, int error) {
    char line[160];
    (void)snprintf(line, sizeof line, "the kernel's table of %s cannot be read (error %d): %s",
                   what == WQL__LINUX_LINKS       ? "links"
                   : what == WQL__LINUX_ADDRESSES ? "addresses"
                                                  : "routes",
                   error, what == WQL__LINUX_LINKS ? "links come from sysfs" : "what comes of it is NULL");
    wql_scan_log(s->scan, WQL_LOG_WARNING, line);
}

static wql_status load_one(wql__linux_scan *s, uint32_t what, wql__linux_network *out) {
    wql__linux_mount *m = s->mount;
    wql_str messages = {NULL, 0};
    int error = m->dump ? m->dump(m->dump_user, s, what, &messages) : ENOSYS;
    if (error == ECANCELED && wql__linux_check(s) < 0) return wql__linux_check(s);
    if (error == ENOMEM) return WQL_E_OUT_OF_MEMORY;
    if (!error) return wql__linux_read_network(&s->arena, what, messages, out);
    if (m->dump) say_unknown(s, what, error);
    return what == WQL__LINUX_LINKS ? wql__linux_links_of_sysfs(s, out) : WQL_OK;
}

wql_status wql__linux_load_network(wql__linux_scan *s, uint32_t what, wql__linux_network *out) {
    static const uint32_t tables[] = {WQL__LINUX_LINKS, WQL__LINUX_ADDRESSES, WQL__LINUX_ROUTES};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        wql_status status = what & tables[i] ? load_one(s, tables[i], out) : WQL_OK;
        if (status == WQL_E_OUT_OF_MEMORY) return wql__linux_no_memory(s->err);
        if (status < 0) return status;
    }
    return WQL_OK;
}

/* -- one link -------------------------------------------------------------------------------------------------------------- */

bool wql__linux_link_is_up(const wql__linux_link *link) { return (link->flags & IFF_UP) != 0; }

bool wql__linux_link_has_carrier(const wql__linux_link *link) {
    return link->has_carrier ? link->carrier != 0 : (link->flags & LOWER_UP) != 0;
}

wql_str wql__linux_link_address(wql__linux_arena *arena, const wql__linux_link *link) {
    static const uint8_t nothing[WQL__LINUX_HARDWARE_ADDRESS];
    if (link->hardware != ARPHRD_ETHER || !link->address_len || memcmp(link->address, nothing, link->address_len) == 0)
        return (wql_str){NULL, 0};
    return wql__linux_hardware_text(arena, link->address, link->address_len);
}

static wql_str path_of(wql__linux_scan *s, const wql__linux_link *link, const char *file) {
    return wql__linux_text(&s->line, "class/net/%.*s%s%s", WQL_FMT(link->name), *file ? "/" : "", file);
}

int wql__linux_link_read(wql__linux_scan *s, const wql__linux_link *link, const char *file, wql_str *out) {
    wql_str path = path_of(s, link, file);
    if (!path.len) return ENOMEM;
    return wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, out);
}

bool wql__linux_link_has(wql__linux_scan *s, const wql__linux_link *link, const char *file) {
    wql_str path = path_of(s, link, file);
    return path.len && wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_SYS], path.ptr);
}

static wql_str read_link_text(wql__linux_scan *s, const wql__linux_link *link, const char *file) {
    wql_str path = path_of(s, link, file), target;
    if (!path.len || wql__linux_read_link(s->mount, &s->line, s->mount->roots[WQL__LINUX_SYS], path.ptr, &target) != 0)
        return (wql_str){NULL, 0};
    return target;
}

wql_str wql__linux_link_driver(wql__linux_scan *s, const wql__linux_link *link) {
    wql_str target = read_link_text(s, link, "device/driver");
    for (size_t i = target.len; i-- > 0;)
        if (target.ptr[i] == '/') return (wql_str){target.ptr + i + 1, target.len - i - 1};
    return target;
}

/* "../../devices/pci0000:00/0000:00:03.0/net/eth0" -> "pci0000:00/0000:00:03.0". */
wql_str wql__linux_link_device(wql__linux_scan *s, const wql__linux_link *link) {
    wql_str target = read_link_text(s, link, ""), head;
    while (wql__linux_starts(target, "../")) (void)wql__linux_cut(&target, '/', &head);
    if (!wql__linux_starts(target, "devices/")) return (wql_str){NULL, 0};
    (void)wql__linux_cut(&target, '/', &head);
    for (int i = 0; i < 2; i++) {
        while (target.len && target.ptr[target.len - 1] != '/') target.len--;
        if (target.len) target.len--;
    }
    return target;
}

static wql_str udev_value(wql__linux_scan *s, const wql__linux_link *link, const char *name) {
    char device[32];
    wql_str file, value;
    (void)snprintf(device, sizeof device, "n%u", link->index);
    if (wql__linux_udev(s->mount, &s->line, device, &file) != 0 || !wql__linux_udev_value(file, name, &value))
        return (wql_str){NULL, 0};
    return value;
}

wql_str wql__linux_link_title(wql__linux_scan *s, const wql__linux_link *link) {
    wql_str title = udev_value(s, link, "ID_MODEL_FROM_DATABASE");
    if (!title.len) title = wql__linux_link_driver(s, link);
    return title.len ? title : link->name;
}

wql_str wql__linux_link_vendor(wql__linux_scan *s, const wql__linux_link *link) {
    return udev_value(s, link, "ID_VENDOR_FROM_DATABASE");
}

wql_str wql__linux_link_connection(wql__linux_scan *s, const wql__linux_link *link) {
    wql_str path = wql__linux_text(&s->line, "NetworkManager/devices/%u", link->index), file, value;
    if (!path.len ||
        wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_RUN], path.ptr, WQL__LINUX_SMALL, &file) != 0 ||
        !wql__linux_field(file, "connection-uuid", '=', &value))
        return (wql_str){NULL, 0};
    return value;
}
