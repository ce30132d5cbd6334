/* SPDX-License-Identifier: MIT */
/* mount.h: what is served: the options of the tool and the shell's .mount alike. */
#ifndef WQL_CLI_MOUNT_H
#define WQL_CLI_MOUNT_H

#include <wql/engine.h>

/* Serves what is spelled as the value of the option --KIND, in the namespace it names, else in `name_space`. Returns CLI_OK, or
 * the exit code, having said what is wrong. */
int cli_mount(wql_engine *engine, const char *kind, const char *spelled, const char *name_space);

/* The name of kind number `index`, or NULL past the last. */
const char *cli_mount_kind(uint32_t index);

#endif
