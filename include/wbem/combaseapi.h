/* SPDX-License-Identifier: MIT */
/* combaseapi.h: functions that are in windows.h and objbase.h here. */
#include "windows.h"
