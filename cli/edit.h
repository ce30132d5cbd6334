/* SPDX-License-Identifier: MIT */
/* edit.h: line editing by libedit, where the tool is built with it. For reader.c. */
#ifndef WQL_CLI_EDIT_H
#define WQL_CLI_EDIT_H

#include "reader.h"

/* NULL: the tool was built without libedit, the terminal cannot do it, or there is no memory. */
struct cli_edit *cli_edit_open(cli_reader *r);
void cli_edit_close(struct cli_edit *e);

cli_line cli_edit_line(struct cli_edit *e, const char *prompt, char **line);
void cli_edit_remember(struct cli_edit *e, const char *statement);

#endif
