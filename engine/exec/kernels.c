/* SPDX-License-Identifier: MIT */
/* kernels.c: which kernels an engine gets. The only place that asks what the CPU can do is the `init` of each level. */
#include "kernels.h"

#include <string.h>

unsigned wql__kernel_type(uint32_t type) {
    switch (type) {
    case WQL_SINT8: return 0;
    case WQL_SINT16: return 1;
    case WQL_SINT32: return 2;
    case WQL_UINT8: return 4;
    case WQL_UINT16:
    case WQL_CHAR16: return 5;
    case WQL_UINT32: return 6;
    case WQL_UINT64: return 7;
    case WQL_REAL32: return 8;
    case WQL_REAL64: return 9;
    default: return 3; /* sint64, datetime */
    }
}

bool wql__kernels_init(wql__kernels *k, uint32_t level) {
    memset(k, 0, sizeof *k);
    wql__kernels_portable(k);
    switch (level) {
    case WQL_KERNELS_AUTO:
        (void)wql__kernels_neon(k);
        if (wql__kernels_avx2(k)) (void)wql__kernels_avx512(k);
        return true;
    case WQL_KERNELS_PORTABLE: return true;
    case WQL_KERNELS_AVX2: return wql__kernels_avx2(k);
    case WQL_KERNELS_AVX512: return wql__kernels_avx2(k) && wql__kernels_avx512(k);
    case WQL_KERNELS_NEON: return wql__kernels_neon(k);
    default: return false;
    }
}
