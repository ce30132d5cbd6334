/* SPDX-License-Identifier: MIT */
/* sized.h: reading the structs that a user fills, which begin with `uint32_t struct_size`. */
#ifndef WQL_BASE_SIZED_H
#define WQL_BASE_SIZED_H

#include <wql/status.h>

/* Copies a user's struct into one of ours: what lies beyond its size is zero. `from` NULL: all zero.
 * @param to_size  of ours; to->struct_size is set to it
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER: the size is below `least`; WQL_E_UNSUPPORTED_PARAMETER: it is larger than ours, and a
 * byte beyond is not zero. `what` names the struct in the message. */
wql_status wql__sized_read(void *to, size_t to_size, const void *from, size_t least, const char *what, wql_error *err);

/* Copies one of ours into the user's, as far as that reaches. Returns WQL_OK; WQL_E_INVALID_PARAMETER: `to` is NULL or has no
 * size. */
wql_status wql__sized_write(void *to, const void *from, size_t from_size);

#endif
