/* SPDX-License-Identifier: MIT */
/* atlbase.h: of ATL the classes that let go by themselves. */
#ifndef WBEM_ATLBASE_H
#define WBEM_ATLBASE_H

#include "atlcomcli.h"
#include "windows.h"

#endif
