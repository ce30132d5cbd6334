/* SPDX-License-Identifier: MIT */
/* no_table.c: a plug-in whose provider lacks what is required. */
#include <wql/provider.h>

const wql_provider *wql_provider_main(uint32_t abi) {
    static const wql_provider empty = {.struct_size = sizeof empty, .name = "empty"};
    (void)abi;
    return &empty;
}
