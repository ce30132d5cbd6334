/* SPDX-License-Identifier: MIT */
/* text_set.h: a set of texts, compared without regard to case; made to be asked about whole columns. */
#ifndef WQL_EXEC_TEXT_SET_H
#define WQL_EXEC_TEXT_SET_H

#include "../base/map.h"
#include "../base/mem.h"

#include <wql/batch.h>

#include <stdatomic.h>

typedef struct wql__text_set {
    wql__map map;                 /* answers for what is not ASCII */
    struct wql__text_slot *slots; /* mask + 1 of them, by the first eight bytes */
    uint8_t *filter;              /* filter_mask + 1 of them: 1 where the first eight bytes of a member can hash to */
    uint32_t mask, filter_mask;
    uint64_t lengths; /* a bit for each length modulo 64 that a member can have; all, if folding may change lengths */
} wql__text_set;

/* `folded` texts, which live as long as the set. False = no memory. */
bool wql__text_set_init(wql__text_set *set, wql__arena *arena, uint32_t count);
void wql__text_set_add(wql__text_set *set, wql_str folded);
bool wql__text_set_has(const wql__text_set *set, wql_str text);
/* One bit for each row of a column of WQL_OFFSETS or WQL_VIEWS, none for a NULL. If `stop` is set meanwhile, they mean nothing.
 */
void wql__text_set_column(const wql__text_set *set, const wql_column *col, uint32_t rows, const _Atomic uint32_t *stop,
                          uint64_t *mask);

#endif
