/* SPDX-License-Identifier: MIT */
/* wbemprov.h: WMI as its providers see it. Declared, so that sources compile; a provider is written for include/wql/provider.h.
 */
#ifndef WBEM_WBEMPROV_H
#define WBEM_WBEMPROV_H

#include "wbemcli.h"

#endif
