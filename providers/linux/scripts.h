/* SPDX-License-Identifier: MIT */
/* scripts.h: services without systemd: the scripts of /etc/init.d, and the process numbers that daemons leave in /run. */
#ifndef WQL_LINUX_SCRIPTS_H
#define WQL_LINUX_SCRIPTS_H

#include "units.h"

/* Lists the scripts as units: name with ".service", file_path; memory of the scan's arena. Nothing is opened but directories.
 * Returns WQL_OK, also if there are none; WQL_E_OUT_OF_MEMORY; or why the call has ended. */
wql_status wql__linux_scripts(wql__linux_scan *s, wql__linux_units *out);

/* What the script says of itself (its LSB header), and whether its daemon runs: description, file_state ("enabled" if a runlevel
 * starts it), active; memory of the line. A state that cannot be told is left empty. */
void wql__linux_script_details(wql__linux_scan *s, wql__linux_unit *unit);

#endif
