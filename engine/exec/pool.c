/* SPDX-License-Identifier: MIT */
/* pool.c: batches that are used again, so that a running scan makes no heap call. What waits here is empty: it keeps memory, and
 * nothing of a provider's. */
#include "inside.h"

/* Batches that hold batches that hold batches ...: embedded objects. Beyond this, they are simply released. */
enum { NESTED_MAX = 8 };

wql_batch *wql__pool_take(wql__run *run) {
    return run->pool_count ? run->pool[--run->pool_count] : wql__batch_new(run->mem);
}

static void put(wql__run *run, wql_batch *batch, unsigned depth) {
    if (depth > NESTED_MAX || run->pool_count == WQL__POOL_MAX || batch->mem != run->mem || !wql__batch_is_sole(batch)) {
        wql_batch_release(batch);
        return;
    }
    while (batch->hold_count) put(run, batch->holds[--batch->hold_count], depth + 1);
    wql__batch_reset(batch);
    if (run->pool_count == WQL__POOL_MAX)
        wql_batch_release(batch); /* what it held took the last places */
    else
        run->pool[run->pool_count++] = batch;
}

void wql__pool_put(wql__run *run, wql_batch *batch) {
    if (batch) put(run, batch, 0);
}

void wql__pool_free(wql__run *run) {
    while (run->pool_count) wql_batch_release(run->pool[--run->pool_count]);
}
