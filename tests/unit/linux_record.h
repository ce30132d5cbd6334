/* SPDX-License-Identifier: MIT */
/* linux_record.h: what a recorded machine's kernel would answer: its network tables and the sizes of its file systems, as text.
 *
 *   link 2 eth0 flags=0x11043 type=1 mtu=1500 mac=02:.. perm=02:.. kind=bond alias=uplink master=3 oper=6 carrier=1 qlen=1000
 *        nsid=-1 counters=rxb,txb,rxp,txp,rxe,txe,rxd,txd
 *   addr 2 192.0.2.5/24 flags=0x80 scope=0 [peer=192.0.2.6]
 *   route 2 metric=100 table=254 via=192.0.2.1            IPv4, or the family of `via`; family=6: IPv6
 *   route 0 metric=10 hops=2,192.0.2.1;3,192.0.2.2        several next hops
 *   size /home 4096 1000 500 400 64 32 255                block size, blocks, free, available, inodes, free inodes, name length
 *   hang /mnt/nfs                                         never answers, until linux_record_release
 *
 * One entry a line; blanks in paths as \040. */
#ifndef WQL_TESTS_LINUX_RECORD_H
#define WQL_TESTS_LINUX_RECORD_H

#include "linux_aid.h"

#include <pthread.h>

typedef struct linux_record {
    char *text;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool released;
    uint32_t asked, hanging; /* questions for sizes; those that are blocked now */
    uint32_t dumps;          /* tables that were asked for */
} linux_record;

void linux_record_begin(linux_record *record, const char *text);
/* Hands the record to a mount: lab->mount must be there. Paths are those of the tree without its directory. */
void linux_record_install(linux_record *record, linux_lab *lab);
/* Those who hang answer now; waits until none does. */
void linux_record_release(linux_record *record);
/* Releases first. */
void linux_record_end(linux_record *record);
uint32_t linux_record_hanging(linux_record *record);

/* The messages of one table (WQL__LINUX_LINKS ...). Returns how many bytes, at most `room`. */
size_t linux_record_messages(const char *text, uint32_t what, uint32_t sequence, void *out, size_t room);

#endif
