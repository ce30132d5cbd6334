/* SPDX-License-Identifier: MIT */
/* Winerror.h: another spelling of winerror.h. */
#include "winerror.h"
