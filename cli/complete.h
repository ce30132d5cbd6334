/* SPDX-License-Identifier: MIT */
/* complete.h: what may follow what stands before the cursor: commands, keywords, classes, properties. */
#ifndef WQL_CLI_COMPLETE_H
#define WQL_CLI_COMPLETE_H

#include "reader.h"

/* A cli_completer; `shell` is a cli_shell. */
void cli_complete(void *shell, wql_str text, wql_str rest, cli_words *words);

#endif
