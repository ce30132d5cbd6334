/* SPDX-License-Identifier: MIT */
/* OleAuto.h: another spelling of oleauto.h. */
#include "oleauto.h"
