/* SPDX-License-Identifier: MIT */
/* load.h: how busy the processors were. */
#ifndef WQL_LINUX_LOAD_H
#define WQL_LINUX_LOAD_H

#include "linux.h"

/* Ticks by cpu, as /proc/stat counts them. */
typedef struct wql__load {
    wql__linux_ticks *ticks;
    uint32_t count;
} wql__load;

/* Two looks, some time apart; waits if need be. `error`: an errno, and then there is none. Returns WQL_OK, how the call ended, or
 * WQL_E_OUT_OF_MEMORY. */
wql_status wql__linux_load(wql__linux_scan *s, wql__load *before, wql__load *now, int *error);
/* Adds what a cpu did between them. False: that is not known. */
bool wql__linux_load_add(const wql__load *before, const wql__load *now, uint32_t cpu, wql__linux_ticks *sum);

#endif
