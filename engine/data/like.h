/* SPDX-License-Identifier: MIT */
/* like.h: LIKE patterns (wql-language 3.7): compiled once, matched in O(n * ceil(s/64)), s the longest run between two `%`;
 * nothing backtracks. Read-only after compiling; free-threaded. */
#ifndef WQL_DATA_LIKE_H
#define WQL_DATA_LIKE_H

#include "../base/mem.h"
#include <wql/value.h>

typedef struct wql__pattern wql__pattern;

/* The shape of a pattern, for those who can answer some shapes faster. `text` is folded. */
enum {
    WQL__LIKE_EXACT,    /* no metacharacter: equals text */
    WQL__LIKE_PREFIX,   /* text% */
    WQL__LIKE_SUFFIX,   /* %text */
    WQL__LIKE_CONTAINS, /* %text% */
    WQL__LIKE_ANY,      /* %: every text */
    WQL__LIKE_NEVER,    /* matches nothing (an unclosed or empty set) */
    WQL__LIKE_GENERAL
};

/* Compiles an unescaped, well-formed pattern. NULL = no memory. */
const wql__pattern *wql__like_compile(wql__arena *arena, wql_str pattern);
int wql__like_shape(const wql__pattern *pattern, wql_str *text);
enum { WQL__SKELETON_MAX = 64 };
/* What stands in every ASCII text that matches: the run between two `%` that has most characters, byte by byte. A byte x of a
 * text agrees with byte i if (x | mask[i]) == low[i]; for `_` and sets every byte does. Both have room for WQL__SKELETON_MAX
 * bytes; longer runs are left alone. Returns how many there are; 0: no run has a character, or one is not ASCII. */
uint32_t wql__like_skeleton(const wql__pattern *pattern, uint8_t *low, uint8_t *mask);
/* Whether the pattern has a metacharacter (% _ [). */
bool wql__like_is_wild(wql_str pattern);
/* Whether a well-formed text matches. `stop` (stop.h) ends the work with false. */
bool wql__like_match(const wql__pattern *pattern, wql_str text, const _Atomic uint32_t *stop);

#endif
