/* SPDX-License-Identifier: MIT */
/* bus.h: the service manager over D-Bus: libsystemd's sd-bus, opened at run time. */
#ifndef WQL_LINUX_BUS_H
#define WQL_LINUX_BUS_H

#include "units.h"

typedef struct wql__linux_bus wql__linux_bus;

/* Connects; the greeting is still on its way then. The bus belongs to the scan: its calls end when the scan's call does.
 * Memory is the arena's and libsystemd's; close it in any case.
 * Returns 0; ENOSYS: there is no libsystemd; ENOMEM; or the errno of connecting. */
int wql__linux_bus_open(wql__linux_scan *s, const char *address, wql__linux_bus **out);
/* Accepts NULL. */
void wql__linux_bus_close(wql__linux_bus *bus);

/* All return 0; ECANCELED: the call has ended; ETIMEDOUT; ENOMEM; or an errno of the bus or the manager. After ECANCELED and
 * ETIMEDOUT the bus only answers ENOTCONN. */

/* Units whose names match one of the patterns, and are in memory. Appends; texts live in the scan's arena. */
int wql__linux_bus_units(wql__linux_bus *bus, const wql__linux_texts *patterns, wql__linux_units *out);
/* Unit files whose names match: name, file_state, file_path. */
int wql__linux_bus_unit_files(wql__linux_bus *bus, const wql__linux_texts *patterns, wql__linux_units *out);
/* Everything about one unit; texts live in the line's arena. */
int wql__linux_bus_details(wql__linux_bus *bus, wql_str name, wql__linux_unit_details *out);

#endif
