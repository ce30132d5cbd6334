/* SPDX-License-Identifier: MIT */
/* Wtypes.h: another spelling of wtypes.h. */
#include "wtypes.h"
