/* SPDX-License-Identifier: MIT */
/* Comutil.h: another spelling of comutil.h. */
#include "comutil.h"
