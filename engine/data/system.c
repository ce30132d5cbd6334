/* SPDX-License-Identifier: MIT */
/* system.c: system properties and the paths of instances (wql-language 2.6, 3.10). */
#include "../base/fold.h"
#include "batch.h"
#include "object_path.h"

#include <string.h>

static const struct {
    const char *name;
    uint32_t type;
} system_properties[] = {
    [WQL__SYS_CLASS] = {"__CLASS", WQL_STRING},
    [WQL__SYS_DERIVATION] = {"__DERIVATION", WQL_STRING | WQL_ARRAY},
    [WQL__SYS_DYNASTY] = {"__DYNASTY", WQL_STRING},
    [WQL__SYS_GENUS] = {"__GENUS", WQL_SINT32},
    [WQL__SYS_NAMESPACE] = {"__NAMESPACE", WQL_STRING},
    [WQL__SYS_PATH] = {"__PATH", WQL_STRING},
    [WQL__SYS_PROPERTY_COUNT] = {"__PROPERTY_COUNT", WQL_SINT32},
    [WQL__SYS_RELPATH] = {"__RELPATH", WQL_STRING},
    [WQL__SYS_SERVER] = {"__SERVER", WQL_STRING},
    [WQL__SYS_SUPERCLASS] = {"__SUPERCLASS", WQL_STRING},
};
enum { SYSTEM_COUNT = sizeof system_properties / sizeof *system_properties };

enum { GENUS_CLASS = 1, GENUS_INSTANCE = 2 };

int wql__system_property(wql_str name) {
    if (name.len < 2 || name.ptr[0] != '_' || name.ptr[1] != '_') return WQL__SYS_NONE;
    for (int i = WQL__SYS_NONE + 1; i < SYSTEM_COUNT; i++)
        if (wql__fold_equal(wql_s(system_properties[i].name), name)) return i;
    return WQL__SYS_NONE;
}

const char *wql__system_name(int system) { return system_properties[system].name; }
uint32_t wql__system_type(int system) { return system_properties[system].type; }
bool wql__system_is_constant(int system) { return system != WQL__SYS_PATH && system != WQL__SYS_RELPATH; }

static wql_value sint32(uint32_t number) {
    wql_value v = wql_i64((int64_t)number);
    v.type = WQL_SINT32;
    return v;
}

wql_value wql__system_constant(const wql_class *cls, int system, uint32_t property_count) {
    switch (system) {
    case WQL__SYS_CLASS: return wql_text(cls->name);
    case WQL__SYS_DYNASTY: return wql_text(wql__class_dynasty(cls)->name);
    case WQL__SYS_SUPERCLASS: return cls->superclass ? wql_text(cls->superclass->name) : wql_null();
    case WQL__SYS_NAMESPACE: return wql_text(wql_s(cls->ns));
    case WQL__SYS_SERVER: return wql_text(wql_s(cls->server));
    case WQL__SYS_GENUS: return sint32(GENUS_INSTANCE);
    case WQL__SYS_PROPERTY_COUNT: return sint32(property_count);
    case WQL__SYS_DERIVATION: return wql_array(WQL_STRING, cls->derivation, cls->depth);
    default: return wql_null();
    }
}

wql_value wql__definition_constant(const wql_class *cls, int system) {
    if (system == WQL__SYS_GENUS) return sint32(GENUS_CLASS);
    return wql__system_constant(cls, system, cls->def.property_count);
}

/* -- paths ------------------------------------------------------------------------------------------------------- */

void wql__definition_path(const wql_class *cls, bool full, wql__out *out) {
    if (full) wql__path_put_prefix(out, wql_s(cls->server), wql_s(cls->ns));
    wql__out_text(out, cls->name.ptr, cls->name.len);
}

bool wql__path_print(const wql_class *cls, const wql_column *const *keys, uint32_t row, bool full, wql__out *out) {
    if (cls->key_count == 0 && !(cls->def.flags & WQL_SINGLETON)) return false;
    for (uint32_t i = 0; i < cls->key_count; i++)
        if (!keys[i] || wql_column_is_null(keys[i], row)) return false;
    if (full) wql__path_put_prefix(out, wql_s(cls->server), wql_s(cls->ns));
    wql__out_text(out, cls->name.ptr, cls->name.len);
    if (cls->key_count == 0) wql__path_put_singleton(out);
    for (uint32_t i = 0; i < cls->key_count; i++) {
        wql_value value = wql_column_value(keys[i], row);
        if (cls->def.properties[cls->keys[i]].flags & WQL_INTERVAL) value.time.interval = 1;
        wql__path_put_key(out, i == 0, wql_s(cls->def.properties[cls->keys[i]].name), &value);
    }
    return true;
}
