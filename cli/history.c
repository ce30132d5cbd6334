/* SPDX-License-Identifier: MIT */
/* history.c: what was typed into the shell, from one time to the next. */
#include "history.h"

#include "errors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 4 << 20 }; /* of a larger file, only the end is read */

/* Whether the folder is there now. */
static bool make_folder(const char *path) { return mkdir(path, 0700) == 0 || errno == EEXIST; }

/* The file's name, its folders made. NULL: there is no place for it. */
static char *make_place(void) {
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;
    if (state && state[0] == '/') {
        if (asprintf(&path, "%s/wql/history", state) < 0) return NULL;
    } else if (home && home[0] == '/') {
        if (asprintf(&path, "%s/.local/state/wql/history", home) < 0) return NULL;
    } else {
        return NULL;
    }
    for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
        bool made;
        *at = '\0';
        made = make_folder(path);
        *at = '/';
        if (!made) break; /* opening the file will say what is wrong */
    }
    return path;
}

static bool keep(cli_history *h, char *line) {
    if (line == NULL) return false;
    if (h->count == h->cap) {
        size_t cap = h->cap ? h->cap * 2 : 64;
        char **grown = realloc(h->lines, cap * sizeof *grown);
        if (grown == NULL) {
            free(line);
            return false;
        }
        h->lines = grown;
        h->cap = cap;
    }
    h->lines[h->count++] = line;
    return true;
}

static void forget(cli_history *h, size_t count) {
    for (size_t i = 0; i < count; i++) free(h->lines[i]);
    memmove(h->lines, h->lines + count, (h->count - count) * sizeof *h->lines);
    h->count -= count;
}

/* A line of the file, its escapes undone. */
static char *read_line(const char *text, size_t len) {
    char *line = malloc(len + 1);
    size_t to = 0;
    if (line == NULL) return NULL;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '\\' && i + 1 < len) c = text[++i] == 'n' ? '\n' : text[i];
        if (c != '\0') line[to++] = c;
    }
    line[to] = '\0';
    return line;
}

static void read_lines(cli_history *h, char *text, size_t len) {
    char *end = text + len;
    for (char *at = text, *stop; at < end; at = stop + 1) {
        stop = memchr(at, '\n', (size_t)(end - at));
        if (stop == NULL) stop = end;
        if (stop > at) keep(h, read_line(at, (size_t)(stop - at)));
    }
}

static char *as_line(const char *text) {
    char *line = malloc(2 * strlen(text) + 2), *to = line;
    if (line == NULL) return NULL;
    for (; *text; text++) {
        if (*text == '\\' || *text == '\n') *to++ = '\\';
        *to++ = *text == '\n' ? 'n' : *text;
    }
    *to++ = '\n';
    *to = '\0';
    return line;
}

/* One write, so that two shells do not mix their lines. */
static bool append(int fd, const char *text) {
    char *line = as_line(text);
    bool good = line && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
    free(line);
    return good;
}

/* The end of the file. False: it cannot be read. */
static bool read_file(cli_history *h) {
    off_t size = lseek(h->fd, 0, SEEK_END), from = size > FILE_MAX ? size - FILE_MAX : 0;
    char *text = size < 0 ? NULL : malloc((size_t)(size - from) + 1);
    ssize_t got = -1;
    if (text) got = pread(h->fd, text, (size_t)(size - from), from);
    if (got > 0) {
        char *start = from ? memchr(text, '\n', (size_t)got) : text;
        if (start) read_lines(h, start, (size_t)(text + got - start));
    }
    free(text);
    return got >= 0;
}

/* A file that has grown to twice what is kept is written anew, beside the old one and then in its place. */
static void shorten(cli_history *h, const char *path) {
    char *fresh = NULL;
    int fd;
    bool good = true;
    if (asprintf(&fresh, "%s.%ld", path, (long)getpid()) < 0) return;
    fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    for (size_t i = 0; fd >= 0 && good && i < h->count; i++) good = append(fd, h->lines[i]);
    if (fd >= 0 && good && rename(fresh, path) == 0) {
        close(h->fd);
        h->fd = fd;
    } else if (fd >= 0) {
        close(fd);
        unlink(fresh);
    }
    free(fresh);
}

static int open_file(const char *path) {
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0) return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        if (st.st_uid == geteuid() && (st.st_mode & 077)) fchmod(fd, 0600);
        return fd;
    }
    close(fd);
    errno = ELOOP;
    return -1;
}

void cli_history_open(cli_history *h, bool quiet) {
    char *path = make_place();
    size_t all;
    *h = (cli_history){.fd = -1};
    if (path == NULL) return;
    h->fd = open_file(path);
    if (h->fd >= 0 && !read_file(h)) {
        close(h->fd);
        h->fd = -1;
    }
    all = h->count;
    if (all > CLI_HISTORY_ROOM) forget(h, all - CLI_HISTORY_ROOM);
    if (all > 2 * CLI_HISTORY_ROOM) shorten(h, path);
    if (h->fd < 0 && errno != ELOOP && !quiet) cli_say("no history is kept in %s: %s", path, strerror(errno));
    free(path);
}

void cli_history_add(cli_history *h, const char *text) {
    if (h->count > 0 && strcmp(h->lines[h->count - 1], text) == 0) return;
    if (!keep(h, strdup(text))) return;
    if (h->count > CLI_HISTORY_ROOM) forget(h, 1);
    if (h->fd >= 0 && !append(h->fd, text)) {
        cli_say("the history cannot be written: %s", strerror(errno));
        close(h->fd);
        h->fd = -1;
    }
}

void cli_history_close(cli_history *h) {
    if (h->fd >= 0) close(h->fd);
    for (size_t i = 0; i < h->count; i++) free(h->lines[i]);
    free(h->lines);
    *h = (cli_history){.fd = -1};
}
