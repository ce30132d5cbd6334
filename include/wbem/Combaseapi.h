/* SPDX-License-Identifier: MIT */
/* Combaseapi.h: another spelling of combaseapi.h. */
#include "combaseapi.h"
