/* SPDX-License-Identifier: MIT */
/* host.h: the table through which providers call the library. */
#ifndef WQL_DELIVER_HOST_H
#define WQL_DELIVER_HOST_H

#include "engine.h"

/* Fills all entries: those of scans by the executor, those of mounts here. */
void wql__host_fill(wql_host *host);

#endif
