/* SPDX-License-Identifier: MIT */
/* linux_expect.h: what every property of a recorded tree is, out of tests/linux/NAME.expect:
 *
 *   [Class condition]   a query that has one row
 *   Property=value      NULL, or the value as wql_value_format writes it (line ends as \n); ? stands for any value but NULL
 *
 * A property without a line is wrong, as is a line without a property. */
#ifndef WQL_TESTS_LINUX_EXPECT_H
#define WQL_TESTS_LINUX_EXPECT_H

#include "linux_aid.h"

/* Asks what the file asks. Returns how much is wrong, which stderr says; 1 if there is no such file. */
uint32_t linux_expect(linux_lab *lab, const char *name);

#endif
