/* SPDX-License-Identifier: MIT */
/* errors.h: what the tool says on standard error, and with which number it ends. */
#ifndef WQL_CLI_ERRORS_H
#define WQL_CLI_ERRORS_H

#include <wql/value.h>

/* Exit codes. Scripts depend on them. */
enum {
    CLI_OK = 0,
    CLI_USAGE = 2,        /* the tool's arguments; an unknown namespace too */
    CLI_QUERY = 3,        /* the query is at fault */
    CLI_FAILED = 4,       /* a database or provider, rows known to be missing, a limit, output that cannot be written */
    CLI_TIMED_OUT = 5,
    CLI_DENIED = 6,
    CLI_INTERRUPTED = 130
};

/* One line: "wql: " and the text, in which control characters and ill-formed bytes become '?'. */
void cli_say(const char *format, ...) WQL_PRINTF(1, 2);

/* An error of the library: `wql: 1:34: message`, the line of the query, a caret; then the name that may have been meant. */
void cli_say_error(const wql_error *err, wql_str query);

/* The exit code for how a query ended. `text_is_at_fault`: the text alone is refused with that same status. */
int cli_exit_code(wql_status status, const wql_error *err, bool text_is_at_fault);

#endif
