/* SPDX-License-Identifier: MIT */
/* help.h: what the tool says of itself. */
#ifndef WQL_CLI_HELP_H
#define WQL_CLI_HELP_H

#include "output.h"

/* All options, on standard output. */
void cli_help(cli_out *out);
/* Four lines, on standard error. */
void cli_usage(void);

#endif
