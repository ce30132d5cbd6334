/* SPDX-License-Identifier: MIT */
/* plan_lab.h: a laboratory for tests of the query room: two providers whose answers a test sets, and their classes. */
#ifndef WQL_TESTS_PLAN_LAB_H
#define WQL_TESTS_PLAN_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../engine/query/plan.h"
#include <wql/query.h>

typedef struct lab {
    wql__mem *mem;
    wql__mount *mount, *slow;
    wql__catalog *catalog;
    /* What plan answers. */
    uint8_t take[16];
    double rows, cost;
    uint32_t parts;
    wql_status status;
    const char *message;
    bool move_take, touch_then_refuse;
    uint8_t raw_take; /* not 0: this instead of `take` */
    /* What plan was asked. */
    uint32_t calls, class_index[16], conjuncts[16];
    uint64_t wanted[16];
    /* The allocator. */
    long fail_at, allocations;
    bool fail_on; /* those after fail_at too */
} lab;

/* The properties of T_Base, and X of T_Derived. */
enum { ID, S, N, B, R, F, U, D, I, TAGS, E, REF, C, SMALL, WEIGHT, ES, X, T_BASE_COUNT = X };

/* The first is the lab's; one that explains too; one that is serialised and may block, without plan and with it. */
extern const wql_provider plan_lab_provider, plan_lab_telling, plan_lab_slow, plan_lab_slow_plan;
extern const wql__parse_limits plan_lab_limits;

/* For cmocka: *state is a lab. The end fails if something is left over. */
int plan_lab_begin(void **state);
int plan_lab_end(void **state);

/* Adds classes to the catalog: a new version of it, also without any. `mount` NULL: served by nobody. */
void plan_lab_define(lab *l, wql__mount *mount, const wql_class_def *const *defs, uint32_t count);
/* Parses and plans; the tree is gone before the plan is used. plan_lab_of: it must work. */
wql_status plan_lab_make(lab *l, const char *text, uint32_t flags, wql__turn *turn, wql__plan **out, wql_error *err);
wql__plan *plan_lab_of(lab *l, const char *text, uint32_t flags);
void plan_lab_explain(const wql__plan *plan, char *buf, size_t size);
/* The scan of that class, or NULL. */
const wql__plan_scan *plan_lab_scan(const wql__plan *plan, const char *name);

#endif
