/* SPDX-License-Identifier: MIT */
/* wbemidl.h: WMI, as clients and as providers see it. */
#ifndef WBEM_WBEMIDL_H
#define WBEM_WBEMIDL_H

#include "wbemcli.h"
#include "wbemprov.h"

#endif
