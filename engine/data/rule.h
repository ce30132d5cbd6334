/* SPDX-License-Identifier: MIT */
/* rule.h: what a comparison means (wql-language 3.2 to 3.7), in one place. A literal is converted to the property's type once,
 * when the test is made; a test is then either one of the simple forms below, which a kernel may answer over a whole column, or
 * it is asked value by value. A kernel may answer only where it provably equals wql__test_value, and a test of ours runs both on
 * the same inputs. */
#ifndef WQL_DATA_RULE_H
#define WQL_DATA_RULE_H

#include "datetime.h"
#include "like.h"
#include "literal.h"

/* Outcomes of a comparison: Kleene's three values. */
enum { WQL__FALSE = 0, WQL__TRUE = 1, WQL__UNKNOWN = 2 };

/* An operator beside those of provider.h (WQL_EQ ... WQL_NOT_NULL): the object's class is, or derives from, `text`. */
enum { WQL__ISA = 32 };

/* Beside the flags of a property's definition: LIKE takes patterns on references too (RELAXED). */
enum { WQL__PATTERNS = 1 << 30 };

/* How the test compares; which members count. */
enum {
    WQL__BY_CONSTANT, /* every value that is not NULL gives `constant` (an out-of-range literal, a pattern that matches nothing) */
    WQL__BY_NULL,     /* WQL_IS_NULL, WQL_NOT_NULL: no literal */
    WQL__BY_SIGNED,   /* i64 */
    WQL__BY_UNSIGNED, /* u64 (char16 with an integer literal too) */
    WQL__BY_REAL,     /* f64; never NaN */
    WQL__BY_BOOLEAN,  /* b; EQ and NE only */
    WQL__BY_TEXT,     /* text, folded: strings; references: EQ, NE */
    WQL__BY_LIKE,     /* pattern */
    WQL__BY_TIME,     /* time: never wild; intervals compare with intervals only */
    WQL__BY_CHAR,     /* u64: the folded character; char16 values are folded too */
    WQL__BY_CLASS,    /* WQL__ISA: text is the class's name */
    WQL__BY_PARAMETER, /* not to be asked yet: the value of `literal`, a parameter, is known to the run. as.u64 is its number in
                        * the plan */
    WQL__BY_UNKNOWN,   /* the parameter is NULL: unknown for every value */
    WQL__BY_ANY       /* the property's type is not known before the value is seen (it lies in an embedded object): `literal`,
                       * converted for each value; a literal that does not fit its type gives UNKNOWN */
};

/* A comparison of one property with one literal. Read-only after making; free-threaded. Lives in the arena it was made in. */
typedef struct wql__test {
    uint8_t op;       /* WQL_EQ ... WQL_NOT_NULL, WQL__ISA */
    uint8_t by;       /* WQL__BY_... */
    bool negated;     /* TRUE and FALSE are exchanged, NULL stays UNKNOWN: NOT LIKE, NOT ISA, and the orders (LT, LE, GT, GE) of
                       * BY_REAL and BY_ANY, since `NOT r < 5` is true for NaN and `r >= 5` is not. Other comparisons have their
                       * operator turned */
    bool inverted;    /* stood under an odd number of NOTs. Only wql__test_null looks at it */
    bool constant;    /* WQL__BY_CONSTANT */
    bool interval;    /* WQL__BY_TIME: an interval */
    bool patterns;    /* made with WQL__PATTERNS */
    bool plain;       /* WQL__BY_TEXT, EXACT...CONTAINS of LIKE: wql__fold_is_plain(folded) */
    uint32_t type;    /* the property's CIM type; WQL_NULL for WQL__BY_ANY */
    union {
        int64_t i64;
        uint64_t u64;
        double f64;
        bool b;
        wql_datetime time;
    } as;
    wql_str text;     /* as written (unescaped); for numbers against strings: the number as text */
    wql_str folded;   /* WQL__BY_TEXT, WQL__BY_CLASS */
    const wql__pattern *pattern;
    wql__literal literal; /* as the query has it; WQL__BY_ANY compares with it */
    wql__zone zone;
} wql__test;

/* Makes a test for a property of CIM type `type` (arrays: only the NULL operators) with flags of its definition (WQL_INTERVAL), and
 * WQL__PATTERNS.
 * type WQL_NULL: not known, WQL__BY_ANY. `op` is WQL_EQ ... WQL_LIKE, WQL_IS_NULL, WQL_NOT_NULL or WQL__ISA. EQ and NE with a NULL
 * literal become WQL_IS_NULL and WQL_NOT_NULL. The literal's texts must outlive the arena, or be copied before.
 * Returns WQL_OK; WQL_E_INVALID_QUERY with `why` set to a static or arena text such as "a boolean has no order" (no final period,
 * starts in lower case, fits behind "Class.Property: "); WQL_E_OUT_OF_MEMORY. */
wql_status wql__test_make(wql__arena *arena, uint32_t type, uint32_t flags, uint8_t op, bool negated, const wql__literal *literal,
                          const wql__zone *zone, wql__test *out, const char **why);
/* The same for a parameter: what can be said without its value. The operator may still turn out to be another one (LIKE without a
 * metacharacter). Allocates nothing. Returns WQL_OK or WQL_E_INVALID_QUERY. */
wql_status wql__test_defer(uint32_t type, uint32_t flags, uint8_t op, bool negated, const wql__literal *parameter,
                           const wql__zone *zone, wql__test *out, const char **why);
/* The deferred test with a value, exactly as if that literal stood in the text; but NULL makes it unknown. Returns as
 * wql__test_make. */
wql_status wql__test_resolve(wql__arena *arena, const wql__test *deferred, const wql__literal *literal, wql__test *out,
                             const char **why);
/* The test that is true where this one is false, and unknown where it is unknown. */
void wql__test_negate(wql__test *test);

/* THE rule: the outcome for one value. Objects: for WQL__ISA, decided by the batch's class. A value whose type cannot be compared
 * with the test's gives UNKNOWN; numbers of all types can be compared with each other. Whether a value is an interval need not
 * stand in it if the test's type is known; for WQL__BY_ANY it must (time.interval), which wql_column_time does not set: the
 * property's WQL_INTERVAL says it. `stop` as in wql__like_match. */
int wql__test_value(const wql__test *test, const wql_value *value, const _Atomic uint32_t *stop);
/* The outcome for two values of properties, `negated` if asked. Datetimes must say whether they are intervals. */
int wql__test_pair(uint8_t op, bool negated, const wql_value *left, const wql_value *right, const _Atomic uint32_t *stop);
/* The outcome for NULL: the NULL logic, in one place. */
int wql__test_null(const wql__test *test);

/* One conjunct of provider.h as a test: `values[i]` has the property's own type. For wql_scan_holds and for tests.
 * False: memory, or a value that makes no sense. */
bool wql__test_from_value(wql__arena *arena, uint32_t type, uint8_t op, const wql_value *value, wql__test *out);


#endif
