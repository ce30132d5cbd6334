/* SPDX-License-Identifier: MIT */
/* plugin_env.c: a provider as a plug-in: the environment of the process that loads it. It is not linked with libwql:
 *
 *   cc -shared -fPIC -Wl,-z,defs plugin_env.c -o plugin_env.so
 *   wql --provider ./plugin_env.so "SELECT * FROM Env_Variable WHERE Name LIKE '%PATH%'"
 *   wql --provider ./plugin_env.so=root/env:LC_ --namespace root/env "SELECT * FROM Env_Variable"
 *
 * Its options are the beginning of the names that it serves; none: all. Set the environment before a query runs, as for getenv.
 */
#include <wql/provider.h>

#include <stdlib.h>
#include <string.h>

extern char **environ;
enum { NAME, VALUE }; /* a property's number is its place in the class */

static const wql_property_def properties[] = {{.name = "Name", .type = WQL_STRING, .flags = WQL_KEY},
                                              {.name = "Value", .type = WQL_STRING}};
static const wql_class_def variable = {
    .struct_size = sizeof variable, .name = "Env_Variable", .properties = properties, .property_count = 2};

/* What a mount keeps: the beginning of the names. Each mount has its own; what a plug-in has in static memory is shared by all.
 */
typedef struct env_mount {
    wql_mount *mount;
    size_t size;
    char prefix[];
} env_mount;

static wql_status env_load(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    size_t len = config ? strlen(config) : 0, size = sizeof(env_mount) + len + 1;
    env_mount *made;
    wql_status status;
    (void)user;
    if (config && strchr(config, '=')) {
        strcpy(err->message, "its options are the beginning of a name, which has no '='");
        return err->status = WQL_E_INVALID_PARAMETER;
    }
    made = wql_mount_allocate(mount, NULL, 0, size); /* counted against the engine's limit */
    if (!made) return WQL_E_OUT_OF_MEMORY;
    made->mount = mount;
    made->size = size;
    memcpy(made->prefix, config ? config : "", len + 1);
    status = wql_mount_define(mount, &variable, 1, err);
    if (status < 0)
        wql_mount_allocate(mount, made, size, 0); /* no unload comes after a load that failed */
    else
        *self = made;
    return status;
}

static void env_unload(void *self) {
    env_mount *made = self;
    wql_mount_allocate(made->mount, made, made->size, 0);
}

static wql_status env_open(wql_scan *scan, wql_error *err) {
    (void)err;
    scan->state = environ;
    return WQL_OK;
}

static wql_status env_next(wql_scan *scan, wql_error *err) {
    const env_mount *made = scan->self;
    char **at = scan->state;
    (void)err;
    for (bool room = true; *at && room; at++) {
        wql_str name = {*at, strcspn(*at, "=")};
        if (strncmp(*at, made->prefix, strlen(made->prefix)) != 0) continue;
        wql_row_set(scan, NAME, wql_text(name));
        if ((*at)[name.len]) wql_row_set(scan, VALUE, wql_text(wql_s(*at + name.len + 1)));
        room = wql_row_end(scan);
    }
    scan->state = at;
    return *at ? WQL_OK : WQL_END;
}

static const wql_provider env = {.struct_size = sizeof env,
                                 .flags = WQL_CONCURRENT,
                                 .name = "env",
                                 .load = env_load,
                                 .unload = env_unload,
                                 .open = env_open,
                                 .next = env_next};

/* The one name that a plug-in exports. This one is content with the first version of the contract. */
const wql_provider *wql_provider_main(uint32_t abi) { return abi >= 1 ? &env : NULL; }
