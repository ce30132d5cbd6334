/* SPDX-License-Identifier: MIT */
/* markdown.h: rows as a table of Markdown (GitHub's, which has tables). */
#ifndef WQL_CLI_MARKDOWN_H
#define WQL_CLI_MARKDOWN_H

#include "columns.h"

void cli_markdown_header(cli_out *out, const cli_columns *columns);
void cli_markdown_row(cli_out *out, const cli_columns *columns, const wql_batch *batch, uint32_t row);

#endif
