/* SPDX-License-Identifier: MIT */
/* AtlComCli.h: another spelling of atlcomcli.h. */
#include "atlcomcli.h"
