/* SPDX-License-Identifier: MIT */
/* linux.c: this machine as classes: its place in the library, and the answer that this version does not serve it. */
#include <wql/provider.h>

static const char refusal[] = "the linux provider is not served by this version";

/* Fills what there is of the caller's struct. */
static wql_status refuse(wql_error *err) {
    wql_error full = WQL_INIT(wql_error);
    size_t size;
    if (!err || err->struct_size <= sizeof full.struct_size) return WQL_E_NOT_SUPPORTED;
    full.status = WQL_E_NOT_SUPPORTED;
    memcpy(full.provider, "linux", sizeof "linux");
    memcpy(full.message, refusal, sizeof refusal);
    size = err->struct_size < sizeof full ? err->struct_size : sizeof full;
    memcpy((char *)err + sizeof full.struct_size, (char *)&full + sizeof full.struct_size, size - sizeof full.struct_size);
    if (size > offsetof(wql_error, provider)) ((char *)err)[size - 1] = 0;
    return WQL_E_NOT_SUPPORTED;
}

static wql_status linux_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)mount;
    (void)config;
    (void)user;
    (void)self;
    return refuse(err);
}

/* Never reached: there is no class to scan. A provider's table must be whole all the same. */
static wql_status linux_scan(wql_scan *scan, wql_error *err) {
    (void)scan;
    return refuse(err);
}

const wql_provider *wql_linux_provider(void) {
    static const wql_provider provider = {
        .struct_size = sizeof provider,
        .flags = WQL_CONCURRENT,
        .name = "linux",
        .load = linux_load,
        .open = linux_scan,
        .next = linux_scan,
    };
    return &provider;
}
