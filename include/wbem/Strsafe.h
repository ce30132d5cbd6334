/* SPDX-License-Identifier: MIT */
/* Strsafe.h: another spelling of strsafe.h. */
#include "strsafe.h"
