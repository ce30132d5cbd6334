/* SPDX-License-Identifier: MIT */
/* mof_row.c: rows as MOF, written by the library. In its texts nothing steers a terminal; names may hold anything. */
#include "mof_row.h"

#include "shown.h"

#include <stdlib.h>

void cli_mof_row(cli_out *out, const wql_batch *batch, uint32_t row, bool first) {
    size_t len = wql_batch_mof(batch, row, NULL, 0);
    char *text = malloc(len + 1);
    if (text == NULL) {
        cli_out_fault(out, "out of memory");
        return;
    }
    (void)wql_batch_mof(batch, row, text, len + 1);
    if (!first) cli_out_char(out, '\n');
    if (out->is_tty)
        cli_put_tame(out, (wql_str){text, len});
    else
        cli_out_put(out, text, len);
    free(text);
}
