/* SPDX-License-Identifier: MIT */
/* Wbemcli.h: another spelling of wbemcli.h. */
#include "wbemcli.h"
