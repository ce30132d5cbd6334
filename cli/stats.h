/* SPDX-License-Identifier: MIT */
/* stats.h: --stats. */
#ifndef WQL_CLI_STATS_H
#define WQL_CLI_STATS_H

#include <wql/call.h>

/* Says on standard error what a call did. `sqlite`: a database was served. */
void cli_say_stats(const wql_call_stats *stats, bool sqlite);

#endif
