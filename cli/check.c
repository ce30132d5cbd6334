/* SPDX-License-Identifier: MIT */
/* check.c: --check: one query a line in, one answer a line out. Answers are written before more input is waited for, so that
 * a program may hold a conversation. */
#include "check.h"

#include "errors.h"

#include <wql/query.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 64 * 1024 };

typedef struct check {
    cli_host *host;
    cli_out *out;
    int fd;
    uint32_t dialect;
    char *line; /* a line, as far as it has come */
    size_t len, cap;
} check;

static const char *kind_name(int kind) {
    switch (kind) {
    case WQL_KIND_DATA: return "data";
    case WQL_KIND_SCHEMA: return "schema";
    case WQL_KIND_ASSOCIATORS: return "associators";
    case WQL_KIND_REFERENCES: return "references";
    case WQL_KIND_EVENT: return "event";
    case WQL_KIND_EXTENDED: return "extended";
    default: return "unknown";
    }
}

/* Undoes the escapes, in place. A backslash before a character that is no escape goes and the character stays; one at the end
 * of the line stays. */
static size_t unescape(char *text, size_t len) {
    size_t to = 0;
    for (size_t from = 0; from < len; from++) {
        char c = text[from];
        if (c == '\\' && from + 1 < len) {
            c = text[++from];
            if (c == 'n')
                c = '\n';
            else if (c == 'r')
                c = '\r';
            else if (c == 't')
                c = '\t';
        }
        text[to++] = c;
    }
    return to;
}

static void answer(check *c) {
    wql_error err = WQL_INIT(wql_error);
    wql_str text = {c->line ? c->line : "", 0};
    int kind = 0;
    wql_status status;
    text.len = c->len ? unescape(c->line, c->len) : 0;
    status = wql_query_check(c->host->engine, text, c->dialect, &kind, &err);
    if (status >= 0) {
        cli_out_z(c->out, "accept\t");
        cli_out_z(c->out, kind_name(kind));
    } else {
        cli_out_z(c->out, "reject\t");
        cli_out_z(c->out, wql_status_name(status));
        cli_out_char(c->out, '\t');
        cli_out_u64(c->out, err.offset);
        cli_out_char(c->out, '\t');
        cli_out_z(c->out, err.message[0] ? err.message : wql_status_text(status));
        if (err.hint[0]) {
            cli_out_z(c->out, "; did you mean ");
            cli_out_z(c->out, err.hint);
            cli_out_char(c->out, '?');
        }
    }
    cli_out_char(c->out, '\n');
    cli_out_row(c->out);
    c->len = 0;
}

static bool keep(check *c, const char *bytes, size_t len) {
    if (len > c->cap - c->len) {
        size_t cap = c->cap ? c->cap : 4096;
        char *grown;
        while (cap - c->len < len) cap *= 2;
        grown = realloc(c->line, cap);
        if (grown == NULL) return false;
        c->line = grown;
        c->cap = cap;
    }
    if (len) memcpy(c->line + c->len, bytes, len);
    c->len += len;
    return true;
}

/* Takes what was read apart into lines. False: no memory. */
static bool take(check *c, const char *bytes, size_t len) {
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t piece = end ? (size_t)(end - bytes) : len;
        if (!keep(c, bytes, piece)) return false;
        if (end == NULL) return true;
        answer(c);
        bytes += piece + 1;
        len -= piece + 1;
    }
    return true;
}

/* Waits for input or ^C. False: ^C. */
static bool wait_for_input(check *c) {
    struct pollfd fds[2] = {{.fd = c->fd, .events = POLLIN}, {.fd = c->out->stop_fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0) {
        if (errno != EINTR && errno != EAGAIN) return true;
    }
    return !(fds[1].revents & POLLIN);
}

static int read_all(check *c, const char *name) {
    char *block = malloc(READ_SIZE);
    int code = CLI_OK;
    bool memory = block != NULL;
    while (memory && cli_out_flush(c->out)) {
        ssize_t got;
        if (!wait_for_input(c)) {
            code = CLI_INTERRUPTED;
            break;
        }
        got = read(c->fd, block, READ_SIZE);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) {
            cli_say("cannot read %s: %s", name, strerror(errno));
            code = CLI_USAGE;
            break;
        }
        if (got == 0) {
            if (c->len > 0) answer(c); /* the last line may lack its end */
            break;
        }
        memory = take(c, block, (size_t)got);
    }
    free(block);
    if (memory) return code;
    cli_say("out of memory");
    return CLI_FAILED;
}

int cli_check(cli_host *host, const cli_options *o, cli_out *out) {
    check c = {.host = host, .out = out, .fd = STDIN_FILENO, .dialect = cli_dialect(o)};
    int code;
    if (o->file) {
        c.fd = open(o->file, O_RDONLY | O_CLOEXEC);
        if (c.fd < 0) {
            cli_say("cannot read %s: %s", o->file, strerror(errno));
            return CLI_USAGE;
        }
    }
    code = read_all(&c, o->file ? o->file : "standard input");
    if (o->file) close(c.fd);
    free(c.line);
    return code;
}
