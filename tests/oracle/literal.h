/* SPDX-License-Identifier: MIT */
/* literal.h: what the files that write comparisons share. */
#ifndef LITERAL_H
#define LITERAL_H

#include "oracle.h"

/* -- values.c ---------------------------------------------------------------------------------------------------- */

typedef __int128 wide;

/* A number at the edge of a type, or beside it. */
wide edge_number(uint64_t *seed);
/* A character that is worth a try. */
uint32_t make_char(uint64_t *seed);
/* A value of some row, or another one; never NULL. */
wql_value near_value(pool *from, uint64_t *seed, const table *t, uint32_t p);
/* The same text in other cases, here and there; k and s also as the KELVIN SIGN and the LONG S, which fold to them. */
void put_in_other_case(writer *to, uint64_t *seed, wql_str s);

/* -- literal.c --------------------------------------------------------------------------------------------------- */

extern const char *const operators[6];
/* Operator `op` as WQL spells it, in one of the ways that there are. */
const char *operator_in_wql(uint64_t *seed, const char *const *spellings, uint32_t op);
void put_wide(writer *to, wide number);

/* -- rich.c ------------------------------------------------------------------------------------------------------ */

/* Writes a form that not all dialects have, and says so in `out`. False: none that fits the property. */
bool make_rich(pool *from, uint64_t *seed, const table *t, uint32_t p, const char *name, node *out, writer *wql, writer *sql);

#endif
