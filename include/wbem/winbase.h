/* SPDX-License-Identifier: MIT */
/* winbase.h: functions that are in windows.h here. */
#include "windows.h"
