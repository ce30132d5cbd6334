/* SPDX-License-Identifier: MIT */
/* files.c: files below open directories: whole texts, links, listings. */
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { FIRST_READ = 4096, LISTING = 32 << 10 };

/* O_NONBLOCK: a pipe that someone laid where a file should be must not hold a query. */
int wql__linux_open_at(wql__linux_mount *m, int dir, const char *path, int flags, int *fd) {
    if (dir < 0) return ENOENT;
    atomic_fetch_add_explicit(&m->opens, 1, memory_order_relaxed);
    do *fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
    while (*fd < 0 && errno == EINTR);
    return *fd < 0 ? errno : 0;
}

int wql__linux_read_fd(wql__linux_arena *arena, int fd, size_t limit, wql_str *out) {
    size_t room = FIRST_READ, len = 0;
    char *text = wql__linux_take_raw(arena, room);
    while (text) {
        ssize_t got = pread(fd, text + len, room - len - 1, (off_t)len);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        len += (size_t)got;
        if (got == 0) {
            text[len] = 0;
            *out = (wql_str){text, len};
            return 0;
        }
        if (len > limit) return EFBIG;
        if (len + 1 == room) {
            text = wql__linux_take_more(arena, text, room, room * 2);
            room *= 2;
        }
    }
    return ENOMEM;
}

/* A text of one line is whole with its newline: nobody needs to ask whether more comes. */
int wql__linux_read_line_fd(wql__linux_arena *arena, int fd, size_t limit, wql_str *out) {
    char *text = wql__linux_take_raw(arena, FIRST_READ);
    ssize_t got;
    if (!text) return ENOMEM;
    got = pread(fd, text, FIRST_READ - 1, 0);
    if (got <= 0 || got == FIRST_READ - 1 || text[got - 1] != '\n') return wql__linux_read_fd(arena, fd, limit, out);
    text[got] = 0;
    *out = (wql_str){text, (size_t)got};
    return 0;
}

int wql__linux_read(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, size_t limit, wql_str *out) {
    int fd, error = wql__linux_open_at(m, dir, path, 0, &fd);
    if (error) return error;
    error = wql__linux_read_fd(arena, fd, limit, out);
    (void)close(fd);
    return error;
}

int wql__linux_read_line(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql_str *out) {
    int error = wql__linux_read(m, arena, dir, path, WQL__LINUX_SMALL, out);
    if (!error) *out = wql__linux_trim(*out);
    return error;
}

int wql__linux_read_number(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, uint64_t *out) {
    wql_str text;
    int error = wql__linux_read_line(m, arena, dir, path, &text);
    if (error) return error;
    return wql__linux_decimal(text, out) ? 0 : EINVAL;
}

int wql__linux_read_link(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql_str *out) {
    size_t room = 256;
    if (dir < 0) return ENOENT;
    atomic_fetch_add_explicit(&m->opens, 1, memory_order_relaxed);
    for (; room <= WQL__LINUX_SMALL; room *= 2) {
        char *text = wql__linux_take(arena, room);
        ssize_t got = text ? readlinkat(dir, path, text, room - 1) : 0;
        if (!text) return ENOMEM;
        if (got < 0) return errno;
        if ((size_t)got < room - 1) {
            *out = (wql_str){text, (size_t)got};
            return 0;
        }
    }
    return EFBIG;
}

bool wql__linux_exists(wql__linux_mount *m, int dir, const char *path) {
    (void)m;
    return dir >= 0 && faccessat(dir, path, F_OK, 0) == 0;
}

/* -- listings -------------------------------------------------------------------------------------------------------------- */

int wql__linux_dir_open(wql__linux_mount *m, wql__linux_arena *arena, int dir, const char *path, wql__linux_dir *out) {
    int error;
    *out = (wql__linux_dir){.fd = -1};
    out->buffer = wql__linux_take(arena, LISTING);
    if (!out->buffer) return ENOMEM;
    error = wql__linux_open_at(m, dir, path, O_DIRECTORY, &out->fd);
    if (error) out->fd = -1;
    return error;
}

static bool is_dots(const char *name) { return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2])); }

int wql__linux_dir_next(wql__linux_dir *dir, const char **name) {
    *name = NULL;
    if (dir->fd < 0) return ENOENT;
    for (;;) {
        const struct dirent64 *entry;
        if (dir->at >= dir->used) {
            ssize_t got = getdents64(dir->fd, dir->buffer, LISTING);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return errno;
            if (got == 0) return 0;
            dir->used = (size_t)got;
            dir->at = 0;
        }
        entry = (const struct dirent64 *)(const void *)(dir->buffer + dir->at);
        dir->at += entry->d_reclen;
        if (is_dots(entry->d_name)) continue;
        *name = entry->d_name;
        return 0;
    }
}

void wql__linux_dir_close(wql__linux_dir *dir) {
    if (dir->fd >= 0 && dir->buffer) (void)close(dir->fd);
    dir->fd = -1;
}
