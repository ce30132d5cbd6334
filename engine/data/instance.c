/* SPDX-License-Identifier: MIT */
/* instance.c: values made ready to be those of an instance. */
#include "instance.h"

#include "../base/utf8.h"
#include "cells.h"
#include "reference.h"
#include "value.h"

void wql__instance_defaults(const wql_class *cls, wql_value *values) {
    for (uint32_t i = 0; i < cls->def.property_count; i++) {
        const wql_value *initial = cls->def.properties[i].initial;
        values[i] = initial ? *initial : wql_null();
    }
}

/* -- fitting ----------------------------------------------------------------------------------------------------- */

typedef struct fitter {
    const wql_class *cls;
    const wql__catalog *catalog;
    wql__arena *arena;
    const wql_property_def *def;
    wql_error *err;
} fitter;

static wql_status no_memory(const fitter *f) { return wql__fail_memory(f->arena->mem, f->err); }

/* `what` stands behind "Class.Property". */
static wql_status at_fault(const fitter *f, wql_status status, const char *what) {
    (void)wql__fail(f->err, status, "%s.%s %s", f->cls->def.name, f->def->name, what);
    wql__error_hint(f->err, wql_s(f->def->name));
    return status;
}

static wql_status wrong_type(const fitter *f, const wql_value *value) {
    (void)wql__fail(f->err, WQL_E_TYPE_MISMATCH, "%s.%s is %s%s, and was given %s", f->cls->def.name, f->def->name,
                    wql__type_name(f->def->type), f->def->flags & WQL_INTERVAL ? " (interval)" : "", wql__type_name(value->type));
    wql__error_hint(f->err, wql_s(f->def->name));
    return WQL_E_TYPE_MISMATCH;
}

static wql_status fit_text(const fitter *f, uint32_t type, wql_value *value) {
    if (value->str.len && (!value->str.ptr || wql__utf8_check(value->str.ptr, value->str.len) != value->str.len))
        return at_fault(f, WQL_E_INVALID_PARAMETER, "was given a text that is not well-formed UTF-8");
    if (type != WQL_REFERENCE) return WQL_OK;
    return wql__reference_spell(value->str, f->catalog, f->arena, &value->str, f->err);
}

static wql_status fit_object(const fitter *f, const wql_value *value) {
    const wql_class *cls = value->object ? value->object->cls : NULL;
    if (!cls || value->count >= value->object->rows)
        return at_fault(f, WQL_E_INVALID_PARAMETER, "was given an object that is none");
    if (!f->def->class_name || wql__class_isa(cls, wql_s(f->def->class_name))) return WQL_OK;
    (void)wql__fail(f->err, WQL_E_INVALID_OBJECT, "%s.%s holds instances of %s, and was given one of %s", f->cls->def.name,
                    f->def->name, f->def->class_name, cls->def.name);
    wql__error_hint(f->err, wql_s(f->def->name));
    return WQL_E_INVALID_OBJECT;
}

/* A value that is no array, as one of type `type`. */
static wql_status fit_single(const fitter *f, uint32_t type, const wql_value *in, wql_value *out) {
    wql_status status = wql__value_convert(in, type, (f->def->flags & WQL_INTERVAL) != 0, out);
    if (status == WQL_E_VALUE_OUT_OF_RANGE) return at_fault(f, status, "was given a value beyond the range of its type");
    if (status < 0) return wrong_type(f, in);
    if (out->type == WQL_NULL) return WQL_OK;
    if (type == WQL_OBJECT) return fit_object(f, out);
    return wql__type_is_text(type) ? fit_text(f, type, out) : WQL_OK;
}

static wql_status fit_array(const fitter *f, const wql_value *in, wql_value *out) {
    uint32_t type = f->def->type & ~(uint32_t)WQL_ARRAY;
    wql_value *items;
    if (!(in->type & WQL_ARRAY)) return wrong_type(f, in);
    if (in->count && !in->items) return at_fault(f, WQL_E_INVALID_PARAMETER, "was given an array without items");
    items = wql__arena_alloc(f->arena, wql__array_size(in->count, sizeof *items));
    if (!items) return no_memory(f);
    for (uint32_t i = 0; i < in->count; i++) {
        wql_status status = in->items[i].type & WQL_ARRAY ? wrong_type(f, in) : fit_single(f, type, &in->items[i], &items[i]);
        if (status < 0) return status;
    }
    *out = wql_array(type, items, in->count);
    return WQL_OK;
}

wql_status wql__instance_fit(const wql_class *cls, const wql__catalog *catalog, wql__arena *arena, wql_value *values,
                             wql_error *err) {
    fitter f = {cls, catalog, arena, NULL, err};
    for (uint32_t i = 0; i < cls->def.property_count; i++) {
        wql_value fitting = wql_null();
        wql_status status = WQL_OK;
        f.def = &cls->def.properties[i];
        if (values[i].type == WQL_NULL) continue;
        if (f.def->type & WQL_ARRAY)
            status = fit_array(&f, &values[i], &fitting);
        else if (values[i].type & WQL_ARRAY)
            status = wrong_type(&f, &values[i]);
        else
            status = fit_single(&f, f.def->type, &values[i], &fitting);
        if (status < 0) return status;
        values[i] = fitting;
    }
    return WQL_OK;
}

wql_status wql__instance_check_keys(const wql_class *cls, const wql_value *values, wql_error *err) {
    if (cls->def.flags & WQL_ABSTRACT)
        return wql__fail(err, WQL_E_INVALID_OBJECT, "class %s is abstract: it has no instances of its own", cls->def.name);
    if (!cls->key_count && !(cls->def.flags & WQL_SINGLETON))
        return wql__fail(err, WQL_E_INVALID_OBJECT, "class %s has no key: its instances can only be embedded in others",
                         cls->def.name);
    for (uint32_t i = 0; i < cls->key_count; i++) {
        const wql_property_def *def = &cls->def.properties[cls->keys[i]];
        if (values[cls->keys[i]].type != WQL_NULL) continue;
        (void)wql__fail(err, WQL_E_ILLEGAL_NULL, "an instance of %s lacks its key %s", cls->def.name, def->name);
        wql__error_hint(err, wql_s(def->name));
        return WQL_E_ILLEGAL_NULL;
    }
    return WQL_OK;
}

/* -- embedded objects -------------------------------------------------------------------------------------------- */

static bool build_row(wql__builder *builder, const wql_class *cls, const wql_value *values) {
    wql__cell_counts counts = {0, 0, NULL};
    for (uint32_t i = 0; i < cls->def.property_count; i++)
        if (wql__builder_set(builder, i, &values[i], &counts) != WQL__CELL_OK) return false; /* they fit: no memory */
    builder->rows++;
    return true;
}

wql_status wql__instance_object(wql__mem *mem, const wql_class *cls, const wql_value *values, wql_value *out, wql_error *err) {
    wql__builder builder;
    wql__arena scratch;
    wql_batch *made = NULL, *batch;
    if (cls->def.flags & WQL_ABSTRACT)
        return wql__fail(err, WQL_E_INVALID_OBJECT, "class %s is abstract: it has no instances of its own", cls->def.name);
    wql__arena_init(&scratch, mem);
    batch = wql__batch_new(mem);
    if (batch && wql__builder_init(&builder, &scratch, cls, NULL, cls->def.property_count)) {
        if (wql__builder_begin(&builder, batch, 1) && build_row(&builder, cls, values)) made = wql__builder_end(&builder);
    }
    wql__arena_free(&scratch);
    if (!made) {
        wql_batch_release(batch);
        return wql__fail_memory(mem, err);
    }
    *out = wql_null();
    out->type = WQL_OBJECT;
    out->object = made;
    return WQL_OK;
}
