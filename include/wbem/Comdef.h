/* SPDX-License-Identifier: MIT */
/* Comdef.h: another spelling of comdef.h. */
#include "comdef.h"
