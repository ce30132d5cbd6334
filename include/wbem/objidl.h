/* SPDX-License-Identifier: MIT */
/* objidl.h: declarations that are in unknwn.h here. */
#include "unknwn.h"
