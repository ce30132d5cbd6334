/* SPDX-License-Identifier: MIT */
/* linux_manager.h: a private bus (dbus-daemon) and a small service manager on it, for tests of the linux provider. */
#ifndef WQL_TESTS_LINUX_MANAGER_H
#define WQL_TESTS_LINUX_MANAGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct linux_manager {
    char dir[64], address[120];
    pid_t daemon;
    void *library;
    struct linux_manager_bus *bus;
    unsigned long thread;
    bool running;
    atomic_bool stop;
    atomic_bool silent;         /* answers nothing */
    atomic_uint lists, details; /* calls that came */
    char patterns[400];         /* of the last list, joined by blanks */
} linux_manager;

/* NULL: it runs. Else why it cannot: what to print when a test is skipped. linux_manager_end in any case. */
const char *linux_manager_begin(linux_manager *manager);
void linux_manager_end(linux_manager *manager);

#endif
