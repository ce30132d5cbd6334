/* SPDX-License-Identifier: MIT */
/* windef.h: types that are in wtypes.h here. */
#include "wtypes.h"
