/* SPDX-License-Identifier: MIT */
/* wbemIdl.h: another spelling of wbemidl.h. */
#include "wbemidl.h"
