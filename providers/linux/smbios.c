/* SPDX-License-Identifier: MIT */
/* smbios.c: structures of the firmware's tables: a fixed part whose length is its second byte, then texts that end in NUL. */
#include "machine.h"

#include <errno.h>

int wql__linux_smbios(wql__linux_mount *m, wql__linux_arena *arena, uint32_t type, uint32_t instance, wql_str *out) {
    wql_str path = wql__linux_text(arena, "firmware/dmi/entries/%u-%u/raw", (unsigned)type, (unsigned)instance);
    int error;
    if (!path.len) return ENOMEM;
    error = wql__linux_read(m, arena, m->roots[WQL__LINUX_SYS], path.ptr, WQL__LINUX_SMALL, out);
    if (error) return error;
    if (out->len < 4 || (unsigned char)out->ptr[0] != type || (unsigned char)out->ptr[1] > out->len) return EINVAL;
    return 0;
}

bool wql__linux_smbios_byte(wql_str structure, size_t at, uint64_t *out) {
    if (at >= (unsigned char)structure.ptr[1]) return false;
    *out = (unsigned char)structure.ptr[at];
    return true;
}

bool wql__linux_smbios_word(wql_str structure, size_t at, uint64_t *out) {
    uint64_t low, high;
    if (!wql__linux_smbios_byte(structure, at, &low) || !wql__linux_smbios_byte(structure, at + 1, &high)) return false;
    *out = high << 8 | low;
    return true;
}

bool wql__linux_smbios_text(wql_str structure, uint64_t number, wql_str *out) {
    size_t fixed = (unsigned char)structure.ptr[1];
    wql_str rest = {structure.ptr + fixed, structure.len - fixed};
    if (!number) return false;
    while (wql__linux_cut(&rest, '\0', out) && out->len)
        if (--number == 0) {
            *out = wql__linux_trim(*out);
            return out->len > 0;
        }
    return false;
}
