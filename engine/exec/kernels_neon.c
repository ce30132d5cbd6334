/* SPDX-License-Identifier: MIT */
/* kernels_neon.c: kernels for AArch64, where NEON is always there. */
#include "kernels.h"

#if defined(__aarch64__) && defined(__GNUC__)

#include <arm_neon.h>
#include <string.h>

bool wql__kernels_neon(wql__kernels *k) {
    k->level = WQL_KERNELS_NEON;
    return true;
}

#else

bool wql__kernels_neon(wql__kernels *k) {
    (void)k;
    return false;
}

#endif
