/* SPDX-License-Identifier: MIT */
/* plan.h: what a query became: one scan per class that serves rows, each with what its provider took over, what is left to check,
 * and which columns come out. Made once, then read-only and shared by runs on any thread; counted. */
#ifndef WQL_QUERY_PLAN_H
#define WQL_QUERY_PLAN_H

#include "../../grammar/parse.h"
#include "../data/batch.h"
#include "../data/params.h"
#include "../data/rule.h"
#include <wql/query.h>

/* What a test looks at. */
enum {
    WQL__AT_PROPERTY, /* column `property` */
    WQL__AT_PATH,     /* an object below column `property`: names[0..name_count) step into it. An unresolvable path is NULL */
    WQL__AT_SYSTEM,   /* __PATH or __RELPATH of the row, from the keys (the constant ones were folded away) */
    WQL__AT_PAIR      /* column `property`, an object below it, or a system property is compared with another */
};

/* What the other side is: as property, names, name_count and system of the expression. */
typedef struct wql__pair {
    uint32_t property;
    uint32_t name_count;
    const wql_str *names;
    uint8_t system; /* WQL__SYS_...; none: the property */
    uint8_t op;     /* WQL_EQ ... WQL_GE */
    bool negated;   /* TRUE and FALSE are exchanged */
} wql__pair;

enum { WQL__EXPR_CONST, WQL__EXPR_TEST, WQL__EXPR_AND, WQL__EXPR_OR };

/* A condition in negation normal form: NOT stands only inside tests, which is exact in Kleene's logic. A row passes if the whole
 * is TRUE; since AND and OR are monotone, an executor may treat UNKNOWN as FALSE from the leaves on. */
typedef struct wql__expr {
    uint8_t kind;      /* WQL__EXPR_... */
    uint8_t at;        /* TEST: WQL__AT_... */
    uint8_t system;    /* AT_SYSTEM: WQL__SYS_...; AT_PAIR: the same, or none */
    bool value;        /* CONST */
    uint32_t property; /* TEST; WQL_NO_COLUMN: a system property */
    uint32_t count;    /* AND, OR: items, two or more */
    struct wql__expr **items;
    const wql_str *names; /* AT_PATH, AT_PAIR */
    uint32_t name_count;
    float cost; /* of one row, in arbitrary units: AND evaluates cheap items first */
    union {
        wql__test *test; /* TEST, but for AT_PAIR */
        wql__pair *pair; /* AT_PAIR */
    };
    bool has_parameter; /* a test in it is WQL__BY_PARAMETER */
    bool any_of;        /* OR: every item is a WQL_EQ test of column `property`: the value is one of a set */
} wql__expr;

/* Most levels of an expression: a group in a group is two. What walks one may recurse. */
enum { WQL__EXPR_DEPTH_MAX = 384 };

/* One conjunct of the WHERE of one scan. Those with a `pushed` were offered to the provider. */
typedef struct wql__conjunct {
    wql__expr *expr;
    uint32_t pushed; /* number in the request, or WQL__NO_ENTRY: not offered (it is no simple condition) */
} wql__conjunct;

/* A chosen part of an embedded object, beside others of the same object. */
typedef struct wql__part {
    wql_str name;
    struct wql__part *first; /* the parts chosen of it in turn (`E.q.r`); NULL: the whole */
    struct wql__part *next;  /* its neighbour */
} wql__part;

/* One column that comes out. */
typedef struct wql__output {
    const char *name;
    uint32_t property; /* number; WQL_NO_COLUMN: a system property */
    uint8_t system;    /* WQL__SYS_... */
    uint32_t type;
    const wql_str *parts; /* `E.q`: names of the parts of the object that were chosen, part_count of them; 0: the whole */
    uint32_t part_count;
    wql__part *tree; /* the same parts, in the same order, with what was chosen inside each; NULL: the whole */
} wql__output;

/* Each part is an opening: more of them are a mistake. */
enum { WQL__PARTS_MAX = 65536 };

/* The scan of one exact class. */
typedef struct wql__plan_scan {
    const wql__class_entry *entry;
    wql__mount *mount; /* = entry->mount, kept by the plan's catalog; NULL: a schema query lists the catalog */
    uint32_t conjunct_count;
    wql__conjunct *conjuncts;
    wql_conjunct *pushed; /* as offered; pushed[i].taken is the answer */
    uint32_t pushed_count;
    const uint64_t *wanted;     /* columns that come out, or that conjuncts not taken as exact (or with parameters) look at */
    const uint64_t *wanted_all; /* as if nothing were exact */
    uint32_t wanted_words;
    uint32_t output_count; /* columns that come out */
    const wql__output *outputs;
    uint32_t hidden_count;  /* key columns behind them */
    const uint32_t *hidden; /* numbers */
    bool exact;             /* every conjunct is taken as exact: limit and count may go down */
    double rows, cost;      /* the provider's estimates; -1: none */
    uint32_t parts;
} wql__plan_scan;

/* One parameter, each time it is written. */
typedef struct wql__plan_parameter {
    const wql__test *test; /* deferred; its literal has the name and the place */
    const char *what;      /* "Class.Property" */
} wql__plan_parameter;

typedef struct wql__plan {
    _Atomic uint32_t refs;
    wql__mem *mem;
    size_t size; /* of this block, whose rest the arena begins with */
    wql__arena arena;
    wql__catalog *catalog; /* retained: classes and mounts live as long as the plan */
    int kind;
    uint32_t flags; /* of the call options: those that change the plan (WQL__PLAN_FLAGS) */
    const wql__class_entry *from;
    wql_class *meta_class;          /* of a schema query: the class of its rows, retained; NULL: a data query */
    wql_class *prototype;           /* WQL_PROTOTYPE: the only row of that schema query, retained; NULL: all classes are */
    const wql_class *const *listed; /* rows of a schema query, where not all classes are; in the plan's memory; NULL: all */
    uint32_t listed_count;
    struct wql__links *links; /* an association query, which has no scans of its own; NULL: another one */
    bool fetch;               /* one object by its path: the run ends with the first row, and none is WQL_E_NOT_FOUND */
    bool star;
    uint32_t output_count; /* of a list: its columns, whichever classes have rows; not for `*` */
    const wql__output *outputs;
    uint32_t scan_count;
    wql__plan_scan *scans;
    uint32_t pruned; /* classes left out because their condition is never true */
    bool may_block;  /* a provider of it is WQL_MAY_BLOCK */
    uint32_t parameter_count, unnamed_count;
    wql__plan_parameter *parameters; /* in the order of the text */
    double rows;                     /* estimate, for progress; -1: none */
    _Atomic uint32_t scan_bytes;     /* what an open scan needed so far, so that the next one asks the heap once, for no more */
} wql__plan;

/* Mounts that a run of the plan may ask, some of them several times: those of its scans; of an association query, all there are.
 */
uint32_t wql__plan_mount_count(const wql__plan *plan);
wql__mount *wql__plan_mount(const wql__plan *plan, uint32_t i); /* NULL: the catalog itself */

/* Call flags that a plan depends on. */
#define WQL__PLAN_FLAGS (WQL_PROTOTYPE | WQL_ENSURE_LOCATABLE | WQL_DIRECT_READ | WQL_COUNT_ONLY | WQL_KEYS_ONLY)

/* Binds a tree to the classes of a catalog, normalises, asks the providers, plans.
 * @param catalog  retained by the plan
 * @param flags    WQL__PLAN_FLAGS of the call
 * @param turn     how to wait for a provider that serves one at a time: NULL waits; else the answer may be WQL_S_PENDING (see
 *                 wql__mount_enter): call again from the start after the wake
 * Returns WQL_OK; WQL_S_PENDING; WQL_E_INVALID_CLASS, WQL_E_INVALID_QUERY (both with place and hint); WQL_E_NOT_SUPPORTED; a
 * provider's failure with its name; WQL_E_PROVIDER_FAILURE (a senseless answer); WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__plan_make(const wql__query_tree *tree, wql__mem *mem, wql__catalog *catalog, uint32_t flags,
                          const wql__zone *zone, wql__turn *turn, wql__plan **out, wql_error *err);
wql__plan *wql__plan_retain(wql__plan *plan);
void wql__plan_release(wql__plan *plan);

/* The scans of one run: those of the plan with the values of its parameters in their conditions. A condition that can be offered
 * as it was planned has its values; another is not offered, and the engine checks it; a scan whose condition cannot be true is
 * not there.
 * @param values         NULL: none are given
 * @param text           the query's, for places
 * @param pattern_chars  the limit pattern_chars_max, for patterns
 * @param arena          of the run: what is made lies there, and points into `values`
 * Returns WQL_OK; WQL_E_INVALID_PARAMETER, naming the parameter, with its place (a value is missing, one too many, or does not
 * fit the property); WQL_E_QUOTA_VIOLATION; WQL_E_OUT_OF_MEMORY. */
wql_status wql__plan_resolve(const wql__plan *plan, const wql__params *values, wql_str text, uint32_t pattern_chars,
                             wql__arena *arena, const wql__plan_scan **out, uint32_t *out_count, wql_error *err);

/* The plan as text, a node a line, indented; ends without a newline. */
void wql__plan_explain(const wql__plan *plan, wql__out *out);

#endif
