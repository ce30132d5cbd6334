/* SPDX-License-Identifier: MIT */
/* rows.c: the rows of one class for an association that joins it: that class's own scan, inside the association's, so that what
 * it looks up by key is looked up here too. */
#include "linux.h"

#include <string.h>

static const wql__linux_defined *find_concrete(const wql__linux_mount *m, const wql__linux_class *cls) {
    for (uint32_t i = 0; i < m->defined_count; i++)
        if (m->defined[i].cls == cls && m->defined[i].concrete) return &m->defined[i];
    return NULL;
}

static uint32_t find_key(const wql__linux_class *cls) {
    uint32_t i = 0;
    while (i + 1 < cls->property_count && !(cls->properties[i].flags & WQL_KEY)) i++;
    return i;
}

static uint32_t find_name(const wql__linux_class *cls, const char *name) {
    uint32_t i = 0;
    while (i + 1 < cls->property_count && strcmp(cls->properties[i].name, name) != 0) i++;
    return i;
}

static void need(wql__linux_scan *in, uint32_t property) {
    if (in->needed[property]) return;
    in->needed[property] = 1;
    in->list[in->list_count++] = property;
    in->sources |= in->cls->properties[property].sources;
}

wql_status wql__linux_rows_open(wql__linux_rows *rows, wql__linux_scan *s, const wql__linux_class *cls, const wql_value *keys,
                                uint32_t count, const char *other) {
    wql__linux_scan *in = &rows->scan;
    wql_status status = WQL_OK;
    memset(rows, 0, sizeof *rows);
    rows->listed = keys != NULL;
    rows->keys = keys;
    rows->key_count = count;
    rows->key = find_key(cls);
    rows->other = other ? find_name(cls, other) : rows->key;
    in->scan = s->scan;
    in->mount = s->mount;
    in->defined = find_concrete(s->mount, cls);
    in->cls = cls;
    in->err = s->err;
    in->within = rows;
    in->arena.mount = in->line.mount = s->mount->mount;
    in->cells = wql__linux_take_array(&in->arena, cls->property_count, sizeof *in->cells);
    in->needed = wql__linux_take_array(&in->arena, cls->property_count, sizeof *in->needed);
    in->list = wql__linux_take_array(&in->arena, cls->property_count, sizeof *in->list);
    in->state = wql__linux_take(&in->arena, cls->state_size);
    rows->is_open = true;
    if (!in->defined || !in->cells || !in->needed || !in->list || !in->state) return wql__linux_no_memory(s->err);
    need(in, rows->key);
    need(in, rows->other);
    if (cls->open) status = cls->open(in);
    return status >= 0 && in->arena.failed ? wql__linux_no_memory(s->err) : status;
}

int wql__linux_rows_next(wql__linux_rows *rows, wql__linux_scan *s) {
    wql__linux_scan *in = &rows->scan;
    int made;
    wql__linux_arena_reset(&in->line);
    for (uint32_t i = 0; i < in->list_count; i++) in->cells[in->list[i]] = wql_null();
    in->err = s->err;
    made = in->cls->row(in);
    s->partial |= in->partial;
    if (made >= 0 && (in->line.failed || in->arena.failed)) return wql__linux_no_memory(s->err);
    return made == WQL__LINUX_MADE && in->cells[rows->key].type == WQL_NULL ? WQL__LINUX_SKIP : made;
}

void wql__linux_rows_close(wql__linux_rows *rows) {
    wql__linux_scan *in = &rows->scan;
    if (!rows->is_open) return;
    if (in->state && in->cls->close) in->cls->close(in);
    wql__linux_arena_free(&in->line);
    wql__linux_arena_free(&in->arena);
    rows->is_open = false;
}
