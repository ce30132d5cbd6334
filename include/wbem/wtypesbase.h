/* SPDX-License-Identifier: MIT */
/* wtypesbase.h: the types of wtypes.h, by the name of a part of them. */
#include "wtypes.h"
