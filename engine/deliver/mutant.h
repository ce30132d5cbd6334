/* SPDX-License-Identifier: MIT */
/* mutant.h: mistakes made on purpose, to show that the tests would see them. A build with -DWQL_MUTANT=name takes the letter of the
 * mistake from the variable `name`; in every other build each of them is the constant false. tests/sim/README.md lists them. */
#ifndef WQL_DELIVER_MUTANT_H
#define WQL_DELIVER_MUTANT_H

#ifdef WQL_MUTANT
extern char WQL_MUTANT;
#define WQL__MUTANT(letter) (WQL_MUTANT == (letter))
#else
#define WQL__MUTANT(letter) false
#endif

#endif
