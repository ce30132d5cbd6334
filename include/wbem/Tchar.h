/* SPDX-License-Identifier: MIT */
/* Tchar.h: another spelling of tchar.h. */
#include "tchar.h"
