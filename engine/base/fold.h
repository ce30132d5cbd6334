/* SPDX-License-Identifier: MIT */
/* fold.h: the one rule of "without regard to case": Unicode 15.0 simple case folding (CaseFolding.txt, C and S), no locale, no
 * normalisation. Order is that of folded characters by code point. Identifiers, values, LIKE and dictionary keys all use it. All
 * texts are well-formed UTF-8. */
#ifndef WQL_BASE_FOLD_H
#define WQL_BASE_FOLD_H

#include <wql/value.h>

uint32_t wql__fold(uint32_t c);
/* Most bytes that folding `len` bytes can give. */
#define WQL__FOLD_SIZE(len) ((len) / 2 * 3 + 3)
/* Folds into `out`, which has room for WQL__FOLD_SIZE(len); returns the bytes written. */
size_t wql__fold_text(const char *ptr, size_t len, char *out);
int wql__fold_compare(wql_str a, wql_str b); /* <0, 0, >0 */
bool wql__fold_equal(wql_str a, wql_str b);
uint64_t wql__fold_hash(wql_str s, uint64_t seed);
/* The same for texts that may be long: `stop` ends the work (stop.h). */
int wql__fold_compare_until(wql_str a, wql_str b, const _Atomic uint32_t *stop);
bool wql__fold_equal_until(wql_str a, wql_str b, const _Atomic uint32_t *stop);
uint64_t wql__fold_hash_until(wql_str s, uint64_t seed, const _Atomic uint32_t *stop);
/* Edit distance (insert, delete, replace, swap of neighbours) of folded texts, or `most` + 1 if greater. For "did you mean". `most`
 * is at most WQL__DISTANCE_MOST. */
#define WQL__DISTANCE_MOST 15
unsigned wql__fold_distance(wql_str a, wql_str b, unsigned most);
/* True if no character but the two cases of an ASCII letter folds to what an ASCII letter of `s` folds to: all ASCII, no k and no s
 * (U+212A folds to k, U+017F to s). */
bool wql__fold_is_plain(wql_str s);

/* The nearest of several names for "did you mean": offer each, then read `best`. */
typedef struct wql__near {
    wql_str wanted, best;
    unsigned distance;
} wql__near;
void wql__near_init(wql__near *near, wql_str wanted);
void wql__near_offer(wql__near *near, wql_str name);

#endif
