/* SPDX-License-Identifier: MIT */
/* WbemCli.h: another spelling of wbemcli.h. */
#include "wbemcli.h"
