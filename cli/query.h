/* SPDX-License-Identifier: MIT */
/* query.h: one query, from text to printed rows, or to its plan. */
#ifndef WQL_CLI_QUERY_H
#define WQL_CLI_QUERY_H

#include "host.h"
#include "interrupt.h"
#include "output.h"

/* Both return the exit code, having said what is wrong. */
int cli_run_query(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out);
int cli_explain_query(cli_host *host, const cli_options *o, cli_interrupt *in, cli_out *out);

#endif
