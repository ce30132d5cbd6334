/* SPDX-License-Identifier: MIT */
/* errors.c: filling wql_error; what SQLite's result codes mean here. */
#include "sqlite.h"

#include <stdarg.h>

enum { MESSAGE = sizeof(((wql_error *)0)->message) };

/* Length of the well-formed character at `at`, 0 if there is none, or if it is a control character. */
static size_t fit_character(const char *at, size_t left) {
    unsigned char c = (unsigned char)*at;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (c < 0x20 || c == 0x7f || n > left || wql__sqlite_check_text(at, n) != n) return 0;
    return c == 0xc2 && (unsigned char)at[1] < 0xa0 ? 0 : n;
}

void wql__sqlite_clean(char *text) {
    size_t left = strlen(text);
    while (left) {
        size_t n = fit_character(text, left);
        if (!n) {
            *text = '?';
            n = 1;
        }
        text += n;
        left -= n;
    }
}

/* A message that was cut ends with a whole character. */
static void trim(char *text) {
    size_t len = strlen(text), back = 0;
    while (back < 4 && back < len && ((unsigned char)text[len - 1 - back] & 0xc0) == 0x80) back++;
    if (back < len && wql__sqlite_check_text(text + len - 1 - back, back + 1) != back + 1) text[len - 1 - back] = 0;
}

static void set_error(wql_error *err, wql_status status, const char message[MESSAGE]) {
    wql_error full = WQL_INIT(wql_error);
    full.status = status;
    (void)snprintf(full.provider, sizeof full.provider, "sqlite");
    memcpy(full.message, message, sizeof full.message);
    trim(full.message);
    wql__sqlite_clean(full.message);
    wql__sqlite_copy_error(err, &full);
}

wql_status wql__sqlite_fail(wql_error *err, wql_status status, const char *format, ...) {
    char message[MESSAGE] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof message, format, args);
    va_end(args);
    set_error(err, status, message);
    return status;
}

void wql__sqlite_copy_error(wql_error *to, const wql_error *from) {
    size_t size;
    uint32_t struct_size;
    if (!to || to->struct_size < sizeof to->struct_size) return;
    struct_size = to->struct_size;
    size = struct_size < sizeof *from ? struct_size : sizeof *from;
    memcpy(to, from, size);
    to->struct_size = struct_size;
}

wql_status wql__sqlite_no_memory(wql_error *err) {
    return wql__sqlite_fail(err, WQL_E_OUT_OF_MEMORY, "the sqlite provider was refused memory");
}

static wql_status status_of(int code) {
    switch (code & 0xff) {
    case SQLITE_NOMEM: return WQL_E_OUT_OF_MEMORY;
    case SQLITE_FULL: return WQL_E_OUT_OF_DISK_SPACE;
    case SQLITE_AUTH:
    case SQLITE_PERM: return WQL_E_ACCESS_DENIED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return WQL_E_PROVIDER_TIMED_OUT;
    default: return WQL_E_PROVIDER_FAILURE;
    }
}

wql_status wql__sqlite_fail_code(const wql__sqlite_api *api, sqlite3 *db, int code, wql_error *err, const char *format, ...) {
    char what[600];
    const char *said = db && code != SQLITE_NOMEM ? api->errmsg(db) : api->errstr(code);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return wql__sqlite_fail(err, status_of(code), "%s: %s (SQLite's code %d)", what, said, code);
}

void wql__sqlite_log(const wql__sqlite_mount *m, int level, const char *format, ...) {
    char line[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    trim(line);
    wql__sqlite_clean(line);
    wql_mount_log(m->mount, level, line);
}
