/* SPDX-License-Identifier: MIT */
/* schema.h: the classes of a namespace, and what a class looks like. */
#ifndef WQL_CLI_SCHEMA_H
#define WQL_CLI_SCHEMA_H

#include "host.h"
#include "interrupt.h"
#include "output.h"

/* Hands out each class of the session's namespace. `in`: ^C ends it; NULL: it does not. Returns WQL_END, or how it ended
 * otherwise. */
wql_status cli_schema_each(cli_host *host, cli_interrupt *in, uint32_t timeout_ms, void (*take)(void *user, const wql_class *cls),
                           void *user, wql_error *err);

/* A class as MOF would declare it. */
void cli_schema_print(cli_out *out, const wql_class *cls);

#endif
