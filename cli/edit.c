/* SPDX-License-Identifier: MIT */
/* edit.c: line editing by libedit. Its wide functions are used, so that the text is UTF-8 whatever the locale says.
 *
 * Signals: while a line is edited the terminal is not as others expect it, so what would stop or end the process is held back,
 * read from a descriptor, and let through once the terminal is as it was. No handler is installed. */
#include "edit.h"

#ifndef WQL_LIBEDIT

struct cli_edit *cli_edit_open(cli_reader *r) {
    (void)r;
    return NULL;
}
void cli_edit_close(struct cli_edit *e) { (void)e; }
cli_line cli_edit_line(struct cli_edit *e, const char *prompt, char **line) {
    (void)e;
    (void)prompt;
    (void)line;
    return CLI_LINE_FAILED;
}
void cli_edit_remember(struct cli_edit *e, const char *statement) {
    (void)e;
    (void)statement;
}

#else

#include "output.h"
#include "utf8.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

enum {
    SHOWN_MAX = 200, /* words to choose from that are listed */
    CONTROL_D = 4
};

typedef struct cli_edit {
    cli_reader *reader;
    FILE *terminal; /* where the prompt and the line are drawn */
    EditLine *el;
    HistoryW *history;
    int signal_fd;
    sigset_t held; /* signals that are held back while a line is edited */
    wchar_t prompt[16];
    cli_line why;  /* why no line came */
    bool fresh;    /* nothing of this line was read yet */
    char bytes[4]; /* of a character that has not come whole */
    size_t len;
    int again; /* a byte that ended an ill-formed character, to be looked at once more; -1 = none */
} cli_edit;

/* -- texts, narrow and wide ---------------------------------------------------------------------------------------- */

/* Wide text of UTF-8; free it. NULL: no memory. */
static wchar_t *widen(wql_str text) {
    wchar_t *wide = malloc((text.len + 1) * sizeof *wide);
    size_t n = 0, used;
    if (wide == NULL) return NULL;
    for (size_t at = 0; at < text.len; at += used) {
        uint32_t c = cli_utf8_next(text.ptr + at, text.len - at, &used);
        wide[n++] = c == CLI_ILL_FORMED ? 0xfffd : (wchar_t)c;
    }
    wide[n] = L'\0';
    return wide;
}

static void put_utf8(cli_out *out, uint32_t c) {
    if (c < 0x80) {
        cli_out_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        cli_out_char(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            cli_out_char(out, (char)(0xe0 | c >> 12));
        } else {
            cli_out_char(out, (char)(0xf0 | (c >> 18 & 7)));
            cli_out_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        cli_out_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
    }
    cli_out_char(out, (char)(0x80 | (c & 0x3f)));
}

/* UTF-8 of wide text, ends in NUL; free it with cli_out_free. */
static wql_str narrow(cli_out *out, const wchar_t *wide, size_t count) {
    cli_out_open(out, -1, -1);
    for (size_t i = 0; i < count; i++) put_utf8(out, (uint32_t)wide[i]);
    cli_out_char(out, '\0');
    if (!cli_out_good(out)) return (wql_str){NULL, 0};
    return (wql_str){out->buf, out->len - 1};
}

/* -- signals ------------------------------------------------------------------------------------------------------- */

static void draw_anew(cli_edit *e) {
    fputs("\r\033[J", e->terminal);
    el_wset(e->el, EL_REFRESH);
}

/* Gives the terminal back, lets the signal do what it does, and goes on if the process still is there. */
static void let_through(cli_edit *e) {
    el_wset(e->el, EL_PREP_TERM, 0);
    fputc('\n', e->terminal);
    fflush(e->terminal);
    pthread_sigmask(SIG_UNBLOCK, &e->held, NULL);
    pthread_sigmask(SIG_BLOCK, &e->held, NULL);
    el_wset(e->el, EL_PREP_TERM, 1);
}

static void take_signal(cli_edit *e) {
    sigset_t pending;
    struct signalfd_siginfo info;
    sigpending(&pending);
    if (sigismember(&pending, SIGTSTP) || sigismember(&pending, SIGTERM) || sigismember(&pending, SIGHUP) ||
        sigismember(&pending, SIGQUIT)) {
        let_through(e);
    }
    while (read(e->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGWINCH) el_resize(e->el);
        if (info.ssi_signo == SIGCONT) { /* somebody else may have had the terminal */
            el_wset(e->el, EL_PREP_TERM, 0);
            el_wset(e->el, EL_PREP_TERM, 1);
        }
    }
    draw_anew(e);
}

/* -- characters ---------------------------------------------------------------------------------------------------- */

/* Bytes of the character that begins so; 0: none does. */
static size_t length_of(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

/* Adds a byte. True: *out is a character, U+FFFD for what is none. */
static bool add_byte(cli_edit *e, char byte, wchar_t *out) {
    size_t used;
    *out = 0xfffd;
    if (e->len > 0 && ((unsigned char)byte & 0xc0) != 0x80) {
        e->again = (unsigned char)byte;
        e->len = 0;
        return true;
    }
    e->bytes[e->len++] = byte;
    if (e->len < length_of((unsigned char)e->bytes[0])) return false;
    if (length_of((unsigned char)e->bytes[0]) > 0) {
        uint32_t c = cli_utf8_next(e->bytes, e->len, &used);
        if (c != CLI_ILL_FORMED) *out = (wchar_t)c;
    }
    e->len = 0;
    if (*out == 0 && e->fresh) *out = CONTROL_D; /* typed while a query ran, it comes out of the terminal as a zero */
    e->fresh = false;
    return *out != 0;
}

/* The next character, for libedit: 1, 0 at the end, -1 if there is something else to do (e->why). A byte at a time is read: what
 * was typed ahead stays with the terminal. */
static int next_character(EditLine *el, wchar_t *out) {
    cli_edit *e;
    el_wget(el, EL_CLIENTDATA, &e);
    for (;;) {
        struct pollfd fds[3] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = e->reader->in->stop_fd, .events = POLLIN},
                                {.fd = e->signal_fd, .events = POLLIN}};
        ssize_t got;
        char byte;
        if (e->again >= 0) {
            byte = (char)e->again;
            e->again = -1;
            if (add_byte(e, byte, out)) return 1;
        }
        if (poll(fds, 3, -1) < 0) {
            if (errno == EINTR) continue;
            return 0;
        }
        if (fds[1].revents & POLLIN || (fds[0].revents && cli_interrupt_came(e->reader->in))) {
            e->why = CLI_LINE_INTERRUPTED;
            return -1;
        }
        if (fds[2].revents & POLLIN) take_signal(e);
        if (fds[0].revents == 0) continue;
        got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got <= 0) return 0;
        if (add_byte(e, byte, out)) return 1;
    }
}

/* -- completion ---------------------------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

/* Bytes that all words begin with, without regard to case. */
static size_t common(const cli_words *w) {
    size_t len = strlen(w->items[0]);
    for (uint32_t i = 1; i < w->count; i++) {
        size_t at = 0;
        while (at < len && lower(w->items[i][at]) == lower(w->items[0][at])) at++;
        len = at;
    }
    while (len > 0 && ((unsigned char)w->items[0][len] & 0xc0) == 0x80) len--; /* no half of a character */
    return len;
}

/* The words in columns, below the line. */
static void list(cli_edit *e, const cli_words *w) {
    struct winsize size;
    size_t widest = 0, across;
    uint32_t shown = w->count < SHOWN_MAX ? w->count : SHOWN_MAX;
    for (uint32_t i = 0; i < shown; i++) {
        size_t len = strlen(w->items[i]);
        if (len > widest) widest = len;
    }
    across = ioctl(e->reader->prompt_fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col / (widest + 2) : 1;
    if (across == 0) across = 1;
    fputc('\n', e->terminal);
    for (uint32_t i = 0; i < shown; i++) {
        bool last = i + 1 == shown || (i + 1) % across == 0;
        fprintf(e->terminal, "%-*s%s", last ? 0 : (int)widest + 2, w->items[i], last ? "\n" : "");
    }
    if (shown < w->count) fprintf(e->terminal, "... and %u more\n", w->count - shown);
}

/* `whole`: a blank follows. */
static void replace(cli_edit *e, size_t typed_chars, wql_str text, bool whole) {
    wchar_t *wide = widen(text);
    if (wide == NULL) return;
    el_deletestr(e->el, (int)typed_chars);
    el_winsertstr(e->el, wide);
    if (whole) el_winsertstr(e->el, L" ");
    free(wide);
}

static size_t characters(const char *text, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) n += ((unsigned char)text[i] & 0xc0) != 0x80;
    return n;
}

/* The key Tab. */
static unsigned char complete(EditLine *el, int key) {
    const LineInfoW *line = el_wline(el);
    cli_words words = {NULL, 0, 0, 0};
    cli_edit *e;
    cli_out before, whole, after;
    wql_str text, rest, all;
    unsigned char answer = CC_ERROR;
    (void)key;
    el_wget(el, EL_CLIENTDATA, &e);
    text = narrow(&before, line->buffer, (size_t)(line->cursor - line->buffer));
    rest = narrow(&after, line->cursor, (size_t)(line->lastchar - line->cursor));
    cli_out_open(&whole, -1, -1);
    cli_out_put(&whole, e->reader->before.ptr, e->reader->before.len);
    cli_out_put(&whole, text.ptr, text.len);
    all = (wql_str){whole.buf ? whole.buf : "", whole.len};
    if (text.ptr && rest.ptr && cli_out_good(&whole)) e->reader->complete(e->reader->user, all, rest, &words);
    if (words.count > 0) {
        size_t len = common(&words), typed = characters(all.ptr + all.len - words.typed, words.typed);
        if (words.count == 1 || len > words.typed) {
            replace(e, typed, (wql_str){words.items[0], len}, words.count == 1 && (rest.len == 0 || *rest.ptr != ' '));
            answer = CC_REFRESH;
        } else {
            list(e, &words);
            answer = CC_REDISPLAY;
        }
    }
    cli_words_free(&words);
    cli_out_free(&before);
    cli_out_free(&after);
    cli_out_free(&whole);
    return answer;
}

/* -- the life of an editor ----------------------------------------------------------------------------------------- */

static wchar_t *prompt(EditLine *el) {
    cli_edit *e;
    el_wget(el, EL_CLIENTDATA, &e);
    return e->prompt;
}

static void hold_signals(cli_edit *e) {
    static const int held[] = {SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
    sigemptyset(&e->held);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) sigaddset(&e->held, held[i]);
}

static bool open_history(cli_edit *e) {
    HistEventW event;
    const cli_history *h = &e->reader->history;
    e->history = history_winit();
    if (e->history == NULL) return false;
    history_w(e->history, &event, H_SETSIZE, CLI_HISTORY_ROOM);
    for (size_t i = 0; i < h->count; i++) cli_edit_remember(e, h->lines[i]);
    return true;
}

static bool open_editor(cli_edit *e) {
    e->terminal = fdopen(dup(e->reader->prompt_fd), "w");
    if (e->terminal == NULL) return false;
    e->el = el_init("wql", stdin, e->terminal, stderr);
    if (e->el == NULL || !open_history(e)) return false;
    el_wset(e->el, EL_CLIENTDATA, e);
    el_wset(e->el, EL_SIGNAL, 0);
    el_wset(e->el, EL_EDITOR, L"emacs");
    el_wset(e->el, EL_PROMPT, prompt);
    el_wset(e->el, EL_HIST, history_w, e->history);
    el_wset(e->el, EL_GETCFN, next_character);
    el_wset(e->el, EL_ADDFN, L"wql-complete", L"Complete keywords, classes and properties", complete);
    el_wset(e->el, EL_BIND, L"^I", L"wql-complete", NULL);
    el_source(e->el, NULL); /* ~/.editrc: how this person likes to edit */
    return true;
}

struct cli_edit *cli_edit_open(cli_reader *r) {
    const char *kind = getenv("TERM");
    cli_edit *e;
    if (kind == NULL || *kind == '\0' || strcmp(kind, "dumb") == 0) return NULL;
    e = calloc(1, sizeof *e);
    if (e == NULL) return NULL;
    /* For how wide characters are drawn; the tool's numbers do not depend on it. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) setlocale(LC_CTYPE, "");
    e->reader = r;
    hold_signals(e);
    e->signal_fd = signalfd(-1, &e->held, SFD_CLOEXEC | SFD_NONBLOCK);
    if (e->signal_fd >= 0 && open_editor(e)) return e;
    cli_edit_close(e);
    return NULL;
}

void cli_edit_close(struct cli_edit *e) {
    if (e->el) el_end(e->el);
    if (e->history) history_wend(e->history);
    if (e->terminal) fclose(e->terminal);
    if (e->signal_fd >= 0) close(e->signal_fd);
    free(e);
}

void cli_edit_remember(struct cli_edit *e, const char *statement) {
    wchar_t *wide = widen(wql_s(statement));
    HistEventW event;
    if (wide) history_w(e->history, &event, H_ENTER, wide);
    free(wide);
}

cli_line cli_edit_line(struct cli_edit *e, const char *text, char **line) {
    const wchar_t *typed;
    cli_out out;
    wql_str utf8;
    int count = 0;
    e->why = CLI_LINE_END;
    e->len = 0;
    e->fresh = true;
    e->again = -1;
    swprintf(e->prompt, sizeof e->prompt / sizeof *e->prompt, L"%s", text);
    pthread_sigmask(SIG_BLOCK, &e->held, NULL);
    el_wset(e->el, EL_PREP_TERM, 1); /* before the prompt: whoever types at once is not shown twice */
    el_resize(e->el);                /* it may have been resized since */
    typed = el_wgets(e->el, &count);
    pthread_sigmask(SIG_UNBLOCK, &e->held, NULL);
    if (typed == NULL || count <= 0) {
        if (e->why == CLI_LINE_INTERRUPTED) cli_reader_tell(e->reader, "^C\n");
        return e->why;
    }
    if (typed[count - 1] == L'\n') count--;
    utf8 = narrow(&out, typed, (size_t)count);
    if (utf8.ptr == NULL) {
        cli_out_free(&out);
        return CLI_LINE_FAILED;
    }
    *line = out.buf;
    return CLI_LINE_READ;
}

#endif
