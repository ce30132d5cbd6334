/* SPDX-License-Identifier: MIT */
/* trim.h: a class cut down to the properties that a SELECT list names, for WQL_PROTOTYPE. */
#ifndef WQL_DATA_TRIM_H
#define WQL_DATA_TRIM_H

#include "schema.h"

/* The class with those of its properties that are in `items`, in its own order, and without methods. Each has the qualifier
 * `Order` beside its own ones: an array of sint32 with its places in `items`, from 0. Name, ancestors, origins and qualifiers of
 * the class stay, so its ancestors may have properties that it has not.
 * @param items    numbers of properties; WQL_NO_COLUMN: something else has that place
 * @param scratch  for what is needed meanwhile
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__class_trim(wql__mem *mem, const wql_class *cls, const uint32_t *items, uint32_t count, wql__arena *scratch,
                           wql_class **out, wql_error *err);

#endif
