/* SPDX-License-Identifier: MIT */
/* progress.c: one line on standard error, drawn over and over, and gone at the end. It is taken away with blanks, which every
 * terminal knows, and never reaches the last column, so that it never wraps. */
#include "progress.h"

#include "interrupt.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH_UNKNOWN = 80, LINE = 160 };

/* Columns that may be drawn on; asked each time, since a terminal may be resized. */
static uint32_t room(void) {
    struct winsize size;
    uint32_t width = WIDTH_UNKNOWN;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
    return width - 1;
}

static void put(const char *bytes, size_t len) {
    ssize_t written = write(STDERR_FILENO, bytes, len);
    (void)written; /* a line that is lost is drawn again */
}

void cli_progress_open(cli_progress *p, bool wanted) {
    memset(p, 0, sizeof *p);
    p->on = wanted && isatty(STDERR_FILENO) == 1;
    p->began_ms = p->last_ms = cli_now_ms();
}

/* The longest of several wordings that fits. */
static uint32_t word(char line[LINE], uint32_t width, uint64_t done, uint64_t total, uint64_t seconds) {
    unsigned long long d = done, t = total, s = seconds;
    unsigned percent = total ? (unsigned)(done >= total ? 100 : (unsigned)((double)done * 100 / (double)total)) : 0;
    bool whole = total > done; /* an estimate that was passed says nothing */
    int len = 0;
    for (int choice = 0; choice < 4; choice++) {
        switch (choice) {
        case 0:
            len = whole ? snprintf(line, LINE, "%llu of about %llu rows looked at, %u %%, %llu s", d, t, percent, s)
                        : snprintf(line, LINE, "%llu rows looked at, %llu s", d, s);
            break;
        case 1:
            len = whole ? snprintf(line, LINE, "%llu rows, %u %%", d, percent) : snprintf(line, LINE, "%llu rows, %llu s", d, s);
            break;
        case 2: len = snprintf(line, LINE, "%llu", d); break;
        default: len = whole ? snprintf(line, LINE, "%u %%", percent) : snprintf(line, LINE, "%llu s", s); break;
        }
        if (len > 0 && len < LINE && (uint32_t)len <= width) return (uint32_t)len;
    }
    return 0;
}

void cli_progress_show(cli_progress *p, uint64_t done, uint64_t total) {
    char line[2 * LINE + 2] = "\r";
    int64_t now = cli_now_ms();
    uint32_t len, blanks, width;
    if (!p->on || now - p->last_ms < CLI_PROGRESS_MS) return;
    p->last_ms = now;
    width = room();
    len = word(line + 1, width, done, total, (uint64_t)(now - p->began_ms) / 1000);
    blanks = p->drawn > len ? p->drawn - len : 0;
    if (len + blanks > width) blanks = width - len; /* it has become narrower: what has wrapped is out of reach */
    memset(line + 1 + len, ' ', blanks);
    line[1 + len + blanks] = '\r';
    put(line, 2 + len + blanks);
    p->drawn = p->last = len;
}

void cli_progress_clear(cli_progress *p) {
    char line[LINE + 2];
    uint32_t blanks = p->drawn, width = room();
    if (!p->on || p->drawn == 0) return;
    if (blanks > width) blanks = width;
    line[0] = '\r';
    memset(line + 1, ' ', blanks);
    line[1 + blanks] = '\r';
    put(line, 2 + blanks);
    p->drawn = 0;
}

void cli_progress_end(cli_progress *p) {
    p->drawn = p->last; /* ^C throws away what the terminal has not shown yet: it may have been the blanks */
    cli_progress_clear(p);
    p->on = false;
}
