/* SPDX-License-Identifier: MIT */
/* text_set.h: a set of texts, compared without regard to case; made to be asked about whole columns. */
#ifndef WQL_EXEC_TEXT_SET_H
#define WQL_EXEC_TEXT_SET_H

#include "../base/map.h"
#include "kernels.h"

typedef struct wql__text_set {
    wql__map map; /* answers for what is not ASCII */
    struct wql__text_member *members;
    uint32_t *slots; /* mask + 1 of them, by the first eight bytes: 1 + the number of a member; 0: free */
    uint8_t *filter; /* 1 where the beginning of a member hashes to */
    bool by_word;    /* the filter goes by four bytes, which all members have; else by eight, as far as there are any */
    uint32_t mask, filter_bits; /* the filter has 2^filter_bits places */
    uint64_t lengths;           /* a bit for each length modulo 64 that a member can have; all, if folding may change lengths */
} wql__text_set;

/* For `count` texts of at least `shortest` bytes. False = no memory. */
bool wql__text_set_init(wql__text_set *set, wql__arena *arena, uint32_t count, size_t shortest);
/* A folded text, which lives as long as the set. */
void wql__text_set_add(wql__text_set *set, wql_str folded);
bool wql__text_set_has(const wql__text_set *set, wql_str text);
/* One bit for each row of a column of WQL_OFFSETS or WQL_VIEWS, none for a NULL. If `stop` is set meanwhile, they mean nothing.
 */
void wql__text_set_column(const wql__text_set *set, const wql__kernels *kernels, const wql_column *col, uint32_t rows,
                          const _Atomic uint32_t *stop, uint64_t *mask);

#endif
