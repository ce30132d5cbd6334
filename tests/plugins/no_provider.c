/* SPDX-License-Identifier: MIT */
/* no_provider.c: a plug-in that wants another version of the contract. */
#include <wql/provider.h>

const wql_provider *wql_provider_main(uint32_t abi) {
    static const wql_provider later = {.struct_size = sizeof later, .name = "later"};
    return abi > WQL_ABI ? &later : NULL;
}
