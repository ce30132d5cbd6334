/* SPDX-License-Identifier: MIT */
/* spares.h: memory that running calls lend each other: batches that were released, and blocks of one size. A call holds of it
 * what it works with at the moment, so that thousands that wait hold nothing, and a call that runs makes no heap call per batch,
 * whoever releases the batch, and wherever. */
#ifndef WQL_DATA_SPARES_H
#define WQL_DATA_SPARES_H

#include "batch.h"

/* Free-threaded. Outlives its engine while batches of it are out. */
typedef struct wql__spares wql__spares;

/* @param block_bytes  size of a block. NULL = no memory. */
wql__spares *wql__spares_open(wql__mem *mem, size_t block_bytes);
/* Frees what is there; batches that are still out are freed when they are released. All blocks must be back. NULL allowed. */
void wql__spares_close(wql__spares *spares);

/* An empty batch with one reference; released, it comes back. NULL = no memory. */
wql_batch *wql__spares_take(wql__spares *spares);
/* For wql_batch_release: takes an emptied batch without references back. False: it is to be freed, after which
 * wql__spares_forget lets go of its place. */
bool wql__spares_keep(wql__spares *spares, wql_batch *batch);
void wql__spares_forget(wql__spares *spares);

/* A block, not cleared. NULL = no memory. */
void *wql__spares_block(wql__spares *spares);
void wql__spares_return(wql__spares *spares, void *block); /* NULL allowed */

#endif
