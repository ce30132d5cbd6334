/* SPDX-License-Identifier: MIT */
/* mof_row.h: rows as MOF, each row whole. */
#ifndef WQL_CLI_MOF_ROW_H
#define WQL_CLI_MOF_ROW_H

#include "output.h"

#include <wql/batch.h>

/* `first`: no empty line before it. */
void cli_mof_row(cli_out *out, const wql_batch *batch, uint32_t row, bool first);

#endif
