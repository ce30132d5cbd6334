/* SPDX-License-Identifier: MIT */
/* newer.c: a plug-in whose table has a callback more than this version knows. */
#include <wql/provider.h>

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount, (void)config, (void)user, (void)self, (void)err;
    return WQL_OK;
}
static wql_status scan(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_END;
}
static void more(void) {}

typedef struct newer_provider {
    wql_provider known;
    void (*more)(void);
} newer_provider;

const wql_provider *wql_provider_main(uint32_t abi) {
    static const newer_provider newer = {{.struct_size = sizeof newer, .name = "newer", .load = load, .open = scan, .next = scan},
                                         more};
    (void)abi;
    return &newer.known;
}
