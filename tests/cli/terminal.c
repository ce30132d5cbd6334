/* SPDX-License-Identifier: MIT */
/* terminal.c: plays a person at a terminal. Usage: terminal COLUMNS ROWS COMMAND [ARGUMENT...], with a script on standard input,
 * one step a line:
 *
 *   expect TEXT    waits until the program writes TEXT, after what was expected last (sequences that move the cursor left out)
 *   send TEXT      types TEXT; \r \t \\ and \xHH are escapes
 *   screen TEXT    waits until a row of the screen is TEXT, blanks at its end left out
 *   absent TEXT    no row of the screen has TEXT in it
 *   resize C R     another size
 *   signal NAME    sends TERM, TSTP, CONT or HUP to the program; after TSTP, waits until it has stopped
 *   show           prints the screen
 *   hangup         the terminal goes away
 *   exit CODE      waits for the end of the program, and for that exit code (128 + number for a signal)
 *
 * Every wait is for an event, with a limit after which the step has failed: it is named, and the screen is printed. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 30000, COLUMNS = 200, ROWS = 60, CELL = 8, PARAMS = 8 };

typedef struct screen {
    int width, height, x, y;
    bool wrap; /* the last column was written: the next character goes to the next row */
    char cell[ROWS][COLUMNS][CELL];
    int state; /* 0 text, 1 after ESC, 2 in a sequence, 3 in a title */
    int params[PARAMS], count;
} screen;

typedef struct terminal {
    int fd;
    pid_t pid;
    bool ended;
    int status;
    screen s;
    char *text; /* what was written and not yet expected, without sequences */
    size_t len, cap;
} terminal;

/* -- the screen ------------------------------------------------------------------------------------------------------------ */

static void clear(screen *s, int y, int from, int to) {
    for (int x = from; x < to && x < COLUMNS; x++) strcpy(s->cell[y][x], " ");
}

static void scroll(screen *s) {
    if (++s->y < s->height) return;
    s->y = s->height - 1;
    memmove(s->cell[0], s->cell[1], sizeof s->cell[0] * (size_t)(ROWS - 1));
    clear(s, s->height - 1, 0, COLUMNS);
}

static int param(const screen *s, int index, int otherwise) {
    return index < s->count && s->params[index] > 0 ? s->params[index] : otherwise;
}

static int within(int at, int size) { return at < 0 ? 0 : at >= size ? size - 1 : at; }

static void erase(screen *s, char what, int how) {
    int from = how == 0 ? s->x : 0, to = how == 1 ? s->x + 1 : COLUMNS;
    clear(s, s->y, from, to);
    if (what == 'K') return;
    for (int y = 0; y < s->height; y++) {
        if ((how == 0 && y > s->y) || (how == 1 && y < s->y) || how == 2) clear(s, y, 0, COLUMNS);
    }
}

static void shift(screen *s, int by) {
    if (by > 0) {
        for (int x = s->width - 1; x >= s->x + by; x--) strcpy(s->cell[s->y][x], s->cell[s->y][x - by]);
        clear(s, s->y, s->x, s->x + by);
    } else {
        for (int x = s->x; x - by < s->width; x++) strcpy(s->cell[s->y][x], s->cell[s->y][x - by]);
        clear(s, s->y, s->width + by > s->x ? s->width + by : s->x, s->width);
    }
}

static void sequence(screen *s, char last) {
    int n = param(s, 0, 1);
    s->wrap = false;
    switch (last) {
    case 'A': s->y = within(s->y - n, s->height); break;
    case 'B': s->y = within(s->y + n, s->height); break;
    case 'C': s->x = within(s->x + n, s->width); break;
    case 'D': s->x = within(s->x - n, s->width); break;
    case 'G': s->x = within(n - 1, s->width); break;
    case 'H':
        s->y = within(n - 1, s->height);
        s->x = within(param(s, 1, 1) - 1, s->width);
        break;
    case 'J':
    case 'K': erase(s, last, param(s, 0, 0)); break;
    case 'P': shift(s, -n); break;
    case '@': shift(s, n); break;
    default: break; /* colours and modes */
    }
}

static void put_char(screen *s, const char *bytes, size_t len, int width) {
    if (width == 0) return;
    if (s->wrap || s->x + width > s->width) {
        s->x = 0;
        scroll(s);
    }
    memcpy(s->cell[s->y][s->x], bytes, len);
    s->cell[s->y][s->x][len] = '\0';
    if (width == 2 && s->x + 1 < s->width) s->cell[s->y][s->x + 1][0] = '\0';
    s->wrap = s->x + width >= s->width;
    s->x = within(s->x + width, s->width);
}

/* A character of the stream. True: it is text, and no part of a sequence. */
static bool draw(screen *s, const char *bytes, size_t len) {
    unsigned char c = (unsigned char)bytes[0];
    if (s->state == 3) { /* a title ends with BEL or ESC \ */
        if (c == 7 || c == '\\') s->state = 0;
        return false;
    }
    if (s->state == 1) {
        s->state = c == '[' ? 2 : c == ']' ? 3 : 0;
        s->count = 0;
        memset(s->params, 0, sizeof s->params);
        return false;
    }
    if (s->state == 2) {
        if (c >= '0' && c <= '9') {
            if (s->count == 0) s->count = 1;
            s->params[s->count - 1] = s->params[s->count - 1] * 10 + (c - '0');
        } else if (c == ';') {
            if (s->count == 0) s->count = 1;
            if (s->count < PARAMS) s->count++;
        } else if (c >= 0x40 && c <= 0x7e) {
            sequence(s, (char)c);
            s->state = 0;
        }
        return false;
    }
    switch (c) {
    case 0x1b: s->state = 1; return false;
    case '\r':
        s->x = 0;
        s->wrap = false;
        return true;
    case '\n':
        s->wrap = false;
        scroll(s);
        return true;
    case '\b':
        s->x = within(s->x - 1, s->width);
        s->wrap = false;
        return false;
    case '\t': s->x = within((s->x / 8 + 1) * 8, s->width); return true;
    case 7: return false;
    default: break;
    }
    put_char(s, bytes, len, len >= 3 && (c > 0xe2) ? 2 : 1); /* from U+3000 on: wide, near enough for these tests */
    return true;
}

static void row_text(const screen *s, int y, char *out) {
    size_t len = 0;
    for (int x = 0; x < s->width; x++) {
        strcpy(out + len, s->cell[y][x]);
        len += strlen(s->cell[y][x]);
    }
    while (len > 0 && out[len - 1] == ' ') len--;
    out[len] = '\0';
}

static void show(const screen *s, FILE *to) {
    char row[COLUMNS * CELL];
    int last = s->height - 1;
    for (; last > 0; last--) {
        row_text(s, last, row);
        if (row[0]) break;
    }
    for (int y = 0; y <= last; y++) {
        row_text(s, y, row);
        fprintf(to, "|%s\n", row);
    }
}

/* -- the program ----------------------------------------------------------------------------------------------------------- */

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static size_t char_len(unsigned char first) { return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1; }

static void feed(terminal *t, const char *bytes, size_t len) {
    if (t->len + len + 1 > t->cap) {
        t->cap = (t->len + len + 1) * 2;
        t->text = realloc(t->text, t->cap);
        if (t->text == NULL) abort();
    }
    for (size_t at = 0; at < len;) {
        size_t n = char_len((unsigned char)bytes[at]);
        if (at + n > len) n = len - at;
        if (draw(&t->s, bytes + at, n)) {
            memcpy(t->text + t->len, bytes + at, n);
            t->len += n;
        }
        at += n;
    }
}

/* Takes what the program writes, for at most so long. False: nothing came. */
static bool listen(terminal *t, int timeout_ms) {
    struct pollfd one = {.fd = t->fd, .events = POLLIN};
    static char bytes[65536]; /* a test program; it has one terminal */
    ssize_t got;
    if (t->fd < 0 || poll(&one, 1, timeout_ms) <= 0) return false;
    got = read(t->fd, bytes, sizeof bytes);
    if (got > 0) feed(t, bytes, (size_t)got);
    return got > 0;
}

static bool reap(terminal *t) {
    if (!t->ended && waitpid(t->pid, &t->status, WNOHANG) == t->pid) t->ended = true;
    return t->ended;
}

/* -- the steps ------------------------------------------------------------------------------------------------------------- */

typedef bool (*condition)(terminal *t, const char *argument);

static bool await(terminal *t, condition met, const char *argument) {
    int64_t until = now_ms() + LIMIT_MS;
    for (;;) {
        bool gone;
        if (met(t, argument)) return true;
        if (now_ms() >= until) return false;
        gone = reap(t);
        if (!listen(t, gone ? 0 : 10) && gone) return met(t, argument);
    }
}

static bool expected(terminal *t, const char *argument) {
    char *found = t->len ? memmem(t->text, t->len, argument, strlen(argument)) : NULL;
    size_t used;
    if (found == NULL) return false;
    used = (size_t)(found - t->text) + strlen(argument);
    memmove(t->text, t->text + used, t->len - used);
    t->len -= used;
    return true;
}

static bool on_screen(terminal *t, const char *argument) {
    char row[COLUMNS * CELL];
    for (int y = 0; y < t->s.height; y++) {
        row_text(&t->s, y, row);
        if (strcmp(row, argument) == 0) return true;
    }
    return false;
}

static bool absent(terminal *t, const char *argument) {
    char row[COLUMNS * CELL];
    for (int y = 0; y < t->s.height; y++) {
        row_text(&t->s, y, row);
        if (strstr(row, argument)) return false;
    }
    return true;
}

/* What it wrote last may still be in the terminal. */
static bool over(terminal *t, const char *argument) {
    (void)argument;
    if (!reap(t)) return false;
    while (listen(t, 0)) {}
    return true;
}

static bool stopped(terminal *t, const char *argument) {
    int status;
    (void)argument;
    return waitpid(t->pid, &status, WUNTRACED | WNOHANG) == t->pid && WIFSTOPPED(status);
}

static int exit_code(const terminal *t) { return WIFEXITED(t->status) ? WEXITSTATUS(t->status) : 128 + WTERMSIG(t->status); }

static size_t unescape(char *text) {
    size_t to = 0;
    for (size_t from = 0; text[from]; from++) {
        char c = text[from];
        if (c == '\\') {
            unsigned value;
            c = text[++from];
            if (c == 'r') c = '\r';
            if (c == 't') c = '\t';
            if (c == 'x' && sscanf(text + from + 1, "%2x", &value) == 1) {
                c = (char)value;
                from += 2;
            }
        }
        text[to++] = c;
    }
    return to;
}

static bool send_text(terminal *t, char *text) {
    size_t len = unescape(text), done = 0;
    while (done < len) {
        ssize_t written = write(t->fd, text + done, len - done);
        if (written <= 0) return false;
        done += (size_t)written;
        while (listen(t, 0)) {} /* the echo must not fill the terminal */
    }
    return true;
}

static bool resize(terminal *t, const char *argument) {
    struct winsize size = {0};
    int columns, rows;
    if (sscanf(argument, "%d %d", &columns, &rows) != 2 || columns > COLUMNS || rows > ROWS) return false;
    size.ws_col = (unsigned short)columns;
    size.ws_row = (unsigned short)rows;
    t->s.width = columns;
    t->s.height = rows;
    t->s.x = within(t->s.x, columns);
    t->s.y = within(t->s.y, rows);
    return ioctl(t->fd, TIOCSWINSZ, &size) == 0;
}

static bool send_signal(terminal *t, const char *name) {
    if (strcmp(name, "TERM") == 0) return kill(t->pid, SIGTERM) == 0;
    if (strcmp(name, "HUP") == 0) return kill(t->pid, SIGHUP) == 0;
    if (strcmp(name, "CONT") == 0) return kill(t->pid, SIGCONT) == 0;
    if (strcmp(name, "TSTP") == 0) return kill(t->pid, SIGTSTP) == 0 && await(t, stopped, "");
    return false;
}

static bool step(terminal *t, char *line) {
    size_t len = strcspn(line, " ");
    char *argument = line[len] ? line + len + 1 : line + len;
    line[len] = '\0';
    if (strcmp(line, "expect") == 0) return await(t, expected, argument);
    if (strcmp(line, "send") == 0) return send_text(t, argument);
    if (strcmp(line, "screen") == 0) return await(t, on_screen, argument);
    if (strcmp(line, "absent") == 0) return absent(t, argument);
    if (strcmp(line, "resize") == 0) return resize(t, argument);
    if (strcmp(line, "signal") == 0) return send_signal(t, argument);
    if (strcmp(line, "exit") == 0) return await(t, over, "") && exit_code(t) == atoi(argument);
    if (strcmp(line, "hangup") == 0) return close(t->fd) == 0 && (t->fd = -1) < 0;
    if (strcmp(line, "show") == 0) {
        show(&t->s, stdout);
        return true;
    }
    return false;
}

int main(int argc, char **argv) {
    static terminal t;
    struct winsize size = {0};
    char *line = NULL, *copy;
    size_t cap = 0;
    ssize_t len;
    if (argc < 4) return 2;
    t.s.width = atoi(argv[1]);
    t.s.height = atoi(argv[2]);
    if (t.s.width < 1 || t.s.width > COLUMNS || t.s.height < 2 || t.s.height > ROWS) return 2;
    for (int y = 0; y < ROWS; y++) clear(&t.s, y, 0, COLUMNS);
    size.ws_col = (unsigned short)t.s.width;
    size.ws_row = (unsigned short)t.s.height;
    t.pid = forkpty(&t.fd, NULL, NULL, &size);
    if (t.pid == 0) {
        execvp(argv[3], argv + 3);
        _exit(127);
    }
    while (t.pid > 0 && (len = getline(&line, &cap, stdin)) > 0) {
        if (line[len - 1] == '\n') line[len - 1] = '\0';
        if (line[0] == '\0' || line[0] == '#') continue;
        copy = strdup(line);
        if (!step(&t, line)) {
            printf("this step failed: %s\n", copy);
            if (reap(&t)) printf("the program has ended with %d\n", exit_code(&t));
            show(&t.s, stdout);
            if (!t.ended) kill(t.pid, SIGKILL);
            return 1;
        }
        free(copy);
    }
    if (!reap(&t)) kill(t.pid, SIGKILL);
    free(line);
    free(t.text);
    return t.pid > 0 ? 0 : 2;
}
