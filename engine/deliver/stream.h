/* SPDX-License-Identifier: MIT */
/* stream.h: a pulled call as an Arrow stream. */
#ifndef WQL_DELIVER_STREAM_H
#define WQL_DELIVER_STREAM_H

#include "call.h"
#include <wql/arrow.h>

typedef struct wql__stream wql__stream;

wql_status wql__call_export(wql__call *call, struct ArrowArrayStream *out, wql_error *err);
/* The call is being freed: its stream, if it has one, must not look for it any more. */
void wql__stream_orphan(wql__stream *stream);

#endif
