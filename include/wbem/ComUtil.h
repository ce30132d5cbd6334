/* SPDX-License-Identifier: MIT */
/* ComUtil.h: another spelling of comutil.h. */
#include "comutil.h"
