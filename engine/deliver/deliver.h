/* SPDX-License-Identifier: MIT */
/* deliver.h: calling the sink; for those who have the run token. */
#ifndef WQL_DELIVER_DELIVER_H
#define WQL_DELIVER_DELIVER_H

#include "call.h"

/* Calls indicate with a batch. False: the call has ended, nothing was delivered. No lock held. */
bool wql__call_deliver(wql__call *call, wql_batch *batch);
/* Reports progress, if it was asked for and it is time. */
void wql__call_progress(wql__call *call, int64_t now_us);
/* Statistics of a batch that goes out. */
void wql__call_count_batch(wql__call *call, const wql_batch *batch);

#endif
