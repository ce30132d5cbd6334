/* SPDX-License-Identifier: MIT */
/* network.c: messages of rtnetlink -> links, addresses, routes. Lengths are never trusted. */
#include "network.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

/* A table that grows. */
typedef struct table {
    wql__linux_arena *arena;
    void *items;
    size_t size; /* of an item */
    uint32_t count, room;
} table;

static void *add(table *t) {
    if (t->count == t->room) {
        uint32_t room = t->room ? t->room * 2 : 16;
        void *items = t->items ? wql__linux_take_more(t->arena, t->items, t->count * t->size, room * t->size)
                               : wql__linux_take_array(t->arena, room, t->size);
        if (!items) return NULL;
        t->items = items;
        t->room = room;
    }
    return memset((char *)t->items + t->size * t->count++, 0, t->size);
}

/* -- pieces of messages: lengths in host order, contents padded to four bytes ---------------------------------------------- */

static size_t padded(size_t len) { return (len + 3) & ~(size_t)3; }

static void skip(wql_str *rest, size_t len) {
    if (len > rest->len) len = rest->len;
    rest->ptr += len;
    rest->len -= len;
}

static bool cut_message(wql_str *rest, struct nlmsghdr *header, wql_str *body) {
    if (rest->len < sizeof *header) return false;
    memcpy(header, rest->ptr, sizeof *header);
    if (header->nlmsg_len < sizeof *header || header->nlmsg_len > rest->len) return false;
    *body = (wql_str){rest->ptr + sizeof *header, header->nlmsg_len - sizeof *header};
    skip(rest, padded(header->nlmsg_len));
    return true;
}

static bool cut_attribute(wql_str *rest, uint16_t *type, wql_str *body) {
    struct rtattr head;
    if (rest->len < sizeof head) return false;
    memcpy(&head, rest->ptr, sizeof head);
    if (head.rta_len < sizeof head || head.rta_len > rest->len) return false;
    *type = head.rta_type & (uint16_t)NLA_TYPE_MASK;
    *body = (wql_str){rest->ptr + sizeof head, head.rta_len - sizeof head};
    skip(rest, padded(head.rta_len));
    return true;
}

/* The fixed part of a message. */
static bool cut_head(wql_str *body, void *head, size_t size) {
    if (body->len < size) return false;
    memcpy(head, body->ptr, size);
    skip(body, padded(size));
    return true;
}

static bool get_u32(wql_str body, uint32_t *out) {
    if (body.len < sizeof *out) return false;
    memcpy(out, body.ptr, sizeof *out);
    return true;
}

static wql_str text(wql_str body) {
    const char *end = body.len ? memchr(body.ptr, 0, body.len) : NULL;
    if (end) body.len = (size_t)(end - body.ptr);
    return body;
}

static uint32_t bytes(wql_str body, uint8_t *out, size_t room) {
    if (body.len > room) return 0;
    if (body.len) memcpy(out, body.ptr, body.len);
    return (uint32_t)body.len;
}

/* -- links ----------------------------------------------------------------------------------------------------------------- */

static void read_counters(wql_str body, wql__linux_link *l) {
    struct rtnl_link_stats64 c = {0};
    if (body.len < offsetof(struct rtnl_link_stats64, multicast)) return;
    memcpy(&c, body.ptr, body.len < sizeof c ? body.len : sizeof c);
    l->rx_packets = c.rx_packets;
    l->tx_packets = c.tx_packets;
    l->rx_bytes = c.rx_bytes;
    l->tx_bytes = c.tx_bytes;
    l->rx_errors = c.rx_errors;
    l->tx_errors = c.tx_errors;
    l->rx_dropped = c.rx_dropped;
    l->tx_dropped = c.tx_dropped;
    l->has_counters = true;
}

static wql_str read_kind(wql_str body) {
    wql_str piece;
    uint16_t type;
    while (cut_attribute(&body, &type, &piece))
        if (type == IFLA_INFO_KIND) return text(piece);
    return (wql_str){NULL, 0};
}

static void read_link_attribute(uint16_t type, wql_str body, wql__linux_link *l) {
    uint32_t number = 0;
    switch (type) {
    case IFLA_IFNAME: l->name = text(body); break;
    case IFLA_IFALIAS: l->alias = text(body); break;
    case IFLA_LINKINFO: l->kind = read_kind(body); break;
    case IFLA_ADDRESS: l->address_len = bytes(body, l->address, sizeof l->address); break;
    case IFLA_PERM_ADDRESS: l->permanent_len = bytes(body, l->permanent, sizeof l->permanent); break;
    case IFLA_MTU: l->has_mtu = get_u32(body, &l->mtu); break;
    case IFLA_TXQLEN: l->has_queue = get_u32(body, &l->queue); break;
    case IFLA_MASTER: (void)get_u32(body, &l->master); break;
    case IFLA_LINK_NETNSID:
        l->has_namespace = get_u32(body, &number);
        memcpy(&l->namespace_id, &number, sizeof number);
        break;
    case IFLA_OPERSTATE: l->has_operation = bytes(body, &l->operation, 1) == 1; break;
    case IFLA_CARRIER: l->has_carrier = bytes(body, &l->carrier, 1) == 1; break;
    case IFLA_STATS64: read_counters(body, l); break;
    default: break;
    }
}

static bool read_link(wql_str body, table *t) {
    struct ifinfomsg head;
    wql__linux_link *l;
    wql_str piece;
    uint16_t type;
    if (!cut_head(&body, &head, sizeof head) || head.ifi_index <= 0) return true;
    l = add(t);
    if (!l) return false;
    l->index = (uint32_t)head.ifi_index;
    l->flags = head.ifi_flags;
    l->hardware = head.ifi_type;
    while (cut_attribute(&body, &type, &piece)) read_link_attribute(type, piece, l);
    return true;
}

/* -- addresses ------------------------------------------------------------------------------------------------------------- */

static size_t address_size(uint8_t family) { return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0; }

/* IFA_LOCAL is this end of a point-to-point link, where IFA_ADDRESS is the other one. */
static bool read_address(wql_str body, table *t) {
    struct ifaddrmsg head;
    wql__linux_address *a, found = {0};
    bool has_address = false, has_local = false;
    wql_str piece;
    uint16_t type;
    size_t size;
    if (!cut_head(&body, &head, sizeof head)) return true;
    size = address_size(head.ifa_family);
    if (!size) return true;
    found.link = head.ifa_index;
    found.flags = head.ifa_flags;
    found.family = head.ifa_family;
    found.prefix = head.ifa_prefixlen;
    found.scope = head.ifa_scope;
    while (cut_attribute(&body, &type, &piece)) {
        if (type == IFA_FLAGS) (void)get_u32(piece, &found.flags);
        if (piece.len != size) continue;
        if (type == IFA_LOCAL) has_local = bytes(piece, found.bytes, size) == size;
        if (type == IFA_ADDRESS && !has_local) has_address = bytes(piece, found.bytes, size) == size;
    }
    if (!has_address && !has_local) return true;
    if (found.prefix > size * 8) return true;
    a = add(t);
    if (a) *a = found;
    return a != NULL;
}

/* -- routes ---------------------------------------------------------------------------------------------------------------- */

static void read_gateway(wql__linux_route *r, uint8_t family, wql_str body) {
    size_t size = address_size(family);
    if (!size || body.len < size) return;
    memcpy(r->gateway, body.ptr, size);
    r->gateway_family = family;
    r->has_gateway = true;
}

/* RTA_VIA: a family in front of the address. */
static void read_via(wql__linux_route *r, wql_str body) {
    struct rtvia head;
    if (body.len < sizeof head) return;
    memcpy(&head, body.ptr, sizeof head);
    read_gateway(r, (uint8_t)head.rtvia_family, (wql_str){body.ptr + sizeof head, body.len - sizeof head});
}

/* Several next hops: a route for each. */
static bool read_hops(wql_str body, const wql__linux_route *base, table *t) {
    struct rtnexthop head;
    while (body.len >= sizeof head) {
        wql__linux_route *r;
        wql_str rest, piece;
        uint16_t type;
        memcpy(&head, body.ptr, sizeof head);
        if (head.rtnh_len < sizeof head || head.rtnh_len > body.len) return true;
        rest = (wql_str){body.ptr + sizeof head, head.rtnh_len - sizeof head};
        r = add(t);
        if (!r) return false;
        *r = *base;
        r->link = (uint32_t)head.rtnh_ifindex;
        while (cut_attribute(&rest, &type, &piece)) {
            if (type == RTA_GATEWAY) read_gateway(r, base->family, piece);
            if (type == RTA_VIA) read_via(r, piece);
        }
        skip(&body, padded(head.rtnh_len));
    }
    return true;
}

/* Default routes of the main table only. */
static bool read_route(wql_str body, table *t) {
    struct rtmsg head;
    wql__linux_route *r, found = {0};
    wql_str piece, hops = {NULL, 0};
    uint32_t routes;
    uint16_t type;
    if (!cut_head(&body, &head, sizeof head) || !address_size(head.rtm_family) || head.rtm_dst_len) return true;
    if (head.rtm_type != RTN_UNICAST || head.rtm_flags & RTM_F_CLONED) return true;
    routes = head.rtm_table;
    found.family = head.rtm_family;
    while (cut_attribute(&body, &type, &piece)) {
        switch (type) {
        case RTA_TABLE: (void)get_u32(piece, &routes); break;
        case RTA_OIF: (void)get_u32(piece, &found.link); break;
        case RTA_PRIORITY: (void)get_u32(piece, &found.metric); break;
        case RTA_GATEWAY: read_gateway(&found, found.family, piece); break;
        case RTA_VIA: read_via(&found, piece); break;
        case RTA_MULTIPATH: hops = piece; break;
        default: break;
        }
    }
    if (routes != RT_TABLE_MAIN) return true;
    if (hops.len) return read_hops(hops, &found, t);
    if (!found.link) return true;
    r = add(t);
    if (r) *r = found;
    return r != NULL;
}

/* -- all ------------------------------------------------------------------------------------------------------------------- */

typedef struct reader {
    uint32_t what;
    uint16_t message;
    size_t size;
    bool (*read)(wql_str body, table *t);
} reader;

static const reader readers[] = {
    {WQL__LINUX_LINKS, RTM_NEWLINK, sizeof(wql__linux_link), read_link},
    {WQL__LINUX_ADDRESSES, RTM_NEWADDR, sizeof(wql__linux_address), read_address},
    {WQL__LINUX_ROUTES, RTM_NEWROUTE, sizeof(wql__linux_route), read_route},
};

static void store(uint32_t what, const table *t, wql__linux_network *n) {
    switch (what) {
    case WQL__LINUX_LINKS:
        n->links = t->items;
        n->link_count = t->count;
        n->has_links = true;
        break;
    case WQL__LINUX_ADDRESSES:
        n->addresses = t->items;
        n->address_count = t->count;
        n->has_addresses = true;
        break;
    default:
        n->routes = t->items;
        n->route_count = t->count;
        n->has_routes = true;
        break;
    }
}

wql_status wql__linux_read_network(wql__linux_arena *arena, uint32_t what, wql_str messages, wql__linux_network *network) {
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        table t = {.arena = arena, .size = readers[i].size};
        struct nlmsghdr header;
        wql_str body;
        if (readers[i].what != what) continue;
        while (cut_message(&messages, &header, &body))
            if (header.nlmsg_type == readers[i].message && !readers[i].read(body, &t)) return WQL_E_OUT_OF_MEMORY;
        store(what, &t, network);
    }
    return WQL_OK;
}

int wql__linux_look_at(wql_str datagram, uint32_t sequence, wql_str *keep, int *error) {
    struct nlmsghdr header;
    wql_str rest = datagram, body, before;
    *keep = (wql_str){datagram.ptr, 0};
    for (before = rest; cut_message(&rest, &header, &body); before = rest) {
        if (header.nlmsg_seq != sequence) { /* of an older question: ours begin behind it */
            *keep = (wql_str){rest.ptr, 0};
            continue;
        }
        if (header.nlmsg_flags & NLM_F_DUMP_INTR) return WQL__LINUX_DUMP_AGAIN;
        if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
            int32_t code = 0;
            if (body.len >= sizeof code) memcpy(&code, body.ptr, sizeof code);
            *error = code < 0 ? -code : 0;
            if (header.nlmsg_type == NLMSG_ERROR || code < 0) return WQL__LINUX_DUMP_BROKEN;
            return WQL__LINUX_DUMP_DONE;
        }
        keep->len = (size_t)(rest.ptr - keep->ptr);
    }
    *error = 0;
    return before.len >= sizeof header ? WQL__LINUX_DUMP_BROKEN : WQL__LINUX_DUMP_MORE;
}

/* -- texts ----------------------------------------------------------------------------------------------------------------- */

wql_str wql__linux_hardware_text(wql__linux_arena *arena, const uint8_t *address, uint32_t len) {
    static const char digits[] = "0123456789ABCDEF";
    char *out = wql__linux_take(arena, (size_t)len * 3 + 1);
    size_t at = 0;
    if (!out || !len) return (wql_str){"", 0};
    for (uint32_t i = 0; i < len; i++) {
        if (i) out[at++] = ':';
        out[at++] = digits[address[i] >> 4];
        out[at++] = digits[address[i] & 15];
    }
    return (wql_str){out, at};
}

wql_str wql__linux_address_text(wql__linux_arena *arena, uint8_t family, const uint8_t *address) {
    char *out = wql__linux_take(arena, INET6_ADDRSTRLEN);
    if (!out || !inet_ntop(family, address, out, INET6_ADDRSTRLEN)) return (wql_str){"", 0};
    return wql_s(out);
}

wql_str wql__linux_mask_text(wql__linux_arena *arena, uint8_t prefix) {
    uint32_t mask = prefix ? htonl(UINT32_MAX << (32u - (prefix > 32 ? 32u : prefix))) : 0;
    return wql__linux_address_text(arena, AF_INET, (const uint8_t *)&mask);
}

bool wql__linux_is_routable(const wql__linux_address *a) {
    static const uint8_t loopback[16] = {[15] = 1};
    if (a->scope == RT_SCOPE_HOST || a->scope == RT_SCOPE_LINK) return false;
    if (a->family == AF_INET) return a->bytes[0] != 127 && !(a->bytes[0] == 169 && a->bytes[1] == 254);
    return memcmp(a->bytes, loopback, 16) != 0 && !(a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80);
}
