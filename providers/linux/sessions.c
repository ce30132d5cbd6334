/* SPDX-License-Identifier: MIT */
/* sessions.c: who is logged in: logind's state below /run/systemd, else utmp. */
#include "machine.h"

#include <utmp.h>

/* Sessions of users; the managers that logind starts for them, and lingering ones, are none. */
static bool is_user_session(wql_str file) {
    wql_str kind;
    return !wql__linux_field(file, "CLASS", '=', &kind) || wql__linux_is(kind, "user") || wql__linux_is(kind, "user-early");
}

static bool count_logind(wql__linux_mount *m, wql__linux_arena *arena, uint64_t *count) {
    wql__linux_dir dir;
    const char *name;
    int error = wql__linux_dir_open(m, arena, m->roots[WQL__LINUX_RUN], "systemd/sessions", &dir);
    *count = 0;
    while (!error && (error = wql__linux_dir_next(&dir, &name)) == 0 && name) {
        wql_str path, file;
        if (strchr(name, '.')) continue; /* "3.ref" is the pipe of session 3 */
        path = wql__linux_text(arena, "systemd/sessions/%s", name);
        if (wql__linux_read(m, arena, m->roots[WQL__LINUX_RUN], path.ptr, WQL__LINUX_SMALL, &file) == 0)
            *count += is_user_session(file);
    }
    wql__linux_dir_close(&dir);
    return error == 0;
}

static bool count_utmp(wql__linux_mount *m, wql__linux_arena *arena, uint64_t *count) {
    wql_str file;
    if (wql__linux_read(m, arena, m->roots[WQL__LINUX_RUN], "utmp", WQL__LINUX_LARGE, &file) != 0) return false;
    *count = 0;
    for (size_t at = 0; file.len - at >= sizeof(struct utmp); at += sizeof(struct utmp)) {
        struct utmp entry;
        memcpy(&entry, file.ptr + at, sizeof entry);
        *count += entry.ut_type == USER_PROCESS;
    }
    return true;
}

bool wql__linux_session_count(wql__linux_mount *m, wql__linux_arena *arena, uint64_t *count) {
    return count_logind(m, arena, count) || count_utmp(m, arena, count);
}

bool wql__linux_seat_user(wql__linux_mount *m, wql__linux_arena *arena, wql_str *name) {
    wql_str seat, session, path, file;
    if (wql__linux_read(m, arena, m->roots[WQL__LINUX_RUN], "systemd/seats/seat0", WQL__LINUX_SMALL, &seat) != 0) return false;
    if (!wql__linux_field(seat, "ACTIVE", '=', &session) || !session.len || memchr(session.ptr, '/', session.len)) return false;
    path = wql__linux_text(arena, "systemd/sessions/%.*s", WQL_FMT(session));
    if (wql__linux_read(m, arena, m->roots[WQL__LINUX_RUN], path.ptr, WQL__LINUX_SMALL, &file) != 0 || !is_user_session(file))
        return false;
    return wql__linux_field(file, "USER", '=', name) && name->len;
}
