/* SPDX-License-Identifier: MIT */
/* WbemProv.h: another spelling of wbemprov.h. */
#include "wbemprov.h"
