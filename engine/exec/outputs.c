/* SPDX-License-Identifier: MIT */
/* outputs.c: the columns that come out of one scan, and those among them that no provider has: system properties, and objects cut
 * down to the parts that were chosen. */
#include "inside.h"

#include "../data/value.h"

#include <string.h>

/* Objects within objects that are looked into; what lies deeper comes out whole. */
enum { PARTS_DEPTH_MAX = 384 };

/* -- preparing --------------------------------------------------------------------------------------------------- */

static uint32_t element_bytes(uint32_t type) {
    uint32_t size = type & WQL_ARRAY ? 4 : wql__type_size(type);
    return size ? size : type == WQL_BOOLEAN ? 1 : type == WQL_OBJECT ? (uint32_t)sizeof(wql_ref) : 4;
}

static bool has_bytes(uint32_t type) { return wql__type_size(type) == 0 && type != WQL_BOOLEAN; }

static bool init_column(wql__scan *scan, const wql__output *output, wql__out_column *col) {
    col->name = output->name;
    col->property = output->property;
    col->system = output->system;
    if (output->property != WQL_NO_COLUMN) {
        col->kind = output->part_count ? WQL__OUT_PARTS : WQL__OUT_SLOT;
        col->parts = output->tree;
        col->slot = scan->slots[output->property];
        if (col->kind != WQL__OUT_PARTS) return true;
        scan->outputs.has_parts = true;
        col->view = wql__arena_zero(&scan->arena, sizeof *col->view);
        return col->view != NULL;
    }
    col->kind = wql__system_is_constant(output->system) ? WQL__OUT_CONSTANT : WQL__OUT_PATH;
    if (col->kind == WQL__OUT_CONSTANT) return true;
    scan->outputs.has_path = true;
    col->text = wql__arena_alloc(&scan->arena, sizeof *col->text);
    return col->text && wql__cells_init(col->text, &scan->arena, wql__system_type(output->system), false);
}

static bool init_keys(wql__scan *scan) {
    uint32_t *keys = wql__arena_alloc(&scan->arena, wql__array_size(scan->cls->key_count, sizeof *keys));
    if (!keys) return false;
    for (uint32_t i = 0; i < scan->cls->key_count; i++) keys[i] = scan->slots[scan->cls->keys[i]];
    scan->outputs.keys = keys;
    return true;
}

/* -- constants --------------------------------------------------------------------------------------------------- */

/* A text that all rows share: a dictionary of one text, and a code for each row. */
static bool constant_text(wql_batch *batch, const wql_value *value, wql_column *col) {
    wql_column *text = wql__arena_zero(&batch->arena, sizeof *text);
    int32_t *codes = wql__arena_buffer(&batch->arena, WQL_BATCH_ROWS_MAX * sizeof *codes);
    int32_t *offsets = wql__arena_buffer(&batch->arena, 2 * sizeof *offsets);
    if (!text || !codes || !offsets) return false;
    memset(codes, 0, WQL_BATCH_ROWS_MAX * sizeof *codes);
    offsets[0] = 0;
    offsets[1] = (int32_t)value->str.len;
    text->type = WQL_STRING;
    text->layout = WQL_OFFSETS;
    text->property = WQL_NO_COLUMN;
    text->offsets = offsets;
    text->bytes = value->str.len ? value->str.ptr : "";
    text->bytes_size = value->str.len;
    col->layout = WQL_CODES;
    col->values = codes;
    col->child = text;
    col->child_rows = 1;
    return true;
}

static bool constant_number(wql_batch *batch, const wql_value *value, wql_column *col) {
    int32_t *values = wql__arena_buffer(&batch->arena, WQL_BATCH_ROWS_MAX * sizeof *values);
    if (!values) return false;
    for (uint32_t i = 0; i < WQL_BATCH_ROWS_MAX; i++) values[i] = (int32_t)value->i64;
    col->layout = WQL_FIXED;
    col->values = values;
    return true;
}

/* The same few texts for each row: their items are codes of one dictionary. */
static bool constant_list(wql_batch *batch, const wql_value *value, wql_column *col) {
    wql_column *items = wql__arena_zero(&batch->arena, sizeof *items), *texts = wql__arena_zero(&batch->arena, sizeof *texts);
    int32_t *offsets = wql__arena_buffer(&batch->arena, (WQL_BATCH_ROWS_MAX + 1) * sizeof *offsets);
    int32_t *codes = wql__arena_buffer(&batch->arena, wql__array_size((size_t)value->count * WQL_BATCH_ROWS_MAX, sizeof *codes));
    wql__cells cells;
    wql__cell_counts counts = {0, 0, NULL};
    if (!items || !texts || !offsets || !codes || !wql__cells_init(&cells, &batch->arena, WQL_STRING, false)) return false;
    wql__cells_begin(&cells, &batch->arena, value->count);
    for (uint32_t i = 0; i < value->count; i++)
        if (wql__cells_set(&cells, i, &value->items[i], &counts) != WQL__CELL_OK) return false;
    for (uint32_t row = 0; row <= WQL_BATCH_ROWS_MAX; row++) offsets[row] = (int32_t)(row * value->count);
    for (uint32_t i = 0; i < value->count * WQL_BATCH_ROWS_MAX; i++) codes[i] = (int32_t)(i % value->count);
    texts->property = items->property = WQL_NO_COLUMN;
    if (!wql__cells_end(&cells, value->count, texts)) return false;
    items->type = WQL_STRING;
    items->layout = WQL_CODES;
    items->values = codes;
    items->child = texts;
    items->child_rows = value->count;
    col->layout = WQL_LIST;
    col->offsets = offsets;
    col->child = items;
    col->child_rows = (uint64_t)value->count * WQL_BATCH_ROWS_MAX;
    return true;
}

static bool constant_column(wql__scan *scan, uint32_t visible, const wql__out_column *out, wql_column *col) {
    wql_batch *batch = scan->outputs.constants;
    wql_value value = wql__system_constant(scan->cls, out->system, visible);
    col->name = out->name;
    col->property = WQL_NO_COLUMN;
    col->type = (uint16_t)wql__system_type(out->system);
    if (value.type == WQL_NULL) return wql__null_column(&batch->arena, col->type, col);
    if (value.type & WQL_ARRAY) return constant_list(batch, &value, col);
    return value.type == WQL_STRING ? constant_text(batch, &value, col) : constant_number(batch, &value, col);
}

/* Their memory is a batch's, which those that come out hold: it may outlive the scan. */
static bool make_constants(wql__scan *scan) {
    wql__outputs *outputs = &scan->outputs;
    uint32_t count = 0, properties = 0;
    for (uint32_t i = 0; i < outputs->width; i++) {
        if (outputs->columns[i].kind == WQL__OUT_CONSTANT) outputs->columns[i].slot = count++;
        properties += outputs->columns[i].property != WQL_NO_COLUMN;
    }
    if (!count) return true;
    outputs->constants = wql__batch_new(scan->run->mem);
    if (!outputs->constants || !wql__batch_shape(outputs->constants, scan->cls, count, 0)) return false;
    outputs->constants->rows = WQL_BATCH_ROWS_MAX;
    for (uint32_t i = 0; i < outputs->width; i++) {
        const wql__out_column *out = &outputs->columns[i];
        if (out->kind == WQL__OUT_CONSTANT && !constant_column(scan, properties, out, &outputs->constants->columns[out->slot]))
            return false;
    }
    return true;
}

bool wql__outputs_init(wql__scan *scan) {
    wql__outputs *outputs = &scan->outputs;
    const wql__plan_scan *plan = scan->plan;
    memset(outputs, 0, sizeof *outputs);
    outputs->width = plan->output_count;
    outputs->hidden = plan->hidden_count;
    outputs->projected = !scan->run->plan->star;
    outputs->columns =
        wql__arena_zero(&scan->arena, wql__array_size((size_t)plan->output_count + plan->hidden_count, sizeof *outputs->columns));
    if (!outputs->columns || !init_keys(scan)) return false;
    for (uint32_t i = 0; i < plan->output_count; i++) {
        if (!init_column(scan, &plan->outputs[i], &outputs->columns[i])) return false;
        outputs->fixed_bytes += element_bytes(plan->outputs[i].type);
        outputs->has_bytes |= has_bytes(plan->outputs[i].type);
    }
    for (uint32_t i = 0; i < plan->hidden_count; i++) {
        wql__out_column *col = &outputs->columns[plan->output_count + i];
        col->kind = WQL__OUT_SLOT;
        col->property = plan->hidden[i];
        col->name = scan->cls->def.properties[col->property].name;
        col->slot = scan->slots[col->property];
        outputs->fixed_bytes += element_bytes(scan->cls->def.properties[col->property].type);
        outputs->has_bytes |= has_bytes(scan->cls->def.properties[col->property].type);
    }
    return make_constants(scan);
}

void wql__outputs_free(wql__scan *scan) {
    wql_batch_release(scan->outputs.constants);
    memset(&scan->outputs, 0, sizeof scan->outputs);
}

bool wql__outputs_constants(wql__scan *scan, wql_batch *out, uint32_t rows) {
    const wql__outputs *outputs = &scan->outputs;
    if (outputs->constants && !wql__batch_hold(out, outputs->constants)) return false;
    for (uint32_t i = 0; i < outputs->width; i++) {
        const wql__out_column *col = &outputs->columns[i];
        if (col->kind == WQL__OUT_CONSTANT) {
            out->columns[i] = outputs->constants->columns[col->slot];
            if (out->columns[i].layout == WQL_LIST) out->columns[i].child_rows = (uint64_t)out->columns[i].offsets[rows];
        } else if (col->kind == WQL__OUT_PATH) {
            out->columns[i].name = col->name;
            out->columns[i].property = WQL_NO_COLUMN;
            if (!wql__cells_end(col->text, rows, &out->columns[i])) return false;
        }
    }
    return true;
}

/* -- paths ------------------------------------------------------------------------------------------------------- */

static bool print_paths(wql__scan *scan, const wql__out_column *col, const wql_column *const *keys, const uint16_t *rows,
                        uint32_t first, uint32_t count) {
    wql__cell_counts counts = {0, 0, NULL};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = rows ? rows[i] : first + i;
        wql_value value = wql_null();
        wql_str path;
        bool there;
        if (i % 16 == 15 && wql__run_stopped(scan->run)) break; /* the rest is NULL, and nobody sees it */
        if (!wql__page_path(&scan->run->page, scan->run->mem, scan->cls, keys, row, col->system == WQL__SYS_PATH, &path, &there))
            return false;
        if (there) value = wql_text(path);
        if (wql__cells_set(col->text, col->text->rows, &value, &counts) != WQL__CELL_OK) return false;
    }
    return true;
}

void wql__outputs_begin(wql__scan *scan, wql_batch *out, uint32_t room) {
    for (uint32_t i = 0; scan->outputs.has_path && i < scan->outputs.width; i++)
        if (scan->outputs.columns[i].kind == WQL__OUT_PATH) wql__cells_begin(scan->outputs.columns[i].text, &out->arena, room);
}

bool wql__outputs_paths(wql__scan *scan, const wql_batch *source, const uint16_t *rows, uint32_t first, uint32_t count) {
    const wql__outputs *outputs = &scan->outputs;
    const wql_column **keys;
    if (!outputs->has_path) return true;
    keys = wql__arena_zero(&scan->scratch, wql__array_size(scan->cls->key_count, sizeof *keys));
    if (!keys) return false;
    for (uint32_t i = 0; i < scan->cls->key_count; i++)
        keys[i] = outputs->keys[i] == WQL__NO_ENTRY ? NULL : &source->columns[outputs->keys[i]];
    for (uint32_t i = 0; i < outputs->width; i++)
        if (outputs->columns[i].kind == WQL__OUT_PATH && !print_paths(scan, &outputs->columns[i], keys, rows, first, count))
            return false;
    return true;
}

/* -- parts of objects -------------------------------------------------------------------------------------------- */

static bool cut_objects(wql__run *run, wql_batch *into, const wql__part *parts, unsigned depth, wql_column *col);

/* An object batch with the chosen columns only; the parts that its class does not have are left out. NULL = no memory. */
static wql_batch *cut_batch(wql__run *run, const wql_batch *from, const wql__part *parts, unsigned depth) {
    wql_batch *cut = wql__run_take(run);
    uint32_t width = 0;
    bool ok;
    for (const wql__part *part = parts; part; part = part->next) width++;
    ok = cut && wql__batch_shape(cut, from->cls, width, 0) && wql__batch_hold(cut, from);
    width = 0;
    for (const wql__part *part = parts; ok && part; part = part->next) {
        uint32_t number = wql__class_property(from->cls, part->name);
        const wql_column *col = number == WQL_NO_COLUMN ? NULL : wql__batch_property(from, number);
        if (!col) continue;
        cut->columns[width] = *col;
        if (part->first) ok = cut_objects(run, cut, part->first, depth + 1, &cut->columns[width]);
        width++;
    }
    if (!ok) {
        wql_batch_release(cut);
        return NULL;
    }
    cut->width = width;
    cut->rows = from->rows;
    cut->projected = true;
    return cut;
}

/* Puts cut-down batches in place of a column's objects; `into` holds them. */
static bool cut_objects(wql__run *run, wql_batch *into, const wql__part *parts, unsigned depth, wql_column *col) {
    const wql_batch **objects;
    if (col->layout != WQL_OBJECTS || depth > PARTS_DEPTH_MAX) return true;
    objects = wql__arena_zero(&into->arena, wql__array_size(col->object_count, sizeof *objects));
    if (!objects) return false;
    for (uint32_t i = 0; i < col->object_count; i++) {
        wql_batch *cut = col->objects[i] ? cut_batch(run, col->objects[i], parts, depth) : NULL;
        bool held = cut && wql__batch_hold(into, cut);
        objects[i] = cut;
        if (col->objects[i] && !held) {
            wql_batch_release(cut);
            return false;
        }
        wql_batch_release(cut); /* `into` has it */
    }
    col->objects = objects;
    return true;
}

bool wql__outputs_parts(wql__scan *scan, wql_batch *source) {
    wql__outputs *outputs = &scan->outputs;
    for (uint32_t i = 0; outputs->has_parts && i < outputs->width; i++) {
        wql__out_column *col = &outputs->columns[i];
        if (col->kind != WQL__OUT_PARTS) continue;
        *col->view = source->columns[col->slot];
        if (!cut_objects(scan->run, source, col->parts, 0, col->view)) return false;
    }
    return true;
}
