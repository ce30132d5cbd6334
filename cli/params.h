/* SPDX-License-Identifier: MIT */
/* params.h: --param: values for the parameters of a query.
 *
 *   --param NAME=VALUE    the value of @NAME: a text, converted as a quoted literal in its place would be
 *   --param NUMBER=VALUE  the value of the NUMBER-th `?`, counted from 1
 *   without `=`           NULL
 */
#ifndef WQL_CLI_PARAMS_H
#define WQL_CLI_PARAMS_H

#include <wql/value.h>

typedef struct cli_params {
    wql_param
        *values; /* as the engine takes them: `?` in order, name NULL; then the named ones. The texts are views of `words` */
    uint32_t count;
    char **names;      /* owned */
    uint32_t *numbers; /* of `?`; 0 = named */
} cli_params;

/* One more. `word` must outlive the params. Returns CLI_OK, CLI_USAGE or CLI_FAILED, having said what is wrong. */
int cli_params_add(cli_params *p, const char *word);

/* After the last: puts them in order. Returns CLI_OK, or CLI_USAGE if a `?` was left out (said). */
int cli_params_settle(cli_params *p);

/* For the shell, which has them for all queries: those that a query names, in the order in which the engine takes them. `out` has
 * room for p->count. Returns how many. */
uint32_t cli_params_named(const cli_params *p, wql_str query, wql_param *out);

void cli_params_free(cli_params *p);

#endif
