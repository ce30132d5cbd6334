/* SPDX-License-Identifier: MIT */
/* shell.h: the interactive shell. */
#ifndef WQL_CLI_SHELL_H
#define WQL_CLI_SHELL_H

#include "host.h"
#include "interrupt.h"
#include "output.h"
#include "reader.h"
#include "statement.h"

typedef struct cli_shell {
    cli_host *host;
    cli_options o; /* of the tool, with what was changed since: a view, not owned */
    cli_interrupt *in;
    cli_out *out;
    cli_reader reader;
    cli_statement pending;
    char *name_space; /* owned; what o.name_space points to once it was changed */
    bool timer;
    bool leaving;
} cli_shell;

/* Until ^D or .quit. Returns the exit code: CLI_OK, since what went wrong was said when it did, or CLI_FAILED if there was no
 * memory or nowhere to write. */
int cli_shell_run(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out);

/* Runs or explains a query, with all that belongs to it: the session is looked at, the time taken. For command.c too. */
void cli_shell_query(cli_shell *s, const char *query, bool explain);
/* The same for one object by its path. */
void cli_shell_get(cli_shell *s, const char *path);

/* Whether there is a session; says what to do if there is none. */
bool cli_shell_connected(cli_shell *s);

#endif
