/* SPDX-License-Identifier: MIT */
/* WBemIdl.h: another spelling of wbemidl.h. */
#include "wbemidl.h"
