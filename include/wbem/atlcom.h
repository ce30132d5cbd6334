/* SPDX-License-Identifier: MIT */
/* atlcom.h: of ATL what atlbase.h has. */
#include "atlbase.h"
