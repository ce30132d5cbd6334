/* SPDX-License-Identifier: MIT */
/* ComDef.h: another spelling of comdef.h. */
#include "comdef.h"
