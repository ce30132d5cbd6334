/* SPDX-License-Identifier: MIT */
/* deaf.c: a plug-in whose next does not come back as long as a file is there, whatever becomes of its call. Its options are the
 * name of the file. */
#include <wql/provider.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const wql_property_def properties[] = {{.name = "Id", .type = WQL_UINT32, .flags = WQL_KEY}};
static const wql_class_def deaf = {.struct_size = sizeof deaf, .name = "Deaf", .properties = properties, .property_count = 1};

static wql_status load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    (void)user;
    *self = strdup(config);
    return *self ? wql_mount_define(mount, &deaf, 1, err) : WQL_E_OUT_OF_MEMORY;
}

static void unload(void *self) { free(self); }

static wql_status open_scan(wql_scan *scan, wql_error *err) {
    (void)scan, (void)err;
    return WQL_OK;
}

static wql_status next(wql_scan *scan, wql_error *err) {
    const struct timespec moment = {0, 1000000};
    (void)err;
    while (access(scan->self, F_OK) == 0) (void)nanosleep(&moment, NULL);
    return WQL_END;
}

static const wql_provider provider = {.struct_size = sizeof provider,
                                      .flags = WQL_CONCURRENT | WQL_MAY_BLOCK,
                                      .name = "deaf",
                                      .load = load,
                                      .unload = unload,
                                      .open = open_scan,
                                      .next = next};

const wql_provider *wql_provider_main(uint32_t abi) { return abi == WQL_ABI ? &provider : NULL; }
