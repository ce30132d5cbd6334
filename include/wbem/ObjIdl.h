/* SPDX-License-Identifier: MIT */
/* ObjIdl.h: another spelling of objidl.h. */
#include "objidl.h"
