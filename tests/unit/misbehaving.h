/* SPDX-License-Identifier: MIT */
/* misbehaving.h: a provider that breaks its contract in one way or another, or does what is allowed and unkind. */
#ifndef WQL_TESTS_MISBEHAVING_H
#define WQL_TESTS_MISBEHAVING_H

#include <wql/wql.h>

#include <stdatomic.h>

/* What it does. Breaches of the contract come first. */
typedef enum misbehaviour {
    BEHAVES, /* three rows */
    /* -- of load -- */
    LOAD_FAILS,
    LOAD_FAILS_SILENTLY,
    LOAD_DEFINES_NONSENSE,
    LOAD_DEFINES_TWICE,
    LOAD_ANSWERS_A_REMARK,
    /* -- of plan -- */
    PLAN_TAKES_NONSENSE,
    PLAN_OFFERS_NO_PART,
    PLAN_ESTIMATES_NONSENSE,
    PLAN_MOVES_ITS_ANSWER,
    PLAN_ANSWERS_A_REMARK,
    PLAN_FAILS,
    /* -- of open -- */
    OPEN_ANSWERS_THE_END,
    OPEN_BRINGS_ROWS,
    OPEN_PROMISES_MORE,
    OPEN_WAITS_WITHOUT_A_WAKER,
    OPEN_FAILS,
    OPEN_DEFINES, /* a class of another provider */
    /* -- of next: rows -- */
    CELL_OF_ANOTHER_TYPE,
    CELL_OF_NO_PROPERTY,
    CELL_OF_NOTHING, /* a NULL pointer with a length */
    ROW_WITHOUT_ITS_KEY,
    ROW_WITHOUT_ITS_END,
    ROWS_BEYOND_THE_BATCH,
    ROWS_BESIDE_A_BATCH,
    /* -- of next: columns -- */
    COLUMN_OF_ANOTHER_TYPE,
    COLUMN_OF_ANOTHER_LAYOUT,
    COLUMN_TWICE,
    COLUMN_OF_NO_PROPERTY,
    COLUMNS_WITHOUT_AN_ARRAY,
    TEXT_ILL_FORMED,
    TEXT_OFFSETS_GO_DOWN,
    TEXT_OFFSETS_GO_BEYOND,
    TEXT_CODES_GO_BEYOND,
    KEY_NULL_IN_A_COLUMN,
    KEY_MISSING,
    BATCH_TOO_LONG,
    BATCH_OF_BILLIONS,
    BATCH_OF_NO_ROWS,
    BATCHES_TWO,
    COUNTS_BEYOND_COUNTING,
    /* -- of next: answers -- */
    NEXT_ANSWERS_NONSENSE,
    NEXT_WAITS_WITHOUT_A_WAKER,
    NEXT_FAILS_WITH_BAD_WORDS, /* ill-formed, without an end */
    NEXT_FAILS_BEHIND_ROWS,
    NEXT_FAILS_SILENTLY,
    NEXT_LOSES_ROWS, /* and says so */
    /* -- of time -- */
    USES_A_SCAN_THAT_ENDED,
    USES_A_SCAN_FROM_ITS_OWN_THREAD,
    NEVER_ENDS,
    NEVER_WAKES,
    HOLDS_ITS_THREAD,
    /* -- that only a checking engine finds -- */
    LIES_ABOUT_EXACTNESS,
    CHANGES_WHAT_CANNOT_CHANGE,    /* buffers with a buffer_id, from the second scan on */
    SPELLS_A_REFERENCE_ITS_OWN_WAY /* in a column */
} misbehaviour;

typedef struct misbehaving {
    _Atomic int what; /* misbehaviour */
    _Atomic int loads, unloads, opens, closes, emitted, released;
    _Atomic bool held, let_go;
    _Atomic(wql_scan *) ended; /* a scan that was closed, or waits, while its call goes on. Set to NULL between calls */
    char texts[16];
    wql_provider table;
} misbehaving;

/* Classes Bad and, derived from it, Worse: Id uint32 key, Name string, Tags string[], Ref reference. Fills the table and returns
 * it; mount it with `m` as user. */
const wql_provider *misbehaving_provider(misbehaving *m, uint32_t flags);

#endif
