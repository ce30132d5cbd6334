/* SPDX-License-Identifier: MIT */
/* params.h: the values that a call brings for the parameters of its query: checked, copied, and said as literals. */
#ifndef WQL_DATA_PARAMS_H
#define WQL_DATA_PARAMS_H

#include "../base/error.h"
#include "../base/map.h"
#include "literal.h"

typedef struct wql__param_value {
    wql_str name;         /* empty: it goes by position */
    wql__literal literal; /* WQL__LIT_NULL: NULL. No place in a text */
} wql__param_value;

/* Read-only after making; lives until it is freed. */
typedef struct wql__params {
    wql__arena arena;
    uint32_t count, unnamed_count;
    wql__param_value *values; /* in the order given */
    uint32_t *unnamed;        /* [unnamed_count] places in `values` */
    wql__map names;           /* of the others */
} wql__params;

/* Checks and copies all. What does not depend on a query is refused here.
 * @param out  [out] NULL if count is 0. Free it
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER, naming the value (no array of values; an empty or ill-formed name, or one that is
 * given twice; an array, an object, or no CIM type; ill-formed text; a number that its own type cannot hold, or that is not
 * finite; a datetime beyond CIM's range); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__params_make(wql__mem *mem, const wql_param *given, uint32_t count, wql__params **out, wql_error *err);
void wql__params_free(wql__params *params); /* accepts NULL */

/* A value as the literal that spells it. Its text is a view of the value, or lies in `buf`. NULL, or why there is none (no final
 * period, in lower case, behind a name and a colon). */
enum { WQL__SPELLING_SIZE = 40 };
const char *wql__literal_of_value(const wql_value *value, char buf[WQL__SPELLING_SIZE], wql__literal *out);

/* Writes that literal as a query spells it. False: there is none (a NUL in a text cannot be written). */
bool wql__quote(wql__out *out, const wql_value *value);
/* Writes a pattern that only the text matches. */
void wql__quote_pattern(wql__out *out, wql_str text);

#endif
