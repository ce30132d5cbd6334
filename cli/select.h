/* SPDX-License-Identifier: MIT */
/* select.h: what a SELECT names. For the header line of a result without rows; what a query means, only the engine knows. */
#ifndef WQL_CLI_SELECT_H
#define WQL_CLI_SELECT_H

#include <wql/value.h>

typedef struct cli_select {
    bool star;
    wql_str from;       /* the class */
    wql_str *names;     /* the list; free it */
    uint32_t count;
} cli_select;

/* Reads `SELECT a, b FROM c` or `SELECT * FROM c` off the start of a query that the engine has accepted. Returns false for every
 * other shape (dotted paths too: what their columns are called is the engine's), and if there is no memory. */
bool cli_select_read(cli_select *s, wql_str query);

#endif
