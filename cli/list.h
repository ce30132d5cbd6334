/* SPDX-License-Identifier: MIT */
/* list.h: rows as lists of their properties, each row whole: under the name of its class, a property a line. */
#ifndef WQL_CLI_LIST_H
#define WQL_CLI_LIST_H

#include "output.h"

#include <wql/batch.h>

/* `first`: no empty line before it. */
void cli_list_row(cli_out *out, const wql_batch *batch, uint32_t row, bool first);

#endif
