/* SPDX-License-Identifier: MIT */
/* shown.h: texts as a person, or another program, may see them: no byte that a terminal would obey. */
#ifndef WQL_CLI_SHOWN_H
#define WQL_CLI_SHOWN_H

#include "output.h"

#include <wql/value.h>

/* Appends a text in which what steers a terminal stands as \n \r \t \xHH \uHHHH, and ill-formed bytes as U+FFFD. Returns how many
 * columns of a terminal it takes. For people: a backslash stays one. */
uint32_t cli_put_shown(cli_out *to, wql_str text);

/* The same, with a backslash as two: from what stands there the text can be had back. */
void cli_put_escaped(cli_out *to, wql_str text);

/* The same as it is, but what steers a terminal, other than line ends and tabs, as `?`. */
void cli_put_tame(cli_out *to, wql_str text);

#endif
