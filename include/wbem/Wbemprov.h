/* SPDX-License-Identifier: MIT */
/* Wbemprov.h: another spelling of wbemprov.h. */
#include "wbemprov.h"
