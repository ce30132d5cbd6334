/* SPDX-License-Identifier: MIT */
/* lease_files.h: where network managers keep leases and name servers. */
#ifndef WQL_LINUX_LEASE_FILES_H
#define WQL_LINUX_LEASE_FILES_H

#include "links.h"
#include "names.h"

/* The lease of a link, by whichever client wrote one. A lease that has run out is none, on a machine that is alive. False: none. */
bool wql__linux_find_lease(wql__linux_scan *s, const wql__linux_link *link, wql__linux_lease *out);
/* Name servers of the link itself, in s->line. False: none are known. */
bool wql__linux_find_link_dns(wql__linux_scan *s, const wql__linux_link *link, wql__linux_resolver *out);
/* Name servers of the machine, in s->arena. */
void wql__linux_find_dns(wql__linux_scan *s, wql__linux_resolver *out);

#endif
