/* SPDX-License-Identifier: MIT */
/* mof.h: --mof, and .mount mof: classes and instances from MOF files. */
#ifndef WQL_CLI_MOF_H
#define WQL_CLI_MOF_H

#include <wql/engine.h>

#include <stdbool.h>

/* Loads files as one set. What they include lies in their common folder or below it. Says what is wrong with each place, and, if
 * asked, what was loaded. Returns CLI_OK, or the exit code. */
int cli_mof_load(wql_engine *engine, const char *const *files, uint32_t count, const char *name_space, bool quiet, bool tell);

/* One file, for .mount. */
int cli_mof_mount(wql_engine *engine, const char *spelled, const char *name_space);

#endif
