/* SPDX-License-Identifier: MIT */
/* Objidl.h: another spelling of objidl.h. */
#include "objidl.h"
