/* SPDX-License-Identifier: MIT */
/* mount.h: what is served: the options of the tool and the shell's .mount alike. */
#ifndef WQL_CLI_MOUNT_H
#define WQL_CLI_MOUNT_H

#include <wql/engine.h>

/* Serves what is spelled as the value of the option --KIND, in the namespace it names, else in `name_space`. Returns CLI_OK, or
 * the exit code, having said what is wrong. */
int cli_mount(wql_engine *engine, const char *kind, const char *spelled, const char *name_space);

/* Whether there is such a kind. */
bool cli_mount_knows(const char *kind);

#endif
