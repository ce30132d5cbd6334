/* SPDX-License-Identifier: MIT */
/* scripts.c: init scripts as services. */
#include "scripts.h"

#include <errno.h>
#include <sys/stat.h>

/* Files of the directory that are no services: helpers of the scripts, and what package managers and editors leave. */
static bool is_script(wql__linux_scan *s, int dir, const char *name) {
    static const char *const helpers[] = {"README",   "functions", "skeleton", "rc",    "rcS",
                                          "rc.local", "halt",      "killall",  "single"};
    struct stat about;
    (void)s;
    if (!*name || *name == '.' || strchr(name, '~') || strstr(name, ".dpkg-") || strstr(name, ".rpm")) return false;
    for (size_t i = 0; i < sizeof helpers / sizeof helpers[0]; i++)
        if (strcmp(name, helpers[i]) == 0) return false;
    return fstatat(dir, name, &about, 0) == 0 && S_ISREG(about.st_mode) && (about.st_mode & 0111);
}

static bool add_script(wql__linux_scan *s, const char *name, wql__linux_units *out) {
    wql__linux_unit *u = wql__linux_add_unit(&s->arena, out);
    if (!u) return false;
    u->name = wql__linux_text(&s->arena, "%s.service", name);
    u->file_path = wql__linux_text(&s->arena, "/etc/init.d/%s", name);
    return u->name.len && u->file_path.len;
}

wql_status wql__linux_scripts(wql__linux_scan *s, wql__linux_units *out) {
    wql__linux_dir dir;
    const char *name;
    wql_status status = WQL_OK;
    int error = wql__linux_dir_open(s->mount, &s->arena, s->mount->roots[WQL__LINUX_ETC], "init.d", &dir);
    if (error == ENOMEM) return WQL_E_OUT_OF_MEMORY;
    if (error) return WQL_OK;
    while (status >= 0 && wql__linux_dir_next(&dir, &name) == 0 && name) {
        status = wql__linux_check(s);
        if (status >= 0 && is_script(s, dir.fd, name) && !add_script(s, name, out)) status = WQL_E_OUT_OF_MEMORY;
    }
    wql__linux_dir_close(&dir);
    return status;
}

/* -- one script ------------------------------------------------------------------------------------------------------------ */

/* "# Short-Description: start the thing" */
static wql_str header(wql_str file, const char *name) {
    wql_str line, value;
    while (wql__linux_cut(&file, '\n', &line)) {
        if (!line.len || *line.ptr != '#') continue;
        line = wql__linux_trim((wql_str){line.ptr + 1, line.len - 1});
        if (wql__linux_field(line, name, ':', &value)) return value;
    }
    return (wql_str){NULL, 0};
}

/* A runlevel starts it: /etc/rc2.d/S01name. */
static bool is_started(wql__linux_scan *s, wql_str name) {
    static const char *const levels[] = {"rc2.d", "rc3.d", "rc4.d", "rc5.d", "rcS.d"};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        wql__linux_dir dir;
        const char *entry;
        bool found = false;
        if (wql__linux_dir_open(s->mount, &s->line, s->mount->roots[WQL__LINUX_ETC], levels[i], &dir) != 0) continue;
        while (!found && wql__linux_dir_next(&dir, &entry) == 0 && entry)
            found = entry[0] == 'S' && entry[1] >= '0' && entry[1] <= '9' && entry[2] >= '0' && entry[2] <= '9' &&
                    wql__linux_is(name, entry + 3);
        wql__linux_dir_close(&dir);
        if (found) return true;
    }
    return false;
}

/* The file that the script names for its process number ("PIDFILE=/run/x.pid", "# pidfile: /run/x.pid"), below /run. */
static wql_str named_file(wql__linux_scan *s, wql_str script) {
    wql_str path, head;
    if (!wql__linux_field(script, "PIDFILE", '=', &path)) path = header(script, "pidfile");
    if (path.len && (*path.ptr == '"' || *path.ptr == '\'')) {
        char quote = *path.ptr;
        path = (wql_str){path.ptr + 1, path.len - 1};
        (void)wql__linux_cut(&path, quote, &head);
        path = head;
    }
    if (wql__linux_starts(path, "/var/run/"))
        path = (wql_str){path.ptr + 9, path.len - 9};
    else if (wql__linux_starts(path, "/run/"))
        path = (wql_str){path.ptr + 5, path.len - 5};
    else
        return (wql_str){NULL, 0};
    if (!path.len || memchr(path.ptr, '$', path.len)) return (wql_str){NULL, 0};
    return wql__linux_text(&s->line, "%.*s", WQL_FMT(path));
}

/* 1: a number, 0: no such file, -1: it cannot be read. */
static int read_pid(wql__linux_scan *s, wql_str path, uint32_t *pid) {
    wql_str text, word;
    uint64_t number;
    int error = wql__linux_read_line(s->mount, &s->line, s->mount->roots[WQL__LINUX_RUN], path.ptr, &text);
    if (error == ENOENT || error == ENOTDIR) return 0;
    if (error || !wql__linux_word(&text, &word) || !wql__linux_decimal(word, &number) || !number || number > INT32_MAX) return -1;
    *pid = (uint32_t)number;
    return 1;
}

/* A process number says whether the daemon runs, if the process is there. A script that names its file, and the file is not
 * there, has stopped. In all other cases it cannot be told: many scripts leave nothing running. */
static void find_state(wql__linux_scan *s, wql_str script, wql_str name, wql__linux_unit *unit) {
    wql_str named = named_file(s, script);
    wql_str places[] = {named, wql__linux_text(&s->line, "%.*s.pid", WQL_FMT(name)),
                        wql__linux_text(&s->line, "%.*s/%.*s.pid", WQL_FMT(name), WQL_FMT(name)),
                        wql__linux_text(&s->line, "%.*s/pid", WQL_FMT(name))};
    int got = 0;
    for (size_t i = 0; got == 0 && i < sizeof places / sizeof places[0]; i++)
        if (places[i].len) got = read_pid(s, places[i], &unit->pid);
    if (got == 1) {
        wql_str path = wql__linux_text(&s->line, "%u", unit->pid);
        unit->has_pid = path.len && wql__linux_exists(s->mount, s->mount->roots[WQL__LINUX_PROC], path.ptr);
        unit->known = true;
        unit->active = wql_s(unit->has_pid ? "active" : "inactive");
        if (!unit->has_pid) unit->pid = 0;
    } else if (got == 0 && named.len) {
        unit->known = true;
        unit->active = wql_s("inactive");
    }
}

void wql__linux_script_details(wql__linux_scan *s, wql__linux_unit *unit) {
    wql_str name = wql__linux_unit_short(unit->name), path = wql__linux_text(&s->line, "init.d/%.*s", WQL_FMT(name)), script;
    unit->file_state = wql_s(is_started(s, name) ? "enabled" : "disabled");
    if (!path.len ||
        wql__linux_read(s->mount, &s->line, s->mount->roots[WQL__LINUX_ETC], path.ptr, WQL__LINUX_LARGE, &script) != 0)
        script = (wql_str){NULL, 0};
    unit->description = header(script, "Short-Description");
    if (!unit->description.len) unit->description = header(script, "Description");
    find_state(s, script, name, unit);
}
