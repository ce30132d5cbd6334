/* SPDX-License-Identifier: MIT */
/* fault.h: fault points: named places where something other than memory may fail. In the library each is the constant false. With
 * -DWQL_FAULTS, which only tests/points uses, each asks wql__fault_due, which that test defines: the library has no state for it.
 */
#ifndef WQL_BASE_FAULT_H
#define WQL_BASE_FAULT_H

#include <stdbool.h>

/* All of them: POINT(name, what happens there). */
#define WQL__FAULT_POINTS(POINT)                                                                                                 \
    POINT(worker_thread, "the thread of a worker does not start")                                                                \
    POINT(finisher_thread, "the thread that delivers final statuses does not start")                                             \
    POINT(elastic_thread, "a thread for providers that may block does not start")                                                \
    POINT(timer_thread, "the timer's thread does not start")                                                                     \
    POINT(pump_descriptor, "the kernel has no descriptor for a pump")                                                            \
    POINT(host_name, "the machine has no name")                                                                                  \
    POINT(early_wake, "a wait returns though nobody woke it, and before its time")                                               \
    POINT(one_processor, "only one processor may be used")

enum {
#define WQL__FAULT_NUMBER(name, what) WQL__FAULT_##name,
    WQL__FAULT_POINTS(WQL__FAULT_NUMBER)
#undef WQL__FAULT_NUMBER
        WQL__FAULTS
};

#ifdef WQL_FAULTS
bool wql__fault_due(int point);
#define WQL__FAULT(name) wql__fault_due(WQL__FAULT_##name)
#else
#define WQL__FAULT(name) ((void)WQL__FAULT_##name, false)
#endif

#endif
