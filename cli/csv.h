/* SPDX-License-Identifier: MIT */
/* csv.h: rows as comma-separated values (RFC 4180, but a line ends in a plain newline). */
#ifndef WQL_CLI_CSV_H
#define WQL_CLI_CSV_H

#include "columns.h"

void cli_csv_header(cli_out *out, const cli_columns *columns);
void cli_csv_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row);

#endif
