/* SPDX-License-Identifier: MIT */
/* error_object.h: an error as an instance of the system class __ExtendedStatus. */
#ifndef WQL_DELIVER_ERROR_OBJECT_H
#define WQL_DELIVER_ERROR_OBJECT_H

#include "../base/error.h"
#include "../data/batch.h"

/* @param server     of the object's __SERVER; its namespace is root
 * @param error      full
 * @param operation  well-formed; NULL: none
 * @param out        [out] a batch of one row that owns its bytes
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__error_object(wql__mem *mem, const char *server, const wql_error *error, const char *operation, wql_batch **out);

/* What a program reads of an error, as wql_error_object says. */
void wql__error_parameters(const wql_error *error, wql__out *out);

#endif
