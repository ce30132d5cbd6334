/* SPDX-License-Identifier: MIT */
/* command.h: the shell's own commands, which begin with a dot. */
#ifndef WQL_CLI_COMMAND_H
#define WQL_CLI_COMMAND_H

#include "shell.h"

/* Whether a line is a command: it begins with a dot, or is one of the words with which people try to leave or to get help. */
bool cli_is_command(const char *line);

/* Runs it. What is wrong is said. */
void cli_command_run(cli_shell *s, const char *line);

/* The name of command number `index`, with its dot, or NULL past the last; for completion. */
const char *cli_command_name(uint32_t index);

#endif
