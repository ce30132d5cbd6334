/* SPDX-License-Identifier: MIT */
/* reader.c: lines from a terminal; the plain way, in which the terminal itself lets a person take letters back. */
#include "reader.h"

#include "edit.h"
#include "errors.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PIECE = 4096,
    LINE_MAX_LEN = 4094 /* the terminal keeps no more of a line than that, and one byte of what follows */
};

static void put(cli_reader *r, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t written = write(r->prompt_fd, bytes, len);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return; /* reading will say that the terminal is gone */
        bytes += written;
        len -= (size_t)written;
    }
}

void cli_reader_tell(cli_reader *r, const char *format, ...) {
    char text[512];
    va_list args;
    int len;
    va_start(args, format);
    len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len > 0) put(r, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

void cli_reader_open(cli_reader *r, cli_interrupt *in, cli_completer complete, void *user, bool quiet) {
    memset(r, 0, sizeof *r);
    r->in = in;
    r->prompt_fd = isatty(STDOUT_FILENO) == 1 ? STDOUT_FILENO : STDERR_FILENO;
    r->complete = complete;
    r->user = user;
    cli_history_open(&r->history, quiet);
    r->edit = cli_edit_open(r);
}

void cli_reader_close(cli_reader *r) {
    if (r->edit) cli_edit_close(r->edit);
    cli_history_close(&r->history);
    free(r->typed);
}

void cli_reader_remember(cli_reader *r, const char *statement) {
    cli_history_add(&r->history, statement);
    if (r->edit) cli_edit_remember(r->edit, statement);
}

/* -- the plain way ------------------------------------------------------------------------------------------------- */

/* The first line of what was read, if there is a whole one. */
static bool take_line(cli_reader *r, char **line) {
    char *end = r->len ? memchr(r->typed, '\n', r->len) : NULL;
    size_t len;
    if (end == NULL) return false;
    len = (size_t)(end - r->typed);
    *line = strndup(r->typed, len);
    r->len -= len + 1;
    memmove(r->typed, end + 1, r->len);
    return true;
}

static bool make_room(cli_reader *r) {
    size_t cap = r->len + PIECE;
    char *grown;
    if (cap <= r->cap) return true;
    grown = realloc(r->typed, cap * 2);
    if (grown == NULL) return false;
    r->typed = grown;
    r->cap = cap * 2;
    return true;
}

/* Waits for input. False: ^C came first. */
static bool await(cli_reader *r) {
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = r->in->stop_fd, .events = POLLIN}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR) {}
    return !(fds[1].revents & POLLIN) && !cli_interrupt_came(r->in);
}

static cli_line plain_line(cli_reader *r, const char *prompt, char **line) {
    cli_reader_tell(r, "%s", prompt);
    while (!take_line(r, line)) {
        ssize_t got;
        if (!make_room(r)) return CLI_LINE_FAILED;
        if (!await(r)) {
            r->len = 0;
            cli_reader_tell(r, "\n"); /* the terminal has shown ^C */
            return CLI_LINE_INTERRUPTED;
        }
        got = read(STDIN_FILENO, r->typed + r->len, PIECE);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return CLI_LINE_END;
        r->len += (size_t)got;
    }
    if (*line == NULL) return CLI_LINE_FAILED;
    if (strlen(*line) <= LINE_MAX_LEN) return CLI_LINE_READ;
    cli_say("the terminal cuts a line of more than %d bytes: nothing of this statement was run", LINE_MAX_LEN);
    free(*line);
    *line = NULL;
    return CLI_LINE_INTERRUPTED;
}

cli_line cli_reader_line(cli_reader *r, const char *prompt, wql_str before, char **line) {
    *line = NULL;
    r->before = before;
    return r->edit ? cli_edit_line(r->edit, prompt, line) : plain_line(r, prompt, line);
}

/* -- words --------------------------------------------------------------------------------------------------------- */

void cli_words_add(cli_words *w, wql_str word) {
    char *copy;
    for (uint32_t i = 0; i < w->count; i++) {
        if (strlen(w->items[i]) == word.len && memcmp(w->items[i], word.ptr, word.len) == 0) return;
    }
    if (w->count == w->cap) {
        uint32_t cap = w->cap ? w->cap * 2 : 16;
        char **grown = realloc(w->items, cap * sizeof *grown);
        if (grown == NULL) return; /* one word less to choose from */
        w->items = grown;
        w->cap = cap;
    }
    copy = strndup(word.ptr, word.len);
    if (copy) w->items[w->count++] = copy;
}

void cli_words_free(cli_words *w) {
    for (uint32_t i = 0; i < w->count; i++) free(w->items[i]);
    free(w->items);
    memset(w, 0, sizeof *w);
}
