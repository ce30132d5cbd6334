/* SPDX-License-Identifier: MIT */
/* api.c: finding SQLite: given by the caller, already in the process, or in the shared library. */
#include "api.h"

#include "sqlite.h"

#include <dlfcn.h>

enum { OLDEST = 3037000 /* PRAGMA table_list, STRICT tables */ };

typedef struct entry {
    const char *name;
    size_t place; /* of the member in the table */
} entry;

static const entry entries[] = {
#define ENTRY(name) {"sqlite3_" #name, offsetof(wql__sqlite_api, name)},
    WQL__SQLITE_FUNCTIONS(ENTRY)
#undef ENTRY
};

static void *find_loaded(void *library, const char *name) { return dlsym(library ? library : RTLD_DEFAULT, name); }

/* Fills the table. NULL, or the name of the first function that is not there. A pointer to data becomes one to a function by its
 * bytes: POSIX says that dlsym's can, C has no cast for it. */
static const char *fill(wql__sqlite_api *api, void *(*find)(void *user, const char *name), void *user) {
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        void *at = find(user, entries[i].name);
        if (!at) return entries[i].name;
        memcpy((char *)api + entries[i].place, &at, sizeof at);
    }
    return NULL;
}

static wql_status check_build(const wql__sqlite_api *api, wql_error *err) {
    if (api->libversion_number() < OLDEST)
        return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "SQLite 3.37 or newer is needed, but this process has %s",
                                api->libversion());
    if (!api->threadsafe())
        return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "this process has a SQLite that was built without threads");
    return WQL_OK;
}

wql_status wql__sqlite_api_open(wql__sqlite_api *api, void *(*symbol)(void *user, const char *name), void *user, bool present,
                                wql_error *err) {
    const char *missing, *where = "this process";
    wql_status status;
    memset(api, 0, sizeof *api);
    if (symbol) {
        where = "what wql_sqlite.symbol finds";
        missing = fill(api, symbol, user);
    } else if (present || dlsym(RTLD_DEFAULT, "sqlite3_libversion_number")) {
        missing = fill(api, find_loaded, NULL);
    } else {
        where = "libsqlite3.so.0";
        api->library = dlopen(where, RTLD_NOW | RTLD_LOCAL);
        if (!api->library)
            return wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE,
                                    "SQLite is not in this process, and libsqlite3.so.0 cannot be loaded: "
                                    "is the package libsqlite3-0 installed?");
        missing = fill(api, find_loaded, api->library);
    }
    if (missing)
        status = wql__sqlite_fail(err, WQL_E_PROVIDER_LOAD_FAILURE, "SQLite's function %s is not in %s%s", missing, where,
                                  present && !symbol ? ", though a connection was lent: set wql_sqlite.symbol" : "");
    else
        status = check_build(api, err);
    if (status < 0) wql__sqlite_api_close(api);
    return status;
}

void wql__sqlite_api_close(wql__sqlite_api *api) {
    if (api->library) (void)dlclose(api->library);
    memset(api, 0, sizeof *api);
}
