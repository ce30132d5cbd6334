/* SPDX-License-Identifier: MIT */
/* links.h: what Win32_NetworkAdapter and Win32_NetworkAdapterConfiguration both need: the links, and what sysfs and udev say. */
#ifndef WQL_LINUX_LINKS_H
#define WQL_LINUX_LINKS_H

#include "network.h"

/* Asks for the tables `what`. Where there is no kernel to ask (a recorded tree), or it does not answer, the links come from sysfs,
 * and addresses and routes are not known; a line of the log says so.
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY; or why the call has ended. */
wql_status wql__linux_load_network(wql__linux_scan *s, uint32_t what, wql__linux_network *out);
/* The links of /sys/class/net, by index. */
wql_status wql__linux_links_of_sysfs(wql__linux_scan *s, wql__linux_network *out);

bool wql__linux_link_is_up(const wql__linux_link *link);
bool wql__linux_link_has_carrier(const wql__linux_link *link);
/* Upper case, or empty: it is no Ethernet, or has none. */
wql_str wql__linux_link_address(wql__linux_arena *arena, const wql__linux_link *link);

/* A file of /sys/class/net/NAME: 0 or an errno. */
int wql__linux_link_read(wql__linux_scan *s, const wql__linux_link *link, const char *file, wql_str *out);
bool wql__linux_link_has(wql__linux_scan *s, const wql__linux_link *link, const char *file);
/* The driver's name; empty: none. */
wql_str wql__linux_link_driver(wql__linux_scan *s, const wql__linux_link *link);
/* Where the device is below /sys/devices; empty: nowhere. */
wql_str wql__linux_link_device(wql__linux_scan *s, const wql__linux_link *link);
/* Its model by udev's hardware database, else the driver, else the interface. */
wql_str wql__linux_link_title(wql__linux_scan *s, const wql__linux_link *link);
wql_str wql__linux_link_vendor(wql__linux_scan *s, const wql__linux_link *link);
/* The connection that NetworkManager has made on it; empty: none. */
wql_str wql__linux_link_connection(wql__linux_scan *s, const wql__linux_link *link);

/* What the driver tells by ioctl. False: nothing, or there is no kernel to ask. (ethtool.c) */
bool wql__linux_ethtool_address(const wql__linux_mount *m, wql_str name, uint8_t *bytes, uint32_t *len);
bool wql__linux_ethtool_fastest(const wql__linux_mount *m, wql_str name, uint64_t *bits_per_second);

#endif
