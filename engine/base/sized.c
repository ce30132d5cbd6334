/* SPDX-License-Identifier: MIT */
/* sized.c: structs with a size in front. */
#include "sized.h"

#include "error.h"

#include <string.h>

wql_status wql__sized_read(void *to, size_t to_size, const void *from, size_t least, const char *what, wql_error *err) {
    uint32_t size, own = (uint32_t)to_size;
    memset(to, 0, to_size);
    if (from) {
        memcpy(&size, from, sizeof size);
        if (size < least) return wql__fail(err, WQL_E_INVALID_PARAMETER, "%s: struct_size is %u, which is too small", what, size);
        for (size_t i = to_size; i < size; i++)
            if (((const unsigned char *)from)[i])
                return wql__fail(err, WQL_E_UNSUPPORTED_PARAMETER, "%s: a field that this version does not know is set", what);
        memcpy(to, from, size < to_size ? size : to_size);
    }
    memcpy(to, &own, sizeof own);
    return WQL_OK;
}

wql_status wql__sized_write(void *to, const void *from, size_t from_size) {
    uint32_t size;
    if (!to) return WQL_E_INVALID_PARAMETER;
    memcpy(&size, to, sizeof size);
    if (size < sizeof size) return WQL_E_INVALID_PARAMETER;
    if (size > from_size) {
        memset((char *)to + from_size, 0, size - from_size);
        memcpy((char *)to + sizeof size, (const char *)from + sizeof size, from_size - sizeof size);
    } else {
        memcpy((char *)to + sizeof size, (const char *)from + sizeof size, size - sizeof size);
    }
    return WQL_OK;
}
