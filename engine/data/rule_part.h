/* SPDX-License-Identifier: MIT */
/* rule_part.h: what making a test and asking one without a known type share. */
#ifndef WQL_DATA_RULE_PART_H
#define WQL_DATA_RULE_PART_H

#include "rule.h"

/* Why an operator does not apply to a type, whatever the literal; NULL: it does. LIKE is looked at by wql__operand_set too. */
const char *wql__operator_refused(uint32_t type, uint8_t op);

/* Sets by, as, text and perhaps op of a test from its literal, for a property of that type; `text` may point into the literal or
 * into `buf`. Allocates nothing: `folded` and `pattern` are the caller's to make. Returns NULL, or why the literal does not fit. */
const char *wql__operand_set(wql__test *test, uint32_t type, bool interval, char buf[32]);

#endif
