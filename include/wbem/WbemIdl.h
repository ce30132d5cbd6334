/* SPDX-License-Identifier: MIT */
/* WbemIdl.h: another spelling of wbemidl.h. */
#include "wbemidl.h"
