/* SPDX-License-Identifier: MIT */
/* context.h: the named values of a call, copied at submission. */
#ifndef WQL_DELIVER_CONTEXT_H
#define WQL_DELIVER_CONTEXT_H

#include "../exec/run.h"

/* A copy of what the client gave. *out is NULL if that is nothing.
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER (no array, a name that is missing, empty, ill-formed or given twice, an object, an
 * ill-formed text); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__context_make(wql__mem *mem, const wql_param *values, uint32_t count, wql__context **out, wql_error *err);
void wql__context_free(wql__context *context); /* NULL allowed */

#endif
