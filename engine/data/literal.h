/* SPDX-License-Identifier: MIT */
/* literal.h: a constant as the text of a query spells it. */
#ifndef WQL_DATA_LITERAL_H
#define WQL_DATA_LITERAL_H

#include <wql/value.h>

enum { WQL__LIT_NULL, WQL__LIT_STRING, WQL__LIT_INT, WQL__LIT_REAL, WQL__LIT_TRUE, WQL__LIT_FALSE, WQL__LIT_PARAMETER };

typedef struct wql__literal {
    uint8_t kind;
    bool negative;         /* INT: the sign; magnitude is up to 2^63 then, up to 2^64-1 otherwise */
    uint32_t offset, length; /* in the query text */
    uint64_t magnitude;    /* INT; PARAMETER: which `?` it is, from 1; 0 for `@name` */
    double real;           /* REAL */
    wql_str text;          /* STRING: unescaped value. INT, REAL: the spelling. PARAMETER: its name, empty for `?` */
} wql__literal;

#endif
