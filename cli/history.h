/* SPDX-License-Identifier: MIT */
/* history.h: what was typed into the shell, from one time to the next.
 *
 * The file is $XDG_STATE_HOME/wql/history, or ~/.local/state/wql/history; without HOME there is none, and a symbolic link in its
 * place (to /dev/null, say) means that none is wanted. A line is a statement, with \\ and \n as escapes. Only its owner may read
 * it. */
#ifndef WQL_CLI_HISTORY_H
#define WQL_CLI_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

enum { CLI_HISTORY_ROOM = 1000 }; /* statements that are kept */

typedef struct cli_history {
    int fd;       /* -1: there is no file */
    char **lines; /* oldest first */
    size_t count, cap;
} cli_history;

/* Reads the file. What is wrong with it is said, unless quiet; the shell does without then. */
void cli_history_open(cli_history *h, bool quiet);

/* One more. What repeats the last one is not kept twice. */
void cli_history_add(cli_history *h, const char *text);

void cli_history_close(cli_history *h);

#endif
