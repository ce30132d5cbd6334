/* SPDX-License-Identifier: MIT */
/* undefined.c: a plug-in that needs a function which is nowhere. */
#include <wql/provider.h>

const wql_provider *wql_test_nowhere(void);
const wql_provider *wql_provider_main(uint32_t abi) {
    (void)abi;
    return wql_test_nowhere();
}
