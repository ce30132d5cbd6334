/* SPDX-License-Identifier: MIT */
/* errors.c: filling a wql_error. */
#include "linux.h"

#include <stdarg.h>
#include <stdio.h>

/* A message has no control characters; what it quotes from outside may have. Beyond ASCII nothing is trusted either. */
static void clean(char *text) {
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e) *text = '?';
}

wql_status wql__linux_fail(wql_error *err, wql_status status, const char *format, ...) {
    wql_error full = WQL_INIT(wql_error);
    uint32_t size;
    va_list args;
    if (!err || err->struct_size < sizeof err->struct_size) return status;
    full.status = status;
    memcpy(full.provider, "linux", sizeof "linux");
    va_start(args, format);
    (void)vsnprintf(full.message, sizeof full.message, format, args);
    va_end(args);
    clean(full.message);
    size = err->struct_size;
    memcpy(err, &full, size < sizeof full ? size : sizeof full);
    err->struct_size = size;
    return status;
}

wql_status wql__linux_no_memory(wql_error *err) {
    return wql__linux_fail(err, WQL_E_OUT_OF_MEMORY, "the linux provider was refused memory");
}
