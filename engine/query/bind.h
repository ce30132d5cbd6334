/* SPDX-License-Identifier: MIT */
/* bind.h: what the files of this room share while they make one plan: tree -> names bound to a class (bind.c, select.c) ->
 * negation normal form (normal.c) -> what the provider of each class takes (pushdown.c). plan.c leads. */
#ifndef WQL_QUERY_BIND_H
#define WQL_QUERY_BIND_H

#include "plan.h"

/* The making of one plan. */
typedef struct wql__binder {
    const wql__query_tree *tree;
    wql__plan *plan;
    wql__arena *arena;     /* the plan's: what stays */
    wql__arena scratch;    /* freed when the plan is made */
    const wql__zone *zone; /* never NULL */
    wql_error *err;
    const wql__class_entry *from;
    const wql_class *cls;            /* of FROM: it alone decides which names and types there are */
    const wql__class_entry **family; /* FROM and all that derive from it, depth first in catalog order */
    uint32_t family_count;
    wql__output *outputs; /* of a list: the same for every scan */
    uint32_t output_count;
    bool lists_path;         /* the list names __PATH or __RELPATH */
    wql__expr *where;        /* in normal form, but not folded: constant system properties are tests too; NULL: no WHERE */
    uint32_t leaf_count;     /* tests in it */
    uint32_t varying;        /* tests in it whose outcome depends on the class */
    wql__expr never, always; /* the two constants */
    wql__expr **fold_stack;  /* of normal.c: made once, used for each class */
} wql__binder;

/* -- plan.c ------------------------------------------------------------------------------------------------------ */

/* An empty plan of that kind. NULL = no memory. */
wql__plan *wql__plan_new(int kind, wql__mem *mem, wql__catalog *catalog, uint32_t flags);
/* The plan of a schema query, for all classes until wql__plan_list says which. Returns as wql__plan_make. */
wql_status wql__plan_classes(wql__mem *mem, wql__catalog *catalog, uint32_t flags, wql__turn *turn, wql__plan **out,
                             wql_error *err);
/* Its rows are `count` classes of the catalog, to be written there before it is used. NULL = no memory. */
const wql_class **wql__plan_list(wql__plan *plan, uint32_t count);

/* -- bind.c: names ----------------------------------------------------------------------------------------------- */

/* The memory of the plan ran out. */
wql_status wql__bind_no_memory(wql__binder *b);
/* Finds the FROM class and its family. */
wql_status wql__bind_class(wql__binder *b);
/* FROM META_CLASS: a class that no catalog has is the FROM class, and all its family. */
wql_status wql__bind_meta_class(wql__binder *b);
/* The path without the name of the class, where it stands in front. */
wql__path wql__bind_own(const wql__binder *b, const wql__path *path);
/* What the first name of a path is: a system property (*system not WQL__SYS_NONE), or the property of that number. A dot behind
 * it must make sense. */
wql_status wql__bind_path(wql__binder *b, const wql__path *path, int *system, uint32_t *property);
/* Copies names from[1..] of a path. */
wql_status wql__bind_steps(wql__binder *b, const wql__path *path, const wql_str **out);
/* One comparison as an expression, negated if asked. May give a constant. */
wql_status wql__bind_test(wql__binder *b, const wql__node *node, bool negate, wql__expr **out);

/* Two properties compared. */
wql_status wql__bind_pair(wql__binder *b, const wql__node *node, bool negate, wql__expr **out);

/* -- event.c: queries for events --------------------------------------------------------------------------------- */

/* Checks all that can be wrong with one. */
wql_status wql__bind_event(wql__binder *b);

/* -- schema.c: queries about classes ----------------------------------------------------------------------------- */

/* Being this class or deriving from it, as a condition of the class's name. NULL: no memory. */
wql__expr *wql__this_is_a(wql__arena *arena, const wql__plan *plan, const wql__class_entry *root, bool negate);
/* `__THIS ISA 'Class'`, negated if asked. May give a constant. */
wql_status wql__bind_this(wql__binder *b, const wql__node *node, bool negate, wql__expr **out);

/* -- select.c: the SELECT list ----------------------------------------------------------------------------------- */

wql_status wql__bind_select(wql__binder *b);
/* Whether the list is `*`, or another spelling of it. */
bool wql__selects_all(const wql__binder *b);
/* `Class.*` in the extended dialect, where Class is that of FROM. */
bool wql__is_whole_class(const wql__binder *b, const wql__path *path);
/* What comes out of one scan: outputs and hidden keys. */
wql_status wql__select_scan(wql__binder *b, wql__plan_scan *scan);

/* -- prototype.c: WQL_PROTOTYPE ---------------------------------------------------------------------------------- */

/* A bound query becomes one for its own class. Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__become_prototype(wql__binder *b);

/* -- normal.c: conditions ---------------------------------------------------------------------------------------- */

/* Binds the WHERE in negation normal form. */
wql_status wql__bind_where(wql__binder *b);
/* The same of any condition. */
wql_status wql__bind_condition(wql__binder *b, const wql__node *node, wql__expr **out);
/* The WHERE as it stands for one class: what is constant there is folded away, items are in order of cost.
 * @param out  [out] an expression; a constant only as a whole: &b->never or &b->always */
wql_status wql__fold_where(wql__binder *b, const wql_class *cls, wql__expr **out);
/* The cost of a test, from its kind alone. */
float wql__test_cost(const wql__expr *expr);

/* -- pushdown.c: conjuncts and providers ------------------------------------------------------------------------- */

/* A conjunct as a condition. *said false: the engine alone can check it. One with a parameter is said without values. False = no
 * memory. */
bool wql__say_conjunct(wql__arena *arena, const wql_class *cls, const wql__expr *expr, wql_conjunct *out, bool *said);
/* Splits a folded WHERE into conjuncts and says those that can be said as simple conditions. */
wql_status wql__split_where(wql__binder *b, wql__expr *where, wql__plan_scan *scan);
/* The same for another class with the same WHERE. */
wql_status wql__copy_split(wql__binder *b, const wql__plan_scan *from, wql__plan_scan *scan);
/* Asks the provider, checks what it answers, and decides which columns are needed. */
wql_status wql__ask_provider(wql__binder *b, wql__plan_scan *scan, wql__turn *turn);
/* The request that describes a planned scan; `wanted` as given. */
void wql__plan_request(const wql__plan_scan *scan, const uint64_t *wanted, wql_request *out);

#endif
