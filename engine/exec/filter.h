/* SPDX-License-Identifier: MIT */
/* filter.h: conditions over batches. */
#ifndef WQL_EXEC_FILTER_H
#define WQL_EXEC_FILTER_H

#include "../query/plan.h"
#include "kernels.h"

typedef struct wql__filter_node wql__filter_node;

/* A text that is printed again and again into the same memory. */
typedef struct wql__page {
    char *text;
    size_t size;
} wql__page;
/* The path of a row. *there false: it has none (a key is NULL, or was not read). False = no memory. */
bool wql__page_path(wql__page *page, wql__mem *mem, const wql_class *cls, const wql_column *const *keys, uint32_t row, bool full,
                    wql_str *out, bool *there);
void wql__page_free(wql__page *page, wql__mem *mem);

/* A condition, prepared for the batches of one scan. It learns: the items of a group are put into the order that costs least. */
typedef struct wql__filter {
    wql__filter_node *root; /* NULL: every row passes */
    wql__mem *mem;
    const wql_class *cls;
    const uint32_t *slots; /* [property] the column of a batch, or WQL__NO_ENTRY */
    const _Atomic uint32_t *stop;
    const wql__kernels *kernels;
    uint32_t batches;
    bool has_choice;           /* some group has more than one item: their order matters */
    bool timing;               /* this batch is measured */
    uint32_t asked;            /* conditions, of this batch */
    const wql_batch *batch;    /* while it runs */
    wql__spares *spares;
    wql__rows_room **levels; /* while it runs: memory of ORs, one for each that may be open */
    uint32_t level_count;
    const wql_column **keys; /* of that batch; NULL: not read */
    wql__page page, other_page; /* of the path on each side of a comparison */
    bool no_memory; /* a path had no room */
} wql__filter;

/* All of the conditions together; none: every row passes. All properties they look at must have slots.
 * Returns WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. */
wql_status wql__filter_init(wql__filter *filter, wql__arena *arena, wql__mem *mem, const wql_class *cls, const uint32_t *slots,
                            const wql__expr *const *exprs, uint32_t count, const _Atomic uint32_t *stop, wql__spares *spares,
                            const wql__kernels *kernels, wql_error *err);
/* Takes the rows out of `set` that do not pass. WQL_OK; WQL_E_OUT_OF_MEMORY, WQL_E_QUOTA_VIOLATION. A stop ends it early with a
 * senseless set. */
wql_status wql__filter_run(wql__filter *filter, const wql_batch *batch, wql__rows *set, wql_error *err);
void wql__filter_free(wql__filter *filter);

#endif
