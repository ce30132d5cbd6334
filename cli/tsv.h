/* SPDX-License-Identifier: MIT */
/* tsv.h: rows as fields between tabs. */
#ifndef WQL_CLI_TSV_H
#define WQL_CLI_TSV_H

#include "columns.h"

void cli_tsv_header(cli_out *out, const cli_columns *columns);
void cli_tsv_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row);

#endif
