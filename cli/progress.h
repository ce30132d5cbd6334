/* SPDX-License-Identifier: MIT */
/* progress.h: --progress: one line on standard error, drawn over and over, and gone at the end. Only where that is a terminal. */
#ifndef WQL_CLI_PROGRESS_H
#define WQL_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

enum { CLI_PROGRESS_MS = 100 }; /* between two drawings */

typedef struct cli_progress {
    bool on;
    uint32_t drawn; /* columns that the line takes now; 0 = it is not there */
    uint32_t last;  /* and that it took when it was last drawn */
    int64_t began_ms, last_ms;
} cli_progress;

void cli_progress_open(cli_progress *p, bool wanted);

/* Draws the line, if the last time was CLI_PROGRESS_MS ago. total 0: nothing is known yet. */
void cli_progress_show(cli_progress *p, uint64_t done, uint64_t total);

/* Takes the line away, before something else is printed on the terminal. */
void cli_progress_clear(cli_progress *p);

/* Takes it away for good. */
void cli_progress_end(cli_progress *p);

#endif
