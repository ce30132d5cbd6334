/* SPDX-License-Identifier: MIT */
/* static_lab.c: a namespace with classes and a store of static instances. */
#include "static_lab.h"

#include <stdio.h>
#include <string.h>

static wql_status load_lab(wql_mount *mount, const char *config, void *user, void **self, wql_error *err) {
    static_lab *lab = user;
    wql_status status = wql_mount_define(mount, lab->defs, lab->def_count, err);
    return status < 0 ? status : wql__static_provider()->load(mount, config, lab->store, self, err);
}

wql_status static_open_lab(static_lab *lab, const wql_engine_options *options, const wql_class_def *defs, uint32_t count) {
    wql_status status;
    memset(lab, 0, sizeof *lab);
    lab->err.struct_size = sizeof lab->err;
    lab->defs = defs;
    lab->def_count = count;
    lab->table = *wql__static_provider();
    lab->table.load = load_lab;
    lab->table.name = "store"; /* the namespace has its own, too */
    status = wql_engine_open(options, &lab->engine, &lab->err);
    if (status < 0) return status;
    lab->store = wql__static_store_make(lab->engine->mem);
    if (!lab->store) return WQL_E_OUT_OF_MEMORY;
    status = wql_engine_mount(lab->engine, "root/t", &lab->table, NULL, lab, &lab->err);
    return status < 0 ? status : wql_session_open(lab->engine, "root/t", NULL, &lab->session, &lab->err);
}

void static_close_lab(static_lab *lab) {
    static_drop(lab);
    wql__static_store_release(lab->store);
    wql_session_close(lab->session);
    assert_int_equal(wql_engine_close(lab->engine), WQL_OK);
}

wql_status static_begin(static_lab *lab) {
    lab->catalog = wql__namespace_catalog(lab->session->ns);
    return wql__static_load_begin(lab->store, lab->catalog, &lab->load, &lab->err);
}

enum { PROPERTIES_MAX = 64 };

static const wql__class_entry *set_values(static_lab *lab, const char *name, const wql_param *properties, uint32_t count,
                                          wql_value *values) {
    const wql__class_entry *entry = wql__catalog_find(lab->catalog, wql_s(name));
    assert_non_null(entry);
    assert_true(entry->cls->def.property_count <= PROPERTIES_MAX);
    wql__instance_defaults(entry->cls, values);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = wql__class_property(entry->cls, wql_s(properties[i].name));
        assert_true(number != WQL_NO_COLUMN);
        values[number] = properties[i].value;
    }
    return entry;
}

wql_status static_add(static_lab *lab, const char *class_name, const wql_param *properties, uint32_t count) {
    wql_value values[PROPERTIES_MAX];
    const wql__class_entry *entry = set_values(lab, class_name, properties, count, values);
    return wql__static_load_add(lab->load, entry, values, &lab->err);
}

wql_status static_object(static_lab *lab, const char *class_name, const wql_param *properties, uint32_t count, wql_value *out) {
    wql_value values[PROPERTIES_MAX];
    const wql__class_entry *entry = set_values(lab, class_name, properties, count, values);
    wql__arena arena;
    wql_status status;
    wql__arena_init(&arena, lab->engine->mem);
    status = wql__instance_fit(entry->cls, lab->catalog, &arena, values, &lab->err);
    if (status >= 0) status = wql__instance_object(lab->engine->mem, entry->cls, values, out, &lab->err);
    wql__arena_free(&arena);
    return status;
}

wql_status static_show(static_lab *lab) {
    wql_status status = wql__static_load_finish(lab->load, &lab->err);
    wql__static_version *old = NULL;
    if (status >= 0) {
        wql__lock(&lab->session->ns->lock);
        old = wql__static_load_publish(lab->load);
        wql__unlock(&lab->session->ns->lock);
    }
    wql__static_version_release(old);
    static_drop(lab);
    return status;
}

void static_drop(static_lab *lab) {
    wql__static_load_end(lab->load);
    wql__catalog_release(lab->catalog);
    lab->load = NULL;
    lab->catalog = NULL;
}

static size_t put_row(const wql_batch *batch, uint32_t row, char *text, size_t size) {
    size_t len = 0;
    for (uint32_t i = 0; i < wql_batch_width(batch); i++) {
        char one[256];
        wql_value value;
        if (wql_batch_value(batch, row, wql_batch_column(batch, i)->name, &value) < 0) return len;
        (void)wql_value_format(&value, one, sizeof one);
        if (len < size) len += (size_t)snprintf(text + len, size - len, "%s%s", i ? "," : "", one);
    }
    return len;
}

wql_status static_ask(static_lab *lab, const char *query, char *text, size_t size) {
    wql_call call;
    wql_batch *batch;
    wql_status status = wql_session_exec(lab->session, wql_s(query), NULL, &call, &lab->err);
    size_t len = 0;
    text[0] = 0;
    if (status < 0) return status;
    while ((status = wql_call_next(call, WQL_FOREVER, &batch, &lab->err)) == WQL_OK) {
        for (uint32_t i = 0; i < wql_batch_rows(batch) && len < size; i++) {
            if (len + 1 < size && len) text[len++] = ';';
            len += put_row(batch, i, text + len, size - len);
        }
        wql_batch_release(batch);
    }
    wql_call_close(call);
    return status;
}
