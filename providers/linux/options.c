/* SPDX-License-Identifier: MIT */
/* options.c: what the mount's configuration says: "name=value,name=value". */
#include "linux.h"

enum { LOAD_MS = 100, LOAD_MS_MOST = 10000, MOUNT_MS = 1000, BUS_MS = 5000, WAIT_MS_MOST = 600000, NAME_SHOWN = 60 };

static const char *const root_names[WQL__LINUX_ROOTS] = {"root", "procfs", "sysfs", "etc", "dmi", "run"};
static const char *const root_defaults[WQL__LINUX_ROOTS] = {"", "/proc", "/sys", "/etc", "/class/dmi/id", "/run"};

static int shown(wql_str text) { return text.len > NAME_SHOWN ? NAME_SHOWN : (int)text.len; }

static wql_status fail_value(wql_error *err, wql_str name, wql_str value, const char *wanted) {
    return wql__linux_fail(err, WQL_E_INVALID_PARAMETER, "option %.*s is '%.*s'; %s", shown(name), name.ptr, shown(value),
                           value.ptr, wanted);
}

static wql_status set_root(wql__linux_mount *m, uint32_t root, wql_str name, wql_str value, wql_error *err) {
    if (!value.len || *value.ptr != '/') return fail_value(err, name, value, "it takes the absolute path of a directory");
    m->options.roots[root] = wql__linux_take_text(&m->arena, value.ptr, value.len);
    m->options.given[root] = true;
    return m->options.roots[root] ? WQL_OK : wql__linux_no_memory(err);
}

static wql_status set_choice(bool *out, wql_str name, wql_str value, const char *no, const char *yes, wql_error *err) {
    if (!wql__linux_is(value, no) && !wql__linux_is(value, yes))
        return wql__linux_fail(err, WQL_E_INVALID_PARAMETER, "option %.*s is '%.*s'; it takes %s or %s", shown(name), name.ptr,
                               shown(value), value.ptr, no, yes);
    *out = wql__linux_is(value, yes);
    return WQL_OK;
}

static wql_status set_load(wql__linux_mount *m, wql_str name, wql_str value, wql_error *err) {
    uint64_t number;
    if (!wql__linux_decimal(value, &number) || number > LOAD_MS_MOST)
        return fail_value(err, name, value, "it takes milliseconds, 0 to 10000");
    m->options.load_ms = (uint32_t)number;
    return WQL_OK;
}

static wql_status set_wait(uint32_t *out, wql_str name, wql_str value, wql_error *err) {
    uint64_t number;
    if (!wql__linux_decimal(value, &number) || !number || number > WAIT_MS_MOST)
        return fail_value(err, name, value, "it takes milliseconds, 1 to 600000");
    *out = (uint32_t)number;
    return WQL_OK;
}

/* Only sockets: an address may also name a program to be started, and no program is. */
static wql_status set_bus(wql__linux_mount *m, wql_str name, wql_str value, wql_error *err) {
    if (!wql__linux_starts(value, "unix:") && !wql__linux_starts(value, "tcp:"))
        return fail_value(err, name, value, "it takes the address of a bus, such as unix:path=/run/dbus/system_bus_socket");
    if (memchr(value.ptr, ';', value.len)) return fail_value(err, name, value, "it takes one address");
    m->options.bus = wql__linux_take_text(&m->arena, value.ptr, value.len);
    return m->options.bus ? WQL_OK : wql__linux_no_memory(err);
}

static wql_status set_option(wql__linux_mount *m, wql_str name, wql_str value, wql_error *err) {
    for (uint32_t i = 0; i < WQL__LINUX_ROOTS; i++)
        if (wql__linux_is(name, root_names[i])) return set_root(m, i, name, value, err);
    if (wql__linux_is(name, "classes")) return set_choice(&m->options.superset, name, value, "win32", "linux", err);
    if (wql__linux_is(name, "version")) return set_choice(&m->options.kernel_version, name, value, "release", "kernel", err);
    if (wql__linux_is(name, "load")) return set_load(m, name, value, err);
    if (wql__linux_is(name, "mount_timeout")) return set_wait(&m->options.mount_ms, name, value, err);
    if (wql__linux_is(name, "bus")) return set_bus(m, name, value, err);
    if (wql__linux_is(name, "bus_timeout")) return set_wait(&m->options.bus_ms, name, value, err);
    return wql__linux_fail(
        err, WQL_E_INVALID_PARAMETER,
        "there is no option '%.*s'; there are root, procfs, sysfs, etc, dmi, run, classes, version, load, mount_timeout, "
        "bus, bus_timeout",
        shown(name), name.ptr);
}

/* What was not given lies below `root`; the firmware's texts lie below sysfs. */
static wql_status set_defaults(wql__linux_mount *m, wql_error *err) {
    wql__linux_options *o = &m->options;
    if (!o->given[WQL__LINUX_ROOT]) o->roots[WQL__LINUX_ROOT] = "/";
    for (uint32_t i = WQL__LINUX_PROC; i < WQL__LINUX_ROOTS; i++) {
        const char *below = i == WQL__LINUX_DMI ? o->roots[WQL__LINUX_SYS] : o->roots[WQL__LINUX_ROOT];
        wql_str base = wql_s(below), path;
        if (o->given[i]) continue;
        while (base.len && base.ptr[base.len - 1] == '/') base.len--;
        path = wql__linux_text(&m->arena, "%.*s%s", (int)base.len, base.ptr, root_defaults[i]);
        if (!path.len) return wql__linux_no_memory(err);
        o->roots[i] = path.ptr;
    }
    return WQL_OK;
}

wql_status wql__linux_read_options(wql__linux_mount *m, const char *config, wql_error *err) {
    wql_str rest = wql_s(config), piece;
    m->options.load_ms = LOAD_MS;
    m->options.mount_ms = MOUNT_MS;
    m->options.bus_ms = BUS_MS;
    while (wql__linux_cut(&rest, ',', &piece)) {
        wql_str name, value = wql__linux_trim(piece);
        wql_status status;
        bool has_value = value.len && memchr(value.ptr, '=', value.len);
        if (!value.len) continue;
        (void)wql__linux_cut(&value, '=', &name);
        if (!has_value)
            return wql__linux_fail(err, WQL_E_INVALID_PARAMETER, "option '%.*s' has no value; options are name=value,name=value",
                                   shown(name), name.ptr);
        status = set_option(m, name, value, err);
        if (status < 0) return status;
    }
    return set_defaults(m, err);
}
