/* SPDX-License-Identifier: MIT */
/* plugin.h: --provider PATH[=NAMESPACE][:OPTIONS]. */
#ifndef WQL_CLI_PLUGIN_H
#define WQL_CLI_PLUGIN_H

#include <wql/engine.h>

/* Loads a plug-in as spelled on the command line; without a NAMESPACE it is served in `name_space`. If a file has the whole name,
 * `=` and `:` are part of it, else the longest beginning in front of one of them that is the name of a file is the path.
 * Returns CLI_OK, or the exit code, having said what is wrong. */
int cli_plugin_load(wql_engine *engine, const char *spelled, const char *name_space);

#endif
