/* SPDX-License-Identifier: MIT */
/* rpcndr.h: the types of calls between processes, which are in windows.h here. */
#include "windows.h"
