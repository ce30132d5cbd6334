/* SPDX-License-Identifier: MIT */
/* machine.h: the machine's make, processors and firmware, for the classes that describe it. */
#ifndef WQL_LINUX_MACHINE_H
#define WQL_LINUX_MACHINE_H

#include "linux.h"

/* One logical processor that is there. (cpus.c) */
typedef struct wql__cpu {
    uint32_t number;
    bool online;
    int64_t package; /* -1: offline, so not known */
    wql_str core;    /* the cpus of its core, as the kernel lists them */
} wql__cpu;

typedef struct wql__cpus {
    wql__cpu *cpus;
    uint32_t count;
    wql_str cpuinfo; /* empty: could not be read */
} wql__cpus;

/* Of sysfs, else of cpuinfo. False: no memory. `count` 0: not known. */
bool wql__linux_cpus(wql__linux_mount *m, wql__linux_arena *arena, wql__cpus *out);
/* Whether it is the first cpu of its package. */
bool wql__linux_is_first(const wql__cpus *cpus, uint32_t at);
/* The block of cpuinfo about a cpu. False: there is none. */
bool wql__linux_cpu_block(const wql__cpus *cpus, uint32_t number, wql_str *block);
/* Whether cpuinfo has a flag. */
bool wql__linux_cpu_flag(wql_str block, const char *flag);

/* Kinds of computers, as Win32_ComputerSystem.PCSystemType has them. */
enum { WQL__PC_UNKNOWN = 0, WQL__PC_DESKTOP = 1, WQL__PC_MOBILE = 2, WQL__PC_SERVER = 4 };
/* By the firmware's chassis type. */
uint32_t wql__linux_pc_type(wql__linux_mount *m, wql__linux_arena *arena);

/* A structure of the firmware's tables; only root may read them. (smbios.c) Returns 0 or an errno. */
int wql__linux_smbios(wql__linux_mount *m, wql__linux_arena *arena, uint32_t type, uint32_t instance, wql_str *out);
/* A byte, or a little-endian word, of the structure's fixed part. False: it is too short for it. */
bool wql__linux_smbios_byte(wql_str structure, size_t at, uint64_t *out);
bool wql__linux_smbios_word(wql_str structure, size_t at, uint64_t *out);
/* Text number `number`, from 1. False: none. */
bool wql__linux_smbios_text(wql_str structure, uint64_t number, wql_str *out);

/* Sessions that logind keeps, else those of utmp. (sessions.c) False: not known. */
bool wql__linux_session_count(wql__linux_mount *m, wql__linux_arena *arena, uint64_t *count);
/* Who has the session in front of the machine. False: nobody, or not known. */
bool wql__linux_seat_user(wql__linux_mount *m, wql__linux_arena *arena, wql_str *name);

#endif
