/* SPDX-License-Identifier: MIT */
/* check.h: --check. */
#ifndef WQL_CLI_CHECK_H
#define WQL_CLI_CHECK_H

#include "host.h"
#include "output.h"

/* Answers each line of the file or of standard input. Returns the exit code: CLI_OK if every line was answered. */
int cli_check(cli_host *host, const cli_options *o, cli_out *out);

#endif
