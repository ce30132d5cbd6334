/* SPDX-License-Identifier: MIT */
/* lasting.h: what the plug-in of lasting.c writes down in its host. */
#ifndef WQL_TESTS_LASTING_H
#define WQL_TESTS_LASTING_H

#include <stdatomic.h>
#include <stdbool.h>

typedef struct record {
    _Atomic int loads, unloads, emitted, releases, closes;
    _Atomic int closed; /* the object was taken out of the process */
    _Atomic bool held, let_go;
} record;

#endif
