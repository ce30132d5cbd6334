/* SPDX-License-Identifier: MIT */
/* ocidl.h: declarations that are in oaidl.h here, as far as there are any. */
#include "windows.h"
