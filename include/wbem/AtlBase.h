/* SPDX-License-Identifier: MIT */
/* AtlBase.h: another spelling of atlbase.h. */
#include "atlbase.h"
