/* SPDX-License-Identifier: MIT */
/* network_adapter.c: Win32_NetworkAdapter and Linux_NetworkAdapter: the network links. */
#include "links.h"

#include <linux/if.h>

/* What is read for a link besides the kernel's table of links. */
enum { SYSFS = 1, UDEV = 2, ETHTOOL = 4, MANAGER = 8 };

enum {
    DEVICE_ID,
    INDEX,
    INTERFACE_INDEX,
    NAME,
    CAPTION,
    DESCRIPTION,
    PRODUCT_NAME,
    NET_CONNECTION_ID,
    MAC_ADDRESS,
    PERMANENT_ADDRESS,
    ADAPTER_TYPE,
    ADAPTER_TYPE_ID,
    SPEED,
    MAX_SPEED,
    NET_ENABLED,
    NET_CONNECTION_STATUS,
    PHYSICAL_ADAPTER,
    MANUFACTURER,
    SERVICE_NAME,
    PNP_DEVICE_ID,
    GUID,
    AVAILABILITY,
    TIME_OF_LAST_RESET,
    STATUS,
    CREATION_CLASS_NAME,
    SYSTEM_CREATION_CLASS_NAME,
    SYSTEM_NAME,
    INSTALLED,
    MAX_NUMBER_CONTROLLED,
    INSTALL_DATE,
    DOCUMENTED,
    /* Linux_NetworkAdapter */
    MTU = DOCUMENTED,
    TX_QUEUE_LEN,
    FLAGS,
    OPER_STATE,
    DUPLEX,
    MASTER,
    KIND,
    ALIAS,
    RX_BYTES,
    TX_BYTES,
    RX_PACKETS,
    TX_PACKETS,
    RX_ERRORS,
    TX_ERRORS,
    RX_DROPPED,
    TX_DROPPED,
    NET_NS_ID,
    COUNT
};

static const wql__linux_property properties[COUNT] = {
    [DEVICE_ID] = {.name = "DeviceID", .type = WQL_STRING, .flags = WQL_KEY},
    [INDEX] = {.name = "Index", .type = WQL_UINT32},
    [INTERFACE_INDEX] = {.name = "InterfaceIndex", .type = WQL_UINT32},
    [NAME] = {.name = "Name", .type = WQL_STRING, .sources = UDEV},
    [CAPTION] = {.name = "Caption", .type = WQL_STRING, .sources = UDEV},
    [DESCRIPTION] = {.name = "Description", .type = WQL_STRING, .sources = UDEV},
    [PRODUCT_NAME] = {.name = "ProductName", .type = WQL_STRING, .sources = UDEV},
    [NET_CONNECTION_ID] = {.name = "NetConnectionID", .type = WQL_STRING},
    [MAC_ADDRESS] = {.name = "MACAddress", .type = WQL_STRING},
    [PERMANENT_ADDRESS] = {.name = "PermanentAddress", .type = WQL_STRING, .sources = ETHTOOL},
    [ADAPTER_TYPE] = {.name = "AdapterType", .type = WQL_STRING, .sources = SYSFS},
    [ADAPTER_TYPE_ID] = {.name = "AdapterTypeID", .type = WQL_UINT16, .sources = SYSFS},
    [SPEED] = {.name = "Speed", .type = WQL_UINT64, .units = "bits per second", .sources = SYSFS},
    [MAX_SPEED] = {.name = "MaxSpeed", .type = WQL_UINT64, .units = "bits per second", .sources = ETHTOOL},
    [NET_ENABLED] = {.name = "NetEnabled", .type = WQL_BOOLEAN},
    [NET_CONNECTION_STATUS] = {.name = "NetConnectionStatus", .type = WQL_UINT16},
    [PHYSICAL_ADAPTER] = {.name = "PhysicalAdapter", .type = WQL_BOOLEAN, .sources = SYSFS},
    [MANUFACTURER] = {.name = "Manufacturer", .type = WQL_STRING, .sources = UDEV},
    [SERVICE_NAME] = {.name = "ServiceName", .type = WQL_STRING, .sources = SYSFS},
    [PNP_DEVICE_ID] = {.name = "PNPDeviceID", .type = WQL_STRING, .sources = SYSFS},
    [GUID] = {.name = "GUID", .type = WQL_STRING, .sources = MANAGER},
    [AVAILABILITY] = {.name = "Availability", .type = WQL_UINT16},
    [TIME_OF_LAST_RESET] = {.name = "TimeOfLastReset", .type = WQL_DATETIME},
    [STATUS] = {.name = "Status", .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = "OK"},
    [CREATION_CLASS_NAME] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [SYSTEM_CREATION_CLASS_NAME] = {.name = "SystemCreationClassName",
                                    .type = WQL_STRING,
                                    .from = WQL__LINUX_FIXED,
                                    .fixed = "Win32_ComputerSystem"},
    [SYSTEM_NAME] = {.name = "SystemName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [INSTALLED] = {.name = "Installed", .type = WQL_BOOLEAN, .from = WQL__LINUX_NOTHING},
    [MAX_NUMBER_CONTROLLED] = {.name = "MaxNumberControlled", .type = WQL_UINT32, .from = WQL__LINUX_NOTHING},
    [INSTALL_DATE] = {.name = "InstallDate", .type = WQL_DATETIME, .from = WQL__LINUX_NOTHING},
    [MTU] = {.name = "Mtu", .type = WQL_UINT32, .units = "bytes"},
    [TX_QUEUE_LEN] = {.name = "TxQueueLen", .type = WQL_UINT32},
    [FLAGS] = {.name = "Flags", .type = WQL_UINT32},
    [OPER_STATE] = {.name = "OperState", .type = WQL_STRING},
    [DUPLEX] = {.name = "Duplex", .type = WQL_STRING, .sources = SYSFS},
    [MASTER] = {.name = "Master", .type = WQL_STRING},
    [KIND] = {.name = "Kind", .type = WQL_STRING},
    [ALIAS] = {.name = "Alias", .type = WQL_STRING},
    [RX_BYTES] = {.name = "RxBytes", .type = WQL_UINT64, .units = "bytes"},
    [TX_BYTES] = {.name = "TxBytes", .type = WQL_UINT64, .units = "bytes"},
    [RX_PACKETS] = {.name = "RxPackets", .type = WQL_UINT64},
    [TX_PACKETS] = {.name = "TxPackets", .type = WQL_UINT64},
    [RX_ERRORS] = {.name = "RxErrors", .type = WQL_UINT64},
    [TX_ERRORS] = {.name = "TxErrors", .type = WQL_UINT64},
    [RX_DROPPED] = {.name = "RxDropped", .type = WQL_UINT64},
    [TX_DROPPED] = {.name = "TxDropped", .type = WQL_UINT64},
    [NET_NS_ID] = {.name = "NetNsId", .type = WQL_SINT32},
};
static const char *const source_names[] = {"sysfs", "udev", "ethtool", "NetworkManager", NULL};

typedef struct adapters {
    wql__linux_network network;
    uint32_t at;
} adapters;

static wql_status open_adapters(wql__linux_scan *s) {
    adapters *a = s->state;
    return wql__linux_load_network(s, WQL__LINUX_LINKS, &a->network);
}

/* -- what the table of links tells ----------------------------------------------------------------------------------------- */

enum { DISCONNECTED = 0, CONNECTING = 1, CONNECTED = 2, NOT_PRESENT = 4, MEDIA_DISCONNECTED = 7 };

static uint32_t connection_status(const wql__linux_link *l) {
    if (l->has_operation && l->operation == IF_OPER_NOTPRESENT) return NOT_PRESENT;
    if (!wql__linux_link_is_up(l)) return DISCONNECTED;
    if (l->has_operation && l->operation == IF_OPER_DORMANT) return CONNECTING;
    return wql__linux_link_has_carrier(l) ? CONNECTED : MEDIA_DISCONNECTED;
}

static void set_counters(wql__linux_scan *s, const wql__linux_link *l) {
    if (!l->has_counters) return;
    wql__linux_set_u64(s, RX_BYTES, l->rx_bytes);
    wql__linux_set_u64(s, TX_BYTES, l->tx_bytes);
    wql__linux_set_u64(s, RX_PACKETS, l->rx_packets);
    wql__linux_set_u64(s, TX_PACKETS, l->tx_packets);
    wql__linux_set_u64(s, RX_ERRORS, l->rx_errors);
    wql__linux_set_u64(s, TX_ERRORS, l->tx_errors);
    wql__linux_set_u64(s, RX_DROPPED, l->rx_dropped);
    wql__linux_set_u64(s, TX_DROPPED, l->tx_dropped);
}

/* An empty text means that there is none. */
static void set_if_any(wql__linux_scan *s, uint32_t property, wql_str text) {
    if (text.len) wql__linux_set_text(s, property, text);
}

static void set_superset(wql__linux_scan *s, const wql__linux_link *l, const wql__linux_network *n) {
    static const char *const operations[] = {"unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"};
    if (l->has_mtu) wql__linux_set_u64(s, MTU, l->mtu);
    if (l->has_queue) wql__linux_set_u64(s, TX_QUEUE_LEN, l->queue);
    wql__linux_set_u64(s, FLAGS, l->flags);
    if (l->has_operation && l->operation < sizeof operations / sizeof operations[0])
        wql__linux_set_z(s, OPER_STATE, operations[l->operation]);
    for (uint32_t i = 0; l->master && i < n->link_count; i++)
        if (n->links[i].index == l->master) set_if_any(s, MASTER, n->links[i].name);
    set_if_any(s, KIND, l->kind);
    set_if_any(s, ALIAS, l->alias);
    if (l->has_namespace) wql__linux_set_i64(s, NET_NS_ID, l->namespace_id);
    set_counters(s, l);
}

static void set_listed(wql__linux_scan *s, const wql__linux_link *l, const wql__linux_network *n) {
    wql__linux_set_text(s, DEVICE_ID, wql__linux_text(&s->line, "%u", l->index));
    wql__linux_set_u64(s, INDEX, l->index);
    wql__linux_set_u64(s, INTERFACE_INDEX, l->index);
    wql__linux_set_text(s, NET_CONNECTION_ID, l->name);
    set_if_any(s, MAC_ADDRESS, wql__linux_link_address(&s->line, l));
    wql__linux_set_bool(s, NET_ENABLED, wql__linux_link_is_up(l));
    wql__linux_set_u64(s, NET_CONNECTION_STATUS, connection_status(l));
    wql__linux_set_u64(s, AVAILABILITY, wql__linux_link_is_up(l) ? 3 : 8);
    if (s->mount->boot_known) wql__linux_set_time(s, TIME_OF_LAST_RESET, s->mount->boot_us);
    set_superset(s, l, n);
}

/* -- what lies in files ---------------------------------------------------------------------------------------------------- */

enum { ARPHRD_ETHERNET = 1, ARPHRD_WLAN_FIRST = 801, ARPHRD_WLAN_LAST = 803 };

static void set_type(wql__linux_scan *s, const wql__linux_link *l) {
    bool wireless = wql__linux_link_has(s, l, "wireless") || wql__linux_link_has(s, l, "phy80211") ||
                    (l->hardware >= ARPHRD_WLAN_FIRST && l->hardware <= ARPHRD_WLAN_LAST);
    if (!wireless && l->hardware != ARPHRD_ETHERNET) return;
    wql__linux_set_z(s, ADAPTER_TYPE, wireless ? "Wireless" : "Ethernet 802.3");
    wql__linux_set_u64(s, ADAPTER_TYPE_ID, wireless ? 9 : 0);
}

/* The files of speed and duplex cannot be read while a link is down: not known, and nothing is wrong. */
static void set_speed(wql__linux_scan *s, const wql__linux_link *l) {
    wql_str text;
    int64_t megabits;
    if (wql__linux_needs(s, SPEED) && wql__linux_link_read(s, l, "speed", &text) == 0 && wql__linux_signed(text, &megabits) &&
        megabits > 0 && megabits < INT32_MAX)
        wql__linux_set_u64(s, SPEED, (uint64_t)megabits * 1000000);
    if (wql__linux_needs(s, DUPLEX) && wql__linux_link_read(s, l, "duplex", &text) == 0 && !wql__linux_is(text, "unknown"))
        set_if_any(s, DUPLEX, text);
}

static void set_device(wql__linux_scan *s, const wql__linux_link *l) {
    bool physical = wql__linux_link_has(s, l, "device");
    wql__linux_set_bool(s, PHYSICAL_ADAPTER, physical);
    if (!physical) return;
    if (wql__linux_needs(s, SERVICE_NAME)) set_if_any(s, SERVICE_NAME, wql__linux_link_driver(s, l));
    if (wql__linux_needs(s, PNP_DEVICE_ID)) set_if_any(s, PNP_DEVICE_ID, wql__linux_link_device(s, l));
}

static void set_title(wql__linux_scan *s, const wql__linux_link *l) {
    wql_str title = wql__linux_link_title(s, l);
    wql__linux_set_text(s, NAME, title);
    wql__linux_set_text(s, CAPTION, title);
    wql__linux_set_text(s, DESCRIPTION, title);
    wql__linux_set_text(s, PRODUCT_NAME, title);
    if (wql__linux_needs(s, MANUFACTURER)) set_if_any(s, MANUFACTURER, wql__linux_link_vendor(s, l));
}

static void set_driver(wql__linux_scan *s, const wql__linux_link *l) {
    uint8_t address[WQL__LINUX_HARDWARE_ADDRESS];
    uint32_t len = l->permanent_len;
    uint64_t speed;
    if (len) memcpy(address, l->permanent, len);
    if (wql__linux_needs(s, PERMANENT_ADDRESS) && (len || wql__linux_ethtool_address(s->mount, l->name, address, &len)))
        set_if_any(s, PERMANENT_ADDRESS, wql__linux_hardware_text(&s->line, address, len));
    if (wql__linux_needs(s, MAX_SPEED) && wql__linux_ethtool_fastest(s->mount, l->name, &speed))
        wql__linux_set_u64(s, MAX_SPEED, speed);
}

static int make_adapter(wql__linux_scan *s) {
    adapters *a = s->state;
    const wql__linux_link *l;
    if (a->at == a->network.link_count) return WQL__LINUX_END;
    l = &a->network.links[a->at++];
    set_listed(s, l, &a->network);
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, SYSFS)) {
        if (wql__linux_needs(s, ADAPTER_TYPE) || wql__linux_needs(s, ADAPTER_TYPE_ID)) set_type(s, l);
        set_speed(s, l);
        if (wql__linux_needs(s, PHYSICAL_ADAPTER) || wql__linux_needs(s, SERVICE_NAME) || wql__linux_needs(s, PNP_DEVICE_ID))
            set_device(s, l);
    }
    if (!wql__linux_passes(s, SYSFS)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, UDEV)) set_title(s, l);
    if (wql__linux_reads(s, ETHTOOL)) set_driver(s, l);
    if (wql__linux_reads(s, MANAGER)) set_if_any(s, GUID, wql__linux_link_connection(s, l));
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_network_adapter = {
    .name = "Win32_NetworkAdapter",
    .superclass = "CIM_NetworkAdapter",
    .superset = "Linux_NetworkAdapter",
    .properties = properties,
    .property_count = COUNT,
    .documented = DOCUMENTED,
    .state_size = sizeof(adapters),
    .source_names = source_names,
    .open = open_adapters,
    .row = make_adapter,
};
