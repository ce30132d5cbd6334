/* SPDX-License-Identifier: MIT */
/* meta_class.c: the class whose instances are classes. */
#include "batch.h"
#include "class_make.h"

#include <string.h>

/* In the order in which WMI's tools show them. */
static const uint8_t order[] = {
    WQL__SYS_GENUS,          WQL__SYS_CLASS,      WQL__SYS_SUPERCLASS, WQL__SYS_DYNASTY,   WQL__SYS_RELPATH,
    WQL__SYS_PROPERTY_COUNT, WQL__SYS_DERIVATION, WQL__SYS_SERVER,     WQL__SYS_NAMESPACE, WQL__SYS_PATH};
enum { PROPERTIES = sizeof order / sizeof *order };

int wql__meta_property(uint32_t number) { return number < PROPERTIES ? order[number] : WQL__SYS_NONE; }

wql_status wql__meta_class_make(wql__mem *mem, const char *ns, const char *server, wql_class **out, wql_error *err) {
    wql_property_def properties[PROPERTIES];
    wql_class_def def = WQL_INIT(wql_class_def);
    memset(properties, 0, sizeof properties);
    for (uint32_t i = 0; i < PROPERTIES; i++) {
        properties[i].name = wql__system_name(order[i]);
        properties[i].type = wql__system_type(order[i]);
        if (order[i] == WQL__SYS_CLASS) properties[i].flags = WQL_KEY; /* within a namespace */
    }
    def.name = "meta_class";
    def.properties = properties;
    def.property_count = PROPERTIES;
    return wql__class_make(mem, &def, NULL, ns, server, out, err);
}
