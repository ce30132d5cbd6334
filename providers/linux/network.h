/* SPDX-License-Identifier: MIT */
/* network.h: links, addresses and routes as the kernel's rtnetlink tells them. Asking (netlink.c) and reading what came
 * (network.c) are apart, so that recorded answers can be read too. */
#ifndef WQL_LINUX_NETWORK_H
#define WQL_LINUX_NETWORK_H

#include "linux.h"

enum { WQL__LINUX_HARDWARE_ADDRESS = 32 }; /* bytes, at most (MAX_ADDR_LEN) */

typedef struct wql__linux_link {
    uint32_t index;
    uint32_t flags;    /* IFF_UP ... */
    uint16_t hardware; /* ARPHRD_ETHER ... */
    wql_str name, alias, kind;
    uint8_t address[WQL__LINUX_HARDWARE_ADDRESS], permanent[WQL__LINUX_HARDWARE_ADDRESS];
    uint32_t address_len, permanent_len; /* 0: not told */
    bool has_mtu, has_queue, has_operation, has_carrier, has_namespace, has_counters;
    uint32_t mtu, queue, master; /* master 0: none */
    uint8_t operation;           /* IF_OPER_UP ... */
    uint8_t carrier;
    int32_t namespace_id;
    uint64_t rx_bytes, tx_bytes, rx_packets, tx_packets, rx_errors, tx_errors, rx_dropped, tx_dropped;
} wql__linux_link;

typedef struct wql__linux_address {
    uint32_t link;  /* index */
    uint32_t flags; /* IFA_F_PERMANENT ... */
    uint8_t family; /* AF_INET, AF_INET6 */
    uint8_t prefix; /* bits */
    uint8_t scope;  /* RT_SCOPE_LINK ... */
    uint8_t bytes[16];
} wql__linux_address;

/* A default route with a gateway, or one that is bound to a link without. */
typedef struct wql__linux_route {
    uint32_t link, metric;
    uint8_t family;
    bool has_gateway;
    uint8_t gateway_family; /* an IPv4 route may go by an IPv6 neighbour */
    uint8_t gateway[16];
} wql__linux_route;

typedef struct wql__linux_network {
    wql__linux_link *links;
    wql__linux_address *addresses;
    wql__linux_route *routes;
    uint32_t link_count, address_count, route_count;
    bool has_links, has_addresses, has_routes; /* these were asked for, and told */
} wql__linux_network;

/* What a dump is of. */
enum { WQL__LINUX_LINKS = 1, WQL__LINUX_ADDRESSES = 2, WQL__LINUX_ROUTES = 4 };

/* Brings the messages that answer one dump, one behind the other, without NLMSG_DONE, in the arena. Returns 0 or an errno;
 * ECANCELED: the call has ended. */
typedef int wql__linux_dump(void *user, wql__linux_scan *s, uint32_t what, wql_str *messages);
/* Asks this machine's kernel; starts again if the tables changed meanwhile. */
int wql__linux_dump_kernel(void *user, wql__linux_scan *s, uint32_t what, wql_str *messages);

/* What is the matter with a piece of an answer, for wql__linux_collect. */
enum { WQL__LINUX_DUMP_MORE = 0, WQL__LINUX_DUMP_DONE, WQL__LINUX_DUMP_AGAIN, WQL__LINUX_DUMP_BROKEN };
/* Looks at one datagram of a dump with the given sequence number, and says how many of its bytes from `first` on are messages to
 * keep.
 * @param error  [out] of an NLMSG_ERROR, as a positive errno, with WQL__LINUX_DUMP_BROKEN */
int wql__linux_look_at(wql_str datagram, uint32_t sequence, wql_str *keep, int *error);

/* Reads messages into tables of the arena. What is not of the kind `what`, or is cut short, is left out.
 * Returns WQL_OK or WQL_E_OUT_OF_MEMORY. */
wql_status wql__linux_read_network(wql__linux_arena *arena, uint32_t what, wql_str messages, wql__linux_network *network);

/* Texts of addresses, in the arena; empty: no memory. */
wql_str wql__linux_hardware_text(wql__linux_arena *arena, const uint8_t *bytes, uint32_t len);
wql_str wql__linux_address_text(wql__linux_arena *arena, uint8_t family, const uint8_t *bytes);
/* "255.255.255.0" of 24 bits. */
wql_str wql__linux_mask_text(wql__linux_arena *arena, uint8_t prefix);
/* Unicast, loopback apart, and not one that only this link knows. */
bool wql__linux_is_routable(const wql__linux_address *a);

#endif
