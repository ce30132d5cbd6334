/* SPDX-License-Identifier: MIT */
/* statement.h: lines collected until a `;` ends a statement. A `;` in quotes is a character as any other. */
#ifndef WQL_CLI_STATEMENT_H
#define WQL_CLI_STATEMENT_H

#include <wql/value.h>

typedef struct cli_statement {
    char *text; /* what has been typed and was not taken; ends in NUL */
    size_t len, cap;
} cli_statement;

/* Adds a line. False: no memory. */
bool cli_statement_add(cli_statement *s, wql_str line);

/* Takes the first whole statement off, without its `;` and without blanks around it; empty ones are passed over. NULL: there is
 * none, or no memory (*memory is false then). Free it. */
char *cli_statement_take(cli_statement *s, bool *memory);

/* Whether nothing but blanks is left; which quote is open at its end (0: none). */
bool cli_statement_empty(const cli_statement *s);
char cli_statement_quote(wql_str text);

void cli_statement_clear(cli_statement *s);
void cli_statement_free(cli_statement *s);

/* A text without the blanks at its ends. */
wql_str cli_trim(wql_str text);

#endif
