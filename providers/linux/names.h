/* SPDX-License-Identifier: MIT */
/* names.h: DHCP leases and name servers: files that network managers leave behind. Texts in, values out. */
#ifndef WQL_LINUX_NAMES_H
#define WQL_LINUX_NAMES_H

#include "linux.h"

typedef struct wql__linux_lease {
    wql_str server; /* empty: not told */
    bool has_obtained, has_expires;
    int64_t obtained_us, expires_us; /* since 1970 */
} wql__linux_lease;

/* "NAME=value" lines of systemd's DHCP client, which systemd-networkd and NetworkManager use; it writes how long the lease lasts,
 * and the file's time says since when.
 * @param written_us  when the file was written last. False: no lease. */
bool wql__linux_lease_systemd(wql_str file, int64_t written_us, wql__linux_lease *out);
/* The last lease of dhclient's file for an interface. Times are UTC ("4 2024/05/02 07:50:29") or "epoch 1714636229". */
bool wql__linux_lease_dhclient(wql_str file, const char *interface, wql__linux_lease *out);

/* A list of texts, of the arena. */
typedef struct wql__linux_texts {
    wql_str *items;
    uint32_t count, room;
} wql__linux_texts;

/* False: no memory. */
bool wql__linux_add_text(wql__linux_arena *arena, wql__linux_texts *list, wql_str text);
typedef struct wql__linux_resolver {
    wql__linux_texts servers, domains;
} wql__linux_resolver;

/* resolv.conf(5): every nameserver; the last `search` or `domain`. False: no memory. */
bool wql__linux_read_resolv(wql__linux_arena *arena, wql_str file, wql__linux_resolver *out);
/* A link's state as systemd-networkd (DNS=, DOMAINS=) or systemd-resolved (SERVERS=, DOMAINS=) keeps it. Ports, interfaces and
 * names of servers ("1.1.1.1:53#one") and the `~` of routing domains are left out. False: no memory. */
bool wql__linux_read_link_dns(wql__linux_arena *arena, wql_str file, wql__linux_resolver *out);

#endif
