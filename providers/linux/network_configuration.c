/* SPDX-License-Identifier: MIT */
/* network_configuration.c: Win32_NetworkAdapterConfiguration: addresses, gateways, leases and name servers of the links. */
#include "lease_files.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <net/if.h>

/* The kernel's tables are read once a scan, the rest for a link. */
enum { ADDRESSES = 1, ROUTES = 2, UDEV = 4, DRIVER = 8, LEASE = 16, DNS = 32, SETTINGS = 64, HOST = 128 };

enum {
    INDEX,
    INTERFACE_INDEX,
    DESCRIPTION,
    CAPTION,
    MAC_ADDRESS,
    IP_ENABLED,
    IP_ADDRESS,
    IP_SUBNET,
    DEFAULT_IP_GATEWAY,
    GATEWAY_COST_METRIC,
    IP_CONNECTION_METRIC,
    DHCP_ENABLED,
    DHCP_SERVER,
    DHCP_LEASE_OBTAINED,
    DHCP_LEASE_EXPIRES,
    DNS_SERVER_SEARCH_ORDER,
    DNS_DOMAIN_SUFFIX_SEARCH_ORDER,
    DNS_HOST_NAME,
    DNS_DOMAIN,
    MTU,
    DEFAULT_TTL,
    SERVICE_NAME,
    SETTING_ID,
    NOT_ON_LINUX, /* and what follows */
};

#define NOTHING(n, t)                                                                                                            \
    { .name = n, .type = t, .from = WQL__LINUX_NOTHING }

static const wql__linux_property properties[] = {
    [INDEX] = {.name = "Index", .type = WQL_UINT32, .flags = WQL_KEY},
    [INTERFACE_INDEX] = {.name = "InterfaceIndex", .type = WQL_UINT32},
    [DESCRIPTION] = {.name = "Description", .type = WQL_STRING, .sources = UDEV},
    [CAPTION] = {.name = "Caption", .type = WQL_STRING, .sources = UDEV},
    [MAC_ADDRESS] = {.name = "MACAddress", .type = WQL_STRING},
    [IP_ENABLED] = {.name = "IPEnabled", .type = WQL_BOOLEAN, .sources = ADDRESSES},
    [IP_ADDRESS] = {.name = "IPAddress", .type = WQL_STRING | WQL_ARRAY, .sources = ADDRESSES},
    [IP_SUBNET] = {.name = "IPSubnet", .type = WQL_STRING | WQL_ARRAY, .sources = ADDRESSES},
    [DEFAULT_IP_GATEWAY] = {.name = "DefaultIPGateway", .type = WQL_STRING | WQL_ARRAY, .sources = ROUTES},
    [GATEWAY_COST_METRIC] = {.name = "GatewayCostMetric", .type = WQL_UINT16 | WQL_ARRAY, .sources = ROUTES},
    [IP_CONNECTION_METRIC] = {.name = "IPConnectionMetric", .type = WQL_UINT32, .sources = ROUTES},
    [DHCP_ENABLED] = {.name = "DHCPEnabled", .type = WQL_BOOLEAN, .sources = ADDRESSES | LEASE},
    [DHCP_SERVER] = {.name = "DHCPServer", .type = WQL_STRING, .sources = LEASE},
    [DHCP_LEASE_OBTAINED] = {.name = "DHCPLeaseObtained", .type = WQL_DATETIME, .sources = LEASE},
    [DHCP_LEASE_EXPIRES] = {.name = "DHCPLeaseExpires", .type = WQL_DATETIME, .sources = LEASE},
    [DNS_SERVER_SEARCH_ORDER] = {.name = "DNSServerSearchOrder", .type = WQL_STRING | WQL_ARRAY, .sources = ADDRESSES | DNS},
    [DNS_DOMAIN_SUFFIX_SEARCH_ORDER] = {.name = "DNSDomainSuffixSearchOrder",
                                        .type = WQL_STRING | WQL_ARRAY,
                                        .sources = ADDRESSES | DNS},
    [DNS_HOST_NAME] = {.name = "DNSHostName", .type = WQL_STRING, .sources = HOST},
    [DNS_DOMAIN] = {.name = "DNSDomain", .type = WQL_STRING, .sources = DNS | HOST},
    [MTU] = {.name = "MTU", .type = WQL_UINT32, .units = "bytes"},
    [DEFAULT_TTL] = {.name = "DefaultTTL", .type = WQL_UINT8, .sources = SETTINGS},
    [SERVICE_NAME] = {.name = "ServiceName", .type = WQL_STRING, .sources = DRIVER},
    [SETTING_ID] = {.name = "SettingID", .type = WQL_STRING},
    [NOT_ON_LINUX] = NOTHING("ArpAlwaysSourceRoute", WQL_BOOLEAN),
    NOTHING("ArpUseEtherSNAP", WQL_BOOLEAN),
    NOTHING("DatabasePath", WQL_STRING),
    NOTHING("DeadGWDetectEnabled", WQL_BOOLEAN),
    NOTHING("DefaultTOS", WQL_UINT8),
    NOTHING("DNSEnabledForWINSResolution", WQL_BOOLEAN),
    NOTHING("DomainDNSRegistrationEnabled", WQL_BOOLEAN),
    NOTHING("ForwardBufferMemory", WQL_UINT32),
    NOTHING("FullDNSRegistrationEnabled", WQL_BOOLEAN),
    NOTHING("IGMPLevel", WQL_UINT8),
    NOTHING("IPFilterSecurityEnabled", WQL_BOOLEAN),
    NOTHING("IPPortSecurityEnabled", WQL_BOOLEAN),
    NOTHING("IPSecPermitIPProtocols", WQL_STRING | WQL_ARRAY),
    NOTHING("IPSecPermitTCPPorts", WQL_STRING | WQL_ARRAY),
    NOTHING("IPSecPermitUDPPorts", WQL_STRING | WQL_ARRAY),
    NOTHING("IPUseZeroBroadcast", WQL_BOOLEAN),
    NOTHING("IPXAddress", WQL_STRING),
    NOTHING("IPXEnabled", WQL_BOOLEAN),
    NOTHING("IPXFrameType", WQL_UINT32 | WQL_ARRAY),
    NOTHING("IPXMediaType", WQL_UINT32),
    NOTHING("IPXNetworkNumber", WQL_STRING | WQL_ARRAY),
    NOTHING("IPXVirtualNetNumber", WQL_STRING),
    NOTHING("KeepAliveInterval", WQL_UINT32),
    NOTHING("KeepAliveTime", WQL_UINT32),
    NOTHING("NumForwardPackets", WQL_UINT32),
    NOTHING("PMTUBHDetectEnabled", WQL_BOOLEAN),
    NOTHING("PMTUDiscoveryEnabled", WQL_BOOLEAN),
    NOTHING("TcpipNetbiosOptions", WQL_UINT32),
    NOTHING("TcpMaxConnectRetransmissions", WQL_UINT32),
    NOTHING("TcpMaxDataRetransmissions", WQL_UINT32),
    NOTHING("TcpNumConnections", WQL_UINT32),
    NOTHING("TcpUseRFC1122UrgentPointer", WQL_BOOLEAN),
    NOTHING("TcpWindowSize", WQL_UINT16),
    NOTHING("WINSEnableLMHostsLookup", WQL_BOOLEAN),
    NOTHING("WINSHostLookupFile", WQL_STRING),
    NOTHING("WINSPrimaryServer", WQL_STRING),
    NOTHING("WINSScopeID", WQL_STRING),
    NOTHING("WINSSecondaryServer", WQL_STRING),
};
static const char *const source_names[] = {"addresses", "routes",   "udev",      "driver", "leases",
                                           "resolver",  "settings", "host name", NULL};

typedef struct configurations {
    wql__linux_network network;
    wql__linux_resolver resolver; /* of the machine */
    wql_str host, domain;         /* of the machine's name; empty: not known, or none */
    bool has_ttl;
    uint64_t ttl;
    uint32_t at;
} configurations;

/* "rook.dc.example" is the host rook in dc.example. */
static void find_host(wql__linux_scan *s, configurations *c) {
    c->domain = wql_s(wql__linux_host_name(s->mount, &s->arena));
    if (!wql__linux_cut(&c->domain, '.', &c->host)) c->host = (wql_str){NULL, 0};
}

static wql_status open_configurations(wql__linux_scan *s) {
    configurations *c = s->state;
    wql__linux_mount *m = s->mount;
    uint32_t what = WQL__LINUX_LINKS;
    wql_status status;
    if (wql__linux_reads(s, ADDRESSES)) what |= WQL__LINUX_ADDRESSES;
    if (wql__linux_reads(s, ROUTES)) what |= WQL__LINUX_ROUTES;
    status = wql__linux_load_network(s, what, &c->network);
    if (status < 0) return status;
    if (wql__linux_reads(s, DNS)) wql__linux_find_dns(s, &c->resolver);
    if (wql__linux_reads(s, HOST)) find_host(s, c);
    if (wql__linux_reads(s, SETTINGS))
        c->has_ttl = wql__linux_read_number(m, &s->arena, m->roots[WQL__LINUX_PROC], "sys/net/ipv4/ip_default_ttl", &c->ttl) == 0;
    return WQL_OK;
}

/* -- lists ----------------------------------------------------------------------------------------------------------------- */

/* An empty list is NULL: Windows has no empty ones here either. */
static void set_list(wql__linux_scan *s, uint32_t property, uint32_t type, const wql_value *items, uint32_t count) {
    if (count) wql__linux_set(s, property, wql_array(type, items, count));
}

static void set_texts(wql__linux_scan *s, uint32_t property, const wql__linux_texts *list) {
    wql_value *items = wql__linux_take_array(&s->line, list->count + 1u, sizeof *items);
    for (uint32_t i = 0; items && i < list->count; i++) items[i] = wql_text(list->items[i]);
    if (items) set_list(s, property, WQL_STRING, items, list->count);
}

/* -- addresses ------------------------------------------------------------------------------------------------------------- */

static bool is_loopback(const wql__linux_link *l) { return (l->flags & IFF_LOOPBACK) != 0; }

static bool is_enabled(const wql__linux_network *n, const wql__linux_link *l) {
    if (!wql__linux_link_is_up(l) || is_loopback(l)) return false;
    for (uint32_t i = 0; i < n->address_count; i++)
        if (n->addresses[i].link == l->index && wql__linux_is_routable(&n->addresses[i])) return true;
    return false;
}

/* IPv6 addresses that a router has announced are not permanent either, and no DHCP server gave them. */
static bool has_given_address(const wql__linux_network *n, const wql__linux_link *l) {
    for (uint32_t i = 0; i < n->address_count; i++)
        if (n->addresses[i].link == l->index && n->addresses[i].family == AF_INET && !(n->addresses[i].flags & IFA_F_PERMANENT))
            return true;
    return false;
}

static bool add_address(wql__linux_scan *s, const wql__linux_address *a, wql__linux_texts *addresses, wql__linux_texts *masks) {
    wql_str mask = a->family == AF_INET ? wql__linux_mask_text(&s->line, a->prefix) : wql__linux_text(&s->line, "%u", a->prefix);
    wql_str text = wql__linux_address_text(&s->line, a->family, a->bytes);
    return text.len && mask.len && wql__linux_add_text(&s->line, addresses, text) && wql__linux_add_text(&s->line, masks, mask);
}

static bool set_addresses(wql__linux_scan *s, const wql__linux_network *n, const wql__linux_link *l) {
    static const uint8_t families[] = {AF_INET, AF_INET6};
    wql__linux_texts addresses = {0}, masks = {0};
    for (size_t f = 0; f < 2; f++)
        for (uint32_t i = 0; i < n->address_count; i++) {
            const wql__linux_address *a = &n->addresses[i];
            if (a->link == l->index && a->family == families[f] && !add_address(s, a, &addresses, &masks)) return false;
        }
    set_texts(s, IP_ADDRESS, &addresses);
    set_texts(s, IP_SUBNET, &masks);
    if (n->has_addresses) wql__linux_set_bool(s, IP_ENABLED, is_enabled(n, l));
    return true;
}

/* -- routes ---------------------------------------------------------------------------------------------------------------- */

/* A route without a gateway (a tunnel's) has a metric and no place in the lists. A metric beyond 16 bits is NULL there. */
static bool set_routes(wql__linux_scan *s, const wql__linux_network *n, const wql__linux_link *l) {
    wql_value *gateways = wql__linux_take_array(&s->line, n->route_count + 1u, sizeof *gateways);
    wql_value *metrics = wql__linux_take_array(&s->line, n->route_count + 1u, sizeof *metrics);
    uint32_t count = 0, best = 0;
    bool any = false;
    for (uint32_t i = 0; gateways && metrics && i < n->route_count; i++) {
        const wql__linux_route *r = &n->routes[i];
        if (r->link != l->index) continue;
        if (!any || r->metric < best) best = r->metric;
        any = true;
        if (!r->has_gateway) continue;
        gateways[count] = wql_text(wql__linux_address_text(&s->line, r->gateway_family, r->gateway));
        metrics[count].type = r->metric <= UINT16_MAX ? WQL_UINT16 : WQL_NULL;
        metrics[count++].u64 = r->metric <= UINT16_MAX ? r->metric : 0;
    }
    if (!gateways || !metrics) return false;
    set_list(s, DEFAULT_IP_GATEWAY, WQL_STRING, gateways, count);
    set_list(s, GATEWAY_COST_METRIC, WQL_UINT16, metrics, count);
    if (any) wql__linux_set_u64(s, IP_CONNECTION_METRIC, best);
    return true;
}

/* -- leases and name servers ----------------------------------------------------------------------------------------------- */

static void set_lease(wql__linux_scan *s, const wql__linux_network *n, const wql__linux_link *l) {
    wql__linux_lease lease;
    bool leased;
    if (is_loopback(l)) {
        wql__linux_set_bool(s, DHCP_ENABLED, false);
        return;
    }
    leased = wql__linux_find_lease(s, l, &lease);
    if (leased || n->has_addresses) wql__linux_set_bool(s, DHCP_ENABLED, leased || has_given_address(n, l));
    if (!leased) return;
    if (lease.server.len) wql__linux_set_text(s, DHCP_SERVER, lease.server);
    if (lease.has_obtained) wql__linux_set_time(s, DHCP_LEASE_OBTAINED, lease.obtained_us);
    if (lease.has_expires) wql__linux_set_time(s, DHCP_LEASE_EXPIRES, lease.expires_us);
}

/* The machine's name servers are those of every link that is in use and has none of its own. */
static void set_dns(wql__linux_scan *s, const configurations *c, const wql__linux_link *l) {
    const wql__linux_network *n = &c->network;
    wql__linux_resolver own = {0};
    const wql__linux_resolver *used = wql__linux_find_link_dns(s, l, &own) ? &own : &c->resolver;
    wql__linux_texts domains = own.domains.count ? own.domains : c->resolver.domains;
    bool in_use = n->has_addresses ? is_enabled(n, l) : wql__linux_link_is_up(l) && !is_loopback(l);
    if (c->domain.len)
        wql__linux_set_text(s, DNS_DOMAIN, c->domain);
    else if (domains.count)
        wql__linux_set_text(s, DNS_DOMAIN, domains.items[0]);
    if (used != &own && !in_use) return;
    set_texts(s, DNS_SERVER_SEARCH_ORDER, &used->servers);
    set_texts(s, DNS_DOMAIN_SUFFIX_SEARCH_ORDER, &domains);
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

static void set_listed(wql__linux_scan *s, const wql__linux_link *l) {
    wql_str address = wql__linux_link_address(&s->line, l);
    wql__linux_set_u64(s, INDEX, l->index);
    wql__linux_set_u64(s, INTERFACE_INDEX, l->index);
    if (address.len) wql__linux_set_text(s, MAC_ADDRESS, address);
    if (l->has_mtu) wql__linux_set_u64(s, MTU, l->mtu);
    wql__linux_set_text(s, SETTING_ID, l->name);
}

static void set_title(wql__linux_scan *s, const wql__linux_link *l) {
    wql_str title = wql__linux_link_title(s, l);
    wql__linux_set_text(s, DESCRIPTION, title);
    wql__linux_set_text(s, CAPTION, title);
}

static int make_configuration(wql__linux_scan *s) {
    configurations *c = s->state;
    const wql__linux_link *l;
    if (c->at == c->network.link_count) return WQL__LINUX_END;
    l = &c->network.links[c->at++];
    set_listed(s, l);
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, ADDRESSES) && !set_addresses(s, &c->network, l)) return WQL_E_OUT_OF_MEMORY;
    if (wql__linux_reads(s, ROUTES) && !set_routes(s, &c->network, l)) return WQL_E_OUT_OF_MEMORY;
    if (!c->network.has_addresses) wql__linux_lost(s, ADDRESSES);
    if (!c->network.has_routes) wql__linux_lost(s, ROUTES);
    if (c->host.len) wql__linux_set_text(s, DNS_HOST_NAME, c->host);
    if (c->has_ttl) wql__linux_set_u64(s, DEFAULT_TTL, c->ttl);
    if (!wql__linux_passes(s, ADDRESSES | ROUTES | SETTINGS | HOST)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, UDEV)) set_title(s, l);
    if (wql__linux_reads(s, DRIVER)) {
        wql_str driver = wql__linux_link_driver(s, l);
        if (driver.len) wql__linux_set_text(s, SERVICE_NAME, driver);
    }
    if (wql__linux_reads(s, LEASE)) set_lease(s, &c->network, l);
    if (wql__linux_reads(s, DNS)) set_dns(s, c, l);
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_network_configuration = {
    .name = "Win32_NetworkAdapterConfiguration",
    .superclass = "CIM_Setting",
    .properties = properties,
    .property_count = WQL__LINUX_COUNT(properties),
    .documented = WQL__LINUX_COUNT(properties),
    .state_size = sizeof(configurations),
    .source_names = source_names,
    .open = open_configurations,
    .row = make_configuration,
};
