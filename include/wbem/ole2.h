/* SPDX-License-Identifier: MIT */
/* ole2.h: COM and its values together. */
#ifndef WBEM_OLE2_H
#define WBEM_OLE2_H

#include "windows.h"

#endif
