/* SPDX-License-Identifier: MIT */
/* linux_record.c: recorded kernels: text -> messages of rtnetlink, and answers to statvfs. */
#include "linux_record.h"

#include "../../providers/linux/network.h"
#include "../../providers/linux/space.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 1 << 16 };

/* -- messages -------------------------------------------------------------------------------------------------------------- */

typedef struct bytes {
    uint8_t *at;
    size_t len, room;
} bytes;

static void put(bytes *b, const void *data, size_t size) {
    size_t whole = (size + 3) & ~(size_t)3;
    if (b->room - b->len < whole) abort();
    memset(b->at + b->len, 0, whole);
    if (size) memcpy(b->at + b->len, data, size);
    b->len += whole;
}

static void attribute(bytes *b, uint16_t type, const void *data, size_t size) {
    struct rtattr head = {.rta_len = (uint16_t)(sizeof head + size), .rta_type = type};
    put(b, &head, sizeof head);
    put(b, data, size);
}

static void attribute_u32(bytes *b, uint16_t type, uint32_t number) { attribute(b, type, &number, sizeof number); }

/* The value of " name=" in a line, up to the next blank. */
static bool value_of(const char *line, const char *name, char out[200]) {
    char key[32];
    const char *at;
    size_t len;
    (void)snprintf(key, sizeof key, " %s=", name);
    at = strstr(line, key);
    if (!at) return false;
    at += strlen(key);
    len = strcspn(at, " ");
    if (len >= 200) abort();
    memcpy(out, at, len);
    out[len] = 0;
    return true;
}

static bool number_of(const char *line, const char *name, uint32_t *out) {
    char text[200];
    if (!value_of(line, name, text)) return false;
    *out = (uint32_t)strtoll(text, NULL, 0);
    return true;
}

static size_t hardware(const char *text, uint8_t out[32]) {
    size_t len = 0;
    char *end;
    for (;;) {
        out[len++] = (uint8_t)strtoul(text, &end, 16);
        if (*end != ':') return len;
        text = end + 1;
    }
}

static void hardware_attribute(bytes *b, const char *line, const char *name, uint16_t type) {
    char text[200];
    uint8_t address[32];
    if (value_of(line, name, text)) attribute(b, type, address, hardware(text, address));
}

static void counters(bytes *b, const char *line) {
    char text[200], *at = text;
    uint64_t n[8];
    struct rtnl_link_stats64 c = {0};
    if (!value_of(line, "counters", text)) return;
    for (int i = 0; i < 8; i++) {
        n[i] = strtoull(at, &at, 10);
        if (*at == ',') at++;
    }
    c.rx_bytes = n[0], c.tx_bytes = n[1], c.rx_packets = n[2], c.tx_packets = n[3];
    c.rx_errors = n[4], c.tx_errors = n[5], c.rx_dropped = n[6], c.tx_dropped = n[7];
    attribute(b, IFLA_STATS64, &c, sizeof c);
}

static void put_link(bytes *b, const char *line) {
    struct ifinfomsg head = {.ifi_family = AF_UNSPEC};
    char name[64], text[200];
    uint32_t number = 0;
    if (sscanf(line, "link %d %63s", &head.ifi_index, name) != 2) abort();
    if (number_of(line, "type", &number)) head.ifi_type = (uint16_t)number;
    if (number_of(line, "flags", &number)) head.ifi_flags = number;
    put(b, &head, sizeof head);
    attribute(b, IFLA_IFNAME, name, strlen(name) + 1);
    if (number_of(line, "mtu", &number)) attribute_u32(b, IFLA_MTU, number);
    if (number_of(line, "qlen", &number)) attribute_u32(b, IFLA_TXQLEN, number);
    if (number_of(line, "master", &number)) attribute_u32(b, IFLA_MASTER, number);
    if (number_of(line, "nsid", &number)) attribute_u32(b, IFLA_LINK_NETNSID, number);
    if (number_of(line, "oper", &number)) attribute(b, IFLA_OPERSTATE, &number, 1);
    if (number_of(line, "carrier", &number)) attribute(b, IFLA_CARRIER, &number, 1);
    if (value_of(line, "alias", text)) attribute(b, IFLA_IFALIAS, text, strlen(text) + 1);
    if (value_of(line, "kind", text)) {
        bytes inner = {.at = (uint8_t[256]){0}, .room = 256};
        attribute(&inner, IFLA_INFO_KIND, text, strlen(text) + 1);
        attribute(b, IFLA_LINKINFO | NLA_F_NESTED, inner.at, inner.len);
    }
    hardware_attribute(b, line, "mac", IFLA_ADDRESS);
    hardware_attribute(b, line, "perm", IFLA_PERM_ADDRESS);
    counters(b, line);
}

/* Returns the family. */
static int parse_address(const char *text, uint8_t out[16], size_t *size) {
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    *size = family == AF_INET ? 4 : 16;
    if (inet_pton(family, text, out) != 1) abort();
    return family;
}

static void put_address(bytes *b, const char *line) {
    struct ifaddrmsg head = {0};
    char text[64], peer[200];
    unsigned index, prefix;
    uint32_t number = 0;
    uint8_t address[16], other[16];
    size_t size;
    if (sscanf(line, "addr %u %63[^/]/%u", &index, text, &prefix) != 3) abort();
    head.ifa_index = index;
    head.ifa_prefixlen = (uint8_t)prefix;
    head.ifa_family = (uint8_t)parse_address(text, address, &size);
    if (number_of(line, "scope", &number)) head.ifa_scope = (uint8_t)number;
    put(b, &head, sizeof head);
    if (value_of(line, "peer", peer)) {
        (void)parse_address(peer, other, &size);
        attribute(b, IFA_ADDRESS, other, size);
        attribute(b, IFA_LOCAL, address, size);
    } else {
        attribute(b, IFA_ADDRESS, address, size);
    }
    if (number_of(line, "flags", &number)) attribute_u32(b, IFA_FLAGS, number);
}

static void put_gateway(bytes *b, int route_family, const char *text) {
    uint8_t address[16];
    size_t size;
    int family = parse_address(text, address, &size);
    if (family == route_family) {
        attribute(b, RTA_GATEWAY, address, size);
    } else {
        uint8_t via[2 + 16];
        uint16_t tag = (uint16_t)family;
        memcpy(via, &tag, 2);
        memcpy(via + 2, address, size);
        attribute(b, RTA_VIA, via, 2 + size);
    }
}

static void put_hops(bytes *b, int family, char *text) {
    bytes all = {.at = (uint8_t[512]){0}, .room = 512};
    char *rest = NULL;
    for (char *hop = strtok_r(text, ";", &rest); hop; hop = strtok_r(NULL, ";", &rest)) {
        bytes inner = {.at = (uint8_t[64]){0}, .room = 64};
        struct rtnexthop head = {.rtnh_ifindex = atoi(hop)};
        put_gateway(&inner, family, strchr(hop, ',') + 1);
        head.rtnh_len = (uint16_t)(sizeof head + inner.len);
        put(&all, &head, sizeof head);
        put(&all, inner.at, inner.len);
    }
    attribute(b, RTA_MULTIPATH, all.at, all.len);
}

static void put_route(bytes *b, const char *line) {
    struct rtmsg head = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_type = RTN_UNICAST};
    char text[200];
    uint32_t number = 0, table = RT_TABLE_MAIN;
    unsigned index;
    if (sscanf(line, "route %u", &index) != 1) abort();
    if (number_of(line, "family", &number))
        head.rtm_family = number == 6 ? AF_INET6 : AF_INET;
    else if (value_of(line, "via", text) && strchr(text, ':'))
        head.rtm_family = AF_INET6;
    if (number_of(line, "bits", &number)) head.rtm_dst_len = (uint8_t)number;
    if (number_of(line, "type", &number)) head.rtm_type = (uint8_t)number;
    if (number_of(line, "table", &table)) head.rtm_table = (uint8_t)(table > 255 ? RT_TABLE_COMPAT : table);
    put(b, &head, sizeof head);
    attribute_u32(b, RTA_TABLE, table);
    if (index) attribute_u32(b, RTA_OIF, index);
    if (number_of(line, "metric", &number)) attribute_u32(b, RTA_PRIORITY, number);
    if (value_of(line, "via", text)) put_gateway(b, head.rtm_family, text);
    if (value_of(line, "hops", text)) put_hops(b, head.rtm_family, text);
}

size_t linux_record_messages(const char *text, uint32_t what, uint32_t sequence, void *out, size_t room) {
    static const struct {
        const char *word;
        uint32_t what;
        uint16_t type;
        void (*put)(bytes *b, const char *line);
    } kinds[] = {{"link ", WQL__LINUX_LINKS, RTM_NEWLINK, put_link},
                 {"addr ", WQL__LINUX_ADDRESSES, RTM_NEWADDR, put_address},
                 {"route ", WQL__LINUX_ROUTES, RTM_NEWROUTE, put_route}};
    bytes b = {.at = out, .room = room};
    while (*text) {
        char line[600];
        size_t len = strcspn(text, "\n");
        if (len >= sizeof line) abort();
        memcpy(line, text, len);
        line[len] = 0;
        text += len + (text[len] == '\n');
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            struct nlmsghdr head = {.nlmsg_type = kinds[i].type, .nlmsg_flags = NLM_F_MULTI, .nlmsg_seq = sequence};
            size_t from = b.len;
            if (kinds[i].what != what || strncmp(line, kinds[i].word, strlen(kinds[i].word)) != 0) continue;
            put(&b, &head, sizeof head);
            kinds[i].put(&b, line);
            head.nlmsg_len = (uint32_t)(b.len - from);
            memcpy(b.at + from, &head, sizeof head);
        }
    }
    return b.len;
}

/* -- the seams ------------------------------------------------------------------------------------------------------------- */

static int dump(void *user, wql__linux_scan *s, uint32_t what, wql_str *messages) {
    linux_record *record = user;
    char *out = wql__linux_take(&s->arena, ROOM);
    if (!out) return ENOMEM;
    (void)pthread_mutex_lock(&record->lock);
    record->dumps++;
    (void)pthread_mutex_unlock(&record->lock);
    *messages = (wql_str){out, linux_record_messages(record->text, what, 1, out, ROOM)};
    return 0;
}

static void unescape(const char *in, size_t len, char *out) {
    for (size_t i = 0; i < len;) {
        if (strncmp(in + i, "\\040", 4) == 0) {
            *out++ = ' ';
            i += 4;
        } else {
            *out++ = in[i++];
        }
    }
    *out = 0;
}

/* The line of a path: after the word and the path. NULL: none. */
static const char *find_path(const linux_record *record, const char *word, const char *path) {
    for (const char *at = record->text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        char name[400];
        size_t len;
        if (strncmp(at, word, strlen(word)) != 0) continue;
        at += strlen(word);
        len = strcspn(at, " \n");
        unescape(at, len, name);
        if (strcmp(name, path) == 0) return at + len;
    }
    return NULL;
}

static void hang(linux_record *record) {
    (void)pthread_mutex_lock(&record->lock);
    record->hanging++;
    (void)pthread_cond_broadcast(&record->changed);
    while (!record->released) (void)pthread_cond_wait(&record->changed, &record->lock);
    record->hanging--;
    (void)pthread_cond_broadcast(&record->changed);
    (void)pthread_mutex_unlock(&record->lock);
}

/* The tree's directory is /tmp/NAME. */
static int measure(void *user, const wql__linux_place *place, wql__linux_space *out) {
    linux_record *record = user;
    const char *path = strncmp(place->path, "/tmp/", 5) == 0 ? strchr(place->path + 5, '/') : place->path, *line;
    unsigned long long n[7];
    (void)pthread_mutex_lock(&record->lock);
    record->asked++;
    (void)pthread_mutex_unlock(&record->lock);
    if (!path) return ENOENT;
    if (find_path(record, "hang ", path)) {
        hang(record);
        return EIO;
    }
    line = find_path(record, "size ", path);
    if (!line || sscanf(line, "%llu %llu %llu %llu %llu %llu %llu", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6]) != 7)
        return EACCES;
    *out = (wql__linux_space){.block_size = n[0],
                              .blocks = n[1],
                              .free = n[2],
                              .available = n[3],
                              .inodes = n[4],
                              .inodes_free = n[5],
                              .name_max = (uint32_t)n[6]};
    return 0;
}

void linux_record_begin(linux_record *record, const char *text) {
    memset(record, 0, sizeof *record);
    record->text = strdup(text);
    (void)pthread_mutex_init(&record->lock, NULL);
    (void)pthread_cond_init(&record->changed, NULL);
}

void linux_record_install(linux_record *record, linux_lab *lab) {
    wql__linux_mount *m = lab->mount;
    wql__linux_asker_close(m->asker);
    m->asker = wql__linux_asker_open(measure, record);
    m->dump = dump;
    m->dump_user = record;
}

void linux_record_release(linux_record *record) {
    (void)pthread_mutex_lock(&record->lock);
    record->released = true;
    (void)pthread_cond_broadcast(&record->changed);
    while (record->hanging) (void)pthread_cond_wait(&record->changed, &record->lock);
    (void)pthread_mutex_unlock(&record->lock);
}

uint32_t linux_record_hanging(linux_record *record) {
    uint32_t hanging;
    (void)pthread_mutex_lock(&record->lock);
    hanging = record->hanging;
    (void)pthread_mutex_unlock(&record->lock);
    return hanging;
}

/* A thread that was released may still hold the lock, so neither is destroyed: records are static in tests that hang. */
void linux_record_end(linux_record *record) {
    linux_record_release(record);
    free(record->text);
    record->text = NULL;
}
