/* SPDX-License-Identifier: MIT */
/* wql.h: the whole library but arrow.h. In reading order:
 *   status.h   how functions report       value.h   text, datetimes, values     schema.h   classes
 *   engine.h   engines and sessions       batch.h   rows in columns             call.h     running operations
 *   query.h    what can be asked          provider.h   for authors of providers    mof.h   classes from text */
#ifndef WQL_WQL_H
#define WQL_WQL_H

#include "batch.h"
#include "call.h"
#include "engine.h"
#include "export.h"
#include "mof.h"
#include "provider.h"
#include "query.h"
#include "schema.h"
#include "status.h"
#include "value.h"

#endif
