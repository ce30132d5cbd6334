/* SPDX-License-Identifier: MIT */
/* api.h: SQLite's functions, found by name at run time: the library is not linked with SQLite. */
#ifndef WQL_SQLITE_API_H
#define WQL_SQLITE_API_H

#include <sqlite3.h>
#include <wql/provider.h>

/* What is used of SQLite. Each name is a member of the table below, typed by SQLite's own prototype. */
#define WQL__SQLITE_FUNCTIONS(X)                                                                                                  \
    X(libversion_number)                                                                                                          \
    X(libversion)                                                                                                                 \
    X(threadsafe)                                                                                                                 \
    X(open_v2)                                                                                                                    \
    X(close_v2)                                                                                                                   \
    X(db_config)                                                                                                                  \
    X(db_readonly)                                                                                                                \
    X(db_mutex)                                                                                                                   \
    X(mutex_enter)                                                                                                                \
    X(mutex_leave)                                                                                                                \
    X(extended_errcode)                                                                                                           \
    X(errmsg)                                                                                                                     \
    X(errstr)                                                                                                                     \
    X(system_errno)                                                                                                               \
    X(prepare_v3)                                                                                                                 \
    X(step)                                                                                                                       \
    X(reset)                                                                                                                      \
    X(finalize)                                                                                                                   \
    X(clear_bindings)                                                                                                             \
    X(bind_int64)                                                                                                                 \
    X(bind_double)                                                                                                                \
    X(bind_text64)                                                                                                                \
    X(column_value)                                                                                                               \
    X(column_int64)                                                                                                               \
    X(column_text)                                                                                                                \
    X(value_type)                                                                                                                 \
    X(value_int64)                                                                                                                \
    X(value_double)                                                                                                               \
    X(value_text)                                                                                                                 \
    X(value_blob)                                                                                                                 \
    X(value_bytes)                                                                                                                \
    X(progress_handler)                                                                                                           \
    X(interrupt)

typedef struct wql__sqlite_api {
#define WQL__SQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
    WQL__SQLITE_FUNCTIONS(WQL__SQLITE_MEMBER)
#undef WQL__SQLITE_MEMBER
    void *library; /* what was opened for it; NULL: SQLite was there */
} wql__sqlite_api;

/* Finds all functions in one place: where `symbol` says; else in this process, if SQLite is there; else, unless `present` (a
 * connection was lent, so its SQLite is here), in libsqlite3.so.0. Two copies of SQLite are never mixed.
 * Returns WQL_OK; WQL_E_PROVIDER_LOAD_FAILURE: not found, a function is missing, too old, or built without threads. */
wql_status wql__sqlite_api_open(wql__sqlite_api *api, void *(*symbol)(void *user, const char *name), void *user, bool present,
                                wql_error *err);
void wql__sqlite_api_close(wql__sqlite_api *api);

#endif
