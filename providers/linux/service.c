/* SPDX-License-Identifier: MIT */
/* service.c: Win32_Service and Linux_Service: systemd's service units, or init scripts where there is no systemd. */
#include "bus.h"
#include "scripts.h"

#include <errno.h>
#include <stdio.h>

/* What is asked for a service besides the two lists that name it. */
enum { UNIT = 1, UNIT_FILE = 2, STATE_SOURCE = 4 };
enum { NEVER_STARTED = 1077 /* ERROR_SERVICE_NEVER_STARTED */ };

enum {
    NAME,
    DISPLAY_NAME,
    CAPTION,
    DESCRIPTION,
    STATE,
    STARTED,
    START_MODE,
    DELAYED_AUTO_START,
    STATUS,
    PATH_NAME,
    PROCESS_ID,
    START_NAME,
    SERVICE_TYPE,
    EXIT_CODE,
    SERVICE_SPECIFIC_EXIT_CODE,
    ERROR_CONTROL,
    ACCEPT_STOP,
    ACCEPT_PAUSE,
    DESKTOP_INTERACT,
    CHECK_POINT,
    WAIT_HINT,
    TAG_ID,
    CREATION_CLASS_NAME,
    SYSTEM_CREATION_CLASS_NAME,
    SYSTEM_NAME,
    INSTALL_DATE,
    DOCUMENTED,
    /* Linux_Service */
    ACTIVE_STATE = DOCUMENTED,
    SUB_STATE,
    LOAD_STATE,
    UNIT_FILE_STATE,
    UNIT_FILE_PRESET,
    FRAGMENT_PATH,
    SLICE,
    CONTROL_GROUP,
    N_RESTARTS,
    MEMORY_CURRENT,
    TASKS_CURRENT,
    CPU_USAGE_NSEC,
    IP_INGRESS_BYTES,
    RESULT,
    ACTIVE_ENTER_TIMESTAMP,
    TRIGGERED_BY,
    COUNT
};

static const wql__linux_property properties[COUNT] = {
    [NAME] = {.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
    [DISPLAY_NAME] = {.name = "DisplayName", .type = WQL_STRING, .sources = UNIT_FILE},
    [CAPTION] = {.name = "Caption", .type = WQL_STRING, .sources = UNIT_FILE},
    [DESCRIPTION] = {.name = "Description", .type = WQL_STRING, .sources = UNIT_FILE},
    [STATE] = {.name = "State", .type = WQL_STRING, .sources = STATE_SOURCE},
    [STARTED] = {.name = "Started", .type = WQL_BOOLEAN, .sources = STATE_SOURCE},
    [START_MODE] = {.name = "StartMode", .type = WQL_STRING, .sources = STATE_SOURCE},
    [DELAYED_AUTO_START] = {.name = "DelayedAutoStart", .type = WQL_BOOLEAN, .sources = UNIT},
    [STATUS] = {.name = "Status", .type = WQL_STRING, .sources = STATE_SOURCE},
    [PATH_NAME] = {.name = "PathName", .type = WQL_STRING, .sources = UNIT},
    [PROCESS_ID] = {.name = "ProcessId", .type = WQL_UINT32, .sources = UNIT},
    [START_NAME] = {.name = "StartName", .type = WQL_STRING, .sources = UNIT},
    [SERVICE_TYPE] = {.name = "ServiceType", .type = WQL_STRING, .sources = UNIT},
    [EXIT_CODE] = {.name = "ExitCode", .type = WQL_UINT32, .sources = UNIT},
    [SERVICE_SPECIFIC_EXIT_CODE] = {.name = "ServiceSpecificExitCode", .type = WQL_UINT32, .sources = UNIT},
    [ERROR_CONTROL] = {.name = "ErrorControl", .type = WQL_STRING, .from = WQL__LINUX_FIXED, .fixed = "Normal"},
    [ACCEPT_STOP] = {.name = "AcceptStop", .type = WQL_BOOLEAN, .sources = UNIT},
    [ACCEPT_PAUSE] = {.name = "AcceptPause", .type = WQL_BOOLEAN},
    [DESKTOP_INTERACT] = {.name = "DesktopInteract", .type = WQL_BOOLEAN},
    [CHECK_POINT] = {.name = "CheckPoint", .type = WQL_UINT32},
    [WAIT_HINT] = {.name = "WaitHint", .type = WQL_UINT32, .units = "milliseconds"},
    [TAG_ID] = {.name = "TagId", .type = WQL_UINT32},
    [CREATION_CLASS_NAME] = {.name = "CreationClassName", .type = WQL_STRING, .from = WQL__LINUX_CLASS_NAME},
    [SYSTEM_CREATION_CLASS_NAME] = {.name = "SystemCreationClassName",
                                    .type = WQL_STRING,
                                    .from = WQL__LINUX_FIXED,
                                    .fixed = "Win32_ComputerSystem"},
    [SYSTEM_NAME] = {.name = "SystemName", .type = WQL_STRING, .from = WQL__LINUX_HOST_NAME},
    [INSTALL_DATE] = {.name = "InstallDate", .type = WQL_DATETIME, .from = WQL__LINUX_NOTHING},
    [ACTIVE_STATE] = {.name = "ActiveState", .type = WQL_STRING, .sources = STATE_SOURCE},
    [SUB_STATE] = {.name = "SubState", .type = WQL_STRING},
    [LOAD_STATE] = {.name = "LoadState", .type = WQL_STRING},
    [UNIT_FILE_STATE] = {.name = "UnitFileState", .type = WQL_STRING, .sources = STATE_SOURCE},
    [UNIT_FILE_PRESET] = {.name = "UnitFilePreset", .type = WQL_STRING, .sources = UNIT},
    [FRAGMENT_PATH] = {.name = "FragmentPath", .type = WQL_STRING, .sources = UNIT},
    [SLICE] = {.name = "Slice", .type = WQL_STRING, .sources = UNIT},
    [CONTROL_GROUP] = {.name = "ControlGroup", .type = WQL_STRING, .sources = UNIT},
    [N_RESTARTS] = {.name = "NRestarts", .type = WQL_UINT32, .sources = UNIT},
    [MEMORY_CURRENT] = {.name = "MemoryCurrent", .type = WQL_UINT64, .units = "bytes", .sources = UNIT},
    [TASKS_CURRENT] = {.name = "TasksCurrent", .type = WQL_UINT64, .sources = UNIT},
    [CPU_USAGE_NSEC] = {.name = "CPUUsageNSec", .type = WQL_UINT64, .units = "nanoseconds", .sources = UNIT},
    [IP_INGRESS_BYTES] = {.name = "IPIngressBytes", .type = WQL_UINT64, .units = "bytes", .sources = UNIT},
    [RESULT] = {.name = "Result", .type = WQL_STRING, .sources = UNIT},
    [ACTIVE_ENTER_TIMESTAMP] = {.name = "ActiveEnterTimestamp", .type = WQL_DATETIME, .sources = UNIT},
    [TRIGGERED_BY] = {.name = "TriggeredBy", .type = WQL_STRING | WQL_ARRAY, .sources = UNIT},
};
static const char *const source_names[] = {"the unit", "the unit's file", "its state", NULL};

typedef struct services {
    wql__linux_units units;
    wql__linux_bus *bus; /* NULL: there is no systemd here */
    uint32_t at;
} services;

/* -- the listing ----------------------------------------------------------------------------------------------------------- */

static void say(wql__linux_scan *s, const char *what, int error) {
    char line[160];
    (void)snprintf(line, sizeof line, error ? "%s (error %d)" : "%s", what, error);
    wql_scan_log(s->scan, WQL_LOG_WARNING, line);
}

/* The system's bus below the root of /run. Letters, digits and the like stand for themselves in an address. */
static const char *system_bus(wql__linux_scan *s) {
    static const char head[] = "unix:path=", tail[] = "/dbus/system_bus_socket", digits[] = "0123456789abcdef";
    const char *run = s->mount->options.roots[WQL__LINUX_RUN];
    char *out = wql__linux_take(&s->arena, sizeof head + strlen(run) * 3 + sizeof tail);
    size_t len = sizeof head - 1;
    if (!out) return NULL;
    memcpy(out, head, len);
    for (; *run; run++) {
        char c = *run;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_/.", c);
        if (plain) {
            out[len++] = c;
        } else {
            out[len++] = '%';
            out[len++] = digits[(unsigned char)c >> 4];
            out[len++] = digits[(unsigned char)c & 15];
        }
    }
    memcpy(out + len, tail, sizeof tail);
    return out;
}

/* Which units are asked for: those that a condition names, or all services. */
static bool find_patterns(wql__linux_scan *s, wql__linux_texts *out) {
    const wql_value *values;
    uint32_t count;
    if (!wql__linux_lookup(s, NAME, &values, &count)) return wql__linux_add_text(&s->arena, out, wql_s("*.service"));
    for (uint32_t i = 0; i < count; i++) {
        wql_str pattern = wql__linux_unit_pattern(&s->arena, values[i].str);
        if (!pattern.len || !wql__linux_add_text(&s->arena, out, pattern)) return false;
    }
    return true;
}

static int ask_manager(wql__linux_scan *s, const char *address, wql__linux_units *loaded, wql__linux_units *files) {
    services *v = s->state;
    wql__linux_texts patterns = {0};
    int error = find_patterns(s, &patterns) ? wql__linux_bus_open(s, address, &v->bus) : ENOMEM;
    if (!error) error = wql__linux_bus_units(v->bus, &patterns, loaded);
    if (!error) error = wql__linux_bus_unit_files(v->bus, &patterns, files);
    return error;
}

/* A manager that is there and does not answer: no rows, and whoever asked is told that some are missing. */
static wql_status list_units(wql__linux_scan *s, const char *address) {
    services *v = s->state;
    wql__linux_units loaded = {0}, files = {0};
    int error = ask_manager(s, address, &loaded, &files);
    if (error == ECANCELED && wql__linux_check(s) < 0) return wql__linux_check(s);
    if (error == ENOMEM) return WQL_E_OUT_OF_MEMORY;
    if (error) {
        say(s,
            error == ENOSYS ? "libsystemd.so.0 is not there: services are not known"
                            : "systemd does not answer: services are not known",
            error == ENOSYS ? 0 : error);
        s->partial = true;
        return WQL_OK;
    }
    return wql__linux_join_units(&s->arena, &loaded, &files, &v->units);
}

/* systemd says that it runs by this directory (sd_booted(3)). */
static bool has_systemd(const wql__linux_scan *s) {
    return wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_RUN], "systemd/system");
}

static wql_status open_services(wql__linux_scan *s) {
    services *v = s->state;
    const char *address = s->mount->options.bus;
    wql_status status;
    if (address || has_systemd(s)) {
        if (!address) address = system_bus(s);
        status = address ? list_units(s, address) : WQL_E_OUT_OF_MEMORY;
    } else {
        status = wql__linux_scripts(s, &v->units);
        if (status >= 0 && !v->units.count) say(s, "there is neither systemd nor /etc/init.d: no services are known", 0);
    }
    return status == WQL_E_OUT_OF_MEMORY ? wql__linux_no_memory(s->err) : status;
}

static void close_services(wql__linux_scan *s) { wql__linux_bus_close(((services *)s->state)->bus); }

/* -- cells ----------------------------------------------------------------------------------------------------------------- */

static void set_if_any(wql__linux_scan *s, uint32_t property, wql_str text) {
    if (text.len) wql__linux_set_text(s, property, text);
}

static void set_state(wql__linux_scan *s, const wql__linux_unit *u) {
    wql_str active = u->known && !u->active.len ? wql_s("inactive") : u->active;
    const char *state = wql__linux_unit_state(active), *mode = wql__linux_unit_start_mode(u->file_state);
    if (!mode && u->loaded && !u->file_state.len) mode = "Manual"; /* transient, and so without a file */
    wql__linux_set_z(s, STATE, state);
    if (u->known) wql__linux_set_bool(s, STARTED, strcmp(state, "Running") == 0);
    wql__linux_set_z(s, START_MODE, mode);
    wql__linux_set_z(s, STATUS, wql__linux_is(active, "failed") ? "Error" : "OK");
    set_if_any(s, ACTIVE_STATE, active);
    set_if_any(s, UNIT_FILE_STATE, u->file_state);
}

static void set_listed(wql__linux_scan *s, const wql__linux_unit *u) {
    wql__linux_set_text(s, NAME, wql__linux_unit_short(u->name));
    wql__linux_set_bool(s, ACCEPT_PAUSE, false);
    wql__linux_set_bool(s, DESKTOP_INTERACT, false);
    wql__linux_set_u64(s, CHECK_POINT, 0);
    wql__linux_set_u64(s, WAIT_HINT, 0);
    wql__linux_set_u64(s, TAG_ID, 0);
    set_if_any(s, SUB_STATE, u->sub);
    set_if_any(s, LOAD_STATE, u->load);
}

static void set_description(wql__linux_scan *s, wql_str text) {
    if (!text.len) return;
    wql__linux_set_text(s, DISPLAY_NAME, text);
    wql__linux_set_text(s, CAPTION, text);
    wql__linux_set_text(s, DESCRIPTION, text);
}

/* The manager does not tell the description of a unit that it has not loaded; its file does. */
static wql_str file_description(wql__linux_scan *s, const wql__linux_unit *u) {
    wql__linux_mount *m = s->mount;
    wql_str file, value;
    if (u->file_path.len < 2 ||
        wql__linux_read(m, &s->line, m->roots[WQL__LINUX_ROOT], u->file_path.ptr + 1, WQL__LINUX_LARGE, &file) != 0 ||
        !wql__linux_field(file, "Description", '=', &value))
        return (wql_str){NULL, 0};
    return value;
}

/* A user that is made for the service is noted behind the name. */
static void set_start_name(wql__linux_scan *s, const wql__linux_unit *u, const wql__linux_unit_details *d) {
    wql_str user = d->user;
    if (d->has_dynamic_user && d->dynamic_user) {
        if (!user.len) user = wql__linux_unit_short(u->name);
        wql__linux_set_text(s, START_NAME, wql__linux_text(&s->line, "%.*s (dynamic)", WQL_FMT(user)));
    } else if (d->has_user) {
        wql__linux_set_text(s, START_NAME, user.len ? user : wql_s("root"));
    }
}

static bool is_timed(const wql__linux_unit_details *d) {
    static const char timer[] = ".timer";
    for (uint32_t i = 0; i < d->triggered_by.count; i++) {
        wql_str by = d->triggered_by.items[i];
        if (by.len >= sizeof timer && memcmp(by.ptr + by.len - (sizeof timer - 1), timer, sizeof timer - 1) == 0) return true;
    }
    return false;
}

static void set_exit(wql__linux_scan *s, const wql__linux_unit *u, const wql__linux_unit_details *d) {
    const char *state = wql__linux_unit_state(u->active.len ? u->active : wql_s("inactive"));
    bool never = d->has_started && !d->started_us && strcmp(state, "Stopped") == 0;
    if (d->has_status && d->status >= 0) wql__linux_set_u64(s, EXIT_CODE, never ? NEVER_STARTED : (uint32_t)d->status);
    if (d->has_code && d->code >= 0) wql__linux_set_u64(s, SERVICE_SPECIFIC_EXIT_CODE, (uint32_t)d->code);
}

static void set_counted(wql__linux_scan *s, uint32_t property, bool has, uint64_t number) {
    if (has && number != UINT64_MAX) wql__linux_set_u64(s, property, number);
}

static void set_triggers(wql__linux_scan *s, const wql__linux_unit_details *d) {
    const wql__linux_texts *by = &d->triggered_by;
    wql_value *items = by->count ? wql__linux_take_array(&s->line, by->count, sizeof *items) : NULL;
    for (uint32_t i = 0; items && i < by->count; i++) items[i] = wql_text(by->items[i]);
    if (items) wql__linux_set(s, TRIGGERED_BY, wql_array(WQL_STRING, items, by->count));
}

static void set_superset(wql__linux_scan *s, const wql__linux_unit_details *d) {
    set_if_any(s, UNIT_FILE_PRESET, d->unit_file_preset);
    set_if_any(s, FRAGMENT_PATH, d->fragment_path);
    set_if_any(s, SLICE, d->slice);
    set_if_any(s, CONTROL_GROUP, d->control_group);
    set_if_any(s, RESULT, d->result);
    if (d->has_restarts) wql__linux_set_u64(s, N_RESTARTS, d->restarts);
    set_counted(s, MEMORY_CURRENT, d->has_memory, d->memory);
    set_counted(s, TASKS_CURRENT, d->has_tasks, d->tasks);
    set_counted(s, CPU_USAGE_NSEC, d->has_cpu, d->cpu_ns);
    set_counted(s, IP_INGRESS_BYTES, d->has_ingress, d->ingress);
    if (d->has_entered && d->entered_us && d->entered_us < (uint64_t)INT64_MAX)
        wql__linux_set_time(s, ACTIVE_ENTER_TIMESTAMP, (int64_t)d->entered_us);
    set_triggers(s, d);
}

static void set_details(wql__linux_scan *s, const wql__linux_unit *u, const wql__linux_unit_details *d) {
    const char *mode = wql__linux_unit_start_mode(u->file_state);
    set_if_any(s, PATH_NAME, d->commands);
    if (d->has_main_pid) wql__linux_set_u64(s, PROCESS_ID, d->main_pid);
    set_start_name(s, u, d);
    wql__linux_set_z(s, SERVICE_TYPE, wql__linux_unit_type(d->type));
    set_exit(s, u, d);
    if (d->has_can_stop) wql__linux_set_bool(s, ACCEPT_STOP, d->can_stop);
    if (d->has_triggered_by) wql__linux_set_bool(s, DELAYED_AUTO_START, is_timed(d) && !(mode && strcmp(mode, "Auto") == 0));
    set_superset(s, d);
}

/* -- rows ------------------------------------------------------------------------------------------------------------------ */

/* WQL__LINUX_MADE, also if the unit tells nothing; or the call has ended. */
static int read_unit(wql__linux_scan *s, const wql__linux_unit *u) {
    services *v = s->state;
    wql__linux_unit_details details;
    int error = wql__linux_bus_details(v->bus, u->name, &details);
    if (error == ENOMEM) return WQL_E_OUT_OF_MEMORY;
    if (error == ECANCELED && wql__linux_check(s) < 0) return wql__linux_check(s);
    if (error)
        wql__linux_lost(s, UNIT);
    else
        set_details(s, u, &details);
    return WQL__LINUX_MADE;
}

static int make_unit(wql__linux_scan *s, const wql__linux_unit *u) {
    set_state(s, u);
    if (!wql__linux_passes(s, STATE_SOURCE)) return WQL__LINUX_SKIP;
    if (wql__linux_reads(s, UNIT_FILE)) set_description(s, u->loaded ? u->description : file_description(s, u));
    if (!wql__linux_passes(s, STATE_SOURCE | UNIT_FILE)) return WQL__LINUX_SKIP;
    return wql__linux_reads(s, UNIT) ? read_unit(s, u) : WQL__LINUX_MADE;
}

static int make_script(wql__linux_scan *s, wql__linux_unit *u) {
    wql__linux_unit found = *u;
    if (!s->sources) return WQL__LINUX_MADE;
    wql__linux_script_details(s, &found);
    set_state(s, &found);
    set_description(s, found.description);
    if (wql__linux_is(found.active, "active") || wql__linux_is(found.active, "inactive"))
        wql__linux_set_u64(s, PROCESS_ID, found.pid);
    wql__linux_set_text(s, PATH_NAME, found.file_path);
    wql__linux_set_text(s, FRAGMENT_PATH, found.file_path);
    return WQL__LINUX_MADE;
}

static int make_service(wql__linux_scan *s) {
    services *v = s->state;
    wql__linux_unit *u;
    if (v->at == v->units.count) return WQL__LINUX_END;
    u = &v->units.items[v->at++];
    set_listed(s, u);
    if (!wql__linux_passes(s, 0)) return WQL__LINUX_SKIP;
    return v->bus ? make_unit(s, u) : make_script(s, u);
}

const wql__linux_class wql__linux_service = {
    .name = "Win32_Service",
    .superclass = "Win32_BaseService",
    .superset = "Linux_Service",
    .properties = properties,
    .property_count = COUNT,
    .documented = DOCUMENTED,
    .state_size = sizeof(services),
    .source_names = source_names,
    .open = open_services,
    .row = make_service,
    .close = close_services,
};
