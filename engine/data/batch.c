/* SPDX-License-Identifier: MIT */
/* batch.c: the life of a batch, and reading it. */
#include "batch.h"

#include "../base/fold.h"
#include "side.h"
#include "spares.h"

#include <string.h>

wql_batch *wql__batch_new(wql__mem *mem) {
    wql_batch *batch = wql__alloc_zero(mem, sizeof *batch);
    if (!batch) return NULL;
    atomic_init(&batch->refs, 1);
    batch->mem = wql__mem_retain(mem);
    wql__arena_init(&batch->arena, mem);
    return batch;
}

bool wql__batch_is_sole(const wql_batch *batch) { return atomic_load_explicit(&batch->refs, memory_order_acquire) == 1; }

/* Lets go of everything the batch points to. The provider's release runs first: it may need what the mount keeps loaded. */
static void let_go(wql_batch *batch) {
    if (batch->release) batch->release(batch->release_ctx);
    batch->release = NULL;
    wql__mount_release(batch->mount);
    batch->mount = NULL;
    for (uint32_t i = 0; i < batch->hold_count; i++) wql_batch_release(batch->holds[i]);
    batch->hold_count = 0;
    wql__side_free(batch);
    while (batch->definition_count) wql_class_release(batch->definitions[--batch->definition_count]);
    wql_class_release(batch->cls);
    batch->cls = NULL;
}

void wql__batch_reset(wql_batch *batch) {
    let_go(batch);
    wql__arena_reset(&batch->arena);
    batch->rows = batch->width = batch->hidden = 0;
    batch->columns = NULL;
    batch->definitions = NULL;
    batch->projected = false;
}

wql_batch *wql_batch_retain(const wql_batch *batch) {
    wql_batch *mutable_batch = (wql_batch *)(uintptr_t)batch; /* the count is the one thing that changes */
    if (batch) atomic_fetch_add_explicit(&mutable_batch->refs, 1, memory_order_relaxed);
    return mutable_batch;
}

void wql_batch_release(wql_batch *batch) {
    wql__spares *home;
    if (!batch || atomic_fetch_sub_explicit(&batch->refs, 1, memory_order_acq_rel) != 1) return;
    wql__batch_reset(batch);
    home = batch->home;
    if (home && wql__spares_keep(home, batch)) return;
    wql__batch_free(batch);
    if (home) wql__spares_forget(home);
}

void wql__batch_free(wql_batch *batch) {
    wql__mem *mem = batch->mem;
    wql__arena_free(&batch->arena);
    wql__free(mem, batch->holds, wql__array_size(batch->hold_room, sizeof *batch->holds));
    wql__free(mem, batch, sizeof *batch);
    wql__mem_release(mem);
}

bool wql__batch_shape(wql_batch *batch, const wql_class *cls, uint32_t width, uint32_t hidden) {
    batch->columns = wql__arena_zero(&batch->arena, wql__array_size((size_t)width + hidden, sizeof *batch->columns));
    if (!batch->columns) return false;
    batch->cls = wql_class_retain(cls);
    batch->width = width;
    batch->hidden = hidden;
    return true;
}

bool wql__batch_hold(wql_batch *batch, const wql_batch *other) {
    if (batch->hold_count && batch->holds[batch->hold_count - 1] == other) return true;
    if (batch->hold_count == batch->hold_room) {
        uint32_t room = batch->hold_room ? batch->hold_room * 2 : 4;
        wql_batch **holds = wql__realloc(batch->mem, batch->holds, wql__array_size(batch->hold_room, sizeof *holds),
                                         wql__array_size(room, sizeof *holds));
        if (!holds) return false;
        batch->holds = holds;
        batch->hold_room = room;
    }
    batch->holds[batch->hold_count++] = wql_batch_retain(other);
    return true;
}

bool wql__batch_define(wql_batch *batch, uint32_t rows) {
    batch->definitions = wql__arena_alloc(&batch->arena, wql__array_size(rows, sizeof *batch->definitions));
    return batch->definitions != NULL;
}

void wql__batch_add_definition(wql_batch *batch, const wql_class *cls) {
    batch->definitions[batch->definition_count++] = wql_class_retain(cls);
}

void wql__batch_add_definitions(wql_batch *batch, const wql_batch *from, const uint16_t *rows, uint32_t first, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) wql__batch_add_definition(batch, from->definitions[rows ? rows[i] : first + i]);
}

const wql_column *wql__batch_property(const wql_batch *batch, uint32_t property) {
    for (uint32_t i = 0; i < batch->width + batch->hidden; i++)
        if (batch->columns[i].property == property && property != WQL_NO_COLUMN) return &batch->columns[i];
    return NULL;
}

/* -- reading ----------------------------------------------------------------------------------------------------- */

uint32_t wql_batch_rows(const wql_batch *batch) { return batch ? batch->rows : 0; }
uint32_t wql_batch_width(const wql_batch *batch) { return batch ? batch->width : 0; }
const wql_class *wql_batch_class(const wql_batch *batch) { return batch ? batch->cls : NULL; }

const wql_column *wql_batch_column(const wql_batch *batch, uint32_t index) {
    return batch && index < batch->width ? &batch->columns[index] : NULL;
}

static uint32_t find_column(const wql_batch *batch, wql_str name) {
    for (uint32_t i = 0; i < batch->width; i++)
        if (wql__fold_equal(wql_s(batch->columns[i].name), name)) return i;
    return WQL_NO_COLUMN;
}

uint32_t wql_batch_find(const wql_batch *batch, const char *name) {
    return batch && name ? find_column(batch, wql_s(name)) : WQL_NO_COLUMN;
}

const wql_class *wql_batch_definition(const wql_batch *batch, uint32_t row) {
    return batch && batch->definitions && row < batch->definition_count ? batch->definitions[row] : NULL;
}

/* A column does not say that its datetimes are intervals; its class does. */
static bool has_intervals(const wql_batch *batch, const wql_column *col) {
    if ((col->type & ~(uint32_t)WQL_ARRAY) != WQL_DATETIME || !batch->cls || col->property >= batch->cls->def.property_count)
        return false;
    return (batch->cls->def.properties[col->property].flags & WQL_INTERVAL) != 0;
}

static wql_value read_one(const wql_column *col, uint32_t row, bool interval) {
    wql_value value = wql_column_value(col, row);
    if (interval && value.type == WQL_DATETIME) value.time.interval = 1;
    return value;
}

/* The items of an array as values, made on demand. */
static wql_status read_array(const wql_batch *batch, const wql_column *col, uint32_t row, wql_value *out) {
    uint32_t first, count = wql_column_items(col, row, &first);
    wql_value *items;
    *out = wql_column_value(col, row);
    if (out->type == WQL_NULL || count == 0) return WQL_OK;
    items = wql__side_alloc(batch, wql__array_size(count, sizeof *items));
    if (!items) return WQL_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < count; i++) items[i] = read_one(col->child, first + i, has_intervals(batch, col));
    out->items = items;
    return WQL_OK;
}

/* Whether the row has a path: every key of its class was read. */
static bool has_keys(const wql_batch *batch) {
    for (uint32_t i = 0; i < batch->cls->key_count; i++)
        if (!wql__batch_property(batch, batch->cls->keys[i])) return false;
    return batch->cls->key_count > 0 || (batch->cls->def.flags & WQL_SINGLETON);
}

static wql_status print_path(const wql_batch *batch, const wql_column *const *keys, uint32_t row, bool full, wql_value *out) {
    wql__out text = {NULL, 0, 0};
    size_t size;
    if (!wql__path_print(batch->cls, keys, row, full, &text)) return WQL_OK;
    size = wql__out_end(&text) + 1;
    text = (wql__out){wql__side_alloc(batch, size), size, 0};
    if (!text.buf) return WQL_E_OUT_OF_MEMORY;
    (void)wql__path_print(batch->cls, keys, row, full, &text);
    *out = wql_text((wql_str){text.buf, wql__out_end(&text)});
    return WQL_OK;
}

enum { KEYS_FEW = 64 }; /* that much room is on the stack */

static wql_status read_path(const wql_batch *batch, uint32_t row, bool full, wql_value *out) {
    uint32_t count = batch->cls->key_count;
    size_t size = wql__array_size(count, sizeof(wql_column *));
    const wql_column *few[KEYS_FEW], **keys = few;
    wql_status status;
    *out = wql_null();
    if (!has_keys(batch)) return WQL_OK;
    if (count > KEYS_FEW) keys = wql__alloc(batch->mem, size);
    if (!keys) return WQL_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; i < count; i++) keys[i] = wql__batch_property(batch, batch->cls->keys[i]);
    status = print_path(batch, keys, row, full, out);
    if (keys != few) wql__free(batch->mem, keys, size);
    return status;
}

/* The same of a class that a row stands for: all is known of it, whatever was selected. */
static wql_status read_definition(const wql_batch *batch, uint32_t row, int system, wql_value *out) {
    const wql_class *cls = batch->definitions[row];
    bool full = system == WQL__SYS_PATH;
    wql__out text = {NULL, 0, 0};
    size_t size;
    *out = wql__definition_constant(cls, system);
    if (!full && system != WQL__SYS_RELPATH) return WQL_OK;
    wql__definition_path(cls, full, &text);
    size = wql__out_end(&text) + 1;
    text = (wql__out){wql__side_alloc(batch, size), size, 0};
    if (!text.buf) return WQL_E_OUT_OF_MEMORY;
    wql__definition_path(cls, full, &text);
    *out = wql_text((wql_str){text.buf, wql__out_end(&text)});
    return WQL_OK;
}

/* Properties in the result: the columns that are no system properties. */
static uint32_t property_count(const wql_batch *batch) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < batch->width; i++) count += batch->columns[i].property != WQL_NO_COLUMN;
    return count;
}

/* What WMI fills in a result without being asked (wql-language 3.10): everything for `*`; for a list, what stands on the class
 * alone, and what locates the object if its keys are there. */
static wql_status read_system(const wql_batch *batch, uint32_t row, int system, wql_value *out) {
    *out = wql_null();
    switch (system) {
    case WQL__SYS_PATH: return read_path(batch, row, true, out);
    case WQL__SYS_RELPATH: return read_path(batch, row, false, out);
    case WQL__SYS_NAMESPACE:
    case WQL__SYS_SERVER:
        if (batch->projected && !has_keys(batch)) return WQL_OK;
        break;
    case WQL__SYS_SUPERCLASS:
    case WQL__SYS_DYNASTY:
    case WQL__SYS_DERIVATION:
        if (batch->projected) return WQL_OK;
        break;
    default: break;
    }
    *out = wql__system_constant(batch->cls, system, property_count(batch));
    return WQL_OK;
}

wql_status wql__batch_value(const wql_batch *batch, uint32_t row, wql_str name, wql_value *out) {
    uint32_t index = find_column(batch, name);
    int system;
    wql_value value;
    wql_status status = WQL_OK;
    if (index != WQL_NO_COLUMN) {
        const wql_column *col = &batch->columns[index];
        if (col->type & WQL_ARRAY)
            status = read_array(batch, col, row, &value);
        else
            value = read_one(col, row, has_intervals(batch, col));
    } else {
        system = wql__system_property(name);
        if (system == WQL__SYS_NONE || !batch->cls) return WQL_E_NOT_FOUND;
        status = batch->definitions ? read_definition(batch, row, system, &value) : read_system(batch, row, system, &value);
    }
    if (status >= 0) *out = value;
    return status;
}

wql_status wql_batch_value(const wql_batch *batch, uint32_t row, const char *name, wql_value *out) {
    if (!batch || !name || !out || row >= batch->rows) return WQL_E_INVALID_PARAMETER;
    return wql__batch_value(batch, row, wql_s(name), out);
}

/* -- copying ----------------------------------------------------------------------------------------------------- */

static bool copy_columns(const wql_batch *from, uint32_t first, uint32_t rows, wql_batch *to) {
    for (uint32_t i = 0; i < from->width + from->hidden; i++)
        if (!wql__gather_copy(to, i, &from->columns[i], first, rows)) return false;
    return true;
}

/* About how much a copy takes, so that one piece will do for few rows: the columns, and some buffers of each. */
static size_t size_of_copy(const wql_batch *batch, uint32_t rows) {
    enum { BUFFERS = 192 };
    size_t columns = (size_t)batch->width + batch->hidden, size = columns * (sizeof(wql_column) + BUFFERS) + 256;
    return rows < 8 ? size : 4 * size;
}

/* Names of system columns are static, those of properties live with the class, which the copy retains: none is copied. */
wql_status wql__batch_copy(const wql_batch *batch, uint32_t first, uint32_t rows, wql_batch **out) {
    wql_batch *copy = wql__batch_new(batch->mem);
    if (copy) wql__arena_next(&copy->arena, size_of_copy(batch, rows));
    if (!copy || !wql__batch_shape(copy, batch->cls, batch->width, batch->hidden) ||
        (batch->definitions && !wql__batch_define(copy, rows)) || !copy_columns(batch, first, rows, copy)) {
        wql_batch_release(copy);
        return wql__fail_memory(batch->mem, NULL);
    }
    if (batch->definitions) wql__batch_add_definitions(copy, batch, NULL, first, rows);
    copy->rows = rows;
    copy->projected = batch->projected;
    *out = copy;
    return WQL_OK;
}

wql_status wql_batch_copy(const wql_batch *batch, uint32_t first, uint32_t rows, wql_batch **out) {
    if (!batch || !out || rows == 0 || first >= batch->rows || rows > batch->rows - first) return WQL_E_INVALID_PARAMETER;
    return wql__batch_copy(batch, first, rows, out);
}
