/* SPDX-License-Identifier: MIT */
/* sim.h: the library on one thread. fibers.c takes the place of engine/base/sync.c: threads are fibers, the clock is a number,
 * and at each lock, unlock, wait, wake or start a seeded choice says who goes on. A run is repeated by its seed. */
#ifndef WQL_TESTS_SIM_H
#define WQL_TESTS_SIM_H

#include "../../engine/base/sync.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What came of a run. */
typedef struct sim_result {
    bool failed;
    char why[600];
    uint64_t schedule; /* hash of every choice: equal for equal schedules */
    uint64_t choices;  /* how many there were */
} sim_result;

/* Runs `run(arg)` as the first fiber, until all fibers have ended. */
sim_result sim_run(uint64_t seed, void (*run)(void *arg), void *arg);

/* A number below `below`, out of the seed: for a scenario's own choices. */
uint32_t sim_random(uint32_t below);
static inline bool sim_chance(uint32_t of) { return sim_random(of) == 0; }

/* Ends the run as failed; never returns. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define sim_check(condition, ...)                                                                                                \
    do {                                                                                                                         \
        if (!(condition)) sim_fail(__VA_ARGS__);                                                                                 \
    } while (0)

/* Lets others go on. */
void sim_yield(void);
/* So much time passes for the running fiber, and for all. */
void sim_pass(int64_t us);
/* No wait is over early that ends later than so many microseconds from now (1,000,000 unless told). */
void sim_hurry(int64_t us);
/* Locks that the running fiber holds. */
int sim_locks(void);
/* The running fiber, from 1. */
int sim_self(void);
/* Whether the running fiber has that name. */
bool sim_is(const char *name);

/* -- memory: never used again within a run, so that late use is seen ------------------------------------------------ */

void *sim_alloc(void *user, void *ptr, size_t old_size, size_t new_size); /* for wql_engine_options.alloc */
/* Bytes not given back. */
int64_t sim_bytes(void);
void sim_memory_begin(void);
/* NULL, or what is wrong: freed memory was written. */
const char *sim_memory_end(void);

/* The mutation of the library that this run is to find; 0: none. */
extern char wql__mutant;

#endif
