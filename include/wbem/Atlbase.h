/* SPDX-License-Identifier: MIT */
/* Atlbase.h: another spelling of atlbase.h. */
#include "atlbase.h"
