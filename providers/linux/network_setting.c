/* SPDX-License-Identifier: MIT */
/* network_setting.c: Win32_NetworkAdapterSetting: which configuration is which adapter's. Both are named by the link's number,
 * and the kernel tells all links at once. */
#include "links.h"

enum { ELEMENT, SETTING, COUNT };

static const wql__linux_property properties[COUNT] = {
    [ELEMENT] = {.name = "Element", .reference = "Win32_NetworkAdapter", .type = WQL_REFERENCE, .flags = WQL_KEY},
    [SETTING] = {.name = "Setting", .reference = "Win32_NetworkAdapterConfiguration", .type = WQL_REFERENCE, .flags = WQL_KEY},
};

typedef struct settings {
    wql__linux_network network;
    uint32_t at;
} settings;

static wql_status open_settings(wql__linux_scan *s) {
    return wql__linux_load_network(s, WQL__LINUX_LINKS, &((settings *)s->state)->network);
}

static int make_setting(wql__linux_scan *s) {
    settings *t = s->state;
    const wql__linux_link *l;
    if (t->at == t->network.link_count) return WQL__LINUX_END;
    l = &t->network.links[t->at++];
    wql__linux_set_reference(s, ELEMENT, &wql__linux_network_adapter, wql_text(wql__linux_text(&s->line, "%u", l->index)));
    wql__linux_set_reference(s, SETTING, &wql__linux_network_configuration, wql_u64(l->index));
    return WQL__LINUX_MADE;
}

const wql__linux_class wql__linux_network_setting = {
    .name = "Win32_NetworkAdapterSetting",
    .properties = properties,
    .property_count = COUNT,
    .documented = COUNT,
    .flags = WQL_ASSOCIATION,
    .state_size = sizeof(settings),
    .open = open_settings,
    .row = make_setting,
};
