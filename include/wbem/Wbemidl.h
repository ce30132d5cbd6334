/* SPDX-License-Identifier: MIT */
/* Wbemidl.h: another spelling of wbemidl.h. */
#include "wbemidl.h"
