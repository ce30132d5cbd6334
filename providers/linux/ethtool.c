/* SPDX-License-Identifier: MIT */
/* ethtool.c: what only the driver of a link knows: its address from the factory, and how fast it can be. */
#include "links.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WORDS = 16 }; /* of a mask of link modes: 512 bits */

/* One question; sockets are cheap, and one that is kept would have to be shared by scans. */
static bool ask(const wql__linux_mount *m, wql_str name, void *data) {
    struct ifreq request = {0};
    int fd, got;
    if (m->dump != wql__linux_dump_kernel || name.len >= sizeof request.ifr_name) return false;
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return false;
    memcpy(request.ifr_name, name.ptr, name.len);
    request.ifr_data = data;
    got = ioctl(fd, SIOCETHTOOL, &request);
    (void)close(fd);
    return got == 0;
}

bool wql__linux_ethtool_address(const wql__linux_mount *m, wql_str name, uint8_t *bytes, uint32_t *len) {
    static const uint8_t nothing[WQL__LINUX_HARDWARE_ADDRESS];
    union {
        struct ethtool_perm_addr head;
        uint8_t room[sizeof(struct ethtool_perm_addr) + WQL__LINUX_HARDWARE_ADDRESS];
    } answer = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = WQL__LINUX_HARDWARE_ADDRESS}};
    const uint8_t *address = answer.room + sizeof answer.head;
    if (!ask(m, name, &answer) || !answer.head.size || answer.head.size > WQL__LINUX_HARDWARE_ADDRESS) return false;
    if (memcmp(address, nothing, answer.head.size) == 0) return false;
    memcpy(bytes, address, answer.head.size);
    *len = answer.head.size;
    return true;
}

/* Link modes by the number of their bit (<linux/ethtool.h>), as runs of one speed in Mbit/s. Bits between the runs are no modes
 * but ports, pause and the like. */
typedef struct run {
    uint16_t first, last;
    uint32_t speed;
} run;
static const run runs[] = {
    {0, 1, 10},      {2, 3, 100},      {4, 5, 1000},     {12, 12, 10000},  {15, 15, 2500},   {17, 17, 1000},   {18, 20, 10000},
    {21, 22, 20000}, {23, 26, 40000},  {27, 30, 56000},  {31, 33, 25000},  {34, 35, 50000},  {36, 39, 100000}, {40, 40, 50000},
    {41, 41, 1000},  {42, 46, 10000},  {47, 47, 2500},   {48, 48, 5000},   {52, 56, 50000},  {57, 61, 100000}, {62, 66, 200000},
    {67, 67, 100},   {68, 68, 1000},   {69, 73, 400000}, {75, 79, 100000}, {80, 84, 200000}, {85, 89, 400000}, {90, 91, 100},
    {92, 92, 10},    {93, 98, 800000}, {99, 101, 10},
};

static bool has_bit(const uint32_t *mask, uint32_t words, uint32_t bit) {
    return bit / 32 < words && mask[bit / 32] >> bit % 32 & 1u;
}

/* The driver first tells, as a negative number, how many words its masks have; asked again with that number it fills them. */
bool wql__linux_ethtool_fastest(const wql__linux_mount *m, wql_str name, uint64_t *bits_per_second) {
    union {
        struct ethtool_link_settings head;
        uint32_t room[sizeof(struct ethtool_link_settings) / 4 + 3 * WORDS];
    } answer = {.head = {.cmd = ETHTOOL_GLINKSETTINGS}};
    const uint32_t *supported = answer.room + sizeof answer.head / 4;
    uint32_t words, best = 0;
    if (!ask(m, name, &answer) || answer.head.link_mode_masks_nwords >= 0 || answer.head.link_mode_masks_nwords < -WORDS)
        return false;
    words = (uint32_t)-answer.head.link_mode_masks_nwords;
    memset(&answer, 0, sizeof answer);
    answer.head.cmd = ETHTOOL_GLINKSETTINGS;
    answer.head.link_mode_masks_nwords = (int8_t)words;
    if (!ask(m, name, &answer)) return false;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        for (uint32_t bit = runs[i].first; bit <= runs[i].last; bit++)
            if (has_bit(supported, words, bit) && runs[i].speed > best) best = runs[i].speed;
    *bits_per_second = (uint64_t)best * 1000000;
    return best != 0;
}
