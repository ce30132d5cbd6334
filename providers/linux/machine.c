/* SPDX-License-Identifier: MIT */
/* machine.c: what several classes ask about the machine. */
#include "linux.h"

#include <errno.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_us(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) != 0) return 0;
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t wql__linux_now(void) { return clock_us(CLOCK_REALTIME); }
int64_t wql__linux_steady(void) { return clock_us(CLOCK_MONOTONIC); }

/* Once a mount: the difference of two clocks is never twice the same, and a process's start must be. */
void wql__linux_find_boot(wql__linux_mount *m) {
    wql__linux_arena arena = {.mount = m->mount};
    uint64_t btime;
    wql_str file;
    if (m->live) {
        m->boot_us = (clock_us(CLOCK_REALTIME) - clock_us(CLOCK_BOOTTIME) + 500000) / 1000000 * 1000000;
        m->boot_known = true;
        return;
    }
    if (wql__linux_read(m, &arena, m->roots[WQL__LINUX_PROC], "stat", WQL__LINUX_LARGE, &file) == 0 &&
        wql__linux_field_number(file, "btime", ' ', &btime) && btime < (uint64_t)1 << 40) {
        m->boot_us = (int64_t)btime * 1000000;
        m->boot_known = true;
    }
    m->arena.failed |= arena.failed;
    wql__linux_arena_free(&arena);
}

static const char *take_name(wql__linux_arena *arena, const char *name) {
    return wql__linux_take_text(arena, name, strlen(name));
}

/* What uname tells, but out of the process file system, so that a recorded one can say it. */
const char *wql__linux_kernel(wql__linux_mount *m, wql__linux_arena *arena, const char *what) {
    wql_str path = wql__linux_text(arena, "sys/kernel/%s", what), line;
    struct utsname names;
    if (path.len && wql__linux_read_line(m, arena, m->roots[WQL__LINUX_PROC], path.ptr, &line) == 0 && line.len)
        return wql__linux_take_text(arena, line.ptr, line.len);
    if (!m->live || uname(&names) != 0) return NULL;
    if (strcmp(what, "osrelease") == 0) return take_name(arena, names.release);
    if (strcmp(what, "version") == 0) return take_name(arena, names.version);
    if (strcmp(what, "hostname") == 0) return take_name(arena, names.nodename);
    return strcmp(what, "arch") == 0 ? take_name(arena, names.machine) : NULL;
}

const char *wql__linux_host_name(wql__linux_mount *m, wql__linux_arena *arena) {
    const char *name = wql__linux_kernel(m, arena, "hostname");
    wql_str line;
    if (name) return name;
    if (wql__linux_read_line(m, arena, m->roots[WQL__LINUX_ETC], "hostname", &line) != 0 || !line.len) return NULL;
    return wql__linux_take_text(arena, line.ptr, line.len);
}

/* -- os-release ------------------------------------------------------------------------------------------------------------ */

int wql__linux_read_os_release(wql__linux_mount *m, wql__linux_arena *arena, wql_str *out) {
    int error = wql__linux_read(m, arena, m->roots[WQL__LINUX_ETC], "os-release", WQL__LINUX_SMALL, out);
    if (error == ENOENT)
        error = wql__linux_read(m, arena, m->roots[WQL__LINUX_ROOT], "usr/lib/os-release", WQL__LINUX_SMALL, out);
    return error;
}

/* The shell's quotes: '...' as it is, "..." with backslashes before special characters. */
static wql_str unquote(wql__linux_arena *arena, wql_str in) {
    char quote = in.len ? *in.ptr : 0, *text;
    size_t len = 0;
    if (in.len < 2 || (quote != '"' && quote != '\'') || in.ptr[in.len - 1] != quote) return in;
    text = wql__linux_take(arena, in.len);
    if (!text) return in;
    for (size_t i = 1; i + 1 < in.len; i++) {
        if (quote == '"' && in.ptr[i] == '\\' && i + 2 < in.len && strchr("\"\\$`", in.ptr[i + 1])) i++;
        text[len++] = in.ptr[i];
    }
    return (wql_str){text, len};
}

bool wql__linux_os_release(wql_str file, wql__linux_arena *arena, const char *name, wql_str *out) {
    if (!wql__linux_field(file, name, '=', out)) return false;
    *out = unquote(arena, *out);
    return out->len > 0;
}

bool wql__linux_caption(wql__linux_mount *m, wql__linux_arena *arena, wql_str file, wql_str *out) {
    const char *release;
    if (wql__linux_os_release(file, arena, "PRETTY_NAME", out)) return true;
    release = wql__linux_kernel(m, arena, "osrelease");
    if (release) *out = wql__linux_text(arena, "Linux %s", release);
    return release != NULL;
}

/* In the form that Windows has: caption, a directory, a device. */
const char *wql__linux_os_name(wql__linux_mount *m, wql__linux_arena *arena) {
    const char *device = wql__linux_mount_source(m, arena, "/");
    wql_str file, caption;
    if (wql__linux_read_os_release(m, arena, &file) != 0) file = (wql_str){"", 0};
    if (!wql__linux_caption(m, arena, file, &caption)) return NULL;
    return wql__linux_text(arena, "%.*s|/|%s", WQL_FMT(caption), device ? device : "").ptr;
}

/* -- mounts ---------------------------------------------------------------------------------------------------------------- */

static bool is_octal(char c) { return c >= '0' && c <= '7'; }

wql_str wql__linux_unescape(char *text, size_t len) {
    size_t to = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\' && len - i > 3 && text[i + 1] <= '3' && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
            is_octal(text[i + 3])) {
            text[to++] = (char)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'));
            i += 3;
        } else {
            text[to++] = text[i];
        }
    }
    return (wql_str){text, to};
}

/* The last mount at a place hides those before. A line: id parent maj:min root place options [optional...] - type source ... */
const char *wql__linux_mount_source(wql__linux_mount *m, wql__linux_arena *arena, const char *path) {
    wql_str file, line, source = wql_s(NULL);
    if (wql__linux_read(m, arena, m->roots[WQL__LINUX_PROC], "self/mountinfo", WQL__LINUX_LARGE, &file) != 0) return NULL;
    while (wql__linux_cut(&file, '\n', &line)) {
        wql_str word = wql_s(NULL);
        for (int i = 0; i < 5; i++) (void)wql__linux_word(&line, &word);
        if (!wql__linux_is(word, path)) continue;
        while (wql__linux_word(&line, &word) && !wql__linux_is(word, "-")) continue;
        if (wql__linux_word(&line, &word) && wql__linux_word(&line, &word)) source = word;
    }
    if (!source.len) return NULL;
    {
        char *copy = wql__linux_take_text(arena, source.ptr, source.len);
        if (copy) copy[wql__linux_unescape(copy, source.len).len] = 0;
        return copy;
    }
}

int wql__linux_dmi(wql__linux_mount *m, wql__linux_arena *arena, const char *name, wql_str *out) {
    return wql__linux_read_line(m, arena, m->roots[WQL__LINUX_DMI], name, out);
}
