/* SPDX-License-Identifier: MIT */
/* host.h: an engine with the databases that the options name, and a session in the namespace they name. */
#ifndef WQL_CLI_HOST_H
#define WQL_CLI_HOST_H

#include "options.h"

#include <wql/engine.h>

typedef struct cli_host {
    wql_engine *engine;
    wql_session *session;
    bool quiet;
    bool stuck; /* a provider did not come back: the process must not wait for it */
} cli_host;

/* For the shell with nothing to serve yet there is no session. Returns CLI_OK, or the exit code, having said what is wrong.
 * cli_host_close in any case. */
int cli_host_open(cli_host *host, const cli_options *o);
/* An engine only, to check texts with. The same. */
int cli_host_open_bare(cli_host *host, const cli_options *o);
/* A session in a namespace, in place of the one there is; on failure that one stays. The same. */
int cli_host_connect(cli_host *host, const cli_options *o, const char *name_space);
void cli_host_close(cli_host *host);

#endif
