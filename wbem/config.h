/* SPDX-License-Identifier: MIT */
/* config.h: what the library's own engine serves (wbemhost.h has the form), and the engine made of it. */
#ifndef WBEM_ROOM_CONFIG_H
#define WBEM_ROOM_CONFIG_H

#include <cstdint>
#include <string>
#include <vector>
#include <wql/wql.h>

namespace wbem {

/* One line that serves something. */
struct Served {
    enum class Kind { Linux, Sqlite, Plugin, Mof };
    Kind kind;
    std::string name_space, file, options;
    std::string place; /* where it was said: "/etc/wbem.conf, line 3" */
};

struct Configuration {
    std::vector<Served> served; /* empty: the Linux classes in root/cimv2 */
    uint32_t engine_flags = 0;
    uint32_t workers = 2;
    uint32_t sink_timeout_ms = 30000;
    uint32_t dialect = 0; /* of sessions */
};

/* Where a configuration is looked for, in this order. NULL or empty: not there. */
struct Places {
    const char *variable; /* what WBEM_PROVIDERS says */
    const char *file;     /* what WBEM_CONFIG names: must be there */
    const char *fallback; /* /etc/wbem.conf: may be missing */
};

/* Reads all of it. False: *mistake says what is wrong and where, *out is not to be used. Throws std::bad_alloc. */
bool read_configuration(const Places &places, Configuration *out, std::string *mistake);

/* Opens an engine that serves it: all of it, or nothing.
 * Returns WQL_OK; else how the first thing failed, and *mistake says which. Throws std::bad_alloc. */
wql_status open_configured(const Configuration &configuration, wql_engine **out, std::string *mistake);

} // namespace wbem

#endif
