/* SPDX-License-Identifier: MIT */
/* winnt.h: types that are in wtypes.h here. */
#include "wtypes.h"
