/* SPDX-License-Identifier: MIT */
/* scenario.h: the first fiber of a run. */
#ifndef WQL_TESTS_SIM_SCENARIO_H
#define WQL_TESTS_SIM_SCENARIO_H

void scenario_main(void *arg);

#endif
