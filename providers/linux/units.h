/* SPDX-License-Identifier: MIT */
/* units.h: services as systemd's units: what is known of one, and what Windows' words for it are. */
#ifndef WQL_LINUX_UNITS_H
#define WQL_LINUX_UNITS_H

#include "linux.h"
#include "names.h"

/* What only the unit itself tells (org.freedesktop.DBus.Properties.GetAll). Absent: its `has` is false, or the text is empty. */
typedef struct wql__linux_unit_details {
    wql_str commands; /* ExecStart, joined: arguments by blanks, commands by "; " */
    wql_str user, type, result, unit_file_preset, fragment_path, slice, control_group, description, unit_file_state;
    bool has_main_pid, has_status, has_code, has_started, has_restarts, has_memory, has_tasks, has_cpu, has_ingress, has_entered,
        has_can_stop, has_dynamic_user, has_user, has_triggered_by;
    bool can_stop, dynamic_user;
    uint32_t main_pid, restarts;
    int32_t status, code;
    uint64_t started_us, entered_us;         /* since 1970; 0: never */
    uint64_t memory, tasks, cpu_ns, ingress; /* UINT64_MAX: not accounted */
    wql__linux_texts triggered_by;
} wql__linux_unit_details;

/* One service. Texts may be empty. */
typedef struct wql__linux_unit {
    wql_str name; /* with ".service" */
    wql_str description, load, active, sub;
    wql_str file_state, file_path; /* of its unit file */
    bool loaded;                   /* the manager has it in memory */
    bool known;                    /* its state is known: units of systemd always, scripts if there is a process number */
    bool has_pid;                  /* scripts */
    uint32_t pid;
} wql__linux_unit;

typedef struct wql__linux_units {
    wql__linux_unit *items;
    uint32_t count, room;
} wql__linux_units;

/* NULL: no memory. */
wql__linux_unit *wql__linux_add_unit(wql__linux_arena *arena, wql__linux_units *list);
/* Puts loaded units and unit files together: files fill what the units lack, and become units themselves if nothing of that name
 * is loaded. What is no service of its own is left out: templates, second names, units that were only named by others. Sorted. */
wql_status wql__linux_join_units(wql__linux_arena *arena, const wql__linux_units *loaded, const wql__linux_units *files,
                                 wql__linux_units *out);

/* Without ".service". */
wql_str wql__linux_unit_short(wql_str name);
/* A pattern (fnmatch) that the unit names equal to a text match, whatever their case; and perhaps others. Empty: no memory. */
wql_str wql__linux_unit_pattern(wql__linux_arena *arena, wql_str name);
/* The object path of a unit. Empty: no memory. */
wql_str wql__linux_unit_path(wql__linux_arena *arena, wql_str name);

/* Win32_Service.State, StartMode (NULL: not known), ServiceType (NULL: not known). */
const char *wql__linux_unit_state(wql_str active);
const char *wql__linux_unit_start_mode(wql_str file_state);
const char *wql__linux_unit_type(wql_str type);

/* A command line that reads back: arguments with blanks or quotes are quoted. False: no memory. */
bool wql__linux_add_argument(wql__linux_arena *arena, wql_str *line, wql_str argument);

#endif
