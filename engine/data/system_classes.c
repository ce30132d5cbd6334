/* SPDX-License-Identifier: MIT */
/* system_classes.c: the system classes, from the tables that the build makes of system.mof. */
#include "system_classes.h"

#include "../base/error.h"
#include "../base/fold.h"
#include "class_make.h"

#include "system_classes_table.h"

#include <string.h>

uint32_t wql__system_class_number(wql_str name) {
    if (name.len < 3 || name.ptr[0] != '_' || name.ptr[1] != '_') return WQL__NO_ENTRY;
    for (uint32_t i = 0; i < DEFINITIONS; i++)
        if (wql__fold_equal(wql_s(definitions[i].name), name)) return i;
    return WQL__NO_ENTRY;
}

/* The classes point to the tables. Only the two texts that are each namespace's own lie on a shelf. */
static wql__shelf *make_shelf(wql__mem *mem, const char **ns, const char **server) {
    wql__shelf *shelf = wql__shelf_make(mem);
    if (!shelf) return NULL;
    *ns = wql__arena_text(&shelf->arena, *ns, strlen(*ns));
    *server = wql__arena_text(&shelf->arena, *server, strlen(*server));
    if (*ns && *server) return shelf;
    wql__shelf_release(shelf);
    return NULL;
}

wql_status wql__system_classes_make(wql__mem *mem, const char *ns, const char *server, wql__arena *arena, wql_class ***out,
                                    uint32_t *count, wql_error *err) {
    wql_class **classes = wql__arena_alloc(arena, DEFINITIONS * sizeof(wql_class *));
    wql__shelf *shelf = classes ? make_shelf(mem, &ns, &server) : NULL;
    wql_status status = WQL_OK;
    *out = classes;
    *count = 0;
    if (!shelf) return wql__fail_memory(mem, err);
    for (uint32_t i = 0; i < DEFINITIONS && status >= 0; i++) {
        uint32_t super = definitions[i].superclass ? wql__system_class_number(wql_s(definitions[i].superclass)) : WQL__NO_ENTRY;
        status = wql__class_make_on(shelf, &definitions[i], super == WQL__NO_ENTRY ? NULL : classes[super], ns, server,
                                    &classes[i], err);
        if (status >= 0) ++*count;
    }
    wql__shelf_release(shelf);
    return status;
}

wql_status wql__system_class_make(wql__mem *mem, uint32_t number, const char *ns, const char *server, wql_class **out,
                                  wql_error *err) {
    uint32_t line[DEFINITIONS], depth = 0;
    wql__shelf *shelf = make_shelf(mem, &ns, &server);
    wql_class *super = NULL, *made;
    wql_status status = WQL_OK;
    if (!shelf) return wql__fail_memory(mem, err);
    for (; number != WQL__NO_ENTRY; depth++) {
        line[depth] = number;
        number = definitions[number].superclass ? wql__system_class_number(wql_s(definitions[number].superclass)) : WQL__NO_ENTRY;
    }
    while (depth-- > 0 && status >= 0) {
        status = wql__class_make_on(shelf, &definitions[line[depth]], super, ns, server, &made, err);
        wql_class_release(super); /* the class below holds it */
        super = status >= 0 ? made : NULL;
    }
    wql__shelf_release(shelf);
    if (status >= 0) *out = super;
    return status;
}
