/* SPDX-License-Identifier: MIT */
/* guiddef.h: the type of an identifier, which is in wtypes.h here. */
#include "wtypes.h"
