/* SPDX-License-Identifier: MIT */
/* side.h: memory that belongs to a batch but is made on demand by its readers, on any thread: paths, items of arrays. */
#ifndef WQL_DATA_SIDE_H
#define WQL_DATA_SIDE_H

#include "batch.h"

/* Lives as long as the batch's content. NULL = no memory. Free-threaded. */
void *wql__side_alloc(const wql_batch *batch, size_t size);
void wql__side_free(wql_batch *batch);

#endif
