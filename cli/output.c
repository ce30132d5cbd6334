/* SPDX-License-Identifier: MIT */
/* output.c: standard output, buffered, with every write checked. */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLUSH_AT = 64 * 1024, FIRST_SIZE = 96 * 1024 };

void cli_out_open(cli_out *out, int fd, int stop_fd) {
    struct stat st;
    memset(out, 0, sizeof *out);
    out->fd = fd;
    out->stop_fd = stop_fd;
    out->is_tty = isatty(fd) == 1;
    out->paced = fstat(fd, &st) == 0 && !S_ISREG(st.st_mode);
}

void cli_out_free(cli_out *out) {
    free(out->buf);
    out->buf = NULL;
    out->len = out->cap = 0;
}

bool cli_out_good(const cli_out *out) { return out->error == 0 && out->fault == NULL && !out->stopped; }

void cli_out_fault(cli_out *out, const char *words) {
    if (out->fault == NULL) out->fault = words;
}

static bool reserve(cli_out *out, size_t more) {
    size_t size = out->cap ? out->cap : FIRST_SIZE;
    char *buf;
    if (!cli_out_good(out)) return false;
    if (more <= out->cap - out->len) return true;
    while (size - out->len < more) {
        if (size > SIZE_MAX / 2) {
            out->error = ENOMEM;
            return false;
        }
        size *= 2;
    }
    buf = realloc(out->buf, size);
    if (buf == NULL) {
        out->error = ENOMEM;
        return false;
    }
    out->buf = buf;
    out->cap = size;
    return true;
}

void cli_out_put(cli_out *out, const char *bytes, size_t len) {
    if (len == 0 || !reserve(out, len)) return;
    memcpy(out->buf + out->len, bytes, len);
    out->len += len;
}

void cli_out_z(cli_out *out, const char *text) { cli_out_put(out, text, strlen(text)); }

void cli_out_char(cli_out *out, char c) {
    if (!reserve(out, 1)) return;
    out->buf[out->len++] = c;
}

void cli_out_fill(cli_out *out, char c, size_t count) {
    if (count == 0 || !reserve(out, count)) return;
    memset(out->buf + out->len, c, count);
    out->len += count;
}

void cli_out_u64(cli_out *out, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    cli_out_put(out, digits + at, sizeof digits - at);
}

void cli_out_i64(cli_out *out, int64_t number) {
    if (number < 0) cli_out_char(out, '-');
    cli_out_u64(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

/* Waits until a small write will not block, or the user has interrupted. A pipe that polls writable takes PIPE_BUF bytes. */
static void wait_for_room(cli_out *out) {
    struct pollfd fds[2] = {{.fd = out->fd, .events = POLLOUT}, {.fd = out->stop_fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0) {
        if (errno != EINTR && errno != EAGAIN) return; /* the write itself will say what is wrong */
    }
    if (fds[1].revents & POLLIN) out->stopped = true;
}

bool cli_out_flush(cli_out *out) {
    size_t done = 0;
    while (cli_out_good(out) && done < out->len) {
        size_t piece = out->len - done;
        ssize_t written;
        if (out->paced) {
            wait_for_room(out);
            if (out->stopped) break;
            if (piece > PIPE_BUF) piece = PIPE_BUF;
        } else if (piece > (size_t)SSIZE_MAX) {
            piece = (size_t)SSIZE_MAX;
        }
        written = write(out->fd, out->buf + done, piece);
        if (written > 0) {
            done += (size_t)written;
        } else if (written == 0) {
            out->error = EIO;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            out->paced = true; /* somebody made it non-blocking: wait from now on */
        } else if (errno != EINTR) {
            out->error = errno;
        }
    }
    out->len = 0;
    return cli_out_good(out);
}

bool cli_out_row(cli_out *out) { return out->len < FLUSH_AT ? cli_out_good(out) : cli_out_flush(out); }

bool cli_out_close(cli_out *out) {
    cli_out_flush(out);
    /* After EINTR the descriptor is closed on Linux: not an error. */
    if (close(out->fd) != 0 && errno != EINTR && out->error == 0) out->error = errno;
    out->fd = -1;
    return cli_out_good(out);
}
