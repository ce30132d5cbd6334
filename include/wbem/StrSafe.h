/* SPDX-License-Identifier: MIT */
/* StrSafe.h: another spelling of strsafe.h. */
#include "strsafe.h"
